//! 总览: everything that it names leads to the very place that the core means by it.

use incubator::desk::{Desk, columns};
use serde_json::{Value, json};

use crate::stage::{Stage, Window, play, running_folder};

/// Says in the page's own words whether it shows where a target leads: the room, the list and its records, the form with
/// its period and figure, the programme, the section.
fn shown(desk: &Desk, target: &Value) -> String {
    let text = |key: &str| target[key].as_str();
    let chosen = |label: &str, value: Option<&str>| {
        value.map_or("true".to_owned(), |v| {
            format!("document.querySelector('select[aria-label={label}]')?.value === {v:?}")
        })
    };
    let room = text("room").expect("a room");
    let names = [
        ("records", "档案"),
        ("round", "季度更新"),
        ("import", "导入"),
        ("reports", "报表"),
        ("annexes", "附表与申报"),
        ("keeping", "备份与设置"),
    ];
    let name = names.iter().find(|(id, _)| *id == room).expect("a room of the window").1;
    let there = match room {
        "records" => {
            let list = text("list").expect("a list");
            let ids: Vec<i64> = target["ids"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
            let label = |list: &str| incubator::record::shape(list).expect("a list").label;
            match ids.as_slice() {
                [id] => {
                    let sheet = desk.sheet(list, *id).expect("the record");
                    let field = text("field").and_then(|field| {
                        columns(sheet.list).expect("columns").iter().position(|column| column.name == field)
                    });
                    let at = match (text("field"), field) {
                        (Some("proof"), _) => "document.activeElement?.closest('aside section')?.querySelector('.proof') !== null && document.activeElement !== document.body".to_owned(),
                        (Some(field), None) => panic!("{list} has no field {field}"),
                        (_, Some(at)) => format!("document.querySelector('.cell.active')?.dataset.cell === '{at}'"),
                        (None, None) => "true".to_owned(),
                    };
                    format!(
                        "document.querySelector('.tools h1')?.innerText === {:?} && document.querySelector('aside h2')?.innerText === {:?}
                           && document.querySelectorAll('aside .fields .line').length > 0 && {at}",
                        sheet.list_label, sheet.row.label
                    )
                }
                ids => {
                    let begins = if ids.is_empty() { String::new() } else { format!("{} / ", ids.len()) };
                    format!(
                        "document.querySelector('.tools h1')?.innerText === {:?} && document.querySelector('.tally')?.innerText.startsWith({begins:?})
                           && document.querySelector('aside') === null",
                        label(list)
                    )
                }
            }
        }
        "round" => chosen("报告期", text("period")),
        "reports" => {
            let figure = text("code").map_or("true".to_owned(), |code| {
                format!("document.querySelector('[data-code={code}]')?.getAttribute('aria-pressed') === 'true' && document.querySelector('aside')?.innerText.includes({code:?})")
            });
            let form = text("form").map_or("true".to_owned(), |form| {
                format!("document.querySelector('.paper')?.dataset.form === {form:?}")
            });
            let field = match text("field") {
                Some("due_on") => "document.activeElement?.id === 'due'",
                Some(other) => panic!("the form has no field {other}"),
                None => "true",
            };
            let (chosen, at) = (chosen("报表", text("form")), chosen("报告期", text("period")));
            format!("{chosen} && {form} && {at} && {figure} && {field}")
        }
        "annexes" => {
            let led = text("condition").map_or("true".to_owned(), |one| {
                format!("document.querySelector('.condition.led')?.dataset.condition === {one:?}")
            });
            format!(
                "{} && document.querySelector('.condition') !== null && {led}",
                chosen("申报事项", text("programme"))
            )
        }
        "keeping" => format!(
            "document.querySelector('[role=tab][aria-selected=true]')?.id === 'tab-{}'",
            text("section").expect("a section")
        ),
        other => panic!("nothing leads to {other}"),
    };
    format!("return document.querySelector('nav [aria-current=page]')?.innerText.trim() === {name:?} && {there}")
}

impl Window<'_> {
    /// Clicks the so-many-eth of what a selector names, looks whether the window shows its target, and goes back.
    async fn leads(&self, css: &str, at: usize, what: &str, desk: &Desk, target: &Value) {
        self.run(&format!("document.querySelectorAll({css:?})[{at}].click()")).await;
        self.wait(&format!("“{what}” leads to {target}"), &shown(desk, target)).await;
        self.room("总览").await;
        self.wait("the overview", &format!("return document.querySelectorAll({css:?}).length > {at}")).await;
    }

    async fn words(&self, css: &str) -> Value {
        self.run(&format!("return [...document.querySelectorAll({css:?})].map((e) => e.innerText.trim())")).await
    }
}

#[test]
fn everything_on_the_overview_leads_to_its_place() {
    play(async {
        let stage = Stage::set("leads", false);
        let folder = stage.home.join("台账");
        drop(running_folder(&folder));
        // The same records beside it say where each thing is to lead.
        let beside = running_folder(&stage.home.join("beside"));
        let (view, dials) = (beside.overview().expect("an overview"), beside.dials().expect("dials"));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("the overview", "return document.querySelector('.overview .dials li') !== null").await;
        window.size(1366, 768).await;
        let json = |target| serde_json::to_value(target).expect("a target");

        let says: Vec<&String> = view.todo.iter().map(|item| &item.say).collect();
        assert_eq!(window.words(".overview .todo li .link").await, json!(says), "what is to be done");
        for (at, item) in view.todo.iter().enumerate() {
            window.leads(".overview .todo li .link", at, &item.say, &beside, &json(&item.target)).await;
        }
        let figures: Vec<&String> = view.figures.iter().map(|figure| &figure.label).collect();
        assert_eq!(window.words(".overview .figure .name").await, json!(figures), "the figures");
        for (at, figure) in view.figures.iter().enumerate() {
            window.leads(".overview .figure", at, &figure.label, &beside, &json(&figure.target)).await;
        }
        let titles: Vec<&String> = dials.iter().map(|dial| &dial.title).collect();
        assert_eq!(window.words(".overview .dials .title").await, json!(titles), "the programmes");
        for (at, dial) in dials.iter().enumerate() {
            window.leads(".overview .dials .title", at, &dial.title, &beside, &json(&dial.target)).await;
        }
        // Every figure says behind its mark what it counts and where that stands written.
        for (at, figure) in view.figures.iter().enumerate() {
            window.run(&format!("document.querySelectorAll('.overview .figures .help .help')[{at}].click()")).await;
            let said = format!(
                "const open = document.querySelector('dialog[open]');
                 const source = [...open?.querySelectorAll('dt') ?? []].find((t) => t.innerText === '出处')?.nextElementSibling.innerText ?? '';
                 return open?.querySelector('h2').innerText === {:?} && source.length > 6 && source",
                figure.label
            );
            window.wait(&figure.label, &said).await;
            window.run("document.querySelector('dialog[open]').close()").await;
        }
        println!("{} things to do, {} figures, {} programmes", says.len(), figures.len(), titles.len());
        assert!(says.len() >= 3, "the running quarter has things to do: {says:?}");
        window.close().await;
    });
}

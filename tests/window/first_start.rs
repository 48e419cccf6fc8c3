//! From the first start to the exported report.

use std::path::Path;

use calamine::{Data, Reader};
use fantoccini::key::Key;
use serde_json::json;

use crate::stage::{FIGURES, Stage, ended, play, program, sample_folder};

#[test]
fn from_the_first_start_to_the_exported_report() {
    play(async {
        let stage = Stage::set("journey", false);
        let window = stage.open(&[]).await;
        window.wait("the first start", "return document.body.innerText.includes('打开示例')").await;
        assert!(stage.home.join("data/众创台账").is_dir(), "the usual data folder of this user is made");
        window.size(1366, 768).await;
        window.picture("welcome-1366").await;
        window.press("打开示例").await;
        window.turn_to_the_published_quarter().await;
        assert_eq!(window.figures().await, FIGURES, "the published report, 21 of 21");
        let head = window.text(".paper").await;
        for printed in ["众创空间统计监测报表(季报)", "2021年09月", "国家备案", "邮编", "一、众创空间运营和服务情况"]
        {
            assert!(head.contains(printed), "{printed} stands on the form: {head}");
        }
        window.picture("form-1366").await;

        window.run("document.querySelector('[data-code=zjf05]').click()").await;
        let teams = "return document.querySelectorAll('aside .records .link').length";
        assert_eq!(window.wait("the evidence", teams).await, json!(15), "zjf05 opens into its 15 teams");
        window.picture("figure-1366").await;
        let team = window.run("return document.querySelector('aside .records .link').innerText").await;
        window.run("document.querySelector('aside .records .link').click()").await;
        window.wait("the record", "return document.querySelector('aside dl dt') !== null").await;
        let sheet = window.text("aside").await;
        assert!(sheet.contains(team.as_str().expect("a name")), "the record is that team: {sheet}");
        assert!(sheet.contains("打开示例"), "and its history says where it came from: {sheet}");
        window.picture("record-1366").await;

        let file = stage.home.join("q3.xlsx");
        window.press("导出 Excel").await;
        window.answer_dialog("导出 Excel", &file);
        window.wait("the export", "return document.body.innerText.includes('已导出')").await;
        assert_eq!(exported(&file), FIGURES, "the workbook holds what the window shows");
        window.picture("exported-1366").await;

        // A second start ends at once and leaves the first its folder.
        let mut second = stage.command(program()).spawn().expect("starts");
        assert!(ended(&mut second).success(), "a second start ends well");
        assert_eq!(window.figures().await, FIGURES, "and the first goes on");

        window.size(1920, 1080).await;
        window.picture("record-1920").await;
        window.run("document.querySelector('aside [aria-label=关闭]').click()").await;
        window.picture("form-1920").await;
        // The usual laptop: 1366×768 at 125 %.
        window.size(1093, 614).await;
        window.run("document.getElementById('checks').scrollIntoView()").await;
        window.picture("checks-1093").await;
        // Every other form is shown as well, rosters and annexes among them.
        window.size(1366, 768).await;
        for form in &crate::paper::every_form(&window).await {
            let title = format!(
                "const forms = document.querySelector('select[aria-label=报表]'); forms.value = {form:?};
                 forms.dispatchEvent(new Event('change', {{ bubbles: true }}))"
            );
            window.run(&title).await;
            let shown = format!("return document.querySelector('.paper')?.dataset.form === {form:?}");
            window.wait(form, &shown).await;
            window.picture(&format!("form-{form}")).await;
        }
        window.close().await;
    });
}

#[test]
fn the_keys_are_listed_everywhere_every_official_figure_says_its_source_and_charts_are_drawn() {
    play(async {
        let stage = Stage::set("help", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("the overview", "return document.querySelector('.overview .todo li') !== null").await;
        window.size(1366, 768).await;
        // Each chart has its canvas, and its canvas is drawn on.
        let drawn = "const ink = (canvas) => {
              const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
              let inked = 0;
              for (let at = 3; at < data.length; at += 4) if (data[at] > 0) inked += 1;
              return inked / (canvas.width * canvas.height);
            };
            const all = [...document.querySelectorAll('.overview .charts figure')];
            return all.length === 5 && all.map((one) => {
              const canvases = one.querySelectorAll('canvas');
              return canvases.length === 1 ? ink(canvases[0]) : -1;
            })";
        let start = std::time::Instant::now();
        loop {
            let inked = window.wait("five charts", drawn).await;
            let inked: Vec<f64> = serde_json::from_value(inked).expect("shares");
            if inked.iter().all(|share| *share > 0.02) {
                break;
            }
            assert!(start.elapsed() < crate::stage::PATIENCE, "one canvas each, drawn on: {inked:?}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }

        // Under the pointer a chart says its numbers, and the page has nothing against how.
        let point = "const canvas = document.querySelectorAll('.overview canvas')[1];
            canvas.scrollIntoView({ block: 'center' });
            window.drawn = canvas.toDataURL();
            const box = canvas.getBoundingClientRect();
            const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true };
            for (const type of ['pointermove', 'mousemove']) canvas.dispatchEvent(new (type[0] === 'p' ? PointerEvent : MouseEvent)(type, at))";
        window.run(point).await;
        let told = "return document.querySelectorAll('.overview canvas')[1].toDataURL() !== window.drawn";
        window.wait("the numbers of a quarter", told).await;
        window.nothing_went_wrong().await;

        let open = "return document.querySelector('dialog[open] #keys-title') !== null";
        let shut = "return document.querySelector('dialog[open]') === null";
        for (number, room) in
            ["总览", "档案", "季度更新", "导入", "报表", "附表与申报", "备份与设置"].iter().enumerate()
        {
            window.keys(&format!("{}{}{}", Key::Control, number + 1, Key::Null)).await;
            let there = format!(
                "return document.querySelector('nav [aria-current=page]')?.innerText.trim() === {room:?} && document.querySelector('footer .busy') === null"
            );
            window.wait(room, &there).await;
            window.keys(&Key::F1.to_string()).await;
            window.wait("the keys by F1", open).await;
            assert!(window.text("dialog[open]").await.contains("Ctrl+K"), "{room}: F1 lists the keys");
            window.keys(&Key::Escape.to_string()).await;
            window.wait("closed again", shut).await;
            // In a field the letter belongs to the field.
            window.run("document.activeElement?.blur()").await;
            window.keys("?").await;
            window.wait("the keys by ?", open).await;
            window.keys(&Key::Escape.to_string()).await;
            window.wait("closed again", shut).await;
        }
        window.room("档案").await;
        window.list("创业团队").await;
        window.cell(0, 1).await;
        window.keys("什么?").await;
        window.wait("typed", "return document.querySelector('.input.typing')?.value === '什么?'").await;
        assert_eq!(window.run(shut).await, json!(true), "? in a cell is a letter");
        window.keys(&Key::F1.to_string()).await;
        window.wait("F1 in a cell lists the keys", open).await;
        window.keys(&Key::Escape.to_string()).await;
        window.wait("closed again", shut).await;
        window.keys(&Key::Escape.to_string()).await;

        window.turn_to_the_published_quarter().await;
        let codes = window.run("return [...document.querySelectorAll('[data-code]')].map((f) => f.dataset.code)").await;
        let codes: Vec<String> = serde_json::from_value(codes).expect("codes");
        assert_eq!(codes.len(), FIGURES.len(), "each figure of the report");
        for code in codes {
            let ask =
                format!("document.querySelector('[data-code={code}]').closest('tr').querySelector('.ask').click()");
            window.run(&ask).await;
            let said = format!(
                "const about = document.querySelector('aside .about');
                 return document.querySelector('aside header')?.innerText.includes({code:?}) && about !== null && !about.hidden
                   && [...about.querySelectorAll('dt')].find((t) => t.innerText === '出处')?.nextElementSibling.innerText"
            );
            let source = window.wait(&code, &said).await;
            assert!(source.as_str().is_some_and(|s| s.contains('，') && s.chars().count() > 8), "{code}: {source}");
        }
        window.close().await;
    });
}

/// The numbers of the sheet 季报, read back from its rows of codes.
fn exported(file: &Path) -> Vec<i64> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(file).expect("a workbook");
    let range = book.worksheet_range("季报").expect("the sheet 季报");
    let figure = |row: &[Data]| {
        let code = row.iter().position(|c| c.to_string().starts_with("zjf"))?;
        row.get(code + 1).map(|c| c.to_string().parse().unwrap_or(i64::MIN))
    };
    range.rows().filter_map(figure).collect()
}

//! Every kind in its editor: entered field by field, changed, taken back, deleted and brought back; found again by its
//! label, sorted and filtered in its list.

use std::path::Path;

use fantoccini::key::Key;
use incubator::desk::{Column, Desk, Filter, ListEntry, Sort, Test, Typed, View, columns};
use serde_json::{Value, json};

use crate::records::{ADDABLE, sample_text, typed};
use crate::stage::{Stage, Window, play, sample_folder};

/// What is typed into every field of a new record: something else than what the field begins with, where it begins with
/// a word. A team that registers would leave its list.
fn whole(list: &str, shown: &[Column], at: usize) -> Vec<(usize, String)> {
    let text = |column: &Column| match column.ty {
        "choice" | "bool" => (*column.options.last().expect("a choice")).to_owned(),
        "ref" | "refs" => sample_text(&Column { ty: "ref", ..column.clone() }, list),
        "phone" => "13800000003".to_owned(),
        "email" => "li@example.com".to_owned(),
        "postcode" => "030000".to_owned(),
        "credit_code" => "91990100MAQH010106".to_owned(),
        "text" | "long" => format!("j{at}"),
        "money" => "12元".to_owned(),
        _ => sample_text(column, list),
    };
    let stays = |column: &Column| list != "team" || column.name != "registered_on";
    let typed = shown.iter().enumerate().filter(|(_, c)| c.editable && stays(c));
    typed.map(|(at, column)| (at, text(column))).collect()
}

fn folder_with_names(folder: &Path) -> Desk {
    let mut desk = sample_folder(folder);
    desk.turn_to(chrono::Local::now().date_naive());
    for (list, name) in [("team", "known-team"), ("mentor", "known-mentor"), ("fund", "known-fund")] {
        let mut said = vec![("name", name)];
        if list == "team" {
            said.push(("moved_in_on", "2021-01-01"));
        }
        assert_ne!(desk.add(list, &typed(&said)).expect("an answer").row.id, 0, "{list}");
    }
    desk
}

/// A condition that the first field of a record meets, of the sort that its column offers.
fn met(column: &Column, text: &str) -> Test {
    match column.ty {
        "date" | "month" | "year" | "int" | "decimal" | "money" => Test::Range { from: text.into(), to: text.into() },
        _ if !column.options.is_empty() => Test::Among { words: vec![text.into()] },
        _ => Test::Contains { text: text.into() },
    }
}

impl Window<'_> {
    /// As `wait`, looked at with every frame: many short waits one after the other.
    async fn soon(&self, what: &str, script: &str) -> Value {
        let script = format!(
            "const done = arguments[0];
             const is = () => {{ {script} }};
             const began = performance.now();
             const look = () => {{
               let found = is();
               if (found || performance.now() - began > 20000) done(found || null);
               else requestAnimationFrame(look);
             }};
             look()"
        );
        let found = self.client.execute_async(&script, Vec::new()).await.unwrap_or_else(|e| panic!("{what}: {e}"));
        assert!(!found.is_null(), "{what} did not come; the window shows: {}", self.text("body").await);
        found
    }

    /// Waits until every field of the open editor shows its text, and names those that do not.
    async fn editor_shows(&self, list: &str, shown: &[Column], cells: &[String]) {
        let wanted: Vec<_> = shown.iter().zip(cells).map(|(column, text)| json!([column.label, text])).collect();
        let script = format!(
            "const lines = new Map([...document.querySelectorAll('aside .fields .line')].map((line) =>
               [line.querySelector('label').childNodes[0].textContent.trim(), line.querySelector('input, select, textarea')]));
             const wrong = {}.filter(([label, text]) => lines.get(label)?.value !== text)
               .map(([label, text]) => label + ' shows ' + lines.get(label)?.value + ' for ' + text);
             if (wrong.length === 0 && document.querySelector('footer .saved').innerText === '已保存') return 'all';
             return performance.now() - began > 19000 && wrong.join('; ') + ' | ' + document.querySelector('aside').innerText.slice(0, 300)",
            json!(wanted)
        );
        let found = self.soon(list, &script).await;
        assert_eq!(found, json!("all"), "{list}: every field");
    }

    /// Waits until the history of the open record tells of each of these: then all of it is kept, whatever was asked first.
    async fn history_tells(&self, list: &str, of: &[String]) {
        let script = format!(
            "const told = [...document.querySelectorAll('aside ol ul li')].map((l) => l.textContent);
             const lacking = {}.filter((words) => !told.some((t) => t.includes(words)));
             return lacking.length === 0 || performance.now() - began > 19000 && lacking.join('; ')",
            json!(of)
        );
        assert_eq!(self.soon(list, &script).await, json!(true), "{list} tells of all of it");
    }

    /// Presses keys where the focus is, which may go over to another place in that moment.
    async fn press_keys(&self, why: &str, keys: &str) {
        let field = self.client.active_element().await.unwrap_or_else(|e| panic!("{why}: {e}"));
        field.send_keys(keys).await.unwrap_or_else(|e| panic!("{why}, {keys:?}: {e}"));
    }

    /// Goes to a field of the open editor by its label, as a click does, and marks what is in it.
    async fn field(&self, list: &str, label: &str) {
        let script = format!(
            "const line = [...document.querySelectorAll('aside .fields .line')]
               .find((line) => line.querySelector('label').childNodes[0].textContent.trim() === {label:?});
             const field = line?.querySelector('input, select, textarea');
             field?.focus(); field?.select?.();
             return document.activeElement === field && !field.disabled"
        );
        self.soon(&format!("{list}: {label}"), &script).await;
    }
}

#[test]
fn every_kind_is_entered_and_edited_in_its_editor() {
    play(async {
        let stage = Stage::set("editors", false);
        let folder = stage.home.join("台账");
        drop(folder_with_names(&folder));
        // What the same typing comes to in the core, which the window is held against.
        let mut beside = folder_with_names(&stage.home.join("beside"));
        let lists: Vec<ListEntry> = beside.lists().expect("lists").into_iter().flat_map(|g| g.lists).collect();
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.room("档案").await;
        window.size(1366, 768).await;
        let mut seen = 0;
        for list in lists.iter().filter(|l| l.addable) {
            let (name, label) = (list.name, list.label);
            let shown = columns(name).expect("columns");
            let said = whole(name, &shown, seen);
            let typed: Vec<_> = said
                .iter()
                .map(|(at, text)| Typed { field: shown[*at].name.into(), text: text.clone(), ids: None })
                .collect();
            let row = beside.add(name, &typed).expect("an answer").row;
            assert_ne!(row.id, 0, "{name} takes what is typed: {:?}", row.marks);
            window.list(label).await;
            let count = list.count;
            window
                .soon(
                    &format!("{label}: its rows"),
                    &format!("return document.querySelector('.tally')?.innerText === '{count} 条'"),
                )
                .await;
            window.press("新增").await;
            let new = format!(
                "return document.querySelector('aside h2')?.innerText === '新增{label}' && document.activeElement.closest('aside .fields') !== null"
            );
            window.soon(&format!("{label}: the editor"), &new).await;
            for (at, text) in &said {
                let column = &shown[*at];
                window.field(name, column.label).await;
                window.press_keys(label, text).await;
                // Enter goes on to the next field, but not from one of many lines, of many names or of choices.
                let stays = column.ty == "long" || column.ty == "refs" || !column.options.is_empty();
                window.press_keys(label, &if stays { Key::Tab } else { Key::Enter }.to_string()).await;
            }
            let saved = format!("return document.querySelector('aside h2')?.innerText === {:?}", row.label);
            window.soon(&format!("{label}: the record"), &saved).await;
            window.editor_shows(name, &shown, &row.cells).await;

            // One field is changed, and the change taken back by key.
            let edited = said.iter().rfind(|(at, _)| matches!(shown[*at].ty, "text" | "long"));
            let (at, _) = edited.unwrap_or_else(|| panic!("{name} has a field for words"));
            // The last words of all went their own way: the record was one before they were typed.
            window.history_tells(name, &[format!("{}：", shown[*at].label)]).await;
            let mut cells = row.cells.clone();
            cells[*at] = "edited".to_owned();
            window.field(name, shown[*at].label).await;
            window.press_keys(label, &format!("{}{}", cells[*at], Key::Tab)).await;
            window.editor_shows(&format!("{name} changed"), &shown, &cells).await;
            window.history_tells(name, &["edited".to_owned()]).await;
            window.field(name, shown[*at].label).await;
            window.press_keys(label, &format!("{}z{}", Key::Control, Key::Null)).await;
            window.editor_shows(&format!("{name} taken back"), &shown, &row.cells).await;

            // Deleted from the editor, looked at in the bin and brought back from there.
            window.press("删除这条记录").await;
            let less = format!(
                "return document.querySelector('.tally')?.innerText === '{count} 条' && document.querySelector('aside') === null"
            );
            window.soon(&format!("{label}: deleted"), &less).await;
            window.list_bin().await;
            let binned = format!(
                "const rows = [...document.querySelectorAll('.bin tbody tr')];
                 const link = rows.length === 1 && rows[0].querySelector('.link');
                 return link && link.innerText === {:?} && (link.click(), true)",
                row.label
            );
            window.soon(&format!("{label}: in the bin"), &binned).await;
            window.soon(&format!("{label}: looked at there"), "return document.querySelector('aside')?.innerText.includes('在回收站') && document.querySelector('aside .fields :is(input, select, textarea):enabled') === null && document.querySelector('aside .fields .line') !== null").await;
            window.press("从回收站恢复").await;
            window
                .soon(
                    &format!("{label}: brought back"),
                    "return document.querySelector('.bin')?.innerText.includes('回收站是空的') && document.querySelector('aside .fields :is(input, select, textarea):enabled') !== null",
                )
                .await;

            // Found by its label from anywhere; whole in the editor and in the grid.
            window.found(label, &row.label).await;
            window.editor_shows(&format!("{name} found"), &shown, &row.cells).await;
            window.press_keys(label, &Key::Escape.to_string()).await;
            let cells = "const at = document.querySelector('.cell.active')?.dataset.row;
                if (document.querySelector('aside') || at === undefined) return false;
                return [...document.querySelectorAll(`[data-row=\"${at}\"][role=gridcell]`)].map((c) => c.innerText)";
            let held = window.soon(&format!("{label}: its row"), cells).await;
            let missing = |(text, column): (&String, &Column)| {
                if text.is_empty() && column.required { "未填".to_owned() } else { text.clone() }
            };
            let wanted: Vec<_> = row.cells.iter().zip(&shown).map(missing).collect();
            assert_eq!(held, json!(wanted), "{label}: the row of the grid");
            window.list_follows(&beside, list, &shown, &row.cells).await;
            seen += 1;
        }
        assert_eq!(seen, ADDABLE, "every list to which one can add");
        window.close().await;
    });
}

impl Window<'_> {
    /// Finds a record by its label with the box that stands over everything, and opens it.
    async fn found(&self, list: &str, label: &str) {
        self.press_keys(label, &format!("{}k{}", Key::Control, Key::Null)).await;
        self.soon("the box", "return document.activeElement?.matches('input[aria-label=查找]')").await;
        self.press_keys(label, label).await;
        let hit = format!(
            "const group = [...document.querySelectorAll('.found [role=group]')].find((g) => g.getAttribute('aria-label') === {list:?});
             const hit = [...group?.querySelectorAll('.hit') ?? []].find((h) => h.querySelector('.label').innerText === {label:?});
             hit?.click(); return hit !== undefined"
        );
        self.soon(&format!("{list} “{label}” is found"), &hit).await;
        let there = format!(
            "return document.querySelector('.tools h1')?.innerText === {list:?} && document.querySelector('aside h2')?.innerText === {label:?}
               && document.activeElement?.closest('aside') !== null"
        );
        self.soon(&format!("{list} “{label}” is opened"), &there).await;
    }

    /// Sorts the open list by its first column both ways, narrows it to what one record has there, and to what is flawed:
    /// each time it shows what the core gives.
    async fn list_follows(&self, beside: &Desk, list: &ListEntry, shown: &[Column], cells: &[String]) {
        let first = &shown[0];
        let field = first.name.to_owned();
        let sorted = |down| View { sort: Some(Sort { field: field.clone(), down }), ..View::default() };
        for (turn, down) in [("ascending", false), ("descending", true)] {
            self.run("document.querySelector('[data-head=\"0\"] .sort').click()").await;
            let turned =
                format!("return document.querySelector('[data-head=\"0\"]')?.getAttribute('aria-sort') === '{turn}'");
            self.soon(list.label, &turned).await;
            self.rows_are(beside, list, &sorted(down), turn).await;
        }
        self.run("document.querySelector('[data-head=\"0\"] .sort').click()").await;
        self.rows_are(beside, list, &View::default(), "as entered").await;

        let test = met(first, &cells[0]);
        let fill = match &test {
            Test::Among { words } => {
                format!(
                    "for (const box of menu.querySelectorAll('[type=checkbox]')) if (box.value === {:?}) box.click()",
                    words[0]
                )
            }
            Test::Range { from, .. } => {
                format!("for (const field of menu.querySelectorAll('.range input')) put(field, {from:?})")
            }
            Test::Contains { text } => format!("put(menu.querySelector('.part input'), {text:?})"),
            Test::Blank | Test::Filled => unreachable!("not asked for here"),
        };
        self.run("document.querySelector('[data-head=\"0\"] .more').click()").await;
        let filter = format!(
            "const menu = document.querySelector('.menu');
             if (!menu) return false;
             const put = (field, text) => {{ field.value = text; field.dispatchEvent(new Event('input', {{ bubbles: true }})); }};
             {fill};
             return true"
        );
        self.soon(list.label, &filter).await;
        self.press("筛选").await;
        self.soon(list.label, "return document.querySelector('.menu') === null").await;
        let narrowed = View { filters: vec![Filter { field, test }], ..View::default() };
        self.rows_are(beside, list, &narrowed, "narrowed").await;
        self.press("清除筛选").await;
        self.rows_are(beside, list, &View::default(), "all of them").await;

        self.run("document.querySelector('.tools .check input').click()").await;
        self.rows_are(beside, list, &View { flawed: true, ..View::default() }, "flawed").await;
        self.run("document.querySelector('.tools .check input').click()").await;
        self.rows_are(beside, list, &View::default(), "all again").await;
    }

    /// The list shows the rows that the core gives for a view, as many of them, in its order.
    async fn rows_are(&self, beside: &Desk, list: &ListEntry, view: &View, why: &str) {
        let rows = beside.rows(list.name, view, 0, 8, true).expect("rows");
        let narrow = !view.filters.is_empty() || view.flawed;
        let tally = if narrow { format!("{} / {} 条", rows.count, rows.all) } else { format!("{} 条", rows.count) };
        let texts: Vec<&String> = rows.rows.iter().map(|row| &row.cells[0]).collect();
        let script = format!(
            "const texts = [...document.querySelectorAll('[data-cell=\"0\"][data-row]')]
               .map((c) => [Number(c.dataset.row), c.innerText]).filter(([row]) => row < {}).sort((a, b) => a[0] - b[0]).map(([, text]) => text === '未填' ? '' : text);
             const tally = document.querySelector('.tally')?.innerText;
             if (tally === {tally:?} && JSON.stringify(texts) === JSON.stringify({})) return 'so';
             return performance.now() - began > 19000 && JSON.stringify([tally, texts])",
            texts.len(),
            json!(texts)
        );
        let found = self.soon(list.label, &script).await;
        assert_eq!(found, json!("so"), "{} {why}: {tally} {texts:?}", list.label);
    }
}

#[test]
fn a_records_history_says_who_when_and_what_and_leads_back() {
    play(async {
        let stage = Stage::set("history", true);
        let folder = stage.home.join("台账");
        let mut desk = sample_folder(&folder);
        for name in ["重庆乐行", "单山曾"] {
            desk.add("mentor", &typed(&[("name", name)])).expect("a mentor");
        }
        drop(desk);
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.size(1366, 768).await;
        window.room("备份与设置").await;
        let history =
            "document.getElementById('tab-history')?.click(); return document.querySelector('#person') !== null";
        window.wait("the steps", history).await;
        window.run("document.querySelector('#person').focus()").await;
        window.keys(&format!("Li Si{}", Key::Tab)).await;
        window.room("档案").await;
        window.list("创业团队").await;
        window.cell(0, 0).await;
        let team = window.texts(0).await[0].clone();
        window.press("打开").await;
        let began = chrono::Local::now().naive_local() - chrono::Duration::seconds(60);
        for text in ["first", "second"] {
            window.field("team", "备注").await;
            window.keys(&format!("{text}{}", Key::Tab)).await;
            window.wait(text, &format!("return document.querySelector('footer .saved').innerText === '已保存' && document.querySelector('aside ol li details')?.innerHTML.includes({text:?})")).await;
        }
        let said = window
            .run(
                "return [...document.querySelectorAll('aside ol > li')].slice(0, 2).map((entry) => {
                   entry.querySelector('details').open = true;
                   const [name, by] = [...entry.querySelectorAll('summary > span')].map((s) => s.innerText);
                   return [name, by, ...[...entry.querySelectorAll('ul li')].map((l) => l.innerText)];
                 })",
            )
            .await;
        let name = format!("修改创业团队“{team}”的备注");
        for (at, change) in [(0, "备注：first → second"), (1, "备注：first")] {
            assert_eq!(said[at][0], json!(name));
            assert_eq!(said[at][2], json!(change), "what was there and what is");
            let by = said[at][1].as_str().expect("when and who");
            let (when, who) = by.rsplit_once("Li Si").map(|(when, rest)| (when.trim(), rest)).expect("who");
            assert_eq!(who, "");
            let when = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]
                .iter()
                .find_map(|f| chrono::NaiveDateTime::parse_from_str(when, f).ok());
            let when = when.unwrap_or_else(|| panic!("when it was: {by}"));
            assert!(when >= began && when <= chrono::Local::now().naive_local(), "{by}");
        }
        // Back to how it stood after the first of the two, by its own button; a step like any other.
        window.run("document.querySelectorAll('aside ol > li')[1].querySelector('button.link').click()").await;
        window.shows("已恢复到这一步之后的内容").await;
        let note = "[...document.querySelectorAll('aside .fields .line')].find((l) => l.innerText.startsWith('备注')).querySelector('textarea').value";
        window.wait("as it was", &format!("return {note} === 'first'")).await;
        window.run("document.querySelector('header button.quiet').click()").await;
        window.wait("taken back", &format!("return {note} === 'second'")).await;

        // Every reading of a name finds it in the box: the whole of it, by any of its characters' readings.
        window.keys(&format!("{}k{}", Key::Control, Key::Null)).await;
        for (typed, name) in [
            ("zhongqingle", "重庆乐行"),
            ("chongqingyue", "重庆乐行"),
            ("lexing", "重庆乐行"),
            ("yuehang", "重庆乐行"),
            ("cqlh", "重庆乐行"),
            ("shanshanceng", "单山曾"),
            ("danshanzeng", "单山曾"),
            ("重qing乐h", "重庆乐行"),
        ] {
            window.run("document.querySelector('input[aria-label=查找]').select()").await;
            window.keys(typed).await;
            let found = format!(
                "return document.querySelector('input[aria-label=查找]').value === {typed:?}
                   && [...document.querySelectorAll('.found .hit .label')].some((l) => l.innerText === {name:?})"
            );
            window.soon(&format!("{typed} finds {name}"), &found).await;
        }
        window.close().await;
    });
}

//! 档案: every kind typed in, changed, taken back, deleted and brought back; pasted blocks; the input method.

use fantoccini::key::Key;
use incubator::desk::{Column, Typed, columns};
use serde_json::{Value, json};

use crate::stage::{Stage, Window, play, sample_folder};

fn typed(fields: &[(&str, &str)]) -> Vec<Typed> {
    fields.iter().map(|(f, t)| Typed { field: (*f).into(), text: (*t).into(), ids: None }).collect()
}

/// A text that a column takes.
fn sample_text(column: &Column, label: &str) -> String {
    match column.ty {
        "date" => "2021.3.1".to_owned(),
        "month" => "2021年3月".to_owned(),
        "year" => "2021".to_owned(),
        "money" | "int" | "decimal" => "12".to_owned(),
        "choice" | "bool" => column.options[0].to_owned(),
        "ref" => match column.of {
            Some("mentor") => "journey-mentor".to_owned(),
            Some("fund") => "journey-fund".to_owned(),
            _ => "journey-team".to_owned(),
        },
        _ => format!("journey-{label}"),
    }
}

impl Window<'_> {
    /// Opens a list by its name on the left.
    async fn list(&self, label: &str) {
        let script = format!(
            "const one = [...document.querySelectorAll('.lists button')]
               .find((b) => (b.querySelector('.name') ?? b).innerText.trim() === {label:?});
             one?.click(); return one !== undefined"
        );
        self.wait(label, &script).await;
        let there = format!(
            "return document.querySelector('.tools h1')?.innerText === {label:?} && document.querySelector('#grid') !== null"
        );
        self.wait(label, &there).await;
        self.run("document.querySelector('.input').focus()").await;
    }

    /// Makes a cell of a row active, as a click on it does.
    async fn cell(&self, row: usize, column: usize) {
        let script = format!(
            "const cell = document.querySelector('[data-row=\"{row}\"][data-cell=\"{column}\"]');
             cell?.scrollIntoView({{ block: 'nearest', inline: 'nearest' }});
             cell?.dispatchEvent(new MouseEvent('mousedown', {{ bubbles: true, cancelable: true, button: 0 }}));
             return cell !== null && cell.classList.contains('active')"
        );
        self.wait("the cell", &script).await;
    }

    /// How many records the list says that it shows.
    async fn tally(&self) -> String {
        self.text(".tally").await
    }
}

#[test]
fn every_kind_is_added_edited_undone_deleted_and_restored() {
    play(async {
        let stage = Stage::set("kinds", false);
        let folder = stage.home.join("台账");
        let mut desk = sample_folder(&folder);
        desk.add("team", &typed(&[("name", "journey-team"), ("moved_in_on", "2021-01-01")])).expect("a team");
        desk.add("mentor", &typed(&[("name", "journey-mentor")])).expect("a mentor");
        desk.add("fund", &typed(&[("name", "journey-fund")])).expect("a fund");
        let lists: Vec<_> = desk.lists().expect("lists").into_iter().flat_map(|g| g.lists).collect();
        drop(desk);
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.room("档案").await;
        window.size(1366, 768).await;
        let mut seen = 0;
        for list in lists.iter().filter(|l| l.addable) {
            let shown = columns(list.name).expect("columns");
            window.list(list.label).await;
            // Nothing but its own record is added to a list before its turn comes.
            let count = list.count;
            let whole = format!("return document.querySelector('.tally')?.innerText === '{count} 条'");
            window.wait("the rows", &whole).await;
            // The blank row below the last one takes what is typed, cell by cell.
            window.run("document.querySelector('.scroll').scrollTop = 1e9").await;
            for (at, column) in shown.iter().enumerate().filter(|(_, c)| c.required || c.names) {
                window.cell(count, at).await;
                window.keys(&sample_text(column, list.name)).await;
                window.keys(&Key::Enter.to_string()).await;
                window.run("document.querySelector('.scroll').scrollTop = 1e9").await;
            }
            let more = format!("return document.querySelector('.tally')?.innerText === '{} 条'", count + 1);
            window.wait(&format!("{}: the record", list.label), &more).await;
            // Edited in its note, and taken back by key.
            if let Some(at) = shown.iter().position(|c| c.name == "note") {
                window.cell(count, at).await;
                window.keys("a note").await;
                window.keys(&Key::Enter.to_string()).await;
                let noted = format!(
                    "return document.querySelector('[data-row=\"{count}\"][data-cell=\"{at}\"]')?.innerText === 'a note'"
                );
                window.wait(&format!("{}: the note", list.label), &noted).await;
                window.wait("kept", "return document.querySelector('footer .saved').innerText === '已保存'").await;
                window.keys(&format!("{}z{}", Key::Control, Key::Null)).await;
                let gone = format!(
                    "return document.querySelector('[data-row=\"{count}\"][data-cell=\"{at}\"]')?.innerText === ''"
                );
                window.wait(&format!("{}: taken back", list.label), &gone).await;
            }
            window.cell(count, 0).await;
            window.press("删除").await;
            let less = format!("return document.querySelector('.tally')?.innerText === '{count} 条'");
            window.wait(&format!("{}: deleted", list.label), &less).await;
            window.list_bin().await;
            window.wait("the bin", "return document.querySelectorAll('.bin tbody tr').length > 0").await;
            window.run("document.querySelector('.bin tbody tr .button').click()").await;
            window.wait("empty", "return document.querySelectorAll('.bin tbody tr').length === 0").await;
            window.list(list.label).await;
            window.wait(&format!("{}: back again", list.label), &more).await;
            seen += 1;
        }
        assert!(seen > 25, "every list was tried: {seen}");
        window.close().await;
    });
}

impl Window<'_> {
    async fn list_bin(&self) {
        self.run("[...document.querySelectorAll('.lists button')].at(-1).click()").await;
    }
}

#[test]
fn no_letter_of_a_composition_is_lost_and_none_of_its_keys_moves() {
    play(async {
        let stage = Stage::set("ime", true);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.room("档案").await;
        window.size(1366, 768).await;
        // A composition as the two engines tell it: 您好, ended by Enter.
        window
            .run(
                "window.compose = (field, order) => {
                   const fire = (type, data) => field.dispatchEvent(new CompositionEvent(type, { data, bubbles: true }));
                   const key = (key, keyCode, isComposing) =>
                     field.dispatchEvent(new KeyboardEvent('keydown', { key, keyCode, isComposing, bubbles: true, cancelable: true }));
                   const put = (text) => {
                     const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set;
                     set.call(field, text);
                     field.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true }));
                   };
                   const before = field.value;
                   if (order === 'chromium') key('Process', 229, false);
                   fire('compositionstart', '');
                   for (const part of ['n', 'ni', 'nin', 'nin h', '您好']) { fire('compositionupdate', part); put(before + part); if (order === 'webkit') key('Process', 229, true); }
                   if (order === 'chromium') { key('Enter', 229, true); fire('compositionend', '您好'); }
                   else { fire('compositionend', '您好'); key('Enter', 229, false); }
                   return field.value;
                 }",
            )
            .await;
        let mut tried = 0;
        // Every column of every list, with both orders.
        let lists =
            window.run("return [...document.querySelectorAll('.lists .name')].map((n) => n.innerText.trim())").await;
        for list in lists.as_array().expect("lists").iter().filter_map(Value::as_str) {
            window.list(list).await;
            let found = window
                .run(
                    "const wrong = [];
                     const count = document.querySelectorAll('.row')[0]?.querySelectorAll('[role=gridcell]').length ?? 0;
                     return count",
                )
                .await
                .as_u64()
                .unwrap_or(0);
            for column in 0..found {
                for order in ["chromium", "webkit"] {
                    window.cell(0, usize::try_from(column).expect("small")).await;
                    let script = format!(
                        "const cell = document.querySelector('.active');
                         if (cell.getAttribute('aria-readonly') === 'true') return ['read-only'];
                         const field = document.querySelector('.input');
                         const kept = compose(field, {order:?});
                         const now = document.querySelector('.active');
                         return [kept, cell === now, field.classList.contains('typing')]"
                    );
                    let answer = window.run(&script).await;
                    if answer[0] != json!("read-only") {
                        assert_eq!(answer, json!(["您好", true, true]), "{list} column {column}, {order}");
                        tried += 1;
                    }
                    window.keys(&Key::Escape.to_string()).await;
                }
            }
        }
        assert!(tried >= 400, "every input was tried: {tried}");
        // The editor's fields, and those of the round.
        window.list("初创企业").await;
        window.cell(0, 0).await;
        window.press("打开").await;
        window.wait("the editor", "return document.querySelectorAll('aside .fields .line').length > 20").await;
        let answer = window
            .run(
                "const lost = [];
                 for (const field of document.querySelectorAll('aside .fields :is(input, textarea)')) {
                   for (const order of ['chromium', 'webkit']) {
                     field.focus();
                     const before = field.value;
                     const kept = compose(field, order);
                     if (kept !== before + '您好') lost.push([field.id, order, kept]);
                     if (document.activeElement !== field) lost.push([field.id, order, 'moved']);
                     field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
                   }
                 }
                 return lost",
            )
            .await;
        assert_eq!(answer, json!([]), "in the editor");
        window.close().await;
    });
}

#[test]
fn a_pasted_block_is_looked_at_and_then_kept() {
    play(async {
        let stage = Stage::set("paste", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.room("档案").await;
        window.size(1366, 768).await;
        window.list("创业导师").await;
        let before = window.tally().await;
        let count: usize = before.trim_end_matches(" 条").parse().expect("a number");
        window.run("document.querySelector('.scroll').scrollTop = 1e9").await;
        window.cell(count, 0).await;
        window
            .run(
                "const clip = new DataTransfer();
                 clip.setData('text/plain', '贴甲\\t甲公司\\r\\n贴乙\\t\"乙\\n公司\"\\r\\n');
                 document.querySelector('.input').dispatchEvent(new ClipboardEvent('paste', { clipboardData: clip, bubbles: true, cancelable: true }))",
            )
            .await;
        window
            .wait("the plan", "return document.querySelector('dialog.pasted[open]')?.innerText.includes('新增 2 条')")
            .await;
        window.picture("paste-light-1366").await;
        window.press("粘贴 2 条").await;
        let more = format!("return document.querySelector('.tally')?.innerText === '{} 条'", count + 2);
        window.wait("the records", &more).await;
        window.close().await;
    });
}

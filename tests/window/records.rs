//! 档案: every kind typed in, changed, taken back, deleted and brought back; blocks; large lists.

use fantoccini::key::Key;
use incubator::desk::{Column, Typed, columns};
use serde_json::json;

use crate::stage::{Stage, Window, large_folder, play, sample_folder};

/// What is typed into fields.
pub fn typed(fields: &[(&str, &str)]) -> Vec<Typed> {
    fields.iter().map(|(f, t)| Typed { field: (*f).into(), text: (*t).into(), ids: None }).collect()
}

/// A text that a column takes. What is referred to has a name that no list gives its own record: two of one name would be
/// a doubt, and no record.
pub fn sample_text(column: &Column, label: &str) -> String {
    match column.ty {
        "date" => "2021.3.1".to_owned(),
        "month" => "2021年3月".to_owned(),
        "year" => "2021".to_owned(),
        "money" | "int" | "decimal" => "12".to_owned(),
        "choice" | "bool" => column.options[0].to_owned(),
        "ref" => match column.of {
            Some("mentor") => "known-mentor".to_owned(),
            Some("fund") => "known-fund".to_owned(),
            _ => "known-team".to_owned(),
        },
        _ => format!("journey-{label}"),
    }
}

impl Window<'_> {
    /// Opens a list by its name on the left.
    pub async fn list(&self, label: &str) {
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
    pub async fn cell(&self, row: usize, column: usize) {
        let script = format!(
            "const cell = document.querySelector('[data-row=\"{row}\"][data-cell=\"{column}\"]');
             cell?.scrollIntoView({{ block: 'nearest', inline: 'nearest' }});
             cell?.dispatchEvent(new MouseEvent('mousedown', {{ bubbles: true, cancelable: true, button: 0 }}));
             return cell !== null && cell.classList.contains('active')"
        );
        self.wait("the cell", &script).await;
    }

    /// The texts of a column in sight.
    pub async fn texts(&self, column: usize) -> Vec<String> {
        let script = format!(
            "return [...document.querySelectorAll('[data-cell=\"{column}\"][data-row]')]
               .sort((a, b) => a.dataset.row - b.dataset.row).map((c) => c.innerText)"
        );
        let found = self.run(&script).await;
        found.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    }

    /// Pastes a block where the grid stands, as a spreadsheet copies it, and waits for its plan.
    pub async fn paste_block(&self, text: &str, says: &str) {
        self.run(&format!(
            "const clip = new DataTransfer();
             clip.setData('text/plain', {text:?});
             clip.setData('text/html', '<table><tr><td>other</td></tr></table>');
             document.querySelector('.input').dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: clip, bubbles: true, cancelable: true }}))"
        ))
        .await;
        let plan = format!("return document.querySelector('dialog.pasted[open]')?.innerText.includes({says:?})");
        self.wait("the plan", &plan).await;
    }

    /// How many records the list says that it shows.
    pub async fn tally(&self) -> String {
        self.text(".tally").await
    }
}

/// Lists to which a person can add a record.
pub const ADDABLE: usize = 35;

#[test]
fn every_kind_is_added_edited_undone_deleted_and_restored() {
    play(async {
        let stage = Stage::set("kinds", false);
        let folder = stage.home.join("台账");
        let mut desk = sample_folder(&folder);
        desk.add("team", &typed(&[("name", "known-team"), ("moved_in_on", "2021-01-01")])).expect("a team");
        desk.add("mentor", &typed(&[("name", "known-mentor")])).expect("a mentor");
        desk.add("fund", &typed(&[("name", "known-fund")])).expect("a fund");
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
            let at = shown.iter().position(|c| c.name == "note");
            let at = at.unwrap_or_else(|| panic!("{} has a note", list.label));
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
        assert_eq!(seen, ADDABLE, "every list to which one can add");
        window.close().await;
    });
}

impl Window<'_> {
    pub async fn list_bin(&self) {
        self.run("[...document.querySelectorAll('.lists button')].at(-1).click()").await;
    }
}

#[test]
fn a_grid_is_worked_by_keyboard_alone_and_keeps_its_habits() {
    play(async {
        let stage = Stage::set("grid", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.room("档案").await;
        window.size(1366, 768).await;
        window.list("初创企业").await;
        window.picture("records-light-1366").await;
        let active =
            "const a = document.querySelector('.active'); return a && [Number(a.dataset.row), Number(a.dataset.cell)]";
        window.cell(0, 0).await;
        for (keys, row, column) in [
            (Key::Down.to_string(), 1, 0),
            (Key::Right.to_string(), 1, 1),
            (Key::Tab.to_string(), 1, 2),
            (Key::Enter.to_string(), 2, 2),
            (Key::Home.to_string(), 2, 0),
            (Key::Up.to_string(), 1, 0),
        ] {
            window.keys(&keys).await;
            assert_eq!(window.run(active).await, json!([row, column]), "after {keys:?}");
        }
        // What is typed replaces the cell; Esc gives it up; F2 goes on with it.
        let at = columns("enterprise").expect("columns").iter().position(|c| c.name == "note").expect("the note");
        window.cell(1, at).await;
        window.keys("first").await;
        window.keys(&Key::Enter.to_string()).await;
        assert_eq!(window.run(active).await, json!([2, at]), "Enter goes on below");
        window.cell(1, at).await;
        window.keys("lost").await;
        window.keys(&Key::Escape.to_string()).await;
        window.wait("given up", "return document.querySelector('.input').value === ''").await;
        assert_eq!(window.texts(at).await[1], "first");
        window.keys(&Key::F2.to_string()).await;
        window.keys("!").await;
        window.keys(&Key::Enter.to_string()).await;
        let kept =
            format!("return document.querySelector('[data-row=\"1\"][data-cell=\"{at}\"]').innerText === 'first!'");
        window.wait("gone on with", &kept).await;
        // What the core does not take stays, with the reason beside it.
        let phone = columns("enterprise").expect("columns").iter().position(|c| c.name == "leader_phone").expect("it");
        window.cell(1, phone).await;
        window.keys("123").await;
        window.keys(&Key::Enter.to_string()).await;
        window.wait("the reason", &format!("return document.querySelector('[data-row=\"1\"][data-cell=\"{phone}\"]').classList.contains('wrong')")).await;
        window.cell(1, phone).await;
        window.wait("beside it", "return document.querySelector('.say')?.innerText.includes('不像电话号码')").await;
        window.picture("records-flaw-light-1366").await;
        window.keys(&Key::Delete.to_string()).await;
        window.wait("emptied", &format!("return !document.querySelector('[data-row=\"1\"][data-cell=\"{phone}\"]').classList.contains('wrong')")).await;
        // The editor, by key; and back.
        window.keys(&format!("{}{}{}", Key::Control, Key::Enter, Key::Null)).await;
        window.wait("the editor", "return document.querySelectorAll('aside .fields .line').length > 20").await;
        window.wait("its focus", "return document.activeElement.closest('aside') !== null").await;
        window.picture("editor-light-1366").await;
        window.keys(&Key::Escape.to_string()).await;
        window
            .wait("back", "return document.querySelector('aside') === null && document.activeElement.matches('.input')")
            .await;
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
        window.paste_block("贴甲\t甲公司\r\n贴乙\t\"乙\n公司\"\r\n", "新增 2 条").await;
        window.picture("paste-light-1366").await;
        window.press("粘贴 2 条").await;
        let more = format!("return document.querySelector('.tally')?.innerText === '{} 条'", count + 2);
        window.wait("the records", &more).await;
        window.wait("by its name", "return document.querySelector('header .what')?.innerText === '粘贴创业导师'").await;
        window.close().await;
    });
}

#[test]
fn a_block_is_copied_and_pasted_over_other_rows_by_keys_and_taken_back() {
    play(async {
        let stage = Stage::set("copy", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.room("档案").await;
        window.size(1366, 768).await;
        window.list("创业导师").await;
        let ctrl = |key: char| format!("{}{key}{}", Key::Control, Key::Null);
        let resting = "return document.activeElement?.matches('.input') && document.querySelector('footer .saved')?.innerText === '已保存'";
        let words = [window.texts(1).await, window.texts(2).await];
        window.cell(0, 1).await;
        window.keys(&format!("{}{}{}{}", Key::Shift, Key::Down, Key::Right, Key::Null)).await;
        window.wait("a block", "return document.querySelectorAll('.chosen').length === 4").await;
        window.keys(&ctrl('c')).await;
        window.wait("copied", resting).await;
        assert_eq!(window.run("return document.querySelector('.notice')?.innerText ?? ''").await, json!(""));
        // Over the next two rows: looked at first, then kept as one step.
        window.cell(2, 1).await;
        window.keys(&ctrl('v')).await;
        let plan = "return document.querySelector('dialog.pasted[open]')?.innerText.includes('新增 0 条，修改 2 条')";
        window.wait("the plan", plan).await;
        for text in &words[0][..2] {
            window.shows(text).await;
        }
        window.press("粘贴 2 条").await;
        let stand = |at: usize, from: usize| {
            let texts: Vec<&String> = words[at - 1][from..from + 2].iter().collect();
            format!(
                "return {}.every((text, i) => document.querySelector(`[data-row=\"${{2 + i}}\"][data-cell=\"{at}\"]`)?.innerText === text)",
                json!(texts)
            )
        };
        window.wait("the first column", &stand(1, 0)).await;
        window.wait("the second column", &stand(2, 0)).await;
        window.wait("the grid has the keys", resting).await;
        window.keys(&ctrl('z')).await;
        window.wait("taken back", &stand(1, 2)).await;
        window.wait("both columns", &stand(2, 2)).await;
        // One value fills the whole selection.
        window.cell(0, 1).await;
        window.keys(&ctrl('c')).await;
        window.wait("copied", resting).await;
        window.cell(1, 1).await;
        window.keys(&format!("{}{}{}", Key::Shift, Key::Down, Key::Null)).await;
        window.keys(&ctrl('v')).await;
        window.wait("the plan", plan).await;
        window.close().await;
    });
}

#[test]
fn a_team_that_registers_stays_under_the_hand_until_its_list_is_opened_again() {
    play(async {
        let stage = Stage::set("registers", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.room("档案").await;
        window.size(1366, 768).await;
        window.list("创业团队").await;
        let shown = columns("team").expect("columns");
        let place = |name: &str| shown.iter().position(|c| c.name == name).expect("the column");
        let (day, code) = (place("registered_on"), place("credit_code"));
        assert_eq!(code, day + 1, "Tab leads from one to the other");
        let names = window.texts(0).await;
        let says = |row: usize, at: usize, text: &str| {
            format!("return document.querySelector('[data-row=\"{row}\"][data-cell=\"{at}\"]')?.innerText === {text:?}")
        };
        let beside = window.texts(code).await[1].clone();
        window.cell(0, day).await;
        window.keys(&format!("2021-08-01{}91350100M000100Y43{}", Key::Tab, Key::Enter)).await;
        window.wait("the code", &says(0, code, "91350100M000100Y43")).await;
        window.wait("kept", "return document.querySelector('footer .saved')?.innerText === '已保存'").await;
        assert_eq!(window.texts(0).await[..2], names[..2], "nobody has moved");
        assert_eq!(window.texts(code).await[1], beside, "and nobody else has its code");
        // Typed for the wrong one: taken out again where it stands now.
        window.list("初创企业").await;
        let shown = columns("enterprise").expect("columns");
        let day = shown.iter().position(|c| c.name == "registered_on").expect("the column");
        let row = format!(
            "return [...document.querySelectorAll('[data-cell=\"0\"]')].find((c) => c.innerText === {:?})?.dataset.row",
            names[0]
        );
        let row = window.wait("its row", &row).await;
        let row: usize = row.as_str().expect("a row").parse().expect("a number");
        window.cell(row, day).await;
        window.keys(&Key::Delete.to_string()).await;
        window.shows("已转入创业团队").await;
        window.list("创业团队").await;
        window.wait("a team again", &says(0, 0, &names[0])).await;
        window.close().await;
    });
}

#[test]
fn a_long_list_is_held_a_window_at_a_time_and_long_work_on_it_is_stopped_by_its_button() {
    play(async {
        let stage = Stage::set("large", false);
        let folder = stage.home.join("台账");
        drop(large_folder(&folder, 20_000));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.room("档案").await;
        window.size(1366, 768).await;
        window.list("收入").await;
        // Opened again, as after a look elsewhere; then sorted; then scrolled through.
        window.list("支出").await;
        let answer = window.open_sort_and_scroll(20_000).await;
        println!("20,000 rows: {answer}");
        assert!(answer[4].as_u64().expect("rows") < 60, "only what is in sight is held: {answer}");
        let last = window
            .wait(
                "the last row",
                "const last = document.querySelector('[data-row=\"19999\"][data-cell=\"1\"]'); return last?.innerText",
            )
            .await;
        assert_ne!(last, json!(""), "the end of the list is reached");
        window.long_work_is_stopped().await;
        window.close().await;
    });
}

//! 档案 without a mouse.

use fantoccini::key::Key;
use incubator::desk::columns;
use serde_json::json;

use crate::stage::{Stage, Window, play, sample_folder};

/// The grid has the keys, on this list.
const RESTING: &str = "document.activeElement?.matches('.input') && !document.activeElement.matches('.typing')";
const SAVED: &str = "document.querySelector('footer .saved')?.innerText === '已保存'";

fn ctrl(key: impl Into<char>) -> String {
    format!("{}{}{}", Key::Control, key.into(), Key::Null)
}

impl Window<'_> {
    /// Presses Tab until the focus is where a script says, as a person without a mouse does.
    async fn tab_to(&self, what: &str, here: &str) {
        self.key_to(&Key::Tab.to_string(), what, here).await;
    }

    /// Presses a key until the focus is where a script says.
    async fn key_to(&self, key: &str, what: &str, here: &str) {
        for _ in 0..80 {
            if self.run(&format!("const at = document.activeElement; return {here}")).await == json!(true) {
                return;
            }
            self.keys(key).await;
        }
        panic!("{key:?} does not come to {what}");
    }

    /// Opens the menu of the active cell's column by key, and presses the button of these words in it.
    async fn menu(&self, words: &str) {
        self.keys(&format!("{}{}l{}", Key::Control, Key::Shift, Key::Null)).await;
        self.wait("the menu", "return document.activeElement?.closest('.menu') !== null").await;
        self.tab_to(words, &format!("at.innerText?.trim() === {words:?}")).await;
        self.keys(&Key::Enter.to_string()).await;
    }

    /// Waits for the words that count the rows.
    async fn counts(&self, why: &str, tally: &str) {
        self.wait(why, &format!("return document.querySelector('.tally')?.innerText === {tally:?}")).await;
    }
}

#[test]
fn a_record_is_entered_found_deleted_and_brought_back_without_a_mouse() {
    play(async {
        let stage = Stage::set("keys", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("the overview", "return document.querySelector('.overview h1') !== null").await;
        window.size(1366, 768).await;
        let resting = format!("return {RESTING} && document.querySelector('.tools h1')?.innerText === '创业团队'");
        let enter = Key::Enter.to_string();
        window.keys(&ctrl('2')).await;
        window.wait("the grid has the keys", &resting).await;
        let count: usize = window.tally().await.trim_end_matches(" 条").parse().expect("a number");
        let (fewer, more) = (format!("{count} 条"), format!("{} 条", count + 1));

        // A new record in the editor, from the blank row below the last one.
        window.keys(&ctrl(Key::End)).await;
        window.keys(&ctrl(Key::Enter)).await;
        window.wait("the editor", "return document.activeElement?.closest('aside .fields') !== null").await;
        for (label, text) in [("团队名称", "jianpan"), ("团队负责人", "li"), ("入驻日期", "2021.9.1")] {
            let field = format!("at.labels?.[0]?.innerText.replace(/[*(].*/s, '').trim() === {label:?}");
            window.tab_to(label, &field).await;
            window.keys(&format!("{text}{enter}")).await;
        }
        window.wait("a record", "return document.querySelector('aside h2')?.innerText === 'jianpan'").await;
        window.counts("one more", &more).await;
        window.keys(&Key::Escape.to_string()).await;
        window.wait("back in the grid", &resting).await;
        let active = "document.querySelector('.cell.active')";
        window.wait("at its row", &format!("return {active}?.innerText === 'jianpan'")).await;

        // A cell of it in the grid.
        let at = columns("team").expect("columns").iter().position(|c| c.name == "note").expect("the note");
        for _ in 0..at {
            window.keys(&Key::Right.to_string()).await;
        }
        window.wait("its note", &format!("return {active}?.dataset.cell === '{at}'")).await;
        window.keys(&format!("by keys alone{}", Key::Tab)).await;
        let noted = format!(
            "return [...document.querySelectorAll('[data-cell=\"{at}\"]')].some((c) => c.innerText === 'by keys alone') && {SAVED}"
        );
        window.wait("the note", &noted).await;

        // Filtered to it, sorted, and all of them again.
        window.keys(&Key::Home.to_string()).await;
        window.keys(&format!("{}{}l{}", Key::Control, Key::Shift, Key::Null)).await;
        window.wait("the filter", "return document.activeElement?.matches('.menu input')").await;
        window.keys(&format!("jianpan{enter}")).await;
        window.counts("one", &format!("1 / {more}")).await;
        window.wait("back in the grid", &resting).await;
        window.menu("清除").await;
        window.counts("all of them", &more).await;
        window.wait("back in the grid", &resting).await;
        window.menu("降序").await;
        let sorted = "return document.querySelector('[data-head=\"0\"]')?.getAttribute('aria-sort') === 'descending'";
        window.wait("sorted", sorted).await;

        // Found from anywhere by its name, and deleted.
        window.keys(&ctrl('k')).await;
        window.keys("jianpan").await;
        window.wait("found", "return document.querySelector('[role=option]')?.innerText.includes('jianpan')").await;
        window.keys(&enter).await;
        window.wait("its editor", "return document.querySelector('aside h2')?.innerText === 'jianpan' && document.activeElement?.closest('aside') !== null").await;
        window.keys(&Key::Escape.to_string()).await;
        window.wait("back in the grid", &resting).await;
        window.wait("at its row", &format!("return {active}?.innerText === 'jianpan'")).await;
        window.keys(&ctrl(Key::Delete)).await;
        window.counts("deleted", &fewer).await;

        // Brought back from the bin, which stands below the lists.
        window.keys(&format!("{}{}{}", Key::Shift, Key::F6, Key::Null)).await;
        window.keys(&format!("{}{}{}", Key::Shift, Key::F6, Key::Null)).await;
        window.wait("the lists", "return document.activeElement?.closest('.lists') !== null").await;
        window.tab_to("the bin", "at.innerText?.trim() === '回收站'").await;
        window.keys(&enter).await;
        window.wait("the bin", "return document.querySelectorAll('.bin tbody tr').length === 1").await;
        window.tab_to("the way back", "at.getAttribute('aria-label') === '恢复入驻对象jianpan'").await;
        window.keys(&enter).await;
        window.wait("empty", "return document.querySelector('.bin')?.innerText.includes('回收站是空的')").await;
        window.wait("the bin keeps the keys", "return document.activeElement?.closest('.bin') !== null").await;
        window.keys(&Key::F6.to_string()).await;
        let team = "at.closest('.lists') !== null && at.innerText.startsWith('创业团队')";
        window.key_to(&format!("{}{}{}", Key::Shift, Key::Tab, Key::Null), "the list", team).await;
        window.keys(&enter).await;
        window.wait("the grid again", &resting).await;
        window.counts("back again", &more).await;

        // The last step is taken back and brought again.
        window.keys(&ctrl('z')).await;
        window.counts("taken back", &fewer).await;
        window.wait("the grid has the keys", &resting).await;
        window.keys(&ctrl('y')).await;
        window.counts("brought again", &more).await;
        window.close().await;
    });
}

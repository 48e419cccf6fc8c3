//! 档案 without a mouse, a kill while typing, and columns as a person arranges them.

use fantoccini::key::Key;
use incubator::desk::{Filter, Test, View, columns};
use serde_json::{Value, json};

use crate::stage::{Stage, Window, play, sample_folder};

/// The grid has the keys, on this list.
const RESTING: &str = "document.activeElement?.matches('.input') && !document.activeElement.matches('.typing')";
/// What a kill may cost.
const A_SECOND: std::time::Duration = std::time::Duration::from_secs(1);
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

#[test]
fn a_kill_while_typing_costs_no_word_and_steps_go_back_and_forth_over_restarts() {
    play(async {
        let mut stage = Stage::set("killed", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.room("档案").await;
        window.list("创业团队").await;
        let at = columns("team").expect("columns").iter().position(|c| c.name == "note").expect("the note");
        let cell = |row: usize, text: &str| {
            format!(
                "return document.querySelector('[data-row=\"{row}\"][data-cell=\"{at}\"]')?.innerText === {text:?} && {SAVED}"
            )
        };
        // A step that is to be taken back after the restart, by its name.
        window.cell(1, at).await;
        window.keys(&format!("first{}", Key::Enter)).await;
        window.wait("kept", &cell(1, "first")).await;
        let named =
            "const name = document.querySelector('header .what')?.innerText; return name?.includes('备注') && name";
        let step = window.wait("its name", named).await;
        let step = step.as_str().expect("a name").to_owned();
        window.cell(0, at).await;
        window.keys("half a sent").await;
        // Nobody left the cell, and a kill may cost what was typed in the last second.
        window.nothing_went_wrong().await;
        tokio::time::sleep(A_SECOND).await;
        stage.kill().await;
        drop(window);

        stage.again();
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.shows("上次有 1 格输入后没有保存").await;
        assert_eq!(window.text("header .what").await, step, "the step before is there, with its name");
        window.press("填入并保存").await;
        window.wait("what was typed", &cell(0, "half a sent")).await;
        // Both steps are taken back, the last in yet another start; there the first is brought again, by its name.
        for (row, text) in [(0, ""), (1, "")] {
            window.run("document.querySelector('header button.quiet').click()").await;
            window.wait("taken back", &cell(row, text)).await;
        }
        window.close().await;
        stage.again();
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        let redo =
            "[...document.querySelectorAll('header button.quiet')].find((b) => b.innerText.trim().startsWith('重做'))";
        let named = format!("return {redo}?.querySelector('.what')?.innerText === {step:?}");
        window.wait("the step to be brought again", &named).await;
        window.wait("the grid", &cell(1, "")).await;
        window.run(&format!("{redo}.click()")).await;
        window.wait("brought again", &cell(1, "first")).await;
        window.shows(&format!("已重做：{step}")).await;
        window.close().await;
    });
}

/// Where a person types besides the cells of the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Editor,
    NewRecord,
    Round,
    Reason,
    ByHand,
    Annex,
}

impl Window<'_> {
    /// Goes to a place where one types and gives its field the focus; the page knows it as `here`.
    async fn come_to(&self, place: Place) {
        let line = |label: &str| {
            format!(
                "window.here = [...document.querySelectorAll('aside .fields .line')]
                   .find((line) => line.querySelector('label').childNodes[0].textContent.trim() === {label:?})?.querySelector('input, textarea')"
            )
        };
        let field = match place {
            Place::Editor => {
                self.room("档案").await;
                self.list("创业团队").await;
                self.cell(0, 0).await;
                self.press("打开").await;
                line("备注")
            }
            Place::NewRecord => {
                self.room("档案").await;
                self.list("创业团队").await;
                self.press("新增").await;
                line("团队负责人")
            }
            Place::Round => {
                self.room("季度更新").await;
                self.wait(
                    "the quarter",
                    "const periods = document.querySelector('select[aria-label=报告期]');
                     if (!periods) return false;
                     if (periods.value === '2022Q3') return document.querySelector('.hint')?.innerText.includes('2022年9月20日');
                     periods.value = '2022Q3';
                     periods.dispatchEvent(new Event('change', { bubbles: true }));
                     return false",
                )
                .await;
                "window.here = document.querySelector('[data-row=\"2\"][data-at=\"0\"]')".to_owned()
            }
            Place::Reason => {
                self.turn_to_the_published_quarter().await;
                "window.here = document.querySelector('.checks .warning textarea')".to_owned()
            }
            Place::ByHand => {
                self.turn_to_the_published_quarter().await;
                self.run("document.querySelector('[data-code=zjf04]').click()").await;
                "window.here = document.querySelector('aside .hand textarea')".to_owned()
            }
            Place::Annex => {
                self.filing_text().await;
                "window.here = document.querySelector('aside textarea')".to_owned()
            }
        };
        let focus =
            format!("{field}; window.here?.focus(); return !!window.here && document.activeElement === window.here");
        self.wait(&format!("{place:?}"), &focus).await;
    }

    /// Types there, and stays.
    async fn types_at(&self, place: Place) {
        if place == Place::ByHand {
            self.run("document.querySelector('aside .hand input').focus()").await;
            self.keys("19").await;
            self.run("window.here.focus()").await;
        }
        if place == Place::NewRecord {
            self.run("document.querySelector('aside .fields input').focus()").await;
            self.keys(&format!("brandnew{}", Key::Enter)).await;
            self.wait("the next field", "return document.activeElement === window.here").await;
        }
        self.keys(if place == Place::Round { "77" } else { "halfway" }).await;
    }

    /// What was typed there is there again after the kill.
    async fn finds_again(&self, place: Place) {
        let holds = match place {
            // Held out beside the field: what is kept may have been changed elsewhere meanwhile.
            Place::Editor => "return window.here.closest('.line').innerText.includes('上次没有保存：halfway')",
            Place::NewRecord => {
                "return window.here.closest('.line').innerText.includes('上次没有保存：halfway') && document.querySelector('aside .fields input').value === 'brandnew'"
            }
            Place::Round => "return window.here.value === '77'",
            Place::ByHand => {
                "return window.here.value === 'halfway' && document.querySelector('aside .hand input').value === '19'"
            }
            Place::Reason | Place::Annex => "return window.here.value.includes('halfway')",
        };
        self.wait(&format!("{place:?} after the kill"), holds).await;
        if place == Place::Editor {
            self.press("填入").await;
            let kept = format!(
                "return window.here.value === 'halfway' && {SAVED} && !document.querySelector('aside').innerText.includes('上次没有保存')"
            );
            self.wait("filled in and kept", &kept).await;
        }
    }
}

#[test]
fn a_kill_costs_no_word_wherever_it_is_typed() {
    play(async {
        let mut stage = Stage::set("killed-anywhere", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let mut last = None;
        for place in [Place::Editor, Place::NewRecord, Place::Round, Place::Reason, Place::ByHand, Place::Annex] {
            let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
            if let Some(last) = last {
                window.come_to(last).await;
                window.finds_again(last).await;
            }
            window.come_to(place).await;
            window.types_at(place).await;
            tokio::time::sleep(A_SECOND).await;
            window.nothing_went_wrong().await;
            stage.kill().await;
            drop(window);
            stage.again();
            last = Some(place);
        }
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.come_to(Place::Annex).await;
        window.finds_again(Place::Annex).await;
        window.close().await;
    });
}

#[test]
fn columns_are_moved_hidden_and_remembered_and_sums_follow_the_filter() {
    play(async {
        let mut stage = Stage::set("columns", true);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.room("档案").await;
        window.size(1366, 768).await;
        window.list("收入").await;
        let heads =
            "[...document.querySelectorAll('[data-head] .words')].map((w) => w.childNodes[0].textContent.trim())";
        let before = window.run(&format!("return {heads}")).await;
        // The third column is dragged before the second.
        window
            .run(
                "const head = (at) => document.querySelector(`[data-head=\"${at}\"]`);
                 const clip = new DataTransfer();
                 const fire = (at, type) => head(at).dispatchEvent(new DragEvent(type, { dataTransfer: clip, bubbles: true, cancelable: true }));
                 fire(2, 'dragstart'); fire(1, 'dragover'); fire(1, 'drop')",
            )
            .await;
        let moved = json!([before[2], before[1]]);
        let now = format!("const now = {heads}; return now[1] === {} && now[2] === {}", moved[0], moved[1]);
        window.wait("moved", &now).await;
        // Another is hidden by its menu; the name stays where it is while the rest scrolls.
        let hidden = window.run(&format!("return {heads}[3]")).await.as_str().expect("a label").to_owned();
        window.run("document.querySelector('[data-head=\"3\"] .more').click()").await;
        window.press("隐藏").await;
        let gone = format!("return !{heads}.includes({hidden:?}) && document.querySelector('.menu') === null");
        window.wait("hidden", &gone).await;
        window.size(1000, 768).await;
        window.run("document.querySelector('.scroll').scrollLeft = 1e6").await;
        let stays = "const frozen = document.querySelector('[data-row=\"0\"].frozen')?.getBoundingClientRect();
                     const outer = document.querySelector('.scroll').getBoundingClientRect();
                     return document.querySelector('.scroll').scrollLeft > 0 && frozen !== undefined && frozen.left >= outer.left && frozen.left - outer.left < 60";
        window.wait("the name stays in sight", stays).await;
        // The sum is that of the rows shown, as the core adds them up.
        let beside = sample_folder(&stage.home.join("beside"));
        let income = columns("income").expect("columns");
        let sum_of = |test: Option<(&str, Test)>| {
            let filters = test.map(|(field, test)| Filter { field: field.to_owned(), test });
            let view = View { filters: filters.into_iter().collect(), ..View::default() };
            let rows = beside.rows("income", &view, 0, 1, true).expect("rows");
            (
                format!("{} / {} 条", rows.count, rows.all),
                rows.totals.into_iter().find(|t| !t.is_empty()).unwrap_or_default(),
            )
        };
        let sum =
            "([...document.querySelectorAll('.total .cell')].map((c) => c.innerText).find((t) => /\\d/.test(t)) ?? '')";
        let shows = |(tally, total): &(String, String)| {
            format!("return document.querySelector('.tally')?.innerText === {tally:?} && {sum} === {total:?}")
        };
        let all = sum_of(None).1;
        assert_ne!(all, "", "the amounts have a sum");
        assert_eq!(window.run(&format!("return {sum}")).await, json!(all));
        let line = income.iter().find(|c| c.name == "line").expect("the kind of income");
        let word = line.options[0].to_owned();
        let some = sum_of(Some(("line", Test::Among { words: vec![word.clone()] })));
        assert!(some.1 != all && !some.1.is_empty(), "some of the incomes are of the first kind: {some:?}");
        let head = format!(
            "[...document.querySelectorAll('[data-head]')].find((h) => h.innerText.includes({:?}))",
            line.label
        );
        window.run(&format!("{head}.querySelector('.more').click()")).await;
        window.wait("the words", &format!("const box = document.querySelector('.menu input[value={word:?}]'); box?.click(); return box !== null")).await;
        window.press("筛选").await;
        window.wait("the sum of these", &shows(&some)).await;
        window.run(&format!("{head}.querySelector('.more').click()")).await;
        window.press("清除").await;
        window.wait("all of them", &format!("return {sum} === {all:?}")).await;
        window.run("document.querySelector('[data-head=\"0\"] .more').click()").await;
        window.press("空白").await;
        window.wait("none are blank", &shows(&sum_of(Some((income[0].name, Test::Blank))))).await;
        window.run("document.querySelector('[data-head=\"0\"] .more').click()").await;
        window.press("非空白").await;
        let filtered = window
            .wait(
                "filtered",
                "const all = document.querySelector('.tally')?.innerText; return /^[1-9].* \\/ /.test(all) && all",
            )
            .await;
        window.run("document.querySelector('[data-head=\"1\"] .sort').click()").await;
        window
            .wait(
                "sorted",
                "return document.querySelector('[data-head=\"1\"]').getAttribute('aria-sort') === 'ascending'",
            )
            .await;
        window.close().await;

        // All of it is there at the next start, in the room and list that were left.
        stage.again();
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        let list = "return document.querySelector('.tools h1')?.innerText === '收入' && document.querySelector('[data-head]') !== null";
        window.wait("the list", list).await;
        let now = window.run(&format!("return {heads}")).await;
        assert_eq!(json!([now[1], now[2]]), moved, "the order is remembered");
        let shown: &[Value] = now.as_array().expect("heads");
        assert!(!shown.contains(&json!(hidden)), "and what was hidden");
        assert_eq!(shown.len() + 1, before.as_array().expect("heads").len(), "and nothing else");
        assert_eq!(json!(window.tally().await), filtered, "the filter is remembered");
        let order = window.run("return document.querySelector('[data-head=\"1\"]').getAttribute('aria-sort')").await;
        assert_eq!(order, json!("ascending"), "and the order of the rows");
        window.close().await;
    });
}

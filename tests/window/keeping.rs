//! From nothing: the space's name; then search, backups, restoring, steps taken back one by one, all by keyboard
//! where a key is there for it.

use fantoccini::key::Key;
use serde_json::json;

use crate::stage::{Stage, Window, play, sample_folder};

#[test]
fn a_space_begins_with_its_name_and_nothing_else() {
    play(async {
        let stage = Stage::set("begin", false);
        let window = stage.open(&[]).await;
        window.shows("从哪里开始").await;
        window.size(1366, 768).await;
        window.reads_well("the first start").await;
        for way in ["导入名册", "打开示例"] {
            assert!(window.text(".welcome").await.contains(way), "the first start offers {way}");
        }
        window.type_into("从零开始：先填写众创空间的名称", "Qinghe").await;
        window.press("建立台账").await;
        window.wait("the overview", "return document.querySelector('.overview h1') !== null").await;
        let told = "return document.querySelectorAll('.overview .charts .none').length === 5";
        window.wait("each chart says what will be there", told).await;
        assert!(window.text("header").await.contains("Qinghe"), "the space has its name");
        assert!(window.text("header").await.contains("建立台账"), "and the step can be taken back");
        window.keys(&(Key::Control + "6")).await;
        let there = "return document.querySelector('nav [aria-current=page]')?.innerText.trim() === '附表与申报'";
        window.wait("the sixth room by its key", there).await;
        window.close().await;
    });
}

#[test]
fn what_is_looked_for_is_found_and_what_was_done_can_be_taken_back() {
    play(async {
        let stage = Stage::set("keeping", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("the overview", "return document.querySelector('.overview .todo li') !== null").await;

        // Initials of the quarterly report; the first result is opened with Enter.
        window.run("document.querySelector('input[role=combobox]').focus()").await;
        window.keys("zckjtjjcbb").await;
        window.wait("a result", "return document.querySelector('[role=option]') !== null").await;
        // A composition is not a search, and the Enter that ends it opens nothing.
        let room = window
            .run(
                "const box = document.querySelector('input[role=combobox]');
                 box.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
                 box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
                 box.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
                 return document.querySelector('nav [aria-current=page]').innerText.trim()",
            )
            .await;
        assert_eq!(room, json!("总览"), "the Enter that ends a composition opens nothing");
        window.wait("the result again", "return document.querySelector('[role=option]') !== null").await;
        window.keys(&Key::Enter.to_string()).await;
        let there = "return document.querySelector('nav [aria-current=page]')?.innerText.trim() === '报表'";
        window.wait("the report", there).await;

        window.room("备份与设置").await;
        window.press("立即备份").await;
        window.wait("the backup", "return document.body.innerText.includes('已备份，并已打开校验')").await;
        // Everything goes, and comes back from the backup, whose effect is said before.
        window.run("document.querySelector('header button').click()").await;
        window.shows("已撤销：打开示例").await;
        window
            .wait(
                "the backup made by hand",
                "const row = [...document.querySelectorAll('.content tr')].find((r) => r.innerText.includes('手动备份'));
                 row?.querySelector('.link:not(:disabled)')?.click(); return row !== undefined",
            )
            .await;
        window.wait("what it would change", "return document.querySelector('dialog[open] table') !== null").await;
        let said = window.text("dialog[open]").await;
        assert!(said.contains("创业导师") || said.contains("入驻对象"), "by kind: {said}");
        assert!(said.contains("恢复)"), "with names: {said}");
        window.picture("restore-1366").await;
        window.press("恢复").await;
        window.shows("已恢复").await;
        window.turn_to_the_published_quarter().await;
        assert_eq!(window.figures().await, crate::stage::FIGURES, "the report is what it was");

        window.room("备份与设置").await;
        window.run("document.getElementById('tab-verify').click()").await;
        window.press("开始校验").await;
        window.shows("全部完好").await;
        window.run("document.getElementById('tab-history').click()").await;
        window.wait("the steps", "return document.body.innerText.includes('恢复备份(')").await;
        window.picture("history-1366").await;
        window.close().await;
    });
}

impl Window<'_> {
    /// Begins long work by a script, stops it by its button once it has told its first step, and looks that it says so.
    /// Work that was over before the button came is begun again.
    async fn stops(&self, what: &str, begin: &str) {
        let script = format!(
            "const done = arguments[0];
             const until = async (is) => {{ while (!is()) await new Promise(requestAnimationFrame); }};
             const progress = () => document.querySelector('.progress');
             (async () => {{
               for (let turn = 0; turn < 8; turn++) {{
                 {begin};
                 await until(() => progress()?.innerText.includes({what:?}));
                 await until(() => !progress() || progress().querySelector('.what').innerText.includes('：'));
                 progress()?.querySelector('button').click();
                 await until(() => !progress());
                 await until(() => document.querySelector('.notice')?.innerText.trim());
                 if (document.querySelector('.notice').innerText.includes({what:?} + '：已取消')) return done(true);
               }}
               done(false);
             }})();"
        );
        let stopped = self.client.execute_async(&script, Vec::new()).await.expect("begun");
        assert_eq!(stopped, json!(true), "{what} is stopped by its button");
    }

    /// With many records: a backup, a verification and a restore are stopped by their buttons and leave all as it was.
    pub async fn long_work_is_stopped(&self) {
        self.room("备份与设置").await;
        let press = |words: &str| {
            format!(
                "const find = () => [...document.querySelectorAll('main button:not(:disabled)')].find((b) => b.innerText.trim() === {words:?});
                 await until(find); find().click()"
            )
        };
        self.stops("备份", &press("立即备份")).await;
        self.run("document.getElementById('tab-verify').click()").await;
        self.stops("校验", &press("开始校验")).await;
        self.run("document.getElementById('tab-backups').click()").await;
        self.press("立即备份").await;
        self.shows("已备份，并已打开校验").await;
        let before = self.text("header").await;
        self.stops("查看恢复的影响", &press("恢复…")).await;
        let restore = format!(
            "{}; await until(() => document.querySelector('dialog[open] .button.main'));
             document.querySelector('dialog[open] .button.main').click()",
            press("恢复…")
        );
        self.stops("恢复备份", &restore).await;
        assert_eq!(self.text("header").await, before, "nothing was done that could be taken back");
        self.run("document.getElementById('tab-verify').click()").await;
        self.press("开始校验").await;
        self.shows("全部完好").await;
    }
}

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
        window.looks_right("欢迎").await;
        let said = window.text(".welcome p").await;
        assert_eq!(said.matches('。').count(), 2, "what the program is in two sentences: {said}");
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

#[test]
fn an_import_that_is_stopped_leaves_nothing_but_its_plan_and_the_window_answers_all_the_while() {
    play(async {
        let stage = Stage::set("import-stopped", false);
        let folder = stage.home.join("台账");
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.shows("打开示例").await;
        window.press("导入名册").await;
        window.shows("还没有名册").await;
        window
            .run(
                "const rows = Array.from({ length: 60000 }, (_, i) => `第${i}队,张三,2021-03-05,13800138000`);
                 const clip = new DataTransfer();
                 clip.items.add(new File(['团队名称,负责人,入驻日期,联系电话\\n' + rows.join('\\n')], 'long.csv'));
                 const drop = new Event('drop', { bubbles: true, cancelable: true });
                 Object.defineProperty(drop, 'dataTransfer', { value: clip });
                 document.querySelector('.import').dispatchEvent(drop)",
            )
            .await;
        let known = "return document.querySelector('.progress progress[value]') !== null";
        window.wait("how far the reading is", known).await;
        window.looks_right_now("进度").await;
        window.watch_frames().await;
        let plan = "return document.querySelector('.bar.last [role=status]')?.innerText.includes('新增 60000')";
        window.wait("the plan", plan).await;
        window.frames("reading a roster of 60,000 rows").await;

        window.watch_frames().await;
        window.run("document.querySelector('.bar.last .button.main').click()").await;
        let writing = "const known = document.querySelector('.progress progress[value]');
            return known !== null && document.querySelector('.progress .what').innerText.includes('写入') && known.value > 0";
        window.wait("how far the writing is", writing).await;
        window.run("document.querySelector('.progress button').click()").await;
        window.shows("已取消").await;
        window.frames("writing it, and stopping").await;
        window.wait("the plan is still there", plan).await;
        assert_eq!(window.run("return document.querySelector('header button').disabled").await, json!(true), "no step");
        window.close().await;
        let start = std::time::Instant::now();
        let today = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day");
        let desk = loop {
            match incubator::desk::Desk::open(&folder, "test", today) {
                Ok(desk) => break desk,
                Err(e) => assert!(start.elapsed() < crate::stage::PATIENCE, "{e}"),
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        };
        assert!(desk.list("team").expect("teams").is_empty(), "and no record");
    });
}

impl Window<'_> {
    /// Begins to measure how long the page takes from frame to frame.
    async fn watch_frames(&self) {
        self.run(
            "const frames = { worst: 0, on: true, since: performance.now() };
             if (window.frames_seen) window.frames_seen.on = false;
             window.frames_seen = frames;
             let last = performance.now();
             const next = (now) => {
               frames.worst = Math.max(frames.worst, now - last);
               last = now;
               if (frames.on) requestAnimationFrame(next);
             };
             requestAnimationFrame(next)",
        )
        .await;
    }

    /// The longest frame since then: the window never stopped answering. On a machine busy with other things a frame
    /// takes what it takes; a window that waits for the work takes the whole of it.
    async fn frames(&self, what: &str) {
        let took = self
            .run(
                "window.frames_seen.on = false;
                 return [window.frames_seen.worst, performance.now() - window.frames_seen.since]",
            )
            .await;
        println!("{what}: the longest frame, and all of it, in ms: {took}");
        let side = |at: usize| took[at].as_f64().expect("a number");
        assert!(side(0) < 1000.0 || side(0) < side(1) / 4.0, "{what}: the window stopped answering: {took}");
    }

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
        self.watch_frames().await;
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
        self.frames("backups, restores and a verification of 20,000 records").await;
    }
}

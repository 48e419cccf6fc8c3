//! The work of a quarter as one person does it, with clicks and strokes counted. The system's own file dialogs are answered
//! by keys and cost no click; opening the program costs one.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::Locator;
use fantoccini::key::Key;
use incubator::desk::{Desk, Typed};
use serde_json::json;

use crate::stage::{PATIENCE, Stage, Window, play, running_folder, sample_folder};

/// A hand on the mouse and two on the keys.
struct Hand<'a> {
    window: &'a Window<'a>,
    clicks: Cell<u32>,
    strokes: Cell<u32>,
}

/// Seconds of a stroke and of a click with the mouse, thinking included: Card, Moran and Newell's keystroke-level model
/// (K 0.28 of an ordinary typist; M 1.35, P 1.1, B 0.2).
const STROKE: f64 = 0.28;
const CLICK: f64 = 2.65;

/// Lets go of Ctrl: no stroke of its own.
const RELEASE: char = '\u{e000}';

impl<'a> Hand<'a> {
    fn new(window: &'a Window<'a>) -> Hand<'a> {
        Hand { window, clicks: Cell::new(0), strokes: Cell::new(0) }
    }

    async fn click(&self, words: &str) {
        self.clicks.set(self.clicks.get() + 1);
        self.window.press(words).await;
    }

    /// Clicks what a selector names, when it is there, with the driver's own mouse.
    async fn click_at(&self, what: &str, css: &str) {
        self.clicks.set(self.clicks.get() + 1);
        self.window.wait(what, &format!("return document.querySelector({css:?}) !== null")).await;
        let found = self.window.client.find(Locator::Css(css)).await.unwrap_or_else(|e| panic!("{what}: {e}"));
        found.click().await.unwrap_or_else(|e| panic!("{what}: {e}"));
    }

    /// Clicks the link or button whose words have these in them.
    async fn click_on(&self, tag: &str, words: &str) {
        self.clicks.set(self.clicks.get() + 1);
        let path = format!("//{tag}[contains(normalize-space(), '{words}')]");
        let found = self.window.client.find(Locator::XPath(&path)).await.unwrap_or_else(|e| panic!("{words}: {e}"));
        found.click().await.unwrap_or_else(|e| panic!("{words}: {e}"));
    }

    /// Opens the program: by its picture on the desktop.
    fn opens_the_program(&self) {
        self.clicks.set(self.clicks.get() + 1);
    }

    async fn keys(&self, keys: &str) {
        let pressed = keys.chars().filter(|key| *key != RELEASE).count();
        self.strokes.set(self.strokes.get() + u32::try_from(pressed).expect("few"));
        self.window.keys(keys).await;
    }

    /// Drags a file from the desktop onto a place.
    async fn drop_file(&self, css: &str, name: &str) {
        self.clicks.set(self.clicks.get() + 1);
        let script = format!(
            "const clip = new DataTransfer();
             clip.items.add(new File(['%PDF-1.4 ' + {name:?}], {name:?}, {{ type: 'application/pdf' }}));
             for (const type of ['dragover', 'drop'])
               document.querySelector({css:?}).dispatchEvent(new DragEvent(type, {{ dataTransfer: clip, bubbles: true, cancelable: true }}));
             return clip.files.length"
        );
        assert_eq!(self.window.run(&script).await, json!(1), "a file is dropped on {css}");
    }

    /// How long a person takes, by the model.
    fn seconds(&self) -> f64 {
        f64::from(self.clicks.get()) * CLICK + f64::from(self.strokes.get()) * STROKE
    }
}

#[test]
fn a_whole_quarter_takes_at_most_twelve_clicks() {
    play(async {
        let stage = Stage::set("quarter", false);
        let folder = stage.home.join("台账");
        let desk = running_folder(&folder);
        let period = desk.overview().expect("an overview").period;
        drop(desk);
        let (book, scan) = (stage.home.join("report.xlsx"), stage.home.join("scan.pdf"));
        std::fs::write(&scan, b"%PDF-1.4 stamped").expect("a scan");
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        let hand = Hand::new(&window);
        hand.opens_the_program();
        window.wait("the overview", "return document.querySelector('.overview .todo li') !== null").await;
        window.size(1366, 768).await;
        window.picture("quarter-overview-1366").await;

        // The round: everything is confirmed at once; who never gave a number is asked for it.
        hand.click("季度更新").await;
        window.wait("the field", "return document.activeElement?.matches('[data-row][data-at]')").await;
        hand.click("其余全部确认").await;
        window.wait("confirmed", "return document.querySelectorAll('tbody tr button.button').length === 0").await;
        loop {
            let left = window.run("return document.querySelectorAll('tbody tr .amber').length").await;
            let left = left.as_u64().expect("a number");
            if left == 0 {
                break;
            }
            let ready = "return document.activeElement?.closest('tr')?.querySelector('.amber') !== null";
            window.wait("the open field", ready).await;
            hand.keys("4").await;
            hand.keys(&format!("{}{}", Key::Control, Key::Enter)).await;
            let less = format!("return document.querySelectorAll('tbody tr .amber').length < {left}");
            window.wait("one less", &less).await;
        }

        // What is missing, from the overview to the place that mends it.
        hand.click("总览").await;
        let sheets =
            "return [...document.querySelectorAll('.overview .todo li')].some((li) => li.innerText.includes('签到表'))";
        window.wait("the event", sheets).await;
        hand.click_on("ul[contains(@class, 'todo')]//button", "签到表").await;
        window.wait("its proof", "return document.querySelector('aside .proof .amber') !== null").await;
        hand.drop_file("aside .proof", "签到表.pdf").await;
        window.wait("whole", "return document.querySelector('aside .proof .good') !== null").await;

        // The checks explained as last time, the export, the portal, the seal.
        hand.click("报表").await;
        hand.click("沿用上期").await;
        let explained = "return document.querySelector('.second .tally')?.innerText.includes('待说明') === false";
        window.wait("all explained", explained).await;
        hand.click("导出 Excel").await;
        window.answer_dialog("导出 Excel", &book);
        window.shows("已导出").await;
        assert!(book.is_file(), "the workbook is written");
        hand.click("逐项复制").await;
        let next = "return document.querySelector('.portal .copying .button') === document.activeElement";
        let mut carried = String::new();
        for done in 1..=21 {
            window.wait("the key's button", next).await;
            hand.keys(" ").await;
            let copied = format!("return document.querySelectorAll('.portal li.done').length === {done}");
            window.wait("the copy", &copied).await;
            // What lies on the clipboard is pasted elsewhere; who comes back has the button under the same key.
            carried = window.paste_into(".portal textarea").await;
            window.keys(&Key::Enter.to_string()).await;
            window.run("document.querySelector('.portal .copying .button').focus()").await;
        }
        window.shows("21 项已全部复制").await;
        hand.click("上报封存").await;
        hand.click("选择扫描件并封存").await;
        window.choose_file("封存并附盖章扫描件", &scan);
        window.wait("the seal", "return document.querySelector('.sealed')?.innerText.includes('上报封存')").await;
        println!("a whole quarter: {} clicks, {} strokes", hand.clicks.get(), hand.strokes.get());
        assert!(hand.clicks.get() <= 12, "at most twelve clicks: {}", hand.clicks.get());
        window.picture("quarter-sealed-1366").await;

        // A number that changes afterwards is held against what was reported, with the record that moved it.
        window.room("季度更新").await;
        window
            .wait("the first field", "return document.querySelector('[data-row=\"0\"][data-at=\"0\"]') !== null")
            .await;
        window.run("document.querySelector('[data-row=\"0\"][data-at=\"0\"]').focus()").await;
        window.keys(&format!("40{}", Key::Enter)).await;
        window.wait("kept", "return document.querySelector('[data-row=\"0\"][data-at=\"0\"]').value === '40' && document.querySelector('footer .saved').innerText === '已保存'").await;
        window.room("报表").await;
        window.press("已上报与现台账").await;
        let moved = "return [...document.querySelectorAll('dialog.differences[open] tbody tr')].some((r) => r.innerText.includes('季度更新'))";
        window.wait("the difference with its record", moved).await;
        window.picture("quarter-difference-1366").await;
        window.close().await;

        // What was carried is the portal's page from top to bottom, and the scan is kept with what was sealed.
        let desk = reopened(&folder).await;
        let (form, sealed) = {
            let filings = desk.filings().expect("what was sealed");
            let own = filings.into_iter().find(|one| one.period == period).expect("the quarter");
            (own.form.clone(), own)
        };
        let scans = json!(sealed.scans);
        assert!(
            scans.as_array().is_some_and(|all| all.len() == 1) && scans.to_string().contains("scan.pdf"),
            "{scans}"
        );
        let lines = desk.portal(&form, &period).expect("its lines");
        let wanted: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(carried.lines().collect::<Vec<_>>(), wanted, "the order of the portal's page");
    });
}

/// Opens the folder that a window has just let go of.
async fn reopened(folder: &Path) -> Desk {
    let start = Instant::now();
    loop {
        match Desk::open(folder, "test", chrono::Local::now().date_naive()) {
            Ok(desk) => return desk,
            Err(e) => assert!(start.elapsed() < PATIENCE, "the folder is free again: {e}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Makes a data folder in which exactly so many tenants are served in the third quarter of 2022, each with its numbers of
/// the quarter before.
fn round_folder(folder: &Path, count: usize) -> Desk {
    let mut desk = sample_folder(folder);
    let typed = |fields: &[(&str, &str)]| -> Vec<Typed> {
        fields.iter().map(|(f, t)| Typed { field: (*f).into(), text: (*t).into(), ids: None }).collect()
    };
    let rows = |desk: &Desk| desk.round("2022Q3").expect("the round").rows;
    while rows(&desk).len() > count {
        let last = rows(&desk).last().expect("a tenant").tenant;
        desk.delete_all("tenant", &[last]).expect("deleted");
    }
    for at in rows(&desk).len()..count {
        let name = format!("另一队{at}");
        desk.add("team", &typed(&[("name", &name), ("moved_in_on", "2022-01-10")])).expect("a team");
    }
    for row in rows(&desk).into_iter().filter(|row| !row.confirmable) {
        let counted = [("tenant", row.label.as_str()), ("as_of", "2022-06-20"), ("headcount", "6"), ("interns", "1")];
        assert_ne!(desk.add("snapshot", &typed(&counted)).expect("an answer").row.id, 0, "{}", row.label);
    }
    desk
}

#[test]
fn twenty_two_tenants_are_changed_or_confirmed_within_a_minute() {
    play(async {
        let stage = Stage::set("round", false);
        let folder = stage.home.join("台账");
        let desk = round_folder(&folder, 22);
        let before = desk.round("2022Q3").expect("the round");
        drop(desk);
        assert_eq!((before.rows.len(), before.done), (22, 0), "22 tenants, of which nothing is recorded");
        assert!(before.rows.iter().all(|row| row.confirmable), "each has a number to be confirmed");
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("the overview", "return document.querySelector('.overview h1') !== null").await;
        window.size(1366, 768).await;
        window.room("季度更新").await;
        window
            .run(
                "const periods = document.querySelector('select[aria-label=报告期]');
                 periods.value = '2022Q3';
                 periods.dispatchEvent(new Event('change', { bubbles: true }))",
            )
            .await;
        window.wait("the quarter", "return document.querySelector('.hint')?.innerText.includes('2022年9月20日')").await;
        assert_eq!(window.text(".tally").await, "已更新 0 / 22");
        window.picture("round-light-1366").await;
        let hand = Hand::new(&window);
        // Every fourth has another number than last time, the rest are confirmed across their rows, all by key.
        let mut changed = Vec::new();
        for (at, row) in before.rows.iter().enumerate() {
            for column in 0..before.columns.len() {
                let here =
                    format!("return document.activeElement?.matches('[data-row=\"{at}\"][data-at=\"{column}\"]')");
                window.wait("the next field", &here).await;
                if column == 0 && at.is_multiple_of(4) {
                    let text = (70 + at).to_string();
                    hand.keys(&text).await;
                    changed.push((row.tenant, text));
                }
                hand.keys(&Key::Enter.to_string()).await;
            }
        }
        window.wait("all of them", "return document.querySelector('.tally').innerText === '已更新 22 / 22' && document.querySelector('footer .saved').innerText === '已保存'").await;
        println!("22 tenants: {} strokes, {} clicks, {:.0} s", hand.strokes.get(), hand.clicks.get(), hand.seconds());
        assert!(hand.seconds() <= 60.0, "within a minute by hand: {:.0} s", hand.seconds());
        window.picture("round-done-light-1366").await;
        window.close().await;

        // The records say what was typed, and of the rest what they said last quarter.
        let after = reopened(&folder).await.round("2022Q3").expect("the round");
        assert_eq!(after.done, 22);
        for (row, old) in after.rows.iter().zip(&before.rows) {
            let typed = changed.iter().find(|(tenant, _)| *tenant == row.tenant).map(|(_, text)| text);
            let mut wanted = old.offered.clone();
            if let (Some(text), Some(first)) = (typed, wanted.first_mut()) {
                first.clone_from(text);
            }
            assert_eq!(row.now, wanted, "{}", row.label);
        }
    });
}

#[test]
fn a_new_team_with_agreement_and_proof_takes_a_minute() {
    play(async {
        let stage = Stage::set("team", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("the overview", "return document.querySelector('.overview h1') !== null").await;
        window.size(1366, 768).await;
        let hand = Hand::new(&window);
        hand.click("档案").await;
        window.wait("the list", "return document.querySelector('.tools h1')?.innerText === '创业团队'").await;
        hand.click("新增").await;
        window.wait("the first field", "return document.activeElement?.closest('aside') !== null").await;
        fill_in(&hand, &[("团队名称", "xingye"), ("团队负责人", "li"), ("入驻日期", "2021.9.1")]).await;
        window.wait("a team", "return document.querySelector('aside h2')?.innerText === 'xingye'").await;
        // The agreement from the team itself: it knows whose it is.
        hand.click("新增入驻协议").await;
        window.wait("its fields", "return document.querySelector('aside h2')?.innerText === '新增入驻协议' && document.activeElement?.closest('aside .fields') !== null").await;
        fill_in(&hand, &[("签订日期", "2021.9.1"), ("起始日期", "2021.9.1"), ("终止日期", "2022.8.31")]).await;
        window.wait("an agreement", "return document.querySelector('aside .proof') !== null").await;
        hand.drop_file("aside .proof", "入驻协议.pdf").await;
        window.wait("its proof", "return document.querySelectorAll('aside .proof li').length === 1").await;
        window.picture("team-agreement-1366").await;
        println!("a new team: {} clicks, {} strokes, {:.0} s", hand.clicks.get(), hand.strokes.get(), hand.seconds());
        assert!(hand.seconds() <= 60.0, "within a minute by hand: {:.0} s", hand.seconds());
        hand.click_at("back", "aside [aria-label=返回]").await;
        let led =
            "return [...document.querySelectorAll('aside summary')].some((s) => s.innerText.trim() === '入驻协议 1')";
        window.wait("the agreement stands with the team", led).await;
        window.close().await;
    });
}

/// Goes to the fields of the editor by their labels with Tab, as a person without a mouse does, and types into them.
async fn fill_in(hand: &Hand<'_>, fields: &[(&str, &str)]) {
    for (label, text) in fields {
        let here = format!(
            "const at = document.activeElement;
             return at?.labels?.[0]?.innerText.replace(/[*(].*/s, '').trim() === {label:?}"
        );
        let mut steps = 0;
        while hand.window.run(&here).await != json!(true) {
            hand.keys(&Key::Tab.to_string()).await;
            steps += 1;
            assert!(steps < 60, "Tab comes to {label}");
        }
        hand.keys(text).await;
        hand.keys(&Key::Enter.to_string()).await;
    }
}

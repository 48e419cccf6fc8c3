//! The work of a quarter as one person does it, with clicks and strokes counted.

use std::cell::Cell;

use fantoccini::key::Key;
use serde_json::json;

use crate::stage::{Stage, Window, play, running_folder, sample_folder};

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

    /// Clicks what a selector names, when it is there.
    async fn click_at(&self, what: &str, css: &str) {
        self.clicks.set(self.clicks.get() + 1);
        let script = format!("const at = document.querySelector({css:?}); at?.click(); return at !== null");
        self.window.wait(what, &script).await;
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
        drop(running_folder(&folder));
        let (book, scan) = (stage.home.join("report.xlsx"), stage.home.join("scan.pdf"));
        std::fs::write(&scan, b"%PDF-1.4 stamped").expect("a scan");
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        let hand = Hand::new(&window);
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
            "[...document.querySelectorAll('.overview .todo li')].find((li) => li.innerText.includes('签到表'))";
        window.wait("the event", &format!("return {sheets} !== undefined")).await;
        hand.clicks.set(hand.clicks.get() + 1);
        window.run(&format!("{sheets}.querySelector('button.link').click()")).await;
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
        for done in 1..=21 {
            window.wait("the key's button", next).await;
            hand.keys(" ").await;
            let copied = format!("return document.querySelectorAll('.portal li.done').length === {done}");
            window.wait("the copy", &copied).await;
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

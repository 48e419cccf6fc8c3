//! Every room in both themes and all sizes: nothing cut off, nothing in English, everything named and readable.

use serde_json::{Value, json};

use crate::stage::{Stage, Window, play, sample_folder, top};

const ROOMS: [&str; 7] = ["总览", "档案", "季度更新", "导入", "报表", "附表与申报", "备份与设置"];

/// Name, size of the page and size of the text: a plain laptop, the same at 125 %, a desktop, the largest text.
const SIZES: [(&str, u32, u32, &str); 4] = [
    ("1366", 1366, 768, "normal"),
    ("1366-125", 1093, 614, "normal"),
    ("1920", 1920, 1080, "normal"),
    ("1366-text2", 1366, 768, "largest"),
];

impl Window<'_> {
    /// Sets theme and text size as a person does.
    async fn looks(&self, theme: &str, text: &str) {
        self.room("备份与设置").await;
        self.wait("the look", "const tab = document.getElementById('tab-look'); tab?.click(); return tab !== null")
            .await;
        for (name, value) in [("theme", theme), ("text", text)] {
            let css = format!("input[name={name}][value={value}]");
            self.wait(value, &format!("return document.querySelector({css:?}) !== null")).await;
            self.run(&format!("const radio = document.querySelector({css:?}); if (!radio.checked) radio.click()"))
                .await;
        }
        let set = format!(
            "const root = document.documentElement.dataset; return root.theme === {theme:?} && root.text === {text:?}"
        );
        self.wait("the look is taken", &set).await;
    }

    /// What is asked for is there and nothing is under way.
    async fn settles(&self) {
        self.wait("nothing under way", "return document.querySelector('footer .busy') === null").await;
    }

    /// Holds the page against the rules of WCAG A and AA.
    pub async fn reads_well(&self, name: &str) {
        let axe = std::fs::read_to_string(top().join("ui/node_modules/axe-core/axe.min.js")).expect("axe-core");
        if self.run("return typeof window.axe").await == json!("undefined") {
            self.run(&axe).await;
        }
        self.run(
            "window.seen = null;
             axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] })
               .then((found) => window.seen = found.violations.map((v) => v.id + ': ' +
                 v.nodes.slice(0, 4).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | ')),
                 (e) => window.seen = [String(e)])",
        )
        .await;
        let seen = self.wait("the rules", "return window.seen").await;
        assert_eq!(seen, json!([]), "{name} can be read and named");
    }

    /// No control speaks English: a word of four Latin letters in a label without a Chinese character.
    async fn speaks_chinese(&self, name: &str) {
        let english = self
            .run(
                "return [...document.querySelectorAll('button, label, th, h1, h2, h3, legend, option, [role=tab]')]
                   .filter((e) => e.checkVisibility())
                   .map((e) => e.innerText.trim())
                   .filter((text) => /[A-Za-z]{4,}/.test(text) && !/[\\u4e00-\\u9fff]/.test(text))",
            )
            .await;
        assert_eq!(english, json!([]), "{name} is in Chinese");
    }
}

#[test]
fn every_room_reads_well_in_both_themes_and_all_sizes() {
    play(async {
        let stage = Stage::set("rooms", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("the overview", "return document.querySelector('.overview .todo li') !== null").await;
        let charts = "return document.querySelectorAll('.overview canvas').length >= 4";
        window.wait("the charts", charts).await;
        let mut wrong: Vec<String> = Vec::new();
        for theme in ["light", "dark"] {
            for (size, width, height, text) in SIZES {
                window.size(width, height).await;
                window.looks(theme, text).await;
                for room in ROOMS {
                    window.room(room).await;
                    window.settles().await;
                    window.picture(&format!("{room}-{theme}-{size}")).await;
                    if size == "1366" {
                        window.reads_well(&format!("{room} {theme}")).await;
                        window.speaks_chinese(room).await;
                    }
                    let clipped = window
                        .run(
                            "return [...document.querySelectorAll('nav button, header button, .bar button, .row .button')]
                               .filter((e) => e.checkVisibility() && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2))
                               .map((e) => e.innerText)",
                        )
                        .await;
                    if clipped != json!([]) {
                        wrong.push(format!("{room} {theme} {size}: {clipped}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "no button is cut off: {wrong:#?}");
        // Another room is left open, dark: the next start comes back to both.
        window.looks("dark", "normal").await;
        window.room("季度更新").await;
        window.close().await;
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window
            .wait(
                "the room",
                "return document.querySelector('nav [aria-current=page]')?.innerText.trim() === '季度更新'",
            )
            .await;
        let theme = window.run("return document.documentElement.dataset.theme").await;
        assert_eq!(theme, Value::from("dark"), "the program starts as it was left");
        window.close().await;
    });
}

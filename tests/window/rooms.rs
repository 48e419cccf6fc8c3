//! Every room in both themes and all sizes: nothing cut off, nothing in English, everything named and readable.

use serde_json::{Value, json};

use crate::stage::{Stage, Window, play, sample_folder};

const ROOMS: [&str; 7] = ["总览", "档案", "季度更新", "导入", "报表", "附表与申报", "备份与设置"];

/// Name, size of the page and size of the text: a plain laptop, the same at 125 %, a desktop, the largest text.
const SIZES: [(&str, u32, u32, &str); 4] = [
    ("1366", 1366, 768, "normal"),
    ("1366-125", 1093, 614, "normal"),
    ("1920", 1920, 1080, "normal"),
    ("1366-text2", 1366, 768, "largest"),
];

/// Controls and headings whose words do not fit them. Words that end in … say the whole in a tip, or are a cell of
/// a grid, which shows it when it is entered.
const CUT: &str = "
    const cut = (e) => {
      const style = getComputedStyle(e);
      if (style.overflowX === 'visible' && style.overflowY === 'visible' && !e.matches('button')) return false;
      if (style.textOverflow === 'ellipsis' && (e.title || e.closest('[title], [role=gridcell]'))) return false;
      return e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2;
    };
    const wanted = 'button, a, label, legend, h1, h2, h3, th, td, dt, dd, p, li, span, figcaption, [role=tab]';
    return [...document.querySelectorAll(wanted)]
      .filter((e) => e.checkVisibility() && !e.closest('.unseen') && e.innerText.trim() !== '' && cut(e))
      .map((e) => e.tagName + '.' + e.className + ' ' + e.innerText.slice(0, 60))";

/// Pairs of texts that stand on each other. What is pinned may stand over what scrolls below it.
const OVERLAPPING: &str = "
    const pinned = (e) => {
      for (; e; e = e.parentElement) if (['sticky', 'fixed'].includes(getComputedStyle(e).position)) return e;
      return null;
    };
    const seen = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const holder = node.parentElement;
      if (!node.data.trim() || !holder.checkVisibility() || holder.closest('.unseen, script, style, option')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const r of range.getClientRects()) {
        let [left, top, right, bottom] = [r.left, r.top + r.height * 0.2, r.right, r.bottom - r.height * 0.2];
        for (let e = holder; e; e = e.parentElement) {
          const style = getComputedStyle(e);
          if (style.overflowX !== 'visible' || style.overflowY !== 'visible') {
            const b = e.getBoundingClientRect();
            left = Math.max(left, b.left); top = Math.max(top, b.top);
            right = Math.min(right, b.right); bottom = Math.min(bottom, b.bottom);
          }
        }
        if (right - left > 2 && bottom - top > 2) seen.push({ holder, left, top, right, bottom, pin: pinned(holder) });
      }
    }
    const found = [];
    for (let i = 0; i < seen.length; i += 1) {
      for (let j = i + 1; j < seen.length; j += 1) {
        const [a, b] = [seen[i], seen[j]];
        if (a.holder === b.holder || a.pin !== b.pin) continue;
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 2 && high > 2) found.push(a.holder.innerText.slice(0, 40) + ' × ' + b.holder.innerText.slice(0, 40));
      }
    }
    return found.slice(0, 8)";

/// Words of four Latin letters without a Chinese character beside them.
const ENGLISH: &str = "
    return [...document.querySelectorAll('button, label, th, h1, h2, h3, p, dt, dd, legend, option, figcaption, [role=tab], [placeholder], [title]')]
      .filter((e) => e.checkVisibility() || e.matches('option'))
      .flatMap((e) => [e.matches('select') ? '' : e.innerText.trim(), e.placeholder ?? '', e.title])
      .map((text) => text.replace(/\\b(Ctrl|Shift|Alt|Enter|Delete|Esc|Tab|F\\d+)\\b/g, ''))
      .filter((text) => /[A-Za-z]{4,}/.test(text) && !/[\\u4e00-\\u9fff]/.test(text))";

/// What a room shows besides its first sight: its name, the room, what opens it, and what is then there.
const VIEWS: [(&str, &str, &str, &str); 17] = [
    ("图表", "总览", "document.querySelector('.charts').scrollIntoView()", ".charts canvas"),
    ("申报条件", "总览", "document.querySelector('.dials').scrollIntoView()", ".dials meter"),
    ("编辑", "档案", "press('打开')", "aside"),
    ("指标依据", "报表", "document.querySelector('[data-code]').click()", "aside .records"),
    ("指标出处", "报表", "document.querySelector('.paper .ask').click()", "aside .about dl"),
    ("审核", "报表", "document.getElementById('checks').scrollIntoView()", ".checks"),
    ("逐项复制", "报表", "press('逐项复制')", "aside"),
    ("附表内容", "附表与申报", "press('附表')", "main"),
    ("佐证清单", "附表与申报", "press('佐证材料')", "main"),
    ("备份", "备份与设置", "document.getElementById('tab-backups').click()", "#section-backups"),
    ("校验", "备份与设置", "document.getElementById('tab-verify').click()", "#section-verify"),
    ("数据文件夹", "备份与设置", "document.getElementById('tab-folder').click()", "#section-folder"),
    ("操作记录", "备份与设置", "document.getElementById('tab-history').click()", "#section-history tbody tr"),
    ("隐私", "备份与设置", "document.getElementById('tab-privacy').click()", "#section-privacy"),
    ("关于", "备份与设置", "document.getElementById('tab-about').click()", "#section-about"),
    ("口径", "总览", "document.querySelector('.figures .help button').click()", "dialog[open] dl"),
    ("键盘", "总览", "document.querySelector('header button[title^=键盘]').click()", "dialog[open]"),
];

impl Window<'_> {
    /// A picture of what is shown, and what is wrong with it.
    async fn look_at(&self, name: &str, wrong: &mut Vec<String>) {
        self.settles().await;
        self.picture(name).await;
        let rules = self.hard_to_read().await;
        if rules != json!([]) {
            wrong.push(format!("{name}, hard to read: {rules}"));
        }
        self.look_over(name, wrong).await;
    }

    /// What is cut off, stands on something else or is not Chinese.
    async fn look_over(&self, name: &str, wrong: &mut Vec<String>) {
        for (what, script) in [("in English", ENGLISH), ("cut off", CUT), ("overlapping", OVERLAPPING)] {
            let found = self.run(script).await;
            if found != json!([]) {
                wrong.push(format!("{name}, {what}: {found}"));
            }
        }
    }

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
}

#[test]
fn every_room_reads_well_in_both_themes_and_all_sizes() {
    play(async {
        let mut stage = Stage::set("rooms", false);
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
                    let name = format!("{room}-{theme}-{size}");
                    if size == "1366" {
                        window.look_at(&name, &mut wrong).await;
                    } else {
                        window.settles().await;
                        window.picture(&name).await;
                        window.look_over(&name, &mut wrong).await;
                    }
                }
            }
            window.size(1366, 768).await;
            window.looks(theme, "normal").await;
            for (view, room, open, there) in VIEWS {
                window.room(room).await;
                window.settles().await;
                let press = "const press = (words) =>
                    [...document.querySelectorAll('main button')].find((b) => b.innerText.trim() === words).click()";
                window.wait(view, &format!("{press}; try {{ {open}; return true }} catch {{ return false }}")).await;
                window.wait(view, &format!("return document.querySelector({there:?}) !== null")).await;
                window.look_at(&format!("{room}-{view}-{theme}"), &mut wrong).await;
                window.run("document.querySelector('dialog[open]')?.close()").await;
            }
        }
        assert!(wrong.is_empty(), "every room can be read: {wrong:#?}");
        // Another room is left open, dark: the next start comes back to both.
        window.looks("dark", "normal").await;
        window.room("季度更新").await;
        window.close().await;
        stage.again();
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

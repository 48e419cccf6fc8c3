//! Every room in both themes and all sizes: nothing cut off, nothing in English, everything named and readable.

use std::path::Path;

use incubator::desk::{Choice, View};
use incubator::form::Level;
use serde_json::{Value, json};

use crate::stage::{Stage, Window, play, sample_folder};

const ROOMS: [&str; 7] = ["总览", "档案", "季度更新", "导入", "报表", "附表与申报", "备份与设置"];

/// Name and size of the page: a plain laptop, the same at 125 %, a desktop.
const SIZES: [(&str, u32, u32); 3] = [("1366", 1366, 768), ("1366-125", 1093, 614), ("1920", 1920, 1080)];

/// Sizes of the text, and what a picture is called by them.
const TEXTS: [(&str, &str); 2] = [("normal", ""), ("largest", "-text2")];

/// What a person would stumble over on the page as it stands.
const LOOK: &str = include_str!("look.js");

/// How to come to a view: words for what a hand does.
const HAND: &str = r#"
    const press = (words) => [...document.querySelectorAll('main button:not(:disabled), dialog[open] button:not(:disabled)')]
      .find((b) => b.innerText.trim() === words).click();
    const choose = (label, value) => {
      const field = document.querySelector(`select[aria-label=${label}]`);
      if (field.value === value) return;
      field.value = value;
      if (field.value !== value) throw value;
      field.dispatchEvent(new Event('change', { bubbles: true }));
    };
    const tab = (name) => document.getElementById(`tab-${name}`).click();
    const type = (css, text) => {
      const field = document.querySelector(css);
      field.focus();
      field.value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const list = (label) => [...document.querySelectorAll('.lists button')]
      .find((b) => (b.querySelector('.name') ?? b).innerText.trim() === label).click();
    const head = (label) => [...document.querySelectorAll('[data-head]')].find((h) => h.innerText.includes(label));
    const menu = (label) => head(label).querySelector('.more').click();
    const pick = (label) => {
      const cell = document.querySelector(`[data-row="0"][data-cell="${head(label).dataset.head}"]`);
      cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      cell.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true, button: 0 }));
      const key = { key: 'ArrowDown', altKey: true, bubbles: true, cancelable: true };
      document.querySelector('.input').dispatchEvent(new KeyboardEvent('keydown', key));
    };
    const paste = (text) => {
      const clip = new DataTransfer();
      clip.setData('text/plain', text);
      const event = new ClipboardEvent('paste', { clipboardData: clip, bubbles: true, cancelable: true });
      document.querySelector('.input').dispatchEvent(event);
    };
    const drop = (rows) => {
      if (document.querySelector('.plan')) return;
      const clip = new DataTransfer();
      clip.items.add(new File(['团队名称,负责人,入驻日期,联系电话,主攻方向\n' + rows.join('\n')], '团队名单.csv'));
      const event = new Event('drop', { bubbles: true, cancelable: true });
      Object.defineProperty(event, 'dataTransfer', { value: clip });
      document.querySelector('.import').dispatchEvent(event);
    };
    "#;

/// One step on the way to a view: what the hand does, and what is then there.
type Step = (&'static str, &'static str);

const TEAMS: Step = ("list('创业团队')", "#grid [data-head]");
const SEALED: Step = ("choose('报告期', '2021Q3')", ".sealed");
const TABLES: Step = ("press('附表')", "article.paper");
const BACKUPS: Step = ("tab('backups')", "#section-backups tbody tr");

/// What a room shows besides its first sight: its name, the room, and the way to it.
#[rustfmt::skip]
const VIEWS: [(&str, &str, &[Step]); 41] = [
    ("图表", "总览", &[("document.querySelector('.charts').scrollIntoView()", ".charts canvas")]),
    ("申报条件", "总览", &[("document.querySelector('.dials').scrollIntoView()", ".dials meter")]),
    ("口径", "总览", &[("document.querySelector('.figures .help button').click()", "dialog[open] dl")]),
    ("键盘", "总览", &[("document.querySelector('header button[title^=键盘]').click()", "dialog[open]")]),
    ("查找", "总览", &[("type('input[role=combobox]', '竹语')", ".found [role=option]")]),
    ("没有找到", "总览", &[("type('input[role=combobox]', '没有这样的')", ".found .none")]),
    ("编辑", "档案", &[TEAMS, ("press('打开')", "aside .proof")]),
    ("新增", "档案", &[TEAMS, ("press('新增')", "aside .fields")]),
    ("栏目菜单", "档案", &[TEAMS, ("menu('团队名称')", ".menu")]),
    ("筛选", "档案", &[TEAMS, ("head('技术领域').scrollIntoView({ inline: 'center' })", "#grid"), ("menu('技术领域')", ".menu [role=group] input")]),
    ("栏目", "档案", &[TEAMS, ("press('栏目')", ".choose input")]),
    ("选项", "档案", &[TEAMS, ("pick('技术领域')", ".picks li")]),
    ("空名册", "档案", &[("list('建设项目')", ".empty .main")]),
    ("回收站", "档案", &[("press('回收站')", ".bin tbody tr")]),
    ("粘贴预览", "档案", &[TEAMS, ("paste('贴甲\\t竹编\\n贴乙\\t刺绣')", "dialog.pasted[open] tr")]),
    ("指标依据", "报表", &[("document.querySelector('[data-code]').click()", "aside .records")]),
    ("指标出处", "报表", &[("document.querySelector('.paper .ask').click()", "aside .about dl")]),
    ("审核", "报表", &[("document.getElementById('checks').scrollIntoView()", ".checks li")]),
    ("逐项复制", "报表", &[("press('逐项复制')", ".portal ol li")]),
    ("回读核对", "报表", &[("press('逐项复制')", ".portal ol li"), ("type('.portal textarea', '众创空间总收入 147 服务收入 1')", ".portal .row .button:not(:disabled)"), ("press('核对')", ".portal .verdict")]),
    ("上报封存", "报表", &[("choose('报告期', '2021Q2'); press('上报封存')", "dialog[open] .main")]),
    ("已封存", "报表", &[SEALED]),
    ("解封", "报表", &[SEALED, ("press('解封')", "dialog[open] textarea")]),
    ("差异", "报表", &[SEALED, ("press('已上报与现台账')", "dialog.differences[open] tbody tr")]),
    ("历次上报", "报表", &[("press('历次上报')", "dialog.filings[open] tbody tr")]),
    ("附表内容", "附表与申报", &[TABLES]),
    ("文字", "附表与申报", &[TABLES, ("choose('附表', 'shanxi-report-2022')", "article[data-form=shanxi-report-2022]"), ("document.querySelector('.forms .count').click()", "aside textarea")]),
    ("改栏目", "附表与申报", &[TABLES, ("choose('附表', 'roster-team-2026')", "article[data-form=roster-team-2026]"), ("press('改栏目')", "aside ol li")]),
    ("佐证清单", "附表与申报", &[("press('佐证材料')", ".groups")]),
    ("条件", "附表与申报", &[("press('条件')", ".list li")]),
    ("备份", "备份与设置", &[BACKUPS]),
    ("恢复", "备份与设置", &[BACKUPS, ("[...document.querySelectorAll('#section-backups .link')].at(-1).click()", "dialog[open] table")]),
    ("通知", "备份与设置", &[BACKUPS, ("press('立即备份')", ".message.good")]),
    ("校验", "备份与设置", &[("tab('verify'); press('开始校验')", "#section-verify .good")]),
    ("数据文件夹", "备份与设置", &[("tab('folder')", "#section-folder")]),
    ("操作记录", "备份与设置", &[("tab('history')", "#section-history tbody tr")]),
    ("隐私", "备份与设置", &[("tab('privacy')", "#section-privacy")]),
    ("关于", "备份与设置", &[("tab('about')", "#section-about")]),
    ("粘贴", "导入", &[("press('粘贴内容')", ".paste textarea")]),
    ("预览", "导入", &[("drop(['晨星队,张三,2021-03-05,13800138000,陶瓷文创', '北斗队,李四,去年底,13900139000,竹编'])", ".plan tr.flawed")]),
    ("已导入", "导入", &[("document.querySelector('.bar.last .main').click()", ".message.good")]),
];

const SHUT_MENU: &str =
    "document.querySelector('.menu')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))";

/// Closes what a view opened.
const CLOSE: &str = "
    for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
    for (const css of ['aside [aria-label=关闭]', '.message .close']) document.querySelector(css)?.click();
    for (const open of document.querySelectorAll('main .button[aria-expanded=true]')) open.click();
    const search = document.querySelector('input[role=combobox]');
    search.value = '';
    search.dispatchEvent(new Event('input', { bubbles: true }));
    document.activeElement?.blur()";

/// The sample with what a year of work leaves: a report sealed and one opened again, records changed and deleted since,
/// a backup, a list without a record.
fn worn_folder(folder: &Path) {
    const FORM: &str = "torch-quarterly-2021";
    let mut desk = sample_folder(folder);
    desk.backup().expect("a backup");
    for period in ["2021Q1", "2021Q3"] {
        for breach in desk.fill(FORM, period, Choice::default()).expect("the report").breaches {
            if breach.level == Level::Warning && breach.reason.is_none() {
                desk.explain(FORM, period, &breach.rule, "本季新入驻团队较多，已逐户核对").expect("explained");
            }
        }
        desk.seal_with_scan(FORM, period, "2021-10-09 09:00:00", "季报盖章扫描件.pdf", b"%PDF-1.4").expect("sealed");
    }
    desk.unseal(FORM, "2021Q1", "上级退回，要求更正入驻日期", "2021-10-10 09:00:00").expect("opened again");
    for (list, count) in [("team", 1), ("construction", 2)] {
        let ids = desk.ids(list, &View::default(), 0, count).expect("its records");
        desk.delete_all(list, &ids).expect("deleted");
    }
}

impl Window<'_> {
    /// A picture of what is shown, and what is wrong with it.
    async fn look_at(&self, name: &str, wrong: &mut Vec<String>) {
        self.look_over(name, wrong).await;
        self.keep_picture(name).await;
        self.axe(name, wrong).await;
    }

    /// What breaks the rules of WCAG.
    async fn axe(&self, name: &str, wrong: &mut Vec<String>) {
        let rules = self.hard_to_read().await;
        if rules != json!([]) {
            wrong.push(format!("{name}, hard to read: {rules}"));
        }
    }

    /// What is cut off, stands on something else, is too faint or not Chinese.
    async fn look_over(&self, name: &str, wrong: &mut Vec<String>) {
        self.stands().await;
        let found = self.run(LOOK).await;
        for (what, found) in found.as_object().expect("what was found") {
            if *found != json!([]) {
                wrong.push(format!("{name}, {what}: {found}"));
            }
        }
        let said = self.run("return window.wrong").await;
        if said != json!([]) {
            wrong.push(format!("{name}, said on the page: {said}"));
            self.run("window.wrong.length = 0").await;
        }
    }

    /// Nothing is under way, and what was set in motion has come to its end.
    async fn stands(&self) {
        self.settles().await;
        let still = "const done = arguments[0];
            const paint = () => requestAnimationFrame(() => requestAnimationFrame(done));
            const moves = document.getAnimations().map((move) => move.finished.catch(() => null));
            Promise.race([Promise.all(moves), new Promise((after) => setTimeout(after, 500))]).then(paint)";
        self.client.execute_async(still, Vec::new()).await.expect("a frame");
    }

    /// A view that belongs to no room, in all sizes and both themes.
    pub async fn looks_right(&self, name: &str) {
        let mut wrong = Vec::new();
        for (text, called) in TEXTS {
            self.run(&format!("document.documentElement.dataset.text = {text:?}")).await;
            for (size, width, height) in SIZES {
                self.size(width, height).await;
                for theme in ["light", "dark"] {
                    self.run(&format!("document.documentElement.dataset.theme = {theme:?}")).await;
                    self.look_at(&format!("{name}-{theme}-{size}{called}"), &mut wrong).await;
                }
            }
        }
        self.size(1366, 768).await;
        self.run("Object.assign(document.documentElement.dataset, { theme: 'light', text: 'normal' })").await;
        assert!(wrong.is_empty(), "{name} can be read: {wrong:#?}");
    }

    /// A view that lasts only as long as something is under way, as it stands.
    pub async fn looks_right_now(&self, name: &str) {
        let mut wrong = Vec::new();
        self.look_over(name, &mut wrong).await;
        self.keep_picture(name).await;
        assert!(wrong.is_empty(), "{name} can be read: {wrong:#?}");
    }

    /// Goes the way to a view, as often as the page needs to be ready for a step.
    async fn view(&self, name: &str, way: &[Step]) {
        for (step, there) in way {
            self.settles().await;
            self.wait(name, &format!("{HAND}; try {{ {step}; return true }} catch {{ return false }}")).await;
            self.wait(name, &format!("return document.querySelector({there:?}) !== null")).await;
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
        worn_folder(&folder);
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("the overview", "return document.querySelector('.overview .todo li') !== null").await;
        let mut wrong: Vec<String> = Vec::new();
        for theme in ["light", "dark"] {
            for (text, called) in TEXTS {
                window.looks(theme, text).await;
                for (size, width, height) in SIZES {
                    window.size(width, height).await;
                    for room in ROOMS {
                        window.room(room).await;
                        window.look_at(&format!("{room}-{theme}-{size}{called}"), &mut wrong).await;
                    }
                }
            }
        }
        // The words of a view take their room by the size of the text, its colours by the theme: each way is gone twice,
        // and the colours of the other theme are tried on the spot.
        for (theme, other, (text, called)) in [("dark", "light", TEXTS[1]), ("light", "dark", TEXTS[0])] {
            window.looks(theme, text).await;
            for (view, room, way) in VIEWS {
                window.room(room).await;
                window.view(view, way).await;
                for (size, width, height) in SIZES {
                    // A menu is opened anew where its column then stands.
                    window.run(SHUT_MENU).await;
                    window.size(width, height).await;
                    window.stands().await;
                    let there = way.last().map_or("", |(_, there)| there);
                    if window.run(&format!("return document.querySelector({there:?}) === null")).await == json!(true) {
                        window.view(view, way).await;
                    }
                    let name = format!("{room}-{view}-{theme}-{size}{called}");
                    if size == "1366-125" {
                        window.look_at(&name, &mut wrong).await;
                        window.run(&format!("document.documentElement.dataset.theme = {other:?}")).await;
                        window.look_over(&format!("{name}-as-{other}"), &mut wrong).await;
                        window.run(&format!("document.documentElement.dataset.theme = {theme:?}")).await;
                    } else {
                        window.look_over(&name, &mut wrong).await;
                    }
                    if size == "1920" {
                        window.keep_picture(&name).await;
                    }
                }
                window.run(SHUT_MENU).await;
                window.run(CLOSE).await;
                // An import that is done makes room for the next, and is taken back for it.
                if view == "已导入" {
                    window.press("完成").await;
                    window.run("document.querySelector('header button').click()").await;
                    window.shows("已撤销：导入创业团队").await;
                }
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

//! 附表与申报: conditions with what closes each gap, texts counted as they are typed, what is missing and where, columns of
//! one's own, and the pack: written by one click, stopped by one click.

use std::path::Path;

use incubator::desk::Desk;
use serde_json::json;

use crate::stage::{PATIENCE, Stage, Window, play, sample_folder};

/// The last day of the sample's own records.
const ON: &str = "2022-06-30";

impl Window<'_> {
    /// Chooses in a list of choices by its label.
    async fn choose(&self, label: &str, value: &str) {
        let script = format!(
            "const list = document.querySelector('select[aria-label=\"{label}\"]');
             if (!list || ![...list.options].some((o) => o.value === {value:?})) return false;
             if (list.value !== {value:?}) {{
               list.value = {value:?};
               list.dispatchEvent(new Event('change', {{ bubbles: true }}));
             }}
             return true"
        );
        self.wait(label, &script).await;
    }

    /// Presses one of the three sides of the room.
    pub async fn side(&self, name: &str) {
        let on = format!(
            "const tab = [...document.querySelectorAll('[role=tab]')].find((t) => t.innerText.trim() === {name:?});
             if (tab?.getAttribute('aria-selected') === 'true') return true;
             tab?.click(); return false"
        );
        self.wait(name, &on).await;
    }

    /// The first text of Hunan's filing, opened to be written.
    pub async fn filing_text(&self) {
        self.programme("hunan-2016").await;
        self.side("附表").await;
        self.choose("附表", "hunan-filing-2016").await;
        self.wait("the paper", "return document.querySelector('article.paper')?.dataset.form === 'hunan-filing-2016'")
            .await;
        self.wait("its text", "const b = document.querySelector('[data-text=HN1_20]'); b?.click(); return b !== null")
            .await;
        self.wait("the words", "return (document.querySelector('aside textarea')?.value ?? '') !== ''").await;
    }

    /// The room, a programme and the day.
    pub async fn programme(&self, id: &str) {
        self.room("附表与申报").await;
        self.choose("申报事项", id).await;
        let day = format!(
            "const day = document.querySelector('#on');
             if (!day) return false;
             if (day.value !== {ON:?}) {{
               day.value = {ON:?};
               day.dispatchEvent(new Event('change', {{ bubbles: true }}));
             }}
             return true"
        );
        self.wait("the day", &day).await;
    }

    /// What stands in a condition's line, once it says all of these.
    async fn condition(&self, id: &str, says: &[&str]) -> String {
        let line = format!("(document.querySelector('[data-condition=\"{id}\"]')?.innerText ?? '')");
        let all: Vec<String> = says.iter().map(|word| format!("{line}.includes({word:?})")).collect();
        self.wait(&format!("{id} says {says:?}"), &format!("return {}", all.join(" && "))).await;
        self.run(&format!("return {line}")).await.as_str().unwrap_or_default().to_owned()
    }

    /// Puts words into the text that stands open, as a person who has typed them.
    async fn write(&self, words: &str) {
        let script = format!(
            "const field = document.querySelector('aside textarea');
             field.focus(); field.value = {words:?};
             field.dispatchEvent(new Event('input', {{ bubbles: true }}))"
        );
        self.run(&script).await;
    }
}

/// Files under a folder.
fn count(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.flatten().map(|e| if e.path().is_dir() { count(&e.path()) } else { 1 }).sum()
}

#[test]
fn a_programme_is_gauged_judged_written_and_its_gaps_lead_to_their_records() {
    play(async {
        let mut stage = Stage::set("programmes", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.size(1366, 768).await;
        window.programme("shanxi-2022").await;
        window.condition("S6", &["符合", "6 人", "≥ 5 人"]).await;
        let least = window.condition("S7", &["不符合", "≥ 3 场次", "2021-12(0 场次)"]).await;
        assert!(least.contains("已过的月份请补登"), "it says what closes the gap: {least}");
        window.condition("S8.2", &["≥ 10 个"]).await;
        window.picture("programmes-conditions-1366").await;
        window.reads_well("programmes-conditions").await;

        // A yes by hand, with its ground.
        let yes = "const one = document.querySelector('[data-condition=\"S9.1\"] input[type=radio]');
                   one?.click(); return one?.checked === true";
        window.wait("a yes", yes).await;
        let mark = "return document.querySelector('[data-condition=\"S9.1\"] .mark')?.innerText === '符合'";
        window.wait("judged", mark).await;
        let note = "const note = document.querySelector('[aria-label=\"S9.1 依据\"]');
                    note.focus(); note.value = '法人证书'; note.dispatchEvent(new Event('input', { bubbles: true })); note.blur()";
        window.run(note).await;
        window.wait("kept", "return document.querySelector('footer .saved').innerText === '已保存'").await;

        // What is missing leads to the record that lacks it.
        window.side("佐证材料").await;
        window.wait("the groups", "return document.querySelector('.groups .link') !== null").await;
        window.picture("programmes-proof-1366").await;
        let open =
            "const one = [...document.querySelectorAll('.groups .link')].find((b) => b.innerText.includes('人员缺毕业证'));
                    one?.click(); return one !== undefined";
        window.wait("the people who lack a paper", open).await;
        let follow =
            "const one = [...document.querySelectorAll('.missing .link')].find((b) => b.innerText.includes('苏晓棠'));
                      one?.click(); return one !== undefined";
        window.wait("the person", follow).await;
        window
            .wait("档案", "return document.querySelector('nav [aria-current=page]')?.innerText.trim() === '档案'")
            .await;
        window.shows("苏晓棠").await;
        window.wait("the list", "return document.querySelector('.tools h1')?.innerText === '服务人员'").await;

        // A text is counted as it is typed; over its limit it is an 错误.
        window.filing_text().await;
        window.write(&"字".repeat(203)).await;
        window.shows("203 / 200 字，超出 3 字").await;
        window.picture("programmes-text-over-1366").await;
        window.run("document.querySelector('aside textarea').blur()").await;
        let error = "return [...document.querySelectorAll('.checks .error')].some((e) => e.innerText.includes('限 200 字，现有 203 字'))";
        window.wait("an 错误", error).await;
        assert_eq!(
            window.run("return document.querySelector('aside textarea') !== null").await,
            json!(true),
            "it stays open"
        );
        window.write("").await;
        window.choose("插入数据", "mentors").await;
        window.wait("put in", "return document.querySelector('aside textarea').value === '{mentors}'").await;
        window.wait("the print", "return document.querySelector('aside .print')?.innerText === '6'").await;
        window.write("现有导师{mentors}人，负责人长期从事创业指导。").await;
        window.run("document.querySelector('aside textarea').blur()").await;
        window
            .wait("printed", "return document.querySelector('article.paper').innerText.includes('现有导师6人，负责人')")
            .await;
        let fine =
            "return ![...document.querySelectorAll('.checks .error')].some((e) => e.innerText.includes('限 200 字'))";
        window.wait("no 错误", fine).await;
        window.close().await;

        // A mentor fewer: the print stays true, and the text wants to be looked at again.
        let today = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day");
        // The window lets go of the folder a moment after it has closed.
        let start = std::time::Instant::now();
        let mut desk = loop {
            match Desk::open(&folder, "test", today) {
                Ok(desk) => break desk,
                Err(e) => assert!(start.elapsed() < PATIENCE, "the folder is free again: {e}"),
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        };
        desk.delete_all("mentor", &[1]).expect("deleted");
        drop(desk);
        stage.again();
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.programme("hunan-2016").await;
        window.side("附表").await;
        window.choose("附表", "hunan-filing-2016").await;
        window
            .wait(
                "printed",
                "return document.querySelector('article.paper')?.innerText.includes('现有导师5人，负责人')",
            )
            .await;
        window.shows("在聘创业导师 6 → 5").await;
        window
            .wait("its text", "const b = document.querySelector('[data-text=HN1_20]'); b?.click(); return b !== null")
            .await;
        window.press("文字无须改动").await;
        window
            .wait(
                "confirmed",
                "return !document.querySelector('.checks').innerText.includes('主要负责人简介”(HN1_20)写定之后')",
            )
            .await;
        window.close().await;
    });
}

#[test]
fn a_table_takes_columns_of_ones_own_and_a_pack_is_written_or_stopped_by_one_click() {
    play(async {
        let stage = Stage::set("pack", true);
        let folder = stage.home.join("台账");
        let mut desk = sample_folder(&folder);
        // Pictures of an award, so many that writing them takes a while: only the quarter's pack holds them.
        let shape = incubator::record::shape("award").expect("a list");
        let mut award = incubator::record::Record::empty(shape.kind, 0);
        for (field, text) in [("tenant", "1"), ("name", "创业大赛"), ("on", "2022-05-01")] {
            let field = shape.kind.field(field).expect("a field");
            award.set(shape.kind, field.name, incubator::record::parse_value(field, text).expect("sound"));
        }
        let mut id = 0;
        desk.store_mut().change("获奖", |tx| tx.insert(shape, award).map(|new| id = new)).expect("kept");
        let mut bytes = vec![7_u8; 4_000_000];
        for n in 0..40_u8 {
            bytes[0] = n;
            let file = desk.keep_proof(&format!("{n}.jpg"), Some("照片"), &bytes).expect("kept");
            desk.add_proof("award", id, vec![file]).expect("added");
        }
        drop(desk);
        let out = stage.home.join("packs");
        let stopped = stage.home.join("stopped");
        for folder in [&out, &stopped] {
            std::fs::create_dir_all(folder).expect("a folder");
        }
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.size(1366, 768).await;
        window.programme("hunan-2016").await;
        window.condition("H2", &["不符合", "齐全"]).await;
        window.picture("programmes-conditions-dark-1366").await;

        // Columns of one's own, and the program's again.
        window.side("附表").await;
        window.choose("附表", "hunan-base-projects-2021").await;
        window
            .wait(
                "the paper",
                "return document.querySelector('article.paper')?.dataset.form === 'hunan-base-projects-2021'",
            )
            .await;
        window.press("改栏目").await;
        window.wait("the columns", "return document.querySelectorAll('aside ol li').length === 7").await;
        let rename = "const name = document.querySelector('[aria-label=\"栏目 3\"]');
                      name.value = '实施单位'; name.dispatchEvent(new Event('change', { bubbles: true }))";
        window.run(rename).await;
        let heads = |words: &str| {
            format!("return [...document.querySelectorAll('article.paper th')].some((h) => h.innerText === {words:?})")
        };
        window.wait("renamed", &heads("实施单位")).await;
        window.type_into("新栏目名称", "省预算内补助").await;
        window.choose("新栏目内容", "subsidy").await;
        window.press("加栏目").await;
        window.wait("added", &heads("省预算内补助(万元)")).await;
        window.picture("programmes-columns-dark-1366").await;
        window.reads_well("programmes-columns").await;
        window.press("恢复程序自带的表样").await;
        window.wait("as before", &heads("承担单位")).await;
        // What a table offers as a beginning is taken over by one click, once.
        window.choose("附表", "hunan-base-indicators-2021").await;
        window.wait("the offers", "return document.querySelectorAll('aside .offers li').length === 3").await;

        window.press("生成材料包").await;
        window.choose_file("选择存放材料包的文件夹", &out);
        window.wait("the pack", "return document.querySelector('.pack')?.innerText.includes('账表对应')").await;
        window.picture("programmes-pack-dark-1366").await;
        let pack = out.join(format!("湖南省2016年度第二批众创空间备案 {ON}"));
        assert!(pack.join("00-3 账表对应.xlsx").is_file() && count(&pack) > 100, "{}", count(&pack));
        assert!(out.join(format!("湖南省2016年度第二批众创空间备案 {ON}.zip")).is_file(), "and the same as a .zip");

        window.choose("申报事项", "quarterly-proof").await;
        window.side("条件").await;
        window.condition("Z", &["齐全"]).await;
        // The hand is quick: it stops the work as soon as that says how far it is.
        let hand = "window.hand = setInterval(() => {
                      const stop = document.querySelector('.progress progress[value]') && document.querySelector('.progress .button');
                      if (stop && !stop.disabled) { stop.click(); clearInterval(window.hand); }
                    }, 5)";
        window.run(hand).await;
        window.press("生成材料包").await;
        window.choose_file("选择存放材料包的文件夹", &stopped);
        window.shows("已取消").await;
        assert_eq!(count(&stopped), 0, "nothing of it is left");
        window.close().await;
    });
}

//! 导入: a messy roster is dropped, a column mended, a row left out, the rest imported and taken back; what failed is
//! saved to be mended.

use std::path::Path;
use std::time::{Duration, Instant};

use calamine::Reader as _;
use fantoccini::Locator;
use incubator::desk::Desk;
use rust_xlsxwriter::{Format, Workbook};
use serde_json::json;

use crate::stage::{PATIENCE, Stage, Window, play};

/// A roster as people have them: a title, a heading below it, a column of another name, a bad date, a total.
fn messy(path: &Path) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("2021年名单").expect("a name");
    sheet.merge_range(0, 0, 0, 5, "某某众创空间创业团队名单", &Format::new()).expect("a title");
    let rows = [
        ["序号", "团队(项目)名称", "项目负责人", "入驻日期", "联系电话", "主攻方向"],
        ["1", "晨星队", "张三", "2021.3.5", "13800138000", "陶瓷文创"],
        ["2", "北斗队", "李四", "2021-04-12", "13900139000", "竹编"],
        ["3", "启明队", "王五", "去年底", "13700137000", "刺绣"],
        ["4", "长庚队", "赵六", "20210601", "13600136000", "漆器"],
        ["", "合计", "", "", "", "4"],
    ];
    for (row, cells) in (2..).zip(rows) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).expect("a cell");
        }
    }
    book.save(path).expect("a roster");
}

impl Window<'_> {
    /// Drops a file on the room, as the desktop does: the page gets its name and content.
    async fn drop_file(&self, path: &Path) {
        let bytes = std::fs::read(path).expect("the file");
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name");
        let script = format!(
            "const file = new File([new Uint8Array({bytes:?})], {name:?});
             const carried = new DataTransfer(); carried.items.add(file);
             const drop = new Event('drop', {{ bubbles: true, cancelable: true }});
             Object.defineProperty(drop, 'dataTransfer', {{ value: carried }});
             document.querySelector('.import').dispatchEvent(drop)"
        );
        self.run(&script).await;
    }

    /// The rows of the plan in sight: row of the file, what happens, name.
    async fn plan(&self) -> serde_json::Value {
        self.run(
            "return [...document.querySelectorAll('.plan tr.row')].map((row) =>
               ['.place', '.action', 'button.label'].map((part) => row.querySelector(part).innerText.trim()).join(' '))",
        )
        .await
    }
}

#[test]
fn a_messy_roster_is_dropped_mended_imported_and_taken_back() {
    play(async {
        let stage = Stage::set("import", false);
        let folder = stage.home.join("台账");
        let roster = stage.home.join("团队名单.xlsx");
        messy(&roster);
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.shows("打开示例").await;
        window.size(1366, 768).await;
        window.room("导入").await;
        window.shows("还没有名册").await;
        window.picture("import-empty-1366").await;

        window.drop_file(&roster).await;
        window.wait("the plan", "return document.querySelectorAll('.plan tr.row').length === 4").await;
        assert_eq!(
            window.plan().await,
            json!(["4 新增 晨星队", "5 新增 北斗队", "6 不能导入 启明队", "7 新增 长庚队"]),
            "the heading was found below the title, the total is no team, the bad date is named"
        );
        let list = window.run("return document.querySelector('.import .bar select').value").await;
        assert_eq!(list, json!("team"), "the list was guessed from the columns");
        let say = window.run("return document.querySelector('.plan tr.flawed .say').innerText").await;
        assert!(say.as_str().is_some_and(|s| s.starts_with("D6")), "the cell's address is said: {say}");
        window.picture("import-plan-1366").await;

        // The column of another name becomes a note.
        let column = "select[aria-label^='F 列']";
        window
            .client
            .find(Locator::Css(column))
            .await
            .expect("the column")
            .select_by_value("note")
            .await
            .expect("chosen");
        let chosen = format!(
            "return document.querySelector({column:?}).value === 'note' && document.body.innerText.includes('已选定')"
        );
        window.wait("the column mended", &chosen).await;
        window.wait("the plan again", "return document.querySelectorAll('.plan tr.row').length === 4").await;
        window.run("document.querySelectorAll('.plan tr.row .tick input')[1].click()").await;
        window.wait("the row left out", "return document.body.innerText.includes('新增 2，未选 1，不能导入 1')").await;
        // A block that is pasted into a list meanwhile is a plan of its own, also where there is no row yet; this one waits.
        window.room("档案").await;
        window.list("创业导师").await;
        window.paste_block("覃晟\t长沙\"智造\"公司\r\n缪 乐\t\"第一行\n第二行\"\r\n", "新增 2 条").await;
        window.press("粘贴 2 条").await;
        window.wait("the mentors", "return document.querySelector('.tally')?.innerText === '2 条'").await;
        window.room("导入").await;
        window.wait("the plan that waited", "return document.querySelectorAll('.plan tr.row').length === 4 && document.body.innerText.includes('新增 2，未选 1，不能导入 1')").await;
        window.run("document.querySelector('.plan tr.flawed button.label').click()").await;
        window.wait("the whole row", "return document.querySelector('.whole .flaw') !== null").await;
        window.picture("import-mended-1366").await;
        window.size(1920, 1080).await;
        window.picture("import-mended-1920").await;
        window.size(1366, 768).await;

        // The room's own button has the same word.
        window.run("document.querySelector('.bar.last .button.main').click()").await;
        window.shows("已导入创业团队：新增 2").await;
        window.picture("import-done-1366").await;
        let correction = stage.home.join("correction.xlsx");
        window.press("保存待改正的 1 行").await;
        window.answer_dialog("保存待改正的行", &correction);
        window.shows("已保存").await;
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(&correction).expect("a workbook");
        let sheet = book.sheet_names().first().cloned().expect("a sheet");
        let range = book.worksheet_range(&sheet).expect("its cells");
        let text: String = range.used_cells().map(|(_, _, cell)| format!("{cell} ")).collect();
        assert!(
            text.contains("启明队") && text.contains("去年底") && !text.contains("晨星队"),
            "only what failed: {text}"
        );
        window.press("完成").await;
        window.shows("还没有名册").await;

        let undo = window.run("return document.querySelector('header button').innerText").await;
        assert!(undo.as_str().is_some_and(|s| s.contains("导入创业团队")), "one step, by its name: {undo}");
        window.run("document.querySelector('header button').click()").await;
        window.shows("已撤销：导入创业团队").await;
        window.run("document.querySelectorAll('header button')[1].click()").await;
        window.shows("已重做：导入创业团队").await;
        window.close().await;
        let today = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day");
        // The program lets go of the folder when it ends, a little after its window.
        let start = Instant::now();
        let desk = loop {
            match Desk::open(&folder, "test", today) {
                Ok(desk) => break desk,
                Err(e) => assert!(start.elapsed() < PATIENCE, "{e}"),
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        let teams = desk.list("team").expect("teams");
        let kept: Vec<_> = teams.iter().map(|t| (t["name"].as_str(), t["note"].as_str())).collect();
        assert_eq!(kept, [(Some("晨星队"), Some("陶瓷文创")), (Some("长庚队"), Some("漆器"))], "exactly the plan");
    });
}

#[test]
fn reading_a_long_roster_tells_how_far_it_is_and_stops_when_told_to() {
    play(async {
        let stage = Stage::set("import-long", false);
        let folder = stage.home.join("台账");
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.shows("打开示例").await;
        window.room("导入").await;
        window.shows("还没有名册").await;
        let long = "const rows = Array.from({ length: 150000 }, (_, i) => `第${i}队,张三,2021-03-05,13800138000,第 ${i} 个项目`);
            const file = new File(['团队名称,负责人,入驻日期,联系电话,创业项目或产品\\n' + rows.join('\\n')], 'long.csv');
            const carried = new DataTransfer(); carried.items.add(file);
            const drop = new Event('drop', { bubbles: true, cancelable: true });
            Object.defineProperty(drop, 'dataTransfer', { value: carried });
            document.querySelector('.import').dispatchEvent(drop)";
        window.run(long).await;
        let step = "const what = document.querySelector('.progress .what');
            return what !== null && what.innerText.startsWith('读取名册：') && document.querySelector('.progress progress') !== null";
        window.wait("how far the reading is", step).await;
        window.picture("import-progress").await;
        window.run("document.querySelector('.progress button').click()").await;
        window.shows("读取名册：已取消").await;
        window.wait("the work is over", "return document.querySelector('.progress') === null").await;
        window.shows("还没有名册").await;

        // The program goes on.
        let small = stage.home.join("small.xlsx");
        messy(&small);
        window.drop_file(&small).await;
        window.wait("the plan", "return document.querySelectorAll('.plan tr.row').length === 4").await;
        window.close().await;
    });
}

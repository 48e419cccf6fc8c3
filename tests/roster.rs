//! Rosters as people have them: real workbook and text bytes in, plans out.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use chrono::NaiveDate;
use incubator::ledger::Ledger;
use incubator::progress::Progress;
use incubator::record::{Field, Record, Shape, Type, Value, format_value, shape, shapes};
use incubator::roster::{Action, Applied, Choices, Plan, Reader, Reading, RowAt, apply, read};
use incubator::store::Store;
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};

use crate::random::Dice;

/// One cell of a fixture, written the way its second column says.
fn put(sheet: &mut Worksheet, row: u32, column: u16, how: &str, content: &str) {
    let number = || content.parse::<f64>().expect("a number in the fixture");
    let as_percent = Format::new().set_num_format("0.00%");
    let as_date = Format::new().set_num_format("yyyy-mm-dd");
    match how {
        "t" => sheet.write_string(row, column, content),
        "n" => sheet.write_number(row, column, number()),
        "%" => sheet.write_number_with_format(row, column, number(), &as_percent),
        "d" => sheet.write_number_with_format(row, column, number(), &as_date),
        "b" => sheet.write_boolean(row, column, content == "TRUE"),
        "e" => sheet.write_formula(row, column, Formula::new("=A1").set_result(content)),
        how => panic!("{how} is no way to write a cell"),
    }
    .expect("a cell");
}

/// The bytes of a workbook with this one cell under its heading, and a note beside it.
fn workbook(heading: &str, how: &str, content: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    put(sheet, 0, 0, "t", heading);
    put(sheet, 0, 1, "t", "备注");
    put(sheet, 1, 0, how, content);
    put(sheet, 1, 1, "t", "x");
    book.save_to_buffer().expect("a workbook")
}

/// What a plan made of the cell A2: its stored text, ∅ for blank, or ! and the flaw.
fn outcome(plan: &Plan, field: &str) -> String {
    let [row] = plan.rows.as_slice() else { return format!("{} rows", plan.rows.len()) };
    let missing = |say: &str| say.starts_with("未填");
    if let Some(flaw) = row.flaws.iter().find(|f| f.cell == "A2" && !missing(&f.say)) {
        return format!("! {}", flaw.say);
    }
    let field = plan.shape.kind.field(field).expect("a field");
    match plan.record(row).field(plan.shape.kind, field.name) {
        Some(value) => format_value(field, Some(value)),
        None => "∅".to_owned(),
    }
}

#[test]
fn every_fixture_cell_is_right_or_flagged() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in include_str!("data/roster/cells.tsv").lines().filter(|l| !l.starts_with('#')) {
        let parts: Vec<String> = line.split('\t').map(|p| p.replace('⏎', "\n").replace('·', " ")).collect();
        let [target, heading, how, content, want] = parts.as_slice() else { panic!("not five parts: {line}") };
        let (list, field) = target.split_once('.').expect("list.field");
        let bytes = match how.as_str() {
            "c" => format!("\"{heading}\",备注\n{content},x\n").into_bytes(),
            how => workbook(heading, how, content),
        };
        let name = if how == "c" { "表.csv" } else { "表.xlsx" };
        let got = match read(&bytes, name, shape(list).expect("a list"), &Ledger::default()) {
            Ok(plan) => outcome(&plan, field),
            Err(error) => format!("refused: {error}"),
        };
        let right = match want.strip_prefix('!') {
            Some(part) => got.strip_prefix("! ").is_some_and(|say| say.contains(part.trim())),
            None => got == *want,
        };
        if !right {
            wrong.push(format!("{line}\n    → {}", got.replace('\n', "⏎")));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{} of {count} cells came out wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 300, "the table should stay large: {count}");
}

/// What a plan does to each row, `row action: label | flaws`, without the rows that change nothing.
fn odd_rows(plan: &Plan) -> String {
    let rows = plan.rows.iter().filter(|r| r.action != Action::Same);
    rows.map(|r| format!("{} {} {:?}: {} {:?} {:?}\n", plan.shape.name, r.row, r.action, r.label, r.changes, r.flaws))
        .collect()
}

#[test]
fn lists_written_out_come_back_unchanged() {
    let ledger = incubator::sample::ledger().expect("the sample");
    let today = NaiveDate::from_ymd_opt(2021, 9, 20).expect("a day");
    let mut odd = String::new();
    let mut count = 0;
    for shape in shapes() {
        if shape.name == "proof" {
            continue;
        }
        let bytes = incubator::workbook::list(shape, &ledger, today).expect("a workbook");
        match read(&bytes, "名册.xlsx", shape, &ledger) {
            Ok(plan) => {
                odd += &odd_rows(&plan);
                count += plan.rows.len();
            }
            Err(error) if !ledger.rows(shape.kind).is_empty() => odd += &format!("{}: {error}\n", shape.name),
            Err(_) => {}
        }
    }
    assert_eq!(odd, "", "a list of the records themselves has nothing new");
    assert!(count > 400, "the sample has records: {count}");
}

#[test]
fn the_sample_imports_into_itself_unchanged() {
    let ledger = incubator::sample::ledger().expect("the sample");
    let mut odd = String::new();
    for file in std::fs::read_dir("../assets/sample").expect("the sample") {
        let path = file.expect("a file").path();
        let list = path.file_stem().and_then(|n| n.to_str()).expect("a name").to_owned();
        let Some(shape) = shapes().find(|s| s.name == list && s.name != "proof") else { continue };
        let plan = read(&std::fs::read(&path).expect("bytes"), &list, shape, &ledger).expect("a plan");
        odd += &odd_rows(&plan);
    }
    assert_eq!(odd, "", "the sample's own files hold nothing new");
}

/// A workbook drawn as text: a row a line, cells parted by |, `#5` a number, `-> ` filled from the left
/// and `^` from above as merged cells, `== name` a new sheet.
pub fn drawn(text: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let format = Format::new();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let mut sheets: Vec<(Option<&str>, Vec<Vec<&str>>)> = Vec::new();
    for line in lines {
        match line.strip_prefix("== ") {
            Some(name) => sheets.push((Some(name), Vec::new())),
            None => {
                if sheets.is_empty() {
                    sheets.push((None, Vec::new()));
                }
                let rows = &mut sheets.last_mut().expect("a sheet").1;
                rows.push(line.split('|').map(str::trim).collect());
            }
        }
    }
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        if let Some(name) = name {
            sheet.set_name(name).expect("a name");
        }
        let at = |r: usize, c: usize| rows.get(r).and_then(|row| row.get(c)).copied().unwrap_or("");
        let index = |n: usize| u16::try_from(n).expect("a small sheet");
        for (r, row) in rows.iter().enumerate() {
            for (c, cell) in row.iter().enumerate() {
                let (mut bottom, mut right) = (r, c);
                while at(bottom + 1, c) == "^" {
                    bottom += 1;
                }
                while at(r, right + 1) == "->" {
                    right += 1;
                }
                let row = u32::from(index(r));
                match cell.strip_prefix('#') {
                    _ if matches!(*cell, "" | "^" | "->") => {}
                    Some(number) => put(sheet, row, index(c), "n", number),
                    None if (bottom, right) != (r, c) => {
                        sheet
                            .merge_range(row, index(c), u32::from(index(bottom)), index(right), cell, &format)
                            .expect("merged cells");
                    }
                    None => put(sheet, row, index(c), "t", cell),
                }
            }
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// What a roster drawn as text gives over an empty ledger: each row's number and filled fields, the
/// flaws, and the sheets left out.
#[track_caller]
fn understood(list: &str, text: &str, want: &str) {
    let got = match read(&drawn(text), "表.xlsx", shape(list).expect("a list"), &Ledger::default()) {
        Ok(plan) => shown(&plan),
        Err(error) => error.to_string(),
    };
    let tidy = |s: &str| s.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(tidy(&got), tidy(want), "\n{text}");
}

pub fn shown(plan: &Plan) -> String {
    let mut out = String::new();
    for row in &plan.rows {
        let record = plan.record(row);
        let fields = plan.shape.kind.fields.iter().zip(&record.cells);
        let filled = fields
            .filter(|(f, v)| v.is_some() && f.name != "entered_as")
            .map(|(f, v)| format!("{}={}", f.name, format_value(f, v.as_ref())));
        out += &format!("{} {}", row.row, filled.collect::<Vec<_>>().join(" "));
        for flaw in &row.flaws {
            out += &format!(" ! {} {}", flaw.cell, flaw.say);
        }
        out.push('\n');
    }
    for sheet in &plan.left_out {
        out += &format!("left out {}\n", sheet.sheet);
    }
    out
}

#[test]
fn titles_totals_signatures_and_numbering_are_no_records() {
    understood(
        "team",
        "青禾众创空间入驻团队名单 | -> | -> | ->
         填报单位：青禾众创空间 | | | 2021年9月
         序号 | 团队 名称 | 负责人 | 入驻时间
         #1 | 甲 | 张三 | 2021.3.1
         #2 | 乙 | 李四 | 2021.4.1
         小计 | 2个 | |
         序号 | 团队 名称 | 负责人 | 入驻时间
         #3 | 丙 | 王五 | 2021.5.1
         #4 | | |
         合计 | | #3 |
         填表人：苏晓棠 | | 审核：章立言 | 2021年9月20日
         注：以上名单经核对无误。 | -> | -> | ->",
        "4 name=甲 leader_name=张三 moved_in_on=2021-03-01
         5 name=乙 leader_name=李四 moved_in_on=2021-04-01
         8 name=丙 leader_name=王五 moved_in_on=2021-05-01",
    );
}

#[test]
fn headings_of_two_rows_with_groups() {
    understood(
        "team",
        "入驻创业团队登记表 | -> | -> | -> | ->
         序号 | 团队名称 | 负责人 | -> | 入驻日期
         ^ | ^ | 姓名 | 电话 | ^
         #1 | 甲 | 张三 | 13800138000 | 2021-03-01",
        "4 name=甲 leader_name=张三 leader_phone=13800138000 moved_in_on=2021-03-01",
    );
    understood(
        "agreement",
        "协议编号 | 协议 | -> | 面积(㎡)
         | 起 | 止 |
         XY-1 | 2021-01-01 | 2021-12-31 | #30",
        "3 number=XY-1 start_on=2021-01-01 end_on=2021-12-31 area=30 ! 3:3 未填入驻对象",
    );
}

#[test]
fn the_group_above_says_whose_a_part_is() {
    understood(
        "enterprise",
        "企业名称 | 法定代表人 | -> | 企业联系人 | -> | 注册资本(万元) | -> | 时间 | ->
         ^ | 姓名 | 联系电话 | 姓名 | 联系电话 | 金额 | 币种 | 注册 | 入驻
         甲 | 张三 | 13800138000 | 李四 | 13900139000 | #50 | 人民币 | 2020-01-01 | 2021-01-01",
        "3 name=甲 leader_name=李四 leader_phone=13900139000 registered_on=2020-01-01 reg_capital=500000.00 legal_person=张三 moved_in_on=2021-01-01",
    );
    // The upper row alone names as many fields; the cells merged over both rows tell that there are two.
    understood(
        "snapshot",
        "统计日期 | 从业人员（人） | -> | -> | 2020年总收入(万元) | 2021年总收入(万元)
         ^ | 总数 | 其中：大专以上 | 其中：应届毕业生 | ^ | ^
         2021-09-20 | #5 | #3 | #1 | #7 | #8",
        "3 as_of=2021-09-20 headcount=5 fresh_graduates=1 college=3 ! 3:3 未填入驻对象",
    );
}

#[test]
fn what_stands_below_a_list_is_no_record() {
    understood(
        "team",
        "序号 | 团队名称 | 负责人 | 入驻日期
         #1 | 甲 | 张三 | 2021-03-01
          | 合 计 | #1 |
          | 合  计：1个团队 | |
         总计（个） | #1 | |
         本页小计 | #1 | |
         备注 | 1.本表一式两份 | |
         （以下无正文） | | |
          | 以下空白 | |
         制表：王五 | | 审核：赵六 |",
        "2 name=甲 leader_name=张三 moved_in_on=2021-03-01",
    );
}

#[test]
fn merged_cells_stand_for_all_their_rows() {
    understood(
        "income",
        "到账日期 | 收入类别 | 金额(元) | 备注
         2021-03-01 | 服务收入 | #100 | 一
         ^ | ^ | #200 | 二
         ^ | 物业收入 | #300 | 三",
        "2 received_on=2021-03-01 line=服务收入 amount=100.00 note=一
         3 received_on=2021-03-01 line=服务收入 amount=200.00 note=二
         4 received_on=2021-03-01 line=物业收入 amount=300.00 note=三",
    );
}

#[test]
fn a_unit_above_the_table_holds_for_its_money() {
    understood(
        "income",
        "收入明细表 | -> | ->
         | | 单位：万元
         日期 | 类别 | 金额
         2021-03-01 | 服务收入 | #1.5",
        "4 received_on=2021-03-01 line=服务收入 amount=15000.00",
    );
}

#[test]
fn the_sheet_that_fits_is_read_and_the_others_are_named() {
    let text = "== 说明
         请按要求填写
         == 初创企业
         名称 | 负责人 | 入驻日期 | 备注
         乙公司 | 李四 | 2021-04-01 | 企
         == 创业团队
         名称 | 负责人 | 入驻日期 | 备注
         甲队 | 张三 | 2021-03-01 | 团
         == 创业团队(续)
         名称 | 负责人 | 入驻日期 | 备注
         丙队 | 王五 | 2021-05-01 | 团";
    understood(
        "team",
        text,
        "2 name=甲队 leader_name=张三 moved_in_on=2021-03-01 note=团
         2 name=丙队 leader_name=王五 moved_in_on=2021-05-01 note=团
         left out 说明
         left out 初创企业",
    );
}

#[test]
fn two_tables_on_one_sheet() {
    understood(
        "team",
        "名称 | 负责人 | 入驻日期
         甲队 | 张三 | 2021-03-01

         入驻日期 | 团队名称 | 负责人
         2021-05-01 | 丙队 | 王五",
        "2 name=甲队 leader_name=张三 moved_in_on=2021-03-01
         4 name=丙队 leader_name=王五 moved_in_on=2021-05-01",
    );
}

/// What a plan says about its rows beside the records: their doubts, and what was not read.
fn said(plan: &Plan) -> String {
    let doubts = plan.rows.iter().flat_map(|row| &row.doubts).map(|d| format!("{} {}", d.cell, d.say));
    doubts.chain(plan.left_out.iter().map(|l| format!("- {}", l.say))).collect::<Vec<_>>().join("\n")
}

/// What is said of a roster drawn as text over an empty ledger must hold each of these, and nothing else.
#[track_caller]
fn doubted(list: &str, text: &str, want: &[&str]) {
    let plan = read(&drawn(text), "表.xlsx", shape(list).expect("a list"), &Ledger::default()).expect("a plan");
    let said = said(&plan);
    let lines: Vec<&str> = said.lines().collect();
    let fits = lines.len() == want.len() && lines.iter().zip(want).all(|(line, want)| line.contains(want));
    assert!(fits, "{want:?} should be said, and this is:\n{said}\n{text}");
}

#[test]
fn a_table_of_another_list_is_left_out_and_named() {
    let text = "一、创业导师 | -> | -> | ->
         序号 | 姓名 | 工作单位 | 职务 | 专业领域
         #1 | 张三 | 某某学院 | 教授 | 机械
         二、服务人员 | -> | -> | ->
         序号 | 姓名 | 岗位 | 学历 | 专业
         #1 | 李四 | 主任 | 本科 | 会计";
    understood("mentor", text, "3 name=张三 employer=某某学院 title=教授 field=机械\nleft out Sheet1");
    doubted("mentor", text, &["第 5 行起还有另一张表(表头：序号、姓名、岗位、学历、专业)没有读取"]);
    understood("staff", text, "6 name=李四 post=主任 education=本科 major=会计\nleft out Sheet1");
    doubted("staff", text, &["第 2 行起还有另一张表"]);
    let beside = "团队名称 | 负责人 | 入驻日期 | | 团队名称 | 负责人 | 入驻日期
         甲队 | 张三 | 2021-03-01 | | 乙队 | 李四 | 2021-04-01";
    understood(
        "team",
        beside,
        "2 name=甲队 leader_name=张三 moved_in_on=2021-03-01
         2 name=乙队 leader_name=李四 moved_in_on=2021-04-01",
    );
}

#[test]
fn what_stands_behind_a_member_is_the_members() {
    let text = "团队名称 | 成员姓名 | 性别 | 电话 | 入驻日期
         乙队 | 王五 | 男 | 13800138000 | 2023-02-01";
    understood("team", text, "2 name=乙队 moved_in_on=2023-02-01");
    understood(
        "team",
        "团队名称 | 成员姓名 | 负责人 | 性别 | 电话 | 入驻日期
         乙队 | 王五 | 李四 | 男 | 13800138000 | 2023-02-01",
        "2 name=乙队 leader_name=李四 leader_phone=13800138000 gender=男 moved_in_on=2023-02-01",
    );
}

#[test]
fn a_card_is_no_list() {
    understood(
        "mentor",
        "姓名 | 张三
         工作单位 | 某某学院
         职务 | 教授",
        "2  ! A2 “工作单位”是栏目的名称，不像姓名；竖着填的卡片请改成一行一条，第一行是列名
         3  ! A3 “职务”是栏目的名称，不像姓名；竖着填的卡片请改成一行一条，第一行是列名",
    );
}

#[test]
fn tables_side_by_side_are_each_read() {
    let beside = "入驻团队名单 | -> | -> | | -> | -> | ->
         序号 | 团队名称 | 入驻日期 | | 序号 | 团队名称 | 入驻日期
         #1 | 甲队 | 2021-03-01 | | #4 | 丁队 | 2021-06-01
         #2 | 乙队 | 2021-04-01 | | #5 | 戊队 | 2021-13-01
         #3 | 丙队 | 2021-05-01 | | 合计 | 5个 |";
    understood(
        "team",
        beside,
        "3 name=甲队 moved_in_on=2021-03-01
         4 name=乙队 moved_in_on=2021-04-01
         5 name=丙队 moved_in_on=2021-05-01
         3 name=丁队 moved_in_on=2021-06-01
         4 name=戊队 ! G4 入驻日期“2021-13-01”这一天不存在，请核对",
    );
    let plan = read(&drawn(beside), "表.xlsx", shape("team").expect("a list"), &Ledger::default()).expect("a plan");
    let sheets = plan.correction().expect("a row to mend").sheets;
    let rows: Vec<usize> = sheets.iter().map(|s| s.rows.len()).collect();
    assert_eq!(rows, [1], "the row of the right table is mended once");
    assert_eq!(sheets[0].rows[0].cells.len(), 3, "with its own cells only");
    // The names once more at the right of a wide table are no second table.
    understood(
        "team",
        "序号 | 团队名称 | 入驻日期 | 序号 | 团队名称 | 负责人
         #1 | 甲队 | 2021-03-01 | #1 | 甲队 | 张三
         #2 | 乙队 | 2021-04-01 | #2 | 乙队 | 李四",
        "2 name=甲队 leader_name=张三 moved_in_on=2021-03-01
         3 name=乙队 leader_name=李四 moved_in_on=2021-04-01",
    );
}

#[test]
fn tables_side_by_side_keep_their_own_columns() {
    // The day of registration stands in the enterprises' table alone.
    let beside = "创业团队 | -> | -> | | 在孵企业 | -> | ->
         序号 | 团队名称 | 入驻时间 | | 企业名称 | 注册时间 | 入驻时间
         #1 | 山海 | 2022-01-01 | | 云梦科技有限公司 | 2021-01-01 | 2022-02-01
         #2 | 潇湘 | 2022-01-02 | | 洞庭科技有限公司 | 2021-02-01 | 2022-02-02";
    understood(
        "team",
        beside,
        "3 name=山海 moved_in_on=2022-01-01
         4 name=潇湘 moved_in_on=2022-01-02
         3 name=云梦科技有限公司 registered_on=2021-01-01 moved_in_on=2022-02-01
         4 name=洞庭科技有限公司 registered_on=2021-02-01 moved_in_on=2022-02-02",
    );
    let planned = |list: &str, bytes: &[u8], choices: &Choices| {
        let ledger = Ledger::default();
        let book = Reader::here().open(bytes, "表.xlsx", Progress::SILENT).expect("a book");
        let reading = Reading { shape: shape(list).expect("a list"), ledger, remembered: BTreeMap::new() };
        reading.plan(&book, choices, Progress::SILENT).expect("a plan")
    };
    let taken = |plan: &Plan| plan.rows.iter().filter(|r| r.taken).map(|r| r.label.clone()).collect::<Vec<_>>();
    let mut plan = planned("team", &drawn(beside), &Choices::default());
    plan.take(&[0], false);
    let left = ["潇湘", "云梦科技有限公司", "洞庭科技有限公司"];
    assert_eq!(taken(&plan), left, "the row of one table is left out, not that of the other in the same row");
    let again = planned("team", &drawn(beside), &plan.choices);
    assert_eq!(taken(&again), left, "and so it is when the file is read with the same choices once more");
    let row = |at: usize| plan.page(at, 1, None).remove(0).texts;
    assert_eq!(row(0), ["", "山海", "2022-01-01", "", "", ""], "a row stands under the headings of its own table");
    assert_eq!(row(2), ["", "", "", "云梦科技有限公司", "2021-01-01", "2022-02-01"]);
    let unread = Choices { mapping: BTreeMap::from([("F".to_owned(), None)]), ..Choices::default() };
    let plan = planned("team", &drawn(beside), &unread);
    assert!(plan.page(2, 1, None).remove(0).texts[4].is_empty(), "a column of the right table can be changed");
    // A table that is not this list's is named.
    let foreign = "团队名称 | 负责人 | 入驻时间 | | 导师姓名 | 工作单位 | 职务
         山海 | 张三 | 2022-01-01 | | 老赵 | 大学 | 教授";
    for (list, label, place) in [("team", "山海", "E 列起"), ("mentor", "老赵", "A 列起")] {
        let plan = planned(list, &drawn(foreign), &Choices::default());
        assert_eq!(plan.rows.iter().map(|r| r.label.as_str()).collect::<Vec<_>>(), [label]);
        let say = plan.left_out.iter().map(|l| l.say.as_str()).collect::<Vec<_>>().join("\n");
        assert!(say.starts_with(place), "{list}: {say}");
    }
    // A blank column within one table parts nothing.
    understood(
        "team",
        "团队名称 | 负责人 | | 入驻时间 | 备注
         山海 | 张三 | | 2022-01-01 | 大学生",
        "2 name=山海 leader_name=张三 moved_in_on=2022-01-01 note=大学生",
    );
}

#[test]
fn what_a_printed_table_repeats_on_its_pages_is_no_record() {
    understood(
        "team",
        "入驻团队名册 | -> | ->
         团队名称 | 负责人 | 入驻时间
         山海 | 张三 | 2022-01-01
         第 1 页 共 2 页 | |
         入驻团队名册 | -> | ->
         团队名称 | 负责人 | 入驻时间
         潇湘 | 李四 | 2022-01-02
         第2页/共2页 | |",
        "3 name=山海 leader_name=张三 moved_in_on=2022-01-01
         7 name=潇湘 leader_name=李四 moved_in_on=2022-01-02",
    );
}

#[test]
fn type_and_registration_that_contradict_each_other_are_doubted() {
    let text = "名称 | 类型 | 是否注册 | 信用代码 | 入驻时间 | 注册日期
         青草科技 | 企业 | 否 | | 2022-01-01 |
         白云 | 团队 | 是 | | 2022-01-01 |
         黑土 | 团队 | 否 | | 2022-01-01 |
         银海 | | 是 | | 2022-01-01 |
         铜山 | | 无 | | 2022-01-01 |
         铁岭 | 团队 | 是 | | 2022-01-01 | 2023-01-01
         金沙 | | 否 | 91350100M000100Y43 | 2022-01-01 |";
    let plan = read(&drawn(text), "表.xlsx", shape("team").expect("a list"), &Ledger::default()).expect("a plan");
    let entered = plan.shape.kind.field("entered_as").expect("a field");
    let rows: Vec<String> = plan
        .rows
        .iter()
        .map(|row| {
            let stage = format_value(entered, plan.record(row).field(plan.shape.kind, "entered_as"));
            let doubts: Vec<String> = row.doubts.iter().map(|d| format!("{} {}", d.cell, d.say)).collect();
            format!("{} {stage} {}", row.label, doubts.join("|"))
        })
        .collect();
    assert_eq!(
        rows,
        [
            "青草科技 初创企业 C2 “是否注册”为“否”，但“类型”为“企业”，请核对是团队还是企业|A2 看作企业，因“类型”为“企业”",
            "白云 创业团队 C3 “是否注册”为“是”，但“类型”为“团队”，请核对是团队还是企业",
            "黑土 创业团队 ",
            "银海 初创企业 A5 看作企业，因“是否注册”为“是”",
            "铜山 创业团队 ",
            "铁岭 创业团队 ",
            "金沙 创业团队 C8 “是否注册”为“否”，但填了统一社会信用代码，请核对是团队还是企业|A8 看作团队，因“是否注册”为“否”；但有统一社会信用代码；已注册的请补填注册日期",
        ]
    );
}

#[test]
fn a_wider_table_below_does_not_hide_the_one_above() {
    understood(
        "team",
        "团队名称 | 负责人 | 入驻日期
         甲队 | 张三 | 2021-03-01
         团队名称 | 负责人 | 入驻日期 | 联系电话 | 技术领域
         乙队 | 李四 | 2021-04-01 | 13800138000 | 新材料",
        "2 name=甲队 leader_name=张三 moved_in_on=2021-03-01
         4 name=乙队 leader_name=李四 leader_phone=13800138000 tech_area=新材料 moved_in_on=2021-04-01",
    );
}

#[test]
fn sums_and_signatures_need_no_colon_and_answers_stay() {
    understood(
        "mentor",
        "序号 | 姓名 | 工作单位
         #1 | 张三 | 某某学院
         合计 | 2人 |
         共2人 | |
          | 共 2 人 |
          | 导师合计 |
         制表人 | 王五 | 审核人
          | 2021年9月20日 |",
        "2 name=张三 employer=某某学院",
    );
    understood(
        "income",
        "日期 | 类别 | 金额(元)
         2023-01-01 | 服务收入 | #100
         2023年1月小计 | | #100
         本年累计 | | #100",
        "2 received_on=2023-01-01 line=服务收入 amount=100.00",
    );
    understood(
        "contact",
        "角色 | 姓名 | 手机
         填报人 | 张三 | 13800138000
         统计负责人 | 李四 | 13900139000",
        "2 role=填报人 name=张三 mobile=13800138000
         3 role=统计负责人 name=李四 mobile=13900139000",
    );
    understood(
        "staff",
        "岗位 | 姓名
         主管 | 张三",
        "2 name=张三 post=主管",
    );
    doubted(
        "mentor",
        "姓名 | 工作单位 | 职务 | 专业领域
         张三 | 某某学院 | 教授 | 机械
         某某 | | |",
        &["3:3 这一行只有一格有内容"],
    );
}

#[test]
fn titles_of_sections_need_no_number() {
    doubted(
        "team",
        "序号 | 名称 | 负责人 | 入驻日期 | 注册日期
         在孵企业（1家） | -> | -> | -> | ->
         #1 | 乙有限公司 | 李四 | 2021-03-01 | 2020-03-01
         创业团队 | | | |
         #2 | 丁 | 王五 | 2021-03-01 |",
        &["B3 看作企业，因在标题“在孵企业（1家）”下"],
    );
}

#[test]
fn the_unit_of_money_is_found_wherever_it_stands() {
    for (above, heading, unit, below) in [
        ("单位：万元、人", "金额", "", ""),
        ("单位 万元", "金额", "", ""),
        ("计量单位：人、万元", "金额", "", ""),
        ("2021年收入明细（万元）", "金额", "", ""),
        ("收入明细", "金额", "", "注：金额单位为万元"),
        ("收入明细", "收入金额", "万元", ""),
    ] {
        understood(
            "income",
            &format!(
                "{above} | -> | ->
                 日期 | 类别 | {heading} | 单位
                 2021-03-01 | 服务收入 | #1.5 | {unit}
                 {below} | |"
            ),
            "3 received_on=2021-03-01 line=服务收入 amount=15000.00",
        );
    }
    understood(
        "income",
        "日期 | 类别 | 金额
          | | （万元）
         2021-03-01 | 服务收入 | #1.5",
        "3 received_on=2021-03-01 line=服务收入 amount=15000.00",
    );
    doubted(
        "income",
        "日期 | 类别 | 金额
         2021-03-01 | 服务收入 | #50
         2021-03-02 | 服务收入 | #50000",
        &["C2 金额“50”在表头和单元格里都没有写单位"],
    );
}

#[test]
fn a_month_is_its_first_day_and_said_so() {
    doubted(
        "team",
        "团队名称 | 入驻日期
         甲 | 2021年6月
         乙 | 2021.06",
        &["B2 入驻日期“2021年6月”只写到月，按 2021-06-01 登记", "B3 入驻日期“2021.06”只写到月"],
    );
    // The day that is known already says more.
    let team = shape("team").expect("teams");
    let record = Record {
        id: 1,
        cells: team
            .kind
            .fields
            .iter()
            .map(|f| match f.name {
                "name" => Some(Value::text("甲")),
                "entered_as" => Some(Value::text("创业团队")),
                "moved_in_on" => NaiveDate::from_ymd_opt(2021, 6, 13).map(Value::Date),
                _ => None,
            })
            .collect(),
    };
    let ledger = Ledger::new([(team.kind, vec![record])]);
    for (month, action) in [("2021年6月", Action::Same), ("2021年7月", Action::Change)] {
        let plan = read(format!("团队名称,入驻日期\n甲,{month}").as_bytes(), "表.csv", team, &ledger).expect("a plan");
        assert_eq!(plan.rows[0].action, action, "{month}: {:?}", plan.rows[0].changes);
    }
}

#[test]
fn what_formats_draw_is_read_in_every_format() {
    let hidden = {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (row, cells) in (0..).zip([
            ["到账日期", "收入类别", "金额(元)"],
            ["2021-03-01", "服务收入", "1"],
            ["2021-03-02", "服务收入", "2"],
        ]) {
            for (column, text) in (0..).zip(cells) {
                put(sheet, row, column, "t", text);
            }
        }
        sheet.set_row_hidden(2).expect("hidden");
        book.save_to_buffer().expect("a workbook")
    };
    let income = shape("income").expect("income");
    let plan = read(&hidden, "表.xlsx", income, &Ledger::default()).expect("a plan");
    assert_eq!(said(&plan), "3:3 这一行在文件里是隐藏的，也一并读取；不要的请取消勾选");
    // Merged days, amounts shown in 万元, a hidden row, shares of 100 % and 25 %: written by LibreOffice.
    for (file, bytes) in [
        ("表.xls", &include_bytes!("data/roster/marks.xls")[..]),
        ("表.ods", &include_bytes!("data/roster/marks.ods")[..]),
    ] {
        let plan = read(bytes, file, income, &Ledger::default()).expect("a plan");
        assert_eq!(
            shown(&plan),
            "2 received_on=2021-03-01 line=服务收入 amount=500000.00 note=一\n\
             3 received_on=2021-03-01 line=服务收入 amount=600.00 note=二\n\
             4 received_on=2021-03-02 line=物业收入 amount=700000.00 note=三\nleft out 投融资\n",
            "{file}"
        );
        assert!(said(&plan).starts_with("4:4 这一行在文件里是隐藏的"), "{file}: {}", said(&plan));
        let financing = shape("financing").expect("financing");
        let plan = read(bytes, file, financing, &Ledger::default()).expect("a plan");
        let share = |row: &incubator::roster::Row| plan.record(row).field(financing.kind, "share").cloned();
        let shares: Vec<Option<Value>> = plan.rows.iter().map(share).collect();
        assert_eq!(shares, [100, 25, 25].map(|n| Some(Value::Int(n * 100))), "{file}");
    }
}

const NAMES_XLS: &[u8] = include_bytes!("data/roster/names.xls");
const NAMES_ODS: &[u8] = include_bytes!("data/roster/names.ods");

/// Reads bytes as a roster of teams: the rows, or the refusal.
fn outcome_of(bytes: &[u8], file: &str) -> String {
    match read(bytes, file, shape("team").expect("teams"), &Ledger::default()) {
        Ok(plan) => shown(&plan),
        Err(error) => error.to_string(),
    }
}

#[test]
fn old_and_open_formats_read_alike_whatever_their_name() {
    let want = "4 name=甲队 leader_name=张三 leader_phone=13800138000 moved_in_on=2021-03-01\n\
                5 name=乙队 leader_name=李四 leader_phone=0737-4110938 moved_in_on=2021-04-01\n";
    assert_eq!(outcome_of(NAMES_XLS, "名册.xls"), want);
    assert_eq!(outcome_of(NAMES_ODS, "名册.ods"), want);
    assert_eq!(outcome_of(NAMES_XLS, "名册.xlsx"), want, "the bytes tell the format, not the name");
    assert_eq!(outcome_of(NAMES_ODS, "名册.csv"), want, "the bytes tell the format, not the name");
}

/// A zip archive of these parts.
pub fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, content) in parts {
        zip.start_file(*name, options).expect("a part");
        zip.write_all(content).expect("its content");
    }
    zip.finish().expect("an archive").into_inner()
}

/// The archive with one part replaced or added.
pub fn with_part(bytes: &[u8], name: &str, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("its content");
        parts.push((part.name().expect("a name").into_owned(), content));
    }
    match parts.iter_mut().find(|(n, _)| n == name) {
        Some((_, content)) => *content = change(content),
        None => parts.push((name.to_owned(), change(&[]))),
    }
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    zipped(&parts)
}

pub fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).expect("text");
    assert!(text.contains(from), "{from} stands in the part");
    text.replacen(from, to, 1).into_bytes()
}

const SMALL: &str = "团队名称 | 入驻日期
    甲 | #42534";

#[test]
fn serial_numbers_may_count_from_1904() {
    let book =
        with_part(&drawn(SMALL), "xl/workbook.xml", |p| replaced(p, "<workbookPr ", "<workbookPr date1904=\"1\" "));
    assert_eq!(outcome_of(&book, "表.xlsx"), "2 name=甲 moved_in_on=2020-06-14\n");
    assert_eq!(outcome_of(&drawn(SMALL), "表.xlsx"), "2 name=甲 moved_in_on=2016-06-13\n");
}

#[test]
fn a_far_corner_cell_costs_nothing() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in ["团队名称", "入驻日期"].into_iter().enumerate() {
        put(sheet, 0, u16::try_from(column).expect("small"), "t", text);
    }
    put(sheet, 1, 0, "t", "甲");
    put(sheet, 1, 1, "t", "2021-03-01");
    put(sheet, 1_048_575, 16_383, "t", "x");
    let bytes = book.save_to_buffer().expect("a workbook");
    assert_eq!(outcome_of(&bytes, "表.xlsx"), "2 name=甲 moved_in_on=2021-03-01\n");
}

/// A compound file with one stream.
pub fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    let sectors = stream.len().max(4096).div_ceil(512);
    let mut out = vec![0_u8; 512 * (3 + sectors)];
    out[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    out[26..34].copy_from_slice(&[3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    let mut put = |at: usize, n: u32| out[at..at + 4].copy_from_slice(&n.to_le_bytes());
    put(44, 1);
    put(48, 1);
    put(56, 4096);
    put(60, 0xffff_fffe);
    put(68, 0xffff_fffe);
    put(76, 0);
    for i in 1..109 {
        put(76 + 4 * i, 0xffff_ffff);
    }
    put(512, 0xffff_fffd);
    put(516, 0xffff_fffe);
    for i in 0..sectors {
        let next = if i + 1 == sectors { 0xffff_fffe } else { u32::try_from(i).expect("small") + 3 };
        put(520 + 4 * i, next);
    }
    for (entry, (name, start, length)) in
        [("Root Entry", 0xffff_fffe_u32, 0), (name, 2, stream.len().max(4096))].into_iter().enumerate()
    {
        let at = 1024 + 128 * entry;
        for (i, unit) in name.encode_utf16().enumerate() {
            out[at + 2 * i..at + 2 * i + 2].copy_from_slice(&unit.to_le_bytes());
        }
        out[at + 116..at + 120].copy_from_slice(&start.to_le_bytes());
        out[at + 120..at + 124].copy_from_slice(&u32::try_from(length).expect("small").to_le_bytes());
    }
    out[1536..1536 + stream.len()].copy_from_slice(stream);
    out
}

/// A BIFF stream with one sheet that claims these rows and columns.
pub fn biff(rows: u32, columns: u16) -> Vec<u8> {
    let record = |kind: u16, content: &[u8]| {
        let length = u16::try_from(content.len()).expect("short");
        [&kind.to_le_bytes()[..], &length.to_le_bytes()[..], content].concat()
    };
    let bof = record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0]);
    let name = [&[0, 0, 2, 0][..], b"S1"].concat();
    let globals =
        |at: u32| [bof.clone(), record(0x0085, &[&at.to_le_bytes()[..], &name].concat()), record(0x000a, &[])].concat();
    let start = u32::try_from(globals(0).len()).expect("short");
    let claim = [&0_u32.to_le_bytes()[..], &rows.to_le_bytes(), &[0, 0], &columns.to_le_bytes(), &[0, 0]].concat();
    [globals(start), bof, record(0x0200, &claim), record(0x000a, &[])].concat()
}

#[test]
fn hostile_and_foreign_files_are_refused_in_words() {
    let spaces = vec![b' '; 65 << 20];
    let strings = |content: &[u8]| with_part(&drawn(SMALL), "xl/sharedStrings.xml", |_| content.to_vec());
    let sheet = |from: &str, to: &str| with_part(&drawn(SMALL), "xl/worksheets/sheet1.xml", |p| replaced(p, from, to));
    let many: Vec<String> = (0..5_000).map(|i| format!("xl/part{i}.xml")).collect();
    let mut many: Vec<(&str, &[u8])> = many.iter().map(|n| (n.as_str(), &b""[..])).collect();
    many.push(("xl/workbook.xml", b"<workbook/>"));
    let ods = |from: &str, to: &str| with_part(NAMES_ODS, "content.xml", |p| replaced(p, from, to));
    let long = format!("<v>{}</v>", "9".repeat(2 << 20));
    let mut circle = NAMES_XLS.to_vec();
    // The directory's chain leads back to its own first sector.
    let first = u32::from_le_bytes(circle[48..52].try_into().expect("four bytes"));
    let fat = 512 * (1 + u32::from_le_bytes(circle[76..80].try_into().expect("four bytes")) as usize);
    circle[fat + 4 * first as usize..][..4].copy_from_slice(&first.to_le_bytes());
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("空.xlsx", Vec::new(), "文件是空的"),
        ("图片.xlsx", b"\x89PNG\r\n\x1a\n0000".to_vec(), "这是图片"),
        ("文件.xls", b"%PDF-1.7\n".to_vec(), "这是PDF 文件"),
        ("网页.xls", b"\xef\xbb\xbf<html><table><tr><td>1</td></tr></table></html>".to_vec(), "这是网页"),
        (
            "文档.xlsx",
            zipped(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<x/>")]),
            "这是 Word 文档",
        ),
        ("压缩.xlsx", zipped(&[("名册.txt", b"1")]), "这是压缩包"),
        ("旧文档.xls", compound("WordDocument", b""), "这是 Word 文档"),
        ("加密.xlsx", compound("EncryptedPackage", b""), "设了打开密码"),
        ("加密.xls", compound("Workbook", &[0x2f, 0, 2, 0, 1, 0, 0x0a, 0, 0, 0]), "设了打开密码"),
        ("角落.xls", compound("Workbook", &biff(u32::MAX, 256)), "大得不合常理"),
        ("角落.xls", compound("Workbook", &biff(65_536, 256)), "大得不合常理"),
        ("循环.xls", circle, "已损坏"),
        ("空格.xlsx", strings(&[b"<sst><si><t>", spaces.as_slice(), b"</t></si></sst>"].concat()), "大得不合常理"),
        ("字数.xlsx", strings(b"<sst uniqueCount=\"4000000000\"><si><t>x</t></si></sst>"), "已损坏"),
        ("字数.xlsx", strings(b"<sst uniqueCount = '99999999999999999999'/>"), "已损坏"),
        ("实体.xlsx", strings(b"<!DOCTYPE s [<!ENTITY a \"&b;&b;\">]><sst><si><t>&a;</t></si></sst>"), "实体声明"),
        ("长数.xlsx", sheet("<v>42534</v>", &long), ""),
        ("部件.xlsx", zipped(&many), "大得不合常理"),
        ("重复.ods", ods("table:number-columns-repeated=\"16379\"", "table:number-columns-repeated=\"16379\" "), ""),
        (
            "行数.ods",
            ods("<table:table-row ", "<table:table-row table:number-rows-repeated=\"1000000\" "),
            "大得不合常理",
        ),
    ];
    for (file, bytes, want) in cases {
        let got = outcome_of(&bytes, file);
        assert!(got.contains(want), "{file}: {got}");
        assert!(got.starts_with(&format!("“{file}”：")) || want.is_empty(), "{file} is named: {got}");
    }
}

#[test]
fn damaged_files_end_in_a_sentence() {
    let mut seed = 5_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits") % below
    };
    let xlsx = drawn(SMALL);
    for (file, whole) in [("表.xlsx", xlsx.as_slice()), ("表.xls", NAMES_XLS), ("表.ods", NAMES_ODS)] {
        for cut in (1..whole.len()).step_by(whole.len() / 40) {
            let got = outcome_of(&whole[..cut], file);
            // An .xls may lose what stands behind its sheets.
            let sound = got == outcome_of(whole, file);
            assert!(sound || got.starts_with("“表."), "{file} cut at {cut} is refused by name: {got}");
        }
        for _ in 0..150 {
            let mut bytes = whole.to_vec();
            for _ in 0..=next(4) {
                let at = next(bytes.len());
                bytes[at] ^= 1 << next(8);
            }
            // Read or refused: either way in words.
            assert!(!outcome_of(&bytes, file).is_empty(), "{file}: something is said");
        }
    }
}

/// A cell as somebody might fill it: mostly sound, sometimes blank, odd or wrong. Few different values,
/// so that rows meet each other and the ledger.
fn random_cell(dice: &mut Dice, field: &Field) -> String {
    if dice.percent(8) {
        return dice.pick(&["", "", "-", "无", "约5", "#REF!", "2021-02-30", "９"]).to_owned();
    }
    let n = dice.below(3);
    match field.ty {
        Type::Choice(options) => dice.pick(&options[..2]).to_owned(),
        Type::Date => dice.pick(&["2021-03-01", "2021年3月1日", "2021/5/2", "2021.6.30"]).to_owned(),
        Type::Month => dice.pick(&["2021-03", "2021年3月", "2021.05"]).to_owned(),
        Type::Year => "2021".to_owned(),
        Type::Bool => dice.pick(&["是", "否", "√"]).to_owned(),
        Type::Money | Type::Int | Type::Decimal => format!("{}", 10 * (n + 1)),
        Type::Phone => dice.pick(&["13800138000", "0737-4110938"]).to_owned(),
        Type::Postcode => "413000".to_owned(),
        Type::CreditCode => dice.pick(&["91350100M000100Y43", "91430100MA4L2XQ89W", ""]).to_owned(),
        Type::Email => "a@b.cn".to_owned(),
        Type::Ref(_) => dice.pick(&["甲", "乙", "丙", "没有的"]).to_owned(),
        Type::Refs(_) => dice.pick(&["甲", "甲、乙", ""]).to_owned(),
        _ => dice.pick(&["甲", "乙", "丙", "甲（新）", "第一行\n第二行"]).to_owned(),
    }
}

/// A random roster for a list: some of its columns in any order, some rows twice. Rosters of tenants may also
/// name members and say what is a team and what an enterprise.
fn random_roster(dice: &mut Dice, shape: &Shape) -> String {
    let mut fields: Vec<&Field> = shape.fields.iter().filter(|f| f.required || dice.percent(50)).collect();
    if fields.len() < 2 {
        fields = shape.fields.iter().take(3).collect();
    }
    for _ in 0..fields.len() {
        let first = fields.remove(0);
        fields.insert(usize::try_from(dice.below(3)).expect("small").min(fields.len()), first);
    }
    let tenants = shape.kind.name == "tenant";
    let (members, stages) = (tenants && dice.percent(40), shape.stage.is_some() && dice.percent(30));
    let quoted = |cells: Vec<String>| cells.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(",");
    let mut heading: Vec<String> = fields.iter().map(|f| f.heading(f.label)).collect();
    heading.extend(members.then(|| "团队成员".to_owned()));
    heading.extend(stages.then(|| "类别".to_owned()));
    let mut lines = vec![quoted(heading)];
    for _ in 0..dice.below(12) {
        let mut cells: Vec<String> = fields.iter().map(|f| random_cell(dice, f)).collect();
        if members {
            let people = [
                "",
                "张三",
                "张三（组长）、李四",
                "李四;王五 13800138000",
                "王五（导师）、赵六",
                "5人",
                "张三、李四等3人",
            ];
            cells.push(dice.pick(&people).to_owned());
        }
        if stages {
            cells.push(dice.pick(&["团队", "企业", "", "在孵企业", "其他"]).to_owned());
        }
        let row = quoted(cells);
        lines.push(row.clone());
        if dice.percent(15) {
            lines.push(row);
        }
    }
    lines.join("\n")
}

/// What a person may choose of a file: a row or two left out, a column that is not read.
fn random_choices(dice: &mut Dice, text: &str) -> Choices {
    let mut choices = Choices::default();
    if dice.percent(25) {
        let rows = u32::try_from(text.lines().count()).expect("few");
        for _ in 0..=dice.below(2) {
            let row = 2 + u32::try_from(dice.below(i64::from(rows))).expect("small");
            choices.leave.insert(RowAt { row, ..RowAt::default() });
        }
    }
    if dice.percent(15) {
        choices.mapping.insert("A".to_owned(), None);
    }
    choices
}

/// The records of a kind as a plan leaves them: those before with the planned changes, then the new ones.
fn wanted(plan: &Plan, before: &[Record]) -> Vec<Record> {
    let mut want = before.to_vec();
    for row in plan.rows.iter().filter(|r| r.taken) {
        match row.action {
            Action::New => want.push(plan.record(row)),
            Action::Change => {
                let old = want.iter_mut().find(|r| r.id == row.id).expect("the record that changes");
                *old = plan.record(row);
            }
            Action::Same | Action::Flawed => {}
        }
    }
    want
}

/// The members as a plan of tenants leaves them, each new one of the tenant that its row becomes.
fn wanted_members(plan: &Plan, before: &Ledger, after: &Ledger) -> Vec<Record> {
    let kind = incubator::record::kind("member").expect("members");
    let mut want = before.rows(kind).to_vec();
    let mut added = after.rows(plan.shape.kind).iter().skip(before.rows(plan.shape.kind).len());
    for row in plan.rows.iter().filter(|r| r.taken) {
        let own = if row.action == Action::New { added.next().expect("it was added").id } else { row.id };
        for person in row.people.iter().filter(|p| p.action == Action::New) {
            let mut record = person.record.clone();
            record.set(kind, "tenant", Some(Value::Int(own)));
            want.push(record);
        }
    }
    want
}

/// Imports random files one after the other into one store, each checked against its plan.
fn import_random_files(seeds: std::ops::Range<u64>) -> Applied {
    let folder = std::env::temp_dir().join(format!("taizhang-roster-{}-{}", std::process::id(), seeds.start));
    let mut store = Store::open(&folder, "测试").expect("a store");
    let lists: Vec<&'static Shape> = shapes().filter(|s| s.name != "proof").collect();
    let member = incubator::record::kind("member").expect("members");
    let tenants = "团队名称,入驻日期\n甲,2020-01-01\n乙,2020-01-01\n丙,2020-01-01";
    let mut counts = Applied::default();
    for seed in seeds.clone() {
        let mut dice = Dice::new(seed);
        // Something to refer to first; then teams and enterprises more often than the rest.
        let first = seed == seeds.start;
        let shape = match dice.below(10) {
            _ if first => lists[0],
            0 | 1 => lists[0],
            2 | 3 => lists[1],
            _ => dice.pick(&lists),
        };
        let text = if first { tenants.to_owned() } else { random_roster(&mut dice, shape) };
        let choices = if first { Choices::default() } else { random_choices(&mut dice, &text) };
        let before = store.ledger().expect("a ledger");
        let book = Reader::here().open(text.as_bytes(), "表.csv", Progress::SILENT).expect("a book");
        let plan_over = |ledger: &Ledger| {
            let reading = Reading { shape, ledger: ledger.clone(), remembered: BTreeMap::new() };
            reading.plan(&book, &choices, Progress::SILENT)
        };
        let plan = plan_over(&before).unwrap_or_else(|error| panic!("file {seed}: {error}\n{text}"));
        if plan.trouble.is_some() {
            assert!(
                plan.rows.is_empty() && !choices.mapping.is_empty(),
                "file {seed}: only without its columns\n{text}"
            );
            continue;
        }
        let done = store.change("导入", |tx| apply(&plan, tx, Progress::SILENT));
        let done = done.unwrap_or_else(|error| panic!("file {seed}: the plan was refused: {error}\n{text}"));
        assert_eq!(done, plan.counts(), "file {seed}: as many as planned");
        counts.new += done.new;
        counts.changed += done.changed;
        counts.same += done.same;
        counts.flawed += done.flawed;
        counts.left += done.left;
        counts.people += done.people;
        let after = store.ledger().expect("a ledger");
        let cells = |records: &[Record]| records.iter().map(|r| r.cells.clone()).collect::<Vec<_>>();
        let want = wanted(&plan, before.rows(shape.kind));
        assert_eq!(cells(after.rows(shape.kind)), cells(&want), "file {seed}: stored as planned\n{text}");
        if shape.kind.name != member.name {
            let want = wanted_members(&plan, &before, &after);
            assert_eq!(cells(after.rows(member)), cells(&want), "file {seed}: the people named too\n{text}");
        }
        let again = plan_over(&after).expect("a plan");
        // A row that was doubtful may be clear once the others are in, and a clear one doubtful when the
        // others gave two records one former name; nothing is added, and nothing changes twice.
        let settled =
            plan.rows.iter().zip(&again.rows).filter(|(first, _)| first.taken || first.action == Action::Flawed);
        let mut settled = settled.map(|(first, again)| match first.action {
            // Two candidates by a former name, which the other rows then changed: now nothing bears it.
            Action::Flawed => {
                again.action != Action::New || first.flaws.iter().any(|f| f.say.contains("不能确定是哪一条"))
            }
            _ => matches!(again.action, Action::Same | Action::Flawed),
        });
        assert!(
            plan.counts().left > 0 || settled.all(|settled| settled),
            "file {seed}: the same file again adds nothing\n{text}\nfirst:\n{}again:\n{}",
            odd_rows(&plan),
            odd_rows(&again)
        );
    }
    drop(store);
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    counts
}

#[test]
fn what_is_planned_is_what_is_stored() {
    let files = if std::env::var_os("TAIZHANG_LONG").is_some() { 10_000 } else { 2_000 };
    let mut least = usize::MAX;
    let mut all = Applied::default();
    for start in (0..files).step_by(100) {
        let counts = import_random_files(start..start + 100);
        least = least.min(counts.new).min(counts.changed).min(counts.same).min(counts.flawed);
        all.left += counts.left;
        all.people += counts.people;
    }
    assert!(least >= 5, "every hundred files hold rows of every kind: {least}");
    assert!(all.left > 100 && all.people > 100, "rows are left out and people named: {all:?}");
}

#[test]
fn headings_of_public_rosters_find_their_field() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for line in include_str!("data/roster/headings.tsv").lines().filter(|l| !l.starts_with('#')) {
        let parts: Vec<&str> = line.split('\t').collect();
        let [list, heading, want] = parts.as_slice() else { panic!("not three parts: {line}") };
        let shape = shape(list).expect("a list");
        // Beside two sure columns, so that there is a table; not those of the field itself.
        let sure: Vec<&str> = shape
            .fields
            .iter()
            .rev()
            .filter(|f| f.name != *want && f.label != *heading)
            .take(2)
            .map(|f| f.label)
            .collect();
        let text = format!("\"{}\",{}\n\"1\",x,y\n", heading.replace('⏎', "\n"), sure.join(","));
        let got = match read(text.as_bytes(), "表.csv", shape, &Ledger::default()) {
            Ok(plan) => plan.mapping[0].field.clone().unwrap_or_else(|| "-".to_owned()),
            Err(error) => error.to_string(),
        };
        if got != *want {
            wrong.push(format!("{line} → {got}"));
        }
        count += 1;
    }
    assert!(count >= 200, "the corpus should stay large: {count}");
    assert!(wrong.len() * 20 <= count, "{} of {count} headings went astray:\n{}", wrong.len(), wrong.join("\n"));
    // A column that is not read can be seen; one that is read as another field may not be.
    let misread: Vec<&String> = wrong.iter().filter(|w| !w.ends_with("→ -")).collect();
    assert!(misread.is_empty(), "read as another field: {misread:#?}");
}

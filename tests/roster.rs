//! Rosters as people have them: real workbook and text bytes in, plans out.

use chrono::NaiveDate;
use incubator::ledger::Ledger;
use incubator::record::{format_value, shape, shapes};
use incubator::roster::{Action, Plan, read};
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};

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
    match row.record.field(plan.shape.kind, field.name) {
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
fn drawn(text: &str) -> Vec<u8> {
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

fn shown(plan: &Plan) -> String {
    let mut out = String::new();
    for row in &plan.rows {
        let fields = plan.shape.kind.fields.iter().zip(&row.record.cells);
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

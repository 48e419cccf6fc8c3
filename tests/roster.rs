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

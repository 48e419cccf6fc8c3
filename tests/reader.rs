//! The process that reads files: it answers like this one, ends when told, and whatever ends it costs
//! one import and nothing else.

use std::cell::Cell;

use incubator::Error;
use incubator::progress::Progress;
use incubator::record::shape;
use incubator::roster::{Reader, plan};

use crate::cli::program;

fn reader() -> Reader {
    Reader::of(program().to_owned())
}

const TEAMS: &str = "团队名称,负责人,入驻日期\n甲,张三,2021-03-01\n乙,李四,2021-04-01\n";

#[test]
fn another_process_reads_as_this_one_does() {
    let shape = shape("team").expect("teams");
    let ledger = incubator::ledger::Ledger::default();
    for (file, bytes) in [
        ("名册.csv", TEAMS.as_bytes()),
        ("名册.xls", include_bytes!("data/roster/names.xls")),
        ("名册.ods", include_bytes!("data/roster/names.ods")),
    ] {
        let rows = |reader: Reader| {
            let book = reader.open(bytes, file, Progress::SILENT).expect("a book");
            format!("{:?}", plan(&book, shape, &ledger).expect("a plan").rows)
        };
        assert_eq!(rows(reader()), rows(Reader::here()), "{file}");
    }
    let refusal =
        |reader: Reader| reader.open(b"%PDF-1.7", "表.xlsx", Progress::SILENT).expect_err("a PDF").to_string();
    assert_eq!(refusal(reader()), refusal(Reader::here()), "a refusal comes over word by word");
}

#[test]
fn reading_stops_when_nobody_wants_it() {
    let asked = Cell::new(0);
    let no = |_: &_| {
        asked.set(asked.get() + 1);
        asked.get() < 2
    };
    // Long enough to be asked once more while it is read.
    let long = format!("{TEAMS}{}", "丙,王五,2021-05-01\n".repeat(400_000));
    let stopped = reader().open(long.as_bytes(), "名册.csv", Progress::new(&no));
    assert!(matches!(stopped, Err(Error::Cancelled)), "stopped at the second question: {stopped:?}");
    assert_eq!(asked.get(), 2, "nobody is asked after the no");
}

#[test]
fn what_takes_too_much_ends_the_reading_only() {
    let long = format!("{TEAMS}{}", "丙,王五,2021-05-01\n".repeat(400_000));
    let open = |reader: Reader| match reader.open(long.as_bytes(), "名册.csv", Progress::SILENT) {
        Ok(book) => panic!("{} bytes were read", format!("{book:?}").len()),
        Err(error) => error.to_string(),
    };
    let hungry = open(reader().limited(16 << 20, 60));
    assert!(hungry.starts_with("“名册.csv”：读取时中断"), "no memory: {hungry}");
    let slow = open(reader().limited(512 << 20, 0));
    assert!(slow.starts_with("“名册.csv”：读取用时过长"), "no time: {slow}");
    reader().open(TEAMS.as_bytes(), "名册.csv", Progress::SILENT).expect("the next file is read");
}

#[test]
fn a_program_that_does_not_serve_is_said_to_be_none() {
    for program in [std::env::current_exe().expect("this test"), "/nowhere/taizhang".into()] {
        let said = Reader::of(program).open(TEAMS.as_bytes(), "名册.csv", Progress::SILENT).expect_err("no worker");
        assert!(said.to_string().starts_with("读取表格的进程没有启动成功"), "{said}");
    }
}

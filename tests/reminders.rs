//! What comes due: told from the day it should be, until it is done.

use std::path::Path;

use chrono::{Days, NaiveDate};
use incubator::desk::{Answer, Desk, FilingChoice};
use incubator::record::{Record, parse_value, shape};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// The reminders on a day of a store with these records, written `kind: field=text; field=text`.
fn told(name: &str, on: &str, records: &[&str], more: impl FnOnce(&mut Desk)) -> Vec<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reminders").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the last run's folder goes away");
    }
    let mut desk = Desk::open(&folder, "tests", day(on)).expect("a new store");
    for line in records {
        let (of, fields) = line.split_once(": ").expect("kind: fields");
        let shape = shape(of).expect("a kind");
        let mut record = Record::empty(shape.kind, 0);
        for (name, text) in fields.split("; ").filter_map(|pair| pair.split_once('=')) {
            let field = shape.kind.field(name).expect("a field");
            record.set(shape.kind, name, parse_value(field, text).expect("sound text"));
        }
        desk.store_mut().change("记一条", |tx| tx.insert(shape, record).map(drop)).expect("kept");
    }
    more(&mut desk);
    let line = |r: &incubator::desk::Reminder| format!("{} {}{}", r.title, r.days, if r.urgent { " 急" } else { "" });
    desk.reminders().expect("reminders").iter().map(line).collect()
}

#[test]
fn what_ends_is_told_in_time_and_no_longer_once_it_is_settled() {
    let team = "team: name=甲团队; moved_in_on=2021-01-01";
    let agreement = "agreement: tenant=1; signed_on=2021-01-01; start_on=2021-01-01; end_on=2021-12-31";
    let quiet = |name: &str, on: &str, more: &[&str]| {
        let mut records = vec![team, agreement];
        records.extend_from_slice(more);
        told(name, on, &records, |_| {}).into_iter().filter(|l| !l.contains("季报")).collect::<Vec<_>>()
    };
    assert_eq!(quiet("a", "2021-11-30", &[]), [] as [&str; 0], "31 days before, nothing is urgent");
    assert_eq!(quiet("b", "2021-12-01", &[]), ["甲团队 入驻协议到期 30"]);
    assert_eq!(quiet("c", "2021-12-24", &[]), ["甲团队 入驻协议到期 7 急"]);
    assert_eq!(quiet("d", "2022-02-01", &[]), ["甲团队 入驻协议到期 -32 急"], "overdue, it stays");
    let renewed = "agreement: tenant=1; signed_on=2021-12-20; start_on=2022-01-01; end_on=2022-12-31";
    assert_eq!(quiet("e", "2021-12-24", &[renewed]), [] as [&str; 0], "renewed");
    let left = "exit: tenant=1; kind=毕业; on=2021-12-31";
    assert_eq!(quiet("f", "2021-12-24", &[left]), [] as [&str; 0], "leaves on that day");
    let others = [
        "site: source=租赁; lease_from=2017-01-01; lease_until=2022-03-01",
        "mentor: name=王导师; from=2020-01-01; until=2021-12-31",
        "enterprise: name=乙公司; moved_in_on=2021-01-01; registered_on=2020-01-01; hightech_until=2022-02-01",
        "space: name=空间; provincial_on=2019-05-01",
    ];
    assert_eq!(
        quiet("g", "2021-12-10", &others),
        [
            "王导师 导师聘期届满 21",
            "甲团队 入驻协议到期 21",
            "乙公司 高新技术企业资格到期 53",
            "场地租期届满 81",
            "“2022年山西省省级众创空间认定”有效期届满 141"
        ],
        "the earliest first"
    );
}

#[test]
fn a_judgement_given_for_a_time_is_asked_for_again() {
    let lines = told("judged", "2022-06-30", &["space: name=空间"], |desk| {
        let until = Some(day("2022-07-15"));
        let yes = Answer { answer: Some(true), note: "见章程".into(), until };
        desk.judge("shanxi-2022", "S9.1", day("2022-06-30"), yes).expect("judged");
    });
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("对“有独立的运营机构") && lines[0].ends_with("判断到期 15"), "{lines:?}");
}

#[test]
fn no_quarter_is_forgotten_silently() {
    let event = ["event: on=2022-02-01; name=沙龙; kind=创业沙龙"];
    let no: [&str; 0] = [];
    assert_eq!(told("q1", "2022-03-05", &event, |_| {}), no, "15 days to the cut-off");
    assert_eq!(told("q2", "2022-03-06", &event, |_| {}), ["2022年03月季报数据截止 14"]);
    assert_eq!(told("q3", "2022-03-20", &event, |_| {}), ["2022年03月季报数据截止 0 急"]);
    assert_eq!(told("q4", "2022-05-20", &event, |_| {}), ["2022年03月季报数据截止 -61 急"], "not reported: it stays");
    let file = |reported: Option<&str>| {
        let choice =
            FilingChoice { due_on: Some(day("2022-03-30")), reported_on: reported.map(day), ..FilingChoice::default() };
        move |desk: &mut Desk| drop(desk.file_as("torch-quarterly", "2022Q1", choice).expect("kept"))
    };
    assert_eq!(told("q5", "2022-03-22", &event, file(None)), ["2022年03月季报报送期限 8"]);
    assert_eq!(told("q6", "2022-03-22", &event, file(Some("2022-03-21"))), no, "reported");
    let unfiled = ["event: on=2022-02-01; name=沙龙; kind=创业沙龙", "space: name=空间; national_filing=否"];
    assert_eq!(told("q7", "2022-03-20", &unfiled, |_| {}), no, "only who is filed reports");
    let later = (day("2022-02-01") + Days::new(400)).to_string();
    assert_eq!(told("q8", &later, &event, |_| {}), no, "a makerspace that records nothing any more owes nothing");
}

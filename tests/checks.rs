//! The rules of the quarterly form (domain.md B.5): one case each way, every single-cell change to a
//! valid report, and valid ledgers at random. What is right is decided here, by code of our own.

use std::collections::BTreeSet;

use incubator::form::{Content, Filled, Level};
use incubator::period::Basis;
use toml::{Table, Value};

use crate::engine::{FORM, fill};
use crate::oracle::CODES;
use crate::random::{Asked, Dice, asked, sound};
use crate::rows::{Rows, typed};

const BASE: &str = include_str!("data/checks/base.toml");
const RULES: &str = include_str!("data/checks/rules.toml");

fn table(text: &str) -> Table {
    text.parse().unwrap_or_else(|e| panic!("the test's own data: {e}"))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// Adds the records of a table `kind = [{field = text}]`.
fn add(rows: &mut Rows, records: &Table) {
    for (kind, list) in records {
        for record in list.as_array().into_iter().flatten() {
            let record = record.as_table().unwrap_or_else(|| panic!("a record of {kind} is a table"));
            let kind = incubator::record::kind(kind).unwrap_or_else(|| panic!("no kind {kind}")).name;
            let row = rows.add(kind);
            for (field, content) in record {
                if field == "id" {
                    row.id = content.as_integer().unwrap_or(0);
                    continue;
                }
                let content = if text(content) == "FORM" { FORM.to_owned() } else { text(content) };
                let (_, field, content) = typed(kind, field, &content);
                row.set(field, content);
            }
        }
    }
}

/// The tidy ledger of data/checks/base.toml.
pub fn base() -> Rows {
    let mut rows = Rows::default();
    add(&mut rows, &table(BASE));
    rows
}

/// Types a value into a cell, with a reason, as the record that keeps it.
fn type_in(rows: &mut Rows, asked: Asked, code: &str, value: i64) {
    let row = rows.add("override_value");
    row.set("form", Some(FORM.into()));
    row.set("period", Some(asked.period().into()));
    row.set("code", Some(code.into()));
    row.set("value", Some(value.into()));
    row.set("reason", Some("测试".into()));
}

fn case_rows(case: &Table) -> Rows {
    let mut rows = base();
    let split = |s: &str| -> Vec<String> { s.split(' ').map(str::to_owned).collect() };
    for what in case.get("drop").and_then(Value::as_array).into_iter().flatten() {
        let what = split(&text(what));
        let before = rows.0.len();
        rows.0.retain(|r| r.kind != what[0] || what.get(1).is_some_and(|id| *id != r.id.to_string()));
        assert!(rows.0.len() < before, "nothing dropped by {what:?}");
    }
    for (what, content) in case.get("set").and_then(Value::as_table).into_iter().flatten() {
        let what = split(what);
        let (kind, field, content) = typed(&what[0], &what[2], &text(content));
        rows.row(kind, what[1].parse().unwrap_or(0)).set(field, content);
    }
    if let Some(records) = case.get("add").and_then(Value::as_table) {
        add(&mut rows, records);
    }
    for (code, value) in case.get("type").and_then(Value::as_table).into_iter().flatten() {
        type_in(&mut rows, Asked::plain(2021, 3), code, value.as_integer().unwrap_or(0));
    }
    rows
}

fn spoken(filled: &Filled) -> Vec<String> {
    filled.breaches.iter().map(|b| format!("{} {}：{}", b.rule, b.level.label(), b.message)).collect()
}

#[test]
fn a_tidy_report_breaks_no_rule() {
    let filled = fill(&base(), Asked::plain(2021, 3), Basis::Ytd);
    assert_eq!(
        spoken(&filled),
        Vec::<String>::new(),
        "the cases are changes to a report in which every rule is silent"
    );
}

/// Each rule speaks where it should, at its level, and is silent one step beside that.
#[test]
fn every_rule_speaks_and_is_silent() {
    let mut wrong = Vec::new();
    let mut seen: BTreeSet<(String, bool)> = BTreeSet::new();
    let rules = table(RULES);
    for case in rules["case"].as_array().into_iter().flatten().filter_map(Value::as_table) {
        let (rule, says, why) = (text(&case["rule"]), text(&case["says"]), text(&case["why"]));
        let basis = if case.get("basis").is_some_and(|b| text(b) == "quarter") { Basis::Quarter } else { Basis::Ytd };
        let filled = fill(&case_rows(case), Asked::plain(2021, 3), basis);
        let levels: Vec<&str> = filled
            .breaches
            .iter()
            .filter(|b| b.rule == rule)
            .map(|b| if b.level == Level::Error { "error" } else { "warning" })
            .collect();
        let right =
            if says == "silent" { levels.is_empty() } else { !levels.is_empty() && levels.iter().all(|l| *l == says) };
        if !right {
            wrong.push(format!("{rule} should be {says} ({why}); it was {levels:?}; all: {:?}", spoken(&filled)));
        }
        seen.insert((rule, says != "silent"));
    }
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
    // R33 is the seal's: it is tested there.
    for n in (1..=14).chain(20..=32) {
        let rule = format!("R{n:02}");
        for speaks in [true, false] {
            assert!(seen.contains(&(rule.clone(), speaks)), "{rule} has no case in which it speaks: {speaks}");
        }
    }
}

/// The identities of R01 to R12 and R24 that 21 printed numbers break.
fn broken_identities(v: &[i64]) -> Vec<&'static str> {
    let at = |code: &str| v[CODES.iter().position(|c| *c == code).unwrap_or_else(|| panic!("no code {code}"))];
    let parts: i64 = (1..=5).map(|k| at(&format!("zjf01_{k}"))).sum();
    let all_zero = |codes: &[&str]| codes.iter().all(|c| at(c) == 0);
    // A loss on investments may be negative, and so may the total of the parts: that is a 警示.
    let below_zero = CODES.iter().any(|c| at(c) < 0 && *c != "zjf01_3" && *c != "zjf01");
    [
        ("R01", at("zjf01") != parts),
        ("R02", at("zjf05_1") > at("zjf05")),
        ("R03", at("zjf09_1") > at("zjf09")),
        ("R04", at("zjf08_1") > at("zjf08")),
        ("R05", at("zjf12_1") > at("zjf12")),
        ("R06", at("zjf06") > at("zjf05")),
        ("R07", at("zjf10") > at("zjf09")),
        ("R08", (at("zjf06") == 0) != (at("zjf07") == 0)),
        ("R09", (at("zjf10") == 0) != (at("zjf11") == 0)),
        ("R10", at("zjf05") == 0 && !all_zero(&["zjf05_1", "zjf06", "zjf07", "zjf08", "zjf08_1"])),
        ("R11", at("zjf09") == 0 && !all_zero(&["zjf09_1", "zjf10", "zjf11", "zjf12", "zjf12_1"])),
        ("R12", below_zero),
        ("R24", at("zjf02") > 0 && at("zjf05") + at("zjf09") <= 0),
    ]
    .into_iter()
    .filter_map(|(rule, broken)| broken.then_some(rule))
    .collect()
}

fn numbers(filled: &Filled) -> Vec<i64> {
    let number = |value: &Option<Content>| match value {
        Some(Content::Int(n)) => *n,
        other => panic!("a valid report has no such content: {other:?}"),
    };
    filled.cells.iter().map(|c| number(&c.value)).collect()
}

fn errors(filled: &Filled) -> BTreeSet<String> {
    filled.breaches.iter().filter(|b| b.level == Level::Error).map(|b| b.rule.clone()).collect()
}

/// 21 cells × 20 changes to each of several valid reports: the errors are exactly the identities
/// that our own code finds broken in the changed numbers.
#[test]
fn every_single_cell_change_is_judged_rightly() {
    let q3 = Asked::plain(2021, 3);
    let mut reports = vec![("tidy".to_owned(), base(), q3)];
    for seed in 0..4 {
        let mut dice = Dice::new(seed);
        reports.push((format!("seed {seed}"), sound(&mut dice, q3, FORM), q3));
    }
    let (mut caught, mut silent) = (0, 0);
    for (name, rows, asked) in reports {
        let valid = fill(&rows, asked, Basis::Ytd);
        let printed = numbers(&valid);
        assert!(errors(&valid).is_empty(), "{name} is valid: {:?}", spoken(&valid));
        assert!(broken_identities(&printed).is_empty(), "{name} is valid by our own code");
        for (i, code) in CODES.iter().enumerate() {
            let v = printed[i];
            let wanted = [
                0,
                1,
                -1,
                2,
                v + 1,
                v - 1,
                v + 2,
                v - 2,
                v + 5,
                v - 5,
                v * 10,
                v * 1000,
                v / 10,
                v / 1000,
                v * 2,
                -v,
                v + 999,
                3,
                4,
                7,
                11,
                13,
                17,
                30,
                150,
                1_000_000,
                9,
                12,
                5,
                6,
                8,
                19,
                23,
                29,
                31,
                37,
                41,
                43,
                47,
                53,
            ];
            let mut changes: Vec<i64> = Vec::new();
            for n in wanted {
                if n != v && !changes.contains(&n) && changes.len() < 20 {
                    changes.push(n);
                }
            }
            assert_eq!(changes.len(), 20, "twenty different changes of {code}");
            for to in changes {
                let mut rows = rows.clone();
                type_in(&mut rows, asked, code, to);
                if code.starts_with("zjf01_") {
                    // The total follows its parts; typed in as it was, it stays and must be caught.
                    type_in(&mut rows, asked, "zjf01", printed[0]);
                }
                let filled = fill(&rows, asked, Basis::Ytd);
                let changed = numbers(&filled);
                for (j, other) in CODES.iter().enumerate() {
                    // 舍位平衡 may give its odd unit to another part now; nothing else may move.
                    let odd_unit = i64::from(code.starts_with("zjf01_") && other.starts_with("zjf01_"));
                    let right = if i == j { changed[i] == to } else { (changed[j] - printed[j]).abs() <= odd_unit };
                    assert!(right, "{name}: {code} from {v} to {to} makes {other} {} of {}", changed[j], printed[j]);
                }
                let broken = broken_identities(&changed);
                let found = errors(&filled);
                let want: BTreeSet<String> = broken.iter().map(|r| (*r).to_owned()).collect();
                assert_eq!(found, want, "{name}: {code} from {v} to {to}; found on the left, broken on the right");
                if want.is_empty() { silent += 1 } else { caught += 1 }
            }
        }
    }
    assert_eq!(caught + silent, 5 * 21 * 20, "every change was judged");
    assert!(caught > 500 && silent > 500, "both kinds were there: {caught} breaking, {silent} not");
}

/// A part typed by hand takes the total with it, so that the sum holds.
#[test]
fn the_total_follows_a_part_typed_by_hand() {
    let q3 = Asked::plain(2021, 3);
    let mut rows = base();
    type_in(&mut rows, q3, "zjf01_2", 36);
    let filled = fill(&rows, q3, Basis::Ytd);
    assert_eq!(numbers(&filled)[..6], [200, 64, 36, 0, 100, 0], "64 + 36 + 100");
    assert!(errors(&filled).is_empty(), "the sum holds: {:?}", spoken(&filled));
}

#[test]
fn valid_ledgers_raise_no_error() {
    for seed in 0..1000 {
        let mut dice = Dice::new(seed);
        let asked = asked(&mut dice);
        let rows = sound(&mut dice, asked, FORM);
        for basis in [Basis::Ytd, Basis::Quarter] {
            let filled = fill(&rows, asked, basis);
            let errors: Vec<String> = spoken(&filled).into_iter().filter(|s| s.contains("错误")).collect();
            assert!(errors.is_empty(), "seed {seed}, {}: {errors:?}", basis.label());
        }
    }
}

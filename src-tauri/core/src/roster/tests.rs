use chrono::NaiveDate;

use super::*;
use crate::record::{Record, Value, kind, parse_value, shape};

/// A ledger of `kind: field=text; field=text` lines; ids count from 1 within each kind.
fn ledger(text: &str) -> Ledger {
    let mut tables: Vec<(&'static crate::record::Kind, Vec<Record>)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (name, fields) = line.split_once(':').expect("kind: fields");
        let kind = kind(name).expect("a kind");
        if !tables.iter().any(|(k, _)| k.name == kind.name) {
            tables.push((kind, Vec::new()));
        }
        let rows = &mut tables.iter_mut().find(|(k, _)| k.name == kind.name).expect("just put in").1;
        let mut record = Record::empty(kind, i64::try_from(rows.len() + 1).expect("few rows"));
        for (field, value) in fields.split(';').filter_map(|p| p.trim().split_once('=')) {
            let field = kind.field(field).expect("a field");
            record.set(kind, field.name, parse_value(field, value).expect("a value"));
        }
        rows.push(record);
    }
    Ledger::new(tables)
}

/// The plan as text: a row per line, `row action id label` and then changes and flaws.
fn planned(plan: &Plan) -> String {
    let mut out = String::new();
    for row in &plan.rows {
        let action = match row.action {
            Action::New => "new",
            Action::Change => "change",
            Action::Same => "same",
            Action::Flawed => "flawed",
        };
        let mut line = format!("{} {action}", row.row);
        if row.id > 0 {
            line += &format!(" #{}", row.id);
        }
        line += &format!(" {}", row.label);
        for change in &row.changes {
            line += &format!(" | {}: {}→{}", change.field, change.old, change.new);
        }
        for flaw in &row.flaws {
            line += &format!(" | {} {}", flaw.cell, flaw.say);
        }
        out += &line;
        out.push('\n');
    }
    out
}

/// Reads `text` as a .csv for `list` over the records of `before`, and compares the plan.
#[track_caller]
fn check(list: &str, before: &str, text: &str, want: &str) {
    let tidy = |s: &str| s.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
    let got = match read(tidy(text).as_bytes(), "表.csv", shape(list).expect("a list"), &ledger(before)) {
        Ok(plan) => planned(&plan),
        Err(error) => error.to_string(),
    };
    assert_eq!(tidy(&got), tidy(want), "\n{text}");
}

#[test]
fn new_changed_unchanged_and_flawed_rows() {
    let before = "tenant: name=甲; entered_as=创业团队; moved_in_on=2021-03-01; leader_name=张三
        tenant: name=乙; entered_as=创业团队; moved_in_on=2021-04-01";
    check(
        "team",
        before,
        "团队名称,团队负责人,入驻日期
         甲,李四,2021-03-01
         乙,,2021-04-01
         丙,王五,2021-05-01
         丁,赵六,
         戊,孙七,2021-13-01",
        "2 change #1 甲 | leader_name: 张三→李四
         3 same #2 乙
         4 new 丙
         5 flawed 丁 | C5 未填入驻日期
         6 flawed 戊 | C6 入驻日期“2021-13-01”这一天不存在，请核对",
    );
}

#[test]
fn a_team_that_registers_stays_one_tenant() {
    let before = "tenant: name=甲团队; entered_as=创业团队; moved_in_on=2021-03-01";
    check(
        "enterprise",
        before,
        "企业名称,注册日期,原团队名称
         甲团队,2021-06-01,",
        "2 change #1 甲团队 | registered_on: →2021-06-01",
    );
    check(
        "enterprise",
        before,
        "企业名称,注册日期,原团队名称
         甲科技有限公司,2021-06-01,甲团队",
        "2 change #1 甲科技有限公司 | name: 甲团队→甲科技有限公司 | registered_on: →2021-06-01 | team_name: →甲团队",
    );
    // The team's roster once more, after it became a company: the company keeps its name.
    check(
        "team",
        "tenant: name=甲公司; team_name=甲团队; entered_as=创业团队; moved_in_on=2021-03-01; registered_on=2021-06-01",
        "团队名称,入驻日期
         甲团队,2021-03-01",
        "2 same #1 甲公司",
    );
}

#[test]
fn doubt_is_a_flaw() {
    check(
        "team",
        "tenant: name=甲; entered_as=创业团队; moved_in_on=2021-03-01
         tenant: name=甲; entered_as=创业团队; moved_in_on=2021-04-01",
        "团队名称,入驻日期
         甲,2021-03-01",
        "2 flawed 甲 | A2 台账和本文件里有 2 条创业团队的团队名称与这一行相同，不能确定是哪一条，请在台账里修改",
    );
    check(
        "enterprise",
        "tenant: name=甲; entered_as=初创企业; moved_in_on=2021-03-01; registered_on=2021-01-01; credit_code=91350100M000100Y43",
        "企业名称,统一社会信用代码,注册日期,入驻日期
         甲,91430100MA4L2XQ89C,2021-01-01,2021-03-01",
        "2 flawed 甲 | B2 统一社会信用代码“91430100MA4L2XQ89C”校验码不对：末位应为“W”，请对照营业执照",
    );
    check(
        "team",
        "",
        "团队名称,负责人,入驻日期
         甲,张三,2021-03-01
         甲,张三,2021-03-01
         甲,李四,2021-03-01",
        "2 flawed 甲 | B2 与第 4 行是同一条创业团队，但内容不一致，请合成一行
         3 flawed 甲 | B3 与第 4 行是同一条创业团队，但内容不一致，请合成一行
         4 flawed 甲 | B4 与第 2 行是同一条创业团队，但内容不一致，请合成一行",
    );
    check(
        "team",
        "",
        "团队名称,负责人,入驻日期
         甲,张三,2021-03-01
         甲,张三,2021-03-01",
        "2 new 甲
         3 same 甲",
    );
}

#[test]
fn references_by_name_and_code() {
    let before = "tenant: name=甲; entered_as=创业团队; moved_in_on=2021-03-01
        tenant: name=乙; entered_as=初创企业; moved_in_on=2021-03-01; credit_code=91350100M000100Y43
        tenant: name=丙; entered_as=创业团队; moved_in_on=2021-03-01
        tenant: name=丙; entered_as=创业团队; moved_in_on=2021-05-01
        mentor: name=周导";
    check(
        "snapshot",
        before,
        "入驻对象,统计日期,人数
         甲,2021-09-20,５
         91350100M000100Y43,2021-09-20,7人
         丙,2021-09-20,3
         丁,2021-09-20,3",
        "2 new 甲 2021-09-20
         3 new 乙 2021-09-20
         4 flawed 2021-09-20 | A4 入驻对象“丙”在台账的入驻对象里有不止一条，请改填统一社会信用代码
         5 flawed 2021-09-20 | A5 入驻对象“丁”在台账的入驻对象里没有，请先登记或改正名称",
    );
    check(
        "session",
        before,
        "导师,日期,辅导对象
         周导,2021-09-20,甲、乙",
        "2 new 周导 2021-09-20",
    );
}

#[test]
fn without_a_key_equal_rows_count_as_often_as_they_stand() {
    let text = "到账日期,收入类别,金额(元),凭证号
        2021-03-01,服务收入,100,
        2021-03-01,服务收入,100,
        2021-03-01,服务收入,200,
        2021-03-01,服务收入,300,记-1";
    check(
        "income",
        "",
        text,
        "2 new 2021-03-01 服务收入
         3 new 2021-03-01 服务收入
         4 new 2021-03-01 服务收入
         5 new 2021-03-01 服务收入",
    );
    let one = "income: received_on=2021-03-01; line=服务收入; amount=100; note=已核对";
    check(
        "income",
        &format!("{one}\nincome: received_on=2021-03-01; line=服务收入; amount=300; voucher=记-1"),
        text,
        "2 same #1 2021-03-01 服务收入
         3 new 2021-03-01 服务收入
         4 new 2021-03-01 服务收入
         5 same #2 2021-03-01 服务收入",
    );
}

#[test]
fn blank_erases_nothing_and_new_records_take_defaults() {
    check(
        "event",
        "event: on=2021-03-01; name=路演; attendees=30; sessions=2",
        "日期,活动名称,参加人数,场次
         2021-03-01,路演,-,
         2021-03-02,沙龙,20,",
        "2 same #1 2021-03-01 路演
         3 new 2021-03-02 沙龙",
    );
    let shape = shape("event").expect("events");
    let text = "日期,活动名称\n2021-03-02,沙龙\n";
    let plan = read(text.as_bytes(), "表.csv", shape, &Ledger::default()).expect("a plan");
    let record = plan.record(&plan.rows[0]);
    let stored = record.field(shape.kind, "sessions");
    assert_eq!(stored, Some(&Value::Int(1)), "a new event counts once unless the row says otherwise");
}

#[test]
fn another_code_under_one_name_is_doubted() {
    check(
        "enterprise",
        "tenant: name=甲; entered_as=初创企业; moved_in_on=2021-03-01; registered_on=2021-01-01; credit_code=91350100M000100Y43",
        "企业名称,统一社会信用代码,注册日期,入驻日期
         甲,91430100MA4L2XQ89W,2021-01-01,2021-03-01",
        "2 flawed 甲 | B2 台账里有同名的初创企业，但统一社会信用代码不同，请核对后改正其中一处",
    );
}

#[test]
fn two_mentors_of_one_name_are_two() {
    check(
        "mentor",
        "mentor: name=张伟; employer=甲校",
        "姓名,工作单位
         张伟,甲校
         张伟,乙所
         张伟,",
        "2 same #1 张伟
         3 new 张伟
         4 flawed 张伟 | A4 台账和本文件里有 2 条创业导师的姓名与这一行相同，不能确定是哪一条，请在台账里修改",
    );
}

#[test]
fn the_plan_serializes_as_the_command_line_prints_it() {
    let shape = shape("income").expect("income");
    let text = "到账日期,收入类别,金额(元),别的\n2021-03-01,服务收入,100.5,x\n";
    let plan = read(text.as_bytes(), "表.csv", shape, &Ledger::default()).expect("a plan");
    let json = serde_json::to_value(&plan).expect("json");
    assert_eq!(json["rows"][0]["record"]["amount"], 10050, "money in 分");
    assert_eq!(json["rows"][0]["record"]["id"], serde_json::Value::Null, "a new record has no id yet");
    assert_eq!(json["rows"][0]["action"], "new");
    let last = &json["mapping"][3];
    assert_eq!((&last["column"], &last["heading"], &last["field"]), (&"D".into(), &"别的".into(), &().into()));
    assert_eq!(letters(0) + &letters(25) + &letters(26) + &letters(16_383), "AZAAXFD");
    assert!(
        NaiveDate::from_ymd_opt(2021, 3, 1)
            .is_some_and(|d| plan.record(&plan.rows[0]).cells[0] == Some(Value::Date(d)))
    );
}

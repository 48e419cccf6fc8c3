//! The records that `cargo xtask bench` measures on.

use std::collections::HashMap;

use chrono::{Datelike, Days, Months};

use crate::random::{Asked, Dice, LINES, SCHOOLING, date, fen, head};
use crate::rows::{Content, Row};

/// The records of a busy makerspace over the five years 2021 to 2025, `times` 300 tenants of it, one
/// by one: whoever a record refers to comes before it. For measurements, so everything is filled in.
pub fn grown(times: i64, mut put: impl FnMut(Row)) {
    let mut dice = Dice::new(2025);
    let mut last: HashMap<&'static str, i64> = HashMap::new();
    let mut record = |kind: &'static str, fields: Vec<(&'static str, Content)>| -> i64 {
        let id = last.entry(kind).or_default();
        *id += 1;
        put(Row { kind, id: *id, fields });
        *id
    };
    for row in head(Asked::plain(2025, 3), "").0 {
        if row.kind != "filing" {
            record(row.kind, row.fields);
        }
    }
    let (first, end) = (date(2021, 1, 1), date(2025, 12, 31));
    let days = (end - first).num_days();
    let any = |dice: &mut Dice| first + Days::new(dice.below(days).unsigned_abs());
    let proofs = [("活动通知", "通知.pdf"), ("签到表", "签到.pdf"), ("照片", "1.jpg"), ("照片", "2.jpg")];
    for n in 0..300 * times {
        let enterprise = dice.percent(40);
        let moved_in = any(&mut dice);
        let left = if dice.percent(40) { moved_in + Days::new(dice.between(90, 900).unsigned_abs()) } else { end };
        let left = left.min(end);
        let mut fields = vec![
            ("name", format!("第{n}号创业项目").into()),
            ("entered_as", if enterprise { "初创企业" } else { "创业团队" }.into()),
            ("leader_name", format!("负责人{n}").into()),
            ("leader_phone", format!("139{n:08}").into()),
            ("leader_trait", "大学生创业".into()),
            ("project", "竹编文创产品的设计与网上销售".into()),
            ("tech_area", "文化创意".into()),
            ("moved_in_on", moved_in.into()),
        ];
        if enterprise {
            fields.push(("registered_on", (moved_in - Days::new(dice.between(0, 400).unsigned_abs())).into()));
        }
        let tenant = record("tenant", fields);
        let of = |rest: Vec<(&'static str, Content)>| {
            let mut fields: Vec<(&'static str, Content)> = vec![("tenant", tenant.into())];
            fields.extend(rest);
            fields
        };
        if left < end {
            record("exit", of(vec![("kind", "毕业".into()), ("on", left.into())]));
        }
        let mut from = moved_in;
        while from < left {
            let until = from + Months::new(12) - Days::new(1);
            let number = format!("R-{tenant}-{}", from.year());
            record(
                "agreement",
                of(vec![
                    ("number", number.into()),
                    ("signed_on", from.into()),
                    ("start_on", from.into()),
                    ("end_on", until.into()),
                    ("room", format!("A{}", tenant % 400).into()),
                ]),
            );
            from = until + Days::new(1);
        }
        let heads = dice.between(2, 15);
        let mut month = date(moved_in.year(), moved_in.month(), 1);
        let pays = dice.percent(50);
        while month < left {
            if month.month0() % 3 == 2 {
                let as_of = month + Days::new(14);
                record(
                    "snapshot",
                    of(vec![
                        ("as_of", as_of.into()),
                        ("headcount", (heads + dice.between(0, 3)).into()),
                        ("fresh_graduates", dice.between(0, 1).into()),
                        ("revenue", fen(&mut dice).into()),
                        ("rnd", dice.between(0, 10_000_000).into()),
                    ]),
                );
            }
            if pays {
                record(
                    "rent_relief",
                    of(vec![
                        ("month", month.into()),
                        ("standard", 200_000.into()),
                        ("charged", dice.between(0, 200_000).into()),
                    ]),
                );
            }
            month = month + Months::new(1);
        }
        for m in 0..dice.between(3, 6) {
            record(
                "member",
                of(vec![
                    ("name", format!("成员{m}").into()),
                    ("education", dice.pick(&SCHOOLING).into()),
                    ("graduation_year", dice.between(2018, 2025).into()),
                    ("joined_on", moved_in.into()),
                ]),
            );
        }
        for _ in 0..dice.pick(&[0, 0, 0, 1, 2]) {
            let amount = dice.between(1, 300) * 1_000_000;
            record(
                "financing",
                of(vec![("on", any(&mut dice).into()), ("amount", amount.into()), ("kind", "天使投资".into())]),
            );
        }
        for m in 0..dice.pick(&[0, 0, 1, 2, 3]) {
            record(
                "ip",
                of(vec![
                    ("kind", "实用新型".into()),
                    ("title", format!("一种第{m}号结构").into()),
                    ("granted_on", any(&mut dice).into()),
                ]),
            );
        }
    }
    for n in 0..40 * times {
        record("mentor", vec![("name", format!("导师{n}").into()), ("from", first.into())]);
    }
    for _ in 0..500 * times {
        let mentor = dice.between(1, 40 * times);
        record("session", vec![("mentor", mentor.into()), ("on", any(&mut dice).into()), ("form", "面谈".into())]);
    }
    for n in 0..240 * times {
        let event = record(
            "event",
            vec![
                ("on", any(&mut dice).into()),
                ("name", format!("第{n}期创业沙龙").into()),
                ("kind", "创业沙龙".into()),
                ("place", "路演厅".into()),
                ("sessions", 1.into()),
                ("counted", true.into()),
                ("attendees", dice.between(10, 80).into()),
            ],
        );
        for (role, name) in proofs {
            record(
                "proof",
                vec![
                    ("owner", format!("event:{event}").into()),
                    ("role", role.into()),
                    ("name", name.into()),
                    ("sha256", format!("{event:064x}").into()),
                ],
            );
        }
    }
    for n in 0..600 * times {
        record(
            "income",
            vec![
                ("received_on", any(&mut dice).into()),
                ("line", dice.pick(&LINES).into()),
                ("amount", dice.between(1, 5_000_000).into()),
                ("description", format!("第{n}笔").into()),
            ],
        );
        record(
            "cost",
            vec![
                ("paid_on", any(&mut dice).into()),
                ("kind", "活动".into()),
                ("amount", dice.between(1, 5_000_000).into()),
                ("description", format!("第{n}笔").into()),
            ],
        );
    }
    for year in 2021..=2025 {
        for quarter in 1..=4 {
            record(
                "tax_relief",
                vec![
                    ("on", date(year, quarter * 3, 15).into()),
                    ("tax", "房产税".into()),
                    ("amount", dice.between(1, 9_000_000).into()),
                ],
            );
        }
    }
}

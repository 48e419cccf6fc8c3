//! Programmes: every threshold just met and just missed over ledgers made by hand, proof counted, a
//! person's judgement kept, the manager's own files, and the sample as a text to read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use incubator::ledger::Ledger;
use incubator::programme::{ConditionDef, Gauge, Gauged, Programme, Shelf, Test, gauge};
use incubator::record::{Kind, Record, kind, parse_value};

const ON: &str = "2022-06-30";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn shelf() -> Shelf {
    Shelf::load(Path::new("no such folder"))
}

/// A ledger made by hand.
#[derive(Default)]
struct Book(BTreeMap<&'static str, (&'static Kind, Vec<Record>)>);

impl Book {
    /// Adds a record written `field=text; field=text` and gives its id.
    fn add(&mut self, of: &str, fields: &str) -> i64 {
        let kind = kind(of).expect("a kind");
        let rows = &mut self.0.entry(kind.name).or_insert((kind, Vec::new())).1;
        let id = i64::try_from(rows.len()).expect("few") + 1;
        let mut record = Record::empty(kind, id);
        for pair in fields.split("; ") {
            let (name, text) = pair.split_once('=').expect("field=text");
            let field = kind.field(name).unwrap_or_else(|| panic!("{of} has {name}"));
            record.set(kind, name, parse_value(field, text).expect("sound text"));
        }
        rows.push(record);
        id
    }

    fn team(&mut self, more: &str) -> i64 {
        self.add("tenant", &format!("name=某团队; entered_as=创业团队; moved_in_on=2022-01-10{more}"))
    }

    fn enterprise(&mut self, more: &str) -> i64 {
        let about = "name=某公司; entered_as=初创企业; moved_in_on=2022-01-10; registered_on=2021-12-01";
        self.add("tenant", &format!("{about}{more}"))
    }

    fn leave(&mut self, tenant: i64, on: &str) {
        self.add("exit", &format!("tenant={tenant}; kind=退出; on={on}"));
    }

    fn event(&mut self, on: &str, sessions: &str, more: &str) -> i64 {
        self.add("event", &format!("on={on}; name=沙龙; sessions={sessions}{more}"))
    }

    fn ledger(self) -> Ledger {
        Ledger::new(self.0.into_values())
    }
}

/// Records of which one amount is `x`, and beside them records that must not count.
fn record(what: &str, x: &str) -> Ledger {
    let mut b = Book::default();
    let n = || x.parse::<usize>().unwrap_or(0);
    let area = |x: &str, field: &str| format!("source=自有; total_area=1000; {field}={x}");
    match what {
        "registered on" => kept(b.add("operator", &format!("name=运营; founded_on={x}"))),
        "operating since" => kept(b.add("space", &format!("name=空间; operating_since={x}; founded_on=2001-01-01"))),
        "founded on" => kept(b.add("space", &format!("name=空间; founded_on={x}; operating_since=2001-01-01"))),
        "area on campus" | "area elsewhere" => {
            let campus = if what == "area on campus" { "是" } else { "否" };
            b.add("space", &format!("name=空间; on_campus={campus}"));
            b.add("site", &format!("total_area={x}"));
            b.add("site", "valid_from=2022-07-01; total_area=99999");
        }
        "lease until" => kept(b.add("site", &format!("source=租赁; lease_from=2020-07-01; lease_until={x}"))),
        "service area of 1000" => kept(b.add("site", &area(x, "service_area"))),
        "desk and public area of 1000" => kept(
            b.add(
                "site",
                &area(x, "desk_area=100; public_area")
                    .replace(&format!("public_area={x}"), &format!("public_area={}", less(x, 100))),
            ),
        ),
        "tenant and public area of 1000" => kept(
            b.add(
                "site",
                &area(x, "tenant_area=100; public_area")
                    .replace(&format!("public_area={x}"), &format!("public_area={}", less(x, 100))),
            ),
        ),
        "fund" => {
            b.add("fund", &format!("name=种子; size={x}; founded_on=2020-01-01"));
            b.add("fund", "name=已终止; size=9000000; closed_on=2022-06-29");
        }
        "mentors" | "mentors for 16 tenants" => {
            (0..n()).for_each(|_| kept(b.add("mentor", "name=导师; from=2020-01-01; until=2022-06-30")));
            b.add("mentor", "name=聘期已满; from=2020-01-01; until=2022-06-29");
            if what != "mentors" {
                (0..16).for_each(|_| kept(b.team("")));
            }
        }
        "least month" => {
            for month in ["2021-07", "2021-08", "2021-09", "2021-10", "2021-11", "2021-12", "2022-02", "2022-03"] {
                b.event(&format!("{month}-01"), "3", "");
            }
            for month in ["2022-04", "2022-05", "2022-06"] {
                b.event(&format!("{month}-30"), "4", "");
            }
            (0..n()).for_each(|_| kept(b.event("2022-01-31", "1", "")));
            b.event("2022-01-15", "9", "; counted=否");
        }
        "makers" => {
            b.add("space", "name=空间; orientation=以服务创客为主");
            let team = b.team("");
            b.add("snapshot", &format!("tenant={team}; as_of=2022-03-20; headcount=80"));
            b.add("snapshot", &format!("tenant={team}; as_of=2022-06-20; headcount={x}"));
            let gone = b.team("");
            b.leave(gone, "2022-06-29");
            b.add("snapshot", &format!("tenant={gone}; as_of=2022-06-20; headcount=90"));
        }
        "teams" => {
            b.add("space", "name=空间; orientation=以服务团队为主");
            (0..n()).for_each(|_| kept(b.team("")));
            b.enterprise("");
            let gone = b.team("");
            b.leave(gone, "2022-06-29");
        }
        "tenants" => {
            (0..n()).for_each(|i| kept(if i % 2 == 0 { b.team("") } else { b.enterprise("") }));
            let gone = b.team("");
            b.leave(gone, "2022-06-29");
        }
        "moved in" => {
            (0..n()).for_each(|_| kept(b.team("")));
            b.add("tenant", "name=去年入驻; entered_as=创业团队; moved_in_on=2021-12-31");
        }
        "enterprises of 30" => (0..30).for_each(|i| kept(if i < n() { b.enterprise("") } else { b.team("") })),
        "capital" => kept(b.enterprise(&format!("; reg_capital={x}"))),
        "team moved in on" => {
            b.add("tenant", &format!("name=团队; entered_as=创业团队; moved_in_on={x}"));
            let gone = b.add("tenant", "name=已退出; entered_as=创业团队; moved_in_on=2015-01-01");
            b.leave(gone, "2022-06-29");
        }
        "enterprise moved in on" => {
            b.add("tenant", &format!("name=企业; entered_as=初创企业; registered_on=2020-01-01; moved_in_on={x}"));
            b.add("tenant", "name=老团队; entered_as=创业团队; moved_in_on=2015-01-01");
        }
        "enterprise of 2021-01-15 moved in on" => {
            b.add("tenant", &format!("name=企业; entered_as=初创企业; registered_on=2021-01-15; moved_in_on={x}"));
            b.add("tenant", "name=转化; entered_as=创业团队; registered_on=2022-02-01; moved_in_on=2021-01-01");
        }
        "cases of the year" | "cases of two years" => {
            let year = if what == "cases of the year" { 2022 } else { 2021 };
            (0..n()).for_each(|_| kept(b.add("case_story", &format!("title=案例; year={year}"))));
            b.add("case_story", &format!("title=旧案例; year={}", year - 1));
        }
        "years of accounts" => {
            b.add("income", "received_on=2021-01-01; line=其他; amount=1");
            b.add("cost", "paid_on=2021-12-31; kind=其他; amount=1");
            b.add("income", "received_on=2020-12-31; line=其他; amount=1");
            // The cost of the year before, or one that is too old.
            b.add(
                "cost",
                if x == "2" {
                    "paid_on=2020-01-01; kind=其他; amount=1"
                } else {
                    "paid_on=2019-12-31; kind=其他; amount=1"
                },
            );
        }
        "desks" => {
            b.add("desks", &format!("as_of=2022-06-30; total={x}; taken=0"));
            b.add("desks", "as_of=2022-07-01; total=999");
        }
        "desks taken of 1000" => kept(b.add("desks", &format!("as_of=2022-06-30; total=1000; taken={x}"))),
        "agreements" => {
            for i in 0..n() {
                let tenant = if i % 2 == 0 { b.team("") } else { b.enterprise("") };
                let signed = "signed_on=2022-01-05; start_on=2022-01-10; end_on=2022-12-31";
                b.add("agreement", &format!("tenant={tenant}; {signed}"));
                b.add("agreement", &format!("tenant={tenant}; {signed}"));
            }
            let unsigned = b.team("");
            b.add("agreement", &format!("tenant={unsigned}; start_on=2022-01-10"));
            let over = b.team("");
            b.add("agreement", &format!("tenant={over}; signed_on=2021-01-10; end_on=2021-12-31"));
        }
        "new companies" | "new self-employed" => {
            let reg_type = if what == "new companies" { "173.私营有限责任" } else { "190.其他" };
            for _ in 0..n() {
                b.team(&format!("; registered_on=2022-01-01; reg_type={reg_type}"));
            }
            b.team(&format!("; registered_on=2021-12-31; reg_type={reg_type}"));
            b.enterprise(&format!("; reg_type={reg_type}"));
            b.team("");
        }
        "financed" | "financed of 20" => {
            for i in 0..if what == "financed" { n() + 1 } else { 20 } {
                let tenant = b.team("");
                let on = if i < n() { "2022-01-01" } else { "2021-12-31" };
                if i < n() || what == "financed" {
                    b.add("financing", &format!("tenant={tenant}; on={on}; amount=1"));
                    b.add("financing", &format!("tenant={tenant}; on={on}; amount=2"));
                }
            }
        }
        "financing" => {
            let tenant = b.team("");
            b.add("financing", &format!("tenant={tenant}; on=2022-06-30; amount={x}"));
            b.add("financing", &format!("tenant={tenant}; on=2021-12-31; amount=9000000"));
        }
        "ip" => {
            let tenant = b.team("");
            let right = format!("tenant={tenant}; kind=发明专利; title=专利");
            (0..n()).for_each(|_| kept(b.add("ip", &format!("{right}; granted_on=2022-01-01"))));
            b.add("ip", &format!("{right}; granted_on=2021-12-31"));
            b.add("ip", &right);
        }
        "full-time staff" | "full-time professionals" => {
            let right = "name=某人; full_time=是; professional=是";
            (0..n()).for_each(|_| kept(b.add("staff", right)));
            b.add("staff", "name=兼职; full_time=否; professional=是");
            b.add("staff", &format!("{right}; left_on=2022-06-29"));
            if what == "full-time professionals" {
                b.add("staff", "name=非专业; full_time=是; professional=否");
            }
        }
        "professionals of 10" => {
            (0..10).for_each(|i| {
                b.add("staff", if i < n() { "name=某; professional=是" } else { "name=某; professional=否" });
            });
        }
        "professionals for 16 tenants" => {
            (0..n()).for_each(|_| kept(b.add("staff", "name=某; professional=是")));
            (0..16).for_each(|_| kept(b.team("")));
        }
        "providers" => {
            (0..n()).for_each(|_| kept(b.add("provider", "name=机构; signed_from=2022-01-01")));
            b.add("provider", "name=已到期; signed_until=2022-06-29");
        }
        "events" | "events offline" | "events undertaken" | "events held jointly" | "events co-organised" => {
            let role = match what {
                "events undertaken" => "承办",
                "events held jointly" => "联合主办",
                "events co-organised" => "协办",
                _ => "主办",
            };
            let about = format!("; online=线下; host_role={role}");
            b.event("2022-01-01", x, &about);
            b.event("2021-12-31", "50", &about);
            b.event("2022-03-01", "50", &format!("{about}; counted=否"));
            if what == "events offline" {
                b.event("2022-03-01", "50", "; online=线上; host_role=主办");
            }
        }
        "reports" => {
            let quarters = ["2022Q1", "2021Q4", "2021Q3", "2021Q2", "2021Q1", "2020Q4", "2020Q3", "2020Q2"];
            for quarter in &quarters[..n()] {
                b.add("filing", &format!("form=torch-quarterly-2021; period={quarter}; reported_on=2022-06-30"));
            }
            b.add("filing", "form=torch-quarterly-2021; period=2022Q2; reported_on=2022-06-23");
            if let Some(next) = quarters.get(n()) {
                b.add("filing", &format!("form=torch-quarterly-2021; period={next}; reported_on=2022-07-01"));
                b.add("filing", &format!("form=roster-team-2026; period={next}; reported_on=2022-01-01"));
            }
        }
        "investments" | "investments of the year" => {
            let (fund, tenant) = (b.add("fund", "name=种子"), b.team(""));
            let to = format!("fund={fund}; tenant={tenant}; amount=1");
            (0..n()).for_each(|_| kept(b.add("investment", &format!("{to}; on=2022-01-01"))));
            let other = if what == "investments" { "2022-07-01" } else { "2021-12-31" };
            b.add("investment", &format!("{to}; on={other}"));
        }
        "sessions of the idlest mentor" => {
            let (busy, idle) = (b.add("mentor", "name=忙"), b.add("mentor", "name=闲"));
            b.add("mentor", "name=离任; until=2022-06-29");
            (0..5).for_each(|_| kept(b.add("session", &format!("mentor={busy}; on=2022-05-01"))));
            (0..n()).for_each(|_| kept(b.add("session", &format!("mentor={idle}; on=2022-01-01"))));
            b.add("session", &format!("mentor={idle}; on=2021-12-31"));
        }
        "service income of 1000" => {
            b.add("income", &format!("received_on=2021-07-01; line=服务收入; amount={}", less(x, 100)));
            b.add("income", "received_on=2022-06-30; line=投资收入; amount=100");
            let rest = 100_000 - hundredths(x);
            b.add("income", &format!("received_on=2022-01-01; line=物业收入; amount={}.{:02}", rest / 100, rest % 100));
            b.add("income", "received_on=2021-06-30; line=服务收入; amount=5000");
        }
        "enterprises with revenue" => {
            for _ in 0..n() {
                let tenant = b.enterprise("");
                b.add("snapshot", &format!("tenant={tenant}; as_of=2022-03-20; revenue=1"));
                b.add("snapshot", &format!("tenant={tenant}; as_of=2022-06-20; revenue=1"));
            }
            let (team, idle) = (b.team(""), b.enterprise(""));
            b.add("snapshot", &format!("tenant={team}; as_of=2022-06-20; revenue=1"));
            b.add("snapshot", &format!("tenant={idle}; as_of=2022-06-20; revenue=0"));
        }
        "tax" => {
            let tenant = b.enterprise("");
            b.add("snapshot", &format!("tenant={tenant}; as_of=2022-03-20; tax={}", less(x, 10_000)));
            b.add("snapshot", &format!("tenant={tenant}; as_of=2022-06-20; tax=10000"));
            b.add("snapshot", &format!("tenant={tenant}; as_of=2021-12-20; tax=90000"));
        }
        "大专" | "本科" | "硕士" | "博士" | "高中及以下" => {
            let tenant = b.team("");
            let one = format!("tenant={tenant}; name=某; education={what}");
            (0..n()).for_each(|_| kept(b.add("member", &format!("{one}; joined_on=2022-01-01"))));
            b.add("member", &format!("{one}; joined_on=2021-12-31"));
        }
        cell => {
            let text = format!(" {} \n", "字".repeat(n()));
            b.add("text_block", &format!("form=hunan-filing-2016; cell={cell}; text={text}"));
            b.add("text_block", &format!("form=别的表; cell={cell}; text=短"));
        }
    }
    b.ledger()
}

/// The id is of no further use.
fn kept(_id: i64) {}

fn hundredths(x: &str) -> i64 {
    let (whole, part) = x.split_once('.').unwrap_or((x, "0"));
    whole.parse::<i64>().expect("a number") * 100 + format!("{part:0<2}").parse::<i64>().expect("decimals")
}

/// `x` less a whole number, with its decimals.
fn less(x: &str, by: i64) -> String {
    let rest = hundredths(x) - by * 100;
    format!("{}.{:02}", rest / 100, rest % 100)
}

fn find<'a>(list: &'a [Gauged], id: &str) -> Option<&'a Gauged> {
    list.iter().find_map(|c| if c.id == id { Some(c) } else { find(&c.parts, id) })
}

fn condition<'a>(gauge: &'a Gauge, id: &str) -> &'a Gauged {
    find(&gauge.conditions, id).unwrap_or_else(|| panic!("{} asks for {id}", gauge.programme))
}

/// Ids of the conditions that are decided by a number.
fn gates(list: &[ConditionDef]) -> Vec<String> {
    let of = |def: &ConditionDef| match &def.test {
        Test::Gate(_) => vec![def.id.clone()],
        Test::Parts { parts, .. } => gates(parts),
        _ => Vec::new(),
    };
    list.iter().flat_map(of).collect()
}

fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(|l| l.split(" | ").collect())
}

#[test]
fn every_threshold_is_met_at_its_number_and_missed_beside_it() {
    let shelf = shelf();
    let mut seen = BTreeSet::new();
    for line in lines(include_str!("data/programmes/thresholds.txt")) {
        let [programme, id, what, met, missed] = line[..] else { panic!("{line:?} has five parts") };
        let of = shelf.find(programme).expect("a programme");
        for (x, want) in [(met, true), (missed, false)] {
            let gauge = gauge(of, &record(what, x), day(ON));
            let got = condition(&gauge, id);
            assert_eq!(got.met, Some(want), "{programme} {id}, {what} {x}: {} against {}", got.shown, got.threshold);
            let gap = got.gap.as_deref().unwrap_or_default();
            assert_eq!(gap.is_empty(), want, "{programme} {id}, {what} {x}: what is missed has a way out: {gap}");
            assert!(!gap.contains(['{', '}']), "{programme} {id}: {gap}");
        }
        seen.insert((programme.to_owned(), id.to_owned()));
    }
    let all = |p: &Programme| gates(&p.conditions).into_iter().map(|id| (p.id.clone(), id)).collect::<Vec<_>>();
    let every: BTreeSet<_> = shelf.programmes.iter().flat_map(all).collect();
    assert_eq!(seen, every, "every number of every programme is tried");
}

#[test]
fn the_scoring_table_gives_its_points() {
    let shelf = shelf();
    let of = shelf.find("score-maker-incubation").expect("the table");
    let mut seen = BTreeSet::new();
    for line in lines(include_str!("data/programmes/scores.txt")) {
        let [id, what, steps] = line[..] else { panic!("{line:?} has three parts") };
        for step in steps.split(", ") {
            let (x, points) = step.split_once(": ").expect("amount: points");
            let points: f64 = points.parse().expect("points");
            let gauge = gauge(of, &record(what, x), day(ON));
            let got = condition(&gauge, id);
            assert_eq!(got.points, Some(points), "{id}, {what} {x}");
            assert_eq!(got.met, Some(Some(points) == got.of), "{id}, {what} {x}: met means full points");
        }
        seen.insert(id);
    }
    assert_eq!(seen.len(), of.conditions.len(), "every indicator is tried");
}

#[test]
fn the_way_to_full_points_leads_there() {
    let shelf = shelf();
    let of = shelf.find("score-maker-incubation").expect("the table");
    for (id, what, now, more, then) in [
        ("P1", "desks", "57", "再增加 43 个", "100"),
        ("P5", "moved in", "0", "再增加 25 个", "25"),
        ("P9", "financing", "299999.99", "再增加 2100001 元", "2400000"),
    ] {
        let before = gauge(of, &record(what, now), day(ON));
        let gap = condition(&before, id).gap.clone().unwrap_or_default();
        assert!(gap.contains(more), "{id}: {gap}");
        assert_eq!(condition(&gauge(of, &record(what, then), day(ON)), id).met, Some(true), "{id} at {then}");
    }
}

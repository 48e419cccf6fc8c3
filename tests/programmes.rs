//! Programmes: every threshold just met and just missed over ledgers made by hand, proof counted, a
//! person's judgement kept, the manager's own files, and the sample as a text to read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use incubator::desk::{Answer, Desk};
use incubator::ledger::Ledger;
use incubator::programme::{ConditionDef, Gauge, Gauged, Programme, Seen, Shelf, Test, gauge};
use incubator::record::{Kind, Record, kind, parse_value};
use incubator::sample;

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

    fn proof(&mut self, of: &str, id: i64, role: &str, name: &str) {
        let content = self.0.get("proof").map_or(0, |(_, files)| files.len());
        self.add("proof", &format!("owner={of}:{id}; role={role}; name={name}; sha256={content:064x}"));
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
    let mut wrong = Vec::new();
    for line in lines(include_str!("data/programmes/thresholds.txt")) {
        let [programme, id, what, met, missed] = line[..] else { panic!("{line:?} has five parts") };
        let of = shelf.find(programme).expect("a programme");
        for (x, want) in [(met, true), (missed, false)] {
            let gauge = gauge(of, &record(what, x), day(ON));
            let got = condition(&gauge, id);
            let gap = got.gap.as_deref().unwrap_or_default();
            // What is missed has a way out, in a sentence that is complete.
            if got.met != Some(want) || gap.is_empty() != want || gap.contains(['{', '}']) {
                let asked = &got.threshold;
                wrong.push(format!(
                    "{programme} {id}, {what} {x}: {} against {asked} is {:?}: {gap}",
                    got.shown, got.met
                ));
            }
        }
        seen.insert((programme.to_owned(), id.to_owned()));
    }
    assert!(wrong.is_empty(), "{} of the numbers do not part met from missed:\n{}", wrong.len(), wrong.join("\n"));
    let all = |p: &Programme| gates(&p.conditions).into_iter().map(|id| (p.id.clone(), id)).collect::<Vec<_>>();
    let every: BTreeSet<_> = shelf.sound.iter().flat_map(all).collect();
    assert_eq!(seen, every, "every number of every programme is tried");
}

/// One record of everything that a document may want proof of.
fn world() -> Book {
    let mut b = Book::default();
    b.event("2022-03-01", "1", "");
    b.team("");
    b.enterprise("");
    b.team("; registered_on=2022-02-01");
    for (of, fields) in [
        ("mentor", "name=导师"),
        ("staff", "name=某人"),
        ("fund", "name=种子; size=100"),
        ("site", "source=自有; total_area=500"),
        ("operator", "name=运营"),
        ("space", "name=空间"),
        ("income", "received_on=2022-03-01; line=财政补贴; amount=1"),
    ] {
        b.add(of, fields);
    }
    b
}

/// Conditions, their parts and items of material that want proof.
fn wanting<'a>(list: &'a [ConditionDef], found: &mut Vec<(&'a ConditionDef, &'a [incubator::programme::Want])>) {
    for def in list {
        match &def.test {
            Test::Proof(wants) if wants.iter().any(|w| w.at_least > 0) => found.push((def, wants)),
            Test::Parts { parts, .. } => wanting(parts, found),
            _ => {}
        }
    }
}

#[test]
fn every_piece_of_proof_that_is_wanted_is_missed_when_one_file_is_not_there() {
    let shelf = shelf();
    let mut tried = 0;
    for of in &shelf.sound {
        let mut defs = Vec::new();
        wanting(&of.conditions, &mut defs);
        wanting(&of.documents, &mut defs);
        for (def, wants) in defs {
            let look = |files: &[(String, i64, String, String)]| {
                let mut book = world();
                for (kind, id, role, name) in files {
                    book.proof(kind, *id, role, name);
                }
                let gauge = gauge(of, &book.ledger(), day(ON));
                let both = find(&gauge.conditions, &def.id).or_else(|| find(&gauge.documents, &def.id));
                both.unwrap_or_else(|| panic!("{} asks for {}", of.id, def.id)).clone()
            };
            // Just as many files as are wanted, each where it is missed.
            let mut files = Vec::new();
            for want in wants.iter().filter(|w| w.at_least > 0) {
                let words = format!("缺{}", want.roles.join("或"));
                let named = want.named.first().cloned().unwrap_or_default();
                let mark = if want.named.is_empty() { String::new() } else { format!("含{}", want.named.join("或")) };
                let bare = look(&[]);
                let gaps = bare.missing.iter().filter(|g| g.say.contains(&words) && g.say.contains(&mark));
                for gap in gaps {
                    for _ in 0..want.at_least {
                        files.push((gap.kind.to_string(), gap.id, want.roles[0].clone(), format!("{named}.pdf")));
                    }
                }
            }
            let at = format!("{} {}", of.id, def.id);
            let whole = look(&files);
            assert_eq!((whole.met, whole.missing.len()), (Some(true), 0), "{at}: {:?}", whole.missing);
            for left_out in 0..files.len() {
                let mut fewer = files.clone();
                let (kind, _, role, _) = fewer.remove(left_out);
                let short = look(&fewer);
                assert_eq!(short.met, Some(false), "{at} without a {role} of {kind}");
                assert!(short.gap.is_some() && !short.missing.is_empty(), "{at}: it says what is missing");
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "every want of every programme: {tried}");
}

#[test]
fn the_scoring_table_gives_its_points() {
    let shelf = shelf();
    let of = shelf.find("score-maker-incubation").expect("the table");
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for line in lines(include_str!("data/programmes/scores.txt")) {
        let [id, what, steps] = line[..] else { panic!("{line:?} has three parts") };
        for step in steps.split(", ") {
            let (x, points) = step.split_once(": ").expect("amount: points");
            let points: f64 = points.parse().expect("points");
            let gauge = gauge(of, &record(what, x), day(ON));
            let got = condition(&gauge, id);
            // Met means full points.
            if got.points != Some(points) || got.met != Some(Some(points) == got.of) {
                wrong.push(format!("{id}, {what} {x}: {:?} points, not {points}", got.points));
            }
        }
        seen.insert(id);
    }
    assert!(wrong.is_empty(), "{} steps give other points:\n{}", wrong.len(), wrong.join("\n"));
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

fn gauged(programme: &str, book: Book, on: &str) -> Gauge {
    gauge(shelf().find(programme).expect("a programme"), &book.ledger(), day(on))
}

fn of_material<'a>(gauge: &'a Gauge, id: &str) -> &'a Gauged {
    find(&gauge.documents, id).unwrap_or_else(|| panic!("{} lists {id}", gauge.programme))
}

fn missing(gauged: &Gauged) -> Vec<String> {
    gauged.missing.iter().map(|g| format!("{}:{} {}", g.kind, g.id, g.say)).collect()
}

#[test]
fn either_of_two_is_enough_and_both_ways_are_named() {
    let national = |book: Book| condition(&gauged("national-filing-2017", book, ON), "N6").clone();
    let mut one = Book::default();
    (0..5).for_each(|_| {
        let tenant = one.team("");
        one.add("financing", &format!("tenant={tenant}; on=2022-01-01; amount=1"));
    });
    assert_eq!(national(one).met, Some(true), "five financed are enough without a new company");
    let neither = national(Book::default());
    assert_eq!(neither.met, Some(false));
    assert_eq!(neither.gap.as_deref(), Some("入驻团队再注册 10 家企业；或者再有 5 个团队或企业获得融资"));
    assert_eq!(neither.threshold, "≥ 10 家 或 ≥ 5 个");
}

#[test]
fn whom_the_space_serves_decides_which_number_counts() {
    let with = |orientation: &str| {
        let mut book = Book::default();
        if !orientation.is_empty() {
            book.add("space", &format!("name=空间; orientation={orientation}"));
        }
        let team = book.team("");
        book.add("snapshot", &format!("tenant={team}; as_of=2022-06-20; headcount=50"));
        gauged("shanxi-2022", book, ON)
    };
    assert_eq!(condition(&with("以服务创客为主"), "S8").met, Some(true), "fifty makers");
    assert_eq!(condition(&with("以服务团队为主"), "S8").met, Some(false), "one team, however large");
    assert!(!condition(&with("以服务团队为主"), "S8.1").applies, "makers are not asked for");
    assert_eq!(condition(&with(""), "S8").met, Some(true), "not said: either is enough");
}

#[test]
fn what_is_not_filled_in_is_unknown_and_named() {
    let mut book = Book::default();
    book.add("space", "name=空间");
    book.add("site", "source=自有; total_area=300");
    let gauge = gauged("shanxi-2022", book, ON);
    let area = condition(&gauge, "S2");
    assert_eq!((area.met, area.threshold.as_str()), (None, "≥ (待定) m²"), "200 or 500 depends on the campus");
    assert_eq!(area.gap.as_deref(), Some("请先补填，才能判断：空间 未填 是否在高校内"));
    let share = condition(&gauge, "S4");
    assert_eq!(share.met, None, "a blank area is not 0 m²");
    let lease = condition(&gauge, "S3");
    assert!(!lease.applies && lease.met.is_none(), "an own site has no lease");
    assert_eq!(gauge.met + gauge.unmet + gauge.unknown, 14, "the lease alone is not counted");
    let empty = gauged("shanxi-2022", Book::default(), ON);
    assert_eq!(condition(&empty, "S6").met, Some(false), "no mentor is none, and that is known");
    assert_eq!(
        condition(&empty, "S1.1").gap.as_deref(),
        Some("请先补填，才能判断：运营主体注册时间：没有运营主体记录")
    );
}

#[test]
fn a_number_that_misses_by_a_hair_is_not_told_as_the_one_it_misses() {
    let with = |area: &str| {
        let mut book = Book::default();
        book.add("site", &format!("source=自有; total_area=500; service_area={area}"));
        condition(&gauged("shanxi-2022", book, ON), "S4").clone()
    };
    let short = with("449.99");
    assert_eq!(short.met, Some(false), "449.99 of 500 m² is 89.998 %");
    assert!(
        short.shown.contains("89.99 %") && short.gap.as_ref().is_some_and(|g| g.contains("现占 89.99%")),
        "{short:?}"
    );
    assert_eq!(serde_json::to_value(&short).expect("JSON")["value"], 89.99, "scripts read the same");
    let met = with("450");
    assert_eq!((met.met, met.shown.contains("90 %")), (Some(true), true), "{met:?}");
}

#[test]
fn a_record_that_may_count_leaves_the_number_open() {
    let mut book = Book::default();
    (0..19).for_each(|_| kept(book.team("")));
    book.add("tenant", "name=未填入驻日期; entered_as=创业团队");
    let open = gauged("city-2024", book, ON);
    let open = condition(&open, "CT1");
    assert_eq!(open.met, None, "19 are sure, the twentieth may have moved in");
    assert_eq!(open.gap.as_deref(), Some("有 1 条记录资料不全，补填后才能判断：未填入驻日期 未填 入驻日期"));
    let mut book = Book::default();
    (0..18).for_each(|_| kept(book.team("")));
    book.add("tenant", "name=未填入驻日期; entered_as=创业团队");
    assert_eq!(condition(&gauged("city-2024", book, ON), "CT1").met, Some(false), "19 at most");
}

#[test]
fn each_of_the_last_twelve_whole_months_is_looked_at() {
    let book = || {
        let mut book = Book::default();
        for month in ["2021-06", "2021-07", "2021-08", "2021-09", "2021-10", "2021-11", "2021-12"] {
            book.event(&format!("{month}-15"), "3", "");
        }
        for month in ["2022-01", "2022-02", "2022-03", "2022-04", "2022-05"] {
            book.event(&format!("{month}-28"), "4", "");
        }
        book
    };
    let running = gauged("shanxi-2022", book(), "2022-06-29");
    let running = condition(&running, "S7");
    assert_eq!(running.met, Some(true), "June is not over");
    assert_eq!(running.shown, "每月活动 3 场次(最少的月份 2021-06，平均每月 3.42 场次)，2021-06 至 2022-05 各月");
    let over = gauged("shanxi-2022", book(), "2022-06-30");
    let over = condition(&over, "S7");
    assert_eq!(over.met, Some(false), "June is over");
    assert_eq!(over.shown, "每月活动 0 场次(最少的月份 2022-06，平均每月 3.17 场次)，2021-07 至 2022-06 各月");
    assert!(
        over.gap.as_ref().is_some_and(|g| g.contains("2022-06(0 场次)") && !g.contains("2022-05")),
        "{:?}",
        over.gap
    );
}

#[test]
fn time_yet_to_pass_ends_on_a_day() {
    let mut book = Book::default();
    book.add("space", "name=空间; operating_since=2021-08-31; founded_on=2022-03-15");
    let ledger = book.ledger();
    let shelf = shelf();
    let look = |programme: &str, id: &str, on: &str| {
        let of = shelf.find(programme).expect("a programme");
        condition(&gauge(of, &ledger, day(on)), id).clone()
    };
    let gap = look("shanxi-2022", "S1.2", ON).gap.unwrap_or_default();
    assert!(gap.contains("2022-08-31"), "{gap}");
    assert_eq!(look("shanxi-2022", "S1.2", "2022-08-30").met, Some(false));
    assert_eq!(look("shanxi-2022", "S1.2", "2022-08-31").met, Some(true), "on the day that was named");
    let gap = look("hunan-2016", "H1", ON).gap.unwrap_or_default();
    assert!(gap.contains("2022-09-16"), "more than six months: {gap}");
    assert_eq!(look("hunan-2016", "H1", "2022-09-15").met, Some(false));
    assert_eq!(look("hunan-2016", "H1", "2022-09-16").met, Some(true));
}

#[test]
fn every_event_has_its_notice_its_list_and_two_pictures() {
    let book = |files: &[(&str, usize)]| {
        let mut book = Book::default();
        let whole = book.event("2022-03-01", "1", "");
        for role in ["活动通知", "签到表", "照片", "照片"] {
            book.proof("event", whole, role, "某");
        }
        let second = book.event("2022-04-01", "1", "");
        for (role, n) in files {
            (0..*n).for_each(|_| book.proof("event", second, role, "某"));
        }
        let apart = book.event("2022-05-01", "1", "; counted=否");
        book.proof("event", apart, "照片", "不计入的活动");
        condition(&gauged("hunan-2016", book, ON), "H2").clone()
    };
    let whole = book(&[("截图", 1), ("签到表", 1), ("照片", 2)]);
    assert_eq!((whole.met, whole.have, whole.want), (Some(true), Some(6), Some(6)), "a screenshot stands for a notice");
    for (files, lacks) in [
        (&[("签到表", 1), ("照片", 2)][..], "event:2 2022-04-01 沙龙 缺活动通知或截图 1 份"),
        (&[("截图", 1), ("照片", 2)], "event:2 2022-04-01 沙龙 缺签到表 1 份"),
        (&[("活动通知", 2), ("签到表", 1), ("照片", 1)], "event:2 2022-04-01 沙龙 缺照片 1 张"),
    ] {
        let short = book(files);
        assert_eq!((short.met, short.have, short.want), (Some(false), Some(5), Some(6)), "{lacks}");
        assert_eq!(missing(&short), [lacks]);
    }
    let mut same = Book::default();
    let event = same.event("2022-03-01", "1", "");
    for role in ["活动通知", "签到表", "照片", "照片"] {
        same.add("proof", &format!("owner=event:{event}; role={role}; name=某; sha256={:064x}", 7));
    }
    let same = condition(&gauged("hunan-2016", same, ON), "H2").clone();
    assert_eq!(
        missing(&same),
        ["event:1 2022-03-01 沙龙 缺照片 1 张"],
        "one picture twice is one; one sheet may be two things"
    );
    let none = gauged("hunan-2016", Book::default(), ON);
    assert_eq!(condition(&none, "H2").met, None, "without events nothing is shown to be in order");
}

#[test]
fn the_list_of_material_says_what_is_there_and_what_is_missing() {
    let mut book = Book::default();
    let operator = book.add("operator", "name=某学院");
    let team = book.add("tenant", "name=某团队; entered_as=创业团队; moved_in_on=2022-01-10");
    let paper = book.add("agreement", &format!("tenant={team}; start_on=2022-01-10"));
    book.proof("agreement", paper, "协议", "协议.pdf");
    let turned = "entered_as=创业团队; moved_in_on=2022-01-10; registered_on=2022-03-01";
    let turned = book.add("tenant", &format!("name=转化公司; {turned}"));
    book.proof("tenant", turned, "协议", "协议.pdf");
    let mentor = book.add("mentor", "name=导师");
    book.proof("mentor", mentor, "聘书", "聘书.pdf");
    let session = book.add("session", &format!("mentor={mentor}; on=2022-02-01"));
    book.proof("session", session, "服务记录", "记录.pdf");
    book.proof("operator", operator, "制度文件", "机构设置与职能.pdf");
    book.proof("operator", operator, "制度文件", "毕业与退出办法.pdf");
    let gauge = gauged("hunan-2016", book, ON);
    let state = |id: &str| {
        let item = of_material(&gauge, id);
        (item.have.unwrap_or(0), item.want.unwrap_or(0), missing(item))
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(state("HNE.4"), (1, 1, none), "told apart by its name");
    let rules = "operator:1 缺制度文件(文件名含入驻或入孵) 1 份，请添加到众创空间或运营主体记录";
    let space = rules.replace("operator:1", "space:0");
    assert_eq!(state("HNE.5"), (1, 2, vec![space]), "of two kinds of rules one is there");
    let licence = "tenant:2 转化公司 缺营业执照 1 份".to_owned();
    assert_eq!(state("HNE.6"), (2, 3, vec![licence.clone()]), "a paper on the agreement counts for its tenant");
    assert_eq!(state("HNE.8"), (2, 3, vec!["mentor:1 导师 缺协议 1 份".to_owned()]));
    let h7 = condition(&gauge, "H7");
    assert_eq!((h7.met, missing(h7)), (Some(false), vec![licence]));
    let all: usize = gauge.documents.iter().filter_map(|d| d.want).sum();
    assert_eq!((gauge.want, gauge.have), (all, 1 + 1 + 2 + 2), "齐全 n/m over the whole list");
    assert_eq!(condition(&gauge, "H6").met, Some(false), "nine groups, not all there");
    assert_eq!(of_material(&gauge, "HNE.9").met, None, "no events to show");
}

#[test]
fn a_judgement_holds_from_its_day_until_it_ends() {
    let mut book = Book::default();
    let say = |book: &mut Book, id: &str, more: &str| {
        kept(book.add("judgement", &format!("programme=shanxi-2022; condition={id}; {more}")));
    };
    for n in 1..=4 {
        say(&mut book, &format!("S9.{n}"), "answer=是; on=2022-05-01");
    }
    say(&mut book, "S9.5", "answer=否; on=2022-05-01; note=只有线下");
    say(&mut book, "S9.5", "answer=是; on=2022-06-01; until=2022-12-31; note=已开通预约");
    book.add("judgement", "programme=hunan-2016; condition=S9.5; answer=否; on=2022-06-30");
    let ledger = book.ledger();
    let shelf = shelf();
    let of = shelf.find("shanxi-2022").expect("a programme");
    let at = |on: &str| {
        let gauge = gauge(of, &ledger, day(on));
        (condition(&gauge, "S9").met, condition(&gauge, "S9.5").shown.clone())
    };
    assert_eq!(at("2022-04-30"), (None, "尚未判断".to_owned()), "nobody had judged yet");
    assert_eq!(at("2022-05-31"), (Some(false), "否：只有线下".to_owned()), "one no decides");
    assert_eq!(at("2022-12-31"), (Some(true), "是：已开通预约".to_owned()), "the last answer counts");
    assert_eq!(at("2023-01-01"), (None, "判断已于 2022-12-31 过期".to_owned()));
}

#[test]
fn a_recognition_runs_out_after_three_years() {
    let at = |fields: &str, on: &str| {
        let mut book = Book::default();
        book.add("space", &format!("name=空间{fields}"));
        condition(&gauged("shanxi-2022", book, on), "S10").clone()
    };
    let granted = "; provincial_on=2019-07-01";
    let last = at(granted, "2022-06-30");
    assert_eq!((last.met, last.until), (Some(true), Some(day("2022-06-30"))), "three years to the day");
    assert!(last.note.contains("还有 0 天到期"), "{}", last.note);
    assert_eq!(at(granted, "2022-07-01").met, Some(false));
    assert_eq!(at(granted, "2021-12-31").note, "", "181 days before, nothing is urgent");
    assert!(at(granted, "2022-01-01").note.contains("还有 180 天到期"));
    let written = "; provincial_on=2019-07-01; provincial_until=2022-12-31";
    assert_eq!(at(written, "2022-12-31").met, Some(true), "a recorded last day comes first");
    let leap = at("; provincial_on=2020-02-29", "2023-02-28");
    assert_eq!((leap.met, leap.until), (Some(true), Some(day("2023-02-28"))), "a leap day's year ends with February");
    assert_eq!(at("; provincial_on=2020-02-28", "2023-02-28").met, Some(false), "that of the day before a day earlier");
    assert_eq!(at("", ON).met, None, "never recognised");
}

#[test]
fn a_text_is_counted_with_its_figures_put_in() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programmes-text");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the last run's folder goes away");
    }
    let mut desk = Desk::open(&folder, "tests", day(ON)).expect("a new store");
    let shape = incubator::record::shape("text_block").expect("a kind");
    let mut put = |text: &str| {
        let mut record = Record::empty(shape.kind, 0);
        for (field, text) in [("form", "hunan-filing-2016"), ("cell", "HN1_20"), ("text", text)] {
            record.set(shape.kind, field, parse_value(shape.kind.field(field).expect("a field"), text).expect("sound"));
        }
        desk.store_mut().change("写", |tx| tx.insert(shape, record)).expect("kept");
        let gauge = desk.gauge("hunan-2016", day(ON)).expect("gauged");
        let of = condition(&gauge, "H3.1");
        (of.met, of.shown.clone())
    };
    // 199 and the number of events in the place of {HN1_07}: one digit, not eight characters.
    let text = format!("{}{{HN1_07}}", "字".repeat(199));
    let (met, shown) = put(&text);
    assert_eq!((met, shown.contains("200 字")), (Some(true), true), "{shown}");
    let (met, shown) = put(&format!("{}{{HN1_07}}", "字".repeat(200)));
    assert_eq!((met, shown.contains("201 字")), (Some(false), true), "{shown}");
}

#[test]
fn the_specialised_are_asked_for_more() {
    let with = |kind: &str| {
        let mut book = Book::default();
        book.add("space", &format!("name=空间; kind={kind}"));
        condition(&gauged("shanxi-2022", book, ON), "S14").clone()
    };
    assert!(!with("综合").applies);
    let special = with("专业化");
    assert!(special.applies && special.met.is_none());
    assert_eq!((special.parts.len(), special.shown.as_str()), (7, "0/7 项符合"));
}

#[test]
fn the_sample_gauged_reads_as_written_down() {
    let ledger = sample::ledger().expect("a sound sample");
    let shelf = shelf();
    for (id, expect) in [
        ("shanxi-2022", include_str!("data/programmes/shanxi-2022.txt")),
        ("hunan-2016", include_str!("data/programmes/hunan-2016.txt")),
        ("national-filing-2017", include_str!("data/programmes/national-filing-2017.txt")),
        ("score-maker-incubation", include_str!("data/programmes/score-maker-incubation.txt")),
    ] {
        let got = gauge(shelf.find(id).expect("a programme"), &ledger, day(ON)).to_string();
        for (n, (got, expect)) in got.lines().zip(expect.lines()).enumerate() {
            assert_eq!(got, expect, "{id}, line {}", n + 1);
        }
        assert_eq!(got.lines().count(), expect.lines().count(), "{id} has as many lines");
    }
}

/// A programme of a province that nobody thought of, as a manager would write it.
const OWN: &str = r#"
id = "某省-2026"
title = "某省众创空间认定"
source = "某省通知"
seen = "whole"

[[figure]]
code = "mentors"
label = "创业导师"
unit = "人"
count = "mentor"
where = ["span covers end"]

[[condition]]
id = "A1"
label = "创业导师不少于8人"
value = "mentors"
at_least = 8
gap = "还差 {short} 人"

[[condition]]
id = "A2"
label = "方向明确"
judge = true
"#;

#[test]
fn a_new_province_is_one_file_beside_the_data() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programmes");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the last run's folder goes away");
    }
    let mut desk = Desk::open(&folder, "tests", day(ON)).expect("a new store");
    desk.open_sample().expect("the sample");
    let own = folder.join("programmes");
    std::fs::create_dir_all(&own).expect("a folder");
    let built_in = desk.programmes().len();
    std::fs::write(own.join("a.toml"), OWN).expect("written");
    let broken = desk.broken_programmes();
    let says: Vec<String> = broken.iter().flat_map(|b| b.flaws.iter().map(ToString::to_string)).collect();
    assert_eq!(says, ["a.toml：id“某省-2026”只能用英文字母、数字、- 和 _"], "a broken file says why");
    assert_eq!(desk.programmes().len(), built_in, "and stops nothing");
    std::fs::write(own.join("a.toml"), OWN.replace("某省-2026", "own-2026")).expect("mended");
    assert_eq!(desk.programmes().len(), built_in + 1, "mended, it is there at once");
    let listed = desk.programmes();
    assert!(listed[0].id == "own-2026" && listed[0].own, "the manager's own comes first");
    let known: Vec<bool> = listed[1..].iter().map(|p| p.seen == Seen::Whole).collect();
    assert!(known.is_sorted_by(|a, b| a >= b), "what is known in part comes last: {known:?}");
    let gauge = desk.gauge("own-2026", day(ON)).expect("gauged");
    assert_eq!(condition(&gauge, "A1").gap.as_deref(), Some("还差 2 人"));
    let yes = Answer { answer: Some(true), note: "见章程".into(), until: None };
    let gauge = desk.judge("own-2026", "A2", day(ON), yes).expect("judged");
    assert_eq!(condition(&gauge, "A2").shown, "是：见章程");
    assert_eq!(condition(&gauge, "A2").ground, "见章程", "what was written stands apart from the answer");
    let no = Answer { answer: Some(false), ..Answer::default() };
    let gauge = desk.judge("own-2026", "A2", day(ON), no).expect("judged again");
    assert_eq!(condition(&gauge, "A2").met, Some(false), "an answer of the same day is replaced");
    let judgements = kind("judgement").expect("a kind");
    let kept = desk.store().ledger().expect("records").rows(judgements).len();
    assert_eq!(kept, 1, "replaced, not added");
    desk.undo().expect("undone");
    let gauge = desk.gauge("own-2026", day(ON)).expect("gauged");
    assert_eq!(condition(&gauge, "A2").met, Some(true), "undo brings the first answer back");
    let refused = desk.judge("own-2026", "A1", day(ON), Answer::default()).expect_err("a number is not judged");
    assert!(refused.to_string().contains("由台账得出"), "{refused}");
    assert!(desk.judge("own-2026", "A9", day(ON), Answer::default()).is_err(), "no such condition");
}

#[test]
fn a_gauge_is_written_as_scripts_expect_it() {
    let mut book = Book::default();
    (0..4).for_each(|_| kept(book.add("mentor", "name=导师")));
    let json = serde_json::to_value(gauged("shanxi-2022", book, ON)).expect("JSON");
    let all = json["conditions"].as_array().expect("conditions");
    let six = all.iter().find(|c| c["id"] == "S6").expect("S6");
    let expect = serde_json::json!({
        "id": "S6", "label": "专兼职创业导师不少于5人", "value": 4, "threshold": "≥ 5 人", "met": false,
        "gap": "创业导师现有 4 人，需再聘任 1 人", "source": "晋科函〔2022〕43号 一、(一)4",
    });
    for (key, value) in expect.as_object().expect("keys") {
        assert_eq!(&six[key], value, "{key}");
    }
    let area = all.iter().find(|c| c["id"] == "S2").expect("S2");
    assert!(area["value"].is_null() && area["met"].is_null(), "not known is null, never 0 or false");
}

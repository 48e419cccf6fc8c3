//! One figure in depth, the portal's order, and the list of what was filed, over the sample's published quarter.

use std::path::PathBuf;

use chrono::NaiveDate;
use incubator::desk::{Choice, Desk, FilingChoice, Target};
use incubator::form::{Cell, Content};
use incubator::period::Basis;

const FORM: &str = "torch-quarterly-2021";
const PERIOD: &str = "2021Q3";

/// A folder with the sample, gone with the test.
struct Sample(PathBuf);

impl Sample {
    fn open(name: &str) -> (Sample, Desk) {
        let folder = std::env::temp_dir().join(format!("taizhang-figures-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let today = NaiveDate::from_ymd_opt(2021, 9, 24).expect("a day");
        let mut desk = Desk::open(&folder, "众创台账", today).expect("opens");
        desk.open_sample().expect("the sample");
        (Sample(folder), desk)
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn value(desk: &Desk, period: &str, basis: Basis, code: &str) -> Option<Content> {
    let filled = desk.fill(FORM, period, Choice { basis: Some(basis), cutoff: None }).expect("fills");
    filled.cells.into_iter().find(|c| c.code == code).expect("the code").value
}

#[test]
fn a_course_and_both_bases_say_what_the_forms_themselves_show() {
    let (_folder, desk) = Sample::open("course");
    let codes: Vec<String> =
        desk.fill(FORM, PERIOD, Choice::default()).expect("fills").cells.into_iter().map(|c| c.code).collect();
    let mut seen = 0;
    for code in &codes {
        let view = desk.figure(FORM, PERIOD, code).expect("a figure");
        let last = view.course.last().expect("the period itself comes last");
        assert_eq!((last.period.as_str(), last.sealed), (PERIOD, false));
        assert!(view.course.len() <= 4, "the last four at most");
        for point in &view.course {
            assert_eq!(point.value, value(&desk, &point.period, Basis::Ytd, code), "{code} in {}", point.period);
            seen += 1;
        }
        let (quarter, ytd) = (view.quarter.expect("本季"), view.ytd.expect("本年累计"));
        assert_eq!(quarter.value, value(&desk, PERIOD, Basis::Quarter, code), "{code} 本季");
        assert_eq!(ytd.value, value(&desk, PERIOD, Basis::Ytd, code), "{code} 本年累计");
        assert!(ytd.filed && !quarter.filed, "the form is filed on 本年累计");
        assert_eq!((quarter.start.to_string(), ytd.start.to_string()), ("2021-06-21".into(), "2021-01-01".into()));
    }
    assert!(seen > codes.len(), "the sample has earlier quarters");
    desk.figure(FORM, PERIOD, "zjf99").expect_err("no such code");
}

#[test]
fn a_course_follows_every_step_and_keeps_what_was_sealed() {
    let (_folder, mut desk) = Sample::open("sealed");
    let before = desk.figure(FORM, PERIOD, "zjf04").expect("a figure").course;
    desk.override_cell(FORM, PERIOD, "zjf04", Some(99), "试填").expect("typed by hand");
    let view = desk.figure(FORM, PERIOD, "zjf04").expect("a figure");
    assert_eq!(view.course.last().and_then(|p| p.value.clone()), Some(Content::Int(99)), "not the one kept before");
    assert_ne!(view.quarter.and_then(|s| s.value), Some(Content::Int(99)), "typed for 本年累计, not for 本季");
    desk.undo().expect("undone");
    assert_eq!(desk.figure(FORM, PERIOD, "zjf04").expect("a figure").course, before);
    desk.seal(FORM, PERIOD, "2021-09-24 10:00:00").expect("sealed");
    let event = incubator::record::kind("event").expect("a kind");
    let first = desk.store().ledger().expect("a ledger").rows(event)[0].id;
    desk.delete("event", first).expect("into the bin");
    let view = desk.figure(FORM, PERIOD, "zjf04").expect("a figure");
    let last = view.course.last().expect("a point");
    assert_eq!((last.value.clone(), last.sealed), (Some(Content::Int(8)), true), "as reported");
}

#[test]
fn every_figure_of_every_form_says_what_it_counts_and_where_that_stands() {
    let (_folder, desk) = Sample::open("about");
    let mut seen = 0;
    for form in desk.forms() {
        let period = match form.period {
            incubator::form::PeriodKind::Quarter => "2021Q3",
            incubator::form::PeriodKind::Year => "2021",
            incubator::form::PeriodKind::Day => "2021-09-20",
        };
        for cell in desk.fill(&form.id, period, Choice::default()).expect("fills").cells {
            let about = desk.figure(&form.id, period, &cell.code).expect("a figure").about;
            let place = format!("{} {}: {about:?}", form.id, cell.code);
            assert!(!about.how.is_empty() && about.how.iter().all(|line| !line.trim().is_empty()), "{place}");
            assert!(!about.document.is_empty() && !about.clause.is_empty(), "{place}");
            assert!(about.days.contains('年'), "the cut-off is said: {place}");
            assert_eq!(about.unit, cell.unit);
            seen += 1;
        }
    }
    assert!(seen > 200, "the forms were read: {seen}");
    let about = desk.figure(FORM, PERIOD, "zjf01_1").expect("a figure").about;
    assert_eq!(about.how, ["收入的金额之和", "收入类别为服务收入", "到账日期在报告期内"]);
    assert_eq!(about.days, "本年累计：2021年1月1日至2021年9月20日");
    assert_eq!(about.clause, "“一、众创空间运营和服务情况”中的“服务收入”");
    assert!(about.counts.contains("房租不是服务收入") && about.sure.starts_with("中"), "{about:?}");
}

#[test]
fn the_portal_takes_the_figures_in_printed_order_and_reads_back() {
    let (_folder, desk) = Sample::open("portal");
    let lines = desk.portal(FORM, PERIOD).expect("lines");
    let cells = desk.fill(FORM, PERIOD, Choice::default()).expect("fills").cells;
    let texts: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
    assert_eq!(texts, cells.iter().map(Cell::printed).collect::<Vec<_>>(), "the printed order");
    assert_eq!(texts[..7], ["147", "0", "0", "0", "147", "0", "330"]);
    let back = desk.read_back(FORM, PERIOD, &texts.join("\n")).expect("compared");
    assert_eq!((back.same, back.different, back.missing), (21, 0, 0));
}

#[test]
fn a_form_of_ones_own_may_say_the_portals_order() {
    let (folder, mut desk) = Sample::open("order");
    let own = folder.0.join("forms");
    std::fs::create_dir_all(&own).expect("a folder");
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/forms/torch-quarterly-2021.toml"))
            .expect("the form")
            .replacen("id = \"torch-quarterly-2021\"", "id = \"own\"\nportal = [\"zjf12\", \"zjf01\"]", 1)
            .replacen("family = \"torch-quarterly\"", "family = \"own\"", 1);
    std::fs::write(own.join("own.toml"), &text).expect("written");
    desk.reload_forms();
    let codes: Vec<String> = desk.portal("own", PERIOD).expect("lines").into_iter().map(|l| l.code).collect();
    assert_eq!(codes, ["zjf12", "zjf01"], "only what the page asks for, in its order");
    std::fs::write(own.join("own.toml"), text.replace("\"zjf12\", \"zjf01\"]", "\"zjf12\", \"zjf12\", \"zjf77\"]"))
        .expect("written");
    desk.reload_forms();
    let flaws = format!("{:?}", desk.shelf().broken);
    assert!(flaws.contains("zjf12 写了两次") && flaws.contains("不存在的代码 zjf77"), "{flaws}");
}

#[test]
fn filings_are_listed_with_their_scans_and_sealing_with_a_scan_is_one_step() {
    let (_folder, mut desk) = Sample::open("filings");
    assert!(desk.filings().expect("a list").is_empty(), "nothing is filed yet");
    let choice = FilingChoice { reported_on: NaiveDate::from_ymd_opt(2021, 9, 23), ..FilingChoice::default() };
    desk.file_as(FORM, PERIOD, choice).expect("filed");
    desk.seal(FORM, PERIOD, "2021-09-24 10:00:00").expect("sealed");
    desk.unseal(FORM, PERIOD, "数字有误", "2021-09-24 11:00:00").expect("opened again");
    let steps = desk.store().last_step();
    desk.seal_with_scan(FORM, PERIOD, "2021-09-24 12:00:00", "盖章.pdf", b"%PDF-1.4 scan").expect("sealed");
    assert_eq!(desk.store().last_step(), steps + 1, "seal and scan are one step");
    let list = desk.filings().expect("a list");
    assert_eq!(list.len(), 2, "the opened seal stays in the list");
    let names: Vec<&str> = list[0].scans.iter().map(|scan| scan.name.as_str()).collect();
    assert_eq!((list[0].sealed_at.as_str(), names.as_slice()), ("2021-09-24 12:00:00", &["盖章.pdf"][..]));
    assert_eq!(list[1].unsealed, Some(("2021-09-24 11:00:00".into(), "数字有误".into())));
    desk.undo().expect("undone");
    assert!(desk.filings().expect("a list").iter().all(|f| f.scans.is_empty()), "the scan went with the seal");
}

#[test]
fn a_scan_can_be_looked_at_and_taken_away_and_comes_back_with_undo() {
    let (_folder, mut desk) = Sample::open("scan");
    desk.seal(FORM, PERIOD, "2021-09-24 10:00:00").expect("sealed");
    desk.attach_scan(FORM, PERIOD, "盖章.pdf", b"%PDF-1.4 scan").expect("attached");
    desk.attach_scan(FORM, PERIOD, "盖章.JPG", b"a photograph").expect("attached");
    let scans = |desk: &Desk| desk.filings().expect("a list").swap_remove(0).scans;
    let two = scans(&desk);
    assert_eq!(two.iter().map(|s| s.image).collect::<Vec<_>>(), [false, true], "a photograph can be shown");
    let (name, bytes) = desk.proof_content(two[1].id).expect("its content");
    assert_eq!((name.as_str(), bytes.as_slice()), ("盖章.JPG", &b"a photograph"[..]));
    desk.remove_proof(&[two[0].id]).expect("taken away");
    assert_eq!(scans(&desk), two[1..]);
    desk.undo().expect("undone");
    assert_eq!(scans(&desk), two);
}

#[test]
fn a_number_may_be_typed_by_hand_where_a_number_stands() {
    let (_folder, mut desk) = Sample::open("by-hand");
    assert!(desk.figure(FORM, PERIOD, "zjf04").expect("a figure").by_hand);
    let form = "hunan-filing-2016";
    let day = "2021-09-20";
    let cells = desk.fill(form, day, Choice::default()).expect("fills").cells;
    let (mut numbers, mut others) = (0, 0);
    for cell in cells {
        let offered = desk.figure(form, day, &cell.code).expect("a figure").by_hand;
        let taken = desk.override_cell(form, day, &cell.code, Some(3), "试填").is_ok();
        assert_eq!(offered, taken, "{} {}", cell.code, cell.label);
        *(if offered { &mut numbers } else { &mut others }) += 1;
    }
    assert!(numbers > 3 && others > 3, "{numbers} numbers, {others} others");
}

#[test]
fn the_days_of_a_filing_come_with_its_form_and_the_overview_leads_to_what_is_not_filled_in() {
    let (_folder, mut desk) = Sample::open("days");
    let day = |day: &str| Some(day.parse::<NaiveDate>().expect("a day"));
    let choice = FilingChoice { due_on: day("2021-09-30"), reported_on: day("2021-09-23"), ..FilingChoice::default() };
    let filled = desk.file_as(FORM, PERIOD, choice).expect("filed");
    assert_eq!((filled.due_on, filled.reported_on), (day("2021-09-30"), day("2021-09-23")));
    let of = |rule: Option<&str>, field: Option<&str>| Target::Reports {
        form: Some(FORM.to_owned()),
        period: Some(PERIOD.to_owned()),
        code: None,
        rule: rule.map(str::to_owned),
        field: field.map(str::to_owned),
    };
    let warning = filled.breaches.iter().find(|b| b.reason.is_some()).expect("the sample explains one").rule.clone();
    desk.explain(FORM, PERIOD, &warning, "").expect("the reason is taken away");
    let overview = desk.overview().expect("an overview");
    assert_eq!((&overview.report, &overview.due), (&of(None, None), &of(None, Some("due_on"))));
    assert_eq!(overview.due_on, day("2021-09-30"));
    let todo = overview.todo.iter().find(|t| t.say.contains("警示尚未写明理由")).expect("it is to be done");
    assert_eq!(todo.target, of(Some(&warning), None));
}

#[test]
fn every_form_says_the_period_to_begin_with() {
    let (_folder, desk) = Sample::open("first");
    let quarter = desk.status().expect("a status").period.expect("a quarter");
    let mut seen = std::collections::BTreeSet::new();
    for form in desk.forms() {
        let wanted = match form.period {
            incubator::form::PeriodKind::Quarter => quarter.as_str(),
            incubator::form::PeriodKind::Year => "2021",
            incubator::form::PeriodKind::Day => "2021-09-24",
        };
        assert_eq!(form.first, wanted, "{}", form.id);
        seen.insert(wanted.len());
    }
    assert_eq!(seen.len(), 3, "of every kind of period there is one");
}

#[test]
fn behind_a_programmes_own_tables_stand_the_others_each_with_its_period() {
    let (_folder, desk) = Sample::open("tables");
    let on = NaiveDate::from_ymd_opt(2022, 6, 30).expect("a day");
    let tables = desk.programme_forms("hunan-2016", on).expect("tables");
    let own = tables.iter().take_while(|t| t.asked).count();
    assert!(own > 0 && tables[own..].iter().all(|t| !t.asked), "its own come first");
    let all: Vec<String> =
        desk.forms().into_iter().filter(|f| f.period != incubator::form::PeriodKind::Quarter).map(|f| f.id).collect();
    for id in &all {
        let found: Vec<_> = tables.iter().filter(|t| t.id == *id).collect();
        assert_eq!(found.len(), 1, "{id} is there once");
        desk.fill(id, &found[0].period, Choice::default()).expect("its period is one of its own kind");
        assert!(found[0].period.starts_with("2022"), "{id} {}", found[0].period);
    }
}

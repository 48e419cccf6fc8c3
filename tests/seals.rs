//! A sealed quarter: what later changes to the records are reported, what stays byte for byte, and
//! what a new edition does to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use incubator::Error;
use incubator::desk::{Choice, Desk, Difference, FilingChoice};
use incubator::form::{Content as Printed, Level};
use incubator::period::Basis;
use incubator::record::{KINDS, Record, Value, shape};

use crate::checks::base;
use crate::engine::FORM;
use crate::oracle::{Figure, Oracle};
use crate::random::{Asked, Calendar, Dice, LINES, SCHOOLING, asked, date, fen, sound};
use crate::rows::{Content, Row, Rows};

/// A folder of its own for one test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("taizhang-seals-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const WHO: &str = "众创台账";

fn open(folder: &Path) -> Desk {
    Desk::open(folder, WHO, date(2025, 6, 1)).unwrap_or_else(|e| panic!("{e}"))
}

fn done<T>(result: incubator::Result<T>) -> T {
    result.unwrap_or_else(|e| panic!("{e}"))
}

/// One later change to the records.
#[derive(Debug, Clone)]
enum Edit {
    Insert(Row),
    Update(Row),
    Delete(&'static str, i64),
}

impl Edit {
    fn of(&self) -> (&'static str, i64) {
        match self {
            Edit::Insert(row) | Edit::Update(row) => (row.kind, row.id),
            Edit::Delete(kind, id) => (kind, *id),
        }
    }

    fn apply(&self, rows: &mut Rows) {
        match self {
            Edit::Insert(row) => rows.0.push(row.clone()),
            Edit::Update(row) => *rows.row(row.kind, row.id) = row.clone(),
            Edit::Delete(kind, id) => rows.0.retain(|r| (r.kind, r.id) != (kind, *id)),
        }
    }

    /// The same in the store. The id of an insert is the store's to give.
    fn store(&self, desk: &mut Desk, name: &str) -> incubator::Result<i64> {
        let shape = shape(self.of().0).unwrap_or_else(|| panic!("no kind {}", self.of().0));
        desk.store_mut().change(name, |tx| match self {
            Edit::Insert(row) => tx.insert(shape, Record { id: 0, ..row.record() }),
            Edit::Update(row) => tx.update(shape, row.record()).map(|()| row.id),
            Edit::Delete(kind, id) => tx.delete(incubator::record::kind(kind).unwrap_or(shape.kind), *id).map(|()| *id),
        })
    }
}

/// A store that holds these records, its filings aside.
fn stored(folder: &Path, rows: &Rows) -> Desk {
    let mut desk = open(folder);
    done(desk.store_mut().change("录入", |tx| {
        // In the order of the kinds, whoever is referred to comes first.
        for row in KINDS.iter().flat_map(|k| rows.of(k.name)).filter(|r| r.kind != "filing") {
            let shape = shape(row.kind).unwrap_or_else(|| panic!("no kind {}", row.kind));
            let id = tx.insert(shape, Record { id: 0, ..row.record() })?;
            assert_eq!(id, row.id, "a new store counts its {} from 1", row.kind);
        }
        Ok(())
    }));
    desk
}

/// The same with the quarter sealed.
fn sealed(folder: &Path, rows: &Rows, asked: Asked, basis: Basis, by_hand: Option<(&str, i64)>) -> Desk {
    let mut desk = stored(folder, rows);
    let period = asked.period();
    let choice = FilingChoice {
        basis: Some(basis),
        cutoff: Some(asked.cutoff),
        reported_on: Some(asked.cutoff + Days::new(3)),
        due_on: None,
    };
    let mut filled = done(desk.file_as(FORM, &period, choice));
    if let Some((code, value)) = by_hand {
        filled = done(desk.override_cell(FORM, &period, code, Some(value), "按会议纪要"));
    }
    let silent: BTreeSet<String> =
        filled.breaches.iter().filter(|b| b.level == Level::Warning).map(|b| b.rule.clone()).collect();
    for rule in silent {
        done(desk.explain(FORM, &period, &rule, "已核对"));
    }
    done(desk.seal(FORM, &period, "2025-06-01 09:00:00"));
    desk
}

/// A change that a person might make months later: most move something, many nothing.
fn edit(dice: &mut Dice, rows: &Rows, calendar: &Calendar) -> Option<Edit> {
    let kind = dice.pick(&[
        "tenant",
        "tenant",
        "exit",
        "snapshot",
        "snapshot",
        "member",
        "rent_relief",
        "income",
        "income",
        "tax_relief",
        "event",
        "financing",
        "financing",
        "space",
    ]);
    let there: Vec<&Row> = rows.of(kind).collect();
    let next = 1 + there.iter().map(|r| r.id).max().unwrap_or(0);
    let tenants: Vec<i64> = rows.of("tenant").map(|r| r.id).collect();
    let how = dice.below(10);
    if how < 2 && kind != "space" && !there.is_empty() {
        return Some(Edit::Delete(kind, dice.pick(&there).id));
    }
    let new = how < 5 && kind != "space";
    let mut row = if new {
        Row { kind, id: next, fields: Vec::new() }
    } else if there.is_empty() {
        return None;
    } else {
        dice.pick(&there).clone()
    };
    if new && ["exit", "snapshot", "member", "rent_relief", "financing"].contains(&kind) {
        if tenants.is_empty() {
            return None;
        }
        row.set("tenant", Some(dice.pick(&tenants).into()));
    }
    let day = calendar.day(dice);
    // A new record gets all of its fields, a changed one gets one of them.
    let fields: &[(&'static str, Content)] = &match kind {
        "tenant" => vec![
            ("name", format!("改名{}", dice.below(1000)).into()),
            ("entered_as", dice.pick(&["创业团队", "初创企业"]).into()),
            ("moved_in_on", day.into()),
            ("registered_on", calendar.day(dice).into()),
        ],
        "exit" => vec![("kind", "退出".into()), ("on", day.into())],
        "snapshot" => vec![
            ("as_of", day.into()),
            ("headcount", dice.between(0, 30).into()),
            ("fresh_graduates", dice.between(0, 9).into()),
            ("interns", dice.between(0, 9).into()),
        ],
        "member" => vec![
            ("name", format!("新人{}", dice.below(1000)).into()),
            ("joined_on", day.into()),
            ("is_fresh", dice.percent(50).into()),
            ("education", dice.pick(&SCHOOLING).into()),
        ],
        "rent_relief" => vec![("month", calendar.month(dice).into()), ("waived", dice.between(0, 200_000).into())],
        "income" => vec![
            ("received_on", day.into()),
            ("line", dice.pick(&LINES).into()),
            ("amount", fen(dice).into()),
            ("payer", "财政局".into()),
        ],
        "tax_relief" => vec![("on", day.into()), ("tax", "增值税".into()), ("amount", fen(dice).into())],
        "event" => vec![
            ("on", day.into()),
            ("name", format!("改名{}", dice.below(1000)).into()),
            ("sessions", dice.between(1, 4).into()),
            ("counted", dice.percent(60).into()),
        ],
        "financing" => vec![("on", day.into()), ("amount", fen(dice).into()), ("investor", "某基金".into())],
        _ => vec![("address", "滨江路2号".into()), ("postcode", "413001".into())],
    };
    if new {
        for (field, content) in fields {
            row.set(field, Some(content.clone()));
        }
        return Some(Edit::Insert(row));
    }
    let (field, content) = dice.pick(fields);
    // Somebody empties the field now and then; not one that must be filled in.
    let blank = ["registered_on", "headcount", "fresh_graduates", "is_fresh", "interns", "joined_on"].contains(&field)
        && dice.percent(15);
    row.set(field, if blank { None } else { Some(content) });
    Some(Edit::Update(row))
}

/// Codes whose printed value differs, as sealed and as of now.
fn moved(was: &[Figure], is: &[Figure], by_hand: Option<(&str, i64)>) -> Vec<(String, Option<i64>, Option<i64>)> {
    was.iter()
        .zip(is)
        .filter(|(w, i)| w.value != i.value && by_hand.is_none_or(|(code, _)| code != w.code))
        .map(|(w, i)| (w.code.clone(), w.value, i.value))
        .collect()
}

fn reported(list: &[Difference]) -> Vec<(String, Option<i64>, Option<i64>)> {
    let number = |c: &Option<Printed>| match c {
        Some(Printed::Int(n)) => Some(*n),
        _ => None,
    };
    list.iter().map(|d| (d.code.clone(), number(&d.sealed), number(&d.now))).collect()
}

fn movers(d: &Difference) -> BTreeSet<(&'static str, i64)> {
    d.records.iter().map(|m| (m.kind, m.id)).collect()
}

/// A thousand later changes, each alone on the sealed state: a figure that our own count sees move is
/// reported with that record, the name of the step and its day; nothing else is. Then several at once.
#[test]
fn later_changes_to_a_sealed_quarter_are_reported_with_their_record() -> rusqlite::Result<()> {
    let oracle = Oracle::new()?;
    let (mut edits, mut moving, mut joint) = (0, 0, 0);
    for seed in 0..20 {
        let mut dice = Dice::new(seed + 7_000);
        let asked = asked(&mut dice);
        let basis = dice.pick(&[Basis::Ytd, Basis::Quarter]);
        let by_hand = dice.percent(25).then_some(("zjf04", 9));
        let rows = sound(&mut dice, asked, FORM);
        let calendar = Calendar::new(asked);
        let folder = Folder::new(&format!("edits-{seed}"));
        let mut desk = sealed(&folder.0, &rows, asked, basis, by_hand);
        let period = asked.period();
        let bytes = done(desk.export(FORM, &period, Choice::default()));
        oracle.load(&rows)?;
        let was = oracle.figures(asked, basis)?;
        let differences = done(desk.differences(FORM, &period));
        assert!(differences.is_empty(), "seed {seed}: nothing changed yet: {differences:?}");

        let mut usable = Vec::new();
        while usable.len() < 50 {
            let Some(mut edit) = edit(&mut dice, &rows, &calendar) else { continue };
            if matches!(&edit, Edit::Update(row) if rows.0.contains(row)) {
                continue; // Typing the same again is no change.
            }
            let name = format!("第{}次修改", usable.len() + 1);
            match edit.store(&mut desk, &name) {
                // The store keeps contradictions out: another one then.
                Err(Error::Flawed { .. } | Error::Refused(_)) => continue,
                Err(e) => panic!("{e}"),
                Ok(id) => {
                    if let Edit::Insert(row) = &mut edit {
                        row.id = id;
                    }
                }
            }
            let mut changed = rows.clone();
            edit.apply(&mut changed);
            oracle.load(&changed)?;
            let want = moved(&was, &oracle.figures(asked, basis)?, by_hand);
            let found = done(desk.differences(FORM, &period));
            assert_eq!(reported(&found), want, "seed {seed}, {}: {edit:?}", basis.label());
            for difference in &found {
                // What belongs to a tenant goes into the bin with it, and may be named beside it.
                let with_it = |(kind, id): &(&str, i64)| {
                    matches!(edit, Edit::Delete("tenant", tenant)
                        if rows.of(kind).any(|r| r.id == *id && r.int("tenant") == Some(tenant)))
                };
                let mut named = movers(difference);
                named.retain(|m| *m == edit.of() || !with_it(m));
                assert_eq!(named, [edit.of()].into(), "seed {seed}: {}: {edit:?}", difference.code);
                let mover = &difference.records[0];
                assert_eq!(mover.step, name, "the step that did it");
                let day = mover.at.get(..10).and_then(|d| d.parse::<NaiveDate>().ok());
                assert!(day.is_some(), "the day of the change, not {:?}", mover.at);
                assert!(!mover.label.is_empty(), "the record by its own name");
            }
            edits += 1;
            moving += i32::from(!want.is_empty());
            assert_eq!(done(desk.undo()).as_deref(), Some(name.as_str()), "the change was a step of its own: {edit:?}");
            usable.push(edit);
        }
        let differences = done(desk.differences(FORM, &period));
        assert!(differences.is_empty(), "seed {seed}: all is undone: {differences:?}");

        // Together: named are those whose change alone moves the sealed figure, or, taken back alone,
        // moves the present one. Where only several together do, some of them.
        let mut together = rows.clone();
        let mut applied: Vec<Edit> = Vec::new();
        for edit in usable.iter().filter(|e| !matches!(e, Edit::Insert(_) | Edit::Delete("tenant", _))) {
            let fresh = applied.iter().all(|other| other.of() != edit.of());
            if applied.len() < 10 && fresh && edit.store(&mut desk, "同时修改").is_ok() {
                edit.apply(&mut together);
                applied.push(edit.clone());
            }
        }
        oracle.load(&together)?;
        let is = oracle.figures(asked, basis)?;
        let found = done(desk.differences(FORM, &period));
        assert_eq!(reported(&found), moved(&was, &is, by_hand), "seed {seed}: {applied:?}");
        let mut culprits: BTreeMap<String, BTreeSet<(&'static str, i64)>> = BTreeMap::new();
        for edit in &applied {
            let (kind, id) = edit.of();
            let mut alone = rows.clone();
            edit.apply(&mut alone);
            oracle.load(&alone)?;
            let mut codes = moved(&was, &oracle.figures(asked, basis)?, by_hand);
            let mut back = together.clone();
            back.0.retain(|r| (r.kind, r.id) != (kind, id));
            back.0.extend(rows.of(kind).find(|r| r.id == id).cloned());
            oracle.load(&back)?;
            codes.extend(moved(&is, &oracle.figures(asked, basis)?, by_hand));
            for (code, ..) in codes {
                culprits.entry(code).or_default().insert((kind, id));
            }
        }
        let all: BTreeSet<_> = applied.iter().map(Edit::of).collect();
        for difference in &found {
            let named = movers(difference);
            match culprits.get(&difference.code) {
                Some(culprits) => assert_eq!(named, *culprits, "seed {seed}: {}: {applied:?}", difference.code),
                None => assert!(!named.is_empty() && named.is_subset(&all), "seed {seed}: {difference:?}"),
            }
            joint += named.len();
        }
        let again = done(desk.export(FORM, &period, Choice::default()));
        assert_eq!(again, bytes, "seed {seed}: the sealed workbook does not change with the records");
        drop(desk);
        let again = done(open(&folder.0).export(FORM, &period, Choice::default()));
        assert_eq!(again, bytes, "seed {seed}: nor when the store is opened again");
    }
    assert_eq!(edits, 1000, "so many changes were judged");
    assert!((250..=850).contains(&moving), "changes of both kinds: {moving} moved something");
    assert!(joint > 20, "changes together were looked at: {joint}");
    Ok(())
}

const EDITION_2026: &str = include_str!("data/forms/torch-quarterly-2026.toml");
const BROKEN: &str = include_str!("data/forms/broken.toml");

/// New editions are files in the store's own folder: no build, and a quarter sealed on the old one is
/// exported again byte for byte, even when the old edition's file is replaced.
#[test]
fn a_new_edition_is_a_file_and_leaves_sealed_quarters_alone() {
    let q3 = Asked::plain(2021, 3);
    let folder = Folder::new("edition");
    let mut rows = sound(&mut Dice::new(3), q3, FORM);
    assert!(rows.of("tenant").count() > 0, "a ledger with somebody in it");
    // What the new codes count: three sessions, two of them in the first quarter of 2026; two patents.
    rows.add("mentor").set("name", Some("刘导师".into()));
    for on in [date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 20)] {
        let row = rows.add("session");
        row.set("mentor", Some(1.into()));
        row.set("on", Some(on.into()));
    }
    let row = rows.add("tenant");
    row.set("name", Some("新企业".into()));
    row.set("entered_as", Some("初创企业".into()));
    row.set("moved_in_on", Some(date(2025, 11, 1).into()));
    let enterprise = row.id;
    for (title, on) in [("早先的", date(2025, 6, 1)), ("新的", date(2026, 2, 1))] {
        let row = rows.add("ip");
        row.set("tenant", Some(enterprise.into()));
        row.set("kind", Some("发明专利".into()));
        row.set("title", Some(title.into()));
        row.set("granted_on", Some(on.into()));
    }
    let desk = sealed(&folder.0, &rows, q3, Basis::Ytd, None);
    let bytes = done(desk.export(FORM, "2021Q3", Choice::default()));
    let frozen = done(desk.fill(FORM, "2021Q3", Choice::default()));
    drop(desk);

    let forms = folder.0.join("forms");
    let write = |name: &str, text: &str| {
        std::fs::create_dir_all(&forms)
            .and_then(|()| std::fs::write(forms.join(name), text))
            .unwrap_or_else(|e| panic!("{name}: {e}"));
    };
    write("torch-quarterly-2026.toml", EDITION_2026);
    write("broken.toml", BROKEN);
    let old = include_str!("../assets/forms/torch-quarterly-2021.toml");
    write("torch-quarterly-2021.toml", &old.replace("众创空间总收入", "改了名的总收入"));

    let desk = open(&folder.0);
    let entries = desk.forms();
    let entry = entries.iter().find(|f| f.id == "torch-quarterly-2026");
    assert!(entry.is_some_and(|f| f.own && !f.official), "the new edition is there, as the manager's own");

    let filled = done(desk.fill("torch-quarterly-2026", "2026Q1", Choice::default()));
    let codes: Vec<&str> = filled.cells.iter().map(|c| c.code.as_str()).collect();
    assert!(!codes.contains(&"zjf03") && !codes.contains(&"zjf12_1"), "one code is gone, one is renamed");
    assert_eq!(codes[codes.len() - 3..], ["zjf12_2", "zjf13", "zjf14"], "the renamed and the new codes");
    let value = |code: &str| filled.cells.iter().find(|c| c.code == code).and_then(|c| c.value.clone());
    assert_eq!(value("zjf13"), Some(Printed::Int(2)), "1 January and the cut-off lie in the first quarter");
    assert_eq!(value("zjf14"), Some(Printed::Int(1)), "one patent was granted in the quarter");
    let known: BTreeSet<&str> = filled.breaches.iter().map(|b| b.rule.as_str()).collect();
    assert!(!known.contains("R22") && !known.contains("R23"), "rules on the removed code are gone: {known:?}");
    assert!(!done(desk.export("torch-quarterly-2026", "2026Q1", Choice::default())).is_empty(), "it can be printed");

    let by_family = |period: &str| done(desk.fill("torch-quarterly", period, Choice::default())).form;
    assert_eq!(by_family("2026Q1"), "torch-quarterly-2026", "the edition in force in 2026");
    assert_eq!(by_family("2021Q3"), FORM, "the edition in force in 2021");

    assert_eq!(done(desk.fill(FORM, "2021Q3", Choice::default())), frozen, "sealed figures stay");
    assert_eq!(done(desk.export(FORM, "2021Q3", Choice::default())), bytes, "and so do the sealed bytes");
    assert!(done(desk.differences(FORM, "2021Q3")).is_empty(), "compared by the edition it was sealed with");

    // As if it had been printed by a program that draws its sheets otherwise: the bytes kept with the
    // seal are what comes out, not a print made again.
    let mut desk = desk;
    let seal = shape("seal").unwrap_or_else(|| panic!("no kind seal"));
    done(desk.store_mut().change("测试", |tx| {
        let rows = tx.rows(seal.kind)?;
        let mut record = rows.first().unwrap_or_else(|| panic!("one seal")).clone();
        record.set(seal.kind, "workbook", Some(Value::text("e99d92e7a6be")));
        tx.update(seal, record)
    }));
    assert_eq!(done(desk.export(FORM, "2021Q3", Choice::default())), "青禾".as_bytes(), "the kept bytes");
}

/// Every flaw of a broken form file is named in Chinese, at its place, and stops nothing.
#[test]
fn a_broken_form_is_reported_whole_and_stops_nothing() {
    let folder = Folder::new("broken");
    let forms = folder.0.join("forms");
    let text = BROKEN.replace("id = \"broken\"", "id = broken");
    std::fs::create_dir_all(&forms)
        .and_then(|()| std::fs::write(forms.join("broken.toml"), BROKEN))
        .and_then(|()| std::fs::write(forms.join("not-toml.toml"), text))
        .and_then(|()| std::fs::write(forms.join("not-text.toml"), [0xff, 0xfe, 0x00, 0x01]))
        .unwrap_or_else(|e| panic!("{e}"));
    let desk = open(&folder.0);
    let broken = done(desk.status()).broken;
    let files: BTreeSet<&str> = broken.iter().map(|b| b.file.as_str()).collect();
    assert_eq!(files, ["broken.toml", "not-text.toml", "not-toml.toml"].into(), "all three are shown as broken");
    let chinese = |s: &str| s.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for form in &broken {
        assert!(!form.flaws.is_empty(), "{} without a flaw", form.file);
        for flaw in &form.flaws {
            assert!(chinese(&flaw.say), "{}: {}", form.file, flaw.say);
        }
    }
    let Some(whole) = broken.iter().find(|b| b.file == "broken.toml") else { return };
    let said: Vec<String> =
        whole.flaws.iter().map(|f| format!("{} {}", f.place.cell.as_deref().unwrap_or(""), f.say)).collect();
    // One line of the file, one flaw: the place it is at and a word of what is wrong with it.
    for (at, word) in BROKEN.lines().filter_map(|l| l.split_once("# flaw: ")?.1.split_once("| ")) {
        let at = at.trim();
        let named = said.iter().any(|s| s.contains(at) && s.contains(word));
        assert!(named, "no flaw says {word} at {at}; they say:\n{}", said.join("\n"));
    }
    assert!(done(desk.fill(FORM, "2021Q3", Choice::default())).cells.len() == 21, "the built-in form still works");
}

/// Sealing wants no 错误 and a reason for every 警示; what is sealed stays until it is opened with a
/// reason; the reason of one quarter is offered in the next.
#[test]
fn a_seal_wants_reasons_and_holds() {
    let folder = Folder::new("holds");
    let mut desk = stored(&folder.0, &base());
    let refused = |what: incubator::Result<()>, why: &str| assert!(what.is_err(), "{why}");

    done(desk.override_cell(FORM, "2021Q2", "zjf04", Some(4), "另有两场未登记"));
    refused(desk.override_cell(FORM, "2021Q2", "zjf04", Some(5), " ").map(drop), "a value by hand without a reason");
    done(desk.override_cell(FORM, "2021Q2", "zjf05_1", Some(9), "测试"));
    refused(desk.seal(FORM, "2021Q2", "2021-06-25 10:00:00").map(drop), "an 错误 stands: 9 new teams of 3");
    done(desk.override_cell(FORM, "2021Q2", "zjf05_1", None::<i64>, ""));
    done(desk.store_mut().change("删除佐证", |tx| {
        tx.delete(incubator::record::kind("proof").unwrap_or(incubator::record::KINDS[0]), 3)
    }));
    refused(desk.seal(FORM, "2021Q2", "2021-06-25 10:00:00").map(drop), "R28 has no reason yet");
    for rule in rules_without_reason(&desk, "2021Q2") {
        done(desk.explain(FORM, "2021Q2", &rule, "签到表遗失，已补情况说明"));
    }
    assert!(rules_without_reason(&desk, "2021Q2").is_empty(), "every 警示 is explained now");
    let sealed = done(desk.seal(FORM, "2021Q2", "2021-06-25 10:00:00"));
    assert!(sealed.sealed_at.is_some(), "the print says since when");

    let next = done(desk.fill(FORM, "2021Q3", Choice::default()));
    let offered = next.breaches.iter().find(|b| b.rule == "R28").and_then(|b| b.offered.as_deref());
    assert_eq!(offered, Some("签到表遗失，已补情况说明"), "the reason of the quarter before is offered again");

    refused(desk.override_cell(FORM, "2021Q2", "zjf04", Some(6), "改").map(drop), "sealed: no value by hand");
    refused(desk.explain(FORM, "2021Q2", "R28", "改").map(drop), "sealed: no other reason");
    refused(desk.seal(FORM, "2021Q2", "2021-06-26 10:00:00").map(drop), "sealed already");
    let scan = "盖章扫描".as_bytes();
    refused(desk.attach_scan(FORM, "2021Q3", "盖章.pdf", scan), "no scan of what is not sealed");
    done(desk.attach_scan(FORM, "2021Q2", "盖章.pdf", scan));
    assert_eq!(done(desk.fill(FORM, "2021Q2", Choice::default())), sealed, "all of that changed nothing");

    refused(desk.unseal(FORM, "2021Q2", "", "2021-06-27 10:00:00"), "opened without a reason");
    done(desk.unseal(FORM, "2021Q2", "上级退回修改", "2021-06-27 10:00:00"));
    let opened = done(desk.override_cell(FORM, "2021Q2", "zjf04", Some(6), "补报"));
    let value = opened.cells.iter().find(|c| c.code == "zjf04").and_then(|c| c.value.clone());
    assert_eq!(value, Some(Printed::Int(6)), "opened again, it can be changed");
    assert_eq!(opened.sealed_at, None, "and is no longer shown as sealed");
}

fn rules_without_reason(desk: &Desk, period: &str) -> BTreeSet<String> {
    let filled = done(desk.fill(FORM, period, Choice::default()));
    let open = filled.breaches.iter().filter(|b| b.level == Level::Warning && b.reason.is_none());
    open.map(|b| b.rule.clone()).collect()
}

//! Every table there is: its words against those of its document, its print over the sample written down, boxes
//! that never overlap, and LibreOffice, which opens each and prints it on A4.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx};
use incubator::form::{Filing, Filled, Form, PeriodKind, Shelf, fill};
use incubator::ledger::Ledger;
use incubator::period::Period;
use incubator::{sample, workbook};

use crate::annex::{ORIGINALS, bare, merges};
use crate::workbook::{Scratch, convert, run};

/// The sheets that tell about a table and are not part of it.
const ABOUT: [&str; 2] = ["依据", "审核"];

fn period(form: &Form) -> Period {
    let text = match form.period {
        PeriodKind::Quarter => "2021Q3",
        PeriodKind::Year => "2021",
        PeriodKind::Day => "2022-06-30",
    };
    Period::parse(text).expect("a period")
}

fn filled(form: &Form, ledger: &Ledger) -> Filled {
    fill(form, ledger, &Filing::new(form, period(form)))
}

fn shelf() -> Shelf {
    Shelf::load(Path::new("no forms of one's own"))
}

/// What is printed of a table, row by row, cells parted by a bar.
fn print(bytes: Vec<u8>) -> String {
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let mut lines = Vec::new();
    for sheet in book.sheet_names().into_iter().filter(|name| !ABOUT.contains(&name.as_str())) {
        lines.push(format!("# {sheet}"));
        let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
        let mut reader = book.worksheet_cells_reader(&sheet).expect("a sheet");
        while let Some(cell) = reader.next_cell().expect("a cell") {
            let (row, column) = cell.get_position();
            let text = match Data::from(cell.get_value().clone()) {
                Data::Empty => continue,
                other => other.to_string().replace('\n', "⏎"),
            };
            rows.entry(row).or_default().insert(column, text);
        }
        lines.extend(rows.into_values().map(|row| row.into_values().collect::<Vec<_>>().join(" | ")));
    }
    lines.join("\n") + "\n"
}

#[test]
fn every_table_has_the_words_of_its_document() {
    let shelf = shelf();
    let mut known: BTreeSet<&str> = ORIGINALS.iter().map(|(id, _)| *id).chain(["shanxi-report-2022"]).collect();
    for part in include_str!("data/annex/words.txt").split("\n## ").skip(1) {
        let (head, words) = part.split_once('\n').expect("a heading and its words");
        let id = head.split(" | ").next().expect("an id");
        known.insert(id);
        let form = shelf.edition(id, None).expect("a form");
        let paper =
            bare(&print(workbook::form(&filled(form, &Ledger::default())).expect("a workbook")).replace('|', ""));
        let mut rest = paper.as_str();
        for word in words.lines().map(bare).filter(|word| !word.is_empty()) {
            let Some(at) = rest.find(&word) else { panic!("{id}: “{word}” does not stand in its place in {rest}") };
            rest = &rest[at + word.len()..];
        }
    }
    let all: BTreeSet<&str> = shelf.sound.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(known, all, "every table is held against its document");
}

#[test]
fn every_table_of_the_sample_prints_as_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/annex/sample");
    let sample = sample::ledger().expect("the sample is sound");
    let write = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    for form in &shelf().sound {
        let got = print(workbook::form(&filled(form, &sample)).expect("a workbook"));
        let file = folder.join(format!("{}.txt", form.id));
        names.insert(file.clone());
        if write {
            std::fs::write(&file, &got).expect("written");
        }
        let want = std::fs::read_to_string(&file).unwrap_or_default();
        if let Some((got, want)) = got.lines().zip(want.lines()).find(|(got, want)| got != want) {
            wrong.push(format!("{}:\n  {got}\n  was {want}", form.id));
        } else if got.lines().count() != want.lines().count() {
            wrong.push(format!("{}: {} lines, was {}", form.id, got.lines().count(), want.lines().count()));
        }
    }
    assert!(wrong.is_empty(), "{}\nUPDATE_SNAPSHOTS=1 writes them anew", wrong.join("\n"));
    let there: BTreeSet<PathBuf> =
        std::fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("a file").path()).collect();
    assert_eq!(there, names, "one file for each table");
}

#[test]
fn libreoffice_opens_every_table_prints_it_on_a4_and_loses_nothing() {
    let scratch = Scratch::new("papers");
    let sample = sample::ledger().expect("the sample is sound");
    let shelf = shelf();
    let mut books = BTreeMap::new();
    for form in &shelf.sound {
        let bytes = workbook::form(&filled(form, &sample)).expect("a workbook");
        let mut taken = BTreeSet::new();
        let place = scratch.0.join(format!("merges-{}", form.id));
        std::fs::create_dir_all(&place).expect("a folder");
        for (r1, c1, r2, c2) in merges(&bytes, &place) {
            for at in (r1..=r2).flat_map(|r| (c1..=c2).map(move |c| (r, c))) {
                assert!(taken.insert(at), "{}: two merged boxes share {at:?}", form.id);
            }
        }
        let file = scratch.0.join(format!("{}.xlsx", form.id));
        std::fs::write(&file, &bytes).expect("written");
        books.insert(file, bytes);
    }
    let files: Vec<PathBuf> = books.keys().cloned().collect();
    // One call each for all: starting LibreOffice is the slow part.
    convert(&files, "pdf", &scratch.0);
    let again = scratch.0.join("again");
    std::fs::create_dir_all(&again).expect("a folder");
    convert(&files, "xlsx", &again);
    for (file, bytes) in books {
        let id = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let form = shelf.edition(&id, None).expect("a form");
        let paper = run("pdftotext", &file.with_extension("pdf"));
        assert!(paper.contains(&form.title), "{id} prints under its title: {paper}");
        assert_eq!(paper.contains("非官方"), !form.official, "{id} says whose wording it is");
        let first = print(bytes.clone()).lines().next().expect("a sheet").to_owned();
        let want = if form.period == PeriodKind::Quarter { "# 季报".to_owned() } else { format!("# {}", form.title) };
        assert_eq!(first, want, "{id}: the table stands first");
        let about = run("pdfinfo", &file.with_extension("pdf"));
        let size = about.lines().find(|line| line.starts_with("Page size:")).unwrap_or_default();
        assert!(size.contains("(A4)"), "{id}: {about}");
        let saved = std::fs::read(again.join(format!("{id}.xlsx"))).expect("LibreOffice saved it again");
        assert_eq!(print(saved), print(bytes), "{id}: every cell is where it was, with what it held");
    }
}

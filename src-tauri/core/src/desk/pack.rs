//! The pack: everything that a programme asks for, in one folder and one .zip.
//!
//! First what goes in is gathered from the records ([`Desk::gather`]), then it is written ([`Pack::write`])
//! without the desk, so that the window answers while files are copied. Each proof file has one number and lies
//! once, in the folder of the first item of material that asks for it; the check sheet 账表对应 names for every
//! number of every table the records behind it, and the numbers of their proof.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use ts_rs::TS;

use super::{Choice, Desk};
use crate::amount;
use crate::error::Result;
use crate::figure::current;
use crate::file;
use crate::form::trace::Trace;
use crate::form::{Cell, Content, Filled, Form, Level, PeriodKind, printed};
use crate::ledger::Ledger;
use crate::parcel::Parcel;
use crate::period::Period;
use crate::programme::measure::{Figures, figures, year_to};
use crate::programme::{Gauge, Gauged, Kept, Programme, Proofs, Way};
use crate::progress::Progress;
use crate::record::{Kind, Type, Value, kind};
use crate::store::Attachment;
use crate::workbook::{Entry, Listing, listings};

/// Rows of a sheet; Excel takes a few more.
const ROWS: usize = 1_000_000;

/// What a pack holds, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct PackReport {
    /// Its folder.
    pub folder: String,
    /// The same as a .zip.
    pub zip: String,
    /// Tables.
    pub workbooks: usize,
    /// Proof files.
    pub proofs: usize,
    /// Bytes of all files.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Pieces of proof that are there (齐全 n/m).
    pub have: usize,
    /// Pieces of proof that are asked for.
    pub want: usize,
    /// Lines of the list of what is missing.
    pub missing: usize,
    /// Numbers in 账表对应.
    pub numbers: usize,
    /// What the person should know: a table that there is not, a file that was damaged.
    pub remarks: Vec<String>,
}

/// A table of a programme, or one of other occasions.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ProgrammeForm {
    /// Id of the edition.
    pub id: String,
    /// Title as printed.
    pub title: String,
    /// The period for which it is filled on the day.
    pub period: String,
    /// The wording is official.
    pub official: bool,
    /// It belongs to the programme; another is not checked here.
    pub asked: bool,
    /// It has texts that are written in the program.
    pub texts: bool,
    /// 错误 that its checks found.
    pub errors: usize,
    /// 警示 without a reason.
    pub warnings: usize,
}

/// A proof file with its number in the pack.
struct Numbered {
    number: String,
    path: String,
    owner_kind: &'static str,
    owner: String,
    role: String,
    name: String,
    attachment: Attachment,
}

/// One item of the list of material.
struct Item {
    number: String,
    folder: String,
    gauged: Option<Gauged>,
    label: String,
    books: Vec<String>,
    /// Positions of its proof files among all.
    proofs: Vec<usize>,
}

/// One line of 账表对应: a number, or a record behind it.
struct Line {
    begins: bool,
    cells: Vec<Entry>,
}

/// A pack that is gathered and not yet written.
pub struct Pack {
    title: String,
    name: String,
    space: String,
    on: NaiveDate,
    gauge: Gauge,
    items: Vec<Item>,
    proofs: Vec<Numbered>,
    books: Vec<(String, Vec<u8>)>,
    lines: Vec<Line>,
    numbers: usize,
    /// 表, 级别, 内容 of what the checks of the tables found.
    breaches: Vec<[String; 3]>,
    remarks: Vec<String>,
}

/// The period for which a form is filled on a day.
fn period_on(form: &Form, on: NaiveDate) -> Period {
    match form.period {
        PeriodKind::Quarter => Period::quarter_of(on),
        PeriodKind::Year => Period::Year { year: on.year() },
        PeriodKind::Day => Period::Day(on),
    }
}

/// A label as a folder's name: whole where it is short enough, so that nothing in the folder goes unnamed, else its
/// first words.
fn short(label: &str, most: usize) -> String {
    let label = label.replace(['《', '》'], "");
    let end = label.char_indices().skip(4).find(|(_, c)| "，、；：(（".contains(*c)).map(|(at, _)| at);
    let first = end.filter(|_| label.chars().count() > most).and_then(|at| label.get(..at)).unwrap_or(&label);
    first.chars().take(most).collect()
}

impl Desk {
    /// The tables that belong to a programme, as they stand on a day; behind them those of other occasions, and rosters.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such programme.
    pub fn programme_forms(&self, programme: &str, on: NaiveDate) -> Result<Vec<ProgrammeForm>> {
        let ledger = self.store.ledger()?;
        let shelf = self.programme_shelf();
        let mut forms: Vec<ProgrammeForm> = Vec::new();
        let entry = |form: &Form, period: Period| ProgrammeForm {
            id: form.id.clone(),
            title: form.title.clone(),
            period: period.to_string(),
            official: form.official,
            asked: false,
            texts: form.cells.iter().any(|c| matches!(c.source, crate::form::CellSource::Text(_))),
            errors: 0,
            warnings: 0,
        };
        for name in shelf.find(programme)?.all_forms() {
            let Some((form, period)) = self.form_on(name, on, &ledger) else { continue };
            let filled = self.filled(form, period, Choice::default(), &ledger)?;
            let count = |level: Level| filled.breaches.iter().filter(move |b| b.level == level);
            forms.push(ProgrammeForm {
                asked: true,
                errors: count(Level::Error).count(),
                warnings: count(Level::Warning).filter(|b| b.reason.is_none()).count(),
                ..entry(form, period)
            });
        }
        // A quarterly report has a room of its own.
        for form in self.shelf.sound.iter().filter(|f| f.period != PeriodKind::Quarter) {
            if !forms.iter().any(|known| known.id == form.id) {
                forms.push(entry(form, period_on(form, on)));
            }
        }
        Ok(forms)
    }

    pub(super) fn form_on(&self, name: &str, on: NaiveDate, ledger: &Ledger) -> Option<(&Form, Period)> {
        let guess = self.shelf.edition(name, Some(Period::Day(on))).or_else(|_| self.shelf.edition(name, None)).ok()?;
        // Of a family, the edition under which the period was sealed comes first.
        let period = period_on(guess, on);
        self.form(name, &period.to_string(), ledger).ok().or(Some((guess, period)))
    }

    /// Gathers and writes a programme's pack: [`Desk::gather`] and [`Pack::write`] in one.
    ///
    /// # Errors
    /// Those of either.
    pub fn pack(&self, programme: &str, on: NaiveDate, out: &Path, progress: Progress) -> Result<PackReport> {
        self.gather(programme, on, progress)?.write(out, progress)
    }

    /// Gathers a programme's pack as of a day: tables filled, proof numbered, numbers traced. Nothing is written.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such programme, [`Error::Cancelled`] when the person stops it.
    pub fn gather(&self, programme: &str, on: NaiveDate, progress: Progress) -> Result<Pack> {
        let ledger = self.store.ledger()?;
        let shelf = self.programme_shelf();
        let programme = shelf.find(programme)?;
        let gauge = self.gauged(programme, &ledger, on);
        let space = kind("space").and_then(|k| Some((k, current(ledger.rows(k).iter(), k, on)?)));
        let mut pack = Pack {
            title: programme.title.clone(),
            name: format!("{} {on}", programme.title),
            space: space.map(|(k, r)| ledger.text(k, r, "name")).unwrap_or_default(),
            on,
            gauge,
            items: Vec::new(),
            proofs: Vec::new(),
            books: Vec::new(),
            lines: Vec::new(),
            numbers: 0,
            breaches: Vec::new(),
            remarks: Vec::new(),
        };
        let proofs = Proofs::new(&ledger, on);
        let mut shelf =
            Shelved { desk: self, ledger: &ledger, proofs: &proofs, at: HashMap::new(), last: HashMap::new() };
        let figures = figures(programme, &ledger, year_to(on));
        self.items(programme, &figures, &mut shelf, &mut pack)?;
        let also = belonging(programme);
        // Every table: its workbook, and the records behind its numbers.
        let mut places: Vec<(usize, &str)> = Vec::new();
        let offset = pack.items.len() - programme.material().len();
        for (n, def) in programme.material().iter().enumerate() {
            places.extend(def.forms.iter().map(|form| (n + offset, form.as_str())));
        }
        let mut all: Vec<(usize, &str)> = programme.forms.iter().map(|form| (0, form.as_str())).collect();
        all.extend(places);
        let mut seen = HashSet::new();
        all.retain(|(_, form)| seen.insert(*form));
        let mut sources = Vec::new();
        for (done, (item, name)) in (0..).zip(&all) {
            progress.at("填写表格", done, all.len() as u64)?;
            let Some((form, period)) = self.form_on(name, on, &ledger) else {
                pack.remarks.push(format!("没有名为“{name}”的表格，未放入"));
                continue;
            };
            let filled = self.filled(form, period, Choice::default(), &ledger)?;
            let bytes = self.export(&form.id, &period.to_string(), Choice::default())?;
            let Some(at) = pack.items.get_mut(*item) else { continue };
            let mut taken: HashSet<String> =
                at.books.iter().map(|b| b.rsplit('/').next().unwrap_or_default().to_lowercase()).collect();
            let file = file::safe_name(&format!("{} {}.xlsx", at.number, cut(&form.title, 40)), &mut taken);
            let path = format!("{}/{file}", at.folder);
            at.books.push(path.clone());
            pack.books.push((path, bytes));
            for breach in &filled.breaches {
                if breach.level == Level::Error || breach.reason.is_none() {
                    let say = [form.title.clone(), breach.level.label().to_owned(), breach.message.clone()];
                    pack.breaches.push(say);
                }
            }
            let window = self.filing(form, period, Choice::default(), &ledger).window();
            sources.push((form, filled, window));
        }
        // Proof of records behind numbers that no item asks for lies in a folder of its own.
        for (form, filled, window) in &sources {
            let mut trace = Trace::new(form, &ledger, *window);
            for of in named(form, filled, &ledger, &mut trace) {
                for kept in evidence(of, &also, &ledger, &proofs) {
                    if !shelf.at.contains_key(&kept.id) {
                        shelf.put(&kept, "其他佐证", &mut pack, None)?;
                    }
                }
            }
        }
        for (form, filled, window) in &sources {
            let mut trace = Trace::new(form, &ledger, *window);
            lines(form, filled, &ledger, &mut trace, &|of| shelf.numbers(of, &also), &mut pack);
        }
        progress.at("填写表格", all.len() as u64, all.len() as u64)?;
        Ok(pack)
    }

    /// The list of material in the document's order, with the proof that each item asks for.
    fn items(&self, programme: &Programme, figures: &Figures, shelf: &mut Shelved, pack: &mut Pack) -> Result<()> {
        let mut taken = HashSet::new();
        let mut folder =
            |number: &str, label: &str| file::safe_name(&format!("{number} {}", short(label, 24)), &mut taken);
        if !programme.forms.is_empty() {
            pack.items.push(Item {
                number: "00".into(),
                folder: folder("00", "申报表格"),
                gauged: None,
                label: "申报表格".into(),
                books: Vec::new(),
                proofs: Vec::new(),
            });
        }
        let gauged = if programme.documents.is_empty() { &pack.gauge.conditions } else { &pack.gauge.documents };
        let gauged: Vec<Gauged> = gauged.clone();
        for (n, def) in programme.material().iter().enumerate() {
            let number = format!("{:02}", n + 1);
            pack.items.push(Item {
                folder: folder(&number, &def.label),
                number,
                gauged: gauged.get(n).cloned(),
                label: def.label.clone(),
                books: Vec::new(),
                proofs: Vec::new(),
            });
            let at = pack.items.len() - 1;
            for kept in shelf.proofs.by_record(&def.wants(), figures) {
                shelf.put(&kept, "", pack, Some(at))?;
            }
        }
        Ok(())
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// The proof files that have their number.
struct Shelved<'a> {
    desk: &'a Desk,
    ledger: &'a Ledger,
    proofs: &'a Proofs<'a>,
    /// Position among all, by id of the proof record.
    at: HashMap<i64, usize>,
    /// The last number given in each folder.
    last: HashMap<String, usize>,
}

impl Shelved<'_> {
    /// Gives a file its number in an item's folder, or in one beside them; a file that has one keeps it.
    fn put(&mut self, kept: &Kept, beside: &str, pack: &mut Pack, item: Option<usize>) -> Result<()> {
        let at = match self.at.get(&kept.id) {
            Some(at) => *at,
            None => {
                let number_of_item = match item.and_then(|i| pack.items.get(i)) {
                    Some(item) => item.number.clone(),
                    None => "99".to_owned(),
                };
                let folder = match item.and_then(|i| pack.items.get(i)) {
                    Some(item) => item.folder.clone(),
                    None => format!("99 {beside}"),
                };
                let n = self.last.entry(number_of_item.clone()).or_default();
                *n += 1;
                let number = format!("{number_of_item}-{n:03}");
                let label = self.ledger.get(kept.owner.0, kept.owner.1).map(|r| self.ledger.label(kept.owner.0, r));
                let label = label.unwrap_or_default();
                let ending = Path::new(kept.name).extension().map(|e| format!(".{}", e.to_string_lossy()));
                let ending = ending.filter(|e| e.chars().count() <= 9).unwrap_or_default();
                // The number makes the name unique.
                let readable = format!("{number} {} {}{ending}", cut(&label, 30), kept.role);
                let name = file::safe_name(&readable, &mut HashSet::new());
                pack.proofs.push(Numbered {
                    path: format!("{folder}/{name}"),
                    number,
                    owner_kind: kept.owner.0.label,
                    owner: label,
                    role: kept.role.to_owned(),
                    name: kept.name.to_owned(),
                    attachment: self.desk.store.attachment_at(kept.sha256)?,
                });
                self.at.insert(kept.id, pack.proofs.len() - 1);
                pack.proofs.len() - 1
            }
        };
        if let Some(item) = item.and_then(|i| pack.items.get_mut(i))
            && !item.proofs.contains(&at)
        {
            item.proofs.push(at);
        }
        Ok(())
    }

    /// The numbers of a record's proof.
    fn numbers(&self, of: (&'static Kind, i64), also: &[&'static Kind]) -> Vec<usize> {
        let files = evidence(of, also, self.ledger, self.proofs);
        files.iter().filter_map(|kept| self.at.get(&kept.id)).copied().collect()
    }
}

/// Kinds whose files speak for the record that they belong to.
fn belonging(programme: &Programme) -> Vec<&'static Kind> {
    let mut kinds: Vec<&'static Kind> = ["agreement", "session"].into_iter().filter_map(kind).collect();
    for want in programme.material().iter().flat_map(crate::programme::ConditionDef::wants) {
        for also in &want.also {
            if !kinds.contains(also) {
                kinds.push(also);
            }
        }
    }
    kinds
}

/// The proof of a record: its own files and those of what belongs to it; where there are none, those of the
/// tenant, mentor or fund that it is about.
fn evidence<'a>(
    of: (&'static Kind, i64),
    also: &[&'static Kind],
    ledger: &Ledger,
    proofs: &Proofs<'a>,
) -> Vec<Kept<'a>> {
    let own = |(kind, id): (&'static Kind, i64)| {
        let mut files = proofs.of(kind, id).to_vec();
        for other in also {
            let ids = proofs.referring(other, kind, id).into_iter().filter(|id| proofs.is_there(other, *id));
            files.extend(ids.flat_map(|id| proofs.of(other, id).to_vec()));
        }
        files
    };
    let files = own(of);
    if !files.is_empty() {
        return files;
    }
    let Some(record) = ledger.get(of.0, of.1) else { return files };
    let owners = of.0.fields.iter().zip(&record.cells).filter_map(|(field, cell)| match (field.ty, cell) {
        (Type::Ref(name), Some(Value::Int(id))) => Some((kind(name)?, *id)),
        _ => None,
    });
    owners.flat_map(own).collect()
}

/// Every record behind a number of a table, in the table's order.
fn named(form: &Form, filled: &Filled, ledger: &Ledger, trace: &mut Trace) -> Vec<(&'static Kind, i64)> {
    let mut all = Vec::new();
    for source in filled.cells.iter().flat_map(|c| &c.from) {
        all.extend(kind(source.kind).map(|k| (k, source.id)));
    }
    for (def, table) in form.rosters.iter().zip(&filled.tables) {
        for row in &table.rows {
            let Some((kind, record)) = kind(row.kind).and_then(|k| Some((k, ledger.get(k, row.id)?))) else { continue };
            all.push((kind, row.id));
            for (column, cell) in def.columns.iter().zip(&row.cells) {
                if matches!(cell, Some(Content::Int(_) | Content::Decimal(_))) {
                    all.extend(trace.behind(column, kind, record).into_iter().map(|(kind, id, _)| (kind, id)));
                }
            }
        }
    }
    let mut seen = HashSet::new();
    all.retain(|(kind, id)| seen.insert((kind.name, *id)));
    all
}

const TRACED: [(&str, f64); 11] = [
    ("表格", 22.0),
    ("代码", 9.0),
    ("指标", 28.0),
    ("单位", 7.0),
    ("数量", 11.0),
    ("记录类别", 11.0),
    ("记录编号", 9.0),
    ("记录", 34.0),
    ("数额", 11.0),
    ("佐证编号", 24.0),
    ("说明", 30.0),
];

/// The lines of 账表对应 for one table.
fn lines(
    form: &Form,
    filled: &Filled,
    ledger: &Ledger,
    trace: &mut Trace,
    proof: &dyn Fn((&'static Kind, i64)) -> Vec<usize>,
    pack: &mut Pack,
) {
    let is_number = |cell: &Cell| match form.cells.iter().find(|c| c.code == cell.code) {
        Some(def) => def.source.is_number(),
        None => !matches!(cell.value, Some(Content::Text(_))),
    };
    let numbered = |of: (&'static Kind, i64), pack: &Pack| {
        let found: Vec<&str> =
            proof(of).into_iter().filter_map(|at| Some(pack.proofs.get(at)?.number.as_str())).collect();
        if found.is_empty() { "无佐证".to_owned() } else { found.join("、") }
    };
    for cell in filled.cells.iter().filter(|c| is_number(c)) {
        pack.numbers += 1;
        let total = cell.exact_in_unit().filter(|_| !cell.from.is_empty());
        pack.lines.push(Line {
            begins: true,
            cells: vec![
                form.title.as_str().into(),
                cell.code.as_str().into(),
                cell.label.as_str().into(),
                cell.unit.as_str().into(),
                number(cell.value.as_ref()),
                Entry::Blank,
                Entry::Blank,
                Entry::Blank,
                total.map_or(Entry::Blank, Entry::Number),
                Entry::Blank,
                remark(form, cell).into(),
            ],
        });
        for source in &cell.from {
            let of = kind(source.kind).map(|k| (k, source.id));
            pack.lines.push(Line {
                begins: false,
                cells: vec![
                    form.title.as_str().into(),
                    cell.code.as_str().into(),
                    Entry::Blank,
                    Entry::Blank,
                    Entry::Blank,
                    of.map_or(source.kind, |(k, _)| k.label).into(),
                    number(Some(&Content::Int(source.id))),
                    source.label.as_str().into(),
                    if cell.exact.is_some() { Entry::Number(source.amount) } else { Entry::Blank },
                    of.map(|of| numbered(of, pack)).unwrap_or_default().into(),
                    Entry::Blank,
                ],
            });
        }
    }
    for (def, table) in form.rosters.iter().zip(&filled.tables) {
        for (n, row) in table.rows.iter().enumerate() {
            let Some((kind, record)) = kind(row.kind).and_then(|k| Some((k, ledger.get(k, row.id)?))) else { continue };
            for (at, (column, cell)) in def.columns.iter().zip(&row.cells).enumerate() {
                let figure = match cell {
                    Some(content @ (Content::Int(_) | Content::Decimal(_))) => content,
                    _ => continue,
                };
                if matches!(column.value, crate::form::ColumnValue::Row) {
                    continue;
                }
                pack.numbers += 1;
                let code = format!("第{}行", n + 1);
                pack.lines.push(Line {
                    begins: true,
                    cells: vec![
                        form.title.as_str().into(),
                        code.as_str().into(),
                        table.columns.get(at).map_or("", String::as_str).into(),
                        column.unit.as_str().into(),
                        number(Some(figure)),
                        kind.label.into(),
                        number(Some(&Content::Int(row.id))),
                        ledger.label(kind, record).into(),
                        Entry::Blank,
                        numbered((kind, row.id), pack).into(),
                        Entry::Blank,
                    ],
                });
                for (of, id, exact) in trace.behind(column, kind, record) {
                    if (of.name, id) == (kind.name, row.id) {
                        continue;
                    }
                    let label = ledger.get(of, id).map(|r| ledger.label(of, r)).unwrap_or_default();
                    let scale = match figure {
                        Content::Decimal(_) => amount::scale(&column.unit).max(100),
                        _ => 1,
                    };
                    pack.lines.push(Line {
                        begins: false,
                        cells: vec![
                            form.title.as_str().into(),
                            code.as_str().into(),
                            Entry::Blank,
                            Entry::Blank,
                            Entry::Blank,
                            of.label.into(),
                            number(Some(&Content::Int(id))),
                            label.into(),
                            exact.map_or(Entry::Blank, |n| Entry::Number(amount::in_units(n, scale))),
                            numbered((of, id), pack).into(),
                            Entry::Blank,
                        ],
                    });
                }
            }
        }
    }
}

fn number(content: Option<&Content>) -> Entry {
    match content {
        Some(Content::Int(n)) => Entry::Number(amount::in_units(*n, 1)),
        Some(Content::Decimal(n)) => Entry::Number(amount::in_units(*n, 100)),
        Some(Content::Text(text)) => text.as_str().into(),
        None => Entry::Blank,
    }
}

/// How a number came about where its records alone do not say it.
fn remark(form: &Form, cell: &Cell) -> String {
    let mut says = Vec::new();
    if cell.overridden {
        let computed = printed(cell.computed.as_ref(), &cell.unit, cell.decimals);
        let computed = if computed.is_empty() { "算不出".to_owned() } else { computed };
        says.push(format!("手工填写：{}；按记录为 {computed}", cell.reason.as_deref().unwrap_or("未写理由")));
    }
    if cell.from.is_empty()
        && let Some(def) = form.cells.iter().find(|c| c.code == cell.code)
        && !def.source.names().is_empty()
    {
        says.push(format!("由 {} 得出", def.source.names().join("、")));
    }
    says.extend(cell.adjusted.clone());
    if cell.value.is_none() {
        says.push("空白：没有可以计算的记录".to_owned());
    } else if cell.from.is_empty() && says.is_empty() {
        says.push("没有记录".to_owned());
    }
    says.extend(cell.gaps.iter().take(3).map(|g| g.say.clone()));
    says.join("；")
}

/// Whether an item is complete, in a word.
fn state(gauged: &Gauged, books: usize) -> String {
    match (gauged.way, gauged.met) {
        _ if !gauged.applies => "不适用".to_owned(),
        (Way::Proof, _) => gauged.shown.clone(),
        (Way::Judge, None) if books > 0 => "已放入，待确认".to_owned(),
        (_, Some(true)) => "是".to_owned(),
        (_, Some(false)) => "否".to_owned(),
        (_, None) => "待确认".to_owned(),
    }
}

impl Pack {
    /// Writes the pack into `out`, as a folder and a .zip that appear whole or not at all. A pack that is there
    /// already stays; the new one gets a number behind its name.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the person stops it, [`Error::File`] when it cannot be written: then nothing is
    /// left. A proof file that is damaged stops nothing; it is named in the list of what is missing.
    pub fn write(mut self, out: &Path, progress: Progress) -> Result<PackReport> {
        let mut parcel = Parcel::begin(out, &self.name, self.on)?;
        let mut damaged: HashSet<usize> = HashSet::new();
        for (at, proof) in self.proofs.iter().enumerate() {
            progress.at("复制佐证材料", at as u64, self.proofs.len() as u64)?;
            match proof.attachment.read() {
                Ok(bytes) => parcel.put(&proof.path, &bytes)?,
                Err(e) => {
                    damaged.insert(at);
                    self.remarks.push(format!("{} {} 未能放入：{e}", proof.number, proof.name));
                }
            }
        }
        progress.at("写清单", 0, 0)?;
        for (path, bytes) in &self.books {
            parcel.put(path, bytes)?;
        }
        let (gaps, missing) = self.gaps(&damaged);
        let lists = [
            ("00-1 材料清单.xlsx", self.cover(&damaged)),
            ("00-2 缺件清单.xlsx", gaps),
            ("00-3 账表对应.xlsx", self.traced()),
        ];
        for (name, lists) in lists {
            progress.at("写清单", 0, 0)?;
            parcel.put(name, &listings(&self.title, self.on, &lists)?)?;
        }
        let packed = parcel.finish(progress)?;
        Ok(PackReport {
            folder: packed.folder.display().to_string(),
            zip: packed.zip.display().to_string(),
            workbooks: self.books.len(),
            proofs: self.proofs.len() - damaged.len(),
            bytes: packed.bytes,
            have: self.gauge.have,
            want: self.gauge.want,
            missing,
            numbers: self.numbers,
            remarks: self.remarks,
        })
    }

    fn about(&self) -> Vec<String> {
        let mut line = format!("{}　测算日：{}", self.space, self.on);
        if !self.gauge.document.is_empty() {
            let _ = write!(line, "　依据：{}", self.gauge.document);
        }
        vec![line, format!("来源({})：{}", self.gauge.seen.label(), self.gauge.source)]
    }

    /// 材料清单 in the document's order, and 佐证目录 of every numbered file.
    fn cover(&self, damaged: &HashSet<usize>) -> Vec<Listing> {
        let mut rows = Vec::new();
        for item in &self.items {
            let numbers = self.spans(&item.proofs);
            let (id, clause, state, note) = match &item.gauged {
                Some(g) => (g.id.clone(), g.source.clone(), state(g, item.books.len()), g.note.clone()),
                None => (String::new(), String::new(), "已放入".to_owned(), String::new()),
            };
            let files = item.books.len() + item.proofs.len();
            rows.push((
                true,
                vec![
                    item.number.as_str().into(),
                    id.into(),
                    item.label.as_str().into(),
                    clause.into(),
                    state.into(),
                    files.into(),
                    numbers.into(),
                    note.into(),
                ],
            ));
            for book in &item.books {
                let name = book.rsplit('/').next().unwrap_or_default();
                rows.push((
                    false,
                    vec![
                        Entry::Blank,
                        Entry::Blank,
                        name.into(),
                        Entry::Blank,
                        Entry::Blank,
                        Entry::Blank,
                        book.as_str().into(),
                    ],
                ));
            }
        }
        let beside = self.proofs.iter().filter(|p| p.number.starts_with("99-")).count();
        if beside > 0 {
            let all: Vec<usize> =
                (0..self.proofs.len()).filter(|at| self.proofs[*at].number.starts_with("99-")).collect();
            rows.push((
                true,
                vec![
                    "99".into(),
                    Entry::Blank,
                    "其他佐证(表中数据涉及而清单未要求的材料)".into(),
                    Entry::Blank,
                    "已放入".into(),
                    beside.into(),
                    self.spans(&all).into(),
                ],
            ));
        }
        let mut files = Vec::new();
        for (at, proof) in self.proofs.iter().enumerate() {
            let state = if damaged.contains(&at) { "文件缺失或已改动，未能放入" } else { "" };
            files.push((
                false,
                vec![
                    proof.number.as_str().into(),
                    proof.role.as_str().into(),
                    proof.owner_kind.into(),
                    proof.owner.as_str().into(),
                    proof.path.as_str().into(),
                    proof.name.as_str().into(),
                    state.into(),
                ],
            ));
        }
        vec![
            Listing {
                name: "材料清单".into(),
                about: self.about(),
                columns: vec![
                    ("序号", 6.0),
                    ("编号", 9.0),
                    ("材料", 50.0),
                    ("依据", 26.0),
                    ("是否齐全", 14.0),
                    ("文件数", 8.0),
                    ("佐证编号或文件", 40.0),
                    ("说明", 30.0),
                ],
                rows,
            },
            Listing {
                name: "佐证目录".into(),
                about: self.about(),
                columns: vec![
                    ("编号", 9.0),
                    ("材料类别", 11.0),
                    ("记录类别", 11.0),
                    ("所属记录", 36.0),
                    ("文件", 60.0),
                    ("原文件名", 30.0),
                    ("备注", 24.0),
                ],
                rows: files,
            },
        ]
    }

    /// The numbers of files, runs drawn together: 07-001至07-012、08-003.
    fn spans(&self, proofs: &[usize]) -> String {
        let mut all: Vec<&str> = proofs.iter().filter_map(|at| Some(self.proofs.get(*at)?.number.as_str())).collect();
        all.sort_unstable();
        let value = |number: &str| -> Option<(String, u64)> {
            let (item, n) = number.rsplit_once('-')?;
            Some((item.to_owned(), n.parse().ok()?))
        };
        let mut runs: Vec<(&str, &str)> = Vec::new();
        for number in all {
            match runs.last_mut() {
                Some((_, last)) if value(last).map(|(item, n)| (item, n + 1)) == value(number) => *last = number,
                _ => runs.push((number, number)),
            }
        }
        let say = |(first, last): &(&str, &str)| {
            if first == last { (*first).to_owned() } else { format!("{first}至{last}") }
        };
        runs.iter().map(say).collect::<Vec<_>>().join("、")
    }

    /// 缺件清单, 未达条件 and 表格问题; and how many pieces are missing.
    fn gaps(&self, damaged: &HashSet<usize>) -> (Vec<Listing>, usize) {
        let mut rows = Vec::new();
        let mut put = |item: &str, id: &str, of: &str, say: &str| {
            let n = rows.len() + 1;
            rows.push((false, vec![n.into(), item.into(), id.into(), of.into(), say.into()]));
        };
        for item in &self.items {
            let Some(gauged) = item.gauged.as_ref().filter(|g| g.applies && g.met != Some(true)) else { continue };
            for gap in &gauged.missing {
                put(&item.number, &gauged.id, kind(gap.kind).map_or(gap.kind, |k| k.label), &gap.say);
            }
            if gauged.missing.is_empty() {
                put(&item.number, &gauged.id, "", gauged.gap.as_deref().unwrap_or(&gauged.label));
            }
        }
        for (at, proof) in self.proofs.iter().enumerate().filter(|(at, _)| damaged.contains(at)) {
            let item = proof.number.split('-').next().unwrap_or_default();
            let say = format!("{} {}：文件缺失或已改动，请重新添加", proof.number, proof.name);
            put(item, "", self.proofs.get(at).map_or("", |p| p.owner_kind), &say);
        }
        let missing = rows.len();
        let mut open = Vec::new();
        for gauged in self.gauge.conditions.iter().filter(|g| g.applies && g.met != Some(true)) {
            let word = if gauged.met == Some(false) { "不符合" } else { "待判断" };
            open.push((
                false,
                vec![
                    gauged.id.as_str().into(),
                    gauged.label.as_str().into(),
                    word.into(),
                    gauged.shown.as_str().into(),
                    gauged.threshold.as_str().into(),
                    gauged.gap.clone().unwrap_or_default().into(),
                    gauged.source.as_str().into(),
                ],
            ));
        }
        let troubles =
            self.breaches.iter().map(|say| (false, say.iter().map(|s| s.as_str().into()).collect())).collect();
        let lists = vec![
            Listing {
                name: "缺件清单".into(),
                about: [
                    self.about(),
                    vec![format!("材料齐全 {}/{}；共缺 {missing} 项", self.gauge.have, self.gauge.want)],
                ]
                .concat(),
                columns: vec![("序号", 6.0), ("材料序号", 9.0), ("编号", 9.0), ("记录类别", 12.0), ("缺什么", 80.0)],
                rows,
            },
            Listing {
                name: "未达条件".into(),
                about: self.about(),
                columns: vec![
                    ("编号", 8.0),
                    ("条件", 40.0),
                    ("是否符合", 9.0),
                    ("现值", 34.0),
                    ("标准", 16.0),
                    ("怎样补足", 40.0),
                    ("依据", 24.0),
                ],
                rows: open,
            },
            Listing {
                name: "表格审核".into(),
                about: self.about(),
                columns: vec![("表格", 34.0), ("级别", 8.0), ("内容", 80.0)],
                rows: troubles,
            },
        ];
        (lists, missing)
    }

    /// 账表对应: every number, the records behind it, the numbers of their proof.
    fn traced(&self) -> Vec<Listing> {
        let about = [
            self.about(),
            vec![
                "每个数据一行(灰底)，下面是它所依据的记录；记录的“数额”之和即数据行的“数额”，按单位取整后即“数量”。佐证编号见材料清单的佐证目录。"
                    .to_owned(),
            ],
        ]
        .concat();
        let rows: Vec<(bool, Vec<Entry>)> = self.lines.iter().map(|l| (l.begins, l.cells.clone())).collect();
        let mut lists = Vec::new();
        for part in rows.chunks(ROWS) {
            lists.push(Listing {
                name: "账表对应".into(),
                about: about.clone(),
                columns: TRACED.to_vec(),
                rows: part.to_vec(),
            });
        }
        if lists.is_empty() {
            lists.push(Listing { name: "账表对应".into(), about, columns: TRACED.to_vec(), rows: Vec::new() });
        }
        lists
    }
}

impl std::fmt::Display for PackReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "材料包：{}", self.folder)?;
        writeln!(f, "压缩包：{}", self.zip)?;
        writeln!(f, "表格 {} 份，佐证 {} 份；账表对应 {} 个数据", self.workbooks, self.proofs, self.numbers)?;
        writeln!(f, "材料齐全 {}/{}，缺件清单 {} 项", self.have, self.want, self.missing)?;
        self.remarks.iter().try_for_each(|say| writeln!(f, "注意：{say}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_go_by_the_first_words_of_an_item() {
        assert_eq!(short("入驻创业团队和企业名单，与其签署的服务协议及入驻企业营业执照", 24), "入驻创业团队和企业名单");
        assert_eq!(short("运营单位的法人代码证书(或营业执照)", 24), "运营单位的法人代码证书(或营业执照)");
        assert_eq!(short("每场活动的通知(或截图)、签到表和照片", 24), "每场活动的通知(或截图)、签到表和照片");
        assert_eq!(short("《山西省省级众创空间认定申请书》", 24), "山西省省级众创空间认定申请书");
        assert_eq!(short(&"长".repeat(40), 24).chars().count(), 24);
    }
}

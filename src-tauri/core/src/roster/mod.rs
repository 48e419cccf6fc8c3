//! Rosters in: a workbook or text file becomes a [`Plan`], and a plan is what happens.
//!
//! [`read`] writes nothing. It finds the table, reads its cells, matches every row with the ledger and
//! says for each what would happen; [`apply`] does exactly that inside one change, without looking for
//! matches again. The rules of reading:
//!
//! - A blank cell (also -, /, 无, 暂无) never erases what is stored; a new record takes the field's default.
//! - A row means the record that its kind's keys find, tried in turn; a name met twice is a flaw, not a guess.
//! - A kind whose keys a row does not fill is matched by everything the row says, and as often as it
//!   says it: two equal rows are two records, and the same file again adds none.
//! - A row with any flaw is left out whole, with the address and the reason; the others come in.

mod apart;
mod besides;
mod choose;
mod compound;
mod correction;
mod csv;
pub(crate) mod example;
mod guard;
mod guess;
mod heading;
mod limits;
mod marks;
mod matching;
mod packed;
mod paste;
mod people;
mod plan;
mod reader;
mod sheet;
mod stage;
mod strings;
mod table;
mod value;
mod wire;
mod words;
mod xls;
mod xlsx;
mod xml;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

pub use correction::{Content, Correction, CorrectionRow, CorrectionSheet};
pub use guess::{guess, importable};
pub use plan::{
    Action, Applied, CellFlaw, Change, Choices, FieldChoice, LeftOut, Mapped, Only, Person, Plan, PlanPerson, PlanRow,
    PlanView, PreviewLine, Row, RowAt, RowCounts, SheetFound, Sure,
};

pub use reader::{Book, Reader, serve};

use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::progress::Progress;
use crate::record::{Field, Kind, Shape, Type, Value};
use crate::store::Tx;

/// Key of a heading to the field it was read as the last time, or to `None` for not read.
pub type Remembered = BTreeMap<String, Option<String>>;

/// Everything that reading a file for a list needs, taken along so that nobody waits while a file is read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The list that the rows are for.
    pub shape: &'static Shape,
    /// The records to hold them against.
    pub ledger: Ledger,
    /// Mappings chosen before, by the fingerprint of the file's headings.
    pub remembered: BTreeMap<String, Remembered>,
}

/// Letters of a column counted from 0: `A`, `Z`, `AA`.
fn letters(column: u32) -> String {
    let mut out = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or(0);
        out.push(char::from(b'A' + digit));
        left = (left - 1) / 26;
    }
    out.iter().rev().collect()
}

/// The sheet on which a template says how it is filled in.
const EXPLANATION: &str = "填写说明";

/// Reads what a person typed into one field, as generously as a cell of a roster: 2021.9.20, 3万, １２. Words
/// that stand for "nothing" in rosters are kept where the field holds free text. `Ok(None)` is blank.
///
/// # Errors
/// What is wrong and what to do, in Chinese.
pub fn typed(field: &Field, text: &str) -> std::result::Result<Option<Value>, String> {
    let text = value::cleaned(text);
    if text.is_empty() {
        return Ok(None);
    }
    if matches!(field.ty, Type::Text | Type::Long) {
        return Ok(Some(Value::text(text)));
    }
    value::understand(field, value::Cell::Text(&text), value::Unit::default())
}

/// First and last day of what a person typed as a day, a month or a year; `None` when it is none of these.
pub fn days_typed(text: &str) -> Option<(chrono::NaiveDate, chrono::NaiveDate)> {
    value::days_written(text)
}

/// Text by which names are compared: width, spaces, case and kind of bracket do not matter.
pub(crate) fn folded(text: &str) -> String {
    value::folded(text)
}

/// Reads a file in this process into a plan for one list, all by itself. Writes nothing. For bytes from
/// outside a [`Reader`] stands between the file and the program.
///
/// # Errors
/// [`Error::Refused`] when the file cannot be read or holds no table for this list; the sentence says
/// what the file is and what to do.
pub fn read(bytes: &[u8], file: &str, shape: &'static Shape, ledger: &Ledger) -> Result<Plan> {
    plan(&Reader::here().open(bytes, file, Progress::SILENT)?, shape, ledger)
}

/// Plans the rows of a file that was read for one list, all by itself. Writes nothing.
///
/// # Errors
/// [`Error::Refused`] when the file holds no table for this list; the sentence says what to do.
pub fn plan(book: &Book, shape: &'static Shape, ledger: &Ledger) -> Result<Plan> {
    let reading = Reading { shape, ledger: ledger.clone(), remembered: BTreeMap::new() };
    let plan = reading.plan(book, &Choices::default(), Progress::SILENT)?;
    match plan.trouble {
        Some(say) => Err(Error::Refused(say)),
        None => Ok(plan),
    }
}

impl Reading {
    /// Plans the rows of a file that was read. Writes nothing. A file in which no table for this list was
    /// found gives a plan without rows that says so, so that a person can choose the sheet and the heading.
    ///
    /// # Errors
    /// [`Error::Refused`] when a choice does not fit the file, or the file is another list's template;
    /// [`Error::Cancelled`].
    pub fn plan(&self, book: &Book, choices: &Choices, progress: Progress<'_>) -> Result<Plan> {
        self.plan_sheets(&book.file, &book.sheets, choices, progress)
    }

    fn plan_sheets(
        &self,
        file: &str,
        sheets: &[sheet::Sheet],
        choices: &Choices,
        progress: Progress<'_>,
    ) -> Result<Plan> {
        let shape = self.shape;
        if !importable(shape) {
            return Err(Error::refused(format!("{}不能从表格导入，请在窗口里登记", shape.label)));
        }
        // A template of ours explains itself on a sheet that is no data, and its first sheet says whose it is.
        if sheets.iter().any(|s| s.name == EXPLANATION) {
            let whose = sheets.iter().find_map(|s| crate::record::shapes().find(|other| other.label == s.name));
            if let Some(other) = whose.filter(|other| other.kind.name != shape.kind.name) {
                return Err(guard::refuse(
                    file,
                    &format!("这是“{}”的模板，不是“{}”的，请按“{0}”导入", other.label, shape.label),
                ));
            }
        }
        let mut found = Vec::new();
        for sheet in sheets {
            let chosen = choices.sheet.as_ref();
            let headings = match chosen {
                Some(name) if sheet.name == *name => heading::pick(sheet, shape, choices.heading_row, file)?,
                Some(_) => continue,
                None if sheet.hidden || sheet.name == EXPLANATION => Vec::new(),
                // A heading chosen without a sheet is that of the only sheet, or of the one that fits best.
                None => heading::find(sheet, shape),
            };
            found.push((sheet, headings));
        }
        if let Some(name) = &choices.sheet
            && found.is_empty()
        {
            let names: Vec<&str> = sheets.iter().map(|s| s.name.as_str()).collect();
            return Err(guard::refuse(file, &format!("没有工作表“{name}”，现有：{}", names.join("、"))));
        }
        let mut kept = choose::choose(found, shape, choices.sheet.is_some());
        if choices.sheet.is_none()
            && let Some(row) = choices.heading_row
        {
            let first = kept.first().map(|(sheet, _)| *sheet).or_else(|| sheets.iter().find(|s| !s.hidden));
            kept = match first {
                Some(sheet) => vec![(sheet, heading::pick(sheet, shape, Some(row), file)?)],
                None => Vec::new(),
            };
        }
        let mut headings: Vec<&mut heading::Heading> = kept.iter_mut().flat_map(|(_, h)| h).collect();
        let fingerprint = headings.first().map_or_else(String::new, |h| fingerprint(h));
        if let Some(remembered) = self.remembered.get(&fingerprint).filter(|_| !choices.afresh) {
            heading::remember(&mut headings, shape, remembered);
        }
        heading::overrule(&mut headings, shape, &choices.mapping, file)?;
        let main = kept.first().map(|(sheet, _)| *sheet).or_else(|| {
            let chosen = |s: &&sheet::Sheet| choices.sheet.as_ref().is_none_or(|name| s.name == *name);
            sheets.iter().filter(|s| !s.hidden || choices.sheet.is_some()).find(chosen)
        });
        let first = kept.first().and_then(|(_, headings)| headings.first());
        let trouble = match first {
            Some(heading) if heading.known() > 0 => None,
            Some(_) => Some(guard::refuse(file, "还没有一列对应到栏目，请为各列选择栏目").to_string()),
            None => Some(no_table(file, shape, sheets).to_string()),
        };
        let mapping = kept.first().map_or_else(Vec::new, |(sheet, own)| choose::mapping(own, sheet, shape));
        let sheet_list = choose::listed(sheets, &kept, shape);
        let left_out = sheet_list.iter().filter(|s| !s.read && !s.hidden && s.rows > 0 && s.name != EXPLANATION);
        let mut left_out: Vec<LeftOut> =
            left_out.map(|s| LeftOut { sheet: s.name.clone(), say: s.say.clone() }).collect();
        for (sheet, headings) in &kept {
            let others = headings.iter().flat_map(|h| &h.others);
            left_out.extend(others.map(|other| LeftOut { sheet: sheet.name.clone(), say: choose::not_read(other) }));
        }
        let heading = first.map(|h| (h.first_row, h.last_row));
        let (rows, names) = match trouble {
            None => matching::rows(&kept, shape, &self.ledger, progress)?,
            Some(_) => Default::default(),
        };
        let mut plan = Plan {
            file: file.to_owned(),
            shape,
            rows,
            mapping,
            sheets: sheet_list,
            left_out,
            heading,
            trouble,
            unmet: Vec::new(),
            choices: choices.clone(),
            fingerprint,
            preview: main.map_or_else(Vec::new, choose::preview),
            tables: choose::tables(&kept),
            names,
            ledger: self.ledger.clone(),
        };
        plan.leave();
        Ok(plan)
    }
}

/// Key of a file's shape: the headings of its columns, in their order.
fn fingerprint(heading: &heading::Heading) -> String {
    let mut hasher = Sha256::new();
    for key in heading::keys(heading).into_iter().flatten() {
        hasher.update(key.as_bytes());
        hasher.update([0x1f]);
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl Plan {
    /// Whether the records of a kind are still those that the plan was made for.
    pub(crate) fn still_holds(&self, kind: &Kind, now: &Ledger) -> bool {
        self.ledger.rows(kind) == now.rows(kind)
    }

    /// Leaves out the rows that the person chose to leave, and says of each where it stands.
    fn leave(&mut self) {
        let Plan { rows, choices, unmet, .. } = self;
        for at in std::mem::take(&mut choices.leave) {
            let mut met = false;
            for row in rows.iter_mut().filter(|row| row.is_at(&at)) {
                row.taken = false;
                choices.leave.insert(row.at());
                met = true;
            }
            if !met {
                unmet.push(at.clone());
                choices.leave.insert(at);
            }
        }
    }

    /// What to remember of the mapping for files of this shape: every column that the person had a say in.
    /// `None` when nothing was chosen, now or before.
    pub(crate) fn to_remember(&self) -> Option<Remembered> {
        let keys = choose::keys(&self.mapping);
        let said = |m: &Mapped| {
            matches!(m.sure, Some(Sure::Chosen | Sure::Remembered)) || self.choices.mapping.contains_key(&m.column)
        };
        let chosen: Remembered = self
            .mapping
            .iter()
            .zip(keys)
            .filter(|(m, _)| said(m))
            .filter_map(|(m, key)| Some((key?, m.field.clone())))
            .collect();
        (!chosen.is_empty()).then_some(chosen)
    }
}

/// Does what a plan shows, row by row, inside one change: the rows that are taken. Matches nothing anew:
/// records that changed since the plan was made stop the import.
///
/// # Errors
/// [`Error::Refused`] when the ledger is no longer the one that the plan was made for; what the store
/// finds wrong with a record; [`Error::Cancelled`]. Either way the change is given up whole.
pub fn apply(plan: &Plan, tx: &mut Tx<'_>, progress: Progress<'_>) -> Result<Applied> {
    let kind = plan.shape.kind;
    if let Some(say) = &plan.trouble {
        return Err(Error::refused(say.clone()));
    }
    let all = plan.rows.len() as u64;
    for (done, row) in (0_u64..).zip(&plan.rows) {
        if done % 512 == 0 {
            progress.at("写入台账", done, all)?;
        }
        if !row.taken {
            continue;
        }
        match row.action {
            Action::New => {
                let id = tx.insert(row.shape, plan.record(row))?;
                join(row, id, tx)?;
            }
            Action::Change => {
                let before = plan.before(row);
                if before != tx.get(kind, row.id)?.as_ref() {
                    return Err(changed_since(plan.shape, &row.label));
                }
                let record = plan.record(row);
                if before != Some(&record) {
                    tx.update(row.shape, record)?;
                }
                join(row, row.id, tx)?;
            }
            Action::Same | Action::Flawed => {}
        }
    }
    Ok(plan.counts())
}

/// Adds the people whom a row names as members of its tenant.
fn join(row: &Row, tenant: i64, tx: &mut Tx<'_>) -> Result<()> {
    let Some(shape) = crate::record::shape("member") else { return Ok(()) };
    for person in row.people.iter().filter(|p| p.action == Action::New) {
        let mut record = person.record.clone();
        record.set(shape.kind, "tenant", Some(Value::Int(tenant)));
        tx.insert(shape, record)?;
    }
    Ok(())
}

fn changed_since(shape: &Shape, label: &str) -> Error {
    Error::refused(format!("预览之后，台账里的{}“{label}”有了改动，请重新读取文件再导入", shape.label))
}

fn no_table(file: &str, shape: &Shape, sheets: &[sheet::Sheet]) -> Error {
    if sheets.iter().all(|s| s.lines.is_empty()) {
        return guard::refuse(file, "表里没有内容");
    }
    let wanted: Vec<&str> = shape.fields.iter().filter(|f| f.required).map(|f| f.label).collect();
    guard::refuse(
        file,
        &format!(
            "没有找到{}的表头。第一行应是列名，至少要有{}。可以先导出{}的模板，把内容粘贴进去再导入",
            shape.label,
            wanted.join("、"),
            shape.label
        ),
    )
}

#[cfg(test)]
mod tests;

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

mod compound;
mod csv;
mod guard;
mod heading;
mod limits;
mod matching;
mod reader;
mod sheet;
mod table;
mod value;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;

pub use reader::{Book, Reader, serve};

use serde::{Serialize, Serializer};
use ts_rs::TS;

use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::progress::Progress;
use crate::record::{Field, Record, Shape, Type, Value};
use crate::store::Tx;

/// What an import would do, row by row.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Name of the file.
    pub file: String,
    /// The list that the rows are for.
    pub shape: &'static Shape,
    /// Every row that holds a record, in the order of the file.
    pub rows: Vec<Row>,
    /// Every column of the table, with the field it was read as.
    pub mapping: Vec<Mapped>,
    /// Sheets that were not read, each with the reason.
    pub left_out: Vec<LeftOut>,
    /// Names of the records that rows refer to, for showing them.
    names: HashMap<(&'static str, i64), Arc<str>>,
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Action {
    /// A new record.
    New,
    /// A record of the ledger changes.
    Change,
    /// The ledger holds all of it already.
    Same,
    /// Left out; the flaws say why.
    Flawed,
}

/// One row of the file.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its sheet, empty for a text file.
    pub sheet: Arc<str>,
    /// Its row, counted from 1 as in Excel.
    pub row: u32,
    /// What happens to it.
    pub action: Action,
    /// The record as it will be: id 0 for a new one. For a flawed row, what could be read.
    pub record: Record,
    /// The record as it is now, for a row that changes or repeats one.
    pub before: Option<Record>,
    /// The fields that change.
    pub changes: Vec<Change>,
    /// Why the row is left out.
    pub flaws: Vec<CellFlaw>,
    /// The record's own label.
    pub label: String,
}

/// One field that changes, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Change {
    /// English name of the field.
    pub field: String,
    /// Text now, empty for blank.
    pub old: String,
    /// Text afterwards.
    pub new: String,
}

/// Something wrong in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct CellFlaw {
    /// Address such as `C7`; for what no single cell shows, the row as `7:7`.
    pub cell: String,
    /// What is wrong and what to do, in Chinese.
    pub say: String,
}

/// One column of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Mapped {
    /// Letters of the column, `C`.
    pub column: String,
    /// Its heading; the parts of a two-row heading are joined by a slash.
    pub heading: String,
    /// English name of the field it was read as, `None` when it is not read.
    pub field: Option<String>,
}

/// A sheet that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct LeftOut {
    /// Its name.
    pub sheet: String,
    /// Why, in Chinese.
    pub say: String,
}

/// How many rows a plan has of each action, or how many an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Applied {
    /// Records added.
    pub new: usize,
    /// Records changed.
    pub changed: usize,
    /// Rows that the ledger held already.
    pub same: usize,
    /// Rows left out.
    pub flawed: usize,
}

impl Plan {
    /// How many rows there are of each action.
    pub fn counts(&self) -> Applied {
        let of = |action| self.rows.iter().filter(|r| r.action == action).count();
        Applied {
            new: of(Action::New),
            changed: of(Action::Change),
            same: of(Action::Same),
            flawed: of(Action::Flawed),
        }
    }

    /// The record of a row as the command line and the window show it: money in 分, decimals as
    /// numbers, dates as text, references with the name they mean, blank as null.
    fn shown(&self, row: &Row) -> serde_json::Map<String, serde_json::Value> {
        use serde_json::{Value as Json, json};
        let named =
            |kind: &'static str, id: i64| json!({"id": id, "label": self.names.get(&(kind, id)).map_or("", |n| n)});
        let mut out = serde_json::Map::new();
        out.insert("id".into(), if row.record.id > 0 { json!(row.record.id) } else { Json::Null });
        out.insert("label".into(), json!(row.label));
        for (field, value) in self.shape.kind.fields.iter().zip(&row.record.cells) {
            let json = match (value, field.ty) {
                (None, _) => Json::Null,
                (Some(Value::Int(id)), Type::Ref(of)) => named(of, *id),
                (Some(Value::Ids(ids)), Type::Refs(of)) => ids.iter().map(|id| named(of, *id)).collect(),
                #[allow(clippy::cast_precision_loss, reason = "shown only; the exact hundredths are in the record")]
                (Some(Value::Int(n)), Type::Decimal) => json!(*n as f64 / 100.0),
                (Some(Value::Int(n)), _) => json!(n),
                (Some(Value::Bool(b)), _) => json!(b),
                (value, _) => json!(crate::record::format_value(field, value.as_ref())),
            };
            out.insert(field.name.into(), json);
        }
        out
    }
}

/// A plan as the screen and the command line see it.
#[derive(Serialize, TS)]
#[ts(rename = "Plan", export_to = "types.ts")]
struct ShownPlan {
    file: String,
    shape: String,
    counts: Applied,
    rows: Vec<ShownRow>,
    mapping: Vec<Mapped>,
    left_out: Vec<LeftOut>,
}

/// One row of a [`ShownPlan`].
#[derive(Serialize, TS)]
#[ts(rename = "PlanRow", export_to = "types.ts")]
struct ShownRow {
    sheet: String,
    row: u32,
    action: Action,
    record: serde_json::Map<String, serde_json::Value>,
    changes: Vec<Change>,
    flaws: Vec<CellFlaw>,
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.rows.iter().map(|row| ShownRow {
            sheet: row.sheet.to_string(),
            row: row.row,
            action: row.action,
            record: self.shown(row),
            changes: row.changes.clone(),
            flaws: row.flaws.clone(),
        });
        ShownPlan {
            file: self.file.clone(),
            shape: self.shape.name.to_owned(),
            counts: self.counts(),
            rows: rows.collect(),
            mapping: self.mapping.clone(),
            left_out: self.left_out.clone(),
        }
        .serialize(serializer)
    }
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
    value::understand(field, &value::Cell::Text(text.into()), value::Unit::default())
}

/// First and last day of what a person typed as a day, a month or a year; `None` when it is none of these.
pub fn days_typed(text: &str) -> Option<(chrono::NaiveDate, chrono::NaiveDate)> {
    value::days_written(text)
}

/// Text by which names are compared: width, spaces, case and kind of bracket do not matter.
pub(crate) fn folded(text: &str) -> String {
    value::folded(text)
}

/// Reads a file in this process into a plan for one list. Writes nothing. For bytes from outside a
/// [`Reader`] stands between the file and the program.
///
/// # Errors
/// [`Error::Refused`] when the file cannot be read or holds no table for this list; the sentence says
/// what the file is and what to do.
pub fn read(bytes: &[u8], file: &str, shape: &'static Shape, ledger: &Ledger) -> Result<Plan> {
    plan(&Reader::here().open(bytes, file, Progress::SILENT)?, shape, ledger)
}

/// Plans the rows of a file that was read for one list. Writes nothing.
///
/// # Errors
/// [`Error::Refused`] when the file holds no table for this list; the sentence says what to do.
pub fn plan(book: &Book, shape: &'static Shape, ledger: &Ledger) -> Result<Plan> {
    let file = book.file.as_str();
    if shape.kind.internal || shape.fields.iter().any(|f| f.required && f.ty == Type::System) {
        return Err(Error::refused(format!("{}不能从表格导入，请在窗口里登记", shape.label)));
    }
    let mut sheets: Vec<&sheet::Sheet> = book.sheets.iter().collect();
    // A template of ours explains itself on a sheet that is no data, and its first sheet says whose it is.
    if sheets.iter().any(|s| s.name == EXPLANATION) {
        sheets.retain(|s| s.name != EXPLANATION);
        let whose = sheets.iter().find_map(|s| crate::record::shapes().find(|other| other.label == s.name));
        if let Some(other) = whose.filter(|other| other.kind.name != shape.kind.name) {
            return Err(guard::refuse(
                file,
                &format!("这是“{}”的模板，不是“{}”的，请按“{0}”导入", other.label, shape.label),
            ));
        }
    }
    let mut found: Vec<(&sheet::Sheet, Vec<heading::Heading>)> =
        sheets.iter().map(|s| (*s, heading::find(s, shape))).filter(|(_, h)| !h.is_empty()).collect();
    if found.is_empty() {
        return Err(no_table(file, shape, &sheets));
    }
    let left_out = choose(&mut found, shape, &sheets);
    let mapping = found.first().and_then(|(_, headings)| headings.first()).map_or_else(Vec::new, |heading| {
        let name = |at: Option<usize>| at.and_then(|at| shape.fields.get(at)).map(|f| f.name.to_owned());
        heading
            .columns
            .iter()
            .map(|c| Mapped { column: letters(c.at), heading: c.heading.clone(), field: name(c.field) })
            .collect()
    });
    let (rows, names) = matching::rows(&found, shape, ledger);
    Ok(Plan { file: file.to_owned(), shape, rows, mapping, left_out, names })
}

/// Does what a plan shows, row by row, inside one change. Matches nothing anew: a record that changed
/// since the plan was made stops the import.
///
/// # Errors
/// [`Error::Refused`] when the ledger is no longer the one that the plan was made for; what the store
/// finds wrong with a record. Either way the change is given up whole.
pub fn apply(plan: &Plan, tx: &mut Tx<'_>) -> Result<Applied> {
    let kind = plan.shape.kind;
    for row in &plan.rows {
        match row.action {
            Action::New => {
                tx.insert(plan.shape, row.record.clone())?;
            }
            Action::Change => {
                if row.before != tx.get(kind, row.record.id)? {
                    return Err(Error::refused(format!(
                        "预览之后，台账里的{}“{}”有了改动，请重新读取文件再导入",
                        plan.shape.label, row.label
                    )));
                }
                tx.update(plan.shape, row.record.clone())?;
            }
            Action::Same | Action::Flawed => {}
        }
    }
    Ok(plan.counts())
}

fn no_table(file: &str, shape: &Shape, sheets: &[&sheet::Sheet]) -> Error {
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

/// Keeps the sheet that fits best, with those that have the very same columns; says why of the others.
fn choose(
    found: &mut Vec<(&sheet::Sheet, Vec<heading::Heading>)>,
    shape: &Shape,
    sheets: &[&sheet::Sheet],
) -> Vec<LeftOut> {
    // A sheet named after another list is that list's: teams and enterprises share most columns.
    let named_for = |name: &str| {
        let others = crate::record::shapes().filter(|s| s.kind.name == shape.kind.name && s.name != shape.name);
        let word = |label: &str| label.replace("创业", "").replace("初创", "");
        let name = name.replace("创业", "").replace("初创", "");
        if name.is_empty() {
            return 1;
        }
        if name.contains(&word(shape.label)) {
            2
        } else if others.filter(|s| s.stage.is_some()).any(|s| name.contains(&word(s.label))) {
            0
        } else {
            1
        }
    };
    let fields = |headings: &[heading::Heading]| {
        let first = headings.first().into_iter().flat_map(|h| &h.columns);
        let mut fields: Vec<usize> = first.filter_map(|c| c.field).collect();
        fields.sort_unstable();
        fields
    };
    let mut best: Option<(i32, usize, Vec<usize>)> = None;
    for (sheet, headings) in found.iter() {
        let fields = fields(headings);
        let rank = (named_for(&sheet.name), fields.len());
        if best.as_ref().is_none_or(|(name, known, _)| rank > (*name, *known)) {
            best = Some((rank.0, rank.1, fields));
        }
    }
    let best = best.map(|(_, _, fields)| fields).unwrap_or_default();
    let alone = found.len() == 1;
    found.retain(|(sheet, headings)| alone || (fields(headings) == best && named_for(&sheet.name) > 0));
    let read = |name: &str| found.iter().any(|(s, _)| s.name == name);
    sheets
        .iter()
        // The template's own notes hold no records: nothing is lost there.
        .filter(|s| !s.lines.is_empty() && !read(&s.name))
        .map(|s| LeftOut {
            sheet: s.name.clone(),
            say: format!("没有读取：列与{}的不同，需要时请单独存成文件导入", shape.label),
        })
        .collect()
}

#[cfg(test)]
mod tests;

//! What an import would do, and how the screen and the command line see it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use ts_rs::TS;

use super::packed::PackedValues;
use super::sheet::Line;
use super::value::Cell;
use crate::ledger::Ledger;
use crate::record::{Kind, Record, Shape, Type, Value, format_value};

/// What a person chose about how a file is read. The default lets the program find everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "ImportChoices", export_to = "types.ts")]
pub struct Choices {
    /// Sheet to read, by name, a hidden one too; `None` for the one that fits best.
    pub sheet: Option<String>,
    /// First row of the heading, counted from 1; 0 when the records begin without a heading; `None` to have it found.
    pub heading_row: Option<u32>,
    /// Letters of a column to the English name of the field it is read as, or to `None` for not read.
    /// Columns that are not named here are mapped as found.
    #[ts(type = "Record<string, string | null>")]
    pub mapping: BTreeMap<String, Option<String>>,
    /// Rows left out although they could come in.
    pub leave: BTreeSet<RowAt>,
    /// What was remembered for files of this shape does not count, and is forgotten by the import.
    pub afresh: bool,
}

/// Where a row stands in its file.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RowAt {
    /// Name of the sheet; empty for a text file, or for whichever sheet is read.
    pub sheet: String,
    /// Row, counted from 1 as in Excel.
    pub row: u32,
    /// First column, counted from 0, of the table that the row is of: another may stand beside it. `None` for whichever.
    #[serde(default)]
    pub from: Option<u32>,
}

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
    /// Every sheet of the file, in its order.
    pub sheets: Vec<SheetFound>,
    /// Sheets and tables that were not read, each with the reason.
    pub left_out: Vec<LeftOut>,
    /// First and last row of the heading, when there is one.
    pub heading: Option<(u32, u32)>,
    /// Why no rows could be read, in Chinese, with what to do.
    pub trouble: Option<String>,
    /// Rows of [`Choices::leave`] that the file does not have.
    pub unmet: Vec<RowAt>,
    /// What was chosen.
    pub choices: Choices,
    /// Key of the headings under which a mapping is remembered.
    pub(crate) fingerprint: String,
    /// The first rows of the sheet, so that a person can point at the heading.
    pub(super) preview: Vec<PreviewLine>,
    /// Headings as they stand in the file, for the correction file.
    pub(super) tables: Vec<Table>,
    /// Names of the records that rows refer to, for showing them.
    pub(super) names: HashMap<(&'static str, i64), Arc<str>>,
    /// The records that the plan was made for.
    pub(super) ledger: Ledger,
}

/// The heading of a table as it stands in the file.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Name of its sheet.
    pub sheet: Arc<str>,
    /// Rows of the table: from its heading to the one before the next.
    pub rows: std::ops::Range<u32>,
    /// Its first column.
    pub from: u32,
    /// What stands above it and says the unit, if anything.
    pub unit: Option<String>,
    /// Its columns.
    pub columns: Vec<super::heading::Column>,
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
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
    /// First column, counted from 0, of its table.
    pub from: u32,
    /// What happens to it.
    pub action: Action,
    /// It is applied. Never so for a flawed row.
    pub taken: bool,
    /// The list whose demands the record meets: a roster of teams may hold an enterprise.
    pub shape: &'static Shape,
    /// Of the stored record that it means; 0 for a new one and for a flawed row.
    pub id: i64,
    /// Contents of the record as it will be, see [`Plan::record`]; `None` where the ledger's stay as they are.
    pub(super) values: Option<PackedValues>,
    /// The fields that change.
    pub changes: Vec<Change>,
    /// Why the row is left out.
    pub flaws: Vec<CellFlaw>,
    /// What was concluded and may be wrong; the row comes in all the same.
    pub doubts: Vec<CellFlaw>,
    /// People named in the row's cells, who become records of their own.
    pub people: Vec<Person>,
    /// The record's own label.
    pub label: String,
    /// The cells of a flawed row as they stand, for the correction file.
    pub(super) line: Option<Box<Line>>,
}

/// Somebody named in a cell of a row, who becomes a 成员 of its tenant.
#[derive(Debug, Clone)]
pub struct Person {
    /// New or the same; never a change, since a name in a list says nothing more.
    pub action: Action,
    /// The member's record. Its tenant is 0 while the row's own record is new.
    pub record: Record,
    /// The name, with the role where one was written.
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

/// Something wrong, or to be looked at, in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct CellFlaw {
    /// Address such as `C7`; for what no single cell shows, the row as `7:7`.
    pub cell: String,
    /// What is wrong and what to do, in Chinese.
    pub say: String,
}

/// Why a column was read as its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Sure {
    /// The heading is the field's own label.
    Label,
    /// The heading is another name of the field.
    Alias,
    /// The heading is like one of its names: worth a look.
    Fuzzy,
    /// The cells look like the field's: worth a look.
    Content,
    /// So it was chosen the last time for a file of this shape.
    Remembered,
    /// The person chose it now.
    Chosen,
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
    /// Why; `None` for a column that is not read for want of a field.
    pub sure: Option<Sure>,
    /// The first contents of the column.
    pub samples: Vec<String>,
    /// First column of its table: another may stand beside it.
    #[serde(skip)]
    #[ts(skip)]
    pub(super) from: u32,
}

/// A sheet of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct SheetFound {
    /// Its name; empty for a text file.
    pub name: String,
    /// Rows that hold anything.
    pub rows: usize,
    /// First row of the heading that was found for this list.
    pub heading_row: Option<u32>,
    /// Columns that have a field.
    pub known: usize,
    /// Excel does not show it.
    pub hidden: bool,
    /// It is read.
    pub read: bool,
    /// Why it is read or not, in Chinese.
    pub say: String,
}

/// A sheet, or a table beside the one that is read, that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct LeftOut {
    /// Name of the sheet.
    pub sheet: String,
    /// What was not read and why, in Chinese.
    pub say: String,
}

/// A row of the file as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct PreviewLine {
    /// Row, counted from 1.
    pub row: u32,
    /// Letters of the column and content, only cells that hold something.
    pub cells: Vec<(String, String)>,
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
    /// Rows left out for their flaws.
    pub flawed: usize,
    /// Rows that the person left out.
    pub left: usize,
    /// Members added from cells that name several people.
    pub people: usize,
}

/// Which rows of a plan to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Only {
    /// Rows that add a record.
    New,
    /// Rows that change one.
    Change,
    /// Rows that the ledger holds already.
    Same,
    /// Rows left out for their flaws.
    Flawed,
    /// Rows with a doubt to look at.
    Doubtful,
    /// Rows that the person left out.
    Left,
}

impl Plan {
    /// The record of a row as it will be: id 0 for a new one. For a flawed row, what could be read.
    pub fn record(&self, row: &Row) -> Record {
        let kind = self.shape.kind;
        match (&row.values, self.before(row)) {
            (Some(values), _) => Record { id: row.id, cells: values.cells(kind.fields.len()) },
            (None, Some(stored)) => stored.clone(),
            (None, None) => Record::empty(kind, 0),
        }
    }

    /// The record of a row as the ledger holds it that the plan was made for.
    pub(super) fn before(&self, row: &Row) -> Option<&Record> {
        self.ledger.get(self.shape.kind, row.id)
    }

    /// What importing it would do, or did.
    pub fn counts(&self) -> Applied {
        let mut counts = Applied::default();
        for row in &self.rows {
            match row.action {
                Action::Flawed => counts.flawed += 1,
                Action::Same => counts.same += 1,
                _ if !row.taken => counts.left += 1,
                Action::New => counts.new += 1,
                Action::Change => counts.changed += 1,
            }
            if row.taken {
                counts.people += row.people.iter().filter(|p| p.action == Action::New).count();
            }
        }
        counts
    }

    /// Takes rows in or leaves them out, by their place in [`Plan::rows`]. A flawed row stays out.
    pub fn take(&mut self, rows: &[usize], taken: bool) {
        for at in rows {
            if let Some(row) = self.rows.get_mut(*at) {
                row.tick(taken, &mut self.choices.leave);
            }
        }
    }

    /// Takes all rows in or leaves them out, or those that `only` names. Flawed rows stay out.
    pub fn take_all(&mut self, only: Option<Only>, taken: bool) {
        for row in self.rows.iter_mut().filter(|row| only.is_none_or(|only| row.is(only))) {
            row.tick(taken, &mut self.choices.leave);
        }
    }

    /// The plan without its rows.
    pub fn view(&self) -> PlanView {
        let lacking = self.shape.fields.iter().filter(|f| f.required);
        let mapped = |name: &str| self.mapping.iter().any(|m| m.field.as_deref() == Some(name));
        PlanView {
            file: self.file.clone(),
            shape: self.shape.name.to_owned(),
            label: self.shape.label.to_owned(),
            counts: self.counts(),
            rows: RowCounts {
                all: self.rows.len(),
                new: self.count(Only::New),
                change: self.count(Only::Change),
                same: self.count(Only::Same),
                flawed: self.count(Only::Flawed),
                doubtful: self.count(Only::Doubtful),
                left: self.count(Only::Left),
            },
            sheets: self.sheets.clone(),
            heading_row: self.heading.map(|(first, _)| first),
            heading_last: self.heading.map(|(_, last)| last),
            mapping: self.mapping.clone(),
            fields: super::besides::choices(self.shape)
                .into_iter()
                .map(|(name, label)| {
                    let required = self.shape.fields.iter().any(|f| f.name == name && f.required);
                    FieldChoice { name, label, required }
                })
                .collect(),
            remembered: self.mapping.iter().any(|m| m.sure == Some(Sure::Remembered)),
            left_out: self.left_out.clone(),
            lacking: lacking.filter(|f| !mapped(f.name)).map(|f| f.label.to_owned()).collect(),
            trouble: self.trouble.clone(),
            preview: self.preview.clone(),
            choices: self.choices.clone(),
        }
    }

    fn count(&self, only: Only) -> usize {
        self.rows.iter().filter(|row| row.is(only)).count()
    }

    /// At most `count` rows from the `from`th on, of all or of those that `only` names.
    pub fn page(&self, from: usize, count: usize, only: Option<Only>) -> Vec<PlanRow> {
        let rows = self.rows.iter().enumerate().filter(|(_, row)| only.is_none_or(|only| row.is(only)));
        rows.skip(from).take(count).map(|(at, row)| self.shown(at, row)).collect()
    }

    /// One row as the screen and the command line see it.
    fn shown(&self, at: usize, row: &Row) -> PlanRow {
        PlanRow {
            at,
            sheet: row.sheet.to_string(),
            row: row.row,
            action: row.action,
            taken: row.taken,
            label: row.label.clone(),
            record: self.record_of(row),
            texts: self.texts(row),
            changes: row.changes.clone(),
            flaws: row.flaws.clone(),
            doubts: row.doubts.clone(),
            people: row.people.iter().map(|p| PlanPerson { action: p.action, label: p.label.clone() }).collect(),
        }
    }

    /// The columns of a row as text: of a flawed row as they stand in the file, else as they will be stored.
    fn texts(&self, row: &Row) -> Vec<String> {
        let record = self.record(row);
        let text = |mapped: &Mapped| {
            if row.action == Action::Flawed {
                let cell = row.cells().find(|(at, _)| super::letters(*at) == mapped.column);
                return cell.map_or(String::new(), |(_, cell)| cell.to_string());
            }
            let Some(field) = mapped.field.as_deref().filter(|_| mapped.from == row.from) else { return String::new() };
            // Whether it is registered shows in what it is entered as.
            let field = if field == "registered" { "entered_as" } else { field };
            if field == "members" {
                return row.people.iter().map(|p| p.label.as_str()).collect::<Vec<_>>().join("、");
            }
            self.text(self.shape.kind, &record, field)
        };
        self.mapping.iter().map(text).collect()
    }

    /// A field as text, with the names that references mean.
    fn text(&self, kind: &Kind, record: &Record, name: &str) -> String {
        let Some(field) = kind.field(name) else { return String::new() };
        let named = |of: &'static str, id: i64| self.names.get(&(of, id)).map_or(String::new(), ToString::to_string);
        match (record.field(kind, name), field.ty) {
            (Some(Value::Int(id)), Type::Ref(of)) => named(of, *id),
            (Some(Value::Ids(ids)), Type::Refs(of)) => {
                ids.iter().map(|id| named(of, *id)).collect::<Vec<_>>().join("、")
            }
            (value, _) => format_value(field, value),
        }
    }

    /// The record of a row as the command line and the window show it: money in 分, decimals as
    /// numbers, dates as text, references with the name they mean, blank as null.
    fn record_of(&self, row: &Row) -> serde_json::Map<String, serde_json::Value> {
        use serde_json::{Value as Json, json};
        let named =
            |kind: &'static str, id: i64| json!({"id": id, "label": self.names.get(&(kind, id)).map_or("", |n| n)});
        let mut out = serde_json::Map::new();
        let record = self.record(row);
        out.insert("id".into(), if row.id > 0 { json!(row.id) } else { Json::Null });
        out.insert("label".into(), json!(row.label));
        for (field, value) in self.shape.kind.fields.iter().zip(&record.cells) {
            let json = match (value, field.ty) {
                (None, _) => Json::Null,
                (Some(Value::Int(id)), Type::Ref(of)) => named(of, *id),
                (Some(Value::Ids(ids)), Type::Refs(of)) => ids.iter().map(|id| named(of, *id)).collect(),
                #[allow(clippy::cast_precision_loss, reason = "shown only; the exact hundredths are in the record")]
                (Some(Value::Int(n)), Type::Decimal) => json!(*n as f64 / 100.0),
                (Some(Value::Int(n)), _) => json!(n),
                (Some(Value::Bool(b)), _) => json!(b),
                (value, _) => json!(format_value(field, value.as_ref())),
            };
            out.insert(field.name.into(), json);
        }
        out
    }
}

impl Row {
    /// The cells of a flawed row as they stand in the file, each with its column.
    pub(super) fn cells(&self) -> impl Iterator<Item = (u32, Cell<'_>)> {
        self.line.iter().flat_map(|line| line.cells())
    }

    /// Whether it is one of those that `only` names.
    pub fn is(&self, only: Only) -> bool {
        match only {
            Only::New => self.action == Action::New,
            Only::Change => self.action == Action::Change,
            Only::Same => self.action == Action::Same,
            Only::Flawed => self.action == Action::Flawed,
            Only::Doubtful => !self.doubts.is_empty(),
            Only::Left => !self.taken && self.action != Action::Flawed,
        }
    }

    /// Where it stands.
    pub(super) fn at(&self) -> RowAt {
        RowAt { sheet: self.sheet.to_string(), row: self.row, from: Some(self.from) }
    }

    /// Whether a person who names a row means it.
    pub(super) fn is_at(&self, at: &RowAt) -> bool {
        self.row == at.row
            && (at.sheet.is_empty() || *self.sheet == *at.sheet)
            && at.from.is_none_or(|from| from == self.from)
    }

    fn tick(&mut self, taken: bool, leave: &mut BTreeSet<RowAt>) {
        if self.action == Action::Flawed {
            return;
        }
        self.taken = taken;
        let at = self.at();
        if taken {
            leave.remove(&at);
        } else {
            leave.insert(at);
        }
    }
}

/// A plan without its rows, for the screen.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct PlanView {
    /// Name of the file.
    pub file: String,
    /// English name of the list.
    pub shape: String,
    /// Chinese name of the list.
    pub label: String,
    /// What importing it would do with the rows as they are ticked.
    pub counts: Applied,
    /// How many rows there are to look at.
    pub rows: RowCounts,
    /// Every sheet of the file.
    pub sheets: Vec<SheetFound>,
    /// First row of the heading; 0 where there is none.
    pub heading_row: Option<u32>,
    /// Last row of the heading.
    pub heading_last: Option<u32>,
    /// Every column with its field.
    pub mapping: Vec<Mapped>,
    /// What a column can be read as.
    pub fields: Vec<FieldChoice>,
    /// Some of the mapping is what was chosen the last time.
    pub remembered: bool,
    /// Sheets and tables that were not read, each with the reason.
    pub left_out: Vec<LeftOut>,
    /// Labels of fields that a new record must have and no column gives.
    pub lacking: Vec<String>,
    /// Why no rows could be read.
    pub trouble: Option<String>,
    /// The first rows of the sheet as they stand, so that a person can point at the heading.
    pub preview: Vec<PreviewLine>,
    /// What was chosen, for choosing further.
    pub choices: Choices,
}

/// What a column can be read as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct FieldChoice {
    /// English name, as [`Choices::mapping`] takes it.
    pub name: &'static str,
    /// Chinese label.
    pub label: &'static str,
    /// A new record must have it.
    pub required: bool,
}

/// How many rows of a plan there are to look at, ticked or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RowCounts {
    /// All rows.
    pub all: usize,
    /// Rows that add a record.
    pub new: usize,
    /// Rows that change one.
    pub change: usize,
    /// Rows that the ledger holds already.
    pub same: usize,
    /// Rows left out for their flaws.
    pub flawed: usize,
    /// Rows with a doubt to look at.
    pub doubtful: usize,
    /// Rows that the person left out.
    pub left: usize,
}

/// One row of a plan, for the screen and the command line.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct PlanRow {
    /// Its place among all rows of the plan, by which it is ticked.
    pub at: usize,
    /// Its sheet, empty for a text file.
    pub sheet: String,
    /// Its row, counted from 1 as in Excel.
    pub row: u32,
    /// What happens to it.
    pub action: Action,
    /// It is applied.
    pub taken: bool,
    /// The record's own label.
    pub label: String,
    /// The record as it will be, by field.
    #[ts(type = "Record<string, unknown>")]
    pub record: serde_json::Map<String, serde_json::Value>,
    /// Its columns as text, in the order of the mapping: of a flawed row as they stand in the file.
    pub texts: Vec<String>,
    /// The fields that change.
    pub changes: Vec<Change>,
    /// Why the row is left out.
    pub flaws: Vec<CellFlaw>,
    /// What was concluded and may be wrong.
    pub doubts: Vec<CellFlaw>,
    /// People named in its cells, who become members.
    pub people: Vec<PlanPerson>,
}

/// Somebody named in a row's cells.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct PlanPerson {
    /// New or the same.
    pub action: Action,
    /// The name, with the role where one was written.
    pub label: String,
}

/// A whole plan as the command line prints it.
#[derive(Serialize)]
struct ShownPlan<'a> {
    file: &'a str,
    shape: &'a str,
    counts: Applied,
    sheets: &'a [SheetFound],
    heading_row: Option<u32>,
    rows: Vec<PlanRow>,
    mapping: &'a [Mapped],
    left_out: &'a [LeftOut],
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ShownPlan {
            file: &self.file,
            shape: self.shape.name,
            counts: self.counts(),
            sheets: &self.sheets,
            heading_row: self.heading.map(|(first, _)| first),
            rows: self.page(0, self.rows.len(), None),
            mapping: &self.mapping,
            left_out: &self.left_out,
        }
        .serialize(serializer)
    }
}

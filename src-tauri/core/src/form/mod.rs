//! A form as data: parsed from a file, filled from a ledger, checked.
//!
//! [`parse()`] reads a form file into a [`Form`], [`fill()`] turns it and a ledger into a [`Filled`]. Nothing
//! here reads a file or a clock.

mod byhand;
mod check;
mod expr;
mod fill;
mod grid;
pub(crate) mod parse;
mod plain;
mod shared;
pub(crate) mod shelf;
mod table;
pub(crate) mod trace;
pub(crate) mod wording;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;

pub use byhand::ByHand;
pub use check::values;
pub use expr::Expr;
pub use fill::{contents, fill, insertions, placed, text_record};
pub(crate) use grid::names;
pub use grid::{Align, Border, Grid, GridBox, GridRow};
pub use parse::parse;
pub use shared::cells as shared_figures;
pub use shelf::Shelf;

use crate::amount;
use crate::error::Flaw;
use crate::figure::{Condition, Days, Query};
use crate::period::{Basis, Period, Window};
use crate::record::Kind;

/// What a form reports on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum PeriodKind {
    /// A quarter.
    Quarter,
    /// A calendar year.
    Year,
    /// The state on one day.
    Day,
}

/// One edition of a form, as its file says it.
#[derive(Debug, Clone)]
pub struct Form {
    /// Id of the edition, for example torch-quarterly-2021.
    pub id: String,
    /// What editions of the same form share; a family given in place of an id means the edition valid then.
    pub family: String,
    /// Title, exactly as printed.
    pub title: String,
    /// Who asks for it.
    pub issuer: String,
    /// Where the wording comes from.
    pub source: String,
    /// The wording is official; otherwise our own draft, printed 非官方.
    pub official: bool,
    /// Its rosters alone are printed; the cells only serve them.
    pub lists_only: bool,
    /// What it reports on.
    pub period: PeriodKind,
    /// Default basis.
    pub basis: Basis,
    /// Default cut-off: day of the period's last month.
    pub cutoff_day: u32,
    /// A team that registered within the window counts in both lines.
    pub converted_counts_twice: bool,
    /// First day of validity.
    pub valid_from: Option<NaiveDate>,
    /// Last day of validity.
    pub valid_until: Option<NaiveDate>,
    /// Heads of the table of figures.
    pub columns: Vec<String>,
    /// Lines above the table.
    pub head: Vec<HeadDef>,
    /// Headings of sections and the cell each begins with.
    pub sections: Vec<SectionDef>,
    /// Cells in printed order.
    pub cells: Vec<CellDef>,
    /// Positions of the cells in an order in which they can be computed.
    pub order: Vec<usize>,
    /// Lines below the table.
    pub foot: Vec<HeadDef>,
    /// Tables of records.
    pub rosters: Vec<RosterDef>,
    /// Its checks.
    pub checks: Vec<CheckDef>,
    /// Positions of the cells in the order of the portal's page; the printed order unless the file says otherwise.
    pub portal: Vec<usize>,
    /// Its paper, when it is not a plain list of figures.
    pub layout: Option<grid::Layout>,
    /// From the manager's own forms folder, not the program's.
    pub own: bool,
    /// Name of its file.
    pub file: String,
    /// The file's text, kept with a seal.
    pub text: String,
}

impl Form {
    /// Whether the edition is valid on a day.
    pub fn valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|d| d <= day) && self.valid_until.is_none_or(|d| day <= d)
    }
}

/// A heading and the position of the first cell below it.
#[derive(Debug, Clone)]
pub struct SectionDef {
    /// As printed.
    pub label: String,
    /// Position of its first cell.
    pub first: usize,
}

/// A line of head or foot.
#[derive(Debug, Clone)]
pub struct HeadDef {
    /// English name within the file.
    pub name: String,
    /// As printed, without the colon.
    pub label: String,
    /// Line of print.
    pub line: u8,
    /// Where its text comes from: the first that is filled in.
    pub values: Vec<HeadValue>,
    /// What yes and no print as.
    pub words: Option<(String, String)>,
}

/// Where the text of a line comes from.
#[derive(Debug, Clone)]
pub enum HeadValue {
    /// The period as printed, for example 2021年09月.
    PeriodLabel,
    /// 报出日期 of the filing; without one the cut-off (our default).
    ReportedOn,
    /// 数据截止日.
    Cutoff,
    /// Left blank for a signature or seal.
    Blank,
    /// A field of the record in force at the cut-off among those that meet the conditions.
    Field {
        /// Kind of the record.
        kind: &'static Kind,
        /// Position of the field.
        at: usize,
        /// Which record.
        conditions: Vec<Condition>,
        /// Of a day, its year alone.
        year: bool,
    },
}

/// One cell and its one source.
#[derive(Debug, Clone)]
pub struct CellDef {
    /// Official code.
    pub code: String,
    /// 指标名称, exactly as printed.
    pub label: String,
    /// 计量单位.
    pub unit: String,
    /// Steps of indentation in print.
    pub indent: u8,
    /// Definition.
    pub help: String,
    /// How sure the definition is and what it rests on.
    pub grade: String,
    /// Where in the official document it stands, when the form's own source does not say enough.
    pub document: String,
    /// It counts what happened in the window; otherwise it is the state at the cut-off.
    pub flow: bool,
    /// Decimals shown: 0, 1 or 2.
    pub decimals: u8,
    /// The wording that stands in a text as long as nobody has written another; `{code}` as in any text.
    pub draft: String,
    /// Where its value comes from.
    pub source: CellSource,
}

impl CellDef {
    /// How many of the smallest unit (分, hundredths of a measure, or the count itself) make one of its unit.
    pub fn scale(&self) -> i64 {
        scale(&self.unit, self.decimals)
    }

    /// An exact figure as its cell shows it, rounded once: whole units, or hundredths of the unit
    /// where decimals are shown.
    fn place(&self, exact: i64) -> i64 {
        match self.decimals {
            0 => amount::round(exact, self.scale()),
            1 => amount::round(exact, self.scale() / 10).saturating_mul(10),
            _ => amount::round(exact, self.scale() / 100),
        }
    }

    /// A placed figure as content.
    fn content(&self, placed: i64) -> Content {
        if self.decimals == 0 { Content::Int(placed) } else { Content::Decimal(placed) }
    }

    /// A value typed by hand, in hundredths of its unit, as this cell places it.
    fn by_hand(&self, hundredths: i64) -> i64 {
        match self.decimals {
            0 => amount::round(hundredths, 100),
            1 => amount::round(hundredths, 10).saturating_mul(10),
            _ => hundredths,
        }
    }

    /// Whether a value typed by hand has no more decimals than the cell shows.
    pub fn takes(&self, typed: ByHand) -> bool {
        self.by_hand(typed.0) == if self.decimals == 0 { typed.0 / 100 } else { typed.0 }
            && (self.decimals > 0 || typed.0 % 100 == 0)
    }
}

/// See [`CellDef::scale`].
fn scale(unit: &str, decimals: u8) -> i64 {
    match amount::scale(unit) {
        1 if decimals > 0 => 100,
        scale => scale,
    }
}

/// The one source of a cell.
#[derive(Debug, Clone)]
pub enum CellSource {
    /// Counted or summed over records.
    Query(Box<Query>),
    /// The sum of other cells, balanced after rounding (舍位平衡).
    Total(Vec<String>),
    /// Arithmetic over other cells.
    Formula(Expr),
    /// How many records say each word of a text field, as one line: 本科2人、大专1人.
    Spread(Box<Query>, usize),
    /// Profile fields: the first that is filled in, or all that are with `join` between them. What a field says
    /// is printed as `words` have it, and not at all where they have a blank.
    Profile {
        /// The fields.
        values: Vec<HeadValue>,
        /// What stands between them.
        join: Option<String>,
        /// Other words for what a field says.
        words: BTreeMap<String, String>,
    },
    /// 是 when these profile fields read the same, 否 when they differ, blank while one is not filled in.
    Same(Vec<HeadValue>),
    /// Text that is written in the program (kind `text_block`), with its limit of characters.
    Text(Option<usize>),
    /// Typed by hand.
    Manual,
}

impl CellSource {
    /// Whether it gives a number: only that can be typed by hand in place of the computed one.
    pub fn is_number(&self) -> bool {
        !matches!(self, CellSource::Profile { .. } | CellSource::Spread(..) | CellSource::Same(_) | CellSource::Text(_))
    }

    /// The codes it names.
    pub fn names(&self) -> Vec<String> {
        match self {
            CellSource::Query(q) | CellSource::Spread(q, _) => q.among.iter().chain(&q.each).cloned().collect(),
            CellSource::Total(parts) => parts.clone(),
            CellSource::Formula(expr) => expr.names().into_iter().map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }
}

/// A table of records.
#[derive(Debug, Clone)]
pub struct RosterDef {
    /// Whose records.
    pub kind: &'static Kind,
    /// Which.
    pub conditions: Vec<Condition>,
    /// Only records whose field says the same as this cell, or nothing.
    pub matching: Option<(usize, String)>,
    /// Records that the manager may take over as a beginning, as field and text.
    pub offers: Vec<Vec<(String, String)>>,
    /// Positions of the fields to sort by.
    pub sort: Vec<usize>,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A column of a roster.
#[derive(Debug, Clone)]
pub struct Column {
    /// As printed.
    pub label: String,
    /// Unit of money columns.
    pub unit: String,
    /// What stands in it.
    pub value: ColumnValue,
    /// Width in characters.
    pub width: f64,
    /// What stands there while the record has nothing, for example 在建.
    pub blank: String,
    /// 是 where the record has something and it is not 0, else 否.
    pub yes_no: bool,
    /// Days and months as 2017年12月10日 and 2017年12月.
    pub chinese_dates: bool,
    /// A field of the record that is put in brackets behind the value.
    pub bracket: Option<usize>,
    /// Which of the records that belong to it.
    pub conditions: Vec<Condition>,
}

/// What stands in a column.
#[derive(Debug, Clone)]
pub enum ColumnValue {
    /// A running number.
    Row,
    /// Left blank to write in.
    Blank,
    /// A field of the record.
    Field(usize),
    /// A field of the record that one of its fields refers to.
    Through(usize, &'static Kind, usize),
    /// A field of the latest record that belongs to it: kind, owner field, field.
    LatestOf(&'static Kind, usize, usize),
    /// The sum of a field over the records that belong to it, up to the cut-off: kind, owner field, field.
    SumOf(&'static Kind, usize, usize),
    /// How many records belong to it: kind, owner field.
    CountOf(&'static Kind, usize),
    /// How many different records a field of those that belong to it names: kind, owner field, field.
    DistinctOf(&'static Kind, usize, usize),
    /// How many proof files of these roles it has.
    Proof(Vec<String>),
    /// Age at the cut-off by a year of birth.
    Age(usize),
    /// What a tenant is at the cut-off: 在孵, 毕业, 退出 …
    Standing,
    /// What its field `figure` names, measured from its first to its last day up to the cut-off, or over a
    /// window; a value typed into this field comes first.
    Measured(Option<usize>, Option<Days>),
    /// Measured, in per cent of its target value.
    Progress,
    /// How far a target is: 已完成, 进行中, 逾期未完成, 未开始.
    Reached,
}

/// One rule as its file says it.
#[derive(Debug, Clone)]
pub struct CheckDef {
    /// Id, for example R01. Several entries may share one: they are one rule in parts.
    pub id: String,
    /// 错误 or 警示.
    pub level: Level,
    /// What it says; `{code}` `{label}` `{value}` `{previous}` `{records}` and codes are put in.
    pub say: String,
    /// It speaks on this basis only.
    pub basis: Option<Basis>,
    /// What it looks at.
    pub probe: Probe,
}

/// What a rule looks at.
#[derive(Debug, Clone)]
pub enum Probe {
    /// An expression must hold, once or for each of some codes.
    Holds {
        /// What must hold.
        expr: Expr,
        /// For each of these, as `value`.
        over: Option<Vec<String>>,
        /// The report that `previous` means.
        against: Option<Against>,
    },
    /// These codes must be filled in.
    Filled(Vec<String>),
    /// These lines of head and foot must be filled in.
    Head(Vec<String>),
    /// The texts among these codes must keep their limits of characters.
    Limits(Vec<String>),
    /// Speaks for every text among these codes whose figures are others than when it was written.
    Changed(Vec<String>),
    /// Every `{code}` in the texts among these codes must be a figure of the form.
    Insertions(Vec<String>),
    /// Speaks for every hand-typed value that differs from the computed one.
    Overridden,
    /// An audit of the records behind some codes.
    Records {
        /// The codes.
        behind: Vec<String>,
        /// The audit.
        audit: Audit,
    },
}

/// The report that a rule compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The period before, when it lies in the same calendar year.
    PreviousInYear,
    /// The last one on the same footing: the period before; for flows on 本年累计 in a year's first
    /// quarter, the same quarter of the year before.
    Comparable,
}

/// An audit of records.
#[derive(Debug, Clone)]
pub enum Audit {
    /// Each has these proof files.
    Proof(Vec<ProofWant>),
    /// Each tenant has a signed agreement in force at the cut-off (or on its last day before it).
    Agreement,
    /// No two share the content of one of these fields.
    Unique(Vec<usize>),
    /// None meets all of these.
    None(Vec<Condition>),
}

/// Proof files that a record must have.
#[derive(Debug, Clone)]
pub struct ProofWant {
    /// Any of these roles.
    pub roles: Vec<String>,
    /// At least so many.
    pub at_least: usize,
}

/// What a filing adds to the form and the ledger: the choices made, values and reasons typed by hand.
#[derive(Debug, Clone)]
pub struct Filing {
    /// What is reported on.
    pub period: Period,
    /// 本季 or 本年累计.
    pub basis: Basis,
    /// Last day that counts.
    pub cutoff: NaiveDate,
    /// Cut-off of the period before.
    pub previous_cutoff: Option<NaiveDate>,
    /// 报出日期.
    pub reported_on: Option<NaiveDate>,
    /// 报送期限.
    pub due_on: Option<NaiveDate>,
    /// Hand-typed values with their reasons, by code, in hundredths of the cell's unit.
    pub overrides: BTreeMap<String, (i64, String)>,
    /// The figures with which texts were written, by the text's code and then the figure's, as printed.
    pub written: BTreeMap<String, BTreeMap<String, String>>,
    /// Reasons for 警示, by rule.
    pub reasons: BTreeMap<String, String>,
    /// Reasons of an earlier period, by rule.
    pub offered: BTreeMap<String, String>,
    /// Values of the period before on the same basis, where there is such a report.
    pub previous: Option<BTreeMap<String, i64>>,
    /// Values of the same period of the year before.
    pub year_before: Option<BTreeMap<String, i64>>,
}

impl Filing {
    /// A filing with the edition's own basis and cut-off, and nothing typed by hand.
    pub fn new(form: &Form, period: Period) -> Filing {
        Filing {
            period,
            basis: form.basis,
            cutoff: period.cutoff(form.cutoff_day),
            previous_cutoff: period.previous().map(|p| p.cutoff(form.cutoff_day)),
            reported_on: None,
            due_on: None,
            overrides: BTreeMap::new(),
            written: BTreeMap::new(),
            reasons: BTreeMap::new(),
            offered: BTreeMap::new(),
            previous: None,
            year_before: None,
        }
    }

    /// The days it looks at.
    pub fn window(&self) -> Window {
        match self.period {
            Period::Day(day) => Window { start: NaiveDate::MIN, end: day, fresh: NaiveDate::MIN },
            _ => Window::new(self.period, self.basis, self.cutoff, self.previous_cutoff),
        }
    }
}

/// Content of a form's cell. Blank is `None` around it, never 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A whole number in the cell's unit.
    Int(i64),
    /// A number with two decimals, in hundredths of the cell's unit.
    Decimal(i64),
    /// Text.
    Text(String),
}

impl Serialize for Content {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Content::Int(n) => s.serialize_i64(*n),
            Content::Decimal(n) => s.serialize_f64(amount::in_units(*n, 100)),
            Content::Text(t) => s.serialize_str(t),
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Content, D::Error> {
        match serde_json::Value::deserialize(d)? {
            serde_json::Value::String(text) => Ok(Content::Text(text)),
            serde_json::Value::Number(n) => match (n.as_i64(), n.as_f64()) {
                (Some(whole), _) => Ok(Content::Int(whole)),
                #[allow(clippy::cast_possible_truncation, reason = "hundredths of a form's figure are far below 2^53")]
                (None, Some(x)) => Ok(Content::Decimal((x * 100.0).round() as i64)),
                (None, None) => Err(serde::de::Error::custom("不是数字")),
            },
            _ => Err(serde::de::Error::custom("应为数字或文字")),
        }
    }
}

/// English name of a kind of record. An alias, so that reading it back borrows nothing.
pub type KindName = &'static str;

/// A sealed form names kinds; reading it back finds them among those there are.
fn kind_name<'de, D: Deserializer<'de>>(d: D) -> Result<&'static str, D::Error> {
    let name = String::deserialize(d)?;
    crate::record::kind(&name).map(|k| k.name).ok_or_else(|| serde::de::Error::custom(format!("没有记录类别 {name}")))
}

/// One record behind a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Source {
    /// English name of its kind.
    #[serde(deserialize_with = "kind_name")]
    pub kind: KindName,
    /// Its id.
    #[ts(type = "number")]
    pub id: i64,
    /// Its own label, as people name it.
    pub label: String,
    /// What it adds to the figure, in the cell's unit, unrounded.
    pub amount: f64,
    /// The same in the smallest unit (分, or the count itself): these add up exactly.
    #[ts(type = "number")]
    pub exact: i64,
}

/// Something missing behind a figure, and where to mend it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Gap {
    /// English name of the record's kind.
    #[serde(deserialize_with = "kind_name")]
    pub kind: KindName,
    /// Its id.
    #[ts(type = "number")]
    pub id: i64,
    /// For example 乙公司 未填 人数.
    pub say: String,
}

/// A figure in a text that was another when the text was written or last confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ChangedFigure {
    /// Its code, as the text names it.
    pub code: String,
    /// 指标名称.
    pub label: String,
    /// As it was.
    pub was: String,
    /// As it is.
    pub now: String,
}

/// A figure that a text may name.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Insertion {
    /// Its code: `{code}` in a text.
    pub code: String,
    /// 指标名称.
    pub label: String,
    /// 计量单位.
    pub unit: String,
    /// As it prints now; empty when it is not known.
    pub text: String,
}

impl Insertion {
    fn of(cell: &Cell) -> Insertion {
        let (code, label, unit) = (cell.code.clone(), cell.label.clone(), cell.unit.clone());
        Insertion { code, label, unit, text: cell.printed() }
    }
}

/// One cell, filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Cell {
    /// Heading of the section that begins with this cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Official code.
    pub code: String,
    /// 指标名称, exactly as printed.
    pub label: String,
    /// 计量单位.
    pub unit: String,
    /// Steps of indentation in print.
    pub indent: u8,
    /// What the form shows.
    #[ts(type = "number | string | null")]
    pub value: Option<Content>,
    /// What the records give, also where a hand-typed value stands in its place.
    #[ts(type = "number | string | null")]
    pub computed: Option<Content>,
    /// Decimals that the form shows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub decimals: u8,
    /// Characters that a text has, blanks left out: counted whether it has a limit or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub length: Option<u32>,
    /// Characters that a text may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub limit: Option<u32>,
    /// A text as it was written, with `{code}` in the places of figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub raw: Option<String>,
    /// Figures in the text that were others when it was written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<ChangedFigure>>", optional)]
    pub changed: Vec<ChangedFigure>,
    /// Unrounded, in the smallest unit (分, hundredths of a measure, or the count itself).
    #[ts(type = "number | null")]
    pub exact: Option<i64>,
    /// A hand-typed value stands here.
    pub overridden: bool,
    /// Why it was typed by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The value differs from plain rounding so that the sum holds (舍位平衡); says by how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<String>,
    /// The records behind it.
    pub from: Vec<Source>,
    /// What is missing.
    pub gaps: Vec<Gap>,
    /// What the reader should know, for example a head-count carried forward.
    pub notes: Vec<String>,
    /// Definition, its source and how sure it is.
    pub help: String,
}

impl Cell {
    /// The exact figure in the cell's unit, unrounded.
    pub fn exact_in_unit(&self) -> Option<f64> {
        Some(amount::in_units(self.exact?, scale(&self.unit, self.decimals)))
    }

    /// What the form shows, as people read it; empty when it is blank.
    pub fn printed(&self) -> String {
        printed(self.value.as_ref(), &self.unit, self.decimals)
    }
}

/// A content as people read it: amounts with all their decimals, measures as short as they are.
pub(crate) fn printed(content: Option<&Content>, unit: &str, decimals: u8) -> String {
    match content {
        None => String::new(),
        Some(Content::Int(n)) => n.to_string(),
        Some(Content::Decimal(n)) => {
            let two = amount::yuan(*n);
            match (amount::scale(unit), decimals) {
                (1, 2..) => two.trim_end_matches('0').trim_end_matches('.').to_owned(),
                (_, 1) => two.strip_suffix('0').unwrap_or(&two).to_owned(),
                _ => two,
            }
        }
        Some(Content::Text(text)) => text.clone(),
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &u8) -> bool {
    *n == 0
}

/// 错误 must be mended; 警示 may stay with a written reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Level {
    /// 错误.
    Error,
    /// 警示.
    Warning,
}

impl Level {
    /// 错误 or 警示.
    pub fn label(self) -> &'static str {
        match self {
            Level::Error => "错误",
            Level::Warning => "警示",
        }
    }
}

/// A rule that spoke.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Breach {
    /// Id of the rule, for example R01.
    pub rule: String,
    /// 错误 or 警示.
    pub level: Level,
    /// What it found, in Chinese.
    pub message: String,
    /// Codes of the cells that it is about.
    pub codes: Vec<String>,
    /// The records that it is about.
    pub records: Vec<Gap>,
    /// The reason that was written for a 警示.
    pub reason: Option<String>,
    /// The reason of an earlier period, offered again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<String>,
}

/// A line of the form's head or foot: name, operator, address, contacts, dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct HeadItem {
    /// English name within the form file.
    pub name: String,
    /// Label as printed, without the colon.
    pub label: String,
    /// Text as printed; blank when the records do not have it.
    pub value: Option<String>,
    /// The line of print on which it stands; items of one line share the number.
    pub line: u8,
}

/// A form with its figures, ready to look at, print or seal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Filled {
    /// Id of the edition.
    pub form: String,
    /// Title, exactly as printed.
    pub title: String,
    /// For example 2021Q3.
    pub period: String,
    /// For example 2021年09月.
    pub period_label: String,
    /// 本季 or 本年累计.
    pub basis: Basis,
    /// First day of the flows.
    #[ts(type = "string")]
    pub start: chrono::NaiveDate,
    /// Last day that counts.
    #[ts(type = "string")]
    pub cutoff: chrono::NaiveDate,
    /// 报出日期, when it is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "string", optional)]
    pub reported_on: Option<chrono::NaiveDate>,
    /// 报送期限, when it is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "string", optional)]
    pub due_on: Option<chrono::NaiveDate>,
    /// The wording is official; otherwise it is our own draft, printed 非官方.
    pub official: bool,
    /// Column heads of the table of figures: 指标名称 计量单位 代码 数量.
    pub columns: Vec<String>,
    /// Above the table.
    pub head: Vec<HeadItem>,
    /// The figures, in printed order.
    pub cells: Vec<Cell>,
    /// Below the table.
    pub foot: Vec<HeadItem>,
    /// Tables of records (rosters).
    pub tables: Vec<RosterTable>,
    /// The tables alone are printed; the figures only serve them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub lists_only: bool,
    /// The paper it is printed on, when that is more than a list of figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub grid: Option<Grid>,
    /// Rules that spoke, 错误 first.
    pub breaches: Vec<Breach>,
    /// Set when the values shown are those sealed at this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_at: Option<String>,
}

/// A roster as printed: heads and rows of contents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RosterTable {
    /// Heads, with their units.
    pub columns: Vec<String>,
    /// One a record.
    pub rows: Vec<RosterRow>,
    /// Width of each column in characters.
    pub widths: Vec<f64>,
    /// Columns of measures: their numbers show only the decimals that they have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<usize>>", optional)]
    pub short: Vec<usize>,
}

/// One record of a roster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RosterRow {
    /// English name of the record's kind.
    #[serde(deserialize_with = "kind_name")]
    pub kind: KindName,
    /// Its id.
    #[ts(type = "number")]
    pub id: i64,
    /// Contents, one a column.
    #[ts(type = "(number | string | null)[]")]
    pub cells: Vec<Option<Content>>,
}

/// A form file that could not be used, with every flaw in it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct BrokenForm {
    /// The file's name.
    pub file: String,
    /// What is wrong in it.
    pub flaws: Vec<Flaw>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ledger;

    const QUARTERLY: &str = include_str!("../../../../assets/forms/torch-quarterly-2021.toml");

    fn flaws(text: &str) -> String {
        match parse("新表.toml", text) {
            Ok(_) => "sound".to_owned(),
            Err(flaws) => flaws.iter().map(|f| f.to_string()).collect::<Vec<_>>().join("\n"),
        }
    }

    #[test]
    fn the_quarterly_form_has_its_21_lines() {
        let form = parse("torch-quarterly-2021.toml", QUARTERLY).map_err(|f| format!("{f:?}"));
        let Ok(form) = form else { panic!("{form:?}") };
        assert_eq!(form.cells.len(), 21);
        assert_eq!(form.sections.len(), 3);
        let filling = Filing::new(&form, Period::Quarter { year: 2021, quarter: 3 });
        let filled = fill(&form, &Ledger::default(), &filling);
        let values: Vec<_> = filled.cells.iter().map(|c| c.value.clone()).collect();
        assert_eq!(values, vec![Some(Content::Int(0)); 21], "nothing happened: zeros, not blanks");
        let rules: Vec<_> = filled.breaches.iter().map(|b| b.rule.as_str()).collect();
        assert_eq!(rules, ["R13"], "only the head is missing");
    }

    #[test]
    fn the_sample_is_the_published_report() {
        let (Ok(form), Ok(ledger)) = (parse("torch-quarterly-2021.toml", QUARTERLY), crate::sample::ledger()) else {
            panic!("form and sample are sound");
        };
        let filled = fill(&form, &ledger, &Filing::new(&form, Period::Quarter { year: 2021, quarter: 3 }));
        let got: Vec<_> = filled.cells.iter().map(|c| c.value.clone()).collect();
        // As printed for 2021年09月.
        let want = [147, 0, 0, 0, 147, 0, 330, 0, 8, 15, 6, 0, 0, 75, 18, 7, 7, 0, 0, 35, 3];
        assert_eq!(got, want.map(|n| Some(Content::Int(n))), "21 of 21");
        for cell in &filled.cells {
            assert_eq!(
                Some(cell.from.iter().map(|s| s.exact).sum()),
                cell.exact,
                "{} adds up from its records",
                cell.code
            );
            assert!(cell.gaps.is_empty(), "{}: {:?}", cell.code, cell.gaps);
        }
        let spoke: Vec<_> = filled.breaches.iter().map(|b| (b.rule.as_str(), b.level, b.message.clone())).collect();
        assert!(spoke.iter().all(|(_, level, _)| *level == Level::Warning), "{spoke:?}");
    }

    #[test]
    fn every_built_in_form_is_sound_and_fills_from_the_sample() {
        let shelf = Shelf::load(std::path::Path::new("no such folder"));
        assert!(shelf.broken.is_empty(), "{:?}", shelf.broken);
        let Ok(ledger) = crate::sample::ledger() else { panic!("the sample is sound") };
        for form in shelf.sound.iter().filter(|f| !f.rosters.is_empty()) {
            let day = NaiveDate::from_ymd_opt(2021, 9, 20).unwrap_or_default();
            let filled = fill(form, &ledger, &Filing::new(form, Period::Day(day)));
            for table in &filled.tables {
                assert!(!table.rows.is_empty(), "{} has rows", form.id);
                assert!(table.rows.iter().all(|r| r.cells.len() == table.columns.len()), "{} is a full table", form.id);
            }
        }
    }

    #[test]
    fn a_broken_form_says_everything_at_once() {
        let broken = "id = \"x\ntitle = 1\nperiod = \"quarter\"\nfamily = = 2\nbasis = \"monthly\"\n";
        expect(
            &flaws(broken),
            &[
                "新表.toml 第1行：写法不合 TOML 格式，请检查这一行的引号、括号和等号",
                "第4行：写法不合 TOML 格式",
                "title 应为文字",
                "口径“monthly”无法识别",
            ],
        );
        let many = r#"
            id = "x-1"
            title = "新表"
            period = "month"
            colour = "red"
            [[section]]
            label = "一"
            [[section.cell]]
            code = "a1"
            label = "收入"
            sum = "income.amout"
            [[section.cell]]
            code = "a2"
            label = "团队"
            count = "tenant"
            sum = "income.amount"
            [[section.cell]]
            code = "a3"
            label = "环"
            formula = "a4 + 1"
            [[section.cell]]
            code = "a4"
            label = "环"
            total = ["a3", "a9"]
            [[section.cell]]
            code = "a5"
            label = "活动"
            count = "event"
            where = ["on within century", "kind = 舞会", "stage = 创业团队"]
            [[check]]
            id = "C1"
            level = "fatal"
            holds = "a1 >= nothing"
            say = "…"
        "#;
        expect(
            &flaws(many),
            &[
                "period“month”应为",
                "不认识的键 colour",
                "a1：收入(income)没有名为 amout 的字段",
                "a2：只能有一个来源，现有 count、sum",
                "a3：指标之间互相引用",
                "a4：引用了不存在的代码 a9",
                "a5：条件“on within century”：不认识的期间 century",
                "a5：条件“kind = 舞会”：活动类型没有选项“舞会”",
                "a5：条件“stage = 创业团队”：活动没有名为 stage 的字段",
                "check C1：level“fatal”应为",
                "check C1：引用了不存在的代码 nothing",
            ],
        );
    }

    fn expect(text: &str, parts: &[&str]) {
        for part in parts {
            assert!(text.contains(part), "“{part}” is missing in:\n{text}");
        }
    }
}

//! A form as data: parsed from a file, filled from a ledger, checked, sealed.

use serde::Serialize;
use ts_rs::TS;

use crate::error::Flaw;
use crate::period::Basis;

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
            Content::Decimal(n) => s.serialize_f64(crate::amount::in_units(*n, 100)),
            Content::Text(t) => s.serialize_str(t),
        }
    }
}

/// One record behind a figure.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Source {
    /// English name of its kind.
    pub kind: &'static str,
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
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Gap {
    /// English name of the record's kind.
    pub kind: &'static str,
    /// Its id.
    #[ts(type = "number")]
    pub id: i64,
    /// For example 乙公司 未填 人数.
    pub say: String,
}

/// One cell, filled.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Cell {
    /// Heading of the section that begins with this cell.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    /// Unrounded, in the smallest unit (分, or the count itself).
    #[ts(type = "number | null")]
    pub exact: Option<i64>,
    /// A hand-typed value stands here.
    pub overridden: bool,
    /// Why it was typed by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The value differs from plain rounding so that the sum holds (舍位平衡); says by how much.
    #[serde(skip_serializing_if = "Option::is_none")]
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

/// 错误 must be mended; 警示 may stay with a written reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
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
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered: Option<String>,
}

/// A line of the form's head or foot: name, operator, address, contacts, dates.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
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
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
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
    /// Rules that spoke, 错误 first.
    pub breaches: Vec<Breach>,
    /// Set when the values shown are those sealed at this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed_at: Option<String>,
}

/// A roster as printed: heads and rows of contents.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RosterTable {
    /// Heads, with their units.
    pub columns: Vec<String>,
    /// One a record.
    pub rows: Vec<RosterRow>,
    /// Width of each column in characters.
    pub widths: Vec<f64>,
}

/// One record of a roster.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RosterRow {
    /// English name of the record's kind.
    pub kind: &'static str,
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

//! Recognitions, filings and evaluations as data: what each asks for, read from a file ([`parse()`]) and
//! held against the records on a day ([`gauge()`]). Nothing here reads a clock; only the [`Shelf`] reads
//! files. The files are in `assets/programmes`, and the manager's own in `programmes/` beside the data.

mod gauge;
pub(crate) mod measure;
mod parse;
mod proof;
mod shelf;

use chrono::NaiveDate;
use serde::Serialize;
use ts_rs::TS;

pub(crate) use gauge::gauge_counted;
pub use gauge::{gauge, gauge_over};
pub use parse::parse;
pub(crate) use proof::{Kept, Proofs, different, owner_of, wanted};
pub use shelf::Shelf;

use crate::figure::{Compare, Condition, Query};
use crate::form::{Content, Expr, Gap, Source};
use crate::record::Kind;

/// How much of the official text was there to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Seen {
    /// All of it.
    Whole,
    /// An excerpt: there are conditions that the file does not know.
    Excerpt,
}

impl Seen {
    /// 全文 or 摘录.
    pub fn label(self) -> &'static str {
        match self {
            Seen::Whole => "全文",
            Seen::Excerpt => "摘录",
        }
    }
}

/// A recognition, filing or evaluation, as its file says it.
#[derive(Debug, Clone)]
pub struct Programme {
    /// Id, for example shanxi-2022.
    pub id: String,
    /// Title.
    pub title: String,
    /// Who decides.
    pub issuer: String,
    /// Number of the document, for example 晋科函〔2022〕43号.
    pub document: String,
    /// Where the wording comes from.
    pub source: String,
    /// How much of it was seen.
    pub seen: Seen,
    /// What the reader should know about the whole.
    pub notes: Vec<String>,
    /// First day of validity.
    pub valid_from: Option<NaiveDate>,
    /// Last day of validity.
    pub valid_until: Option<NaiveDate>,
    /// What is measured, each after those it names.
    pub figures: Vec<FigureDef>,
    /// Conditions in the document's order.
    pub conditions: Vec<ConditionDef>,
    /// The document's list of material.
    pub documents: Vec<ConditionDef>,
    /// Forms that belong to it, by edition or family, beside those of its list of material.
    pub forms: Vec<String>,
    /// From the manager's own folder, not the program's.
    pub own: bool,
}

impl ConditionDef {
    /// What proof it wants, that of its parts too.
    pub(crate) fn wants(&self) -> Vec<&Want> {
        match &self.test {
            Test::Proof(wants) => wants.iter().collect(),
            Test::Parts { parts, .. } => parts.iter().flat_map(ConditionDef::wants).collect(),
            _ => Vec::new(),
        }
    }
}

impl Programme {
    /// Every form that belongs to it, in the order of its list of material, each once.
    pub fn all_forms(&self) -> Vec<&str> {
        let mut forms: Vec<&str> = Vec::new();
        for form in self.documents.iter().flat_map(|d| &d.forms).chain(&self.forms) {
            if !forms.contains(&form.as_str()) {
                forms.push(form);
            }
        }
        forms
    }

    /// Kind of the records behind a figure, also when there are none.
    pub(crate) fn kind_behind(&self, code: &str) -> Option<&'static Kind> {
        self.figures.iter().find(|f| f.code == code).and_then(|f| measure::behind(&f.measure))
    }

    /// Its list of material; what its conditions want to see where the document has none.
    pub(crate) fn material(&self) -> &[ConditionDef] {
        if self.documents.is_empty() { &self.conditions } else { &self.documents }
    }

    /// A condition, part of one or item of material, by id.
    pub fn condition(&self, id: &str) -> Option<&ConditionDef> {
        fn within<'a>(list: &'a [ConditionDef], id: &str) -> Option<&'a ConditionDef> {
            list.iter().find_map(|def| match &def.test {
                _ if def.id == id => Some(def),
                Test::Parts { parts, .. } => within(parts, id),
                _ => None,
            })
        }
        within(&self.conditions, id).or_else(|| within(&self.documents, id))
    }
}

/// Something measured on the records.
#[derive(Debug, Clone)]
pub struct FigureDef {
    /// Its name within the file.
    pub code: String,
    /// What people call it.
    pub label: String,
    /// Unit in which it is compared.
    pub unit: String,
    /// First day of its window in place of 1 January.
    pub since: Option<NaiveDate>,
    /// How it is measured.
    pub measure: Measure,
}

/// Which of several records decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The smallest.
    Least,
    /// The largest.
    Most,
}

/// How a figure is measured.
#[derive(Debug, Clone)]
pub enum Measure {
    /// Counted or summed over records.
    Query(Query),
    /// The same in each of the last twelve whole calendar months, the least month deciding.
    EachMonth(Query),
    /// A number, or a yes as 1 and a no as 0, of the profile record in force.
    Field(&'static Kind, usize),
    /// 1 when a choice of the profile record in force is one of these words, else 0.
    Is(&'static Kind, usize, Vec<String>),
    /// Months from one day to another, on the profile record in force or, with `take`, over records.
    Months {
        /// Whose days.
        kind: &'static Kind,
        /// From this day.
        from: Day,
        /// To this one.
        to: Day,
        /// The last day counts as a whole one: a lease runs through it.
        through: bool,
        /// Which record decides, when there are several.
        take: Option<Take>,
        /// Which records.
        conditions: Vec<Condition>,
        /// Only those behind this code.
        among: Option<String>,
    },
    /// The least number of records of a kind that one behind a code has.
    Fewest {
        /// Whose records are counted.
        kind: &'static Kind,
        /// The field by which they belong to it.
        owner: usize,
        /// Which of them.
        conditions: Vec<Condition>,
        /// To whom they belong.
        each: String,
    },
    /// How many of the last finished quarters a quarterly report was sealed or filed for.
    Reports {
        /// Family of the form.
        family: String,
        /// Of how many quarters.
        quarters: u32,
    },
    /// Characters of a text written in the program, blanks left out; nothing when none is written.
    Characters {
        /// Names under which the form goes.
        forms: Vec<String>,
        /// Names under which the cell goes.
        cells: Vec<String>,
    },
    /// Arithmetic over figures above.
    Formula(Expr),
}

/// A day that a measure of months runs from or to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// A field of the record.
    Field(usize),
    /// The last day of the record's life, or the day of gauging when it goes on.
    End,
    /// The day of gauging.
    Today,
}

/// One condition.
#[derive(Debug, Clone)]
pub struct ConditionDef {
    /// Id, for example S6.
    pub id: String,
    /// What it asks for.
    pub label: String,
    /// Clause of the document.
    pub clause: String,
    /// What the document leaves open, and how it is read here.
    pub note: String,
    /// It is asked only when this is not 0; with a blank in it, it is asked.
    pub when: Option<Expr>,
    /// Forms, by edition or family, that this item of material consists of.
    pub forms: Vec<String>,
    /// How it is decided.
    pub test: Test,
}

/// How a condition is decided.
#[derive(Debug, Clone)]
pub enum Test {
    /// A figure keeps bounds.
    Gate(Gate),
    /// All or any of several parts.
    Parts {
        /// One is enough.
        any: bool,
        /// The parts.
        parts: Vec<ConditionDef>,
    },
    /// A person says yes or no, with a note.
    Judge,
    /// Proof files are there.
    Proof(Vec<Want>),
    /// The whole list of material is there.
    Documents,
    /// Points of a score.
    Score(Score),
    /// A recognition is still valid.
    Validity(Validity),
}

/// A figure and its bounds.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The figure's code.
    pub value: String,
    /// What must hold, all of it. A bound may be an expression over figures.
    pub bounds: Vec<(Compare, Expr)>,
    /// How much is missing, where that is not simply the bound less the value.
    pub short: Option<Expr>,
    /// What closes the gap; `{value}` `{threshold}` `{short}` `{count}` `{on}` `{lacking}` are put in.
    pub gap: String,
}

/// Points for a figure.
#[derive(Debug, Clone)]
pub struct Score {
    /// The figure that can be raised.
    pub value: String,
    /// Full points.
    pub points: f64,
    /// Points by figures; kept between 0 and the full points.
    pub expr: Expr,
}

/// A recognition that runs out.
#[derive(Debug, Clone)]
pub struct Validity {
    /// Day of recognition.
    pub granted: (&'static Kind, usize),
    /// Its last day, when that is recorded.
    pub until: (&'static Kind, usize),
    /// Years that it runs.
    pub years: u32,
    /// Days before the end from which it is reminded of.
    pub remind_days: i64,
}

/// Proof files that must be there.
#[derive(Debug, Clone)]
pub struct Want {
    /// On every record behind this code; else on some record of `some`.
    pub each: Option<String>,
    /// On any record of these kinds.
    pub some: Vec<&'static Kind>,
    /// Files on records of these kinds that refer to the record count as well.
    pub also: Vec<&'static Kind>,
    /// Any of these roles.
    pub roles: Vec<String>,
    /// Name or note of the file holds one of these words; empty for any.
    pub named: Vec<String>,
    /// At least so many; 0: welcome where there is one, and not asked for.
    pub at_least: usize,
}

/// How a condition is decided, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Way {
    /// A figure keeps its bounds.
    Gate,
    /// One of the parts is enough.
    Any,
    /// All parts are needed.
    All,
    /// A person says yes or no.
    Judge,
    /// Proof files.
    Proof,
    /// Points.
    Score,
    /// A recognition that runs out.
    Validity,
}

/// A condition held against the records.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Gauged {
    /// Id, for example S6.
    pub id: String,
    /// What it asks for.
    pub label: String,
    /// How it is decided.
    pub way: Way,
    /// It is asked of this makerspace: the terms of a lease, for one, are not where the site is its own.
    pub applies: bool,
    /// Today's value: a number in `unit`, or words; blank when it is not known.
    #[ts(type = "number | string | null")]
    pub value: Option<Content>,
    /// Unit of the value.
    pub unit: String,
    /// The value in words, with the days it was measured on.
    pub shown: String,
    /// What is asked for, for example ≥ 5 人.
    pub threshold: String,
    /// Met or not; blank when that cannot be said.
    pub met: Option<bool>,
    /// What closes the gap; blank when it is met.
    pub gap: Option<String>,
    /// Document and clause.
    pub source: String,
    /// What the document leaves open, and the note of a judgement.
    pub note: String,
    /// What the person wrote with the judgement in force.
    pub ground: String,
    /// Last day of validity, of a recognition or a judgement.
    #[ts(type = "string | null")]
    pub until: Option<NaiveDate>,
    /// Points reached.
    pub points: Option<f64>,
    /// Full points.
    pub of: Option<f64>,
    /// Pieces of proof that are there.
    pub have: Option<usize>,
    /// Pieces of proof that are wanted.
    pub want: Option<usize>,
    /// Records that lack something, and what. An id of 0: there is no such record yet.
    pub missing: Vec<Gap>,
    /// Records behind the value.
    pub from: Vec<Source>,
    /// Its parts.
    pub parts: Vec<Gauged>,
}

impl Gauge {
    /// A condition, part of one or item of material, by id.
    pub fn condition(&self, id: &str) -> Option<&Gauged> {
        fn within<'a>(list: &'a [Gauged], id: &str) -> Option<&'a Gauged> {
            list.iter().find_map(|g| if g.id == id { Some(g) } else { within(&g.parts, id) })
        }
        within(&self.conditions, id).or_else(|| within(&self.documents, id))
    }
}

/// A programme held against the records on a day.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Gauge {
    /// Id of the programme.
    pub programme: String,
    /// Its title.
    pub title: String,
    /// Number of the document.
    pub document: String,
    /// Where the wording comes from.
    pub source: String,
    /// How much of it was seen.
    pub seen: Seen,
    /// What the reader should know about the whole.
    pub notes: Vec<String>,
    /// The day on which it was gauged.
    #[ts(type = "string")]
    pub on: NaiveDate,
    /// Conditions met, of those that apply.
    pub met: usize,
    /// Conditions not met.
    pub unmet: usize,
    /// Conditions of which that cannot be said.
    pub unknown: usize,
    /// Points reached, when the programme gives points.
    pub points: Option<f64>,
    /// Full points.
    pub of: Option<f64>,
    /// Pieces of proof that are there (齐全 n/m).
    pub have: usize,
    /// Pieces of proof that are wanted.
    pub want: usize,
    /// The conditions.
    pub conditions: Vec<Gauged>,
    /// The list of material.
    pub documents: Vec<Gauged>,
}

#[cfg(test)]
mod tests;

//! One figure in depth: its course over the periods, both bases beside each other, what it counts and where
//! that is said; and the list of what was filed.

use std::collections::BTreeMap;

use serde::Serialize;
use ts_rs::TS;

use super::Desk;
use super::filing::{own, seal_of, stored, text};
use super::proof::is_image;
use crate::error::{Error, Result};
use crate::form::{CellDef, Content, Filing, Filled, Form, PeriodKind, contents, shared_figures, wording};
use crate::ledger::Ledger;
use crate::period::{Basis, Period, chinese_date};
use crate::record::{Value, kind};

/// How many periods a course shows, the present one included.
const COURSE: usize = 4;

/// One figure beyond its records.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct FigureView {
    /// Official code.
    pub code: String,
    /// Its last values on the filing's basis, oldest first; the period itself comes last. Periods of which
    /// nothing is recorded are left out.
    pub course: Vec<Point>,
    /// 本季, when the form is one of quarters and the figure a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub quarter: Option<Side>,
    /// 本年累计, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ytd: Option<Side>,
    /// A number may be typed by hand in its place.
    pub by_hand: bool,
    /// What it counts, and where that is said.
    pub about: About,
}

/// A figure in one period.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Point {
    /// For example 2021Q3.
    pub period: String,
    /// For example 2021年09月.
    pub label: String,
    /// What the form shows.
    #[ts(type = "number | string | null")]
    pub value: Option<Content>,
    /// As sealed; otherwise from the records of now.
    pub sealed: bool,
}

/// A figure on one of the two bases.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Side {
    /// What the form would show on this basis.
    #[ts(type = "number | string | null")]
    pub value: Option<Content>,
    /// The filing is on this basis.
    pub filed: bool,
    /// First day that counts.
    #[ts(type = "string")]
    pub start: chrono::NaiveDate,
}

/// What a figure counts, and where that is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct About {
    /// Definition; empty when the form's file gives none, and then `how` says it all.
    pub counts: String,
    /// How the program finds it in the records, read off the form's file.
    pub how: Vec<String>,
    /// 计量单位.
    pub unit: String,
    /// The days that count.
    pub days: String,
    /// The document, with its issuer.
    pub document: String,
    /// Where in the document.
    pub clause: String,
    /// How sure the definition is and what it rests on; empty when nothing is in doubt.
    pub sure: String,
}

/// A filing that was sealed, now or once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct FilingEntry {
    /// Id of the edition.
    pub form: String,
    /// Title as sealed.
    pub title: String,
    /// For example 2021Q3.
    pub period: String,
    /// For example 2021年09月.
    pub label: String,
    /// 本季 or 本年累计.
    pub basis: Basis,
    /// When it was sealed.
    pub sealed_at: String,
    /// When it was opened again, with the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub unsealed: Option<(String, String)>,
    /// The scans that were attached.
    pub scans: Vec<FiledScan>,
}

/// A scan of a stamped print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct FiledScan {
    /// Id of the proof record.
    #[ts(type = "number")]
    pub id: i64,
    /// Its file name.
    pub name: String,
    /// A picture that the screen can show.
    pub image: bool,
}

/// What every cell of a filing was in the periods before and is on either basis; kept until the next step.
pub(super) struct Course {
    key: (i64, String, String),
    /// Oldest first.
    points: Vec<(Period, bool, BTreeMap<String, Content>)>,
    /// By [`Basis`], 本季 first.
    sides: Vec<(Basis, bool, chrono::NaiveDate, BTreeMap<String, Content>)>,
}

fn sealed_contents(filled: &Filled) -> BTreeMap<String, Content> {
    filled.cells.iter().filter_map(|c| Some((c.code.clone(), c.value.clone()?))).collect()
}

impl Desk {
    /// One figure in depth. The course of a form's figures is worked out once after each step.
    ///
    /// # Errors
    /// [`Error::Refused`] when the form has no such code or the period is none of its own.
    pub fn figure(&self, form: &str, period: &str, code: &str) -> Result<FigureView> {
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        let own = form.cells.iter().enumerate().find(|(_, c)| c.code == code).map(|(at, def)| (Some(at), def));
        // Behind the form's own cells stand those that its texts name: figures that all forms share.
        let quoted = || shared_figures().iter().find(|c| c.code == code).map(|def| (None, def));
        let Some((at, def)) = own.or_else(quoted) else {
            return Err(Error::refused(format!("“{}”没有代码为 {code} 的指标", form.title)));
        };
        let filled = seal_of(&ledger, &form.id, period)?.map(|seal| seal.frozen);
        let filing = stored(form, period, &ledger);
        let (basis, cutoff) =
            filled.as_ref().map_or((filing.basis, filing.cutoff), |sealed| (sealed.basis, sealed.cutoff));
        let start = filled.as_ref().map_or(filing.window().start, |sealed| sealed.start);
        let key = (self.store.last_step(), form.id.clone(), period.to_string());
        let mut kept = self.course.borrow_mut();
        if kept.as_ref().is_none_or(|course| course.key != key) {
            *kept = Some(self.course_of(form, period, filled.as_ref(), &filing, &ledger, key)?);
        }
        let mut view = FigureView {
            code: code.to_owned(),
            course: Vec::new(),
            quarter: None,
            ytd: None,
            by_hand: at.is_some() && def.source.is_number(),
            about: about(form, at, def, (basis, start, cutoff)),
        };
        let Some(course) = kept.as_ref().filter(|_| view.by_hand) else { return Ok(view) };
        let point = |(period, sealed, values): &(Period, bool, BTreeMap<String, Content>)| Point {
            period: period.to_string(),
            label: period.label(),
            value: values.get(code).cloned(),
            sealed: *sealed,
        };
        view.course = course.points.iter().map(point).collect();
        for (basis, filed, start, values) in &course.sides {
            let side = Some(Side { value: values.get(code).cloned(), filed: *filed, start: *start });
            match basis {
                Basis::Quarter => view.quarter = side,
                Basis::Ytd => view.ytd = side,
            }
        }
        Ok(view)
    }

    fn course_of(
        &self,
        form: &Form,
        period: Period,
        sealed: Option<&Filled>,
        filing: &Filing,
        ledger: &Ledger,
        key: (i64, String, String),
    ) -> Result<Course> {
        let basis = sealed.map_or(filing.basis, |filled| filled.basis);
        let own = sealed.map_or_else(|| contents(form, ledger, filing), sealed_contents);
        let mut points = vec![(period, sealed.is_some(), own.clone())];
        let mut at = period;
        while let Some(before) = at.previous().filter(|_| points.len() < COURSE) {
            match self.values_of(form, before, basis, ledger)? {
                Some((sealed, values)) => points.push((before, sealed, values)),
                None => break,
            }
            at = before;
        }
        points.reverse();
        let mut sides = Vec::new();
        if form.period == PeriodKind::Quarter {
            for side in [Basis::Quarter, Basis::Ytd] {
                let filed = side == basis;
                let mut other = filing.clone();
                other.basis = side;
                if let Some(filled) = sealed {
                    other.cutoff = filled.cutoff;
                }
                if !filed {
                    // A value typed for one basis says nothing on the other: they are never mixed.
                    other.overrides.clear();
                }
                let start = if filed { sealed.map(|filled| filled.start) } else { None };
                let values = if filed { own.clone() } else { contents(form, ledger, &other) };
                sides.push((side, filed, start.unwrap_or(other.window().start), values));
            }
        }
        Ok(Course { key, points, sides })
    }

    /// The figures of another period on a basis: as sealed, else from the records. `None` when there was nothing.
    pub(super) fn values_of(
        &self,
        form: &Form,
        period: Period,
        basis: Basis,
        ledger: &Ledger,
    ) -> Result<Option<(bool, BTreeMap<String, Content>)>> {
        for edition in self.shelf.sound.iter().filter(|f| f.family == form.family) {
            if let Some(seal) = seal_of(ledger, &edition.id, period)?
                && seal.frozen.basis == basis
            {
                return Ok(Some((true, sealed_contents(&seal.frozen))));
            }
        }
        let mut filing = stored(form, period, ledger);
        if filing.basis != basis {
            filing.overrides.clear();
        }
        filing.basis = basis;
        let values = contents(form, ledger, &filing);
        let nothing = values.values().all(|v| matches!(v, Content::Int(0) | Content::Decimal(0)));
        Ok((!nothing).then_some((false, values)))
    }

    /// Every filing that was sealed, newest period first; of one period the latest seal first.
    ///
    /// # Errors
    /// [`Error::Refused`] when a seal cannot be read.
    pub fn filings(&self) -> Result<Vec<FilingEntry>> {
        let ledger = self.store.ledger()?;
        let shape = own("seal")?;
        let seal = shape.kind;
        let scans = scans(&ledger);
        let mut list: Vec<(Period, FilingEntry)> = Vec::new();
        for record in ledger.rows(seal) {
            let read = |field: &str| text(record, seal, field).unwrap_or_default().to_owned();
            let frozen: Head = serde_json::from_str(&read("frozen"))
                .map_err(|_| Error::refused("封存内容无法读取，请运行校验(verify)并从备份恢复"))?;
            let Ok(period) = Period::parse(&read("period")) else { continue };
            let unsealed = record.field(seal, "unsealed_at").is_some();
            list.push((
                period,
                FilingEntry {
                    form: read("form"),
                    title: frozen.title,
                    period: period.to_string(),
                    label: period.label(),
                    basis: frozen.basis,
                    sealed_at: read("sealed_at"),
                    unsealed: unsealed.then(|| (read("unsealed_at"), read("unseal_reason"))),
                    scans: scans.get(&record.id).cloned().unwrap_or_default(),
                },
            ));
        }
        list.sort_by(|(a, x), (b, y)| (b, &y.sealed_at).cmp(&(a, &x.sealed_at)));
        Ok(list.into_iter().map(|(_, entry)| entry).collect())
    }

    /// The filled form with a scan of the stamped print, sealed as one step. See [`Desk::seal`].
    ///
    /// # Errors
    /// As [`Desk::seal`]; the scan is then not kept either.
    pub fn seal_with_scan(&mut self, form: &str, period: &str, now: &str, name: &str, bytes: &[u8]) -> Result<Filled> {
        let (sha256, size) = self.store.attach(bytes)?;
        let scan = super::filing::Scan { name: name.to_owned(), sha256, size };
        self.sealed_with(form, period, now, Some(scan))
    }
}

/// What the list of filings reads of a sealed form.
#[derive(serde::Deserialize)]
struct Head {
    title: String,
    basis: Basis,
}

/// The scans of each seal.
fn scans(ledger: &Ledger) -> BTreeMap<i64, Vec<FiledScan>> {
    let mut found: BTreeMap<i64, Vec<FiledScan>> = BTreeMap::new();
    let Some(proof) = kind("proof") else { return found };
    for record in ledger.rows(proof) {
        let owner = text(record, proof, "owner").and_then(|o| o.strip_prefix("seal:")?.parse().ok());
        let name = record.field(proof, "name").and_then(Value::as_text);
        if let (Some(owner), Some(name)) = (owner, name) {
            let scan = FiledScan { id: record.id, name: name.to_owned(), image: is_image(name) };
            found.entry(owner).or_default().push(scan);
        }
    }
    found
}

fn about(
    form: &Form,
    at: Option<usize>,
    def: &CellDef,
    (basis, start, cutoff): (Basis, chrono::NaiveDate, chrono::NaiveDate),
) -> About {
    let days = match form.period {
        PeriodKind::Day => format!("{}的状态", chinese_date(cutoff)),
        _ if def.flow => format!("{}：{}至{}", basis.label(), chinese_date(start), chinese_date(cutoff)),
        _ => format!("截至{}(数据截止日)", chinese_date(cutoff)),
    };
    let section = form.sections.iter().rev().find(|s| at.is_some_and(|at| s.first <= at)).map(|s| s.label.as_str());
    let place = match section.filter(|s| !s.trim().is_empty()) {
        Some(section) => format!("“{section}”中的“{}”", def.label.trim_start_matches("其中：")),
        None if at.is_none() => format!("文字中引用的“{}”", def.label),
        None => format!("“{}”一栏", def.label),
    };
    let document = match (form.issuer.as_str(), form.source.as_str()) {
        ("", "") => "没有官方文件，是我们的草案".to_owned(),
        ("", source) => source.to_owned(),
        (issuer, "") => issuer.to_owned(),
        (issuer, source) => format!("{source}({issuer})"),
    };
    About {
        counts: def.help.clone(),
        how: wording::source(form, def),
        unit: def.unit.clone(),
        days,
        document,
        clause: if def.document.is_empty() { place } else { format!("{place}；{}", def.document) },
        sure: def.grade.clone(),
    }
}

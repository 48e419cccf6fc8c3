//! Programmes as the window and the command line ask for them.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;
use ts_rs::TS;

use super::filing::own;
use super::{Choice, Desk};
use crate::error::{Error, Result};
use crate::form::BrokenForm;
use crate::ledger::Ledger;
use crate::programme::measure::{Counted, year_to};
use crate::programme::{Gauge, Measure, Programme, Seen, Shelf, Test, gauge_counted};
use crate::record::{Record, Value};
use crate::shelf::own_files;

/// One programme to choose from.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ProgrammeEntry {
    /// Id, for example shanxi-2022.
    pub id: String,
    /// Title.
    pub title: String,
    /// Who decides.
    pub issuer: String,
    /// Number of the document.
    pub document: String,
    /// Where the wording comes from.
    pub source: String,
    /// How much of it was seen.
    pub seen: Seen,
    /// Number of conditions.
    pub conditions: usize,
    /// Number of items of its list of material.
    pub documents: usize,
    /// From the manager's own folder.
    pub own: bool,
}

/// How a makerspace stands with a programme.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Standing {
    /// Id of the programme.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who decides.
    pub issuer: String,
    /// How much of its text was seen.
    pub seen: Seen,
    /// Conditions met.
    pub met: usize,
    /// Conditions that apply.
    pub of: usize,
    /// Pieces of proof that are there.
    pub have: usize,
    /// Pieces of proof that are wanted.
    pub want: usize,
}

/// A yes or no on a condition, as a person gives it.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Yes or no; `None` takes the answer back.
    pub answer: Option<bool>,
    /// Why.
    pub note: String,
    /// Last day on which it holds; for a validity the last day of that.
    pub until: Option<NaiveDate>,
}

impl Desk {
    /// The programmes at hand: the manager's files are looked at each time, so that one just mended is seen.
    pub(super) fn programme_shelf(&self) -> Arc<Shelf> {
        let own = own_files(&self.store.folder().join("programmes"));
        let mut known = self.programmes.borrow_mut();
        if let Some((_, shelf)) = known.as_ref().filter(|(of, _)| *of == own) {
            return Arc::clone(shelf);
        }
        let mut shelf = Shelf::of(&own);
        // What the manager put in comes first, what is known in part comes last: the first one is shown unasked.
        shelf.sound.sort_by_key(|p| (!p.own, p.seen == Seen::Excerpt));
        let shelf = Arc::new(shelf);
        *known = Some((own, Arc::clone(&shelf)));
        shelf
    }

    /// Gauges a programme; its texts are counted as their forms print them, with the figures put in.
    pub(super) fn gauged(&self, programme: &Programme, ledger: &Ledger, on: NaiveDate) -> Gauge {
        let mut counted = Counted::new();
        for def in &programme.figures {
            let Measure::Characters { forms, cells } = &def.measure else { continue };
            let form = self.shelf.sound.iter().find(|f| forms.iter().any(|name| *name == f.id || *name == f.family));
            let Some((form, period)) = form.and_then(|f| self.form_on(&f.id, on, ledger)) else { continue };
            let Ok(filled) = self.filled(form, period, Choice::default(), ledger) else { continue };
            let cell = filled.cells.iter().find(|c| cells.iter().any(|name| *name == c.code || *name == c.label));
            if let Some(cell) = cell.filter(|c| c.value.is_some()) {
                counted.extend(cell.length.map(|n| (def.code.clone(), f64::from(n))));
            }
        }
        gauge_counted(programme, ledger, year_to(on), &counted)
    }

    /// Programmes to choose from.
    pub fn programmes(&self) -> Vec<ProgrammeEntry> {
        let entry = |p: &crate::programme::Programme| ProgrammeEntry {
            id: p.id.clone(),
            title: p.title.clone(),
            issuer: p.issuer.clone(),
            document: p.document.clone(),
            source: p.source.clone(),
            seen: p.seen,
            conditions: p.conditions.len(),
            documents: p.documents.len(),
            own: p.own,
        };
        self.programme_shelf().sound.iter().map(entry).collect()
    }

    /// How the makerspace stands with every programme on a day.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn standings(&self, on: NaiveDate) -> Result<Vec<Standing>> {
        let ledger = self.store.ledger()?;
        let standing = |p: &crate::programme::Programme| {
            let gauge = self.gauged(p, &ledger, on);
            Standing {
                id: p.id.clone(),
                title: p.title.clone(),
                issuer: p.issuer.clone(),
                seen: p.seen,
                met: gauge.met,
                of: gauge.met + gauge.unmet + gauge.unknown,
                have: gauge.have,
                want: gauge.want,
            }
        };
        Ok(self.programme_shelf().sound.iter().map(standing).collect())
    }

    /// Programme files of the manager's own that cannot be used, with every flaw.
    pub fn broken_programmes(&self) -> Vec<BrokenForm> {
        self.programme_shelf().broken.clone()
    }

    /// Holds a programme against the records on a day.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such programme.
    pub fn gauge(&self, programme: &str, on: NaiveDate) -> Result<Gauge> {
        Ok(self.gauged(self.programme_shelf().find(programme)?, &self.store.ledger()?, on))
    }

    /// Keeps a person's yes or no on a condition from `on` on; an answer of the same day is replaced. Gives the
    /// programme gauged on that day.
    ///
    /// # Errors
    /// [`Error::Refused`] when the condition is not one for a person to judge.
    pub fn judge(&mut self, programme: &str, condition: &str, on: NaiveDate, answer: Answer) -> Result<Gauge> {
        let shelf = self.programme_shelf();
        let programme = shelf.find(programme)?;
        let def = programme
            .condition(condition)
            .ok_or_else(|| Error::refused(format!("“{}”没有编号为 {condition} 的条件", programme.title)))?;
        if !matches!(def.test, Test::Judge | Test::Validity(_)) {
            let say = format!("条件 {condition}“{}”由台账得出，不能手工判断；请补充或更正记录", def.label);
            return Err(Error::refused(say));
        }
        let shape = own("judgement")?;
        let kind = shape.kind;
        let ledger = self.store.ledger()?;
        let text = |r: &Record, field: &str, word: &str| r.field(kind, field).and_then(Value::as_text) == Some(word);
        let of_the_day = ledger.rows(kind).iter().find(|r| {
            text(r, "programme", &programme.id)
                && text(r, "condition", condition)
                && r.field(kind, "on").and_then(Value::as_date) == Some(on)
        });
        let mut record = Record::empty(kind, 0);
        record.set(kind, "programme", Some(Value::text(programme.id.as_str())));
        record.set(kind, "condition", Some(Value::text(condition)));
        record.set(kind, "answer", answer.answer.map(Value::Bool));
        record.set(kind, "on", Some(Value::Date(on)));
        record.set(kind, "until", answer.until.map(Value::Date));
        let note = answer.note.trim();
        record.set(kind, "note", (!note.is_empty()).then(|| Value::text(note)));
        let id = of_the_day.map(|r| r.id);
        self.keep(&format!("判断条件 {condition}"), kind.name, id, Some(record))?;
        Ok(self.gauged(programme, &self.store.ledger()?, on))
    }
}

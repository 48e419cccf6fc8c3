//! Texts of forms: read, counted and written, with the figures in them; and whether those changed since.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use ts_rs::TS;

use super::Desk;
use super::filing::own;
use crate::error::{Error, Result};
use crate::form::{CellSource, ChangedFigure, Content, Filing, Form, Insertion, fill, insertions, text_record};
use crate::ledger::Ledger;
use crate::record::{Kind, Record, Value, kind};

/// A text of a form as the person writes it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct TextView {
    /// Id of the edition.
    pub form: String,
    /// Its code.
    pub code: String,
    /// Its heading.
    pub label: String,
    /// As written, with `{code}` in the places of figures.
    pub raw: String,
    /// With the figures of now.
    pub text: String,
    /// Characters, blanks left out, after the figures were put in.
    pub length: u32,
    /// Characters that it may have.
    pub limit: Option<u32>,
    /// It has more than that.
    pub over: bool,
    /// Nobody has written it: the form's own wording stands here.
    pub draft: bool,
    /// Figures that were others when it was written or confirmed.
    pub changed: Vec<ChangedFigure>,
    /// `{code}` that are no figure, in the order of the text.
    pub unknown: Vec<String>,
    /// What may be put in: code, heading, unit and print of now.
    pub insertions: Vec<Insertion>,
}

impl Desk {
    /// A text of a form with its figures of now.
    ///
    /// # Errors
    /// [`Error::Refused`] when the form has no such text.
    pub fn text(&self, form: &str, period: &str, code: &str) -> Result<TextView> {
        let ledger = self.store().ledger()?;
        self.text_with(form, period, code, &ledger)
    }

    /// The same for words that are still being typed: counted and put in, not kept.
    ///
    /// # Errors
    /// As [`Desk::text`].
    pub fn preview_text(&self, form: &str, period: &str, code: &str, raw: &str) -> Result<TextView> {
        let ledger = self.store().ledger()?;
        let (edition, _) = self.form(form, period, &ledger)?;
        let shape = own("text_block")?;
        let there = text_record(edition, code, &ledger).map(|r| r.id);
        let id = there.unwrap_or(i64::MAX);
        let record = text_block(shape.kind, there.and_then(|id| ledger.get(shape.kind, id)), edition, code, raw, id);
        self.text_with(form, period, code, &ledger.with([(shape.kind, id, Some(record))]))
    }

    /// Keeps a text; a blank one takes it away. The figures in it are remembered as they are now, for the period.
    ///
    /// # Errors
    /// As [`Desk::text`]; what the store refuses.
    pub fn write_text(&mut self, form: &str, period: &str, code: &str, raw: &str) -> Result<TextView> {
        let view = self.preview_text(form, period, code, raw)?;
        let ledger = self.store().ledger()?;
        let (edition, _) = self.form(form, period, &ledger)?;
        let (shape, written) = (own("text_block")?, own("written")?);
        let there = text_record(edition, code, &ledger).cloned();
        let record = text_block(shape.kind, there.as_ref(), edition, code, raw, there.as_ref().map_or(0, |r| r.id));
        let (settled, confirmed) = self.settled(edition, &view, &ledger)?;
        drop(ledger);
        let name = format!("写“{}”", view.label);
        let blank = raw.trim().is_empty();
        self.store_mut().change(&name, |tx| {
            match (there.map(|r| r.id), blank) {
                (Some(id), true) => tx.delete(shape.kind, id)?,
                (None, true) => {}
                (Some(_), false) => tx.update(shape, record)?,
                (None, false) => drop(tx.insert(shape, record)?),
            }
            match settled.id {
                0 => drop(tx.insert(written, settled)?),
                _ if confirmed == settled => {}
                _ => tx.update(written, settled)?,
            }
            Ok(())
        })?;
        self.text(form, period, code)
    }

    /// Confirms a text as it stands: its figures of now are the ones to compare with from here on.
    ///
    /// # Errors
    /// As [`Desk::text`]; [`Error::Refused`] when nobody has written it yet.
    pub fn confirm_text(&mut self, form: &str, period: &str, code: &str) -> Result<TextView> {
        let view = self.text(form, period, code)?;
        if view.draft || view.raw.is_empty() {
            return Err(Error::refused(format!("“{}”还没有写，无从确认", view.label)));
        }
        let ledger = self.store().ledger()?;
        let (edition, _) = self.form(form, period, &ledger)?;
        let written = own("written")?;
        let (settled, confirmed) = self.settled(edition, &view, &ledger)?;
        drop(ledger);
        if settled != confirmed {
            self.store_mut().change(&format!("确认“{}”的数据", view.label), |tx| match settled.id {
                0 => tx.insert(written, settled).map(|_| ()),
                _ => tx.update(written, settled),
            })?;
        }
        self.text(form, period, code)
    }

    fn text_with(&self, form: &str, period: &str, code: &str, ledger: &Ledger) -> Result<TextView> {
        let (form, period) = self.form(form, period, ledger)?;
        let Some(def) = form.cells.iter().find(|c| c.code == code && matches!(c.source, CellSource::Text(_))) else {
            return Err(Error::refused(format!("“{}”没有代码为 {code} 的文字", form.title)));
        };
        let filing = self.filing(form, period, super::Choice::default(), ledger);
        let filled = fill(form, ledger, &filing);
        let record = text_record(form, code, ledger);
        let written = record.and_then(|r| r.field(kind("text_block")?, "text").and_then(Value::as_text));
        let cell = filled.cells.into_iter().find(|c| c.code == code);
        let Some(cell) = cell else {
            return Err(Error::refused(format!("“{}”没有代码为 {code} 的文字", form.title)));
        };
        let text = match &cell.value {
            Some(Content::Text(text)) => text.clone(),
            _ => String::new(),
        };
        let insertions = insertions(form, ledger, &filing);
        let raw = written.unwrap_or(&def.draft).to_owned();
        let known = |name: &&str| insertions.iter().any(|i| i.code == **name);
        let unknown = crate::form::names(&raw).into_iter().filter(|n| !known(n)).map(str::to_owned).collect();
        Ok(TextView {
            form: form.id.clone(),
            code: code.to_owned(),
            label: def.label.clone(),
            draft: written.is_none() && !def.draft.is_empty(),
            raw,
            text,
            length: cell.length.unwrap_or(0),
            limit: cell.limit,
            over: cell.limit.is_some_and(|limit| cell.length > Some(limit)),
            changed: cell.changed,
            unknown,
            insertions,
        })
    }

    /// What is to be remembered of a text's figures, and what was.
    fn settled(&self, form: &Form, view: &TextView, ledger: &Ledger) -> Result<(Record, Record)> {
        let shape = own("written")?;
        let before = settled_record(&form.id, &view.code, ledger).cloned();
        let before = before.unwrap_or_else(|| Record::empty(shape.kind, 0));
        let names = crate::form::names(&view.raw);
        let figures: BTreeMap<&str, &str> = view
            .insertions
            .iter()
            .filter(|i| names.contains(&i.code.as_str()))
            .map(|i| (i.code.as_str(), i.text.as_str()))
            .collect();
        let json = serde_json::to_string(&figures).map_err(|e| Error::refused(format!("无法记下数据：{e}")))?;
        let mut record = before.clone();
        record.set(shape.kind, "form", Some(Value::text(form.id.as_str())));
        record.set(shape.kind, "code", Some(Value::text(view.code.as_str())));
        record.set(shape.kind, "on", Some(Value::Date(self.today())));
        record.set(shape.kind, "figures", Some(Value::text(json)));
        Ok((record, before))
    }

    /// For each text with figures in it, those with which it was written: as remembered when it was written or
    /// confirmed here, else as the records gave them when it was last changed (imported, or typed into a list).
    pub(super) fn written(&self, form: &Form, filing: &Filing, ledger: &Ledger) -> Result<Written> {
        let mut all = Written::new();
        let texts = form.cells.iter().filter(|c| matches!(c.source, CellSource::Text(_)));
        let mut then: HashMap<i64, BTreeMap<String, String>> = HashMap::new();
        let (Some(block), Some(settled)) = (kind("text_block"), kind("written")) else { return Ok(all) };
        for def in texts {
            let Some(record) = text_record(form, &def.code, ledger) else { continue };
            let raw = record.field(block, "text").and_then(Value::as_text).unwrap_or_default();
            if crate::form::names(raw).is_empty() {
                continue;
            }
            let step = |kind: &'static Kind, id: i64| -> Result<Option<i64>> {
                Ok(self.store().record_history(kind, id)?.last().map(|c| c.step))
            };
            let typed = step(block, record.id)?;
            if let Some(kept) = settled_record(&form.id, &def.code, ledger)
                && step(settled, kept.id)? >= typed
            {
                let figures = kept.field(settled, "figures").and_then(Value::as_text).unwrap_or_default();
                all.insert(def.code.clone(), serde_json::from_str(figures).unwrap_or_default());
                continue;
            }
            let Some(typed) = typed else { continue };
            if let std::collections::hash_map::Entry::Vacant(place) = then.entry(typed) {
                let before = self.ledger_after(typed, ledger)?;
                let figures = before.map(|l| insertions(form, &l, filing)).unwrap_or_default();
                place.insert(figures.into_iter().map(|i| (i.code, i.text)).collect());
            }
            all.extend(then.get(&typed).map(|figures| (def.code.clone(), figures.clone())));
        }
        Ok(all)
    }
}

/// Figures by the text's code and their own.
pub(super) type Written = BTreeMap<String, BTreeMap<String, String>>;

fn settled_record<'a>(form: &str, code: &str, ledger: &'a Ledger) -> Option<&'a Record> {
    let kind = kind("written")?;
    let says = |r: &Record, field: &str, want: &str| r.field(kind, field).and_then(Value::as_text) == Some(want);
    ledger.rows(kind).iter().rev().find(|r| says(r, "form", form) && says(r, "code", code))
}

/// The record of a text: the one there is with other words, or a new one.
fn text_block(kind: &'static Kind, there: Option<&Record>, form: &Form, code: &str, raw: &str, id: i64) -> Record {
    let mut record = there.cloned().unwrap_or_else(|| {
        let mut record = Record::empty(kind, id);
        record.set(kind, "form", Some(Value::text(form.id.as_str())));
        record.set(kind, "cell", Some(Value::text(code)));
        record
    });
    record.set(kind, "text", (!raw.trim().is_empty()).then(|| Value::text(raw)));
    record
}

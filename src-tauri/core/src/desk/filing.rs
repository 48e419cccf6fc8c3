//! Filling, explaining, sealing and comparing filings.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Desk, period_for};
use crate::error::{Error, Flaw, Result};
use crate::form::{ByHand, Cell, CellSource, Content, Filing, Filled, Form, Level, fill, parse, values};
use crate::ledger::Ledger;
use crate::period::{Basis, Period, Window};
use crate::record::{Kind, Record, Shape, Type, Value, kind, shape};
use crate::{file, workbook};

/// Basis and cut-off for one look at a form; what is left out is as filed, else the edition's default.
#[derive(Debug, Clone, Copy, Default, Deserialize, TS)]
#[serde(default)]
#[ts(export_to = "types.ts")]
pub struct Choice {
    /// 本季 or 本年累计.
    pub basis: Option<Basis>,
    /// Last day that counts.
    #[ts(type = "string | null")]
    pub cutoff: Option<NaiveDate>,
}

/// What is kept with a filing. What is left out stays as it is.
#[derive(Debug, Clone, Copy, Default, Deserialize, TS)]
#[serde(default)]
#[ts(export_to = "types.ts")]
pub struct FilingChoice {
    /// 本季 or 本年累计.
    pub basis: Option<Basis>,
    /// Last day that counts.
    #[ts(type = "string | null")]
    pub cutoff: Option<NaiveDate>,
    /// 报出日期.
    #[ts(type = "string | null")]
    pub reported_on: Option<NaiveDate>,
    /// 报送期限.
    #[ts(type = "string | null")]
    pub due_on: Option<NaiveDate>,
}

/// A sealed figure that the records no longer give.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Difference {
    /// Code of the figure.
    pub code: String,
    /// 指标名称.
    pub label: String,
    /// As sealed.
    #[ts(type = "number | string | null")]
    pub sealed: Option<Content>,
    /// From the records of now.
    #[ts(type = "number | string | null")]
    pub now: Option<Content>,
    /// The records whose later changes moved it.
    pub records: Vec<Mover>,
}

/// A record whose change moved a sealed figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Mover {
    /// English name of its kind.
    pub kind: &'static str,
    /// Its id.
    #[ts(type = "number")]
    pub id: i64,
    /// Its own label.
    pub label: String,
    /// When it was last changed.
    pub at: String,
    /// Name of the step that changed it.
    pub step: String,
}

/// Kinds of the program's own, always there.
pub(super) fn own(name: &str) -> Result<&'static Shape> {
    shape(name).ok_or_else(|| Error::refused(format!("缺少记录类别 {name}")))
}

pub(super) fn text<'a>(record: &'a Record, kind: &Kind, field: &str) -> Option<&'a str> {
    record.field(kind, field).and_then(Value::as_text)
}

fn day(record: &Record, kind: &Kind, field: &str) -> Option<NaiveDate> {
    record.field(kind, field).and_then(Value::as_date)
}

/// The program's own record of a kind for a form and a period (and a third field).
pub(super) fn find<'a>(
    ledger: &'a Ledger,
    of: &str,
    form: &str,
    period: Period,
    third: Option<(&str, &str)>,
) -> Option<(&'static Kind, &'a Record)> {
    let kind = kind(of)?;
    let period = period.to_string();
    let rows = ledger.rows(kind).iter();
    let found = rows.rev().find(|r| {
        text(r, kind, "form") == Some(form)
            && text(r, kind, "period") == Some(&period)
            && third.is_none_or(|(field, word)| text(r, kind, field) == Some(word))
            && (of != "seal" || r.field(kind, "unsealed_at").is_none())
    })?;
    Some((kind, found))
}

/// Periods for which something was filed.
pub(super) fn filed_periods(ledger: &Ledger) -> Vec<Period> {
    let Some(kind) = kind("filing") else { return Vec::new() };
    ledger.rows(kind).iter().filter_map(|r| Period::parse(text(r, kind, "period")?).ok()).collect()
}

/// Role of the scan of a stamped print.
const STAMPED: &str = "盖章扫描件";

/// A file whose content is stored already, to be kept with a record.
pub(super) struct Scan {
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) size: u64,
}

impl Scan {
    fn record(&self, proof: &Shape, owner: &str, role: &str) -> Record {
        let mut record = Record::empty(proof.kind, 0);
        for (field, text) in [("owner", owner), ("role", role), ("name", &self.name), ("sha256", &self.sha256)] {
            record.set(proof.kind, field, Some(Value::text(text)));
        }
        record.set(proof.kind, "size", i64::try_from(self.size).ok().map(Value::Int));
        record
    }
}

/// A seal, read back.
pub(super) struct Seal {
    id: i64,
    sealed_at: String,
    pub(super) frozen: Filled,
    edition: String,
    workbook: Vec<u8>,
}

pub(super) fn seal_of(ledger: &Ledger, form: &str, period: Period) -> Result<Option<Seal>> {
    let Some((kind, record)) = find(ledger, "seal", form, period, None) else { return Ok(None) };
    let read = |field: &str| text(record, kind, field).unwrap_or_default();
    let broken = || Error::refused(format!("{form} {period} 的封存内容无法读取，请运行校验(verify)并从备份恢复"));
    let mut frozen: Filled = serde_json::from_str(read("frozen")).map_err(|_| broken())?;
    frozen.sealed_at = Some(read("sealed_at").to_owned());
    Ok(Some(Seal {
        id: record.id,
        sealed_at: read("sealed_at").to_owned(),
        frozen,
        edition: read("edition").to_owned(),
        workbook: from_hex(read("workbook")).ok_or_else(broken)?,
    }))
}

fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut s, b| {
        // Writing to a String cannot fail.
        let _ = write!(s, "{b:02x}");
        s
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect()
}

impl Desk {
    /// A form by edition or family. Of a family, the edition under which the period is sealed comes
    /// first: what was reported stays what it was, whatever editions are added later.
    pub(super) fn form(&self, name: &str, period: &str, ledger: &Ledger) -> Result<(&Form, Period)> {
        let guess = Period::parse(period).ok();
        let sealed =
            |f: &&Form| f.family == name && guess.is_some_and(|p| find(ledger, "seal", &f.id, p, None).is_some());
        let form = match self.shelf.sound.iter().find(sealed) {
            Some(form) => form,
            None => self.shelf.edition(name, guess)?,
        };
        Ok((form, period_for(form, period)?))
    }

    /// Edition, cut-off and deadline of a report, and whether it was sealed or its day of reporting recorded.
    pub(super) fn report_state(
        &self,
        family: &str,
        period: Period,
        ledger: &Ledger,
    ) -> Option<(String, NaiveDate, Option<NaiveDate>, bool)> {
        let (form, period) = self.form(family, &period.to_string(), ledger).ok()?;
        let filing = stored(form, period, ledger);
        let editions = self.shelf.sound.iter().filter(|f| f.family == form.family);
        let sealed = editions.into_iter().any(|f| find(ledger, "seal", &f.id, period, None).is_some());
        Some((form.id.clone(), filing.cutoff, filing.due_on, sealed || filing.reported_on.is_some()))
    }

    /// The days that a form looks at for a period, as filed.
    pub(super) fn window_of(&self, form: &str, period: &str, ledger: &Ledger) -> Result<Window> {
        let (form, period) = self.form(form, period, ledger)?;
        Ok(stored(form, period, ledger).window())
    }

    /// Everything that a filing adds to form and ledger.
    pub(super) fn filing(&self, form: &Form, period: Period, choice: Choice, ledger: &Ledger) -> Filing {
        let mut filing = stored(form, period, ledger);
        if choice.basis.is_some_and(|basis| basis != filing.basis) {
            // A value typed for one basis says nothing on the other: they are never mixed.
            filing.overrides.clear();
        }
        filing.basis = choice.basis.unwrap_or(filing.basis);
        filing.cutoff = choice.cutoff.unwrap_or(filing.cutoff);
        let explained = kind("explanation");
        if let Some(kind) = explained {
            let family: BTreeSet<&str> =
                self.shelf.sound.iter().filter(|f| f.family == form.family).map(|f| f.id.as_str()).collect();
            let mut earlier: Vec<(Period, &str, &str)> = ledger
                .rows(kind)
                .iter()
                .filter(|r| text(r, kind, "form").is_some_and(|f| family.contains(f)))
                .filter_map(|r| {
                    let at = Period::parse(text(r, kind, "period")?).ok()?;
                    Some((at, text(r, kind, "rule")?, text(r, kind, "reason")?))
                })
                .filter(|(at, ..)| *at < period)
                .collect();
            earlier.sort();
            filing.offered = earlier.into_iter().map(|(_, rule, why)| (rule.to_owned(), why.to_owned())).collect();
        }
        let report = |period: Option<Period>| self.report(form, period?, filing.basis, ledger);
        filing.previous = report(period.previous());
        filing.year_before = match period {
            Period::Quarter { year, quarter: 1 } => report(Some(Period::Quarter { year: year - 1, quarter: 1 })),
            _ => None,
        };
        // What cannot be read of the past is no reason to show nothing of the present.
        filing.written = self.written(form, &filing, ledger).unwrap_or_default();
        filing
    }

    /// The values of another period on a basis: as sealed, else from the records. None when there was nothing.
    fn report(&self, form: &Form, period: Period, basis: Basis, ledger: &Ledger) -> Option<BTreeMap<String, i64>> {
        let editions = self.shelf.sound.iter().filter(|f| f.family == form.family);
        for edition in editions {
            if let Ok(Some(seal)) = seal_of(ledger, &edition.id, period)
                && seal.frozen.basis == basis
            {
                return Some(values(&seal.frozen));
            }
        }
        let mut filing = stored(form, period, ledger);
        filing.basis = basis;
        let values = crate::form::placed(form, ledger, &filing);
        values.values().any(|v| *v != 0).then_some(values)
    }

    /// The filled form. A sealed filing is shown as it was sealed, unless another basis or cut-off is asked for.
    pub fn fill(&self, form: &str, period: &str, choice: Choice) -> Result<Filled> {
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        self.filled(form, period, choice, &ledger)
    }

    pub(super) fn filled(&self, form: &Form, period: Period, choice: Choice, ledger: &Ledger) -> Result<Filled> {
        cutoff_fits(period, choice.cutoff)?;
        if let Some(seal) = seal_of(ledger, &form.id, period)? {
            let same = choice.basis.is_none_or(|b| b == seal.frozen.basis)
                && choice.cutoff.is_none_or(|d| d == seal.frozen.cutoff);
            if same {
                return Ok(seal.frozen);
            }
        }
        Ok(fill(form, ledger, &self.filing(form, period, choice, ledger)))
    }

    /// The form as it leaves the house: like [`Desk::fill`], in tables of our own with telephone numbers masked where
    /// the person asked for that. Official forms ask for them whole.
    fn outgoing_form(&self, form: &Form, period: Period, choice: Choice, ledger: &Ledger) -> Result<Filled> {
        if form.official {
            return self.filled(form, period, choice, ledger);
        }
        self.filled(form, period, choice, &self.outgoing(ledger))
    }

    /// The filled form as a workbook. A sealed filing gives the bytes that were sealed.
    pub fn export(&self, form: &str, period: &str, choice: Choice) -> Result<Vec<u8>> {
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        let filled = self.outgoing_form(form, period, choice, &ledger)?;
        if filled.sealed_at.is_some()
            && let Some(seal) = seal_of(&ledger, &form.id, period)?
        {
            return Ok(seal.workbook);
        }
        workbook::form(&filled)
    }

    /// The filled form's words as plain text, for a message.
    pub fn plain(&self, form: &str, period: &str, choice: Choice) -> Result<String> {
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        Ok(self.outgoing_form(form, period, choice, &ledger)?.plain())
    }

    /// The same, written to a file: beside it first, then renamed. A file that ends in .txt gets the form's words
    /// as plain text.
    pub fn export_to(&self, form: &str, period: &str, choice: Choice, path: &Path) -> Result<()> {
        if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("txt")) {
            return file::write(path, self.plain(form, period, choice)?.as_bytes());
        }
        file::write(path, &self.export(form, period, choice)?)
    }

    /// File name to offer for an export: title and period.
    pub fn export_name(&self, form: &str, period: &str) -> Result<String> {
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        let name: String = form.title.chars().map(|c| if "\\/:*?\"<>|".contains(c) { '_' } else { c }).collect();
        Ok(format!("{name}{}.xlsx", period.label()))
    }

    fn unsealed(&self, form: &Form, period: Period, ledger: &Ledger) -> Result<()> {
        match seal_of(ledger, &form.id, period)? {
            Some(seal) => Err(Error::refused(format!(
                "{} {} 已于 {} 上报封存，不能改动；如需改动请先解封并写明理由",
                form.title,
                period.label(),
                seal.sealed_at
            ))),
            None => Ok(()),
        }
    }

    /// Writes one of the program's own records for a filing, or takes it away.
    pub(super) fn keep(&mut self, name: &str, of: &str, id: Option<i64>, record: Option<Record>) -> Result<()> {
        let shape = own(of)?;
        self.store.change(name, |tx| match (id, record) {
            (Some(id), Some(mut record)) => {
                record.id = id;
                tx.update(shape, record)
            }
            (None, Some(record)) => tx.insert(shape, record).map(|_| ()),
            (Some(id), None) => tx.delete(shape.kind, id),
            (None, None) => Ok(()),
        })
    }

    /// Keeps basis, cut-off, 报出日期 and 报送期限 with the filing.
    pub fn file_as(&mut self, form: &str, period: &str, choice: FilingChoice) -> Result<Filled> {
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        self.unsealed(form, period, &ledger)?;
        cutoff_fits(period, choice.cutoff)?;
        let (form_id, shape) = (form.id.clone(), own("filing")?);
        let found = find(&ledger, "filing", &form_id, period, None).map(|(_, r)| r.clone());
        let id = found.as_ref().map(|r| r.id);
        let mut record = found.unwrap_or_else(|| Record::empty(shape.kind, 0));
        let mut set = |field: &str, value: Option<Value>| {
            if value.is_some() {
                record.set(shape.kind, field, value);
            }
        };
        set("form", Some(Value::text(form_id.as_str())));
        set("period", Some(Value::text(period.to_string())));
        set("basis", choice.basis.map(|b| Value::text(if b == Basis::Ytd { "ytd" } else { "quarter" })));
        set("cutoff", choice.cutoff.map(Value::Date));
        set("reported_on", choice.reported_on.map(Value::Date));
        set("due_on", choice.due_on.map(Value::Date));
        self.keep("登记填报信息", "filing", id, Some(record))?;
        self.fill(&form_id, &period.to_string(), Choice::default())
    }

    /// Puts a hand-typed value, in the cell's unit and with no more decimals than it shows, in place of the
    /// computed one; `None` takes it away.
    pub fn override_cell(
        &mut self,
        form: &str,
        period: &str,
        code: &str,
        value: Option<impl Into<ByHand>>,
        reason: &str,
    ) -> Result<Filled> {
        let value: Option<ByHand> = value.map(Into::into);
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        self.unsealed(form, period, &ledger)?;
        match form.cells.iter().find(|c| c.code == code) {
            None => return Err(Error::refused(format!("“{}”没有代码为 {code} 的指标", form.title))),
            // Taking one away is never refused: an older edition may have had a number there.
            Some(cell) if value.is_some() && !cell.source.is_number() => {
                return Err(Error::refused(format!(
                    "“{}”({code})是文字，不能填数字；请在所引用的记录或“文字材料”中修改",
                    cell.label
                )));
            }
            Some(cell) => {
                if let Some(typed) = value.filter(|v| !cell.takes(*v)) {
                    let most = match cell.decimals {
                        0 => "只填整数".to_owned(),
                        n => format!("至多填 {n} 位小数"),
                    };
                    let typed = crate::amount::yuan(typed.0);
                    return Err(Error::refused(format!("“{}”({code}){most}，不能填 {typed}", cell.label)));
                }
            }
        }
        if value.is_some() && reason.trim().is_empty() {
            return Err(Error::refused(format!("手工填写 {code} 须写明理由")));
        }
        let form_id = form.id.clone();
        let shape = own("override_value")?;
        let id = find(&ledger, "override_value", &form_id, period, Some(("code", code))).map(|(_, r)| r.id);
        let record = value.map(|value| {
            let mut record = Record::empty(shape.kind, 0);
            record.set(shape.kind, "form", Some(Value::text(form_id.as_str())));
            record.set(shape.kind, "period", Some(Value::text(period.to_string())));
            record.set(shape.kind, "code", Some(Value::text(code)));
            record.set(shape.kind, "value", Some(Value::Int(crate::amount::round(value.0, 100))));
            record.set(shape.kind, "exact", (value.0 % 100 != 0).then_some(Value::Int(value.0)));
            record.set(shape.kind, "reason", Some(Value::text(reason.trim())));
            record
        });
        let name = format!("{}手工值 {code}", if value.is_some() { "填写" } else { "取消" });
        self.keep(&name, "override_value", id, record)?;
        self.fill(&form_id, &period.to_string(), Choice::default())
    }

    /// Writes the reason for a 警示; an empty one takes it away.
    pub fn explain(&mut self, form: &str, period: &str, rule: &str, reason: &str) -> Result<Filled> {
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        self.unsealed(form, period, &ledger)?;
        if !form.checks.iter().any(|c| c.id == rule) {
            return Err(Error::refused(format!("“{}”没有编号为 {rule} 的审核规则", form.title)));
        }
        let form_id = form.id.clone();
        let shape = own("explanation")?;
        let id = find(&ledger, "explanation", &form_id, period, Some(("rule", rule))).map(|(_, r)| r.id);
        let record = (!reason.trim().is_empty()).then(|| {
            let mut record = Record::empty(shape.kind, 0);
            record.set(shape.kind, "form", Some(Value::text(form_id.as_str())));
            record.set(shape.kind, "period", Some(Value::text(period.to_string())));
            record.set(shape.kind, "rule", Some(Value::text(rule)));
            record.set(shape.kind, "reason", Some(Value::text(reason.trim())));
            record
        });
        self.keep(&format!("说明警示 {rule}"), "explanation", id, record)?;
        self.fill(&form_id, &period.to_string(), Choice::default())
    }

    /// 上报封存: freezes figures, rosters, reasons, the edition's text and the workbook's bytes. `now` is
    /// the time of sealing. Refused while an 错误 stands or a 警示 has no reason.
    pub fn seal(&mut self, form: &str, period: &str, now: &str) -> Result<Filled> {
        self.sealed_with(form, period, now, None)
    }

    /// Seals, and keeps the scan of the stamped print in the same step.
    pub(super) fn sealed_with(&mut self, form: &str, period: &str, now: &str, scan: Option<Scan>) -> Result<Filled> {
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        self.unsealed(form, period, &ledger)?;
        let mut filled = fill(form, &ledger, &self.filing(form, period, Choice::default(), &ledger));
        let mut flaws: Vec<Flaw> = Vec::new();
        for breach in &filled.breaches {
            let say = match breach.level {
                Level::Error => format!("错误 {}：{}", breach.rule, breach.message),
                Level::Warning if breach.reason.is_none() => {
                    format!("警示 {} 尚未写明理由：{}", breach.rule, breach.message)
                }
                Level::Warning => continue,
            };
            flaws.push(Flaw { place: crate::error::Place::default(), say });
        }
        if !flaws.is_empty() {
            return Err(Error::Flawed { flaws });
        }
        filled.sealed_at = Some(now.to_owned());
        let bytes = workbook::form(&filled)?;
        let frozen = serde_json::to_string(&filled).map_err(|e| Error::refused(format!("无法封存：{e}")))?;
        let shape = own("seal")?;
        let mut record = Record::empty(shape.kind, 0);
        for (field, text) in [
            ("form", form.id.as_str()),
            ("period", &period.to_string()),
            ("sealed_at", now),
            ("frozen", &frozen),
            ("edition", &form.text),
            ("workbook", &to_hex(&bytes)),
        ] {
            record.set(shape.kind, field, Some(Value::text(text)));
        }
        let name = format!("上报封存 {}", period.label());
        let proof = own("proof")?;
        self.store.change(&name, |tx| {
            let id = tx.insert(shape, record)?;
            match scan {
                Some(scan) => tx.insert(proof, scan.record(proof, &format!("seal:{id}"), STAMPED)).map(|_| ()),
                None => Ok(()),
            }
        })?;
        Ok(filled)
    }

    /// Opens a sealed filing again; the reason and the seal stay in the records.
    pub fn unseal(&mut self, form: &str, period: &str, reason: &str, now: &str) -> Result<()> {
        if reason.trim().is_empty() {
            return Err(Error::refused("解封须写明理由"));
        }
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        let Some((kind, record)) = find(&ledger, "seal", &form.id, period, None) else {
            return Err(Error::refused(format!("{} {} 没有封存", form.title, period.label())));
        };
        let mut record = record.clone();
        record.set(kind, "unsealed_at", Some(Value::text(now)));
        record.set(kind, "unseal_reason", Some(Value::text(reason.trim())));
        let id = record.id;
        self.keep(&format!("解封 {}", period.label()), "seal", Some(id), Some(record))
    }

    /// Keeps the scan of the stamped print with the seal.
    pub fn attach_scan(&mut self, form: &str, period: &str, name: &str, bytes: &[u8]) -> Result<()> {
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        let Some((_, seal)) = find(&ledger, "seal", &form.id, period, None) else {
            return Err(Error::refused(format!("{} {} 尚未封存，封存后再附盖章扫描件", form.title, period.label())));
        };
        let owner = format!("seal:{}", seal.id);
        self.attach(&owner, STAMPED, name, bytes)
    }

    /// Keeps a proof file with a record, written `event:12`; the content is stored once.
    pub fn attach(&mut self, owner: &str, role: &str, name: &str, bytes: &[u8]) -> Result<()> {
        let shape = own("proof")?;
        let (sha256, size) = self.store.attach(bytes)?;
        let record = Scan { name: name.to_owned(), sha256, size }.record(shape, owner, role);
        self.store.change(&format!("添加{role}"), |tx| tx.insert(shape, record).map(|_| ()))
    }

    /// 已上报 vs 现台账: each sealed figure that the records no longer give, with the records whose later
    /// changes moved it.
    pub fn differences(&self, form: &str, period: &str) -> Result<Vec<Difference>> {
        let ledger = self.store.ledger()?;
        let (form, period) = self.form(form, period, &ledger)?;
        let Some(seal) = seal_of(&ledger, &form.id, period)? else {
            return Err(Error::refused(format!("{} {} 没有封存，无从比较", form.title, period.label())));
        };
        let edition = parse(&seal.frozen.form, &seal.edition).map_err(|flaws| Error::Flawed { flaws })?;
        let sealed = &seal.frozen;
        let mut filing = stored(&edition, period, &ledger);
        filing.basis = sealed.basis;
        filing.cutoff = sealed.cutoff;
        if sealed.basis == Basis::Quarter {
            filing.previous_cutoff = sealed.start.pred_opt();
        }
        let by_hand = |c: &crate::form::Cell| match (c.overridden, &c.value) {
            (true, Some(Content::Int(n))) => {
                Some((c.code.clone(), (n.saturating_mul(100), c.reason.clone().unwrap_or_default())))
            }
            (true, Some(Content::Decimal(n))) => Some((c.code.clone(), (*n, c.reason.clone().unwrap_or_default()))),
            _ => None,
        };
        filing.overrides = sealed.cells.iter().filter_map(by_hand).collect();
        let now = fill(&edition, &ledger, &filing);
        // By code: behind the form's own cells stand those that its texts name, and a text may name others now.
        let is = |code: &str| now.cells.iter().find(|c| c.code == code);
        let moved: Vec<(&Cell, &Cell)> = sealed
            .cells
            .iter()
            .filter_map(|was| Some((was, is(&was.code)?)))
            .filter(|(was, is)| was.value != is.value)
            .collect();
        if moved.is_empty() {
            return Ok(Vec::new());
        }
        let touched = self.touched_since(seal.id, &ledger)?;
        Ok(moved
            .into_iter()
            .map(|(was, is)| Difference {
                code: was.code.clone(),
                label: was.label.clone(),
                sealed: was.value.clone(),
                now: is.value.clone(),
                records: movers(&touched, &ledger, &edition, &filing, (sealed, &now), &was.code),
            })
            .collect())
    }

    /// Records changed after the seal, with what each was at the time of sealing.
    fn touched_since(&self, seal: i64, ledger: &Ledger) -> Result<Vec<Touched>> {
        let shape = own("seal")?;
        match self.store.record_history(shape.kind, seal)?.first().map(|c| c.step) {
            Some(step) => self.touched_after(step, ledger),
            None => Ok(Vec::new()),
        }
    }

    /// The records as they were after a step; `None` when nothing was changed since.
    pub(super) fn ledger_after(&self, step: i64, ledger: &Ledger) -> Result<Option<Ledger>> {
        let touched = self.touched_after(step, ledger)?;
        let back = || ledger.with(touched.iter().map(|t| (t.kind, t.id, t.sealed.clone())));
        Ok((!touched.is_empty()).then(back))
    }

    fn touched_after(&self, step: i64, ledger: &Ledger) -> Result<Vec<Touched>> {
        let mut touched: Vec<Touched> = Vec::new();
        let mut at: HashMap<(&str, i64), usize> = HashMap::new();
        for change in self.store.changes_since(step)? {
            if change.kind.internal {
                continue;
            }
            let key = (change.kind.name, change.id);
            let i = *at.entry(key).or_insert_with(|| {
                touched.push(Touched {
                    kind: change.kind,
                    id: change.id,
                    sealed: change.before.clone(),
                    last: None,
                    at: String::new(),
                    step: String::new(),
                });
                touched.len() - 1
            });
            if let Some(t) = touched.get_mut(i) {
                t.at.clone_from(&change.at);
                t.step.clone_from(&change.name);
                t.last = change.after.clone().or(change.before.clone());
            }
        }
        touched.retain(|t| t.sealed.as_ref() != ledger.get(t.kind, t.id));
        Ok(touched)
    }
}

/// A record changed since the seal.
struct Touched {
    kind: &'static Kind,
    id: i64,
    /// At the time of sealing.
    sealed: Option<Record>,
    /// As it last was, for its label.
    last: Option<Record>,
    at: String,
    step: String,
}

impl Touched {
    /// Itself and the records it referred to, then or now.
    fn relates(&self, ledger: &Ledger) -> HashSet<(&'static str, i64)> {
        let mut set = HashSet::from([(self.kind.name, self.id)]);
        for record in self.sealed.iter().chain(ledger.get(self.kind, self.id)) {
            set.extend(related(self.kind, record));
        }
        set
    }
}

fn related(kind: &'static Kind, record: &Record) -> Vec<(&'static str, i64)> {
    let mut list = Vec::new();
    for (at, field) in kind.fields.iter().enumerate() {
        if let Type::Ref(of) = field.ty
            && let Some(id) = record.get(at).and_then(Value::as_int)
        {
            list.push((of, id));
        }
    }
    list
}

/// Which changed records moved a cell: those whose change alone moves it from the sealed state, or
/// whose change alone, taken back, moves it from the present one. Where only all of them together do,
/// all that touch the records behind it.
fn movers(
    touched: &[Touched],
    ledger: &Ledger,
    form: &Form,
    filing: &Filing,
    (sealed, present): (&Filled, &Filled),
    code: &str,
) -> Vec<Mover> {
    // 舍位平衡 may move a part of a total by what happened to another part.
    let family = form.cells.iter().find_map(|c| match &c.source {
        CellSource::Total(parts) if parts.iter().any(|p| p == code) => Some(parts.as_slice()),
        _ => None,
    });
    fn behind<'a>(
        filled: &'a Filled,
        code: &str,
        family: Option<&[String]>,
    ) -> HashSet<(&'a str, &'static str, i64, Option<i64>)> {
        let ours = |c: &&'a Cell| c.code == code || family.is_some_and(|f| f.contains(&c.code));
        let records = |c: &'a Cell| {
            let from = c.from.iter().map(|s| (c.code.as_str(), s.kind, s.id, Some(s.exact)));
            // Somebody of whom nothing is known can make a figure blank.
            from.chain(c.gaps.iter().map(|g| (c.code.as_str(), g.kind, g.id, None)))
        };
        filled.cells.iter().filter(ours).flat_map(records).collect()
    }
    let (before, after) = (behind(sealed, code, family), behind(present, code, family));
    let mut near: HashSet<(&'static str, i64)> = HashSet::new();
    for (_, name, id, _) in before.symmetric_difference(&after) {
        near.insert((*name, *id));
        if let Some(k) = kind(name) {
            let sealed = touched.iter().find(|t| t.kind.name == *name && t.id == *id).and_then(|t| t.sealed.as_ref());
            for record in ledger.get(k, *id).into_iter().chain(sealed) {
                near.extend(related(k, record));
            }
        }
    }
    let candidates: Vec<&Touched> =
        touched.iter().filter(|t| t.relates(ledger).iter().any(|r| near.contains(r))).collect();
    let value = |ledger: &Ledger| crate::form::placed(form, ledger, filing).get(code).copied();
    let sealed_ledger = ledger.with(touched.iter().map(|t| (t.kind, t.id, t.sealed.clone())));
    let (then, now) = (value(&sealed_ledger), value(ledger));
    let moves = |t: &&&Touched| {
        let present = ledger.get(t.kind, t.id).cloned();
        value(&sealed_ledger.with([(t.kind, t.id, present)])) != then
            || value(&ledger.with([(t.kind, t.id, t.sealed.clone())])) != now
    };
    let alone: Vec<&Touched> =
        if candidates.len() > 1 { candidates.iter().filter(moves).copied().collect() } else { Vec::new() };
    let list = if alone.is_empty() { candidates } else { alone };
    list.into_iter()
        .map(|t| Mover {
            kind: t.kind.name,
            id: t.id,
            label: match ledger.get(t.kind, t.id).or(t.last.as_ref()) {
                Some(record) => ledger.label(t.kind, record),
                None => format!("{} {}", t.kind.label, t.id),
            },
            at: t.at.clone(),
            step: t.step.clone(),
        })
        .collect()
}

/// A cut-off lies in the period, or in the month after it for those who are asked late. Anything else is
/// a slip of the hand that would make a report of nothing.
fn cutoff_fits(period: Period, cutoff: Option<NaiveDate>) -> Result<()> {
    let Some(cutoff) = cutoff else { return Ok(()) };
    let last = period.cutoff(31);
    let months = if matches!(period, Period::Quarter { .. }) { 2 } else { 11 };
    let first = last.with_day(1).and_then(|d| d.checked_sub_months(chrono::Months::new(months)));
    let late = last.checked_add_days(chrono::Days::new(31));
    let fits = match period {
        Period::Day(day) => cutoff == day,
        _ => first.is_none_or(|d| d <= cutoff) && late.is_none_or(|d| cutoff <= d),
    };
    if fits {
        return Ok(());
    }
    Err(Error::refused(format!("数据截止日 {cutoff} 不在报告期 {period} 之内(最晚可到期末后一个月)，请核对年份和月份")))
}

/// The filing as it is kept: choices, hand-typed values, reasons.
pub(super) fn stored(form: &Form, period: Period, ledger: &Ledger) -> Filing {
    let mut filing = Filing::new(form, period);
    if let Some((kind, record)) = find(ledger, "filing", &form.id, period, None) {
        if let Some(Ok(basis)) = text(record, kind, "basis").map(str::parse) {
            filing.basis = basis;
        }
        filing.cutoff = day(record, kind, "cutoff").unwrap_or(filing.cutoff);
        filing.reported_on = day(record, kind, "reported_on");
        filing.due_on = day(record, kind, "due_on");
    }
    if let Some(before) = period.previous()
        && let Some((kind, record)) = find(ledger, "filing", &form.id, before, None)
    {
        filing.previous_cutoff = day(record, kind, "cutoff").or(filing.previous_cutoff);
    }
    let period = period.to_string();
    let mine = |of: &str| {
        let kind = kind(of)?;
        let rows = ledger.rows(kind).iter().filter(|r| {
            text(r, kind, "form") == Some(form.id.as_str()) && text(r, kind, "period") == Some(period.as_str())
        });
        Some((kind, rows.collect::<Vec<_>>()))
    };
    if let Some((kind, rows)) = mine("override_value") {
        filing.overrides = rows
            .into_iter()
            .filter_map(|r| {
                let whole = r.field(kind, "value")?.as_int()?;
                let value = r.field(kind, "exact").and_then(Value::as_int).unwrap_or(whole.saturating_mul(100));
                Some((
                    text(r, kind, "code")?.to_owned(),
                    (value, text(r, kind, "reason").unwrap_or_default().to_owned()),
                ))
            })
            .collect();
    }
    if let Some((kind, rows)) = mine("explanation") {
        filing.reasons = rows
            .into_iter()
            .filter_map(|r| Some((text(r, kind, "rule")?.to_owned(), text(r, kind, "reason")?.to_owned())))
            .collect();
    }
    filing
}

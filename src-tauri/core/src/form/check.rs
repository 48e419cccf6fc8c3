//! Runs a form's rules over its placed figures and the records behind them.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};

use super::fill::{as_f64, head_yes};
use super::{Against, Audit, Breach, Cell, CheckDef, Content, Filing, Filled, Form, Gap, Probe, ProofWant, printed};
use crate::figure::{Behind, Scope, owner_at};
use crate::period::{Basis, Period};
use crate::record::{Kind, Record, Value, kind};

/// What the rules of one filing look at.
pub(super) struct Facts<'a> {
    form: &'a Form,
    filing: &'a Filing,
    scope: &'a Scope<'a>,
    filled: &'a Filled,
    cells: HashMap<&'a str, &'a Cell>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(form: &'a Form, filing: &'a Filing, scope: &'a Scope<'a>, filled: &'a Filled) -> Facts<'a> {
        Facts { form, filing, scope, filled, cells: filled.cells.iter().map(|c| (c.code.as_str(), c)).collect() }
    }

    /// Every rule that speaks, 错误 first, in the order of the file.
    pub(super) fn breaches(&self) -> Vec<Breach> {
        let mut list: Vec<Breach> = self
            .form
            .checks
            .iter()
            .filter(|check| check.basis.is_none_or(|b| b == self.filing.basis))
            .flat_map(|check| self.run(check))
            .collect();
        list.sort_by_key(|b| b.level);
        list
    }

    fn run(&self, check: &CheckDef) -> Vec<Breach> {
        match &check.probe {
            Probe::Holds { expr, over: None, against } => {
                let broken = expr.value(&|name| self.value(name, None, *against)) == Some(0.0);
                let codes = expr.names().into_iter().filter_map(code_of).filter(|c| self.cells.contains_key(c));
                let mut codes: Vec<String> = codes.map(str::to_owned).collect();
                codes.dedup();
                broken.then(|| self.breach(check, None, codes, Vec::new())).into_iter().collect()
            }
            Probe::Holds { expr, over: Some(codes), against } => codes
                .iter()
                .filter(|code| expr.value(&|name| self.value(name, Some(code), *against)) == Some(0.0))
                .map(|code| self.breach(check, Some((code, *against)), vec![code.clone()], Vec::new()))
                .collect(),
            Probe::Filled(codes) => codes
                .iter()
                .filter(|code| self.cells.get(code.as_str()).is_some_and(|c| c.value.is_none()))
                .map(|code| self.breach(check, Some((code, None)), vec![code.clone()], Vec::new()))
                .collect(),
            Probe::Head(names) => {
                let items = self.filled.head.iter().chain(&self.filled.foot);
                let blank: Vec<&str> = items
                    .filter(|h| names.contains(&h.name) && h.value.as_ref().is_none_or(|v| v.trim().is_empty()))
                    .map(|h| h.label.as_str())
                    .collect();
                if blank.is_empty() {
                    return Vec::new();
                }
                let mut breach = self.breach(check, None, Vec::new(), Vec::new());
                breach.message = breach.message.replace("{label}", &blank.join("、"));
                vec![breach]
            }
            Probe::Limits(codes) => codes
                .iter()
                .filter(|code| self.cells.get(code.as_str()).is_some_and(|c| c.limit.is_some() && c.length > c.limit))
                .map(|code| self.breach(check, Some((code, None)), vec![code.clone()], Vec::new()))
                .collect(),
            Probe::Changed(codes) => codes
                .iter()
                .filter_map(|code| self.cells.get(code.as_str()))
                .filter(|cell| !cell.changed.is_empty())
                .map(|cell| self.breach(check, Some((&cell.code, None)), vec![cell.code.clone()], moved(cell)))
                .collect(),
            Probe::Insertions(codes) => codes
                .iter()
                .filter_map(|code| self.cells.get(code.as_str()))
                .filter(|cell| cell.length.is_some() && !cell.gaps.is_empty())
                .map(|cell| self.breach(check, Some((&cell.code, None)), vec![cell.code.clone()], cell.gaps.clone()))
                .collect(),
            Probe::Overridden => self
                .filled
                .cells
                .iter()
                .filter(|c| c.overridden && c.value != c.computed)
                .map(|c| {
                    let mut breach = self.breach(check, Some((&c.code, None)), vec![c.code.clone()], Vec::new());
                    let reason = c.reason.clone().unwrap_or_default();
                    breach.message = breach.message.replace("{reason}", &reason);
                    // The value could not be typed without a reason: it is the explanation.
                    breach.reason = Some(reason);
                    breach
                })
                .collect(),
            Probe::Records { behind, audit } => {
                let records = self.audit(behind, audit);
                let codes = || behind.clone();
                (!records.is_empty()).then(|| self.breach(check, None, codes(), records)).into_iter().collect()
            }
        }
    }

    /// What a name in an expression means.
    fn value(&self, name: &str, code: Option<&str>, against: Option<Against>) -> Option<f64> {
        let days = |d: NaiveDate| f64::from(d.num_days_from_ce());
        match (name, code) {
            ("value", Some(code)) => return self.placed(code),
            ("exact", Some(code)) => return self.cells.get(code)?.exact.map(as_f64),
            ("previous", Some(code)) => return self.previous(code, against?).map(as_f64),
            ("cutoff", _) => return Some(days(self.filing.cutoff)),
            ("reported_on", _) => return Some(days(self.filing.reported_on.unwrap_or(self.filing.cutoff))),
            ("due_on", _) => return self.filing.due_on.map(days),
            _ => {}
        }
        if let Some(name) = name.strip_prefix("head.") {
            let def = self.form.head.iter().chain(&self.form.foot).find(|d| d.name == name)?;
            // Not said to be so is not so.
            return Some(f64::from(u8::from(head_yes(def, self.scope).unwrap_or(false))));
        }
        if let Some(code) = name.strip_suffix(".exact") {
            return self.cells.get(code)?.exact.map(as_f64);
        }
        if let Some(code) = name.strip_suffix(".rounded_away") {
            let cell = self.cells.get(code)?;
            let away = !cell.overridden && self.placed(code) == Some(0.0) && cell.exact.is_some_and(|e| e != 0);
            return Some(f64::from(u8::from(away)));
        }
        self.placed(name)
    }

    /// The figure that a cell shows, in its unit.
    fn placed(&self, code: &str) -> Option<f64> {
        match self.cells.get(code)?.value {
            Some(Content::Int(n)) => Some(as_f64(n)),
            Some(Content::Decimal(n)) => Some(crate::amount::in_units(n, 100)),
            _ => None,
        }
    }

    /// What a cell shows, as a message says it.
    fn shown(&self, code: &str) -> String {
        let text = self.cells.get(code).map(|c| c.printed()).unwrap_or_default();
        if text.is_empty() { "空".to_owned() } else { text }
    }

    /// The value in the report to compare with.
    fn previous(&self, code: &str, against: Against) -> Option<i64> {
        let period = self.filing.period;
        let first = matches!(period, Period::Quarter { quarter: 1, .. } | Period::Year { .. });
        let report = match against {
            Against::PreviousInYear if first => None,
            Against::PreviousInYear => self.filing.previous.as_ref(),
            Against::Comparable => {
                let flow = self.form.cells.iter().any(|c| c.code == code && c.flow);
                let fresh_count =
                    first && flow && self.filing.basis == Basis::Ytd && !matches!(period, Period::Year { .. });
                if fresh_count { self.filing.year_before.as_ref() } else { self.filing.previous.as_ref() }
            }
        };
        report?.get(code).copied()
    }

    fn breach(
        &self,
        check: &CheckDef,
        over: Option<(&str, Option<Against>)>,
        codes: Vec<String>,
        records: Vec<Gap>,
    ) -> Breach {
        let mut message = check.say.clone();
        let show = |n: Option<i64>| n.map_or_else(|| "空".to_owned(), |n| n.to_string());
        if let Some((code, against)) = over
            && let Some(cell) = self.cells.get(code)
        {
            message = message
                .replace("{label}", cell.label.trim_start_matches("其中："))
                .replace("{code}", code)
                .replace("{value}", &self.shown(code))
                .replace("{length}", &show(cell.length.map(i64::from)))
                .replace("{limit}", &show(cell.limit.map(i64::from)))
                .replace("{previous}", &show(against.and_then(|a| self.previous(code, a))));
            let computed = printed(cell.computed.as_ref(), &cell.unit, cell.decimals);
            message = message.replace("{computed}", if computed.is_empty() { "空" } else { &computed });
        }
        for (code, _) in self.cells.iter().filter(|(code, _)| check.say.contains(**code)) {
            message = message.replace(&format!("{{{code}}}"), &self.shown(code));
        }
        let names: Vec<&str> = records.iter().map(|g| g.say.as_str()).take(20).collect();
        let more = if records.len() > 20 { format!(" 等 {} 条", records.len()) } else { String::new() };
        message = message.replace("{records}", &format!("{}{more}", names.join("；")));
        let rule = check.id.clone();
        Breach {
            level: check.level,
            message,
            codes,
            records,
            reason: self.filing.reasons.get(&rule).cloned(),
            offered: self.filing.offered.get(&rule).cloned(),
            rule,
        }
    }

    fn audit(&self, behind: &[String], audit: &Audit) -> Vec<Gap> {
        let from: Vec<&Behind> =
            behind.iter().filter_map(|code| self.scope.found.get(code)).flat_map(|f| &f.from).collect();
        match audit {
            Audit::Proof(wants) => self.lacking_proof(&from, wants),
            Audit::Agreement => self.without_agreement(&from),
            Audit::Unique(fields) => self.shared(&from, fields),
            Audit::None(conditions) => from
                .iter()
                .filter_map(|b| Some((b, self.scope.ledger.get(b.kind, b.id)?)))
                .filter(|(b, r)| self.scope.meets(b.kind, r, conditions))
                .map(|(b, r)| self.gap(b.kind, r, ""))
                .collect(),
        }
    }

    fn gap(&self, kind: &'static Kind, record: &Record, lacks: &str) -> Gap {
        let label = self.scope.ledger.label(kind, record);
        let say = if lacks.is_empty() { label } else { format!("{label} {lacks}") };
        Gap { kind: kind.name, id: record.id, say }
    }

    fn lacking_proof(&self, from: &[&Behind], wants: &[ProofWant]) -> Vec<Gap> {
        let Some(proof) = kind("proof") else { return Vec::new() };
        let (Some(owner), Some(role)) = (proof.at("owner"), proof.at("role")) else { return Vec::new() };
        let mut have: HashMap<&str, HashMap<&str, usize>> = HashMap::new();
        for record in self.scope.ledger.rows(proof) {
            if let (Some(owner), Some(role)) =
                (record.get(owner).and_then(Value::as_text), record.get(role).and_then(Value::as_text))
            {
                *have.entry(owner).or_default().entry(role).or_default() += 1;
            }
        }
        from.iter()
            .filter_map(|b| {
                let record = self.scope.ledger.get(b.kind, b.id)?;
                let own = have.get(format!("{}:{}", b.kind.name, b.id).as_str());
                let count = |role: &String| own.and_then(|m| m.get(role.as_str())).copied().unwrap_or(0);
                let lacks: Vec<String> = wants
                    .iter()
                    .filter_map(|want| {
                        let there: usize = want.roles.iter().map(count).sum();
                        let short = want.at_least.saturating_sub(there);
                        (short > 0).then(|| format!("{} {short} 张", want.roles.join("或")))
                    })
                    .collect();
                (!lacks.is_empty()).then(|| self.gap(b.kind, record, &format!("缺{}", lacks.join("、"))))
            })
            .collect()
    }

    fn without_agreement(&self, from: &[&Behind]) -> Vec<Gap> {
        let (Some(agreement), Some(tenant)) = (kind("agreement"), kind("tenant")) else { return Vec::new() };
        let Some(owner) = owner_at(agreement, tenant) else { return Vec::new() };
        let mut by_tenant: HashMap<i64, Vec<&Record>> = HashMap::new();
        for record in self.scope.ledger.rows(agreement) {
            if let Some(id) = record.get(owner).and_then(Value::as_int) {
                by_tenant.entry(id).or_default().push(record);
            }
        }
        let end = self.scope.window.end;
        from.iter()
            .filter(|b| b.kind.name == tenant.name)
            .filter_map(|b| {
                // Who left before the cut-off needs an agreement up to the last day.
                let on = self.scope.ledger.left_on(b.id).map_or(end, |left| left.min(end));
                let signed: Vec<&&Record> = by_tenant
                    .get(&b.id)?
                    .iter()
                    .filter(|r| r.field(agreement, "signed_on").and_then(Value::as_date).is_some_and(|d| d <= end))
                    .collect();
                let covers = signed.iter().any(|r| {
                    let (from, to) = self.scope.ledger.span(agreement, r);
                    from.is_none_or(|d| d <= on) && to.is_none_or(|d| d >= on)
                });
                let record = self.scope.ledger.get(b.kind, b.id)?;
                let lacks = if signed.is_empty() { "协议未签订" } else { "协议已到期" };
                (!covers).then(|| self.gap(b.kind, record, lacks))
            })
            .chain(
                from.iter()
                    .filter(|b| b.kind.name == tenant.name && !by_tenant.contains_key(&b.id))
                    .filter_map(|b| Some(self.gap(b.kind, self.scope.ledger.get(b.kind, b.id)?, "没有协议"))),
            )
            .collect()
    }

    fn shared(&self, from: &[&Behind], fields: &[usize]) -> Vec<Gap> {
        let mut list = Vec::new();
        for at in fields {
            let mut same: BTreeMap<&str, Vec<(&'static Kind, &Record)>> = BTreeMap::new();
            for b in from {
                if let Some(record) = self.scope.ledger.get(b.kind, b.id)
                    && let Some(text) = record.get(*at).and_then(Value::as_text)
                {
                    same.entry(text).or_default().push((b.kind, record));
                }
            }
            for (text, records) in same.iter().filter(|(_, records)| records.len() > 1) {
                let label = records.first().and_then(|(k, _)| k.fields.get(*at)).map_or("", |f| f.label);
                list.extend(records.iter().map(|(k, r)| self.gap(k, r, &format!("{label} {text}"))));
            }
        }
        list
    }
}

/// The figures of a text that changed, each at the record in which the text stands.
fn moved(cell: &Cell) -> Vec<Gap> {
    let Some(text) = cell.from.first() else { return Vec::new() };
    let blank = |text: &str| if text.is_empty() { "空".to_owned() } else { text.to_owned() };
    let say = |c: &super::ChangedFigure| format!("{} {} → {}", c.label, blank(&c.was), blank(&c.now));
    cell.changed.iter().map(|c| Gap { kind: text.kind, id: text.id, say: say(c) }).collect()
}

/// The code in a name such as `zjf07.exact`.
fn code_of(name: &str) -> Option<&str> {
    name.split('.').next()
}

/// The placed whole-number values of a filled form, by code.
pub fn values(filled: &Filled) -> BTreeMap<String, i64> {
    filled
        .cells
        .iter()
        .filter_map(|c| match c.value {
            Some(Content::Int(n)) => Some((c.code.clone(), n)),
            _ => None,
        })
        .collect()
}

//! The quarterly round: what every tenant served in a quarter has to say, at its cut-off, beside what it said last.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::grid::{Column, some_columns};
use super::records::shape;
use super::{Desk, filing};
use crate::error::{Error, Result};
use crate::figure::Measure;
use crate::form::CellSource;
use crate::ledger::Ledger;
use crate::period::{Basis, Period, Window};
use crate::record::{Kind, Record, Shape, Value, format_value, kind};
use crate::roster;

/// The quarterly round of one quarter.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Round {
    /// The quarter, `2021Q3`.
    pub period: String,
    /// The day for which the numbers stand: the filing's cut-off.
    #[ts(type = "string")]
    pub as_of: NaiveDate,
    /// What the quarterly report asks of each tenant.
    pub columns: Vec<Column>,
    /// Every tenant served in the quarter.
    pub rows: Vec<RoundRow>,
    /// How many are done.
    pub done: usize,
}

/// One tenant in the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RoundRow {
    /// Id of the tenant.
    #[ts(type = "number")]
    pub tenant: i64,
    /// Its name.
    pub label: String,
    /// 创业团队 or 初创企业, at the cut-off.
    pub stage: &'static str,
    /// Last day in the space, when it left by the cut-off.
    #[ts(type = "string | null")]
    pub left_on: Option<NaiveDate>,
    /// Recorded for this quarter, in the order of the columns.
    pub now: Vec<String>,
    /// What a confirmation writes: the last number of a stock, 0 of a flow. Blank where there is nothing to offer: no
    /// last number, or members by name that are counted instead.
    pub offered: Vec<String>,
    /// Day of the last numbers.
    #[ts(type = "string | null")]
    pub last_on: Option<NaiveDate>,
    /// A confirmation says something: a number of a stock is recorded or offered. Where no number was ever given, it has
    /// to be typed.
    pub confirmable: bool,
    /// Every stock is recorded.
    pub done: bool,
}

/// One number typed in the round.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RoundPut {
    /// Id of the tenant.
    #[ts(type = "number")]
    pub tenant: i64,
    /// English name of the field.
    pub field: String,
    /// As typed; blank empties it.
    pub text: String,
}

/// The family of quarterly reports whose questions the round asks.
const QUARTERLY: &str = "torch-quarterly";

/// What the round works with.
struct Plan {
    period: Period,
    window: Window,
    /// Position in the kind, and whether it is a flow.
    asked: Vec<(usize, bool)>,
    snapshot: &'static Shape,
    tenant: &'static Kind,
    /// Positions in the snapshot.
    of: usize,
    on: usize,
}

impl Plan {
    fn names(&self) -> Vec<&'static str> {
        self.asked.iter().filter_map(|(at, _)| self.snapshot.kind.fields.get(*at)).map(|f| f.name).collect()
    }

    /// Every tenant's snapshots, oldest first.
    fn by_tenant<'a>(&self, ledger: &'a Ledger) -> HashMap<i64, Vec<&'a Record>> {
        let mut all: HashMap<i64, Vec<&Record>> = HashMap::new();
        for record in ledger.rows(self.snapshot.kind) {
            if let Some(tenant) = record.get(self.of).and_then(Value::as_int) {
                all.entry(tenant).or_default().push(record);
            }
        }
        all.values_mut().for_each(|own| own.sort_by_key(|r| (self.day(r), r.id)));
        all
    }

    fn day(&self, record: &Record) -> Option<NaiveDate> {
        record.get(self.on).and_then(Value::as_date)
    }

    /// The snapshot that speaks for this quarter.
    fn current<'a>(&self, own: &[&'a Record]) -> Option<&'a Record> {
        let within = |r: &&&Record| self.day(r).is_some_and(|d| self.window.fresh <= d && d <= self.window.end);
        own.iter().rev().find(within).copied()
    }

    /// What a confirmation would write into a field of a tenant, whose people may be listed by name.
    fn offer(&self, own: &[&Record], listed: bool, at: usize, flow: bool) -> Option<Value> {
        if flow {
            return (!listed).then_some(Value::Int(0));
        }
        let before = own.iter().rev().filter(|r| self.day(r).is_some_and(|d| d < self.window.fresh));
        before.filter_map(|r| r.get(at)).next().cloned()
    }
}

/// Tenants whose people are listed by name.
fn with_members(ledger: &Ledger) -> HashSet<i64> {
    let Some(member) = kind("member") else { return HashSet::new() };
    ledger.rows(member).iter().filter_map(|m| m.field(member, "tenant")?.as_int()).collect()
}

impl Desk {
    fn round_plan(&self, period: &str, ledger: &Ledger) -> Result<Plan> {
        let (form, period) = self.form(QUARTERLY, period, ledger)?;
        let stored = filing::stored(form, period, ledger);
        let (snapshot, tenant) = (shape("snapshot")?, shape("tenant")?.kind);
        let mut asked: Vec<(usize, bool)> = Vec::new();
        for cell in &form.cells {
            let CellSource::Query(query) = &cell.source else { continue };
            let (at, flow) = match query.measure {
                Measure::Latest(at) => (at, false),
                Measure::Sum(at) => (at, true),
                Measure::Count | Measure::Distinct(..) => continue,
            };
            if query.kind.name == snapshot.kind.name && !asked.iter().any(|(known, _)| *known == at) {
                asked.push((at, flow));
            }
        }
        let place = |field: &str| {
            snapshot.kind.at(field).ok_or_else(|| Error::refused(format!("{}没有栏目 {field}", snapshot.label)))
        };
        Ok(Plan {
            period,
            window: Window::new(period, Basis::Quarter, stored.cutoff, stored.previous_cutoff),
            asked,
            snapshot,
            tenant,
            of: place("tenant")?,
            on: place("as_of")?,
        })
    }

    /// The round of a quarter.
    ///
    /// # Errors
    /// [`Error::Refused`] when the period is no quarter.
    pub fn round(&self, period: &str) -> Result<Round> {
        let ledger = self.store.ledger()?;
        let plan = self.round_plan(period, &ledger)?;
        let (by_tenant, listed) = (plan.by_tenant(&ledger), with_members(&ledger));
        let mut rows = Vec::new();
        for tenant in ledger.rows(plan.tenant) {
            let Some((from, to)) = ledger.stay(tenant) else { continue };
            if from > plan.window.end || to.is_some_and(|d| d < plan.window.start) {
                continue;
            }
            let own = by_tenant.get(&tenant.id).map_or(&[][..], Vec::as_slice);
            let now = plan.current(own);
            let texts = |value: &dyn Fn(usize, bool) -> Option<Value>| -> Vec<String> {
                let write = |(at, flow): &(usize, bool)| {
                    let field = plan.snapshot.kind.fields.get(*at)?;
                    Some(format_value(field, value(*at, *flow).as_ref()))
                };
                plan.asked.iter().filter_map(write).collect()
            };
            let stock_done =
                plan.asked.iter().filter(|(_, flow)| !flow).all(|(at, _)| now.is_some_and(|r| r.get(*at).is_some()));
            let listed = listed.contains(&tenant.id);
            let blank = |at: usize| now.is_none_or(|r| r.get(at).is_none());
            let offered = |at: usize| blank(at) && plan.offer(own, listed, at, false).is_some();
            rows.push(RoundRow {
                confirmable: stock_done || plan.asked.iter().any(|(at, flow)| !flow && offered(*at)),
                tenant: tenant.id,
                label: ledger.label(plan.tenant, tenant),
                stage: ledger.stage(tenant, plan.window.end).word(),
                left_on: to.filter(|d| *d <= plan.window.end),
                now: texts(&|at, _| now.and_then(|r| r.get(at).cloned())),
                offered: texts(&|at, flow| plan.offer(own, listed, at, flow)),
                last_on: own.iter().rev().filter_map(|r| plan.day(r)).find(|d| *d < plan.window.fresh),
                done: stock_done,
            });
        }
        Ok(Round {
            period: plan.period.to_string(),
            as_of: plan.window.end,
            columns: some_columns(plan.snapshot, &plan.names()),
            done: rows.iter().filter(|r| r.done).count(),
            rows,
        })
    }

    /// Keeps one number of the round, dated at the cut-off.
    ///
    /// # Errors
    /// [`Error::Flawed`] with what is wrong with it.
    pub fn round_put(&mut self, period: &str, put: &RoundPut) -> Result<Round> {
        let ledger = self.store.ledger()?;
        let plan = self.round_plan(period, &ledger)?;
        let Some(at) = plan.snapshot.kind.at(&put.field).filter(|at| plan.asked.iter().any(|(a, _)| a == at)) else {
            return Err(Error::refused(format!("季度更新没有名为“{}”的栏目", put.field)));
        };
        let field = plan.snapshot.fields.iter().find(|f| f.name == put.field);
        let value = match field.map(|f| roster::typed(f, &put.text)) {
            Some(Ok(value)) => value,
            Some(Err(say)) => {
                let flaw = crate::error::Flaw::field("snapshot", &put.field, say);
                return Err(Error::Flawed { flaws: vec![flaw] });
            }
            None => None,
        };
        let label = ledger.get(plan.tenant, put.tenant).map(|t| ledger.label(plan.tenant, t)).unwrap_or_default();
        let what = field.map_or("", |f| f.label);
        self.keep_round(&plan, &ledger, &format!("季度更新：{label}的{what}"), &[(put.tenant, vec![(at, value)])])?;
        self.round(period)
    }

    /// Writes what is offered for these tenants, or for all that are not done, where nothing is recorded yet.
    ///
    /// # Errors
    /// [`Error::Flawed`] when a number no longer fits.
    pub fn round_confirm(&mut self, period: &str, tenants: Option<&[i64]>) -> Result<Round> {
        let ledger = self.store.ledger()?;
        let plan = self.round_plan(period, &ledger)?;
        let round = self.round(period)?;
        let (by_tenant, listed) = (plan.by_tenant(&ledger), with_members(&ledger));
        let mut all = Vec::new();
        for row in &round.rows {
            if !tenants.map_or(!row.done, |some| some.contains(&row.tenant)) {
                continue;
            }
            let own = by_tenant.get(&row.tenant).map_or(&[][..], Vec::as_slice);
            let now = plan.current(own);
            let cells: Vec<(usize, Option<Value>)> = plan
                .asked
                .iter()
                .filter(|(at, _)| now.is_none_or(|r| r.get(*at).is_none()))
                .filter_map(|(at, flow)| Some((*at, Some(plan.offer(own, listed.contains(&row.tenant), *at, *flow)?))))
                .collect();
            // A flow alone confirms nothing: the head-count is still to be asked.
            if row.confirmable {
                all.push((row.tenant, cells));
            }
        }
        if !all.is_empty() {
            let name = match all.as_slice() {
                [(tenant, _)] => {
                    let label = ledger.get(plan.tenant, *tenant).map(|t| ledger.label(plan.tenant, t));
                    format!("季度更新：确认{}", label.unwrap_or_default())
                }
                many => format!("季度更新：确认 {} 个", many.len()),
            };
            self.keep_round(&plan, &ledger, &name, &all)?;
        }
        self.round(period)
    }

    #[allow(clippy::type_complexity, reason = "what was typed, by tenant and field")]
    fn keep_round(
        &mut self,
        plan: &Plan,
        ledger: &Ledger,
        name: &str,
        puts: &[(i64, Vec<(usize, Option<Value>)>)],
    ) -> Result<()> {
        let kind = plan.snapshot.kind;
        let by_tenant = plan.by_tenant(ledger);
        let mut records = Vec::new();
        for (tenant, cells) in puts {
            let own = by_tenant.get(tenant).map_or(&[][..], Vec::as_slice);
            let mut record = plan.current(own).cloned().unwrap_or_else(|| {
                let mut record = Record::empty(kind, 0);
                record.set(kind, "tenant", Some(Value::Int(*tenant)));
                record.set(kind, "as_of", Some(Value::Date(plan.window.end)));
                record
            });
            for (at, value) in cells {
                if let Some(cell) = record.cells.get_mut(*at) {
                    cell.clone_from(value);
                }
            }
            records.push(record);
        }
        self.store.change(name, |tx| {
            for record in records {
                match record.id {
                    0 => drop(tx.insert(plan.snapshot, record)?),
                    _ => tx.update(plan.snapshot, record)?,
                }
            }
            Ok(())
        })
    }
}

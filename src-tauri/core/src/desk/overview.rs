//! 总览: what needs doing for the current quarter, each item with the place that mends it; and the state of
//! things over the quarters, for charts.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::Serialize;
use ts_rs::TS;

use super::filing::{find, stored};
use super::{Choice, Desk, Target, target};
use crate::amount;
use crate::error::Result;
use crate::form::{Content, Level};
use crate::ledger::Ledger;
use crate::period::{Basis, Period, last_of_month};
use crate::record::{Kind, Record, Stage, Value, kind};

/// The family of quarterly reports that the overview speaks of.
const QUARTERLY: &str = "torch-quarterly";

/// Agreements and qualifications are spoken of so many days before they end.
const AHEAD: u64 = 30;

/// Quarters on a chart.
const COURSE: usize = 12;

/// 每月举办活动不少于 3 次: 山西省众创空间认定管理办法 (晋科发〔2022〕), condition on events.
const EVENTS_A_MONTH: f64 = 3.0;

/// What needs doing.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Overview {
    /// The quarter, for example 2021Q3.
    pub period: String,
    /// For example 2021年第3季度.
    pub label: String,
    /// The day as of which this is said: today, or the cut-off of a quarter long past.
    #[ts(type = "string")]
    pub on: NaiveDate,
    /// Cut-off of the quarterly report.
    #[ts(type = "string")]
    pub cutoff: NaiveDate,
    /// Where the cut-off stands, in words: 还有 12 天, 今天, 已过 3 天.
    pub cutoff_say: String,
    /// Deadline from the notice, when it is recorded.
    #[ts(type = "string | null")]
    pub due_on: Option<NaiveDate>,
    /// Where the deadline stands, in words.
    pub due_say: String,
    /// The report is sealed.
    pub sealed: bool,
    /// The report.
    pub report: Target,
    /// Where the deadline is recorded.
    pub due: Target,
    /// What is missing, the most pressing first.
    pub todo: Vec<Todo>,
    /// Key figures of the quarter with the quarter before.
    pub figures: Vec<Key>,
}

/// How pressing something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Press {
    /// The report cannot be filed so.
    Error,
    /// Missing for the quarter, or ending soon.
    Missing,
    /// Good to know.
    Note,
}

/// One thing to do, and where.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Todo {
    /// How pressing it is.
    pub press: Press,
    /// In Chinese: 6 个团队未更新 9 月人数.
    pub say: String,
    /// The place that mends it.
    pub target: Target,
}

/// One figure of the quarterly report.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Key {
    /// Official code.
    pub code: String,
    /// Label as printed.
    pub label: String,
    /// Unit.
    pub unit: String,
    /// As the report shows it; blank when it is not known.
    #[ts(type = "number | string | null")]
    pub value: Option<Content>,
    /// The report's figure of the quarter before, likewise.
    #[ts(type = "number | string | null")]
    pub before: Option<Content>,
    /// The figure on the form.
    pub target: Target,
}

/// The state of things over the quarters. Numbers only: a screen draws them.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Charts {
    /// Quarters, oldest first: 2021Q3.
    pub periods: Vec<String>,
    /// The main figures of the quarterly report on the basis 本季; blank where nothing is recorded.
    pub courses: Vec<Course>,
    /// Tenants moved in, by quarter.
    pub moved_in: Vec<u32>,
    /// Tenants that left, by quarter.
    pub left: Vec<u32>,
    /// Tenants there at the end of each quarter.
    pub present: Vec<u32>,
    /// Months, oldest first: 2021-09.
    pub months: Vec<String>,
    /// Sessions of events in each month.
    pub events: Vec<f64>,
    /// What Shanxi asks for each month.
    pub events_wanted: f64,
    /// Income by kind, in 万元 by quarter of receipt.
    pub income: Vec<Course>,
    /// Tenants by technology field, the most first.
    pub fields: Vec<Slice>,
}

/// One line of a chart.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Course {
    /// Official code, or blank.
    pub code: String,
    /// What it is.
    pub label: String,
    /// Unit.
    pub unit: String,
    /// A value for each period.
    pub values: Vec<Option<f64>>,
}

/// One part of a whole.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Slice {
    /// What it is.
    pub label: String,
    /// How many.
    pub count: u32,
}

/// How far a programme is.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Dial {
    /// Id of the programme.
    pub programme: String,
    /// Title.
    pub title: String,
    /// Conditions met.
    pub met: usize,
    /// Conditions not met.
    pub unmet: usize,
    /// Conditions that a person must judge, or of which records are missing.
    pub unknown: usize,
    /// Pieces of proof that are there.
    pub have: usize,
    /// Pieces of proof that are wanted.
    pub want: usize,
    /// What would close the first gaps, in Chinese.
    pub gaps: Vec<String>,
    /// The programme.
    pub target: Target,
}

fn day(record: &Record, kind: &Kind, field: &str) -> Option<NaiveDate> {
    record.field(kind, field).and_then(Value::as_date)
}

fn reference(record: &Record, kind: &Kind, field: &str) -> Option<i64> {
    record.field(kind, field).and_then(Value::as_int)
}

/// 还有 12 天, 今天, 已过 3 天.
fn away(day: NaiveDate, on: NaiveDate) -> String {
    match (day - on).num_days() {
        0 => "就是今天".to_owned(),
        days if days > 0 => format!("还有 {days} 天"),
        days => format!("已过 {} 天", -days),
    }
}

/// 2021年第3季度.
fn quarter_words(period: Period) -> String {
    match period {
        Period::Quarter { year, quarter } => format!("{year}年第{quarter}季度"),
        other => other.label(),
    }
}

/// First and last day of a calendar quarter.
fn quarter_days(period: Period) -> (NaiveDate, NaiveDate) {
    let last = last_of_month(period.year(), period.last_month());
    let first = NaiveDate::from_ymd_opt(period.year(), period.last_month().saturating_sub(2).max(1), 1);
    (first.unwrap_or(last), last)
}

impl Desk {
    /// What needs doing for the current quarter.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn overview(&self) -> Result<Overview> {
        let ledger = self.store.ledger()?;
        let period = self.first_period(&ledger);
        let name = period.to_string();
        let (form, _) = self.form(QUARTERLY, &name, &ledger)?;
        let filing = stored(form, period, &ledger);
        let (_, last) = quarter_days(period);
        // Of a quarter long past nothing is said as of today: everything in it would have ended.
        let on = if self.today <= last { self.today } else { filing.cutoff.max(last.min(self.today)) };
        let filled = self.fill(QUARTERLY, &name, Choice::default())?;
        let sealed = filled.sealed_at.is_some();

        let mut todo = Vec::new();
        let report = |code: Option<&str>| Target::Reports {
            form: Some(filled.form.clone()),
            period: Some(name.clone()),
            code: code.map(str::to_owned),
            rule: None,
            field: None,
        };
        if !sealed {
            for breach in filled.breaches.iter().filter(|b| b.level == Level::Error) {
                let code = breach.codes.first().map(String::as_str);
                todo.push(Todo {
                    press: Press::Error, say: format!("错误：{}", breach.message), target: report(code)
                });
            }
            let open = filled.breaches.iter().filter(|b| b.level == Level::Warning && b.reason.is_none());
            let open: Vec<_> = open.collect();
            if let Some(first) = open.first() {
                let say = format!("季报有 {} 项警示尚未写明理由", open.len());
                let (form, period) = (Some(filled.form.clone()), Some(name.clone()));
                let rule = Some(first.rule.clone());
                let target = Target::Reports { form, period, code: None, rule, field: None };
                todo.push(Todo { press: Press::Missing, say, target });
            }
            let month = period.last_month();
            let round = self.round(&name)?;
            for stage in [Stage::Team, Stage::Enterprise] {
                let late = round.rows.iter().filter(|r| r.stage == stage.word() && !r.done).count();
                if late > 0 {
                    let what = if stage == Stage::Team { "团队" } else { "企业" };
                    let say = format!("{late} 个{what}未更新 {month} 月人数");
                    todo.push(Todo {
                        press: Press::Missing,
                        say,
                        target: Target::Round { period: Some(name.clone()) },
                    });
                }
            }
            self.forgotten(period, &ledger, &mut todo)?;
        }
        self.without_proof(&name, &mut todo)?;
        agreements(&ledger, on, self.today, &mut todo);
        qualifications(&ledger, on, &mut todo);
        nameless_fields(&ledger, on, self.today, &mut todo);
        for warning in &self.warnings {
            let target = Target::Keeping { section: Some("folder".to_owned()) };
            todo.push(Todo { press: Press::Note, say: warning.clone(), target });
        }
        // What the lists above already say in one line is not said again record by record.
        let said = |target: &Target| matches!(target, Target::Records { list: Some(list), .. } if list == "agreement" || list == "tenant");
        for reminder in self.reminders()?.into_iter().filter(|r| !said(&r.target)) {
            let press = if reminder.urgent { Press::Missing } else { Press::Note };
            let say = format!("{}：{}", reminder.title, reminder.say);
            todo.push(Todo { press, say, target: reminder.target });
        }
        todo.sort_by_key(|t| t.press);

        let before = match period.previous() {
            Some(previous) => self.values_of(form, previous, filled.basis, &ledger)?.map(|(_, values)| values),
            None => None,
        };
        let figures = filled
            .cells
            .iter()
            .filter(|cell| cell.indent == 0)
            .map(|cell| Key {
                code: cell.code.clone(),
                label: cell.label.clone(),
                unit: cell.unit.clone(),
                value: cell.value.clone(),
                before: before.as_ref().and_then(|values| values.get(&cell.code)).cloned(),
                target: report(Some(&cell.code)),
            })
            .collect();
        let due = Target::Reports {
            form: Some(filled.form.clone()),
            period: Some(name.clone()),
            code: None,
            rule: None,
            field: Some("due_on".to_owned()),
        };
        Ok(Overview {
            label: quarter_words(period),
            report: report(None),
            due,
            on,
            cutoff: filing.cutoff,
            cutoff_say: away(filing.cutoff, self.today),
            due_on: filing.due_on,
            due_say: filing.due_on.map_or_else(String::new, |due| away(due, self.today)),
            sealed,
            todo,
            figures,
            period: name,
        })
    }

    /// Records of the quarter that lack proof, by kind of proof, in the words of the quarter's own list of material.
    fn without_proof(&self, period: &str, todo: &mut Vec<Todo>) -> Result<()> {
        for group in self.quarter_proof(period)?.groups {
            // A tenant stands in the list of its stage today, which may be another than that of the quarter.
            let mut lists: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
            for gap in &group.missing {
                let list = if gap.id > 0 { self.list_of(gap.kind, gap.id)? } else { gap.kind };
                let ids = lists.entry(list).or_default();
                if gap.id > 0 && !ids.contains(&gap.id) {
                    ids.push(gap.id);
                }
            }
            let apart = lists.len() > 1;
            for (list, ids) in lists {
                let label = crate::record::shape(list).map_or(list, |shape| shape.label);
                let say = if apart {
                    format!("{}：在{label}里的 {} 条", group.say, ids.len())
                } else {
                    group.say.clone()
                };
                let (ids, field) =
                    if ids.is_empty() { (None, None) } else { (Some(ids), Some(target::PROOF.to_owned())) };
                let target = Target::Records { list: Some(list.to_owned()), ids, field };
                todo.push(Todo { press: Press::Missing, say, target });
            }
        }
        Ok(())
    }

    /// Quarters before this one that were never sealed, once the space is in operation: none is forgotten silently.
    fn forgotten(&self, period: Period, ledger: &Ledger, todo: &mut Vec<Todo>) -> Result<()> {
        let Some(tenant) = kind("tenant") else { return Ok(()) };
        let first = ledger.rows(tenant).iter().filter_map(|r| day(r, tenant, "moved_in_on")).min();
        let Some(first) = first.map(Period::quarter_of) else { return Ok(()) };
        let mut at = period;
        for _ in 0..4 {
            match at.previous() {
                Some(previous) if previous >= first => at = previous,
                _ => break,
            }
            let name = at.to_string();
            let (form, _) = self.form(QUARTERLY, &name, ledger)?;
            if find(ledger, "seal", &form.id, at, None).is_none() {
                let target = Target::report(&form.id, &name);
                let say = format!("{}的季报还没有上报封存", quarter_words(at));
                todo.push(Todo { press: Press::Note, say, target });
            }
        }
        Ok(())
    }

    /// How far each programme is, on the day as of which the overview speaks.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn dials(&self) -> Result<Vec<Dial>> {
        let on = self.overview_day()?;
        let dial = |entry: super::ProgrammeEntry| {
            let gauge = self.gauge(&entry.id, on)?;
            let gaps = gauge.conditions.iter().filter(|c| c.applies && c.met == Some(false));
            Ok(Dial {
                title: gauge.title.clone(),
                met: gauge.met,
                unmet: gauge.unmet,
                unknown: gauge.unknown,
                have: gauge.have,
                want: gauge.want,
                gaps: gaps.filter_map(|c| c.gap.clone()).filter(|g| !g.is_empty()).take(3).collect(),
                target: Target::Annexes { programme: Some(entry.id.clone()), condition: None },
                programme: entry.id,
            })
        };
        self.programmes().into_iter().map(dial).collect()
    }

    fn overview_day(&self) -> Result<NaiveDate> {
        let ledger = self.store.ledger()?;
        let (_, last) = quarter_days(self.first_period(&ledger));
        Ok(last.min(self.today))
    }

    /// The state of things over the last quarters.
    ///
    /// # Errors
    /// When the records or a seal cannot be read.
    pub fn charts(&self) -> Result<Charts> {
        let ledger = self.store.ledger()?;
        let mut periods = vec![self.first_period(&ledger)];
        while let Some(before) = periods.last().and_then(|p| p.previous()).filter(|_| periods.len() < COURSE) {
            periods.push(before);
        }
        periods.reverse();
        let newest = periods.last().copied().unwrap_or(Period::quarter_of(self.today));
        let mut columns: Vec<(String, String, String)> = Vec::new();
        let mut values: Vec<Option<BTreeMap<String, Content>>> = Vec::new();
        for period in &periods {
            let (form, _) = self.form(QUARTERLY, &period.to_string(), &ledger)?;
            if *period == newest {
                let main = form.cells.iter().filter(|c| c.indent == 0 && c.source.is_number());
                columns = main.map(|c| (c.code.clone(), c.label.clone(), c.unit.clone())).collect();
            }
            values.push(self.values_of(form, *period, Basis::Quarter, &ledger)?.map(|(_, values)| values));
        }
        let courses = columns.into_iter().map(|(code, label, unit)| Course {
            values: values.iter().map(|v| v.as_ref()?.get(&code).and_then(number)).collect(),
            code,
            label,
            unit,
        });
        let courses = courses.collect();
        let (moved_in, left, present) = tenants(&ledger, &periods);
        let on = quarter_days(newest).1.min(self.today);
        let (months, events) = events_by_month(&ledger, on);
        Ok(Charts {
            courses,
            moved_in,
            left,
            present,
            months,
            events,
            events_wanted: EVENTS_A_MONTH,
            income: income(&ledger, &periods),
            fields: fields(&ledger, on),
            periods: periods.iter().map(Period::to_string).collect(),
        })
    }
}

fn number(content: &Content) -> Option<f64> {
    match content {
        Content::Int(n) => Some(*n as f64),
        Content::Decimal(hundredths) => Some(*hundredths as f64 / 100.0),
        Content::Text(_) => None,
    }
}

/// Tenants that moved in and left within each calendar quarter, and those there at its end.
fn tenants(ledger: &Ledger, periods: &[Period]) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let Some(tenant) = kind("tenant") else { return Default::default() };
    let stays: Vec<_> = ledger.rows(tenant).iter().filter_map(|r| ledger.stay(r)).collect();
    let count = |test: &dyn Fn(NaiveDate, Option<NaiveDate>, NaiveDate, NaiveDate) -> bool| {
        let each = periods.iter().map(|period| {
            let (first, last) = quarter_days(*period);
            stays.iter().filter(|(from, to)| test(*from, *to, first, last)).map(|_| 1).sum()
        });
        each.collect::<Vec<u32>>()
    };
    (
        count(&|from, _, first, last| first <= from && from <= last),
        count(&|_, to, first, last| to.is_some_and(|d| first <= d && d <= last)),
        count(&|from, to, _, last| from <= last && to.is_none_or(|d| d > last)),
    )
}

/// Sessions of events that count, in the twelve months up to a day's.
fn events_by_month(ledger: &Ledger, on: NaiveDate) -> (Vec<String>, Vec<f64>) {
    let Some(event) = kind("event") else { return Default::default() };
    let mut by_month: HashMap<(i32, u32), f64> = HashMap::new();
    for record in ledger.rows(event) {
        if record.field(event, "counted").and_then(Value::as_bool) == Some(false) {
            continue;
        }
        if let Some(held) = day(record, event, "on") {
            let sessions = record.field(event, "sessions").and_then(Value::as_int).unwrap_or(1);
            *by_month.entry((held.year(), held.month())).or_default() += sessions as f64;
        }
    }
    let first = on.with_day(1).unwrap_or(on);
    let months = (0..12).rev().filter_map(|back| first.checked_sub_months(Months::new(back)));
    months
        .map(|m| {
            let held = by_month.get(&(m.year(), m.month())).copied().unwrap_or(0.0);
            (format!("{}-{:02}", m.year(), m.month()), held)
        })
        .unzip()
}

/// Income by kind and calendar quarter of receipt, in 万元.
fn income(ledger: &Ledger, periods: &[Period]) -> Vec<Course> {
    let Some(income) = kind("income") else { return Vec::new() };
    let lines = match income.fields.iter().find(|f| f.name == "line").map(|f| f.ty) {
        Some(crate::record::Type::Choice(lines)) => lines,
        _ => &[],
    };
    let mut sums: HashMap<(&str, Period), i64> = HashMap::new();
    for record in ledger.rows(income) {
        let line = record.field(income, "line").and_then(Value::as_text);
        let line = line.and_then(|line| lines.iter().find(|l| **l == line));
        let amount = record.field(income, "amount").and_then(Value::as_int);
        if let (Some(line), Some(on), Some(amount)) = (line, day(record, income, "received_on"), amount) {
            let sum = sums.entry((line, Period::quarter_of(on))).or_default();
            *sum = sum.saturating_add(amount);
        }
    }
    let course = |line: &&'static str| Course {
        code: String::new(),
        label: (*line).to_owned(),
        unit: "万元".to_owned(),
        values: periods
            .iter()
            .map(|p| Some(amount::in_units(sums.get(&(*line, *p)).copied().unwrap_or(0), amount::scale("万元"))))
            .collect(),
    };
    lines.iter().map(course).collect()
}

/// Tenants there on a day by technology field.
fn fields(ledger: &Ledger, on: NaiveDate) -> Vec<Slice> {
    let Some(tenant) = kind("tenant") else { return Vec::new() };
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for record in present(ledger, tenant, on) {
        let area = record.field(tenant, "tech_area").and_then(Value::as_text).unwrap_or("未填");
        *counts.entry(area.to_owned()).or_default() += 1;
    }
    let mut slices: Vec<Slice> = counts.into_iter().map(|(label, count)| Slice { label, count }).collect();
    slices.sort_by_key(|s| (s.label == "未填", std::cmp::Reverse(s.count)));
    slices
}

/// Tenants there on a day.
fn present<'a>(ledger: &'a Ledger, tenant: &'static Kind, on: NaiveDate) -> impl Iterator<Item = &'a Record> {
    ledger
        .rows(tenant)
        .iter()
        .filter(move |record| ledger.stay(record).is_some_and(|(from, to)| from <= on && to.is_none_or(|d| d >= on)))
}

/// Tenants whose agreement ends soon, has ended, or was never recorded.
fn agreements(ledger: &Ledger, on: NaiveDate, today: NaiveDate, todo: &mut Vec<Todo>) {
    let (Some(tenant), Some(agreement)) = (kind("tenant"), kind("agreement")) else { return };
    // The agreement that runs longest speaks for its tenant; one without an end runs on.
    let mut last: HashMap<i64, (NaiveDate, i64)> = HashMap::new();
    for record in ledger.rows(agreement) {
        if let Some(of) = reference(record, agreement, "tenant") {
            let end = day(record, agreement, "end_on").unwrap_or(NaiveDate::MAX);
            let known = last.entry(of).or_insert((end, record.id));
            if end > known.0 {
                *known = (end, record.id);
            }
        }
    }
    let soon = on.checked_add_days(Days::new(AHEAD)).unwrap_or(on);
    let (mut ending, mut ended, mut none) = (Vec::new(), Vec::new(), Vec::new());
    for record in present(ledger, tenant, on) {
        match last.get(&record.id) {
            None => none.push(record.id),
            Some((end, id)) if *end < on => ended.push(*id),
            Some((end, id)) if *end <= soon => ending.push(*id),
            Some(_) => {}
        }
    }
    let mut add = |ids: Vec<i64>, list: &str, say: &dyn Fn(usize) -> String| {
        if !ids.is_empty() {
            todo.push(Todo { press: Press::Missing, say: say(ids.len()), target: Target::records(list, ids) });
        }
    };
    add(ending, "agreement", &|n| format!("{n} 份协议 {AHEAD} 天内到期"));
    add(ended, "agreement", &|n| format!("{n} 份协议已到期，入驻对象仍在"));
    for (list, what, ids) in by_list(ledger, tenant, &none, today) {
        add(ids, list, &|n| format!("{n} 个{what}没有登记入驻协议"));
    }
}

/// Tenants by the list in which each stands today, which is the one that shows it, and what the list's are called.
fn by_list(
    ledger: &Ledger,
    tenant: &'static Kind,
    ids: &[i64],
    today: NaiveDate,
) -> [(&'static str, &'static str, Vec<i64>); 2] {
    let of = |stage: Stage| {
        let stands = |id: &&i64| ledger.get(tenant, **id).is_some_and(|record| ledger.stage(record, today) == stage);
        ids.iter().filter(stands).copied().collect()
    };
    [("team", "团队", of(Stage::Team)), ("enterprise", "企业", of(Stage::Enterprise))]
}

/// Qualifications of tenants that end soon or have ended.
fn qualifications(ledger: &Ledger, on: NaiveDate, todo: &mut Vec<Todo>) {
    let Some(tenant) = kind("tenant") else { return };
    let soon = on.checked_add_days(Days::new(AHEAD * 2)).unwrap_or(on);
    for (field, word) in [("hightech_until", "高新技术企业资格"), ("tech_sme_until", "科技型中小企业入库")]
    {
        let ending: Vec<i64> = present(ledger, tenant, on)
            .filter(|r| day(r, tenant, field).is_some_and(|until| until <= soon))
            .map(|r| r.id)
            .collect();
        if !ending.is_empty() {
            let say = format!("{} 家企业的{word}将在 {} 天内到期或已到期", ending.len(), AHEAD * 2);
            let target = Target::Records {
                list: Some("enterprise".to_owned()),
                ids: Some(ending),
                field: Some(field.to_owned()),
            };
            todo.push(Todo { press: Press::Note, say, target });
        }
    }
}

/// Tenants without a technology field, which several forms ask for.
fn nameless_fields(ledger: &Ledger, on: NaiveDate, today: NaiveDate, todo: &mut Vec<Todo>) {
    let Some(tenant) = kind("tenant") else { return };
    let blank: Vec<i64> =
        present(ledger, tenant, on).filter(|r| r.field(tenant, "tech_area").is_none()).map(|r| r.id).collect();
    for (list, what, ids) in by_list(ledger, tenant, &blank, today).into_iter().filter(|(.., ids)| !ids.is_empty()) {
        let say = format!("{} 个{what}未填技术领域", ids.len());
        let target =
            Target::Records { list: Some(list.to_owned()), ids: Some(ids), field: Some("tech_area".to_owned()) };
        todo.push(Todo { press: Press::Note, say, target });
    }
}

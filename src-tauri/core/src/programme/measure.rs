//! A programme's figures on a day: their value in their unit, the records behind it, what is missing.

use std::collections::HashMap;

use chrono::{Datelike, Months, NaiveDate};

use super::{Day, FigureDef, Measure, Programme, Take};
use crate::amount;
use crate::figure::{self, Behind, Compare, Days, Figure, Query, Scope, Test, current};
use crate::form::{Expr, Gap};
use crate::ledger::Ledger;
use crate::period::{Period, Window, last_of_month};
use crate::record::{Kind, Record, Type, Value, kind};

/// A figure as measured.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    /// In its unit; `None` when it is not known.
    pub(super) value: Option<f64>,
    /// Unit.
    pub(crate) unit: String,
    /// What people call it.
    pub(crate) label: String,
    /// The records behind it.
    pub(crate) from: Vec<Behind>,
    /// What is missing.
    pub(super) gaps: Vec<Gap>,
    /// What the value could be at the other end, if every record that lacks something counted.
    pub(super) perhaps: Option<f64>,
    /// The single values that the figure is the least, the most or the mean of.
    pub(super) each: Vec<(String, f64)>,
    /// The days that it looks at, in words.
    pub(super) days: String,
    /// More to show beside the value.
    pub(super) remark: String,
    /// Why nothing is known, when no gap says it.
    pub(super) blank: String,
    /// First day of a measure of months up to the day of gauging.
    pub(super) since: Option<NaiveDate>,
}

/// All figures of a programme by code.
pub(crate) type Figures = HashMap<String, Measured>;

/// The days that a programme looks at unless it says others: the calendar year up to the day.
pub(crate) fn year_to(on: NaiveDate) -> Window {
    let new_year = NaiveDate::from_ymd_opt(on.year(), 1, 1).unwrap_or(on);
    Window { start: new_year, end: on, fresh: new_year }
}

/// Characters of texts by the figure's code, counted with their insertions: what a form knows and records do not.
pub type Counted = HashMap<String, f64>;

pub(crate) fn figures(programme: &Programme, ledger: &Ledger, window: Window) -> Figures {
    figures_counted(programme, ledger, window, &Counted::new())
}

pub(super) fn figures_counted(programme: &Programme, ledger: &Ledger, window: Window, counted: &Counted) -> Figures {
    let mut scope = Scope { ledger, window, converted_counts_twice: false, found: HashMap::new() };
    let mut figures = Figures::new();
    for def in &programme.figures {
        scope.window = Window { start: def.since.unwrap_or(window.start), ..window };
        let mut measured = measured(def, &mut scope, &figures);
        if let (Measure::Characters { .. }, Some(n)) = (&def.measure, counted.get(&def.code)) {
            measured.value = Some(*n);
        }
        measured.unit.clone_from(&def.unit);
        measured.label.clone_from(&def.label);
        scope.found.insert(def.code.clone(), Figure { from: measured.from.clone(), ..Figure::default() });
        figures.insert(def.code.clone(), measured);
    }
    figures
}

/// Kind of the records behind a figure.
pub(super) fn behind(measure: &Measure) -> Option<&'static Kind> {
    match measure {
        Measure::Query(q) | Measure::EachMonth(q) => match q.measure {
            figure::Measure::Distinct(_, of) => Some(of),
            _ => Some(q.kind),
        },
        Measure::Months { kind, .. } => Some(kind),
        _ => None,
    }
}

/// Value of an expression over figures.
pub(super) fn value(expr: &Expr, figures: &Figures) -> Option<f64> {
    expr.value(&|name| figures.get(name)?.value)
}

fn measured(def: &FigureDef, scope: &mut Scope, above: &Figures) -> Measured {
    let on = scope.window.end;
    match &def.measure {
        Measure::Query(query) => {
            let figure = scope.figure(&on_day(query, on));
            let counts = matches!(query.measure, figure::Measure::Count | figure::Measure::Distinct(..));
            let value = figure.exact.map(|exact| in_unit(query, exact, &def.unit));
            let undecided = amount::in_units(i64::try_from(figure.gaps.len()).unwrap_or(i64::MAX), 1);
            Measured {
                value,
                perhaps: value.filter(|_| counts).map(|n| n + undecided),
                days: days(query, &scope.window),
                from: figure.from,
                gaps: figure.gaps,
                ..Measured::default()
            }
        }
        Measure::EachMonth(query) => each_month(query, &def.unit, scope),
        Measure::Field(kind, at) => field(kind, *at, &def.unit, scope),
        Measure::Is(kind, at, words) => {
            let (record, mut measured) = profile(kind, *at, scope);
            let word = record.and_then(|r| r.get(*at)).and_then(Value::as_text);
            measured.value = word.map(|w| f64::from(u8::from(words.iter().any(|one| one == w))));
            measured.remark = word.unwrap_or_default().to_owned();
            measured
        }
        Measure::Months { take: None, kind, from, to, through, .. } => {
            let at = if let Day::Field(at) = from { *at } else { usize::MAX };
            let (record, mut measured) = profile(kind, at, scope);
            let Some(record) = record else { return measured };
            match (day(*from, kind, record, scope), day(*to, kind, record, scope)) {
                (Ok(first), Ok(last)) => {
                    measured.value = Some(months(first, last, *through));
                    measured.since = (*to == Day::Today).then_some(first);
                    measured.days = format!("{first} 至 {last}");
                    measured.remark = months_in_words(first, last, *through);
                }
                (first, last) => measured.gaps = [first.err(), last.err()].into_iter().flatten().collect(),
            }
            measured
        }
        Measure::Months { take: Some(take), kind, from, to, through, conditions, among } => {
            let among: Option<Vec<i64>> =
                among.as_ref().and_then(|code| Some(above.get(code)?.from.iter().map(|b| b.id).collect()));
            let mut measured = Measured { days: format!("截至 {on}"), ..Measured::default() };
            for record in scope.ledger.rows(kind) {
                if among.as_ref().is_some_and(|ids| !ids.contains(&record.id)) || !scope.meets(kind, record, conditions)
                {
                    continue;
                }
                match (day(*from, kind, record, scope), day(*to, kind, record, scope)) {
                    (Ok(first), Ok(last)) => {
                        measured.each.push((scope.ledger.label(kind, record), months(first, last, *through)));
                        measured.from.push(Behind { kind, id: record.id, exact: 1 });
                    }
                    (first, last) => measured.gaps.extend([first.err(), last.err()].into_iter().flatten()),
                }
            }
            extreme(&mut measured, *take, if *take == Take::Most { "最长" } else { "最短" });
            if !measured.gaps.is_empty() {
                measured.perhaps = Some(if *take == Take::Most { f64::INFINITY } else { f64::NEG_INFINITY });
            }
            measured
        }
        Measure::Fewest { kind, owner, conditions, each } => {
            let mut measured = Measured { days: days_of(conditions, &scope.window), ..Measured::default() };
            let mut count: HashMap<i64, f64> = HashMap::new();
            for record in scope.ledger.rows(kind).iter().filter(|r| scope.meets(kind, r, conditions)) {
                for id in refs(record.get(*owner)) {
                    *count.entry(id).or_default() += 1.0;
                }
            }
            for behind in above.get(each).map_or(&[][..], |m| &m.from) {
                let label = scope.ledger.get(behind.kind, behind.id).map(|r| scope.ledger.label(behind.kind, r));
                measured.each.push((label.unwrap_or_default(), count.get(&behind.id).copied().unwrap_or(0.0)));
                measured.from.push(*behind);
            }
            extreme(&mut measured, Take::Least, "最少");
            measured
        }
        Measure::Reports { family, quarters } => reports(family, *quarters, scope),
        Measure::Characters { forms, cells } => characters(forms, cells, scope.ledger),
        Measure::Formula(expr) => {
            let inputs: Vec<&Measured> = expr.names().into_iter().filter_map(|n| above.get(n)).collect();
            let mut measured = Measured { value: value(expr, above), ..Measured::default() };
            for input in &inputs {
                measured.gaps.extend(input.gaps.iter().cloned());
            }
            // Figures of different days have none in common to show.
            if let Some(first) = inputs.first()
                && inputs.iter().all(|m| m.days == first.days)
            {
                measured.days.clone_from(&first.days);
            }
            let parts: Vec<String> = inputs.iter().map(|m| format!("{} {}", m.label, shown(m))).collect();
            measured.remark = parts.join("，");
            if measured.value.is_none() {
                let blank: Vec<&str> = inputs.iter().filter(|m| m.value.is_none()).map(|m| m.label.as_str()).collect();
                measured.blank = if blank.is_empty() {
                    format!("无法计算：{}", measured.remark)
                } else {
                    format!("{}尚不清楚", blank.join("、"))
                };
            }
            measured
        }
    }
}

/// A number with its unit, and at most two decimals.
pub(super) fn shown(measured: &Measured) -> String {
    match measured.value {
        Some(value) if measured.unit.is_empty() => plain(value),
        Some(value) => format!("{} {}", plain(value), measured.unit),
        None => "未知".to_owned(),
    }
}

/// A number with at most two decimals.
pub(super) fn plain(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Years relative to the day of gauging become calendar years.
fn on_day(query: &Query, on: NaiveDate) -> Query {
    let mut query = query.clone();
    for condition in &mut query.conditions {
        let of = condition.through.map_or(query.kind, |(_, of)| of);
        if let Test::Number(at, _, n) = &mut condition.test
            && *n <= 0
            && of.fields.get(*at).is_some_and(|f| f.ty == Type::Year)
        {
            *n += i64::from(on.year());
        }
    }
    query
}

fn in_unit(query: &Query, exact: i64, unit: &str) -> f64 {
    let ty = match query.measure {
        figure::Measure::Sum(at) | figure::Measure::Latest(at) => query.kind.fields.get(at).map(|f| f.ty),
        _ => None,
    };
    amount::in_units(exact, scale(ty, unit))
}

fn scale(ty: Option<Type>, unit: &str) -> i64 {
    match ty {
        Some(Type::Money) => amount::scale(unit),
        Some(Type::Decimal) => 100,
        _ => 1,
    }
}

/// The days that a query looks at, in words.
fn days(query: &Query, window: &Window) -> String {
    days_of(&query.conditions, window)
}

fn days_of(conditions: &[figure::Condition], window: &Window) -> String {
    let span = conditions.iter().find_map(|c| match &c.test {
        Test::Within(_, days) | Test::Overlaps(days) if *days != Days::Ever => Some(days.of(window)),
        _ => None,
    });
    span.map_or_else(|| format!("截至 {}", window.end), |(first, last)| format!("{first} 至 {last}"))
}

/// The last twelve whole calendar months up to the day, the oldest first.
fn twelve_months(on: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
    let whole = last_of_month(on.year(), on.month()) == on;
    let this = NaiveDate::from_ymd_opt(on.year(), on.month(), 1).unwrap_or(on);
    let back = |n: u32| this.checked_sub_months(Months::new(n)).unwrap_or(this);
    let months = if whole { 0..12 } else { 1..13 };
    months.rev().map(back).map(|first| (first, last_of_month(first.year(), first.month()))).collect()
}

fn each_month(query: &Query, unit: &str, scope: &mut Scope) -> Measured {
    let on = scope.window.end;
    let months = twelve_months(on);
    let mut measured = Measured::default();
    for (first, last) in &months {
        scope.window = Window { start: *first, end: *last, fresh: *first };
        let figure = scope.figure(&on_day(query, *last));
        if let Some(exact) = figure.exact {
            measured.each.push((first.format("%Y-%m").to_string(), in_unit(query, exact, unit)));
        }
        measured.from.extend(figure.from);
        for gap in figure.gaps {
            if !measured.gaps.contains(&gap) {
                measured.gaps.push(gap);
            }
        }
    }
    extreme(&mut measured, Take::Least, "最少");
    if let (Some((first, _)), Some((last, _))) = (measured.each.first(), measured.each.last()) {
        measured.days = format!("{first} 至 {last} 各月");
        let sum: f64 = measured.each.iter().map(|(_, n)| n).sum();
        let worst = measured.each.iter().find(|(_, n)| Some(*n) == measured.value).map_or("", |(m, _)| m);
        measured.remark = format!("最少的月份 {worst}，平均每月 {} {unit}", plain(sum / 12.0));
    }
    measured
}

/// The least or the most of the single values.
fn extreme(measured: &mut Measured, take: Take, word: &str) {
    let better = |a: f64, b: f64| if take == Take::Least { a < b } else { a > b };
    let mut found: Option<&(String, f64)> = None;
    for one in &measured.each {
        if found.is_none_or(|f| better(one.1, f.1)) {
            found = Some(one);
        }
    }
    measured.value = found.map(|(_, n)| *n);
    measured.remark = found.map_or(String::new(), |(label, _)| format!("{word}：{label}"));
    if measured.each.is_empty() {
        measured.blank = "没有可查的记录".to_owned();
    }
}

/// The profile record in force, and what is missing when its field is blank.
fn profile<'a>(kind: &'static Kind, at: usize, scope: &Scope<'a>) -> (Option<&'a Record>, Measured) {
    let record = current(scope.ledger.rows(kind).iter(), kind, scope.window.end);
    let mut measured = Measured { days: format!("截至 {}", scope.window.end), ..Measured::default() };
    let label = kind.fields.get(at).map_or("", |f| f.label);
    match record {
        None => measured.blank = format!("没有{}记录", kind.label),
        Some(record) if record.get(at).is_none() => {
            let say = format!("{} 未填 {label}", scope.ledger.label(kind, record));
            measured.gaps.push(Gap { kind: kind.name, id: record.id, say });
        }
        Some(record) => measured.from.push(Behind { kind, id: record.id, exact: 1 }),
    }
    (record, measured)
}

fn field(kind: &'static Kind, at: usize, unit: &str, scope: &Scope) -> Measured {
    let (record, mut measured) = profile(kind, at, scope);
    measured.value = match record.and_then(|r| r.get(at)) {
        Some(Value::Int(n)) => Some(amount::in_units(*n, scale(kind.fields.get(at).map(|f| f.ty), unit))),
        Some(Value::Bool(b)) => {
            measured.remark = if *b { "是" } else { "否" }.to_owned();
            Some(f64::from(u8::from(*b)))
        }
        _ => None,
    };
    measured
}

fn day(which: Day, kind: &'static Kind, record: &Record, scope: &Scope) -> Result<NaiveDate, Gap> {
    let on = scope.window.end;
    match which {
        Day::Today => Ok(on),
        Day::End => Ok(scope.ledger.span(kind, record).1.map_or(on, |last| last.min(on))),
        Day::Field(at) => record.get(at).and_then(Value::as_date).ok_or_else(|| {
            let label = kind.fields.get(at).map_or("", |f| f.label);
            Gap { kind: kind.name, id: record.id, say: format!("{} 未填 {label}", scope.ledger.label(kind, record)) }
        }),
    }
}

/// Whole months and the rest of days between two days.
fn split_months(first: NaiveDate, last: NaiveDate, through: bool) -> (u32, i64, i64) {
    let last = if through { last.succ_opt().unwrap_or(last) } else { last }.max(first);
    let after = |n: u32| first.checked_add_months(Months::new(n)).unwrap_or(NaiveDate::MAX);
    let mut whole = u32::try_from(
        (last.year() - first.year()) * 12 + 1 + last.month0().cast_signed() - first.month0().cast_signed(),
    )
    .unwrap_or(0);
    while whole > 0 && after(whole) > last {
        whole -= 1;
    }
    (whole, (last - after(whole)).num_days(), (after(whole + 1) - after(whole)).num_days())
}

/// Months between two days: on the same day of the month a whole number, between them a part.
fn months(first: NaiveDate, last: NaiveDate, through: bool) -> f64 {
    let (whole, rest, of) = split_months(first, last, through);
    f64::from(whole) + amount::in_units(rest, of.max(1))
}

fn months_in_words(first: NaiveDate, last: NaiveDate, through: bool) -> String {
    match split_months(first, last, through) {
        (whole, 0, _) => format!("{whole} 个月整"),
        (whole, rest, _) => format!("{whole} 个月零 {rest} 天"),
    }
}

fn refs(value: Option<&Value>) -> Vec<i64> {
    match value {
        Some(Value::Int(id)) => vec![*id],
        Some(Value::Ids(ids)) => ids.to_vec(),
        _ => Vec::new(),
    }
}

/// How many of the last finished quarters a report was sealed or marked as reported for.
fn reports(family: &str, quarters: u32, scope: &Scope) -> Measured {
    let on = scope.window.end;
    let ledger = scope.ledger;
    let mut done: Vec<(String, Behind)> = Vec::new();
    for (name, ended) in [("seal", "unsealed_at"), ("filing", "")] {
        let Some(kind) = kind(name) else { continue };
        for record in ledger.rows(kind) {
            let text = |field: &str| record.field(kind, field).and_then(Value::as_text);
            let of_family = text("form").is_some_and(|f| f == family || f.strip_prefix(family).is_some_and(is_edition));
            let reported = record.field(kind, "reported_on").and_then(Value::as_date).is_some_and(|d| d <= on);
            let sealed = name == "seal" && record.field(kind, ended).is_none();
            if of_family && (sealed || reported) {
                done.extend(text("period").map(|p| (p.to_owned(), Behind { kind, id: record.id, exact: 1 })));
            }
        }
    }
    let mut measured = Measured { days: format!("截至 {on}"), ..Measured::default() };
    let mut period = Period::quarter_of(on).previous();
    for _ in 0..quarters {
        let Some(quarter) = period else { break };
        let name = quarter.to_string();
        let found = done.iter().find(|(p, _)| *p == name);
        measured.from.extend(found.map(|(_, behind)| *behind));
        measured.each.push((name, f64::from(u8::from(found.is_some()))));
        period = quarter.previous();
    }
    measured.value = Some(measured.each.iter().map(|(_, n)| n).sum());
    measured
}

/// What follows a family in the id of an edition: a year.
fn is_edition(rest: &str) -> bool {
    rest.strip_prefix('-').is_some_and(|year| !year.is_empty() && year.bytes().all(|b| b.is_ascii_digit()))
}

fn characters(forms: &[String], cells: &[String], ledger: &Ledger) -> Measured {
    let mut measured = Measured { blank: "尚未编写".to_owned(), ..Measured::default() };
    let Some(kind) = kind("text_block") else { return measured };
    let named = |record: &Record, field: &str, names: &[String]| {
        record.field(kind, field).and_then(Value::as_text).is_some_and(|text| names.iter().any(|n| n == text))
    };
    let ours = |r: &&Record| named(r, "form", forms) && named(r, "cell", cells);
    if let Some(record) = ledger.rows(kind).iter().rev().find(ours)
        && let Some(text) = record.field(kind, "text").and_then(Value::as_text)
        && !text.trim().is_empty()
    {
        let length = text.chars().filter(|c| !c.is_whitespace()).count();
        measured.value = Some(amount::in_units(i64::try_from(length).unwrap_or(i64::MAX), 1));
        measured.from.push(Behind { kind, id: record.id, exact: 1 });
    }
    measured
}

/// Whether a value keeps a bound. Ratios are computed with fractions: what is equal but for the last
/// binary digit is equal.
pub(super) fn holds(compare: Compare, value: f64, bound: f64) -> bool {
    let near = (value - bound).abs() <= 1e-9 * bound.abs().max(1.0);
    match compare {
        Compare::Equal => near,
        Compare::Unequal => !near,
        Compare::AtLeast => value >= bound || near,
        Compare::AtMost => value <= bound || near,
        Compare::Above => value > bound && !near,
        Compare::Below => value < bound && !near,
    }
}

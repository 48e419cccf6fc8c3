//! Fills a form: figures from the ledger, placed in their units, sums balanced, checks run.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};

use super::check::Facts;
use super::{
    Cell, CellDef, CellSource, Column, ColumnValue, Content, Filing, Filled, Form, Gap, HeadDef, HeadItem, HeadValue,
    RosterDef, RosterRow, RosterTable, Source, grid,
};
use crate::amount;
use crate::figure::{Behind, Figure, Scope, current};
use crate::ledger::Ledger;
use crate::period::{Period, chinese_date};
use crate::record::{Kind, Record, Type, Value};

/// Fills a form for a filing from the records of a ledger.
pub fn fill(form: &Form, ledger: &Ledger, filing: &Filing) -> Filled {
    let mut scope = scope(form, ledger, filing);
    let cells = cells(form, filing, &mut scope);
    let head = form.head.iter().map(|def| head_item(def, filing, &scope)).collect();
    let foot = form.foot.iter().map(|def| head_item(def, filing, &scope)).collect();
    let mut filled = Filled {
        form: form.id.clone(),
        title: form.title.clone(),
        period: filing.period.to_string(),
        period_label: filing.period.label(),
        basis: filing.basis,
        // A form of one day has no stretch of days: it begins and ends on that day.
        start: if matches!(filing.period, Period::Day(_)) { filing.cutoff } else { scope.window.start },
        cutoff: filing.cutoff,
        official: form.official,
        columns: form.columns.clone(),
        head,
        cells,
        foot,
        tables: form.rosters.iter().map(|def| roster(def, &scope)).collect(),
        grid: None,
        breaches: Vec::new(),
        sealed_at: None,
    };
    filled.grid = form.layout.as_ref().map(|layout| layout.filled(&filled.cells, &filled.tables));
    filled.breaches = Facts::new(form, filing, &scope, &filled).breaches();
    filled
}

/// The placed values alone, without evidence and checks: what comparisons need.
pub fn placed(form: &Form, ledger: &Ledger, filing: &Filing) -> BTreeMap<String, i64> {
    let mut scope = scope(form, ledger, filing);
    let places = place(form, filing, &mut scope);
    // Reports are compared in whole units; figures with decimals stand on forms that are not compared.
    let whole = form.cells.iter().filter(|def| def.decimals == 0);
    whole.filter_map(|def| Some((def.code.clone(), places.shown.get(def.code.as_str()).copied()??))).collect()
}

/// The numbers that a form shows, by code, without evidence, texts and checks: what a course over the periods needs.
pub fn contents(form: &Form, ledger: &Ledger, filing: &Filing) -> BTreeMap<String, Content> {
    let mut scope = scope(form, ledger, filing);
    let places = place(form, filing, &mut scope);
    let shown = |def: &CellDef| places.shown.get(def.code.as_str()).copied().flatten();
    form.cells.iter().filter_map(|def| Some((def.code.clone(), def.content(shown(def)?)))).collect()
}

fn scope<'a>(form: &Form, ledger: &'a Ledger, filing: &Filing) -> Scope<'a> {
    Scope {
        ledger,
        window: filing.window(),
        converted_counts_twice: form.converted_counts_twice,
        found: HashMap::new(),
    }
}

/// The figures of a form in their units, by code.
#[derive(Default)]
struct Places<'a> {
    /// What the form shows: hand-typed values in place.
    shown: HashMap<&'a str, Option<i64>>,
    /// What the records give.
    computed: HashMap<&'a str, Option<i64>>,
    /// What 舍位平衡 moved, in words.
    adjusted: HashMap<&'a str, String>,
}

/// Computes every figure and places it in its unit.
fn place<'a>(form: &'a Form, filing: &Filing, scope: &mut Scope) -> Places<'a> {
    let mut places = Places::default();
    for &i in &form.order {
        let Some(def) = form.cells.get(i) else { continue };
        let mut by_formula = None;
        let figure = match &def.source {
            CellSource::Query(query) => scope.figure(query),
            CellSource::Total(parts) => total(parts, scope),
            CellSource::Formula(expr) => {
                let of = |name: &str| {
                    let def = form.cells.iter().find(|d| d.code == name)?;
                    let placed = as_f64(places.shown.get(name).copied().flatten()?);
                    Some(if def.decimals == 0 { placed } else { placed / 100.0 })
                };
                let value = expr.value(&of);
                by_formula = value.map(|v| match def.decimals {
                    0 => whole(v),
                    1 => whole(v * 10.0).saturating_mul(10),
                    _ => whole(v * 100.0),
                });
                let scale = if def.decimals == 0 { def.scale() } else { def.scale() / 100 };
                Figure { exact: by_formula.map(|placed| placed.saturating_mul(scale)), ..Figure::default() }
            }
            _ => Figure::default(),
        };
        let value = by_formula.or(figure.exact.map(|exact| def.place(exact)));
        places.computed.insert(&def.code, value);
        let by_hand = filing.overrides.get(&def.code).map(|(value, _)| def.whole(*value));
        places.shown.insert(&def.code, by_hand.or(value));
        if let CellSource::Total(parts) = &def.source {
            balance(parts, def, form, filing, scope, &mut places);
        }
        scope.found.insert(def.code.clone(), figure);
    }
    places
}

/// Every cell with its evidence.
fn cells(form: &Form, filing: &Filing, scope: &mut Scope) -> Vec<Cell> {
    let places = place(form, filing, scope);
    let mut sections = form.sections.iter().peekable();
    let mut cells = Vec::with_capacity(form.cells.len());
    for (i, def) in form.cells.iter().enumerate() {
        let mut section = None;
        while let Some(s) = sections.next_if(|s| s.first <= i) {
            section = Some(s.label.clone());
        }
        let mut figure = scope.found.get(&def.code).cloned().unwrap_or_default();
        let by_hand = filing.overrides.get(&def.code).filter(|_| def.source.is_number());
        let content = |places: &HashMap<&str, Option<i64>>| {
            places.get(def.code.as_str()).copied().flatten().map(|placed| def.content(placed))
        };
        let (value, computed) = match words(def, form, filing, scope, &mut figure) {
            Some(text) => (text.clone(), text),
            None => (content(&places.shown), content(&places.computed)),
        };
        cells.push(Cell {
            section,
            code: def.code.clone(),
            label: def.label.clone(),
            unit: def.unit.clone(),
            indent: def.indent,
            value,
            computed,
            decimals: def.decimals,
            length: None,
            limit: None,
            exact: figure.exact,
            overridden: by_hand.is_some(),
            reason: by_hand.map(|(_, reason)| reason.clone()),
            adjusted: places.adjusted.get(def.code.as_str()).cloned(),
            from: figure.from.iter().map(|b| source(scope.ledger, b.kind, b.id, b.exact, def.scale())).collect(),
            gaps: figure.gaps,
            notes: figure.notes,
            help: help(def),
        });
    }
    texts(form, scope, &mut cells);
    cells
}

/// The words of a cell that holds no number, with the records they were read from; `None` for a number.
fn words(def: &CellDef, form: &Form, filing: &Filing, scope: &Scope, figure: &mut Figure) -> Option<Option<Content>> {
    let text = match &def.source {
        CellSource::Profile(values, join) => {
            let found = values.iter().filter_map(|v| Some((v, head_text(v, None, filing, scope)?)));
            let found: Vec<_> = found.take(if join.is_some() { usize::MAX } else { 1 }).collect();
            figure.from.extend(found.iter().filter_map(|(v, _)| behind(v, scope)));
            let texts: Vec<String> = found.into_iter().map(|(_, text)| text).collect();
            (!texts.is_empty()).then(|| texts.join(join.as_deref().unwrap_or_default()))
        }
        CellSource::Same(values) => {
            figure.from.extend(values.iter().filter_map(|v| behind(v, scope)));
            let texts: Option<Vec<String>> = values.iter().map(|v| head_text(v, None, filing, scope)).collect();
            texts.map(|t| if t.windows(2).all(|w| w[0] == w[1]) { "是" } else { "否" }.to_owned())
        }
        // Written once every figure is known: see `texts`.
        CellSource::Text(_) => text_block(def, form, scope).map(|(kind, record, text)| {
            figure.from.push(Behind { kind, id: record.id, exact: 0 });
            text
        }),
        _ => return None,
    };
    if text.is_none() {
        let values = match &def.source {
            CellSource::Profile(values, _) | CellSource::Same(values) => values.as_slice(),
            _ => &[],
        };
        figure.notes.extend(values.iter().find_map(|v| missing(v, filing, scope)));
    }
    Some(text.map(Content::Text))
}

/// The record that a profile field was read from. It adds nothing to any sum.
fn behind(value: &HeadValue, scope: &Scope) -> Option<Behind> {
    let HeadValue::Field { kind, .. } = value else { return None };
    Some(Behind { kind, id: head_record(value, scope)?.id, exact: 0 })
}

/// Which profile field is not filled in.
fn missing(value: &HeadValue, filing: &Filing, scope: &Scope) -> Option<String> {
    let HeadValue::Field { kind, at, .. } = value else { return None };
    let field = kind.fields.get(*at)?;
    head_text(value, None, filing, scope).is_none().then(|| format!("未填 {}的{}", kind.label, field.label))
}

/// The text that was written for a cell: the newest record that names the form (by id, family or title) and
/// the cell (by code or label).
fn text_block<'a>(def: &CellDef, form: &Form, scope: &Scope<'a>) -> Option<(&'static Kind, &'a Record, String)> {
    let kind = crate::record::kind("text_block")?;
    let read = |r: &'a Record, name: &str| r.field(kind, name).and_then(Value::as_text);
    // As printed, a label may have more in brackets behind it: …（限500字）.
    let names_it = |c: &str| {
        c == def.code || c.strip_prefix(&def.label).is_some_and(|more| more.is_empty() || more.starts_with(['（', '(']))
    };
    let ours = |r: &&'a Record| {
        read(r, "form").is_some_and(|f| [&form.id, &form.family, &form.title].iter().any(|own| own.as_str() == f))
            && read(r, "cell").is_some_and(names_it)
    };
    let record = scope.ledger.rows(kind).iter().rev().find(ours)?;
    let text = read(record, "text").filter(|t| !t.trim().is_empty())?;
    Some((kind, record, text.to_owned()))
}

/// Puts figures into the texts and counts their characters.
fn texts(form: &Form, scope: &Scope, cells: &mut [Cell]) {
    let Some(kind) = crate::record::kind("text_block") else { return };
    let is_text = |def: &CellDef| matches!(def.source, CellSource::Text(_));
    let figures: HashMap<String, String> = form
        .cells
        .iter()
        .zip(cells.iter())
        .filter(|(def, _)| !is_text(def))
        .map(|(def, cell)| (def.code.clone(), cell.printed()))
        .collect();
    for (def, cell) in form.cells.iter().zip(cells) {
        let CellSource::Text(limit) = def.source else { continue };
        cell.limit = limit.and_then(|n| u32::try_from(n).ok());
        let Some(Content::Text(written)) = &cell.value else { continue };
        let (text, unknown) = grid::inserted(written, |code| figures.get(code).cloned());
        if let Some((_, record, _)) = text_block(def, form, scope) {
            cell.gaps.extend(unknown.iter().map(|name| Gap {
                kind: kind.name,
                id: record.id,
                say: format!("文中的 {{{name}}} 不是本表的数据"),
            }));
        }
        cell.length = u32::try_from(grid::length(&text)).ok();
        cell.value = Some(Content::Text(text.clone()));
        cell.computed = Some(Content::Text(text));
    }
}

fn help(def: &CellDef) -> String {
    if def.grade.is_empty() { def.help.clone() } else { format!("{}（把握：{}）", def.help, def.grade) }
}

fn source(ledger: &Ledger, kind: &'static Kind, id: i64, exact: i64, scale: i64) -> Source {
    let label = ledger.get(kind, id).map_or_else(|| format!("{} {id}", kind.label), |r| ledger.label(kind, r));
    Source { kind: kind.name, id, label, amount: amount::in_units(exact, scale), exact }
}

/// The exact sum of the parts' figures, with all of their records.
fn total(parts: &[String], scope: &Scope) -> Figure {
    let mut figure = Figure::default();
    for part in parts.iter().filter_map(|code| scope.found.get(code)) {
        figure.from.extend_from_slice(&part.from);
        figure.gaps.extend_from_slice(&part.gaps);
        if let Some(exact) = part.exact {
            figure.exact = Some(figure.exact.unwrap_or(0) + exact);
        }
    }
    figure
}

/// 舍位平衡: rounds the total once and moves its parts so that they add up to it. A hand-typed part
/// is what it is, and the total then follows it.
fn balance<'a>(
    parts: &'a [String],
    def: &'a CellDef,
    form: &'a Form,
    filing: &Filing,
    scope: &Scope,
    places: &mut Places<'a>,
) {
    let scale = def.scale();
    // Placed are whole units, or hundredths where decimals are shown.
    let (step, grain) = match def.decimals {
        0 => (scale, 1),
        1 => (scale / 10, 10),
        _ => (scale / 100, 1),
    };
    let exact_of = |code: &str| scope.found.get(code).and_then(|f| f.exact);
    let known: Vec<&'a str> = parts.iter().map(String::as_str).filter(|c| exact_of(c).is_some()).collect();
    let from_records: Vec<i64> = known.iter().filter_map(|c| exact_of(c)).collect();
    let by_hand: Vec<i64> = known
        .iter()
        .zip(&from_records)
        .map(|(code, exact)| filing.overrides.get(*code).map_or(*exact, |(value, _)| value.saturating_mul(scale)))
        .collect();
    // A hand-typed part without any record behind it counts as well.
    let extra: i64 = parts
        .iter()
        .filter(|c| exact_of(c).is_none())
        .filter_map(|c| filing.overrides.get(c.as_str()).map(|(value, _)| def.whole(*value)))
        .sum();
    let balanced = |parts: &[i64]| {
        let (total, parts) = amount::balance(parts, step);
        (total.saturating_mul(grain), parts.into_iter().map(|p| p.saturating_mul(grain)).collect::<Vec<_>>())
    };
    let (plain, plain_parts) = balanced(&from_records);
    let (shown, shown_parts) = balanced(&by_hand);
    for (i, code) in known.iter().enumerate() {
        places.computed.insert(code, plain_parts.get(i).copied());
        places.shown.insert(code, shown_parts.get(i).copied());
        let rounded = def.place(by_hand.get(i).copied().unwrap_or(0));
        let shown = shown_parts.get(i).copied().unwrap_or(rounded);
        if shown != rounded {
            let label = form.cells.iter().find(|c| c.code == *code).map_or(*code, |c| c.label.as_str());
            let print = |n: i64| if def.decimals == 0 { n.to_string() } else { amount::yuan(n) };
            let (rounded, shown) = (print(rounded), print(shown));
            let say = format!(
                "舍位平衡：{} 四舍五入为 {rounded}，为使各项之和等于“{}”，填 {shown}",
                label.trim_start_matches("其中："),
                def.label
            );
            places.adjusted.insert(code, say);
        }
    }
    let any = !known.is_empty() || parts.iter().any(|c| filing.overrides.contains_key(c.as_str()));
    places.computed.insert(&def.code, (!known.is_empty()).then_some(plain));
    if !filing.overrides.contains_key(&def.code) {
        places.shown.insert(&def.code, any.then_some(shown + extra));
    }
}

fn head_item(def: &HeadDef, filing: &Filing, scope: &Scope) -> HeadItem {
    let value = def.values.iter().find_map(|v| head_text(v, def.words.as_ref(), filing, scope));
    HeadItem { name: def.name.clone(), label: def.label.clone(), value, line: def.line }
}

fn head_text(value: &HeadValue, words: Option<&(String, String)>, filing: &Filing, scope: &Scope) -> Option<String> {
    match value {
        HeadValue::PeriodLabel => Some(filing.period.label()),
        HeadValue::ReportedOn => Some(chinese_date(filing.reported_on.unwrap_or(filing.cutoff))),
        HeadValue::Cutoff => Some(chinese_date(filing.cutoff)),
        HeadValue::Blank => None,
        HeadValue::Field { kind, at, .. } => {
            let record = head_record(value, scope)?;
            match (record.get(*at)?, words) {
                (Value::Bool(b), Some((yes, no))) => Some(if *b { yes.clone() } else { no.clone() }),
                (Value::Date(d), _) => Some(printed_day(kind.fields.get(*at)?.ty, *d)),
                _ => Some(scope.ledger.text(kind, record, kind.fields.get(*at)?.name)),
            }
        }
    }
}

/// A day or month as papers print it: 2017年12月10日, 2017年12月.
fn printed_day(ty: Type, day: NaiveDate) -> String {
    match ty {
        Type::Month => format!("{}年{}月", day.year(), day.month()),
        _ => chinese_date(day),
    }
}

/// The record that a line of head or foot reads: in force at the cut-off among those that meet its
/// conditions; one whose time is over only where no other is left.
fn head_record<'a>(value: &HeadValue, scope: &Scope<'a>) -> Option<&'a Record> {
    let HeadValue::Field { kind, at, conditions } = value else { return None };
    let fits = |r: &&Record| r.get(*at).is_some() && scope.meets(kind, r, conditions);
    let rows: Vec<&Record> = scope.ledger.rows(kind).iter().filter(fits).collect();
    let live: Vec<&Record> = rows
        .iter()
        .copied()
        .filter(|r| kind.name == "tenant" || scope.ledger.span(kind, r).1.is_none_or(|last| last >= scope.window.end))
        .collect();
    let rows = if live.is_empty() { rows } else { live };
    current(rows.into_iter(), kind, scope.window.end)
}

/// Yes or no of a head line, for checks that ask for it.
pub(super) fn head_yes(def: &HeadDef, scope: &Scope) -> Option<bool> {
    def.values.iter().find_map(|v| match v {
        HeadValue::Field { at, .. } => head_record(v, scope)?.get(*at)?.as_bool(),
        _ => None,
    })
}

fn roster(def: &RosterDef, scope: &Scope) -> RosterTable {
    let ledger = scope.ledger;
    let mut rows: Vec<&Record> =
        ledger.rows(def.kind).iter().filter(|r| scope.meets(def.kind, r, &def.conditions)).collect();
    rows.sort_by_cached_key(|r| {
        let keys: Vec<String> =
            def.sort.iter().filter_map(|at| Some(ledger.text(def.kind, r, def.kind.fields.get(*at)?.name))).collect();
        (keys, r.id)
    });
    let mut owned: HashMap<(&str, usize), HashMap<i64, Vec<&Record>>> = HashMap::new();
    for column in &def.columns {
        if let ColumnValue::LatestOf(kind, owner, _)
        | ColumnValue::SumOf(kind, owner, _)
        | ColumnValue::CountOf(kind, owner) = column.value
        {
            owned.entry((kind.name, owner)).or_insert_with(|| {
                let mut by_owner: HashMap<i64, Vec<&Record>> = HashMap::new();
                for record in ledger.rows(kind) {
                    let ids = match record.get(owner) {
                        Some(Value::Int(id)) => vec![*id],
                        Some(Value::Ids(ids)) => ids.to_vec(),
                        _ => Vec::new(),
                    };
                    for id in ids {
                        by_owner.entry(id).or_default().push(record);
                    }
                }
                by_owner
            });
        }
    }
    let content = |kind: &Kind, record: &Record, at: usize, column: &Column| -> Option<Content> {
        let field = kind.fields.get(at)?;
        match record.get(at)? {
            Value::Int(n) => number(field.ty, *n, &column.unit),
            Value::Date(day) if column.chinese_dates => Some(Content::Text(printed_day(field.ty, *day))),
            _ => None,
        }
        .or_else(|| Some(Content::Text(ledger.text(kind, record, field.name))))
    };
    let rows = rows.iter().enumerate().map(|(i, record)| {
        let cells = def.columns.iter().map(|column| match &column.value {
            ColumnValue::Row => Some(Content::Int(i64::try_from(i + 1).unwrap_or(i64::MAX))),
            ColumnValue::Blank => None,
            ColumnValue::Field(at) => content(def.kind, record, *at, column),
            ColumnValue::Through(at, kind, field) => {
                let other = ledger.get(kind, record.get(*at)?.as_int()?)?;
                content(kind, other, *field, column)
            }
            ColumnValue::LatestOf(kind, owner, at) => {
                let mine = owned.get(&(kind.name, *owner))?.get(&record.id)?;
                let begun = mine.iter().copied().filter(|r| r.get(*at).is_some() && begun(kind, r, scope.window.end));
                content(kind, begun.max_by_key(|r| (day_of(kind, r), r.id))?, *at, column)
            }
            ColumnValue::SumOf(kind, owner, at) => {
                let mine = owned.get(&(kind.name, *owner)).and_then(|m| m.get(&record.id));
                let begun = mine.into_iter().flatten().filter(|r| begun(kind, r, scope.window.end));
                let sum = begun.filter_map(|r| r.get(*at)?.as_int()).sum();
                number(kind.fields.get(*at)?.ty, sum, &column.unit)
            }
            ColumnValue::CountOf(kind, owner) => {
                let n = owned.get(&(kind.name, *owner)).and_then(|m| m.get(&record.id)).map_or(0, Vec::len);
                Some(Content::Int(i64::try_from(n).unwrap_or(i64::MAX)))
            }
        });
        let cells = cells.zip(&def.columns).map(|(content, column)| {
            let bracket =
                column.bracket.and_then(|at| Some(ledger.text(def.kind, record, def.kind.fields.get(at)?.name)));
            match (content, bracket.filter(|text| !text.is_empty())) {
                (Some(Content::Text(text)), Some(more)) => Some(Content::Text(format!("{text}（{more}）"))),
                (None, _) if !column.blank.is_empty() => Some(Content::Text(column.blank.clone())),
                (content, _) => content,
            }
        });
        RosterRow { kind: def.kind.name, id: record.id, cells: cells.collect() }
    });
    RosterTable {
        columns: def
            .columns
            .iter()
            .map(|c| if c.unit.is_empty() { c.label.clone() } else { format!("{}({})", c.label, c.unit) })
            .collect(),
        rows: rows.collect(),
        widths: def.columns.iter().map(|c| c.width).collect(),
    }
}

/// A number as a roster shows it: money with two decimals of the column's unit, rounded once.
fn number(ty: Type, n: i64, unit: &str) -> Option<Content> {
    match ty {
        Type::Money => Some(Content::Decimal(amount::round(n.saturating_mul(100), amount::scale(unit).max(100)))),
        Type::Decimal => Some(Content::Decimal(n)),
        Type::Int | Type::Year => Some(Content::Int(n)),
        _ => None,
    }
}

fn day_of(kind: &Kind, record: &Record) -> Option<NaiveDate> {
    kind.dated.and_then(|name| record.field(kind, name)).and_then(Value::as_date)
}

fn begun(kind: &Kind, record: &Record, end: NaiveDate) -> bool {
    day_of(kind, record).is_none_or(|d| d <= end)
}

#[allow(clippy::cast_precision_loss, reason = "figures of a form are far below 2^53")]
pub(super) fn as_f64(n: i64) -> f64 {
    n as f64
}

#[allow(clippy::cast_possible_truncation, reason = "a float cast saturates, and figures are far below 2^53")]
fn whole(x: f64) -> i64 {
    x.round() as i64
}

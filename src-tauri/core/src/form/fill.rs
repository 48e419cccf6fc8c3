//! Fills a form: figures from the ledger, placed in their units, sums balanced, checks run.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};

use super::check::Facts;
use super::{
    Cell, CellDef, CellSource, ChangedFigure, Content, Filing, Filled, Form, Gap, HeadDef, HeadItem, HeadValue,
    Insertion, Source, grid, shared, table,
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
        reported_on: filing.reported_on,
        due_on: filing.due_on,
        official: form.official,
        columns: form.columns.clone(),
        head,
        cells,
        foot,
        tables: Vec::new(),
        lists_only: form.lists_only,
        grid: None,
        breaches: Vec::new(),
        sealed_at: None,
    };
    let said = |code: &str| filled.cells.iter().find(|c| c.code == code).map(Cell::printed).filter(|t| !t.is_empty());
    filled.tables = form.rosters.iter().map(|def| table::roster(def, form, &scope, said)).collect();
    filled.grid = form.layout.as_ref().map(|layout| layout.filled(&filled.cells, &filled.tables, &filled.foot));
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
        let by_hand = filing.overrides.get(&def.code).map(|(value, _)| def.by_hand(*value));
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
            overridden: by_hand.is_some(),
            reason: by_hand.map(|(_, reason)| reason.clone()),
            adjusted: places.adjusted.get(def.code.as_str()).cloned(),
            ..cell(def, figure, value, computed, scope)
        });
    }
    texts(form, filing, scope, &mut cells);
    cells
}

/// A cell with its figure's evidence, not touched by anybody.
fn cell(def: &CellDef, figure: Figure, value: Option<Content>, computed: Option<Content>, scope: &Scope) -> Cell {
    Cell {
        section: None,
        code: def.code.clone(),
        label: def.label.clone(),
        unit: def.unit.clone(),
        indent: def.indent,
        value,
        computed,
        decimals: def.decimals,
        length: None,
        limit: None,
        raw: None,
        changed: Vec::new(),
        exact: figure.exact,
        overridden: false,
        reason: None,
        adjusted: None,
        from: figure.from.iter().map(|b| source(scope.ledger, b.kind, b.id, b.exact, def.scale())).collect(),
        gaps: figure.gaps,
        notes: figure.notes,
        help: help(def),
    }
}

/// The words of a cell that holds no number, with the records they were read from; `None` for a number.
fn words(def: &CellDef, form: &Form, filing: &Filing, scope: &Scope, figure: &mut Figure) -> Option<Option<Content>> {
    let text = match &def.source {
        CellSource::Profile { values, join, words } => {
            let worded = |text: String| match words.get(&text) {
                Some(other) => (!other.is_empty()).then(|| other.clone()),
                None => Some(text),
            };
            let found = values.iter().filter_map(|v| Some((v, worded(head_text(v, None, filing, scope)?)?)));
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
        CellSource::Spread(query, at) => {
            *figure = scope.figure(query);
            spread(def, query.kind, *at, scope, figure)
        }
        // Written once every figure is known: see `texts`.
        CellSource::Text(_) => match text_block(def, form, scope) {
            Some((kind, record, text)) => {
                figure.from.push(Behind { kind, id: record.id, exact: 0 });
                Some(text)
            }
            None if def.draft.is_empty() => None,
            None => {
                figure.notes.push("按台账拟写的文字，可以改写".to_owned());
                Some(def.draft.clone())
            }
        },
        _ => return None,
    };
    if text.is_none() {
        let values = match &def.source {
            CellSource::Profile { values, .. } | CellSource::Same(values) => values.as_slice(),
            _ => &[],
        };
        figure.notes.extend(values.iter().find_map(|v| missing(v, filing, scope)));
    }
    Some(text.map(Content::Text))
}

/// The words of a field with how many records say each, the most frequent first; who says nothing comes last.
fn spread(def: &CellDef, kind: &'static Kind, at: usize, scope: &Scope, figure: &mut Figure) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let field = kind.fields.get(at)?;
    let mut blank = 0;
    for record in figure.from.iter().filter_map(|b| scope.ledger.get(b.kind, b.id)) {
        match scope.ledger.text(kind, record, field.name) {
            text if text.is_empty() => {
                blank += 1;
                let say = format!("{} 未填 {}", scope.ledger.label(kind, record), field.label);
                figure.gaps.push(Gap { kind: kind.name, id: record.id, say });
            }
            text => *counts.entry(text).or_default() += 1,
        }
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    if blank > 0 {
        counts.push(("未填".to_owned(), blank));
    }
    let parts: Vec<String> = counts.iter().map(|(word, n)| format!("{word}{n}{}", def.unit)).collect();
    (!parts.is_empty()).then(|| parts.join("、"))
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
pub fn text_record<'a>(form: &Form, code: &str, ledger: &'a Ledger) -> Option<&'a Record> {
    let kind = crate::record::kind("text_block")?;
    let def = form.cells.iter().find(|c| c.code == code)?;
    let read = |r: &'a Record, name: &str| r.field(kind, name).and_then(Value::as_text);
    // As printed, a label may have more in brackets behind it: …（限500字）.
    let names_it = |c: &str| {
        c == def.code || c.strip_prefix(&def.label).is_some_and(|more| more.is_empty() || more.starts_with(['（', '(']))
    };
    let ours = |r: &&'a Record| {
        read(r, "form").is_some_and(|f| [&form.id, &form.family, &form.title].iter().any(|own| own.as_str() == f))
            && read(r, "cell").is_some_and(names_it)
    };
    ledger.rows(kind).iter().rev().find(ours)
}

/// The same with its words, where there are any.
fn text_block<'a>(def: &CellDef, form: &Form, scope: &Scope<'a>) -> Option<(&'static Kind, &'a Record, String)> {
    let kind = crate::record::kind("text_block")?;
    let record = text_record(form, &def.code, scope.ledger)?;
    let text = record.field(kind, "text").and_then(Value::as_text).filter(|t| !t.trim().is_empty())?;
    Some((kind, record, text.to_owned()))
}

/// Puts figures into the texts and counts their characters. Figures that all forms share and a text names stand
/// behind the form's own cells, with their records like any other.
fn texts(form: &Form, filing: &Filing, scope: &Scope, cells: &mut Vec<Cell>) {
    let Some(kind) = crate::record::kind("text_block") else { return };
    let is_text = |def: &CellDef| matches!(def.source, CellSource::Text(_));
    if !form.cells.iter().any(is_text) {
        return;
    }
    let mut figures: HashMap<String, (String, String)> = HashMap::new();
    for (def, cell) in form.cells.iter().zip(cells.iter()).filter(|(def, _)| !is_text(def)) {
        figures.insert(def.code.clone(), (def.label.clone(), cell.printed()));
    }
    let named: Vec<String> = cells
        .iter()
        .filter_map(|cell| form.cells.iter().find(|def| def.code == cell.code && is_text(def)).and(cell.value.as_ref()))
        .filter_map(|content| if let Content::Text(text) = content { Some(text) } else { None })
        .flat_map(|text| grid::names(text))
        .map(str::to_owned)
        .collect();
    for name in named {
        if let Some(def) = shared::cell(&name)
            && !figures.contains_key(&name)
            && !form.cells.iter().any(|c| c.code == name)
        {
            let mut cell = shared_cell(def, scope);
            let first = !cells.iter().any(|c| c.section.as_deref() == Some(QUOTED));
            cell.section = first.then(|| QUOTED.to_owned());
            figures.insert(name, (def.label.clone(), cell.printed()));
            cells.push(cell);
        }
    }
    for (def, cell) in form.cells.iter().zip(cells) {
        let CellSource::Text(limit) = def.source else { continue };
        cell.limit = limit.and_then(|n| u32::try_from(n).ok());
        // A text that nobody has written has no characters, and is still a text.
        cell.length = Some(0);
        let Some(Content::Text(written)) = cell.value.clone() else { continue };
        // A figure that is not known yet leaves a line to write on, not a sentence with a hole.
        let shown = |code: &str| {
            let (_, text) = figures.get(code)?;
            Some(if text.is_empty() { BLANK.to_owned() } else { text.clone() })
        };
        let (text, unknown) = grid::inserted(&written, shown);
        if let Some((_, record, _)) = text_block(def, form, scope) {
            cell.gaps.extend(unknown.iter().map(|name| Gap {
                kind: kind.name,
                id: record.id,
                say: format!("文中的 {{{name}}} 不是可用的数据"),
            }));
            if let Some(was) = filing.written.get(&def.code) {
                cell.changed = changed(&written, was, &figures);
            }
        }
        for name in grid::names(&written) {
            if let Some((label, _)) = figures.get(name).filter(|(_, text)| text.is_empty()) {
                cell.notes.push(format!("文中的 {{{name}}}({label})没有数据"));
            }
        }
        cell.length = u32::try_from(grid::length(&text)).ok();
        cell.value = Some(Content::Text(text.clone()));
        cell.computed = Some(Content::Text(text));
        cell.raw = (!grid::names(&written).is_empty()).then_some(written);
    }
}

/// Heading of the figures that a text names.
const QUOTED: &str = "文字引用的数据";
/// In the place of a figure that is not known.
const BLANK: &str = "＿＿";

/// The figures that a text names and that are others than when it was written.
fn changed(
    text: &str,
    was: &BTreeMap<String, String>,
    figures: &HashMap<String, (String, String)>,
) -> Vec<ChangedFigure> {
    let mut list: Vec<ChangedFigure> = Vec::new();
    for code in grid::names(text) {
        if let (Some(was), Some((label, now))) = (was.get(code), figures.get(code))
            && was != now
            && !list.iter().any(|c| c.code == code)
        {
            let (code, label) = (code.to_owned(), label.clone());
            list.push(ChangedFigure { code, label, was: was.clone(), now: now.clone() });
        }
    }
    list
}

/// A figure that all forms share, over the form's own days.
fn shared_cell(def: &CellDef, scope: &Scope) -> Cell {
    let figure = match &def.source {
        CellSource::Query(query) => scope.figure(query),
        _ => Figure::default(),
    };
    let value = figure.exact.map(|exact| def.content(def.place(exact)));
    cell(def, figure, value.clone(), value, scope)
}

/// A figure that texts may name, as it is now: code, label, unit and print.
pub fn insertions(form: &Form, ledger: &Ledger, filing: &Filing) -> Vec<Insertion> {
    let mut scope = scope(form, ledger, filing);
    let cells = cells(form, filing, &mut scope);
    let own = form.cells.iter().zip(&cells).filter(|(def, _)| !matches!(def.source, CellSource::Text(_)));
    let mut list: Vec<Insertion> = own.map(|(_, cell)| Insertion::of(cell)).collect();
    let others = shared::cells().iter().filter(|def| !form.cells.iter().any(|c| c.code == def.code));
    list.extend(others.map(|def| Insertion::of(&shared_cell(def, &scope))));
    list
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
        .map(|(code, exact)| filing.overrides.get(*code).map_or(*exact, |(value, _)| hundredths(*value, scale)))
        .collect();
    // A hand-typed part without any record behind it counts as well.
    let extra: i64 = parts
        .iter()
        .filter(|c| exact_of(c).is_none())
        .filter_map(|c| filing.overrides.get(c.as_str()).map(|(value, _)| def.by_hand(*value)))
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

/// Hundredths of a unit in the smallest unit.
fn hundredths(value: i64, scale: i64) -> i64 {
    if scale >= 100 { value.saturating_mul(scale / 100) } else { value.saturating_mul(scale) / 100 }
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
        HeadValue::Field { kind, at, year, .. } => {
            let record = head_record(value, scope)?;
            match (record.get(*at)?, words) {
                (Value::Bool(b), Some((yes, no))) => Some(if *b { yes.clone() } else { no.clone() }),
                (Value::Date(d), _) if *year => Some(d.year().to_string()),
                (Value::Date(d), _) => Some(printed_day(kind.fields.get(*at)?.ty, *d)),
                _ => Some(scope.ledger.text(kind, record, kind.fields.get(*at)?.name)),
            }
        }
    }
}

/// A day or month as papers print it: 2017年12月10日, 2017年12月.
pub(super) fn printed_day(ty: Type, day: NaiveDate) -> String {
    match ty {
        Type::Month => format!("{}年{}月", day.year(), day.month()),
        _ => chinese_date(day),
    }
}

/// The record that a line of head or foot reads: in force at the cut-off among those that meet its
/// conditions; one whose time is over only where no other is left.
fn head_record<'a>(value: &HeadValue, scope: &Scope<'a>) -> Option<&'a Record> {
    let HeadValue::Field { kind, at, conditions, .. } = value else { return None };
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

#[allow(clippy::cast_precision_loss, reason = "figures of a form are far below 2^53")]
pub(super) fn as_f64(n: i64) -> f64 {
    n as f64
}

#[allow(clippy::cast_possible_truncation, reason = "a float cast saturates, and figures are far below 2^53")]
fn whole(x: f64) -> i64 {
    x.round() as i64
}

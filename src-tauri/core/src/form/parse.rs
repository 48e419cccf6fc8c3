//! Reads a form file and reports every flaw in it at once, in Chinese, naming the code.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use serde::Deserialize;
use toml::de::{DeTable, Deserializer};
use toml::{Table, Value as Toml};

use super::expr::Expr;
use super::grid::{self, Align, Border, Fill, Grid, GridBox, GridRow, Layout};
use super::{Against, CellSource, ProofWant, SectionDef};
use super::{
    Audit, CellDef, CheckDef, Column, ColumnValue, Form, HeadDef, HeadValue, Level, PeriodKind, Probe, RosterDef,
};
use crate::error::{Flaw, Place};
use crate::figure::{Compare, Condition, Days, Measure, OrElse, Query, Test, owner_at};
use crate::period::Basis;
use crate::record::{Kind, Stage, Type, kind};

/// Reads a form from its text; `file` names it in flaws.
pub fn parse(file: &str, text: &str) -> Result<Form, Vec<Flaw>> {
    read(file, text, |table, flaws| form(table, text, flaws))
}

/// Reads the file of figures that all forms share.
pub(crate) fn figures(file: &str, text: &str) -> Result<Vec<CellDef>, Vec<Flaw>> {
    read(file, text, |table, flaws| {
        let mut r = Reader::new(table, "");
        let cells = r.tables("figure", flaws).into_iter().filter_map(|t| cell_def(t, flaws)).collect::<Vec<_>>();
        r.done(flaws);
        cells
    })
}

/// Reads a file of the manager's. What TOML cannot read and what `make` cannot use are reported
/// together: the reader goes on behind each flaw.
pub(crate) fn read<T>(file: &str, text: &str, make: impl FnOnce(&Table, &mut Flaws) -> T) -> Result<T, Vec<Flaw>> {
    let (recovered, errors) = DeTable::parse_recoverable(text);
    let mut flaws = Flaws { file, list: errors.iter().map(|e| syntax_flaw(file, text, e)).collect() };
    // Several errors of one line are one flaw to the person.
    flaws.list.dedup();
    match Table::deserialize(Deserializer::from(recovered)) {
        Ok(table) => {
            let made = make(&table, &mut flaws);
            if flaws.list.is_empty() { Ok(made) } else { Err(flaws.list) }
        }
        Err(e) => {
            flaws.list.push(syntax_flaw(file, text, &e));
            Err(flaws.list)
        }
    }
}

fn syntax_flaw(file: &str, text: &str, e: &toml::de::Error) -> Flaw {
    let line = e.span().map(|s| text.get(..s.start).map_or(1, |t| t.matches('\n').count() + 1));
    let place = Place { file: Some(file.into()), row: line.and_then(|n| u32::try_from(n).ok()), ..Place::default() };
    let what = match e.message() {
        m if m.contains("duplicate key") => "同一个键写了两次".to_owned(),
        m if m.contains("unclosed") || m.contains("expected") || m.contains("invalid") => {
            "写法不合 TOML 格式，请检查这一行的引号、括号和等号".to_owned()
        }
        m => format!("写法不合 TOML 格式({m})"),
    };
    Flaw { place, say: what }
}

pub(crate) struct Flaws<'a> {
    file: &'a str,
    list: Vec<Flaw>,
}

impl Flaws<'_> {
    pub(crate) fn push(&mut self, cell: &str, say: impl Into<String>) {
        let cell = (!cell.is_empty()).then(|| cell.to_owned());
        self.list.push(Flaw {
            place: Place { file: Some(self.file.to_owned()), cell, ..Place::default() },
            say: say.into(),
        });
    }
}

/// One table of the file, with a memory of what was read: what is left over is a flaw, so that a
/// misspelt key is never silently without effect.
pub(crate) struct Reader<'a> {
    pub(crate) table: &'a Table,
    /// What flaws name: a code, a heading.
    pub(crate) at: String,
    read: HashSet<&'static str>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(table: &'a Table, at: impl Into<String>) -> Reader<'a> {
        Reader { table, at: at.into(), read: HashSet::new() }
    }

    pub(crate) fn raw(&mut self, key: &'static str) -> Option<&'a Toml> {
        self.read.insert(key);
        self.table.get(key)
    }

    pub(crate) fn text(&mut self, key: &'static str, flaws: &mut Flaws) -> Option<&'a str> {
        match self.raw(key)? {
            Toml::String(s) => Some(s),
            _ => {
                flaws.push(&self.at, format!("{key} 应为文字，请加引号"));
                None
            }
        }
    }

    pub(crate) fn must(&mut self, key: &'static str, flaws: &mut Flaws) -> String {
        if !self.table.contains_key(key) {
            flaws.push(&self.at, format!("缺少 {key}"));
        }
        let text = self.text(key, flaws);
        if text.is_some_and(|t| t.trim().is_empty()) {
            flaws.push(&self.at, format!("{key} 不能为空"));
        }
        text.unwrap_or_default().to_owned()
    }

    pub(crate) fn or_blank(&mut self, key: &'static str, flaws: &mut Flaws) -> String {
        self.text(key, flaws).unwrap_or_default().to_owned()
    }

    pub(crate) fn int(&mut self, key: &'static str, flaws: &mut Flaws) -> Option<i64> {
        match self.raw(key)? {
            Toml::Integer(n) => Some(*n),
            _ => {
                flaws.push(&self.at, format!("{key} 应为整数"));
                None
            }
        }
    }

    pub(crate) fn yes(&mut self, key: &'static str, flaws: &mut Flaws) -> Option<bool> {
        match self.raw(key)? {
            Toml::Boolean(b) => Some(*b),
            _ => {
                flaws.push(&self.at, format!("{key} 应为 true 或 false"));
                None
            }
        }
    }

    /// A text or a list of texts.
    pub(crate) fn texts(&mut self, key: &'static str, flaws: &mut Flaws) -> Option<Vec<&'a str>> {
        match self.raw(key)? {
            Toml::String(s) => Some(vec![s]),
            Toml::Array(items) if items.iter().all(Toml::is_str) => {
                Some(items.iter().filter_map(Toml::as_str).collect())
            }
            _ => {
                flaws.push(&self.at, format!("{key} 应为文字的列表"));
                None
            }
        }
    }

    pub(crate) fn tables(&mut self, key: &'static str, flaws: &mut Flaws) -> Vec<&'a Table> {
        match self.raw(key) {
            None => Vec::new(),
            Some(Toml::Array(items)) if items.iter().all(Toml::is_table) => {
                items.iter().filter_map(Toml::as_table).collect()
            }
            Some(_) => {
                flaws.push(&self.at, format!("{key} 应写成 [[{key}]]"));
                Vec::new()
            }
        }
    }

    pub(crate) fn done(self, flaws: &mut Flaws) {
        for key in self.table.keys().filter(|k| !self.read.contains(k.as_str())) {
            flaws.push(&self.at, format!("不认识的键 {key}"));
        }
    }
}

fn form(table: &Table, text: &str, flaws: &mut Flaws) -> Form {
    let mut r = Reader::new(table, "");
    let id = r.must("id", flaws);
    let family = r.text("family", flaws).map_or_else(|| id.clone(), str::to_owned);
    if !id.is_empty() && !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        flaws.push("", format!("id“{id}”只能用英文字母、数字、- 和 _"));
    }
    let title = r.must("title", flaws);
    let period = match r.must("period", flaws).as_str() {
        "quarter" => PeriodKind::Quarter,
        "year" => PeriodKind::Year,
        "day" => PeriodKind::Day,
        "" => PeriodKind::Quarter,
        other => {
            flaws.push("", format!("period“{other}”应为 quarter、year 或 day"));
            PeriodKind::Quarter
        }
    };
    let basis = match r.text("basis", flaws).map(str::parse::<Basis>) {
        Some(Ok(basis)) => basis,
        Some(Err(say)) => {
            flaws.push("", say);
            Basis::Ytd
        }
        None => Basis::Ytd,
    };
    let cutoff_day = match r.int("cutoff_day", flaws) {
        Some(day @ 1..=31) => u32::try_from(day).unwrap_or(31),
        Some(day) => {
            flaws.push("", format!("cutoff_day {day} 应在 1 到 31 之间"));
            31
        }
        None => 31,
    };
    let converted_counts_twice = match r.text("converted", flaws) {
        None | Some("once") => false,
        Some("both") => true,
        Some(other) => {
            flaws.push("", format!("converted“{other}”应为 once 或 both"));
            false
        }
    };
    let day = |key: &'static str, r: &mut Reader, flaws: &mut Flaws| {
        // With or without quotes: TOML has days of its own.
        let text = match r.raw(key)? {
            Toml::Datetime(day) => day.to_string(),
            Toml::String(text) => text.clone(),
            other => other.to_string(),
        };
        text.parse::<NaiveDate>().map_err(|_| flaws.push("", format!("{key}“{text}”不是日期，请写成 2021-01-01"))).ok()
    };
    let valid_from = day("valid_from", &mut r, flaws);
    let valid_until = day("valid_until", &mut r, flaws);
    let columns = r.texts("columns", flaws).unwrap_or_default().into_iter().map(str::to_owned).collect();
    let head: Vec<HeadDef> = r.tables("head", flaws).into_iter().filter_map(|t| head_def(t, "表头", flaws)).collect();
    let foot: Vec<HeadDef> = r.tables("foot", flaws).into_iter().filter_map(|t| head_def(t, "表尾", flaws)).collect();
    let mut sections = Vec::new();
    let mut cells: Vec<CellDef> = Vec::new();
    for section in r.tables("section", flaws) {
        let mut s = Reader::new(section, "section");
        let label = s.must("label", flaws);
        sections.push(SectionDef { label, first: cells.len() });
        for cell in s.tables("cell", flaws) {
            cells.extend(cell_def(cell, flaws));
        }
        s.done(flaws);
    }
    let rosters: Vec<RosterDef> =
        r.tables("roster", flaws).into_iter().filter_map(|t| roster_def(t, &cells, flaws)).collect();
    let checks: Vec<CheckDef> = {
        let tables = r.tables("check", flaws);
        tables.into_iter().filter_map(|t| check_def(t, &cells, &head, &foot, flaws)).collect()
    };
    let layout = r.raw("layout").and_then(|raw| layout(raw, &cells, &rosters, flaws));
    let portal = portal(&mut r, &cells, flaws);
    let form = Form {
        portal,
        layout,
        family,
        title,
        issuer: r.or_blank("issuer", flaws),
        source: r.or_blank("source", flaws),
        official: r.yes("official", flaws).unwrap_or(false),
        lists_only: r.yes("lists_only", flaws).unwrap_or(false),
        period,
        basis,
        cutoff_day,
        converted_counts_twice,
        valid_from,
        valid_until,
        columns,
        head,
        sections,
        order: order(&cells, flaws),
        cells,
        foot,
        rosters,
        checks,
        own: false,
        file: String::new(),
        text: text.to_owned(),
        id,
    };
    r.done(flaws);
    if form.cells.is_empty() && form.rosters.is_empty() {
        flaws.push("", "表格没有任何指标(section.cell)或名册(roster)");
    }
    form
}

/// The order of the portal's page: the codes that the file lists, else all as printed.
fn portal(r: &mut Reader, cells: &[CellDef], flaws: &mut Flaws) -> Vec<usize> {
    let Some(codes) = r.texts("portal", flaws) else { return (0..cells.len()).collect() };
    let mut order: Vec<usize> = Vec::new();
    for code in codes {
        match cells.iter().position(|c| c.code == code) {
            Some(at) if order.contains(&at) => flaws.push("", format!("portal 中 {code} 写了两次")),
            Some(at) => order.push(at),
            None => flaws.push("", format!("portal：引用了不存在的代码 {code}")),
        }
    }
    order
}

/// The order in which cells can be computed: a cell after those it names. Circles are flaws.
fn order(cells: &[CellDef], flaws: &mut Flaws) -> Vec<usize> {
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, cell) in cells.iter().enumerate() {
        if at.insert(&cell.code, i).is_some() {
            flaws.push(&cell.code, "代码重复");
        }
    }
    let mut needs: Vec<Vec<usize>> = Vec::new();
    for cell in cells {
        let mut list = Vec::new();
        for name in cell.source.names() {
            match at.get(name.as_str()) {
                Some(i) => list.push(*i),
                None => flaws.push(&cell.code, format!("引用了不存在的代码 {name}")),
            }
        }
        needs.push(list);
    }
    let mut order = Vec::new();
    let mut placed = vec![false; cells.len()];
    while order.len() < cells.len() {
        let before = order.len();
        for i in 0..cells.len() {
            if !placed[i] && needs[i].iter().all(|n| placed[*n]) {
                placed[i] = true;
                order.push(i);
            }
        }
        if order.len() == before {
            for (cell, _) in cells.iter().zip(&placed).filter(|(_, p)| !**p) {
                flaws.push(&cell.code, "指标之间互相引用，成了循环");
            }
            break;
        }
    }
    order
}

fn head_def(table: &Table, place: &str, flaws: &mut Flaws) -> Option<HeadDef> {
    let mut r = Reader::new(table, place);
    let name = r.must("name", flaws);
    if !name.is_empty() {
        r.at = name.clone();
    }
    let label = r.or_blank("label", flaws);
    let line = r.int("line", flaws).and_then(|n| u8::try_from(n).ok()).unwrap_or(0);
    let values = r.texts("value", flaws).unwrap_or_else(|| {
        flaws.push(&name, "缺少 value");
        Vec::new()
    });
    let words = match r.raw("words") {
        None => None,
        Some(words) => {
            let word = |key: &str| words.get(key).and_then(Toml::as_str).map(str::to_owned);
            match (word("yes"), word("no")) {
                (Some(yes), Some(no)) => Some((yes, no)),
                _ => {
                    flaws.push(&name, "words 应写成 { yes = \"是\", no = \"否\" }");
                    None
                }
            }
        }
    };
    r.done(flaws);
    let values: Vec<HeadValue> = values.into_iter().filter_map(|v| head_value(&name, v, flaws)).collect();
    Some(HeadDef { name, label, line, values, words })
}

fn head_value(name: &str, text: &str, flaws: &mut Flaws) -> Option<HeadValue> {
    match text {
        "period_label" => return Some(HeadValue::PeriodLabel),
        "reported_on" => return Some(HeadValue::ReportedOn),
        "cutoff" => return Some(HeadValue::Cutoff),
        "blank" => return Some(HeadValue::Blank),
        _ => {}
    }
    let (path, conditions) = text.split_once(" where ").map_or((text, ""), |(p, c)| (p.trim(), c));
    let (path, year) = path.strip_suffix(".year").map_or((path, false), |p| (p, true));
    let (kind, at) = field_path(name, path, flaws)?;
    let conditions =
        conditions.split(" and ").filter(|c| !c.trim().is_empty()).filter_map(|c| condition(name, kind, c, flaws));
    Some(HeadValue::Field { kind, at, conditions: conditions.collect(), year })
}

/// `kind.field`
pub(crate) fn field_path(code: &str, path: &str, flaws: &mut Flaws) -> Option<(&'static Kind, usize)> {
    let Some((of, field)) = path.split_once('.') else {
        flaws.push(code, format!("“{path}”应写成 类别.字段，如 income.amount"));
        return None;
    };
    let Some(k) = kind(of) else {
        flaws.push(code, format!("没有名为 {of} 的记录类别"));
        return None;
    };
    match k.at(field) {
        Some(at) => Some((k, at)),
        None => {
            flaws.push(code, format!("{}({of})没有名为 {field} 的字段", k.label));
            None
        }
    }
}

fn cell_def(table: &Table, flaws: &mut Flaws) -> Option<CellDef> {
    let mut r = Reader::new(table, "cell");
    let code = r.must("code", flaws);
    if code.is_empty() {
        r.read.extend(["label", "unit", "indent", "help", "grade", "flow", "source"]);
        return None;
    }
    if !code.starts_with(|c: char| c.is_ascii_alphabetic())
        || !code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    {
        flaws.push(&code, "代码只能用英文字母、数字和 _，以字母开头");
    }
    r.at.clone_from(&code);
    let label = r.must("label", flaws);
    let unit = r.or_blank("unit", flaws);
    let indent = r.int("indent", flaws).and_then(|n| u8::try_from(n).ok()).unwrap_or(0);
    let help = r.or_blank("help", flaws);
    let grade = r.or_blank("grade", flaws);
    let document = r.or_blank("source", flaws);
    let flow = r.yes("flow", flaws).unwrap_or(false);
    let decimals = r.int("decimals", flaws);
    let draft = r.or_blank("draft", flaws);
    let source = cell_source(&mut r, &code, flaws).unwrap_or(CellSource::Manual);
    r.done(flaws);
    let decimals = match decimals {
        Some(n @ 0..=2) => u8::try_from(n).unwrap_or(0),
        Some(n) => {
            flaws.push(&code, format!("decimals {n} 应为 0、1 或 2"));
            0
        }
        // A measure is kept with two decimals and shown with as many as it has.
        None => {
            if measures(&source) {
                2
            } else {
                0
            }
        }
    };
    Some(CellDef { code, label, unit, indent, help, grade, document, flow, decimals, draft, source })
}

/// Whether a source gives a number kept in hundredths, such as an area.
fn measures(source: &CellSource) -> bool {
    let CellSource::Query(query) = source else { return false };
    match query.measure {
        Measure::Sum(at) | Measure::Latest(at) => query.kind.fields.get(at).is_some_and(|f| f.ty == Type::Decimal),
        Measure::Count | Measure::Distinct(..) => false,
    }
}

const SOURCES: &[&str] =
    &["count", "sum", "distinct", "latest", "total", "formula", "spread", "profile", "same", "text", "manual"];

fn cell_source(r: &mut Reader, code: &str, flaws: &mut Flaws) -> Option<CellSource> {
    let given: Vec<&str> = SOURCES.iter().copied().filter(|s| r.table.contains_key(*s)).collect();
    let one = match given.as_slice() {
        [one] => *one,
        [] => {
            flaws.push(code, format!("没有来源，请写 {} 之一", SOURCES.join("、")));
            return None;
        }
        many => {
            flaws.push(code, format!("只能有一个来源，现有 {}", many.join("、")));
            for name in SOURCES {
                r.read.insert(name);
            }
            r.read.extend(["where", "among", "each", "or_else", "or_count", "join", "words"]);
            return None;
        }
    };
    match one {
        "total" => {
            let parts = r.texts("total", flaws)?;
            Some(CellSource::Total(parts.into_iter().map(str::to_owned).collect()))
        }
        "formula" => match Expr::parse(r.text("formula", flaws)?) {
            Ok(expr) => Some(CellSource::Formula(expr)),
            Err(say) => {
                flaws.push(code, say);
                None
            }
        },
        "spread" => {
            let (kind, at) = field_path(code, r.text("spread", flaws)?, flaws)?;
            if !matches!(kind.fields.get(at)?.ty, Type::Text | Type::Choice(_)) {
                flaws.push(code, "spread 应指向文字或选项字段");
            }
            let conditions = r.texts("where", flaws).unwrap_or_default();
            let conditions = conditions.into_iter().filter_map(|c| condition(code, kind, c, flaws)).collect();
            let (among, each, or_count, or_else) = (None, None, None, None);
            let query = Query { kind, measure: Measure::Count, conditions, among, each, or_count, or_else };
            Some(CellSource::Spread(Box::new(query), at))
        }
        "profile" => {
            let values: Vec<HeadValue> =
                r.texts("profile", flaws)?.into_iter().filter_map(|v| head_value(code, v, flaws)).collect();
            let join = r.text("join", flaws).map(str::to_owned);
            let words = match r.raw("words") {
                None => BTreeMap::new(),
                Some(Toml::Table(t)) if t.values().all(Toml::is_str) => {
                    t.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect()
                }
                Some(_) => {
                    flaws.push(code, "words 应写成 { \"企业\" = \"融通创新\", … }");
                    BTreeMap::new()
                }
            };
            Some(CellSource::Profile { values, join, words })
        }
        "same" => {
            let values: Vec<HeadValue> =
                r.texts("same", flaws)?.into_iter().filter_map(|v| head_value(code, v, flaws)).collect();
            if values.len() < 2 {
                flaws.push(code, "same 应列出两个或更多的 类别.字段");
            }
            Some(CellSource::Same(values))
        }
        "text" => match r.raw("text")? {
            Toml::Boolean(true) => Some(CellSource::Text(None)),
            Toml::Integer(limit @ 1..) => Some(CellSource::Text(usize::try_from(*limit).ok())),
            _ => {
                flaws.push(code, "text 应为字数上限，没有上限的写 true");
                None
            }
        },
        "manual" => {
            if r.yes("manual", flaws) == Some(false) {
                flaws.push(code, "manual 只能写 true");
            }
            Some(CellSource::Manual)
        }
        measured => query(r, measured, code, flaws).map(|q| CellSource::Query(Box::new(q))),
    }
}

/// Reads what to count or sum; `measured` is the key that says it.
pub(crate) fn query(r: &mut Reader, measured: &str, code: &str, flaws: &mut Flaws) -> Option<Query> {
    // Known here, so that a flaw in the source does not make them look misspelt.
    r.read.extend(["where", "among", "each", "or_else", "or_count"]);
    let (kind, measure) = if measured == "count" {
        let name = r.text("count", flaws)?;
        let Some(k) = kind(name) else {
            flaws.push(code, format!("没有名为 {name} 的记录类别"));
            return None;
        };
        (k, Measure::Count)
    } else {
        let key = *SOURCES.iter().find(|s| **s == measured)?;
        let (k, at) = field_path(code, r.text(key, flaws)?, flaws)?;
        let field = k.fields.get(at)?;
        let number = matches!(field.ty, Type::Int | Type::Money | Type::Decimal);
        let measure = match (measured, field.ty) {
            ("sum", _) if number => Measure::Sum(at),
            ("latest", _) if number => Measure::Latest(at),
            ("distinct", Type::Ref(of) | Type::Refs(of)) => Measure::Distinct(at, crate::record::kind(of)?),
            ("distinct", _) => {
                flaws.push(code, format!("distinct 应指向引用其他记录的字段，{} 不是", field.label));
                return None;
            }
            _ => {
                flaws.push(code, format!("{measured} 应指向数字字段，{} 不是", field.label));
                return None;
            }
        };
        (k, measure)
    };
    let conditions = r.texts("where", flaws).unwrap_or_default();
    let conditions = conditions.into_iter().filter_map(|c| condition(code, kind, c, flaws)).collect();
    let among = r.text("among", flaws).map(str::to_owned);
    let each = r.text("each", flaws).map(str::to_owned);
    if among.is_some() && each.is_some() {
        flaws.push(code, "among 和 each 只能写一个");
    }
    if each.is_some() && matches!(measure, Measure::Count | Measure::Distinct(..)) {
        flaws.push(code, "each 只能与 sum 或 latest 一起用");
    }
    let or_else = match r.raw("or_else") {
        None => None,
        Some(Toml::Integer(n)) => Some(OrElse::Number(*n)),
        Some(Toml::String(s)) => {
            let at = |name: &str| kind.at(name.trim());
            match s.split_once(" - ").map(|(a, b)| (at(a), at(b))) {
                Some((Some(a), Some(b))) => Some(OrElse::Difference(a, b)),
                _ => {
                    flaws.push(code, format!("or_else“{s}”应为数字或“字段 - 字段”"));
                    None
                }
            }
        }
        Some(_) => {
            flaws.push(code, "or_else 应为数字或“字段 - 字段”");
            None
        }
    };
    let or_count = match r.raw("or_count") {
        None => None,
        Some(Toml::Table(t)) => {
            let mut inner = Reader::new(t, code);
            let name = inner.must("kind", flaws);
            let conditions = inner.texts("where", flaws).unwrap_or_default();
            let query = match crate::record::kind(&name) {
                Some(k) => Some(Box::new(Query {
                    kind: k,
                    measure: Measure::Count,
                    conditions: conditions.into_iter().filter_map(|c| condition(code, k, c, flaws)).collect(),
                    among: None,
                    each: None,
                    or_count: None,
                    or_else: None,
                })),
                None => {
                    flaws.push(code, format!("没有名为 {name} 的记录类别"));
                    None
                }
            };
            inner.done(flaws);
            query
        }
        Some(_) => {
            flaws.push(code, "or_count 应写成 { kind = \"member\", where = [\"…\"] }");
            None
        }
    };
    Some(Query { kind, measure, conditions, among, each, or_count, or_else })
}

/// One condition of a `where`.
pub(crate) fn condition(code: &str, kind: &'static Kind, text: &str, flaws: &mut Flaws) -> Option<Condition> {
    let text = text.trim();
    let (left, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (through, of, name) = match left.split_once('.') {
        None => (None, kind, left),
        Some((first, name)) => match kind.at(first).map(|at| (at, kind.fields[at].ty)) {
            Some((at, Type::Ref(of))) => {
                let of = crate::record::kind(of)?;
                (Some((at, of)), of, name)
            }
            _ => {
                flaws.push(code, format!("条件“{text}”：{}没有引用其他记录的字段 {first}", kind.label));
                return None;
            }
        },
    };
    match test(of, name, rest.trim()) {
        Ok(test) => Some(Condition { through, test }),
        Err(why) => {
            flaws.push(code, format!("条件“{text}”{why}"));
            None
        }
    }
}

fn test(of: &'static Kind, name: &str, rest: &str) -> Result<Test, String> {
    let (verb, object) = rest.split_once(' ').map_or((rest, ""), |(v, o)| (v, o.trim()));
    let days = |word: &str| Days::parse(word).ok_or_else(|| format!("：不认识的期间 {word}"));
    if (name == "stay" || name == "span") && of.span.is_some() {
        return match (verb, object) {
            ("overlaps", word) => Ok(Test::Overlaps(days(word)?)),
            ("covers", "end") => Ok(Test::CoversEnd),
            _ => Err("：应写成 overlaps 期间 或 covers end".into()),
        };
    }
    if name == "stage" && of.name == "tenant" && verb == "=" {
        return [Stage::Team, Stage::Enterprise]
            .into_iter()
            .find(|s| s.word() == object)
            .map(Test::Stage)
            .ok_or_else(|| "：stage 应为 创业团队 或 初创企业".into());
    }
    if name == "fresh" && rest == "graduate" && of.name == "member" {
        return Ok(Test::FreshGraduate);
    }
    let at = of.at(name).ok_or_else(|| format!("：{}没有名为 {name} 的字段", of.label))?;
    let field = &of.fields[at];
    let dated = matches!(field.ty, Type::Date | Type::Month);
    match (verb, object) {
        ("is", "filled") => return Ok(Test::Filled(at, true)),
        ("is", "blank") => return Ok(Test::Filled(at, false)),
        ("is", "yes") if field.ty == Type::Bool => return Ok(Test::Yes(at, true)),
        ("is", "no") if field.ty == Type::Bool => return Ok(Test::Yes(at, false)),
        ("is", "not yes") if field.ty == Type::Bool => return Ok(Test::NotYes(at, true)),
        ("is", "not no") if field.ty == Type::Bool => return Ok(Test::NotYes(at, false)),
        ("within", word) if dated => return Ok(Test::Within(at, days(word)?)),
        ("within", word) if field.ty == Type::Year => return Ok(Test::YearWithin(at, days(word)?)),
        ("by", "end") if dated => return Ok(Test::ByEnd(at)),
        ("after", "end") if dated => return Ok(Test::AfterEnd(at)),
        ("before", paths) if dated => {
            let mut profile = Vec::new();
            for path in paths.split(" or ") {
                let found = path.trim().split_once('.').and_then(|(k, f)| {
                    let k = kind(k)?;
                    Some((k, k.at(f)?))
                });
                profile.push(found.ok_or_else(|| format!("：不认识 {path}"))?);
            }
            return Ok(Test::Before(at, profile));
        }
        _ => {}
    }
    if verb == "aged" && field.ty == Type::Year {
        let age = |text: &str, open: i64| if text.is_empty() { Ok(open) } else { text.trim().parse::<i64>() };
        let (least, most) = object.split_once('-').map(|(a, b)| (age(a, 0), age(b, 999))).unzip();
        return match (least, most) {
            (Some(Ok(least)), Some(Ok(most))) if least <= most => Ok(Test::Aged(at, least, most)),
            _ => Err("：年龄应写成 aged 30-39、aged -29 或 aged 50-".into()),
        };
    }
    if dated {
        return Err(format!("：{}是日期，应写 within 期间、by end、after end 或 before 类别.字段", field.label));
    }
    let compare = match verb {
        "=" => Compare::Equal,
        "!=" => Compare::Unequal,
        ">=" => Compare::AtLeast,
        "<=" => Compare::AtMost,
        ">" => Compare::Above,
        "<" => Compare::Below,
        _ => return Err(format!("：不认识的比较 {verb}")),
    };
    if matches!(field.ty, Type::Int | Type::Money | Type::Decimal | Type::Year) {
        let hundred = if matches!(field.ty, Type::Money | Type::Decimal) { 100 } else { 1 };
        let n: i64 = object.parse().map_err(|_| format!("：{object} 不是整数"))?;
        return Ok(Test::Number(at, compare, n * hundred));
    }
    let words: Vec<String> = object.split('|').map(|w| w.trim().to_owned()).collect();
    if let Type::Choice(options) = field.ty
        && let Some(word) = words.iter().find(|w| !options.contains(&w.as_str()))
    {
        return Err(format!("：{}没有选项“{word}”，可选 {}", field.label, options.join("、")));
    }
    match compare {
        Compare::Equal => Ok(Test::Word(at, true, words)),
        Compare::Unequal => Ok(Test::Word(at, false, words)),
        _ => Err(format!("：{}是文字，只能用 = 和 !=", field.label)),
    }
}

fn roster_def(table: &Table, cells: &[CellDef], flaws: &mut Flaws) -> Option<RosterDef> {
    let mut r = Reader::new(table, "roster");
    let name = r.must("kind", flaws);
    let of = kind(&name);
    if of.is_none() {
        flaws.push("roster", format!("没有名为 {name} 的记录类别"));
    }
    let of = of?;
    let conditions = r.texts("where", flaws).unwrap_or_default();
    let conditions = conditions.into_iter().filter_map(|c| condition("roster", of, c, flaws)).collect();
    let sort: Vec<usize> = r
        .texts("sort", flaws)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|f| {
            let at = of.at(f);
            if at.is_none() {
                flaws.push("roster", format!("sort：{}没有名为 {f} 的字段", of.label));
            }
            at
        })
        .collect();
    let matching = r.raw("match").and_then(|raw| {
        let read = |key: &str| raw.get(key).and_then(Toml::as_str);
        match (read("field").and_then(|f| of.at(f)), read("cell").and_then(|c| cells.iter().find(|d| d.code == c))) {
            (Some(at), Some(def)) => Some((at, def.code.clone())),
            _ => {
                flaws.push("roster", "match 应写成 { field = \"本类别的字段\", cell = \"本表的代码\" }");
                None
            }
        }
    });
    let offers = r.tables("offer", flaws).into_iter().map(|t| offer(t, of, flaws)).collect();
    let columns = r.tables("column", flaws).into_iter().filter_map(|t| column(t, of, flaws)).collect();
    r.done(flaws);
    Some(RosterDef { kind: of, conditions, matching, offers, sort, columns })
}

/// A record that the manager may take over: field and text.
fn offer(table: &Table, of: &'static Kind, flaws: &mut Flaws) -> Vec<(String, String)> {
    let mut list = Vec::new();
    for (name, value) in table {
        match (of.field(name), value.as_str()) {
            (Some(field), Some(text)) => match crate::record::parse_value(field, text) {
                Ok(_) => list.push((name.clone(), text.to_owned())),
                Err(say) => flaws.push("roster", format!("offer：{name}：{say}")),
            },
            (None, _) => flaws.push("roster", format!("offer：{}没有名为 {name} 的字段", of.label)),
            (_, None) => flaws.push("roster", format!("offer：{name} 应为文字，请加引号")),
        }
    }
    list
}

fn column(table: &Table, of: &'static Kind, flaws: &mut Flaws) -> Option<Column> {
    let mut r = Reader::new(table, "column");
    let label = r.must("label", flaws);
    r.at.clone_from(&label);
    let unit = r.or_blank("unit", flaws);
    let value = r.must("value", flaws);
    let width = match r.raw("width") {
        Some(Toml::Integer(n)) => f64::from(i32::try_from(*n).unwrap_or(12)),
        Some(Toml::Float(x)) => *x,
        _ => 12.0,
    };
    let blank = r.or_blank("blank", flaws);
    let yes_no = r.yes("yes_no", flaws).unwrap_or(false);
    let chinese_dates = match r.text("dates", flaws) {
        None => false,
        Some("chinese") => true,
        Some(other) => {
            flaws.push(&label, format!("dates“{other}”只能写 chinese"));
            false
        }
    };
    let bracket = r.text("bracket", flaws).and_then(|name| {
        let at = of.at(name);
        if at.is_none() {
            flaws.push(&label, format!("bracket：{}没有名为 {name} 的字段", of.label));
        }
        at
    });
    let conditions = r.texts("where", flaws).unwrap_or_default();
    r.done(flaws);
    let value = column_value(&label, &value, of, flaws)?;
    let owned = match &value {
        ColumnValue::LatestOf(kind, ..)
        | ColumnValue::SumOf(kind, ..)
        | ColumnValue::CountOf(kind, _)
        | ColumnValue::DistinctOf(kind, ..) => Some(*kind),
        _ => None,
    };
    if owned.is_none() && !conditions.is_empty() {
        flaws.push(&label, "where 只能与下属类别的栏目一起用");
    }
    let conditions = conditions.into_iter().filter_map(|c| condition(&label, owned?, c, flaws)).collect();
    Some(Column { label, unit, value, width, blank, yes_no, chinese_dates, bracket, conditions })
}

/// The field by which records of `other` belong to one of `of`, or to several.
fn belongs_at(other: &Kind, of: &Kind) -> Option<usize> {
    owner_at(other, of).or_else(|| other.fields.iter().position(|f| f.ty == Type::Refs(of.name)))
}

fn column_value(label: &str, text: &str, of: &'static Kind, flaws: &mut Flaws) -> Option<ColumnValue> {
    if text == "row" {
        return Some(ColumnValue::Row);
    }
    if text == "blank" {
        return Some(ColumnValue::Blank);
    }
    if let Some(roles) = text.strip_prefix("proof ") {
        let roles: Vec<String> = roles.split('|').map(|w| w.trim().to_owned()).collect();
        if let Some(Type::Choice(options)) = kind("proof").and_then(|k| k.field("role")).map(|f| f.ty) {
            for role in roles.iter().filter(|w| !options.contains(&w.as_str())) {
                flaws.push(label, format!("没有名为“{role}”的材料类别"));
            }
        }
        return Some(ColumnValue::Proof(roles));
    }
    let of_type = |name: &str, ty: Type| of.at(name).filter(|at| of.fields.get(*at).is_some_and(|f| f.ty == ty));
    if let Some(at) = text.strip_prefix("age ").and_then(|name| of_type(name, Type::Year)) {
        return Some(ColumnValue::Age(at));
    }
    if text == "standing" && of.name == "tenant" {
        return Some(ColumnValue::Standing);
    }
    // What a record's own field `figure` names: targets and indicators.
    if of.field("figure").is_some() {
        match text {
            "progress" => return Some(ColumnValue::Progress),
            "reached" => return Some(ColumnValue::Reached),
            _ => {}
        }
        let (typed, measured) = text.split_once(" or ").map_or((None, text), |(field, rest)| (Some(field), rest));
        if let Some(window) = measured.strip_prefix("measured") {
            let days = match window.trim() {
                "" => None,
                word => match Days::parse(word) {
                    Some(days) => Some(days),
                    None => {
                        flaws.push(label, format!("不认识的期间 {word}"));
                        return None;
                    }
                },
            };
            let at = typed.and_then(|name| of_type(name, Type::Decimal));
            if at.is_some() == typed.is_some() {
                return Some(ColumnValue::Measured(at, days));
            }
        }
    }
    if let Some((other, field)) = text.strip_prefix("distinct ").and_then(|path| path.split_once('.'))
        && let Some(other) = kind(other)
        && let Some(owner) = belongs_at(other, of)
        && let Some(at) = other.at(field)
        && matches!(other.fields[at].ty, Type::Ref(_) | Type::Refs(_))
    {
        return Some(ColumnValue::DistinctOf(other, owner, at));
    }
    let (sum, path) = text.strip_prefix("sum ").map_or((false, text), |rest| (true, rest.trim()));
    let (first, field) = path.split_once('.').unwrap_or(("", path));
    if first.is_empty() {
        if let Some(at) = of.at(field) {
            return Some(ColumnValue::Field(at));
        }
        flaws.push(label, format!("{}没有名为 {field} 的字段", of.label));
        return None;
    }
    if let Some((at, Type::Ref(to))) = of.at(first).map(|at| (at, of.fields[at].ty))
        && let Some(to) = kind(to)
        && let Some(field) = to.at(field)
    {
        return Some(ColumnValue::Through(at, to, field));
    }
    if let Some(other) = kind(first)
        && let Some(owner) = belongs_at(other, of)
    {
        if field == "count" {
            return Some(ColumnValue::CountOf(other, owner));
        }
        if let Some(at) = other.at(field) {
            let number = matches!(other.fields[at].ty, Type::Int | Type::Money | Type::Decimal);
            match sum {
                false => return Some(ColumnValue::LatestOf(other, owner, at)),
                true if number => return Some(ColumnValue::SumOf(other, owner, at)),
                true => {}
            }
        }
    }
    flaws.push(label, format!("“{text}”无法理解：应为 row、blank、本类别的字段、引用.字段、下属类别.字段、下属类别.count 或 sum 下属类别.数字字段"));
    None
}

fn check_def(
    table: &Table,
    cells: &[CellDef],
    head: &[HeadDef],
    foot: &[HeadDef],
    flaws: &mut Flaws,
) -> Option<CheckDef> {
    let mut r = Reader::new(table, "check");
    let id = r.must("id", flaws);
    r.at = format!("check {id}");
    let at = r.at.clone();
    let level = match r.must("level", flaws).as_str() {
        "error" => Level::Error,
        "warning" => Level::Warning,
        other => {
            flaws.push(&at, format!("level“{other}”应为 error 或 warning"));
            Level::Warning
        }
    };
    let say = r.must("say", flaws);
    let known = |name: &str| cells.iter().any(|c| c.code == name);
    let codes_of = |list: &[&str], flaws: &mut Flaws| -> Vec<String> {
        for code in list.iter().filter(|c| !known(c)) {
            flaws.push(&at, format!("引用了不存在的代码 {code}"));
        }
        list.iter().map(|c| (*c).to_owned()).collect()
    };
    let group = |word: &str| -> Option<Vec<String>> {
        let pick = |keep: &dyn Fn(&CellDef) -> bool| cells.iter().filter(|c| keep(c)).map(|c| c.code.clone()).collect();
        match word {
            "all" => Some(pick(&|_| true)),
            "flows" => Some(pick(&|c| c.flow)),
            "money" => Some(pick(&|c| crate::amount::scale(&c.unit) > 1)),
            _ => None,
        }
    };
    let codes = |key: &'static str, r: &mut Reader, flaws: &mut Flaws| -> Option<Vec<String>> {
        let list = r.texts(key, flaws)?;
        match list.as_slice() {
            [one] if group(one).is_some() => group(one),
            _ => Some(codes_of(&list, flaws)),
        }
    };
    let mut over = codes("for", &mut r, flaws);
    let except = codes("except", &mut r, flaws).unwrap_or_default();
    if let Some(list) = &mut over {
        list.retain(|c| !except.contains(c));
    }
    let basis = match r.text("basis", flaws).map(str::parse::<Basis>) {
        Some(Ok(basis)) => Some(basis),
        Some(Err(say)) => {
            flaws.push(&at, say);
            None
        }
        None => None,
    };
    let against = match r.text("against", flaws) {
        None => None,
        Some("previous_in_year") => Some(Against::PreviousInYear),
        Some("comparable") => Some(Against::Comparable),
        Some(other) => {
            flaws.push(&at, format!("against“{other}”应为 previous_in_year 或 comparable"));
            None
        }
    };
    let probe = if table.contains_key("holds") {
        match Expr::parse(r.text("holds", flaws)?) {
            Ok(expr) => {
                for name in expr.names() {
                    let in_head = |n: &str| head.iter().chain(foot).any(|h| h.name == n);
                    let ok = known(name)
                        || matches!(name, "reported_on" | "due_on" | "cutoff")
                        || name.strip_suffix(".exact").or(name.strip_suffix(".rounded_away")).is_some_and(known)
                        || name.strip_prefix("head.").is_some_and(in_head)
                        || (over.is_some() && matches!(name, "value" | "exact"))
                        || (against.is_some() && name == "previous");
                    if !ok {
                        flaws.push(&at, format!("引用了不存在的代码 {name}"));
                    }
                }
                Some(Probe::Holds { expr, over, against })
            }
            Err(say) => {
                flaws.push(&at, say);
                None
            }
        }
    } else if table.contains_key("filled") {
        codes("filled", &mut r, flaws).map(Probe::Filled)
    } else if table.contains_key("limits") {
        codes("limits", &mut r, flaws).map(Probe::Limits)
    } else if table.contains_key("changed") {
        codes("changed", &mut r, flaws).map(Probe::Changed)
    } else if table.contains_key("insertions") {
        codes("insertions", &mut r, flaws).map(Probe::Insertions)
    } else if table.contains_key("head") {
        let names: Vec<String> = r.texts("head", flaws).unwrap_or_default().into_iter().map(str::to_owned).collect();
        for name in names.iter().filter(|n| !head.iter().chain(foot).any(|h| h.name == **n)) {
            flaws.push(&at, format!("表头表尾没有名为 {name} 的项"));
        }
        Some(Probe::Head(names))
    } else if table.contains_key("overridden") {
        r.yes("overridden", flaws);
        Some(Probe::Overridden)
    } else if table.contains_key("behind") {
        let behind = codes("behind", &mut r, flaws).unwrap_or_default();
        audit(&mut r, &at, cells, &behind, flaws).map(|audit| Probe::Records { behind, audit })
    } else {
        flaws.push(&at, "没有审核内容，请写 holds、filled、head、limits、insertions、changed、behind、overridden 之一");
        None
    };
    r.done(flaws);
    Some(CheckDef { id, level, say, basis, probe: probe? })
}

fn audit(r: &mut Reader, at: &str, cells: &[CellDef], behind: &[String], flaws: &mut Flaws) -> Option<Audit> {
    let kinds: Vec<&'static Kind> = behind
        .iter()
        .filter_map(|code| cells.iter().find(|c| c.code == *code))
        .filter_map(|c| match &c.source {
            CellSource::Query(q) => Some(q.kind),
            _ => None,
        })
        .collect();
    let Some(of) = kinds.first().copied() else {
        flaws.push(at, "behind 应指向由记录得出的代码");
        return None;
    };
    if r.table.contains_key("proof") {
        let mut wants = Vec::new();
        for table in r.tables("proof", flaws) {
            let mut inner = Reader::new(table, at);
            let roles: Vec<String> =
                inner.texts("roles", flaws).unwrap_or_default().into_iter().map(str::to_owned).collect();
            let at_least = inner.int("at_least", flaws).and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
            inner.done(flaws);
            if let Some(Type::Choice(options)) = kind("proof").and_then(|k| k.field("role")).map(|f| f.ty) {
                for role in roles.iter().filter(|w| !options.contains(&w.as_str())) {
                    flaws.push(at, format!("没有名为“{role}”的材料类别"));
                }
            }
            wants.push(ProofWant { roles, at_least });
        }
        return Some(Audit::Proof(wants));
    }
    if r.table.contains_key("agreement") {
        r.yes("agreement", flaws);
        return Some(Audit::Agreement);
    }
    if let Some(fields) = r.texts("unique", flaws) {
        let found: Vec<usize> = fields
            .iter()
            .filter_map(|f| {
                let at_field = of.at(f);
                if at_field.is_none() {
                    flaws.push(at, format!("{}没有名为 {f} 的字段", of.label));
                }
                at_field
            })
            .collect();
        return Some(Audit::Unique(found));
    }
    if let Some(list) = r.texts("none", flaws) {
        return Some(Audit::None(list.into_iter().filter_map(|c| condition(at, of, c, flaws)).collect()));
    }
    flaws.push(at, "behind 之后请写 proof、agreement、unique 或 none");
    None
}

/// The paper: rows of boxes from left to right. A box that takes several rows keeps its columns in the rows
/// below, so that boxes cannot overlap; a row that does not come out even is a flaw.
fn layout(raw: &Toml, cells: &[CellDef], rosters: &[RosterDef], flaws: &mut Flaws) -> Option<Layout> {
    let Toml::Table(table) = raw else {
        flaws.push("", "layout 应写成 [layout]");
        return None;
    };
    let mut r = Reader::new(table, "layout");
    let landscape = match r.text("orientation", flaws) {
        None | Some("portrait") => false,
        Some("landscape") => true,
        Some(other) => {
            flaws.push("layout", format!("orientation“{other}”应为 portrait 或 landscape"));
            false
        }
    };
    let widths: Vec<f64> = match r.raw("widths") {
        Some(Toml::Array(items)) => items.iter().filter_map(number).filter(|w| (1.0..=100.0).contains(w)).collect(),
        _ => Vec::new(),
    };
    if widths.is_empty() || r.table.get("widths").and_then(Toml::as_array).is_none_or(|a| a.len() != widths.len()) {
        flaws.push("layout", "widths 应为各列宽度的列表，每列 1 到 100 个半角字符");
        return None;
    }
    let size = r.raw("size").and_then(number).unwrap_or(11.0);
    let mut grid = Grid { landscape, widths, rows: Vec::new(), with_tables: false };
    let mut tables = Vec::new();
    let mut cards = Vec::new();
    let mut fills = HashMap::new();
    // Rows that the boxes above still take of each column.
    let mut taken = vec![0_usize; grid.widths.len()];
    for (at, row) in r.tables("row", flaws).into_iter().enumerate() {
        let place = format!("layout 第{}行", at + 1);
        let mut line = Reader::new(row, place.clone());
        let height = line.raw("height").and_then(number).unwrap_or(24.0);
        let new_page = line.yes("new_page", flaws).unwrap_or(false);
        let border = word(&mut line, "border", Border::parse, "all、bottom 或 none", flaws);
        if let Some(nth) = line.int("cards", flaws) {
            let which = usize::try_from(nth).ok().and_then(|n| n.checked_sub(1)).filter(|n| *n < rosters.len());
            match which {
                None => flaws.push(&place, format!("没有第 {nth} 个名册(roster)")),
                Some(_) if grid.widths.len() % 2 == 1 => flaws.push(&place, "cards 要求纸面为偶数列：栏目与内容成对"),
                Some(_) if taken.iter().any(|rows| *rows > 0) => flaws.push(&place, "名册不能与上面的格子重叠"),
                Some(which) => cards.push((at, which, line.or_blank("title", flaws))),
            }
            line.done(flaws);
            grid.rows.push(GridRow { height, new_page, boxes: Vec::new() });
            continue;
        }
        if let Some(nth) = line.int("roster", flaws) {
            match usize::try_from(nth).ok().and_then(|n| Some((n.checked_sub(1)?, rosters.get(n - 1)?))) {
                None => flaws.push(&place, format!("没有第 {nth} 个名册(roster)")),
                Some((_, roster)) if roster.columns.len() != grid.widths.len() => {
                    let say = format!("名册有 {} 栏，与纸面的 {} 列不同", roster.columns.len(), grid.widths.len());
                    flaws.push(&place, say);
                }
                Some(_) if taken.iter().any(|rows| *rows > 0) => flaws.push(&place, "名册不能与上面的格子重叠"),
                Some((which, _)) => tables.push((at, which)),
            }
            line.done(flaws);
            grid.rows.push(GridRow { height, new_page, boxes: Vec::new() });
            continue;
        }
        let mut boxes = Vec::new();
        let mut column = 0;
        let skip = |column: &mut usize, taken: &[usize]| {
            while taken.get(*column).is_some_and(|rows| *rows > 0) {
                *column += 1;
            }
        };
        for space in line.tables("box", flaws) {
            skip(&mut column, &taken);
            let (space, fill) = grid_box(space, &place, column, size, border, cells, flaws);
            fills.extend(fill.map(|fill| ((at, boxes.len()), fill)));
            let free = (column..column + space.columns).all(|c| taken.get(c) == Some(&0));
            if !free {
                flaws.push(&place, format!("“{}”放不下：超出各列或与上面的格子重叠", space.text));
                line.done(flaws);
                return None;
            }
            taken.iter_mut().skip(column).take(space.columns).for_each(|rows| *rows = space.rows);
            column += space.columns;
            boxes.push(space);
        }
        skip(&mut column, &taken);
        if column < grid.widths.len() {
            flaws.push(&place, format!("只占了 {column} 列，应占满 {} 列", grid.widths.len()));
        }
        taken.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
        line.done(flaws);
        grid.rows.push(GridRow { height, new_page, boxes });
    }
    if taken.iter().any(|rows| *rows > 0) {
        flaws.push("layout", "有格子跨过了最后一行");
    }
    r.done(flaws);
    grid.with_tables = !tables.is_empty();
    let layout = Layout { grid, fills, tables, cards, size };
    let unknown: HashSet<&str> = layout.codes().filter(|code| !cells.iter().any(|c| c.code == *code)).collect();
    for code in unknown {
        flaws.push("layout", format!("引用了不存在的代码 {code}"));
    }
    Some(layout)
}

fn number(raw: &Toml) -> Option<f64> {
    match raw {
        Toml::Integer(n) => i32::try_from(*n).ok().map(f64::from),
        Toml::Float(x) if x.is_finite() => Some(*x),
        _ => None,
    }
}

/// One of a closed set of words; what is left out is the usual one.
fn word<T: Default>(
    r: &mut Reader,
    key: &'static str,
    parse: fn(&str) -> Option<T>,
    words: &str,
    flaws: &mut Flaws,
) -> T {
    let Some(text) = r.text(key, flaws) else { return T::default() };
    parse(text).unwrap_or_else(|| {
        flaws.push(&r.at, format!("{key}“{text}”应为 {words}"));
        T::default()
    })
}

fn grid_box(
    table: &Table,
    place: &str,
    column: usize,
    size: f64,
    row_border: Border,
    cells: &[CellDef],
    flaws: &mut Flaws,
) -> (GridBox, Option<Fill>) {
    let mut r = Reader::new(table, place);
    let text = r.or_blank("text", flaws);
    let code = r.text("cell", flaws).map(str::to_owned);
    let ticks = r.text("ticks", flaws).map(str::to_owned);
    let hint = r.or_blank("hint", flaws);
    let after = r.or_blank("after", flaws);
    if code.is_some() && (!text.is_empty() || ticks.is_some()) {
        flaws.push(place, "cell 不能与 text 或 ticks 写在同一格；要在文字中放数据请写 {代码}");
    }
    let many = |key: &'static str, r: &mut Reader, flaws: &mut Flaws| match r.int(key, flaws) {
        None => 1,
        Some(n @ 1..=1000) => usize::try_from(n).unwrap_or(1),
        Some(n) => {
            flaws.push(place, format!("{key} {n} 应在 1 到 1000 之间"));
            1
        }
    };
    let (columns, rows) = (many("columns", &mut r, flaws), many("rows", &mut r, flaws));
    let prose = code
        .as_ref()
        .is_some_and(|code| cells.iter().any(|c| c.code == *code && matches!(c.source, CellSource::Text(_))));
    // Long texts begin at the upper left, everything else stands in the middle.
    let align = match (r.table.contains_key("align"), prose) {
        (false, true) => Align::Left,
        _ => word(&mut r, "align", Align::parse, "left、center 或 right", flaws),
    };
    let top = r.yes("top", flaws).unwrap_or(prose);
    let bold = r.yes("bold", flaws).unwrap_or(false);
    let size = r.raw("size").and_then(number).unwrap_or(size);
    let border = if r.table.contains_key("border") {
        word(&mut r, "border", Border::parse, "all、bottom 或 none", flaws)
    } else {
        row_border
    };
    r.done(flaws);
    let fill = match (&code, ticks) {
        (Some(code), _) => Some(Fill::Cell(code.clone(), hint)),
        (None, Some(code)) => Some(Fill::Ticks(code)),
        (None, None) => (!grid::names(&text).is_empty()).then_some(Fill::Insert),
    };
    (
        GridBox {
            column,
            columns,
            rows,
            code,
            text,
            number: None,
            short: false,
            after,
            align,
            top,
            bold,
            size,
            border,
        },
        fill,
    )
}

//! Tables of records: rosters, and what their columns show.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, NaiveDate};

use super::fill::printed_day;
use super::{CellDef, CellSource, Column, ColumnValue, Content, Form, RosterDef, RosterRow, RosterTable, shared};
use crate::amount;
use crate::figure::{Days, Figure, Scope};
use crate::ledger::Ledger;
use crate::period::Window;
use crate::record::{Kind, Record, Type, Value, kind};

/// Records of a kind by the record that they belong to: the kind's name and the field that says so.
type Owned<'a> = HashMap<(&'static str, usize), HashMap<i64, Vec<&'a Record>>>;

/// A roster, filled. `said` gives what the form's cells show.
pub(super) fn roster(
    def: &RosterDef,
    form: &Form,
    scope: &Scope,
    said: impl Fn(&str) -> Option<String>,
) -> RosterTable {
    let ledger = scope.ledger;
    let matches = |r: &&Record| match &def.matching {
        Some((at, code)) => said(code).is_none_or(|want| r.get(*at).and_then(Value::as_text).is_none_or(|t| t == want)),
        None => true,
    };
    let fits = |r: &&Record| scope.meets(def.kind, r, &def.conditions) && matches(r);
    let mut rows: Vec<&Record> = ledger.rows(def.kind).iter().filter(fits).collect();
    rows.sort_by_cached_key(|r| {
        let keys: Vec<String> =
            def.sort.iter().filter_map(|at| Some(ledger.text(def.kind, r, def.kind.fields.get(*at)?.name))).collect();
        (keys, r.id)
    });
    let mut table = Rows { def, form, scope, owned: owned(def, ledger), proof: HashMap::new() };
    if def.columns.iter().any(|c| matches!(c.value, ColumnValue::Proof(_))) {
        table.proof = proof(ledger);
    }
    let rows = rows.iter().enumerate().map(|(i, record)| {
        let cells = def.columns.iter().map(|column| {
            let content = match column.value {
                ColumnValue::Row => Some(Content::Int(i64::try_from(i + 1).unwrap_or(i64::MAX))),
                _ => table.content(record, column),
            };
            let bracket =
                column.bracket.and_then(|at| Some(ledger.text(def.kind, record, def.kind.fields.get(at)?.name)));
            match (content, bracket.filter(|text| !text.is_empty())) {
                (Some(Content::Text(text)), Some(more)) => Some(Content::Text(format!("{text}（{more}）"))),
                (content, _) if column.yes_no => {
                    let is = !matches!(content, None | Some(Content::Int(0)));
                    Some(Content::Text(if is { "是" } else { "否" }.to_owned()))
                }
                (None, _) if !column.blank.is_empty() => Some(Content::Text(column.blank.clone())),
                (content, _) => content,
            }
        });
        RosterRow { kind: def.kind.name, id: record.id, cells: cells.collect() }
    });
    let rows = rows.collect();
    let head = |c: &Column| if c.unit.is_empty() { c.label.clone() } else { format!("{}({})", c.label, c.unit) };
    RosterTable {
        columns: def.columns.iter().map(head).collect(),
        rows,
        widths: def.columns.iter().map(|c| c.width).collect(),
        short: (0..).zip(&def.columns).filter(|(_, c)| measure(def.kind, c)).map(|(i, _)| i).collect(),
    }
}

/// Whether a column holds measures, which print as short as they are, and not money.
fn measure(of: &Kind, column: &Column) -> bool {
    let decimal = |kind: &Kind, at: usize| kind.fields.get(at).is_some_and(|f| f.ty == Type::Decimal);
    match &column.value {
        ColumnValue::Field(at) => decimal(of, *at),
        ColumnValue::Through(_, kind, at) | ColumnValue::LatestOf(kind, _, at) | ColumnValue::SumOf(kind, _, at) => {
            decimal(kind, *at)
        }
        ColumnValue::Measured(..) => true,
        _ => false,
    }
}

/// The records that columns look up, by owner.
fn owned<'a>(def: &RosterDef, ledger: &'a Ledger) -> Owned<'a> {
    let mut owned: Owned = HashMap::new();
    for column in &def.columns {
        if let ColumnValue::LatestOf(kind, owner, _)
        | ColumnValue::SumOf(kind, owner, _)
        | ColumnValue::DistinctOf(kind, owner, _)
        | ColumnValue::CountOf(kind, owner) = column.value
        {
            owned.entry((kind.name, owner)).or_insert_with(|| {
                let mut by_owner: HashMap<i64, Vec<&Record>> = HashMap::new();
                for record in ledger.rows(kind) {
                    for id in ids(record, owner) {
                        by_owner.entry(id).or_default().push(record);
                    }
                }
                by_owner
            });
        }
    }
    owned
}

/// The records that a field names.
fn ids(record: &Record, at: usize) -> Vec<i64> {
    match record.get(at) {
        Some(Value::Int(id)) => vec![*id],
        Some(Value::Ids(ids)) => ids.to_vec(),
        _ => Vec::new(),
    }
}

/// How many proof files each record has of each role, by `event:12`.
fn proof(ledger: &Ledger) -> HashMap<&str, HashMap<&str, i64>> {
    let mut have: HashMap<&str, HashMap<&str, i64>> = HashMap::new();
    let Some(kind) = kind("proof") else { return have };
    for record in ledger.rows(kind) {
        let read = |name: &str| record.field(kind, name).and_then(Value::as_text);
        if let (Some(owner), Some(role)) = (read("owner"), read("role")) {
            *have.entry(owner).or_default().entry(role).or_default() += 1;
        }
    }
    have
}

/// What the rows of one roster have in common.
struct Rows<'a> {
    def: &'a RosterDef,
    form: &'a Form,
    scope: &'a Scope<'a>,
    owned: Owned<'a>,
    proof: HashMap<&'a str, HashMap<&'a str, i64>>,
}

impl Rows<'_> {
    fn content(&self, record: &Record, column: &Column) -> Option<Content> {
        let (kind, ledger, end) = (self.def.kind, self.scope.ledger, self.scope.window.end);
        match &column.value {
            ColumnValue::Row | ColumnValue::Blank => None,
            ColumnValue::Field(at) => self.field(kind, record, *at, column),
            ColumnValue::Through(at, of, field) => {
                self.field(of, ledger.get(of, record.get(*at)?.as_int()?)?, *field, column)
            }
            ColumnValue::LatestOf(of, owner, at) => {
                let filled = self.mine(record, of, *owner, column).filter(|r| r.get(*at).is_some());
                self.field(of, filled.max_by_key(|r| (day_of(of, r), r.id))?, *at, column)
            }
            ColumnValue::SumOf(of, owner, at) => {
                let sum = self.mine(record, of, *owner, column).filter_map(|r| r.get(*at)?.as_int()).sum();
                number(of.fields.get(*at)?.ty, sum, &column.unit)
            }
            ColumnValue::CountOf(of, owner) => Some(Content::Int(count(self.mine(record, of, *owner, column).count()))),
            ColumnValue::DistinctOf(of, owner, at) => {
                let named: HashSet<i64> = self.mine(record, of, *owner, column).flat_map(|r| ids(r, *at)).collect();
                Some(Content::Int(count(named.len())))
            }
            ColumnValue::Proof(roles) => {
                let have = self.proof.get(format!("{}:{}", kind.name, record.id).as_str());
                Some(Content::Int(roles.iter().filter_map(|role| have?.get(role.as_str())).sum()))
            }
            ColumnValue::Age(at) => Some(Content::Int(i64::from(end.year()) - record.get(*at)?.as_int()?)),
            ColumnValue::Standing => Some(Content::Text(standing(ledger, record, end))),
            ColumnValue::Measured(typed, days) => match typed.and_then(|at| record.get(at)?.as_int()) {
                Some(n) => Some(Content::Decimal(n)),
                None => self.measured(record, *days).map(|(n, _)| Content::Decimal(n)),
            },
            ColumnValue::Progress => {
                let (now, _) = self.measured(record, None)?;
                let goal = self.goal(record).filter(|goal| *goal > 0)?;
                Some(Content::Text(format!("{}%", amount::round(now.saturating_mul(100), goal))))
            }
            ColumnValue::Reached => Some(Content::Text(self.reached(record, end).to_owned())),
        }
    }

    fn field(&self, kind: &Kind, record: &Record, at: usize, column: &Column) -> Option<Content> {
        let field = kind.fields.get(at)?;
        match record.get(at)? {
            Value::Int(n) => number(field.ty, *n, &column.unit),
            Value::Date(day) if column.chinese_dates => Some(Content::Text(printed_day(field.ty, *day))),
            _ => None,
        }
        .or_else(|| Some(Content::Text(self.scope.ledger.text(kind, record, field.name))))
    }

    /// The records of a kind that belong to this one, have begun and meet the column's conditions.
    fn mine<'b>(
        &'b self,
        record: &Record,
        of: &'static Kind,
        owner: usize,
        column: &'b Column,
    ) -> impl Iterator<Item = &'b Record> {
        let all = self.owned.get(&(of.name, owner)).and_then(|m| m.get(&record.id));
        let end = self.scope.window.end;
        all.into_iter()
            .flatten()
            .copied()
            .filter(move |r| day_of(of, r).is_none_or(|d| d <= end) && self.scope.meets(of, r, &column.conditions))
    }

    /// A number field of the record by name.
    fn goal(&self, record: &Record) -> Option<i64> {
        record.field(self.def.kind, "value").and_then(Value::as_int)
    }

    fn day(&self, record: &Record, name: &str) -> Option<NaiveDate> {
        record.field(self.def.kind, name).and_then(Value::as_date)
    }

    /// What the record's `figure` names, in hundredths of the record's unit, and the last day that it counts.
    fn measured(&self, record: &Record, days: Option<Days>) -> Option<(i64, NaiveDate)> {
        let (def, figure, end) = measured(self.form, self.scope, self.def.kind, record, days)?;
        let exact = figure.exact?;
        let unit = record.field(self.def.kind, "unit").and_then(Value::as_text);
        let unit = unit.filter(|unit| amount::scale(unit) > 1 && amount::scale(&def.unit) > 1);
        let scale = match unit {
            Some(unit) => amount::scale(unit),
            None => def.scale(),
        };
        let hundredths = if scale >= 100 { amount::round(exact, scale / 100) } else { exact.saturating_mul(100) };
        Some((hundredths, end))
    }

    fn reached(&self, record: &Record, end: NaiveDate) -> &'static str {
        let (Some((now, _)), Some(goal)) = (self.measured(record, None), self.goal(record)) else { return "" };
        if self.day(record, "from").is_some_and(|first| first > end) {
            "未开始"
        } else if now >= goal {
            "已完成"
        } else if self.day(record, "until").is_some_and(|last| last < end) {
            "逾期未完成"
        } else {
            "进行中"
        }
    }
}

/// What a record's `figure` names, over the record's own days or over others, with the last day that counts.
pub(super) fn measured<'f>(
    form: &'f Form,
    scope: &Scope,
    kind: &Kind,
    record: &Record,
    days: Option<Days>,
) -> Option<(&'f CellDef, Figure, NaiveDate)> {
    let def = figure(form, record.field(kind, "figure").and_then(Value::as_text)?)?;
    let CellSource::Query(query) = &def.source else { return None };
    let day = |name: &str| record.field(kind, name).and_then(Value::as_date);
    let whole = scope.window.end;
    let (start, end) = match days {
        Some(days) => days.of(&scope.window),
        None => (day("from").unwrap_or(NaiveDate::MIN), day("until").map_or(whole, |last| last.min(whole))),
    };
    let scope = Scope {
        ledger: scope.ledger,
        window: Window { start, end, fresh: NaiveDate::MIN },
        converted_counts_twice: scope.converted_counts_twice,
        found: HashMap::new(),
    };
    Some((def, scope.figure(query), end))
}

/// A figure by its code or label: the form's own, else one that all share.
pub(super) fn figure<'a>(form: &'a Form, name: &str) -> Option<&'a CellDef> {
    let is = |c: &&CellDef| c.code == name || c.label == name;
    form.cells.iter().find(is).or_else(|| shared::cells().iter().find(is))
}

/// 在孵 until its last day, then what its exit record says.
fn standing(ledger: &Ledger, tenant: &Record, end: NaiveDate) -> String {
    match ledger.left_on(tenant.id) {
        Some(left) if left < end => {
            let exits = kind("exit").map(|k| (k, ledger.rows(k)));
            let word = exits.and_then(|(k, rows)| {
                let own = |r: &&Record| r.field(k, "tenant").and_then(Value::as_int) == Some(tenant.id);
                let last = rows.iter().filter(own).max_by_key(|r| r.field(k, "on").and_then(Value::as_date))?;
                last.field(k, "kind").and_then(Value::as_text)
            });
            format!("已{}", word.unwrap_or("退出"))
        }
        _ => "在孵".to_owned(),
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

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(super) fn day_of(kind: &Kind, record: &Record) -> Option<NaiveDate> {
    kind.dated.and_then(|name| record.field(kind, name)).and_then(Value::as_date)
}

pub(super) fn begun(kind: &Kind, record: &Record, end: NaiveDate) -> bool {
    day_of(kind, record).is_none_or(|d| d <= end)
}

//! What to count or sum, and the figure it gives with the records behind it. Pure: a ledger and a
//! window of days go in, nothing else.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, NaiveDate};

use crate::form::Gap;
use crate::ledger::Ledger;
use crate::period::{Window, last_of_month};
use crate::record::{Field, Kind, Record, Stage, Value};

/// A closed set of windows that a form file may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// `period`: the filing's own window on its basis.
    Period,
    /// `year`: the calendar year of the cut-off, up to the cut-off.
    Year,
    /// `last_year`: the calendar year before.
    LastYear,
    /// `year_before_last`: the one before that.
    YearBeforeLast,
    /// `three_years_ago`: the one before that.
    ThreeYearsAgo,
    /// `two_years`: from the first day of the calendar year before, up to the cut-off.
    TwoYears,
    /// `last_12_months`: twelve months up to the cut-off.
    Last12Months,
    /// `ever`: everything up to the cut-off.
    Ever,
}

impl Days {
    /// Reads the word of a form file.
    pub fn parse(word: &str) -> Option<Days> {
        Some(match word {
            "period" => Days::Period,
            "year" => Days::Year,
            "last_year" => Days::LastYear,
            "year_before_last" => Days::YearBeforeLast,
            "three_years_ago" => Days::ThreeYearsAgo,
            "two_years" => Days::TwoYears,
            "last_12_months" => Days::Last12Months,
            "ever" => Days::Ever,
            _ => return None,
        })
    }

    /// First and last day, both counted.
    pub fn of(self, window: &Window) -> (NaiveDate, NaiveDate) {
        let end = window.end;
        let year = |back: i32| {
            let year = end.year() - back;
            (NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN), last_of_month(year, 12))
        };
        match self {
            Days::Period => (window.start, end),
            Days::Year => (year(0).0, end),
            Days::LastYear => year(1),
            Days::YearBeforeLast => year(2),
            Days::ThreeYearsAgo => year(3),
            Days::TwoYears => (year(1).0, end),
            Days::Last12Months => {
                let start = end.checked_sub_months(chrono::Months::new(12)).and_then(|d| d.succ_opt());
                (start.unwrap_or(NaiveDate::MIN), end)
            }
            Days::Ever => (NaiveDate::MIN, end),
        }
    }
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// `=`
    Equal,
    /// `!=`
    Unequal,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `<`
    Below,
}

impl Compare {
    fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Compare::Equal => left == right,
            Compare::Unequal => left != right,
            Compare::AtLeast => left >= right,
            Compare::AtMost => left <= right,
            Compare::Above => left > right,
            Compare::Below => left < right,
        }
    }
}

/// One test on a record. Positions are those of the kind's fields.
#[derive(Debug, Clone)]
pub enum Test {
    /// A text or choice equals (or not) one of these words. A blank field differs from every word.
    Word(usize, bool, Vec<String>),
    /// A yes/no field is that. Blank is neither.
    Yes(usize, bool),
    /// A yes/no field is not that: blank passes.
    NotYes(usize, bool),
    /// A number compares, in the field's stored unit.
    Number(usize, Compare, i64),
    /// The year of the cut-off less a year of birth lies between these, both counted.
    Aged(usize, i64, i64),
    /// A day lies in the window.
    Within(usize, Days),
    /// A year is one of the window's.
    YearWithin(usize, Days),
    /// A day is not after the cut-off.
    ByEnd(usize),
    /// A day is after the cut-off.
    AfterEnd(usize),
    /// A day lies before one said by the first of these profile fields that is filled in.
    Before(usize, Vec<(&'static Kind, usize)>),
    /// The record's life overlaps the window.
    Overlaps(Days),
    /// The record's life covers the cut-off.
    CoversEnd,
    /// A tenant is a team, or an enterprise.
    Stage(Stage),
    /// A member is a graduate of the report's year, with at least 大专 (B.2 of domain.md; the official
    /// window of 应届 was not found): a yes or no typed by hand decides first.
    FreshGraduate,
    /// The field is filled in (or blank).
    Filled(usize, bool),
}

/// A test on the record itself, or on the record that one of its fields refers to.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The field to follow and the kind it leads to.
    pub through: Option<(usize, &'static Kind)>,
    /// What must hold there.
    pub test: Test,
}

/// What a cell measures on the records that pass its conditions.
#[derive(Debug, Clone)]
pub enum Measure {
    /// How many records.
    Count,
    /// The sum of a field.
    Sum(usize),
    /// How many different records the field refers to.
    Distinct(usize, &'static Kind),
    /// The field of the latest record.
    Latest(usize),
}

/// What stands in for a blank field in a sum.
#[derive(Debug, Clone, Copy)]
pub enum OrElse {
    /// A number, and the gap is reported.
    Number(i64),
    /// One field less another; nothing is missing when both are there.
    Difference(usize, usize),
}

/// What to count or sum.
#[derive(Debug, Clone)]
pub struct Query {
    /// Whose records.
    pub kind: &'static Kind,
    /// What of them.
    pub measure: Measure,
    /// Which of them: all conditions must hold.
    pub conditions: Vec<Condition>,
    /// Only records that refer to (or are) one behind this code.
    pub among: Option<String>,
    /// One contribution for each record behind this code, and a gap where it has none.
    pub each: Option<String>,
    /// For `each`: count these records where the first measure finds nothing filled in.
    pub or_count: Option<Box<Query>>,
    /// For sums: what a blank field counts.
    pub or_else: Option<OrElse>,
}

/// One record behind a figure with what it adds, in the smallest unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Behind {
    /// Its kind.
    pub kind: &'static Kind,
    /// Its id.
    pub id: i64,
    /// 分, hundredths, or the count itself.
    pub exact: i64,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        self.name == other.name
    }
}

/// A figure before it is placed in its unit.
#[derive(Debug, Clone, Default)]
pub struct Figure {
    /// In the smallest unit; `None` when nothing is known.
    pub exact: Option<i64>,
    /// The records behind it: their amounts add up to it.
    pub from: Vec<Behind>,
    /// What is missing.
    pub gaps: Vec<Gap>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// Where a query looks: the ledger, the window, and the figures found so far.
pub struct Scope<'a> {
    /// All records.
    pub ledger: &'a Ledger,
    /// The filing's days.
    pub window: Window,
    /// A team that registered within the window counts in both lines (default: once, as an enterprise).
    pub converted_counts_twice: bool,
    /// Figures by code, for `among` and `each`.
    pub found: HashMap<String, Figure>,
}

enum Outcome {
    Yes,
    No,
    Unknown(&'static Field),
}

impl Scope<'_> {
    /// Computes a figure.
    pub fn figure(&self, query: &Query) -> Figure {
        match &query.each {
            Some(code) => self.for_each(query, code),
            None => self.over_all(query),
        }
    }

    fn over_all(&self, query: &Query) -> Figure {
        let members = query.among.as_ref().map(|code| self.behind(code));
        let mut figure = Figure::default();
        let mut passed = Vec::new();
        for record in self.ledger.rows(query.kind) {
            if let Some((kind, ids)) = &members
                && !self.belongs(query.kind, record, kind, ids)
            {
                continue;
            }
            match self.passes(query.kind, record, &query.conditions) {
                Outcome::Yes => passed.push(record),
                Outcome::No => {}
                Outcome::Unknown(field) => figure.gaps.push(self.gap(query.kind, record, field)),
            }
        }
        match &query.measure {
            Measure::Count => {
                figure.from = passed.iter().map(|r| Behind { kind: query.kind, id: r.id, exact: 1 }).collect();
                figure.exact = Some(as_i64(figure.from.len()));
            }
            Measure::Distinct(at, of) => {
                let mut seen = HashSet::new();
                for id in passed.iter().flat_map(|r| refs(r, *at)) {
                    if seen.insert(id) {
                        figure.from.push(Behind { kind: of, id, exact: 1 });
                    }
                }
                figure.exact = Some(as_i64(figure.from.len()));
            }
            Measure::Sum(at) => {
                for record in &passed {
                    match self.amount(query, *at, record, &mut figure) {
                        Some(exact) => figure.from.push(Behind { kind: query.kind, id: record.id, exact }),
                        None => figure.gaps.extend(query.kind.fields.get(*at).map(|f| self.gap(query.kind, record, f))),
                    }
                }
                figure.exact =
                    (passed.is_empty() || !figure.from.is_empty()).then(|| figure.from.iter().map(|b| b.exact).sum());
            }
            Measure::Latest(at) => {
                // A record without a date has always been in force; one dated after the cut-off is not yet.
                let begun = passed.iter().filter(|r| dated(query.kind, r).is_none_or(|d| d <= self.window.end));
                let filled = begun.filter(|r| r.get(*at).is_some());
                let latest = filled.max_by_key(|r| (dated(query.kind, r), r.id));
                match latest.and_then(|r| Some((*r, r.get(*at)?.as_int()?))) {
                    Some((record, exact)) => {
                        figure.from.push(Behind { kind: query.kind, id: record.id, exact });
                        figure.exact = Some(exact);
                    }
                    None => {
                        let field = query.kind.fields.get(*at).map_or("", |f| f.label);
                        figure.notes.push(format!("未填 {}的{field}", query.kind.label));
                    }
                }
            }
        }
        figure
    }

    /// One contribution for each record behind `code`.
    fn for_each(&self, query: &Query, code: &str) -> Figure {
        let (of, ids) = self.behind(code);
        let mut figure = Figure::default();
        let mut rows = self.by_owner(query, of);
        let mut spare = query.or_count.as_ref().map(|q| (q, self.by_owner_all(q, of)));
        let ordered = self.found.get(code).map(|f| f.from.iter().map(|b| b.id).collect::<Vec<_>>()).unwrap_or_default();
        let (at, one) = match query.measure {
            Measure::Sum(at) => (at, false),
            Measure::Latest(at) => (at, true),
            Measure::Count | Measure::Distinct(..) => (usize::MAX, false),
        };
        let mut unknown = 0;
        for id in ordered.into_iter().filter(|id| ids.contains(id)) {
            let own = rows.remove(&id).unwrap_or_default();
            let mut filled: Vec<(&Record, i64)> = own.iter().filter_map(|r| Some((*r, r.get(at)?.as_int()?))).collect();
            if one {
                filled.sort_by_key(|(r, _)| (dated(query.kind, r), r.id));
                filled.drain(..filled.len().saturating_sub(1));
                if let Some((record, _)) = filled.first()
                    && let Some(day) = dated(query.kind, record)
                    && day < self.window.fresh
                {
                    figure.notes.push(format!("{} 沿用 {day} 的数据", self.label(of, id)));
                }
            }
            if !filled.is_empty() {
                figure.from.extend(filled.iter().map(|(r, n)| Behind { kind: query.kind, id: r.id, exact: *n }));
                continue;
            }
            if let Some((other, all)) = &mut spare
                && let Some(members) = all.remove(&id)
            {
                let counted: Vec<&Record> = members
                    .into_iter()
                    .filter(|r| matches!(self.passes(other.kind, r, &other.conditions), Outcome::Yes))
                    .collect();
                figure.notes.push(format!("{} 按{}名单计 {} 人", self.label(of, id), other.kind.label, counted.len()));
                figure.from.extend(counted.iter().map(|r| Behind { kind: other.kind, id: r.id, exact: 1 }));
                continue;
            }
            unknown += 1;
            let what = query.kind.fields.get(at).map_or("", |f| f.label);
            let say = format!("{} 未填 {}月{what}", self.label(of, id), self.window.end.month());
            figure.gaps.push(Gap { kind: of.name, id, say });
        }
        let nothing_known = unknown > 0 && unknown == ids.len();
        figure.exact = (!nothing_known).then(|| figure.from.iter().map(|b| b.exact).sum());
        figure
    }

    /// A query's records by the record they belong to, conditions applied.
    fn by_owner(&self, query: &Query, of: &Kind) -> HashMap<i64, Vec<&Record>> {
        let mut rows: HashMap<i64, Vec<&Record>> = HashMap::new();
        let Some(at) = owner_at(query.kind, of) else { return rows };
        for record in self.ledger.rows(query.kind) {
            if let Some(id) = record.get(at).and_then(Value::as_int)
                && matches!(self.passes(query.kind, record, &query.conditions), Outcome::Yes)
            {
                rows.entry(id).or_default().push(record);
            }
        }
        rows
    }

    /// The same without the conditions: whether any record is there at all matters.
    fn by_owner_all(&self, query: &Query, of: &Kind) -> HashMap<i64, Vec<&Record>> {
        let mut rows: HashMap<i64, Vec<&Record>> = HashMap::new();
        let Some(at) = owner_at(query.kind, of) else { return rows };
        for record in self.ledger.rows(query.kind) {
            if let Some(id) = record.get(at).and_then(Value::as_int) {
                rows.entry(id).or_default().push(record);
            }
        }
        rows
    }

    fn amount(&self, query: &Query, at: usize, record: &Record, figure: &mut Figure) -> Option<i64> {
        if let Some(n) = record.get(at).and_then(Value::as_int) {
            return Some(n);
        }
        match query.or_else? {
            OrElse::Number(n) => {
                if let Some(field) = query.kind.fields.get(at) {
                    let mut gap = self.gap(query.kind, record, field);
                    gap.say = format!("{}，按 {n} 计", gap.say);
                    figure.gaps.push(gap);
                }
                Some(n)
            }
            OrElse::Difference(a, b) => {
                let read = |at: usize| record.get(at).and_then(Value::as_int);
                Some(read(a)? - read(b)?)
            }
        }
    }

    /// Kind and ids of the records behind a code.
    fn behind(&self, code: &str) -> (&'static Kind, HashSet<i64>) {
        let from = self.found.get(code).map_or(&[][..], |f| &f.from);
        let kind = from.first().map_or(crate::record::KINDS[0], |b| b.kind);
        (kind, from.iter().map(|b| b.id).collect())
    }

    fn belongs(&self, kind: &Kind, record: &Record, of: &Kind, ids: &HashSet<i64>) -> bool {
        if kind.name == of.name {
            return ids.contains(&record.id);
        }
        owner_at(kind, of).and_then(|at| record.get(at)?.as_int()).is_some_and(|id| ids.contains(&id))
    }

    fn label(&self, kind: &Kind, id: i64) -> String {
        self.ledger.get(kind, id).map_or_else(|| format!("{} {id}", kind.label), |r| self.ledger.label(kind, r))
    }

    fn gap(&self, kind: &'static Kind, record: &Record, field: &Field) -> Gap {
        let say = format!("{} 未填 {}", self.ledger.label(kind, record), field.label);
        Gap { kind: kind.name, id: record.id, say }
    }

    /// Whether a record meets every condition. One that cannot be decided is a gap only when no
    /// other rules the record out.
    pub fn meets(&self, kind: &'static Kind, record: &Record, conditions: &[Condition]) -> bool {
        matches!(self.passes(kind, record, conditions), Outcome::Yes)
    }

    fn passes(&self, kind: &'static Kind, record: &Record, conditions: &[Condition]) -> Outcome {
        let mut unknown = None;
        for condition in conditions {
            let outcome = match condition.through {
                None => self.test(kind, record, &condition.test),
                Some((at, of)) => match record.get(at).and_then(Value::as_int).and_then(|id| self.ledger.get(of, id)) {
                    Some(other) => self.test(of, other, &condition.test),
                    None => Outcome::No,
                },
            };
            match outcome {
                Outcome::Yes => {}
                Outcome::No => return Outcome::No,
                Outcome::Unknown(field) => unknown = unknown.or(Some(field)),
            }
        }
        unknown.map_or(Outcome::Yes, Outcome::Unknown)
    }

    fn test(&self, kind: &'static Kind, record: &Record, test: &Test) -> Outcome {
        let yes = |b: bool| if b { Outcome::Yes } else { Outcome::No };
        let blank = |at: usize| kind.fields.get(at).map_or(Outcome::No, Outcome::Unknown);
        let day = |at: usize| record.get(at).and_then(Value::as_date);
        let end = self.window.end;
        match test {
            Test::Word(at, equal, words) => match record.get(*at).and_then(Value::as_text) {
                Some(text) => yes(words.iter().any(|w| w == text) == *equal),
                None if *equal => blank(*at),
                None => Outcome::Yes,
            },
            Test::Yes(at, want) => match record.get(*at).and_then(Value::as_bool) {
                Some(b) => yes(b == *want),
                None => blank(*at),
            },
            Test::NotYes(at, want) => yes(record.get(*at).and_then(Value::as_bool) != Some(*want)),
            Test::Number(at, compare, n) => match record.get(*at).and_then(Value::as_int) {
                Some(value) => yes(compare.holds(value, *n)),
                None => blank(*at),
            },
            Test::Aged(at, least, most) => match record.get(*at).and_then(Value::as_int) {
                Some(born) => yes((*least..=*most).contains(&(i64::from(end.year()) - born))),
                None => blank(*at),
            },
            Test::Within(at, days) => {
                let (first, last) = days.of(&self.window);
                day(*at).map_or_else(|| blank(*at), |d| yes(first <= d && d <= last))
            }
            Test::YearWithin(at, days) => {
                let (first, last) = days.of(&self.window);
                let years = i64::from(first.year())..=i64::from(last.year());
                record.get(*at).and_then(Value::as_int).map_or_else(|| blank(*at), |year| yes(years.contains(&year)))
            }
            Test::ByEnd(at) => day(*at).map_or_else(|| blank(*at), |d| yes(d <= end)),
            Test::AfterEnd(at) => day(*at).map_or_else(|| blank(*at), |d| yes(d > end)),
            Test::Before(at, profile) => {
                let other = profile.iter().find_map(|(of, field)| self.current(of)?.get(*field)?.as_date());
                yes(day(*at).zip(other).is_some_and(|(d, other)| d < other))
            }
            Test::Overlaps(days) => {
                let (first, last) = days.of(&self.window);
                let (from, to) = self.ledger.span(kind, record);
                match from {
                    None if kind.name == "tenant" => kind.field("moved_in_on").map_or(Outcome::No, Outcome::Unknown),
                    _ => yes(from.is_none_or(|d| d <= last) && to.is_none_or(|d| d >= first)),
                }
            }
            Test::CoversEnd => {
                let (from, to) = self.ledger.span(kind, record);
                match from {
                    None if kind.name == "tenant" => kind.field("moved_in_on").map_or(Outcome::No, Outcome::Unknown),
                    _ => yes(from.is_none_or(|d| d <= end) && to.is_none_or(|d| d >= end)),
                }
            }
            Test::Stage(stage) => {
                // Counted twice, a tenant is a team when it was one on its first day in the window.
                let on = match (self.converted_counts_twice && *stage == Stage::Team, self.ledger.stay(record)) {
                    (true, Some((from, _))) => from.max(self.window.start),
                    _ => end,
                };
                yes(self.ledger.stage(record, on) == *stage)
            }
            Test::FreshGraduate => {
                let read = |name: &str| record.field(kind, name);
                let by_hand = read("is_fresh").and_then(Value::as_bool);
                let this_year = read("graduation_year").and_then(Value::as_int) == Some(i64::from(end.year()));
                let college = read("education")
                    .and_then(Value::as_text)
                    .is_some_and(|e| ["大专", "本科", "硕士", "博士"].contains(&e));
                yes(by_hand.unwrap_or(this_year && college))
            }
            Test::Filled(at, want) => yes(record.get(*at).is_some() == *want),
        }
    }

    /// The record of a dated profile (众创空间, 运营主体, 场地 …) in force at the cut-off: the latest
    /// that has begun, else the earliest there is.
    pub fn current(&self, kind: &Kind) -> Option<&Record> {
        current(self.ledger.rows(kind).iter(), kind, self.window.end)
    }
}

/// Of some records of a dated kind the one in force on a day: the latest that has begun, else the
/// earliest there is. A record without a date has always been in force.
pub fn current<'a>(
    records: impl Iterator<Item = &'a Record> + Clone,
    kind: &Kind,
    on: NaiveDate,
) -> Option<&'a Record> {
    let begun = records.clone().filter(|r| dated(kind, r).is_none_or(|d| d <= on));
    begun.max_by_key(|r| (dated(kind, r), r.id)).or_else(|| records.min_by_key(|r| (dated(kind, r), r.id)))
}

fn dated(kind: &Kind, record: &Record) -> Option<NaiveDate> {
    kind.dated.and_then(|name| record.field(kind, name)).and_then(Value::as_date)
}

/// The field by which records of `kind` belong to one of `of`.
pub fn owner_at(kind: &Kind, of: &Kind) -> Option<usize> {
    kind.fields.iter().position(|f| f.ty == crate::record::Type::Ref(of.name))
}

fn refs(record: &Record, at: usize) -> Vec<i64> {
    match record.get(at) {
        Some(Value::Int(id)) => vec![*id],
        Some(Value::Ids(ids)) => ids.to_vec(),
        _ => Vec::new(),
    }
}

fn as_i64(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

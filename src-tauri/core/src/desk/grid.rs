//! Lists as a grid shows them: columns from the field table, and the rows of a view that is filtered and sorted
//! here and handed out a window at a time. The screen holds no more rows than it shows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::records::{listed, shape, standing};
use super::{Desk, order};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::record::{Adds, Field, GROUPS, Kind, Record, Shape, Type, Value, check, format_value, kind, shapes};
use crate::roster;

/// A group of lists to choose from.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ListGroup {
    /// Its heading.
    pub label: &'static str,
    /// Its lists.
    pub lists: Vec<ListEntry>,
}

/// A list to choose.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ListEntry {
    /// English name.
    pub name: &'static str,
    /// Chinese name.
    pub label: &'static str,
    /// Kind of its records.
    pub kind: &'static str,
    /// How many records it has.
    pub count: usize,
    /// Records can be typed in. Those that hold a file come with the file.
    pub addable: bool,
}

/// One column of a grid, and one line of an editor.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Column {
    /// English name of the field.
    pub name: &'static str,
    /// Chinese label.
    pub label: &'static str,
    /// Unit in which people type it, empty for none.
    pub unit: &'static str,
    /// Type by name, as in [`super::FieldEntry`].
    #[serde(rename = "type")]
    pub ty: &'static str,
    /// Choices; 是 and 否 for yes or no.
    pub options: Vec<&'static str>,
    /// Kind that a reference leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub of: Option<&'static str>,
    /// People may type into it.
    pub editable: bool,
    /// A record without it is flawed.
    pub required: bool,
    /// Stands on the right, as numbers do.
    pub number: bool,
    /// Names the record: stays in sight.
    pub names: bool,
    /// Width in pixels before the person chooses one.
    pub width: u32,
    /// Heading of its section in the editor.
    pub section: &'static str,
    /// Explanation.
    pub help: &'static str,
}

/// What a row of a column must be like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Test {
    /// Its text has this in it, whatever the width and case.
    Contains {
        /// What is looked for.
        text: String,
    },
    /// It is one of these.
    Among {
        /// Texts as the column shows them.
        words: Vec<String>,
    },
    /// It lies between these; an empty end is open. Days may be typed as days, months or years.
    Range {
        /// The least, as typed.
        from: String,
        /// The most, as typed.
        to: String,
    },
    /// Nothing is filled in.
    Blank,
    /// Something is filled in.
    Filled,
}

/// One condition of a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Filter {
    /// English name of the field.
    pub field: String,
    /// What it must be like.
    pub test: Test,
}

/// The order of a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Sort {
    /// English name of the field.
    pub field: String,
    /// The greatest first. Blanks stand last either way.
    pub down: bool,
}

/// What a grid shows of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export_to = "types.ts")]
pub struct View {
    /// Conditions; a row meets all of them.
    pub filters: Vec<Filter>,
    /// Order; without one, as the records were entered.
    pub sort: Option<Sort>,
    /// Only records with something missing or wrong.
    pub flawed: bool,
    /// Only these records: those that a finding names.
    #[ts(type = "number[] | null")]
    pub only: Option<Vec<i64>>,
}

/// What is wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Mark {
    /// English name of the field.
    pub field: String,
    /// What is wrong and what to do, in Chinese.
    pub say: String,
    /// It is only not filled in yet.
    pub missing: bool,
}

/// One row of a grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ListRow {
    /// Id of the record; 0 while it is not saved.
    #[ts(type = "number")]
    pub id: i64,
    /// The record's own label.
    pub label: String,
    /// Texts in the order of the columns.
    pub cells: Vec<String>,
    /// What is wrong with it.
    pub marks: Vec<Mark>,
}

/// A window on the rows of a view.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Rows {
    /// Position of the first one.
    pub from: usize,
    /// The rows.
    pub rows: Vec<ListRow>,
    /// How many rows the view has.
    pub count: usize,
    /// How many records the list has.
    pub all: usize,
    /// Sums of the view in the order of the columns, empty where none means anything.
    pub totals: Vec<String>,
    /// Why a sum stands empty that people would look for: the rows are of several days.
    pub apart: bool,
}

/// A view with its rows in order, as last worked out.
pub(super) struct Seen {
    list: &'static str,
    view: View,
    /// Up to which step of the log, and on which day: a team that registers today is an enterprise tomorrow.
    step: i64,
    today: NaiveDate,
    ids: Vec<i64>,
    /// The greatest id that the kind had: what is above it is new, what is below and not shown was left out.
    newest: i64,
    all: usize,
    /// Records of the list that the view does not show.
    outside: usize,
    totals: Vec<String>,
    apart: bool,
}

/// Views that are kept at a time: going back and forth between a few lists costs nothing.
const KEPT: usize = 6;

/// What a column sorts by.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone)]
enum Key {
    Number(i64),
    Text(Arc<[u32]>),
}

impl Key {
    /// The beginning of the key as one number in the same order: most pairs are told apart by it, with no way to the
    /// rest, which lies elsewhere in memory.
    fn lead(&self) -> u128 {
        match self {
            Key::Number(number) => u128::from(number.cast_unsigned() ^ (1 << 63)),
            Key::Text(places) => {
                // A place takes 22 bits; a text that ends stands before all that go on.
                let place = |at: usize| places.get(at).map_or(0, |place| u128::from(*place) + 1);
                (0..5).fold(0, |lead, at| (lead << 22) | place(at))
            }
        }
    }
}

/// The columns of a list: what names a record first, then the fields in order. What only the program writes is not shown.
pub(super) fn fields_of(shape: &Shape) -> Vec<&Field> {
    let mut fields: Vec<&Field> = shape.fields.iter().filter(|f| f.ty != Type::System).collect();
    if let Some(at) = fields.iter().position(|f| Some(f.name) == name_of(shape.kind)) {
        let first = fields.remove(at);
        fields.insert(0, first);
    }
    fields
}

/// The field that names a record of a kind: the first of its title that is no date.
fn name_of(kind: &Kind) -> Option<&'static str> {
    let says =
        |name: &&&str| kind.field(name).is_some_and(|f| matches!(f.ty, Type::Text | Type::Ref(_) | Type::Choice(_)));
    kind.title.iter().find(says).or(kind.title.first()).copied()
}

fn column(shape: &Shape, field: &Field) -> Column {
    let names = Some(field.name) == name_of(shape.kind);
    let em = |text: &str| text.chars().map(|c| if c.is_ascii() { 8 } else { 14 }).sum::<u32>();
    let content = match field.ty {
        Type::Long => 240,
        Type::Text if names => 220,
        Type::Text | Type::Owner => 150,
        Type::Ref(_) => 180,
        Type::Refs(_) => 220,
        Type::CreditCode => 178,
        Type::Phone | Type::Email => 132,
        Type::Date => 110,
        Type::Month | Type::Year => 88,
        Type::Money => 118,
        Type::Choice(options) => options.iter().map(|o| em(o)).max().unwrap_or(0).min(190) + 38,
        _ => 84,
    };
    // The head also holds the mark of the order and the button of the filter.
    let head = em(field.label) + em(field.unit) + if field.unit.is_empty() { 0 } else { 16 } + 52;
    Column {
        name: field.name,
        label: field.label,
        unit: field.unit,
        ty: field.ty.name(),
        options: match field.ty {
            Type::Choice(options) => options.to_vec(),
            Type::Bool => vec!["是", "否"],
            _ => Vec::new(),
        },
        of: match field.ty {
            Type::Ref(of) | Type::Refs(of) => Some(of),
            _ => None,
        },
        editable: !matches!(field.ty, Type::Owner | Type::System),
        required: field.required,
        number: matches!(field.ty, Type::Int | Type::Decimal | Type::Money),
        names,
        width: content.max(head).min(300),
        section: shape.kind.section_of(field.name),
        help: field.help,
    }
}

/// The columns of a list, in order.
pub fn columns(list: &str) -> Result<Vec<Column>> {
    let shape = shape(list)?;
    Ok(fields_of(shape).into_iter().map(|f| column(shape, f)).collect())
}

/// Some columns of a list.
pub(super) fn some_columns(shape: &Shape, names: &[&str]) -> Vec<Column> {
    names.iter().filter_map(|name| shape.fields.iter().find(|f| f.name == *name)).map(|f| column(shape, f)).collect()
}

/// Whether people can type in a record of this list: not when it needs what only the program writes.
pub(super) fn addable(shape: &Shape) -> bool {
    !shape.kind.fields.iter().any(|f| f.required && matches!(f.ty, Type::System | Type::Owner))
}

/// A cell as the grid shows it.
pub(super) fn text_of(ledger: &Ledger, kind: &Kind, field: &Field, record: &Record) -> String {
    match (field.ty, record.field(kind, field.name)) {
        (Type::Owner, Some(Value::Text(owner))) => owner_label(ledger, owner),
        _ => ledger.text(kind, record, field.name),
    }
}

/// The record written `event:12`, by its kind and label.
fn owner_label(ledger: &Ledger, owner: &str) -> String {
    let found = owner.split_once(':').and_then(|(of, id)| {
        let kind = kind(of)?;
        Some(format!("{}：{}", kind.label, ledger.label(kind, ledger.get(kind, id.parse().ok()?)?)))
    });
    found.unwrap_or_else(|| format!("(已删除 {owner})"))
}

/// A record as a row of its list.
pub(super) fn row_of(ledger: &Ledger, shape: &Shape, record: &Record) -> ListRow {
    let fields = fields_of(shape);
    ListRow {
        id: record.id,
        label: ledger.label(shape.kind, record),
        cells: fields.iter().map(|f| text_of(ledger, shape.kind, f, record)).collect(),
        marks: marks_of(ledger, shape, record),
    }
}

/// What is wrong with a record: what it lacks, contradictions, and references to what is gone.
pub(super) fn marks_of(ledger: &Ledger, shape: &Shape, record: &Record) -> Vec<Mark> {
    let found = check(shape, record).into_iter();
    let mut marks: Vec<Mark> = found
        .map(|flaw| {
            let field = flaw.place.field.unwrap_or_default();
            let missing = record.field(shape.kind, &field).is_none();
            Mark { field, say: flaw.say, missing }
        })
        .collect();
    for field in &shape.fields {
        let gone = |of: &str, id: i64| kind(of).is_none_or(|k| ledger.get(k, id).is_none());
        let damaged = match (field.ty, record.field(shape.kind, field.name)) {
            (Type::Ref(of), Some(Value::Int(id))) => gone(of, *id),
            (Type::Refs(of), Some(Value::Ids(ids))) => ids.iter().any(|id| gone(of, *id)),
            _ => false,
        };
        if damaged {
            let say = format!("{}指向的记录已删除，请从回收站恢复或改选", field.label);
            marks.push(Mark { field: field.name.to_owned(), say, missing: false });
        }
    }
    marks
}

impl Desk {
    /// The lists to choose from, by group.
    pub fn lists(&self) -> Result<Vec<ListGroup>> {
        let ledger = self.store.ledger()?;
        let mut groups: Vec<ListGroup> =
            GROUPS.iter().chain(&["其他"]).map(|label| ListGroup { label, lists: Vec::new() }).collect();
        let last = groups.len() - 1;
        for shape in shapes() {
            // What two lists part between them needs no third one.
            let parted = shape.stage.is_none() && shapes().any(|s| s.stage.is_some() && s.kind.name == shape.kind.name);
            if parted {
                continue;
            }
            let at = groups.iter().position(|g| g.label == shape.kind.group).unwrap_or(last);
            let rows = ledger.rows(shape.kind).iter();
            if let Some(group) = groups.get_mut(at) {
                group.lists.push(ListEntry {
                    name: shape.name,
                    label: shape.label,
                    kind: shape.kind.name,
                    count: rows.filter(|r| listed(shape, r, &ledger, self.today)).count(),
                    addable: addable(shape),
                });
            }
        }
        groups.retain(|g| !g.lists.is_empty());
        Ok(groups)
    }

    /// The list in which a record of a kind stands today: a tenant's is that of its stage.
    pub fn list_of(&self, kind: &str, id: i64) -> Result<&'static str> {
        let shape = shape(kind)?;
        let ledger = self.store.ledger()?;
        let record = ledger.get(shape.kind, id);
        Ok(record.map_or(shape.name, |record| standing(shape, record, &ledger, self.today).name))
    }

    /// A window on a view: `count` rows from position `from`. Rows keep their places while cells are typed, and new
    /// records stand at the end, until the view is worked out `anew` (opened, filtered or sorted by the person).
    ///
    /// # Errors
    /// [`Error::Refused`] for a list or field that is not there, or an end of a range that cannot be read.
    pub fn rows(&self, list: &str, view: &View, from: usize, count: usize, anew: bool) -> Result<Rows> {
        let shape = shape(list)?;
        let ledger = self.store.ledger()?;
        self.look(shape, view, &ledger, anew)?;
        let seen = self.seen.borrow();
        let Some(seen) = seen.first() else { return Err(Error::refused("视图已关闭，请重新打开")) };
        let ids = seen.ids.iter().skip(from).take(count.min(2_000));
        Ok(Rows {
            from,
            rows: ids
                .filter_map(|id| ledger.get(shape.kind, *id))
                .map(|record| {
                    let mut row = row_of(&ledger, shape, record);
                    if !listed(shape, record, &ledger, self.today) {
                        row.marks = marks_of(&ledger, standing(shape, record, &ledger, self.today), record);
                    }
                    row
                })
                .collect(),
            count: seen.ids.len(),
            all: seen.all,
            totals: seen.totals.clone(),
            apart: seen.apart,
        })
    }

    /// Position of a record in a view, so that the grid can go there.
    ///
    /// # Errors
    /// As [`Desk::rows`].
    pub fn position(&self, list: &str, view: &View, id: i64) -> Result<Option<usize>> {
        let shape = shape(list)?;
        let ledger = self.store.ledger()?;
        self.look(shape, view, &ledger, false)?;
        let seen = self.seen.borrow();
        Ok(seen.first().and_then(|s| s.ids.iter().position(|other| *other == id)))
    }

    /// The texts of a block of a view, for the clipboard: rows `from` to `to` of these fields, tabs between cells, a
    /// cell with breaks, tabs or quotes in it in quotes, as Excel and WPS write it.
    ///
    /// # Errors
    /// As [`Desk::rows`].
    pub fn block(&self, list: &str, view: &View, from: usize, to: usize, fields: &[String]) -> Result<String> {
        let shape = shape(list)?;
        let ledger = self.store.ledger()?;
        self.look(shape, view, &ledger, false)?;
        let seen = self.seen.borrow();
        let ids = seen.first().map_or(&[][..], |s| s.ids.as_slice());
        let fields: Vec<&Field> =
            fields.iter().filter_map(|name| shape.fields.iter().find(|f| f.name == name)).collect();
        let mut lines = String::new();
        for record in
            ids.iter().skip(from).take((to + 1).saturating_sub(from)).filter_map(|id| ledger.get(shape.kind, *id))
        {
            for (at, field) in fields.iter().enumerate() {
                if at > 0 {
                    lines.push('\t');
                }
                let text = text_of(&ledger, shape.kind, field, record);
                if text.contains(['\t', '\n', '"']) {
                    lines.push_str(&format!("\"{}\"", text.replace('"', "\"\"")));
                } else {
                    lines.push_str(&text);
                }
            }
            lines.push_str("\r\n");
        }
        Ok(lines)
    }

    /// Ids of rows `from` to `to` of a view.
    ///
    /// # Errors
    /// As [`Desk::rows`].
    pub fn ids(&self, list: &str, view: &View, from: usize, to: usize) -> Result<Vec<i64>> {
        let shape = shape(list)?;
        let ledger = self.store.ledger()?;
        self.look(shape, view, &ledger, false)?;
        let seen = self.seen.borrow();
        let ids = seen.first().map_or(&[][..], |s| s.ids.as_slice());
        Ok(ids.iter().skip(from).take((to + 1).saturating_sub(from)).copied().collect())
    }

    /// Brings a view up to the last step and to the front of those that are kept.
    fn look(&self, shape: &'static Shape, view: &View, ledger: &Ledger, anew: bool) -> Result<()> {
        let step = self.store.last_step();
        let mut kept = self.seen.borrow_mut();
        let at = kept.iter().position(|s| s.list == shape.name && s.view == *view);
        let before = at.map(|at| kept.remove(at));
        let seen = match before {
            Some(seen) if seen.step == step && seen.today == self.today && !anew => seen,
            Some(seen) if !anew && seen.today == self.today => {
                let known: HashSet<i64> = seen.ids.iter().copied().collect();
                let (mut all, mut outside) = (0, 0);
                let mut new = Vec::new();
                for record in ledger.rows(shape.kind).iter().filter(|r| listed(shape, r, ledger, self.today)) {
                    all += 1;
                    if known.contains(&record.id) {
                        continue;
                    }
                    if record.id > seen.newest {
                        new.push(record.id);
                    } else {
                        outside += 1;
                    }
                }
                if outside > seen.outside {
                    // Something came back from the bin, or from another list: it has a place of its own.
                    self.work_out(shape, view, ledger, step)?
                } else {
                    // What has gone over to another list stays under the hand that wrote it there.
                    let there = |id: &i64| ledger.get(shape.kind, *id).is_some();
                    let ids = seen.ids.into_iter().filter(there).chain(new).collect();
                    let newest = newest(shape, ledger).max(seen.newest);
                    totalled(Seen { ids, newest, all, outside, step, ..seen }, shape, ledger)
                }
            }
            _ => self.work_out(shape, view, ledger, step)?,
        };
        kept.insert(0, seen);
        kept.truncate(KEPT);
        Ok(())
    }

    fn work_out(&self, shape: &'static Shape, view: &View, ledger: &Ledger, step: i64) -> Result<Seen> {
        let field = |name: &str| {
            let found = shape.fields.iter().find(|f| f.name == name);
            found.ok_or_else(|| Error::refused(format!("{}没有名为“{name}”的栏目", shape.label)))
        };
        let tests: Vec<Wanted> =
            view.filters.iter().map(|f| Wanted::of(shape.kind, field(&f.field)?, &f.test)).collect::<Result<_>>()?;
        let only: Option<HashSet<i64>> = view.only.as_ref().map(|ids| ids.iter().copied().collect());
        let mut all = 0;
        let mut rows: Vec<&Record> = Vec::new();
        for record in ledger.rows(shape.kind).iter().filter(|r| listed(shape, r, ledger, self.today)) {
            all += 1;
            if only.as_ref().is_none_or(|ids| ids.contains(&record.id))
                && tests.iter().all(|t| t.fits(ledger, shape.kind, record))
                && (!view.flawed || !marks_of(ledger, shape, record).is_empty())
            {
                rows.push(record);
            }
        }
        if let Some(sort) = &view.sort {
            let field = field(&sort.field)?;
            rows = sorted(rows, shape.kind, field, sort.down, ledger);
        }
        let ids: Vec<i64> = rows.into_iter().map(|r| r.id).collect();
        let seen = Seen {
            list: shape.name,
            view: view.clone(),
            step,
            today: self.today,
            outside: all - ids.len(),
            ids,
            newest: newest(shape, ledger),
            all,
            totals: Vec::new(),
            apart: false,
        };
        Ok(totalled(seen, shape, ledger))
    }
}

/// Records in the order of one field, blanks last, equal ones as they were.
fn sorted<'a>(rows: Vec<&'a Record>, kind: &Kind, field: &Field, down: bool, ledger: &Ledger) -> Vec<&'a Record> {
    let Some(at) = kind.at(field.name) else { return rows };
    // Many records refer to few: each name is spelt out once.
    let mut names: HashMap<i64, Arc<[u32]>> = HashMap::new();
    let key = |record: &Record| -> Option<Key> {
        Some(match (field.ty, record.get(at)?) {
            (Type::Ref(_), Value::Int(id)) => {
                let name = names.entry(*id).or_insert_with(|| order::key(&ledger.text(kind, record, field.name)));
                Key::Text(Arc::clone(name))
            }
            (Type::Refs(_) | Type::Owner, _) => Key::Text(order::key(&text_of(ledger, kind, field, record))),
            (Type::Choice(options), Value::Text(word)) => {
                let place = options.iter().position(|o| **o == **word).unwrap_or(options.len());
                Key::Number(i64::try_from(place).unwrap_or(i64::MAX))
            }
            (_, Value::Int(n)) => Key::Number(*n),
            (_, Value::Date(day)) => Key::Number(i64::from(day.num_days_from_ce())),
            (_, Value::Bool(yes)) => Key::Number(i64::from(!*yes)),
            (_, Value::Text(text)) => Key::Text(order::key(text)),
            (_, Value::Ids(_)) => return None,
        })
    };
    let mut key = key;
    let mut keyed: Vec<(u128, Key, &Record)> = Vec::with_capacity(rows.len());
    let mut blank = Vec::new();
    for record in rows {
        match key(record) {
            Some(key) => keyed.push((key.lead(), key, record)),
            None => blank.push(record),
        }
    }
    keyed.sort_by(|(lead, key, _), (other_lead, other, _)| {
        let up = lead.cmp(other_lead).then_with(|| key.cmp(other));
        if down { up.reverse() } else { up }
    });
    keyed.into_iter().map(|(_, _, record)| record).chain(blank).collect()
}

/// The greatest id of a list's kind.
fn newest(shape: &Shape, ledger: &Ledger) -> i64 {
    ledger.rows(shape.kind).last().map_or(0, |r| r.id)
}

/// Adds up what may be added up.
fn totalled(mut seen: Seen, shape: &Shape, ledger: &Ledger) -> Seen {
    let kind = shape.kind;
    let rows = || seen.ids.iter().filter_map(|id| ledger.get(kind, *id));
    let dated = kind.dated.and_then(|name| kind.at(name));
    let one_day = dated.is_none_or(|at| {
        let mut days = rows().map(|r| r.get(at));
        let first = days.next();
        days.all(|day| Some(day) == first)
    });
    let mut apart = false;
    let totals = fields_of(shape).into_iter().map(|field| {
        let number = matches!(field.ty, Type::Money | Type::Int | Type::Decimal) && !field.unit.is_empty();
        if !number || field.adds == Adds::Never {
            return String::new();
        }
        if field.adds == Adds::SameDay && !one_day {
            apart = true;
            return String::new();
        }
        let Some(at) = kind.at(field.name) else { return String::new() };
        let mut sum: Option<i64> = None;
        for amount in rows().filter_map(|r| r.get(at)?.as_int()) {
            sum = Some(sum.unwrap_or(0).saturating_add(amount));
        }
        format_value(field, sum.map(Value::Int).as_ref())
    });
    let totals = totals.collect();
    seen.totals = totals;
    seen.apart = apart;
    seen
}

/// A test made ready for many rows.
enum Wanted<'a> {
    Contains(&'a Field, usize, String),
    Among(&'a Field, &'a [String]),
    Between(usize, Option<i64>, Option<i64>),
    Filled(usize, bool),
}

impl<'a> Wanted<'a> {
    fn of(kind: &Kind, field: &'a Field, test: &'a Test) -> Result<Wanted<'a>> {
        let at = kind.at(field.name).unwrap_or(usize::MAX);
        Ok(match test {
            Test::Contains { text } => Wanted::Contains(field, at, roster::folded(text)),
            Test::Among { words } => Wanted::Among(field, words),
            Test::Range { from, to } => Wanted::Between(at, bound(field, from, false)?, bound(field, to, true)?),
            Test::Blank => Wanted::Filled(at, false),
            Test::Filled => Wanted::Filled(at, true),
        })
    }

    fn fits(&self, ledger: &Ledger, kind: &Kind, record: &Record) -> bool {
        match self {
            Wanted::Contains(field, at, text) => match record.get(*at) {
                None => text.is_empty(),
                Some(Value::Text(own)) if field.ty != Type::Owner => roster::folded(own).contains(text),
                Some(_) => roster::folded(&text_of(ledger, kind, field, record)).contains(text),
            },
            Wanted::Among(field, words) => {
                let own = text_of(ledger, kind, field, record);
                words.contains(&own)
            }
            Wanted::Between(at, from, to) => {
                let number = match record.get(*at) {
                    Some(Value::Int(n)) => *n,
                    Some(Value::Date(day)) => i64::from(day.num_days_from_ce()),
                    _ => return from.is_none() && to.is_none(),
                };
                from.is_none_or(|least| least <= number) && to.is_none_or(|most| number <= most)
            }
            Wanted::Filled(at, want) => record.get(*at).is_some() == *want,
        }
    }
}

/// One end of a range, in the numbers by which the field is kept; `None` when it is open.
fn bound(field: &Field, text: &str, last: bool) -> Result<Option<i64>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    if matches!(field.ty, Type::Date | Type::Month) {
        let days = roster::days_typed(text).map(|(first, end)| if last { end } else { first });
        let day = days
            .ok_or_else(|| Error::refused(format!("“{text}”不是能确定的日期，请写成 2021-09-20、2021-09 或 2021")))?;
        return Ok(Some(i64::from(NaiveDate::num_days_from_ce(&day))));
    }
    let read = roster::typed(field, text).map_err(Error::refused)?;
    Ok(read.and_then(|v| v.as_int()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_key_never_says_otherwise_than_the_key() {
        let texts = [
            "",
            " ",
            "1",
            "12",
            "A队",
            "阿",
            "阿里",
            "阿里云",
            "阿里云计",
            "阿里云计算",
            "阿里云计算机",
            "𠀀",
            "🎉",
            "龘",
        ];
        let texts = texts.into_iter().map(|text| Key::Text(order::key(text)));
        let numbers = [i64::MIN, -1, 0, 1, 12, i64::MAX].map(Key::Number);
        for keys in [texts.collect::<Vec<_>>(), numbers.to_vec()] {
            for (a, b) in keys.iter().flat_map(|a| keys.iter().map(move |b| (a, b))) {
                let lead = a.lead().cmp(&b.lead());
                assert!(lead == a.cmp(b) || lead.is_eq(), "the lead of a pair is its order, or leaves it open");
            }
        }
    }
}

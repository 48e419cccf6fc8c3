//! Rows against the ledger: which record a row means, and what would change.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use chrono::Datelike;

use super::heading::{Column, Heading};
use super::packed::PackedValues;
use super::people::{self, Named};
use super::sheet::{Line, Sheet};
use super::table::Found;
use super::value::{Cell, cleaned, folded, is_blank, understand};
use super::{Action, CellFlaw, Change, Person, Row, letters, stage};
use crate::error::{Flaw, Result};
use crate::ledger::Ledger;
use crate::progress::Progress;
use crate::record::{Field, Kind, Record, Shape, Stage, Type, Value, check, parse_value};

/// Names of records by kind and id.
type Names = HashMap<(&'static str, i64), Arc<str>>;

/// Fields beside the key under which a record is also known: a team that became a company.
const ALSO_KNOWN: &[(&str, &str, &str)] = &[("tenant", "name", "team_name")];

/// Rows that are read between two looks at whether to go on, half of them by a second thread.
const BATCH: usize = 4_096;
/// Fewer are read sooner than a thread is started.
const FEW: usize = 512;

/// Rows of one key that are compared with each other; nobody writes one record in more.
const MANY: usize = 50;

/// Reads every row of the chosen sheets and says what would happen to it.
///
/// # Errors
/// [`crate::Error::Cancelled`].
pub(super) fn rows(
    tables: &[(&Sheet, Vec<Heading>)],
    shape: &'static Shape,
    ledger: &Ledger,
    progress: Progress<'_>,
) -> Result<(Vec<Row>, Names)> {
    let mut planner = Planner::new(shape, ledger);
    let mut read = Vec::new();
    let all = tables.iter().map(|(sheet, _)| sheet.lines.len() as u64).sum();
    for (sheet, headings) in tables {
        let name: Arc<str> = sheet.name.as_str().into();
        for heading in super::heading::in_order(headings) {
            let reads = planner.reads(&name, heading);
            let found = super::table::records(sheet, heading, shape);
            read.reserve_exact(found.len());
            let mut found = found.into_iter();
            loop {
                progress.at("看懂各行", read.len() as u64, all)?;
                let batch: Vec<Found<'_>> = found.by_ref().take(BATCH).collect();
                if batch.is_empty() {
                    break;
                }
                planner.read_batch(batch, &reads, &mut read);
            }
        }
    }
    let rows = planner.decide(read, progress)?;
    Ok((rows, planner.names))
}

/// Reads rows pasted over records: each means the record of its id, or by its keys where it has none.
///
/// # Errors
/// [`crate::Error::Cancelled`].
pub(super) fn block(
    sheet: &Sheet,
    heading: &Heading,
    ids: &[Option<i64>],
    shape: &'static Shape,
    ledger: &Ledger,
    progress: Progress<'_>,
) -> Result<(Vec<Row>, Names)> {
    let mut planner = Planner::new(shape, ledger);
    let name: Arc<str> = "".into();
    let reads = planner.reads(&name, heading);
    let mut read = Vec::new();
    let last = sheet.lines.last().map_or(0, |line| line.row);
    for row in heading.last_row + 1..=last {
        let id = ids.get((row - heading.last_row) as usize - 1).copied().flatten();
        let line = sheet.lines.binary_search_by_key(&row, |l| l.row).ok().and_then(|at| sheet.lines.get(at));
        // A blank row over a record blanks it; one over nothing is nothing.
        if line.is_some() || id.is_some() {
            let line = line.map_or_else(|| Cow::Owned(Line::of(row, [])), Cow::Borrowed);
            let mut said = planner.read_row(line, &reads);
            said.more.id = id;
            read.push(said.kept(&planner));
        }
    }
    let rows = planner.decide(read, progress)?;
    Ok((rows, planner.names))
}

/// Keys of a kind by which rows are compared before they are matched.
const KEYS: usize = 2;

/// What all rows below one heading have.
#[derive(Debug)]
struct Under {
    sheet: Arc<str>,
    /// First column of the table.
    from: u32,
    /// Column of each field, in the order of the kind's fields.
    at: Box<[Option<u32>]>,
}

/// A row whose cells are read but not yet matched, as it is held until its turn comes.
struct Kept<'s> {
    under: Arc<Under>,
    row: u32,
    values: PackedValues,
    line: Cow<'s, Line>,
    /// The hash of each of its kind's keys, 0 where it is not filled.
    keys: [u64; KEYS],
    /// What few rows have.
    more: Option<Box<More>>,
}

/// What is said in few rows beside their values.
#[derive(Default)]
struct More {
    /// The record that it is pasted over: then blank cells blank it.
    id: Option<i64>,
    flaws: Vec<CellFlaw>,
    /// What was concluded and may be wrong.
    doubts: Vec<CellFlaw>,
    /// What a column, a section's title or the sheet's name says the tenant is, with the words for it.
    stage: Option<(Stage, String)>,
    /// People named in its cells.
    people: Vec<Named>,
    /// The cell of the one who leads as it stood, when it was taken apart, and how many of the people it named.
    leader: Option<(Value, usize)>,
    /// Fields of days of which only the month is written.
    months: Vec<usize>,
}

impl More {
    fn is_nothing(&self) -> bool {
        let More { id, flaws, doubts, stage, people, leader, months } = self;
        id.is_none()
            && flaws.is_empty()
            && doubts.is_empty()
            && stage.is_none()
            && people.is_empty()
            && leader.is_none()
            && months.is_empty()
    }
}

impl<'s> Kept<'s> {
    fn copied(self) -> Kept<'s> {
        Kept { values: self.values.clone(), ..self }
    }

    /// The record that it is pasted over.
    fn id(&self) -> Option<i64> {
        self.more.as_ref().and_then(|more| more.id)
    }

    fn is_flawed(&self) -> bool {
        self.more.as_ref().is_some_and(|more| !more.flaws.is_empty())
    }

    fn said(self, kind: &Kind) -> Said<'s> {
        let Kept { under, row, values, line, more, .. } = self;
        let more = more.map(|more| *more).unwrap_or_default();
        Said { under, row, values: values.cells(kind.fields.len()), more, line }
    }
}

/// A row whose cells are read.
struct Said<'s> {
    under: Arc<Under>,
    row: u32,
    /// In the order of the kind's fields.
    values: Vec<Option<Value>>,
    more: More,
    /// The cells as they stand, for a row that is flawed in the end.
    line: Cow<'s, Line>,
}

impl<'s> Said<'s> {
    fn kept(self, planner: &Planner<'_>) -> Kept<'s> {
        let Said { under, row, values, more, line } = self;
        let more = (!more.is_nothing()).then(|| Box::new(more));
        let mut keys = [0; KEYS];
        for (own, key) in keys.iter_mut().zip(planner.kind.keys) {
            *own = planner.key_of(key, &values).map_or(0, |text| hash_of(&text));
        }
        Kept { under, row, values: PackedValues::of(&values), line, keys, more }
    }

    /// Says something about the row as a whole.
    fn doubt(&mut self, say: &str) {
        self.more.doubts.push(CellFlaw { cell: format!("{0}:{0}", self.row), say: say.to_owned() });
    }

    /// The title of the section it stands in, or else the sheet's name, may say what it is. Where its own columns say
    /// something else they count, with a doubt.
    fn stood_under(&mut self, section: Option<&str>, sheet: &str) {
        let places = section.into_iter().map(|s| (s, "标题")).chain([(sheet, "工作表")]);
        let Some((stage, place)) =
            places.filter_map(|(words, what)| Some((stage::told(words)?, format!("{what}“{words}”")))).next()
        else {
            return;
        };
        match &self.more.stage {
            None => self.more.stage = Some((stage, format!("在{place}下"))),
            Some((own, why)) if *own != stage => {
                let say = format!("{why}，却在{place}下，请核对是团队还是企业");
                self.doubt(&say);
            }
            Some(_) => {}
        }
    }
}

/// A record as it stands after the rows before.
struct State<'a> {
    held: Held<'a>,
    /// Row that meant it, as people would look for it.
    claimed: Option<(Arc<Under>, u32)>,
}

/// Where the contents of a record are.
enum Held<'a> {
    /// In the ledger.
    Stored(&'a Record),
    /// A record of the ledger that a row changes.
    Changed(Box<Record>),
    /// With the row at this place that adds it. It lies here until every row is decided: a large roster is not held
    /// twice.
    Made(PackedValues, u32),
}

impl State<'_> {
    fn cells(&self, kind: &Kind) -> Cow<'_, [Option<Value>]> {
        match &self.held {
            Held::Stored(record) => Cow::Borrowed(&record.cells),
            Held::Changed(record) => Cow::Borrowed(&record.cells),
            Held::Made(values, _) => Cow::Owned(values.cells(kind.fields.len())),
        }
    }

    fn record(&self, kind: &Kind) -> Record {
        Record { id: self.id(), cells: self.cells(kind).into_owned() }
    }

    /// Of the stored record; 0 for one of this file.
    fn id(&self) -> i64 {
        match &self.held {
            Held::Stored(record) => record.id,
            Held::Changed(record) => record.id,
            Held::Made(..) => 0,
        }
    }

    fn is_stored(&self) -> bool {
        !matches!(self.held, Held::Made(..))
    }

    fn made_by(&self) -> Option<usize> {
        match self.held {
            Held::Made(_, at) => usize::try_from(at).ok(),
            _ => None,
        }
    }
}

/// Places under one key: nearly always a single one.
enum Places {
    One(u32),
    Many(Vec<u32>),
}

/// Places by the hash of a key's text. Who looks something up compares the texts.
#[derive(Default)]
struct Index(HashMap<u64, Places>);

impl Index {
    fn put(&mut self, key: u64, at: usize) {
        let Ok(at) = u32::try_from(at) else { return };
        match self.0.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(Places::One(at));
            }
            Entry::Occupied(mut entry) => match entry.get_mut() {
                Places::One(first) if *first == at => {}
                Places::One(first) => {
                    let many = vec![*first, at];
                    entry.insert(Places::Many(many));
                }
                Places::Many(many) if many.contains(&at) => {}
                Places::Many(many) => many.push(at),
            },
        }
    }

    fn get(&self, key: u64) -> &[u32] {
        match self.0.get(&key) {
            None => &[],
            Some(Places::One(at)) => std::slice::from_ref(at),
            Some(Places::Many(many)) => many,
        }
    }

    /// Places that share a key.
    fn shared(&self) -> impl Iterator<Item = &[u32]> {
        self.0.values().filter_map(|places| match places {
            Places::One(_) => None,
            Places::Many(many) => Some(many.as_slice()),
        })
    }
}

fn hash_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// What a heading says about reading its rows.
struct Reads<'h> {
    under: Arc<Under>,
    /// Column that names the unit of money in each row.
    unit: Option<u32>,
    /// The columns that are read, from left to right.
    columns: Vec<Target<'h>>,
    /// Headings of the list.
    words: HashSet<&'static str>,
}

/// A column that is read.
struct Target<'h> {
    column: &'h Column,
    /// Its field and the place of that among the kind's.
    field: Option<(&'static Field, usize)>,
    /// It names members, tells teams from enterprises or says whether a tenant is registered.
    beside: bool,
}

/// What a column answers that asks whether a tenant is registered.
struct Registered {
    /// Its cell.
    at: String,
    /// Heading and content.
    words: String,
    answer: bool,
}

/// What a row means.
enum Meaning {
    New,
    Known(usize),
    Doubt(&'static str, String),
    /// No key applies: by everything it says.
    Whole,
}

/// Cells by what they say, for comparing many rows with many records.
fn hashes(cells: &[Option<Value>]) -> Vec<Option<u64>> {
    let hash = |value: &Value| {
        let mut hasher = DefaultHasher::new();
        Planner::key_part(value).hash(&mut hasher);
        hasher.finish()
    };
    cells.iter().map(|cell| cell.as_ref().map(hash)).collect()
}

struct Planner<'a> {
    shape: &'static Shape,
    kind: &'static Kind,
    ledger: &'a Ledger,
    states: Vec<State<'a>>,
    /// For each of the kind's keys: the key to the states that have had it.
    keys: Vec<Index>,
    /// Names of the kinds that are referred to.
    referred: HashMap<&'static str, HashMap<String, Vec<i64>>>,
    names: Names,
    /// Members of each tenant, once somebody asks.
    members: Option<HashMap<i64, Vec<&'a Record>>>,
    /// Whom the rows so far named, by stored tenant.
    joined: HashSet<(i64, String)>,
}

/// A new member of a tenant, with what stood beside the name.
fn member(kind: &'static Kind, tenant: i64, one: &Named) -> Record {
    let mut record = Record::empty(kind, 0);
    record.set(kind, "tenant", Some(Value::Int(tenant)));
    record.set(kind, "name", Some(Value::text(one.name.as_str())));

    let mut left = one.clone();
    // 男 and 本科 have their own fields; what says nothing to any of them is kept as a note.
    left.remarks.retain(|remark| {
        let fits = ["gender", "education"].iter().filter_map(|name| kind.field(name)).find_map(|field| {
            Some((field.name, understand(field, Cell::Text(remark), super::value::Unit::default()).ok()??))
        });
        match fits {
            Some((name, value)) => {
                record.set(kind, name, Some(value));
                false
            }
            None => true,
        }
    });
    if let (Some(phone), Some(field)) = (&one.phone, kind.field("phone")) {
        let read = understand(field, Cell::Text(phone), super::value::Unit::default());
        record.set(kind, "phone", read.unwrap_or_default());
        let sound = crate::record::shape("member").is_some_and(|shape| check(shape, &record).is_empty());
        if !sound || record.field(kind, "phone").is_none() {
            record.set(kind, "phone", None);
            left.remarks.push(phone.clone());
        }
    }
    record.set(kind, "note", left.note().map(Value::text));
    record
}

impl<'a> Planner<'a> {
    fn new(shape: &'static Shape, ledger: &'a Ledger) -> Planner<'a> {
        let kind = shape.kind;
        let mut planner = Planner {
            shape,
            kind,
            ledger,
            states: Vec::new(),
            keys: kind.keys.iter().map(|_| Index::default()).collect(),
            referred: HashMap::new(),
            names: HashMap::new(),
            members: None,
            joined: HashSet::new(),
        };
        for record in ledger.rows(kind) {
            planner.states.push(State { held: Held::Stored(record), claimed: None });
            planner.index(planner.states.len() - 1, &record.cells);
        }
        for field in kind.fields {
            if let Type::Ref(of) | Type::Refs(of) = field.ty {
                planner.refer(of);
            }
        }
        planner
    }

    /// Puts the names of a kind's records in reach.
    fn refer(&mut self, of: &'static str) {
        let Some(kind) = crate::record::kind(of) else { return };
        let mut names: HashMap<String, Vec<i64>> = HashMap::new();
        let mut former: Vec<(String, i64)> = Vec::new();
        let fields = ["name", "credit_code", "title", "number"];
        for record in self.ledger.rows(kind) {
            let label = self.ledger.label(kind, record);
            let mut known: Vec<String> = fields
                .iter()
                .filter_map(|f| record.field(kind, f).and_then(Value::as_text).map(folded))
                .chain([folded(&label)])
                .collect();
            known.sort_unstable();
            known.dedup();
            for name in known {
                names.entry(name).or_default().push(record.id);
            }
            for (_, _, other) in ALSO_KNOWN.iter().filter(|(kind, ..)| *kind == of) {
                former.extend(record.field(kind, other).and_then(Value::as_text).map(|name| (folded(name), record.id)));
            }
            self.names.insert((of, record.id), label.into());
        }
        // A former name counts where nobody bears it now.
        let now: HashSet<String> = names.keys().cloned().collect();
        for (name, id) in former.into_iter().filter(|(name, _)| !now.contains(name)) {
            names.entry(name).or_default().push(id);
        }
        self.referred.insert(of, names);
    }

    /// The id behind a name, or why there is none.
    fn named(&self, of: &'static str, field: &Field, name: &str) -> Result<i64, String> {
        let kind = crate::record::kind(of);
        let label = kind.map_or("", |k| k.label);
        let found = self.referred.get(of).and_then(|names| names.get(&folded(name)));
        match found.map(Vec::as_slice) {
            Some([one]) => Ok(*one),
            Some([_, ..]) => {
                let by = if of == "tenant" {
                    "，请改填统一社会信用代码"
                } else {
                    "，请先在台账里区分它们的名称"
                };
                Err(format!("{}“{name}”在台账的{label}里有不止一条{by}", field.label))
            }
            _ => Err(format!("{}“{name}”在台账的{label}里没有，请先登记或改正名称", field.label)),
        }
    }

    /// What is to be read under a heading.
    fn reads<'h>(&self, sheet: &Arc<str>, heading: &'h Heading) -> Reads<'h> {
        let mut at = vec![None; self.kind.fields.len()];
        let mut columns = Vec::new();
        for column in &heading.columns {
            let field = column.field.and_then(|f| self.shape.fields.get(f));
            let field = field.and_then(|f| Some((f, self.kind.at(f.name)?)));
            if let Some(place) = field.and_then(|(_, f)| at.get_mut(f)) {
                *place = Some(column.at);
            }
            let shape = self.shape;
            let beside = column.is_members(shape) || column.is_stage(shape) || column.is_registered(shape);
            if beside || field.is_some() {
                columns.push(Target { column, field, beside });
            }
        }
        let is_unit = |c: &&Column| {
            c.field.is_none()
                && ["单位", "金额单位", "计量单位", "货币单位", "币种", "货币"].contains(&folded(&c.heading).as_str())
        };
        let unit = heading.columns.iter().find(is_unit).map(|c| c.at);
        let under = Arc::new(Under { sheet: Arc::clone(sheet), from: heading.span.start, at: at.into() });
        Reads { under, unit, columns, words: super::words::own_words(self.shape) }
    }

    /// Reads some rows, with a second thread where they are many.
    fn read_batch<'s>(&self, batch: Vec<Found<'s>>, reads: &Reads<'_>, read: &mut Vec<Kept<'s>>) {
        let one = |found: Found<'s>| {
            let mut said = self.read_row(found.line, reads);
            said.stood_under(found.section.as_deref(), &reads.under.sheet);
            if found.hidden {
                said.doubt("这一行在文件里是隐藏的，也一并读取；不要的请取消勾选");
            }
            if found.alone {
                said.doubt("这一行只有一格有内容，请核对是不是一条记录");
            }
            said.kept(self)
        };
        let mut first = batch;
        let second = if first.len() < FEW { Vec::new() } else { first.split_off(first.len() / 2) };
        std::thread::scope(|threads| {
            let other =
                (!second.is_empty()).then(|| threads.spawn(|| second.into_iter().map(one).collect::<Vec<Kept<'s>>>()));
            read.extend(first.into_iter().map(one));
            match other.map(std::thread::ScopedJoinHandle::join) {
                // Copied here, so that no thread's own store of memory is held on to for it.
                Some(Ok(others)) => read.extend(others.into_iter().map(Kept::copied)),
                Some(Err(panic)) => std::panic::resume_unwind(panic),
                None => {}
            }
        });
    }

    /// Reads the cells of one row.
    fn read_row<'s>(&self, line: Cow<'s, Line>, reads: &Reads<'_>) -> Said<'s> {
        let width = self.kind.fields.len();
        let (under, values) = (Arc::clone(&reads.under), vec![None; width]);
        let mut said = Said { under, row: line.row, values, more: More::default(), line };
        // Looked through once for all columns.
        let line = said.line.clone();
        let cells: Vec<(u32, Cell<'_>)> = line.cells().collect();
        let cell_in = |column: u32| {
            let at = cells.binary_search_by_key(&column, |(at, _)| *at).ok()?;
            cells.get(at).map(|(_, cell)| *cell)
        };
        let unit = reads.unit.and_then(cell_in).map(|cell| folded(&cell.to_string()));
        let mut registered = None;
        for target in &reads.columns {
            let Some(cell) = cell_in(target.column.at) else { continue };
            let mut column = Cow::Borrowed(target.column);
            if let Some(unit) = unit.as_ref().filter(|_| column.unit.yuan.is_none() && column.field.is_some()) {
                let column = column.to_mut();
                column.unit.yuan = super::value::yuan_in(unit);
                column.unit.foreign |= super::value::is_foreign(unit);
            }
            let column = &*column;
            if target.beside {
                registered = self.beside(&mut said, column, cell).or(registered);
            }
            let Some((field, at)) = target.field else { continue };
            let place = || format!("{}{}", letters(column.at), said.row);
            match super::example::left_over(cell) {
                Some(super::example::Left::Remark) => continue,
                Some(super::example::Left::Name) => {
                    let say = format!("{}还是模板里的示例，请改写成自己的内容，或删去这一行", field.label);
                    let cell = place();
                    said.more.flaws.push(CellFlaw { cell, say });
                    continue;
                }
                None => {}
            }
            match self.value(field, cell, column) {
                // A card with its headings at the left: 姓名 over 工作单位 names nobody.
                Ok(Some(Value::Text(text)))
                    if field.required && field.ty == Type::Text && super::words::is_word(&reads.words, &text) =>
                {
                    let say =
                        format!("“{text}”是栏目的名称，不像{}；竖着填的卡片请改成一行一条，第一行是列名", field.label);
                    let cell = place();
                    said.more.flaws.push(CellFlaw { cell, say });
                }
                Ok(value) => {
                    if let Some(say) = super::value::without_unit(field, cell, column.unit) {
                        let cell = place();
                        said.more.doubts.push(CellFlaw { cell, say });
                    }
                    said.values[at] = value;
                }
                Err(say) => {
                    let place = place();
                    match super::value::day_for_month(field, cell, column.unit) {
                        Some((day, say)) => {
                            said.more.doubts.push(CellFlaw { cell: place, say });
                            said.more.months.push(at);
                            said.values[at] = Some(Value::Date(day));
                        }
                        None => said.more.flaws.push(CellFlaw { cell: place, say }),
                    }
                }
            }
        }
        self.leader(&mut said);
        if let Some(registered) = registered {
            self.registered(&mut said, registered);
        }
        said
    }

    /// Reads a column that names members, tells teams from enterprises or asks whether a tenant is registered: gives the
    /// answer to that.
    fn beside(&self, said: &mut Said<'_>, column: &Column, cell: Cell<'_>) -> Option<Registered> {
        let asks = column.is_registered(self.shape);
        let (at, text) = (format!("{}{}", letters(column.at), said.row), cell.to_string());
        if let Cell::Error(error) = cell {
            let say = super::value::error_said(&format!("“{}”", column.heading), error);
            said.more.flaws.push(CellFlaw { cell: at, say });
            return None;
        }
        if is_blank(&cleaned(&text), if asks { Type::Bool } else { Type::Text }) {
            return None;
        }
        if column.is_members(self.shape) {
            match people::read(&text, true) {
                Ok(read) => {
                    said.more.doubts.extend(read.doubts.into_iter().map(|say| CellFlaw { cell: at.clone(), say }));
                    said.more.people.extend(read.people);
                }
                Err(say) => said.more.flaws.push(CellFlaw { cell: at, say: format!("{}：{say}", column.heading) }),
            }
            return None;
        }
        let words = format!("“{}”为“{}”", column.heading, cleaned(&text));
        if asks {
            let answer = stage::registered(&cleaned(&text));
            if answer.is_none() {
                let say = format!("{words}，看不出有没有注册");
                said.more.doubts.push(CellFlaw { cell: at, say });
                return None;
            }
            return answer.map(|answer| Registered { at, words, answer });
        }
        match stage::told(&text) {
            Some(stage) => said.more.stage = Some((stage, words)),
            None => {
                said.more.doubts.push(CellFlaw { cell: at, say: format!("{words}，看不出是团队还是企业") });
            }
        }
        None
    }

    /// Whether a tenant is registered tells what it is, where no type does; where it contradicts what else the row says,
    /// the doubt is shown.
    fn registered(&self, said: &mut Said<'_>, registered: Registered) {
        let Registered { at, words, answer } = registered;
        let stage = if answer { Stage::Enterprise } else { Stage::Team };
        let value = |name: &str| self.kind.at(name).and_then(|at| said.values.get(at)).and_then(Option::as_ref);
        let day = |name: &str| value(name).and_then(Value::as_date);
        let written = value("entered_as").and_then(Value::as_text).map(|word| (word == Stage::Team.word(), word));
        let own = match (&said.more.stage, written) {
            (Some((own, why)), _) => Some((*own == Stage::Team, why.clone())),
            (None, Some((team, word))) => Some((team, format!("登记为{word}"))),
            (None, None) => None,
        };
        let later = matches!((day("registered_on"), day("moved_in_on")), (Some(on), Some(from)) if on > from);
        let against = match own {
            // Who registers after moving in was a team, and is registered.
            Some((team, why)) if team == answer && !(team && later) => Some(format!("但{why}")),
            _ if !answer && day("registered_on").is_some() => Some("但填了注册日期".to_owned()),
            _ if !answer && value("credit_code").is_some() => Some("但填了统一社会信用代码".to_owned()),
            _ => None,
        };
        if let Some(against) = against {
            said.more
                .doubts
                .push(CellFlaw { cell: at, say: format!("{words}，{against}，请核对是团队还是企业") });
        }
        if said.more.stage.is_none() && written.is_none() {
            said.more.stage = Some((stage, words));
        }
    }

    /// Several people in the column of the one who leads: that one stays there, and all become members.
    fn leader(&self, said: &mut Said<'_>) {
        let (Some(name), Some(phone)) = (self.kind.at("leader_name"), self.kind.at("leader_phone")) else { return };
        if self.kind.name != "tenant" {
            return;
        }
        let Some(text) = said.values[name].as_ref().and_then(Value::as_text).map(str::to_owned) else { return };
        let at =
            said.under.at[name].map_or_else(|| format!("{0}:{0}", said.row), |c| format!("{}{}", letters(c), said.row));
        // Whoever writes no list means one name, however odd it looks.
        let Ok(read) = people::read(&text, true) else { return };
        let several = read.people.len() > 1;
        let Some(first) = read.people.iter().find(|p| p.leads()).or(read.people.first()) else { return };
        if several && !first.leads() {
            let say = format!("没有写明谁是负责人，看作第一位“{}”", first.name);
            said.more.doubts.push(CellFlaw { cell: at.clone(), say });
        }
        let number = first.phone.as_ref().and_then(|number| {
            let field = self.kind.field("leader_phone")?;
            understand(field, Cell::Text(number), super::value::Unit::default()).ok().flatten()
        });
        let free = said.values[phone].is_none() && number.is_some();
        // What else stands beside a single name would be lost with no member to keep it.
        let kept = first.remarks.is_empty()
            && (first.role.is_empty() || first.leads())
            && (first.phone.is_none() || free)
            && read.doubts.is_empty();
        if first.name == text {
            return;
        }
        if !(several || kept) {
            said.more.doubts.extend(read.doubts.into_iter().map(|say| CellFlaw { cell: at.clone(), say }));
            return;
        }
        if free {
            said.values[phone] = number;
        }
        said.more.leader = said.values[name].take().map(|whole| (whole, if several { read.people.len() } else { 0 }));
        said.values[name] = Some(Value::text(first.name.as_str()));
        said.more.doubts.extend(read.doubts.into_iter().map(|say| CellFlaw { cell: at.clone(), say }));
        if several {
            let others = std::mem::replace(&mut said.more.people, read.people);
            for one in others {
                if !said.more.people.iter().any(|p| folded(&p.name) == folded(&one.name)) {
                    said.more.people.push(one);
                }
            }
        }
    }

    fn value(&self, field: &Field, cell: Cell<'_>, column: &Column) -> Result<Option<Value>, String> {
        let read = understand(field, cell, column.unit)?;
        match (field.ty, read) {
            (Type::Ref(of), Some(Value::Text(name))) => self.named(of, field, &name).map(|id| Some(Value::Int(id))),
            (Type::Refs(of), Some(Value::Text(names))) => {
                // The whole may be one name that has a comma in it.
                if let Ok(id) = self.named(of, field, &names) {
                    return Ok(Some(Value::Ids(Arc::from([id]))));
                }
                let mut ids = Vec::new();
                for name in names.split(['、', ',', '，', ';', '；', '\n', '/']).map(cleaned) {
                    if !is_blank(&name, field.ty) {
                        let id = self.named(of, field, &name)?;
                        if !ids.contains(&id) {
                            ids.push(id);
                        }
                    }
                }
                Ok(if ids.is_empty() { None } else { Some(Value::Ids(ids.into())) })
            }
            (_, value) => Ok(value),
        }
    }

    /// Text of a value under which equal things are equal.
    fn key_part(value: &Value) -> String {
        match value {
            Value::Text(text) => folded(text),
            Value::Int(n) => n.to_string(),
            Value::Date(day) => day.to_string(),
            Value::Bool(b) => b.to_string(),
            Value::Ids(ids) => format!("{ids:?}"),
        }
    }

    /// Text of a key's fields, when all are filled.
    fn key_of(&self, key: &[&str], cells: &[Option<Value>]) -> Option<String> {
        let mut out = String::new();
        for name in key {
            let value = self.kind.at(name).and_then(|at| cells.get(at)).and_then(Option::as_ref)?;
            out.push_str(&Planner::key_part(value));
            out.push('\u{1f}');
        }
        Some(out)
    }

    /// The texts under which cells can be found by a key, the key itself first, then the former name.
    fn keys_of(&self, key: &[&str], cells: &[Option<Value>]) -> Vec<String> {
        let mut out: Vec<String> = self.key_of(key, cells).into_iter().collect();
        for (kind, name, other) in ALSO_KNOWN {
            // A row without a name of its own is no company with a former one.
            if self.kind.name == *kind && key == [*name] && !out.is_empty() {
                out.extend(self.key_of(&[*other], cells));
            }
        }
        out
    }

    /// The records that a row's key finds: those of that very name, else by a former name on either side.
    fn found_by(&self, i: usize, key: &[&str], texts: &[String], said: &Said<'_>) -> Vec<usize> {
        let (mut own, mut former) = (Vec::new(), Vec::new());
        for (t, text) in texts.iter().enumerate() {
            for state in self.keys[i].get(hash_of(text)).iter().map(|at| *at as usize) {
                // Keys that a record had before stay in the index.
                match self.keys_of(key, &self.states[state].cells(self.kind)).iter().position(|now| now == text) {
                    Some(0) if t == 0 => own.push(state),
                    Some(_) if !former.contains(&state) && !self.left_before(state, said) => former.push(state),
                    _ => {}
                }
            }
        }
        if own.is_empty() { former } else { own }
    }

    /// Whether a tenant had left before the row moves in: who comes back under a new name is entered anew.
    fn left_before(&self, state: usize, said: &Said<'_>) -> bool {
        let moved_in = self.kind.at("moved_in_on").and_then(|at| said.values.get(at)).and_then(Option::as_ref);
        let left = self.ledger.left_on(self.states[state].id());
        matches!((left, moved_in.and_then(Value::as_date)), (Some(left), Some(moved_in)) if left < moved_in)
    }

    /// Makes a state findable by its keys. Keys it had before stay; a look-up compares again.
    fn index(&mut self, state: usize, cells: &[Option<Value>]) {
        for (i, key) in self.kind.keys.iter().enumerate() {
            for text in self.keys_of(key, cells) {
                self.keys[i].put(hash_of(&text), state);
            }
        }
    }

    /// The record that a row means by its kind's keys.
    fn meaning(&self, said: &Said<'_>) -> Meaning {
        let mut applied: Vec<&[&str]> = Vec::new();
        for (i, key) in self.kind.keys.iter().enumerate() {
            let texts = self.keys_of(key, &said.values);
            if texts.is_empty() {
                continue;
            }
            let mut found = self.found_by(i, key, &texts, said);
            // A record that says otherwise in a better key is another one.
            let differs = |state: &usize| {
                applied.iter().find(|better| {
                    let theirs = self.key_of(better, &self.states[*state].cells(self.kind));
                    theirs.is_some() && theirs != self.key_of(better, &said.values)
                })
            };
            if let Some(better) = found.iter().find_map(differs) {
                // Two companies of one name: a wrong code, or really two? That is not ours to say.
                let code = better.first().and_then(|f| self.kind.field(f)).filter(|f| f.ty == Type::CreditCode);
                if let Some(code) = code {
                    let say = format!("台账里有同名的{}，但{}不同，请核对后改正其中一处", self.shape.label, code.label);
                    return Meaning::Doubt(code.name, say);
                }
            }
            found.retain(|state| differs(state).is_none());
            match found.as_slice() {
                [] => applied.push(key),
                [one] => return Meaning::Known(*one),
                _ => {
                    let labels: Vec<&str> = key
                        .iter()
                        .filter_map(|f| self.shape.label_of(f).or_else(|| self.kind.field(f).map(|f| f.label)))
                        .collect();
                    let say = format!(
                        "台账和本文件里有 {} 条{}的{}与这一行相同，不能确定是哪一条，请在台账里修改",
                        found.len(),
                        self.shape.label,
                        labels.join("和")
                    );
                    return Meaning::Doubt(key.first().copied().unwrap_or(""), say);
                }
            }
        }
        if applied.is_empty() { Meaning::Whole } else { Meaning::New }
    }

    fn decide(&mut self, kept: Vec<Kept<'_>>, progress: Progress<'_>) -> Result<Vec<Row>> {
        let mut whole: Vec<(usize, Said<'_>)> = Vec::new();
        let mut kept = kept;
        self.contradictions(&mut kept);
        // A code says more than a name: a record that it renames must be renamed before names are compared.
        let mut order: Vec<(bool, bool, u32)> =
            (0_u32..).zip(&kept).map(|(at, kept)| (kept.id().is_none(), !self.is_sure(kept), at)).collect();
        order.sort_unstable();
        let mut kept: Vec<Option<Kept<'_>>> = kept.into_iter().map(Some).collect();
        let mut rows: Vec<Option<Row>> = kept.iter().map(|_| None).collect();
        let all = order.len() as u64;
        for (done, (_, _, at)) in (0_u64..).zip(order) {
            if done % 512 == 0 {
                progress.at("对照台账", done, all)?;
            }
            let at = at as usize;
            let Some(said) = kept.get_mut(at).and_then(Option::take).map(|kept| kept.said(self.kind)) else { continue };
            if !said.more.flaws.is_empty() {
                rows[at] = Some(self.flawed(said, Vec::new()));
                continue;
            }
            if let Some(id) = said.more.id {
                // The ledger's own records come first, by id.
                let stored = &self.states[..self.ledger.rows(self.kind).len()];
                rows[at] = Some(match stored.binary_search_by_key(&id, State::id) {
                    Ok(state) => self.matched(said, state),
                    Err(_) => {
                        let flaw = self.flaw(&said, "", format!("编号为 {id} 的{}已经不在台账里", self.shape.label));
                        self.flawed(said, vec![flaw])
                    }
                });
                continue;
            }
            match self.meaning(&said) {
                Meaning::New => rows[at] = Some(self.added(said, at)),
                Meaning::Known(state) => {
                    let maker = self.states[state].made_by().filter(|_| !said.more.people.is_empty());
                    let more = if maker.is_some() { said.more.people.clone() } else { Vec::new() };
                    let row = self.matched(said, state);
                    // Whom a repeated row names belongs to the row that adds the record.
                    if let Some(first) = maker.filter(|_| row.action != Action::Flawed).and_then(|m| rows[m].as_mut()) {
                        self.join(first, None, more);
                    }
                    rows[at] = Some(row);
                }
                Meaning::Doubt(field, say) => {
                    let flaw = self.flaw(&said, field, say);
                    rows[at] = Some(self.flawed(said, vec![flaw]));
                }
                Meaning::Whole => whole.push((at, said)),
            }
        }
        drop(kept);
        self.decide_whole(whole, &mut rows);
        for state in std::mem::take(&mut self.states) {
            if let Held::Made(values, at) = state.held
                && let Some(row) = rows.get_mut(at as usize).and_then(Option::as_mut)
            {
                row.values = Some(values);
            }
        }
        Ok(rows.into_iter().flatten().collect())
    }

    /// The hash of one of a row's keys, when all of its fields are filled.
    fn hash_in(&self, key: usize, kept: &Kept<'_>) -> Option<u64> {
        match kept.keys.get(key) {
            Some(hash) => Some(*hash).filter(|hash| *hash != 0),
            None => {
                let key = self.kind.keys.get(key)?;
                self.key_of(key, &kept.values.cells(self.kind.fields.len())).map(|text| hash_of(&text))
            }
        }
    }

    /// Whether the ledger has a record under the first and best of a row's keys.
    fn is_sure(&self, kept: &Kept<'_>) -> bool {
        self.keys.first().is_some_and(|known| self.hash_in(0, kept).is_some_and(|hash| !known.get(hash).is_empty()))
    }

    /// Rows of one file that mean the same record but say different things are all flawed: which of them
    /// is right is not ours to say, and no order of rows or imports may decide it.
    fn contradictions(&self, kept: &mut [Kept<'_>]) {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (i, key) in self.kind.keys.iter().enumerate() {
            let better = &self.kind.keys[..i];
            let mut groups = Index::default();
            for (at, row) in kept.iter().enumerate().filter(|(_, row)| !row.is_flawed() && row.id().is_none()) {
                if let Some(hash) = self.hash_in(i, row) {
                    groups.put(hash, at);
                }
            }
            for group in groups.shared() {
                let width = self.kind.fields.len();
                let values: Vec<Vec<Option<Value>>> =
                    group.iter().filter_map(|at| kept.get(*at as usize)).map(|k| k.values.cells(width)).collect();
                for (n, b) in values.iter().enumerate() {
                    for (earlier, a) in values.iter().enumerate().take(n.min(MANY)) {
                        let apart = better.iter().any(|key| match (self.key_of(key, a), self.key_of(key, b)) {
                            (Some(a), Some(b)) => a != b,
                            _ => false,
                        });
                        let adds = b.iter().zip(a).any(|(b, a)| b.is_some() && a != b);
                        if adds && !apart && self.key_of(key, a) == self.key_of(key, b) {
                            found.push((group[earlier] as usize, group[n] as usize));
                        }
                    }
                }
            }
        }
        found.sort_unstable();
        for (earlier, later) in found {
            for (at, other) in [(earlier, later), (later, earlier)] {
                if kept[at].is_flawed() {
                    continue;
                }
                let width = self.kind.fields.len();
                let (own, others) = (kept[at].values.cells(width), kept[other].values.cells(width));
                let differing = own.iter().zip(&others).position(|(a, b)| a != b);
                let field = differing.and_then(|f| self.kind.fields.get(f)).map_or("", |f| f.name);
                let say = self.same_record(&kept[at].under.sheet, &kept[other].under.sheet, kept[other].row);
                let flaw = self.flaw_at(&kept[at].under.at, kept[at].row, field, say);
                kept[at].more.get_or_insert_default().flaws.push(flaw);
            }
        }
    }

    /// The sentence about two rows for one record.
    fn same_record(&self, own: &str, sheet: &str, row: u32) -> String {
        let place = if own == sheet { String::new() } else { format!("工作表“{sheet}”") };
        format!("与{place}第 {row} 行是同一条{}，但内容不一致，请合成一行", self.shape.label)
    }

    /// Rows that no key applies to: each takes a stored record that says the same, and each record is
    /// taken once. First those that say exactly as much, so that the same file finds all of its own.
    fn decide_whole(&mut self, whole: Vec<(usize, Said<'_>)>, rows: &mut [Option<Row>]) {
        if whole.is_empty() {
            return;
        }
        let required: Vec<&str> = self.kind.fields.iter().filter(|f| f.required).map(|f| f.name).collect();
        let all: Vec<&str> = self.kind.fields.iter().map(|f| f.name).collect();
        let full = |cells: &[Option<Value>]| -> String {
            all.iter().zip(cells).map(|(_, v)| v.as_ref().map_or(String::new(), Planner::key_part) + "\u{1f}").collect()
        };
        let mut exact: HashMap<String, Vec<usize>> = HashMap::new();
        let mut near: HashMap<Option<String>, Vec<usize>> = HashMap::new();
        for (at, state) in self.states.iter().enumerate().rev().filter(|(_, s)| s.is_stored() && s.claimed.is_none()) {
            let cells = state.cells(self.kind);
            exact.entry(full(&cells)).or_default().push(at);
            near.entry(self.key_of(&required, &cells)).or_default().push(at);
        }
        let hashed: Vec<Vec<Option<u64>>> = self.states.iter().map(|s| hashes(&s.cells(self.kind))).collect();
        let mut left = Vec::new();
        for (at, said) in whole {
            let wanted = full(&self.with_defaults(said.values.clone(), None).cells);
            let found = exact.get_mut(&wanted).and_then(Vec::pop);
            match found {
                Some(state) => rows[at] = Some(self.matched(said, state)),
                None => left.push((at, said)),
            }
        }
        for (at, said) in left {
            let own = hashes(&said.values);
            let agrees = |state: &&usize| {
                self.states[**state].claimed.is_none()
                    && hashed[**state].iter().zip(&own).all(|(stored, said)| said.is_none() || said == stored)
            };
            // The record that says least beyond the row.
            let candidates = near.get(&self.key_of(&required, &said.values)).into_iter().flatten().filter(agrees);
            let found = candidates.min_by_key(|s| (hashed[**s].iter().flatten().count(), **s)).copied();
            rows[at] = Some(match found {
                Some(state) => self.matched(said, state),
                None => self.added(said, at),
            });
        }
    }

    /// What a new tenant is entered as, and what is to be said about it. A column that says so decides; else
    /// what only an enterprise has; else the list.
    fn entered(&self, said: &Said<'_>) -> (Option<Stage>, Option<String>) {
        if self.kind.name != "tenant" {
            return (None, None);
        }
        let value = |name: &str| self.kind.at(name).and_then(|at| said.values.get(at)).and_then(Option::as_ref);
        let written = value("entered_as").and_then(Value::as_text);
        let day = |name: &str| value(name).and_then(Value::as_date);
        let (code, registered, moved_in) = (value("credit_code"), day("registered_on"), day("moved_in_on"));
        let name = value("name").and_then(Value::as_text).unwrap_or_default();
        // What speaks against a team: the doubt is shown, the roster's own word counts.
        let against = || match (registered, moved_in) {
            (None, _) if code.is_some() => Some("有统一社会信用代码；已注册的请补填注册日期".to_owned()),
            (Some(registered), Some(moved_in)) if registered <= moved_in => {
                Some(format!("注册日期({registered})不晚于入驻日期({moved_in})，请核对是不是企业"))
            }
            (None, _) if stage::is_company(name) => Some("名称是公司；已注册的请补填注册日期".to_owned()),
            _ => None,
        };
        if let Some(written) = written {
            let odd = if written == Stage::Team.word() { against() } else { None };
            return (None, odd.map(|why| format!("登记为创业团队，但{why}")));
        }
        if let Some((stage, why)) = &said.more.stage {
            let odd = if *stage == Stage::Team { against() } else { None };
            let say = match odd {
                Some(odd) => Some(format!("看作团队，因{why}；但{odd}")),
                None if self.shape.stage != Some(*stage) => {
                    Some(format!("看作{}，因{why}", if *stage == Stage::Team { "团队" } else { "企业" }))
                }
                None => None,
            };
            return (Some(*stage), say);
        }
        let enterprise = |why: &str| {
            let say = (self.shape.stage != Some(Stage::Enterprise)).then(|| format!("看作企业，因{why}"));
            (Some(Stage::Enterprise), say)
        };
        match (registered, moved_in) {
            (Some(registered), Some(moved_in)) if registered > moved_in => {
                // Moved in as a team and registered later.
                let say = (self.shape.stage == Some(Stage::Enterprise)).then(|| {
                    format!("入驻({moved_in})早于注册({registered})，看作入驻后注册的团队，自注册之日起按企业统计")
                });
                return (Some(Stage::Team), say);
            }
            (Some(_), _) => return enterprise("有注册日期"),
            _ => {}
        }
        if code.is_some() {
            return enterprise("有统一社会信用代码");
        }
        if stage::is_company(name) {
            return enterprise("名称是公司");
        }
        match self.shape.stage {
            Some(Stage::Enterprise) if stage::is_team(name) => {
                (Some(Stage::Team), Some("看作团队，因名称是团队，且没有统一社会信用代码和注册日期".to_owned()))
            }
            Some(stage) => (Some(stage), None),
            None => (Some(Stage::Team), Some("看作团队，因没有统一社会信用代码和注册日期".to_owned())),
        }
    }

    /// The list whose demands a row meets: a team in a roster of enterprises need not be registered.
    fn demands(&self, stage: Option<Stage>) -> &'static Shape {
        match (self.shape.stage, stage) {
            (Some(Stage::Enterprise), Some(Stage::Team)) => crate::record::shape("team").unwrap_or(self.shape),
            _ => self.shape,
        }
    }

    /// Puts people to a row as members of its tenant: those that it does not have yet. `tenant` is the
    /// stored record's id, `None` for a new one.
    fn join(&mut self, row: &mut Row, tenant: Option<i64>, people: Vec<Named>) {
        let Some(kind) = crate::record::kind("member") else { return };
        let (Some(of), Some(name)) = (kind.at("tenant"), kind.at("name")) else { return };
        if !people.is_empty() && self.members.is_none() {
            let mut members: HashMap<i64, Vec<&'a Record>> = HashMap::new();
            for member in self.ledger.rows(kind) {
                if let Some(id) = member.get(of).and_then(Value::as_int) {
                    members.entry(id).or_default().push(member);
                }
            }
            self.members = Some(members);
        }
        for one in people {
            if one.helps() {
                let say = format!("“{}”没有登记为成员，需要时请在创业导师里登记", one.label());
                row.doubts.push(CellFlaw { cell: format!("{0}:{0}", row.row), say });
                continue;
            }
            let wanted = folded(&one.name);
            let is = |record: &Record| record.get(name).and_then(Value::as_text).is_some_and(|n| folded(n) == wanted);
            if row.people.iter().any(|p| is(&p.record)) {
                continue;
            }
            // An earlier row of this file may have named the same person already.
            if tenant.is_some_and(|id| !self.joined.insert((id, wanted.clone()))) {
                continue;
            }
            let known = tenant.and_then(|id| self.members.as_ref()?.get(&id)?.iter().find(|m| is(m)));
            let (action, record) = match known {
                Some(record) => (Action::Same, (*record).clone()),
                None => (Action::New, member(kind, tenant.unwrap_or(0), &one)),
            };
            row.people.push(Person { action, record, label: one.label() });
        }
    }

    /// The record's own label, empty when nothing of it is filled in.
    fn label(&self, record: &Record) -> String {
        let titled = self.kind.title.iter().any(|f| record.field(self.kind, f).is_some());
        if titled { self.ledger.label(self.kind, record) } else { String::new() }
    }

    /// A new record of these values: defaults where blank, and what the list enters it as.
    fn with_defaults(&self, values: Vec<Option<Value>>, stage: Option<Stage>) -> Record {
        let mut record = Record { id: 0, cells: values };
        for (field, cell) in self.kind.fields.iter().zip(&mut record.cells) {
            if cell.is_none() && !field.default.is_empty() {
                *cell = parse_value(field, field.default).ok().flatten();
            }
        }
        if let Some(stage) = stage {
            record.set(self.kind, "entered_as", Some(Value::text(stage.word())));
        }
        record
    }

    fn added(&mut self, mut said: Said<'_>, at: usize) -> Row {
        let (stage, doubt) = self.entered(&said);
        let record = self.with_defaults(said.values.clone(), stage);
        let shape = self.demands(stage);
        let flaws = self.flaws_of(shape, &said, &record);
        if !flaws.is_empty() {
            return self.flawed(said, flaws);
        }
        let claimed = Some((Arc::clone(&said.under), said.row));
        let label = self.label(&record);
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        self.states.push(State { held: Held::Made(PackedValues::of(&record.cells), at), claimed });
        self.index(self.states.len() - 1, &record.cells);
        let mut doubts = std::mem::take(&mut said.more.doubts);
        doubts.extend(doubt.map(|say| self.flaw(&said, "name", say)));
        let mut row = Row {
            sheet: Arc::clone(&said.under.sheet),
            row: said.row,
            from: said.under.from,
            action: Action::New,
            taken: true,
            shape,
            id: 0,
            values: None,
            changes: Vec::new(),
            flaws: Vec::new(),
            doubts,
            people: Vec::new(),
            label,
            line: None,
        };
        self.join(&mut row, None, std::mem::take(&mut said.more.people));
        row
    }

    fn matched(&mut self, mut said: Said<'_>, state: usize) -> Row {
        let before = self.states[state].record(self.kind);
        // A record that holds the cell as it stands holds all of it.
        if let Some((whole, people)) = said.more.leader.take()
            && before.field(self.kind, "leader_name") == Some(&whole)
        {
            let at = self.kind.at("leader_name");
            if let Some(value) = at.and_then(|at| said.values.get_mut(at)) {
                *value = Some(whole);
            }
            said.more.people.drain(..people.min(said.more.people.len()));
        }
        let mut record = before.clone();
        for (field, ((cell, value), at)) in
            record.cells.iter_mut().zip(&said.values).zip(said.under.at.iter()).enumerate()
        {
            // A month says no more than the day of that month that is known already.
            let known = said.more.months.contains(&field) && same_month(cell.as_ref(), value.as_ref());
            if (value.is_some() && !known) || (said.more.id.is_some() && at.is_some() && !known) {
                cell.clone_from(value);
            }
        }
        if said.more.id.is_none() {
            self.keep_new_name(&before, &mut record);
        }
        let changes = self.changes(&before, &record);
        if let (Some((under, row)), Some(change)) = (&self.states[state].claimed, changes.first()) {
            let flaw = self.flaw(&said, &change.field, self.same_record(&said.under.sheet, &under.sheet, *row));
            return self.flawed(said, vec![flaw]);
        }
        // A flawed row claims its record too: which of two rows is meant must not hang on the other's fate.
        self.states[state].claimed.get_or_insert((Arc::clone(&said.under), said.row));
        let shape = self.demands(said.more.stage.as_ref().map(|(stage, _)| *stage));
        let flaws = if changes.is_empty() { Vec::new() } else { self.flaws_of(shape, &said, &record) };
        if !flaws.is_empty() {
            return self.flawed(said, flaws);
        }
        let label = self.label(&record);
        let action = if changes.is_empty() { Action::Same } else { Action::Change };
        let mut doubts = std::mem::take(&mut said.more.doubts);
        doubts.extend(self.other_stage(&said, &record));
        let id = record.id;
        let mut values = None;
        if !changes.is_empty() {
            values = Some(PackedValues::of(&record.cells));
            self.index(state, &record.cells);
            self.states[state].held = match &self.states[state].held {
                Held::Made(_, at) => Held::Made(PackedValues::of(&record.cells), *at),
                Held::Stored(_) | Held::Changed(_) => Held::Changed(Box::new(record)),
            };
        }
        let mut row = Row {
            sheet: Arc::clone(&said.under.sheet),
            row: said.row,
            from: said.under.from,
            action,
            taken: true,
            shape,
            id,
            values,
            changes,
            flaws: Vec::new(),
            doubts,
            people: Vec::new(),
            label,
            line: None,
        };
        if id > 0 {
            self.join(&mut row, Some(id), std::mem::take(&mut said.more.people));
            self.tell_of_people(&mut row);
        }
        row
    }

    /// A row that changes nothing but names somebody new is a change all the same.
    fn tell_of_people(&self, row: &mut Row) {
        let names = |row: &Row, action: Action| -> Vec<String> {
            row.people.iter().filter(|p| p.action == action).map(|p| p.label.clone()).collect()
        };
        let new = names(row, Action::New);
        if !new.is_empty() {
            let old = names(row, Action::Same);
            let all: Vec<String> = old.iter().chain(&new).cloned().collect();
            row.changes.push(Change { field: "members".to_owned(), old: old.join("、"), new: all.join("、") });
            row.action = Action::Change;
        }
    }

    /// What a roster says a stored tenant is, when the ledger says otherwise: said, not changed.
    fn other_stage(&self, said: &Said<'_>, record: &Record) -> Option<CellFlaw> {
        let (stage, why) = said.more.stage.as_ref().filter(|_| self.kind.name == "tenant")?;
        let entered = record.field(self.kind, "entered_as").and_then(Value::as_text)?;
        let registered = record.field(self.kind, "registered_on").is_some();
        (entered != stage.word() && !registered).then(|| {
            let say = format!("{why}，台账里登记为{entered}，没有改动；已注册为企业的请补填注册日期");
            self.flaw(said, "name", say)
        })
    }

    /// A row under the old name of a team that became a company leaves the company's name alone; a row
    /// under the new name with the old one beside it renames the record.
    fn keep_new_name(&self, before: &Record, record: &mut Record) {
        for (kind, name, other) in ALSO_KNOWN {
            if self.kind.name != *kind {
                continue;
            }
            let text = |r: &Record, f: &str| r.field(self.kind, f).map(Planner::key_part);
            if text(record, name) != text(before, name) && text(record, name) == text(record, other) {
                record.set(self.kind, name, before.field(self.kind, name).cloned());
            }
        }
    }

    fn changes(&self, before: &Record, after: &Record) -> Vec<Change> {
        let pairs = self.kind.fields.iter().zip(before.cells.iter().zip(&after.cells));
        pairs
            .filter(|(_, (old, new))| old != new)
            .map(|(field, _)| Change {
                field: field.name.to_owned(),
                old: self.ledger.text(self.kind, before, field.name),
                new: self.ledger.text(self.kind, after, field.name),
            })
            .collect()
    }

    /// Flaws of the record that would be stored, each at its cell.
    fn flaws_of(&self, shape: &Shape, said: &Said<'_>, record: &Record) -> Vec<CellFlaw> {
        let crossing = self.leaves_before_entering(record).map(|(field, say)| Flaw::field(self.shape.name, field, say));
        check(shape, record)
            .into_iter()
            .chain(crossing)
            .map(|flaw| self.flaw(said, flaw.place.field.as_deref().unwrap_or(""), flaw.say))
            .collect()
    }

    /// The store refuses an exit before the day of moving in, from both sides; the plan says so first.
    fn leaves_before_entering(&self, record: &Record) -> Option<(&'static str, String)> {
        let tenant = crate::record::kind("tenant")?;
        let day = |record: &Record, kind: &Kind, field: &str| record.field(kind, field).and_then(Value::as_date);
        let (field, left, entered) = match self.kind.name {
            "exit" => {
                let of = record.field(self.kind, "tenant").and_then(Value::as_int)?;
                let entered = day(self.ledger.get(tenant, of)?, tenant, "moved_in_on")?;
                ("on", day(record, self.kind, "on")?, entered)
            }
            "tenant" => ("moved_in_on", self.ledger.left_on(record.id)?, day(record, self.kind, "moved_in_on")?),
            _ => return None,
        };
        (left < entered).then(|| (field, format!("离开日期({left})早于入驻日期({entered})")))
    }

    fn flaw(&self, said: &Said<'_>, field: &str, say: String) -> CellFlaw {
        self.flaw_at(&said.under.at, said.row, field, say)
    }

    fn flaw_at(&self, at: &[Option<u32>], row: u32, field: &str, say: String) -> CellFlaw {
        let column = self.kind.at(field).and_then(|place| at.get(place).copied().flatten());
        let cell = match column {
            Some(column) => format!("{}{row}", letters(column)),
            None => format!("{row}:{row}"),
        };
        CellFlaw { cell, say }
    }

    fn flawed(&self, said: Said<'_>, more: Vec<CellFlaw>) -> Row {
        let mut flaws = said.more.flaws;
        flaws.extend(more);
        let record = Record { id: 0, cells: said.values };
        let label = self.label(&record);
        Row {
            sheet: Arc::clone(&said.under.sheet),
            row: said.row,
            from: said.under.from,
            action: Action::Flawed,
            taken: false,
            shape: self.shape,
            id: 0,
            values: Some(PackedValues::of(&record.cells)),
            changes: Vec::new(),
            flaws,
            doubts: Vec::new(),
            people: Vec::new(),
            label,
            line: Some(Box::new(said.line.into_owned())),
        }
    }
}

/// Whether two days are of one month.
fn same_month(a: Option<&Value>, b: Option<&Value>) -> bool {
    let month = |value: Option<&Value>| value.and_then(Value::as_date).map(|day| (day.year(), day.month()));
    month(a).is_some() && month(a) == month(b)
}

//! Records in the plainest shape: a list of named contents. From the same rows come a ledger for the
//! engine and the tables of the oracle, so neither can be told something that the other is not.

use chrono::NaiveDate;
use incubator::ledger::Ledger;
use incubator::record::{KINDS, Kind, Record, Value, kind, parse_value};

/// Content of one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Counts, ids, years; money in 分.
    Int(i64),
    /// Texts and choices.
    Text(String),
    /// Days, months as their first.
    Day(NaiveDate),
    /// Yes or no.
    Bool(bool),
}

impl From<i64> for Content {
    fn from(n: i64) -> Content {
        Content::Int(n)
    }
}
impl From<&str> for Content {
    fn from(s: &str) -> Content {
        Content::Text(s.to_owned())
    }
}
impl From<String> for Content {
    fn from(s: String) -> Content {
        Content::Text(s)
    }
}
impl From<NaiveDate> for Content {
    fn from(d: NaiveDate) -> Content {
        Content::Day(d)
    }
}
impl From<bool> for Content {
    fn from(b: bool) -> Content {
        Content::Bool(b)
    }
}

/// One record: only the fields that are filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// English name of the kind.
    pub kind: &'static str,
    /// Unique within the kind.
    pub id: i64,
    /// What is filled in.
    pub fields: Vec<(&'static str, Content)>,
}

impl Row {
    /// Writes over a field, or blanks it.
    pub fn set(&mut self, field: &'static str, content: Option<Content>) {
        match (self.fields.iter().position(|(name, _)| *name == field), content) {
            (Some(at), Some(content)) => self.fields[at].1 = content,
            (Some(at), None) => drop(self.fields.remove(at)),
            (None, content) => self.fields.extend(content.map(|c| (field, c))),
        }
    }

    /// What a field holds.
    pub fn get(&self, field: &str) -> Option<&Content> {
        self.fields.iter().find(|(name, _)| *name == field).map(|(_, c)| c)
    }

    /// The day in a field.
    pub fn day(&self, field: &str) -> Option<NaiveDate> {
        match self.get(field) {
            Some(Content::Day(day)) => Some(*day),
            _ => None,
        }
    }

    /// The number in a field.
    pub fn int(&self, field: &str) -> Option<i64> {
        match self.get(field) {
            Some(Content::Int(n)) => Some(*n),
            _ => None,
        }
    }

    /// As the engine holds it. A field that its kind does not declare is a mistake of the test.
    pub fn record(&self) -> Record {
        let of = kind(self.kind).unwrap_or_else(|| panic!("no kind {}", self.kind));
        let mut record = Record::empty(of, self.id);
        for (name, content) in &self.fields {
            assert!(of.at(name).is_some(), "{} has no field {name}", self.kind);
            let value = match content {
                Content::Int(n) => Value::Int(*n),
                Content::Text(s) => Value::text(s.as_str()),
                Content::Day(d) => Value::Date(*d),
                Content::Bool(b) => Value::Bool(*b),
            };
            record.set(of, name, Some(value));
        }
        record
    }
}

/// A whole set of records.
#[derive(Debug, Clone, Default)]
pub struct Rows(pub Vec<Row>);

impl Rows {
    /// Adds a record under the next free id of its kind.
    pub fn add(&mut self, kind: &'static str) -> &mut Row {
        let id = 1 + self.0.iter().filter(|r| r.kind == kind).map(|r| r.id).max().unwrap_or(0);
        self.0.push(Row { kind, id, fields: Vec::new() });
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    /// Records of one kind.
    pub fn of(&self, kind: &str) -> impl Iterator<Item = &Row> {
        self.0.iter().filter(move |r| r.kind == kind)
    }

    /// One record.
    pub fn row(&mut self, kind: &str, id: i64) -> &mut Row {
        let found = self.0.iter_mut().find(|r| r.kind == kind && r.id == id);
        found.unwrap_or_else(|| panic!("no {kind} {id}"))
    }

    /// As the engine reads them.
    pub fn ledger(&self) -> Ledger {
        let of_kind = |k: &&'static Kind| -> (&'static Kind, Vec<Record>) {
            let mut rows: Vec<Record> = self.of(k.name).map(Row::record).collect();
            rows.sort_by_key(|r| r.id);
            (*k, rows)
        };
        Ledger::new(KINDS.iter().map(of_kind))
    }
}

/// A field's content from the text that a person would type: `2021-09-20`, `1234.50` 元, 是.
/// Unknown kinds, fields and unreadable texts are mistakes of the test's data.
pub fn typed(kind_name: &str, field: &str, text: &str) -> (&'static str, &'static str, Option<Content>) {
    let of = kind(kind_name).unwrap_or_else(|| panic!("no kind {kind_name}"));
    let declared = of.field(field).unwrap_or_else(|| panic!("{kind_name} has no field {field}"));
    let content = match parse_value(declared, text).unwrap_or_else(|e| panic!("{kind_name}.{field}: {e}")) {
        None => None,
        Some(Value::Int(n)) => Some(Content::Int(n)),
        Some(Value::Text(s)) => Some(Content::Text(s.to_string())),
        Some(Value::Date(d)) => Some(Content::Day(d)),
        Some(Value::Bool(b)) => Some(Content::Bool(b)),
        Some(Value::Ids(_)) => panic!("{kind_name}.{field}: lists of references are not used in this data"),
    };
    (of.name, declared.name, content)
}

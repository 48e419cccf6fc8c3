//! All records in memory, as figures and forms see them. Built by the store, or by hand in tests.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::NaiveDate;

use crate::record::{KINDS, Kind, Record, Stage, Type, Value, format_value, kind};

/// Every record that is not in the bin.
#[derive(Debug, Clone)]
pub struct Ledger {
    tables: Vec<Table>,
    /// Last day in the space, by tenant: from its exit record.
    left_on: HashMap<i64, NaiveDate>,
}

#[derive(Debug, Clone, Default)]
struct Table {
    rows: Vec<Record>,
}

/// Positions of the tenant's fields that its stage and stay depend on.
struct TenantAt {
    kind: &'static Kind,
    entered_as: usize,
    registered_on: usize,
    moved_in_on: usize,
    exit: &'static Kind,
    exit_tenant: usize,
    exit_on: usize,
}

static AT: LazyLock<TenantAt> = LazyLock::new(|| {
    let found = |name: &str| kind(name).unwrap_or(KINDS[0]);
    let (tenant, exit) = (found("tenant"), found("exit"));
    let at = |k: &Kind, f: &str| k.at(f).unwrap_or(usize::MAX);
    TenantAt {
        kind: tenant,
        entered_as: at(tenant, "entered_as"),
        registered_on: at(tenant, "registered_on"),
        moved_in_on: at(tenant, "moved_in_on"),
        exit,
        exit_tenant: at(exit, "tenant"),
        exit_on: at(exit, "on"),
    }
});

impl Default for Ledger {
    fn default() -> Ledger {
        Ledger { tables: vec![Table::default(); KINDS.len()], left_on: HashMap::new() }
    }
}

impl Ledger {
    /// A ledger of these records, each kind's by id.
    pub fn new(records: impl IntoIterator<Item = (&'static Kind, Vec<Record>)>) -> Ledger {
        let mut ledger = Ledger::default();
        for (kind, mut rows) in records {
            // Already so from the store: then this only looks.
            rows.sort_by_key(|r| r.id);
            if let Some(table) = ledger.tables.get_mut(kind.index()) {
                *table = Table { rows };
            }
        }
        let mut left_on = HashMap::new();
        for exit in ledger.rows(AT.exit) {
            let tenant = exit.get(AT.exit_tenant).and_then(Value::as_int);
            let on = exit.get(AT.exit_on).and_then(Value::as_date);
            if let (Some(tenant), Some(on)) = (tenant, on) {
                // The first exit ends the stay; who comes back is entered anew.
                let last = left_on.entry(tenant).or_insert(on);
                *last = on.min(*last);
            }
        }
        ledger.left_on = left_on;
        ledger
    }

    /// The same ledger with some records put in, replaced, or (with `None`) taken out.
    #[must_use]
    pub fn with(&self, changes: impl IntoIterator<Item = (&'static Kind, i64, Option<Record>)>) -> Ledger {
        let mut tables: Vec<Vec<Record>> = self.tables.iter().map(|t| t.rows.clone()).collect();
        for (kind, id, record) in changes {
            let Some(rows) = tables.get_mut(kind.index()) else { continue };
            match (rows.binary_search_by_key(&id, |r| r.id), record) {
                (Ok(at), Some(record)) => rows[at] = record,
                (Ok(at), None) => drop(rows.remove(at)),
                (Err(at), Some(record)) => rows.insert(at, record),
                (Err(_), None) => {}
            }
        }
        Ledger::new(KINDS.iter().copied().zip(tables))
    }

    /// Records of a kind, by id ascending as the store gives them.
    pub fn rows(&self, kind: &Kind) -> &[Record] {
        self.tables.get(kind.index()).map_or(&[], |t| &t.rows)
    }

    /// One record.
    pub fn get(&self, kind: &Kind, id: i64) -> Option<&Record> {
        let table = self.tables.get(kind.index())?;
        // Ids without gaps make an id its own position; a gap costs a search.
        let first = table.rows.first()?.id;
        let guess = usize::try_from(id.checked_sub(first)?).ok()?;
        match table.rows.get(guess) {
            Some(record) if record.id == id => Some(record),
            _ => table.rows.binary_search_by_key(&id, |r| r.id).ok().and_then(|at| table.rows.get(at)),
        }
    }

    /// Whether no record of a visible kind is there.
    pub fn is_empty(&self) -> bool {
        KINDS.iter().zip(&self.tables).all(|(kind, table)| kind.internal || table.rows.is_empty())
    }

    /// A tenant's last day in the space, from its exit record.
    pub fn left_on(&self, tenant: i64) -> Option<NaiveDate> {
        self.left_on.get(&tenant).copied()
    }

    /// A tenant's day of moving in and last day; no stay without the first.
    pub fn stay(&self, tenant: &Record) -> Option<(NaiveDate, Option<NaiveDate>)> {
        let from = tenant.get(AT.moved_in_on)?.as_date()?;
        Some((from, self.left_on(tenant.id)))
    }

    /// What a tenant is on a day. With a day of registration that decides; without one, what it was
    /// entered as. (One tenant counts once: our reading, domain.md B.2.)
    pub fn stage(&self, tenant: &Record, on: NaiveDate) -> Stage {
        let entered = tenant.get(AT.entered_as).and_then(Value::as_text);
        match tenant.get(AT.registered_on).and_then(Value::as_date) {
            Some(registered) if registered <= on => Stage::Enterprise,
            None if entered == Some(Stage::Enterprise.word()) => Stage::Enterprise,
            _ => Stage::Team,
        }
    }

    /// First and last day of a record's life by its kind's span; open ends are `None`.
    pub fn span(&self, kind: &Kind, record: &Record) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let Some((from, to)) = kind.span else { return (None, None) };
        let day = |name| record.field(kind, name).and_then(Value::as_date);
        let last = if kind.name == AT.kind.name { self.left_on(record.id) } else { day(to) };
        (day(from), last)
    }

    /// The text of one field with references written as the names they mean.
    pub fn text(&self, kind: &Kind, record: &Record, field: &str) -> String {
        let Some(at) = kind.at(field) else { return String::new() };
        let Some(f) = kind.fields.get(at) else { return String::new() };
        let named = |of: &str, id: i64| {
            let kind = crate::record::kind(of)?;
            Some(self.label(kind, self.get(kind, id)?))
        };
        match (f.ty, record.get(at)) {
            (Type::Ref(of), Some(Value::Int(id))) => named(of, *id).unwrap_or_else(|| format!("(已删除 {id})")),
            (Type::Refs(of), Some(Value::Ids(ids))) => {
                let names: Vec<String> =
                    ids.iter().map(|id| named(of, *id).unwrap_or_else(|| format!("(已删除 {id})"))).collect();
                names.join("、")
            }
            (_, value) => format_value(f, value),
        }
    }

    /// A record's own label: the texts of its kind's title fields.
    pub fn label(&self, kind: &Kind, record: &Record) -> String {
        let parts: Vec<String> =
            kind.title.iter().map(|name| self.text(kind, record, name)).filter(|s| !s.is_empty()).collect();
        if parts.is_empty() { format!("{} {}", kind.label, record.id) } else { parts.join(" ") }
    }
}

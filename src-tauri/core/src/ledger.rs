//! All records in memory, as figures and forms see them. Built by the store, or by hand in tests.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;

use crate::record::{KINDS, Kind, Record, Stage, Type, Value, format_value, kind};

/// Every record that is not in the bin. Tables are shared between copies, so a copy costs next to
/// nothing and one with changes costs the tables that differ.
#[derive(Debug, Clone)]
pub struct Ledger {
    tables: Vec<Arc<Vec<Record>>>,
    /// Last day in the space, by tenant: from its exit record.
    left_on: Arc<HashMap<i64, NaiveDate>>,
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
        Ledger { tables: vec![Arc::default(); KINDS.len()], left_on: Arc::default() }
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
                *table = Arc::new(rows);
            }
        }
        ledger.see_exits();
        ledger
    }

    /// Works out who left when.
    fn see_exits(&mut self) {
        let mut left_on = HashMap::new();
        for exit in self.rows(AT.exit) {
            let tenant = exit.get(AT.exit_tenant).and_then(Value::as_int);
            let on = exit.get(AT.exit_on).and_then(Value::as_date);
            if let (Some(tenant), Some(on)) = (tenant, on) {
                // The first exit ends the stay; who comes back is entered anew.
                let last = left_on.entry(tenant).or_insert(on);
                *last = on.min(*last);
            }
        }
        self.left_on = Arc::new(left_on);
    }

    /// The same ledger with some records put in, replaced, or (with `None`) taken out.
    #[must_use]
    pub fn with(&self, changes: impl IntoIterator<Item = (&'static Kind, i64, Option<Record>)>) -> Ledger {
        let mut ledger = self.clone();
        ledger.put(changes);
        ledger
    }

    /// Puts records in, replaces them, or (with `None`) takes them out. Tables that no copy shares change in place.
    pub fn put(&mut self, changes: impl IntoIterator<Item = (&'static Kind, i64, Option<Record>)>) {
        for (kind, id, record) in changes {
            let Some(rows) = self.tables.get_mut(kind.index()).map(Arc::make_mut) else { continue };
            match (rows.binary_search_by_key(&id, |r| r.id), record) {
                (Ok(at), Some(record)) => rows[at] = record,
                (Ok(at), None) => drop(rows.remove(at)),
                (Err(at), Some(record)) => rows.insert(at, record),
                (Err(_), None) => {}
            }
        }
        self.see_exits();
    }

    /// Records of a kind, by id ascending as the store gives them.
    pub fn rows(&self, kind: &Kind) -> &[Record] {
        self.tables.get(kind.index()).map_or(&[], |t| t.as_slice())
    }

    /// One record.
    pub fn get(&self, kind: &Kind, id: i64) -> Option<&Record> {
        let rows = self.tables.get(kind.index())?;
        // Ids without gaps make an id its own position; a gap costs a search.
        let first = rows.first()?.id;
        let guess = usize::try_from(id.checked_sub(first)?).ok()?;
        match rows.get(guess) {
            Some(record) if record.id == id => Some(record),
            _ => rows.binary_search_by_key(&id, |r| r.id).ok().and_then(|at| rows.get(at)),
        }
    }

    /// Whether no record of a visible kind is there.
    pub fn is_empty(&self) -> bool {
        KINDS.iter().zip(&self.tables).all(|(kind, rows)| kind.internal || rows.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(id: i64, on: &str) -> Record {
        let mut record = Record::empty(AT.exit, id);
        record.set(AT.exit, "tenant", Some(Value::Int(1)));
        record.set(AT.exit, "on", on.parse().ok().map(Value::Date));
        record
    }

    #[test]
    fn a_copy_with_changes_leaves_the_original_alone() {
        let ledger = Ledger::new([(AT.exit, vec![exit(7, "2021-05-01"), exit(2, "2021-06-01")])]);
        let ids = |ledger: &Ledger| ledger.rows(AT.exit).iter().map(|r| r.id).collect::<Vec<_>>();
        assert_eq!(ids(&ledger), [2, 7], "by id, however they came");
        assert_eq!(ledger.left_on(1), "2021-05-01".parse().ok(), "the first exit ends the stay");
        let other = ledger.with([(AT.exit, 7, None), (AT.exit, 9, Some(exit(9, "2021-05-20")))]);
        assert_eq!(ids(&other), [2, 9], "one taken out, one put in");
        assert_eq!(other.left_on(1), "2021-05-20".parse().ok(), "and the stay follows");
        assert_eq!(
            (ids(&ledger), ledger.left_on(1)),
            (vec![2, 7], "2021-05-01".parse().ok()),
            "tables are shared, changes are not"
        );
        for id in [2, 7] {
            assert_eq!(ledger.get(AT.exit, id).map(|r| r.id), Some(id), "found across a gap in the ids");
        }
        assert!(ledger.get(AT.exit, 3).is_none() && ledger.get(AT.exit, -1).is_none(), "nobody has these ids");
    }
}

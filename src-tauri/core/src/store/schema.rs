//! Tables, migrations, triggers and the statements made from the declared kinds.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use rusqlite::Connection;
use rusqlite::types::{Value as Sql, ValueRef};
use serde_json::{Map, Value as Json};

use crate::error::{Error, Result};
use crate::record::{Field, KINDS, Kind, Record, Type, Value};

/// Marks the file as ours, "TZTC".
pub(super) const APPLICATION_ID: i64 = 0x545A_5443;

/// One shipped migration.
pub(super) struct Migration {
    /// Its statements. Once shipped they are never edited: a test holds their hash.
    pub(super) sql: &'static str,
}

/// All migrations; a store's `user_version` counts those it has been through.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration { sql: include_str!("migrations/0001_start.sql") },
    Migration { sql: include_str!("migrations/0002_annexes.sql") },
    Migration { sql: include_str!("migrations/0003_who.sql") },
    Migration { sql: include_str!("migrations/0004_guests.sql") },
];

/// The statements of one kind. Columns stand in declared order and are read by position.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) kind: &'static Kind,
    /// `id`, the fields, `deleted_at`, `deleted_with` of all live records by id.
    pub(super) live: String,
    /// The same of one record, live or in the bin.
    pub(super) one: String,
    pub(super) insert: String,
    pub(super) update: String,
    pub(super) delete: String,
    /// A row as the log writes it.
    pub(super) json: String,
    /// Optional and required references from elsewhere: kind, column, required.
    pub(super) referrers: Vec<(&'static Kind, &'static str, bool)>,
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| KINDS.iter().map(|kind| Table::of(kind)).collect());

/// The columns behind the fields: when the record was put into the bin, and the record (`tenant:5`)
/// with which it went there.
pub(super) const BIN: [&str; 2] = ["deleted_at", "deleted_with"];

/// The statements of a kind.
pub(super) fn table(kind: &Kind) -> Result<&'static Table> {
    TABLES.get(kind.index()).ok_or_else(|| Error::Database(format!("没有名为“{}”的记录种类", kind.name)))
}

/// The statements of all kinds.
pub(super) fn tables() -> &'static [Table] {
    &TABLES
}

impl Table {
    fn of(kind: &'static Kind) -> Table {
        let name = kind.name;
        let columns: Vec<&str> = kind.fields.iter().map(|f| f.name).chain(BIN).collect();
        let quoted: Vec<String> = columns.iter().map(|c| format!("\"{c}\"")).collect();
        let list = quoted.join(", ");
        let marks: Vec<String> = (2..columns.len() + 2).map(|n| format!("?{n}")).collect();
        let sets: Vec<String> = quoted.iter().zip(&marks).map(|(c, m)| format!("{c} = {m}")).collect();
        let referrers = KINDS.iter().flat_map(|from| {
            let refers = |f: &&Field| matches!(f.ty, Type::Ref(to) if to == name);
            from.fields.iter().filter(refers).map(|f| (*from, f.name, f.required))
        });
        Table {
            kind,
            live: format!("SELECT id, {list} FROM \"{name}\" WHERE deleted_at IS NULL ORDER BY id"),
            one: format!("SELECT id, {list} FROM \"{name}\" WHERE id = ?1"),
            insert: format!("INSERT INTO \"{name}\" (id, {list}) VALUES (?1, {})", marks.join(", ")),
            update: format!("UPDATE \"{name}\" SET {} WHERE id = ?1", sets.join(", ")),
            delete: format!("DELETE FROM \"{name}\" WHERE id = ?1"),
            json: row_json("", &columns),
            referrers: referrers.collect(),
        }
    }

    /// Names of all columns after `id`, with their types.
    pub(super) fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.kind.fields.iter().map(|f| f.name).chain(BIN)
    }

    /// Reads a row of [`Table::live`] or [`Table::one`].
    pub(super) fn record(&self, row: &rusqlite::Row<'_>) -> Result<Record> {
        let mut cells = Vec::with_capacity(self.kind.fields.len());
        for (at, field) in self.kind.fields.iter().enumerate() {
            cells.push(decode(field, row.get_ref(at + 1)?).map_err(|say| unreadable(self.kind, &say))?);
        }
        Ok(Record { id: row.get(0)?, cells })
    }

    /// Reads a row of the log; `None` when the record was not there or in the bin.
    pub(super) fn record_of_json(&self, id: i64, json: Option<&str>) -> Result<Option<Record>> {
        let Some(json) = json else { return Ok(None) };
        let map = parse_row(self.kind, json)?;
        if map.contains_key(BIN[0]) {
            return Ok(None);
        }
        let cell = |field: &Field| {
            let sql = sql_of_json(map.get(field.name));
            decode(field, ValueRef::from(&sql)).map_err(|say| unreadable(self.kind, &say))
        };
        let cells = self.kind.fields.iter().map(cell).collect::<Result<_>>()?;
        Ok(Some(Record { id, cells }))
    }
}

fn unreadable(kind: &Kind, say: &str) -> Error {
    Error::Damaged { reason: format!("{}中有无法识别的内容({say})", kind.label), backup: None }
}

/// A logged row by column name; blank columns are left out of it.
pub(super) fn parse_row(kind: &Kind, json: &str) -> Result<Map<String, Json>> {
    serde_json::from_str(json).map_err(|e| unreadable(kind, &e.to_string()))
}

/// A logged cell as SQLite takes it.
pub(super) fn sql_of_json(value: Option<&Json>) -> Sql {
    match value {
        Some(Json::Number(n)) => n.as_i64().map_or(Sql::Null, Sql::Integer),
        Some(Json::String(s)) => Sql::Text(s.clone()),
        _ => Sql::Null,
    }
}

/// Expression that writes a row as JSON, blank columns left out.
fn row_json(prefix: &str, columns: &[&str]) -> String {
    let pairs: Vec<String> = columns.iter().map(|c| format!("'{c}', {prefix}\"{c}\"")).collect();
    format!("json_patch('{{}}', json_object({}))", pairs.join(", "))
}

/// A cell as SQLite takes it; the error says in Chinese why it cannot be kept.
pub(super) fn encode(field: &Field, value: Option<&Value>) -> std::result::Result<Sql, String> {
    Ok(match (field.ty, value) {
        (_, None) => Sql::Null,
        (Type::Month, Some(Value::Date(d))) => Sql::Text(format!("{:04}-{:02}", d.year(), d.month())),
        (Type::Date, Some(Value::Date(d))) if (1..=9999).contains(&d.year()) => Sql::Text(d.to_string()),
        (Type::Bool, Some(Value::Bool(b))) => Sql::Integer(i64::from(*b)),
        (Type::Refs(_), Some(Value::Ids(ids))) => {
            let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
            Sql::Text(format!("[{}]", ids.join(",")))
        }
        (Type::Year | Type::Int | Type::Decimal | Type::Money | Type::Ref(_), Some(Value::Int(n))) => Sql::Integer(*n),
        (
            Type::Date
            | Type::Month
            | Type::Bool
            | Type::Refs(_)
            | Type::Year
            | Type::Int
            | Type::Decimal
            | Type::Money
            | Type::Ref(_),
            Some(_),
        ) => return Err(format!("{}的内容类型不对", field.label)),
        // SQLite's JSON stops at a NUL, and nobody means one.
        (_, Some(Value::Text(s))) if s.contains('\0') => return Err(format!("{}含有无效字符", field.label)),
        (_, Some(Value::Text(s))) if s.is_empty() => Sql::Null,
        (_, Some(Value::Text(s))) => Sql::Text(s.to_string()),
        (_, Some(_)) => return Err(format!("{}的内容类型不对", field.label)),
    })
}

/// A cell as it was read; the error says in Chinese what stands there instead.
fn decode(field: &Field, value: ValueRef<'_>) -> std::result::Result<Option<Value>, String> {
    let wrong = || format!("{}为 {value:?}", field.label);
    Ok(Some(match (field.ty, value) {
        (_, ValueRef::Null) => return Ok(None),
        (Type::Bool, ValueRef::Integer(n @ (0 | 1))) => Value::Bool(n == 1),
        (Type::Bool, _) => return Err(wrong()),
        (Type::Year | Type::Int | Type::Decimal | Type::Money | Type::Ref(_), ValueRef::Integer(n)) => Value::Int(n),
        (Type::Year | Type::Int | Type::Decimal | Type::Money | Type::Ref(_), _) => return Err(wrong()),
        (Type::Date | Type::Month, ValueRef::Text(t)) => Value::Date(day(t).ok_or_else(wrong)?),
        (Type::Refs(_), ValueRef::Text(t)) => {
            let ids: Vec<i64> = serde_json::from_slice(t).map_err(|_| wrong())?;
            Value::Ids(ids.into())
        }
        (_, ValueRef::Text(t)) => Value::text(std::str::from_utf8(t).map_err(|_| wrong())?),
        _ => return Err(wrong()),
    }))
}

/// `YYYY-MM-DD` or `YYYY-MM`, without a format string: this is most of the time of reading a ledger.
fn day(text: &[u8]) -> Option<NaiveDate> {
    let number = |part: Option<&[u8]>| {
        let part = part?;
        part.iter().try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    };
    let dash = |at: usize| text.get(at) == Some(&b'-');
    let year = i32::try_from(number(text.get(0..4))?).ok()?;
    let month = number(text.get(5..7))?;
    match text.len() {
        7 if dash(4) => NaiveDate::from_ymd_opt(year, month, 1),
        10 if dash(4) && dash(7) => NaiveDate::from_ymd_opt(year, month, number(text.get(8..10))?),
        _ => None,
    }
}

/// The step that is being written, or nothing outside `change()`.
const OPEN_STEP: &str = "(SELECT id FROM step WHERE id = (SELECT max(id) FROM step) AND hash IS NULL)";

/// The columns behind `id` that a table really has; none when a store of an older schema has no such table.
fn columns_there(conn: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut columns = conn.prepare("SELECT name FROM pragma_table_info(?1) WHERE name <> 'id' ORDER BY cid")?;
    columns.query_map([table], |row| row.get(0))?.collect()
}

/// Expression that writes a row of a table as the log does, with the columns that it really has.
pub(super) fn logged_row(conn: &Connection, table: &str) -> rusqlite::Result<Option<String>> {
    let columns = columns_there(conn, table)?;
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    Ok((!columns.is_empty()).then(|| row_json("", &columns)))
}

/// Triggers that keep the change log, made from the columns that the tables really have. They write
/// in the same transaction as the change, and stop a writer that has no step.
fn triggers(conn: &Connection) -> rusqlite::Result<String> {
    let mut sql = String::new();
    for table in tables().iter().map(|t| t.kind.name) {
        let columns = columns_there(conn, table)?;
        if columns.is_empty() {
            continue;
        }
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let (old, new) = (row_json("OLD.", &columns), row_json("NEW.", &columns));
        for (event, id, before, after) in
            [("INSERT", "NEW", "NULL", &*new), ("UPDATE", "NEW", &*old, &*new), ("DELETE", "OLD", &*old, "NULL")]
        {
            let name = format!("log_{table}_{}", event.to_lowercase());
            let moved = if event == "UPDATE" { " OR NEW.id <> OLD.id" } else { "" };
            sql += &format!(
                "DROP TRIGGER IF EXISTS \"{name}\";
CREATE TRIGGER \"{name}\" AFTER {event} ON \"{table}\" BEGIN
  SELECT RAISE(ABORT, '只能经由众创台账修改') WHERE {OPEN_STEP} IS NULL{moved};
  INSERT INTO change (step, kind, row, before, after)
  VALUES ({OPEN_STEP}, '{table}', {id}.id, {before}, {after});
END;\n"
            );
        }
    }
    Ok(sql)
}

/// Takes a store from its version to the newest of `migrations`, each in a transaction of its own.
/// `at` stamps the step that a migration leaves when it changes records.
pub(super) fn migrate(conn: &mut Connection, migrations: &[Migration], at: &str) -> Result<()> {
    let version: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let done = usize::try_from(version).unwrap_or(0);
    for (index, migration) in migrations.iter().enumerate().skip(done) {
        let number = index as i64 + 1;
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        // A store that is being made has no records yet, so nothing of it belongs in its log.
        let made = index > 0 && tx.query_row("SELECT EXISTS (SELECT 1 FROM store)", [], |r| r.get(0))?;
        if !made {
            tx.execute_batch(migration.sql)?;
        } else {
            let step =
                super::log::begin(&tx, &format!("升级台账结构到版本 {number}"), at, super::StepKind::Migrate, None)?;
            tx.execute_batch(migration.sql)?;
            if super::log::seal(&tx, step)? == 0 {
                tx.execute("DELETE FROM step WHERE id = ?1", [step])?;
            }
        }
        tx.execute_batch(&triggers(&tx)?)?;
        tx.pragma_update(None, "user_version", number)?;
        tx.commit()?;
    }
    Ok(())
}

/// What a sound store of this program has in its schema: one line an object.
pub(super) fn objects(conn: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut all = conn.prepare(
        "SELECT type || ' ' || name || ' ' || tbl_name, coalesce(sql, '') FROM sqlite_schema
         WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1",
    )?;
    all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Connection {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn, MIGRATIONS, "").unwrap();
        conn
    }

    #[test]
    fn every_field_has_a_column_and_every_column_a_field() {
        let conn = fresh();
        for table in tables() {
            let columns =
                format!("SELECT name || ' ' || type FROM pragma_table_info('{}') ORDER BY cid", table.kind.name);
            let mut columns = conn.prepare(&columns).unwrap();
            let columns: Vec<String> = columns.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
            let mut want = vec!["id INTEGER".to_owned()];
            want.extend(table.kind.fields.iter().map(|f| format!("{} {}", f.name, f.ty.sql())));
            want.extend(BIN.map(|c| format!("{c} TEXT")));
            let sorted = |mut v: Vec<String>| {
                v.sort();
                v
            };
            assert_eq!(sorted(columns), sorted(want), "table {}", table.kind.name);
        }
        let mut names =
            conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").unwrap();
        for name in names.query_map([], |r| r.get::<_, String>(0)).unwrap().map(Result::unwrap) {
            let ours =
                ["store", "step", "change", "signature"].contains(&&*name) || KINDS.iter().any(|k| k.name == name);
            assert!(ours, "table {name} belongs to no declared kind");
        }
    }

    #[test]
    fn tables_are_strict_and_references_declared() {
        let conn = fresh();
        for kind in KINDS {
            let strict: bool = conn
                .query_row("SELECT strict FROM pragma_table_list WHERE name = ?1", [kind.name], |r| r.get(0))
                .unwrap();
            assert!(strict, "{} keeps its column types", kind.name);
            for field in kind.fields {
                let Type::Ref(to) = field.ty else { continue };
                let found: i64 = conn
                    .query_row(
                        "SELECT count(*) FROM pragma_foreign_key_list(?1) WHERE \"from\" = ?2 AND \"table\" = ?3",
                        [kind.name, field.name, to],
                        |r| r.get(0),
                    )
                    .unwrap();
                assert_eq!(found, 1, "{}.{} refers to {to}", kind.name, field.name);
            }
        }
    }

    #[test]
    fn shipped_migrations_are_never_edited() {
        let hashes: Vec<String> =
            MIGRATIONS.iter().map(|m| super::super::folder::hash_of(m.sql.as_bytes())[..16].to_owned()).collect();
        assert_eq!(
            hashes,
            ["a684515bd1eef3ea", "0b397ab5f1fad080", "de016e9bfdc9800d", "46f0408498a0db16"],
            "add a migration instead of editing one that stores have been through"
        );
    }

    #[test]
    fn days_are_read_exactly() {
        for (text, want) in [
            ("2021-09-20", "2021-09-20"),
            ("2021-09", "2021-09-01"),
            ("2021-02-29", ""),
            ("2021-9-20", ""),
            ("2021/09/20", ""),
            ("2021-09-2x", ""),
            ("", ""),
        ] {
            assert_eq!(day(text.as_bytes()).map(|d| d.to_string()).unwrap_or_default(), want, "{text}");
        }
    }
}

//! Is a database sound? SQLite's own checks, then ours: the schema, the chain of the log, and the rows
//! against the log, so that a flipped bit inside a value is found too.

use rusqlite::Connection;
use serde_json::Value as Json;

use super::{log, schema};
use crate::error::Result;

/// What is wrong with a database, in Chinese, or `None`. `expected` is the schema of a sound store.
pub(super) fn flaw(conn: &Connection, expected: &[(String, String)]) -> Result<Option<String>> {
    match all(conn, expected) {
        Ok(found) => Ok(found),
        Err(e) if is_damage(&e) => Ok(Some(format!("数据库无法读取({e})"))),
        Err(e) => Err(e.into()),
    }
}

/// Whether an error means that the file itself is bad.
pub(super) fn is_damage(e: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, SchemaChanged, TypeMismatch};
    match e {
        rusqlite::Error::SqliteFailure(code, _) => {
            // A plain SQLITE_ERROR while only reading means that a table or column is not what it was.
            matches!(code.code, DatabaseCorrupt | NotADatabase | SchemaChanged | TypeMismatch)
                || code.extended_code == 1
                || code.extended_code == rusqlite::ffi::SQLITE_IOERR_SHORT_READ
        }
        rusqlite::Error::SqlInputError { .. }
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::QueryReturnedNoRows => true,
        _ => false,
    }
}

fn all(conn: &Connection, expected: &[(String, String)]) -> rusqlite::Result<Option<String>> {
    let id: i64 = conn.pragma_query_value(None, "application_id", |r| r.get(0))?;
    if id != schema::APPLICATION_ID {
        return Ok(Some("不是众创台账的数据库".into()));
    }
    let said: String = conn.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0))?;
    if said != "ok" {
        return Ok(Some(format!("数据库完整性检查未通过({said})")));
    }
    if conn.prepare("PRAGMA foreign_key_check")?.query([])?.next()?.is_some() {
        return Ok(Some("有记录引用了不存在的记录".into()));
    }
    if schema::objects(conn)? != expected {
        return Ok(Some("数据库结构与本程序不符".into()));
    }
    if let Some(say) = log::chain_flaw(conn)? {
        return Ok(Some(say));
    }
    for table in schema::tables() {
        if let Some(say) = rows_flaw(conn, table)? {
            return Ok(Some(say));
        }
    }
    Ok(None)
}

/// Rows of a table that are not what the log last said of them.
fn rows_flaw(conn: &Connection, table: &schema::Table) -> rusqlite::Result<Option<String>> {
    let name = table.kind.name;
    // A store of an older schema has fewer columns, and may not have the table at all.
    let Some(json) = schema::logged_row(conn, name)? else { return Ok(None) };
    let mut differing = conn.prepare(&format!(
        "SELECT id, now, logged FROM (SELECT id, {json} AS now,
           (SELECT after FROM change WHERE kind = '{name}' AND row = t.id ORDER BY seq DESC LIMIT 1) AS logged
         FROM \"{name}\" t NOT INDEXED) WHERE now IS NOT logged"
    ))?;
    let mut rows = differing.query([])?;
    while let Some(row) = rows.next()? {
        // Another SQLite may write the same content as other JSON text.
        let read = |at| -> rusqlite::Result<Option<Json>> {
            Ok(row.get::<_, Option<String>>(at)?.and_then(|s| serde_json::from_str(&s).ok()))
        };
        let (now, logged) = (read(1)?, read(2)?);
        if now.is_none() || now != logged {
            return Ok(Some(format!("{}(编号 {})与变更日志不符", table.kind.label, row.get::<_, i64>(0)?)));
        }
    }
    let there: i64 = conn.query_row(&format!("SELECT count(*) FROM \"{name}\" NOT INDEXED"), [], |r| r.get(0))?;
    let logged: i64 = conn.query_row(
        "SELECT count(*) FROM (SELECT after, max(seq) FROM change WHERE kind = ?1 GROUP BY row) WHERE after IS NOT NULL",
        [name],
        |r| r.get(0),
    )?;
    Ok((there != logged).then(|| format!("{}应有 {logged} 条，实有 {there} 条", table.kind.label)))
}

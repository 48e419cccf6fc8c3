//! Writing: what a closure given to [`Store::change`](super::Store::change) can do.

use std::collections::HashMap;

use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use serde_json::{Map, Value as Json};

use super::schema::{self, BIN, Table, encode, sql_of_json};
use crate::error::{Error, Flaw, Result};
use crate::record::{self, KINDS, Kind, Record, Shape, Type, Value, format_value};

/// One change under way. Everything it does becomes one step of undo, or nothing at all.
pub struct Tx<'a> {
    conn: &'a Connection,
    at: &'a str,
    step: i64,
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: &'a Connection, at: &'a str, step: i64) -> Tx<'a> {
        Tx { conn, at, step }
    }

    /// Id that this step has when it is saved.
    pub fn step(&self) -> i64 {
        self.step
    }

    /// Time stamp of this step, local, `2021-09-20T08:30:00.000`.
    pub fn at(&self) -> &str {
        self.at
    }

    /// One record that is not in the bin.
    ///
    /// # Errors
    /// When SQLite cannot read it.
    pub fn get(&self, kind: &Kind, id: i64) -> Result<Option<Record>> {
        Ok(self.any(kind, id)?.and_then(|(record, binned)| (!binned).then_some(record)))
    }

    /// All records of a kind that are not in the bin, by id.
    ///
    /// # Errors
    /// When SQLite cannot read them.
    pub fn rows(&self, kind: &Kind) -> Result<Vec<Record>> {
        rows(self.conn, schema::table(kind)?)
    }

    /// A new record, seen as one of `shape`'s list; gives its id. Its own id is ignored, blank fields
    /// take the field's default, and the lists of teams and enterprises say what it enters as.
    ///
    /// # Errors
    /// [`Error::Flawed`] with everything that is wrong with it.
    pub fn insert(&mut self, shape: &Shape, record: Record) -> Result<i64> {
        let kind = shape.kind;
        let mut record = record;
        record.cells.resize(kind.fields.len(), None);
        for (cell, field) in record.cells.iter_mut().zip(kind.fields) {
            if cell.is_none() && !field.default.is_empty() {
                *cell = record::parse_value(field, field.default).unwrap_or_default();
            }
        }
        if let Some(stage) = shape.stage
            && record.field(kind, "entered_as").is_none()
        {
            record.set(kind, "entered_as", Some(Value::text(stage.word())));
        }
        self.insert_as_given(shape, record)
    }

    /// A new record as [`Tx::insert`] takes it, but a blank field stays blank: whoever made it has seen the defaults.
    ///
    /// # Errors
    /// As [`Tx::insert`].
    pub fn insert_as_given(&mut self, shape: &Shape, record: Record) -> Result<i64> {
        let mut record = Record { id: 0, ..record };
        record.cells.resize(shape.kind.fields.len(), None);
        let table = schema::table(shape.kind)?;
        let cells = self.checked(shape, &mut record, None)?;
        let sql = [Sql::Null].into_iter().chain(cells).chain([Sql::Null, Sql::Null]);
        self.conn.prepare_cached(&table.insert)?.execute(params_from_iter(sql))?;
        Ok(self.conn.last_insert_rowid())
    }

    /// Replaces a record by one of the same id. The same content again changes nothing.
    ///
    /// # Errors
    /// [`Error::Flawed`] with everything that is wrong with it, [`Error::Refused`] when there is no such
    /// record or it is in the bin.
    pub fn update(&mut self, shape: &Shape, record: Record) -> Result<()> {
        let kind = shape.kind;
        let mut record = record;
        record.cells.resize(kind.fields.len(), None);
        let old = self.live(kind, record.id)?;
        let cells = self.checked(shape, &mut record, Some(&old))?;
        if old == record {
            return Ok(());
        }
        let sql = [Sql::Integer(record.id)].into_iter().chain(cells).chain([Sql::Null, Sql::Null]);
        self.conn.prepare_cached(&schema::table(kind)?.update)?.execute(params_from_iter(sql))?;
        Ok(())
    }

    /// Puts a record into the bin, and with it the records that mean nothing without it: those that
    /// refer to it by a field that must be filled in (a tenant's agreements, snapshots, members …) and
    /// its proof files. Records that only mention it (an award, a session's list of tenants) stay.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such record or it is in the bin already.
    pub fn delete(&mut self, kind: &'static Kind, id: i64) -> Result<()> {
        self.delete_all(kind, &[id])
    }

    /// Puts records into the bin, each as [`Tx::delete`] does.
    ///
    /// # Errors
    /// As [`Tx::delete`].
    pub fn delete_all(&mut self, kind: &'static Kind, ids: &[i64]) -> Result<()> {
        let mut fates: HashMap<&'static str, Fate> = HashMap::new();
        for id in ids {
            let root = format!("{}:{id}", kind.name);
            let mut queue = vec![(kind, *id)];
            let mut gone = false;
            while let Some((kind, id)) = queue.pop() {
                if !fates.contains_key(kind.name) {
                    fates.insert(kind.name, self.fate(kind)?);
                }
                let Some(fate) = fates.get(kind.name) else { continue };
                if self.conn.prepare_cached(&fate.bin)?.execute((id, self.at, &root))? == 0 {
                    if !gone {
                        self.live(kind, id)?;
                    }
                    continue;
                }
                gone = true;
                for (from, referring) in &fate.by_id {
                    let mut found = self.conn.prepare_cached(referring)?;
                    for other in found.query_map([id], |r| r.get(0))? {
                        queue.push((*from, other?));
                    }
                }
                let owner = if fate.by_owner.is_empty() { String::new() } else { format!("{}:{id}", kind.name) };
                for (from, referring) in &fate.by_owner {
                    let mut found = self.conn.prepare_cached(referring)?;
                    for other in found.query_map([&owner], |r| r.get(0))? {
                        queue.push((*from, other?));
                    }
                }
            }
        }
        Ok(())
    }

    /// What puts a record of a kind into the bin, and finds those that go with it. Tables with nothing in them are
    /// asked once, not once for every record.
    fn fate(&self, kind: &'static Kind) -> Result<Fate> {
        let live = |from: &Kind| -> Result<bool> {
            let sql = format!("SELECT EXISTS (SELECT 1 FROM \"{}\" WHERE deleted_at IS NULL)", from.name);
            Ok(self.conn.prepare_cached(&sql)?.query_row([], |r| r.get(0))?)
        };
        let referring = |from: &Kind, field: &str| {
            format!("SELECT id FROM \"{}\" WHERE \"{field}\" = ?1 AND deleted_at IS NULL", from.name)
        };
        let mut fate = Fate {
            bin: format!(
                "UPDATE \"{}\" SET deleted_at = ?2, deleted_with = ?3 WHERE id = ?1 AND deleted_at IS NULL",
                kind.name
            ),
            by_id: Vec::new(),
            by_owner: Vec::new(),
        };
        for (from, field, required) in &schema::table(kind)?.referrers {
            if *required && live(from)? {
                fate.by_id.push((*from, referring(from, field)));
            }
        }
        for from in KINDS {
            for field in from.fields.iter().filter(|f| f.ty == Type::Owner && f.required) {
                if live(from)? {
                    fate.by_owner.push((*from, referring(from, field.name)));
                }
            }
        }
        Ok(fate)
    }

    /// Takes a record out of the bin, with all that went there together with it.
    ///
    /// # Errors
    /// [`Error::Refused`] when it is not in the bin or went there with another record (that one is to be put
    /// back), [`Error::Flawed`] when something it cannot do without is still in the bin.
    pub fn put_back(&mut self, kind: &'static Kind, id: i64) -> Result<()> {
        let sql = format!("SELECT deleted_at, deleted_with FROM \"{}\" WHERE id = ?1", kind.name);
        let found: Option<(Option<String>, Option<String>)> =
            self.conn.prepare_cached(&sql)?.query_row([id], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
        let Some((Some(at), with)) = found else {
            return Err(Error::refused(format!("回收站里没有这条{}(编号 {id})", kind.label)));
        };
        let root = format!("{}:{id}", kind.name);
        let with = with.unwrap_or_else(|| root.clone());
        if with != root {
            return Err(Error::refused(format!(
                "这条{}是随{}一起删除的，请恢复后者，它会一并恢复",
                kind.label,
                self.owner_label(&with)?
            )));
        }
        let mut back = Vec::new();
        for table in schema::tables() {
            let name = table.kind.name;
            let sql = format!("SELECT id FROM \"{name}\" WHERE deleted_at = ?1 AND deleted_with = ?2");
            for id in self.conn.prepare_cached(&sql)?.query_map((&at, &root), |r| r.get(0))? {
                back.push((table.kind, id?));
            }
            let sql = format!(
                "UPDATE \"{name}\" SET deleted_at = NULL, deleted_with = NULL WHERE deleted_at = ?1 AND deleted_with = ?2"
            );
            self.conn.prepare_cached(&sql)?.execute((&at, &root))?;
        }
        self.sound_again(&back)
    }

    /// Takes out of the bin all that was put there at a moment.
    ///
    /// # Errors
    /// [`Error::Refused`] when nothing was, [`Error::Flawed`] when something it cannot do without is still in the bin.
    pub fn put_back_all(&mut self, at: &str) -> Result<()> {
        let mut back = Vec::new();
        for table in schema::tables() {
            let name = table.kind.name;
            let sql = format!("SELECT id FROM \"{name}\" WHERE deleted_at = ?1");
            for id in self.conn.prepare_cached(&sql)?.query_map([at], |r| r.get(0))? {
                back.push((table.kind, id?));
            }
            let sql = format!("UPDATE \"{name}\" SET deleted_at = NULL, deleted_with = NULL WHERE deleted_at = ?1");
            self.conn.prepare_cached(&sql)?.execute([at])?;
        }
        if back.is_empty() {
            return Err(Error::refused("回收站里已没有当时删除的记录"));
        }
        self.sound_again(&back)
    }

    /// Refuses records that, put back, no longer fit.
    fn sound_again(&self, back: &[(&'static Kind, i64)]) -> Result<()> {
        let mut flaws = Vec::new();
        for (kind, id) in back {
            let Some(shape) = record::shape(kind.name) else { continue };
            if let Some(record) = self.get(kind, *id)? {
                self.cross(shape, &record, Some(&record), true, &mut flaws)?;
            }
        }
        if flaws.is_empty() { Ok(()) } else { Err(Error::Flawed { flaws }) }
    }

    fn live(&self, kind: &Kind, id: i64) -> Result<Record> {
        match self.any(kind, id)? {
            Some((record, false)) => Ok(record),
            Some((_, true)) => Err(Error::refused(format!("这条{}(编号 {id})在回收站中，请先恢复", kind.label))),
            None => Err(Error::refused(format!("没有编号为 {id} 的{}", kind.label))),
        }
    }

    /// A record and whether it is in the bin.
    fn any(&self, kind: &Kind, id: i64) -> Result<Option<(Record, bool)>> {
        let table = schema::table(kind)?;
        let mut one = self.conn.prepare_cached(&table.one)?;
        let mut rows = one.query([id])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let binned = row.get_ref(kind.fields.len() + 1)? != ValueRef::Null;
        Ok(Some((table.record(row)?, binned)))
    }

    /// The cells as SQLite takes them, after every check; empty texts become blank.
    fn checked(&self, shape: &Shape, record: &mut Record, before: Option<&Record>) -> Result<Vec<Sql>> {
        let kind = shape.kind;
        let mut cells = Vec::with_capacity(kind.fields.len() + 3);
        let mut flaws = Vec::new();
        for (cell, field) in record.cells.iter_mut().zip(kind.fields) {
            match encode(field, cell.as_ref()) {
                Ok(Sql::Null) => {
                    *cell = None;
                    cells.push(Sql::Null);
                }
                Ok(sql) => cells.push(sql),
                Err(say) => flaws.push(Flaw::field(shape.name, field.name, say)),
            }
        }
        if flaws.is_empty() {
            flaws = record::check(shape, record);
            self.cross(shape, record, before, false, &mut flaws)?;
        }
        if flaws.is_empty() {
            return Ok(cells);
        }
        if record.id != 0 {
            flaws.iter_mut().for_each(|flaw| flaw.place.id = Some(record.id));
        }
        Err(Error::Flawed { flaws })
    }

    /// Flaws against other records: references that lead nowhere or into the bin (one that was there
    /// before may stay, unless the record is put `back` and cannot do without it), and leaving before
    /// entering, from both sides.
    pub(super) fn cross(
        &self,
        shape: &Shape,
        record: &Record,
        before: Option<&Record>,
        back: bool,
        flaws: &mut Vec<Flaw>,
    ) -> Result<()> {
        let kind = shape.kind;
        for (at, field) in kind.fields.iter().enumerate() {
            let Some(value) = record.get(at) else { continue };
            let kept = before.and_then(|b| b.get(at));
            if kept == Some(value) && !(back && field.required) {
                continue;
            }
            let had = |id: &i64| matches!(kept, Some(Value::Ids(ids)) if ids.contains(id));
            let label = shape.label_of(field.name).unwrap_or(field.label);
            let mut lacks = Vec::new();
            match (field.ty, value) {
                (Type::Ref(to), Value::Int(id)) => lacks.extend(self.lack(to, *id)?),
                (Type::Refs(to), Value::Ids(ids)) => {
                    for id in ids.iter().filter(|id| !had(id)) {
                        lacks.extend(self.lack(to, *id)?);
                    }
                }
                (Type::Owner, Value::Text(owner)) => match owner.split_once(':').map(|(k, id)| (k, id.parse())) {
                    Some((to, Ok(id))) if record::kind(to).is_some() => lacks.extend(self.lack(to, id)?),
                    _ => lacks.push(format!("“{owner}”无法识别，应写成 event:12 的样子")),
                },
                _ => {}
            }
            flaws.extend(lacks.into_iter().map(|say| Flaw::field(shape.name, field.name, format!("{label}：{say}"))));
        }
        let early = |left: &dyn std::fmt::Display, entered: &dyn std::fmt::Display| {
            format!("离开日期({left})早于入驻日期({entered})")
        };
        if kind.name == "exit" {
            let on = record.field(kind, "on").and_then(Value::as_date);
            let tenant = record.field(kind, "tenant").and_then(Value::as_int);
            if let (Some(on), Some(tenant), Some(to)) = (on, tenant, record::kind("tenant"))
                && let Some((tenant, _)) = self.any(to, tenant)?
                && let Some(entered) = tenant.field(to, "moved_in_on").and_then(Value::as_date)
                && on < entered
            {
                flaws.push(Flaw::field(shape.name, "on", early(&on, &entered)));
            }
        }
        if kind.name == "tenant"
            && let Some(entered) = record.field(kind, "moved_in_on").and_then(Value::as_date)
        {
            let sql = "SELECT min(\"on\") FROM exit WHERE tenant = ?1 AND deleted_at IS NULL";
            let first: Option<String> = self.conn.prepare_cached(sql)?.query_row([record.id], |r| r.get(0))?;
            if let Some(left) = first.filter(|left| *left < entered.to_string()) {
                flaws.push(Flaw::field(shape.name, "moved_in_on", early(&left, &entered)));
            }
        }
        Ok(())
    }

    /// Why a record cannot be referred to.
    fn lack(&self, to: &str, id: i64) -> Result<Option<String>> {
        let Some(kind) = record::kind(to) else { return Ok(Some(format!("没有名为“{to}”的记录种类"))) };
        let sql = format!("SELECT deleted_at IS NULL FROM \"{}\" WHERE id = ?1", kind.name);
        Ok(match self.conn.prepare_cached(&sql)?.query_row([id], |r| r.get(0)).optional()? {
            Some(true) => None,
            Some(false) => Some(format!("{}在回收站中，请先恢复或改选", self.label(kind, id)?)),
            None => Some(format!("没有编号为 {id} 的{}", kind.label)),
        })
    }

    /// A record's kind and title in Chinese, live or not.
    pub(super) fn label(&self, kind: &Kind, id: i64) -> Result<String> {
        let Some((record, _)) = self.any(kind, id)? else { return Ok(format!("{} {id}", kind.label)) };
        let mut parts = Vec::new();
        for name in kind.title {
            let Some(field) = kind.field(name) else { continue };
            match (field.ty, record.field(kind, name)) {
                (Type::Ref(to), Some(Value::Int(id))) => {
                    if let Some(to) = record::kind(to)
                        && let Some((other, _)) = self.any(to, *id)?
                        && let Some(title) =
                            to.title.first().and_then(|t| Some(format_value(to.field(t)?, other.field(to, t))))
                    {
                        parts.push(title);
                    }
                }
                (_, value) => parts.push(format_value(field, value)),
            }
        }
        parts.retain(|p| !p.is_empty());
        Ok(if parts.is_empty() {
            format!("{} {id}", kind.label)
        } else {
            format!("{}“{}”", kind.label, parts.join(" "))
        })
    }

    /// The label of a record written `event:12`.
    pub(super) fn owner_label(&self, owner: &str) -> Result<String> {
        match owner.split_once(':').and_then(|(kind, id)| Some((record::kind(kind)?, id.parse().ok()?))) {
            Some((kind, id)) => self.label(kind, id),
            None => Ok(owner.to_owned()),
        }
    }

    /// A row as the log writes it.
    pub(super) fn raw(&self, table: &Table, id: i64) -> Result<Option<String>> {
        let sql = format!("SELECT {} FROM \"{}\" WHERE id = ?1", table.json, table.kind.name);
        Ok(self.conn.prepare_cached(&sql)?.query_row([id], |r| r.get(0)).optional()?)
    }

    /// Sets a row to what the log says: written, replaced or (with `None`) taken out. No check: the log
    /// holds only what passed them.
    pub(super) fn set_raw(&mut self, table: &Table, id: i64, row: Option<&Map<String, Json>>) -> Result<()> {
        let Some(row) = row else {
            self.conn.prepare_cached(&table.delete)?.execute([id])?;
            return Ok(());
        };
        let cells: Vec<Sql> =
            [Sql::Integer(id)].into_iter().chain(table.columns().map(|c| sql_of_json(row.get(c)))).collect();
        if self.conn.prepare_cached(&table.update)?.execute(params_from_iter(&cells))? == 0 {
            self.conn.prepare_cached(&table.insert)?.execute(params_from_iter(&cells))?;
        }
        Ok(())
    }

    /// Records that refer to a record by any field, those in the bin too, as kind and id.
    pub(super) fn referred_by(&self, kind: &Kind, id: i64) -> Result<Vec<(&'static Kind, i64)>> {
        let mut all = Vec::new();
        for from in KINDS {
            for field in from.fields {
                let (name, owner) = (field.name, format!("{}:{id}", kind.name));
                let (which, to): (String, &dyn rusqlite::ToSql) = match field.ty {
                    Type::Ref(to) if to == kind.name => (format!("\"{name}\" = ?1"), &id),
                    Type::Owner => (format!("\"{name}\" = ?1"), &owner),
                    Type::Refs(to) if to == kind.name => {
                        (format!("EXISTS (SELECT 1 FROM json_each(\"{name}\") WHERE value = ?1)"), &id)
                    }
                    _ => continue,
                };
                let mut ids = self.conn.prepare_cached(&format!("SELECT id FROM \"{}\" WHERE {which}", from.name))?;
                for id in ids.query_map([to], |r| r.get(0))? {
                    all.push((*from, id?));
                }
            }
        }
        Ok(all)
    }
}

/// How records of a kind go into the bin.
struct Fate {
    bin: String,
    /// What finds the records that mean nothing without one of these, by its id and by its owner's name.
    by_id: Vec<(&'static Kind, String)>,
    by_owner: Vec<(&'static Kind, String)>,
}

/// All live records of one table.
pub(super) fn rows(conn: &Connection, table: &Table) -> Result<Vec<Record>> {
    let mut live = conn.prepare_cached(&table.live)?;
    let mut rows = live.query([])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(table.record(row)?);
    }
    Ok(records)
}

/// Whether a logged row lies in the bin.
pub(super) fn binned(row: &Map<String, Json>) -> bool {
    row.contains_key(BIN[0])
}

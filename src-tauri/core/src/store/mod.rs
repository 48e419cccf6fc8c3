//! The store: one folder that keeps every record and every change to it. The only SQL there is.
//!
//! - [`Store::change`] is the only way to write: one transaction, one step of undo, one Chinese name.
//!   Triggers keep the change log in the same transaction and stop a writer that has no step.
//! - Undo and redo append steps of their own, so nothing is ever lost and both survive a restart. From
//!   the same log come a record's history and the ledger as of a past date.
//! - A damaged database is never opened as if sound and never replaced by an empty one. After a clean
//!   close the file must still have its size and SHA-256; after a crash every check in [`sound`] must
//!   pass, and the last step must not lie before the last acknowledged one (a lost `-wal`). A state file
//!   that is old or missing only costs those checks: it locks nobody out of a sound store. The one loss
//!   nothing can show is that of the state file and of the `-wal` of a crashed program together.
//! - SQLite holds the file exclusively (`locking_mode=EXCLUSIVE`), so no other tool reads or writes
//!   beside us. Opening the file by other means in this process would drop that lock: nobody does.
//!
//! What a manager expects of the bin: deleting a tenant takes its agreements, snapshots, members, proofs
//! … along, as one step; putting it back brings the same group back. What only mentions it stays, and
//! the name stays readable.

mod aside;
mod attach;
mod backup;
mod folder;
mod log;
mod schema;
mod sound;
mod tx;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::NaiveDateTime;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use serde::Serialize;
use ts_rs::TS;

pub use aside::{Copied, Differences, Unpacked};
pub use attach::{Attachment, ProofFile};
pub use backup::{Backup, keep};
pub use tx::Tx;

use crate::error::{Error, Flaw, Result};
use crate::file;
use crate::ledger::Ledger;
use crate::record::{self, KINDS, Kind, Record};
use folder::{Folder, State, file_error};
use schema::Migration;

/// What made a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum StepKind {
    /// A change by a person.
    Do,
    /// A step taken back.
    Undo,
    /// A step brought again.
    Redo,
    /// One older step taken back by itself; a change like any other.
    Revert,
    /// A new version of the program changed records; undo goes no further back.
    Migrate,
}

/// One step of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Step {
    /// Steps count from 1 without gaps.
    #[ts(type = "number")]
    pub id: i64,
    /// What was done, in Chinese.
    pub name: String,
    /// When, local, `2021-09-20T08:30:00.000`. Order is by id: clocks are set back.
    pub at: String,
    /// What made it.
    pub kind: StepKind,
    /// The step that it took back or brought again.
    #[ts(type = "number | null")]
    pub of: Option<i64>,
    /// Whether it is no longer in force.
    pub undone: bool,
    /// Number of record changes.
    pub changes: usize,
    /// Who made it; blank for steps from before that was kept.
    pub who: String,
}

/// One change of one record.
#[derive(Debug, Clone)]
pub struct Change {
    /// The step it belongs to.
    pub step: i64,
    /// Name of that step, in Chinese.
    pub name: String,
    /// Time of that step.
    pub at: String,
    /// Who made that step; blank when it is not known.
    pub who: String,
    /// Kind of the record.
    pub kind: &'static Kind,
    /// Id of the record.
    pub id: i64,
    /// Before; `None` when it was not there or in the bin.
    pub before: Option<Record>,
    /// After; `None` when it is no longer there or in the bin.
    pub after: Option<Record>,
}

type Clock = Box<dyn Fn() -> NaiveDateTime + Send>;

/// An open store. Dropping it closes it well: backup when changed, log merged, state written.
pub struct Store {
    // Order of fields: the connection is closed before the folder is let go.
    conn: Option<Connection>,
    folder: Folder,
    state: State,
    /// The state file already says that the database is in use.
    in_use: bool,
    /// Time of the first change that no backup holds.
    unbacked_since: Option<NaiveDateTime>,
    backup_trouble: Option<String>,
    played: RefCell<Option<log::Played>>,
    /// The records as last read, with the step up to which they were.
    read: RefCell<Option<(i64, Ledger)>>,
    clock: Clock,
    /// Who makes the steps from now on.
    who: String,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("folder", &self.folder.path()).field("state", &self.state).finish_non_exhaustive()
    }
}

/// A moment as the log writes it.
fn stamp(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3f").to_string()
}

fn now() -> NaiveDateTime {
    chrono::Local::now().naive_local()
}

impl Store {
    /// Opens the store in a folder for the program `who`; an empty or new folder gets an empty store.
    ///
    /// # Errors
    /// [`Error::Held`] when another program has it, [`Error::Newer`] when a newer program wrote it,
    /// [`Error::Damaged`] when it is not sound; then nothing is changed.
    pub fn open(folder: &Path, who: &str) -> Result<Store> {
        Store::open_with(folder, who, schema::MIGRATIONS)
    }

    fn open_with(path: &Path, who: &str, migrations: &[Migration]) -> Result<Store> {
        if rusqlite::version_number() < 3_051_003 {
            return Err(Error::Database(format!("内置的 SQLite {} 过旧，至少需要 3.51.3", rusqlite::version())));
        }
        let folder = Folder::take(path, who, &stamp(now()))?;
        let damaged = |reason: String| Error::Damaged { reason, backup: backup::newest(&folder, migrations) };
        let known = migrations.len() as i64;
        let db = folder.db();
        let mut state = State::read(&folder.state());
        if !db.try_exists().map_err(|e| file_error("打开", &db, e))? {
            if let Some(signs) = folder.earlier_use() {
                return Err(damaged(format!("数据库文件 taizhang.db 不见了，而文件夹里{signs}")));
            }
            create(&folder, migrations)?;
        }
        match version_on_disk(&db).map_err(|e| file_error("打开", &db, e))? {
            None => return Err(damaged("taizhang.db 不是众创台账的数据库".into())),
            Some(found) if found > known && found <= known + 10_000 => return Err(Error::Newer { found, known }),
            Some(_) => {}
        }
        if folder::size(&folder.beside("-journal")) > 0 {
            return Err(damaged("旁边有不属于它的日志文件 taizhang.db-journal".into()));
        }
        let mut trusted = false;
        if let Some(State { clean: Some(clean), .. }) = &state {
            if folder::size(&folder.beside("-wal")) > 0 {
                return Err(damaged("上次已正常关闭，旁边却有不属于它的日志文件 taizhang.db-wal".into()));
            }
            let found = folder::hash_file(&db).map_err(|e| file_error("读取", &db, e))?;
            if found != *clean {
                return Err(damaged("上次正常关闭之后，taizhang.db 的内容被改动".into()));
            }
            trusted = true;
        }
        let read_failed = |e: rusqlite::Error| match e {
            e if sound::is_damage(&e) => damaged(format!("数据库无法读取({e})")),
            e if e.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
                Error::Held { folder: path.to_owned(), holder: "另一个程序(例如数据库查看工具)".into() }
            }
            e => e.into(),
        };
        let mut conn = connect(&db).map_err(read_failed)?;
        let version: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0)).map_err(read_failed)?;
        if version > known {
            return Err(Error::Newer { found: version, known });
        }
        if !trusted {
            let expected = schema_at(migrations.get(..usize::try_from(version).unwrap_or(0)).unwrap_or_default())?;
            if let Some(reason) = sound::flaw(&conn, &expected)? {
                return Err(damaged(reason));
            }
        }
        let step = log::last(&conn).map_err(read_failed)?;
        let id = log::store_id(&conn).map_err(read_failed)?;
        if let Some(state) = &state {
            if state.store != id {
                return Err(damaged("taizhang.db 属于另一个台账".into()));
            }
            if step < state.step {
                let lost = state.step - step;
                return Err(damaged(format!("最近保存的 {lost} 步不在数据库中(日志文件 taizhang.db-wal 丢失或过旧)")));
            }
        }
        if version < known {
            backup::make(
                &conn,
                &folder,
                "升级前",
                now(),
                &schema_at(migrations.get(..usize::try_from(version).unwrap_or(0)).unwrap_or_default())?,
            )?;
            let in_use = State { store: id.clone(), step, clean: None };
            in_use.write(&folder.state(), true)?;
            state = Some(in_use);
            schema::migrate(&mut conn, migrations, &stamp(now()))?;
        }
        // Until here a close must leave the files as they were found.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        let in_use = state.as_ref().is_some_and(|s| s.clean.is_none());
        let clean = state.and_then(|s| s.clean);
        Ok(Store {
            state: State { store: id, step: log::last(&conn)?, clean },
            conn: Some(conn),
            folder,
            in_use,
            unbacked_since: None,
            backup_trouble: None,
            played: RefCell::new(None),
            read: RefCell::new(None),
            clock: Box::new(now),
            who: folder::user(),
        })
    }

    /// Says who makes the steps from now on; a blank name means the user of the computer.
    pub fn sign(&mut self, who: &str) {
        let who = who.trim();
        self.who = if who.is_empty() { folder::user() } else { who.to_owned() };
    }

    /// Who makes the steps.
    pub fn who(&self) -> &str {
        &self.who
    }

    /// Gives the store another clock: steps, backups and their thinning go by it.
    pub fn set_clock(&mut self, clock: impl Fn() -> NaiveDateTime + Send + 'static) {
        self.clock = Box::new(clock);
    }

    /// The folder of the store.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Why the last backup that was due by itself could not be made, in Chinese. The changes are saved all
    /// the same.
    pub fn backup_trouble(&self) -> Option<&str> {
        self.backup_trouble.as_deref()
    }

    fn conn(&self) -> Result<&Connection> {
        self.conn.as_ref().ok_or_else(|| Error::Database("台账已关闭".into()))
    }

    /// Writes: all that `work` does becomes one step named `name` (Chinese, shown in menu and history),
    /// or, when it fails or changes nothing, nothing at all.
    ///
    /// # Errors
    /// Whatever `work` gives back, and [`Error::Database`] when it cannot be saved.
    pub fn change<T>(&mut self, name: &str, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.write(name, StepKind::Do, None, work)
    }

    fn write<T>(
        &mut self,
        name: &str,
        kind: StepKind,
        of: Option<i64>,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        let moment = (self.clock)();
        let at = stamp(moment);
        if !self.in_use {
            // Lasts before the first write does: else a power loss could leave a changed database with
            // the word that it was closed well.
            self.state.clean = None;
            self.state.write(&self.folder.state(), true)?;
            self.in_use = true;
        }
        let conn = self.conn.as_mut().ok_or_else(|| Error::Database("台账已关闭".into()))?;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let step = log::begin(&tx, name, &at, kind, of)?;
        log::sign(&tx, step, &self.who)?;
        let out = work(&mut Tx::new(&tx, &at, step))?;
        if log::seal(&tx, step)? == 0 {
            tx.rollback()?;
            return Ok(out);
        }
        tx.commit()?;
        self.state.step = step;
        // The step is saved; a state that lags behind is sound.
        let _ = self.state.write(&self.folder.state(), false);
        if let Some(played) = self.played.get_mut() {
            played.add(step, kind, of);
        }
        let since = *self.unbacked_since.get_or_insert(moment);
        if moment - since >= chrono::TimeDelta::minutes(15) {
            self.backup_trouble = self.backup("定时").err().map(|e| e.to_string());
        }
        Ok(out)
    }

    /// Every record that is not in the bin. They are read once after each step: nobody else writes here.
    ///
    /// # Errors
    /// When SQLite cannot read them.
    pub fn ledger(&self) -> Result<Ledger> {
        let conn = self.conn()?;
        let mut read = self.read.borrow_mut();
        if let Some((_, ledger)) = read.as_ref().filter(|(step, _)| *step == self.state.step) {
            return Ok(ledger.clone());
        }
        // A few changes are put into what is in memory; after many, all is read again.
        if let Some((step, mut ledger)) = read.take() {
            let few = if step < self.state.step { self.few_changes_since(step)? } else { None };
            if let Some(changes) = few {
                ledger.put(changes.into_iter().map(|c| (c.kind, c.id, c.after)));
                *read = Some((self.state.step, ledger.clone()));
                return Ok(ledger);
            }
        }
        let all: Result<Vec<_>> = schema::tables().iter().map(|t| Ok((t.kind, tx::rows(conn, t)?))).collect();
        let ledger = Ledger::new(all?);
        *read = Some((self.state.step, ledger.clone()));
        Ok(ledger)
    }

    /// The ledger as it stood at the end of a date (`2021-09-20`) or at a moment
    /// (`2021-09-20T08:30:00.000`): with every step up to the last one stamped no later.
    ///
    /// # Errors
    /// [`Error::Refused`] when `at` is neither.
    pub fn ledger_as_of(&self, at: &str) -> Result<Ledger> {
        let date = chrono::NaiveDate::parse_from_str(at, "%Y-%m-%d").is_ok() && at.len() == 10;
        let moment = NaiveDateTime::parse_from_str(at, "%Y-%m-%dT%H:%M:%S%.f");
        let until = match moment {
            Ok(moment) => stamp(moment),
            // After every moment of the day.
            Err(_) if date => format!("{at}U"),
            Err(_) => return Err(Error::refused(format!("“{at}”不是有效的日期，请写成 2021-09-20"))),
        };
        let sql = "SELECT coalesce(max(id), 0) FROM step WHERE at <= ?1";
        let step: i64 = self.conn()?.query_row(sql, [until], |r| r.get(0))?;
        self.ledger_at(step)
    }

    /// The ledger as it stood right after a step; 0 is the empty start.
    ///
    /// # Errors
    /// When SQLite cannot read it.
    pub fn ledger_at(&self, step: i64) -> Result<Ledger> {
        let conn = self.conn()?;
        let mut tables: Vec<std::collections::BTreeMap<i64, Record>> = Vec::new();
        for table in schema::tables() {
            tables.push(tx::rows(conn, table)?.into_iter().map(|r| (r.id, r)).collect());
        }
        // What each record was before the first change after the step.
        let sql = "SELECT kind, row, before, min(seq) FROM change WHERE step > ?1 GROUP BY kind, row";
        let mut first = conn.prepare_cached(sql)?;
        let mut rows = first.query([step])?;
        while let Some(row) = rows.next()? {
            let Some(kind) = record::kind(row.get_ref(0)?.as_str().unwrap_or_default()) else { continue };
            let id = row.get(1)?;
            let before: Option<String> = row.get(2)?;
            let Some(rows) = tables.get_mut(kind.index()) else { continue };
            match schema::table(kind)?.record_of_json(id, before.as_deref())? {
                Some(record) => drop(rows.insert(id, record)),
                None => drop(rows.remove(&id)),
            }
        }
        Ok(Ledger::new(KINDS.iter().copied().zip(tables.into_iter().map(|t| t.into_values().collect()))))
    }

    /// Id of the last step, 0 in a new store.
    pub fn last_step(&self) -> i64 {
        self.state.step
    }

    fn played(&self) -> Result<std::cell::RefMut<'_, log::Played>> {
        let conn = self.conn()?;
        let mut played = self.played.borrow_mut();
        if played.is_none() {
            *played = Some(log::Played::read(conn)?);
        }
        Ok(std::cell::RefMut::map(played, |p| p.get_or_insert_default()))
    }

    /// One step of the log.
    fn step(&self, id: i64) -> Result<Option<Step>> {
        let sql = format!("{STEP} WHERE id = ?1");
        let step = self.conn()?.prepare_cached(&sql)?.query_row([id], log::step_of_row);
        let Some(mut step) = rusqlite::OptionalExtension::optional(step)? else { return Ok(None) };
        step.undone = self.played()?.undone.contains(&id);
        Ok(Some(step))
    }

    fn step_name(&self, id: Option<i64>) -> Result<Option<String>> {
        Ok(match id {
            Some(id) => self.step(id)?.map(|s| s.name),
            None => None,
        })
    }

    /// Name of the step that [`Store::undo`] would take back.
    ///
    /// # Errors
    /// When SQLite cannot read it.
    pub fn undo_name(&self) -> Result<Option<String>> {
        let id = self.played()?.undo.last().copied();
        self.step_name(id)
    }

    /// Name of the step that [`Store::redo`] would bring again.
    ///
    /// # Errors
    /// When SQLite cannot read it.
    pub fn redo_name(&self) -> Result<Option<String>> {
        let id = self.played()?.redo.last().copied();
        self.step_name(id)
    }

    /// Takes the last step in force back. Gives that step, or `None` when there is none.
    ///
    /// # Errors
    /// [`Error::Database`] when it cannot be saved.
    pub fn undo(&mut self) -> Result<Option<Step>> {
        let id = self.played()?.undo.last().copied();
        self.again(id, StepKind::Undo)
    }

    /// Brings the step last taken back again, unless something was changed since.
    ///
    /// # Errors
    /// [`Error::Database`] when it cannot be saved.
    pub fn redo(&mut self) -> Result<Option<Step>> {
        let id = self.played()?.redo.last().copied();
        self.again(id, StepKind::Redo)
    }

    fn again(&mut self, id: Option<i64>, kind: StepKind) -> Result<Option<Step>> {
        let Some(step) = id.map(|id| self.step(id)).transpose()?.flatten() else { return Ok(None) };
        let net = log::net(self.conn()?, step.id)?;
        let word = if kind == StepKind::Undo { "撤销" } else { "重做" };
        self.write(&format!("{word}：{}", step.name), kind, Some(step.id), |tx| {
            for (name, id, before, after) in &net {
                let table = schema::table(known(name)?)?;
                let (from, to) = if kind == StepKind::Undo { (after, before) } else { (before, after) };
                let there = tx.raw(table, *id)?;
                // By content: after an upgrade the same row may be written as other JSON text.
                let parsed = |row: &Option<String>| row.as_ref().map(|r| schema::parse_row(table.kind, r)).transpose();
                if there != *from && parsed(&there)? != parsed(from)? {
                    return Err(Error::refused(format!(
                        "{}已不是这一步之后的样子，无法{word}",
                        tx.label(table.kind, *id)?
                    )));
                }
                tx.set_raw(table, *id, parsed(to)?.as_ref())?;
            }
            Ok(())
        })?;
        self.step(step.id)
    }

    /// Takes one older step back by itself and leaves later work alone: field by field, and only where
    /// nothing later touched the same field. The taking back is a change like any other.
    ///
    /// # Errors
    /// [`Error::Refused`] with the reason when later work builds on the step.
    pub fn undo_step(&mut self, id: i64) -> Result<Step> {
        let Some(step) = self.step(id)? else { return Err(Error::refused(format!("没有第 {id} 步"))) };
        if matches!(step.kind, StepKind::Undo | StepKind::Redo | StepKind::Migrate) {
            return Err(Error::refused(format!("“{}”不是一次修改，不能单独撤销", step.name)));
        }
        if step.undone {
            return Err(Error::refused(format!("“{}”已经撤销", step.name)));
        }
        let net = log::net(self.conn()?, id)?;
        self.write(&format!("单独撤销：{}", step.name), StepKind::Revert, Some(id), |tx| {
            for (name, row, before, after) in &net {
                take_back(tx, known(name)?, *row, before.as_deref(), after.as_deref())?;
            }
            // Created records may go only when nothing outside the step refers to them.
            for (name, row, before, _) in &net {
                let kind = known(name)?;
                if before.is_none() {
                    if let Some((from, by)) = tx.referred_by(kind, *row)?.first() {
                        let by = tx.label(from, *by)?;
                        return Err(Error::refused(format!(
                            "无法单独撤销：{by}仍引用其中的{}(编号 {row})",
                            kind.label
                        )));
                    }
                } else {
                    sound_after(tx, kind, *row)?;
                }
            }
            Ok(())
        })?;
        self.step(id)?.ok_or_else(|| Error::refused(format!("没有第 {id} 步")))
    }

    /// Puts one record back to how it stood right after `step`, whatever happened to it since; others
    /// are left alone. A change like any other.
    ///
    /// # Errors
    /// [`Error::Refused`] when the record was not there then, [`Error::Flawed`] when it no longer fits the
    /// other records.
    pub fn revert_record(&mut self, kind: &'static Kind, id: i64, step: i64) -> Result<()> {
        let sql = "SELECT after FROM change WHERE kind = ?1 AND row = ?2 AND step <= ?3 ORDER BY seq DESC LIMIT 1";
        let after = self.conn()?.query_row(sql, (kind.name, id, step), |r| r.get::<_, Option<String>>(0));
        let row = match rusqlite::OptionalExtension::optional(after)?.flatten() {
            Some(after) => schema::parse_row(kind, &after)?,
            None => return Err(Error::refused(format!("第 {step} 步时还没有这条{}(编号 {id})", kind.label))),
        };
        if tx::binned(&row) {
            return Err(Error::refused(format!("第 {step} 步时这条{}(编号 {id})在回收站中", kind.label)));
        }
        self.write(&format!("恢复{}的旧内容", kind.label), StepKind::Do, None, |tx| {
            tx.set_raw(schema::table(kind)?, id, Some(&row))?;
            sound_after(tx, kind, id)
        })
    }

    /// The newest steps first, at most `limit`, undo and redo among them as they happened.
    ///
    /// # Errors
    /// When SQLite cannot read them.
    pub fn history(&self, limit: usize) -> Result<Vec<Step>> {
        let mut newest = self.conn()?.prepare_cached(&format!("{STEP} ORDER BY id DESC LIMIT ?1"))?;
        let steps = newest.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], log::step_of_row)?;
        let mut steps: Vec<Step> = steps.collect::<rusqlite::Result<_>>()?;
        let played = self.played()?;
        steps.iter_mut().for_each(|s| s.undone = played.undone.contains(&s.id));
        Ok(steps)
    }

    /// All that happened to one record, oldest first.
    ///
    /// # Errors
    /// When SQLite cannot read it.
    pub fn record_history(&self, kind: &'static Kind, id: i64) -> Result<Vec<Change>> {
        self.changes("c.kind = ?1 AND c.row = ?2", (kind.name, id))
    }

    /// All changes after a step, oldest first.
    ///
    /// # Errors
    /// When SQLite cannot read them.
    pub fn changes_since(&self, step: i64) -> Result<Vec<Change>> {
        self.changes("c.step > ?1", [step])
    }

    /// The changes after a step, oldest first, as long as they are so few that following them costs less than reading
    /// everything anew; else `None`.
    pub(crate) fn few_changes_since(&self, step: i64) -> Result<Option<Vec<Change>>> {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM change WHERE step > ?1 LIMIT ?2)";
        let many: i64 = self.conn()?.prepare_cached(sql)?.query_row([step, FEW + 1], |r| r.get(0))?;
        if many > FEW { Ok(None) } else { self.changes_since(step).map(Some) }
    }

    fn changes(&self, which: &str, params: impl rusqlite::Params) -> Result<Vec<Change>> {
        let sql = format!(
            "SELECT c.step, s.name, s.at, c.kind, c.row, c.before, c.after,
               coalesce((SELECT who FROM signature WHERE step = c.step), '')
             FROM change c JOIN step s ON s.id = c.step WHERE {which} ORDER BY c.seq"
        );
        let mut changes = self.conn()?.prepare_cached(&sql)?;
        let mut rows = changes.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let Some(kind) = record::kind(row.get_ref(3)?.as_str().unwrap_or_default()) else { continue };
            let table = schema::table(kind)?;
            let id = row.get(4)?;
            let (before, after): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
            all.push(Change {
                step: row.get(0)?,
                name: row.get(1)?,
                at: row.get(2)?,
                who: row.get(7)?,
                kind,
                id,
                before: table.record_of_json(id, before.as_deref())?,
                after: table.record_of_json(id, after.as_deref())?,
            });
        }
        Ok(all)
    }

    /// The bin: what was deleted by hand, and when. What went along with it comes back with it and is not listed.
    ///
    /// # Errors
    /// When SQLite cannot read it.
    pub fn bin(&self) -> Result<Vec<(&'static Kind, Record, String)>> {
        let mut all = Vec::new();
        for table in schema::tables() {
            let name = table.kind.name;
            let which = format!("WHERE deleted_at IS NOT NULL AND deleted_with = '{name}:' || id ORDER BY id");
            let mut binned = self.conn()?.prepare_cached(&table.one.replace("WHERE id = ?1", &which))?;
            let mut rows = binned.query([])?;
            while let Some(row) = rows.next()? {
                all.push((table.kind, table.record(row)?, row.get(table.kind.fields.len() + 1)?));
            }
        }
        Ok(all)
    }

    /// A record that lies in the bin, by itself or with another.
    ///
    /// # Errors
    /// When SQLite cannot read it.
    pub fn binned(&self, kind: &'static Kind, id: i64) -> Result<Option<Record>> {
        let table = schema::table(kind)?;
        let mut one = self.conn()?.prepare_cached(&format!("{} AND deleted_at IS NOT NULL", table.one))?;
        let mut rows = one.query([id])?;
        rows.next()?.map(|row| table.record(row)).transpose()
    }

    /// Looks through everything: the database, the log, the rows against the log, the proof files. Gives
    /// what is wrong, in Chinese; empty means sound.
    ///
    /// # Errors
    /// When a check itself cannot run.
    pub fn verify(&self) -> Result<Vec<Flaw>> {
        let mut flaws = self.verify_database()?;
        flaws.extend(self.attachment_flaws()?);
        Ok(flaws)
    }

    /// The same without the proof files, which may take long: see [`Store::proof_files`].
    ///
    /// # Errors
    /// When a check itself cannot run.
    pub fn verify_database(&self) -> Result<Vec<Flaw>> {
        let flaw = sound::flaw(self.conn()?, &schema_at(schema::MIGRATIONS)?)?;
        Ok(flaw.into_iter().map(|say| Flaw { place: Default::default(), say }).collect())
    }

    /// Closes it: backup when changed, log merged into the database, state written. Dropping does the
    /// same without saying what failed.
    ///
    /// # Errors
    /// [`Error::Database`] or [`Error::File`]; the saved records are safe all the same.
    pub fn close(mut self) -> Result<()> {
        self.shut()
    }

    fn shut(&mut self) -> Result<()> {
        if self.conn.is_none() {
            return Ok(());
        }
        let saved = if self.unbacked_since.is_some() { self.backup("关闭").map(drop) } else { Ok(()) };
        let Some(conn) = self.conn.take() else { return Ok(()) };
        if self.state.clean.is_some() {
            // Not one write since it was found clean: it still is.
            conn.close().map_err(|(_, e)| e)?;
            return saved;
        }
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        conn.close().map_err(|(_, e)| e)?;
        if folder::size(&self.folder.beside("-wal")) == 0 {
            let db = self.folder.db();
            self.state.clean = Some(folder::hash_file(&db).map_err(|e| file_error("读取", &db, e))?);
            self.state.write(&self.folder.state(), true)?;
        }
        saved
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.shut();
    }
}

/// Changes that are put into the records in memory one by one.
const FEW: i64 = 500;

const STEP: &str = "SELECT id, name, at, kind, of, (SELECT count(*) FROM change WHERE change.step = step.id),
  coalesce((SELECT who FROM signature WHERE signature.step = step.id), '') FROM step";

fn known(kind: &str) -> Result<&'static Kind> {
    record::kind(kind).ok_or_else(|| Error::Database(format!("没有名为“{kind}”的记录种类")))
}

/// Sets the fields that a step changed back to what they were before it.
fn take_back(tx: &mut Tx<'_>, kind: &'static Kind, id: i64, before: Option<&str>, after: Option<&str>) -> Result<()> {
    let table = schema::table(kind)?;
    let parsed = |row: Option<&str>| row.map(|r| schema::parse_row(kind, r)).transpose();
    let (before, after, there) = (parsed(before)?, parsed(after)?, parsed(tx.raw(table, id)?.as_deref())?);
    let refuse = |tx: &Tx<'_>, why: &str| -> Result<()> {
        Err(Error::refused(format!("无法单独撤销：{}{why}", tx.label(kind, id)?)))
    };
    match (before, after, there) {
        (before, None, None) => tx.set_raw(table, id, before.as_ref()),
        (None, Some(after), Some(there)) if after == there => tx.set_raw(table, id, None),
        (None, Some(_), _) => refuse(tx, "后来又改过"),
        (Some(before), Some(after), Some(mut there)) => {
            for column in table.columns() {
                let (old, new) = (before.get(column), after.get(column));
                if old == new {
                    continue;
                }
                if there.get(column) != new {
                    return refuse(
                        tx,
                        &format!("的“{}”后来又改过", kind.field(column).map_or("删除状态", |f| f.label)),
                    );
                }
                match old {
                    Some(value) => drop(there.insert(column.to_owned(), value.clone())),
                    None => drop(there.shift_remove(column)),
                }
            }
            tx.set_raw(table, id, Some(&there))
        }
        _ => refuse(tx, "已经不在了"),
    }
}

/// Refuses a record that, put back, no longer fits.
fn sound_after(tx: &Tx<'_>, kind: &'static Kind, id: i64) -> Result<()> {
    let Some(record) = tx.get(kind, id)? else { return Ok(()) };
    let Some(shape) = record::shape(kind.name) else { return Ok(()) };
    let mut flaws = record::check(shape, &record);
    tx.cross(shape, &record, Some(&record), true, &mut flaws)?;
    if flaws.is_empty() { Ok(()) } else { Err(Error::Flawed { flaws }) }
}

/// `user_version` as it stands in the file's head; `None` when this is no database of ours.
fn version_on_disk(db: &Path) -> std::io::Result<Option<i64>> {
    use std::io::Read;
    let mut head = Vec::new();
    std::fs::File::open(db)?.take(100).read_to_end(&mut head)?;
    let word = |at: usize| head.get(at..at + 4).map(|b| b.iter().fold(0i64, |n, b| n << 8 | i64::from(*b)));
    let ours = head.starts_with(b"SQLite format 3\0") && word(68) == Some(schema::APPLICATION_ID);
    Ok(word(60).filter(|_| ours))
}

/// Opens a database that is there. A close leaves the files as they are until told otherwise.
fn connect(db: &Path) -> rusqlite::Result<Connection> {
    let conn = open_file(db, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.busy_timeout(std::time::Duration::from_secs(2))?;
    conn.set_prepared_statement_cache_capacity(512);
    conn.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -32768;",
    )?;
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |r| r.get(0))?;
    if mode != "wal" {
        return Err(rusqlite::Error::QueryReturnedNoRows);
    }
    Ok(conn)
}

/// Opens a database file. Windows cuts paths off at 260 characters unless both SQLite and the system are
/// told otherwise.
fn open_file(db: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if cfg!(windows) {
        Connection::open_with_flags_and_vfs(long_name(db), flags, c"win32-longpath")
    } else {
        Connection::open_with_flags(db, flags)
    }
}

/// A path as SQLite needs it: on Windows a long one in the form that is never cut off.
fn long_name(path: &Path) -> PathBuf {
    // Names that SQLite and the backups add to the folder's count too.
    const ROOM: usize = 60;
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if !cfg!(windows) || absolute.as_os_str().len() + ROOM < 260 {
        return path.to_owned();
    }
    // The folder is there, the file itself perhaps not yet.
    match absolute.parent().and_then(|folder| std::fs::canonicalize(folder).ok()).zip(absolute.file_name()) {
        Some((folder, name)) => folder.join(name),
        None => path.to_owned(),
    }
}

/// The schema of a sound store after these migrations.
fn schema_at(migrations: &[Migration]) -> Result<Vec<(String, String)>> {
    // Forty tables with their triggers take a while to make; the newest is asked for at every turn.
    static NEWEST: OnceLock<Vec<(String, String)>> = OnceLock::new();
    let newest = std::ptr::eq(migrations, schema::MIGRATIONS);
    if newest && let Some(objects) = NEWEST.get() {
        return Ok(objects.clone());
    }
    let mut conn = Connection::open_in_memory()?;
    schema::migrate(&mut conn, migrations.get(..1).unwrap_or_default(), "")?;
    // Later migrations run in a step, and steps hang on the store's id.
    conn.execute("INSERT INTO store (id) VALUES ('')", [])?;
    schema::migrate(&mut conn, migrations, "")?;
    let objects = schema::objects(&conn)?;
    Ok(if newest { NEWEST.get_or_init(|| objects).clone() } else { objects })
}

/// Makes an empty store under another name and renames it: there wholly or not at all.
fn create(folder: &Folder, migrations: &[Migration]) -> Result<()> {
    let new = folder.beside(".new");
    remove_database(&new);
    {
        let mut conn = open_file(&new, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        conn.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
        conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        schema::migrate(&mut conn, migrations, &stamp(now()))?;
        let seed = format!("{:?} {} {}", std::time::SystemTime::now(), std::process::id(), folder.path().display());
        let id = folder::hash_of(seed.as_bytes()).get(..32).unwrap_or_default().to_owned();
        conn.execute("INSERT INTO store (id) VALUES (?1)", [id])?;
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        conn.close().map_err(|(_, e)| e)?;
    }
    put_in_place(&new, folder)
}

/// Renames a finished database to its place and makes that last.
fn put_in_place(new: &Path, folder: &Folder) -> Result<()> {
    let fail = |e| file_error("写入", new, e);
    std::fs::OpenOptions::new().write(true).open(new).and_then(|f| f.sync_all()).map_err(fail)?;
    file::rename(new, &folder.db()).map_err(fail)?;
    folder::sync_dir(folder.path());
    Ok(())
}

/// Takes away an unfinished database with what SQLite keeps beside it.
fn remove_database(db: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = db.as_os_str().to_owned();
        name.push(suffix);
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}

impl From<rusqlite::Error> for Error {
    fn from(e: rusqlite::Error) -> Error {
        use rusqlite::ErrorCode::{
            CannotOpen, ConstraintViolation, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase,
            PermissionDenied, ReadOnly, SystemIoFailure, TooBig,
        };
        let say = match e.sqlite_error_code() {
            Some(DiskFull) => "磁盘空间不足，这一步没有保存，之前保存的内容不受影响；请清理磁盘后重试".to_owned(),
            Some(ReadOnly) => "数据文件夹是只读的，无法保存；请检查磁盘和文件夹的权限".to_owned(),
            Some(DatabaseBusy | DatabaseLocked) => "台账正被其他程序占用，请关闭后重试".to_owned(),
            Some(DatabaseCorrupt | NotADatabase) => {
                format!("台账文件已损坏({e})，请退出后重新打开，程序会给出可用的备份")
            }
            Some(CannotOpen | PermissionDenied) => format!("打不开台账文件，请检查文件夹的权限({e})"),
            Some(SystemIoFailure) => format!("读写磁盘出错，这一步没有保存，请检查磁盘({e})"),
            Some(TooBig) => "内容过长，无法保存".to_owned(),
            Some(ConstraintViolation) => format!("内容与台账的约束不符，这一步没有保存({e})"),
            _ => e.to_string(),
        };
        Error::Database(say)
    }
}

#[cfg(test)]
mod tests;

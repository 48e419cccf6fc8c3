//! Long work on a copy of the database, beside the open store: the store itself is asked only for the copy, so that
//! changes go on meanwhile; and the work can be stopped in the middle of a statement.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::NaiveDateTime;
use rusqlite::{Connection, InterruptHandle, OpenFlags};

use super::backup::{self, Backup, Differing};
use super::folder;
use super::{Store, remove_database, schema, schema_at, sound};
use crate::error::{Error, Flaw, Result};
use crate::progress::Progress;
use crate::record::{Kind, Record};

/// How often the person is told of work, and asked whether to go on.
const BREATH: Duration = Duration::from_millis(20);

/// The statement under way, which another thread can stop.
#[derive(Default)]
pub(super) struct Stoppable(Mutex<Option<InterruptHandle>>);

impl Stoppable {
    /// What runs on this connection from now on is what is stopped.
    pub(super) fn watch(&self, conn: &Connection) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(conn.get_interrupt_handle());
    }

    fn stop(&self) {
        if let Some(handle) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            handle.interrupt();
        }
    }
}

/// Does work on a thread of its own, tells `what` is done with `far` of how much, and stops it when it is no longer
/// wanted. Work that ends all the same is kept.
fn watched<T: Send>(
    what: &str,
    progress: Progress<'_>,
    far: impl Fn() -> (u64, u64),
    work: impl FnOnce(&Stoppable) -> Result<T> + Send,
) -> Result<T> {
    // Short work ends before anybody is asked again.
    let (done, all) = far();
    progress.at(what, done.min(all), all)?;
    let under_way = Stoppable::default();
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| work(&under_way));
        let mut unwanted = None;
        while !worker.is_finished() {
            if unwanted.is_none() {
                let (done, all) = far();
                unwanted = progress.at(what, done.min(all), all).err();
            }
            if unwanted.is_some() {
                // Between two statements there is nothing to stop: it is tried until the work has ended.
                under_way.stop();
            }
            std::thread::sleep(BREATH);
        }
        let done = worker.join().map_err(|_| Error::Database(format!("{what}时出错")))?;
        done.map_err(|e| unwanted.unwrap_or(e))
    })
}

/// A copy of the database as it stood at a step. It goes when it is dropped.
#[derive(Debug)]
pub struct Copied {
    raw: PathBuf,
    /// Where backups lie.
    backups: PathBuf,
    at: NaiveDateTime,
    expected: Vec<(String, String)>,
    step: i64,
}

impl Drop for Copied {
    fn drop(&mut self) {
        remove_database(&self.raw);
    }
}

impl Copied {
    /// Makes a backup of it, checked like every backup; `reason` is Chinese and becomes part of its name. Tell the
    /// store with [`Store::backed_up`].
    ///
    /// # Errors
    /// [`Error::Cancelled`], and as [`Store::backup`]; then there is no new backup.
    pub fn backup(&self, reason: &str, progress: Progress<'_>) -> Result<Backup> {
        let beside = self.raw.with_extension("backup");
        let all = folder::size(&self.raw);
        let far = || (folder::size(&beside), all);
        watched("备份并校验", progress, far, |stop| {
            let conn = super::open_file(&self.raw, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            backup::make_beside(&conn, (&self.backups, &beside), reason, self.at, &self.expected, stop)
        })
    }

    /// Looks through it as [`Store::verify_database`] does.
    ///
    /// # Errors
    /// [`Error::Cancelled`], or when the check itself cannot run.
    pub fn verify(&self, progress: Progress<'_>) -> Result<Vec<Flaw>> {
        let flaw = watched(
            "核对数据库",
            progress,
            || (0, 0),
            |stop| {
                let conn = super::open_file(&self.raw, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                stop.watch(&conn);
                sound::flaw(&conn, &self.expected)
            },
        )?;
        Ok(flaw.into_iter().map(|say| Flaw { place: Default::default(), say }).collect())
    }
}

/// A backup that was opened and checked, beside the store. It goes when it is dropped.
#[derive(Debug)]
pub struct Unpacked {
    conn: Option<Connection>,
    copy: PathBuf,
    backup: PathBuf,
}

impl Unpacked {
    /// Opens a backup for a store in `folder`, checks it and brings it to the newest version.
    ///
    /// # Errors
    /// [`Error::Refused`] with the reason when the file is no sound backup, [`Error::Cancelled`].
    pub fn open(folder: &Path, backup: &Path, progress: Progress<'_>) -> Result<Unpacked> {
        let copy = folder.join("taizhang.db.unpacked");
        let opened = watched(
            "核对备份",
            progress,
            || (0, 0),
            |stop| {
                let conn = backup::unpack(backup, &copy, schema::MIGRATIONS)?;
                stop.watch(&conn);
                Ok(conn)
            },
        );
        Ok(Unpacked { conn: Some(opened?), copy, backup: backup.to_owned() })
    }

    pub(super) fn conn(&self) -> Result<&Connection> {
        self.conn.as_ref().ok_or_else(|| Error::Database("备份已关闭".into()))
    }
}

/// How a backup differs from the store as it stood at a step.
#[derive(Debug)]
pub struct Differences {
    step: i64,
    rows: Vec<Differing>,
}

impl Differences {
    /// What restoring would change: each record as it is now and as it was then. One in the bin counts as not there.
    ///
    /// # Errors
    /// When a record cannot be read.
    #[allow(clippy::type_complexity, reason = "a record as it is and as it was")]
    pub fn records(&self) -> Result<Vec<(&'static Kind, Option<Record>, Option<Record>)>> {
        let record = |(table, id, now, then): &Differing| {
            let read = |row: &Option<String>| table.record_of_json(*id, row.as_deref());
            Ok((table.kind, read(now)?, read(then)?))
        };
        self.rows.iter().map(record).collect()
    }
}

impl Unpacked {
    /// Holds the backup against a copy of the store, which goes on meanwhile.
    ///
    /// # Errors
    /// [`Error::Cancelled`], or when one of the two cannot be read.
    pub fn against(&self, copied: &Copied, progress: Progress<'_>) -> Result<Differences> {
        let now = super::open_file(&copied.raw, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        Ok(Differences { step: copied.step, rows: backup::differing(&now, self.conn()?, progress)? })
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // The file can go once it is closed.
        self.conn = None;
        remove_database(&self.copy);
    }
}

impl Store {
    /// A copy of the database as it is now, to be backed up or looked through while the store goes on.
    ///
    /// # Errors
    /// [`Error::Database`] or [`Error::File`] when it cannot be made.
    pub fn copied(&self) -> Result<Copied> {
        let raw = self.folder.beside(".copy");
        remove_database(&raw);
        let copied = Copied {
            backups: self.folder.backups(),
            at: (self.clock)(),
            expected: schema_at(schema::MIGRATIONS)?,
            step: self.state.step,
            raw,
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut to = super::open_file(&copied.raw, flags)?;
        // It is passing: what a power cut leaves of it is thrown away.
        to.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;")?;
        rusqlite::backup::Backup::new(self.conn()?, &mut to)?.step(-1)?;
        Ok(copied)
    }

    /// Hears that a backup was made of a copy: the next one is due only for later changes, and old ones go.
    pub fn backed_up(&mut self, copied: &Copied) {
        if copied.step == self.state.step {
            self.unbacked_since = None;
        }
        backup::thin(&self.folder, copied.at);
    }

    /// Puts the records of an opened backup in place of the present ones, as one step that can be undone. The log
    /// goes on; proof files stay. Only what differs is written; it is looked for again when the store has gone on
    /// since it was found.
    ///
    /// # Errors
    /// [`Error::Cancelled`] and whatever hinders a change; then nothing has changed.
    pub fn restore_from(&mut self, unpacked: &Unpacked, found: &Differences, progress: Progress<'_>) -> Result<()> {
        let (conn, backup) = (unpacked.conn()?, &unpacked.backup);
        if found.step == self.state.step {
            return self.take_over(conn, backup, &found.rows, progress);
        }
        let now = backup::differing(self.conn()?, conn, progress)?;
        self.take_over(conn, backup, &now, progress)
    }

    pub(super) fn differences(&self, unpacked: &Unpacked) -> Result<Differences> {
        let rows = backup::differing(self.conn()?, unpacked.conn()?, Progress::SILENT)?;
        Ok(Differences { step: self.state.step, rows })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_statement_without_an_end_is_stopped_in_the_middle() {
        let asked = Cell::new(0);
        let tell = |_: &crate::progress::Step| {
            asked.set(asked.get() + 1);
            asked.get() < 3
        };
        let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n";
        let done = watched(
            "计数",
            Progress::new(&tell),
            || (0, 0),
            |stop| {
                let conn = Connection::open_in_memory()?;
                stop.watch(&conn);
                Ok(conn.query_row(endless, [], |row| row.get::<_, i64>(0))?)
            },
        );
        assert!(matches!(done, Err(Error::Cancelled)), "{done:?}");
        assert_eq!(asked.get(), 3, "and nobody is asked once more");
    }

    #[test]
    fn work_that_nobody_wants_is_not_begun() {
        let no = |_: &crate::progress::Step| false;
        let done = watched("计数", Progress::new(&no), || (0, 0), |_| -> Result<()> { panic!("begun") });
        assert!(matches!(done, Err(Error::Cancelled)), "{done:?}");
    }
}

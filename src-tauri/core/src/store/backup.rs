//! Backups: made with SQLite's own means, opened and checked before they count, thinned with age.
//!
//! A backup holds the records and their whole log, not the proof files: those are never rewritten, so
//! their folder only grows. Restoring one is a step like any other and can be undone.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDateTime, TimeDelta};
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;
use ts_rs::TS;

use super::aside::{Stoppable, Unpacked};
use super::folder::{self, Folder, State, file_error};
use super::schema::{self, Migration};
use super::{StepKind, Store, log, put_in_place, remove_database, schema_at, sound, stamp, version_on_disk};
use crate::error::{Error, Flaw, Place, Result};
use crate::file;
use crate::progress::Progress;

/// A verified copy of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// When it was made, local, `2021-09-20T08:30:00.000`.
    pub at: String,
    /// Why it was made, in Chinese.
    pub reason: String,
    /// Size in bytes.
    #[ts(type = "number")]
    pub size: u64,
}

impl Backup {
    /// Opens it and looks through it; what is wrong with it, if anything is.
    pub fn flaw(&self) -> Option<Flaw> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let why = check(&self.path, schema::MIGRATIONS).err()?;
        let say = format!("备份 {name} 不能用来恢复：{why}");
        Some(Flaw { place: Place { file: Some(name), ..Place::default() }, say })
    }
}

/// A row that differs: its table, id, content now and in the backup, as JSON.
pub(super) type Differing = (&'static schema::Table, i64, Option<String>, Option<String>);

/// Backups made at every close or by the clock: only the newest of an hour's many are kept.
const ORDINARY: [&str; 2] = ["关闭", "定时"];
const NAME: &str = "%Y-%m-%d_%H%M%S_%3f";

impl Store {
    /// Makes a backup now; `reason` is Chinese and becomes part of its name.
    ///
    /// # Errors
    /// [`Error::Database`] or [`Error::File`] when it cannot be made, [`Error::Refused`] when the copy
    /// does not pass its check; then there is no new file.
    pub fn backup(&mut self, reason: &str) -> Result<Backup> {
        let at = (self.clock)();
        let backup = make(self.conn()?, &self.folder, reason, at, &schema_at(schema::MIGRATIONS)?)?;
        self.unbacked_since = None;
        thin(&self.folder, at);
        Ok(backup)
    }

    /// All backups, the newest first.
    ///
    /// # Errors
    /// [`Error::File`] when the folder cannot be read.
    pub fn backups(&self) -> Result<Vec<Backup>> {
        list(&self.folder)
    }

    /// Puts the records of a backup in place of the present ones, after a backup of these, as one step that
    /// can be undone. The log goes on; proof files stay.
    ///
    /// # Errors
    /// [`Error::Refused`] with the reason when the file is no sound backup; then nothing has changed.
    pub fn restore(&mut self, backup: &Path) -> Result<()> {
        let unpacked = Unpacked::open(self.folder.path(), backup, Progress::SILENT)?;
        self.backup("恢复前")?;
        let found = self.differences(&unpacked)?;
        self.restore_from(&unpacked, &found, Progress::SILENT)
    }

    /// Puts rows as another database has them in place of the present ones, as one step.
    pub(super) fn take_over(
        &mut self,
        from: &Connection,
        backup: &Path,
        wanted: &[Differing],
        progress: Progress<'_>,
    ) -> Result<()> {
        let when = from.query_row("SELECT at FROM step ORDER BY id DESC LIMIT 1", [], |r| r.get::<_, String>(0));
        let when = when.map_or_else(
            |_| backup.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned()),
            |at| at.get(..16).unwrap_or(&at).replace('T', " "),
        );
        self.write(&format!("恢复备份({when})"), StepKind::Do, None, |tx| {
            let all = wanted.len() as u64;
            wanted.iter().zip(0..).try_for_each(|((table, id, _, then), done)| {
                if done % 256 == 0 {
                    progress.at("恢复记录", done, all)?;
                }
                let row = then.as_ref().map(|row| schema::parse_row(table.kind, row)).transpose()?;
                tx.set_raw(table, *id, row.as_ref())
            })
        })
    }

    /// Brings a damaged store back from a backup: what lies there is moved into `damaged-<time>/` and kept,
    /// and the backup takes its place. What was saved after the backup is lost to it.
    ///
    /// # Errors
    /// [`Error::Held`] when another program has the folder, [`Error::Refused`] when the file is no sound
    /// backup; then nothing has changed.
    pub fn recover(path: &Path, who: &str, backup: &Path) -> Result<Store> {
        let moment = super::now();
        let held = Folder::take(path, who, &stamp(moment))?;
        let new = held.beside(".new");
        let conn = unpack(backup, &new, schema::MIGRATIONS)?;
        let state = State { store: log::store_id(&conn)?, step: log::last(&conn)?, clean: None };
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        conn.close().map_err(|(_, e)| e)?;
        let aside = path.join(format!("damaged-{}", moment.format(NAME)));
        fs::create_dir_all(&aside).map_err(|e| file_error("建立文件夹", &aside, e))?;
        // The database last: until it has gone, every open still finds the damage.
        for old in [held.state(), held.beside("-wal"), held.beside("-shm"), held.beside("-journal"), held.db()] {
            let Some(name) = old.file_name() else { continue };
            match file::rename(&old, &aside.join(name)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(file_error("移走", &old, e)),
                _ => {}
            }
        }
        put_in_place(&new, &held)?;
        state.write(&held.state(), true)?;
        drop(held);
        Store::open(path, who)
    }
}

/// Every row that differs between two databases of the same tables: its table, id, content in the one and in the
/// other. Both are read side by side, so that only what differs is held.
pub(super) fn differing(now: &Connection, then: &Connection, progress: Progress<'_>) -> Result<Vec<Differing>> {
    let mut all = 0;
    for table in schema::tables() {
        let count = format!("SELECT count(*) FROM \"{}\"", table.kind.name);
        for conn in [now, then] {
            all += conn.query_row(&count, [], |r| r.get::<_, u32>(0)).map(u64::from)?;
        }
    }
    let (mut found, mut done) = (Vec::new(), 0);
    for table in schema::tables() {
        let sql = format!("SELECT id, {} FROM \"{}\" ORDER BY id", table.json, table.kind.name);
        let (mut ours, mut theirs) = (now.prepare(&sql)?, then.prepare(&sql)?);
        let (mut ours, mut theirs) = (ours.query([])?, theirs.query([])?);
        let (mut one, mut other) = (next(&mut ours)?, next(&mut theirs)?);
        while let Some(id) = [&one, &other].into_iter().flatten().map(|(id, _)| *id).min() {
            let (mut here, mut there) = (None, None);
            if one.as_ref().is_some_and(|(at, _)| *at == id) {
                here = std::mem::replace(&mut one, next(&mut ours)?).map(|(_, row)| row);
                done += 1;
            }
            if other.as_ref().is_some_and(|(at, _)| *at == id) {
                there = std::mem::replace(&mut other, next(&mut theirs)?).map(|(_, row)| row);
                done += 1;
            }
            if here != there {
                found.push((table, id, here, there));
            }
            if done % 1024 < 2 {
                progress.at("与现在的记录比较", done.min(all), all)?;
            }
        }
    }
    Ok(found)
}

fn next(rows: &mut rusqlite::Rows<'_>) -> rusqlite::Result<Option<(i64, String)>> {
    rows.next()?.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Writes a backup under a passing name, checks it and gives it its name.
pub(super) fn make(
    conn: &Connection,
    folder: &Folder,
    reason: &str,
    at: NaiveDateTime,
    expected: &[(String, String)],
) -> Result<Backup> {
    let dir = folder.backups();
    make_beside(conn, (&dir, &dir.join("unfinished")), reason, at, expected, &Stoppable::default())
}

/// The same in the folder of backups, under this passing name.
pub(super) fn make_beside(
    conn: &Connection,
    (dir, beside): (&Path, &Path),
    reason: &str,
    at: NaiveDateTime,
    expected: &[(String, String)],
    stop: &Stoppable,
) -> Result<Backup> {
    remove_database(beside);
    let made = write_checked(conn, beside, expected, stop).and_then(|()| {
        let reason: String = reason.chars().filter(|c| c.is_alphanumeric()).take(20).collect();
        let mut path = dir.join(format!("{}_{reason}.db", at.format(NAME)));
        let mut number = 2;
        while path.exists() {
            path = dir.join(format!("{}_{reason}{number}.db", at.format(NAME)));
            number += 1;
        }
        file::rename(beside, &path).map_err(|e| file_error("保存备份", &path, e))?;
        folder::sync_dir(dir);
        Ok(Backup { at: stamp(at), reason, size: folder::size(&path), path })
    });
    if made.is_err() {
        remove_database(beside);
    }
    made
}

fn write_checked(conn: &Connection, to: &Path, expected: &[(String, String)], stop: &Stoppable) -> Result<()> {
    stop.watch(conn);
    conn.execute("VACUUM INTO ?1", [super::long_name(to).to_string_lossy()])?;
    let new = file::patiently(|| OpenOptions::new().write(true).open(to));
    new.and_then(|f| f.sync_all()).map_err(|e| file_error("保存备份", to, e))?;
    let copy = super::open_file(to, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    stop.watch(&copy);
    if let Some(reason) = sound::flaw(&copy, expected)? {
        return Err(Error::refused(format!("备份未通过校验，没有保留：{reason}")));
    }
    if log::last(&copy)? != log::last(conn)? {
        return Err(Error::refused("备份未通过校验，没有保留：缺少最近的修改"));
    }
    Ok(())
}

/// The backups of a folder, the newest first.
fn list(folder: &Folder) -> Result<Vec<Backup>> {
    let dir = folder.backups();
    let mut all = Vec::new();
    for entry in fs::read_dir(&dir).map_err(|e| file_error("读取", &dir, e))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".db") else { continue };
        let Some((time, reason)) = stem.get(..21).zip(stem.get(22..)) else { continue };
        let Ok(at) = NaiveDateTime::parse_from_str(time, NAME) else { continue };
        let size = entry.metadata().map_or(0, |m| m.len());
        all.push(Backup { path: entry.path(), at: stamp(at), reason: reason.to_owned(), size });
    }
    all.sort_by(|a, b| (&b.at, &b.path).cmp(&(&a.at, &a.path)));
    Ok(all)
}

/// The newest backup of a folder that passes its check.
pub(super) fn newest(folder: &Folder, migrations: &[Migration]) -> Option<PathBuf> {
    list(folder).ok()?.into_iter().map(|b| b.path).find(|path| check(path, migrations).is_ok())
}

/// Refuses a file that is no sound backup, with the reason.
fn check(path: &Path, migrations: &[Migration]) -> Result<()> {
    let refuse = |why: &str| Error::refused(format!("“{}”不是有效的备份：{why}", path.display()));
    let found = version_on_disk(path).map_err(|e| file_error("读取备份", path, e))?;
    let Some(version) = found.and_then(|v| usize::try_from(v).ok()) else {
        return Err(refuse("不是众创台账的数据库"));
    };
    let Some(done) = migrations.get(..version).filter(|done| !done.is_empty()) else {
        return Err(Error::Newer { found: version as i64, known: migrations.len() as i64 });
    };
    let conn = super::open_file(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match sound::flaw(&conn, &schema_at(done)?)? {
        Some(reason) => Err(refuse(&reason)),
        None => Ok(()),
    }
}

/// A checked copy of a backup at `to`, brought to the newest version; the backup itself is only read.
pub(super) fn unpack(backup: &Path, to: &Path, migrations: &[Migration]) -> Result<Connection> {
    remove_database(to);
    let open = || {
        file::patiently(|| fs::copy(backup, to)).map_err(|e| file_error("读取备份", backup, e))?;
        // A backup from a write-protected medium is copied with its protection.
        let mut rights = fs::metadata(to).map_err(|e| file_error("读取备份", backup, e))?.permissions();
        if rights.readonly() {
            #[allow(clippy::permissions_set_readonly_false, reason = "our own copy, in a folder of the same user")]
            rights.set_readonly(false);
            fs::set_permissions(to, rights).map_err(|e| file_error("读取备份", backup, e))?;
        }
        check(to, migrations).map_err(|e| match e {
            Error::Refused(say) => Error::refused(say.replace(&*to.to_string_lossy(), &backup.to_string_lossy())),
            // Of the open store this word would mean that it cannot be used.
            Error::Newer { .. } => Error::refused(format!(
                "备份“{}”由更新版本的程序写入，请先更新程序再恢复；现在的台账不受影响",
                backup.file_name().unwrap_or_default().to_string_lossy()
            )),
            e => e,
        })?;
        let mut conn = super::connect(to)?;
        schema::migrate(&mut conn, migrations, &stamp(super::now()))?;
        Ok(conn)
    };
    let opened = open();
    if opened.is_err() {
        remove_database(to);
    }
    opened
}

/// Deletes the backups that are no longer to be kept. What cannot be deleted stays for next time.
pub(super) fn thin(folder: &Folder, now: NaiveDateTime) {
    let Ok(all) = list(folder) else { return };
    let times: Vec<_> = all
        .iter()
        .filter_map(|b| {
            Some((NaiveDateTime::parse_from_str(&b.at, "%Y-%m-%dT%H:%M:%S%.f").ok()?, ORDINARY.contains(&&*b.reason)))
        })
        .collect();
    if times.len() != all.len() {
        return;
    }
    for (backup, kept) in all.iter().zip(keep(&times, now)) {
        if !kept {
            let _ = fs::remove_file(&backup.path);
        }
    }
}

/// Which backups to keep: the newest; those of the last hour (of the ones made at a close or by the clock,
/// marked `true`, the newest 12: many short runs must not fill the disk); the last of each of the 12
/// newest days, 10 newest weeks (from Monday) and 24 newest months that have one.
pub fn keep(backups: &[(NaiveDateTime, bool)], now: NaiveDateTime) -> Vec<bool> {
    let mut order: Vec<usize> = (0..backups.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(backups[*i].0));
    let mut kept = vec![false; backups.len()];
    let mut recent = 0;
    let mut periods: [(HashSet<i64>, usize); 3] = [(HashSet::new(), 12), (HashSet::new(), 10), (HashSet::new(), 24)];
    for (rank, i) in order.into_iter().enumerate() {
        let (at, ordinary) = backups[i];
        let mut keep = rank == 0;
        if at > now - TimeDelta::hours(1) {
            recent += usize::from(ordinary);
            keep |= !ordinary || recent <= 12;
        }
        let day = i64::from(at.date().num_days_from_ce());
        let month = i64::from(at.year()) * 12 + i64::from(at.month());
        for ((seen, limit), period) in periods.iter_mut().zip([day, (day - 1).div_euclid(7), month]) {
            // Newest first, so the first of a period is its last backup.
            keep |= seen.len() < *limit && seen.insert(period);
        }
        kept[i] = keep;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    /// Thins after every backup, as the store does; gives those left, newest first.
    fn left(times: impl IntoIterator<Item = NaiveDateTime>) -> Vec<NaiveDateTime> {
        let mut all: Vec<(NaiveDateTime, bool)> = Vec::new();
        for time in times {
            all.push((time, true));
            let kept = keep(&all, time);
            let mut kept = kept.iter();
            all.retain(|_| *kept.next().unwrap());
        }
        let mut left: Vec<_> = all.into_iter().map(|(t, _)| t).collect();
        left.sort_by(|a, b| b.cmp(a));
        left
    }

    #[test]
    fn days_weeks_and_months_are_kept() {
        // Four backups on every working hour of 1000 days.
        let start = at("2020-01-01 09:00");
        let times = (0..1000).flat_map(|d| (0..4).map(move |h| start + TimeDelta::days(d) + TimeDelta::hours(h * 2)));
        let left = left(times);
        let days: HashSet<_> = left.iter().map(|t| t.date()).collect();
        for back in 0..12 {
            let day = (start + TimeDelta::days(999 - back)).date();
            assert!(days.contains(&day), "one of {day} is kept: the last 12 days");
        }
        let months: HashSet<_> = left.iter().map(|t| (t.year(), t.month())).collect();
        assert_eq!(months.len(), 24, "24 months: {left:?}");
        assert!(left.iter().all(|t| t.format("%H").to_string() == "15"), "the last of its day: {left:?}");
        let weeks: HashSet<_> = left.iter().map(|t| t.date().iso_week()).collect();
        let this_week = start.date() + TimeDelta::days(999);
        for back in 0..10 {
            let week = (this_week - TimeDelta::days(back * 7)).iso_week();
            assert!(weeks.contains(&week), "one of each of the last 10 weeks");
        }
        assert!(left.len() <= 12 + 10 + 24, "nothing beyond: {}", left.len());
    }

    #[test]
    fn the_newest_and_the_last_hour_stay() {
        let now = at("2021-09-20 12:00");
        let minutes = |m| now - TimeDelta::minutes(m);
        let all: Vec<_> = (0..59).map(|m| (minutes(m), false)).collect();
        assert!(keep(&all, now).iter().all(|k| *k), "those asked for in the last hour all stay");
        let all: Vec<_> = (0..59).map(|m| (minutes(m), true)).collect();
        assert_eq!(keep(&all, now).iter().filter(|k| **k).count(), 12, "of many closes in an hour the newest 12");
        assert_eq!(keep(&[(at("2001-01-01 00:00"), true)], now), [true], "the only one stays, however old");
        assert_eq!(keep(&[], now), [] as [bool; 0]);
    }

    #[test]
    fn a_pause_deletes_nothing() {
        let start = at("2021-01-01 09:00");
        let mut times: Vec<_> = (0..12).map(|d| start + TimeDelta::days(d)).collect();
        times.push(at("2023-06-01 09:00"));
        let left = left(times.clone());
        assert_eq!(left.len(), 12, "the newest 12 days that have one, not the last 12 of the calendar: {left:?}");
    }
}

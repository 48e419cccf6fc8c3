//! 备份与设置: what restoring a backup would change, the list of steps, whether everything is sound, the second
//! copy on another drive.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use serde::Serialize;
use ts_rs::TS;

use super::Desk;
use crate::error::{Error, Flaw, Result};
use crate::file;
use crate::ledger::Ledger;
use crate::progress::Progress;
use crate::store::{Backup, Differences, ProofFile, StepKind};

/// Records named as examples of what a restore would change.
const NAMED: usize = 5;
/// Where the second copy is remembered.
const COPY: &str = "copy";
/// Where the name of the person is remembered who does the work.
pub const PERSON: &str = "person";

/// What restoring a backup would do to one kind of record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RestoreChange {
    /// Chinese name of the kind.
    pub label: String,
    /// Records that would come back.
    pub back: usize,
    /// Records that would be as they were.
    pub changed: usize,
    /// Records that would go.
    pub gone: usize,
    /// Some of them by name: 甲队(恢复), 乙队(改回), 丙队(移除).
    pub named: Vec<String>,
}

/// A step of the log as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct StepEntry {
    /// Number of the step.
    #[ts(type = "number")]
    pub id: i64,
    /// What was done.
    pub name: String,
    /// When.
    pub at: String,
    /// Who did it; blank when it is not known.
    pub who: String,
    /// How many records it changed.
    pub changes: usize,
    /// It is no longer in force.
    pub undone: bool,
    /// It can be tried to take it back by itself.
    pub can_take_back: bool,
}

/// The second copy on another drive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct SecondCopy {
    /// Where it goes; blank until a folder is chosen.
    pub folder: String,
    /// In words: 上次复制于 3 天前, 还没有复制过.
    pub say: String,
    /// It is older than a week, or was never made.
    pub old: bool,
}

/// What the program is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct AboutProgram {
    /// Its version.
    pub version: String,
    /// The data folder.
    pub folder: String,
    /// What the person should know about where it lies.
    pub warnings: Vec<String>,
    /// Who is kept with each step of the log.
    pub who: String,
    /// Records, steps and proof files, in words.
    pub holds: Vec<String>,
}

/// What restoring a backup would change, by kind; `ledger` names the records.
///
/// # Errors
/// When a record cannot be read.
pub fn restore_changes(ledger: &Ledger, found: &Differences) -> Result<Vec<RestoreChange>> {
    let mut by_kind: BTreeMap<usize, RestoreChange> = BTreeMap::new();
    for (kind, now, then) in found.records()? {
        let change = by_kind.entry(kind.index()).or_default();
        kind.label.clone_into(&mut change.label);
        let (count, word) = match (&now, &then) {
            (None, Some(_)) => (&mut change.back, "恢复"),
            (Some(_), None) => (&mut change.gone, "移除"),
            (Some(_), Some(_)) => (&mut change.changed, "改回"),
            (None, None) => continue,
        };
        *count += 1;
        if let Some(record) = now.as_ref().or(then.as_ref()).filter(|_| change.named.len() < NAMED && !kind.internal) {
            change.named.push(format!("{}({word})", ledger.label(kind, record)));
        }
    }
    Ok(by_kind.into_values().filter(|c| c.back + c.changed + c.gone > 0).collect())
}

impl Desk {
    /// A backup of this folder by its file name: the screen names no path.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is none of that name.
    pub fn backup_named(&self, name: &str) -> Result<PathBuf> {
        let found = self.backups()?.into_iter().find(|b| b.path.file_name().is_some_and(|n| n == name));
        found.map(|b| b.path).ok_or_else(|| Error::refused(format!("没有名为“{name}”的备份，可能已被清理，请刷新列表")))
    }

    /// The newest steps, the newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn steps(&self, limit: usize) -> Result<Vec<StepEntry>> {
        let entry = |step: crate::store::Step| StepEntry {
            can_take_back: !step.undone && matches!(step.kind, StepKind::Do | StepKind::Revert),
            id: step.id,
            name: step.name,
            at: step.at,
            who: step.who,
            changes: step.changes,
            undone: step.undone,
        };
        Ok(self.store.history(limit)?.into_iter().map(entry).collect())
    }

    /// Takes one older step back by itself; later work stays.
    ///
    /// # Errors
    /// [`Error::Refused`] with the reason when later work builds on it.
    pub fn take_back(&mut self, step: i64) -> Result<String> {
        Ok(self.store.undo_step(step)?.name)
    }

    /// The second copy as it stands.
    pub fn second_copy(&self, now: NaiveDateTime) -> SecondCopy {
        let kept = self.settings.get(COPY);
        let text = |key: &str| kept.and_then(|k| k.get(key)?.as_str()).unwrap_or_default().to_owned();
        let last = NaiveDateTime::parse_from_str(&text("at"), "%Y-%m-%dT%H:%M:%S").ok();
        let days = last.map(|last| (now.date() - last.date()).num_days());
        let say = match days {
            None => "还没有复制过".to_owned(),
            Some(0) => "今天复制过".to_owned(),
            Some(days) => format!("上次复制于 {days} 天前"),
        };
        SecondCopy { folder: text("folder"), say, old: days.is_none_or(|days| days > 7) }
    }

    /// Says who makes the steps from now on: the name in the settings, else the user of the computer.
    pub fn sign(&mut self) {
        let who = self.settings.get(PERSON).and_then(|who| who.as_str()).unwrap_or_default().to_owned();
        self.store.sign(&who);
    }

    /// Remembers that a second copy was made.
    ///
    /// # Errors
    /// When the settings cannot be written.
    pub fn copied(&mut self, folder: &Path, now: NaiveDateTime) -> Result<()> {
        let at = now.format("%Y-%m-%dT%H:%M:%S").to_string();
        self.settings.set(COPY, serde_json::json!({ "folder": folder.display().to_string(), "at": at }))
    }

    /// What the program is and holds.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn about_program(&self) -> Result<AboutProgram> {
        let ledger = self.store.ledger()?;
        let records: usize = crate::record::KINDS.iter().filter(|k| !k.internal).map(|k| ledger.rows(k).len()).sum();
        Ok(AboutProgram {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            folder: self.store.folder().display().to_string(),
            warnings: self.warnings.clone(),
            who: self.store.who().to_owned(),
            holds: vec![
                format!("记录 {records} 条"),
                format!("操作 {} 步，均可追溯", self.store.last_step()),
                format!("佐证材料 {} 份", self.store.proof_files()?.len()),
            ],
        })
    }
}

/// Reads every proof file and compares it with its SHA-256; the store is not held meanwhile.
///
/// # Errors
/// [`Error::Cancelled`] when the person has had enough.
pub fn verify_files(files: &[ProofFile], progress: Progress<'_>) -> Result<Vec<Flaw>> {
    let all = files.len() as u64;
    let mut flaws = Vec::new();
    for (done, file) in files.iter().enumerate() {
        progress.at("核对佐证材料", done as u64, all)?;
        flaws.extend(file.flaw());
    }
    progress.at("核对佐证材料", all, all)?;
    Ok(flaws)
}

/// Opens every backup and looks through it, beside the desk.
///
/// # Errors
/// [`Error::Cancelled`] when the person has had enough.
pub fn verify_backups(backups: &[Backup], progress: Progress<'_>) -> Result<Vec<Flaw>> {
    let all = backups.len() as u64;
    let mut flaws = Vec::new();
    for (done, backup) in backups.iter().enumerate() {
        progress.at("核对备份", done as u64, all)?;
        flaws.extend(backup.flaw());
    }
    progress.at("核对备份", all, all)?;
    Ok(flaws)
}

/// Copies a backup and the proof files into `众创台账备份` in a folder of another drive. What is there already is
/// left alone, so that a second time costs what is new; each file appears there wholly or not at all. A proof file
/// that is missing or damaged is listed and stops nothing.
///
/// # Errors
/// [`Error::Refused`] for a folder inside the data folder, [`Error::File`] when something cannot be written,
/// [`Error::Cancelled`].
pub fn copy_to(
    folder: &Path,
    own: &Path,
    backup: &Backup,
    files: &[ProofFile],
    progress: Progress<'_>,
) -> Result<Vec<Flaw>> {
    if folder.starts_with(own) {
        return Err(Error::refused("第二份拷贝不能放在数据文件夹里面，请选择另一个磁盘上的文件夹"));
    }
    let to = folder.join("众创台账备份");
    let all = files.len() as u64 + 1;
    progress.at("复制备份", 0, all)?;
    let name = backup.path.file_name().unwrap_or_default();
    copy(&backup.path, &to.join("backups"), &to.join("backups").join(name))?;
    let (mut flaws, mut done) = (Vec::new(), HashSet::new());
    for (at, proof) in files.iter().enumerate() {
        progress.at("复制佐证材料", at as u64 + 1, all)?;
        let Some(path) = proof.path.as_deref().filter(|_| done.insert(&proof.sha256)) else { continue };
        let dir = to.join("attachments").join(proof.sha256.get(..2).unwrap_or_default());
        let target = dir.join(&proof.sha256);
        if target.is_file() {
            continue;
        }
        match proof.flaw() {
            Some(flaw) => flaws.push(flaw),
            None => copy(path, &dir, &target)?,
        }
    }
    progress.at("复制佐证材料", all, all)?;
    Ok(flaws)
}

fn copy(from: &Path, dir: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(dir).map_err(|source| Error::File { what: "建立文件夹", path: dir.to_owned(), source })?;
    let bytes = fs::read(from).map_err(|source| Error::File { what: "读取", path: from.to_owned(), source })?;
    file::write(to, &bytes)
}

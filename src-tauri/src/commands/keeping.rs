//! 备份与设置: backups, what restoring one would change, whether everything is sound.

use incubator::desk::{
    self, AboutProgram, RestoreChange, SecondCopy, StepEntry, copy_to, verify_backups, verify_files,
};
use incubator::error::Flaw;
use incubator::progress::{Progress, Step};
use incubator::store::{Backup, Copied, Unpacked};
use incubator::{Error, Result};
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow};

use crate::dialogs;
use crate::jobs::Jobs;
use crate::office::{Answer, Office};

/// Steps shown in the list.
const STEPS: usize = 200;

fn now() -> chrono::NaiveDateTime {
    chrono::Local::now().naive_local()
}

#[tauri::command(async)]
pub fn backups(office: State<'_, Office>) -> Answer<Vec<Backup>> {
    office.ask(|desk| desk.backups())
}

/// Makes a verified backup of the store as it is now; the desk is held for the copy alone.
pub fn back_up(office: &Office, reason: &str, progress: Progress<'_>) -> Result<Backup> {
    progress.at("备份并校验", 0, 0)?;
    let copied = office.desk(|desk| desk.store().copied())?;
    keep(office, &copied, reason, progress)
}

/// Makes a verified backup of a copy of the store.
fn keep(office: &Office, copied: &Copied, reason: &str, progress: Progress<'_>) -> Result<Backup> {
    let backup = copied.backup(reason, progress)?;
    office.desk(|desk| {
        desk.store_mut().backed_up(copied);
        Ok(())
    })?;
    Ok(backup)
}

/// Opens and checks a backup of this folder; the screen names no path.
fn unpack(office: &Office, name: &str, progress: Progress<'_>) -> Result<Unpacked> {
    progress.at("核对备份", 0, 0)?;
    let (folder, backup) = office.desk(|desk| Ok((desk.store().folder().to_owned(), desk.backup_named(name)?)))?;
    Unpacked::open(&folder, &backup, progress)
}

/// Makes a verified backup now.
#[tauri::command(async)]
pub fn backup_now(office: State<'_, Office>, jobs: State<'_, Jobs>, job: u32, steps: Channel<Step>) -> Answer<Backup> {
    jobs.run(job, &steps, |progress| back_up(&office, "手动备份", progress))
}

/// What restoring a backup would change, by kind.
#[tauri::command(async)]
pub fn restore_changes(
    office: State<'_, Office>,
    jobs: State<'_, Jobs>,
    job: u32,
    steps: Channel<Step>,
    name: &str,
) -> Answer<Vec<RestoreChange>> {
    jobs.run(job, &steps, |progress| {
        let unpacked = unpack(&office, name, progress)?;
        progress.at("与现在的记录比较", 0, 0)?;
        let (copied, ledger) = office.desk(|desk| Ok((desk.store().copied()?, desk.store().ledger()?)))?;
        desk::restore_changes(&ledger, &unpacked.against(&copied, progress)?)
    })
}

/// Puts a backup's records in place of the present ones, as one step, after a backup of these.
#[tauri::command(async)]
pub fn restore(
    office: State<'_, Office>,
    jobs: State<'_, Jobs>,
    job: u32,
    steps: Channel<Step>,
    name: &str,
) -> Answer<()> {
    jobs.run(job, &steps, |progress| {
        let unpacked = unpack(&office, name, progress)?;
        progress.at("备份并校验", 0, 0)?;
        let copied = office.desk(|desk| desk.store().copied())?;
        keep(&office, &copied, "恢复前", progress)?;
        let found = unpacked.against(&copied, progress)?;
        office.desk(|desk| desk.store_mut().restore_from(&unpacked, &found, progress))
    })
}

/// Looks through the database, every proof file and every backup; gives what is wrong.
#[tauri::command(async)]
pub fn verify(office: State<'_, Office>, jobs: State<'_, Jobs>, job: u32, steps: Channel<Step>) -> Answer<Vec<Flaw>> {
    jobs.run(job, &steps, |progress| {
        progress.at("核对数据库", 0, 0)?;
        let (copied, files, backups) =
            office.desk(|desk| Ok((desk.store().copied()?, desk.store().proof_files()?, desk.backups()?)))?;
        let mut flaws = copied.verify(progress)?;
        flaws.extend(verify_files(&files, progress)?);
        flaws.extend(verify_backups(&backups, progress)?);
        Ok(flaws)
    })
}

#[tauri::command(async)]
pub fn second_copy(office: State<'_, Office>) -> Answer<SecondCopy> {
    office.ask(|desk| Ok(desk.second_copy(now())))
}

/// Asks for a folder on another drive; its path, or nothing when the person thinks better of it.
#[tauri::command]
pub async fn choose_copy_folder(window: WebviewWindow) -> Answer<Option<String>> {
    let folder = dialogs::choose_folder(&window, "选择第二份拷贝的文件夹").await;
    Ok(folder.map(|folder| folder.display().to_string()))
}

/// Copies a fresh backup and the proof files there; gives the proof files that are not sound.
#[tauri::command(async)]
pub fn copy_away(
    office: State<'_, Office>,
    jobs: State<'_, Jobs>,
    job: u32,
    steps: Channel<Step>,
    folder: &str,
) -> Answer<Vec<Flaw>> {
    jobs.run(job, &steps, |progress| {
        let folder = std::path::Path::new(folder);
        let backup = back_up(&office, "手动备份", progress)?;
        let (own, files) = office.desk(|desk| Ok((desk.store().folder().to_owned(), desk.store().proof_files()?)))?;
        let flaws = copy_to(folder, &own, &backup, &files, progress).map_err(|e| match e {
            Error::Cancelled => Error::refused("已停止复制。已经复制的文件留在那里，下次只复制其余的"),
            e => e,
        })?;
        office.desk(|desk| desk.copied(folder, now()))?;
        Ok(flaws)
    })
}

/// The newest steps by name.
#[tauri::command(async)]
pub fn steps(office: State<'_, Office>) -> Answer<Vec<StepEntry>> {
    office.ask(|desk| desk.steps(STEPS))
}

/// Takes one older step back by itself.
#[tauri::command(async)]
pub fn take_back(office: State<'_, Office>, step: i64) -> Answer<String> {
    office.ask(|desk| desk.take_back(step))
}

#[tauri::command(async)]
pub fn about_program(office: State<'_, Office>) -> Answer<AboutProgram> {
    office.ask(|desk| desk.about_program())
}

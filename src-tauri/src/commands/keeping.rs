//! 备份与设置: backups, what restoring one would change, whether everything is sound.

use incubator::progress::Step;
use incubator::store::Backup;
use tauri::State;
use tauri::ipc::Channel;

use crate::jobs::Jobs;
use crate::office::{Answer, Office};

#[tauri::command(async)]
pub fn backups(office: State<'_, Office>) -> Answer<Vec<Backup>> {
    office.ask(|desk| desk.backups())
}

/// Makes a verified backup now.
#[tauri::command(async)]
pub fn backup_now(office: State<'_, Office>, jobs: State<'_, Jobs>, job: u32, steps: Channel<Step>) -> Answer<Backup> {
    jobs.run(job, &steps, |progress| {
        progress.at("备份并校验", 0, 0)?;
        office.desk(|desk| desk.backup())
    })
}

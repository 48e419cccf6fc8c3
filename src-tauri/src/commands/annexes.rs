//! 附表与申报: programmes with their conditions, tables, proof and pack; what comes due.

use chrono::NaiveDate;
use incubator::desk::{PackReport, ProgrammeForm, ProofGroup, Reminder, Standing};
use incubator::form::BrokenForm;
use incubator::programme::Gauge;
use incubator::progress::Step;
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow};

use crate::dialogs;
use crate::jobs::Jobs;
use crate::office::{Answer, Office};

#[tauri::command(async)]
pub fn reminders(office: State<'_, Office>) -> Answer<Vec<Reminder>> {
    office.ask(|desk| desk.reminders())
}

#[tauri::command(async)]
pub fn standings(office: State<'_, Office>, on: NaiveDate) -> Answer<Vec<Standing>> {
    office.ask(|desk| desk.standings(on))
}

#[tauri::command(async)]
pub fn broken_programmes(office: State<'_, Office>) -> Answer<Vec<BrokenForm>> {
    office.ask(|desk| Ok(desk.broken_programmes()))
}

#[tauri::command(async)]
pub fn gauge(office: State<'_, Office>, programme: &str, on: NaiveDate) -> Answer<Gauge> {
    office.ask(|desk| desk.gauge(programme, on))
}

/// A person's yes or no on a condition; without one it is taken back.
#[tauri::command(async)]
pub fn judge(
    office: State<'_, Office>,
    programme: &str,
    condition: &str,
    on: NaiveDate,
    answer: Option<bool>,
    note: String,
    until: Option<NaiveDate>,
) -> Answer<Gauge> {
    let answer = incubator::desk::Answer { answer, note, until };
    office.ask(|desk| desk.judge(programme, condition, on, answer))
}

#[tauri::command(async)]
pub fn programme_forms(office: State<'_, Office>, programme: &str, on: NaiveDate) -> Answer<Vec<ProgrammeForm>> {
    office.ask(|desk| desk.programme_forms(programme, on))
}

#[tauri::command(async)]
pub fn programme_proof(office: State<'_, Office>, programme: &str, on: NaiveDate) -> Answer<Vec<ProofGroup>> {
    office.ask(|desk| desk.programme_proof(programme, on))
}

/// Asks for a folder, and writes the pack into it; nothing when the person thinks better of it. The desk is asked
/// only while the pack is gathered: the window answers while files are copied.
#[tauri::command]
pub async fn write_pack(
    window: WebviewWindow,
    office: State<'_, Office>,
    jobs: State<'_, Jobs>,
    job: u32,
    steps: Channel<Step>,
    programme: String,
    on: NaiveDate,
) -> Answer<Option<PackReport>> {
    let Some(out) = dialogs::open_folder(&window, "选择存放材料包的文件夹").await else { return Ok(None) };
    jobs.run(job, &steps, |progress| {
        let pack = office.desk(|desk| desk.gather(&programme, on, progress))?;
        pack.write(&out, progress)
    })
    .map(Some)
}

//! Reports: fill, explain, export, seal.

use incubator::Error;
use incubator::desk::{Choice, Difference, FilingChoice};
use incubator::error::Refusal;
use incubator::form::Filled;
use tauri::{State, WebviewWindow};

use crate::dialogs;
use crate::office::{Answer, Office};

/// Now, as the records keep it.
fn now() -> String {
    chrono::Local::now().format("%Y-%m-%d %H:%M:%S").to_string()
}

#[tauri::command(async)]
pub fn fill(office: State<'_, Office>, form: &str, period: &str, choice: Choice) -> Answer<Filled> {
    office.ask(|desk| desk.fill(form, period, choice))
}

#[tauri::command(async)]
pub fn file_as(office: State<'_, Office>, form: &str, period: &str, choice: FilingChoice) -> Answer<Filled> {
    office.ask(|desk| desk.file_as(form, period, choice))
}

#[tauri::command(async)]
pub fn override_cell(
    office: State<'_, Office>,
    form: &str,
    period: &str,
    code: &str,
    value: Option<i64>,
    reason: &str,
) -> Answer<Filled> {
    office.ask(|desk| desk.override_cell(form, period, code, value, reason))
}

#[tauri::command(async)]
pub fn explain(office: State<'_, Office>, form: &str, period: &str, rule: &str, reason: &str) -> Answer<Filled> {
    office.ask(|desk| desk.explain(form, period, rule, reason))
}

/// Asks where to, then writes the workbook there; its path, or nothing when the person thinks better of it.
#[tauri::command]
pub async fn export(
    window: WebviewWindow,
    office: State<'_, Office>,
    form: String,
    period: String,
    choice: Choice,
) -> Answer<Option<String>> {
    let name = office.ask(|desk| desk.export_name(&form, &period))?;
    let Some(path) = dialogs::save_workbook(&window, "导出 Excel", &name).await else { return Ok(None) };
    office.ask(|desk| desk.export_to(&form, &period, choice, &path))?;
    Ok(Some(path.display().to_string()))
}

#[tauri::command(async)]
pub fn seal(office: State<'_, Office>, form: &str, period: &str) -> Answer<Filled> {
    office.ask(|desk| desk.seal(form, period, &now()))
}

#[tauri::command(async)]
pub fn unseal(office: State<'_, Office>, form: &str, period: &str, reason: &str) -> Answer<()> {
    office.ask(|desk| desk.unseal(form, period, reason, &now()))
}

#[tauri::command(async)]
pub fn differences(office: State<'_, Office>, form: &str, period: &str) -> Answer<Vec<Difference>> {
    office.ask(|desk| desk.differences(form, period))
}

/// Asks for the scan of the stamped print and keeps it with the seal; its name, or nothing when none was chosen.
#[tauri::command]
pub async fn attach_scan(
    window: WebviewWindow,
    office: State<'_, Office>,
    form: String,
    period: String,
) -> Answer<Option<String>> {
    let Some(path) = dialogs::open_scan(&window, "附盖章扫描件").await else { return Ok(None) };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = std::fs::read(&path).map_err(|source| Refusal::from(&Error::File { what: "读取", path, source }))?;
    office.ask(|desk| desk.attach_scan(&form, &period, &name, &bytes))?;
    Ok(Some(name))
}

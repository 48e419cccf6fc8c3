//! The data folder as a whole: open it, recover it, take a step back.

use incubator::desk::Status;
use tauri::State;

use crate::office::{Answer, Office};

#[tauri::command(async)]
pub fn status(office: State<'_, Office>) -> Answer<Status> {
    office.ask(|desk| desk.status())
}

#[tauri::command(async)]
pub fn reopen(office: State<'_, Office>) -> Answer<Status> {
    office.reopen();
    office.ask(|desk| desk.status())
}

#[tauri::command(async)]
pub fn recover(office: State<'_, Office>) -> Answer<Status> {
    office.recover()?;
    office.ask(|desk| desk.status())
}

#[tauri::command(async)]
pub fn open_sample(office: State<'_, Office>) -> Answer<Status> {
    office.ask(|desk| desk.open_sample())
}

/// Begins an empty store with the makerspace's name.
#[tauri::command(async)]
pub fn begin(office: State<'_, Office>, name: &str) -> Answer<Status> {
    office.ask(|desk| desk.begin(name))
}

#[tauri::command(async)]
pub fn undo(office: State<'_, Office>) -> Answer<Option<String>> {
    office.ask(|desk| desk.undo())
}

#[tauri::command(async)]
pub fn redo(office: State<'_, Office>) -> Answer<Option<String>> {
    office.ask(|desk| desk.redo())
}

//! The data folder as a whole: open it, recover it, take a step back.

use incubator::desk::{First, Status};
use serde_json::{Map, Value};
use tauri::State;

use crate::commands::settings::remembered;
use crate::office::{Answer, Office};

/// What is kept as the screen gave it, by key or place.
type ByName = Map<String, Value>;

/// Everything that the window needs to show its first room: the folder with the list that was left open, what is
/// remembered, and what was typed and not yet kept, by place.
#[tauri::command(async)]
pub fn first(office: State<'_, Office>) -> Answer<(First, ByName, ByName)> {
    office.ask(|desk| Ok((desk.first()?, remembered(desk), desk.drafts().all().clone())))
}

#[tauri::command(async)]
pub fn status(office: State<'_, Office>) -> Answer<Status> {
    office.ask(|desk| desk.status())
}

#[tauri::command(async)]
pub fn reopen(office: State<'_, Office>) {
    office.reopen();
}

#[tauri::command(async)]
pub fn recover(office: State<'_, Office>) -> Answer<()> {
    office.recover()
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

//! One box over everything.

use incubator::desk::HitGroup;
use tauri::State;

use crate::office::{Answer, Office};

#[tauri::command(async)]
pub fn search(office: State<'_, Office>, typed: &str) -> Answer<Vec<HitGroup>> {
    office.ask(|desk| desk.search(typed))
}

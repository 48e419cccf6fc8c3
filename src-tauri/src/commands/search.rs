//! One box over everything.

use incubator::desk::HitGroup;
use tauri::State;

use crate::office::{Answer, Office};

#[tauri::command(async)]
pub fn search(office: State<'_, Office>, typed: &str) -> Answer<Vec<HitGroup>> {
    office.ask(|desk| desk.search(typed))
}

/// Makes everything ready to be searched, with the desk free meanwhile: the person has come to the box and not typed yet.
#[tauri::command(async)]
pub fn ready_search(office: State<'_, Office>) -> Answer<()> {
    let Some(unready) = office.ask(|desk| desk.unready())? else { return Ok(()) };
    let ready = unready.ready();
    office.ask(|desk| {
        desk.take_ready(ready);
        Ok(())
    })
}

//! 总览: what needs doing, and the state of things.

use incubator::desk::{Charts, Dial, Overview};
use tauri::State;

use crate::office::{Answer, Office};

#[tauri::command(async)]
pub fn overview(office: State<'_, Office>) -> Answer<Overview> {
    office.ask(|desk| desk.overview())
}

#[tauri::command(async)]
pub fn dials(office: State<'_, Office>) -> Answer<Vec<Dial>> {
    office.ask(|desk| desk.dials())
}

#[tauri::command(async)]
pub fn charts(office: State<'_, Office>) -> Answer<Charts> {
    office.ask(|desk| desk.charts())
}

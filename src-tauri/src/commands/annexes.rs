//! 附表与申报: programmes with their conditions, tables, proof; what comes due.

use incubator::desk::Reminder;
use tauri::State;

use crate::office::{Answer, Office};

#[tauri::command(async)]
pub fn reminders(office: State<'_, Office>) -> Answer<Vec<Reminder>> {
    office.ask(|desk| desk.reminders())
}

//! Records: look at them, change them.

use incubator::desk::RecordView;
use tauri::State;

use crate::office::{Answer, Office};

#[tauri::command(async)]
pub fn record(office: State<'_, Office>, kind: &str, id: i64) -> Answer<RecordView> {
    office.ask(|desk| desk.record(kind, id))
}

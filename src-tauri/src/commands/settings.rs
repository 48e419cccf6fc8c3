//! What the window remembers: theme, text size, filters, what was typed and not yet kept.

use incubator::Error;
use incubator::desk::{Desk, MASKING_EXPORTS, PERSON};
use incubator::error::Refusal;
use serde_json::{Map, Value};
use tauri::{State, Theme, WebviewWindow};

use crate::jobs::Jobs;
use crate::office::{Answer, Office};

/// What the screen may remember: these, and whatever lies under one of [`SHELVES`].
const KEYS: &[&str] = &["theme", "text_size", "room", "masking", MASKING_EXPORTS, "programme", PERSON];
const SHELVES: &[&str] = &["grid/", "filter/", "panel/", "room/"];

fn allowed(key: &str) -> bool {
    KEYS.contains(&key) || SHELVES.iter().any(|shelf| key.starts_with(shelf))
}

/// Everything the screen remembers.
pub fn remembered(desk: &Desk) -> Map<String, Value> {
    let all = desk.settings().all().iter().filter(|(key, _)| allowed(key));
    all.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Remembers one thing; null forgets it.
#[tauri::command(async)]
pub fn remember(window: WebviewWindow, office: State<'_, Office>, key: &str, value: Value) -> Answer<()> {
    if !allowed(key) {
        return Err(Refusal::from(&Error::refused(format!("窗口不能记住“{key}”"))));
    }
    if key == "theme" {
        // The frame and the system's own dialogs follow the page; where they cannot, the page still does.
        let _ = window.set_theme(theme(&value));
    }
    office.ask(|desk| {
        desk.settings_mut().set(key, value)?;
        desk.sign();
        Ok(())
    })
}

/// The theme that a setting asks for; `None` follows the system.
pub fn theme(value: &Value) -> Option<Theme> {
    match value.as_str() {
        Some("dark") => Some(Theme::Dark),
        Some("light") => Some(Theme::Light),
        _ => None,
    }
}

/// Keeps what stands in a field that has not been left; null forgets it.
#[tauri::command(async)]
pub fn draft(office: State<'_, Office>, place: &str, value: Value) -> Answer<()> {
    office.ask(|desk| desk.drafts_mut().keep(place, value))
}

/// Stops long work.
#[tauri::command]
pub fn cancel(jobs: State<'_, Jobs>, job: u32) {
    jobs.cancel(job);
}

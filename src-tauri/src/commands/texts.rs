//! Texts of forms, what forms offer, and the manager's own copies of them.

use incubator::desk::{Choice, FormEntry, Offer, Pattern, Tailoring, TextView};
use tauri::State;

use crate::office::{Answer, Office};

#[tauri::command(async)]
pub fn form_text(office: State<'_, Office>, form: &str, period: &str, code: &str) -> Answer<TextView> {
    office.ask(|desk| desk.text(form, period, code))
}

#[tauri::command(async)]
pub fn preview_text(office: State<'_, Office>, form: &str, period: &str, code: &str, raw: &str) -> Answer<TextView> {
    office.ask(|desk| desk.preview_text(form, period, code, raw))
}

#[tauri::command(async)]
pub fn write_text(office: State<'_, Office>, form: &str, period: &str, code: &str, raw: &str) -> Answer<TextView> {
    office.ask(|desk| desk.write_text(form, period, code, raw))
}

#[tauri::command(async)]
pub fn confirm_text(office: State<'_, Office>, form: &str, period: &str, code: &str) -> Answer<TextView> {
    office.ask(|desk| desk.confirm_text(form, period, code))
}

#[tauri::command(async)]
pub fn offers(office: State<'_, Office>, form: &str) -> Answer<Vec<Offer>> {
    office.ask(|desk| desk.offers(form))
}

#[tauri::command(async)]
pub fn take_offers(office: State<'_, Office>, form: &str) -> Answer<usize> {
    office.ask(|desk| desk.take_offers(form))
}

#[tauri::command(async)]
pub fn plain_form(office: State<'_, Office>, form: &str, period: &str) -> Answer<String> {
    office.ask(|desk| desk.plain(form, period, Choice::default()))
}

#[tauri::command(async)]
pub fn pattern(office: State<'_, Office>, form: &str) -> Answer<Pattern> {
    office.ask(|desk| desk.pattern(form))
}

#[tauri::command(async)]
pub fn tailor(office: State<'_, Office>, form: &str, change: Tailoring) -> Answer<FormEntry> {
    office.ask(|desk| desk.tailor(form, &change))
}

//! Records: look at them, type them in, change them, bring them back; the quarterly round.

use chrono::NaiveDate;
use incubator::desk::{
    Added, Bin, Changed, Choices, Column, ListGroup, ListRow, Put, RecordView, Round, RoundPut, Rows, Sheet, Typed,
    View, columns,
};
use incubator::error::Refusal;
use incubator::progress::Step;
use tauri::State;
use tauri::ipc::Channel;

use crate::jobs::Jobs;
use crate::office::{Answer, Office};

#[tauri::command(async)]
pub fn record(office: State<'_, Office>, kind: &str, id: i64) -> Answer<RecordView> {
    office.ask(|desk| desk.record(kind, id))
}

#[tauri::command(async)]
pub fn lists(office: State<'_, Office>) -> Answer<Vec<ListGroup>> {
    office.ask(|desk| desk.lists())
}

#[tauri::command(async)]
pub fn list_columns(list: &str) -> Answer<Vec<Column>> {
    columns(list).map_err(|e| Refusal::from(&e))
}

#[tauri::command(async)]
pub fn list_rows(
    office: State<'_, Office>,
    list: &str,
    view: View,
    from: usize,
    count: usize,
    anew: bool,
) -> Answer<Rows> {
    office.ask(|desk| desk.rows(list, &view, from, count, anew))
}

#[tauri::command(async)]
pub fn list_position(office: State<'_, Office>, list: &str, view: View, id: i64) -> Answer<Option<usize>> {
    office.ask(|desk| desk.position(list, &view, id))
}

#[tauri::command(async)]
pub fn list_block(
    office: State<'_, Office>,
    list: &str,
    view: View,
    from: usize,
    to: usize,
    fields: Vec<String>,
) -> Answer<String> {
    office.ask(|desk| desk.block(list, &view, from, to, &fields))
}

#[tauri::command(async)]
pub fn list_ids(office: State<'_, Office>, list: &str, view: View, from: usize, to: usize) -> Answer<Vec<i64>> {
    office.ask(|desk| desk.ids(list, &view, from, to))
}

#[tauri::command(async)]
pub fn change_cells(office: State<'_, Office>, list: &str, puts: Vec<Put>) -> Answer<Changed> {
    office.ask(|desk| desk.change(list, &puts))
}

#[tauri::command(async)]
pub fn empty_block(
    office: State<'_, Office>,
    list: &str,
    view: View,
    from: usize,
    to: usize,
    fields: Vec<String>,
) -> Answer<Changed> {
    office.ask(|desk| desk.empty_block(list, &view, from, to, &fields))
}

#[tauri::command(async)]
pub fn fill_down(
    office: State<'_, Office>,
    list: &str,
    view: View,
    from: usize,
    to: usize,
    fields: Vec<String>,
) -> Answer<Changed> {
    office.ask(|desk| desk.fill_down(list, &view, from, to, &fields))
}

#[tauri::command(async)]
pub fn add_record(office: State<'_, Office>, list: &str, typed: Vec<Typed>) -> Answer<Added> {
    office.ask(|desk| desk.add(list, &typed))
}

#[tauri::command(async)]
pub fn begin_record(office: State<'_, Office>, list: &str, typed: Vec<Typed>) -> Answer<Added> {
    office.ask(|desk| desk.begun(list, &typed))
}

#[tauri::command(async)]
pub fn delete_records(office: State<'_, Office>, list: &str, ids: Vec<i64>) -> Answer<()> {
    office.ask(|desk| desk.delete_all(list, &ids))
}

#[tauri::command(async)]
pub fn delete_many(
    office: State<'_, Office>,
    jobs: State<'_, Jobs>,
    job: u32,
    steps: Channel<Step>,
    list: &str,
    ids: Vec<i64>,
) -> Answer<()> {
    jobs.run(job, &steps, |progress| office.desk(|desk| desk.delete_many(list, &ids, progress)))
}

#[tauri::command(async)]
pub fn put_back(office: State<'_, Office>, kind: &str, id: i64) -> Answer<()> {
    office.ask(|desk| desk.put_back(kind, id))
}

#[tauri::command(async)]
pub fn put_back_all(office: State<'_, Office>, at: &str) -> Answer<()> {
    office.ask(|desk| desk.put_back_all(at))
}

#[tauri::command(async)]
pub fn bin(office: State<'_, Office>, count: usize) -> Answer<Bin> {
    office.ask(|desk| desk.bin(count))
}

#[tauri::command(async)]
pub fn ref_choices(office: State<'_, Office>, list: &str, field: &str, text: &str) -> Answer<Choices> {
    office.ask(|desk| desk.choices(list, field, text))
}

#[tauri::command(async)]
pub fn sheet(office: State<'_, Office>, kind: &str, id: i64) -> Answer<Sheet> {
    office.ask(|desk| desk.sheet(kind, id))
}

#[tauri::command(async)]
pub fn record_on(office: State<'_, Office>, list: &str, id: i64, day: NaiveDate) -> Answer<Option<ListRow>> {
    office.ask(|desk| desk.record_on(list, id, day))
}

#[tauri::command(async)]
pub fn restore_step(office: State<'_, Office>, kind: &str, id: i64, step: i64) -> Answer<()> {
    office.ask(|desk| desk.restore_step(kind, id, step))
}

#[tauri::command(async)]
pub fn round(office: State<'_, Office>, period: &str) -> Answer<Round> {
    office.ask(|desk| desk.round(period))
}

#[tauri::command(async)]
pub fn round_put(office: State<'_, Office>, period: &str, put: RoundPut) -> Answer<Round> {
    office.ask(|desk| desk.round_put(period, &put))
}

#[tauri::command(async)]
pub fn round_confirm(office: State<'_, Office>, period: &str, tenants: Option<Vec<i64>>) -> Answer<Round> {
    office.ask(|desk| desk.round_confirm(period, tenants.as_deref()))
}

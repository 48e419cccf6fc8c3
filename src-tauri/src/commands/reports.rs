//! Reports: fill, explain, export, seal.

use incubator::Error;
use incubator::desk::{Choice, Difference, FigureView, FilingChoice, FilingEntry, PortalLine, ReadBack};
use incubator::error::Refusal;
use incubator::form::ByHand;
use incubator::form::Filled;
use tauri::{State, WebviewWindow};

use crate::dialogs;
use crate::office::{Answer, Office};

/// Now, as the records keep it.
fn now() -> String {
    chrono::Local::now().format("%Y-%m-%d %H:%M:%S").to_string()
}

#[tauri::command(async)]
pub fn fill(office: State<'_, Office>, form: &str, period: &str, choice: Choice) -> Answer<Filled> {
    office.ask(|desk| desk.fill(form, period, choice))
}

#[tauri::command(async)]
pub fn file_as(office: State<'_, Office>, form: &str, period: &str, choice: FilingChoice) -> Answer<Filled> {
    office.ask(|desk| desk.file_as(form, period, choice))
}

#[tauri::command(async)]
pub fn override_cell(
    office: State<'_, Office>,
    form: &str,
    period: &str,
    code: &str,
    value: Option<&str>,
    reason: &str,
) -> Answer<Filled> {
    let read = |typed: &str| typed.parse::<ByHand>().map_err(|say| Refusal::from(&Error::refused(say)));
    let value = value.map(read).transpose()?;
    office.ask(|desk| desk.override_cell(form, period, code, value, reason))
}

#[tauri::command(async)]
pub fn explain(office: State<'_, Office>, form: &str, period: &str, rule: &str, reason: &str) -> Answer<Filled> {
    office.ask(|desk| desk.explain(form, period, rule, reason))
}

/// Asks where to, then writes the workbook there; its path, or nothing when the person thinks better of it.
#[tauri::command]
pub async fn export(
    window: WebviewWindow,
    office: State<'_, Office>,
    form: String,
    period: String,
    choice: Choice,
) -> Answer<Option<String>> {
    let name = office.ask(|desk| desk.export_name(&form, &period))?;
    let Some(path) = dialogs::save_workbook(&window, "导出 Excel", &name).await else { return Ok(None) };
    office.ask(|desk| desk.export_to(&form, &period, choice, &path))?;
    Ok(Some(path.display().to_string()))
}

#[tauri::command(async)]
pub fn figure(office: State<'_, Office>, form: &str, period: &str, code: &str) -> Answer<FigureView> {
    office.ask(|desk| desk.figure(form, period, code))
}

#[tauri::command(async)]
pub fn portal(office: State<'_, Office>, form: &str, period: &str) -> Answer<Vec<PortalLine>> {
    office.ask(|desk| desk.portal(form, period))
}

#[tauri::command(async)]
pub fn read_back(office: State<'_, Office>, form: &str, period: &str, text: &str) -> Answer<ReadBack> {
    office.ask(|desk| desk.read_back(form, period, text))
}

#[tauri::command(async)]
pub fn filings(office: State<'_, Office>) -> Answer<Vec<FilingEntry>> {
    office.ask(|desk| desk.filings())
}

#[tauri::command(async)]
pub fn seal(office: State<'_, Office>, form: &str, period: &str) -> Answer<Filled> {
    office.ask(|desk| desk.seal(form, period, &now()))
}

/// Asks for the scan of the stamped print first, then seals with it; nothing when none was chosen.
#[tauri::command]
pub async fn seal_with_scan(
    window: WebviewWindow,
    office: State<'_, Office>,
    form: String,
    period: String,
) -> Answer<Option<Filled>> {
    let Some((name, bytes)) = scan(&window, "封存并附盖章扫描件").await? else { return Ok(None) };
    office.ask(|desk| desk.seal_with_scan(&form, &period, &now(), &name, &bytes)).map(Some)
}

#[tauri::command(async)]
pub fn unseal(office: State<'_, Office>, form: &str, period: &str, reason: &str) -> Answer<()> {
    office.ask(|desk| desk.unseal(form, period, reason, &now()))
}

#[tauri::command(async)]
pub fn differences(office: State<'_, Office>, form: &str, period: &str) -> Answer<Vec<Difference>> {
    office.ask(|desk| desk.differences(form, period))
}

/// Asks for the scan of the stamped print and keeps it with the seal; its name, or nothing when none was chosen.
#[tauri::command]
pub async fn attach_scan(
    window: WebviewWindow,
    office: State<'_, Office>,
    form: String,
    period: String,
) -> Answer<Option<String>> {
    let Some((name, bytes)) = scan(&window, "附盖章扫描件").await? else { return Ok(None) };
    office.ask(|desk| desk.attach_scan(&form, &period, &name, &bytes))?;
    Ok(Some(name))
}

/// Opens the system's print dialog for what the page shows, on A4 upright or across.
#[tauri::command]
pub fn print_page(window: WebviewWindow, across: bool) -> Answer<()> {
    print(&window, across).map_err(|e| Refusal::from(&Error::refused(format!("无法打开打印窗口：{e}"))))
}

/// WebKit's dialog does not read the page's own rules for its paper: it is told them. Paper turned across by its
/// orientation comes out of it blank, so that a wide sheet is asked for.
#[cfg(target_os = "linux")]
fn print(window: &WebviewWindow, across: bool) -> tauri::Result<()> {
    use webkit2gtk::PrintOperationExt;

    window.with_webview(move |view| {
        let print = webkit2gtk::PrintOperation::new(&view.inner());
        let paper = gtk::PageSetup::new();
        let size = if across {
            gtk::PaperSize::new_custom("a4-across", "A4 横向", 297.0, 210.0, gtk::Unit::Mm)
        } else {
            gtk::PaperSize::new(Some("iso_a4"))
        };
        paper.set_paper_size_and_default_margins(&size);
        print.set_page_setup(&paper);
        print.run_dialog(None::<&gtk::Window>);
    })
}

/// WebView2's dialog takes paper and margins from the page's own rules.
#[cfg(not(target_os = "linux"))]
fn print(window: &WebviewWindow, _across: bool) -> tauri::Result<()> {
    window.print()
}

/// Asks for a scan: its name and content.
async fn scan(window: &WebviewWindow, title: &str) -> Answer<Option<(String, Vec<u8>)>> {
    let Some(path) = dialogs::open_scan(window, title).await else { return Ok(None) };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = std::fs::read(&path).map_err(|source| Refusal::from(&Error::File { what: "读取", path, source }))?;
    Ok(Some((name, bytes)))
}

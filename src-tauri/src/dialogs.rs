//! The desktop's own dialogs for opening and saving files.

use std::path::PathBuf;

use rfd::AsyncFileDialog;
use tauri::WebviewWindow;

/// Asks where to save a workbook; `None` when the person thinks better of it.
pub async fn save_workbook(window: &WebviewWindow, title: &str, name: &str) -> Option<PathBuf> {
    let dialog = AsyncFileDialog::new().set_parent(window).set_title(title).set_file_name(name);
    let file = dialog.add_filter("Excel 工作簿", &["xlsx"]).save_file().await?;
    let path = file.path();
    // GTK leaves out an ending that the person did not type.
    let has_ending = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    Some(if has_ending { path.to_owned() } else { PathBuf::from(format!("{}.xlsx", path.display())) })
}

/// Asks for a scan.
pub async fn open_scan(window: &WebviewWindow, title: &str) -> Option<PathBuf> {
    let dialog = AsyncFileDialog::new().set_parent(window).set_title(title);
    let file = dialog.add_filter("扫描件", &["pdf", "jpg", "jpeg", "png"]).pick_file().await?;
    Some(file.path().to_owned())
}

/// Asks for a folder.
pub async fn open_folder(window: &WebviewWindow, title: &str) -> Option<PathBuf> {
    let folder = AsyncFileDialog::new().set_parent(window).set_title(title).pick_folder().await?;
    Some(folder.path().to_owned())
}

/// Asks for proof files, as many as one likes.
pub async fn open_proof(window: &WebviewWindow) -> Option<Vec<PathBuf>> {
    let dialog = AsyncFileDialog::new().set_parent(window).set_title("选择佐证材料(可多选)");
    let files = dialog.pick_files().await?;
    Some(files.iter().map(|file| file.path().to_owned()).collect())
}

/// Asks where to save a file of any kind.
pub async fn save_as(window: &WebviewWindow, title: &str, name: &str) -> Option<PathBuf> {
    let dialog = AsyncFileDialog::new().set_parent(window).set_title(title).set_file_name(name);
    Some(dialog.save_file().await?.path().to_owned())
}

/// Asks for a roster to import.
pub async fn open_roster(window: &WebviewWindow) -> Option<PathBuf> {
    let dialog = AsyncFileDialog::new().set_parent(window).set_title("选择要导入的名册");
    let endings = ["xlsx", "xlsm", "xls", "xlsb", "ods", "et", "csv", "txt", "tsv"];
    let file = dialog.add_filter("表格", &endings).add_filter("所有文件", &["*"]).pick_file().await?;
    Some(file.path().to_owned())
}

/// Asks for a folder.
pub async fn choose_folder(window: &WebviewWindow, title: &str) -> Option<PathBuf> {
    let folder = AsyncFileDialog::new().set_parent(window).set_title(title).pick_folder().await?;
    Some(folder.path().to_owned())
}

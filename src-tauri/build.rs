//! Builds the window's resources, and one permission for each of its own commands: what is not
//! listed here, and in `capabilities/window.json`, the screen cannot call.

const COMMANDS: &[&str] = &[
    "status",
    "reopen",
    "recover",
    "open_sample",
    "fill",
    "file_as",
    "override_cell",
    "explain",
    "export",
    "figure",
    "portal",
    "read_back",
    "filings",
    "seal",
    "seal_with_scan",
    "unseal",
    "differences",
    "attach_scan",
    "record",
    "lists",
    "list_columns",
    "list_rows",
    "list_position",
    "list_block",
    "list_ids",
    "change_cells",
    "add_record",
    "delete_records",
    "put_back",
    "bin",
    "ref_choices",
    "sheet",
    "record_on",
    "restore_step",
    "round",
    "round_put",
    "round_confirm",
    "undo",
    "redo",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    Ok(tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?)
}

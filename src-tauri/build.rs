//! Builds the window's resources and the permissions of its own commands.
fn main() {
    tauri_build::build();
}

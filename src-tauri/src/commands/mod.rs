//! What the screen can ask for: one command for one question to the desk, a file for each room.

pub mod folder;
pub mod keeping;
pub mod proof;
pub mod overview;
pub mod records;
pub mod reports;
pub mod settings;

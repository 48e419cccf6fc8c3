//! What the screen can ask for: one command for one question to the desk, a file for each room.

pub mod annexes;
pub mod folder;
pub mod import;
pub mod keeping;
pub mod overview;
pub mod proof;
pub mod records;
pub mod reports;
pub mod search;
pub mod settings;
pub mod texts;

//! The tests that cross modules.
mod checks;
mod engine;
mod oracle;
mod random;
mod roster;
mod rows;
mod tidy;
mod workbook;

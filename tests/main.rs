//! The tests that cross modules.
mod annex;
mod checks;
mod cli;
mod engine;
mod faults;
mod files;
mod lists;
mod oracle;
mod programmes;
mod random;
mod roster;
mod rows;
mod seals;
mod surface;
mod tidy;
mod types;
mod workbook;

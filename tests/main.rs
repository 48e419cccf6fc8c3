//! The tests that cross modules.
mod annex;
mod checks;
mod cli;
mod engine;
mod faults;
mod figures;
mod files;
<<<<<<< HEAD
mod formats;
mod fuzz;
=======
>>>>>>> ccd289d (An agreement signed after the day proves nothing yet)
mod hostile;
mod import;
mod lists;
mod oracle;
mod pack;
mod programmes;
mod proof;
mod random;
mod reader;
mod reminders;
mod roster;
mod rows;
mod seals;
mod search;
mod surface;
mod tidy;
mod types;
mod workbook;

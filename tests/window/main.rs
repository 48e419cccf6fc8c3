//! The journeys in the real window: WebKitWebDriver drives the built program on a screen of its own.
//! `cargo xtask test` builds the program and runs this where there is no way out of the machine.
//!
//! A journey is a file here: it opens a [`stage::Stage`], presses by the words on the buttons, and ends with
//! [`stage::Window::close`], which asserts that nothing went wrong on the page.
#![cfg(target_os = "linux")]

mod editors;
mod filing;
mod first_start;
mod hands;
mod ime;
mod import;
mod keeping;
mod overview;
mod paper;
mod place;
mod programmes;
mod proof;
mod quarter;
mod records;
mod reports;
mod rooms;
mod stage;
mod surface;
mod trouble;

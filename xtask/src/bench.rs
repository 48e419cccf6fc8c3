//! `cargo xtask bench`: measures the quarterly report against floors and against a Python script.

use std::path::PathBuf;

use crate::setup::{self, For};
use crate::shell::{Outcome, cargo, command, run, succeeds};

/// Builds with the release profile, measures, prints.
pub fn bench() -> Outcome {
    setup::system(For::Core)?;
    let mut bench = cargo(&["bench", "--package", "tests", "--bench", "quarterly"]);
    if let Some(python) = python() {
        bench.env("TAIZHANG_PYTHON", python);
    }
    run(bench, "测量")
}

/// A Python that has openpyxl: the system's own, or one in an environment of ours under target/.
fn python() -> Option<PathBuf> {
    let can = |python: &str| succeeds(command(python, &["-c", "import sqlite3, openpyxl"]));
    if let Some(python) = ["python3", "python"].into_iter().find(|p| can(p)) {
        return Some(python.into());
    }
    let home = setup::target().join("peer");
    let python = if cfg!(windows) { home.join("Scripts/python.exe") } else { home.join("bin/python") };
    let name = python.to_str()?;
    if !can(name) {
        let folder = home.to_str()?;
        let made = ["python3", "python"].into_iter().any(|p| succeeds(command(p, &["-m", "venv", folder])));
        if !made || !succeeds(command(name, &["-m", "pip", "install", "--quiet", "openpyxl"])) {
            return None;
        }
    }
    can(name).then_some(python)
}

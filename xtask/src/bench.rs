//! `cargo xtask bench`: measures the quarterly report and the import of a large roster against floors and
//! against Python scripts.

use std::path::PathBuf;

use crate::setup::{self, For};
use crate::shell::{Outcome, cargo, command, run, succeeds};

/// What can be measured by itself.
const BENCHES: [&str; 3] = ["quarterly", "import", "pack"];

/// Builds with the release profile, measures, prints: everything, or what is named.
pub fn bench(only: &[String]) -> Outcome {
    if let Some(unknown) = only.iter().find(|name| !BENCHES.contains(&name.as_str())) {
        return Err(format!("没有名为 {unknown} 的测量，现有：{}", BENCHES.join("、")));
    }
    setup::system(For::Core)?;
    let python = python();
    for name in BENCHES.into_iter().filter(|name| only.is_empty() || only.iter().any(|o| o == name)) {
        let mut bench = cargo(&["bench", "--package", "tests", "--bench", name]);
        if let Some(python) = &python {
            bench.env("TAIZHANG_PYTHON", python);
        }
        run(bench, "测量")?;
    }
    Ok(())
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

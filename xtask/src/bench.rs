//! `cargo xtask bench`: measures the quarterly report and the import of a large roster against floors and
//! against Python scripts, and the window against a bare one.

use std::path::PathBuf;

use crate::setup::{self, For};
use crate::shell::{Outcome, cargo, command, run, succeeds};

/// What can be measured by itself.
const BENCHES: [&str; 4] = ["quarterly", "import", "pack", WINDOW];

/// The one that needs a desktop: only when it is named.
const WINDOW: &str = "window";

/// Builds with the release profile, measures, prints: everything, or what is named.
pub fn bench(only: &[String]) -> Outcome {
    if let Some(unknown) = only.iter().find(|name| !BENCHES.contains(&name.as_str())) {
        return Err(format!("没有名为 {unknown} 的测量，现有：{}", BENCHES.join("、")));
    }
    setup::system(For::Core)?;
    let python = python();
    for name in BENCHES.into_iter().filter(|name| only.is_empty() && *name != WINDOW || only.iter().any(|o| o == name))
    {
        if name == WINDOW {
            window()?;
            continue;
        }
        let mut bench = cargo(&["bench", "--package", "tests", "--bench", name]);
        if let Some(python) = &python {
            bench.env("TAIZHANG_PYTHON", python);
        }
        run(bench, "测量")?;
    }
    Ok(())
}

/// Builds the program and a bare window with the release profile and drives both.
fn window() -> Outcome {
    setup::system(For::Tests)?;
    setup::screen()?;
    let mut build = cargo(&["build", "--release", "--package", "taizhang", "--bin", "taizhang"]);
    build.args(["--example", "bare", "--features", "bare"]);
    run(build, "编译")?;
    let mut bench = cargo(&["bench", "--package", "tests", "--features", "window", "--bench", WINDOW]);
    // Without a graphics card WebKitGTK would draw every frame by software and copy it once more for the card that is
    // not there: 60 to 70 ms a frame, for the bare window too, and nothing else could be seen beside that.
    bench.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
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

//! The project's own rules, as the README states them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace").to_owned()
}

/// Files below a folder with one of these endings, with their text.
pub fn sources(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let skip = ["node_modules", "target", "dist", "gen"].iter().any(|s| path.ends_with(s));
            if !skip {
                open.extend(std::fs::read_dir(&path).expect("readable folder").map(|e| e.expect("entry").path()));
            }
        } else if endings.iter().any(|e| path.extension().is_some_and(|x| x == *e)) {
            let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            found.push((name, std::fs::read_to_string(&path).expect("UTF-8 source")));
        }
    }
    assert!(!found.is_empty(), "{folder} has sources: this rule would else look at nothing");
    found.sort();
    found
}

/// Files that hold a word although they may not.
fn offenders(folder: &str, endings: &[&str], word: &str, may: &[&str]) -> Vec<String> {
    let holds = |text: &str| text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
    let free = |name: &str| may.iter().any(|m| name.starts_with(m));
    sources(folder, endings)
        .into_iter()
        .filter(|(name, text)| !free(name) && holds(text))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn each_library_has_its_one_place() {
    const CORE: &str = "src-tauri/core/src";
    for (library, place) in [
        ("rusqlite", "src-tauri/core/src/store"),
        ("calamine", "src-tauri/core/src/roster"),
        ("rust_xlsxwriter", "src-tauri/core/src/workbook"),
    ] {
        let found = offenders(CORE, &["rs"], &format!("{library}::"), &[place]);
        assert!(found.is_empty(), "{library} is used outside {place}: {found:?}");
    }
    for library in ["tauri", "rfd"] {
        let found = offenders(CORE, &["rs"], &format!("{library}::"), &[]);
        assert!(found.is_empty(), "the core knows no window, but {found:?} use {library}");
    }
}

#[test]
fn the_core_has_no_window_no_network_and_no_async_runtime() {
    let out = Command::new(env!("CARGO"))
        .args(["tree", "--package", "incubator", "--edges", "normal", "--prefix", "none", "--target", "all"])
        .current_dir(root())
        .output()
        .expect("cargo tree runs");
    let tree = String::from_utf8_lossy(&out.stdout);
    assert!(tree.contains("rusqlite"), "the tree was read: {}", String::from_utf8_lossy(&out.stderr));
    let names: BTreeSet<&str> = tree.lines().filter_map(|l| l.split_whitespace().next()).collect();
    for banned in ["tauri", "wry", "rfd", "tokio", "async-std", "smol", "reqwest", "hyper", "ureq", "curl", "socket2"] {
        assert!(!names.contains(banned), "{banned} must not come into the core");
    }
}

#[test]
fn figures_and_forms_read_no_file_and_no_clock() {
    for folder in ["src-tauri/core/src/form", "src-tauri/core/src/programme", "src-tauri/core/src/record"] {
        for word in ["std::fs", "File::", "Local::now", "Utc::now", "SystemTime", "Instant::"] {
            // The shelf looks for form files: it is the loader, and says so.
            let found = offenders(folder, &["rs"], word, &["src-tauri/core/src/form/shelf.rs"]);
            assert!(found.is_empty(), "{word} in {found:?}");
        }
    }
    for file in ["figure.rs", "ledger.rs", "period.rs", "amount.rs"] {
        let text = std::fs::read_to_string(root().join("src-tauri/core/src").join(file)).expect("a source file");
        for word in ["std::fs", "Local::now", "Utc::now", "SystemTime"] {
            assert!(!text.contains(word), "{file} holds {word}");
        }
    }
}

#[test]
fn the_screen_has_one_door_and_every_command_its_function() {
    let found = offenders("ui/src", &["ts", "svelte"], "invoke", &["ui/src/api.ts"]);
    assert!(found.is_empty(), "invoke occurs outside api.ts: {found:?}");
    let api = std::fs::read_to_string(root().join("ui/src/api.ts")).expect("api.ts");
    let called: BTreeSet<String> = words_after(&api, &["invoke(\"", "invoke('", ">(\"", ">('"]);
    let commands: String = sources("src-tauri/src/commands", &["rs"]).into_iter().map(|(_, text)| text).collect();
    let mut offered = BTreeSet::new();
    let mut lines = commands.lines();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("#[tauri::command") {
            let head = lines.by_ref().find(|l| l.contains("fn ")).unwrap_or_default();
            offered.extend(words_after(head, &["fn "]));
        }
    }
    assert!(!offered.is_empty(), "the window offers commands");
    assert_eq!(called, offered, "every command has its function in api.ts, and the other way round");
}

/// The identifiers that follow one of these marks.
fn words_after(text: &str, marks: &[&str]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for mark in marks {
        for (at, _) in text.match_indices(mark) {
            let rest = &text[at + mark.len()..];
            let word: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if !word.is_empty() {
                words.insert(word);
            }
        }
    }
    words
}

#[test]
fn the_readme_names_what_is_there() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let map = readme.split("## Code map").nth(1).and_then(|t| t.split("## ").next()).expect("a code map");
    let mut seen = 0;
    for line in map.lines().filter(|l| l.starts_with("| `")) {
        let cell = line.split('|').nth(1).unwrap_or_default();
        for path in cell.split('`').skip(1).step_by(2) {
            let (before, inside, after) = match (path.find('{'), path.find('}')) {
                (Some(a), Some(b)) => (&path[..a], &path[a + 1..b], &path[b + 1..]),
                _ => (path, "", ""),
            };
            for part in inside.split(',') {
                let path = root().join(format!("{before}{part}{after}"));
                assert!(path.exists() || path.with_extension("rs").exists(), "{} is not there", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "the map was read");
}

#[test]
fn nothing_is_kept_for_later() {
    for (folder, endings) in
        [("src-tauri", &["rs"][..]), ("ui/src", &["ts", "svelte"]), ("xtask", &["rs"]), ("tests", &["rs"])]
    {
        for (name, text) in sources(folder, endings).into_iter().filter(|(name, _)| name != "tests/tidy.rs") {
            for word in
                ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!(", "dbg!(", "#[ignore", ".skip(\"", "it.only"]
            {
                assert!(!text.contains(word), "{name} holds {word}");
            }
        }
    }
}

//! What the window lets its page do: its own commands, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn json(file: &str) -> Value {
    serde_json::from_str(&read(file)).expect("JSON")
}

#[test]
fn the_policy_lets_nothing_in_from_elsewhere_and_runs_nothing_inline() {
    let conf = json("src-tauri/tauri.conf.json");
    assert_eq!(conf["app"]["withGlobalTauri"], Value::Bool(false), "the page is handed no global");
    let security = &conf["app"]["security"];
    let policy = security["csp"].as_object().expect("a policy");
    assert_eq!(policy["default-src"], "'none'", "what is not named is refused");
    for (directive, sources) in policy {
        for source in sources.as_str().expect("sources").split(' ') {
            let own = ["'none'", "'self'", "ipc:", "http://ipc.localhost"].contains(&source);
            assert!(own, "{directive} lets in {source}");
        }
    }
    for key in ["dangerousDisableAssetCspModification", "devCsp", "assetProtocol"] {
        assert!(security.get(key).is_none(), "{key} weakens the policy");
    }
    assert!(conf["build"].get("devUrl").is_none(), "the screen comes from no server");
    assert!(conf.get("plugins").is_none(), "no plug-in has settings");
}

#[test]
fn capabilities_hold_exactly_the_programs_own_commands() {
    let commands: String =
        crate::tidy::sources("src-tauri/src/commands", &["rs"]).into_iter().map(|(_, text)| text).collect();
    let own: BTreeSet<String> = commands
        .split("#[tauri::command")
        .skip(1)
        .filter_map(|part| part.split_once("fn ")?.1.split_once('('))
        .map(|(name, _)| format!("allow-{}", name.replace('_', "-")))
        .collect();
    assert!(own.contains("allow-open-sample"), "the commands were read: {own:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/capabilities");
    let files: Vec<_> = std::fs::read_dir(folder).expect("capabilities").flatten().map(|e| e.file_name()).collect();
    assert_eq!(files, ["window.json"], "one capability");
    let capability = json("src-tauri/capabilities/window.json");
    let allowed: BTreeSet<String> = capability["permissions"]
        .as_array()
        .expect("permissions")
        .iter()
        .map(|p| p.as_str().expect("a permission by name").to_owned())
        .collect();
    assert_eq!(allowed, own, "every command is allowed, and nothing of Tauri's own");
    assert_eq!(capability["windows"], serde_json::json!(["main"]), "in the one window");
    assert!(capability.get("remote").is_none(), "to no page from elsewhere");
}

#[test]
fn the_lock_file_names_no_address() {
    let lock = read("ui/package-lock.json");
    assert!(lock.contains("\"integrity\""), "packages are pinned by their content");
    assert!(!lock.contains("\"resolved\""), "and come from whichever registry npm is set to");
}

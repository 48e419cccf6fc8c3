//! `cargo xtask run`: the window, or without a display the main job on the command line.

use std::path::Path;

use serde_json::Value;

use crate::setup::{self, For};
use crate::shell::{Outcome, run as start, top};

/// The quarter whose real report is published.
const QUARTER: &str = "2021Q3";
const QUARTERLY: &str = "torch-quarterly-2021";

/// Opens the window; without a display makes the sample's reports instead, and says so.
pub fn run(args: &[String]) -> Outcome {
    if !has_display() {
        println!(
            "没有显示器(DISPLAY 与 WAYLAND_DISPLAY 均未设置)，不打开窗口，改用命令行完成主要工作：建立示例台账，导出 {QUARTER} 季报和其他报表。"
        );
        setup::system(For::Core)?;
        return without_display();
    }
    setup::system(For::Window)?;
    setup::screen()?;
    println!("编译窗口程序(首次需要几分钟)…");
    let program = setup::build("taizhang")?;
    let mut window = std::process::Command::new(program);
    window.args(args);
    start(window, "打开窗口")
}

fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn without_display() -> Outcome {
    println!("编译命令行程序…");
    let program = setup::build("taizhang-cli")?;
    let out = top().join("out");
    let store = out.join("示例台账");
    if store.exists() {
        std::fs::remove_dir_all(&store).map_err(|e| format!("无法清空 {}（{e}）", store.display()))?;
    }
    std::fs::create_dir_all(&out).map_err(|e| format!("无法建立 {}（{e}）", out.display()))?;
    ask(&program, &store, &["sample"])?;

    let forms = json(&ask(&program, &store, &["forms", "--json"])?)?;
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut files: Vec<(String, String, std::path::PathBuf)> = Vec::new();
    for form in forms.as_array().into_iter().flatten() {
        let period = match text(form, "period").as_str() {
            "quarter" => QUARTER,
            "year" => "2021",
            _ => "2021-09-20",
        };
        let (id, title) = (text(form, "id"), text(form, "title"));
        let mut file = out.join(format!("{title} {period}.xlsx"));
        // Forms of two issuers may bear the same title.
        if files.iter().any(|(.., taken)| *taken == file) {
            file = out.join(format!("{title} {period} {id}.xlsx"));
        }
        ask(&program, &store, &["export", &id, period, "--out", &file.to_string_lossy()])?;
        files.push((id, title, file));
    }

    let quarterly = files.iter().find(|(id, ..)| id == QUARTERLY).map_or(QUARTERLY, |(id, ..)| id.as_str());
    let filled = json(&ask(&program, &store, &["fill", quarterly, QUARTER, "--json"])?)?;
    println!("\n{QUARTER} 季报：");
    for cell in filled.get("cells").and_then(Value::as_array).into_iter().flatten() {
        let value = match cell.get("value") {
            Some(Value::String(s)) => s.clone(),
            None | Some(Value::Null) => "(空)".to_owned(),
            Some(other) => other.to_string(),
        };
        println!("  {:<9}{value:>8} {}  {}", text(cell, "code"), text(cell, "unit"), text(cell, "label"));
    }
    println!("\n示例台账：{}", store.display());
    println!("已导出 {} 张报表：", files.len());
    for (.., file) in &files {
        println!("  {}", file.display());
    }
    Ok(())
}

/// Asks the command line program and gives its answer.
fn ask(program: &Path, store: &Path, args: &[&str]) -> Outcome<String> {
    let mut command = std::process::Command::new(program);
    command.arg("--data").arg(store).args(args);
    let out = command.output().map_err(|e| format!("无法启动 {}（{e}）", program.display()))?;
    if out.status.success() {
        return Ok(String::from_utf8_lossy(&out.stdout).into_owned());
    }
    Err(format!("taizhang-cli {} 没有成功：{}", args.join(" "), String::from_utf8_lossy(&out.stderr).trim()))
}

fn json(text: &str) -> Outcome<Value> {
    serde_json::from_str(text).map_err(|e| format!("taizhang-cli 的回答无法识别（{e}）"))
}

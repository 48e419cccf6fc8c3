//! `cargo xtask test`: every check and every test, counted.

use std::process::Command;

use serde_json::Value;

use crate::setup::{self, ALL, For};
use crate::shell::{Outcome, cargo, command, run_and_keep, succeeds, top};
use crate::windows::{self, Build, VERSION};

/// How many passed and how many failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// A check that passes or fails as a whole.
    fn whole(ok: bool) -> Count {
        Count { passed: ok.into(), failed: (!ok).into() }
    }
}

/// Runs everything and ends with the line `N passed, N failed`. A failure stops nothing that comes after it.
pub fn test() -> Outcome {
    setup::system(For::Tests)?;
    setup::screen()?;
    let mut sum = Count::default();
    let mut red = Vec::new();
    let mut step = |name: &'static str, counted: Outcome<Count>| {
        let count = counted.unwrap_or_else(|say| {
            eprintln!("{say}");
            Count::whole(false)
        });
        if count.failed > 0 {
            red.push(name);
        }
        sum.add(count);
    };

    step("格式", check("cargo fmt", cargo(&["fmt", "--all", "--check"])));
    step("界面类型", check("svelte-check", npm(&["run", "--silent", "check"])));
    step("界面测试", screen_tests());
    let mut lint = cargo(&["clippy", "--quiet", "--all-targets"]);
    lint.args(ALL).args(["--", "--deny", "warnings"]);
    step("clippy", check("cargo clippy", lint));
    let mut build = cargo(&["build", "--quiet"]);
    build.args(ALL);
    step("编译", check("cargo build", build));
    let mut rust = cargo(&["test", "--no-fail-fast"]);
    rust.args(ALL).args(["--lib", "--bins", "--test", "all"]);
    step("Rust 测试", rust_tests("cargo test", rust));
    let (journeys, apart) = journey();
    step("窗口", rust_tests("窗口测试", journeys));
    if cfg!(target_os = "linux") {
        step("窗口测试无网络", Ok(Count::whole(apart)));
    }
    if cfg!(target_os = "linux") {
        step("Windows 程序", windows_trial());
        let mut trial = cargo(&["test", "--no-fail-fast"]);
        trial.args(ALL).args(["--test", "wine"]);
        step("Windows", rust_tests("在 Wine 下试运行", trial));
    }

    if !red.is_empty() {
        println!("\n没有通过：{}", red.join("、"));
    }
    println!("\n{} passed, {} failed", sum.passed, sum.failed);
    if sum.failed == 0 { Ok(()) } else { Err(String::new()) }
}

fn heading(name: &str) {
    println!("\n== {name}");
}

fn npm(args: &[&str]) -> Command {
    let mut npm = command("npm", args);
    npm.current_dir(top().join("ui"));
    npm
}

fn check(name: &str, command: Command) -> Outcome<Count> {
    heading(name);
    let (ok, _) = run_and_keep(command)?;
    println!("{name}: {}", if ok { "ok" } else { "FAILED" });
    Ok(Count::whole(ok))
}

fn rust_tests(name: &str, command: Command) -> Outcome<Count> {
    heading(name);
    let (ok, said) = run_and_keep(command)?;
    Ok(at_least_as_bad(cargo_counts(&said), ok))
}

/// A run that failed without naming a failed test (it did not compile, or died) counts as one failure.
fn at_least_as_bad(mut count: Count, ok: bool) -> Count {
    if !ok && count.failed == 0 {
        count.failed = 1;
    }
    count
}

/// Adds up cargo's lines `test result: ok. 12 passed; 0 failed; …`.
fn cargo_counts(said: &str) -> Count {
    let mut sum = Count::default();
    for line in said.lines().filter_map(|l| l.trim().strip_prefix("test result: ")) {
        for part in line.split([';', '.']) {
            match part.trim().split_once(' ') {
                Some((n, "passed")) => sum.passed += n.parse::<u64>().unwrap_or(0),
                Some((n, "failed")) => sum.failed += n.parse::<u64>().unwrap_or(0),
                _ => {}
            }
        }
    }
    sum
}

fn screen_tests() -> Outcome<Count> {
    heading("vitest");
    let report = setup::target().join("vitest.json");
    let _ = std::fs::remove_file(&report);
    let mut vitest = npm(&["run", "--silent", "test", "--", "--reporter=default", "--reporter=json"]);
    vitest.arg(format!("--outputFile.json={}", report.display()));
    let (ok, _) = run_and_keep(vitest)?;
    let report = std::fs::read_to_string(report).unwrap_or_default();
    let report: Value = serde_json::from_str(&report).unwrap_or_default();
    let number = |key: &str| report.get(key).and_then(Value::as_u64).unwrap_or(0);
    let count = Count { passed: number("numPassedTests"), failed: number("numFailedTests") };
    Ok(at_least_as_bad(count, ok && count.passed > 0))
}

/// Builds the Windows program and packs it twice from the same files: each time the bytes are the same.
fn windows_trial() -> Outcome<Count> {
    heading("Windows 程序");
    let folder = setup::target().join("windows");
    let stage = folder.join("trial-stage");
    windows::lay_out(&windows::programs(Build::Trial)?, &stage)?;
    let pack = |turn: &str| -> Outcome<[Vec<u8>; 2]> {
        let (zip, exe) = (folder.join(format!("trial{turn}.zip")), folder.join(format!("trial{turn}.exe")));
        windows::portable(&stage, &zip)?;
        windows::installer(&stage, &exe, VERSION, Build::Trial)?;
        let read = |file| std::fs::read(file).map_err(|e| format!("无法读取打好的包（{e}）"));
        Ok([read(zip)?, read(exe)?])
    };
    let alike = pack("")? == pack("-again")?;
    println!("Windows 程序: {}", if alike { "ok" } else { "两次打包的结果不同 FAILED" });
    Ok(Count::whole(alike))
}

/// The window journeys, where the system allows it in a network of its own with no way out; whether it does.
fn journey() -> (Command, bool) {
    let mut test = vec!["test", "--offline", "--test", "window"];
    test.extend(ALL);
    if cfg!(target_os = "linux") {
        const LOOPBACK: &str = "ip link set lo up";
        for apart in [&["--net"][..], &["--map-root-user", "--net"][..]] {
            let mut words: Vec<&str> = apart.to_vec();
            words.extend(["sh", "-c", LOOPBACK]);
            if succeeds(command("unshare", &words)) {
                let script = format!("{LOOPBACK} && exec \"$@\"");
                let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
                let mut words: Vec<&str> = apart.to_vec();
                words.extend(["sh", "-c", &script, "sh", &cargo]);
                words.extend(&test);
                let mut journeys = command("unshare", &words);
                // They look at it themselves.
                journeys.env("TAIZHANG_APART", "1");
                return (journeys, true);
            }
        }
        println!("\n这台机器不允许单独的网络空间，窗口测试只能在普通网络下运行，计为一项不通过");
    } else {
        println!("\n窗口测试只在 Linux 上运行(WebKitWebDriver 与 Xvfb)");
    }
    (cargo(&test), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_over_binaries() {
        let said = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured\n\n\
                    test result: FAILED. 10 passed; 3 failed; 1 ignored\nnoise: 7 passed\n";
        assert_eq!(cargo_counts(said), Count { passed: 12, failed: 3 }, "only cargo's own result lines count");
    }

    #[test]
    fn a_run_that_did_not_compile_is_a_failure() {
        assert_eq!(at_least_as_bad(cargo_counts(""), false), Count { passed: 0, failed: 1 });
        assert_eq!(at_least_as_bad(Count { passed: 3, failed: 1 }, false), Count { passed: 3, failed: 1 });
    }
}

//! Set-up: system packages, the screen's packages, the screen. Every step looks first and does
//! nothing when there is nothing to do.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use crate::shell::{Outcome, cargo, command, output, run, succeeds, top};
use crate::windows;

/// What the machine has to be ready for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// The core and its command line.
    Core,
    /// The window as well.
    Window,
    /// The Windows program, built and packed.
    Dist,
    /// All tests: the window journey and the trial of the Windows program among them.
    Tests,
}

impl For {
    /// Whether what is needed for `part` is needed here too.
    fn covers(self, part: For) -> bool {
        self == part || part == For::Core || self == For::Tests
    }

    /// Whether the screen is built.
    fn has_screen(self) -> bool {
        self != For::Core
    }
}

/// A Debian package that is needed, and how another system shows that it has the same thing.
struct Need {
    /// The work that first needs it.
    since: For,
    package: &'static str,
    what: &'static str,
    probe: Probe,
}

enum Probe {
    /// A program on the path.
    Program(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// A font family that covers Chinese.
    ChineseFont,
    /// A Rust that builds for Windows.
    WindowsRust,
    /// Wine for 64-bit programs.
    Wine,
}

const fn need(since: For, package: &'static str, what: &'static str, probe: Probe) -> Need {
    Need { since, package, what, probe }
}

const NEEDS: &[Need] = &[
    need(For::Core, "gcc", "C 编译器 (C compiler, for SQLite)", Probe::Program("cc")),
    need(For::Core, "libc6-dev", "C 标准库头文件 (C library headers)", Probe::Program("cc")),
    need(For::Window, "pkg-config", "pkg-config", Probe::Program("pkg-config")),
    need(For::Window, "libwebkit2gtk-4.1-dev", "WebKitGTK 4.1 (窗口 window)", Probe::Library("webkit2gtk-4.1")),
    need(For::Window, "dbus", "D-Bus (只开一个窗口 single instance)", Probe::Program("dbus-run-session")),
    need(For::Window, "fonts-noto-cjk", "中文字体 (Chinese font)", Probe::ChineseFont),
    need(
        For::Dist,
        "gcc-mingw-w64-x86-64",
        "mingw-w64 (编译 Windows 程序 Windows program)",
        Probe::Program("x86_64-w64-mingw32-gcc"),
    ),
    need(For::Dist, "rustc-web", "Rust 的 Windows 目标 (Windows target)", Probe::WindowsRust),
    need(For::Dist, "cargo-web", "Rust 的 Windows 目标 (Windows target)", Probe::WindowsRust),
    need(For::Dist, "rust-web-src", "Rust 的 Windows 目标 (Windows target)", Probe::WindowsRust),
    need(For::Dist, "nsis", "NSIS (安装程序 installer)", Probe::Program("makensis")),
    need(For::Tests, "wine64", "Wine (试运行 Windows 程序 Windows trial)", Probe::Wine),
    need(
        For::Tests,
        "webkit2gtk-driver",
        "WebKitWebDriver (窗口测试 window journey)",
        Probe::Program("WebKitWebDriver"),
    ),
    need(For::Tests, "xvfb", "Xvfb (无显示器的窗口测试 window journey)", Probe::Program("Xvfb")),
    need(For::Tests, "xdotool", "xdotool (驱动系统对话框 native dialogs)", Probe::Program("xdotool")),
    need(For::Tests, "iproute2", "ip (断网运行窗口测试 network namespace)", Probe::Program("ip")),
    need(For::Tests, "libreoffice-calc-nogui", "LibreOffice (复核工作簿 workbooks)", Probe::Program("soffice")),
    need(For::Tests, "poppler-utils", "pdftotext (复核打印 prints)", Probe::Program("pdftotext")),
];

/// Makes the machine ready: installs what it may, and names what it may not.
pub fn system(purpose: For) -> Outcome {
    let mut missing: Vec<String> = Vec::new();
    node(purpose, &mut missing);
    if cfg!(windows) {
        if purpose.covers(For::Window) && !webview2() {
            missing.push(line("WebView2", "请从微软网站安装 Microsoft Edge WebView2 Runtime"));
        }
    } else if cfg!(target_os = "linux") {
        linux(purpose, &mut missing)?;
    }
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n")) }
}

fn line(what: &str, todo: &str) -> String {
    format!("缺少 (missing): {what} —— {todo}")
}

/// The screen is built by Vite, which wants Node 20.19 or newer.
fn node(purpose: For, missing: &mut Vec<String>) {
    if !purpose.has_screen() {
        return;
    }
    let version = output(command("node", &["--version"]));
    let number = |text: &str| {
        let mut parts = text.trim().trim_start_matches('v').split('.').map_while(|p| p.parse::<u32>().ok());
        Some((parts.next()?, parts.next()?))
    };
    match version.as_deref().map(number) {
        None => missing.push(line("Node.js ≥ 20.19", "请安装 Node.js")),
        Some(found) if found.is_none_or(|v| v < (20, 19)) => {
            missing.push(line("Node.js ≥ 20.19", &format!("现有 {}，请升级", version.unwrap_or_default().trim())));
        }
        Some(_) => {}
    }
    if output(command("npm", &["--version"])).is_none() {
        missing.push(line("npm", "请安装 npm(通常随 Node.js 一起安装)"));
    }
}

/// The registry keys under which Microsoft's installer records the runtime's version.
fn webview2() -> bool {
    const CLIENT: &str = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";
    [r"HKLM\SOFTWARE\WOW6432Node", r"HKLM\SOFTWARE", r"HKCU\Software"]
        .iter()
        .filter_map(|root| output(command("reg", &["query", &format!(r"{root}\{CLIENT}"), "/v", "pv"])))
        .any(|said| said.contains("REG_SZ") && !said.contains("0.0.0.0"))
}

fn linux(purpose: For, missing: &mut Vec<String>) -> Outcome {
    let needs = || NEEDS.iter().filter(|n| purpose.covers(n.since));
    if !Path::new("/etc/debian_version").exists() {
        let absent = needs().filter(|n| !present(&n.probe));
        missing.extend(absent.map(|n| line(n.what, &format!("请安装与 Debian 软件包 {} 相当的软件包", n.package))));
        return Ok(());
    }
    let installed: BTreeSet<String> = output_of_dpkg(&needs().map(|n| n.package).collect::<Vec<_>>());
    // A gcc from elsewhere (build-essential of another version, a toolchain under /usr/local) serves as well.
    let absent: Vec<&Need> = needs()
        .filter(|n| !installed.contains(n.package))
        .filter(|n| matches!(n.probe, Probe::Library(_) | Probe::ChineseFont) || !present(&n.probe))
        .collect();
    if absent.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = absent.iter().map(|n| n.package).collect();
    let Some(right) = right_to_install() else {
        missing
            .extend(absent.iter().map(|n| line(n.what, &format!("请以管理员身份运行 apt-get install {}", n.package))));
        return Ok(());
    };
    println!("安装系统软件包：{}", packages.join(" "));
    let apt = |args: &[&str]| {
        let words: Vec<&str> =
            right.iter().copied().chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]).collect();
        let mut all: Vec<&str> = words[1..].to_vec();
        all.extend(args);
        command(words[0], &all)
    };
    // Package lists can be old or empty on a bare machine; a failing mirror shows at the install.
    let _ = run(apt(&["-qq", "update"]), "更新软件包列表");
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(&packages);
    if run(apt(&install), "安装系统软件包").is_err() {
        let installed = output_of_dpkg(&packages);
        let still = absent.iter().filter(|n| !installed.contains(n.package));
        missing.extend(still.map(|n| line(n.what, &format!("apt-get install {} 没有成功，原因见上", n.package))));
    }
    Ok(())
}

fn output_of_dpkg(packages: &[&str]) -> BTreeSet<String> {
    let mut query = command("dpkg-query", &["-W", "-f", "${db:Status-Status} ${Package}\n"]);
    // dpkg-query fails when one of the names is unknown, but prints the others all the same.
    let said = query.args(packages).stderr(std::process::Stdio::null()).output();
    let said = said.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    said.lines().filter_map(|l| l.strip_prefix("installed ")).map(str::to_owned).collect()
}

/// The words to put before a command that needs root: none for root itself; sudo where it asks nothing,
/// or where somebody sits at the terminal to answer it.
fn right_to_install() -> Option<&'static [&'static str]> {
    if output(command("id", &["-u"])).is_some_and(|id| id.trim() == "0") {
        return Some(&[]);
    }
    if succeeds(command("sudo", &["-n", "true"])) {
        return Some(&["sudo", "-n"]);
    }
    (on_path("sudo").is_some() && std::io::stdin().is_terminal()).then_some(&["sudo"])
}

fn present(probe: &Probe) -> bool {
    match probe {
        Probe::Program(name) => on_path(name).is_some(),
        Probe::Library(name) => succeeds(command("pkg-config", &["--exists", name])),
        Probe::WindowsRust => windows::has_rust(),
        Probe::Wine => windows::has_wine(),
        Probe::ChineseFont => {
            output(command("fc-list", &[":lang=zh-cn", "family"])).is_some_and(|l| !l.trim().is_empty())
        }
    }
}

/// Where a program lies on the path.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Brings the screen's packages in when the lock file has changed since the last time.
pub fn screen_packages() -> Outcome {
    let ui = top().join("ui");
    let lock = read(&ui.join("package-lock.json"))?;
    let stamp = ui.join("node_modules/.lock-installed");
    if std::fs::read(&stamp).is_ok_and(|done| done == lock) {
        return Ok(());
    }
    println!("安装界面依赖(npm ci)…");
    let mut npm = command("npm", &["ci", "--no-fund", "--no-audit"]);
    npm.current_dir(&ui).stdin(std::process::Stdio::null());
    run(npm, "安装界面依赖")?;
    write(&stamp, &lock)
}

/// Builds the screen when anything it is made from has changed.
pub fn screen() -> Outcome {
    screen_packages()?;
    let ui = top().join("ui");
    let mark = fingerprint(&ui)?;
    let stamp = top().join("target/screen-built");
    if ui.join("dist/index.html").is_file() && std::fs::read(&stamp).is_ok_and(|done| done == mark.as_bytes()) {
        return Ok(());
    }
    println!("构建界面…");
    let mut npm = command("npm", &["run", "--silent", "build"]);
    npm.current_dir(&ui).stdin(std::process::Stdio::null());
    run(npm, "构建界面")?;
    write(&stamp, mark.as_bytes())
}

/// A short text that changes with any of the screen's sources.
fn fingerprint(ui: &Path) -> Outcome<String> {
    let mut files: Vec<PathBuf> =
        ["index.html", "package-lock.json", "svelte.config.js", "vite.config.ts", "tsconfig.json"]
            .iter()
            .map(|name| ui.join(name))
            .filter(|file| file.is_file())
            .collect();
    let mut folders = vec![ui.join("src"), ui.join("public")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut hasher = std::hash::DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        read(&file)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|e| format!("无法读取 {}（{e}）", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder.and_then(|()| std::fs::write(path, bytes)).map_err(|e| format!("无法写入 {}（{e}）", path.display()))
}

/// One choice of packages and features for every call of cargo, so that nothing is compiled twice.
pub const ALL: [&str; 3] = ["--workspace", "--features", "tests/window,tests/wine"];

/// Builds a program of the workspace and gives its path.
pub fn build(bin: &str) -> Outcome<PathBuf> {
    let mut build = cargo(&["build", "--quiet"]);
    build.args(ALL).args(["--bin", bin]);
    run(build, &format!("编译 {bin}"))?;
    Ok(target().join("debug").join(format!("{bin}{}", std::env::consts::EXE_SUFFIX)))
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| top().join("target"), |dir| top().join(dir))
}

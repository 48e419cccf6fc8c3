//! The Windows program: built on Windows itself with what is there, on Debian across systems, as a portable
//! folder and as an installer. The same sources give the same files.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::setup::{on_path, target};
use crate::shell::{Outcome, cargo, command, output, run, succeeds, top};

/// What the program is built for when it is built elsewhere.
pub const TARGET: &str = "x86_64-pc-windows-gnu";
/// Source of the standard library as Debian's rust-web-src lays it down.
const STD: &str = "/usr/lib/rustlib/src/rust/library";
/// Debian's own compiler, which fits that source.
const DEBIAN: (&str, &str) = ("/usr/bin/cargo", "/usr/bin/rustc");
/// Beside each other wherever the program goes. The loader is there when it is not linked in.
const PROGRAMS: [&str; 2] = ["taizhang.exe", "taizhang-cli.exe"];
const LOADER: &str = "WebView2Loader.dll";

/// How the program is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// To be given to people: small, quick, alike each time.
    Dist,
    /// To be tried in the test run: quickly built.
    Trial,
}

impl Build {
    fn profile(self) -> &'static str {
        match self {
            Build::Dist => "dist",
            Build::Trial => "trial",
        }
    }
}

/// Whether a Rust for Windows is at hand: the usual toolchain with that target, or Debian's with the source of
/// the standard library.
pub fn has_rust() -> bool {
    cfg!(windows) || has_target() || (Path::new(STD).join("Cargo.lock").is_file() && Path::new(DEBIAN.0).is_file())
}

/// Whether the toolchain that runs this has the target's standard library.
fn has_target() -> bool {
    let folder = output(command("rustc", &["--print", "target-libdir", "--target", TARGET]));
    folder.is_some_and(|folder| Path::new(folder.trim()).is_dir())
}

/// Builds both programs and gives the folder they lie in.
pub fn programs(build: Build) -> Outcome<PathBuf> {
    const PACKAGES: [&str; 5] = ["--package", "incubator", "--package", "taizhang", "--bins"];
    let out = target().join("windows");
    let mut across = if cfg!(windows) {
        cargo(&["build"])
    } else if has_target() {
        cargo(&["build", "--target", TARGET])
    } else {
        // The compiler is a release, the standard library's build still has no stable switch.
        let mut debian = command(DEBIAN.0, &["build", "-Zbuild-std=std,panic_unwind", "--target", TARGET]);
        debian.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", DEBIAN.1).env_remove("LD_LIBRARY_PATH");
        debian
    };
    across.args(["--quiet", "--profile", build.profile(), "--target-dir"]).arg(&out).args(PACKAGES);
    if build == Build::Dist {
        alike_everywhere(&mut across);
    }
    run(across, "编译 Windows 程序")?;
    let folder = if cfg!(windows) { out } else { out.join(TARGET) };
    Ok(folder.join(build.profile()))
}

/// Leaves out of the programs where and when they were built.
fn alike_everywhere(cargo: &mut Command) {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let mut paths = vec![(top(), "taizhang"), (PathBuf::from(STD), "rust")];
    paths.extend(home.map(|home| (home, "cargo")));
    let mut flags: Vec<String> =
        paths.iter().map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display())).collect();
    let no_time = if cfg!(target_env = "msvc") { "/Brepro" } else { "-Wl,--no-insert-timestamp" };
    flags.push(format!("-Clink-arg={no_time}"));
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    if !cfg!(windows) {
        let flags: Vec<String> =
            paths.iter().map(|(path, name)| format!("-ffile-prefix-map={}={name}", path.display())).collect();
        cargo.env("CFLAGS_x86_64_pc_windows_gnu", flags.join(" "));
    }
    cargo.env("SOURCE_DATE_EPOCH", epoch().to_string());
}

/// The moment that stands in what is packed: SOURCE_DATE_EPOCH, else that of the last commit.
fn epoch() -> i64 {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    let last = || output(command("git", &["log", "-1", "--format=%ct"]));
    given.or_else(last).and_then(|text| text.trim().parse().ok()).unwrap_or(1_600_000_000)
}

/// Everything that is packed, laid out as on the person's disk, in a folder that is made anew.
pub fn lay_out(programs: &Path, stage: &Path) -> Outcome {
    if stage.exists() {
        fs::remove_dir_all(stage).map_err(|e| format!("无法清空 {}（{e}）", stage.display()))?;
    }
    for name in PROGRAMS {
        copy(&programs.join(name), &stage.join(name))?;
    }
    if programs.join(LOADER).is_file() {
        copy(&programs.join(LOADER), &stage.join(LOADER))?;
    }
    for folder in ["forms", "programmes"] {
        let from = top().join("assets").join(folder);
        for file in files(&from)?.iter().filter(|file| file.extension().is_some_and(|ending| ending == "toml")) {
            copy(file, &stage.join("assets").join(folder).join(file.file_name().unwrap_or_default()))?;
        }
    }
    copy(&top().join("src-tauri/windows/使用说明.html"), &stage.join("使用说明.html"))?;
    copy(&top().join("LICENSE"), &stage.join("LICENSE.txt"))
}

/// Writes the portable folder as a .zip whose bytes depend on nothing but the files in `stage`.
pub fn portable(stage: &Path, zip: &Path) -> Outcome {
    const MARK: &str = "有这个文件时，台账数据保存在程序旁边的“台账”文件夹里，可以连同整个文件夹带走。\r\n\
                        删去它，数据就保存在当前用户的 %LOCALAPPDATA%\\众创台账。\r\n";
    let failed = |e: &dyn std::fmt::Display| format!("无法写入 {}（{e}）", zip.display());
    let (year, month, day, hour, minute, second) = calendar(epoch());
    let time = zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).map_err(|e| failed(&e))?;
    let options = zip::write::SimpleFileOptions::default()
        .compression_level(Some(9))
        .last_modified_time(time)
        .unix_permissions(0o644);
    let mut archive = zip::ZipWriter::new(fs::File::create(zip).map_err(|e| failed(&e))?);
    let mut add = |name: String, bytes: &[u8]| -> Outcome {
        archive.start_file(format!("众创台账/{name}"), options).map_err(|e| failed(&e))?;
        archive.write_all(bytes).map_err(|e| failed(&e))
    };
    for file in files(stage)? {
        let name = file.strip_prefix(stage).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        add(name, &fs::read(&file).map_err(|e| format!("无法读取 {}（{e}）", file.display()))?)?;
    }
    // Old editors want to be told that this is UTF-8.
    add("portable.txt".to_owned(), format!("\u{feff}{MARK}").as_bytes())?;
    archive.finish().map(drop).map_err(|e| failed(&e))
}

/// Year, month, day, hour, minute, even second of a moment in UTC. A .zip knows no others.
fn calendar(epoch: i64) -> (u16, u8, u8, u8, u8, u8) {
    let (days, of_day) = (epoch.div_euclid(86_400), epoch.rem_euclid(86_400));
    // Days since 1 March of the year 0, whose years end with the leap day.
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = (year + era * 400 + i64::from(month <= 2)).clamp(1980, 2107);
    let small = |n: i64| u8::try_from(n).unwrap_or(0);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60 / 2 * 2);
    (u16::try_from(year).unwrap_or(1980), small(month), small(day), small(hour), small(minute), small(second))
}

/// Writes the installer from the files in `stage`.
pub fn installer(stage: &Path, exe: &Path, version: &str, build: Build) -> Outcome {
    let Some(makensis) = makensis() else {
        return Err("缺少 (missing): makensis —— 请安装 NSIS 3 (nsis.sourceforge.io)，或只使用便携版".to_owned());
    };
    copy(&top().join("assets/icons/icon.ico"), &stage.join("icon.ico"))?;
    let bytes: u64 = files(stage)?.iter().filter_map(|file| fs::metadata(file).ok()).map(|about| about.len()).sum();
    let mut nsis = Command::new(&makensis);
    nsis.current_dir(top()).env("LC_ALL", "C.UTF-8").env("SOURCE_DATE_EPOCH", epoch().to_string());
    // -WX: a warning of an installer is a fault that shows on somebody's machine.
    nsis.args(["-V2", "-WX", "-INPUTCHARSET", "UTF8"]);
    let mut define = |name: &str, value: OsString| {
        let mut word = OsString::from(format!("-D{name}="));
        word.push(value);
        nsis.arg(word);
    };
    define("VERSION", version.into());
    define("KILOBYTES", (bytes / 1024).to_string().into());
    define("STAGE", stage.into());
    define("OUT", exe.into());
    if stub_is_there(&makensis) {
        define("STUB", "amd64-unicode".into());
    }
    if build == Build::Trial {
        define("QUICK", "1".into());
    }
    nsis.arg("src-tauri/windows/setup.nsi");
    let packed = run(nsis, "制作安装程序");
    fs::remove_file(stage.join("icon.ico")).map_err(|e| format!("无法整理 {}（{e}）", stage.display()))?;
    packed
}

/// NSIS as installed by Debian or by its own installer.
fn makensis() -> Option<PathBuf> {
    if cfg!(windows) {
        let roots = ["ProgramFiles(x86)", "ProgramFiles"].iter().filter_map(std::env::var_os);
        let usual = roots.map(|root| PathBuf::from(root).join("NSIS/makensis.exe")).find(|file| file.is_file());
        return on_path("makensis.exe").or(usual);
    }
    on_path("makensis")
}

/// Debian's NSIS also makes 64-bit installers, which need no 32-bit Windows; NSIS's own release does not.
fn stub_is_there(makensis: &Path) -> bool {
    let beside = makensis.parent().map(|folder| folder.join("Stubs")).unwrap_or_default();
    [beside, PathBuf::from("/usr/share/nsis/Stubs")].iter().any(|stubs| stubs.join("lzma_solid-amd64-unicode").exists())
}

/// All files below a folder, in one order on every system.
fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).map_err(|e| format!("无法读取 {}（{e}）", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> Outcome {
    let failed = |e| format!("无法复制 {} 到 {}（{e}）", from.display(), to.display());
    to.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
    fs::copy(from, to).map(drop).map_err(failed)
}

/// The program's version, as Cargo.toml has it for all packages.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether Wine is there to try the program with; its path is that of Debian's 64-bit loader.
pub fn has_wine() -> bool {
    Path::new("/usr/lib/wine/wine64").is_file() || succeeds(command("wine64", &["--version"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_its_day() {
        for (epoch, want) in [
            (0, (1980, 1, 1, 0, 0, 0)),
            (951_827_696, (2000, 2, 29, 12, 34, 56)),
            (1_632_096_001, (2021, 9, 20, 0, 0, 0)),
            (1_735_689_599, (2024, 12, 31, 23, 59, 58)),
        ] {
            assert_eq!(calendar(epoch), want, "{epoch}");
        }
    }

    #[test]
    fn the_same_files_give_the_same_zip() {
        let folder = std::env::temp_dir().join(format!("taizhang-zip-{}", std::process::id()));
        for (name, text) in [("stage/taizhang.exe", "program"), ("stage/assets/forms/季报.toml", "form")] {
            let file = folder.join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, text).expect("written");
        }
        let zip = |name: &str| {
            let file = folder.join(name);
            portable(&folder.join("stage"), &file).expect("zipped");
            fs::read(file).expect("there")
        };
        let first = zip("a.zip");
        fs::write(folder.join("stage/taizhang.exe"), "program").expect("written again, at another time");
        assert_eq!(first, zip("b.zip"), "nothing but names and bytes counts");
        let archive = zip::ZipArchive::new(std::io::Cursor::new(first)).expect("a zip");
        let names: Vec<String> = archive.file_names().map(|n| n.expect("a name").into_owned()).collect();
        assert_eq!(
            names,
            ["众创台账/assets/forms/季报.toml", "众创台账/taizhang.exe", "众创台账/portable.txt"],
            "one folder, so that unzipping scatters nothing, and the mark that makes it portable"
        );
        fs::remove_dir_all(folder).expect("cleared");
    }
}

//! The Windows program under Wine: it does what the program here does, byte by byte, and keeps Windows' own
//! rules of names, open files and removal. `cargo xtask test` builds what is tried.
//!
//! Wine has no WebView2, so of the window only its words about that are seen.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use incubator::desk::Desk;
use serde_json::Value;

#[path = "windows/names.rs"]
mod names;

const WINE: &str = "/usr/lib/wine/wine64";
const WINE_SERVER: &str = "/usr/lib/wine/wineserver64";
const DAY: &str = "2021-09-23";
/// How each command begins.
const SELF: [&str; 4] = ["--data", "王小明 的台账", "--today", DAY];

/// Where the build puts everything.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a folder below the target folder")
}

/// The Windows programs of the trial.
fn built() -> PathBuf {
    let folder = target().join("windows/x86_64-pc-windows-gnu/trial");
    for name in ["taizhang.exe", "taizhang-cli.exe", "WebView2Loader.dll"] {
        assert!(folder.join(name).is_file(), "{name} is not in {}: `cargo xtask test` builds it", folder.display());
    }
    folder
}

/// A Windows of its own, with the programs and what tries them.
struct Windows {
    /// Drive C: and the registry.
    prefix: PathBuf,
    /// Where the programs lie, under a Chinese name with a space.
    programs: PathBuf,
    display: Display,
}

/// A screen nobody sees, for as long as the tests run.
struct Display {
    name: String,
    /// Its input stays open as long as this process lives.
    _server: Child,
}

impl Windows {
    /// Made once and anew in each run: what an earlier run left must help nobody.
    fn get() -> &'static Windows {
        static MADE: OnceLock<Windows> = OnceLock::new();
        MADE.get_or_init(|| {
            assert!(Path::new(WINE).is_file(), "Wine is not there: `cargo xtask test` installs it");
            let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wine");
            let _ = wine_server(&home.join("prefix")).arg("-k").status();
            if home.exists() {
                fs::remove_dir_all(&home).expect("the last run's Windows goes away");
            }
            let programs = home.join("程序 文件");
            fs::create_dir_all(&programs).expect("a folder");
            let windows = Windows { prefix: home.join("prefix"), programs, display: display(&home) };
            // Left alone it would end after each program, and one that starts in that moment finds nobody.
            fs::create_dir_all(&windows.prefix).expect("a folder");
            let served = wine_server(&windows.prefix).arg("-p").status().expect("Wine's server starts");
            assert!(served.success(), "Wine's server stays");
            let booted = finished(windows.wine("wineboot").arg("-i"));
            let system = windows.prefix.join("drive_c/windows/system32");
            assert!(system.join("kernel32.dll").is_file(), "a Windows is set up: {booted:?}");
            compile(
                "bcryptprimitives.c",
                &["-shared", "-nostdlib", "-Wl,--entry,DllMain", "-ladvapi32", "-lkernel32"],
                &system.join("bcryptprimitives.dll"),
            );
            for name in ["hold", "dialog", "cut"] {
                compile(&format!("{name}.c"), &["-municode"], &windows.programs.join(format!("{name}.exe")));
            }
            for name in ["taizhang.exe", "taizhang-cli.exe", "WebView2Loader.dll"] {
                fs::copy(built().join(name), windows.programs.join(name)).expect("copied");
            }
            windows
        })
    }

    /// A Windows program by its path on this disk.
    fn wine(&self, program: impl AsRef<Path>) -> Command {
        let mut wine = Command::new(WINE);
        wine.env("WINEPREFIX", &self.prefix).env("WINEARCH", "win64").env("WINEDEBUG", "-all");
        // Nothing of this Windows shows among the programs of the desktop, and no browser is fetched for it.
        wine.env("WINEDLLOVERRIDES", "winemenubuilder.exe,mscoree,mshtml=").env("DISPLAY", &self.display.name);
        wine.env("LC_ALL", "C.UTF-8").arg(program.as_ref());
        wine
    }

    fn program(&self, name: &str) -> Command {
        self.wine(self.programs.join(name))
    }

    /// A path on drive C:, as this disk has it.
    fn local(&self) -> PathBuf {
        let users = self.prefix.join("drive_c/users");
        let people = fs::read_dir(&users).expect("users").flatten().map(|entry| entry.path());
        let one = people.into_iter().find(|path| !path.ends_with("Public")).expect("a user");
        one.join("AppData/Local")
    }
}

fn wine_server(prefix: &Path) -> Command {
    let mut server = Command::new(WINE_SERVER);
    server.env("WINEPREFIX", prefix).stdout(Stdio::null()).stderr(Stdio::null());
    server
}

/// A free display; its server ends with this process, whose end closes the pipe that it writes to, and with it all of
/// this Windows: a program that was begun by one that was cut in that moment waits for it for ever.
fn display(home: &Path) -> Display {
    let script = format!(
        "Xvfb -displayfd 3 -screen 0 1366x768x24 -nolisten tcp 3>&1 >/dev/null 2>&1 & \
         server=$!; cat >/dev/null; {WINE_SERVER} -k; kill $server"
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(home).env("WINEPREFIX", home.join("prefix"));
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut shell = shell.spawn().expect("a shell");
    let mut number = String::new();
    BufReader::new(shell.stdout.take().expect("its words")).read_line(&mut number).expect("a display");
    let number = number.trim();
    assert!(!number.is_empty(), "Xvfb is not there: `cargo xtask test` installs it");
    Display { name: format!(":{number}"), _server: shell }
}

fn compile(source: &str, flags: &[&str], to: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("windows").join(source);
    let mut gcc = Command::new("x86_64-w64-mingw32-gcc");
    let out = gcc.args(["-O1", "-Wall", "-Werror", "-o"]).arg(to).arg(source).args(flags).output();
    let out = out.expect("mingw-w64: `cargo xtask test` installs it");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

/// One of the two programs in a folder of its own.
struct Side {
    folder: PathBuf,
    wine: bool,
}

impl Side {
    fn both(name: &str) -> [Side; 2] {
        [("Linux 上的", false), ("Windows 上的", true)].map(|(which, wine)| Side::new(&format!("{which}{name}"), wine))
    }

    fn new(name: &str, wine: bool) -> Side {
        // The Windows is made first: it clears what the last run left.
        let _ = Windows::get();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wine").join(name);
        fs::create_dir_all(&folder).expect("a folder");
        Side { folder, wine }
    }

    fn command(&self) -> Command {
        let mut command = if self.wine {
            Windows::get().program("taizhang-cli.exe")
        } else {
            let program = target().join("debug/taizhang-cli");
            assert!(program.is_file(), "taizhang-cli is not built: `cargo xtask test` builds it");
            Command::new(program)
        };
        command.current_dir(&self.folder).args(SELF);
        command
    }

    fn ask(&self, args: &[&str]) -> Said {
        said(&finished(self.command().args(args)))
    }

    fn done(&self, args: &[&str]) -> String {
        let said = self.ask(args);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{args:?} is done: {}", said.out);
        said.out
    }

    fn json(&self, args: &[&str]) -> Value {
        let out = self.done(args);
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{args:?} gives JSON: {e}: {out}"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The newest backup, as the program would name it from this folder.
    fn newest_backup(&self) -> String {
        let backups = files(&self.path("王小明 的台账/backups"));
        let newest = backups.keys().last().expect("a backup");
        format!("王小明 的台账/backups/{newest}")
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

/// Runs a program to its end, however it ends.
///
/// What it says goes to files: the services of Wine start with whichever program comes first, keep its outputs and
/// outlive it, so a pipe may have no end long after the program.
///
/// # Panics
/// When it takes ten times as long as anything here ever took, with what else was running.
fn finished(command: &mut Command) -> Output {
    const LIMIT: Duration = Duration::from_secs(300);
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("said");
    fs::create_dir_all(&home).expect("a folder");
    let own = home.join(COUNT.fetch_add(1, Ordering::Relaxed).to_string());
    let files = ["out", "err"].map(|ending| own.with_extension(ending));
    let [out, err] = files.each_ref().map(|path| fs::File::create(path).expect("a file"));
    let program = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().expect("the program starts");
    let mut program = Running(program);
    let end = Instant::now() + LIMIT;
    let status = loop {
        if let Some(status) = program.0.try_wait().expect("known") {
            break status;
        }
        if Instant::now() > end {
            let others = Command::new("ps").args(["-eo", "pid,ppid,stat,wchan:20,etimes,args"]).output();
            let others = others.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default();
            panic!("{command:?} does not end; at work are\n{others}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let [stdout, stderr] = files.each_ref().map(|path| fs::read(path).expect("what it said"));
    files.iter().for_each(|path| drop(fs::remove_file(path)));
    Output { status, stdout, stderr }
}

fn said(out: &Output) -> Said {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8").replace("\r\n", "\n");
    // Wine's own services start with the first program and share its standard error.
    let own = |line: &&str| !line.starts_with("wine: ");
    let err = text(&out.stderr).split_inclusive('\n').filter(own).collect();
    Said { code: out.status.code().unwrap_or(-1), out: text(&out.stdout), err }
}

/// Every file below a folder with its bytes, by its path from there.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below it").to_string_lossy().into_owned();
                found.insert(name, fs::read(&path).expect("readable"));
            }
        }
    }
    found
}

/// A roster of so many teams.
fn roster(rows: usize) -> String {
    let mut text = String::from("团队名称,负责人,入驻日期\n");
    for n in 1..=rows {
        text.push_str(&format!("第{n}队,负责人{n},2021-03-{:02}\n", n % 28 + 1));
    }
    text
}

#[test]
fn the_same_work_gives_the_same_workbooks() {
    let sides = Side::both("同样的工作");
    let forms = {
        sides[0].done(&["sample"]);
        sides[0].json(&["forms", "--json"])
    };
    sides[1].done(&["sample"]);
    let mut script: Vec<Vec<String>> = Vec::new();
    let mut then = |line: &[&str]| script.push(line.iter().map(|s| (*s).to_owned()).collect());
    then(&["forms", "--json"]);
    then(&["import", "team", "名册 新团队.csv", "--json"]);
    then(&["list", "team", "--json"]);
    then(&["fill", "torch-quarterly", "2021Q3", "--json"]);
    then(&["import", "team", "名册 新团队.csv", "--json"]);
    for form in forms.as_array().expect("forms") {
        let id = form["id"].as_str().expect("an id");
        let period = match form["period"].as_str() {
            Some("quarter") => "2021Q3",
            Some("year") => "2021",
            _ => "2021-09-20",
        };
        then(&["export", id, period, "--out", &format!("导出/{id} {period}.xlsx")]);
    }
    for programme in sides[0].json(&["programmes", "--json"]).as_array().expect("programmes") {
        if let Some(id) = programme["id"].as_str() {
            then(&["gauge", id, "--json"]);
        }
    }
    then(&["pack", "shanxi-2022", "--on", "2021-09-20", "--out", "导出/材料"]);
    then(&["template", "mentor", "--out", "导出/导师 模板.xlsx"]);
    then(&["delete", "team", "1"]);
    then(&["bin", "--json"]);
    then(&["undo"]);
    then(&["redo"]);
    then(&["undo"]);
    then(&["seal", "torch-quarterly", "2021Q3"]);
    then(&["diff", "torch-quarterly", "2021Q3", "--json"]);
    then(&["verify"]);
    then(&["export", "torch-quarterly", "2021Q3", "--out", "导出/又一次.xlsx"]);
    then(&["restore", "不存在的备份.db"]);
    for line in &script {
        let words: Vec<&str> = line.iter().map(String::as_str).collect();
        let [here, there] = sides.each_ref().map(|side| {
            fs::write(side.path("名册 新团队.csv"), roster(40)).expect("written");
            let mut said = side.ask(&words);
            // Where a pack lies is told with the system's own strokes.
            said.out = said.out.replace('\\', "/");
            said
        });
        assert_eq!(here, there, "{line:?} says the same on both");
    }
    let [here, there] = sides.each_ref().map(|side| files(&side.path("导出")));
    assert!(here.len() > 15, "the forms were exported: {:?}", here.keys());
    assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
    for (name, bytes) in &here {
        assert!(there[name] == *bytes, "{name} is the same byte by byte");
    }
    let proofs = |side: &Side| files(&side.path("王小明 的台账/attachments"));
    assert!(!proofs(&sides[0]).is_empty());
    assert_eq!(
        proofs(&sides[0]).into_keys().map(|name| name.replace('\\', "/")).collect::<Vec<_>>(),
        proofs(&sides[1]).into_keys().collect::<Vec<_>>(),
        "proof files lie under the same names: a copied folder serves on both"
    );
}

#[test]
fn a_folder_goes_from_one_to_the_other_and_backups_come_back() {
    let [here, there] = Side::both("搬家");
    here.done(&["sample"]);
    let before = here.done(&["list", "team", "--json"]);
    copy(&here.path("王小明 的台账"), &there.path("王小明 的台账"));
    assert_eq!(there.done(&["list", "team", "--json"]), before, "a copied folder opens on Windows");
    there.done(&["backup"]);
    let backup = there.newest_backup();
    there.done(&["delete", "team", "1"]);
    let after = there.done(&["list", "team", "--json"]);
    assert_ne!(after, before);
    assert!(there.done(&["restore", &backup]).contains("已从备份恢复"), "restored");
    assert_eq!(there.done(&["list", "team", "--json"]), before, "as it was");
    there.done(&["undo"]);
    assert_eq!(there.done(&["list", "team", "--json"]), after, "a restore is taken back");
    there.done(&["undo"]);
    assert_eq!(there.done(&["verify"]), "台账和佐证材料完好\n");
    // Damage on Windows: nothing is opened as if sound, and the backup takes its place.
    let db = there.path("王小明 的台账/taizhang.db");
    let mut bytes = fs::read(&db).expect("the database");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0x5a);
    fs::write(&db, bytes).expect("damaged");
    let said = there.ask(&["list", "team"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("台账文件已损坏"), "{}", said.err);
    there.done(&["recover"]);
    assert_eq!(there.done(&["list", "team", "--json"]), before);
    copy(&there.path("王小明 的台账"), &here.path("回家"));
    let home = Desk::open(&here.path("回家"), "tests", DAY.parse().expect("a day")).expect("it opens here again");
    assert_eq!(home.store().verify().expect("checked"), [], "and is sound");
}

fn copy(from: &Path, to: &Path) {
    for (name, bytes) in files(from) {
        let file = to.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, bytes).expect("copied");
    }
}

#[test]
fn killed_at_any_moment_nothing_is_half_there() {
    const ROWS: usize = 400;
    let side = Side::new("断电", true);
    fs::write(side.path("名册.csv"), roster(ROWS)).expect("written");
    side.done(&["backup"]);
    let count = || side.json(&["list", "team", "--json"]).as_array().expect("a list").len();
    let import = ["import", "team", "名册.csv"];
    // Ended by Windows' own means, and how long it took: a signal from outside may leave Wine itself half done.
    let cut = |after: u128| {
        let mut cut = Windows::get().program("cut.exe");
        cut.current_dir(&side.folder).arg(after.to_string()).arg(Windows::get().programs.join("taizhang-cli.exe"));
        let said = said(&finished(cut.args(SELF).args(import)));
        let (how, took) = said.out.trim().split_once(' ').unwrap_or_else(|| panic!("{said:?}"));
        (how == "cut", took.parse::<u128>().expect("milliseconds"))
    };
    let (mut whole, mut none) = (0, 0);
    let (_, mut long) = cut(300_000);
    assert_eq!(count(), ROWS, "left alone it imports");
    side.done(&["undo"]);
    // Cuts spread over the time that the import takes, and on until one came before and one after the save.
    for round in 0_u128..60 {
        if round >= 12 && whole > 0 && none > 0 {
            break;
        }
        // It was measured while other tests were at work, and may take less time now.
        if !cut(long * (round * 5 % 12 + 1) / 10).0 {
            long = long * 3 / 4;
        }
        assert_eq!(side.done(&["verify"]), "台账和佐证材料完好\n", "round {round}: it opens, and is sound");
        match count() {
            0 => none += 1,
            ROWS => {
                whole += 1;
                side.done(&["undo"]);
            }
            some => panic!("round {round}: {some} of {ROWS} rows are there"),
        }
    }
    assert!(whole > 0 && none > 0, "cuts came before and after the save: {none} and {whole}");
}

#[test]
fn a_folder_in_use_is_refused_with_its_user() {
    let side = Side::new("两个程序", true);
    side.done(&["sample"]);
    // The program here holds the folder; Windows and Linux lock differently, so the second one is on Windows too.
    fs::write(side.path("名册.csv"), roster(6000)).expect("written");
    let mut refused = None;
    // The one that looks may have the folder first, or come when the other is done: they start anew until they meet.
    for _ in 0..20 {
        let mut first = Running::quiet(side.command().args(["import", "team", "名册.csv"]));
        while refused.is_none() && first.0.try_wait().expect("known").is_none() {
            let said = side.ask(&["list", "operator"]);
            refused = (said.code == 1).then_some(said.err);
        }
        first.ended();
        if refused.is_some() {
            break;
        }
    }
    let why = refused.expect("the second program came while the first was at work");
    assert!(why.contains("数据文件夹正被 taizhang-cli(进程"), "{why}");
    side.done(&["list", "operator"]);
}

#[test]
fn an_open_workbook_is_waited_for_and_then_named() {
    let side = Side::new("打开着", true);
    side.done(&["sample"]);
    let export = ["export", "torch-quarterly", "2021Q3", "--out", "季报 2021Q3.xlsx"];
    side.done(&export);
    let file = side.path("季报 2021Q3.xlsx");
    let whole = fs::read(&file).expect("the workbook");
    let hold = |milliseconds: &str| {
        let mut holder = Windows::get().program("hold.exe");
        holder.current_dir(&side.folder).args(["季报 2021Q3.xlsx", milliseconds]).stdout(Stdio::piped());
        let mut holder = Running(holder.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("started"));
        let mut line = String::new();
        BufReader::new(holder.0.stdout.take().expect("its words")).read_line(&mut line).expect("a line");
        assert_eq!(line.trim(), "held", "it has the file");
        holder
    };
    fs::write(&file, b"old").expect("an old one");
    let scanner = hold("500");
    side.done(&export);
    assert!(fs::read(&file).expect("there") == whole, "a scanner that looks for a moment is waited for");
    scanner.ended();

    fs::write(&file, b"old").expect("an old one");
    let excel = hold("600000");
    let said = side.ask(&export);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("文件正被其他程序占用，请关闭后重试：季报 2021Q3.xlsx"), "{}", said.err);
    assert_eq!(fs::read(&file).expect("there"), b"old", "and it is as it was");
    assert!(!files(&side.folder).keys().any(|name| name.ends_with(".tmp")), "nothing is left beside it");
    // Reading does not disturb Excel: a roster that is open there is imported all the same.
    drop(excel);
    side.done(&export);
    assert!(fs::read(&file).expect("there") == whole, "closed, the same step succeeds");
}

#[test]
fn paths_over_260_characters_serve() {
    let side = Side::new("很长的路径", true);
    let deep = "很长的文件夹名称很长的文件夹名称很长的文件夹名称/".repeat(12);
    let folder = format!("{deep}台账");
    assert!(folder.chars().count() > 260);
    let run = |args: &[&str]| {
        let mut command = Windows::get().program("taizhang-cli.exe");
        let said =
            said(&finished(command.current_dir(&side.folder).args(["--data", &folder, "--today", DAY]).args(args)));
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{args:?}: {}", said.out);
        said.out
    };
    run(&["sample"]);
    run(&["backup"]);
    run(&["export", "torch-quarterly", "2021Q3", "--out", &format!("{deep}季报.xlsx")]);
    assert_eq!(run(&["verify"]), "台账和佐证材料完好\n");
    assert!(side.path(&folder).join("taizhang.db").is_file(), "where it was asked for");
    assert!(side.path(&format!("{deep}季报.xlsx")).is_file());
}

#[test]
fn names_that_windows_takes_for_something_else_are_refused() {
    let side = Side::new("保留的名称", true);
    side.done(&["sample"]);
    let before = files(&side.folder).len();
    for (name, word) in [
        ("CON", "设备名"),
        ("导出\\nul.xlsx", "设备名"),
        ("Com1.xlsx", "设备名"),
        ("季报.xlsx.", "末尾"),
        ("季报.xlsx ", "末尾"),
        ("季报.xlsx:流", "不能含有“:”"),
        ("季?报.xlsx", "不能含有“?”"),
        ("Z:季报.xlsx", "没有写明盘符后面的文件夹"),
    ] {
        let said = side.ask(&["export", "torch-quarterly", "2021Q3", "--out", name]);
        assert_eq!(said.code, 1, "{name}: {}", said.out);
        assert!(said.err.contains(word), "{name}: {}", said.err);
    }
    // The program backs up at each close after a change only, so nothing else has come.
    assert_eq!(files(&side.folder).len(), before, "nothing was written anywhere");
    let drive = format!("Z:{}\\盘符.xlsx", side.folder.display().to_string().replace('/', "\\"));
    side.done(&["export", "torch-quarterly", "2021Q3", "--out", &drive]);
    assert!(side.path("盘符.xlsx").is_file(), "a drive letter leads where it says");
    let share = format!("\\\\?\\Z:{}\\原样.xlsx", side.folder.display().to_string().replace('/', "\\"));
    side.done(&["export", "torch-quarterly", "2021Q3", "--out", &share]);
    assert!(side.path("原样.xlsx").is_file(), "so does a verbatim path");
    side.done(&["export", "torch-quarterly", "2021Q3", "--out", "SMALL.xlsx"]);
    side.done(&["export", "torch-quarterly", "2021Q3", "--out", "small.xlsx"]);
    let small = files(&side.folder).keys().filter(|name| name.eq_ignore_ascii_case("small.xlsx")).count();
    assert_eq!(small, 1, "one name in two cases is one file");
}

/// A store whose proofs bear the 300 names, made here: a backup of it, and which of them it has taken.
fn awkward_backup() -> &'static (PathBuf, Vec<usize>) {
    static MADE: OnceLock<(PathBuf, Vec<usize>)> = OnceLock::new();
    MADE.get_or_init(|| {
        let side = Side::new("三百个名字", false);
        let folder = side.path("原来的台账");
        let mut desk = Desk::open(&folder, "tests", DAY.parse().expect("a day")).expect("a new store");
        desk.open_sample().expect("the sample");
        let mut taken = Vec::new();
        for (n, name) in names::awkward().iter().enumerate() {
            match desk.attach("tenant:1", "照片", name, format!("proof {n}").as_bytes()) {
                Ok(()) => taken.push(n),
                // Nothing is a name, and nobody can type a control character.
                Err(e) => assert!(name.is_empty() || e.to_string().contains("无效字符"), "{name:?}: {e}"),
            }
        }
        assert!(taken.len() > 270, "all the others are kept as they are: {}", taken.len());
        let backup = desk.backup().expect("a backup").path;
        drop(desk);
        assert_eq!(names::awkward().len(), 300);
        (backup, taken)
    })
}

/// Restores the backup in a folder, exports every proof, and looks where they went.
fn restore_and_export(wine: bool) {
    let (backup, taken) = awkward_backup();
    let side = Side::new(if wine { "三百个名字 Windows" } else { "三百个名字 Linux" }, wine);
    side.done(&["sample"]);
    side.done(&["undo"]);
    copy(
        &backup.parent().and_then(Path::parent).expect("the store").join("attachments"),
        &side.path("王小明 的台账/attachments"),
    );
    fs::copy(backup, side.path("备份.db")).expect("copied");
    side.done(&["restore", "备份.db"]);
    let inside = |name: &str| name.starts_with("王小明 的台账/") || name.starts_with("导出的佐证/");
    let before: Vec<String> = files(&side.folder).into_keys().filter(|name| !inside(name)).collect();
    let beside: Vec<_> = files_beside(&side.folder);
    side.done(&["proofs", "导出的佐证"]);
    let exported = files(&side.path("导出的佐证"));
    assert!(exported.len() >= taken.len(), "every proof has its file: {}", exported.len());
    for n in taken {
        let text = format!("proof {n}").into_bytes();
        assert!(exported.values().any(|bytes| *bytes == text), "proof {n} is there whole");
    }
    for name in exported.keys() {
        assert!(!name.contains('/'), "no folder comes out of a name: {name}");
        assert_eq!(incubator::place::unfit_on_windows(name), None, "a name that any disk takes");
    }
    let after: Vec<String> = files(&side.folder).into_keys().filter(|name| !inside(name)).collect();
    assert_eq!(after, before, "nothing is written outside the folder");
    assert_eq!(files_beside(&side.folder), beside, "nor beside it");
}

/// Names in the folder above, and at the top of the disk and of drive C:.
fn files_beside(folder: &Path) -> Vec<String> {
    let above = folder.parent().expect("a folder");
    let mut names = Vec::new();
    for place in [Path::new("/"), Path::new("/tmp"), &Windows::get().prefix.join("drive_c")] {
        let known = |name: &String| name.contains("proof") || name.contains("照片");
        let found = fs::read_dir(place).into_iter().flatten().flatten();
        names.extend(found.map(|entry| entry.path().display().to_string()).filter(known));
    }
    // Other tests work beside this one, in folders.
    let beside = fs::read_dir(above).expect("a folder").flatten().map(|entry| entry.path());
    names.extend(beside.filter(|path| path.is_file()).map(|path| path.display().to_string()));
    names.sort();
    names
}

#[test]
fn three_hundred_awkward_names_stay_in_their_folder_here() {
    restore_and_export(false);
}

#[test]
fn three_hundred_awkward_names_stay_in_their_folder_on_windows() {
    restore_and_export(true);
}

#[test]
fn both_programs_have_icon_version_and_manifest() {
    for (name, shown) in [("taizhang.exe", "众创台账"), ("taizhang-cli.exe", "众创台账命令行")] {
        let bytes = fs::read(built().join(name)).expect("the program");
        let holds = |wanted: &[u8]| bytes.windows(wanted.len()).any(|part| part == wanted);
        for setting in ["PerMonitorV2", "<activeCodePage", "<longPathAware", "asInvoker", "Common-Controls"] {
            assert!(holds(setting.as_bytes()), "{name}: the manifest says {setting}");
        }
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        for (label, value) in [("FileDescription", shown), ("ProductVersion", env!("CARGO_PKG_VERSION"))] {
            let at = wide(&format!("{label}\0"));
            let at = bytes.windows(at.len()).position(|part| part == at).expect("version information");
            let value = wide(&format!("{value}\0"));
            assert!(bytes[at..at + 200].windows(value.len()).any(|p| p == value), "{name}: {label}");
        }
        let icon = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/icons/icon.ico")).expect("the icon");
        let offset = u32::from_le_bytes([icon[18], icon[19], icon[20], icon[21]]) as usize;
        let length = u32::from_le_bytes([icon[14], icon[15], icon[16], icon[17]]) as usize;
        assert!(holds(&icon[offset..offset + length]), "{name} has the icon");
    }
}

/// Dialogs of several tests bear the same title: one test at a time.
static SCREEN: Mutex<()> = Mutex::new(());

/// What a person does at a dialog; its words.
fn dialog(title: &str, acts: &[&str]) -> String {
    let said = said(&finished(Windows::get().program("dialog.exe").arg(title).args(acts)));
    assert_eq!(said.code, 0, "the dialog “{title}” shows, and takes {acts:?}: {}{}", said.out, said.err);
    said.out
}

#[test]
fn without_webview2_the_program_says_what_to_do() {
    let windows = Windows::get();
    let folder = windows.programs.parent().expect("a folder").join("没有 WebView2");
    fs::create_dir_all(&folder).expect("a folder");
    for name in ["taizhang.exe", "WebView2Loader.dll"] {
        fs::copy(built().join(name), folder.join(name)).expect("copied");
    }
    let start = || {
        let mut program = windows.wine(folder.join("taizhang.exe"));
        Running::quiet(program.args(["--data", "不该有的台账"]).current_dir(&folder))
    };
    let _screen = SCREEN.lock().expect("the other test with dialogs passed");
    let first = start();
    let words = dialog("众创台账", &["press=OK"]);
    assert!(words.contains("这台电脑没有 Microsoft Edge WebView2 运行时"), "{words}");
    assert!(
        words.contains("MicrosoftEdgeWebView2RuntimeInstallerX64.exe") && words.contains("没有 WebView2"),
        "{words}"
    );
    assert_eq!(first.ended(), Some(1), "it ends, and says so to who started it");

    // The offline installer beside the program is offered and run: here one that only leaves a mark.
    let source = folder.join("installer.c");
    let mark = "#include <stdio.h>\nint main(void) { FILE *f = fopen(\"ran.txt\", \"w\"); fclose(f); return 7; }\n";
    fs::write(&source, mark).expect("written");
    let installer = folder.join("MicrosoftEdgeWebView2RuntimeInstallerX64.exe");
    let built = Command::new("x86_64-w64-mingw32-gcc").arg("-o").arg(&installer).arg(&source).status();
    assert!(built.expect("mingw-w64").success());
    let second = start();
    let words = dialog("众创台账", &["press=Yes"]);
    assert!(words.contains("离线安装程序，现在安装吗"), "{words}");
    let words = dialog("众创台账", &["press=OK"]);
    assert!(words.contains("WebView2 没有装好") && words.contains('7'), "what did not help is said too: {words}");
    assert_eq!(second.ended(), Some(1));
    assert!(folder.join("ran.txt").is_file(), "the installer was run");
    assert!(!folder.join("不该有的台账").exists(), "the data folder is not touched before there is a window");
}

/// Waits for something that another program brings about.
fn in_time(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(120);
    while !done() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Ends when dropped: a test that fails must not leave a program at work.
struct Running(Child);

impl Running {
    /// Started with nobody to talk to: Wine's services, which may start with it, keep what it was given open.
    fn quiet(command: &mut Command) -> Running {
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Running(command.spawn().expect("the program starts"))
    }

    /// Its exit code, once it has ended.
    fn ended(mut self) -> Option<i32> {
        let mut code = None;
        in_time("the program ends", || {
            code = self.0.try_wait().expect("known").map(|status| status.code());
            code.is_some()
        });
        code.flatten()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_installer_installs_upgrades_and_removes_and_the_data_survive() {
    let windows = Windows::get();
    let setup = target().join("windows/trial.exe");
    assert!(setup.is_file(), "the installer is not built: `cargo xtask test` builds it");
    let local = windows.local();
    let (program, data) = (local.join("Programs/众创台账"), local.join("众创台账"));
    let start_menu =
        local.parent().expect("AppData").join("Roaming/Microsoft/Windows/Start Menu/Programs/众创台账.lnk");
    let install = || finished(windows.wine(&setup).arg("/S")).status.code();
    assert_eq!(install(), Some(0), "installed without a question");
    for name in ["taizhang.exe", "taizhang-cli.exe", "WebView2Loader.dll", "使用说明.html", "uninstall.exe"] {
        assert!(program.join(name).is_file(), "{name} is installed");
    }
    assert!(program.join("assets/forms/torch-quarterly-2021.toml").is_file());
    assert!(!program.join("portable.txt").exists(), "an installed program keeps its data in the profile");
    assert!(start_menu.is_file(), "it is in the start menu");

    // Data where the installed program keeps them.
    let own = |args: &[&str]| {
        let mut command = windows.wine(program.join("taizhang-cli.exe"));
        let folder = format!("C:\\users\\{}\\AppData\\Local\\众创台账", user(&local));
        said(&finished(command.args(["--data", &folder, "--today", DAY]).args(args)))
    };
    assert_eq!(
        own(&["sample"]),
        Said {
            code: 0, out: "已放入示例“青禾众创空间”，可用 undo 撤销\n".into(), err: String::new()
        }
    );
    fs::write(data.join("我的笔记.txt"), "自己的").expect("a file of the person's own");
    let sound = files(&data);
    assert!(sound.len() > 20);

    // While the program runs, nothing is replaced: this one waits for its standard input.
    let mut at_work = windows.wine(program.join("taizhang-cli.exe"));
    at_work.args(["--read-for-parent", "100000000", "600"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut at_work = Running(at_work.stderr(Stdio::null()).spawn().expect("started"));
    let mut first = [0];
    at_work.0.stdout.take().expect("its words").read_exact(&mut first).expect("it is at work");
    fs::write(program.join("使用说明.html"), "旧的").expect("an older one");
    assert_eq!(install(), Some(3), "a running program is left alone");
    assert_eq!(fs::read_to_string(program.join("使用说明.html")).expect("there"), "旧的", "nothing was changed");
    drop(at_work);

    in_time("the program has ended", || {
        fs::OpenOptions::new().append(true).open(program.join("taizhang-cli.exe")).is_ok()
    });
    assert_eq!(install(), Some(0), "upgraded in place");
    assert_ne!(fs::read_to_string(program.join("使用说明.html")).expect("there"), "旧的", "the new one is there");
    assert!(files(&data) == sound, "the data are as they were, byte by byte");
    assert_eq!(own(&["verify"]).out, "台账和佐证材料完好\n");
    let sound = files(&data);

    // Data must not lie where the program is removed.
    let into = format!("/D=C:\\users\\{}\\AppData\\Local\\众创台账", user(&local));
    assert_eq!(finished(windows.wine(&setup).args(["/S", &into])).status.code(), Some(4));
    assert!(files(&data) == sound, "the data folder takes no program");

    // Removed without a word: the data stay, and so does what the person put beside the program.
    fs::write(program.join("我的表.xlsx"), "自己的").expect("a file of the person's own");
    let remove = |args: &[&str]| Running::quiet(windows.wine(program.join("uninstall.exe")).args(args));
    remove(&["/S"]).ended();
    in_time("the program goes", || !program.join("taizhang.exe").exists() && !start_menu.exists());
    in_time("so does its uninstaller", || !program.join("uninstall.exe").exists());
    assert_eq!(files(&program).into_keys().collect::<Vec<_>>(), ["我的表.xlsx"], "only what was installed goes");
    assert!(files(&data) == sound, "the data survive");

    // With a window, other words than the exact ones stop it, none keeps the data, the exact ones remove them.
    assert_eq!(install(), Some(0), "installed again over the data");
    assert_eq!(own(&["verify"]).code, 0, "which open");
    let sound = files(&data);
    let _screen = SCREEN.lock().expect("the other test with dialogs passed");
    let asked = remove(&[]);
    dialog("众创台账 卸载", &["text=删除数据", "press=卸载"]);
    let words = dialog("众创台账", &["press=OK"]);
    assert!(words.contains("输入的文字与“删除台账数据”不同"), "{words}");
    assert!(files(&data) == sound && program.join("taizhang.exe").exists(), "nothing has happened");
    dialog("众创台账 卸载", &["text=删除台账数据", "press=卸载"]);
    in_time("the program goes", || !program.join("taizhang.exe").exists());
    in_time("and the data, since that was typed", || !data.join("taizhang.db").exists() && !data.join("lock").exists());
    assert_eq!(
        files(&data).into_keys().collect::<Vec<_>>(),
        ["我的笔记.txt"],
        "but nothing that the program did not make"
    );
    drop(asked);
}

fn user(local: &Path) -> String {
    let user = local.parent().and_then(Path::parent).and_then(Path::file_name).expect("a user");
    user.to_string_lossy().into_owned()
}

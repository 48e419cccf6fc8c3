//! Writing files: whole or not at all, whatever happens on the way.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use incubator::{Error, file};

use crate::workbook::Scratch;

/// Names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn code_of(result: incubator::Result<()>) -> (&'static str, String) {
    match result {
        Ok(()) => ("ok", String::new()),
        Err(e) => (e.code(), e.to_string()),
    }
}

#[test]
fn a_file_is_written_and_replaced() {
    let scratch = Scratch::new("replace");
    let path = scratch.0.join("季报 2021年09月.xlsx");
    file::write(&path, b"one").expect("a new file");
    file::write(&path, b"another").expect("an old one replaced");
    assert_eq!(fs::read(&path).expect("there"), b"another");
    assert_eq!(names(&scratch.0), ["季报 2021年09月.xlsx"], "nothing else is left in the folder");
    let deep = scratch.0.join("新文件夹").join("2021").join("a.xlsx");
    file::write(&deep, b"x").expect("a missing folder is made");
    assert_eq!(fs::read(&deep).expect("there"), b"x");
    let long = scratch.0.join(format!("{}.xlsx", "长".repeat(83)));
    file::write(&long, b"x").expect("the longest name that the disk takes needs no longer one on the way");
}

#[test]
fn what_is_no_file_is_refused() {
    let scratch = Scratch::new("refused");
    let folder = scratch.0.join("季报.xlsx");
    fs::create_dir(&folder).expect("a folder");
    let (code, say) = code_of(file::write(&folder, b"x"));
    assert_eq!(code, "refused");
    assert!(say.contains("是一个文件夹"), "{say}");
    let plain = scratch.0.join("文件");
    fs::write(&plain, b"old").expect("a file");
    let (code, say) = code_of(file::write(&plain.join("季报.xlsx"), b"x"));
    assert_eq!(code, "refused");
    assert!(say.contains("是一个文件，不是文件夹"), "{say}");
    let (code, say) = code_of(file::write(Path::new("/"), b"x"));
    assert_eq!(code, "refused", "{say}");
    let mut rights = fs::metadata(&plain).expect("rights").permissions();
    rights.set_readonly(true);
    fs::set_permissions(&plain, rights).expect("read-only");
    let (code, say) = code_of(file::write(&plain, b"x"));
    assert_eq!(code, "refused");
    assert!(say.contains("只读文件"), "{say}");
    assert_eq!(fs::read(&plain).expect("there"), b"old", "and it is as it was");
    let too_long = scratch.0.join("长".repeat(100));
    let (code, say) = code_of(file::write(&too_long, b"x"));
    assert_eq!(code, "file");
    assert!(say.contains("文件名太长"), "{say}");
    assert_eq!(names(&scratch.0), ["季报.xlsx", "文件"], "nothing is left behind");
}

#[test]
fn a_target_that_is_open_elsewhere_waits() {
    let scratch = Scratch::new("open");
    let path = scratch.0.join("季报.xlsx");
    fs::write(&path, b"old").expect("a file");
    for lock in ["~$季报.xlsx", ".~lock.季报.xlsx#"] {
        let lock_path = scratch.0.join(lock);
        fs::write(&lock_path, b",user,host,21.11.2026 10:00,file:///;").expect("a lock");
        let result = file::write(&path, b"new");
        assert!(matches!(result, Err(Error::Occupied { .. })), "{lock}: {result:?}");
        let say = code_of(result).1;
        assert!(say.contains("正被其他程序占用") && say.contains(lock), "it says which lock to look at: {say}");
        assert_eq!(fs::read(&path).expect("there"), b"old", "the old file is as it was");
        // Left by a crash long ago: nobody is locked out for ever.
        let old = std::time::SystemTime::now() - Duration::from_secs(25 * 60 * 60);
        let file = fs::File::options().write(true).open(&lock_path).expect("the lock");
        file.set_modified(old).expect("older");
        drop(file);
        file::write(&path, b"old").expect("an old lock holds nobody up");
        fs::remove_file(&lock_path).expect("closed");
    }
    file::write(&path, b"new").expect("tried again after closing");
    assert_eq!(fs::read(&path).expect("there"), b"new");
    assert_eq!(names(&scratch.0), ["季报.xlsx"]);
}

#[test]
fn a_left_over_of_a_killed_program_is_swept() {
    let scratch = Scratch::new("sweep");
    let (stale, live) = (scratch.0.join(".taizhang-1-0.tmp"), scratch.0.join(".taizhang-1-1.tmp"));
    fs::write(&stale, b"half").expect("a file");
    fs::write(&live, b"half").expect("a file");
    let file = fs::File::options().write(true).open(&stale).expect("it");
    file.set_modified(std::time::SystemTime::now() - Duration::from_secs(2 * 60 * 60)).expect("older");
    drop(file);
    file::write(&scratch.0.join("a.xlsx"), b"x").expect("written");
    assert_eq!(names(&scratch.0), [".taizhang-1-1.tmp", "a.xlsx"], "one that may still be written to stays");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let scratch = Scratch::new("link");
    let (target, link) = (scratch.0.join("真.xlsx"), scratch.0.join("链接.xlsx"));
    fs::write(&target, b"old").expect("a file");
    std::os::unix::fs::symlink(&target, &link).expect("a link");
    file::write(&link, b"new").expect("written");
    assert!(link.is_symlink(), "the link is kept");
    assert_eq!(fs::read(&target).expect("there"), b"new", "what it points to is new");
}

/// Set for the program that one of these tests starts: itself, with this as its only work.
const CHILD: &str = "TAIZHANG_TEST_WRITES";

/// This test binary with `child_writes` alone, in a shell that first runs `before`.
fn child(before: &str, path: &Path, size: usize, times: usize) -> Command {
    let me = std::env::current_exe().expect("this program");
    let mut command = Command::new("sh");
    let exec = format!("{before} exec \"$0\" --exact files::child_writes --nocapture");
    command.args(["-c", &exec]).arg(me).env(CHILD, path).env("SIZE", size.to_string()).env("TIMES", times.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The child's work; without its variable there is none.
#[test]
fn child_writes() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<usize>().ok()).unwrap_or(1);
    for n in 0..number("TIMES") {
        let bytes = vec![b'a' + u8::try_from(n % 26).unwrap_or(0); number("SIZE")];
        let (code, say) = code_of(file::write(&path, &bytes));
        println!("SAID {code} {say}");
        println!("LEFT {:?}", path.parent().map(names));
    }
}

fn said(mut command: Command) -> String {
    let out = command.output().expect("a child");
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_file() {
    let scratch = Scratch::new("full");
    let path = scratch.0.join("季报.xlsx");
    fs::write(&path, b"old").expect("a file");
    // A limit on the size of files does what a full disk does, on every machine and without rights.
    let told = said(child("trap '' XFSZ; ulimit -f 16;", &path, 200_000, 1));
    assert!(told.contains("SAID file 写入失败") && told.contains("超过了这里允许的文件大小"), "{told}");
    assert!(told.contains("LEFT Some([\"季报.xlsx\"])"), "the unfinished file is gone: {told}");
    assert_eq!(fs::read(&path).expect("there"), b"old", "the old file is as it was");
    // Disks that are really full or read-only, where the machine lets us mount some.
    for (mount, then, say) in
        [("size=64k", "true", "磁盘空间不足"), ("size=1m", "mount -o remount,ro tmpfs", "磁盘是只读的")]
    {
        let disk = scratch.0.join("盘");
        fs::create_dir_all(&disk).expect("a folder");
        let Some(told) = said_on_disk(&disk, mount, then) else { continue };
        assert!(told.contains("SAID file 写入失败") && told.contains(say), "{told}");
        assert!(told.contains("LEFT Some([\"季报.xlsx\"])"), "the unfinished file is gone: {told}");
    }
}

/// What the child says when it writes onto a small disk of its own that holds an old file; nothing on a
/// machine that lets nobody mount one. The mount lives and dies with the child.
#[cfg(unix)]
fn said_on_disk(disk: &Path, mount: &str, then: &str) -> Option<String> {
    let path = disk.join("季报.xlsx");
    let at = disk.display();
    let before = format!(
        "mount -t tmpfs -o {mount} tmpfs '{at}' && echo old > '{}' && {then} {} &&",
        path.display(),
        if then == "true" { String::new() } else { format!("'{at}'") },
    );
    let may_mount = |flags: &&[&str]| {
        let tried = Command::new("unshare").args(*flags).args(["mount", "-t", "tmpfs", "tmpfs"]).arg(disk).output();
        tried.is_ok_and(|out| out.status.success())
    };
    let flags = [&["-m"][..], &["-rm"][..]].into_iter().find(may_mount)?;
    let inner = child(&before, &path, 200_000, 1);
    let mut outer = Command::new("unshare");
    outer.args(flags).arg("sh").args(inner.get_args());
    outer.env(CHILD, &path).env("SIZE", "200000");
    Some(said(outer))
}

#[cfg(unix)]
#[test]
fn a_folder_without_the_right_to_write_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new("rights");
    let folder = scratch.0.join("只读");
    fs::create_dir(&folder).expect("a folder");
    let path = folder.join("季报.xlsx");
    fs::write(&path, b"old").expect("a file");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("read-only");
    let result = file::write(&path, b"new");
    // Root may write everywhere: for it the file is new, for everybody else it is the old one and a message.
    let root = fs::write(folder.join("试"), b"").is_ok();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("writable again");
    if root {
        assert!(result.is_ok(), "{result:?}");
    } else {
        let (code, say) = code_of(result);
        assert_eq!(code, "file");
        assert!(say.contains("没有权限"), "{say}");
        assert_eq!(fs::read(&path).expect("there"), b"old");
    }
    // For root the same comes from a file system that nobody may write to.
    let (code, say) = code_of(file::write(Path::new("/proc/taizhang/季报.xlsx"), b"x"));
    assert_eq!(code, "file", "{say}");
}

#[cfg(unix)]
#[test]
fn killed_at_any_moment_the_file_is_whole() {
    const SIZE: usize = 3_000_000;
    let scratch = Scratch::new("killed");
    let path = scratch.0.join("季报.xlsx");
    fs::write(&path, vec![b'A'; SIZE]).expect("a file");
    let (mut left, mut round) = (0, 0_u64);
    // 25 kills at different moments, and on until one came half-way.
    while round < 25 || (left == 0 && round < 300) {
        round += 1;
        let mut running = child("", &path, SIZE, 10_000).spawn().expect("a child");
        let mut said = BufReader::new(running.stdout.take().expect("its words")).lines();
        assert!(said.any(|line| line.is_ok_and(|l| l.contains("SAID ok"))), "it has begun to write");
        std::thread::sleep(Duration::from_millis(round * 7 % 40));
        running.kill().expect("killed");
        running.wait().expect("gone");
        let bytes = fs::read(&path).expect("the file is there");
        assert_eq!(bytes.len(), SIZE, "round {round}: never half of it");
        assert!(bytes.iter().all(|b| *b == bytes[0]), "round {round}: never a mixture");
        let unfinished: Vec<String> = names(&scratch.0).into_iter().filter(|n| n.ends_with(".tmp")).collect();
        left += unfinished.len();
        for name in unfinished {
            fs::remove_file(scratch.0.join(name)).expect("cleaned");
        }
    }
    assert!(left > 0, "at least one kill came half-way, or this test shows nothing");
}

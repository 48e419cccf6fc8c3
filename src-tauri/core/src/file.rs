//! Writing a file so that its name never stands for half of it.
//!
//! The bytes go into a new file in the same folder, are synced, and take the target's name in one
//! step. Until that step the old file is untouched; after it the new one is whole.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::place;

/// How long the last step is tried again while another program looks at the target: virus scanners
/// and file indexers let go within moments, Excel does not.
const RETRIES: [Duration; 6] = [
    Duration::from_millis(20),
    Duration::from_millis(40),
    Duration::from_millis(80),
    Duration::from_millis(160),
    Duration::from_millis(300),
    Duration::from_millis(400),
];

/// A lock file that nobody has touched for so long was left by a crash. Nobody is locked out for
/// longer than this; where the system itself locks open files (Windows) that still guards them.
const LOCK_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// An unfinished file of a killed program may be removed after this long.
const LEFTOVER_LIFE: Duration = Duration::from_secs(60 * 60);

pub(crate) const UNFINISHED: (&str, &str) = (".taizhang-", ".tmp");

/// Writes `bytes` as the file `path`, whole or not at all. A missing folder is made.
///
/// # Errors
/// [`Error::Occupied`] when another program has the target open, [`Error::Refused`] when the name
/// cannot be that of a file, [`Error::File`] with the system's reason otherwise (disk full, no right to
/// write …). In every case the old file is as it was and nothing new is left in the folder.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    // A link stays a link: what it points to is replaced.
    let path = &if path.is_symlink() { fs::canonicalize(path).unwrap_or_else(|_| path.into()) } else { path.into() };
    let Some(name) = path.file_name() else {
        return Err(Error::refused(format!("“{}”不是文件名，请写明要保存的文件", path.display())));
    };
    if cfg!(windows)
        && let Some(why) = place::unfit_on_windows(&path.to_string_lossy())
    {
        return Err(Error::refused(why));
    }
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    make_folder(folder)?;
    match fs::metadata(path) {
        Ok(target) if target.is_dir() => {
            return Err(Error::refused(format!("“{}”是一个文件夹，请换一个文件名", path.display())));
        }
        Ok(target) if target.permissions().readonly() => {
            return Err(Error::refused(format!(
                "“{}”是只读文件，没有改动；请取消它的只读属性，或换一个文件名",
                path.display()
            )));
        }
        _ => {}
    }
    if let Some(lock) = lock_of(folder, name) {
        return Err(occupied(path, Some(&lock)));
    }
    sweep(folder);
    let unfinished = Unfinished::create(folder).map_err(|e| failed("写入", path, e))?;
    unfinished.fill(bytes).map_err(|e| failed("写入", path, e))?;
    match rename(&unfinished.path, path) {
        Ok(()) => {}
        Err(e) if is_held(&e) => return Err(occupied(path, None)),
        Err(e) => return Err(failed("写入", path, e)),
    }
    sync_folder(folder).map_err(|e| failed("写入", path, e))
}

/// Gives a file another name in the same folder, over an old one if there is one. A target that a virus
/// scanner or a file indexer looks at is waited for a moment.
///
/// # Errors
/// The system's own; on Windows also when the target stays open elsewhere.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    patiently(|| fs::rename(from, to))
}

/// Does `work` again for a second while another program holds the file.
pub(crate) fn patiently<T>(mut work: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut waits = RETRIES.iter();
    loop {
        match work() {
            Err(e) if is_held(&e) => match waits.next() {
                Some(wait) => sleep(*wait),
                None => return Err(e),
            },
            done => return done,
        }
    }
}

fn failed(what: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File { what, path: path.into(), source }
}

fn occupied(path: &Path, lock: Option<&Path>) -> Error {
    let remark = match lock.and_then(Path::file_name) {
        Some(lock) => {
            format!("。若确认没有程序打开它，请删除同一文件夹中的“{}”再试，或换一个文件名保存", lock.to_string_lossy())
        }
        None => "，或换一个文件名保存".to_owned(),
    };
    Error::Occupied { path: path.into(), remark }
}

pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(file) = folder.ancestors().find(|f| f.exists() && !f.is_dir()) {
        return Err(Error::refused(format!(
            "“{}”是一个文件，不是文件夹，不能在其中保存，请换一个位置",
            file.display()
        )));
    }
    fs::create_dir_all(folder).map_err(|e| failed("新建文件夹", folder, e))
}

/// The lock file beside the target that shows it open in Excel or WPS (`~$name`) or in LibreOffice
/// (`.~lock.name#`).
fn lock_of(folder: &Path, name: &OsStr) -> Option<PathBuf> {
    let beside = |before: &str, after: &str| {
        let mut lock = OsString::from(before);
        lock.push(name);
        lock.push(after);
        folder.join(lock)
    };
    [beside("~$", ""), beside(".~lock.", "#")].into_iter().find(|lock| is_live(lock))
}

fn is_live(lock: &Path) -> bool {
    let Ok(about) = fs::symlink_metadata(lock) else { return false };
    // On Windows Excel and WPS keep their lock file open: one that opens for writing is a left-over.
    if cfg!(windows) && OpenOptions::new().write(true).open(lock).is_ok() && !is_libreoffice(lock) {
        return false;
    }
    // Without a readable age it counts as live: the message says how to go on.
    about.modified().ok().and_then(|at| at.elapsed().ok()).is_none_or(|age| age < LOCK_LIFE)
}

fn is_libreoffice(lock: &Path) -> bool {
    lock.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".~lock."))
}

/// Whether the target is open in another program. ERROR_ACCESS_DENIED is what Windows says to a name that is
/// to go to another file while it is open.
fn is_held(e: &io::Error) -> bool {
    is_shared(e) || (cfg!(windows) && e.raw_os_error() == Some(5))
}

/// Whether another program has the file open and lets nobody else at it: ERROR_SHARING_VIOLATION and
/// ERROR_LOCK_VIOLATION, for which the standard library has no kind of its own. The numbers mean other things on other systems,
/// where an open file is no hindrance.
pub(crate) fn is_shared(e: &io::Error) -> bool {
    cfg!(windows) && matches!(e.raw_os_error(), Some(32 | 33))
}

/// A file that does not have its name yet; gone when dropped before that.
struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    fn create(folder: &Path) -> io::Result<Unfinished> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        loop {
            let n = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{}{}-{n}{}", UNFINISHED.0, std::process::id(), UNFINISHED.1));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(_) => return Ok(Unfinished { path }),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
    }

    fn fill(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(&self.path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After the rename there is nothing under this name, and nothing to say about that.
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes what a killed program left unfinished in this folder.
pub(crate) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|n| n.starts_with(UNFINISHED.0) && n.ends_with(UNFINISHED.1));
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if ours && age().is_some_and(|age| age > LEFTOVER_LIFE) {
            let gone =
                if entry.path().is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
            // Another program's, or held: it is no hindrance.
            drop(gone);
        }
    }
}

/// Makes the new name durable. Windows has no such call and needs none; some network folders refuse it.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    match File::open(folder).and_then(|f| f.sync_all()) {
        Err(e) if matches!(e.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => Ok(()), // a folder one may write to but not list
        other => other,
    }
}

/// Longest name before its ending, in characters and in bytes: Windows takes 255 UTF-16 units, Linux 255
/// bytes, and a name stands in a folder whose path counts as well.
const LONGEST: (usize, usize) = (80, 200);

/// A name for a file or folder that every system takes, Windows too: no path, no reserved word or sign,
/// nothing invisible, no trailing dot or blank, of bearable length; different from those in `taken` (which
/// it joins) whatever the case.
pub fn safe_name(name: &str, taken: &mut HashSet<String>) -> String {
    const RESERVED: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];
    let clean: String = name
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if c.is_control() || r#"<>:"/\|?*"#.contains(c) { '_' } else { c })
        .collect();
    let outer = |c: char| c == '.' || c.is_whitespace();
    let clean = clean.trim_matches(outer);
    let (stem, ext) = match clean.rsplit_once('.') {
        Some((stem, ext)) if !stem.trim().is_empty() && ext.chars().count() <= 8 => (stem, format!(".{ext}")),
        _ => (clean, String::new()),
    };
    let mut stem = shortened(stem, LONGEST);
    stem.truncate(stem.trim_end_matches(outer).len());
    // NUL.txt and COM1.tar.gz are devices too: what counts is the part before the first dot.
    let head = stem.split('.').next().unwrap_or_default().trim().to_lowercase();
    let numbered = |port: &str| {
        head.strip_prefix(port)
            .is_some_and(|n| n.chars().count() == 1 && n.chars().all(|c| "0123456789¹²³".contains(c)))
    };
    if stem.is_empty() || RESERVED.contains(&&*head) || numbered("com") || numbered("lpt") {
        stem.insert(0, '_');
    }
    let mut name = format!("{stem}{ext}");
    let mut number = 2;
    while !taken.insert(name.to_lowercase()) {
        name = format!("{stem}({number}){ext}");
        number += 1;
    }
    name
}

/// The beginning of a text that has at most so many characters and bytes.
fn shortened(text: &str, (characters, bytes): (usize, usize)) -> String {
    let fits = |(n, (at, c)): &(usize, (usize, char))| *n < characters && at + c.len_utf8() <= bytes;
    text.char_indices().enumerate().take_while(fits).map(|(_, (_, c))| c).collect()
}

/// Signs that turn the direction of writing or show nothing: a name that reads 照片gpj.exe as 照片exe.jpg
/// fools the reader.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{061C}' | '\u{00AD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_on_windows_and_never_collide() {
        let mut taken = HashSet::new();
        for (name, want) in [
            ("签到表.pdf", "签到表.pdf"),
            ("签到表.pdf", "签到表(2).pdf"),
            ("签到表.PDF", "签到表(3).PDF"),
            ("a/b\\c:d.jpg", "a_b_c_d.jpg"),
            ("a:b", "a_b"),
            ("..", "_"),
            ("", "_(2)"),
            ("NUL.txt", "_NUL.txt"),
            ("CON", "_CON"),
            ("com1.tar.gz", "_com1.tar.gz"),
            ("lpt9", "_lpt9"),
            ("company.doc", "company.doc"),
            ("通知. ", "通知"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("\\\\server\\share\\a.txt", "__server_share_a.txt"),
            ("C:\\a.txt", "C__a.txt"),
            ("换\n行.txt", "换_行.txt"),
            ("点.. .txt", "点.txt"),
            ("照片\u{202E}gpj.exe", "照片gpj.exe"),
            ("零\u{200B}宽.jpg", "零宽.jpg"),
            ("🎉合影🎉.png", "🎉合影🎉.png"),
        ] {
            assert_eq!(safe_name(name, &mut taken), want, "{name:?}");
        }
        let long = safe_name(&format!("{}.pdf", "a".repeat(300)), &mut taken);
        assert_eq!(long.chars().count(), 84, "cut before its ending: {long}");
        assert!(long.ends_with(".pdf"));
        let wide = safe_name(&format!("{}.pdf", "🎉".repeat(300)), &mut taken);
        assert!(wide.len() <= 255 && wide.ends_with(".pdf"), "no longer than a name may be in bytes: {}", wide.len());
    }
}

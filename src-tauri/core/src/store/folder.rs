//! The data folder: what lies in it, who holds it, and the small state file that tells a store that was
//! closed well from one that was not.
//!
//! ```text
//! taizhang.db (+ -wal, -shm)   the records and their change log
//! attachments/ab/abcd…         proof files by SHA-256
//! backups/                     verified copies of the database
//! forms/                       the manager's own form files
//! damaged-<time>/              what lay here before a recovery
//! state                        last acknowledged step; after a clean close size and hash of the database
//! lock, holder                 who uses the folder
//! ```
//!
//! The lock is the operating system's own, so a crash clears it. The words about the holder lie in a
//! second file because Windows lets nobody read a locked one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::{file, place};

/// The folder, held for as long as this lives.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    lock: File,
}

impl Folder {
    /// Makes the folder if need be and takes it for `who`, or says who has it.
    pub(super) fn take(path: &Path, who: &str, now: &str) -> Result<Folder> {
        if cfg!(windows)
            && let Some(why) = place::unfit_on_windows(&path.to_string_lossy())
        {
            return Err(Error::refused(why));
        }
        for dir in [path.to_owned(), path.join("attachments"), path.join("backups"), path.join("forms")] {
            fs::create_dir_all(&dir).map_err(|e| file_error("建立文件夹", &dir, e))?;
        }
        let at = path.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&at)
            .map_err(|e| file_error("打开", &at, e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = fs::read_to_string(path.join("holder")).unwrap_or_default();
                let holder = if holder.is_empty() { "另一个程序".to_owned() } else { holder };
                return Err(Error::Held { folder: path.to_owned(), holder });
            }
            Err(TryLockError::Error(e)) => return Err(file_error("锁定", &at, e)),
        }
        // 2021-09-20T08:30:00.000 as a person reads it.
        let since = now.get(..16).unwrap_or(now).replace('T', " ");
        let words = format!("{who}(进程 {}，电脑 {}，用户 {}，自 {since} 起)", std::process::id(), computer(), user());
        // Only for the other program's message: a folder on a full disk can still be opened.
        let _ = fs::write(path.join("holder"), words);
        Ok(Folder { path: path.to_owned(), lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
    pub(super) fn db(&self) -> PathBuf {
        self.path.join("taizhang.db")
    }
    /// A file that SQLite keeps beside the database.
    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        self.path.join(format!("taizhang.db{suffix}"))
    }
    pub(super) fn backups(&self) -> PathBuf {
        self.path.join("backups")
    }
    pub(super) fn attachments(&self) -> PathBuf {
        self.path.join("attachments")
    }
    pub(super) fn state(&self) -> PathBuf {
        self.path.join("state")
    }

    /// What shows that a store once lay here, in Chinese; `None` for a folder that never had one.
    pub(super) fn earlier_use(&self) -> Option<&'static str> {
        let filled = |dir: PathBuf| fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
        let kept = || {
            fs::read_dir(&self.path)
                .is_ok_and(|entries| entries.flatten().any(|e| e.file_name().to_string_lossy().starts_with("damaged-")))
        };
        if size(&self.beside("-wal")) > 0 {
            Some("留有未合并的日志 taizhang.db-wal")
        } else if self.state().exists() {
            Some("留有使用记录 state")
        } else if filled(self.backups()) {
            Some("留有备份")
        } else if filled(self.attachments()) {
            Some("留有佐证材料")
        } else if kept() {
            Some("留有损坏文件的存档")
        } else {
            None
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.path.join("holder"));
        let _ = self.lock.unlock();
    }
}

/// What is known of the database from outside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// The store's own id, so that another store's database is noticed.
    pub(super) store: String,
    /// Last step whose saving was acknowledged.
    pub(super) step: i64,
    /// Size and SHA-256 of the database after a clean close; none while it is in use.
    pub(super) clean: Option<(u64, String)>,
}

/// Length of the state file. Fixed, so that one write in place replaces it: nothing to allocate on a
/// full disk, nothing half there after a kill.
const STATE_LEN: usize = 256;

impl State {
    fn text(&self) -> String {
        let (size, hash) = self.clean.clone().unwrap_or_default();
        let body =
            format!("taizhang 1\nstore {}\nstep {:020}\nsize {size:020}\nhash {hash:-<64}\n", self.store, self.step);
        let check = &hash_of(body.as_bytes())[..16];
        format!("{:<1$}\n", format!("{body}check {check}"), STATE_LEN - 1)
    }

    fn parse(text: &str) -> Option<State> {
        let (body, check) = text.split_once("check ")?;
        if hash_of(body.as_bytes()).get(..16) != Some(check.trim()) {
            return None;
        }
        let value = |name: &str| body.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' '));
        let hash = value("hash")?.trim_matches('-');
        let clean = (!hash.is_empty()).then_some((value("size")?.parse().ok()?, hash.to_owned()));
        Some(State { store: value("store")?.to_owned(), step: value("step")?.parse().ok()?, clean })
    }

    /// Reads it; `None` when it is missing or torn, which only costs a full check of the database.
    pub(super) fn read(path: &Path) -> Option<State> {
        let mut text = String::new();
        File::open(path).ok()?.take(4096).read_to_string(&mut text).ok()?;
        State::parse(&text)
    }

    /// Writes it in place. `sync` waits for the disk.
    pub(super) fn write(&self, path: &Path, sync: bool) -> Result<()> {
        let write = || -> std::io::Result<()> {
            let mut file = file::patiently(|| OpenOptions::new().create(true).truncate(false).write(true).open(path))?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(self.text().as_bytes())?;
            if sync { file.sync_all() } else { Ok(()) }
        };
        write().map_err(|e| file_error("写入", path, e))
    }
}

/// Size of a file, 0 when it is not there.
pub(super) fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |m| m.len())
}

/// Hex SHA-256 of bytes.
pub(super) fn hash_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Size and hex SHA-256 of a file.
pub(super) fn hash_file(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    let mut size = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((size, hex(&hash.finalize()))),
            n => {
                hash.update(buffer.get(..n).unwrap_or_default());
                size += n as u64;
            }
        }
    }
}

/// Bytes in hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| char::from(DIGITS[usize::from(n & 15)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(*b)]).collect()
}

/// Makes a renamed or new file of a folder last through a power loss, where the system can.
pub(super) fn sync_dir(dir: &Path) {
    // Windows has no such call and keeps its own journal of names.
    if cfg!(unix) {
        let _ = File::open(dir).and_then(|d| d.sync_all());
    }
}

/// A failed file operation as our error.
pub(super) fn file_error(what: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::File { what, path: path.to_owned(), source }
}

fn computer() -> String {
    let named = || std::env::var("COMPUTERNAME").ok();
    let kernel = || fs::read_to_string("/proc/sys/kernel/hostname").ok();
    named().or_else(kernel).or_else(|| std::env::var("HOSTNAME").ok()).map_or("未知".into(), |s| s.trim().to_owned())
}

pub(super) fn user() -> String {
    ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_else(|| "未知".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_has_one_length_and_is_refused_when_torn() {
        for state in [
            State { store: "ab".repeat(16), step: 0, clean: None },
            State { store: "cd".repeat(16), step: i64::MAX, clean: Some((u64::MAX, hash_of(b"x"))) },
        ] {
            let text = state.text();
            assert_eq!(text.len(), STATE_LEN, "replaced by one write in place");
            assert_eq!(State::parse(&text), Some(state));
            for at in [0, 20, 60, 100, 150, 215] {
                let mut torn = text.clone().into_bytes();
                torn[at] ^= 1;
                assert_eq!(State::parse(&String::from_utf8_lossy(&torn)), None, "a changed byte at {at} is noticed");
            }
        }
    }
}

//! A folder of files and a .zip of the same, under their final names wholly or not at all.
//!
//! Everything is written into a folder and an archive beside them whose names say that they are unfinished;
//! at the end both take their names. What is there already is never touched: a new one gets a number.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use chrono::{Datelike, NaiveDate};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::error::{Error, Result};
use crate::file;
use crate::progress::Progress;

/// A parcel that is being packed.
pub struct Parcel {
    out: PathBuf,
    name: String,
    folder: PathBuf,
    archive: PathBuf,
    zip: Option<ZipWriter<Archive>>,
    given_up: Arc<AtomicBool>,
    options: SimpleFileOptions,
    paths: Vec<PathBuf>,
    bytes: u64,
    done: bool,
}

/// The file of an archive. Given up it takes everything and writes nothing: the archive's own end, which is written
/// as it is dropped, would fail on a full disk and say so behind our back.
struct Archive {
    file: BufWriter<File>,
    /// Where the next byte would stand: the archive reckons with it to its very end.
    at: u64,
    given_up: Arc<AtomicBool>,
}

impl Archive {
    fn given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }
}

impl Write for Archive {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = if self.given_up() { bytes.len() } else { self.file.write(bytes)? };
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.given_up() { Ok(()) } else { self.file.flush() }
    }
}

impl Seek for Archive {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) if self.given_up() => at,
            SeekFrom::Current(by) if self.given_up() => self.at.saturating_add_signed(by),
            SeekFrom::End(_) if self.given_up() => self.at,
            _ => self.file.seek(to)?,
        };
        Ok(self.at)
    }
}

/// Where a parcel lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Its folder.
    pub folder: PathBuf,
    /// Its archive.
    pub zip: PathBuf,
    /// Files in each of them.
    pub files: usize,
    /// Bytes of those files.
    pub bytes: u64,
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::File { what, path: path.into(), source }
}

impl Parcel {
    /// Begins a parcel that will lie in `out` under `name`. `made` is the date of its files in the archive: the
    /// same content gives the same bytes.
    ///
    /// # Errors
    /// [`Error::Refused`] when `out` is a file, [`Error::File`] when nothing can be written there.
    pub fn begin(out: &Path, name: &str, made: NaiveDate) -> Result<Parcel> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        file::make_folder(out)?;
        file::sweep(out);
        let name = file::safe_name(name, &mut HashSet::new());
        let (folder, archive) = loop {
            let n = NEXT.fetch_add(1, Ordering::Relaxed);
            let (before, after) = file::UNFINISHED;
            let stem = format!("{before}{}-pack-{n}", std::process::id());
            let folder = out.join(format!("{stem}{after}"));
            match fs::create_dir(&folder) {
                Ok(()) => break (folder, out.join(format!("{stem}-zip{after}"))),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(failed("建立文件夹", out)(e)),
            }
        };
        // ZIP knows the years from 1980 to 2107.
        let year = u16::try_from(made.year()).unwrap_or(1980).clamp(1980, 2107);
        let (month, day) = (u8::try_from(made.month()).unwrap_or(1), u8::try_from(made.day()).unwrap_or(1));
        let made = DateTime::from_date_and_time(year, month, day, 0, 0, 0).unwrap_or_default();
        // Pictures, PDF and workbooks are compressed already: packing them again costs time and saves nothing.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(made)
            .system(System::Dos)
            .unix_permissions(0o644);
        let mut parcel = Parcel {
            out: out.into(),
            name,
            folder,
            archive,
            zip: None,
            given_up: Arc::default(),
            options,
            paths: Vec::new(),
            bytes: 0,
            done: false,
        };
        let open = OpenOptions::new().write(true).create_new(true).open(&parcel.archive);
        let file = open.map_err(failed("写入", &parcel.archive))?;
        let file = BufWriter::with_capacity(1 << 20, file);
        parcel.zip = Some(ZipWriter::new(Archive { file, at: 0, given_up: Arc::clone(&parcel.given_up) }));
        Ok(parcel)
    }

    /// Puts a file in, at a path of safe names with `/` between them.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be written.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let mut at = self.folder.clone();
        at.extend(path.split('/'));
        if let Some(parent) = at.parent() {
            fs::create_dir_all(parent).map_err(failed("建立文件夹", parent))?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(&at).map_err(failed("写入", &at))?;
        file.write_all(bytes).map_err(failed("写入", &at))?;
        let options = self.options.large_file(bytes.len() as u64 >= u64::from(u32::MAX));
        if let Some(zip) = &mut self.zip {
            zip.start_file(path, options).map_err(|e| archive_error(&self.archive, e))?;
            zip.write_all(bytes).map_err(failed("写入", &self.archive))?;
        }
        self.paths.push(at);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Gives the folder and the archive their names, once everything is on the disk.
    ///
    /// # Errors
    /// [`Error::File`] when that fails, [`Error::Cancelled`] when the person stops it: then neither is there.
    pub fn finish(mut self, progress: Progress) -> Result<Packed> {
        let all = self.paths.len() as u64;
        for (done, path) in (0..).zip(&self.paths) {
            progress.at("写入磁盘", done, all)?;
            OpenOptions::new().write(true).open(path).and_then(|f| f.sync_all()).map_err(failed("写入", path))?;
        }
        if let Some(zip) = self.zip.take() {
            let mut rest = zip.finish().map_err(|e| archive_error(&self.archive, e))?;
            let whole = rest.flush().and_then(|()| rest.rewind()).and_then(|()| rest.file.get_ref().sync_all());
            whole.map_err(failed("写入", &self.archive))?;
        }
        progress.at("写入磁盘", all, all)?;
        let mut number = 1;
        let (folder, zip) = loop {
            let name = if number == 1 { self.name.clone() } else { format!("{}({number})", self.name) };
            let (folder, zip) = (self.out.join(&name), self.out.join(format!("{name}.zip")));
            if !is_there(&folder) && !is_there(&zip) {
                break (folder, zip);
            }
            number += 1;
        };
        file::rename(&self.folder, &folder).map_err(failed("写入", &folder))?;
        if let Err(e) = file::rename(&self.archive, &zip) {
            // The folder alone would be half a parcel: it goes back, and away with the rest.
            let _ = fs::rename(&folder, &self.folder);
            return Err(failed("写入", &zip)(e));
        }
        self.done = true;
        file::sync_folder(&self.out).map_err(failed("写入", &self.out))?;
        Ok(Packed { folder, zip, files: self.paths.len(), bytes: self.bytes })
    }
}

fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn archive_error(path: &Path, e: zip::result::ZipError) -> Error {
    match e {
        zip::result::ZipError::Io(source) => Error::File { what: "写入", path: path.into(), source },
        other => Error::refused(format!("无法写入压缩包：{other}")),
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        if !self.done {
            // Closed first: Windows removes no open file. What cannot be removed now is swept away later.
            self.given_up.store(true, Ordering::Relaxed);
            self.zip = None;
            let _ = fs::remove_dir_all(&self.folder);
            let _ = fs::remove_file(&self.archive);
        }
    }
}

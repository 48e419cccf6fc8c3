//! Proof files: kept once by the SHA-256 of their content.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Store;
use super::folder::{file_error, hash_of, sync_dir};
use crate::error::{Error, Flaw, Result};
use crate::file::{self, safe_name};
use crate::record::Value;

/// A proof file in the folder: read without the store, so that long copying holds nobody up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    path: PathBuf,
    sha256: String,
}

impl Attachment {
    /// Its bytes, checked against their SHA-256.
    ///
    /// # Errors
    /// [`Error::File`] when it is missing, [`Error::Refused`] when its content has changed.
    pub fn read(&self) -> Result<Vec<u8>> {
        let bytes = file::patiently(|| fs::read(&self.path)).map_err(|e| file_error("读取佐证材料", &self.path, e))?;
        if hash_of(&bytes) == self.sha256 {
            return Ok(bytes);
        }
        Err(Error::refused(format!("佐证材料的内容已被改动，与保存时不符：{}", self.path.display())))
    }
}

impl Store {
    /// Keeps the bytes of a proof file; gives their SHA-256 in hex and their size. The same content
    /// again is not written twice. The record that refers to it is the caller's to write.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be written.
    pub fn attach(&self, bytes: &[u8]) -> Result<(String, u64)> {
        let hash = hash_of(bytes);
        let path = self.attachment_path(&hash)?;
        let known = fs::read(&path).is_ok_and(|there| hash_of(&there) == hash);
        if !known {
            write_once(&path, bytes)?;
        }
        Ok((hash, bytes.len() as u64))
    }

    /// The bytes of a proof file, checked against their SHA-256.
    ///
    /// # Errors
    /// [`Error::File`] when it is missing, [`Error::Refused`] when its content has changed.
    pub fn attachment(&self, sha256: &str) -> Result<Vec<u8>> {
        self.attachment_at(sha256)?.read()
    }

    /// A proof file by its SHA-256, to read later.
    ///
    /// # Errors
    /// [`Error::Refused`] when that is no SHA-256.
    pub fn attachment_at(&self, sha256: &str) -> Result<Attachment> {
        Ok(Attachment { path: self.attachment_path(sha256)?, sha256: sha256.to_owned() })
    }

    /// Copies every proof file that is not in the bin into a folder under a name that people can read:
    /// what it belongs to, what it is, its own name. Gives the files, by id of the proof.
    ///
    /// # Errors
    /// [`Error::File`] when one cannot be read or written, [`Error::Refused`] when one has changed.
    pub fn export_attachments(&self, dir: &Path) -> Result<Vec<PathBuf>> {
        fs::create_dir_all(dir).map_err(|e| file_error("建立文件夹", dir, e))?;
        let tx = super::Tx::new(self.conn()?, "", 0);
        let proof = super::known("proof")?;
        // What already lies there is not overwritten.
        let there = fs::read_dir(dir).map_err(|e| file_error("读取", dir, e))?;
        let mut taken: HashSet<String> =
            there.flatten().map(|e| e.file_name().to_string_lossy().to_lowercase()).collect();
        let mut files = Vec::new();
        for record in tx.rows(proof)? {
            let text = |field| record.field(proof, field).and_then(Value::as_text).unwrap_or_default();
            let readable = format!("{} {} {}", tx.owner_label(text("owner"))?, text("role"), text("name"));
            let path = dir.join(safe_name(&readable, &mut taken));
            write_once(&path, &self.attachment(text("sha256"))?)?;
            files.push(path);
        }
        Ok(files)
    }

    /// The proof files that records speak of, to be looked at one by one without holding the store.
    ///
    /// # Errors
    /// When SQLite cannot read them.
    pub fn proof_files(&self) -> Result<Vec<ProofFile>> {
        let mut proofs = self.conn()?.prepare("SELECT id, name, sha256 FROM proof ORDER BY id")?;
        let mut rows = proofs.query([])?;
        let mut files = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, name, hash): (i64, Option<String>, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let sha256 = hash.unwrap_or_default();
            let path = self.attachment_path(&sha256).ok();
            files.push(ProofFile { id, name: name.unwrap_or_default(), sha256, path });
        }
        Ok(files)
    }

    /// Proof files that are missing or changed, those of records in the bin too.
    pub(super) fn attachment_flaws(&self) -> Result<Vec<Flaw>> {
        Ok(self.proof_files()?.iter().filter_map(ProofFile::flaw).collect())
    }

    /// Where the bytes of a proof file lie.
    pub(super) fn attachment_path(&self, sha256: &str) -> Result<PathBuf> {
        // The hash comes out of records: it must never lead out of the folder.
        if sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Ok(self.folder.attachments().join(&sha256[..2]).join(sha256));
        }
        Err(Error::refused(format!("“{sha256}”不是佐证材料的校验值")))
    }
}

/// A proof file that a record speaks of.
#[derive(Debug, Clone)]
pub struct ProofFile {
    /// Id of the record.
    pub id: i64,
    /// Its own name.
    pub name: String,
    /// SHA-256 of its content, in hex.
    pub sha256: String,
    /// Where it lies; `None` when the record's SHA-256 is none.
    pub path: Option<PathBuf>,
}

impl ProofFile {
    /// Reads the whole file and says, in Chinese, what is wrong with it.
    pub fn flaw(&self) -> Option<Flaw> {
        let name = &self.name;
        let say = match self.path.as_deref().map(|path| (path, fs::read(path))) {
            Some((_, Ok(bytes))) if hash_of(&bytes) == self.sha256 => return None,
            Some((path, Ok(_))) => {
                format!("佐证材料“{name}”：佐证材料的内容已被改动，与保存时不符：{}", path.display())
            }
            Some((_, Err(e))) if e.kind() == std::io::ErrorKind::NotFound => {
                format!("佐证材料“{name}”的文件不见了，请重新上传")
            }
            Some((path, Err(e))) => format!("佐证材料“{name}”：{}", file_error("读取佐证材料", path, e)),
            None => format!("佐证材料“{name}”：“{}”不是佐证材料的校验值", self.sha256),
        };
        let mut flaw = Flaw::field("proof", "sha256", say);
        flaw.place.id = Some(self.id);
        Some(flaw)
    }
}

/// Written beside under a name of its own, synced, renamed: there wholly or not at all.
fn write_once(path: &Path, bytes: &[u8]) -> Result<()> {
    let fail = |e| file_error("保存佐证材料", path, e);
    let dir = path.parent().unwrap_or(path);
    fs::create_dir_all(dir).map_err(fail)?;
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let write = || {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        file::rename(&beside, path)
    };
    if let Err(e) = write() {
        let _ = fs::remove_file(&beside);
        return Err(fail(e));
    }
    sync_dir(dir);
    dir.parent().into_iter().for_each(sync_dir);
    Ok(())
}

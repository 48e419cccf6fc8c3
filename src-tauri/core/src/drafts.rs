//! What was typed and not yet kept: one readable file, `drafts.json`, in the data folder. A kill or a power cut
//! costs what was typed since the last call, not the text.
//!
//! A draft is no record: it has no history. It goes when the field it belongs to is kept.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::file;

/// The longest draft kept, in bytes of JSON: far more than anyone types into one field.
const LONGEST: usize = 1 << 20;

/// The drafts of one data folder.
#[derive(Debug)]
pub struct Drafts {
    path: PathBuf,
    kept: Map<String, Value>,
}

impl Drafts {
    /// Reads `drafts.json` of a data folder; a file that cannot be read is begun anew.
    pub fn open(folder: &Path) -> Drafts {
        let path = folder.join("drafts.json");
        let kept = match fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            Some(Value::Object(kept)) => kept,
            _ => Map::new(),
        };
        Drafts { path, kept }
    }

    /// All drafts, by the place they were typed at, for example `record/team/12/name`.
    pub fn all(&self) -> &Map<String, Value> {
        &self.kept
    }

    /// Keeps what stands in a field that has not been left; `null` forgets it. Written at once.
    ///
    /// # Errors
    /// [`Error::Refused`] for a draft beyond 1 MiB, [`Error::File`] when it cannot be written.
    pub fn keep(&mut self, place: &str, value: Value) -> Result<()> {
        let before = match value {
            Value::Null => self.kept.remove(place),
            ref value if value.to_string().len() > LONGEST => {
                return Err(Error::refused("正在填写的内容过长，无法暂存；请先分段保存"));
            }
            ref value => self.kept.insert(place.to_owned(), value.clone()),
        };
        if before.as_ref().unwrap_or(&Value::Null) == &value {
            return Ok(());
        }
        if self.kept.is_empty() {
            return match fs::remove_file(&self.path) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    Err(Error::File { what: "删除", path: self.path.clone(), source })
                }
                _ => Ok(()),
            };
        }
        file::write(&self.path, &serde_json::to_vec_pretty(&self.kept).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_there_after_a_kill_and_gone_when_it_is_kept() {
        let folder = std::env::temp_dir().join(format!("taizhang-drafts-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let mut drafts = Drafts::open(&folder);
        drafts.keep("record/team/new/name", "青禾".into()).expect("written");
        // Nothing is closed: what a kill leaves is what lies on the disk.
        assert_eq!(Drafts::open(&folder).all().get("record/team/new/name"), Some(&Value::from("青禾")));
        drafts.keep("record/team/new/name", Value::Null).expect("forgotten");
        assert!(Drafts::open(&folder).all().is_empty(), "what was kept leaves no draft");
        assert!(!folder.join("drafts.json").exists(), "and no file with names in it");
        let long = "长".repeat(LONGEST);
        assert!(drafts.keep("x", long.into()).is_err() && drafts.all().is_empty(), "a draft has its limit");
        fs::remove_dir_all(&folder).expect("cleared");
    }
}

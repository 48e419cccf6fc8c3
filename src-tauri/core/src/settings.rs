//! What the program remembers for the person and no report depends on: column mappings by file shape, filters,
//! widths, theme. One readable file, `settings.json`, in the data folder, so that a copied folder brings it along.
//!
//! It is no record: it has no history and no undo. A broken file is put aside and the program starts with its
//! own habits.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::Result;
use crate::file;

/// The remembered settings of one data folder.
#[derive(Debug)]
pub struct Settings {
    path: PathBuf,
    values: Map<String, Value>,
}

impl Settings {
    /// Reads `settings.json` of a data folder. What cannot be read is kept beside it as `settings.broken.json`.
    pub fn open(folder: &Path) -> Settings {
        let path = folder.join("settings.json");
        let values = match fs::read(&path).ok().map(|bytes| serde_json::from_slice(&bytes)) {
            Some(Ok(Value::Object(values))) => values,
            Some(_) => {
                // Nobody is harmed when it cannot be put aside: the next change writes a sound file over it.
                let _ = fs::rename(&path, folder.join("settings.broken.json"));
                Map::new()
            }
            None => Map::new(),
        };
        Settings { path, values }
    }

    /// What is remembered under `key`, for example `theme` or `mapping/team/<shape>`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    /// Everything that is remembered.
    pub fn all(&self) -> &Map<String, Value> {
        &self.values
    }

    /// Everything that is remembered under keys that begin so.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.values.iter().filter(move |(key, _)| key.starts_with(prefix)).map(|(key, value)| (key.as_str(), value))
    }

    /// Remembers `value`; `null` forgets. The file is written at once, beside and renamed.
    ///
    /// # Errors
    /// [`crate::Error::File`] when it cannot be written; the value then holds until the program ends.
    pub fn set(&mut self, key: &str, value: Value) -> Result<()> {
        let before = match value {
            Value::Null => self.values.remove(key),
            ref value => self.values.insert(key.to_owned(), value.clone()),
        };
        if before.as_ref().unwrap_or(&Value::Null) == &value {
            return Ok(());
        }
        let text = serde_json::to_vec_pretty(&self.values).unwrap_or_default();
        file::write(&self.path, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_over_a_restart_and_survives_a_broken_file() {
        let folder = std::env::temp_dir().join(format!("taizhang-settings-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let mut settings = Settings::open(&folder);
        assert_eq!(settings.get("theme"), None);
        settings.set("theme", "dark".into()).expect("written");
        assert_eq!(Settings::open(&folder).get("theme"), Some(&Value::from("dark")), "it was written at once");
        settings.set("theme", Value::Null).expect("written");
        assert_eq!(Settings::open(&folder).get("theme"), None, "null forgets");
        fs::write(folder.join("settings.json"), "{\"theme\": ").expect("broken");
        assert_eq!(Settings::open(&folder).get("theme"), None);
        assert!(folder.join("settings.broken.json").is_file(), "what could not be read is kept");
        fs::remove_dir_all(&folder).expect("cleared");
    }
}

//! The programmes at hand: the program's own and those in the manager's folder, by one loader.

use std::path::Path;

use super::{Programme, parse};
use crate::error::{Error, Flaw, Result};
use crate::form::BrokenForm;
use crate::form::shelf::{flaw, own_files};

/// The program's programmes: file name and text of everything under assets/programmes.
static BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/programmes.rs"));

/// Every programme that can be used, and the files that cannot.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Sound programmes; a file of the manager's own with the id of a built-in one stands in its place.
    pub programmes: Vec<Programme>,
    /// Files with flaws. They stop nothing.
    pub broken: Vec<BrokenForm>,
}

impl Shelf {
    /// Loads the built-in programmes and those in `own`, which need not exist.
    pub fn load(own: &Path) -> Shelf {
        let mut shelf = Shelf::default();
        for (file, text) in BUILT_IN {
            shelf.put(file, parse(file, text), false);
        }
        for (file, text) in own_files(own) {
            let parsed = text.and_then(|text| parse(&file, &text));
            shelf.put(&file, parsed, true);
        }
        shelf
    }

    fn put(&mut self, file: &str, parsed: std::result::Result<Programme, Vec<Flaw>>, own: bool) {
        match parsed {
            Ok(new) if own && self.programmes.iter().any(|p| p.own && p.id == new.id) => {
                let say = format!("id“{}”与另一个申报事项文件相同，未载入；请改用不同的 id", new.id);
                self.broken.push(BrokenForm { file: file.to_owned(), flaws: vec![flaw(file, &say)] });
            }
            Ok(mut new) => {
                new.own = own;
                self.programmes.retain(|p| p.id != new.id);
                self.programmes.push(new);
            }
            Err(flaws) => self.broken.push(BrokenForm { file: file.to_owned(), flaws }),
        }
    }

    /// A programme by id or title.
    ///
    /// # Errors
    /// [`Error::Refused`] naming those there are.
    pub fn find(&self, name: &str) -> Result<&Programme> {
        self.programmes.iter().find(|p| p.id == name || p.title == name).ok_or_else(|| {
            let known: Vec<String> = self.programmes.iter().map(|p| format!("{}({})", p.id, p.title)).collect();
            let broken: Vec<&str> = self.broken.iter().map(|b| b.file.as_str()).collect();
            let hint = if broken.is_empty() {
                String::new()
            } else {
                format!("；有错误而未载入的文件：{}", broken.join("、"))
            };
            Error::refused(format!("没有名为“{name}”的申报事项，现有：{}{hint}", known.join("、")))
        })
    }
}

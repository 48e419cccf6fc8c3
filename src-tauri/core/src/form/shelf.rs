//! The forms at hand: the program's own and those in the manager's forms folder, by one loader.

use std::path::Path;

use super::{BrokenForm, Form, parse};
use crate::error::{Error, Flaw, Place, Result};
use crate::period::Period;

/// The program's forms: file name and text of everything under assets/forms.
static BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/forms.rs"));

/// Every form that can be used, and the files that cannot.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Sound forms; a file of the manager's own with the id of a built-in form stands in its place.
    pub forms: Vec<Form>,
    /// Files with flaws. They stop nothing.
    pub broken: Vec<BrokenForm>,
}

impl Shelf {
    /// Loads the built-in forms and those in `own`, which need not exist.
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

    /// Whether the program itself has a form of this id.
    pub fn built_in(id: &str) -> bool {
        BUILT_IN.iter().any(|(file, _)| file.strip_suffix(".toml") == Some(id))
    }

    fn put(&mut self, file: &str, parsed: std::result::Result<Form, Vec<Flaw>>, own: bool) {
        match parsed {
            Ok(form) if own && self.forms.iter().any(|f| f.own && f.id == form.id) => {
                let say = format!("id“{}”与另一个表格文件相同，未载入；请改用不同的 id", form.id);
                self.broken.push(BrokenForm { file: file.to_owned(), flaws: vec![flaw(file, &say)] });
            }
            Ok(mut form) => {
                form.own = own;
                file.clone_into(&mut form.file);
                self.forms.retain(|f| f.id != form.id);
                self.forms.push(form);
            }
            Err(flaws) => self.broken.push(BrokenForm { file: file.to_owned(), flaws }),
        }
    }

    /// A form by the id of its edition, or by its family: then the edition valid at the period's end,
    /// the newest if several are.
    pub fn find(&self, name: &str, period: Option<Period>) -> Result<&Form> {
        if let Some(form) = self.forms.iter().find(|f| f.id == name || f.title == name) {
            return Ok(form);
        }
        let of_family = self.forms.iter().filter(|f| f.family == name);
        let valid = of_family.filter(|f| period.is_none_or(|p| f.valid_on(p.cutoff(31))));
        valid.max_by_key(|f| f.valid_from).ok_or_else(|| {
            let broken = self.broken.iter().map(|b| b.file.as_str()).collect::<Vec<_>>();
            let hint = if broken.is_empty() {
                String::new()
            } else {
                format!("；有错误而未载入的文件：{}", broken.join("、"))
            };
            let known: Vec<&str> = self.forms.iter().map(|f| f.id.as_str()).collect();
            Error::refused(format!("没有名为“{name}”的表格，现有：{}{hint}", known.join("、")))
        })
    }
}

/// The TOML files of a folder beside the data, which need not exist, by name: their text or why it cannot be read.
pub(crate) fn own_files(folder: &Path) -> Vec<(String, std::result::Result<String, Vec<Flaw>>)> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|e| Some(e.ok()?.path())).collect();
    files.retain(|p| p.is_file() && p.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")));
    files.sort();
    let read = |path: &Path, file: &str| match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
        Err(e) if e.kind() == std::io::ErrorKind::InvalidData => {
            Err(vec![flaw(file, "不是 UTF-8 编码的文本，请另存为 UTF-8")])
        }
        Err(e) => Err(vec![flaw(file, &format!("无法读取：{e}"))]),
    };
    files
        .iter()
        .map(|path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = read(path, &file);
            (file, text)
        })
        .collect()
}

pub(crate) fn flaw(file: &str, say: &str) -> Flaw {
    Flaw { place: Place { file: Some(file.to_owned()), ..Place::default() }, say: say.to_owned() }
}

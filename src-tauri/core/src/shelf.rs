//! Files that are data: the program's own and those in the manager's folder beside the data, by one loader.
//! Forms and programmes are read this way; a new one needs no build.

use std::path::Path;

use crate::error::{Error, Flaw, Place, Result};
use crate::form::BrokenForm;

/// What a file on a shelf becomes.
pub trait Shelved: Sized {
    /// What such a file is called in a sentence.
    const WHAT: &'static str;
    /// The program's own: file name and text.
    const BUILT_IN: &'static [(&'static str, &'static str)];

    /// Reads a file's text.
    ///
    /// # Errors
    /// Every flaw in it, with its place.
    fn parse(file: &str, text: &str) -> std::result::Result<Self, Vec<Flaw>>;
    /// The name that commands and other files use.
    fn id(&self) -> &str;
    /// The name that people read.
    fn title(&self) -> &str;
    /// Whether it came from the manager's folder.
    fn is_own(&self) -> bool;
    /// Told once it is read: from which file it came, and whether that is the manager's.
    fn came_from(&mut self, file: &str, own: bool);
}

/// Everything of one sort that can be used, and the files that cannot.
#[derive(Debug)]
pub struct Shelf<T> {
    /// Sound ones; a file of the manager's own with the id of a built-in one stands in its place.
    pub sound: Vec<T>,
    /// Files with flaws. They stop nothing.
    pub broken: Vec<BrokenForm>,
}

impl<T: Shelved> Shelf<T> {
    /// Loads the built-in files and those in `own`, which need not exist.
    pub fn load(own: &Path) -> Shelf<T> {
        Self::of(&own_files(own))
    }

    /// The same with the manager's files read already.
    pub fn of(own: &OwnFiles) -> Shelf<T> {
        let mut shelf = Shelf { sound: Vec::new(), broken: Vec::new() };
        for (file, text) in T::BUILT_IN {
            shelf.put(file, T::parse(file, text), false);
        }
        for (file, text) in own {
            let parsed = text.as_ref().map_err(Clone::clone).and_then(|text| T::parse(file, text));
            shelf.put(file, parsed, true);
        }
        shelf
    }

    /// Whether the program itself has one of this id.
    pub fn built_in(id: &str) -> bool {
        T::BUILT_IN.iter().any(|(file, _)| file.strip_suffix(".toml") == Some(id))
    }

    fn put(&mut self, file: &str, parsed: std::result::Result<T, Vec<Flaw>>, own: bool) {
        match parsed {
            Ok(new) if own && self.sound.iter().any(|one| one.is_own() && one.id() == new.id()) => {
                let say = format!("id“{}”与另一个{}文件相同，未载入；请改用不同的 id", new.id(), T::WHAT);
                self.broken.push(BrokenForm { file: file.to_owned(), flaws: vec![flaw(file, &say)] });
            }
            Ok(mut new) => {
                new.came_from(file, own);
                self.sound.retain(|one| one.id() != new.id());
                self.sound.push(new);
            }
            Err(flaws) => self.broken.push(BrokenForm { file: file.to_owned(), flaws }),
        }
    }

    /// One by its id or title.
    pub fn named(&self, name: &str) -> Option<&T> {
        self.sound.iter().find(|one| one.id() == name || one.title() == name)
    }

    /// That there is none of this name, with those there are and the files that might have been it.
    pub fn unknown(&self, name: &str) -> Error {
        let known: Vec<&str> = self.sound.iter().map(T::id).collect();
        let broken: Vec<&str> = self.broken.iter().map(|b| b.file.as_str()).collect();
        let hint = if broken.is_empty() {
            String::new()
        } else {
            format!("；有错误而未载入的文件：{}", broken.join("、"))
        };
        Error::refused(format!("没有名为“{name}”的{}，现有：{}{hint}", T::WHAT, known.join("、")))
    }

    /// [`Shelf::named`], which must be there.
    ///
    /// # Errors
    /// [`Error::Refused`] naming those there are.
    pub fn find(&self, name: &str) -> Result<&T> {
        self.named(name).ok_or_else(|| self.unknown(name))
    }
}

/// The manager's files by name: their text or why it cannot be read.
pub type OwnFiles = Vec<(String, std::result::Result<String, Vec<Flaw>>)>;

/// The TOML files of a folder, which need not exist.
pub fn own_files(folder: &Path) -> OwnFiles {
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

fn flaw(file: &str, say: &str) -> Flaw {
    Flaw { place: Place { file: Some(file.to_owned()), ..Place::default() }, say: say.to_owned() }
}

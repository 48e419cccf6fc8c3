//! The forms at hand.

use super::{Form, parse};
use crate::error::{Flaw, Result};
use crate::period::Period;
use crate::shelf::Shelved;

/// The forms at hand: the program's own and those in the manager's forms folder.
pub type Shelf = crate::shelf::Shelf<Form>;

impl Shelved for Form {
    const WHAT: &'static str = "表格";
    const BUILT_IN: &'static [(&'static str, &'static str)] = include!(concat!(env!("OUT_DIR"), "/forms.rs"));

    fn parse(file: &str, text: &str) -> std::result::Result<Form, Vec<Flaw>> {
        parse(file, text)
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn is_own(&self) -> bool {
        self.own
    }

    fn came_from(&mut self, file: &str, own: bool) {
        self.own = own;
        file.clone_into(&mut self.file);
    }
}

impl Shelf {
    /// A form by the id or title of its edition, or by its family: then the edition valid at the period's end,
    /// the newest if several are.
    ///
    /// # Errors
    /// [`crate::Error::Refused`] naming those there are.
    pub fn edition(&self, name: &str, period: Option<Period>) -> Result<&Form> {
        let of_family = || self.sound.iter().filter(|f| f.family == name);
        let valid = || of_family().filter(|f| period.is_none_or(|p| f.valid_on(p.cutoff(31))));
        let newest = || valid().max_by_key(|f| f.valid_from);
        self.named(name).or_else(newest).ok_or_else(|| self.unknown(name))
    }
}

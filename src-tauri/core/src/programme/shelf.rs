//! The programmes at hand.

use super::{Programme, parse};
use crate::error::Flaw;
use crate::shelf::Shelved;

/// The programmes at hand: the program's own and those in the manager's programmes folder.
pub type Shelf = crate::shelf::Shelf<Programme>;

impl Shelved for Programme {
    const WHAT: &'static str = "申报事项";
    const BUILT_IN: &'static [(&'static str, &'static str)] = include!(concat!(env!("OUT_DIR"), "/programmes.rs"));

    fn parse(file: &str, text: &str) -> std::result::Result<Programme, Vec<Flaw>> {
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

    fn came_from(&mut self, _file: &str, own: bool) {
        self.own = own;
    }
}

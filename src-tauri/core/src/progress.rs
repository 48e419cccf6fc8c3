//! Long work: how far it is, and whether to go on.

use serde::Serialize;
use ts_rs::TS;

use crate::error::{Error, Result};

/// How far long work is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Step {
    /// What is being done, in Chinese: 读取名册, 复制佐证 ….
    pub what: String,
    /// Parts done.
    #[ts(type = "number")]
    pub done: u64,
    /// Parts in all; 0 while it is not known.
    #[ts(type = "number")]
    pub all: u64,
}

/// Tells how far long work is, and stops it when nobody wants it any more.
#[derive(Clone, Copy)]
pub struct Progress<'a>(Option<&'a dyn Fn(&Step) -> bool>);

impl<'a> Progress<'a> {
    /// For work that nobody watches.
    pub const SILENT: Progress<'static> = Progress(None);

    /// `tell` hears of every step and answers whether to go on.
    pub fn new(tell: &'a dyn Fn(&Step) -> bool) -> Progress<'a> {
        Progress(Some(tell))
    }

    /// Tells of a step.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the person has stopped the work. It is passed on, so that what was begun is
    /// taken back: a transaction rolls back, a half-written file goes.
    pub fn at(&self, what: &str, done: u64, all: u64) -> Result<()> {
        match self.0 {
            Some(tell) if !tell(&Step { what: what.to_owned(), done, all }) => Err(Error::Cancelled),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn stops_when_told_to() {
        let heard = Cell::new(0);
        let tell = |step: &Step| {
            heard.set(step.done);
            step.done < 2
        };
        let progress = Progress::new(&tell);
        assert!(progress.at("读取", 1, 3).is_ok());
        assert!(matches!(progress.at("读取", 2, 3), Err(Error::Cancelled)), "the answer no stops the work");
        assert_eq!(heard.get(), 2);
        assert!(Progress::SILENT.at("读取", 9, 3).is_ok(), "work that nobody watches goes on");
    }
}

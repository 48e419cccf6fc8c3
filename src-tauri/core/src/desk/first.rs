//! What the window needs before it can show anything, in one answer: a start is waited for, and each question on its own
//! costs a way there and back.

use serde::Serialize;
use ts_rs::TS;

use super::grid::{Column, ListGroup, Rows, View, columns};
use super::{Desk, Status};
use crate::error::Result;

/// Rows of the list that is shown first: a page of the grid.
const ROWS: usize = 100;

/// What the window shows first.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct First {
    /// The folder as a whole.
    pub status: Status,
    /// The list in which the window was left; `None` when it was left in another room.
    pub list: Option<FirstList>,
}

/// A list that is open when the window appears.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct FirstList {
    /// All lists to choose from.
    pub groups: Vec<ListGroup>,
    /// English name of the one that is open.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The filters and the order that the person left it with.
    pub view: View,
    /// Its first rows.
    pub rows: Rows,
}

impl Desk {
    /// What the window shows first: the folder, and the list in which the person left the window.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn first(&self) -> Result<First> {
        let status = self.status()?;
        let remembered = |key: &str| self.settings.get(key).and_then(|value| value.as_str());
        let list = match remembered("room") {
            Some("records") if !status.empty => self.first_list(remembered("room/records"))?,
            _ => None,
        };
        Ok(First { status, list })
    }

    /// The list of this name, else the first of all, as it was left. A view that no longer fits the fields is given up.
    fn first_list(&self, name: Option<&str>) -> Result<Option<FirstList>> {
        let groups = self.lists()?;
        let lists = || groups.iter().flat_map(|group| &group.lists).map(|list| list.name);
        let Some(name) = lists().find(|list| Some(*list) == name).or_else(|| lists().next()) else { return Ok(None) };
        let kept = self.settings.get(&format!("filter/{name}"));
        let kept: Option<View> = kept.and_then(|view| serde_json::from_value(view.clone()).ok());
        let kept = View { only: None, ..kept.unwrap_or_default() };
        let (view, rows) = match self.rows(name, &kept, 0, ROWS, false) {
            Ok(rows) => (kept, rows),
            Err(_) => (View::default(), self.rows(name, &View::default(), 0, ROWS, false)?),
        };
        Ok(Some(FirstList { name: name.to_owned(), columns: columns(name)?, view, rows, groups }))
    }
}

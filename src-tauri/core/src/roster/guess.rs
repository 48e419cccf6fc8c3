//! Which list a file's rows most likely are: offered to the person, who decides.

use super::reader::Book;
use super::sheet::{Line, Sheet};
use super::{EXPLANATION, choose, heading};
use crate::record::{Shape, Type, shapes};

/// Rows of a sheet that are looked at: a heading stands near the top.
const LOOKED_AT: usize = 40;

/// The list that names most columns of a sheet, all that it demands among them; of equals the one after which
/// the sheet or the file is named. `None` when no list knows the columns.
pub fn guess(book: &Book) -> Option<&'static Shape> {
    let mut best: Option<(bool, usize, i32, &'static Shape)> = None;
    for sheet in book.sheets.iter().filter(|s| !s.hidden && s.name != EXPLANATION) {
        let lines: Vec<Line> = sheet.lines.iter().take(LOOKED_AT).cloned().collect();
        let last = lines.last().map_or(0, |l| l.row);
        let merged = sheet.merged.iter().filter(|m| m.top <= last).copied().collect();
        let head = Sheet { name: sheet.name.clone(), lines, merged, ..Sheet::default() };
        for shape in shapes().filter(|s| importable(s)) {
            // A template of ours has its list's name.
            if sheet.name == shape.label {
                return Some(shape);
            }
            let Some(found) = heading::find(&head, shape).into_iter().next() else { continue };
            let has = |at: usize| found.columns.iter().any(|c| c.field == Some(at));
            let whole = shape.fields.iter().enumerate().filter(|(_, f)| f.required).all(|(at, _)| has(at));
            let named = choose::named_for(&sheet.name, shape).max(choose::named_for(&book.file, shape));
            if best.is_none_or(|(w, known, name, _)| (whole, found.known(), named) > (w, known, name)) {
                best = Some((whole, found.known(), named, shape));
            }
        }
    }
    best.map(|(.., shape)| shape)
}

/// Whether records of a list can come from a table at all.
pub fn importable(shape: &Shape) -> bool {
    !shape.kind.internal && !shape.fields.iter().any(|f| f.required && f.ty == Type::System)
}

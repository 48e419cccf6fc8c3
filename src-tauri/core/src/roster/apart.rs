//! Tables that stand side by side under the same rows: where one ends and the next begins, and which of them are this
//! list's.

use std::ops::Range;

use super::heading::{self, Column, Heading};
use super::letters;
use super::sheet::Sheet;
use super::words::{Words, fits, plain, words};
use crate::record::Shape;

/// Rows that are looked at to tell one table from two.
const LOOKED_AT: usize = 200;

/// Headings of columns that number the rows: a table has one.
const NUMBERS: &[&str] = &["序号", "编号", "no"];

/// Where a table begins that is not read, and what its heading says.
pub(super) type Other = (String, String);

/// The tables of this list that stand under one heading, from left to right, and those of others.
pub(super) fn side_by_side(
    heading: Heading,
    sheet: &Sheet,
    shape: &Shape,
    known: &Words,
    others: &mut Vec<Other>,
) -> Vec<Heading> {
    let cut = (1..heading.columns.len())
        .find_map(|at| Some((at, parted(&heading, at, sheet, shape, known)?)))
        .or_else(|| again(&heading, sheet, shape, known).map(|at| (at, Parted::Both)));
    let Some((at, whose)) = cut else { return vec![heading] };
    let middle = heading.columns.get(at).map_or(heading.span.end, |c| c.at);
    let left = table(&heading, 0..at, heading.span.start..middle, known, shape);
    let right = table(&heading, at..heading.columns.len(), middle..heading.span.end, known, shape);
    let mut other = |table: &Heading| {
        let says: Vec<&str> = table.columns.iter().map(|c| c.heading.as_str()).collect();
        let first = table.columns.first().map_or(0, |c| c.at);
        others.push((format!("{} 列起", letters(first)), says.join("、")));
    };
    if whose == Parted::Right {
        other(&left);
    }
    let mut all = if whose == Parted::Right { Vec::new() } else { vec![left] };
    match whose {
        Parted::Left => other(&right),
        Parted::Both | Parted::Right => all.extend(side_by_side(right, sheet, shape, known, others)),
    }
    all
}

/// Which of two tables is this list's.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Parted {
    Both,
    Left,
    Right,
}

/// Some of the columns of a heading as a heading of their own.
fn table(heading: &Heading, columns: Range<usize>, span: Range<u32>, known: &Words, shape: &Shape) -> Heading {
    let columns = heading.columns.get(columns).unwrap_or_default();
    let texts: Vec<(u32, Vec<String>)> = columns.iter().map(|c| (c.at, c.parts.clone())).collect();
    Heading {
        end: heading.end,
        span,
        ..Heading::new(heading.first_row, heading.last_row, heading::assign(&texts, known, shape))
    }
}

/// Where a table begins that has the heading of the one at its left: a field that a list must have is named twice in
/// the same words, and the records below are others. Its first columns may be those before that field: 序号.
fn again(heading: &Heading, sheet: &Sheet, shape: &Shape, known: &Words) -> Option<usize> {
    let columns = &heading.columns;
    let demanded = |f: usize| shape.fields.get(f).is_some_and(|f| f.required);
    let twin = |at: usize| {
        let column = columns.get(at).filter(|c| c.field.is_none())?;
        let before = columns.get(..at)?;
        before.iter().position(|c| c.field.is_some_and(demanded) && c.heading == column.heading).filter(|first| {
            let field = columns.get(*first).and_then(|c| c.field);
            fits(&column.heading, known).iter().any(|(f, ..)| Some(*f) == field)
        })
    };
    let (first, again) = (0..columns.len()).find_map(|at| Some((twin(at)?, at)))?;
    if same_below(heading, sheet, columns.get(first)?, columns.get(again)?) {
        return None;
    }
    let back = (1..=first).take_while(|back| {
        let text = |at: usize| columns.get(at).map(|c| c.heading.as_str());
        again - back > first && text(first - back) == text(again - back)
    });
    Some(again - back.count())
}

/// Whether two columns say the same: the same names once more at the right of a wide table are no other records.
fn same_below(heading: &Heading, sheet: &Sheet, one: &Column, other: &Column) -> bool {
    let below = sheet.lines.iter().filter(|l| l.row > heading.last_row && l.row < heading.end).take(LOOKED_AT);
    let pairs = below.filter_map(|l| Some((l.cell(one.at)?.to_string(), l.cell(other.at)?.to_string())));
    let (same, all) = pairs.fold((0, 0), |(same, all), (a, b)| (same + usize::from(a == b), all + 1));
    same * 2 >= all && all > 0
}

/// Whether another table begins at a column, and whose the two are. There must be a blank column before it, or the
/// rows be numbered anew, and it must name again what a record of this list must have, or much more of another list.
fn parted(heading: &Heading, at: usize, sheet: &Sheet, shape: &Shape, known: &Words) -> Option<Parted> {
    let (before, column) = (heading.columns.get(at.checked_sub(1)?)?, heading.columns.get(at)?);
    let numbers = |c: &Column| NUMBERS.contains(&plain(&c.heading).as_str());
    let anew = numbers(column) && heading.columns.get(..at)?.iter().any(numbers);
    if !anew && !is_blank(heading, before.at + 1..column.at, sheet) {
        return None;
    }
    let span = heading.span.clone();
    let left = table(heading, 0..at, span.start..column.at, known, shape);
    let right = table(heading, at..heading.columns.len(), column.at..span.end, known, shape);
    let demanded = |table: &Heading| -> Vec<usize> {
        let fields = table.columns.iter().filter_map(|c| c.field);
        let mut fields: Vec<usize> = fields.filter(|f| shape.fields.get(*f).is_some_and(|f| f.required)).collect();
        fields.sort_unstable();
        fields
    };
    let (own, theirs) = (demanded(&left), demanded(&right));
    let column_of = |table: &Heading, field: usize| table.columns.iter().position(|c| c.field == Some(field));
    if let Some(field) = own.iter().find(|f| theirs.contains(f)) {
        let one = left.columns.get(column_of(&left, *field)?)?;
        let other = right.columns.get(column_of(&right, *field)?)?;
        if same_below(heading, sheet, one, other) {
            return None;
        }
        let within = |a: &[usize], b: &[usize]| a.iter().all(|f| b.contains(f));
        return Some(match (within(&theirs, &own), within(&own, &theirs)) {
            (true, true) => Parted::Both,
            (false, true) => Parted::Right,
            _ => Parted::Left,
        });
    }
    if !own.is_empty() && is_others(&right, shape) {
        return Some(Parted::Left);
    }
    (!theirs.is_empty() && is_others(&left, shape)).then_some(Parted::Right)
}

/// Whether there are columns between two tables, and nothing in them.
fn is_blank(heading: &Heading, between: Range<u32>, sheet: &Sheet) -> bool {
    let lines = sheet.lines.iter().filter(|l| l.row >= heading.first_row && l.row < heading.end).take(LOOKED_AT);
    !between.is_empty() && lines.flat_map(|l| l.cells()).all(|(at, _)| !between.contains(&at))
}

/// Whether another list names much more of a table's columns.
fn is_others(table: &Heading, shape: &Shape) -> bool {
    let texts: Vec<(u32, Vec<String>)> = table.columns.iter().map(|c| (c.at, c.parts.clone())).collect();
    crate::record::shapes().filter(|other| other.kind.name != shape.kind.name).any(|other| {
        let columns = heading::assign(&texts, &words(other), other);
        columns.iter().filter(|c| c.field.is_some()).count() > table.known() + 1
    })
}

//! Text pasted from Excel or WPS: rows parted by line ends, cells by tabs, into the same plan as a file.

use super::heading::{self, Heading};
use super::packed::Packing;
use super::plan::{Choices, Plan};
use super::sheet::{Line, Sheet};
use super::value::Cell;
use super::{Book, Reading, choose, matching};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// What a plan from pasted text is called where a file has its name.
const PASTED: &str = "粘贴的内容";
/// Cells and text that may be pasted at once.
const MAX_TEXT: usize = 32 << 20;
/// Longest quoted cell, in bytes: Excel's cells hold 32,767 characters.
const MAX_QUOTED: usize = 4 * 32_767 * 2;

impl Book {
    /// Text pasted as a table of its own, with its heading: any number of plans can be made of it.
    ///
    /// # Errors
    /// [`Error::Refused`] when it is too long or no text that can be read.
    pub fn pasted(text: &str) -> Result<Book> {
        refuse_long(text)?;
        let sheet = if text.contains('\t') {
            Sheet { lines: cells(text), ..Sheet::default() }
        } else {
            super::csv::read(text.as_bytes(), PASTED)?
        };
        Ok(Book { file: PASTED.to_owned(), sheets: [sheet].into() })
    }
}

impl Plan {
    /// Whether its rows were pasted; else they come from a file.
    pub fn is_pasted(&self) -> bool {
        self.file == PASTED
    }
}

impl Reading {
    /// Reads text pasted as a table of its own, with its heading: from a spreadsheet, or the text of a .csv.
    ///
    /// # Errors
    /// As [`Reading::plan`].
    pub fn paste(&self, text: &str, choices: &Choices, progress: Progress<'_>) -> Result<Plan> {
        self.plan(&Book::pasted(text)?, choices, progress)
    }

    /// Reads text pasted into a grid: its columns are `fields` from left to right, its rows the records of
    /// `ids` from top to bottom, new ones where there is `None` or nothing. Over a record, what is pasted is
    /// what the record then holds, blank cells too. A first row of the fields' own headings is taken as that.
    ///
    /// # Errors
    /// [`Error::Refused`] for a field that the list does not have; [`Error::Cancelled`].
    pub fn block(&self, fields: &[String], ids: &[Option<i64>], text: &str, progress: Progress<'_>) -> Result<Plan> {
        refuse_long(text)?;
        let shape = self.shape;
        let mut at = Vec::new();
        for name in fields {
            let Some(field) = shape.fields.iter().position(|f| f.name == name) else {
                return Err(Error::refused(format!("{}没有栏目“{name}”", shape.label)));
            };
            at.push(field);
        }
        let lines = cells(text);
        let sheet = Sheet { lines, ..Sheet::default() };
        let (headings, known) = match heading::pasted(&sheet, shape) {
            Some(found) => (found, true),
            None => (heading::of_fields(shape, &at, &sheet), false),
        };
        let widest = sheet.lines.iter().filter_map(Line::last).map(|at| at as usize + 1).max();
        let trouble = match widest {
            None => Some("没有可以粘贴的内容".to_owned()),
            Some(wide) if !known && wide > at.len() => {
                Some(format!("粘贴的内容有 {wide} 列，从这里往右只有 {} 列，放不下；请从更左的列粘贴", at.len()))
            }
            Some(_) => None,
        };
        let (rows, names) = match (&trouble, headings.first()) {
            (None, Some(heading)) => matching::block(&sheet, heading, ids, shape, &self.ledger, progress)?,
            _ => Default::default(),
        };
        let kept: Vec<(&Sheet, Vec<Heading>)> = vec![(&sheet, headings)];
        let first = kept.first().and_then(|(_, headings)| headings.first());
        Ok(Plan {
            file: PASTED.to_owned(),
            shape,
            rows,
            mapping: kept.first().map_or_else(Vec::new, |(sheet, own)| choose::mapping(own, sheet, shape)),
            sheets: Vec::new(),
            left_out: Vec::new(),
            heading: first.map(|h| (h.first_row, h.last_row)),
            trouble,
            unmet: Vec::new(),
            choices: Choices::default(),
            fingerprint: String::new(),
            preview: choose::preview(&sheet),
            tables: choose::tables(&kept),
            names,
            ledger: self.ledger.clone(),
        })
    }
}

fn refuse_long(text: &str) -> Result<()> {
    if text.len() > MAX_TEXT {
        return Err(Error::refused("粘贴的内容过多(超过 32 MB)，请存成文件后导入"));
    }
    Ok(())
}

/// Rows and cells as spreadsheets put them on the clipboard: tabs and line ends part them, a cell that holds one
/// of these stands in quotes. A quote that is not closed before the next tab or line end is the cell's own.
fn cells(text: &str) -> Vec<Line> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines: Vec<Line> = Vec::new();
    let mut line = Packing::default();
    let (mut row, mut column) = (1_u32, 0_u32);
    let mut rest = text;
    while !rest.is_empty() {
        let (content, after) = match quoted(rest) {
            Some(found) => found,
            None => {
                let end = rest.find(['\t', '\r', '\n']).unwrap_or(rest.len());
                let (content, after) = rest.split_at(end);
                (content.to_owned(), after)
            }
        };
        if !content.trim().is_empty() {
            line.cell(column, Cell::Text(&content));
        }
        rest = match after.strip_prefix('\t') {
            Some(next) => {
                column += 1;
                next
            }
            None => {
                lines.extend(line.line(row));
                row += 1;
                column = 0;
                after.strip_prefix("\r\n").or(after.strip_prefix(['\r', '\n'])).unwrap_or(after)
            }
        };
    }
    lines.extend(line.line(row));
    lines
}

/// A cell in quotes at the beginning of a text, and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut content = String::new();
    let mut rest = inner;
    loop {
        let end = rest.find('"')?;
        let (part, after) = rest.split_at(end);
        content.push_str(part);
        if content.len() > MAX_QUOTED {
            return None;
        }
        let after = after.strip_prefix('"')?;
        match after.strip_prefix('"') {
            Some(next) => {
                content.push('"');
                rest = next;
            }
            None if after.is_empty() || after.starts_with(['\t', '\r', '\n']) => return Some((content, after)),
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells of a pasted text, `row:column=text`, line breaks shown as ⏎.
    #[track_caller]
    fn check(text: &str, want: &str) {
        let all = cells(text);
        let shown: Vec<String> =
            all.iter().flat_map(|l| l.cells().map(move |(c, cell)| format!("{}:{c}={cell}", l.row))).collect();
        assert_eq!(shown.join(" ").replace('\n', "⏎"), want, "{text:?}");
    }

    #[test]
    fn cells_as_spreadsheets_copy_them() {
        check("甲\t1\r\n乙\t2\r\n", "1:0=甲 1:1=1 2:0=乙 2:1=2");
        check("甲\t1\n\n乙\t2\n\n", "1:0=甲 1:1=1 3:0=乙 3:1=2");
        check("\"一\n二\"\t3\r\n四", "1:0=一⏎二 1:1=3 2:0=四");
        check("\"他说\"\"好\"\"\n走\"\t1", "1:0=他说\"好\"⏎走 1:1=1");
        check("\"好\"团队\t1\n\"没有关上\t2", "1:0=\"好\"团队 1:1=1 2:0=\"没有关上 2:1=2");
        check("甲，乙,丙\t,\n", "1:0=甲，乙,丙 1:1=,");
        check("\t\t丙\n", "1:2=丙");
        check("", "");
    }
}

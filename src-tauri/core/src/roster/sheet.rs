//! Bytes of a file into [`Part`]s, one cell after the other, and parts into sheets. The only place that
//! knows calamine, and only its streaming readers where it has them: a range is as large as its
//! farthest cell.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible};

use super::guard::{self, Format};
use super::value::Cell;
use super::{csv, guard::refuse};
use crate::error::Result;

/// A rectangle of merged cells, first and last row and column, rows from 1, columns from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Merged {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

/// The filled cells of one row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Row of the sheet, counted from 1.
    pub row: u32,
    /// Column counted from 0, and content; columns ascend.
    pub cells: Vec<(u32, Cell)>,
}

impl Line {
    /// The cell in a column.
    pub fn cell(&self, column: u32) -> Option<&Cell> {
        self.cells.binary_search_by_key(&column, |(c, _)| *c).ok().and_then(|at| self.cells.get(at)).map(|(_, c)| c)
    }
}

/// One sheet. A text file is a single sheet without a name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sheet {
    pub name: String,
    pub lines: Vec<Line>,
    pub merged: Vec<Merged>,
    /// Serial numbers count from 1904.
    pub from_1904: bool,
    /// Excel does not show it.
    pub hidden: bool,
}

/// Days between the two epochs of serial numbers.
pub(super) const DAYS_TO_1904: f64 = 1462.0;

/// Cells and text that one file may hold: half as much again as the largest roster we expect.
pub(super) const MAX_CELLS: usize = 3_000_000;
const MAX_TEXT: usize = 96 << 20;

/// What a file holds, in its own order. Cells and merged cells belong to the sheet named last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part<'a> {
    /// A sheet begins; the flag says that its serial numbers count from 1904.
    Sheet(&'a str, bool),
    /// Excel does not show the sheet.
    Hidden,
    /// A filled cell: its row from 1, its column from 0.
    Cell(u32, u32, Content<'a>),
    /// A rectangle of merged cells.
    Merged(Merged),
}

/// Content of a cell that is still in the hands of its reader; see [`Cell`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Content<'a> {
    Text(&'a str),
    Number(f64, bool),
    Date(f64),
    Bool(bool),
    Error(&'a str),
}

impl Content<'_> {
    fn kept(self) -> Cell {
        match self {
            Content::Text(text) => Cell::Text(text.into()),
            Content::Number(n, percent) => Cell::Number(n, percent),
            Content::Date(serial) => Cell::Date(serial),
            Content::Bool(b) => Cell::Bool(b),
            Content::Error(text) => Cell::Error(text.into()),
        }
    }
}

/// Where parts go. An error ends the reading.
pub(super) type Taker<'a> = &'a mut dyn FnMut(Part<'_>) -> Result<()>;

/// Sheets as they grow from their parts.
#[derive(Default)]
pub(super) struct Collected {
    sheets: Vec<Sheet>,
    rows: u64,
    /// The present sheet has a cell that stands before one that came earlier.
    disordered: bool,
}

impl Collected {
    /// Takes the next part.
    pub fn take(&mut self, part: Part<'_>) {
        if let Part::Sheet(name, from_1904) = part {
            self.settle();
            self.sheets.push(Sheet { name: name.to_owned(), from_1904, ..Sheet::default() });
            return;
        }
        let Some(sheet) = self.sheets.last_mut() else { return };
        match part {
            Part::Sheet(..) => {}
            Part::Hidden => sheet.hidden = true,
            Part::Merged(merged) => sheet.merged.push(merged),
            Part::Cell(row, column, content) => {
                let width = match sheet.lines.last_mut() {
                    Some(line) if line.row == row => {
                        self.disordered |= line.cells.last().is_some_and(|(last, _)| *last >= column);
                        line.cells.push((column, content.kept()));
                        return;
                    }
                    Some(line) => {
                        self.disordered |= line.row > row;
                        line.cells.len()
                    }
                    None => 0,
                };
                self.rows += 1;
                let mut cells = Vec::with_capacity(width);
                cells.push((column, content.kept()));
                sheet.lines.push(Line { row, cells });
            }
        }
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The sheets, when all parts are there.
    pub fn sheets(mut self) -> Vec<Sheet> {
        self.settle();
        self.sheets
    }

    /// Files written by other programs need not keep the order; of two cells in one place the first counts.
    fn settle(&mut self) {
        let Some(sheet) = self.sheets.last_mut().filter(|_| std::mem::take(&mut self.disordered)) else { return };
        sheet.lines.sort_by_key(|line| line.row);
        let mut lines: Vec<Line> = Vec::new();
        for line in std::mem::take(&mut sheet.lines) {
            match lines.last_mut() {
                Some(last) if last.row == line.row => last.cells.extend(line.cells),
                _ => lines.push(line),
            }
        }
        for line in &mut lines {
            line.cells.sort_by_key(|(column, _)| *column);
            line.cells.dedup_by_key(|(column, _)| *column);
        }
        sheet.lines = lines;
    }
}

/// Reads every sheet of a file part by part, after looking at its bytes.
pub(super) fn read(bytes: &[u8], file: &str, take: Taker<'_>) -> Result<()> {
    let mut sink = Sink { file, cells: 0, text: 0, take };
    // The readers were written for sound files; where one trips, the file is at fault.
    match catch_unwind(AssertUnwindSafe(|| match guard::look(bytes, file)? {
        Format::Text => text(bytes, &mut sink),
        format => workbook(bytes, format, &mut sink),
    })) {
        Ok(outcome) => outcome,
        Err(_) => Err(damaged(file)),
    }
}

fn damaged(file: &str) -> crate::Error {
    refuse(file, "文件已损坏或不完整，读到一半读不下去。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入")
}

/// Passes parts on and stops at the limits.
struct Sink<'a> {
    file: &'a str,
    cells: usize,
    text: usize,
    take: Taker<'a>,
}

impl Sink<'_> {
    fn sheet(&mut self, name: &str, hidden: bool, from_1904: bool) -> Result<()> {
        (self.take)(Part::Sheet(name, from_1904))?;
        if hidden { (self.take)(Part::Hidden) } else { Ok(()) }
    }

    fn merged(&mut self, dimensions: Vec<calamine::Dimensions>) -> Result<()> {
        for d in dimensions {
            let merged =
                Merged { top: d.start.0 + 1, left: d.start.1, bottom: d.end.0.saturating_add(1), right: d.end.1 };
            (self.take)(Part::Merged(merged))?;
        }
        Ok(())
    }

    /// A cell, its row counted from 0 as the readers do.
    fn put(&mut self, row: u32, column: u32, content: Content<'_>) -> Result<()> {
        if let Content::Text(text) = content {
            if text.trim().is_empty() {
                return Ok(());
            }
            self.text += text.len();
        }
        self.cells += 1;
        if self.cells > MAX_CELLS || self.text > MAX_TEXT {
            return Err(guard::crowded(self.file));
        }
        (self.take)(Part::Cell(row.saturating_add(1), column, content))
    }
}

fn text(bytes: &[u8], sink: &mut Sink<'_>) -> Result<()> {
    sink.sheet("", false, false)?;
    for line in csv::read(bytes, sink.file)?.lines {
        for (column, cell) in &line.cells {
            sink.put(line.row - 1, *column, Content::Text(&cell.to_string()))?;
        }
    }
    Ok(())
}

fn workbook(bytes: &[u8], format: Format, sink: &mut Sink<'_>) -> Result<()> {
    let source = Cursor::new(bytes);
    let file = sink.file;
    let bad = |error: &dyn std::fmt::Display| {
        if error.to_string().to_lowercase().contains("password") { guard::encrypted(file) } else { damaged(file) }
    };
    match format {
        Format::Xlsx => {
            let mut book = calamine::Xlsx::new(source).map_err(|e| bad(&e))?;
            let late = book.has_1904_epoch();
            for (name, hidden) in worksheets(book.sheets_metadata()) {
                sink.sheet(&name, hidden, late)?;
                {
                    let mut reader = book.worksheet_cells_reader(&name).map_err(|e| bad(&e))?;
                    let percent: Vec<bool> = reader
                        .styles()
                        .iter()
                        .map(|s| s.number_format.as_ref().is_some_and(|f| f.format_code.contains('%')))
                        .collect();
                    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|e| bad(&e))? {
                        let (row, column) = cell.get_position();
                        put(sink, row, column, cell.get_value(), percent.get(style).copied().unwrap_or(false), late)?;
                    }
                }
                sink.merged(book.merge_cells_by_sheet_name(&name).unwrap_or_default())?;
            }
        }
        Format::Xlsb => {
            let mut book = calamine::Xlsb::new(source).map_err(|e| bad(&e))?;
            let late = book.has_1904_epoch();
            for (name, hidden) in worksheets(book.sheets_metadata()) {
                sink.sheet(&name, hidden, late)?;
                let mut reader = book.worksheet_cells_reader(&name).map_err(|e| bad(&e))?;
                while let Some(cell) = reader.next_cell().map_err(|e| bad(&e))? {
                    let (row, column) = cell.get_position();
                    put(sink, row, column, cell.get_value(), false, late)?;
                }
            }
        }
        Format::Xls => {
            let mut book = calamine::Xls::new(source).map_err(|e| bad(&e))?;
            let late = book.has_1904_epoch();
            for (name, hidden) in worksheets(book.sheets_metadata()) {
                sink.sheet(&name, hidden, late)?;
                sink.merged(book.merge_cells_by_sheet_name(&name).unwrap_or_default())?;
                range(sink, &book.worksheet_range(&name).map_err(|e| bad(&e))?, late)?;
            }
        }
        Format::Ods => {
            let mut book = calamine::Ods::new(source).map_err(|e| bad(&e))?;
            for (name, hidden) in worksheets(book.sheets_metadata()) {
                sink.sheet(&name, hidden, false)?;
                range(sink, &book.worksheet_range(&name).map_err(|e| bad(&e))?, false)?;
            }
        }
        Format::Text => {}
    }
    Ok(())
}

/// The sheets with cells, and whether each is hidden.
fn worksheets(sheets: &[calamine::Sheet]) -> Vec<(String, bool)> {
    sheets
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet)
        .map(|s| (s.name.clone(), s.visible != SheetVisible::Visible))
        .collect()
}

fn range(sink: &mut Sink<'_>, range: &calamine::Range<Data>, late: bool) -> Result<()> {
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let at = |n: usize, from: u32| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(from);
        put(sink, at(row, top), at(column, left), &borrowed(value), false, late)?;
    }
    Ok(())
}

/// The whole-sheet readers give owned cells, the streaming ones borrowed cells.
fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(n) => DataRef::Int(*n),
        Data::Float(n) => DataRef::Float(*n),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(b) => DataRef::Bool(*b),
        Data::DateTime(serial) => DataRef::DateTime(*serial),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

fn put(sink: &mut Sink<'_>, row: u32, column: u32, value: &DataRef<'_>, percent: bool, late: bool) -> Result<()> {
    let content = match value {
        DataRef::Empty => return Ok(()),
        #[allow(clippy::cast_precision_loss, reason = "workbooks hold their whole numbers as f64 themselves")]
        DataRef::Int(n) => Content::Number(*n as f64, percent),
        DataRef::Float(n) => Content::Number(*n, percent),
        DataRef::String(text) => Content::Text(text),
        DataRef::SharedString(text) => Content::Text(text),
        DataRef::Bool(b) => Content::Bool(*b),
        DataRef::DateTime(serial) => Content::Date(serial.as_f64() + if late { DAYS_TO_1904 } else { 0.0 }),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Content::Text(text),
        DataRef::Error(error) => return sink.put(row, column, Content::Error(&error.to_string())),
    };
    sink.put(row, column, content)
}

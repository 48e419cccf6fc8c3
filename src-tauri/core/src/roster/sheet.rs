//! Bytes of a file into sheets of filled cells. The only place that knows calamine, and only its
//! streaming readers where it has them: a range is as large as its farthest cell.

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
}

/// Days between the two epochs of serial numbers.
pub(super) const DAYS_TO_1904: f64 = 1462.0;

/// Cells and text that one file may hold: ten times the largest roster we expect.
const MAX_CELLS: usize = 3_000_000;
const MAX_TEXT: usize = 96 << 20;

/// Reads every visible sheet of a file, after looking at its bytes.
pub(super) fn open(bytes: &[u8], file: &str) -> Result<Vec<Sheet>> {
    let format = guard::look(bytes, file)?;
    if format == Format::Text {
        return Ok(vec![csv::read(bytes, file)?]);
    }
    // The readers were written for sound files; where one trips, the file is at fault.
    match catch_unwind(AssertUnwindSafe(|| workbook(bytes, file, format))) {
        Ok(sheets) => sheets,
        Err(_) => Err(damaged(file)),
    }
}

fn damaged(file: &str) -> crate::Error {
    refuse(file, "文件已损坏或不完整，读到一半读不下去。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入")
}

/// Collects cells and stops at the limits.
struct Sink<'a> {
    file: &'a str,
    cells: usize,
    text: usize,
}

impl Sink<'_> {
    fn put(&mut self, into: &mut Vec<(u32, u32, Cell)>, row: u32, column: u32, cell: Cell) -> Result<()> {
        if let Cell::Text(text) = &cell {
            if text.trim().is_empty() {
                return Ok(());
            }
            self.text += text.len();
        }
        self.cells += 1;
        if self.cells > MAX_CELLS || self.text > MAX_TEXT {
            return Err(refuse(
                self.file,
                "内容过多(超过 300 万个单元格或 96 MB 文字)，不像名册。请删去无关的工作表和行，或分成几个文件导入",
            ));
        }
        into.push((row + 1, column, cell));
        Ok(())
    }
}

fn lines(mut cells: Vec<(u32, u32, Cell)>) -> Vec<Line> {
    // Files written by other programs need not keep the order.
    cells.sort_by_key(|(row, column, _)| (*row, *column));
    cells.dedup_by_key(|(row, column, _)| (*row, *column));
    let mut lines: Vec<Line> = Vec::new();
    for (row, column, cell) in cells {
        match lines.last_mut() {
            Some(line) if line.row == row => line.cells.push((column, cell)),
            _ => lines.push(Line { row, cells: vec![(column, cell)] }),
        }
    }
    lines
}

fn merged(dimensions: Vec<calamine::Dimensions>) -> Vec<Merged> {
    dimensions
        .into_iter()
        .map(|d| Merged { top: d.start.0 + 1, left: d.start.1, bottom: d.end.0.saturating_add(1), right: d.end.1 })
        .collect()
}

fn workbook(bytes: &[u8], file: &str, format: Format) -> Result<Vec<Sheet>> {
    let mut sink = Sink { file, cells: 0, text: 0 };
    let source = Cursor::new(bytes);
    let bad = |error: &dyn std::fmt::Display| {
        if error.to_string().to_lowercase().contains("password") { guard::encrypted(file) } else { damaged(file) }
    };
    let mut sheets = Vec::new();
    match format {
        Format::Xlsx => {
            let mut book = calamine::Xlsx::new(source).map_err(|e| bad(&e))?;
            let late = book.has_1904_epoch();
            for name in visible(book.sheets_metadata()) {
                let mut cells = Vec::new();
                {
                    let mut reader = book.worksheet_cells_reader(&name).map_err(|e| bad(&e))?;
                    let percent: Vec<bool> = reader
                        .styles()
                        .iter()
                        .map(|s| s.number_format.as_ref().is_some_and(|f| f.format_code.contains('%')))
                        .collect();
                    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|e| bad(&e))? {
                        let (row, column) = cell.get_position();
                        let percent = percent.get(style).copied().unwrap_or(false);
                        if let Some(content) = content(cell.get_value(), percent, late) {
                            sink.put(&mut cells, row, column, content)?;
                        }
                    }
                }
                let joined = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
                sheets.push(Sheet { name, lines: lines(cells), merged: merged(joined), from_1904: late });
            }
        }
        Format::Xlsb => {
            let mut book = calamine::Xlsb::new(source).map_err(|e| bad(&e))?;
            let late = book.has_1904_epoch();
            for name in visible(book.sheets_metadata()) {
                let mut cells = Vec::new();
                let mut reader = book.worksheet_cells_reader(&name).map_err(|e| bad(&e))?;
                while let Some(cell) = reader.next_cell().map_err(|e| bad(&e))? {
                    let (row, column) = cell.get_position();
                    if let Some(content) = content(cell.get_value(), false, late) {
                        sink.put(&mut cells, row, column, content)?;
                    }
                }
                sheets.push(Sheet { name, lines: lines(cells), merged: Vec::new(), from_1904: late });
            }
        }
        Format::Xls => {
            let mut book = calamine::Xls::new(source).map_err(|e| bad(&e))?;
            let late = book.has_1904_epoch();
            for name in visible(book.sheets_metadata()) {
                let joined = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
                let range = book.worksheet_range(&name).map_err(|e| bad(&e))?;
                sheets.push(of_range(&mut sink, name, &range, merged(joined), late)?);
            }
        }
        Format::Ods => {
            let mut book = calamine::Ods::new(source).map_err(|e| bad(&e))?;
            for name in visible(book.sheets_metadata()) {
                let range = book.worksheet_range(&name).map_err(|e| bad(&e))?;
                sheets.push(of_range(&mut sink, name, &range, Vec::new(), false)?);
            }
        }
        Format::Text => {}
    }
    Ok(sheets)
}

fn visible(sheets: &[calamine::Sheet]) -> Vec<String> {
    sheets
        .iter()
        .filter(|s| s.visible == SheetVisible::Visible && s.typ == SheetType::WorkSheet)
        .map(|s| s.name.clone())
        .collect()
}

fn of_range(
    sink: &mut Sink<'_>,
    name: String,
    range: &calamine::Range<Data>,
    merged: Vec<Merged>,
    late: bool,
) -> Result<Sheet> {
    let mut cells = Vec::new();
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        if let Some(content) = content(&borrowed(value), false, late) {
            let at = |n: usize, from: u32| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(from);
            sink.put(&mut cells, at(row, top), at(column, left), content)?;
        }
    }
    Ok(Sheet { name, lines: lines(cells), merged, from_1904: late })
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

fn content(value: &DataRef<'_>, percent: bool, late: bool) -> Option<Cell> {
    Some(match value {
        DataRef::Empty => return None,
        #[allow(clippy::cast_precision_loss, reason = "workbooks hold their whole numbers as f64 themselves")]
        DataRef::Int(n) => Cell::Number(*n as f64, percent),
        DataRef::Float(n) => Cell::Number(*n, percent),
        DataRef::String(text) => Cell::Text(text.as_str().into()),
        DataRef::SharedString(text) => Cell::Text((*text).into()),
        DataRef::Bool(b) => Cell::Bool(*b),
        DataRef::DateTime(serial) => Cell::Date(serial.as_f64() + if late { DAYS_TO_1904 } else { 0.0 }),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(text.as_str().into()),
        DataRef::Error(error) => Cell::Error(error.to_string().into()),
    })
}

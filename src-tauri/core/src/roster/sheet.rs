//! Bytes of a file into [`Part`]s, one cell after the other, and parts into sheets. The only place that
//! knows calamine, which reads the formats that few rosters come in; .xlsx is read by [`xlsx`](super::xlsx).

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible};

use super::guard::{self, Format};
use super::marks::{self, Look, Marks, Shown};
use super::packed::{Packed, Packing};
use super::value::{Cell, UNSOLVED};
use super::{csv, guard::refuse, xls, xlsx};
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
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Line {
    /// Row of the sheet, counted from 1.
    pub row: u32,
    packed: Packed,
}

impl Line {
    /// A row of these cells: columns counted from 0, ascending.
    pub fn of<'a>(row: u32, cells: impl IntoIterator<Item = (u32, Cell<'a>)>) -> Line {
        let mut packing = Packing::default();
        cells.into_iter().for_each(|(column, cell)| packing.cell(column, cell));
        Line { row, packed: packing.take() }
    }

    /// Its cells, each with its column; columns ascend.
    pub fn cells(&self) -> impl Iterator<Item = (u32, Cell<'_>)> {
        self.packed.cells()
    }

    /// The cell in a column.
    pub fn cell(&self, column: u32) -> Option<Cell<'_>> {
        self.cells().take_while(|(at, _)| *at <= column).find(|(at, _)| *at == column).map(|(_, cell)| cell)
    }

    /// The last filled column.
    pub fn last(&self) -> Option<u32> {
        self.cells().last().map(|(at, _)| at)
    }
}

impl Packing {
    /// The row of the cells so far, unless there are none, and room for the next.
    pub fn line(&mut self, row: u32) -> Option<Line> {
        if self.is_empty() { None } else { Some(Line { row, packed: self.take() }) }
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
    /// Rows that Excel does not show, ascending.
    pub hidden_rows: Vec<u32>,
    /// The file does not tell which numbers are shown as percentages.
    pub unseen: bool,
}

/// Days between the two epochs of serial numbers.
pub(super) const DAYS_TO_1904: f64 = 1462.0;

/// What stands for the error of a formula where the reader does not say which it is.
const FAILED: &str = "#VALUE!";

/// Cells and text that one file may hold: half as much again as the largest roster we expect.
pub(super) const MAX_CELLS: usize = 3_000_000;
pub(super) const MAX_TEXT: usize = 96 << 20;

/// What a file holds, in its own order. Cells and merged cells belong to the sheet named last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part<'a> {
    /// A sheet begins; the flag says that its serial numbers count from 1904.
    Sheet(&'a str, bool),
    /// Excel does not show the sheet.
    Hidden,
    /// Excel does not show this row, counted from 1.
    HiddenRow(u32),
    /// Which numbers of the sheet are shown as percentages is not told.
    Unseen,
    /// A filled cell: its row from 1, its column from 0.
    Cell(u32, u32, Cell<'a>),
    /// Filled cells of one row, in order, as [`Packing`] has them.
    Line(u32, &'a [u8]),
    /// A rectangle of merged cells.
    Merged(Merged),
}

/// Where parts go. An error ends the reading.
pub(super) type Taker<'a> = &'a mut dyn FnMut(Part<'_>) -> Result<()>;

/// Sheets as they grow from their parts.
#[derive(Default)]
pub(super) struct Collected {
    sheets: Vec<Sheet>,
    rows: u64,
    /// The cells of the row that is being read, and that row.
    packing: Packing,
    row: u32,
    /// The last column of the row that is being read.
    column: Option<u32>,
    /// The present sheet has a cell that stands before one that came earlier.
    disordered: bool,
}

impl Collected {
    /// Takes the next part.
    pub fn take(&mut self, part: Part<'_>) {
        if let Part::Cell(row, column, cell) = part {
            if row != self.row || self.column.is_none() {
                self.close_row();
                self.row = row;
                self.rows += 1;
            } else {
                self.disordered |= self.column.is_some_and(|last| last >= column);
            }
            self.column = Some(column);
            self.packing.cell(column, cell);
            return;
        }
        if let Part::Line(row, cells) = part {
            self.close_row();
            self.rows += 1;
            self.put_row(row, Packed::of(cells));
            return;
        }
        if let Part::Sheet(name, from_1904) = part {
            self.settle();
            self.sheets.push(Sheet { name: name.to_owned(), from_1904, ..Sheet::default() });
            return;
        }
        let Some(sheet) = self.sheets.last_mut() else { return };
        match part {
            Part::Sheet(..) | Part::Cell(..) | Part::Line(..) => {}
            Part::Hidden => sheet.hidden = true,
            Part::HiddenRow(row) => sheet.hidden_rows.push(row),
            Part::Unseen => sheet.unseen = true,
            Part::Merged(merged) => sheet.merged.push(merged),
        }
    }

    /// Puts the row that was being read to its sheet.
    fn close_row(&mut self) {
        if self.column.take().is_none() {
            return;
        }
        let packed = self.packing.take();
        self.put_row(self.row, packed);
    }

    fn put_row(&mut self, row: u32, packed: Packed) {
        if let Some(sheet) = self.sheets.last_mut() {
            self.disordered |= sheet.lines.last().is_some_and(|line| line.row >= row);
            sheet.lines.push(Line { row, packed });
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
        self.close_row();
        let disordered = std::mem::take(&mut self.disordered);
        let Some(sheet) = self.sheets.last_mut() else { return };
        sheet.hidden_rows.sort_unstable();
        sheet.hidden_rows.dedup();
        if !disordered {
            sheet.lines.shrink_to_fit();
            return;
        }
        sheet.lines.sort_by_key(|line| line.row);
        let lines = std::mem::take(&mut sheet.lines);
        sheet.lines = lines
            .chunk_by(|a, b| a.row == b.row)
            .map(|same| {
                let mut cells: Vec<(u32, Cell<'_>)> = same.iter().flat_map(Line::cells).collect();
                cells.sort_by_key(|(column, _)| *column);
                cells.dedup_by_key(|(column, _)| *column);
                Line::of(same.first().map_or(0, |line| line.row), cells)
            })
            .collect();
    }
}

/// Reads every sheet of a file part by part, after looking at its bytes.
pub(super) fn read(bytes: &[u8], file: &str, take: Taker<'_>) -> Result<()> {
    let mut sink = Sink { file, cells: 0, text: 0, take };
    // The readers were written for sound files; where one trips, the file is at fault.
    match catch_unwind(AssertUnwindSafe(|| match guard::look(bytes, file)? {
        Format::Text => text(bytes, &mut sink),
        Format::Xlsx => xlsx::read(bytes, &mut sink),
        Format::Xls if xls::read(bytes, &mut sink)? => Ok(()),
        format => workbook(bytes, format, &mut sink),
    })) {
        Ok(outcome) => outcome,
        Err(_) => Err(damaged(file)),
    }
}

/// The refusal of a file that is not whole.
pub(super) fn damaged(file: &str) -> crate::Error {
    refuse(file, "文件已损坏或不完整，读到一半读不下去。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入")
}

/// Passes parts on and stops at the limits.
pub(super) struct Sink<'a> {
    pub file: &'a str,
    cells: usize,
    text: usize,
    take: Taker<'a>,
}

impl Sink<'_> {
    /// Begins a sheet, hidden or not, whose serial numbers count from 1904 or not.
    pub fn sheet(&mut self, name: &str, hidden: bool, from_1904: bool) -> Result<()> {
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

    fn marks(&mut self, marks: Marks) -> Result<()> {
        let merged = marks.merged.into_iter().map(Part::Merged);
        merged.chain(marks.hidden.into_iter().map(Part::HiddenRow)).try_for_each(&mut self.take)
    }

    /// What is no cell.
    pub fn part(&mut self, part: Part<'_>) -> Result<()> {
        (self.take)(part)
    }

    /// A number with the look of its style, where that is known; days may count from 1904.
    pub fn put_number(&mut self, row: u32, column: u32, number: f64, look: Option<&Look>, late: bool) -> Result<()> {
        match look {
            None | Some(Look::Plain) => self.put(row, column, Cell::Number(number, false)),
            Some(Look::Day) => self.put(row, column, Cell::Date(number + if late { DAYS_TO_1904 } else { 0.0 })),
            Some(Look::Own(shown)) => self.put_shown(row, column, number, shown),
        }
    }

    /// A number as it is seen.
    fn put_shown(&mut self, row: u32, column: u32, number: f64, shown: &Shown) -> Result<()> {
        let digits = Cell::Number(number, false);
        let seen = match shown {
            Shown::Percent => return self.put(row, column, Cell::Number(number, true)),
            Shown::Padded(width) if number >= 0.0 => format!("{:0>width$}", digits.to_string()),
            Shown::Padded(_) => return self.put(row, column, digits),
            Shown::Worded(before, behind) => format!("{before}{digits}{behind}"),
            Shown::Scaled => format!("{digits}元"),
        };
        self.put(row, column, Cell::Text(&seen))
    }

    /// A cell, its row counted from 0 as the readers do.
    pub fn put(&mut self, row: u32, column: u32, content: Cell<'_>) -> Result<()> {
        if let Cell::Text(text) = content {
            if text.trim_start().is_empty() {
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

/// Whether a cell of a text file is a formula of cells or functions, not what it comes to: =A1+B1, =SUM(A1:A3).
fn is_formula(text: &str) -> bool {
    let formula = text.trim().strip_prefix('=').unwrap_or_default();
    formula.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$')
        && formula.contains(|c: char| c.is_ascii_digit() || c == '(')
}

fn text(bytes: &[u8], sink: &mut Sink<'_>) -> Result<()> {
    sink.sheet("", false, false)?;
    for line in csv::read(bytes, sink.file)?.lines {
        for (column, cell) in line.cells() {
            let cell = match cell {
                Cell::Text(text) if is_formula(text) => Cell::Error(UNSOLVED),
                cell => cell,
            };
            sink.put(line.row - 1, column, cell)?;
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
        Format::Xlsb => {
            let mut book = calamine::Xlsb::new(source).map_err(|e| bad(&e))?;
            let late = book.has_1904_epoch();
            let parts = marks::binary_sheets(bytes).filter(|all| all.len() == book.sheets_metadata().len());
            for (at, name, hidden) in worksheets(book.sheets_metadata()) {
                sink.sheet(&name, hidden, late)?;
                let part = parts.as_ref().and_then(|all| all.get(at));
                let own = part.and_then(|part| marks::Binary::of(bytes, part));
                if !own.as_ref().is_some_and(marks::Binary::tells) {
                    (sink.take)(Part::Unseen)?;
                }
                {
                    let mut beside = own.iter().flat_map(marks::Binary::cells);
                    let mut reader = book.worksheet_cells_reader(&name).map_err(|e| bad(&e))?;
                    while let Some(cell) = reader.next_cell().map_err(|e| bad(&e))? {
                        let (row, column) = cell.get_position();
                        let mut shown = None;
                        for one in beside.by_ref() {
                            if one.error {
                                sink.put(one.at.0, one.at.1, Cell::Error(FAILED))?;
                                continue;
                            }
                            shown = one.shown.filter(|_| one.at == (row, column));
                            break;
                        }
                        put(sink, row, column, cell.get_value(), shown.as_ref(), late)?;
                    }
                    for one in beside.filter(|one| one.error) {
                        sink.put(one.at.0, one.at.1, Cell::Error(FAILED))?;
                    }
                }
                sink.marks(own.map(|own| own.marks()).unwrap_or_default())?;
            }
        }
        Format::Xls => {
            let mut book = calamine::Xls::new(source).map_err(|e| bad(&e))?;
            let late = book.has_1904_epoch();
            for (_, name, hidden) in worksheets(book.sheets_metadata()) {
                sink.sheet(&name, hidden, late)?;
                (sink.take)(Part::Unseen)?;
                sink.merged(book.merge_cells_by_sheet_name(&name).unwrap_or_default())?;
                range(sink, &book.worksheet_range(&name).map_err(|e| bad(&e))?, &Marks::default(), late)?;
            }
        }
        Format::Ods => {
            let mut all = marks::of_tables(bytes).unwrap_or_default();
            let mut book = calamine::Ods::new(source).map_err(|e| bad(&e))?;
            for (at, name, hidden) in worksheets(book.sheets_metadata()) {
                sink.sheet(&name, hidden, false)?;
                let own = all.get_mut(at).map(std::mem::take).unwrap_or_default();
                range(sink, &book.worksheet_range(&name).map_err(|e| bad(&e))?, &own, false)?;
                own.unsolved.iter().try_for_each(|(row, column)| sink.put(*row, *column, Cell::Error(UNSOLVED)))?;
                sink.marks(own)?;
            }
        }
        Format::Xlsx | Format::Text => {}
    }
    Ok(())
}

/// The sheets with cells: their place among all, name, and whether each is hidden.
fn worksheets(sheets: &[calamine::Sheet]) -> Vec<(usize, String, bool)> {
    sheets
        .iter()
        .enumerate()
        .filter(|(_, s)| s.typ == SheetType::WorkSheet)
        .map(|(at, s)| (at, s.name.clone(), s.visible != SheetVisible::Visible))
        .collect()
}

fn range(sink: &mut Sink<'_>, range: &calamine::Range<Data>, marks: &Marks, late: bool) -> Result<()> {
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let at = |n: usize, from: u32| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(from);
        let (row, column) = (at(row, top), at(column, left));
        put(sink, row, column, &borrowed(value), marks.shown.get(&(row, column)), late)?;
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

fn put(
    sink: &mut Sink<'_>,
    row: u32,
    column: u32,
    value: &DataRef<'_>,
    shown: Option<&Shown>,
    late: bool,
) -> Result<()> {
    let number = match value {
        #[allow(clippy::cast_precision_loss, reason = "workbooks hold their whole numbers as f64 themselves")]
        DataRef::Int(n) => Some(*n as f64),
        DataRef::Float(n) => Some(*n),
        _ => None,
    };
    if let (Some(number), Some(shown)) = (number, shown) {
        return sink.put_shown(row, column, number, shown);
    }
    let content = match value {
        DataRef::Empty => return Ok(()),
        #[allow(clippy::cast_precision_loss, reason = "workbooks hold their whole numbers as f64 themselves")]
        DataRef::Int(n) => Cell::Number(*n as f64, false),
        DataRef::Float(n) => Cell::Number(*n, false),
        DataRef::String(text) => Cell::Text(text),
        DataRef::SharedString(text) => Cell::Text(text),
        DataRef::Bool(b) => Cell::Bool(*b),
        DataRef::DateTime(serial) => Cell::Date(serial.as_f64() + if late { DAYS_TO_1904 } else { 0.0 }),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(text),
        DataRef::Error(error) => return sink.put(row, column, Cell::Error(&error.to_string())),
    };
    sink.put(row, column, content)
}

//! Filled forms, templates and lists as .xlsx bytes: the only user of `rust_xlsxwriter`.
//!
//! The same input gives the same bytes: no clock and no chance has a part in them. Text is always
//! written as text, so that nothing a person typed can become a formula or a link.

mod correction;
mod evidence;
mod grid;
mod listing;
mod paper;
mod template;

pub(crate) use listing::{Entry, Listing, listings};

use std::borrow::Cow;

use chrono::NaiveDate;
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::error::{Error, Result};
use crate::form::{Cell, Content, Filled};
use crate::ledger::Ledger;
use crate::record::Shape;

/// A filled form as a workbook.
///
/// A form of figures gives the sheet 季报 (its own title for other than quarterly forms) laid out
/// as the paper (on its own grid where the form has one), 依据 with the records behind every figure, and 审核 with every rule that spoke. A form of
/// rosters gives one sheet for each roster, and 审核 when a rule spoke.
///
/// # Errors
/// [`Error::Workbook`] when the form is beyond what a workbook holds, for example more than a million rows.
pub fn form(filled: &Filled) -> Result<Vec<u8>> {
    let about = DocProperties::new().set_title(plain(&format!("{} {}", filled.title, filled.period_label)));
    let mut book = Book::new(about, filled.cutoff)?;
    if let Some(paper) = &filled.grid {
        grid::paper(book.sheet(&paper::sheet_name(filled))?, filled, paper)?;
    } else if (!filled.cells.is_empty() && !filled.lists_only) || filled.tables.is_empty() {
        paper::figures(book.sheet(&paper::sheet_name(filled))?, filled)?;
    }
    let on_paper = filled.grid.as_ref().is_some_and(|grid| grid.with_tables);
    for (i, table) in filled.tables.iter().enumerate().filter(|_| !on_paper) {
        let first = i == 0 && (filled.cells.is_empty() || filled.lists_only);
        let name = if first { paper::sheet_name(filled) } else { format!("附表{}", i + 1) };
        paper::roster(book.sheet(&name)?, filled, table)?;
    }
    if !filled.cells.is_empty() {
        evidence::figures(book.sheet("依据")?, filled)?;
    }
    if !filled.cells.is_empty() || !filled.breaches.is_empty() {
        evidence::checks(book.sheet("审核")?, filled)?;
    }
    book.bytes()
}

/// An empty roster to fill in: headings with notes, drop-downs, formats, and a sheet 填写说明.
///
/// Its names to choose from (drop-downs of references) come from the ledger.
///
/// # Errors
/// [`Error::Workbook`] when the ledger holds more names than a sheet has rows.
pub fn template(shape: &Shape, ledger: &Ledger) -> Result<Vec<u8>> {
    template::write(shape, ledger, None)
}

/// The template filled with the records there are: a list to hand on, and to read back unchanged.
/// The lists of teams and of enterprises hold the tenants that are that on the day `today`.
///
/// # Errors
/// [`Error::Workbook`] when there are more records than a sheet has rows.
pub fn list(shape: &Shape, ledger: &Ledger, today: NaiveDate) -> Result<Vec<u8>> {
    template::write(shape, ledger, Some(today))
}

/// The rows that an import left out, in the columns of their file, each with what is wrong with it.
///
/// # Errors
/// [`Error::Workbook`] when there are more than a sheet has rows.
pub fn correction(correction: &crate::roster::Correction) -> Result<Vec<u8>> {
    correction::write(correction)
}

impl From<XlsxError> for Error {
    fn from(e: XlsxError) -> Error {
        Error::Workbook(match e {
            XlsxError::RowColumnLimitError => "内容超过了一张工作表的行数或列数上限".to_owned(),
            XlsxError::MaxStringLengthExceeded => "有文字超过了单元格的长度上限".to_owned(),
            other => other.to_string(),
        })
    }
}

/// Text of a cell, in print on paper and on screen.
const FONT: &str = "宋体";
/// Paper number of A4.
const A4: u8 = 9;
/// Longest text of a cell, in UTF-16 units.
const LONGEST: usize = 32_767;
/// Longest name of a sheet, in UTF-16 units.
const LONGEST_NAME: usize = 31;

/// Excel's own number formats: text, whole numbers, two decimals.
const TEXT: u8 = 49;
const WHOLE: u8 = 1;
const HUNDREDTHS: u8 = 2;

/// A workbook that is being written.
struct Book {
    book: Workbook,
    names: Vec<String>,
}

impl Book {
    /// `made` is the date in the file's properties: one that follows from the content, not the day of writing.
    fn new(about: DocProperties, made: NaiveDate) -> Result<Book> {
        let mut book = Workbook::new();
        // A twentieth larger than at the usual 6, in little more than half the time.
        book.set_zip_compression_level(3);
        // Height and width in pixels are those that Excel itself uses with 宋体 11 as the normal font.
        book.set_default_format(&Format::new().set_font_name(FONT).set_font_size(11), 18, 72)?;
        // Neither Excel nor the ZIP inside takes days outside these years.
        let made = made.clamp(day(1980, 1, 1), day(2100, 1, 1));
        book.set_properties(&about.set_author("众创台账").set_creation_datetime(&made));
        Ok(Book { book, names: Vec::new() })
    }

    /// A new sheet under a legal name, unique in the workbook, that is as near to `name` as can be.
    fn sheet(&mut self, name: &str) -> Result<&mut Worksheet> {
        let wanted = legal_name(name);
        let mut free = wanted.clone();
        let mut n = 1;
        while self.names.iter().any(|taken| taken.to_lowercase() == free.to_lowercase()) {
            n += 1;
            let after = format!("({n})");
            free = format!("{}{after}", shorten(&wanted, LONGEST_NAME - after.len()));
        }
        self.names.push(free.clone());
        let sheet = self.book.add_worksheet();
        sheet.set_name(free)?.set_paper_size(A4);
        Ok(sheet)
    }

    fn bytes(mut self) -> Result<Vec<u8>> {
        let mut bytes = self.book.save_to_buffer()?;
        made_anywhere(&mut bytes);
        Ok(bytes)
    }
}

/// An archive notes for each of its files on what kind of system it was made. A workbook must not: the same
/// report is the same bytes on every computer. All say Unix, as those made before do.
fn made_anywhere(zip: &mut [u8]) {
    const UNIX: u8 = 3;
    let number = |zip: &[u8], at: usize, length: usize| {
        let bytes = zip.get(at..at + length).unwrap_or_default();
        bytes.iter().rev().fold(0, |sum: usize, byte| sum << 8 | usize::from(*byte))
    };
    // The end record, without a remark behind it, tells where the list of files begins.
    let mut at = number(zip, zip.len().saturating_sub(6), 4);
    while zip.get(at..at + 4) == Some(b"PK\x01\x02") {
        if let Some(system) = zip.get_mut(at + 5) {
            *system = UNIX;
        }
        at += 46 + number(zip, at + 28, 2) + number(zip, at + 30, 2) + number(zip, at + 32, 2);
    }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// A sheet's name: without the signs that Excel forbids, at most 31 long, never empty.
fn legal_name(name: &str) -> String {
    let allowed =
        |c: &char| !c.is_control() && !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\u{FFFE}' | '\u{FFFF}');
    let name: String = name.chars().filter(allowed).collect();
    let name = shorten(name.trim_matches(['\'', ' ']), LONGEST_NAME).trim_matches(['\'', ' ']);
    // Excel keeps this name for itself.
    if name.is_empty() || name.eq_ignore_ascii_case("history") { "表格".to_owned() } else { name.to_owned() }
}

/// The longest beginning of `text` that has at most `units` UTF-16 units.
fn shorten(text: &str, units: usize) -> &str {
    let mut room = units;
    for (at, c) in text.char_indices() {
        let Some(left) = room.checked_sub(c.len_utf16()) else {
            return text.get(..at).unwrap_or(text);
        };
        room = left;
    }
    text
}

/// Text as a cell can hold it. NUL, which ends a text for many a program, is made visible as ␀; the
/// other control characters are kept, in Excel's own notation. What is longer than a cell says so.
fn fit(text: &str) -> Cow<'_, str> {
    let text = if text.contains('\0') { Cow::Owned(text.replace('\0', "␀")) } else { Cow::Borrowed(text) };
    // No text of that many bytes can be too long, and counting them is quicker than counting characters.
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return text;
    }
    let remark = "……(文字超过单元格上限，后面的部分未能写入)";
    Cow::Owned(format!("{}{remark}", shorten(&text, LONGEST - remark.encode_utf16().count())))
}

/// Text for a place that holds one line without control characters: properties, headers.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Text as a header or footer prints it: `&` begins a command there.
fn header_text(text: &str) -> String {
    shorten(&plain(text), 60).replace('&', "&&")
}

/// How wide a text is in print, in half-width characters: a Chinese one counts double.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// Lines that a text fills in a cell of `room` half-width characters.
fn lines(text: &str, room: usize) -> usize {
    text.lines().map(|line| width(line).div_ceil(room.max(1)).max(1)).sum::<usize>().max(1)
}

/// Half-width characters that fit into columns of these widths: those of 宋体 11 are a little narrower
/// than the unit of a column's width.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "widths are small and positive")]
fn room(widths: &[f64]) -> usize {
    (widths.iter().sum::<f64>() * 1.09).max(4.0) as usize
}

/// Height in points of a row of so many lines.
#[allow(clippy::cast_precision_loss, reason = "a handful of lines")]
fn row_height(lines: usize) -> f64 {
    // Excel takes no row higher than 409 points.
    (20.0 + 14.5 * (lines.saturating_sub(1) as f64)).min(409.0)
}

/// Makes a row as high as its longest text needs, given with the widths of their columns: not every
/// program does that by itself.
fn grow(sheet: &mut Worksheet, row: u32, texts: &[(f64, &str)]) -> Result<()> {
    let mut tall = 1;
    for (width, words) in texts {
        let room = room(&[*width]);
        // No text of that many bytes fills a second line.
        if words.len() > room || words.contains('\n') {
            tall = tall.max(lines(words, room));
        }
    }
    if tall > 1 {
        sheet.set_row_height(row, row_height(tall))?;
    }
    Ok(())
}

fn text(sheet: &mut Worksheet, row: u32, col: u16, text: &str, format: &Format) -> Result<()> {
    sheet.write_string_with_format(row, col, fit(text), format)?;
    Ok(())
}

/// Text in the format of its column: quicker for long tables.
fn quick_text(sheet: &mut Worksheet, row: u32, col: u16, text: &str) -> Result<()> {
    sheet.write_string(row, col, fit(text))?;
    Ok(())
}

/// Content of a form's cell: numbers as numbers, blank as a blank cell in its format.
fn content(
    sheet: &mut Worksheet,
    row: u32,
    col: u16,
    content: Option<&Content>,
    decimals: Decimals,
    formats: &ContentFormats,
) -> Result<()> {
    match content {
        None => sheet.write_blank(row, col, &formats.int)?,
        Some(Content::Int(n)) => sheet.write_number_with_format(row, col, whole(*n), &formats.int)?,
        Some(Content::Decimal(n)) => {
            let format = match decimals {
                Decimals::Short => &formats.short,
                Decimals::One => &formats.one,
                Decimals::Two => &formats.two,
            };
            sheet.write_number_with_format(row, col, crate::amount::in_units(*n, 100), format)?
        }
        Some(Content::Text(t)) => return text(sheet, row, col, t, &formats.text),
    };
    Ok(())
}

/// Decimals that a number shows.
#[derive(Clone, Copy)]
enum Decimals {
    /// As many as it has: measures.
    Short,
    One,
    Two,
}

impl Decimals {
    /// As [`Cell::printed`] prints them.
    fn of(cell: &Cell) -> Decimals {
        match (crate::amount::scale(&cell.unit), cell.decimals) {
            (_, 1) => Decimals::One,
            (1, _) => Decimals::Short,
            _ => Decimals::Two,
        }
    }
}

struct ContentFormats {
    int: Format,
    short: Format,
    one: Format,
    two: Format,
    text: Format,
}

impl ContentFormats {
    /// Numbers to the right and text to the left, otherwise like `base`.
    fn on(base: &Format) -> ContentFormats {
        let number = base.clone().set_align(FormatAlign::Right).set_indent(1);
        ContentFormats {
            int: number.clone().set_num_format_index(WHOLE),
            one: number.clone().set_num_format("0.0"),
            two: number.clone().set_num_format_index(HUNDREDTHS),
            short: number,
            text: base.clone().set_align(FormatAlign::Left).set_text_wrap().set_num_format_index(TEXT),
        }
    }
}

/// A workbook knows only floats; counts and amounts lie far below 2^53, where they are exact.
#[allow(clippy::cast_precision_loss, reason = "exact below 2^53")]
fn whole(n: i64) -> f64 {
    n as f64
}

fn base(size: f64) -> Format {
    Format::new().set_font_name(FONT).set_font_size(size).set_align(FormatAlign::VerticalCenter)
}

fn boxed(size: f64) -> Format {
    base(size).set_border(FormatBorder::Thin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheet_names_are_legal_and_near_the_title() {
        for (title, want) in [
            ("众创空间统计监测报表(季报)", "众创空间统计监测报表(季报)"),
            ("a/b:c*d?e[f]g\\h", "abcdefgh"),
            ("'引号'", "引号"),
            ("", "表格"),
            ("\0\u{1}", "表格"),
            ("History", "表格"),
        ] {
            assert_eq!(legal_name(title), want, "{title:?}");
        }
        assert_eq!(legal_name(&"长".repeat(40)), "长".repeat(31), "Excel takes 31");
        assert_eq!(legal_name(&"😀".repeat(40)), "😀".repeat(15), "of UTF-16 units, and no half character");
    }

    #[test]
    fn two_sheets_never_share_a_name() -> Result<()> {
        let mut book = Book::new(DocProperties::new(), day(2021, 9, 20))?;
        let names: Vec<String> = ["名册", "名册", "名册"]
            .iter()
            .map(|name| book.sheet(name).map(|sheet| sheet.name()))
            .collect::<Result<_>>()?;
        assert_eq!(names, ["名册", "名册(2)", "名册(3)"], "the second one is told apart");
        Ok(())
    }

    #[test]
    fn long_text_is_cut_with_a_remark() {
        let whole = "字".repeat(LONGEST);
        assert_eq!(fit(&whole), whole, "what fits is kept");
        let cut = fit(&"字".repeat(LONGEST + 1)).into_owned();
        assert_eq!(cut.encode_utf16().count(), LONGEST, "as much as fits");
        assert!(cut.ends_with("未能写入)"), "and it says so");
        assert!(fit(&"😀".repeat(LONGEST)).encode_utf16().count() <= LONGEST, "no half character");
    }

    #[test]
    fn header_commands_are_disarmed() {
        assert_eq!(header_text("A&B\n&D"), "A&&B &&D", "an ampersand prints as one");
    }
}

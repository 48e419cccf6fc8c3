//! Plain lists: a heading, column heads, rows; rows that begin a group stand out.

use rust_xlsxwriter::{DocProperties, FormatAlign, Worksheet};

use super::{Book, FONT, TEXT, base, boxed, grow, header_text, plain, quick_text, text};
use crate::error::Result;
use chrono::NaiveDate;

/// Content of a cell of a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Entry {
    Text(String),
    Number(f64),
    Blank,
}

impl From<&str> for Entry {
    fn from(text: &str) -> Entry {
        Entry::from(text.to_owned())
    }
}

impl From<String> for Entry {
    fn from(text: String) -> Entry {
        if text.is_empty() { Entry::Blank } else { Entry::Text(text) }
    }
}

impl From<f64> for Entry {
    fn from(n: f64) -> Entry {
        Entry::Number(n)
    }
}

impl From<usize> for Entry {
    fn from(n: usize) -> Entry {
        Entry::Number(super::whole(i64::try_from(n).unwrap_or(i64::MAX)))
    }
}

/// One sheet of lists.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    /// Name of the sheet, and its heading.
    pub(crate) name: String,
    /// Lines below the heading.
    pub(crate) about: Vec<String>,
    /// Heads with their widths in characters.
    pub(crate) columns: Vec<(&'static str, f64)>,
    /// Rows; one that is marked begins a group.
    pub(crate) rows: Vec<(bool, Vec<Entry>)>,
}

/// Some lists as a workbook, made on a day.
pub(crate) fn listings(title: &str, made: NaiveDate, lists: &[Listing]) -> Result<Vec<u8>> {
    let mut book = Book::new(DocProperties::new().set_title(plain(title)), made)?;
    for list in lists {
        write(book.sheet(&list.name)?, title, list)?;
    }
    book.bytes()
}

fn write(sheet: &mut Worksheet, title: &str, list: &Listing) -> Result<()> {
    let heading = base(14.0).set_bold();
    text(sheet, 0, 0, &format!("{}　{title}", list.name), &heading)?;
    sheet.set_row_height(0, 26)?;
    let mut row = 1;
    for line in &list.about {
        text(sheet, row, 0, line, &base(10.0))?;
        row += 1;
    }
    let head = boxed(10.0).set_bold().set_align(FormatAlign::Center).set_background_color("#D9E2F3");
    for (col, (name, width)) in (0..).zip(&list.columns) {
        sheet.set_column_width(col, *width)?;
        sheet.set_column_format(col, &base(10.0).set_text_wrap())?;
        text(sheet, row, col, name, &head)?;
    }
    sheet.set_freeze_panes(row + 1, 0)?.set_repeat_rows(row, row)?;
    let first = row;
    let (line, group) = (boxed(10.0).set_border_color("#A6A6A6").set_text_wrap(), "#F2F2F2");
    let words = line.clone().set_num_format_index(TEXT);
    let number = line.clone().set_align(FormatAlign::Right);
    let (words_head, number_head) =
        (words.clone().set_bold().set_background_color(group), number.clone().set_bold().set_background_color(group));
    for (begins, cells) in &list.rows {
        row += 1;
        for (col, cell) in (0..).zip(cells) {
            match (cell, begins) {
                (Entry::Text(words), false) => quick_text(sheet, row, col, words)?,
                (Entry::Text(words), true) => text(sheet, row, col, words, &words_head)?,
                (Entry::Number(n), _) => {
                    sheet.write_number_with_format(row, col, *n, if *begins { &number_head } else { &number })?;
                }
                (Entry::Blank, true) => {
                    sheet.write_blank(row, col, &words_head)?;
                }
                (Entry::Blank, false) => {}
            }
        }
        let texts: Vec<(f64, &str)> = cells
            .iter()
            .zip(&list.columns)
            .filter_map(|(cell, (_, width))| if let Entry::Text(t) = cell { Some((*width, t.as_str())) } else { None })
            .collect();
        grow(sheet, row, &texts)?;
    }
    let last = u16::try_from(list.columns.len()).unwrap_or(1).saturating_sub(1);
    sheet.set_print_area(0, 0, row, last)?;
    if row > first {
        sheet.autofilter(first, 0, row, last)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_margins(0.5, 0.5, 0.7, 0.7, 0.3, 0.3);
    sheet.set_header(format!("&L&\"{FONT},Regular\"&9 {}", header_text(&format!("{title} {}", list.name))));
    sheet.set_footer(format!("&C&\"{FONT},Regular\"&9&P/&N"));
    Ok(())
}

//! The rows that an import left out, to be mended.

use rust_xlsxwriter::{DocProperties, Format, FormatAlign, Note};

use super::{Book, FONT, TEXT, base, boxed, day, fit, grow, text, width};
use crate::error::Result;
use crate::roster::{Content, Correction, CorrectionSheet};

const HEAD: &str = "#DDEBF7";
const WRONG: &str = "#FFE699";
/// Width of the column of reasons.
const REASON: f64 = 60.0;
/// Rows by which the width of a column is judged.
const JUDGED: usize = 100;

/// The workbook.
pub(super) fn write(correction: &Correction) -> Result<Vec<u8>> {
    // Nothing in the file follows from the day of writing.
    let mut book = Book::new(DocProperties::new().set_title("未导入的行"), day(2021, 1, 1))?;
    for one in &correction.sheets {
        let name = if one.name.is_empty() { "未导入的行" } else { &one.name };
        sheet(&mut book, name, one)?;
    }
    book.bytes()
}

fn sheet(book: &mut Book, name: &str, one: &CorrectionSheet) -> Result<()> {
    let sheet = book.sheet(name)?;
    let mut row = 0;
    if let Some(unit) = &one.unit {
        text(sheet, row, 0, unit, &base(11.0))?;
        row += 1;
    }
    let head = boxed(11.0).set_bold().set_align(FormatAlign::Center).set_text_wrap().set_background_color(HEAD);
    let tall = one.columns.iter().any(|(parts, _)| parts.len() > 1);
    let mut col = 0;
    while let Some((parts, _)) = one.columns.get(col) {
        let at = u16::try_from(col).unwrap_or(u16::MAX);
        let mut next = col + 1;
        match parts.as_slice() {
            [above, below] => {
                text(sheet, row + 1, at, below, &head)?;
                // Columns of one group stand under one cell.
                while let Some((more, _)) = one.columns.get(next)
                    && let [group, below] = more.as_slice()
                    && group == above
                {
                    text(sheet, row + 1, u16::try_from(next).unwrap_or(u16::MAX), below, &head)?;
                    next += 1;
                }
                let last = u16::try_from(next - 1).unwrap_or(u16::MAX);
                if last > at {
                    sheet.merge_range(row, at, row, last, &fit(above), &head)?;
                } else {
                    text(sheet, row, at, above, &head)?;
                }
            }
            parts => {
                let heading = parts.concat();
                if tall {
                    sheet.merge_range(row, at, row + 1, at, &fit(&heading), &head)?;
                } else {
                    text(sheet, row, at, &heading, &head)?;
                }
            }
        }
        col = next;
    }
    row += if tall { 2 } else { 1 };
    sheet.set_freeze_panes(row, 0)?;
    let reason = u16::try_from(one.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    for (col, (parts, _)) in (0_u16..).zip(&one.columns) {
        let contents = one.rows.iter().take(JUDGED).flat_map(|r| &r.cells).filter(|(at, _)| *at == col);
        let widest = contents.filter_map(|(_, c)| if let Content::Text(t) = c { Some(width(t)) } else { None }).max();
        let heading = parts.iter().map(|p| width(p)).max().unwrap_or(0);
        #[allow(clippy::cast_precision_loss, reason = "a handful of characters")]
        let wide = (heading.max(widest.unwrap_or(0)).clamp(8, 36) + 2) as f64;
        sheet.set_column_width(col, if col == reason { REASON } else { wide })?;
    }
    let wrap = base(11.0).set_text_wrap();
    for line in &one.rows {
        for (at, content) in &line.cells {
            let is_text = one.columns.get(usize::from(*at)).is_some_and(|(_, is_text)| *is_text);
            let wrong = line.marks.iter().any(|(m, _)| m == at);
            let format = format(content, is_text, wrong);
            match content {
                Content::Text(words) => text(sheet, row, *at, words, &format)?,
                Content::Number(n, _) | Content::Date(n) => {
                    sheet.write_number_with_format(row, *at, *n, &format)?;
                }
                Content::Bool(b) => {
                    sheet.write_boolean_with_format(row, *at, *b, &format)?;
                }
            }
        }
        for (at, say) in &line.marks {
            if !line.cells.iter().any(|(cell, _)| cell == at) {
                let is_text = one.columns.get(usize::from(*at)).is_some_and(|(_, is_text)| *is_text);
                let blank = format(&Content::Text(String::new()), is_text, true);
                sheet.write_blank(row, *at, &blank)?;
            }
            let note = Note::new(say).set_author("众创台账").add_author_prefix(false).set_font_name(FONT);
            sheet.insert_note(row, *at, &note.set_font_size(9).set_width(270).set_height(90))?;
        }
        text(sheet, row, reason, &line.reason, &wrap)?;
        grow(sheet, row, &[(REASON, &line.reason)])?;
        row += 1;
    }
    Ok(())
}

/// Text stays text, also what is typed over a damaged number; what is wrong is marked.
fn format(content: &Content, is_text: bool, wrong: bool) -> Format {
    let format = match content {
        Content::Text(_) if is_text => base(11.0).set_num_format_index(TEXT).set_text_wrap(),
        // Typed over as a date or a number, it should become one.
        Content::Text(_) => base(11.0),
        Content::Number(_, true) => base(11.0).set_num_format("0.00##%"),
        Content::Number(..) if is_text => base(11.0).set_num_format_index(TEXT),
        Content::Date(serial) if serial.fract() == 0.0 => base(11.0).set_num_format("yyyy-mm-dd"),
        Content::Date(_) => base(11.0).set_num_format("yyyy-mm-dd hh:mm"),
        Content::Number(..) | Content::Bool(_) => base(11.0),
    };
    if wrong { format.set_background_color(WRONG) } else { format }
}

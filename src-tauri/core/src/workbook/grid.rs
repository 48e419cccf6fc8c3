//! A form on its own paper: merged boxes with the wording, heights and lines of the original.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet};

use super::{Decimals, TEXT, base, header_text, lines, text, whole};
use crate::amount::in_units;
use crate::error::Result;
use crate::form::{Align, Border, Cell, Content, Filled, Grid, GridBox};

/// Margins at every side, in inches.
const MARGIN: f64 = 0.5;
/// A4 in inches: short and long side.
const A4: (f64, f64) = (8.27, 11.69);
/// Inches of one half-width character of a column and of the room beside its text: as much as programs without
/// 宋体 make of them.
const CHARACTER: f64 = 0.1;
const PADDING: f64 = 0.06;
/// Excel takes no row higher than 409 points; a taller one is made of several.
const TALLEST: f64 = 400.0;

/// The paper, A4.
pub(super) fn paper(sheet: &mut Worksheet, filled: &Filled, grid: &Grid) -> Result<()> {
    for (col, width) in (0..).zip(&grid.widths) {
        sheet.set_column_width(col, *width)?;
    }
    let heights = heights(grid);
    // Where each row of the paper begins on the sheet: a tall one takes several of its rows.
    let mut starts = Vec::with_capacity(heights.len() + 1);
    let mut next: u32 = 0;
    let mut breaks = Vec::new();
    for (row, height) in grid.rows.iter().zip(&heights) {
        if row.new_page && next > 0 {
            breaks.push(next);
        }
        starts.push(next);
        let parts = parts(*height);
        for _ in 0..parts {
            sheet.set_row_height(next, height / f64::from(parts))?;
            next += 1;
        }
    }
    starts.push(next);
    for (at, row) in grid.rows.iter().enumerate() {
        for space in &row.boxes {
            let Some((first, last)) = starts.get(at).zip(starts.get(at + space.rows)) else { continue };
            write(sheet, *first, last - 1, space, filled)?;
        }
    }
    if next == 0 {
        return Ok(());
    }
    let last = u16::try_from(grid.widths.len()).unwrap_or(u16::MAX).max(1) - 1;
    sheet.set_print_area(0, 0, next - 1, last)?;
    sheet.set_page_breaks(&breaks)?;
    if grid.landscape {
        sheet.set_landscape();
    } else {
        sheet.set_portrait();
    }
    sheet.set_margins(MARGIN, MARGIN, 0.7, 0.7, 0.3, 0.3).set_print_center_horizontally(true);
    // Not "fit to one page wide": Excel forgets the page breaks then.
    sheet.set_print_scale(print_scale(&grid.widths, grid.landscape));
    marks(sheet, filled);
    sheet.set_screen_gridlines(false);
    Ok(())
}

/// Percent at which the columns fit between the margins.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 10 and 100")]
pub(super) fn print_scale(widths: &[f64], landscape: bool) -> u16 {
    let room = if landscape { A4.1 } else { A4.0 } - 2.0 * MARGIN;
    let wide: f64 = widths.iter().map(|w| w * CHARACTER + PADDING).sum();
    (room / wide * 100.0).clamp(10.0, 100.0) as u16
}

/// Rows of the sheet that a row of this height is made of.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a text has at most 32,767 characters")]
fn parts(height: f64) -> u32 {
    (height / TALLEST).ceil().max(1.0) as u32
}

/// Height of each row: what the paper has, or more where a text needs it.
fn heights(grid: &Grid) -> Vec<f64> {
    let mut heights: Vec<f64> = grid.rows.iter().map(|r| r.height).collect();
    for (at, row) in grid.rows.iter().enumerate() {
        for space in &row.boxes {
            let columns = grid.widths.iter().skip(space.column).take(space.columns);
            let there: f64 = heights.iter().skip(at).take(space.rows).sum();
            let short = needed(space, columns.sum()) - there;
            if short > 0.0
                && let Some(last) = heights.get_mut(at + space.rows - 1)
            {
                *last += short;
            }
        }
    }
    heights
}

/// Height in points of a box's text in `wide` half-width characters of 11 points.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "widths and lines are small and positive"
)]
fn needed(space: &GridBox, wide: f64) -> f64 {
    if space.text.is_empty() {
        return 0.0;
    }
    let indent = if space.align == Align::Left { 2.0 } else { 0.0 };
    let room = ((wide - indent) * 1.05 * 11.0 / space.size).max(2.0) as usize;
    lines(&space.text, room) as f64 * space.size * 1.35 + 6.0
}

/// One box over the rows `first` to `last` of the sheet.
fn write(sheet: &mut Worksheet, first: u32, last: u32, space: &GridBox, filled: &Filled) -> Result<()> {
    let from = u16::try_from(space.column).unwrap_or(u16::MAX);
    let to = u16::try_from(space.column + space.columns - 1).unwrap_or(u16::MAX);
    let format = format(space);
    if first < last || from < to {
        sheet.merge_range(first, from, last, to, "", &format)?;
    }
    let cell = space.code.as_ref().and_then(|code| filled.cells.iter().find(|c| c.code == *code));
    let content = cell.and_then(|c| c.value.as_ref()).or(space.number.as_ref());
    let number = match content {
        Some(Content::Int(n)) => Some(whole(*n)),
        Some(Content::Decimal(n)) => Some(in_units(*n, 100)),
        _ => None,
    };
    match number {
        Some(number) => {
            let shown = match (cell, content) {
                (Some(cell), _) => number_format(cell, &space.after),
                (None, Some(Content::Decimal(_))) if space.short => "General".to_owned(),
                (None, Some(Content::Decimal(_))) => "0.00".to_owned(),
                _ => "0".to_owned(),
            };
            let format = format.set_num_format(shown);
            sheet.write_number_with_format(first, from, number, &format)?;
        }
        None if space.text.is_empty() => {
            sheet.write_blank(first, from, &format)?;
        }
        None => text(sheet, first, from, &space.text, &format.set_num_format_index(TEXT))?,
    }
    Ok(())
}

/// Amounts with all their decimals, measures as short as they are, with what is printed behind them.
fn number_format(cell: &Cell, after: &str) -> String {
    let number = match (&cell.value, Decimals::of(cell)) {
        (Some(Content::Int(_)), _) => "0",
        (_, Decimals::One) => "0.0",
        (_, Decimals::Short) => "General",
        (_, Decimals::Two) => "0.00",
    };
    if after.is_empty() { number.to_owned() } else { format!("{number}\"{}\"", after.replace('"', "")) }
}

fn format(space: &GridBox) -> Format {
    let mut format = base(space.size).set_text_wrap().set_align(match space.align {
        Align::Left => FormatAlign::Left,
        Align::Center => FormatAlign::Center,
        Align::Right => FormatAlign::Right,
    });
    if space.top {
        format = format.set_align(FormatAlign::Top);
    }
    if space.bold {
        format = format.set_bold();
    }
    if space.align == Align::Left && space.border == Border::All {
        format = format.set_indent(1);
    }
    match space.border {
        Border::All => format.set_border(FormatBorder::Thin),
        Border::Bottom => format.set_border_bottom(FormatBorder::Thin),
        Border::None => format,
    }
}

/// Page header and footer: what this print is.
fn marks(sheet: &mut Worksheet, filled: &Filled) {
    let state = filled.sealed_at.as_ref().map_or("内部核对稿".to_owned(), |at| format!("已上报封存：{at}"));
    let official = if filled.official { "" } else { "非官方　" };
    let about = header_text(&format!("{official}{state}"));
    sheet.set_header(format!("&L&\"{},Regular\"&9{about}", super::FONT));
    sheet.set_footer(format!("&C&\"{},Regular\"&9&P/&N", super::FONT));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::GridRow;

    fn space(text: &str) -> GridBox {
        GridBox {
            column: 0,
            columns: 1,
            rows: 1,
            code: None,
            text: text.to_owned(),
            number: None,
            short: false,
            after: String::new(),
            align: Align::Left,
            top: true,
            bold: false,
            size: 11.0,
            border: Border::All,
        }
    }

    #[test]
    fn a_long_text_makes_its_row_taller_and_a_very_long_one_takes_several() {
        let grid = |text: &str| Grid {
            landscape: false,
            widths: vec![60.0],
            rows: vec![GridRow { height: 30.0, new_page: false, boxes: vec![space(text)] }],
            with_tables: false,
        };
        assert_eq!(heights(&grid("短")), [30.0], "the paper's own height");
        let tall = heights(&grid(&"字".repeat(1000)))[0];
        assert!(tall > 400.0, "32 lines do not fit into 30 points: {tall}");
        assert_eq!((parts(30.0), parts(tall)), (1, 2), "Excel takes no row above 409 points");
    }

    #[test]
    fn wide_paper_is_made_smaller_and_narrow_paper_is_not_made_larger() {
        assert_eq!(print_scale(&[17.0; 4], false), 100);
        assert_eq!(print_scale(&[17.0; 8], false), 51, "136 characters on a page of 70");
    }
}

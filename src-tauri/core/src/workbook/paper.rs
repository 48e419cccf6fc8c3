//! A form as it stands on paper: the sheet 季报, and rosters.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet};

use super::{
    ContentFormats, Decimals, TEXT, WHOLE, base, boxed, content, grid, header_text, lines, room, row_height, text,
    width,
};
use crate::error::Result;
use crate::form::{Cell, Content, Filled, HeadItem, RosterTable};
use crate::period::{Period, chinese_date};

/// Column heads of a form that names none.
const COLUMNS: [&str; 4] = ["指标名称", "计量单位", "代码", "数量"];
const UNOFFICIAL: &str = "（非官方表样）";
/// Columns of a wide roster that stand on each of its pages: the running number and the name.
const REPEATED: u16 = 2;
/// Between items of one line of print.
const GAP: &str = "　　";
/// Steps of indentation that are about as wide as “其中：”; Excel and LibreOffice measure them differently.
const AMONG: u8 = 3;

/// 季报 for a quarterly form of figures, the form's title for any other.
pub(super) fn sheet_name(filled: &Filled) -> String {
    if is_quarterly(filled) && !filled.cells.is_empty() { "季报".to_owned() } else { filled.title.clone() }
}

/// Whether 本季 or 本年累计 is a question for this form.
pub(super) fn is_quarterly(filled: &Filled) -> bool {
    matches!(Period::parse(&filled.period), Ok(Period::Quarter { .. }))
}

/// What a column of the printed table holds, told by its head.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Label,
    Unit,
    Code,
    Value,
    /// Left to the hand, for example 备注.
    Blank,
}

fn parts(columns: &[String]) -> Vec<Part> {
    let (mut label, mut value) = (false, false);
    let mut part = |head: &String| {
        if head.contains("代码") || head.contains("代号") {
            Part::Code
        } else if head.contains("单位") {
            Part::Unit
        } else if label && value {
            Part::Blank
        } else if label {
            value = true;
            Part::Value
        } else {
            label = true;
            Part::Label
        }
    };
    columns.iter().map(&mut part).collect()
}

impl Part {
    /// Width in half-width characters: together they fill A4 between its margins.
    fn width(self) -> f64 {
        match self {
            Part::Label => 40.0,
            Part::Unit => 9.0,
            Part::Code => 12.0,
            Part::Value | Part::Blank => 16.0,
        }
    }
}

/// The table of figures with its head and foot, A4 portrait.
pub(super) fn figures(sheet: &mut Worksheet, filled: &Filled) -> Result<()> {
    let columns: Vec<String> =
        if filled.columns.is_empty() { COLUMNS.map(str::to_owned).to_vec() } else { filled.columns.clone() };
    let parts = parts(&columns);
    let last = u16::try_from(columns.len()).unwrap_or(u16::MAX) - 1;
    for (col, part) in (0..).zip(&parts) {
        sheet.set_column_width(col, part.width())?;
    }
    let widths: Vec<f64> = parts.iter().map(|p| p.width()).collect();
    let mut row = title(sheet, filled, last)?;
    row = print_lines(sheet, row, &filled.head, &widths, 20.0)?;

    let head = boxed(11.0).set_bold().set_align(FormatAlign::Center);
    for (col, name) in (0..).zip(&columns) {
        text(sheet, row, col, name, &head)?;
    }
    sheet.set_row_height(row, 24)?;
    row += 1;

    let body = boxed(11.0);
    let section = body.clone().set_bold();
    let centred = body.clone().set_align(FormatAlign::Center).set_num_format_index(TEXT);
    let values = ContentFormats::on(&body);
    for (cell, hang) in filled.cells.iter().zip(hangs(&filled.cells)) {
        if let Some(name) = &cell.section {
            for (col, part) in (0..).zip(&parts) {
                text(sheet, row, col, if *part == Part::Label { name } else { "" }, &section)?;
            }
            sheet.set_row_height(row, 20)?;
            row += 1;
        }
        let mut tall = 1;
        for (col, part) in (0..).zip(&parts) {
            match part {
                Part::Label => {
                    let label = body.clone().set_text_wrap().set_indent(cell.indent.saturating_add(hang));
                    text(sheet, row, col, &cell.label, &label)?;
                    let indent = f64::from(cell.indent.saturating_add(hang)) * 2.0;
                    tall = tall.max(lines(&cell.label, room(&[part.width() - indent])));
                }
                Part::Unit => text(sheet, row, col, &cell.unit, &centred)?,
                Part::Code => text(sheet, row, col, &cell.code, &centred)?,
                Part::Blank => text(sheet, row, col, "", &body)?,
                Part::Value => {
                    content(sheet, row, col, cell.value.as_ref(), Decimals::of(cell), &values)?;
                    if let Some(Content::Text(t)) = &cell.value {
                        tall = tall.max(lines(t, room(&[part.width()])));
                    }
                }
            }
        }
        sheet.set_row_height(row, row_height(tall))?;
        row += 1;
    }
    row = print_lines(sheet, row, &filled.foot, &widths, 24.0)?;
    sheet.set_print_area(0, 0, row.saturating_sub(1), last)?;
    sheet.set_portrait().set_margins(0.7, 0.7, 0.8, 0.7, 0.4, 0.4).set_print_center_horizontally(true);
    // A narrative may need more than a page; a table of figures is one.
    let narrative = filled.cells.iter().any(|c| matches!(&c.value, Some(Content::Text(t)) if width(t) > 32));
    sheet.set_print_fit_to_pages(1, if narrative { 0 } else { 1 });
    marks(sheet, filled, narrative);
    sheet.set_screen_gridlines(false);
    aside(sheet, filled, last + 2)
}

/// Rows below “其中：” stand under the words after it, as on the paper.
fn hangs(cells: &[Cell]) -> Vec<u8> {
    let mut under: Option<u8> = None;
    let hang = |cell: &Cell| {
        if cell.label.starts_with("其中：") {
            under = Some(cell.indent);
            return 0;
        }
        if cell.section.is_some() || under != Some(cell.indent) {
            under = None;
        }
        if under.is_some() { AMONG } else { 0 }
    };
    cells.iter().map(hang).collect()
}

/// Title, and the period unless the head prints it; gives the row after them.
fn title(sheet: &mut Worksheet, filled: &Filled, last: u16) -> Result<u32> {
    let big = base(18.0).set_bold().set_align(FormatAlign::Center).set_text_wrap();
    span(sheet, 0, 0, last, &filled.title, &big)?;
    sheet.set_row_height(0, 36)?;
    let mut words = Vec::new();
    if !filled.head.iter().any(|item| item.value.as_ref() == Some(&filled.period_label)) {
        words.push(filled.period_label.as_str());
    }
    if !filled.official {
        words.push(UNOFFICIAL);
    }
    if words.is_empty() {
        return Ok(1);
    }
    span(sheet, 1, 0, last, &words.concat(), &base(12.0).set_align(FormatAlign::Center))?;
    sheet.set_row_height(1, 22)?;
    Ok(2)
}

/// Items of the head or foot, those of one line of print beside each other; gives the row after them.
fn print_lines(sheet: &mut Worksheet, first: u32, items: &[HeadItem], widths: &[f64], height: f64) -> Result<u32> {
    let mut row = first;
    let last = u16::try_from(widths.len()).unwrap_or(u16::MAX).saturating_sub(1);
    let format = base(11.0).set_text_wrap();
    let mut rest = items;
    while let Some(item) = rest.first() {
        let count = rest.iter().take_while(|other| other.line == item.line).count();
        let (line, after) = rest.split_at(count);
        rest = after;
        let printed: Vec<String> = line.iter().map(print_item).collect();
        if line.iter().all(|item| item.label.is_empty()) {
            // Without a label it is a line of the title: the period.
            span(sheet, row, 0, last, &printed.join(GAP), &base(12.0).set_align(FormatAlign::Center))?;
            sheet.set_row_height(row, height + 2.0)?;
            row += 1;
            continue;
        }
        let tall = match (printed.as_slice(), split(widths)) {
            ([left, right], Some((at, rooms))) => {
                span(sheet, row, 0, at, left, &format)?;
                span(sheet, row, at + 1, last, right, &format)?;
                lines(left, rooms.0).max(lines(right, rooms.1))
            }
            _ => {
                let joined = printed.join(GAP);
                span(sheet, row, 0, last, &joined, &format)?;
                lines(&joined, room(widths))
            }
        };
        sheet.set_row_height(row, height + row_height(tall) - row_height(1))?;
        row += 1;
    }
    Ok(row)
}

/// Where two items of one line part: behind the column in which three fifths of the width are reached,
/// since the longer one (operator, address) stands to the left.
fn split(widths: &[f64]) -> Option<(u16, (usize, usize))> {
    let most = widths.iter().sum::<f64>() * 0.6;
    let mut sum = 0.0;
    let at = widths.iter().position(|w| {
        sum += w;
        sum >= most
    })?;
    let (left, right) = widths.split_at(at + 1);
    if right.is_empty() {
        return None;
    }
    Some((u16::try_from(at).ok()?, (room(left), room(right))))
}

fn print_item(item: &HeadItem) -> String {
    let value = item.value.as_deref().unwrap_or("");
    if item.label.is_empty() { value.to_owned() } else { format!("{}：{value}", item.label) }
}

/// One text over the columns `from` to `to`.
fn span(sheet: &mut Worksheet, row: u32, from: u16, to: u16, words: &str, format: &Format) -> Result<()> {
    if from < to {
        sheet.merge_range(row, from, row, to, "", format)?;
    }
    text(sheet, row, from, words, format)
}

/// What this print is, for those who work with it: never part of the official wording.
fn remarks(filled: &Filled) -> Vec<String> {
    let state = match &filled.sealed_at {
        Some(at) => format!("已上报封存：{at}"),
        None => "内部核对稿".to_owned(),
    };
    let mut remarks = Vec::new();
    if !filled.official {
        remarks.push("非官方".to_owned());
    }
    remarks.push(state);
    if is_quarterly(filled) {
        remarks.push(format!("口径：{}", filled.basis.label()));
    }
    remarks.push(format!("数据截止日：{}", chinese_date(filled.cutoff)));
    remarks
}

/// Page header, and a footer with page numbers when there can be several.
fn marks(sheet: &mut Worksheet, filled: &Filled, pages: bool) {
    let printed: Vec<String> = remarks(filled).iter().map(|r| header_text(r)).collect();
    sheet.set_header(format!("&L&\"{0},Regular\"&9 {1}", super::FONT, printed.join("　")));
    if pages {
        sheet.set_footer(format!("&C&\"{},Regular\"&9&P/&N", super::FONT));
    }
}

/// The same beside the table, outside what is printed, since a header does not show on screen.
fn aside(sheet: &mut Worksheet, filled: &Filled, col: u16) -> Result<()> {
    let format = base(9.0).set_font_color("#7F7F7F");
    sheet.set_column_width(col - 1, 3)?.set_column_width(col, 28)?;
    for (row, remark) in (0..).zip(remarks(filled)) {
        text(sheet, row, col, &remark, &format)?;
    }
    Ok(())
}

/// A roster: title, head, running columns, signature line; A4 landscape, as many pages as it needs.
pub(super) fn roster(sheet: &mut Worksheet, filled: &Filled, table: &RosterTable) -> Result<()> {
    let last = u16::try_from(table.columns.len()).unwrap_or(u16::MAX).max(1) - 1;
    let head = boxed(10.5).set_bold().set_align(FormatAlign::Center).set_text_wrap();
    let mut formats = ContentFormats::on(&boxed(10.5));
    // Columns are narrow and not added up: numbers stand in their middle.
    formats.int = boxed(10.5).set_align(FormatAlign::Center).set_num_format_index(WHOLE);
    let mut widths = Vec::with_capacity(table.columns.len());
    for (i, name) in table.columns.iter().enumerate() {
        // A short head stays on one line.
        let least = f64::from(u8::try_from(width(name)).unwrap_or(u8::MAX).clamp(6, 14));
        let wanted = table.widths.get(i).copied().unwrap_or(12.0);
        widths.push(if wanted.is_finite() { wanted.clamp(least, 100.0) } else { least });
    }
    for (col, w) in (0..).zip(&widths) {
        sheet.set_column_width(col, *w)?;
    }
    // A table too wide to be read on one page goes over several side by side, its first columns on each.
    let breaks = page_breaks(&widths);
    let front = breaks.first().map_or(last, |first| first - 1);
    let front_widths = widths.get(..=usize::from(front)).unwrap_or(&widths);
    let mut row = title(sheet, filled, front)?;
    row = print_lines(sheet, row, &filled.head, front_widths, 20.0)?;
    let heading = row;
    let mut tall = 1;
    for ((col, name), w) in (0..).zip(&table.columns).zip(&widths) {
        text(sheet, row, col, name, &head)?;
        tall = tall.max(lines(name, room(&[*w])));
    }
    sheet.set_row_height(row, row_height(tall) + 4.0)?;
    sheet.set_freeze_panes(row + 1, 0)?.set_repeat_rows(row, row)?;
    row += 1;
    for record in &table.rows {
        let mut tall = 1;
        for (i, col) in (0..=last).enumerate() {
            let cell = record.cells.get(i).and_then(Option::as_ref);
            if let (Some(Content::Text(t)), Some(w)) = (cell, widths.get(i)) {
                tall = tall.max(lines(t, room(&[*w])));
            }
            let decimals = if table.short.contains(&i) { Decimals::Short } else { Decimals::Two };
            content(sheet, row, col, cell, decimals, &formats)?;
        }
        sheet.set_row_height(row, row_height(tall))?;
        row += 1;
    }
    row = print_lines(sheet, row, &filled.foot, front_widths, 24.0)?;
    sheet.set_print_area(0, 0, row.saturating_sub(1).max(heading), last)?;
    sheet.set_landscape().set_margins(0.5, 0.5, 0.8, 0.7, 0.4, 0.4).set_print_center_horizontally(true);
    match breaks.first() {
        None => drop(sheet.set_print_fit_to_pages(1, 0)),
        Some(first) => {
            // Not "fit to pages": Excel forgets the page breaks then.
            let all: Vec<u32> = breaks.iter().map(|col| u32::from(*col)).collect();
            sheet.set_vertical_page_breaks(&all)?.set_repeat_columns(0, REPEATED - 1)?;
            let (kept, page) = (widths.get(..usize::from(REPEATED)), widths.get(..usize::from(*first)));
            let rest = breaks.windows(2).map(|b| widths.get(usize::from(b[0])..usize::from(b[1])));
            let tail = breaks.last().map(|b| widths.get(usize::from(*b)..));
            let others = rest.chain(tail).flatten().map(|page| [kept.unwrap_or_default(), page].concat());
            let scales = others.chain(page.map(<[f64]>::to_vec)).map(|page| grid::print_scale(&page, true));
            sheet.set_print_scale(scales.min().unwrap_or(100));
        }
    }
    marks(sheet, filled, true);
    sheet.set_screen_gridlines(false);
    Ok(())
}

/// Columns with which a page of a wide roster begins, the first page apart: so wide that letters keep six points
/// or more, and the pages about equally wide.
fn page_breaks(widths: &[f64]) -> Vec<u16> {
    /// Half-width characters of a page.
    const PAGE: f64 = 185.0;
    let wide: f64 = widths.iter().sum();
    if wide <= PAGE {
        return Vec::new();
    }
    let repeated: f64 = widths.iter().take(usize::from(REPEATED)).sum();
    let pages = ((wide - repeated) / (PAGE - repeated).max(PAGE / 4.0)).ceil();
    let even = (wide - repeated) / pages + repeated;
    let mut breaks = Vec::new();
    let mut page = 0.0;
    for (col, width) in (0..).zip(widths) {
        // The column that reaches over the middle of the seam stands on the earlier page.
        if col > REPEATED && page + width / 2.0 > even {
            breaks.push(col);
            page = repeated;
        }
        page += width;
    }
    breaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_not_made_too_small_to_read() {
        assert!(page_breaks(&[10.0; 18]).is_empty(), "180 characters fit");
        assert_eq!(page_breaks(&[10.0; 22]), [12], "two pages, the first two columns on both");
        assert_eq!(page_breaks(&[10.0; 40]), [15, 28]);
    }

    #[test]
    fn columns_are_told_by_their_heads() {
        let of = |heads: &[&str]| parts(&heads.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>());
        let usual = [Part::Label, Part::Unit, Part::Code, Part::Value];
        assert!(of(&["指标名称", "计量单位", "代码", "数量"]) == usual);
        assert!(
            of(&["代码", "指标名称", "单位", "本期数", "备注"])
                == [Part::Code, Part::Label, Part::Unit, Part::Value, Part::Blank],
            "one column holds the figure"
        );
    }

    #[test]
    fn two_items_part_behind_three_fifths() {
        assert_eq!(split(&[40.0, 9.0, 12.0, 16.0]).map(|(at, _)| at), Some(1), "before the column of codes");
        assert!(split(&[10.0]).is_none() && split(&[]).is_none(), "nothing to part");
    }

    #[test]
    fn items_after_among_hang_under_its_words() {
        let cell = |label: &str, indent, section: Option<&str>| Cell {
            section: section.map(Into::into),
            code: String::new(),
            label: label.into(),
            unit: String::new(),
            indent,
            value: None,
            computed: None,
            decimals: 0,
            length: None,
            limit: None,
            raw: None,
            changed: Vec::new(),
            exact: None,
            overridden: false,
            reason: None,
            adjusted: None,
            from: Vec::new(),
            gaps: Vec::new(),
            notes: Vec::new(),
            help: String::new(),
        };
        let cells = [
            cell("总收入", 0, Some("一")),
            cell("其中：服务收入", 1, None),
            cell("物业收入", 1, None),
            cell("减免房租", 0, None),
            cell("别的", 1, None),
        ];
        assert_eq!(hangs(&cells), [0, 0, AMONG, 0, 0], "only directly below it");
    }
}

//! Which sheets of a file are read, and what is shown of them.

use std::collections::HashMap;
use std::sync::Arc;

use super::heading::{self, Heading};
use super::plan::{Mapped, PreviewLine, SheetFound, Table};
use super::sheet::Sheet;
use super::value::cleaned;
use super::{EXPLANATION, letters};
use crate::record::Shape;

/// Rows of a sheet that are shown for pointing at the heading.
const PREVIEW: usize = 30;
/// Columns of those rows.
const PREVIEW_COLUMNS: usize = 60;
/// Contents of a column that are shown beside its heading.
const SAMPLES: usize = 3;
/// Rows in which they are looked for.
const SAMPLED: usize = 200;
/// Longest content that is shown, in characters.
const SHORT: usize = 40;

/// How well a sheet's name fits a list: a sheet named after another list is that list's, since teams and
/// enterprises share most columns.
pub(super) fn named_for(name: &str, shape: &Shape) -> i32 {
    let others = crate::record::shapes().filter(|s| s.kind.name == shape.kind.name && s.name != shape.name);
    let word = |label: &str| label.replace("创业", "").replace("初创", "");
    let name = name.replace("创业", "").replace("初创", "");
    if name.is_empty() {
        return 1;
    }
    if name.contains(&word(shape.label)) {
        2
    } else if shape.stage.is_some() && others.filter(|s| s.stage.is_some()).any(|s| name.contains(&word(s.label))) {
        0
    } else {
        1
    }
}

fn fields(headings: &[Heading]) -> Vec<usize> {
    let first = headings.first().into_iter().flat_map(|h| &h.columns);
    let mut fields: Vec<usize> = first.filter_map(|c| c.field).collect();
    fields.sort_unstable();
    fields
}

/// Keeps the sheet that fits best, with those that have the very same columns. A sheet that the person
/// chose is kept whatever it holds.
pub(super) fn choose<'a>(
    mut found: Vec<(&'a Sheet, Vec<Heading>)>,
    shape: &Shape,
    chosen: bool,
) -> Vec<(&'a Sheet, Vec<Heading>)> {
    found.retain(|(_, headings)| !headings.is_empty());
    if chosen {
        return found;
    }
    let mut best: Option<(i32, usize, Vec<usize>)> = None;
    for (sheet, headings) in &found {
        let fields = fields(headings);
        let rank = (named_for(&sheet.name, shape), fields.len());
        if best.as_ref().is_none_or(|(name, known, _)| rank > (*name, *known)) {
            best = Some((rank.0, rank.1, fields));
        }
    }
    let best = best.map(|(_, _, fields)| fields).unwrap_or_default();
    let alone = found.len() == 1;
    found.retain(|(sheet, headings)| alone || (fields(headings) == best && named_for(&sheet.name, shape) > 0));
    found
}

/// Every sheet of the file, with what was found on it and whether it is read.
pub(super) fn listed(sheets: &[Sheet], kept: &[(&Sheet, Vec<Heading>)], shape: &Shape) -> Vec<SheetFound> {
    let entry = |sheet: &Sheet| {
        let own = kept.iter().find(|(s, _)| std::ptr::eq(*s, sheet));
        // Those that are not read were not kept: looked at once more, only to be shown.
        let other = || if sheet.lines.is_empty() { Vec::new() } else { heading::find(sheet, shape) };
        let heading = match own {
            Some((_, headings)) => headings.first().cloned(),
            None => other().into_iter().next(),
        };
        let known = heading.as_ref().map_or(0, Heading::known);
        let say = match (own.is_some(), known) {
            _ if sheet.lines.is_empty() => "空表".to_owned(),
            (true, _) if kept.len() > 1 => format!("读取：认出 {known} 列，与其他读取的工作表列相同"),
            (true, _) => format!("读取：认出 {known} 列"),
            _ if sheet.name == EXPLANATION => "填写说明，不是数据".to_owned(),
            (false, 0) if sheet.hidden => "隐藏的工作表".to_owned(),
            (false, 0) => format!("没有读取：没有找到{}的表头，需要时请选择这张表和表头行", shape.label),
            (false, known) if sheet.hidden => format!("没有读取：隐藏的工作表，认出 {known} 列，需要时请选择它"),
            (false, known) => {
                format!("没有读取：列与{}的不同(认出 {known} 列)，需要时请选择它单独导入", shape.label)
            }
        };
        let others = own.into_iter().flat_map(|(_, headings)| headings).flat_map(|h| &h.others);
        let say = others.fold(say, |say, other| format!("{say}；{}", not_read(other)));
        SheetFound {
            name: sheet.name.clone(),
            rows: sheet.lines.len(),
            heading_row: heading.map(|h| h.first_row),
            known,
            hidden: sheet.hidden,
            read: own.is_some(),
            say,
        }
    };
    sheets.iter().map(entry).collect()
}

/// What is said of a table on a sheet that is read which is not read itself: where it begins, and its heading.
pub(super) fn not_read((place, says): &(String, String)) -> String {
    format!("{place}还有另一张表(表头：{})没有读取，需要时请选择它所在的表头行或列单独导入", short(says))
}

/// A content as it is shown: on one line, not too long.
fn short(text: &str) -> String {
    let text = cleaned(text).replace('\n', " ");
    if text.chars().count() > SHORT { text.chars().take(SHORT).chain(['…']).collect() } else { text }
}

/// The columns of the first heading with their first contents, and of those beside it.
pub(super) fn mapping(headings: &[Heading], sheet: &Sheet, shape: &Shape) -> Vec<Mapped> {
    let Some(first) = headings.first() else { return Vec::new() };
    let name = |at: Option<usize>| at.and_then(|at| super::besides::name_of(shape, at)).map(str::to_owned);
    let mut samples: HashMap<u32, Vec<String>> = HashMap::new();
    for line in sheet.lines.iter().filter(|l| l.row > first.last_row).take(SAMPLED) {
        for (at, cell) in line.cells() {
            let seen = samples.entry(at).or_default();
            if seen.len() < SAMPLES {
                let text = short(&cell.to_string());
                if !text.is_empty() && !seen.contains(&text) {
                    seen.push(text);
                }
            }
        }
    }
    let mut column = |from: u32, c: &heading::Column| Mapped {
        column: letters(c.at),
        heading: c.heading.clone(),
        field: name(c.field),
        sure: c.sure,
        samples: samples.remove(&c.at).unwrap_or_default(),
        from,
    };
    let beside = headings.iter().skip(1).filter(|h| h.first_row == first.first_row);
    let tables = [first].into_iter().chain(beside);
    tables.flat_map(|h| h.columns.iter().map(|c| (h.span.start, c))).map(|(from, c)| column(from, c)).collect()
}

/// Keys of the shown columns, in their order; see [`heading::keys`].
pub(super) fn keys(mapping: &[Mapped]) -> Vec<Option<String>> {
    heading::keyed(mapping.iter().map(|m| m.heading.as_str()))
}

/// The first rows of a sheet as they stand.
pub(super) fn preview(sheet: &Sheet) -> Vec<PreviewLine> {
    let line = |line: &super::sheet::Line| PreviewLine {
        row: line.row,
        cells: line.cells().take(PREVIEW_COLUMNS).map(|(at, cell)| (letters(at), short(&cell.to_string()))).collect(),
    };
    sheet.lines.iter().take(PREVIEW).map(line).collect()
}

/// The headings of the tables that are read, as they stand.
pub(super) fn tables(kept: &[(&Sheet, Vec<Heading>)]) -> Vec<Table> {
    let mut tables = Vec::new();
    for (sheet, headings) in kept {
        let name: Arc<str> = sheet.name.as_str().into();
        for heading in heading::in_order(headings) {
            // The correction says the unit again where it is money's.
            let unit = heading.columns.iter().find(|c| c.unit.from_above).and_then(|c| c.unit.yuan);
            let lines = sheet.lines.iter().filter(|l| l.row < heading.first_row || l.row > heading.last_row);
            let mut said = lines.filter_map(|l| heading::unit_said(l, l.row < heading.first_row));
            let unit = unit.and_then(|yuan| said.find(|(own, _)| *own == yuan).map(|(_, words)| words));
            tables.push(Table {
                sheet: Arc::clone(&name),
                rows: heading.first_row..heading.end,
                from: heading.span.start,
                unit,
                columns: heading.columns.clone(),
            });
        }
    }
    tables
}

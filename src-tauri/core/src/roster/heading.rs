//! Where a table starts and ends, and which column means which field.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::apart::{Other, side_by_side};
use super::besides::{self, beside, choices, position};
use super::guard::refuse;
use super::sheet::{Line, Merged, Sheet};
use super::value::{Cell, Unit, cleaned, folded, is_blank, is_foreign, yuan_in};
use super::words::{ANY, REASON, Words, bare, everyday, fits, plain, words};
use super::{Remembered, Sure};
use crate::error::Result;
use crate::record::{Shape, Type};

/// One column of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// Counted from 0.
    pub at: u32,
    /// The heading as it stands, the parts of a two-row heading joined by a slash.
    pub heading: String,
    /// The one or two texts it is made of.
    pub parts: Vec<String>,
    /// Position in the shape's fields, `None` for a column that is not read.
    pub field: Option<usize>,
    /// Why it is that field.
    pub sure: Option<Sure>,
    pub unit: Unit,
}

/// A heading that was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heading {
    /// Its first row.
    pub first_row: u32,
    /// Its last row: records follow.
    pub last_row: u32,
    /// The row that is no longer the table's: where the next table begins.
    pub end: u32,
    pub columns: Vec<Column>,
    /// The columns of the sheet that are the table's: another may stand beside it.
    pub span: Range<u32>,
    /// Tables of other lists on the same sheet, with the first one's heading only: where each begins, and what its
    /// heading says.
    pub others: Vec<Other>,
}

impl Heading {
    pub fn new(first_row: u32, last_row: u32, columns: Vec<Column>) -> Heading {
        Heading { first_row, last_row, end: u32::MAX, columns, span: 0..u32::MAX, others: Vec::new() }
    }

    /// Makes a column this field, or none; no other column keeps the field.
    fn put(&mut self, i: usize, field: Option<usize>, sure: Sure) {
        for column in self.columns.iter_mut().filter(|c| field.is_some() && c.field == field) {
            column.field = None;
            column.sure = None;
        }
        if let Some(column) = self.columns.get_mut(i) {
            column.field = field;
            column.sure = Some(sure);
        }
    }

    /// Number of fields that have a column.
    pub fn known(&self) -> usize {
        self.columns.iter().filter(|c| c.field.is_some()).count()
    }
}

/// The headings of a sheet in the order of its rows: the first is the one that is shown, wherever it stands.
pub(super) fn in_order(headings: &[Heading]) -> Vec<&Heading> {
    let mut sorted: Vec<&Heading> = headings.iter().collect();
    sorted.sort_by_key(|h| (h.first_row, h.span.start));
    sorted
}

/// Rows below which no first heading is looked for.
pub(super) const DEEPEST: usize = 200;

/// The headings of a sheet: the row, or pair of rows, that names most fields, and below it every further
/// one that names the same required fields: a second table, or the heading repeated on each page.
pub(super) fn find(sheet: &Sheet, shape: &Shape) -> Vec<Heading> {
    let words = words(shape);
    let mut best: Option<Heading> = None;
    for (i, line) in sheet.lines.iter().take(DEEPEST).enumerate() {
        let Some(found) = heading_at(sheet, i, line, &words, shape) else { continue };
        if best.as_ref().is_none_or(|b| found.known() > b.known()) {
            best = Some(found);
        }
    }
    best.map_or_else(Vec::new, |best| with_tables_below(sheet, shape, &words, best))
}

/// The heading that the person points at: its row, or none at all when the row is 0.
///
/// # Errors
/// [`crate::Error::Refused`] when the row is empty.
pub(super) fn pick(sheet: &Sheet, shape: &Shape, row: Option<u32>, file: &str) -> Result<Vec<Heading>> {
    let words = words(shape);
    let best = match row {
        None => return Ok(find(sheet, shape)),
        Some(0) => Heading::new(0, 0, Vec::new()),
        Some(row) => {
            let Some(i) = sheet.lines.iter().position(|l| l.row == row) else {
                return Err(refuse(file, &format!("第 {row} 行是空行，不能作表头")));
            };
            let line = sheet.lines.get(i);
            line.and_then(|line| any_heading_at(sheet, i, line, &words, shape)).unwrap_or(Heading::new(
                row,
                row,
                Vec::new(),
            ))
        }
    };
    Ok(with_tables_below(sheet, shape, &words, best))
}

/// The heading of pasted text, when its first row is nothing but headings of this list, two or more.
pub(super) fn pasted(sheet: &Sheet, shape: &Shape) -> Option<Vec<Heading>> {
    let line = sheet.lines.first()?;
    let words = words(shape);
    let is_word = |cell: &Cell<'_>| matches!(cell, Cell::Text(t) if t.len() <= 90 && words.exact.contains(bare(&plain(t)).as_str()));
    let count = line.cells().count();
    if count < 2 || !line.cells().all(|(_, cell)| is_word(&cell)) {
        return None;
    }
    let heading = any_heading_at(sheet, 0, line, &words, shape).filter(|h| h.known() == count)?;
    Some(with_tables_below(sheet, shape, &words, heading))
}

/// Columns without a heading, read as these fields from left to right.
pub(super) fn of_fields(shape: &Shape, fields: &[usize], sheet: &Sheet) -> Vec<Heading> {
    let used = sheet.lines.iter().filter_map(Line::last).map(|at| at + 1).max().unwrap_or(0);
    let column = |(at, field): (u32, &usize)| {
        let label = shape.fields.get(*field).map_or("", |f| f.label);
        Column {
            at,
            heading: label.to_owned(),
            parts: vec![label.to_owned()],
            field: Some(*field),
            sure: Some(Sure::Chosen),
            // As the grid shows it.
            unit: Unit { yuan: Some(1), ..Unit::default() },
        }
    };
    let columns = (0..used).zip(fields).map(column).collect();
    vec![Heading::new(0, 0, columns)]
}

/// A heading with every further one of the same list on its sheet, units from beside the table, and columns without
/// a heading. Where a table of another list begins, ours ends.
fn with_tables_below(sheet: &Sheet, shape: &Shape, words: &Words, best: Heading) -> Vec<Heading> {
    let demanded = |h: &Heading| -> Vec<usize> {
        let mut fields: Vec<usize> = h.columns.iter().filter_map(|c| c.field).collect();
        fields.retain(|f| shape.fields.get(*f).is_some_and(|f| f.required));
        fields.sort_unstable();
        fields
    };
    let wanted = demanded(&best);
    let own = best.first_row..=best.last_row;
    let mut all = vec![best];
    let mut foreign: Vec<(u32, String)> = Vec::new();
    let mut below = 0;
    for (i, line) in sheet.lines.iter().enumerate() {
        if line.row <= below || own.contains(&line.row) || !reads_as_heading(line, &words.exact) {
            continue;
        }
        let found =
            heading_at(sheet, i, line, words, shape).filter(|h| own.start() > &h.last_row || own.end() < &h.first_row);
        match found {
            Some(found) if demanded(&found) == wanted && !fits_better_elsewhere(sheet, i, line, &found, shape) => {
                below = found.last_row;
                all.push(found);
            }
            _ => foreign.extend(foreign_heading(line).map(|says| (line.row, says))),
        }
    }
    all.sort_by_key(|h| h.first_row);
    let starts: Vec<u32> = all.iter().map(|h| h.first_row).chain(foreign.iter().map(|(row, _)| *row)).collect();
    for heading in &mut all {
        heading.end = starts.iter().copied().filter(|row| *row > heading.last_row).min().unwrap_or(u32::MAX);
    }
    let mut others: Vec<Other> = foreign.into_iter().map(|(row, says)| (format!("第 {row} 行起"), says)).collect();
    let mut all: Vec<Heading> =
        all.into_iter().flat_map(|h| side_by_side(h, sheet, shape, words, &mut others)).collect();
    let above = all.first().and_then(|first| title_unit(sheet, first.first_row, all.last().map_or(0, |h| h.last_row)));
    for column in all.iter_mut().flat_map(|h| &mut h.columns) {
        let money = column.field.and_then(|f| shape.fields.get(f)).is_some_and(|f| f.ty == Type::Money);
        if money && column.unit.yuan.is_none() && !column.unit.foreign {
            column.unit.yuan = above;
            column.unit.from_above = above.is_some();
        }
        column.unit.from_1904 = sheet.from_1904;
        column.unit.unseen = sheet.unseen;
    }
    // The one that was found, or chosen, is the one that is shown.
    if let Some(at) = all.iter().position(|h| own.contains(&h.first_row)) {
        all.swap(0, at);
    }
    for heading in &mut all {
        unheaded(sheet, heading);
        besides::unfit(sheet, heading, shape);
        by_content(sheet, heading, shape);
    }
    if let Some(first) = all.first_mut() {
        first.others = others;
    }
    all
}

/// Whether another list names more of the columns of a further heading: 服务人员 below 创业导师 have names and posts too.
fn fits_better_elsewhere(sheet: &Sheet, i: usize, line: &Line, found: &Heading, shape: &Shape) -> bool {
    crate::record::shapes().filter(|other| other.kind.name != shape.kind.name).any(|other| {
        heading_at(sheet, i, line, &words(other), other).is_some_and(|theirs| theirs.known() > found.known() + 1)
    })
}

/// What a row says that is the heading of a table of another list: nearly every cell of it is a heading of that list.
fn foreign_heading(line: &Line) -> Option<String> {
    let texts: Vec<String> = line.cells().filter_map(|(_, cell)| text_of(&cell)).collect();
    let known =
        |exact: &HashSet<&'static str>| texts.iter().filter(|t| exact.contains(bare(&plain(t)).as_str())).count();
    let numbered = usize::from(texts.first().is_some_and(|t| ["序号", "编号", "no"].contains(&plain(t).as_str())));
    let most = crate::record::shapes().map(|shape| known(&words(shape).exact)).max().unwrap_or(0);
    (most >= 3 || (most >= 2 && most + numbered >= texts.len())).then(|| texts.join("、"))
}

/// Adds the columns that hold something below but have no heading: they are shown, and can be chosen.
fn unheaded(sheet: &Sheet, heading: &mut Heading) {
    let below = sheet.lines.iter().filter(|l| l.row > heading.last_row && l.row < heading.end).take(DEEPEST);
    let mut bare: Vec<u32> =
        below.flat_map(|l| l.cells().map(|(at, _)| at)).filter(|at| heading.span.contains(at)).collect();
    bare.sort_unstable();
    bare.dedup();
    bare.retain(|at| !heading.columns.iter().any(|c| c.at == *at));
    heading.columns.extend(bare.into_iter().map(|at| Column {
        at,
        heading: String::new(),
        parts: Vec::new(),
        field: None,
        sure: None,
        unit: Unit { from_1904: sheet.from_1904, ..Unit::default() },
    }));
    heading.columns.sort_by_key(|c| c.at);
}

/// Keys by which headings are remembered: their texts, told apart where one stands twice. The column of
/// reasons in a correction file has none, so that the file keeps the shape of the one it came from.
pub(super) fn keys(heading: &Heading) -> Vec<Option<String>> {
    keyed(heading.columns.iter().map(|c| c.heading.as_str()))
}

pub(super) fn keyed<'a>(headings: impl Iterator<Item = &'a str>) -> Vec<Option<String>> {
    let mut seen: Vec<String> = Vec::new();
    headings
        .map(|heading| {
            let text = folded(heading);
            if text == REASON {
                return None;
            }
            let before = seen.iter().filter(|t| **t == text).count();
            seen.push(text.clone());
            Some(if before == 0 { text } else { format!("{text}#{}", before + 1) })
        })
        .collect()
}

/// Headings that say nothing by themselves: the contents have to tell.
const SILENT: &[&str] = &[
    "",
    "编号",
    "代码",
    "号码",
    "证照号",
    "证照号码",
    "证件号",
    "证件号码",
    "执照号",
    "营业执照号",
    "营业执照编号",
    "营业执照号码",
    "联系",
    "领域",
    "行业",
    "方向",
    "性质",
    "情况",
    "信息",
];
/// Contents that must be there before they tell anything.
const TELLING: usize = 2;

/// Gives a column whose heading is missing or says nothing the one field that all its contents are: codes with
/// their check digit, telephones, addresses, words of a closed list. A heading that says something else is
/// believed.
fn by_content(sheet: &Sheet, heading: &mut Heading, shape: &Shape) {
    for i in 0..heading.columns.len() {
        let Some(column) = heading.columns.get(i) else { continue };
        if column.field.is_some() || !SILENT.contains(&bare(&plain(&column.heading)).as_str()) {
            continue;
        }
        let (at, unit) = (column.at, column.unit);
        let below = sheet.lines.iter().filter(|l| l.row > heading.last_row && l.row < heading.end);
        let cells: Vec<Cell> = below.filter_map(|l| l.cell(at)).take(DEEPEST).collect();
        let cells: Vec<Cell> = cells.into_iter().filter(|c| !is_blank(&c.to_string(), Type::Text)).collect();
        if cells.len() < TELLING {
            continue;
        }
        let free = |f: usize| !heading.columns.iter().any(|c| c.field == Some(f));
        let fits = |field: &crate::record::Field| match field.ty {
            Type::CreditCode | Type::Email => cells.iter().all(|c| super::value::understand(field, *c, unit).is_ok()),
            Type::Phone => cells.iter().all(|c| {
                let text = c.to_string();
                text.len() == 11 && text.starts_with('1') && text.bytes().all(|b| b.is_ascii_digit())
            }),
            Type::Choice(options) => cells.iter().all(|c| options.contains(&&*cleaned(&c.to_string()))),
            _ => false,
        };
        let sound =
            |field: &crate::record::Field| field.ty != Type::Email || cells.iter().all(|c| c.to_string().contains('@'));
        let found: Vec<usize> = shape
            .fields
            .iter()
            .enumerate()
            .filter(|(f, field)| free(*f) && fits(field) && sound(field))
            .map(|(f, _)| f)
            .collect();
        if let ([only], Some(column)) = (found.as_slice(), heading.columns.get_mut(i)) {
            column.field = Some(*only);
            column.sure = Some(Sure::Content);
        }
    }
}

/// Puts fields to columns as they were chosen for a file of this shape before.
pub(super) fn remember(headings: &mut [&mut Heading], shape: &Shape, remembered: &Remembered) {
    for heading in headings {
        let keys = keys(heading);
        for (i, key) in keys.into_iter().enumerate() {
            let Some(field) = key.and_then(|key| remembered.get(&key)) else { continue };
            let field = match field {
                // A field of an older version says nothing any more.
                Some(name) => match position(shape, name) {
                    Some(at) => Some(at),
                    None => continue,
                },
                None => None,
            };
            heading.put(i, field, Sure::Remembered);
        }
    }
}

/// Puts fields to columns as the person chooses them, by the letters of the columns of the first table and those
/// beside it. A choice holds for every table that has the heading, if it is not chosen otherwise there.
///
/// # Errors
/// [`crate::Error::Refused`] for letters that the table does not have, an unknown field, and a field that two
/// columns are to be.
pub(super) fn overrule(
    headings: &mut [&mut Heading],
    shape: &Shape,
    chosen: &BTreeMap<String, Option<String>>,
    file: &str,
) -> Result<()> {
    let mut fields: Vec<(String, Option<usize>)> = Vec::new();
    for (column, name) in chosen {
        let letters = column.trim().to_ascii_uppercase();
        let field = match name {
            None => None,
            Some(name) => match position(shape, name) {
                Some(at) => Some(at),
                None => {
                    let known: Vec<String> =
                        choices(shape).iter().map(|(name, label)| format!("{name}({label})")).collect();
                    return Err(refuse(file, &format!("{}没有栏目“{name}”，现有：{}", shape.label, known.join("、"))));
                }
            },
        };
        fields.push((letters, field));
    }
    let Some(top) = headings.first().map(|h| h.first_row) else { return Ok(()) };
    // Table, place of the column and field of each.
    let mut own: Vec<(usize, usize, Option<usize>)> = Vec::new();
    for (column, field) in fields {
        let found = headings
            .iter()
            .enumerate()
            .filter(|(_, h)| h.first_row == top)
            .find_map(|(table, h)| Some((table, h.columns.iter().position(|c| super::letters(c.at) == column)?)));
        let Some((table, i)) = found else { return Err(refuse(file, &format!("表里没有 {column} 列"))) };
        if field.is_some() && own.iter().any(|(t, _, other)| *t == table && *other == field) {
            let label = field.and_then(|at| besides::label_of(shape, at)).unwrap_or_default();
            return Err(refuse(file, &format!("两列都选作了“{label}”，一个栏目只能由一列给出")));
        }
        own.push((table, i, field));
    }
    for (table, i, field) in &own {
        let Some(key) = headings.get(*table).and_then(|h| keys(h).get(*i).cloned().flatten()) else { continue };
        for other in headings.iter_mut() {
            let same = keys(other).iter().position(|k| k.as_ref() == Some(&key));
            if let Some(i) = same {
                other.put(i, *field, Sure::Chosen);
            }
        }
    }
    for (table, i, field) in own {
        if let Some(heading) = headings.get_mut(table) {
            heading.put(i, field, Sure::Chosen);
        }
    }
    Ok(())
}

/// Whether a row beside the first heading looks like one of any list: short texts only, two of them known words.
fn reads_as_heading(line: &Line, own: &HashSet<&'static str>) -> bool {
    // What is plainly no heading is most of a long table, and its words are not looked at.
    let mut count = 0;
    for (_, cell) in line.cells() {
        count += 1;
        if !matches!(cell, Cell::Text(text) if text.len() <= 90) {
            return false;
        }
    }
    let mut known = 0;
    for (n, (_, cell)) in line.cells().enumerate() {
        let Cell::Text(text) = cell else { return false };
        // Half must be known in the end.
        if n > 2 * known + count / 2 + 1 {
            return false;
        }
        if text.len() <= 60 {
            let word = bare(&plain(text));
            known += usize::from(own.contains(word.as_str()) || ANY.contains(word.as_str()));
        }
    }
    known >= 2 && known * 2 >= count
}

/// A unit for the whole table, written above it or in a note below it: 单位：万元, 计量单位：人、万元, 收入明细（万元）.
fn title_unit(sheet: &Sheet, before: u32, after: u32) -> Option<i128> {
    let above = sheet.lines.iter().take_while(|l| l.row < before).filter_map(|l| unit_said(l, true));
    let note = |l: &&Line| {
        let first = l.cells().next().and_then(|(_, cell)| text_of(&cell)).unwrap_or_default();
        ["注", "备注", "说明", "单位"].iter().any(|word| plain(&first).starts_with(word))
    };
    let below =
        sheet.lines.iter().rev().take(20).filter(|l| l.row > after).filter(note).filter_map(|l| unit_said(l, false));
    above.chain(below).next().map(|(yuan, _)| yuan)
}

/// The unit of money that a row beside a table says, with the words for it; `brackets` takes a title's (万元) too.
pub(super) fn unit_said(line: &Line, brackets: bool) -> Option<(i128, String)> {
    line.cells().find_map(|(_, cell)| {
        let said = text_of(&cell)?;
        let text = folded(&said);
        let parts = |t: &str| t.split(['、', ',', ';', '/', '和', '及', '(', ')', '。', ':', '为']).find_map(yuan_in);
        let after = text.split_once("单位").and_then(|(_, after)| parts(after));
        let inside = || text.split(['(', ')']).skip(1).step_by(2).find_map(yuan_in);
        after.or_else(|| if brackets { inside() } else { None }).map(|yuan| (yuan, said))
    })
}

/// The heading at a row, when it says enough to be one.
fn heading_at(sheet: &Sheet, i: usize, line: &Line, words: &Words, shape: &Shape) -> Option<Heading> {
    let found = any_heading_at(sheet, i, line, words, shape)?;
    let few = found.columns.len() <= 2;
    let enough = found.known() >= 2 || (found.known() == 1 && few && vital(&found, shape));
    enough.then_some(found)
}

/// The heading of one or two rows that begins at a row, whatever it says.
fn any_heading_at(sheet: &Sheet, i: usize, line: &Line, words: &Words, shape: &Shape) -> Option<Heading> {
    let one = |line: &Line| -> Heading {
        let texts: Vec<(u32, Vec<String>)> =
            line.cells().filter_map(|(at, cell)| Some((at, vec![text_of(&cell)?]))).collect();
        Heading::new(line.row, line.row, assign(&texts, words, shape))
    };
    let single = one(line);
    if single.columns.is_empty() {
        return None;
    }
    // A second row counts only when the two say more than either alone: data seldom reads as a heading,
    // and a title above one is none.
    let pair = sheet.lines.get(i + 1).filter(|next| next.row == line.row + 1).and_then(|next| {
        let columns = assign(&joined(line, next, &sheet.merged), words, shape);
        let pair = Heading::new(line.row, next.row, columns);
        // A cell merged over exactly these two rows is drawn by nobody but for a heading of two.
        let drawn = sheet.merged.iter().any(|m| m.top == line.row && m.bottom == next.row);
        let more = pair.known() > single.known() && pair.known() > one(next).known();
        (more || (drawn && pair.known() + 1 >= single.known() && pair.known() >= one(next).known())).then_some(pair)
    });
    let mut found = pair.unwrap_or(single);
    units_below(sheet, &mut found);
    Some(found)
}

/// A row of nothing but units right below the headings belongs to them: （万元）, 人, ㎡.
fn units_below(sheet: &Sheet, heading: &mut Heading) {
    let Ok(at) = sheet.lines.binary_search_by_key(&(heading.last_row + 1), |l| l.row) else { return };
    let Some(line) = sheet.lines.get(at) else { return };
    let unit = |text: &str| {
        let text = folded(text);
        let text = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(&text);
        let text = text.strip_prefix("单位:").unwrap_or(text).to_owned();
        let known = yuan_in(&text).is_some()
            || [
                "人",
                "个",
                "家",
                "场",
                "次",
                "场次",
                "项",
                "件",
                "%",
                "㎡",
                "m²",
                "m2",
                "平方米",
                "年",
                "小时",
                "人次",
                "工位",
            ]
            .contains(&text.as_str());
        known.then_some(text)
    };
    let said: Vec<(u32, Option<String>)> =
        line.cells().map(|(at, cell)| (at, text_of(&cell).and_then(|text| unit(&text)))).collect();
    if said.is_empty() || said.iter().any(|(_, unit)| unit.is_none()) {
        return;
    }
    heading.last_row = line.row;
    for (at, unit) in said {
        let (Some(unit), Some(column)) = (unit, heading.columns.iter_mut().find(|c| c.at == at)) else { continue };
        let unit = format!("({unit})");
        if let Some(last) = column.parts.last_mut() {
            last.push_str(&unit);
        }
        column.heading.push_str(&unit);
        column.unit = unit_of(&column.heading);
    }
}

/// Whether a heading of a single column is worth reading: the column must be demanded.
fn vital(heading: &Heading, shape: &Shape) -> bool {
    heading.columns.iter().filter_map(|c| c.field).any(|f| shape.fields.get(f).is_some_and(|f| f.required))
}

fn text_of(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(cleaned(text).into_owned()).filter(|t| !t.is_empty()),
        _ => None,
    }
}

/// Headings of two rows: a group above and its parts below.
fn joined(upper: &Line, lower: &Line, merged: &[Merged]) -> Vec<(u32, Vec<String>)> {
    let mut columns: Vec<u32> = upper.cells().chain(lower.cells()).map(|(at, _)| at).collect();
    columns.sort_unstable();
    columns.dedup();
    let mut group: Option<String> = None;
    let mut out = Vec::new();
    for at in columns {
        let below = lower.cell(at).as_ref().and_then(text_of);
        let above = upper.cell(at).as_ref().and_then(text_of);
        if above.is_some() {
            group.clone_from(&above);
        }
        let covered =
            merged.iter().find(|m| (m.top..=m.bottom).contains(&upper.row) && (m.left..=m.right).contains(&at));
        let group_of = match (&above, covered) {
            (Some(own), _) => Some(own.clone()),
            (None, Some(m)) => upper.cell(m.left).as_ref().and_then(text_of),
            // Text files and some formats keep no merged cells: a gap above belongs to what stands left of it.
            (None, None) if merged.is_empty() => group.clone(),
            (None, None) => None,
        };
        match (group_of, below) {
            (Some(above), Some(below)) => out.push((at, vec![above, below])),
            (Some(only), None) if above.is_some() => out.push((at, vec![only])),
            (None, Some(only)) => out.push((at, vec![only])),
            _ => {}
        }
    }
    out
}

/// 2020年营业收入 beside 2021年营业收入: which of them a record means depends on its day, so neither is taken.
fn several_years(columns: &mut [Column]) {
    let year = |c: &Column| {
        let text = folded(&c.heading);
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        (digits == 4 && text.get(4..).is_some_and(|rest| rest.starts_with('年'))).then(|| plain(&c.heading))
    };
    let years: Vec<Option<String>> = columns.iter().map(year).collect();
    for (column, own) in columns.iter_mut().zip(&years) {
        if own.is_some() && years.iter().filter(|other| *other == own).count() > 1 {
            column.field = None;
            column.sure = None;
        }
    }
}

/// Parts of a group that say no more than the group does.
const WHOLE: &[&str] = &["姓名", "名称", "金额", "数额", "数量", "总数", "总人数", "人数", "总额"];
/// Parts that are somebody's, and the group says whose.
pub(super) const SOMEBODYS: &[&str] = &[
    "电话",
    "性别",
    "学历",
    "姓名",
    "职务",
    "职称",
    "电子邮件",
    "邮箱",
    "专业",
    "院校",
    "毕业院校",
    "学校",
    "特征",
    "出生年月",
];
/// Groups that are people.
const PEOPLE: &[&str] =
    &["法人", "法定代表人", "法人代表", "成员", "导师", "股东", "联系人", "指导教师", "指导老师", "财务", "经办人"];

/// How much less the lower part of a heading counts by itself. Under a group that is another person it counts
/// not at all: 联系电话 under 法定代表人 is not the 负责人's.
fn less_alone(above: &str, below: &str, words: &Words, shape: &Shape) -> Option<u32> {
    let part = everyday(&plain(below));
    if !SOMEBODYS.contains(&part.as_str()) || shape.kind.name != "tenant" {
        return Some(3);
    }
    let group = plain(above);
    let leads = fits(above, words)
        .iter()
        .copied()
        .find(|(field, ..)| shape.fields.get(*field).is_some_and(|f| f.name == "leader_name"));
    match leads {
        Some((_, _, Sure::Label | Sure::Alias)) => Some(3),
        Some(_) => Some(20),
        None if PEOPLE.iter().any(|who| group.contains(who)) => None,
        None => Some(3),
    }
}

/// Gives every column its field: the best fit first, no field twice.
pub(super) fn assign(headings: &[(u32, Vec<String>)], words: &Words, shape: &Shape) -> Vec<Column> {
    let mut claims: Vec<(u32, usize, usize, Sure)> = Vec::new();
    for (i, (_, parts)) in headings.iter().enumerate() {
        let tries: Vec<(String, u32)> = match parts.as_slice() {
            [above, below] => {
                let mut tries = vec![(format!("{above}{below}"), 0)];
                tries.extend(less_alone(above, below, words, shape).map(|less| (below.clone(), less)));
                // 负责人 over 姓名 is the 负责人, 注册资本 over 金额 the amount of it.
                if WHOLE.contains(&folded(below).as_str()) {
                    tries.push((above.clone(), 5));
                }
                tries
            }
            parts => {
                let mut tries: Vec<(String, u32)> = parts.iter().map(|p| (p.clone(), 0)).collect();
                // 活动名称/主题 is either; units after a slash are told above.
                let halves = parts.iter().flat_map(|p| p.split(['/', '／'])).filter(|h| h.chars().count() >= 2);
                tries.extend(halves.map(|h| (h.to_owned(), 8)).filter(|(h, _)| !parts.contains(h)));
                tries
            }
        };
        for (text, less) in tries {
            let found = fits(&text, words);
            let found = found.iter().copied();
            claims.extend(found.map(|(field, score, sure)| (score.saturating_sub(less), i, field, sure)));
        }
    }
    claims.sort_by_key(|(score, i, field, _)| (std::cmp::Reverse(*score), *i, *field));
    let mut fields: Vec<Option<(usize, Sure)>> = vec![None; headings.len()];
    for (_, i, field, sure) in claims {
        if fields.get(i).is_some_and(Option::is_none) && !fields.iter().flatten().any(|(f, _)| *f == field) {
            fields[i] = Some((field, sure));
        }
    }
    let mut columns: Vec<Column> = headings
        .iter()
        .zip(fields)
        .map(|((at, parts), field)| Column {
            at: *at,
            heading: parts.join("/"),
            parts: parts.clone(),
            field: field.map(|(field, _)| field),
            sure: field.map(|(_, sure)| sure),
            unit: unit_of(&parts.concat()),
        })
        .collect();
    several_years(&mut columns);
    beside(&mut columns, shape);
    columns
}

/// The unit that a heading carries: 注册资本(万元), 金额/千元, 单位：元.
fn unit_of(heading: &str) -> Unit {
    let text = folded(heading);
    let foreign = is_foreign(&text);
    let yuan = text.split(['(', ')', '/', ':', ',']).skip(1).find_map(yuan_in).or_else(|| {
        // 注册资本万元 carries its unit without a bracket.
        ["百万元", "万元", "千元", "亿元"].iter().find(|unit| text.ends_with(**unit)).and_then(|unit| yuan_in(unit))
    });
    Unit { yuan, foreign, ..Unit::default() }
}

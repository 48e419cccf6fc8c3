//! Where a table starts, and which column means which field.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;
use std::sync::{LazyLock, OnceLock};

use super::guard::refuse;
use super::sheet::{Line, Merged, Sheet};
use super::value::{Cell, Unit, cleaned, folded, is_blank, is_foreign, yuan_in};
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
    pub others: Vec<(String, String)>,
}

impl Heading {
    fn new(first_row: u32, last_row: u32, columns: Vec<Column>) -> Heading {
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
const DEEPEST: usize = 200;

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
    let others: Vec<(String, String)> =
        foreign.into_iter().map(|(row, says)| (format!("第 {row} 行起"), says)).collect();
    let mut all: Vec<Heading> = all.into_iter().flat_map(|h| side_by_side(h, sheet, shape, words)).collect();
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
        unfit(sheet, heading, shape);
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

/// The tables that stand side by side under one heading.
fn side_by_side(heading: Heading, sheet: &Sheet, shape: &Shape, words: &Words) -> Vec<Heading> {
    let Some(next) = beside_it(&heading, sheet, shape, words) else { return vec![heading] };
    let Heading { first_row, last_row, end, columns, span, .. } = heading;
    let (left, right) = columns.split_at(next);
    let middle = right.first().map_or(span.end, |c| c.at);
    let table = |columns: &[Column], span: Range<u32>| {
        let texts: Vec<(u32, Vec<String>)> = columns.iter().map(|c| (c.at, c.parts.clone())).collect();
        Heading { end, span, ..Heading::new(first_row, last_row, assign(&texts, words, shape)) }
    };
    let mut all = vec![table(left, span.start..middle)];
    all.extend(side_by_side(table(right, middle..span.end), sheet, shape, words));
    all
}

/// Where a table begins that stands to the right of another one under the same rows: a field that a list must have is
/// named twice, and the records below are others. Its first columns may be those before that field: 序号.
fn beside_it(heading: &Heading, sheet: &Sheet, shape: &Shape, words: &Words) -> Option<usize> {
    let columns = &heading.columns;
    let demanded = |f: usize| shape.fields.get(f).is_some_and(|f| f.required);
    let twin = |at: usize| {
        let column = columns.get(at).filter(|c| c.field.is_none())?;
        let before = columns.get(..at)?;
        before.iter().position(|c| c.field.is_some_and(demanded) && c.heading == column.heading).filter(|first| {
            let field = columns.get(*first).and_then(|c| c.field);
            fits(&column.heading, words).iter().any(|(f, ..)| Some(*f) == field)
        })
    };
    let (first, again) = (0..columns.len()).find_map(|at| Some((twin(at)?, at)))?;
    // The same names once more at the right of a wide table are no other records.
    let (one, other) = (columns.get(first)?.at, columns.get(again)?.at);
    let below = sheet.lines.iter().filter(|l| l.row > heading.last_row && l.row < heading.end).take(DEEPEST);
    let pairs = below.filter_map(|l| Some((l.cell(one)?.to_string(), l.cell(other)?.to_string())));
    let (same, all) = pairs.fold((0, 0), |(same, all), (a, b)| (same + usize::from(a == b), all + 1));
    if same * 2 >= all && all > 0 {
        return None;
    }
    let back = (1..=first).take_while(|back| {
        let text = |at: usize| columns.get(at).map(|c| c.heading.as_str());
        again - back > first && text(first - back) == text(again - back)
    });
    Some(again - back.count())
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

/// Heading of the column in which a correction file says why a row was left out.
pub(super) const REASON: &str = "未导入原因";

/// What a column of a roster of tenants may be beside the list's fields: names of people who become members, and
/// whether a row is a team's or an enterprise's. They count on from the list's own fields.
const MEMBERS: usize = 0;
const ENTERED_AS: usize = 1;
const BESIDE: [(&str, &str); 2] = [("members", "成员"), ("entered_as", "登记为")];

/// Headings of people who become members.
const MEMBER_WORDS: &[&str] = &[
    "成员",
    "团队成员",
    "项目成员",
    "核心成员",
    "主要成员",
    "团队主要成员",
    "团队核心成员",
    "成员姓名",
    "团队成员姓名",
    "成员名单",
    "组员",
    "队员",
    "其他成员",
    "创业团队成员",
    "团队人员",
    "团队其他成员",
    "参与成员",
    "成员信息",
    "团队成员信息",
    "团队成员名单",
];

/// Headings of what tells teams from enterprises.
const STAGE_WORDS: &[&str] = &[
    "类型",
    "类别",
    "登记为",
    "团队/企业",
    "企业/团队",
    "团队或企业",
    "企业或团队",
    "团队企业",
    "入驻类型",
    "入驻类别",
    "项目类型",
    "单位类型",
    "单位类别",
    "入驻对象类型",
    "入驻对象类别",
    "主体类型",
    "主体类别",
    "对象类型",
    "性质",
    "入驻性质",
    "企业类别",
    "创业主体",
    "创业主体类型",
    "企业(团队)类别",
    "类型(团队/企业)",
    "类别(团队/企业)",
    "是否注册公司",
    "是否注册企业",
    "是否注册",
];

/// Position of a field or of what stands beside the list's fields.
pub(super) fn position(shape: &Shape, name: &str) -> Option<usize> {
    let own = shape.fields.iter().position(|f| f.name == name || f.label == name);
    own.or_else(|| {
        let beside = BESIDE.iter().position(|(n, label)| *n == name || *label == name)?;
        (shape.kind.name == "tenant").then_some(shape.fields.len() + beside)
    })
}

/// English name of what a column is read as.
pub(super) fn name_of(shape: &Shape, at: usize) -> Option<&'static str> {
    match at.checked_sub(shape.fields.len()) {
        None => shape.fields.get(at).map(|f| f.name),
        Some(beside) => BESIDE.get(beside).map(|(name, _)| *name),
    }
}

/// What the columns of this list can be read as: English name and Chinese label.
pub(super) fn choices(shape: &Shape) -> Vec<(&'static str, &'static str)> {
    let beside =
        BESIDE.iter().filter(|(name, _)| shape.kind.name == "tenant" && !shape.fields.iter().any(|f| f.name == *name));
    shape.fields.iter().map(|f| (f.name, f.label)).chain(beside.copied()).collect()
}

impl Column {
    /// Whether it names people who become members.
    pub fn is_members(&self, shape: &Shape) -> bool {
        self.field == Some(shape.fields.len() + MEMBERS)
    }

    /// Whether it tells teams from enterprises, where that is no field of the list.
    pub fn is_stage(&self, shape: &Shape) -> bool {
        self.field == Some(shape.fields.len() + ENTERED_AS)
    }
}

/// Columns of tenants that no field claims may name members, or tell teams from enterprises.
fn beside(columns: &mut [Column], shape: &Shape) {
    if shape.kind.name != "tenant" {
        return;
    }
    members_own(columns, shape);
    for (beside, words) in [(MEMBERS, MEMBER_WORDS), (ENTERED_AS, STAGE_WORDS)] {
        if beside == ENTERED_AS && shape.fields.iter().any(|f| f.name == "entered_as") {
            continue;
        }
        let fits = |c: &Column| {
            let text = plain(&c.heading);
            let last = c.parts.last().map(|p| plain(p)).unwrap_or_default();
            [text.as_str(), bare(&text).as_str(), last.as_str()].iter().any(|t| words.contains(t))
        };
        if let Some(column) = columns.iter_mut().find(|c| c.field.is_none() && fits(c)) {
            column.field = Some(shape.fields.len() + beside);
            column.sure = Some(Sure::Alias);
        }
    }
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
/// 性别 and 电话 behind 成员姓名 are the member's, not those of the one who leads.
fn members_own(columns: &mut [Column], shape: &Shape) {
    let mut members = false;
    for column in columns {
        let text = plain(&column.heading);
        let named = column.field.and_then(|f| shape.fields.get(f)).map(|f| f.name);
        if named == Some("leader_name") {
            members = false;
        } else if MEMBER_WORDS.contains(&text.as_str()) && text.ends_with("姓名") {
            members = true;
        } else if members && SOMEBODYS.contains(&everyday(&text).as_str()) {
            column.field = None;
            column.sure = None;
        }
    }
}

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

/// Takes the field from a column whose contents are no such thing: numbers under 成员, kinds of work under 类型.
fn unfit(sheet: &Sheet, heading: &mut Heading, shape: &Shape) {
    for i in 0..heading.columns.len() {
        let Some(column) = heading.columns.get(i) else { continue };
        let (members, stage) = (column.is_members(shape), column.is_stage(shape));
        if !members && !stage {
            continue;
        }
        let below = sheet.lines.iter().filter(|l| l.row > heading.last_row && l.row < heading.end);
        let seen = below.filter_map(|l| l.cell(column.at)).take(DEEPEST).map(|c| c.to_string());
        let seen: Vec<String> = seen.filter(|t| !is_blank(t, Type::Text)).collect();
        let fits = |t: &&String| match members {
            true => super::people::read(t, true).is_ok(),
            false => super::stage::told(t).is_some() || matches!(folded(t).as_str(), "是" | "否" | "√" | "×"),
        };
        let fitting = seen.iter().filter(fits).count();
        if !seen.is_empty()
            && fitting * 2 <= seen.len()
            && let Some(column) = heading.columns.get_mut(i)
        {
            column.field = None;
            column.sure = None;
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

/// Puts fields to columns as the person chooses them, by the letters of the first table's columns.
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
        if field.is_some() && fields.iter().any(|(_, other)| *other == field) {
            let label = name.as_deref().unwrap_or_default();
            return Err(refuse(file, &format!("两列都选作了“{label}”，一个栏目只能由一列给出")));
        }
        fields.push((letters, field));
    }
    let Some((first, others)) = headings.split_first_mut() else { return Ok(()) };
    let keys = keys(first);
    for (column, field) in fields {
        let Some(i) = first.columns.iter().position(|c| super::letters(c.at) == column) else {
            return Err(refuse(file, &format!("表里没有 {column} 列")));
        };
        first.put(i, field, Sure::Chosen);
        let Some(key) = keys.get(i).cloned().flatten() else { continue };
        for other in others.iter_mut() {
            let same = self::keys(other).iter().position(|k| k.as_ref() == Some(&key));
            if let Some(i) = same {
                other.put(i, field, Sure::Chosen);
            }
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

/// Words by which a field is known, best first.
struct Word {
    field: usize,
    text: String,
    bare: String,
    soft: String,
    score: u32,
}

/// The words of a list, worked out once for each.
#[derive(Default)]
struct Known {
    list: Vec<Word>,
    /// Patterns of this kind, each with its field's position.
    patterns: Vec<(usize, &'static Pattern)>,
}

/// The words of a list, and what they made of the texts that were looked at so far: most texts of a sheet
/// stand in it many times.
struct Words {
    known: &'static Known,
    /// Texts that are a heading of this list beyond doubt.
    exact: HashSet<&'static str>,
    seen: RefCell<HashMap<String, Rc<[Fit]>>>,
}

/// A field that a heading may name: its position, how well it fits, and why.
type Fit = (usize, u32, Sure);

static KNOWN: LazyLock<HashMap<&'static str, (&'static Shape, OnceLock<Known>)>> =
    LazyLock::new(|| crate::record::shapes().map(|shape| (shape.name, (shape, OnceLock::new()))).collect());
/// For lists that nobody imports.
static NOTHING: Known = Known { list: Vec::new(), patterns: Vec::new() };

fn words(shape: &Shape) -> Words {
    let known = KNOWN.get(shape.name).map_or(&NOTHING, |(shape, known)| known.get_or_init(|| known_of(shape)));
    let exact = known.list.iter().flat_map(|w| [w.text.as_str(), w.bare.as_str()]).collect();
    Words { known, exact, seen: RefCell::default() }
}

/// Texts that are a heading of a list beyond doubt, without the marks that carry no meaning.
pub(super) fn own_words(shape: &Shape) -> HashSet<&'static str> {
    words(shape).exact
}

/// Whether a text is one of such words.
pub(super) fn is_word(words: &HashSet<&'static str>, text: &str) -> bool {
    text.len() <= LONGEST && words.contains(plain(text).as_str())
}

/// Texts that are a heading of some list beyond doubt.
static ANY: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    crate::record::shapes().flat_map(|shape| words(shape).exact).filter(|word| !word.is_empty()).collect()
});

fn known_of(shape: &Shape) -> Known {
    let mut known = Known::default();
    for (at, field) in shape.fields.iter().enumerate() {
        let kinds_own = shape.kind.field(field.name).map_or(field.label, |f| f.label);
        let labels = [(field.label, 100), (kinds_own, 97)];
        let aliases = field.aliases.iter().map(|a| (*a, 95));
        for (text, score) in labels.into_iter().chain(aliases) {
            let text = plain(text);
            known.list.push(Word { field: at, bare: bare(&text), soft: soft(&text), text, score });
        }
        let own = PATTERNS.iter().filter(|p| p.kind == shape.kind.name && p.field == field.name);
        let tenant = (field.ty == Type::Ref("tenant") && shape.kind.name != "tenant").then_some(&PATTERNS[0]);
        known.patterns.extend(own.chain(tenant).map(|pattern| (at, pattern)));
    }
    known
}

/// How a heading may be made up: of a word from every group, and of nothing but these and the last.
struct Pattern {
    kind: &'static str,
    field: &'static str,
    groups: &'static [&'static [&'static str]],
    rest: &'static [&'static str],
}

const fn made_of(
    kind: &'static str,
    field: &'static str,
    groups: &'static [&'static [&'static str]],
    rest: &'static [&'static str],
) -> Pattern {
    Pattern { kind, field, groups, rest }
}

/// Who a tenant is called in headings, and what stands around it.
const WHO: &[&str] = &["团队", "企业", "公司", "单位", "项目"];
const WHICH: &[&str] = &[
    "入驻",
    "在孵",
    "孵化",
    "初创",
    "创业",
    "创客",
    "名称",
    "全称",
    "名",
    "所属",
    "科技型",
    "获投",
    "被投",
    "融资",
    "权利人",
];

/// Headings of public rosters beyond the aliases of the fields. Times read as 日期, all telephones as 电话.
const PATTERNS: &[Pattern] = &[
    made_of("tenant", "name", &[WHO], WHICH),
    made_of(
        "tenant",
        "moved_in_on",
        &[&["入驻", "进驻", "入孵", "入园", "入住", "迁入", "进园"], &["日期"]],
        &["团队", "企业", "公司", "项目", "签约", "正式", "实际", "起始", "首次", "的"],
    ),
    made_of(
        "tenant",
        "registered_on",
        &[&["注册", "成立", "工商", "登记", "设立", "营业执照"], &["日期"]],
        &["企业", "公司", "单位", "团队", "的"],
    ),
    made_of(
        "tenant",
        "leader_name",
        &[&["负责人", "创始人", "创业者", "联系人", "带头人", "队长"]],
        &["姓名", "团队", "企业", "公司", "项目", "主要", "核心"],
    ),
    made_of(
        "tenant",
        "leader_phone",
        &[&["电话"]],
        &["负责人", "联系人", "创始人", "团队", "企业", "公司", "项目", "联系", "移动", "号码"],
    ),
    made_of("tenant", "tech_area", &[&["领域"]], &["技术", "所属", "行业", "企业", "项目", "团队", "产业"]),
    made_of(
        "tenant",
        "project",
        &[&["产品", "简介", "概况", "业务", "内容", "服务"]],
        &["创业", "项目", "主营", "主要", "经营", "或", "及", "和", "与", "名称", "企业", "团队", "公司"],
    ),
    made_of(
        "tenant",
        "leader_trait",
        &[&["创业者", "负责人", "创业人员", "创始人", "创业"], &["特征", "类别", "人员类型", "者类型", "人类型"]],
        &["团队"],
    ),
    made_of("tenant", "reg_capital", &[&["注册"], &["资本"]], &["金", "企业", "公司", "成立时"]),
    made_of(
        "tenant",
        "credit_code",
        &[&["信用代码", "统一代码", "机构代码", "法人代码"]],
        &["统一", "社会", "企业", "组织", "单位", "公司"],
    ),
    made_of("tenant", "legal_person", &[&["法人", "法定代表人"]], &["企业", "公司", "姓名", "代表"]),
    made_of("tenant", "is_hightech", &[&["高新技术企业", "高企"]], &["是否", "为", "认定", "经过", "的", "国家"]),
    made_of("tenant", "hightech_no", &[&["高新技术企业", "高企"], &["编号", "证书号"]], &["证书", "认定", "国家"]),
    made_of("tenant", "is_tech_sme", &[&["科技型中小企业"]], &["是否", "为", "入库"]),
    made_of("tenant", "tech_sme_no", &[&["入库", "科技型中小企业"], &["编号", "编码", "登记号"]], &["登记"]),
    made_of(
        "tenant",
        "core_tech",
        &[&["核心技术"], &["领域", "代码"]],
        &["企业", "所属", "国家", "重点", "支持", "的", "高新技术"],
    ),
    made_of("tenant", "reg_type", &[&["注册类型", "登记类型"]], &["企业", "登记"]),
    made_of("tenant", "serial_founder", &[&["连续创业"]], &["是否", "为", "者"]),
    made_of("tenant", "is_tech", &[&["科技类", "科技型"]], &["是否", "为", "团队", "企业", "项目"]),
    made_of("mentor", "name", &[&["姓名", "导师"]], &["创业", "名称"]),
    made_of("mentor", "employer", &[&["单位", "机构"]], &["工作", "所在", "任职", "导师", "就职", "名称"]),
    made_of("mentor", "title", &[&["职务", "职称", "头衔"]], &["现任", "及", "和", "导师"]),
    made_of("mentor", "kind", &[&["类别", "类型"]], &["导师", "创业"]),
    made_of("mentor", "full_time", &[&["专兼职", "专职"]], &["兼职", "是否", "或"]),
    made_of("mentor", "field", &[&["领域", "专长", "方向"]], &["专业", "擅长", "研究", "辅导", "服务"]),
    made_of("mentor", "from", &[&["聘任", "受聘", "聘请", "聘用", "聘期"], &["日期", "起"]], &["开始", "起始"]),
    made_of("event", "on", &[&["日期"]], &["活动", "举办", "开展", "举行", "培训", "开始", "起始"]),
    made_of("event", "name", &[&["名称", "主题"]], &["活动", "培训", "沙龙", "讲座", "或"]),
    made_of("event", "place", &[&["地点", "场地"]], &["活动", "举办", "具体", "开展"]),
    made_of("event", "attendees", &[&["人数", "人次"]], &["参加", "参与", "参会", "到场", "活动", "培训"]),
    made_of("event", "responsible", &[&["负责人"]], &["活动", "组织"]),
    made_of("event", "kind", &[&["类型", "类别", "形式"]], &["活动"]),
    made_of("event", "sessions", &[&["场次"]], &["数", "活动", "举办", "开展"]),
    made_of("income", "amount", &[&["金额", "数额"]], &["收入", "到账", "实收", "实际", "入账", "本次", "收款"]),
    made_of("income", "line", &[&["类别", "类型", "科目"]], &["收入", "款项"]),
    made_of("cost", "amount", &[&["金额", "数额"]], &["支出", "付款", "实付", "实际", "费用", "开支", "本次"]),
    made_of("financing", "amount", &[&["金额", "额", "资本数量"]], &["融资", "投资", "获投"]),
    made_of("financing", "on", &[&["日期"]], &["获投", "融资", "投资", "到账", "到位"]),
    made_of("financing", "investor", &[&["投资方", "投资机构", "投资人", "投资单位", "投资者"]], &["名称", "姓名"]),
    made_of("financing", "kind", &[&["方式", "类型"]], &["融资", "投资", "获投"]),
    made_of(
        "snapshot",
        "headcount",
        &[&["人数", "人员数", "人员数量", "成员数"]],
        &["团队", "企业", "从业", "员工", "职工", "现有", "在职", "总", "人员"],
    ),
    made_of(
        "snapshot",
        "fresh_graduates",
        &[&["应届"]],
        &["大学", "毕业生", "吸纳", "新", "其中", "人数", "数量", "高校"],
    ),
    made_of(
        "financing",
        "share",
        &[&["股权", "股份", "股", "持股", "占股"], &["比例", "占比", "比"]],
        &["(%)", "%", "出让", "所占"],
    ),
    made_of("ip", "title", &[&["名称"]], &["知识产权", "专利", "成果", "软著"]),
    made_of("ip", "number", &[&["专利号", "登记号", "证书号", "授权号", "编号"]], &["专利", "证书", "登记", "授权"]),
    made_of("ip", "kind", &[&["类别", "类型"]], &["知识产权", "专利"]),
    made_of("ip", "granted_on", &[&["授权"], &["日期", "日"]], &["公告", "专利"]),
    made_of("staff", "name", &[&["姓名"]], &["人员", "服务", "员工"]),
    made_of("staff", "post", &[&["岗位", "职务"]], &["工作", "所在"]),
    made_of("staff", "education", &[&["学历", "文化程度"]], &["最高"]),
];

impl Pattern {
    /// Whether a heading is made up of these words, each group among them.
    fn fits(&self, text: &str) -> bool {
        let mut met = vec![false; self.groups.len()];
        let mut rest = text;
        while !rest.is_empty() {
            let group = self.groups.iter().enumerate().flat_map(|(g, words)| words.iter().map(move |w| (Some(g), *w)));
            let longest = group
                .chain(self.rest.iter().map(|w| (None, *w)))
                .filter(|(_, w)| rest.starts_with(w))
                .max_by_key(|(_, w)| w.len());
            let Some((group, word)) = longest else { return false };
            if let Some(met) = group.and_then(|g| met.get_mut(g)) {
                *met = true;
            }
            rest = rest.strip_prefix(word).unwrap_or_default();
        }
        met.iter().all(|m| *m)
    }
}

/// A heading without the marks that carry no meaning.
fn plain(heading: &str) -> String {
    let text: String = folded(heading).chars().filter(|c| !"*:\"'“”‘’?!。,;".contains(*c)).collect();
    // All of it in brackets is still the heading: 【备注】.
    let whole = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).filter(|t| !t.contains(['(', ')']));
    let text = whole.unwrap_or(&text).trim_start_matches("其中");
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    // 2021年营业收入 and 1.营业收入.
    let rest = if rest.len() + 4 == text.len() {
        rest.strip_prefix("年度").or(rest.strip_prefix('年')).unwrap_or(rest)
    } else {
        rest
    };
    rest.trim_start_matches(['.', '、', ')']).to_owned()
}

/// Without what stands in brackets and without a unit after a slash.
fn bare(text: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    match out.split_once('/') {
        Some((before, after)) if yuan_in(after).is_some() || matches!(after, "人" | "个" | "m²" | "㎡" | "场") => {
            before.to_owned()
        }
        _ => out,
    }
}

/// With everyday variants folded: 时间 as 日期, 手机 as 电话.
fn everyday(text: &str) -> String {
    let mut text = bare(text);
    for (from, to) in [
        ("年月日", "日期"),
        ("年月", "日期"),
        ("时间", "日期"),
        ("手机号码", "电话"),
        ("手机号", "电话"),
        ("手机", "电话"),
        ("联系方式", "电话"),
        ("联系电话", "电话"),
        ("电话号码", "电话"),
        ("资金", "资本"),
        ("其它", "其他"),
        ("专/兼职", "专兼职"),
        ("专职/兼职", "专兼职"),
    ] {
        text = text.replace(from, to);
    }
    text
}

/// Without the words that only say whose it is, so that 企业入驻时间 and 入驻日期 read alike.
fn soft(text: &str) -> String {
    let mut text = everyday(text);
    loop {
        let before = text.len();
        for filler in [
            "是否为",
            "是否",
            "企业",
            "团队",
            "公司",
            "项目",
            "创业",
            "所属",
            "主要",
            "单位",
            "本",
            "具体",
            "填报",
            "的",
        ] {
            if let Some(rest) = text.strip_prefix(filler) {
                text = rest.to_owned();
            }
        }
        for filler in ["姓名", "名称", "情况", "信息"] {
            if let Some(rest) = text.strip_suffix(filler) {
                text = rest.to_owned();
            }
        }
        if text.len() == before {
            return text;
        }
    }
}

/// Longest text that is looked at as a heading, in bytes.
const LONGEST: usize = 120;

/// How well a heading names each field, only those that fit at all.
fn fits(heading: &str, words: &Words) -> Rc<[Fit]> {
    // Days, numbers and prose are no headings.
    if heading.len() > LONGEST || !heading.contains(char::is_alphabetic) {
        return Rc::default();
    }
    if let Some(known) = words.seen.borrow().get(heading) {
        return Rc::clone(known);
    }
    let found: Rc<[Fit]> = fitting(heading, words).into();
    words.seen.borrow_mut().insert(heading.to_owned(), Rc::clone(&found));
    found
}

fn fitting(heading: &str, words: &Words) -> Vec<Fit> {
    let text = plain(heading);
    if text == REASON {
        return Vec::new();
    }
    let (bare, soft, everyday) = (bare(&text), soft(&text), everyday(&text));
    let mut out: Vec<Fit> = Vec::new();
    for (at, pattern) in &words.known.patterns {
        if !out.iter().any(|(field, ..)| field == at) && pattern.fits(&everyday) {
            out.push((*at, 70, Sure::Fuzzy));
        }
    }
    for word in &words.known.list {
        let own = if word.score > 95 { Sure::Label } else { Sure::Alias };
        let (score, sure) = if text == word.text {
            (word.score, own)
        } else if !bare.is_empty() && (bare == word.text || bare == word.bare) {
            (word.score - 4, own)
        } else if soft.chars().count() >= 2 && soft == word.soft {
            (word.score - 20, Sure::Fuzzy)
        } else {
            continue;
        };
        match out.iter_mut().find(|(field, ..)| *field == word.field) {
            Some((_, best, why)) if score > *best => (*best, *why) = (score, sure),
            Some(_) => {}
            None => out.push((word.field, score, sure)),
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
const SOMEBODYS: &[&str] = &[
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
fn assign(headings: &[(u32, Vec<String>)], words: &Words, shape: &Shape) -> Vec<Column> {
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

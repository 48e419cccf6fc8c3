//! The rows of a table that are records: totals and signatures left out, merged
//! cells written into every row they stand for.

use std::borrow::Cow;
use std::sync::Arc;

use super::heading::Heading;
use super::sheet::{Line, Merged, Sheet};
use super::value::{Cell, cleaned, folded, is_blank};
use crate::record::{Shape, Type};

/// A record's row, with the title of the section it stands in: 一、创业团队.
pub(super) struct Found<'s> {
    /// As the sheet has it, with what merged cells write into it.
    pub line: Cow<'s, Line>,
    pub section: Option<Arc<str>>,
    /// Excel does not show the row.
    pub hidden: bool,
    /// It is a single cell under a heading of many columns.
    pub alone: bool,
}

/// The records below a heading, as far as its table goes.
pub(super) fn records<'s>(sheet: &'s Sheet, heading: &Heading, shape: &Shape) -> Vec<Found<'s>> {
    let known: Vec<u32> = heading.columns.iter().filter(|c| c.field.is_some()).map(|c| c.at).collect();
    let demanded = demanded(heading, shape);
    let within = |m: &&Merged| m.top > heading.last_row && m.top < heading.end && heading.span.contains(&m.left);
    let tall: Vec<&Merged> = sheet.merged.iter().filter(within).filter(|m| m.bottom > m.top).collect();
    let wide: Vec<&Merged> = sheet.merged.iter().filter(within).filter(|m| m.right >= m.left + 2).collect();
    let titles = titles(sheet, heading);
    let mut out = Vec::new();
    let mut section: Option<Arc<str>> = None;
    let mut below: Vec<&Merged> = Vec::new();
    let mut tall = tall.into_iter().peekable();
    for line in sheet.lines.iter().filter(|l| l.row > heading.last_row && l.row < heading.end) {
        let row = line.row;
        // In the order of their rows; those that end above are of no more concern.
        while let Some(merged) = tall.next_if(|m| m.top < row) {
            below.push(merged);
        }
        below.retain(|m| m.bottom >= row);
        let mut cells: Vec<(u32, Cell<'s>)> = line.cells().collect();
        let all = cells.len();
        cells.retain(|(at, _)| heading.span.contains(at));
        let cut = cells.len() < all;
        if let Some(title) = section_title(&cells, wide.iter().any(|m| m.top == row), &demanded) {
            section = Some(title.into());
            continue;
        }
        if super::example::is_untouched(shape, heading, &cells) || is_page(&cells, &titles) {
            continue;
        }
        let filled = known.iter().any(|at| {
            cell(&cells, *at).is_some_and(|c| match c {
                Cell::Text(text) => !is_blank(&cleaned(text), Type::Text),
                _ => true,
            })
        });
        if !filled || is_total(&cells, &demanded) || is_signature(&cells, &known, &demanded) {
            continue;
        }
        // What others write into the row, and what of it is another table's.
        let mut own = cut;
        for merged in &below {
            own |= spread(sheet, merged, &known, &mut cells);
        }
        let alone = cells.len() == 1 && known.len() > 3;
        let line = if own { Cow::Owned(Line::of(row, cells)) } else { Cow::Borrowed(line) };
        let hidden = sheet.hidden_rows.binary_search(&row).is_ok();
        out.push(Found { line, section: section.clone(), hidden, alone });
    }
    out
}

fn cell<'s>(cells: &[(u32, Cell<'s>)], column: u32) -> Option<Cell<'s>> {
    cells.binary_search_by_key(&column, |(at, _)| *at).ok().and_then(|at| cells.get(at)).map(|(_, cell)| *cell)
}

/// What stands above a heading, each in a row of its own: printed again on every page.
fn titles(sheet: &Sheet, heading: &Heading) -> Vec<String> {
    /// Rows that titles take.
    const ROWS: usize = 6;
    let above = sheet.lines.iter().take_while(|l| l.row < heading.first_row).take(ROWS);
    let only = |line: &Line| match line.cells().collect::<Vec<_>>().as_slice() {
        [(_, Cell::Text(text))] => Some(folded(text)),
        _ => None,
    };
    above.filter_map(only).collect()
}

/// The title of the table once more, or 第 1 页 共 2 页: what stands between the pages of a printed table.
fn is_page(cells: &[(u32, Cell<'_>)], titles: &[String]) -> bool {
    let [(_, Cell::Text(text))] = cells else { return false };
    let text = folded(text);
    let number = |c: char| c.is_ascii_digit() || "第共总页/,，、-of一二三四五六七八九十".contains(c);
    titles.contains(&text) || (text.starts_with('第') && text.contains('页') && text.chars().all(number))
}

/// 一、创业团队, (二)在孵企业, 在孵企业（2家）: a title among the records, alone in its row. Without a number it is
/// drawn over several columns, or says no more than what the tenants below it are.
fn section_title<'s>(cells: &[(u32, Cell<'s>)], wide: bool, demanded: &[u32]) -> Option<&'s str> {
    let [(at, Cell::Text(text))] = cells else { return None };
    let text = text.trim();
    let inner = text.trim_start_matches(['(', '（']);
    let rest = inner.trim_start_matches(|c: char| "一二三四五六七八九十".contains(c));
    let numbered = rest.len() < inner.len() && rest.starts_with(['、', '.', '．', ')', '）']);
    let word = folded(text);
    let word = word.split(['(', ':']).next().unwrap_or_default();
    let kinds = [
        "创业团队",
        "入驻团队",
        "在孵团队",
        "团队",
        "初创企业",
        "在孵企业",
        "入驻企业",
        "孵化企业",
        "企业",
        "入驻团队名单",
        "入驻企业名单",
    ];
    let titled = wide || kinds.contains(&word) || (super::stage::told(word).is_some() && !demanded.contains(at));
    let short = text.chars().count() <= 30;
    ((numbered || titled) && short && !is_total_word(word) && !signs(word)).then_some(text)
}

/// Columns without which a row is no record of this list.
fn demanded(heading: &Heading, shape: &Shape) -> Vec<u32> {
    let required = |f: usize| shape.fields.get(f).is_some_and(|f| f.required);
    heading.columns.iter().filter(|c| c.field.is_some_and(required)).map(|c| c.at).collect()
}

/// Writes the content of merged cells into a row below their first; whether there was anything to write.
fn spread<'s>(sheet: &'s Sheet, merged: &Merged, known: &[u32], cells: &mut Vec<(u32, Cell<'s>)>) -> bool {
    if !known.contains(&merged.left) || cell(cells, merged.left).is_some() {
        return false;
    }
    let Ok(at) = sheet.lines.binary_search_by_key(&merged.top, |l| l.row) else { return false };
    let Some(content) = sheet.lines.get(at).and_then(|l| l.cell(merged.left)) else { return false };
    cells.push((merged.left, content));
    cells.sort_by_key(|(column, _)| *column);
    true
}

/// 合计, 小计, 共12人, 合计12家 and their like, folded and without what stands in brackets behind.
fn is_total_word(word: &str) -> bool {
    const WORDS: &[&str] = &["合计", "小计", "总计", "共计", "累计", "平均", "平均值", "总数", "合计数", "累计数"];
    let word = word.trim_end_matches(['。', ';']);
    if WORDS.contains(&word) {
        return true;
    }
    // 团队合计, 2023年1月小计, 本年累计: names end otherwise.
    if word.chars().count() <= 12 && ["合计", "小计", "总计", "累计"].iter().any(|end| word.ends_with(end)) {
        return true;
    }
    WORDS.iter().chain(&["共", "总共"]).filter_map(|w| word.strip_prefix(w)).any(|rest| {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        digits > 0 && rest.chars().count() - digits <= 5
    })
}

/// A row of sums: its first cell says so, and what a record must have is missing or holds the word itself.
fn is_total(cells: &[(u32, Cell<'_>)], demanded: &[u32]) -> bool {
    let Some((at, Cell::Text(text))) = cells.first() else { return false };
    // Nearly every row has all that a record must have, and its words are not looked at.
    if demanded.len() >= 2 && demanded.iter().all(|d| d == at || cell(cells, *d).is_some()) {
        return false;
    }
    let word = folded(text);
    is_total_word(word.split([':', '(', ',']).next().unwrap_or_default())
}

/// Words of those who sign below a table, without their names.
fn signs(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "制表",
        "填表",
        "填报",
        "审核",
        "审批",
        "复核",
        "经办",
        "校对",
        "制表人",
        "填表人",
        "填报人",
        "审核人",
        "审批人",
        "复核人",
        "经办人",
        "校对人",
        "统计人",
        "统计负责人",
        "单位负责人",
        "部门负责人",
        "分管领导",
        "制表日期",
        "填表日期",
        "填报日期",
        "报出日期",
        "日期",
        "签字",
        "签名",
        "签章",
        "盖章",
        "单位盖章",
        "填报单位",
        "制表单位",
        "主管",
        "主管领导",
    ];
    WORDS.contains(&word)
}

/// 填表人：…, 审核：…, 备注：… below a table: words with a colon where a record would have its facts, the words of
/// those who sign, or nothing but a day.
fn is_signature(cells: &[(u32, Cell<'_>)], known: &[u32], demanded: &[u32]) -> bool {
    const WORDS: &[&str] = &[
        "填表",
        "制表",
        "填报",
        "审核",
        "复核",
        "经办",
        "负责人",
        "单位负责人",
        "签字",
        "签章",
        "签名",
        "盖章",
        "日期",
        "注",
        "备注",
        "说明",
        "联系人",
        "联系电话",
        "统计负责人",
        "填写说明",
        "单位(盖章)",
        "单位(公章)",
        "主管",
        "校对",
        "年月日",
    ];
    let Some((at, first)) = cells.first() else { return false };
    if cells.len() == 1 && super::value::days_written(&first.to_string()).is_some() {
        return true;
    }
    let Cell::Text(text) = first else { return false };
    // A record that only happens to begin so still has its facts in the other columns.
    let colon = |cell: Cell<'_>| matches!(cell, Cell::Text(text) if text.contains(['：', ':']));
    let lacks = demanded.iter().filter(|d| *d != at).any(|d| cell(cells, *d).is_none_or(colon));
    if cells.len() > 4 && !lacks {
        return false;
    }
    let text = folded(&cleaned(text));
    let named = match text.split_once(':') {
        Some((word, _)) => WORDS.iter().any(|w| word.starts_with(w) || word.ends_with(w)),
        None => {
            ["盖章", "签字", "签章", "(公章)"].iter().any(|w| text.contains(w))
                || [
                    "备注",
                    "注",
                    "说明",
                    "填表说明",
                    "填报说明",
                    "以下空白",
                    "以下无正文",
                    "(以下空白)",
                    "(以下无正文)",
                ]
                .contains(&text.as_str())
        }
    };
    // In a column of our own the word is an answer: the post 主管, the role 填报人. It is nobody's name.
    let signed = signs(&text) && cells.len() <= 4 && (!known.contains(at) || demanded == [*at]);
    signed || (named && (lacks || cells.len() <= 2))
}

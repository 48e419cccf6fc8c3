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
}

/// The records below a heading, as far as the row before `end`.
pub(super) fn records<'s>(sheet: &'s Sheet, heading: &Heading, end: u32, shape: &Shape) -> Vec<Found<'s>> {
    let known: Vec<u32> = heading.columns.iter().filter(|c| c.field.is_some()).map(|c| c.at).collect();
    let demanded = demanded(heading, shape);
    let tall: Vec<&Merged> = sheet.merged.iter().filter(|m| m.bottom > m.top && m.top > heading.last_row).collect();
    let mut out = Vec::new();
    let mut section: Option<Arc<str>> = None;
    for line in sheet.lines.iter().filter(|l| l.row > heading.last_row && l.row < end) {
        let filled = |line: &Line| {
            known.iter().any(|at| line.cell(*at).is_some_and(|c| !is_blank(&cleaned(&c.to_string()), Type::Text)))
        };
        if let Some(title) = section_title(line) {
            section = Some(title.into());
            continue;
        }
        if super::example::is_untouched(shape, heading, line) {
            continue;
        }
        if !filled(line) || is_total(line, &demanded) || is_signature(line, &demanded) {
            continue;
        }
        let mut line = Cow::Borrowed(line);
        let row = line.row;
        for cells in tall.iter().filter(|m| (m.top + 1..=m.bottom).contains(&row)) {
            spread(sheet, cells, &known, &mut line);
        }
        out.push(Found { line, section: section.clone() });
    }
    out
}

/// 一、创业团队, (二)在孵企业: a title among the records, alone in its row.
fn section_title(line: &Line) -> Option<&str> {
    let [(_, Cell::Text(text))] = line.cells.as_slice() else { return None };
    let text = text.trim();
    let inner = text.trim_start_matches(['(', '（']);
    let rest = inner.trim_start_matches(|c: char| "一二三四五六七八九十".contains(c));
    let numbered = rest.len() < inner.len() && rest.starts_with(['、', '.', '．', ')', '）']);
    (numbered && text.chars().count() <= 30).then_some(text)
}

/// Columns without which a row is no record of this list.
fn demanded(heading: &Heading, shape: &Shape) -> Vec<u32> {
    let required = |f: usize| shape.fields.get(f).is_some_and(|f| f.required);
    heading.columns.iter().filter(|c| c.field.is_some_and(required)).map(|c| c.at).collect()
}

/// Writes the content of merged cells into a row below their first.
fn spread(sheet: &Sheet, merged: &Merged, known: &[u32], line: &mut Cow<'_, Line>) {
    let Ok(at) = sheet.lines.binary_search_by_key(&merged.top, |l| l.row) else { return };
    let Some(content) = sheet.lines.get(at).and_then(|l| l.cell(merged.left)) else { return };
    if known.contains(&merged.left) && line.cell(merged.left).is_none() {
        let line = line.to_mut();
        line.cells.push((merged.left, content.clone()));
        line.cells.sort_by_key(|(column, _)| *column);
    }
}

/// 合计, 小计 and their like. They stand first in their row, and what a record must have is missing,
/// or holds the word itself.
fn is_total(line: &Line, demanded: &[u32]) -> bool {
    let Some((at, Cell::Text(text))) = line.cells.first() else { return false };
    let word = folded(text);
    let word = word.split([':', '(']).next().unwrap_or_default();
    let total = [
        "合计",
        "小计",
        "总计",
        "共计",
        "累计",
        "平均",
        "平均值",
        "本页合计",
        "本页小计",
        "总数",
        "合计数",
        "全年合计",
        "本月合计",
        "本年合计",
        "本季合计",
        "总合计",
        "累计数",
    ]
    .contains(&word);
    total && (demanded.len() < 2 || demanded.iter().any(|d| d != at && line.cell(*d).is_none()))
}

/// 填表人：…, 审核：…, 备注：… below a table: words with a colon where a record would have its facts.
fn is_signature(line: &Line, demanded: &[u32]) -> bool {
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
    let Some((at, Cell::Text(text))) = line.cells.first() else { return false };
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
    // A record that only happens to begin so still has its facts in the other columns.
    let lacks =
        demanded.iter().filter(|d| *d != at).any(|d| line.cell(*d).is_none_or(|c| c.to_string().contains(['：', ':'])));
    named && (lacks || line.cells.len() <= 2)
}

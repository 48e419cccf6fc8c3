//! The paper of a form: a grid of merged cells with the wording, boxes and heights of the original.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Cell, Content, HeadItem, RosterTable};

/// Where a text stands in its box.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Align {
    /// To the left.
    Left,
    /// In the middle.
    #[default]
    Center,
    /// To the right.
    Right,
}

impl Align {
    /// Reads the word of a form file.
    pub fn parse(word: &str) -> Option<Align> {
        Some(match word {
            "left" => Align::Left,
            "center" => Align::Center,
            "right" => Align::Right,
            _ => return None,
        })
    }
}

/// The lines around a box.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Border {
    /// On all four sides.
    #[default]
    All,
    /// Below, as a line to write on.
    Bottom,
    /// None.
    None,
}

impl Border {
    /// Reads the word of a form file.
    pub fn parse(word: &str) -> Option<Border> {
        Some(match word {
            "all" => Border::All,
            "bottom" => Border::Bottom,
            "none" => Border::None,
            _ => return None,
        })
    }
}

/// The paper of a form, filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Grid {
    /// A4 across; otherwise upright.
    pub landscape: bool,
    /// Width of each column in half-width characters.
    pub widths: Vec<f64>,
    /// Its rows.
    pub rows: Vec<GridRow>,
    /// The form's tables of records stand on the paper, and need no sheet of their own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_tables: bool,
}

/// One row of the paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct GridRow {
    /// Least height in points; a long text makes it taller.
    pub height: f64,
    /// A new page begins with it.
    pub new_page: bool,
    /// The boxes whose upper left corner lies in it, from left to right.
    pub boxes: Vec<GridBox>,
}

/// One merged cell of the paper. Boxes never overlap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct GridBox {
    /// Its first column, from 0.
    pub column: usize,
    /// Columns that it takes.
    pub columns: usize,
    /// Rows that it takes.
    pub rows: usize,
    /// Code of the cell whose content stands here alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub code: Option<String>,
    /// What is printed: fixed wording with contents put in, or the content itself.
    pub text: String,
    /// The number that the text is the print of, where it is one of a table of records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number | null", optional)]
    pub number: Option<Content>,
    /// That number shows only the decimals that it has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub short: bool,
    /// Printed behind a content, for example a unit that the paper leaves open.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// Where it stands.
    pub align: Align,
    /// At the top instead of half-way.
    pub top: bool,
    /// In bold.
    pub bold: bool,
    /// Size of the letters in points.
    pub size: f64,
    /// The lines around it.
    pub border: Border,
}

/// The paper as a form file says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The grid with the file's own wording.
    pub grid: Grid,
    /// What is put into some boxes, by row and place in the row.
    pub fills: HashMap<(usize, usize), Fill>,
    /// Rows that give way to a table of records, in order: row and which table.
    pub tables: Vec<(usize, usize)>,
    /// Rows that give way to a page for each record of a table: row, which table, and the title of a page.
    pub cards: Vec<(usize, usize, String)>,
    /// Size of the letters in such a table.
    pub size: f64,
}

/// What is put into a box.
#[derive(Debug, Clone, PartialEq)]
pub enum Fill {
    /// A cell's content; while it is blank this hint of the original stands there.
    Cell(String, String),
    /// The box □ beside the word that a cell holds is ticked.
    Ticks(String),
    /// `{code}` in the wording gives way to the cell's content.
    Insert,
}

impl Layout {
    /// The paper with contents put in.
    pub fn filled(&self, cells: &[Cell], tables: &[RosterTable], foot: &[HeadItem]) -> Grid {
        let by_code: HashMap<&str, &Cell> = cells.iter().map(|c| (c.code.as_str(), c)).collect();
        let printed = |code: &str| by_code.get(code).map(|c| c.printed()).unwrap_or_default();
        let mut grid = self.grid.clone();
        for ((row, place), fill) in &self.fills {
            let Some(space) = grid.rows.get_mut(*row).and_then(|r| r.boxes.get_mut(*place)) else { continue };
            match fill {
                Fill::Cell(code, hint) => {
                    let text = printed(code);
                    space.text = if text.is_empty() { hint.clone() } else { format!("{text}{}", space.after) };
                }
                Fill::Ticks(code) => space.text = ticked(&space.text, &printed(code)),
                Fill::Insert => space.text = inserted(&space.text, |code| by_code.get(code).map(|c| c.printed())).0,
            }
        }
        // From the last on, so that the rows above keep their places.
        for (row, which) in self.tables.iter().rev() {
            let Some((table, place)) = tables.get(*which).zip(grid.rows.get(*row).cloned()) else { continue };
            let line = |boxes: Vec<GridBox>| GridRow { height: place.height, new_page: false, boxes };
            let heads =
                table.columns.iter().enumerate().map(|(column, text)| self.table_box(column, text.clone(), true));
            let mut rows = vec![line(heads.collect())];
            rows.extend(table.rows.iter().map(|record| {
                let contents = record.cells.iter().enumerate();
                line(contents.map(|(column, content)| self.content_box(column, column, content, table)).collect())
            }));
            if let Some(first) = rows.first_mut() {
                first.new_page = place.new_page;
            }
            grid.rows.splice(row..=row, rows);
        }
        for (row, which, title) in self.cards.iter().rev() {
            let Some((table, place)) = tables.get(*which).zip(grid.rows.get(*row).cloned()) else { continue };
            let pages = table.rows.iter().enumerate().flat_map(|(n, record)| {
                let mut rows = self.card(table, record.cells.as_slice(), title, place.height, n > 0 || place.new_page);
                rows.extend(self.signatures(foot, place.height));
                rows
            });
            grid.rows.splice(row..=row, pages.collect::<Vec<_>>());
        }
        grid
    }

    /// A page of one record: heading and content of each column in pairs.
    fn card(
        &self,
        table: &RosterTable,
        cells: &[Option<Content>],
        title: &str,
        height: f64,
        new_page: bool,
    ) -> Vec<GridRow> {
        let wide = self.grid.widths.len();
        let mut rows = Vec::new();
        let mut head = self.table_box(0, title.to_owned(), true);
        (head.columns, head.border, head.size) = (wide, Border::None, self.size * 1.4);
        rows.push(GridRow { height: height * 1.6, new_page, boxes: vec![head] });
        let pairs: Vec<(usize, &Option<Content>)> = cells.iter().enumerate().collect();
        for line in pairs.chunks((wide / 2).max(1)) {
            let mut boxes = Vec::new();
            for (n, (column, content)) in line.iter().enumerate() {
                let mut label = self.table_box(n * 2, table.columns.get(*column).cloned().unwrap_or_default(), false);
                label.align = Align::Left;
                boxes.push(label);
                boxes.push(self.content_box(n * 2 + 1, *column, content, table));
            }
            let used = boxes.len();
            boxes.extend((used..wide).map(|column| self.table_box(column, String::new(), false)));
            rows.push(GridRow { height, new_page: false, boxes });
        }
        rows
    }

    /// The foot of the form below a card.
    fn signatures(&self, foot: &[HeadItem], height: f64) -> Option<GridRow> {
        let said = |item: &HeadItem| format!("{}：{}", item.label, item.value.as_deref().unwrap_or("　　　　"));
        let line: Vec<String> = foot.iter().map(said).collect();
        let mut space = self.table_box(0, line.join("　　"), false);
        (space.columns, space.border, space.align) = (self.grid.widths.len(), Border::None, Align::Left);
        (!line.is_empty()).then(|| GridRow { height: height * 1.4, new_page: false, boxes: vec![space] })
    }

    /// Content of a table of records at a column of the paper: numbers stay numbers.
    fn content_box(&self, at: usize, column: usize, content: &Option<Content>, table: &RosterTable) -> GridBox {
        let short = table.short.contains(&column);
        let text = super::printed(content.as_ref(), if short { "" } else { "元" }, 2);
        let number = content.clone().filter(|c| !matches!(c, Content::Text(_)));
        GridBox { short: short && number.is_some(), number, ..self.table_box(at, text, false) }
    }

    fn table_box(&self, column: usize, text: String, bold: bool) -> GridBox {
        GridBox {
            column,
            columns: 1,
            rows: 1,
            code: None,
            text,
            number: None,
            short: false,
            after: String::new(),
            align: Align::Center,
            top: false,
            bold,
            size: self.size,
            border: Border::All,
        }
    }

    /// Codes of the cells that stand on the paper.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        let insertions = self.grid.rows.iter().flat_map(|r| &r.boxes).flat_map(|b| names(&b.text));
        let fills = self.fills.values().filter_map(|fill| match fill {
            Fill::Cell(code, _) | Fill::Ticks(code) => Some(code.as_str()),
            Fill::Insert => None,
        });
        insertions.chain(fills)
    }
}

/// Ticks the □ that stands right behind or before a word: `民营企业□` becomes `民营企业☑`. Where the wording
/// has no boxes at all (a scan loses them) each of its words gets one: `☑综合　□专业化`.
fn ticked(wording: &str, word: &str) -> String {
    const BOX: char = '□';
    if word.is_empty() {
        return wording.to_owned();
    }
    let sides = |at: usize, word: &str| {
        let before = wording.get(..at).unwrap_or_default();
        let after = wording.get(at + word.len()..).unwrap_or_default();
        let behind = after.chars().find(|c| !c.is_whitespace()) == Some(BOX);
        // A box before the word is its own only where boxes stand before words.
        let ahead = !behind && before.trim_end().ends_with(BOX) && wording.trim_start().starts_with(BOX);
        match (behind, ahead) {
            (true, _) => Some(at + word.len() + after.find(BOX)?),
            (_, true) => before.rfind(BOX),
            _ => None,
        }
    };
    if !wording.contains(BOX) {
        if !wording.split_whitespace().any(|choice| choice == word) {
            return wording.to_owned();
        }
        // What is between the words stays as wide as it is.
        let parts = wording.split_inclusive(char::is_whitespace).map(|part| match part.trim() {
            "" => part.to_owned(),
            choice => format!("{}{part}", if choice == word { '☑' } else { BOX }),
        });
        return parts.collect();
    }
    match wording.match_indices(word).find_map(|(at, word)| sides(at, word)) {
        Some(at) => {
            let (before, after) = wording.split_at(at);
            format!("{before}☑{}", after.get(BOX.len_utf8()..).unwrap_or_default())
        }
        None => wording.to_owned(),
    }
}

/// The `{code}` in a text.
pub(crate) fn names(text: &str) -> Vec<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .filter(|name| is_code(name))
        .collect()
}

/// Puts contents in the places of `{code}`, and gives the codes that are no cell's: these stay as written.
pub(super) fn inserted(text: &str, of: impl Fn(&str) -> Option<String>) -> (String, Vec<String>) {
    let mut out = String::with_capacity(text.len());
    let mut unknown = Vec::new();
    let mut parts = text.split('{');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_once('}').filter(|(name, _)| is_code(name)) {
            Some((name, after)) => {
                match of(name) {
                    Some(content) => out.push_str(&content),
                    None => {
                        out.push_str(&format!("{{{name}}}"));
                        unknown.push(name.to_owned());
                    }
                }
                out.push_str(after);
            }
            None => {
                out.push('{');
                out.push_str(part);
            }
        }
    }
    (out, unknown)
}

fn is_code(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Characters of a text as its limit counts them. The originals do not say how they count; the strictest
/// way is taken: every character that is not blank, punctuation included.
pub(super) fn length(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_beside_the_word_is_ticked() {
        let nature = "事业单位□ 国有企业□ 民营企业□  其他□";
        for (wording, word, want) in [
            (nature, "民营企业", "事业单位□ 国有企业□ 民营企业☑  其他□"),
            (nature, "其他", "事业单位□ 国有企业□ 民营企业□  其他☑"),
            (nature, "", nature),
            (nature, "集体", nature),
            ("综合□ 专业化□", "综合", "综合☑ 专业化□"),
            ("综合　　专业化", "专业化", "□综合　　☑专业化"),
            ("综合　　专业化", "集体", "综合　　专业化"),
            ("□ 是", "是", "☑ 是"),
            ("□ 是", "否", "□ 是"),
            ("□ 否 情况说明：", "否", "☑ 否 情况说明："),
        ] {
            assert_eq!(ticked(wording, word), want, "{wording} with {word}");
        }
    }

    #[test]
    fn figures_are_put_into_texts() {
        let of = |code: &str| (code == "mentors").then(|| "12".to_owned());
        for (text, want, unknown) in [
            ("现有导师{mentors}人。", "现有导师12人。", vec![]),
            ("{mentors}{mentors}", "1212", vec![]),
            ("{mentros}人", "{mentros}人", vec!["mentros"]),
            ("用{大括号}写", "用{大括号}写", vec![]),
            ("{", "{", vec![]),
            ("a}b{mentors", "a}b{mentors", vec![]),
        ] {
            assert_eq!(
                inserted(text, of),
                (want.to_owned(), unknown.into_iter().map(str::to_owned).collect()),
                "{text}"
            );
        }
    }

    #[test]
    fn every_character_that_is_not_blank_counts() {
        for (text, want) in [("", 0), ("一二三", 3), (" 一，二\n三\t。\u{3000}", 5), ("AI+5G", 5), ("😀", 1)]
        {
            assert_eq!(length(text), want, "{text:?}");
        }
    }
}

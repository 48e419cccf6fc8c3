//! 逐项复制: the values in the order of the portal's page, and the comparison with what was read back from it.

use serde::Serialize;
use ts_rs::TS;

use super::{Choice, Desk};
use crate::error::Result;
use crate::form::{Cell, Content, Filled};

/// One value to carry over to the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct PortalLine {
    /// Official code.
    pub code: String,
    /// 指标名称.
    pub label: String,
    /// 计量单位.
    pub unit: String,
    /// What is pasted; empty when the figure is blank, and then nothing is copied.
    pub text: String,
}

/// What was pasted back, held against the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ReadBack {
    /// Line by line, in the portal's order.
    pub lines: Vec<Compared>,
    /// How many lines are equal.
    pub same: usize,
    /// How many differ.
    pub different: usize,
    /// How many were not found in the text.
    pub missing: usize,
    /// How the values were found in the text, in Chinese.
    pub how: String,
}

/// One line of the form beside what was read back for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Compared {
    /// Official code.
    pub code: String,
    /// 指标名称.
    pub label: String,
    /// What the form shows; empty when blank.
    pub ours: String,
    /// What the text shows.
    pub theirs: Option<String>,
    /// Whether they agree.
    pub verdict: Verdict,
}

/// Whether a line read back agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Verdict {
    /// The same value; or blank on both sides.
    Same,
    /// Another value.
    Different,
    /// The text does not show the line.
    Missing,
}

impl Desk {
    /// The values of a form in the order of the portal's page.
    ///
    /// # Errors
    /// As [`Desk::fill`].
    pub fn portal(&self, form: &str, period: &str) -> Result<Vec<PortalLine>> {
        Ok(self.in_portal_order(form, period)?.iter().map(line).collect())
    }

    /// Compares text that was copied from the portal's page with the form, line by line. Figures are found by
    /// their codes, else by their names in the page's order, else as a bare list of numbers. Writes nothing.
    ///
    /// # Errors
    /// As [`Desk::fill`].
    pub fn read_back(&self, form: &str, period: &str, text: &str) -> Result<ReadBack> {
        Ok(compare(&self.in_portal_order(form, period)?, text))
    }

    fn in_portal_order(&self, form: &str, period: &str) -> Result<Vec<Cell>> {
        let filled: Filled = self.fill(form, period, Choice::default())?;
        let ledger = self.store.ledger()?;
        let (form, _) = self.form(form, period, &ledger)?;
        // A sealed form may be of an earlier text of the edition: its own codes count.
        let place =
            |cell: &Cell| form.portal.iter().position(|at| form.cells.get(*at).is_some_and(|c| c.code == cell.code));
        let mut cells: Vec<(usize, Cell)> = filled
            .cells
            .into_iter()
            .filter_map(|cell| match place(&cell) {
                Some(at) => Some((at, cell)),
                None if form.portal.len() < form.cells.len() => None,
                None => Some((usize::MAX, cell)),
            })
            .collect();
        cells.sort_by_key(|(at, _)| *at);
        Ok(cells.into_iter().map(|(_, cell)| cell).collect())
    }
}

fn line(cell: &Cell) -> PortalLine {
    PortalLine {
        code: cell.code.clone(),
        label: cell.label.trim_start_matches("其中：").to_owned(),
        unit: cell.unit.clone(),
        text: cell.printed(),
    }
}

/// A page's text in pieces: full-width signs folded, blanks and line breaks between them.
fn pieces(text: &str) -> Vec<String> {
    let folded = text.chars().map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '−' => '-',
        _ => c,
    });
    folded.collect::<String>().split_whitespace().map(str::to_owned).collect()
}

/// A number of the page in hundredths, also with separators of thousands and with its unit behind it.
fn number(piece: &str, unit: &str) -> Option<i64> {
    let bare = piece.strip_suffix(unit).unwrap_or(piece);
    let bare = bare.trim_end_matches([',', ';', '。', '，']).replace(',', "");
    let (sign, digits) = match bare.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, bare.as_str()),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 15 || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let rest = part.trim_end_matches('0');
    if rest.len() > 2 {
        return None;
    }
    let hundredths: i64 = format!("{rest:0<2}").parse().ok()?;
    Some(sign * (whole.parse::<i64>().ok()?.saturating_mul(100).saturating_add(hundredths)))
}

fn hundredths(content: &Content) -> Option<i64> {
    match content {
        Content::Int(n) => Some(n.saturating_mul(100)),
        Content::Decimal(n) => Some(*n),
        Content::Text(_) => None,
    }
}

/// The core of a name: what a page may write around it is left out.
fn core(piece: &str) -> &str {
    let piece = piece.split_once('、').map_or(piece, |(before, after)| {
        // 1、服务收入: the running number is the page's own.
        if before.chars().all(|c| c.is_ascii_digit()) { after } else { piece }
    });
    let piece = piece.trim_start_matches("其中:").trim_start_matches("其中");
    piece.split(['(', ':', '*']).find(|s| !s.is_empty()).unwrap_or(piece)
}

/// What the text says of each cell: `None` where it does not show it.
type Found = Vec<Option<String>>;

fn by_code(cells: &[Cell], pieces: &[String]) -> Found {
    let code_of = |piece: &str| {
        let bare = piece.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        cells.iter().position(|c| c.code.eq_ignore_ascii_case(bare))
    };
    let mut found: Found = vec![None; cells.len()];
    let mut at = None;
    for piece in pieces {
        if let Some(code) = code_of(piece) {
            at = Some(code);
        } else if let Some(code) = at
            && number(piece, &cells[code].unit).is_some()
        {
            // The first number behind a code is its value.
            if found[code].is_none() {
                found[code] = Some(piece.clone());
            }
            at = None;
        }
    }
    found
}

fn by_name(cells: &[Cell], pieces: &[String]) -> Found {
    let mut found: Found = vec![None; cells.len()];
    let mut from = 0;
    let names: Vec<String> = cells.iter().map(|c| self::pieces(&c.label).concat()).collect();
    for (i, cell) in cells.iter().enumerate() {
        let own = core(&names[i]);
        let Some(at) = (from..pieces.len()).find(|at| core(&pieces[*at]) == own) else { continue };
        // Its value stands before the next name of the form.
        let next = names.get(i + 1).map(|name| core(name));
        let behind = pieces.iter().enumerate().skip(at + 1).take_while(|(_, piece)| Some(core(piece)) != next);
        if let Some((value, piece)) = behind.take(6).find(|(_, piece)| number(piece, &cell.unit).is_some()) {
            found[i] = Some(piece.clone());
            from = value + 1;
        } else {
            from = at + 1;
        }
    }
    found
}

fn compare(cells: &[Cell], text: &str) -> ReadBack {
    let pieces = pieces(text);
    let numeric: Vec<usize> = (0..cells.len()).filter(|i| !matches!(cells[*i].value, Some(Content::Text(_)))).collect();
    let numbers: Vec<&String> = pieces.iter().filter(|p| number(p, "").is_some()).collect();
    let hits = |found: &Found| found.iter().flatten().count();
    let coded = by_code(cells, &pieces);
    let shows_codes = pieces.iter().any(|p| cells.iter().any(|c| c.code.eq_ignore_ascii_case(p)));
    let (mut found, how) = if hits(&coded) > 0 || shows_codes {
        (coded, "按指标代码逐项比较".to_owned())
    } else {
        let named = by_name(cells, &pieces);
        if hits(&named) * 3 >= numeric.len().max(1) {
            (named, "按指标名称逐项比较".to_owned())
        } else {
            let mut listed: Found = vec![None; cells.len()];
            for (at, number) in numeric.iter().zip(&numbers) {
                listed[*at] = Some((*number).clone());
            }
            let how = if numbers.len() == numeric.len() {
                format!("文字里没有指标代码和名称，按 {} 个数的先后逐项比较", numbers.len())
            } else {
                format!(
                    "文字里没有指标代码和名称，只有 {} 个数，应为 {} 个；按先后比较，可能错位",
                    numbers.len(),
                    numeric.len()
                )
            };
            (listed, how)
        }
    };
    // A text is looked for as it is: pages break and indent it as they like.
    let whole: String = pieces.concat();
    for (cell, found) in cells.iter().zip(&mut found) {
        if let Some(Content::Text(own)) = &cell.value {
            *found = whole.contains(&self::pieces(own).concat()).then(|| own.clone());
        }
    }
    let lines: Vec<Compared> = cells
        .iter()
        .zip(found)
        .map(|(cell, theirs)| {
            let ours = cell.value.as_ref().and_then(hundredths);
            let verdict = match (&cell.value, &theirs) {
                (None, None) | (Some(Content::Text(_)), Some(_)) => Verdict::Same,
                (Some(_), None) => Verdict::Missing,
                (_, Some(theirs)) if number(theirs, &cell.unit) == ours => Verdict::Same,
                _ => Verdict::Different,
            };
            let line = line(cell);
            Compared { code: line.code, label: line.label, ours: line.text, theirs, verdict }
        })
        .collect();
    let count = |verdict| lines.iter().filter(|l| l.verdict == verdict).count();
    let (same, different, missing) = (count(Verdict::Same), count(Verdict::Different), count(Verdict::Missing));
    ReadBack { same, different, missing, how, lines }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Filing, fill, parse};
    use crate::period::Period;

    fn cells() -> Vec<Cell> {
        let form = parse("季报.toml", include_str!("../../../../assets/forms/torch-quarterly-2021.toml"));
        let (Ok(form), Ok(ledger)) = (form, crate::sample::ledger()) else { panic!("form and sample are sound") };
        fill(&form, &ledger, &Filing::new(&form, Period::Quarter { year: 2021, quarter: 3 })).cells
    }

    /// The page as the portal prints it for 2021年09月, copied whole.
    fn page() -> String {
        let mut page = String::from(
            "2021/9/27 众创梦工场\n众创空间统计监测报表(季报)\n2021年09月\n邮编：413000\n指标名称\t计量单位\t代码\t数量\n",
        );
        for (cell, n) in cells().iter().zip([147, 0, 0, 0, 147, 0, 330, 0, 8, 15, 6, 0, 0, 75, 18, 7, 7, 0, 0, 35, 3]) {
            page += &format!("{}\t{}\t{}\t{n}\n", cell.label, cell.unit, cell.code);
        }
        page + "电话：0737-4110938\n报出日期：2021年9月23日\n 1/1"
    }

    fn outcome(text: &str) -> (usize, usize, usize) {
        let back = compare(&cells(), text);
        (back.same, back.different, back.missing)
    }

    #[test]
    fn the_printed_page_is_the_form() {
        assert_eq!(outcome(&page()), (21, 0, 0), "{:?}", compare(&cells(), &page()));
    }

    #[test]
    fn one_wrong_digit_is_named() {
        let back = compare(&cells(), &page().replace("zjf08\t75", "ZJF08\t57"));
        let wrong: Vec<&Compared> = back.lines.iter().filter(|l| l.verdict != Verdict::Same).collect();
        assert_eq!(wrong.len(), 1, "one line differs: {wrong:?}");
        assert_eq!((wrong[0].code.as_str(), wrong[0].theirs.as_deref()), ("zjf08", Some("57")));
        let short = compare(&cells(), &page().replace("zjf02\t330", "zjf02\t"));
        assert_eq!(
            (short.same, short.missing),
            (20, 1),
            "a field left empty on the page does not take the next line's value"
        );
    }

    #[test]
    fn pages_without_codes_are_read_by_name() {
        let page: String =
            cells().iter().map(|c| format!("{}（{}）：\n １，{:03}.00 \n", c.label, c.unit, 0)).collect();
        let back = compare(&cells(), &page);
        assert_eq!((back.same, back.different), (0, 21), "all of them 1,000.00: {back:?}");
        let plain: String = cells().iter().map(|c| format!("{}\n{}\n{}\n", c.label, c.unit, c.printed())).collect();
        assert_eq!(outcome(&plain), (21, 0, 0), "two lines of one name are told apart by their place");
        assert!(compare(&cells(), &plain).how.contains("名称"));
    }

    #[test]
    fn bare_numbers_are_read_in_order() {
        let column: Vec<String> = cells().iter().map(Cell::printed).collect();
        assert_eq!(outcome(&column.join("\r\n")), (21, 0, 0));
        let back = compare(&cells(), &column[..20].join("\n"));
        assert!(back.how.contains("只有 20 个数，应为 21 个"), "{}", back.how);
        assert_eq!(outcome(""), (0, 0, 21), "nothing was pasted");
    }
}

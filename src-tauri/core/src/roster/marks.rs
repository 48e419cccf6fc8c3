//! What the reader of other workbooks than .xlsx does not tell: rows that Excel hides, merged cells, and how a number is
//! shown. Looked for in the parts of a file that was found to be safe.

use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read, Seek};
use std::sync::Arc;

use zip::ZipArchive;

use super::sheet::Merged;

/// How a number is shown, where that says more than the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    /// As a percentage.
    Percent,
    /// With words around it: 50 as 50万元, $50 or 第50号.
    Worded(Arc<str>, Arc<str>),
    /// With zeros before it, so many digits in all: 12 as 0012.
    Padded(usize),
    /// Made smaller: 500,000 as 50万元. The number is 元.
    Scaled,
}

/// What is marked on one sheet.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Marks {
    /// Rows counted from 1.
    pub hidden: Vec<u32>,
    pub merged: Vec<Merged>,
    /// Row and column counted from 0 of the numbers that are shown in a way of their own.
    pub shown: HashMap<(u32, u32), Shown>,
    /// Row and column counted from 0 of the formulas for which no result is stored.
    pub unsolved: HashSet<(u32, u32)>,
}

/// Bytes of a binary part that are looked through: twice the largest roster.
const LARGEST: u64 = 48 << 20;
/// Merged cells and hidden rows that are believed; nobody draws more.
pub(super) const MOST: usize = 200_000;

impl Marks {
    fn merge(&mut self, merged: Merged) {
        if merged.top >= 1 && merged.top <= merged.bottom && merged.left <= merged.right && self.merged.len() < MOST {
            self.merged.push(merged);
        }
    }
}

/// Units that formats put behind numbers.
const UNITS: &[&str] = &[
    "百万元",
    "万元",
    "千元",
    "亿元",
    "百万",
    "万",
    "千",
    "亿",
    "元",
    "人次",
    "人",
    "个",
    "家",
    "场次",
    "场",
    "次",
    "名",
    "㎡",
    "平方米",
    "m²",
];

/// What the words around a number say, of one that is made smaller or not.
fn worded(before: &str, behind: &str, scaled: bool) -> Option<Shown> {
    let mut before = before.trim_matches([' ', '-', '+', '(']);
    for own in ["￥", "¥", "RMB", "CNY", "人民币"] {
        before = before.strip_prefix(own).map_or(before, str::trim_start);
    }
    let behind = behind.trim_matches([' ', '-', ')']);
    let says = |words: &str| words.contains(|c: char| c.is_alphabetic() || "$€£¥￥㎡²".contains(c));
    if scaled && UNITS.contains(&behind) {
        return Some(Shown::Scaled);
    }
    let around = |words: &str| if says(words) { Arc::from(words) } else { Arc::from("") };
    (says(before) || says(behind)).then(|| Shown::Worded(around(before), around(behind)))
}

/// What stands around a number where it is shown.
fn of_text(shown: &str, value: f64) -> Option<Shown> {
    let shown = shown.trim();
    let (before, rest) = shown.split_at(shown.find(|c: char| c.is_ascii_digit())?);
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(rest.len());
    let (digits, behind) = rest.split_at(end);
    // 1.5E+10.
    if behind.starts_with('E') {
        return None;
    }
    let padded = before.is_empty() && behind.is_empty() && digits.len() > 1 && digits.starts_with('0');
    if padded && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Shown::Padded(digits.len()));
    }
    let digits: f64 = digits.replace(',', "").parse().ok()?;
    worded(before, behind, (digits - value.abs()).abs() > 1.0)
}

/// What the format of a number says: 0%, 0.00"万元", 0!.0,"万元", [$$-409]#,##0, 000000.
pub(super) fn of_format(code: &str) -> Option<Shown> {
    let first = code.split(';').next().unwrap_or_default().replace("General", "0").replace("G/通用格式", "0");
    let (mut before, mut behind) = (String::new(), String::new());
    let (mut zeros, mut others, mut scaled, mut percent) = (0, false, false, false);
    let mut chars = first.chars().peekable();
    while let Some(c) = chars.next() {
        let mut literal = String::new();
        match c {
            '"' => literal.extend(chars.by_ref().take_while(|c| *c != '"')),
            '\\' | '!' => match chars.next() {
                // 0!.0, shows tens of thousands.
                Some('.') if zeros > 0 || others => scaled = true,
                other => literal.extend(other),
            },
            '_' | '*' => {
                chars.next();
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                // The sign of a currency and where: [$€-407]. Without a sign it is a language.
                if let Some(currency) = inside.strip_prefix('$') {
                    let (sign, place) = currency.split_once('-').unwrap_or((currency, ""));
                    // The sign of the yuan is that of the yen too.
                    literal.push_str(if place == "411" { "JP¥" } else { sign });
                }
            }
            '0' | '#' | '?' => {
                // 000-0000: words among the digits are no unit.
                if !behind.is_empty() {
                    return None;
                }
                if c == '0' { zeros += 1 } else { others = true }
            }
            ',' => match chars.peek() {
                Some('0' | '#' | '?') => others = true,
                _ => scaled |= zeros > 0 || others,
            },
            '.' | '/' => others = true,
            '%' => percent = true,
            // 000-0000.
            '-' if zeros > 0 || others => literal.push('-'),
            ' ' | '-' | '+' | '(' | ')' => {}
            // 0.00E+00.
            'E' if matches!(chars.peek(), Some('+' | '-')) => others = true,
            // Days, times and text.
            c if c.is_ascii_alphabetic() || c == '@' => return None,
            c => literal.push(c),
        }
        if zeros > 0 || others { &mut behind } else { &mut before }.push_str(&literal);
    }
    if percent {
        return Some(Shown::Percent);
    }
    let padded = zeros > 1 && !others && !scaled;
    worded(&before, &behind, scaled).or_else(|| padded.then_some(Shown::Padded(zeros)))
}

/// Whether the format of a number is that of a day or a time: yyyy-mm-dd, h:mm, [h]:mm. What stands in quotes or
/// behind a mark for the very next letter is none, and of several formats the first counts.
pub(super) fn shows_days(code: &str) -> bool {
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => drop(chars.by_ref().find(|c| *c == '"')),
            '\\' | '!' | '_' | '*' => drop(chars.next()),
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                let inside = inside.to_ascii_lowercase();
                let same = inside.chars().next().filter(|c| matches!(c, 'h' | 'm' | 's'));
                if same.is_some_and(|first| inside.chars().all(|c| c == first)) {
                    return true;
                }
            }
            ';' => return false,
            c if matches!(c.to_ascii_lowercase(), 'd' | 'm' | 'h' | 'y' | 's') => return true,
            _ => {}
        }
    }
    false
}

/// How the number of a cell is shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Look {
    /// As any number.
    Plain,
    /// As a day or a time.
    Day,
    /// In a way that says more.
    Own(Shown),
}

/// How a format shows a number.
pub(super) fn look_of(code: &str) -> Look {
    if shows_days(code) { Look::Day } else { of_format(code).map_or(Look::Plain, Look::Own) }
}

/// How the formats show a number that files need not write out: ECMA-376 18.8.30, those of East Asia among them.
pub(super) fn built_in_look(id: u32) -> Look {
    match id {
        9 | 10 => Look::Own(Shown::Percent),
        14..=22 | 27..=36 | 45..=47 | 50..=58 => Look::Day,
        _ => Look::Plain,
    }
}

/// The parts of the sheets of an .xlsb in the order of its index, where that names them all.
pub(super) fn binary_sheets(bytes: &[u8]) -> Option<Vec<String>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names: Vec<String> = archive.file_names().filter_map(|n| n.ok().map(|n| n.into_owned())).collect();
    let ends = |end: &str| names.iter().find(|n| n.to_lowercase().replace('\\', "/").ends_with(end)).cloned();
    let index = ends("xl/workbook.bin")?;
    let folder = index.rfind(['/', '\\']).map_or("", |at| index.get(..=at).unwrap_or_default());
    let links = ends("xl/_rels/workbook.bin.rels")?;
    let content = part(&mut archive, &index)?;
    let links = String::from_utf8(part(&mut archive, &links)?).ok()?;
    let target = |id: &String| {
        let link = links.split('<').find(|tag| attribute(tag, "Id") == Some(id))?;
        let target = attribute(link, "Target")?;
        Some(match target.strip_prefix('/') {
            Some(whole) => whole.to_owned(),
            None => format!("{folder}{target}"),
        })
    };
    bundled(&content).iter().map(target).collect()
}

fn part<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    archive.by_name(name).ok()?.read_to_end(&mut content).ok()?;
    Some(content)
}

/// The value of an attribute of a tag, whatever its prefix.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    while let Some(at) = rest.find(name) {
        let before = rest.get(..at)?;
        let after = rest.get(at + name.len()..)?;
        let value = after.trim_start().strip_prefix('=').map(str::trim_start);
        if before.ends_with([' ', ':', '\t', '\n', '\r'])
            && let Some(value) = value
        {
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            return value.get(1..)?.split(quote).next();
        }
        rest = after;
    }
    None
}

/// The records of an .xlsb part: type and content.
fn records(mut rest: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    std::iter::from_fn(move || {
        let mut number = |most: u32| {
            let mut out = 0_u32;
            for group in 0..most {
                let (byte, after) = rest.split_first()?;
                rest = after;
                out |= u32::from(byte & 0x7f) << (7 * group);
                if byte & 0x80 == 0 {
                    break;
                }
            }
            Some(out)
        };
        // A type keeps the marks of its bytes: 156 is 0x9c 0x01.
        let kind = number(2)?;
        let length = usize::try_from(number(4)?).ok()?;
        let (content, after) = rest.split_at_checked(length)?;
        rest = after;
        Some((kind, content))
    })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The relation ids of the sheets that workbook.bin lists.
fn bundled(bytes: &[u8]) -> Vec<String> {
    /// BrtBundleSh.
    const SHEET: u32 = 156;
    records(bytes).filter(|(kind, _)| *kind == SHEET).filter_map(|(_, content)| wide(content, 8)).collect()
}

/// The column of an address like B7, counted from 0.
fn column_of(address: &str) -> Option<u32> {
    let letters = address.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = letters.bytes().try_fold(0_u32, |n, b| {
        let letter = b.to_ascii_uppercase().checked_sub(b'A').filter(|l| *l < 26)?;
        n.checked_mul(26)?.checked_add(u32::from(letter) + 1)
    })?;
    number.checked_sub(1)
}

/// A cell of an .xlsb sheet beside its value.
pub(super) struct Beside {
    /// Row and column counted from 0.
    pub at: (u32, u32),
    pub shown: Option<Shown>,
    /// It is a formula whose result is an error, which the reader passes over.
    pub error: bool,
}

/// The part of an .xlsb sheet, looked at beside the reader of its values.
pub(super) struct Binary {
    content: Vec<u8>,
    /// How the numbers of each style are shown; `None` when the file does not tell.
    shown: Option<Vec<Option<Shown>>>,
}

impl Binary {
    /// The part of this name.
    pub fn of(bytes: &[u8], name: &str) -> Option<Binary> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
        let mut content = Vec::new();
        archive.by_name(name).ok()?.take(LARGEST).read_to_end(&mut content).ok()?;
        let styles = part(&mut archive, "xl/styles.bin");
        Some(Binary { content, shown: styles.map(|styles| binary_styles(&styles)) })
    }

    /// Whether the file tells which numbers are percentages.
    pub fn tells(&self) -> bool {
        self.shown.is_some()
    }

    /// Its cells that hold something, in the order of the file: those that the reader gives, and errors of formulas.
    pub fn cells(&self) -> impl Iterator<Item = Beside> {
        /// BrtRowHdr, BrtFmlaError.
        const ROW: u32 = 0;
        const ERROR: u32 = 11;
        let mut row = 0;
        records(&self.content).filter_map(move |(kind, content)| {
            match kind {
                ROW => {
                    row = u32_at(content, 0)?;
                    None
                }
                // BrtCellRk to BrtFmlaError.
                2..=ERROR => {
                    let style = usize::try_from(u32_at(content, 4)? & 0x00ff_ffff).ok()?;
                    let shown = self.shown.as_ref().and_then(|shown| shown.get(style).cloned().flatten());
                    Some(Beside { at: (row, u32_at(content, 0)?), shown, error: kind == ERROR })
                }
                _ => None,
            }
        })
    }

    /// What is marked on the sheet.
    pub fn marks(&self) -> Marks {
        /// BrtRowHdr and BrtMergeCell.
        const ROW: u32 = 0;
        const MERGED: u32 = 176;
        let mut marks = Marks::default();
        for (kind, content) in records(&self.content) {
            match kind {
                ROW if content.get(11).is_some_and(|flags| flags & 0x10 != 0) && marks.hidden.len() < MOST => {
                    marks.hidden.extend(u32_at(content, 0).map(|row| row.saturating_add(1)));
                }
                MERGED => {
                    let number = |at| u32_at(content, at).unwrap_or(u32::MAX);
                    let (top, bottom, left, right) = (number(0), number(4), number(8), number(12));
                    marks.merge(Merged { top: top.saturating_add(1), left, bottom: bottom.saturating_add(1), right });
                }
                _ => {}
            }
        }
        marks
    }
}

/// How the numbers of each style of an .xlsb are shown: [MS-XLSB] 2.4.695 BrtFmt, 2.4.876 BrtXF.
fn binary_styles(bytes: &[u8]) -> Vec<Option<Shown>> {
    const FORMAT: u32 = 44;
    const STYLE: u32 = 47;
    const BEGIN: u32 = 617;
    const END: u32 = 618;
    let id_at = |content: &[u8], at: usize| Some(u16::from_le_bytes(content.get(at..at + 2)?.try_into().ok()?));
    let mut formats = built_in();
    let mut styles = Vec::new();
    let mut within = false;
    for (kind, content) in records(bytes) {
        match kind {
            FORMAT => {
                if let (Some(id), Some(code)) = (id_at(content, 0), wide(content, 2)) {
                    formats.insert(id, of_format(&code));
                }
            }
            BEGIN => within = true,
            END => within = false,
            STYLE if within => {
                styles.push(id_at(content, 2).and_then(|id| formats.get(&id).cloned().flatten()));
            }
            _ => {}
        }
    }
    styles
}

/// The formats that files need not write out, as far as they say more than the number: 0% and 0.00%.
fn built_in() -> HashMap<u16, Option<Shown>> {
    HashMap::from([(9, Some(Shown::Percent)), (10, Some(Shown::Percent))])
}

/// A text of an .xlsb part: its length in UTF-16 units, then those.
fn wide(content: &[u8], at: usize) -> Option<String> {
    let length = usize::try_from(u32_at(content, at)?).ok()?;
    let units = content.get(at + 4..)?.get(..length.checked_mul(2)?)?;
    let units: Vec<u16> = units.as_chunks::<2>().0.iter().map(|b| u16::from_le_bytes(*b)).collect();
    String::from_utf16(&units).ok()
}

/// A1:C3.
pub(super) fn rectangle(text: &str) -> Option<Merged> {
    let corner = |text: &str| {
        let text = text.replace('$', "");
        let digits = text.get(text.find(|c: char| c.is_ascii_digit())?..)?;
        Some((digits.parse::<u32>().ok()?, column_of(&text)?))
    };
    let (from, to) = text.split_once(':')?;
    let ((top, left), (bottom, right)) = (corner(from)?, corner(to)?);
    Some(Merged { top, left, bottom, right })
}

/// What is marked on each table of an .ods.
pub(super) fn of_tables(bytes: &[u8]) -> Option<Vec<Marks>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let text = String::from_utf8(part(&mut archive, "content.xml")?).ok()?;
    let mut out: Vec<Marks> = Vec::new();
    let (mut row, mut column, mut times, mut hidden) = (0_u32, 0_u32, 1_u32, false);
    // The number whose text comes next.
    let mut number: Option<((u32, u32), f64)> = None;
    for piece in text.split('<') {
        let name = piece.split(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).next().unwrap_or_default();
        let (tag, words) = piece.split_once('>').unwrap_or((piece, ""));
        let count = |name: &str| attribute(tag, name).and_then(|n| n.parse::<u32>().ok()).unwrap_or(1).min(1_048_576);
        match name {
            "table:table" => {
                out.push(Marks::default());
                row = 0;
            }
            "table:table-row" => {
                times = count("number-rows-repeated");
                hidden = attribute(tag, "visibility").is_some_and(|v| v != "visible");
                column = 0;
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let Some(marks) = out.last_mut() else { continue };
                let wide = count("number-columns-repeated").min(16_384);
                let (down, right) = (count("number-rows-spanned"), count("number-columns-spanned"));
                if (down > 1 || right > 1) && name == "table:table-cell" {
                    let (top, bottom) = (row.saturating_add(1), row.saturating_add(down));
                    marks.merge(Merged { top, left: column, bottom, right: column.saturating_add(right - 1) });
                }
                if attribute(tag, "value-type") == Some("percentage") && marks.shown.len() < MOST {
                    for down in 0..times.min(1_000) {
                        for right in 0..wide.min(1_000) {
                            marks
                                .shown
                                .insert((row.saturating_add(down), column.saturating_add(right)), Shown::Percent);
                        }
                    }
                }
                let unsolved = attribute(tag, "formula").is_some() && attribute(tag, "value-type").is_none();
                if unsolved && name == "table:table-cell" && marks.unsolved.len() < MOST {
                    marks.unsolved.insert((row, column));
                }
                let value = attribute(tag, "value").and_then(|v| v.parse().ok()).filter(|_| wide == 1 && times == 1);
                number = value.map(|value| ((row, column), value));
                column = column.saturating_add(wide);
            }
            "text:p" => {
                let own = number.take().and_then(|(at, value)| Some((at, of_text(words, value)?)));
                if let Some((marks, (at, shown))) = out.last_mut().zip(own).filter(|(m, _)| m.shown.len() < MOST) {
                    marks.shown.entry(at).or_insert(shown);
                }
            }
            "" if tag.starts_with("/table:table-row") => {
                if let Some(marks) = out.last_mut().filter(|marks| hidden && marks.hidden.len() < MOST) {
                    marks.hidden.extend((0..times.min(1_000)).map(|n| row.saturating_add(n + 1)));
                }
                row = row.saturating_add(times);
            }
            _ => {}
        }
        // A row without cells closes itself.
        if name == "table:table-row" && tag.ends_with('/') {
            row = row.saturating_add(times);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_say_how_a_number_is_shown() {
        let behind = |unit: &str| Some(Shown::Worded("".into(), unit.into()));
        for (code, want) in [
            ("0%", Some(Shown::Percent)),
            ("0.00%", Some(Shown::Percent)),
            ("0\"万元\"", behind("万元")),
            ("0.00\"万元\"", behind("万元")),
            ("General\"千元\"", behind("千元")),
            ("G/通用格式\"万元\"", behind("万元")),
            ("#,##0\"元\"", behind("元")),
            ("#,##0元", behind("元")),
            ("0\"人\"", behind("人")),
            ("0.00\"万美元\"", behind("万美元")),
            ("\"约\"0", Some(Shown::Worded("约".into(), "".into()))),
            ("[$$-409]#,##0.00", Some(Shown::Worded("$".into(), "".into()))),
            ("\"US$\"#,##0.00_ ", Some(Shown::Worded("US$".into(), "".into()))),
            ("#,##0.00\\ [$€-407]", behind("€")),
            ("[$¥-411]#,##0", Some(Shown::Worded("JP¥".into(), "".into()))),
            ("0!.0,\"万元\"", Some(Shown::Scaled)),
            ("0\\.0,\"万\"", Some(Shown::Scaled)),
            ("000000", Some(Shown::Padded(6))),
            ("General", None),
            ("0", None),
            ("0.00", None),
            ("0.00E+00", None),
            ("#,##0.00", None),
            ("#,##0_ ", None),
            ("000-0000-0000", None),
            ("\"￥\"#,##0.00;\"￥\"-#,##0.00", None),
            ("[$¥-804]#,##0.00", None),
            ("_ ￥* #,##0.00_ ;_ ￥* -#,##0.00_ ;_ ￥* \"-\"??_ ;_ @_ ", None),
            ("[Red]#,##0;[$-804]0", None),
            ("yyyy\"年\"m\"月\"", None),
            ("[$-804]yyyy-mm-dd", None),
            ("@", None),
        ] {
            assert_eq!(of_format(code), want, "{code}");
        }
    }

    #[test]
    fn formats_of_days_are_told_from_those_of_numbers() {
        for code in [
            "yyyy-mm-dd",
            "DD/MM/YY",
            "m\"月\"d\"日\";@",
            "[$-804]yyyy\"年\"m\"月\"d\"日\"",
            "[h]:mm:ss",
            "[mm]",
            "h:mm AM/PM",
            "[Blue]\\+[h]:mm;[Red]\\-[h]:mm",
        ] {
            assert!(shows_days(code), "{code}");
        }
        for code in [
            "General",
            "G/通用格式",
            "0.00",
            "0.00E+00",
            "#,##0\\ [$$-409]",
            "0!d",
            "\"Y: \"0.00\"m\"",
            "[Red]0;yyyy",
            "_d0*m",
            "\\Y000000",
            "@",
            "0\"日\"",
            "[>=100][Magenta].00",
        ] {
            assert!(!shows_days(code), "{code}");
        }
    }

    #[test]
    fn rectangles_and_attributes_are_read() {
        assert_eq!(rectangle("B2:AA10"), Some(Merged { top: 2, left: 1, bottom: 10, right: 26 }));
        assert_eq!(rectangle("B:C"), None);
        assert_eq!(attribute(" r='3' spans=\"1:2\" hidden = \"1\"", "hidden"), Some("1"));
        assert_eq!(attribute(" customHidden=\"1\"", "hidden"), None, "the end of another name is no attribute");
        assert_eq!(attribute("link name=\"甲\" r:id=\"rId1\"", "id"), Some("rId1"));
    }
}

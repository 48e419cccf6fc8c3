//! What the reader of workbooks does not tell: rows that Excel hides, merged cells of every format, and how a number
//! is shown. Looked for in the parts of a file that was found to be safe.

use std::collections::HashMap;
use std::io::{Cursor, Read, Seek};

use zip::ZipArchive;

use super::compound::Stream;
use super::sheet::Merged;

/// How a number is shown, where that says more than the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// As a percentage.
    Percent,
    /// With a unit behind it: 50 as 50万元.
    Behind(&'static str),
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
}

/// Bytes of a binary part that are looked through: twice the largest roster.
const LARGEST: u64 = 48 << 20;
/// Merged cells that are believed; nobody draws more.
const MOST: usize = 200_000;

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

/// What stands behind a number where it is shown.
fn of_text(shown: &str, value: f64) -> Option<Shown> {
    let shown = shown.trim();
    let end = shown.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-')))?;
    let (digits, words) = shown.split_at(end);
    let unit = UNITS.iter().find(|unit| words.trim() == **unit)?;
    let digits: f64 = digits.replace(',', "").parse().ok()?;
    Some(if (digits - value).abs() <= 1.0 { Shown::Behind(unit) } else { Shown::Scaled })
}

/// What the format of a number says: 0%, 0.00"万元", 0!.0,"万元".
pub(super) fn of_format(code: &str) -> Option<Shown> {
    let first = code.split(';').next().unwrap_or_default();
    if first.contains('%') {
        return Some(Shown::Percent);
    }
    if first.contains(['y', 'm', 'd', 'h', 's', 'Y', 'M', 'D', 'H', 'S', 'E', '@']) && !first.starts_with("General") {
        return None;
    }
    let first = first.trim_start_matches("General");
    // What stands behind the last digit, without the signs that only space or quote.
    let end = first.rfind(['0', '#', '?']).map_or(0, |at| at + 1);
    let rest = first.get(end..).unwrap_or_default();
    let words: String = rest.chars().filter(|c| !matches!(c, '"' | '\\' | '_' | ' ' | ')' | '!' | ',')).collect();
    let scaled = rest.starts_with(',') || first.contains("!.") || first.contains("\\.");
    let unit = UNITS.iter().find(|unit| words == **unit)?;
    Some(if scaled { Shown::Scaled } else { Shown::Behind(unit) })
}

/// The paths of a workbook's sheets in its order, where its index names them.
pub(super) fn sheet_parts(bytes: &[u8]) -> Option<Vec<String>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names: Vec<String> = archive.file_names().filter_map(|n| n.ok().map(|n| n.into_owned())).collect();
    let ends = |end: &str| names.iter().find(|n| n.to_lowercase().replace('\\', "/").ends_with(end)).cloned();
    let (index, binary) = match ends("xl/workbook.xml") {
        Some(index) => (index, false),
        None => (ends("xl/workbook.bin")?, true),
    };
    let folder = index.rfind(['/', '\\']).map_or("", |at| index.get(..=at).unwrap_or_default());
    let file = index.get(folder.len()..)?;
    let links = ends(&format!("xl/_rels/{}.rels", file.to_lowercase()))?;
    let content = part(&mut archive, &index)?;
    let links = String::from_utf8(part(&mut archive, &links)?).ok()?;
    let ids: Vec<String> = if binary { bundled(&content) } else { listed(&String::from_utf8(content).ok()?) };
    let target = |id: &String| {
        let link = links.split('<').find(|tag| attribute(tag, "Id") == Some(id))?;
        let target = attribute(link, "Target")?;
        Some(match target.strip_prefix('/') {
            Some(whole) => whole.to_owned(),
            None => format!("{folder}{target}"),
        })
    };
    ids.iter().map(target).collect()
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

/// The relation ids of the sheets that workbook.xml lists.
fn listed(text: &str) -> Vec<String> {
    let is_sheet = |tag: &&str| {
        let name = tag.split(|c: char| c.is_whitespace() || c == '/' || c == '>').next().unwrap_or_default();
        name.split(':').next_back() == Some("sheet")
    };
    text.split('<').filter(is_sheet).filter_map(|tag| attribute(tag, "id").map(str::to_owned)).collect()
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
    let id = |content: &[u8]| {
        let length = usize::try_from(u32_at(content, 8)?).ok()?;
        let units: Vec<u16> =
            content.get(12..12 + length * 2)?.as_chunks::<2>().0.iter().map(|b| u16::from_le_bytes(*b)).collect();
        String::from_utf16(&units).ok()
    };
    records(bytes).filter(|(kind, _)| *kind == SHEET).filter_map(|(_, content)| id(content)).collect()
}

/// What is marked on a sheet of an .xlsx or .xlsb; `None` when its part is not there.
pub(super) fn of_part(bytes: &[u8], name: &str) -> Option<Marks> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut part = archive.by_name(name).ok()?;
    let mut marks = Marks::default();
    if name.to_lowercase().ends_with(".bin") {
        let mut content = Vec::new();
        part.take(LARGEST).read_to_end(&mut content).ok()?;
        binary(&content, &mut marks);
        return Some(marks);
    }
    let mut row = 0;
    tags(&mut part, |tag| {
        let (name, rest) =
            tag.split_at(tag.iter().position(|b| b.is_ascii_whitespace() || *b == b'/').unwrap_or(tag.len()));
        match name.rsplit(|b| *b == b':').next() {
            Some(b"row") => {
                let rest = std::str::from_utf8(rest).unwrap_or_default();
                row = attribute(rest, "r").and_then(|r| r.parse().ok()).unwrap_or(row + 1);
                if attribute(rest, "hidden").is_some_and(|h| matches!(h, "1" | "true")) && marks.hidden.len() < MOST {
                    marks.hidden.push(row);
                }
            }
            Some(b"mergeCell") => {
                let rest = std::str::from_utf8(rest).unwrap_or_default();
                if let Some(merged) = attribute(rest, "ref").and_then(rectangle) {
                    marks.merge(merged);
                }
            }
            _ => {}
        }
    })?;
    Some(marks)
}

fn binary(bytes: &[u8], marks: &mut Marks) {
    /// BrtRowHdr and BrtMergeCell.
    const ROW: u32 = 0;
    const MERGED: u32 = 176;
    for (kind, content) in records(bytes) {
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
}

/// A1:C3.
fn rectangle(text: &str) -> Option<Merged> {
    let corner = |text: &str| {
        let text = text.replace('$', "");
        let (letters, digits) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
        let column = letters.bytes().try_fold(0_u32, |n, b| {
            let letter = b.to_ascii_uppercase().checked_sub(b'A').filter(|l| *l < 26)?;
            n.checked_mul(26)?.checked_add(u32::from(letter) + 1)
        })?;
        Some((digits.parse::<u32>().ok()?, column.checked_sub(1)?))
    };
    let (from, to) = text.split_once(':')?;
    let ((top, left), (bottom, right)) = (corner(from)?, corner(to)?);
    Some(Merged { top, left, bottom, right })
}

/// Hands over what stands between < and > of the tags of a part, only those of rows and merged cells among many.
fn tags(part: &mut impl Read, mut take: impl FnMut(&[u8])) -> Option<()> {
    let mut held: Vec<u8> = Vec::new();
    let mut chunk = [0; 1 << 15];
    loop {
        let read = part.read(&mut chunk).ok()?;
        held.extend_from_slice(chunk.get(..read)?);
        let mut done = 0;
        for at in memchr::memchr_iter(b'<', &held) {
            let rest = held.get(at + 1..)?;
            // Cells, their values and ends are nearly all: their first two bytes tell.
            if matches!(rest, [b'c' | b'v' | b't' | b'f', b' ' | b'>', ..] | [b'/', ..]) {
                done = at + 1;
                continue;
            }
            let Some(end) = memchr::memchr(b'>', rest) else {
                done = at;
                break;
            };
            take(rest.get(..end)?);
            done = at + 1;
        }
        held.drain(..done);
        if read == 0 {
            return Some(());
        }
    }
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

/// What is marked on each sheet of an old .xls.
pub(super) fn of_stream(bytes: &[u8]) -> Option<Vec<Marks>> {
    let stream = Stream::of(bytes)?;
    let u16_at = |content: &[u8], at: usize| Some(u16::from_le_bytes(content.get(at..at + 2)?.try_into().ok()?));
    let mut formats: HashMap<u16, Option<Shown>> =
        HashMap::from([(9, Some(Shown::Percent)), (10, Some(Shown::Percent))]);
    let mut styles: Vec<u16> = Vec::new();
    let mut starts: Vec<usize> = Vec::new();
    for (kind, content) in stream.records(0) {
        match kind {
            0x0085 => starts.extend(u32_at(content, 0).and_then(|at| usize::try_from(at).ok())),
            0x00e0 => styles.extend(u16_at(content, 2)),
            0x041e => {
                let (Some(id), Some(count), Some(flags)) = (u16_at(content, 0), u16_at(content, 2), content.get(4))
                else {
                    continue;
                };
                let text = content.get(5..).unwrap_or_default();
                let units: Vec<u16> = if flags & 1 == 0 {
                    text.iter().map(|b| u16::from(*b)).collect()
                } else {
                    text.as_chunks::<2>().0.iter().map(|b| u16::from_le_bytes(*b)).collect()
                };
                let code: String = String::from_utf16_lossy(&units).chars().take(count.into()).collect();
                formats.insert(id, of_format(&code));
            }
            _ => {}
        }
    }
    let shown: Vec<Option<Shown>> = styles.iter().map(|id| formats.get(id).copied().flatten()).collect();
    let sheet = |start: &usize| {
        let mut marks = Marks::default();
        for (kind, content) in stream.records(*start) {
            let (Some(row), Some(column)) = (u16_at(content, 0), u16_at(content, 2)) else { continue };
            let mut put = |column: u16, style: Option<u16>| {
                let own = style.and_then(|style| shown.get(usize::from(style)).copied().flatten());
                if let Some(own) = own.filter(|_| marks.shown.len() < MOST) {
                    marks.shown.insert((row.into(), column.into()), own);
                }
            };
            match kind {
                0x0203 | 0x027e | 0x0006 => put(column, u16_at(content, 4)),
                0x00bd => {
                    let count = u16::try_from(content.len() / 6).unwrap_or(0);
                    (0..count).for_each(|n| put(column.saturating_add(n), u16_at(content, 4 + usize::from(n) * 6)));
                }
                // Its height is zero.
                0x0208 if content.get(12).is_some_and(|flags| flags & 0x20 != 0) => {
                    marks.hidden.push(u32::from(row) + 1);
                }
                _ => {}
            }
        }
        marks
    };
    Some(starts.iter().map(sheet).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_say_how_a_number_is_shown() {
        for (code, want) in [
            ("0%", Some(Shown::Percent)),
            ("0.00%", Some(Shown::Percent)),
            ("0\"万元\"", Some(Shown::Behind("万元"))),
            ("0.00\"万元\"", Some(Shown::Behind("万元"))),
            ("General\"千元\"", Some(Shown::Behind("千元"))),
            ("#,##0\"元\"", Some(Shown::Behind("元"))),
            ("#,##0元", Some(Shown::Behind("元"))),
            ("0\"人\"", Some(Shown::Behind("人"))),
            ("0!.0,\"万元\"", Some(Shown::Scaled)),
            ("0\\.0,\"万\"", Some(Shown::Scaled)),
            ("General", None),
            ("#,##0.00", None),
            ("#,##0_ ", None),
            ("\"￥\"#,##0.00;\"￥\"-#,##0.00", None),
            ("yyyy\"年\"m\"月\"", None),
            ("@", None),
        ] {
            assert_eq!(of_format(code), want, "{code}");
        }
    }

    #[test]
    fn rectangles_and_attributes_are_read() {
        assert_eq!(rectangle("B2:AA10"), Some(Merged { top: 2, left: 1, bottom: 10, right: 26 }));
        assert_eq!(rectangle("B:C"), None);
        assert_eq!(attribute(" r='3' spans=\"1:2\" hidden = \"1\"", "hidden"), Some("1"));
        assert_eq!(attribute(" customHidden=\"1\"", "hidden"), None, "the end of another name is no attribute");
        assert_eq!(attribute("sheet name=\"甲\" r:id=\"rId1\"", "id"), Some("rId1"));
    }
}

//! What a file really is, told by its bytes and not by its name, and whether it is safe to parse.
//! Readers of workbooks trust the sizes that a file claims; here they are counted first.

use std::io::{Cursor, Read, Write};

use super::compound::Found;
use crate::error::{Error, Result};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
    Text,
}

/// Limits before parsing: the file, its parts unpacked, and their number.
pub(super) const MAX_FILE: usize = 32 << 20;
const MAX_PART: u64 = 320 << 20;
/// Parts that are looked at in memory.
const MAX_WHOLE: u64 = 64 << 20;
/// Bytes between two tags of an XML part, and tags of a part that is no sheet.
const MAX_RUN: usize = 1 << 20;
const MAX_TAGS: u64 = 9_000_000;
const MAX_STYLE_TAGS: u64 = 700_000;
const MAX_ENTRIES: usize = 4_000;

/// A refusal of the whole file: what it is and what to do.
pub(super) fn refuse(file: &str, say: &str) -> Error {
    Error::refused(format!("“{file}”：{say}"))
}

/// The refusal of a file that asks for a password.
pub(super) fn encrypted(file: &str) -> Error {
    refuse(file, "文件设了打开密码。请在 Excel 或 WPS 里打开，取消密码后保存，再导入")
}

/// Refuses a file for its length alone.
pub(super) fn weigh(bytes: &[u8], file: &str) -> Result<()> {
    if bytes.is_empty() {
        return Err(refuse(file, "文件是空的(0 字节)，可能没有保存完整，请重新导出"));
    }
    if bytes.len() > MAX_FILE {
        return Err(refuse(file, "文件超过 32 MB，不像名册。请删去图片和无关的工作表后再导入"));
    }
    Ok(())
}

/// Tells the format and refuses what cannot or must not be parsed.
pub(super) fn look(bytes: &[u8], file: &str) -> Result<Format> {
    if bytes.starts_with(b"PK") {
        return zipped(bytes, file);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return compound(bytes, file);
    }
    let start = &bytes[..bytes.len().min(4096)];
    let text = String::from_utf8_lossy(start).to_lowercase();
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let other = |what: &str| {
        Err(refuse(file, &format!("这是{what}，不是表格文件。请用 Excel 或 WPS 打开原来的表格，另存为 .xlsx 后再导入")))
    };
    if start.starts_with(b"%PDF") {
        return other("PDF 文件");
    }
    if start.starts_with(b"\x89PNG") || start.starts_with(b"\xff\xd8\xff") || start.starts_with(b"GIF8") {
        return other("图片");
    }
    if start.starts_with(b"Rar!") || start.starts_with(b"7z\xbc\xaf") || start.starts_with(b"\x1f\x8b") {
        return other("压缩包");
    }
    if text.starts_with("{\\rtf") {
        return other("文字文档(RTF)");
    }
    if text.starts_with("<!doctype html") || text.starts_with("<html") || text.contains("<table") {
        return other("网页(有些系统导出的 .xls 其实是网页)");
    }
    if text.starts_with("<?xml") || text.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return other("XML 文件");
    }
    Ok(Format::Text)
}

fn zipped(bytes: &[u8], file: &str) -> Result<Format> {
    let broken =
        || refuse(file, "文件不完整(可能下载或复制时中断)。请重新取得文件，或用 Excel、WPS 打开后另存为 .xlsx");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if archive.len() > MAX_ENTRIES {
        return Err(large(file));
    }
    let names: Vec<String> =
        archive.file_names().filter_map(|n| n.ok().map(|n| n.replace('\\', "/").to_lowercase())).collect();
    let has = |end: &str| names.iter().any(|n| n.ends_with(end));
    let format = if has("xl/workbook.bin") {
        Format::Xlsb
    } else if names.iter().any(|n| n == "mimetype") && has("content.xml") {
        Format::Ods
    } else if has("xl/workbook.xml") || (has("[content_types].xml") && names.iter().any(|n| n.contains("worksheets/")))
    {
        Format::Xlsx
    } else if names.iter().any(|n| n.starts_with("word/")) {
        return Err(refuse(
            file,
            "这是 Word 文档，不是表格文件。请把其中的表格复制到 Excel 或 WPS 表格，存为 .xlsx 后再导入",
        ));
    } else if names.iter().any(|n| n.starts_with("ppt/")) {
        return Err(refuse(file, "这是演示文稿，不是表格文件。请导入 .xlsx、.xls、.xlsb、.ods 或 .csv 文件"));
    } else {
        return Err(refuse(file, "这是压缩包或其他格式，里面没有工作簿。如果是压缩包，请先解压再导入其中的表格"));
    };
    let mut total = 0_u64;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(why) if why.to_lowercase().contains("password") => {
                encrypted(file)
            }
            _ => broken(),
        })?;
        let name = part.name().map_err(|_| broken())?.replace('\\', "/").to_lowercase();
        // A sheet may go by any name, so no part is trusted for its name.
        let whole = name == "content.xml" || name.contains("sharedstrings");
        let binary = name.ends_with(".bin") && format == Format::Xlsb && !name.contains("printer");
        let text = name.ends_with(".xml") || name.ends_with(".rels");
        // A deflated byte unpacks to at most 1032: a small part needs no counting.
        if !whole && !binary && part.compressed_size().saturating_mul(1_032) < 4 << 20 {
            continue;
        }
        let limit =
            if whole || binary { MAX_WHOLE } else { MAX_PART }.min(MAX_PART.saturating_mul(2).saturating_sub(total));
        let mut unpacked = part.by_ref().take(limit + 1);
        let mut passing = Passing::default();
        if whole || binary {
            let mut kept = Vec::new();
            unpacked.read_to_end(&mut kept).map_err(|_| broken())?;
            let sane = kept.len() as u64 <= limit
                && match format {
                    Format::Ods => repeats_are_sane(&kept),
                    Format::Xlsb => lengths_are_sane(&kept),
                    _ => claims_are_sane(&kept),
                };
            if !sane {
                return Err(large(file));
            }
            passing.write_all(&kept).map_err(|_| broken())?;
        } else {
            std::io::copy(&mut unpacked, &mut passing).map_err(|_| broken())?;
        }
        // A cell holds 32,767 characters at most; only sheets have millions of tags, and every style costs.
        let tags = match () {
            () if name.contains("worksheets/") => u64::MAX,
            () if name.contains("styles") => MAX_STYLE_TAGS,
            () => MAX_TAGS,
        };
        if passing.bytes > limit || (text && (passing.longest > MAX_RUN || passing.tags > tags)) {
            return Err(large(file));
        }
        total += passing.bytes;
    }
    Ok(format)
}

/// Whether the number of shared strings that a part claims could be true: the reader reserves room
/// for it at once.
fn claims_are_sane(part: &[u8]) -> bool {
    const CLAIM: &[u8] = b"uniqueCount";
    // A part in another encoding would hide its claim from this look.
    if part.starts_with(&[0xff, 0xfe]) || part.starts_with(&[0xfe, 0xff]) || part.iter().take(64).any(|b| *b == 0) {
        return false;
    }
    let mut rest = part;
    while let Some(at) = rest.windows(CLAIM.len()).position(|w| w == CLAIM) {
        rest = &rest[at + CLAIM.len()..];
        let number: Vec<u8> = rest
            .iter()
            .copied()
            .skip_while(|b| matches!(b, b'=' | b'"' | b'\'') || b.is_ascii_whitespace())
            .take_while(u8::is_ascii_digit)
            .collect();
        let claimed: u64 =
            if number.len() > 12 { u64::MAX } else { String::from_utf8_lossy(&number).parse().unwrap_or(0) };
        // <si/> takes five bytes.
        if claimed > part.len() as u64 / 5 + 1_000 {
            return false;
        }
    }
    true
}

/// Whether an .ods stays below four million cells once its repeated cells and rows are written out.
fn repeats_are_sane(part: &[u8]) -> bool {
    const LIMIT: u64 = 4_000_000;
    if part.iter().take(64).any(|b| *b == 0) {
        return false;
    }
    let text = String::from_utf8_lossy(part);
    let count = |tag: &str, name: &str| -> u64 {
        let Some((_, after)) = tag.split_once(name) else { return 1 };
        let digits: String =
            after.chars().skip_while(|c| "=\"' ".contains(*c)).take_while(char::is_ascii_digit).take(12).collect();
        digits.parse().unwrap_or(1)
    };
    // Of the tables before, of the cells as they stand in this one, and its rows and width written out.
    let (mut before, mut parsed, mut rows, mut widest, mut empty_rows) = (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
    let (mut times, mut width, mut pending) = (1_u64, 0_u64, 0_u64);
    for tag in text.split('<').skip(1) {
        if tag.starts_with("table:table-row") {
            times = count(tag, "number-rows-repeated").min(1_048_576);
            (width, pending) = (0, 0);
        } else if tag.starts_with("table:table-cell") || tag.starts_with("table:covered-table-cell") {
            let cells = count(tag, "number-columns-repeated").min(16_384);
            // Only what follows shows whether empty cells count; trailing ones do not.
            if tag.contains("value-type") || tag.contains("formula") || tag.contains("value=") {
                width += pending + cells;
                pending = 0;
            } else {
                pending += cells;
            }
        } else if tag.starts_with("/table:table-row") {
            widest = widest.max(width);
            parsed += width;
            if width > 0 {
                rows += empty_rows + times;
                empty_rows = 0;
            } else {
                empty_rows = empty_rows.saturating_add(times);
            }
            if before.saturating_add(rows.saturating_mul(widest)).max(parsed) > LIMIT {
                return false;
            }
        } else if tag.starts_with("/table:table>") {
            before += rows * widest;
            (rows, widest, empty_rows) = (0, 0, 0);
        }
    }
    true
}

/// An old .xls is a compound file, and so are encrypted workbooks and old Word documents.
fn compound(bytes: &[u8], file: &str) -> Result<Format> {
    match super::compound::look(bytes) {
        Found::Workbook => Ok(Format::Xls),
        Found::Encrypted => Err(encrypted(file)),
        Found::Word => Err(word(file)),
        Found::Large => Err(large(file)),
        Found::Broken => {
            Err(refuse(file, "不是工作簿，或文件已损坏、不完整。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入"))
        }
    }
}

fn word(file: &str) -> Error {
    refuse(file, "这是 Word 文档，不是表格文件。请把其中的表格复制到 Excel 或 WPS 表格，存为 .xlsx 后再导入")
}

fn large(file: &str) -> Error {
    refuse(file, "展开后大得不合常理，为安全起见没有读取。请把需要的行复制到新的表格再导入")
}

/// Looks at the unpacked bytes of an XML part as they pass, without keeping them.
#[derive(Default)]
struct Passing {
    bytes: u64,
    tags: u64,
    run: usize,
    longest: usize,
}

impl Write for Passing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes += bytes.len() as u64;
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|b| *b == b'<') {
            self.tags += 1;
            self.longest = self.longest.max(self.run + at);
            self.run = 0;
            rest = &rest[at + 1..];
        }
        self.run += rest.len();
        self.longest = self.longest.max(self.run);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Whether the records of an .xlsb part have the length that they claim: the reader asks for room first.
fn lengths_are_sane(part: &[u8]) -> bool {
    let mut rest = part;
    // A number in groups of seven bits, at most `most` bytes long.
    fn number(rest: &mut &[u8], most: u32) -> Option<usize> {
        let mut value = 0;
        for i in 0..most {
            let (byte, after) = rest.split_first()?;
            *rest = after;
            value |= usize::from(byte & 0x7f) << (7 * i);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(value)
    }
    while !rest.is_empty() {
        if number(&mut rest, 2).is_none() {
            return false;
        }
        let Some(after) = number(&mut rest, 4).and_then(|length| rest.get(length..)) else { return false };
        rest = after;
    }
    true
}

//! What a file really is, told by its bytes and not by its name, and whether it is safe to parse.
//! Readers of workbooks trust the sizes that a file claims; here they are counted first. Our own of .xlsx counts them
//! while it reads.

use std::io::{Cursor, Read};

use memchr::memmem;

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

/// Limits before parsing: the file, its parts unpacked and all of them together, and their number.
pub(super) const MAX_FILE: usize = 32 << 20;
pub(super) const MAX_PART: u64 = 320 << 20;
pub(super) const MAX_PARTS: u64 = 384 << 20;
const MAX_ENTRIES: usize = 4_000;
/// The part of an .ods that holds the cells, which is looked at in memory.
const MAX_WHOLE: u64 = 64 << 20;
/// Bytes between two tags of an XML part, bytes of one record of a binary one, and tags of a part that is
/// no sheet.
const MAX_RUN: usize = 1 << 20;
const MAX_TAGS: u64 = 9_000_000;

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

/// The name of a part, however it is written.
pub(super) fn plain_name(part: &str) -> String {
    part.replace('\\', "/").to_lowercase()
}

/// Tells the format and refuses what cannot or must not be parsed.
pub(super) fn look(bytes: &[u8], file: &str) -> Result<Format> {
    if bytes.starts_with(b"PK") {
        zipped(bytes, file)
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        compound(bytes, file)
    } else {
        text(bytes, file)
    }
}

/// Text, unless it begins as something else does.
fn text(bytes: &[u8], file: &str) -> Result<Format> {
    let start = &bytes[..bytes.len().min(4096)];
    let text = String::from_utf8_lossy(start).to_lowercase();
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let other = |what: &str| {
        Err(refuse(file, &format!("这是{what}，不是表格文件。请用 Excel 或 WPS 打开原来的表格，另存为 .xlsx 后再导入")))
    };
    if start.starts_with(b"%PDF") {
        return other("PDF 文件");
    }
    let begins = |with: &[&[u8]]| with.iter().any(|w| start.starts_with(w));
    if begins(&[b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"RIFF"])
        || (begins(&[b"BM"]) && start.contains(&0))
        || start.get(4..8) == Some(b"ftyp")
    {
        return other("图片或影像");
    }
    if begins(&[b"MZ\x90", b"MZ\0", b"\x7fELF"]) {
        return other("程序");
    }
    if begins(&[b"SQLite format 3\0"]) {
        return other("数据库");
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
    if text.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return other("“XML 表格 2003”文件");
    }
    if text.starts_with("<?xml") {
        return other("XML 文件");
    }
    Ok(Format::Text)
}

fn zipped(bytes: &[u8], file: &str) -> Result<Format> {
    let broken = || cut(file);
    if entries(bytes) > MAX_ENTRIES {
        return Err(large(file));
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let names: Vec<String> = archive.file_names().filter_map(|n| n.ok().map(|n| plain_name(&n))).collect();
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
    } else if has("ofd.xml") {
        return Err(refuse(file, "这是 OFD 版式文件，不是表格文件。请取得原来的 Excel 或 WPS 表格再导入"));
    } else if names.iter().any(|n| n.ends_with(".iwa")) {
        return Err(refuse(file, "这是 Numbers 表格。请在 Numbers 里导出为 Excel 文件(.xlsx)后再导入"));
    } else {
        return Err(refuse(file, "这是压缩包或其他格式，里面没有工作簿。如果是压缩包，请先解压再导入其中的表格"));
    };
    if format == Format::Xlsx {
        return Ok(format);
    }
    let mut total = 0_u64;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(why) if why.to_lowercase().contains("password") => {
                encrypted(file)
            }
            _ => broken(),
        })?;
        let name = plain_name(&part.name().map_err(|_| broken())?);
        // A sheet may go by any name, so no part is trusted for its name.
        let content = format == Format::Ods && name == "content.xml";
        let limit = if content { MAX_WHOLE } else { MAX_PART }.min(MAX_PARTS.saturating_sub(total));
        let mut passing = Passing::default();
        let mut records = Lengths::default();
        let mut kept = Vec::new();
        let mut chunk = [0; 1 << 15];
        // What is too much already is not unpacked to its end.
        while passing.bytes <= limit {
            let read = part.read(&mut chunk).map_err(|_| broken())?;
            let Some(read) = chunk.get(..read).filter(|read| !read.is_empty()) else { break };
            passing.take(read);
            if name.ends_with(".bin") && format == Format::Xlsb {
                records.take(read);
            }
            if content {
                kept.extend_from_slice(read);
            }
        }
        if passing.declares && (name.ends_with(".xml") || name.ends_with(".rels")) {
            return Err(declares(file));
        }
        // A cell holds 32,767 characters at most.
        let text = name.ends_with(".xml") || name.ends_with(".rels");
        let bombs = passing.bytes > limit
            || (text && (passing.longest > MAX_RUN || passing.tags > MAX_TAGS))
            || records.longest > MAX_RUN
            || (content && !repeats_are_sane(&kept));
        if bombs {
            return Err(large(file));
        }
        if content && !is_closed(&kept) {
            return Err(broken());
        }
        total += passing.bytes;
    }
    Ok(format)
}

/// The number of parts that an archive claims, the largest of all claims near its end. The reader of
/// archives makes room for each of them.
fn entries(bytes: &[u8]) -> usize {
    const END: &[u8] = b"PK\x05\x06";
    let near = &bytes[bytes.len().saturating_sub(66_000)..];
    let claims = near.windows(END.len() + 8).filter(|w| w.starts_with(END));
    claims.map(|w| usize::from(u16::from_le_bytes([w[10], w[11]]))).max().unwrap_or(0)
}

/// Whether every element of an .ods part is closed by its own end: the reader waits for that end for ever.
fn is_closed(part: &[u8]) -> bool {
    let text = String::from_utf8_lossy(part);
    let mut open: Vec<&str> = Vec::new();
    for tag in text.split('<').skip(1) {
        let Some((tag, _)) = tag.split_once('>') else { return false };
        let name = tag.split(|c: char| c.is_whitespace() || c == '/').find(|n| !n.is_empty()).unwrap_or_default();
        match tag.as_bytes() {
            [b'?' | b'!', ..] | [.., b'/'] => {}
            [b'/', ..] if open.pop() != Some(name) => return false,
            [b'/', ..] => {}
            _ => open.push(name),
        }
    }
    open.is_empty()
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

/// The refusal of a file that holds more than any roster.
pub(super) fn crowded(file: &str) -> Error {
    refuse(file, "内容过多(超过 300 万个单元格或 96 MB 文字)，不像名册。请删去无关的工作表和行，或分成几个文件导入")
}

fn word(file: &str) -> Error {
    refuse(file, "这是 Word 文档，不是表格文件。请把其中的表格复制到 Excel 或 WPS 表格，存为 .xlsx 后再导入")
}

/// The refusal of a file of which the end is missing.
pub(super) fn cut(file: &str) -> Error {
    refuse(file, "文件不完整(可能下载或复制时中断)。请重新取得文件，或用 Excel、WPS 打开后另存为 .xlsx")
}

/// The refusal of a file that declares entities.
pub(super) fn declares(file: &str) -> Error {
    refuse(file, "里面有工作簿不该有的实体声明(DTD)，为安全起见没有读取。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入")
}

/// The refusal of a file that unpacks to more than any workbook.
pub(super) fn large(file: &str) -> Error {
    refuse(
        file,
        "展开后大得不合常理，为安全起见没有读取。请用 Excel 或 WPS 打开，把需要的行复制到新的表格，另存为 .xlsx 后再导入",
    )
}

/// What is seen of the unpacked bytes of a part as they pass. Only the last few of them are kept, for what
/// lies across two pieces.
#[derive(Default)]
struct Passing {
    bytes: u64,
    tags: u64,
    run: usize,
    longest: usize,
    /// There is a `<!DOCTYPE` or an `<!ENTITY`.
    declares: bool,
    seen: Vec<u8>,
}

impl Passing {
    /// Bytes of the piece before that are looked at again.
    const CARRY: usize = 16;

    fn take(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let mut after = 0;
        for at in memchr::memchr_iter(b'<', bytes) {
            self.tags += 1;
            self.longest = self.longest.max(self.run + at - after);
            self.run = 0;
            after = at + 1;
        }
        self.run += bytes.len() - after;
        self.longest = self.longest.max(self.run);
        let carried = self.seen.len().saturating_sub(Passing::CARRY);
        self.seen.drain(..carried);
        self.seen.extend_from_slice(bytes);
        let seen = self.seen.as_slice();
        let there = |needle: &str| memmem::find(seen, needle.as_bytes()).is_some();
        self.declares |= there("<!DOCTYPE") || there("<!ENTITY");
    }
}

/// The lengths that the records of an .xlsb part claim: the reader makes room for each before it reads it.
#[derive(Default)]
struct Lengths {
    longest: usize,
    /// Bytes of the present record that are still to come.
    left: usize,
    /// Bytes of the number being read, and what it is so far.
    groups: u32,
    value: usize,
    /// The number being read is a length, no longer a type.
    length: bool,
}

impl Lengths {
    fn take(&mut self, mut bytes: &[u8]) {
        while let Some((byte, after)) = bytes.split_first() {
            if self.left > 0 {
                let skipped = self.left.min(bytes.len());
                self.left -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            bytes = after;
            // A number in groups of seven bits: two bytes of type at most, then four of length.
            self.value |= usize::from(byte & 0x7f) << (7 * self.groups);
            self.groups += 1;
            if byte & 0x80 != 0 && self.groups < if self.length { 4 } else { 2 } {
                continue;
            }
            if self.length {
                self.left = self.value;
                self.longest = self.longest.max(self.value);
            }
            self.length = !self.length;
            (self.value, self.groups) = (0, 0);
        }
    }
}

//! Text files: their encoding, their separator, their quotes.

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::guard::refuse;
use super::packed::Packing;
use super::sheet::{Line, Sheet};
use super::value::Cell;
use crate::error::Result;

/// Reads a text file as one sheet.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Sheet> {
    let Some(text) = decode(bytes) else {
        return Err(refuse(
            file,
            "文字编码无法识别(不是 UTF-8、UTF-16 或 GB18030)。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入",
        ));
    };
    if text.contains('\0') {
        return Err(refuse(file, "不是表格文件。请导入 .xlsx、.xls、.xlsb、.ods 或 .csv 文件"));
    }
    Ok(Sheet { lines: cells(&text), ..Sheet::default() })
}

/// UTF-8 with or without BOM, UTF-16 with BOM or told by its zero bytes, else GB18030.
fn decode(bytes: &[u8]) -> Option<String> {
    let zeros = |odd: usize| bytes.iter().take(400).skip(odd).step_by(2).filter(|b| **b == 0).count();
    let half = bytes.len().min(400) / 2;
    let encoding = if bytes.starts_with(&[0xff, 0xfe]) {
        UTF_16LE
    } else if bytes.starts_with(&[0xfe, 0xff]) {
        UTF_16BE
    } else if std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0) {
        UTF_8
    } else if half > 4 && zeros(1) * 4 > half && zeros(0) * 10 < half {
        UTF_16LE
    } else if half > 4 && zeros(0) * 4 > half && zeros(1) * 10 < half {
        UTF_16BE
    } else {
        GB18030
    };
    let (text, _, broken) = encoding.decode(bytes);
    (!broken).then(|| text.into_owned())
}

/// The separator that a first line of `sep=;` names, else the one of which most lines hold the same number, quotes left
/// out: 1,000,000.00 and prose bring commas into some cells, not into the heading.
fn separator(text: &str) -> char {
    const LINES: usize = 100;
    let first = text.lines().next().unwrap_or_default().trim().trim_matches('"');
    if let Some(named) = first.strip_prefix("sep=").and_then(|rest| rest.chars().next()) {
        return named;
    }
    // Of equals the first.
    let separators = ['\t', ',', ';', '，'];
    let mut counts: Vec<[usize; 4]> = vec![[0; 4]];
    let mut quoted = false;
    for c in text.chars().take(200_000) {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => {
                if counts.len() > LINES {
                    break;
                }
                counts.push([0; 4]);
            }
            c if !quoted => {
                let at = separators.iter().position(|s| *s == c);
                if let Some(n) = counts.last_mut().and_then(|line| line.get_mut(at?)) {
                    *n += 1;
                }
            }
            _ => {}
        }
    }
    let evenness = |at: usize| {
        let own: Vec<usize> = counts.iter().filter_map(|line| line.get(at).copied()).filter(|n| *n > 0).collect();
        own.iter().map(|n| (own.iter().filter(|other| *other == n).count(), *n)).max().unwrap_or_default()
    };
    let best = separators.iter().enumerate().rev().max_by_key(|(at, _)| evenness(*at));
    best.filter(|(at, _)| evenness(*at).0 > 0).map_or(',', |(_, separator)| *separator)
}

/// RFC 4180, with any of the line ends and any of the separators. A record is numbered by itself, so that
/// the numbers are the rows that Excel shows.
fn cells(text: &str) -> Vec<Line> {
    let separator = separator(text);
    let mut lines = Vec::new();
    let (mut row, mut column) = (1_u32, 0_u32);
    let mut line = Packing::default();
    let mut cell = String::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    let close = |cell: &mut String, column: u32, line: &mut Packing| {
        if !cell.trim().is_empty() {
            line.cell(column, Cell::Text(cell));
        }
        cell.clear();
    };
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            // ="0137…" keeps its quotes: they are part of the idiom.
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            c if quoted => cell.push(c),
            c if c == separator => {
                close(&mut cell, column, &mut line);
                column += 1;
            }
            '\r' | '\n' => {
                if c == '\r' && chars.peek() == Some(&'\n') {
                    chars.next();
                }
                close(&mut cell, column, &mut line);
                lines.extend(line.line(row));
                row += 1;
                column = 0;
            }
            c => cell.push(c),
        }
    }
    close(&mut cell, column, &mut line);
    lines.extend(line.line(row));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells of a text file, `row:column=text` parted by blanks; line breaks shown as ⏎.
    fn check(bytes: &[u8], want: &str) {
        let got = match read(bytes, "表.csv") {
            Ok(sheet) => sheet
                .lines
                .iter()
                .flat_map(|l| l.cells().map(move |(c, cell)| format!("{}:{c}={cell}", l.row)))
                .collect::<Vec<_>>()
                .join(" ")
                .replace('\n', "⏎"),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, want, "{:?}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn encodings_separators_and_quotes() {
        let text = "名称,金额\n甲,1\n";
        let want = "1:0=名称 1:1=金额 2:0=甲 2:1=1";
        check(text.as_bytes(), want);
        check(&[b"\xef\xbb\xbf", text.as_bytes()].concat(), want);
        check(&GB18030.encode(text).0, want);
        let units: Vec<u16> = text.encode_utf16().collect();
        let le: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
        let be: Vec<u8> = units.iter().flat_map(|u| u.to_be_bytes()).collect();
        check(&[b"\xff\xfe", le.as_slice()].concat(), want);
        check(&[b"\xfe\xff", be.as_slice()].concat(), want);
        check("名称;金额\r\n甲;1".as_bytes(), want);
        check("名称\t金额\r甲\t1".as_bytes(), want);
        check("名称\t备注\n甲\t一,二，三".as_bytes(), "1:0=名称 1:1=备注 2:0=甲 2:1=一,二，三");
        check("名称,备注\n\"甲\n乙\",\"他说\"\"好\"\"\"\n".as_bytes(), "1:0=名称 1:1=备注 2:0=甲⏎乙 2:1=他说\"好\"");
        check("\n\n名称,,金额\n".as_bytes(), "3:0=名称 3:2=金额");
        // Commas in amounts and prose part nothing where the heading has semicolons, and the other way round.
        check("名称;金额\n甲;1,000,000.00\n".as_bytes(), "1:0=名称 1:1=金额 2:0=甲 2:1=1,000,000.00");
        check("名称,备注\n甲,a;b;c;d\n".as_bytes(), "1:0=名称 1:1=备注 2:0=甲 2:1=a;b;c;d");
        check("名称\t备注\n甲\t一,二,三,四,五,六\n".as_bytes(), "1:0=名称 1:1=备注 2:0=甲 2:1=一,二,三,四,五,六");
        check("sep=;\n名称;金额,元\n".as_bytes(), "1:0=sep= 2:0=名称 2:1=金额,元");
        check("名称，金额\n甲，1\n".as_bytes(), want);
        check(
            &[0x81, 0x20, 0xff],
            "“表.csv”：文字编码无法识别(不是 UTF-8、UTF-16 或 GB18030)。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入",
        );
    }
}

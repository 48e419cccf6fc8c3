//! An old .xls of Excel 97 and later: its records one after the other, so that a sheet full to its last row is held no
//! more than once. [MS-XLS] says what they hold. What is older is left to calamine.

use std::collections::HashMap;

use super::compound::Stream;
use super::guard;
use super::marks::{self, Look};
use super::sheet::{Merged, Part, Sink, damaged};
use super::strings::Strings;
use super::value::{Cell, UNSOLVED};
use crate::error::Result;

const BOF: u16 = 0x0809;
const END: u16 = 0x000a;
const CONTINUE: u16 = 0x003c;
const STRING: u16 = 0x0207;
const FORMULA: u16 = 0x0006;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// The content of a record and of those that continue it: text may be cut anywhere, and then says anew how wide its
/// letters are.
struct Pieces<'a> {
    now: &'a [u8],
    later: std::vec::IntoIter<&'a [u8]>,
}

impl<'a> Pieces<'a> {
    fn of(content: &'a [u8], later: Vec<&'a [u8]>) -> Pieces<'a> {
        Pieces { now: content, later: later.into_iter() }
    }

    fn byte(&mut self) -> Option<u8> {
        while self.now.is_empty() {
            self.now = self.later.next()?;
        }
        let (first, rest) = self.now.split_first()?;
        self.now = rest;
        Some(*first)
    }

    fn number(&mut self, bytes: u32) -> Option<usize> {
        let mut out = 0;
        for n in 0..bytes {
            out |= usize::from(self.byte()?) << (8 * n);
        }
        Some(out)
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > self.now.len() {
            bytes -= self.now.len();
            self.now = self.later.next()?;
        }
        self.now = self.now.get(bytes..)?;
        Some(())
    }

    /// So many letters, of one byte or two each. `units` is room for them.
    fn letters(&mut self, mut count: usize, mut wide: bool, units: &mut Vec<u16>) -> Option<String> {
        units.clear();
        while count > 0 {
            if self.now.is_empty() {
                self.now = self.later.next()?;
                wide = self.byte()? & 1 == 1;
                continue;
            }
            let width = if wide { 2 } else { 1 };
            let taken = count.min(self.now.len() / width);
            let (letters, rest) = self.now.split_at_checked(taken * width)?;
            if wide {
                units.extend(letters.as_chunks::<2>().0.iter().map(|b| u16::from_le_bytes(*b)));
            } else {
                units.extend(letters.iter().map(|b| u16::from(*b)));
            }
            // Half a letter ends a damaged record.
            self.now = if taken == 0 { &[] } else { rest };
            count -= taken;
        }
        Some(String::from_utf16_lossy(units))
    }

    /// A text with its length in two bytes: [MS-XLS] 2.5.293, with how it is pronounced and where its look changes.
    fn text(&mut self, units: &mut Vec<u16>) -> Option<String> {
        let count = self.number(2)?;
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { self.number(2)? } else { 0 };
        let spoken = if flags & 4 != 0 { self.number(4)? } else { 0 };
        let text = self.letters(count, flags & 1 == 1, units)?;
        // What stands behind the last text of all may be missing.
        let _ = self.skip(runs * 4 + spoken);
        Some(text)
    }
}

/// A sheet as the index lists it.
struct Listed {
    name: String,
    hidden: bool,
    start: usize,
}

/// What the cells of all sheets share.
#[derive(Default)]
struct Shared {
    strings: Strings,
    looks: Vec<Look>,
    late: bool,
    /// Its formulas hold no results: the program that wrote it computes nothing.
    unsolved: bool,
}

/// Reads a workbook; whether it is one of these at all.
pub(super) fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<bool> {
    let file = sink.file;
    let Some(stream) = Stream::of(bytes) else { return Err(damaged(file)) };
    /// The version of Excel 97 and all that came after it.
    const EXCEL_97: u16 = 0x0600;
    if !matches!(stream.all(0).next(), Some((BOF, content)) if u16_at(content, 0) == Some(EXCEL_97)) {
        return Ok(false);
    }
    let mut shared = Shared::default();
    let mut sheets = Vec::new();
    let mut formats: HashMap<u16, Look> = HashMap::new();
    let mut styles: Vec<u16> = Vec::new();
    let mut computes = false;
    let mut units = Vec::new();
    let mut over = false;
    let mut records = stream.all(0).peekable();
    while let Some((kind, content)) = records.next() {
        match kind {
            END => {
                over = true;
                break;
            }
            // DATEMODE, BOUNDSHEET, FORMAT, XF, RECALCID, SST.
            0x0022 => shared.late = u16_at(content, 0) == Some(1),
            0x0085 => {
                let (Some(start), Some(state), Some(of)) = (u32_at(content, 0), content.get(4), content.get(5)) else {
                    return Err(damaged(file));
                };
                let (Some(length), Some(flags)) = (content.get(6), content.get(7)) else { return Err(damaged(file)) };
                let mut pieces = Pieces::of(content.get(8..).unwrap_or_default(), Vec::new());
                let name = pieces.letters((*length).into(), flags & 1 == 1, &mut units);
                let name = name.ok_or_else(|| damaged(file))?;
                // Others are charts and modules.
                if *of == 0 {
                    sheets.push(Listed { name, hidden: state & 3 != 0, start: start as usize });
                }
            }
            0x041e => {
                let code = Pieces::of(content.get(2..).unwrap_or_default(), Vec::new()).text(&mut units);
                if let (Some(id), Some(code)) = (u16_at(content, 0), code) {
                    formats.insert(id, marks::look_of(&code));
                }
            }
            0x00e0 => styles.extend(u16_at(content, 2)),
            0x01c1 => computes = u32_at(content, 4).is_some_and(|engine| engine != 0),
            0x00fc => {
                let mut later = Vec::new();
                while let Some((_, content)) = records.next_if(|(kind, _)| *kind == CONTINUE) {
                    later.push(content);
                }
                let mut pieces = Pieces::of(content.get(4..).unwrap_or_default(), later);
                let count = pieces.number(4).unwrap_or(0);
                for _ in 0..count {
                    let Some(text) = pieces.text(&mut units) else { break };
                    shared.strings.push(&text);
                    if shared.strings.is_too_much() {
                        return Err(guard::crowded(file));
                    }
                }
            }
            _ => {}
        }
    }
    drop(records);
    if !over {
        return Err(damaged(file));
    }
    let look = |id: &u16| formats.get(id).cloned().unwrap_or_else(|| marks::built_in_look((*id).into()));
    shared.looks = styles.iter().map(look).collect();
    shared.unsolved = !computes && sheets.iter().all(|sheet| are_empty(&stream, sheet.start));
    for Listed { name, hidden, start } in sheets {
        sink.sheet(&name, hidden, shared.late)?;
        cells(&stream, start, &shared, sink)?;
    }
    Ok(true)
}

/// Whether no formula of a sheet has a result but 0 and nothing.
fn are_empty(stream: &Stream, start: usize) -> bool {
    let mut formulas = own(stream, start).filter(|(kind, _)| *kind == FORMULA);
    formulas.all(|(_, content)| matches!(result(content), Some(Outcome::Blank | Outcome::Number(0.0))))
}

/// What the result of a formula is.
enum Outcome {
    Number(f64),
    /// It stands in the next record.
    Text,
    Bool(bool),
    Error(u8),
    Blank,
}

/// The stored result of a formula: [MS-XLS] 2.5.133.
fn result(content: &[u8]) -> Option<Outcome> {
    let value = content.get(6..14)?;
    if value.get(6..8) != Some(&[0xff, 0xff]) {
        return f64_at(value, 0).map(Outcome::Number);
    }
    let told = *value.get(2)?;
    Some(match value.first()? {
        0 => Outcome::Text,
        1 => Outcome::Bool(told != 0),
        2 => Outcome::Error(told),
        _ => Outcome::Blank,
    })
}

/// The records of a sheet to its end and that too, without those of the charts in it.
fn own(stream: &Stream, start: usize) -> impl Iterator<Item = (u16, &[u8])> {
    // How deep a record lies, and whether the last of the sheet was given.
    let (mut depth, mut over) = (0_u32, false);
    let within = stream.all(start).map_while(move |(kind, content)| {
        let outside = over || (depth == 0 && kind != BOF);
        match kind {
            BOF => depth += 1,
            END if depth > 0 => depth -= 1,
            _ => {}
        }
        over = depth == 0;
        (!outside).then_some((depth, kind, content))
    });
    within
        .filter(|(depth, kind, _)| *depth == 1 || (*depth == 0 && *kind == END))
        .map(|(_, kind, content)| (kind, content))
}

/// A number in four bytes: [MS-XLS] 2.5.217.
fn packed(bits: u32) -> f64 {
    let number = if bits & 2 != 0 {
        f64::from(bits.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(bits & 0xffff_fffc) << 32)
    };
    if bits & 1 != 0 { number / 100.0 } else { number }
}

/// [MS-XLS] 2.5.10.
fn error(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        0x2b => "#GETTING_DATA",
        _ => "#VALUE!",
    }
}

fn cells(stream: &Stream, start: usize, shared: &Shared, sink: &mut Sink<'_>) -> Result<()> {
    let file = sink.file;
    let broken = || damaged(file);
    let mut units = Vec::new();
    let (mut hidden, mut merged) = (0, 0);
    // The formula whose text is waited for.
    let mut waiting: Option<(u32, u32)> = None;
    let mut over = false;
    let mut records = own(stream, start).peekable();
    while let Some((kind, content)) = records.next() {
        over = kind == END;
        let is_cell = matches!(kind, 0x0203..=0x0205 | 0x027e | 0x00bd | 0x00fd | 0x00d6 | FORMULA);
        let (row, column) = match (u16_at(content, 0), u16_at(content, 2)) {
            (Some(row), Some(column)) => (u32::from(row), u32::from(column)),
            _ if is_cell => return Err(broken()),
            _ => continue,
        };
        let look = |at: usize| u16_at(content, at).and_then(|style| shared.looks.get(usize::from(style)));
        match kind {
            0x0203 => sink.put_number(row, column, f64_at(content, 6).ok_or_else(broken)?, look(4), shared.late)?,
            0x027e => {
                let number = packed(u32_at(content, 6).ok_or_else(broken)?);
                sink.put_number(row, column, number, look(4), shared.late)?;
            }
            0x00bd => {
                for (n, at) in (0_u32..).zip((4..content.len().saturating_sub(7)).step_by(6)) {
                    let number = packed(u32_at(content, at + 2).ok_or_else(broken)?);
                    sink.put_number(row, column.saturating_add(n), number, look(at), shared.late)?;
                }
            }
            0x00fd => {
                let at = u32_at(content, 6).ok_or_else(broken)?;
                let text = shared.strings.get(at as usize).ok_or_else(broken)?;
                sink.put(row, column, Cell::Text(text))?;
            }
            0x0204 | 0x00d6 => {
                let (Some(count), Some(flags)) = (u16_at(content, 6), content.get(8)) else { return Err(broken()) };
                let mut pieces = Pieces::of(content.get(9..).unwrap_or_default(), Vec::new());
                let text = pieces.letters(count.into(), flags & 1 == 1, &mut units).ok_or_else(broken)?;
                sink.put(row, column, Cell::Text(&text))?;
            }
            0x0205 => match (content.get(6), content.get(7)) {
                (Some(value), Some(0)) => sink.put(row, column, Cell::Bool(*value != 0))?,
                (Some(code), Some(_)) => sink.put(row, column, Cell::Error(error(*code)))?,
                _ => return Err(broken()),
            },
            FORMULA => {
                let result = result(content).ok_or_else(broken)?;
                waiting = matches!(result, Outcome::Text).then_some((row, column));
                match result {
                    Outcome::Blank | Outcome::Number(0.0) if shared.unsolved => {
                        sink.put(row, column, Cell::Error(UNSOLVED))?;
                    }
                    Outcome::Number(number) => sink.put_number(row, column, number, look(4), shared.late)?,
                    Outcome::Bool(answer) => sink.put(row, column, Cell::Bool(answer))?,
                    Outcome::Error(code) => sink.put(row, column, Cell::Error(error(code)))?,
                    Outcome::Text | Outcome::Blank => {}
                }
            }
            STRING => {
                let mut later = Vec::new();
                while let Some((_, content)) = records.next_if(|(kind, _)| *kind == CONTINUE) {
                    later.push(content);
                }
                let text = Pieces::of(content, later).text(&mut units).ok_or_else(broken)?;
                if let Some((row, column)) = waiting.take() {
                    sink.put(row, column, Cell::Text(&text))?;
                }
            }
            // ROW of no height, MERGECELLS.
            0x0208 if content.get(12).is_some_and(|flags| flags & 0x20 != 0) && hidden < marks::MOST => {
                hidden += 1;
                sink.part(Part::HiddenRow(row + 1))?;
            }
            0x00e5 => {
                for area in content.get(2..).unwrap_or_default().as_chunks::<8>().0 {
                    let number = |at| u16_at(area, at).map_or(0, u32::from);
                    let (top, bottom, left, right) = (number(0) + 1, number(2) + 1, number(4), number(6));
                    if top <= bottom && left <= right && merged < marks::MOST {
                        merged += 1;
                        sink.part(Part::Merged(Merged { top, left, bottom, right }))?;
                    }
                }
            }
            _ => {}
        }
    }
    // What breaks off would be rows that nobody misses.
    if over { Ok(()) } else { Err(broken()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_wherever_its_record_is_cut() {
        // 甲ab with a run of its own look, then c: cut behind the first letter, where it goes on narrow.
        let first = [&[3, 0, 9, 1, 0][..], &[0x32, 0x75]].concat();
        let second = [&[0, b'a', b'b'][..], &[1, 0, 2, 0], &[1, 0, 0, b'c']].concat();
        let mut pieces = Pieces::of(&first, vec![&second]);
        let mut units = Vec::new();
        assert_eq!(pieces.text(&mut units).as_deref(), Some("甲ab"));
        assert_eq!(pieces.text(&mut units).as_deref(), Some("c"), "and the next one begins in its place");
        assert_eq!(pieces.text(&mut units), None);
    }

    #[test]
    fn numbers_in_four_bytes_are_read() {
        for (bits, want) in [(0x3ff0_0000, 1.0), (12_345 << 2 | 2, 12_345.0), (12_345 << 2 | 3, 123.45)] {
            assert!((packed(bits) - want).abs() < 1e-9, "{bits:x}");
        }
        assert!((packed((-7_i32).cast_unsigned() << 2 | 2) + 7.0).abs() < 1e-9, "a negative one");
    }
}

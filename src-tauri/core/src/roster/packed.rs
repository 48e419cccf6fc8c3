//! Cells and contents of records side by side in bytes: a roster of 100,000 rows is held twice while it is planned,
//! as it stands and as it will be stored.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::value::Cell;
use crate::record::Value;

const TEXT: u8 = 0;
const NUMBER: u8 = 1;
const PERCENT: u8 = 2;
const DATE: u8 = 3;
const FALSE: u8 = 4;
const TRUE: u8 = 5;
const ERROR: u8 = 6;
/// A number without a fraction that 32 bits hold.
const WHOLE: u8 = 7;
const INT: u8 = 8;
const IDS: u8 = 9;

/// A number in groups of seven bits.
fn push_number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        #[allow(clippy::cast_possible_truncation, reason = "seven bits")]
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    #[allow(clippy::cast_possible_truncation, reason = "less than 0x80")]
    out.push(n as u8);
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    push_number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Bytes that are taken from the front. What is missing reads as nothing; the bytes are our own.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut out = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            out |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        Some(out)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

/// The filled cells of a row, columns ascending.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Packed(Box<[u8]>);

impl Packed {
    /// A row that was packed elsewhere. What is no cell reads as the end of it.
    pub fn of(bytes: &[u8]) -> Packed {
        Packed(bytes.into())
    }

    /// The cells, each with its column.
    pub fn cells(&self) -> impl Iterator<Item = (u32, Cell<'_>)> {
        let mut bytes = Bytes(&self.0);
        std::iter::from_fn(move || {
            let column = u32::try_from(bytes.number()?).ok()?;
            let cell = match bytes.byte()? {
                TEXT => Cell::Text(bytes.text()?),
                ERROR => Cell::Error(bytes.text()?),
                NUMBER => Cell::Number(f64::from_le_bytes(bytes.array()?), false),
                PERCENT => Cell::Number(f64::from_le_bytes(bytes.array()?), true),
                WHOLE => Cell::Number(f64::from(i32::from_le_bytes(bytes.array()?)), false),
                DATE => Cell::Date(f64::from_le_bytes(bytes.array()?)),
                FALSE => Cell::Bool(false),
                TRUE => Cell::Bool(true),
                _ => return None,
            };
            Some((column, cell))
        })
    }
}

/// A row that is being packed.
#[derive(Debug, Default)]
pub(super) struct Packing(Vec<u8>);

impl Packing {
    /// Adds a cell behind the others.
    pub fn cell(&mut self, column: u32, cell: Cell<'_>) {
        let out = &mut self.0;
        push_number(out, column.into());
        match cell {
            Cell::Text(text) => {
                out.push(TEXT);
                push_text(out, text);
            }
            Cell::Error(text) => {
                out.push(ERROR);
                push_text(out, text);
            }
            Cell::Number(n, percent) => {
                #[allow(clippy::cast_possible_truncation, reason = "compared with the number that it was")]
                let whole = n as i32;
                if !percent && f64::from(whole).to_bits() == n.to_bits() {
                    out.push(WHOLE);
                    out.extend_from_slice(&whole.to_le_bytes());
                } else {
                    out.push(if percent { PERCENT } else { NUMBER });
                    out.extend_from_slice(&n.to_le_bytes());
                }
            }
            Cell::Date(serial) => {
                out.push(DATE);
                out.extend_from_slice(&serial.to_le_bytes());
            }
            Cell::Bool(b) => out.push(if b { TRUE } else { FALSE }),
        }
    }

    /// The cells so far as they will lie in the row.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Room for the next row.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether there is no cell yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The row, and room for the next.
    pub fn take(&mut self) -> Packed {
        let packed = Packed::of(&self.0);
        self.clear();
        packed
    }
}

/// The contents of a record, in the order of its kind's fields; blank ones take no room.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PackedValues(Box<[u8]>);

impl PackedValues {
    /// Packs the contents of a record.
    pub fn of(cells: &[Option<Value>]) -> PackedValues {
        // What most records need: room that grows is copied each time.
        let mut out = Vec::with_capacity(512);
        for (at, value) in cells.iter().enumerate() {
            let Some(value) = value else { continue };
            push_number(&mut out, at as u64);
            match value {
                Value::Text(text) => {
                    out.push(TEXT);
                    push_text(&mut out, text);
                }
                Value::Int(n) => {
                    out.push(INT);
                    out.extend_from_slice(&n.to_le_bytes());
                }
                Value::Date(day) => {
                    out.push(DATE);
                    out.extend_from_slice(&day.num_days_from_ce().to_le_bytes());
                }
                Value::Bool(b) => out.push(if *b { TRUE } else { FALSE }),
                Value::Ids(ids) => {
                    out.push(IDS);
                    push_number(&mut out, ids.len() as u64);
                    ids.iter().for_each(|id| out.extend_from_slice(&id.to_le_bytes()));
                }
            }
        }
        PackedValues(out.into())
    }

    /// The contents again, of a kind with this many fields.
    pub fn cells(&self, width: usize) -> Vec<Option<Value>> {
        let mut cells = vec![None; width];
        let mut bytes = Bytes(&self.0);
        while let Some((at, value)) = PackedValues::next(&mut bytes) {
            if let Some(cell) = cells.get_mut(at) {
                *cell = Some(value);
            }
        }
        cells
    }

    fn next(bytes: &mut Bytes<'_>) -> Option<(usize, Value)> {
        let at = usize::try_from(bytes.number()?).ok()?;
        let value = match bytes.byte()? {
            TEXT => Value::text(bytes.text()?),
            INT => Value::Int(i64::from_le_bytes(bytes.array()?)),
            DATE => Value::Date(NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes(bytes.array()?))?),
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            IDS => {
                let count = bytes.number()?;
                let ids: Option<Vec<i64>> = (0..count).map(|_| bytes.array().map(i64::from_le_bytes)).collect();
                Value::Ids(Arc::from(ids?))
            }
            _ => return None,
        };
        Some((at, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were() {
        let cells = [
            (0, Cell::Text("甲队\n")),
            (1, Cell::Number(-0.0, false)),
            (2, Cell::Number(2_147_483_648.0, false)),
            (3, Cell::Number(-7.0, false)),
            (127, Cell::Number(0.25, true)),
            (128, Cell::Date(42_534.75)),
            (300, Cell::Bool(true)),
            (301, Cell::Bool(false)),
            (16_383, Cell::Error("#REF!")),
        ];
        let mut packing = Packing::default();
        cells.iter().for_each(|(at, cell)| packing.cell(*at, *cell));
        let packed = packing.take();
        assert_eq!(packed.cells().collect::<Vec<_>>(), cells, "every form of cell, the sign of zero too");
        assert_eq!(packing.take().cells().count(), 0, "the next row begins empty");
    }

    #[test]
    fn contents_come_back_as_they_were() {
        let cells = vec![
            None,
            Some(Value::text("甲队")),
            Some(Value::Int(i64::MIN)),
            None,
            Some(Value::Date(NaiveDate::MIN)),
            Some(Value::Bool(true)),
            Some(Value::Ids(Arc::from([3, -1]))),
            Some(Value::text("")),
        ];
        let packed = PackedValues::of(&cells);
        assert_eq!(packed.cells(8), cells);
    }
}

//! Parts of a file on their way from the process that reads it: a tag byte, numbers in groups of seven
//! bits, text with its length before it.

use std::io::{self, BufRead, ErrorKind, Write};

use super::sheet::{Merged, Part};
use super::value::Cell;

/// What a worker says first: another program that was started by mistake says something else.
pub(super) const READY: &[u8; 4] = b"\0tz1";

const SHEET: u8 = 1;
const LATE_SHEET: u8 = 2;
const MERGED: u8 = 3;
/// The cells that follow stand in this row.
const ROW: u8 = 4;
/// The sheet named last is hidden.
const HIDDEN: u8 = 7;
/// A row of it is hidden.
const HIDDEN_ROW: u8 = 8;
/// It is not told which of its numbers are percentages.
const UNSEEN: u8 = 9;
const DONE: u8 = 5;
const REFUSED: u8 = 6;
const TEXT: u8 = 16;
const NUMBER: u8 = 17;
const PERCENT: u8 = 18;
const DATE: u8 = 19;
const FALSE: u8 = 20;
const TRUE: u8 = 21;
const ERROR: u8 = 22;

/// The longest text that is believed: a cell holds 32,767 characters.
const LONGEST: u64 = 1 << 20;

/// What came over.
pub(super) enum Heard<'a> {
    /// A part of the file.
    Part(Part<'a>),
    /// That was all of it.
    Done,
    /// The file is refused, in the worker's own words.
    Refused(&'a str),
}

/// The sending side.
pub(super) struct Sender<W> {
    out: W,
    row: u32,
}

impl<W: Write> Sender<W> {
    pub fn new(out: W) -> Sender<W> {
        Sender { out, row: 0 }
    }

    pub fn ready(&mut self) -> io::Result<()> {
        self.out.write_all(READY)?;
        self.out.flush()
    }

    pub fn part(&mut self, part: Part<'_>) -> io::Result<()> {
        match part {
            Part::Sheet(name, late) => {
                self.row = 0;
                self.tag(if late { LATE_SHEET } else { SHEET })?;
                self.text(name)
            }
            Part::Hidden => self.tag(HIDDEN),
            Part::Unseen => self.tag(UNSEEN),
            Part::HiddenRow(row) => {
                self.tag(HIDDEN_ROW)?;
                self.number(row.into())
            }
            Part::Merged(m) => {
                self.tag(MERGED)?;
                [m.top, m.left, m.bottom, m.right].into_iter().try_for_each(|n| self.number(n.into()))
            }
            Part::Cell(row, column, content) => {
                if row != self.row {
                    self.row = row;
                    self.tag(ROW)?;
                    self.number(row.into())?;
                }
                let tag = match content {
                    Cell::Text(_) => TEXT,
                    Cell::Number(_, false) => NUMBER,
                    Cell::Number(_, true) => PERCENT,
                    Cell::Date(_) => DATE,
                    Cell::Bool(false) => FALSE,
                    Cell::Bool(true) => TRUE,
                    Cell::Error(_) => ERROR,
                };
                self.tag(tag)?;
                self.number(column.into())?;
                match content {
                    Cell::Text(text) | Cell::Error(text) => self.text(text),
                    Cell::Number(n, _) | Cell::Date(n) => self.out.write_all(&n.to_le_bytes()),
                    Cell::Bool(_) => Ok(()),
                }
            }
        }
    }

    pub fn done(&mut self) -> io::Result<()> {
        self.tag(DONE)?;
        self.out.flush()
    }

    pub fn refused(&mut self, say: &str) -> io::Result<()> {
        self.tag(REFUSED)?;
        self.text(say)?;
        self.out.flush()
    }

    fn tag(&mut self, tag: u8) -> io::Result<()> {
        self.out.write_all(&[tag])
    }

    fn number(&mut self, mut n: u64) -> io::Result<()> {
        let mut groups = [0_u8; 10];
        let mut length = 0;
        for group in &mut groups {
            length += 1;
            #[allow(clippy::cast_possible_truncation, reason = "seven bits")]
            let bits = (n & 0x7f) as u8;
            n >>= 7;
            *group = if n > 0 { bits | 0x80 } else { bits };
            if n == 0 {
                break;
            }
        }
        self.out.write_all(groups.get(..length).unwrap_or_default())
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.number(text.len() as u64)?;
        self.out.write_all(text.as_bytes())
    }
}

/// The receiving side. It believes nothing about lengths that a file could not have.
pub(super) struct Receiver<R> {
    from: R,
    row: u32,
    text: Vec<u8>,
}

impl<R: BufRead> Receiver<R> {
    pub fn new(from: R) -> Receiver<R> {
        Receiver { from, row: 0, text: Vec::new() }
    }

    /// Waits for the worker's first word.
    pub fn ready(&mut self) -> io::Result<()> {
        let mut word = [0; READY.len()];
        self.from.read_exact(&mut word)?;
        if &word == READY { Ok(()) } else { Err(ErrorKind::InvalidData.into()) }
    }

    pub fn next(&mut self) -> io::Result<Heard<'_>> {
        loop {
            let tag = self.byte()?;
            let cell = match tag {
                ROW => {
                    self.row = self.small()?;
                    continue;
                }
                HIDDEN => return Ok(Heard::Part(Part::Hidden)),
                HIDDEN_ROW => return Ok(Heard::Part(Part::HiddenRow(self.small()?))),
                UNSEEN => return Ok(Heard::Part(Part::Unseen)),
                DONE => return Ok(Heard::Done),
                REFUSED => return Ok(Heard::Refused(self.text()?)),
                SHEET | LATE_SHEET => return Ok(Heard::Part(Part::Sheet(self.text()?, tag == LATE_SHEET))),
                MERGED => {
                    let (top, left, bottom, right) = (self.small()?, self.small()?, self.small()?, self.small()?);
                    return Ok(Heard::Part(Part::Merged(Merged { top, left, bottom, right })));
                }
                cell => cell,
            };
            let (row, column) = (self.row, self.small()?);
            let content = match cell {
                TEXT => Cell::Text(self.text()?),
                NUMBER => Cell::Number(self.float()?, false),
                PERCENT => Cell::Number(self.float()?, true),
                DATE => Cell::Date(self.float()?),
                FALSE => Cell::Bool(false),
                TRUE => Cell::Bool(true),
                ERROR => Cell::Error(self.text()?),
                _ => return Err(ErrorKind::InvalidData.into()),
            };
            return Ok(Heard::Part(Part::Cell(row, column, content)));
        }
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.from.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn number(&mut self) -> io::Result<u64> {
        let mut n = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(n);
            }
        }
        Err(ErrorKind::InvalidData.into())
    }

    fn small(&mut self) -> io::Result<u32> {
        u32::try_from(self.number()?).map_err(|_| ErrorKind::InvalidData.into())
    }

    fn float(&mut self) -> io::Result<f64> {
        let mut bytes = [0; 8];
        self.from.read_exact(&mut bytes)?;
        Ok(f64::from_le_bytes(bytes))
    }

    fn text(&mut self) -> io::Result<&str> {
        let length = self.number()?;
        if length > LONGEST {
            return Err(ErrorKind::InvalidData.into());
        }
        self.text.resize(usize::try_from(length).unwrap_or_default(), 0);
        self.from.read_exact(&mut self.text)?;
        std::str::from_utf8(&self.text).map_err(|_| ErrorKind::InvalidData.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_over_as_they_were_sent() {
        let parts = [
            Part::Sheet("名册", true),
            Part::Hidden,
            Part::HiddenRow(1_048_576),
            Part::Unseen,
            Part::Merged(Merged { top: 1, left: 0, bottom: 1_048_576, right: 16_383 }),
            Part::Cell(1, 0, Cell::Text("甲\n乙")),
            Part::Cell(1, 300, Cell::Number(-0.1, false)),
            Part::Cell(1_048_576, 16_383, Cell::Number(0.5, true)),
            Part::Cell(2, 0, Cell::Date(44_000.5)),
            Part::Cell(2, 1, Cell::Bool(true)),
            Part::Cell(2, 2, Cell::Bool(false)),
            Part::Sheet("", false),
            Part::Cell(2, 3, Cell::Error("#REF!")),
        ];
        let mut bytes = Vec::new();
        let mut sender = Sender::new(&mut bytes);
        sender.ready().expect("said");
        parts.iter().for_each(|p| sender.part(*p).expect("sent"));
        sender.done().expect("sent");
        let mut receiver = Receiver::new(bytes.as_slice());
        receiver.ready().expect("heard");
        for want in parts {
            match receiver.next().expect("a part") {
                Heard::Part(got) => assert_eq!(got, want),
                Heard::Done | Heard::Refused(_) => panic!("{want:?} is missing"),
            }
        }
        assert!(matches!(receiver.next(), Ok(Heard::Done)));
        assert!(receiver.next().is_err(), "nothing comes after the end");
        // What breaks off or claims too much is an error, and asks for no memory.
        for end in 0..bytes.len() {
            let mut receiver = Receiver::new(&bytes[..end]);
            let mut heard = receiver.ready().is_ok();
            while heard {
                heard = matches!(receiver.next(), Ok(Heard::Part(_)));
            }
        }
        let claim = [TEXT, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        assert!(Receiver::new(claim.as_slice()).next().is_err());
    }
}

//! Parts of a file on their way from the process that reads it: a tag byte, numbers in groups of seven
//! bits, text with its length before it. The cells of a row come packed as they will be held.

use std::io::{self, BufRead, ErrorKind, Read, Write};

use super::packed::Packing;
use super::sheet::{MAX_TEXT, Merged, Part};

/// What a worker says first: another program that was started by mistake says something else.
pub(super) const READY: &[u8; 4] = b"\0tz2";

const SHEET: u8 = 1;
const LATE_SHEET: u8 = 2;
const MERGED: u8 = 3;
/// The cells of a row, or some of them.
const LINE: u8 = 4;
/// The sheet named last is hidden.
const HIDDEN: u8 = 7;
/// A row of it is hidden.
const HIDDEN_ROW: u8 = 8;
/// It is not told which of its numbers are percentages.
const UNSEEN: u8 = 9;
const DONE: u8 = 5;
const REFUSED: u8 = 6;
/// The longest text that is believed: a cell holds 32,767 characters.
const LONGEST: u64 = 1 << 20;
/// The longest row that is believed.
const LONGEST_ROW: u64 = 2 * MAX_TEXT as u64;

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
    /// The row whose cells are being packed, and the last column of them.
    row: u32,
    column: Option<u32>,
    packing: Packing,
}

impl<W: Write> Sender<W> {
    pub fn new(out: W) -> Sender<W> {
        Sender { out, row: 0, column: None, packing: Packing::default() }
    }

    pub fn ready(&mut self) -> io::Result<()> {
        self.out.write_all(READY)?;
        self.out.flush()
    }

    pub fn part(&mut self, part: Part<'_>) -> io::Result<()> {
        if let Part::Cell(row, column, content) = part {
            // What is sent as one is in order.
            if self.row != row || self.column.is_some_and(|last| last >= column) {
                self.line()?;
            }
            (self.row, self.column) = (row, Some(column));
            self.packing.cell(column, content);
            return Ok(());
        }
        self.line()?;
        match part {
            Part::Sheet(name, late) => {
                self.tag(if late { LATE_SHEET } else { SHEET })?;
                self.text(name.as_bytes())
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
            Part::Line(row, cells) => {
                self.tag(LINE)?;
                self.number(row.into())?;
                self.text(cells)
            }
            Part::Cell(..) => Ok(()),
        }
    }

    /// Sends the cells that were packed.
    fn line(&mut self) -> io::Result<()> {
        if self.column.take().is_none() {
            return Ok(());
        }
        let packing = std::mem::take(&mut self.packing);
        self.part(Part::Line(self.row, packing.bytes()))?;
        self.packing = packing;
        self.packing.clear();
        Ok(())
    }

    pub fn done(&mut self) -> io::Result<()> {
        self.line()?;
        self.tag(DONE)?;
        self.out.flush()
    }

    pub fn refused(&mut self, say: &str) -> io::Result<()> {
        self.tag(REFUSED)?;
        self.text(say.as_bytes())?;
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

    fn text(&mut self, text: &[u8]) -> io::Result<()> {
        self.number(text.len() as u64)?;
        self.out.write_all(text)
    }
}

/// The receiving side. It believes nothing about lengths that a file could not have.
pub(super) struct Receiver<R> {
    from: R,
    text: Vec<u8>,
}

impl<R: BufRead> Receiver<R> {
    pub fn new(from: R) -> Receiver<R> {
        Receiver { from, text: Vec::new() }
    }

    /// Waits for the worker's first word.
    pub fn ready(&mut self) -> io::Result<()> {
        let mut word = [0; READY.len()];
        self.from.read_exact(&mut word)?;
        if &word == READY { Ok(()) } else { Err(ErrorKind::InvalidData.into()) }
    }

    pub fn next(&mut self) -> io::Result<Heard<'_>> {
        match self.byte()? {
            HIDDEN => Ok(Heard::Part(Part::Hidden)),
            HIDDEN_ROW => Ok(Heard::Part(Part::HiddenRow(self.small()?))),
            UNSEEN => Ok(Heard::Part(Part::Unseen)),
            DONE => Ok(Heard::Done),
            REFUSED => Ok(Heard::Refused(self.text()?)),
            tag @ (SHEET | LATE_SHEET) => Ok(Heard::Part(Part::Sheet(self.text()?, tag == LATE_SHEET))),
            MERGED => {
                let (top, left, bottom, right) = (self.small()?, self.small()?, self.small()?, self.small()?);
                Ok(Heard::Part(Part::Merged(Merged { top, left, bottom, right })))
            }
            LINE => {
                let row = self.small()?;
                Ok(Heard::Part(Part::Line(row, self.bytes(LONGEST_ROW)?)))
            }
            _ => Err(ErrorKind::InvalidData.into()),
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

    /// Bytes with their length before them. Room is made as they come.
    fn bytes(&mut self, most: u64) -> io::Result<&[u8]> {
        let length = self.number()?;
        if length > most {
            return Err(ErrorKind::InvalidData.into());
        }
        self.text.clear();
        let read = self.from.by_ref().take(length).read_to_end(&mut self.text)?;
        if read as u64 == length { Ok(&self.text) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    fn text(&mut self) -> io::Result<&str> {
        std::str::from_utf8(self.bytes(LONGEST)?).map_err(|_| ErrorKind::InvalidData.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Collected;
    use super::super::value::Cell;
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
            Part::Cell(2, 1, Cell::Bool(true)),
            Part::Cell(2, 0, Cell::Date(44_000.5)),
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
        let (mut sent, mut come) = (Collected::default(), Collected::default());
        parts.iter().for_each(|part| sent.take(*part));
        loop {
            match receiver.next().expect("a part") {
                Heard::Part(part) => come.take(part),
                Heard::Done => break,
                Heard::Refused(say) => panic!("{say}"),
            }
        }
        assert_eq!(come.sheets(), sent.sheets(), "the cells of a row in order, whatever order they were sent in");
        assert!(receiver.next().is_err(), "nothing comes after the end");
        // What breaks off or claims too much is an error, and asks for no memory.
        for end in 0..bytes.len() {
            let mut receiver = Receiver::new(&bytes[..end]);
            let mut heard = receiver.ready().is_ok();
            while heard {
                heard = matches!(receiver.next(), Ok(Heard::Part(_)));
            }
        }
        for tag in [[SHEET].as_slice(), &[LINE, 0]] {
            let claim = [tag, &[0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]].concat();
            assert!(Receiver::new(claim.as_slice()).next().is_err());
        }
    }
}

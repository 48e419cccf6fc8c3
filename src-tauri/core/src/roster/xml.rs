//! The XML of a part of a workbook as it is unpacked, one piece after the other: no more of it is held than one piece,
//! and a piece is short or the part is refused.

use std::io::Read;

/// Bytes that are unpacked at a time.
const STEP: usize = 1 << 16;
/// The longest piece: a cell holds 32,767 characters.
const LONGEST: usize = 1 << 20;

/// Why a part is not read on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is no XML, or not to its end.
    Broken,
    /// A piece of it, or all of it, is longer than that of any workbook.
    Large,
    /// It declares entities, which no workbook does.
    Declares,
}

/// A piece of a part.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    /// The beginning of an element, or all of it.
    Open(Tag<'a>),
    /// The end of the element of this name, which has no prefix.
    Close(&'a [u8]),
    /// What stands between tags, as it is written.
    Text(Words<'a>),
}

/// An element with its attributes.
#[derive(Debug, PartialEq)]
pub(super) struct Tag<'a> {
    /// Without its prefix.
    pub name: &'a [u8],
    /// It has no content.
    pub empty: bool,
    attributes: &'a [u8],
}

/// Text as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Words<'a> {
    pub bytes: &'a [u8],
    /// `&` and `<` stand for themselves.
    literal: bool,
}

/// Where a piece lies in what is held.
enum Lies {
    Tag(usize, usize),
    Text(usize, usize),
    Literal(usize, usize),
}

/// A part that is read.
pub(super) struct Xml<R> {
    from: R,
    /// Bytes that may still come.
    left: u64,
    held: Vec<u8>,
    /// What of it is not read yet.
    at: usize,
    end: usize,
    over: bool,
    begun: bool,
}

impl<R: Read> Xml<R> {
    /// A part of at most this many bytes.
    pub fn of(from: R, most: u64) -> Xml<R> {
        Xml { from, left: most, held: vec![0; STEP * 2], at: 0, end: 0, over: false, begun: false }
    }

    /// Bytes that may still come.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Reads as far as the beginning of the part's only element, which must be of this name.
    ///
    /// # Errors
    /// See [`Wrong`].
    pub fn is(&mut self, name: &str) -> Result<(), Wrong> {
        loop {
            match self.next()? {
                Some(Piece::Text(_)) => {}
                Some(Piece::Open(tag)) if tag.name == name.as_bytes() => return Ok(()),
                _ => return Err(Wrong::Broken),
            }
        }
    }

    /// The next piece, `None` at the end of the part.
    ///
    /// # Errors
    /// See [`Wrong`].
    pub fn next(&mut self) -> Result<Option<Piece<'_>>, Wrong> {
        let Some(lies) = self.find()? else { return Ok(None) };
        Ok(Some(match lies {
            Lies::Text(from, to) => Piece::Text(Words { bytes: self.held(from, to), literal: false }),
            Lies::Literal(from, to) => Piece::Text(Words { bytes: self.held(from, to), literal: true }),
            Lies::Tag(from, to) => match self.held(from, to) {
                [b'/', name @ ..] => Piece::Close(local(name.trim_ascii_end())),
                inside => {
                    let (inside, empty) = match inside {
                        [inside @ .., b'/'] => (inside, true),
                        inside => (inside, false),
                    };
                    let end = inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len());
                    let (name, attributes) = inside.split_at(end);
                    Piece::Open(Tag { name: local(name), empty, attributes })
                }
            },
        }))
    }

    /// The text of a value, when that and the end of its cell are next and nothing stands between: so are nearly all
    /// cells of a sheet. Reads nothing otherwise.
    pub fn plain_value(&mut self) -> Option<&[u8]> {
        const BEGIN: &[u8] = b"<v>";
        const END: &[u8] = b"</v></c>";
        let rest = self.held(self.at, self.end).strip_prefix(BEGIN)?;
        let length = rest.iter().position(|b| matches!(b, b'<' | b'&' | b'\r'))?;
        if !rest.get(length..)?.starts_with(END) {
            return None;
        }
        let from = self.at + BEGIN.len();
        self.at = from + length + END.len();
        Some(self.held(from, from + length))
    }

    fn held(&self, from: usize, to: usize) -> &[u8] {
        self.held.get(from..to).unwrap_or_default()
    }

    fn find(&mut self) -> Result<Option<Lies>, Wrong> {
        loop {
            let begins = match self.held(self.at, self.end) {
                [] => {
                    if self.more()? {
                        continue;
                    }
                    return Ok(None);
                }
                [b'<', b'!', ..] => self.aside()?,
                [b'<', b'?', ..] => {
                    let end = self.until(b"?>", 2)?;
                    self.at = end + 2;
                    None
                }
                [b'<'] => {
                    if !self.more()? {
                        return Err(Wrong::Broken);
                    }
                    None
                }
                [b'<', ..] => {
                    let end = self.tag_end()?;
                    let from = self.at + 1;
                    self.at = end + 1;
                    Some(Lies::Tag(from, end))
                }
                _ => {
                    let end = self.text_end()?;
                    let from = self.at;
                    self.at = end;
                    Some(Lies::Text(from, end))
                }
            };
            if begins.is_some() {
                return Ok(begins);
            }
        }
    }

    /// A comment is passed over, text that is not marked up is text; nothing else begins so.
    fn aside(&mut self) -> Result<Option<Lies>, Wrong> {
        const LITERAL: &[u8] = b"<![CDATA[";
        while self.end - self.at < LITERAL.len() && self.more()? {}
        let held = self.held(self.at, self.end);
        if held.starts_with(b"<!--") {
            self.at = self.until(b"-->", 4)? + 3;
            return Ok(None);
        }
        if held.starts_with(LITERAL) {
            let end = self.until(b"]]>", LITERAL.len())?;
            let from = self.at + LITERAL.len();
            self.at = end + 3;
            return Ok(Some(Lies::Literal(from, end)));
        }
        Err(if held.starts_with(b"<!D") || held.starts_with(b"<!E") { Wrong::Declares } else { Wrong::Broken })
    }

    /// Where the `>` of the tag stands: one between quotes is none.
    fn tag_end(&mut self) -> Result<usize, Wrong> {
        let mut seen = 1;
        let mut quote = None;
        loop {
            let held = self.held(self.at, self.end);
            while let Some(rest) = held.get(seen..) {
                let next = match quote {
                    None => memchr::memchr3(b'>', b'"', b'\'', rest),
                    Some(quote) => memchr::memchr(quote, rest),
                };
                let Some(next) = next else { break };
                match (quote, rest.get(next)) {
                    (None, Some(b'>')) => return Ok(self.at + seen + next),
                    (None, other) => quote = other.copied(),
                    (Some(_), _) => quote = None,
                }
                seen += next + 1;
            }
            seen = held.len();
            if !self.more()? {
                return Err(Wrong::Broken);
            }
        }
    }

    fn text_end(&mut self) -> Result<usize, Wrong> {
        let mut seen = 0;
        loop {
            if let Some(found) = memchr::memchr(b'<', self.held(self.at + seen, self.end)) {
                return Ok(self.at + seen + found);
            }
            seen = self.end - self.at;
            if !self.more()? {
                return Ok(self.end);
            }
        }
    }

    fn until(&mut self, end: &[u8], skip: usize) -> Result<usize, Wrong> {
        let mut seen = skip;
        loop {
            if let Some(found) = memchr::memmem::find(self.held(self.at + seen, self.end), end) {
                return Ok(self.at + seen + found);
            }
            // The end itself may be cut in two.
            seen = seen.max((self.end - self.at).saturating_sub(end.len()));
            if !self.more()? {
                return Err(Wrong::Broken);
            }
        }
    }

    /// Unpacks more behind what is not read yet; whether there was any.
    fn more(&mut self) -> Result<bool, Wrong> {
        if self.over {
            return Ok(false);
        }
        if self.end - self.at > LONGEST {
            return Err(Wrong::Large);
        }
        if self.at > 0 {
            self.held.copy_within(self.at..self.end, 0);
            (self.at, self.end) = (0, self.end - self.at);
        }
        if self.held.len() < self.end + STEP {
            self.held.resize(self.end + STEP, 0);
        }
        // Pieces are looked for anew with each step: small ones would make a long piece slow.
        let before = self.end;
        while self.end < before + STEP {
            let room = self.held.get_mut(self.end..before + STEP).unwrap_or_default();
            let read = match self.from.read(room) {
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(Wrong::Broken),
            };
            if read == 0 {
                self.over = true;
                break;
            }
            self.end += read;
            self.left = self.left.checked_sub(read as u64).ok_or(Wrong::Large)?;
        }
        if !std::mem::replace(&mut self.begun, true) {
            match self.held(0, self.end) {
                [0xef, 0xbb, 0xbf, ..] => self.at = 3,
                // No program writes its sheets in anything but UTF-8.
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [_, 0, ..] => return Err(Wrong::Broken),
                _ => {}
            }
        }
        Ok(self.end > before)
    }
}

/// A name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    match memchr::memchr(b':', name) {
        Some(at) => name.get(at + 1..).unwrap_or_default(),
        None => name,
    }
}

impl<'a> Tag<'a> {
    /// Its attributes: names without prefix, values as they are written.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            rest = rest.trim_ascii_start();
            let name = rest.get(..memchr::memchr(b'=', rest)?)?;
            rest = rest.get(name.len() + 1..)?.trim_ascii_start();
            let (quote, value) = rest.split_first().filter(|(q, _)| matches!(q, b'"' | b'\''))?;
            let value = value.get(..memchr::memchr(*quote, value)?)?;
            rest = rest.get(value.len() + 2..)?;
            Some((local(name.trim_ascii_end()), value))
        })
    }

    /// The value of an attribute as it is written.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.attributes().find(|(own, _)| *own == name.as_bytes()).map(|(_, value)| value)
    }

    /// The value of an attribute as it is meant.
    ///
    /// # Errors
    /// See [`Wrong`].
    pub fn text(&self, name: &str) -> Result<Option<String>, Wrong> {
        let Some(bytes) = self.get(name) else { return Ok(None) };
        let mut out = String::new();
        Words { bytes, literal: false }.add_to(&mut out)?;
        Ok(Some(out))
    }

    /// Whether an attribute says yes.
    pub fn says(&self, name: &str) -> bool {
        matches!(self.get(name), Some(b"1" | b"true"))
    }
}

impl Words<'_> {
    /// Adds what is meant to a text.
    ///
    /// # Errors
    /// [`Wrong::Broken`] for what is no UTF-8 and for an unknown `&name;`.
    pub fn add_to(&self, out: &mut String) -> Result<(), Wrong> {
        let text = std::str::from_utf8(self.bytes).map_err(|_| Wrong::Broken)?;
        if memchr::memchr2(b'&', b'\r', self.bytes).is_none() {
            out.push_str(text);
            return Ok(());
        }
        let mut rest = text;
        while let Some(at) = rest.find(['&', '\r']) {
            let (before, after) = rest.split_at(at);
            out.push_str(before);
            if let Some(after) = after.strip_prefix('\r') {
                out.push('\n');
                rest = after.strip_prefix('\n').unwrap_or(after);
            } else if self.literal {
                out.push('&');
                rest = after.get(1..).unwrap_or_default();
            } else {
                let (name, after) = after.get(1..).and_then(|t| t.split_once(';')).ok_or(Wrong::Broken)?;
                out.push(entity(name).ok_or(Wrong::Broken)?);
                rest = after;
            }
        }
        out.push_str(rest);
        Ok(())
    }
}

/// The character that stands between `&` and `;`.
fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(number.ok()?).filter(|c| *c != '\0')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives so many bytes at a time.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(to.len()).min(self.0.len());
            let (now, later) = self.0.split_at(count);
            to[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    fn told(xml: &mut Xml<impl Read>) -> Result<String, Wrong> {
        let mut out = String::new();
        while let Some(piece) = xml.next()? {
            match piece {
                Piece::Open(tag) => {
                    out += &format!("<{}", String::from_utf8_lossy(tag.name));
                    for (name, _) in tag.attributes() {
                        let name = String::from_utf8_lossy(name);
                        out += &format!(" {name}={}", tag.text(&name)?.unwrap_or_default());
                    }
                    out += if tag.empty { "/>" } else { ">" };
                }
                Piece::Close(name) => out += &format!("</{}>", String::from_utf8_lossy(name)),
                Piece::Text(words) => words.add_to(&mut out)?,
            }
        }
        Ok(out)
    }

    #[test]
    fn pieces_are_read_wherever_the_bytes_are_cut() {
        let part = "\u{feff}<?xml version=\"1.0\"?><!-- a > b --><x:c r = 'A1' x:t=\"a>b&amp;&#x7532;\"><v>1&lt;2\r\n</v ><![CDATA[a&b]]></x:c><d/>";
        let want = "<c r=A1 t=a>b&甲><v>1<2\n</v>a&b</c><d/>";
        for step in 1..part.len() {
            let mut xml = Xml::of(Slowly(part.as_bytes(), step), 1 << 20);
            assert_eq!(told(&mut xml).as_deref(), Ok(want), "cut after every {step} bytes");
        }
        // What is unpacked at a time ends in each place once: in a tag, a value, a comment, the end of one.
        let part = &part["\u{feff}".len()..];
        for cut in 0..part.len() {
            let part = format!("{}{part}", " ".repeat(STEP - cut));
            let mut xml = Xml::of(part.as_bytes(), 1 << 20);
            assert_eq!(told(&mut xml).as_deref().map(str::trim_start), Ok(want), "cut before byte {cut}");
        }
    }

    #[test]
    fn what_is_no_part_of_a_workbook_is_refused() {
        let long = format!("<a b=\"{}\"/>", "9".repeat(3 << 20));
        let many = "<a/>".repeat(1 << 18);
        for (part, want) in [
            ("<!DOCTYPE a [<!ENTITY x \"y\">]><a/>", Wrong::Declares),
            ("<a", Wrong::Broken),
            ("<a b='", Wrong::Broken),
            ("<!-- a", Wrong::Broken),
            ("<a>&x;</a>", Wrong::Broken),
            ("<a>&#0;</a>", Wrong::Broken),
            ("<\0a\0>\0", Wrong::Broken),
            (long.as_str(), Wrong::Large),
            (many.as_str(), Wrong::Large),
        ] {
            let most = 1 << 20;
            let most = if part.len() > 3 << 20 { most * 4 } else { most - 1 };
            let mut xml = Xml::of(part.as_bytes(), most);
            assert_eq!(told(&mut xml), Err(want), "{}", part.get(..20).unwrap_or(part));
        }
    }
}

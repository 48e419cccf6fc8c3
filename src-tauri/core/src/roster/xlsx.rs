//! An .xlsx or .xlsm: its index, its styles, its shared strings and its sheets, each part read once from its packed
//! bytes, cell by cell. What of it could be too much is counted as it passes, so that no part is looked at before; parts
//! that say nothing about cells (macros, pictures, links) are not unpacked at all.

use std::collections::HashMap;
use std::io::Cursor;

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::guard::{self, MAX_PART, MAX_PARTS};
use super::marks::{self, Look};
use super::sheet::{Part, Sink, damaged};
use super::strings::Strings;
use super::value::{Cell, UNSOLVED};
use super::xml::{Piece, Tag, Wrong, Xml};
use crate::error::{Error, Result};

/// Styles of cells, of which Excel allows fewer.
const MAX_STYLES: usize = 100_000;
const MAX_SHEETS: usize = 1_000;
/// The edges of a sheet.
const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 16_384;

/// Why the reading of a part stops.
enum Stop {
    /// The part is at fault.
    Wrong(Wrong),
    /// Whoever takes the cells has enough.
    Error(Error),
}

impl From<Wrong> for Stop {
    fn from(wrong: Wrong) -> Stop {
        Stop::Wrong(wrong)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Error(error)
    }
}

const BROKEN: Stop = Stop::Wrong(Wrong::Broken);

type Reading<T> = std::result::Result<T, Stop>;

/// A part as it is unpacked.
type Unpacked<'z, 'a> = Xml<ZipFile<'z, Cursor<&'a [u8]>>>;

/// The parts of a workbook.
struct Parts<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Their places by their names, however these are written.
    names: HashMap<String, usize>,
    file: &'a str,
    /// Bytes that may still be unpacked.
    left: u64,
}

impl<'a> Parts<'a> {
    fn of(bytes: &'a [u8], file: &'a str) -> Result<Parts<'a>> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| guard::cut(file))?;
        let names = archive.file_names().enumerate();
        let names = names.filter_map(|(at, name)| Some((guard::plain_name(&name.ok()?), at))).collect();
        Ok(Parts { archive, names, file, left: MAX_PARTS })
    }

    /// Reads a part, when it is there.
    fn read<T>(&mut self, name: &str, read: impl FnOnce(&mut Unpacked<'_, 'a>) -> Reading<T>) -> Result<Option<T>> {
        let Some(at) = self.names.get(&guard::plain_name(name)) else { return Ok(None) };
        let part = self.archive.by_index(*at).map_err(|error| match error {
            ZipError::UnsupportedArchive(why) if why.to_lowercase().contains("password") => guard::encrypted(self.file),
            _ => guard::cut(self.file),
        })?;
        let most = self.left.min(MAX_PART);
        let mut xml = Xml::of(part, most);
        let read = read(&mut xml);
        self.left -= most - xml.left();
        match read {
            Ok(read) => Ok(Some(read)),
            Err(Stop::Error(error)) => Err(error),
            Err(Stop::Wrong(Wrong::Broken)) => Err(damaged(self.file)),
            Err(Stop::Wrong(Wrong::Large)) => Err(guard::large(self.file)),
            Err(Stop::Wrong(Wrong::Declares)) => Err(guard::declares(self.file)),
        }
    }

    /// What a part is linked to.
    fn links(&mut self, part: &str) -> Result<Vec<Link>> {
        let (folder, name) = part.split_at(part.rfind('/').map_or(0, |at| at + 1));
        let links = self.read(&format!("{folder}_rels/{name}.rels"), |xml| {
            xml.is("Relationships")?;
            let mut links = Vec::new();
            while let Some(piece) = xml.next()? {
                let Piece::Open(tag) = piece else { continue };
                if tag.name != b"Relationship" || tag.get("TargetMode") == Some(b"External") {
                    continue;
                }
                if let (Some(id), Some(kind), Some(target)) = (tag.text("Id")?, tag.text("Type")?, tag.text("Target")?)
                {
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    links.push(Link { id, kind, part: reached(folder, &target) });
                }
                if links.len() > 4 * MAX_SHEETS {
                    return Err(Wrong::Large.into());
                }
            }
            Ok(links)
        })?;
        Ok(links.unwrap_or_default())
    }
}

/// A part that another is linked to.
struct Link {
    id: String,
    /// The last word of its type: worksheet, styles.
    kind: String,
    part: String,
}

/// The part that a path leads to from a folder.
fn reached(folder: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let whole = match path.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("{folder}{path}"),
    };
    let mut steps: Vec<&str> = Vec::new();
    for step in whole.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// A sheet as the index lists it.
struct Listed {
    name: String,
    hidden: bool,
    link: String,
}

/// What the index of a workbook says.
#[derive(Default)]
struct Index {
    sheets: Vec<Listed>,
    /// Serial numbers count from 1904.
    late: bool,
    /// Its formulas are to be computed when it is opened: the program that wrote it did not.
    computed: bool,
}

fn index(xml: &mut Unpacked<'_, '_>) -> Reading<Index> {
    xml.is("workbook")?;
    let mut index = Index::default();
    while let Some(piece) = xml.next()? {
        let Piece::Open(tag) = piece else { continue };
        match tag.name {
            b"sheet" => {
                let (Some(name), Some(link)) = (tag.text("name")?, tag.text("id")?) else { return Err(BROKEN) };
                let hidden = matches!(tag.get("state"), Some(b"hidden" | b"veryHidden"));
                index.sheets.push(Listed { name, hidden, link });
                if index.sheets.len() > MAX_SHEETS {
                    return Err(Wrong::Large.into());
                }
            }
            b"workbookPr" if tag.get("date1904").is_some() => index.late = tag.says("date1904"),
            b"calcPr" => index.computed |= tag.says("fullCalcOnLoad"),
            _ => {}
        }
    }
    Ok(index)
}

/// How the numbers of each style are shown.
fn styles(xml: &mut Unpacked<'_, '_>) -> Reading<Vec<Look>> {
    xml.is("styleSheet")?;
    let mut formats: HashMap<u32, Look> = HashMap::new();
    let mut styles = Vec::new();
    let (mut named, mut cells) = (false, false);
    while let Some(piece) = xml.next()? {
        match piece {
            Piece::Open(tag) => match tag.name {
                b"numFmts" => named = !tag.empty,
                b"cellXfs" => cells = !tag.empty,
                b"numFmt" if named => {
                    if let (Some(id), Some(code)) = (number(&tag, "numFmtId"), tag.text("formatCode")?) {
                        formats.insert(id, marks::look_of(&code));
                    }
                }
                b"xf" if cells => {
                    let id = number(&tag, "numFmtId").unwrap_or(0);
                    styles.push(formats.get(&id).cloned().unwrap_or_else(|| marks::built_in_look(id)));
                }
                _ => {}
            },
            Piece::Close(b"numFmts") => named = false,
            Piece::Close(b"cellXfs") => break,
            _ => {}
        }
        if styles.len().max(formats.len()) > MAX_STYLES {
            return Err(Wrong::Large.into());
        }
    }
    Ok(styles)
}

fn number(tag: &Tag<'_>, name: &str) -> Option<u32> {
    std::str::from_utf8(tag.get(name)?).ok()?.trim().parse().ok()
}

fn strings(xml: &mut Unpacked<'_, '_>, file: &str) -> Reading<Strings> {
    xml.is("sst")?;
    let mut strings = Strings::default();
    let mut text = String::new();
    loop {
        match xml.next()? {
            Some(Piece::Open(tag)) if tag.name == b"si" => {
                text.clear();
                if !tag.empty {
                    string(xml, b"si", &mut text)?;
                }
                strings.push(&text);
            }
            Some(_) => {}
            // That it goes on to its end is seen by the end of the archive's part.
            None => return Ok(strings),
        }
        if strings.is_too_much() {
            return Err(guard::crowded(file).into());
        }
    }
}

/// Reads a string to the end of its element: plain, or runs of text each with a look of its own. How it is
/// pronounced is no part of it.
fn string(xml: &mut Unpacked<'_, '_>, end: &[u8], out: &mut String) -> Reading<()> {
    let (mut begun, mut kept, mut spoken) = (None, false, false);
    loop {
        match xml.next()? {
            Some(Piece::Open(tag)) => match tag.name {
                b"t" if !tag.empty && !spoken => {
                    (begun, kept) = (Some(out.len()), tag.get("space") == Some(b"preserve"))
                }
                b"rPh" => spoken = !tag.empty,
                _ => {}
            },
            Some(Piece::Text(words)) => {
                if begun.is_some() {
                    words.add_to(out)?;
                    if out.len() > super::sheet::MAX_TEXT {
                        return Err(Wrong::Large.into());
                    }
                }
            }
            Some(Piece::Close(b"t")) => {
                if let Some(from) = begun.take() {
                    settle(out, from, kept);
                }
            }
            Some(Piece::Close(b"rPh")) => spoken = false,
            Some(Piece::Close(name)) if name == end => return Ok(()),
            Some(Piece::Close(_)) => {}
            None => return Err(BROKEN),
        }
    }
}

/// Takes the blanks around a text that are not kept, and puts the characters in that are written as `_x000D_`.
fn settle(out: &mut String, from: usize, kept: bool) {
    let blank = [' ', '\t', '\r', '\n'];
    let Some(text) = out.get(from..) else { return };
    let text = if kept { text } else { text.trim_matches(blank) };
    if !text.contains("_x") {
        if text.len() < out.len() - from {
            let text = text.to_owned();
            out.truncate(from);
            out.push_str(&text);
        }
        return;
    }
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("_x") {
        units.extend(before.encode_utf16());
        let digits = after.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        match unit.zip(after.get(4..).and_then(|behind| behind.strip_prefix('_'))) {
            Some((unit, behind)) => {
                units.push(unit);
                rest = behind;
            }
            None => {
                units.extend("_x".encode_utf16());
                rest = after;
            }
        }
    }
    units.extend(rest.encode_utf16());
    let text = String::from_utf16_lossy(&units);
    out.truncate(from);
    out.push_str(&text);
}

/// What the cells of all sheets share.
struct Shared {
    strings: Strings,
    styles: Vec<Look>,
    late: bool,
    computed: bool,
}

/// Reads a workbook.
pub(super) fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<()> {
    let file = sink.file;
    let mut parts = Parts::of(bytes, file)?;
    let main = parts.links("")?.into_iter().find(|link| link.kind == "officeDocument");
    let main = main.map_or_else(|| "xl/workbook.xml".to_owned(), |link| link.part);
    let Index { sheets, late, computed } = parts.read(&main, index)?.ok_or_else(|| damaged(file))?;
    let links = parts.links(&main)?;
    let linked = |kind: &str| links.iter().find(|link| link.kind == kind).map(|link| link.part.clone());
    let looks = linked("styles").map(|part| parts.read(&part, styles)).transpose()?.flatten();
    let texts = linked("sharedStrings").map(|part| parts.read(&part, |xml| strings(xml, file))).transpose()?.flatten();
    let shared = Shared { strings: texts.unwrap_or_default(), styles: looks.unwrap_or_default(), late, computed };
    for Listed { name, hidden, link } in sheets {
        let link = links.iter().find(|own| own.id == link).ok_or_else(|| damaged(file))?;
        // Charts and sheets of macros hold no cells.
        if link.kind != "worksheet" {
            continue;
        }
        sink.sheet(&name, hidden, late)?;
        parts.read(&link.part, |xml| sheet(xml, &shared, sink))?.ok_or_else(|| damaged(file))?;
    }
    Ok(())
}

/// Where the reading of a sheet is.
#[derive(Default)]
struct Place {
    /// Row counted from 1.
    row: u32,
    /// Column of the next cell, counted from 0.
    column: u32,
}

fn sheet(xml: &mut Unpacked<'_, '_>, shared: &Shared, sink: &mut Sink<'_>) -> Reading<()> {
    xml.is("worksheet")?;
    loop {
        match xml.next()? {
            Some(Piece::Open(tag)) if tag.name == b"sheetData" => match tag.empty {
                true => return behind(xml, sink),
                false => break,
            },
            Some(_) => {}
            None => return Err(BROKEN),
        }
    }
    let (mut place, mut hidden) = (Place::default(), 0);
    let mut text = String::new();
    loop {
        match xml.next()? {
            Some(Piece::Open(tag)) => match tag.name {
                b"c" => {
                    let begun = begun(&tag)?;
                    let at = begun.at.unwrap_or((place.row, place.column));
                    place.column = at.1 + 1;
                    if !begun.empty {
                        cell(xml, &begun, at, shared, sink, &mut text)?;
                    }
                }
                b"row" => {
                    let row = match tag.get("r") {
                        Some(row) => digits(row).ok_or(BROKEN)?,
                        None => place.row + 1,
                    };
                    if !(1..=ROWS).contains(&row) {
                        return Err(BROKEN);
                    }
                    place = Place { row, column: 0 };
                    if tag.says("hidden") && hidden < marks::MOST {
                        hidden += 1;
                        sink.part(Part::HiddenRow(row))?;
                    }
                }
                _ => {}
            },
            Some(Piece::Close(b"sheetData")) => return behind(xml, sink),
            Some(_) => {}
            None => return Err(BROKEN),
        }
    }
}

/// What stands behind the rows: merged cells.
fn behind(xml: &mut Unpacked<'_, '_>, sink: &mut Sink<'_>) -> Reading<()> {
    let mut merged = 0;
    while let Some(piece) = xml.next()? {
        let Piece::Open(tag) = piece else { continue };
        if tag.name != b"mergeCell" || merged >= marks::MOST {
            continue;
        }
        if let Some(own) = tag.text("ref")?.as_deref().and_then(marks::rectangle) {
            merged += 1;
            sink.part(Part::Merged(own))?;
        }
    }
    Ok(())
}

fn digits(bytes: &[u8]) -> Option<u32> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// B7: row counted from 1, column from 0.
fn address(bytes: &[u8]) -> Option<(u32, u32)> {
    let letters = bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (letters, row) = bytes.split_at_checked(letters)?;
    let mut column = 0_u32;
    for letter in letters {
        column = column.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
    }
    let mut number = 0_u32;
    for digit in row {
        number = number.checked_mul(10)?.checked_add(u32::from(digit.wrapping_sub(b'0')).min(10))?;
        if !digit.is_ascii_digit() {
            return None;
        }
    }
    let sound = (1..=ROWS).contains(&number) && (1..=COLUMNS).contains(&column);
    sound.then(|| (number, column - 1))
}

/// What a cell says it holds.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Shared,
    Text,
    Inline,
    Bool,
    Error,
    Day,
}

/// What the beginning of a cell says.
struct Begun {
    /// Row counted from 1 and column from 0, where it says so.
    at: Option<(u32, u32)>,
    style: usize,
    kind: Kind,
    empty: bool,
}

fn begun(tag: &Tag<'_>) -> Reading<Begun> {
    let mut begun = Begun { at: None, style: 0, kind: Kind::Number, empty: tag.empty };
    for (name, value) in tag.attributes() {
        match name {
            b"r" => begun.at = Some(address(value).ok_or(BROKEN)?),
            b"s" => begun.style = digits(value).and_then(|n| usize::try_from(n).ok()).ok_or(BROKEN)?,
            b"t" => {
                begun.kind = match value {
                    b"n" => Kind::Number,
                    b"s" => Kind::Shared,
                    b"str" => Kind::Text,
                    b"inlineStr" | b"is" => Kind::Inline,
                    b"b" => Kind::Bool,
                    b"e" => Kind::Error,
                    b"d" => Kind::Day,
                    _ => return Err(BROKEN),
                }
            }
            _ => {}
        }
    }
    Ok(begun)
}

/// Reads the content of a cell to its end. `text` is room for it.
fn cell(
    xml: &mut Unpacked<'_, '_>,
    begun: &Begun,
    at: (u32, u32),
    shared: &Shared,
    sink: &mut Sink<'_>,
    text: &mut String,
) -> Reading<()> {
    text.clear();
    // What is read now; whether there is a formula, the place of a result, and text that stands here.
    let (mut value, mut formula, mut valued, mut inline) = (false, false, false, false);
    let plain = if begun.kind == Kind::Inline { None } else { xml.plain_value() };
    if let Some(bytes) = plain {
        text.push_str(std::str::from_utf8(bytes).map_err(|_| BROKEN)?);
    }
    let mut over = plain.is_some();
    while !over {
        match xml.next()? {
            Some(Piece::Text(words)) => {
                if value {
                    words.add_to(text)?;
                }
            }
            Some(Piece::Close(b"v")) => value = false,
            Some(Piece::Close(b"c")) => over = true,
            Some(Piece::Close(_)) => {}
            Some(Piece::Open(tag)) => match tag.name {
                b"v" => {
                    valued = true;
                    // Beside text that stands here it says nothing.
                    value = !tag.empty && !inline && begun.kind != Kind::Inline;
                }
                b"f" => formula = true,
                b"is" => {
                    inline = true;
                    text.clear();
                    if !tag.empty {
                        string(xml, b"is", text)?;
                    }
                }
                b"c" | b"row" => return Err(BROKEN),
                _ => {}
            },
            None => return Err(BROKEN),
        }
    }
    let (row, column) = (at.0.saturating_sub(1), at.1);
    if inline {
        return Ok(sink.put(row, column, Cell::Text(text))?);
    }
    let lacking = text.is_empty() && !(valued && begun.kind == Kind::Text);
    if formula && (lacking || (shared.computed && text == "0")) {
        return Ok(sink.put(row, column, Cell::Error(UNSOLVED))?);
    }
    if text.is_empty() {
        return Ok(());
    }
    let content = match begun.kind {
        Kind::Shared => Cell::Text(text.parse().ok().and_then(|n| shared.strings.get(n)).ok_or(BROKEN)?),
        Kind::Text => {
            settle(text, 0, true);
            Cell::Text(text)
        }
        Kind::Day => Cell::Text(text),
        // Its text stands elsewhere.
        Kind::Inline => return Ok(()),
        Kind::Error => Cell::Error(text),
        Kind::Bool => match text.trim().to_ascii_lowercase().as_str() {
            "" => return Ok(()),
            "1" | "true" => Cell::Bool(true),
            "0" | "false" => Cell::Bool(false),
            _ => return Err(BROKEN),
        },
        Kind::Number => match float(text) {
            None => Cell::Text(text),
            Some(number) => {
                return Ok(sink.put_number(row, column, number, shared.styles.get(begun.style), shared.late)?);
            }
        },
    };
    Ok(sink.put(row, column, content)?)
}

/// A number as it is written.
fn float(text: &str) -> Option<f64> {
    let mut whole = 0_i64;
    for digit in text.bytes() {
        // Nearly all are whole and short.
        if !digit.is_ascii_digit() || text.len() > 15 {
            return text.parse().ok().filter(|n: &f64| n.is_finite());
        }
        whole = whole * 10 + i64::from(digit - b'0');
    }
    #[allow(clippy::cast_precision_loss, reason = "15 digits")]
    Some(whole as f64)
}

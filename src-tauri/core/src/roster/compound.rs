//! Old .xls files before they are parsed: the sectors of the compound file lead somewhere and end, and
//! the sheets are as small as they claim. The reader of workbooks takes both on trust.

/// What was found out about a compound file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A workbook that can be parsed.
    Workbook,
    /// Asks for a password.
    Encrypted,
    /// A Word document.
    Word,
    /// Something else, or not whole.
    Broken,
    /// Claims more cells than a roster has.
    Large,
}

const END: u32 = 0xffff_fffe;
/// Ids from here on are marks, not sectors.
const MARKS: u32 = 0xffff_fffa;
/// Cells between the first and the last filled one of all sheets together.
const MAX_AREA: u64 = 4_000_000;
const MAX_SHEETS: usize = 256;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b))
}

/// Looks at a compound file.
pub(super) fn look(bytes: &[u8]) -> Found {
    let Some(file) = Compound::open(bytes) else { return Found::Broken };
    let has = |name: &str| file.entries.iter().any(|(n, ..)| n.eq_ignore_ascii_case(name));
    if has("EncryptedPackage") {
        return Found::Encrypted;
    }
    if !has("Workbook") && !has("Book") {
        return if has("WordDocument") { Found::Word } else { Found::Broken };
    }
    match file.stream("Workbook").or_else(|| file.stream("Book")) {
        Some(stream) => sheets(&stream),
        None => Found::Broken,
    }
}

struct Compound<'a> {
    bytes: &'a [u8],
    size: usize,
    fat: Vec<u32>,
    mini: Vec<u8>,
    mini_fat: Vec<u32>,
    /// Name, first sector and length of each entry.
    entries: Vec<(String, u32, u64)>,
}

impl<'a> Compound<'a> {
    fn open(bytes: &'a [u8]) -> Option<Compound<'a>> {
        let size = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut file =
            Compound { bytes, size, fat: Vec::new(), mini: Vec::new(), mini_fat: Vec::new(), entries: Vec::new() };
        let count = bytes.len() / size + 1;
        let mut lists: Vec<u32> = words(bytes.get(76..512)?).collect();
        let mut next = u32_at(bytes, 68)?;
        for _ in 0..=count {
            if next >= MARKS {
                break;
            }
            lists.extend(words(file.sector(next)?));
            next = lists.pop()?;
        }
        if next < MARKS {
            return None;
        }
        for id in lists.into_iter().filter(|id| *id < MARKS) {
            if file.fat.len() > (count + 1) * (size / 4) {
                return None;
            }
            let sector = file.sector(id)?;
            file.fat.extend(words(sector));
        }
        let folder = file.chain(u32_at(bytes, 48)?, u64::MAX)?;
        for entry in folder.as_chunks::<128>().0 {
            let units: Vec<u16> =
                entry[..64].as_chunks::<2>().0.iter().map(|b| u16::from_le_bytes(*b)).take_while(|u| *u != 0).collect();
            let mut length = u64::from(u32_at(entry, 120)?);
            if size == 4096 {
                length |= u64::from(u32_at(entry, 124)?) << 32;
            }
            file.entries.push((String::from_utf16_lossy(&units), u32_at(entry, 116)?, length));
        }
        let (_, root, length) = file.entries.first()?.clone();
        if u32_at(bytes, 64)? > 0 {
            file.mini = file.chain(root, length)?;
            let length = u64::from(u32_at(bytes, 64)?) * size as u64;
            file.mini_fat = words(&file.chain(u32_at(bytes, 60)?, length)?).collect();
        }
        Some(file)
    }

    fn sector(&self, id: u32) -> Option<&'a [u8]> {
        let start = (id as usize).checked_add(1)?.checked_mul(self.size)?;
        let end = start.checked_add(self.size)?.min(self.bytes.len());
        self.bytes.get(start..end).filter(|s| !s.is_empty())
    }

    /// The sectors of a chain, one after the other, as far as `length`. None when it leads out of the
    /// file, runs in a circle or claims more than the file holds.
    fn chain(&self, start: u32, length: u64) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut id = start;
        for _ in 0..=self.fat.len() {
            if id == END {
                return Some(out);
            }
            out.extend_from_slice(self.sector(id)?);
            if out.len() as u64 >= length {
                return Some(out);
            }
            id = *self.fat.get(id as usize)?;
        }
        None
    }

    fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let (_, start, length) = self.entries.iter().find(|(n, ..)| n.eq_ignore_ascii_case(name))?;
        if *length >= 4096 {
            return self.chain(*start, *length);
        }
        let mut out = Vec::new();
        let mut id = *start;
        for _ in 0..=self.mini_fat.len() {
            if id == END || out.len() as u64 >= *length {
                return Some(out);
            }
            let at = (id as usize).checked_mul(64)?;
            out.extend_from_slice(self.mini.get(at..at.checked_add(64)?.min(self.mini.len()))?);
            id = *self.mini_fat.get(id as usize)?;
        }
        None
    }
}

/// The stream of an old workbook.
pub(super) struct Stream(Vec<u8>);

impl Stream {
    /// That of a compound file which holds a workbook.
    pub fn of(bytes: &[u8]) -> Option<Stream> {
        let file = Compound::open(bytes)?;
        file.stream("Workbook").or_else(|| file.stream("Book")).map(Stream)
    }

    /// Its records from a place on.
    pub fn all(&self, start: usize) -> impl Iterator<Item = (u16, &[u8])> + '_ {
        records(self.0.get(start..).unwrap_or_default())
    }
}

/// The records of a stream: type and content.
fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> + '_ {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(rest, 0)?, u16_at(rest, 2)? as usize);
        let content = rest.get(4..4 + length)?;
        rest = rest.get(4 + length..)?;
        Some((kind, content))
    })
}

/// Whether the sheets of a workbook stream are small enough to be laid out whole.
fn sheets(stream: &[u8]) -> Found {
    let mut starts = Vec::new();
    for (kind, content) in records(stream) {
        match kind {
            0x002f if u16_at(content, 0).is_some_and(|n| n != 0) => return Found::Encrypted,
            0x0085 => match u32_at(content, 0) {
                Some(at) => starts.push(at as usize),
                None => return Found::Broken,
            },
            0x000a => break,
            _ => {}
        }
    }
    if starts.len() > MAX_SHEETS {
        return Found::Large;
    }
    let mut total = 0_u64;
    for start in starts {
        let Some(sheet) = stream.get(start..) else { return Found::Broken };
        let (mut top, mut bottom, mut left, mut right) = (u64::MAX, 0, u64::MAX, 0);
        let mut cells = 0_u64;
        for (kind, content) in records(sheet) {
            match kind {
                0x000a => break,
                0x0200 => {
                    // The claim by itself makes the reader ask for room.
                    let numbers = |at: [usize; 2], wide: bool| {
                        let read = |at| if wide { u32_at(content, at) } else { u16_at(content, at).map(u32::from) };
                        Some((u64::from(read(at[0])?), u64::from(read(at[1])?)))
                    };
                    let (rows, columns) = match content.len() {
                        10 => (numbers([0, 2], false), numbers([4, 6], false)),
                        _ => (numbers([0, 4], true), numbers([8, 10], false)),
                    };
                    let (Some((first, after)), Some((_, width))) = (rows, columns) else { return Found::Broken };
                    if after > 0 && first >= after {
                        return Found::Broken;
                    }
                    cells = cells.max((after - first.min(after)).saturating_mul(width.clamp(1, 256)));
                    if width > 256 && after > 0 {
                        return Found::Broken;
                    }
                }
                0x0203..=0x0205 | 0x0207 | 0x00d6 | 0x027e | 0x00fd | 0x00bd | 0x0006 => {
                    let (Some(row), Some(column)) = (u16_at(content, 0), u16_at(content, 2)) else {
                        return Found::Broken;
                    };
                    let last = if kind == 0x00bd { content.len() / 6 } else { 1 } as u64;
                    (top, bottom) = (top.min(u64::from(row)), bottom.max(u64::from(row)));
                    (left, right) = (left.min(u64::from(column)), right.max(u64::from(column) + last));
                }
                _ => {}
            }
        }
        if top <= bottom {
            cells = cells.max((bottom - top + 1).saturating_mul(right - left + 1));
        }
        total = total.saturating_add(cells);
        if total > MAX_AREA {
            return Found::Large;
        }
    }
    Found::Workbook
}

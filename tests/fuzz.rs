//! Damaged and made-up files at random: the reader and the plan answer each with rows or a refusal in
//! words, and never trip over their own feet.
//!
//! The normal run replays the corpus of `data/fuzz` and some thousand changed files. `FUZZ_SECONDS=600
//! cargo test -p tests --test all fuzz::` goes on for ten minutes, starts elsewhere each time, and adds
//! small files that were answered in a new way to the corpus.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use incubator::ledger::Ledger;
use incubator::progress::Progress;
use incubator::record::{Shape, shape};
use incubator::roster::{Choices, Reader, Reading};

use crate::formats::{strict, xlsb};
use crate::random::Dice;
use crate::roster::{biff, compound, drawn, zipped};

/// Files that the corpus holds at most, and bytes of each.
const KEPT: usize = 120;
const SMALL: usize = 8 << 10;

thread_local! {
    /// This thread is fuzzing: its panics are looked at here.
    static FUZZING: Cell<bool> = const { Cell::new(false) };
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Notes where this thread's panics come from. Those of the readers of workbooks are the file's fault and
/// become refusals; one of our own lines is a finding.
fn note_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if FUZZING.get() {
                let place = info.location().map_or_else(String::new, ToString::to_string);
                PANICS.with_borrow_mut(|all| all.push(place));
            } else {
                before(info);
            }
        }));
    });
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/fuzz")
}

fn seeds() -> Vec<Vec<u8>> {
    let table = "入驻团队名单 | -> | -> | ->
        序号 | 团队名称 | 负责人 | 入驻日期
        #1 | 甲 | 张三（组长）、李四 | 2021.3.1
        #2 | 乙 | 王五 | #44287
        合计 | 2 | |
        == 初创企业
        企业名称 | 统一社会信用代码 | 注册资本(万元) | 注册日期
        乙公司 | 91350100M000100Y43 | #50 | 2021年3月1日";
    let csv = "团队名称,负责人,入驻日期\n甲,\"张三\n组长\",2021-03-01\n乙,李四,20210401\n";
    let wide: Vec<u8> = csv.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut seeds = vec![
        drawn(table),
        strict(),
        xlsb(),
        include_bytes!("data/roster/names.xls").to_vec(),
        include_bytes!("data/roster/names.ods").to_vec(),
        compound("Workbook", &biff(3, 3)),
        csv.as_bytes().to_vec(),
        wide,
        csv.replace(',', "\t").into_bytes(),
        b"\xcd\xc5\xb6\xd3\xc3\xfb\xb3\xc6;\xb8\xba\xd4\xf0\xc8\xcb\n\xbc\xd7;\xd5\xc5\xc8\xfd\n".to_vec(),
    ];
    let mut kept: Vec<PathBuf> =
        std::fs::read_dir(corpus()).into_iter().flatten().flatten().map(|e| e.path()).collect();
    kept.sort();
    seeds.extend(kept.into_iter().filter_map(|path| std::fs::read(path).ok()));
    seeds
}

/// Numbers at which readers break.
const ODD: &[i64] = &[0, 1, -1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff];
const ODD_TEXT: &[&str] = &[
    "",
    "0",
    "-1",
    "1048577",
    "XFE1048577",
    "A1:XFD1048576",
    "4294967295",
    "99999999999999999999",
    "1e999",
    "NaN",
    "&#0;",
    "&amp;",
    "&x;",
    "]]>",
    "2021-02-30",
    "91430100MA4L2XQ89W",
    "4.40981E+17",
    "，",
    "\u{feff}",
    "\t",
    "\"",
    "\n",
    "\r\n",
    "=\"01\"",
    "合计",
    "团队名称",
    "入驻日期",
    "s",
    "d",
    "b",
    "e",
    "inlineStr",
    "str",
    "true",
];

fn at(dice: &mut Dice, length: usize) -> usize {
    usize::try_from(dice.below(i64::try_from(length.max(1)).unwrap_or(1))).unwrap_or(0)
}

/// Bytes changed without a thought for what they mean.
fn bytes_changed(dice: &mut Dice, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..=dice.below(4) {
        let place = at(dice, bytes.len());
        match dice.below(7) {
            0 => bytes.truncate(place),
            1 if !bytes.is_empty() => bytes[place] ^= 1 << dice.below(8),
            2 | 3 => {
                let odd = dice.pick(ODD).to_le_bytes();
                let width = [1, 2, 4][at(dice, 3)].min(bytes.len() - place.min(bytes.len()));
                bytes[place..place + width].copy_from_slice(&odd[..width]);
            }
            4 => {
                let text = dice.pick(ODD_TEXT);
                bytes.splice(place..place, text.bytes());
            }
            5 => {
                let end = (place + at(dice, 64)).min(bytes.len());
                bytes.drain(place..end);
            }
            _ => {
                let end = (place + at(dice, 200)).min(bytes.len());
                let piece = bytes[place..end].to_vec();
                let to = at(dice, bytes.len());
                bytes.splice(to..to, piece);
            }
        }
    }
    bytes
}

/// Tags and attribute values of an XML part changed.
fn tags_changed(dice: &mut Dice, text: &str) -> Vec<u8> {
    let mut pieces: Vec<String> = text.split_inclusive('>').map(str::to_owned).collect();
    for _ in 0..=dice.below(3) {
        let place = at(dice, pieces.len());
        let Some(piece) = pieces.get(place).cloned() else { break };
        match dice.below(5) {
            0 => drop(pieces.remove(place)),
            1 => pieces.insert(place, piece),
            2 => {
                let other = at(dice, pieces.len());
                pieces.swap(place, other);
            }
            3 => pieces[place] = format!("{}{piece}", dice.pick(ODD_TEXT)),
            _ => {
                let parts: Vec<&str> = piece.split('"').collect();
                let value = 1 + 2 * at(dice, parts.len() / 2);
                let odd = dice.pick(ODD_TEXT);
                let changed: Vec<&str> =
                    parts.iter().enumerate().map(|(n, p)| if n == value { odd } else { *p }).collect();
                pieces[place] = changed.join("\"");
            }
        }
    }
    pieces.concat().into_bytes()
}

/// One member of an archive changed, the archive itself sound.
fn member_changed(dice: &mut Dice, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for n in 0..archive.len() {
        let mut part = archive.by_index(n).ok()?;
        let mut content = Vec::new();
        part.by_ref().take(1 << 20).read_to_end(&mut content).ok()?;
        parts.push((part.name().ok()?.into_owned(), content));
    }
    let place = at(dice, parts.len());
    let (name, content) = parts.get(place)?.clone();
    match dice.below(12) {
        0 => drop(parts.remove(place)),
        1 => {
            let other = at(dice, parts.len());
            parts[place].1 = parts[other].1.clone();
        }
        _ => {
            parts[place].1 = match std::str::from_utf8(&content) {
                Ok(text) if !name.ends_with(".bin") && dice.percent(80) => tags_changed(dice, text),
                _ => bytes_changed(dice, content),
            };
        }
    }
    let mut seen = BTreeSet::new();
    parts.retain(|(name, _)| seen.insert(name.clone()));
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    Some(zipped(&parts))
}

/// One record of an old workbook changed in its type, length or content.
fn record_changed(dice: &mut Dice, mut bytes: Vec<u8>) -> Vec<u8> {
    let starts: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, w)| w.starts_with(&[9, 8])).map(|(n, _)| n).collect();
    if starts.is_empty() {
        return bytes_changed(dice, bytes);
    }
    let mut place = starts[at(dice, starts.len())];
    for _ in 0..dice.below(60) {
        let Some(length) = bytes.get(place + 2..place + 4) else { break };
        let next = place + 4 + usize::from(u16::from_le_bytes([length[0], length[1]]));
        if next + 4 >= bytes.len() {
            break;
        }
        place = next;
    }
    let length = bytes.get(place + 2).copied().map_or(4, usize::from);
    let target = (place + at(dice, 4 + length)).min(bytes.len().saturating_sub(4));
    let odd = dice.pick(ODD).to_le_bytes();
    let width = [1, 2, 4][at(dice, 3)];
    bytes[target..target + width].copy_from_slice(&odd[..width]);
    bytes
}

/// The heads of a compound file changed: tables of sectors, directory, sizes.
fn head_changed(dice: &mut Dice, mut bytes: Vec<u8>) -> Vec<u8> {
    let place = 24 + 4 * at(dice, 60);
    if place + 4 <= bytes.len() {
        let odd = dice.pick(ODD).to_le_bytes();
        bytes[place..place + 4].copy_from_slice(&odd[..4]);
    }
    bytes
}

fn changed(dice: &mut Dice, seed: &[u8]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(2) {
        bytes = if bytes.starts_with(b"PK") {
            match dice.below(8) {
                0 => bytes_changed(dice, bytes),
                _ => member_changed(dice, &bytes).unwrap_or_else(|| bytes_changed(dice, bytes)),
            }
        } else if bytes.starts_with(b"\xd0\xcf") {
            match dice.below(6) {
                0 => bytes_changed(dice, bytes),
                1 => head_changed(dice, bytes),
                _ => record_changed(dice, bytes),
            }
        } else {
            bytes_changed(dice, bytes)
        };
    }
    bytes
}

/// What became of a file, in kind: the refusal's words, or what the rows are like.
fn answer(bytes: &[u8], shapes: &[&'static Shape]) -> String {
    let book = match Reader::here().open(bytes, "表", Progress::SILENT) {
        Ok(book) => book,
        Err(error) => return error.to_string(),
    };
    let mut said = String::new();
    for shape in shapes {
        let reading = Reading { shape, ledger: Ledger::default(), remembered: std::collections::BTreeMap::new() };
        said += &match reading.plan(&book, &Choices::default(), Progress::SILENT) {
            Ok(plan) => {
                let rows = plan.rows.iter().take(3).map(|r| format!("{:?}{}", r.action, r.flaws.len()));
                format!("{} {} {};", plan.trouble.is_some(), plan.mapping.len(), rows.collect::<String>())
            }
            Err(error) => error.to_string(),
        };
    }
    said
}

#[test]
fn no_file_trips_the_reader_or_the_plan() {
    note_panics();
    let seconds: Option<u64> = std::env::var("FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let shapes: Vec<&'static Shape> = ["team", "enterprise", "event"].into_iter().filter_map(shape).collect();
    let seeds = seeds();
    assert!(seeds.len() >= 10, "seeds of every format: {}", seeds.len());
    // A long run starts where none was before; the normal one is the same each time.
    let first = seconds.map_or(1, |_| {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |t| t.as_secs() << 20)
    });
    let end = seconds.map(|s| Instant::now() + Duration::from_secs(s));
    let last = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-last");
    let mut met: BTreeSet<String> = BTreeSet::new();
    let mut kept = std::fs::read_dir(corpus()).into_iter().flatten().count();
    let (mut tripped, mut findings) = (0_u64, Vec::new());
    let mut runs = 0_u64;
    for n in 0_u64.. {
        let replay = usize::try_from(n).ok().and_then(|n| seeds.get(n));
        let over = match end {
            Some(end) => Instant::now() > end,
            None => n >= seeds.len() as u64 + 2_000,
        };
        if replay.is_none() && over {
            break;
        }
        let mut dice = Dice::new(first + n);
        let bytes = match replay {
            Some(seed) => seed.clone(),
            None => {
                let seed = at(&mut dice, seeds.len());
                changed(&mut dice, &seeds[seed])
            }
        };
        if seconds.is_some() {
            // What ends this very process can be looked at afterwards.
            std::fs::write(&last, &bytes).expect("written");
        }
        FUZZING.set(true);
        let said = catch_unwind(AssertUnwindSafe(|| answer(&bytes, &shapes)));
        FUZZING.set(false);
        let places = PANICS.take();
        tripped += u64::from(!places.is_empty());
        let own: Vec<&String> =
            places.iter().filter(|p| p.contains("src-tauri") || p.contains("core/src/roster")).collect();
        runs += 1;
        match said {
            Ok(said) if own.is_empty() => {
                let new = met.insert(said) && replay.is_none();
                if new && seconds.is_some() && kept < KEPT && bytes.len() <= SMALL {
                    std::fs::create_dir_all(corpus()).expect("a folder");
                    std::fs::write(corpus().join(format!("{:016x}", first + n)), &bytes).expect("written");
                    kept += 1;
                }
            }
            _ => {
                let file = last.with_extension(n.to_string());
                std::fs::write(&file, &bytes).expect("written");
                findings.push(format!("{} trips at {places:?}", file.display()));
            }
        }
        if findings.len() > 20 {
            break;
        }
    }
    println!("{runs} files, {} answers, {tripped} that tripped their reader and were refused", met.len());
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(met.len() > 20, "the files differ in what becomes of them: {}", met.len());
}

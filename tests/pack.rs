//! The pack of a programme: read back whole, every number recomputed from the records that 账表对应 names, its
//! proof found under its number, the archive equal to the folder, and nothing left of one that was stopped.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx};
use chrono::NaiveDate;
use incubator::Error;
use incubator::desk::{Choice, Desk, PackReport};
use incubator::form::Content;
use incubator::progress::{Progress, Step};
use incubator::record::kind;

const ON: &str = "2021-09-20";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pack").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the last run's folder goes away");
    }
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn sample(folder: &Path) -> Desk {
    let mut desk = Desk::open(&folder.join("data"), "tests", day(ON)).expect("a new store");
    desk.open_sample().expect("the sample");
    desk
}

/// Every file below a folder, by its path with `/`.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(at: &Path, root: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(at).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                let name = path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/");
                found.insert(name, std::fs::read(&path).expect("read"));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

fn rows(bytes: &[u8], sheet: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes.to_vec())).expect("a workbook");
    book.worksheet_range(sheet).expect("a sheet").rows().map(<[Data]>::to_vec).collect()
}

fn text(cell: &Data) -> String {
    match cell {
        Data::String(text) => text.clone(),
        Data::Float(n) => n.to_string(),
        Data::Int(n) => n.to_string(),
        _ => String::new(),
    }
}

fn amount(cell: &Data) -> Option<f64> {
    match cell {
        Data::Float(n) => Some(*n),
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        Data::Int(n) => Some(*n as f64),
        _ => None,
    }
}

/// A number of 账表对应 with its records: kind, id, amount, proof.
struct Number {
    form: String,
    code: String,
    value: Option<f64>,
    total: Option<f64>,
    records: Vec<(String, i64, Option<f64>, String)>,
}

fn numbers(pack: &BTreeMap<String, Vec<u8>>) -> Vec<Number> {
    let mut all: Vec<Number> = Vec::new();
    for row in rows(&pack["00-3 账表对应.xlsx"], "账表对应").iter().skip(5) {
        let label = text(&row[2]);
        #[allow(clippy::cast_possible_truncation, reason = "an id")]
        let record = amount(&row[6]).map(|id| (text(&row[5]), id as i64, amount(&row[8]), text(&row[9])));
        if label.is_empty() {
            all.last_mut().expect("a number before its records").records.extend(record);
        } else {
            all.push(Number {
                form: text(&row[0]),
                code: text(&row[1]),
                value: amount(&row[4]),
                total: amount(&row[8]),
                records: record.into_iter().collect(),
            });
        }
    }
    all
}

fn packed(desk: &Desk, programme: &str, out: &Path) -> (PackReport, BTreeMap<String, Vec<u8>>) {
    let report = desk.pack(programme, day(ON), out, Progress::SILENT).expect("packed");
    let found = files(Path::new(&report.folder));
    (report, found)
}

#[test]
fn every_number_opens_into_its_records_and_their_numbered_proof() {
    let folder = scratch("numbers");
    let desk = sample(&folder);
    let ledger = desk.store().ledger().expect("records");
    for programme in ["quarterly-proof", "shanxi-2022", "hunan-2016", "national-filing-2017"] {
        let (report, pack) = packed(&desk, programme, &folder.join("out"));
        let known: BTreeSet<String> =
            rows(&pack["00-1 材料清单.xlsx"], "佐证目录").iter().skip(4).map(|row| text(&row[0])).collect();
        for row in rows(&pack["00-1 材料清单.xlsx"], "佐证目录").iter().skip(4) {
            let (number, path) = (text(&row[0]), text(&row[4]));
            assert!(pack.contains_key(&path), "{programme}: {number} lies at {path}");
            assert!(path.rsplit('/').next().is_some_and(|name| name.starts_with(&number)), "{path} bears {number}");
        }
        assert_eq!(known.len(), report.proofs, "{programme}: each file has a number of its own");
        let numbers = numbers(&pack);
        assert_eq!(numbers.len(), report.numbers, "{programme}");
        let mut proved = 0;
        for number in &numbers {
            let at = format!("{programme} {} {}", number.form, number.code);
            if let Some(total) = number.total {
                let sum: f64 = number.records.iter().filter_map(|r| r.2).sum();
                assert!((sum - total).abs() < 0.005, "{at}: {sum} of the records, {total} said");
                let value = number.value.unwrap_or(f64::NAN);
                assert!((value - total).abs() <= 1.0, "{at}: shows {value}, is {total}");
            }
            for (label, id, _, proof) in &number.records {
                let of = incubator::record::KINDS.iter().find(|k| k.label == label).expect("a kind");
                assert!(ledger.get(of, *id).is_some(), "{at}: {label} {id} is a record");
                assert!(!proof.is_empty(), "{at}: {label} {id} says whether it has proof");
                for number in proof.split('、').filter(|n| *n != "无佐证") {
                    assert!(known.contains(number), "{at}: {number} is in the list of proof");
                    proved += 1;
                }
            }
        }
        assert!(proved > 20, "{programme}: {proved} pieces of proof are named");
    }
}

#[test]
fn the_quarterly_pack_gives_the_21_figures_and_its_tables_are_those_exported() {
    let folder = scratch("quarter");
    let desk = sample(&folder);
    let (report, pack) = packed(&desk, "quarterly-proof", &folder.join("out"));
    let filled = desk.fill("torch-quarterly", "2021Q3", Choice::default()).expect("filled");
    let numbers = numbers(&pack);
    assert_eq!(numbers.len(), 21);
    for (number, cell) in numbers.iter().zip(&filled.cells) {
        assert_eq!(number.code, cell.code);
        let Some(Content::Int(value)) = cell.value else { panic!("{} is a whole number", cell.code) };
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        let value = value as f64;
        assert_eq!(number.value, Some(value), "{}", cell.code);
        assert_eq!(number.records.len(), cell.from.len(), "{}: every record behind it", cell.code);
    }
    let exported = desk.export("torch-quarterly", "2021Q3", Choice::default()).expect("exported");
    let book = pack.iter().find(|(path, _)| path.contains("统计监测报表")).expect("the report");
    assert!(*book.1 == exported, "{} is the report as exported", book.0);
    let state = desk.gauge("quarterly-proof", day(ON)).expect("gauged");
    assert_eq!((report.have, report.want), (state.have, state.want), "齐全 n/m is that of the programme");
    let missing = rows(&pack["00-2 缺件清单.xlsx"], "缺件清单");
    assert_eq!(missing.len() - 5, report.missing, "every gap is a line");
    let gaps: usize = state.documents.iter().map(|d| d.missing.len()).sum();
    assert_eq!(report.missing, gaps, "and every line a gap");
}

#[test]
fn the_cover_follows_the_documents_list() {
    let folder = scratch("cover");
    let desk = sample(&folder);
    let (_, pack) = packed(&desk, "shanxi-2022", &folder.join("out"));
    let cover = rows(&pack["00-1 材料清单.xlsx"], "材料清单");
    let ids: Vec<String> = cover.iter().skip(4).map(|row| text(&row[1])).filter(|id| !id.is_empty()).collect();
    let want: Vec<String> =
        ["a", "b", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"].iter().map(|n| format!("SXM.{n}")).collect();
    assert_eq!(ids, want, "二、申报材料");
    let folders: BTreeSet<&str> = pack.keys().filter_map(|path| Some(path.split_once('/')?.0)).collect();
    assert!(folders.contains("01 山西省省级众创空间认定申请书"), "{folders:?}");
    assert!(folders.contains("08 入驻创业团队和企业名单"), "{folders:?}");
    let application = pack.keys().find(|path| path.starts_with("01 ")).expect("the application");
    assert_eq!(application, "01 山西省省级众创空间认定申请书/01 山西省省级众创空间认定申请书.xlsx");
}

#[test]
fn the_archive_is_the_folder_and_the_same_state_gives_the_same_bytes() {
    let folder = scratch("same");
    let desk = sample(&folder);
    let (first, pack) = packed(&desk, "hunan-2016", &folder.join("a"));
    let bytes = std::fs::read(&first.zip).expect("an archive");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).expect("an archive");
    let mut inside = BTreeMap::new();
    for n in 0..zip.len() {
        let mut file = zip.by_index(n).expect("an entry");
        let mut content = Vec::new();
        file.read_to_end(&mut content).expect("read");
        inside.insert(file.name().expect("a name").into_owned(), content);
    }
    assert!(inside == pack, "the same files with the same content");
    assert_eq!(inside.values().map(|b| b.len() as u64).sum::<u64>(), first.bytes);
    let (second, _) = packed(&desk, "hunan-2016", &folder.join("b"));
    assert!(std::fs::read(&second.zip).expect("an archive") == bytes, "nothing of the hour or the place is in it");
    let (third, _) = packed(&desk, "hunan-2016", &folder.join("a"));
    assert!(third.folder.ends_with("(2)") && third.zip.ends_with("(2).zip"), "{}", third.folder);
    assert!(std::fs::read(&first.zip).expect("still there") == bytes, "what was there is not touched");
}

#[test]
fn stopped_at_any_step_nothing_is_left() {
    let folder = scratch("stop");
    let desk = sample(&folder);
    let steps = Cell::new(0_usize);
    let count = |_: &Step| {
        steps.set(steps.get() + 1);
        true
    };
    desk.pack("hunan-2016", day(ON), &folder.join("whole"), Progress::new(&count)).expect("packed");
    let out = folder.join("out");
    for stop in (0..steps.get()).step_by(31).chain([steps.get() - 1]) {
        let told = Cell::new(0_usize);
        let tell = |_: &Step| {
            told.set(told.get() + 1);
            told.get() <= stop
        };
        let outcome = desk.pack("hunan-2016", day(ON), &out, Progress::new(&tell));
        assert!(matches!(outcome, Err(Error::Cancelled)), "step {stop}: {outcome:?}");
        let left = std::fs::read_dir(&out).map_or(0, Iterator::count);
        assert_eq!(left, 0, "stopped at step {stop}");
    }
}

#[test]
fn a_damaged_proof_file_is_named_and_stops_nothing() {
    let folder = scratch("damaged");
    let desk = sample(&folder);
    let proof = kind("proof").expect("a kind");
    let ledger = desk.store().ledger().expect("records");
    let notice = ledger.rows(proof).iter().find(|r| ledger.text(proof, r, "role") == "签到表").expect("a sheet");
    let hash = ledger.text(proof, notice, "sha256");
    std::fs::write(folder.join("data/attachments").join(&hash[..2]).join(&hash), b"other").expect("spoilt");
    let (report, pack) = packed(&desk, "hunan-2016", &folder.join("out"));
    assert_eq!(report.remarks.len(), 1, "{:?}", report.remarks);
    assert!(report.remarks[0].contains("内容已被改动"), "{:?}", report.remarks);
    let missing = rows(&pack["00-2 缺件清单.xlsx"], "缺件清单");
    assert!(missing.iter().any(|row| text(&row[4]).contains("文件缺失或已改动")), "it is in the list of gaps");
}

#[test]
fn names_that_no_folder_takes_stay_inside_it() {
    let folder = scratch("names");
    let mut desk = sample(&folder);
    let ledger = desk.store().ledger().expect("records");
    let event = ledger.rows(kind("event").expect("a kind"))[0].id;
    let names = ["..", "../../逃.jpg", "CON", "a:b", "末尾. ", "照片\u{202E}gpj.exe", "🎉.jpg", "C:\\x\\y.png"];
    let long = format!("{}.jpg", "长".repeat(300));
    let all: Vec<&str> = names.iter().copied().chain([long.as_str()]).collect();
    for name in &all {
        let mut file = desk.keep_proof(name, Some("照片"), name.as_bytes()).expect("kept");
        // The record keeps the name as it was given.
        file.name = (*name).to_owned();
        desk.add_proof("event", event, vec![file]).expect("added");
    }
    let (_, pack) = packed(&desk, "hunan-2016", &folder.join("out"));
    for name in &all {
        assert!(pack.values().any(|bytes| bytes == name.as_bytes()), "{name:?} is in the pack");
    }
    for path in pack.keys() {
        let fits = |part: &str| {
            part.len() <= 255
                && !part.ends_with(['.', ' '])
                && !part.contains(['<', '>', ':', '"', '|', '?', '*', '\\'])
        };
        assert!(path.split('/').all(fits), "{path}");
    }
    let beside: Vec<String> = std::fs::read_dir(folder.join("out"))
        .expect("a folder")
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(beside.len(), 2, "the folder and the archive, nothing else: {beside:?}");
}

/// Takes a small disk of a test's own down again.
struct Disk(PathBuf);

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_under_the_packs_name() {
    use std::process::{Command, Stdio};
    let folder = scratch("full");
    let desk = sample(&folder);
    let (whole, _) = packed(&desk, "hunan-2016", &folder.join("whole"));
    // A limit on the size of files does what a full disk does, on every machine and without rights: each file of
    // the folder fits, the archive does not. The records are read, not written; 512-byte blocks.
    let blocks = whole.bytes / 512 * 2 / 3;
    let out = folder.join("limited");
    let mut limited = Command::new("sh");
    limited
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"])
        .arg(crate::cli::program())
        .arg("--data")
        .arg(folder.join("data"))
        .args(["--today", ON, "pack", "hunan-2016", "--out"])
        .arg(&out)
        .stdin(Stdio::null());
    drop(desk);
    let said = limited.output().expect("a child");
    let err = String::from_utf8_lossy(&said.stderr);
    assert_eq!(said.status.code(), Some(1), "refused: {err}");
    assert!(err.contains("写入失败") && !err.contains("ZipWriter"), "it says why, in our words alone: {err}");
    assert_eq!(std::fs::read_dir(&out).map_or(0, Iterator::count), 0, "nothing is left of it: {err}");
    // Disks that are really full, at the first file, in the middle and just before the end, where the machine
    // lets us mount some.
    let desk = Desk::open(&folder.join("data"), "tests", day(ON)).expect("opens again");
    for eighths in [1, 6, 10, 15] {
        let disk = folder.join(format!("disk-{eighths}"));
        std::fs::create_dir_all(&disk).expect("a folder");
        let size = format!("size={}k", whole.bytes * eighths / 8 / 1024);
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&disk).stderr(Stdio::null());
        if !mount.status().is_ok_and(|status| status.success()) {
            continue;
        }
        let _disk = Disk(disk.clone());
        let refused = desk.pack("hunan-2016", day(ON), &disk, Progress::SILENT).expect_err("it does not fit");
        assert!(refused.to_string().contains("磁盘空间不足"), "{size}: {refused}");
        let left: Vec<_> = std::fs::read_dir(&disk).expect("the disk").flatten().map(|e| e.file_name()).collect();
        assert!(left.is_empty(), "{size}: {left:?}");
    }
}

/// An annex whose column counts over its own year, and a programme whose pack holds it.
const OWN_FORM: &str = r#"
id = "own-year"
title = "年度投融资名册"
official = false
period = "year"
lists_only = true

[[roster]]
kind = "tenant"
where = ["stay overlaps year"]
sort = ["name"]

[[roster.column]]
label = "名称"
value = "name"

[[roster.column]]
label = "当年获投融资"
value = "sum financing.amount"
unit = "万元"
where = ["on within period"]
"#;

const OWN_PROGRAMME: &str = r#"
id = "own-pack"
title = "自编评价"
source = "测试"
seen = "whole"
forms = ["own-year"]

[[condition]]
id = "A1"
label = "材料真实"
judge = true
"#;

#[test]
fn a_number_of_one_year_names_no_record_of_another() {
    let folder = scratch("window");
    let data = folder.join("data");
    for (below, name, text) in [("forms", "own.toml", OWN_FORM), ("programmes", "own.toml", OWN_PROGRAMME)] {
        std::fs::create_dir_all(data.join(below)).expect("a folder");
        std::fs::write(data.join(below).join(name), text).expect("written");
    }
    let mut desk = sample(&folder);
    let ledger = desk.store().ledger().expect("records");
    let (financing, of) = (kind("financing").expect("a kind"), kind("tenant").expect("a kind"));
    let tenant =
        ledger.rows(of).iter().find(|r| ledger.text(of, r, "name") == "墨竹智绘团队").expect("of the sample").id;
    let shape = incubator::record::shape("financing").expect("a list");
    let mut now = incubator::record::Record::empty(financing, 0);
    for (field, text) in [("tenant", tenant.to_string()), ("on", "2021-03-01".into()), ("amount", "20000".into())] {
        let field = financing.field(field).expect("a field");
        now.set(financing, field.name, incubator::record::parse_value(field, &text).expect("sound"));
    }
    let mut new = 0;
    desk.store_mut().change("投融资", |tx| tx.insert(shape, now).map(|id| new = id)).expect("kept");
    let (_, pack) = packed(&desk, "own-pack", &folder.join("out"));
    let all = rows(&pack["00-3 账表对应.xlsx"], "账表对应");
    let begins = all.iter().position(|row| text(&row[7]) == "墨竹智绘团队").expect("the row of the tenant");
    assert_eq!(amount(&all[begins][4]), Some(2.0), "2 万元 in 2021; 5 万元 came in 2020");
    let behind: Vec<(String, Option<f64>)> = all[begins + 1..]
        .iter()
        .take_while(|row| text(&row[2]).is_empty())
        .map(|row| (text(&row[5]), amount(&row[6])))
        .collect();
    #[allow(clippy::cast_precision_loss, reason = "an id")]
    let id = new as f64;
    assert_eq!(behind, [("投融资".to_owned(), Some(id))], "that of 2020 is not behind it");
}

#[test]
fn what_belongs_to_one_event_has_numbers_beside_each_other() {
    let folder = scratch("beside");
    let desk = sample(&folder);
    let (_, pack) = packed(&desk, "hunan-2016", &folder.join("out"));
    let of_events: Vec<&str> =
        pack.keys().filter_map(|path| path.strip_prefix("09 ")).filter_map(|p| Some(p.split_once('/')?.1)).collect();
    let names: Vec<&str> = of_events.iter().filter_map(|name| name.split_once(' ')).map(|(_, rest)| rest).collect();
    let events: Vec<&str> =
        names.iter().filter_map(|name| Some(name.rsplit_once(' ')?.0)).filter(|n| n.starts_with("20")).collect();
    let mut runs = events.clone();
    runs.dedup();
    let different: BTreeSet<&str> = events.iter().copied().collect();
    assert!(different.len() > 5, "{of_events:?}");
    assert_eq!(runs.len(), different.len(), "no event comes twice: {of_events:?}");
}

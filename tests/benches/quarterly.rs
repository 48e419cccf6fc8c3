//! `cargo xtask bench`: how long the quarterly report takes, beside a floor that nobody can go under
//! and a script that does the same. One run, medians, ratios.

#[path = "grown.rs"]
mod grown;
#[path = "../random.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod random;
#[path = "../rows.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod rows;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use incubator::desk::{Choice, Desk};
use incubator::form::{Content, Filled};
use incubator::record::{KINDS, Record, Value, shape};
use incubator::store::Store;
use incubator::workbook;
use random::date;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use zip::write::SimpleFileOptions;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const FORM: &str = "torch-quarterly-2021";
const PERIOD: &str = "2025Q3";

/// What one size took, in milliseconds.
struct Measured {
    records: usize,
    bytes: usize,
    fill: f64,
    again: f64,
    export: f64,
    read: f64,
    zip: f64,
    script: Option<(f64, f64)>,
}

fn main() -> Outcome<()> {
    let python = std::env::var_os("TAIZHANG_PYTHON");
    if python.is_none() {
        println!("没有 python3 与 openpyxl，略去与脚本的对照");
    }
    let real = measure(1, 31, python.as_deref().map(Path::new))?;
    let large = measure(100, 5, python.as_deref().map(Path::new))?;
    println!("\n毫秒，各取中位数；{PERIOD} 季报，含全部审核与依据\n");
    println!("{:<38}{:>14}{:>14}{:>9}", "", "300 户 5 年", "其 100 倍", "倍数");
    let line = |name: &str, of: &dyn Fn(&Measured) -> f64| {
        let (a, b) = (of(&real), of(&large));
        println!("{name:<38}{a:>14.2}{b:>14.2}{:>9.1}", b / a);
    };
    println!("{:<38}{:>14}{:>14}{:>9.1}", "records", real.records, large.records, ratio(large.records, real.records));
    println!("{:<38}{:>14}{:>14}{:>9.1}", "workbook, bytes", real.bytes, large.bytes, ratio(large.bytes, real.bytes));
    line("fill (read store, figures, checks)", &|m| m.fill);
    line("  floor: read the same rows, plain SQL", &|m| m.read);
    line("fill again (nothing changed since)", &|m| m.again);
    line("export (workbook from the filled form)", &|m| m.export);
    line("  floor: zip the same bytes", &|m| m.zip);
    if real.script.is_some() && large.script.is_some() {
        line("script: fill (sqlite3)", &|m| m.script.map_or(f64::NAN, |s| s.0));
        line("script: export (openpyxl)", &|m| m.script.map_or(f64::NAN, |s| s.1));
    }
    println!();
    for (name, m) in [("300 户 5 年", &real), ("其 100 倍", &large)] {
        println!("{name}: fill ÷ floor {:.1}, export ÷ floor {:.1}", m.fill / m.read, m.export / m.zip);
        if let Some((fill, export)) = m.script {
            let whole = (fill + export) / (m.fill + m.export);
            let warm = (fill + export) / (m.again + m.export);
            println!("{name}: script ÷ ours: fill {:.0}, export {:.0}", fill / m.fill, export / m.export);
            println!("{name}: script ÷ ours, both: {whole:.0}, with the records already read {warm:.0}");
        }
    }
    let goal = |name: &str, met: bool| println!("{} {name}", if met { "达到" } else { "未达到" });
    goal("fill ≤ 20 ms (300 户 5 年)", real.fill <= 20.0);
    goal("export ≤ 30 ms (300 户 5 年)", real.export <= 30.0);
    let grown = ratio(large.records, real.records);
    goal("fill 的增长不快于线性", large.fill / real.fill <= grown * 1.1);
    goal("export 的增长不快于线性", large.export / real.export <= ratio(large.bytes, real.bytes) * 1.1);
    if let Some((fill, export)) = real.script {
        goal("比脚本快 20 倍以上(含读库)", (fill + export) / (real.fill + real.export) >= 20.0);
        goal("比脚本快 20 倍以上(记录已读入)", (fill + export) / (real.again + real.export) >= 20.0);
    }
    Ok(())
}

fn ratio(a: usize, b: usize) -> f64 {
    f64::from(u32::try_from(a).unwrap_or(u32::MAX)) / f64::from(u32::try_from(b).unwrap_or(u32::MAX))
}

/// The middle one of so many rounds, after one that does not count.
fn median<T>(rounds: usize, mut work: impl FnMut() -> Outcome<T>) -> Outcome<f64> {
    median_after(rounds, |_| Ok(()), |()| work())
}

/// The same with something done before each round, outside its time.
fn median_after<P, T>(
    rounds: usize,
    mut before: impl FnMut(usize) -> Outcome<P>,
    mut work: impl FnMut(P) -> Outcome<T>,
) -> Outcome<f64> {
    let mut took = Vec::new();
    for round in 0..=rounds {
        let prepared = before(round)?;
        let began = Instant::now();
        let made = work(prepared)?;
        let ms = began.elapsed().as_secs_f64() * 1000.0;
        std::hint::black_box(made);
        if round > 0 {
            took.push(ms);
        }
    }
    took.sort_by(f64::total_cmp);
    Ok(took[took.len() / 2])
}

fn measure(times: i64, rounds: usize, python: Option<&Path>) -> Outcome<Measured> {
    let folder = std::env::temp_dir().join(format!("taizhang-bench-{}-{times}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let measured = measure_in(&folder, times, rounds, python);
    let _ = std::fs::remove_dir_all(&folder);
    measured
}

fn measure_in(folder: &Path, times: i64, rounds: usize, python: Option<&Path>) -> Outcome<Measured> {
    let mut store = Store::open(folder, "众创台账")?;
    let mut records = 0;
    store.change("录入", |tx| {
        let mut failed = None;
        grown::grown(times, |row| {
            records += 1;
            let Some(shape) = shape(row.kind) else { return };
            if failed.is_none() {
                failed = tx.insert(shape, Record { id: 0, ..row.record() }).err();
            }
        });
        failed.map_or(Ok(()), Err)
    })?;
    drop(store);
    println!("{records} 条记录已入库");

    let opened = Desk::open(folder, "众创台账", date(2025, 9, 25))?;
    let filled = opened.fill(FORM, PERIOD, Choice::default())?;
    let bytes = workbook::form(&filled)?;
    let again = median(rounds, || Ok(opened.fill(FORM, PERIOD, Choice::default())?))?;
    // After a step the records are read again: the time that a command line always pays.
    let desk = RefCell::new(opened);
    let fill = median_after(
        rounds,
        |round| touch(desk.borrow_mut().store_mut(), round),
        |()| Ok(desk.borrow().fill(FORM, PERIOD, Choice::default())?),
    )?;
    let export = median(rounds, || Ok(workbook::form(&filled)?))?;
    drop(desk);

    let database = folder.join("taizhang.db");
    let sql = Connection::open(&database)?;
    let read = median(rounds, || read_all(&sql))?;
    drop(sql);
    let parts = unzip(&bytes)?;
    let zip = median(rounds, || zip_all(&parts))?;
    let script = match python {
        Some(python) => Some(script(python, &database, &folder.join("peer.xlsx"), rounds.min(7), &filled)?),
        None => None,
    };
    Ok(Measured { records, bytes: bytes.len(), fill, again, export, read, zip, script })
}

/// A small step, so that the next look at the records reads them anew.
fn touch(store: &mut Store, round: usize) -> Outcome<()> {
    let Some(space) = shape("space") else { return Ok(()) };
    Ok(store.change("改备注", |tx| {
        let Some(mut record) = tx.rows(space.kind)?.first().cloned() else { return Ok(()) };
        record.set(space.kind, "note", Some(Value::text(format!("第{round}轮"))));
        tx.update(space, record)
    })?)
}

/// Every cell of every live row, touched once.
fn read_all(sql: &Connection) -> Outcome<u64> {
    let mut touched = 0;
    for kind in KINDS {
        let names: String = kind.fields.iter().map(|f| format!(", \"{}\"", f.name)).collect();
        let select = format!("SELECT id{names} FROM \"{}\" WHERE deleted_at IS NULL", kind.name);
        let mut select = sql.prepare(&select)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            for at in 0..=kind.fields.len() {
                touched += match row.get_ref(at)? {
                    ValueRef::Null => 0,
                    ValueRef::Text(text) => text.len() as u64,
                    _ => 8,
                };
            }
        }
    }
    Ok(touched)
}

fn unzip(workbook: &[u8]) -> Outcome<Vec<(String, Vec<u8>)>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook))?;
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at)?;
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes)?;
        parts.push((part.name()?.into_owned(), bytes));
    }
    Ok(parts)
}

/// The same parts compressed again, as hard as the workbook itself is.
fn zip_all(parts: &[(String, Vec<u8>)]) -> Outcome<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(name.as_str(), SimpleFileOptions::default().compression_level(Some(3)))?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Runs the script on the same database. It must give the same 21 figures, or it is no peer.
fn script(python: &Path, database: &Path, workbook: &Path, rounds: usize, ours: &Filled) -> Outcome<(f64, f64)> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peer/quarterly.py");
    // The quarter before ends on the 20th of June, too.
    let days = [ours.start.to_string(), ours.cutoff.to_string(), "2025-06-21".to_owned()];
    let mut command = Command::new(python);
    command.arg(script).arg(database).args(days).arg(workbook).arg(rounds.to_string());
    let out = command.stderr(std::process::Stdio::inherit()).output()?;
    if !out.status.success() {
        return Err("对照脚本没有运行成功，原因见上".into());
    }
    let said: serde_json::Value = serde_json::from_slice(&out.stdout)?;
    let theirs: BTreeMap<String, i64> = serde_json::from_value(said["figures"].clone())?;
    for cell in &ours.cells {
        let value = match cell.value {
            Some(Content::Int(n)) => Some(n),
            _ => None,
        };
        if theirs.get(&cell.code).copied() != value {
            return Err(format!("{} 与脚本不同：{value:?} 与 {:?}", cell.code, theirs.get(&cell.code)).into());
        }
    }
    let middle = |key: &str| -> Outcome<f64> {
        let mut took: Vec<f64> = serde_json::from_value(said[key].clone())?;
        took.sort_by(f64::total_cmp);
        Ok(took[took.len() / 2])
    };
    Ok((middle("fill_ms")?, middle("export_ms")?))
}

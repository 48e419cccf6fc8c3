//! `cargo xtask bench import`: how long a large roster takes from its bytes to the plan and from the plan
//! into the store, and how much memory, beside calamine's bare reading of the same file and a script's.
//!
//! Each figure is taken in a fresh process: this program starts itself again.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use calamine::{Reader as _, Xlsx, open_workbook};
use incubator::desk::Desk;
use incubator::progress::Progress;
use incubator::record::{Field, Type, shape};
use incubator::roster::Choices;
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const ROWS: u32 = 100_000;
const COLUMNS: usize = 20;
const LIST: &str = "enterprise";
/// Rows of a paste.
const PASTED: u32 = 1_000;

fn main() -> Outcome<std::process::ExitCode> {
    // Started again to read a file for the process that plans.
    if let Some(code) = incubator::roster::serve() {
        return Ok(code);
    }
    let args: Vec<String> = std::env::args().collect();
    let args: Vec<&str> = args.iter().skip(1).map(String::as_str).filter(|a| *a != "--bench").collect();
    let answer = match args.as_slice() {
        ["plan", file] => plan(Path::new(file))?,
        ["paste", file] => paste(Path::new(file))?,
        ["bare", file] => bare(Path::new(file))?,
        _ => {
            compare()?;
            return Ok(std::process::ExitCode::SUCCESS);
        }
    };
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(std::process::ExitCode::SUCCESS)
}

fn compare() -> Outcome<()> {
    let folder = std::env::temp_dir().join(format!("taizhang-bench-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (file, text) = (folder.join("名册.xlsx"), folder.join("粘贴.txt"));
    write_roster(&file)?;
    std::fs::write(&text, pasted())?;
    println!(
        "{ROWS} 行 × {COLUMNS} 列，{:.1} MB；毫秒与 MiB，各取三次的中位数\n",
        mib(std::fs::metadata(&file)?.len())
    );
    let bare = median("bare", &file, &["ms"])?;
    let ours = median("plan", &file, &["plan_ms", "apply_ms", "undo_ms", "plan_mib", "apply_mib", "worker_mib"])?;
    let pasted = median("paste", &text, &["ms"])?;
    let line = |name: &str, n: f64| println!("{name:<52}{n:>12.0}");
    line("calamine, bare streaming read, ms", bare[0]);
    line("plan: bytes read, understood, matched, ms", ours[0]);
    line("apply, with the backup before it, ms", ours[1]);
    line("undo, ms", ours[2]);
    line("peak above idle while planning, MiB", ours[3]);
    line("  the process that reads, at its highest, MiB", ours[5]);
    line("peak above idle with apply, MiB", ours[4]);
    line("paste of 1,000 × 20 cells planned, ms", pasted[0]);
    println!("\nplan ÷ calamine {:.2}", ours[0] / bare[0]);
    match std::env::var_os("TAIZHANG_PYTHON") {
        None => println!("没有 python3 与 openpyxl，略去与脚本的对照"),
        Some(python) => {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peer/roster.py");
            let out = Command::new(python).arg(script).arg(&file).output()?;
            let said: Value = serde_json::from_slice(&out.stdout)?;
            let cells = said["cells"].as_u64().unwrap_or(0);
            assert!(cells >= u64::from(ROWS) * 15, "the script read the same file: {cells}");
            let ms = said["ms"].as_f64().unwrap_or(f64::NAN);
            line("openpyxl, read-only, ms", ms);
            println!("\nopenpyxl ÷ plan {:.1}", ms / ours[0]);
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "for print")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn median(what: &str, file: &Path, of: &[&str]) -> Outcome<Vec<f64>> {
    let mut runs = Vec::new();
    for _ in 0..3 {
        let out = Command::new(std::env::current_exe()?).arg(what).arg(file).output()?;
        let said: Value = serde_json::from_slice(&out.stdout)
            .map_err(|e| format!("{what}: {e} {}", String::from_utf8_lossy(&out.stderr)))?;
        runs.push(said);
    }
    let middle = |name: &&str| {
        let mut all: Vec<f64> = runs.iter().map(|r| r[*name].as_f64().unwrap_or(f64::NAN)).collect();
        all.sort_by(f64::total_cmp);
        all[1]
    };
    Ok(of.iter().map(middle).collect())
}

/// Content of a cell: what people write there, different in every row where it would be.
fn content(field: &Field, row: u32) -> String {
    let day = |n: u32| format!("20{:02}-{:02}-{:02}", 10 + n % 14, 1 + n % 12, 1 + n % 28);
    match field.ty {
        Type::Choice(options) => options[row as usize % options.len()].to_owned(),
        Type::Bool => if row.is_multiple_of(3) { "是" } else { "否" }.to_owned(),
        Type::Date | Type::Month => day(row / 7),
        Type::Phone => format!("138{:08}", row),
        Type::CreditCode => credit_code(row),
        Type::Money => format!("{}", 10_000 * (1 + row % 500)),
        Type::Long => format!("第 {row} 户的备注，按季核对"),
        _ => match field.name {
            "name" => format!("青禾科技{row}号有限公司"),
            "leader_name" => format!(
                "{}{}",
                ["张", "王", "李", "赵"][row as usize % 4],
                ["伟", "芳", "敏", "静", "磊"][row as usize % 5]
            ),
            "core_tech" => format!("0{:05}", 10_100 + row % 800),
            _ => format!("{}{}", field.label, row % 1_000),
        },
    }
}

/// A code whose check digit is right.
fn credit_code(row: u32) -> String {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let seventeen = format!("91430100MA{row:07}");
    let mut sum = 0;
    let mut weight = 1;
    for byte in seventeen.bytes() {
        sum += DIGITS.iter().position(|d| *d == byte).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    format!("{seventeen}{}", char::from(DIGITS[(31 - sum % 31) % 31]))
}

fn columns() -> Outcome<Vec<&'static Field>> {
    let fields = &shape(LIST).ok_or("a list")?.fields;
    let (required, others): (Vec<_>, Vec<_>) = fields.iter().partition(|f| f.required);
    Ok(required.into_iter().chain(others).take(COLUMNS).collect())
}

fn write_roster(file: &Path) -> Outcome<()> {
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let sheet = book.add_worksheet();
    for (c, field) in columns()?.iter().enumerate() {
        let c = u16::try_from(c)?;
        sheet.write_string(0, c, field.heading(field.label))?;
        for row in 1..=ROWS {
            let text = content(field, row);
            match field.ty {
                Type::Date => {
                    sheet.write_with_format(row, c, &chrono::NaiveDate::parse_from_str(&text, "%Y-%m-%d")?, &date)?
                }
                Type::Money => sheet.write_number(
                    row,
                    c,
                    text.parse::<f64>()? / if field.unit == "万元" { 10_000.0 } else { 1.0 },
                )?,
                _ => sheet.write_string(row, c, text)?,
            };
        }
    }
    book.save(file)?;
    Ok(())
}

fn pasted() -> String {
    let columns = columns().unwrap_or_default();
    let headings: Vec<String> = columns.iter().map(|f| f.heading(f.label)).collect();
    let rows = (1..=PASTED).map(|row| columns.iter().map(|f| content(f, row)).collect::<Vec<_>>().join("\t"));
    [headings.join("\t")].into_iter().chain(rows).collect::<Vec<_>>().join("\r\n")
}

/// Memory in use now and at most so far, in KiB; 0 where the system does not tell.
fn memory(process: &str) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|l| l.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    (of("VmRSS:").unwrap_or(0), of("VmHWM:").unwrap_or(0))
}

/// Runs work while this process and its children are watched: the children's highest use of memory in KiB, and the
/// highest of all together.
fn watched<T>(work: impl FnOnce() -> T) -> (T, u64, u64) {
    let (over, peak, together) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let result = std::thread::scope(|threads| {
        threads.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let mut sum = memory("self").0;
                for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
                    let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
                    for child in children.split_whitespace() {
                        let (now, highest) = memory(child);
                        peak.fetch_max(highest, Ordering::Relaxed);
                        sum += now;
                    }
                }
                together.fetch_max(sum, Ordering::Relaxed);
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
        });
        let result = work();
        over.store(true, Ordering::Relaxed);
        result
    });
    (result, peak.load(Ordering::Relaxed), together.load(Ordering::Relaxed))
}

#[allow(clippy::cast_precision_loss, reason = "for print")]
fn kib_to_mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn plan(file: &Path) -> Outcome<Value> {
    let folder: PathBuf = std::env::temp_dir().join(format!("taizhang-bench-plan-{}", std::process::id()));
    let mut desk = Desk::open(&folder, "测量", chrono::NaiveDate::from_ymd_opt(2026, 3, 31).ok_or("a day")?)?;
    let idle = memory("self").0;
    let began = Instant::now();
    let (plan, worker, together) = watched(|| -> incubator::Result<_> {
        let bytes = std::fs::read(file).map_err(|e| incubator::Error::refused(e.to_string()))?;
        desk.plan(LIST, "名册.xlsx", &bytes, &Choices::default(), Progress::SILENT)
    });
    let plan = plan?;
    let plan_ms = ms(began);
    let planned = memory("self").1.max(together).saturating_sub(idle);
    let counts = plan.counts();
    let first = plan.rows.iter().find_map(|r| r.flaws.first());
    assert!(counts.new == ROWS as usize, "every row is planned as new: {counts:?} {first:?}");
    let began = Instant::now();
    desk.import(&plan, Progress::SILENT)?;
    let apply_ms = ms(began);
    let applied = memory("self").1.saturating_sub(idle);
    drop(plan);
    let began = Instant::now();
    desk.undo()?;
    let undo_ms = ms(began);
    drop(desk);
    std::fs::remove_dir_all(&folder)?;
    Ok(json!({
        "plan_ms": plan_ms, "apply_ms": apply_ms, "undo_ms": undo_ms,
        "plan_mib": kib_to_mib(planned), "worker_mib": kib_to_mib(worker),
        "apply_mib": kib_to_mib(applied.max(planned)),
    }))
}

fn paste(file: &Path) -> Outcome<Value> {
    let folder: PathBuf = std::env::temp_dir().join(format!("taizhang-bench-paste-{}", std::process::id()));
    let desk = Desk::open(&folder, "测量", chrono::NaiveDate::from_ymd_opt(2026, 3, 31).ok_or("a day")?)?;
    let text = std::fs::read_to_string(file)?;
    let began = Instant::now();
    let plan = desk.plan_paste(LIST, &text, &Choices::default())?;
    let took = ms(began);
    assert!(plan.counts().new == PASTED as usize, "every row is planned as new: {:?}", plan.counts());
    drop(desk);
    std::fs::remove_dir_all(&folder)?;
    Ok(json!({ "ms": took }))
}

fn bare(file: &Path) -> Outcome<Value> {
    let began = Instant::now();
    let mut book: Xlsx<_> = open_workbook(file)?;
    let name = book.sheet_names().first().cloned().ok_or("a sheet")?;
    let mut cells = 0_u32;
    let mut reader = book.worksheet_cells_reader(&name)?;
    while reader.next_cell()?.is_some() {
        cells += 1;
    }
    assert!(cells > ROWS, "the file was read");
    Ok(json!({ "ms": ms(began) }))
}

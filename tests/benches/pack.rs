//! `cargo xtask bench pack`: how long the pack of a quarter takes with 200 events and 1,000 proof files, beside
//! the copying of those files alone.

use std::path::Path;
use std::time::Instant;

use chrono::{Days, NaiveDate};
use incubator::desk::Desk;
use incubator::progress::Progress;
use incubator::record::{Record, Value, shape};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const EVENTS: u64 = 200;
/// A notice, a sign-in sheet and three pictures of each event.
const ROLES: [&str; 5] = ["活动通知", "签到表", "照片", "照片", "照片"];
/// Bytes of a proof file: a picture as a phone sends it.
const SIZE: usize = 200_000;
const RUNS: usize = 5;

fn main() -> Outcome<()> {
    let scratch = std::env::temp_dir().join(format!("taizhang-pack-{}", std::process::id()));
    let outcome = measure(&scratch);
    std::fs::remove_dir_all(&scratch)?;
    outcome
}

fn measure(scratch: &Path) -> Outcome<()> {
    let on = NaiveDate::from_ymd_opt(2021, 9, 20).ok_or("a day")?;
    let mut desk = Desk::open(&scratch.join("data"), "bench", on)?;
    desk.open_sample()?;
    let (event, proof) = (shape("event").ok_or("a kind")?, shape("proof").ok_or("a kind")?);
    let mut content: Vec<u8> = (0..SIZE).map(|n| u8::try_from((n * 2_654_435_761) >> 11 & 0xff).unwrap_or(0)).collect();
    let mut kept = Vec::new();
    for n in 0..EVENTS * ROLES.len() as u64 {
        content[..8].copy_from_slice(&n.to_le_bytes());
        kept.push(desk.store().attach(&content)?);
    }
    desk.store_mut().change("测量", |tx| {
        for n in 0..EVENTS {
            let mut record = Record::empty(event.kind, 0);
            let day = NaiveDate::from_ymd_opt(2021, 1, 2).and_then(|d| d.checked_add_days(Days::new(n))).unwrap_or(on);
            record.set(event.kind, "on", Some(Value::Date(day)));
            record.set(event.kind, "name", Some(Value::text(format!("第{n}场创业沙龙"))));
            record.set(event.kind, "kind", Some(Value::text("创业沙龙")));
            let id = tx.insert(event, record)?;
            let files = kept.iter().skip(usize::try_from(n).unwrap_or(0) * ROLES.len());
            for (role, (sha256, size)) in ROLES.iter().zip(files) {
                let mut record = Record::empty(proof.kind, 0);
                record.set(proof.kind, "owner", Some(Value::text(format!("event:{id}"))));
                record.set(proof.kind, "role", Some(Value::text(*role)));
                record.set(proof.kind, "name", Some(Value::text(format!("{role}{n}.jpg"))));
                record.set(proof.kind, "sha256", Some(Value::text(sha256.as_str())));
                record.set(proof.kind, "size", i64::try_from(*size).ok().map(Value::Int));
                tx.insert(proof, record)?;
            }
        }
        Ok(())
    })?;
    let (mut gathered, mut written, mut copied) = (Vec::new(), Vec::new(), Vec::new());
    let mut report = None;
    for run in 0..RUNS {
        let out = scratch.join(format!("out-{run}"));
        let start = Instant::now();
        let pack = desk.gather("quarterly-proof", on, Progress::SILENT)?;
        gathered.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        report = Some(pack.write(&out, Progress::SILENT)?);
        written.push(start.elapsed().as_secs_f64());
        // The floor: each file twice, once for the folder and once for the archive, and all of it on the disk.
        let plain = scratch.join(format!("plain-{run}"));
        std::fs::create_dir_all(&plain)?;
        let start = Instant::now();
        for (n, (sha256, _)) in kept.iter().enumerate() {
            let bytes = std::fs::read(scratch.join("data/attachments").join(&sha256[..2]).join(sha256))?;
            for copy in ["a", "b"] {
                std::fs::write(plain.join(format!("{copy}{n}")), &bytes)?;
            }
        }
        for entry in std::fs::read_dir(&plain)?.flatten() {
            std::fs::OpenOptions::new().write(true).open(entry.path())?.sync_all()?;
        }
        copied.push(start.elapsed().as_secs_f64());
        std::fs::remove_dir_all(&out)?;
        std::fs::remove_dir_all(&plain)?;
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    let (gather, write, copy) = (median(&mut gathered), median(&mut written), median(&mut copied));
    let report = report.ok_or("a pack")?;
    println!(
        "\n秒，{RUNS} 次取中位数；季报材料包，{EVENTS} 场活动，佐证 {} 份，共 {} MB\n",
        report.proofs,
        report.bytes / 1_000_000
    );
    println!("{:<52}{gather:>8.2}", "gather (fill, gauge, number, trace)");
    println!("{:<52}{write:>8.2}", "write (folder, archive, lists)");
    println!("{:<52}{copy:>8.2}", "  floor: copy the same files twice");
    println!("{:<52}{:>8.2}", "pack less the copying", gather + write - copy);
    Ok(())
}

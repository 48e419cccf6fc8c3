//! What may happen to a store from outside: kills, a full disk, damage, a second program, a newer
//! program.
//!
//! The kills are real: this test binary starts itself again as a worker, which acknowledges on its
//! output what it has saved, and is killed at a random moment.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use incubator::record::{KINDS, Kind, Record, Value, kind, parse_value, shape};
use incubator::store::{Step, StepKind, Store};
use incubator::{Error, Result};

use crate::random::Dice;

/// A folder that goes when the test does.
struct Scratch(PathBuf);

impl Scratch {
    /// On the disk, or in memory where waiting for the disk would show nothing.
    fn new(in_memory: bool) -> Scratch {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let memory = Path::new("/dev/shm");
        let base = if in_memory && memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = base.join(format!("taizhang-faults-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn record(list: &str, fields: &[(&str, String)]) -> Record {
    let kind = shape(list).unwrap().kind;
    let mut record = Record::empty(kind, 0);
    for (name, text) in fields {
        record.set(kind, name, parse_value(kind.field(name).unwrap(), text).unwrap());
    }
    record
}

fn name_of(kind: &Kind, record: &Record) -> String {
    record.field(kind, "name").and_then(Value::as_text).unwrap_or_default().to_owned()
}

/// A team with two members, in one step: what is half applied shows.
fn save_group(store: &mut Store, tag: &str) -> Result<i64> {
    store.change(&format!("新增{tag}"), |tx| {
        let team = [("name", tag.to_owned()), ("moved_in_on", "2021-03-01".into())];
        let id = tx.insert(shape("team").unwrap(), record("team", &team))?;
        for n in 1..=2 {
            let member = [("name", format!("{tag} {n}")), ("tenant", id.to_string())];
            tx.insert(shape("member").unwrap(), record("member", &member))?;
        }
        Ok(id)
    })
}

/// Gives the whole group another name, in one step.
fn rename_group(store: &mut Store, id: i64, tag: &str) -> Result<()> {
    let (team, member) = (kind("tenant").unwrap(), kind("member").unwrap());
    store.change(&format!("改名{tag}"), |tx| {
        let Some(mut record) = tx.get(team, id)? else { return Ok(()) };
        record.set(team, "name", Some(Value::text(tag)));
        tx.update(shape("tenant").unwrap(), record)?;
        let mine = |r: &Record| r.field(member, "tenant") == Some(&Value::Int(id));
        for (n, mut record) in tx.rows(member)?.into_iter().filter(mine).enumerate() {
            record.set(member, "name", Some(Value::text(format!("{tag} {}", n + 1))));
            tx.update(shape("member").unwrap(), record)?;
        }
        Ok(())
    })
}

/// What is wrong with the groups of a store: each live team has its two members of its own name.
fn half_applied(store: &Store) -> Vec<String> {
    let (team, member) = (kind("tenant").unwrap(), kind("member").unwrap());
    let ledger = store.ledger().unwrap();
    let mut members: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for m in ledger.rows(member) {
        let of = m.field(member, "tenant").and_then(Value::as_int).unwrap();
        members.entry(of).or_default().push(name_of(member, m));
    }
    let mut wrong = Vec::new();
    for t in ledger.rows(team) {
        let name = name_of(team, t);
        let found = members.remove(&t.id).unwrap_or_default();
        if found != [format!("{name} 1"), format!("{name} 2")] {
            wrong.push(format!("{name} has {found:?}"));
        }
    }
    wrong.extend(members.into_iter().map(|(of, names)| format!("no team {of} for {names:?}")));
    wrong
}

/// Says a line at once: when it was said, the saving it tells of has returned.
fn say(line: &str) {
    if std::env::var_os(FOLDER).is_none() {
        return;
    }
    let mut out = std::io::stdout().lock();
    // A parent that is gone has nothing more to hear.
    let _ = out.write_all(format!("\n{line}\n").as_bytes()).and_then(|()| out.flush());
}

/// Saves, undoes, redoes and backs up, acknowledging each, until killed or `rounds` are over.
fn work(folder: &Path, seed: u64, rounds: usize) -> Result<()> {
    let mut dice = Dice::new(seed);
    let mut store = Store::open(folder, "杀进程试验")?;
    let team = kind("tenant").unwrap();
    let teams = |store: &Store| -> Result<Vec<i64>> { Ok(store.ledger()?.rows(team).iter().map(|t| t.id).collect()) };
    let mut ids = teams(&store)?;
    say(&format!("ready {}", store.last_step()));
    for round in 0..rounds {
        match dice.below(60) {
            0..24 => {
                let id = save_group(&mut store, &format!("团队{seed}-{round}"))?;
                ids.push(id);
                say(&format!("save {} {id} 团队{seed}-{round}", store.last_step()));
            }
            24..40 if !ids.is_empty() => {
                let (id, tag) = (dice.pick(&ids), format!("改名{seed}-{round}"));
                rename_group(&mut store, id, &tag)?;
                say(&format!("save {} {id} {tag}", store.last_step()));
            }
            40..46 if !ids.is_empty() => {
                let id = ids.swap_remove(usize::try_from(dice.below(ids.len() as i64)).unwrap());
                store.change("删除团队", |tx| tx.delete(team, id))?;
                say(&format!("gone {} {id}", store.last_step()));
            }
            46..53 => {
                if let Some(step) = store.undo()? {
                    ids = teams(&store)?;
                    say(&format!("undo {} {}", store.last_step(), step.id));
                }
            }
            53..59 => {
                if let Some(step) = store.redo()? {
                    ids = teams(&store)?;
                    say(&format!("redo {} {}", store.last_step(), step.id));
                }
            }
            _ => {
                let backup = store.backup("试验")?;
                say(&format!("backup {} {}", store.last_step(), backup.path.display()));
            }
        }
    }
    store.close()
}

/// Saves until nothing more can be saved, and says why.
fn fill(folder: &Path) -> Result<()> {
    let mut store = Store::open(folder, "磁盘试验")?;
    say(&format!("ready {}", store.last_step()));
    for round in 0..100_000 {
        let long = format!("团队{round}{}", "满".repeat(2000));
        match save_group(&mut store, &long) {
            Ok(id) => say(&format!("save {} {id} {long}", store.last_step())),
            Err(e) => {
                say(&format!("refused {} {e}", e.code()));
                // What is saved can still be read.
                say(&format!("reads {}", half_applied(&store).len()));
                return Ok(());
            }
        }
    }
    Ok(())
}

const FOLDER: &str = "TAIZHANG_FAULTS_FOLDER";
const SEED: &str = "TAIZHANG_FAULTS_SEED";

/// The worker itself. By itself it shows that its acknowledgements are true when nothing goes wrong.
#[test]
fn worker() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        let scratch = Scratch::new(true);
        work(&scratch.0, 1, 40).unwrap();
        let store = Store::open(&scratch.0, "查看").unwrap();
        assert!(store.last_step() > 10, "the worker works");
        assert_eq!(half_applied(&store), [""; 0]);
        return;
    };
    let folder = PathBuf::from(folder);
    let done = match std::env::var(SEED).as_deref() {
        Ok("fill") => fill(&folder),
        Ok(seed) => work(&folder, seed.parse().unwrap(), 1_000_000),
        Err(_) => return,
    };
    if let Err(e) = done {
        say(&format!("failed {} {e}", e.code()));
    }
}

fn worker_command(folder: &Path, seed: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["faults::worker", "--exact", "--nocapture", "--test-threads=1"]);
    command.env(FOLDER, folder).env(SEED, seed);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Reads lines up to the worker's "ready".
fn wait_until_ready(child: &mut Child) -> BufReader<std::process::ChildStdout> {
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("ready") {
        line.clear();
        assert_ne!(out.read_line(&mut line).unwrap(), 0, "the worker ended before it was ready");
        assert!(!line.starts_with("failed"), "the worker could not open the store: {line}");
    }
    out
}

/// Checks the acknowledgements of all workers of a folder so far against the store.
fn check_acknowledged(store: &Store, lines: &str, backups: &mut HashSet<PathBuf>) -> usize {
    let (team, steps) = (kind("tenant").unwrap(), store.history(usize::MAX).unwrap());
    let step_at = |id: i64| -> &Step { steps.iter().find(|s| s.id == id).expect("an acknowledged step is there") };
    let mut count = 0;
    for line in lines.lines() {
        let mut words = line.split(' ');
        let (Some(what), Some(step)) = (words.next(), words.next()) else { continue };
        let number = |word: Option<&str>| word.unwrap().parse::<i64>().unwrap();
        let after = |step: i64, id: i64| {
            let history = store.record_history(team, id).unwrap();
            history.into_iter().find(|c| c.step == step).map(|c| c.after.map(|r| name_of(team, &r)))
        };
        match what {
            "save" => {
                let (step, id) = (number(Some(step)), number(words.next()));
                let name = words.next().unwrap();
                // A renaming to the same name leaves the last step as it was, with that name in force.
                assert_eq!(after(step, id), Some(Some(name.to_owned())), "acknowledged and lost: {line}");
                assert_eq!(step_at(step).changes, 3, "a step is there wholly: {line}");
            }
            "gone" => {
                assert_eq!(
                    after(number(Some(step)), number(words.next())),
                    Some(None),
                    "acknowledged and lost: {line}"
                );
            }
            "undo" | "redo" => {
                let kind = if what == "undo" { StepKind::Undo } else { StepKind::Redo };
                let step = step_at(number(Some(step)));
                assert_eq!((step.kind, step.of), (kind, Some(number(words.next()))), "acknowledged and lost: {line}");
            }
            "backup" => {
                assert!(number(Some(step)) <= store.last_step());
                backups.insert(PathBuf::from(words.collect::<Vec<_>>().join(" ")));
            }
            "failed" => panic!("the worker could not work: {line}"),
            _ => continue,
        }
        count += 1;
    }
    count
}

#[test]
fn a_thousand_kills_lose_nothing_acknowledged() {
    const LANES: u64 = 4;
    const FOLDERS: u64 = 5;
    const KILLS: u64 = 50;
    let lane = |lane: u64| {
        let mut acknowledged = 0;
        for round in 0..FOLDERS {
            // Half on the disk, where saving waits; half in memory, where much more is saved.
            let scratch = Scratch::new(lane.is_multiple_of(2));
            let folder = scratch.0.join("台账");
            let mut backups = HashSet::new();
            for kill in 0..KILLS {
                let seed = (lane * FOLDERS + round) * KILLS + kill;
                let mut dice = Dice::new(seed);
                let mut child = worker_command(&folder, &seed.to_string()).spawn().unwrap();
                let mut pause =
                    |from, to| std::thread::sleep(Duration::from_micros(dice.between(from, to).unsigned_abs()));
                let mut lines = String::new();
                match kill % 5 {
                    // Any time from its start on: while it opens, too.
                    4 => {
                        pause(1000, 40_000);
                        child.kill().unwrap();
                        child.stdout.take().unwrap().read_to_string(&mut lines).unwrap();
                    }
                    // Some time after it began to work.
                    0 | 1 => {
                        let mut out = wait_until_ready(&mut child);
                        pause(1000, 30_000);
                        child.kill().unwrap();
                        out.read_to_string(&mut lines).unwrap();
                    }
                    // Right after an acknowledgement, however slow this computer is.
                    _ => {
                        let mut out = wait_until_ready(&mut child);
                        // Each has an empty line before it.
                        for _ in 0..2 * (1 + seed % 10) {
                            out.read_line(&mut lines).unwrap();
                        }
                        pause(0, 3000);
                        child.kill().unwrap();
                        out.read_to_string(&mut lines).unwrap();
                    }
                }
                child.wait().unwrap();
                // The last line may have been cut off by the kill.
                let whole = lines.rfind('\n').map_or("", |end| &lines[..end]);
                let store = Store::open(&folder, "查看").unwrap_or_else(|e| panic!("after kill {seed}: {e}"));
                acknowledged += check_acknowledged(&store, whole, &mut backups);
                assert_eq!(half_applied(&store), [""; 0], "after kill {seed}");
            }
            let store = Store::open(&folder, "查看").unwrap();
            assert_eq!(store.verify().unwrap(), [], "after {KILLS} kills");
            // Every acknowledged backup is there, and the last of them is sound.
            let known: Vec<PathBuf> = store.backups().unwrap().into_iter().map(|b| b.path).collect();
            for backup in &backups {
                assert!(known.contains(backup), "acknowledged and lost: {}", backup.display());
            }
            drop(store);
            if let Some(backup) = known.iter().find(|path| backups.contains(*path)) {
                let elsewhere = Scratch::new(true);
                Store::open(&elsewhere.0, "查看").unwrap().restore(backup).unwrap();
            }
        }
        acknowledged
    };
    let acknowledged: usize = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|n| scope.spawn(move || lane(n))).collect();
        lanes.into_iter().map(|lane| lane.join().unwrap()).sum()
    });
    assert!(acknowledged > 2000, "the workers were killed at work, not before it: {acknowledged} acknowledged");
}

#[test]
fn a_second_program_is_told_who_holds_the_folder() {
    let scratch = Scratch::new(true);
    let held = |holder: &str, result: Result<Store>| match result {
        Err(Error::Held { holder: found, .. }) => assert!(found.contains(holder), "{holder} in {found}"),
        other => panic!("opened twice: {other:?}"),
    };
    let store = Store::open(&scratch.0, "众创台账").unwrap();
    held("众创台账(进程", Store::open(&scratch.0, "taizhang-cli"));
    held(&std::process::id().to_string(), Store::recover(&scratch.0, "taizhang-cli", Path::new("x")));
    drop(store);
    let mut child = worker_command(&scratch.0, "7").spawn().unwrap();
    let out = wait_until_ready(&mut child);
    held(&format!("杀进程试验(进程 {}，电脑 ", child.id()), Store::open(&scratch.0, "众创台账"));
    child.kill().unwrap();
    child.wait().unwrap();
    drop(out);
    Store::open(&scratch.0, "众创台账").expect("a dead program holds nothing");
}

#[test]
fn a_newer_store_is_refused_and_left_alone() {
    let scratch = Scratch::new(true);
    save_group(&mut Store::open(&scratch.0, "众创台账").unwrap(), "甲").unwrap();
    let db = scratch.0.join("taizhang.db");
    rusqlite::Connection::open(&db).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = files(&scratch.0);
    match Store::open(&scratch.0, "众创台账") {
        Err(Error::Newer { found: 99, known }) => assert!(known < 99),
        other => panic!("opened: {other:?}"),
    }
    assert_eq!(files(&scratch.0), before, "not a byte changed");
}

/// A file's content, shown only by its size when an assertion fails.
#[derive(PartialEq)]
struct Bytes(Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// The files of a folder, with their content: all but those of the lock and a log without content.
fn files(folder: &Path) -> BTreeMap<PathBuf, Bytes> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().unwrap().is_dir() {
            all.extend(files(&entry.path()));
        } else if !["lock", "holder"].contains(&&*name) {
            let bytes = fs::read(entry.path()).unwrap();
            if !(bytes.is_empty() && name.ends_with("-wal")) {
                all.insert(entry.path(), Bytes(bytes));
            }
        }
    }
    all
}

fn copy_folder(from: &Path, to: &Path) {
    for (path, Bytes(bytes)) in files(from) {
        let to = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, bytes).unwrap();
    }
}

/// All a store holds, as text: every record, the bin, the steps.
fn content(store: &Store) -> String {
    let ledger = store.ledger().unwrap();
    let rows: Vec<_> = KINDS.iter().map(|k| (k.name, ledger.rows(k))).collect();
    let bin: Vec<_> = store.bin().unwrap().into_iter().map(|(k, r, _)| (k.name, r)).collect();
    format!("{rows:?}{bin:?}{:?}", store.history(usize::MAX).unwrap())
}

/// A store that lies as a program left it, and what it truly holds.
struct Case {
    name: &'static str,
    folder: Scratch,
    truth: String,
    /// The database and log of an earlier time.
    earlier: BTreeMap<&'static str, Vec<u8>>,
}

fn cases() -> [Case; 2] {
    ["closed well", "cut off"].map(|name| {
        let folder = Scratch::new(true);
        let at = |file: &str| folder.0.join(file);
        let mut store = Store::open(&folder.0, "众创台账").unwrap();
        for n in 0..20 {
            save_group(&mut store, &format!("团队{n}")).unwrap();
        }
        store.backup("手动").unwrap();
        let earlier =
            ["taizhang.db", "taizhang.db-wal"].into_iter().filter_map(|f| Some((f, fs::read(at(f)).ok()?))).collect();
        drop(store);
        let mut store = Store::open(&folder.0, "众创台账").unwrap();
        for n in 20..40 {
            save_group(&mut store, &format!("团队{n}")).unwrap();
            rename_group(&mut store, n - 10, &format!("改名{n}")).unwrap();
        }
        let team = kind("tenant").unwrap();
        store.change("删除", |tx| tx.delete(team, 3)).unwrap();
        store.undo().unwrap();
        store.change("删除", |tx| tx.delete(team, 4)).unwrap();
        let truth = content(&store);
        if name == "closed well" {
            drop(store);
            return Case { name, folder, truth, earlier };
        }
        // The files as they lie while the program is at work: so they are found after a power cut.
        let copy = Scratch::new(true);
        copy_folder(&folder.0, &copy.0);
        drop(store);
        Case { name, folder: copy, truth, earlier }
    })
}

#[test]
fn three_hundred_damaged_stores_are_never_opened_as_sound() {
    let cases = cases();
    for case in &cases {
        let copy = Scratch::new(true);
        copy_folder(&case.folder.0, &copy.0);
        let store = Store::open(&copy.0, "众创台账").unwrap();
        assert_eq!(content(&store), case.truth, "undamaged, the store that was {} opens", case.name);
    }
    let other = Scratch::new(true);
    save_group(&mut Store::open(&other.0, "众创台账").unwrap(), "别处").unwrap();
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..300u64 {
        let mut dice = Dice::new(number);
        let case = &cases[usize::from(number % 2 == 1)];
        let copy = Scratch::new(true);
        copy_folder(&case.folder.0, &copy.0);
        let at = |file: &str| copy.0.join(file);
        let (db, wal) = (at("taizhang.db"), at("taizhang.db-wal"));
        // The cut-off store has most of its content in the log.
        let hit = if wal.exists() && dice.percent(50) { &wal } else { &db };
        let mut bytes = fs::read(hit).unwrap();
        let len = bytes.len() as i64;
        let mut place = |below: i64| usize::try_from(dice.below(below)).unwrap();
        let what = match number / 2 % 15 {
            0..5 => {
                for _ in 0..=place(3) {
                    let byte = place(len);
                    bytes[byte] ^= 1 << place(8);
                }
                fs::write(hit, bytes).unwrap();
                "bit flips"
            }
            5..7 => {
                bytes.truncate(place(len));
                fs::write(hit, bytes).unwrap();
                "truncation"
            }
            7..9 => {
                let page = place(len / 4096) * 4096;
                bytes[page..page + 4096].fill(0);
                fs::write(hit, bytes).unwrap();
                "zeroed page"
            }
            9 => {
                fs::write(&db, "").unwrap();
                "0 bytes"
            }
            10 => {
                fs::remove_file(&db).unwrap();
                "no database"
            }
            11 => {
                if place(2) == 0 {
                    fs::write(&db, "名称,入驻日期\n甲,2021-03-01\n".repeat(500)).unwrap();
                    "another file renamed"
                } else {
                    fs::copy(other.0.join("taizhang.db"), &db).unwrap();
                    "another store's database"
                }
            }
            12 => {
                fs::write(&wal, case.earlier.get("taizhang.db-wal").unwrap()).unwrap();
                "stale -wal"
            }
            13 => {
                fs::write(&db, case.earlier.get("taizhang.db").unwrap()).unwrap();
                let _ = fs::remove_file(&wal);
                "an earlier database"
            }
            _ if wal.exists() => {
                fs::remove_file(&wal).unwrap();
                "missing -wal"
            }
            _ => {
                fs::remove_file(at("state")).unwrap();
                let byte = place(len);
                bytes[byte] ^= 0xFF;
                fs::write(&db, bytes).unwrap();
                "no state file and a changed byte"
            }
        };
        let before = files(&copy.0);
        let opened = catch_unwind(AssertUnwindSafe(|| Store::open(&copy.0, "众创台账")));
        let place = format!("case {number}: {what}, {}", case.name);
        let end = match opened.unwrap_or_else(|_| panic!("{place}: panicked")) {
            Ok(store) => {
                assert_eq!(content(&store), case.truth, "{place}: opened as if sound");
                "nothing lost, opened"
            }
            Err(Error::Damaged { reason, backup }) => {
                assert_eq!(files(&copy.0), before, "{place}: the files are left as they were");
                let backup = backup.unwrap_or_else(|| panic!("{place}: {reason}: no backup offered"));
                if number % 3 == 0 {
                    let store = Store::recover(&copy.0, "众创台账", &backup).unwrap();
                    assert!(
                        half_applied(&store).is_empty() && !store.ledger().unwrap().is_empty(),
                        "{place}: recovered"
                    );
                    let kept = |name: &Path| {
                        files(&copy.0).iter().any(|(path, bytes)| {
                            path.parent()
                                .and_then(Path::file_name)
                                .is_some_and(|d| d.to_string_lossy().starts_with("damaged-"))
                                && path.file_name() == name.file_name()
                                && before.get(name) == Some(bytes)
                        })
                    };
                    assert!(!before.contains_key(&db) || kept(&db), "{place}: the damaged database is kept");
                    assert!(!before.contains_key(&wal) || kept(&wal), "{place}: its log is kept");
                }
                "refused"
            }
            // A flip in the version number reads as a newer program's store: refused all the same.
            Err(Error::Newer { .. }) => {
                assert_eq!(files(&copy.0), before, "{place}: the files are left as they were");
                "refused"
            }
            Err(e) => panic!("{place}: {e}"),
        };
        *tally.entry(format!("{what}, {}: {end}", case.name)).or_default() += 1;
    }
    // A changed byte that means nothing is seen only by the size and hash that a clean close leaves.
    for (end, count) in &tally {
        let by_content = end.contains("cut off") || end.contains("no state file");
        assert!(end.ends_with("refused") || by_content, "after a clean close every change is seen: {end} {count}");
    }
    assert!(
        tally.iter().filter(|(end, _)| end.ends_with("refused")).map(|(_, n)| n).sum::<usize>() > 200,
        "{tally:#?}"
    );
}

#[test]
fn a_full_disk_loses_nothing_saved() {
    // A limit on the size of files, as any user can set one.
    let scratch = Scratch::new(true);
    let worker = worker_command(&scratch.0, "fill");
    let mut limited = Command::new("sh");
    // The signal is ignored so that the write itself fails, as on a full disk. 512-byte blocks.
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 8000; exec \"$@\"", "sh"])
        .arg(worker.get_program())
        .args(worker.get_args());
    limited.envs(worker.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    until_full(&mut limited, &scratch.0);

    // A disk that really is full, where this computer lets us have one.
    let disk = Scratch::new(true);
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"])
        .arg(&disk.0)
        .stderr(Stdio::null())
        .status();
    if mounted.is_ok_and(|status| status.success()) {
        let tried = catch_unwind(|| until_full(&mut worker_command(&disk.0, "fill"), &disk.0));
        Command::new("umount").arg(&disk.0).status().unwrap();
        tried.unwrap();
    }
}

/// Runs a worker until it can save no more; all it acknowledged must be there afterwards.
fn until_full(worker: &mut Command, folder: &Path) {
    let output = worker.output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let refused = lines.lines().find(|l| l.starts_with("refused")).unwrap_or_else(|| panic!("it ended: {lines:.2000}"));
    assert!(refused.contains("database") && refused.contains("没有保存"), "said in words: {refused}");
    assert!(lines.contains("\nreads 0\n"), "what is saved can be read on the full disk");
    let store = Store::open(folder, "查看").unwrap();
    let acknowledged = check_acknowledged(&store, &lines, &mut HashSet::new());
    assert!(acknowledged > 20, "it saved before it was full: {acknowledged}");
    assert_eq!(half_applied(&store), [""; 0]);
    assert_eq!(store.verify().unwrap(), []);
}

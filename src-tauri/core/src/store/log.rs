//! The change log: steps, the rows they changed, and the chain of hashes over both.
//!
//! A step is one call of `change()`, or one undo or redo: those too only append. Which steps are done
//! is read off the log by playing its steps through ([`Played`]), so there is no flag to get out of
//! tune. A step's hash covers the step before it, so an edit anywhere in the log is found.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use super::folder::hex;
use super::{Step, StepKind};

impl StepKind {
    fn word(self) -> &'static str {
        match self {
            StepKind::Do => "do",
            StepKind::Undo => "undo",
            StepKind::Redo => "redo",
            StepKind::Revert => "revert",
            StepKind::Migrate => "migrate",
        }
    }
    pub(super) fn of(word: &str) -> Option<StepKind> {
        use StepKind::{Do, Migrate, Redo, Revert, Undo};
        [Do, Undo, Redo, Revert, Migrate].into_iter().find(|kind| kind.word() == word)
    }
}

/// Id of the last step, 0 for none.
pub(super) fn last(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row("SELECT coalesce(max(id), 0) FROM step", [], |r| r.get(0))
}

/// The store's own id.
pub(super) fn store_id(conn: &Connection) -> rusqlite::Result<String> {
    conn.query_row("SELECT id FROM store", [], |r| r.get(0))
}

/// Opens a step. Until [`seal`] the triggers write under it.
pub(super) fn begin(conn: &Connection, name: &str, at: &str, kind: StepKind, of: Option<i64>) -> rusqlite::Result<i64> {
    let id = last(conn)? + 1;
    conn.prepare_cached("INSERT INTO step (id, name, at, kind, of, hash) VALUES (?1, ?2, ?3, ?4, ?5, NULL)")?
        .execute((id, name, at, kind.word(), of))?;
    Ok(id)
}

/// Says who makes a step that is open.
pub(super) fn sign(conn: &Connection, step: i64, who: &str) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO signature (step, who) VALUES (?1, ?2)")?.execute((step, who)).map(drop)
}

/// Closes a step with its hash and says how many records it really changed. With 0 the caller rolls
/// the step back.
pub(super) fn seal(conn: &Connection, step: i64) -> rusqlite::Result<usize> {
    let before: Option<String> = conn
        .query_row("SELECT hash FROM step WHERE id < ?1 ORDER BY id DESC LIMIT 1", [step], |r| r.get(0))
        .optional()?;
    let before = match before {
        Some(hash) => hash,
        None => store_id(conn)?,
    };
    let mut hash =
        conn.query_row("SELECT id, name, at, kind, of FROM step WHERE id = ?1", [step], |row| start(&before, row))?;
    // First content before and last content after, by record: what goes there and back changes nothing.
    let mut net: HashMap<(String, i64), (Option<String>, Option<String>)> = HashMap::new();
    let mut changes =
        conn.prepare_cached("SELECT kind, row, before, after FROM change WHERE step = ?1 ORDER BY seq")?;
    let mut rows = changes.query([step])?;
    while let Some(row) = rows.next()? {
        feed_change(&mut hash, row, 0)?;
        let after: Option<String> = row.get(3)?;
        match net.entry((row.get(0)?, row.get(1)?)) {
            std::collections::hash_map::Entry::Occupied(mut known) => known.get_mut().1 = after,
            std::collections::hash_map::Entry::Vacant(new) => drop(new.insert((row.get(2)?, after))),
        }
    }
    let changed = net.values().filter(|(before, after)| before != after).count();
    if changed > 0 {
        conn.prepare_cached("UPDATE step SET hash = ?2 WHERE id = ?1")?.execute((step, hex(&hash.finalize())))?;
    }
    Ok(changed)
}

/// Every piece goes in with its length, so that no two logs give the same bytes.
fn feed(hash: &mut Sha256, text: Option<&[u8]>) {
    match text {
        Some(text) => {
            hash.update((text.len() as u64 + 1).to_le_bytes());
            hash.update(text);
        }
        None => hash.update(0u64.to_le_bytes()),
    }
}

fn start(before: &str, row: &rusqlite::Row<'_>) -> rusqlite::Result<Sha256> {
    let mut hash = Sha256::new();
    feed(&mut hash, Some(before.as_bytes()));
    hash.update(row.get::<_, i64>(0)?.to_le_bytes());
    for at in 1..4 {
        feed(&mut hash, row.get_ref(at)?.as_str_or_null().ok().flatten().map(str::as_bytes));
    }
    hash.update(row.get::<_, Option<i64>>(4)?.unwrap_or(0).to_le_bytes());
    Ok(hash)
}

fn feed_change(hash: &mut Sha256, row: &rusqlite::Row<'_>, from: usize) -> rusqlite::Result<()> {
    feed(hash, row.get_ref(from)?.as_bytes_or_null().ok().flatten());
    hash.update(row.get::<_, i64>(from + 1)?.to_le_bytes());
    feed(hash, row.get_ref(from + 2)?.as_bytes_or_null().ok().flatten());
    feed(hash, row.get_ref(from + 3)?.as_bytes_or_null().ok().flatten());
    Ok(())
}

/// Walks the whole chain; what is wrong with it in Chinese, or `None`.
pub(super) fn chain_flaw(conn: &Connection) -> rusqlite::Result<Option<String>> {
    let mut before = store_id(conn)?;
    let mut steps = conn.prepare("SELECT id, name, at, kind, of, hash FROM step ORDER BY id")?;
    let mut changes = conn.prepare("SELECT step, kind, row, before, after FROM change ORDER BY step, seq")?;
    let mut steps = steps.query([])?;
    let mut changes = changes.query([])?;
    let mut change = changes.next()?;
    let mut expected = 1;
    while let Some(step) = steps.next()? {
        let id: i64 = step.get(0)?;
        let mut hash = start(&before, step)?;
        while let Some(row) = change {
            if row.get::<_, i64>(0)? != id {
                break;
            }
            feed_change(&mut hash, row, 1)?;
            change = changes.next()?;
        }
        let kept: Option<String> = step.get(5)?;
        let hash = hex(&hash.finalize());
        if id != expected || kept.as_deref() != Some(&*hash) {
            return Ok(Some(format!("变更日志第 {expected} 步与其校验值不符")));
        }
        before = hash;
        expected += 1;
    }
    Ok(change.is_some().then(|| "变更日志中有不属于任何一步的内容".to_owned()))
}

/// The log played through: what can be undone and redone, and which steps are in force.
#[derive(Debug, Clone, Default)]
pub(super) struct Played {
    pub(super) undo: Vec<i64>,
    pub(super) redo: Vec<i64>,
    /// Steps that are not in force.
    pub(super) undone: std::collections::HashSet<i64>,
    /// Older steps that a step took back by itself.
    reverts: HashMap<i64, i64>,
}

impl Played {
    pub(super) fn read(conn: &Connection) -> rusqlite::Result<Played> {
        let mut played = Played::default();
        let mut steps = conn.prepare("SELECT id, kind, of FROM step ORDER BY id")?;
        let mut rows = steps.query([])?;
        while let Some(row) = rows.next()? {
            let kind = row.get_ref(1)?.as_str().ok().and_then(StepKind::of).unwrap_or(StepKind::Do);
            played.add(row.get(0)?, kind, row.get(2)?);
        }
        Ok(played)
    }

    pub(super) fn add(&mut self, id: i64, kind: StepKind, of: Option<i64>) {
        match (kind, of) {
            (StepKind::Undo, Some(of)) => {
                self.undo.pop();
                self.redo.push(of);
                self.undone.insert(of);
                if let Some(reverted) = self.reverts.get(&of) {
                    self.undone.remove(reverted);
                }
            }
            (StepKind::Redo, Some(of)) => {
                self.redo.pop();
                self.undo.push(of);
                self.undone.remove(&of);
                if let Some(reverted) = self.reverts.get(&of) {
                    self.undone.insert(*reverted);
                }
            }
            (StepKind::Migrate, _) => {
                // Rows from before it may have other columns: undo ends here.
                self.undo.clear();
                self.redo.clear();
            }
            (_, of) => {
                if let Some(of) = of {
                    self.reverts.insert(id, of);
                    self.undone.insert(of);
                }
                self.undo.push(id);
                self.redo.clear();
            }
        }
    }
}

/// What a step changed on the whole: kind, row, content before and after.
pub(super) type Net = Vec<(String, i64, Option<String>, Option<String>)>;

/// The net changes of one step, in the order in which it first touched the rows.
pub(super) fn net(conn: &Connection, step: i64) -> rusqlite::Result<Net> {
    let mut at: HashMap<(String, i64), usize> = HashMap::new();
    let mut net: Net = Vec::new();
    let mut changes =
        conn.prepare_cached("SELECT kind, row, before, after FROM change WHERE step = ?1 ORDER BY seq")?;
    let mut rows = changes.query([step])?;
    while let Some(row) = rows.next()? {
        let (kind, id): (String, i64) = (row.get(0)?, row.get(1)?);
        let after: Option<String> = row.get(3)?;
        match at.get(&(kind.clone(), id)).and_then(|i| net.get_mut(*i)) {
            Some(known) => known.3 = after,
            None => {
                at.insert((kind.clone(), id), net.len());
                net.push((kind, id, row.get(2)?, after));
            }
        }
    }
    net.retain(|(_, _, before, after)| before != after);
    Ok(net)
}

/// A step as people see it; `undone` is filled in by the caller.
pub(super) fn step_of_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Step> {
    let kind: String = row.get(3)?;
    Ok(Step {
        id: row.get(0)?,
        name: row.get(1)?,
        at: row.get(2)?,
        kind: StepKind::of(&kind).unwrap_or(StepKind::Do),
        of: row.get(4)?,
        changes: row.get::<_, i64>(5)?.unsigned_abs() as usize,
        undone: false,
        who: row.get(6)?,
    })
}

//! Which proof files are there, and which records lack them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::Want;
use super::measure::Figures;
use crate::figure::{current, owner_at};
use crate::form::Gap;
use crate::ledger::Ledger;
use crate::record::{Kind, Record, Value, kind};

/// A proof file that is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept<'a> {
    /// Its record.
    pub(crate) id: i64,
    /// The record it belongs to.
    pub(crate) owner: (&'static Kind, i64),
    pub(crate) role: &'a str,
    pub(crate) name: &'a str,
    pub(crate) sha256: &'a str,
    note: &'a str,
}

/// Records by the one they refer to.
type ByOwner = HashMap<i64, Vec<i64>>;

/// All proof files by the record they belong to, and the records that refer to another.
pub(crate) struct Proofs<'a> {
    ledger: &'a Ledger,
    on: NaiveDate,
    files: HashMap<(&'static str, i64), Vec<Kept<'a>>>,
    /// For each kind and field that was asked for.
    links: RefCell<HashMap<(&'static str, usize), ByOwner>>,
}

/// What of some proof is there.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) have: usize,
    pub(crate) want: usize,
    pub(crate) missing: Vec<Gap>,
}

impl Found {
    pub(super) fn add(&mut self, other: Found) {
        self.have += other.have;
        self.want += other.want;
        self.missing.extend(other.missing);
    }
}

/// `event:12` as kind and id.
pub(crate) fn owner_of(text: &str) -> Option<(&'static Kind, i64)> {
    let (name, id) = text.split_once(':')?;
    Some((kind(name)?, id.parse().ok()?))
}

impl<'a> Proofs<'a> {
    pub(crate) fn new(ledger: &'a Ledger, on: NaiveDate) -> Proofs<'a> {
        let mut files: HashMap<(&'static str, i64), Vec<Kept<'a>>> = HashMap::new();
        if let Some(kind) = kind("proof")
            && let [Some(owner), Some(role), Some(name), Some(sha256), Some(note)] =
                ["owner", "role", "name", "sha256", "note"].map(|f| kind.at(f))
        {
            for record in ledger.rows(kind) {
                let text = |at: usize| record.get(at).and_then(Value::as_text);
                if let (Some(owner), Some(role)) = (text(owner).and_then(owner_of), text(role)) {
                    let or_blank = |at: usize| text(at).unwrap_or_default();
                    let kept = Kept {
                        id: record.id,
                        owner,
                        role,
                        name: or_blank(name),
                        sha256: or_blank(sha256),
                        note: or_blank(note),
                    };
                    files.entry((owner.0.name, owner.1)).or_default().push(kept);
                }
            }
        }
        Proofs { ledger, on, files, links: RefCell::default() }
    }

    /// Files of a record, by the order in which they were added.
    pub(crate) fn of(&self, kind: &Kind, id: i64) -> &[Kept<'a>] {
        self.files.get(&(kind.name, id)).map_or(&[], Vec::as_slice)
    }

    /// What of a want is there.
    pub(crate) fn find(&self, want: &Want, figures: &Figures) -> Found {
        let mut found = Found::default();
        if want.at_least == 0 {
            return found;
        }
        if let Some(code) = &want.each {
            for behind in figures.get(code).map_or(&[][..], |m| &m.from) {
                found.want += 1;
                let there = different(&self.fitting(behind.kind, behind.id, want));
                if there >= want.at_least {
                    found.have += 1;
                } else {
                    let label = self.ledger.get(behind.kind, behind.id).map(|r| self.ledger.label(behind.kind, r));
                    let say = format!("{} 缺{}", label.unwrap_or_default(), wanted(want, want.at_least - there));
                    found.missing.push(Gap { kind: behind.kind.name, id: behind.id, say });
                }
            }
            return found;
        }
        found.want = 1;
        let there = different(&self.files(want, figures));
        if there >= want.at_least {
            found.have = 1;
        } else if let Some(first) = want.some.first() {
            let record = current(self.ledger.rows(first).iter(), first, self.on);
            let where_to: Vec<&str> = want.some.iter().map(|k| k.label).collect();
            let say = format!("缺{}，请添加到{}记录", wanted(want, want.at_least - there), where_to.join("或"));
            found.missing.push(Gap { kind: first.name, id: record.map_or(0, |r| r.id), say });
        }
        found
    }

    /// Every file that some wants take: what several ask of the same records stands together, record by record, so
    /// that an event's notice, sign-in sheet and pictures have numbers beside each other.
    pub(crate) fn by_record(&self, wants: &[&Want], figures: &Figures) -> Vec<Kept<'a>> {
        let mut files = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for want in wants {
            match want.each.as_deref() {
                None => files.extend(self.files(want, figures)),
                Some(code) if seen.contains(&code) => {}
                Some(code) => {
                    seen.push(code);
                    let same = || wants.iter().filter(|w| w.each.as_deref() == Some(code));
                    let behind = figures.get(code).map_or(&[][..], |m| &m.from);
                    files.extend(behind.iter().flat_map(|b| same().flat_map(|w| self.fitting(b.kind, b.id, w))));
                }
            }
        }
        files
    }

    /// Every file that a want takes, record by record.
    fn files(&self, want: &Want, figures: &Figures) -> Vec<Kept<'a>> {
        match &want.each {
            Some(code) => {
                let behind = figures.get(code).map_or(&[][..], |m| &m.from);
                behind.iter().flat_map(|b| self.fitting(b.kind, b.id, want)).collect()
            }
            None => {
                let ids = |kind: &'static Kind| self.ledger.rows(kind).iter().map(move |r: &Record| (kind, r.id));
                want.some.iter().flat_map(|kind| ids(kind)).flat_map(|(k, id)| self.fitting(k, id, want)).collect()
            }
        }
    }

    /// Fitting files of a record and of those that refer to it.
    pub(crate) fn fitting(&self, of: &'static Kind, id: i64, want: &Want) -> Vec<Kept<'a>> {
        let fits = |f: &&Kept| {
            want.roles.iter().any(|role| role == f.role)
                && (want.named.is_empty() || want.named.iter().any(|w| f.name.contains(w) || f.note.contains(w)))
        };
        let mut files: Vec<Kept<'a>> = self.of(of, id).iter().filter(fits).copied().collect();
        for kind in &want.also {
            for other in self.referring(kind, of, id).into_iter().filter(|other| self.is_there(kind, *other)) {
                files.extend(self.of(kind, other).iter().filter(fits).copied());
            }
        }
        files
    }

    /// Whether a record was there on the day: an agreement signed later proves nothing yet.
    pub(crate) fn is_there(&self, kind: &Kind, id: i64) -> bool {
        let days = self.ledger.get(kind, id).into_iter().flat_map(|r| r.cells.iter().flatten());
        days.filter_map(Value::as_date).min().is_none_or(|first| first <= self.on)
    }

    /// Records of a kind that belong to another record.
    pub(crate) fn referring(&self, kind: &'static Kind, of: &'static Kind, id: i64) -> Vec<i64> {
        let Some(at) = owner_at(kind, of) else { return Vec::new() };
        let mut links = self.links.borrow_mut();
        let by_owner = links.entry((kind.name, at)).or_insert_with(|| {
            let mut by_owner = ByOwner::new();
            for record in self.ledger.rows(kind) {
                if let Some(owner) = record.get(at).and_then(Value::as_int) {
                    by_owner.entry(owner).or_default().push(record.id);
                }
            }
            by_owner
        });
        by_owner.get(&id).cloned().unwrap_or_default()
    }
}

/// How many there are: the same picture put twice is one picture.
pub(crate) fn different(files: &[Kept]) -> usize {
    files.iter().map(|kept| kept.sha256).collect::<HashSet<_>>().len()
}

/// What is wanted, in words: 照片 2 张.
pub(crate) fn wanted(want: &Want, short: usize) -> String {
    let measure = if want.roles.iter().any(|r| r == "照片") { "张" } else { "份" };
    let named = if want.named.is_empty() { String::new() } else { format!("(文件名含{})", want.named.join("或")) };
    format!("{}{named} {short} {measure}", want.roles.join("或"))
}

//! Which proof files are there, and which records lack them.

use std::collections::HashMap;

use super::Want;
use super::measure::Figures;
use crate::figure::{current, owner_at};
use crate::form::Gap;
use crate::ledger::Ledger;
use crate::record::{Kind, Value, kind};
use chrono::NaiveDate;

/// A proof file: role, name and note.
struct File<'a> {
    role: &'a str,
    name: &'a str,
    note: &'a str,
}

/// All proof files by the record they belong to, and the records that refer to another.
pub(super) struct Proofs<'a> {
    ledger: &'a Ledger,
    on: NaiveDate,
    files: HashMap<&'a str, Vec<File<'a>>>,
}

/// Records by the one they refer to, for each kind and field that was asked for.
type Links = HashMap<(&'static str, usize), HashMap<i64, Vec<i64>>>;

/// What of some proof is there.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) have: usize,
    pub(super) want: usize,
    pub(super) missing: Vec<Gap>,
}

impl Found {
    pub(super) fn add(&mut self, other: Found) {
        self.have += other.have;
        self.want += other.want;
        self.missing.extend(other.missing);
    }
}

impl<'a> Proofs<'a> {
    pub(super) fn new(ledger: &'a Ledger, on: NaiveDate) -> Proofs<'a> {
        let mut files: HashMap<&'a str, Vec<File<'a>>> = HashMap::new();
        if let Some(kind) = kind("proof") {
            for record in ledger.rows(kind) {
                let text = |field: &str| record.field(kind, field).and_then(Value::as_text);
                if let (Some(owner), Some(role)) = (text("owner"), text("role")) {
                    let file =
                        File { role, name: text("name").unwrap_or_default(), note: text("note").unwrap_or_default() };
                    files.entry(owner).or_default().push(file);
                }
            }
        }
        Proofs { ledger, on, files }
    }

    /// What of a want is there.
    pub(super) fn find(&self, want: &Want, figures: &Figures) -> Found {
        let mut found = Found::default();
        let mut links = Links::new();
        if let Some(code) = &want.each {
            for behind in figures.get(code).map_or(&[][..], |m| &m.from) {
                found.want += 1;
                let there = self.count(behind.kind, behind.id, want, &mut links);
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
        let mut there = 0;
        for kind in &want.some {
            for record in self.ledger.rows(kind) {
                there += self.count(kind, record.id, want, &mut links);
            }
        }
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

    /// Fitting files of a record and of those that refer to it.
    fn count(&self, of: &'static Kind, id: i64, want: &Want, links: &mut Links) -> usize {
        let mut count = self.fitting(of, id, want);
        for kind in &want.also {
            let Some(at) = owner_at(kind, of) else { continue };
            let by_owner = links.entry((kind.name, at)).or_insert_with(|| {
                let mut by_owner: HashMap<i64, Vec<i64>> = HashMap::new();
                for record in self.ledger.rows(kind) {
                    if let Some(owner) = record.get(at).and_then(Value::as_int) {
                        by_owner.entry(owner).or_default().push(record.id);
                    }
                }
                by_owner
            });
            count += by_owner.get(&id).into_iter().flatten().map(|id| self.fitting(kind, *id, want)).sum::<usize>();
        }
        count
    }

    fn fitting(&self, of: &Kind, id: i64, want: &Want) -> usize {
        let files = self.files.get(format!("{}:{id}", of.name).as_str());
        let fits = |f: &&File| {
            want.roles.iter().any(|role| role == f.role)
                && (want.named.is_empty() || want.named.iter().any(|w| f.name.contains(w) || f.note.contains(w)))
        };
        files.map_or(0, |list| list.iter().filter(fits).count())
    }
}

fn wanted(want: &Want, short: usize) -> String {
    let measure = if want.roles.iter().any(|r| r == "照片") { "张" } else { "份" };
    let named = if want.named.is_empty() { String::new() } else { format!("(文件名含{})", want.named.join("或")) };
    format!("{}{named} {short} {measure}", want.roles.join("或"))
}

//! One box over everything: records of every kind by what is written in them, forms, programmes.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use ts_rs::TS;

use super::{Desk, Target};
use crate::error::Result;
use crate::ledger::Ledger;
use crate::record::{KINDS, Kind, Record, Stage, Type, Value, kind};
use crate::spell::{Spelt, Wanted};

/// Results shown of each kind.
const SHOWN: usize = 8;
/// Longer texts are searched by their beginning.
const READ: usize = 400;

/// What a search found, by kind.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct HitGroup {
    /// 创业团队, 活动, 报表 ….
    pub label: String,
    /// The best of it.
    pub hits: Vec<Hit>,
    /// How many more there are.
    pub more: usize,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Hit {
    /// Its own label.
    pub label: String,
    /// Where it was found when not in its label: 负责人：李四.
    pub found: String,
    /// Where it leads.
    pub target: Target,
}

/// A record made ready to be searched.
struct Entry {
    id: i64,
    label: Spelt,
    /// Position of the field, and its text.
    fields: Vec<(usize, Spelt)>,
}

impl Entry {
    fn new(ledger: &Ledger, kind: &Kind, record: &Record) -> Entry {
        let searched = |ty: Type| {
            matches!(ty, Type::Text | Type::Long | Type::Phone | Type::CreditCode | Type::Email | Type::Choice(_))
        };
        let fields = kind.fields.iter().enumerate().filter(|(_, f)| searched(f.ty) && !kind.title.contains(&f.name));
        let text = |(at, _): (usize, _)| {
            let text = record.get(at).and_then(Value::as_text).filter(|t| !t.is_empty())?;
            Some((at, Spelt::new(text.get(..READ).unwrap_or(text))))
        };
        let label = Spelt::new(&ledger.label(kind, record));
        Entry { id: record.id, label, fields: fields.filter_map(text).collect() }
    }
}

/// Every record made ready to be searched, as of one step: by kind in the order of [`KINDS`], and by id.
pub struct Index {
    step: i64,
    kinds: Vec<Vec<Entry>>,
}

/// Records that are still to be made ready: see [`Desk::unready`].
pub struct Unready {
    ledger: Ledger,
    step: i64,
}

impl Unready {
    /// Makes them ready. It takes a moment with many records, and needs no desk.
    pub fn ready(&self) -> Index {
        Index::new(&self.ledger, self.step)
    }
}

impl Index {
    fn new(ledger: &Ledger, step: i64) -> Index {
        let entries = |kind: &&'static Kind| {
            let rows = if kind.internal { &[] } else { ledger.rows(kind) };
            rows.iter().map(|record| Entry::new(ledger, kind, record)).collect()
        };
        Index { step, kinds: KINDS.iter().map(entries).collect() }
    }

    /// Makes ready anew what changed, and what bears the name of it: the label of an agreement has its tenant's in it.
    fn follow(&mut self, ledger: &Ledger, changed: impl IntoIterator<Item = (&'static Kind, i64)>, step: i64) {
        let mut renamed: HashSet<(&str, i64)> = changed.into_iter().map(|(kind, id)| (kind.name, id)).collect();
        while !renamed.is_empty() {
            for (kind, id) in renamed.iter().filter_map(|(name, id)| Some((kind(name)?, *id))) {
                self.put(ledger, kind, id);
            }
            let bearers = KINDS.iter().copied().filter(|kind| !kind.internal).flat_map(|kind| {
                let named: Vec<(usize, &str)> = kind
                    .title
                    .iter()
                    .filter_map(|name| match kind.field(name)?.ty {
                        Type::Ref(of) | Type::Refs(of) => Some((kind.at(name)?, of)),
                        _ => None,
                    })
                    .filter(|(_, of)| renamed.iter().any(|(name, _)| name == of))
                    .collect();
                let rows = if named.is_empty() { &[] } else { ledger.rows(kind) };
                let renamed = &renamed;
                let bears = move |record: &&Record| {
                    named.iter().any(|(at, of)| match record.get(*at) {
                        Some(Value::Int(id)) => renamed.contains(&(of, *id)),
                        Some(Value::Ids(ids)) => ids.iter().any(|id| renamed.contains(&(of, *id))),
                        _ => false,
                    })
                };
                rows.iter().filter(bears).map(|record| (kind.name, record.id))
            });
            renamed = bearers.collect();
        }
        self.step = step;
    }

    /// Brings one record to what the ledger says of it.
    fn put(&mut self, ledger: &Ledger, kind: &'static Kind, id: i64) {
        let Some(entries) = self.kinds.get_mut(kind.index()).filter(|_| !kind.internal) else { return };
        let place = entries.binary_search_by_key(&id, |entry| entry.id);
        match (place, ledger.get(kind, id).map(|record| Entry::new(ledger, kind, record))) {
            (Ok(at), Some(entry)) => entries[at] = entry,
            (Ok(at), None) => drop(entries.remove(at)),
            (Err(at), Some(entry)) => entries.insert(at, entry),
            (Err(_), None) => {}
        }
    }
}

/// How well something fits: by the place of the find in the label, last by another field; then the shorter label, then
/// the older record.
type Rank = (usize, usize, i64);

/// What was found in one list: the best of it, best first, and how much there is.
#[derive(Default)]
struct Found<'a> {
    best: Vec<(Rank, &'static Kind, &'a Entry, Option<usize>)>,
    count: usize,
}

impl<'a> Found<'a> {
    fn take(&mut self, rank: Rank, kind: &'static Kind, entry: &'a Entry, field: Option<usize>) {
        self.count += 1;
        let at = self.best.partition_point(|(other, ..)| *other < rank);
        if at < SHOWN {
            self.best.insert(at, (rank, kind, entry, field));
            self.best.truncate(SHOWN);
        }
    }
}

impl Desk {
    /// Searches everything. What is typed may be 汉字, pinyin, initials or a mixture; several words must all be
    /// found in one label or field.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn search(&self, typed: &str) -> Result<Vec<HitGroup>> {
        let Some(wanted) = Wanted::new(typed) else { return Ok(Vec::new()) };
        let ledger = self.store.ledger()?;
        self.follow(&ledger)?;
        let kept = self.index.borrow();
        let ready = kept.iter().flat_map(|index| KINDS.iter().copied().zip(&index.kinds));

        // By kind in the order of kinds; teams and enterprises part the tenants between them.
        let mut found: BTreeMap<(usize, &str), Found<'_>> = BTreeMap::new();
        for (kind, entry) in ready.flat_map(|(kind, entries)| entries.iter().map(move |entry| (kind, entry))) {
            let hit = match wanted.find(&entry.label) {
                Some(at) => Some(((at.min(1), entry.label.len(), entry.id), None)),
                None => {
                    let field = entry.fields.iter().find(|(_, text)| wanted.find(text).is_some());
                    field.map(|(at, _)| ((2, 0, entry.id), Some(*at)))
                }
            };
            let Some((rank, field)) = hit else { continue };
            let list = match kind.name {
                "tenant" => match ledger.get(kind, entry.id).map(|r| ledger.stage(r, self.today)) {
                    Some(Stage::Enterprise) => "enterprise",
                    _ => "team",
                },
                name => name,
            };
            found.entry((kind.index(), list)).or_default().take(rank, kind, entry, field);
        }
        let mut groups: Vec<HitGroup> = found
            .into_iter()
            .map(|((_, list), Found { best, count })| {
                let more = count.saturating_sub(best.len());
                let best = best.into_iter();
                let hits = best.map(|(_, kind, entry, field)| self.hit(&ledger, list, kind, entry, field)).collect();
                let label = crate::record::shape(list).map_or(list, |s| s.label);
                HitGroup { label: label.to_owned(), hits, more }
            })
            .collect();
        groups.sort_by_key(|g| g.hits.iter().all(|h| !h.found.is_empty()));
        let titled = |label: &str, all: Vec<(String, Target)>| {
            let fits = |(title, _): &(String, Target)| wanted.find(&Spelt::new(title)).is_some();
            let mut hits: Vec<Hit> = all
                .into_iter()
                .filter(fits)
                .map(|(label, target)| Hit { label, found: String::new(), target })
                .collect();
            let more = hits.len().saturating_sub(SHOWN);
            hits.truncate(SHOWN);
            (!hits.is_empty()).then(|| HitGroup { label: label.to_owned(), hits, more })
        };
        let form = |f: super::FormEntry| {
            let target = Target::Reports { form: Some(f.id), period: None, code: None, rule: None, field: None };
            (f.title, target)
        };
        groups.extend(titled("报表与附表", self.forms().into_iter().map(form).collect()));
        let programme =
            |p: super::ProgrammeEntry| (p.title, Target::Annexes { programme: Some(p.id), condition: None });
        groups.extend(titled("申报与评价", self.programmes().into_iter().map(programme).collect()));
        Ok(groups)
    }
}

impl Desk {
    /// What has to be made ready before the first search, and after a step with many changes; `None` when a search
    /// answers at once. Whoever is about to search makes it ready without holding the desk, and hands it to
    /// [`Desk::take_ready`].
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn unready(&self) -> Result<Option<Unready>> {
        let step = self.store.last_step();
        let known = self.index.borrow().as_ref().map(|index| index.step);
        let near = match known {
            Some(known) if known == step => true,
            Some(known) => self.store.few_changes_since(known)?.is_some(),
            None => false,
        };
        if near { Ok(None) } else { Ok(Some(Unready { ledger: self.store.ledger()?, step })) }
    }

    /// Takes what was made ready, unless it is older than what is there.
    pub fn take_ready(&self, ready: Index) {
        let mut kept = self.index.borrow_mut();
        if kept.as_ref().is_none_or(|index| index.step < ready.step) {
            *kept = Some(ready);
        }
    }

    /// Brings the index up to the last step.
    fn follow(&self, ledger: &Ledger) -> Result<()> {
        let step = self.store.last_step();
        let mut kept = self.index.borrow_mut();
        if let Some(index) = kept.as_mut().filter(|index| index.step < step)
            && let Some(changes) = self.store.few_changes_since(index.step)?
        {
            index.follow(ledger, changes.into_iter().map(|change| (change.kind, change.id)), step);
        }
        if kept.as_ref().is_none_or(|index| index.step != step) {
            *kept = Some(Index::new(ledger, step));
        }
        Ok(())
    }

    fn hit(&self, ledger: &Ledger, list: &str, kind: &'static Kind, entry: &Entry, field: Option<usize>) -> Hit {
        let record = ledger.get(kind, entry.id);
        let own = |record: &Record| self.text_named(kind, record).unwrap_or_else(|| ledger.label(kind, record));
        let label = record.map_or_else(String::new, own);
        let found = field.and_then(|at| {
            let field = kind.fields.get(at)?;
            let text = self.shown(ledger, record?, kind, field);
            let short: String = text.chars().take(40).collect();
            Some(format!("{}：{short}", field.label))
        });
        Hit { label, found: found.unwrap_or_default(), target: Target::record(list, entry.id) }
    }

    /// A text of a form by what the form and the cell are called in print, where the form is at hand.
    fn text_named(&self, kind: &Kind, record: &Record) -> Option<String> {
        let says = |field: &str| record.field(kind, field).and_then(Value::as_text);
        let of = (kind.name == "text_block").then(|| says("form")).flatten()?;
        let form = self.shelf.named(of)?;
        let code = says("cell")?;
        let cell = form.cells.iter().find(|cell| cell.code == code)?;
        Some(format!("{} {}", form.title, cell.label))
    }
}

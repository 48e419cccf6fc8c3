//! One box over everything: records of every kind by what is written in them, forms, programmes.

use std::collections::BTreeMap;

use serde::Serialize;
use ts_rs::TS;

use super::{Desk, Target};
use crate::error::Result;
use crate::ledger::Ledger;
use crate::record::{KINDS, Kind, Stage, Type, Value};
use crate::spell::{Spelt, Wanted};

/// Results shown of each kind.
const SHOWN: usize = 8;
/// Results of one kind beyond which nobody counts.
const COUNTED: usize = 500;
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
    kind: &'static Kind,
    id: i64,
    label: Spelt,
    /// Position of the field, and its text.
    fields: Vec<(usize, Spelt)>,
}

/// Every record made ready, as of one step.
pub(super) struct Index {
    step: i64,
    entries: Vec<Entry>,
}

impl Index {
    fn new(ledger: &Ledger, step: i64) -> Index {
        let mut entries = Vec::new();
        for kind in KINDS.iter().copied().filter(|k| !k.internal) {
            let searched = |ty: Type| {
                matches!(ty, Type::Text | Type::Long | Type::Phone | Type::CreditCode | Type::Email | Type::Choice(_))
            };
            for record in ledger.rows(kind) {
                let fields =
                    kind.fields.iter().enumerate().filter(|(_, f)| searched(f.ty) && !kind.title.contains(&f.name));
                let text = |(at, _): (usize, _)| {
                    let text = record.get(at).and_then(Value::as_text).filter(|t| !t.is_empty())?;
                    Some((at, Spelt::new(text.get(..READ).unwrap_or(text))))
                };
                let label = Spelt::new(&ledger.label(kind, record));
                entries.push(Entry { kind, id: record.id, label, fields: fields.filter_map(text).collect() });
            }
        }
        Index { step, entries }
    }
}

/// How well something fits: by the place of the find in the label, last by another field.
type Rank = (usize, usize);

impl Desk {
    /// Searches everything. What is typed may be 汉字, pinyin, initials or a mixture; several words must all be
    /// found in one label or field.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn search(&self, typed: &str) -> Result<Vec<HitGroup>> {
        let Some(wanted) = Wanted::new(typed) else { return Ok(Vec::new()) };
        let ledger = self.store.ledger()?;
        let mut kept = self.index.borrow_mut();
        let step = self.store.last_step();
        if kept.as_ref().is_none_or(|index| index.step != step) {
            *kept = Some(Index::new(&ledger, step));
        }
        let entries = kept.as_ref().map_or(&[][..], |index| &index.entries);

        // By kind in the order of kinds; teams and enterprises part the tenants between them.
        #[allow(clippy::type_complexity, reason = "used in this function alone")]
        let mut found: BTreeMap<(usize, &str), Vec<(Rank, &Entry, Option<usize>)>> = BTreeMap::new();
        for entry in entries {
            let hit = match wanted.find(&entry.label) {
                Some(at) => Some(((at.min(1), entry.label.len()), None)),
                None => {
                    let field = entry.fields.iter().find(|(_, text)| wanted.find(text).is_some());
                    field.map(|(at, _)| ((2, 0), Some(*at)))
                }
            };
            let Some((rank, field)) = hit else { continue };
            let list = match entry.kind.name {
                "tenant" => match ledger.get(entry.kind, entry.id).map(|r| ledger.stage(r, self.today)) {
                    Some(Stage::Enterprise) => "enterprise",
                    _ => "team",
                },
                name => name,
            };
            let group = found.entry((entry.kind.index(), list)).or_default();
            if group.len() < COUNTED {
                group.push((rank, entry, field));
            }
        }
        let mut groups: Vec<HitGroup> = found
            .into_iter()
            .map(|((_, list), mut hits)| {
                hits.sort_by_key(|(rank, entry, _)| (*rank, entry.id));
                let more = hits.len().saturating_sub(SHOWN);
                let hits = hits.into_iter().take(SHOWN).map(|(_, entry, field)| self.hit(&ledger, list, entry, field));
                let label = crate::record::shape(list).map_or(list, |s| s.label);
                HitGroup { label: label.to_owned(), hits: hits.collect(), more }
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
        let form = |f: super::FormEntry| (f.title, Target::Reports { form: Some(f.id), period: None, code: None });
        groups.extend(titled("报表与附表", self.forms().into_iter().map(form).collect()));
        let programme =
            |p: super::ProgrammeEntry| (p.title, Target::Annexes { programme: Some(p.id), condition: None });
        groups.extend(titled("申报与评价", self.programmes().into_iter().map(programme).collect()));
        Ok(groups)
    }
}

impl Desk {
    fn hit(&self, ledger: &Ledger, list: &str, entry: &Entry, field: Option<usize>) -> Hit {
        let record = ledger.get(entry.kind, entry.id);
        let label = record.map_or_else(String::new, |r| ledger.label(entry.kind, r));
        let found = field.and_then(|at| {
            let field = entry.kind.fields.get(at)?;
            let text = self.shown(ledger, record?, entry.kind, field);
            let short: String = text.chars().take(40).collect();
            Some(format!("{}：{short}", field.label))
        });
        Hit { label, found: found.unwrap_or_default(), target: Target::record(list, entry.id) }
    }
}

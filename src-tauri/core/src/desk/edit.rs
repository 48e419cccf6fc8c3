//! Records typed in, changed and brought back by hand: in a grid or in an editor. Each saving is one step of undo.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::grid::{ListRow, Mark, View, addable, fields_of, marks_of, row_of, text_of};
use super::records::{listed, shape, standing};
use super::{Desk, HistoryEntry};
use crate::error::{Error, Flaw, Result};
use crate::ledger::Ledger;
use crate::progress::Progress;
use crate::record::{Field, Kind, Record, Shape, Type, Value, check, kind, shapes};
use crate::roster;
use crate::spell::{Spelt, Wanted};

/// What was typed into one field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Typed {
    /// English name of the field.
    pub field: String,
    /// As typed; blank empties the field. A reference is written by name, several with 、 between them.
    pub text: String,
    /// The records that were picked from a list, where names alone could mean two.
    #[serde(default)]
    #[ts(optional, type = "number[]")]
    pub ids: Option<Vec<i64>>,
}

/// What was typed into one field of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Put {
    /// Id of the record.
    #[ts(type = "number")]
    pub id: i64,
    /// The field and its text.
    #[serde(flatten)]
    pub typed: Typed,
}

/// What came of a change.
#[derive(Debug, Clone, Default, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Changed {
    /// Lists to which records went by this change: a team that registers becomes an enterprise.
    pub moved: Vec<(String, &'static str)>,
}

/// A new record, saved or not yet.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Added {
    /// As it was understood. Its id is 0 while something is missing or wrong: then nothing is saved.
    pub row: ListRow,
}

/// A record to refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Pick {
    /// Its id.
    #[ts(type = "number")]
    pub id: i64,
    /// Its label.
    pub label: String,
    /// What tells it from others of the same name.
    pub hint: String,
}

/// Records to refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Choices {
    /// The first of them.
    pub picks: Vec<Pick>,
    /// How many there are in all.
    pub count: usize,
}

/// A record in the editor.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Sheet {
    /// List in which it stands today.
    pub list: &'static str,
    /// Chinese name of the list.
    pub list_label: &'static str,
    /// English name of its kind.
    pub kind: &'static str,
    /// It lies in the bin.
    pub in_bin: bool,
    /// Its texts in the order of the list's columns.
    pub row: ListRow,
    /// Ids behind its references, by field.
    #[ts(type = "Record<string, number[]>")]
    pub ids: std::collections::BTreeMap<&'static str, Vec<i64>>,
    /// Other records that refer to it.
    pub related: Vec<Relation>,
    /// What was done to it, newest first.
    pub history: Vec<HistoryEntry>,
}

/// Records of one list that refer to a record.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Relation {
    /// English name of the list.
    pub list: &'static str,
    /// Chinese name of the list.
    pub label: &'static str,
    /// The field by which they refer to it.
    pub field: &'static str,
    /// How many there are.
    pub count: usize,
    /// The newest of them.
    pub rows: Vec<RelatedRow>,
    /// One can be typed in.
    pub addable: bool,
}

/// A record that refers to another.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RelatedRow {
    /// Its id.
    #[ts(type = "number")]
    pub id: i64,
    /// What it says, without the name of the record it refers to.
    pub label: String,
}

/// A record in the bin.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Binned {
    /// English name of its kind.
    pub kind: &'static str,
    /// Chinese name of its kind.
    pub kind_label: &'static str,
    /// Its id.
    #[ts(type = "number")]
    pub id: i64,
    /// Its label.
    pub label: String,
    /// When it was deleted, `2021-09-20T08:30:00.000`.
    pub at: String,
    /// How many were deleted by the same step, itself among them.
    pub together: usize,
}

/// The bin.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Bin {
    /// What was deleted last.
    pub rows: Vec<Binned>,
    /// How many records lie in it in all.
    pub count: usize,
}

/// Related records that are shown of each list.
const RELATED: usize = 50;

/// Reads what was typed.
#[allow(clippy::result_large_err, reason = "a flaw is made once a field, not once a row")]
fn read(shape: &Shape, ledger: &Ledger, typed: &Typed) -> Result<Option<Value>, Flaw> {
    let flaw = |say: String| Flaw::field(shape.name, &typed.field, say);
    let Some(field) = shape.fields.iter().find(|f| f.name == typed.field) else {
        return Err(flaw(format!("{}没有名为“{}”的栏目", shape.label, typed.field)));
    };
    match field.ty {
        Type::System | Type::Owner => Err(flaw(format!("{}由程序填写，不能修改", field.label))),
        Type::Ref(of) => match &typed.ids {
            Some(ids) => Ok(ids.first().map(|id| Value::Int(*id))),
            None if typed.text.trim().is_empty() => Ok(None),
            None => named(ledger, of, typed.text.trim()).map(|id| Some(Value::Int(id))).map_err(flaw),
        },
        Type::Refs(of) => {
            let said: Vec<i64> = match &typed.ids {
                Some(ids) => ids.clone(),
                None => {
                    let names = typed.text.split(['、', '，', ',', ';', '；', '\n']).map(str::trim);
                    let names = names.filter(|n| !n.is_empty());
                    names.map(|name| named(ledger, of, name)).collect::<Result<_, String>>().map_err(flaw)?
                }
            };
            // Who is named twice is meant once.
            let mut ids: Vec<i64> = Vec::with_capacity(said.len());
            for id in said {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            Ok((!ids.is_empty()).then(|| Value::Ids(ids.into())))
        }
        _ => roster::typed(field, &typed.text).map_err(flaw),
    }
}

/// Texts by which a record is found: its label, and the names it had or is registered under.
fn names(ledger: &Ledger, kind: &Kind, record: &Record) -> Vec<String> {
    let also = ["name", "team_name", "credit_code", "number"];
    let also = also.iter().filter_map(|f| record.field(kind, f)?.as_text().map(roster::folded));
    std::iter::once(roster::folded(&ledger.label(kind, record))).chain(also).collect()
}

/// The one record of a kind that bears a name.
fn named(ledger: &Ledger, of: &str, name: &str) -> Result<i64, String> {
    let Some(kind) = kind(of) else { return Err(format!("没有名为“{of}”的记录类别")) };
    let wanted = roster::folded(name);
    let mut found = ledger.rows(kind).iter().filter(|r| names(ledger, kind, r).contains(&wanted));
    match (found.next(), found.count()) {
        (Some(record), 0) => Ok(record.id),
        (Some(_), more) => Err(format!("有 {} 条{}都叫“{name}”，请从列表中选定一条", more + 1, kind.label)),
        (None, _) => Err(format!("{}里没有“{name}”，请先登记，或从列表中选择", kind.label)),
    }
}

/// The fields of a record that were typed, put into it.
fn fill<'a>(
    shape: &Shape,
    ledger: &Ledger,
    record: &mut Record,
    typed: impl IntoIterator<Item = &'a Typed>,
) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for one in typed {
        // A text that was not touched is not read again: a reference to what is gone may stay.
        let same = one.ids.is_none()
            && shape.fields.iter().any(|f| f.name == one.field && text_of(ledger, shape.kind, f, record) == one.text);
        if same {
            continue;
        }
        match read(shape, ledger, one) {
            Ok(value) => record.set(shape.kind, &one.field, value),
            Err(flaw) => flaws.push(flaw),
        }
    }
    flaws
}

/// A new record of a list: its defaults, what is typed, and what of that cannot be read.
fn beginning(shape: &Shape, ledger: &Ledger, typed: &[Typed]) -> (Record, Vec<Flaw>) {
    let mut record = Record::empty(shape.kind, 0);
    for field in shape.kind.fields.iter().filter(|f| !f.default.is_empty()) {
        record.set(shape.kind, field.name, crate::record::parse_value(field, field.default).unwrap_or_default());
    }
    if let Some(stage) = shape.stage {
        record.set(shape.kind, "entered_as", Some(Value::text(stage.word())));
    }
    let wrong = fill(shape, ledger, &mut record, typed);
    (record, wrong)
}

/// A new record as a row, while it is not saved: what could not be read stays as it was typed, with the reason.
fn unsaved(shape: &Shape, ledger: &Ledger, record: &Record, typed: &[Typed], wrong: Vec<Flaw>) -> ListRow {
    let mut row = row_of(ledger, shape, record);
    for flaw in wrong {
        let field = flaw.place.field.unwrap_or_default();
        let at = fields_of(shape).iter().position(|f| f.name == field);
        if let (Some(cell), Some(one)) =
            (at.and_then(|at| row.cells.get_mut(at)), typed.iter().find(|t| t.field == field))
        {
            cell.clone_from(&one.text);
        }
        row.marks.retain(|m| m.field != field);
        row.marks.push(Mark { field, say: flaw.say, missing: false });
    }
    row
}

impl Desk {
    /// Changes cells, as one step of undo.
    ///
    /// # Errors
    /// [`Error::Flawed`] with record and field of everything that is wrong; then nothing is changed.
    pub fn change(&mut self, list: &str, puts: &[Put]) -> Result<Changed> {
        let shape = shape(list)?;
        let ledger = self.store.ledger()?;
        let mut place: HashMap<i64, usize> = HashMap::new();
        let mut typed: Vec<(i64, Vec<&Typed>)> = Vec::new();
        for put in puts {
            let at = *place.entry(put.id).or_insert(typed.len());
            match typed.get_mut(at) {
                Some((_, all)) => all.push(&put.typed),
                None => typed.push((put.id, vec![&put.typed])),
            }
        }
        let mut flaws = Vec::new();
        let mut records = Vec::new();
        for (id, all) in &typed {
            let Some(before) = ledger.get(shape.kind, *id) else { return Err(gone(shape, *id)) };
            let mut record = before.clone();
            for mut flaw in fill(shape, &ledger, &mut record, all.iter().copied()) {
                flaw.place.id = Some(*id);
                flaws.push(flaw);
            }
            if record != *before {
                records.push(record);
            }
        }
        if !flaws.is_empty() {
            return Err(Error::Flawed { flaws });
        }
        let ids: Vec<i64> = typed.iter().map(|(id, _)| *id).collect();
        let fields: Vec<&str> = puts.iter().map(|p| p.typed.field.as_str()).collect();
        let name = step_name(shape, &ledger, &ids, &fields, puts.len());
        self.revise(shape, &name, ledger, records)
    }

    /// Empties these fields of rows `from` to `to` of a view, as one step of undo. What only the program writes stays.
    ///
    /// # Errors
    /// [`Error::Flawed`] with what cannot be blank, each sentence once; then nothing is changed.
    pub fn empty_block(
        &mut self,
        list: &str,
        view: &View,
        from: usize,
        to: usize,
        fields: &[String],
    ) -> Result<Changed> {
        self.revise_block(list, view, from, to, fields, |_, _| None)
    }

    /// Gives rows `from + 1` to `to` of a view what row `from` has in these fields, as one step of undo.
    ///
    /// # Errors
    /// As [`Desk::empty_block`].
    pub fn fill_down(&mut self, list: &str, view: &View, from: usize, to: usize, fields: &[String]) -> Result<Changed> {
        let shape = shape(list)?;
        let first = self.ids(list, view, from, from)?;
        let ledger = self.store.ledger()?;
        let first = first.first().and_then(|id| ledger.get(shape.kind, *id)).cloned();
        drop(ledger);
        let Some(first) = first else { return Ok(Changed::default()) };
        self.revise_block(list, view, from + 1, to, fields, |kind, field| first.field(kind, field).cloned())
    }

    /// Sets fields of rows of a view to what `value` says of each field.
    fn revise_block(
        &mut self,
        list: &str,
        view: &View,
        from: usize,
        to: usize,
        fields: &[String],
        value: impl Fn(&Kind, &str) -> Option<Value>,
    ) -> Result<Changed> {
        let shape = shape(list)?;
        let own = |name: &String| {
            let field = shape.fields.iter().find(|f| f.name == *name)?;
            (!matches!(field.ty, Type::System | Type::Owner)).then_some(field.name)
        };
        let fields: Vec<&str> = fields.iter().filter_map(own).collect();
        let ids = self.ids(list, view, from, to)?;
        let ledger = self.store.ledger()?;
        let mut records = Vec::new();
        for id in &ids {
            let Some(before) = ledger.get(shape.kind, *id) else { continue };
            let mut record = before.clone();
            for field in &fields {
                record.set(shape.kind, field, value(shape.kind, field));
            }
            if record != *before {
                records.push(record);
            }
        }
        let name = step_name(shape, &ledger, &ids, &fields, ids.len() * fields.len());
        self.revise(shape, &name, ledger, records).map_err(|why| match why {
            Error::Flawed { flaws } if ids.len() > 1 => Error::Flawed { flaws: once_each(flaws) },
            other => other,
        })
    }

    /// Keeps changed records of a list as one step, each judged as one of the list in which it will stand: a day of
    /// registration that was typed for the wrong team can be taken out again.
    fn revise(&mut self, shape: &'static Shape, name: &str, ledger: Ledger, records: Vec<Record>) -> Result<Changed> {
        if records.is_empty() {
            return Ok(Changed::default());
        }
        let mut flaws = Vec::new();
        let mut moved = Vec::new();
        let mut judged: Vec<(&'static Shape, Record)> = Vec::with_capacity(records.len());
        for record in records {
            let own = if shape.stage.is_some() { standing(shape, &record, &ledger, self.today) } else { shape };
            for mut flaw in check(own, &record) {
                flaw.place.id = Some(record.id);
                flaws.push(flaw);
            }
            let before = ledger.get(shape.kind, record.id);
            if own.name != shape.name && before.is_some_and(|b| listed(shape, b, &ledger, self.today)) {
                moved.push((ledger.label(shape.kind, &record), own.label));
            }
            judged.push((own, record));
        }
        // What is wrong by itself needs no look at the other records, of which there may be many.
        if !flaws.is_empty() {
            return Err(Error::Flawed { flaws });
        }
        // Nobody else holds the records now: they change in place.
        drop(ledger);
        self.store.change(name, |tx| {
            let mut flaws = Vec::new();
            for (shape, record) in judged {
                match tx.update(shape, record) {
                    Err(Error::Flawed { flaws: own }) => flaws.extend(own),
                    other => other?,
                }
            }
            if flaws.is_empty() { Ok(()) } else { Err(Error::Flawed { flaws }) }
        })?;
        Ok(Changed { moved })
    }

    /// Types in a new record. It is saved, as one step of undo, as soon as nothing is missing or wrong; until then
    /// the answer says what is.
    ///
    /// # Errors
    /// [`Error::Refused`] when the list takes no records by hand.
    pub fn add(&mut self, list: &str, typed: &[Typed]) -> Result<Added> {
        let shape = shape(list)?;
        if !addable(shape) {
            return Err(Error::refused(format!("{}随文件一起登记：请在它所属记录的编辑栏里拖入文件", shape.label)));
        }
        let ledger = self.store.ledger()?;
        let (record, mut wrong) = beginning(shape, &ledger, typed);
        if wrong.is_empty() && marks_of(&ledger, shape, &record).is_empty() {
            let label = ledger.label(shape.kind, &record);
            let saved = self
                .store
                .change(&format!("新增{}“{label}”", shape.label), |tx| tx.insert_as_given(shape, record.clone()));
            match saved {
                Ok(id) => {
                    drop(ledger);
                    let ledger = self.store.ledger()?;
                    let record = ledger.get(shape.kind, id);
                    let row = record.map(|r| row_of(&ledger, shape, r));
                    let row = row.ok_or_else(|| Error::refused("新增的记录没有找到，请重新打开列表"))?;
                    return Ok(Added { row });
                }
                Err(Error::Flawed { flaws }) => wrong = flaws,
                Err(other) => return Err(other),
            }
        }
        Ok(Added { row: unsaved(shape, &ledger, &record, typed, wrong) })
    }

    /// What a new record would be with what is typed so far: its defaults and what it lacks. Nothing is saved.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such list.
    pub fn begun(&self, list: &str, typed: &[Typed]) -> Result<Added> {
        let shape = shape(list)?;
        let ledger = self.store.ledger()?;
        let (record, wrong) = beginning(shape, &ledger, typed);
        Ok(Added { row: unsaved(shape, &ledger, &record, typed, wrong) })
    }

    /// Sends records to the bin, as one step of undo.
    ///
    /// # Errors
    /// [`Error::Refused`] when one is not there.
    pub fn delete_all(&mut self, list: &str, ids: &[i64]) -> Result<()> {
        self.delete_many(list, ids, Progress::SILENT)
    }

    /// The same for as many as there may be, told to who watches. Stopped, nothing of it is done.
    ///
    /// # Errors
    /// As [`Desk::delete_all`]; [`Error::Cancelled`].
    pub fn delete_many(&mut self, list: &str, ids: &[i64], progress: Progress<'_>) -> Result<()> {
        /// So many between two words about it.
        const PART: usize = 500;
        let shape = shape(list)?;
        let ledger = self.store.ledger()?;
        let name = match ids {
            [] => return Ok(()),
            [id] => {
                let label = ledger.get(shape.kind, *id).map(|r| ledger.label(shape.kind, r)).unwrap_or_default();
                format!("删除{}“{label}”", shape.label)
            }
            many => format!("删除 {} 条{}", many.len(), shape.label),
        };
        drop(ledger);
        self.store.change(&name, |tx| {
            for (at, part) in ids.chunks(PART).enumerate() {
                progress.at("删除记录", (at * PART) as u64, ids.len() as u64)?;
                tx.delete_all(shape.kind, part)?;
            }
            Ok(())
        })
    }

    /// The bin: what was deleted by hand, the latest first, so many of it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn bin(&self, count: usize) -> Result<Bin> {
        let ledger = self.store.ledger()?;
        let mut all = self.store.bin()?;
        all.retain(|(kind, ..)| !kind.internal);
        let mut together: HashMap<String, usize> = HashMap::new();
        for (_, _, at) in &all {
            *together.entry(at.clone()).or_default() += 1;
        }
        all.sort_by(|(_, _, one), (_, _, other)| other.cmp(one));
        let rows = all.iter().take(count).map(|(kind, record, at)| Binned {
            kind: kind.name,
            kind_label: kind.label,
            id: record.id,
            label: ledger.label(kind, record),
            at: at.clone(),
            together: together.get(at).copied().unwrap_or(1),
        });
        Ok(Bin { rows: rows.collect(), count: all.len() })
    }

    /// Brings back all that was deleted at a moment, as one step of undo.
    ///
    /// # Errors
    /// [`Error::Refused`] when nothing was, [`Error::Flawed`] when something it cannot do without is still in the bin.
    pub fn put_back_all(&mut self, at: &str) -> Result<()> {
        let count = self.store.bin()?.iter().filter(|(.., moment)| moment == at).count();
        self.store.change(&format!("恢复同时删除的 {count} 条记录"), |tx| tx.put_back_all(at))
    }

    /// Records that a field of a list may refer to and whose name has `text` in it: first those that are called so, then
    /// those that begin with it.
    ///
    /// # Errors
    /// [`Error::Refused`] when the field is no reference.
    pub fn choices(&self, list: &str, field: &str, text: &str) -> Result<Choices> {
        let shape = shape(list)?;
        let of = shape.fields.iter().find(|f| f.name == field).and_then(|f| match f.ty {
            Type::Ref(of) | Type::Refs(of) => kind(of),
            _ => None,
        });
        let Some(kind) = of else { return Err(Error::refused(format!("“{field}”不指向其他记录"))) };
        let ledger = self.store.ledger()?;
        let wanted = roster::folded(text);
        // What has letters in it may be pinyin, full or by initials.
        let spelt = Wanted::new(text).filter(|_| text.contains(|c: char| c.is_ascii_alphabetic()));
        let mut found: Vec<(usize, &Record)> = Vec::new();
        for record in ledger.rows(kind) {
            let names = names(&ledger, kind, record);
            let read = |name: &String| spelt.as_ref().and_then(|wanted| wanted.find(&Spelt::new(name)));
            let place = names.iter().filter_map(|n| n.find(&wanted).or_else(|| read(n))).min();
            // The first is taken by Enter: a name typed whole must not give way to a longer one.
            let far = if names.contains(&wanted) { 0 } else { 1 + usize::from(place != Some(0)) };
            found.extend(place.map(|_| (far, record)));
        }
        found.sort_by_key(|(far, _)| *far);
        let hint = |record: &Record| {
            let fields = ["leader_name", "employer", "credit_code"].iter();
            fields.filter_map(|f| record.field(kind, f)?.as_text()).next().unwrap_or_default().to_owned()
        };
        let picks = found
            .iter()
            .take(30)
            .map(|(_, r)| Pick { id: r.id, label: ledger.label(kind, r), hint: hint(r) })
            .collect();
        Ok(Choices { picks, count: found.len() })
    }

    /// A record for the editor, also from the bin, in the list in which it stands today.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is none.
    pub fn sheet(&self, kind: &str, id: i64) -> Result<Sheet> {
        let list = self.list_of(kind, id)?;
        let shape = shape(list)?;
        let view = self.record(kind, id)?;
        let ledger = self.store.ledger()?;
        let record = match ledger.get(shape.kind, id) {
            Some(record) => record.clone(),
            None => self.store.binned(shape.kind, id)?.unwrap_or_else(|| Record::empty(shape.kind, id)),
        };
        let ids = shape.fields.iter().filter_map(|f| match (f.ty, record.field(shape.kind, f.name)) {
            (Type::Ref(_), Some(Value::Int(id))) => Some((f.name, vec![*id])),
            (Type::Refs(_), Some(Value::Ids(ids))) => Some((f.name, ids.to_vec())),
            _ => None,
        });
        Ok(Sheet {
            list,
            list_label: shape.label,
            kind: shape.kind.name,
            in_bin: view.in_bin,
            row: row_of(&ledger, shape, &record),
            ids: ids.collect(),
            related: if view.in_bin { Vec::new() } else { related(&ledger, shape.kind, id) },
            history: view.history,
        })
    }

    /// Texts of a record at the end of a day, in the order of its list's columns; `None` when it was not there then.
    ///
    /// # Errors
    /// [`Error::Refused`] when the list is not there.
    pub fn record_on(&self, list: &str, id: i64, day: NaiveDate) -> Result<Option<ListRow>> {
        let shape = shape(list)?;
        let then = self.store.ledger_as_of(&day.to_string())?;
        Ok(then.get(shape.kind, id).map(|record| row_of(&then, shape, record)))
    }

    /// Puts a record back to how it stood right after a step.
    ///
    /// # Errors
    /// As [`crate::store::Store::revert_record`].
    pub fn restore_step(&mut self, kind: &str, id: i64, step: i64) -> Result<()> {
        let shape = shape(kind)?;
        self.store.revert_record(shape.kind, id, step)
    }
}

fn gone(shape: &Shape, id: i64) -> Error {
    Error::refused(format!("没有编号为 {id} 的{}，它可能已被删除", shape.label))
}

/// Flaws of many records, each sentence once with how often it holds: nobody reads the same one for every row.
fn once_each(flaws: Vec<Flaw>) -> Vec<Flaw> {
    /// So many are read at a time.
    const SAID: usize = 20;
    let mut place: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<(Flaw, usize)> = Vec::new();
    for flaw in flaws {
        let at = *place.entry(flaw.say.clone()).or_insert(found.len());
        match found.get_mut(at) {
            Some((_, count)) => *count += 1,
            None => found.push((flaw, 1)),
        }
    }
    let rest = found.len().saturating_sub(SAID);
    let said = found.into_iter().take(SAID).map(|(mut flaw, count)| {
        if count > 1 {
            flaw.place.id = None;
            flaw.say = format!("{}(共 {count} 条)", flaw.say);
        }
        flaw
    });
    let rest = (rest > 0).then(|| Flaw { place: Default::default(), say: format!("另有 {rest} 项") });
    said.chain(rest).collect()
}

/// How a change of some fields of records is called in menu and history.
fn step_name(shape: &Shape, ledger: &Ledger, ids: &[i64], fields: &[&str], cells: usize) -> String {
    match ids {
        [id] => {
            let record = ledger.get(shape.kind, *id).map(|r| ledger.label(shape.kind, r)).unwrap_or_default();
            match fields {
                [one] => {
                    format!("修改{}“{record}”的{}", shape.label, shape.label_of(one).unwrap_or_default())
                }
                _ => format!("修改{}“{record}”的 {} 项", shape.label, fields.len()),
            }
        }
        ids => format!("修改 {} 条{}的 {cells} 格", ids.len(), shape.label),
    }
}

/// Records of other kinds that refer to a record, by the references declared.
fn related(ledger: &Ledger, kind: &'static Kind, id: i64) -> Vec<Relation> {
    let mut all = Vec::new();
    for other in shapes().filter(|s| s.stage.is_none()) {
        let refers = |f: &&Field| matches!(f.ty, Type::Ref(of) | Type::Refs(of) if of == kind.name);
        for field in other.fields.iter().filter(refers) {
            let has = |r: &&Record| match r.field(other.kind, field.name) {
                Some(Value::Int(one)) => *one == id,
                Some(Value::Ids(ids)) => ids.contains(&id),
                _ => false,
            };
            let mut found: Vec<&Record> = ledger.rows(other.kind).iter().filter(has).collect();
            found.sort_by_key(|r| std::cmp::Reverse((day_of(other.kind, r), r.id)));
            // Its own name says nothing beside itself.
            let says = |r: &Record| {
                let title = other.kind.title.iter().filter(|name| **name != field.name);
                let rest = other
                    .fields
                    .iter()
                    .map(|f| &f.name)
                    .filter(|name| **name != field.name && !other.kind.title.contains(name));
                let parts = title.chain(rest).map(|name| ledger.text(other.kind, r, name));
                let parts: Vec<String> = parts.filter(|t| !t.is_empty()).take(4).collect();
                if parts.is_empty() { ledger.label(other.kind, r) } else { parts.join(" · ") }
            };
            all.push(Relation {
                list: other.name,
                label: other.label,
                field: field.name,
                count: found.len(),
                rows: found.iter().take(RELATED).map(|r| RelatedRow { id: r.id, label: says(r) }).collect(),
                addable: addable(other),
            });
        }
    }
    all
}

/// The day by which a record is dated or its life begins.
fn day_of(kind: &Kind, record: &Record) -> Option<NaiveDate> {
    let field = kind.dated.or(kind.span.map(|(from, _)| from))?;
    record.field(kind, field)?.as_date()
}

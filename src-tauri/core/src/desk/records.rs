//! Records as the window and the command line see them.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use ts_rs::TS;

use super::Desk;
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::record::{Field, Kind, Record, Shape, Stage, Type, Value, format_value, shapes};
use crate::workbook;

/// The setting that masks telephone numbers in rosters and lists that are exported; off unless it is set, since the
/// rosters that authorities ask for have a column 联系电话.
pub const MASKING_EXPORTS: &str = "masking_exports";

/// One field of a kind, for forms, imports and scripts.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct FieldEntry {
    /// English name.
    pub name: &'static str,
    /// Chinese label.
    pub label: &'static str,
    /// Label with unit, as templates carry it.
    pub heading: String,
    /// Type by name: text, long, choice, phone, postcode, credit_code, email, date, month, year, int, decimal, money, bool, ref, refs, owner.
    #[serde(rename = "type")]
    pub ty: &'static str,
    /// Unit in which people type it.
    pub unit: &'static str,
    /// A record without it is flawed.
    pub required: bool,
    /// Choices.
    pub options: Vec<&'static str>,
    /// Kind that a reference leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<&'static str>,
    /// Other headings under which an import recognises it.
    pub aliases: Vec<&'static str>,
    /// Explanation.
    pub help: &'static str,
}

/// A kind or list with its fields.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct KindEntry {
    /// English name, KIND of the command line.
    pub name: &'static str,
    /// Chinese name.
    pub label: &'static str,
    /// Kind of its records where that differs: teams and enterprises are tenants.
    pub of: &'static str,
    /// Its fields.
    pub fields: Vec<FieldEntry>,
}

/// One field of a record, as text.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct FieldView {
    /// English name.
    pub name: &'static str,
    /// Chinese label with unit.
    pub label: String,
    /// Content as people write it; empty when not filled in.
    pub text: String,
}

/// One step of a record's history.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct HistoryEntry {
    /// Number of the step.
    #[ts(type = "number")]
    pub step: i64,
    /// When.
    pub at: String,
    /// Name of the step.
    pub name: String,
    /// Who made it; blank when it is not known.
    pub who: String,
    /// Field by field: label, before, after.
    pub changes: Vec<(String, String, String)>,
}

/// A record to look at.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RecordView {
    /// English name of its kind.
    pub kind: &'static str,
    /// Chinese name of its kind.
    pub kind_label: &'static str,
    /// Its id.
    #[ts(type = "number")]
    pub id: i64,
    /// Its own label.
    pub label: String,
    /// It lies in the bin.
    pub in_bin: bool,
    /// Its fields.
    pub fields: Vec<FieldView>,
    /// What was done to it, newest first.
    pub history: Vec<HistoryEntry>,
}

/// A kind or list by name, or the refusal that names those there are.
pub fn shape(name: &str) -> Result<&'static Shape> {
    crate::record::shape(name).filter(|s| !s.kind.internal).ok_or_else(|| {
        let known: Vec<String> = shapes().map(|s| format!("{}({})", s.name, s.label)).collect();
        Error::refused(format!("没有名为“{name}”的记录类别，现有：{}", known.join("、")))
    })
}

fn field_entry(field: &Field) -> FieldEntry {
    FieldEntry {
        name: field.name,
        label: field.label,
        heading: field.heading(field.label),
        ty: field.ty.name(),
        unit: field.unit,
        required: field.required,
        options: match field.ty {
            Type::Choice(options) => options.to_vec(),
            _ => Vec::new(),
        },
        of: match field.ty {
            Type::Ref(of) | Type::Refs(of) => Some(of),
            _ => None,
        },
        aliases: field.aliases.to_vec(),
        help: field.help,
    }
}

/// A telephone number with its middle hidden: 138****5678. What is shorter than seven signs is hidden whole.
pub fn masked(phone: &str) -> String {
    let signs: Vec<char> = phone.chars().collect();
    if signs.len() < 7 {
        return "*".repeat(signs.len());
    }
    let (first, last) = (&signs[..3], &signs[signs.len() - 4..]);
    first.iter().copied().chain(std::iter::repeat_n('*', signs.len() - 7)).chain(last.iter().copied()).collect()
}

/// Whether a record belongs to a list today: teams and enterprises part the tenants between them.
pub fn listed(shape: &Shape, record: &Record, ledger: &Ledger, today: NaiveDate) -> bool {
    shape.stage.is_none_or(|stage: Stage| ledger.stage(record, today) == stage)
}

/// The list in which a record of `shape`'s kind stands today: teams and enterprises become each other.
pub fn standing(shape: &'static Shape, record: &Record, ledger: &Ledger, today: NaiveDate) -> &'static Shape {
    let mut lists = shapes().filter(|s| s.kind.name == shape.kind.name && s.stage.is_some());
    lists.find(|s| listed(s, record, ledger, today)).unwrap_or(shape)
}

/// A record as JSON: money in 分, decimals as numbers, dates as text, references as id and label, blank as null.
fn json(kind: &Kind, fields: &[Field], record: &Record, ledger: &Ledger) -> Map<String, Json> {
    let mut map = Map::new();
    map.insert("id".into(), record.id.into());
    map.insert("label".into(), ledger.label(kind, record).into());
    for field in fields {
        map.insert(field.name.into(), json_value(field, record.field(kind, field.name), ledger));
    }
    map
}

fn json_value(field: &Field, value: Option<&Value>, ledger: &Ledger) -> Json {
    let reference = |of: &str, id: i64| {
        let label = crate::record::kind(of).and_then(|k| Some(ledger.label(k, ledger.get(k, id)?)));
        serde_json::json!({ "id": id, "label": label })
    };
    match (value, field.ty) {
        (None, _) => Json::Null,
        (Some(Value::Int(id)), Type::Ref(of)) => reference(of, *id),
        (Some(Value::Ids(ids)), Type::Refs(of)) => ids.iter().map(|id| reference(of, *id)).collect(),
        (Some(Value::Int(n)), Type::Decimal) => serde_json::json!(crate::amount::in_units(*n, 100)),
        (Some(Value::Int(n)), _) => (*n).into(),
        (Some(Value::Bool(b)), _) => (*b).into(),
        (value, _) => format_value(field, value).into(),
    }
}

/// Kinds and lists with their fields. Needs no store.
pub fn kinds() -> Vec<KindEntry> {
    let entry = |s: &'static Shape| KindEntry {
        name: s.name,
        label: s.label,
        of: s.kind.name,
        fields: s.fields.iter().map(field_entry).collect(),
    };
    shapes().map(entry).collect()
}

impl Desk {
    /// Kinds and lists with their fields.
    pub fn kinds(&self) -> Vec<KindEntry> {
        kinds()
    }

    /// The records of a list.
    pub fn list(&self, list: &str) -> Result<Vec<Map<String, Json>>> {
        let shape = shape(list)?;
        let ledger = self.store.ledger()?;
        let rows = ledger.rows(shape.kind).iter().filter(|r| listed(shape, r, &ledger, self.today));
        Ok(rows.map(|r| json(shape.kind, &shape.fields, r, &ledger)).collect())
    }

    /// One record with its history, also from the bin.
    pub fn record(&self, kind: &str, id: i64) -> Result<RecordView> {
        let shape = shape(kind)?;
        let ledger = self.store.ledger()?;
        let kind = shape.kind;
        let (record, in_bin) = match ledger.get(kind, id) {
            Some(record) => (record.clone(), false),
            None => match self.store.binned(kind, id)? {
                Some(record) => (record, true),
                None => return Err(Error::refused(format!("没有编号为 {id} 的{}", shape.label))),
            },
        };
        let mut history: Vec<HistoryEntry> = self
            .store
            .record_history(kind, id)?
            .into_iter()
            .map(|change| {
                let blank = Record::empty(kind, id);
                let (before, after) =
                    (change.before.as_ref().unwrap_or(&blank), change.after.as_ref().unwrap_or(&blank));
                let changes = kind.fields.iter().filter(|f| before.field(kind, f.name) != after.field(kind, f.name));
                HistoryEntry {
                    step: change.step,
                    at: change.at.clone(),
                    name: change.name.clone(),
                    who: change.who.clone(),
                    changes: changes
                        .map(|f| {
                            (
                                f.label.to_owned(),
                                self.shown(&ledger, before, kind, f),
                                self.shown(&ledger, after, kind, f),
                            )
                        })
                        .collect(),
                }
            })
            .collect();
        history.reverse();
        Ok(RecordView {
            kind: kind.name,
            kind_label: kind.label,
            id,
            label: ledger.label(kind, &record),
            in_bin,
            fields: shape
                .fields
                .iter()
                .map(|f| FieldView {
                    name: f.name,
                    label: f.heading(f.label),
                    text: self.shown(&ledger, &record, kind, f),
                })
                .collect(),
            history,
        })
    }

    /// A field as a sheet to look at shows it: telephone numbers masked where the person asked for that.
    pub(super) fn shown(&self, ledger: &Ledger, record: &Record, kind: &Kind, field: &Field) -> String {
        let text = ledger.text(kind, record, field.name);
        let masking = self.settings.get("masking").and_then(Json::as_bool) == Some(true);
        if masking && matches!(field.ty, Type::Phone) { masked(&text) } else { text }
    }

    /// The records as they leave the house in tables of our own: where the person asked for it with
    /// [`MASKING_EXPORTS`], other people's telephone numbers are masked. The space's own contacts are there to be rung.
    pub(super) fn outgoing(&self, ledger: &Ledger) -> Ledger {
        if self.settings.get(MASKING_EXPORTS).and_then(Json::as_bool) != Some(true) {
            return ledger.clone();
        }
        let mut masks = Vec::new();
        for kind in crate::record::KINDS.iter().filter(|kind| kind.name != "contact") {
            for field in kind.fields.iter().filter(|field| matches!(field.ty, Type::Phone)) {
                for row in ledger.rows(kind) {
                    let Some(phone) = row.field(kind, field.name).and_then(Value::as_text) else { continue };
                    let mut row = row.clone();
                    row.set(kind, field.name, Some(Value::text(masked(phone))));
                    masks.push((*kind, row.id, Some(row)));
                }
            }
        }
        ledger.with(masks)
    }

    /// Sends a record to the bin.
    pub fn delete(&mut self, list: &str, id: i64) -> Result<()> {
        let shape = shape(list)?;
        self.store.change(&format!("删除{}", shape.label), |tx| tx.delete(shape.kind, id))
    }

    /// Brings a record back from the bin.
    pub fn put_back(&mut self, list: &str, id: i64) -> Result<()> {
        let shape = shape(list)?;
        self.store.change(&format!("恢复{}", shape.label), |tx| tx.put_back(shape.kind, id))
    }

    /// A blank workbook to fill in and import.
    pub fn template(&self, list: &str) -> Result<Vec<u8>> {
        workbook::template(shape(list)?, &self.store.ledger()?)
    }

    /// A workbook of the present records, in the template's layout.
    pub fn list_workbook(&self, list: &str) -> Result<Vec<u8>> {
        workbook::list(shape(list)?, &self.outgoing(&self.store.ledger()?), self.today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_telephone_number_is_hidden() {
        assert_eq!(masked("13812345678"), "138****5678");
        assert_eq!(masked("027-87654321"), "027*****4321");
        assert_eq!(masked("8765"), "****", "a short one shows nothing");
        assert_eq!(masked(""), "", "what is not filled in stays blank");
    }
}

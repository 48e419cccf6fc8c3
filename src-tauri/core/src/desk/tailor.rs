//! A form of the manager's own: indicators and columns added, renamed, moved and taken away in a copy of the form's
//! file beside the data, without a line of code; and records that a form offers as a beginning.

use serde::{Deserialize, Serialize};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};
use ts_rs::TS;

use super::filing::own;
use super::{Desk, FormEntry, one_row};
use crate::error::{Error, Result};
use crate::form::{CellDef, Form, parse};
use crate::record::{Record, Type, Value, parse_value};

/// One change of a form's own copy.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[ts(export_to = "types.ts", optional_fields)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Tailoring {
    /// A new column at the right of a roster.
    AddColumn {
        /// Its heading.
        label: String,
        /// What stands in it, as form files say it: a field such as extra1, or blank.
        value: String,
        /// Unit of a money column.
        #[serde(default)]
        unit: Option<String>,
        /// Which roster of the form, from 0.
        #[serde(default)]
        roster: usize,
    },
    /// Another heading for a column, and another unit where one is given.
    RenameColumn {
        /// Its heading.
        label: String,
        /// The new one.
        to: String,
        /// The new unit.
        #[serde(default)]
        unit: Option<String>,
        /// Which roster of the form, from 0.
        #[serde(default)]
        roster: usize,
    },
    /// A column moved to another place, from 0.
    MoveColumn {
        /// Its heading.
        label: String,
        /// Its new place.
        at: usize,
        /// Which roster of the form, from 0.
        #[serde(default)]
        roster: usize,
    },
    /// A column taken away.
    RemoveColumn {
        /// Its heading.
        label: String,
        /// Which roster of the form, from 0.
        #[serde(default)]
        roster: usize,
    },
    /// A new indicator at the end of the last section, to be filled in by hand.
    AddIndicator {
        /// 指标名称.
        label: String,
        /// 计量单位.
        #[serde(default)]
        unit: String,
    },
    /// Another name for an indicator, and another unit where one is given.
    RenameIndicator {
        /// Its code.
        code: String,
        /// The new name.
        to: String,
        /// The new unit.
        #[serde(default)]
        unit: Option<String>,
    },
    /// An indicator taken away.
    RemoveIndicator {
        /// Its code.
        code: String,
    },
    /// The program's own form again: the copy is taken away.
    Reset,
}

/// A record that a form offers as a beginning.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Offer {
    /// English name of its kind.
    pub kind: &'static str,
    /// Headings and contents.
    pub fields: Vec<(&'static str, String)>,
    /// There is such a record already.
    pub taken: bool,
}

/// What of a form the person may change.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Pattern {
    /// Id of the edition.
    pub form: String,
    /// Why nothing of it can be changed; blank when it can.
    pub fixed: String,
    /// It is the manager's own copy of one of the program's forms, which can be brought back.
    pub copied: bool,
    /// Its tables of records.
    pub rosters: Vec<PatternRoster>,
    /// Its figures.
    pub indicators: Vec<PatternIndicator>,
}

/// A table whose columns can be changed.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct PatternRoster {
    /// English name of the kind whose records are its rows; blank where it has one row, about the makerspace.
    pub kind: &'static str,
    /// Its Chinese name.
    pub label: &'static str,
    /// Columns from left to right.
    pub columns: Vec<PatternColumn>,
    /// What may stand in a new column.
    pub contents: Vec<PatternContent>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct PatternColumn {
    /// Its heading.
    pub label: String,
    /// Unit of a money column.
    pub unit: String,
}

/// What may stand in a column.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct PatternContent {
    /// As form files say it.
    pub value: String,
    /// For people.
    pub label: String,
    /// It is money, and takes a unit.
    pub money: bool,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct PatternIndicator {
    /// Its code.
    pub code: String,
    /// 指标名称.
    pub label: String,
    /// 计量单位.
    pub unit: String,
}

impl Desk {
    /// What of a form the person may change.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such form.
    pub fn pattern(&self, form: &str) -> Result<Pattern> {
        let form = self.shelf().edition(form, None)?;
        let roster = |def: &crate::form::RosterDef| PatternRoster {
            kind: def.kind.name,
            label: def.kind.label,
            columns: def
                .columns
                .iter()
                .map(|c| PatternColumn { label: c.label.clone(), unit: c.unit.clone() })
                .collect(),
            contents: std::iter::once(PatternContent {
                value: "blank".into(),
                label: "空白(手填)".into(),
                money: false,
            })
            .chain(def.kind.fields.iter().map(|f| PatternContent {
                value: f.name.into(),
                label: f.label.into(),
                money: f.ty == Type::Money,
            }))
            .collect(),
        };
        let indicator = |def: &CellDef| PatternIndicator {
            code: def.code.clone(),
            label: def.label.clone(),
            unit: def.unit.clone(),
        };
        // Figures that only serve a table's rows, or stand in its one row, are no indicators of it.
        let shown = form.cells.iter().filter(|_| !form.lists_only && form.layout.is_none());
        let mut rosters: Vec<PatternRoster> = form.rosters.iter().map(roster).collect();
        if let Some(columns) = form.layout.as_ref().and_then(|_| one_row::columns(form)) {
            rosters.push(PatternRoster { kind: "", label: "汇总表", columns, contents: one_row::contents() });
        }
        Ok(Pattern {
            form: form.id.clone(),
            fixed: fixed(form).unwrap_or_default(),
            copied: form.own && crate::form::Shelf::built_in(&form.id),
            rosters,
            indicators: shown.map(indicator).collect(),
        })
    }

    /// Changes the manager's own copy of an unofficial form; the first change makes the copy. A change that
    /// would leave a file with flaws is refused and nothing is written.
    ///
    /// # Errors
    /// [`Error::Refused`] for an official form, a form with a paper of its own, or what is not there;
    /// [`Error::Flawed`] with what would be wrong with the file.
    pub fn tailor(&mut self, form: &str, change: &Tailoring) -> Result<FormEntry> {
        let form = self.shelf().edition(form, None)?;
        let id = form.id.clone();
        let folder = self.store().folder().join("forms");
        let path =
            folder.join(if form.file.is_empty() || !form.own { format!("{id}.toml") } else { form.file.clone() });
        if matches!(change, Tailoring::Reset) {
            if !form.own || !crate::form::Shelf::built_in(&id) {
                return Err(Error::refused(format!("“{}”没有可以恢复的原表", form.title)));
            }
            std::fs::remove_file(&path).map_err(|source| Error::File { what: "删除", path, source })?;
        } else {
            let text = tailored(form, change)?;
            parse(&id, &text).map_err(|flaws| Error::Flawed { flaws })?;
            std::fs::create_dir_all(&folder).map_err(|source| Error::File {
                what: "新建",
                path: folder.clone(),
                source,
            })?;
            crate::file::write(&path, text.as_bytes())?;
        }
        self.reload_forms();
        let entry = self.forms().into_iter().find(|f| f.id == id);
        entry.ok_or_else(|| Error::refused(format!("“{id}”改动后没有能够载入")))
    }

    /// The records that a form offers as a beginning.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such form.
    pub fn offers(&self, form: &str) -> Result<Vec<Offer>> {
        let ledger = self.store().ledger()?;
        let form = self.shelf().edition(form, None)?;
        let offer = |def: &crate::form::RosterDef, fields: &Vec<(String, String)>| {
            let record = offered(def.kind, fields);
            let keys = def.kind.keys.first().copied().unwrap_or_default();
            let same = |r: &Record| keys.iter().all(|key| r.field(def.kind, key) == record.field(def.kind, key));
            // In the order of the record, a figure by its name.
            let named = |name: &str, text: &str| {
                let figure = crate::form::shared_figures().iter().find(|f| name == "figure" && f.code == text);
                figure.map_or_else(|| text.to_owned(), |figure| figure.label.clone())
            };
            let text = |field: &crate::record::Field| {
                let (name, text) = fields.iter().find(|(name, _)| *name == field.name)?;
                Some((field.label, named(name, text)))
            };
            Offer {
                kind: def.kind.name,
                fields: def.kind.fields.iter().filter_map(text).collect(),
                taken: ledger.rows(def.kind).iter().any(same),
            }
        };
        Ok(form.rosters.iter().flat_map(|def| def.offers.iter().map(move |fields| offer(def, fields))).collect())
    }

    /// Takes over every record that a form offers and that is not there yet, in one step; how many.
    ///
    /// # Errors
    /// As [`Desk::offers`]; what the store refuses.
    pub fn take_offers(&mut self, form: &str) -> Result<usize> {
        let offers = self.offers(form)?;
        let title = self.shelf().edition(form, None)?.title.clone();
        let form = self.shelf().edition(form, None)?;
        let all = form.rosters.iter().flat_map(|def| def.offers.iter().map(move |fields| (def.kind, fields)));
        let mut fresh = Vec::new();
        for ((kind, fields), _) in all.zip(&offers).filter(|(_, offer)| !offer.taken) {
            fresh.push((own(kind.name)?, offered(kind, fields)));
        }
        let count = fresh.len();
        if count > 0 {
            self.store_mut().change(&format!("采用“{title}”的参考内容"), |tx| {
                fresh.into_iter().try_for_each(|(shape, record)| tx.insert(shape, record).map(|_| ()))
            })?;
        }
        Ok(count)
    }
}

fn offered(kind: &'static crate::record::Kind, fields: &[(String, String)]) -> Record {
    let mut record = Record::empty(kind, 0);
    for (name, text) in fields {
        // The file's reader has tried each of them.
        let value: Option<Value> = kind.field(name).and_then(|f| parse_value(f, text).ok().flatten());
        record.set(kind, name, value);
    }
    record
}

/// Why nothing of a form can be changed here.
fn fixed(form: &Form) -> Option<String> {
    if form.official {
        return Some(format!("“{}”是官方表式，栏目和指标不能改", form.title));
    }
    let say = "有自己的版面，请复制它的文件到台账的 forms 文件夹后修改";
    // Of papers, only those that are one row of a summary are put together from columns.
    let fixed = form.layout.is_some() && (!form.rosters.is_empty() || one_row::columns(form).is_none());
    fixed.then(|| format!("“{}”{say}", form.title))
}

/// The form's text after a change.
fn tailored(form: &Form, change: &Tailoring) -> Result<String> {
    if let Some(say) = fixed(form) {
        return Err(Error::refused(say));
    }
    let mut document: DocumentMut =
        form.text.parse().map_err(|_| Error::refused(format!("“{}”的文件无法改写", form.title)))?;
    if form.layout.is_some() {
        one_row::change(form, &mut document, change)?;
        return Ok(document.to_string());
    }
    let missing = |what: &str| Error::refused(format!("“{}”没有“{what}”", form.title));
    let taken =
        |label: &str, there: &ArrayOfTables| there.iter().any(|c| c.get("label").and_then(Item::as_str) == Some(label));
    match change {
        Tailoring::AddColumn { label, value: content, unit, roster } => {
            let columns = columns(&mut document, *roster).ok_or_else(|| missing("名册"))?;
            if taken(label, columns) {
                return Err(Error::refused(format!("已经有“{label}”这一栏")));
            }
            let mut column = Table::new();
            column["label"] = value(label.trim());
            column["value"] = value(content.trim());
            if let Some(unit) = unit.as_deref().filter(|u| !u.is_empty()) {
                column["unit"] = value(unit);
            }
            column.decor_mut().set_prefix("\n");
            columns.push(column);
        }
        Tailoring::RenameColumn { label, to, unit, roster } => {
            let columns = columns(&mut document, *roster).ok_or_else(|| missing("名册"))?;
            if to != label && taken(to, columns) {
                return Err(Error::refused(format!("已经有“{to}”这一栏")));
            }
            let column = named(columns, "label", label).and_then(|at| columns.get_mut(at));
            let column = column.ok_or_else(|| missing(label))?;
            rename(column, to, unit.as_deref());
        }
        Tailoring::MoveColumn { label, at, roster } => {
            let columns = columns(&mut document, *roster).ok_or_else(|| missing("名册"))?;
            let from = named(columns, "label", label).ok_or_else(|| missing(label))?;
            let mut all: Vec<Table> = columns.iter().cloned().collect();
            let column = all.remove(from);
            all.insert((*at).min(all.len()), column);
            columns.clear();
            for mut column in all {
                // Tables of a file keep their old places in print unless told to forget them.
                column.set_position(None);
                columns.push(column);
            }
        }
        Tailoring::RemoveColumn { label, roster } => {
            let columns = columns(&mut document, *roster).ok_or_else(|| missing("名册"))?;
            let at = named(columns, "label", label).ok_or_else(|| missing(label))?;
            if columns.len() == 1 {
                return Err(Error::refused("名册至少要留一栏"));
            }
            columns.remove(at);
        }
        Tailoring::AddIndicator { label, unit } => {
            let mut n = form.cells.len() + 1;
            while form.cells.iter().any(|c| c.code == format!("own_{n}")) {
                n += 1;
            }
            let mut sections = cells(&mut document);
            let cells = sections.last_mut().ok_or_else(|| missing("指标"))?;
            let mut cell = Table::new();
            cell["code"] = value(format!("own_{n}"));
            cell["label"] = value(label.trim());
            cell["unit"] = value(unit.trim());
            cell["decimals"] = value(2);
            cell["manual"] = value(true);
            cell.decor_mut().set_prefix("\n");
            cells.push(cell);
        }
        Tailoring::RenameIndicator { code, to, unit } => {
            let mut sections = cells(&mut document);
            let found = sections.iter_mut().find_map(|s| named(s, "code", code).and_then(|at| s.get_mut(at)));
            rename(found.ok_or_else(|| missing(code))?, to, unit.as_deref());
        }
        Tailoring::RemoveIndicator { code } => {
            let mut sections = cells(&mut document);
            let found = sections.iter_mut().find_map(|s| named(s, "code", code).map(|at| s.remove(at)));
            if found.is_none() {
                return Err(missing(code));
            }
        }
        Tailoring::Reset => {}
    }
    Ok(document.to_string())
}

fn rename(table: &mut Table, label: &str, unit: Option<&str>) {
    table["label"] = value(label.trim());
    if let Some(unit) = unit {
        table["unit"] = value(unit.trim());
    }
}

fn columns(document: &mut DocumentMut, roster: usize) -> Option<&mut ArrayOfTables> {
    document.get_mut("roster")?.as_array_of_tables_mut()?.get_mut(roster)?.get_mut("column")?.as_array_of_tables_mut()
}

/// The cells of each section.
pub(super) fn cells(document: &mut DocumentMut) -> Vec<&mut ArrayOfTables> {
    let sections = document.get_mut("section").and_then(Item::as_array_of_tables_mut);
    let of = |s| Table::get_mut(s, "cell").and_then(Item::as_array_of_tables_mut);
    sections.into_iter().flat_map(|all| all.iter_mut().filter_map(of)).collect()
}

fn named(tables: &ArrayOfTables, key: &str, text: &str) -> Option<usize> {
    tables.iter().position(|t| t.get(key).and_then(Item::as_str) == Some(text))
}

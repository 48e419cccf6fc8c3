//! Rosters in: plans over the records there are, what is remembered of them, and putting them in.

use serde_json::{Value as Json, json};

use super::{Desk, records};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::record::{Kind, Type, kind};
use crate::roster::{self, Applied, Choices, Plan, Reading, Remembered};
use crate::workbook;

/// Key in the settings under which the mappings of a list are remembered.
fn remembered_under(list: &str) -> String {
    format!("mapping/{list}/")
}

impl Desk {
    /// What planning a file's rows for a list needs: taken along with a clone of the [`Desk::reader`], so
    /// that nobody waits for the desk meanwhile.
    ///
    /// # Errors
    /// [`Error::Refused`] for an unknown list; when the records cannot be read.
    pub fn reading(&self, list: &str) -> Result<Reading> {
        let shape = records::shape(list)?;
        let prefix = remembered_under(shape.name);
        let remembered = self.settings.under(&prefix).filter_map(|(key, value)| {
            let mapping: Remembered = serde_json::from_value(value.clone()).ok()?;
            Some((key.strip_prefix(&prefix)?.to_owned(), mapping))
        });
        Ok(Reading { shape, ledger: self.store.ledger()?, remembered: remembered.collect() })
    }

    /// Reads a roster against the records; nothing is written.
    ///
    /// # Errors
    /// As [`Reading::plan`] and [`Reader::open`](roster::Reader::open).
    pub fn plan(
        &self,
        list: &str,
        file: &str,
        bytes: &[u8],
        choices: &Choices,
        progress: Progress<'_>,
    ) -> Result<Plan> {
        // The list first: a wrong name must not wait for the file.
        let reading = self.reading(list)?;
        reading.plan(&self.reader().open(bytes, file, progress)?, choices, progress)
    }

    /// Reads text pasted as a table with its heading; nothing is written.
    ///
    /// # Errors
    /// As [`Reading::paste`].
    pub fn plan_paste(&self, list: &str, text: &str, choices: &Choices) -> Result<Plan> {
        self.reading(list)?.paste(text, choices, Progress::SILENT)
    }

    /// Reads text pasted into a grid, over these records or as new ones; nothing is written.
    ///
    /// # Errors
    /// As [`Reading::block`].
    pub fn plan_block(&self, list: &str, fields: &[String], ids: &[Option<i64>], text: &str) -> Result<Plan> {
        self.reading(list)?.block(fields, ids, text, Progress::SILENT)
    }

    /// Applies the taken rows of a plan exactly as shown, in one step, after a backup; and remembers the
    /// mapping that was chosen for files of this shape.
    ///
    /// # Errors
    /// [`Error::Refused`] when the records are no longer those that the plan was made for, or there is
    /// nothing to import; what the store finds wrong; [`Error::Cancelled`]. Nothing is imported then.
    pub fn import(&mut self, plan: &Plan, progress: Progress<'_>) -> Result<Applied> {
        self.importable(plan)?;
        progress.at("备份", 0, 0)?;
        self.store.backup("导入前")?;
        self.import_backed_up(plan, progress)
    }

    /// Whether a plan can be applied to the records as they are now.
    ///
    /// # Errors
    /// [`Error::Refused`] when they are no longer those that the plan was made for, or there is nothing to import.
    pub fn importable(&self, plan: &Plan) -> Result<()> {
        let shape = plan.shape;
        if plan.rows.is_empty() {
            let say = plan.trouble.clone();
            return Err(Error::refused(say.unwrap_or_else(|| {
                format!("“{}”里没有读到{}的数据行，没有导入；请核对是不是另一类记录的表", plan.file, shape.label)
            })));
        }
        let now = self.store.ledger()?;
        if let Some(other) = touched(shape.kind).find(|k| !plan.still_holds(k, &now)) {
            return Err(Error::refused(format!(
                "预览之后，台账里的{}有了改动，没有导入；请重新读取文件，核对后再导入",
                other.label
            )));
        }
        Ok(())
    }

    /// The same for who has made the backup already, beside the desk.
    ///
    /// # Errors
    /// As [`Desk::import`].
    pub fn import_backed_up(&mut self, plan: &Plan, progress: Progress<'_>) -> Result<Applied> {
        self.importable(plan)?;
        let shape = plan.shape;
        let what = if plan.is_pasted() { "粘贴" } else { "导入" };
        let applied = self.store.change(&format!("{what}{}", shape.label), |tx| roster::apply(plan, tx, progress))?;
        // The records are in: that a habit could not be written down is no reason to say otherwise.
        let _ = self.remember(plan);
        Ok(applied)
    }

    /// The flawed rows of a plan as a workbook to mend and import again.
    ///
    /// # Errors
    /// [`Error::Refused`] when no row is flawed; [`Error::Workbook`] when it cannot be made.
    pub fn correction(&self, plan: &Plan) -> Result<Vec<u8>> {
        match plan.correction() {
            Some(correction) => workbook::correction(&correction),
            None => Err(Error::refused(format!("“{}”里没有需要改正的行", plan.file))),
        }
    }

    /// Remembers the mapping that a person chose, or forgets it when they start afresh.
    fn remember(&mut self, plan: &Plan) -> Result<()> {
        if plan.fingerprint.is_empty() {
            return Ok(());
        }
        let key = remembered_under(plan.shape.name) + &plan.fingerprint;
        match plan.to_remember() {
            Some(mapping) => self.settings.set(&key, json!(mapping)),
            None if plan.choices.afresh => self.settings.set(&key, Json::Null),
            None => Ok(()),
        }
    }
}

/// The kinds that an import of one looks at: its own, those it refers to, and the members of tenants.
fn touched(own: &'static Kind) -> impl Iterator<Item = &'static Kind> {
    let referred = own.fields.iter().filter_map(|f| match f.ty {
        Type::Ref(of) | Type::Refs(of) => kind(of),
        _ => None,
    });
    let members = (own.name == "tenant").then(|| kind("member")).flatten();
    [own].into_iter().chain(referred).chain(members)
}

//! The front desk: what the window and the command line can ask for. Both are thin over it; it puts
//! store, forms, workbooks and rosters together and holds no rule of its own.

mod edit;
mod figures;
mod filing;
mod first;
mod grid;
mod import;
mod keeping;
mod one_row;
mod order;
mod overview;
mod pack;
mod portal;
mod programmes;
mod proof;
mod records;
mod reminders;
mod round;
mod search;
mod tailor;
mod target;
mod texts;

use std::path::Path;

use chrono::NaiveDate;
use serde::Serialize;
use ts_rs::TS;

pub use edit::{Added, Bin, Binned, Changed, Choices, Pick, Put, RelatedRow, Relation, Sheet, Typed};
pub use figures::{About, FigureView, FiledScan, FilingEntry, Point, Side};
pub use filing::{Choice, Difference, FilingChoice, Mover};
pub use first::{First, FirstList};
pub use grid::{Column, Filter, ListEntry, ListGroup, ListRow, Mark, Rows, Sort, Test, View, columns};
pub use keeping::{
    AboutProgram, PERSON, RestoreChange, SecondCopy, StepEntry, copy_to, restore_changes, verify_backups, verify_files,
};
pub use overview::{Charts, Course, Dial, Key, Overview, Press, Slice, Todo};
pub use pack::{Pack, PackReport, ProgrammeForm};
pub use portal::{Compared, PortalLine, ReadBack, Verdict};
pub use programmes::{Answer, ProgrammeEntry, Standing};
pub use proof::{
    NewProof, ProofAdded, ProofCount, ProofFile, ProofGroup, ProofNeed, QuarterProof, RecordProof, read_proof,
};
pub use records::{FieldEntry, FieldView, HistoryEntry, KindEntry, MASKING_EXPORTS, RecordView, kinds, listed, shape};
pub use reminders::Reminder;
pub use round::{Round, RoundPut, RoundRow};
pub use search::{Hit, HitGroup, Index, Unready};
pub use tailor::{Offer, Pattern, PatternColumn, PatternContent, PatternIndicator, PatternRoster, Tailoring};
pub use target::Target;
pub use texts::TextView;

use crate::drafts::Drafts;
use crate::error::{Error, Result};
use crate::form::{BrokenForm, PeriodKind, Shelf};
use crate::ledger::Ledger;
use crate::period::{Basis, Period};
use crate::record::{Value, kind};
use crate::settings::Settings;
use crate::shelf::OwnFiles;
use crate::store::Store;
use crate::{place, programme, roster, sample};

/// An open data folder with its forms.
pub struct Desk {
    store: Store,
    shelf: Shelf,
    settings: Settings,
    drafts: Drafts,
    today: NaiveDate,
    /// What is to be known of where the folder lies.
    warnings: Vec<String>,
    /// Views of lists as last worked out, the newest first.
    seen: std::cell::RefCell<Vec<grid::Seen>>,
    reader: roster::Reader,
    /// The course of the form last looked at.
    course: std::cell::RefCell<Option<figures::Course>>,
    /// Every record made ready to be searched.
    index: std::cell::RefCell<Option<search::Index>>,
    /// The programmes as last read, and from which files of the manager's.
    programmes: std::cell::RefCell<Option<(OwnFiles, std::sync::Arc<programme::Shelf>)>>,
}

/// One form to choose from.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct FormEntry {
    /// Id of the edition.
    pub id: String,
    /// What its editions share.
    pub family: String,
    /// Title as printed.
    pub title: String,
    /// Who asks for it.
    pub issuer: String,
    /// What it reports on.
    pub period: PeriodKind,
    /// The period to show first, for example 2021Q3.
    pub first: String,
    /// Default basis.
    pub basis: Basis,
    /// Default cut-off day.
    pub cutoff_day: u32,
    /// The wording is official.
    pub official: bool,
    /// From the manager's own forms folder.
    pub own: bool,
}

/// What the window shows first.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Status {
    /// The data folder.
    pub folder: String,
    /// 众创空间名称, once it is recorded.
    pub name: Option<String>,
    /// Nothing is recorded yet.
    pub empty: bool,
    /// What undo would take back.
    pub undo: Option<String>,
    /// What redo would bring again.
    pub redo: Option<String>,
    /// The day on which the program runs.
    #[ts(type = "string")]
    pub today: NaiveDate,
    /// The form to show first.
    pub form: Option<String>,
    /// The period to show first.
    pub period: Option<String>,
    /// Forms to choose from.
    pub forms: Vec<FormEntry>,
    /// Form files with flaws.
    pub broken: Vec<BrokenForm>,
    /// Periods to choose from, newest first.
    pub periods: Vec<String>,
    /// What the person should know about where the data folder lies, in Chinese: see [`Desk::warnings`].
    pub warnings: Vec<String>,
    /// Why the last backup that was due by itself could not be made; the changes are saved all the same.
    pub backup_trouble: Option<String>,
}

impl Desk {
    /// Opens a data folder, or makes a new one. `who` names the program for others that find the folder held.
    pub fn open(folder: &Path, who: &str, today: NaiveDate) -> Result<Desk> {
        let store = Store::open(folder, who)?;
        let shelf = Shelf::load(&folder.join("forms"));
        let settings = Settings::open(folder);
        let warnings = place::warnings(folder);
        let reader = roster::Reader::own();
        let drafts = Drafts::open(folder);
        let index = std::cell::RefCell::default();
        let (seen, course) = (std::cell::RefCell::default(), std::cell::RefCell::default());
        let programmes = std::cell::RefCell::default();
        let mut desk =
            Desk { store, shelf, settings, drafts, today, warnings, reader, seen, course, index, programmes };
        desk.sign();
        Ok(desk)
    }

    /// The store underneath.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The store underneath, to write.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// What the program remembers for the person.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the program remembers for the person, to change.
    pub fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// What was typed and not yet kept.
    pub fn drafts(&self) -> &Drafts {
        &self.drafts
    }

    /// What was typed and not yet kept, to change.
    pub fn drafts_mut(&mut self) -> &mut Drafts {
        &mut self.drafts
    }

    /// The forms at hand.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// The day on which the program runs.
    pub fn today(&self) -> NaiveDate {
        self.today
    }

    /// What the person should know about where the data folder lies: see [`place::warnings`].
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Turns to another day: a window may stay open over midnight.
    pub fn turn_to(&mut self, today: NaiveDate) {
        self.today = today;
    }

    /// Reads the manager's own forms folder again.
    pub fn reload_forms(&mut self) {
        self.shelf = Shelf::load(&self.store.folder().join("forms"));
        *self.course.borrow_mut() = None;
    }

    /// What the window shows first.
    pub fn status(&self) -> Result<Status> {
        let ledger = self.store.ledger()?;
        let periods = self.periods(&ledger);
        let first = self.first_period(&ledger);
        let space =
            kind("space").and_then(|k| Some((k, crate::figure::current(ledger.rows(k).iter(), k, self.today)?)));
        Ok(Status {
            folder: self.store.folder().display().to_string(),
            name: space.map(|(k, r)| ledger.text(k, r, "name")).filter(|n| !n.is_empty()),
            empty: ledger.is_empty(),
            undo: self.store.undo_name()?,
            redo: self.store.redo_name()?,
            today: self.today,
            form: self.shelf.edition("torch-quarterly", Some(first)).ok().map(|f| f.id.clone()),
            period: Some(first.to_string()),
            forms: self.forms(),
            broken: self.shelf.broken.clone(),
            periods: periods.iter().map(Period::to_string).collect(),
            warnings: self.warnings.clone(),
            backup_trouble: self.store.backup_trouble().map(str::to_owned),
        })
    }

    /// Forms to choose from.
    pub fn forms(&self) -> Vec<FormEntry> {
        let quarter = self.store.ledger().map_or(Period::quarter_of(self.today), |ledger| self.first_period(&ledger));
        let first = |kind: PeriodKind| match kind {
            PeriodKind::Quarter => quarter,
            PeriodKind::Year => Period::Year { year: quarter.year() },
            PeriodKind::Day => Period::Day(self.today),
        };
        let entry = |f: &crate::form::Form| FormEntry {
            id: f.id.clone(),
            family: f.family.clone(),
            title: f.title.clone(),
            issuer: f.issuer.clone(),
            period: f.period,
            first: first(f.period).to_string(),
            basis: f.basis,
            cutoff_day: f.cutoff_day,
            official: f.official,
            own: f.own,
        };
        self.shelf.sound.iter().map(entry).collect()
    }

    /// Quarters from the first record to today, newest first.
    fn periods(&self, ledger: &Ledger) -> Vec<Period> {
        let days = dated(ledger);
        let first = days.iter().min().copied().unwrap_or(self.today).min(self.today);
        let mut list = vec![Period::quarter_of(self.today)];
        while let Some(period) = list.last().and_then(|p| p.previous())
            && period >= Period::quarter_of(first)
            && list.len() < 200
        {
            list.push(period);
        }
        list
    }

    /// The quarter to show first: today's while the records go on; else the newest one filed or recorded.
    fn first_period(&self, ledger: &Ledger) -> Period {
        let today = Period::quarter_of(self.today);
        let newest = dated(ledger).into_iter().filter(|d| *d <= self.today).max();
        match newest {
            Some(day) if (self.today - day).num_days() > 366 => {
                let filed = filing::filed_periods(ledger).into_iter().filter(|p| *p <= today).max();
                filed.unwrap_or(Period::quarter_of(day))
            }
            _ => today,
        }
    }

    /// Begins an empty store with the makerspace's name.
    ///
    /// # Errors
    /// [`Error::Refused`] when there are records already or the name is blank.
    pub fn begin(&mut self, name: &str) -> Result<Status> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::refused("请先填写众创空间的名称"));
        }
        if !self.store.ledger()?.is_empty() {
            return Err(Error::refused("台账里已有记录；空间的名称请在“档案”的基本信息里修改"));
        }
        let shape = records::shape("space")?;
        let mut record = crate::record::Record::empty(shape.kind, 0);
        record.set(shape.kind, "name", Some(Value::text(name)));
        self.store.change("建立台账", |tx| tx.insert(shape, record))?;
        self.status()
    }

    /// Fills an empty store with the sample makerspace.
    pub fn open_sample(&mut self) -> Result<Status> {
        sample::fill(&mut self.store)?;
        self.status()
    }

    /// Takes the last step back; its name, or `None` when there is none.
    pub fn undo(&mut self) -> Result<Option<String>> {
        Ok(self.store.undo()?.map(|step| step.name))
    }

    /// Brings the step last taken back again.
    pub fn redo(&mut self) -> Result<Option<String>> {
        Ok(self.store.redo()?.map(|step| step.name))
    }

    /// Who reads rosters: the running program in a process of its own.
    pub fn reader(&self) -> &roster::Reader {
        &self.reader
    }

    /// Has rosters read by another program: for tests, whose own program cannot.
    pub fn read_with(&mut self, reader: roster::Reader) {
        self.reader = reader;
    }

    /// Makes a verified backup now.
    pub fn backup(&mut self) -> Result<crate::store::Backup> {
        self.store.backup("手动备份")
    }

    /// Puts a backup's records in place of the present ones, as one step that can be undone.
    pub fn restore(&mut self, backup: &Path) -> Result<()> {
        self.store.restore(backup)
    }

    /// The newest backups first.
    pub fn backups(&self) -> Result<Vec<crate::store::Backup>> {
        self.store.backups()
    }
}

/// Days of the facts that make a period: snapshots, events, income, moving in.
fn dated(ledger: &Ledger) -> Vec<NaiveDate> {
    [("snapshot", "as_of"), ("event", "on"), ("income", "received_on"), ("tenant", "moved_in_on")]
        .into_iter()
        .filter_map(|(name, field)| kind(name).and_then(|k| Some((k, k.at(field)?))))
        .flat_map(|(k, at)| ledger.rows(k).iter().filter_map(move |r| r.get(at).and_then(Value::as_date)))
        .collect()
}

/// A period that must be of the form's own kind.
pub(crate) fn period_for(form: &crate::form::Form, text: &str) -> Result<Period> {
    let period = Period::parse(text).map_err(Error::Refused)?;
    let fits = matches!(
        (form.period, period),
        (PeriodKind::Quarter, Period::Quarter { .. })
            | (PeriodKind::Year, Period::Year { .. })
            | (PeriodKind::Day, Period::Day(_))
    );
    let want = match form.period {
        PeriodKind::Quarter => "季度，如 2021Q3",
        PeriodKind::Year => "年度，如 2021",
        PeriodKind::Day => "日期，如 2021-09-20",
    };
    if fits {
        Ok(period)
    } else {
        Err(Error::refused(format!("“{}”的报告期应为{want}，不是“{text}”", form.title)))
    }
}

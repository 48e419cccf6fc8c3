//! `incubator`: 众创台账 without a window.
//!
//! ```text
//! 名册.xlsx ─roster─▶ records ─store─▶ Ledger ─figure─▶ figures ─form─▶ Filled ─workbook─▶ 报表.xlsx
//! ```
//!
//! [`record`] says what is kept, [`store`] keeps it, [`ledger`] holds it in memory, [`figure`] counts
//! and sums it, [`form`] turns figures into a filled form with its checks, [`workbook`] prints it,
//! [`roster`] reads workbooks back into a plan, [`programme`] holds a recognition's conditions against
//! the records. `desk` puts them together for the window and the command line. Nothing here knows a window, a network or a clock: "today" is a parameter.

pub mod amount;
pub mod desk;
pub mod drafts;
pub mod error;
pub mod figure;
pub mod file;
pub mod form;
pub mod ledger;
pub mod parcel;
pub mod period;
pub mod place;
pub mod programme;
pub mod progress;
pub mod record;
pub mod roster;
pub mod sample;
pub mod settings;
pub mod shelf;
pub mod spell;
pub mod store;
pub mod workbook;

pub use error::{Error, Flaw, Place, Result};

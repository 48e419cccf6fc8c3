//! A desk in a folder of its own, which goes with it.

use std::path::PathBuf;

use chrono::NaiveDate;
use incubator::desk::{Desk, Typed};

/// What a test works with.
pub struct Office {
    pub desk: Desk,
    pub folder: PathBuf,
}

impl Drop for Office {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Office {
    /// A new store on a day, in a folder named after the test.
    pub fn open(test: &str, today: &str) -> Office {
        let folder = std::env::temp_dir().join(format!("taizhang-office-{}-{test}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let today: NaiveDate = today.parse().expect("a day");
        Office { desk: Desk::open(&folder, "test", today).expect("opens"), folder }
    }

    /// Adds a record that has no flaw; its id.
    pub fn add(&mut self, list: &str, fields: &[(&str, &str)]) -> i64 {
        let added = self.desk.add(list, &typed(fields)).expect("an answer");
        assert_ne!(added.row.id, 0, "{list} {fields:?} is saved: {:?}", added.row.marks);
        added.row.id
    }
}

/// What is typed into fields.
pub fn typed(fields: &[(&str, &str)]) -> Vec<Typed> {
    fields.iter().map(|(f, t)| Typed { field: (*f).into(), text: (*t).into(), ids: None }).collect()
}

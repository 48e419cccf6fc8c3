//! The store from inside: what needs its private parts.

use std::path::PathBuf;

use super::*;
use crate::record::{Value, kind, shape};

/// A folder of its own that goes when the test does.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("taizhang-store-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Scratch(path)
    }
    fn open(&self) -> Store {
        Store::open(&self.0, "众创台账").unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// `name=text;…` as a record of a list.
fn record(list: &str, fields: &str) -> Record {
    let kind = shape(list).unwrap().kind;
    let mut record = Record::empty(kind, 0);
    for (name, text) in fields.split(';').filter_map(|p| p.split_once('=')) {
        record.set(kind, name, record::parse_value(kind.field(name).unwrap(), text).unwrap());
    }
    record
}

fn insert(store: &mut Store, list: &str, fields: &str) -> i64 {
    store.change("新增", |tx| tx.insert(shape(list).unwrap(), record(list, fields))).unwrap()
}

#[test]
fn a_change_is_kept_undone_and_redone_across_restarts() {
    let scratch = Scratch::new("smoke");
    let mut store = scratch.open();
    let id = insert(&mut store, "team", "name=甲;moved_in_on=2021-03-01");
    let team = kind("tenant").unwrap();
    let before = store.ledger().unwrap();
    assert_eq!(before.get(team, id).unwrap().field(team, "entered_as"), Some(&Value::text("创业团队")));
    drop(store);
    let mut store = scratch.open();
    assert_eq!(store.undo_name().unwrap().as_deref(), Some("新增"));
    store.undo().unwrap();
    assert!(store.ledger().unwrap().is_empty());
    drop(store);
    let mut store = scratch.open();
    store.redo().unwrap();
    assert_eq!(store.ledger().unwrap().rows(team), before.rows(team));
    assert_eq!(store.verify().unwrap(), []);
}

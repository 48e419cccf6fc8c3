//! The records behind one cell of a roster: its row's own, or those that were counted or summed for it.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::table::{begun, day_of, measured};
use super::{Column, ColumnValue, Form};
use crate::figure::Scope;
use crate::ledger::Ledger;
use crate::period::Window;
use crate::record::{Kind, Record, Value};

/// Finds records behind the cells of rosters.
pub(crate) struct Trace<'a> {
    form: &'a Form,
    ledger: &'a Ledger,
    end: NaiveDate,
    /// Where the columns' own conditions look.
    scope: Scope<'a>,
    /// Records by the one they belong to, for each kind and field that was asked for.
    owned: HashMap<(&'static str, usize), HashMap<i64, Vec<&'a Record>>>,
}

/// A record behind a cell, with what it adds in the smallest unit where the cell is a sum or a count.
pub(crate) type Part = (&'static Kind, i64, Option<i64>);

impl<'a> Trace<'a> {
    /// For a form filled over these days.
    pub(crate) fn new(form: &'a Form, ledger: &'a Ledger, window: Window) -> Trace<'a> {
        let converted_counts_twice = form.converted_counts_twice;
        let scope = Scope { ledger, window, converted_counts_twice, found: HashMap::new() };
        Trace { form, ledger, end: window.end, scope, owned: HashMap::new() }
    }

    /// The records behind the cell of a column in a record's row.
    pub(crate) fn behind(&mut self, column: &Column, kind: &'static Kind, row: &Record) -> Vec<Part> {
        let end = self.end;
        match &column.value {
            ColumnValue::Through(at, kind, _) => {
                row.get(*at).and_then(Value::as_int).map(|id| (*kind, id, None)).into_iter().collect()
            }
            ColumnValue::LatestOf(kind, owner, at) => {
                let mine = self.mine(kind, *owner, row.id, column).into_iter();
                let filled = mine.filter(|r| r.get(*at).is_some() && begun(kind, r, end));
                let latest = filled.max_by_key(|r| (day_of(kind, r), r.id));
                latest.map(|r| (*kind, r.id, None)).into_iter().collect()
            }
            ColumnValue::SumOf(kind, owner, at) => {
                let mine = self.mine(kind, *owner, row.id, column).into_iter().filter(|r| begun(kind, r, end));
                mine.filter_map(|r| Some((*kind, r.id, Some(r.get(*at)?.as_int()?)))).collect()
            }
            ColumnValue::CountOf(kind, owner) => {
                let mine = self.mine(kind, *owner, row.id, column).into_iter().filter(|r| begun(kind, r, end));
                mine.map(|r| (*kind, r.id, Some(1))).collect()
            }
            ColumnValue::DistinctOf(kind, owner, _) => {
                let mine = self.mine(kind, *owner, row.id, column).into_iter().filter(|r| begun(kind, r, end));
                mine.map(|r| (*kind, r.id, None)).collect()
            }
            ColumnValue::Measured(typed, days) if typed.is_none_or(|at| row.get(at).is_none()) => {
                let figure = measured(self.form, &self.scope, kind, row, *days).map(|(_, figure, _)| figure);
                figure.into_iter().flat_map(|f| f.from).map(|b| (b.kind, b.id, None)).collect()
            }
            _ => vec![(kind, row.id, None)],
        }
    }

    /// The records that belong to a row's and meet the column's conditions.
    fn mine(&mut self, kind: &'static Kind, owner: usize, id: i64, column: &Column) -> Vec<&'a Record> {
        let ledger = self.ledger;
        let by_owner = self.owned.entry((kind.name, owner)).or_insert_with(|| {
            let mut by_owner: HashMap<i64, Vec<&Record>> = HashMap::new();
            for record in ledger.rows(kind) {
                match record.get(owner) {
                    Some(Value::Int(id)) => by_owner.entry(*id).or_default().push(record),
                    Some(Value::Ids(ids)) => ids.iter().for_each(|id| by_owner.entry(*id).or_default().push(record)),
                    _ => {}
                }
            }
            by_owner
        });
        let all = by_owner.get(&id).map_or(&[][..], Vec::as_slice).iter().copied();
        all.filter(|r| self.scope.meets(kind, r, &column.conditions)).collect()
    }
}

//! The one place where these tests ask the engine.

use std::sync::LazyLock;

use incubator::form::{Content, Filing, Filled, Form, fill as engine_fill, parse};
use incubator::ledger::Ledger;
use incubator::period::{Basis, Period};

use crate::random::Asked;
use crate::rows::{Content as Given, Rows};

/// Id of the edition under test.
pub const FORM: &str = "torch-quarterly-2021";

static EDITION: LazyLock<Form> = LazyLock::new(|| {
    let text = include_str!("../assets/forms/torch-quarterly-2021.toml");
    parse("torch-quarterly-2021.toml", text).unwrap_or_else(|flaws| panic!("the edition is flawed: {flaws:?}"))
});

/// The quarter's form, filled from the records, with whatever they hold of its filing: values typed
/// by hand, the days of report and deadline. Compared with the quarter before, filled likewise.
pub fn fill(rows: &Rows, asked: Asked, basis: Basis) -> Filled {
    fill_ledger(&rows.ledger(), rows, asked, basis)
}

/// The same from a ledger that is already built.
pub fn fill_ledger(ledger: &Ledger, rows: &Rows, asked: Asked, basis: Basis) -> Filled {
    let mut filing = filing(asked, basis);
    let period = asked.period();
    let ours = |r: &&crate::rows::Row| r.get("period") == Some(&Given::Text(period.clone()));
    if let Some(row) = rows.of("filing").find(ours) {
        filing.reported_on = row.day("reported_on");
        filing.due_on = row.day("due_on");
    }
    for row in rows.of("override_value").filter(ours) {
        if let (Some(Given::Text(code)), Some(value)) = (row.get("code"), row.int("value")) {
            filing.overrides.insert(code.clone(), (value * 100, "测试".to_owned()));
        }
    }
    let before = Asked::plain(asked.year, asked.quarter.saturating_sub(1).max(1));
    if asked.quarter > 1 {
        let before = engine_fill(&EDITION, ledger, &self::filing(before, basis));
        let number = |value: &Option<Content>| match value {
            Some(Content::Int(n)) => Some(*n),
            _ => None,
        };
        let values = before.cells.iter().filter_map(|c| Some((c.code.clone(), number(&c.value)?)));
        filing.previous = Some(values.collect());
    }
    engine_fill(&EDITION, ledger, &filing)
}

fn filing(asked: Asked, basis: Basis) -> Filing {
    let mut filing = Filing::new(&EDITION, Period::Quarter { year: asked.year, quarter: asked.quarter });
    filing.basis = basis;
    filing.cutoff = asked.cutoff;
    filing.previous_cutoff = Some(asked.previous_cutoff);
    filing
}

/// Only the figures, without any check against other filings.
pub fn figures(ledger: &Ledger, asked: Asked, basis: Basis) -> Filled {
    engine_fill(&EDITION, ledger, &filing(asked, basis))
}

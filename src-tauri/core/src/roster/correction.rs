//! The rows that could not come in, as a workbook to mend and import again: the columns of the file they came
//! from, each cell as it stood, and a column that says what is wrong.

use super::letters;
use super::plan::{Action, Plan, Row, Table};
use super::sheet::DAYS_TO_1904;
use super::value::Cell;
use super::words::REASON;
use crate::record::Type;

/// The sheets of a correction file.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// One for each table of the file that has flawed rows.
    pub sheets: Vec<CorrectionSheet>,
}

/// One sheet of a correction file.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionSheet {
    /// Name of the sheet that the rows came from.
    pub name: String,
    /// What stood above the table and says the unit of its money.
    pub unit: Option<String>,
    /// Columns: the one or two texts of the heading, and whether the field holds text. The last is the reason.
    pub columns: Vec<(Vec<String>, bool)>,
    /// Rows, in the order of the file.
    pub rows: Vec<CorrectionRow>,
}

/// One row of a correction file.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionRow {
    /// Column and content, columns counted from 0.
    pub cells: Vec<(u16, Content)>,
    /// What is wrong, for the last column.
    pub reason: String,
    /// Columns that are wrong, each with what is.
    pub marks: Vec<(u16, String)>,
}

/// A cell as it stood in the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Text.
    Text(String),
    /// A number; the flag says that it is shown as a percentage.
    Number(f64, bool),
    /// A day as a serial number of the 1900 system.
    Date(f64),
    /// TRUE or FALSE.
    Bool(bool),
}

impl Plan {
    /// The flawed rows as a workbook to mend; `None` when there are none.
    pub fn correction(&self) -> Option<Correction> {
        let sheets: Vec<CorrectionSheet> = self.tables.iter().filter_map(|table| self.correction_of(table)).collect();
        // Tables of one sheet under the very same heading are mended on one sheet.
        let mut joined: Vec<CorrectionSheet> = Vec::new();
        for sheet in sheets {
            match joined
                .iter_mut()
                .find(|s| (&s.name, &s.unit, &s.columns) == (&sheet.name, &sheet.unit, &sheet.columns))
            {
                Some(before) => before.rows.extend(sheet.rows),
                None => joined.push(sheet),
            }
        }
        (!joined.is_empty()).then_some(Correction { sheets: joined })
    }

    fn correction_of(&self, table: &Table) -> Option<CorrectionSheet> {
        // Another table may stand beside it.
        let ours = |row: &&Row| {
            row.action == Action::Flawed
                && row.sheet == table.sheet
                && row.from == table.from
                && table.rows.contains(&row.row)
        };
        let rows: Vec<&Row> = self.rows.iter().filter(ours).collect();
        if rows.is_empty() {
            return None;
        }
        let field = |at: Option<usize>| at.and_then(|at| self.shape.fields.get(at));
        let mut columns: Vec<(Vec<String>, bool)> = table
            .columns
            .iter()
            .map(|column| {
                let field = field(column.field);
                let parts = match field {
                    // A table without a heading gets that of the fields it was read as.
                    Some(field) if column.parts.is_empty() => vec![field.label.to_owned()],
                    _ => column.parts.clone(),
                };
                let is_text = field.is_some_and(|f| {
                    !matches!(f.ty, Type::Date | Type::Month | Type::Year | Type::Int | Type::Decimal | Type::Money)
                });
                (parts, is_text)
            })
            .collect();
        // One that was mended before brings its own.
        let old = table.columns.iter().position(|c| c.parts.concat() == REASON);
        if let Some(old) = old {
            columns.remove(old);
        }
        let place = |at: u32| {
            let own = table.columns.iter().enumerate().filter(|(i, _)| Some(*i) != old);
            own.map(|(_, c)| c.at).position(|c| c == at).and_then(|n| u16::try_from(n).ok())
        };
        columns.push((vec![REASON.to_owned()], true));
        let row = |row: &&Row| {
            let dates = |at: u32| {
                table.columns.iter().find(|c| c.at == at).is_some_and(|c| {
                    c.unit.from_1904 && field(c.field).is_some_and(|f| matches!(f.ty, Type::Date | Type::Month))
                })
            };
            let content = |at: u32, cell: Cell<'_>| match cell {
                Cell::Text(text) => Content::Text(text.to_string()),
                Cell::Error(error) => Content::Text(error.to_string()),
                // The new file counts from 1900.
                Cell::Number(n, false) if dates(at) && n > 10_000.0 && n < 100_000.0 => Content::Date(n + DAYS_TO_1904),
                Cell::Number(n, percent) => Content::Number(n, percent),
                Cell::Date(serial) => Content::Date(serial),
                Cell::Bool(b) => Content::Bool(b),
            };
            let says: Vec<&str> = row.flaws.iter().map(|f| f.say.as_str()).collect();
            let mut marks: Vec<(u16, String)> = Vec::new();
            for flaw in &row.flaws {
                let column: String = flaw.cell.chars().take_while(char::is_ascii_alphabetic).collect();
                let at = table.columns.iter().find(|c| letters(c.at) == column).and_then(|c| place(c.at));
                let Some(at) = at else { continue };
                match marks.iter_mut().find(|(m, _)| *m == at) {
                    Some((_, say)) => *say = format!("{say}\n{}", flaw.say),
                    None => marks.push((at, flaw.say.clone())),
                }
            }
            CorrectionRow {
                cells: row.cells().filter_map(|(at, cell)| Some((place(at)?, content(at, cell)))).collect(),
                reason: format!("原第 {} 行：{}", row.row, says.join("；")),
                marks,
            }
        };
        Some(CorrectionSheet {
            name: table.sheet.to_string(),
            unit: table.unit.clone(),
            columns,
            rows: rows.iter().map(row).collect(),
        })
    }
}

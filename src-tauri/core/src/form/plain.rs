//! A form as plain text: a report that is sent as a message.

use super::{Content, Filled, HeadItem, printed};

/// Between what stands beside each other.
const BESIDE: &str = "　";

impl Filled {
    /// The form's words line by line, as they stand on its paper; tables of records with a tab between columns.
    pub fn plain(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        if let Some(grid) = &self.grid {
            let texts = |row: &super::GridRow| -> Vec<String> {
                let said = row.boxes.iter().map(|space| self.box_text(space));
                said.filter(|text| !text.is_empty()).collect()
            };
            lines.extend(grid.rows.iter().map(|row| texts(row).join(BESIDE)));
        } else {
            lines.push(self.title.clone());
            lines.push(self.period_label.clone());
            lines.extend(self.head.iter().map(item));
            if !self.lists_only {
                for cell in &self.cells {
                    lines.extend(cell.section.clone());
                    lines.push(format!("{}：{}{}", cell.label, cell.printed(), cell.unit));
                }
            }
            for table in &self.tables {
                lines.push(table.columns.join("\t"));
                lines.extend(table.rows.iter().map(|row| {
                    let cells = row.cells.iter().enumerate();
                    let unit = |column: usize| if table.short.contains(&column) { "" } else { "元" };
                    cells.map(|(n, c)| one_line(&printed(c.as_ref(), unit(n), 2))).collect::<Vec<_>>().join("\t")
                }));
            }
            lines.extend(self.foot.iter().map(item));
        }
        let kept: Vec<&str> = lines.iter().map(|line| line.trim_end()).filter(|line| !line.is_empty()).collect();
        kept.join("\n") + "\n"
    }

    /// A number stands in its box by the cell's code, words as they are.
    fn box_text(&self, space: &super::GridBox) -> String {
        let cell = space.code.as_ref().and_then(|code| self.cells.iter().find(|c| c.code == *code));
        match cell.filter(|c| matches!(c.value, Some(Content::Int(_) | Content::Decimal(_)))) {
            Some(cell) => format!("{}{}", cell.printed(), space.after),
            None => space.text.trim().to_owned(),
        }
    }
}

fn item(item: &HeadItem) -> String {
    format!("{}：{}", item.label, item.value.as_deref().unwrap_or_default())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

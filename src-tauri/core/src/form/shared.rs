//! Figures that every text and every target may name, said once in assets/figures.toml.

use std::sync::LazyLock;

use super::CellDef;
use super::parse::figures;

const FILE: &str = include_str!("../../../../assets/figures.toml");

/// A test reads the file: it has no flaw.
static CELLS: LazyLock<Vec<CellDef>> = LazyLock::new(|| figures("figures.toml", FILE).unwrap_or_default());

/// All of them.
pub fn cells() -> &'static [CellDef] {
    &CELLS
}

/// One by its code.
pub(super) fn cell(code: &str) -> Option<&'static CellDef> {
    CELLS.iter().find(|c| c.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::CellSource;

    #[test]
    fn the_shared_figures_are_sound_and_need_no_other() {
        let read = figures("figures.toml", FILE);
        assert!(read.is_ok(), "{read:?}");
        for cell in cells() {
            assert!(
                matches!(cell.source, CellSource::Query(_)),
                "{}: counted or summed, so any window will do",
                cell.code
            );
            assert!(cell.source.names().is_empty(), "{}: stands alone", cell.code);
        }
    }
}

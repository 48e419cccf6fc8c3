//! Which list a file's rows most likely are: offered to the person, who decides.

use super::reader::Book;
use super::sheet::{Line, Sheet};
use super::{EXPLANATION, Sure, choose, heading};
use crate::record::{Shape, Type, shapes};

/// Rows of a sheet that are looked at: a heading stands near the top.
const LOOKED_AT: usize = 40;

/// The list that names most columns of a sheet, all that it demands among them; of equals the one after which
/// the sheet or the file is named. `None` when no list knows the columns.
pub fn guess(book: &Book) -> Option<&'static Shape> {
    let mut best: Option<(bool, usize, i32, usize, &'static Shape)> = None;
    for sheet in book.sheets.iter().filter(|s| !s.hidden && s.name != EXPLANATION) {
        let lines: Vec<Line> = sheet.lines.iter().take(LOOKED_AT).cloned().collect();
        let last = lines.last().map_or(0, |l| l.row);
        let merged = sheet.merged.iter().filter(|m| m.top <= last).copied().collect();
        let head = Sheet { name: sheet.name.clone(), lines, merged, ..Sheet::default() };
        for shape in shapes().filter(|s| importable(s)) {
            // A template of ours has its list's name.
            if sheet.name == shape.label {
                return Some(shape);
            }
            let Some(found) = heading::find(&head, shape).into_iter().next() else { continue };
            let has = |at: usize| found.columns.iter().any(|c| c.field == Some(at));
            let whole = shape.fields.iter().enumerate().filter(|(_, f)| f.required).all(|(at, _)| has(at));
            let named = choose::named_for(&sheet.name, shape).max(choose::named_for(&book.file, shape));
            // Teams and enterprises know each other's headings: the list whose own words they are comes first.
            let own = found.columns.iter().filter(|c| c.sure == Some(Sure::Label)).count();
            let rank = (whole, found.known(), named, own);
            if best.is_none_or(|(w, k, n, o, _)| rank > (w, k, n, o)) {
                best = Some((whole, found.known(), named, own, shape));
            }
        }
    }
    best.map(|(.., shape)| shape)
}

/// Whether records of a list can come from a table at all.
pub fn importable(shape: &Shape) -> bool {
    !shape.kind.internal && !shape.fields.iter().any(|f| f.required && f.ty == Type::System)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ledger;
    use crate::progress::Progress;
    use crate::roster::Reader;

    fn of(text: &str) -> Option<&'static str> {
        Book::pasted(text).ok().as_ref().and_then(guess).map(|shape| shape.name)
    }

    #[test]
    fn columns_say_whose_they_are() {
        for (text, list) in [
            ("某某空间名单\t\t\n团队名称\t负责人\t入驻日期\n晨星队\t张三\t2021-3-5\n", Some("team")),
            ("企业名称\t统一社会信用代码\t注册日期\t入驻日期\n", Some("enterprise")),
            ("活动名称\t活动类型\t举办日期\t场次\n", Some("event")),
            ("甲\t乙\n1\t2\n", None),
            ("", None),
        ] {
            assert_eq!(of(text), list, "{text}");
        }
    }

    #[test]
    fn a_template_of_ours_is_known_by_its_name() {
        for shape in shapes().filter(|s| importable(s)) {
            let Ok(bytes) = crate::workbook::template(shape, &Ledger::default()) else { panic!("{}", shape.name) };
            let book = Reader::here().open(&bytes, "模板.xlsx", Progress::SILENT);
            let guessed = book.ok().as_ref().and_then(guess).map(|s| s.name);
            assert_eq!(guessed, Some(shape.name), "the template of {}", shape.label);
        }
    }
}

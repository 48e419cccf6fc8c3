//! The example row of a blank template: how each column is filled in. An import passes over it as long as it is
//! what the template wrote; written over, it is a record like any other.

use super::heading::Heading;
use super::value::{Cell, Unit, cleaned, folded, understand};
use crate::record::{Field, Shape, Type, kind};

/// What the texts of an example begin with that no record has.
const MARK: &str = "【示例】";
/// The remark in an example row.
const REMARK: &str = "【示例】这一行演示怎样填写，导入时跳过；可以直接改写成自己的内容，也可以删除";

/// Text of a field in the example row, as people write it.
pub(crate) fn text(shape: &Shape, field: &Field) -> String {
    let named = |label: &str| format!("{MARK}{label}");
    match field.ty {
        Type::Long if field.name == "note" => REMARK.to_owned(),
        Type::Text if field.required => named(shape.label),
        Type::Text if field.name.ends_with("name") || field.label.ends_with("人") => "张三".to_owned(),
        Type::Text if field.name == "core_tech" => "000000".to_owned(),
        Type::Text if field.name == "industry_code" => "6513".to_owned(),
        Type::Text | Type::Long => format!("{}的文字", field.label),
        Type::Choice(options) => options.first().copied().unwrap_or_default().to_owned(),
        Type::Phone => "13800000000".to_owned(),
        Type::Postcode => "413000".to_owned(),
        Type::CreditCode => "91350100M000100Y43".to_owned(),
        Type::Email => "zhangsan@example.com".to_owned(),
        Type::Date => "2021-03-01".to_owned(),
        Type::Month => "2021-03".to_owned(),
        Type::Year => "2021".to_owned(),
        Type::Int => "10".to_owned(),
        Type::Decimal => "100".to_owned(),
        Type::Money => "10000".to_owned(),
        Type::Bool => "是".to_owned(),
        Type::Ref(of) | Type::Refs(of) => named(kind(of).map_or("", |k| k.label)),
        Type::Owner | Type::System => String::new(),
    }
}

/// Whether a cell holds what the example says of its field.
fn equals(shape: &Shape, field: &Field, cell: Cell<'_>, unit: Unit) -> bool {
    let want = text(shape, field);
    if matches!(field.ty, Type::Ref(_) | Type::Refs(_) | Type::Text | Type::Long) {
        return folded(&cell.to_string()) == folded(&want);
    }
    let said = understand(field, Cell::Text(&want), Unit::default());
    said.is_ok_and(|said| understand(field, cell, unit).is_ok_and(|own| own == said))
}

/// Whether a text may begin with the mark, whatever unseen signs stand before it: nearly no cell's does, and 2 million
/// are asked.
fn may_be_marked(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| !b.is_ascii_alphanumeric() && !matches!(b, 0xe4..=0xed)) && text.contains(MARK)
}

/// Whether a row is the template's example, every column as it was written.
pub(super) fn is_untouched(shape: &Shape, heading: &Heading, cells: &[(u32, Cell<'_>)]) -> bool {
    let marked = |cell: Cell<'_>| matches!(cell, Cell::Text(t) if may_be_marked(t) && cleaned(t).starts_with(MARK));
    let own = |at: u32| cells.iter().find(|(column, _)| *column == at).map(|(_, cell)| *cell);
    cells.iter().any(|(_, cell)| marked(*cell))
        && heading
            .columns
            .iter()
            .filter_map(|c| Some((c, shape.fields.get(c.field?)?)))
            .all(|(column, field)| own(column.at).is_some_and(|cell| equals(shape, field, cell, column.unit)))
}

/// Whether a text is left over from the example: blank for the remark, a flaw for anything else.
pub(super) enum Left {
    /// The remark about the example itself.
    Remark,
    /// A name that is none.
    Name,
}

/// What is left over from the example in a cell.
pub(super) fn left_over(cell: Cell<'_>) -> Option<Left> {
    let Cell::Text(text) = cell else { return None };
    if !may_be_marked(text) {
        return None;
    }
    let text = cleaned(text);
    if text == REMARK { Some(Left::Remark) } else { text.starts_with(MARK).then_some(Left::Name) }
}

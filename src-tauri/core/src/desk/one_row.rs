//! A paper that is one row of a summary table (申报汇总表, 推荐汇总表): headings above, what the makerspace gives below.
//! Their columns are not public, so the person puts them as the recommending office asks.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use super::tailor::{PatternColumn, PatternContent, Tailoring};
use crate::error::{Error, Result};
use crate::form::Form;
use crate::record::{Type, kind};

/// Width of a new column in half-width characters.
const WIDTH: i64 = 14;
/// Whose contacts such a table asks for.
const CONTACTS: [&str; 2] = ["负责人", "联系人"];

/// The rows of a layout that are the headings and, right below, the contents of the one row.
fn rows(document: &DocumentMut) -> Option<(usize, usize)> {
    let layout = document.get("layout")?;
    // A report of one column is no row of anything.
    let wide = layout.get("widths")?.as_array()?.len();
    if wide < 2 {
        return None;
    }
    let rows = layout.get("row")?.as_array_of_tables()?;
    let whole = |row: &Table, is: fn(&InlineTable) -> bool| {
        let boxes = row.get("box").and_then(Item::as_array);
        boxes.is_some_and(|all| all.len() == wide && all.iter().all(|one| one.as_inline_table().is_some_and(is)))
    };
    let heads =
        |one: &InlineTable| one.contains_key("text") && !one.contains_key("columns") && !one.contains_key("rows");
    let contents = |one: &InlineTable| one.iter().all(|(key, _)| key == "cell");
    let some = |row: &Table| {
        let boxes = row.get("box").and_then(Item::as_array);
        boxes.is_some_and(|all| all.iter().any(|one| one.as_inline_table().is_some_and(|one| one.contains_key("cell"))))
    };
    let pair = |at: &usize| {
        let (Some(first), Some(second)) = (rows.get(*at), rows.get(at + 1)) else { return false };
        whole(first, heads) && whole(second, contents) && some(second)
    };
    // Every other row goes along: it is one box, or as many as there are columns.
    let follows = |row: &Table| {
        let boxes = row.get("box").and_then(Item::as_array);
        boxes.is_some_and(|all| all.len() == 1 || all.len() == wide)
    };
    let first = (0..rows.len()).find(pair)?;
    rows.iter().all(follows).then_some((first, first + 1))
}

/// The columns of the one row, or nothing where a paper is more than that.
pub(super) fn columns(form: &Form) -> Option<Vec<PatternColumn>> {
    let document: DocumentMut = form.text.parse().ok()?;
    let (heads, _) = rows(&document)?;
    let boxes = document.get("layout")?.get("row")?.as_array_of_tables()?.get(heads)?.get("box")?.as_array()?;
    let label = |one: &toml_edit::Value| Some(one.as_inline_table()?.get("text")?.as_str()?.to_owned());
    Some(boxes.iter().filter_map(label).map(|label| PatternColumn { label, unit: String::new() }).collect())
}

/// What may stand in a new column: the makerspace's own data.
pub(super) fn contents() -> Vec<PatternContent> {
    let mut all = vec![PatternContent { value: "blank".into(), label: "空白(手填)".into(), money: false }];
    for of in ["space", "operator"].into_iter().filter_map(kind) {
        let plain = |ty: Type| !matches!(ty, Type::Ref(_) | Type::Refs(_) | Type::Owner | Type::System | Type::Money);
        all.extend(of.fields.iter().filter(|f| plain(f.ty)).map(|field| PatternContent {
            value: format!("{}.{}", of.name, field.name),
            label: format!("{}：{}", of.label, field.label),
            money: false,
        }));
    }
    for (of, role) in kind("contact").into_iter().flat_map(|of| CONTACTS.map(|role| (of, role))) {
        all.extend(of.fields.iter().filter(|f| matches!(f.ty, Type::Text | Type::Phone | Type::Email)).map(|field| {
            PatternContent {
                value: format!("contact.{} where role = {role}", field.name),
                label: format!("{role}：{}", field.label),
                money: false,
            }
        }));
    }
    all
}

/// Changes the columns of the one row in a form's file.
///
/// # Errors
/// [`Error::Refused`] for what is not there, or there already.
pub(super) fn change(form: &Form, document: &mut DocumentMut, change: &Tailoring) -> Result<()> {
    let missing = |what: &str| Error::refused(format!("“{}”没有“{what}”", form.title));
    let (heads, contents) = rows(document).ok_or_else(|| missing("汇总的一行"))?;
    let labels: Vec<String> = columns(form).unwrap_or_default().into_iter().map(|column| column.label).collect();
    let place = |label: &str| labels.iter().position(|l| l == label.trim()).ok_or_else(|| missing(label));
    let free = |label: &str| match labels.iter().any(|l| l == label.trim()) {
        true => Err(Error::refused(format!("已经有“{}”这一栏", label.trim()))),
        false => Ok(()),
    };
    match change {
        Tailoring::AddColumn { label, value: content, .. } => {
            free(label)?;
            let mut head = InlineTable::new();
            head.insert("text", label.trim().into());
            head.insert("bold", true.into());
            let mut below = InlineTable::new();
            if content.trim() != "blank" {
                below.insert("cell", add_cell(form, document, label.trim(), content.trim())?.into());
            }
            widths(document).ok_or_else(|| missing("widths"))?.push(WIDTH);
            let count = labels.len() + 1;
            each_row(document, |at, boxes| match at {
                _ if at == heads => boxes.push(head.clone()),
                _ if at == contents => boxes.push(below.clone()),
                _ => widen(boxes, count),
            });
        }
        Tailoring::RenameColumn { label, to, .. } => {
            let at = place(label)?;
            if to.trim() != label.trim() {
                free(to)?;
            }
            each_row(document, |row, boxes| {
                if row == heads
                    && let Some(head) = boxes.get_mut(at).and_then(|one| one.as_inline_table_mut())
                {
                    head.insert("text", to.trim().into());
                }
            });
        }
        Tailoring::MoveColumn { label, at: to, .. } => {
            let from = place(label)?;
            let to = (*to).min(labels.len() - 1);
            let moved = |all: &mut Array| {
                let one = all.remove(from);
                all.insert_formatted(to, one);
            };
            if let Some(widths) = widths(document) {
                moved(widths);
            }
            each_row(document, |row, boxes| {
                if row == heads || row == contents {
                    moved(boxes);
                }
            });
        }
        Tailoring::RemoveColumn { label, .. } => {
            let at = place(label)?;
            if labels.len() == 1 {
                return Err(Error::refused("汇总的一行至少要留一栏"));
            }
            let mut code = None;
            if let Some(widths) = widths(document) {
                widths.remove(at);
            }
            each_row(document, |row, boxes| {
                if row == heads || row == contents || boxes.len() > 1 {
                    let gone = boxes.remove(at.min(boxes.len() - 1));
                    if row == contents {
                        code = gone.as_inline_table().and_then(|one| Some(one.get("cell")?.as_str()?.to_owned()));
                    }
                } else {
                    widen(boxes, labels.len() - 1);
                }
            });
            if let Some(code) = code {
                no_longer_asked(document, &code);
            }
        }
        _ => return Err(missing("指标")),
    }
    Ok(())
}

/// A new cell at the end of the last section; its code.
fn add_cell(form: &Form, document: &mut DocumentMut, label: &str, content: &str) -> Result<String> {
    let mut n = form.cells.len() + 1;
    while form.cells.iter().any(|c| c.code == format!("own_{n}")) {
        n += 1;
    }
    let code = format!("own_{n}");
    let mut sections = super::tailor::cells(document);
    let cells = sections.last_mut().ok_or_else(|| Error::refused(format!("“{}”没有“指标”", form.title)))?;
    let mut cell = Table::new();
    cell["code"] = value(&code);
    cell["label"] = value(label);
    cell["profile"] = value(content);
    cell.decor_mut().set_prefix("\n");
    cells.push(cell);
    Ok(code)
}

fn widths(document: &mut DocumentMut) -> Option<&mut Array> {
    document.get_mut("layout")?.get_mut("widths")?.as_array_mut()
}

/// Goes through the boxes of each row of the paper.
fn each_row(document: &mut DocumentMut, mut with: impl FnMut(usize, &mut Array)) {
    let rows: Option<&mut ArrayOfTables> =
        document.get_mut("layout").and_then(|layout| layout.get_mut("row")).and_then(Item::as_array_of_tables_mut);
    for (at, row) in rows.into_iter().flat_map(ArrayOfTables::iter_mut).enumerate() {
        if let Some(boxes) = row.get_mut("box").and_then(Item::as_array_mut) {
            with(at, boxes);
        }
    }
}

/// Brings a row of one box, or of blank ones, to a number of columns.
fn widen(boxes: &mut Array, columns: usize) {
    if boxes.len() > 1 {
        boxes.push(InlineTable::new());
    } else if let Some(one) = boxes.get_mut(0).and_then(|one| one.as_inline_table_mut()) {
        one.insert("columns", i64::try_from(columns).unwrap_or(1).into());
    }
}

/// What no longer stands on the paper is not missed.
fn no_longer_asked(document: &mut DocumentMut, code: &str) {
    let checks = document.get_mut("check").and_then(Item::as_array_of_tables_mut);
    for check in checks.into_iter().flat_map(ArrayOfTables::iter_mut) {
        if let Some(asked) = check.get_mut("filled").and_then(Item::as_array_mut).filter(|asked| asked.len() > 1) {
            asked.retain(|one| one.as_str() != Some(code));
        }
    }
}

//! Rosters to fill in, empty or filled with the records there are.

use std::collections::HashSet;

use chrono::NaiveDate;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, Format, FormatAlign, Formula, Note,
    Worksheet,
};

use super::{Book, FONT, HUNDREDTHS, TEXT, WHOLE, base, boxed, day, grow, plain, quick_text, text, whole, width};
use crate::amount::in_units;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::record::{Field, Record, Shape, Stage, Type, Value, kind};

/// Rows that a template offers for new records, below those that are there.
const ROOM: u32 = 2_000;
/// Longest list that Excel takes inside a rule, in UTF-16 units.
const LONGEST_CHOICE: usize = 255;
/// Width of a column of long text.
const LONG: f64 = 36.0;
/// Sheet with the names for drop-downs.
const CHOICES: &str = "选项";
const REQUIRED: &str = "#F8CBAD";
const OPTIONAL: &str = "#DDEBF7";
/// Text of the example row.
const FAINT: &str = "#7F7F7F";

/// A template, filled with the records of the day when there is one.
pub(super) fn write(shape: &Shape, ledger: &Ledger, today: Option<NaiveDate>) -> Result<Vec<u8>> {
    let what = if today.is_some() { "清单" } else { "填报模板" };
    let about = DocProperties::new().set_title(plain(&format!("{}{what}", shape.label)));
    let mut book = Book::new(about, today.unwrap_or(day(2021, 1, 1)))?;
    let fields: Vec<&Field> = shape.fields.iter().filter(|f| f.ty != Type::System).collect();
    let lists = lists(&fields, ledger);
    let records: Vec<&Record> = today.map(|today| records(shape, ledger, today)).unwrap_or_default();

    let sheet = book.sheet(shape.label)?;
    heads(sheet, &fields)?;
    for (row, record) in (1..).zip(&records) {
        for (col, field) in (0..).zip(&fields) {
            cell(sheet, row, col, shape, field, ledger, record)?;
        }
        let wraps = fields.iter().filter(|f| matches!(f.ty, Type::Long));
        let texts = wraps.filter_map(|f| record.field(shape.kind, f.name)?.as_text());
        grow(sheet, row, &texts.map(|t| (LONG, t)).collect::<Vec<_>>())?;
    }
    if today.is_none() {
        for (col, field) in (0..).zip(&fields) {
            example(sheet, col, shape, field)?;
        }
    }
    let filled = u32::try_from(records.len()).unwrap_or(u32::MAX);
    let last = filled.saturating_add(ROOM).min(1_048_575);
    for (col, field) in (0..).zip(&fields) {
        if let Some(rule) = rule(field, &lists)? {
            sheet.add_data_validation(1, col, last, col, &rule)?;
        }
    }
    sheet.set_freeze_panes(1, 1)?.set_repeat_rows(0, 0)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_margins(0.5, 0.5, 0.7, 0.7, 0.3, 0.3);
    sheet.set_footer(format!("&C&\"{FONT},Regular\"&9&P/&N"));

    explain(book.sheet("填写说明")?, shape, &fields)?;
    if !lists.is_empty() {
        let sheet = book.sheet(CHOICES)?;
        for (col, list) in (0..).zip(&lists) {
            // Not a heading that an import could take for one of its own.
            quick_text(sheet, 0, col, &format!("可选：{}", list.label))?;
            for (row, name) in (1..).zip(&list.names) {
                quick_text(sheet, row, col, name)?;
            }
        }
        sheet.set_hidden(true);
    }
    book.bytes()
}

/// The records of a list: those of its kind, or the tenants that are at its stage on that day.
fn records<'a>(shape: &Shape, ledger: &'a Ledger, today: NaiveDate) -> Vec<&'a Record> {
    let at_stage = |record: &&Record| shape.stage.is_none_or(|stage| ledger.stage(record, today) == stage);
    ledger.rows(shape.kind).iter().filter(at_stage).collect()
}

/// Row 1: the headings as an import knows them, required ones by colour, each with its note.
fn heads(sheet: &mut Worksheet, fields: &[&Field]) -> Result<()> {
    let head = boxed(11.0).set_bold().set_align(FormatAlign::Center).set_text_wrap();
    for (col, field) in (0..).zip(fields) {
        let heading = field.heading(field.label);
        let color = if field.required { REQUIRED } else { OPTIONAL };
        sheet.set_column_width(col, column_width(field, &heading))?;
        sheet.set_column_format(col, &column_format(field))?;
        text(sheet, 0, col, &heading, &head.clone().set_background_color(color))?;
        sheet.insert_note(0, col, &note(field))?;
    }
    sheet.set_row_height(0, 32)?;
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "a heading is short")]
fn column_width(field: &Field, heading: &str) -> f64 {
    let content = match field.ty {
        Type::Text | Type::Ref(_) | Type::Owner => 20,
        Type::Long | Type::Refs(_) => return LONG,
        Type::Email => 24,
        Type::CreditCode => 22,
        Type::Phone => 16,
        Type::Money => 14,
        Type::Choice(options) => options.iter().map(|o| width(o)).max().unwrap_or(0).clamp(8, 24) + 3,
        Type::Bool => 8,
        _ => 12,
    };
    (width(heading) + 2).min(24).max(content) as f64
}

fn column_format(field: &Field) -> Format {
    let format = base(11.0);
    match field.ty {
        Type::Date => format.set_num_format("yyyy-mm-dd"),
        Type::Month => format.set_num_format("yyyy-mm"),
        Type::Money => format.set_num_format_index(HUNDREDTHS),
        Type::Year | Type::Int => format.set_num_format_index(WHOLE),
        Type::Decimal => format,
        Type::Long => format.set_num_format_index(TEXT).set_text_wrap(),
        // Text keeps leading zeros and long digits; "=1" stays what it is.
        _ => format.set_num_format_index(TEXT),
    }
}

/// How a field is filled in, for its note and the sheet 填写说明.
fn manner(field: &Field) -> String {
    match field.ty {
        Type::Text => "文字".into(),
        Type::Long => "文字，可以多行".into(),
        Type::Choice(options) => format!("从下拉列表选择：{}", options.join("、")),
        Type::Phone => "电话号码，按文本填写，如 0737-4110000 或 13800000000".into(),
        Type::Postcode => "6 位数字，按文本填写".into(),
        Type::CreditCode => "18 位，按文本填写".into(),
        Type::Email => "电子邮件地址".into(),
        Type::Date => "日期，如 2021-09-20".into(),
        Type::Month => "月份，如 2021-09".into(),
        Type::Year => "四位年份，如 2021".into(),
        Type::Int => format!("整数{}", unit(field)),
        Type::Decimal => format!("数字，最多两位小数{}", unit(field)),
        Type::Money => format!("金额{}，最多两位小数", unit(field)),
        Type::Bool => "填“是”或“否”；不清楚的留空".into(),
        Type::Ref(of) => format!("已登记的{}名称，从下拉列表选择", label_of(of)),
        Type::Refs(of) => format!("已登记的{}名称，多个用“、”隔开", label_of(of)),
        Type::Owner => "所属记录，如 event:12".into(),
        Type::System => "由程序填写".into(),
    }
}

fn unit(field: &Field) -> String {
    if field.unit.is_empty() { String::new() } else { format!("，单位：{}", field.unit) }
}

fn label_of(of: &str) -> &'static str {
    kind(of).map_or("记录", |k| k.label)
}

fn demand(field: &Field) -> &'static str {
    if field.required { "必填" } else { "选填" }
}

fn note(field: &Field) -> Note {
    let mut lines = vec![format!("【{}】{}", demand(field), manner(field))];
    if !field.default.is_empty() {
        lines.push(format!("留空按“{}”", field.default));
    }
    if !field.help.is_empty() {
        lines.push(field.help.to_owned());
    }
    if !field.aliases.is_empty() {
        lines.push(format!("也可以写作：{}", field.aliases.join("、")));
    }
    let height: usize = lines.iter().map(|line| width(line).div_ceil(40)).sum();
    let height = u32::try_from(height).unwrap_or(10) * 17 + 14;
    Note::new(lines.join("\n"))
        .set_author("众创台账")
        .add_author_prefix(false)
        .set_font_name(FONT)
        .set_font_size(9)
        .set_width(270)
        .set_height(height.min(400))
}

/// What a drop-down chooses from when it does not fit into its rule: a column of the hidden sheet.
struct NameList {
    from: Choices,
    label: &'static str,
    names: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Choices {
    /// The names of a kind's records.
    Records(&'static str),
    /// A closed list of words.
    Words(&'static [&'static str]),
}

impl Choices {
    /// Where a field's drop-down comes from when it needs the hidden sheet.
    fn of(field: &Field) -> Option<Choices> {
        match field.ty {
            Type::Ref(of) | Type::Refs(of) => Some(Choices::Records(of)),
            Type::Choice(words) if !fits_rule(words) => Some(Choices::Words(words)),
            _ => None,
        }
    }
}

fn fits_rule(words: &[&str]) -> bool {
    let units: usize = words.iter().map(|w| w.encode_utf16().count() + 1).sum();
    units <= LONGEST_CHOICE && words.iter().all(|w| !w.contains(','))
}

fn lists(fields: &[&Field], ledger: &Ledger) -> Vec<NameList> {
    let mut lists: Vec<NameList> = Vec::new();
    for field in fields {
        let Some(from) = Choices::of(field) else { continue };
        if lists.iter().any(|list| list.from == from) {
            continue;
        }
        let (label, names) = match from {
            Choices::Words(words) => (field.label, words.iter().map(|w| (*w).to_owned()).collect()),
            Choices::Records(of) => {
                let Some(kind) = kind(of) else { continue };
                let mut seen = HashSet::new();
                let labels = ledger.rows(kind).iter().map(|record| ledger.label(kind, record));
                (kind.label, labels.filter(|label| seen.insert(label.clone())).collect::<Vec<String>>())
            }
        };
        if !names.is_empty() {
            lists.push(NameList { from, label, names });
        }
    }
    lists
}

/// The drop-down's cells, as a rule names them.
fn range(lists: &[NameList], from: Choices) -> Option<Formula> {
    let at = lists.iter().position(|list| list.from == from)?;
    let column = column_letters(at);
    Some(Formula::new(format!("='{CHOICES}'!${column}$2:${column}${}", lists.get(at)?.names.len() + 1)))
}

/// What Excel lets into a column. A wrong word of a closed list is refused; for dates, numbers and names
/// Excel only asks back, since an import understands more than Excel does and says what it does not.
fn rule(field: &Field, lists: &[NameList]) -> Result<Option<DataValidation>> {
    let new = DataValidation::new;
    let negative = field.signed;
    let (rule, style, say) = match field.ty {
        Type::Choice(words) => {
            let rule = match range(lists, Choices::Words(words)) {
                Some(range) => new().allow_list_formula(range),
                None => new().allow_list_strings(words)?,
            };
            (rule, DataValidationErrorStyle::Stop, "请从下拉列表中选择。".to_owned())
        }
        Type::Bool => {
            let rule = new().allow_list_strings(&["是", "否"])?;
            (rule, DataValidationErrorStyle::Stop, "请填“是”或“否”，不清楚的留空。".to_owned())
        }
        Type::Ref(of) | Type::Refs(of) => {
            let Some(range) = range(lists, Choices::Records(of)) else { return Ok(None) };
            let rule = new().allow_list_formula(range);
            if matches!(field.ty, Type::Refs(_)) {
                // Several names in one cell are none of the list's own.
                return Ok(Some(rule.show_error_message(false)));
            }
            (rule, DataValidationErrorStyle::Warning, format!("还没有登记叫这个名称的{}。", label_of(of)))
        }
        Type::Date | Type::Month => {
            let rule = new().allow_date(DataValidationRule::Between(day(1900, 1, 1), day(2200, 12, 31)));
            let like = if field.ty == Type::Date { "2021-09-20" } else { "2021-09" };
            (rule, DataValidationErrorStyle::Warning, format!("请填日期，如 {like}。"))
        }
        Type::Year => {
            let rule = new().allow_whole_number(DataValidationRule::Between(1900, 2200));
            (rule, DataValidationErrorStyle::Warning, "请填四位年份，如 2021。".to_owned())
        }
        Type::Int => {
            let least = if negative { i32::MIN } else { 0 };
            let rule = new().allow_whole_number(DataValidationRule::GreaterThanOrEqualTo(least));
            (rule, DataValidationErrorStyle::Warning, "请填整数，没有的留空。".to_owned())
        }
        Type::Decimal | Type::Money => {
            let least = if negative { -1e15 } else { 0.0 };
            let rule = new().allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(least));
            let what = if negative {
                "请填数字，没有的留空。"
            } else {
                "请填不小于 0 的数字，没有的留空。"
            };
            (rule, DataValidationErrorStyle::Warning, what.to_owned())
        }
        _ => return Ok(None),
    };
    Ok(Some(rule.set_error_style(style).set_error_title("请核对")?.set_error_message(say)?))
}

/// A for 0, Z for 25, AA for 26.
fn column_letters(at: usize) -> String {
    let mut letters = String::new();
    let mut rest = at + 1;
    while rest > 0 {
        rest -= 1;
        letters.insert(0, char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest % 26]));
        rest /= 26;
    }
    letters
}

/// One field of one record, as the same field is read back.
fn cell(
    sheet: &mut Worksheet,
    row: u32,
    col: u16,
    shape: &Shape,
    field: &Field,
    ledger: &Ledger,
    record: &Record,
) -> Result<()> {
    let Some(value) = record.field(shape.kind, field.name) else { return Ok(()) };
    match (field.ty, value) {
        (Type::Money | Type::Decimal, Value::Int(n)) => sheet.write_number(row, col, in_units(*n, 100))?,
        (Type::Ref(_), _) => return quick_text(sheet, row, col, &ledger.text(shape.kind, record, field.name)),
        (_, Value::Int(n)) => sheet.write_number(row, col, whole(*n))?,
        // Days before 1900 have no number in Excel.
        (_, Value::Date(date)) if *date >= day(1900, 3, 1) => sheet.write_datetime(row, col, date)?,
        _ => return quick_text(sheet, row, col, &ledger.text(shape.kind, record, field.name)),
    };
    Ok(())
}

/// The cell of a field in the example row, of the kind that a person would type.
fn example(sheet: &mut Worksheet, col: u16, shape: &Shape, field: &Field) -> Result<()> {
    let words = crate::roster::example::text(shape, field);
    let format = column_format(field).set_font_color(FAINT).set_italic();
    match (field.ty, crate::record::parse_value(field, &words)) {
        (Type::Int | Type::Year, Ok(Some(Value::Int(n)))) => {
            sheet.write_number_with_format(1, col, whole(n), &format)?;
        }
        (Type::Money | Type::Decimal, Ok(Some(Value::Int(n)))) => {
            sheet.write_number_with_format(1, col, in_units(n, 100), &format)?;
        }
        (_, Ok(Some(Value::Date(date)))) => {
            sheet.write_datetime_with_format(1, col, date, &format)?;
        }
        _ => text(sheet, 1, col, &words, &format)?,
    }
    Ok(())
}

/// The sheet 填写说明.
fn explain(sheet: &mut Worksheet, shape: &Shape, fields: &[&Field]) -> Result<()> {
    let wrapped = base(11.0).set_text_wrap();
    text(sheet, 0, 0, &format!("“{}”填写说明", shape.label), &base(14.0).set_bold())?;
    sheet.set_row_height(0, 28)?;
    let whose = match shape.stage {
        Some(Stage::Team) => "这里填尚未注册公司的创业团队；注册公司后补填注册日期，自那一天起按初创企业统计。",
        Some(Stage::Enterprise) => "这里填已注册公司的初创企业；由团队转化的，请在原团队上补填注册日期，不要另建一条。",
        None => "",
    };
    let advice = [
        whose,
        "第 1 行是表头，请不要改动；每行填一条记录，不要合并单元格，不要写合计行。",
        "空白模板的第 2 行是示例，导入时跳过；可以直接改写成自己的内容，改写后按数据导入，也可以删除。",
        "表头为橙色的列必须填写，蓝色的可以留空。不清楚的请留空：空白表示“未填”，与 0 不同。",
        "金额一律以“元”为单位填数字，不写“万”“千”，不加货币符号。",
        "电话、邮编、统一社会信用代码、各种编号按文本填写，前面的 0 和 18 位代码才不会走样。",
        "鼠标停在表头上可以看到这一列的说明；有下拉箭头的列请从列表中选择。",
        "导入前程序会先列出将新增、改动和有问题的行，确认后才写入。",
    ];
    let mut row = 1;
    for (n, line) in (1..).zip(advice.iter().filter(|line| !line.is_empty())) {
        text(sheet, row, 0, &format!("{n}. {line}"), &base(11.0))?;
        row += 1;
    }
    row += 1;
    let head = boxed(11.0).set_bold().set_align(FormatAlign::Center).set_background_color(OPTIONAL);
    for (col, (name, width)) in
        (0..).zip([("列", 26.0), ("要求", 8.0), ("填法", 48.0), ("说明", 56.0), ("也可以写作", 36.0)])
    {
        sheet.set_column_width(col, width)?;
        text(sheet, row, col, name, &head)?;
    }
    let body = wrapped.set_border(rust_xlsxwriter::FormatBorder::Thin);
    let required = body.clone().set_background_color(REQUIRED);
    for field in fields {
        row += 1;
        text(sheet, row, 0, &field.heading(field.label), if field.required { &required } else { &body })?;
        text(sheet, row, 1, demand(field), &body)?;
        let (manner, aliases) = (manner(field), field.aliases.join("、"));
        text(sheet, row, 2, &manner, &body)?;
        text(sheet, row, 3, field.help, &body)?;
        text(sheet, row, 4, &aliases, &body)?;
        grow(sheet, row, &[(48.0, &manner), (56.0, field.help), (36.0, &aliases)])?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{KINDS, shapes};

    #[test]
    fn columns_count_like_excel() {
        for (at, want) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column_letters(at), want);
        }
    }

    #[test]
    fn a_closed_list_too_long_for_a_rule_goes_to_the_hidden_sheet() -> Result<()> {
        const LONG: &[&str] = &["一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十"; 7];
        let long = Field { ty: Type::Choice(LONG), ..KINDS[0].fields[0] };
        let lists = lists(&[&long], &Ledger::default());
        assert_eq!(lists.len(), 1, "Excel takes 255 characters in a rule");
        assert!(rule(&long, &lists)?.is_some(), "and still offers a drop-down");
        let short = Field { ty: Type::Choice(&["男", "女"]), ..KINDS[0].fields[0] };
        assert!(super::lists(&[&short], &Ledger::default()).is_empty(), "a short one stays in its rule");
        Ok(())
    }

    #[test]
    fn every_shape_has_a_template() {
        for shape in shapes() {
            let made = super::super::template(shape, &Ledger::default());
            assert!(made.is_ok_and(|bytes| bytes.starts_with(b"PK")), "{}", shape.name);
        }
    }
}

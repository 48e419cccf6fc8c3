//! One cell into one field: what people write in Excel, read exactly or refused with the reason.
//! Nothing is guessed: what could mean two things is a flaw that says so.

use std::borrow::Cow;
use std::fmt;

use chrono::{Datelike, Days, NaiveDate};

use crate::record::{Field, Type, Value};

/// Content of a cell as the file holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    /// Text, and every cell of a text file.
    Text(&'a str),
    /// A number with a plain or unknown format. The flag says that it is shown as a percentage.
    Number(f64, bool),
    /// A number shown as a date or time: days since the file's epoch, already moved to the 1900 one.
    Date(f64),
    /// TRUE or FALSE.
    Bool(bool),
    /// `#REF!` and its like.
    Error(&'a str),
}

impl fmt::Display for Cell<'_> {
    /// The cell as a person sees it, for messages and for comparing headings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Text(text) | Cell::Error(text) => f.write_str(text),
            Cell::Number(n, false) => f.write_str(&plain(*n)),
            Cell::Number(n, true) => write!(f, "{}%", plain(*n * 100.0)),
            Cell::Date(serial) => match day_of_serial(*serial) {
                Some(day) => write!(f, "{day}"),
                None => f.write_str(&plain(*serial)),
            },
            Cell::Bool(b) => f.write_str(if *b { "TRUE" } else { "FALSE" }),
        }
    }
}

/// What stands in the cell of a formula for which the file stores no result.
pub(super) const UNSOLVED: &str = "公式没有结果";

/// What to say about a cell that holds an error.
pub(super) fn error_said(label: &str, error: &str) -> String {
    if error == UNSOLVED {
        format!("{label}是公式，文件里没有存下它的结果，请用 Excel 或 WPS 打开这个文件、保存一次再导入")
    } else {
        format!("{label}是 Excel 错误值 {error}，请改正公式或直接填写内容")
    }
}

/// What the heading of a column says about its cells.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Unit {
    /// 元 in one unit of the column: 10,000 under 注册资本(万元). `None` when the heading has no unit.
    pub yuan: Option<i128>,
    /// That was said above the table, not in the heading.
    pub from_above: bool,
    /// The heading names another currency.
    pub foreign: bool,
    /// Serial numbers of the file count from 1904.
    pub from_1904: bool,
    /// The file does not tell which numbers are shown as percentages.
    pub unseen: bool,
}

/// Marks that nobody sees and that make equal texts differ.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

/// Full-width letters, digits and signs as half-width ones; odd spaces as plain ones.
pub(super) fn half_width(text: &str) -> String {
    narrow(text).collect()
}

fn narrow(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter_map(|c| match c {
        ' '..='~' => Some(c),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{3000}' | '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' => Some(' '),
        '￥' => Some('¥'),
        '﹣' | '−' | '‐' | '‑' | '–' => Some('-'),
        c if is_unseen(c) => None,
        c => Some(c),
    })
}

/// Text by which names are compared: width, spaces, case and kind of bracket do not matter.
pub(super) fn folded(text: &str) -> String {
    narrow(text)
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '〔' | '【' | '[' | '［' | '{' => '(',
            '〕' | '】' | ']' | '］' | '}' => ')',
            '·' | '•' | '・' => '·',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

/// The text of a cell without the marks around it; line breaks inside are kept as `\n`.
pub(super) fn cleaned(text: &str) -> Cow<'_, str> {
    if is_plain(text.as_bytes()) {
        return text.into();
    }
    let shown = |c: char| !is_unseen(c) && (!c.is_control() || matches!(c, '\n' | '\t'));
    // Nearly every other cell needs no change: 100,000 rows are not copied for the few that do.
    if text.chars().all(shown) && !(text.contains('_') && text.contains("_x000D_")) {
        return bare(text).into();
    }
    let text = text.replace("_x000D_", "").replace("\r\n", "\n").replace('\r', "\n");
    let seen: String = text.chars().filter(|c| shown(*c)).collect();
    bare(&seen).to_owned().into()
}

/// Whether a text is plainly nothing but letters, Chinese characters, digits and signs, so that there is nothing to clean:
/// told by its bytes, since nearly every cell is so. None of these begins a character that is a blank or a mark.
fn is_plain(bytes: &[u8]) -> bool {
    let plain = |b: &u8| matches!(b, b' '..=b'^' | b'`'..=b'~' | 0x80..=0xc1 | 0xc3..=0xe0 | 0xe4..=0xee | 0xf0..);
    let edge = |b: Option<&u8>| b.is_some_and(|b| !matches!(b, b' ' | b'=' | b'\''));
    edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(plain)
}

/// A text without blanks around it and without the marks by which spreadsheets keep digits as text.
fn bare(text: &str) -> &str {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    // ="0137…" is how other programs keep digits as text in a .csv.
    match text.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')) {
        Some(inner) => inner.trim(),
        None => text.strip_prefix('\'').unwrap_or(text),
    }
}

/// Whether a text stands for "nothing here". For yes and no, 无 is an answer.
pub(super) fn is_blank(text: &str, ty: Type) -> bool {
    // None of the words below begins otherwise.
    let first = text.chars().find(|c| !c.is_whitespace() && !is_unseen(*c));
    let begins = |c: char| "无没暂空未不-–—−‐‑﹣/\\nN(〔【[{".contains(c) || ('\u{ff01}'..='\u{ff5e}').contains(&c);
    if first.is_some_and(|c| !begins(c)) {
        return false;
    }
    // Nor is any longer, however wide it is written.
    if text.len() > 15 && !text.contains(|c: char| c.is_whitespace() || is_unseen(c)) {
        return false;
    }
    let text = folded(text);
    match text.as_str() {
        "无" | "没有" => ty != Type::Bool,
        "" | "-" | "--" | "---" | "—" | "——" | "/" | "//" | "\\" | "暂无" | "空" | "n/a" | "na" | "无。" | "未填"
        | "(空)" | "(无)" | "null" | "不详" | "暂缺" => true,
        _ => false,
    }
}

/// A number without a fraction of at most 15 digits, as nearly all are.
fn whole(n: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "15 digits")]
    (n.fract() == 0.0 && n.abs() < 1e15).then_some(n as i64)
}

/// A number as Excel shows it: at most 15 significant digits, never an exponent.
fn plain(n: f64) -> String {
    if !n.is_finite() {
        return n.to_string();
    }
    if let Some(whole) = whole(n) {
        return whole.to_string();
    }
    // 146.50000000000003 in the file is 146.5 on screen; the exponent form gives the 15 digits.
    let rounded: f64 = format!("{n:.14e}").parse().unwrap_or(n);
    format!("{rounded}")
}

/// The day of a serial number of the 1900 system. 60 is the 29 February 1900 that never was.
fn day_of_serial(serial: f64) -> Option<NaiveDate> {
    if !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
    let days = serial.floor() as u64;
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    if days == 60 { None } else { epoch.checked_add_days(Days::new(if days < 60 { days + 1 } else { days })) }
}

/// The day that stands for a month where a day is asked and only the month is written, with what to say about it: its
/// first, and its last for what goes on until then. A month is most often all that a roster tells of when somebody
/// moved in. Our reading: no source says it.
pub(super) fn day_for_month(field: &Field, cell: Cell<'_>, unit: Unit) -> Option<(NaiveDate, String)> {
    if field.ty != Type::Date || matches!(cell, Cell::Text(text) if is_blank(&cleaned(text), field.ty)) {
        return None;
    }
    let Ok(Written::Month(year, month)) = date(field.label, cell, unit) else { return None };
    let lasts = ["until", "_to", "end_on"].iter().any(|end| field.name.ends_with(end));
    let day = if lasts { crate::period::last_of_month(year, month) } else { NaiveDate::from_ymd_opt(year, month, 1)? };
    Some((day, format!("{}“{cell}”只写到月，按 {day} 登记；知道是哪一天的请写明", field.label)))
}

/// Reads one cell. `Ok(None)` is blank; the error says in Chinese what is wrong and what to do.
/// References are read by name elsewhere, since they need the ledger.
pub(super) fn understand(field: &Field, cell: Cell<'_>, unit: Unit) -> Result<Option<Value>, String> {
    let label = field.label;
    match cell {
        Cell::Error(error) => return Err(error_said(label, error)),
        Cell::Text(text) => {
            let text = cleaned(text);
            if is_blank(&text, field.ty) {
                return Ok(None);
            }
            // In text files, and where somebody pasted values, an error is text.
            if is_error(&text) {
                return Err(error_said(label, &text));
            }
        }
        _ => {}
    }
    let value = match field.ty {
        Type::Date => match date(label, cell, unit)? {
            Written::Day(day) => Value::Date(day),
            Written::Month(year, month) => {
                return Err(format!("{label}“{cell}”只写到月，请写明是哪一天，如 {year}-{month:02}-15"));
            }
            Written::Year(year) => {
                return Err(format!("{label}“{cell}”只有年份，请写明年月日，如 {year}-06-15"));
            }
        },
        Type::Month => match date(label, cell, unit)? {
            Written::Day(day) => Value::Date(day.with_day(1).unwrap_or(day)),
            Written::Month(year, month) => Value::Date(
                NaiveDate::from_ymd_opt(year, month, 1).ok_or_else(|| format!("{label}“{cell}”不是有效月份"))?,
            ),
            Written::Year(year) => return Err(format!("{label}“{cell}”只有年份，请写明月份，如 {year}-06")),
        },
        Type::Year => Value::Int(year(label, cell)?),
        Type::Money => Value::Int(money(field, cell, unit)?),
        Type::Int => Value::Int(count(field, cell)?),
        Type::Decimal => Value::Int(decimal(field, cell, unit)?),
        Type::Bool => Value::Bool(yes_or_no(field, cell)?),
        Type::Choice(options) => match cell {
            Cell::Text(own) if options.contains(&own) => Value::text(own),
            _ => Value::text(choice(field, options, &text(field, cell)?)?),
        },
        Type::CreditCode => Value::text(credit_code(label, cell)?),
        Type::Phone => Value::text(phone(label, cell)?),
        Type::Postcode => Value::text(postcode(label, cell)?),
        Type::Email => Value::text(half_width(&text(field, cell)?).replace(' ', "")),
        Type::Text | Type::Long | Type::Owner | Type::System | Type::Ref(_) | Type::Refs(_) => {
            Value::text(&*text(field, cell)?)
        }
    };
    Ok(Some(value).filter(|v| v.as_text() != Some("")))
}

/// The error values of spreadsheets, as text.
fn is_error(text: &str) -> bool {
    // Nearly no text begins so: 100,000 rows are not looked through for each word.
    if !text.starts_with(['#', '＃', 'E', '公']) {
        return false;
    }
    // As a correction file writes it.
    if text == UNSOLVED {
        return true;
    }
    ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"]
        .iter()
        .any(|error| half_width(text).eq_ignore_ascii_case(error))
        // As LibreOffice shows what it has no word for: Err:502.
        || text.strip_prefix("Err:").is_some_and(|n| n.len() == 3 && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Fields of digits only whose leading zeros Excel eats, with their length.
const DIGITS: &[(&str, usize)] = &[("core_tech", 6), ("industry_code", 4)];

/// Whether a field holds the name of somebody.
fn is_person(field: &Field) -> bool {
    matches!(field.name, "leader_name" | "legal_person" | "responsible") || field.label.ends_with("姓名")
}

/// Text of a field that holds text.
fn text<'a>(field: &Field, cell: Cell<'a>) -> Result<Cow<'a, str>, String> {
    let label = field.label;
    match cell {
        Cell::Text(text) => {
            let text = cleaned(text);
            if is_person(field) && !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || "-+. ".contains(c)) {
                return Err(format!("{label}“{text}”不像姓名，可能与别的列填反了，请核对"));
            }
            // Nearly no text has the letter, however wide it is written: the others are not copied for it.
            if text.contains(['E', 'e', 'Ｅ', 'ｅ']) && is_exponent(&half_width(&text)) {
                return Err(format!("{label}“{text}”是 Excel 的科学计数法，原来的数字已丢失，请按原件重新填写"));
            }
            Ok(text)
        }
        Cell::Number(..) if is_person(field) => Err(format!("{label}“{cell}”不像姓名，可能与别的列填反了，请核对")),
        Cell::Number(n, false) if n.abs() < 1e15 => {
            let digits = plain(n);
            match DIGITS.iter().find(|(name, _)| *name == field.name) {
                Some((_, length)) if digits.len() < *length => {
                    Err(format!("{label}“{digits}”不足 {length} 位，开头的 0 可能被 Excel 去掉了，请改为文本重新填写"))
                }
                _ => Ok(digits.into()),
            }
        }
        Cell::Number(_, true) => Ok(cell.to_string().into()),
        Cell::Number(..) => Err(format!("{label}“{cell}”超过 15 位，Excel 已把末尾改成 0，请改为文本重新填写")),
        Cell::Date(_) => Err(format!(
            "{label}应是文字，单元格里却是日期 {cell}，可能被 Excel 自动改过，请把单元格设为文本后重新填写"
        )),
        Cell::Bool(_) | Cell::Error(_) => Err(format!("{label}应是文字，单元格里却是 {cell}")),
    }
}

/// 4.40981E+17 and its like: what is left of a long number. 4E17 without a sign may be a name of its own.
fn is_exponent(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else { return false };
    (digits.contains('.') || power.starts_with('+'))
        && !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && power.strip_prefix('+').unwrap_or(power).bytes().all(|b| b.is_ascii_digit())
        && power.len() > 1
}

fn credit_code(label: &str, cell: Cell<'_>) -> Result<String, String> {
    match cell {
        Cell::Text(text) if crate::record::credit_code_flaw(text).is_none() => Ok(text.to_owned()),
        Cell::Text(text) => {
            let code = half_width(&cleaned(text)).replace([' ', '-', '\n', '\t'], "").to_ascii_uppercase();
            if is_exponent(&code) {
                return Err(format!("{label}“{code}”是 Excel 的科学计数法，原来的数字已丢失，请按营业执照重新填写"));
            }
            if let Some(why) = crate::record::credit_code_flaw(&code) {
                let damaged = code.len() == 18 && code.bytes().all(|b| b.is_ascii_digit()) && code.ends_with("000");
                return Err(if damaged {
                    format!("{label}“{code}”末尾三位是 000，多半被 Excel 改过(只保留 15 位)，请按营业执照重新填写")
                } else {
                    format!("{label}“{code}”{why}")
                });
            }
            Ok(code)
        }
        Cell::Number(n, _) if n >= 1e15 => Err(format!(
            "{label}“{cell}”在文件里是数字，Excel 只保留 15 位，末尾已被改成 0，请把单元格设为文本后按营业执照重新填写"
        )),
        _ => Err(format!("{label}“{cell}”应是 18 位文本，请按营业执照填写")),
    }
}

fn phone(label: &str, cell: Cell<'_>) -> Result<String, String> {
    let is_mobile = |text: &str| text.len() == 11 && text.starts_with('1') && text.bytes().all(|b| b.is_ascii_digit());
    match cell {
        Cell::Text(text) if is_mobile(text) => Ok(text.to_owned()),
        Cell::Text(text) => {
            let text = half_width(&cleaned(text)).replace('—', "-");
            if is_exponent(&text) {
                return Err(format!("{label}“{text}”是 Excel 的科学计数法，原来的数字已丢失，请重新填写"));
            }
            let one = |part: &str| -> String {
                let part = part.trim();
                let digits: String = part.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
                let mobile = digits.strip_prefix("+86").or(digits.strip_prefix("(+86)")).unwrap_or(&digits);
                if is_mobile(mobile) { mobile.to_owned() } else { part.to_owned() }
            };
            let parts: Vec<String> =
                text.split(['、', '/', ',', ';', '\n']).map(one).filter(|p| !p.is_empty()).collect();
            let cut = |p: &&String| {
                p.starts_with('1') && matches!(p.len(), 9 | 10 | 12) && p.bytes().all(|b| b.is_ascii_digit())
            };
            if let Some(part) = parts.iter().find(cut) {
                return Err(format!("{label}“{part}”不像电话号码：有 {} 位，手机应为 11 位", part.len()));
            }
            Ok(parts.join("、"))
        }
        Cell::Number(n, false) if n.fract() == 0.0 && (1e6..1e15).contains(&n) => {
            let digits = plain(n);
            let whole = matches!(digits.len(), 7 | 8)
                || (digits.len() == 11 && digits.starts_with('1'))
                || (digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800")));
            if whole {
                Ok(digits)
            } else {
                Err(format!("{label}“{digits}”在文件里是数字，区号开头的 0 可能被 Excel 去掉了，请改为文本重新填写"))
            }
        }
        _ => Err(format!("{label}“{cell}”不像电话号码，请改为文本重新填写")),
    }
}

fn postcode(label: &str, cell: Cell<'_>) -> Result<String, String> {
    match cell {
        Cell::Text(text) => Ok(half_width(&cleaned(text)).replace(' ', "")),
        Cell::Number(n, false) if n.fract() == 0.0 && (100_000.0..1_000_000.0).contains(&n) => Ok(plain(n)),
        _ => Err(format!("{label}“{cell}”应为 6 位数字，开头的 0 可能被 Excel 去掉了，请改为文本重新填写")),
    }
}

/// A day, a month or a year, as far as it is written.
#[derive(Debug, PartialEq)]
enum Written {
    Day(NaiveDate),
    Month(i32, u32),
    Year(i32),
}

/// Years that a record of a makerspace can carry.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

fn date(label: &str, cell: Cell<'_>, unit: Unit) -> Result<Written, String> {
    let bad = || format!("{label}“{cell}”不是能确定的日期，请写成 2021-09-20");
    match cell {
        Cell::Text(text) => written_date(&half_width(&cleaned(text))).map_err(|why| match why {
            Some(why) => format!("{label}“{}”{why}", cleaned(text)),
            None => bad(),
        }),
        Cell::Date(serial) => match day_of_serial(serial) {
            // A year typed into a cell that is formatted as a date shows as a day in 1905.
            Some(day) if (1950..=2100).contains(&day.year()) => Ok(Written::Day(day)),
            Some(day) => Err(format!("{label}显示为 {day}，这个年份不对，请检查单元格里的数字")),
            None => Err(bad()),
        },
        Cell::Number(n, false) => number_date(n, unit.from_1904).ok_or_else(bad),
        _ => Err(bad()),
    }
}

/// A plain number in a column of dates: 20160613, 201606, 2016.06, 2016, or a serial number whose
/// cell lost its format.
fn number_date(n: f64, from_1904: bool) -> Option<Written> {
    let text = plain(n);
    if n.fract() == 0.0 && (text.len() == 8 || text.len() == 6 || text.len() == 4) {
        let read = written_date(&text).ok();
        if read.is_some() || text.len() == 8 {
            return read;
        }
    }
    // 2016.1 may have been typed as 2016.10, so one decimal is no month.
    if let Some((_, month)) = text.split_once('.') {
        if text.len() == 7 && month.len() == 2 {
            return written_date(&text).ok();
        }
        if n < 10_000.0 {
            return None;
        }
    }
    let day = day_of_serial(if from_1904 { n + super::sheet::DAYS_TO_1904 } else { n })?;
    (1950..=2100).contains(&day.year()).then_some(Written::Day(day))
}

/// First and last day of a day, a month or a year as people write it.
pub(super) fn days_written(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    match written_date(&half_width(&cleaned(text))).ok()? {
        Written::Day(day) => Some((day, day)),
        Written::Month(year, month) => {
            Some((NaiveDate::from_ymd_opt(year, month, 1)?, crate::period::last_of_month(year, month)))
        }
        Written::Year(year) => Some((NaiveDate::from_ymd_opt(year, 1, 1)?, crate::period::last_of_month(year, 12))),
    }
}

/// Reads a date as written. The error is a reason, or none where "not a date" says it all.
fn written_date(text: &str) -> Result<Written, Option<&'static str>> {
    let text = text.trim();
    if text.contains(['至', '~', '～']) {
        return Err(Some("是一段时间，这里只填一个日期"));
    }
    if ["去年", "今年", "明年", "前年", "上月", "本月", "上周", "昨天", "今天", "目前", "上个月", "年初", "年底"]
        .iter()
        .any(|word| text.contains(word))
    {
        return Err(Some("没有写明年月日，请写成 2021-09-20"));
    }
    if text.starts_with(['约', '近']) || text.ends_with("左右") || text.ends_with("前后") || text.ends_with("初")
    {
        return Err(Some("是大概的日期，请写确切日期"));
    }
    let text = without_time(text);
    let mut numbers: Vec<&str> = Vec::new();
    let mut marks: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 {
            return Err(None);
        }
        let (number, after) = rest.split_at(digits);
        numbers.push(number);
        let mark = after.len() - after.trim_start_matches(|c: char| !c.is_ascii_digit()).len();
        let (between, after) = after.split_at(mark);
        marks.push(between.chars().filter(|c| !c.is_whitespace()).collect());
        rest = after;
    }
    let number = |s: &str| s.parse::<u32>().map_err(|_| None);
    let in_range =
        |year: i32| if YEARS.contains(&year) { Ok(year) } else { Err(Some("年份不在 1900 到 2100 之间")) };
    let year = |s: &str| -> Result<i32, Option<&'static str>> {
        if s.len() != 4 {
            return Err(if s.len() == 2 { Some("年份请写四位，如 2021-09-20") } else { None });
        }
        in_range(s.parse().map_err(|_| None)?)
    };
    let month_of = |y: i32, m: u32| {
        if (1..=12).contains(&m) { Ok(Written::Month(y, m)) } else { Err(Some("月份不在 1 到 12 之间")) }
    };
    let day_of =
        |y: i32, m: u32, d: u32| NaiveDate::from_ymd_opt(y, m, d).map(Written::Day).ok_or(Some("这一天不存在，请核对"));
    let marks: Vec<&str> = marks.iter().map(String::as_str).collect();
    match (numbers.as_slice(), marks.as_slice()) {
        ([all], ["" | "年"]) if all.len() == 4 => Ok(Written::Year(year(all)?)),
        ([all], [""]) if all.len() == 8 && all.is_ascii() => {
            day_of(year(&all[..4])?, number(&all[4..6])?, number(&all[6..])?)
        }
        ([all], [""]) if all.len() == 6 => month_of(year(&all[..4])?, number(&all[4..])?),
        ([y, m], ["年", "月" | "月份"] | ["-" | "." | "/", "" | "月"]) if m.len() <= 2 => {
            month_of(year(y)?, number(m)?)
        }
        ([y, m, d], ["年", "月", "日" | "号"]) if m.len() <= 2 && d.len() <= 2 => {
            day_of(year(y)?, number(m)?, number(d)?)
        }
        ([y, m, d], [one, two, "" | "日"])
            if one == two && matches!(*one, "-" | "." | "/" | "、") && m.len() <= 2 && d.len() <= 2 =>
        {
            day_of(year(y)?, number(m)?, number(d)?)
        }
        _ => Err(None),
    }
}

/// A date without the time of day behind it: exports write 2021-09-20 00:00:00.
fn without_time(text: &str) -> &str {
    let Some((day, time)) = text.split_once(['T', ' ']) else { return text };
    let time = time.trim();
    let clock =
        time.len() >= 4 && time.contains(':') && time.bytes().all(|b| b.is_ascii_digit() || b":.Z".contains(&b));
    if clock { day } else { text }
}

fn year(label: &str, cell: Cell<'_>) -> Result<i64, String> {
    let bad = || format!("{label}“{cell}”不是有效年份，请写成 2021");
    let year = match cell {
        Cell::Number(n, false) if n.fract() == 0.0 => plain(n).parse().map_err(|_| bad())?,
        Cell::Text(text) => {
            let text = half_width(&cleaned(text));
            let text =
                text.strip_suffix("年度").or(text.strip_suffix('届')).or(text.strip_suffix('级')).unwrap_or(&text);
            match written_date(text.trim()) {
                Ok(Written::Day(day)) => day.year(),
                Ok(Written::Month(year, _) | Written::Year(year)) => year,
                Err(_) => return Err(bad()),
            }
        }
        Cell::Date(serial) => day_of_serial(serial).ok_or_else(bad)?.year(),
        _ => return Err(bad()),
    };
    // A plain year in a cell formatted as a date would come out as 1905.
    if (1950..=2100).contains(&year) { Ok(i64::from(year)) } else { Err(bad()) }
}

/// A number as written, exactly: value = digits / 10^places.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Exact {
    digits: i128,
    places: u32,
}

impl Exact {
    /// The value times `factor`, if that is a whole number of `i64`.
    fn times(self, factor: i128) -> Option<i64> {
        let product = self.digits.checked_mul(factor)?;
        let ten = 10_i128.checked_pow(self.places)?;
        if product % ten == 0 { i64::try_from(product / ten).ok() } else { None }
    }
}

/// Reads digits with at most one point and well-placed thousands separators.
fn exact(text: &str) -> Option<Exact> {
    let (negative, size) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = size.split_once('.').unwrap_or((size, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1
        || (groups.iter().skip(1).all(|g| g.len() == 3) && groups.first().is_some_and(|g| (1..=3).contains(&g.len())));
    let whole = whole.replace(',', "");
    if whole.is_empty() || !grouped || !digits(&whole) || !digits(part) || whole.len() > 18 || part.len() > 15 {
        return None;
    }
    let value: i128 = format!("{whole}{part}").parse().ok()?;
    Some(Exact { digits: if negative { -value } else { value }, places: u32::try_from(part.len()).ok()? })
}

/// A number and what stands behind it: `1,200万元` is 1200 and `万元`.
fn number_and_unit(label: &str, cell: Cell<'_>, what: &str) -> Result<(Exact, String), String> {
    let bad = |text: &str| format!("{label}“{text}”不是{what}");
    match cell {
        Cell::Number(n, false) if whole(n).is_some() => {
            let digits = whole(n).map_or(0, i128::from);
            Ok((Exact { digits, places: 0 }, String::new()))
        }
        Cell::Number(n, percent) => {
            let text = plain(if percent { n * 100.0 } else { n });
            let number = exact(&text).ok_or_else(|| bad(&text))?;
            Ok((number, if percent { "%".to_owned() } else { String::new() }))
        }
        Cell::Text(text) => {
            let seen = cleaned(text);
            let text: String = half_width(&seen).chars().filter(|c| !c.is_whitespace()).collect();
            let about = ["约", "近", "超", "余", "左右", "多", "以上", "以下", "不到", "几", "≈", "~", "上下", "不足"];
            if about.iter().any(|word| text.contains(word)) {
                return Err(format!("{label}“{seen}”是大概的数，请填确切的数"));
            }
            let text = ["人民币", "rmb", "RMB", "¥", "共计", "共"]
                .iter()
                .fold(text.as_str(), |text, prefix| text.strip_prefix(prefix).unwrap_or(text));
            let end = text.find(|c: char| !(c.is_ascii_digit() || ".,+-".contains(c))).unwrap_or(text.len());
            let (number, unit) = text.split_at(end);
            Ok((exact(number).ok_or_else(|| bad(&seen))?, unit.to_owned()))
        }
        _ => Err(bad(&cell.to_string())),
    }
}

/// 元 in one of a money word; `None` for words that are no money in 人民币.
pub(super) fn yuan_in(unit: &str) -> Option<i128> {
    let unit = unit.strip_suffix('整').unwrap_or(unit);
    let unit = unit.strip_suffix("人民币").or(unit.strip_prefix("人民币")).unwrap_or(unit);
    Some(match unit {
        "元" | "圆" => 1,
        "百元" => 100,
        "千元" | "千" | "仟元" => 1_000,
        "万元" | "万" | "w" | "W" | "萬元" => 10_000,
        "十万元" | "十万" => 100_000,
        "百万元" | "百万" => 1_000_000,
        "千万元" | "千万" => 10_000_000,
        "亿元" | "亿" => 100_000_000,
        _ => return None,
    })
}

/// Whether words name a currency that is not ours.
pub(super) fn is_foreign(words: &str) -> bool {
    ["美元", "欧元", "港元", "港币", "日元", "英镑", "usd"].iter().any(|word| words.contains(word))
}

/// What to say about a small amount of which neither the heading nor the cell says the unit: 50 may be 50万元.
pub(super) fn without_unit(field: &Field, cell: Cell<'_>, unit: Unit) -> Option<String> {
    if field.ty != Type::Money || unit.yuan.is_some() {
        return None;
    }
    let (number, said) = number_and_unit(field.label, cell, "金额").ok()?;
    let small = number.digits != 0 && number.digits.abs() < 10_000 * 10_i128.pow(number.places);
    (said.is_empty() && small)
        .then(|| format!("{}“{cell}”在表头和单元格里都没有写单位，按元登记；是千元或万元的请写明", field.label))
}

fn money(field: &Field, cell: Cell<'_>, unit: Unit) -> Result<i64, String> {
    let label = field.label;
    if unit.foreign {
        return Err(format!("{label}的表头是外币，请折算成人民币后填写"));
    }
    let (number, said) = number_and_unit(label, cell, "金额")?;
    let yuan = match said.as_str() {
        "" => match unit.yuan {
            Some(yuan) => yuan,
            // 注册资本 100 is 100万元 in nearly every roster; no company has less than 1万元 in 元.
            None if field.name == "reg_capital" && number.times(1).is_none_or(|n| n < 10_000) => {
                return Err(format!("{label}“{cell}”没有写单位，请写明是元还是万元"));
            }
            None => 1,
        },
        // 50万 under 千元 may be 50万元 or 50万千元.
        said if !said.contains(['元', '圆', '币']) && unit.yuan.is_some_and(|u| u != 1 && Some(u) != yuan_in(said)) =>
        {
            return Err(format!("{label}“{cell}”的单位和表头的单位不一致，请写明，如 50万元"));
        }
        said => yuan_in(said).ok_or_else(|| format!("{label}“{cell}”的单位“{said}”无法识别，请用元、千元或万元"))?,
    };
    number.times(yuan * 100).ok_or_else(|| format!("{label}“{cell}”精确不到分，或超出范围，请核对"))
}

fn count(field: &Field, cell: Cell<'_>) -> Result<i64, String> {
    let label = field.label;
    let (number, said) = number_and_unit(label, cell, "整数")?;
    let (factor, said) = match said.strip_prefix('万') {
        Some(rest) => (10_000, rest),
        None => (1, said.as_str()),
    };
    let known = match field.unit {
        "人" => matches!(said, "人" | "名" | "位" | "个" | "人次"),
        "场次" => matches!(said, "场" | "次" | "场次" | "期" | "个"),
        "个" => matches!(said, "个" | "家" | "间" | "处" | "套" | "张"),
        unit => said == unit,
    };
    if !said.is_empty() && !known {
        return Err(format!("{label}“{cell}”的单位“{said}”不合适，请填数字"));
    }
    number.times(factor).ok_or_else(|| format!("{label}“{cell}”不是整数"))
}

fn decimal(field: &Field, cell: Cell<'_>, unit: Unit) -> Result<i64, String> {
    let label = field.label;
    let (number, said) = number_and_unit(label, cell, "数字")?;
    let percent = label.ends_with("(%)");
    let said = said.trim_end_matches('。');
    let known = match field.unit {
        "m²" => matches!(said, "m²" | "㎡" | "平方米" | "平米" | "平方" | "m2" | "M2" | "平"),
        "小时" => matches!(said, "小时" | "h" | "H" | "个小时" | "时" | "学时"),
        "" if percent => said == "%",
        unit => said == unit,
    };
    if !said.is_empty() && !known {
        return Err(format!("{label}“{cell}”的单位“{said}”不合适，请填数字"));
    }
    // 0.25 may be a share of 25 %, and so may 1 be 100 % where a file does not tell how it is shown.
    let part = number.times(1).is_none() && number.digits.abs() < 10_i128.pow(number.places);
    let whole = unit.unseen && number.times(1) == Some(1) && matches!(cell, Cell::Number(..));
    if percent && said.is_empty() && number.digits != 0 && (part || whole) {
        return Err(format!("{label}“{cell}”没有超过 1，请写明是 {cell}% 还是小数形式的比例"));
    }
    number.times(100).ok_or_else(|| format!("{label}“{cell}”小数超过两位"))
}

/// 是√ 否□: of two words with a box each, the one that is ticked. `None` when that cannot be told.
fn ticked(text: &str) -> Option<bool> {
    const TICKED: &[char] = &['√', '✓', '✔', '☑', '■', '●', '◉', '▣'];
    const EMPTY: &[char] = &['□', '○', '☐', '◯', '▢'];
    let text: Vec<char> = folded(text).chars().filter(|c| !"():/,、".contains(*c)).collect();
    let word = |c: char| match c {
        '是' | '有' => Some(true),
        '否' | '无' => Some(false),
        _ => None,
    };
    let (boxes, words): (Vec<char>, Vec<char>) = text.iter().partition(|c| TICKED.contains(c) || EMPTY.contains(c));
    let (&[first, second], &[a, b]) = (words.as_slice(), boxes.as_slice()) else { return None };
    let (first, second) = (word(first)?, word(second)?);
    // Each box beside its word, before both or behind both.
    let before = text.first().is_some_and(|c| word(*c).is_none());
    let in_turn = text.iter().enumerate().all(|(i, c)| word(*c).is_none() == ((i % 2 == 0) == before));
    match (TICKED.contains(&a), TICKED.contains(&b)) {
        (true, false) if in_turn => Some(first),
        (false, true) if in_turn => Some(second),
        _ => None,
    }
}

fn yes_or_no(field: &Field, cell: Cell<'_>) -> Result<bool, String> {
    let label = field.label;
    let bad = || format!("{label}“{cell}”请填“是”或“否”");
    match cell {
        Cell::Bool(b) => Ok(b),
        Cell::Number(1.0, false) => Ok(true),
        Cell::Number(0.0, false) => Ok(false),
        Cell::Text(text) => {
            let text = folded(&cleaned(text));
            match text.as_str() {
                "是" | "有" | "√" | "✓" | "✔" | "☑" | "y" | "yes" | "true" | "t" | "1" | "对" | "v" | "已" => {
                    Ok(true)
                }
                "否" | "无" | "×" | "✗" | "✘" | "x" | "n" | "no" | "false" | "f" | "0" | "没有" | "不是" | "非"
                | "未" => Ok(false),
                "兼职" if label.ends_with("专职") => Ok(false),
                // 专职 under 是否专职, 高新技术企业 under 是否高新技术企业.
                word if label.strip_prefix("是否").is_some_and(|rest| folded(rest) == word) => Ok(true),
                _ => ticked(&text).ok_or_else(bad),
            }
        }
        _ => Err(bad()),
    }
}

/// Words of rosters for words of our lists, each with its option.
const WORDS: &[(&str, &str)] = &[
    ("环保", "环境保护"),
    ("文创", "文化创意"),
    ("文化创意产业", "文化创意"),
    ("软件", "电子信息"),
    ("信息技术", "电子信息"),
    ("在校生", "大学生创业"),
    ("高校毕业生", "大学生创业"),
    ("高校教师", "高校科研院所人员"),
    ("科研院所人员", "高校科研院所人员"),
    ("软著", "软件著作权"),
    ("计算机软件著作权", "软件著作权"),
    ("学士", "本科"),
    ("大学", "本科"),
    ("专科", "大专"),
    ("大学专科", "大专"),
    ("本科/学士", "本科"),
    ("高职", "大专"),
    ("中专", "高中及以下"),
    ("初中", "高中及以下"),
    ("中职", "高中及以下"),
    ("海归", "留学归国人员"),
    ("留学人员", "留学归国人员"),
    ("留学回国人员", "留学归国人员"),
    ("在校大学生", "大学生创业"),
    ("科技人员", "高校科研院所人员"),
    ("房租", "物业收入"),
    ("租金", "物业收入"),
    ("房租收入", "物业收入"),
    ("租金收入", "物业收入"),
    ("物业费", "物业收入"),
    ("工位费", "物业收入"),
    ("补贴", "财政补贴"),
    ("政府补贴", "财政补贴"),
    ("政府补助", "财政补贴"),
    ("财政补助", "财政补贴"),
    ("天使轮", "天使投资"),
    ("vc", "风险投资"),
    ("贷款", "银行贷款"),
    ("路演", "项目路演"),
    ("沙龙", "创业沙龙"),
    ("训练营", "创业训练营"),
    ("创业讲坛", "创业讲堂"),
    ("讲座", "创业讲堂"),
    ("创业竞赛", "创业大赛"),
    ("培训", "创业教育培训"),
    ("宣传推介", "其他"),
    ("综合型", "综合"),
    ("专业型", "专业化"),
    ("团队", "创业团队"),
    ("创客团队", "创业团队"),
    ("企业", "初创企业"),
    ("公司", "初创企业"),
    ("入驻企业", "初创企业"),
    ("优秀", "A"),
    ("良好", "B"),
    ("合格", "C"),
    ("不合格", "D"),
    ("线上+线下", "线上线下结合"),
    ("先生", "男"),
    ("男性", "男"),
    ("女性", "女"),
    ("服务费", "服务收入"),
    ("服务费收入", "服务收入"),
    ("投资收益", "投资收入"),
    ("留学生", "留学归国人员"),
    ("留学生创业", "留学归国人员"),
    ("科研人员", "高校科研院所人员"),
    ("女士", "女"),
];

/// One of the options, by itself, its number, a known other word, or a part that only one has.
fn choice(field: &Field, options: &'static [&'static str], text: &str) -> Result<&'static str, String> {
    if let Some(option) = options.iter().find(|option| **option == text) {
        return Ok(option);
    }
    if field.name == "entered_as"
        && let Some(stage) = super::stage::told(text)
    {
        return Ok(stage.word());
    }
    let fold = |s: &str| folded(s).replace("其它", "其他");
    // Codes before the words, as in 110.国有 and 1 电子信息, are read either way.
    let word = |s: &str| fold(s).trim_start_matches(|c: char| c.is_ascii_digit() || ".、:".contains(c)).to_owned();
    let seen = fold(text);
    let bare = word(text);
    let only = |found: Vec<&'static str>| match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let equal = |f: &dyn Fn(&str) -> bool| only(options.iter().copied().filter(|o| f(o)).collect());
    let code = |o: &str| o.split_once('.').map(|(code, _)| code.to_owned());
    let found = equal(&|o| fold(o) == seen)
        .or_else(|| if bare.is_empty() { None } else { equal(&|o| word(o) == bare) })
        .or_else(|| equal(&|o| code(o).as_deref() == Some(seen.as_str())))
        .or_else(|| {
            let (_, option) = WORDS.iter().find(|(word, option)| *word == bare && options.contains(option))?;
            Some(*option)
        })
        .or_else(|| {
            // A beginning says enough when only one option has it, and so does a longer text around one
            // option, unless it denies or lists. 专利 is the end of 发明专利 but says less.
            let long = bare.chars().count() >= 2 && bare.chars().count() <= 14;
            if !long
                || ["非", "不", "无", "未", "或", "与", "和", "及", "、", "/", ",", "+"]
                    .iter()
                    .any(|w| bare.contains(w))
            {
                return None;
            }
            equal(&|o| word(o).starts_with(&bare))
                .or_else(|| equal(&|o| word(o).chars().count() >= 2 && bare.contains(&word(o)) && word(o) != "其他"))
        });
    found.ok_or_else(|| format!("{}“{text}”不在可选范围内，可选：{}", field.label, options.join("、")))
}

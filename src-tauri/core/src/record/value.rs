//! A field's content, and its way from and to text.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::{Field, Kind, Type};

/// A filled-in field. "Not filled in" is `None` around it, and never 0 or "".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, choices, phones, codes.
    Text(Arc<str>),
    /// Counts, years, ids; money in 分; decimals in hundredths.
    Int(i64),
    /// Days; months as their first day.
    Date(NaiveDate),
    /// Yes or no.
    Bool(bool),
    /// Ids of other records.
    Ids(Arc<[i64]>),
}

impl Value {
    /// Text from anything that is text.
    pub fn text(s: impl Into<Arc<str>>) -> Value {
        Value::Text(s.into())
    }
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(s) => Some(s),
            _ => None,
        }
    }
    /// The number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(n) => Some(*n),
            _ => None,
        }
    }
    /// The day, if it is one.
    pub fn as_date(&self) -> Option<NaiveDate> {
        match self {
            Value::Date(d) => Some(*d),
            _ => None,
        }
    }
    /// Yes or no, if it is that.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }
}

/// One record: the cells stand in the order of its kind's fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Unique within the kind, never used again.
    pub id: i64,
    /// Contents, `None` where not filled in.
    pub cells: Vec<Option<Value>>,
}

impl Record {
    /// A record with nothing filled in.
    pub fn empty(kind: &Kind, id: i64) -> Record {
        Record { id, cells: vec![None; kind.fields.len()] }
    }
    /// Content of the field at a position.
    pub fn get(&self, at: usize) -> Option<&Value> {
        self.cells.get(at).and_then(Option::as_ref)
    }
    /// Content of a field by name.
    pub fn field(&self, kind: &Kind, name: &str) -> Option<&Value> {
        kind.at(name).and_then(|at| self.get(at))
    }
    /// Fills in a field by name; an unknown name is left alone.
    pub fn set(&mut self, kind: &Kind, name: &str, value: Option<Value>) {
        if let Some(cell) = kind.at(name).and_then(|at| self.cells.get_mut(at)) {
            *cell = value;
        }
    }
}

/// Reads the plain text of one field as people and templates write it: dates as `2021-09-20`, money in
/// 元, yes and no as 是 and 否. Blank text is `None`. References are read elsewhere, since they
/// need the ledger. The error says in Chinese what was expected.
pub fn parse_value(field: &Field, text: &str) -> Result<Option<Value>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let label = field.label;
    let value = match field.ty {
        Type::Text | Type::Long | Type::Email | Type::System | Type::Owner | Type::Phone | Type::Postcode => {
            Value::text(text)
        }
        Type::CreditCode => Value::text(text.to_ascii_uppercase()),
        Type::Choice(options) => match options.iter().find(|o| **o == text) {
            Some(option) => Value::text(*option),
            None => return Err(format!("{label}“{text}”不在可选范围内，可选：{}", options.join("、"))),
        },
        Type::Date => Value::Date(
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .map_err(|_| format!("{label}“{text}”不是有效日期，请写成 2021-09-20"))?,
        ),
        Type::Month => Value::Date(
            NaiveDate::parse_from_str(&format!("{}-01", text.get(..7).unwrap_or(text)), "%Y-%m-%d")
                .map_err(|_| format!("{label}“{text}”不是有效月份，请写成 2021-09"))?,
        ),
        Type::Year => match text.trim_end_matches('年').parse::<i64>() {
            Ok(year) if (1900..=2200).contains(&year) => Value::Int(year),
            _ => return Err(format!("{label}“{text}”不是有效年份，请写成 2021")),
        },
        Type::Int | Type::Ref(_) => {
            Value::Int(text.replace(',', "").parse().map_err(|_| format!("{label}“{text}”不是整数"))?)
        }
        Type::Decimal | Type::Money => {
            Value::Int(hundredths(text).ok_or_else(|| format!("{label}“{text}”不是数字，或小数超过两位"))?)
        }
        Type::Bool => match text {
            "是" | "有" | "√" | "true" | "1" => Value::Bool(true),
            "否" | "无" | "×" | "false" | "0" => Value::Bool(false),
            _ => return Err(format!("{label}“{text}”请填“是”或“否”")),
        },
        Type::Refs(_) => {
            let ids: Option<Vec<i64>> = text.split([',', '、', ';']).map(|s| s.trim().parse().ok()).collect();
            Value::Ids(ids.ok_or_else(|| format!("{label}“{text}”无法识别"))?.into())
        }
    };
    Ok(Some(value))
}

/// Reads a decimal with at most two places into hundredths, exactly: no float is involved.
fn hundredths(text: &str) -> Option<i64> {
    let text = text.replace(',', "");
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = part.trim_end_matches('0');
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let size = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(format!("{part:0<2}").parse().ok()?)?;
    Some(if negative { -size } else { size })
}

/// Writes one field as plain text, the way [`parse_value`] reads it. References give their id.
pub fn format_value(field: &Field, value: Option<&Value>) -> String {
    match (value, field.ty) {
        (None, _) => String::new(),
        (Some(Value::Text(s)), _) => s.to_string(),
        (Some(Value::Bool(b)), _) => if *b { "是" } else { "否" }.to_owned(),
        (Some(Value::Date(d)), Type::Month) => format!("{}-{:02}", d.year(), d.month()),
        (Some(Value::Date(d)), _) => d.to_string(),
        (Some(Value::Int(n)), Type::Money) => crate::amount::yuan(*n),
        (Some(Value::Int(n)), Type::Decimal) => {
            let text = crate::amount::yuan(*n);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        (Some(Value::Int(n)), _) => n.to_string(),
        (Some(Value::Ids(ids)), _) => ids.iter().map(i64::to_string).collect::<Vec<_>>().join("、"),
    }
}

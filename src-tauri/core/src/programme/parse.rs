//! Reads a programme file and reports every flaw in it at once, in Chinese, naming the code or condition.
//! Records are measured in the words of form files: `count`, `sum`, `distinct`, `latest` with `where`.
//! One word is different: a year field compared with 0 means the year of gauging, with -1 the year before.

use std::collections::HashSet;

use chrono::NaiveDate;
use toml::{Table, Value as Toml};

use super::measure::behind;
use super::{ConditionDef, Day, FigureDef, Gate, Measure, Programme, Score, Seen, Take, Test, Validity, Want};
use crate::error::Flaw;
use crate::figure::{Compare, Condition, owner_at};
use crate::form::Expr;
use crate::form::parse::{Flaws, Reader, condition, field_path, query, read};
use crate::record::{Kind, Type, kind};

/// Reads a programme from its text; `file` names it in flaws.
///
/// # Errors
/// Every flaw of the file.
pub fn parse(file: &str, text: &str) -> Result<Programme, Vec<Flaw>> {
    read(file, text, programme)
}

fn programme(table: &Table, flaws: &mut Flaws) -> Programme {
    let mut r = Reader::new(table, "");
    let id = r.must("id", flaws);
    if !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        flaws.push("", format!("id“{id}”只能用英文字母、数字、- 和 _"));
    }
    let title = r.must("title", flaws);
    let seen = match r.must("seen", flaws).as_str() {
        "whole" => Seen::Whole,
        "excerpt" | "" => Seen::Excerpt,
        other => {
            flaws.push("", format!("seen“{other}”应为 whole(全文) 或 excerpt(摘录)"));
            Seen::Excerpt
        }
    };
    let mut figures: Vec<FigureDef> = Vec::new();
    for t in r.tables("figure", flaws) {
        if let Some(figure) = figure(t, &figures, flaws) {
            figures.push(figure);
        }
    }
    let mut ids = HashSet::new();
    let mut list = |key: &'static str, r: &mut Reader, flaws: &mut Flaws| -> Vec<ConditionDef> {
        let tables = r.tables(key, flaws);
        tables.into_iter().filter_map(|t| condition_def(t, key, &figures, &mut ids, flaws)).collect()
    };
    let conditions = list("condition", &mut r, flaws);
    let documents = list("document", &mut r, flaws);
    let programme = Programme {
        title,
        issuer: r.or_blank("issuer", flaws),
        document: r.or_blank("number", flaws),
        source: r.must("source", flaws),
        seen,
        notes: r.texts("notes", flaws).unwrap_or_default().into_iter().map(str::to_owned).collect(),
        valid_from: day(&mut r, "valid_from", flaws),
        valid_until: day(&mut r, "valid_until", flaws),
        figures,
        conditions,
        documents,
        forms: forms(&mut r, flaws),
        own: false,
        id,
    };
    r.done(flaws);
    if programme.conditions.is_empty() {
        flaws.push("", "没有任何条件(condition)");
    }
    programme
}

/// Forms by edition or family. Which there are is known only to the shelf of forms: a pack names those it misses.
fn forms(r: &mut Reader, flaws: &mut Flaws) -> Vec<String> {
    r.texts("forms", flaws).unwrap_or_default().into_iter().map(str::to_owned).collect()
}

/// With or without quotes: TOML has days of its own.
fn day(r: &mut Reader, key: &'static str, flaws: &mut Flaws) -> Option<NaiveDate> {
    let text = match r.raw(key)? {
        Toml::String(text) => text.clone(),
        other => other.to_string(),
    };
    let day = text.parse().ok();
    if day.is_none() {
        flaws.push(&r.at, format!("{key}“{text}”不是日期，请写成 2021-01-01"));
    }
    day
}

fn number(r: &mut Reader, key: &'static str, flaws: &mut Flaws) -> Option<f64> {
    match r.raw(key)? {
        Toml::Integer(n) => Some(crate::amount::in_units(*n, 1)),
        Toml::Float(x) => Some(*x),
        _ => {
            flaws.push(&r.at, format!("{key} 应为数字"));
            None
        }
    }
}

/// An expression over figures that are there.
fn expr(text: &str, at: &str, figures: &[FigureDef], flaws: &mut Flaws) -> Option<Expr> {
    match Expr::parse(text) {
        Ok(expr) => {
            for name in expr.names() {
                known(name, at, figures, flaws);
            }
            Some(expr)
        }
        Err(say) => {
            flaws.push(at, say);
            None
        }
    }
}

fn known(code: &str, at: &str, figures: &[FigureDef], flaws: &mut Flaws) {
    if !figures.iter().any(|f| f.code == code) {
        flaws.push(at, format!("引用了前面没有的数据 {code}"));
    }
}

const MEASURES: &[&str] =
    &["count", "sum", "distinct", "latest", "field", "is", "months", "fewest", "reports", "characters", "formula"];

fn figure(table: &Table, above: &[FigureDef], flaws: &mut Flaws) -> Option<FigureDef> {
    let mut r = Reader::new(table, "figure");
    let code = r.must("code", flaws);
    if !code.starts_with(|c: char| c.is_ascii_alphabetic())
        || !code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    {
        flaws.push(&code, "代码只能用英文字母、数字和 _，以字母开头");
    }
    r.at.clone_from(&code);
    if above.iter().any(|f| f.code == code) {
        flaws.push(&code, "代码重复");
    }
    let label = r.must("label", flaws);
    let unit = r.or_blank("unit", flaws);
    let since = day(&mut r, "since", flaws);
    let given: Vec<&str> = MEASURES.iter().copied().filter(|m| table.contains_key(*m)).collect();
    let measure = match given.as_slice() {
        [one] => measure(&mut r, one, above, flaws),
        [] => {
            flaws.push(&code, format!("没有来源，请写 {} 之一", MEASURES.join("、")));
            None
        }
        many => {
            flaws.push(&code, format!("只能有一个来源，现有 {}", many.join("、")));
            return None;
        }
    };
    let measure = measure?;
    if let Measure::Query(q) | Measure::EachMonth(q) = &measure {
        for other in q.among.iter().chain(&q.each) {
            known(other, &code, above, flaws);
        }
        if let crate::figure::Measure::Sum(at) | crate::figure::Measure::Latest(at) = q.measure
            && q.kind.fields.get(at).is_some_and(|f| f.ty == Type::Money)
            && !matches!(unit.as_str(), "元" | "千元" | "万元")
        {
            flaws.push(&code, "金额的单位(unit)应为 元、千元 或 万元");
        }
    }
    r.done(flaws);
    Some(FigureDef { code, label, unit, since, measure })
}

fn measure(r: &mut Reader, key: &str, above: &[FigureDef], flaws: &mut Flaws) -> Option<Measure> {
    let at = r.at.clone();
    match key {
        "field" => {
            let (kind, field) = field_path(&at, r.text("field", flaws)?, flaws)?;
            let ty = kind.fields.get(field)?.ty;
            if !matches!(ty, Type::Int | Type::Decimal | Type::Money | Type::Bool) {
                flaws.push(&at, "field 应指向数字或是否字段");
            }
            Some(Measure::Field(kind, field))
        }
        "is" => {
            let text = r.text("is", flaws)?;
            let Some((path, words)) = text.split_once(" = ") else {
                flaws.push(&at, format!("is“{text}”应写成 类别.字段 = 选项"));
                return None;
            };
            let (kind, field) = field_path(&at, path.trim(), flaws)?;
            let words: Vec<String> = words.split('|').map(|w| w.trim().to_owned()).collect();
            if let Type::Choice(options) = kind.fields.get(field)?.ty {
                for word in words.iter().filter(|w| !options.contains(&w.as_str())) {
                    flaws.push(&at, format!("没有选项“{word}”，可选 {}", options.join("、")));
                }
            }
            Some(Measure::Is(kind, field, words))
        }
        "months" => months(r, &at, above, flaws),
        "fewest" => {
            let (kind, owner) = field_path(&at, r.text("fewest", flaws)?, flaws)?;
            let conditions = conditions(r, kind, flaws);
            let each = r.must("each", flaws);
            known(&each, &at, above, flaws);
            if !matches!(kind.fields.get(owner)?.ty, Type::Ref(_) | Type::Refs(_)) {
                flaws.push(&at, "fewest 应指向引用其他记录的字段");
            }
            Some(Measure::Fewest { kind, owner, conditions, each })
        }
        "reports" => {
            let family = r.text("reports", flaws)?.to_owned();
            let quarters = r.int("quarters", flaws).and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
            if quarters.is_none() {
                flaws.push(&at, "quarters 应为最近几个季度，如 4");
            }
            Some(Measure::Reports { family, quarters: quarters? })
        }
        "characters" => match r.raw("characters")? {
            Toml::Table(t) => {
                let mut inner = Reader::new(t, at);
                let mut names = |key: &'static str| -> Vec<String> {
                    inner.texts(key, flaws).unwrap_or_default().into_iter().map(str::to_owned).collect()
                };
                let (forms, cells) = (names("form"), names("cell"));
                inner.done(flaws);
                Some(Measure::Characters { forms, cells })
            }
            _ => {
                flaws.push(&at, "characters 应写成 { form = \"表格\", cell = \"栏目\" }");
                None
            }
        },
        "formula" => expr(r.text("formula", flaws)?, &at, above, flaws).map(Measure::Formula),
        measured => {
            let each_month = r.yes("each_month", flaws).unwrap_or(false);
            let query = query(r, measured, &at, flaws)?;
            Some(if each_month { Measure::EachMonth(query) } else { Measure::Query(query) })
        }
    }
}

fn conditions(r: &mut Reader, kind: &'static Kind, flaws: &mut Flaws) -> Vec<Condition> {
    let at = r.at.clone();
    let list = r.texts("where", flaws).unwrap_or_default();
    list.into_iter().filter_map(|c| condition(&at, kind, c, flaws)).collect()
}

/// `space.operating_since to today`, `site.lease_from through lease_until`, `tenant.moved_in_on to end`.
fn months(r: &mut Reader, at: &str, above: &[FigureDef], flaws: &mut Flaws) -> Option<Measure> {
    let text = r.text("months", flaws)?;
    let mut conditions_and_take = |kind: &'static Kind, flaws: &mut Flaws| {
        let take = match r.text("take", flaws) {
            None => None,
            Some("least") => Some(Take::Least),
            Some("most") => Some(Take::Most),
            Some(other) => {
                flaws.push(at, format!("take“{other}”应为 least(最短) 或 most(最长)"));
                None
            }
        };
        let among = r.text("among", flaws).map(str::to_owned);
        if let Some(code) = &among {
            known(code, at, above, flaws);
        }
        (take, conditions(r, kind, flaws), among)
    };
    let wrong = |flaws: &mut Flaws| {
        flaws.push(at, format!("months“{text}”应写成 类别.字段 to 字段|end|today，或以 through 连接(含末日)"));
    };
    let (path, through, last) = match (text.split_once(" to "), text.split_once(" through ")) {
        (Some((path, last)), None) => (path.trim(), false, last.trim()),
        (None, Some((path, last))) => (path.trim(), true, last.trim()),
        _ => {
            wrong(flaws);
            return None;
        }
    };
    let (kind, from) = field_path(at, path, flaws)?;
    let (take, conditions, among) = conditions_and_take(kind, flaws);
    let day = |word: &str| match word {
        "today" => Some(Day::Today),
        "end" if kind.span.is_some() => Some(Day::End),
        field => kind.at(field).map(Day::Field),
    };
    let Some(to) = day(last) else {
        wrong(flaws);
        return None;
    };
    for end in [Day::Field(from), to] {
        if let Day::Field(n) = end
            && kind.fields.get(n).is_none_or(|f| f.ty != Type::Date)
        {
            flaws.push(at, format!("months“{text}”的两端应为日期"));
        }
    }
    if take.is_none() && (kind.dated.is_none() || !conditions.is_empty() || among.is_some()) {
        flaws.push(at, "多条记录时请写 take = \"least\"(最短) 或 \"most\"(最长)");
    }
    Some(Measure::Months { kind, from: Day::Field(from), to, through, take, conditions, among })
}

const TESTS: &[&str] = &["value", "any", "all", "judge", "want", "documents", "score", "validity"];

fn condition_def(
    table: &Table,
    key: &str,
    figures: &[FigureDef],
    ids: &mut HashSet<String>,
    flaws: &mut Flaws,
) -> Option<ConditionDef> {
    let mut r = Reader::new(table, key);
    let id = r.must("id", flaws);
    r.at.clone_from(&id);
    if !id.is_empty() && !ids.insert(id.clone()) {
        flaws.push(&id, "编号重复");
    }
    let label = r.must("label", flaws);
    let clause = r.or_blank("clause", flaws);
    let note = r.or_blank("note", flaws);
    let forms = forms(&mut r, flaws);
    let when = r.text("when", flaws).and_then(|t| expr(t, &id, figures, flaws));
    let given: Vec<&str> = TESTS.iter().copied().filter(|t| table.contains_key(*t)).collect();
    let test = match given.as_slice() {
        ["value", "score"] => score(&mut r, figures, flaws).map(Test::Score),
        ["value"] => gate(&mut r, figures, flaws).map(Test::Gate),
        ["any"] | ["all"] => {
            let any = given == ["any"];
            let parts = r.tables(if any { "any" } else { "all" }, flaws);
            if parts.len() < 2 {
                flaws.push(&id, "至少写两个分项");
            }
            let parts = parts.into_iter().filter_map(|t| condition_def(t, "分项", figures, ids, flaws)).collect();
            Some(Test::Parts { any, parts })
        }
        ["judge"] => {
            if r.yes("judge", flaws) == Some(false) {
                flaws.push(&id, "judge 只能写 true");
            }
            Some(Test::Judge)
        }
        ["want"] => {
            let wants = r.tables("want", flaws);
            Some(Test::Proof(wants.into_iter().map(|t| want(t, &id, figures, flaws)).collect()))
        }
        ["documents"] => {
            if r.yes("documents", flaws) == Some(false) {
                flaws.push(&id, "documents 只能写 true");
            }
            Some(Test::Documents)
        }
        ["validity"] => validity(&mut r, flaws).map(Test::Validity),
        [] => {
            flaws.push(&id, format!("没有判断方法，请写 {} 之一", TESTS.join("、")));
            None
        }
        many => {
            flaws.push(&id, format!("只能有一种判断方法，现有 {}", many.join("、")));
            return None;
        }
    }?;
    r.done(flaws);
    Some(ConditionDef { id, label, clause, note, when, forms, test })
}

fn gate(r: &mut Reader, figures: &[FigureDef], flaws: &mut Flaws) -> Option<Gate> {
    let at = r.at.clone();
    let value = r.must("value", flaws);
    known(&value, &at, figures, flaws);
    let mut bounds = Vec::new();
    for (key, compare) in [
        ("at_least", Compare::AtLeast),
        ("above", Compare::Above),
        ("at_most", Compare::AtMost),
        ("below", Compare::Below),
    ] {
        let bound = match r.raw(key) {
            None => continue,
            Some(Toml::String(text)) => expr(text, &at, figures, flaws),
            Some(_) => number(r, key, flaws).map(Expr::Number),
        };
        bounds.extend(bound.map(|b| (compare, b)));
    }
    if bounds.is_empty() {
        flaws.push(&at, "没有标准，请写 at_least、above、at_most、below");
    }
    let short = r.text("short", flaws).and_then(|t| expr(t, &at, figures, flaws));
    let gap = r.must("gap", flaws);
    let words = ["{value}", "{threshold}", "{short}", "{count}", "{on}", "{lacking}"];
    let plain = words.iter().fold(gap.clone(), |text, word| text.replace(word, ""));
    if plain.contains(['{', '}']) {
        flaws.push(&at, format!("gap 中可以插入的只有 {}", words.join("、")));
    }
    Some(Gate { value, bounds, short, gap })
}

fn score(r: &mut Reader, figures: &[FigureDef], flaws: &mut Flaws) -> Option<Score> {
    let at = r.at.clone();
    let value = r.must("value", flaws);
    known(&value, &at, figures, flaws);
    let points = number(r, "points", flaws).filter(|p| *p > 0.0);
    if points.is_none() {
        flaws.push(&at, "points 应为满分，大于 0");
    }
    let expr = expr(r.text("score", flaws)?, &at, figures, flaws)?;
    Some(Score { value, points: points?, expr })
}

fn validity(r: &mut Reader, flaws: &mut Flaws) -> Option<Validity> {
    let at = r.at.clone();
    let Some(Toml::Table(t)) = r.raw("validity") else {
        flaws.push(
            &at,
            "validity 应写成 { granted = \"space.provincial_on\", until = \"space.provincial_until\", years = 3 }",
        );
        return None;
    };
    let mut inner = Reader::new(t, at.clone());
    let mut date = |key: &'static str, flaws: &mut Flaws| {
        let path = inner.must(key, flaws);
        let (kind, field) = field_path(&at, &path, flaws)?;
        if kind.fields.get(field)?.ty != Type::Date {
            flaws.push(&at, format!("{key} 应为日期字段"));
        }
        Some((kind, field))
    };
    let (granted, until) = (date("granted", flaws), date("until", flaws));
    let years = inner.int("years", flaws).and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
    if years.is_none() {
        flaws.push(&at, "years 应为有效年数");
    }
    let remind_days = inner.int("remind_days", flaws).unwrap_or(180);
    inner.done(flaws);
    Some(Validity { granted: granted?, until: until?, years: years?, remind_days })
}

fn want(table: &Table, id: &str, figures: &[FigureDef], flaws: &mut Flaws) -> Want {
    let mut r = Reader::new(table, id);
    let each = r.text("each", flaws).map(str::to_owned);
    if let Some(code) = &each {
        known(code, id, figures, flaws);
    }
    let mut kinds = |key: &'static str, flaws: &mut Flaws| -> Vec<&'static Kind> {
        let names = r.texts(key, flaws).unwrap_or_default();
        let found = names.into_iter().filter_map(|name| {
            let found = kind(name);
            if found.is_none() {
                flaws.push(id, format!("没有名为 {name} 的记录类别"));
            }
            found
        });
        found.collect()
    };
    let (some, also) = (kinds("some", flaws), kinds("also", flaws));
    if each.is_some() != some.is_empty() {
        flaws.push(id, "材料请写 each(每条记录都要) 或 some(其中一条有即可) 之一");
    }
    let mut owners: Vec<&'static Kind> = some.clone();
    if let Some(figure) = each.as_ref().and_then(|code| figures.iter().find(|f| f.code == *code)) {
        owners.extend(behind(&figure.measure));
    }
    for of in &also {
        if !owners.iter().any(|owner| owner_at(of, owner).is_some()) {
            flaws.push(id, format!("also：{}不属于材料所在的记录", of.label));
        }
    }
    let roles: Vec<String> = r.texts("roles", flaws).unwrap_or_default().into_iter().map(str::to_owned).collect();
    if roles.is_empty() {
        flaws.push(id, "材料缺少 roles");
    }
    if let Some(Type::Choice(options)) = kind("proof").and_then(|k| k.field("role")).map(|f| f.ty) {
        for role in roles.iter().filter(|w| !options.contains(&w.as_str())) {
            flaws.push(id, format!("没有名为“{role}”的材料类别"));
        }
    }
    let named = r.texts("named", flaws).unwrap_or_default().into_iter().map(str::to_owned).collect();
    let at_least = r.int("at_least", flaws).and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
    r.done(flaws);
    Want { each, some, also, roles, named, at_least }
}

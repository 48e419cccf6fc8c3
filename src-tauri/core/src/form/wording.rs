//! What a cell counts, in the field's own words: read off its source, so that an explanation never says
//! something else than what is computed.

use super::{CellDef, CellSource, Form, HeadValue};
use crate::figure::{Compare, Condition, Days, Measure, OrElse, Query, Test};
use crate::record::{Kind, Stage};

/// How a cell comes about, one sentence a line.
pub(crate) fn source(form: &Form, def: &CellDef) -> Vec<String> {
    let named = |code: &str| {
        let label = form.cells.iter().find(|c| c.code == code).map_or(code, |c| c.label.as_str());
        format!("“{}”({code})", label.trim_start_matches("其中："))
    };
    match &def.source {
        CellSource::Query(query) => self::query(query, &named),
        CellSource::Spread(query, at) => {
            let mut lines = self::query(query, &named);
            lines.push(format!("按{}分别计数", field(query.kind, *at)));
            lines
        }
        CellSource::Total(parts) => {
            let parts: Vec<String> = parts.iter().map(|c| named(c)).collect();
            vec![format!("{}之和", parts.join("、"))]
        }
        CellSource::Formula(expr) => {
            let names: Vec<String> = expr.names().into_iter().map(named).collect();
            vec![format!("由{}计算", names.join("、"))]
        }
        CellSource::Profile { values, .. } => vec![format!("取自{}", fields(values))],
        CellSource::Same(values) => vec![format!("{}相同为“是”，不同为“否”", fields(values))],
        CellSource::Text(Some(limit)) => vec![format!("取自“文字材料”中为本项写的文字，不超过 {limit} 字")],
        CellSource::Text(None) => vec!["取自“文字材料”中为本项写的文字".into()],
        CellSource::Manual => vec!["手工填写".into()],
    }
}

fn fields(values: &[HeadValue]) -> String {
    let word = |value: &HeadValue| match value {
        HeadValue::PeriodLabel => "报告期".to_owned(),
        HeadValue::ReportedOn => "报出日期".to_owned(),
        HeadValue::Cutoff => "数据截止日".to_owned(),
        HeadValue::Blank => "空白".to_owned(),
        HeadValue::Field { kind, at, conditions, .. } => {
            let which: Vec<String> = conditions.iter().map(|c| condition(kind, c)).collect();
            let which = if which.is_empty() { String::new() } else { format!("({})", which.join("，")) };
            format!("{}{which}的{}", kind.label, field(kind, *at))
        }
    };
    values.iter().map(word).collect::<Vec<_>>().join("、")
}

fn field(kind: &Kind, at: usize) -> &'static str {
    kind.fields.get(at).map_or("", |f| f.label)
}

fn query(query: &Query, named: &dyn Fn(&str) -> String) -> Vec<String> {
    let kind = query.kind;
    let what = match query.measure {
        Measure::Count => format!("符合条件的{}，逐条计数", kind.label),
        Measure::Sum(at) => format!("{}的{}之和", kind.label, field(kind, at)),
        Measure::Distinct(_, of) => format!("有{}记录的{}，同一个只计一次", kind.label, of.label),
        Measure::Latest(at) => format!("{}的{}，取截止日及之前最近一次", kind.label, field(kind, at)),
    };
    let mut lines = vec![what];
    lines.extend(query.among.as_ref().map(|code| format!("只计{}所列的", named(code))));
    lines.extend(query.each.as_ref().map(|code| format!("对{}所列的逐个计", named(code))));
    lines.extend(query.conditions.iter().map(|c| condition(kind, c)));
    lines.extend(query.or_else.map(|spare| match spare {
        OrElse::Number(n) => format!("未填的按 {n} 计，并列为缺项"),
        OrElse::Difference(a, b) => format!("未填的按{}减{}计", field(kind, a), field(kind, b)),
    }));
    lines.extend(query.or_count.as_ref().map(|other| {
        let which: Vec<String> = other.conditions.iter().map(|c| condition(other.kind, c)).collect();
        format!("没有这项数据的，按{}名单计({})", other.kind.label, which.join("，"))
    }));
    lines
}

fn days(days: Days) -> &'static str {
    match days {
        Days::Period => "报告期内",
        Days::Year => "当年",
        Days::LastYear => "上一年",
        Days::YearBeforeLast => "前年",
        Days::ThreeYearsAgo => "大前年",
        Days::TwoYears => "上一年和当年",
        Days::Last12Months => "截止日前十二个月内",
        Days::Ever => "截止日及之前",
    }
}

fn condition(kind: &'static Kind, condition: &Condition) -> String {
    let (of, whose) = match condition.through {
        Some((at, of)) => (of, format!("{}的", field(kind, at))),
        None => (kind, String::new()),
    };
    let test = match &condition.test {
        Test::Word(at, equal, words) => {
            format!("{}{}{}", field(of, *at), if *equal { "为" } else { "不为" }, words.join("或"))
        }
        Test::Yes(at, yes) => format!("{}为{}", field(of, *at), if *yes { "是" } else { "否" }),
        Test::NotYes(at, yes) => format!("{}没有标为{}", field(of, *at), if *yes { "是" } else { "否" }),
        Test::Number(at, compare, n) => {
            let sign = match compare {
                Compare::Equal => "等于",
                Compare::Unequal => "不等于",
                Compare::AtLeast => "不少于",
                Compare::AtMost => "不多于",
                Compare::Above => "多于",
                Compare::Below => "少于",
            };
            let shown =
                of.fields.get(*at).map(|f| crate::record::format_value(f, Some(&crate::record::Value::Int(*n))));
            format!("{}{sign} {}", field(of, *at), shown.unwrap_or_default())
        }
        Test::Aged(at, from, to) => format!("按{}算 {from} 至 {to} 岁", field(of, *at)),
        Test::Within(at, window) => format!("{}在{}", field(of, *at), days(*window)),
        Test::YearWithin(at, window) => format!("{}在{}", field(of, *at), days(*window)),
        Test::ByEnd(at) => format!("{}不晚于数据截止日", field(of, *at)),
        Test::AfterEnd(at) => format!("{}晚于数据截止日", field(of, *at)),
        Test::Before(at, others) => {
            let others: Vec<String> = others.iter().map(|(k, at)| format!("{}的{}", k.label, field(k, *at))).collect();
            format!("{}早于{}", field(of, *at), others.join("或"))
        }
        Test::Overlaps(window) => format!("{}曾在册", days(*window)),
        Test::CoversEnd => "数据截止日仍在册".into(),
        Test::Stage(Stage::Team) => "截止日为创业团队".into(),
        Test::Stage(Stage::Enterprise) => "截止日为初创企业(已注册公司)".into(),
        Test::FreshGraduate => "应届大专以上毕业生".into(),
        Test::Filled(at, true) => format!("已填{}", field(of, *at)),
        Test::Filled(at, false) => format!("未填{}", field(of, *at)),
    };
    format!("{whose}{test}")
}

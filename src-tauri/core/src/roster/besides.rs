//! What a column of a roster of tenants may be beside the fields of its list: names of people who become members, and
//! what tells teams from enterprises.

use super::Sure;
use super::heading::{Column, DEEPEST, Heading, SOMEBODYS};
use super::sheet::Sheet;
use super::value::is_blank;
use super::words::{bare, everyday, plain};
use crate::record::{Shape, Type};

/// English names and labels of these. They count on from the list's own fields.
const BESIDE: [(&str, &str); 3] = [("members", "成员"), ("entered_as", "登记为"), ("registered", "是否注册")];
const MEMBERS: usize = 0;
const ENTERED_AS: usize = 1;
const REGISTERED: usize = 2;

/// Headings of people who become members.
const MEMBER_WORDS: &[&str] = &[
    "成员",
    "团队成员",
    "项目成员",
    "核心成员",
    "主要成员",
    "团队主要成员",
    "团队核心成员",
    "成员姓名",
    "团队成员姓名",
    "成员名单",
    "组员",
    "队员",
    "其他成员",
    "创业团队成员",
    "团队人员",
    "团队其他成员",
    "参与成员",
    "成员信息",
    "团队成员信息",
    "团队成员名单",
];

/// Headings of what tells teams from enterprises.
const STAGE_WORDS: &[&str] = &[
    "类型",
    "类别",
    "登记为",
    "团队/企业",
    "企业/团队",
    "团队或企业",
    "企业或团队",
    "团队企业",
    "入驻类型",
    "入驻类别",
    "项目类型",
    "单位类型",
    "单位类别",
    "入驻对象类型",
    "入驻对象类别",
    "主体类型",
    "主体类别",
    "对象类型",
    "性质",
    "入驻性质",
    "企业类别",
    "创业主体",
    "创业主体类型",
    "企业(团队)类别",
    "类型(团队/企业)",
    "类别(团队/企业)",
];

/// Headings of whether a tenant is a registered company, which is asked beside its type or in place of it.
const REGISTERED_WORDS: &[&str] = &[
    "是否注册",
    "是否注册公司",
    "是否注册企业",
    "是否已注册",
    "是否已注册公司",
    "是否已注册企业",
    "是否工商注册",
    "是否已工商注册",
    "是否登记注册",
    "是否注册登记",
    "是否成立公司",
    "是否已成立公司",
    "是否注册成立公司",
    "公司是否注册",
    "企业是否注册",
    "是否完成工商注册",
    "注册与否",
];

/// Position of a field or of what stands beside the list's fields.
pub(super) fn position(shape: &Shape, name: &str) -> Option<usize> {
    let own = shape.fields.iter().position(|f| f.name == name || f.label == name);
    own.or_else(|| {
        let beside = BESIDE.iter().position(|(n, label)| *n == name || *label == name)?;
        (shape.kind.name == "tenant").then_some(shape.fields.len() + beside)
    })
}

/// English name of what a column is read as.
pub(super) fn name_of(shape: &Shape, at: usize) -> Option<&'static str> {
    match at.checked_sub(shape.fields.len()) {
        None => shape.fields.get(at).map(|f| f.name),
        Some(beside) => BESIDE.get(beside).map(|(name, _)| *name),
    }
}

/// Chinese label of what a column is read as.
pub(super) fn label_of(shape: &Shape, at: usize) -> Option<&'static str> {
    choices(shape).into_iter().find(|(name, _)| Some(*name) == name_of(shape, at)).map(|(_, label)| label)
}

/// What the columns of this list can be read as: English name and Chinese label.
pub(super) fn choices(shape: &Shape) -> Vec<(&'static str, &'static str)> {
    let beside =
        BESIDE.iter().filter(|(name, _)| shape.kind.name == "tenant" && !shape.fields.iter().any(|f| f.name == *name));
    shape.fields.iter().map(|f| (f.name, f.label)).chain(beside.copied()).collect()
}

impl Column {
    /// Whether it names people who become members.
    pub fn is_members(&self, shape: &Shape) -> bool {
        self.field == Some(shape.fields.len() + MEMBERS)
    }

    /// Whether it tells teams from enterprises, where that is no field of the list.
    pub fn is_stage(&self, shape: &Shape) -> bool {
        self.field == Some(shape.fields.len() + ENTERED_AS)
    }

    /// Whether it says if a tenant is a registered company.
    pub fn is_registered(&self, shape: &Shape) -> bool {
        self.field == Some(shape.fields.len() + REGISTERED)
    }
}

/// Columns of tenants that no field claims may name members, or tell teams from enterprises.
pub(super) fn beside(columns: &mut [Column], shape: &Shape) {
    if shape.kind.name != "tenant" {
        return;
    }
    members_own(columns, shape);
    let own = [(MEMBERS, MEMBER_WORDS), (ENTERED_AS, STAGE_WORDS), (REGISTERED, REGISTERED_WORDS)];
    for (beside, words) in own {
        if beside == ENTERED_AS && shape.fields.iter().any(|f| f.name == "entered_as") {
            continue;
        }
        let fits = |c: &Column| {
            let text = plain(&c.heading);
            let last = c.parts.last().map(|p| plain(p)).unwrap_or_default();
            [text.as_str(), bare(&text).as_str(), last.as_str()].iter().any(|t| words.contains(t))
        };
        if let Some(column) = columns.iter_mut().find(|c| c.field.is_none() && fits(c)) {
            column.field = Some(shape.fields.len() + beside);
            column.sure = Some(Sure::Alias);
        }
    }
}

/// 性别 and 电话 behind 成员姓名 are the member's, not those of the one who leads.
fn members_own(columns: &mut [Column], shape: &Shape) {
    let mut members = false;
    for column in columns {
        let text = plain(&column.heading);
        let named = column.field.and_then(|f| shape.fields.get(f)).map(|f| f.name);
        if named == Some("leader_name") {
            members = false;
        } else if MEMBER_WORDS.contains(&text.as_str()) && text.ends_with("姓名") {
            members = true;
        } else if members && SOMEBODYS.contains(&everyday(&text).as_str()) {
            column.field = None;
            column.sure = None;
        }
    }
}

/// Takes the field from a column whose contents are no such thing: numbers under 成员, kinds of work under 类型.
pub(super) fn unfit(sheet: &Sheet, heading: &mut Heading, shape: &Shape) {
    for i in 0..heading.columns.len() {
        let Some(column) = heading.columns.get(i) else { continue };
        let (members, registered) = (column.is_members(shape), column.is_registered(shape));
        if !members && !registered && !column.is_stage(shape) {
            continue;
        }
        let below = sheet.lines.iter().filter(|l| l.row > heading.last_row && l.row < heading.end);
        let seen = below.filter_map(|l| l.cell(column.at)).take(DEEPEST).map(|c| c.to_string());
        let seen: Vec<String> = seen.filter(|t| !is_blank(t, Type::Text)).collect();
        let fits = |t: &&String| match () {
            () if members => super::people::read(t, true).is_ok(),
            () if registered => super::stage::registered(t).is_some(),
            () => super::stage::told(t).is_some(),
        };
        let fitting = seen.iter().filter(fits).count();
        if !seen.is_empty()
            && fitting * 2 <= seen.len()
            && let Some(column) = heading.columns.get_mut(i)
        {
            column.field = None;
            column.sure = None;
        }
    }
}

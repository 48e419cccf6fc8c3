//! Teams and enterprises in one roster: what tells a row's tenant, and how sure that is.

use super::value::folded;
use crate::record::Stage;

/// What a word of a type column, a sheet's name or a section's title says. 在孵企业 and 创业团队 do; 项目 by itself
/// says nothing, nor does a text that names both.
pub(super) fn told(text: &str) -> Option<Stage> {
    let text = folded(text);
    let any = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if any(&["未注册", "未成立", "没有注册", "非企业"]) {
        return Some(Stage::Team);
    }
    let team = any(&["团队", "创客", "战队"]);
    let enterprise = any(&["企业", "公司", "已注册", "法人", "个体工商户", "合作社"]);
    match (team, enterprise) {
        (true, false) => Some(Stage::Team),
        (false, true) => Some(Stage::Enterprise),
        _ => None,
    }
}

/// What a column answers that asks whether a tenant is a registered company.
pub(super) fn registered(text: &str) -> Option<bool> {
    match folded(text).as_str() {
        "是" | "有" | "√" | "✓" | "✔" | "☑" | "已" | "y" | "yes" | "true" | "1" => Some(true),
        "否" | "无" | "×" | "✗" | "✘" | "x" | "未" | "没有" | "n" | "no" | "false" | "0" => Some(false),
        text if text.starts_with('未') || text.starts_with("没") || text.starts_with('不') => Some(false),
        text if text.starts_with("已") => Some(true),
        text => told(text).map(|stage| stage == Stage::Enterprise),
    }
}

/// Whether a name is a company's as registered.
pub(super) fn is_company(name: &str) -> bool {
    let whole = folded(name);
    let name = whole.split_once('(').map_or(whole.as_str(), |(before, inside)| {
        // 某某(湖南)有限公司 has its end behind the bracket.
        if inside.ends_with(')') { before } else { whole.as_str() }
    });
    whole.contains("有限合伙")
        || ["公司", "合作社", "商行", "经营部", "事务所"].iter().any(|end| name.ends_with(end))
        || (name.chars().count() >= 6 && name.ends_with('厂'))
}

/// Whether a name says itself that it is a team's.
pub(super) fn is_team(name: &str) -> bool {
    let name = folded(name);
    ["团队", "战队", "创客队", "项目组", "小组"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_names_tell_teams_from_enterprises() {
        for (text, want) in [
            ("创业团队", Some(Stage::Team)),
            ("团队", Some(Stage::Team)),
            ("2创业团队", Some(Stage::Team)),
            ("创客", Some(Stage::Team)),
            ("未注册", Some(Stage::Team)),
            ("企业", Some(Stage::Enterprise)),
            ("1 在孵企业", Some(Stage::Enterprise)),
            ("公司", Some(Stage::Enterprise)),
            ("初创企业", Some(Stage::Enterprise)),
            ("已注册公司", Some(Stage::Enterprise)),
            ("团队/企业", None),
            ("科技类", None),
            ("", None),
        ] {
            assert_eq!(told(text), want, "{text}");
        }
        for (text, want) in [
            ("是", Some(true)),
            ("√", Some(true)),
            ("已注册", Some(true)),
            ("公司", Some(true)),
            ("否", Some(false)),
            ("无", Some(false)),
            ("未注册", Some(false)),
            ("团队", Some(false)),
            ("办理中", None),
        ] {
            assert_eq!(registered(text), want, "{text}");
        }
        for (name, company, team) in [
            ("益阳智造科技有限公司", true, false),
            ("智造(湖南)科技有限公司", true, false),
            ("某某投资合伙企业（有限合伙）", true, false),
            ("智造创客团队", false, true),
            ("机器人小组", false, true),
            ("厂长项目", false, false),
        ] {
            assert_eq!((is_company(name), is_team(name)), (company, team), "{name}");
        }
    }
}

//! Several people in one cell: 张三（组长）、李四, each with what stands beside the name.

use super::value::{cleaned, folded, half_width, is_blank};
use crate::record::Type;

/// Somebody named in a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub name: String,
    /// What the person is, as it is written: 组长, 财务.
    pub role: String,
    pub phone: Option<String>,
    /// What else stands in brackets: 男, 本科.
    pub remarks: Vec<String>,
}

/// What a cell says about people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Read {
    pub people: Vec<Named>,
    /// What was passed over, in Chinese.
    pub doubts: Vec<String>,
}

/// Roles of the one who leads.
const LEADS: &[&str] = &[
    "组长",
    "负责人",
    "项目负责人",
    "团队负责人",
    "企业负责人",
    "总负责人",
    "主要负责人",
    "队长",
    "创始人",
    "带头人",
    "团队带头人",
    "项目带头人",
    "法人",
    "法人代表",
    "法定代表人",
    "ceo",
    "总经理",
    "董事长",
    "主持人",
    "项目主持人",
    "第一负责人",
];
/// Roles of people who help a team and are not of it.
const HELPERS: &[&str] = &["指导教师", "指导老师", "导师", "老师", "教师", "顾问", "创业导师", "指导人", "辅导员"];
/// Roles that say no more than that somebody is of the team.
const PLAIN: &[&str] =
    &["成员", "队员", "组员", "团队成员", "项目成员", "核心成员", "主要成员", "其他成员", "其它成员", "参与人"];
/// Surnames of two characters.
const COMPOUND: &[&str] = &[
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒", "端木", "南宫",
    "轩辕", "独孤", "长孙", "宇文", "呼延", "闻人", "申屠", "公冶", "濮阳", "淳于", "单于", "太史", "澹台", "钟离",
    "赫连",
];
/// Roles before a colon, beside those above.
const OTHERS: &[&str] = &["副组长", "副队长", "联合创始人", "合伙人", "技术负责人", "市场负责人", "财务负责人"];

impl Named {
    /// Whether the role is that of the one who leads.
    pub fn leads(&self) -> bool {
        LEADS.contains(&folded(&self.role).as_str())
    }

    /// Whether the role is that of somebody outside the team.
    pub fn helps(&self) -> bool {
        HELPERS.contains(&folded(&self.role).as_str())
    }

    /// The name, with the role where one was written.
    pub fn label(&self) -> String {
        if self.role.is_empty() { self.name.clone() } else { format!("{}({})", self.name, self.role) }
    }

    /// What is kept of the role: nothing where it only says that somebody is of the team.
    pub fn note(&self) -> Option<String> {
        let role = (!self.role.is_empty() && !PLAIN.contains(&folded(&self.role).as_str())).then(|| self.role.clone());
        let parts: Vec<String> = role.into_iter().chain(self.remarks.iter().cloned()).collect();
        (!parts.is_empty()).then(|| parts.join("、"))
    }
}

fn is_role(word: &str) -> bool {
    let word = folded(word);
    [LEADS, HELPERS, PLAIN, OTHERS].iter().any(|words| words.contains(&word.as_str()))
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '〇')
}

/// Whether a text can be somebody's name: two to four characters, longer with a dot in it, or Latin words.
fn is_name(text: &str) -> bool {
    let count = text.chars().count();
    let han = text.chars().all(is_han);
    if han {
        // Words of offices and bodies are no names, however short.
        return (2..=4).contains(&count)
            && !text.ends_with(['队', '部', '组', '司', '等', '人', '室', '院', '系', '级', '班']);
    }
    let dotted = text.contains('·') && text.chars().all(|c| is_han(c) || c == '·') && (3..=20).contains(&count);
    let latin = (2..=40).contains(&count)
        && text.chars().all(|c| c.is_alphabetic() && !is_han(c) || matches!(c, ' ' | '.' | '-' | '\''));
    dotted || latin
}

/// The number in a text, when it is a telephone's.
fn phone_in(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut start = None;
    for (i, b) in bytes.iter().enumerate().chain([(bytes.len(), &b' ')]) {
        let part = b.is_ascii_digit() || (start.is_some() && *b == b'-');
        match (part, start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                let digits = bytes[from..i].iter().filter(|b| b.is_ascii_digit()).count();
                if (7..=12).contains(&digits) {
                    return Some((from, i));
                }
                start = None;
            }
            _ => {}
        }
    }
    None
}

/// Parts of a text at the signs that list things, those in brackets left whole. A bracket that closes before
/// another name begins ends a part too.
fn parts(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut depth = 0_u32;
    let mut closed = false;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // 队长:张三 队员:李四.
        if depth == 0
            && c == ':'
            && let Some(last) = out.last_mut()
            && let Some((before, word)) =
                last.rsplit_once(' ').map(|(before, word)| (before.to_owned(), word.to_owned()))
            && is_role(&word)
            && !is_role(before.trim())
        {
            *last = before;
            out.push(word);
        }
        if depth == 0 && matches!(c, '、' | ',' | ';' | '\n' | '/' | '|' | '。' | '&' | '+') {
            out.push(String::new());
            closed = false;
            continue;
        }
        if closed && is_han(c) {
            out.push(String::new());
        }
        closed = c == ')' && depth == 0;
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out.retain(|part| !part.trim().is_empty());
    out
}

/// Without the numbers of a numbered list: 1.张三 2.李四, 1、张三.
fn unnumbered(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut i = 0;
    while let Some(c) = chars.get(i) {
        let digits = chars.iter().skip(i).take_while(|c| c.is_ascii_digit()).count();
        let fresh = i == 0 || !chars.get(i - 1).is_some_and(|c| c.is_ascii_digit() || *c == '-');
        let listed = matches!(chars.get(i + digits), Some('.' | '、' | ')'))
            && chars.get(i + digits + 1).is_some_and(|c| is_han(*c) || *c == ' ');
        if (1..=2).contains(&digits) && fresh && listed {
            out.push('、');
            i += digits + 1;
        } else {
            out.push(*c);
            i += 1;
        }
    }
    out
}

/// Reads the people named in a cell. `spaced` takes blanks between names as parting them.
///
/// # Errors
/// What is no name, in Chinese.
pub(super) fn read(text: &str, spaced: bool) -> Result<Read, String> {
    let text: String = half_width(&cleaned(text))
        .chars()
        .map(|c| match c {
            '〔' | '【' | '[' | '{' => '(',
            '〕' | '】' | ']' | '}' => ')',
            '•' | '・' => '·',
            c => c,
        })
        .collect();
    let text = unnumbered(&text);
    let mut out = Read::default();
    let mut said = String::new();
    for part in parts(&text) {
        let mut part = part.trim().to_owned();
        if let Some((word, rest)) = part.split_once(':')
            && is_role(word.trim())
        {
            word.trim().clone_into(&mut said);
            part = rest.trim().to_owned();
        }
        let mut one = Named { role: said.clone(), ..Named::default() };
        while let (Some(open), Some(close)) = (part.find('('), part.find(')')) {
            if close < open {
                break;
            }
            for remark in part[open + 1..close].split(['、', ',', ';', ' ', '/']).map(str::trim) {
                match phone_in(remark) {
                    Some((from, to)) => one.phone = remark.get(from..to).map(str::to_owned),
                    None if is_role(remark) || remark.ends_with("负责人") => remark.clone_into(&mut one.role),
                    None if !remark.is_empty() => one.remarks.push(remark.to_owned()),
                    None => {}
                }
            }
            part.replace_range(open..=close, " ");
        }
        if let Some((from, to)) = phone_in(&part) {
            one.phone = part.get(from..to).map(str::to_owned);
            part.replace_range(from..to, " ");
        }
        let part = part.replace("电话", " ").replace("手机", " ").replace(':', " ");
        let part = part.trim();
        let (part, more) = match part.find('等') {
            // 张三等5人 names one of five.
            Some(at) if part[at..].chars().skip(1).all(|c| c.is_ascii_digit() || "人名位".contains(c)) => {
                (part[..at].trim(), true)
            }
            _ => (part, false),
        };
        if more {
            out.doubts.push(format!("“{}”没有写明其余的人，只登记写出姓名的", cleaned(&text)));
        }
        let words: Vec<&str> = part.split_whitespace().collect();
        let names: Vec<String> = match words.as_slice() {
            [] => continue,
            [one] => vec![(*one).to_owned()],
            all if all.iter().all(|w| w.chars().count() == 1 && w.chars().all(is_han)) => vec![all.concat()],
            [name, role] if is_role(role) && is_name(name) => {
                (*role).clone_into(&mut one.role);
                vec![(*name).to_owned()]
            }
            [role, name] if is_role(role) && is_name(name) => {
                (*role).clone_into(&mut one.role);
                vec![(*name).to_owned()]
            }
            // 欧阳 修: a surname of two characters and a name of one or two.
            [surname, name] if COMPOUND.contains(surname) && name.chars().count() <= 2 => {
                vec![format!("{surname}{name}")]
            }
            all if spaced && all.iter().all(|w| is_name(w)) && all.iter().all(|w| w.chars().all(is_han)) => {
                all.iter().map(|w| (*w).to_owned()).collect()
            }
            all if all.iter().all(|w| w.chars().any(|c| !is_han(c))) => vec![all.join(" ")],
            all => vec![all.concat()],
        };
        for name in names {
            if is_blank(&name, Type::Text) {
                continue;
            }
            if !is_name(&name) {
                return Err(format!("“{name}”不像姓名，请逐个写明姓名，用“、”隔开"));
            }
            if !out.people.iter().any(|p| folded(&p.name) == folded(&name)) {
                out.people.push(Named { name, ..one.clone() });
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// People as `name[role]phone{remarks}` parted by blanks, doubts after |, or ! and what is wrong.
    #[track_caller]
    fn check(text: &str, want: &str) {
        let got = match read(text, true) {
            Ok(read) => {
                let one = |p: &Named| {
                    let mut out = p.name.clone();
                    if !p.role.is_empty() {
                        out += &format!("[{}]", p.role);
                    }
                    out += p.phone.as_deref().unwrap_or_default();
                    if !p.remarks.is_empty() {
                        out += &format!("{{{}}}", p.remarks.join(","));
                    }
                    out
                };
                let people: Vec<String> = read.people.iter().map(one).collect();
                people.join(" ") + &read.doubts.iter().map(|d| format!(" | {d}")).collect::<String>()
            }
            Err(say) => format!("! {say}"),
        };
        assert_eq!(got, want, "{text:?}");
    }

    #[test]
    fn people_in_a_cell_with_roles_and_telephones() {
        for (text, want) in [
            ("张三（组长）、李四", "张三[组长] 李四"),
            ("张三(负责人) 13800000000；李四", "张三[负责人]13800000000 李四"),
            ("张三，李四,王五;赵六；孙七", "张三 李四 王五 赵六 孙七"),
            ("张三\n李四\r\n王五", "张三 李四 王五"),
            ("张三 李四 王五", "张三 李四 王五"),
            ("张 三、李四", "张三 李四"),
            ("欧阳 修文、李四", "欧阳修文 李四"),
            ("组长：张三；成员：李四、王五", "张三[组长] 李四[成员] 王五[成员]"),
            ("张三（组长）李四（成员）", "张三[组长] 李四[成员]"),
            ("1.张三 2.李四", "张三 李四"),
            ("1、张三\n2、李四", "张三 李四"),
            ("1.张三、2.李四", "张三 李四"),
            ("张三（男，本科）、李四【队长、13900000000】", "张三{男,本科} 李四[队长]13900000000"),
            ("张三、李四等5人", "张三 李四 | “张三、李四等5人”没有写明其余的人，只登记写出姓名的"),
            ("张三、张三", "张三"),
            ("买买提·艾力、John Smith", "买买提·艾力 John Smith"),
            ("无", ""),
            ("5人", "! “5人”不像姓名，请逐个写明姓名，用“、”隔开"),
            ("张三、市场部", "! “市场部”不像姓名，请逐个写明姓名，用“、”隔开"),
            ("张三 组长、李四", "张三[组长] 李四"),
            ("张三（指导教师）、李四", "张三[指导教师] 李四"),
            ("队长：刘一 队员：陈二、张三", "刘一[队长] 陈二[队员] 张三[队员]"),
            ("组长:张三 副组长: 李四 成员：王五 赵六", "张三[组长] 李四[副组长] 王五[成员] 赵六[成员]"),
            ("张三&李四", "张三 李四"),
            ("张三＋李四", "张三 李四"),
        ] {
            check(text, want);
        }
    }
}

//! What headings mean: the words of each field, how people vary them, and how well a text fits.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::{LazyLock, OnceLock};

use super::Sure;
use super::value::{folded, yuan_in};
use crate::record::{Shape, Type};

/// Heading of the column in which a correction file says why a row was left out.
pub(super) const REASON: &str = "未导入原因";

/// Words by which a field is known, best first.
struct Word {
    field: usize,
    text: String,
    bare: String,
    soft: String,
    score: u32,
}

/// The words of a list, worked out once for each.
#[derive(Default)]
struct Known {
    list: Vec<Word>,
    /// Patterns of this kind, each with its field's position.
    patterns: Vec<(usize, &'static Pattern)>,
}

/// The words of a list, and what they made of the texts that were looked at so far: most texts of a sheet
/// stand in it many times.
pub(super) struct Words {
    known: &'static Known,
    /// Texts that are a heading of this list beyond doubt.
    pub exact: HashSet<&'static str>,
    seen: RefCell<HashMap<String, Rc<[Fit]>>>,
}

/// A field that a heading may name: its position, how well it fits, and why.
pub(super) type Fit = (usize, u32, Sure);

static KNOWN: LazyLock<HashMap<&'static str, (&'static Shape, OnceLock<Known>)>> =
    LazyLock::new(|| crate::record::shapes().map(|shape| (shape.name, (shape, OnceLock::new()))).collect());
/// For lists that nobody imports.
static NOTHING: Known = Known { list: Vec::new(), patterns: Vec::new() };

/// The words of a list.
pub(super) fn words(shape: &Shape) -> Words {
    let known = KNOWN.get(shape.name).map_or(&NOTHING, |(shape, known)| known.get_or_init(|| known_of(shape)));
    let exact = known.list.iter().flat_map(|w| [w.text.as_str(), w.bare.as_str()]).collect();
    Words { known, exact, seen: RefCell::default() }
}

/// Texts that are a heading of a list beyond doubt, without the marks that carry no meaning.
pub(super) fn own_words(shape: &Shape) -> HashSet<&'static str> {
    words(shape).exact
}

/// Whether a text is one of such words.
pub(super) fn is_word(words: &HashSet<&'static str>, text: &str) -> bool {
    text.len() <= LONGEST && words.contains(plain(text).as_str())
}

/// Texts that are a heading of some list beyond doubt.
pub(super) static ANY: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    crate::record::shapes().flat_map(|shape| words(shape).exact).filter(|word| !word.is_empty()).collect()
});

fn known_of(shape: &Shape) -> Known {
    let mut known = Known::default();
    for (at, field) in shape.fields.iter().enumerate() {
        let kinds_own = shape.kind.field(field.name).map_or(field.label, |f| f.label);
        let labels = [(field.label, 100), (kinds_own, 97)];
        let aliases = field.aliases.iter().map(|a| (*a, 95));
        for (text, score) in labels.into_iter().chain(aliases) {
            let text = plain(text);
            known.list.push(Word { field: at, bare: bare(&text), soft: soft(&text), text, score });
        }
        let own = PATTERNS.iter().filter(|p| p.kind == shape.kind.name && p.field == field.name);
        let tenant = (field.ty == Type::Ref("tenant") && shape.kind.name != "tenant").then_some(&PATTERNS[0]);
        known.patterns.extend(own.chain(tenant).map(|pattern| (at, pattern)));
    }
    known
}

/// How a heading may be made up: of a word from every group, and of nothing but these and the last.
struct Pattern {
    kind: &'static str,
    field: &'static str,
    groups: &'static [&'static [&'static str]],
    rest: &'static [&'static str],
}

const fn made_of(
    kind: &'static str,
    field: &'static str,
    groups: &'static [&'static [&'static str]],
    rest: &'static [&'static str],
) -> Pattern {
    Pattern { kind, field, groups, rest }
}

/// Who a tenant is called in headings, and what stands around it.
const WHO: &[&str] = &["团队", "企业", "公司", "单位", "项目"];
const WHICH: &[&str] = &[
    "入驻",
    "在孵",
    "孵化",
    "初创",
    "创业",
    "创客",
    "名称",
    "全称",
    "名",
    "所属",
    "科技型",
    "获投",
    "被投",
    "融资",
    "权利人",
];

/// Headings of public rosters beyond the aliases of the fields. Times read as 日期, all telephones as 电话.
const PATTERNS: &[Pattern] = &[
    made_of("tenant", "name", &[WHO], WHICH),
    made_of(
        "tenant",
        "moved_in_on",
        &[&["入驻", "进驻", "入孵", "入园", "入住", "迁入", "进园"], &["日期"]],
        &["团队", "企业", "公司", "项目", "签约", "正式", "实际", "起始", "首次", "的"],
    ),
    made_of(
        "tenant",
        "registered_on",
        &[&["注册", "成立", "工商", "登记", "设立", "营业执照"], &["日期"]],
        &["企业", "公司", "单位", "团队", "的"],
    ),
    made_of(
        "tenant",
        "leader_name",
        &[&["负责人", "创始人", "创业者", "联系人", "带头人", "队长"]],
        &["姓名", "团队", "企业", "公司", "项目", "主要", "核心"],
    ),
    // 张三 13800138000 in one cell: the number goes to the telephone.
    made_of(
        "tenant",
        "leader_name",
        &[&["负责人", "创始人", "联系人", "带头人", "队长"], &["及", "和", "与", "、"], &["电话"]],
        &["姓名", "团队", "企业", "公司", "项目", "主要", "号码"],
    ),
    made_of(
        "tenant",
        "leader_phone",
        &[&["电话"]],
        &["负责人", "联系人", "创始人", "团队", "企业", "公司", "项目", "联系", "移动", "号码"],
    ),
    made_of("tenant", "tech_area", &[&["领域"]], &["技术", "所属", "行业", "企业", "项目", "团队", "产业"]),
    made_of(
        "tenant",
        "project",
        &[&["产品", "简介", "概况", "业务", "内容", "服务"]],
        &["创业", "项目", "主营", "主要", "经营", "或", "及", "和", "与", "名称", "企业", "团队", "公司"],
    ),
    made_of(
        "tenant",
        "leader_trait",
        &[&["创业者", "负责人", "创业人员", "创始人", "创业"], &["特征", "类别", "人员类型", "者类型", "人类型"]],
        &["团队"],
    ),
    made_of("tenant", "reg_capital", &[&["注册"], &["资本"]], &["金", "企业", "公司", "成立时"]),
    made_of(
        "tenant",
        "credit_code",
        &[&["信用代码", "统一代码", "机构代码", "法人代码"]],
        &["统一", "社会", "企业", "组织", "单位", "公司"],
    ),
    made_of("tenant", "legal_person", &[&["法人", "法定代表人"]], &["企业", "公司", "姓名", "代表"]),
    made_of("tenant", "is_hightech", &[&["高新技术企业", "高企"]], &["是否", "为", "认定", "经过", "的", "国家"]),
    made_of("tenant", "hightech_no", &[&["高新技术企业", "高企"], &["编号", "证书号"]], &["证书", "认定", "国家"]),
    made_of("tenant", "is_tech_sme", &[&["科技型中小企业"]], &["是否", "为", "入库"]),
    made_of("tenant", "tech_sme_no", &[&["入库", "科技型中小企业"], &["编号", "编码", "登记号"]], &["登记"]),
    made_of(
        "tenant",
        "core_tech",
        &[&["核心技术"], &["领域", "代码"]],
        &["企业", "所属", "国家", "重点", "支持", "的", "高新技术"],
    ),
    made_of("tenant", "reg_type", &[&["注册类型", "登记类型"]], &["企业", "登记"]),
    made_of("tenant", "serial_founder", &[&["连续创业"]], &["是否", "为", "者"]),
    made_of("tenant", "is_tech", &[&["科技类", "科技型"]], &["是否", "为", "团队", "企业", "项目"]),
    made_of("mentor", "name", &[&["姓名", "导师"]], &["创业", "名称"]),
    made_of("mentor", "employer", &[&["单位", "机构"]], &["工作", "所在", "任职", "导师", "就职", "名称"]),
    made_of("mentor", "title", &[&["职务", "职称", "头衔"]], &["现任", "及", "和", "导师"]),
    made_of("mentor", "kind", &[&["类别", "类型"]], &["导师", "创业"]),
    made_of("mentor", "full_time", &[&["专兼职", "专职"]], &["兼职", "是否", "或"]),
    made_of("mentor", "field", &[&["领域", "专长", "方向"]], &["专业", "擅长", "研究", "辅导", "服务"]),
    made_of("mentor", "from", &[&["聘任", "受聘", "聘请", "聘用", "聘期"], &["日期", "起"]], &["开始", "起始"]),
    made_of("event", "on", &[&["日期"]], &["活动", "举办", "开展", "举行", "培训", "开始", "起始"]),
    made_of("event", "name", &[&["名称", "主题"]], &["活动", "培训", "沙龙", "讲座", "或"]),
    made_of("event", "place", &[&["地点", "场地"]], &["活动", "举办", "具体", "开展"]),
    made_of("event", "attendees", &[&["人数", "人次"]], &["参加", "参与", "参会", "到场", "活动", "培训"]),
    made_of("event", "responsible", &[&["负责人"]], &["活动", "组织"]),
    made_of("event", "kind", &[&["类型", "类别", "形式"]], &["活动"]),
    made_of("event", "sessions", &[&["场次"]], &["数", "活动", "举办", "开展"]),
    made_of("income", "amount", &[&["金额", "数额"]], &["收入", "到账", "实收", "实际", "入账", "本次", "收款"]),
    made_of("income", "line", &[&["类别", "类型", "科目"]], &["收入", "款项"]),
    made_of("cost", "amount", &[&["金额", "数额"]], &["支出", "付款", "实付", "实际", "费用", "开支", "本次"]),
    made_of("financing", "amount", &[&["金额", "额", "资本数量"]], &["融资", "投资", "获投"]),
    made_of("financing", "on", &[&["日期"]], &["获投", "融资", "投资", "到账", "到位"]),
    made_of("financing", "investor", &[&["投资方", "投资机构", "投资人", "投资单位", "投资者"]], &["名称", "姓名"]),
    made_of("financing", "kind", &[&["方式", "类型"]], &["融资", "投资", "获投"]),
    made_of(
        "snapshot",
        "headcount",
        &[&["人数", "人员数", "人员数量", "成员数"]],
        &["团队", "企业", "从业", "员工", "职工", "现有", "在职", "总", "人员"],
    ),
    made_of(
        "snapshot",
        "fresh_graduates",
        &[&["应届"]],
        &["大学", "毕业生", "吸纳", "新", "其中", "人数", "数量", "高校"],
    ),
    made_of(
        "financing",
        "share",
        &[&["股权", "股份", "股", "持股", "占股"], &["比例", "占比", "比"]],
        &["(%)", "%", "出让", "所占"],
    ),
    made_of("ip", "title", &[&["名称"]], &["知识产权", "专利", "成果", "软著"]),
    made_of("ip", "number", &[&["专利号", "登记号", "证书号", "授权号", "编号"]], &["专利", "证书", "登记", "授权"]),
    made_of("ip", "kind", &[&["类别", "类型"]], &["知识产权", "专利"]),
    made_of("ip", "granted_on", &[&["授权"], &["日期", "日"]], &["公告", "专利"]),
    made_of("staff", "name", &[&["姓名"]], &["人员", "服务", "员工"]),
    made_of("staff", "post", &[&["岗位", "职务"]], &["工作", "所在"]),
    made_of("staff", "education", &[&["学历", "文化程度"]], &["最高"]),
];

impl Pattern {
    /// Whether a heading is made up of these words, each group among them.
    fn fits(&self, text: &str) -> bool {
        let mut met = vec![false; self.groups.len()];
        let mut rest = text;
        while !rest.is_empty() {
            let group = self.groups.iter().enumerate().flat_map(|(g, words)| words.iter().map(move |w| (Some(g), *w)));
            let longest = group
                .chain(self.rest.iter().map(|w| (None, *w)))
                .filter(|(_, w)| rest.starts_with(w))
                .max_by_key(|(_, w)| w.len());
            let Some((group, word)) = longest else { return false };
            if let Some(met) = group.and_then(|g| met.get_mut(g)) {
                *met = true;
            }
            rest = rest.strip_prefix(word).unwrap_or_default();
        }
        met.iter().all(|m| *m)
    }
}

/// A heading without the marks that carry no meaning.
pub(super) fn plain(heading: &str) -> String {
    let text: String = folded(heading).chars().filter(|c| !"*:\"'“”‘’?!。,;".contains(*c)).collect();
    // All of it in brackets is still the heading: 【备注】.
    let whole = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).filter(|t| !t.contains(['(', ')']));
    let text = whole.unwrap_or(&text).trim_start_matches("其中");
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    // 2021年营业收入 and 1.营业收入.
    let rest = if rest.len() + 4 == text.len() {
        rest.strip_prefix("年度").or(rest.strip_prefix('年')).unwrap_or(rest)
    } else {
        rest
    };
    rest.trim_start_matches(['.', '、', ')']).to_owned()
}

/// Without what stands in brackets and without a unit after a slash.
pub(super) fn bare(text: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    match out.split_once('/') {
        Some((before, after)) if yuan_in(after).is_some() || matches!(after, "人" | "个" | "m²" | "㎡" | "场") => {
            before.to_owned()
        }
        _ => out,
    }
}

/// With everyday variants folded: 时间 as 日期, 手机 as 电话.
pub(super) fn everyday(text: &str) -> String {
    let mut text = bare(text);
    for (from, to) in [
        ("年月日", "日期"),
        ("年月", "日期"),
        ("时间", "日期"),
        ("手机号码", "电话"),
        ("手机号", "电话"),
        ("手机", "电话"),
        ("联系方式", "电话"),
        ("联系电话", "电话"),
        ("电话号码", "电话"),
        ("资金", "资本"),
        ("其它", "其他"),
        ("专/兼职", "专兼职"),
        ("专职/兼职", "专兼职"),
    ] {
        text = text.replace(from, to);
    }
    text
}

/// Without the words that only say whose it is, so that 企业入驻时间 and 入驻日期 read alike.
fn soft(text: &str) -> String {
    let mut text = everyday(text);
    loop {
        let before = text.len();
        for filler in [
            "是否为",
            "是否",
            "企业",
            "团队",
            "公司",
            "项目",
            "创业",
            "所属",
            "主要",
            "单位",
            "本",
            "具体",
            "填报",
            "的",
        ] {
            if let Some(rest) = text.strip_prefix(filler) {
                text = rest.to_owned();
            }
        }
        for filler in ["姓名", "名称", "情况", "信息"] {
            if let Some(rest) = text.strip_suffix(filler) {
                text = rest.to_owned();
            }
        }
        if text.len() == before {
            return text;
        }
    }
}

/// Longest text that is looked at as a heading, in bytes.
const LONGEST: usize = 120;

/// How well a heading names each field, only those that fit at all.
pub(super) fn fits(heading: &str, words: &Words) -> Rc<[Fit]> {
    // Days, numbers and prose are no headings.
    if heading.len() > LONGEST || !heading.contains(char::is_alphabetic) {
        return Rc::default();
    }
    if let Some(known) = words.seen.borrow().get(heading) {
        return Rc::clone(known);
    }
    let found: Rc<[Fit]> = fitting(heading, words).into();
    words.seen.borrow_mut().insert(heading.to_owned(), Rc::clone(&found));
    found
}

fn fitting(heading: &str, words: &Words) -> Vec<Fit> {
    let text = plain(heading);
    if text == REASON {
        return Vec::new();
    }
    let (bare, soft, everyday) = (bare(&text), soft(&text), everyday(&text));
    let mut out: Vec<Fit> = Vec::new();
    for (at, pattern) in &words.known.patterns {
        if !out.iter().any(|(field, ..)| field == at) && pattern.fits(&everyday) {
            out.push((*at, 70, Sure::Fuzzy));
        }
    }
    for word in &words.known.list {
        let own = if word.score > 95 { Sure::Label } else { Sure::Alias };
        let (score, sure) = if text == word.text {
            (word.score, own)
        } else if !bare.is_empty() && (bare == word.text || bare == word.bare) {
            (word.score - 4, own)
        } else if soft.chars().count() >= 2 && soft == word.soft {
            (word.score - 20, Sure::Fuzzy)
        } else {
            continue;
        };
        match out.iter_mut().find(|(field, ..)| *field == word.field) {
            Some((_, best, why)) if score > *best => (*best, *why) = (score, sure),
            Some(_) => {}
            None => out.push((word.field, score, sure)),
        }
    }
    out
}

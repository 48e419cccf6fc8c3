use super::*;

fn flaws(text: &str) -> Vec<String> {
    match parse("新申报.toml", text) {
        Ok(_) => Vec::new(),
        Err(flaws) => flaws.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn every_programme_file_is_sound() {
    let shelf = Shelf::load(std::path::Path::new("no such folder"));
    let flaws: Vec<String> = shelf.broken.iter().flat_map(|b| b.flaws.iter().map(ToString::to_string)).collect();
    assert_eq!(flaws, Vec::<String>::new());
    let ids = |id: &str| shelf.find(id).map(|p| p.conditions.iter().map(|c| c.id.clone()).collect::<Vec<_>>());
    let shanxi: Vec<String> = (1..=15).map(|n| format!("S{n}")).collect();
    assert_eq!(ids("shanxi-2022").ok(), Some(shanxi), "the notice's conditions, each once and in order");
    let hunan: Vec<String> = (1..=8).map(|n| format!("H{n}")).collect();
    assert_eq!(ids("hunan-2016").ok(), Some(hunan));
    let national = ["N1", "N2", "N3", "N4a", "N4b", "N4c", "N5", "N6", "N7", "N8a", "N8b", "N9", "N10"];
    assert_eq!(ids("national-filing-2017").ok(), Some(national.map(str::to_owned).to_vec()));
    let points: f64 = shelf.find("score-maker-incubation").map_or(0.0, |p| {
        let of = |c: &ConditionDef| if let Test::Score(score) = &c.test { score.points } else { 0.0 };
        p.conditions.iter().map(of).sum()
    });
    assert!((points - 100.0).abs() < 1e-9, "the table's points add up to 100, not {points}");
}

#[test]
fn a_broken_file_names_every_flaw() {
    let text = r#"
id = "省 2026"
title = "试"
seen = "partly"
colour = "red"

[[figure]]
code = "mentors"
label = "导师"
count = "teacher"

[[figure]]
code = "money"
label = "收入"
sum = "income.amount"
unit = "人"

[[figure]]
code = "share"
label = "占比"
formula = "money / nothing"

[[figure]]
code = "age"
label = "年限"
months = "tenant.moved_in_on to name"

[[condition]]
id = "A"
label = "甲"
value = "unknown"
gap = "还差 {shrt}"

[[condition]]
id = "A"
label = "乙"
want = [{ each = "money", roles = ["合影"] }]

[[condition]]
id = "C"
label = "丙"
"#;
    let want = [
        "新申报.toml：id“省 2026”只能用英文字母、数字、- 和 _",
        "新申报.toml：seen“partly”应为 whole(全文) 或 excerpt(摘录)",
        "新申报.toml mentors：没有名为 teacher 的记录类别",
        "新申报.toml money：金额的单位(unit)应为 元、千元 或 万元",
        "新申报.toml share：引用了前面没有的数据 nothing",
        "新申报.toml age：months“tenant.moved_in_on to name”的两端应为日期",
        "新申报.toml age：多条记录时请写 take = \"least\"(最短) 或 \"most\"(最长)",
        "新申报.toml A：引用了前面没有的数据 unknown",
        "新申报.toml A：没有标准，请写 at_least、above、at_most、below",
        "新申报.toml A：gap 中可以插入的只有 {value}、{threshold}、{short}、{count}、{on}、{lacking}",
        "新申报.toml A：编号重复",
        "新申报.toml A：没有名为“合影”的材料类别",
        "新申报.toml C：没有判断方法，请写 value、any、all、judge、want、documents、score、validity 之一",
        "新申报.toml：缺少 source",
        "新申报.toml：不认识的键 colour",
    ];
    assert_eq!(flaws(text), want);
}

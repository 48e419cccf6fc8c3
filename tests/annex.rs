//! The annexes of recognitions and filings: wording equal to the originals, boxes that never overlap, texts
//! with limits, and the paper as it is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use calamine::Data;
use chrono::NaiveDate;
use incubator::desk::{Choice, Desk, MASKING_EXPORTS, Tailoring};
use incubator::form::{Cell, CellSource, Content, Filing, Filled, Form, Level, PeriodKind, Shelf, fill, parse};
use incubator::ledger::Ledger;
use incubator::period::Period;
use incubator::record::{Record, Value, kind};
use incubator::{sample, workbook};

use crate::cli::Place;
use crate::workbook::{Scratch, convert, read, run, unpack, xml_of};

/// Each annex with the wording of its original, copied as it was published.
pub const ORIGINALS: [(&str, &str); 4] = [
    ("hunan-filing-2016", include_str!("data/annex/hunan-filing-2016.txt")),
    ("hunan-filing-summary-2016", include_str!("data/annex/hunan-filing-summary-2016.txt")),
    ("shanxi-recognition-2022", include_str!("data/annex/shanxi-recognition-2022.txt")),
    ("shanxi-inspection-2022", include_str!("data/annex/shanxi-inspection-2022.txt")),
];

/// The seven texts of the Hunan table with their limits (domain: 限200/500/1000/500/500/500/800字).
const LIMITS: [(&str, usize); 7] = [
    ("HN1_20", 200),
    ("HN1_21", 500),
    ("HN1_22", 1000),
    ("HN1_23", 500),
    ("HN1_24", 500),
    ("HN1_25", 500),
    ("HN1_26", 800),
];

static SHELF: LazyLock<Shelf> = LazyLock::new(|| Shelf::load(Path::new("no forms of one's own")));
static SAMPLE: LazyLock<Ledger> = LazyLock::new(|| sample::ledger().expect("the sample is sound"));

fn form(id: &str) -> &'static Form {
    SHELF.edition(id, None).expect("a form of the program")
}

fn filled_on(form: &Form, ledger: &Ledger, day: &str) -> Filled {
    fill(form, ledger, &Filing::new(form, Period::parse(day).expect("a day")))
}

fn cell<'a>(filled: &'a Filled, code: &str) -> &'a Cell {
    filled.cells.iter().find(|c| c.code == code).unwrap_or_else(|| panic!("no cell {code}"))
}

/// What a form shows, as people read it.
fn shown(filled: &Filled, code: &str) -> String {
    cell(filled, code).printed()
}

/// The wording alone: no blanks, no lines to write on, boxes as boxes. A line that the extraction repeats right
/// below itself (heading and first row of a table) counts once.
pub fn bare(text: &str) -> String {
    let marked = ["<p>", "</p>"].iter().fold(text.to_owned(), |t, tag| t.replace(tag, ""));
    let marked = marked.replace("<input type=\"checkbox\"/>", "□").replace("<input type=\"checkbox\">", "□");
    let lines = marked.lines().map(|line| line.chars().filter(|c| !c.is_whitespace() && *c != '_').collect::<String>());
    let mut lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines.dedup();
    lines.concat()
}

/// What stands on the paper before anything is filled in.
fn blank_paper(form: &Form) -> String {
    let filled = filled_on(form, &Ledger::default(), "2022-06-30");
    let grid = filled.grid.as_ref().expect("a form with its own paper");
    let boxes = grid.rows.iter().flat_map(|row| &row.boxes);
    // What the program drafts in the makerspace's place is content, not wording.
    let is_text = |code: &str| form.cells.iter().any(|c| c.code == code && matches!(c.source, CellSource::Text(_)));
    let drafts: Vec<String> =
        filled.cells.iter().filter(|c| is_text(&c.code)).map(Cell::printed).filter(|t| !t.is_empty()).collect();
    let content = |code: &str| cell(&filled, code).value.clone();
    let text = boxes.map(|space| {
        match space
            .code
            .as_deref()
            .and_then(|code| if is_text(code) { content(code).map(|_| Content::Int(0)) } else { content(code) })
        {
            // Without records only counts of nothing and the day itself are there: the day's own words stay.
            Some(Content::Text(day)) => day.chars().filter(|c| !c.is_ascii_digit()).collect(),
            Some(_) => String::new(),
            None => drafts.iter().fold(space.text.clone(), |text, draft| text.replace(draft, "")),
        }
    });
    bare(&text.collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_wording_of_every_annex_is_the_originals() {
    for (id, original) in ORIGINALS {
        assert_eq!(blank_paper(form(id)), bare(original), "{id}: nothing added, left out or moved");
    }
}

#[test]
fn the_outline_of_the_operating_report_is_the_originals() {
    // The tables of figures are ours; every line of the outline stands there, in its order.
    let paper = blank_paper(form("shanxi-report-2022"));
    let mut at = 0;
    for line in include_str!("data/annex/shanxi-report-2022.txt").lines().map(bare).filter(|line| !line.is_empty()) {
        let found = paper[at..].find(&line).unwrap_or_else(|| panic!("“{line}” is missing behind {}", &paper[..at]));
        at += found + line.len();
    }
}

#[test]
fn the_operating_reports_figures_come_from_the_records() {
    let staff = |name, education, born, full_time| {
        ("staff", [("name", name), ("education", education), ("birth_year", born), ("full_time", full_time)])
    };
    let people = [
        staff("甲", "博士", "1972", "是"),
        staff("乙", "本科", "1973", "是"),
        staff("丙", "大专", "1982", "否"),
        staff("丁", "本科", "1983", "是"),
        staff("戊", "硕士", "1993", "是"),
        staff("己", "高中及以下", "1992", "否"),
    ];
    let money = |kind, on, line, amount| {
        if kind == "income" {
            (kind, [("received_on", on), ("line", line), ("amount", amount)])
        } else {
            (kind, [("paid_on", on), ("kind", line), ("amount", amount)])
        }
    };
    let accounts = [
        // 0.115 and 0.115 of 万元: the sum is 0.23, and each part plainly rounded would make 0.24.
        money("income", "2021-03-03", "服务收入", "1150"),
        money("income", "2021-03-03", "财政补贴", "1150"),
        money("income", "2020-12-31", "其他", "50000"),
        money("cost", "2021-01-01", "活动", "3000"),
    ];
    let records: Vec<(&str, &[(&str, &str)])> = people
        .iter()
        .map(|(kind, fields)| (*kind, fields.as_slice()))
        .chain(accounts.iter().map(|(kind, fields)| (*kind, fields.as_slice())))
        .collect();
    let filled = filled_on(form("shanxi-report-2022"), &ledger(&records), "2022-06-30");
    for (code, want) in [
        ("staff", "6"),
        ("full_time", "4"),
        ("edu_bachelor", "2"),
        ("age_29", "1"),
        ("age_30", "2"),
        ("age_40", "2"),
        ("age_50", "1"),
        ("income1", "0.23"),
        ("income2", "5.00"),
        ("cost1", "0.30"),
        ("balance1", "-0.07"),
    ] {
        assert_eq!(shown(&filled, code), want, "{code}");
    }
    let parts = [shown(&filled, "income1_1"), shown(&filled, "income1_4")];
    assert_eq!(parts, ["0.12", "0.11"], "舍位平衡 in hundredths of 万元: the parts make the sum");
    assert!(
        cell(&filled, "income1_4").adjusted.as_ref().is_some_and(|a| a.contains("0.12，为使各项之和")),
        "and says so"
    );
    let missing = ledger(&[("staff", &[("name", "未知")])]);
    let filled = filled_on(form("shanxi-report-2022"), &missing, "2022-06-30");
    assert_eq!(cell(&filled, "age_30").gaps[0].say, "未知 未填 出生年份", "unknown is missing, not young");
    assert!(filled.breaches.iter().any(|b| b.rule == "SX24"), "and the sum that does not come out is a 警示");
}

#[test]
fn a_question_is_answered_by_what_is_recorded() {
    let tenant = |name| ("tenant", [("name", name), ("entered_as", "初创企业"), ("moved_in_on", "2020-01-01")]);
    let (first, second) = (tenant("甲公司"), tenant("乙公司"));
    let records: [(&str, &[(&str, &str)]); 5] = [
        (first.0, &first.1),
        (second.0, &second.1),
        ("mentor", &[("name", "导师")]),
        ("session", &[("mentor", "1"), ("tenants", "1"), ("on", "2021-05-01")]),
        ("exit", &[("tenant", "2"), ("kind", "毕业"), ("on", "2021-06-30")]),
    ];
    let form = form("torch-enterprise-2018");
    let filled = fill(form, &ledger(&records), &Filing::new(form, Period::parse("2021").expect("a year")));
    let table = &filled.tables[0];
    let at = |head: &str| table.columns.iter().position(|c| c == head).expect("a column");
    let answers = |head: &str| -> Vec<String> {
        let said = |row: &incubator::form::RosterRow| match &row.cells[at(head)] {
            Some(Content::Text(text)) => text.clone(),
            other => format!("{other:?}"),
        };
        table.rows.iter().map(said).collect()
    };
    assert_eq!(answers("1 企业名称"), ["乙公司", "甲公司"]);
    assert_eq!(answers("9 是否与创业导师建立辅导关系"), ["否", "是"], "a session with a mentor");
    assert_eq!(answers("10 是否毕业企业"), ["是", "否"], "an exit by graduation");
}

/// Rows of 表2-1-1 as they were published.
const PLATFORMS: [[&str; 6]; 4] = [
    [
        "1",
        "国家级众创空间",
        "2017年12月",
        "2019年12月",
        "科技部",
        "《科技部关于公布2017年度国家备案众创空间的通知》（国科发火〔2017〕410号）",
    ],
    [
        "2",
        "全国高校毕业生就业能力培训基地",
        "2021年10月",
        "在建",
        "教育部",
        "《教育部办公厅关于实施宏志助航计划——全国低收入家庭高校毕业生就业帮扶项目的通知》（教学厅函〔2021〕33号）",
    ],
    [
        "3",
        "校企协同就业创新创业实践示范基地",
        "2021年12月",
        "在建",
        "工信部",
        "关于同意你单位启动“校企协同就业创新创业实践示范基地”建设的函",
    ],
    [
        "4",
        "国家级创新创业教育实践基地",
        "2022年7月",
        "在建",
        "教育部",
        "关于国家级创新创业学院国家级创新创业教育实践基地（职业院校）拟推荐教育部名单公示",
    ],
];

#[test]
fn the_table_of_platforms_is_the_published_one() {
    let platform =
        |row: usize, approved: &'static str, completed: &'static str, title: &'static str, number: &'static str| {
            let [_, name, _, _, body, _] = PLATFORMS[row];
            let fields = [("name", name), ("approved", approved), ("completed", completed), ("body", body)];
            let document = [("document_title", title), ("document_no", number)];
            ("platform", fields.into_iter().chain(document).filter(|(_, text)| !text.is_empty()).collect::<Vec<_>>())
        };
    let target = |name, value| ("target", vec![("name", name), ("figure", "PA_9"), ("value", value)]);
    let sentence =
        "实施期满目标值 {PA_7} 个，2019-2021 年目标值 {PA_8} 个，2019-2023 年实现值 {PA_9} 个。详见表 2-1-1。";
    let records = [
        platform(3, "2022-07", "", PLATFORMS[3][5], ""),
        platform(0, "2017-12", "2019-12", "《科技部关于公布2017年度国家备案众创空间的通知》", "国科发火〔2017〕410号"),
        platform(
            1,
            "2021-10",
            "",
            "《教育部办公厅关于实施宏志助航计划——全国低收入家庭高校毕业生就业帮扶项目的通知》",
            "教学厅函〔2021〕33号",
        ),
        platform(2, "2021-12", "", PLATFORMS[2][5], ""),
        ("platform", vec![("name", "明年的平台"), ("approved", "2024-01")]),
        target("实施期满目标值", "2"),
        target("阶段目标值", "2"),
        ("text_block", vec![("form", "college-platforms-2023"), ("cell", "PA_T"), ("text", sentence)]),
    ];
    let records: Vec<(&str, &[(&str, &str)])> =
        records.iter().map(|(kind, fields)| (*kind, fields.as_slice())).collect();
    let filled = filled_on(form("college-platforms-2023"), &ledger(&records), "2023-12-31");
    let grid = filled.grid.as_ref().expect("a paper");
    let rows: Vec<Vec<&str>> = grid.rows.iter().map(|r| r.boxes.iter().map(|b| b.text.as_str()).collect()).collect();
    assert_eq!(
        rows[0],
        ["任务完成情况：实施期满目标值 2 个，2019-2021 年目标值 2 个，2019-2023 年实现值 4 个。详见表 2-1-1。"],
        "the sentence with today's figures"
    );
    assert_eq!(rows[1], ["表 2-1-1 国家级创新创业平台汇总表"]);
    assert_eq!(rows[2], ["序号", "平台名称", "立项时间", "建成时间", "批准单位", "批准文件"]);
    assert_eq!(rows[3..], PLATFORMS.map(|row| row.to_vec()), "by date, and the one of 2024 is not there yet");
    let sheets = read(&workbook::form(&filled).expect("a workbook"));
    let names: BTreeSet<&str> = sheets.keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["依据", "国家级创新创业平台汇总表", "审核"]), "the table is not printed twice");
    let again: Filled = serde_json::from_str(&serde_json::to_string(&filled).expect("JSON")).expect("read back");
    assert_eq!(again, filled, "sealed and read back");
}

#[test]
fn the_annexes_of_the_sample_are_filled_from_its_records() {
    let hunan = filled_on(form("hunan-filing-2016"), &SAMPLE, "2021-09-20");
    for (code, want) in [
        ("HN1_01", "青禾众创空间"),
        ("HN1_02", "云溪职业学院"),
        ("HN1_03", "云溪市学府路88号云溪职业学院创业楼"),
        ("HN1_04", "事业单位"),
        ("HN1_05", "2016年5月10日"),
        ("HN1_06", "1860"),
        ("HN1_09", "章立言"),
        ("HN1_14", "13800000002"),
    ] {
        assert_eq!(shown(&hunan, code), want, "{code}");
    }
    assert_eq!(hunan.breaches, [], "the sample's table is ready to hand in");
    let moved = filled_on(form("hunan-filing-2016"), &SAMPLE, "2022-06-30");
    assert_eq!(shown(&moved, "HN1_06"), "2480", "after the move: the site in force on the day");
    assert_eq!(shown(&moved, "HN1_03"), "云溪市学府路90号云溪职业学院双创中心");
    for code in ["HN1_06", "HN1_04", "HN1_20"] {
        assert_eq!(cell(&moved, code).from.len(), 1, "{code} names the record it was read from");
    }
}

#[test]
fn the_ticked_box_is_that_of_the_record() {
    let paper = |id: &str, day: &str| {
        let filled = filled_on(form(id), &SAMPLE, day);
        let grid = filled.grid.expect("a paper");
        grid.rows.into_iter().flat_map(|r| r.boxes).map(|b| b.text).collect::<Vec<_>>()
    };
    let hunan = paper("hunan-filing-2016", "2021-09-20");
    assert!(hunan.contains(&"事业单位☑ 国有企业□ 民营企业□  其他□".to_owned()), "{hunan:?}");
    let shanxi = paper("shanxi-recognition-2022", "2021-09-20");
    assert!(shanxi.contains(&"综合 ☑ 专业化 □".to_owned()), "{shanxi:?}");
    assert!(shanxi.contains(&"☑综合　　□专业化".to_owned()), "on the cover, where the original has no box");
    assert!(shanxi.contains(&"自有".to_owned()) && !shanxi.contains(&"自有/租赁".to_owned()), "chosen, not offered");
    let inspection = paper("shanxi-inspection-2022", "2021-09-20");
    assert!(inspection.contains(&"☑ 否 情况说明：".to_owned()), "学府路88号 is only part of the space's address");
    assert!(inspection.contains(&"□ 是".to_owned()));
}

/// The sample with one text in place of its own.
fn with_text(form: &str, code: &str, text: &str) -> Ledger {
    let kind = kind("text_block").expect("a kind");
    let mut record = Record::empty(kind, 9999);
    for (field, value) in [("form", form), ("cell", code), ("text", text)] {
        record.set(kind, field, Some(Value::text(value)));
    }
    SAMPLE.with([(kind, 9999, Some(record))])
}

#[test]
fn a_text_over_its_limit_is_an_error_that_says_both_numbers() {
    let form = form("hunan-filing-2016");
    for (code, limit) in LIMITS {
        // Blanks are not counted, punctuation is.
        let just = format!("{}，\n　 {}", "字".repeat(limit - 2), "。");
        let filled = filled_on(form, &with_text(&form.id, code, &just), "2021-09-20");
        assert_eq!(cell(&filled, code).length, u32::try_from(limit).ok(), "{code}: counted");
        assert_eq!(cell(&filled, code).limit, u32::try_from(limit).ok());
        assert_eq!(filled.breaches, [], "{code}: {limit} characters are allowed");
        let filled = filled_on(form, &with_text(&form.id, code, &format!("{just}多")), "2021-09-20");
        let said: Vec<_> = filled.breaches.iter().map(|b| (b.rule.as_str(), b.level, b.codes.as_slice())).collect();
        assert_eq!(said, [("HN01", Level::Error, &[code.to_owned()][..])], "one more is an 错误");
        let message = &filled.breaches[0].message;
        let says = [format!("限 {limit} 字"), format!("现有 {} 字", limit + 1)];
        assert!(says.iter().all(|part| message.contains(part)), "{message}");
    }
}

#[test]
fn figures_in_a_text_stay_true_and_a_wrong_name_is_an_error() {
    let form = form("hunan-filing-2016");
    let ledger = with_text(&form.id, "HN1_22", "现有导师{mentors}人，资金{fund}万元，面积{HN1_06}平方米。");
    let filled = filled_on(form, &ledger, "2021-09-20");
    let mentors = shown(&filled, "mentors");
    assert_eq!(shown(&filled, "HN1_22"), format!("现有导师{mentors}人，资金100.00万元，面积1860平方米。"));
    let mentor = kind("mentor").expect("a kind");
    let mut one_more = Record::empty(mentor, 9999);
    one_more.set(mentor, "name", Some(Value::text("新导师")));
    let later = filled_on(form, &ledger.with([(mentor, 9999, Some(one_more))]), "2021-09-20");
    let want = mentors.parse::<i64>().expect("a count") + 1;
    assert!(shown(&later, "HN1_22").contains(&format!("现有导师{want}人")), "one mentor more, and the text says so");

    let wrong = filled_on(form, &with_text(&form.id, "HN1_22", "现有导师{mentros}人"), "2021-09-20");
    assert_eq!(shown(&wrong, "HN1_22"), "现有导师{mentros}人", "left as written");
    let said: Vec<_> = wrong.breaches.iter().map(|b| (b.rule.as_str(), b.message.contains("{mentros}"))).collect();
    assert_eq!(said, [("HN02", true)], "and named");
}

#[test]
fn a_text_is_found_by_the_names_people_use() {
    let form = form("hunan-filing-2016");
    let names = [
        ("hunan-filing", "HN1_26"),
        ("众创空间基本信息表", "下一阶段发展规划"),
        ("hunan-filing-2016", "下一阶段发展规划（限800字）"),
    ];
    for (by_form, by_cell) in names {
        let filled = filled_on(form, &with_text(by_form, by_cell, "新的规划。"), "2021-09-20");
        assert_eq!(shown(&filled, "HN1_26"), "新的规划。", "{by_form} {by_cell}");
    }
    let other = filled_on(form, &with_text("shanxi-recognition-2022", "HN1_26", "别表的"), "2021-09-20");
    assert_ne!(shown(&other, "HN1_26"), "别表的", "another form's text is not ours");
    let other = filled_on(form, &with_text(&form.id, "下一阶段发展规划草稿", "别栏的"), "2021-09-20");
    assert_ne!(shown(&other, "HN1_26"), "别栏的", "nor is another cell's");
}

/// A ledger of one record of each of some kinds, fields as text.
fn ledger(records: &[(&str, &[(&str, &str)])]) -> Ledger {
    let mut tables: BTreeMap<&str, Vec<Record>> = BTreeMap::new();
    for (name, fields) in records {
        let kind = kind(name).expect("a kind");
        let rows = tables.entry(name).or_default();
        let mut record = Record::empty(kind, i64::try_from(rows.len()).expect("few") + 1);
        for (field, text) in *fields {
            let field = kind.field(field).unwrap_or_else(|| panic!("{name}.{field}"));
            record.set(kind, field.name, incubator::record::parse_value(field, text).expect("sound"));
        }
        rows.push(record);
    }
    Ledger::new(tables.into_iter().map(|(name, rows)| (kind(name).expect("a kind"), rows)))
}

#[test]
fn amounts_areas_and_averages_are_placed_once_in_their_units() {
    let ledger = ledger(&[
        ("income", &[("received_on", "2021-01-01"), ("line", "服务收入"), ("amount", "70000")]),
        ("income", &[("received_on", "2021-12-31"), ("line", "财政补贴"), ("amount", "54949.99")]),
        ("income", &[("received_on", "2020-12-31"), ("line", "其他"), ("amount", "1000000")]),
        ("income", &[("received_on", "2022-01-01"), ("line", "其他"), ("amount", "1000000")]),
        ("cost", &[("paid_on", "2021-05-05"), ("kind", "人员"), ("amount", "50")]),
        ("site", &[("valid_from", "2020-01-01"), ("service_area", "820.5"), ("public_area", "300")]),
        ("site", &[("valid_from", "2022-07-01"), ("service_area", "2000"), ("public_area", "900")]),
        ("event", &[("on", "2021-06-30"), ("name", "早一天"), ("sessions", "40"), ("counted", "是")]),
        ("event", &[("on", "2021-07-01"), ("name", "第一天"), ("sessions", "20"), ("counted", "是")]),
        ("event", &[("on", "2022-06-30"), ("name", "最后一天"), ("sessions", "21"), ("counted", "是")]),
        ("event", &[("on", "2022-06-01"), ("name", "不计入"), ("sessions", "9"), ("counted", "否")]),
        ("fund", &[("name", "种子"), ("kind", "种子"), ("size", "2000000"), ("founded_on", "2019-01-01")]),
        ("fund", &[("name", "天使"), ("kind", "天使"), ("size", "9000000"), ("founded_on", "2019-01-01")]),
    ]);
    let filled = filled_on(form("shanxi-recognition-2022"), &ledger, "2022-06-30");
    for (code, content, printed, why) in [
        ("SX1_15", Content::Decimal(1249), "12.49", "124,949.99 元 of the calendar year before, rounded once"),
        ("SX1_16", Content::Decimal(1), "0.01", "50 元 is half a hundredth of 万元: away from zero"),
        ("SX1_17", Content::Decimal(82_050), "820.5", "the site in force on the day, in m²"),
        ("SX1_19", Content::Decimal(30_000), "300", "a whole measure has no decimals"),
        ("SX1_29", Content::Decimal(340), "3.4", "41 events in twelve months: 3.4167 with one decimal"),
        ("SX1_31", Content::Decimal(20_000), "200.00", "seed funds alone"),
        ("SX1_23", Content::Int(0), "0", "nobody is there: zero"),
    ] {
        assert_eq!(cell(&filled, code).value.as_ref(), Some(&content), "{code}: {why}");
        assert_eq!(shown(&filled, code), printed, "{code}: {why}");
    }
    assert_eq!(cell(&filled, "SX1_21").value, None, "no desks recorded: blank, not zero");
    assert_eq!(cell(&filled, "SX1_21").notes, ["未填 工位的提供工位数"], "and it says what is missing");
    for code in ["SX1_15", "SX1_17", "SX1_31"] {
        let cell = cell(&filled, code);
        let sum: f64 = cell.from.iter().map(|s| s.amount).sum();
        assert!((sum - cell.exact_in_unit().expect("known")).abs() < 1e-9, "{code}: its records add up in its unit");
    }
    let mut filing = Filing::new(form("shanxi-recognition-2022"), Period::parse("2022-06-30").expect("a day"));
    filing.overrides.insert("SX1_15".into(), (1500, "补账".into()));
    filing.overrides.insert("SX1_01".into(), (1500, "名称不是数".into()));
    let filled = fill(form("shanxi-recognition-2022"), &ledger, &filing);
    assert_eq!(shown(&filled, "SX1_15"), "15.00", "typed by hand in whole 万元");
    assert!(!cell(&filled, "SX1_01").overridden, "a number cannot stand in for a name");
    let said = filled.breaches.iter().find(|b| b.rule == "SX08").expect("a hand-typed value shows");
    assert!(said.message.contains("手工填 15.00，台账计算为 12.49"), "{}", said.message);
}

#[test]
fn a_sealed_annex_reads_back_as_it_was() {
    for (id, _) in ORIGINALS {
        let filled = filled_on(form(id), &SAMPLE, "2021-09-20");
        let text = serde_json::to_string(&filled).expect("it is frozen as JSON");
        let again: Filled = serde_json::from_str(&text).expect("and read back");
        assert_eq!(again, filled, "{id}");
    }
    // A report that was sealed before forms had papers, texts and decimals.
    let old = filled_on(form("torch-quarterly-2021"), &SAMPLE, "2021Q3");
    let text = serde_json::to_string(&old).expect("JSON");
    for name in ["\"grid\"", "\"decimals\"", "\"length\"", "\"limit\""] {
        assert!(!text.contains(name), "{name} is not written where it says nothing, so older ones read the same");
    }
}

/// Merged ranges of a workbook's first sheet: first row, first column, last row, last column.
pub fn merges(bytes: &[u8], folder: &Path) -> Vec<(u32, u32, u32, u32)> {
    let parts = xml_of(&unpack(bytes, folder));
    let sheet = &parts.iter().find(|(name, _)| name.ends_with("sheet1.xml")).expect("a sheet").1;
    let corner = |text: &str| {
        let letters = text.chars().take_while(char::is_ascii_alphabetic).count();
        let (col, row) = text.split_at(letters);
        let col = col.bytes().fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1) - 1;
        (row.parse::<u32>().expect("a row") - 1, col)
    };
    let ranges = sheet.split("<mergeCell ref=\"").skip(1).filter_map(|rest| rest.split_once('"')?.0.split_once(':'));
    ranges.map(|(from, to)| (corner(from), corner(to))).map(|((a, b), (c, d))| (a, b, c, d)).collect()
}

#[test]
fn merged_boxes_never_overlap() {
    let papers: Vec<&str> = SHELF.sound.iter().filter(|f| f.layout.is_some()).map(|f| f.id.as_str()).collect();
    assert!(papers.len() > ORIGINALS.len(), "every form with a paper of its own: {papers:?}");
    for id in papers {
        let long = with_text(id, "HN1_22", &"很长的文字。".repeat(400));
        for (case, ledger) in [("blank", &Ledger::default()), ("sample", &*SAMPLE), ("long", &long)] {
            let scratch = Scratch::new(&format!("merges-{id}-{case}"));
            let filled = filled_on(form(id), ledger, "2021-09-20");
            let bytes = workbook::form(&filled).expect("a workbook");
            let mut taken = BTreeSet::new();
            let ranges = merges(&bytes, &scratch.0);
            let copied = ORIGINALS.iter().any(|(original, _)| *original == id);
            assert!(!copied || !ranges.is_empty(), "{id} has merged boxes");
            for (r1, c1, r2, c2) in ranges {
                for at in (r1..=r2).flat_map(|r| (c1..=c2).map(move |c| (r, c))) {
                    assert!(taken.insert(at), "{id} {case}: two merged boxes share {at:?}");
                }
            }
        }
    }
}

#[test]
fn the_workbook_holds_the_paper_with_numbers_as_numbers() {
    let filled = filled_on(form("shanxi-recognition-2022"), &SAMPLE, "2021-09-20");
    let sheets = read(&workbook::form(&filled).expect("a workbook"));
    let paper = &sheets["山西省省级众创空间认定申请书"];
    let texts: BTreeSet<String> =
        paper.values().filter_map(|v| if let Data::String(s) = v { Some(s.clone()) } else { None }).collect();
    for text in ["附件 1", "服务人员数量(人)", "上年度总收入\n(万元)", "云溪市科学技术局", "综合 ☑ 专业化 □"]
    {
        assert!(texts.contains(text), "{text} is missing in {texts:?}");
    }
    let Some(Content::Decimal(income)) = cell(&filled, "SX1_15").value else { panic!("the sample has income in 2020") };
    let beside = |label: &str| {
        let at = paper.iter().find(|(_, v)| **v == Data::String(label.to_owned())).expect("a label").0;
        paper.get(&(at.0, at.1 + 1)).cloned()
    };
    assert_eq!(beside("上年度总收入\n(万元)"), Some(Data::Float(income as f64 / 100.0)));
    assert_eq!(beside("服务场地面积(m²)"), Some(Data::Float(1560.0)));
    assert!(sheets.contains_key("依据") && sheets.contains_key("审核"), "evidence and checks come with it");
    let evidence = &sheets["依据"];
    assert!(
        !evidence.iter().any(|((_, col), v)| *col == 3 && v.to_string().contains("章立言")),
        "no text among figures"
    );
    let named = evidence.values().filter(|v| v.to_string().contains("青禾大学生创业种子资金")).count();
    assert!(named >= 1, "the fund behind SX1_31 is named");
}

#[test]
fn every_annex_prints_on_a4_as_the_paper() {
    let scratch = Scratch::new("annex-print");
    let file = |id: &str, end: &str| scratch.0.join(format!("{id}.{end}"));
    let files = ORIGINALS.map(|(id, _)| {
        let filled = filled_on(form(id), &SAMPLE, "2021-09-20");
        std::fs::write(file(id, "xlsx"), workbook::form(&filled).expect("a workbook")).expect("written");
        file(id, "xlsx")
    });
    convert(&files, "pdf", &scratch.0);
    if let Some(keep) = std::env::var_os("TAIZHANG_KEEP_PRINTS") {
        for (id, end) in ORIGINALS.iter().flat_map(|(id, _)| [(id, "pdf"), (id, "xlsx")]) {
            std::fs::copy(file(id, end), PathBuf::from(&keep).join(format!("{id}.{end}"))).expect("kept");
        }
    }
    for (id, pages, size, first, last) in [
        ("hunan-filing-2016", 3, "841.89", "众创空间基本信息表", "推荐单位意见"),
        ("hunan-filing-summary-2016", 1, "595.304", "申请备案的众创空间信息汇总表", "电子邮件"),
        ("shanxi-recognition-2022", 4, "841.89", "山西省省级众创空间认定申请书", "部门意见"),
        ("shanxi-inspection-2022", 1, "841.89", "省级众创空间认定申报现场核查意见表", "组织推荐单位(盖章):"),
    ] {
        let pdf = file(id, "pdf");
        let print = run("pdftotext", &pdf);
        let sheets: Vec<&str> = print.split('\u{c}').collect();
        assert!(sheets[0].contains(first), "{id}: page 1 begins the paper: {}", sheets[0]);
        let end = sheets.iter().position(|page| page.contains(last)).map(|at| at + 1);
        assert_eq!(end, Some(pages), "{id}: the paper ends on page {pages}: {print}");
        assert!(sheets[pages].contains("依据"), "{id}: nothing was cut off to the right: {}", sheets[pages]);
        let about = run("pdfinfo", &pdf);
        let page = about.lines().find(|l| l.starts_with("Page size:")).unwrap_or_default();
        assert!(page.contains("(A4)") && page.contains(&format!("x {size}")), "{id}: {page}");
    }
}

#[test]
fn a_paper_that_does_not_come_out_even_says_which_row() {
    let flaws = |layout: &str| {
        let head = "id = \"x\"\ntitle = \"x\"\nperiod = \"day\"\n[[section]]\nlabel = \"一\"\n[[section.cell]]\n\
                    code = \"a\"\nlabel = \"甲\"\nprofile = \"space.name\"\n[layout]\nwidths = [10, 10]\n";
        match parse("新附表.toml", &format!("{head}{layout}")) {
            Ok(_) => "sound".to_owned(),
            Err(flaws) => flaws.iter().map(|f| f.to_string()).collect::<Vec<_>>().join("\n"),
        }
    };
    for (layout, want) in [
        ("[[layout.row]]\nbox = [{ text = \"甲\" }, { cell = \"a\" }]", "sound"),
        ("[[layout.row]]\nbox = [{ cell = \"a\", rows = 2 }, {}]\n[[layout.row]]\nbox = [{}]", "sound"),
        ("[[layout.row]]\nbox = [{ text = \"甲\" }]", "layout 第1行：只占了 1 列，应占满 2 列"),
        ("[[layout.row]]\nbox = [{ text = \"乙\", columns = 3 }]", "layout 第1行：“乙”放不下"),
        (
            "[[layout.row]]\nbox = [{}, { rows = 2 }]\n[[layout.row]]\nbox = [{ text = \"丙\", columns = 2 }]",
            "layout 第2行：“丙”放不下：超出各列或与上面的格子重叠",
        ),
        ("[[layout.row]]\nbox = [{ rows = 2 }, {}]", "有格子跨过了最后一行"),
        ("[[layout.row]]\nbox = [{ cell = \"b\" }, { text = \"{c}\" }]", "layout：引用了不存在的代码 b"),
        ("[[layout.row]]\nbox = [{}, { text = \"{c}\" }]", "layout：引用了不存在的代码 c"),
        ("[[layout.row]]\nroster = 2", "layout 第1行：没有第 2 个名册(roster)"),
        ("[[layout.row]]\nbox = [{ colour = \"red\" }, {}]", "不认识的键 colour"),
        ("[[layout.row]]\nbox = [{ align = \"middle\" }, {}]", "align“middle”应为 left、center 或 right"),
        ("[[layout.row]]\nbox = [{ cell = \"a\", text = \"甲\" }, {}]", "cell 不能与 text 或 ticks 写在同一格"),
    ] {
        let said = flaws(layout);
        assert!(said.contains(want), "“{want}” is missing in:\n{said}");
    }
}

#[test]
fn the_command_line_fills_exports_and_seals_an_annex() {
    let place = Place::sample("annex");
    let filled = place.json(&["fill", "shanxi-recognition-2022", "2021-09-20", "--json"]);
    let value = |code: &str| {
        let cells = filled["cells"].as_array().expect("cells");
        cells.iter().find(|c| c["code"] == code).unwrap_or_else(|| panic!("no {code}"))["value"].clone()
    };
    assert_eq!(value("SX1_01"), "青禾众创空间", "text is text");
    assert_eq!(value("SX1_17"), 1560.0, "a measure is a number");
    assert_eq!(value("SX1_05"), serde_json::Value::Null, "blank is null");
    let out = place.path("附件1.xlsx");
    place.done(&["export", "hunan-filing-2016", "2021-09-20", "--out", out.to_str().expect("UTF-8")]);
    let sheets = read(&std::fs::read(&out).expect("written"));
    assert!(sheets.contains_key("众创空间基本信息表"), "the paper has the form's name");

    place.done(&["seal", "hunan-filing-2016", "2021-09-20"]);
    place.done(&["delete", "mentor", "1"]);
    let sealed = place.done(&["fill", "hunan-filing-2016", "2021-09-20"]);
    assert!(sealed.contains("现有创业导师7人"), "what was handed in stands: {sealed}");
    let diff = place.json(&["diff", "hunan-filing-2016", "2021-09-20", "--json"]);
    let codes: Vec<&str> = diff.as_array().expect("a list").iter().filter_map(|d| d["code"].as_str()).collect();
    assert_eq!(codes, ["HN1_22", "mentors"], "the figure that changed, and the text that carries it");

    let said = place.refused(&["override", "hunan-filing-summary-2016", "2021-09-20", "HN3_01", "5", "--reason", "错"]);
    assert!(said.contains("是文字，不能填数字"), "{said}");
    let args = ["override", "shanxi-recognition-2022", "2021-09-20", "SX1_15", "12.5", "--reason", "补账"];
    place.done(&args);
    place.done(&["explain", "shanxi-recognition-2022", "2021-09-20", "SX08", "补账"]);
    let said = place.refused(&["seal", "shanxi-recognition-2022", "2021-09-20"]);
    assert!(
        said.contains("警示 SX09") && said.contains("创业导师数 7 → 6"),
        "a figure in a text changed since: {said}"
    );
    place.done(&["text", "shanxi-recognition-2022", "2021-09-20", "SX1_41", "--confirm"]);
    place.done(&["seal", "shanxi-recognition-2022", "2021-09-20"]);
    let diff = place.json(&["diff", "shanxi-recognition-2022", "2021-09-20", "--json"]);
    let codes: Vec<&str> = diff.as_array().expect("a list").iter().filter_map(|d| d["code"].as_str()).collect();
    assert!(!codes.contains(&"SX1_15"), "a value typed by hand is the same value afterwards: {diff}");
}

#[test]
fn the_citys_report_goes_out_as_plain_text() {
    let place = Place::sample("plain");
    let out = place.path("报告.txt");
    place.done(&["export", "city-report-2016", "2022-06-30", "--out", out.to_str().expect("UTF-8")]);
    let text = std::fs::read_to_string(&out).expect("written");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..3], ["青禾众创空间工作实施进展情况报告", "（截至2022年6月30日）", "一、众创空间建设"], "{text}");
    assert!(lines[3].starts_with("现有场地 2480 平方米，其中公共区域 560 平方米，提供工位 168 个"), "{text}");
    assert!(lines.contains(&"云溪职业学院（盖章）"), "and its signature: {text}");
    // Any other table comes out too: numbers with their unit, columns with a tab between them.
    let out = place.path("名单.TXT");
    place.done(&["export", "roster-ip-2026", "2022-06-30", "--out", out.to_str().expect("UTF-8")]);
    let text = std::fs::read_to_string(&out).expect("written");
    assert!(
        text.contains("序号\t权利人\t类别\t名称") && text.contains("\n1\t云溪蜂鸟配送技术有限公司\t软件著作权\t"),
        "{text}"
    );
    let filled = filled_on(form("hunan-filing-2016"), &SAMPLE, "2022-06-30").plain();
    assert!(filled.contains("成立时间　2016年5月10日　场地面积　2480平方米"), "{filled}");
}

/// An annex that another province might ask for: nothing of it is known to the program.
const NEW_PROVINCE: &str = r#"
id = "yunnan-report-2027"
title = "云南省众创空间年度情况表"
issuer = "云南省科学技术厅"
source = "测试用表"
official = false
period = "day"

[[section]]
label = "情况"

[[section.cell]]
code = "yn1"
label = "空间名称"
profile = "space.name"

[[section.cell]]
code = "yn2"
label = "孵化服务收入"
unit = "万元"
decimals = 1
sum = "income.amount"
where = ["line = 服务收入|财政补贴", "received_on within last_year"]

[[section.cell]]
code = "yn3"
label = "典型案例"
text = 20

[[check]]
id = "YN1"
level = "error"
limits = "all"
say = "{label}限{limit}字，现有{length}字"

[layout]
widths = [20, 30]

[[layout.row]]
height = 40
border = "none"
box = [{ text = "云南省众创空间年度情况表", columns = 2, size = 18 }]

[[layout.row]]
box = [{ text = "空间名称" }, { cell = "yn1" }]

[[layout.row]]
box = [{ text = "去年孵化服务收入（万元）" }, { cell = "yn2" }]

[[layout.row]]
height = 80
box = [{ text = "典型案例（限20字）" }, { cell = "yn3" }]
"#;

#[test]
fn a_new_provinces_annex_is_one_file_and_no_build() {
    let place = Place::sample("province");
    let own = place.path("data").join("forms");
    std::fs::create_dir_all(&own).expect("the manager's folder of forms");
    std::fs::write(own.join("云南2027.toml"), NEW_PROVINCE).expect("one file");
    let forms = place.json(&["forms", "--json"]);
    let listed = forms.as_array().expect("a list").iter().find(|f| f["id"] == "yunnan-report-2027");
    assert!(listed.is_some_and(|f| f["official"] == false && f["period"] == "day"), "{forms}");
    let filled = place.json(&["fill", "yunnan-report-2027", "2022-06-30", "--json"]);
    assert_eq!(filled["cells"][0]["value"], "青禾众创空间");
    // 147 千元 of 2021's published report fall into the first three quarters: 14.7 万元 at least.
    let income = filled["cells"][1]["value"].as_f64().expect("an amount");
    let exact = filled["cells"][1]["exact"].as_f64().expect("分") / 1_000_000.0;
    assert!(income >= 14.7 && (income - exact).abs() <= 0.05, "one decimal of 万元: {income} of {exact}");
    let exactly = ledger(&[("income", &[("received_on", "2021-05-05"), ("line", "服务收入"), ("amount", "70500")])]);
    let parsed = parse("云南2027.toml", NEW_PROVINCE).expect("sound");
    assert_eq!(shown(&filled_on(&parsed, &exactly, "2022-06-30"), "yn2"), "7.1", "7.05 万元 with one decimal");
    let out = place.path("云南.xlsx");
    place.done(&["export", "yunnan-report-2027", "2022-06-30", "--out", out.to_str().expect("UTF-8")]);
    let paper = &read(&std::fs::read(&out).expect("written"))["云南省众创空间年度情况表"];
    assert_eq!(paper.get(&(0, 0)), Some(&Data::String("云南省众创空间年度情况表".into())));
    assert_eq!(paper.get(&(2, 1)), Some(&Data::Float(income)));
}

#[test]
fn telephone_numbers_leave_the_house_masked_on_wish_but_never_on_official_forms() {
    let place = Place::sample("masking");
    let on = NaiveDate::from_ymd_opt(2022, 6, 30).expect("a day");
    let mut desk = Desk::open(&place.path("data"), "tests", on).expect("opens");
    // How many numbers stand there whole, and how many with their middle hidden.
    let numbers = |text: &str| {
        let runs = text.split(|c: char| !c.is_ascii_digit() && c != '*');
        let all: Vec<&str> = runs.filter(|run| run.len() == 11 && run.starts_with('1')).collect();
        let hidden = all.iter().filter(|run| run.contains("****")).count();
        (all.len() - hidden, hidden)
    };
    let words = |bytes: Vec<u8>| {
        let sheets = read(&bytes);
        let cells = sheets.into_values().flat_map(|sheet| sheet.into_values()).map(|cell| cell.to_string());
        let mut cells: Vec<String> = cells.collect();
        cells.sort();
        cells.join("\n")
    };
    let sent = |desk: &Desk| {
        ["roster-mentor-huzhou-2026", "roster-team-2026", "hunan-filing-2016", "hunan-base-summary-2021"]
            .map(|form| words(desk.export(form, "2022-06-30", Choice::default()).expect("exported")))
    };
    let whole = sent(&desk);
    for text in &whole {
        let (open, hidden) = numbers(text);
        assert!(open > 0 && hidden == 0, "without a word all numbers are whole: {text}");
    }
    desk.settings_mut().set(MASKING_EXPORTS, true.into()).expect("remembered");
    let masked = sent(&desk);
    for (before, after) in whole.iter().zip(&masked).take(2) {
        let (open, _) = numbers(before);
        // The person who fills it in is the space's own.
        let own = numbers(after).0;
        assert!(own <= 1 && numbers(after) == (own, open - own), "each is there, its middle hidden: {after}");
    }
    assert!(masked[2] == whole[2], "an official form asks for whole numbers");
    assert!(masked[3] == whole[3], "the space's own contact is there to be rung");
    let hidden = |text: &str| numbers(text).1 > 0;
    assert!(hidden(&desk.plain("roster-team-2026", "2022-06-30", Choice::default()).expect("text")), "as text too");
    assert!(hidden(&words(desk.list_workbook("mentor").expect("a list"))), "and in a list of records");
    let shown = desk.fill("roster-team-2026", "2022-06-30", Choice::default()).expect("filled");
    assert!(!hidden(&shown.plain()), "on screen the table shows what is recorded");
}

#[test]
fn columns_of_tables_that_are_not_public_are_the_managers_own() {
    let place = Place::sample("tailor");
    let on = NaiveDate::from_ymd_opt(2022, 6, 30).expect("a day");
    let mut desk = Desk::open(&place.path("data"), "tests", on).expect("opens");
    let mut fixed = Vec::new();
    for form in SHELF.sound.iter().filter(|form| !form.official) {
        let id = form.id.as_str();
        let columns = |desk: &Desk, roster: usize| -> Vec<String> {
            let pattern = desk.pattern(id).expect("a form");
            pattern.rosters[roster].columns.iter().map(|column| column.label.clone()).collect()
        };
        let before = desk.pattern(id).expect("a form");
        if !before.fixed.is_empty() {
            fixed.push(id);
            continue;
        }
        let period = match form.period {
            PeriodKind::Quarter => "2022Q2",
            PeriodKind::Year => "2021",
            PeriodKind::Day => "2022-06-30",
        };
        for (roster, had) in before.rosters.iter().enumerate() {
            let change = |desk: &mut Desk, what: Tailoring| {
                let done = desk.tailor(id, &what);
                done.unwrap_or_else(|e| panic!("{id} {what:?}: {e}"));
                desk.export(id, period, Choice::default()).unwrap_or_else(|e| panic!("{id} after {what:?}: {e}"))
            };
            let value = had.contents.iter().map(|c| c.value.as_str()).find(|v| v.contains("name")).unwrap_or("blank");
            for (label, value) in [("新栏目", value), ("空白栏", "blank")] {
                let unit = None;
                change(&mut desk, Tailoring::AddColumn { label: label.into(), value: value.into(), unit, roster });
            }
            let old: Vec<String> = had.columns.iter().map(|column| column.label.clone()).collect();
            let with = |more: &[&str]| [&old[..], &more.iter().map(|m| (*m).to_owned()).collect::<Vec<_>>()].concat();
            assert_eq!(columns(&desk, roster), with(&["新栏目", "空白栏"]), "{id}: at the right");
            let again = Tailoring::AddColumn { label: "新栏目".into(), value: "blank".into(), unit: None, roster };
            assert!(desk.tailor(id, &again).expect_err("twice").to_string().contains("已经有"), "{id}");
            let (label, to) = ("新栏目".to_owned(), "改名栏目".to_owned());
            change(&mut desk, Tailoring::RenameColumn { label, to, unit: None, roster });
            change(&mut desk, Tailoring::MoveColumn { label: "改名栏目".into(), at: 0, roster });
            change(&mut desk, Tailoring::RemoveColumn { label: old[0].clone(), roster });
            let mut want = vec!["改名栏目".to_owned()];
            want.extend_from_slice(&old[1..]);
            want.push("空白栏".into());
            assert_eq!(columns(&desk, roster), want, "{id}: renamed, in front, one gone");
            let sheets = read(&change(&mut desk, Tailoring::RemoveColumn { label: "空白栏".into(), roster }));
            let shown = |word: &str| sheets.values().any(|s| s.values().any(|cell| *cell == word));
            assert!(shown("改名栏目") && !shown("空白栏"), "{id}: it prints with the columns it has");
            assert!(!had.kind.is_empty() || shown("青禾众创空间"), "{id}: and with what stands in them");
        }
        if before.rosters.is_empty() {
            let unit = "人".to_owned();
            desk.tailor(id, &Tailoring::AddIndicator { label: "新指标".into(), unit }).expect("added");
            assert!(desk.pattern(id).expect("a form").indicators.iter().any(|one| one.label == "新指标"), "{id}");
        }
        desk.tailor(id, &Tailoring::Reset).expect("brought back");
        assert_eq!(desk.pattern(id).expect("a form"), before, "{id}: as the program brought it");
    }
    let papers = ["city-report-2016", "city-targets-2016", "torch-enterprise-2018", "torch-enterprise-2025"];
    assert_eq!(fixed, papers, "papers laid out around their records are changed as files");
    for form in SHELF.sound.iter().filter(|form| form.official) {
        let label = "新栏目".to_owned();
        let add = Tailoring::AddColumn { label, value: "blank".into(), unit: None, roster: 0 };
        assert!(desk.tailor(&form.id, &add).is_err(), "{}: an official form stays as it is", form.id);
    }
}

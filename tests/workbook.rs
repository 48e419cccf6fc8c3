//! Workbooks as others see them: read back cell by cell, opened by LibreOffice, printed.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, Reader, Xlsx};
use chrono::NaiveDate;
use incubator::form::{Breach, Cell, Content, Filled, Gap, HeadItem, Level, RosterRow, RosterTable, Source};
use incubator::ledger::Ledger;
use incubator::period::Basis;
use incubator::record::{Record, Type, Value, kind, shape, shapes};
use incubator::{roster, sample, workbook};

/// Section, code, label, unit, indent, value.
type Line = (Option<&'static str>, &'static str, &'static str, &'static str, u8, i64);

/// The quarter of 2021-09 as the portal printed it.
const PRINTED: [Line; 21] = [
    (Some("一、众创空间运营和服务情况"), "zjf01", "众创空间总收入", "千元", 0, 147),
    (None, "zjf01_1", "其中：服务收入", "千元", 1, 0),
    (None, "zjf01_2", "物业收入", "千元", 1, 0),
    (None, "zjf01_3", "投资收入", "千元", 1, 0),
    (None, "zjf01_4", "财政补贴", "千元", 1, 147),
    (None, "zjf01_5", "其他", "千元", 1, 0),
    (None, "zjf02", "为创业团队和初创企业减免房租的金额", "千元", 0, 330),
    (None, "zjf03", "享受众创空间税收优惠政策免税金额", "千元", 0, 0),
    (None, "zjf04", "开展创新创业活动场次", "场次", 0, 8),
    (Some("二、创业团队情况"), "zjf05", "服务的创业团队数量", "个", 0, 15),
    (None, "zjf05_1", "其中：新入驻创业团队数量", "个", 1, 6),
    (None, "zjf06", "获得投融资创业团队的数量", "个", 0, 0),
    (None, "zjf07", "创业团队获得投融资总额", "千元", 0, 0),
    (None, "zjf08", "创业团队人员数量", "人", 0, 75),
    (None, "zjf08_1", "其中：吸纳应届大学毕业生数量", "人", 1, 18),
    (Some("三、初创企业情况"), "zjf09", "服务的初创企业数量", "个", 0, 7),
    (None, "zjf09_1", "其中：新入驻初创企业数量", "个", 1, 7),
    (None, "zjf10", "获得投融资初创企业的数量", "个", 0, 0),
    (None, "zjf11", "初创企业获得投融资总额", "千元", 0, 0),
    (None, "zjf12", "初创企业吸纳就业人数", "人", 0, 35),
    (None, "zjf12_1", "其中：吸纳应届大学毕业生数量", "人", 1, 3),
];

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn item(name: &str, label: &str, value: Option<&str>, line: u8) -> HeadItem {
    HeadItem { name: name.into(), label: label.into(), value: value.map(Into::into), line }
}

/// The published quarter, filled by hand.
pub fn printed_quarter() -> Filled {
    let cell = |&(section, code, label, unit, indent, value): &Line| Cell {
        section: section.map(Into::into),
        code: code.into(),
        label: label.into(),
        unit: unit.into(),
        indent,
        value: Some(Content::Int(value)),
        computed: Some(Content::Int(value)),
        exact: Some(if unit == "千元" { value * 100_000 } else { value }),
        overridden: false,
        reason: None,
        adjusted: None,
        decimals: 0,
        length: None,
        limit: None,
        raw: None,
        changed: Vec::new(),
        from: Vec::new(),
        gaps: Vec::new(),
        notes: Vec::new(),
        help: "定义".into(),
    };
    let mut cells: Vec<Cell> = PRINTED.iter().map(cell).collect();
    cells[4].from = vec![Source {
        kind: "income",
        id: 3,
        label: "2021-06-18 财政补贴 市级众创空间补助".into(),
        amount: 147.0,
        exact: 14_700_000,
    }];
    cells[13].from = (1..=15)
        .map(|n| Source { kind: "tenant", id: n, label: format!("第{n}团队"), amount: 5.0, exact: 5 })
        .collect();
    cells[13].notes = vec!["第3团队 的人数沿用 2021-06-20 的记录".into()];
    cells[14].gaps = vec![Gap { kind: "tenant", id: 4, say: "第4团队 未填 应届毕业生".into() }];
    Filled {
        form: "torch-quarter-2021".into(),
        title: "众创空间统计监测报表(季报)".into(),
        period: "2021Q3".into(),
        period_label: "2021年09月".into(),
        basis: Basis::Ytd,
        start: day("2021-01-01"),
        cutoff: day("2021-09-20"),
        reported_on: Some(day("2021-09-23")),
        due_on: None,
        official: true,
        columns: ["指标名称", "计量单位", "代码", "数量"].map(Into::into).to_vec(),
        head: vec![
            item("name", "众创空间名称", Some("湖南工艺美术职业学院众创梦工场"), 1),
            item("operator", "运营主体名称", Some("湖南工艺美术职业学院"), 2),
            item("national_filing", "国家备案", Some("1星"), 2),
            item("address", "综合填报单位地址", Some("湖南省益阳市桃江路135号"), 3),
            item("postcode", "邮编", Some("413000"), 3),
        ],
        cells,
        foot: vec![
            item("leader", "负责人", Some("陈鸿俊"), 1),
            item("clerk", "填报人", Some("王坤奇"), 1),
            item("phone", "电话", Some("0737-4110938"), 1),
            item("fax", "传真", Some("0737-4110938"), 1),
            item("signature", "负责人签字", None, 2),
            item("seal", "单位名称(加盖公章)", Some("湖南工艺美术职业学院众创梦工场"), 3),
            item("reported_on", "报出日期", Some("2021年9月23日"), 4),
        ],
        tables: Vec::new(),
        breaches: vec![Breach {
            rule: "R21".into(),
            level: Level::Warning,
            message: "创业团队人员数量恰为团队数的整数倍，像是估算".into(),
            codes: vec!["zjf05".into(), "zjf08".into()],
            records: vec![Gap { kind: "tenant", id: 1, say: "第1团队 人数 5".into() }],
            reason: Some("各团队均为五人".into()),
            offered: None,
        }],
        grid: None,
        sealed_at: None,
        lists_only: false,
    }
}

/// A roster of two records.
fn roster() -> Filled {
    let row = |id, cells| RosterRow { kind: "tenant", id, cells };
    let text = |t: &str| Some(Content::Text(t.into()));
    Filled {
        form: "roster-team".into(),
        title: "入驻创业团队名单".into(),
        period: "2021-09-20".into(),
        period_label: "2021年9月20日".into(),
        official: false,
        columns: Vec::new(),
        head: vec![item("name", "众创空间名称", Some("云溪众创空间"), 1)],
        cells: Vec::new(),
        foot: vec![item("leader", "负责人", None, 1), item("clerk", "填报人", None, 1)],
        tables: vec![RosterTable {
            columns: ["序号", "团队名称", "联系电话", "人数", "获投融资(千元)"].map(Into::into).to_vec(),
            rows: vec![
                row(
                    1,
                    vec![Some(Content::Int(1)), text("竹编工坊"), text("013800000000"), Some(Content::Int(5)), None],
                ),
                row(
                    2,
                    vec![
                        Some(Content::Int(2)),
                        text("湘绣数字化团队，一个名字很长很长很长很长很长很长的团队"),
                        None,
                        None,
                        Some(Content::Decimal(14_650)),
                    ],
                ),
            ],
            widths: vec![6.0, 28.0, 18.0, 8.0, 14.0],
            short: Vec::new(),
        }],
        breaches: Vec::new(),
        ..printed_quarter()
    }
}

pub type Sheets = HashMap<String, HashMap<(u32, u32), Data>>;

/// Every cell of every sheet.
pub fn read(bytes: &[u8]) -> Sheets {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("a workbook");
    let names = book.sheet_names();
    let mut sheets = HashMap::new();
    for name in names {
        let mut reader = book.worksheet_cells_reader(&name).expect("a sheet");
        let mut cells = HashMap::new();
        while let Some(cell) = reader.next_cell().expect("a cell") {
            cells.insert(cell.get_position(), Data::from(cell.get_value().clone()));
        }
        sheets.insert(name, cells);
    }
    sheets
}

fn text(cells: &HashMap<(u32, u32), Data>, row: u32, col: u32) -> String {
    match cells.get(&(row, col)) {
        Some(Data::String(s)) => s.clone(),
        None | Some(Data::Empty) => String::new(),
        Some(other) => panic!("({row},{col}) is {other:?}, not text"),
    }
}

/// Parts of the workbook's ZIP by name, unpacked by the system's unzip.
pub fn unpack(bytes: &[u8], folder: &Path) -> PathBuf {
    let file = folder.join("unpacked.xlsx");
    std::fs::write(&file, bytes).expect("written");
    let to = folder.join("unpacked");
    let done = Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&file).arg(&to).status().expect("python3");
    assert!(done.success(), "the workbook is a sound ZIP");
    to
}

pub fn xml_of(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(xml_of(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap_or_default()));
        }
    }
    found
}

/// A folder of its own for one test, gone afterwards.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("taizhang-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder for the test");
        Scratch(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_quarter_stands_as_printed() {
    let filled = printed_quarter();
    let bytes = workbook::form(&filled).expect("a workbook");
    let sheets = read(&bytes);
    let sheet = &sheets["季报"];
    assert_eq!(text(sheet, 0, 0), "众创空间统计监测报表(季报)", "the title");
    assert_eq!(text(sheet, 1, 0), "2021年09月", "the period as the portal prints it, nothing added");
    assert_eq!(text(sheet, 2, 0), "众创空间名称：湖南工艺美术职业学院众创梦工场");
    assert_eq!(text(sheet, 3, 0), "运营主体名称：湖南工艺美术职业学院");
    assert_eq!(text(sheet, 3, 2), "国家备案：1星", "on the operator's line");
    assert_eq!(text(sheet, 4, 0), "综合填报单位地址：湖南省益阳市桃江路135号");
    assert_eq!(text(sheet, 4, 2), "邮编：413000", "on the address's line, as text");
    let heads: Vec<String> = (0..4).map(|col| text(sheet, 5, col)).collect();
    assert_eq!(heads, ["指标名称", "计量单位", "代码", "数量"]);
    let mut row = 6;
    for (section, code, label, unit, _, value) in PRINTED {
        if let Some(section) = section {
            let line: Vec<String> = (0..4).map(|col| text(sheet, row, col)).collect();
            assert_eq!(line, [section, "", "", ""], "a section has a row of its own");
            row += 1;
        }
        assert_eq!(text(sheet, row, 0), label, "{code}: the wording is not touched");
        assert_eq!(text(sheet, row, 1), unit, "{code}");
        assert_eq!(text(sheet, row, 2), code, "a code is text");
        assert_eq!(sheet.get(&(row, 3)), Some(&Data::Float(value as f64)), "{code}: a number is a number");
        row += 1;
    }
    assert_eq!(text(sheet, row, 0), "负责人：陈鸿俊　　填报人：王坤奇　　电话：0737-4110938　　传真：0737-4110938");
    assert_eq!(text(sheet, row + 1, 0), "负责人签字：", "the signature is left to the hand");
    assert_eq!(text(sheet, row + 2, 0), "单位名称(加盖公章)：湖南工艺美术职业学院众创梦工场");
    assert_eq!(text(sheet, row + 3, 0), "报出日期：2021年9月23日");
    let printed = sheet.iter().filter(|((r, c), v)| (*r > row + 3 || *c > 3) && **v != Data::Empty);
    for ((_, col), _) in printed {
        assert!(*col > 3, "nothing below the date; remarks stand beside the form");
    }
}

#[test]
fn a_blank_figure_is_a_blank_cell() {
    let mut filled = printed_quarter();
    filled.cells[0].value = None;
    let sheets = read(&workbook::form(&filled).expect("a workbook"));
    assert!(matches!(sheets["季报"].get(&(7, 3)), None | Some(Data::Empty)), "blank is not zero");
}

#[test]
fn evidence_names_every_record_and_what_is_missing() {
    let mut filled = printed_quarter();
    filled.cells[0].overridden = true;
    filled.cells[0].reason = Some("补录到账".into());
    filled.cells[1].adjusted = Some("+1".into());
    let sheets = read(&workbook::form(&filled).expect("a workbook"));
    let sheet = &sheets["依据"];
    let rows: Vec<Vec<String>> = (0..=sheet.keys().map(|k| k.0).max().unwrap_or(0))
        .map(|row| (0..8).map(|col| sheet.get(&(row, col)).map(ToString::to_string).unwrap_or_default()).collect())
        .collect();
    let has = |want: [&str; 8]| assert!(rows.iter().any(|r| r == &want), "{want:?} is missing in {rows:#?}");
    has(["zjf01_4", "财政补贴", "千元", "147", "", "", "147", ""]);
    has(["zjf01_4", "", "", "", "收入", "2021-06-18 财政补贴 市级众创空间补助", "147", ""]);
    has(["zjf08", "", "", "", "入驻对象", "第15团队", "5", ""]);
    has(["zjf08", "", "", "", "", "", "", "第3团队 的人数沿用 2021-06-20 的记录"]);
    has(["zjf08_1", "", "", "", "入驻对象", "第4团队 未填 应届毕业生", "", "缺项：记录中没有，未计入"]);
    has(["zjf01", "众创空间总收入", "千元", "147", "", "", "147", "手工填写，理由：补录到账；按记录计算为：147"]);
    has(["zjf01_1", "其中：服务收入", "千元", "0", "", "", "0", "舍位平衡：+1"]);
    for (_, code, ..) in PRINTED {
        assert!(rows.iter().any(|r| r[0] == code), "{code} is accounted for");
    }
}

#[test]
fn checks_are_listed_with_level_and_reason() {
    let sheets = read(&workbook::form(&printed_quarter()).expect("a workbook"));
    let sheet = &sheets["审核"];
    let row = |row| (0..7).map(|col| text(sheet, row, col)).collect::<Vec<_>>();
    assert_eq!(
        row(3),
        ["R21", "警示", "创业团队人员数量恰为团队数的整数倍，像是估算", "zjf05、zjf08", "", "", "各团队均为五人"]
    );
    assert_eq!(row(4), ["R21", "", "", "", "入驻对象", "第1团队 人数 5", ""], "with the record it is about");
    assert!(text(sheet, 1, 0).starts_with("错误0条(必须改正)，警示1条(其中0条尚未说明理由)"));
    let quiet = Filled { breaches: Vec::new(), ..printed_quarter() };
    let sheets = read(&workbook::form(&quiet).expect("a workbook"));
    assert!(text(&sheets["审核"], 1, 0).starts_with("审核全部通过"), "silence is said");
}

#[test]
fn a_draft_a_sealed_and_an_unofficial_form_say_what_they_are() {
    let remarks = |filled: &Filled| {
        let sheets = read(&workbook::form(filled).expect("a workbook"));
        (0..4).map(|row| text(&sheets["季报"], row, 5)).filter(|t| !t.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(remarks(&printed_quarter()), ["内部核对稿", "口径：本年累计", "数据截止日：2021年9月20日"]);
    let sealed = Filled { sealed_at: Some("2021-09-23 10:00".into()), ..printed_quarter() };
    assert_eq!(remarks(&sealed)[0], "已上报封存：2021-09-23 10:00");
    let sheets = read(&workbook::form(&sealed).expect("a workbook"));
    for name in ["依据", "审核"] {
        assert!(text(&sheets[name], 1, 0).contains("已上报封存：2021-09-23 10:00"), "{name} says it too");
    }
    let own = Filled { official: false, ..printed_quarter() };
    assert_eq!(remarks(&own)[0], "非官方");
    let sheets = read(&workbook::form(&own).expect("a workbook"));
    assert_eq!(text(&sheets["季报"], 1, 0), "2021年09月（非官方表样）", "in print as well");
}

#[test]
fn a_roster_is_a_sheet_of_its_own() {
    let sheets = read(&workbook::form(&roster()).expect("a workbook"));
    assert_eq!(sheets.len(), 1, "no figures, nothing to account for");
    let sheet = &sheets["入驻创业团队名单"];
    assert_eq!(text(sheet, 3, 1), "团队名称");
    assert_eq!(text(sheet, 4, 2), "013800000000", "a phone is text with its zero");
    assert_eq!(sheet.get(&(4, 3)), Some(&Data::Float(5.0)));
    assert_eq!(sheet.get(&(5, 4)), Some(&Data::Float(146.5)), "two decimals");
    assert_eq!(text(sheet, 6, 0), "负责人：", "the signature line");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let filled = printed_quarter();
    let first = workbook::form(&filled).expect("a workbook");
    std::thread::sleep(std::time::Duration::from_millis(2100)); // ZIP times count in steps of two seconds
    assert_eq!(first, workbook::form(&filled).expect("a workbook"), "no clock has a part in it");
    let ledger = ledger();
    let team = shape("team").expect("a list");
    let list = || workbook::list(team, &ledger, day("2021-09-20")).expect("a list");
    assert_eq!(list(), list());
}

/// Texts that a spreadsheet might take for something else.
fn dangerous() -> Vec<String> {
    let bodies = [
        "1+1",
        "cmd|'/C calc'!A0",
        "HYPERLINK(\"http://example.com\",\"x\")",
        "SUM(A1:A9)",
        "WEBSERVICE(\"http://example.com\")",
        "DDE(\"cmd\";\"/C calc\";\"x\")",
        "IMPORTXML(1,2)",
        "A1",
        "1,2",
        "2021-09-20",
        "\"引号\"",
        "_x0041_",
        "<b>&amp;</b>",
        "http://example.com/a?b=c&d",
    ];
    let heads = ["=", "+", "-", "@", "\t", "\r", "\n=", "\t=", " =", "'=", "=+", "-+=", "==", "＝"];
    let mut all: Vec<String> = heads.iter().flat_map(|h| bodies.iter().map(move |b| format!("{h}{b}"))).collect();
    all.extend(
        [
            "http://example.com",
            "mailto:a@b.c",
            "file:///etc/passwd",
            "internal:季报!A1",
            "{=1+1}",
            "0001",
            "1E5",
            "TRUE",
        ]
        .map(str::to_owned),
    );
    all.extend(
        ["_x0000_", "_x000D_", "a\u{1}b", "a\u{7f}b", "\u{FFFE}x", "\u{202e}abc", "]]>", "a\r\nb", "😀"]
            .map(str::to_owned),
    );
    all
}

#[test]
fn dangerous_text_stays_text() {
    let texts = dangerous();
    assert!(texts.len() >= 100, "{} is too few", texts.len());
    let mut filled = printed_quarter();
    filled.cells[13].from =
        texts.iter().map(|t| Source { kind: "tenant", id: 1, label: t.clone(), amount: 1.0, exact: 1 }).collect();
    filled.breaches = texts
        .iter()
        .map(|t| Breach {
            rule: "R".into(),
            level: Level::Warning,
            message: t.clone(),
            codes: Vec::new(),
            records: Vec::new(),
            reason: Some(t.clone()),
            offered: None,
        })
        .collect();
    filled.head[0].value = Some("=1+1&D".into());
    filled.title = "=cmd|'/C calc'!A0".into();
    let mut named = ledger_of(&texts);
    let bytes = workbook::form(&filled).expect("a workbook");
    let sheets = read(&bytes);
    let labels: Vec<String> = sheets["依据"].iter().filter(|((_, c), _)| *c == 5).map(|(_, v)| v.to_string()).collect();
    let reasons: Vec<String> =
        sheets["审核"].iter().filter(|((_, c), _)| *c == 6).map(|(_, v)| v.to_string()).collect();
    for t in &texts {
        assert!(labels.contains(t), "{t:?} came back otherwise in 依据");
        assert!(reasons.contains(t), "{t:?} came back otherwise in 审核");
    }
    let team = shape("team").expect("a list");
    let list = workbook::list(team, &named, day("2021-09-20")).expect("a list");
    let names = read(&list);
    for (row, t) in (1..).zip(&texts) {
        assert_eq!(&text(&names["创业团队"], row, 0), t, "in a list");
    }
    named = ledger_of(&["a\0b".to_owned()]);
    let list = workbook::list(team, &named, day("2021-09-20")).expect("NUL breaks nothing");
    assert_eq!(text(&read(&list)["创业团队"], 1, 0), "a␀b", "and is seen");
    let scratch = Scratch::new("dangerous");
    let tables = workbook::form(&Filled { title: "\0=1".into(), ..roster() }).expect("a workbook");
    for made in [bytes, list, tables] {
        let _ = std::fs::remove_dir_all(scratch.0.join("unpacked"));
        for (part, xml) in xml_of(&unpack(&made, &scratch.0)) {
            assert!(!xml.contains("<f>") && !xml.contains("<f "), "{part} holds a formula");
            assert!(!xml.contains("<hyperlink"), "{part} holds a link");
        }
    }
}

/// Two teams, one of which registered its company in 2021-07, with references and every type of field.
fn ledger() -> Ledger {
    let tenant = kind("tenant").expect("a kind");
    let mut team = Record::empty(tenant, 1);
    team.set(tenant, "name", Some(Value::text("竹编工坊")));
    team.set(tenant, "entered_as", Some(Value::text("创业团队")));
    team.set(tenant, "leader_phone", Some(Value::text("013800000000")));
    team.set(tenant, "serial_founder", Some(Value::Bool(false)));
    team.set(tenant, "moved_in_on", Some(Value::Date(day("2021-03-01"))));
    let mut firm = Record::empty(tenant, 2);
    firm.set(tenant, "name", Some(Value::text("湘绣科技有限公司")));
    firm.set(tenant, "entered_as", Some(Value::text("创业团队")));
    firm.set(tenant, "registered_on", Some(Value::Date(day("2021-07-01"))));
    firm.set(tenant, "credit_code", Some(Value::text("91430900MA4L000000")));
    firm.set(tenant, "reg_capital", Some(Value::Int(100_000_050)));
    firm.set(tenant, "moved_in_on", Some(Value::Date(day("2021-03-01"))));
    let mentor = kind("mentor").expect("a kind");
    let mut li = Record::empty(mentor, 1);
    li.set(mentor, "name", Some(Value::text("李导师")));
    let session = kind("session").expect("a kind");
    let mut met = Record::empty(session, 1);
    met.set(session, "mentor", Some(Value::Int(1)));
    met.set(session, "on", Some(Value::Date(day("2021-09-01"))));
    met.set(session, "hours", Some(Value::Int(150)));
    met.set(session, "tenants", Some(Value::Ids([1, 2].into())));
    let relief = kind("rent_relief").expect("a kind");
    let mut month = Record::empty(relief, 1);
    month.set(relief, "tenant", Some(Value::Int(1)));
    month.set(relief, "month", Some(Value::Date(day("2021-08-01"))));
    month.set(relief, "waived", Some(Value::Int(123_450)));
    Ledger::new([(tenant, vec![team, firm]), (mentor, vec![li]), (session, vec![met]), (relief, vec![month])])
}

fn ledger_of(names: &[String]) -> Ledger {
    let tenant = kind("tenant").expect("a kind");
    let team = |(id, name): (i64, &String)| {
        let mut team = Record::empty(tenant, id);
        team.set(tenant, "name", Some(Value::text(name.as_str())));
        team
    };
    Ledger::new([(tenant, (1..).zip(names).map(team).collect())])
}

fn headings(cells: &HashMap<(u32, u32), Data>) -> Vec<String> {
    (0..).map(|col| text(cells, 0, col)).take_while(|t| !t.is_empty()).collect()
}

#[test]
fn a_template_carries_the_headings_of_its_kind() {
    let ledger = ledger();
    for shape in shapes() {
        let sheets = read(&workbook::template(shape, &ledger).expect("a template"));
        let want: Vec<String> =
            shape.fields.iter().filter(|f| f.ty != Type::System).map(|f| f.heading(f.label)).collect();
        assert_eq!(headings(&sheets[shape.label]), want, "{}: unchanged, required or not", shape.name);
        assert_eq!(sheets[shape.label].keys().map(|k| k.0).max(), Some(1), "{}: a heading and the example", shape.name);
        assert!(text(&sheets["填写说明"], 0, 0).contains(shape.label));
    }
}

#[test]
fn a_template_guides_the_hand() {
    let scratch = Scratch::new("template");
    let names: Vec<String> = (0..300).map(|n| format!("第{n}号团队")).collect();
    let shape = shape("snapshot").expect("a kind");
    let made = workbook::template(shape, &ledger_of(&names)).expect("a template");
    let parts: HashMap<String, String> = xml_of(&unpack(&made, &scratch.0)).into_iter().collect();
    let part = |end: &str| parts.iter().find(|(name, _)| name.ends_with(end)).map_or("", |(_, xml)| xml.as_str());
    let sheet = part("sheet1.xml");
    assert!(sheet.contains("<formula1>'选项'!$A$2:$A$301</formula1>"), "300 names are too long for the rule itself");
    assert!(sheet.contains("<pane xSplit=\"1\" ySplit=\"1\""), "the heading stays in sight");
    assert!(
        part("workbook.xml").contains("name=\"选项\" sheetId=\"3\" state=\"hidden\""),
        "the names are out of the way"
    );
    let notes = part("comments1.xml");
    let heads = headings(&read(&made)[shape.label]).len();
    assert_eq!(notes.matches("<comment ").count(), heads, "a note on every heading");
    assert!(notes.contains("【必填】"), "that says what is required");
    let firm = incubator::record::shape("enterprise").expect("a list");
    let made = workbook::template(firm, &Ledger::default()).expect("a template");
    let _ = std::fs::remove_dir_all(scratch.0.join("unpacked"));
    let parts: HashMap<String, String> = xml_of(&unpack(&made, &scratch.0)).into_iter().collect();
    let sheet = &parts.iter().find(|(name, _)| name.ends_with("sheet1.xml")).expect("a sheet").1;
    assert!(sheet.contains("<formula1>\"是,否\"</formula1>"), "yes and no");
    assert!(sheet.contains("<formula1>\"一般纳税人,小规模纳税人\"</formula1>"), "a short closed list");
    assert!(sheet.contains("type=\"date\""), "dates are checked");
    let styles = &parts.iter().find(|(name, _)| name.ends_with("styles.xml")).expect("styles").1;
    assert!(styles.contains("yyyy-mm-dd"), "dates look like dates");
}

#[test]
fn a_list_holds_what_the_records_hold() {
    let ledger = ledger();
    let today = day("2021-09-20");
    let cell = |name: &str, field: &str, row: u32| {
        let shape = shape(name).expect("a shape");
        let sheets = read(&workbook::list(shape, &ledger, today).expect("a list"));
        let at = shape.fields.iter().position(|f| f.name == field).expect("a field") as u32;
        sheets[shape.label].get(&(row, at)).cloned().unwrap_or(Data::Empty)
    };
    let text = |t: &str| Data::String(t.into());
    assert_eq!(cell("team", "name", 1), text("竹编工坊"), "still a team");
    assert_eq!(cell("team", "name", 2), Data::Empty, "the other is an enterprise today");
    assert_eq!(cell("team", "leader_phone", 1), text("013800000000"));
    assert_eq!(cell("team", "serial_founder", 1), text("否"), "no is not blank");
    assert_eq!(cell("team", "is_tech", 1), Data::Empty, "and blank is not no");
    assert_eq!(cell("enterprise", "name", 1), text("湘绣科技有限公司"));
    assert_eq!(cell("enterprise", "credit_code", 1), text("91430900MA4L000000"));
    assert_eq!(cell("enterprise", "reg_capital", 1), Data::Float(1_000_000.5), "money in 元");
    assert_eq!(cell("rent_relief", "tenant", 1), text("竹编工坊"), "a reference by its name");
    let Data::DateTime(on) = cell("enterprise", "registered_on", 1) else { panic!("a date is a real date") };
    assert_eq!(on.to_ymd_hms_milli(), (2021, 7, 1, 0, 0, 0, 0));
    assert_eq!(cell("session", "tenants", 1), text("竹编工坊、湘绣科技有限公司"), "several names");
    assert_eq!(cell("session", "hours", 1), Data::Float(1.5));
    let Data::DateTime(month) = cell("rent_relief", "month", 1) else { panic!("a month is a real date") };
    assert_eq!(month.to_ymd_hms_milli(), (2021, 8, 1, 0, 0, 0, 0));
    assert_eq!(cell("rent_relief", "standard", 1), Data::Empty, "blank is not zero");
}

/// LibreOffice with a profile of its own, so that no other one that runs is in its way.
pub fn convert(files: &[PathBuf], to: &str, folder: &Path) {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let done = Command::new("soffice")
        .args([&profile, "--headless", "--norestore", "--convert-to", to, "--outdir"])
        .arg(folder)
        .args(files)
        .output()
        .expect("LibreOffice");
    assert!(done.status.success(), "LibreOffice: {}", String::from_utf8_lossy(&done.stderr));
}

pub fn run(program: &str, file: &Path) -> String {
    let mut command = Command::new(program);
    command.arg(file);
    if program == "pdftotext" {
        command.arg("-");
    }
    String::from_utf8_lossy(&command.output().expect(program).stdout).into_owned()
}

#[test]
fn the_quarter_prints_on_one_page() {
    let scratch = Scratch::new("print");
    let file = scratch.0.join("季报.xlsx");
    // Without records and breaches the other two sheets have one page each.
    let mut filled = printed_quarter();
    for cell in &mut filled.cells {
        cell.from.clear();
    }
    std::fs::write(&file, workbook::form(&filled).expect("a workbook")).expect("written");
    convert(std::slice::from_ref(&file), "pdf", &scratch.0);
    let pdf = scratch.0.join("季报.pdf");
    let about = run("pdfinfo", &pdf);
    let pages = about.lines().find_map(|l| l.strip_prefix("Pages:")).map(str::trim);
    assert_eq!(pages, Some("3"), "one page for each sheet: {about}");
    let size = about.lines().find_map(|l| l.strip_prefix("Page size:")).map(str::trim).unwrap_or("");
    let sides: Vec<f64> = size.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!(
        matches!(sides[..], [wide, high] if (wide - 595.0).abs() < 2.0 && (high - 842.0).abs() < 2.0),
        "A4 upright: {size}"
    );
    let print = run("pdftotext", &pdf);
    let first = print.split('\u{c}').next().unwrap_or("");
    for want in ["众创空间统计监测报表(季报)", "2021年09月", "zjf12_1", "报出日期：2021年9月23日", "内部核对稿"]
    {
        assert!(first.contains(want), "the first page holds {want}: {first}");
    }
}

#[test]
fn odd_forms_still_become_workbooks() {
    let item = |n: u8| item("x", &"很长的标签".repeat(usize::from(n)), Some(&"值".repeat(usize::from(n) * 9)), n / 3);
    let table = |columns: usize, widths: Vec<f64>| RosterTable {
        columns: (0..columns).map(|n| format!("第{n}列")).collect(),
        rows: vec![
            RosterRow { kind: "tenant", id: 1, cells: vec![Some(Content::Int(1))] },
            RosterRow { kind: "tenant", id: 2, cells: vec![Some(Content::Text("长".repeat(40_000))); columns + 3] },
        ],
        widths,
        short: Vec::new(),
    };
    for (name, filled) in [
        ("nothing at all", Filled { cells: Vec::new(), head: Vec::new(), foot: Vec::new(), ..printed_quarter() }),
        ("one column", Filled { columns: vec!["指标".into()], ..printed_quarter() }),
        ("many items", Filled { head: (0..60).map(item).collect(), ..printed_quarter() }),
        ("odd tables", Filled { tables: vec![table(0, Vec::new()), table(3, vec![f64::NAN, -1.0, 1e9])], ..roster() }),
        ("figures and a table", Filled { tables: vec![table(2, vec![8.0])], ..printed_quarter() }),
        ("the first day there is", Filled { start: NaiveDate::MIN, cutoff: NaiveDate::MIN, ..printed_quarter() }),
        ("the last", Filled { cutoff: NaiveDate::MAX, ..printed_quarter() }),
        ("a title of signs", Filled { period: "2021".into(), title: "[/\\?*:]'".into(), ..printed_quarter() }),
    ] {
        let made = workbook::form(&filled).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(!read(&made).is_empty(), "{name} reads back");
    }
    let scratch = Scratch::new("odd");
    let ancient = workbook::form(&Filled { cutoff: NaiveDate::MIN, ..printed_quarter() }).expect("a workbook");
    let parts = xml_of(&unpack(&ancient, &scratch.0));
    let core = parts.iter().find(|(name, _)| name.ends_with("core.xml")).map_or("", |(_, xml)| xml.as_str());
    assert!(core.contains(">1980-01-01T"), "no date that Excel would call damage: {core}");
    let both = Filled { tables: vec![table(2, vec![8.0])], ..printed_quarter() };
    let names: Vec<String> = read(&workbook::form(&both).expect("a workbook")).into_keys().collect();
    for name in ["季报", "附表1", "依据", "审核"] {
        assert!(names.iter().any(|n| n == name), "{name} is missing in {names:?}");
    }
}

#[test]
fn a_list_that_libreoffice_saved_again_reads_back_unchanged() {
    let scratch = Scratch::new("saved-again");
    let ledger = sample::ledger().expect("the sample");
    let lists = ["team", "snapshot", "rent_relief", "session"].map(|name| shape(name).expect("a shape"));
    let files = lists.map(|list| {
        let file = scratch.0.join(format!("{}.xlsx", list.name));
        std::fs::write(&file, workbook::list(list, &ledger, day("2021-09-20")).expect("a list")).expect("written");
        file
    });
    let again = scratch.0.join("again");
    std::fs::create_dir(&again).expect("a folder");
    convert(&files, "xlsx", &again);
    for list in lists {
        let file = format!("{}.xlsx", list.name);
        let bytes = std::fs::read(again.join(&file)).expect("saved");
        let found = roster::read(&bytes, &file, list, &ledger).expect("readable").counts();
        assert_eq!((found.new, found.changed, found.flawed), (0, 0, 0), "{}: nothing became anything else", list.name);
        assert!(found.same > 10, "{}: and every row was found", list.name);
    }
}

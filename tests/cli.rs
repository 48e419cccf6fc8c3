//! The command line as the real program: exit codes, texts, JSON, and the whole road from a blank
//! template to a filed report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::Workbook;
use serde_json::Value;

const FORM: &str = "torch-quarterly-2021";
const PUBLISHED: [i64; 21] = [147, 0, 0, 0, 147, 0, 330, 0, 8, 15, 6, 0, 0, 75, 18, 7, 7, 0, 0, 35, 3];

/// The program, built once from the present source beside this test.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        // …/target/debug/deps/all-0123 → …/target/debug
        let test = std::env::current_exe().expect("this test has a path");
        let folder = test.parent().and_then(Path::parent).expect("tests lie in deps of a profile's folder");
        let target = folder.parent().expect("a profile lies in the target folder");
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "incubator", "--bin", "taizhang-cli", "--target-dir"]).arg(target);
        if folder.ends_with("release") {
            build.arg("--release");
        }
        let built = build.current_dir(env!("CARGO_MANIFEST_DIR")).status().expect("cargo runs");
        assert!(built.success(), "taizhang-cli builds");
        folder.join(format!("taizhang-cli{}", std::env::consts::EXE_SUFFIX))
    })
}

/// An empty folder of this test's own; the store lies in `data` below it.
pub struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Place {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}"));
        if path.exists() {
            std::fs::remove_dir_all(&path).expect("the folder of the last run goes away");
        }
        std::fs::create_dir_all(&path).expect("a fresh folder");
        Place(path)
    }

    /// With the sample in its store: a copy of one that is made once.
    pub fn sample(name: &str) -> Place {
        static MADE: OnceLock<Place> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let place = Place::new("sample");
            place.done(&["sample"]);
            place
        });
        let place = Place::new(name);
        copy(&made.path("data"), &place.path("data"));
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn run(&self, args: &[&str]) -> Said {
        said(Command::new(program()).arg("--data").arg(self.path("data")).args(["--today", "2021-09-23"]).args(args))
    }

    /// What a command that succeeds prints.
    pub fn done(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 0, "{args:?} is done: {}", said.err);
        assert_eq!(said.err, "", "{args:?} has nothing to complain of");
        said.out
    }

    pub fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.done(args)).unwrap_or_else(|e| panic!("{args:?} gives JSON: {e}"))
    }

    /// The reason with which a command is refused.
    pub fn refused(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 1, "{args:?} is refused, but: {}{}", said.out, said.err);
        assert_ne!(said.err, "", "{args:?} says why");
        said.err
    }

    fn figures(&self, period: &str) -> Vec<i64> {
        let filled = self.json(&["fill", FORM, period, "--json"]);
        filled["cells"].as_array().expect("cells").iter().map(|c| c["value"].as_i64().expect("a number")).collect()
    }

    fn count(&self, kind: &str) -> usize {
        self.json(&["list", kind, "--json"]).as_array().expect("a list").len()
    }

    /// Fills the template of a list with rows of texts and numbers, under the headings named.
    fn roster(&self, kind: &str, heads: &[&str], rows: &[&[&str]]) -> PathBuf {
        let template = self.path(&format!("{kind}-template.xlsx"));
        self.done(&["template", kind, "--out", template.to_str().expect("UTF-8")]);
        let (sheet, cells) = first_sheet(&template);
        let columns: Vec<usize> = heads
            .iter()
            .map(|head| {
                let at = cells[0].iter().position(|c| c == head);
                at.unwrap_or_else(|| panic!("the {kind} template has no {head}: {:?}", cells[0]))
            })
            .collect();
        let mut book = Workbook::new();
        let page = book.add_worksheet().set_name(&sheet).expect("the template's sheet name");
        for (column, head) in cells[0].iter().enumerate() {
            page.write_string(0, u16::try_from(column).unwrap(), head).unwrap();
        }
        for (at, row) in rows.iter().enumerate() {
            for (column, text) in columns.iter().zip(*row) {
                let (at, column) = (u32::try_from(at + 1).unwrap(), u16::try_from(*column).unwrap());
                match text.parse::<f64>() {
                    // Codes and phones are texts, amounts and counts are numbers, as people type them.
                    Ok(number) if text.len() < 10 && !text.starts_with('0') => page.write_number(at, column, number),
                    _ => page.write_string(at, column, *text),
                }
                .unwrap();
            }
        }
        let file = self.path(&format!("{kind}.xlsx"));
        book.save(&file).unwrap();
        file
    }

    fn import(&self, kind: &str, heads: &[&str], rows: &[&[&str]]) -> String {
        let file = self.roster(kind, heads, rows);
        self.done(&["import", kind, file.to_str().expect("UTF-8")])
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder to copy") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn said(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Said { code: status.code().expect("it ends by itself"), out: text(stdout), err: text(stderr) }
}

/// Name and texts of a workbook's first sheet.
fn first_sheet(path: &Path) -> (String, Vec<Vec<String>>) {
    let book: Xlsx<_> = calamine::open_workbook(path).expect("a workbook");
    let name = book.sheet_names()[0].clone();
    (name.clone(), sheet(path, &name))
}

fn sheet(path: &Path, name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = calamine::open_workbook(path).expect("a workbook");
    let range = book.worksheet_range(name).unwrap_or_else(|e| panic!("sheet {name}: {e}"));
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

/// Codes of the printed form with the number beside each.
fn printed(path: &Path) -> BTreeMap<String, i64> {
    let rows = sheet(path, "季报");
    let lines = rows.iter().filter_map(|row| {
        let at = row.iter().position(|c| c.starts_with("zjf"))?;
        Some((row[at].clone(), row.get(at + 1)?.parse().expect("a number stands beside the code")))
    });
    lines.collect()
}

#[test]
fn from_blank_templates_to_the_report() {
    let place = Place::new("road");
    place.import(
        "space",
        &["众创空间名称", "综合填报单位地址", "邮编", "国家备案", "成立时间"],
        &[&["星桥众创空间", "星桥市一路1号", "012345", "是", "2016-05-01"]],
    );
    place.import("operator", &["运营主体名称", "成立日期"], &[&["星桥学院", "2003-06-18"]]);
    place.import(
        "contact",
        &["角色", "姓名", "办公电话", "传真"],
        &[&["负责人", "甲", "0700-5550101", ""], &["填报人", "乙", "0700-5550102", "0700-5550109"]],
    );
    let said = place.import(
        "team",
        &["团队名称", "团队负责人", "联系电话", "入驻日期"],
        &[&["一团队", "张", "13800000001", "2019-03-01"], &["二团队", "李", "13800000002", "2021-07-05"]],
    );
    assert!(said.contains("新增 2"), "the summary counts: {said}");
    place.import(
        "enterprise",
        &["企业名称", "统一社会信用代码", "注册日期", "入驻日期", "联系电话"],
        &[&["一公司", "91990100MAQH010106", "2021-02-01", "2021-03-01", "13800000003"]],
    );
    place.import(
        "snapshot",
        &["入驻对象", "统计日期", "人数(人)", "新吸纳应届大学毕业生(人)"],
        &[
            &["一团队", "2021-06-20", "4", "1"],
            &["二团队", "2021-09-20", "3", "2"],
            &["一公司", "2021-09-20", "9", "0"],
        ],
    );
    place.import(
        "event",
        &["日期", "活动名称"],
        &[&["2021-05-01", "沙龙"], &["2021-09-20", "路演"], &["2021-09-21", "迟到"]],
    );
    place.import(
        "income",
        &["到账日期", "收入类别", "金额(元)"],
        &[
            &["2021-01-01", "服务收入", "1499.99"],
            &["2021-04-01", "财政补贴", "35600.5"],
            &["2020-12-31", "其他", "99999"],
        ],
    );
    place.import(
        "rent_relief",
        &["入驻对象", "月份", "标准租金(元)", "实收租金(元)"],
        &[&["一团队", "2021-01", "2400", "200"], &["一公司", "2021-09", "1300.49", "0"]],
    );
    place.import("financing", &["获投方", "日期", "金额(元)"], &[&["一公司", "2021-08-08", "500000"]]);

    let filled = place.json(&["fill", "torch-quarterly", "2021Q3", "--json"]);
    for (key, want) in [("form", FORM), ("period", "2021Q3"), ("basis", "ytd"), ("cutoff", "2021-09-20")] {
        assert_eq!(filled[key], want, "{key} of the filled form");
    }
    let want = [37, 1, 0, 0, 36, 0, 4, 0, 2, 2, 1, 0, 0, 7, 3, 1, 1, 1, 500, 9, 0];
    assert_eq!(place.figures("2021Q3"), want, "figures of the imported records");
    let errors = filled["breaches"].as_array().expect("breaches").iter().filter(|b| b["level"] == "error");
    assert_eq!(errors.count(), 0, "{:?}", filled["breaches"]);

    let quarter = place.json(&["fill", FORM, "2021Q3", "--basis", "quarter", "--cutoff", "2021-09-21", "--json"]);
    assert_eq!((&quarter["basis"], &quarter["cutoff"]), (&"quarter".into(), &"2021-09-21".into()));
    let value = |code: &str| {
        let cells = quarter["cells"].as_array().expect("cells");
        cells.iter().find(|c| c["code"] == code).expect("the code").clone()
    };
    assert_eq!(value("zjf04")["value"], 2, "the late event and the last day's, not May's");
    assert_eq!(value("zjf01")["value"], 0, "no income after the cut-off of the second quarter");

    let out = place.path("季报.xlsx");
    place.done(&["export", FORM, "2021Q3", "--out", out.to_str().unwrap()]);
    let printed = printed(&out);
    assert_eq!(printed.len(), 21);
    let cells = filled["cells"].as_array().unwrap();
    for (cell, want) in cells.iter().zip(want) {
        assert_eq!(printed[cell["code"].as_str().unwrap()], want, "{cell} in print");
    }
    let text = sheet(&out, "季报").concat().concat();
    assert!(text.contains("012345") && text.contains("星桥众创空间"), "head as imported, codes as text: {text}");

    let enterprise = &place.json(&["list", "enterprise", "--json"])[0];
    assert_eq!(enterprise["credit_code"], "91990100MAQH010106", "eighteen characters come back as they went in");
    assert_eq!(enterprise["leader_phone"], "13800000003");
    assert_eq!(enterprise["reg_capital"], Value::Null, "blank is null, never 0");
    let income = &place.json(&["list", "income", "--json"])[0];
    assert_eq!(income["amount"], 149_999, "money is whole 分");
    assert_eq!(place.json(&["list", "snapshot", "--json"])[0]["tenant"]["label"], "一团队");
}

#[test]
fn a_plan_writes_nothing_and_a_second_import_changes_nothing() {
    let place = Place::new("plan");
    let heads = ["活动名称", "日期", "参加人数(人)"];
    let file = place.roster("event", &heads, &[&["沙龙", "2021-05-01", "30"]]);
    let file = file.to_str().unwrap();
    let plan = place.json(&["import", "event", file, "--plan", "--json"]);
    assert_eq!(plan["rows"][0]["action"], "new");
    assert_eq!(plan["rows"][0]["record"]["attendees"], 30);
    assert!(plan["mapping"].as_array().unwrap().iter().any(|m| m["field"] == "attendees"), "{}", plan["mapping"]);
    assert_eq!(place.count("event"), 0, "a plan writes nothing");
    assert!(place.done(&["import", "event", file, "--plan"]).contains("新增 1"));

    let done = place.json(&["import", "event", file, "--json"]);
    assert_eq!((&done["applied"]["new"], place.count("event")), (&1.into(), 1));
    assert!(place.done(&["import", "event", file]).contains("相同 1"), "the same file again");
    let more = place.roster("event", &heads, &[&["沙龙", "2021-05-01", "31"]]);
    let said = place.done(&["import", "event", more.to_str().unwrap()]);
    assert!(said.contains("修改 1") && said.contains("30") && said.contains("31"), "what changes is shown: {said}");
    assert_eq!(place.json(&["list", "event", "--json"])[0]["attendees"], 31);
}

#[test]
fn flawed_rows_stay_out_and_say_where_they_are() {
    let place = Place::new("flawed");
    let heads = ["日期", "收入类别", "金额(元)"];
    let rows: [&[&str]; 3] =
        [&["2021-05-01", "服务收入", "100"], &["2021-13-01", "服务收入", "5"], &["2021-06-01", "彩票", "-5"]];
    let heads = [&["到账日期"][..], &heads[1..]].concat();
    let file = place.roster("income", &heads, &rows);
    let file = file.to_str().unwrap();
    let plan = place.run(&["import", "income", file, "--plan"]);
    assert_eq!(plan.code, 0, "a plan with flaws is still a plan: {}", plan.err);
    assert!(plan.err.contains("A3") && plan.err.contains("B4"), "each flaw has its cell: {}", plan.err);
    let said = place.run(&["import", "income", file]);
    assert_eq!(said.code, 1, "rows that were left out must not pass unseen");
    assert!(said.err.contains("A3") && said.err.contains("B4") && said.err.contains("2 行"), "{}", said.err);
    assert!(said.out.contains("新增 1"), "{}", said.out);
    assert_eq!(place.count("income"), 1, "the sound row came in");

    let junk = place.path("junk.xlsx");
    std::fs::write(&junk, b"this is no workbook").unwrap();
    place.refused(&["import", "income", junk.to_str().unwrap()]);
    let missing = place.refused(&["import", "income", "没有这个文件.xlsx"]);
    assert!(missing.contains("没有这个文件.xlsx"), "{missing}");
}

#[test]
fn an_import_is_steered_from_the_command_line() {
    let place = Place::new("steered");
    let file = place.path("名册.csv");
    let text = "团队,带头的,来的日子\n甲,张三（组长）、李四,2021-05-01\n乙,王五,2021-05-02\n丙,赵六,去年\n丁,,\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let json =
        |args: &[&str]| -> Value { serde_json::from_str(&place.run(args).out).expect("JSON beside the complaints") };
    let mend = place.path("改正.xlsx");
    let mend = mend.to_str().unwrap();
    let base = [
        "import",
        "team",
        file,
        "--heading-row",
        "1",
        "--map",
        "A=name",
        "--map",
        "b=团队负责人",
        "--map",
        "C=入驻日期",
    ];
    let with = |more: &[&'static str]| [&base[..], more].concat();
    let plan = json(&with(&["--plan", "--json"]));
    let actions: Vec<&str> = plan["rows"].as_array().unwrap().iter().map(|r| r["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["new", "new", "flawed", "flawed"]);
    assert_eq!(plan["mapping"][1]["field"], "leader_name", "letters in either case, labels as well as names");
    assert_eq!(plan["rows"][0]["people"].as_array().map(Vec::len), Some(2));
    assert!(place.refused(&with(&["--leave", "3,9"])).contains("第 9 行"), "a row that is not there is a slip");
    let said = place.run(&[&with(&["--leave", "3"])[..], &["--correction", mend]].concat());
    assert_eq!(said.code, 1, "two rows were left out for their flaws: {}", said.err);
    assert_eq!(place.count("team"), 1, "and one by choice");
    assert_eq!(place.count("member"), 2);
    // The mapping is remembered for files of this shape, the correction file among them.
    let again = json(&["import", "team", mend, "--heading-row", "1", "--plan", "--json"]);
    let flawed: Vec<_> = again["rows"].as_array().unwrap().iter().map(|r| r["action"].as_str().unwrap()).collect();
    assert_eq!(flawed, ["flawed", "flawed"], "{again}");
    assert_eq!(again["mapping"][0]["sure"], "remembered");
    let afresh =
        json(&["import", "team", mend, "--heading-row", "1", "--afresh", "--map", "A=name", "--plan", "--json"]);
    assert_eq!(afresh["mapping"][2]["field"], Value::Null, "nothing is remembered afresh");
}

#[test]
fn the_sample_is_the_published_report() {
    let place = Place::sample("published");
    assert_eq!(place.figures("2021Q3"), PUBLISHED);
    let filled = place.json(&["fill", FORM, "2021Q3", "--json"]);
    let cell = &filled["cells"][0];
    for key in ["code", "label", "unit", "value", "overridden", "from", "gaps"] {
        assert!(cell.get(key).is_some(), "a cell has {key}: {cell}");
    }
    assert_eq!(
        (&cell["code"], &cell["label"], &cell["unit"]),
        (&"zjf01".into(), &"众创空间总收入".into(), &"千元".into())
    );
    let from = cell["from"].as_array().expect("records");
    assert_eq!(from.len(), 4, "four subsidies make the income: {from:?}");
    let sum: f64 = from.iter().map(|r| r["amount"].as_f64().expect("a number")).sum();
    assert!((sum - 146.743_3).abs() < 1e-9, "amounts in the cell's unit, unrounded: {sum}");
    assert!(from.iter().all(|r| r["kind"] == "income" && r["id"].is_i64() && r["label"].is_string()), "{from:?}");
    for breach in filled["breaches"].as_array().expect("breaches") {
        assert_eq!(breach["level"], "warning", "the published quarter has no 错误: {breach}");
        assert!(
            breach["reason"].is_string() && breach["rule"].is_string() && breach["message"].is_string(),
            "{breach}"
        );
    }
    let text = place.done(&["fill", FORM, "2021Q3"]);
    for part in ["2021年09月", "zjf05 服务的创业团队数量：15 个", "众创空间名称：青禾众创空间", "警示 R21"]
    {
        assert!(text.contains(part), "“{part}” is missing in:\n{text}");
    }
    let roster = place.done(&["fill", "roster-team-2026", "2021-09-20"]);
    assert!(roster.contains("截至 2021-09-20") && roster.contains("墨竹智绘团队"), "a roster of one day:\n{roster}");
    assert!(place.refused(&["sample"]).contains("已有记录"), "a store in use is not mixed with the sample");
    assert_eq!(place.count("team") + place.count("enterprise"), place.count("tenant"), "two lists part the tenants");
    assert_eq!(place.done(&["undo"]).trim(), "已撤销：打开示例", "the sample is one step");
    assert_eq!(place.count("tenant"), 0);
    place.done(&["sample"]);
    assert_eq!(place.figures("2021Q3"), PUBLISHED, "again, in a store whose ids have been used");
    assert!(place.done(&["verify"]).contains("完好"));
}

#[test]
fn a_sealed_quarter_stands_still() {
    let place = Place::sample("seal");
    assert!(place.refused(&["diff", FORM, "2021Q3"]).contains("没有封存"));
    place.done(&["seal", FORM, "2021Q3"]);
    assert!(place.refused(&["seal", FORM, "2021Q3"]).contains("已"), "sealed once");
    assert!(place.done(&["diff", FORM, "2021Q3"]).contains("一致"));
    let out = |name: &str| place.path(name).to_str().unwrap().to_owned();
    place.done(&["export", FORM, "2021Q3", "--out", &out("before.xlsx")]);

    place.import("event", &["日期", "活动名称"], &[&["2021-08-01", "补登的活动"]]);
    assert_eq!(place.figures("2021Q3"), PUBLISHED, "what was filed is shown as filed");
    let diff = place.json(&["diff", FORM, "2021Q3", "--json"]);
    assert_eq!((&diff[0]["code"], &diff[0]["sealed"], &diff[0]["now"]), (&"zjf04".into(), &8.into(), &9.into()));
    assert_eq!(diff[0]["records"][0]["label"], "2021-08-01 补登的活动");
    assert_eq!(diff.as_array().unwrap().len(), 1, "nothing else moved: {diff}");
    assert!(place.done(&["diff", FORM, "2021Q3"]).contains("已上报 8，现台账 9"));
    place.done(&["export", FORM, "2021Q3", "--out", &out("after.xlsx")]);
    let bytes = |name: &str| std::fs::read(place.path(name)).unwrap();
    assert!(bytes("before.xlsx") == bytes("after.xlsx"), "the sealed workbook, byte for byte");

    let scan = place.path("scan.png");
    std::fs::write(&scan, b"stamped").unwrap();
    place.done(&["scan", FORM, "2021Q3", scan.to_str().unwrap()]);
    assert!(place.refused(&["override", FORM, "2021Q3", "zjf04", "9", "--reason", "补登"]).contains("封存"));
    assert!(place.refused(&["unseal", FORM, "2021Q3", "--reason", " "]).contains("理由"));
    place.done(&["unseal", FORM, "2021Q3", "--reason", "补登活动"]);
    assert_eq!(place.figures("2021Q3")[8], 9, "unsealed, the records speak again");

    let unexplained = place.refused(&["seal", FORM, "2021Q4"]);
    assert!(unexplained.contains("R28"), "a warning without its reason keeps a quarter open: {unexplained}");
}

#[test]
fn values_by_hand_reasons_and_dates_are_kept() {
    let place = Place::sample("hand");
    assert!(place.refused(&["override", FORM, "2021Q3", "zjf04", "9"]).contains("理由"));
    assert!(place.refused(&["override", FORM, "2021Q3", "zjf99", "9", "--reason", "试"]).contains("zjf99"));
    place.done(&["override", FORM, "2021Q3", "zjf04", "9", "--reason", "漏登一场"]);
    let filled = place.json(&["fill", FORM, "2021Q3", "--json"]);
    let cell = filled["cells"].as_array().unwrap().iter().find(|c| c["code"] == "zjf04").unwrap();
    assert_eq!((&cell["value"], &cell["overridden"], &cell["computed"]), (&9.into(), &true.into(), &8.into()));
    assert!(filled["breaches"].as_array().unwrap().iter().any(|b| b["rule"] == "R32" && b["reason"] == "漏登一场"));
    place.done(&["override", FORM, "2021Q3", "zjf04"]);
    assert_eq!(place.figures("2021Q3"), PUBLISHED, "taken away again");

    place.done(&["explain", FORM, "2021Q4", "R28", "签到表已请负责人补签"]);
    let filled = place.json(&["fill", FORM, "2021Q4", "--json"]);
    let breach = filled["breaches"].as_array().unwrap().iter().find(|b| b["rule"] == "R28").unwrap();
    assert_eq!(breach["reason"], "签到表已请负责人补签");
    assert!(place.refused(&["explain", FORM, "2021Q4", "R99", "无"]).contains("R99"));

    place.done(&[
        "file",
        FORM,
        "2021Q3",
        "--basis",
        "quarter",
        "--cutoff",
        "2021-09-30",
        "--reported-on",
        "2021-10-08",
    ]);
    let filled = place.json(&["fill", FORM, "2021Q3", "--json"]);
    assert_eq!(
        (&filled["basis"], &filled["cutoff"]),
        (&"quarter".into(), &"2021-09-30".into()),
        "kept with the filing"
    );
    let late = filled["breaches"].as_array().unwrap().iter().find(|b| b["rule"] == "R14").expect("the rule on dates");
    assert!(late["message"].as_str().unwrap().contains("晚于报送期限"), "reported after the time allowed: {late}");
}

#[test]
fn steps_go_back_and_forth_and_backups_come_back() {
    let place = Place::sample("steps");
    let event = place.json(&["list", "event", "--json"])[0].clone();
    let id = event["id"].to_string();
    place.done(&["delete", "event", &id]);
    assert_eq!(place.count("event"), 19);
    let bin = place.json(&["bin", "--json"]);
    assert!(bin.as_array().unwrap().iter().any(|r| r["label"] == event["label"]), "it lies in the bin: {bin}");
    assert!(place.done(&["show", "event", &id]).contains("在回收站"));
    place.done(&["put-back", "event", &id]);
    assert_eq!(place.count("event"), 20);
    assert_eq!(place.done(&["undo"]).trim(), "已撤销：恢复活动");
    assert_eq!(place.done(&["undo"]).trim(), "已撤销：删除活动");
    assert_eq!(place.count("event"), 20);
    assert_eq!(place.done(&["redo"]).trim(), "已重做：删除活动");
    assert_eq!(place.count("event"), 19);

    let history = place.json(&["history", "--json"]);
    let names: Vec<&str> = history.as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"打开示例") && names.contains(&"删除活动"), "{names:?}");
    assert!(place.done(&["history"]).contains("打开示例"));

    let made = place.done(&["backup"]);
    let file = made.trim().split('：').nth(1).expect("the backup's path").to_owned();
    assert!(Path::new(&file).exists(), "{file}");
    assert!(place.json(&["backups", "--json"]).as_array().unwrap().iter().any(|b| b["path"] == file.as_str()));
    place.done(&["undo"]);
    assert_eq!(place.count("event"), 20);
    place.done(&["restore", &file]);
    assert_eq!(place.count("event"), 19, "as the backup had it");
    place.done(&["undo"]);
    assert_eq!(place.count("event"), 20, "a restore is a step like any other");

    let fresh = Place::new("fresh");
    assert!(fresh.refused(&["undo"]).contains("没有可以撤销"));
    assert!(fresh.refused(&["redo"]).contains("没有可以重做"));
    let junk = fresh.path("junk.db");
    std::fs::write(&junk, [7_u8; 4096]).unwrap();
    fresh.refused(&["restore", junk.to_str().unwrap()]);
}

#[test]
fn a_damaged_store_is_refused_and_recovered_from_its_backup() {
    let place = Place::sample("damaged");
    place.done(&["backup"]);
    assert!(place.refused(&["recover"]).contains("完好"), "a sound store is left alone");
    let data = place.path("data");
    let store = std::fs::read_dir(&data)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| std::fs::read(p).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3")));
    let store = store.expect("the database lies in the folder");
    let mut bytes = std::fs::read(&store).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&store, &bytes).unwrap();
    let said = place.refused(&["list", "team"]);
    assert!(said.contains("损坏") && said.contains("备份"), "{said}");
    assert!(std::fs::read(&store).unwrap() == bytes, "the damaged file is kept as it is");
    assert!(place.done(&["recover"]).contains("已从备份恢复"));
    assert_eq!(place.figures("2021Q3"), PUBLISHED);
}

#[test]
fn another_program_in_the_folder_is_named() {
    let place = Place::sample("held");
    let held = incubator::store::Store::open(&place.path("data"), "众创台账").expect("nobody else is there");
    let said = place.refused(&["list", "team"]);
    assert!(said.contains("众创台账"), "the holder is named: {said}");
    drop(held);
    place.done(&["list", "team"]);
}

#[test]
fn proofs_are_attached_to_records() {
    let place = Place::sample("proof");
    let events = place.json(&["list", "event", "--json"]);
    let event = events.as_array().unwrap().iter().find(|e| e["name"] == "税务上门问诊").unwrap();
    let file = place.path("签到表.png");
    std::fs::write(&file, b"names").unwrap();
    place.done(&["attach", "event", &event["id"].to_string(), "签到表", file.to_str().unwrap()]);
    let filled = place.json(&["fill", FORM, "2021Q4", "--json"]);
    let rules: Vec<&str> = filled["breaches"].as_array().unwrap().iter().map(|b| b["rule"].as_str().unwrap()).collect();
    assert!(!rules.contains(&"R28"), "with its sign-in list the event is proved: {rules:?}");
    place.refused(&["attach", "event", "999999", "签到表", file.to_str().unwrap()]);
    place.refused(&["attach", "event", &event["id"].to_string(), "小抄", file.to_str().unwrap()]);
}

#[test]
fn kinds_list_their_fields() {
    let said = said(Command::new(program()).args(["kinds", "--json"]));
    assert_eq!((said.code, said.err.as_str()), (0, ""), "kinds need no store");
    let kinds: Value = serde_json::from_str(&said.out).expect("JSON");
    let named = |name: &str| kinds.as_array().unwrap().iter().find(|k| k["name"] == name).cloned();
    for name in
        "team enterprise snapshot mentor session event income cost rent_relief tax_relief financing ip staff".split(' ')
    {
        assert!(named(name).is_some(), "{name} is a KIND");
    }
    let income = named("income").unwrap();
    assert_eq!(income["label"], "收入");
    let amount = income["fields"].as_array().unwrap().iter().find(|f| f["name"] == "amount").unwrap();
    assert_eq!(
        (&amount["label"], &amount["heading"], &amount["type"], &amount["unit"], &amount["required"]),
        (&"金额".into(), &"金额(元)".into(), &"money".into(), &"元".into(), &true.into())
    );
    assert!(amount["options"].is_array() && amount["aliases"].is_array() && amount["help"].is_string(), "{amount}");
    let text = self::said(Command::new(program()).arg("kinds")).out;
    assert!(text.contains("team  创业团队") && text.contains("amount  金额(元)  money，必填"), "{text}");
}

#[test]
fn every_kind_has_its_template_and_its_list() {
    let place = Place::sample("kinds");
    let kinds: Value = serde_json::from_str(&place.done(&["kinds", "--json"])).expect("JSON");
    for kind in kinds.as_array().unwrap() {
        let (name, label) = (kind["name"].as_str().unwrap(), kind["label"].as_str().unwrap());
        let file = place.path(&format!("{name}.xlsx"));
        place.done(&["template", name, "--out", file.to_str().unwrap()]);
        let (_, cells) = first_sheet(&file);
        for field in
            kind["fields"].as_array().unwrap().iter().filter(|f| f["required"] == true && f["type"] != "system")
        {
            assert!(cells[0].iter().any(|c| field["heading"] == c.as_str()), "{name}: {field} in {:?}", cells[0]);
        }
        let list = place.json(&["list", label, "--json"]);
        let first = &list[0];
        assert!(first["id"].is_i64() && first["label"].is_string(), "the sample has a {name}, found by {label} too");
        for field in kind["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            assert!(first.get(name).is_some(), "a record says every field, also {name}: {first}");
        }
    }
}

#[test]
fn forms_show_the_broken_ones_with_their_flaws() {
    let place = Place::sample("forms");
    let forms = place.json(&["forms", "--json"]);
    assert!(forms.as_array().unwrap().iter().any(|f| f["id"] == FORM && f["period"] == "quarter"), "{forms}");
    let own = place.path("data").join("forms");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("坏表.toml"), "id = \"bad-1\"\ntitle = \"坏表\"\nperiod = \"month\"\n").unwrap();
    let text = place.done(&["forms"]);
    assert!(text.contains("坏表.toml") && text.contains("month") && text.contains(FORM), "{text}");
    let said = place.run(&["forms", "--json"]);
    let forms: Value = serde_json::from_str(&said.out).expect("JSON");
    let broken = forms.as_array().unwrap().iter().find(|f| f["broken"] == true).expect("the broken file");
    assert!(broken["flaws"].as_array().is_some_and(|f| !f.is_empty()), "{broken}");
    assert_eq!((said.code, place.figures("2021Q3")), (0, PUBLISHED.to_vec()), "it stops nothing");
}

#[test]
fn refusals_say_why_and_leave_no_file() {
    let place = Place::sample("refused");
    for (args, part) in [
        (&["list", "cats"][..], "cats"),
        (&["template", "cats", "--out", "x.xlsx"], "cats"),
        (&["import", "cats", "x.xlsx"], "x.xlsx"),
        (&["fill", "no-such-form", "2021Q3"], "no-such-form"),
        (&["fill", FORM, "2021"], "2021Q3"),
        (&["export", FORM, "2021-09-20", "--out", "x.xlsx"], "季度"),
        (&["seal", "no-such-form", "2021Q3"], "no-such-form"),
        (&["show", "event", "999999"], "999999"),
        (&["delete", "event", "999999"], "999999"),
        (&["restore", "没有这份备份.db"], "没有这份备份.db"),
    ] {
        let said = place.refused(args);
        assert!(said.contains(part), "{args:?} should speak of “{part}”: {said}");
    }
    std::fs::write(place.path("文件"), b"kept").unwrap();
    let out = place.path("文件").join("x.xlsx");
    place.refused(&["export", FORM, "2021Q3", "--out", out.to_str().unwrap()]);
    assert_eq!(std::fs::read(place.path("文件")).unwrap(), b"kept", "a file is no folder to write into");
}

#[test]
fn a_wrong_command_line_is_usage() {
    let place = Place::new("usage");
    for (args, part) in [
        (&["fly"][..], "没有命令“fly”"),
        (&["list"], "缺少参数：<KIND>"),
        (&["list", "team", "--colour"], "不认识的参数“--colour”"),
        (&["fill", FORM, "2021Q5"], "2021Q5"),
        (&["fill", FORM, "2021Q3", "--basis", "month"], "口径“month”无法识别"),
        (&["fill", FORM, "2021Q3", "--cutoff", "2021-02-30"], "2021-02-30"),
        (&["export", FORM, "2021Q3"], "缺少参数：--out <F.xlsx>"),
        (&["show", "event", "第一条"], "第一条"),
    ] {
        let said = place.run(args);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{args:?} is no command: {}", said.err);
        assert!(said.err.contains(part), "{args:?} should say “{part}”: {}", said.err);
    }
    assert!(!place.path("data").exists(), "nothing was opened for a command that makes no sense");
    let without = said(Command::new(program()).args(["list", "team"]));
    assert_eq!(without.code, 2, "a store must be named");
    assert!(without.err.contains("--data"), "{}", without.err);
    let nothing = said(&mut Command::new(program()));
    assert_eq!(nothing.code, 2, "no command at all");

    for args in [&["--help"][..], &["import", "--help"], &["fill", "-h"]] {
        let help = said(Command::new(program()).args(args));
        assert_eq!((help.code, help.err.as_str()), (0, ""), "{args:?} is asked for, so it is done");
        for word in ["Usage", "Options", "Arguments", "Commands", "Print", "possible values", "default"] {
            assert!(!help.out.contains(word), "“{word}” is not Chinese in {args:?}:\n{}", help.out);
        }
        assert!(help.out.contains("用法：taizhang-cli"), "{}", help.out);
    }
    let help = said(Command::new(program()).arg("--help")).out;
    for command in
        "sample template import list forms fill export seal diff history undo redo backup restore verify kinds"
            .split(' ')
    {
        assert!(help.lines().any(|l| l.trim_start().starts_with(command)), "{command} is missing in:\n{help}");
    }
    let version = said(Command::new(program()).arg("--version"));
    assert!(version.code == 0 && version.out.contains(env!("CARGO_PKG_VERSION")), "{}", version.out);
}

#[test]
fn slips_of_the_hand_are_said_and_change_nothing() {
    let place = Place::sample("slips");
    let cutoff = "数据截止日 1999-01-01 不在报告期 2021Q3 之内";
    assert!(place.refused(&["file", FORM, "2021Q3", "--cutoff", "1999-01-01"]).contains(cutoff), "filed for good");
    assert!(place.refused(&["fill", FORM, "2021Q3", "--cutoff", "1999-01-01"]).contains(cutoff), "only looked at");
    place.done(&["fill", FORM, "2021Q3", "--cutoff", "2021-10-08"]);

    let staff = place.path("服务人员.xlsx").to_string_lossy().into_owned();
    place.done(&["template", "staff", "--out", &staff]);
    let said = place.refused(&["import", "mentor", &staff]);
    assert!(said.contains("这是“服务人员”的模板，不是“创业导师”的"), "another kind's template is named: {said}");
    assert!(place.refused(&["import", "staff", &staff]).contains("没有读到服务人员的数据行"), "a blank template");

    let said = place.done(&["backup"]);
    let file = said.trim().rsplit('：').next().unwrap_or_default().to_owned();
    assert!(place.done(&["restore", &file]).contains("没有改动"), "the same records leave no step to undo");
    assert!(place.done(&["undo"]).contains("打开示例"), "undo takes back what was done before");
}

//! Rosters into the records: what a person can choose, what is remembered, what is mended and imported again,
//! people in cells, teams and enterprises in one roster, and text from the clipboard.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;
use incubator::desk::Desk;
use incubator::progress::Progress;
use incubator::record::{Value, kind};
use incubator::roster::{Action, Choices, Only, Plan, Reader, RowAt, Sure};

use crate::roster::drawn;

/// A data folder of its own, gone at the end.
struct Room {
    desk: Option<Desk>,
    folder: PathBuf,
}

impl Room {
    fn new() -> Room {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let folder = std::env::temp_dir().join(format!(
            "taizhang-import-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        ));
        let mut room = Room { desk: None, folder };
        room.reopen();
        room
    }

    fn reopen(&mut self) {
        self.desk = None;
        let today = NaiveDate::from_ymd_opt(2021, 9, 20).expect("a day");
        let mut desk = Desk::open(&self.folder, "测试", today).expect("a desk");
        desk.read_with(Reader::here());
        self.desk = Some(desk);
    }

    fn desk(&mut self) -> &mut Desk {
        self.desk.as_mut().expect("open")
    }

    #[track_caller]
    fn plan(&mut self, list: &str, bytes: &[u8], choices: &Choices) -> Plan {
        let name = if bytes.starts_with(b"PK") { "表.xlsx" } else { "表.csv" };
        self.desk().plan(list, name, bytes, choices, Progress::SILENT).expect("a plan")
    }

    #[track_caller]
    fn import(&mut self, plan: &Plan) {
        let applied = self.desk().import(plan, Progress::SILENT).expect("imported");
        assert_eq!(applied, plan.counts(), "as many as planned");
    }

    /// The fields of all records of a kind, a line each.
    fn records(&mut self, name: &str, fields: &[&str]) -> String {
        let ledger = self.desk().store().ledger().expect("a ledger");
        let kind = kind(name).expect("a kind");
        let line = |r| fields.iter().map(|f| ledger.text(kind, r, f)).collect::<Vec<_>>().join(" | ");
        ledger.rows(kind).iter().map(|r| line(r) + "\n").collect()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.desk = None;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn mapped(pairs: &[(&str, Option<&str>)]) -> BTreeMap<String, Option<String>> {
    pairs.iter().map(|(column, field)| ((*column).to_owned(), field.map(str::to_owned))).collect()
}

fn leave(rows: &[u32]) -> Choices {
    Choices { leave: rows.iter().map(|row| RowAt { row: *row, ..RowAt::default() }).collect(), ..Choices::default() }
}

/// Row, action, label, then changes, flaws, doubts and people.
fn shown(plan: &Plan) -> String {
    let mut out = String::new();
    for row in plan.page(0, usize::MAX, None) {
        out += &format!("{} {:?}{} {}", row.row, row.action, if row.taken { "" } else { "-" }, row.label);
        for change in &row.changes {
            out += &format!(" | {}: {}→{}", change.field, change.old, change.new);
        }
        for flaw in &row.flaws {
            out += &format!(" | ! {} {}", flaw.cell, flaw.say);
        }
        for doubt in &row.doubts {
            out += &format!(" | ? {} {}", doubt.cell, doubt.say);
        }
        if !row.people.is_empty() {
            let people: Vec<String> = row.people.iter().map(|p| format!("{:?} {}", p.action, p.label)).collect();
            out += &format!(" | {}", people.join("、"));
        }
        out.push('\n');
    }
    out
}

fn tidy(text: &str) -> String {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn same(got: &str, want: &str) {
    assert_eq!(tidy(got), tidy(want));
}

const ODD: &str = "编号,甲方,乙,日子\n1,甲,张三,2021-03-01\n2,乙,李四,2021-04-01\n";

#[test]
fn columns_are_chosen_and_remembered_for_files_of_that_shape() {
    let mut room = Room::new();
    let found = room.plan("team", ODD.as_bytes(), &Choices::default());
    assert!(found.trouble.is_some() && found.rows.is_empty(), "no heading says enough: {found:?}");
    let view = found.view();
    assert_eq!(view.preview[0].row, 1, "the person sees the rows to point at");
    assert_eq!(view.preview[0].cells[1], ("B".to_owned(), "甲方".to_owned()));
    room.desk().import(&found, Progress::SILENT).expect_err("nothing to import");

    let columns = mapped(&[("B", Some("name")), ("C", Some("leader_name")), ("D", Some("moved_in_on"))]);
    let choices = Choices { heading_row: Some(1), mapping: columns, ..Choices::default() };
    let plan = room.plan("team", ODD.as_bytes(), &choices);
    same(&shown(&plan), "2 New 甲\n3 New 乙");
    assert_eq!(plan.mapping[1].sure, Some(Sure::Chosen));
    assert_eq!(plan.mapping[1].samples, ["甲", "乙"]);
    room.import(&plan);
    same(
        &room.records("tenant", &["name", "leader_name", "moved_in_on"]),
        "甲 | 张三 | 2021-03-01\n乙 | 李四 | 2021-04-01",
    );

    // The next month's file of the same shape, after a restart.
    room.reopen();
    let next = ODD.replace("张三", "赵六");
    let again = Choices { heading_row: Some(1), ..Choices::default() };
    let plan = room.plan("team", next.as_bytes(), &again);
    same(&shown(&plan), "2 Change 甲 | leader_name: 张三→赵六\n3 Same 乙");
    assert!(plan.view().remembered && plan.mapping[1].sure == Some(Sure::Remembered), "and it is shown as that");

    // Another choice takes its place; afresh forgets it.
    let other = Choices { mapping: mapped(&[("C", None)]), ..again.clone() };
    let plan = room.plan("team", next.as_bytes(), &other);
    same(&shown(&plan), "2 Same 甲\n3 Same 乙");
    room.import(&plan);
    let plan = room.plan("team", next.as_bytes(), &again);
    assert_eq!(plan.mapping[2].field, None, "not reading a column is remembered too");
    let afresh = Choices { afresh: true, ..again.clone() };
    let plan = room.plan("team", &[next.as_bytes(), "丙,丁,戊,2021-05-01".as_bytes()].concat(), &afresh);
    assert!(plan.trouble.is_some(), "without the memory nothing is known");
    let good = "团队名称,入驻日期,编号\n己,2021-05-01,1\n";
    let chosen = Choices { mapping: mapped(&[("C", Some("note"))]), ..Choices::default() };
    let plan = room.plan("team", good.as_bytes(), &chosen);
    room.import(&plan);
    assert_eq!(room.plan("team", good.as_bytes(), &Choices::default()).mapping[2].sure, Some(Sure::Remembered));
    let plan = room.plan("team", good.as_bytes(), &Choices { afresh: true, ..Choices::default() });
    room.import(&plan);
    let plan = room.plan("team", good.as_bytes(), &Choices::default());
    assert_eq!((plan.mapping[2].sure, plan.mapping[2].field.as_deref()), (None, None), "forgotten");
}

#[test]
fn sheet_and_heading_are_chosen_and_wrong_choices_are_refused() {
    let book = drawn(
        "== 名册
         团队名称 | 负责人 | 入驻日期
         甲 | 张三 | 2021-03-01
         == 旧名册
         2020年旧表 | 团队名称 | 入驻日期
         团队名称 | 入驻日期 | 备注
         乙 | 2020-03-01 | 旧",
    );
    let mut room = Room::new();
    let plan = room.plan("team", &book, &Choices::default());
    same(&shown(&plan), "2 New 甲");
    let sheets = plan.view().sheets;
    assert_eq!(
        sheets.iter().map(|s| (s.name.as_str(), s.read)).collect::<Vec<_>>(),
        [("名册", true), ("旧名册", false)]
    );
    assert!(sheets[1].say.contains("没有读取") && sheets[1].heading_row.is_some(), "the other is offered: {sheets:?}");
    let old = Choices { sheet: Some("旧名册".into()), heading_row: Some(2), ..Choices::default() };
    same(&shown(&room.plan("team", &book, &old)), "3 New 乙");
    for (choices, want) in [
        (Choices { sheet: Some("没有".into()), ..Choices::default() }, "没有工作表“没有”，现有：名册、旧名册"),
        (Choices { heading_row: Some(9), ..Choices::default() }, "第 9 行是空行"),
        (Choices { mapping: mapped(&[("Z", Some("name"))]), ..Choices::default() }, "没有 Z 列"),
        (Choices { mapping: mapped(&[("A", Some("nothing"))]), ..Choices::default() }, "没有栏目“nothing”"),
        (
            Choices { mapping: mapped(&[("A", Some("name")), ("B", Some("name"))]), ..Choices::default() },
            "两列都选作了",
        ),
    ] {
        let error = room.desk().plan("team", "表.xlsx", &book, &choices, Progress::SILENT).expect_err("refused");
        assert!(error.to_string().contains(want), "{error}");
    }
    // Labels do as well as names, and a file without a heading has columns too.
    let bare = Choices {
        heading_row: Some(0),
        mapping: mapped(&[("A", Some("团队名称")), ("B", Some("入驻日期"))]),
        ..Choices::default()
    };
    same(&shown(&room.plan("team", "甲,2021-03-01\n乙,2021-04-01\n".as_bytes(), &bare)), "1 New 甲\n2 New 乙");
}

#[test]
fn contents_tell_what_a_silent_heading_does_not() {
    let mut room = Room::new();
    let text = "企业名称,注册日期,入驻日期,营业执照编号,,推荐人电话,领域,性质\n\
        甲,2020-01-01,2021-03-01,91350100M000100Y43,13800138000,13900139000,电子信息,男\n\
        乙,2020-01-01,2021-03-01,91430100MA4L2XQ89W,13800138001,13900139001,新材料,无所谓\n";
    let plan = room.plan("enterprise", text.as_bytes(), &Choices::default());
    let fields: Vec<_> = plan.mapping.iter().skip(3).map(|m| (m.field.as_deref(), m.sure)).collect();
    let content = Some(Sure::Content);
    assert_eq!(
        fields,
        [
            (Some("credit_code"), content),
            (Some("leader_phone"), content),
            (None, None),
            (Some("tech_area"), Some(Sure::Fuzzy)),
            (None, None)
        ],
        "and a heading that says something else is believed"
    );
    let damaged = text.replace("91430100MA4L2XQ89W", "4.40981E+17");
    let plan = room.plan("enterprise", damaged.as_bytes(), &Choices::default());
    assert_eq!(plan.mapping[3].field, None, "one content that is none leaves the column to the person");
}

#[test]
fn what_is_left_out_stays_out_and_one_step_takes_all_back() {
    let mut room = Room::new();
    let text = "团队名称,入驻日期\n甲,2021-03-01\n乙,2021-03-01\n丙,2021-13-01\n丁,2021-03-01\n";
    let mut plan = room.plan("team", text.as_bytes(), &leave(&[3, 9]));
    assert_eq!(plan.unmet.len(), 1, "row 9 is not there");
    plan.take(&[3], false);
    plan.take(&[2], true);
    same(&shown(&plan), "2 New 甲\n3 New- 乙\n4 Flawed- 丙 | ! B4 入驻日期“2021-13-01”这一天不存在，请核对\n5 New- 丁");
    let counts = plan.view().rows;
    assert_eq!((counts.all, counts.new, counts.left, counts.flawed), (4, 3, 2, 1));
    assert_eq!(
        plan.page(1, 1, Some(Only::Left)).iter().map(|r| r.row).collect::<Vec<_>>(),
        [5],
        "pages within a choice"
    );
    room.import(&plan);
    same(&room.records("tenant", &["name"]), "甲");
    plan.take_all(Some(Only::Left), true);
    room.desk().import(&plan, Progress::SILENT).expect_err("the records changed since");
    let rest = room.plan("team", text.as_bytes(), &Choices::default());
    room.import(&rest);
    same(&room.records("tenant", &["name"]), "甲\n乙\n丁");
    room.desk().undo().expect("undone");
    room.desk().undo().expect("undone");
    same(&room.records("tenant", &["name"]), "");
}

#[test]
fn a_plan_is_not_applied_to_records_that_changed_meanwhile() {
    let mut room = Room::new();
    let text = "团队名称,入驻日期\n甲,2021-03-01\n";
    let plan = room.plan("team", text.as_bytes(), &Choices::default());
    let other = room.plan("team", text.as_bytes(), &Choices::default());
    room.import(&other);
    let said = room.desk().import(&plan, Progress::SILENT).expect_err("it would add the team twice").to_string();
    assert!(said.contains("预览之后") && said.contains("重新读取"), "{said}");
    let stop = |_: &_| false;
    let plan = room.plan("team", "团队名称,入驻日期\n乙,2021-03-01\n".as_bytes(), &Choices::default());
    room.desk().import(&plan, Progress::new(&stop)).expect_err("cancelled");
    same(&room.records("tenant", &["name"]), "甲");
}

#[test]
fn rows_that_failed_are_mended_in_their_own_columns_and_come_in() {
    let mut room = Room::new();
    let book = drawn(
        "入驻企业名册 | -> | -> | -> | -> | -> | ->
         序号 | 企业名称 | 统一社会信用代码 | 注册资本(万元) | 时间 | -> | 备注
         ^ | ^ | ^ | ^ | 注册日期 | 入驻日期 | ^
         #1 | 甲公司 | 91350100M000100Y43 | #50 | 2020-01-02 | 2021-03-01 | 好的
         #2 | 乙公司 | #440981199001010000 | #80 | 2020-02-02 | 2021-03-01 | 代码坏了
         #3 | 丙公司 |  | 约100 | 2020-03-02 | 去年6月 | 两处
         #4 | 丁公司 |  | #100 |  | 2021-03-01 | 没有注册日期",
    );
    let plan = room.plan("enterprise", &book, &Choices::default());
    assert_eq!(plan.counts().flawed, 3, "{}", shown(&plan));
    room.import(&plan);
    let mending = room.desk().correction(&plan).expect("a correction file");
    // As it is, it brings the very same flaws, in the very same columns.
    let again = room.plan("enterprise", &mending, &Choices::default());
    let says =
        |plan: &Plan| -> Vec<String> { plan.rows.iter().flat_map(|r| r.flaws.iter().map(|f| f.say.clone())).collect() };
    assert_eq!(says(&again), says(&plan), "every cell came over as it stood");
    let fields = |plan: &Plan| plan.mapping.iter().map(|m| (m.heading.clone(), m.field.clone())).collect::<Vec<_>>();
    let (mut ours, theirs) = (fields(&again), fields(&plan));
    let reason = ours.pop().expect("a last column");
    assert_eq!((reason.0.as_str(), reason.1), ("未导入原因", None), "the reasons are not read as anything");
    assert_eq!(ours, theirs, "the same columns");

    // Mended by hand, as text: what LibreOffice or Excel would save.
    let cells = incubator_cells(&mending);
    let row = |name: &str| cells.iter().position(|r| r.iter().any(|c| c == name)).expect("the row");
    assert!(cells[row("乙公司")].last().expect("a reason").starts_with("原第 5 行：统一社会信用代码"), "{cells:?}");
    let mut mended = cells.clone();
    mended[row("乙公司")][2] = "91430100MA4L2XQ89W".into();
    mended[row("丙公司")][3] = "100".into();
    mended[row("丙公司")][5] = "2020-06-13".into();
    mended[row("丁公司")][4] = "2020-04-02".into();
    let text: Vec<String> = mended.iter().map(|r| r.join("|")).collect();
    let plan = room.plan("enterprise", &drawn(&text.join("\n")), &Choices::default());
    assert_eq!((plan.counts().new, plan.counts().flawed), (3, 0), "{}", shown(&plan));
    room.import(&plan);
    same(
        &room.records("tenant", &["name", "credit_code", "reg_capital", "moved_in_on", "note"]),
        "甲公司 | 91350100M000100Y43 | 500000.00 | 2021-03-01 | 好的
         乙公司 | 91430100MA4L2XQ89W | 800000.00 | 2021-03-01 | 代码坏了
         丙公司 |  | 1000000.00 | 2020-06-13 | 两处
         丁公司 |  | 1000000.00 | 2021-03-01 | 没有注册日期",
    );
}

/// The first sheet as rows of texts; whole numbers as digits.
fn incubator_cells(bytes: &[u8]) -> Vec<Vec<String>> {
    use calamine::{Data, Reader as _, Xlsx};
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes.to_vec())).expect("a workbook");
    let range = book.worksheet_range_at(0).expect("a sheet").expect("readable");
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        other => other.to_string().replace('|', "／"),
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

#[test]
fn people_named_in_a_cell_become_members_in_the_same_step() {
    let mut room = Room::new();
    let text = "团队名称,负责人,联系电话,团队成员,入驻日期\n\
        甲,张三（组长）、李四,,,2021-03-01\n\
        乙,王五(负责人) 13800138000；赵六（男，本科）,,孙七、周八（指导教师）,2021-03-01\n\
        丙,吴九,0737-4110938,吴九、郑十,2021-03-01\n\
        丁,一人,,5人左右,2021-03-01\n";
    let plan = room.plan("team", text.as_bytes(), &Choices::default());
    same(
        &shown(&plan),
        "2 New 甲 | New 张三(组长)、New 李四
         3 New 乙 | ? 3:3 “周八(指导教师)”没有登记为成员，需要时请在创业导师里登记 | New 王五(负责人)、New 赵六、New 孙七
         4 New 丙 | New 吴九、New 郑十
         5 Flawed- 丁 | ! D5 团队成员：“5人左右”不像姓名，请逐个写明姓名，用“、”隔开",
    );
    room.import(&plan);
    same(
        &room.records("member", &["tenant", "name", "gender", "education", "phone", "note"]),
        "甲 | 张三 |  |  |  | 组长
         甲 | 李四 |  |  |  | 
         乙 | 王五 |  |  | 13800138000 | 负责人
         乙 | 赵六 | 男 | 本科 |  | 
         乙 | 孙七 |  |  |  | 
         丙 | 吴九 |  |  |  | 
         丙 | 郑十 |  |  |  |",
    );
    same(
        &room.records("tenant", &["name", "leader_name", "leader_phone"]),
        "甲 | 张三 | \n 乙 | 王五 | 13800138000\n 丙 | 吴九 | 0737-4110938",
    );
    // The same file adds nobody; one name more adds one, in a row that changes nothing else.
    let again = room.plan("team", text.as_bytes(), &Choices::default());
    assert_eq!((again.counts().new, again.counts().changed, again.counts().people), (0, 0, 0), "{}", shown(&again));
    let more = text.replace("吴九、郑十", "吴九、郑十、钱一");
    let plan = room.plan("team", more.as_bytes(), &Choices::default());
    same(
        shown(&plan).lines().nth(2).expect("a row"),
        "4 Change 丙 | members: 吴九、郑十→吴九、郑十、钱一 | Same 吴九、Same 郑十、New 钱一",
    );
    room.import(&plan);
    assert_eq!(room.records("member", &["name"]).lines().count(), 8);
    room.desk().undo().expect("undone");
    room.desk().undo().expect("undone");
    assert_eq!(room.records("member", &["name"]), "", "one step each, with their people");
    // Left out, a row brings nobody.
    let plan = room.plan("team", text.as_bytes(), &leave(&[2, 3]));
    room.import(&plan);
    same(&room.records("member", &["tenant", "name"]), "丙 | 吴九\n丙 | 郑十");
}

#[test]
fn a_leader_kept_as_a_list_stays_one_when_the_list_comes_back() {
    let mut room = Room::new();
    let plan = room.plan("team", "团队名称,入驻日期\n甲,2021-03-01\n".as_bytes(), &Choices::default());
    room.import(&plan);
    let (id, shape) = (1, incubator::record::shape("team").expect("teams"));
    let change = |tx: &mut incubator::store::Tx<'_>| {
        let mut record = tx.get(shape.kind, id)?.expect("the team");
        record.set(shape.kind, "leader_name", Some(Value::text("张三（组长）、李四")));
        tx.update(shape, record)
    };
    room.desk().store_mut().change("修改", change).expect("typed by hand");
    let list = room.desk().list_workbook("team").expect("a list");
    let plan = room.plan("team", &list, &Choices::default());
    same(&shown(&plan), "2 Same 甲");
}

#[test]
fn teams_and_enterprises_in_one_roster_are_told_apart() {
    let text = "单位名称,类别,统一社会信用代码,注册日期,入驻日期\n\
        甲队,团队,,,2021-03-01\n\
        乙公司,企业,91350100M000100Y43,2020-01-01,2021-03-01\n\
        丙,,91430100MA4L2XQ89W,,2021-03-01\n\
        丁科技有限公司,,,,2021-03-01\n\
        戊,,,2021-06-01,2021-03-01\n\
        己,,,,2021-03-01\n";
    let enter = |list: &str| {
        let mut room = Room::new();
        let plan = room.plan(list, text.as_bytes(), &Choices::default());
        room.import(&plan);
        (shown(&plan), room.records("tenant", &["name", "entered_as"]))
    };
    let (plan, stored) = enter("team");
    same(
        &plan,
        "2 New 甲队
         3 New 乙公司 | ? A3 看作企业，因“类别”为“企业”
         4 New 丙 | ? A4 看作企业，因有统一社会信用代码
         5 New 丁科技有限公司 | ? A5 看作企业，因名称是公司
         6 New 戊
         7 New 己",
    );
    let right =
        "甲队 | 创业团队\n乙公司 | 初创企业\n丙 | 初创企业\n丁科技有限公司 | 初创企业\n戊 | 创业团队\n己 | 创业团队";
    same(&stored, right);
    let (plan, stored) = enter("tenant");
    assert!(plan.contains("7 New 己 | ? A7 看作团队，因没有统一社会信用代码和注册日期"), "{plan}");
    same(&stored, right);
    let (plan, stored) = enter("enterprise");
    same(&stored, "甲队 | 创业团队\n乙公司 | 初创企业\n戊 | 创业团队");
    for said in ["2 New 甲队 | ? A2 看作团队，因“类别”为“团队”", "4 Flawed- 丙 | ! D4 未填注册日期", "7 Flawed- 己"]
    {
        assert!(plan.contains(said), "{said}: {plan}");
    }
    // A title above a part of the list, and the name of a sheet, tell as much.
    let mut room = Room::new();
    let book = drawn(
        "序号 | 名称 | 入驻日期
         一、创业团队 | -> | ->
         #1 | 甲 | 2021-03-01
         二、入驻企业 | -> | ->
         #1 | 乙 | 2021-03-01",
    );
    let plan = room.plan("tenant", &book, &Choices::default());
    same(
        &shown(&plan),
        "3 New 甲 | ? B3 看作团队，因在标题“一、创业团队”下\n5 New 乙 | ? B5 看作企业，因在标题“二、入驻企业”下",
    );
}

#[test]
fn what_speaks_against_the_type_column_is_shown() {
    let mut room = Room::new();
    let text = "名称,类型,入驻日期,注册日期\n\
                甲,团队,2021-03-01,2020-01-01\n\
                乙科技有限公司,团队,2021-03-01,\n\
                丙,团队,2021-03-01,2021-06-01\n\
                丁,团队,2021-03-01,";
    let plan = room.plan("team", text.as_bytes(), &Choices::default());
    let said: Vec<String> = plan.rows.iter().map(|r| r.doubts.iter().map(|d| d.say.as_str()).collect()).collect();
    assert!(said[0].contains("不晚于入驻日期"), "registered before it moved in: {said:?}");
    assert!(said[1].contains("名称是公司"), "called a company: {said:?}");
    assert_eq!(said[2..], ["", ""], "a team that registers later, and a plain team");
}

#[test]
fn text_from_the_clipboard_goes_over_records_and_adds_new_ones() {
    let mut room = Room::new();
    let plan = room.plan(
        "team",
        "团队名称,负责人,入驻日期\n甲,张三,2021-03-01\n乙,李四,2021-03-01\n".as_bytes(),
        &Choices::default(),
    );
    room.import(&plan);
    let fields: Vec<String> = ["name", "leader_name", "moved_in_on"].map(str::to_owned).into();
    let block = |room: &mut Room, fields: &[String], ids: &[Option<i64>], text: &str| {
        room.desk().plan_block("team", fields, ids, text).expect("a plan")
    };
    // Over two records and one row more, a line break in a cell, and Excel's row too many.
    let plan =
        block(&mut room, &fields[1..], &[Some(1), Some(2), None], "赵六\t2021/4/1\r\n\"王\n五\"\t2021-03-01\r\n");
    same(
        &shown(&plan),
        "1 Change 甲 | leader_name: 张三→赵六 | moved_in_on: 2021-03-01→2021-04-01\n2 Change 乙 | leader_name: 李四→王\n五",
    );
    // Blank over a record blanks; a new name in the first column is no other record, but a rename.
    let plan = block(&mut room, &fields, &[Some(1), None], "甲甲\t\t2021-03-01\n丙\t钱七\t2021-05-01\n\n");
    same(&shown(&plan), "1 Change 甲甲 | name: 甲→甲甲 | leader_name: 张三→\n2 New 丙");
    room.import(&plan);
    same(&room.records("tenant", &["name", "leader_name"]), "甲甲 | \n乙 | 李四\n丙 | 钱七");
    // With the headings copied too, in another order.
    let plan = block(&mut room, &fields, &[None], "入驻日期\t团队名称\n2021-06-01\t丁\n2021-03-01\t乙\n");
    same(&shown(&plan), "2 New 丁\n3 Same 乙");
    // Commas part nothing, and what does not fit is said.
    let plan = block(&mut room, &fields[1..2], &[Some(2)], "张三，李四,王五");
    assert_eq!(plan.rows[0].people.len(), 3, "{}", shown(&plan));
    let wide = block(&mut room, &fields[2..], &[Some(2)], "2021-03-01\t多出来的");
    assert!(wide.trouble.as_deref().is_some_and(|say| say.contains("放不下")), "{:?}", wide.trouble);
    room.desk().import(&wide, Progress::SILENT).expect_err("nothing is cut off in silence");
    let gone = block(&mut room, &fields[1..2], &[Some(99)], "张三");
    same(&shown(&gone), "1 Flawed-  | ! 1:1 编号为 99 的创业团队已经不在台账里");
    let plan =
        room.desk().plan_paste("team", "团队名称\t入驻日期\n戊\t2021-07-01\n", &Choices::default()).expect("a plan");
    same(&shown(&plan), "2 New 戊");
}

#[test]
fn a_thousand_rows_of_twenty_cells_are_planned_from_the_clipboard() {
    let mut room = Room::new();
    let shape = incubator::record::shape("enterprise").expect("enterprises");
    let fields: Vec<String> = shape.fields.iter().map(|f| f.name.to_owned()).take(20).collect();
    let cell = |name: &str, n: usize| match name {
        "name" => format!("企业{n}"),
        "registered_on" => "2020-01-01".to_owned(),
        "leader_phone" => "13800138000".to_owned(),
        "reg_capital" => "1,000,000".to_owned(),
        "tech_area" => "电子信息".to_owned(),
        "project" => format!("项目{n}"),
        "leader_name" => "张三".to_owned(),
        _ => String::new(),
    };
    let rows: Vec<String> =
        (0..1000).map(|n| fields.iter().map(|f| cell(f, n)).collect::<Vec<_>>().join("\t")).collect();
    let start = std::time::Instant::now();
    let plan = room.desk().plan_block("enterprise", &fields, &[], &rows.join("\r\n")).expect("a plan");
    let took = start.elapsed();
    assert_eq!(plan.rows.len(), 1000);
    assert!(
        plan.rows
            .iter()
            .all(|r| r.action == Action::Flawed || plan.record(r).cells.contains(&Some(Value::text("张三"))))
    );
    println!("1,000 × 20 cells from the clipboard: {took:?}");
}

#[test]
fn a_blank_template_brings_nothing_until_its_example_is_written_over() {
    let mut room = Room::new();
    room.desk().open_sample().expect("the sample");
    let mut marked = 0;
    for shape in incubator::record::shapes().filter(|s| s.name != "proof") {
        let bytes = room.desk().template(shape.name).expect("a template");
        let cells = incubator_cells(&bytes);
        assert_eq!(cells.len(), 2, "{}: a heading and one example", shape.name);
        assert!(cells[1].iter().all(|c| !c.is_empty()), "{}: every column shows how it is filled in", shape.name);
        let plan = room.plan(shape.name, &bytes, &Choices::default());
        assert_eq!(plan.rows.len(), 0, "{}: the example is passed over: {}", shape.name, shown(&plan));
        assert!(plan.view().lacking.is_empty() && plan.trouble.is_none(), "{}: every heading is known", shape.name);
        // The records there are, written out in the same layout, hold nothing new.
        let filled = room.desk().list_workbook(shape.name).expect("a list");
        let plan = room.plan(shape.name, &filled, &Choices::default());
        let counts = plan.counts();
        assert_eq!((counts.new, counts.changed, counts.flawed), (0, 0, 0), "{}: {}", shape.name, shown(&plan));
        marked += counts.same;
    }
    assert!(marked > 400, "the sample has records: {marked}");
    // Written over in part, it is a row with what is left of the example said or dropped.
    let mut cells = incubator_cells(&room.desk().template("team").expect("a template"));
    let drawn_again = |cells: &[Vec<String>]| {
        let lines: Vec<String> = cells.iter().map(|r| r.join("|")).collect();
        drawn(&lines.join("\n"))
    };
    let moved_in = cells[0].iter().position(|h| h == "入驻日期").expect("a column");
    // The reader gives days as serial numbers; a person sees and types days.
    for cell in &mut cells[1] {
        if cell == "44256" {
            "2021-03-01".clone_into(cell);
        }
    }
    assert_eq!(
        room.plan("team", &drawn_again(&cells), &Choices::default()).rows.len(),
        0,
        "saved again, still the example"
    );
    "2021-04-01".clone_into(&mut cells[1][moved_in]);
    let plan = room.plan("team", &drawn_again(&cells), &Choices::default());
    assert!(shown(&plan).contains("团队名称还是模板里的示例"), "{}", shown(&plan));
    "甲甲甲".clone_into(&mut cells[1][0]);
    let plan = room.plan("team", &drawn_again(&cells), &Choices::default());
    assert_eq!((plan.counts().new, plan.rows.len()), (1, 1), "{}", shown(&plan));
    let record = plan.record(&plan.rows[0]);
    let note = record.field(plan.shape.kind, "note");
    assert_eq!(note, None, "the remark about the example is not the record's");
}

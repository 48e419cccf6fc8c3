//! Lists as the screen works with them: views, cells, new records, the bin, the quarterly round.

use chrono::NaiveDate;
use incubator::Error;
use incubator::desk::{Filter, Put, RoundPut, Sort, Test, Typed, View, columns};
use incubator::progress::Progress;

use crate::office::{Office, typed};

fn put(id: i64, field: &str, text: &str) -> Put {
    Put { id, typed: Typed { field: field.into(), text: text.into(), ids: None } }
}

fn office(test: &str) -> Office {
    Office::open(&format!("lists-{test}"), "2021-09-25")
}

impl Office {
    /// The texts of one column of a view.
    fn column(&self, list: &str, view: &View, field: &str, anew: bool) -> Vec<String> {
        let at = columns(list).expect("columns").iter().position(|c| c.name == field).expect("the column");
        let rows = self.desk.rows(list, view, 0, 1000, anew).expect("rows");
        rows.rows.into_iter().map(|r| r.cells[at].clone()).collect()
    }
}

fn by(field: &str, down: bool) -> View {
    View { sort: Some(Sort { field: field.into(), down }), ..View::default() }
}

fn where_(field: &str, test: Test) -> View {
    View { filters: vec![Filter { field: field.into(), test }], ..View::default() }
}

#[test]
fn a_view_is_sorted_and_filtered_as_people_expect() {
    let mut office = office("view");
    for (name, day, trait_) in [
        ("张三丰队", "2021-03-01", "其它"),
        ("Ａ队", "2021.1.5", "大学生创业"),
        ("李四队", "2021年2月", ""),
        ("赵六队", "2020-12-31", "大学生创业"),
    ] {
        // 2021年2月 is no day: the record waits, and says where and why.
        let added = office.desk.add("team", &typed(&[("name", name), ("moved_in_on", day), ("leader_trait", trait_)]));
        let row = added.expect("an answer").row;
        assert_eq!(row.id == 0, name == "李四队", "{name}: {:?}", row.marks);
        if row.id == 0 {
            assert_eq!(row.marks[0].field, "moved_in_on");
            assert!(row.cells.contains(&"2021年2月".to_owned()), "what was typed stays");
        }
    }
    office.add("team", &[("name", "李四队"), ("moved_in_on", "20210201")]);
    let names = |view: &View| office.column("team", view, "name", true);
    assert_eq!(names(&View::default()), ["张三丰队", "Ａ队", "赵六队", "李四队"], "as entered");
    assert_eq!(names(&by("name", false)), ["Ａ队", "李四队", "张三丰队", "赵六队"], "letters, then by pinyin");
    assert_eq!(names(&by("moved_in_on", true)), ["张三丰队", "李四队", "Ａ队", "赵六队"], "days as days");
    assert_eq!(names(&by("leader_trait", false)), ["Ａ队", "赵六队", "张三丰队", "李四队"], "blanks last");
    assert_eq!(names(&by("leader_trait", true)), ["张三丰队", "Ａ队", "赵六队", "李四队"], "blanks last, turned too");
    assert_eq!(names(&where_("name", Test::Contains { text: "a".into() })), ["Ａ队"], "width and case do not matter");
    assert_eq!(names(&where_("leader_trait", Test::Among { words: vec!["大学生创业".into()] })), ["Ａ队", "赵六队"]);
    assert_eq!(names(&where_("leader_trait", Test::Blank)), ["李四队"]);
    let spring = Test::Range { from: "2021".into(), to: "2021-02".into() };
    assert_eq!(names(&where_("moved_in_on", spring)), ["Ａ队", "李四队"], "years and months are ends of a range");
    let odd = office.desk.rows(
        "team",
        &where_("moved_in_on", Test::Range { from: "某日".into(), to: String::new() }),
        0,
        9,
        true,
    );
    assert!(matches!(odd, Err(Error::Refused(say)) if say.contains("某日")), "an end that is no day is said");
}

#[test]
fn rows_keep_their_places_while_cells_are_typed() {
    let mut office = office("places");
    for (name, day) in [("甲", "2021-01-01"), ("乙", "2021-01-02"), ("丙", "2021-01-03")] {
        office.add("team", &[("name", name), ("moved_in_on", day)]);
    }
    let view = by("moved_in_on", false);
    let first = office.desk.rows("team", &view, 0, 1, true).expect("rows").rows[0].id;
    office.desk.change("team", &[put(first, "moved_in_on", "2021/8/8")]).expect("changed");
    assert_eq!(office.column("team", &view, "moved_in_on", false)[0], "2021-08-08", "read as the core reads days");
    assert_eq!(office.column("team", &view, "name", false), ["甲", "乙", "丙"], "the row stays under the hand");
    let new = office.add("team", &[("name", "丁"), ("moved_in_on", "2020-01-01")]);
    assert_eq!(office.column("team", &view, "name", false), ["甲", "乙", "丙", "丁"], "a new one stands last");
    assert_eq!(office.desk.position("team", &view, new).expect("asked"), Some(3));
    assert_eq!(office.column("team", &view, "name", true), ["丁", "乙", "丙", "甲"], "until sorted again");
    let stopped = office.desk.delete_many("team", &[first, new], Progress::new(&|_| false));
    assert!(matches!(stopped, Err(Error::Cancelled)), "{stopped:?}");
    assert_eq!(office.column("team", &view, "name", false).len(), 4, "stopped, it takes nothing");
    office.desk.delete_all("team", &[first, new]).expect("deleted");
    assert_eq!(office.column("team", &view, "name", false), ["乙", "丙"]);
    assert_eq!(office.desk.undo().expect("undone").as_deref(), Some("删除 2 条创业团队"), "one step, with its name");
    assert_eq!(office.column("team", &view, "name", false), ["丁", "乙", "丙", "甲"], "what comes back has its place");
}

#[test]
fn a_change_is_one_named_step_or_nothing() {
    let mut office = office("change");
    let team = office.add("team", &[("name", "智农"), ("moved_in_on", "2021-01-01")]);
    let other = office.add("team", &[("name", "慧眼"), ("moved_in_on", "2021-01-01")]);
    office.desk.change("team", &[put(team, "leader_phone", "１３８ 0000 1111")]).expect("changed");
    let step = office.desk.status().expect("status").undo;
    assert_eq!(step.as_deref(), Some("修改创业团队“智农”的联系电话"));
    assert_eq!(office.column("team", &View::default(), "leader_phone", false), ["13800001111", ""]);
    let refused = office.desk.change("team", &[put(team, "note", "记下"), put(other, "leader_phone", "123")]);
    let Err(Error::Flawed { flaws }) = refused else { panic!("a flaw is said") };
    assert_eq!((flaws[0].place.id, flaws[0].place.field.as_deref()), (Some(other), Some("leader_phone")));
    assert_eq!(office.column("team", &View::default(), "note", false), ["", ""], "nothing of it was kept");
    assert_eq!(office.desk.status().expect("status").undo, step, "and there is no new step");
    office.desk.change("team", &[put(team, "leader_phone", "13800001111")]).expect("the same again");
    assert_eq!(office.desk.status().expect("status").undo, step, "the same text is no step");
    let moved = office.desk.change("team", &[put(team, "registered_on", "2021-08-01")]).expect("changed").moved;
    assert_eq!(moved, [("智农".to_owned(), "初创企业")], "a team that registered is an enterprise");
    assert_eq!(office.desk.list_of("tenant", team).expect("asked"), "enterprise");
    assert_eq!(
        office.column("team", &View::default(), "name", false),
        ["智农", "慧眼"],
        "its row stays under the hand"
    );
    let moved = office.desk.change("team", &[put(team, "credit_code", "91350100M000100Y43")]).expect("changed").moved;
    assert!(moved.is_empty(), "it went over once: {moved:?}");
    assert_eq!(office.column("team", &View::default(), "name", true), ["慧眼"], "until the list is opened anew");
}

#[test]
fn a_day_of_registration_typed_for_the_wrong_team_is_taken_out_again() {
    let mut office = office("wrong-team");
    let team = office.add("team", &[("name", "智农"), ("moved_in_on", "2021-01-01")]);
    let born = [("name", "慧眼"), ("moved_in_on", "2021-01-01"), ("registered_on", "2021-02-01")];
    let enterprise = office.add("enterprise", &born);
    office.desk.change("team", &[put(team, "registered_on", "2021-08-01")]).expect("changed");
    assert_eq!(office.column("enterprise", &View::default(), "name", true), ["智农", "慧眼"]);
    let moved = office.desk.change("enterprise", &[put(team, "registered_on", "")]).expect("taken out").moved;
    assert_eq!(moved, [("智农".to_owned(), "创业团队")]);
    let rows = office.desk.rows("enterprise", &View::default(), 0, 9, false).expect("rows").rows;
    assert_eq!((rows[0].id, rows[0].marks.len()), (team, 0), "a team lacks no day of registration");
    assert_eq!(office.column("team", &View::default(), "name", true), ["智农"]);
    let refused = office.desk.change("enterprise", &[put(enterprise, "registered_on", "")]);
    assert!(matches!(refused, Err(Error::Flawed { .. })), "what entered as an enterprise stays one: {refused:?}");
}

#[test]
fn a_step_that_takes_some_rows_and_brings_others_leaves_none_out() {
    let mut office = office("exchanged");
    let ids: Vec<i64> =
        ["甲", "乙", "丙"].iter().map(|n| office.add("team", &[("name", n), ("moved_in_on", "2021-01-01")])).collect();
    office.desk.delete_all("team", &ids[..1]).expect("deleted");
    assert_eq!(office.column("team", &View::default(), "name", false), ["乙", "丙"]);
    let tenant = incubator::record::kind("tenant").expect("the kind");
    let exchange = office.desk.store_mut().change("对换", |tx| {
        tx.put_back(tenant, ids[0])?;
        tx.delete(tenant, ids[1])
    });
    exchange.expect("exchanged");
    assert_eq!(office.column("team", &View::default(), "name", false), ["甲", "丙"]);
}

#[test]
fn a_block_is_emptied_or_filled_down_as_one_step() {
    let mut office = office("blocks");
    for (name, leader) in [("同名", "王甲"), ("同名", "李乙")] {
        office.add("team", &[("name", name), ("moved_in_on", "2021-01-01"), ("leader_name", leader), ("note", "记")]);
    }
    let second = office.desk.rows("team", &View::default(), 1, 1, true).expect("rows").rows[0].id;
    for number in ["A-1", "A-2", "A-3"] {
        let mut fields = typed(&[("tenant", "同名"), ("number", number)]);
        fields[0].ids = Some(vec![second]);
        office.desk.add("agreement", &fields).expect("added");
    }
    let first = office.desk.rows("team", &View::default(), 0, 1, true).expect("rows").rows[0].id;
    let agreements = office.desk.rows("agreement", &View::default(), 0, 9, true).expect("rows").rows;
    let again = Put {
        id: agreements[0].id,
        typed: Typed { field: "tenant".into(), text: "同名".into(), ids: Some(vec![first]) },
    };
    office.desk.change("agreement", &[again]).expect("changed");
    // Two are called so: the one that is meant goes down, not its name.
    office.desk.fill_down("agreement", &View::default(), 0, 2, &["tenant".into()]).expect("filled");
    for row in &agreements {
        assert_eq!(office.desk.sheet("agreement", row.id).expect("the sheet").ids["tenant"], [first]);
    }
    assert_eq!(office.desk.undo().expect("undone").as_deref(), Some("修改 2 条入驻协议的 2 格"));
    assert_eq!(office.desk.sheet("agreement", agreements[2].id).expect("the sheet").ids["tenant"], [second]);

    let fields = ["leader_name".to_owned(), "note".to_owned()];
    office.desk.empty_block("team", &View::default(), 0, 1, &fields).expect("emptied");
    assert_eq!(office.column("team", &View::default(), "note", false), ["", ""]);
    assert_eq!(office.desk.undo().expect("undone").as_deref(), Some("修改 2 条创业团队的 4 格"));
    let refused = office.desk.empty_block("team", &View::default(), 0, 1, &["name".into(), "note".into()]);
    let Err(Error::Flawed { flaws }) = refused else { panic!("a name is needed") };
    assert_eq!(flaws.iter().map(|f| f.say.as_str()).collect::<Vec<_>>(), ["未填团队名称(共 2 条)"], "said once");
    assert_eq!(office.column("team", &View::default(), "note", false), ["记", "记"], "nothing of it was kept");
}

#[test]
fn who_is_named_twice_is_meant_once() {
    let mut office = office("twice");
    for name in ["甲", "乙"] {
        office.add("team", &[("name", name), ("moved_in_on", "2021-01-01")]);
    }
    office.add("mentor", &[("name", "陈导师")]);
    let session = office.add("session", &[("mentor", "陈导师"), ("on", "2021-03-01"), ("tenants", "甲、乙、甲、")]);
    assert_eq!(office.column("session", &View::default(), "tenants", true), ["甲、乙"]);
    office.desk.change("session", &[put(session, "tenants", "乙、乙")]).expect("changed");
    assert_eq!(office.column("session", &View::default(), "tenants", true), ["乙"]);
}

#[test]
fn a_default_that_was_emptied_stays_empty() {
    let mut office = office("defaults");
    let plain = [("name", "路演"), ("on", "2021-03-01")];
    office.add("event", &plain);
    office.add("event", &[plain[0], plain[1], ("sessions", "")]);
    assert_eq!(office.column("event", &View::default(), "sessions", true), ["1", ""]);
}

#[test]
fn the_bin_is_handed_out_in_part_and_what_went_together_comes_back_together() {
    let mut office = office("bin");
    let ids: Vec<i64> = ["甲", "乙", "丙", "丁"]
        .iter()
        .map(|n| office.add("team", &[("name", n), ("moved_in_on", "2021-01-01")]))
        .collect();
    office.add("agreement", &[("tenant", "乙"), ("number", "A-1")]);
    let day = |d: u32| move || format!("2021-09-0{d}T08:00:00").parse().expect("a moment");
    office.desk.store_mut().set_clock(day(1));
    office.desk.delete_all("team", &ids[..1]).expect("deleted");
    office.desk.store_mut().set_clock(day(2));
    office.desk.delete_all("team", &ids[1..3]).expect("deleted");
    let bin = office.desk.bin(2).expect("the bin");
    assert_eq!((bin.rows.len(), bin.count), (2, 3), "the latest of them");
    assert!(bin.rows.iter().all(|b| b.at == "2021-09-02T08:00:00.000" && b.together == 2), "{:?}", bin.rows);
    office.desk.put_back_all(&bin.rows[0].at).expect("back");
    assert_eq!(office.column("team", &View::default(), "name", true), ["乙", "丙", "丁"]);
    assert_eq!(office.column("agreement", &View::default(), "number", true), ["A-1"], "with what went along");
    assert_eq!(office.desk.status().expect("status").undo.as_deref(), Some("恢复同时删除的 2 条记录"));
    assert_eq!(office.desk.bin(9).expect("the bin").count, 1, "the other one stays");
    assert!(office.desk.put_back_all("2021-09-02T08:00:00.000").is_err(), "nothing is left of that moment");
}

#[test]
fn references_are_typed_by_name_or_picked() {
    let mut office = office("refs");
    let first = office.add("team", &[("name", "同名"), ("moved_in_on", "2021-01-01"), ("leader_name", "王甲")]);
    let second = office.add("team", &[("name", "同名"), ("moved_in_on", "2021-01-01"), ("leader_name", "李乙")]);
    let alone = office.add("team", &[("name", "智 农"), ("moved_in_on", "2021-01-01")]);
    let agreement = office.add("agreement", &[("tenant", "智农"), ("number", "A-1")]);
    let two = office.desk.add("agreement", &typed(&[("tenant", "同名"), ("number", "A-2")])).expect("an answer").row;
    assert!(two.id == 0 && two.marks[0].say.contains("有 2 条"), "two of a name are not guessed: {:?}", two.marks);
    for typed in ["zhinong", "zn", "智n"] {
        let picks = office.desk.choices("agreement", "tenant", typed).expect("choices").picks;
        assert_eq!(picks.iter().map(|p| p.id).collect::<Vec<_>>(), [alone], "{typed} is 智 农 alone");
    }
    let count = |office: &mut Office| office.column("agreement", &View::default(), "number", true).len();
    let before = count(&mut office);
    let begun = office.desk.begun("agreement", &typed(&[("tenant", "智农")])).expect("begun").row;
    assert_eq!((begun.id, begun.marks.len()), (0, 0), "it lacks nothing");
    assert_eq!(count(&mut office), before, "and is saved only when something is typed");
    let picks = office.desk.choices("agreement", "tenant", "同").expect("choices");
    assert_eq!(
        picks.picks.iter().map(|p| (p.id, p.hint.as_str())).collect::<Vec<_>>(),
        [(first, "王甲"), (second, "李乙")]
    );
    let mut fields = typed(&[("tenant", "同名"), ("number", "A-2")]);
    fields[0].ids = Some(vec![second]);
    let added = office.desk.add("agreement", &fields).expect("an answer").row;
    let sheet = office.desk.sheet("agreement", added.id).expect("the sheet");
    assert_eq!(sheet.ids["tenant"], [second]);
    let related = office.desk.sheet("tenant", alone).expect("the sheet").related;
    let agreements = related.iter().find(|r| r.list == "agreement").expect("agreements");
    assert_eq!((agreements.count, agreements.rows[0].id, agreements.field), (1, agreement, "tenant"));
    assert!(related.iter().any(|r| r.list == "session" && r.addable), "lists of many are related too");
    // A name typed whole is not taken for a longer one that was there before it.
    let longer = office.add("team", &[("name", "云帆科创"), ("moved_in_on", "2021-01-01")]);
    let whole = office.add("team", &[("name", "云帆"), ("moved_in_on", "2021-01-01")]);
    let within = office.add("team", &[("name", "新云帆"), ("moved_in_on", "2021-01-01")]);
    let picks = office.desk.choices("agreement", "tenant", "云帆").expect("choices").picks;
    assert_eq!(picks.iter().map(|p| p.id).collect::<Vec<_>>(), [whole, longer, within], "the one of that name first");
    // What is gone is marked, and a change elsewhere in the record leaves it as it is.
    let award = office.add("award", &[("tenant", "智农"), ("name", "创业大赛")]);
    office.desk.delete_all("team", &[alone]).expect("deleted");
    let row = office.desk.rows("award", &View::default(), 0, 9, true).expect("rows").rows.remove(0);
    assert!(row.marks.iter().any(|m| m.field == "tenant" && !m.missing), "{:?}", row.marks);
    office.desk.change("award", &[put(award, "prize", "一等奖")]).expect("changed");
    assert!(
        office.desk.add("agreement", &typed(&[("tenant", "没有")])).expect("an answer").row.marks[0]
            .say
            .contains("没有“没有”")
    );
}

#[test]
fn every_list_takes_deletes_and_gives_back_a_record() {
    let mut office = office("each");
    office.add("team", &[("name", "智农"), ("moved_in_on", "2021-01-01")]);
    office.add("mentor", &[("name", "陈导师")]);
    office.add("fund", &[("name", "种子资金")]);
    let groups = office.desk.lists().expect("lists");
    let mut seen = 0;
    for list in groups.iter().flat_map(|g| &g.lists).filter(|l| l.addable) {
        let columns = columns(list.name).expect("columns");
        assert!(columns[0].names, "{}: the name stands first", list.label);
        let fields: Vec<(&str, String)> = columns
            .iter()
            .filter(|c| c.required || c.names)
            .map(|c| {
                let text = match c.ty {
                    "date" => "2021年3月1日".to_owned(),
                    "month" => "2021年3月".to_owned(),
                    "year" => "2021".to_owned(),
                    "money" | "int" | "decimal" => "12".to_owned(),
                    "choice" | "bool" => c.options[0].to_owned(),
                    "ref" => match c.of {
                        Some("mentor") => "陈导师".to_owned(),
                        Some("fund") => "种子资金".to_owned(),
                        _ => "智农".to_owned(),
                    },
                    _ => format!("试{}", c.label),
                };
                (c.name, text)
            })
            .collect();
        let before = office.desk.rows(list.name, &View::default(), 0, 0, true).expect("rows").count;
        let fields: Vec<(&str, &str)> = fields.iter().map(|(f, t)| (*f, t.as_str())).collect();
        let id = office.add(list.name, &fields);
        let count = |office: &Office| office.desk.rows(list.name, &View::default(), 0, 0, false).expect("rows").count;
        assert_eq!(count(&office), before + 1, "{}", list.label);
        office.desk.delete_all(list.name, &[id]).expect("deleted");
        assert_eq!(count(&office), before, "{}: deleted", list.label);
        let bin = office.desk.bin(9).expect("the bin").rows;
        let binned = bin.iter().find(|b| b.id == id && b.kind == list.kind).expect("in the bin");
        assert!(!binned.at.is_empty() && !binned.label.is_empty());
        office.desk.put_back(binned.kind, id).expect("back");
        assert_eq!(count(&office), before + 1, "{}: back again", list.label);
        seen += 1;
    }
    assert!(seen > 25, "every list was tried: {seen}");
    let proof = office.desk.add("proof", &[]);
    assert!(matches!(proof, Err(Error::Refused(_))), "a file comes with its file");
}

#[test]
fn sums_stand_where_they_mean_something() {
    let mut office = office("sums");
    office.add("team", &[("name", "甲"), ("moved_in_on", "2021-01-01")]);
    office.add("team", &[("name", "乙"), ("moved_in_on", "2021-01-01")]);
    for (day, amount) in [("2021-01-05", "1,000.50"), ("2021-02-05", "2万")] {
        office.add("income", &[("received_on", day), ("line", "服务收入"), ("amount", amount)]);
    }
    let sum = |office: &Office, list: &str, field: &str, view: &View| {
        let at = columns(list).expect("columns").iter().position(|c| c.name == field).expect("the column");
        let rows = office.desk.rows(list, view, 0, 0, true).expect("rows");
        (rows.totals[at].clone(), rows.apart)
    };
    assert_eq!(sum(&office, "income", "amount", &View::default()).0, "21000.50");
    let january = where_("received_on", Test::Range { from: "2021-01".into(), to: "2021-01".into() });
    assert_eq!(sum(&office, "income", "amount", &january).0, "1000.50", "of the rows that are shown");
    for (tenant, day, people) in [("甲", "2021-06-20", "5"), ("乙", "2021-06-20", "7"), ("甲", "2021-09-20", "6")] {
        office.add("snapshot", &[("tenant", tenant), ("as_of", day), ("headcount", people)]);
    }
    assert_eq!(
        sum(&office, "snapshot", "headcount", &View::default()),
        (String::new(), true),
        "two days do not add up"
    );
    let june = where_("as_of", Test::Range { from: "2021-06".into(), to: "2021-06".into() });
    assert_eq!(sum(&office, "snapshot", "headcount", &june), ("12".to_owned(), false), "one day does");
}

#[test]
fn a_block_is_copied_as_excel_writes_it() {
    let mut office = office("block");
    office.add("team", &[("name", "甲"), ("moved_in_on", "2021-01-01"), ("note", "一\n\"二\"")]);
    office.add("team", &[("name", "乙"), ("moved_in_on", "2021-01-02")]);
    let fields = ["name".to_owned(), "note".to_owned(), "moved_in_on".to_owned()];
    let text = office.desk.block("team", &View::default(), 0, 1, &fields).expect("text");
    assert_eq!(text, "甲\t\"一\n\"\"二\"\"\"\t2021-01-01\r\n乙\t\t2021-01-02\r\n");
}

#[test]
fn the_past_of_a_record_can_be_seen_and_brought_back() {
    let mut office = office("past");
    office.desk.store_mut().set_clock(|| "2021-09-01T08:00:00".parse().expect("a moment"));
    let id = office.add("team", &[("name", "甲"), ("moved_in_on", "2021-01-01"), ("note", "旧")]);
    office.desk.store_mut().set_clock(|| "2021-09-10T08:00:00".parse().expect("a moment"));
    office.desk.change("team", &[put(id, "note", "新")]).expect("changed");
    let day = |d| NaiveDate::from_ymd_opt(2021, 9, d).expect("a day");
    let then = office.desk.record_on("team", id, day(5)).expect("asked").expect("it was there");
    assert!(then.cells.contains(&"旧".to_owned()));
    assert!(
        office
            .desk
            .record_on("team", id, NaiveDate::from_ymd_opt(2021, 8, 31).expect("a day"))
            .expect("asked")
            .is_none()
    );
    let history = office.desk.sheet("tenant", id).expect("the sheet").history;
    let first = history.last().expect("entries").step;
    office.desk.restore_step("tenant", id, first).expect("restored");
    assert_eq!(office.column("team", &View::default(), "note", false), ["旧"]);
    assert_eq!(office.desk.undo().expect("undone").as_deref(), Some("恢复入驻对象的旧内容"));
}

#[test]
fn the_round_asks_every_tenant_of_the_quarter_once() {
    let mut office = office("round");
    let served = office.add("team", &[("name", "在驻"), ("moved_in_on", "2021-01-01")]);
    let left = office.add("team", &[("name", "已退"), ("moved_in_on", "2020-01-01")]);
    office.add("exit", &[("tenant", "已退"), ("on", "2021-05-01"), ("kind", "退出")]);
    let quit = office.add("team", &[("name", "本季退"), ("moved_in_on", "2020-01-01")]);
    office.add("exit", &[("tenant", "本季退"), ("on", "2021-08-01"), ("kind", "退出")]);
    let new = office.add("team", &[("name", "新来"), ("moved_in_on", "2021-09-01")]);
    office.add("team", &[("name", "以后"), ("moved_in_on", "2021-09-21")]);
    for (tenant, people) in [("在驻", "8"), ("本季退", "3"), ("已退", "4")] {
        office.add("snapshot", &[("tenant", tenant), ("as_of", "2021-03-20"), ("headcount", people)]);
    }
    let round = office.desk.round("2021Q3").expect("the round");
    assert_eq!(round.as_of.to_string(), "2021-09-20", "the cut-off");
    assert_eq!(
        round.columns.iter().map(|c| c.name).collect::<Vec<_>>(),
        ["headcount", "fresh_graduates"],
        "as the form asks"
    );
    let ids: Vec<i64> = round.rows.iter().map(|r| r.tenant).collect();
    assert_eq!(ids, [served, quit, new], "served in the quarter; {left} left before");
    assert_eq!(round.rows[0].offered, ["8", "0"], "the last stock, and no flow");
    assert_eq!(round.rows[2].offered[0], "", "nothing is known of a new one");
    let confirmable: Vec<bool> = round.rows.iter().map(|r| r.confirmable).collect();
    assert_eq!(confirmable, [true, true, false], "a number that was never given cannot be confirmed");
    let typed = RoundPut { tenant: new, field: "headcount".into(), text: "６".into() };
    let round = office.desk.round_put("2021Q3", &typed).expect("kept");
    assert_eq!((round.rows[2].now[0].as_str(), round.rows[2].done, round.done), ("6", true, 1));
    let round = office.desk.round_confirm("2021Q3", Some(&[served])).expect("confirmed");
    assert_eq!((round.rows[0].now.clone(), round.done), (vec!["8".to_owned(), "0".to_owned()], 2));
    assert_eq!(office.desk.status().expect("status").undo.as_deref(), Some("季度更新：确认在驻"));
    let round = office.desk.round_confirm("2021Q3", None).expect("the rest");
    assert_eq!(round.done, 3);
    let days = office.column("snapshot", &View::default(), "as_of", true);
    assert_eq!(days.iter().filter(|d| *d == "2021-09-20").count(), 3, "dated at the cut-off: {days:?}");
    office
        .desk
        .round_put("2021Q3", &RoundPut { tenant: served, field: "headcount".into(), text: "9".into() })
        .expect("kept");
    assert_eq!(
        office.column("snapshot", &View::default(), "as_of", true).len(),
        days.len(),
        "typed over, not added again"
    );
    let bad =
        office.desk.round_put("2021Q3", &RoundPut { tenant: served, field: "headcount".into(), text: "约9".into() });
    assert!(matches!(bad, Err(Error::Flawed { .. })), "what is no number is said: {bad:?}");
}

#[test]
fn a_filtered_list_stays_filtered_while_it_is_worked_in() {
    let mut office = office("filtered");
    let ids: Vec<i64> =
        ["甲", "乙", "丙"].iter().map(|n| office.add("team", &[("name", n), ("moved_in_on", "2021-01-01")])).collect();
    let test = Test::Contains { text: "甲".into() };
    let view = View { filters: vec![Filter { field: "name".into(), test }], ..View::default() };
    assert_eq!(office.column("team", &view, "name", true), ["甲"]);
    office.desk.change("team", &[put(ids[0], "note", "改")]).expect("changed");
    assert_eq!(office.column("team", &view, "name", false), ["甲"], "what was left out does not come in with a change");
    office.desk.delete_all("team", &ids[..1]).expect("deleted");
    assert_eq!(office.column("team", &view, "name", false), [""; 0]);
    office.desk.undo().expect("undone");
    assert_eq!(office.column("team", &view, "name", false), ["甲"], "what comes back comes back alone");
    office.add("team", &[("name", "丁"), ("moved_in_on", "2021-01-01")]);
    assert_eq!(office.column("team", &view, "name", false), ["甲", "丁"], "a new record is seen by who typed it");
}

#[test]
fn the_window_begins_in_the_list_it_was_left_in_with_the_view_it_had() {
    let mut office = office("first");
    office.add("team", &[("name", "甲队"), ("moved_in_on", "2021-03-01")]);
    office.add("team", &[("name", "乙队"), ("moved_in_on", "2021-03-02")]);
    assert!(office.desk.first().expect("an answer").list.is_none(), "it was left in no list");
    let mut first = |settings: &[(&str, serde_json::Value)]| {
        for (key, value) in settings {
            office.desk.settings_mut().set(key, value.clone()).expect("remembered");
        }
        office.desk.first().expect("an answer").list.expect("a list")
    };
    let down = serde_json::json!({ "filters": [], "sort": { "field": "name", "down": true }, "only": [1] });
    let list = first(&[("room", "records".into()), ("room/records", "team".into()), ("filter/team", down)]);
    let labels: Vec<&str> = list.rows.rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!((list.name.as_str(), labels), ("team", vec!["乙队", "甲队"]), "in the order it was left in");
    assert_eq!(list.view, by("name", true), "what a finding had named is not kept to");
    assert_eq!(list.columns.len(), list.rows.rows[0].cells.len(), "a cell for each column");
    assert!(list.groups.iter().flat_map(|group| &group.lists).any(|entry| entry.name == "team" && entry.count == 2));
    let gone = serde_json::json!({ "filters": [{ "field": "gone", "test": { "is": "blank" } }] });
    let list = first(&[("filter/team", gone)]);
    assert_eq!(
        (list.view, list.rows.count),
        (View::default(), 2),
        "a filter that fits no more is given up, not the list"
    );
    let list = first(&[("room/records", "nothing".into())]);
    assert_eq!(list.name, list.groups[0].lists[0].name, "a list that is no more gives way to the first");
}

#[test]
fn a_long_deletion_that_is_stopped_in_the_middle_has_taken_nothing() {
    let mut office = office("stopped");
    let kind = incubator::record::kind("income").expect("incomes");
    let shape = incubator::record::shape("income").expect("incomes");
    let ids: Vec<i64> = office
        .desk
        .store_mut()
        .change("许多收入", |tx| {
            let mut one = incubator::record::Record::empty(kind, 0);
            for (field, text) in [("received_on", "2021-09-01"), ("line", "服务收入"), ("amount", "1")] {
                let declared = kind.field(field).expect("a field");
                one.set(kind, field, incubator::record::parse_value(declared, text).expect("sound"));
            }
            (0..1_200).map(|_| tx.insert(shape, one.clone())).collect()
        })
        .expect("kept");
    let steps = office.desk.store().last_step();
    let stopped = office.desk.delete_many("income", &ids, Progress::new(&|step| step.done == 0));
    assert!(matches!(stopped, Err(Error::Cancelled)), "{stopped:?}");
    assert_eq!(office.desk.rows("income", &View::default(), 0, 9, true).expect("rows").count, 1_200, "all stand");
    assert_eq!(office.desk.store().last_step(), steps, "and there is no step of it");
    office.desk.delete_many("income", &ids, Progress::SILENT).expect("deleted");
    assert_eq!(office.desk.rows("income", &View::default(), 0, 9, true).expect("rows").count, 0);
}

//! The store from inside: what needs its private parts.

use std::path::PathBuf;

use super::*;
use crate::record::{Value, kind, shape};

/// A folder of its own that goes when the test does.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("taizhang-store-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Scratch(path)
    }
    fn open(&self) -> Store {
        Store::open(&self.0, "众创台账").unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// `name=text;…` as a record of a list.
fn record(list: &str, fields: &str) -> Record {
    let kind = shape(list).unwrap().kind;
    let mut record = Record::empty(kind, 0);
    for (name, text) in fields.split(';').filter_map(|p| p.split_once('=')) {
        record.set(kind, name, record::parse_value(kind.field(name).unwrap(), text).unwrap());
    }
    record
}

fn insert(store: &mut Store, list: &str, fields: &str) -> i64 {
    store.change("新增", |tx| tx.insert(shape(list).unwrap(), record(list, fields))).unwrap()
}

#[test]
fn a_change_is_kept_undone_and_redone_across_restarts() {
    let scratch = Scratch::new("smoke");
    let mut store = scratch.open();
    let id = insert(&mut store, "team", "name=甲;moved_in_on=2021-03-01");
    let team = kind("tenant").unwrap();
    let before = store.ledger().unwrap();
    assert_eq!(before.get(team, id).unwrap().field(team, "entered_as"), Some(&Value::text("创业团队")));
    drop(store);
    let mut store = scratch.open();
    assert_eq!(store.undo_name().unwrap().as_deref(), Some("新增"));
    store.undo().unwrap();
    assert!(store.ledger().unwrap().is_empty());
    drop(store);
    let mut store = scratch.open();
    store.redo().unwrap();
    assert_eq!(store.ledger().unwrap().rows(team), before.rows(team));
    assert_eq!(store.verify().unwrap(), []);
}

/// A moment of 20 September 2021.
fn at(time: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(&format!("2021-09-20 {time}"), "%Y-%m-%d %H:%M").unwrap()
}

fn edit(store: &mut Store, list: &str, id: i64, fields: &str) -> Result<()> {
    let shape = shape(list).unwrap();
    store.change("修改", |tx| {
        let mut record = tx.get(shape.kind, id)?.ok_or_else(|| Error::refused("不在了"))?;
        for (name, text) in fields.split(';').filter_map(|p| p.split_once('=')) {
            record.set(shape.kind, name, record::parse_value(shape.kind.field(name).unwrap(), text).unwrap());
        }
        tx.update(shape, record)
    })
}

fn text(store: &Store, kind_name: &str, id: i64, field: &str) -> String {
    let kind = kind(kind_name).unwrap();
    let ledger = store.ledger().unwrap();
    ledger.get(kind, id).map_or("(none)".into(), |r| ledger.text(kind, r, field))
}

/// Every row of every table, the bin included.
fn rows_of(store: &Store) -> Vec<String> {
    let mut all = Vec::new();
    for table in schema::tables() {
        let sql = format!("SELECT '{0} ' || id || {1} FROM \"{0}\" ORDER BY id", table.kind.name, table.json);
        let mut rows = store.conn().unwrap().prepare_cached(&sql).unwrap();
        all.extend(rows.query_map([], |r| r.get::<_, String>(0)).unwrap().map(|r| r.unwrap()));
    }
    all
}

const TEAM: &str = "name=甲;moved_in_on=2021-03-01";

#[test]
fn what_fails_or_changes_nothing_leaves_no_step() {
    let scratch = Scratch::new("nothing");
    let mut store = scratch.open();
    let id = insert(&mut store, "team", TEAM);
    let (before, step) = (rows_of(&store), store.last_step());
    let refused: Result<()> = store.change("失败", |tx| {
        tx.insert(shape("team").unwrap(), record("team", "name=乙;moved_in_on=2021-03-01"))?;
        Err(Error::refused("不行"))
    });
    assert!(matches!(refused, Err(Error::Refused(_))));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _: Result<()> = store.change("中断", |tx| {
            tx.insert(shape("team").unwrap(), record("team", "name=乙;moved_in_on=2021-03-01"))?;
            panic!("half way")
        });
    }));
    assert!(panicked.is_err());
    edit(&mut store, "team", id, "name=甲").unwrap();
    store
        .change("来回", |tx| {
            let tenant = kind("tenant").unwrap();
            tx.delete(tenant, id)?;
            tx.put_back(tenant, id)
        })
        .unwrap();
    assert_eq!((rows_of(&store), store.last_step()), (before, step), "wholly or not at all");
    drop(store);
    assert_eq!(scratch.open().last_step(), step);
}

#[test]
fn flaws_against_other_records_are_refused() {
    let scratch = Scratch::new("flaws");
    let mut store = scratch.open();
    let team = insert(&mut store, "team", TEAM);
    let gone = insert(&mut store, "team", "name=乙;moved_in_on=2021-03-01");
    insert(&mut store, "exit", &format!("tenant={team};kind=毕业;on=2021-06-30"));
    store.change("删除", |tx| tx.delete(kind("tenant").unwrap(), gone)).unwrap();
    let mut say = |list: &str, fields: &str| {
        let result = store.change("新增", |tx| tx.insert(shape(list).unwrap(), record(list, fields)));
        result.err().map_or(String::new(), |e| match e {
            Error::Flawed { flaws } => flaws.iter().map(|f| f.say.clone()).collect::<Vec<_>>().join("；"),
            e => panic!("{e}"),
        })
    };
    for (list, fields, want) in [
        ("member", format!("name=张三;tenant={team}"), ""),
        ("member", "name=张三;tenant=77".into(), "入驻对象：没有编号为 77 的入驻对象"),
        ("member", format!("name=张三;tenant={gone}"), "入驻对象：入驻对象“乙”在回收站中，请先恢复或改选"),
        ("exit", format!("tenant={team};kind=退出;on=2021-02-28"), "离开日期(2021-02-28)早于入驻日期(2021-03-01)"),
        ("exit", format!("tenant={team};kind=退出;on=2021-03-01"), ""),
        ("proof", format!("owner=tenant:{team};role=照片;name=a.jpg;sha256=00"), ""),
        ("proof", "owner=event:12;role=照片;name=a.jpg;sha256=00".into(), "所属记录：没有编号为 12 的活动"),
        (
            "proof",
            "owner=某活动;role=照片;name=a.jpg;sha256=00".into(),
            "所属记录：“某活动”无法识别，应写成 event:12 的样子",
        ),
        ("team", "name=\0;moved_in_on=2021-03-01".into(), "团队名称含有无效字符"),
    ] {
        let want = want.replace("团队名称含", "名称含");
        assert_eq!(say(list, &fields), want, "{list} {fields}");
    }
    let late = edit(&mut store, "team", team, "moved_in_on=2021-07-01").unwrap_err();
    assert!(late.to_string().contains("离开日期(2021-03-01)早于入驻日期(2021-07-01)"), "{late}");
    // What the record pointed to before may stay, though it has gone to the bin since.
    let prize = insert(&mut store, "award", &format!("tenant={team};name=大赛"));
    store.change("删除", |tx| tx.delete(kind("tenant").unwrap(), team)).unwrap();
    edit(&mut store, "award", prize, "prize=一等奖").unwrap();
    let id = insert(&mut store, "event", "on=2021-05-01;name=沙龙");
    assert_eq!(
        (text(&store, "event", id, "sessions"), text(&store, "event", id, "counted")),
        ("1".into(), "是".into())
    );
}

#[test]
fn the_bin_takes_what_belongs_together_and_gives_it_back() {
    let scratch = Scratch::new("bin");
    let mut store = scratch.open();
    let tenant = kind("tenant").unwrap();
    let (member, proof) = (kind("member").unwrap(), kind("proof").unwrap());
    let team = insert(&mut store, "team", TEAM);
    let zhang = insert(&mut store, "member", &format!("name=张三;tenant={team}"));
    let li = insert(&mut store, "member", &format!("name=李四;tenant={team}"));
    let prize = insert(&mut store, "award", &format!("tenant={team};name=大赛"));
    let photo = insert(&mut store, "proof", &format!("owner=member:{zhang};role=照片;name=a.jpg;sha256=00"));
    store.change("删除成员", |tx| tx.delete(member, li)).unwrap();
    let before = rows_of(&store);
    store.change("删除团队", |tx| tx.delete(tenant, team)).unwrap();
    let ledger = store.ledger().unwrap();
    assert!(ledger.get(member, zhang).is_none() && ledger.get(proof, photo).is_none(), "what means nothing without it");
    assert_eq!(ledger.rows(kind("award").unwrap()).len(), 1, "what only mentions it stays");
    let bin: Vec<_> = store.bin().unwrap().into_iter().map(|(k, r, _)| (k.name, r.id)).collect();
    assert_eq!(bin, [("tenant", team), ("member", li)], "what went along is not listed");
    assert!(store.binned(member, zhang).unwrap().is_some());
    let with = store.change("恢复", |tx| tx.put_back(member, zhang)).unwrap_err();
    assert!(with.to_string().contains("这条成员是随入驻对象“甲”一起删除的"), "{with}");
    let alone = store.change("恢复", |tx| tx.put_back(member, li)).unwrap_err();
    assert!(alone.to_string().contains("入驻对象“甲”在回收站中"), "{alone}");
    let steps = store.last_step();
    store.change("恢复", |tx| tx.put_back(tenant, team)).unwrap();
    assert_eq!((rows_of(&store), store.last_step()), (before, steps + 1), "the same group, as one step");
    assert_eq!(text(&store, "award", prize, "tenant"), "甲");
    store.change("恢复", |tx| tx.put_back(member, li)).unwrap();
    assert!(store.bin().unwrap().is_empty());
}

#[test]
fn one_older_step_is_taken_back_by_itself() {
    let scratch = Scratch::new("selective");
    let mut store = scratch.open();
    let team = insert(&mut store, "team", TEAM);
    edit(&mut store, "team", team, "leader_name=张三;project=无人机").unwrap();
    let named = store.last_step();
    edit(&mut store, "team", team, "leader_phone=13800000000").unwrap();
    store.undo_step(named).unwrap();
    assert_eq!(text(&store, "tenant", team, "leader_name"), "");
    assert_eq!(text(&store, "tenant", team, "leader_phone"), "13800000000", "later work stays");
    assert!(store.step(named).unwrap().unwrap().undone);
    assert!(store.undo_step(named).unwrap_err().to_string().contains("已经撤销"));
    // It is a change like any other: undone, the older step is in force again.
    store.undo().unwrap();
    assert_eq!(text(&store, "tenant", team, "leader_name"), "张三");
    assert!(!store.step(named).unwrap().unwrap().undone);
    edit(&mut store, "team", team, "project=机器人").unwrap();
    let later = store.undo_step(named).unwrap_err();
    assert!(later.to_string().contains("的“创业项目或产品”后来又改过"), "{later}");
    // A new record goes only when nothing leans on it.
    let other = insert(&mut store, "team", "name=乙;moved_in_on=2021-03-01");
    let made = store.last_step();
    let member = insert(&mut store, "member", &format!("name=李四;tenant={other}"));
    let leaned = store.undo_step(made).unwrap_err();
    assert!(leaned.to_string().contains("成员“李四”仍引用其中的入驻对象"), "{leaned}");
    store.change("删除", |tx| tx.delete(kind("member").unwrap(), member)).unwrap();
    assert!(store.undo_step(made).is_err(), "nor while one in the bin does");
    let step = store.last_step();
    insert(&mut store, "team", "name=丙;moved_in_on=2021-03-01");
    store.undo_step(step + 1).unwrap();
    assert_eq!(store.ledger().unwrap().rows(kind("tenant").unwrap()).len(), 2);
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn a_record_has_its_history_and_goes_back_alone() {
    let scratch = Scratch::new("history");
    let mut store = scratch.open();
    let tenant = kind("tenant").unwrap();
    let team = insert(&mut store, "team", TEAM);
    edit(&mut store, "team", team, "leader_name=张三").unwrap();
    let named = store.last_step();
    let other = insert(&mut store, "team", "name=乙;moved_in_on=2021-03-01");
    edit(&mut store, "team", team, "leader_name=李四;name=甲公司").unwrap();
    store.change("删除", |tx| tx.delete(tenant, team)).unwrap();
    let history = store.record_history(tenant, team).unwrap();
    let seen: Vec<_> = history.iter().map(|c| (c.name.as_str(), c.before.is_some(), c.after.is_some())).collect();
    assert_eq!(seen, [("新增", false, true), ("修改", true, true), ("修改", true, true), ("删除", true, false)]);
    assert_eq!(store.changes_since(named).unwrap().len(), 3);
    store.revert_record(tenant, team, named).unwrap();
    assert_eq!(text(&store, "tenant", team, "leader_name"), "张三");
    assert_eq!(text(&store, "tenant", team, "name"), "甲");
    assert_eq!(text(&store, "tenant", other, "name"), "乙", "others are left alone");
    store.undo().unwrap();
    assert_eq!(text(&store, "tenant", team, "name"), "(none)");
    assert!(store.revert_record(tenant, other, named).unwrap_err().to_string().contains("还没有这条"));
    let names: Vec<_> = store.history(2).unwrap().into_iter().map(|s| (s.name, s.kind, s.undone)).collect();
    assert_eq!(
        names,
        [
            ("撤销：恢复入驻对象的旧内容".into(), StepKind::Undo, false),
            ("恢复入驻对象的旧内容".into(), StepKind::Do, true)
        ]
    );
}

#[test]
fn the_ledger_is_told_as_of_a_day() {
    let scratch = Scratch::new("asof");
    let mut store = scratch.open();
    let tenant = kind("tenant").unwrap();
    let day = |n: u32| move || chrono::NaiveDate::from_ymd_opt(2021, 9, n).unwrap().and_hms_opt(23, 59, 59).unwrap();
    store.set_clock(day(1));
    let team = insert(&mut store, "team", TEAM);
    store.set_clock(day(2));
    edit(&mut store, "team", team, "leader_name=张三").unwrap();
    store.set_clock(day(3));
    store.change("删除", |tx| tx.delete(tenant, team)).unwrap();
    store.set_clock(day(4));
    store.undo().unwrap();
    insert(&mut store, "team", "name=乙;moved_in_on=2021-03-01");
    let seen = |at: &str| {
        let ledger = store.ledger_as_of(at).unwrap();
        let label = |r| format!("{}{}", ledger.text(tenant, r, "name"), ledger.text(tenant, r, "leader_name"));
        ledger.rows(tenant).iter().map(label).collect::<Vec<_>>().join(",")
    };
    for (at, want) in [
        ("2021-08-31", ""),
        ("2021-09-01", "甲"),
        ("2021-09-02T23:59:58.999", "甲"),
        ("2021-09-02T23:59:59.000", "甲张三"),
        ("2021-09-02", "甲张三"),
        ("2021-09-03", ""),
        ("2021-09-04", "甲张三,乙"),
        ("2099-01-01", "甲张三,乙"),
    ] {
        assert_eq!(seen(at), want, "as of {at}");
    }
    assert!(store.ledger_as_of("昨天").is_err());
    assert!(store.ledger_at(0).unwrap().is_empty());
}

#[test]
fn nobody_writes_outside_a_change() {
    let scratch = Scratch::new("outside");
    let mut store = scratch.open();
    let team = insert(&mut store, "team", TEAM);
    drop(store);
    let conn = Connection::open(scratch.0.join("taizhang.db")).unwrap();
    for sql in [
        "UPDATE tenant SET name = '乙'",
        "DELETE FROM tenant",
        "INSERT INTO tenant (name, entered_as) VALUES ('乙', '创业团队')",
        "UPDATE step SET name = '别的'",
        "DELETE FROM step",
        "UPDATE change SET after = '{}'",
        "DELETE FROM change",
        "INSERT INTO change (step, kind, row) VALUES (1, 'tenant', 1)",
    ] {
        assert!(conn.execute_batch(sql).is_err(), "{sql}");
    }
    drop(conn);
    let store = scratch.open();
    assert_eq!(text(&store, "tenant", team, "name"), "甲");
}

/// Edits the closed database by force and makes the state file forget its hash.
fn tamper(scratch: &Scratch, sql: &str) -> String {
    {
        let conn = Connection::open(scratch.0.join("taizhang.db")).unwrap();
        let mut triggers = conn.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        let triggers: Vec<(String, String)> =
            triggers.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().map(|t| t.unwrap()).collect();
        triggers.iter().for_each(|(name, _)| conn.execute_batch(&format!("DROP TRIGGER \"{name}\"")).unwrap());
        conn.execute_batch(sql).unwrap();
        triggers.iter().for_each(|(_, sql)| conn.execute_batch(sql).unwrap());
    }
    let _ = std::fs::remove_file(scratch.0.join("state"));
    match Store::open(&scratch.0, "众创台账") {
        Err(Error::Damaged { reason, .. }) => reason,
        Err(e) => panic!("{sql}: {e}"),
        Ok(_) => format!("{sql}: opened as if sound"),
    }
}

#[test]
fn an_edit_by_force_is_found() {
    for (sql, want) in [
        ("UPDATE tenant SET name = '乙'", "入驻对象(编号 1)与变更日志不符"),
        ("DELETE FROM tenant", "入驻对象应有 1 条，实有 0 条"),
        (
            "UPDATE change SET after = replace(after, '甲', '乙'); UPDATE tenant SET name = '乙'",
            "变更日志第 1 步与其校验值不符",
        ),
        ("DELETE FROM change WHERE step = 2; DELETE FROM step WHERE id = 2", "事件"),
        ("UPDATE step SET at = '2020-01-01T00:00:00.000' WHERE id = 2", "变更日志第 2 步与其校验值不符"),
        ("DELETE FROM change WHERE step = 1; DELETE FROM step WHERE id = 1", "变更日志第 1 步与其校验值不符"),
        ("DROP INDEX member_tenant", "数据库结构与本程序不符"),
    ] {
        let scratch = Scratch::new("force");
        let mut store = scratch.open();
        insert(&mut store, "team", TEAM);
        insert(&mut store, "event", "on=2021-05-01;name=沙龙");
        drop(store);
        // Taking the last step off leaves its rows without a word in the log.
        let want = want.replace("事件", "活动(编号 1)与变更日志不符");
        assert_eq!(tamper(&scratch, sql), want, "{sql}");
    }
}

#[test]
fn a_restored_backup_is_one_step_that_can_be_undone() {
    let scratch = Scratch::new("restore");
    let mut store = scratch.open();
    let team = insert(&mut store, "team", TEAM);
    insert(&mut store, "member", &format!("name=张三;tenant={team}"));
    let then = rows_of(&store);
    let backup = store.backup("手动").unwrap();
    edit(&mut store, "team", team, "name=乙").unwrap();
    insert(&mut store, "event", "on=2021-05-01;name=沙龙");
    let (now, steps) = (rows_of(&store), store.last_step());
    store.restore(&backup.path).unwrap();
    assert_eq!((rows_of(&store), store.last_step()), (then.clone(), steps + 1));
    store.undo().unwrap();
    assert_eq!(rows_of(&store), now, "everything is back");
    let reasons: Vec<_> = store.backups().unwrap().into_iter().map(|b| b.reason).collect();
    assert_eq!(reasons, ["恢复前", "手动"]);
    let bad = scratch.0.join("坏.db");
    for (content, why) in [(b"not a database".to_vec(), "不是众创台账的数据库"), (vec![], "不是众创台账的数据库")]
    {
        std::fs::write(&bad, content).unwrap();
        let said = store.restore(&bad).unwrap_err().to_string();
        assert!(said.contains(why) && said.contains("坏.db"), "{said}");
    }
    let mut bytes = std::fs::read(&backup.path).unwrap();
    let name = bytes.windows(6).rposition(|w| w == "张三".as_bytes()).unwrap();
    bytes[name..name + 6].copy_from_slice("李四".as_bytes());
    std::fs::write(&bad, bytes).unwrap();
    let said = store.restore(&bad).unwrap_err().to_string();
    assert!(said.contains("不是有效的备份") && said.contains("不符"), "a changed value is noticed: {said}");
    assert_eq!(rows_of(&store), now, "a refused file changes nothing");
    // Another, empty store takes the backup too.
    let other = Scratch::new("restore-other");
    let mut empty = other.open();
    empty.restore(&backup.path).unwrap();
    assert_eq!(rows_of(&empty), then);
    assert_eq!(empty.verify().unwrap(), []);
}

#[test]
fn backups_come_by_themselves() {
    let scratch = Scratch::new("timed");
    let mut store = scratch.open();
    let reasons = |store: &Store| store.backups().unwrap().into_iter().map(|b| b.reason).collect::<Vec<_>>();
    store.set_clock(|| at("08:00"));
    insert(&mut store, "team", TEAM);
    store.set_clock(|| at("08:14"));
    insert(&mut store, "team", "name=乙;moved_in_on=2021-03-01");
    assert!(reasons(&store).is_empty());
    store.set_clock(|| at("08:15"));
    insert(&mut store, "team", "name=丙;moved_in_on=2021-03-01");
    assert_eq!(reasons(&store), ["定时"], "a quarter of an hour after the first change");
    store.set_clock(|| at("09:10"));
    insert(&mut store, "team", "name=丁;moved_in_on=2021-03-01");
    assert_eq!(reasons(&store), ["定时"], "counted from the first change since, not from the backup");
    store.close().unwrap();
    let store = scratch.open();
    assert_eq!(reasons(&store), ["关闭", "定时"], "closing a changed store makes one");
    store.close().unwrap();
    assert_eq!(reasons(&scratch.open()).len(), 2, "closing an unchanged one does not");
}

#[test]
fn a_store_is_upgraded_after_a_backup() {
    const NEXT: &[Migration] = &[
        Migration { sql: schema::MIGRATIONS[0].sql },
        Migration { sql: schema::MIGRATIONS[1].sql },
        Migration { sql: schema::MIGRATIONS[2].sql },
        Migration { sql: schema::MIGRATIONS[3].sql },
        Migration { sql: "CREATE INDEX later ON tenant (name); UPDATE tenant SET note = '升级时填写';" },
    ];
    let scratch = Scratch::new("upgrade");
    let mut store = scratch.open();
    let team = insert(&mut store, "team", TEAM);
    drop(store);
    let store = Store::open_with(&scratch.0, "众创台账", NEXT).unwrap();
    assert_eq!(text(&store, "tenant", team, "note"), "升级时填写");
    let newest = store.backups().unwrap().remove(0);
    assert_eq!(newest.reason, "升级前");
    let kept = Connection::open(&newest.path).unwrap();
    let version: i64 = kept.pragma_query_value(None, "user_version", |r| r.get(0)).unwrap();
    assert_eq!(version, 4, "the backup is of the store before it");
    let last = store.history(1).unwrap().remove(0);
    assert_eq!((last.kind, last.name.as_str()), (StepKind::Migrate, "升级台账结构到版本 5"));
    assert_eq!(store.undo_name().unwrap(), None, "undo does not cross it");
    drop(store);
    assert!(matches!(Store::open(&scratch.0, "众创台账"), Err(Error::Newer { found: 5, known: 4 })));
    // After a crash every check runs against the new schema.
    std::fs::remove_file(scratch.0.join("state")).unwrap();
    Store::open_with(&scratch.0, "众创台账", NEXT).unwrap();
}

#[test]
fn a_store_of_the_first_schema_opens_and_takes_what_is_new() {
    let scratch = Scratch::new("first-schema");
    let folder = Folder::take(&scratch.0, "众创台账", "").unwrap();
    create(&folder, &schema::MIGRATIONS[..1]).unwrap();
    drop(folder);
    let mut store = scratch.open();
    assert_eq!(store.backups().unwrap()[0].reason, "升级前", "kept as it was first");
    let platform = insert(&mut store, "platform", "name=国家级众创空间;level=国家级");
    assert_eq!(text(&store, "platform", platform, "level"), "国家级");
    insert(&mut store, "indicator", "name=年均双创投入;unit=万元;value1=12.5");
}

#[test]
fn proof_files_are_kept_once_checked_and_exported() {
    let scratch = Scratch::new("proofs");
    let mut store = scratch.open();
    let event = insert(&mut store, "event", "on=2021-05-01;name=沙龙 A/B");
    let (hash, size) = store.attach(b"picture").unwrap();
    assert_eq!((store.attach(b"picture").unwrap(), size), ((hash.clone(), 7), 7));
    for _ in 0..2 {
        insert(&mut store, "proof", &format!("owner=event:{event};role=照片;name=合影.jpg;sha256={hash}"));
    }
    assert_eq!(store.attachment(&hash).unwrap(), b"picture");
    assert_eq!(store.verify().unwrap(), []);
    let out = Scratch::new("proofs-out");
    for _ in 0..2 {
        store.export_attachments(&out.0).unwrap();
    }
    let mut names: Vec<_> =
        std::fs::read_dir(&out.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let name = "活动“2021-05-01 沙龙 A_B” 照片 合影";
    let want = ["", "(2)", "(3)", "(4)"].map(|n| format!("{name}{n}.jpg"));
    assert_eq!(names.len(), 4, "nothing is overwritten: {names:?}");
    assert!(want.iter().all(|n| names.contains(n)), "{names:?}");
    let kept = scratch.0.join("attachments").join(&hash[..2]).join(&hash);
    std::fs::write(&kept, b"another").unwrap();
    let say = store.verify().unwrap().iter().map(|f| f.say.clone()).collect::<Vec<_>>();
    assert!(say.len() == 2 && say[0].contains("内容已被改动"), "{say:?}");
    std::fs::remove_file(&kept).unwrap();
    assert!(store.verify().unwrap()[0].say.contains("文件不见了"));
    store.attach(b"picture").unwrap();
    assert_eq!(store.verify().unwrap(), [], "given again, it is whole again");
    assert!(store.attachment("../../etc/passwd").is_err(), "no hash leads out of the folder");
}

#[test]
fn a_full_disk_is_said_in_words_and_harms_nothing() {
    let scratch = Scratch::new("full");
    let mut store = scratch.open();
    insert(&mut store, "team", TEAM);
    let (before, step) = (rows_of(&store), store.last_step());
    let pages: i64 = store.conn().unwrap().pragma_query_value(None, "page_count", |r| r.get(0)).unwrap();
    let limit = |store: &Store, pages: i64| {
        store.conn().unwrap().query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
    };
    limit(&store, pages);
    let long = format!("name=乙;moved_in_on=2021-03-01;note={}", "长".repeat(100_000));
    let full = store.change("新增", |tx| tx.insert(shape("team").unwrap(), record("team", &long))).unwrap_err();
    assert!(full.to_string().contains("磁盘空间不足，这一步没有保存"), "{full}");
    assert_eq!((rows_of(&store), store.last_step()), (before, step));
    limit(&store, 1_000_000);
    insert(&mut store, "team", &long);
    assert_eq!(store.verify().unwrap(), []);
}

/// A small sequence of its own: the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

#[test]
fn ten_thousand_operations_are_undone_to_the_start_and_redone_to_the_end() {
    const OPERATIONS: usize = 10_000;
    // In memory where there is such a place: waiting for the disk would show nothing here.
    let memory = std::path::Path::new("/dev/shm");
    let mut scratch = Scratch::new("random");
    if memory.is_dir() {
        scratch = Scratch(memory.join(format!("taizhang-store-random-{}", std::process::id())));
    }
    let mut store = scratch.open();
    let mut dice = Dice(20_210_920);
    // What every row was after each step that can be undone, taken at every fiftieth.
    let mut undo: Vec<Option<Vec<String>>> = Vec::new();
    let mut redo: Vec<Option<Vec<String>>> = Vec::new();
    let start = rows_of(&store);
    let (mut done, mut refused) = ([0; 10], 0);
    let lists = ["team", "enterprise", "member", "event", "exit", "income", "award"];
    let mut ledger = store.ledger().unwrap();
    for number in 0..OPERATIONS {
        if number % 500 == 499 {
            drop(store);
            store = scratch.open();
        }
        if number % 25 == 0 {
            ledger = store.ledger().unwrap();
        }
        let before = store.last_step();
        let list = lists[dice.below(lists.len())];
        let kind = shape(list).unwrap().kind;
        let some = |dice: &mut Dice, kind: &'static Kind| {
            let rows = ledger.rows(kind);
            rows.get(dice.below(rows.len())).map(|r| r.id)
        };
        let tenant = some(&mut dice, record::kind("tenant").unwrap()).unwrap_or(1);
        let operation = dice.below(10);
        let outcome: Result<()> = match operation {
            0..3 => {
                let fields = match list {
                    "team" => format!("name=团队{number};moved_in_on=2021-03-{:02}", 1 + dice.below(28)),
                    "enterprise" => format!("name=公司{number};moved_in_on=2021-03-01;registered_on=2021-05-01"),
                    "member" => format!("name=成员{number};tenant={tenant}"),
                    "event" => format!("name=活动{number};on=2021-05-01"),
                    "exit" => format!("tenant={tenant};kind=退出;on=2021-0{}-01", 1 + dice.below(9)),
                    "income" => "received_on=2021-05-01;line=服务收入;amount=12.34".into(),
                    _ => format!("name=大赛{number};tenant={tenant}"),
                };
                store.change(&format!("新增{number}"), |tx| {
                    tx.insert(shape(list).unwrap(), record(list, &fields)).map(drop)
                })
            }
            3 | 4 => match some(&mut dice, kind) {
                Some(id) => edit(&mut store, kind.name, id, &format!("note=第{number}次")),
                None => Ok(()),
            },
            5 => match some(&mut dice, kind) {
                Some(id) => store.change(&format!("删除{number}"), |tx| tx.delete(kind, id)),
                None => Ok(()),
            },
            6 => {
                let bin = store.bin().unwrap();
                match bin.get(dice.below(bin.len())) {
                    Some((kind, record, _)) => {
                        store.change(&format!("恢复{number}"), |tx| tx.put_back(kind, record.id))
                    }
                    None => Ok(()),
                }
            }
            7 if dice.below(2) == 0 => store.undo().map(|step| {
                if step.is_some() {
                    redo.push(undo.pop().unwrap());
                }
            }),
            7 => store.redo().map(|step| {
                if step.is_some() {
                    undo.push(redo.pop().unwrap());
                }
            }),
            8 => {
                let (hash, _) = store.attach(format!("{}", number % 50).as_bytes()).unwrap();
                let fields = format!("owner=tenant:{tenant};role=照片;name={number}.jpg;sha256={hash}");
                store.change("附件", |tx| tx.insert(shape("proof").unwrap(), record("proof", &fields)).map(drop))
            }
            _ => {
                let step = store.last_step() - dice.below(30) as i64;
                store.undo_step(step).map(drop)
            }
        };
        match outcome {
            Ok(()) => done[operation] += 1,
            Err(Error::Flawed { .. } | Error::Refused(_)) => {
                refused += 1;
                assert_eq!(store.last_step(), before, "operation {number}: refused and yet saved");
            }
            Err(e) => panic!("operation {number}: {e}"),
        }
        if operation != 7 && store.last_step() > before {
            undo.push((number % 50 == 0).then(|| rows_of(&store)));
            redo.clear();
        }
        if operation == 7 && store.last_step() > before {
            // What an undo or redo gives is what stood there.
            if let Some(Some(rows)) = undo.last() {
                assert_eq!(&rows_of(&store), rows, "operation {number}");
            }
        }
    }
    assert!(
        done.iter().all(|n| *n > 150) && refused < OPERATIONS / 4,
        "all are tried and most work: {done:?} {refused}"
    );
    let compare = |store: &Store, undo: &[Option<Vec<String>>]| match undo.last() {
        Some(Some(rows)) => assert_eq!(&rows_of(store), rows, "row for row, {} steps deep", undo.len()),
        Some(None) => {}
        None => assert_eq!(rows_of(store), start, "back at the start"),
    };
    while store.redo().unwrap().is_some() {
        undo.push(redo.pop().unwrap());
    }
    let (end, depth) = (rows_of(&store), undo.len());
    assert!(depth > OPERATIONS / 2, "most of it is still there to undo: {depth}");
    while store.undo().unwrap().is_some() {
        redo.push(undo.pop().unwrap());
        compare(&store, &undo);
        if undo.len().is_multiple_of(2500) {
            drop(store);
            store = scratch.open();
        }
    }
    assert_eq!((undo.len(), rows_of(&store)), (0, start.clone()), "undone to the start");
    assert!(store.ledger().unwrap().is_empty());
    while store.redo().unwrap().is_some() {
        undo.push(redo.pop().unwrap());
        compare(&store, &undo);
        if undo.len().is_multiple_of(2500) {
            drop(store);
            store = scratch.open();
        }
    }
    assert_eq!((undo.len(), rows_of(&store)), (depth, end), "redone to the end");
    assert_eq!(store.verify().unwrap(), []);
}

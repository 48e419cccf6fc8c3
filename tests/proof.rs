//! Proof files: many at once, kept once, asked for by the record's kind, removed and brought back.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use incubator::Error;
use incubator::desk::Desk;
use incubator::progress::{Progress, Step};
use incubator::record::{Record, kind, parse_value, shape};
use incubator::store::Store;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the last run's folder goes away");
    }
    folder
}

/// A new record written `field=text; field=text`.
fn put(store: &mut Store, of: &str, fields: &str) -> i64 {
    let shape = shape(of).expect("a kind");
    let mut record = Record::empty(shape.kind, 0);
    for (name, text) in fields.split("; ").filter_map(|pair| pair.split_once('=')) {
        let field = shape.kind.field(name).expect("a field");
        record.set(shape.kind, name, parse_value(field, text).expect("sound text"));
    }
    store.change("记一条", |tx| tx.insert(shape, record)).expect("kept")
}

fn desk(name: &str) -> (Desk, PathBuf) {
    let folder = scratch(name);
    (Desk::open(&folder.join("data"), "tests", day("2022-06-30")).expect("a new store"), folder)
}

#[test]
fn an_event_wants_a_notice_a_sign_in_sheet_and_two_photos() {
    let (mut desk, folder) = desk("proof-event");
    let event = put(desk.store_mut(), "event", "on=2022-05-01; name=沙龙; kind=创业沙龙");
    let files = folder.join("files");
    std::fs::create_dir_all(&files).expect("a folder");
    let made: Vec<PathBuf> = ["沙龙通知.pdf", "IMG_01.JPG", "签到.xlsx", "IMG_02.jpg"]
        .iter()
        .map(|name| {
            std::fs::write(files.join(name), format!("content of {name}")).expect("written");
            files.join(name)
        })
        .collect();
    let before = desk.proof("event", event).expect("a record");
    assert_eq!((before.have, before.want), (0, 3), "notice, sign-in sheet, photos");
    let says: Vec<&str> = before.needs.iter().map(|n| n.say.as_str()).collect();
    assert_eq!(says, ["缺活动通知或截图 1 份", "缺签到表 1 份", "缺照片 2 张"]);
    assert!(before.roles.starts_with(&["活动通知".into(), "截图".into(), "签到表".into(), "照片".into()]));
    assert!(!before.roles.contains(&"营业执照".to_owned()), "a licence is no proof of an event");
    assert!(before.other_roles.contains(&"营业执照".to_owned()), "but nobody is hindered");

    std::fs::write(files.join("空.txt"), b"").expect("written");
    let mut paths = made.clone();
    paths.extend([files.join("空.txt"), files.clone(), files.join("没有.jpg")]);
    let added = desk.add_proof_files("event", event, None, &paths, Progress::SILENT).expect("added");
    assert_eq!((added.added.len(), added.refused.len()), (4, 3), "{:?}", added.refused);
    assert!(added.refused[0].contains("空文件") && added.refused[1].contains("文件夹"), "{:?}", added.refused);
    let after = desk.proof("event", event).expect("a record");
    let roles: Vec<&str> = after.files.iter().map(|f| f.role.as_str()).collect();
    assert_eq!(roles, ["活动通知", "照片", "签到表", "照片"], "the names say what they are");
    assert_eq!((after.have, after.want), (3, 3));
    assert!(after.files[1].image && !after.files[0].image, "whatever the case of the ending");
    assert_eq!(after.files[0].size, Some("content of 沙龙通知.pdf".len() as i64));
    let today = chrono::Local::now().date_naive();
    let added_on = after.files[0].day.expect("a day");
    assert!((today - added_on).num_days().abs() <= 1, "the day of adding stands in for that of making");
    assert_eq!(desk.proof_content(after.files[2].id).expect("there").1, "content of 签到.xlsx".as_bytes());

    let again = desk.add_proof_files("event", event, None, &made, Progress::SILENT).expect("said");
    assert_eq!((again.added.len(), again.known.len()), (0, 4), "what is there is not put twice");
    let other = put(desk.store_mut(), "event", "on=2022-05-08; name=讲堂; kind=创业讲堂");
    let twice = desk.add_proof_files("event", other, Some("照片"), &made[1..2], Progress::SILENT).expect("added");
    assert!(twice.remarks[0].contains("沙龙"), "one picture for two events is pointed out: {:?}", twice.remarks);
    let kept = walk(&folder.join("data/attachments"));
    assert_eq!(kept.len(), 4, "and stored once: {kept:?}");

    desk.remove_proof(&[after.files[1].id, after.files[3].id]).expect("removed");
    assert_eq!(desk.proof("event", event).expect("a record").have, 2);
    assert_eq!(desk.undo().expect("undone").as_deref(), Some("移除佐证材料 2 份"), "one step");
    assert_eq!(desk.proof("event", event).expect("a record"), after, "all of it is back");
    desk.change_proof_role(&[after.files[0].id], "报道").expect("changed");
    assert_eq!(desk.proof("event", event).expect("a record").needs[0].say, "缺活动通知或截图 1 份");
    assert!(desk.change_proof_role(&[after.files[0].id], "画像").is_err(), "no such role");
    let counts = desk.proof_counts("event").expect("a kind");
    let seen: Vec<(i64, usize, usize, usize)> = counts.iter().map(|c| (c.id, c.have, c.want, c.files)).collect();
    assert_eq!(seen, [(event, 2, 3, 4), (other, 0, 3, 1)], "齐全 n/m of each");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { found.extend(walk(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

#[test]
fn stopped_half_way_nothing_is_added() {
    let (mut desk, folder) = desk("proof-stop");
    let event = put(desk.store_mut(), "event", "on=2022-05-01; name=沙龙; kind=创业沙龙");
    let paths: Vec<PathBuf> = (0..3).map(|n| folder.join(format!("{n}.jpg"))).collect();
    for path in &paths {
        std::fs::write(path, path.display().to_string()).expect("written");
    }
    let stop = |step: &Step| step.done < 2;
    let outcome = desk.add_proof_files("event", event, None, &paths, Progress::new(&stop));
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    assert_eq!(desk.proof("event", event).expect("a record").files, []);
}

#[test]
fn a_tenant_shows_its_agreements_files_and_a_quarter_what_it_lacks() {
    let (mut desk, _) = desk("proof-tenant");
    let store = desk.store_mut();
    let team = put(store, "team", "name=甲团队; moved_in_on=2022-01-10");
    let firm = put(store, "enterprise", "name=乙公司; moved_in_on=2022-02-10; registered_on=2021-12-01");
    let gone = put(store, "team", "name=丙团队; moved_in_on=2020-01-10");
    put(store, "exit", &format!("tenant={gone}; kind=退出; on=2021-12-31"));
    let agreement = put(store, "agreement", &format!("tenant={team}; signed_on=2022-01-10; start_on=2022-01-10"));
    put(store, "income", "received_on=2022-03-01; line=财政补贴; amount=100000");
    put(store, "income", "received_on=2022-03-02; line=服务收入; amount=100");
    put(store, "event", "on=2021-12-30; name=去年的; kind=创业沙龙");
    put(store, "event", "on=2022-03-30; name=三月底的; kind=创业沙龙");
    let file = desk.keep_proof("C:\\扫描\\协议.pdf", Some("协议"), b"signed").expect("kept");
    assert_eq!(file.name, "协议.pdf", "no path comes in with a name");
    desk.add_proof("agreement", agreement, vec![file]).expect("added");
    let proof = desk.proof("team", team).expect("a record");
    assert_eq!((proof.have, proof.want, proof.files.len()), (1, 1, 1), "the agreement's file counts");
    assert_eq!(proof.files[0].owner_kind, "agreement");
    assert!(!proof.files[0].owner.is_empty(), "and says where it lies");
    let proof = desk.proof("enterprise", firm).expect("a record");
    let says: Vec<&str> = proof.needs.iter().map(|n| n.say.as_str()).collect();
    assert_eq!(says, ["缺协议 1 份", "缺营业执照 1 份"], "an enterprise has a licence too");

    let quarter = desk.quarter_proof("2022Q1").expect("a quarter");
    assert_eq!((quarter.from, quarter.to), (day("2022-01-01"), day("2022-03-20")), "up to the cut-off");
    let lines: Vec<(&str, &str, usize, usize)> =
        quarter.groups.iter().map(|g| (g.of.as_str(), g.what.as_str(), g.have, g.want)).collect();
    assert_eq!(
        lines,
        [("服务的团队和企业", "协议", 1, 2), ("服务的企业", "营业执照", 0, 1), ("财政补贴", "凭证", 0, 1)],
        "neither last year's event nor one after the cut-off, neither who left nor other income"
    );
    assert_eq!(quarter.groups[1].say, "1 家服务的企业缺营业执照");
    assert_eq!((quarter.groups[1].missing[0].kind, quarter.groups[1].missing[0].id), ("tenant", firm), "a link");
    assert_eq!((quarter.have, quarter.want), (1, 4));
    assert!(kind("proof").is_some());
}

//! 总览 and 备份与设置: what is missing and where it is mended, beginning, who did what, backups made and restored
//! while the store goes on, the second copy.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use incubator::Error;
use incubator::desk::{Desk, NewProof, Target, View, copy_to, restore_changes, verify_backups, verify_files};
use incubator::progress::{Progress, Step};
use incubator::store::Unpacked;

use crate::office::Office;

fn office(test: &str) -> Office {
    Office::open(&format!("keeping-{test}"), "2021-09-10")
}

impl Office {
    /// A backup as the window makes it: the store is asked for a copy alone.
    fn backup(&mut self, reason: &str, progress: Progress<'_>) -> incubator::Result<PathBuf> {
        let copied = self.desk.store().copied()?;
        let backup = copied.backup(reason, progress)?;
        self.desk.store_mut().backed_up(&copied);
        Ok(backup.path)
    }
}

fn says(office: &Office, say: &str) -> Target {
    let todo = office.desk.overview().expect("the overview").todo;
    let found = todo.iter().find(|item| item.say == say);
    found
        .unwrap_or_else(|| panic!("“{say}” is named: {:?}", todo.iter().map(|t| &t.say).collect::<Vec<_>>()))
        .target
        .clone()
}

#[test]
fn the_overview_names_what_is_missing_and_leads_to_it() {
    let mut office = office("overview");
    let team = office.add("team", &[("name", "甲团队"), ("moved_in_on", "2021-03-01")]);
    let event = office.add("event", &[("on", "2021-08-05"), ("name", "沙龙"), ("kind", "创业沙龙")]);
    let ends = [("start_on", "2020-10-01"), ("end_on", "2021-09-30"), ("signed_on", "2020-10-01")];
    let team_name = [("tenant", "甲团队")];
    let agreement = office.add("agreement", &[&team_name[..], &ends[..]].concat());

    assert_eq!(
        says(&office, "1 个团队未更新 9 月人数"),
        Target::Round { period: Some("2021Q3".into()) },
        "head-counts are mended in the round"
    );
    assert_eq!(
        says(&office, "1 场活动缺签到表"),
        Target::Records { list: Some("event".into()), ids: Some(vec![event]), field: Some("proof".into()) },
        "the event, at its proof"
    );
    assert_eq!(says(&office, "1 份协议 30 天内到期"), Target::records("agreement", vec![agreement]), "the agreement");
    assert!(matches!(says(&office, "1 个团队未填技术领域"), Target::Records { ids: Some(ids), .. } if ids == [team]));
    // Each list shows its own: what is said of teams and enterprises leads to both.
    let alone = office.add("team", &[("name", "乙团队"), ("moved_in_on", "2021-03-01")]);
    let firm = [("name", "丙公司"), ("moved_in_on", "2021-03-01"), ("registered_on", "2021-04-01")];
    let firm = office.add("enterprise", &firm);
    for (say, list, id) in
        [("1 个团队没有登记入驻协议", "team", alone), ("1 个企业没有登记入驻协议", "enterprise", firm)]
    {
        assert_eq!(says(&office, say), Target::records(list, vec![id]), "{say}");
        let view = View { only: Some(vec![id]), ..View::default() };
        let rows = office.desk.rows(list, &view, 0, 9, true).expect("rows").rows;
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [id], "and the list shows it");
    }
    let lists: Vec<String> =
        office.desk.lists().expect("lists").into_iter().flat_map(|g| g.lists).map(|l| l.name.to_owned()).collect();
    for item in office.desk.overview().expect("the overview").todo {
        if let Target::Records { list: Some(list), .. } = item.target {
            assert!(lists.contains(&list), "“{}” leads to a list that there is: {list}", item.say);
        }
    }
    office.desk.delete_all("tenant", &[alone, firm]).expect("deleted");

    let overview = office.desk.overview().expect("the overview");
    assert_eq!((overview.period.as_str(), overview.sealed), ("2021Q3", false));
    assert_eq!(overview.cutoff_say, "还有 10 天", "to the 20th of September");
    let teams = overview.figures.iter().find(|f| f.code == "zjf05").expect("服务的创业团队数量");
    assert_eq!(serde_json::to_value(&teams.value).expect("json"), 1);

    let (sha256, size) = office.desk.store().attach(b"names").expect("kept");
    let proof = NewProof { name: "签到表.pdf".into(), role: None, sha256, size };
    office.desk.add_proof("event", event, vec![proof]).expect("added");
    let todo = office.desk.overview().expect("the overview").todo;
    assert!(!todo.iter().any(|t| t.say.contains("缺签到表")), "what was mended is no longer named");
    let charts = office.desk.charts().expect("charts");
    assert_eq!((charts.periods.len(), charts.periods.last().map(String::as_str)), (12, Some("2021Q3")));
    assert_eq!((charts.moved_in.iter().sum::<u32>(), charts.present.last()), (1, Some(&1)));
    assert_eq!(charts.events[charts.months.iter().position(|m| m == "2021-08").expect("August")], 1.0);
}

#[test]
fn a_store_begins_once_with_a_name() {
    let mut office = office("begin");
    assert!(matches!(office.desk.begin("  "), Err(Error::Refused(_))), "a name is asked for");
    assert!(office.desk.status().expect("status").empty, "and nothing was made");
    let status = office.desk.begin(" 青禾众创空间 ").expect("begun");
    assert_eq!((status.name.as_deref(), status.empty), (Some("青禾众创空间"), false));
    assert_eq!(status.undo.as_deref(), Some("建立台账"), "it can be taken back like any step");
    assert!(matches!(office.desk.begin("另一个"), Err(Error::Refused(_))), "a store that holds something stays");
    assert!(matches!(office.desk.open_sample(), Err(Error::Refused(_))), "and takes no sample");
}

#[test]
fn every_step_says_who_made_it_also_after_a_restart() {
    let mut office = office("who");
    office.desk.settings_mut().set("person", "许知微".into()).expect("kept");
    office.desk.sign();
    let team = office.add("team", &[("name", "甲团队"), ("moved_in_on", "2021-03-01")]);
    office.desk.settings_mut().set("person", "  ".into()).expect("kept");
    office.desk.sign();
    let own = office.desk.about_program().expect("about").who;
    assert!(!own.is_empty() && own != "许知微", "a blank name is the user of the computer: {own}");
    office.desk.delete("team", team).expect("deleted");
    let who = |desk: &Desk| desk.steps(9).expect("steps").into_iter().map(|s| s.who).collect::<Vec<_>>();
    assert_eq!(who(&office.desk), [own.clone(), "许知微".to_owned()], "the newest first");
    let history: Vec<String> =
        office.desk.record("team", team).expect("in the bin").history.into_iter().map(|h| h.who).collect();
    assert_eq!(history, [own.clone(), "许知微".to_owned()], "and so says the record's history");
    let folder = office.folder.clone();
    let aside = Desk::open(&folder.join("另一个"), "test", NaiveDate::MAX).expect("another store");
    drop(std::mem::replace(&mut office.desk, aside));
    let again = Desk::open(&folder, "test", NaiveDate::MAX).expect("opens");
    assert_eq!(who(&again).last().map(String::as_str), Some("许知微"), "it is kept in the log");
    assert_eq!(again.store().verify().expect("looked through"), [], "which is sound");
}

#[test]
fn a_backup_is_made_of_the_moment_while_the_store_goes_on() {
    let mut office = office("beside");
    office.add("team", &[("name", "甲团队"), ("moved_in_on", "2021-03-01")]);
    let copied = office.desk.store().copied().expect("a copy");
    let later = office.add("team", &[("name", "乙团队"), ("moved_in_on", "2021-03-01")]);
    let backup = copied.backup("手动备份", Progress::SILENT).expect("a backup");
    office.desk.store_mut().backed_up(&copied);
    assert_eq!(copied.verify(Progress::SILENT).expect("looked through"), [], "the copy can be looked through too");
    drop(copied);
    assert_eq!(office.desk.backups().expect("backups"), std::slice::from_ref(&backup), "it stands in the list");
    let unpacked = Unpacked::open(&office.folder, &backup.path, Progress::SILENT).expect("sound");
    let now = office.desk.store().copied().expect("a copy");
    let found = unpacked.against(&now, Progress::SILENT).expect("compared");
    let changes = restore_changes(&office.desk.store().ledger().expect("records"), &found).expect("told");
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!((changes[0].back, changes[0].changed, changes[0].gone), (0, 0, 1), "the later team would go");
    assert_eq!(changes[0].named, ["乙团队(移除)"], "by name");
    // The store goes on while the two are held against each other: what came since goes too.
    let since = office.add("team", &[("name", "丙团队"), ("moved_in_on", "2021-03-01")]);
    office.desk.store_mut().restore_from(&unpacked, &found, Progress::SILENT).expect("restored");
    for gone in [later, since] {
        assert!(office.desk.record("team", gone).is_err(), "it is as it was");
    }
    office.desk.undo().expect("undone");
    for back in [later, since] {
        assert!(office.desk.record("team", back).is_ok(), "and can be taken back");
    }
    drop((unpacked, now));
    let left: Vec<String> = std::fs::read_dir(&office.folder)
        .expect("the folder")
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains(".copy") || name.contains(".unpacked"))
        .collect();
    assert_eq!(left, [] as [&str; 0], "no copy is left behind");
}

#[test]
fn every_backup_is_opened_when_all_is_looked_through_and_a_newer_one_is_no_trouble_of_the_store() {
    let mut office = office("spoilt");
    office.desk.open_sample().expect("the sample");
    let paths: Vec<PathBuf> = ["第一", "第二", "第三"]
        .map(|reason| office.backup(reason, Progress::SILENT).expect("a backup"))
        .into_iter()
        .collect();
    let look = |office: &Office| {
        let backups = office.desk.backups().expect("backups");
        assert!(backups.len() >= 3, "{backups:?}");
        verify_backups(&backups, Progress::SILENT).expect("looked through")
    };
    assert_eq!(look(&office), [], "all are sound");
    let bytes = std::fs::read(&paths[0]).expect("a backup");
    std::fs::write(&paths[0], &bytes[..bytes.len() / 2]).expect("cut");
    rusqlite::Connection::open(&paths[1])
        .and_then(|conn| conn.pragma_update(None, "user_version", 99))
        .expect("of a newer program");
    let flaws = look(&office);
    let named: Vec<&str> = flaws.iter().filter_map(|flaw| flaw.place.file.as_deref()).collect();
    let name = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
    assert_eq!(named.len(), 2, "{flaws:?}");
    assert!(paths[..2].iter().all(|path| named.contains(&name(path).as_str())), "by file: {flaws:?}");
    match Unpacked::open(&office.folder, &paths[1], Progress::SILENT) {
        Err(Error::Refused(say)) => assert!(say.contains("更新版本") && say.contains("不受影响"), "{say}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_backup_that_cannot_be_made_by_itself_is_told() {
    let mut office = office("trouble");
    let start = chrono::NaiveDate::from_ymd_opt(2021, 9, 10).and_then(|day| day.and_hms_opt(9, 0, 0)).expect("a time");
    let minutes = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let clock = std::sync::Arc::clone(&minutes);
    office
        .desk
        .store_mut()
        .set_clock(move || start + chrono::TimeDelta::minutes(clock.load(std::sync::atomic::Ordering::Relaxed)));
    office.add("team", &[("name", "甲团队"), ("moved_in_on", "2021-03-01")]);
    assert_eq!(office.desk.status().expect("status").backup_trouble, None);
    let backups = office.folder.join("backups");
    std::fs::remove_dir_all(&backups).expect("gone");
    std::fs::write(&backups, "a file in its place").expect("written");
    minutes.store(20, std::sync::atomic::Ordering::Relaxed);
    let team = office.add("team", &[("name", "乙团队"), ("moved_in_on", "2021-03-01")]);
    assert!(office.desk.record("team", team).is_ok(), "the change is saved all the same");
    let status = office.desk.status().expect("status");
    assert!(status.backup_trouble.is_some(), "and the person is told");
}

#[test]
fn long_work_that_nobody_wants_any_more_changes_nothing() {
    let mut office = office("cancel");
    office.desk.open_sample().expect("the sample");
    let backup = office.backup("手动备份", Progress::SILENT).expect("a backup");
    let folder = office.folder.clone();
    let there = || std::fs::read_dir(folder.join("backups")).expect("the folder").count();
    let (files, before) = (there(), office.desk.store().last_step());
    let no = |_: &Step| false;
    let cancelled = |done: Result<(), Error>, what: &str| {
        assert!(matches!(done, Err(Error::Cancelled)), "{what} is stopped: {done:?}");
    };
    cancelled(office.backup("手动备份", Progress::new(&no)).map(drop), "a backup");
    assert_eq!(there(), files, "and leaves no file");
    let copied = office.desk.store().copied().expect("a copy");
    cancelled(copied.verify(Progress::new(&no)).map(drop), "looking through");
    office.desk.undo().expect("undone");
    let unpacked = Unpacked::open(&folder, &backup, Progress::SILENT).expect("sound");
    let now = office.desk.store().copied().expect("a copy");
    cancelled(unpacked.against(&now, Progress::new(&no)).map(drop), "a comparison");
    let found = unpacked.against(&now, Progress::SILENT).expect("compared");
    cancelled(office.desk.store_mut().restore_from(&unpacked, &found, Progress::new(&no)), "a restore");
    assert_eq!(office.desk.store().last_step(), before + 1, "there is no step of it");
    assert!(office.desk.status().expect("status").empty, "and not one record");
}

#[test]
fn the_second_copy_takes_what_is_new_and_tells_what_is_not_sound() {
    let mut office = office("copy");
    let away = office.folder.with_extension("away");
    let _ = std::fs::remove_dir_all(&away);
    let event = office.add("event", &[("on", "2021-08-05"), ("name", "沙龙"), ("kind", "创业沙龙")]);
    let mut kept = Vec::new();
    for (name, content) in [("签到表.pdf", "names"), ("照片.jpg", "picture")] {
        let (sha256, size) = office.desk.store().attach(content.as_bytes()).expect("kept");
        kept.push(office.folder.join("attachments").join(&sha256[..2]).join(&sha256));
        let proof = NewProof { name: name.into(), role: None, sha256, size };
        office.desk.add_proof("event", event, vec![proof]).expect("added");
    }
    let copy = |office: &mut Office, to: &Path, progress: Progress<'_>| {
        let backup = office.desk.backup().expect("a backup");
        let files = office.desk.store().proof_files().expect("files");
        copy_to(to, &office.folder, &backup, &files, progress)
    };
    let inside = office.folder.join("里面");
    let said = copy(&mut office, &inside, Progress::SILENT).expect_err("a copy beside the original is none");
    assert!(said.to_string().contains("另一个磁盘"), "{said}");
    let stop = |step: &Step| step.done < 2;
    assert!(matches!(copy(&mut office, &away, Progress::new(&stop)), Err(Error::Cancelled)), "it can be stopped");
    assert_eq!(copy(&mut office, &away, Progress::SILENT).expect("copied"), [], "and goes on where it was");
    let there = |file: &Path| {
        let name = file.file_name().expect("a name");
        let folder = file.parent().and_then(Path::file_name).expect("a folder");
        away.join("众创台账备份").join("attachments").join(folder).join(name)
    };
    for file in &kept {
        assert_eq!(std::fs::read(there(file)).ok(), std::fs::read(file).ok(), "each file is there");
    }
    let backups = std::fs::read_dir(away.join("众创台账备份/backups")).expect("backups").count();
    assert!(backups >= 2, "each copy brings its backup: {backups}");
    std::fs::write(&kept[1], "altered").expect("damaged");
    std::fs::remove_file(there(&kept[1])).expect("gone");
    let flaws = copy(&mut office, &away, Progress::SILENT).expect("copied");
    assert_eq!(flaws.len(), 1, "a file that is not sound is told: {flaws:?}");
    assert!(!there(&kept[1]).exists(), "and not copied as if it were");
    assert_eq!(
        verify_files(&office.desk.store().proof_files().expect("files"), Progress::SILENT).expect("read").len(),
        1
    );
    let _ = std::fs::remove_dir_all(&away);
}

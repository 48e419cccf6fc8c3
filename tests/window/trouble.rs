//! A folder that cannot be opened.

use crate::stage::{FIGURES, Stage, play, sample_folder};

#[test]
fn a_folder_that_cannot_be_opened_says_why_and_what_to_do() {
    play(async {
        let stage = Stage::set("trouble", false);
        let folder = stage.home.join("台账");
        let desk = sample_folder(&folder);
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("who holds it", "return document.querySelector('[role=alert]')?.innerText.includes('正被')").await;
        window.looks_right("被占用").await;
        drop(desk);
        window.press("再试一次").await;
        window.turn_to_the_published_quarter().await;
        assert_eq!(window.figures().await, FIGURES, "the folder opens once it is free");
        window.close().await;
    });
}

#[test]
fn a_damaged_store_is_brought_back_from_the_backup_that_was_named() {
    play(async {
        let stage = Stage::set("damaged", false);
        let folder = stage.home.join("台账");
        let mut desk = sample_folder(&folder);
        desk.backup().expect("a backup");
        drop(desk);
        let database = std::fs::read_dir(&folder)
            .expect("the folder")
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|ending| ending == "db"))
            .expect("the database");
        let bytes = std::fs::read(&database).expect("its bytes");
        std::fs::write(&database, &bytes[..bytes.len() / 2]).expect("cut in half");
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("the damage", "return document.querySelector('[role=alert]')?.innerText.includes('已损坏')").await;
        window.looks_right("已损坏").await;
        window.press("从这份备份恢复").await;
        window.turn_to_the_published_quarter().await;
        assert_eq!(window.figures().await, FIGURES, "the backup holds the whole report");
        let kept = std::fs::read_dir(&folder).expect("the folder").flatten();
        let kept = kept.filter(|e| e.file_name().to_string_lossy().starts_with("damaged-")).count();
        assert_eq!(kept, 1, "the damaged files are kept");
        window.close().await;
    });
}

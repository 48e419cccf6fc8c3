//! From nothing: the space's name; then search, backups, restoring, steps taken back one by one, all by keyboard
//! where a key is there for it.

use fantoccini::key::Key;
use serde_json::json;

use crate::stage::{Stage, play, sample_folder};

#[test]
fn a_space_begins_with_its_name_and_nothing_else() {
    play(async {
        let stage = Stage::set("begin", false);
        let window = stage.open(&[]).await;
        window.shows("从哪里开始").await;
        window.size(1366, 768).await;
        window.reads_well("the first start").await;
        for way in ["导入名册", "打开示例"] {
            assert!(window.text(".welcome").await.contains(way), "the first start offers {way}");
        }
        window.type_into("从零开始：先填写众创空间的名称", "Qinghe").await;
        window.press("建立台账").await;
        window.wait("the overview", "return document.querySelector('.overview h1') !== null").await;
        assert!(window.text("header").await.contains("Qinghe"), "the space has its name");
        assert!(window.text("header").await.contains("建立台账"), "and the step can be taken back");
        window.keys(&(Key::Control + "6")).await;
        let there = "return document.querySelector('nav [aria-current=page]')?.innerText.trim() === '附表与申报'";
        window.wait("the sixth room by its key", there).await;
        window.close().await;
    });
}

#[test]
fn what_is_looked_for_is_found_and_what_was_done_can_be_taken_back() {
    play(async {
        let stage = Stage::set("keeping", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("the overview", "return document.querySelector('.overview .todo li') !== null").await;

        // Initials of the quarterly report; the first result is opened with Enter.
        window.run("document.querySelector('input[role=combobox]').focus()").await;
        window.keys("zckjtjjcbb").await;
        window.wait("a result", "return document.querySelector('[role=option]') !== null").await;
        // A composition is not a search, and the Enter that ends it opens nothing.
        let room = window
            .run(
                "const box = document.querySelector('input[role=combobox]');
                 box.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
                 box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
                 box.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
                 return document.querySelector('nav [aria-current=page]').innerText.trim()",
            )
            .await;
        assert_eq!(room, json!("总览"), "the Enter that ends a composition opens nothing");
        window.wait("the result again", "return document.querySelector('[role=option]') !== null").await;
        window.keys(&Key::Enter.to_string()).await;
        let there = "return document.querySelector('nav [aria-current=page]')?.innerText.trim() === '报表'";
        window.wait("the report", there).await;

        window.room("备份与设置").await;
        window.press("立即备份").await;
        window.wait("the backup", "return document.body.innerText.includes('已备份，并已打开校验')").await;
        // Everything goes, and comes back from the backup, whose effect is said before.
        window.run("document.querySelector('header button').click()").await;
        window.shows("已撤销：打开示例").await;
        window
            .wait(
                "the backup made by hand",
                "const row = [...document.querySelectorAll('.content tr')].find((r) => r.innerText.includes('手动备份'));
                 row?.querySelector('.link:not(:disabled)')?.click(); return row !== undefined",
            )
            .await;
        window.wait("what it would change", "return document.querySelector('dialog[open] table') !== null").await;
        let said = window.text("dialog[open]").await;
        assert!(said.contains("创业导师") || said.contains("入驻对象"), "by kind: {said}");
        assert!(said.contains("恢复)"), "with names: {said}");
        window.picture("restore-1366").await;
        window.press("恢复").await;
        window.shows("已恢复").await;
        window.turn_to_the_published_quarter().await;
        assert_eq!(window.figures().await, crate::stage::FIGURES, "the report is what it was");

        window.room("备份与设置").await;
        window.run("document.getElementById('tab-verify').click()").await;
        window.press("开始校验").await;
        window.shows("全部完好").await;
        window.run("document.getElementById('tab-history').click()").await;
        window.wait("the steps", "return document.body.innerText.includes('恢复备份(')").await;
        window.picture("history-1366").await;
        window.close().await;
    });
}

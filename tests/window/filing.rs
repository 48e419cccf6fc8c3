//! One report from its figures to what changed behind it: drill-down, hand-typed values, undo, reasons, the copy panel and
//! what is read back, seal, the later difference.

use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::json;

use crate::stage::{FIGURES, Stage, play, sample_folder};

#[test]
fn a_report_is_looked_into_mended_explained_carried_over_sealed_and_held_against_what_came_later() {
    play(async {
        let stage = Stage::set("filing", true);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.turn_to_the_published_quarter().await;
        assert_eq!(window.run("return matchMedia('(prefers-color-scheme: dark)').matches").await, json!(true));
        window.size(1366, 768).await;
        window.picture("form-dark-1366").await;

        window.run("document.querySelector('[data-code=zjf04]').click()").await;
        window.wait("the panel", "return document.querySelector('aside .hand input') !== null").await;
        // The eight events behind it; the first is looked at, and the way back leads to the figure.
        window.wait("its records", "return document.querySelectorAll('aside .records .link').length === 8").await;
        let event = window.text("aside .records .link").await;
        window.run("document.querySelector('aside .records .link').click()").await;
        window.wait("the event", "return document.querySelector('aside dl dt') !== null").await;
        window.run("document.querySelector('[data-code=zjf04]').click()").await;
        window.wait("the panel again", "return document.querySelector('aside .hand input') !== null").await;
        let field = window.client.find(Locator::Css("aside .hand input")).await.expect("the value");
        field.send_keys("9.5").await.expect("typed");
        let reason = window.client.find(Locator::Css("aside .hand textarea")).await.expect("the reason");
        reason.send_keys("counted twice").await.expect("typed");
        window.press("采用手工值").await;
        window.shows("只填整数，不能填 9.50").await;
        window.picture("by-hand-refused-dark-1366").await;
        window.run("document.querySelector('[aria-label=关闭这条消息]').click()").await;
        field.clear().await.expect("emptied");
        field.send_keys("9").await.expect("typed");
        window.press("采用手工值").await;
        let shown = "return document.querySelector('[data-code=zjf04] .value').innerText === '9'";
        window.wait("the hand-typed value", shown).await;
        window.picture("override-dark-1366").await;
        window.press("改回台账数").await;
        let shown = "return document.querySelector('[data-code=zjf04] .value').innerText === '8'";
        window.wait("the computed value", shown).await;
        window.run("document.querySelector('header button').click()").await;
        let shown = "return document.querySelector('[data-code=zjf04] .value').innerText === '9'";
        window.wait("the step taken back", shown).await;
        window.run("document.querySelectorAll('header button')[1].click()").await;
        let shown = "return document.querySelector('[data-code=zjf04] .value').innerText === '8'";
        window.wait("the step brought again", shown).await;

        // Sealing is refused while a 警示 has no reason, and says which.
        window.run("document.querySelector('aside [aria-label=关闭]').click()").await;
        let kept = window.run("return document.querySelector('.checks .warning textarea').value").await;
        assert_ne!(kept, json!(""), "the sample explains its 警示");
        window.explain_first("").await;
        window.press("上报封存").await;
        window.press("封存").await;
        window.wait("the refusal", "return document.querySelector('[role=alert]')?.innerText.includes('警示')").await;
        window.picture("refused-dark-1366").await;
        window.explain_first(kept.as_str().expect("a reason")).await;

        // Carried to the portal, whose page is read back.
        window.press("逐项复制").await;
        window
            .wait(
                "the key's button",
                "return document.querySelector('.portal .copying .button') === document.activeElement",
            )
            .await;
        window.keys(" ").await;
        window.wait("the copy", "return document.querySelectorAll('.portal li.done').length === 1").await;
        let page: Vec<String> = FIGURES.iter().map(i64::to_string).collect();
        let page = page.join("\n");
        window
            .run(&format!(
                "const box = document.querySelector('.portal textarea'); box.value = {page:?};
                 box.dispatchEvent(new Event('input', {{ bubbles: true }}))"
            ))
            .await;
        window.press("核对").await;
        window.shows("21 项全部一致").await;
        window.press("上报封存").await;
        window.press("封存").await;
        window.wait("the seal", "return document.querySelector('.sealed')?.innerText.includes('上报封存')").await;
        assert_eq!(window.figures().await, FIGURES, "the sealed figures are those that were shown");
        window.press("已上报与现台账").await;
        window
            .wait("the comparison", "return document.querySelector('dialog[open]')?.innerText.includes('没有差异')")
            .await;
        window.picture("sealed-dark-1366").await;
        window.run("document.querySelector('dialog[open] .button').click()").await;

        // One of its events is deleted afterwards: the figure says from what to what, and which record moved it.
        window.run("document.querySelector('input[role=combobox][aria-label=查找]').focus()").await;
        window.keys(&event).await;
        let found = format!("return document.querySelector('[role=option]')?.innerText.includes({event:?})");
        window.wait("the event found", &found).await;
        window.keys(&Key::Enter.to_string()).await;
        window.wait("its editor", &format!("return document.querySelector('aside h2')?.innerText === {event:?}")).await;
        window.press("删除这条记录").await;
        window.shows("已删除").await;
        window.turn_to_the_published_quarter().await;
        window.press("已上报与现台账").await;
        let moved = format!(
            "return [...document.querySelectorAll('dialog.differences[open] tbody tr')].some((r) => r.innerText.includes('zjf04') && r.querySelector('.link')?.innerText.includes({event:?}))"
        );
        window.wait("the difference with its record", &moved).await;
        assert_eq!(window.figures().await, FIGURES, "the sealed figures stay");
        window.close().await;
    });
}

//! Reasons, hand-typed values, undo, seal.

use fantoccini::Locator;
use serde_json::json;

use crate::stage::{FIGURES, Stage, play, sample_folder};

#[test]
fn reasons_hand_typed_values_undo_and_seal() {
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
        let field = window.client.find(Locator::Css("aside .hand input")).await.expect("the value");
        field.send_keys("9").await.expect("typed");
        let field = window.client.find(Locator::Css("aside .hand textarea")).await.expect("the reason");
        field.send_keys("counted twice").await.expect("typed");
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
        window.press("上报封存").await;
        window.press("封存").await;
        window.wait("the seal", "return document.querySelector('.sealed')?.innerText.includes('上报封存')").await;
        assert_eq!(window.figures().await, FIGURES, "the sealed figures are those that were shown");
        window.press("已上报与现台账").await;
        window
            .wait("the comparison", "return document.querySelector('dialog[open]')?.innerText.includes('没有差异')")
            .await;
        window.picture("sealed-dark-1366").await;
        window.close().await;
    });
}

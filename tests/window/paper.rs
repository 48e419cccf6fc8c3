//! Every form as it is printed: the rules for paper are put on screen, in the width of an A4 page.

use serde_json::{Value, json};

use crate::stage::{Stage, play, sample_folder};

/// Width of what is printed on A4 upright and across, in the page's own pixels, margins left out.
const UPRIGHT: u32 = 688;
const ACROSS: u32 = 1016;

#[test]
fn every_form_stands_alone_on_its_paper() {
    play(async {
        let stage = Stage::set("print", true);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.turn_to_the_published_quarter().await;
        window.size(1366, 768).await;
        let forms =
            window.run("return [...document.querySelector('select[aria-label=报表]').options].map((o) => o.value)");
        let forms = forms.await.as_array().cloned().unwrap_or_default();
        assert!(forms.len() > 5, "the forms: {forms:?}");
        for form in forms.iter().filter_map(Value::as_str) {
            let choose = format!(
                "const forms = document.querySelector('select[aria-label=报表]'); forms.value = {form:?};
                 forms.dispatchEvent(new Event('change', {{ bubbles: true }}))"
            );
            window.run(&choose).await;
            let shown = format!("return document.querySelector('.paper')?.dataset.form === {form:?}");
            window.wait(form, &shown).await;
            let across = window.run("return document.querySelector('.paper').matches('.across')").await == json!(true);
            let width = if across { ACROSS } else { UPRIGHT };
            let put = format!(
                "window.paperRules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
                   .filter((rule) => rule.media?.mediaText === 'print');
                 for (const rule of window.paperRules) rule.media.mediaText = 'screen';
                 document.documentElement.style.setProperty('width', '{width}px', 'important');
                 return window.paperRules.length"
            );
            assert_ne!(window.run(&put).await, json!(0), "there are rules for paper");
            let left = window
                .run(
                    "const visible = [...document.querySelectorAll('header, nav, footer, aside, select, .button, .ask')];
                     return visible.filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 80))",
                )
                .await;
            assert_eq!(left, json!([]), "{form}: nothing of the window is printed");
            let text = window.text(".paper").await;
            assert!(text.starts_with("内部核对稿"), "{form}: {text}");
            let wide = window
                .run(
                    "const edge = document.querySelector('.paper').getBoundingClientRect().right + 1;
                     return [...document.querySelectorAll('.paper :is(td, th, p, h1)')]
                       .filter((e) => e.getBoundingClientRect().right > edge || e.scrollWidth > e.clientWidth + 1)
                       .map((e) => e.innerText)",
                )
                .await;
            assert_eq!(wide, json!([]), "{form}: nothing is cut off at the edge of the page or of its box");
            if form == "torch-quarterly-2021" {
                let height = window.run("return document.querySelector('.paper').scrollHeight").await;
                assert!(height.as_u64().is_some_and(|h| h <= 1000), "the portal prints it on one page: {height}");
            }
            let ink = window.run("return getComputedStyle(document.querySelector('.paper')).color").await;
            assert_eq!(ink, json!("rgb(0, 0, 0)"), "{form}: black on white, also from the dark theme");
            let screens = crate::stage::top().join("out/screens");
            std::fs::create_dir_all(&screens).expect("out/screens");
            let picture = window.client.screenshot().await.expect("a picture");
            std::fs::write(screens.join(format!("print-{form}.png")), picture).expect("kept");
            let back = "for (const rule of window.paperRules) rule.media.mediaText = 'print';
                        document.documentElement.style.removeProperty('width')";
            window.run(back).await;
        }
        window.close().await;
    });
}

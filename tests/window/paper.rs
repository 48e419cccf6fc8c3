//! Every form as it is printed: the rules for paper are put on screen, in the width of an A4 page.

use serde_json::{Value, json};

use std::path::Path;
use std::time::{Duration, Instant};

use crate::stage::{PATIENCE, Stage, Window, play, sample_folder};

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
            window.keep_picture(&format!("print-{form}")).await;
            let back = "for (const rule of window.paperRules) rule.media.mediaText = 'print';
                        document.documentElement.style.removeProperty('width')";
            window.run(back).await;
        }
        // The same from the room of annexes, where tools and checks stand on the same sheet.
        window.filing_text().await;
        let put = format!(
            "for (const rule of window.paperRules) rule.media.mediaText = 'screen';
             document.documentElement.style.setProperty('width', '{UPRIGHT}px', 'important');
             return [...document.querySelectorAll('.bar, .forms, .count, .checks, aside, article.paper')]
               .filter((e) => e.checkVisibility()).map((e) => e.className.split(' ')[0])"
        );
        assert_eq!(window.run(&put).await, json!(["paper"]), "the form alone is printed from 附表");
        let text = window.run("return document.body.innerText.trim()").await;
        assert!(text.as_str().is_some_and(|t| t.starts_with("内部核对稿")), "{text}");
        window.keep_picture("print-from-annexes").await;
        let back = "for (const rule of window.paperRules) rule.media.mediaText = 'print';
                    document.documentElement.style.removeProperty('width')";
        window.run(back).await;
        window.close().await;
    });
}

impl Window<'_> {
    /// Presses 打印 and answers GTK's own dialog, which prints to a file where there is no printer; gives the file.
    async fn printed(&self, folder: &Path) -> Vec<u8> {
        let file = folder.join("output.pdf");
        let _ = std::fs::remove_file(&file);
        self.press("打印").await;
        let xdotool = |args: &[&str]| {
            let out = self.stage.command("xdotool").args(args).output().expect("xdotool runs");
            out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
        };
        let start = Instant::now();
        let dialog = loop {
            match xdotool(&["search", "--onlyvisible", "--name", "^Print$"]) {
                Some(found) if !found.is_empty() => break found.lines().last().unwrap_or_default().to_owned(),
                _ => assert!(start.elapsed() < PATIENCE, "the system's print dialog opens"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let mut size = 0;
        let start = Instant::now();
        loop {
            assert!(start.elapsed() < PATIENCE, "the page is printed to a file");
            tokio::time::sleep(Duration::from_millis(1500)).await;
            let now = std::fs::metadata(&file).map_or(0, |m| m.len());
            if now == 0 {
                // The dialog lists its printers by and by: the first row is the file.
                xdotool(&["windowfocus", &dialog]);
                xdotool(&["mousemove", "--window", &dialog, "110", "86", "click", "1"]);
                tokio::time::sleep(Duration::from_millis(500)).await;
                xdotool(&["key", "--clearmodifiers", "Return"]);
            } else if now == size {
                break;
            }
            size = now;
        }
        std::fs::read(&file).expect("the printed file")
    }
}

/// Width and height of each page of a PDF, in points.
fn pages(pdf: &[u8]) -> Vec<(u32, u32)> {
    let text = String::from_utf8_lossy(pdf);
    let boxes = text.split("/MediaBox").skip(1);
    let number = |word: &str| word.parse::<f64>().map_or(0, |n| n.round() as u32);
    boxes
        .filter_map(|rest| {
            let inside = rest.split_once('[')?.1.split_once(']')?.0;
            let sides: Vec<u32> = inside.split_whitespace().map(number).collect();
            Some((*sides.get(2)?, *sides.get(3)?))
        })
        .collect()
}

#[test]
fn every_form_is_printed_on_a4_by_the_systems_own_dialog() {
    play(async {
        let stage = Stage::set("printer", false);
        let paper = stage.home.join("文档");
        for folder in [&paper, &stage.home.join("config/gtk-3.0")] {
            std::fs::create_dir_all(folder).expect("a folder");
        }
        std::fs::write(stage.home.join("config/user-dirs.dirs"), "XDG_DOCUMENTS_DIR=\"$HOME/文档\"\n")
            .expect("written");
        let only_files = "[Settings]\ngtk-print-backends=file\n";
        std::fs::write(stage.home.join("config/gtk-3.0/settings.ini"), only_files).expect("written");
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.turn_to_the_published_quarter().await;
        window.size(1366, 768).await;
        // On one page, over several, and across.
        for (form, wanted, size, last) in [
            ("torch-quarterly-2021", 1..=1, (595, 842), "zjf12_1"),
            ("shanxi-recognition-2022", 4..=5, (595, 842), "11.00"),
            ("hunan-filing-summary-2016", 1..=1, (842, 595), "13800000002"),
        ] {
            window
                .run(&format!(
                    "const forms = document.querySelector('select[aria-label=报表]'); forms.value = {form:?};
                     forms.dispatchEvent(new Event('change', {{ bubbles: true }}))"
                ))
                .await;
            window.wait(form, &format!("return document.querySelector('.paper')?.dataset.form === {form:?}")).await;
            let pdf = window.printed(&paper).await;
            std::fs::create_dir_all(crate::stage::top().join("out/screens")).expect("out/screens");
            let file = crate::stage::top().join(format!("out/screens/print-{form}.pdf"));
            std::fs::write(&file, &pdf).expect("kept");
            let pages = pages(&pdf);
            assert!(pages.iter().all(|page| *page == size), "{form} stands on A4: {pages:?}");
            assert!(wanted.contains(&pages.len()), "{form} takes {} pages", pages.len());
            let read = std::process::Command::new("pdftotext").arg(&file).arg("-").output().expect("pdftotext");
            let words = String::from_utf8_lossy(&read.stdout);
            assert!(words.contains(last), "{form} is not blank: {words}");
        }
        window.close().await;
    });
}

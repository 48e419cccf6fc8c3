//! Every form as it is printed: the rules for paper are put on screen, in the width of an A4 page.

use serde_json::json;

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
        for form in &every_form(&window).await {
            window.form(form).await;
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
            String::from_utf8_lossy(&out.stdout).trim().to_owned()
        };
        let dialogs = || xdotool(&["search", "--onlyvisible", "--name", "^Print$"]);
        let moment = || tokio::time::sleep(Duration::from_millis(100));
        let start = Instant::now();
        let mut dialog = dialogs();
        while dialog.is_empty() {
            assert!(start.elapsed() < PATIENCE, "the system's print dialog opens");
            moment().await;
            dialog = dialogs();
        }
        let dialog = dialog.lines().last().unwrap_or_default();
        let mut asked = None;
        loop {
            let pdf = std::fs::read(&file).unwrap_or_default();
            let open = dialogs();
            if pdf.trim_ascii_end().ends_with(b"%%EOF") && open.is_empty() {
                return pdf;
            }
            assert!(start.elapsed() < PATIENCE, "the page is printed to a file: {} bytes, {open}", pdf.len());
            // The dialog lists its printers by and by: the first row is the file. Pressed once more where it has gone, the
            // key would open it again.
            let again = asked.is_none_or(|at: Instant| at.elapsed() > Duration::from_millis(1500));
            if again && pdf.is_empty() && open.lines().any(|id| id == dialog) {
                xdotool(&["windowfocus", dialog, "mousemove", "--window", dialog, "110", "86", "click", "1"]);
                moment().await;
                xdotool(&["key", "--clearmodifiers", "Return"]);
                asked = Some(Instant::now());
            }
            moment().await;
        }
    }

    /// Chooses a form in the room of reports.
    async fn form(&self, form: &str) {
        let choose = format!(
            "const forms = document.querySelector('select[aria-label=报表]'); forms.value = {form:?};
             forms.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        );
        self.run(&choose).await;
        self.wait(form, &format!("return document.querySelector('.paper')?.dataset.form === {form:?}")).await;
    }

    /// Prints the paper on the page, keeps it under out/screens, and looks that it is whole: A4 as the form lies, no page
    /// blank, its first and its last words. Gives the number of pages.
    async fn comes_out_whole(&self, form: &str, folder: &Path) -> usize {
        let words = "const words = [];
            const walk = document.createTreeWalker(document.querySelector('.paper'), NodeFilter.SHOW_TEXT);
            for (let node = walk.nextNode(); node; node = walk.nextNode()) {
              const holder = node.parentElement;
              if (node.data.trim() && holder.checkVisibility() && !holder.closest('.ask, .link, .mark, .unseen')) words.push(node.data);
            }
            return [document.querySelector('.paper').matches('.across'), words.at(-1)]";
        let stands = self.run(words).await;
        let size = if stands[0] == json!(true) { (842, 595) } else { (595, 842) };
        let last: Vec<char> = stands[1].as_str().expect("words").chars().filter(|c| !c.is_whitespace()).collect();
        let last = &last[last.len().saturating_sub(12)..];
        let pdf = self.printed(folder).await;
        let kept = crate::stage::top().join("out/screens");
        std::fs::create_dir_all(&kept).expect("out/screens");
        let file = kept.join(format!("print-{form}.pdf"));
        std::fs::write(&file, &pdf).expect("kept");
        let pages = pages(&pdf);
        assert!(!pages.is_empty() && pages.iter().all(|page| *page == size), "{form} stands on A4: {pages:?}");
        let read = std::process::Command::new("pdftotext").arg("-raw").arg(&file).arg("-").output().expect("pdftotext");
        let read = String::from_utf8_lossy(&read.stdout).into_owned();
        let sheets: Vec<Vec<char>> =
            read.split_terminator('\u{c}').map(|page| page.chars().filter(|c| !c.is_whitespace()).collect()).collect();
        assert_eq!(sheets.len(), pages.len(), "{form}: the text of each page");
        assert!(sheets.iter().all(|page| page.len() > 5), "{form}: no page is blank: {read}");
        // A font shares the glyph of a character that is a radical too; the file then names the radical.
        let same = |printed: &char, meant: &char| printed == meant || ('\u{2e80}'..='\u{2fdf}').contains(printed);
        let holds = |page: &[char], words: &[char]| {
            page.windows(words.len()).any(|here| here.iter().zip(words).all(|(printed, meant)| same(printed, meant)))
        };
        let copy: Vec<char> = "内部核对稿".chars().collect();
        assert!(sheets.first().is_some_and(|page| holds(page, &copy)), "{form} says that it is a copy: {read}");
        assert!(sheets.iter().any(|page| holds(page, last)), "{form} ends with {last:?}: {read}");
        pages.len()
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
        let forms = every_form(&window).await;
        let mut taken = std::collections::BTreeMap::new();
        for form in &forms {
            window.form(form).await;
            taken.insert(form.as_str(), window.comes_out_whole(form, &paper).await);
        }
        // On one page as the portal prints it, over several, and a page for each enterprise.
        for (form, wanted) in [
            ("torch-quarterly-2021", 1..=1),
            ("hunan-filing-summary-2016", 1..=1),
            ("shanxi-recognition-2022", 4..=5),
            ("torch-enterprise-2018", 2..=99),
        ] {
            assert!(wanted.contains(&taken[form]), "{form} takes {} pages", taken[form]);
        }
        // The other room that shows papers prints them the same.
        window.room("附表与申报").await;
        window.press("附表").await;
        window.wait("a table", "return document.querySelector('article.paper') !== null").await;
        let form = window.run("return document.querySelector('.paper').dataset.form").await;
        let form = form.as_str().expect("a form");
        assert_eq!(window.comes_out_whole(&format!("{form}-annexes"), &paper).await, taken[form], "as in 报表");
        window.close().await;
    });
}

/// The forms to choose from: all that the program brings.
pub async fn every_form(window: &Window<'_>) -> Vec<String> {
    let forms = window.run("return [...document.querySelector('select[aria-label=报表]').options].map((o) => o.value)");
    let mut found: Vec<String> = serde_json::from_value(forms.await).expect("names");
    let brought = std::fs::read_dir(crate::stage::top().join("assets/forms")).expect("the forms").flatten();
    let mut brought: Vec<String> =
        brought.filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned)).collect();
    brought.sort();
    found.sort();
    assert_eq!(found, brought, "every form can be chosen");
    found
}

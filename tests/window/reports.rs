//! 报表: what a figure tells, values carried to the portal by one key, the print dialog, the scan, earlier filings.

use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::Locator;
use incubator::desk::Choice;

use crate::stage::{FIGURES, PATIENCE, Stage, Window, play, sample_folder};

const CONTROL: char = '\u{e009}';
const RELEASE: char = '\u{e000}';

impl Window<'_> {
    /// What stands in the field that has the focus after the clipboard was put there.
    pub async fn paste_into(&self, css: &str) -> String {
        self.run(&format!("document.querySelector({css:?}).focus()")).await;
        self.keys(&format!("{CONTROL}v{RELEASE}")).await;
        let value = format!("return document.querySelector({css:?}).value");
        self.run(&value).await.as_str().unwrap_or_default().to_owned()
    }

    /// Answers GTK's own open dialog with a path.
    pub fn choose_file(&self, title: &str, path: &Path) {
        let dialog = self.system_dialog(title);
        let keys = |keys: &[&str]| {
            let _ = self.stage.command("xdotool").args(keys).status().expect("xdotool runs");
        };
        // There is no window manager on this screen: the dialog gets the keys by name.
        std::thread::sleep(Duration::from_millis(1500));
        keys(&["windowfocus", "--sync", &dialog]);
        // The field for a path comes with the slash that it begins with.
        keys(&["key", "--clearmodifiers", "slash"]);
        std::thread::sleep(Duration::from_millis(1000));
        let rest = path.to_str().expect("a plain path").trim_start_matches('/');
        keys(&["type", "--clearmodifiers", "--delay", "40", rest]);
        std::thread::sleep(Duration::from_millis(1000));
        keys(&["key", "--clearmodifiers", "Return"]);
    }

    /// The system's dialog of a title, once it is open.
    fn system_dialog(&self, title: &str) -> String {
        let start = Instant::now();
        loop {
            let search = ["search", "--onlyvisible", "--name", title];
            let out = self.stage.command("xdotool").args(search).output().expect("xdotool runs");
            let found = String::from_utf8_lossy(&out.stdout).trim().to_owned();
            if !found.is_empty() {
                return found.lines().last().unwrap_or_default().to_owned();
            }
            assert!(start.elapsed() < PATIENCE, "the dialog “{title}” opens");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

#[test]
fn a_figure_tells_its_course_both_bases_and_where_it_is_defined() {
    play(async {
        let stage = Stage::set("figure", false);
        let folder = stage.home.join("台账");
        let mut desk = sample_folder(&folder);
        let filing = incubator::record::shape("filing").expect("a kind");
        desk.store_mut()
            .change("no deadline", |tx| {
                for mut record in tx.rows(filing.kind)? {
                    record.set(filing.kind, "due_on", None);
                    tx.update(filing, record)?;
                }
                Ok(())
            })
            .expect("taken away");
        drop(desk);
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.turn_to_the_published_quarter().await;
        window.size(1366, 768).await;
        window.run("document.querySelector('[data-code=zjf05]').click()").await;
        window.wait("both bases", "return document.querySelector('aside .course td.filed') !== null").await;
        let both =
            window.run("return [...document.querySelectorAll('aside .course td .side')].map((e) => e.innerText)");
        assert_eq!(both.await.as_array().map(Vec::len), Some(2), "本季 and 本年累计 stand side by side");
        assert_eq!(window.text("aside .course td.filed .side").await, "15", "the filed basis shows the form's figure");
        let points = window.run("return document.querySelectorAll('aside .course circle').length").await;
        assert!(points.as_u64().is_some_and(|n| (2..=4).contains(&n)), "a course over the last quarters: {points}");
        window.run("document.querySelectorAll('.paper .ask')[1].click()").await;
        window.shows("房租不是服务收入").await;
        let about = window.text("aside .about").await;
        for said in ["本年累计：2021年1月1日至2021年9月20日", "火炬统计系统打印件", "一、众创空间运营和服务情况"]
        {
            assert!(about.contains(said), "{said} stands in the explanation: {about}");
        }
        window.picture("figure-course-1366").await;
        window.size(1920, 1080).await;
        window.picture("figure-course-1920").await;

        // A record behind it is looked at, and mended where it stands.
        window.size(1366, 768).await;
        window.run("document.querySelector('[data-code=zjf05]').click()").await;
        window.wait("its records", "return document.querySelectorAll('aside .records .link').length === 15").await;
        window.run("document.querySelector('aside .records .link').click()").await;
        window.wait("the record", "return document.querySelector('aside section dl') !== null").await;
        let record = window.text("aside h2").await;
        window.picture("figure-record-1366").await;
        window.press("到档案修改").await;
        let there = format!(
            "return document.querySelector('nav [aria-current=page]')?.innerText.trim() === '档案'
               && document.querySelector('aside h2')?.innerText === {record:?}"
        );
        window.wait("its editor", &there).await;

        // The deadline of the notice is filled in where 总览 leads to.
        window.room("总览").await;
        window.press("还没有登记，去填写").await;
        window.wait("the field", "return document.activeElement?.id === 'due'").await;
        window.picture("due-1366").await;
        window.keys("2022.7.10\u{e007}").await;
        window.wait("the deadline", "return document.querySelector('#due')?.value === '2022-07-10'").await;
        window.size(1093, 614).await;
        window.picture("due-1093").await;
        window.room("总览").await;
        window.shows("2022年7月10日").await;

        // The list of keys fits the smallest window, and begins at its head.
        window.keys(&fantoccini::key::Key::F1.to_string()).await;
        let fits = "const box = document.querySelector('dialog.keys[open]');
                    if (!box) return false;
                    const [place, list] = [box.getBoundingClientRect(), box.querySelector('.scroll')];
                    return place.top >= 0 && place.bottom <= innerHeight && list.scrollHeight <= list.clientHeight
                      && document.activeElement?.id === 'keys-title'";
        window.wait("the keys", fits).await;
        window.picture("keys-1093").await;
        window.close().await;
    });
}

#[test]
fn every_official_figure_says_what_it_counts_and_where_that_stands() {
    play(async {
        let stage = Stage::set("sources", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let beside = sample_folder(&stage.home.join("beside"));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.turn_to_the_published_quarter().await;
        window.size(1366, 768).await;
        let mut asked = 0;
        for form in beside.forms().into_iter().filter(|form| form.official) {
            window
                .run(&format!(
                    "const forms = document.querySelector('select[aria-label=报表]'); forms.value = {:?};
                     forms.dispatchEvent(new Event('change', {{ bubbles: true }}))",
                    form.id
                ))
                .await;
            let shown = format!("return document.querySelector('.paper')?.dataset.form === {:?}", form.id);
            window.wait(&form.title, &shown).await;
            let period = window
                .run("return document.querySelector('select[aria-label=报告期], input[aria-label=日期]').value")
                .await;
            let filled = beside.fill(&form.id, period.as_str().expect("a period"), Choice::default()).expect("filled");
            // Behind a text stand figures that have no place of their own on the paper.
            let boxes = filled.grid.iter().flat_map(|grid| &grid.rows).flat_map(|row| &row.boxes);
            let boxes: Vec<_> = boxes.filter_map(|one| one.code.as_deref()).collect();
            let figures = filled.cells.iter().filter(|cell| cell.length.is_none());
            let mut figures: Vec<&str> = figures.map(|cell| cell.code.as_str()).collect();
            figures.retain(|code| filled.grid.is_none() || boxes.contains(code));
            figures.sort_unstable();
            let answer = window
                .client
                .execute_async(SOURCES, Vec::new())
                .await
                .unwrap_or_else(|e| panic!("{}: {e}", form.title));
            let said = answer.as_array().expect("its figures");
            let mut codes: Vec<&str> = said.iter().filter_map(|one| one[0].as_str()).collect();
            codes.sort_unstable();
            assert_eq!(codes, figures, "{}: every figure of it", form.title);
            for one in said {
                let source = one[1].as_str().unwrap_or_default();
                let (document, clause) = source.split_once('，').unwrap_or_default();
                assert!(!document.is_empty() && !clause.is_empty(), "{} says where it stands: {one}", form.title);
            }
            asked += said.len();
        }
        println!("{asked} figures");
        assert_eq!(asked, OFFICIAL, "every official figure");
        window.close().await;
    });
}

/// Official figures of all forms.
const OFFICIAL: usize = 150;

/// Asks every figure of the form by its mark, or by itself where the paper has no room for one, and reads the source.
const SOURCES: &str = "
    const done = arguments[0];
    const until = async (is) => {
      for (let i = 0; i < 600; i++) {
        const found = is();
        if (found) return found;
        await new Promise(requestAnimationFrame);
      }
      return '';
    };
    (async () => {
      const said = [];
      const codes = new Set([...document.querySelectorAll('.paper [data-code]')].map((figure) => figure.dataset.code));
      for (const code of codes) {
        const figure = document.querySelector(`.paper [data-code=\"${code}\"]`);
        const ask = figure.closest('tr')?.querySelectorAll('[data-code]').length === 1 ? figure.closest('tr').querySelector('.ask') : null;
        (ask ?? figure).click();
        const open = await until(() => {
          const side = document.querySelector('aside');
          return side?.innerText.includes(code) && side.querySelector('.why, .count') && side;
        });
        if (!open) { said.push([code, 'did not open']); continue; }
        if (open.querySelector('.count')) continue;
        const why = open.querySelector('.why');
        if (why.getAttribute('aria-expanded') === 'false') why.click();
        said.push([code, await until(() => {
          const about = document.querySelector('aside .about');
          return about?.checkVisibility() && [...about.querySelectorAll('dt')].find((t) => t.innerText === '出处')?.nextElementSibling.innerText;
        })]);
      }
      done(said);
    })();";

#[test]
fn values_go_to_the_portal_by_one_key_and_are_read_back() {
    play(async {
        let stage = Stage::set("portal", true);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.turn_to_the_published_quarter().await;
        window.size(1366, 768).await;
        window.press("逐项复制").await;
        window.wait("the list", "return document.querySelectorAll('.portal li').length === 21").await;
        let next = "document.querySelector('.portal .copying .button')";
        window.wait("the key's button", &format!("return document.activeElement === {next}")).await;
        let mut carried = String::new();
        for (i, figure) in FIGURES.iter().enumerate() {
            // One key copies the next value; the person pastes it elsewhere and comes back.
            window.run(&format!("{next}.focus()")).await;
            window.keys(" ").await;
            let copied = format!("return document.querySelectorAll('.portal li.done').length === {}", i + 1);
            window.wait("the copy", &copied).await;
            carried += &figure.to_string();
            assert_eq!(window.paste_into(".portal textarea").await, carried, "value {} in order", i + 1);
            window.keys("\u{e007}").await;
            carried += "\n";
        }
        window.press("核对").await;
        window.shows("21 项全部一致").await;
        window.picture("portal-dark-1366").await;
        window.type_into("回读核对", "zjf01 147 zjf08 57").await;
        window.press("核对").await;
        window.shows("一致 1，不一致 1，未读到 19").await;
        assert_eq!(window.text(".portal .verdict.different").await, "不一致：网页为 57");
        window.picture("portal-differs-dark-1366").await;
        window.close().await;
    });
}

#[test]
fn the_form_is_sealed_with_its_scan_listed_and_printed_by_the_system() {
    play(async {
        let stage = Stage::set("paper", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let scan = stage.home.join("scan.pdf");
        std::fs::write(&scan, b"%PDF-1.4 stamped").expect("a scan");
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.turn_to_the_published_quarter().await;
        window.size(1366, 768).await;
        window.press("上报封存").await;
        window.picture("seal-1366").await;
        window.press("选择扫描件并封存").await;
        window.choose_file("封存并附盖章扫描件", &scan);
        window.wait("the seal", "return document.querySelector('.sealed')?.innerText.includes('上报封存')").await;
        assert_eq!(window.figures().await, FIGURES, "the sealed figures are those that were shown");
        window.press("历次上报").await;
        window.wait("the list", "return document.querySelector('.filings')?.innerText.includes('没有差异')").await;
        let list = window.text(".filings tbody").await;
        assert!(list.contains("scan.pdf") && list.contains("2021年09月"), "{list}");
        window.picture("filings-1366").await;
        // The scan can be had again, taken away, and brought back.
        let copy = stage.home.join("copy.pdf");
        window.press("scan.pdf").await;
        window.answer_dialog("另存佐证材料", &copy);
        window.shows("已另存").await;
        assert_eq!(std::fs::read(&copy).expect("the copy"), b"%PDF-1.4 stamped");
        window.run("document.querySelector('.filings [aria-label=\"移除 scan.pdf\"]').click()").await;
        window
            .wait("it is gone", "return document.querySelector('.filings .scans')?.innerText.trim() === '未附'")
            .await;
        window.picture("filings-removed-1366").await;
        window.run("document.querySelector('.filings .row .button').click()").await;

        window.press("打印").await;
        let dialog = window.system_dialog("Print");
        let keys = |keys: &[&str]| {
            let _ = stage.command("xdotool").args(keys).status().expect("xdotool runs");
        };
        std::thread::sleep(Duration::from_millis(1500));
        keys(&["windowfocus", "--sync", &dialog]);
        keys(&["key", "--clearmodifiers", "Escape"]);
        let field = window.client.find(Locator::Css("select[aria-label=报告期]")).await;
        assert!(field.is_ok(), "the window goes on after the dialog");
        window.close().await;
    });
}

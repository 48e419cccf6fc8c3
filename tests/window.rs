//! The journey in the real window: WebKitWebDriver drives the built program on a screen of its own.
//! `cargo xtask test` builds the program and runs this where there is no way out of the machine.
#![cfg(target_os = "linux")]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use calamine::{Data, Reader};
use chrono::NaiveDate;
use fantoccini::{Client, ClientBuilder, Locator};
use incubator::desk::Desk;
use serde_json::{Value, json};

/// The published report, in printed order.
const FIGURES: [i64; 21] = [147, 0, 0, 0, 147, 0, 330, 0, 8, 15, 6, 0, 0, 75, 18, 7, 7, 0, 0, 35, 3];

/// Long enough for a busy machine; a wait ends as soon as what it waits for is there.
const PATIENCE: Duration = Duration::from_secs(60);

/// One window at a time: each takes a browser engine's worth of memory and both cores.
static STAGE: Mutex<()> = Mutex::new(());

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// The built program, two folders above this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("own path");
    let folder = test.parent().and_then(Path::parent).expect("target/debug");
    let program = folder.join("taizhang");
    assert!(program.is_file(), "{} is missing: cargo build --workspace comes first", program.display());
    program
}

/// A helper program that ends, with everything it started, when the test does.
struct Helper(Child);

impl Helper {
    fn start(mut command: Command) -> Helper {
        Helper(command.process_group(0).spawn().unwrap_or_else(|e| panic!("{command:?}: {e}")))
    }

    /// The first line that it prints.
    fn says(&mut self) -> String {
        let mut line = String::new();
        let out = self.0.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        line.trim().to_owned()
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A screen, a message bus, a home folder and a driver of one test's own.
struct Stage {
    home: PathBuf,
    port: u16,
    surroundings: Vec<(&'static str, String)>,
    /// In the order in which they end: the driver before its screen.
    _helpers: Vec<Helper>,
}

impl Stage {
    fn set(name: &str, dark: bool) -> Stage {
        let home = std::env::temp_dir().join(format!("taizhang-window-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&home);
        for folder in ["data", "run"] {
            std::fs::create_dir_all(home.join(folder)).expect("a home folder");
        }
        let mut screen = Command::new("Xvfb");
        screen.args(["-displayfd", "1", "-screen", "0", "2000x1300x24", "-nolisten", "tcp"]);
        let mut screen = Helper::start({
            screen.stdout(Stdio::piped()).stderr(Stdio::null());
            screen
        });
        let display = format!(":{}", screen.says());
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--print-address"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut bus = Helper::start(bus);
        let address = bus.says();

        let path = |folder: &str| home.join(folder).display().to_string();
        let mut surroundings = vec![
            ("DISPLAY", display),
            ("DBUS_SESSION_BUS_ADDRESS", address),
            ("HOME", path("")),
            ("XDG_DATA_HOME", path("data")),
            ("XDG_CONFIG_HOME", path("config")),
            ("XDG_CACHE_HOME", path("cache")),
            ("XDG_RUNTIME_DIR", path("run")),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("GDK_BACKEND", "x11".to_owned()),
            ("GIO_USE_VFS", "local".to_owned()),
            ("GSETTINGS_BACKEND", "memory".to_owned()),
            ("NO_AT_BRIDGE", "1".to_owned()),
            ("TAURI_WEBVIEW_AUTOMATION", "true".to_owned()),
        ];
        if dark {
            surroundings.push(("GTK_THEME", "Adwaita:dark".to_owned()));
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let mut driver = Command::new("WebKitWebDriver");
        driver.arg(format!("--port={port}")).env_remove("WAYLAND_DISPLAY").envs(surroundings.clone());
        let driver = Helper::start({
            driver.stdout(Stdio::null()).stderr(Stdio::null());
            driver
        });
        Stage { home, port, surroundings, _helpers: vec![driver, bus, screen] }
    }

    /// A program in the same surroundings.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_remove("WAYLAND_DISPLAY").envs(self.surroundings.clone());
        command
    }

    /// Opens the window.
    async fn open(&self, args: &[&str]) -> Window<'_> {
        let options = json!({ "binary": program(), "args": args });
        let wish = [("webkitgtk:browserOptions".to_owned(), options)].into_iter().collect();
        let address = format!("http://127.0.0.1:{}", self.port);
        let start = Instant::now();
        let client = loop {
            let connector = hyper_util::client::legacy::connect::HttpConnector::new();
            let mut builder = ClientBuilder::new(connector);
            match builder.capabilities(serde_json::Map::clone(&wish)).connect(&address).await {
                Ok(client) => break client,
                Err(e) => assert!(start.elapsed() < PATIENCE, "the window opens: {e}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let window = Window { stage: self, client };
        // Everything that goes wrong on the page from here on is kept.
        window
            .run(
                "window.wrong = [];
                 const keep = (what) => window.wrong.push(String(what));
                 addEventListener('error', (e) => keep(e.message));
                 addEventListener('unhandledrejection', (e) => keep(e.reason));
                 addEventListener('securitypolicyviolation', (e) => keep(e.violatedDirective + ' ' + e.blockedURI));
                 for (const name of ['error', 'warn']) { console[name] = (...all) => keep(all.join(' ')); }",
            )
            .await;
        window
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self._helpers.clear();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

struct Window<'a> {
    stage: &'a Stage,
    client: Client,
}

impl Window<'_> {
    async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Waits until a script gives something true, and gives it.
    async fn wait(&self, what: &str, script: &str) -> Value {
        let start = Instant::now();
        loop {
            let found = self.run(script).await;
            if !matches!(found, Value::Null | Value::Bool(false)) {
                return found;
            }
            if start.elapsed() > PATIENCE {
                let text = self.text("body").await;
                panic!("{what} did not come; the window shows: {text}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Presses a button or follows a link, by its words.
    async fn press(&self, words: &str) {
        let path = format!("//button[normalize-space()='{words}'][not(@disabled)]");
        let start = Instant::now();
        loop {
            match self.client.find(Locator::XPath(&path)).await {
                Ok(button) => return button.click().await.unwrap_or_else(|e| panic!("{words}: {e}")),
                Err(e) => assert!(start.elapsed() < PATIENCE, "no button “{words}”: {e}; {}", self.text("body").await),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn text(&self, css: &str) -> String {
        let script = format!("return document.querySelector({css:?})?.innerText ?? ''");
        self.run(&script).await.as_str().unwrap_or_default().to_owned()
    }

    /// The numbers of the form, as shown.
    async fn figures(&self) -> Vec<i64> {
        let shown = self
            .run("return [...document.querySelectorAll('[data-code] .value')].map((value) => value.innerText)")
            .await;
        let shown = shown.as_array().cloned().unwrap_or_default();
        shown.iter().map(|v| v.as_str().unwrap_or_default().parse().unwrap_or(i64::MIN)).collect()
    }

    /// Brings the page to this size, whatever the frame takes.
    async fn size(&self, width: u32, height: u32) {
        let (mut outer_width, mut outer_height) = (width, height);
        for _ in 0..20 {
            self.client.set_window_rect(0, 0, outer_width, outer_height).await.expect("the window takes a size");
            tokio::time::sleep(Duration::from_millis(300)).await;
            let is = self.run("return [innerWidth, innerHeight]").await;
            let side = |i: usize| u32::try_from(is[i].as_u64().unwrap_or(0)).unwrap_or(0);
            if (side(0), side(1)) == (width, height) {
                return;
            }
            outer_width = (outer_width + width).saturating_sub(side(0));
            outer_height = (outer_height + height).saturating_sub(side(1));
        }
        panic!("the window does not take {width}×{height}");
    }

    /// Keeps a picture under out/screens, and looks that nothing sticks out of the window sideways.
    async fn picture(&self, name: &str) {
        // The engine paints a new size a little later than it reports it.
        tokio::time::sleep(Duration::from_millis(800)).await;
        let wide = self
            .run(
                "const inside = (e) => e.closest('.scroll, dialog') !== null;
                 return [...document.querySelectorAll('button, h1, h2, h3, td, th, label, input, select, p, dd, dt')]
                   .filter((e) => e.checkVisibility() && !inside(e) && !e.matches('.unseen, input[type=radio]'))
                   .filter((e) => { const b = e.getBoundingClientRect(); return b.right > innerWidth + 1 || b.left < -1; })
                   .map((e) => e.innerText || e.outerHTML)",
            )
            .await;
        assert_eq!(wide, json!([]), "nothing is cut off at the side in {name}");
        let folder = top().join("out/screens");
        std::fs::create_dir_all(&folder).expect("out/screens");
        let picture = self.client.screenshot().await.expect("a picture");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("kept");
    }

    /// Turns to the quarter whose real report is published: 21 figures.
    async fn turn_to_the_published_quarter(&self) {
        self.wait("the form", "return document.querySelectorAll('[data-code]').length === 21").await;
        self.run(
            "const periods = document.querySelector('select[aria-label=报告期]');
             periods.value = '2021Q3';
             periods.dispatchEvent(new Event('change', { bubbles: true }))",
        )
        .await;
        self.wait("the quarter", "return document.querySelector('.paper .period')?.innerText === '2021年09月'").await;
    }

    /// Writes the reason of the first 警示 and leaves its field, and waits until it is kept.
    async fn explain_first(&self, reason: &str) {
        let script = format!(
            "const field = document.querySelector('.checks .warning textarea'); field.focus(); field.value = {reason:?};
             field.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        );
        self.run(&script).await;
        let kept =
            format!("return document.querySelector('.tally').innerText.includes('待说明') === {}", reason.is_empty());
        self.wait("the reason kept", &kept).await;
    }

    async fn nothing_went_wrong(&self) {
        assert_eq!(self.run("return window.wrong").await, json!([]), "no errors on the page");
    }

    /// Answers GTK's own save dialog with a path, by key strokes as a person would.
    fn answer_dialog(&self, title: &str, path: &Path) {
        let xdotool = |args: &[&str]| {
            let out = self.stage.command("xdotool").args(args).output().expect("xdotool runs");
            out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
        };
        let start = Instant::now();
        let dialog = loop {
            match xdotool(&["search", "--onlyvisible", "--name", title]) {
                Some(found) if !found.is_empty() => break found.lines().last().unwrap_or_default().to_owned(),
                _ => assert!(start.elapsed() < PATIENCE, "the dialog “{title}” opens"),
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        let path = path.to_str().expect("a plain path");
        // There is no window manager on this screen: the dialog gets the keys by name.
        std::thread::sleep(Duration::from_millis(1000));
        xdotool(&["windowfocus", "--sync", &dialog]).expect("the dialog takes the keys");
        xdotool(&["key", "--clearmodifiers", "ctrl+a"]).expect("keys");
        xdotool(&["type", "--clearmodifiers", "--delay", "30", path]).expect("keys");
        xdotool(&["key", "--clearmodifiers", "Return"]).expect("keys");
    }

    async fn close(self) {
        self.client.close().await.expect("the window closes");
    }
}

/// Runs a test in the one runtime that the client needs, alone on the stage.
fn play(test: impl Future<Output = ()>) {
    let _alone = STAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(test);
}

fn ended(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("a second start must end by itself");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Makes a data folder with the sample in it.
fn sample_folder(folder: &Path) -> Desk {
    let today = NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day");
    let mut desk = Desk::open(folder, "test", today).expect("opens");
    desk.open_sample().expect("the sample");
    desk
}

#[test]
fn from_the_first_start_to_the_exported_report() {
    play(async {
        let stage = Stage::set("journey", false);
        let window = stage.open(&[]).await;
        window.wait("the first start", "return document.body.innerText.includes('打开示例')").await;
        assert!(stage.home.join("data/众创台账").is_dir(), "the usual data folder of this user is made");
        window.size(1366, 768).await;
        window.picture("welcome-1366").await;
        window.press("打开示例").await;
        window.turn_to_the_published_quarter().await;
        assert_eq!(window.figures().await, FIGURES, "the published report, 21 of 21");
        let head = window.text(".paper").await;
        for printed in ["众创空间统计监测报表(季报)", "2021年09月", "国家备案", "邮编", "一、众创空间运营和服务情况"]
        {
            assert!(head.contains(printed), "{printed} stands on the form: {head}");
        }
        window.picture("form-1366").await;

        window.run("document.querySelector('[data-code=zjf05]').click()").await;
        let teams = "return document.querySelectorAll('aside .records .link').length";
        assert_eq!(window.wait("the evidence", teams).await, json!(15), "zjf05 opens into its 15 teams");
        window.picture("figure-1366").await;
        let team = window.run("return document.querySelector('aside .records .link').innerText").await;
        window.run("document.querySelector('aside .records .link').click()").await;
        window.wait("the record", "return document.querySelector('aside dl dt') !== null").await;
        let sheet = window.text("aside").await;
        assert!(sheet.contains(team.as_str().expect("a name")), "the record is that team: {sheet}");
        assert!(sheet.contains("打开示例"), "and its history says where it came from: {sheet}");
        window.picture("record-1366").await;

        let file = stage.home.join("q3.xlsx");
        window.press("导出 Excel").await;
        window.answer_dialog("导出 Excel", &file);
        window.wait("the export", "return document.body.innerText.includes('已导出')").await;
        assert_eq!(exported(&file), FIGURES, "the workbook holds what the window shows");
        window.picture("exported-1366").await;

        // A second start ends at once and leaves the first its folder.
        let mut second = stage.command(program()).spawn().expect("starts");
        assert!(ended(&mut second).success(), "a second start ends well");
        assert_eq!(window.figures().await, FIGURES, "and the first goes on");

        window.size(1920, 1080).await;
        window.picture("record-1920").await;
        window.run("document.querySelector('aside [aria-label=关闭]').click()").await;
        window.picture("form-1920").await;
        // The usual laptop: 1366×768 at 125 %.
        window.size(1093, 614).await;
        window.run("document.getElementById('checks').scrollIntoView()").await;
        window.picture("checks-1093").await;
        // Every other form is shown as well, rosters and annexes among them.
        window.size(1366, 768).await;
        let forms =
            window.run("return [...document.querySelector('select[aria-label=报表]').options].map((o) => o.value)");
        let forms = forms.await.as_array().cloned().unwrap_or_default();
        assert!(forms.len() > 5, "the forms to choose from: {forms:?}");
        for form in forms.iter().filter_map(Value::as_str) {
            let title = format!(
                "const forms = document.querySelector('select[aria-label=报表]'); forms.value = {form:?};
                 forms.dispatchEvent(new Event('change', {{ bubbles: true }}))"
            );
            window.run(&title).await;
            let shown = format!("return document.querySelector('.paper')?.dataset.form === {form:?}");
            window.wait(form, &shown).await;
            window.picture(&format!("form-{form}")).await;
        }
        window.nothing_went_wrong().await;
        window.close().await;
    });
}

/// The numbers of the sheet 季报, read back from its rows of codes.
fn exported(file: &Path) -> Vec<i64> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(file).expect("a workbook");
    let range = book.worksheet_range("季报").expect("the sheet 季报");
    let figure = |row: &[Data]| {
        let code = row.iter().position(|c| c.to_string().starts_with("zjf"))?;
        row.get(code + 1).map(|c| c.to_string().parse().unwrap_or(i64::MIN))
    };
    range.rows().filter_map(figure).collect()
}

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
        window.nothing_went_wrong().await;
        window.close().await;
    });
}

#[test]
fn a_folder_that_cannot_be_opened_says_why_and_what_to_do() {
    play(async {
        let stage = Stage::set("trouble", false);
        let folder = stage.home.join("台账");
        let desk = sample_folder(&folder);
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("who holds it", "return document.querySelector('[role=alert]')?.innerText.includes('正被')").await;
        window.size(1366, 768).await;
        window.picture("held-1366").await;
        drop(desk);
        window.press("再试一次").await;
        window.wait("the form", "return document.querySelectorAll('[data-code]').length === 21").await;
        window.nothing_went_wrong().await;
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
        window.size(1366, 768).await;
        window.picture("damaged-1366").await;
        window.press("从这份备份恢复").await;
        window.turn_to_the_published_quarter().await;
        assert_eq!(window.figures().await, FIGURES, "the backup holds the whole report");
        let kept = std::fs::read_dir(&folder).expect("the folder").flatten();
        let kept = kept.filter(|e| e.file_name().to_string_lossy().starts_with("damaged-")).count();
        assert_eq!(kept, 1, "the damaged files are kept");
        window.nothing_went_wrong().await;
        window.close().await;
    });
}

#[test]
fn the_page_can_ask_its_own_commands_and_nothing_else() {
    play(async {
        let stage = Stage::set("surface", false);
        let window = stage.open(&[]).await;
        window.wait("the first start", "return document.body.innerText.includes('打开示例')").await;
        let refused = |script: &str| format!("try {{ {script}; return 'ran' }} catch (e) {{ return 'refused' }}");
        assert_eq!(window.run(&refused("eval('1')")).await, json!("refused"), "no eval");
        window
            .run(
                "const script = document.createElement('script'); script.textContent = 'window.ran = true';
                 document.head.append(script);
                 const style = document.createElement('p'); style.setAttribute('style', 'color: rgb(1, 2, 3)');
                 document.body.append(style); window.inked = getComputedStyle(style).color === 'rgb(1, 2, 3)'",
            )
            .await;
        assert_eq!(window.run("return window.ran ?? false").await, json!(false), "no script in the page");
        assert_eq!(window.run("return window.inked").await, json!(false), "no style in the page");
        assert_eq!(window.run("return typeof window.__TAURI__").await, json!("undefined"), "nothing is handed out");
        for (what, ask) in [
            ("the network", "fetch('http://127.0.0.1:9/')".to_owned()),
            ("another command", command_of("plugin:fs|read_file", "{ path: '/etc/hostname' }")),
            ("the shell", command_of("plugin:shell|open", "{ path: 'https://example.invalid' }")),
            ("events", command_of("plugin:event|emit", "{ event: 'x', payload: 1 }")),
            ("the window", command_of("plugin:window|set_title", "{ value: 'x' }")),
        ] {
            let script = format!(
                "window.answer = null; {ask}.then(() => window.answer = 'ran', () => window.answer = 'refused')"
            );
            window.run(&script).await;
            assert_eq!(window.wait(what, "return window.answer").await, json!("refused"), "{what} is out of reach");
        }
        window
            .run(&format!("window.answer = null; {}.then((s) => window.answer = s.empty)", command_of("status", "{}")))
            .await;
        assert_eq!(window.wait("its own", "return window.answer").await, json!(true), "its own commands answer");
        window.close().await;
    });
}

fn command_of(name: &str, args: &str) -> String {
    format!("window.__TAURI_INTERNALS__.invoke('{name}', {args})")
}

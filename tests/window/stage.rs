//! What every journey stands on: a screen and a message bus of its own, the window, hands to press and type.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{Datelike, NaiveDate};
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, ClientBuilder, Locator};
use incubator::desk::Desk;
use serde_json::{Value, json};

/// The published report, in printed order.
pub const FIGURES: [i64; 21] = [147, 0, 0, 0, 147, 0, 330, 0, 8, 15, 6, 0, 0, 75, 18, 7, 7, 0, 0, 35, 3];

/// Long enough for a busy machine; a wait ends as soon as what it waits for is there.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Scrolls a box to its end, some of the way as a wheel does, then in leaps, as the bar does: the longest frame in
/// milliseconds, and frames a second.
pub const SCROLL: &str = "const frame = () => new Promise(requestAnimationFrame);
    const scrolled = async (scroll) => {
      const [steps, leaps] = [120, 60];
      const far = scroll.scrollHeight / leaps;
      let [worst, frames, last] = [0, 0, await frame()];
      const began = last;
      for (let i = 0; i < steps + leaps + 1; i++) {
        scroll.scrollTop += i < steps ? 480 : far;
        const now = await frame();
        worst = Math.max(worst, now - last);
        last = now;
        frames++;
      }
      return [worst, frames / ((last - began) / 1000)];
    };
    ";

/// Keeps what goes wrong on the page.
const WATCH: &str = include_str!("../../src-tauri/src/watch.js");

/// One window at a time: each takes a browser engine's worth of memory and both cores.
static STAGE: Mutex<()> = Mutex::new(());

pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// The built program, two folders above this test.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("own path");
    let folder = test.parent().and_then(Path::parent).expect("target/debug");
    let program = folder.join("taizhang");
    assert!(program.is_file(), "{} is missing: cargo build --workspace comes first", program.display());
    program
}

/// A helper program that ends, with everything it started, when the test does.
pub struct Helper(Child);

impl Helper {
    pub fn start(mut command: Command) -> Helper {
        Helper(command.process_group(0).spawn().unwrap_or_else(|e| panic!("{command:?}: {e}")))
    }

    /// The first line that it prints.
    pub fn says(&mut self) -> String {
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
pub struct Stage {
    pub home: PathBuf,
    dark: bool,
    port: u16,
    surroundings: Vec<(&'static str, String)>,
    /// Packets that found no way out before this stage was set.
    no_routes: [u64; 2],
    /// In the order in which they end: the driver before its screen.
    helpers: Vec<Helper>,
}

impl Stage {
    pub fn set(name: &str, dark: bool) -> Stage {
        let home = std::env::temp_dir().join(format!("taizhang-window-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&home);
        for folder in ["data", "run"] {
            std::fs::create_dir_all(home.join(folder)).expect("a home folder");
        }
        if std::env::var_os("TAIZHANG_APART").is_some() {
            assert_eq!(ways_out(), Vec::<String>::new(), "the journeys stand where there is no way out");
        }
        let no_routes = no_routes();
        let mut stage = Stage { home, dark, port: 0, surroundings: Vec::new(), no_routes, helpers: Vec::new() };
        stage.again();
        stage
    }

    /// Another screen, bus and driver for the same home: on the old bus a program that has just ended still bears its
    /// name for a moment, and a start would only bring that one forward.
    pub fn again(&mut self) {
        self.helpers.clear();
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

        let path = |folder: &str| self.home.join(folder).display().to_string();
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
        if self.dark {
            surroundings.push(("GTK_THEME", "Adwaita:dark".to_owned()));
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let mut driver = Command::new("WebKitWebDriver");
        driver.arg(format!("--port={port}")).env_remove("WAYLAND_DISPLAY").envs(surroundings.clone());
        let driver = Helper::start({
            let log = std::fs::File::options().create(true).append(true).open(self.log()).expect("a log");
            driver.stdout(Stdio::null()).stderr(log);
            driver
        });
        (self.port, self.surroundings, self.helpers) = (port, surroundings, vec![driver, bus, screen]);
    }

    /// What driver and program say on their standard error, of all the starts.
    fn log(&self) -> PathBuf {
        self.home.join("said.log")
    }

    /// No command of the program panicked, and nothing looked for a way out of the machine.
    fn kept_still(&self) {
        let said = std::fs::read(self.log()).expect("the log");
        let said = String::from_utf8_lossy(&said);
        assert!(!said.contains("panicked at"), "the program panicked: {said}");
        assert_eq!(no_routes(), self.no_routes, "packets that found no way out");
    }

    /// A program in the same surroundings.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_remove("WAYLAND_DISPLAY").envs(self.surroundings.clone());
        command
    }

    /// Opens the window.
    pub async fn open(&self, args: &[&str]) -> Window<'_> {
        let window = self.start(&program(), args, "normal").await;
        // A debug build keeps what goes wrong from the first line of the page on, another from here on.
        window.run(WATCH).await;
        window
    }

    /// Starts a program with a window; the driver waits for its page, or with `none` for nothing.
    pub async fn start(&self, program: &Path, args: &[&str], strategy: &str) -> Window<'_> {
        let options = json!({ "binary": program, "args": args });
        let wish = [("webkitgtk:browserOptions".to_owned(), options), ("pageLoadStrategy".to_owned(), json!(strategy))];
        let wish = wish.into_iter().collect();
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
        Window { stage: self, client }
    }

    /// Kills the windows that are open on this stage, at once and without a word.
    pub async fn kill(&self) {
        for id in self.windows() {
            assert!(Command::new("kill").args(["-KILL", &id]).status().expect("kill runs").success(), "{id} is killed");
            let start = Instant::now();
            while !has_ended(&id) {
                assert!(start.elapsed() < PATIENCE, "a killed window ends");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// The processes of this stage that show a window.
    fn windows(&self) -> Vec<String> {
        let home = format!("HOME={}\0", self.home.join("").display());
        let own = |entry: &std::fs::DirEntry| {
            let with = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            let is = std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program());
            is && with.windows(home.len()).any(|part| part == home.as_bytes())
        };
        let found = std::fs::read_dir("/proc").expect("processes").flatten().filter(own);
        found.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.helpers.clear();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

pub struct Window<'a> {
    pub stage: &'a Stage,
    pub client: Client,
}

impl Window<'_> {
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Waits until a script gives something true, and gives it.
    pub async fn wait(&self, what: &str, script: &str) -> Value {
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

    /// Goes to a room by its button.
    pub async fn room(&self, name: &str) {
        self.press(name).await;
        let there = format!("return document.querySelector('nav [aria-current=page]')?.innerText.trim() === {name:?}");
        self.wait(name, &there).await;
    }

    /// Types into the field with this label, as key strokes.
    pub async fn type_into(&self, label: &str, text: &str) {
        let css = format!("[aria-label={label:?}]");
        let field = match self.client.find(Locator::Css(&css)).await {
            Ok(field) => field,
            Err(_) => {
                let path = format!("//*[@id=//label[normalize-space()='{label}']/@for]");
                let found = self.client.find(Locator::XPath(&path)).await;
                found.unwrap_or_else(|e| panic!("no field “{label}”: {e}"))
            }
        };
        field.clear().await.expect("emptied");
        field.send_keys(text).await.expect("typed");
    }

    /// Presses keys where the focus is; `Key` of the driver's own alphabet for those without a letter.
    pub async fn keys(&self, keys: &str) {
        let start = Instant::now();
        loop {
            let sent = match self.client.active_element().await {
                Ok(field) => field.send_keys(keys).await,
                Err(e) => Err(e),
            };
            // Where the focus moves on between the two nothing was sent: what has it now is asked for again.
            match sent {
                Ok(()) => return,
                Err(e) => assert!(start.elapsed() < PATIENCE && moved_on(&e), "keys: {e}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until the window shows these words.
    pub async fn shows(&self, words: &str) {
        self.wait(words, &format!("return document.body.innerText.includes({words:?})")).await;
    }

    /// Presses a button or follows a link, by its words.
    pub async fn press(&self, words: &str) {
        let path = format!("//button[normalize-space()='{words}'][not(@disabled)]");
        let start = Instant::now();
        let mut tried = None;
        loop {
            match self.client.find(Locator::XPath(&path)).await {
                // The driver now and then refuses without a word where the page moves under it; it is asked again.
                Ok(button) => match button.click().await {
                    Ok(()) => return,
                    Err(e) => tried = Some(e),
                },
                // It took the click all the same, and the button has gone.
                Err(_) if tried.is_some() => return,
                Err(e) => assert!(start.elapsed() < PATIENCE, "no button “{words}”: {e}; {}", self.text("body").await),
            }
            assert!(start.elapsed() < PATIENCE, "the button “{words}” is pressed: {tried:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn text(&self, css: &str) -> String {
        let script = format!("return document.querySelector({css:?})?.innerText ?? ''");
        self.run(&script).await.as_str().unwrap_or_default().to_owned()
    }

    /// The numbers of the form, as shown.
    pub async fn figures(&self) -> Vec<i64> {
        let shown = self
            .run("return [...document.querySelectorAll('[data-code] .value')].map((value) => value.innerText)")
            .await;
        let shown = shown.as_array().cloned().unwrap_or_default();
        shown.iter().map(|v| v.as_str().unwrap_or_default().parse().unwrap_or(i64::MIN)).collect()
    }

    /// Brings the page to this size, whatever the frame takes.
    pub async fn size(&self, width: u32, height: u32) {
        let (mut outer_width, mut outer_height) = (width, height);
        for _ in 0..20 {
            self.client.set_window_rect(0, 0, outer_width, outer_height).await.expect("the window takes a size");
            let mut is = json!([0, 0]);
            let side = |is: &Value, i: usize| u32::try_from(is[i].as_u64().unwrap_or(0)).unwrap_or(0);
            // The page hears of it a little later.
            for _ in 0..10 {
                is = self.run("return [innerWidth, innerHeight]").await;
                if (side(&is, 0), side(&is, 1)) == (width, height) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
            let side = |i: usize| side(&is, i);
            outer_width = (outer_width + width).saturating_sub(side(0));
            outer_height = (outer_height + height).saturating_sub(side(1));
        }
        panic!("the window does not take {width}×{height}");
    }

    /// Keeps a picture under out/screens, and looks that nothing sticks out of the window sideways.
    pub async fn picture(&self, name: &str) {
        // The engine paints a new size a little later than it reports it.
        tokio::time::sleep(Duration::from_millis(800)).await;
        let wide = self
            .run(
                "const inside = (e) => e.closest('.scroll, dialog, .unseen') !== null;
                 return [...document.querySelectorAll('button, h1, h2, h3, td, th, label, input, select, p, dd, dt')]
                   .filter((e) => e.checkVisibility() && !inside(e) && !e.matches('input[type=radio]'))
                   .filter((e) => { const b = e.getBoundingClientRect(); return b.right > innerWidth + 1 || b.left < -1; })
                   .map((e) => e.innerText || e.outerHTML)",
            )
            .await;
        assert_eq!(wide, json!([]), "nothing is cut off at the side in {name}");
        self.keep_picture(name).await;
    }

    /// Writes what the window shows to out/screens. The driver now and then gives no picture of a busy window and
    /// says nothing about it; it is asked again.
    pub async fn keep_picture(&self, name: &str) {
        let folder = top().join("out/screens");
        std::fs::create_dir_all(&folder).expect("out/screens");
        // What was changed is painted with the next frame.
        let painted = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))";
        let _ = self.client.execute_async(painted, Vec::new()).await;
        let mut picture = self.client.screenshot().await;
        for _ in 0..10 {
            if picture.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
            picture = self.client.screenshot().await;
        }
        std::fs::write(folder.join(format!("{name}.png")), picture.expect("a picture")).expect("kept");
    }

    /// Turns to the quarter whose real report is published: 21 figures.
    pub async fn turn_to_the_published_quarter(&self) {
        self.room("报表").await;
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
    pub async fn explain_first(&self, reason: &str) {
        let script = format!(
            "const field = document.querySelector('.checks .warning textarea'); field.focus(); field.value = {reason:?};
             field.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        );
        self.run(&script).await;
        let kept =
            format!("return document.querySelector('.tally').innerText.includes('待说明') === {}", reason.is_empty());
        self.wait("the reason kept", &kept).await;
    }

    /// Nothing on the page, in the program or on the network.
    pub async fn nothing_went_wrong(&self) {
        assert_eq!(self.run("return window.wrong").await, json!([]), "no errors on the page");
        self.stage.kept_still();
    }

    /// Holds the page against the rules of WCAG A and AA.
    pub async fn reads_well(&self, name: &str) {
        assert_eq!(self.hard_to_read().await, json!([]), "{name} can be read and named");
    }

    /// What breaks the rules of WCAG A and AA on the page.
    pub async fn hard_to_read(&self) -> Value {
        let axe = std::fs::read_to_string(top().join("ui/node_modules/axe-core/axe.min.js")).expect("axe-core");
        if self.run("return typeof window.axe").await == json!("undefined") {
            self.run(&axe).await;
        }
        self.run(
            "window.seen = null;
             // A list of choices has its keys in the field that it belongs to.
             const broken = (v) => v.id !== 'scrollable-region-focusable' ? v
               : { ...v, nodes: v.nodes.filter((n) => !n.html.includes('role=\"listbox\"')) };
             axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] })
               .then((found) => window.seen = found.violations.map(broken).filter((v) => v.nodes.length > 0).map((v) => v.id + ': ' +
                 v.nodes.slice(0, 4).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | ')),
                 (e) => window.seen = [String(e)])",
        )
        .await;
        self.wait("the rules", "return window.seen").await
    }

    /// Answers GTK's own save dialog with a path, by key strokes as a person would.
    pub fn answer_dialog(&self, title: &str, path: &Path) {
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

    /// Opens 收入 from another list, sorts it by 摘要 and scrolls to its end: the milliseconds of opening and of
    /// sorting, the longest frame of the scroll, frames a second, and how many rows the page held.
    pub async fn open_sort_and_scroll(&self, count: usize) -> Value {
        let script = "const [count, done] = arguments;
            const until = async (is) => {
              const start = performance.now();
              while (!is()) await frame();
              await frame();
              return performance.now() - start;
            };
            const cell = (row) => document.querySelector(`[data-row=\"${row}\"][data-cell=\"0\"]`)?.innerText;
            (async () => {
              [...document.querySelectorAll('.lists button')].find((b) => b.querySelector('.name')?.innerText.trim() === '收入').click();
              const open = await until(() => document.querySelector('.tally')?.innerText === `${count} 条` && cell(5));
              const head = [...document.querySelectorAll('.sort')].find((b) => b.innerText.includes('摘要'));
              head.click();
              const sorted = () => head.closest('[role=columnheader]').getAttribute('aria-sort') === 'ascending';
              const sort = await until(() => sorted() && document.querySelector('.saved').innerText === '已保存');
              const [worst, rate] = await scrolled(document.querySelector('.scroll'));
              done([open, sort, worst, rate, document.querySelectorAll('.row').length]);
            })();";
        let script = format!("{SCROLL}{script}");
        self.client.execute_async(&script, vec![json!(count)]).await.expect("measured")
    }

    /// Ends the journey: nothing may have gone wrong on the page.
    pub async fn close(self) {
        self.nothing_went_wrong().await;
        let open = self.stage.windows();
        self.client.close().await.expect("the window closes");
        let start = Instant::now();
        // A second start would only bring the first one forward while that has not ended.
        while !open.iter().all(|id| has_ended(id)) {
            assert!(start.elapsed() < PATIENCE, "a closed window ends its program");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Routes that lead out of this machine, and devices that have sent something: none in a network of its own.
fn ways_out() -> Vec<String> {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/net/{name}")).unwrap_or_default();
    let routes = read("route").lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let routes6 = read("ipv6_route");
    let routes6 = routes6.lines().filter(|line| line.split_whitespace().last() != Some("lo")).map(str::to_owned);
    let devices = read("dev");
    let devices = devices.lines().skip(2).filter(|line| {
        let device = line.trim_start().split_once(':');
        // Bytes received come first, bytes sent ninth. The kernel may bring tunnels of its own, which lead nowhere.
        device.is_none_or(|(name, counts)| name != "lo" && counts.split_whitespace().nth(8) != Some("0"))
    });
    routes.into_iter().chain(routes6).chain(devices.map(str::to_owned)).collect()
}

/// How many packets found no way out so far, of either protocol. Each attempt to connect or to look up a name counts
/// where there is no way out, and no such attempt goes by uncounted.
fn no_routes() -> [u64; 2] {
    let old = std::fs::read_to_string("/proc/net/snmp").unwrap_or_default();
    let mut lines = old.lines().filter_map(|line| line.strip_prefix("Ip: "));
    let (heads, counts) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let old = heads.split(' ').zip(counts.split(' ')).find(|(head, _)| *head == "OutNoRoutes").map(|(_, count)| count);
    let new = std::fs::read_to_string("/proc/net/snmp6").unwrap_or_default();
    let new = new.lines().find_map(|line| line.strip_prefix("Ip6OutNoRoutes"));
    [old, new].map(|count| count.and_then(|count| count.trim().parse().ok()).unwrap_or(0))
}

/// Whether the driver refused because an element is no longer there to be used.
fn moved_on(e: &CmdError) -> bool {
    let CmdError::Standard(e) = e else { return false };
    matches!(
        e.error,
        ErrorStatus::ElementNotInteractable | ErrorStatus::StaleElementReference | ErrorStatus::NoSuchElement
    )
}

/// Whether a process has let go of everything: its memory goes first, its files after that.
fn has_ended(id: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    !status.contains("State:") || status.contains("State:\tZ")
}

/// Longer than any journey takes on a slow machine: one whose driver answers no more fails instead of lasting for ever.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Runs a test in the one runtime that the client needs, alone on the stage.
pub fn play(test: impl Future<Output = ()>) {
    let _alone = STAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { tokio::time::timeout(LONGEST, test).await.expect("the driver answers to the end") });
}

pub fn ended(child: &mut Child) -> ExitStatus {
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
pub fn sample_folder(folder: &Path) -> Desk {
    let today = NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day");
    let mut desk = Desk::open(folder, "test", today).expect("opens");
    desk.open_sample().expect("the sample");
    desk
}

/// Makes a data folder with so many incomes beside the sample.
pub fn large_folder(folder: &Path, count: usize) -> Desk {
    let mut desk = sample_folder(folder);
    let shape = incubator::record::shape("income").expect("incomes");
    desk.store_mut()
        .change("many", |tx| {
            for row in tx.rows(shape.kind)? {
                tx.delete(shape.kind, row.id)?;
            }
            for i in 0..count {
                let mut record = incubator::record::Record::empty(shape.kind, 0);
                for (field, text) in [
                    ("received_on", format!("20{:02}-{:02}-{:02}", 10 + i % 15, 1 + i % 12, 1 + i % 28)),
                    ("line", ["服务收入", "物业收入", "财政补贴"][i % 3].to_owned()),
                    ("amount", format!("{}.50", i % 90_000)),
                    ("description", format!("{}号{}", ["智农", "慧眼", "重庆", "曾氏"][i % 4], (i * 7919) % count)),
                ] {
                    let declared = shape.kind.field(field).expect("a field");
                    record.set(shape.kind, field, incubator::record::parse_value(declared, &text).expect("sound"));
                }
                tx.insert(shape, record)?;
            }
            Ok(())
        })
        .expect("kept");
    desk
}

/// Makes a data folder with the sample, moved by whole quarters so that its last quarter of 2021 is the running one:
/// the head-counts of the quarter are still to be asked for, its 警示 to be explained, and one event, held by today,
/// lacks its 签到表.
pub fn running_folder(folder: &Path) -> Desk {
    use incubator::record::{KINDS, Kind, Record, Type, Value, shape};

    let mut desk = sample_folder(folder);
    let today = chrono::Local::now().date_naive();
    desk.turn_to(today);
    let quarters = (today.year() - 2021) * 4 + i32::try_from(today.month0() / 3).expect("small") - 3;
    let moved = |day: NaiveDate| day + chrono::Months::new(u32::try_from(quarters * 3).expect("after 2021"));
    let text = |period: &str| -> String {
        let Some((year, quarter)) = period.split_once('Q') else { return period.to_owned() };
        let at = year.parse::<i32>().expect("a year") * 4 + quarter.parse::<i32>().expect("a quarter") - 1 + quarters;
        format!("{}Q{}", at.div_euclid(4), at.rem_euclid(4) + 1)
    };
    let cutoff = moved(NaiveDate::from_ymd_opt(2021, 12, 20).expect("a day"));
    let shift = |kind: &Kind, record: &mut Record| {
        for (field, cell) in kind.fields.iter().zip(record.cells.iter_mut()) {
            match cell {
                Some(Value::Date(day)) => *day = moved(*day),
                Some(Value::Int(year)) if field.ty == Type::Year => *year += i64::from(today.year() - 2021),
                Some(Value::Text(period)) if field.name == "period" => *period = text(period).into(),
                _ => {}
            }
        }
    };
    desk.store_mut()
        .change("moved", |tx| {
            // What refers to others goes first: nothing leaves before it has come.
            for kind in KINDS.iter().rev() {
                let Some(shape) = shape(kind.name) else { continue };
                for mut record in tx.rows(kind)? {
                    shift(kind, &mut record);
                    let says =
                        |field: &str, word: &str| record.field(kind, field).and_then(Value::as_text) == Some(word);
                    let counted = kind.name == "snapshot" && record.field(kind, "as_of") == Some(&Value::Date(cutoff));
                    if counted || kind.name == "explanation" && says("period", &text("2021Q4")) {
                        tx.delete(kind, record.id)?;
                        continue;
                    }
                    if kind.name == "event" && says("name", "税务上门问诊") {
                        record.set(kind, "on", Some(Value::Date(today.min(cutoff))));
                    }
                    tx.update(shape, record)?;
                }
            }
            Ok(())
        })
        .expect("moved");
    desk
}

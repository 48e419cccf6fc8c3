//! Where the window stands, and what a second start does.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::stage::{Helper, PATIENCE, Stage, ended, play, program, sample_folder};

impl Stage {
    /// Asks the screen itself, without a window manager between.
    fn xdotool(&self, args: &[&str]) -> Option<String> {
        let out = self.command("xdotool").args(args).output().expect("xdotool runs");
        out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
    }

    /// The windows of this name in sight.
    fn named(&self) -> Vec<String> {
        let found = self.xdotool(&["search", "--onlyvisible", "--name", "^众创台账$"]).unwrap_or_default();
        found.lines().map(str::to_owned).collect()
    }

    /// The window of a program that knows nothing of this one: the same on a bus of its own.
    async fn another(&self) -> ([Helper; 2], String) {
        let before = self.named();
        let home = self.home.join("another");
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--print-address"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut bus = Helper::start(bus);
        let mut another = self.command(program());
        another.arg("--data").arg(&home).env("DBUS_SESSION_BUS_ADDRESS", bus.says()).env("HOME", &home);
        let another = Helper::start(another);
        let start = Instant::now();
        loop {
            if let Some(id) = self.named().into_iter().rfind(|id| !before.contains(id)) {
                return ([another, bus], id);
            }
            assert!(start.elapsed() < PATIENCE, "another program's window");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until the keys go to this window.
    async fn focused(&self, why: &str, id: &str) {
        let start = Instant::now();
        loop {
            let now = self.xdotool(&["getwindowfocus"]).unwrap_or_default();
            if now == id {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{why}: the keys go to {now}, not to {id}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

#[test]
fn the_window_comes_back_as_large_as_it_was_left() {
    play(async {
        let mut stage = Stage::set("place", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let data = folder.to_str().expect("plain").to_owned();
        for (width, height) in [(1100, 700), (1240, 810)] {
            let window = stage.open(&["--data", &data]).await;
            window.wait("the overview", "return document.querySelector('.overview h1') !== null").await;
            window.size(width, height).await;
            // The driver ends a page without asking the window, so that it is another's turn first, as it is before a
            // window is closed by hand from the taskbar.
            let (_others, another) = stage.another().await;
            stage.xdotool(&["windowfocus", "--sync", &another]).expect("another program has the keys");
            stage.focused("another", &another).await;
            let start = Instant::now();
            let kept = || std::fs::read_to_string(folder.join("settings.json")).unwrap_or_default();
            while !kept().contains(&format!("\"width\": {width}.0")) {
                assert!(start.elapsed() < PATIENCE, "the place is remembered: {}", kept());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            window.close().await;
            stage.again();
            let window = stage.open(&["--data", &data]).await;
            window.wait("the overview", "return document.querySelector('.overview h1') !== null").await;
            let is = window.run("return [innerWidth, innerHeight]").await;
            assert_eq!(is, json!([width, height]), "the next start has the size of the last");
            window.close().await;
            stage.again();
        }
    });
}

#[test]
fn a_second_start_brings_the_first_window_forward_and_ends() {
    play(async {
        let stage = Stage::set("second", false);
        let (folder, other) = (stage.home.join("台账"), stage.home.join("另一本"));
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.wait("the overview", "return document.querySelector('.overview h1') !== null").await;
        let own = stage.named().pop().expect("the window");
        let (_others, another) = stage.another().await;
        let same = vec!["--data".into(), folder.clone()];
        // What is minimised is brought back by a window manager, which this screen does not have.
        for (what, args) in [
            ("asked for the same folder", same),
            ("asked for another folder", vec!["--data".into(), other.clone()]),
            ("asked for nothing", Vec::new()),
        ] {
            stage.xdotool(&["windowfocus", "--sync", &another]).expect("another program has the keys");
            stage.focused(what, &another).await;
            let mut second = stage.command(program()).args(args).spawn().expect("starts");
            assert!(ended(&mut second).success(), "{what}: a second start ends well");
            stage.focused(what, &own).await;
            assert!(stage.named().contains(&own), "{what}: it is in sight");
        }
        assert!(!other.exists(), "a second start touches no folder");
        window.shows("要办的事").await;
        window.close().await;
    });
}

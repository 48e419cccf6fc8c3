//! Where the window stands, and what a second start does.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::stage::{Helper, PATIENCE, Stage, ended, play, program, sample_folder};

impl Stage {
    /// Asks the screen itself, without a window manager between.
    fn xdotool(&self, args: &[&str]) -> Option<String> {
        let out = self.command("xdotool").args(args).output().expect("xdotool runs");
        out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
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
        let own = stage.xdotool(&["search", "--onlyvisible", "--name", "^众创台账$"]).expect("the window");
        let own = own.lines().last().expect("one").to_owned();
        let mut message = stage.command("xmessage");
        message.args(["-title", "another", "-geometry", "+0+0", "another"]).stdout(Stdio::null());
        let _message = Helper::start(message);
        let start = Instant::now();
        let another = loop {
            match stage.xdotool(&["search", "--onlyvisible", "--name", "^another$"]) {
                Some(found) if !found.is_empty() => break found.lines().last().unwrap_or_default().to_owned(),
                _ => assert!(start.elapsed() < PATIENCE, "another program's window"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        let same = vec!["--data".into(), folder.clone()];
        for (what, args, hidden) in [
            ("behind another", same.clone(), false),
            ("minimised", same, true),
            ("asked for another folder", vec!["--data".into(), other.clone()], false),
            ("asked for nothing", Vec::new(), false),
        ] {
            if hidden {
                stage.xdotool(&["windowunmap", "--sync", &own]).expect("out of sight");
            }
            stage.xdotool(&["windowfocus", "--sync", &another]).expect("another program has the keys");
            stage.focused(what, &another).await;
            let mut second = stage.command(program()).args(args).spawn().expect("starts");
            assert!(ended(&mut second).success(), "{what}: a second start ends well");
            stage.focused(what, &own).await;
            assert!(
                stage
                    .xdotool(&["search", "--onlyvisible", "--name", "^众创台账$"])
                    .is_some_and(|ids| ids.contains(&own)),
                "{what}: it is in sight"
            );
        }
        assert!(!other.exists(), "a second start touches no folder");
        window.shows("要办的事").await;
        window.close().await;
    });
}

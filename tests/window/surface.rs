//! What the page can ask for.

use std::net::TcpListener;
use std::time::Duration;

use serde_json::json;

use crate::stage::{Stage, play};

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

        // A server that would answer, each way to it: the page is told no and nobody comes to the door.
        let server = TcpListener::bind("127.0.0.1:0").expect("a server");
        server.set_nonblocking(true).expect("asked without waiting");
        let there = server.local_addr().expect("its address");
        for (directive, ask) in [
            ("connect-src", "fetch('http://HERE/').catch(() => 0)"),
            ("connect-src", "try { new WebSocket('ws://HERE/') } catch {}"),
            (
                "connect-src",
                "try { const ask = new XMLHttpRequest(); ask.open('GET', 'http://HERE/'); ask.send() } catch {}",
            ),
            ("connect-src", "navigator.sendBeacon('http://HERE/')"),
            ("img-src", "new Image().src = 'http://HERE/'"),
            (
                "script-src",
                "const e = document.createElement('script'); e.src = 'http://HERE/'; document.head.append(e)",
            ),
            (
                "style-src",
                "const e = document.createElement('link'); e.rel = 'stylesheet'; e.href = 'http://HERE/'; document.head.append(e)",
            ),
            (
                "frame-src",
                "const e = document.createElement('iframe'); e.src = 'http://HERE/'; document.body.append(e)",
            ),
            (
                "form-action",
                "const e = document.createElement('form'); e.action = 'http://HERE/'; document.body.append(e); e.submit()",
            ),
        ] {
            window.run("window.wrong.length = 0").await;
            window.run(&ask.replace("HERE", &there.to_string())).await;
            let told = format!(
                "return window.wrong.some((what) => what.startsWith({directive:?}) && what.includes('127.0.0.1'))"
            );
            window.wait(&format!("{directive} refuses {ask}"), &told).await;
        }
        // Another page is not gone to at all.
        window.run(&format!("window.stays = true; location.href = 'http://{there}/'")).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(window.run("return window.stays").await, json!(true), "the window stays on its page");
        assert!(server.accept().is_err(), "nobody came to the server");
        // What this journey tried said so on the page, as it should.
        window.run("window.wrong.length = 0").await;
        window.close().await;
    });
}

fn command_of(name: &str, args: &str) -> String {
    format!("window.__TAURI_INTERNALS__.invoke('{name}', {args})")
}

#[test]
fn the_screen_is_small_and_charts_come_when_they_are_shown() {
    let folder = crate::stage::top().join("ui/dist/assets");
    let mut packed = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let (mut screen, mut charts) = (0, 0);
    for entry in std::fs::read_dir(folder).expect("the built screen").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".js") {
            continue;
        }
        if name.starts_with("charts-") {
            charts += 1;
            continue;
        }
        screen += 1;
        packed.start_file(name, zip::write::SimpleFileOptions::default()).expect("a file");
        let bytes = std::fs::read(entry.path()).expect("a script");
        std::io::Write::write_all(&mut packed, &bytes).expect("packed");
    }
    assert!(screen > 0 && charts == 1, "the screen, and the charts in a file of their own: {screen}, {charts}");
    let size = packed.finish().expect("packed").into_inner().len();
    println!("JavaScript without charts, packed: {} KB", size / 1024);
    assert!(size <= 400 * 1024, "at most 400 KB of JavaScript without charts: {size}");
}

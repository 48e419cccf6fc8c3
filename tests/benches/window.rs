//! `cargo xtask bench window`: how long the window takes from its start to a usable list, beside a bare window of Tauri
//! in the same run; and opening, sorting, scrolling and searching with 100,000 rows in it. On a screen of its own.

#[path = "../window/stage.rs"]
#[allow(dead_code, reason = "the journeys use the rest of it")]
mod stage;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use incubator::desk::Desk;
use serde_json::{Value, json};

use crate::stage::{PATIENCE, SCROLL, Stage, Window, large_folder, play, program, sample_folder};

const ROWS: usize = 100_000;
/// Starts of each window, in turns.
const STARTS: usize = 9;
/// A table that has nothing to do but to be drawn: as many rows as the scroll passes by steps, columns as 收入 has.
const PLAIN_ROWS: usize = 2_000;
const PLAIN_COLUMNS: usize = 8;
/// Openings, sortings and scrolls through.
const TURNS: usize = 5;

fn main() {
    play(async {
        let mut stage = Stage::set("bench", false);
        let (sample, large) = (stage.home.join("示例"), stage.home.join("大台账"));
        remember_the_list(sample_folder(&sample));
        remember_the_list(large_folder(&large, ROWS));
        starts(&mut stage, &sample, &large).await;
        stage.again();
        lists(&stage, &large).await;
    });
}

/// The window of Tauri with nothing in it.
fn bare() -> PathBuf {
    let bare = program().with_file_name("examples").join("bare");
    assert!(bare.is_file(), "{} is missing: cargo xtask bench window builds it", bare.display());
    bare
}

/// The program starts where it was left: in the list of incomes.
fn remember_the_list(mut desk: Desk) {
    desk.settings_mut().set("room", json!("records")).expect("remembered");
    desk.settings_mut().set("room/records", json!("income")).expect("remembered");
}

async fn starts(stage: &mut Stage, sample: &Path, large: &Path) {
    let bare = bare();
    let text = "return document.body?.innerText.includes('bare')";
    let list = "return document.querySelector('[data-row=\"0\"][data-cell=\"0\"]')?.innerText && document.activeElement?.matches('.input')";
    let mut taken = [const { Vec::new() }; 3];
    for _ in 0..STARTS {
        stage.again();
        taken[0].push(start(stage, &bare, &[], text).await);
        for (place, folder) in [(1, sample), (2, large)] {
            let args = ["--data", folder.to_str().expect("plain")];
            stage.again();
            taken[place].push(start(stage, &program(), &args, list).await);
        }
    }
    let [bare, sample, large] = taken.map(median);
    println!("启动到可用，{STARTS} 次的中位数");
    println!("  空白 Tauri 窗口       {bare:.0} 毫秒");
    println!("  示例台账的列表        {sample:.0} 毫秒，{:.2} 倍", sample / bare);
    println!("  {ROWS} 行的列表     {large:.0} 毫秒，{:.2} 倍", large / bare);
}

/// Milliseconds from the start of the process to the frame in which the page shows what is asked for.
async fn start(stage: &Stage, program: &Path, args: &[&str], shown: &str) -> f64 {
    let window = stage.start(program, args, "none").await;
    let began = began(program);
    // The first document gives way to the page, and what was put into it goes with it: it is put in until it answers.
    let script = format!(
        "if (window.seen === undefined) {{
           window.seen = null;
           const shown = () => {{ {shown} }};
           const look = () => requestAnimationFrame(() => {{
             if (shown()) window.seen = performance.timeOrigin + performance.now(); else look();
           }});
           look();
         }}
         return window.seen"
    );
    let asked = Instant::now();
    let seen = loop {
        if let Ok(Value::Number(seen)) = window.client.execute(&script, Vec::new()).await {
            break seen;
        }
        assert!(asked.elapsed() < PATIENCE, "{} shows its page", program.display());
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    window.client.clone().close().await.expect("the window closes");
    seen.as_f64().expect("a time") - began
}

/// When the newest process of a program began, in milliseconds of the clock on the wall.
fn began(program: &Path) -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64();
    let up: f64 = {
        let text = std::fs::read_to_string("/proc/uptime").expect("the time since the start");
        text.split(' ').next().and_then(|t| t.parse().ok()).expect("seconds")
    };
    let ticks = |entry: std::fs::DirEntry| {
        let at = entry.path();
        (std::fs::read_link(at.join("exe")).ok()? == program).then_some(())?;
        // The fields behind the name in brackets begin with the third; the start is the twenty-second, in 1/100 s.
        let stat = std::fs::read_to_string(at.join("stat")).ok()?;
        stat.rsplit(") ").next()?.split(' ').nth(19)?.parse::<f64>().ok()
    };
    let newest = std::fs::read_dir("/proc").expect("processes").flatten().filter_map(ticks).fold(0.0, f64::max);
    assert!(newest > 0.0, "{} runs", program.display());
    (now - (up - newest / 100.0)) * 1000.0
}

async fn lists(stage: &Stage, folder: &Path) {
    let bare = stage.start(&bare(), &[], "normal").await;
    bare.size(1366, 768).await;
    let mut plain = [const { Vec::new() }; 2];
    for _ in 0..TURNS {
        let answer = scroll_a_plain_table(&bare, PLAIN_ROWS, PLAIN_COLUMNS).await;
        for (i, all) in plain.iter_mut().enumerate() {
            all.push(answer[i].as_f64().expect("a number"));
        }
    }
    bare.client.close().await.expect("the window closes");
    let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
    window.size(1366, 768).await;
    let count = format!("return document.querySelector('.tally')?.innerText === '{ROWS} 条'");
    window.wait("the list", &count).await;
    let mut taken = [const { Vec::new() }; 4];
    for _ in 0..TURNS {
        let other = "[...document.querySelectorAll('.lists button')].find((b) => b.querySelector('.name')?.innerText.trim() === '支出').click()";
        window.run(other).await;
        window.wait("another list", "return document.querySelector('.tools h1')?.innerText === '支出'").await;
        let answer = window.open_sort_and_scroll(ROWS).await;
        for (i, all) in taken.iter_mut().enumerate() {
            all.push(answer[i].as_f64().expect("a number"));
        }
        // Back to the order of entering, so that the next turn sorts again.
        window.run("[...document.querySelectorAll('.sort')].find((b) => b.innerText.includes('摘要')).click()").await;
        window.wait("turned", "return document.querySelector('[aria-sort=descending]') !== null && document.querySelector('.saved').innerText === '已保存'").await;
        window.run("[...document.querySelectorAll('.sort')].find((b) => b.innerText.includes('摘要')).click()").await;
        window.wait("as entered", "return document.querySelector('[aria-sort]') === null && document.querySelector('.saved').innerText === '已保存'").await;
    }
    let least = plain[0].iter().copied().fold(0.0, f64::max);
    let [plain_frame, plain_rate] = plain.map(median);
    let worst = taken[2].iter().copied().fold(0.0, f64::max);
    let [open, sort, frame, rate] = taken.map(median);
    println!("\n{ROWS} 行的列表，{TURNS} 次的中位数");
    println!(
        "  打开 {open:.0} 毫秒，排序 {sort:.0} 毫秒，滚动中最长的一帧 {frame:.0} 毫秒(最差 {worst:.0})，每秒 {rate:.0} 帧"
    );
    println!(
        "  空白 Tauri 窗口里 {PLAIN_ROWS} 行的静止表格同样滚动：最长的一帧 {plain_frame:.0} 毫秒(最差 {least:.0})，每秒 {plain_rate:.0} 帧"
    );
    let script = "const done = arguments[0];
        (async () => {
          const took = [];
          const ask = async (typed) => {
            const start = performance.now();
            await window.__TAURI_INTERNALS__.invoke('search', { typed });
            return performance.now() - start;
          };
          const first = await ask('q');
          for (const typed of ['重庆', 'chongqing', 'zhongqing', 'cq', 'zengshi', 'cengshi', 'huiyan', '慧yan', 'zn9', 'zhinong 12', 'xyz', '13900000026', 'h', 'zs100', '智农hao']) took.push(await ask(typed));
          done([first, ...took]);
        })();";
    let took = window.client.execute_async(script, Vec::new()).await.expect("searched");
    let took: Vec<f64> = took.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect();
    let (first, rest) = took.split_first().expect("searches");
    let worst = rest.iter().copied().fold(0.0, f64::max);
    println!("  搜索 {:.0} 毫秒(最差 {worst:.0})，打开后第一次 {first:.0}", median(rest.to_vec()));
    window.close().await;
}

/// Puts a plain table of so many rows on the page, all of them, with no program behind it, and scrolls it likewise:
/// the longest frame and frames a second that this machine has for that.
async fn scroll_a_plain_table(bare: &Window<'_>, rows: usize, columns: usize) -> Value {
    let script = "const [rows, columns, done] = arguments;
        document.body.innerHTML = '<div style=\"height: 600px; overflow: auto\"><table style=\"table-layout: fixed; border-collapse: collapse\"></table></div>';
        const table = document.querySelector('table');
        for (let r = 0; r < rows; r++) {
          const row = table.insertRow();
          row.style.height = '32px';
          for (let c = 0; c < columns; c++) {
            const cell = row.insertCell();
            cell.style.border = '1px solid silver';
            cell.textContent = `智农号${r} ${c}`;
          }
        }
        requestAnimationFrame(async () => done(await scrolled(table.parentElement)));";
    let script = format!("{SCROLL}{script}");
    bare.client.execute_async(&script, vec![json!(rows), json!(columns)]).await.expect("measured")
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

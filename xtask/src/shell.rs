//! Starting other programs.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

/// What a task gives: nothing, or the sentence to end with (empty when everything is said already).
pub type Outcome<T = ()> = Result<T, String>;

/// The top folder of the project.
pub fn top() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// A command that starts in the top folder. npm is a batch file on Windows and needs its ending.
pub fn command(program: &str, args: &[&str]) -> Command {
    let program = if cfg!(windows) && program == "npm" { "npm.cmd" } else { program };
    let mut command = Command::new(program);
    command.args(args).current_dir(top());
    command
}

/// cargo, the one that runs this task.
pub fn cargo(args: &[&str]) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    command(&cargo, args)
}

/// Whether a program can be started and ends well. Prints nothing.
pub fn succeeds(mut command: Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|s| s.success())
}

/// What a program prints on its standard output; nothing when it cannot be started or fails.
pub fn output(mut command: Command) -> Option<String> {
    let out = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Runs a program in the open, and says what failed.
pub fn run(mut command: Command, what: &str) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{what}没有成功，原因见上")),
        Err(e) => Err(format!("{what}：无法启动 {}（{e}）", command.get_program().to_string_lossy())),
    }
}

/// Runs a program in the open and also hands back what it printed on its standard output.
///
/// Its end is what counts, not that of its output: what it started may hold that open and live on.
pub fn run_and_keep(mut command: Command) -> Outcome<(bool, String)> {
    const LAST_WORDS: Duration = Duration::from_secs(5);
    let name = command.get_program().to_string_lossy().into_owned();
    let cannot = |e: std::io::Error| format!("无法启动 {name}（{e}）");
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(cannot)?;
    let (tell, told) = channel();
    if let Some(out) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut out = BufReader::new(out);
            let mut line = Vec::new();
            while out.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
                let text = String::from_utf8_lossy(&line).into_owned();
                print!("{text}");
                // Nobody listens any more once the program has ended and said its last words.
                let _ = tell.send(text);
                line.clear();
            }
        });
    }
    let ok = child.wait().is_ok_and(|s| s.success());
    let mut kept = String::new();
    while let Ok(text) = told.recv_timeout(LAST_WORDS) {
        kept.push_str(&text);
    }
    let _ = std::io::stdout().flush();
    Ok((ok, kept))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_lives_on_after_a_program_is_not_waited_for() {
        let mut left = Command::new("sh");
        left.args(["-c", "sleep 3600 2>/dev/null & echo $!"]);
        let (ok, said) = run_and_keep(left).expect("it starts");
        assert!(succeeds(command("kill", &[said.trim()])), "it said {said:?}, and what it left still held its output");
        assert!(ok);
    }
}

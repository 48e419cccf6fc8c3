//! The process that reads a file: the program starts itself again, hands it the bytes and gets the cells.
//!
//! Whatever a file does to its reader — a crash, an allocation that fails, an endless loop — ends that
//! process and nothing else. What it may take is set in [`limits`](super::limits).

use std::ffi::{OsStr, OsString};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitCode, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::guard::{self, refuse};
use super::limits;
use super::sheet::{self, Collected, Sheet};
use super::wire::{Heard, Receiver, Sender};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// The argument by which the program knows that it is to read a file for its parent.
const WORKER: &str = "--read-for-parent";

/// The cells of a file, read once; any number of plans can be made of them.
#[derive(Debug, Clone)]
pub struct Book {
    pub(super) file: String,
    /// Shared: a large file is not held twice.
    pub(super) sheets: Arc<[Sheet]>,
}

/// Who reads the bytes of files.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The program that reads, `None` for this very process.
    program: Option<PathBuf>,
    memory: u64,
    seconds: Option<u64>,
}

impl Reader {
    /// The running program in a process of its own: what the window and the command line use. Their `main`
    /// calls [`serve`] first.
    pub fn own() -> Reader {
        // On Linux the running file itself, even when an update has just replaced it.
        let linux = cfg!(target_os = "linux").then(|| PathBuf::from("/proc/self/exe"));
        // A program that cannot tell where it lies fails to start, and says so.
        Reader::of(linux.or_else(|| std::env::current_exe().ok()).unwrap_or_default())
    }

    /// Another program that serves, see [`serve`]: for tests, whose own program does not.
    pub fn of(program: PathBuf) -> Reader {
        Reader { program: Some(program), memory: limits::MEMORY, seconds: None }
    }

    /// This process itself, without any limit: for fuzzing and for text that the program made itself.
    pub fn here() -> Reader {
        Reader { program: None, memory: 0, seconds: None }
    }

    /// With other limits: bytes of memory beyond what the program starts with, and seconds of computing.
    #[must_use]
    pub fn limited(mut self, memory: u64, seconds: u64) -> Reader {
        self.memory = memory;
        self.seconds = Some(seconds);
        self
    }

    /// Reads a file. Can be stopped, and tells how many rows it has.
    ///
    /// # Errors
    /// [`Error::Refused`] with a sentence that says what the file is and what to do, also when reading it
    /// took too much; [`Error::Cancelled`].
    pub fn open(&self, bytes: &[u8], file: &str, progress: Progress<'_>) -> Result<Book> {
        progress.at(READING, 0, 0)?;
        guard::weigh(bytes, file)?;
        let sheets = match &self.program {
            None => here(bytes, file)?,
            Some(program) => self.there(program.as_os_str(), bytes, file, progress)?,
        };
        Ok(Book { file: file.to_owned(), sheets: sheets.into() })
    }

    /// Seconds of computing for a file of this length. Small files unpack to large ones, hence the two.
    fn seconds(&self, bytes: &[u8]) -> u64 {
        // Without optimisation everything takes many times as long.
        let slow = if cfg!(debug_assertions) { 10 } else { 1 };
        self.seconds.unwrap_or((2 + (bytes.len() >> 20) as u64) * slow)
    }

    fn there(&self, program: &OsStr, bytes: &[u8], file: &str, progress: Progress<'_>) -> Result<Vec<Sheet>> {
        let seconds = self.seconds(bytes);
        let mut worker = start(program, self.memory, seconds)?;
        let _bound = limits::bind(&worker, self.memory).map_err(|e| stop(&mut worker, e))?;
        let (Some(mut to), Some(from)) = (worker.stdin.take(), worker.stdout.take()) else {
            return Err(stop(&mut worker, "没有管道"));
        };
        let rows = AtomicU64::new(0);
        let (tell, told) = sync_channel(1);
        // Others may keep the computer busy: by the clock it may take longer than it may compute.
        let end = Instant::now() + Duration::from_secs(seconds * 5 + 5);
        let said = std::thread::scope(|threads| {
            threads.spawn(|| {
                // A worker that is gone before it has heard all says why by its end.
                let _ = hand_over(&mut to, bytes, file);
                drop(to);
            });
            threads.spawn(|| {
                // Nobody waits any more after a cancel.
                let _ = tell.send(listen(from, &rows));
            });
            loop {
                match told.recv_timeout(Duration::from_millis(40)) {
                    Ok(said) => break Ok(said),
                    Err(RecvTimeoutError::Disconnected) => break Ok(Said::Nothing),
                    Err(RecvTimeoutError::Timeout) => {}
                }
                let go_on = progress.at(READING, rows.load(Ordering::Relaxed), 0);
                if go_on.is_err() || Instant::now() > end {
                    // Its end closes the pipes, and with them both threads.
                    let _ = worker.kill();
                    break go_on.map(|()| Said::TooLate);
                }
            }
        });
        let status = worker.wait();
        match said? {
            Said::All(sheets) => Ok(sheets),
            Said::Refused(say) => Err(Error::Refused(say)),
            Said::Nothing => Err(cannot_start("没有应答")),
            Said::TooLate => Err(too_long(file)),
            Said::BrokenOff if status.is_ok_and(ran_out_of_time) => Err(too_long(file)),
            Said::BrokenOff => Err(refuse(
                file,
                "读取时中断：文件已损坏，或展开后所需内存超过上限。程序和台账不受影响。请用 Excel 或 WPS 打开，把需要的行复制到新的表格，另存为 .xlsx 后再导入",
            )),
        }
    }
}

/// What is told while a file is read.
const READING: &str = "读取名册";

fn start(program: &OsStr, memory: u64, seconds: u64) -> Result<Child> {
    let mut command = Command::new(program);
    command.args([WORKER, &memory.to_string(), &seconds.to_string()]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        /// No black window beside the program's own.
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    command.spawn().map_err(cannot_start)
}

fn stop(worker: &mut Child, why: impl std::fmt::Display) -> Error {
    // It is given up either way.
    let _ = worker.kill().and_then(|()| worker.wait());
    cannot_start(why)
}

fn cannot_start(why: impl std::fmt::Display) -> Error {
    Error::refused(format!(
        "读取表格的进程没有启动成功({why})，没有导入。请看安全软件是否拦截了本程序，或重新启动程序再试"
    ))
}

fn too_long(file: &str) -> Error {
    refuse(file, "读取用时过长，已停止，程序和台账不受影响。请把需要的行复制到新的表格，另存为 .xlsx 后再导入")
}

#[cfg(unix)]
fn ran_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    /// SIGXCPU on every Linux but MIPS, and SIGKILL when that passes unheard.
    const SIGNALS: [i32; 2] = [24, 9];
    status.signal().is_some_and(|s| SIGNALS.contains(&s))
}

#[cfg(not(unix))]
fn ran_out_of_time(_: ExitStatus) -> bool {
    false
}

/// How a worker's answer ended.
enum Said {
    All(Vec<Sheet>),
    Refused(String),
    /// It began and did not end.
    BrokenOff,
    /// It did not even begin.
    Nothing,
    TooLate,
}

fn hand_over(to: &mut impl Write, bytes: &[u8], file: &str) -> std::io::Result<()> {
    let name = file.as_bytes();
    to.write_all(&u32::try_from(name.len()).unwrap_or(0).to_le_bytes())?;
    to.write_all(name)?;
    to.write_all(bytes)
}

fn listen(from: ChildStdout, rows: &AtomicU64) -> Said {
    let mut receiver = Receiver::new(BufReader::with_capacity(1 << 16, from));
    if receiver.ready().is_err() {
        return Said::Nothing;
    }
    let mut collected = Collected::default();
    loop {
        match receiver.next() {
            Ok(Heard::Part(part)) => collected.take(part),
            Ok(Heard::Done) => return Said::All(collected.sheets()),
            Ok(Heard::Refused(say)) => return Said::Refused(say.to_owned()),
            Err(_) => return Said::BrokenOff,
        }
        rows.store(collected.rows(), Ordering::Relaxed);
    }
}

fn here(bytes: &[u8], file: &str) -> Result<Vec<Sheet>> {
    let mut collected = Collected::default();
    sheet::read(bytes, file, &mut |part| {
        collected.take(part);
        Ok(())
    })?;
    Ok(collected.sheets())
}

/// The worker's side: when this process was started to read a file, does that and answers with what to
/// exit with. A program whose files are read by [`Reader::own`] calls it before anything else.
pub fn serve() -> Option<ExitCode> {
    let mut args = std::env::args_os().skip(1);
    if args.next().as_deref() != Some(OsStr::new(WORKER)) {
        return None;
    }
    Some(if work(args).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn work(args: impl Iterator<Item = OsString>) -> std::io::Result<()> {
    let numbers: Vec<u64> = args.filter_map(|a| a.to_str()?.parse().ok()).collect();
    let [memory, seconds] = numbers.as_slice() else { return Err(std::io::ErrorKind::InvalidInput.into()) };
    let mut sender = Sender::new(BufWriter::with_capacity(1 << 16, std::io::stdout().lock()));
    // Before the limits: on a busy computer they may end it at once, and its parent is to know that by its end.
    sender.ready()?;
    limits::set(*memory, *seconds)?;
    // A panic becomes a refusal; there is nobody to read its words.
    std::panic::set_hook(Box::new(|_| {}));
    let mut from = std::io::stdin().lock();
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut name = String::new();
    (&mut from).take(u32::from_le_bytes(length).into()).read_to_string(&mut name)?;
    let mut bytes = Vec::new();
    from.take(guard::MAX_FILE as u64 + 1).read_to_end(&mut bytes)?;
    match sheet::read(&bytes, &name, &mut |part| sender.part(part).map_err(|_| Error::Cancelled)) {
        Ok(()) => sender.done(),
        // The parent is gone or has enough.
        Err(Error::Cancelled) => Ok(()),
        Err(error) => sender.refused(&error.to_string()),
    }
}

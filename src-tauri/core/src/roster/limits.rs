//! What a process that reads a file may take of the computer.

use std::process::Child;

/// Memory that it may take beyond what it starts with.
pub(super) const MEMORY: u64 = 112 << 20;

/// Sets the limits of this process, for as long as it lives: bytes of memory beyond what it has, seconds
/// of computing. On Windows its parent has set them, see [`bind`].
///
/// # Errors
/// What the system says when it refuses.
pub(super) fn set(memory: u64, seconds: u64) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use rlimit::{Resource, setrlimit};
        // Of address space, since that is what counts at once. The program with its libraries has taken
        // some of it already; where that is not told, the usual for it.
        let taken = std::fs::read_to_string("/proc/self/statm")
            .ok()
            .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
            .map_or(64 << 20, |pages| pages.saturating_mul(4096));
        let most = taken.saturating_add(memory);
        setrlimit(Resource::AS, most, most)?;
        // The first bound ends it by a signal that tells why.
        setrlimit(Resource::CPU, seconds, seconds + 1)?;
        // It writes to its parent only, and leaves no image of what it read.
        setrlimit(Resource::FSIZE, 0, 0)?;
        setrlimit(Resource::CORE, 0, 0)?;
    }
    let _ = (memory, seconds);
    Ok(())
}

/// Keeps a child within its limits while it is held.
pub(super) struct Bound {
    #[cfg(windows)]
    _job: win32job::Job,
}

/// Puts a child into a job of its own on Windows: it keeps no more than `memory` in use at a time, and
/// ends with its parent. Elsewhere the child limits itself, see [`set`].
///
/// # Errors
/// What the system says when it refuses.
pub(super) fn bind(child: &Child, memory: u64) -> std::io::Result<Bound> {
    #[cfg(windows)]
    {
        use std::os::windows::io::AsRawHandle;
        use win32job::{ExtendedLimitInfo, Job};
        const LEAST: usize = 1 << 20;
        let most = usize::try_from(memory).unwrap_or(usize::MAX).max(2 * LEAST);
        let mut info = ExtendedLimitInfo::new();
        info.limit_working_memory(LEAST, most).limit_kill_on_job_close();
        let job = Job::create_with_limit_info(&info).map_err(std::io::Error::other)?;
        job.assign_process(child.as_raw_handle() as isize).map_err(std::io::Error::other)?;
        Ok(Bound { _job: job })
    }
    #[cfg(not(windows))]
    {
        let _ = (child, memory);
        Ok(Bound {})
    }
}

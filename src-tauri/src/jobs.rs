//! Long work: told to the screen step by step, and stopped when the person no longer wants it.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use incubator::Result;
use incubator::error::Refusal;
use incubator::progress::{Progress, Step};
use tauri::ipc::Channel;

use crate::office::Answer;

/// The screen hears of steps no oftener than it paints them.
const BREATH: Duration = Duration::from_millis(40);

/// The long work under way, by the number that the screen gave it.
#[derive(Default)]
pub struct Jobs(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Whether each is still wanted.
    stopped: HashMap<u32, Arc<AtomicBool>>,
    /// The highest number that has begun: the screen counts upwards.
    begun: u32,
}

impl Jobs {
    /// Does long work: `steps` hears how far it is, [`Jobs::cancel`] with the same number stops it. The work asks
    /// the [`crate::office::Office`] only for the moments in which it needs the desk, so that the window answers
    /// meanwhile.
    pub fn run<T>(&self, job: u32, steps: &Channel<Step>, work: impl FnOnce(Progress<'_>) -> Result<T>) -> Answer<T> {
        let stop = {
            let mut known = self.known();
            known.begun = known.begun.max(job);
            Arc::clone(known.stopped.entry(job).or_default())
        };
        let told: Cell<Option<Instant>> = Cell::new(None);
        let tell = |step: &Step| {
            let last = step.all > 0 && step.done >= step.all;
            if last || told.get().is_none_or(|at| at.elapsed() >= BREATH) {
                told.set(Some(Instant::now()));
                // A page that is gone hears nothing; the work ends all the same.
                let _ = steps.send(step.clone());
            }
            !stop.load(Ordering::Relaxed)
        };
        let done = work(Progress::new(&tell));
        self.known().stopped.remove(&job);
        done.map_err(|e| Refusal::from(&e))
    }

    /// Stops a job at its next step, or before its first when the word is quicker than the work. One that has just
    /// ended is left alone.
    pub fn cancel(&self, job: u32) {
        let mut known = self.known();
        if job > known.begun || known.stopped.contains_key(&job) {
            known.stopped.entry(job).or_default().store(true, Ordering::Relaxed);
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_stopped_by_its_number_and_no_other() {
        let jobs = Jobs::default();
        let steps = Channel::new(|_| Ok(()));
        let done = jobs.run(7, &steps, |progress| {
            jobs.cancel(6);
            progress.at("复制", 1, 3)?;
            jobs.cancel(7);
            progress.at("复制", 2, 3)
        });
        assert_eq!(done.expect_err("it was stopped").code, "cancelled");
        let again = jobs.run(7, &steps, |progress| progress.at("复制", 1, 3));
        assert!(again.is_ok(), "a number used again starts afresh");
        jobs.cancel(9);
        let early = jobs.run(9, &steps, |progress| progress.at("复制", 1, 3));
        assert_eq!(early.expect_err("it was stopped").code, "cancelled", "a word that comes before the work counts");
        jobs.cancel(9);
        assert!(jobs.known().stopped.is_empty(), "and nothing is left behind");
    }
}

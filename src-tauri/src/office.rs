//! The open data folder behind the window, or why it could not be opened.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use incubator::desk::Desk;
use incubator::error::Refusal;
use incubator::settings::Settings;
use incubator::store::Store;
use incubator::{Error, Result, place};

/// Names this program for others that find the folder held.
const WHO: &str = "众创台账";

/// What a command gives the screen.
pub type Answer<T> = Result<T, Refusal>;

/// The one desk. Commands come from several threads and take turns.
pub struct Office {
    folder: Option<PathBuf>,
    desk: Mutex<Result<Desk>>,
    /// Who opens it, until somebody has waited for that.
    opening: Mutex<Option<JoinHandle<Result<Desk>>>>,
}

impl Office {
    /// Begins to open the data folder: the given one, else the usual one of this user. The window comes up meanwhile,
    /// and who asks first waits for the rest. A failure is kept and shown.
    pub fn open(folder: Option<PathBuf>) -> Office {
        let folder = folder.or_else(place::usual);
        let asked = folder.clone();
        let opening = std::thread::spawn(move || {
            let desk = desk(asked.as_ref())?;
            // What the screen asks for first is in memory when it does. What fails here fails there again, in words.
            let _ = desk.first();
            Ok(desk)
        });
        let desk = Mutex::new(Err(Error::refused("数据文件夹没有打开，请重新启动程序")));
        Office { folder, desk, opening: Mutex::new(Some(opening)) }
    }

    /// What is remembered in the folder, without waiting for the desk: how the window stood, and its theme.
    pub fn settings(&self) -> Option<Settings> {
        self.folder.as_deref().map(Settings::open)
    }

    fn lock(&self) -> MutexGuard<'_, Result<Desk>> {
        // A command that panicked has changed nothing: every change is one transaction of the store.
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Ok(opened)) = opening.map(JoinHandle::join) {
            *desk = opened;
        }
        desk
    }

    /// Asks the desk, for the screen.
    pub fn ask<T>(&self, question: impl FnOnce(&mut Desk) -> Result<T>) -> Answer<T> {
        self.desk(question).map_err(|e| Refusal::from(&e))
    }

    /// Asks the desk in the middle of long work: it is locked for this question alone.
    pub fn desk<T>(&self, question: impl FnOnce(&mut Desk) -> Result<T>) -> Result<T> {
        match &mut *self.lock() {
            Ok(desk) => {
                // The window may have stayed open over midnight.
                desk.turn_to(today());
                question(desk)
            }
            Err(why) => Err(why.again()),
        }
    }

    /// Tries to open the folder again, where it could not be opened before.
    pub fn reopen(&self) {
        let mut held = self.lock();
        if held.is_err() {
            *held = desk(self.folder.as_ref());
        }
    }

    /// Puts the backup that was named to the person in place of a damaged store, which is kept.
    pub fn recover(&self) -> Answer<()> {
        let mut held = self.lock();
        let (Err(Error::Damaged { backup: Some(backup), .. }), Some(folder)) = (&*held, &self.folder) else {
            return Err(Refusal::from(&Error::refused("没有可用于恢复的备份")));
        };
        Store::recover(folder, WHO, backup).map_err(|e| Refusal::from(&e))?;
        *held = desk(self.folder.as_ref());
        Ok(())
    }

    /// Lets go of the folder, so that closing backup and lock are settled before the program ends.
    pub fn close(&self) {
        *self.lock() = Err(Error::refused("程序正在退出"));
    }
}

fn desk(folder: Option<&PathBuf>) -> Result<Desk> {
    /// Whoever closed the program and starts it again at once finds the last one still at its closing backup.
    const STILL_CLOSING: Duration = Duration::from_secs(5);
    let folder = folder.ok_or_else(|| Error::refused("找不到本机用户的数据目录，请用 --data 指定数据文件夹"))?;
    let start = Instant::now();
    loop {
        match Desk::open(folder, WHO, today()) {
            Err(Error::Held { .. }) if start.elapsed() < STILL_CLOSING => {
                std::thread::sleep(Duration::from_millis(100))
            }
            done => return done,
        }
    }
}

fn today() -> chrono::NaiveDate {
    chrono::Local::now().date_naive()
}

//! The open data folder behind the window, or why it could not be opened.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use incubator::desk::Desk;
use incubator::error::Refusal;
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
}

impl Office {
    /// Opens the data folder: the given one, else the usual one of this user. A failure is kept and shown.
    pub fn open(folder: Option<PathBuf>) -> Office {
        let folder = folder.or_else(place::usual);
        let desk = Mutex::new(desk(folder.as_ref()));
        Office { folder, desk }
    }

    fn lock(&self) -> MutexGuard<'_, Result<Desk>> {
        // A command that panicked has changed nothing: every change is one transaction of the store.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
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
    let folder = folder.ok_or_else(|| Error::refused("找不到本机用户的数据目录，请用 --data 指定数据文件夹"))?;
    Desk::open(folder, WHO, today())
}

fn today() -> chrono::NaiveDate {
    chrono::Local::now().date_naive()
}

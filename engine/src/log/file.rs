//! The log's file: opened to append, opened anew on demand, and followed by a new one when its period is over.
//!
//! The descriptor's number stays the same for good; another open file is put behind it. So any thread can write at any time, and
//! nothing has to be locked. It must not know what a line looks like.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::{DateTime, Local};

use super::Rotation;
use crate::sys;

/// A log file that is open.
pub(super) struct LogFile {
    /// The name as set, absolute: the working directory may change.
    base: PathBuf,
    rotation: Rotation,
    file: File,
    /// The period that the open file is for, see [`period`].
    period: AtomicU64,
    /// Standard output and error go to the file too, and follow it.
    carries_output: AtomicBool,
}

impl LogFile {
    /// Opens the file that is due at `now`.
    pub fn open(path: &Path, rotation: Rotation, now: DateTime<Local>) -> io::Result<LogFile> {
        let base = std::path::absolute(path)?;
        let period = period(rotation, now);
        let file = append(&name(&base, period))?;
        Ok(LogFile { base, rotation, file, period: AtomicU64::new(period), carries_output: AtomicBool::new(false) })
    }

    /// Goes on in the next file if the period of this one is over. The first that notices does it, for all threads.
    pub fn rotate(&self, now: DateTime<Local>) -> io::Result<()> {
        if self.rotation == Rotation::Single {
            return Ok(());
        }
        let (old, due) = (self.period.load(Ordering::Relaxed), period(self.rotation, now));
        if old == due || self.period.compare_exchange(old, due, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return Ok(());
        }
        self.reopen()
    }

    /// Opens the file by its name again: after it was moved away. On an error the log goes on in the file that is open.
    pub fn reopen(&self) -> io::Result<()> {
        let new = append(&name(&self.base, self.period.load(Ordering::Relaxed)))?;
        sys::dup::replace(&self.file, &new)?;
        if self.carries_output.load(Ordering::Relaxed) { redirect_output(&self.file) } else { Ok(()) }
    }

    /// Sends standard output and error to this file, now and whenever it is opened anew.
    pub fn carry_output(&self) -> io::Result<()> {
        self.carries_output.store(true, Ordering::Relaxed);
        redirect_output(&self.file)
    }

    /// The name as set, absolute.
    pub fn base(&self) -> &Path {
        &self.base
    }
}

impl AsFd for LogFile {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

fn redirect_output(target: &File) -> io::Result<()> {
    nix::unistd::dup2_stdout(target)?;
    nix::unistd::dup2_stderr(target)?;
    Ok(())
}

/// The period that a time lies in, as the number that stands in the file's name; 0 without rotation.
fn period(rotation: Rotation, now: DateTime<Local>) -> u64 {
    rotation.suffix().and_then(|suffix| now.format(suffix).to_string().parse().ok()).unwrap_or(0)
}

fn name(base: &Path, period: u64) -> PathBuf {
    let mut name = OsString::from(base);
    if period != 0 {
        name.push(format!(".{period}"));
    }
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeDelta, TimeZone};
    use std::fs;

    fn time() -> DateTime<Local> {
        Local.with_ymd_and_hms(2026, 11, 21, 8, 54, 37).unwrap()
    }

    fn write(log: &LogFile, text: &str) {
        nix::unistd::write(log, text.as_bytes()).unwrap();
    }

    #[test]
    fn a_log_is_appended_to() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        fs::write(&path, "old\n").unwrap();
        write(&LogFile::open(&path, Rotation::Single, time()).unwrap(), "new\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old\nnew\n");
    }

    #[test]
    fn the_file_is_named_after_its_period() {
        let names = [
            (Rotation::Single, "log"),
            (Rotation::Monthly, "log.202611"),
            (Rotation::Daily, "log.20261121"),
            (Rotation::Hourly, "log.2026112108"),
            (Rotation::EveryMinute, "log.202611210854"),
        ];
        for (rotation, file) in names {
            let dir = tempfile::tempdir().unwrap();
            write(&LogFile::open(&dir.path().join("log"), rotation, time()).unwrap(), "x\n");
            let found: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(found, [file]);
        }
    }

    #[test]
    fn a_new_period_is_a_new_file() {
        let dir = tempfile::tempdir().unwrap();
        let log = LogFile::open(&dir.path().join("log"), Rotation::EveryMinute, time()).unwrap();
        log.rotate(time() + TimeDelta::seconds(20)).unwrap();
        write(&log, "same\n");
        log.rotate(time() + TimeDelta::seconds(30)).unwrap();
        write(&log, "next\n");
        assert_eq!(fs::read_to_string(dir.path().join("log.202611210854")).unwrap(), "same\n");
        assert_eq!(fs::read_to_string(dir.path().join("log.202611210855")).unwrap(), "next\n");
    }

    #[test]
    fn reopening_makes_the_file_anew_after_it_was_moved() {
        let dir = tempfile::tempdir().unwrap();
        let (path, moved) = (dir.path().join("log"), dir.path().join("log.1"));
        let log = LogFile::open(&path, Rotation::Single, time()).unwrap();
        write(&log, "1\n");
        fs::rename(&path, &moved).unwrap();
        write(&log, "2\n");
        log.reopen().unwrap();
        write(&log, "3\n");
        assert_eq!(fs::read_to_string(&moved).unwrap(), "1\n2\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "3\n");
    }

    #[test]
    fn a_failed_reopening_goes_on_in_the_open_file() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, moved) = (dir.path().join("a"), dir.path().join("b"));
        fs::create_dir(&folder).unwrap();
        let log = LogFile::open(&folder.join("log"), Rotation::Single, time()).unwrap();
        fs::rename(&folder, &moved).unwrap();
        assert_eq!(log.reopen().unwrap_err().kind(), io::ErrorKind::NotFound);
        write(&log, "still\n");
        assert_eq!(fs::read_to_string(moved.join("log")).unwrap(), "still\n");
    }
}

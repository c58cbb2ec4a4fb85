//! The log: levels, the line format and where it goes. It must not know who logs.
//!
//! Lines come through the macros of the crate `log`, or from [`notice`] and [`coded`] for what that crate has no word for. A line is
//! one `write` to a descriptor that is open to append, so that processes and threads share a file without garbling it.
//!
//! User code may fork while a reactor thread is in the middle of a line, and the child must still be able to log. So there is no lock
//! here: settings are atomics, or stand behind a reference that is swapped as a whole and never freed (the log is set up once or
//! twice in a process's life).

mod file;
mod level;
mod line;

use std::fmt;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

use chrono::{DateTime, Local};
use crossbeam_utils::atomic::AtomicCell;

pub use level::{Level, Rotation};
pub use line::{Role, is_date_format};

use file::LogFile;
use line::{Format, Origin};

use crate::sys::foreign;

/// How to log. The default is [`Level::Info`] and above, to standard output.
#[derive(Clone, Debug, Default)]
pub struct LogOptions {
    /// The file to append to; `None`: standard output.
    pub file: Option<PathBuf>,
    /// The least severe level that is shown.
    pub level: Level,
    /// strftime pattern of a line's time; `None`: `%Y-%m-%d %H:%M:%S`.
    pub date_format: Option<String>,
    /// A line's time has microseconds.
    pub microseconds: bool,
    /// How often the file changes.
    pub rotation: Rotation,
}

/// What [`init`] made of its options.
struct Settings {
    format: Format,
    file: Option<LogFile>,
}

static SETTINGS: AtomicCell<Option<&'static Settings>> = AtomicCell::new(None);
static LEVEL: AtomicU8 = AtomicU8::new(Level::Info as u8);
static ROLE: AtomicU8 = AtomicU8::new(Role::Unstarted as u8);
static WORKER_ID: AtomicU32 = AtomicU32::new(0);
/// A bit an error's number; the highest is a little above 10,000.
static IGNORED: [AtomicU64; 256] = [const { AtomicU64::new(0) }; 256];

/// The end of the crate `log`'s macros.
struct Facade;

impl ::log::Log for Facade {
    fn enabled(&self, metadata: &::log::Metadata<'_>) -> bool {
        enabled(metadata.level().into())
    }

    fn log(&self, record: &::log::Record<'_>) {
        write(record.level().into(), *record.args());
    }

    fn flush(&self) {}
}

/// Sets up the log of this process and of those that it forks. Before it, what is Info and above goes to standard output.
/// A file that cannot be opened costs one warning, and lines go to standard output.
pub fn init(options: LogOptions) {
    // A second call, or a logger that somebody else has set, is no harm.
    let _ = ::log::set_logger(&Facade);
    // The handle is made on first use, under a lock: here and now, while there is one thread.
    let _ = std::io::stdout();
    let opened = options.file.as_deref().map(|path| (path, LogFile::open(path, options.rotation, Local::now())));
    let (file, failure) = match opened {
        Some((_, Ok(file))) => (Some(file), None),
        Some((path, Err(error))) => (None, Some((path, error))),
        None => (None, None),
    };
    let format = Format::new(options.date_format.as_deref(), options.microseconds);
    SETTINGS.store(Some(Box::leak(Box::new(Settings { format, file }))));
    set_level(options.level);
    if let Some((path, error)) = failure {
        write(
            Level::Warning,
            format_args!("cannot open the log file {}: {error}; the log goes to standard output", path.display()),
        );
    }
}

/// Sets the least severe level that is shown, for this process.
pub fn set_level(level: Level) {
    LEVEL.store(level as u8, Ordering::Relaxed);
    // The macros' own threshold only spares work: `enabled` decides. Debug is below Trace here, so both let both through.
    ::log::set_max_level(match level {
        Level::Debug | Level::Trace => ::log::LevelFilter::Trace,
        Level::Info => ::log::LevelFilter::Info,
        Level::Notice | Level::Warning => ::log::LevelFilter::Warn,
        Level::Error => ::log::LevelFilter::Error,
        Level::None => ::log::LevelFilter::Off,
    });
}

/// Says what this process is, for its lines from now on: a forked process calls it first.
pub fn set_role(role: Role, worker_id: u32) {
    ROLE.store(role as u8, Ordering::Relaxed);
    WORKER_ID.store(worker_id, Ordering::Relaxed);
}

/// Opens the log file by its name again, after it was moved away. If that fails, the log goes on in the old file, with one warning.
pub fn reopen() {
    let Some(file) = current_file() else { return };
    if let Err(error) = file.reopen() {
        cannot_go_on(file, &error);
    }
}

/// The log file's descriptor, if there is a file.
pub fn file() -> Option<BorrowedFd<'static>> {
    current_file().map(AsFd::as_fd)
}

/// Sends standard output and error to the log file, now and whenever it is opened anew: for a process that has left its terminal.
/// Without a log file it does nothing.
pub fn carry_output() -> std::io::Result<()> {
    current_file().map_or(Ok(()), LogFile::carry_output)
}

/// Whether lines of this level are shown.
pub fn enabled(level: Level) -> bool {
    level != Level::None && level as u8 >= LEVEL.load(Ordering::Relaxed)
}

/// Writes a line of a level for which the macros have no word.
pub fn notice(text: fmt::Arguments<'_>) {
    write(Level::Notice, text);
}

/// Writes a line about an error with a number: `Function() (ERRNO n): text`, or without the function when none has a name.
pub fn coded(level: Level, function: Option<&str>, code: i32, text: fmt::Arguments<'_>) {
    if is_ignored(code) {
        return;
    }
    match function {
        Some(function) => write(level, format_args!("{function}() (ERRNO {code}): {text}")),
        None => write(level, format_args!("(ERRNO {code}): {text}")),
    }
}

/// Leaves out, from now on, lines about errors with this number in this process and those that it forks. Numbers that no error has are passed over.
pub fn ignore(code: i32) {
    if let Some((word, bit)) = ignored(code) {
        word.fetch_or(bit, Ordering::Relaxed);
    }
}

fn is_ignored(code: i32) -> bool {
    ignored(code).is_some_and(|(word, bit)| word.load(Ordering::Relaxed) & bit != 0)
}

/// Where it stands whether an error is left out.
fn ignored(code: i32) -> Option<(&'static AtomicU64, u64)> {
    let code = usize::try_from(code).ok()?;
    IGNORED.get(code / 64).map(|word| (word, 1 << (code % 64)))
}

/// Writes a line.
pub fn write(level: Level, text: fmt::Arguments<'_>) {
    if enabled(level) {
        put(Local::now(), level, text);
    }
}

fn current_file() -> Option<&'static LogFile> {
    SETTINGS.load().and_then(|settings| settings.file.as_ref())
}

fn put(now: DateTime<Local>, level: Level, text: fmt::Arguments<'_>) {
    let from =
        Origin { role: ROLE.load(Ordering::Relaxed), pid: std::process::id(), worker_id: WORKER_ID.load(Ordering::Relaxed) };
    let line = match SETTINGS.load() {
        Some(settings) => settings.format.line(now, from, level, text),
        None => Format::new(None, false).line(now, from, level, text),
    };
    let Some(file) = current_file() else {
        return write_whole(std::io::stdout(), line.as_bytes());
    };
    let rotated = file.rotate(now);
    write_whole(file, line.as_bytes());
    if let Err(error) = rotated {
        cannot_go_on(file, &error);
    }
}

fn cannot_go_on(file: &LogFile, error: &std::io::Error) {
    let base = file.base().display();
    write(Level::Warning, format_args!("cannot open the log file {base} anew: {error}; the log goes on in the old one"));
}

/// One system call for a line, but for what a signal or a full disk interrupts. What cannot be written is dropped: there is nowhere
/// to complain, and a log must never stop a server. Nor is there a SIGPIPE when its reader has gone: what handles signals says so in the log.
fn write_whole(target: impl AsFd, mut line: &[u8]) {
    while !line.is_empty() {
        match foreign::write(target.as_fd().as_raw_fd(), line) {
            Ok(0) | Err(_) => return,
            Ok(written) => line = line.get(written..).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::{
        process::{self, ExitState, Fork},
        signal,
    };

    #[test]
    fn a_line_that_nobody_will_read_raises_no_signal() {
        let (read, write) = nix::unistd::pipe().unwrap();
        drop(read);
        let child = match process::fork().unwrap() {
            Fork::Child => {
                let ready = signal::set_default(libc::SIGPIPE).is_ok();
                write_whole(&write, b"a line");
                process::exit_now(if ready { 0 } else { 1 });
            }
            Fork::Parent(pid) => pid,
        };
        assert_eq!(process::wait_for(child).unwrap(), ExitState::Exited(0));
    }

    #[test]
    fn a_number_is_ignored_when_it_was_said_and_no_other() {
        for code in [0, 63, 64, 16_383] {
            assert!(!is_ignored(code));
            ignore(code);
            assert!(is_ignored(code) && !is_ignored(code + 1));
        }
        // No error has such a number.
        for code in [-1, i32::MIN, 16_384, i32::MAX] {
            ignore(code);
            assert!(!is_ignored(code));
        }
    }

    /// A lock in here could be held by another thread at the moment of a fork.
    #[test]
    fn settings_are_swapped_without_a_lock() {
        assert!(AtomicCell::<Option<&'static Settings>>::is_lock_free());
    }
}

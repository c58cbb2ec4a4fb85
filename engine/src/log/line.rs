//! The form of a line: `[2026-11-21 08:54:37 $25858.0]⇥INFO⇥text`. It must not know where lines go.

use std::fmt::{self, Write as _};

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, Local};

use super::Level;

/// The time of a line, if `log_date_format` does not say otherwise.
const DATE: &str = "%Y-%m-%d %H:%M:%S";

/// What a process is in the server; a line shows it as one sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Role {
    /// No server has been started in this process.
    Unstarted = b'%',
    /// The master, its reactor threads included.
    Master = b'#',
    /// The manager.
    Manager = b'$',
    /// An event worker.
    Worker = b'*',
    /// A task worker.
    TaskWorker = b'^',
}

/// Where a line comes from.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    /// The sign of a [`Role`].
    pub role: u8,
    pub pid: u32,
    pub worker_id: u32,
}

/// How the time in a line is written.
pub(super) struct Format {
    date: String,
    microseconds: bool,
}

impl Format {
    /// `date` is a strftime pattern; one that is no pattern counts as none, and so does none.
    pub fn new(date: Option<&str>, microseconds: bool) -> Format {
        let date = date.filter(|date| is_date_format(date)).unwrap_or(DATE).to_owned();
        Format { date, microseconds }
    }

    /// Writes a whole line, newline included.
    pub fn line(&self, time: DateTime<Local>, from: Origin, level: Level, text: fmt::Arguments<'_>) -> String {
        let mut line = String::with_capacity(160);
        // Writing to a String does not fail, and the pattern was looked at in `new`: there is no error that could be lost here.
        let _ = write!(line, "[{}", time.format(&self.date));
        if self.microseconds {
            let _ = write!(line, "<.{:06}>", time.timestamp_subsec_micros().min(999_999));
        }
        let _ = write!(line, " {}{}.{}]\t{}\t{text}", char::from(from.role), from.pid, from.worker_id, level.word());
        line.truncate(line.trim_end_matches('\n').len());
        line.push('\n');
        line
    }
}

/// Whether a text is a strftime pattern that can be written.
pub fn is_date_format(pattern: &str) -> bool {
    StrftimeItems::new(pattern).all(|item| item != Item::Error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    const FROM: Origin = Origin { role: Role::Manager as u8, pid: 25858, worker_id: 0 };

    fn time() -> DateTime<Local> {
        Local.with_ymd_and_hms(2026, 11, 21, 8, 54, 37).unwrap() + chrono::TimeDelta::microseconds(780)
    }

    #[test]
    fn a_line_has_time_origin_level_and_text() {
        let line = Format::new(None, false).line(time(), FROM, Level::Info, format_args!("reload {}", "all"));
        assert_eq!(line, "[2026-11-21 08:54:37 $25858.0]\tINFO\treload all\n");
    }

    #[test]
    fn microseconds_are_padded() {
        let line = Format::new(None, true).line(time(), FROM, Level::Notice, format_args!("x"));
        assert_eq!(line, "[2026-11-21 08:54:37<.000780> $25858.0]\tNOTICE\tx\n");
    }

    #[test]
    fn the_date_format_is_the_users() {
        let line = Format::new(Some("%d.%m.%y"), false).line(time(), FROM, Level::Error, format_args!("x"));
        assert_eq!(line, "[21.11.26 $25858.0]\tERROR\tx\n");
    }

    #[test]
    fn what_is_no_date_format_counts_as_none() {
        assert!(is_date_format("%Y") && !is_date_format("%Q") && !is_date_format("100%"));
        let line = Format::new(Some("%Q"), false).line(time(), FROM, Level::Info, format_args!("x"));
        assert_eq!(line, "[2026-11-21 08:54:37 $25858.0]\tINFO\tx\n");
    }

    #[test]
    fn newlines_at_the_end_do_not_pile_up() {
        let line = Format::new(None, false).line(time(), FROM, Level::Info, format_args!("a\nb\n\n"));
        assert!(line.ends_with("\ta\nb\n") && !line.ends_with("\n\n"), "{line:?}");
    }
}

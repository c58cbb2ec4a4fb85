//! Severity levels, and how often the log file changes. Pure values: they must not know where lines go.

/// How severe a line is, with the numbers that programs set `log_level` by. A log shows the lines of its level and above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// Details for whoever debugs the server itself. It is the lowest number, below [`Level::Trace`].
    Debug = 0,
    /// What happens, step by step.
    Trace = 1,
    /// News of normal operation: a reload, a rotation.
    #[default]
    Info = 2,
    /// Normal, but worth a look.
    Notice = 3,
    /// Something was refused, clamped or lost.
    Warning = 4,
    /// Something failed.
    Error = 5,
    /// As a threshold: nothing is shown.
    None = 6,
}

impl Level {
    const ALL: [Level; 7] = [Level::Debug, Level::Trace, Level::Info, Level::Notice, Level::Warning, Level::Error, Level::None];

    /// The level of a number, if there is one.
    pub fn from_number(number: i64) -> Option<Level> {
        usize::try_from(number).ok().and_then(|index| Level::ALL.get(index).copied())
    }

    /// The word that stands in a line.
    pub fn word(self) -> &'static str {
        match self {
            Level::Debug => "DEBUG",
            Level::Trace => "TRACE",
            Level::Info => "INFO",
            Level::Notice => "NOTICE",
            Level::Warning => "WARNING",
            Level::Error => "ERROR",
            Level::None => "NONE",
        }
    }
}

impl From<::log::Level> for Level {
    fn from(level: ::log::Level) -> Level {
        match level {
            ::log::Level::Error => Level::Error,
            ::log::Level::Warn => Level::Warning,
            ::log::Level::Info => Level::Info,
            ::log::Level::Debug => Level::Debug,
            ::log::Level::Trace => Level::Trace,
        }
    }
}

/// How often the log goes on in a new file, with the numbers that programs set `log_rotation` by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// One file, named as given.
    #[default]
    Single = 0,
    /// `NAME.202611`
    Monthly = 1,
    /// `NAME.20261121`
    Daily = 2,
    /// `NAME.2026112108`
    Hourly = 3,
    /// `NAME.202611210854`
    EveryMinute = 4,
}

impl Rotation {
    /// The rotation of a number, if there is one.
    pub fn from_number(number: i64) -> Option<Rotation> {
        match number {
            0 => Some(Rotation::Single),
            1 => Some(Rotation::Monthly),
            2 => Some(Rotation::Daily),
            3 => Some(Rotation::Hourly),
            4 => Some(Rotation::EveryMinute),
            _ => None,
        }
    }

    /// The strftime pattern of the file name's suffix; nothing for one file.
    pub(crate) fn suffix(self) -> Option<&'static str> {
        match self {
            Rotation::Single => None,
            Rotation::Monthly => Some("%Y%m"),
            Rotation::Daily => Some("%Y%m%d"),
            Rotation::Hourly => Some("%Y%m%d%H"),
            Rotation::EveryMinute => Some("%Y%m%d%H%M"),
        }
    }
}

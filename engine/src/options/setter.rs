//! How a value gets into a field: read leniently, clamped to its range, and stored by the record's function.
//!
//! Off (0, "", "0", false) always reaches the field as 0, which every number takes: as its default, or as "none". It must not know
//! which options there are.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::notice::Reporter;
use super::{Limits, Value};

/// The upper bound of a number.
#[derive(Clone, Copy, Debug)]
pub enum Max {
    /// The same everywhere.
    Fixed(i64),
    /// So many for each processor.
    PerCpu(i64),
    /// The limit on open files.
    OpenFiles,
}

/// The range of a number; 0 is accepted beside it.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// The least number.
    pub min: i64,
    /// The largest number.
    pub max: Max,
}

impl Range {
    /// The largest number on this machine.
    fn max(&self, limits: Limits) -> i64 {
        match self.max {
            Max::Fixed(max) => max,
            Max::PerCpu(each) => each.saturating_mul(limits.cpus.into()),
            Max::OpenFiles => limits.open_files.into(),
        }
    }

    /// A number of this range, or 0: `number` itself, or the bound that it is beyond.
    fn clamp(&self, number: i64, limits: Limits) -> i64 {
        if number == 0 { 0 } else { number.max(self.min).min(self.max(limits)) }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            Max::Fixed(max) => write!(out, "{}..={max}", self.min),
            Max::PerCpu(1) => write!(out, "{}..=processors", self.min),
            Max::PerCpu(each) => write!(out, "{}..={each} × processors", self.min),
            Max::OpenFiles => write!(out, "{}..=limit on open files", self.min),
        }
    }
}

/// A type of option, with the function that stores a value of it in `T`.
pub enum Setter<T: 'static> {
    /// On or off.
    Flag(fn(&mut T, bool)),
    /// A whole number. The function gets 0 or a number of the range.
    Number(Range, fn(&mut T, i64)),
    /// A time in seconds, with a fraction if need be, up to a largest one.
    Seconds(u32, fn(&mut T, Duration)),
    /// A text that is not empty, or none.
    Text(fn(&mut T, Option<String>)),
    /// A path in the file system, or none.
    Path(fn(&mut T, Option<PathBuf>)),
    /// What follows rules of its own: its type and range in words, and the function that reads the value.
    Own(&'static str, &'static str, fn(&mut T, &Value, Limits, &mut Reporter<'_>)),
}

impl<T> Setter<T> {
    /// Stores a value that is not null. An odd one costs one notice.
    pub(super) fn set(&self, target: &mut T, value: &Value, limits: Limits, report: &mut Reporter<'_>) {
        match self {
            Setter::Flag(store) => store(target, value.is_on()),
            Setter::Number(range, store) => {
                let Some(number) = value.whole() else { return not(value, "a number", report) };
                let used = range.clamp(number, limits);
                if used != number {
                    report.warn(format_args!("must be {}..={}, got {value}; {used} is used", range.min, range.max(limits)));
                }
                store(target, used);
            }
            Setter::Seconds(max, store) => {
                let Some(number) = value.number() else { return not(value, "a number of seconds", report) };
                let used = number.clamp(0.0, f64::from(*max));
                if used != number {
                    report.warn(format_args!("must be 0..={max} seconds, got {value}; {used} is used"));
                }
                store(target, Duration::from_secs_f64(used));
            }
            Setter::Text(store) => {
                if value.is_compound() {
                    return not(value, "a text", report);
                }
                match value.text().map(String::from_utf8) {
                    Some(Err(_)) => not(value, "UTF-8", report),
                    Some(Ok(text)) if text.contains('\0') => not(value, "free of NUL bytes", report),
                    Some(Ok(text)) => store(target, Some(text)),
                    None => store(target, None),
                }
            }
            Setter::Path(store) => {
                use std::os::unix::ffi::OsStringExt;
                if value.is_compound() {
                    return not(value, "a path", report);
                }
                match value.text() {
                    Some(text) if text.contains(&0) => not(value, "free of NUL bytes", report),
                    text => store(target, text.map(|text| std::ffi::OsString::from_vec(text).into())),
                }
            }
            Setter::Own(_, _, read) => read(target, value, limits, report),
        }
    }

    /// The type, in the words of the table in the documentation.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Setter::Flag(_) => "bool",
            Setter::Number(..) => "int",
            Setter::Seconds(..) => "float",
            Setter::Text(_) | Setter::Path(_) => "string",
            Setter::Own(name, ..) => name,
        }
    }

    /// The range, in words; empty if the type says it all.
    pub(super) fn range(&self) -> String {
        match self {
            Setter::Number(range, _) => range.to_string(),
            Setter::Seconds(max, _) => format!("0..={max}"),
            Setter::Own(_, range, _) => (*range).to_owned(),
            Setter::Flag(_) | Setter::Text(_) | Setter::Path(_) => String::new(),
        }
    }
}

/// A value that cannot be read as what the option is: the option stays as it was.
fn not(value: &Value, what: &str, report: &mut Reporter<'_>) {
    report.warn(format_args!("must be {what}, got {value}; it is ignored"));
}

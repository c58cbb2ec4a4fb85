//! What there is to say about an option that was set. It must not know how it is shown.

use std::fmt;

/// How loudly a [`Notice`] wants to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeLevel {
    /// A line of the log, at level WARNING.
    LogWarning,
    /// A warning that the user's own error handler sees.
    UserWarning,
    /// The end of the program: the option asks for something that must not be passed over.
    Fatal,
}

/// Something that whoever set an option should know. A value that is out of range gives one, and is clamped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How loudly to say it.
    pub level: NoticeLevel,
    /// What is wrong, with which value, and what is done about it.
    pub text: String,
}

/// Collects the notices about one option.
pub(super) struct Reporter<'a> {
    /// Who sets the option, as its caller knows it.
    pub caller: &'static str,
    /// The option as it was written: it may be an alias.
    pub name: &'a str,
    pub notices: &'a mut Vec<Notice>,
}

impl Reporter<'_> {
    /// The value is odd: `text` goes on after the option's name, and says what is done.
    pub fn warn(&mut self, text: fmt::Arguments<'_>) {
        self.add(NoticeLevel::LogWarning, format!("{}(): {} {text}", self.caller, self.name));
    }

    /// The value cannot be accepted: `text` goes on after the option's name.
    pub fn refuse(&mut self, text: fmt::Arguments<'_>) {
        self.add(NoticeLevel::Fatal, format!("{}(): {} {text}", self.caller, self.name));
    }

    /// Says a text as it is.
    pub fn add(&mut self, level: NoticeLevel, text: String) {
        self.notices.push(Notice { level, text });
    }
}

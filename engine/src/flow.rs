//! What callbacks say to whoever runs them: whether their process can go on, and what of their own still waits. It must not know what the
//! process serves.

use std::time::Duration;

/// What a callback says about its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Flow {
    /// Go on.
    Continue,
    /// The process is to end with this status, but may finish what it has begun, for up to `max_wait_time`. It gets no new messages: those that
    /// it has not taken are its successor's.
    Finish(i32),
    /// The process must end with this status: nothing more may be called in it.
    Leave(i32),
}

/// What an application has of its own that waits: timers, say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// Nothing: only messages bring something to do.
    Nothing,
    /// Something; it is to be asked again after this time, `None` when something else will bring it on.
    Something(Option<Duration>),
}

impl Pending {
    /// How long the process may sleep as far as this is concerned.
    pub(crate) fn at_most(self, other: Option<Duration>) -> Option<Duration> {
        match (self, other) {
            (Pending::Something(Some(next)), Some(other)) => Some(next.min(other)),
            (Pending::Something(Some(next)), None) => Some(next),
            (Pending::Something(None) | Pending::Nothing, other) => other,
        }
    }
}

//! What a registered descriptor is to its event loop: one closed enum, packed into mio's token.

use mio::Token;

use super::app::Application;
use crate::{
    Result,
    reactor::{EventLoop, Wake},
};

/// The cause of a readiness event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A connection, by its key.
    Connection(u32),
    /// A listening port, by its index.
    Listener(u32),
    /// The eventfd by which lanes wake this process or thread.
    Lanes,
    /// The inbox.
    Inbox,
    /// The pidfd of the worker of a lane, by the lane's key.
    Worker(u32),
    /// An outbox that has room again.
    Outbox(u32),
    /// What the application has of its own.
    Application,
}

/// Has a loop say when something of the application's own wants to be run.
///
/// # Errors
/// `Error::System` when the application's descriptor can't be watched.
pub(super) fn watch_application<A: Application, T: Copy>(app: &A, events: &EventLoop<T>) -> Result<()> {
    app.descriptor().map_or(Ok(()), |fd| events.watch_level(fd, Source::Application.token()))
}

/// Whether one of the wakes is the application's own.
pub(super) fn is_application_ready<T>(wakes: &[Wake<T>]) -> bool {
    wakes.iter().any(|wake| matches!(wake, Wake::Ready(token, _) if *token == Source::Application.token()))
}

impl Source {
    /// Packs it.
    pub fn token(self) -> Token {
        let (kind, index) = match self {
            Source::Connection(key) => (0, key),
            Source::Listener(index) => (1, index),
            Source::Lanes => (2, 0),
            Source::Inbox => (3, 0),
            Source::Worker(key) => (4, key),
            Source::Outbox(index) => (5, index),
            Source::Application => (6, 0),
        };
        Token(kind << 32 | index as usize)
    }

    /// Unpacks it; none for what this enum has not made.
    pub fn of(Token(token): Token) -> Option<Source> {
        let index = token as u32;
        Some(match token >> 32 {
            0 => Source::Connection(index),
            1 => Source::Listener(index),
            2 => Source::Lanes,
            3 => Source::Inbox,
            4 => Source::Worker(index),
            5 => Source::Outbox(index),
            6 => Source::Application,
            _ => return None,
        })
    }
}

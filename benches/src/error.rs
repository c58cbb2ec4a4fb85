//! The ways in which a measurement fails. A figure is printed only if none of them happened: a wrong byte or a lost process makes the run
//! worthless, so nothing is retried or papered over.

use std::io;
use std::time::Duration;

/// What went wrong in a run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A system call failed.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// The cause.
        source: io::Error,
    },
    /// The bytes that came back are not those that were sent.
    #[error("connection {connection}: wrong byte in the echo, {near} bytes into the stream")]
    Mismatch {
        /// Number of the connection, from 0.
        connection: usize,
        /// Bytes received before the read that holds the wrong one.
        near: u64,
    },
    /// More bytes came back than were sent.
    #[error("connection {connection}: {surplus} bytes more than were sent")]
    Surplus {
        /// Number of the connection, from 0.
        connection: usize,
        /// How many.
        surplus: u64,
    },
    /// The server closed a connection that had messages in flight.
    #[error("connection {connection}: closed by the server with {in_flight} messages in flight")]
    Closed {
        /// Number of the connection, from 0.
        connection: usize,
        /// Messages not answered.
        in_flight: u64,
    },
    /// Nothing came back for a while.
    #[error("no progress for {after:?}: {missing} messages missing")]
    Stalled {
        /// How long the client waited.
        after: Duration,
        /// Messages not answered.
        missing: u64,
    },
    /// A process or thread of the server ended while it was measured.
    #[error("task {tid} of process {pid} ended during the measurement")]
    TaskEnded {
        /// Its process.
        pid: i32,
        /// Its thread id.
        tid: i32,
    },
    /// The server did not do what a server under test must.
    #[error("server {name}: {what}")]
    Server {
        /// Its name in the table.
        name: String,
        /// What it failed to do.
        what: String,
    },
    /// The command line cannot be understood.
    #[error("{0}")]
    Usage(String),
}

/// A result of the bench tools.
pub type Result<T> = std::result::Result<T, Error>;

/// Names what was being done when a system call failed.
pub trait Context<T> {
    /// Wraps the error, with `what` in front of it.
    ///
    /// # Errors
    /// The original one, wrapped in [`Error::Io`].
    fn doing(self, what: impl Into<String>) -> Result<T>;
}

impl<T, E: Into<io::Error>> Context<T> for std::result::Result<T, E> {
    fn doing(self, what: impl Into<String>) -> Result<T> {
        self.map_err(|e| Error::Io { what: what.into(), source: e.into() })
    }
}

impl From<lexopt::Error> for Error {
    fn from(e: lexopt::Error) -> Self {
        Error::Usage(e.to_string())
    }
}

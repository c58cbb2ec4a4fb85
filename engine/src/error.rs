//! What can go wrong in the engine: a kind and its cause, with one mapping outward, [`Error::code`].
//!
//! It must not know who shows the error, or in what form.

use std::io;

/// The engine's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of an engine call. The text names what failed and with which value.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A system call failed where nothing more precise can be said.
    #[error("{call} failed, Error: {source}")]
    System {
        /// The system call, as in its manual page.
        call: &'static str,
        /// What it reported.
        source: io::Error,
    },
    /// An address could not be bound or listened on.
    #[error("failed to listen server port[{host}:{port}], Error: {text}[{code}]")]
    Listen {
        /// The host as it was given.
        host: String,
        /// The port as it was given.
        port: i64,
        /// What went wrong, in words.
        text: String,
        /// An errno, or a number of our own.
        code: i32,
    },
    /// A call that needs a running server came before `start` or after the end.
    #[error("server is not running")]
    NotRunning,
    /// Something that this process or this state does not allow.
    #[error("{0}")]
    WrongOperation(String),
    /// A parameter that is out of its range.
    #[error("{0}")]
    InvalidParameter(String),
    /// No such connection, or it has gone.
    #[error("session#{0} does not exist")]
    SessionNotExist(u64),
    /// The connection is closed; its Close callback runs or has run.
    #[error("session#{0} is closed")]
    SessionClosed(u64),
    /// The connection is about to be closed, what was queued is still being sent.
    #[error("session#{0} is closing")]
    SessionClosing(u64),
    /// There was nothing to send.
    #[error("the data to send is empty")]
    NoPayload,
    /// The peer reads too slowly: its output queue is past `socket_buffer_size`.
    #[error("session#{0}: the output buffer overflowed")]
    OutputOverflow(u64),
    /// One piece of data was larger than the option allows.
    #[error("the data of {len} bytes is longer than {option} allows ({limit})")]
    TooLarge {
        /// The option that sets the limit.
        option: &'static str,
        /// Its value, in bytes.
        limit: u64,
        /// The size of the data, in bytes.
        len: usize,
    },
}

impl Error {
    /// The number that programs written for Swoole know this error by: one of its own (from 500 up) or an errno.
    pub fn code(&self) -> i32 {
        match self {
            Error::System { source, .. } => source.raw_os_error().unwrap_or(502),
            Error::Listen { code, .. } => *code,
            Error::NotRunning => 503,
            Error::WrongOperation(_) => 509,
            Error::InvalidParameter(_) => 505,
            Error::SessionNotExist(_) => 1005,
            Error::SessionClosed(_) => 1004,
            Error::SessionClosing(_) => 1003,
            Error::NoPayload => 550,
            Error::OutputOverflow(_) => 1009,
            Error::TooLarge { .. } => 1203,
        }
    }
}

/// Turns an `io::Error` into [`Error::System`], naming the call.
pub trait Context<T> {
    /// Names the system call that failed.
    fn call(self, call: &'static str) -> Result<T>;
}

impl<T, E: Into<io::Error>> Context<T> for std::result::Result<T, E> {
    fn call(self, call: &'static str) -> Result<T> {
        self.map_err(|source| Error::System { call, source: source.into() })
    }
}

//! What can go wrong in a client: a kind and its cause, with one mapping outward, [`ClientError::code`].
//!
//! It must not know who shows the error; the texts are the ones that programs written for Swoole know.

use std::fmt;
use std::io;

/// A host name that nothing resolves; a number of our own, not an errno.
const RESOLVE_FAILED: i32 = 711;
/// A call that needs a connection came without one; a number of our own.
const NO_CONNECTION: i32 = 5001;

/// Why a call failed: an errno, or a number of our own from 500 up. Shown as `TEXT[CODE]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The number.
    pub code: i32,
    /// What it means, in words.
    pub text: String,
}

impl Cause {
    pub(super) fn errno(errno: i32) -> Self {
        Cause { code: errno, text: crate::sys::error_text(errno) }
    }

    pub(super) fn name_not_found() -> Self {
        Cause { code: RESOLVE_FAILED, text: "DNS Lookup resolve failed".into() }
    }
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(errno) => Cause::errno(errno),
            None => Cause { code: libc::EINVAL, text: error.to_string() },
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.text, self.code)
    }
}

/// A failure of a client call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The call needs a connection.
    #[error("client is not connected to server")]
    NotConnected,
    /// `connect` on a client that is connected.
    #[error("client is already connected to server, close() it first")]
    AlreadyConnected,
    /// A host or a port that cannot be one; nothing was tried.
    #[error("{0}")]
    InvalidAddress(String),
    /// The server could not be reached.
    #[error("connect to server[{host}:{port}] failed. Error: {cause}")]
    Connect {
        /// The host, or the path of a Unix socket, as it was given.
        host: String,
        /// The port as it was given.
        port: i64,
        /// Why.
        cause: Cause,
    },
    /// `send` of nothing.
    #[error("the data to send is empty")]
    NoData,
    /// `sendto` on a stream socket.
    #[error("sendto() needs a datagram socket, this client is a stream: use connect() and send()")]
    NotDatagram,
    /// A system call on the open socket failed; a timeout is `EAGAIN`.
    #[error("{call}() failed, Error: {cause}")]
    Socket {
        /// The call.
        call: &'static str,
        /// Why.
        cause: Cause,
    },
}

impl ClientError {
    pub(super) fn socket(call: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| ClientError::Socket { call, cause: error.into() }
    }

    /// A timeout, or nothing there for a call that does not wait.
    pub fn would_block(&self) -> bool {
        matches!(self, ClientError::Socket { cause, .. } if cause.code == libc::EAGAIN)
    }

    /// The number that programs written for Swoole know this error by: an errno, one of its own, or 0 where it has none.
    pub fn code(&self) -> i32 {
        match self {
            ClientError::NotConnected => NO_CONNECTION,
            ClientError::AlreadyConnected => libc::EISCONN,
            ClientError::InvalidAddress(_) | ClientError::NoData => 0,
            ClientError::NotDatagram => libc::EOPNOTSUPP,
            ClientError::Connect { cause, .. } | ClientError::Socket { cause, .. } => cause.code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_shows_the_system_s_text_and_the_number() {
        assert_eq!(Cause::errno(libc::EAGAIN).to_string(), "Resource temporarily unavailable[11]");
        assert_eq!(Cause::errno(libc::ECONNREFUSED).to_string(), "Connection refused[111]");
        assert_eq!(Cause::name_not_found().to_string(), "DNS Lookup resolve failed[711]");
    }

    #[test]
    fn an_error_without_an_errno_counts_as_an_invalid_argument() {
        assert_eq!(Cause::from(io::Error::other("odd")).to_string(), "odd[22]");
    }
}

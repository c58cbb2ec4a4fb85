//! The synchronous client: one blocking socket with timeouts. It must not know the server, nor who shows its errors.
//!
//! - [`Client`] is what a program holds: a [`SocketKind`], [`Options`] and, between `connect` and `close`, a [`Connection`].
//! - [`Connection`] is the open socket: sending and receiving, each with its deadline.
//! - [`KeepPool`] holds the connections that outlive their client, to be taken up by a later one.
//!
//! The sockets are blocking ones with `SO_RCVTIMEO` and `SO_SNDTIMEO`, so that a call that finds what it waits for costs one
//! system call. What interrupts a call costs more: the time that is left is then waited for with `ppoll(2)`.

mod address;
mod connection;
mod deadline;
mod error;
mod handle;
mod options;
mod own_name;
mod pool;
mod socket;

pub use crate::net::SocketKind;
pub use address::Endpoint;
pub use connection::Connection;
pub use deadline::{DEFAULT_TIMEOUT, Timeout, timeout_from_secs};
pub use error::{Cause, ClientError};
pub use handle::Client;
/// The `MSG_` bits of [`Connection::recv`] and [`Connection::send`].
pub use nix::sys::socket::MsgFlags;
pub use options::{Options, RECORDS, Record, options_markdown};
pub use pool::KeepPool;

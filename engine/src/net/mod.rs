//! Addresses, listeners and socket options. It must not know what is said on a socket.

mod address;
pub mod interfaces;
mod listener;
mod options;

use std::{io, net::Shutdown, os::fd::AsFd, time::Duration};

use socket2::SockRef;

pub use address::{PeerAddr, SocketKind};
pub use listener::{Listener, unknown_kind};
pub use options::{AcceptedOptions, Keepalive, ListenerOptions};

/// Ends our side of a stream: the peer reads what is under way, then the end.
pub fn shutdown_write(fd: impl AsFd) -> io::Result<()> {
    SockRef::from(&fd).shutdown(Shutdown::Write)
}

/// Has the close of a TCP socket throw away what is not sent yet and answer the peer with a reset.
pub fn set_linger_zero(fd: impl AsFd) -> io::Result<()> {
    SockRef::from(&fd).set_linger(Some(Duration::ZERO))
}

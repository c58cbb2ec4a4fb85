//! Options of listeners and of the sockets that they accept. It must not know where the values come from.

use std::{io, os::fd::AsFd, time::Duration};

use socket2::{SockRef, TcpKeepalive};

use super::{Listener, SocketKind};
use crate::error::{Context, Result};
use crate::sys;

/// When TCP asks whether a silent peer is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keepalive {
    /// Seconds of silence before the first probe.
    pub idle: u32,
    /// Seconds between probes.
    pub interval: u32,
    /// Probes without an answer that end the connection.
    pub count: u32,
}

/// Options of accepted sockets. `None` leaves what the system has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedOptions {
    /// TCP: send small pieces at once (`TCP_NODELAY`).
    pub nodelay: bool,
    /// TCP: `SO_KEEPALIVE` and its three numbers.
    pub keepalive: Option<Keepalive>,
    /// TCP: milliseconds that sent data may stay unacknowledged (`TCP_USER_TIMEOUT`).
    pub user_timeout_ms: Option<u32>,
    /// The kernel's send buffer, in bytes as given; the kernel doubles it and keeps to its own limits.
    pub send_buffer: Option<u32>,
    /// The kernel's receive buffer, likewise.
    pub recv_buffer: Option<u32>,
}

impl Default for AcceptedOptions {
    fn default() -> Self {
        AcceptedOptions { nodelay: true, keepalive: None, user_timeout_ms: None, send_buffer: None, recv_buffer: None }
    }
}

impl AcceptedOptions {
    /// Sets on the listener what Linux hands down to the sockets that it accepts: for TCP, all of them. Before
    /// [`Listener::listen`], so that the window that a connection starts with fits its receive buffer.
    pub fn inherit(&self, listener: &Listener) -> Result<()> {
        self.apply(listener, listener.kind()).call("setsockopt")
    }

    /// Whether [`inherit`](AcceptedOptions::inherit) was not enough, and each accepted socket of this kind needs
    /// [`apply`](AcceptedOptions::apply): Unix sockets hand nothing down.
    pub fn needs_apply(&self, kind: SocketKind) -> bool {
        !kind.is_tcp() && (self.send_buffer.is_some() || self.recv_buffer.is_some())
    }

    /// Sets the options that `kind` knows on one socket.
    pub fn apply(&self, fd: impl AsFd, kind: SocketKind) -> io::Result<()> {
        let socket = SockRef::from(&fd);
        if kind.is_tcp() {
            socket.set_tcp_nodelay(self.nodelay)?;
            if let Some(Keepalive { idle, interval, count }) = self.keepalive {
                let seconds = |value: u32| Duration::from_secs(value.into());
                // Switches SO_KEEPALIVE on as well.
                socket.set_tcp_keepalive(
                    &TcpKeepalive::new().with_time(seconds(idle)).with_interval(seconds(interval)).with_retries(count),
                )?;
            }
            if let Some(millis) = self.user_timeout_ms {
                socket.set_tcp_user_timeout(Some(Duration::from_millis(millis.into())))?;
            }
        }
        if let Some(bytes) = self.send_buffer {
            socket.set_send_buffer_size(bytes as usize)?;
        }
        if let Some(bytes) = self.recv_buffer {
            socket.set_recv_buffer_size(bytes as usize)?;
        }
        Ok(())
    }
}

/// Options of a TCP listener itself. `None` leaves what the system has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListenerOptions {
    /// Seconds that the kernel keeps a connection that has sent nothing to itself (`TCP_DEFER_ACCEPT`).
    pub defer_accept: Option<u32>,
    /// How many connections may wait that came with data in their first packet (`TCP_FASTOPEN`).
    pub fastopen: Option<u32>,
}

impl ListenerOptions {
    /// Sets them on `listener`; nothing for one that is not TCP.
    pub fn apply(&self, listener: &Listener) -> Result<()> {
        if !listener.kind().is_tcp() {
            return Ok(());
        }
        if let Some(seconds) = self.defer_accept {
            sys::socket::set_defer_accept(listener, seconds).call("setsockopt")?;
        }
        if let Some(queue) = self.fastopen {
            sys::socket::set_fastopen(listener, queue).call("setsockopt")?;
        }
        Ok(())
    }
}

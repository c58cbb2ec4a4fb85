//! The open socket of a client: opening, sending, receiving. It must not know who holds it, or for how long.

use std::io;
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use nix::poll::PollFlags;
use socket2::{SockAddr, Socket};

use super::address::{Endpoint, Target};
use super::deadline::{Deadline, Timeout, Wait};
use super::error::Cause;
use super::own_name::OwnName;
use super::socket::{connect, new_socket};
use super::{MsgFlags, Options};
use crate::net::SocketKind;
use crate::sys::RecvBuf;

/// Of these flags, `MSG_WAITALL` alone means a receive that goes on until it has everything.
const WHOLE: MsgFlags = MsgFlags::MSG_WAITALL.union(MsgFlags::MSG_PEEK).union(MsgFlags::MSG_DONTWAIT).union(MsgFlags::MSG_OOB);

/// An open socket and the timeout of its calls. Dropping it closes it.
#[derive(Debug)]
pub struct Connection {
    kind: SocketKind,
    socket: Socket,
    timeout: Timeout,
    peer: Peer,
    /// Received for a call with `MSG_WAITALL` that timed out before it had everything. The next receive begins with it.
    unread: Vec<u8>,
    /// `shutdown(2)` was called: never to be used by another client.
    half_closed: bool,
    /// Of a Unix datagram socket.
    _own_name: Option<OwnName>,
}

/// Who is at the other end.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one for a connection, never moved on a message's way")]
enum Peer {
    /// The socket is connected; the kernel knows.
    Connected,
    /// A datagram socket that hears everyone.
    Open {
        /// Where `send` goes: what `connect` named, or else the last `sendto`.
        to: SockAddr,
        /// Where the last datagram came from.
        from: Option<SockAddr>,
    },
}

impl Connection {
    /// Connects to the first of the target's addresses that accepts, all of them within `timeout`; every later call has as long.
    pub(super) fn open(target: &Target, options: &Options, timeout: Timeout) -> Result<Self, Cause> {
        let (mut address, mut further) = target.resolve()?;
        let deadline = Deadline::after(timeout);
        let mut left = timeout;
        loop {
            let error = match Self::open_one(target.kind, address, options, timeout, left) {
                Ok(connection) => return Ok(connection),
                Err(error) => error,
            };
            (address, left) = match (further.next(), deadline.left()) {
                (Some(next), Ok(left)) => (next, left),
                _ => return Err(error.into()),
            };
        }
    }

    fn open_one(kind: SocketKind, address: SockAddr, options: &Options, timeout: Timeout, in_time: Timeout) -> io::Result<Self> {
        let socket = new_socket(kind, options, timeout)?;
        // A Unix datagram socket is always connected: only so a missing path shows now and not at the first send.
        let peer = if kind.is_stream() || kind.is_unix() || options.connect_datagram {
            connect(&socket, &address, in_time)?;
            Peer::Connected
        } else {
            Peer::Open { to: address, from: None }
        };
        Self::new(kind, socket, timeout, peer)
    }

    /// A datagram socket whose first peer is `to`, not connected to it.
    pub(super) fn open_datagram(kind: SocketKind, to: SockAddr, options: &Options) -> io::Result<Self> {
        let socket = new_socket(kind, options, options.timeout)?;
        Self::new(kind, socket, options.timeout, Peer::Open { to, from: None })
    }

    fn new(kind: SocketKind, socket: Socket, timeout: Timeout, peer: Peer) -> io::Result<Self> {
        // Connecting may have left another one behind.
        socket.set_write_timeout(timeout)?;
        let own_name = if kind == SocketKind::UnixDgram { Some(OwnName::bind(&socket)?) } else { None };
        Ok(Connection { kind, socket, timeout, peer, unread: Vec::new(), half_closed: false, _own_name: own_name })
    }

    /// Sends all of `data`: the number of bytes that the system took.
    ///
    /// That is less than all when the peer takes nothing for as long as the timeout, or the socket is full and `flags` have
    /// `MSG_DONTWAIT`; if nothing at all was taken then, the error is `EAGAIN`. Progress begins the timeout anew. A datagram goes
    /// whole or not at all. A broken connection is an error, never a signal.
    pub fn send(&mut self, data: &[u8], flags: MsgFlags) -> io::Result<usize> {
        let mut wait = Wait::new(flags, self.timeout);
        let mut sent = 0;
        loop {
            let rest = &data[sent..];
            let bits = (flags | wait.flags() | MsgFlags::MSG_NOSIGNAL).bits();
            let result = match &self.peer {
                Peer::Connected => self.socket.send_with_flags(rest, bits),
                Peer::Open { to, .. } => self.socket.send_to_with_flags(rest, to, bits),
            };
            match result {
                Ok(count) => {
                    sent += count;
                    if sent >= data.len() {
                        return Ok(sent);
                    }
                    wait = Wait::new(flags, self.timeout);
                }
                Err(error) => match wait.after(error, &self.socket, PollFlags::POLLOUT) {
                    Ok(()) => {}
                    Err(timeout) if sent > 0 && timeout.kind() == io::ErrorKind::WouldBlock => return Ok(sent),
                    Err(error) => return Err(error),
                },
            }
        }
    }

    /// Sends one datagram to `to`, whoever the socket is connected to.
    pub(super) fn send_to(&mut self, data: &[u8], to: &SockAddr) -> io::Result<usize> {
        let mut wait = Wait::new(MsgFlags::empty(), self.timeout);
        loop {
            let bits = (wait.flags() | MsgFlags::MSG_NOSIGNAL).bits();
            match self.socket.send_to_with_flags(data, to, bits) {
                Ok(count) => return Ok(count),
                Err(error) => wait.after(error, &self.socket, PollFlags::POLLOUT)?,
            }
        }
    }

    /// Receives into the room of `into`: the number of bytes added. 0 is the end: the peer has closed, or sent an empty datagram,
    /// or there is no room.
    ///
    /// - without flags: what is there, or the first that comes;
    /// - `MSG_PEEK`: the same, and leaves it there;
    /// - `MSG_WAITALL`: as much as there is room for, less only when the peer closes. At a timeout nothing is lost: what came is
    ///   kept for the next call;
    /// - `MSG_DONTWAIT`: what is there.
    ///
    /// A timeout, or nothing there, is the error `EAGAIN`.
    pub fn recv(&mut self, into: &mut RecvBuf<'_>, flags: MsgFlags) -> io::Result<usize> {
        if into.room() == 0 {
            return Ok(0);
        }
        let kept = if self.unread.is_empty() { 0 } else { self.take_unread(into, flags) };
        let mut wait = Wait::new(flags, self.timeout);
        if self.kind.is_stream() && flags & WHOLE == MsgFlags::MSG_WAITALL {
            self.recv_whole(into, kept, flags, wait)
        } else if kept > 0 {
            Ok(kept)
        } else {
            self.recv_some(into, flags, &mut wait)
        }
    }

    /// Fills the room, behind the `kept` bytes that are there already.
    fn recv_whole(&mut self, into: &mut RecvBuf<'_>, kept: usize, flags: MsgFlags, mut wait: Wait) -> io::Result<usize> {
        let mut added = kept;
        while into.room() > 0 {
            match self.recv_some(into, flags, &mut wait) {
                Ok(0) => break,
                // Short after a signal, a timeout, or because the peer has closed: the next call tells which.
                Ok(count) => {
                    added += count;
                    wait.go_on();
                }
                Err(error) => {
                    let begin = into.len() - added;
                    self.unread.extend_from_slice(&into.filled()[begin..]);
                    into.truncate(begin);
                    return Err(error);
                }
            }
        }
        Ok(added)
    }

    /// One receive that succeeds: the number of bytes added.
    fn recv_some(&mut self, into: &mut RecvBuf<'_>, flags: MsgFlags, wait: &mut Wait) -> io::Result<usize> {
        loop {
            let bits = (flags | wait.flags()).bits();
            let result = match &mut self.peer {
                Peer::Connected => into.recv(&self.socket, bits),
                Peer::Open { from, .. } => into.recv_from(&self.socket, bits).map(|(count, sender)| {
                    *from = Some(sender);
                    count
                }),
            };
            match result {
                Ok(count) => return Ok(count),
                Err(error) => wait.after(error, &self.socket, PollFlags::POLLIN)?,
            }
        }
    }

    fn take_unread(&mut self, into: &mut RecvBuf<'_>, flags: MsgFlags) -> usize {
        let count = into.put(&self.unread);
        if !flags.contains(MsgFlags::MSG_PEEK) {
            self.unread.drain(..count);
        }
        count
    }

    /// `shutdown(2)`: no more sending, receiving, or both.
    pub fn shutdown(&mut self, how: Shutdown) -> io::Result<()> {
        self.half_closed = true;
        self.socket.shutdown(how)
    }

    /// Whether another client may go on with it: whole, and not closed by the peer.
    pub(super) fn is_reusable(&mut self) -> bool {
        if self.half_closed {
            return false;
        }
        if !self.kind.is_stream() {
            return matches!(self.socket.take_error(), Ok(None));
        }
        let mut byte = [MaybeUninit::uninit()];
        let mut byte = RecvBuf::new(&mut byte);
        match self.recv(&mut byte, MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT) {
            Ok(count) => count > 0,
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        }
    }

    /// Every call from now on has this long.
    pub(super) fn set_timeout(&mut self, timeout: Timeout) -> io::Result<()> {
        if timeout != self.timeout {
            self.socket.set_read_timeout(timeout)?;
            self.socket.set_write_timeout(timeout)?;
            self.timeout = timeout;
        }
        Ok(())
    }

    /// The local address.
    pub fn local_addr(&self) -> io::Result<Endpoint> {
        Ok(Endpoint::of(&self.socket.local_addr()?))
    }

    /// The peer's address; of a datagram socket that hears everyone, that of the last datagram, before the first that of `connect`.
    pub fn peer_addr(&self) -> io::Result<Endpoint> {
        match &self.peer {
            Peer::Connected => Ok(Endpoint::of(&self.socket.peer_addr()?)),
            Peer::Open { to, from } => Ok(Endpoint::of(from.as_ref().unwrap_or(to))),
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for Connection {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

//! What a program holds: a client that is connected, or not. It must not know a system call.

use std::net::Shutdown;
use std::os::fd::{AsRawFd, RawFd};

use super::address::{Endpoint, Target};
use super::connection::Connection;
use super::deadline::Timeout;
use super::error::{Cause, ClientError};
use super::pool::{KeepPool, Kept, Key};
use super::{MsgFlags, Options};
use crate::net::SocketKind;
use crate::sys::RecvBuf;

/// A client of one [`SocketKind`]. Dropping it closes its connection, a kept one too: only [`Client::keep`] gives that back.
#[derive(Debug)]
pub struct Client {
    kind: SocketKind,
    /// For the next `connect`.
    pub options: Options,
    state: State,
}

#[derive(Debug)]
enum State {
    Closed,
    Open(Connection),
    /// Open, and to be given to the pool under this key.
    Kept(Key, Kept),
}

impl Client {
    /// One that is not connected.
    pub fn new(kind: SocketKind) -> Self {
        Client { kind, options: Options::default(), state: State::Closed }
    }

    /// What it speaks.
    pub fn kind(&self) -> SocketKind {
        self.kind
    }

    /// Connects to `port` of `host`, or to the path `host` of a Unix socket. What has to be looked up is tried at every address that
    /// is found, within `timeout`, which is also the timeout of every call after.
    ///
    /// Errors: [`ClientError::AlreadyConnected`], [`ClientError::InvalidAddress`], [`ClientError::Connect`] with an errno (110 for
    /// the timeout) or 711 for a name that nothing resolves.
    pub fn connect(&mut self, host: &[u8], port: i64, timeout: Timeout) -> Result<(), ClientError> {
        let target = self.target(host, port)?;
        self.state = State::Open(self.open(&target, port, timeout)?);
        Ok(())
    }

    /// As [`connect`](Self::connect), but takes up an idle connection from `pool` if there is one, or makes one that
    /// [`keep`](Self::keep) gives to the pool. How often the connection was taken up: 0 for a new one.
    pub fn connect_kept(
        &mut self,
        pool: &mut KeepPool,
        id: &[u8],
        host: &[u8],
        port: i64,
        timeout: Timeout,
    ) -> Result<u64, ClientError> {
        let target = self.target(host, port)?;
        let key = Key { kind: self.kind, host: host.to_vec(), port: target.port, id: id.to_vec() };
        let kept = match pool.take(&key) {
            Some(mut kept) => {
                kept.connection.set_timeout(timeout).map_err(|error| target.failed(port, error.into()))?;
                kept
            }
            None => Kept::new(self.open(&target, port, timeout)?),
        };
        let reuse_count = kept.reuse_count;
        self.state = State::Kept(key, kept);
        Ok(reuse_count)
    }

    fn target<'a>(&self, host: &'a [u8], port: i64) -> Result<Target<'a>, ClientError> {
        match self.state {
            State::Closed => Target::new(self.kind, host, port),
            State::Open(_) | State::Kept(..) => Err(ClientError::AlreadyConnected),
        }
    }

    fn open(&self, target: &Target, port: i64, timeout: Timeout) -> Result<Connection, ClientError> {
        Connection::open(target, &self.options, timeout).map_err(|cause| target.failed(port, cause))
    }

    /// Between a successful `connect` (or the first `send_to`) and `close`, whatever the peer has done.
    pub fn is_connected(&self) -> bool {
        !matches!(self.state, State::Closed)
    }

    /// The open connection, or [`ClientError::NotConnected`].
    pub fn connection(&self) -> Result<&Connection, ClientError> {
        match &self.state {
            State::Open(connection) | State::Kept(_, Kept { connection, .. }) => Ok(connection),
            State::Closed => Err(ClientError::NotConnected),
        }
    }

    fn connection_mut(&mut self) -> Result<&mut Connection, ClientError> {
        match &mut self.state {
            State::Open(connection) | State::Kept(_, Kept { connection, .. }) => Ok(connection),
            State::Closed => Err(ClientError::NotConnected),
        }
    }

    /// The descriptor of the open socket, which stays the client's.
    pub fn fd(&self) -> Option<RawFd> {
        self.connection().ok().map(AsRawFd::as_raw_fd)
    }

    /// See [`Connection::send`]. Nothing to send is [`ClientError::NoData`].
    pub fn send(&mut self, data: &[u8], flags: MsgFlags) -> Result<usize, ClientError> {
        let connection = self.connection_mut()?;
        if data.is_empty() {
            return Err(ClientError::NoData);
        }
        connection.send(data, flags).map_err(ClientError::socket("send"))
    }

    /// Sends one datagram to `port` of `host`, or to the path `host`; opens the socket if there is none yet. What cannot be an
    /// address is `EINVAL`, nothing to send [`ClientError::NoData`].
    pub fn send_to(&mut self, host: &[u8], port: i64, data: &[u8]) -> Result<usize, ClientError> {
        if self.kind.is_stream() {
            return Err(ClientError::NotDatagram);
        }
        if data.is_empty() {
            return Err(ClientError::NoData);
        }
        let target = Target::new(self.kind, host, port).map_err(|_| Cause::errno(libc::EINVAL));
        let to = target.and_then(|target| target.resolve().map(|(first, _)| first));
        let to = to.map_err(|cause| ClientError::Socket { call: "sendto", cause })?;
        if let State::Closed = self.state {
            let connection = Connection::open_datagram(self.kind, to.clone(), &self.options);
            self.state = State::Open(connection.map_err(ClientError::socket("sendto"))?);
        }
        self.connection_mut()?.send_to(data, &to).map_err(ClientError::socket("sendto"))
    }

    /// See [`Connection::recv`].
    pub fn recv(&mut self, into: &mut RecvBuf<'_>, flags: MsgFlags) -> Result<usize, ClientError> {
        self.connection_mut()?.recv(into, flags).map_err(ClientError::socket("recv"))
    }

    /// No more sending, receiving, or both. The client stays connected.
    pub fn shutdown(&mut self, how: Shutdown) -> Result<(), ClientError> {
        self.connection_mut()?.shutdown(how).map_err(ClientError::socket("shutdown"))
    }

    /// The local address.
    pub fn local_addr(&self) -> Result<Endpoint, ClientError> {
        self.connection()?.local_addr().map_err(ClientError::socket("getsockname"))
    }

    /// See [`Connection::peer_addr`].
    pub fn peer_addr(&self) -> Result<Endpoint, ClientError> {
        self.connection()?.peer_addr().map_err(ClientError::socket("getpeername"))
    }

    /// Closes the connection, a kept one too.
    pub fn close(&mut self) -> Result<(), ClientError> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Closed => Err(ClientError::NotConnected),
            State::Open(_) | State::Kept(..) => Ok(()),
        }
    }

    /// Gives a connection of [`connect_kept`](Self::connect_kept) back to `pool`; closes any other.
    pub fn keep(&mut self, pool: &mut KeepPool) -> Result<(), ClientError> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Closed => return Err(ClientError::NotConnected),
            State::Open(_) => {}
            State::Kept(key, kept) => pool.put(key, kept),
        }
        Ok(())
    }
}

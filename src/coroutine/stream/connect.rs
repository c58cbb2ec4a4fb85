//! Connecting: from names to addresses, and from an address to a connection, without blocking. It must not know what is said on one.

use std::{
    io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    time::Duration,
};

use engine::{
    client::Cause,
    net::SocketKind,
    tls::{ClientTls, Session},
};
use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use super::{Stream, cause, errno_cause, tls_cause};
use crate::{
    coroutine::{
        host::{self, Offloaded},
        io::{Deadline, Direction},
        scheduler::{self, Reason, Woken},
    },
    zend::{Result, constants},
};

/// What a connection is made to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// A name, an IP address, or the path of a Unix socket: for a kind of Unix sockets, or after `unix:`.
    pub host: Vec<u8>,
    /// 0 to 65535; of no meaning for a Unix socket.
    pub port: i64,
}

/// How a connection is made.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// The kind of socket, a stream.
    pub kind: SocketKind,
    /// TCP: small pieces are sent at once.
    pub nodelay: bool,
    /// The local address to connect from, and the local port, 0 for any.
    pub bind: Option<(String, u16)>,
    /// `SO_RCVBUF`, in bytes.
    pub recv_buffer: Option<u32>,
    /// `SO_SNDBUF`, in bytes.
    pub send_buffer: Option<u32>,
    /// Speak TLS.
    pub tls: Option<ClientTls>,
}

impl Default for ConnectOptions {
    fn default() -> ConnectOptions {
        ConnectOptions { kind: SocketKind::Tcp4, nodelay: true, bind: None, recv_buffer: None, send_buffer: None, tls: None }
    }
}

impl Target {
    /// See the fields.
    pub fn new(host: impl Into<Vec<u8>>, port: i64) -> Target {
        Target { host: host.into(), port }
    }

    /// The path, if it is that of a Unix socket.
    fn path(&self, kind: SocketKind) -> Option<&[u8]> {
        match self.host.strip_prefix(b"unix:") {
            Some(path) if path.starts_with(b"//") => Some(&path[1..]),
            None if kind.is_unix() => Some(&self.host),
            path => path,
        }
    }
}

fn name_not_found() -> Cause {
    Cause { code: constants::SWOOLE_ERROR_DNSLOOKUP_RESOLVE_FAILED as i32, text: "DNS Lookup resolve failed".into() }
}

/// The address of a Unix socket with this path, or with this abstract name after a NUL byte.
///
/// # Errors
/// It is too long, or has a NUL byte in it.
pub fn unix_address(path: &[u8]) -> Result<SockAddr, Cause> {
    // A NUL inside a path would end it early, and name another socket.
    if path.first() != Some(&0) && path.contains(&0) {
        return Err(errno_cause(libc::EINVAL));
    }
    SockAddr::unix(std::ffi::OsStr::from_bytes(path)).map_err(|_| errno_cause(libc::ENAMETOOLONG))
}

/// The address that a text names by itself, without a look-up.
pub fn address_of(domain: Domain, host: &str, port: u16) -> Option<SockAddr> {
    let ip: IpAddr = host.parse().ok()?;
    let address = SockAddr::from(SocketAddr::new(ip, port));
    (address.domain() == domain).then_some(address)
}

/// The addresses of a host or a path in a domain, at least one. A name is looked up by a helper thread.
///
/// # Errors
/// Outer: the process or the coroutine has to leave. Inner: there is no such address (711 for a name that nobody knows), the time is over.
pub fn resolve(domain: Domain, host: &[u8], port: i64, deadline: Deadline) -> Result<Result<Vec<SockAddr>, Cause>> {
    if domain == Domain::UNIX {
        return Ok(unix_address(host).map(|address| vec![address]));
    }
    let Ok(port) = u16::try_from(port) else { return Ok(Err(errno_cause(libc::EINVAL))) };
    let Some(host) = std::str::from_utf8(host).ok().filter(|host| !host.is_empty() && !host.contains('\0')) else {
        return Ok(Err(name_not_found()));
    };
    if let Some(address) = address_of(domain, host, port) {
        return Ok(Ok(vec![address]));
    }
    if host.parse::<IpAddr>().is_ok() {
        return Ok(Err(name_not_found()));
    }
    let name = host.to_owned();
    let found = host::offload(deadline.left(), move || {
        (name.as_str(), port)
            .to_socket_addrs()
            .map(|all| all.map(SockAddr::from).filter(|one| one.domain() == domain).collect::<Vec<_>>())
    })?;
    Ok(match found {
        Offloaded::Done(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
        Offloaded::Done(_) => Err(name_not_found()),
        Offloaded::TimedOut => Err(errno_cause(libc::ETIMEDOUT)),
        Offloaded::Canceled => Err(errno_cause(libc::ECANCELED)),
    })
}

/// The domain of its addresses.
pub fn domain_of(kind: SocketKind) -> Domain {
    match kind {
        SocketKind::Tcp4 | SocketKind::Udp4 => Domain::IPV4,
        SocketKind::Tcp6 | SocketKind::Udp6 => Domain::IPV6,
        SocketKind::UnixStream | SocketKind::UnixDgram => Domain::UNIX,
    }
}

impl ConnectOptions {
    /// A socket of this kind, with these options, that does not block.
    ///
    /// # Errors
    /// What the system says.
    pub fn socket(&self, kind: SocketKind) -> io::Result<Socket> {
        let domain = domain_of(kind);
        let of = if kind.is_stream() { Type::STREAM } else { Type::DGRAM };
        let socket = Socket::new(domain, of.nonblocking(), None)?;
        if let Some(bytes) = self.recv_buffer {
            socket.set_recv_buffer_size(bytes as usize)?;
        }
        if let Some(bytes) = self.send_buffer {
            socket.set_send_buffer_size(bytes as usize)?;
        }
        if kind.is_tcp() {
            socket.set_tcp_nodelay(self.nodelay)?;
        }
        if let (Some((host, port)), false) = (&self.bind, kind.is_unix()) {
            if *port != 0 {
                // Or a port that was used a minute ago could not be used again.
                socket.set_reuse_address(true)?;
            }
            let any = if domain == Domain::IPV6 { "::" } else { "0.0.0.0" };
            let address = address_of(domain, if host.is_empty() { any } else { host }, *port);
            socket.bind(&address.ok_or_else(|| io::Error::from_raw_os_error(libc::EINVAL))?)?;
        }
        Ok(socket)
    }
}

fn is_stream(fd: &OwnedFd) -> bool {
    SockRef::from(fd).r#type().is_ok_and(|of| of == Type::STREAM)
}

/// How long to leave a Unix socket alone whose backlog is full: there is nothing to wait for. In milliseconds.
const FULL_BACKLOG: std::ops::RangeInclusive<u64> = 1..=50;

impl Stream {
    /// Connects: looks the name up, tries each address in turn, and agrees on TLS where that is asked for.
    ///
    /// # Errors
    /// Outer: the process or the coroutine has to leave. Inner: why the last address could not be reached; 110 when the time is over, 125 when
    /// the wait was cancelled, 711 for a name that nobody knows.
    pub fn connect(target: &Target, options: &ConnectOptions, deadline: Deadline) -> Result<Result<Stream, Cause>> {
        if scheduler::current().is_none() {
            return Err(scheduler::no_coroutine());
        }
        let (kind, addresses) = match target.path(options.kind) {
            Some(path) => (SocketKind::UnixStream, unix_address(path).map(|address| vec![address])),
            None => (options.kind, resolve(domain_of(options.kind), &target.host, target.port, deadline)?),
        };
        let mut last = name_not_found();
        for address in match addresses {
            Ok(addresses) => addresses,
            Err(cause) => return Ok(Err(cause)),
        } {
            let stream = match options.socket(kind) {
                Ok(socket) => Stream::new(socket.into()),
                Err(error) => return Ok(Err(cause(&error))),
            };
            match stream.connect_to(&address, deadline)? {
                Ok(()) => return stream.begin_tls(target, options, deadline),
                Err(error) => last = cause(&error),
            }
            if matches!(last.code, libc::ETIMEDOUT | libc::ECANCELED) {
                break;
            }
        }
        Ok(Err(last))
    }

    fn begin_tls(self, target: &Target, options: &ConnectOptions, deadline: Deadline) -> Result<Result<Stream, Cause>> {
        let Some(tls) = &options.tls else { return Ok(Ok(self)) };
        let session = match Session::client(tls, std::str::from_utf8(&target.host).ok()) {
            Ok(session) => session,
            Err(error) => return Ok(Err(tls_cause(&error))),
        };
        match self.handshake(session, deadline)? {
            Ok(()) => Ok(Ok(self)),
            Err(error) => Ok(Err(cause(&error))),
        }
    }

    /// Connects its socket to an address.
    ///
    /// # Errors
    /// Outer: the process or the coroutine has to leave. Inner: as for [`Stream::handshake`].
    pub fn connect_to(&self, address: &SockAddr, deadline: Deadline) -> Result<io::Result<()>> {
        let mut pause = *FULL_BACKLOG.start();
        let mut failed_before = false;
        loop {
            let Some(fd) = self.descriptor().get() else { return Ok(Err(io::Error::from_raw_os_error(libc::EBADF))) };
            // Linux answers the first call after an attempt has succeeded with success, whatever the address.
            if is_stream(&fd) && SockRef::from(&*fd).peer_addr().is_ok() {
                return Ok(Err(io::Error::from_raw_os_error(libc::EISCONN)));
            }
            match SockRef::from(&*fd).connect(address) {
                Ok(()) => return Ok(Ok(())),
                Err(error) => match error.raw_os_error() {
                    Some(libc::EINPROGRESS | libc::EALREADY) => break,
                    Some(libc::EINTR) => {}
                    // And the first after one has failed with this, once.
                    Some(libc::ECONNABORTED) if !failed_before => failed_before = true,
                    Some(libc::EAGAIN) if address.is_unix() => {
                        let left = deadline.left().unwrap_or(Duration::MAX);
                        if left.is_zero() {
                            return Ok(Err(io::Error::from_raw_os_error(libc::ETIMEDOUT)));
                        }
                        let pausing = scheduler::prepare()?.park(Reason::Event, Some(left.min(Duration::from_millis(pause))))?;
                        if pausing == Woken::Canceled {
                            return Ok(Err(io::Error::from_raw_os_error(libc::ECANCELED)));
                        }
                        pause = (pause * 2).min(*FULL_BACKLOG.end());
                    }
                    _ => return Ok(Err(error)),
                },
            }
        }
        self.descriptor().perform(Direction::Write, deadline, |fd| {
            let socket = SockRef::from(&fd);
            match socket.take_error()? {
                Some(error) => Err(error),
                None => match socket.peer_addr() {
                    Err(error) if error.raw_os_error() == Some(libc::ENOTCONN) => Err(io::ErrorKind::WouldBlock.into()),
                    known => known.map(drop),
                },
            }
        })
    }
}

//! [`Socket`]: what `Swoole\Coroutine\Socket` and `Swoole\Coroutine\Client` stand on: a stream or a datagram socket with timeouts, framing, TLS and what was read
//! ahead. It must not know a PHP object.

mod class;
mod option;
mod receive;
mod send;
mod settings;

use std::{
    cell::{Cell, RefCell},
    io,
    net::Shutdown,
    os::fd::{AsFd, OwnedFd},
    rc::Rc,
};

use engine::{
    client::Cause,
    framing::Framer,
    proxy::{Proxy, ProxyError, Turn},
    tls::{Session, TlsOptions},
};
use socket2::{Domain, SockAddr, SockRef, Type};

use self::receive::More;
pub use self::{
    class::{CoroutineSocket, address, socketpair},
    receive::Received,
    settings::Settings,
};
use super::{
    class::seconds_option,
    io::{Deadline, Direction},
    scheduler,
    stream::{Stream, cause, errno_cause, resolve, tls_cause},
};
use crate::zend::{Result, constants};

/// Inner: what the call ended in, for the program; outer: the process or the coroutine has to leave.
pub type Ended<T> = Result<Result<T, Cause>>;

/// What the system knows a socket by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// `AF_INET` and its like.
    pub domain: i32,
    /// `SOCK_STREAM` and its like.
    pub of: i32,
    /// 0 for the usual one.
    pub protocol: i32,
}

/// How long calls wait that are given no timeout; not above 0 is without end. In seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeouts {
    /// Looking up a name, and connecting.
    pub connect: f64,
    /// Everything that receives.
    pub read: f64,
    /// Everything that sends.
    pub write: f64,
}

/// Which side of TLS it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It connects.
    Client,
    /// It was accepted, or accepts.
    Server,
}

/// See the module.
pub struct Socket {
    stream: Stream,
    kind: Kind,
    timeouts: Cell<Timeouts>,
    framer: RefCell<Option<Framer>>,
    received: RefCell<Received>,
    settings: RefCell<Rc<Settings>>,
    side: Cell<Side>,
}

impl Timeouts {
    /// What `Coroutine::set()` has said, else without end.
    fn new() -> Timeouts {
        let all = seconds_option("socket_timeout").unwrap_or(-1.0);
        let of = |name| seconds_option(name).unwrap_or(all);
        Timeouts { connect: of("socket_connect_timeout"), read: of("socket_read_timeout"), write: of("socket_write_timeout") }
    }
}

/// The end of a wait: as given, or by default where 0 was given.
fn deadline(given: f64, default: f64) -> Deadline {
    let seconds = if given == 0.0 { default } else { given };
    if seconds > 0.0 { Deadline::after_secs(seconds) } else { Deadline::NEVER }
}

impl Socket {
    /// A new one.
    ///
    /// # Errors
    /// The system has none of this kind, or no more descriptors.
    pub fn open(kind: Kind) -> io::Result<Socket> {
        let of = Type::from(kind.of).nonblocking();
        let protocol = (kind.protocol != 0).then(|| kind.protocol.into());
        let socket = socket2::Socket::new(Domain::from(kind.domain), of, protocol)?;
        Ok(Socket::of(socket.into(), kind))
    }

    /// One for a descriptor that does not block yet or already; it is owned from now on.
    ///
    /// # Errors
    /// It is no socket.
    pub fn of_fd(fd: OwnedFd, kind: Kind) -> io::Result<Socket> {
        SockRef::from(&fd).set_nonblocking(true)?;
        Ok(Socket::of(fd, kind))
    }

    /// One for a descriptor of which nothing is known.
    ///
    /// # Errors
    /// It is no socket.
    pub fn import(fd: OwnedFd) -> io::Result<Socket> {
        let kind = {
            let socket = SockRef::from(&fd);
            let protocol = socket.protocol()?.map_or(0, i32::from);
            Kind { domain: socket.domain()?.into(), of: socket.r#type()?.into(), protocol }
        };
        Socket::of_fd(fd, kind)
    }

    fn of(fd: OwnedFd, kind: Kind) -> Socket {
        Socket {
            stream: Stream::new(fd),
            kind,
            timeouts: Cell::new(Timeouts::new()),
            framer: RefCell::default(),
            received: RefCell::default(),
            settings: RefCell::new(Settings::usual()),
            side: Cell::new(Side::Client),
        }
    }

    /// What the system knows it by.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The stream beneath.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// How long calls wait that are given no timeout.
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts.get()
    }

    /// Sets how long calls wait that are given no timeout.
    pub fn set_timeouts(&self, timeouts: Timeouts) {
        self.timeouts.set(timeouts);
    }

    /// Takes up settings of framing and TLS.
    pub fn configure(&self, settings: Rc<Settings>) {
        // A datagram is a message.
        self.framer.replace(settings.framing.framer().filter(|_| self.is_stream()));
        self.settings.replace(settings);
    }

    /// What was set.
    pub fn settings(&self) -> Rc<Settings> {
        Rc::clone(&self.settings.borrow())
    }

    fn domain(&self) -> Domain {
        Domain::from(self.kind.domain)
    }

    /// Whether bytes come one after the other, and not in datagrams.
    pub fn is_stream(&self) -> bool {
        self.kind.of == libc::SOCK_STREAM
    }

    /// Asks the open socket; `EBADF` when it is closed.
    pub fn with<T>(&self, ask: impl FnOnce(SockRef<'_>) -> io::Result<T>) -> Result<T, Cause> {
        let Some(fd) = self.stream.descriptor().get() else { return Err(errno_cause(libc::EBADF)) };
        ask(SockRef::from(&*fd)).map_err(|error| cause(&error))
    }

    /// Gives it an address of its own.
    pub fn bind(&self, address: &SockAddr) -> Result<(), Cause> {
        self.with(|socket| {
            if !address.is_unix() {
                // Or a port that was used a minute ago could not be used again.
                socket.set_reuse_address(true)?;
            }
            socket.bind(address)
        })
    }

    /// Lets others connect to it.
    pub fn listen(&self, backlog: i32) -> Result<(), Cause> {
        self.side.set(Side::Server);
        self.with(|socket| socket.listen(backlog))
    }

    /// Waits for a connection.
    ///
    /// # Errors
    /// See [`Ended`].
    pub fn accept(&self, timeout: f64) -> Ended<Socket> {
        in_a_coroutine()?;
        let deadline = deadline(timeout, self.timeouts.get().read);
        let accepted = self.stream.descriptor().perform(Direction::Read, deadline, |fd| {
            let accepted = SockRef::from(&fd).accept_raw();
            match accepted {
                // It went away before its turn came.
                Err(error) if error.raw_os_error() == Some(libc::ECONNABORTED) => Err(io::ErrorKind::Interrupted.into()),
                accepted => accepted.map(|(socket, _)| socket),
            }
        })?;
        let socket = match accepted.and_then(|socket| Socket::of_fd(socket.into(), self.kind)) {
            Ok(socket) => socket,
            Err(error) => return Ok(Err(cause(&error))),
        };
        socket.side.set(Side::Server);
        socket.configure(self.settings());
        Ok(Ok(socket))
    }

    /// Connects, by way of a proxy and with TLS where that is set.
    ///
    /// # Errors
    /// See [`Ended`].
    pub fn connect(&self, host: &[u8], port: i64, timeout: f64) -> Ended<()> {
        in_a_coroutine()?;
        if self.is_closed() {
            return Ok(Err(errno_cause(libc::EBADF)));
        }
        let ended = self.connect_open(host, port, timeout)?;
        // Closed while a name was looked up: those that wait for the socket itself are told so anyway.
        Ok(ended.map_err(|why| if why.code == libc::EBADF { errno_cause(libc::ECANCELED) } else { why }))
    }

    fn connect_open(&self, host: &[u8], port: i64, timeout: f64) -> Ended<()> {
        let deadline = deadline(timeout, self.timeouts.get().connect);
        let settings = self.settings();
        let proxy = settings.proxy.proxy().filter(|_| self.is_stream() && !self.is_unix());
        let reached = match &proxy {
            Some(proxy) => self.reach(proxy.host.as_bytes(), i64::from(proxy.port), deadline)?,
            None => self.reach(host, port, deadline)?,
        };
        if let Err(cause) = reached {
            return Ok(Err(cause));
        }
        if let Some(proxy) = &proxy
            && let Err(cause) = self.pass_through(proxy, host, port, deadline)?
        {
            return Ok(Err(cause));
        }
        if settings.tls_on { self.handshake(Some(host), deadline) } else { Ok(Ok(())) }
    }

    /// Connects to the first address of a host that can be reached.
    fn reach(&self, host: &[u8], port: i64, deadline: Deadline) -> Ended<()> {
        let addresses = match resolve(self.domain(), host, port, deadline)? {
            Ok(addresses) => addresses,
            Err(cause) => return Ok(Err(cause)),
        };
        let mut last = None;
        for address in addresses {
            match self.stream.connect_to(&address, deadline)? {
                Ok(()) => return Ok(Ok(())),
                Err(error) => {
                    let error = cause(&error);
                    let is_final = matches!(error.code, libc::ETIMEDOUT | libc::ECANCELED | libc::EISCONN | libc::EBADF);
                    last = Some(error);
                    if is_final {
                        break;
                    }
                }
            }
        }
        Ok(Err(last.unwrap_or_else(|| errno_cause(libc::EADDRNOTAVAIL))))
    }

    /// Has a proxy connect to the host.
    fn pass_through(&self, proxy: &Proxy, host: &[u8], port: i64, deadline: Deadline) -> Ended<()> {
        let of = |error: ProxyError| Cause { code: error.code, text: error.text };
        let Ok(port) = u16::try_from(port) else { return Ok(Err(errno_cause(libc::EINVAL))) };
        let (mut negotiation, first) = match proxy.connect(host, port) {
            Ok(begun) => begun,
            Err(error) => return Ok(Err(of(error))),
        };
        if let Err(error) = self.stream.write_all(&first, deadline)? {
            return Ok(Err(cause(&error)));
        }
        loop {
            let turn = negotiation.next(self.received.borrow().rest());
            match turn {
                Ok(Turn::Done { taken }) => {
                    self.received.borrow_mut().drop_first(taken);
                    return Ok(Ok(()));
                }
                Ok(Turn::Say { taken, bytes }) => {
                    self.received.borrow_mut().drop_first(taken);
                    if let Err(error) = self.stream.write_all(&bytes, deadline)? {
                        return Ok(Err(cause(&error)));
                    }
                }
                Ok(Turn::Wanting) => match self.more(usize::MAX, deadline)? {
                    Ok(More::Came) => {}
                    Ok(More::End) => return Ok(Err(errno_cause(libc::ECONNRESET))),
                    Err(cause) => return Ok(Err(cause)),
                },
                Err(error) => return Ok(Err(of(error))),
            }
        }
    }

    /// Agrees on TLS, as the side that it is.
    ///
    /// # Errors
    /// See [`Ended`].
    pub fn begin_tls(&self, host: Option<&[u8]>, timeout: f64) -> Ended<()> {
        in_a_coroutine()?;
        self.handshake(host, deadline(timeout, self.timeouts.get().read))
    }

    fn handshake(&self, host: Option<&[u8]>, deadline: Deadline) -> Ended<()> {
        let settings = self.settings();
        let session = match self.side.get() {
            Side::Client => {
                let host = host.filter(|_| !self.is_unix()).and_then(|host| std::str::from_utf8(host).ok());
                settings.tls.client().and_then(|tls| Session::client(&tls, host))
            }
            Side::Server => settings.server_tls().and_then(|tls| Session::server(&tls)),
        };
        match session {
            Ok(session) => Ok(self.stream.handshake(session, deadline)?.map_err(|error| cause(&error))),
            Err(error) => Ok(Err(tls_cause(&error))),
        }
    }

    /// Whether its addresses are paths.
    pub fn is_unix(&self) -> bool {
        self.domain() == Domain::UNIX
    }

    /// The other side's certificates, DER; none without TLS.
    pub fn peer_certificates(&self) -> Vec<Vec<u8>> {
        self.stream.with_tls(Session::peer_certificates).unwrap_or_default()
    }

    /// Whether the other side's certificate is to be trusted.
    pub fn verify_peer(&self, allow_self_signed: bool) -> Result<(), Cause> {
        let tls: &TlsOptions = &self.settings().tls;
        let chain = self.peer_certificates();
        if !self.stream.has_tls() {
            return Err(Cause {
                code: constants::SWOOLE_ERROR_SSL_NOT_READY as i32,
                text: "TLS is not spoken on this connection".into(),
            });
        }
        tls.verify_server(&chain, allow_self_signed).map_err(|error| tls_cause(&error))
    }

    /// Ends one direction, or both.
    pub fn shutdown(&self, how: Shutdown) -> Result<(), Cause> {
        if how != Shutdown::Read {
            self.stream.end_tls();
        }
        self.with(|socket| socket.shutdown(how))
    }

    /// Whether the other side is there: as far as one can know without sending.
    pub fn check_liveness(&self) -> Result<(), Cause> {
        if !self.received.borrow().is_empty() {
            return Ok(());
        }
        let Some(fd) = self.stream.descriptor().get() else { return Err(errno_cause(libc::EBADF)) };
        let mut byte = [std::mem::MaybeUninit::uninit()];
        match SockRef::from(&fd.as_fd()).recv_with_flags(&mut byte, libc::MSG_PEEK | libc::MSG_DONTWAIT) {
            Ok(0) if self.is_stream() => Err(errno_cause(libc::ECONNRESET)),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(cause(&error)),
        }
    }

    /// Closes it: those that wait get `ECANCELED`. False when it is closed already.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn close(&self) -> Result<bool> {
        self.stream.close()
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.stream.descriptor().get().is_none()
    }
}

/// Whatever may wait is for coroutines only, also where nothing has to wait.
fn in_a_coroutine() -> Result<()> {
    match scheduler::current() {
        Some(_) => Ok(()),
        None => Err(scheduler::no_coroutine()),
    }
}

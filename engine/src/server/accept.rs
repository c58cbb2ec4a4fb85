//! Taking connections from the listeners of one event loop: when to, when to pause, and what a new connection is given.
//!
//! It must not know who will own the connection.

use std::{
    os::fd::{AsFd, AsRawFd, OwnedFd},
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

use mio::Token;

use super::{Port, shared::Shared, token::Source};
use crate::{
    Result,
    log::{self, Level},
    net::{AcceptedOptions, Keepalive, ListenerOptions, PeerAddr},
    shm::table::Reserved,
    sys::{self, process},
};

/// How long accepting rests when there are no descriptors left or too many connections.
pub(super) const REST: Duration = Duration::from_millis(100);
/// How often the log says so.
const SAY_EVERY: Duration = Duration::from_secs(1);

/// A connection that nobody owns yet. Its id says when it was accepted, whoever will own it.
#[derive(Debug)]
pub(super) struct Accepted {
    pub reserved: Reserved,
    pub fd: OwnedFd,
    pub peer: PeerAddr,
    pub port: u16,
}

/// What trying to accept brought.
#[derive(Debug)]
pub(super) enum Accept {
    /// A connection.
    Taken(Accepted),
    /// Nobody waits.
    Nobody,
    /// Not now: try again after [`REST`].
    Rest,
}

/// Sets what `port` asks for on its listener, and listens.
///
/// # Errors
/// `Error::Listen` or `Error::System`.
pub(super) fn open(port: &Port) -> Result<()> {
    let options = &port.options;
    if port.listener.kind().is_tcp() {
        accepted_options(port).inherit(&port.listener)?;
    }
    let listener = ListenerOptions {
        defer_accept: options.tcp_defer_accept,
        fastopen: options.tcp_fastopen.then_some(options.backlog.max(1) as u32),
    };
    listener.apply(&port.listener)?;
    port.listener.listen(options.backlog)
}

fn accepted_options(port: &Port) -> AcceptedOptions {
    let options = &port.options;
    // What Linux documents as its own defaults in tcp(7), for the numbers that were not given.
    let keepalive = Keepalive {
        idle: options.tcp_keepidle.unwrap_or(3600),
        interval: options.tcp_keepinterval.unwrap_or(60),
        count: options.tcp_keepcount.unwrap_or(5),
    };
    AcceptedOptions {
        nodelay: options.open_tcp_nodelay,
        keepalive: options.open_tcp_keepalive.then_some(keepalive),
        user_timeout_ms: options.tcp_user_timeout,
        send_buffer: options.kernel_socket_send_buffer_size,
        recv_buffer: options.kernel_socket_recv_buffer_size,
    }
}

/// Accepts for one process or thread.
pub(super) struct Acceptor {
    shared: Arc<Shared>,
    limit: u32,
    said: Option<Instant>,
    room: Room,
}

impl Acceptor {
    /// One that leaves `reserve` descriptors of this process to others.
    pub fn new(shared: &Arc<Shared>, reserve: u32) -> Acceptor {
        let limit = shared.options.effective_max_connection();
        Acceptor { shared: Arc::clone(shared), limit, said: None, room: Room::new(reserve) }
    }

    /// Takes one connection of a port.
    pub fn accept(&mut self, index: u16) -> Accept {
        let Some(port) = self.shared.ports.get(usize::from(index)).cloned() else { return Accept::Nobody };
        let now = self.shared.table.open();
        if now >= self.limit {
            self.say(format_args!("Too many connections [now: {now}]"));
            return Accept::Rest;
        }
        if self.room.is_short(&port) {
            self.say(format_args!(
                "accept() on {}:{} rests, Error: too many open files, the limit is {}",
                port.listener.host(),
                port.listener.local_port(),
                process::nofile_limit()
            ));
            return Accept::Rest;
        }
        match port.listener.accept() {
            Ok(Some((fd, peer))) => {
                self.room.took(fd.as_raw_fd());
                let Some(reserved) = self.shared.table.reserve() else {
                    self.say(format_args!("the connection table is full: max_connection is too small"));
                    return Accept::Nobody;
                };
                let options = accepted_options(&port);
                if options.needs_apply(port.listener.kind())
                    && let Err(error) = options.apply(&fd, port.listener.kind())
                {
                    log::write(Level::Warning, format_args!("setting options of socket#{} failed: {error}", fd.as_raw_fd()));
                }
                // Accepting is seldom enough for a shared counter.
                self.shared.control().accept_count.fetch_add(1, Relaxed);
                Accept::Taken(Accepted { reserved, fd, peer, port: index })
            }
            Ok(None) => Accept::Nobody,
            Err(error) => {
                self.say(format_args!(
                    "accept() on {}:{} failed, Error: {error}",
                    port.listener.host(),
                    port.listener.local_port()
                ));
                match error.raw_os_error() {
                    Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM) => Accept::Rest,
                    _ => Accept::Nobody,
                }
            }
        }
    }

    fn say(&mut self, text: std::fmt::Arguments<'_>) {
        if self.said.is_none_or(|said| said.elapsed() >= SAY_EVERY) {
            self.said = Some(Instant::now());
            log::write(Level::Warning, text);
        }
    }
}

/// Descriptors that connections must not take: a worker that starts is made known by one, and with none left it would never be, while
/// its connections wait for it.
struct Room {
    /// Connections have descriptors below this one.
    end: i64,
    /// The last connection came close to that.
    near: bool,
}

/// From so many descriptors before the end on, it is looked before each connection.
const NEAR: i64 = 32;

impl Room {
    fn new(reserve: u32) -> Room {
        let limit = i64::try_from(process::nofile_limit()).unwrap_or(i64::MAX);
        // With a very small limit connections have their share, too.
        let reserve = i64::from(reserve).min(limit / 4);
        Room { end: limit - reserve, near: true }
    }

    /// Whether the next connection would take one of the others' descriptors.
    fn is_short(&mut self, port: &Port) -> bool {
        if !self.near {
            return false;
        }
        // A new descriptor is the lowest that is free.
        let lowest = port.listener.as_fd().try_clone_to_owned().map_or(i64::MAX, |probe| i64::from(probe.as_raw_fd()));
        self.near = lowest >= self.end - NEAR;
        lowest >= self.end
    }

    fn took(&mut self, fd: i32) {
        self.near |= i64::from(fd) >= self.end - NEAR;
    }
}

/// Registers every stream listener level-triggered and exclusively: one of the waiting processes is woken for a connection.
///
/// # Errors
/// `Error::System` from epoll_ctl(2).
pub(super) fn listen_exclusively(shared: &Shared, epoll: i32) -> Result<()> {
    for (index, port) in shared.ports.iter().enumerate() {
        let Token(token) = Source::Listener(index as u32).token();
        sys::epoll::add_exclusive_level(epoll, port.listener.as_raw_fd(), token as u64)?;
    }
    Ok(())
}

/// Takes the listeners out of this epoll descriptor again; the other processes keep theirs.
pub(super) fn stop_listening(shared: &Shared, epoll: i32) {
    for port in &shared.ports {
        // Gone already is as good.
        let _ = sys::epoll::remove(epoll, port.listener.as_raw_fd());
    }
}

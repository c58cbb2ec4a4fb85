//! An inbox: a pair of datagram sockets, made before the fork, with one owner that reads and many processes that write.
//!
//! It must not know an event loop: it gives descriptors to register and functions that never block (but
//! [`InboxSender::send_blocking`], which says so).
//!
//! - A message is one datagram, so a writer that is killed has sent all of it or nothing, and writers never mix.
//! - What limits the queue is the sending socket's buffer, which all who inherited the sender share. The short queue limit of
//!   datagram sockets (`max_dgram_qlen`) does not hold for the two ends of a pair.
//! - A body of more than [`INLINE_MAX`] bytes goes as a sealed memfd in the same datagram: no file that outlives a crash.
//! - The receiver trusts nobody: what is malformed is dropped and counted.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use super::envelope::{self, Envelope, Flags, HEAD_LEN};
use crate::error::{Context, Result};
use crate::sys;
use crate::sys::io::MAX_FDS;
use crate::sys::memfd::{Mapping, MemFd};

/// Bodies up to this many bytes travel in the datagram itself.
pub const INLINE_MAX: usize = 32 * 1024;

/// What we ask for as the sender's buffer; the kernel may give less (`wmem_max`).
pub(super) const SEND_BUFFER: u32 = 4 * 1024 * 1024;

/// Makes an inbox.
pub fn pair() -> Result<(InboxSender, InboxReceiver)> {
    let (sender, receiver) = UnixDatagram::pair().call("socketpair")?;
    for end in [&sender, &receiver] {
        end.set_nonblocking(true).call("ioctl")?;
    }
    // The receiver's own buffer plays no part: what is queued is charged to the sender.
    sys::socket::raise_send_buffer(&sender, SEND_BUFFER).call("setsockopt")?;
    Ok((InboxSender { socket: sender.into() }, InboxReceiver::new(receiver.into())))
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a message that found the inbox full was not sent"]
pub enum SendState {
    /// It is in the inbox.
    Sent,
    /// The inbox is full; nothing was sent.
    Full,
}

/// The writing end. Children inherit it; any number of processes may write at the same time.
#[derive(Debug)]
pub struct InboxSender {
    socket: OwnedFd,
}

impl InboxSender {
    /// Sends a message if there is room, without blocking. `fd` is duplicated into the message, the caller keeps its own.
    ///
    /// An error means that it cannot be sent at all: `ECONNREFUSED` (later `ENOTCONN`) when the receiver is gone from every
    /// process, or no memfd could be made.
    pub fn try_send(&self, envelope: &Envelope, body: &[u8], fd: Option<BorrowedFd<'_>>) -> Result<SendState> {
        if body.len() <= INLINE_MAX {
            return self.try_send_inline(envelope, body, fd);
        }
        self.try_send_memfd(envelope, &MemFd::with(body)?, fd)
    }

    /// As [`try_send`](InboxSender::try_send), but waits for room, for at most `timeout`: for processes without an event loop.
    pub fn send_blocking(
        &self,
        envelope: &Envelope,
        body: &[u8],
        fd: Option<BorrowedFd<'_>>,
        timeout: Duration,
    ) -> Result<SendState> {
        let memfd = if body.len() > INLINE_MAX { Some(MemFd::with(body)?) } else { None };
        until_sent(&self.socket, timeout, || match &memfd {
            Some(memfd) => self.try_send_memfd(envelope, memfd, fd),
            None => self.try_send_inline(envelope, body, fd),
        })
    }

    pub(super) fn try_send_inline(&self, envelope: &Envelope, body: &[u8], fd: Option<BorrowedFd<'_>>) -> Result<SendState> {
        let flags = Flags { body_fd: false, user_fd: fd.is_some() };
        let head = envelope::encode(envelope, flags, body.len() as u32);
        room(sys::io::send_with_fds(&self.socket, &[IoSlice::new(&head), IoSlice::new(body)], fd.as_slice()))
    }

    pub(super) fn try_send_memfd(&self, envelope: &Envelope, body: &MemFd, fd: Option<BorrowedFd<'_>>) -> Result<SendState> {
        let flags = Flags { body_fd: true, user_fd: fd.is_some() };
        let head = envelope::encode(envelope, flags, 0);
        let fds = [body.as_fd(), fd.unwrap_or(body.as_fd())];
        room(sys::io::send_with_fds(&self.socket, &[IoSlice::new(&head)], &fds[..flags.fd_count()]))
    }

    /// A second handle for the same inbox.
    pub fn try_clone(&self) -> Result<InboxSender> {
        Ok(InboxSender { socket: self.socket.try_clone().call("fcntl")? })
    }
}

/// Attempts to send until there is room, for at most `timeout`.
pub(super) fn until_sent(
    socket: &OwnedFd,
    timeout: Duration,
    mut attempt: impl FnMut() -> Result<SendState>,
) -> Result<SendState> {
    /// Where the socket is writable and the inbox full all the same (see [`room`]), poll does not wait for us.
    const LOOK_AGAIN: Duration = Duration::from_millis(10);
    let deadline = Instant::now().checked_add(timeout);
    let mut writable = false;
    loop {
        let state = attempt()?;
        let left = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        if state == SendState::Sent || left.is_zero() {
            return Ok(state);
        }
        if writable {
            std::thread::sleep(LOOK_AGAIN.min(left));
        }
        writable = sys::io::wait_writable(socket, left).call("poll")?;
    }
}

/// A full inbox is a state, not an error. `ETOOMANYREFS`: as many descriptors are under way as the user may have; they get
/// fewer when the receiver reads.
pub(super) fn room(result: io::Result<usize>) -> Result<SendState> {
    match result {
        Ok(_) => Ok(SendState::Sent),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(SendState::Full),
        Err(error) if matches!(error.raw_os_error(), Some(libc::ENOBUFS | libc::ETOOMANYREFS)) => Ok(SendState::Full),
        Err(error) => Err(error).call("sendmsg"),
    }
}

impl AsFd for InboxSender {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for InboxSender {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

/// The body of a message: in the receiver's buffer, or in a mapping of its own.
#[derive(Debug)]
pub enum Body<'a> {
    /// Valid until the next [`recv`](InboxReceiver::recv).
    Inline(&'a [u8]),
    /// A mapped memfd.
    Mapped(Mapping),
}

impl Body<'_> {
    /// The bytes, wherever they are.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Body::Inline(bytes) => bytes,
            Body::Mapped(mapping) => mapping.as_bytes(),
        }
    }
}

/// What [`InboxReceiver::recv`] gives.
#[derive(Debug)]
pub struct Message<'a> {
    /// Its head.
    pub envelope: Envelope,
    /// Its body, possibly empty.
    pub body: Body<'a>,
    /// The descriptor that came with it, ours now, closed on exec.
    pub fd: Option<OwnedFd>,
}

/// Datagrams that were thrown away, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Discarded {
    /// Not in our form, or without what its head announces.
    pub malformed: u64,
    /// Their descriptors did not arrive, because this process is at its limit of open files.
    pub fds_lost: u64,
}

/// The reading end, for one owner.
#[derive(Debug)]
pub struct InboxReceiver {
    socket: OwnedFd,
    buffer: Box<[u8]>,
    discarded: Discarded,
}

impl InboxReceiver {
    fn new(socket: OwnedFd) -> InboxReceiver {
        InboxReceiver { socket, buffer: vec![0; HEAD_LEN + INLINE_MAX].into(), discarded: Discarded::default() }
    }

    /// Takes the next message; `None` when there is none now. Registered edge-triggered, call it until then.
    pub fn recv(&mut self) -> Result<Option<Message<'_>>> {
        loop {
            let datagram = match sys::io::recv_with_fds(&self.socket, &mut self.buffer) {
                Ok(datagram) => datagram,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error).call("recvmsg"),
            };
            if datagram.fds_lost {
                self.discarded.fds_lost += 1;
            } else if let Some(parts) = open(&self.buffer[..datagram.len], datagram.truncated, datagram.fds) {
                let Parts { envelope, mapping, fd, inline_len } = parts;
                let body = match mapping {
                    Some(mapping) => Body::Mapped(mapping),
                    None => Body::Inline(&self.buffer[HEAD_LEN..HEAD_LEN + inline_len]),
                };
                return Ok(Some(Message { envelope, body, fd }));
            } else {
                self.discarded.malformed += 1;
            }
        }
    }

    /// What was thrown away so far.
    pub fn discarded(&self) -> Discarded {
        self.discarded
    }

    /// A second handle, with a buffer of its own, for whoever owns the inbox after us. Two that read at the same time share the
    /// messages out between them.
    pub fn try_clone(&self) -> Result<InboxReceiver> {
        Ok(InboxReceiver::new(self.socket.try_clone().call("fcntl")?))
    }
}

struct Parts {
    envelope: Envelope,
    mapping: Option<Mapping>,
    fd: Option<OwnedFd>,
    inline_len: usize,
}

/// Checks a datagram against its head. What is not used is closed on the way out.
fn open(datagram: &[u8], truncated: bool, fds: [Option<OwnedFd>; MAX_FDS]) -> Option<Parts> {
    let (envelope, flags, body) = envelope::decode(datagram)?;
    if truncated || fds.iter().flatten().count() != flags.fd_count() {
        return None;
    }
    let mut fds = fds.into_iter().flatten();
    let mapping = if flags.body_fd { Some(Mapping::of(fds.next()?).ok()?) } else { None };
    Some(Parts { envelope, mapping, fd: fds.next(), inline_len: body.len() })
}

impl AsFd for InboxReceiver {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for InboxReceiver {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

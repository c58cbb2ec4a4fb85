//! [`Pipe`]: two connected sockets, made before a fork, one for either side. It must not know what is said through them.
//!
//! Both processes hold both ends after the fork. The parent keeps the child's, because a successor of the child may use it; so a read does not come
//! to an end when the child does.

use std::{
    cell::Cell,
    io,
    mem::MaybeUninit,
    net::Shutdown,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd},
    time::{Duration, Instant},
};

use socket2::{Domain, Socket, Type};

use crate::{
    error::{Context, Result},
    sys,
};

/// What comes out of a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipeKind {
    /// Bytes, in pieces of any size.
    Stream,
    /// Messages, each as it was written.
    Datagram,
}

/// Who holds which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The process that made the pipe.
    Parent,
    /// The one that it is for.
    Child,
}

/// See the module.
#[derive(Debug)]
pub struct Pipe {
    parent: Option<Socket>,
    child: Option<Socket>,
    side: Side,
    /// Whether this process's end is to wait, as [`Pipe::set_blocking`] was told. That somebody else has changed the socket itself is not known here.
    waits: Cell<bool>,
    /// For how long.
    timeout: Cell<Option<Duration>>,
}

/// As much may wait in either direction, in bytes, if the system allows it (`net.core.wmem_max`).
const BUFFER: usize = 8 << 20;

impl Pipe {
    /// Makes one; this process is the parent's side. Both ends are closed on exec.
    pub fn new(kind: PipeKind) -> Result<Pipe> {
        let kind = match kind {
            PipeKind::Stream => Type::STREAM,
            PipeKind::Datagram => Type::DGRAM,
        };
        let (parent, child) = Socket::pair(Domain::UNIX, kind, None).call("socketpair")?;
        for end in [&parent, &child] {
            // The system gives as much as it allows.
            end.set_send_buffer_size(BUFFER).call("setsockopt")?;
            end.set_recv_buffer_size(BUFFER).call("setsockopt")?;
        }
        Ok(Pipe::of(Some(parent), Some(child), Side::Parent))
    }

    /// One end of a pair that was made elsewhere, which is this process's: of the process that has this side.
    pub fn of_end(end: OwnedFd, side: Side) -> Pipe {
        let end = Some(Socket::from(end));
        match side {
            Side::Parent => Pipe::of(end, None, side),
            Side::Child => Pipe::of(None, end, side),
        }
    }

    fn of(parent: Option<Socket>, child: Option<Socket>, side: Side) -> Pipe {
        Pipe { parent, child, side, waits: Cell::new(true), timeout: Cell::new(None) }
    }

    /// After the fork, in the child: the parent's end is closed here, so that the child sees its end.
    pub fn become_child(&mut self) {
        self.side = Side::Child;
        self.parent = None;
        // That was said of the other end.
        self.waits.set(true);
        self.timeout.set(None);
    }

    /// Closes both ends, or one.
    pub fn close(&mut self, side: Option<Side>) {
        if side != Some(Side::Child) {
            self.parent = None;
        }
        if side != Some(Side::Parent) {
            self.child = None;
        }
    }

    /// The end of this process.
    fn own(&self) -> io::Result<&Socket> {
        let end = match self.side {
            Side::Parent => &self.parent,
            Side::Child => &self.child,
        };
        end.as_ref().ok_or_else(|| io::Error::from_raw_os_error(libc::EBADF))
    }

    /// The descriptor of this process's end; none when it is closed.
    pub fn fd(&self) -> Option<RawFd> {
        self.own().ok().map(AsRawFd::as_raw_fd)
    }

    /// This process's end.
    pub fn borrow(&self) -> io::Result<BorrowedFd<'_>> {
        self.own().map(AsFd::as_fd)
    }

    /// Nothing more comes in, or goes out, at this process's end.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.own()?.shutdown(how)
    }

    /// How long this process's end waits; `None` is for ever.
    pub fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        let end = self.own()?;
        end.set_read_timeout(timeout)?;
        end.set_write_timeout(timeout)?;
        self.timeout.set(timeout);
        Ok(())
    }

    /// Whether this process's end waits at all.
    pub fn set_blocking(&self, blocking: bool) -> io::Result<()> {
        self.own()?.set_nonblocking(!blocking)?;
        self.waits.set(blocking);
        Ok(())
    }

    /// Waits as a read does, and says how many bytes it would give: of the first message, or of a stream so far; 0 at its end.
    pub fn waiting(&self, interrupted: impl Fn() -> bool) -> io::Result<usize> {
        let (end, deadline) = (self.own()?, self.deadline());
        sys::io::wait_waiting(end, || wait_again(end, deadline, &interrupted))
    }

    /// Whether it was left to wait without end.
    pub fn is_patient(&self) -> bool {
        self.waits.get() && self.timeout.get().is_none()
    }

    /// Reads one message, or what is there of a stream: nothing at its end. When a signal's handler has run it ends with `Interrupted`, or goes on if there
    /// is a timeout and `interrupted` says that nobody waits for that: the system restarts a wait by itself only without one.
    pub fn read<'m>(&self, memory: &'m mut [MaybeUninit<u8>], interrupted: impl Fn() -> bool) -> io::Result<&'m mut [u8]> {
        let (end, deadline) = (self.own()?, self.deadline());
        sys::io::recv_uninit_unless(end, memory, || wait_again(end, deadline, &interrupted))
    }

    fn deadline(&self) -> Option<Instant> {
        self.timeout.get().and_then(|timeout| Instant::now().checked_add(timeout))
    }

    /// For how long a read waits here, without end if that is `None`; none at all if this end does not wait, whoever has set it so.
    pub fn patience(&self) -> Option<Option<Duration>> {
        let waits = self.own().and_then(|end| end.nonblocking()).is_ok_and(|nonblocking| !nonblocking);
        waits.then(|| self.timeout.get())
    }

    /// Writes one message, or bytes to a stream: how many it took, fewer only where it would have to wait for longer than it may. A signal's handler does
    /// not end it.
    pub fn write(&self, data: &[u8]) -> io::Result<usize> {
        let end = self.own()?;
        let deadline = self.deadline();
        let mut written = 0;
        loop {
            let waited = match end.send_with_flags(&data[written..], libc::MSG_NOSIGNAL) {
                Ok(count) => {
                    written += count;
                    Ok(())
                }
                Err(error) => self.wait_after(error, end, deadline),
            };
            match waited {
                Ok(()) if written >= data.len() => return Ok(written),
                Ok(()) => {}
                Err(error) if written == 0 => return Err(error),
                Err(_) => return Ok(written),
            }
        }
    }

    /// As [`write`](Pipe::write), but for no time: `WouldBlock` when nothing is taken now.
    pub fn write_now(&self, data: &[u8]) -> io::Result<usize> {
        sys::io::send_now(self.own()?, data)
    }

    /// Waits for room after a write has failed so; the error itself if there is nothing to wait for.
    fn wait_after(&self, error: io::Error, end: &Socket, deadline: Option<Instant>) -> io::Result<()> {
        let left = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        match error.kind() {
            io::ErrorKind::Interrupted if !left.is_zero() => Ok(()),
            io::ErrorKind::Interrupted => Err(io::Error::from_raw_os_error(libc::EAGAIN)),
            // A coroutine's socket, or an event loop, has the end not wait; whoever writes here is to wait all the same.
            io::ErrorKind::WouldBlock if self.waits.get() && !left.is_zero() && sys::io::wait_writable(end, left)? => Ok(()),
            _ => Err(error),
        }
    }
}

/// After a signal's handler has run: waits for the rest of the time for something to read. False when the wait is to end.
fn wait_again(end: &Socket, deadline: Option<Instant>, interrupted: impl Fn() -> bool) -> io::Result<bool> {
    let Some(deadline) = deadline else { return Ok(false) };
    while !interrupted() {
        match sys::io::poll_readable(end, deadline.saturating_duration_since(Instant::now())) {
            Ok(true) => return Ok(true),
            Ok(false) => return Err(io::Error::from_raw_os_error(libc::EAGAIN)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pipe: &Pipe) -> io::Result<Vec<u8>> {
        let mut memory = [MaybeUninit::uninit(); 64];
        pipe.read(&mut memory, || false).map(|bytes| bytes.to_vec())
    }

    /// Both sides, as two processes have them after a fork.
    fn forked(kind: PipeKind) -> (Pipe, Pipe) {
        let parent = Pipe::new(kind).unwrap();
        let copy = |end: &Option<Socket>| end.as_ref().map(|end| end.try_clone().unwrap());
        let mut child = Pipe::of(copy(&parent.parent), copy(&parent.child), Side::Parent);
        child.become_child();
        (parent, child)
    }

    #[test]
    fn datagrams_keep_their_bounds_and_a_stream_does_not() {
        for (kind, first) in [(PipeKind::Datagram, b"one".as_slice()), (PipeKind::Stream, b"onetwo")] {
            let (parent, child) = forked(kind);
            assert_eq!(parent.write(b"one").unwrap(), 3);
            assert_eq!(parent.write(b"two").unwrap(), 3);
            assert_eq!(read(&child).unwrap(), first);
            assert_eq!(child.write(b"back").unwrap(), 4);
            assert_eq!(read(&parent).unwrap(), b"back");
        }
    }

    #[test]
    fn a_timeout_and_a_nonblocking_end_come_back() {
        let (parent, _child) = forked(PipeKind::Datagram);
        parent.set_timeout(Some(Duration::from_millis(20))).unwrap();
        assert_eq!(read(&parent).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        parent.set_timeout(None).unwrap();
        parent.set_blocking(false).unwrap();
        assert_eq!(read(&parent).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn what_is_closed_is_no_descriptor_any_more() {
        let (mut parent, mut child) = forked(PipeKind::Stream);
        parent.close(Some(Side::Child));
        assert!(parent.fd().is_some());
        child.close(None);
        assert_eq!(child.fd(), None);
        assert_eq!(child.write(b"x").unwrap_err().raw_os_error(), Some(libc::EBADF));
        // The last one at the other end was the child's.
        assert_eq!(read(&parent).unwrap(), b"");
        assert_eq!(parent.write(b"x").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_write_waits_for_room_though_somebody_has_the_socket_not_wait() {
        let (parent, child) = forked(PipeKind::Stream);
        // As an event loop does that the end is added to.
        parent.own().unwrap().set_nonblocking(true).unwrap();
        let long = vec![7; 3 * BUFFER];
        let reader = std::thread::spawn(move || {
            let mut memory = vec![MaybeUninit::uninit(); 1 << 20];
            let mut count = 0;
            while count < 3 * BUFFER {
                count += child.read(&mut memory, || false).unwrap().len();
            }
        });
        assert_eq!(parent.write(&long).unwrap(), long.len());
        reader.join().unwrap();
    }

    #[test]
    fn a_write_that_may_wait_for_some_time_only_says_what_was_taken() {
        let (parent, _child) = forked(PipeKind::Stream);
        parent.set_timeout(Some(Duration::from_millis(20))).unwrap();
        let long = vec![7; 4 * BUFFER];
        let taken = parent.write(&long).unwrap();
        assert!(taken > 0 && taken < long.len(), "{taken}");
        assert_eq!(parent.write(b"x").unwrap_err().kind(), io::ErrorKind::WouldBlock);
        parent.own().unwrap().set_nonblocking(true).unwrap();
        assert_eq!(parent.write_now(b"x").unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert_eq!(parent.write(b"x").unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn what_waits_is_known_before_it_is_read() {
        for (kind, first) in [(PipeKind::Datagram, 3), (PipeKind::Stream, 9)] {
            let (parent, mut child) = forked(kind);
            parent.write(b"one").unwrap();
            parent.write(b"twotwo").unwrap();
            assert_eq!(child.waiting(|| false).unwrap(), first);
            assert_eq!(read(&child).unwrap().len(), first);
            parent.set_timeout(Some(Duration::from_millis(5))).unwrap();
            assert_eq!(parent.waiting(|| false).unwrap_err().kind(), io::ErrorKind::WouldBlock);
            parent.set_timeout(None).unwrap();
            child.close(None);
            if let (mut parent, PipeKind::Stream) = (parent, kind) {
                parent.close(Some(Side::Child));
                assert_eq!(parent.waiting(|| false).unwrap(), 0);
            }
        }
    }
}

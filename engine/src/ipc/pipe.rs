//! [`Pipe`]: two connected sockets, made before a fork, one for either side. It must not know what is said through them.
//!
//! Both processes hold both ends after the fork. The parent keeps the child's, because a successor of the child may use it; so a read does not come
//! to an end when the child does.

use std::{
    io,
    mem::MaybeUninit,
    net::Shutdown,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd},
    time::Duration,
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
        Ok(Pipe { parent: Some(parent), child: Some(child), side: Side::Parent })
    }

    /// One end of a pair that was made elsewhere, which is this process's: of the process that has this side.
    pub fn of_end(end: OwnedFd, side: Side) -> Pipe {
        let end = Some(Socket::from(end));
        match side {
            Side::Parent => Pipe { parent: end, child: None, side },
            Side::Child => Pipe { parent: None, child: end, side },
        }
    }

    /// After the fork, in the child: the parent's end is closed here, so that the child sees its end.
    pub fn become_child(&mut self) {
        self.side = Side::Child;
        self.parent = None;
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
        end.set_write_timeout(timeout)
    }

    /// Whether this process's end waits at all.
    pub fn set_blocking(&self, blocking: bool) -> io::Result<()> {
        self.own()?.set_nonblocking(!blocking)
    }

    /// Reads one message, or what is there of a stream: nothing at its end. A signal's handler ends it with `Interrupted`.
    pub fn read<'m>(&self, memory: &'m mut [MaybeUninit<u8>]) -> io::Result<&'m mut [u8]> {
        sys::io::recv_uninit_once(self.own()?, memory)
    }

    /// Writes one message, or bytes to a stream: how many it took, fewer only where it would have to wait for longer than it may.
    pub fn write(&self, data: &[u8]) -> io::Result<usize> {
        let end = self.own()?;
        let mut written = 0;
        loop {
            match end.send_with_flags(&data[written..], libc::MSG_NOSIGNAL) {
                Ok(count) => written += count,
                Err(error) if written == 0 => return Err(error),
                Err(_) => return Ok(written),
            }
            if written >= data.len() {
                return Ok(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pipe: &Pipe) -> io::Result<Vec<u8>> {
        let mut memory = [MaybeUninit::uninit(); 64];
        pipe.read(&mut memory).map(|bytes| bytes.to_vec())
    }

    /// Both sides, as two processes have them after a fork.
    fn forked(kind: PipeKind) -> (Pipe, Pipe) {
        let parent = Pipe::new(kind).unwrap();
        let copy = |end: &Option<Socket>| end.as_ref().map(|end| end.try_clone().unwrap());
        let mut child = Pipe { parent: copy(&parent.parent), child: copy(&parent.child), side: Side::Parent };
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
}

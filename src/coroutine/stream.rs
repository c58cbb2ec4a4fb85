//! [`Stream`]: a connection that coroutines read from and write to, with TLS or without. It must not know what is said on it.
//!
//! One coroutine may read while another one writes, also with TLS: what both share is borrowed only within one attempt of an operation, never while one waits.

mod connect;

use std::{
    cell::{OnceCell, RefCell},
    io::{self, IoSlice, Read, Write},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use engine::{
    client::Cause,
    sys::{self, atfork},
    tls::{Progress, Session, TlsError},
};

pub use self::connect::{ConnectOptions, Target, address_of, domain_of, resolve, unix_address};
use super::io::{Deadline, Descriptor, Direction};
use crate::zend::Result;

/// See the module.
pub struct Stream {
    descriptor: Descriptor,
    tls: OnceCell<Tls>,
}

struct Tls {
    session: RefCell<Session>,
    /// Which process it belongs to: a child must not say a word in its parent's name.
    generation: Option<u32>,
}

/// A socket as TLS reads and writes it.
struct Wire<'a>(BorrowedFd<'a>);

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        sys::io::recv(self.0, buffer)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        sys::io::send(self.0, bytes)
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        sys::io::writev(self.0, pieces)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why an operation failed, by the numbers that programs know: an errno, or one of TLS.
pub fn cause(error: &io::Error) -> Cause {
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
        return tls_cause(tls);
    }
    errno_cause(error.raw_os_error().unwrap_or(libc::EIO))
}

/// The cause with an error number of the system.
pub fn errno_cause(errno: i32) -> Cause {
    Cause { code: errno, text: sys::error_text(errno) }
}

/// The cause that TLS had.
pub fn tls_cause(error: &TlsError) -> Cause {
    Cause { code: error.code(), text: error.to_string() }
}

impl Stream {
    /// Takes a socket, which must not block.
    pub fn new(fd: OwnedFd) -> Stream {
        Stream { descriptor: Descriptor::new(fd), tls: OnceCell::new() }
    }

    /// What it waits with.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// Whether TLS is spoken on it.
    pub fn has_tls(&self) -> bool {
        self.tls.get().is_some()
    }

    /// Asks its TLS something; none without.
    pub fn with_tls<R>(&self, ask: impl FnOnce(&Session) -> R) -> Option<R> {
        self.tls.get().map(|tls| ask(&tls.session.borrow()))
    }

    /// Begins TLS, and waits until both sides have agreed.
    ///
    /// # Errors
    /// Outer: the process or the coroutine has to leave. Inner: of [`Descriptor::perform`], of the socket, or of TLS (see [`cause`]); the connection is of
    /// no use then.
    pub fn handshake(&self, session: Session, deadline: Deadline) -> Result<io::Result<()>> {
        let tls = Tls { session: RefCell::new(session), generation: atfork::generation().ok() };
        if self.tls.set(tls).is_err() {
            return Ok(Err(io::Error::from_raw_os_error(libc::EISCONN)));
        }
        let Some(tls) = self.tls.get() else { return Ok(Err(io::Error::from_raw_os_error(libc::EIO))) };
        loop {
            if let Err(error) = self.descriptor.perform(Direction::Write, deadline, |fd| tls.flush(fd))? {
                return Ok(Err(error));
            }
            if !tls.session.borrow().is_handshaking() {
                return Ok(Ok(()));
            }
            let received = self.descriptor.perform(Direction::Read, deadline, |fd| tls.receive(fd))?;
            if let Err(error) = received {
                return Ok(Err(error));
            }
        }
    }

    /// Reads what is there, for an operation that [`Descriptor::perform`] tries: 0 at the end of the stream.
    ///
    /// # Errors
    /// `WouldBlock`; what the system says, or TLS (see [`cause`]).
    pub fn try_read(&self, fd: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(tls) = self.tls.get() else { return sys::io::recv(fd, buffer) };
        loop {
            match tls.session.borrow_mut().read(buffer).map_err(io::Error::other)? {
                Progress::Bytes(count) => return Ok(count),
                Progress::Ended => return Ok(0),
                Progress::Wanting => {}
            }
            tls.receive(fd)?;
            if tls.session.borrow().wants_send() && self.descriptor.waiting(Direction::Write).is_none() {
                // An answer of TLS's own. What the socket does not take goes before what is written next.
                let _ = tls.flush(fd);
            }
        }
    }

    /// Writes some of the bytes, and waits if none can be written: how many that were.
    ///
    /// # Errors
    /// As for [`Stream::handshake`].
    pub fn write(&self, bytes: &[u8], deadline: Deadline) -> Result<io::Result<usize>> {
        self.descriptor.perform(Direction::Write, deadline, |fd| self.try_write(fd, bytes))
    }

    /// Writes some of the bytes, for an operation that [`Descriptor::perform`] tries.
    ///
    /// # Errors
    /// As for [`Stream::try_read`].
    pub fn try_write(&self, fd: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
        let Some(tls) = self.tls.get() else { return sys::io::send(fd, bytes) };
        tls.flush(fd)?;
        let taken = tls.session.borrow_mut().write(bytes);
        match tls.flush(fd) {
            // It waits in the session, and goes before what is written next.
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(taken),
        }
    }

    /// Writes all of the bytes.
    ///
    /// # Errors
    /// As for [`Stream::handshake`]; how much was written is not known then: see [`Stream::write_counted`].
    pub fn write_all(&self, bytes: &[u8], deadline: Deadline) -> Result<io::Result<()>> {
        Ok(self.write_counted(bytes, deadline)?.1)
    }

    /// Writes all of the bytes; says how many were taken, and why not all were.
    ///
    /// # Errors
    /// The process or the coroutine has to leave.
    pub fn write_counted(&self, bytes: &[u8], deadline: Deadline) -> Result<(usize, io::Result<()>)> {
        let mut taken = 0;
        let ended = self.descriptor.perform(Direction::Write, deadline, |fd| {
            while taken < bytes.len() {
                taken += self.try_write(fd, &bytes[taken..])?;
            }
            self.tls.get().map_or(Ok(()), |tls| tls.flush(fd))
        })?;
        Ok((taken, ended))
    }

    /// Closes it: those that wait get `ECANCELED`. False when it is closed already.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn close(&self) -> Result<bool> {
        self.end_tls();
        self.descriptor.close()
    }

    /// Tells the other side that TLS ends here, as far as that can be done at once.
    pub fn end_tls(&self) {
        let (Some(tls), Some(fd)) = (self.tls.get(), self.descriptor.get()) else { return };
        if tls.generation.is_some() && atfork::generation().ok() == tls.generation {
            tls.session.borrow_mut().end();
            let _ = tls.flush(fd.as_fd());
        }
    }
}

impl Tls {
    /// Gives the socket all that is to be sent.
    fn flush(&self, fd: BorrowedFd<'_>) -> io::Result<()> {
        let mut session = self.session.borrow_mut();
        while session.wants_send() {
            session.send(&mut Wire(fd))?;
        }
        Ok(())
    }

    /// Takes what has come.
    fn receive(&self, fd: BorrowedFd<'_>) -> io::Result<usize> {
        let received = self.session.borrow_mut().receive(&mut Wire(fd));
        received.unwrap_or_else(|error| {
            // The peer is told why.
            let _ = self.flush(fd);
            Err(io::Error::other(error))
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.end_tls();
    }
}

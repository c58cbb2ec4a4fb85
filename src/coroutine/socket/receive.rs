//! Receiving: as it comes, so many bytes, a line, a message, a datagram. What was read ahead is given first, whoever asks. It must not know a PHP object.

use std::{cell::RefCell, io, os::fd::AsFd};

use engine::{client::Cause, framing::Step, sys};
use socket2::{SockAddr, SockRef};

use super::{Ended, Socket, deadline, in_a_coroutine};
use crate::{
    coroutine::{
        io::{Deadline, Direction},
        stream::{cause, errno_cause},
    },
    zend::{Error, PhpString, Result},
};

/// Bytes of one attempt that go by way of a buffer that all sockets share: those that wait hold none of their own.
const SHARED: usize = 64 << 10;
/// The most that one attempt has room for. A socket holds no more.
const LARGEST_PIECE: usize = 8 << 20;

thread_local! {
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; SHARED].into_boxed_slice());
}

/// Bytes that were read ahead.
#[derive(Debug, Default)]
pub struct Received {
    bytes: Vec<u8>,
    /// So many of them have been given.
    given: usize,
}

impl Received {
    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.given == self.bytes.len()
    }

    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.given..]
    }

    /// The first bytes, at most so many.
    fn take(&mut self, most: usize) -> Result<PhpString> {
        let count = most.min(self.rest().len());
        let string = PhpString::new(&self.rest()[..count])?;
        self.drop_first(count);
        Ok(string)
    }

    /// So many are dealt with, no more than there are.
    pub(super) fn drop_first(&mut self, count: usize) {
        self.given += count.min(self.rest().len());
        if self.is_empty() {
            self.given = 0;
            self.bytes.clear();
            // One that was large is not kept for what may be an idle connection.
            self.bytes.shrink_to(SHARED);
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.given > SHARED && self.given > self.bytes.len() / 2 {
            self.bytes.drain(..self.given);
            self.given = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }
}

/// How reading ahead went.
pub(super) enum More {
    /// There is more now.
    Came,
    /// The other side has closed.
    End,
}

impl Socket {
    /// What is there, at most so many bytes; waits if there is nothing. An empty string once the other side has closed.
    ///
    /// # Errors
    /// See [`Ended`].
    pub fn recv(&self, length: usize, timeout: f64) -> Ended<PhpString> {
        in_a_coroutine()?;
        self.stream.descriptor().claim(Direction::Read)?;
        if !self.received.borrow().is_empty() {
            return self.received.borrow_mut().take(length).map(Ok);
        }
        self.recv_now(length, deadline(timeout, self.timeouts.get().read))
    }

    fn recv_now(&self, length: usize, deadline: Deadline) -> Ended<PhpString> {
        let received = self.stream.descriptor().perform(Direction::Read, deadline, |fd| {
            if length > SHARED && !self.stream.has_tls() {
                let room = length.min(LARGEST_PIECE);
                // The string is made where it stays; memory that runs out is an error of its own.
                return PhpString::fill(room, |memory| sys::io::recv_uninit(fd, memory))
                    .map_or_else(|error| Ok(Err(error)), |filled| filled.map(Ok));
            }
            BUFFER.with_borrow_mut(|buffer| {
                let room = length.min(SHARED);
                let count = self.stream.try_read(fd, &mut buffer[..room])?;
                Ok(PhpString::new(&buffer[..count]))
            })
        })?;
        match received {
            Ok(string) => string.map(Ok),
            Err(error) => Ok(Err(cause(&error))),
        }
    }

    /// Reads ahead, at most so many bytes.
    pub(super) fn more(&self, most: usize, deadline: Deadline) -> Ended<More> {
        let read = self.stream.descriptor().perform(Direction::Read, deadline, |fd| {
            BUFFER.with_borrow_mut(|buffer| {
                let count = self.stream.try_read(fd, &mut buffer[..most.min(SHARED)])?;
                self.received.borrow_mut().add(&buffer[..count]);
                Ok(count)
            })
        })?;
        Ok(match read {
            Ok(0) => Ok(More::End),
            Ok(_) => Ok(More::Came),
            Err(error) => Err(cause(&error)),
        })
    }

    fn give(&self, most: usize) -> Ended<PhpString> {
        self.received.borrow_mut().take(most).map(Ok)
    }

    /// So many bytes; fewer if the other side closes or the time is over.
    ///
    /// # Errors
    /// See [`Ended`]; beside what came, why there is no more.
    pub fn recv_all(&self, length: usize, timeout: f64) -> Result<(PhpString, Result<(), Cause>)> {
        in_a_coroutine()?;
        self.stream.descriptor().claim(Direction::Read)?;
        let deadline = deadline(timeout, self.timeouts.get().read);
        let why = loop {
            let left = length.saturating_sub(self.received.borrow().rest().len());
            if left == 0 {
                break Ok(());
            }
            match self.more(left, deadline)? {
                Ok(More::Came) => {}
                Ok(More::End) => break Ok(()),
                Err(why) => break Err(why),
            }
        };
        let string = self.received.borrow_mut().take(length)?;
        Ok((string, why))
    }

    /// A line with its end, "\n" or "\r", at most so many bytes; what is there once the other side has closed.
    ///
    /// # Errors
    /// See [`Ended`]; what has come of it stays.
    pub fn recv_line(&self, length: usize, timeout: f64) -> Ended<PhpString> {
        in_a_coroutine()?;
        self.stream.descriptor().claim(Direction::Read)?;
        let deadline = deadline(timeout, self.timeouts.get().read);
        let mut searched = 0;
        loop {
            let end = {
                let received = self.received.borrow();
                let rest = received.rest();
                let end = rest[searched..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).map(|at| searched + at + 1);
                searched = rest.len();
                end.or((rest.len() >= length).then_some(length))
            };
            if let Some(end) = end {
                return self.give(end.min(length));
            }
            match self.more(SHARED, deadline)? {
                Ok(More::Came) => {}
                Ok(More::End) => return self.give(length),
                Err(why) => return Ok(Err(why)),
            }
        }
    }

    /// As [`Socket::recv`], but reads ahead.
    ///
    /// # Errors
    /// See [`Ended`].
    pub fn recv_with_buffer(&self, length: usize, timeout: f64) -> Ended<PhpString> {
        in_a_coroutine()?;
        self.stream.descriptor().claim(Direction::Read)?;
        if self.received.borrow().is_empty()
            && let Err(why) = self.more(SHARED, deadline(timeout, self.timeouts.get().read))?
        {
            return Ok(Err(why));
        }
        self.give(length)
    }

    /// A whole message, as the framing tells them apart; what comes, where there is none. An empty string once the other side has closed.
    ///
    /// # Errors
    /// See [`Ended`]; what has come of it stays.
    pub fn recv_packet(&self, timeout: f64) -> Ended<PhpString> {
        if self.framer.borrow().is_none() {
            return self.recv(SHARED, timeout);
        }
        in_a_coroutine()?;
        self.stream.descriptor().claim(Direction::Read)?;
        let deadline = deadline(timeout, self.timeouts.get().read);
        loop {
            let step = match &mut *self.framer.borrow_mut() {
                Some(framer) => framer.next(self.received.borrow().rest()),
                None => Ok(Step::Wanting(1)),
            };
            match step {
                Ok(Step::Frame(length)) => return self.give(length),
                Ok(Step::Wanting(_)) => {}
                Err(error) => return Ok(Err(Cause { code: error.code(), text: error.to_string() })),
            }
            match self.more(SHARED, deadline)? {
                Ok(More::Came) => {}
                // What has come of a message will never be one.
                Ok(More::End) => return PhpString::new(b"").map(Ok),
                Err(why) => return Ok(Err(why)),
            }
        }
    }

    /// What is there, at most so many bytes, without taking it and without waiting.
    ///
    /// # Errors
    /// See [`Ended`]; `EAGAIN` when there is nothing.
    pub fn peek(&self, length: usize) -> Ended<PhpString> {
        let length = length.min(LARGEST_PIECE);
        let ahead = !self.received.borrow().is_empty();
        if ahead || self.stream.has_tls() {
            let Some(fd) = self.stream.descriptor().get() else { return Ok(Err(errno_cause(libc::EBADF))) };
            if !ahead {
                let read = BUFFER.with_borrow_mut(|buffer| {
                    let count = self.stream.try_read(fd.as_fd(), buffer)?;
                    self.received.borrow_mut().add(&buffer[..count]);
                    Ok(count)
                });
                if let Err(error) = read {
                    return Ok(Err(would_block(&error)));
                }
            }
            let received = self.received.borrow();
            let rest = received.rest();
            return PhpString::new(&rest[..length.min(rest.len())]).map(Ok);
        }
        let Some(fd) = self.stream.descriptor().get() else { return Ok(Err(errno_cause(libc::EBADF))) };
        let peeked = PhpString::fill(length, |memory| {
            let mut buf = sys::RecvBuf::new(memory);
            buf.recv(&SockRef::from(&*fd), libc::MSG_PEEK | libc::MSG_DONTWAIT)?;
            Ok::<_, io::Error>(buf.into_filled())
        })?;
        Ok(peeked.map_err(|error| would_block(&error)))
    }

    /// A datagram and who has sent it.
    ///
    /// # Errors
    /// See [`Ended`].
    pub fn recv_from(&self, length: usize, timeout: f64) -> Ended<(PhpString, SockAddr)> {
        in_a_coroutine()?;
        let deadline = deadline(timeout, self.timeouts.get().read);
        let received = self.stream.descriptor().perform(Direction::Read, deadline, |fd| {
            let mut sender = None;
            let filled = PhpString::fill(length.clamp(1, LARGEST_PIECE), |memory| {
                let mut buf = sys::RecvBuf::new(memory);
                let (_, from) = buf.recv_from(&SockRef::from(&fd), 0)?;
                sender = Some(from);
                Ok::<_, io::Error>(buf.into_filled())
            });
            match (filled, sender) {
                (Ok(Ok(string)), Some(sender)) => Ok(Ok((string, sender))),
                (Ok(Err(error)), _) => Err(error),
                (Err(error), _) => Ok(Err(error)),
                (Ok(Ok(_)), None) => Err(io::Error::from_raw_os_error(libc::EIO)),
            }
        })?;
        match received {
            Ok(Ok(received)) => Ok(Ok(received)),
            Ok(Err(error)) => Err::<_, Error>(error),
            Err(error) => Ok(Err(cause(&error))),
        }
    }

    /// Bytes for pieces of so many in all: what comes by one read, or all of them.
    ///
    /// # Errors
    /// See [`Ended`].
    pub fn recv_pieces(&self, total: usize, all: bool, timeout: f64) -> Ended<PhpString> {
        if !all {
            return self.recv(total, timeout);
        }
        Ok(match self.recv_all(total, timeout)? {
            (string, Err(why)) if string.as_bytes().is_empty() => Err(why),
            (string, _) => Ok(string),
        })
    }
}

fn would_block(error: &io::Error) -> Cause {
    match error.kind() {
        io::ErrorKind::WouldBlock => errno_cause(libc::EAGAIN),
        _ => cause(error),
    }
}

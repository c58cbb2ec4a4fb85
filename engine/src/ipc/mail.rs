//! Plain messages between processes: a pair of datagram sockets whose datagrams are the messages themselves, so that code which has only the
//! descriptor takes part. It must not know an event loop, nor who is at the other end.
//!
//! - A message is one datagram: a writer that is killed has sent all of it or nothing, and what nobody has read stays for whoever reads next.
//! - One of more than [`INLINE_MAX`] bytes is a sealed memfd, with a datagram of one zero byte to carry it: no limit of a socket's buffer, no
//!   file that outlives a crash. Only a [`MailReader`] makes sense of it.
//! - The descriptors are in blocking mode, for those others; nothing here blocks but [`MailEnd::send_blocking`].

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::SendState;
use super::inbox::{INLINE_MAX, SEND_BUFFER, room, until_sent};
use crate::error::{Context, Result};
use crate::log::{self, Level};
use crate::sys;
use crate::sys::memfd::{Mapping, MemFd};

/// One end of a pair: what is sent here is read at the other one. Children inherit it; any number of processes may write.
#[derive(Debug)]
pub struct MailEnd(OwnedFd);

/// Makes a pair.
pub fn pair() -> Result<(MailEnd, MailEnd)> {
    let (one, other) = UnixDatagram::pair().call("socketpair")?;
    for end in [&one, &other] {
        sys::socket::raise_send_buffer(end, SEND_BUFFER).call("setsockopt")?;
    }
    Ok((MailEnd(one.into()), MailEnd(other.into())))
}

/// What travels as a descriptor.
enum Form<'a> {
    Inline(&'a [u8]),
    MemFd(MemFd),
}

impl Form<'_> {
    fn of(body: &[u8]) -> Result<Form<'_>> {
        Ok(if body.len() > INLINE_MAX { Form::MemFd(MemFd::with(body)?) } else { Form::Inline(body) })
    }
}

impl MailEnd {
    /// Sends a message if there is room.
    ///
    /// # Errors
    /// `Error::System`: the other end is gone from every process, or no memfd could be made.
    pub fn try_send(&self, body: &[u8]) -> Result<SendState> {
        self.attempt(&Form::of(body)?)
    }

    /// As [`try_send`](MailEnd::try_send), but waits for room, for at most `timeout`.
    ///
    /// # Errors
    /// As there.
    pub fn send_blocking(&self, body: &[u8], timeout: Duration) -> Result<SendState> {
        let form = Form::of(body)?;
        until_sent(&self.0, timeout, || self.attempt(&form))
    }

    /// As [`send_blocking`](MailEnd::send_blocking), but waits as long as `patient` says so, which is asked many times a second with how long it has been.
    ///
    /// # Errors
    /// As there.
    pub fn send_patiently(&self, body: &[u8], patient: impl Fn(Duration) -> bool) -> Result<SendState> {
        const ASK_AGAIN: Duration = Duration::from_millis(50);
        let form = Form::of(body)?;
        let begin = Instant::now();
        loop {
            let state = until_sent(&self.0, ASK_AGAIN, || self.attempt(&form))?;
            if state == SendState::Sent || !patient(begin.elapsed()) {
                return Ok(state);
            }
        }
    }

    fn attempt(&self, form: &Form<'_>) -> Result<SendState> {
        match form {
            Form::Inline(body) => room(sys::io::send_with_fds(&self.0, &[IoSlice::new(body)], &[])),
            Form::MemFd(memfd) => room(sys::io::send_with_fds(&self.0, &[IoSlice::new(&[0])], &[memfd.as_fd()])),
        }
    }

    /// A second handle for the same end.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub fn try_clone(&self) -> Result<MailEnd> {
        Ok(MailEnd(self.0.try_clone().call("fcntl")?))
    }

    /// The largest message that anybody can put into one datagram here.
    fn largest(&self) -> usize {
        SockRef::from(&self.0).send_buffer_size().unwrap_or(INLINE_MAX).max(INLINE_MAX)
    }
}

impl AsFd for MailEnd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for MailEnd {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// A message that was read.
#[derive(Debug)]
pub enum Letter<'a> {
    /// Valid until the next [`recv`](MailReader::recv).
    Inline(&'a [u8]),
    /// A mapped memfd.
    Mapped(Mapping),
}

impl Letter<'_> {
    /// The bytes, wherever they are.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Letter::Inline(bytes) => bytes,
            Letter::Mapped(mapping) => mapping.as_bytes(),
        }
    }
}

/// Reads what comes to an end.
#[derive(Debug)]
pub struct MailReader {
    end: MailEnd,
    /// As large as any datagram; its pages are taken when they are first needed.
    buffer: Box<[u8]>,
}

impl MailReader {
    /// For an end.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub fn new(end: &MailEnd) -> Result<MailReader> {
        Ok(MailReader { buffer: vec![0; end.largest()].into(), end: end.try_clone()? })
    }

    /// Takes the next message; `None` when there is none now. What carries a descriptor that is no memfd of ours is skipped.
    ///
    /// # Errors
    /// `Error::System`, which is not expected.
    pub fn recv(&mut self) -> Result<Option<Letter<'_>>> {
        loop {
            let datagram = match sys::io::recv_with_fds(&self.end, &mut self.buffer) {
                Ok(datagram) => datagram,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error).call("recvmsg"),
            };
            let [memfd, more] = datagram.fds;
            match (memfd, more) {
                (None, None) if !datagram.fds_lost => return Ok(Some(Letter::Inline(&self.buffer[..datagram.len]))),
                (Some(memfd), None) => match Mapping::of(&memfd) {
                    Ok(mapping) => return Ok(Some(Letter::Mapped(mapping))),
                    Err(error) => log::write(
                        Level::Warning,
                        format_args!("a message that is no message of this version was dropped: {error}"),
                    ),
                },
                _ => log::write(Level::Warning, format_args!("a message was lost: this process is at its limit of open files")),
            }
        }
    }
}

impl AsRawFd for MailReader {
    fn as_raw_fd(&self) -> RawFd {
        self.end.as_raw_fd()
    }
}

/// A way to an end with a queue before it, for processes that must not wait: nothing overtakes what waits in it.
#[derive(Debug)]
pub struct Mailer {
    end: MailEnd,
    waiting: VecDeque<Box<[u8]>>,
}

impl Mailer {
    /// In front of an end.
    pub fn new(end: MailEnd) -> Mailer {
        Mailer { end, waiting: VecDeque::new() }
    }

    /// Sends a message, or queues it behind those that wait.
    ///
    /// # Errors
    /// As for [`MailEnd::try_send`]; the message is not queued then.
    pub fn send(&mut self, body: &[u8]) -> Result<()> {
        if !self.flush()? || self.end.try_send(body)? == SendState::Full {
            self.waiting.push_back(body.into());
        }
        Ok(())
    }

    /// Sends what waits, as far as there is room. True when nothing waits any more.
    ///
    /// # Errors
    /// As for [`MailEnd::try_send`]; the message that caused it stays at the front.
    pub fn flush(&mut self) -> Result<bool> {
        while let Some(next) = self.waiting.front() {
            if self.end.try_send(next)? == SendState::Full {
                return Ok(false);
            }
            self.waiting.pop_front();
        }
        Ok(true)
    }

    /// Forgets what waits: in a forked child, whose parent sends it.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The end.
    pub fn end(&self) -> &MailEnd {
        &self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reader: &mut MailReader) -> Option<Vec<u8>> {
        reader.recv().unwrap().map(|letter| letter.as_bytes().to_vec())
    }

    #[test]
    fn messages_of_any_size_come_whole_and_in_order() {
        let (one, other) = pair().unwrap();
        let mut reader = MailReader::new(&other).unwrap();
        let bodies: Vec<Vec<u8>> =
            [1, 0, INLINE_MAX, INLINE_MAX + 1, 3_000_000].iter().map(|len| (0..*len).map(|at| at as u8).collect()).collect();
        for body in &bodies {
            assert_eq!(one.try_send(body).unwrap(), SendState::Sent);
        }
        for body in &bodies {
            assert!(read(&mut reader).as_ref() == Some(body), "{} bytes", body.len());
        }
        assert_eq!(read(&mut reader), None);
    }

    #[test]
    fn what_others_write_to_the_descriptor_is_a_message() {
        let (one, other) = pair().unwrap();
        let mut reader = MailReader::new(&other).unwrap();
        let raw = UnixDatagram::from(one.0);
        let body = vec![7; 100_000];
        assert_eq!(raw.send(&body).unwrap(), body.len());
        assert!(read(&mut reader) == Some(body));
    }

    #[test]
    fn a_queue_keeps_the_order_when_the_socket_is_full() {
        let (one, other) = pair().unwrap();
        let mut reader = MailReader::new(&other).unwrap();
        let mut mailer = Mailer::new(one);
        let count = 2000u32;
        for number in 0..count {
            let mut body = vec![0; 30_000];
            body[..4].copy_from_slice(&number.to_le_bytes());
            mailer.send(&body).unwrap();
        }
        assert!(!mailer.waiting.is_empty(), "60 MB fit into no socket");
        for number in 0..count {
            let body = match read(&mut reader) {
                Some(body) => body,
                None => {
                    mailer.flush().unwrap();
                    read(&mut reader).unwrap()
                }
            };
            assert_eq!(body[..4], number.to_le_bytes());
        }
        assert!(mailer.flush().unwrap());
    }
}

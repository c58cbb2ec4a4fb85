//! Sending: what fits, all of it, several strings, a file, a datagram. It must not know a PHP object.

use std::{
    fs::File,
    io::{self, IoSlice, Read, Seek, SeekFrom},
};

use engine::{client::Cause, sys};
use socket2::SockRef;

use super::{Ended, Socket, deadline, in_a_coroutine};
use crate::{
    coroutine::{
        io::{Deadline, Direction},
        stream::{cause, errno_cause, resolve},
    },
    zend::{Result, constants},
};

/// Bytes of a file at a time, where it goes through TLS.
const PIECE: usize = 64 << 10;
/// The most strings that the system takes at a time.
const MOST_PIECES: usize = 1024;

impl Socket {
    /// Sends what can be sent; waits if nothing can.
    ///
    /// # Errors
    /// See [`Ended`].
    pub fn send(&self, bytes: &[u8], timeout: f64) -> Ended<usize> {
        in_a_coroutine()?;
        let deadline = deadline(timeout, self.timeouts.get().write);
        Ok(self.stream.write(bytes, deadline)?.map_err(|error| cause(&error)))
    }

    /// Sends all of it: how many bytes were taken, and why not all.
    ///
    /// # Errors
    /// The process or the coroutine has to leave.
    pub fn send_all(&self, bytes: &[u8], timeout: f64) -> Result<(usize, Result<(), Cause>)> {
        in_a_coroutine()?;
        let deadline = deadline(timeout, self.timeouts.get().write);
        let (taken, ended) = self.stream.write_counted(bytes, deadline)?;
        Ok((taken, ended.map_err(|error| cause(&error))))
    }

    /// Sends the strings one after the other: as [`Socket::send_all`], or, unless `all`, what one attempt takes.
    ///
    /// # Errors
    /// The process or the coroutine has to leave.
    pub fn send_pieces(&self, pieces: &[&[u8]], all: bool, timeout: f64) -> Result<(usize, Result<(), Cause>)> {
        in_a_coroutine()?;
        let deadline = deadline(timeout, self.timeouts.get().write);
        if self.stream.has_tls() {
            return self.send_pieces_by_tls(pieces, all, deadline);
        }
        let total: usize = pieces.iter().map(|piece| piece.len()).sum();
        let mut sent = 0;
        let ended = self.stream.descriptor().perform(Direction::Write, deadline, |fd| {
            while sent < total {
                sent += sys::io::writev(fd, &after(pieces, sent))?;
                if !all {
                    break;
                }
            }
            Ok(())
        })?;
        Ok((sent, ended.map_err(|error| cause(&error))))
    }

    fn send_pieces_by_tls(&self, pieces: &[&[u8]], all: bool, deadline: Deadline) -> Result<(usize, Result<(), Cause>)> {
        let mut sent = 0;
        for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
            let (taken, ended) = self.stream.write_counted(piece, deadline)?;
            sent += taken;
            if let Err(error) = ended {
                return Ok((sent, Err(cause(&error))));
            }
            if !all {
                break;
            }
        }
        Ok((sent, Ok(())))
    }

    /// Sends a datagram.
    ///
    /// # Errors
    /// See [`Ended`].
    pub fn send_to(&self, host: &[u8], port: i64, bytes: &[u8]) -> Ended<usize> {
        in_a_coroutine()?;
        let deadline = deadline(0.0, self.timeouts.get().write);
        let address = match resolve(self.domain(), host, port, deadline)? {
            Ok(addresses) => addresses.into_iter().next(),
            Err(cause) => return Ok(Err(cause)),
        };
        let Some(address) = address else { return Ok(Err(errno_cause(libc::EADDRNOTAVAIL))) };
        let sent = self.stream.descriptor().perform(Direction::Write, deadline, |fd| {
            SockRef::from(&fd).send_to_with_flags(bytes, &address, libc::MSG_NOSIGNAL)
        })?;
        Ok(sent.map_err(|error| cause(&error)))
    }

    /// Sends a part of a file, or, with a length of 0, all from the offset on.
    ///
    /// # Errors
    /// See [`Ended`].
    pub fn send_file(&self, path: &std::path::Path, offset: u64, length: u64, timeout: f64) -> Ended<()> {
        in_a_coroutine()?;
        let deadline = deadline(timeout, self.timeouts.get().write);
        let (mut file, end) = match part(path, offset, length) {
            Ok(part) => part,
            Err(why) => return Ok(Err(why)),
        };
        let mut from = offset;
        if !self.stream.has_tls() {
            let ended = self.stream.descriptor().perform(Direction::Write, deadline, |fd| {
                while from < end {
                    let most = usize::try_from(end - from).unwrap_or(usize::MAX);
                    if sys::socket::send_file(fd, &file, &mut from, most)? == 0 {
                        // It has become shorter meanwhile.
                        return Err(io::Error::from_raw_os_error(libc::EIO));
                    }
                }
                Ok(())
            })?;
            return Ok(ended.map_err(|error| cause(&error)));
        }
        let mut piece = vec![0; PIECE];
        while from < end {
            let room = usize::try_from(end - from).unwrap_or(PIECE).min(PIECE);
            let count = match file.read(&mut piece[..room]) {
                Ok(0) => return Ok(Err(errno_cause(libc::EIO))),
                Ok(count) => count,
                Err(error) => return Ok(Err(cause(&error))),
            };
            if let (_, Err(error)) = self.stream.write_counted(&piece[..count], deadline)? {
                return Ok(Err(cause(&error)));
            }
            from += count as u64;
        }
        Ok(Ok(()))
    }
}

/// The file, at the offset, and where its part ends.
fn part(path: &std::path::Path, offset: u64, length: u64) -> Result<(File, u64), Cause> {
    let open = || -> io::Result<(File, u64)> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(offset))?;
        Ok((file, size))
    };
    let (file, size) = open().map_err(|error| cause(&error))?;
    if size == 0 {
        return Err(Cause { code: constants::SWOOLE_ERROR_FILE_EMPTY as i32, text: "the file is empty".into() });
    }
    let end = if length == 0 { size } else { offset.saturating_add(length) };
    if offset >= size || end > size {
        return Err(errno_cause(libc::EINVAL));
    }
    Ok((file, end))
}

/// What is left of the strings after so many bytes, as many as the system takes at a time.
fn after<'a>(pieces: &[&'a [u8]], mut sent: usize) -> Vec<IoSlice<'a>> {
    let mut left = Vec::with_capacity(pieces.len().min(MOST_PIECES));
    for piece in pieces {
        if sent >= piece.len() {
            sent -= piece.len();
            continue;
        }
        if left.len() == MOST_PIECES {
            break;
        }
        left.push(IoSlice::new(&piece[sent..]));
        sent = 0;
    }
    left
}

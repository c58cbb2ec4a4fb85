//! Descriptors that a program names by number: nobody here owns them, and each may be closed at any moment, which is an error and no harm.
//! It must not know where a number comes from.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd},
    time::Duration,
};

fn checked(result: i32) -> io::Result<i32> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Has reading and writing not wait any more; the flag belongs to all who share the open file.
///
/// # Errors
/// `EBADF`: it is not open.
pub fn set_nonblocking(fd: RawFd) -> io::Result<()> {
    // SAFETY: takes integers; a number that is no descriptor is an error.
    let flags = checked(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
    if flags & libc::O_NONBLOCK == 0 {
        // SAFETY: as above.
        checked(unsafe { libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK) })?;
    }
    Ok(())
}

/// Another descriptor for the same open file, closed on exec, and none of the standard streams.
///
/// # Errors
/// `EBADF`: it is not open; `EMFILE`: there are no descriptors left.
pub fn duplicate(fd: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: takes integers.
    let duplicate = checked(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, libc::STDERR_FILENO + 1) })?;
    // SAFETY: the kernel just gave us this descriptor, nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(duplicate) })
}

/// Writes as much as the descriptor takes, be it a socket or not. SIGPIPE is never raised.
///
/// # Errors
/// What the system says: `WouldBlock` when it takes nothing now, `EPIPE` when nobody will read.
pub fn write(fd: RawFd, bytes: &[u8]) -> io::Result<usize> {
    let socket = retried(|| {
        // SAFETY: the buffer is readable for the length given.
        unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), libc::MSG_NOSIGNAL) }
    });
    match socket {
        Err(error) if error.raw_os_error() == Some(libc::ENOTSOCK) => without_sigpipe(|| {
            // SAFETY: as above.
            retried(|| unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) })
        }),
        ended => ended,
    }
}

fn retried(mut call: impl FnMut() -> isize) -> io::Result<usize> {
    loop {
        match usize::try_from(call()) {
            Ok(count) => return Ok(count),
            Err(_) => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
        }
    }
}

/// Runs a call that may raise SIGPIPE in this thread, and takes the signal back before anybody gets it.
fn without_sigpipe<T>(call: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    // SAFETY: the sets are locals, which sigemptyset fills before they are read; all calls only change this thread's mask, which is put back.
    unsafe {
        let mut pipe = std::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&raw mut pipe);
        libc::sigaddset(&raw mut pipe, libc::SIGPIPE);
        let mut pending = std::mem::zeroed::<libc::sigset_t>();
        libc::sigpending(&raw mut pending);
        // One that waits already was not raised here, and stays.
        if libc::sigismember(&raw const pending, libc::SIGPIPE) == 1 {
            return call();
        }
        let mut before = std::mem::zeroed::<libc::sigset_t>();
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const pipe, &raw mut before);
        let ended = call();
        if ended.as_ref().is_err_and(|error| error.raw_os_error() == Some(libc::EPIPE)) {
            let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            while libc::sigtimedwait(&raw const pipe, std::ptr::null_mut(), &raw const now) < 0
                && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
            {}
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut());
        ended
    }
}

/// What is asked of a descriptor, and what was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Reading makes progress, or shows the end or an error.
    pub read: bool,
    /// Writing makes progress, or shows an error.
    pub write: bool,
    /// There is urgent data, or an error.
    pub except: bool,
}

impl Interest {
    fn any(self) -> bool {
        self.read || self.write || self.except
    }
}

/// Waits until one of the descriptors is ready for what is asked of it, at most for `at_most`: what each is ready for. A number that is no
/// descriptor is ready for nothing.
///
/// # Errors
/// What the system says.
pub fn poll(asked: &[(RawFd, Interest)], at_most: Option<Duration>) -> io::Result<Vec<Interest>> {
    let mut entries: Vec<libc::pollfd> = asked
        .iter()
        .map(|(fd, interest)| {
            let mut events = 0;
            for (wanted, bits) in [
                (interest.read, libc::POLLIN | libc::POLLRDHUP),
                (interest.write, libc::POLLOUT),
                (interest.except, libc::POLLPRI),
            ] {
                if wanted {
                    events |= bits;
                }
            }
            libc::pollfd { fd: *fd, events, revents: 0 }
        })
        .collect();
    let deadline = at_most.map(|time| std::time::Instant::now() + time);
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(std::time::Instant::now()));
        let millis = left.map_or(-1, |left| i32::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX));
        // SAFETY: so many entries, which the kernel reads and writes during the call.
        match checked(unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, millis) }) {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(entries
        .iter()
        .zip(asked)
        .map(|(entry, (_, interest))| {
            let bits = entry.revents;
            let failed = bits & (libc::POLLERR | libc::POLLHUP) != 0;
            let found = Interest {
                read: interest.read && (failed || bits & (libc::POLLIN | libc::POLLRDHUP) != 0),
                write: interest.write && (failed || bits & libc::POLLOUT != 0),
                except: interest.except && bits & (libc::POLLPRI | libc::POLLERR) != 0,
            };
            if bits & libc::POLLNVAL != 0 || !found.any() { Interest::default() } else { found }
        })
        .collect())
}

/// Reads what is there into `buf`; 0 is the end.
///
/// # Errors
/// What the system says.
pub fn read(fd: impl AsFd, buf: &mut [u8]) -> io::Result<usize> {
    let fd = fd.as_fd().as_raw_fd();
    // SAFETY: the buffer is writable for the length given.
    retried(|| unsafe { libc::read(fd, buf.as_mut_ptr().cast(), buf.len()) })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write, pipe};
    use std::os::unix::net::UnixStream;

    use super::*;

    const READ: Interest = Interest { read: true, write: false, except: false };
    const WRITE: Interest = Interest { read: false, write: true, except: false };

    #[test]
    fn poll_tells_of_each_what_was_asked() {
        let (mut near, far) = UnixStream::pair().unwrap();
        let (reader, writer) = pipe().unwrap();
        let asked = [(far.as_raw_fd(), READ), (reader.as_raw_fd(), READ), (writer.as_raw_fd(), WRITE), (-1, READ)];
        let none = Interest::default();
        assert_eq!(poll(&asked, Some(Duration::ZERO)).unwrap(), [none, none, WRITE, none]);
        near.write_all(b"x").unwrap();
        assert_eq!(poll(&asked[..2], None).unwrap(), [READ, none]);
        drop(writer);
        assert_eq!(poll(&asked[1..2], None).unwrap(), [READ], "the end is something to read");
    }

    #[test]
    fn a_closed_number_is_ready_for_nothing_and_does_not_end_the_others() {
        let (near, far) = UnixStream::pair().unwrap();
        let closed = near.as_raw_fd();
        drop(near);
        let found = poll(&[(closed, READ), (far.as_raw_fd(), READ)], Some(Duration::ZERO)).unwrap();
        assert_eq!(found, [Interest::default(), READ]);
        assert_eq!(set_nonblocking(closed).unwrap_err().raw_os_error(), Some(libc::EBADF));
    }

    #[test]
    fn writing_goes_to_sockets_and_pipes_until_they_are_full_and_raises_no_signal() {
        let (mut reader, writer) = pipe().unwrap();
        let fd = writer.as_raw_fd();
        set_nonblocking(fd).unwrap();
        let mut written = 0;
        let error = loop {
            match write(fd, &[7; 4096]) {
                Ok(count) => written += count,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        let mut all = vec![0; written];
        reader.read_exact(&mut all).unwrap();
        assert!(all.iter().all(|byte| *byte == 7));
        drop(reader);
        // Rust's runtime ignores it: as it is here, it would end the process.
        super::super::signal::set_default(libc::SIGPIPE).unwrap();
        assert_eq!(write(fd, b"x").unwrap_err().raw_os_error(), Some(libc::EPIPE));
        super::super::signal::ignore(libc::SIGPIPE).unwrap();
        let (near, mut far) = UnixStream::pair().unwrap();
        assert_eq!(write(near.as_raw_fd(), b"abc").unwrap(), 3);
        let mut got = [0; 3];
        far.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"abc");
    }
}

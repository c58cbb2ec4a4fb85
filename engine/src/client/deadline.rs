//! Timeouts, and the moment at which one ends. It must not know what is waited for.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::socket::MsgFlags;
use nix::sys::time::TimeSpec;

/// How long a call may take; `None` is without end.
pub type Timeout = Option<Duration>;

/// The timeout of a client that names none.
pub const DEFAULT_TIMEOUT: Timeout = Some(Duration::from_millis(500));

/// The kernel counts socket timeouts in microseconds, and takes none for "without end".
const SHORTEST: Duration = Duration::from_micros(1);

/// A timeout from seconds: 0, less than 0, not a number, and more than can be counted are without end.
pub fn timeout_from_secs(secs: f64) -> Timeout {
    let duration = Duration::try_from_secs_f64(secs).ok()?;
    if secs > 0.0 { Some(duration.max(SHORTEST)) } else { None }
}

/// The end of a [`Timeout`] that began at some moment.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deadline {
    Never,
    At(Instant),
}

impl Deadline {
    /// `timeout` from now on.
    pub fn after(timeout: Timeout) -> Self {
        timeout.and_then(|t| Instant::now().checked_add(t)).map_or(Deadline::Never, Deadline::At)
    }

    /// What is left: `None` without end, `Err` with `EAGAIN` when nothing is.
    pub fn left(&self) -> io::Result<Timeout> {
        match self {
            Deadline::Never => Ok(None),
            Deadline::At(end) => match end.saturating_duration_since(Instant::now()) {
                Duration::ZERO => Err(io::Error::from_raw_os_error(libc::EAGAIN)),
                left => Ok(Some(left.max(SHORTEST))),
            },
        }
    }

    /// Waits until `fd` has one of `events`, or an error to report. Past the deadline: `EAGAIN`.
    pub fn wait(&self, fd: impl AsFd, events: PollFlags) -> io::Result<()> {
        let mut fds = [PollFd::new(fd.as_fd(), events)];
        loop {
            match ppoll(&mut fds, self.left()?.map(TimeSpec::from), None) {
                Ok(0) | Err(nix::Error::EINTR) => continue,
                Ok(_) => return Ok(()),
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}

/// Who waits in a call on a blocking socket.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wait {
    /// The system call itself, for as long as the socket's timeout: the usual, one system call.
    InCall(Deadline),
    /// A poll: the call was interrupted, or did only a part, and must not begin its timeout anew.
    ByPoll(Deadline),
    /// Nobody: the caller asked not to.
    Never,
}

impl Wait {
    pub fn new(flags: MsgFlags, timeout: Timeout) -> Self {
        if flags.contains(MsgFlags::MSG_DONTWAIT) { Wait::Never } else { Wait::InCall(Deadline::after(timeout)) }
    }

    /// What the system call needs among its flags.
    pub fn flags(&self) -> MsgFlags {
        match self {
            Wait::InCall(_) => MsgFlags::empty(),
            Wait::ByPoll(_) | Wait::Never => MsgFlags::MSG_DONTWAIT,
        }
    }

    /// The call did a part: what is left of the time goes on by poll.
    pub fn go_on(&mut self) {
        if let Wait::InCall(deadline) = *self {
            *self = Wait::ByPoll(deadline);
        }
    }

    /// After a failure: waits for `events` and returns where the call is to be repeated, else the error, `EAGAIN` for a timeout.
    pub fn after(&mut self, error: io::Error, fd: impl AsFd, events: PollFlags) -> io::Result<()> {
        let interrupted = error.kind() == io::ErrorKind::Interrupted;
        match (*self, error.kind()) {
            (Wait::InCall(deadline) | Wait::ByPoll(deadline), _) if interrupted => {
                *self = Wait::ByPoll(deadline);
                deadline.wait(fd, events)
            }
            (Wait::ByPoll(deadline), io::ErrorKind::WouldBlock) => deadline.wait(fd, events),
            (Wait::Never, _) if interrupted => Ok(()),
            _ => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_a_timeout() {
        assert_eq!(timeout_from_secs(0.5), Some(Duration::from_millis(500)));
        assert_eq!(timeout_from_secs(1e-9), Some(SHORTEST));
        for without_end in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(timeout_from_secs(without_end), None, "{without_end}");
        }
    }

    #[test]
    fn a_wait_ends_at_the_deadline_and_not_before() {
        let (a, _b) = std::os::unix::net::UnixStream::pair().unwrap();
        let begun = Instant::now();
        let deadline = Deadline::after(Some(Duration::from_millis(30)));
        let error = deadline.wait(&a, PollFlags::POLLIN).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EAGAIN));
        assert!(begun.elapsed() >= Duration::from_millis(30), "{:?}", begun.elapsed());
    }

    #[test]
    fn a_timeout_past_the_end_of_time_never_ends() {
        assert!(matches!(Deadline::after(Some(Duration::MAX)), Deadline::Never));
    }
}

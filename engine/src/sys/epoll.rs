//! What mio does not offer: registrations on its own epoll descriptor, and an epoll instance for descriptors of others, level-triggered or not.
//! It must not know what a token means.

use std::{
    io,
    os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd},
    time::Duration,
};

use crate::error::{Context, Result};

/// Registers `fd` for reading, level-triggered, so that of all the epoll instances that have it only some are woken
/// (`EPOLLEXCLUSIVE`). `token` comes back as mio's token.
///
/// Such a registration cannot be changed, only [removed](remove). An error of `EEXIST` means that `fd` is registered already.
pub fn add_exclusive_level(ep: RawFd, fd: RawFd, token: u64) -> Result<()> {
    let mut event = libc::epoll_event { events: (libc::EPOLLIN | libc::EPOLLEXCLUSIVE) as u32, u64: token };
    control(ep, libc::EPOLL_CTL_ADD, fd, &mut event).call("epoll_ctl")
}

/// Removes the registration of `fd`. An error of `ENOENT` means that there was none.
///
/// A child must not call it on an epoll descriptor that it inherited: that would remove its parent's registration.
pub fn remove(ep: RawFd, fd: RawFd) -> Result<()> {
    // Kernels before 2.6.9 wanted an event here; passing one costs nothing.
    let mut event = libc::epoll_event { events: 0, u64: 0 };
    control(ep, libc::EPOLL_CTL_DEL, fd, &mut event).call("epoll_ctl")
}

/// Registers `fd` for reading, level-triggered, with `token` as mio's token: for a descriptor that is itself an epoll instance.
pub fn add_level(ep: RawFd, fd: RawFd, token: u64) -> Result<()> {
    let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: token };
    control(ep, libc::EPOLL_CTL_ADD, fd, &mut event).call("epoll_ctl")
}

/// What is to be known of a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// When reading makes progress.
    pub read: bool,
    /// When writing makes progress.
    pub write: bool,
    /// Said once for each change; otherwise as long as it is so.
    pub edge: bool,
}

impl Watch {
    fn bits(self) -> u32 {
        let mut bits = 0;
        if self.read {
            bits |= libc::EPOLLIN | libc::EPOLLRDHUP;
        }
        if self.write {
            bits |= libc::EPOLLOUT;
        }
        if self.edge {
            bits |= libc::EPOLLET;
        }
        bits as u32
    }
}

/// An event of an [`Epoll`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What the registration was given.
    pub token: u64,
    /// Reading makes progress, or shows the end or an error.
    pub readable: bool,
    /// Writing makes progress, or shows an error.
    pub writable: bool,
    /// The other side has gone, or an error waits.
    pub hung_up: bool,
}

/// An epoll instance, closed on exec. After a fork it is the parent's too: a child drops it, and makes another.
#[derive(Debug)]
pub struct Epoll {
    fd: OwnedFd,
    events: Vec<libc::epoll_event>,
}

impl Epoll {
    /// A new one, which gives at most `most` events at a time.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub fn new(most: usize) -> Result<Epoll> {
        // SAFETY: takes an integer.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd < 0 {
            return Err(io::Error::last_os_error()).call("epoll_create1");
        }
        // SAFETY: the kernel just gave us this descriptor, nobody else owns it.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Epoll { fd, events: vec![libc::epoll_event { events: 0, u64: 0 }; most.max(1)] })
    }

    /// Registers a descriptor. `EEXIST`: it is registered; `EPERM`: it is a file of a kind that is always ready.
    ///
    /// # Errors
    /// What the system says.
    pub fn add(&self, fd: RawFd, watch: Watch, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event { events: watch.bits(), u64: token };
        control(self.fd.as_raw_fd(), libc::EPOLL_CTL_ADD, fd, &mut event)
    }

    /// Changes a registration.
    ///
    /// # Errors
    /// What the system says.
    pub fn modify(&self, fd: RawFd, watch: Watch, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event { events: watch.bits(), u64: token };
        control(self.fd.as_raw_fd(), libc::EPOLL_CTL_MOD, fd, &mut event)
    }

    /// Removes a registration.
    ///
    /// # Errors
    /// What the system says: `ENOENT` when there is none.
    pub fn remove(&self, fd: RawFd) -> io::Result<()> {
        let mut event = libc::epoll_event { events: 0, u64: 0 };
        control(self.fd.as_raw_fd(), libc::EPOLL_CTL_DEL, fd, &mut event)
    }

    /// Waits for events, at most for `at_most` (rounded up to milliseconds), and fills `found` with them. A signal ends the wait with none.
    ///
    /// # Errors
    /// `Error::System` when the wait itself fails.
    pub fn wait(&mut self, at_most: Option<Duration>, found: &mut Vec<Event>) -> Result<()> {
        found.clear();
        let millis = match at_most {
            None => -1,
            Some(time) => i32::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX),
        };
        // SAFETY: the kernel writes at most as many events as the vector has.
        let count = unsafe { libc::epoll_wait(self.fd.as_raw_fd(), self.events.as_mut_ptr(), self.events.len() as i32, millis) };
        let Ok(count) = usize::try_from(count) else {
            let error = io::Error::last_os_error();
            return if error.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(error).call("epoll_wait") };
        };
        found.extend(self.events[..count].iter().map(|event| {
            let bits = event.events as i32;
            let hung_up = bits & (libc::EPOLLHUP | libc::EPOLLERR) != 0;
            Event {
                token: event.u64,
                readable: hung_up || bits & (libc::EPOLLIN | libc::EPOLLRDHUP | libc::EPOLLPRI) != 0,
                writable: hung_up || bits & libc::EPOLLOUT != 0,
                hung_up,
            }
        }));
        Ok(())
    }
}

impl AsRawFd for Epoll {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

fn control(ep: RawFd, operation: i32, fd: RawFd, event: &mut libc::epoll_event) -> io::Result<()> {
    // SAFETY: the event is a valid local that the kernel reads during the call only; wrong descriptors are reported, not
    // dereferenced.
    match unsafe { libc::epoll_ctl(ep, operation, fd, event) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    use super::*;

    const READ: Watch = Watch { read: true, write: false, edge: false };

    fn tokens(epoll: &mut Epoll) -> Vec<u64> {
        let mut found = Vec::new();
        epoll.wait(Some(Duration::ZERO), &mut found).unwrap();
        found.iter().map(|event| event.token).collect()
    }

    #[test]
    fn level_is_said_again_and_edge_once() {
        let (mut near, far) = UnixStream::pair().unwrap();
        let mut epoll = Epoll::new(8).unwrap();
        epoll.add(far.as_raw_fd(), READ, 7).unwrap();
        assert_eq!(epoll.add(far.as_raw_fd(), READ, 8).unwrap_err().raw_os_error(), Some(libc::EEXIST));
        near.write_all(b"x").unwrap();
        assert_eq!([tokens(&mut epoll), tokens(&mut epoll)], [[7], [7]]);
        epoll.modify(far.as_raw_fd(), Watch { edge: true, ..READ }, 9).unwrap();
        assert_eq!(tokens(&mut epoll), [9]);
        assert_eq!(tokens(&mut epoll), []);
        drop(near);
        let mut found = Vec::new();
        epoll.wait(None, &mut found).unwrap();
        assert!(found[0].readable && found[0].hung_up);
        epoll.remove(far.as_raw_fd()).unwrap();
        assert_eq!(tokens(&mut epoll), []);
    }

    #[test]
    fn an_instance_in_another_is_ready_as_long_as_something_in_it_is() {
        let (mut near, mut far) = UnixStream::pair().unwrap();
        let mut inner = Epoll::new(8).unwrap();
        let mut outer = Epoll::new(8).unwrap();
        inner.add(far.as_raw_fd(), READ, 1).unwrap();
        add_level(outer.as_raw_fd(), inner.as_raw_fd(), 2).unwrap();
        near.write_all(b"x").unwrap();
        assert_eq!([tokens(&mut outer), tokens(&mut inner), tokens(&mut outer)], [[2], [1], [2]]);
        far.read_exact(&mut [0]).unwrap();
        assert_eq!(tokens(&mut outer), []);
    }
}

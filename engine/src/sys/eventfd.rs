//! A wake-up for another thread or process. It must not know who sleeps on it.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use crate::error::{Context, Result};

/// An eventfd, non-blocking and closed on exec, shared with children by inheritance.
///
/// It is never read: register it edge-triggered, and each [`notify`](EventFd::notify) is an event of its own. What was notified
/// before the registration counts as one event at that moment.
#[derive(Debug)]
pub struct EventFd(OwnedFd);

impl EventFd {
    /// Makes a new one that nobody has notified.
    pub fn new() -> Result<EventFd> {
        // SAFETY: takes two integers.
        let fd = unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) };
        if fd < 0 {
            return Err(std::io::Error::last_os_error()).call("eventfd");
        }
        // SAFETY: the kernel just gave us this descriptor, nobody else owns it.
        Ok(EventFd(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Wakes whoever has it registered. One system call; nothing to fail: a full counter (EAGAIN) has woken the sleeper already.
    #[inline]
    pub fn notify(&self) {
        notify_raw(self.0.as_raw_fd());
    }
}

/// A counter that processes share by inheritance: [`post`] adds one, [`take`] takes one away and would block at 0. Non-blocking, closed on exec.
///
/// # Errors
/// `Error::System` when there are no descriptors left.
pub fn semaphore() -> Result<OwnedFd> {
    // SAFETY: takes two integers.
    let fd = unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC | libc::EFD_SEMAPHORE) };
    if fd < 0 {
        return Err(std::io::Error::last_os_error()).call("eventfd");
    }
    // SAFETY: the kernel just gave us this descriptor, nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Adds one to a [`semaphore`].
pub fn post(semaphore: impl AsFd) {
    notify_raw(semaphore.as_fd().as_raw_fd());
}

/// Takes one away from a [`semaphore`].
///
/// # Errors
/// `WouldBlock` when there is none.
pub fn take(semaphore: impl AsFd) -> std::io::Result<()> {
    let mut one = 0u64;
    // SAFETY: writes eight bytes to a local.
    match unsafe { libc::read(semaphore.as_fd().as_raw_fd(), (&raw mut one).cast(), size_of::<u64>()) } {
        8 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

/// Adds one to the counter of the eventfd `fd`. Async-signal-safe, but for errno.
#[inline]
pub(super) fn notify_raw(fd: RawFd) {
    let one = 1u64;
    // SAFETY: reads eight bytes of a local. A wrong descriptor costs an error that is ignored, not memory safety.
    unsafe { libc::write(fd, (&raw const one).cast(), size_of::<u64>()) };
}

impl AsFd for EventFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for EventFd {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_post_is_taken_once() {
        let semaphore = semaphore().unwrap();
        assert_eq!(take(&semaphore).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
        post(&semaphore);
        post(&semaphore);
        take(&semaphore).unwrap();
        take(&semaphore).unwrap();
        assert_eq!(take(&semaphore).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    }
}

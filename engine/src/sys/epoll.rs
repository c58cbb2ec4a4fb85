//! The two registrations that mio does not offer, made on mio's own epoll descriptor. It must not know what a token means.

use std::{io, os::fd::RawFd};

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

fn control(ep: RawFd, operation: i32, fd: RawFd, event: &mut libc::epoll_event) -> io::Result<()> {
    // SAFETY: the event is a valid local that the kernel reads during the call only; wrong descriptors are reported, not
    // dereferenced.
    match unsafe { libc::epoll_ctl(ep, operation, fd, event) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

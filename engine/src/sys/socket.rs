//! Socket options that socket2 lacks. It must not know which of them a server wants.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

fn set_i32(fd: impl AsFd, level: i32, name: i32, value: i32) -> io::Result<()> {
    // SAFETY: the kernel reads four bytes of a local.
    let done = unsafe {
        libc::setsockopt(fd.as_fd().as_raw_fd(), level, name, (&raw const value).cast(), size_of::<i32>() as libc::socklen_t)
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn get_i32(fd: impl AsFd, level: i32, name: i32) -> io::Result<i32> {
    let mut value = 0i32;
    let mut len = size_of::<i32>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `len` bytes to a local of that size.
    let done = unsafe { libc::getsockopt(fd.as_fd().as_raw_fd(), level, name, (&raw mut value).cast(), &mut len) };
    if done == 0 { Ok(value) } else { Err(io::Error::last_os_error()) }
}

/// `TCP_DEFER_ACCEPT`: the listener is readable only when a client has sent something, or after about `seconds`.
pub fn set_defer_accept(fd: impl AsFd, seconds: u32) -> io::Result<()> {
    set_i32(fd, libc::IPPROTO_TCP, libc::TCP_DEFER_ACCEPT, i32::try_from(seconds).unwrap_or(i32::MAX))
}

/// The value of `TCP_DEFER_ACCEPT` in seconds, which the kernel rounds up to a number of retransmissions.
pub fn defer_accept(fd: impl AsFd) -> io::Result<u32> {
    get_i32(fd, libc::IPPROTO_TCP, libc::TCP_DEFER_ACCEPT).map(|seconds| seconds.max(0) as u32)
}

/// `TCP_FASTOPEN` on a listener: how many connections may wait that sent data with their SYN.
pub fn set_fastopen(fd: impl AsFd, queue: u32) -> io::Result<()> {
    set_i32(fd, libc::IPPROTO_TCP, libc::TCP_FASTOPEN, i32::try_from(queue).unwrap_or(i32::MAX))
}

/// The value of `TCP_FASTOPEN`.
pub fn fastopen(fd: impl AsFd) -> io::Result<u32> {
    get_i32(fd, libc::IPPROTO_TCP, libc::TCP_FASTOPEN).map(|queue| queue.max(0) as u32)
}

/// Sets the send buffer past the system's limit where this process may (CAP_NET_ADMIN), else up to the limit.
/// The kernel doubles `bytes` to leave room for its own bookkeeping.
pub fn raise_send_buffer(fd: impl AsFd, bytes: u32) -> io::Result<()> {
    let bytes = i32::try_from(bytes).unwrap_or(i32::MAX);
    set_i32(fd.as_fd(), libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, bytes)
        .or_else(|_| set_i32(fd, libc::SOL_SOCKET, libc::SO_SNDBUF, bytes))
}

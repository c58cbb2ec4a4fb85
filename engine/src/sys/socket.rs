//! Socket options and calls that socket2 lacks. It must not know who wants them.

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

/// Sets an option whose value the caller knows the form of.
///
/// # Errors
/// What the system says.
pub fn set_option(fd: impl AsFd, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
    let len = libc::socklen_t::try_from(value.len()).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?;
    // SAFETY: the kernel reads so many bytes of the slice.
    let done = unsafe { libc::setsockopt(fd.as_fd().as_raw_fd(), level, name, value.as_ptr().cast(), len) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// An option's value, as much of it as there is room for: the part of `room` that was filled.
///
/// # Errors
/// What the system says.
pub fn option(fd: impl AsFd, level: i32, name: i32, room: &mut [u8]) -> io::Result<&[u8]> {
    let mut len = libc::socklen_t::try_from(room.len()).unwrap_or(libc::socklen_t::MAX);
    // SAFETY: the kernel writes at most `len` bytes, which the slice has.
    let done = unsafe { libc::getsockopt(fd.as_fd().as_raw_fd(), level, name, room.as_mut_ptr().cast(), &mut len) };
    if done == 0 { Ok(&room[..room.len().min(len as usize)]) } else { Err(io::Error::last_os_error()) }
}

/// Sends a part of a file, without its bytes being seen here: how many were sent, 0 past the file's end. `from` moves on by that.
///
/// # Errors
/// What the system says: `WouldBlock` when the socket takes nothing now.
pub fn send_file(fd: impl AsFd, file: impl AsFd, from: &mut u64, most: usize) -> io::Result<usize> {
    let mut offset = libc::off64_t::try_from(*from).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?;
    // SAFETY: the kernel writes to the local only.
    let sent = unsafe { libc::sendfile64(fd.as_fd().as_raw_fd(), file.as_fd().as_raw_fd(), &mut offset, most) };
    let sent = usize::try_from(sent).map_err(|_| io::Error::last_os_error())?;
    *from += sent as u64;
    Ok(sent)
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

//! Reading and writing sockets: no allocation, EINTR retried, SIGPIPE never raised. It must not know framing.
//!
//! `WouldBlock` is an ordinary result here and stays an `io::Error`: the hot path matches on its kind.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// The most descriptors that one datagram carries here.
pub const MAX_FDS: usize = 2;

/// Room for one control message with [`MAX_FDS`] descriptors. The kernel wants it aligned as a `cmsghdr`.
#[repr(C, align(8))]
struct Control([u8; CONTROL_LEN]);
// SAFETY: arithmetic on a constant.
const CONTROL_LEN: usize = unsafe { libc::CMSG_SPACE((MAX_FDS * size_of::<i32>()) as u32) } as usize;
const _: () = assert!(align_of::<Control>() >= align_of::<libc::cmsghdr>());

#[inline]
fn retried(mut call: impl FnMut() -> isize) -> io::Result<usize> {
    loop {
        let count = call();
        if count >= 0 {
            return Ok(count as usize);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Reads what is there into `buf`. 0 means that the peer closed its writing side (or that `buf` is empty).
#[inline]
pub fn recv(fd: impl AsFd, buf: &mut [u8]) -> io::Result<usize> {
    let fd = fd.as_fd().as_raw_fd();
    // SAFETY: the buffer is writable for the length given.
    retried(|| unsafe { libc::recv(fd, buf.as_mut_ptr().cast(), buf.len(), 0) })
}

/// As [`recv`], into memory that has not been written yet: what was filled of it.
#[inline]
pub fn recv_uninit(fd: impl AsFd, memory: &mut [MaybeUninit<u8>]) -> io::Result<&mut [u8]> {
    let fd = fd.as_fd().as_raw_fd();
    let count = retried(|| receive(fd, memory))?;
    Ok(filled(memory, count))
}

/// As [`recv_uninit`], but when a signal's handler has run meanwhile, `again` says whether to go on or to end with `Interrupted`.
pub fn recv_uninit_unless(
    fd: impl AsFd,
    memory: &mut [MaybeUninit<u8>],
    again: impl Fn() -> io::Result<bool>,
) -> io::Result<&mut [u8]> {
    loop {
        if let Ok(count) = usize::try_from(receive(fd.as_fd().as_raw_fd(), memory)) {
            return Ok(filled(memory, count));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted || !again()? {
            return Err(error);
        }
    }
}

/// Waits as [`recv_uninit_unless`] does, takes nothing, and says how many bytes that would give: those of the first datagram, or of a stream so far; 0 at
/// its end.
pub fn wait_waiting(fd: impl AsFd, again: impl Fn() -> io::Result<bool>) -> io::Result<usize> {
    let fd = fd.as_fd().as_raw_fd();
    let (mut byte, mut waiting) = (0_u8, 0);
    loop {
        // SAFETY: the buffer is a local of the length given, and the other call writes an int to a local.
        let done = unsafe {
            libc::recv(fd, (&raw mut byte).cast(), 1, libc::MSG_PEEK) >= 0
                && libc::ioctl(fd, libc::FIONREAD, &raw mut waiting) == 0
        };
        if done {
            return Ok(usize::try_from(waiting).unwrap_or(0));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted || !again()? {
            return Err(error);
        }
    }
}

#[inline]
fn receive(fd: i32, memory: &mut [MaybeUninit<u8>]) -> isize {
    // SAFETY: the memory is writable for its whole length; the kernel writes there only, and reads nothing.
    unsafe { libc::recv(fd, memory.as_mut_ptr().cast(), memory.len(), 0) }
}

/// What [`receive`] has just written.
#[inline]
fn filled(memory: &mut [MaybeUninit<u8>], count: usize) -> &mut [u8] {
    let count = count.min(memory.len());
    // SAFETY: the kernel has written the first `count` bytes, at most the length; bytes have no invalid values.
    unsafe { std::slice::from_raw_parts_mut(memory.as_mut_ptr().cast(), count) }
}

/// Writes as much of `buf` as the socket takes; a short count is normal.
#[inline]
pub fn send(fd: impl AsFd, buf: &[u8]) -> io::Result<usize> {
    let fd = fd.as_fd().as_raw_fd();
    // SAFETY: the buffer is readable for the length given.
    retried(|| unsafe { libc::send(fd, buf.as_ptr().cast(), buf.len(), libc::MSG_NOSIGNAL) })
}

/// As [`send`], and never waits, whatever the socket is set to: `WouldBlock` when it takes nothing now.
pub fn send_now(fd: impl AsFd, buf: &[u8]) -> io::Result<usize> {
    let fd = fd.as_fd().as_raw_fd();
    // SAFETY: the buffer is readable for the length given.
    retried(|| unsafe { libc::send(fd, buf.as_ptr().cast(), buf.len(), libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT) })
}

/// Writes the buffers one after the other, as far as the socket takes them. At most 1024 are looked at (the kernel's limit).
#[inline]
pub fn writev(fd: impl AsFd, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
    let fd = fd.as_fd().as_raw_fd();
    // writev itself knows no MSG_NOSIGNAL, sendmsg does.
    let message = header(bufs);
    // SAFETY: the header points to buffers that live across the call; the kernel only reads them.
    retried(|| unsafe { libc::sendmsg(fd, &message, libc::MSG_NOSIGNAL) })
}

fn header(bufs: &[IoSlice<'_>]) -> libc::msghdr {
    // SAFETY: all zeroes is a valid msghdr: null pointers with lengths of zero.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    // IoSlice is documented to have the layout of iovec.
    message.msg_iov = bufs.as_ptr().cast_mut().cast();
    message.msg_iovlen = bufs.len().min(libc::UIO_MAXIOV as usize) as _;
    message
}

/// Sends one datagram made of `bufs`, with up to [`MAX_FDS`] descriptors. It never blocks.
///
/// More descriptors than that are refused with `InvalidInput`.
pub fn send_with_fds(fd: impl AsFd, bufs: &[IoSlice<'_>], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
    let fd = fd.as_fd().as_raw_fd();
    let mut message = header(bufs);
    let mut control = Control([0; CONTROL_LEN]);
    if fds.len() > MAX_FDS {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    if !fds.is_empty() {
        let payload = size_of_val(fds) as u32;
        message.msg_control = control.0.as_mut_ptr().cast();
        // SAFETY: arithmetic only.
        message.msg_controllen = unsafe { libc::CMSG_SPACE(payload) } as _;
        // SAFETY: the control buffer is aligned and has room for MAX_FDS descriptors, so the first header and its data lie
        // inside it. BorrowedFd is documented to have the layout of a descriptor.
        unsafe {
            let first = libc::CMSG_FIRSTHDR(&message);
            (*first).cmsg_level = libc::SOL_SOCKET;
            (*first).cmsg_type = libc::SCM_RIGHTS;
            (*first).cmsg_len = libc::CMSG_LEN(payload) as _;
            std::ptr::copy_nonoverlapping(fds.as_ptr().cast::<u8>(), libc::CMSG_DATA(first), payload as usize);
        }
    }
    // SAFETY: the header points to buffers that live across the call; the kernel only reads them.
    retried(|| unsafe { libc::sendmsg(fd, &message, libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT) })
}

/// What [`recv_with_fds`] took from the socket.
#[derive(Debug)]
pub struct Datagram {
    /// Bytes written to the buffer.
    pub len: usize,
    /// The datagram was longer than the buffer; the rest is gone.
    pub truncated: bool,
    /// Descriptors were sent that did not arrive: too many of them, or this process is at its limit of open files.
    pub fds_lost: bool,
    /// The descriptors that arrived, in the order sent, closed on exec.
    pub fds: [Option<OwnedFd>; MAX_FDS],
}

/// Receives one datagram with its descriptors. It never blocks: `WouldBlock` when there is none.
pub fn recv_with_fds(fd: impl AsFd, buf: &mut [u8]) -> io::Result<Datagram> {
    let fd = fd.as_fd().as_raw_fd();
    let mut control = Control([0; CONTROL_LEN]);
    let mut slice = libc::iovec { iov_base: buf.as_mut_ptr().cast(), iov_len: buf.len() };
    // SAFETY: all zeroes is a valid msghdr.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &raw mut slice;
    message.msg_iovlen = 1;
    message.msg_control = control.0.as_mut_ptr().cast();
    let len = retried(|| {
        message.msg_controllen = CONTROL_LEN as _;
        // SAFETY: header, buffer and control area live across the call and are writable for the lengths given.
        unsafe { libc::recvmsg(fd, &mut message, libc::MSG_CMSG_CLOEXEC | libc::MSG_DONTWAIT) }
    })?;
    let mut fds = [const { None }; MAX_FDS];
    let mut taken = 0;
    // SAFETY: the kernel wrote well-formed control messages into our aligned buffer and set the length, so walking them stays
    // inside. Each descriptor in SCM_RIGHTS was made for this process by this call: we are its only owner.
    unsafe {
        let mut head = libc::CMSG_FIRSTHDR(&message);
        while !head.is_null() {
            if (*head).cmsg_level == libc::SOL_SOCKET && (*head).cmsg_type == libc::SCM_RIGHTS {
                let bytes = (*head).cmsg_len as usize - libc::CMSG_LEN(0) as usize;
                for index in 0..bytes / size_of::<i32>() {
                    let raw = libc::CMSG_DATA(head).cast::<i32>().add(index).read_unaligned();
                    let owned = OwnedFd::from_raw_fd(raw);
                    // The buffer has room for MAX_FDS only; one more would be dropped, which closes it.
                    if let Some(place) = fds.get_mut(taken) {
                        *place = Some(owned);
                        taken += 1;
                    }
                }
            }
            head = libc::CMSG_NXTHDR(&message, head);
        }
    }
    Ok(Datagram {
        len,
        truncated: message.msg_flags & libc::MSG_TRUNC != 0,
        fds_lost: message.msg_flags & libc::MSG_CTRUNC != 0,
        fds,
    })
}

/// Waits until `fd` takes more output, for at most `timeout`. False means that the time is over.
pub fn wait_writable(fd: impl AsFd, timeout: std::time::Duration) -> io::Result<bool> {
    wait_for(fd, libc::POLLOUT, timeout)
}

/// Waits until `fd` has something to read (or has ended), for at most `timeout`. False means that the time is over.
pub fn wait_readable(fd: impl AsFd, timeout: std::time::Duration) -> io::Result<bool> {
    wait_for(fd, libc::POLLIN, timeout)
}

/// As [`wait_readable`], but a signal's handler ends it with `Interrupted`.
pub fn poll_readable(fd: impl AsFd, timeout: std::time::Duration) -> io::Result<bool> {
    poll_once(&mut [entry(fd.as_fd(), libc::POLLIN)], timeout)
}

/// Waits until `reader` has something to read (or has ended), or `writer` takes more output, for at most `timeout`: whether the first, and the second. A
/// signal's handler ends it with `Interrupted`.
pub fn wait_either(reader: impl AsFd, writer: impl AsFd, timeout: std::time::Duration) -> io::Result<(bool, bool)> {
    let mut entries = [entry(reader.as_fd(), libc::POLLIN), entry(writer.as_fd(), libc::POLLOUT)];
    poll_once(&mut entries, timeout)?;
    Ok((entries[0].revents != 0, entries[1].revents != 0))
}

fn entry(fd: BorrowedFd<'_>, events: i16) -> libc::pollfd {
    libc::pollfd { fd: fd.as_raw_fd(), events, revents: 0 }
}

fn poll_once(entries: &mut [libc::pollfd], timeout: std::time::Duration) -> io::Result<bool> {
    let millis = i32::try_from(timeout.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX);
    // SAFETY: as many valid entries as the count says.
    match unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, millis) } {
        count if count >= 0 => Ok(count > 0),
        _ => Err(io::Error::last_os_error()),
    }
}

fn wait_for(fd: impl AsFd, events: i16, timeout: std::time::Duration) -> io::Result<bool> {
    let deadline = super::process::monotonic_ns().saturating_add(u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX));
    let mut entry = libc::pollfd { fd: fd.as_fd().as_raw_fd(), events, revents: 0 };
    loop {
        let left = deadline.saturating_sub(super::process::monotonic_ns());
        // Rounded up, so that the last wait does not turn into a busy one.
        let millis = i32::try_from(left.div_ceil(1_000_000)).unwrap_or(i32::MAX);
        // SAFETY: one valid entry, as the count says.
        match unsafe { libc::poll(&mut entry, 1, millis) } {
            0 if left <= u64::from(millis as u32) * 1_000_000 => return Ok(false),
            0 => {}
            count if count > 0 => return Ok(true),
            _ => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
        }
    }
}

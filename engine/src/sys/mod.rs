//! System calls behind safe functions: one funnel for `unsafe`. It must not know what they are used for.
//!
//! Nothing here keeps a lock across a fork. What has process-wide state ([`signal`], [`atfork`]) keeps it in atomics, or behind a
//! lock that only the main thread takes, and says so.

pub mod atfork;
pub mod dup;
pub mod epoll;
pub mod eventfd;
pub mod foreign;
pub mod futex;
pub mod interrupt;
pub mod io;
pub mod memfd;
pub mod memory;
pub mod msgqueue;
pub mod parent;
pub mod process;
mod recv_buf;
pub mod resolve;
pub mod robust_list;
pub mod schedule;
pub mod shell;
pub mod signal;
pub mod signal_listener;
pub mod socket;

pub use eventfd::EventFd;
pub use recv_buf::RecvBuf;

/// The system's text for an error number, such as `Address already in use` for `EADDRINUSE`; 0 is `Success`.
pub fn error_text(errno: i32) -> String {
    let mut text = [0u8; 128];
    // SAFETY: the buffer is writable for its whole length, and the XSI function that libc binds keeps within that.
    let failed = unsafe { libc::strerror_r(errno, text.as_mut_ptr().cast(), text.len()) };
    match std::ffi::CStr::from_bytes_until_nul(&text) {
        Ok(found) if failed == 0 => found.to_string_lossy().into_owned(),
        _ => format!("Unknown error {errno}"),
    }
}

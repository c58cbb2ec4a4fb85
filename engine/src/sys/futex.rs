//! futex(2), among processes: wait until a word of shared memory is no longer what it was. It must not know what the word means.

use std::{sync::atomic::AtomicU32, time::Duration};

/// How a [`wait`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// Woken, or interrupted by a signal, or the word was another one already: look at it again.
    Look,
    /// The time is over.
    TimedOut,
}

/// Sleeps while `word` is `expected`, for at most `timeout`; without one until [`wake`].
pub fn wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) -> Waited {
    let spec = timeout.map(|timeout| libc::timespec {
        // More seconds than a time_t can say are as good as its largest.
        tv_sec: libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: libc::c_long::from(timeout.subsec_nanos()),
    });
    let spec = spec.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the word lives during the call, and the time is null or lives as well. The kernel only reads both.
    let result = unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, expected, spec) };
    if result == -1 && nix::errno::Errno::last() == nix::errno::Errno::ETIMEDOUT { Waited::TimedOut } else { Waited::Look }
}

/// Wakes at most `count` of those who [`wait`] for this word, in any process.
pub fn wake(word: &AtomicU32, count: u32) {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    // SAFETY: the word lives during the call; the kernel takes its address as a name.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, count) };
}

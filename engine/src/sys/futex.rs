//! futex(2), among processes: wait until a word of shared memory is no longer what it was. It must not know what the word means.

use std::{sync::atomic::AtomicU32, time::Duration};

/// Who waits looks again after so long at the latest. A wake-up can get lost: whoever changes the word, or was woken and is to take what it says, may be
/// killed before the next step. The kernel sees to that for the holder of a lock, but not when a third one has come in between.
pub const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How a [`wait`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// By [`wake`], or the word was another one already.
    Called,
    /// The time is over, or a signal has come, or it is time to look again.
    Uncalled,
}

/// Sleeps while `word` is `expected`, for at most `timeout`; without one until [`wake`]. It may come back sooner: look at the word, and at the time.
pub fn wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) -> Waited {
    let timeout = timeout.map_or(LOOK_AGAIN, |timeout| timeout.min(LOOK_AGAIN));
    let spec = libc::timespec {
        // No more than that of LOOK_AGAIN.
        tv_sec: timeout.as_secs() as libc::time_t,
        tv_nsec: libc::c_long::from(timeout.subsec_nanos()),
    };
    // SAFETY: the word and the time live during the call. The kernel only reads both.
    let result = unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, expected, &raw const spec) };
    if result == 0 || nix::errno::Errno::last() == nix::errno::Errno::EAGAIN { Waited::Called } else { Waited::Uncalled }
}

/// Wakes at most `count` of those who [`wait`] for this word, in any process.
pub fn wake(word: &AtomicU32, count: u32) {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    // SAFETY: the word lives during the call; the kernel takes its address as a name.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, count) };
}

//! A process that leaves when its parent ends: in order if it can, by force if it does not. It must not know what the parent was to it.
//!
//! 1. [`follow`] asks the kernel for a signal of our own at the parent's end: not SIGTERM itself, because code that handles that one must not
//!    have to know why it comes.
//! 2. The handler winds up a timer of the kernel's that sends SIGKILL, then sends SIGTERM to this process. So one whose code never comes back
//!    ends all the same, though nobody is left who could see to it.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::time::Duration;

use super::{process, signal};
use crate::error::{Context, Result};

/// Whether TIMER belongs to this process: timers do not come over a fork.
static READY: AtomicBool = AtomicBool::new(false);
static TIMER: AtomicPtr<libc::c_void> = AtomicPtr::new(std::ptr::null_mut());
static PATIENCE: AtomicU64 = AtomicU64::new(0);

/// A number that programs hardly use.
fn parent_ended() -> i32 {
    libc::SIGRTMAX() - 1
}

/// Has this process get SIGTERM when `parent` ends, and SIGKILL `patience` after that. A parent that is gone already counts. Main thread only; a child
/// of this process does not inherit it.
pub fn follow(parent: i32, patience: Duration) -> Result<()> {
    PATIENCE.store(u64::try_from(patience.as_nanos()).unwrap_or(u64::MAX).max(1), Ordering::Relaxed);
    let mut timer = std::ptr::null_mut();
    // SAFETY: all zeroes is a valid sigevent; it and the timer are locals, read and written during the call.
    let made = unsafe {
        let mut event: libc::sigevent = std::mem::zeroed();
        event.sigev_notify = libc::SIGEV_SIGNAL;
        event.sigev_signo = libc::SIGKILL;
        libc::timer_create(libc::CLOCK_MONOTONIC, &mut event, &mut timer)
    };
    if made != 0 {
        return Err(io::Error::last_os_error()).call("timer_create");
    }
    TIMER.store(timer, Ordering::Release);
    READY.store(true, Ordering::Release);
    signal::set_handler(parent_ended(), on_parent_ended)?;
    process::set_parent_death_signal(parent_ended())?;
    if process::parent_pid() != parent {
        // It has gone in between.
        process::kill(process::pid(), parent_ended())?;
    }
    Ok(())
}

/// Takes [`follow`] back: this process lives on without its parent.
pub fn unfollow() -> Result<()> {
    process::set_parent_death_signal(0)?;
    signal::ignore(parent_ended())?;
    if READY.swap(false, Ordering::AcqRel) {
        // SAFETY: the timer was made by this process and is not used after this: READY says so.
        unsafe { libc::timer_delete(TIMER.load(Ordering::Acquire)) };
    }
    Ok(())
}

/// Async-signal-safe: atomics, timer_settime, getpid and kill, with errno as it was.
extern "C" fn on_parent_ended(_signal: i32) {
    if !READY.load(Ordering::Acquire) {
        return;
    }
    // SAFETY: the location of this thread's errno is valid for as long as the thread is.
    let errno = unsafe { *libc::__errno_location() };
    let patience = PATIENCE.load(Ordering::Relaxed);
    // SAFETY: the interval is a valid local; a timer of another process (a fork came between) is an error, and harmless.
    unsafe {
        let mut spec: libc::itimerspec = std::mem::zeroed();
        spec.it_value.tv_sec = (patience / 1_000_000_000) as libc::time_t;
        spec.it_value.tv_nsec = (patience % 1_000_000_000) as _;
        libc::timer_settime(TIMER.load(Ordering::Acquire), 0, &spec, std::ptr::null_mut());
        libc::kill(libc::getpid(), libc::SIGTERM);
        *libc::__errno_location() = errno;
    }
}

//! Signals that a program listens to one by one, beside those that its process's loop has taken ([`SignalSource`](super::signal::SignalSource)). It
//! must not know what is done about one.
//!
//! The handler works as that of the source does: it sets the signal's bit and writes an eventfd, in the process that listens only.

use std::{
    io,
    os::fd::{AsRawFd, RawFd},
    sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering},
};

use parking_lot::Mutex;

use super::{
    atfork,
    eventfd::{EventFd, notify_raw},
    signal::{self, SIGNALS, SignalSet},
};
use crate::error::{Context, Result};

static ARRIVED: AtomicU64 = AtomicU64::new(0);
static WAKE: AtomicI32 = AtomicI32::new(-1);
static OWNER: AtomicI32 = AtomicI32::new(0);
static EXISTS: AtomicBool = AtomicBool::new(false);
/// What was there before. Main thread only, so it is never held across a fork by another one.
static PREVIOUS: Mutex<[Option<libc::sigaction>; SIGNALS]> = Mutex::new([None; SIGNALS]);

/// Listens to signals, one by one. There is one in a process; a child that someone forks listens to nothing until it makes its own.
#[derive(Debug)]
pub struct SignalListener {
    wake: EventFd,
    pid: i32,
}

impl SignalListener {
    /// One that listens to nothing yet. It belongs to the main thread.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left; `EBUSY` while there is another one in this process.
    pub fn new() -> Result<SignalListener> {
        let pid = std::process::id() as i32;
        if EXISTS.load(Ordering::Acquire) && OWNER.load(Ordering::Acquire) == pid {
            return Err(io::Error::from_raw_os_error(libc::EBUSY)).call("sigaction");
        }
        atfork::on_fork_in_child(disown)?;
        let wake = EventFd::new()?;
        ARRIVED.store(0, Ordering::Release);
        OWNER.store(pid, Ordering::Release);
        WAKE.store(wake.as_raw_fd(), Ordering::Release);
        EXISTS.store(true, Ordering::Release);
        Ok(SignalListener { wake, pid })
    }

    /// The descriptor for an event loop: register it edge-triggered, never read it.
    pub fn fd(&self) -> RawFd {
        self.wake.as_raw_fd()
    }

    /// Listens to a signal from now on.
    ///
    /// # Errors
    /// `EINVAL` for what is no signal or cannot be caught, `EBUSY` for one that the process's own loop has taken and does not lend.
    pub fn listen(&self, number: i32) -> io::Result<()> {
        let Some(place) = usize::try_from(number).ok().filter(|place| (1..SIGNALS).contains(place)) else {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        };
        if signal::is_taken(number) {
            let lent = signal::borrow_from_source(number);
            return if lent { Ok(()) } else { Err(io::Error::from_raw_os_error(libc::EBUSY)) };
        }
        let old = signal::replace(number, &signal::handled_by(on_signal))?;
        if old.sa_sigaction != on_signal as *const () as usize {
            PREVIOUS.lock()[place] = Some(old);
        }
        Ok(())
    }

    /// Gives a signal back to who had it before; false when it was not listened to.
    pub fn leave(&self, number: i32) -> bool {
        if signal::return_to_source(number) {
            return true;
        }
        let mut previous = PREVIOUS.lock();
        let Some(old) = usize::try_from(number).ok().and_then(|place| previous.get_mut(place)).and_then(Option::take) else {
            return false;
        };
        // It was accepted when it was replaced, so it is now; and there would be nothing else to do.
        let _ = signal::replace(number, &old);
        true
    }

    /// Takes what has arrived since the last call. Arrivals of the same signal in between count as one.
    pub fn take(&self) -> SignalSet {
        SignalSet(ARRIVED.swap(0, Ordering::AcqRel))
    }
}

impl Drop for SignalListener {
    fn drop(&mut self) {
        // One that came over a fork has nothing any more.
        if OWNER.load(Ordering::Acquire) == self.pid && self.pid == std::process::id() as i32 {
            give_back(&mut PREVIOUS.lock());
            signal::return_all_to_source();
            WAKE.store(-1, Ordering::Release);
            EXISTS.store(false, Ordering::Release);
        }
    }
}

fn give_back(previous: &mut [Option<libc::sigaction>; SIGNALS]) {
    for (number, place) in previous.iter_mut().enumerate() {
        if let Some(old) = place.take() {
            let _ = signal::replace(number as i32, &old);
        }
    }
}

/// In a child: it takes no lock that another thread may hold, and allocates nothing.
fn disown() {
    if EXISTS.swap(false, Ordering::AcqRel)
        && let Some(mut previous) = PREVIOUS.try_lock()
    {
        give_back(&mut previous);
        WAKE.store(-1, Ordering::Release);
    }
}

/// Async-signal-safe: as [`arrived`], with errno as it was.
extern "C" fn on_signal(number: i32) {
    // SAFETY: the location of this thread's errno is valid for as long as the thread is.
    let errno = unsafe { *libc::__errno_location() };
    arrived(number);
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// Notes a signal. Async-signal-safe but for errno: atomics, getpid and write.
pub(super) fn arrived(number: i32) {
    ARRIVED.fetch_or(1 << (number - 1), Ordering::AcqRel);
    // SAFETY: takes nothing, always succeeds.
    if unsafe { libc::getpid() } == OWNER.load(Ordering::Acquire) {
        notify_raw(WAKE.load(Ordering::Acquire));
    }
}

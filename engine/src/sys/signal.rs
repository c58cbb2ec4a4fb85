//! Signals as an event source: a handler that sets a bit and writes an eventfd. It must not know what a signal means to a server.
//!
//! 1. [`SignalSource::install`] remembers the dispositions that it replaces, and makes an eventfd of this process.
//! 2. The handler sets the signal's bit in `ARRIVED`, and writes the eventfd if it runs in the process that installed it: a
//!    forked
//!    child that has not installed its own source must not wake its parent.
//! 3. The event loop sees the eventfd (edge-triggered), and [takes](SignalSource::take) the bits.
//!
//! No signalfd, because its mask is inherited by programs that are executed, and code that installs its own handlers would
//! silently take signals from it. The functions here belong to the main thread: other threads call [`block_all_in_this_thread`]
//! first.

use std::io;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU64, Ordering};

use parking_lot::Mutex;

use super::eventfd::{EventFd, notify_raw};
use crate::error::{Context, Result};

/// One more than the highest signal number of Linux.
pub(super) const SIGNALS: usize = 65;

static ARRIVED: AtomicU64 = AtomicU64::new(0);
static WAKE: AtomicI32 = AtomicI32::new(-1);
static OWNER: AtomicI32 = AtomicI32::new(0);
/// Signals of the source that a listener may have: these as well as the source, those instead of it.
static SHARED: AtomicU64 = AtomicU64::new(0);
static YIELDED: AtomicU64 = AtomicU64::new(0);
/// Those that one has.
static LISTENED: AtomicU64 = AtomicU64::new(0);
/// Called as well when a signal of the source arrives.
static ALSO: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());
/// Counts the installations; the newest source is the one that restores.
static CURRENT: AtomicU64 = AtomicU64::new(0);
/// What was there before the first source took a signal. Main thread only, so it is never held across a fork by another one.
static PREVIOUS: Mutex<[Option<libc::sigaction>; SIGNALS]> = Mutex::new([None; SIGNALS]);

/// The signals that it was installed for, delivered through a descriptor. There is one at a time in a process: a newer one (in a
/// forked child, say) takes over, and what an older one does on drop is nothing.
#[derive(Debug)]
pub struct SignalSource {
    wake: EventFd,
    generation: u64,
    /// Dropping it changes what the main thread installed.
    _main_thread: PhantomData<*const ()>,
}

impl SignalSource {
    /// Takes over `signals` (numbers as in `libc::SIGTERM`), forgets what an earlier source has not taken, and gives back those
    /// signals of an earlier source that are not listed. Interrupted system calls are restarted.
    ///
    /// In a forked child, block the signals before the fork ([`block_all`]) and restore the mask after this call, so that none
    /// is lost between the two. An error (`EINVAL` for a signal that cannot be caught) leaves no signal taken.
    pub fn install(signals: &[i32]) -> Result<SignalSource> {
        let wake = EventFd::new()?;
        let saved = block_all();
        let mut previous = PREVIOUS.lock();
        give_back(&mut previous, |signal| !signals.contains(&signal));
        let generation = CURRENT.fetch_add(1, Ordering::AcqRel) + 1;
        ARRIVED.store(0, Ordering::Release);
        ALSO.store(std::ptr::null_mut(), Ordering::Release);
        for mask in [&SHARED, &YIELDED, &LISTENED] {
            mask.store(0, Ordering::Release);
        }
        OWNER.store(std::process::id() as i32, Ordering::Release);
        WAKE.store(wake.as_raw_fd(), Ordering::Release);
        let source = SignalSource { wake, generation, _main_thread: PhantomData };
        for &signal in signals {
            match replace(signal, &ours()) {
                // An earlier source of this process or of the parent has it: what is to be restored is known already.
                Ok(old) if old.sa_sigaction == on_signal as *const () as usize => {}
                Ok(old) => previous[signal as usize] = Some(old),
                Err(error) => {
                    drop(previous);
                    source.restore();
                    return Err(error).call("sigaction");
                }
            }
        }
        drop(previous);
        drop(saved);
        Ok(source)
    }

    /// The descriptor for the event loop: register it edge-triggered, never read it. It changes with each installation.
    pub fn fd(&self) -> RawFd {
        self.wake.as_raw_fd()
    }

    /// Whether a signal waits to be taken. A load, no system call.
    #[inline]
    pub fn pending(&self) -> bool {
        ARRIVED.load(Ordering::Relaxed) != 0
    }

    /// Takes what has arrived since the last call. Arrivals of the same signal in between count as one.
    #[inline]
    pub fn take(&self) -> SignalSet {
        SignalSet(ARRIVED.swap(0, Ordering::AcqRel))
    }

    /// Forgets one signal that waits, if it does.
    pub fn forget(&self, signal: i32) {
        if (1..SIGNALS as i32).contains(&signal) {
            ARRIVED.fetch_and(!(1 << (signal - 1)), Ordering::AcqRel);
        }
    }

    /// Lets a [listener](super::signal_listener) of the program have signals of this source, too or instead. Without it the program can't listen to
    /// what this process's loop has taken.
    pub fn lend(&self, too: &[i32], instead: &[i32]) {
        SHARED.store(bits(too), Ordering::Release);
        YIELDED.store(bits(instead), Ordering::Release);
    }

    /// Has `hook` called in the handler, when a signal has arrived: it must do no more than a signal's handler may (store to atomics, say).
    pub fn call_in_handler(&self, hook: fn()) {
        ALSO.store(hook as *mut (), Ordering::Release);
    }

    /// Gives all signals back to who had them before the first source; the same as dropping it.
    pub fn restore(self) {}
}

impl Drop for SignalSource {
    fn drop(&mut self) {
        if CURRENT.load(Ordering::Acquire) == self.generation {
            give_back(&mut PREVIOUS.lock(), |_| true);
            // After the dispositions: a handler must not write to a number that is closed and given to another file.
            WAKE.store(-1, Ordering::Release);
        }
    }
}

/// In the child of a fork whose code is not to handle signals as its parent does: gives all of them back to who had them before the first
/// source, as the drop of a source does. For a fork hook: it takes no lock that another thread may hold, and allocates nothing.
pub fn disown() {
    if let Some(mut previous) = PREVIOUS.try_lock() {
        CURRENT.fetch_add(1, Ordering::AcqRel);
        give_back(&mut previous, |_| true);
        WAKE.store(-1, Ordering::Release);
    }
}

impl AsFd for SignalSource {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

/// Restores the dispositions of the signals for which `which` says so.
fn give_back(previous: &mut [Option<libc::sigaction>; SIGNALS], which: impl Fn(i32) -> bool) {
    for (signal, place) in previous.iter_mut().enumerate() {
        if !which(signal as i32) {
            continue;
        }
        if let Some(old) = place.take() {
            // It was accepted when it was replaced, so it is now; and there would be nothing else to do.
            let _ = replace(signal as i32, &old);
        }
    }
}

/// A set of signal numbers, which is an iterator over them in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalSet(pub(super) u64);

impl SignalSet {
    /// Bit n - 1 stands for signal n.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Whether it holds nothing (more).
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `signal` is in it.
    pub fn contains(self, signal: i32) -> bool {
        (1..SIGNALS as i32).contains(&signal) && self.0 & (1 << (signal - 1)) != 0
    }
}

impl Iterator for SignalSet {
    type Item = i32;

    fn next(&mut self) -> Option<i32> {
        let bit = self.0.trailing_zeros();
        self.0 &= self.0.wrapping_sub(1);
        (bit < u64::BITS).then_some(bit as i32 + 1)
    }
}

/// Async-signal-safe: atomics, getpid and write, with errno as it was.
extern "C" fn on_signal(signal: i32) {
    // SAFETY: the location of this thread's errno is valid for as long as the thread is.
    let errno = unsafe { *libc::__errno_location() };
    let bit = 1 << (signal - 1);
    if LISTENED.load(Ordering::Acquire) & bit != 0 {
        super::signal_listener::arrived(signal);
        if SHARED.load(Ordering::Acquire) & bit == 0 {
            // SAFETY: as above.
            unsafe { *libc::__errno_location() = errno };
            return;
        }
    }
    ARRIVED.fetch_or(bit, Ordering::AcqRel);
    // SAFETY: takes nothing, always succeeds.
    if unsafe { libc::getpid() } == OWNER.load(Ordering::Acquire) {
        notify_raw(WAKE.load(Ordering::Acquire));
        let also = ALSO.load(Ordering::Acquire);
        if !also.is_null() {
            // SAFETY: only `call_in_handler` stores here, and only values of this very type.
            let also = unsafe { std::mem::transmute::<*mut (), fn()>(also) };
            also();
        }
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// Whether a signal of the source has arrived and was not taken yet.
pub fn has_arrived(signal: i32) -> bool {
    ARRIVED.load(Ordering::Acquire) & bits(&[signal]) != 0
}

/// Has `handler` run at `signal`, beside any source: it must do no more than a signal handler may, and keep errno as it was.
pub(super) fn set_handler(signal: i32, handler: extern "C" fn(i32)) -> Result<()> {
    replace(signal, &handled_by(handler)).call("sigaction").map(drop)
}

/// As [`set_handler`]; gives what was there before, for [`put_back`].
pub(super) fn exchange_handler(signal: i32, handler: extern "C" fn(i32)) -> io::Result<libc::sigaction> {
    replace(signal, &handled_by(handler))
}

/// Puts back what [`exchange_handler`] gave.
pub(super) fn put_back(signal: i32, previous: libc::sigaction) {
    // The kernel gave it to us for this signal, so it takes it.
    let _ = replace(signal, &previous);
}

fn ours() -> libc::sigaction {
    handled_by(on_signal)
}

/// What has a handler called that is async-signal-safe, on whatever stack there is for signals.
pub(super) fn handled_by(handler: extern "C" fn(i32)) -> libc::sigaction {
    let mut action = plain(handler as *const () as usize);
    // SA_ONSTACK, because the signal may hit code that runs on a small stack of its own.
    action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
    // SAFETY: the set is a valid local. No handler interrupts ours.
    unsafe { libc::sigfillset(&mut action.sa_mask) };
    action
}

pub(super) fn plain(handler: usize) -> libc::sigaction {
    // SAFETY: all zeroes is a valid sigaction: default handler, empty mask, no flags.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    action
}

/// Sets the disposition of `signal`, gives the old one.
pub(super) fn replace(signal: i32, action: &libc::sigaction) -> io::Result<libc::sigaction> {
    let mut old = MaybeUninit::uninit();
    // SAFETY: both pointers are valid. The handlers that come here are ours, SIG_IGN, SIG_DFL, or what the kernel gave us
    // earlier for this signal.
    match unsafe { libc::sigaction(signal, action, old.as_mut_ptr()) } {
        // SAFETY: the call succeeded, so the kernel has filled it in.
        0 => Ok(unsafe { old.assume_init() }),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Whether the present [`SignalSource`] has this signal.
pub(super) fn is_taken(signal: i32) -> bool {
    usize::try_from(signal).is_ok_and(|signal| PREVIOUS.lock().get(signal).is_some_and(Option::is_some))
}

fn bits(signals: &[i32]) -> u64 {
    signals.iter().filter(|signal| (1..SIGNALS as i32).contains(signal)).fold(0, |bits, signal| bits | 1 << (signal - 1))
}

/// A listener wants a signal of the source; false if the source has not lent it.
pub(super) fn borrow_from_source(signal: i32) -> bool {
    let bit = bits(&[signal]);
    let lent = (SHARED.load(Ordering::Acquire) | YIELDED.load(Ordering::Acquire)) & bit != 0;
    if lent {
        LISTENED.fetch_or(bit, Ordering::AcqRel);
    }
    lent
}

/// It wants it no more; false if it had not borrowed it.
pub(super) fn return_to_source(signal: i32) -> bool {
    let bit = bits(&[signal]);
    LISTENED.fetch_and(!bit, Ordering::AcqRel) & bit != 0
}

/// It wants none any more.
pub(super) fn return_all_to_source() {
    LISTENED.store(0, Ordering::Release);
}

/// Ignores `signal` from now on, also in programs that are executed.
pub fn ignore(signal: i32) -> Result<()> {
    replace(signal, &plain(libc::SIG_IGN)).call("sigaction").map(drop)
}

/// Gives `signal` its default action.
pub fn set_default(signal: i32) -> Result<()> {
    replace(signal, &plain(libc::SIG_DFL)).call("sigaction").map(drop)
}

/// The signal mask that a thread had before [`block_all`], put back on drop.
#[derive(Debug)]
#[must_use = "dropping it restores the mask at once"]
pub struct SavedMask {
    mask: libc::sigset_t,
    /// The mask belongs to the thread.
    _thread: PhantomData<*const ()>,
}

impl SavedMask {
    /// Puts the mask back; the same as dropping it. In a forked child this is the child's copy.
    pub fn restore(self) {}
}

impl Drop for SavedMask {
    fn drop(&mut self) {
        set_mask(&self.mask);
    }
}

/// Blocks all signals in this thread, to keep them for later while a fork is under way.
pub fn block_all() -> SavedMask {
    let mut all = MaybeUninit::uninit();
    // SAFETY: sigfillset writes the whole set, and always succeeds.
    let all = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        all.assume_init()
    };
    SavedMask { mask: set_mask(&all), _thread: PhantomData }
}

/// Blocks all signals in this thread for good: helper threads call it first, so that handlers run in the main thread only.
pub fn block_all_in_this_thread() {
    std::mem::forget(block_all());
}

/// Lets one signal through in this thread.
pub(super) fn unblock_in_this_thread(signal: i32) {
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigemptyset writes the whole set; the calls fail for wrong arguments only.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        let mut set = set.assume_init();
        libc::sigaddset(&mut set, signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &set, std::ptr::null_mut());
    }
}

/// Lets the signals of this thread through, whatever mask it was started with.
pub fn unblock_all_in_this_thread() {
    let mut none = MaybeUninit::uninit();
    // SAFETY: sigemptyset writes the whole set, and always succeeds.
    let none = unsafe {
        libc::sigemptyset(none.as_mut_ptr());
        none.assume_init()
    };
    set_mask(&none);
}

fn set_mask(mask: &libc::sigset_t) -> libc::sigset_t {
    let mut old = MaybeUninit::uninit();
    // SAFETY: both sets are valid; with SIG_SETMASK the call cannot fail, so the old one is filled in.
    unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, mask, old.as_mut_ptr());
        old.assume_init()
    }
}

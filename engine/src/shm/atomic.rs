//! Numbers that processes share: 32 bits that can be waited for, and 64 bits. It must not know what they count.

use std::{
    sync::atomic::{
        AtomicI64, AtomicU32,
        Ordering::{AcqRel, Acquire, SeqCst},
    },
    time::{Duration, Instant},
};

use super::{arena::SharedCell, array::Shared};
use crate::{
    Result,
    sys::futex::{self, Waited},
};

/// What [`SharedU32::wakeup`] leaves, and what [`SharedU32::wait`] takes.
const SIGNALLED: u32 = 1;

#[repr(C)]
struct Word {
    value: AtomicU32,
    /// How often several of those who wait were called at once.
    rounds: AtomicU32,
}

// SAFETY: repr(C), only atomics, zero is valid.
unsafe impl Shared for Word {}

#[repr(transparent)]
struct Long(AtomicI64);

// SAFETY: an atomic, for which zero is valid.
unsafe impl Shared for Long {}

/// An unsigned number of 32 bits in memory that is shared with every process forked later. It wraps around.
pub struct SharedU32(SharedCell<Word>);

impl SharedU32 {
    /// A new one.
    ///
    /// # Errors
    /// `Error::System` when there is no memory to share.
    pub fn new(value: u32) -> Result<SharedU32> {
        let cell = SharedCell::<Word>::new()?;
        cell.value.store(value, SeqCst);
        Ok(SharedU32(cell))
    }

    #[inline]
    fn word(&self) -> &AtomicU32 {
        &self.0.value
    }

    /// Adds, and gives the sum.
    #[inline]
    pub fn add(&self, by: u32) -> u32 {
        self.word().fetch_add(by, SeqCst).wrapping_add(by)
    }

    /// Takes away, and gives the difference.
    #[inline]
    pub fn sub(&self, by: u32) -> u32 {
        self.word().fetch_sub(by, SeqCst).wrapping_sub(by)
    }

    /// The number.
    #[inline]
    pub fn get(&self) -> u32 {
        self.word().load(SeqCst)
    }

    /// Sets the number.
    #[inline]
    pub fn set(&self, value: u32) {
        self.word().store(value, SeqCst);
    }

    /// Sets the number if it is `expected`: whether it was.
    #[inline]
    pub fn compare_set(&self, expected: u32, value: u32) -> bool {
        self.word().compare_exchange(expected, value, SeqCst, SeqCst).is_ok()
    }

    /// Waits until the number is 1, and makes it 0; false when `timeout` is over before, and for those who are woken together with the one who takes the
    /// 1. Without a timeout it waits without end.
    pub fn wait(&self, timeout: Option<Duration>) -> bool {
        // What is further away than the clock can say never comes.
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let round = self.0.rounds.load(SeqCst);
        let mut waited = Waited::Uncalled;
        loop {
            let found = match self.word().compare_exchange(SIGNALLED, 0, AcqRel, Acquire) {
                Ok(_) => return true,
                Err(found) => found,
            };
            // Who was called alone, and comes too late, waits for the next call.
            if waited == Waited::Called && self.0.rounds.load(SeqCst) != round {
                return false;
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return false;
            }
            waited = futex::wait(self.word(), found, left);
        }
    }

    /// Makes the number 1 and wakes at most `count` of those who wait. One of them takes the 1, or, if nobody waits, the next who will; the others
    /// wait no longer.
    pub fn wakeup(&self, count: u32) {
        if count > 1 {
            self.0.rounds.fetch_add(1, SeqCst);
        }
        self.word().store(SIGNALLED, SeqCst);
        futex::wake(self.word(), count);
    }
}

/// A signed number of 64 bits in memory that is shared with every process forked later. It wraps around.
pub struct SharedI64(SharedCell<Long>);

impl SharedI64 {
    /// A new one.
    ///
    /// # Errors
    /// `Error::System` when there is no memory to share.
    pub fn new(value: i64) -> Result<SharedI64> {
        let cell = SharedCell::<Long>::new()?;
        cell.0.store(value, SeqCst);
        Ok(SharedI64(cell))
    }

    #[inline]
    fn long(&self) -> &AtomicI64 {
        &self.0.0
    }

    /// Adds, and gives the sum.
    #[inline]
    pub fn add(&self, by: i64) -> i64 {
        self.long().fetch_add(by, SeqCst).wrapping_add(by)
    }

    /// Takes away, and gives the difference.
    #[inline]
    pub fn sub(&self, by: i64) -> i64 {
        self.long().fetch_sub(by, SeqCst).wrapping_sub(by)
    }

    /// The number.
    #[inline]
    pub fn get(&self) -> i64 {
        self.long().load(SeqCst)
    }

    /// Sets the number.
    #[inline]
    pub fn set(&self, value: i64) {
        self.long().store(value, SeqCst);
    }

    /// Sets the number if it is `expected`: whether it was.
    #[inline]
    pub fn compare_set(&self, expected: i64, value: i64) -> bool {
        self.long().compare_exchange(expected, value, SeqCst, SeqCst).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::process::{self, ExitState, Fork};

    #[test]
    fn both_wrap_around() {
        let word = SharedU32::new(0).unwrap();
        assert_eq!((word.sub(1), word.add(2)), (u32::MAX, 1));
        let long = SharedI64::new(i64::MAX).unwrap();
        assert_eq!((long.add(1), long.sub(1)), (i64::MIN, i64::MAX));
        assert!(long.compare_set(i64::MAX, 3) && !long.compare_set(i64::MAX, 4));
        assert_eq!(long.get(), 3);
    }

    #[test]
    fn a_wakeup_before_the_wait_is_kept() {
        let word = SharedU32::new(0).unwrap();
        assert!(!word.wait(Some(Duration::from_millis(1))));
        word.wakeup(1);
        word.wakeup(1);
        assert!(word.wait(Some(Duration::ZERO)), "no time is needed when it is there");
        assert_eq!(word.get(), 0);
        assert!(!word.wait(Some(Duration::ZERO)), "two wake-ups are one");
    }

    #[test]
    fn another_process_wakes_the_waiting_one() {
        let (word, answer) = (SharedU32::new(0).unwrap(), SharedU32::new(0).unwrap());
        let child = match process::fork().unwrap() {
            Fork::Child => {
                let woken = word.wait(Some(Duration::from_secs(20)));
                answer.wakeup(1);
                process::exit_now(i32::from(!woken))
            }
            Fork::Parent(pid) => pid,
        };
        word.wakeup(1);
        assert!(answer.wait(None));
        assert_eq!(process::wait_for(child).unwrap(), ExitState::Exited(0));
    }

    /// A child that waits and tells whether it was woken with the 1 (0), or without (1), once it sleeps.
    fn sleeper(word: &SharedU32, timeout: Duration) -> i32 {
        let child = match process::fork().unwrap() {
            Fork::Child => process::exit_now(i32::from(!word.wait(Some(timeout)))),
            Fork::Parent(pid) => pid,
        };
        let state = format!("/proc/{child}/stat");
        // Nowhere else does it sleep.
        while !std::fs::read_to_string(&state).unwrap().contains(") S ") {
            std::thread::yield_now();
        }
        child
    }

    #[test]
    fn as_many_as_are_called_at_once_go_on_and_one_of_them_has_the_signal() {
        let word = SharedU32::new(0).unwrap();
        let sleepers: Vec<_> = (0..4).map(|_| sleeper(&word, Duration::from_secs(20))).collect();
        let begun = Instant::now();
        word.wakeup(4);
        let mut ends: Vec<_> = sleepers.into_iter().map(|child| process::wait_for(child).unwrap()).collect();
        ends.sort_by_key(|end| format!("{end:?}"));
        assert_eq!(ends, [0, 1, 1, 1].map(ExitState::Exited));
        assert!(begun.elapsed() < Duration::from_secs(15), "not by the timeout");
        assert_eq!(word.get(), 0);
    }

    #[test]
    fn a_signal_whose_wakeup_was_killed_half_way_is_found() {
        let word = SharedU32::new(0).unwrap();
        let child = sleeper(&word, Duration::from_secs(20));
        // The number alone, as of one killed before it woke anybody, or who was woken and killed.
        word.set(SIGNALLED);
        assert_eq!(process::wait_for(child).unwrap(), ExitState::Exited(0));
    }
}

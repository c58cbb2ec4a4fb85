//! The sleep flag: how a consumer goes to sleep without missing what is published meanwhile, and how producers learn
//! whether it needs a signal at all. It must not know what carries the signal (an eventfd), nor what is consumed.
//!
//! The protocol, for one sleeper and any number of producers; the code echoes the numbers:
//!
//! 1. The sleeper, having found nothing to do, sets the flag: [`SleepFlag::prepare`].
//! 2. It fences (sequentially consistent), within the same call.
//! 3. It looks once more at everything that it consumes.
//! 4. Something is there: it takes the flag back, [`SleepFlag::cancel`], and works on. Nothing: it waits for the signal.
//! 5. Awake, for whatever reason, it clears the flag, [`SleepFlag::awake`], and begins again.
//! 6. A producer publishes, one record or many.
//! 7. It fences (sequentially consistent): [`SleepFlag::needs_wake`].
//! 8. It looks at the flag. Set: it exchanges the flag's 1 for 0, and if it was the one who did, it sends the signal.
//!
//! Why nothing is lost: of the fences 2 and 7 one comes first. If 2 does, the producer sees the flag at 8. If 7 does, the
//! sleeper sees at 3 what was published at 6. Both may happen: then a signal meets a consumer that is awake, which is harmless.
//! A producer pays a fence per batch and touches the flag's cache line only to read it, as long as the consumer is awake.

use super::sync::{AtomicU32, Ordering, fence};

const AWAKE: u32 = 0;
const ASLEEP: u32 = 1;

/// Whether a consumer sleeps, in memory that its producers share. Zeroed memory is a valid flag: awake.
///
/// Whoever corrupts it can cause a signal too many or keep one consumer asleep, and nothing else.
#[derive(Debug)]
#[repr(transparent)]
pub struct SleepFlag(AtomicU32);

impl SleepFlag {
    /// A flag that says "awake".
    pub fn new() -> Self {
        SleepFlag(AtomicU32::new(AWAKE))
    }

    /// Says that the caller is about to sleep. It must look once more at all that it consumes, and then either wait for
    /// the signal or [`cancel`](Self::cancel).
    pub fn prepare(&self) {
        self.0.store(ASLEEP, Ordering::Relaxed); // 1
        fence(Ordering::SeqCst); // 2
    }

    /// Takes [`prepare`](Self::prepare) back: the second look found something. A signal may already be on its way.
    pub fn cancel(&self) {
        self.0.store(AWAKE, Ordering::Relaxed); // 4
    }

    /// Says that the caller has stopped waiting. Producers send no more signals.
    pub fn awake(&self) {
        self.0.store(AWAKE, Ordering::Relaxed); // 5
    }

    /// Whether the caller, which has just published something, must send the signal. Of several producers that ask at the
    /// same time, one is told so.
    #[must_use = "the consumer sleeps on unless it gets the signal"]
    pub fn needs_wake(&self) -> bool {
        fence(Ordering::SeqCst); // 7
        // The load comes first because an exchange would pull the cache line from the consumer, each time and for nothing. An exchange
        // that fails must write nothing (a swap would): loom cannot tell that such a write comes before the sleeper's next.
        self.0.load(Ordering::Relaxed) == ASLEEP
            && self.0.compare_exchange(ASLEEP, AWAKE, Ordering::Relaxed, Ordering::Relaxed).is_ok() // 8
    }
}

impl Default for SleepFlag {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::SleepFlag;

    #[test]
    fn only_a_sleeper_needs_a_signal_and_only_one() {
        let flag = SleepFlag::new();
        assert!(!flag.needs_wake());
        flag.prepare();
        assert!(flag.needs_wake());
        assert!(!flag.needs_wake());
    }

    #[test]
    fn who_cancels_or_wakes_needs_none() {
        let flag = SleepFlag::default();
        flag.prepare();
        flag.cancel();
        assert!(!flag.needs_wake());
        flag.prepare();
        flag.awake();
        assert!(!flag.needs_wake());
    }

    #[test]
    fn zeroed_shared_memory_is_a_flag_that_says_awake() {
        assert_eq!(size_of::<SleepFlag>(), 4);
        // SAFETY: a transparent wrapper of a 32-bit atomic, for which every bit pattern is valid.
        let flag: SleepFlag = unsafe { std::mem::zeroed() };
        assert!(!flag.needs_wake());
    }
}

//! [`LockWord`]: a lock that is one word, as the kernel knows them: who holds it, whether others wait, whether its last holder has died. It must not
//! know how a thread sleeps, nor how the kernel learns what a thread holds. Loom checks it: engine/tests/lock_loom.rs.
//!
//! 1. Who finds no holder writes its own number there. What a dead holder has left, the mark of its death, goes with that, and is told.
//! 2. Who finds one marks that it waits, and sleeps for as long as the word is what it was marked as.
//! 3. Who gives it back clears the word, and wakes one if the mark is there. So does the kernel for a dead holder, and leaves the marks.
//! 4. Who has slept cannot know whether others do: it takes the word with the mark.

use super::{
    robust::Acquired,
    sync::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
};

/// The bits that name the holder.
const HOLDER: u32 = libc::FUTEX_TID_MASK;
/// Somebody waits.
const WAITERS: u32 = libc::FUTEX_WAITERS;
/// The holder has died.
const DIED: u32 = libc::FUTEX_OWNER_DIED;

/// A lock's word; zero is free.
#[repr(transparent)]
pub struct LockWord(AtomicU32);

/// What [`LockWord::take`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nobody: the caller holds it now.
    Nobody(Acquired),
    /// The caller itself.
    Oneself,
    /// Somebody else; the word as it was.
    Other(u32),
}

impl LockWord {
    /// One that is free.
    #[allow(clippy::new_without_default, reason = "loom's atomics are not const, and nobody else makes one")]
    pub fn new() -> LockWord {
        LockWord(AtomicU32::new(0))
    }

    /// Takes it if it is free, and nothing is to be told: the way that is taken most.
    #[inline]
    pub fn take_free(&self, tid: u32) -> bool {
        self.0.compare_exchange(0, tid, Acquire, Relaxed).is_ok()
    }

    /// Takes it if nobody holds it.
    pub fn take(&self, tid: u32, has_slept: bool) -> Found {
        let mut found = self.0.load(Relaxed);
        loop {
            match found & HOLDER {
                0 => {}
                holder if holder == tid => return Found::Oneself,
                _ => return Found::Other(found),
            }
            // 1, 4
            let mark = if has_slept { WAITERS } else { found & WAITERS };
            match self.0.compare_exchange(found, tid | mark, Acquire, Relaxed) {
                Ok(_) => return Found::Nobody(if found & DIED == 0 { Acquired::Clean } else { Acquired::Abandoned }),
                Err(now) => found = now,
            }
        }
    }

    /// Marks that somebody waits for what `found` names the holder of: the word to sleep on. None: it has changed, and is to be looked at again.
    pub fn mark_waiting(&self, found: u32) -> Option<u32> {
        // 2
        let marked = found | WAITERS;
        (found == marked || self.0.compare_exchange(found, marked, Relaxed, Relaxed).is_ok()).then_some(marked)
    }

    /// Whether this thread holds it.
    #[inline]
    pub fn is_held_by(&self, tid: u32) -> bool {
        self.0.load(Relaxed) & HOLDER == tid
    }

    /// Gives back what the caller holds: whether one of those who wait is to be woken.
    #[inline]
    #[must_use]
    pub fn give_back(&self) -> bool {
        // 3
        self.0.swap(0, Release) & WAITERS != 0
    }

    /// What the kernel does for a holder that has died; so does one for whom that was, and who has not told it: whether one is to be woken.
    #[must_use]
    pub fn leave_dead(&self) -> bool {
        let found = self.0.load(Relaxed);
        self.0.swap(found & WAITERS | DIED, Release) & WAITERS != 0
    }

    /// The word itself, to sleep on.
    #[inline]
    pub fn atomic(&self) -> &AtomicU32 {
        &self.0
    }
}

//! The version of what one writer at a time changes and others read meanwhile: a sequence counter. It must not know what that is.
//!
//! Odd while a change is under way. All that it covers are atomics, read and written with relaxed order. Loom checks it: engine/tests/rows_loom.rs.

use crate::shm::sync::{AtomicU64, Ordering, fence};

/// See the module. Zeroed memory is a valid one.
#[derive(Debug)]
#[repr(transparent)]
pub struct Version(AtomicU64);

impl Version {
    /// The first.
    #[allow(clippy::new_without_default, reason = "loom's atomics are not const, and nobody else makes one")]
    pub fn new() -> Version {
        Version(AtomicU64::new(0))
    }

    /// Runs a change. The caller holds the lock of the writers.
    ///
    /// If it does not come back (its process is killed) the version stays odd, until [`settle`](Self::settle).
    #[inline]
    pub fn change<R>(&self, change: impl FnOnce() -> R) -> R {
        let version = self.0.load(Ordering::Relaxed);
        self.0.store(version.wrapping_add(1), Ordering::Relaxed);
        // Whoever sees a word of the change, and fences, sees the odd version or a later one.
        fence(Ordering::Release);
        let result = change();
        self.0.store(version.wrapping_add(2), Ordering::Release);
        result
    }

    /// Runs `read`, which must be able to read nonsense; none if a change was under way.
    #[inline]
    pub fn read<R>(&self, read: impl FnOnce(Unsettled<'_>) -> R) -> Option<R> {
        let before = self.0.load(Ordering::Acquire);
        if before % 2 == 1 {
            return None;
        }
        let result = read(Unsettled { version: &self.0, before });
        fence(Ordering::Acquire);
        (self.0.load(Ordering::Relaxed) == before).then_some(result)
    }

    /// Ends the change of a writer that has died; the caller has its lock. Whether there was one.
    pub fn settle(&self) -> bool {
        let version = self.0.load(Ordering::Relaxed);
        let odd = version % 2 == 1;
        if odd {
            self.0.store(version.wrapping_add(1), Ordering::Release);
        }
        odd
    }
}

/// A read under way.
#[derive(Clone, Copy)]
pub struct Unsettled<'a> {
    version: &'a AtomicU64,
    before: u64,
}

impl Unsettled<'_> {
    /// Whether the read can still succeed: to be asked in loops, which nonsense could make endless.
    #[inline]
    pub fn is_hopeful(&self) -> bool {
        fence(Ordering::Acquire);
        self.version.load(Ordering::Relaxed) == self.before
    }
}

//! The atomics that shared memory is made of: the standard ones, or loom's where a model is checked (`--cfg loom`).
//!
//! Whatever lives in shared memory takes its atomics from here, so that its protocol can be modelled. Order between two
//! different atomics is had by [`fence`] and never by `SeqCst` accesses: loom weakens those to acquire and release.

#[cfg(not(loom))]
pub use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

#[cfg(loom)]
pub use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

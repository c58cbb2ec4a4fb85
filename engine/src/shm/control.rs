//! What all processes of a server share besides connections and lanes: pids, phases, counters. Integers only.

use std::sync::atomic::{
    AtomicI32, AtomicI64, AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{array::Shared, wake::SleepFlag};

/// One a server.
#[repr(C)]
pub struct Control {
    /// The master's pid; in BASE with several processes that of worker 0.
    pub master_pid: AtomicI32,
    /// The manager's pid; 0 in single-process BASE.
    pub manager_pid: AtomicI32,
    phase: AtomicU32,
    /// 1 once the master is gone: there are no reactors any more.
    pub orphaned: AtomicU32,
    /// When `start` was called: seconds since 1970.
    pub start_time: AtomicI64,
    /// Connections that broke before they were served.
    pub abort_count: AtomicU64,
    /// Connections accepted so far, over all owners.
    pub accept_count: AtomicU64,
    /// Connections closed so far, over all owners.
    pub close_count: AtomicU64,
    /// Rotates over the workers in dispatch mode 1.
    pub round_robin: AtomicU32,
}

// SAFETY: repr(C), only atomics, zero is valid.
unsafe impl Shared for Control {}

/// How far the server as a whole has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Nothing is forked yet.
    Starting,
    /// Connections are served.
    Running,
    /// `shutdown` was asked for.
    Stopping,
    /// Everything is over.
    Stopped,
}

impl Control {
    /// How far the server has come.
    pub fn phase(&self) -> Phase {
        match self.phase.load(Acquire) {
            0 => Phase::Starting,
            1 => Phase::Running,
            2 => Phase::Stopping,
            _ => Phase::Stopped,
        }
    }

    /// Moves on; it never goes back.
    pub fn advance(&self, to: Phase) {
        self.phase.fetch_max(to as u32, Release);
    }
}

/// One a worker number; it outlives the worker's incarnations.
#[repr(C, align(64))]
pub struct WorkerSlot {
    /// The present incarnation's pid; 0 while there is none.
    pub pid: AtomicI32,
    /// Counts the processes that this number has had.
    pub incarnation: AtomicU32,
    /// 1 while a callback runs.
    pub busy: AtomicU32,
    /// 1 once the present incarnation has been through its start callback.
    pub ready: AtomicU32,
    /// Messages taken, over all incarnations. Written by the worker alone.
    pub requests: AtomicU64,
    /// Messages answered.
    pub responses: AtomicU64,
    /// Messages done.
    pub done: AtomicU64,
}

// SAFETY: repr(C), only atomics, zero is valid.
unsafe impl Shared for WorkerSlot {}

/// One a connection owner: a reactor thread, or in BASE a worker. The owner alone writes the counters.
#[repr(C, align(64))]
pub struct OwnerSlot {
    /// Set while the owner waits in its poll.
    pub sleeping: SleepFlag,
    /// 1 while a connection waits for a message to be done.
    pub wants_done: AtomicU32,
    /// Connections that it owns now.
    pub connections: AtomicU32,
    /// Messages handed to workers.
    pub dispatched: AtomicU64,
    /// Bytes read.
    pub received_bytes: AtomicU64,
    /// Bytes written.
    pub sent_bytes: AtomicU64,
}

// SAFETY: repr(C), only atomics (`SleepFlag` is one), zero is valid.
unsafe impl Shared for OwnerSlot {}

/// One a berth: the lanes of one worker incarnation, one lane a reactor.
#[repr(C, align(64))]
pub struct BerthSlot {
    /// 1 from when the manager gives it out until the last reactor has emptied it.
    pub taken: AtomicU32,
    /// Reactors that still use it. Set by the manager, counted down by the reactors.
    pub users: AtomicU32,
    /// Set while the worker waits in its poll.
    pub sleeping: SleepFlag,
    /// Counts how often connections took data again for which somebody waited.
    pub rooms: AtomicU32,
}

// SAFETY: repr(C), only atomics (`SleepFlag` is one), zero is valid.
unsafe impl Shared for BerthSlot {}

/// Adds to a counter that this process alone writes: cheaper than a locked addition.
#[inline]
pub fn bump(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(by), Relaxed);
}

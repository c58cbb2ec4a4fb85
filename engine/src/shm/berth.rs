//! A berth: the lanes of one worker incarnation, a pair of rings a reactor, in a mapping of their own.
//!
//! A berth has one worker at a time. The manager gives it out when nobody is attached any more, so each ring has one producer and one
//! consumer; who may attach which end is the lanes' business (`server::lanes`, `server::worker`), not this module's.

use super::{
    mapping::SharedMapping,
    ring::{Consumer, Corrupt, Producer, Ring, bytes_needed},
};
use crate::Result;

/// Which way a ring carries records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the reactor to the worker.
    Inbound,
    /// From the worker to the reactor.
    Outbound,
}

/// The rings between one worker incarnation and every reactor.
pub struct Berth {
    mapping: SharedMapping,
    reactors: usize,
    capacity: usize,
    stride: usize,
}

impl Berth {
    /// Maps and initialises `reactors` pairs of rings of `capacity` bytes (a power of two) each.
    ///
    /// # Errors
    /// `Error::System` when it can't be mapped.
    pub fn new(reactors: usize, capacity: usize) -> Result<Berth> {
        let stride = bytes_needed(capacity).next_multiple_of(4096);
        let berth = Berth { mapping: SharedMapping::new(2 * reactors * stride)?, reactors, capacity, stride };
        berth.initialise();
        Ok(berth)
    }

    fn start(&self, reactor: usize, direction: Direction) -> *mut u8 {
        assert!(reactor < self.reactors, "reactor {reactor} of {}", self.reactors);
        let index = 2 * reactor + usize::from(direction == Direction::Outbound);
        self.mapping.as_ptr().wrapping_add(index * self.stride)
    }

    fn initialise(&self) {
        for reactor in 0..self.reactors {
            for direction in [Direction::Inbound, Direction::Outbound] {
                // SAFETY: `start` is page-aligned and `stride` ≥ `bytes_needed(capacity)` bytes from there lie inside the mapping.
                unsafe { Ring::init(self.start(reactor, direction), self.capacity) }
            }
        }
    }

    /// Gives the memory back to the kernel and makes every ring empty. Only when nobody is attached.
    ///
    /// # Errors
    /// `Error::System` when the kernel refuses; the rings are empty all the same.
    pub fn recycle(&self) -> Result<()> {
        let given_back = self.mapping.give_back(0..self.mapping.len());
        self.initialise();
        given_back
    }

    /// The sending end of a ring. It must not outlive the berth (keep the `Arc` beside it).
    ///
    /// # Errors
    /// `Corrupt` when what is in the shared memory can't be a ring.
    pub fn producer(&self, reactor: usize, direction: Direction) -> Result<Producer, Corrupt> {
        // SAFETY: an initialised ring of this capacity is there; the lanes' protocol has one producer for it.
        unsafe { Producer::attach(self.start(reactor, direction), self.capacity) }
    }

    /// The receiving end of a ring: from where the last one left off. It must not outlive the berth.
    ///
    /// # Errors
    /// `Corrupt` when what is in the shared memory can't be a ring.
    pub fn consumer(&self, reactor: usize, direction: Direction) -> Result<Consumer, Corrupt> {
        // SAFETY: an initialised ring of this capacity is there; the lanes' protocol has one consumer for it.
        unsafe { Consumer::attach(self.start(reactor, direction), self.capacity) }
    }
}

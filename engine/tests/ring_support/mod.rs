//! Memory for rings on the heap, so that miri can watch it, and access to it past the ring's back.

use std::alloc::{Layout, alloc_zeroed, dealloc};

use engine::shm::ring::{Consumer, Producer, Ring, bytes_needed};

/// The smallest ring that there can be.
pub const CAPACITY: usize = 256 * 1024;

/// Where the shared words lie (the layout is described in the ring's module).
pub const HEAD: usize = 0;
pub const TAIL: usize = 128;
#[allow(dead_code, reason = "not every test that includes this module needs it")]
pub const WANT_SPACE: usize = 256;
pub const BYTES: usize = 384;

pub struct Memory {
    start: *mut u8,
    layout: Layout,
}

impl Memory {
    pub fn new() -> Self {
        let layout = Layout::from_size_align(bytes_needed(CAPACITY), 128).unwrap();
        // SAFETY: the layout has a size.
        let start = unsafe { alloc_zeroed(layout) };
        assert!(!start.is_null());
        // SAFETY: aligned and large enough by its layout, and new.
        unsafe { Ring::init(start, CAPACITY) };
        Memory { start, layout }
    }

    /// A ring whose positions begin at `position`, a multiple of 16.
    #[allow(dead_code, reason = "not every test that includes this module needs it")]
    pub fn at(position: u64) -> Self {
        let mut memory = Memory::new();
        memory.poke(HEAD, position);
        memory.poke(TAIL, position);
        memory
    }

    /// To be dropped before the memory; the tests keep them in one scope, memory first.
    pub fn producer(&self) -> Producer {
        // SAFETY: the memory is a ring; the tests drop their old producer, or use it no more.
        unsafe { Producer::attach(self.start, CAPACITY) }.unwrap()
    }

    /// To be dropped before the memory; the tests keep them in one scope, memory first.
    pub fn consumer(&self) -> Consumer {
        // SAFETY: the memory is a ring; the tests drop their old consumer, or use it no more.
        unsafe { Consumer::attach(self.start, CAPACITY) }.unwrap()
    }

    /// Whether a new producer and a new consumer believe what stands there.
    #[allow(dead_code, reason = "not every test that includes this module needs it")]
    pub fn attachable(&self) -> bool {
        // SAFETY: the memory is a ring, and these two do nothing.
        unsafe { Producer::attach(self.start, CAPACITY).is_ok() && Consumer::attach(self.start, CAPACITY).is_ok() }
    }

    /// What a hostile peer does: writes a word, at a multiple of 8.
    #[allow(dead_code, reason = "not every test that includes this module needs it")]
    pub fn poke(&mut self, at: usize, word: u64) {
        assert!(at.is_multiple_of(8) && at < bytes_needed(CAPACITY));
        // SAFETY: within the memory and aligned; no payload is borrowed, for these tests have one thread and borrow none across.
        unsafe { self.start.add(at).cast::<u64>().write(word) }
    }

    /// Whether `slice` lies in the ring's buffer.
    #[allow(dead_code, reason = "not every test that includes this module needs it")]
    pub fn holds(&self, slice: &[u8]) -> bool {
        let buffer = self.start as usize + BYTES..=self.start as usize + BYTES + CAPACITY;
        let range = slice.as_ptr_range();
        buffer.contains(&(range.start as usize)) && buffer.contains(&(range.end as usize))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with the same layout.
        unsafe { dealloc(self.start, self.layout) }
    }
}

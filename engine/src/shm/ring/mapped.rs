//! The ring's memory where it really lives: mapped by somebody else, at any address. It must not know the protocol.

use std::ptr::NonNull;

use super::record::{Corrupt, MAX_PAYLOAD, UNIT};
use super::storage::Storage;
use super::{Consumer, Producer};
use crate::shm::sync::{AtomicU32, AtomicU64};

/// Two cache lines: processors fetch lines in pairs, and a neighbour would share the pair.
#[derive(Debug)]
#[repr(C, align(128))]
struct Line<T>(T);

/// What stands before the bytes. All zeros is an empty ring.
#[derive(Debug)]
#[repr(C)]
struct Control {
    head: Line<AtomicU64>,
    tail: Line<AtomicU64>,
    want_space: Line<AtomicU32>,
}

#[cfg(not(loom))]
const _: () = assert!(size_of::<Control>() == 384 && align_of::<Control>() == 128);

/// The memory that a ring of `capacity` bytes needs, in bytes; to be aligned to 128.
pub const fn bytes_needed(capacity: usize) -> usize {
    size_of::<Control>() + capacity
}

/// A ring in mapped memory, as one process sees it: where it begins and how large it is.
#[derive(Debug)]
pub struct Ring {
    control: NonNull<Control>,
    capacity: usize,
}

// SAFETY: the value is an address and a size; what is behind them is reached by atomics, and by the one producer and the one
// consumer that `attach` was promised.
unsafe impl Send for Ring {}

impl Ring {
    /// Makes an empty ring of `capacity` bytes in the memory at `start`. Freshly mapped memory is an empty ring already; this is
    /// for memory that had another use, such as that of a lane before it.
    ///
    /// # Safety
    /// `start` is aligned to 128 and valid for [`bytes_needed(capacity)`](bytes_needed) bytes, and no process is attached.
    ///
    /// # Panics
    /// Unless `capacity` is a power of two and at least `2 * (MAX_PAYLOAD + 16)`.
    pub unsafe fn init(start: *mut u8, capacity: usize) {
        // SAFETY: the caller's promise is the same.
        let ring = unsafe { Ring::at(start, capacity) };
        let control =
            Control { head: Line(AtomicU64::new(0)), tail: Line(AtomicU64::new(0)), want_space: Line(AtomicU32::new(0)) };
        // SAFETY: aligned, large enough, and nobody else looks at it, all by the caller's promise.
        unsafe { ring.control.write(control) };
    }

    /// # Safety
    /// As for [`Producer::attach`], without the part about other producers.
    unsafe fn at(start: *mut u8, capacity: usize) -> Self {
        assert!(capacity.is_power_of_two() && capacity >= 2 * (MAX_PAYLOAD + UNIT), "a ring of {capacity} bytes");
        let control = NonNull::new(start.cast::<Control>()).filter(|control| control.is_aligned());
        let Some(control) = control else { panic!("a ring cannot begin at {start:?}") };
        Ring { control, capacity }
    }

    #[inline]
    fn control(&self) -> &Control {
        // SAFETY: mapped and aligned for as long as somebody is attached, as promised to `attach`; it holds atomics only, for
        // which every bit pattern is valid, so that whatever another process writes there is a value.
        unsafe { self.control.as_ref() }
    }

    #[inline]
    fn bytes(&self) -> NonNull<u8> {
        // SAFETY: the bytes follow the control block in the same mapping, as promised to `attach`.
        unsafe { self.control.add(1).cast() }
    }
}

// SAFETY: `at` checked the capacity, which is not changed afterwards. The memory is mapped while the value exists, as promised to
// `attach`; it begins at a multiple of 128; mapped memory is initialized.
unsafe impl Storage for Ring {
    #[inline]
    fn capacity(&self) -> usize {
        self.capacity
    }

    #[inline]
    fn head(&self) -> &AtomicU64 {
        &self.control().head.0
    }

    #[inline]
    fn tail(&self) -> &AtomicU64 {
        &self.control().tail.0
    }

    #[inline]
    fn want_space(&self) -> &AtomicU32 {
        &self.control().want_space.0
    }

    #[inline]
    unsafe fn for_reading(&self, offset: usize, len: usize) -> *const u8 {
        debug_assert!(offset + len <= self.capacity);
        // SAFETY: within the buffer, by the caller's promise.
        unsafe { self.bytes().add(offset).as_ptr() }
    }

    #[inline]
    unsafe fn for_writing(&self, offset: usize, len: usize) -> *mut u8 {
        debug_assert!(offset + len <= self.capacity);
        // SAFETY: within the buffer, by the caller's promise.
        unsafe { self.bytes().add(offset).as_ptr() }
    }
}

impl Producer {
    /// Attaches to the ring of `capacity` bytes at `start`, behind the last record that was published.
    ///
    /// # Safety
    /// `start` is aligned to 128 and stays valid for [`bytes_needed(capacity)`](bytes_needed) initialized bytes while the producer
    /// exists. In no process does the ring have another producer that still works.
    ///
    /// # Errors
    /// [`Corrupt`] if the positions found there cannot be.
    ///
    /// # Panics
    /// Unless `capacity` is a power of two and at least `2 * (MAX_PAYLOAD + 16)`.
    pub unsafe fn attach(start: *mut u8, capacity: usize) -> Result<Self, Corrupt> {
        // SAFETY: the caller's promise.
        Producer::over(unsafe { Ring::at(start, capacity) })
    }
}

impl Consumer {
    /// Attaches to the ring of `capacity` bytes at `start`, at the first record that nobody has taken.
    ///
    /// # Safety
    /// `start` is aligned to 128 and stays valid for [`bytes_needed(capacity)`](bytes_needed) initialized bytes while the consumer
    /// exists. In no process does the ring have another consumer that still works.
    ///
    /// # Errors
    /// [`Corrupt`] if the positions found there cannot be.
    ///
    /// # Panics
    /// Unless `capacity` is a power of two and at least `2 * (MAX_PAYLOAD + 16)`.
    pub unsafe fn attach(start: *mut u8, capacity: usize) -> Result<Self, Corrupt> {
        // SAFETY: the caller's promise.
        Consumer::over(unsafe { Ring::at(start, capacity) })
    }
}

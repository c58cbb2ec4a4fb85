//! What the protocol needs of the memory under it. It must not know the protocol.

use super::record::MAX_PAYLOAD;
use crate::shm::sync::{AtomicU32, AtomicU64};

pub(super) const NOT_WANTED: u32 = 0;
pub(super) const WANTED: u32 = 1;

/// The memory of a ring: two positions, a flag and the bytes.
///
/// # Safety
///
/// - `capacity` is a power of two, at least twice the size of the largest record (`MAX_PAYLOAD` rounded up to a multiple of 16, and 16),
///   and the same at each call.
/// - The pointers of `for_reading` and `for_writing` are valid for `len` bytes, aligned to 16 where `offset` is a multiple of 16, point
///   to initialized memory, and those of equal offsets to the same memory, for as long as the storage exists.
pub unsafe trait Storage {
    /// The largest payload that a record may have, in bytes.
    const MAX_PAYLOAD: usize = MAX_PAYLOAD;

    /// The size of the buffer, in bytes. Never read from shared memory.
    fn capacity(&self) -> usize;

    /// The producer's position.
    fn head(&self) -> &AtomicU64;

    /// The consumer's position.
    fn tail(&self) -> &AtomicU64;

    /// 1 while the producer waits for space; 0, or what a hostile peer wrote, while it does not.
    fn want_space(&self) -> &AtomicU32;

    /// The bytes from `offset`, for the consumer.
    ///
    /// # Safety
    /// `offset + len` is at most the capacity.
    unsafe fn for_reading(&self, offset: usize, len: usize) -> *const u8;

    /// The bytes from `offset`, for the producer.
    ///
    /// # Safety
    /// `offset + len` is at most the capacity.
    unsafe fn for_writing(&self, offset: usize, len: usize) -> *mut u8;
}

/// Where a position lies in the buffer.
#[inline]
pub(super) fn offset(storage: &impl Storage, position: u64) -> usize {
    position as usize & (storage.capacity() - 1)
}

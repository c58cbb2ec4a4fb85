//! Typed arrays in shared memory. It must not know what the elements mean.

use std::{
    marker::PhantomData,
    ops::{Deref, Range},
};

use super::mapping::SharedMapping;
use crate::Result;

/// A type that may live in shared memory.
///
/// # Safety
/// All-zero bytes are a valid value; every field is an atomic (or an array of such), so that other processes may write it at any
/// time; it holds no pointer and has no destructor; its alignment is at most a page.
pub unsafe trait Shared: Sync {}

// SAFETY: an atomic of four bytes; zero is valid.
unsafe impl Shared for std::sync::atomic::AtomicI32 {}

/// An array that every process forked later shares. Zeroed at first, unmapped when dropped.
pub struct SharedArray<T: Shared> {
    mapping: SharedMapping,
    len: usize,
    of: PhantomData<T>,
}

impl<T: Shared> SharedArray<T> {
    /// Maps `len` zeroed elements. Pages are taken when they are first written.
    ///
    /// # Errors
    /// What mmap(2) says, as `Error::System`.
    pub fn new(len: usize) -> Result<SharedArray<T>> {
        const { assert!(align_of::<T>() <= 4096) };
        let mapping = SharedMapping::new((len * size_of::<T>()).max(1))?;
        Ok(SharedArray { mapping, len, of: PhantomData })
    }

    /// See [`SharedMapping::use_huge_pages`]; of these elements.
    pub fn use_huge_pages(&self, range: Range<usize>) {
        let range = range.start.min(self.len)..range.end.min(self.len);
        self.mapping.use_huge_pages(range.start * size_of::<T>()..range.end * size_of::<T>());
    }
}

impl<T: Shared> Deref for SharedArray<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the mapping is page-aligned, `len` elements long, zeroed by the kernel and lives as long as `self`; by `Shared`
        // zeroes are valid and all access is atomic.
        unsafe { std::slice::from_raw_parts(self.mapping.as_ptr().cast::<T>(), self.len) }
    }
}

// SAFETY: it is a reference to memory whose elements are `Sync`; the mapping itself is never written through `&self`.
unsafe impl<T: Shared> Send for SharedArray<T> {}
// SAFETY: as above.
unsafe impl<T: Shared> Sync for SharedArray<T> {}

//! Anonymous shared mappings: memory that processes have in common because they were forked after it was mapped.
//! It must not know what is kept in them.

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::ptr::NonNull;

use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous, munmap};

use crate::error::{Context, Result};

/// Memory mapped `MAP_SHARED | MAP_ANONYMOUS`, zeroed, unmapped from this process when dropped.
///
/// A fork duplicates the value: parent and child each own their view of the same memory, and each may drop its own. Pages
/// count as used, once for all processes, from the first touch until [`give_back`](Self::give_back) or until the last
/// process has unmapped them.
#[derive(Debug)]
pub struct SharedMapping {
    start: NonNull<c_void>,
    len: NonZeroUsize,
}

// SAFETY: the value owns an address range and does nothing with its content; it may be dropped by any thread.
unsafe impl Send for SharedMapping {}
// SAFETY: `&SharedMapping` gives out a raw pointer and the size; `give_back` is a system call that threads may make at once.
unsafe impl Sync for SharedMapping {}

impl SharedMapping {
    /// Maps `len` bytes, rounded up to whole pages; 0 counts as one page.
    ///
    /// # Errors
    /// What mmap(2) reports: ENOMEM for a limit (memory, address space, number of mappings) or a size that does not exist.
    pub fn new(len: usize) -> Result<Self> {
        let page = page_size();
        // A size too large to be rounded becomes the largest whole number of pages, and mmap says what it thinks of it.
        let len = len.max(1).checked_next_multiple_of(page).unwrap_or(usize::MAX - (page - 1));
        let len = NonZeroUsize::new(len).unwrap_or(NonZeroUsize::MIN);
        // SAFETY: a new mapping at an address of the kernel's choice touches no memory that exists.
        let start = unsafe { mmap_anonymous(None, len, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_SHARED) };
        Ok(SharedMapping { start: start.call("mmap")?, len })
    }

    /// The first byte; aligned to a page. Valid for [`len`](Self::len) bytes until the mapping is dropped, in this process and,
    /// at the same address, in those forked from it.
    pub fn as_ptr(&self) -> *mut u8 {
        self.start.as_ptr().cast()
    }

    /// The size in bytes, a whole number of pages.
    pub fn len(&self) -> usize {
        self.len.get()
    }

    /// Never: a mapping has at least one page.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Asks for huge pages where the system has them for shared memory: for what is large and read all over. Memory is taken in larger steps then.
    pub fn prefer_huge_pages(&self) {
        // SAFETY: a hint for our own mapping, whose content it does not change. A system that cannot goes on as it was.
        let _ = unsafe { madvise(self.start, self.len(), MmapAdvise::MADV_HUGEPAGE) };
    }

    /// Gives the memory of `range` (in bytes from the start) back to the system, for all processes: it reads as zeros from
    /// now on, and takes memory again when it is written. Only whole pages within the range go back; the rest keeps its content.
    ///
    /// Nothing in the range may be in use, by any process: not a matter of safety (zeros are what a peer could write as
    /// well), but of sense.
    ///
    /// # Errors
    /// What madvise(2) reports; a range that is not within the mapping is EINVAL.
    pub fn give_back(&self, range: Range<usize>) -> Result<()> {
        if range.start > range.end || range.end > self.len() {
            return Err(nix::Error::EINVAL).call("madvise");
        }
        let page = page_size();
        let first = range.start.next_multiple_of(page);
        let end = range.end - range.end % page;
        if first >= end {
            return Ok(());
        }
        // SAFETY: `first` is within the mapping, so the result is within it too.
        let start = unsafe { self.start.byte_add(first) };
        // SAFETY: first..end are whole pages of our own mapping, and it stays mapped: only the content goes. Rust knows of it
        // by raw pointers and atomics alone, to which this is a write by another process.
        unsafe { madvise(start, end - first, MmapAdvise::MADV_REMOVE) }.call("madvise")
    }

    /// Unmaps from this process only, as dropping does, and says when it fails: a child rids itself of what belongs to others.
    ///
    /// # Errors
    /// What munmap(2) reports: ENOMEM where unmapping would split a mapping past the limit of their number.
    pub fn unmap(self) -> Result<()> {
        let this = std::mem::ManuallyDrop::new(self);
        // SAFETY: the range is ours, whole, and the value that owned it is gone.
        unsafe { munmap(this.start, this.len()) }.call("munmap")
    }
}

impl Drop for SharedMapping {
    fn drop(&mut self) {
        // SAFETY: the range is ours, whole, and nobody can reach it through this value any more. A failure leaves it mapped,
        // which harms nobody.
        let _ = unsafe { munmap(self.start, self.len()) };
    }
}

/// The size of a page, in bytes.
fn page_size() -> usize {
    // SAFETY: sysconf reads a constant of the system.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(4096)
}

#[cfg(test)]
mod tests {
    use super::{SharedMapping, page_size};
    use crate::Error;

    fn write(mapping: &SharedMapping, at: usize, byte: u8) {
        assert!(at < mapping.len());
        // SAFETY: within the mapping, which nobody else has.
        unsafe { mapping.as_ptr().add(at).write(byte) }
    }

    fn read(mapping: &SharedMapping, at: usize) -> u8 {
        assert!(at < mapping.len());
        // SAFETY: within the mapping, which nobody else has.
        unsafe { mapping.as_ptr().add(at).read() }
    }

    #[track_caller]
    fn assert_errno<T: std::fmt::Debug>(result: crate::Result<T>, errno: i32) {
        match result {
            Err(Error::System { source, .. }) => assert_eq!(source.raw_os_error(), Some(errno)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sizes_are_whole_pages() {
        for (len, pages) in [(0, 1), (1, 1), (page_size(), 1), (page_size() + 1, 2)] {
            let mapping = SharedMapping::new(len).unwrap();
            assert_eq!(mapping.len(), pages * page_size());
            assert_eq!(mapping.as_ptr().align_offset(page_size()), 0);
            assert_eq!(read(&mapping, mapping.len() - 1), 0);
        }
    }

    #[test]
    fn a_size_that_cannot_be_had_is_an_error() {
        assert_errno(SharedMapping::new(usize::MAX), libc::ENOMEM);
        assert_errno(SharedMapping::new(usize::MAX / 2), libc::ENOMEM);
    }

    #[test]
    fn what_is_given_back_reads_as_zeros_and_the_rest_stays() {
        let page = page_size();
        let mapping = SharedMapping::new(4 * page).unwrap();
        for at in 0..4 {
            write(&mapping, at * page, 7);
        }
        mapping.give_back(1..3 * page + 5).unwrap();
        assert_eq!([0, 1, 2, 3].map(|at| read(&mapping, at * page)), [7, 0, 0, 7]);
        write(&mapping, page, 9);
        assert_eq!(read(&mapping, page), 9);
        mapping.give_back(0..mapping.len()).unwrap();
        assert_eq!([0, 1, 2, 3].map(|at| read(&mapping, at * page)), [0; 4]);
    }

    #[test]
    fn a_range_without_a_whole_page_gives_nothing_back() {
        let mapping = SharedMapping::new(2 * page_size()).unwrap();
        write(&mapping, page_size(), 7);
        mapping.give_back(1..page_size() + 1).unwrap();
        mapping.give_back(page_size()..page_size()).unwrap();
        mapping.give_back(page_size() + 1..2 * page_size() - 1).unwrap();
        assert_eq!(read(&mapping, page_size()), 7);
    }

    #[test]
    fn a_range_outside_is_refused() {
        let mapping = SharedMapping::new(1).unwrap();
        assert_errno(mapping.give_back(0..mapping.len() + 1), libc::EINVAL);
        #[allow(clippy::reversed_empty_ranges, reason = "that it is refused is the point")]
        let reversed = 5..1;
        assert_errno(mapping.give_back(reversed), libc::EINVAL);
    }

    #[test]
    fn unmapping_succeeds() {
        SharedMapping::new(1).unwrap().unmap().unwrap();
    }
}

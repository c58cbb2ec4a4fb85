//! Anonymous shared mappings: memory that processes have in common because they were forked after it was mapped.
//! It must not know what is kept in them.

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous, munmap};

use crate::error::{Context, Result};

/// What a huge page takes, where processors have such at all: a multiple of it is a boundary for them.
const HUGE_PAGE: usize = 2 << 20;

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
        // Where none is found the address is the kernel's choice, and there are no huge pages.
        let boundary = if len.get() >= HUGE_PAGE { SharedMapping::boundary(len) } else { None };
        let start = boundary.and_then(|at| SharedMapping::map(Some(at), len).ok());
        Ok(SharedMapping { start: start.map_or_else(|| SharedMapping::map(None, len), Ok).call("mmap")?, len })
    }

    /// Maps where nothing is: there, or at an address of the kernel's choice.
    fn map(at: Option<NonZeroUsize>, len: NonZeroUsize) -> nix::Result<NonNull<c_void>> {
        let there = at.map_or(MapFlags::empty(), |_| MapFlags::MAP_FIXED_NOREPLACE);
        // SAFETY: a new mapping, which touches no memory that exists: not at an address that is given either.
        unsafe { mmap_anonymous(at, len, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_SHARED | there) }
    }

    /// An address that is a boundary of huge pages, from which on so many bytes were free just now. The kernel chooses one such for files, but not for
    /// memory without a file.
    fn boundary(len: NonZeroUsize) -> Option<NonZeroUsize> {
        let room = len.checked_add(HUGE_PAGE)?;
        // SAFETY: as in `map`; nothing can be read or written there.
        let start = unsafe { mmap_anonymous(None, room, ProtFlags::PROT_NONE, MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE) };
        let start = start.ok()?;
        // Given back before it is mapped: to map over it could fail with a hole left there, into which another thread maps something of its own.
        // SAFETY: it was mapped just now, whole, and nobody uses it. A failure leaves it reserved, which harms nobody.
        let _ = unsafe { munmap(start, room.get()) };
        start.addr().checked_add(start.as_ptr().align_offset(HUGE_PAGE))
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

    /// Has the huge pages in which `range` (in bytes from the start) lies taken as such, whole and at once, for all processes: whether that was done.
    /// Where it cannot be (before Linux 6.1, or when there is no memory in one piece) all stays as it is. The content does too.
    ///
    /// For what is large and read all over: most accesses would wait for page tables otherwise. It takes milliseconds, less by far than the page faults
    /// that it saves if most of the range is going to be used.
    pub fn use_huge_pages(&self, range: Range<usize>) -> bool {
        let first = range.start - range.start % HUGE_PAGE;
        let end = range.end.next_multiple_of(HUGE_PAGE).min(self.len() - self.len() % HUGE_PAGE);
        if first >= end || self.start.as_ptr().align_offset(HUGE_PAGE) != 0 {
            return false;
        }
        // Where there is nothing at all the kernel does not begin.
        for at in (first..end).step_by(HUGE_PAGE) {
            // SAFETY: within the mapping, where all is accessed by atomics, if at all.
            unsafe { (*self.as_ptr().add(at).cast::<AtomicU8>()).load(Relaxed) };
        }
        // SAFETY: `first` is within the mapping.
        let start = unsafe { self.start.byte_add(first) };
        // SAFETY: whole pages of our own mapping, whose content stays what it is.
        unsafe { libc::madvise(start.as_ptr(), end - first, libc::MADV_COLLAPSE) == 0 }
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
    use super::{HUGE_PAGE, SharedMapping, page_size};
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
    fn huge_pages_keep_what_was_written() {
        let mapping = SharedMapping::new(3 * HUGE_PAGE + 1).unwrap();
        assert_eq!(mapping.as_ptr().align_offset(HUGE_PAGE), 0);
        let places = [0, 1, HUGE_PAGE - 1, HUGE_PAGE, 2 * HUGE_PAGE + 7, 3 * HUGE_PAGE];
        for (number, at) in places.into_iter().enumerate() {
            write(&mapping, at, number as u8 + 1);
        }
        assert!(!mapping.use_huge_pages(0..0) && !mapping.use_huge_pages(3 * HUGE_PAGE..mapping.len()), "no whole huge page");
        let taken = mapping.use_huge_pages(1..2 * HUGE_PAGE + 1);
        for (number, at) in places.into_iter().enumerate() {
            assert_eq!(read(&mapping, at), number as u8 + 1);
        }
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let start = format!("{:x}-", mapping.as_ptr() as usize);
        let mut lines = maps.lines().skip_while(|line| !line.starts_with(&start)).skip(1);
        let huge = lines.find_map(|line| line.strip_prefix("ShmemPmdMapped:"));
        let expected = if taken { "6144 kB" } else { "0 kB" };
        assert_eq!(huge.map(str::trim), Some(expected));
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

    /// More than any system has, and less than the address space: refused, but where the system promises whatever it is asked for.
    fn too_much() -> bool {
        let mapping = SharedMapping::new(1 << 46);
        if mapping.is_err() {
            assert_errno(mapping, libc::ENOMEM);
            return true;
        }
        assert_eq!(std::fs::read_to_string("/proc/sys/vm/overcommit_memory").unwrap().trim(), "1");
        false
    }

    #[test]
    fn what_does_not_fit_leaves_the_address_space_as_it_was() {
        let mapped = || std::fs::read_to_string("/proc/self/maps").unwrap().lines().count();
        // With room for the address space that is reserved without memory, and none for the memory.
        let before = mapped();
        for _ in 0..100 {
            if !too_much() {
                return;
            }
        }
        assert!(mapped() < before + 50, "another test maps something at most");
    }

    #[test]
    fn many_threads_get_mappings_apart_from_one_another() {
        let work = |number: u8| {
            for round in 0..50 {
                let mappings: Vec<_> = (0..4).map(|_| SharedMapping::new(HUGE_PAGE + round).unwrap()).collect();
                for mapping in &mappings {
                    assert_eq!((read(mapping, 0), read(mapping, HUGE_PAGE - 1)), (0, 0));
                    write(mapping, 0, number);
                    write(mapping, HUGE_PAGE - 1, number);
                }
                for mapping in &mappings {
                    assert_eq!((read(mapping, 0), read(mapping, HUGE_PAGE - 1)), (number, number));
                }
            }
        };
        std::thread::scope(|scope| {
            for number in 1..=4 {
                scope.spawn(move || work(number));
            }
            for _ in 0..50 {
                too_much();
            }
        });
    }

    #[test]
    fn the_address_space_that_is_left_can_be_used_to_the_last_page() {
        use crate::sys::process::{self, ExitState, Fork};
        use nix::sys::resource::{Resource, setrlimit};

        let child = match process::fork().unwrap() {
            Fork::Child => {
                let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
                let used = pages.split(' ').next().unwrap().parse::<usize>().unwrap() * page_size();
                let limit = (used + 2 * HUGE_PAGE + HUGE_PAGE / 2) as u64;
                setrlimit(Resource::RLIMIT_AS, limit, limit).unwrap();
                let mapping = SharedMapping::new(2 * HUGE_PAGE);
                let refused = SharedMapping::new(2 * HUGE_PAGE);
                process::exit_now(i32::from(mapping.is_err()) + 2 * i32::from(refused.is_ok()))
            }
            Fork::Parent(pid) => pid,
        };
        assert_eq!(process::wait_for(child).unwrap(), ExitState::Exited(0));
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

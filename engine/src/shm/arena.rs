//! Small values in shared memory, a cache line each, many to a mapping. It must not know what they are.
//!
//! Cells are handed out by a counter that lies in the shared memory itself: after a fork, parent and child may both go on with a chunk and never
//! hand out the same cell. A cell is not used again, for another process may still use it; a chunk is unmapped with the last of its cells.

use std::{
    cell::RefCell,
    marker::PhantomData,
    ops::Deref,
    rc::Rc,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use super::array::{Shared, SharedArray};
use crate::Result;

/// Cells of a chunk: 64 KiB of address space, of which only what is used takes memory.
const CELLS: u32 = 1024;

/// A cell that holds nothing yet.
#[repr(C, align(64))]
struct Cell([std::sync::atomic::AtomicU64; 8]);

// SAFETY: repr(C), only atomics, zero is valid.
unsafe impl Shared for Cell {}

/// The first cell of a chunk counts those that were handed out.
struct Chunk(SharedArray<Cell>);

impl Chunk {
    fn new() -> Result<Chunk> {
        Ok(Chunk(SharedArray::new(CELLS as usize)?))
    }

    /// The number of a cell that nobody has, if there is one.
    fn take(&self) -> Option<usize> {
        // SAFETY: a cell is larger than an AtomicU32, aligned for it, and this one is used as such alone.
        let taken = unsafe { &*(&raw const self.0[0]).cast::<AtomicU32>() };
        // A chunk that is full is asked once more by each process that shares it: the counter does not come around.
        let number = taken.fetch_add(1, Relaxed) + 1;
        (number < CELLS).then_some(number as usize)
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<Chunk>>> = const { RefCell::new(None) };
}

/// A zeroed `T` on a cache line of its own, shared with every process that is forked later.
pub struct SharedCell<T: Shared> {
    at: *const T,
    _chunk: Rc<Chunk>,
    of: PhantomData<T>,
}

impl<T: Shared> SharedCell<T> {
    /// Takes a cell, and a new chunk where there is none left.
    ///
    /// # Errors
    /// What mmap(2) says, as `Error::System`.
    pub fn new() -> Result<SharedCell<T>> {
        const { assert!(size_of::<T>() <= size_of::<Cell>() && align_of::<T>() <= align_of::<Cell>()) };
        CURRENT.with_borrow_mut(|current| {
            let there = current.as_ref().and_then(|chunk| Some((chunk.clone(), chunk.take()?)));
            let (chunk, number) = match there {
                Some(found) => found,
                None => {
                    let chunk = Rc::new(Chunk::new()?);
                    *current = Some(chunk.clone());
                    let number = chunk.take().unwrap_or(1);
                    (chunk, number)
                }
            };
            let at = (&raw const chunk.0[number]).cast::<T>();
            Ok(SharedCell { at, _chunk: chunk, of: PhantomData })
        })
    }
}

impl<T: Shared> Deref for SharedCell<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the cell is large enough, aligned, zeroed, which is a valid T, all of whose access is atomic; nobody else was given it, and
        // the chunk lives as long as `self`.
        unsafe { &*self.at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_zeroed_and_apart() {
        let cells: Vec<SharedCell<Word>> = (0..3 * CELLS).map(|_| SharedCell::new().unwrap()).collect();
        for (number, cell) in cells.iter().enumerate() {
            assert_eq!(cell.0.swap(number as u32 + 1, Relaxed), 0);
        }
        for (number, cell) in cells.iter().enumerate() {
            assert_eq!(cell.0.load(Relaxed), number as u32 + 1);
        }
    }

    #[repr(C)]
    struct Word(AtomicU32);

    // SAFETY: one atomic, zero is valid.
    unsafe impl Shared for Word {}

    #[test]
    fn a_child_and_its_parent_are_given_different_cells() {
        use crate::sys::process::{self, ExitState, Fork};

        let _first: SharedCell<Word> = SharedCell::new().unwrap();
        let child = match process::fork().unwrap() {
            Fork::Child => {
                let cell: SharedCell<Word> = SharedCell::new().unwrap();
                process::exit_now(i32::from(cell.0.swap(1, Relaxed) != 0))
            }
            Fork::Parent(pid) => pid,
        };
        assert_eq!(process::wait_for(child).unwrap(), ExitState::Exited(0));
        let cell: SharedCell<Word> = SharedCell::new().unwrap();
        assert_eq!(cell.0.load(Relaxed), 0, "the child has written to another one");
    }
}

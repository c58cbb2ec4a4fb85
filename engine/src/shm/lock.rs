//! Locks between processes: a mutex, one that spins before it sleeps, and a lock for many readers or one writer. It must not know what they guard.
//!
//! All are made of [`RobustMutex`]es, and so none is lost with its holder. The lock for readers and a writer is a row of them, its places:
//!
//! 1. A reader takes any one place that is free.
//! 2. A writer takes the gate, and then every place that is in use, one after the other: each as soon as its reader has left it.
//! 3. When no place is free a reader adds one, if the gate is free: while a writer has it their number does not change.
//! 4. Otherwise, and when there are as many as there can be, a reader waits for the place that it had last.
//!
//! What a dead reader or writer held is free to the next one, as in any robust mutex. A reader costs what a mutex costs; a writer that many times as
//! much as there ever were readers at once, at least [`FIRST_PLACES`].

use std::{
    cell::Cell,
    ptr,
    sync::atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    },
};

use super::{
    arena::SharedCell,
    array::{Shared, SharedArray},
    robust::{Acquired, Patience, Refused, RobustMutex},
};
use crate::{Result, sys::robust_list::Holder};

/// Places that a lock begins with.
const FIRST_PLACES: u32 = 8;
/// Readers that can hold a lock at a time; one more waits.
const MOST_PLACES: u32 = 256;
/// How often a spinning lock tries before it sleeps: some microseconds, more than a short critical section takes.
const SPINS: u32 = 1000;

/// What a lock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// One holder; the others sleep.
    Mutex,
    /// Many readers or one writer.
    ReadWrite,
    /// One holder; the others try for some microseconds before they sleep.
    Spin,
}

/// What it is locked for. It makes a difference to [`LockKind::ReadWrite`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To read, beside other readers.
    Shared,
    /// To write.
    Exclusive,
}

/// A lock in memory that is shared with every process forked later.
///
/// What a process still holds it gives back when it drops the lock.
pub struct SharedLock {
    inner: Inner,
    near: Cell<Near>,
}

/// What the thread that uses a lock, there being one in each process, needs to take and give it back in the usual case.
#[derive(Clone, Copy)]
struct Near {
    /// Fresh for a lock for one alone that this thread has used already.
    holder: Holder,
    /// The lock's own, of which it is a copy.
    place: *const Place,
}

enum Inner {
    Exclusive { place: SharedCell<Place>, spins: u32 },
    ReadWrite(ReadWrite),
}

impl SharedLock {
    /// A free lock.
    ///
    /// # Errors
    /// `Error::System` when there is no memory to share.
    pub fn new(kind: LockKind) -> Result<SharedLock> {
        let exclusive = |spins| {
            let place = SharedCell::<Place>::new()?;
            place.mutex.init()?;
            Ok(Inner::Exclusive { place, spins })
        };
        let inner = match kind {
            LockKind::Mutex => exclusive(0)?,
            LockKind::Spin => exclusive(SPINS)?,
            LockKind::ReadWrite => Inner::ReadWrite(ReadWrite::new()?),
        };
        Ok(SharedLock { inner, near: Cell::new(Near { holder: Holder::NONE, place: ptr::null() }) })
    }

    /// The thread that runs.
    fn holder(&self) -> Option<Holder> {
        let current = Holder::current();
        if let (Inner::Exclusive { place, .. }, Some(holder)) = (&self.inner, current) {
            self.near.set(Near { holder, place: &raw const **place });
        }
        current
    }

    /// The thread and the lock, if this is one for one alone that it has used already.
    #[inline(always)]
    fn near(&self) -> Option<(Holder, &Place)> {
        let Near { holder, place } = self.near.get();
        // SAFETY: where the holder is fresh the place is that of `inner`, which lives as long as `self`.
        holder.is_fresh().then(|| (holder, unsafe { &*place }))
    }

    /// Takes it for one alone, if it is one that is free and nothing else has to be seen to. False says nothing: [`lock`](Self::lock) does.
    #[inline(always)]
    pub fn lock_free(&self) -> bool {
        // What is left to be told where there are holders is in the mutex itself: it is not taken so.
        self.near().is_some_and(|(holder, place)| place.mutex.take_free(&holder))
    }

    /// Gives it back, if the caller holds it for itself alone. False says nothing: [`unlock`](Self::unlock) does.
    #[inline(always)]
    pub fn unlock_held(&self) -> bool {
        self.near().is_some_and(|(holder, place)| place.mutex.release(&holder))
    }

    /// Takes it.
    ///
    /// # Errors
    /// See [`Refused`]: who holds it already is refused rather than left to wait for itself.
    #[inline]
    pub fn lock(&self, access: Access, patience: Patience) -> Result<Acquired, Refused> {
        let holder = self.holder();
        match &self.inner {
            Inner::Exclusive { place, spins } => place.lock(holder, *spins, patience),
            Inner::ReadWrite(lock) => lock.lock(holder, access, patience),
        }
    }

    /// Gives it back; nothing to give back is no mistake. False: someone else holds it.
    #[inline]
    pub fn unlock(&self) -> bool {
        let holder = self.holder();
        match &self.inner {
            Inner::Exclusive { place, .. } => place.unlock(holder),
            Inner::ReadWrite(lock) => lock.unlock(holder),
        }
    }
}

impl Drop for SharedLock {
    fn drop(&mut self) {
        let holder = self.holder();
        match &self.inner {
            Inner::Exclusive { place, .. } => _ = place.mutex.unlock_by(holder),
            Inner::ReadWrite(lock) => while lock.release(holder) {},
        }
    }
}

#[repr(C, align(64))]
struct Place {
    mutex: RobustMutex,
    /// 1: someone has found that its holder had died, but did not keep the lock; whoever locks it next is to be told. Where the mutex can be
    /// left so, that says it.
    untold: AtomicU32,
}

// SAFETY: repr(C), of fields that may live in shared memory; zero is valid.
unsafe impl Shared for Place {}

impl Place {
    #[inline]
    fn lock(&self, holder: Option<Holder>, spins: u32, patience: Patience) -> Result<Acquired, Refused> {
        let mut taken = self.mutex.try_lock_by(holder);
        if taken == Err(Refused::Busy) && patience != Patience::None {
            taken = self.wait(holder, spins, patience);
        }
        if self.untold.load(Relaxed) != 0 && taken.is_ok() && self.untold.swap(0, Relaxed) != 0 {
            return Ok(Acquired::Abandoned);
        }
        taken
    }

    #[cold]
    fn wait(&self, holder: Option<Holder>, spins: u32, patience: Patience) -> Result<Acquired, Refused> {
        for _ in 0..spins {
            std::hint::spin_loop();
            match self.mutex.try_lock_by(holder) {
                Err(Refused::Busy) => {}
                done => return done,
            }
        }
        self.mutex.lock_by(holder, patience)
    }

    #[inline]
    fn unlock(&self, holder: Option<Holder>) -> bool {
        self.mutex.unlock_by(holder) || self.is_free(holder)
    }

    #[cold]
    fn is_free(&self, holder: Option<Holder>) -> bool {
        match self.mutex.try_lock_by(holder) {
            Ok(acquired) => {
                self.give_back_untold(holder, acquired);
                true
            }
            Err(_) => false,
        }
    }

    /// Gives it back as it was acquired.
    fn give_back_untold(&self, holder: Option<Holder>, acquired: Acquired) {
        if acquired == Acquired::Abandoned && !self.mutex.abandon_by(holder) {
            self.untold.store(1, Relaxed);
        }
        self.mutex.unlock_by(holder);
    }
}

/// See the module. The gate, and behind it the places.
struct ReadWrite {
    gate: SharedArray<Gate>,
    places: SharedArray<Place>,
    /// Where this process had a place last.
    last: Cell<u32>,
}

#[repr(C, align(64))]
struct Gate {
    mutex: RobustMutex,
    /// How many places are in use. Written by whoever has the gate.
    places: AtomicU32,
}

// SAFETY: as for `Place`.
unsafe impl Shared for Gate {}

impl ReadWrite {
    fn new() -> Result<ReadWrite> {
        let lock = ReadWrite { gate: SharedArray::new(1)?, places: SharedArray::new(MOST_PLACES as usize)?, last: Cell::new(0) };
        lock.gate().mutex.init()?;
        for place in &lock.places[..FIRST_PLACES as usize] {
            place.mutex.init()?;
        }
        lock.gate().places.store(FIRST_PLACES, Release);
        Ok(lock)
    }

    fn gate(&self) -> &Gate {
        &self.gate[0]
    }

    /// The places in use.
    fn in_use(&self) -> &[Place] {
        // Their mutexes were made before their number was stored.
        &self.places[..self.gate().places.load(Acquire).min(MOST_PLACES) as usize]
    }

    fn lock(&self, holder: Option<Holder>, access: Access, patience: Patience) -> Result<Acquired, Refused> {
        match access {
            Access::Shared => self.read(holder, patience),
            Access::Exclusive => self.write(holder, patience),
        }
    }

    fn read(&self, holder: Option<Holder>, patience: Patience) -> Result<Acquired, Refused> {
        // 1
        let places = self.in_use();
        let last = self.last.get() as usize % places.len();
        for number in (last..places.len()).chain(0..last) {
            match places[number].lock(holder, 0, Patience::None) {
                Err(Refused::Busy) => {}
                taken => {
                    self.last.set(number as u32);
                    return taken;
                }
            }
        }
        // 3
        if let Some(taken) = self.add_place(holder) {
            return taken;
        }
        // 4
        match patience {
            Patience::None => Err(Refused::Busy),
            _ => places[last].lock(holder, 0, patience),
        }
    }

    /// A place that nobody has had: none while a writer is there, or when there are as many as there can be.
    #[cold]
    fn add_place(&self, holder: Option<Holder>) -> Option<Result<Acquired, Refused>> {
        let gate = self.gate();
        // A writer that died here leaves its places marked: a reader that needs a new one reads what the writer may have left half done.
        let told = gate.mutex.try_lock_by(holder).ok()?;
        let number = gate.places.load(Relaxed);
        let taken = (number < MOST_PLACES).then(|| {
            let place = &self.places[number as usize];
            place.mutex.init().map_err(|error| Refused::Broken(error.code()))?;
            let taken = place.lock(holder, 0, Patience::None)?;
            gate.places.store(number + 1, Release);
            self.last.set(number);
            Ok(if told == Acquired::Abandoned { told } else { taken })
        });
        gate.mutex.unlock_by(holder);
        taken
    }

    // 2
    fn write(&self, holder: Option<Holder>, patience: Patience) -> Result<Acquired, Refused> {
        let mut all = self.gate().mutex.lock_by(holder, patience)?;
        let places = self.in_use();
        for (number, place) in places.iter().enumerate() {
            match place.lock(holder, 0, patience) {
                Ok(Acquired::Clean) => {}
                Ok(Acquired::Abandoned) => all = Acquired::Abandoned,
                Err(refused) => {
                    for place in &places[..number] {
                        place.give_back_untold(holder, all);
                    }
                    self.gate().mutex.unlock_by(holder);
                    return Err(refused);
                }
            }
        }
        Ok(all)
    }

    /// Gives back the lock to write, or one to read: false when the caller has neither.
    fn release(&self, holder: Option<Holder>) -> bool {
        let places = self.in_use();
        if self.gate().mutex.unlock_by(holder) {
            for place in places {
                place.mutex.unlock_by(holder);
            }
            return true;
        }
        let last = self.last.get() as usize % places.len();
        (last..places.len()).chain(0..last).any(|number| places[number].mutex.unlock_by(holder))
    }

    fn unlock(&self, holder: Option<Holder>) -> bool {
        self.release(holder) || self.in_use().iter().all(|place| place.is_free(holder))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sys::process::{self, ExitState, Fork};

    const KINDS: [LockKind; 3] = [LockKind::Mutex, LockKind::ReadWrite, LockKind::Spin];

    #[track_caller]
    fn in_child(work: impl FnOnce() -> bool) {
        match process::fork().unwrap() {
            Fork::Child => process::exit_now(i32::from(!work())),
            Fork::Parent(pid) => assert_eq!(process::wait_for(pid).unwrap(), ExitState::Exited(0)),
        }
    }

    fn soon() -> Patience {
        Patience::within(Duration::from_millis(5))
    }

    #[test]
    fn one_holder_at_a_time() {
        for kind in KINDS {
            let lock = SharedLock::new(kind).unwrap();
            assert_eq!(lock.lock(Access::Exclusive, Patience::Endless), Ok(Acquired::Clean), "{kind:?}");
            in_child(|| {
                lock.lock(Access::Exclusive, Patience::None) == Err(Refused::Busy)
                    && lock.lock(Access::Shared, Patience::None) == Err(Refused::Busy)
                    && lock.lock(Access::Exclusive, soon()) == Err(Refused::TimedOut)
                    && lock.lock(Access::Shared, soon()) == Err(Refused::TimedOut)
                    && !lock.unlock()
            });
            assert_eq!(lock.lock(Access::Exclusive, Patience::Endless), Err(Refused::Own), "{kind:?}");
            assert!(lock.unlock() && lock.unlock(), "what is free may be unlocked");
            in_child(|| lock.lock(Access::Exclusive, Patience::None) == Ok(Acquired::Clean) && lock.unlock());
        }
    }

    #[test]
    fn a_dead_holder_locks_nobody_out_and_is_told_of_once() {
        for kind in KINDS {
            let lock = SharedLock::new(kind).unwrap();
            in_child(|| lock.lock(Access::Exclusive, Patience::None).is_ok());
            assert!(lock.unlock(), "{kind:?}: a dead holder holds nothing");
            assert_eq!(lock.lock(Access::Exclusive, Patience::Endless), Ok(Acquired::Abandoned), "{kind:?}");
            assert!(lock.unlock());
            assert_eq!(lock.lock(Access::Exclusive, Patience::Endless), Ok(Acquired::Clean), "{kind:?}");
        }
    }

    #[test]
    fn readers_share_and_keep_writers_out() {
        let lock = SharedLock::new(LockKind::ReadWrite).unwrap();
        for _ in 0..3 * FIRST_PLACES {
            assert_eq!(lock.lock(Access::Shared, Patience::None), Ok(Acquired::Clean));
        }
        in_child(|| {
            lock.lock(Access::Shared, Patience::None) == Ok(Acquired::Clean)
                && lock.unlock()
                && lock.lock(Access::Exclusive, Patience::None) == Err(Refused::Busy)
                && lock.lock(Access::Exclusive, soon()) == Err(Refused::TimedOut)
        });
        assert_eq!(lock.lock(Access::Exclusive, Patience::Endless), Err(Refused::Own), "a reader does not become a writer");
        for _ in 0..3 * FIRST_PLACES {
            in_child(|| lock.lock(Access::Exclusive, Patience::None) == Err(Refused::Busy));
            assert!(lock.unlock());
        }
        in_child(|| lock.lock(Access::Exclusive, Patience::None) == Ok(Acquired::Clean) && lock.unlock());
    }

    #[test]
    fn a_dead_reader_lets_the_writer_in() {
        let lock = SharedLock::new(LockKind::ReadWrite).unwrap();
        in_child(|| lock.lock(Access::Shared, Patience::None).is_ok());
        assert!(lock.lock(Access::Exclusive, Patience::Endless).is_ok());
        assert!(lock.unlock());
    }

    #[test]
    fn what_is_dropped_is_given_back() {
        for kind in KINDS {
            let lock = SharedLock::new(kind).unwrap();
            let child = match process::fork().unwrap() {
                Fork::Child => {
                    let free = lock.lock(Access::Exclusive, Patience::within(Duration::from_secs(20))).is_ok();
                    process::exit_now(i32::from(!free))
                }
                Fork::Parent(pid) => pid,
            };
            // Whoever comes first: the child gets it at the latest when this one is gone.
            let _ = lock.lock(Access::Exclusive, Patience::Endless);
            drop(lock);
            assert_eq!(process::wait_for(child).unwrap(), ExitState::Exited(0), "{kind:?}");
        }
    }
}

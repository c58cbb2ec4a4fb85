//! A mutex in shared memory that outlives whoever holds it: when that process dies, the next to lock gets it and is told. It must not know what it
//! guards.
//!
//! The kernel keeps the list of what a thread holds and marks it at the thread's end, whatever ends it, so that neither a process id that is used
//! again nor a zombie can be taken for the holder. A mutex is a [`LockWord`](super::word::LockWord) in that list, which takes and gives it back in
//! half the time of a robust pthread mutex; and such a one, process-shared and error-checking, where the C library keeps its list otherwise
//! (see [`robust_list`](crate::sys::robust_list)).

use std::{
    cell::UnsafeCell,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::array::Shared;
use crate::{
    error::{Context, Result},
    sys::{
        futex,
        robust_list::{self, Entry, Holder},
    },
};

/// A mutex among processes. [`init`](Self::init) comes before all else.
///
/// It belongs to a thread: the one that locked it, and no other, can unlock it; not a child either that is forked meanwhile. It must be unlocked
/// before its memory is unmapped.
#[repr(transparent)]
pub struct RobustMutex(UnsafeCell<libc::pthread_mutex_t>);

const _: () = assert!(
    size_of::<libc::pthread_mutex_t>() >= size_of::<Entry>() && align_of::<libc::pthread_mutex_t>() >= align_of::<Entry>()
);

// SAFETY: it is an `Entry`, which is Sync, or a mutex of the C library's, whose functions are made to be called by many threads and processes at
// once; which of both, a process and all that it forks agree on.
unsafe impl Sync for RobustMutex {}
// SAFETY: all access to it is atomic, but for the pointers in it, which link what a thread holds: they are read by that thread alone and by the
// kernel, which checks them. Zero is valid, and free.
unsafe impl Shared for RobustMutex {}

/// What a lock was when it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Acquired {
    /// Free.
    Clean,
    /// Held by someone who has died: what it guards may be half done.
    Abandoned,
}

/// Why a lock could not be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Someone holds it, and the caller did not want to wait.
    Busy,
    /// The time was over before it was free.
    TimedOut,
    /// The caller holds it itself.
    Own,
    /// The memory is not a mutex (any more): an errno.
    Broken(i32),
}

impl Refused {
    /// The errno that says the same.
    pub fn errno(self) -> i32 {
        match self {
            Refused::Busy => libc::EBUSY,
            Refused::TimedOut => libc::ETIMEDOUT,
            Refused::Own => libc::EDEADLK,
            Refused::Broken(errno) => errno,
        }
    }
}

/// How long to wait for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Not at all.
    None,
    /// Until then, whatever becomes of the system's clock.
    Until(Instant),
    /// As long as it takes.
    Endless,
}

impl Patience {
    /// So long from now.
    pub fn within(time: Duration) -> Patience {
        Instant::now().checked_add(time).map_or(Patience::Endless, Patience::Until)
    }
}

impl RobustMutex {
    /// Makes the memory a mutex. Nobody may use it yet.
    ///
    /// # Errors
    /// What pthread_mutex_init(3) says.
    pub fn init(&self) -> Result<()> {
        if robust_list::is_shared() {
            // SAFETY: nobody uses the memory yet, and zeros are a free entry.
            unsafe { self.0.get().write_bytes(0, 1) };
            return Ok(());
        }
        // SAFETY: the mutex is memory of ours that nobody uses yet.
        match unsafe { robust_list::init_mutex(self.0.get()) } {
            0 => Ok(()),
            failed => Err(std::io::Error::from_raw_os_error(failed)).call("pthread_mutex_init"),
        }
    }

    /// Takes it if it is free.
    ///
    /// # Errors
    /// `Busy`, also when the caller itself holds it.
    #[inline]
    pub fn try_lock(&self) -> Result<Acquired, Refused> {
        self.try_lock_by(Holder::current())
    }

    /// As [`try_lock`](Self::try_lock), for who has [`Holder::current`] at hand.
    ///
    /// # Errors
    /// As for [`try_lock`](Self::try_lock).
    #[inline]
    pub fn try_lock_by(&self, holder: Option<Holder>) -> Result<Acquired, Refused> {
        self.lock_by(holder, Patience::None)
    }

    /// Takes it, and waits for it where `patience` says so.
    ///
    /// # Errors
    /// See [`Refused`].
    #[inline]
    pub fn lock(&self, patience: Patience) -> Result<Acquired, Refused> {
        self.lock_by(Holder::current(), patience)
    }

    /// As [`lock`](Self::lock), for who has [`Holder::current`] at hand.
    ///
    /// # Errors
    /// See [`Refused`].
    #[inline]
    pub fn lock_by(&self, holder: Option<Holder>, patience: Patience) -> Result<Acquired, Refused> {
        let taken = match holder {
            Some(holder) => self.take(&holder, patience),
            None => self.lock_unlisted(patience),
        };
        // C libraries differ in what they say of one's own mutex when it is only tried.
        if taken == Err(Refused::Own) && patience == Patience::None { Err(Refused::Busy) } else { taken }
    }

    /// Gives it back: false when the caller does not hold it.
    #[inline]
    pub fn unlock(&self) -> bool {
        self.unlock_by(Holder::current())
    }

    /// As [`unlock`](Self::unlock), for who has [`Holder::current`] at hand.
    #[inline]
    pub fn unlock_by(&self, holder: Option<Holder>) -> bool {
        match holder {
            Some(holder) => self.release(&holder),
            None => self.unlock_unlisted(),
        }
    }

    /// Gives back what the caller holds as a dead holder leaves it: the next to lock it is told. False where a mutex cannot be left so: it is held still.
    pub fn abandon_by(&self, holder: Option<Holder>) -> bool {
        holder.is_some_and(|holder| self.leave_dead(&holder))
    }

    // No holder, and yet the mutexes are words: the system has begun to refuse what it gave before.

    #[cold]
    #[inline(never)]
    fn lock_unlisted(&self, patience: Patience) -> Result<Acquired, Refused> {
        if robust_list::is_shared() { Err(Refused::Broken(libc::ENOSYS)) } else { self.lock_pthread(patience) }
    }

    #[cold]
    #[inline(never)]
    fn unlock_unlisted(&self) -> bool {
        !robust_list::is_shared() && self.unlock_pthread()
    }
}

/// Where a mutex is a word in the thread's list.
#[cfg(not(loom))]
mod listed {
    use super::*;
    use crate::shm::word::{Found, LockWord};

    impl RobustMutex {
        #[inline]
        fn entry(&self) -> &Entry {
            // SAFETY: the memory is large enough and aligned, see above; who has a holder knows that it is an entry.
            unsafe { &*self.0.get().cast::<Entry>() }
        }

        #[inline]
        pub(super) fn word(&self) -> &LockWord {
            // SAFETY: a LockWord is a transparent wrapper of the same atomic.
            unsafe { &*(&raw const self.entry().word).cast::<LockWord>() }
        }

        /// Takes it if that needs no more than the word: false says nothing. Few instructions, to be inlined where locks are taken.
        #[inline(always)]
        pub(in crate::shm) fn take_free(&self, holder: &Holder) -> bool {
            let entry = self.entry();
            holder.begin(entry);
            let taken = self.word().take_free(holder.tid);
            if taken {
                // SAFETY: as in `take`.
                unsafe { holder.link(entry) };
            }
            holder.end();
            taken
        }

        #[inline]
        pub(super) fn take(&self, holder: &Holder, patience: Patience) -> Result<Acquired, Refused> {
            let entry = self.entry();
            holder.begin(entry);
            let taken = if self.word().take_free(holder.tid) { Ok(Acquired::Clean) } else { self.wait(holder.tid, patience) };
            if taken.is_ok() {
                // SAFETY: the word names this thread from now on and did not before, so the entry is in no list; whoever unmaps the memory
                // has to unlock before.
                unsafe { holder.link(entry) };
            }
            holder.end();
            taken
        }

        #[cfg(test)]
        pub(super) fn is_waited_for(&self) -> bool {
            self.word().atomic().load(std::sync::atomic::Ordering::Relaxed) & libc::FUTEX_WAITERS != 0
        }

        #[cold]
        #[inline(never)]
        fn wait(&self, tid: u32, patience: Patience) -> Result<Acquired, Refused> {
            let mut has_slept = false;
            loop {
                let found = match self.word().take(tid, has_slept) {
                    Found::Nobody(acquired) => return Ok(acquired),
                    Found::Oneself => return Err(Refused::Own),
                    Found::Other(found) => found,
                };
                let left = match patience {
                    Patience::None => return Err(Refused::Busy),
                    Patience::Endless => None,
                    Patience::Until(deadline) => match deadline.saturating_duration_since(Instant::now()) {
                        Duration::ZERO => return Err(Refused::TimedOut),
                        left => Some(left),
                    },
                };
                if let Some(marked) = self.word().mark_waiting(found) {
                    futex::wait(self.word().atomic(), marked, left);
                    has_slept = true;
                }
            }
        }

        #[inline(always)]
        pub(in crate::shm) fn release(&self, holder: &Holder) -> bool {
            self.give_back(holder, LockWord::give_back)
        }

        pub(super) fn leave_dead(&self, holder: &Holder) -> bool {
            self.give_back(holder, LockWord::leave_dead)
        }

        #[inline(always)]
        fn give_back(&self, holder: &Holder, how: impl FnOnce(&LockWord) -> bool) -> bool {
            if !self.word().is_held_by(holder.tid) {
                return false;
            }
            let entry = self.entry();
            holder.begin(entry);
            // SAFETY: the word names this thread, so it has put the entry into its list.
            unsafe { holder.unlink(entry) };
            if how(self.word()) {
                self.wake();
            }
            holder.end();
            true
        }

        #[cold]
        #[inline(never)]
        fn wake(&self) {
            futex::wake(self.word().atomic(), 1);
        }
    }
}

/// A model has atomics of its own, which are no words of the kernel's.
#[cfg(loom)]
impl RobustMutex {
    pub(super) fn take_free(&self, _: &Holder) -> bool {
        false
    }

    fn take(&self, _: &Holder, patience: Patience) -> Result<Acquired, Refused> {
        self.lock_pthread(patience)
    }

    pub(super) fn release(&self, _: &Holder) -> bool {
        self.unlock_pthread()
    }

    fn leave_dead(&self, _: &Holder) -> bool {
        false
    }
}

/// Where it is the C library's.
impl RobustMutex {
    fn lock_pthread(&self, patience: Patience) -> Result<Acquired, Refused> {
        let mut taken = self.lock_pthread_until(None);
        while matches!(taken, Err(Refused::Busy | Refused::TimedOut)) {
            // The C library's waiters are to look again as ours do. Its time is that of the system's clock, which may be set meanwhile.
            let wait = match patience {
                Patience::None => return Err(Refused::Busy),
                Patience::Endless => futex::LOOK_AGAIN,
                Patience::Until(deadline) => match deadline.saturating_duration_since(Instant::now()) {
                    Duration::ZERO => return Err(Refused::TimedOut),
                    left => left.min(futex::LOOK_AGAIN),
                },
            };
            taken = self.lock_pthread_until(Some(SystemTime::now() + wait));
        }
        taken
    }

    fn lock_pthread_until(&self, deadline: Option<SystemTime>) -> Result<Acquired, Refused> {
        let mutex = self.0.get();
        // SAFETY: the mutex is initialised, or all zeros, which is one too; the time lives during the call.
        let result = unsafe {
            match deadline {
                None => libc::pthread_mutex_trylock(mutex),
                Some(deadline) => libc::pthread_mutex_timedlock(mutex, std::ptr::from_ref(&timespec(deadline))),
            }
        };
        match result {
            0 => Ok(Acquired::Clean),
            libc::EOWNERDEAD => {
                // SAFETY: the mutex is ours, and marked. Who dies before the repair of what it guards leaves it marked again.
                unsafe { libc::pthread_mutex_consistent(self.0.get()) };
                Ok(Acquired::Abandoned)
            }
            libc::EBUSY => Err(Refused::Busy),
            libc::ETIMEDOUT => Err(Refused::TimedOut),
            libc::EDEADLK => Err(Refused::Own),
            errno => Err(Refused::Broken(errno)),
        }
    }

    fn unlock_pthread(&self) -> bool {
        // SAFETY: as in `lock_pthread`; who does not hold it is refused.
        unsafe { libc::pthread_mutex_unlock(self.0.get()) == 0 }
    }
}

fn timespec(time: SystemTime) -> libc::timespec {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    libc::timespec {
        tv_sec: libc::time_t::try_from(since.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: libc::c_long::from(since.subsec_nanos()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shm::arena::SharedCell;
    use crate::sys::process::{self, ExitState, Fork};

    fn mutex() -> SharedCell<RobustMutex> {
        let mutex = SharedCell::<RobustMutex>::new().unwrap();
        mutex.init().unwrap();
        mutex
    }

    #[track_caller]
    fn in_child(work: impl FnOnce() -> bool) -> ExitState {
        match process::fork().unwrap() {
            Fork::Child => process::exit_now(i32::from(!work())),
            Fork::Parent(pid) => process::wait_for(pid).unwrap(),
        }
    }

    #[test]
    fn a_holder_is_known() {
        let mutex = mutex();
        assert_eq!(mutex.lock(Patience::Endless), Ok(Acquired::Clean));
        assert_eq!(mutex.try_lock(), Err(Refused::Busy));
        assert_eq!(mutex.lock(Patience::Endless), Err(Refused::Own));
        let others = || {
            mutex.lock(Patience::within(Duration::from_millis(5))) == Err(Refused::TimedOut)
                && mutex.try_lock() == Err(Refused::Busy)
                && !mutex.unlock()
        };
        assert_eq!(in_child(others), ExitState::Exited(0));
        assert!(mutex.unlock());
        assert!(!mutex.unlock());
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
    fn the_list_of_this_c_library_is_one_that_is_known() {
        assert!(robust_list::is_shared());
    }

    #[test]
    fn a_mutex_of_the_c_library_does_the_same() {
        let mutex = SharedCell::<RobustMutex>::new().unwrap();
        // SAFETY: nobody uses the memory yet.
        assert_eq!(unsafe { robust_list::init_mutex(mutex.0.get()) }, 0);
        assert_eq!(in_child(|| mutex.lock_pthread(Patience::None).is_ok()), ExitState::Exited(0));
        assert_eq!(mutex.lock_pthread(Patience::Endless), Ok(Acquired::Abandoned));
        assert_eq!(mutex.lock_pthread(Patience::Endless), Err(Refused::Own));
        let others = || {
            mutex.lock_pthread(Patience::within(Duration::from_millis(5))) == Err(Refused::TimedOut)
                && mutex.lock_pthread(Patience::None) == Err(Refused::Busy)
                && !mutex.unlock_pthread()
        };
        assert_eq!(in_child(others), ExitState::Exited(0));
        assert!(mutex.unlock_pthread());
    }

    #[test]
    fn several_are_held_and_given_back_in_any_order() {
        let mutexes = [mutex(), mutex(), mutex(), mutex()];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            for mutex in &mutexes {
                assert_eq!(mutex.lock(Patience::Endless), Ok(Acquired::Clean));
            }
            for at in order {
                assert!(mutexes[at].unlock());
            }
        }
        let die_with_some = || {
            let taken = mutexes.iter().all(|mutex| mutex.lock(Patience::Endless) == Ok(Acquired::Clean));
            taken && mutexes[1].unlock() && mutexes[3].unlock()
        };
        assert_eq!(in_child(die_with_some), ExitState::Exited(0));
        let found = mutexes.each_ref().map(|mutex| mutex.lock(Patience::Endless));
        assert_eq!(found, [Ok(Acquired::Abandoned), Ok(Acquired::Clean), Ok(Acquired::Abandoned), Ok(Acquired::Clean)]);
        assert!(mutexes.iter().all(|mutex| mutex.unlock()));
    }

    #[test]
    fn who_waits_is_woken_by_an_unlock_and_by_a_death() {
        for dies in [false, true] {
            let (mutex, ready) = (mutex(), crate::shm::atomic::SharedU32::new(0).unwrap());
            let holder = match process::fork().unwrap() {
                Fork::Child => {
                    let held = mutex.try_lock() == Ok(Acquired::Clean);
                    ready.wakeup(1);
                    // Whether the other one sleeps yet: its word says so.
                    while held && !mutex.is_waited_for() {
                        std::thread::yield_now();
                    }
                    process::exit_now(i32::from(!(held && (dies || mutex.unlock()))))
                }
                Fork::Parent(pid) => pid,
            };
            assert!(ready.wait(None));
            let expected = if dies { Acquired::Abandoned } else { Acquired::Clean };
            assert_eq!(mutex.lock(Patience::within(Duration::from_secs(20))), Ok(expected));
            assert!(mutex.unlock());
            assert_eq!(process::wait_for(holder).unwrap(), ExitState::Exited(0));
        }
    }

    /// One who gives back is killed before it wakes anybody, and a third one comes before the kernel looks: nobody knows of those who sleep.
    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn who_sleeps_and_is_not_marked_any_more_gets_the_lock_all_the_same() {
        use std::sync::atomic::Ordering::SeqCst;

        let mutex = mutex();
        assert_eq!(mutex.lock(Patience::Endless), Ok(Acquired::Clean));
        let sleeper = match process::fork().unwrap() {
            Fork::Child => {
                let taken = mutex.lock(Patience::within(Duration::from_secs(20)));
                process::exit_now(i32::from(!(taken == Ok(Acquired::Clean) && mutex.unlock())))
            }
            Fork::Parent(pid) => pid,
        };
        let state = format!("/proc/{sleeper}/stat");
        while !(mutex.is_waited_for() && std::fs::read_to_string(&state).unwrap().contains(") S ")) {
            std::thread::yield_now();
        }
        mutex.word().atomic().fetch_and(!libc::FUTEX_WAITERS, SeqCst);
        assert!(mutex.unlock());
        assert_eq!(process::wait_for(sleeper).unwrap(), ExitState::Exited(0));
    }

    #[test]
    fn the_next_after_a_dead_holder_is_told_once() {
        let mutex = mutex();
        assert_eq!(in_child(|| mutex.try_lock().is_ok()), ExitState::Exited(0));
        assert_eq!(mutex.lock(Patience::Endless), Ok(Acquired::Abandoned));
        assert!(mutex.unlock());
        assert_eq!(mutex.try_lock(), Ok(Acquired::Clean));
        assert!(mutex.unlock());
    }
}

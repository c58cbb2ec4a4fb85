//! A mutex in shared memory that outlives whoever holds it: when that process dies, the next to lock gets it and is told. It must not know what it
//! guards.
//!
//! It is a pthread mutex, process-shared, robust and error-checking. The kernel keeps the list of what a thread holds and marks it at the
//! thread's end, whatever ends it, so that neither a process id that is used again nor a zombie can be taken for the holder.

use std::{
    cell::UnsafeCell,
    mem::MaybeUninit,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::array::Shared;
use crate::error::{Context, Result};

/// A mutex among processes. [`init`](Self::init) comes before all else.
///
/// It belongs to a thread: the one that locked it, and no other, can unlock it; not a child either that is forked meanwhile. It must be unlocked
/// before its memory is unmapped.
#[repr(transparent)]
pub struct RobustMutex(UnsafeCell<libc::pthread_mutex_t>);

// SAFETY: pthread functions are made to be called by many threads and processes at once; nothing else touches the content.
unsafe impl Sync for RobustMutex {}
// SAFETY: the C library accesses it atomically; zero is a valid (private) mutex. The pointers in it, which link what a thread holds, are read by
// that thread alone and by the kernel, which checks them.
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
    /// Until this time of the system's clock, which is the one that pthread takes.
    Until(SystemTime),
    /// As long as it takes.
    Endless,
}

impl Patience {
    /// So long from now.
    pub fn within(time: Duration) -> Patience {
        SystemTime::now().checked_add(time).map_or(Patience::Endless, Patience::Until)
    }
}

impl RobustMutex {
    /// Makes the memory a mutex. Nobody may use it yet.
    ///
    /// # Errors
    /// What pthread_mutex_init(3) says.
    pub fn init(&self) -> Result<()> {
        let mut attributes = MaybeUninit::<libc::pthread_mutexattr_t>::uninit();
        let attributes = attributes.as_mut_ptr();
        // SAFETY: the attributes are initialised first and destroyed last, and live here; the mutex is memory of ours that nobody uses yet.
        let failed = unsafe {
            libc::pthread_mutexattr_init(attributes);
            libc::pthread_mutexattr_settype(attributes, libc::PTHREAD_MUTEX_ERRORCHECK);
            libc::pthread_mutexattr_setpshared(attributes, libc::PTHREAD_PROCESS_SHARED);
            libc::pthread_mutexattr_setrobust(attributes, libc::PTHREAD_MUTEX_ROBUST);
            let failed = libc::pthread_mutex_init(self.0.get(), attributes);
            libc::pthread_mutexattr_destroy(attributes);
            failed
        };
        if failed == 0 { Ok(()) } else { Err(std::io::Error::from_raw_os_error(failed)).call("pthread_mutex_init") }
    }

    /// Takes it if it is free.
    ///
    /// # Errors
    /// `Busy`, also when the caller itself holds it.
    #[inline]
    pub fn try_lock(&self) -> Result<Acquired, Refused> {
        // SAFETY: the mutex is initialised, or all zeros, which is one too.
        match self.taken(unsafe { libc::pthread_mutex_trylock(self.0.get()) }) {
            Err(Refused::Own) => Err(Refused::Busy), // C libraries differ in what they say of one's own
            taken => taken,
        }
    }

    /// Takes it, and waits for it where `patience` says so.
    ///
    /// # Errors
    /// See [`Refused`].
    #[inline]
    pub fn lock(&self, patience: Patience) -> Result<Acquired, Refused> {
        match patience {
            Patience::None => self.try_lock(),
            // SAFETY: as in `try_lock`.
            Patience::Endless => self.taken(unsafe { libc::pthread_mutex_lock(self.0.get()) }),
            Patience::Until(deadline) => self.lock_until(deadline),
        }
    }

    fn lock_until(&self, deadline: SystemTime) -> Result<Acquired, Refused> {
        let since = deadline.duration_since(UNIX_EPOCH).unwrap_or_default();
        let until = libc::timespec {
            tv_sec: libc::time_t::try_from(since.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: libc::c_long::from(since.subsec_nanos()),
        };
        // SAFETY: as in `try_lock`; the time lives during the call.
        self.taken(unsafe { libc::pthread_mutex_timedlock(self.0.get(), &raw const until) })
    }

    #[inline]
    fn taken(&self, result: i32) -> Result<Acquired, Refused> {
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

    /// Gives it back: false when the caller does not hold it.
    #[inline]
    pub fn unlock(&self) -> bool {
        // SAFETY: as in `try_lock`; who does not hold it is refused.
        unsafe { libc::pthread_mutex_unlock(self.0.get()) == 0 }
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
    fn the_next_after_a_dead_holder_is_told_once() {
        let mutex = mutex();
        assert_eq!(in_child(|| mutex.try_lock().is_ok()), ExitState::Exited(0));
        assert_eq!(mutex.lock(Patience::Endless), Ok(Acquired::Abandoned));
        assert!(mutex.unlock());
        assert_eq!(mutex.try_lock(), Ok(Acquired::Clean));
        assert!(mutex.unlock());
    }
}

//! The lock between processes that a coroutine waits for without blocking its process. It must not know which coroutine that is: one of a process at a
//! time.
//!
//! 1. Who finds it held counts itself among those that wait, looks once more, and waits for a semaphore.
//! 2. Who unlocks it posts the semaphore if anybody waits. What one process takes from it wakes that one only.
//! 3. A holder that dies posts nothing: those that wait look again every [`LOOK_AGAIN`].

use std::{cell::Cell, io, time::Duration};

use engine::{
    shm::{
        atomic::SharedU32,
        lock::{Access, LockKind, SharedLock},
        robust::{Acquired, Patience, Refused},
    },
    sys::{atfork, eventfd},
};

use crate::{
    coroutine::io::{Deadline, Descriptor, Direction},
    zend::{Result, constants},
};

/// How soon the death of a holder is seen at the latest.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// See the module.
pub struct Between {
    lock: SharedLock,
    waiting: SharedU32,
    semaphore: Descriptor,
    generation: Cell<u32>,
}

impl Between {
    /// A free one, for this process and those that are forked later.
    ///
    /// # Errors
    /// `Error::System` when there is no memory or no descriptor left.
    pub fn new() -> engine::Result<Between> {
        Ok(Between {
            lock: SharedLock::new(LockKind::Mutex)?,
            waiting: SharedU32::new(0)?,
            semaphore: Descriptor::new(eventfd::semaphore()?),
            generation: Cell::new(atfork::generation()?),
        })
    }

    /// Whether the process was forked since this was last asked: what its parent held it does not hold.
    pub fn is_inherited(&self) -> bool {
        atfork::generation().is_ok_and(|now| self.generation.replace(now) != now)
    }

    /// Takes it; with `wait` the current coroutine waits for it. Inner: the code of what keeps it from that.
    ///
    /// # Errors
    /// The process or the coroutine has to leave.
    pub fn lock(&self, wait: bool) -> Result<Result<Acquired, i32>> {
        match self.lock.lock(Access::Exclusive, Patience::None) {
            Err(Refused::Busy) if wait => {}
            done => return Ok(done.map_err(Refused::errno)),
        }
        self.waiting.add(1);
        let ended = self.wait();
        self.waiting.sub(1);
        ended
    }

    fn wait(&self) -> Result<Result<Acquired, i32>> {
        loop {
            match self.lock.lock(Access::Exclusive, Patience::None) {
                Err(Refused::Busy) => {}
                done => return Ok(done.map_err(Refused::errno)),
            }
            let posted = self.semaphore.perform(Direction::Read, Deadline::after(Some(LOOK_AGAIN)), |fd| eventfd::take(fd))?;
            match posted {
                Ok(()) => {}
                Err(error) if error.raw_os_error() == Some(libc::ETIMEDOUT) => {}
                Err(error) if error.raw_os_error() == Some(libc::ECANCELED) => {
                    return Ok(Err(constants::SWOOLE_ERROR_CO_CANCELED as i32));
                }
                Err(error) => return Ok(Err(errno(&error))),
            }
        }
    }

    /// Gives it back; false when another process holds it.
    pub fn unlock(&self) -> bool {
        let free = self.lock.unlock();
        if free
            && self.waiting.get() > 0
            && let Some(semaphore) = self.semaphore.get()
        {
            eventfd::post(&*semaphore);
        }
        free
    }
}

fn errno(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EINVAL)
}

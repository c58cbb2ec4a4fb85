//! `Swoole\Coroutine\Lock`: a lock between the coroutines of a process or, if it is shared, of several. It must not know how coroutines are run.
//!
//! A shared one is two locks: the coroutines of a process take turns as with any, and the one whose turn it is takes the lock between the processes, which
//! [`shared`] waits for without blocking.

mod shared;

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::VecDeque,
};

use engine::shm::robust::Acquired;

use self::shared::Between;
use super::{
    host,
    scheduler::{self, Cid, Reason, Ticket, Woken},
};
use crate::{
    last_error,
    memory::tell_abandoned,
    zend::{Call, Class, CoroutineLockMethods, Error, Object, Result, State, Value, constants},
};

/// `LOCK_NB` of PHP.
const LOCK_NB: i64 = 4;
/// EBUSY: somebody else holds it.
const BUSY: i32 = libc::EBUSY;
const CANCELED: i32 = constants::SWOOLE_ERROR_CO_CANCELED as i32;

/// What a lock holds.
#[derive(Default)]
pub struct CoroutineLock {
    held: Cell<Held>,
    waiting: RefCell<VecDeque<Ticket>>,
    between: OnceCell<Between>,
}

/// Who holds a lock in this process.
#[derive(Clone, Copy, Default)]
enum Held {
    #[default]
    Free,
    /// A coroutine, so many times.
    By(Cid, u32),
}

impl State for CoroutineLock {}

fn failed(lock: &Object<CoroutineLock>, code: i32) -> Result<Value> {
    last_error::set(code);
    lock.set("errCode", code)?;
    Ok(false.into())
}

impl CoroutineLock {
    /// Who holds it here: nobody, in a process that has inherited it.
    fn held(&self) -> Held {
        if self.between.get().is_some_and(Between::is_inherited) {
            self.waiting.borrow_mut().clear();
            self.held.set(Held::Free);
        }
        self.held.get()
    }

    /// Nobody in this process holds it: the next one's turn.
    fn give_way(&self) -> Result<()> {
        self.held.set(Held::Free);
        loop {
            let Some(next) = self.waiting.borrow_mut().pop_front() else { return Ok(()) };
            if scheduler::wake(next, Woken::Ready)? {
                return Ok(());
            }
        }
    }

    /// It is this process's turn: takes the lock between processes, if it is shared. An errno if it cannot.
    fn take_between(&self, wait: bool) -> Result<Result<(), i32>> {
        let Some(between) = self.between.get() else { return Ok(Ok(())) };
        let taken = between.lock(wait);
        if !matches!(taken, Ok(Ok(_))) {
            let next = self.give_way();
            return taken.and_then(|taken| next.map(|()| taken.map(drop)));
        }
        if let Ok(Ok(Acquired::Abandoned)) = taken {
            tell_abandoned(|| {
                between.unlock();
                self.give_way_later();
            })?;
        }
        Ok(Ok(()))
    }

    /// As [`give_way`](Self::give_way), while an exception is on its way: none of the others can run before it has been caught.
    fn give_way_later(&self) {
        self.held.set(Held::Free);
        let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
        host::defer(Box::new(move || waiting.into_iter().try_for_each(|next| scheduler::wake(next, Woken::Ready).map(drop))));
    }
}

impl CoroutineLockMethods for CoroutineLock {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        if call.args(0, 1)?.or(false, |args| args.bool())? {
            let between =
                Between::new().map_err(|error| Error::exception(Class::Exception, error.to_string(), error.code().into()))?;
            // A second call of the constructor changes nothing.
            let _ = call.state().between.set(between);
        }
        Ok(Value::null())
    }

    fn lock(call: &mut Call<Self>) -> Result<Value> {
        let operation = call.args(0, 1)?.or(2, |args| args.int())?;
        let Some(me) = scheduler::current() else {
            return Err(scheduler::no_coroutine());
        };
        let state = call.state();
        let waits = operation & LOCK_NB == 0;
        loop {
            match state.held() {
                Held::Free => {
                    state.held.set(Held::By(me, 1));
                    return match state.take_between(waits)? {
                        Ok(()) => Ok(true.into()),
                        Err(code) => failed(call.this(), code),
                    };
                }
                Held::By(owner, times) if owner == me => {
                    state.held.set(Held::By(me, times + 1));
                    return Ok(true.into());
                }
                Held::By(..) if !waits => return failed(call.this(), BUSY),
                Held::By(..) => {
                    let wait = scheduler::prepare()?;
                    let ticket = wait.ticket();
                    state.waiting.borrow_mut().push_back(ticket);
                    let woken = wait.park(Reason::Event, None);
                    if !matches!(woken, Ok(Woken::Ready)) {
                        scheduler::leave_queue(&mut state.waiting.borrow_mut(), ticket);
                    }
                    if woken? != Woken::Ready {
                        return failed(call.this(), CANCELED);
                    }
                }
            }
        }
    }

    fn unlock(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let state = call.state();
        let Held::By(owner, times) = state.held() else {
            // What another process holds is not this one's to give back.
            let free = state.between.get().is_none_or(Between::unlock);
            return if free {
                Ok(true.into())
            } else {
                failed(call.this(), constants::SWOOLE_ERROR_CO_BLOCK_OBJECT_LOCKED as i32)
            };
        };
        if scheduler::current() != Some(owner) {
            return failed(call.this(), constants::SWOOLE_ERROR_CO_BLOCK_OBJECT_LOCKED as i32);
        }
        if times > 1 {
            state.held.set(Held::By(owner, times - 1));
            return Ok(true.into());
        }
        if let Some(between) = state.between.get() {
            between.unlock();
        }
        state.give_way()?;
        Ok(true.into())
    }
}

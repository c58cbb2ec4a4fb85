//! `Swoole\Coroutine\Lock`: a lock between the coroutines of a process. It must not know how coroutines are run.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};

use super::scheduler::{self, Cid, Reason, Ticket, Woken};
use crate::{
    last_error,
    zend::{Call, Class, CoroutineLockMethods, Error, Object, Result, State, Value, constants},
};

/// `LOCK_NB` of PHP.
const LOCK_NB: i64 = 4;
/// EBUSY: somebody else holds it.
const BUSY: i32 = 16;

/// What a lock holds.
#[derive(Default)]
pub struct CoroutineLock {
    held: Cell<Held>,
    waiting: RefCell<VecDeque<Ticket>>,
}

/// Who holds a lock.
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

impl CoroutineLockMethods for CoroutineLock {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        if call.args(0, 1)?.or(false, |args| args.bool())? {
            return Err(Error::exception(Class::Exception, "a Swoole\\Coroutine\\Lock between processes is not built yet", 0));
        }
        Ok(Value::null())
    }

    fn lock(call: &mut Call<Self>) -> Result<Value> {
        let operation = call.args(0, 1)?.or(2, |args| args.int())?;
        let Some(me) = scheduler::current() else {
            return Err(scheduler::no_coroutine());
        };
        let state = call.state();
        loop {
            match state.held.get() {
                Held::Free => state.held.set(Held::By(me, 1)),
                Held::By(owner, times) if owner == me => state.held.set(Held::By(me, times + 1)),
                Held::By(..) if operation & LOCK_NB != 0 => return failed(call.this(), BUSY),
                Held::By(..) => {
                    let wait = scheduler::prepare()?;
                    let ticket = wait.ticket();
                    state.waiting.borrow_mut().push_back(ticket);
                    let woken = wait.park(Reason::Event, None);
                    if !matches!(woken, Ok(Woken::Ready)) {
                        scheduler::leave_queue(&mut state.waiting.borrow_mut(), ticket);
                    }
                    if woken? != Woken::Ready {
                        return failed(call.this(), constants::SWOOLE_ERROR_CO_CANCELED as i32);
                    }
                    continue;
                }
            }
            return Ok(true.into());
        }
    }

    fn unlock(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let state = call.state();
        let Held::By(owner, times) = state.held.get() else { return Ok(true.into()) };
        if scheduler::current() != Some(owner) {
            return failed(call.this(), constants::SWOOLE_ERROR_CO_BLOCK_OBJECT_LOCKED as i32);
        }
        if times > 1 {
            state.held.set(Held::By(owner, times - 1));
            return Ok(true.into());
        }
        state.held.set(Held::Free);
        loop {
            let Some(next) = state.waiting.borrow_mut().pop_front() else { break };
            if scheduler::wake(next, Woken::Ready)? {
                break;
            }
        }
        Ok(true.into())
    }
}

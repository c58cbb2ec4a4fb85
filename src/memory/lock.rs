//! `Swoole\Lock`.

use std::cell::OnceCell;

use engine::shm::{
    lock::{Access, LockKind, SharedLock},
    robust::{Acquired, Patience, Refused},
};

use super::{made_twice, tell_abandoned, timeout, unmade, wrong_use};
use crate::{
    last_error,
    zend::{Call, Class, Error, LockMethods, Result, State, Value, constants},
};

/// The bits of the operation, as those of PHP's `flock()`.
const LOCK_SH: i64 = 1;
const LOCK_EX: i64 = 2;
const LOCK_NB: i64 = 4;

const EINVAL: i32 = 22;
const EPERM: i32 = 1;

/// What an object holds; nothing until its constructor has run.
#[derive(Default)]
pub struct Lock(OnceCell<SharedLock>);

impl State for Lock {}

impl Lock {
    #[inline]
    fn lock(&self) -> Result<&SharedLock> {
        self.0.get().ok_or_else(|| unmade("Swoole\\Lock"))
    }
}

/// Notes why a call returns false.
fn note(call: &Call<Lock>, errno: i32) -> Result<()> {
    last_error::set(errno);
    call.this().set("errCode", errno)
}

impl LockMethods for Lock {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let number = call.args(0, 1)?.or(constants::SWOOLE_MUTEX, |args| args.int())?;
        let kind = match number {
            constants::SWOOLE_MUTEX => LockKind::Mutex,
            constants::SWOOLE_RWLOCK => LockKind::ReadWrite,
            constants::SWOOLE_SPINLOCK => LockKind::Spin,
            _ => {
                let text = format!("lock type[{number}] is not one of SWOOLE_MUTEX, SWOOLE_RWLOCK and SWOOLE_SPINLOCK");
                return Err(Error::exception(Class::Exception, text, 0));
            }
        };
        let lock = SharedLock::new(kind).map_err(|error| wrong_use(error.to_string()))?;
        call.state().0.set(lock).map_err(|_| made_twice("Swoole\\Lock"))?;
        Ok(Value::null())
    }

    /// Most calls are without arguments, of a lock that is free.
    #[inline(always)]
    fn lock_at_once(call: &Call<Self>) -> Option<Value> {
        (call.count() == 0 && call.state().0.get()?.lock_free()).then(|| true.into())
    }

    #[inline(always)]
    fn unlock_at_once(call: &Call<Self>) -> Option<Value> {
        (call.count() == 0 && call.state().0.get()?.unlock_held()).then(|| true.into())
    }

    fn lock(call: &mut Call<Self>) -> Result<Value> {
        let (access, patience) = asked(call)?;
        let lock = call.state().lock()?;
        match lock.lock(access, patience) {
            Ok(Acquired::Clean) => Ok(true.into()),
            Ok(Acquired::Abandoned) => {
                tell_abandoned(|| _ = lock.unlock())?;
                Ok(true.into())
            }
            Err(refused @ (Refused::Own | Refused::Broken(_))) => {
                note(call, refused.errno())?;
                Err(Error::Warning(match refused {
                    Refused::Own => "this process holds the lock already and would wait for itself".into(),
                    _ => format!("the lock cannot be used, Error: {}", engine::sys::error_text(refused.errno())),
                }))
            }
            Err(refused) => {
                note(call, refused.errno())?;
                Ok(false.into())
            }
        }
    }

    fn unlock(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        if call.state().lock()?.unlock() {
            return Ok(true.into());
        }
        note(call, EPERM)?;
        Ok(false.into())
    }
}

/// What the arguments ask for.
fn asked(call: &Call<Lock>) -> Result<(Access, Patience)> {
    let mut args = call.args(0, 2)?;
    let operation = args.or(LOCK_EX, |args| args.int())?;
    let secs = args.or(-1.0, |args| args.float())?;
    let access = match operation & !LOCK_NB {
        LOCK_SH => Access::Shared,
        LOCK_EX => Access::Exclusive,
        _ => {
            note(call, EINVAL)?;
            return Err(Error::Warning(format!(
                "the operation must be LOCK_EX or LOCK_SH, with or without LOCK_NB, got {operation}"
            )));
        }
    };
    let patience = if operation & LOCK_NB != 0 {
        Patience::None
    } else if secs < 0.0 {
        Patience::Endless
    } else {
        timeout(secs).map_or(Patience::Endless, Patience::within)
    };
    Ok((access, patience))
}

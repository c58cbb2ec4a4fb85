//! `Swoole\Atomic` and `Swoole\Atomic\Long`.

use std::cell::OnceCell;

use engine::shm::atomic::{SharedI64, SharedU32};

use super::{made_twice, timeout, unmade, wrong_use};
use crate::zend::{AtomicLongMethods, AtomicMethods, Call, Result, State, Value};

/// What an object of `Swoole\Atomic` holds; nothing until its constructor has run.
#[derive(Default)]
pub struct Atomic(OnceCell<SharedU32>);

/// What an object of `Swoole\Atomic\Long` holds; nothing until its constructor has run.
#[derive(Default)]
pub struct AtomicLong(OnceCell<SharedI64>);

impl State for Atomic {}
impl State for AtomicLong {}

impl Atomic {
    #[inline]
    fn number(&self) -> Result<&SharedU32> {
        self.0.get().ok_or_else(|| unmade("Swoole\\Atomic"))
    }
}

impl AtomicLong {
    #[inline]
    fn number(&self) -> Result<&SharedI64> {
        self.0.get().ok_or_else(|| unmade("Swoole\\Atomic\\Long"))
    }
}

/// The lower 32 bits, of a number below 0 too: that is how it wraps.
fn word(number: i64) -> u32 {
    number as u32
}

impl AtomicMethods for Atomic {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let value = call.args(0, 1)?.or(0, |args| args.int())?;
        let number = SharedU32::new(word(value)).map_err(|error| wrong_use(error.to_string()))?;
        call.state().0.set(number).map_err(|_| made_twice("Swoole\\Atomic"))?;
        Ok(Value::null())
    }

    #[inline(always)]
    fn add_at_once(call: &Call<Self>) -> Option<Value> {
        let by = match (call.count(), call.arg(0)) {
            (0, _) => 1,
            (1, Some(value)) => value.as_int()?,
            _ => return None,
        };
        Some(call.state().0.get()?.add(word(by)).into())
    }

    fn add(call: &mut Call<Self>) -> Result<Value> {
        let by = call.args(0, 1)?.or(1, |args| args.int())?;
        Ok(call.state().number()?.add(word(by)).into())
    }

    fn sub(call: &mut Call<Self>) -> Result<Value> {
        let by = call.args(0, 1)?.or(1, |args| args.int())?;
        Ok(call.state().number()?.sub(word(by)).into())
    }

    fn get(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().number()?.get().into())
    }

    fn set(call: &mut Call<Self>) -> Result<Value> {
        let value = call.args(1, 1)?.int()?;
        call.state().number()?.set(word(value));
        Ok(Value::null())
    }

    fn wait(call: &mut Call<Self>) -> Result<Value> {
        let secs = call.args(0, 1)?.or(1.0, |args| args.float())?;
        Ok(call.state().number()?.wait(timeout(secs)).into())
    }

    fn wakeup(call: &mut Call<Self>) -> Result<Value> {
        let count = call.args(0, 1)?.or(1, |args| args.int())?;
        call.state().number()?.wakeup(u32::try_from(count.max(0)).unwrap_or(u32::MAX));
        Ok(true.into())
    }

    fn cmpset(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 2)?;
        let (expected, value) = (args.int()?, args.int()?);
        Ok(call.state().number()?.compare_set(word(expected), word(value)).into())
    }
}

impl AtomicLongMethods for AtomicLong {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let value = call.args(0, 1)?.or(0, |args| args.int())?;
        let number = SharedI64::new(value).map_err(|error| wrong_use(error.to_string()))?;
        call.state().0.set(number).map_err(|_| made_twice("Swoole\\Atomic\\Long"))?;
        Ok(Value::null())
    }

    fn add(call: &mut Call<Self>) -> Result<Value> {
        let by = call.args(0, 1)?.or(1, |args| args.int())?;
        Ok(call.state().number()?.add(by).into())
    }

    fn sub(call: &mut Call<Self>) -> Result<Value> {
        let by = call.args(0, 1)?.or(1, |args| args.int())?;
        Ok(call.state().number()?.sub(by).into())
    }

    fn get(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().number()?.get().into())
    }

    fn set(call: &mut Call<Self>) -> Result<Value> {
        let value = call.args(1, 1)?.int()?;
        call.state().number()?.set(value);
        Ok(Value::null())
    }

    fn cmpset(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 2)?;
        let (expected, value) = (args.int()?, args.int()?);
        Ok(call.state().number()?.compare_set(expected, value).into())
    }
}

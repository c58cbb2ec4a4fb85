//! `Swoole\Coroutine\Barrier`: waits until nobody refers to the object any more, which its destructor tells. It must not know how coroutines are run.

use std::cell::Cell;

use super::{
    scheduler::{self, Reason, Ticket, Woken},
    timeout,
};
use crate::zend::{Call, Class, CoroutineBarrierMethods, Error, Object, Result, State, Value};

/// What a barrier holds.
#[derive(Default)]
pub struct CoroutineBarrier {
    waiter: Cell<Option<Ticket>>,
}

impl State for CoroutineBarrier {}

impl CoroutineBarrierMethods for CoroutineBarrier {
    fn destruct(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        if let Some(ticket) = call.state().waiter.take() {
            scheduler::wake(ticket, Woken::Ready)?;
        }
        Ok(Value::null())
    }

    fn make(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        Ok(Object::<CoroutineBarrier>::new()?.into())
    }

    fn wait(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let given = args.replace(Value::null());
        let seconds = args.or(-1.0, |args| args.float())?;
        let Some(barrier) = given.as_object().and_then(|object| object.downcast::<CoroutineBarrier>()) else {
            return Err(Error::Exception {
                class: crate::zend::ExceptionClass::TypeError,
                text: "Swoole\\Coroutine\\Barrier::wait(): Argument #1 ($barrier) must be of type Swoole\\Coroutine\\Barrier"
                    .into(),
                code: 0,
            });
        };
        if barrier.state().waiter.get().is_some() {
            return Err(Error::exception(Class::Exception, "The barrier is waiting, cannot wait again.", 0));
        }
        let wait = scheduler::prepare()?;
        let ticket = wait.ticket();
        barrier.state().waiter.set(Some(ticket));
        // The references that were ours: if they were the last, the destructor finds nobody to wake yet.
        let alone = given.is_last_reference_but(1);
        if alone {
            barrier.state().waiter.set(None);
            return Ok(Value::null());
        }
        drop(barrier);
        drop(given);
        let _: Woken = wait.park(Reason::Event, timeout(seconds))?;
        Ok(Value::null())
    }
}

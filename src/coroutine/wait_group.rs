//! `Swoole\Coroutine\WaitGroup`: waits until a counter is back at 0. It must not know how coroutines are run.

use std::cell::Cell;

use super::{
    scheduler::{self, Reason, Ticket, Woken},
    timeout,
};
use crate::zend::{Call, CoroutineWaitGroupMethods, Error, ExceptionClass, Result, State, Value};

/// What a wait group holds.
#[derive(Default)]
pub struct CoroutineWaitGroup {
    count: Cell<i64>,
    waiter: Cell<Option<Ticket>>,
}

impl State for CoroutineWaitGroup {}

fn misuse(class: ExceptionClass, text: &str) -> Error {
    Error::Exception { class, text: format!("WaitGroup misuse: {text}"), code: 0 }
}

impl CoroutineWaitGroup {
    fn add(&self, delta: i64) -> Result<()> {
        if self.waiter.get().is_some() {
            return Err(misuse(ExceptionClass::BadMethodCall, "add called concurrently with wait"));
        }
        self.change(delta)
    }

    fn change(&self, delta: i64) -> Result<()> {
        let count = self.count.get().saturating_add(delta);
        if count < 0 {
            return Err(misuse(ExceptionClass::InvalidArgument, "negative counter"));
        }
        self.count.set(count);
        Ok(())
    }
}

impl CoroutineWaitGroupMethods for CoroutineWaitGroup {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let delta = call.args(0, 1)?.or(0, |args| args.int())?;
        if delta > 0 {
            call.state().add(delta)?;
        }
        Ok(Value::null())
    }

    fn add(call: &mut Call<Self>) -> Result<Value> {
        let delta = call.args(0, 1)?.or(1, |args| args.int())?;
        call.state().add(delta).map(Value::from)
    }

    fn done(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let state = call.state();
        state.change(-1)?;
        if state.count.get() == 0
            && let Some(ticket) = state.waiter.take()
        {
            scheduler::wake(ticket, Woken::Ready)?;
        }
        Ok(Value::null())
    }

    fn wait(call: &mut Call<Self>) -> Result<Value> {
        let seconds = call.args(0, 1)?.or(-1.0, |args| args.float())?;
        let state = call.state();
        if state.waiter.get().is_some() {
            return Err(misuse(ExceptionClass::BadMethodCall, "wait called while another coroutine waits"));
        }
        if state.count.get() == 0 {
            return Ok(true.into());
        }
        let wait = scheduler::prepare()?;
        let ticket = wait.ticket();
        state.waiter.set(Some(ticket));
        let woken = wait.park(Reason::Event, timeout(seconds));
        state.waiter.set(None);
        Ok((woken? == Woken::Ready).into())
    }

    fn count(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().count.get().into())
    }
}

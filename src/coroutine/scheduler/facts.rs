//! What can be asked of coroutines: numbers, where they stand, what they keep for themselves. It must not run any.

use std::time::Duration;

use super::{Cancel, Cid, State, current, with};
use crate::{
    coroutine::host,
    zend::{AnyObject, Class, Result, Value, fiber},
};

/// Whether the last wait of the current coroutine was cancelled.
pub fn is_canceled() -> bool {
    with(|all| {
        all.current.borrow().as_ref().is_some_and(|record| matches!(record.cancel.get(), Cancel::Quietly | Cancel::Throwing))
    })
}

/// Whether there is such a coroutine.
pub fn exists(cid: Cid) -> bool {
    with(|all| all.live.borrow().contains_key(&cid))
}

/// Who started it.
pub fn parent(cid: Cid) -> Option<Cid> {
    with(|all| all.find(cid).map(|record| record.parent.get()))
}

/// How long ago it started.
pub fn elapsed(cid: Cid) -> Option<Duration> {
    with(|all| all.find(cid).map(|record| Duration::from_nanos(fiber::clock().saturating_sub(record.started.get()))))
}

/// Bytes of its C stack that are in use.
pub fn stack_usage(cid: Cid) -> Option<usize> {
    with(|all| all.find(cid).map(|record| record.fiber.stack_usage()))
}

/// The calls on its stack.
///
/// # Errors
/// As for [`Fiber::backtrace`].
pub fn backtrace(cid: Cid, options: i64, limit: i64) -> Result<Option<Value>> {
    match with(|all| all.find(cid)) {
        None => Ok(None),
        Some(record) if matches!(record.state.get(), State::Parked(_)) => record.fiber.backtrace(options, limit).map(Some),
        Some(_) if current() == Some(cid) => fiber::own_backtrace(options, limit).map(Some),
        // It has resumed the one that runs: where it stands is not kept.
        Some(_) => Ok(None),
    }
}

/// What it keeps for itself, made when it is first asked for.
///
/// # Errors
/// `Pending` when it cannot be made.
pub fn context(cid: Cid) -> Result<Option<AnyObject>> {
    let Some(record) = with(|all| all.find(cid)) else { return Ok(None) };
    if let Some(context) = record.with_extra(|extra| extra.context.clone()) {
        return Ok(Some(context));
    }
    let made = AnyObject::new(Class::CoroutineContext)?;
    record.with_extra(|extra| extra.context = Some(made.clone()));
    Ok(Some(made))
}

/// The ids of all, in order.
pub fn cids() -> Vec<Cid> {
    let mut cids: Vec<Cid> = with(|all| all.live.borrow().keys().collect());
    cids.sort_unstable();
    cids
}

/// Numbers of all coroutines.
pub struct Numbers {
    /// How many there are.
    pub live: usize,
    /// The most that there were at once.
    pub peak: usize,
    /// The last id that was given.
    pub last: Cid,
}

/// Numbers of all coroutines.
pub fn numbers() -> Numbers {
    with(|all| Numbers { live: all.live.borrow().len(), peak: all.peak.get(), last: all.last.get() })
}

/// Whether one more can be started.
pub fn has_room() -> bool {
    with(|all| all.live.borrow().len() < all.most.get())
}

/// Whether there is any.
#[inline]
pub fn is_any() -> bool {
    with(|all| !all.live.borrow().is_empty())
}

/// Whether anything has been started here, coroutine or timer, finished or not.
pub fn was_used() -> bool {
    numbers().last > 0 || host::has_work() || host::round() > 0
}

/// Prints those that wait though nothing will come to wake them, once.
pub fn report_deadlock() {
    let waiting = cids();
    if waiting.is_empty() || with(|all| all.reported.replace(true)) {
        return;
    }
    let line = "=".repeat(67);
    let mut text =
        format!("\n{line}\n [FATAL ERROR]: all coroutines (count: {}) are asleep - deadlock!\n{line}\n", waiting.len())
            .into_bytes();
    for cid in waiting {
        text.extend(format!("\n [Coroutine-{cid}]\n{}\n", "-".repeat(68)).bytes());
        let trace = backtrace(cid, 0, 0).ok().flatten();
        let trace = trace.as_ref().and_then(Value::as_array).and_then(|trace| fiber::trace_text(trace).ok());
        text.extend(trace.as_ref().and_then(Value::as_bytes).unwrap_or_default());
    }
    text.push(b'\n');
    fiber::write(&text);
}

//! What takes its turn from a coroutine that does not wait: the preemptive scheduler, and time limits, which end waits as well. It must not know how
//! it is found out that one computes for long.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use super::{
    host::{self, Due},
    record::{Cancel, Cid, Limit, Record},
    run, scheduler,
};
use crate::{
    last_error,
    zend::{
        Class, Error, Result, constants,
        fiber::{self, Interrupted},
    },
};

thread_local! {
    /// What PHP code has chosen; otherwise the INI entry holds.
    static CHOSEN: Cell<Option<bool>> = const { Cell::new(None) };
    /// Whether turns end.
    static ON: Cell<bool> = const { Cell::new(false) };
    /// Whether there was a time limit: those who compute are watched from then on.
    static LIMITED: Cell<bool> = const { Cell::new(false) };
}

/// Takes down whether the preemptive scheduler is to be on. To be called before coroutines run.
pub fn refresh() {
    ON.set(CHOSEN.get().unwrap_or_else(|| fiber::ini_is_on("swoole.enable_preemptive_scheduler")));
    fiber::watch(ON.get() || LIMITED.get());
}

/// Turns the preemptive scheduler on or off, whatever the INI entry says.
pub fn choose(on: bool) {
    scheduler::attach();
    CHOSEN.set(Some(on));
    refresh();
}

/// At the end of a request.
pub(super) fn forget() {
    CHOSEN.set(None);
    ON.set(false);
    LIMITED.set(false);
    fiber::watch(false);
}

/// `enableScheduler()` and `disableScheduler()`: for the current coroutine alone, outside of one for all. Whether that has changed something.
pub(super) fn set_enabled(enabled: bool) -> bool {
    match scheduler::current_record() {
        Some(record) => record.with_extra(|extra| std::mem::replace(&mut extra.keeps_turn, !enabled) == enabled),
        None => {
            refresh();
            let before = ON.get();
            choose(enabled);
            before != enabled
        }
    }
}

/// Gives the current coroutine so much time from now on, instead of what it had; without end if none.
///
/// # Errors
/// There is no coroutine.
pub(super) fn set_limit(after: Option<Duration>) -> Result<()> {
    let Some(record) = scheduler::current_record() else { return Err(scheduler::no_coroutine()) };
    if let Some(before) = record.with_extra(|extra| extra.limit.take()) {
        host::clear_timer(before.timer);
    }
    // What the clock cannot count to never comes.
    if let Some(after) = after
        && let Some(at) = Instant::now().checked_add(after)
    {
        let timer = host::set_timer_at(at, Due::Limit(record.cid.get()));
        record.with_extra(|extra| extra.limit = Some(Limit { at, after, timer }));
        if !LIMITED.replace(true) {
            fiber::watch(true);
        }
    }
    Ok(())
}

/// The time limit of a coroutine is over: if it waits, the wait ends with an exception. If it only lacks its turn, it is looked at then.
///
/// # Errors
/// The process has to leave.
pub(super) fn time_is_up(cid: Cid) -> Result<()> {
    scheduler::interrupt_wait(cid, Cancel::OutOfTime)
}

/// What a coroutine gets whose time limit is over. It has none from then on.
pub(super) fn out_of_time(record: &Record) -> Error {
    let limit = record.with_extra(|extra| extra.limit.take());
    if let Some(limit) = limit {
        host::clear_timer(limit.timer);
    }
    last_error::set(constants::SWOOLE_ERROR_CO_TIMEDOUT as i32);
    let after = limit.map_or(0.0, |limit| limit.after.as_secs_f64());
    let text = format!("the coroutine has not ended within its time limit of {after} s");
    Error::exception(Class::CoroutineTimeoutException, text, constants::SWOOLE_ERROR_CO_TIMEDOUT)
}

fn is_out_of_time(record: &Record) -> bool {
    let limit = record.extra.borrow().as_ref().and_then(|extra| extra.limit);
    limit.is_some_and(|limit| limit.at <= Instant::now())
}

fn keeps_turn(record: &Record) -> bool {
    record.extra.borrow().as_ref().is_some_and(|extra| extra.keeps_turn)
}

/// The current coroutine computes.
///
/// # Errors
/// It has to unwind, or its time limit is over.
pub(super) fn interrupted(state: Interrupted) -> Result<()> {
    let Some(record) = scheduler::current_record() else { return Ok(()) };
    if !scheduler::is_open() {
        return Ok(());
    }
    if !is_out_of_time(&record) && ON.get() && state.is_long && state.may_leave && run::loop_follows() && !keeps_turn(&record) {
        scheduler::give_turn(&record)?;
    }
    if is_out_of_time(&record) { Err(out_of_time(&record)) } else { Ok(()) }
}

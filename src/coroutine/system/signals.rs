//! Waits for signals. It must not know what a signal is for.

use std::{cell::Cell, io, rc::Rc, time::Duration};

use super::super::{
    host::{self, SignalId},
    record::{Reason, Woken},
    scheduler,
};
use crate::zend::Result;

/// Why there is no signal.
pub(super) enum Failure {
    /// This one cannot be listened to.
    Listen(i32, io::Error),
    /// The wait has ended before: `ETIMEDOUT`, `ECANCELED`.
    Wait(io::Error),
}

/// Listens as long as it lives.
struct Listening(Vec<SignalId>);

impl Drop for Listening {
    fn drop(&mut self) {
        for id in self.0.drain(..) {
            host::unlisten_signal(id);
        }
    }
}

/// Waits until one of the signals comes: which one.
///
/// # Errors
/// Outer: the coroutine has to leave. Inner: see [`Failure`].
pub(super) fn first(numbers: &[i32], at_most: Option<Duration>) -> Result<std::result::Result<i32, Failure>> {
    let wait = scheduler::prepare()?;
    let ticket = wait.ticket();
    let arrived = Rc::new(Cell::new(None));
    let mut listening = Listening(Vec::with_capacity(numbers.len()));
    for number in numbers {
        let arrived = Rc::clone(&arrived);
        let call = Rc::new(move |number| {
            if arrived.get().is_none() {
                arrived.set(Some(number));
            }
            scheduler::wake(ticket, Woken::Ready).map(drop)
        });
        match host::listen_signal(*number, call) {
            Ok(id) => listening.0.push(id),
            Err(error) => return Ok(Err(Failure::Listen(*number, error))),
        }
    }
    let held = host::hold();
    let woken = wait.park(Reason::Event, at_most);
    drop((held, listening));
    let code = match woken? {
        Woken::Canceled => libc::ECANCELED,
        Woken::Ready | Woken::TimedOut => libc::ETIMEDOUT,
    };
    Ok(arrived.get().ok_or_else(|| Failure::Wait(io::Error::from_raw_os_error(code))))
}

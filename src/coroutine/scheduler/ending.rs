//! How it all ends: with the script, in a new process, with the request. It must not know who asks.

use super::{Phase, Woken, cids, with};
use crate::{
    coroutine::{host, preempt, record::State, run, runtime, system},
    zend::{Result, constants, fiber::Ending},
};

/// The script has ended in an exception or an error: nothing is resumed any more but to be unwound.
pub fn set_ending(ending: Ending) {
    with(|all| match ending {
        Ending::Well => {}
        Ending::Badly => all.leave(),
        Ending::Dead => all.phase.set(Phase::Dead),
    });
}

/// Whether coroutines can go on.
pub fn is_open() -> bool {
    with(|all| all.phase.get() == Phase::Open)
}

/// Unwinds all that wait: their `finally` blocks, destructors and deferred functions run.
///
/// # Errors
/// What one of them ended in; the others are unwound all the same.
pub fn unwind_all() -> Result<()> {
    with(|all| {
        if all.phase.get() == Phase::Dead {
            return Ok(());
        }
        all.phase.set(Phase::Closing);
        let mut ended = Ok(());
        for cid in cids() {
            let Some(record) = all.find(cid) else { continue };
            if let State::Parked(_) = record.state.get() {
                record.fiber.unwind();
                let one = all.go_on(record, Woken::Canceled);
                ended = ended.and(one);
            }
        }
        ended
    })
}

/// In a new process: the coroutines of its parent do not go on here, nor are they unwound.
pub fn forget_all() {
    with(|all| {
        std::mem::forget(std::mem::take(&mut *all.live.borrow_mut()));
        std::mem::forget(all.ambient.take());
        all.last.set(0);
        all.peak.set(0);
        all.reported.set(false);
    });
}

/// Forgets everything: what waits on a stack is the request's and goes with it.
pub(super) fn request_shutdown() {
    crate::timer::clear_all();
    host::clear();
    crate::event::forget();
    system::forget();
    run::forget();
    with(|all| {
        let live = std::mem::take(&mut *all.live.borrow_mut());
        for record in live.into_records() {
            drop(record.extra.take());
            drop(record.baggage.take());
        }
        all.on_uncaught.set(None);
        drop(all.ambient.take());
        all.pool.borrow_mut().clear();
        all.current.replace(None);
        all.last.set(0);
        all.peak.set(0);
        all.most.set(constants::SWOOLE_DEFAULT_MAX_CORO_NUM as usize);
        all.phase.set(Phase::Open);
        all.announced.set(false);
        all.reported.set(false);
    });
    runtime::forget();
    preempt::forget();
}

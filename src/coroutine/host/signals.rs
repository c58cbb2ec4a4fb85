//! Signals that PHP code listens to. It must not know what it does about them.

use std::{cell::RefCell, io, rc::Rc};

use engine::sys::{
    atfork,
    epoll::{Event, Watch},
    signal_listener::SignalListener,
};

use super::watches::{self, Listener, WatchId};
use crate::zend::Result;

/// Called with the signal's number.
pub type OnSignal = Rc<dyn Fn(i32) -> Result<()>>;

/// Names one who listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalId(u64);

#[derive(Default)]
struct Signals {
    source: Option<Source>,
    listeners: Vec<(SignalId, i32, OnSignal)>,
    last: u64,
}

struct Source {
    listener: SignalListener,
    watch: WatchId,
    generation: u32,
}

thread_local! {
    static SIGNALS: RefCell<Signals> = RefCell::default();
}

/// What the loop tells of the eventfd.
struct Arrived;

impl Listener for Arrived {
    fn ready(self: Rc<Self>, _: Event) -> Result<()> {
        let arrived = SIGNALS.with_borrow(|all| all.source.as_ref().map(|source| source.listener.take()));
        for number in arrived.into_iter().flatten() {
            let calls: Vec<(SignalId, OnSignal)> = SIGNALS.with_borrow(|all| {
                all.listeners.iter().filter(|(_, of, _)| *of == number).map(|(id, _, call)| (*id, Rc::clone(call))).collect()
            });
            for (id, call) in calls {
                // The one before may have taken it back.
                if SIGNALS.with_borrow(|all| all.listeners.iter().any(|(other, ..)| *other == id)) {
                    call(number)?;
                }
            }
        }
        Ok(())
    }
}

/// Calls `call` when the signal comes, until [`unlisten_signal`]. It does not keep the loop going.
///
/// # Errors
/// `EINVAL` for what is no signal or cannot be caught; `EBUSY` for one that the server handles itself.
pub fn listen_signal(number: i32, call: OnSignal) -> io::Result<SignalId> {
    let id = SIGNALS.with_borrow_mut(|all| {
        all.last += 1;
        SignalId(all.last)
    });
    listen(id, number, call).map(|()| id)
}

/// In a child that goes on in its parent's place: listens to all that the parent did.
///
/// # Errors
/// As for [`listen_signal`]; the others are listened to all the same.
pub fn carry_on() -> io::Result<()> {
    let listeners = SIGNALS.with_borrow_mut(|all| std::mem::take(&mut all.listeners));
    listeners.into_iter().map(|(id, number, call)| listen(id, number, call)).fold(Ok(()), io::Result::and)
}

fn listen(id: SignalId, number: i32, call: OnSignal) -> io::Result<()> {
    let generation = atfork::generation().map_err(io::Error::other)?;
    SIGNALS.with_borrow_mut(|all| {
        if all.source.as_ref().is_none_or(|source| source.generation != generation) {
            if let Some(stale) = all.source.take() {
                // The parent's, and who listened there does not here.
                watches::unwatch(stale.watch);
                all.listeners.clear();
            }
            let listener = SignalListener::new().map_err(|error| match error {
                engine::Error::System { source, .. } => source,
                other => io::Error::other(other),
            })?;
            let edge = Watch { read: true, write: false, edge: true };
            let watch = watches::watch(listener.fd(), edge, Rc::new(Arrived))?;
            all.source = Some(Source { listener, watch, generation });
        }
        if let Some(source) = &all.source {
            source.listener.listen(number)?;
        }
        all.listeners.push((id, number, call));
        Ok(())
    })
}

/// Takes it back; the last one to listen gives the signal back to who had it before. False when it was taken back already.
pub fn unlisten_signal(id: SignalId) -> bool {
    let gone = SIGNALS.with_borrow_mut(|all| {
        let place = all.listeners.iter().position(|(other, ..)| *other == id)?;
        let gone = all.listeners.remove(place);
        if !all.listeners.iter().any(|(_, number, _)| *number == gone.1)
            && let Some(source) = &all.source
        {
            source.listener.leave(gone.1);
        }
        Some(gone)
    });
    gone.is_some()
}

/// How many listen.
pub fn signal_count() -> usize {
    SIGNALS.with_borrow(|all| all.listeners.len())
}

pub(super) fn clear() {
    let all = SIGNALS.with_borrow_mut(|all| {
        // Ids are never used again: who still has one does not take another's back by it.
        let last = all.last;
        std::mem::replace(all, Signals { last, ..Signals::default() })
    });
    if let Some(source) = &all.source {
        watches::unwatch(source.watch);
    }
}

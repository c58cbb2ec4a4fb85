//! Work that would block, done by other threads while its coroutine waits. It must not know what the work is.

use std::{any::Any, cell::RefCell, collections::HashMap, rc::Rc, time::Duration};

use engine::{
    offload::{Load, Offload, Output},
    sys::{
        atfork,
        epoll::{Event, Watch},
    },
};

use super::{
    super::{
        record::{Reason, Ticket, Woken},
        scheduler,
    },
    hold,
    watches::{self, Listener, WatchId},
};
use crate::zend::{Error, Result};

/// How work has ended for whoever waited for it.
#[derive(Debug)]
pub enum Offloaded<T> {
    /// It is done.
    Done(T),
    /// It took too long; what it gives is lost.
    TimedOut,
    /// `cancel()` ended the wait; what it gives is lost.
    Canceled,
}

/// Where a coroutine finds its result.
type Place = Rc<RefCell<Option<Output>>>;

struct Pool {
    offload: Offload,
    watch: WatchId,
    generation: u32,
    waiting: HashMap<u64, (Ticket, Place)>,
}

thread_local! {
    static POOL: RefCell<Option<Pool>> = const { RefCell::new(None) };
}

struct Done;

impl Listener for Done {
    fn ready(self: Rc<Self>, _: Event) -> Result<()> {
        let done = POOL.with_borrow(|pool| pool.as_ref().map(|pool| pool.offload.take()));
        for (number, output) in done.into_iter().flatten() {
            let waiting = POOL.with_borrow_mut(|pool| pool.as_mut().and_then(|pool| pool.waiting.remove(&number)));
            if let Some((ticket, place)) = waiting {
                place.replace(Some(output));
                scheduler::wake(ticket, Woken::Ready)?;
            }
        }
        Ok(())
    }
}

/// Gives the work to a thread: its number.
fn submit(ticket: Ticket, place: &Place, work: impl FnOnce() -> Box<dyn Any + Send> + Send + 'static) -> engine::Result<u64> {
    let generation = atfork::generation()?;
    POOL.with_borrow_mut(|pool| {
        if pool.as_ref().is_some_and(|pool| pool.generation != generation || !watches::is_watched(pool.watch)) {
            forget(pool.take(), generation);
        }
        let pool = match pool {
            Some(pool) => pool,
            none => {
                let offload = Offload::new()?;
                let edge = Watch { read: true, write: false, edge: true };
                let watch = watches::watch(offload.fd(), edge, Rc::new(Done))
                    .map_err(|source| engine::Error::System { call: "epoll_ctl", source })?;
                none.insert(Pool { offload, watch, generation, waiting: HashMap::new() })
            }
        };
        let number = pool.offload.submit(work)?;
        pool.waiting.insert(number, (ticket, Rc::clone(place)));
        Ok(number)
    })
}

fn forget(pool: Option<Pool>, generation: u32) {
    if let Some(pool) = pool {
        watches::unwatch(pool.watch);
        // The threads of a parent are not here.
        if pool.generation != generation {
            pool.offload.forget();
        }
    }
}

/// Has a thread do the work while the current coroutine waits, at most for `timeout`.
///
/// # Errors
/// As for [`Wait::park`](scheduler::Wait::park); a fatal error when the system has no thread for it.
pub fn offload<T: Send + 'static>(timeout: Option<Duration>, work: impl FnOnce() -> T + Send + 'static) -> Result<Offloaded<T>> {
    let wait = scheduler::prepare()?;
    let place = Place::default();
    let number = submit(wait.ticket(), &place, move || Box::new(work()))
        .map_err(|error| Error::Fatal(format!("no thread can be started for what would block: {error}")))?;
    let held = hold();
    let woken = wait.park(Reason::Event, timeout);
    drop(held);
    if !matches!(woken, Ok(Woken::Ready)) {
        POOL.with_borrow_mut(|pool| pool.as_mut().map(|pool| pool.waiting.remove(&number)));
    }
    match woken? {
        Woken::TimedOut => Ok(Offloaded::TimedOut),
        Woken::Canceled => Ok(Offloaded::Canceled),
        Woken::Ready => match place.take().flatten().map(<Box<dyn Any + Send>>::downcast::<T>) {
            Some(Ok(value)) => Ok(Offloaded::Done(*value)),
            _ => Err(Error::Fatal("internal error: what would block has failed in its thread".into())),
        },
    }
}

/// How much there is to do.
pub fn load() -> Load {
    POOL.with_borrow(|pool| pool.as_ref().map(|pool| pool.offload.load()).unwrap_or_default())
}

pub(super) fn clear() {
    if let Ok(generation) = atfork::generation() {
        forget(POOL.take(), generation);
    }
}

//! Coroutines that wait until a connection takes data again. It must not know how the engine finds out.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, VecDeque},
};

use engine::{Error as EngineError, server::Handle};

use crate::{
    coroutine::scheduler::{self, Reason, Ticket, Woken, leave_queue},
    zend::Result,
};

/// See the module: by connection, in the order in which they came.
#[derive(Default)]
pub struct Waiters {
    by_session: RefCell<HashMap<u64, VecDeque<Ticket>>>,
    /// Whether a coroutine waits when there is no room.
    on: Cell<bool>,
}

/// Where a coroutine stands among those that wait.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Last,
    First,
}

impl Waiters {
    /// Has coroutines wait, or not.
    pub fn turn(&self, on: bool) {
        self.on.set(on);
    }

    /// Whether coroutines wait for this connection: who comes later has to wait behind them.
    #[inline]
    pub fn has(&self, session: u64) -> bool {
        let waiting = self.by_session.borrow();
        !waiting.is_empty() && waiting.get(&session).is_some_and(|queue| !queue.is_empty())
    }

    /// Whether the caller may wait at all.
    #[inline]
    pub fn may_wait(&self) -> bool {
        self.on.get() && scheduler::current().is_some()
    }

    /// Sends as soon as there is room.
    ///
    /// # Errors
    /// The coroutine has to unwind. Otherwise none when it was cancelled, or why the data was not sent.
    #[cold]
    pub fn send(&self, handle: &Handle, session: u64, data: &[u8]) -> Result<Option<Result<(), EngineError>>> {
        let mut place = Place::Last;
        loop {
            let Ok(wait) = scheduler::prepare() else { return Ok(Some(Err(EngineError::OutputOverflow(session)))) };
            if !handle.want_room(session) {
                return Ok(Some(Err(EngineError::OutputOverflow(session))));
            }
            let ticket = wait.ticket();
            self.enter(session, ticket, place);
            let woken = wait.park(Reason::Event, None);
            self.leave(session, ticket);
            match woken? {
                Woken::Ready => {}
                Woken::Canceled | Woken::TimedOut => return Ok(None),
            }
            if !handle.is_open(session) {
                return Ok(Some(Err(EngineError::SessionNotExist(session))));
            }
            match handle.send(session, data) {
                Err(EngineError::OutputOverflow(_)) => place = Place::First,
                done => return Ok(Some(done)),
            }
        }
    }

    fn enter(&self, session: u64, ticket: Ticket, place: Place) {
        let mut waiting = self.by_session.borrow_mut();
        let queue = waiting.entry(session).or_default();
        match place {
            Place::Last => queue.push_back(ticket),
            Place::First => queue.push_front(ticket),
        }
    }

    fn leave(&self, session: u64, ticket: Ticket) {
        let mut waiting = self.by_session.borrow_mut();
        if let Some(queue) = waiting.get_mut(&session) {
            leave_queue(queue, ticket);
            if queue.is_empty() {
                waiting.remove(&session);
            }
        }
    }

    fn next(&self, session: u64) -> Option<Ticket> {
        self.by_session.borrow_mut().get_mut(&session)?.pop_front()
    }

    /// A connection takes data again, or is gone.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn wake(&self, handle: &Handle, session: u64) -> Result<()> {
        while let Some(ticket) = self.next(session) {
            // It runs up to its next wait, which may be here again.
            scheduler::wake(ticket, Woken::Ready)?;
            if self.has(session) && !handle.has_room(session) {
                handle.want_room(session);
                break;
            }
        }
        Ok(())
    }
}

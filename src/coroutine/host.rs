//! What the scheduler asks of whoever runs the event loop, and the loop that runs when nobody else does. It must not know what a coroutine is
//! beyond the [`Due`] that it gives back.

use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use engine::{
    reactor::EventLoop,
    timer::{TimerId, Timers},
};

use super::record::{Cid, Ticket};
use crate::zend::{Error, Result};

/// What the loop gives back when its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// A wait took too long, or a sleep is over.
    Wake(Ticket),
    /// What a coroutine waited for has come.
    Ready(Ticket),
    /// The time limit of a coroutine is over.
    Limit(Cid),
    /// A timer of PHP code, by its id.
    Timer(i64),
}

/// An event loop that can run coroutines: it calls [`dispatch`](super::scheduler::dispatch) with each [`Due`] whose time has come.
pub trait Host {
    /// Sets a timer that comes once.
    fn set_timer(&mut self, at: Instant, due: Due) -> TimerId;
    /// Takes a timer back; nothing happens if it has come.
    fn clear_timer(&mut self, id: TimerId);
}

/// The loop of a process that has no other.
#[derive(Default)]
struct OwnLoop {
    timers: Timers<Due>,
    poll: Option<Poll>,
}

struct Poll {
    events: EventLoop<()>,
    /// An epoll descriptor that came over a fork is the parent's.
    process: u32,
}

impl Host for OwnLoop {
    fn set_timer(&mut self, at: Instant, due: Due) -> TimerId {
        self.timers.set(at, due)
    }

    fn clear_timer(&mut self, id: TimerId) {
        self.timers.clear(id);
    }
}

impl OwnLoop {
    /// Waits for the next timer.
    fn wait(&mut self) -> engine::Result<()> {
        let Some(next) = self.timers.next_in_now() else { return Ok(()) };
        if next.is_zero() {
            return Ok(());
        }
        let process = std::process::id();
        let poll = match &mut self.poll {
            Some(poll) if poll.process == process => poll,
            stale => stale.insert(Poll { events: EventLoop::new(None)?, process }),
        };
        poll.events.wait(Some(next), &mut Vec::new())
    }
}

thread_local! {
    static LOOP: RefCell<OwnLoop> = RefCell::default();
    static ROUND: Cell<i64> = const { Cell::new(0) };
    static STATE: Cell<LoopState> = const { Cell::new(LoopState::Idle) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LoopState {
    Idle,
    Running,
    /// A server's processes run what is due in loops of their own.
    Lent,
}

/// From now on a server's loop runs what is due, by [`run_due`], and nobody else can run it.
pub fn lend() {
    STATE.set(LoopState::Lent);
}

/// The server has ended.
pub fn take_back() {
    STATE.set(LoopState::Idle);
}

/// Runs what is due, without waiting, and says how long until the next.
///
/// # Errors
/// Those of `dispatch`.
pub fn run_due(dispatch: fn(Due) -> Result<()>) -> Result<Option<Duration>> {
    ROUND.set(ROUND.get() + 1);
    // What is set from now on comes in the next round, however short it is.
    let now = Instant::now();
    while let Some(due) = LOOP.with_borrow_mut(|own| own.timers.pop_due(now)) {
        dispatch(due)?;
    }
    Ok(LOOP.with_borrow(|own| own.timers.next_in_now()))
}

/// Sets a timer of whoever runs the loop.
pub fn set_timer(after: Duration, due: Due) -> TimerId {
    let now = Instant::now();
    // Whoever waits for longer than the clock can count waits for ever.
    let at = now.checked_add(after).unwrap_or_else(|| now + Duration::from_secs(60 * 60 * 24 * 365 * 100));
    set_timer_at(at, due)
}

/// As [`set_timer`], for an instant.
pub fn set_timer_at(at: Instant, due: Due) -> TimerId {
    LOOP.with_borrow_mut(|own| own.set_timer(at, due))
}

/// Takes a timer back.
pub fn clear_timer(id: TimerId) {
    LOOP.with_borrow_mut(|own| own.clear_timer(id));
}

/// How often the loop has gone around.
pub fn round() -> i64 {
    ROUND.get()
}

/// Whether the loop runs, here or in a server.
pub fn is_running() -> bool {
    STATE.get() != LoopState::Idle
}

/// Whether something will come.
pub fn has_work() -> bool {
    LOOP.with_borrow(|own| !own.timers.is_empty())
}

/// Forgets all that was to come.
pub fn clear() {
    LOOP.with_borrow_mut(|own| own.timers = Timers::default());
}

/// Runs the loop until nothing is to come, and gives each thing to `dispatch`.
///
/// # Errors
/// Those of `dispatch`; a fatal error when the system refuses to wait.
pub fn run(dispatch: fn(Due) -> Result<()>) -> Result<()> {
    STATE.set(LoopState::Running);
    let ended = go_around(dispatch);
    STATE.set(LoopState::Idle);
    ended
}

fn go_around(dispatch: fn(Due) -> Result<()>) -> Result<()> {
    while has_work() {
        ROUND.set(ROUND.get() + 1);
        LOOP.with_borrow_mut(OwnLoop::wait).map_err(|error| Error::Fatal(format!("the event loop cannot wait: {error}")))?;
        // What is set from now on comes in the next round, however short it is.
        let now = Instant::now();
        while let Some(due) = LOOP.with_borrow_mut(|own| own.timers.pop_due(now)) {
            dispatch(due)?;
        }
        // A signal's handler in PHP may have thrown, or ended the script.
        if crate::zend::fiber::is_pending() {
            return Err(Error::Pending);
        }
    }
    Ok(())
}

//! The event loop that coroutines, timers and descriptors of PHP code wait in: timers, an epoll instance, deferred calls. It runs by itself ([`run`]), or is
//! lent to a server, whose processes have loops of their own: these watch its [`descriptor`] and call [`run_due`]. It must not know what a coroutine is
//! beyond the [`Due`] that it gives back.
//!
//! The loop goes on as long as it [has work](has_work): a timer, a deferred call, or somebody who [holds](hold) it. A descriptor that is watched, or a
//! signal that is listened to, does not hold it by itself.

mod offload;
mod signals;
mod watches;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    os::fd::RawFd,
    rc::Rc,
    time::{Duration, Instant},
};

use engine::{
    sys::epoll::Event,
    timer::{TimerId, Timers},
};

pub use self::{
    offload::{Offloaded, load, offload},
    signals::{SignalId, carry_on as carry_on_signals, listen_signal, signal_count, unlisten_signal},
    watches::{Listener, WatchId, change, count as watch_count, forget, is_watched, unwatch, watch, watch_beside},
};
pub use engine::sys::epoll::{Event as Readiness, Watch};

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

/// A call that was put off until the loop goes around.
type Deferred = Box<dyn FnOnce() -> Result<()>>;
/// A call for each turn of the loop.
pub type EachTurn = Rc<dyn Fn() -> Result<()>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum LoopState {
    Idle,
    Running,
    /// It is to end after this turn.
    Stopping,
    /// A server's processes run what is due in loops of their own.
    Lent,
}

/// How a run of the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing was to come any more.
    Idle,
    /// By [`stop`]: what was to come is forgotten.
    Stopped,
}

/// Those that keep the loop going. One that is of an earlier age counts no more.
#[derive(Clone, Copy)]
struct Holds {
    age: u32,
    count: usize,
}

impl Holds {
    fn forget(self) -> Holds {
        Holds { age: self.age.wrapping_add(1), count: 0 }
    }
}

/// When the calls for each turn come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the loop waits.
    Before,
    /// After all that a turn has brought.
    After,
}

#[derive(Default)]
struct EachTurns {
    before: Option<EachTurn>,
    after: Option<EachTurn>,
}

thread_local! {
    static TIMERS: RefCell<Timers<Due>> = RefCell::default();
    static DEFERRED: RefCell<VecDeque<Deferred>> = const { RefCell::new(VecDeque::new()) };
    static EACH_TURN: RefCell<EachTurns> = RefCell::default();
    static HOLDS: Cell<Holds> = const { Cell::new(Holds { age: 0, count: 0 }) };
    static ROUND: Cell<i64> = const { Cell::new(0) };
    static STATE: Cell<LoopState> = const { Cell::new(LoopState::Idle) };
    static FOUND: Cell<Vec<Event>> = const { Cell::new(Vec::new()) };
}

/// From now on a server's loop runs what is due, by [`run_due`], and nobody else can run it.
pub fn lend() {
    STATE.set(LoopState::Lent);
}

/// The server has ended, and with it what was to come in its loop.
pub fn take_back() {
    STATE.set(LoopState::Idle);
    drop_rest();
}

/// Drops what was to come; who waited for it is not woken.
fn drop_rest() {
    drop(TIMERS.take());
    drop(DEFERRED.take());
    HOLDS.set(HOLDS.get().forget());
}

/// A descriptor that is readable while something that is watched is ready: an epoll instance of this process.
///
/// # Errors
/// What the system says.
pub fn descriptor() -> std::io::Result<RawFd> {
    watches::descriptor()
}

/// Sets a timer.
pub fn set_timer(after: Duration, due: Due) -> TimerId {
    let now = Instant::now();
    // Whoever waits for longer than the clock can count waits for ever.
    let at = now.checked_add(after).unwrap_or_else(|| now + Duration::from_secs(60 * 60 * 24 * 365 * 100));
    set_timer_at(at, due)
}

/// As [`set_timer`], for an instant.
pub fn set_timer_at(at: Instant, due: Due) -> TimerId {
    TIMERS.with_borrow_mut(|timers| timers.set(at, due))
}

/// Takes a timer back; nothing happens if it has come.
pub fn clear_timer(id: TimerId) {
    TIMERS.with_borrow_mut(|timers| timers.clear(id));
}

/// Puts a call off until the loop goes around: it comes before the timers that are due then.
pub fn defer(call: Deferred) {
    DEFERRED.with_borrow_mut(|deferred| deferred.push_back(call));
}

/// Has something called in each turn of the loop; none takes it back. Gives back what was there.
pub fn each_turn(moment: Moment, call: Option<EachTurn>) -> Option<EachTurn> {
    EACH_TURN.with_borrow_mut(|calls| {
        let place = match moment {
            Moment::Before => &mut calls.before,
            Moment::After => &mut calls.after,
        };
        std::mem::replace(place, call)
    })
}

/// Keeps the loop going until it is dropped: something is to come that is neither a timer nor a deferred call.
#[derive(Debug)]
#[must_use = "it holds the loop as long as it lives"]
pub struct Hold(u32);

/// See [`Hold`].
pub fn hold() -> Hold {
    let holds = HOLDS.get();
    HOLDS.set(Holds { count: holds.count + 1, ..holds });
    Hold(holds.age)
}

impl Drop for Hold {
    fn drop(&mut self) {
        let holds = HOLDS.get();
        if holds.age == self.0 {
            HOLDS.set(Holds { count: holds.count.saturating_sub(1), ..holds });
        }
    }
}

/// How often the loop has gone around.
pub fn round() -> i64 {
    ROUND.get()
}

/// Whether the loop runs, here or in a server.
pub fn is_running() -> bool {
    STATE.get() != LoopState::Idle
}

/// Whether a server's processes run it.
pub fn is_lent() -> bool {
    STATE.get() == LoopState::Lent
}

/// Has the loop end after this turn, whatever is left; false when it does not run here.
pub fn stop() -> bool {
    let runs = matches!(STATE.get(), LoopState::Running | LoopState::Stopping);
    if runs {
        STATE.set(LoopState::Stopping);
    }
    runs
}

/// Whether something will come.
pub fn has_work() -> bool {
    HOLDS.get().count > 0
        || TIMERS.with_borrow(|timers| !timers.is_empty())
        || DEFERRED.with_borrow(|deferred| !deferred.is_empty())
}

/// Forgets all that was to come, as at the end of a request or in a child that begins anew.
pub fn clear() {
    drop(TIMERS.take());
    // What is dropped here may run destructors, which may come back here: nothing is borrowed.
    drop(DEFERRED.take());
    drop(EACH_TURN.take());
    signals::clear();
    offload::clear();
    watches::clear();
    HOLDS.set(HOLDS.get().forget());
}

/// Whether something is called in each turn.
pub fn has_each_turn() -> bool {
    EACH_TURN.with_borrow(|calls| calls.before.is_some() || calls.after.is_some())
}

/// In a child that begins anew: no loop has run here, nor is one lent.
pub fn begin_anew() {
    clear();
    ROUND.set(0);
    STATE.set(LoopState::Idle);
}

/// Runs the loop until nothing is to come, and gives each thing to `dispatch`.
///
/// # Errors
/// Those of `dispatch`; a fatal error when the system refuses to wait.
pub fn run(dispatch: fn(Due) -> Result<()>) -> Result<Ended> {
    STATE.set(LoopState::Running);
    let ended = go_around(dispatch);
    finish(ended)
}

fn finish(ended: Result<()>) -> Result<Ended> {
    let stopped = STATE.replace(LoopState::Idle) == LoopState::Stopping;
    ended?;
    if !stopped {
        return Ok(Ended::Idle);
    }
    drop_rest();
    Ok(Ended::Stopped)
}

fn go_around(dispatch: fn(Due) -> Result<()>) -> Result<()> {
    while has_work() && STATE.get() == LoopState::Running {
        turn(Wait::ForSomething, dispatch)?;
        // A signal's handler in PHP may have thrown, or ended the script.
        if crate::zend::fiber::is_pending() {
            return Err(Error::Pending);
        }
    }
    Ok(())
}

/// Runs what is due, without waiting, and says how long until the next, none when only a descriptor will bring something. `ready` when the
/// [descriptor] was readable.
///
/// # Errors
/// Those of `dispatch`.
pub fn run_due(ready: bool, dispatch: fn(Due) -> Result<()>) -> Result<Option<Duration>> {
    turn(if ready { Wait::No } else { Wait::NothingIsReady }, dispatch)?;
    Ok(next_in())
}

/// One turn, which waits for something if something is to come.
///
/// # Errors
/// As for [`run`].
pub fn turn_once(dispatch: fn(Due) -> Result<()>) -> Result<Ended> {
    STATE.set(LoopState::Running);
    let ended = turn(Wait::ForSomething, dispatch);
    finish(ended)
}

/// Whether a turn waits for descriptors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    ForSomething,
    /// It only looks.
    No,
    /// It is known that there is nothing to be seen.
    NothingIsReady,
}

/// How long the loop may sleep.
fn next_in() -> Option<Duration> {
    if DEFERRED.with_borrow(|deferred| !deferred.is_empty()) {
        return Some(Duration::ZERO);
    }
    TIMERS.with_borrow(Timers::next_in_now)
}

fn turn(wait: Wait, dispatch: fn(Due) -> Result<()>) -> Result<()> {
    ROUND.set(ROUND.get() + 1);
    // What is put off from now on comes in the next turn.
    let deferred = DEFERRED.with_borrow(VecDeque::len);
    for _ in 0..deferred {
        let Some(call) = DEFERRED.with_borrow_mut(VecDeque::pop_front) else { break };
        call()?;
    }
    call_each_turn(Moment::Before)?;
    let mut found = FOUND.take();
    found.clear();
    if wait != Wait::NothingIsReady {
        let at_most = match wait {
            // What ran just now may have been the last that there was to do, or have stopped it.
            Wait::ForSomething if has_work() && STATE.get() == LoopState::Running => next_in(),
            _ => Some(Duration::ZERO),
        };
        if watches::is_used() || at_most.is_none_or(|time| !time.is_zero()) {
            watches::wait(at_most, &mut found)?;
        }
    }
    let ended = run_found(&found, dispatch);
    FOUND.set(found);
    ended?;
    call_each_turn(Moment::After)
}

fn run_found(found: &[Event], dispatch: fn(Due) -> Result<()>) -> Result<()> {
    // What is set from now on comes in the next turn, however short it is.
    if TIMERS.with_borrow(|timers| !timers.is_empty()) {
        let now = Instant::now();
        while let Some(due) = TIMERS.with_borrow_mut(|timers| timers.pop_due(now)) {
            dispatch(due)?;
        }
    }
    found.iter().try_for_each(|event| watches::tell(*event))
}

fn call_each_turn(moment: Moment) -> Result<()> {
    let call = EACH_TURN.with_borrow(|calls| match moment {
        Moment::Before => calls.before.clone(),
        Moment::After => calls.after.clone(),
    });
    call.map_or(Ok(()), |call| call())
}

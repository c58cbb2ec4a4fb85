//! What is kept of a coroutine, and the words for its waits. Records are used again with their fibers. It must not know who wakes whom.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};

use engine::timer::TimerId;

use crate::zend::{AnyObject, Result, Value, fiber::Fiber};

/// A coroutine's id: 1, 2, 3, … in each process, never used again.
pub type Cid = i64;

/// One wait of one coroutine. A ticket of a wait that is over wakes nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub(super) cid: Cid,
    pub(super) serial: u32,
}

/// What a coroutine waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `resume()`, by PHP code.
    Resume,
    /// Whatever holds its ticket.
    Event,
    /// Its next turn: it does not wait, it has computed for long.
    Turn,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// What it waited for has come.
    Ready,
    /// It took too long.
    TimedOut,
    /// `cancel()` ended it.
    Canceled,
}

/// What a coroutine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It runs, or has resumed one that does.
    Running,
    /// It waits.
    Parked(Reason),
}

/// How `cancel()` is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancel {
    /// It was not called in the last wait.
    No,
    /// The wait ends with false.
    Quietly,
    /// The wait ends with an exception.
    Throwing,
    /// Not `cancel()` but the coroutine's time limit ends the wait, with another exception.
    OutOfTime,
}

/// Where the result of a coroutine's function goes, if somebody wants it.
pub type Sink = Rc<dyn Fn(Value)>;

/// Work of the extension's own that a coroutine does, without a PHP function.
pub type Native = Box<dyn FnOnce() -> Result<()>>;

/// Something that a coroutine holds until it has ended, and that those which it starts hold with it. What it is good for is the business of
/// who gave it.
pub trait Baggage {
    /// One of its holders has ended.
    fn give_back(self: Rc<Self>);
    /// One of its holders has failed, and takes the process along.
    fn abandon(&self);
}

/// A coroutine.
pub(super) struct Record {
    pub cid: Cell<Cid>,
    pub parent: Cell<Cid>,
    pub fiber: Fiber,
    pub state: Cell<State>,
    pub serial: Cell<u32>,
    pub woken: Cell<Woken>,
    pub cancel: Cell<Cancel>,
    /// Nanoseconds, on the coarse clock.
    pub started: Cell<u64>,
    pub baggage: Cell<Option<Rc<dyn Baggage>>>,
    pub extra: RefCell<Option<Box<Extra>>>,
}

/// What most coroutines do without.
#[derive(Default)]
pub(super) struct Extra {
    pub deferred: Vec<Value>,
    pub context: Option<AnyObject>,
    pub joiners: Vec<Rc<Join>>,
    pub sink: Option<Sink>,
    pub native: Option<Native>,
    pub limit: Option<Limit>,
    /// Whether it keeps its turn however long it computes.
    pub keeps_turn: bool,
}

/// A time limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub at: Instant,
    pub after: Duration,
    pub timer: TimerId,
}

/// A wait for several coroutines to end.
pub(super) struct Join {
    pub ticket: Ticket,
    pub left: Cell<usize>,
}

impl Record {
    /// For a fiber that nothing runs on.
    pub fn new(fiber: Fiber) -> Record {
        Record {
            cid: Cell::new(0),
            parent: Cell::new(-1),
            fiber,
            state: Cell::new(State::Running),
            serial: Cell::new(0),
            woken: Cell::new(Woken::Ready),
            cancel: Cell::new(Cancel::No),
            started: Cell::new(0),
            baggage: Cell::new(None),
            extra: RefCell::default(),
        }
    }

    /// Works on what most do without.
    pub fn with_extra<R>(&self, work: impl FnOnce(&mut Extra) -> R) -> R {
        work(self.extra.borrow_mut().get_or_insert_default())
    }

    /// One more hold of what it holds.
    #[inline(always)]
    pub fn shared_baggage(&self) -> Option<Rc<dyn Baggage>> {
        let baggage = self.baggage.take();
        let shared = baggage.clone();
        self.baggage.set(baggage);
        shared
    }

    pub fn ticket(&self) -> Ticket {
        Ticket { cid: self.cid.get(), serial: self.serial.get() }
    }
}

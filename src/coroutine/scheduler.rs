//! Which coroutine runs: starting, parking, waking, ending. There is no queue of ready ones: who wakes another runs it at once, up to its next
//! wait, as PHP code written for Swoole expects. It must not know what coroutines wait for.
//!
//! No cell of the scheduler is borrowed while another fiber runs.

mod ending;
mod facts;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

use self::ending::request_shutdown;
pub use self::{ending::*, facts::*};
pub use super::record::{Baggage, Cid, Native, Reason, Sink, Ticket, Woken};
use super::{
    host::{self, Due},
    live::Live,
    preempt,
    record::{Cancel, Record, State},
};
use crate::{
    last_error,
    zend::{
        Callback, Class, Error, Result, Value, constants,
        fiber::{self, Fiber, Hooks, Progress},
    },
};

/// How far the script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It runs.
    Open,
    /// The process leaves: nothing is resumed any more but to be unwound.
    Leaving,
    /// Those that still wait are being unwound.
    Closing,
    /// After a fatal error nothing runs.
    Dead,
}

/// What ended a coroutine of a process that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncaught {
    /// `exit()`
    Exit,
    /// An exception, which has been reported.
    Exception,
}

/// Told of what nobody caught in a coroutine.
pub type OnUncaught = fn(Cid, Uncaught);

struct Scheduler {
    /// Who decides what becomes of a process in which a coroutine ended in what nobody caught; without one it leaves.
    on_uncaught: Cell<Option<OnUncaught>>,
    /// What coroutines hold that are started outside of any.
    ambient: Cell<Option<Rc<dyn Baggage>>>,
    live: RefCell<Live>,
    /// Records of coroutines that have ended, with their fibers.
    pool: RefCell<Vec<Rc<Record>>>,
    current: RefCell<Option<Rc<Record>>>,
    last: Cell<Cid>,
    peak: Cell<usize>,
    most: Cell<usize>,
    phase: Cell<Phase>,
    /// Whether the end of the script knows of us.
    announced: Cell<bool>,
    /// Whether those that wait now were reported as a deadlock.
    reported: Cell<bool>,
}

/// How many records wait for their next coroutine; the fibers of others go back to the pool of stacks.
const POOL: usize = 1024;

thread_local! {
    /// It stays: there is one for each thread of PHP's, and what it owns goes with each request.
    static SCHEDULER: &'static Scheduler = Box::leak(Box::new(Scheduler {
        on_uncaught: Cell::new(None),
        ambient: Cell::new(None),
        live: RefCell::default(),
        pool: RefCell::default(),
        current: RefCell::default(),
        last: Cell::new(0),
        peak: Cell::new(0),
        most: Cell::new(constants::SWOOLE_DEFAULT_MAX_CORO_NUM as usize),
        phase: Cell::new(Phase::Open),
        announced: Cell::new(false),
        reported: Cell::new(false),
    }));
}

static HOOKS: Hooks =
    Hooks { returned, native, next_deferred, sleep: super::runtime::sleep, interrupted: preempt::interrupted, request_shutdown };

impl Scheduler {
    #[inline(always)]
    fn find(&self, cid: Cid) -> Option<Rc<Record>> {
        self.live.borrow().get(&cid).cloned()
    }

    #[inline(always)]
    fn current(&self) -> Option<Rc<Record>> {
        self.current.borrow().clone()
    }

    /// Runs a coroutine by `go`, and deals with what it ends in.
    ///
    /// Every frame between a handler and the switch costs a return that the processor predicts wrongly, so on this way all is inlined.
    #[inline(always)]
    fn run(&self, record: Rc<Record>, go: impl FnOnce(&Fiber) -> Progress) -> Result<()> {
        let previous = self.current.replace(Some(record.clone()));
        let progress = go(&record.fiber);
        self.current.replace(previous);
        match progress {
            Progress::Suspended => Ok(()),
            Progress::Ended => self.ended(record),
            other => self.failed(record, other),
        }
    }

    #[cold]
    #[inline(never)]
    fn failed(&self, record: Rc<Record>, progress: Progress) -> Result<()> {
        match progress {
            Progress::Suspended | Progress::Ended => Ok(()),
            Progress::Exited => {
                self.tell(record.cid.get(), Uncaught::Exit);
                self.ended(record)
            }
            Progress::Threw => {
                self.tell(record.cid.get(), Uncaught::Exception);
                if let Some(baggage) = record.baggage.take() {
                    baggage.abandon();
                }
                self.ended(record)
            }
            Progress::Leaves(status) => {
                self.leave();
                if let Some(baggage) = record.baggage.take() {
                    baggage.abandon();
                }
                let _ = self.ended(record);
                Err(Error::Exit(status))
            }
            Progress::Died => {
                self.phase.set(Phase::Dead);
                Err(Error::Pending)
            }
            Progress::Refused if fiber::is_pending() => Err(Error::Pending),
            Progress::Refused => Err(Error::Fatal("internal error: a coroutine cannot be switched to".into())),
        }
    }

    fn tell(&self, cid: Cid, what: Uncaught) {
        if let Some(tell) = self.on_uncaught.get() {
            tell(cid, what);
        }
    }

    fn leave(&self) {
        if self.phase.get() == Phase::Open {
            self.phase.set(Phase::Leaving);
        }
    }

    #[inline(always)]
    fn ended(&self, record: Rc<Record>) -> Result<()> {
        drop(self.live.borrow_mut().remove(record.cid.get()));
        let extra = record.extra.take();
        if let Some(baggage) = record.baggage.take() {
            baggage.give_back();
        }
        let mut pool = self.pool.borrow_mut();
        if pool.len() < POOL && Rc::strong_count(&record) == 1 {
            pool.push(record);
        }
        drop(pool);
        match extra {
            None => Ok(()),
            Some(extra) => {
                if let Some(limit) = extra.limit {
                    host::clear_timer(limit.timer);
                }
                self.tell_joiners(extra.joiners)
            }
        }
    }

    fn tell_joiners(&self, joiners: Vec<Rc<super::record::Join>>) -> Result<()> {
        for join in joiners {
            join.left.set(join.left.get().saturating_sub(1));
            if join.left.get() == 0 && self.phase.get() == Phase::Open {
                wake(join.ticket, Woken::Ready)?;
            }
        }
        Ok(())
    }
}

#[inline(always)]
fn scheduler() -> &'static Scheduler {
    SCHEDULER.with(|all| *all)
}

#[inline(always)]
fn with<R>(work: impl FnOnce(&Scheduler) -> R) -> R {
    work(scheduler())
}

/// Has the end of the request forget what is set: to be called by whatever sets something. Where coroutines ran, that is so anyway.
pub fn attach() {
    fiber::set_hooks(&HOOKS);
}

/// Has the end of the script run what is left. To be called by whatever leaves something to be run.
pub fn announce() {
    with(|all| {
        if !all.announced.replace(true) {
            fiber::set_hooks(&HOOKS);
            preempt::refresh();
            fiber::at_end_of_script("swoole_event_rshutdown");
        }
    });
}

/// Starts a coroutine, which runs up to its first wait. None, after a warning, when there can be no more.
///
/// # Errors
/// The process has to leave.
#[inline(always)]
pub fn spawn(callback: &Callback, args: &[Value], sink: Option<Sink>) -> Result<Option<Cid>> {
    match spawn_with(callback, args, sink, baggage())? {
        Ok(cid) => Ok(Some(cid)),
        Err(why) => refuse(&why),
    }
}

/// As [`spawn`], for one that holds this.
///
/// # Errors
/// As for [`spawn`].
pub fn spawn_for(callback: &Callback, args: &[Value], baggage: Option<Rc<dyn Baggage>>) -> Result<()> {
    match spawn_with(callback, args, None, baggage)? {
        Ok(_) => Ok(()),
        Err(why) => refuse(&why).map(drop),
    }
}

/// What a coroutine that is started here holds.
#[inline(always)]
pub fn baggage() -> Option<Rc<dyn Baggage>> {
    with(|all| match all.current.borrow().as_ref() {
        Some(current) => current.shared_baggage(),
        None => {
            let ambient = all.ambient.take();
            let shared = ambient.clone();
            all.ambient.set(ambient);
            shared
        }
    })
}

/// As [`spawn`], for one that holds this. Otherwise why there can be no more.
///
/// # Errors
/// As for [`spawn`].
#[inline(always)]
pub fn spawn_with(
    callback: &Callback,
    args: &[Value],
    sink: Option<Sink>,
    baggage: Option<Rc<dyn Baggage>>,
) -> Result<Result<Cid, String>> {
    let prepare = |record: &Record| {
        if sink.is_some() {
            record.with_extra(|extra| extra.sink = sink);
        }
    };
    begin(baggage, prepare, |fiber, cid| fiber.start(cid as u64, callback, args))
}

/// Starts a coroutine for work of our own, which may run PHP code and wait as any other does. What it ends in is dealt with as for one of PHP's. It holds
/// no baggage: it is nobody's message that it works for.
///
/// # Errors
/// As for [`spawn`].
pub fn spawn_native(work: Native) -> Result<Option<Cid>> {
    let prepare = |record: &Record| record.with_extra(|extra| extra.native = Some(work));
    match begin(None, prepare, |fiber, cid| fiber.start_native(cid as u64))? {
        Ok(cid) => Ok(Some(cid)),
        Err(why) => refuse(&why),
    }
}

#[inline(always)]
fn begin(
    baggage: Option<Rc<dyn Baggage>>,
    prepare: impl FnOnce(&Record),
    start: impl FnOnce(&Fiber, Cid) -> Progress,
) -> Result<Result<Cid, String>> {
    announce();
    with(|all| {
        if all.live.borrow().len() >= all.most.get() {
            return Ok(Err(format!("exceed max number of coroutine {}", all.most.get())));
        }
        let pooled = all.pool.borrow_mut().pop();
        let record = match pooled {
            Some(record) => record,
            None => match Fiber::take() {
                Ok(fiber) => Rc::new(Record::new(fiber)),
                Err(why) => return Ok(Err(format!("failed to create a coroutine: {why}"))),
            },
        };
        let cid = all.last.get() + 1;
        all.last.set(cid);
        record.cid.set(cid);
        record.parent.set(all.current.borrow().as_ref().map_or(-1, |parent| parent.cid.get()));
        record.started.set(fiber::coarse_clock());
        record.state.set(State::Running);
        record.cancel.set(Cancel::No);
        record.baggage.set(baggage);
        prepare(&record);
        {
            let mut live = all.live.borrow_mut();
            live.insert(record.clone());
            all.peak.set(all.peak.get().max(live.len()));
        }
        all.reported.set(false);
        all.run(record, |fiber| start(fiber, cid))?;
        Ok(Ok(cid))
    })
}

#[cold]
fn refuse(text: &str) -> Result<Option<Cid>> {
    last_error::set(constants::SWOOLE_ERROR_CO_MAKECONTEXT_FAILED as i32);
    crate::zend::raise(crate::zend::Level::Warning, text, true)?;
    Ok(None)
}

/// Runs something outside of any coroutine; coroutines that it starts hold this.
pub fn carrying<R>(baggage: Option<Rc<dyn Baggage>>, run: impl FnOnce() -> R) -> R {
    with(|all| {
        let before = all.ambient.replace(baggage);
        let result = run();
        if let Some(baggage) = all.ambient.replace(before) {
            baggage.give_back();
        }
        result
    })
}

/// From now on what nobody caught in a coroutine ends that coroutine only, and `tell` decides about the process. With none the process
/// leaves because of it.
pub fn survive(tell: Option<OnUncaught>) {
    with(|all| all.on_uncaught.set(tell));
    fiber::survive(tell.is_some());
}

/// A wait that the current coroutine is about to begin.
pub struct Wait(Rc<Record>);

/// Begins a wait: what will end it takes its ticket, then comes [`Wait::park`].
///
/// # Errors
/// There is no coroutine, which is fatal, or it cannot wait here.
#[inline(always)]
pub fn prepare() -> Result<Wait> {
    let all = scheduler();
    let Some(record) = all.current() else { return Err(no_coroutine()) };
    if fiber::is_collecting() || all.phase.get() != Phase::Open {
        return Err(cannot_wait());
    }
    record.serial.set(record.serial.get().wrapping_add(1));
    record.cancel.set(Cancel::No);
    Ok(Wait(record))
}

/// How a handler ends that needs a coroutine, and has none.
#[cold]
#[inline(never)]
pub fn no_coroutine() -> Error {
    fiber::die(Class::Error, "API must be called in the coroutine")
}

#[cold]
#[inline(never)]
fn cannot_wait() -> Error {
    let why = if fiber::is_collecting() {
        "a coroutine cannot wait in a destructor that the garbage collector runs"
    } else {
        "a coroutine cannot wait any more: the script is ending"
    };
    Error::exception(Class::Error, why, constants::SWOOLE_ERROR_CO_YIELD_FAILED)
}

#[cold]
#[inline(never)]
fn cannot_leave(record: &Record) -> Error {
    record.state.set(State::Running);
    Error::Fatal("internal error: the coroutine cannot be left".into())
}

impl Wait {
    /// Names the wait to whoever will end it.
    pub fn ticket(&self) -> Ticket {
        self.0.ticket()
    }

    /// Waits until the ticket is woken, at most for `timeout`.
    ///
    /// # Errors
    /// The coroutine has to unwind: an exception of `cancel()`, or the end of the script.
    #[inline(always)]
    pub fn park(self, reason: Reason, timeout: Option<Duration>) -> Result<Woken> {
        let record = self.0;
        record.state.set(State::Parked(reason));
        let timer = timeout.map(|after| host::set_timer(after, Due::Wake(record.ticket())));
        if !fiber::suspend() {
            return Err(cannot_leave(&record));
        }
        let woken = record.woken.get();
        if let Some(timer) = timer
            && woken != Woken::TimedOut
        {
            host::clear_timer(timer);
        }
        if fiber::is_pending() {
            return Err(Error::Pending);
        }
        if woken == Woken::Canceled { canceled(&record) } else { Ok(woken) }
    }
}

#[cold]
#[inline(never)]
fn canceled(record: &Record) -> Result<Woken> {
    if record.cancel.get() == Cancel::OutOfTime {
        return Err(preempt::out_of_time(record));
    }
    last_error::set(constants::SWOOLE_ERROR_CO_CANCELED as i32);
    if record.cancel.get() == Cancel::Throwing {
        return Err(Error::exception(Class::CoroutineCanceledException, "", constants::SWOOLE_ERROR_CO_CANCELED));
    }
    Ok(Woken::Canceled)
}

/// Takes a wait that has ended otherwise out of a queue. Those that time out are mostly the first ones.
pub fn leave_queue(queue: &mut VecDeque<Ticket>, ticket: Ticket) {
    if let Some(position) = queue.iter().position(|other| *other == ticket) {
        queue.remove(position);
    }
}

/// Ends a wait: the coroutine runs at once, up to its next wait. False when the wait is over already.
///
/// # Errors
/// The process has to leave.
#[inline(always)]
pub fn wake(ticket: Ticket, woken: Woken) -> Result<bool> {
    let all = scheduler();
    let Some(record) = all.find(ticket.cid) else { return Ok(false) };
    if record.serial.get() != ticket.serial {
        return Ok(false);
    }
    let State::Parked(_) = record.state.get() else { return Ok(false) };
    all.go_on(record, woken)?;
    Ok(true)
}

impl Scheduler {
    #[inline(always)]
    fn go_on(&self, record: Rc<Record>, woken: Woken) -> Result<()> {
        match self.phase.get() {
            Phase::Leaving => return Err(Error::Exit(255)),
            Phase::Dead => return Ok(()),
            Phase::Open | Phase::Closing => {}
        }
        record.woken.set(woken);
        record.state.set(State::Running);
        self.run(record, Fiber::resume)
    }
}

/// The current coroutine's record.
pub(super) fn current_record() -> Option<Rc<Record>> {
    with(Scheduler::current)
}

/// Ends a coroutine's wait, if it does wait for something, by what `cancel` says.
///
/// # Errors
/// The process has to leave.
pub(super) fn interrupt_wait(cid: Cid, cancel: Cancel) -> Result<()> {
    with(|all| match all.find(cid) {
        Some(record) if matches!(record.state.get(), State::Parked(Reason::Resume | Reason::Event)) => {
            record.cancel.set(cancel);
            all.go_on(record, Woken::Canceled)
        }
        _ => Ok(()),
    })
}

/// Gives the current coroutine's turn to others, up to the next round of the loop. What its last wait ended in is not touched.
///
/// # Errors
/// The coroutine has to unwind.
pub(super) fn give_turn(record: &Record) -> Result<()> {
    record.serial.set(record.serial.get().wrapping_add(1));
    record.state.set(State::Parked(Reason::Turn));
    host::set_timer(Duration::ZERO, Due::Wake(record.ticket()));
    if !fiber::suspend() {
        record.state.set(State::Running);
    }
    if fiber::is_pending() { Err(Error::Pending) } else { Ok(()) }
}

/// What the loop gave back.
///
/// # Errors
/// The process has to leave.
pub fn dispatch(due: Due) -> Result<()> {
    match due {
        Due::Wake(ticket) => wake(ticket, Woken::TimedOut).map(drop),
        Due::Ready(ticket) => wake(ticket, Woken::Ready).map(drop),
        Due::Limit(cid) => preempt::time_is_up(cid),
        Due::Timer(id) => crate::timer::fire(id),
    }
}

/// `Swoole\Coroutine::resume()`: whether the coroutine waited for it.
///
/// # Errors
/// The process has to leave.
#[inline(always)]
pub fn resume(cid: Cid) -> Result<bool> {
    let all = scheduler();
    match all.find(cid) {
        Some(record) if record.state.get() == State::Parked(Reason::Resume) => all.go_on(record, Woken::Ready).map(|()| true),
        _ => Ok(false),
    }
}

/// `Swoole\Coroutine::cancel()`; otherwise the code that says why not.
///
/// # Errors
/// The process has to leave.
pub fn cancel(cid: Cid, throwing: bool) -> Result<Result<(), i64>> {
    with(|all| {
        let Some(record) = all.find(cid) else { return Ok(Err(constants::SWOOLE_ERROR_CO_NOT_EXISTS)) };
        let State::Parked(Reason::Resume | Reason::Event) = record.state.get() else {
            return Ok(Err(constants::SWOOLE_ERROR_CO_CANNOT_CANCEL));
        };
        record.cancel.set(if throwing { Cancel::Throwing } else { Cancel::Quietly });
        all.go_on(record, Woken::Canceled).map(Ok)
    })
}

/// Waits until these have ended, those of them that exist. None: none of them does.
///
/// # Errors
/// As for [`Wait::park`].
pub fn join(cids: &[Cid], timeout: Option<Duration>) -> Result<Option<Woken>> {
    let wait = prepare()?;
    let targets: Vec<_> = with(|all| cids.iter().filter_map(|cid| all.find(*cid)).collect());
    if targets.is_empty() {
        return Ok(None);
    }
    let join = Rc::new(super::record::Join { ticket: wait.ticket(), left: Cell::new(targets.len()) });
    for target in targets {
        target.with_extra(|extra| extra.joiners.push(join.clone()));
    }
    wait.park(Reason::Event, timeout).map(Some)
}

/// The current coroutine; none outside of one.
pub fn current() -> Option<Cid> {
    with(|all| all.current.borrow().as_ref().map(|record| record.cid.get()))
}

/// Has a function called when the current coroutine ends. False outside of one.
pub fn defer(callable: &Callback) -> bool {
    let Some(record) = with(Scheduler::current) else { return false };
    record.with_extra(|extra| extra.deferred.push(callable.value().clone()));
    true
}

/// Sets how many there can be at once.
pub fn set_most(most: usize) {
    with(|all| all.most.set(most.max(1)));
}

/// Those that wait now are not to be reported as a deadlock.
pub fn set_reported() {
    with(|all| all.reported.set(true));
}

/// The fiber's function has returned: it is the one that runs.
fn returned(_id: u64, result: Value) {
    let sink = with(|all| all.current.borrow().as_ref().and_then(|record| record.extra.borrow_mut().as_mut()?.sink.take()));
    if let Some(sink) = sink {
        sink(result);
    }
}

/// A fiber without a function runs: its work.
fn native(_id: u64) -> Result<()> {
    let work = with(|all| all.current.borrow().as_ref().and_then(|record| record.extra.borrow_mut().as_mut()?.native.take()));
    work.map_or(Ok(()), |work| work())
}

/// The next deferred function; when there is none, the coroutine's context goes.
fn next_deferred(_id: u64) -> Option<Value> {
    let (next, context) = with(|all| {
        let current = all.current.borrow();
        let mut extra = current.as_ref()?.extra.borrow_mut();
        let extra = extra.as_mut()?;
        let next = extra.deferred.pop();
        let context = if next.is_none() { extra.context.take() } else { None };
        Some((next, context))
    })?;
    drop(context); // may run destructors, so nothing is borrowed
    next
}

//! `Swoole\Coroutine\Channel`: a queue between coroutines. Whoever puts something in runs the one that waits for it before it goes on. It must not know
//! how coroutines are run.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    time::Duration,
};

use super::{
    scheduler::{self, Reason, Ticket, Woken},
    timeout,
};
use crate::zend::{Array, Call, CoroutineChannelMethods, Object, Result, State, Tracer, Value, constants};

const OK: i32 = constants::SWOOLE_CHANNEL_OK as i32;
const TIMED_OUT: i32 = constants::SWOOLE_CHANNEL_TIMEOUT as i32;
const CLOSED: i32 = constants::SWOOLE_CHANNEL_CLOSED as i32;
const CANCELED: i32 = constants::SWOOLE_CHANNEL_CANCELED as i32;

/// What a channel holds.
pub struct CoroutineChannel {
    capacity: Cell<usize>,
    closed: Cell<bool>,
    /// What `errCode` shows.
    shown: Cell<i32>,
    items: RefCell<VecDeque<Value>>,
    consumers: RefCell<VecDeque<Ticket>>,
    producers: RefCell<VecDeque<Ticket>>,
}

impl Default for CoroutineChannel {
    fn default() -> Self {
        CoroutineChannel {
            capacity: Cell::new(1),
            closed: Cell::new(false),
            shown: Cell::new(OK),
            items: RefCell::default(),
            consumers: RefCell::default(),
            producers: RefCell::default(),
        }
    }
}

impl State for CoroutineChannel {
    fn trace(&self, tracer: &mut Tracer) {
        if let Ok(items) = self.items.try_borrow() {
            items.iter().for_each(|item| tracer.add(item));
        }
    }
}

/// Why a push or a pop did not come to its end.
struct Failed(i32);

impl CoroutineChannel {
    fn is_full(&self) -> bool {
        self.items.borrow().len() >= self.capacity.get()
    }

    /// Waits among those that `queue` holds.
    #[inline(always)]
    fn wait(&self, queue: &RefCell<VecDeque<Ticket>>, timeout: Option<Duration>) -> Result<Result<(), Failed>> {
        let wait = scheduler::prepare()?;
        let ticket = wait.ticket();
        queue.borrow_mut().push_back(ticket);
        let woken = wait.park(Reason::Event, timeout);
        if !matches!(woken, Ok(Woken::Ready)) {
            scheduler::leave_queue(&mut queue.borrow_mut(), ticket);
        }
        Ok(match woken? {
            Woken::Ready => Ok(()),
            Woken::TimedOut => Err(Failed(TIMED_OUT)),
            Woken::Canceled => Err(Failed(CANCELED)),
        })
    }

    /// Runs the first that waits.
    #[inline(always)]
    fn wake_one(queue: &RefCell<VecDeque<Ticket>>) -> Result<()> {
        loop {
            let Some(ticket) = queue.borrow_mut().pop_front() else { return Ok(()) };
            if scheduler::wake(ticket, Woken::Ready)? {
                return Ok(());
            }
        }
    }

    #[inline(always)]
    fn push(&self, item: &Value, timeout: Option<Duration>) -> Result<Result<(), Failed>> {
        loop {
            if self.closed.get() {
                return Ok(Err(Failed(CLOSED)));
            }
            if !self.is_full() {
                break;
            }
            if let Err(failed) = self.wait(&self.producers, timeout)? {
                return Ok(Err(failed));
            }
        }
        self.items.borrow_mut().push_back(item.clone());
        CoroutineChannel::wake_one(&self.consumers)?;
        Ok(Ok(()))
    }

    #[inline(always)]
    fn pop(&self, timeout: Option<Duration>) -> Result<Result<Value, Failed>> {
        let item = loop {
            let first = self.items.borrow_mut().pop_front();
            if let Some(item) = first {
                break item;
            }
            if self.closed.get() {
                return Ok(Err(Failed(CLOSED)));
            }
            if let Err(failed) = self.wait(&self.consumers, timeout)? {
                return Ok(Err(failed));
            }
        };
        CoroutineChannel::wake_one(&self.producers)?;
        Ok(Ok(item))
    }

    /// Writes `errCode`, if it shows something else.
    #[inline]
    fn show(&self, object: &Object<Self>, code: i32) -> Result<()> {
        if self.shown.replace(code) == code { Ok(()) } else { object.set("errCode", code) }
    }
}

/// Both ends are for coroutines only, also where nothing has to wait.
fn in_a_coroutine() -> Result<()> {
    match scheduler::current() {
        Some(_) => Ok(()),
        None => Err(scheduler::no_coroutine()),
    }
}

impl CoroutineChannelMethods for CoroutineChannel {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let size = call.args(0, 1)?.or(1, |args| args.int())?;
        let capacity = size.max(1);
        call.state().capacity.set(usize::try_from(capacity).unwrap_or(usize::MAX));
        call.this().set("capacity", capacity)?;
        Ok(Value::null())
    }

    fn push(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let item = args.value();
        let seconds = args.or(-1.0, |args| args.float())?;
        in_a_coroutine()?;
        let state = call.state();
        match state.push(item, timeout(seconds))? {
            Ok(()) => {
                state.show(call.this(), OK)?;
                Ok(true.into())
            }
            Err(Failed(code)) => {
                state.show(call.this(), code)?;
                Ok(false.into())
            }
        }
    }

    fn pop(call: &mut Call<Self>) -> Result<Value> {
        let seconds = call.args(0, 1)?.or(-1.0, |args| args.float())?;
        in_a_coroutine()?;
        let state = call.state();
        match state.pop(timeout(seconds))? {
            Ok(item) => {
                state.show(call.this(), OK)?;
                Ok(item)
            }
            Err(Failed(code)) => {
                state.show(call.this(), code)?;
                Ok(false.into())
            }
        }
    }

    fn is_empty(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().items.borrow().is_empty().into())
    }

    fn is_full(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().is_full().into())
    }

    fn close(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let state = call.state();
        if state.closed.replace(true) {
            return Ok(false.into());
        }
        state.show(call.this(), CLOSED)?;
        for queue in [&state.consumers, &state.producers] {
            let waiting = queue.take();
            for ticket in waiting {
                scheduler::wake(ticket, Woken::Ready)?;
            }
        }
        Ok(true.into())
    }

    fn stats(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let state = call.state();
        let mut stats = Array::new(3)?;
        stats.set("consumer_num", state.consumers.borrow().len() as i64)?;
        stats.set("producer_num", state.producers.borrow().len() as i64)?;
        stats.set("queue_num", state.items.borrow().len() as i64)?;
        Ok(stats.into())
    }

    fn length(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok((call.state().items.borrow().len() as i64).into())
    }
}

//! `Swoole\Timer`: functions that are called later, each call in a coroutine of its own. It must not know who runs the loop.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    rc::Rc,
    time::{Duration, Instant},
};

use engine::timer::TimerId;

use crate::{
    coroutine::{
        host::{self, Due},
        iterator,
        scheduler::{self, Baggage},
    },
    zend::{Array, Call, Callback, Class, Level, Result, State, TimerMethods, Value, raise},
};

/// What stands behind the class.
#[derive(Default)]
pub struct Timer;

impl State for Timer {}

/// How often a timer calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Once,
    Again,
}

struct Entry {
    callback: Callback,
    params: Vec<Value>,
    kind: Kind,
    interval: Duration,
    due: Instant,
    hosted: TimerId,
    calls: i64,
    round: i64,
    /// What whoever set it holds, handed on to the one call of a timer that comes once.
    baggage: Option<Rc<dyn Baggage>>,
}

#[derive(Default)]
struct Timers {
    entries: BTreeMap<i64, Entry>,
    last: i64,
}

thread_local! {
    static TIMERS: RefCell<Timers> = RefCell::default();
}

/// Sets a timer from the arguments of a call.
fn set(call: &mut Call<()>, kind: Kind) -> Result<Value> {
    let mut args = call.args(2, u32::MAX)?;
    let ms = args.int()?;
    let callback = args.callback()?;
    let params = args.rest().to_vec();
    let Some(interval) = u64::try_from(ms).ok().filter(|ms| *ms > 0).map(Duration::from_millis) else {
        raise(Level::Warning, "Timer must be greater than or equal to 1", true)?;
        return Ok(false.into());
    };
    scheduler::announce();
    let id = TIMERS.with_borrow_mut(|timers| {
        timers.last += 1;
        timers.last
    });
    let now = Instant::now();
    let due = now.checked_add(interval).unwrap_or(now + Duration::from_secs(60 * 60 * 24 * 365 * 100));
    let hosted = host::set_timer_at(due, Due::Timer(id));
    let baggage = if kind == Kind::Once { scheduler::baggage() } else { None };
    let entry = Entry { callback, params, kind, interval, due, hosted, calls: 0, round: host::round(), baggage };
    TIMERS.with_borrow_mut(|timers| timers.entries.insert(id, entry));
    Ok(id.into())
}

/// The time of a timer has come.
///
/// # Errors
/// The process has to leave.
pub fn fire(id: i64) -> Result<()> {
    let due = TIMERS.with_borrow_mut(|timers| {
        let entry = timers.entries.get_mut(&id)?;
        entry.calls += 1;
        match entry.kind {
            Kind::Once => timers.entries.remove(&id).map(|entry| (entry.callback, entry.params, entry.baggage)),
            Kind::Again => {
                // What is late is not made up for: the next one is the next that is still ahead, on the same grid.
                let late = entry.due.elapsed().as_nanos() / entry.interval.as_nanos().max(1);
                let steps = u32::try_from(late + 1).unwrap_or(u32::MAX);
                entry.due += entry.interval * steps;
                entry.hosted = host::set_timer_at(entry.due, Due::Timer(id));
                let mut params = Vec::with_capacity(entry.params.len() + 1);
                params.push(Value::from(id));
                params.extend(entry.params.iter().cloned());
                Some((entry.callback.again(), params, None))
            }
        }
    });
    let Some((callback, params, baggage)) = due else { return Ok(()) };
    scheduler::spawn_for(&callback, &params, baggage)
}

/// Takes all timers back.
pub fn clear_all() {
    let entries = TIMERS.with_borrow_mut(|timers| std::mem::take(&mut timers.entries));
    // Their parameters' destructors may set timers again, so nothing is borrowed here.
    for entry in entries.values() {
        host::clear_timer(entry.hosted);
    }
}

/// In a new process: the timers of its parent are none of its own.
pub fn forget_all() {
    TIMERS.with_borrow_mut(|timers| std::mem::forget(std::mem::take(timers)));
}

fn id_of(call: &mut Call<()>) -> Result<i64> {
    call.args(1, 1)?.int()
}

/// The handlers, for the methods and for the functions.
pub mod handlers {
    use super::*;

    /// `tick`
    pub fn tick(call: &mut Call<()>) -> Result<Value> {
        set(call, Kind::Again)
    }

    /// `after`
    pub fn after(call: &mut Call<()>) -> Result<Value> {
        set(call, Kind::Once)
    }

    /// `exists`
    pub fn exists(call: &mut Call<()>) -> Result<Value> {
        let id = id_of(call)?;
        Ok(TIMERS.with_borrow(|timers| timers.entries.contains_key(&id)).into())
    }

    /// `info`
    pub fn info(call: &mut Call<()>) -> Result<Value> {
        let id = id_of(call)?;
        let numbers = TIMERS.with_borrow(|timers| {
            timers.entries.get(&id).map(|entry| {
                let left = entry.due.saturating_duration_since(Instant::now());
                let interval = if entry.kind == Kind::Again { entry.interval.as_millis() as i64 } else { 0 };
                (left.as_millis() as i64, entry.calls, interval, entry.round)
            })
        });
        let Some((left, calls, interval, round)) = numbers else { return Ok(Value::null()) };
        let mut info = Array::new(5)?;
        info.set("exec_msec", left)?;
        info.set("exec_count", calls)?;
        info.set("interval", interval)?;
        info.set("round", round)?;
        info.set("removed", false)?;
        Ok(info.into())
    }

    /// `stats`
    pub fn stats(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        let (count, last) = TIMERS.with_borrow(|timers| (timers.entries.len(), timers.last));
        let mut stats = Array::new(3)?;
        stats.set("initialized", last > 0)?;
        stats.set("num", count as i64)?;
        stats.set("round", host::round())?;
        Ok(stats.into())
    }

    /// `list`
    pub fn list(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        let ids: Vec<i64> = TIMERS.with_borrow(|timers| timers.entries.keys().copied().collect());
        iterator(Class::TimerIterator, &ids)
    }

    /// `clear`
    pub fn clear(call: &mut Call<()>) -> Result<Value> {
        let id = id_of(call)?;
        let entry = TIMERS.with_borrow_mut(|timers| timers.entries.remove(&id));
        let Some(entry) = entry else { return Ok(false.into()) };
        host::clear_timer(entry.hosted);
        Ok(true.into())
    }

    /// `clearAll`
    pub fn clear_all(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        super::clear_all();
        Ok(true.into())
    }
}

impl TimerMethods for Timer {
    fn tick(call: &mut Call<()>) -> Result<Value> {
        handlers::tick(call)
    }

    fn after(call: &mut Call<()>) -> Result<Value> {
        handlers::after(call)
    }

    fn exists(call: &mut Call<()>) -> Result<Value> {
        handlers::exists(call)
    }

    fn info(call: &mut Call<()>) -> Result<Value> {
        handlers::info(call)
    }

    fn stats(call: &mut Call<()>) -> Result<Value> {
        handlers::stats(call)
    }

    fn list(call: &mut Call<()>) -> Result<Value> {
        handlers::list(call)
    }

    fn clear(call: &mut Call<()>) -> Result<Value> {
        handlers::clear(call)
    }

    fn clear_all(call: &mut Call<()>) -> Result<Value> {
        handlers::clear_all(call)
    }
}

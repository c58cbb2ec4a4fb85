//! `Swoole\Coroutine` and `Swoole\ExitException`: PHP's words turned into the scheduler's. It must not know how coroutines are run.

use std::cell::RefCell;

use super::{
    host, preempt,
    scheduler::{self, Cid, Reason, Woken},
    timeout,
};
use crate::{
    last_error,
    option_value::neutral,
    zend::{
        Array, Call, Class, CoroutineMethods, Error, ExitExceptionMethods, Level, Result, State, Value, constants,
        fiber::{self, object_with},
        raise,
    },
};

/// The shortest sleep, in seconds.
const SHORTEST_SLEEP: f64 = constants::SWOOLE_TIMER_MIN_SEC;
/// The code of what makes no sense.
const INVALID_PARAMS: i32 = constants::SWOOLE_ERROR_INVALID_PARAMS as i32;

thread_local! {
    static OPTIONS: RefCell<Option<Array>> = const { RefCell::new(None) };
}

/// What stands behind the class.
#[derive(Default)]
pub struct Coroutine;

impl State for Coroutine {}

/// `cid`, where 0 is the current coroutine; none outside of one.
fn named(cid: i64) -> Option<Cid> {
    if cid == 0 { scheduler::current() } else { Some(cid) }
}

/// Returns false, and says why where PHP code looks for it.
fn refused(code: i32) -> Result<Value> {
    last_error::set(code);
    Ok(false.into())
}

/// Sets options, as `Coroutine::set()` and `Scheduler::set()` do.
///
/// # Errors
/// `Pending` when PHP's memory limit is reached.
pub(super) fn set_options(options: &Array) -> Result<()> {
    take_options(options)?;
    let mut merged = OPTIONS.take().map_or_else(|| Array::new(options.len()), Ok)?;
    for (key, value) in options.iter() {
        merged.set_key(key, value.clone())?;
    }
    OPTIONS.set(Some(merged));
    Ok(())
}

/// As [`Coroutine::set()`](set_options), for options that are given elsewhere: what is set is not remembered as given.
///
/// # Errors
/// As there.
pub fn take_options(options: &Array) -> Result<()> {
    scheduler::attach();
    // 0 and less mean the default, as in Swoole.
    let default = constants::SWOOLE_DEFAULT_MAX_CORO_NUM;
    if let Some(most) = options.get("max_coro_num").or_else(|| options.get("max_coroutine")) {
        let most = number(most).filter(|most| *most > 0).unwrap_or(default);
        scheduler::set_most(usize::try_from(most).unwrap_or(usize::MAX));
    }
    if let Some(on) = options.get("enable_preemptive_scheduler") {
        preempt::choose(on.is_true());
    }
    super::system::settings::take(options)
}

/// A number as PHP code gives it in options: also as text.
fn number(value: &Value) -> Option<i64> {
    value.as_int().or_else(|| value.as_bytes().and_then(|text| std::str::from_utf8(text).ok()?.trim().parse().ok()))
}

/// An option that is a number.
pub(super) fn int_option(name: &str) -> Option<i64> {
    OPTIONS.with_borrow(|options| options.as_ref().and_then(|options| number(options.get(name)?)))
}

/// The hooks that were set for coroutines, if any were.
pub fn hook_flags() -> Option<i64> {
    int_option("hook_flags")
}

/// An option that is a number of seconds.
pub(super) fn seconds_option(name: &str) -> Option<f64> {
    OPTIONS.with_borrow(|options| neutral(options.as_ref()?.get(name)?).number())
}

/// An option that is on or off.
pub(super) fn is_on(name: &str, default: bool) -> bool {
    OPTIONS.with_borrow(|options| options.as_ref().and_then(|options| options.get(name).map(Value::is_true)).unwrap_or(default))
}

/// What was set; none before.
pub(super) fn options() -> Option<Array> {
    OPTIONS.with_borrow(Clone::clone)
}

/// At the end of a request.
pub(super) fn forget_options() {
    drop(OPTIONS.take());
}

/// Starts a coroutine with the arguments of a call: the function, and what it gets.
///
/// # Errors
/// As for [`scheduler::spawn`], and for an argument that cannot be called.
pub fn create(call: &mut Call<()>) -> Result<Value> {
    let mut args = call.args(1, u32::MAX)?;
    let callback = args.callback()?;
    Ok(scheduler::spawn(&callback, args.rest(), None)?.map_or(Value::from(false), Value::from))
}

/// Has the function that a call names called when the coroutine ends.
///
/// # Errors
/// There is no coroutine, or the argument cannot be called.
pub fn defer(call: &mut Call<()>) -> Result<Value> {
    let callback = call.args(1, 1)?.callback()?;
    if scheduler::defer(&callback) { Ok(Value::null()) } else { Err(scheduler::no_coroutine()) }
}

/// The ids of coroutines or timers, as an object to go through.
///
/// # Errors
/// `Pending` when it cannot be made.
pub fn iterator(class: Class, ids: &[i64]) -> Result<Value> {
    let mut list = Array::new(ids.len())?;
    for id in ids {
        list.push(*id)?;
    }
    Ok(object_with(class, list)?.into())
}

impl CoroutineMethods for Coroutine {
    fn create(call: &mut Call<()>) -> Result<Value> {
        create(call)
    }

    fn defer(call: &mut Call<()>) -> Result<Value> {
        defer(call)
    }

    fn set(call: &mut Call<()>) -> Result<Value> {
        set_options(call.args(1, 1)?.array()?)?;
        Ok(Value::null())
    }

    fn get_options(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        Ok(options().map_or_else(Value::null, Value::from))
    }

    fn exists(call: &mut Call<()>) -> Result<Value> {
        Ok(scheduler::exists(call.args(1, 1)?.int()?).into())
    }

    fn yield_(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        let woken = scheduler::prepare()?.park(Reason::Resume, None)?;
        Ok((woken != Woken::Canceled).into())
    }

    fn cancel(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let cid = args.int()?;
        let throwing = args.or(false, |args| args.bool())?;
        match scheduler::cancel(cid, throwing)? {
            Ok(()) => Ok(true.into()),
            Err(code) => refused(code as i32),
        }
    }

    fn join(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let list = args.array()?;
        let seconds = args.or(-1.0, |args| args.float())?;
        let mut cids = Vec::with_capacity(list.len());
        for (_, value) in list.iter() {
            let Some(cid) = number(value) else { continue };
            if scheduler::current() == Some(cid) {
                last_error::set(constants::SWOOLE_ERROR_WRONG_OPERATION as i32);
                return Err(Error::Warning("can not join self".into()));
            }
            if !cids.contains(&cid) {
                cids.push(cid);
            }
        }
        match scheduler::join(&cids, timeout(seconds))? {
            None => refused(INVALID_PARAMS),
            Some(Woken::Ready) => Ok(true.into()),
            Some(Woken::TimedOut) => refused(constants::SWOOLE_ERROR_CO_TIMEDOUT as i32),
            Some(Woken::Canceled) => refused(constants::SWOOLE_ERROR_CO_CANCELED as i32),
        }
    }

    fn is_canceled(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        Ok(scheduler::is_canceled().into())
    }

    fn resume(call: &mut Call<()>) -> Result<Value> {
        let cid = call.args(1, 1)?.int()?;
        if scheduler::resume(cid)? { Ok(true.into()) } else { Err(Error::Warning(format!("coroutine#{cid} can not be resumed"))) }
    }

    fn stats(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        let numbers = scheduler::numbers();
        let mut stats = Array::new(9)?;
        let load = host::load();
        for (name, value) in [
            ("event_num", host::watch_count() as i64),
            ("signal_listener_num", host::signal_count() as i64),
            ("aio_task_num", load.tasks as i64),
            ("aio_worker_num", load.threads as i64),
            ("aio_queue_size", load.waiting as i64),
            ("c_stack_size", 2 << 20),
            ("coroutine_num", numbers.live as i64),
            ("coroutine_peak_num", numbers.peak as i64),
            ("coroutine_last_cid", numbers.last),
        ] {
            stats.set(name, value)?;
        }
        Ok(stats.into())
    }

    fn get_cid(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        Ok(scheduler::current().unwrap_or(-1).into())
    }

    fn get_pcid(call: &mut Call<()>) -> Result<Value> {
        let cid = call.args(0, 1)?.or(0, |args| args.int())?;
        Ok(named(cid).and_then(scheduler::parent).map_or(Value::from(false), Value::from))
    }

    fn get_context(call: &mut Call<()>) -> Result<Value> {
        let cid = call.args(0, 1)?.or(0, |args| args.int())?;
        let Some(cid) = named(cid) else { return Ok(Value::null()) };
        Ok(scheduler::context(cid)?.map_or_else(Value::null, Value::from))
    }

    fn get_back_trace(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(0, 3)?;
        let cid = args.or(0, |args| args.int())?;
        let options = args.or(1, |args| args.int())?;
        let limit = args.or(0, |args| args.int())?;
        let Some(cid) = named(cid) else { return Ok(false.into()) };
        Ok(scheduler::backtrace(cid, options, limit)?.unwrap_or_else(|| false.into()))
    }

    fn print_back_trace(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(0, 3)?;
        let cid = args.or(0, |args| args.int())?;
        let options = args.or(0, |args| args.int())?;
        let limit = args.or(0, |args| args.int())?;
        if let Some(trace) = named(cid).map(|cid| scheduler::backtrace(cid, options, limit)).transpose()?.flatten()
            && let Some(trace) = trace.as_array()
        {
            fiber::write(fiber::trace_text(trace)?.as_bytes().unwrap_or_default());
        }
        Ok(Value::null())
    }

    fn get_elapsed(call: &mut Call<()>) -> Result<Value> {
        let cid = call.args(0, 1)?.or(0, |args| args.int())?;
        let elapsed = named(cid).and_then(scheduler::elapsed).unwrap_or_default();
        Ok(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX).into())
    }

    fn get_stack_usage(call: &mut Call<()>) -> Result<Value> {
        let cid = call.args(0, 1)?.or(0, |args| args.int())?;
        match named(cid).and_then(scheduler::stack_usage) {
            Some(bytes) => Ok((bytes as i64).into()),
            None => refused(constants::SWOOLE_ERROR_CO_NOT_EXISTS as i32),
        }
    }

    fn list(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        iterator(Class::CoroutineIterator, &scheduler::cids())
    }

    fn set_time_limit(call: &mut Call<()>) -> Result<Value> {
        let seconds = call.args(1, 1)?.float()?;
        preempt::set_limit(timeout(seconds))?;
        Ok(true.into())
    }

    fn enable_scheduler(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        Ok(preempt::set_enabled(true).into())
    }

    fn disable_scheduler(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        Ok(preempt::set_enabled(false).into())
    }

    fn sleep(call: &mut Call<()>) -> Result<Value> {
        let seconds = call.args(1, 1)?.float()?;
        if seconds.is_nan() || seconds < SHORTEST_SLEEP {
            raise(Level::Warning, &format!("Timer must be greater than or equal to {SHORTEST_SLEEP}"), true)?;
            return Ok(false.into());
        }
        let woken = scheduler::prepare()?.park(Reason::Event, timeout(seconds))?;
        Ok((woken != Woken::Canceled).into())
    }
}

/// `Swoole\ExitException`, whose objects are PHP's to make.
#[derive(Default)]
pub struct ExitException;

impl State for ExitException {}

impl ExitExceptionMethods for ExitException {
    fn get_flags(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        call.this().get("flags")
    }

    fn get_status(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        call.this().get("status")
    }
}

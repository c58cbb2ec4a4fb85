//! What runs the event loop: `Swoole\Coroutine\run()`, the class `Scheduler` and the end of the script; and the functions that start several coroutines and wait
//! for all of them. It must not know how one is run.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use super::{
    class,
    host::{self, Ended},
    preempt, runtime,
    scheduler::{self, Reason, Ticket, Woken},
    timeout,
};
use crate::zend::{
    Array, Call, Callback, CoroutineSchedulerMethods, Error, Level, Result, State, Tracer, Value,
    fiber::{self, Ending},
    raise,
};

thread_local! {
    static TURN: Cell<Turn> = const { Cell::new(Turn::Script) };
    static FOLLOWS: Cell<bool> = const { Cell::new(false) };
}

/// Whether the loop runs, or will as soon as what runs now waits or ends.
pub(super) fn loop_follows() -> bool {
    FOLLOWS.get() || host::is_running()
}

/// Starts what the loop is to run next.
fn start_for_loop<R>(start: impl FnOnce() -> Result<R>) -> Result<R> {
    preempt::refresh();
    FOLLOWS.set(true);
    let started = start();
    FOLLOWS.set(false);
    started
}

/// How far the end of the script is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The script runs, or the first shutdown functions.
    Script,
    /// We have moved behind the shutdown functions that came after us.
    Last,
}

/// At the end of a request.
pub(super) fn forget() {
    TURN.set(Turn::Script);
    class::forget_options();
}

/// Runs the loop until nothing is left, and reports those that nothing will wake.
///
/// # Errors
/// The process has to leave.
pub fn run_loop() -> Result<()> {
    if host::run(scheduler::dispatch)? == Ended::Stopped {
        forget_rest();
    } else if class::is_on("enable_deadlock_check", true) {
        scheduler::report_deadlock();
    }
    Ok(())
}

/// `Event::exit()`, or the end of a server: what was to come does not, and that is no deadlock.
pub fn forget_rest() {
    crate::event::forget();
    crate::timer::clear_all();
    scheduler::set_reported();
}

/// `Swoole\Event::wait()`
///
/// # Errors
/// It runs already, or the process has to leave.
pub fn wait(call: &mut Call<()>) -> Result<Value> {
    call.no_args()?;
    may_run("Event::wait()")?;
    scheduler::announce();
    run_loop()?;
    Ok(Value::null())
}

/// `Swoole\Event::dispatch()`
///
/// # Errors
/// As for [`wait`].
pub fn dispatch(call: &mut Call<()>) -> Result<Value> {
    call.no_args()?;
    may_run("Event::dispatch()")?;
    scheduler::announce();
    if host::turn_once(scheduler::dispatch)? == Ended::Stopped {
        forget_rest();
    }
    Ok(true.into())
}

fn may_run(what: &str) -> Result<()> {
    if scheduler::current().is_some() || host::is_running() {
        return Err(Error::Fatal(format!("the event loop runs already: {what} cannot be called in a coroutine or a timer")));
    }
    Ok(())
}

/// `Swoole\Coroutine\run()`
///
/// # Errors
/// It runs already, or the process has to leave.
pub fn run(call: &mut Call<()>) -> Result<Value> {
    let mut args = call.args(1, u32::MAX)?;
    let callback = args.callback()?;
    may_run("run()")?;
    runtime::set_for_run(class::int_option("hook_flags"))?;
    if start_for_loop(|| scheduler::spawn(&callback, args.rest(), None))?.is_none() {
        return Ok(false.into());
    }
    run_loop()?;
    Ok(true.into())
}

/// The end of the script, called as one of the shutdown functions: runs what is left, and unwinds what never comes back.
///
/// # Errors
/// The process has to leave.
pub fn end_of_script(call: &mut Call<()>) -> Result<Value> {
    call.no_args()?;
    if scheduler::current().is_some() || host::is_running() {
        return Ok(Value::null());
    }
    if TURN.get() == Turn::Script && fiber::shutdown_functions_follow() {
        TURN.set(Turn::Last);
        fiber::at_end_of_script("swoole_event_rshutdown");
        return Ok(Value::null());
    }
    scheduler::set_ending(fiber::ending());
    let ended = if scheduler::is_open() { run_rest() } else { Ok(()) };
    if let Err(Error::Pending) = ended {
        scheduler::set_ending(fiber::ending());
    }
    if fiber::ending() == Ending::Dead || matches!(ended, Err(Error::Pending)) {
        return ended.map(Value::from);
    }
    crate::timer::clear_all();
    let unwound = scheduler::unwind_all();
    ended.and(unwound).map(Value::from)
}

fn run_rest() -> Result<()> {
    if host::has_work() {
        raise(Level::Deprecated, "Event::wait() in shutdown function is deprecated", true)?;
    }
    run_loop()
}

/// What a `Swoole\Coroutine\Scheduler` holds.
#[derive(Default)]
pub struct CoroutineScheduler {
    added: RefCell<Vec<(Callback, Vec<Value>)>>,
    started: Cell<bool>,
}

impl State for CoroutineScheduler {
    fn trace(&self, tracer: &mut Tracer) {
        if let Ok(added) = self.added.try_borrow() {
            for (callback, args) in &*added {
                tracer.add(callback.value());
                args.iter().for_each(|arg| tracer.add(arg));
            }
        }
    }
}

impl CoroutineSchedulerMethods for CoroutineScheduler {
    fn add(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, u32::MAX)?;
        let (callback, rest) = (args.callback()?, args.rest().to_vec());
        call.state().added.borrow_mut().push((callback, rest));
        Ok(Value::null())
    }

    fn parallel(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, u32::MAX)?;
        let times = args.int()?;
        let (callback, rest) = (args.callback()?, args.rest());
        for _ in 0..times {
            let again = callback.again();
            call.state().added.borrow_mut().push((again, rest.to_vec()));
        }
        Ok(Value::null())
    }

    fn set(call: &mut Call<Self>) -> Result<Value> {
        class::set_options(call.args(1, 1)?.array()?)?;
        Ok(Value::null())
    }

    fn get_options(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(class::options().map_or_else(Value::null, Value::from))
    }

    fn start(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        if scheduler::current().is_some() || host::is_running() {
            return Err(Error::Warning(
                "the event loop runs already: a scheduler cannot be started in a coroutine or a timer".into(),
            ));
        }
        if call.state().started.replace(true) {
            return Err(Error::Warning("scheduler is started, unable to execute start again".into()));
        }
        runtime::set_for_run(class::int_option("hook_flags"))?;
        let added = call.state().added.take();
        start_for_loop(|| added.iter().try_for_each(|(callback, args)| scheduler::spawn(callback, args, None).map(drop)))?;
        let ended = run_loop();
        call.state().started.set(false);
        ended?;
        Ok(true.into())
    }
}

/// A wait for several coroutines that were started here.
struct Gathering {
    results: RefCell<Vec<Option<Value>>>,
    left: Cell<usize>,
    waits: Cell<Option<Ticket>>,
}

impl Gathering {
    fn new(count: usize) -> Rc<Gathering> {
        Rc::new(Gathering {
            results: RefCell::new((0..count).map(|_| None).collect()),
            left: Cell::new(count),
            waits: Cell::new(None),
        })
    }

    /// Starts the coroutine whose result is the one at `index`.
    fn start(self: &Rc<Self>, index: usize, callback: &Callback, args: &[Value]) -> Result<()> {
        let here = self.clone();
        let sink = move |result| {
            if let Some(place) = here.results.borrow_mut().get_mut(index) {
                *place = Some(result);
            }
            here.one_is_done();
        };
        if scheduler::spawn(callback, args, Some(Rc::new(sink)))?.is_none() {
            self.left.set(self.left.get() - 1);
        }
        Ok(())
    }

    fn one_is_done(&self) {
        self.left.set(self.left.get() - 1);
        if self.left.get() == 0
            && let Some(ticket) = self.waits.take()
        {
            // Not from here: the coroutine that ends is still on its stack.
            host::set_timer(std::time::Duration::ZERO, host::Due::Ready(ticket));
        }
    }

    fn wait(&self, seconds: f64) -> Result<()> {
        if self.left.get() > 0 {
            let wait = scheduler::prepare()?;
            let ticket = wait.ticket();
            self.waits.set(Some(ticket));
            let woken = wait.park(Reason::Event, timeout(seconds));
            self.waits.set(None);
            let _: Woken = woken?;
        }
        Ok(())
    }

    fn result(&self, index: usize) -> Value {
        self.results.borrow().get(index).cloned().flatten().unwrap_or_else(Value::null)
    }
}

/// Waits need a coroutine, also if there is nothing to wait for.
fn in_a_coroutine() -> Result<()> {
    scheduler::prepare().map(drop)
}

fn gather(elements: &Array, seconds: f64, mut start: impl FnMut(&Rc<Gathering>, usize, &Value) -> Result<()>) -> Result<Value> {
    in_a_coroutine()?;
    let gathering = Gathering::new(elements.len());
    for (index, (_, element)) in elements.iter().enumerate() {
        start(&gathering, index, element)?;
    }
    gathering.wait(seconds)?;
    let mut results = Array::new(elements.len())?;
    for (index, (key, _)) in elements.iter().enumerate() {
        let result = gathering.result(index);
        results.set_key(key, result)?;
    }
    Ok(results.into())
}

/// `Swoole\Coroutine\batch()`
///
/// # Errors
/// As for [`scheduler::Wait::park`], and for what cannot be called.
pub fn batch(call: &mut Call<()>) -> Result<Value> {
    let mut args = call.args(1, 2)?;
    let tasks = args.array()?.clone();
    let seconds = args.or(-1.0, |args| args.float())?;
    gather(&tasks, seconds, |gathering, index, task| match Callback::new(task) {
        Some(callback) => gathering.start(index, &callback, &[]),
        None => Err(Error::Exception {
            class: crate::zend::ExceptionClass::TypeError,
            text: "Swoole\\Coroutine\\batch(): Argument #1 ($tasks) must be an array of callbacks".into(),
            code: 0,
        }),
    })
}

/// `Swoole\Coroutine\map()`
///
/// # Errors
/// As for [`batch`].
pub fn map(call: &mut Call<()>) -> Result<Value> {
    let mut args = call.args(2, 3)?;
    let list = args.array()?.clone();
    let callback = args.callback()?;
    let seconds = args.or(-1.0, |args| args.float())?;
    gather(&list, seconds, |gathering, index, element| gathering.start(index, &callback, std::slice::from_ref(element)))
}

/// `Swoole\Coroutine\parallel()`
///
/// # Errors
/// As for [`batch`].
pub fn parallel(call: &mut Call<()>) -> Result<Value> {
    let mut args = call.args(2, 2)?;
    let times = usize::try_from(args.int()?).unwrap_or_default();
    let callback = args.callback()?;
    in_a_coroutine()?;
    let gathering = Gathering::new(times);
    for index in 0..times {
        gathering.start(index, &callback, &[])?;
    }
    gathering.wait(-1.0)?;
    Ok(Value::null())
}

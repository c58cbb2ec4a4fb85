//! The program that a process pool runs: the engine's [`Program`] over PHP callbacks. It must not know how the pool's processes come about.
//!
//! A worker is there to be replaced: an exception that nobody caught, `exit()` and a fatal error end it. After the first two what it has begun otherwise is
//! still done. In the master they end the pool.

use std::{
    cell::{Cell, RefCell},
    os::fd::RawFd,
    rc::Rc,
};

use engine::{
    flow::{Flow, Pending},
    pool::{Handle, Process, Program},
    sys::atfork::forked_by_program,
};

use super::ProcessPool;
use crate::{
    coroutine::{
        host,
        scheduler::{self, Cid, Uncaught},
    },
    zend::{self, Callback, Error, Object, Outcome, PhpString, Result, Tracer, Value, process},
};

/// The status of a process that an uncaught exception or a fatal error has ended, as PHP itself leaves.
const FAILED: i32 = 255;

thread_local! {
    /// Whether a coroutine of this process has ended in what nobody caught.
    static FALLEN: Cell<bool> = const { Cell::new(false) };
    /// The pool that runs.
    static RUNNING: RefCell<Option<(Object<ProcessPool>, Handle)>> = const { RefCell::new(None) };
}

/// PHP code has been interrupted by a signal: what it reads of the pool is as it is now.
fn interrupted() {
    let running = RUNNING.with_borrow(|running| running.clone());
    if let Some((pool, handle)) = running
        && handle.is_told_to_end()
    {
        show_end(&pool, &handle);
    }
}

/// This process is to end: loops that look at the property see it.
pub fn show_end(pool: &Object<ProcessPool>, handle: &Handle) {
    let property = if handle.worker().is_some() { "workerRunning" } else { "running" };
    // An error in this comes back with the next thing that is done.
    let _ = pool.set(property, false);
}

/// Nobody caught this in a coroutine: the others may end well, but the process has to, as after `exit()` everywhere.
fn uncaught(_: Cid, _: Uncaught) {
    FALLEN.set(true);
}

/// From now on the loop and the coroutines are a pool's, in this process and those that it forks.
pub fn begin(pool: &Object<ProcessPool>, handle: &Handle) {
    take_over();
    RUNNING.replace(Some((pool.clone(), handle.clone())));
    process::notice_interrupts(Some(interrupted));
}

fn take_over() {
    FALLEN.set(false);
    host::lend();
    scheduler::survive(Some(uncaught));
}

/// The pool has ended here.
pub fn end() {
    process::notice_interrupts(None);
    let before = RUNNING.take();
    drop(before);
    host::take_back();
    scheduler::survive(None);
}

/// What has become of the process by its coroutines.
fn flow_now() -> Flow {
    if FALLEN.get() { Flow::Finish(FAILED) } else { Flow::Continue }
}

/// An event of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolEvent {
    Start,
    Shutdown,
    WorkerStart,
    WorkerStop,
    WorkerExit,
    Message,
}

const EVENTS: [(&str, PoolEvent); 6] = [
    ("Start", PoolEvent::Start),
    ("Shutdown", PoolEvent::Shutdown),
    ("WorkerStart", PoolEvent::WorkerStart),
    ("WorkerStop", PoolEvent::WorkerStop),
    ("WorkerExit", PoolEvent::WorkerExit),
    ("Message", PoolEvent::Message),
];

impl PoolEvent {
    /// The event that a name means, without regard to case.
    pub fn named(name: &[u8]) -> Option<PoolEvent> {
        EVENTS.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name)).map(|(_, event)| *event)
    }
}

/// The callbacks of a pool.
#[derive(Default)]
pub struct PoolCallbacks([RefCell<Option<Rc<Callback>>>; EVENTS.len()]);

impl PoolCallbacks {
    /// The callback for an event.
    pub fn get(&self, event: PoolEvent) -> Option<Rc<Callback>> {
        self.0[event as usize].borrow().clone()
    }

    /// Registers one, in place of the one before.
    pub fn set(&self, event: PoolEvent, callback: Callback) {
        let before = self.0[event as usize].replace(Some(Rc::new(callback)));
        // Letting go of it may run a destructor, which may look here.
        drop(before);
    }

    /// Shows the garbage collector what is held.
    pub fn trace(&self, tracer: &mut Tracer) {
        self.0.iter().filter_map(|place| place.borrow().clone()).for_each(|callback| callback.trace(tracer));
    }
}

/// See the module.
pub struct PoolProgram {
    pool: Object<ProcessPool>,
    handle: Handle,
    coroutines: bool,
}

impl PoolProgram {
    /// For a pool that is about to start.
    pub fn new(pool: &Object<ProcessPool>, handle: Handle, coroutines: bool) -> PoolProgram {
        PoolProgram { pool: pool.clone(), handle, coroutines }
    }

    fn callback(&self, event: PoolEvent) -> Option<Rc<Callback>> {
        self.pool.state().callbacks().get(event)
    }

    fn this(&self) -> Value {
        self.pool.clone().into()
    }

    /// Calls what is registered for an event.
    fn notify(&self, event: PoolEvent, args: &[Value]) -> Flow {
        match self.callback(event) {
            Some(callback) => call(&callback, args),
            None => Flow::Continue,
        }
    }

    /// As [`PoolProgram::notify`], in a coroutine if the pool is to.
    fn begin(&self, event: PoolEvent, args: &[Value]) -> Flow {
        if !self.coroutines {
            return self.notify(event, args);
        }
        let Some(callback) = self.callback(event) else { return Flow::Continue };
        let spawned = scheduler::spawn(&callback, args, None);
        leave_if_forked(|| match &spawned {
            Err(Error::Exit(status)) => *status,
            Ok(_) => 0,
            Err(_) => FAILED,
        });
        flow(spawned.map(drop))
    }

    /// What this process is, where programs look for it.
    fn show_process(&self) -> Result<()> {
        let Ok(master) = self.handle.master_pid() else { return Ok(()) };
        self.pool.set("master_pid", master)?;
        if let Some(worker) = self.handle.worker() {
            self.pool.set("workerId", worker)?;
            self.pool.set("workerPid", i64::from(std::process::id()))?;
            // What the master has made is of its own view.
            self.pool.set("workers", Value::null())?;
        }
        Ok(())
    }
}

/// What follows a callback in a process that was forked in it is the parent's: it ends here.
fn leave_if_forked(status: impl FnOnce() -> i32) {
    if forked_by_program() {
        process::leave(status());
    }
}

/// The one place from which a pool calls PHP outside of a coroutine.
fn call(callback: &Callback, args: &[Value]) -> Flow {
    let ended = match callback.call(args) {
        Outcome::Returned(_) => flow_now(),
        // A coroutine that was started here could not go on, and with it the process.
        Outcome::Exited(status) if !scheduler::is_open() => Flow::Leave(status),
        Outcome::Exited(status) => Flow::Finish(status),
        Outcome::Threw(exception) => match exception.report() {
            Ok(()) => Flow::Finish(FAILED),
            Err(_) => Flow::Leave(FAILED),
        },
        Outcome::Died(status) => Flow::Leave(status),
    };
    leave_if_forked(|| match ended {
        Flow::Continue => 0,
        Flow::Leave(status) | Flow::Finish(status) => status,
    });
    ended
}

/// Whether the process can go on after something that may have failed.
fn flow(ended: Result<()>) -> Flow {
    match ended {
        Ok(()) => flow_now(),
        Err(Error::Exit(status)) => Flow::Leave(status),
        Err(_) => {
            let _ = zend::report_pending();
            Flow::Leave(FAILED)
        }
    }
}

impl Program for PoolProgram {
    /// None: there was no memory for it, and PHP has said so.
    type Data = Option<PhpString>;

    fn take(&self, bytes: &[u8]) -> Option<PhpString> {
        PhpString::new(bytes).ok()
    }

    fn descriptor(&self) -> Option<RawFd> {
        // Without one what waits for a descriptor never goes on here; whoever wants to wait so is told of the same error.
        host::descriptor().ok()
    }

    fn run_due(&self, ready: bool) -> (Flow, Pending) {
        let waits = || scheduler::is_any() || host::has_work();
        if !ready && !host::has_work() {
            return (Flow::Continue, if waits() { Pending::Something(None) } else { Pending::Nothing });
        }
        let ran = host::run_due(ready, scheduler::dispatch);
        leave_if_forked(|| match &ran {
            Err(Error::Exit(status)) => *status,
            Ok(_) => 0,
            Err(_) => FAILED,
        });
        match ran {
            Ok(None) if !waits() => (flow_now(), Pending::Nothing),
            Ok(next) => (flow_now(), Pending::Something(next)),
            Err(error) => (flow(Err(error)), Pending::Nothing),
        }
    }

    fn is_ready(&self) -> bool {
        !self.coroutines || scheduler::has_room()
    }

    fn before_fork(&self) {
        process::flush_output();
    }

    fn after_fork(&self, _process: Process) {
        process::reseed();
        crate::coroutine::become_child();
        take_over();
        // An error in this comes back with the next thing that is done.
        let _ = self.show_process();
    }

    fn on_start(&self) -> Flow {
        match flow(self.show_process()) {
            Flow::Continue => self.notify(PoolEvent::Start, &[self.this()]),
            leave => leave,
        }
    }

    fn on_shutdown(&self) -> Flow {
        self.notify(PoolEvent::Shutdown, &[self.this()])
    }

    fn on_worker_start(&self, worker: u32) -> Flow {
        self.begin(PoolEvent::WorkerStart, &[self.this(), worker.into()])
    }

    fn on_worker_stop(&self, worker: u32) -> Flow {
        self.notify(PoolEvent::WorkerStop, &[self.this(), worker.into()])
    }

    fn on_worker_exit(&self, worker: u32) -> Flow {
        self.notify(PoolEvent::WorkerExit, &[self.this(), worker.into()])
    }

    fn on_ending(&self) {
        show_end(&self.pool, &self.handle);
    }

    fn on_message(&self, data: Option<PhpString>) -> Flow {
        match data {
            Some(data) => self.begin(PoolEvent::Message, &[self.this(), data.into()]),
            None => flow(Err(Error::Pending)),
        }
    }
}

//! The program that a server runs: the engine's [`Application`] over PHP callbacks.
//!
//! A callback runs in a coroutine of its own, which holds its message until it has ended, with all that it has started; or, if the program does not
//! want that, as a plain call. Whatever it ends in, the engine is told only whether its process can go on: a value is dropped, an exception is
//! reported as PHP reports one that nobody caught, `exit()` ends its message, a fatal error ends the process. What an exception means for the process
//! depends on where it came from: see [`uncaught`].

use std::{
    cell::Cell,
    mem::MaybeUninit,
    os::fd::RawFd,
    rc::Rc,
    time::{SystemTime, UNIX_EPOCH},
};

use engine::{
    log::{self, Level},
    server::{Application, ClosedBy, Event, Flow, Handle, InHand, Pending, Process, WorkerError, forked_by_program},
};

use super::{
    Server, ServerPort,
    core::Core,
    events::{PortEvent, ServerEvent},
    held::Held,
};
use crate::coroutine::{
    host,
    scheduler::{self, Baggage, Cid, Uncaught},
};
use crate::zend::{self, AnyObject, Callback, Class, Object, Outcome, PhpString, Result, Value, process};

/// The status of a process that a fatal error has ended, as PHP itself leaves.
const FATAL: i32 = 255;

/// See the module.
pub struct App {
    server: Object<Server>,
    core: Rc<Core>,
    handle: Handle,
    ports: Vec<PortCalls>,
    options: AppOptions,
}

/// What of a server's settings is the program's business, and not the engine's.
#[derive(Clone, Copy, Debug)]
pub struct AppOptions {
    /// Connection callbacks get one `Swoole\Server\Event`.
    pub event_object: bool,
    /// Callbacks run in coroutines.
    pub coroutines: bool,
}

thread_local! {
    /// What this process has come to by what nobody caught in its coroutines.
    static FALLEN: Cell<bool> = const { Cell::new(false) };
    /// The coroutine without whose success there is no use in this worker: that of WorkerStart.
    static VITAL: Cell<Cid> = const { Cell::new(0) };
}

/// Nobody caught this in a coroutine: after an exception the process has to end, since nobody knows what the program left half done. `exit()` ends its
/// coroutine only, unless the worker has not started properly because of it.
fn uncaught(cid: Cid, what: Uncaught) {
    if what == Uncaught::Exception || cid == VITAL.get() {
        FALLEN.set(true);
    }
}

/// From now on coroutines are a server's, in this process and those that it forks.
pub fn begin() {
    FALLEN.set(false);
    VITAL.set(0);
    scheduler::survive(Some(uncaught));
}

/// The server has ended here.
pub fn end() {
    scheduler::survive(None);
}

/// The callbacks for one port's connections: its own or, where it has none, the server's.
struct PortCalls {
    connect: Option<Rc<Callback>>,
    receive: Option<Rc<Callback>>,
    close: Option<Rc<Callback>>,
}

impl App {
    /// For a server that is about to start: what is registered now is what will be called.
    pub fn new(server: &Object<Server>, ports: &[Object<ServerPort>], core: &Rc<Core>, options: AppOptions) -> App {
        let calls = |port: &Object<ServerPort>| {
            let call = |event| port.state().callback(event).or_else(|| ports.first()?.state().callback(event));
            PortCalls { connect: call(PortEvent::Connect), receive: call(PortEvent::Receive), close: call(PortEvent::Close) }
        };
        App {
            server: server.clone(),
            core: Rc::clone(core),
            handle: core.handle.clone(),
            ports: ports.iter().map(calls).collect(),
            options,
        }
    }

    /// Which of a port's optional events anybody wants to know of.
    pub fn interest(&self, port: usize) -> engine::server::Interest {
        let calls = self.ports.get(port);
        engine::server::Interest {
            connect: calls.is_some_and(|calls| calls.connect.is_some()),
            close: calls.is_some_and(|calls| calls.close.is_some()),
        }
    }

    /// Whether each port has a callback for data.
    pub fn can_receive(&self) -> bool {
        self.ports.iter().all(|calls| calls.receive.is_some())
    }

    fn this(&self) -> Value {
        self.server.clone().into()
    }

    /// Calls what is registered for an event of the server, with the server as first argument.
    fn notify<const N: usize>(&self, event: ServerEvent, more: [Value; N]) -> Flow {
        let Some(callback) = self.server.state().callback(event) else { return Flow::Continue };
        let args: Vec<Value> = std::iter::once(self.this()).chain(more).collect();
        run(&callback, &args)
    }

    /// As `notify`, for an event whose callback runs in a coroutine.
    fn notify_aside<const N: usize>(&self, event: ServerEvent, more: [Value; N]) -> Flow {
        if !self.options.coroutines {
            return self.notify(event, more);
        }
        let Some(callback) = self.server.state().callback(event) else { return Flow::Continue };
        let args: Vec<Value> = std::iter::once(self.this()).chain(more).collect();
        if event == ServerEvent::WorkerStart {
            VITAL.set(scheduler::numbers().last + 1);
        }
        match start(&callback, &args, None) {
            Ok(flow) => flow,
            Err(why) => {
                log::write(Level::Warning, format_args!("the {event:?} callback is not run: {why}"));
                Flow::Continue
            }
        }
    }

    /// What this process is, where programs look for it.
    fn show_process(&self) -> Flow {
        flow(self.write_process())
    }

    fn write_process(&self) -> Result<()> {
        self.server.set("master_pid", self.handle.master_pid())?;
        self.server.set("manager_pid", self.handle.manager_pid())?;
        match self.handle.worker_id() {
            Some(worker) => {
                self.server.set("worker_id", worker)?;
                self.server.set("worker_pid", i64::from(std::process::id()))
            }
            None => self.server.set("worker_id", -1),
        }
    }

    /// Calls what is registered for an event of a connection.
    fn connection(
        &self,
        callback: Option<&Rc<Callback>>,
        event: Event,
        reactor: i64,
        data: Option<Value>,
        in_hand: InHand,
    ) -> Flow {
        let Some(callback) = callback else { return Flow::Continue };
        let fd = event.session as i64;
        if self.options.event_object {
            return match event_object(fd, reactor, data) {
                Ok(object) => self.call(callback, &[self.this(), object], event.session, in_hand),
                Err(_) => {
                    in_hand.abandon();
                    flow(Err(zend::Error::Pending))
                }
            };
        }
        match data {
            Some(data) => self.call(callback, &[self.this(), fd.into(), reactor.into(), data], event.session, in_hand),
            None => self.call(callback, &[self.this(), fd.into(), reactor.into()], event.session, in_hand),
        }
    }

    /// Calls a connection's callback, in a coroutine or not.
    #[inline]
    fn call(&self, callback: &Callback, args: &[Value], session: u64, in_hand: InHand) -> Flow {
        let held = Held::of(in_hand);
        if !self.options.coroutines {
            return run_holding(callback, args, held);
        }
        match start(callback, args, held) {
            Ok(flow) => flow,
            Err(why) => self.refuse(session, &why),
        }
    }

    /// There can be no coroutine for this connection's message.
    #[cold]
    fn refuse(&self, session: u64, why: &str) -> Flow {
        log::write(Level::Warning, format_args!("connection {session} is closed, its callback is not run: {why}"));
        // It may be this very end that the callback was about.
        let _ = self.handle.close(session, false);
        flow_now()
    }
}

/// Runs a callback in a coroutine that holds this, up to its first wait. Otherwise why there can be no more coroutines.
#[inline]
fn start(callback: &Callback, args: &[Value], held: Option<Rc<dyn Baggage>>) -> std::result::Result<Flow, String> {
    let started = scheduler::spawn_with(callback, args, None, held);
    if forked_by_program() {
        leave_fork(started.map(drop));
    }
    match started {
        Ok(Ok(_)) => Ok(flow_now()),
        Ok(Err(why)) => Err(why),
        Err(error) => Ok(flow_of(error)),
    }
}

/// What has become of the process by its coroutines.
#[inline]
fn flow_now() -> Flow {
    if FALLEN.get() { Flow::Finish(FATAL) } else { Flow::Continue }
}

/// What becomes of it by what a coroutine ended in.
#[cold]
fn flow_of(error: zend::Error) -> Flow {
    match error {
        zend::Error::Exit(status) => Flow::Leave(status),
        error => flow(Err(error)),
    }
}

/// This process was forked inside a coroutine, and what follows is the parent's.
#[cold]
fn leave_fork(ended: Result<()>) -> ! {
    process::leave(match ended {
        Ok(()) => 0,
        Err(zend::Error::Exit(status)) => status,
        Err(_) => FATAL,
    })
}

/// Runs a callback as a plain call; what it starts holds this as well.
fn run_holding(callback: &Callback, args: &[Value], held: Option<Rc<dyn Baggage>>) -> Flow {
    let Some(held) = held else { return run(callback, args) };
    scheduler::carrying(Some(held), || run(callback, args))
}

fn event_object(fd: i64, reactor: i64, data: Option<Value>) -> Result<Value> {
    let event = AnyObject::new(Class::ServerEvent)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
    event.set(Class::ServerEvent, "reactor_id", reactor)?;
    event.set(Class::ServerEvent, "fd", fd)?;
    event.set(Class::ServerEvent, "dispatch_time", now)?;
    if let Some(data) = data {
        event.set(Class::ServerEvent, "data", data)?;
    }
    Ok(event.into())
}

/// The one place from which the server calls PHP.
fn run(callback: &Callback, args: &[Value]) -> Flow {
    let outcome = callback.call(args);
    if forked_by_program() {
        // What follows the callback is the parent's: a copy of it would serve the same connections.
        process::leave(match outcome {
            Outcome::Returned(_) => 0,
            Outcome::Exited(status) | Outcome::Died(status) => status,
            Outcome::Threw(exception) => {
                // It is reported, or nothing can be reported any more; the status says it in either case.
                let _ = exception.report();
                FATAL
            }
        });
    }
    match outcome {
        // A coroutine that was started here could not go on, and with it the process.
        Outcome::Exited(status) if !scheduler::is_open() => Flow::Leave(status),
        Outcome::Returned(_) | Outcome::Exited(_) => flow_now(),
        Outcome::Threw(exception) => flow(exception.report()),
        Outcome::Died(status) => Flow::Leave(status),
    }
}

/// Whether the process can go on after something that was not a call of the program's.
fn flow(ended: Result<()>) -> Flow {
    match ended.or_else(|_| zend::report_pending()) {
        Ok(()) => flow_now(),
        Err(_) => Flow::Leave(FATAL),
    }
}

impl Application for App {
    /// None: there was no memory for it, and PHP has said so.
    type Data = Option<PhpString>;

    #[inline]
    fn take(&self, bytes: &[u8]) -> Option<PhpString> {
        PhpString::new(bytes).ok()
    }

    fn take_in_place<E>(
        &self,
        capacity: usize,
        fill: impl for<'m> FnOnce(&'m mut [MaybeUninit<u8>]) -> std::result::Result<&'m mut [u8], E>,
    ) -> std::result::Result<Option<PhpString>, E> {
        match PhpString::fill(capacity, fill) {
            Ok(filled) => filled.map(Some),
            Err(_) => Ok(None),
        }
    }

    fn descriptor(&self) -> Option<RawFd> {
        // Without one what waits for a descriptor never goes on here; whoever wants to wait so is told of the same error.
        host::descriptor().ok()
    }

    #[inline]
    fn run_due(&self, ready: bool) -> (Flow, Pending) {
        let waits = || scheduler::is_any() || host::has_work();
        if !ready && !host::has_work() && !host::has_each_turn() {
            return (Flow::Continue, if waits() { Pending::Something(None) } else { Pending::Nothing });
        }
        let ran = host::run_due(ready, scheduler::dispatch);
        if forked_by_program() {
            leave_fork(ran.map(drop));
        }
        match ran {
            Ok(None) if !waits() => (flow_now(), Pending::Nothing),
            Ok(next) => (flow_now(), Pending::Something(next)),
            Err(error) => (flow_of(error), Pending::Nothing),
        }
    }

    fn before_fork(&self) {
        process::flush_output();
    }

    fn after_fork(&self, _process: Process) {
        process::reseed();
        // What the parent has waiting is the parent's.
        crate::coroutine::become_child();
        host::lend();
        begin();
        // An error in this comes back with the next thing that is done.
        let _ = self.show_process();
    }

    fn on_start(&self) -> Flow {
        match self.show_process() {
            Flow::Continue => self.notify_aside(ServerEvent::Start, []),
            leave => leave,
        }
    }

    fn on_before_shutdown(&self) -> Flow {
        self.notify_aside(ServerEvent::BeforeShutdown, [])
    }

    fn on_shutdown(&self) -> Flow {
        self.notify(ServerEvent::Shutdown, [])
    }

    fn on_manager_start(&self) -> Flow {
        match self.show_process() {
            Flow::Continue => self.notify(ServerEvent::ManagerStart, []),
            leave => leave,
        }
    }

    fn on_manager_stop(&self) -> Flow {
        self.notify(ServerEvent::ManagerStop, [])
    }

    fn on_before_reload(&self) -> Flow {
        self.notify(ServerEvent::BeforeReload, [])
    }

    fn on_after_reload(&self) -> Flow {
        self.notify(ServerEvent::AfterReload, [])
    }

    fn on_worker_error(&self, error: WorkerError) -> Flow {
        let WorkerError { worker, pid, exit_code, signal } = error;
        self.notify(ServerEvent::WorkerError, [worker.into(), pid.into(), exit_code.into(), signal.into()])
    }

    fn on_user_process(&self, number: u32) -> Flow {
        let Some(process) = self.server.state().process(number) else { return Flow::Leave(FATAL) };
        match crate::process::run_as_own(&process) {
            zend::Error::Exit(status) => Flow::Leave(status),
            zend::Error::Fatal(text) => {
                log::write(Level::Error, format_args!("the process {number} cannot go on: {text}"));
                Flow::Leave(FATAL)
            }
            _ => Flow::Leave(FATAL),
        }
    }

    fn on_worker_start(&self, worker: u32) -> Flow {
        match self.show_process() {
            Flow::Continue => self.notify_aside(ServerEvent::WorkerStart, [worker.into()]),
            leave => leave,
        }
    }

    fn on_worker_stop(&self, worker: u32) -> Flow {
        self.notify(ServerEvent::WorkerStop, [worker.into()])
    }

    fn on_worker_exit(&self, worker: u32) -> Flow {
        self.notify(ServerEvent::WorkerExit, [worker.into()])
    }

    fn on_connect(&self, event: Event, in_hand: InHand) -> Flow {
        let calls = self.ports.get(usize::from(event.port));
        self.connection(calls.and_then(|calls| calls.connect.as_ref()), event, event.reactor.into(), None, in_hand)
    }

    #[inline]
    fn on_receive(&self, event: Event, data: Option<PhpString>, in_hand: InHand) -> Flow {
        let Some(data) = data else {
            in_hand.abandon();
            return flow(Err(zend::Error::Pending));
        };
        let calls = self.ports.get(usize::from(event.port));
        let receive = calls.and_then(|calls| calls.receive.as_ref());
        self.connection(receive, event, event.reactor.into(), Some(data.into()), in_hand)
    }

    fn on_room(&self, session: u64) -> Flow {
        let woken = self.core.waiters.wake(&self.handle, session);
        if forked_by_program() {
            leave_fork(woken);
        }
        woken.map_or_else(flow_of, |()| flow_now())
    }

    fn on_close(&self, event: Event, by: ClosedBy, in_hand: InHand) -> Flow {
        let calls = self.ports.get(usize::from(event.port));
        self.connection(calls.and_then(|calls| calls.close.as_ref()), event, by.reactor(), None, in_hand)
    }
}

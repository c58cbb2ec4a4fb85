//! The program that a server runs: the engine's [`Application`] over PHP callbacks.
//!
//! Whatever a callback ends in, the engine is told only whether its process can go on: a value is dropped, an exception is reported as PHP
//! reports one that nobody caught, `exit()` ends its message, and only a fatal error ends the process.

use std::{
    cell::Cell,
    mem::MaybeUninit,
    os::fd::RawFd,
    rc::Rc,
    time::{SystemTime, UNIX_EPOCH},
};

use engine::server::{Application, ClosedBy, Event, Flow, Handle, InHand, Pending, Process, WorkerError, forked_by_program};

use super::{
    Server, ServerPort,
    events::{PortEvent, ServerEvent},
};
use crate::coroutine::{host, scheduler};
use crate::zend::{self, AnyObject, Callback, Class, Object, Outcome, PhpString, Result, Value, process};

/// The status of a process that a fatal error has ended, as PHP itself leaves.
const FATAL: i32 = 255;

/// See the module.
pub struct App {
    server: Object<Server>,
    handle: Handle,
    ports: Vec<PortCalls>,
    /// Connection callbacks get one `Swoole\Server\Event`.
    event_object: bool,
    /// Coroutines that came over the fork: nothing will wake them here.
    inherited: Cell<usize>,
}

/// The callbacks for one port's connections: its own or, where it has none, the server's.
struct PortCalls {
    connect: Option<Rc<Callback>>,
    receive: Option<Rc<Callback>>,
    close: Option<Rc<Callback>>,
}

impl App {
    /// For a server that is about to start: what is registered now is what will be called.
    pub fn new(server: &Object<Server>, ports: &[Object<ServerPort>], handle: Handle, event_object: bool) -> App {
        let calls = |port: &Object<ServerPort>| {
            let call = |event| port.state().callback(event).or_else(|| ports.first()?.state().callback(event));
            PortCalls { connect: call(PortEvent::Connect), receive: call(PortEvent::Receive), close: call(PortEvent::Close) }
        };
        App { server: server.clone(), handle, ports: ports.iter().map(calls).collect(), event_object, inherited: Cell::new(0) }
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
        let ended = if self.event_object {
            match event_object(fd, reactor, data) {
                Ok(event) => run(callback, &[self.this(), event]),
                Err(_) => flow(Err(zend::Error::Pending)),
            }
        } else if let Some(data) = data {
            run(callback, &[self.this(), fd.into(), reactor.into(), data])
        } else {
            run(callback, &[self.this(), fd.into(), reactor.into()])
        };
        if let Flow::Leave(_) = ended {
            // It was not dealt with.
            in_hand.abandon();
        }
        ended
    }
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
        // A coroutine that was started here has failed, and with it the process.
        Outcome::Exited(status) if !scheduler::is_open() => Flow::Leave(status),
        Outcome::Returned(_) | Outcome::Exited(_) => Flow::Continue,
        Outcome::Threw(exception) => flow(exception.report()),
        Outcome::Died(status) => Flow::Leave(status),
    }
}

/// Whether the process can go on after something that was not a call of the program's.
fn flow(ended: Result<()>) -> Flow {
    match ended.or_else(|_| zend::report_pending()) {
        Ok(()) => Flow::Continue,
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
        let waits = || scheduler::numbers().live > self.inherited.get() || host::has_work();
        if !ready && !host::has_work() && !host::has_each_turn() {
            return (Flow::Continue, if waits() { Pending::Something(None) } else { Pending::Nothing });
        }
        let ran = host::run_due(ready, scheduler::dispatch);
        if forked_by_program() {
            process::leave(match ran {
                Err(zend::Error::Exit(status)) => status,
                Ok(_) => 0,
                Err(_) => FATAL,
            });
        }
        match ran {
            Ok(None) if !waits() => (Flow::Continue, Pending::Nothing),
            Ok(next) => (Flow::Continue, Pending::Something(next)),
            Err(zend::Error::Exit(status)) => (Flow::Leave(status), Pending::Nothing),
            Err(error) => (flow(Err(error)), Pending::Nothing),
        }
    }

    fn before_fork(&self) {
        process::flush_output();
    }

    fn after_fork(&self, _process: Process) {
        process::reseed();
        // What the parent has waiting is the parent's.
        crate::timer::clear_all();
        host::clear();
        crate::event::forget();
        self.inherited.set(scheduler::numbers().live);
        // An error in this comes back with the next thing that is done.
        let _ = self.show_process();
    }

    fn on_start(&self) -> Flow {
        match self.show_process() {
            Flow::Continue => self.notify(ServerEvent::Start, []),
            leave => leave,
        }
    }

    fn on_before_shutdown(&self) -> Flow {
        self.notify(ServerEvent::BeforeShutdown, [])
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

    fn on_worker_start(&self, worker: u32) -> Flow {
        match self.show_process() {
            Flow::Continue => self.notify(ServerEvent::WorkerStart, [worker.into()]),
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

    fn on_close(&self, event: Event, by: ClosedBy, in_hand: InHand) -> Flow {
        let calls = self.ports.get(usize::from(event.port));
        self.connection(calls.and_then(|calls| calls.close.as_ref()), event, by.reactor(), None, in_hand)
    }
}

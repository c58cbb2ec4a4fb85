//! `Swoole\Server` and what belongs to it: turns PHP's words into the engine's server. It must not know a process, a ring or a socket.
//!
//! The engine's server is in [`core`], which the server's object and its ports share; what runs is [`app`]. PHP values are owned by the
//! objects alone, each by one, so that the garbage collector counts them right.

mod app;
mod connections;
mod core;
mod events;
mod held;
mod info;
mod port;
mod register;
mod room;
mod settings;

use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};

use engine::{
    Error as EngineError, log,
    net::SocketKind,
    server::{Ended, Handle, Mode, Server as EngineServer},
    sys,
};

pub use connections::ConnectionIterator;
pub use port::ServerPort;

use self::{
    app::{App, AppOptions},
    core::Core,
    events::{Callbacks, Event, PortEvent, ServerEvent},
    port::Facts,
};
use crate::{
    coroutine::{forget_rest, host, preempt, scheduler},
    last_error,
    process::Process,
    zend::{
        self, Array, Call, Callback, Class, Error, ExceptionClass, Kind, Object, PhpString, Result, ServerMethods, State,
        StringOrInt, Tracer, Value, constants, fiber,
    },
};

/// The most connections that `getClientList()` gives at a time.
const LARGEST_LIST: i64 = 100;

/// What a PHP object holds.
#[derive(Default)]
pub struct Server {
    /// None until the constructor has run: a subclass can leave it out.
    core: OnceCell<Rc<Core>>,
    callbacks: Callbacks<ServerEvent>,
    /// Those of `addProcess()`, by their numbers.
    processes: RefCell<Vec<Object<Process>>>,
    ports: RefCell<Vec<Object<ServerPort>>>,
}

impl State for Server {
    fn trace(&self, tracer: &mut Tracer) {
        self.callbacks.trace(tracer);
        self.processes.borrow().iter().for_each(|process| tracer.add_object(process));
        self.ports.borrow().iter().for_each(|port| tracer.add_object(port));
    }
}

impl Server {
    /// The callback for an event of the server.
    pub fn callback(&self, event: ServerEvent) -> Option<Rc<Callback>> {
        self.callbacks.get(event)
    }

    /// What `addProcess()` has added with this number.
    pub fn process(&self, number: u32) -> Option<Object<Process>> {
        self.processes.borrow().get(number as usize).cloned()
    }

    /// Tells each its number among all processes of the server, which begins at `first`.
    fn number_processes(&self, first: u32) -> Result<()> {
        let processes = self.processes.borrow().clone();
        (first..).zip(processes).try_for_each(|(number, process)| process.set("id", number))
    }

    fn core(&self) -> Result<&Rc<Core>> {
        self.core.get().ok_or_else(|| Error::Fatal("the constructor of Swoole\\Server was not called".into()))
    }

    /// The way to the running server.
    ///
    /// # Errors
    /// A warning before the start and after the end.
    #[inline]
    fn handle(&self) -> Result<&Handle> {
        let core = self.core()?;
        if core.is_running() { Ok(&core.handle) } else { Err(not_running()) }
    }

    fn first_port(&self) -> Result<Object<ServerPort>> {
        self.ports.borrow().first().cloned().ok_or_else(not_running)
    }
}

fn not_running() -> Error {
    warned(constants::SWOOLE_ERROR_PHP_FATAL_ERROR, "server is not running".into())
}

/// A warning with its code, after which the function returns false.
fn warned(code: i64, text: String) -> Error {
    last_error::set(code as i32);
    Error::Warning(text)
}

/// False, with a code. What programs meet every day is silent; a mistake of theirs, or of the machine, gets a warning.
fn failed(error: &EngineError) -> Result<Value> {
    last_error::set(error.code());
    match error {
        EngineError::SessionNotExist(_)
        | EngineError::SessionClosed(_)
        | EngineError::SessionClosing(_)
        | EngineError::OutputOverflow(_)
        | EngineError::TooLarge { .. } => Ok(false.into()),
        other => Err(Error::Warning(other.to_string())),
    }
}

fn exception(error: &EngineError) -> Error {
    last_error::set(error.code());
    Error::exception(Class::Exception, error.to_string(), error.code().into())
}

/// The kind of socket that a server of today can listen on.
fn socket_kind(number: i64, host: &str, port: i64) -> Result<SocketKind, EngineError> {
    let unbuilt = |what: &str| EngineError::InvalidParameter(format!("{what} is known but not built yet in this version"));
    if number & constants::SWOOLE_SSL != 0 {
        return Err(unbuilt("SWOOLE_SSL"));
    }
    match SocketKind::from_swoole(number) {
        Some(kind) if kind.is_stream() => Ok(kind),
        Some(_) => Err(unbuilt("a server for datagram sockets")),
        None => Err(engine::net::unknown_kind(host, port)),
    }
}

/// Binds a port, and makes its object.
fn listen(this: &Object<Server>, core: &Rc<Core>, facts: &Facts, index: usize) -> Result<Object<ServerPort>> {
    let port = ServerPort::make(core, index, facts)?;
    this.state().ports.borrow_mut().push(port.clone());
    let ports = this.state().ports.borrow().clone();
    let mut list = Array::new(ports.len())?;
    for port in ports {
        list.push(port)?;
    }
    this.set("ports", list)?;
    Ok(port)
}

impl ServerMethods for Server {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 4)?;
        let host = String::from_utf8_lossy(args.string()?).into_owned();
        let number = args.or(0, |args| args.int())?;
        let mode_number = args.or(constants::SWOOLE_BASE, |args| args.int())?;
        let kind_number = args.or(constants::SWOOLE_SOCK_TCP, |args| args.int())?;
        let mode = match mode_number {
            constants::SWOOLE_BASE => Mode::Base,
            constants::SWOOLE_PROCESS => Mode::Process,
            other => {
                let text = format!("invalid $mode parameters {other}");
                return Err(Error::Exception { class: ExceptionClass::Error, text, code: 0 });
            }
        };
        if Core::was_made() {
            return Err(Error::exception(Class::Exception, "server is running. unable to create Swoole\\Server", -3));
        }
        let mut server = EngineServer::new(mode);
        let index = socket_kind(kind_number, &host, number)
            .and_then(|kind| server.listen(kind, &host, number))
            .map_err(|error| exception(&error))?;
        let facts = server.ports().nth(index).map(Facts::from).ok_or_else(not_running)?;
        let core = Rc::new(Core::new(server));
        let this = call.this();
        this.set("mode", mode_number)?;
        this.set("host", PhpString::new(facts.host.as_bytes())?)?;
        this.set("port", i64::from(facts.number))?;
        this.set("type", facts.kind)?;
        this.set("connections", ConnectionIterator::make(core.handle.clone(), None)?)?;
        listen(this, &core, &facts, index)?;
        // A second call of the constructor was refused above.
        let _ = call.state().core.set(core);
        Ok(Value::null())
    }

    fn destruct(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(Value::null())
    }

    fn listen(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(3, 3)?;
        let (host, number, kind) = (args.string()?, args.int()?, args.int()?);
        let host = String::from_utf8_lossy(host);
        let core = Rc::clone(call.state().core()?);
        let bound = core.change("listen on a further port", |server| {
            let kind = socket_kind(kind, &host, number)?;
            let index = server.listen(kind, &host, number)?;
            Ok((index, server.ports().nth(index).map(Facts::from)))
        })?;
        match bound {
            Ok((index, Some(facts))) => Ok(listen(call.this(), &core, &facts, index)?.into()),
            Ok((_, None)) => Err(not_running()),
            Err(error) => failed(&error),
        }
    }

    fn on(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 2)?;
        let name = args.string()?;
        let callable = args.value();
        let state = call.state();
        let core = state.core()?;
        if let Some(event) = ServerEvent::named(name) {
            register::register(core, call.this(), &state.callbacks, event, callable)?;
        } else if let Some(event) = PortEvent::named(name) {
            let port = state.first_port()?;
            register::register(core, &port, port.state().callbacks(), event, callable)?;
        } else {
            return Err(register::unknown(name));
        }
        Ok(true.into())
    }

    fn get_callback(call: &mut Call<Self>) -> Result<Value> {
        let name = call.args(1, 1)?.string()?;
        let state = call.state();
        if let Some(event) = ServerEvent::named(name) {
            return Ok(state.callbacks.registered(event));
        }
        match (PortEvent::named(name), state.ports.borrow().first()) {
            (Some(event), Some(port)) => Ok(port.state().callbacks().registered(event)),
            _ => Ok(Value::null()),
        }
    }

    fn set(call: &mut Call<Self>) -> Result<Value> {
        let given = call.args(1, 1)?.array()?;
        let state = call.state();
        settings::set_server(call.this(), state.core()?, &state.first_port()?, given)?;
        Ok(true.into())
    }

    fn start(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let core = Rc::clone(call.state().core()?);
        let this = call.this().clone();
        let ports = call.state().ports.borrow().clone();
        let options = core.change("start", |server| server.options().clone())?;
        let app_options = AppOptions { event_object: options.event_object, coroutines: options.enable_coroutine };
        let app = App::new(&this, &ports, &core, app_options);
        if !app.can_receive() {
            return Err(Error::Fatal("require onReceive callback".into()));
        }
        if scheduler::was_used() {
            return Err(warned(
                constants::SWOOLE_ERROR_WRONG_OPERATION,
                "The event-loop has already been created, unable to start".into(),
            ));
        }
        let mut server = core.begin()?;
        for index in 0..ports.len() {
            if let Some(port) = server.port_mut(index) {
                port.interest = app.interest(index);
            }
        }
        settings::fill_in(&this, &server)?;
        this.state().number_processes(server.first_user())?;
        core.waiters.turn(options.send_yield);
        if options.max_coroutine > 0 {
            scheduler::set_most(options.max_coroutine as usize);
        }
        match options.enable_preemptive_scheduler {
            Some(on) => preempt::choose(on),
            None => preempt::refresh(),
        }
        host::lend();
        app::begin();
        let ended = server.start(app);
        app::end();
        // What still waits was given time to end; nobody would end a timer that goes on and on.
        host::take_back();
        forget_rest();
        core.end();
        match ended {
            Ok(Ended::Server) => Ok(true.into()),
            Ok(Ended::Child) => {
                zend::process::flush_output();
                sys::process::exit_now(0)
            }
            Ok(Ended::ServerFailed(status) | Ended::ChildFailed(status)) => {
                // What still waits is not waited for any longer.
                scheduler::set_ending(fiber::Ending::Badly);
                Err(zend::leave(status))
            }
            Err(error) => Err(Error::Fatal(error.to_string())),
        }
    }

    fn add_process(call: &mut Call<Self>) -> Result<Value> {
        let process = call.args(1, 1)?.object::<Process>()?.clone();
        process.state().check_startable()?;
        let state = call.state();
        match state.core()?.change("add a process", |server| server.add_process())? {
            Ok(number) => {
                state.processes.borrow_mut().push(process);
                Ok(number.into())
            }
            Err(error) => failed(&error),
        }
    }

    fn send(call: &mut Call<Self>) -> Result<Value> {
        let handle = call.state().handle()?;
        // What almost every call looks like; anything else goes the long way, with PHP's own conversions and errors.
        let (session, data) = match (call.count(), call.arg(0).map(Value::kind), call.arg(1).map(Value::kind)) {
            (2, Some(Kind::Int(session)), Some(Kind::String(data))) => (Some(session), data),
            _ => {
                let mut args = call.args(2, 3)?;
                let session = match args.string_or_int()? {
                    StringOrInt::Int(session) => Some(session),
                    StringOrInt::String(text) => std::str::from_utf8(text).ok().and_then(|text| text.trim().parse().ok()),
                };
                let data = args.string()?;
                args.or(-1, |args| args.int())?;
                (session, data)
            }
        };
        let Some(session) = session.and_then(|session| u64::try_from(session).ok()).filter(|session| *session > 0) else {
            return Err(warned(constants::SWOOLE_ERROR_PHP_FATAL_ERROR, format!("invalid fd[{}]", session.unwrap_or(0))));
        };
        let waiters = &call.state().core()?.waiters;
        let sent = if waiters.has(session) && waiters.may_wait() {
            Err(EngineError::OutputOverflow(session))
        } else {
            handle.send(session, data)
        };
        match sent {
            Ok(()) => Ok(true.into()),
            Err(EngineError::OutputOverflow(_)) if waiters.may_wait() => match waiters.send(handle, session, data)? {
                Some(Ok(())) => Ok(true.into()),
                Some(Err(error)) => failed(&error),
                None => Ok(false.into()),
            },
            Err(error) => failed(&error),
        }
    }

    fn exists(call: &mut Call<Self>) -> Result<Value> {
        let handle = call.state().handle()?;
        let session = match (call.count(), call.arg(0).map(Value::kind)) {
            (1, Some(Kind::Int(session))) => session,
            _ => call.args(1, 1)?.int()?,
        };
        Ok(u64::try_from(session).is_ok_and(|session| handle.exists(session)).into())
    }

    fn close(call: &mut Call<Self>) -> Result<Value> {
        let handle = call.state().handle()?;
        let mut args = call.args(1, 2)?;
        let session = args.int()?;
        let reset = args.or(false, |args| args.bool())?;
        // No connection has such a number, which is then as good as gone.
        let session = u64::try_from(session).unwrap_or(0);
        match handle.close(session, reset) {
            Ok(()) => Ok(true.into()),
            Err(error) => failed(&error),
        }
    }

    fn reload(call: &mut Call<Self>) -> Result<Value> {
        let only_task = call.args(0, 1)?.or(false, |args| args.bool())?;
        match call.state().handle()?.reload(only_task) {
            Ok(()) => Ok(true.into()),
            Err(EngineError::WrongOperation(text)) => {
                last_error::set(constants::SWOOLE_ERROR_OPERATION_NOT_SUPPORT as i32);
                log::write(log::Level::Warning, format_args!("{text}"));
                Ok(false.into())
            }
            Err(error) => failed(&error),
        }
    }

    fn shutdown(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        match call.state().core()?.handle.shutdown() {
            Ok(()) => Ok(true.into()),
            Err(EngineError::NotRunning) => {
                last_error::set(constants::SWOOLE_ERROR_WRONG_OPERATION as i32);
                Ok(false.into())
            }
            Err(error) => failed(&error),
        }
    }

    fn stop(call: &mut Call<Self>) -> Result<Value> {
        let handle = call.state().handle()?;
        let worker = call.args(0, 1)?.or(-1, |args| args.int())?;
        // A number above all that there are is as unknown as one that is too large for the engine.
        let worker = (worker >= 0).then(|| u32::try_from(worker).unwrap_or(u32::MAX));
        match handle.stop(worker) {
            Ok(()) => Ok(true.into()),
            Err(error) => failed(&error),
        }
    }

    fn get_last_error(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(last_error::get().into())
    }

    fn get_client_info(call: &mut Call<Self>) -> Result<Value> {
        let handle = call.state().handle()?;
        let mut args = call.args(1, 3)?;
        let session = args.int()?;
        args.or(-1, |args| args.int())?;
        args.or(false, |args| args.bool())?;
        match u64::try_from(session).ok().and_then(|session| handle.client_info(session)) {
            Some(found) => info::client(&found),
            None => {
                last_error::set(constants::SWOOLE_ERROR_SESSION_NOT_EXIST as i32);
                Ok(false.into())
            }
        }
    }

    fn get_client_list(call: &mut Call<Self>) -> Result<Value> {
        let handle = call.state().handle()?;
        let mut args = call.args(0, 2)?;
        let start = args.or(0, |args| args.int())?;
        let count = args.or(10, |args| args.int())?;
        if count > LARGEST_LIST {
            let text = format!("find_count must be at most {LARGEST_LIST}, got {count}");
            return Err(warned(constants::SWOOLE_ERROR_PHP_FATAL_ERROR, text));
        }
        let Some(count) = usize::try_from(count).ok().filter(|count| *count > 0) else { return Ok(Array::new(0)?.into()) };
        let start = (start != 0).then(|| u64::try_from(start).unwrap_or(u64::MAX));
        match handle.client_list(start, count) {
            Some(sessions) => info::sessions(&sessions),
            None => Ok(false.into()),
        }
    }

    fn get_worker_id(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().core()?.handle.worker_id().map_or_else(|| false.into(), Value::from))
    }

    fn get_worker_pid(call: &mut Call<Self>) -> Result<Value> {
        let worker = worker_argument(call)?;
        Ok(call.state().handle()?.worker_pid(worker).map_or_else(|| false.into(), Value::from))
    }

    fn get_worker_status(call: &mut Call<Self>) -> Result<Value> {
        let worker = worker_argument(call)?;
        Ok(match call.state().handle()?.worker_busy(worker) {
            Some(true) => constants::SWOOLE_WORKER_BUSY.into(),
            Some(false) => constants::SWOOLE_WORKER_IDLE.into(),
            None => false.into(),
        })
    }

    fn get_manager_pid(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().core()?.handle.manager_pid().into())
    }

    fn get_master_pid(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().core()?.handle.master_pid().into())
    }

    fn stats(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        match call.state().handle()?.stats() {
            Ok(found) => info::stats(&found, &scheduler::numbers()),
            Err(error) => failed(&error),
        }
    }
}

/// The optional number of a worker: none for -1, the calling one.
fn worker_argument(call: &Call<Server>) -> Result<Option<u32>> {
    let number = call.args(0, 1)?.or(-1, |args| args.int())?;
    Ok((number != -1).then(|| u32::try_from(number).unwrap_or(u32::MAX)))
}

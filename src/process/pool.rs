//! `Swoole\Process\Pool`: PHP's words turned into the engine's process pool. It must not know a process or a socket; what runs is in
//! [`super::pool_program`].

use std::{
    cell::{Cell, OnceCell, RefCell},
    sync::Arc,
    time::Duration,
};

use engine::{
    Error as EngineError,
    ipc::pipe::{Pipe, Side},
    net::{Listener, SocketKind},
    pool::{Channel, Ended, Handle, Pool},
    sys::{self, atfork::forked_by_program},
};

use super::{
    Process,
    pool_program::{self, PoolCallbacks, PoolEvent, PoolProgram},
    pool_settings::{General, amount},
};
use crate::{
    coroutine::{host, scheduler},
    last_error,
    zend::{
        self, Array, Call, Class, Error, Key, Level, Object, ProcessPoolMethods, Result, State, Tracer, Value, constants, raise,
    },
};

/// What a PHP object holds.
#[derive(Default)]
pub struct ProcessPool {
    /// None until the constructor has run: a subclass can leave it out.
    made: OnceCell<Made>,
    callbacks: PoolCallbacks,
}

struct Made {
    stage: RefCell<Stage>,
    handle: Handle,
    ipc: Ipc,
    coroutines: Cell<bool>,
    /// What else was set.
    general: General,
    /// The address for messages could not be had: the pool cannot start.
    deaf: Cell<bool>,
    /// The process that made it: what it binds is not its children's.
    maker: i32,
}

enum Stage {
    /// It can be changed and started.
    Idle(Box<Pool>),
    /// `start` has it.
    Running,
    Over,
}

/// Where messages come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ipc {
    None,
    UnixSocket,
    Queue,
    Socket,
}

impl Ipc {
    fn of(number: i64) -> Option<Ipc> {
        Some(match number {
            constants::SWOOLE_IPC_NONE => Ipc::None,
            constants::SWOOLE_IPC_UNIXSOCK => Ipc::UnixSocket,
            constants::SWOOLE_IPC_MSGQUEUE => Ipc::Queue,
            constants::SWOOLE_IPC_SOCKET => Ipc::Socket,
            _ => return None,
        })
    }
}

impl State for ProcessPool {
    fn trace(&self, tracer: &mut Tracer) {
        self.callbacks.trace(tracer);
    }
}

impl ProcessPool {
    /// What is to be called.
    pub fn callbacks(&self) -> &PoolCallbacks {
        &self.callbacks
    }

    fn made(&self) -> Result<&Made> {
        self.made.get().ok_or_else(|| Error::Fatal("the constructor of Swoole\\Process\\Pool was not called".into()))
    }

    /// The way to the running pool.
    fn handle(&self) -> Result<&Handle> {
        let made = self.made()?;
        if made.handle.is_running() {
            Ok(&made.handle)
        } else {
            Err(warned(constants::SWOOLE_ERROR_WRONG_OPERATION, "the process pool is not running".into()))
        }
    }
}

impl Made {
    /// Changes the pool, as long as it has not been started.
    fn change<R>(&self, what: &str, change: impl FnOnce(&mut Pool) -> R) -> Result<R> {
        match &mut *self.stage.borrow_mut() {
            Stage::Idle(pool) => Ok(change(pool)),
            other => Err(other.refuse(what)),
        }
    }

    /// Sets options.
    fn set(&self, settings: &Array) -> Result<()> {
        self.change("set options", |_| ())?;
        self.general.take(settings)?;
        for (key, value) in settings.iter() {
            let Key::Name(name) = key else { continue };
            // As everywhere: null is not set.
            if value.is_null() {
                continue;
            }
            match name {
                b"enable_coroutine" => {
                    if value.is_true() {
                        coroutines_need_mailboxes(self.ipc)?;
                    }
                    self.coroutines.set(value.is_true());
                }
                b"max_wait_time" => {
                    let time = Duration::try_from_secs_f64(amount("max_wait_time", value, 0.0)?).unwrap_or(Duration::MAX);
                    self.change("set options", |pool| pool.options_mut().max_wait_time = time)?;
                }
                b"max_package_size" => {
                    // What is more than memory can hold is no limit.
                    let bytes = amount("max_package_size", value, 1.0)? as usize;
                    self.change("set options", |pool| pool.options_mut().max_message = bytes)?;
                }
                // Messages are of any size without `enable_message_bus`; and what is meant for servers is of no concern here.
                _ => {}
            }
        }
        Ok(())
    }

    fn needs(&self, ipc: Ipc, name: &str) -> Result<()> {
        if self.ipc == ipc {
            return Ok(());
        }
        Err(warned(constants::SWOOLE_ERROR_WRONG_OPERATION, format!("the ipc_type of the pool must be {name} for that")))
    }
}

impl Drop for Made {
    /// The file of an address that no pool has come to listen on.
    fn drop(&mut self) {
        if let Stage::Idle(pool) = &*self.stage.borrow()
            && let Channel::Socket { listener, .. } = &pool.options().channel
            && self.maker == sys::process::pid()
        {
            listener.remove_file();
        }
    }
}

impl Stage {
    fn refuse(&self, what: &str) -> Error {
        warned(
            constants::SWOOLE_ERROR_WRONG_OPERATION,
            match self {
                Stage::Over => format!("the process pool has ended, unable to {what}"),
                Stage::Idle(_) | Stage::Running => format!("process pool is started, unable to {what}"),
            },
        )
    }
}

/// A warning with its code, after which the function returns false.
fn warned(code: i64, text: String) -> Error {
    last_error::set(code as i32);
    Error::Warning(text)
}

/// For a method that returns nothing: a warning, and null all the same.
fn nothing(ended: Result<()>) -> Result<Value> {
    match ended {
        Err(Error::Warning(text)) => raise(Level::Warning, &text, true)?,
        ended => ended?,
    }
    Ok(Value::null())
}

fn failed(error: &EngineError) -> Error {
    warned(error.code().into(), error.to_string())
}

fn refused(text: impl Into<String>) -> Error {
    last_error::set(constants::SWOOLE_ERROR_INVALID_PARAMS as i32);
    Error::exception(Class::Exception, text, constants::SWOOLE_ERROR_INVALID_PARAMS)
}

fn coroutines_need_mailboxes(ipc: Ipc) -> Result<()> {
    match ipc {
        Ipc::None | Ipc::UnixSocket => Ok(()),
        Ipc::Queue | Ipc::Socket => {
            Err(refused("the parameter $ipc_type must be SWOOLE_IPC_UNIXSOCK when enable_coroutine is true"))
        }
    }
}

/// Binds what `listen()` names.
fn bind(host: &str, port: i64) -> engine::Result<Listener> {
    if let Some(path) = host.strip_prefix("unix:") {
        // As a URL has it, with an empty place for the host.
        let path = path.strip_prefix("//").unwrap_or(path);
        return Listener::bind(SocketKind::UnixStream, path, 0, false);
    }
    let kind = if host.contains(':') { SocketKind::Tcp6 } else { SocketKind::Tcp4 };
    Listener::bind(kind, host, port, false)
}

impl ProcessPoolMethods for ProcessPool {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 4)?;
        let workers = args.int()?;
        let number = args.or(constants::SWOOLE_IPC_NONE, |args| args.int())?;
        let key = args.or(0, |args| args.int())?;
        let coroutines = args.or(false, |args| args.bool())?;
        let Some(workers) = u32::try_from(workers).ok().filter(|workers| *workers > 0) else {
            return Err(refused(format!("the parameter $worker_num must be greater than 0, got {workers}")));
        };
        let Some(ipc) = Ipc::of(number) else {
            return Err(refused(format!("the parameter $ipc_type must be one of the SWOOLE_IPC_* constants, got {number}")));
        };
        if coroutines {
            coroutines_need_mailboxes(ipc)?;
        }
        // Written as what is signed or as what is not, it is the same key.
        let Some(key) = i32::try_from(key).ok().or_else(|| u32::try_from(key).ok().map(u32::cast_signed)) else {
            return Err(refused(format!("the parameter $msgqueue_key must be a key of 32 bits, got {key}")));
        };
        let mut pool = Pool::new(workers);
        pool.options_mut().channel = match ipc {
            Ipc::None | Ipc::Socket => Channel::None,
            Ipc::UnixSocket => Channel::Mail,
            Ipc::Queue => Channel::Queue { key },
        };
        let made = Made {
            handle: pool.handle(),
            stage: RefCell::new(Stage::Idle(Box::new(pool))),
            ipc,
            coroutines: Cell::new(coroutines),
            general: General::default(),
            deaf: Cell::new(false),
            maker: sys::process::pid(),
        };
        let set = call.state().made.set(made);
        set.map_err(|_| Error::Fatal("the constructor of Swoole\\Process\\Pool can be called once only".into()))?;
        Ok(Value::null())
    }

    fn destruct(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(Value::null())
    }

    fn set(call: &mut Call<Self>) -> Result<Value> {
        let settings = call.args(1, 1)?.array()?;
        nothing(call.state().made().and_then(|made| made.set(settings)))
    }

    fn on(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 2)?;
        let name = args.string()?;
        let callback = args.callback()?;
        let state = call.state();
        let made = state.made()?;
        made.change("register an event callback", |_| ())?;
        let Some(event) = PoolEvent::named(name) else {
            let name = String::from_utf8_lossy(name);
            return Err(warned(constants::SWOOLE_ERROR_INVALID_PARAMS, format!("unknown event types[{name}]")));
        };
        if event == PoolEvent::Message && made.ipc == Ipc::None {
            return Err(refused("cannot set onMessage event with ipc_type=0: the pool has no messages"));
        }
        state.callbacks.set(event, callback);
        Ok(true.into())
    }

    fn get_process(call: &mut Call<Self>) -> Result<Value> {
        let number = call.args(0, 1)?.or(-1, |args| args.int())?;
        let this = call.this();
        let handle = call.state().handle()?;
        let number = match (number, handle.worker()) {
            (-1, Some(own)) => i64::from(own),
            _ => number,
        };
        let count = handle.workers().map_err(|error| failed(&error))?;
        let Some(worker) = u32::try_from(number).ok().filter(|worker| *worker < count) else {
            let text = format!("worker#{number} not found: the workers of this pool are 0 to {}", count - 1);
            return Err(warned(constants::SWOOLE_ERROR_INVALID_PARAMS, text));
        };
        let pid = match handle.worker() {
            // Its number may be another one's by now: it can be detached.
            Some(own) if own == worker && !forked_by_program() => Some(sys::process::pid()),
            _ => handle.worker_pid(worker).map_err(|error| failed(&error))?,
        };
        let Some(pid) = pid else {
            return Err(warned(constants::SWOOLE_ERROR_WRONG_OPERATION, format!("worker#{number} has no process yet")));
        };
        let known = this.get("workers")?;
        let known = known.as_array().cloned();
        let same = known.iter().flat_map(Array::iter).find(|(key, _)| *key == Key::Index(number));
        if let Some((_, process)) = same
            && let Some(object) = process.as_object()
            && object.get(Class::Process, "pid")?.as_int() == Some(i64::from(pid))
        {
            return Ok(process.clone());
        }
        let side = if handle.worker() == Some(worker) { Side::Child } else { Side::Parent };
        let pipe = handle.pipe(worker).map_err(|error| failed(&error))?.map(|end| Pipe::of_end(end, side));
        let process: Object<Process> = Process::of_worker(pid, number, pipe)?;
        let mut all = match known {
            Some(known) => known,
            None => Array::new(1)?,
        };
        all.set_key(Key::Index(number), process.clone())?;
        this.set("workers", all)?;
        Ok(process.into())
    }

    fn listen(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 3)?;
        let host = String::from_utf8_lossy(args.string()?).into_owned();
        let port = args.or(0, |args| args.int())?;
        let backlog = args.or(2048, |args| args.int())?;
        let made = call.state().made()?;
        made.needs(Ipc::Socket, "SWOOLE_IPC_SOCKET")?;
        let backlog = i32::try_from(backlog).unwrap_or(i32::MAX);
        let bound = made.change("listen", |pool| {
            let listener = Arc::new(bind(&host, port)?);
            // As soon as it is said, so that clients wait for the start and are not refused.
            listener.listen(backlog)?;
            if let Channel::Socket { listener: before, .. } = &pool.options().channel {
                before.remove_file();
            }
            pool.options_mut().channel = Channel::Socket { listener, backlog };
            Ok(())
        })?;
        made.deaf.set(bound.is_err());
        bound.map(|()| true.into()).map_err(|error: EngineError| failed(&error))
    }

    fn write(call: &mut Call<Self>) -> Result<Value> {
        let data = call.args(1, 1)?.string()?;
        let made = call.state().made()?;
        made.needs(Ipc::Socket, "SWOOLE_IPC_SOCKET")?;
        let handle = call.state().handle()?;
        if data.is_empty() {
            return Ok(false.into());
        }
        match handle.write(data) {
            Ok(()) => Ok(true.into()),
            Err(error) => Err(failed(&error)),
        }
    }

    fn send_message(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 2)?;
        let (data, worker) = (args.string()?, args.int()?);
        let handle = call.state().handle()?;
        call.state().made()?.needs(Ipc::UnixSocket, "SWOOLE_IPC_UNIXSOCK")?;
        if data.is_empty() {
            return Err(warned(constants::SWOOLE_ERROR_INVALID_PARAMS, "the message is empty".into()));
        }
        // A number that no worker can have is as unknown as one that none has.
        let number = u32::try_from(worker).unwrap_or(u32::MAX);
        match handle.send(number, data) {
            Ok(()) => Ok(true.into()),
            Err(EngineError::InvalidParameter(_)) => Err(warned(
                constants::SWOOLE_ERROR_INVALID_PARAMS,
                format!("there is no worker {worker}, they are 0 to {}", handle.workers().map_or(0, |count| count - 1)),
            )),
            Err(error) => Err(failed(&error)),
        }
    }

    fn detach(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        call.state().handle()?.detach().map(Value::from).map_err(|error| failed(&error))
    }

    fn start(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let this = call.this().clone();
        let state = this.state();
        let made = state.made()?;
        made.change("start", |_| ())?;
        let (starts, takes) = (state.callbacks.get(PoolEvent::WorkerStart), state.callbacks.get(PoolEvent::Message));
        let coroutines = made.coroutines.get();
        if takes.is_none() && starts.is_none() && (coroutines || made.ipc == Ipc::None) {
            return Err(Error::Fatal("require onWorkerStart callback".into()));
        }
        if takes.is_none() && !coroutines && made.ipc != Ipc::None {
            return Err(Error::Fatal("require onMessage callback".into()));
        }
        // Coroutines and timers that have come to their end are no hindrance; what waits would be forgotten in every worker.
        if scheduler::is_any() || host::has_work() || host::is_running() {
            return Err(warned(
                constants::SWOOLE_ERROR_WRONG_OPERATION,
                "The event-loop has already been created, unable to start".into(),
            ));
        }
        let hears = made.change("start", |pool| matches!(pool.options().channel, Channel::Socket { .. }))?;
        if made.ipc == Ipc::Socket && (!hears || made.deaf.get()) {
            return Err(warned(constants::SWOOLE_ERROR_WRONG_OPERATION, "the pool has no address: call listen() first".into()));
        }
        made.general.begin()?;
        let Stage::Idle(mut pool) = made.stage.replace(Stage::Running) else {
            return Err(Stage::Running.refuse("start"));
        };
        let options = pool.options_mut();
        options.takes_messages = takes.is_some();
        options.queues_messages = coroutines;
        options.on_signal = Some(zend::process::interrupt);
        pool_program::begin(&this, &made.handle);
        let ended = pool.start(PoolProgram::new(&this, made.handle.clone(), coroutines));
        pool_program::end();
        made.stage.replace(Stage::Over);
        match ended {
            Ok(Ended::Pool) => Ok(Value::null()),
            Ok(Ended::Child) => {
                zend::process::flush_output();
                sys::process::exit_now(0)
            }
            Ok(Ended::PoolFailed(status) | Ended::ChildFailed(status)) => Err(zend::leave(status)),
            Err(error) => Err(failed(&error)),
        }
    }

    fn stop(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let this = call.this();
        nothing(call.state().handle().and_then(|handle| {
            handle.stop().map_err(|error| failed(&error))?;
            pool_program::show_end(this, handle);
            Ok(())
        }))
    }

    fn shutdown(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let this = call.this();
        let handle = call.state().handle()?;
        handle.shutdown().map_err(|error| failed(&error))?;
        if handle.is_told_to_end() {
            pool_program::show_end(this, handle);
        }
        Ok(true.into())
    }
}

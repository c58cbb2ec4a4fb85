//! The methods of `Swoole\Process`: PHP's words turned into the engine's. It must not know what a child does.

use std::{io, net::Shutdown, os::fd::AsRawFd, rc::Rc, time::Duration};

use engine::{
    ipc::pipe::{Pipe, PipeKind, Side},
    sys::{
        error_text,
        process::{self as system, ExitState, Fork},
        schedule::{self, IntervalClock, Whose},
    },
};

use super::{Life, Made, Process, child, outbox, queue::Queue, signal};
use crate::{
    coroutine::{CoroutineSocket, Socket, scheduler},
    functions, last_error,
    zend::{
        Array, Call, Class, Error, Level, PhpString, ProcessMethods, Result, Value, constants, fiber, process, raise,
        stream::{Descriptor, descriptor},
    },
};

const EINTR: i32 = 4;
const EAGAIN: i32 = 11;
const EINVAL: i32 = 22;
const ENOMSG: i32 = 42;
const ESRCH: i32 = 3;
const EMSGSIZE: i32 = 90;

/// Numbers of `Process::close()`.
const MASTER: i64 = 1;
const WORKER: i64 = 2;
const READ: i64 = 3;
const WRITE: i64 = 4;

/// The most bytes that one read can be asked for.
const LARGEST_READ: i64 = 1 << 30;
/// From here on a read looks first how much there is.
const LARGE_READ: usize = 1 << 20;

/// False, with a code and a warning.
fn warned(code: i32, text: String) -> Error {
    last_error::set(code);
    Error::Warning(text)
}

/// False for a call that the system has refused. What a program that does not want to wait meets every day is silent.
fn refused(what: &str, error: &io::Error) -> Result<Value> {
    let code = error.raw_os_error().unwrap_or(0);
    last_error::set(code);
    if let EAGAIN | EINTR | ENOMSG = code {
        return Ok(false.into());
    }
    Err(Error::Warning(format!("failed to {what}, Error: {}[{code}]", error_text(code))))
}

/// As [`refused`], for an error of the engine's.
fn failed(error: &engine::Error) -> Error {
    let code = error.code();
    warned(
        code,
        match error {
            engine::Error::System { call, .. } => format!("{call}() failed, Error: {}[{code}]", error_text(code)),
            other => other.to_string(),
        },
    )
}

fn done(ended: engine::Result<()>) -> Result<Value> {
    match ended {
        Ok(()) => Ok(true.into()),
        Err(error) => Err(failed(&error)),
    }
}

impl Made {
    /// Works on the pipe, if there is one.
    fn with_pipe<R>(&self, what: &str, work: impl FnOnce(&Pipe) -> Result<R>) -> Result<R> {
        match &*self.pipe.borrow() {
            Some(pipe) => work(pipe),
            None => Err(Error::Warning(format!("no pipe, cannot {what} the pipe"))),
        }
    }

    fn queue(&self, what: &str) -> Result<Queue> {
        self.queue.get().ok_or_else(|| Error::Warning(format!("no msgqueue, cannot {what}: call useQueue() first")))
    }
}

/// Whose priority the arguments of a call name.
fn whose(call: &Call<Process>, which: i64, who: &Value) -> Result<Whose> {
    let who = if who.is_null() {
        match call.state().made()?.life.get() {
            _ if which != 0 => 0,
            Life::Here => 0,
            Life::Started(pid) => i64::from(pid),
            Life::New => return Err(Error::Warning("the process has not been started: say whose priority is meant".into())),
        }
    } else {
        who.to_int()?
    };
    let Ok(who) = u32::try_from(who) else {
        return Err(Error::Warning(format!("there is no process, group or user {who}")));
    };
    match which {
        0 => Ok(Whose::Process(who)),
        1 => Ok(Whose::Group(who)),
        2 => Ok(Whose::User(who)),
        _ => Err(Error::Warning(format!("$which must be 0 (PRIO_PROCESS), 1 (PRIO_PGRP) or 2 (PRIO_USER), got {which}"))),
    }
}

fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

impl ProcessMethods for Process {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 4)?;
        let callback = args.callback()?;
        let redirects = args.or(false, |args| args.bool())?;
        let kind = args.or(Process::DATAGRAM, |args| args.int())?;
        let coroutine = args.or(false, |args| args.bool())?;
        let kind = match kind {
            // Programs read and write it, which know nothing of messages.
            _ if redirects => Some(PipeKind::Stream),
            0 => None,
            1 => Some(PipeKind::Stream),
            _ => Some(PipeKind::Datagram),
        };
        let pipe = kind.map(Pipe::new).transpose();
        let pipe = pipe.map_err(|error| {
            let code = error.code();
            Error::exception(
                Class::Exception,
                format!("failed to create the pipe, Error: {}[{code}]", error_text(code)),
                code.into(),
            )
        })?;
        let this = call.this();
        let made = Made::new(pipe, redirects, coroutine);
        made.show_pipe(this)?;
        this.set("callback", callback.value().clone())?;
        let set = call.state().made.set(made);
        set.map_err(|_| Error::Fatal("the constructor of Swoole\\Process can be called once only".into()))?;
        Ok(Value::null())
    }

    fn destruct(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(Value::null())
    }

    fn wait(call: &mut Call<()>) -> Result<Value> {
        let blocking = call.args(0, 1)?.or(true, |args| args.bool())?;
        let asked = || match system::wait_any(false) {
            Ok(None) => None,
            ended => Some(ended),
        };
        let early = if blocking { outbox::while_pending(asked) } else { None };
        match early.unwrap_or_else(|| system::wait_any(blocking)) {
            Ok(Some((pid, state))) => {
                outbox::reader_ended(pid);
                let (code, signal) = match state {
                    ExitState::Exited(code) => (code, 0),
                    ExitState::Signaled(signal) => (0, signal),
                };
                let mut ended = Array::new(3)?;
                ended.set("pid", pid)?;
                ended.set("code", code)?;
                ended.set("signal", signal)?;
                Ok(ended.into())
            }
            Ok(None) => Ok(false.into()),
            Err(error) => {
                last_error::set(error.raw_os_error().unwrap_or(0));
                Ok(false.into())
            }
        }
    }

    fn signal(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let number = args.int()?;
        match args.or(None, |args| args.callback_or_null())? {
            Some(callback) => signal::listen(number, callback)?,
            None if signal::leave(number) => {}
            None => return Err(Error::Warning(format!("unable to find the callback of signal [{number}]"))),
        }
        Ok(true.into())
    }

    fn alarm(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let usec = args.int()?;
        let clock = match args.or(0, |args| args.int())? {
            0 => IntervalClock::Real,
            1 => IntervalClock::Virtual,
            2 => IntervalClock::Profile,
            other => return Err(Error::Warning(format!("$type must be 0 (real), 1 (virtual) or 2 (profile), got {other}"))),
        };
        let interval = u64::try_from(usec).ok().filter(|usec| *usec > 0).map(Duration::from_micros);
        done(schedule::set_interval(clock, interval))
    }

    fn kill(call: &mut Call<()>) -> Result<Value> {
        const SIGTERM: i64 = 15;
        let mut args = call.args(1, 2)?;
        let pid = args.int()?;
        let signal = args.or(SIGTERM, |args| args.int())?;
        // What no number of a process can be is the number of none.
        let sent = match (i32::try_from(pid), i32::try_from(signal)) {
            (Ok(pid), Ok(signal)) => system::kill_any(pid, signal),
            _ => Err(engine::Error::System { call: "kill", source: io::Error::from_raw_os_error(ESRCH) }),
        };
        match sent {
            Ok(()) => Ok(true.into()),
            Err(error) => {
                let code = error.code();
                last_error::set(code);
                if signal == 0 {
                    return Ok(false.into());
                }
                Err(Error::Warning(format!("kill({pid}, {signal}) failed, Error: {}[{code}]", error_text(code))))
            }
        }
    }

    fn daemon(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(0, 3)?;
        let stays = args.or(true, |args| args.bool())?;
        let keeps_streams = args.or(true, |args| args.bool())?;
        let given = if args.is_empty() { None } else { Some(args.array()?) };
        if scheduler::current().is_some() {
            return Err(fiber::die(Class::Error, "must be forked outside the coroutine"));
        }
        let mut streams = [None; 3];
        match given.filter(|given| given.len() > 0) {
            Some(given) if given.len() > streams.len() => {
                Err(Error::Warning(format!("there are 3 standard streams, got {} to replace them", given.len())))
            }
            Some(given) => {
                for (stream, (_, value)) in streams.iter_mut().zip(given.iter()) {
                    *stream = match descriptor(value)? {
                        Descriptor::Number(fd) => Some(fd),
                        Descriptor::None if value.is_null() => None,
                        Descriptor::Closed | Descriptor::None => {
                            return Err(Error::Warning("a standard stream can be replaced by one that is open, or null".into()));
                        }
                    };
                }
                done(child::daemonize(!stays, streams))
            }
            None if keeps_streams => done(child::daemonize(!stays, streams)),
            None => {
                let null = system::null_device().map_err(|error| failed(&error))?;
                done(child::daemonize(!stays, [Some(null.as_raw_fd()); 3]))
            }
        }
    }

    fn set_affinity(call: &mut Call<()>) -> Result<Value> {
        let list = call.args(1, 1)?.array()?;
        let mut cpus = Vec::with_capacity(list.len());
        for (_, value) in list.iter() {
            let number = value.to_int()?;
            match usize::try_from(number) {
                Ok(cpu) => cpus.push(cpu),
                Err(_) => return Err(Error::Warning(format!("there is no processor {number}"))),
            }
        }
        if cpus.is_empty() {
            return Err(Error::Warning("the array names no processor".into()));
        }
        done(system::set_affinity_to(&cpus))
    }

    fn get_affinity(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        let cpus = system::affinity().map_err(|error| failed(&error))?;
        let mut list = Array::new(cpus.len())?;
        for cpu in cpus {
            list.push(cpu as i64)?;
        }
        Ok(list.into())
    }

    fn set_priority(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 3)?;
        let (which, priority) = (args.int()?, args.int()?);
        let who = args.or(Value::null(), |args| args.int_or_null().map(|who| who.map_or_else(Value::null, Value::from)))?;
        done(schedule::set_priority(whose(call, which, &who)?, small(priority)))
    }

    fn get_priority(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let which = args.int()?;
        let who = args.or(Value::null(), |args| args.int_or_null().map(|who| who.map_or_else(Value::null, Value::from)))?;
        match schedule::priority(whose(call, which, &who)?) {
            Ok(priority) => Ok(priority.into()),
            Err(error) => Err(failed(&error)),
        }
    }

    fn set(call: &mut Call<Self>) -> Result<Value> {
        let settings = call.args(1, 1)?.array()?;
        let made = call.state().made()?;
        if let Some(on) = settings.get("enable_coroutine") {
            made.coroutine.set(on.is_true());
        }
        Ok(Value::null())
    }

    fn set_timeout(call: &mut Call<Self>) -> Result<Value> {
        let seconds = call.args(1, 1)?.float()?;
        let timeout = if seconds > 0.0 { Duration::try_from_secs_f64(seconds).ok() } else { None };
        // The system knows no shorter time but 0, which is none.
        let timeout = timeout.map(|timeout| timeout.max(Duration::from_micros(1)));
        call.state().made()?.with_pipe("set the timeout of", |pipe| match pipe.set_timeout(timeout) {
            Ok(()) => Ok(true.into()),
            Err(error) => refused("set the timeout", &error),
        })
    }

    fn set_blocking(call: &mut Call<Self>) -> Result<Value> {
        let blocking = call.args(1, 1)?.bool()?;
        call.state().made()?.with_pipe("set the mode of", |pipe| match pipe.set_blocking(blocking) {
            Ok(()) => Ok(true.into()),
            Err(error) => refused("set the mode", &error),
        })
    }

    fn use_queue(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(0, 3)?;
        let key = args.or(0, |args| args.int())?;
        let mode = args.or(2, |args| args.int())?;
        let capacity = args.or(-1, |args| args.int())?;
        let made = call.state().made()?;
        let queue = Queue::open(key, mode, capacity, made.number).map_err(|error| failed(&error))?;
        made.queue.set(Some(queue));
        call.this().set("msgQueueId", queue.system().id())?;
        call.this().set("msgQueueKey", queue.key())?;
        Ok(true.into())
    }

    fn stat_queue(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let queue = call.state().made()?.queue("get stats")?;
        let fill = queue.system().fill().map_err(|error| failed(&error))?;
        let mut stats = Array::new(2)?;
        stats.set("queue_num", fill.messages as i64)?;
        stats.set("queue_bytes", fill.bytes as i64)?;
        Ok(stats.into())
    }

    fn free_queue(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let made = call.state().made()?;
        let removed = made.queue("free")?.system().remove();
        made.queue.set(None);
        done(removed)
    }

    fn start(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let this = call.this().clone();
        let made = this.state().made()?;
        if scheduler::current().is_some() {
            return Err(fiber::die(Class::Error, "must be forked outside the coroutine"));
        }
        match made.life.get() {
            // One that nobody has waited for is still there.
            Life::Started(pid) if system::kill(pid, 0).map_err(|error| error.code()) != Err(ESRCH) => {
                return Err(Error::Warning(format!("process has already been started, its pid is {pid}")));
            }
            Life::Here => return Err(Error::Warning("process has already been started: this is it".into())),
            Life::New | Life::Started(_) => {}
        }
        match child::fork() {
            Ok(Fork::Parent(pid)) => {
                made.life.set(Life::Started(pid));
                made.outbox().iter().for_each(|outbox| outbox.set_reader(pid));
                this.set("pid", pid)?;
                Ok(pid.into())
            }
            Ok(Fork::Child) => Err(child::run(&this)),
            Err(error) => Err(failed(&error)),
        }
    }

    fn write(call: &mut Call<Self>) -> Result<Value> {
        let data = call.args(1, 1)?.string()?;
        if data.is_empty() {
            return Err(Error::Warning("the data to send is empty".into()));
        }
        let made = call.state().made()?;
        made.with_pipe("write to", |pipe| match made.write(pipe, data) {
            Ok(count) => Ok((count as i64).into()),
            Err(error) if error.kind() == io::ErrorKind::OutOfMemory => Err(warned(
                constants::SWOOLE_ERROR_OUTPUT_BUFFER_OVERFLOW as i32,
                format!("failed to write {} bytes: too much waits to be written already, nobody reads it", data.len()),
            )),
            Err(error) if error.raw_os_error() == Some(EMSGSIZE) => Err(warned(
                EMSGSIZE,
                format!(
                    "failed to write {} bytes, Error: {}[{EMSGSIZE}]: a datagram cannot be that long, a stream (pipe type 1) takes any length",
                    data.len(),
                    error_text(EMSGSIZE)
                ),
            )),
            Err(error) => refused(&format!("write {} bytes", data.len()), &error),
        })
    }

    fn close(call: &mut Call<Self>) -> Result<Value> {
        let which = call.args(0, 1)?.or(0, |args| args.int())?;
        let made = call.state().made()?;
        match which {
            WRITE if made.outbox().is_some() => {
                made.with_pipe("close", |_| Ok(()))?;
                made.outbox().iter().for_each(|outbox| outbox.end());
                Ok(true.into())
            }
            READ | WRITE => made.with_pipe("close", |pipe| {
                match pipe.shutdown(if which == READ { Shutdown::Read } else { Shutdown::Write }) {
                    Ok(()) => Ok(true.into()),
                    Err(error) => refused("close the pipe", &error),
                }
            }),
            0 | MASTER | WORKER => {
                made.with_pipe("close", |_| Ok(()))?;
                let mut pipe = made.pipe.borrow_mut();
                drop(made.exported.take());
                match which {
                    0 => *pipe = None,
                    _ => {
                        let side = if which == MASTER { Side::Parent } else { Side::Child };
                        pipe.iter_mut().for_each(|pipe| pipe.close(Some(side)));
                    }
                }
                Ok(true.into())
            }
            other => Err(Error::Warning(format!("$which must be 0 or one of the PIPE_* constants 1 to 4, got {other}"))),
        }
    }

    fn read(call: &mut Call<Self>) -> Result<Value> {
        let size = call.args(0, 1)?.or(8192, |args| args.int())?;
        if size <= 0 {
            return Err(Error::Warning(format!("the size must be above 0, got {size}")));
        }
        let mut size = size.min(LARGEST_READ) as usize;
        let made = call.state().made()?;
        if let Some(outbox) = made.outbox() {
            let waits = made.with_pipe("read from", |pipe| Ok(pipe.patience()))?;
            waits.inspect(|timeout| outbox.wait_readable(*timeout));
        }
        if size > LARGE_READ {
            // Memory is for what is there, not for what could be.
            match made.with_pipe("read from", |pipe| Ok(pipe.waiting(process::is_interrupted)))? {
                Ok(waiting) => size = size.min(waiting.max(LARGE_READ)),
                Err(error) => return refused("read", &error),
            }
        }
        made.with_pipe("read from", |pipe| match PhpString::fill(size, |memory| pipe.read(memory, process::is_interrupted))? {
            Ok(data) => Ok(data.into()),
            Err(error) => refused("read", &error),
        })
    }

    fn push(call: &mut Call<Self>) -> Result<Value> {
        let data = call.args(1, 1)?.string()?;
        if data.is_empty() {
            return Err(Error::Warning("the data to push is empty".into()));
        }
        match call.state().made()?.queue("push()")?.push(data) {
            Ok(()) => Ok(true.into()),
            Err(error) => refused(&format!("push {} bytes", data.len()), &error),
        }
    }

    fn pop(call: &mut Call<Self>) -> Result<Value> {
        let size = call.args(0, 1)?.or(65536, |args| args.int())?;
        if size <= 0 {
            return Err(Error::Warning(format!("the size must be above 0, got {size}")));
        }
        match call.state().made()?.queue("pop()")?.pop(size as usize) {
            Ok(data) => Value::string(&data),
            Err(error) => refused("pop", &error),
        }
    }

    fn exit(call: &mut Call<Self>) -> Result<Value> {
        let code = call.args(0, 1)?.or(0, |args| args.int())?;
        if call.state().made()?.life.get() != Life::Here {
            raise(Level::Warning, "not the current process: it can end only the one that it is called in", true)?;
            return Ok(Value::null());
        }
        match u8::try_from(code) {
            Ok(code) => Err(Error::Exit(code.into())),
            Err(_) => {
                raise(Level::Warning, &format!("an exit status is 0 to 255, got {code}: it is 1"), true)?;
                Err(Error::Exit(1))
            }
        }
    }

    fn exec(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 2)?;
        let (file, list) = (args.string()?, args.array()?);
        call.state().made()?;
        if file.is_empty() {
            return Err(Error::Warning("exec file name is empty".into()));
        }
        if file.contains(&0) {
            return Err(warned(EINVAL, "exec file name has a null byte in it".into()));
        }
        let mut all = vec![file.to_vec()];
        for (_, value) in list.iter() {
            let arg = value.to_php_string()?.as_bytes().to_vec();
            if arg.contains(&0) {
                return Err(warned(EINVAL, format!("argument {} has a null byte in it", all.len())));
            }
            all.push(arg);
        }
        outbox::settle();
        process::flush_output();
        let error = system::execute(file, &all);
        let code = error.code();
        let name = String::from_utf8_lossy(file);
        Err(warned(code, format!("failed to execute {name}, Error: {}[{code}]", error_text(code))))
    }

    fn export_socket(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let made = call.state().made()?;
        if let Some(socket) = made.exported.borrow().clone() {
            return Ok(socket.into());
        }
        let copy = made.with_pipe("export", |pipe| Ok(pipe.borrow().and_then(|end| end.try_clone_to_owned())))?;
        match copy.and_then(Socket::import) {
            Ok(socket) => {
                let socket = CoroutineSocket::object(Rc::new(socket))?;
                made.exported.replace(Some(socket.clone()));
                Ok(socket.into())
            }
            Err(error) => refused("export the pipe", &error),
        }
    }

    fn name(call: &mut Call<Self>) -> Result<Value> {
        functions::set_process_name(call.args(1, 1)?.string()?)
    }
}

impl Process {
    /// The pipe type when none is named: `SOCK_DGRAM`.
    const DATAGRAM: i64 = 2;
}

//! `Swoole\Coroutine\System`: what would block a process, and here its coroutine only: commands, children, signals, descriptors, names and files. PHP's words
//! are turned into waits here. It must not know who runs the loop.
//!
//! Failures leave their number in `swoole_last_error()`: an errno, or one of the `SWOOLE_ERROR_*` numbers.

mod children;
mod event;
mod exec;
pub mod names;
pub mod settings;
mod signals;

use std::{io, time::Duration};

use engine::{
    files::{self, Before, Locked},
    log,
    sys::{process::ExitState, resolve::Query},
};

use super::{
    host::{self, Offloaded},
    io::Deadline,
    scheduler, timeout,
};
use crate::{
    last_error,
    zend::{Array, Call, CoroutineSystemMethods, Error, Kind, PhpString, Result, State, Value, constants},
};

/// `LOCK_EX`, also as `FILE_LOCK`.
const LOCK_EX: i64 = 2;
/// `FILE_APPEND`
const FILE_APPEND: i64 = 8;
/// `AF_INET`
const INET: i64 = libc::AF_INET as i64;
/// `AF_INET6`
const INET6: i64 = libc::AF_INET6 as i64;

/// At the end of a request, and in a new process: there is nobody who waits.
pub(super) fn forget() {
    children::forget();
    names::forget();
}

/// What stands behind the class.
#[derive(Default)]
pub struct CoroutineSystem;

impl State for CoroutineSystem {}

/// Returns false, and says why where PHP code looks for it.
fn refused(code: i64) -> Result<Value> {
    last_error::set(code as i32);
    Ok(false.into())
}

/// As [`refused`], for an error of the system or of a wait.
fn failed(error: &io::Error) -> Result<Value> {
    refused(match error.raw_os_error() {
        Some(libc::ETIMEDOUT) => constants::SWOOLE_ERROR_CO_TIMEDOUT,
        Some(libc::ECANCELED) => constants::SWOOLE_ERROR_CO_CANCELED,
        code => i64::from(code.unwrap_or(libc::EIO)),
    })
}

/// A warning and false, with a code.
fn invalid(code: i32, text: impl Into<String>) -> Result<Value> {
    last_error::set(code);
    Err(Error::Warning(text.into()))
}

/// All here needs a coroutine, also where nothing is to be waited for.
fn in_a_coroutine() -> Result<()> {
    scheduler::prepare().map(drop)
}

/// The timeout of an argument, in seconds; without end if not above 0.
fn deadline(seconds: f64) -> Deadline {
    Deadline::after(timeout(seconds))
}

/// Has a thread do what blocks: what it gives, or the code of the wait's end.
fn beside<T: Send + 'static>(
    at_most: Option<Duration>,
    timed_out: i64,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<std::result::Result<T, i64>> {
    Ok(match host::offload(at_most, work)? {
        Offloaded::Done(done) => Ok(done),
        Offloaded::TimedOut => Err(timed_out),
        Offloaded::Canceled => Err(constants::SWOOLE_ERROR_CO_CANCELED),
    })
}

/// Has a thread do something with a file. None, after a line in the log, when it fails.
fn with_file<T: Send + 'static>(
    function: &str,
    name: &[u8],
    work: impl FnOnce(&[u8]) -> io::Result<T> + Send + 'static,
) -> Result<Option<T>> {
    let path = name.to_vec();
    match beside(None, constants::SWOOLE_ERROR_CO_TIMEDOUT, move || work(&path))? {
        Ok(Ok(done)) => return Ok(Some(done)),
        Ok(Err(error)) => {
            let code = error.raw_os_error().unwrap_or(libc::EIO);
            let (path, why) = (String::from_utf8_lossy(name), engine::sys::error_text(code));
            let text = format_args!("{path} cannot be opened, Error: {why}[{code}]");
            log::coded(log::Level::Warning, Some(function), code, text);
            last_error::set(code);
        }
        Err(code) => last_error::set(code as i32),
    }
    Ok(None)
}

/// How a child has ended, as an array.
fn ended(pid: i32, state: ExitState) -> Result<Value> {
    let (code, signal) = code_and_signal(state);
    let mut result = Array::new(3)?;
    result.set("pid", pid)?;
    result.set("code", code)?;
    result.set("signal", signal)?;
    Ok(result.into())
}

fn code_and_signal(state: ExitState) -> (i32, i32) {
    match state {
        ExitState::Exited(code) => (code, 0),
        ExitState::Signaled(signal) => (0, signal),
    }
}

/// `gethostbyname()` and `dnsLookup()`, but for the order of their arguments.
fn look_up(name: &[u8], family: i64, seconds: f64) -> Result<Value> {
    in_a_coroutine()?;
    if name.is_empty() {
        return invalid(constants::SWOOLE_ERROR_INVALID_PARAMS as i32, "the domain name is empty");
    }
    if family != INET && family != INET6 {
        return invalid(constants::SWOOLE_ERROR_INVALID_PARAMS as i32, "the type must be AF_INET or AF_INET6");
    }
    match names::first(name, family as i32, timeout(seconds))? {
        Ok(address) => Value::string(address.to_string().as_bytes()),
        Err(code) => refused(code),
    }
}

/// `dnsLookup()`, also as a function.
///
/// # Errors
/// As for [`scheduler::Wait::park`], and for arguments that make no sense.
pub fn dns_lookup(call: &mut Call<()>) -> Result<Value> {
    let mut args = call.args(1, 3)?;
    let name = args.string()?;
    let seconds = args.or(60.0, |args| args.float())?;
    let family = args.or(INET, |args| args.int())?;
    look_up(name, family, seconds)
}

impl CoroutineSystemMethods for CoroutineSystem {
    fn gethostbyname(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 3)?;
        let name = args.string()?;
        let family = args.or(INET, |args| args.int())?;
        let seconds = args.or(-1.0, |args| args.float())?;
        look_up(name, family, seconds)
    }

    fn dns_lookup(call: &mut Call<()>) -> Result<Value> {
        dns_lookup(call)
    }

    fn exec(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let command = args.string()?;
        let errors = args.or(false, |args| args.bool())?;
        in_a_coroutine()?;
        if command.is_empty() {
            return invalid(constants::SWOOLE_ERROR_INVALID_PARAMS as i32, "the command is empty");
        }
        match exec::run(command, errors)? {
            Ok((state, output)) => {
                let (code, signal) = code_and_signal(state);
                let mut result = Array::new(3)?;
                result.set("code", code)?;
                result.set("signal", signal)?;
                result.set("output", PhpString::new(&output)?)?;
                Ok(result.into())
            }
            Err(error) => failed(&error),
        }
    }

    fn getaddrinfo(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 6)?;
        let host = args.string()?.to_vec();
        let family = args.or(INET, |args| args.int())?;
        let kind = args.or(i64::from(libc::SOCK_STREAM), |args| args.int())?;
        let protocol = args.or(i64::from(libc::IPPROTO_TCP), |args| args.int())?;
        let service = args.or_null(|args| args.string())?.map(<[u8]>::to_vec);
        let seconds = args.or(-1.0, |args| args.float())?;
        in_a_coroutine()?;
        let wrong = constants::SWOOLE_ERROR_INVALID_PARAMS as i32;
        if host.is_empty() {
            return invalid(wrong, "the domain is empty");
        }
        if family != INET && family != INET6 {
            return invalid(wrong, "the family must be AF_INET or AF_INET6");
        }
        let (Ok(kind), Ok(protocol)) = (i32::try_from(kind), i32::try_from(protocol)) else {
            return invalid(wrong, "there is no such type of socket or protocol");
        };
        let query = Query { host, family: family as i32, kind, protocol, service };
        match names::all(query, timeout(seconds))? {
            Ok(found) => {
                let mut list = Array::new(found.len())?;
                for address in found {
                    list.push(Value::string(address.to_string().as_bytes())?)?;
                }
                Ok(list.into())
            }
            Err(code) => refused(code),
        }
    }

    fn statvfs(call: &mut Call<()>) -> Result<Value> {
        let name = call.args(1, 1)?.string()?;
        let numbers = with_file("statvfs", name, files::file_system)?;
        // There is no false among the types of its result.
        let mut result = Array::new(11)?;
        for (name, number) in numbers.into_iter().flatten() {
            // An id uses all its bits; PHP has no unsigned numbers.
            result.set(name, number as i64)?;
        }
        Ok(result.into())
    }

    fn read_file(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let name = args.string()?;
        let locked = locked(args.or(0, |args| args.int())?);
        match with_file("readFile", name, move |name| files::read(name, locked))? {
            Some(bytes) => Ok(PhpString::new(&bytes)?.into()),
            None => Ok(false.into()),
        }
    }

    fn write_file(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(2, 3)?;
        let name = args.string()?;
        let bytes = args.string()?.to_vec();
        let flags = args.or(0, |args| args.int())?;
        let before = if flags & FILE_APPEND != 0 { Before::Kept } else { Before::Replaced };
        let (locked, length) = (locked(flags), bytes.len() as i64);
        let written = with_file("writeFile", name, move |name| files::write(name, &bytes, before, locked))?;
        Ok(written.map_or(Value::from(false), |()| length.into()))
    }

    fn wait(call: &mut Call<()>) -> Result<Value> {
        let seconds = call.args(0, 1)?.or(-1.0, |args| args.float())?;
        in_a_coroutine()?;
        match children::any(deadline(seconds))? {
            Ok((pid, state)) => ended(pid, state),
            Err(error) => failed(&error),
        }
    }

    fn wait_pid(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let pid = args.int()?;
        let seconds = args.or(-1.0, |args| args.float())?;
        in_a_coroutine()?;
        let ending = match i32::try_from(pid) {
            Ok(-1) => children::any(deadline(seconds))?,
            Ok(pid) if pid > 0 => children::one(pid, deadline(seconds))?.map(|state| (pid, state)),
            _ => Err(io::Error::from_raw_os_error(libc::ECHILD)),
        };
        match ending {
            Ok((pid, state)) => ended(pid, state),
            Err(error) => failed(&error),
        }
    }

    fn wait_signal(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let numbers = signal_numbers(args.value())?;
        let seconds = args.or(-1.0, |args| args.float())?;
        in_a_coroutine()?;
        if numbers.is_empty() {
            return invalid(constants::SWOOLE_ERROR_INVALID_PARAMS as i32, "there is no signal to wait for");
        }
        match signals::first(&numbers, timeout(seconds))? {
            Ok(number) => Ok(number.into()),
            Err(signals::Failure::Wait(error)) => failed(&error),
            Err(signals::Failure::Listen(number, error)) => {
                let code = error.raw_os_error().unwrap_or(libc::EINVAL);
                let why = engine::sys::error_text(code);
                invalid(code, format!("signal {number} cannot be waited for, Error: {why}[{code}]"))
            }
        }
    }

    fn wait_event(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 3)?;
        let what = args.value();
        let events = args.or(constants::SWOOLE_EVENT_READ, |args| args.int())?;
        let seconds = args.or(-1.0, |args| args.float())?;
        in_a_coroutine()?;
        event::wait(what, events, seconds)
    }
}

fn locked(flags: i64) -> Locked {
    if flags & LOCK_EX != 0 { Locked::Yes } else { Locked::No }
}

/// An argument of the type `array|int`.
fn signal_numbers(given: &Value) -> Result<Vec<i32>> {
    let number = |value: &Value| Ok(i32::try_from(value.to_int()?).unwrap_or(-1));
    let what = match given.kind() {
        Kind::Array(list) => return list.iter().map(|(_, value)| number(value)).collect(),
        Kind::Int(_) | Kind::Float(_) | Kind::Bool(_) => return Ok(vec![number(given)?]),
        Kind::String(text) if std::str::from_utf8(text).is_ok_and(|text| text.trim().parse::<i32>().is_ok()) => {
            return Ok(vec![number(given)?]);
        }
        Kind::Null => "null",
        Kind::String(_) => "string",
        Kind::Object(_) => "object",
        Kind::Resource => "resource",
    };
    let text = format!("Swoole\\Coroutine\\System::waitSignal(): Argument #1 ($signals) must be of type array|int, {what} given");
    Err(Error::Exception { class: crate::zend::ExceptionClass::TypeError, text, code: 0 })
}

//! `Swoole\Event`: functions that are called when a descriptor is ready, and the loop itself; also `swoole_select()`. PHP's words are turned into the loop's
//! here. It must not know who runs the loop.

mod added;
mod named;
mod select;

use std::{io, os::fd::RawFd, rc::Rc};

use engine::log;

use self::{
    added::{Added, NotAdded, Wants},
    named::Named,
};
pub use self::{
    added::{forget, forget_all},
    select::select,
};
use crate::{
    coroutine::{
        self,
        host::{self, Moment},
        scheduler,
    },
    last_error,
    zend::{Call, Callback, Error, EventMethods, Level, Result, State, Value, constants, raise, stream},
};

/// What stands behind the class.
#[derive(Default)]
pub struct Event;

impl State for Event {}

/// False, with a warning and a code.
fn refused<T>(code: i32, text: String) -> Result<T> {
    last_error::set(code);
    Err(Error::Warning(text))
}

/// What was added under the name that an argument gives, if anything was.
fn find(what: &Value) -> Result<Option<Rc<Added>>> {
    Ok(match named::of(what)? {
        Named::Number(fd) => added::find(fd),
        Named::Closed => added::find_closed(what),
    })
}

/// What was added; otherwise a warning.
fn known(what: &Value) -> Result<Rc<Added>> {
    match find(what)? {
        Some(found) => Ok(found),
        None => refused(libc::ENOENT, "the descriptor is not in the event loop: it was never added, or is gone".into()),
    }
}

/// The events of a call need their callbacks.
fn check(wants: Wants, read: bool, write: bool, fd: RawFd) -> Result<()> {
    let missing = match (wants.read && !read, wants.write && !write) {
        (true, _) => "readable",
        (_, true) => "writable",
        _ => return Ok(()),
    };
    refused(constants::SWOOLE_ERROR_INVALID_PARAMS as i32, format!("there is no {missing} callback for fd#{fd}"))
}

/// The system has refused a descriptor: a line in the log, a warning and false.
fn failed(function: &str, fd: RawFd, error: &io::Error) -> Result<Value> {
    let code = error.raw_os_error().unwrap_or(constants::SWOOLE_ERROR_EVENT_ADD_FAILED as i32);
    let why = engine::sys::error_text(code);
    log::coded(log::Level::Warning, Some(function), code, format_args!("fd#{fd} cannot be watched, Error: {why}[{code}]"));
    refused(code, format!("fd#{fd} cannot be watched by the event loop, Error: {why}[{code}]"))
}

/// The handlers, for the methods and for the functions.
pub mod handlers {
    use super::*;

    /// `add`
    ///
    /// # Errors
    /// Warnings for what cannot be added.
    pub fn add(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 4)?;
        let what = args.value().clone();
        let read = args.or_null(|args| args.callback())?;
        let write = args.or_null(|args| args.callback())?;
        let wants = Wants::of(args.or(constants::SWOOLE_EVENT_READ, |args| args.int())?);
        let invalid = constants::SWOOLE_ERROR_INVALID_PARAMS as i32;
        if read.is_none() && write.is_none() {
            return refused(invalid, "a readable callback or a writable callback must be given".into());
        }
        let fd = named::open(&what)?;
        if wants.is_empty() {
            return refused(invalid, "the events must be SWOOLE_EVENT_READ, SWOOLE_EVENT_WRITE or both".into());
        }
        check(wants, read.is_some(), write.is_some(), fd)?;
        match Added::enter(fd, what, read, write, wants) {
            Ok(()) => {
                scheduler::announce();
                Ok(fd.into())
            }
            Err(NotAdded::There) => refused(libc::EEXIST, format!("fd#{fd} already exists in the event loop")),
            Err(NotAdded::System(error)) => failed("Event::add", fd, &error),
        }
    }

    /// `set`
    ///
    /// # Errors
    /// As for [`add`].
    pub fn set(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 4)?;
        let what = args.value();
        let read = args.or_null(|args| args.callback())?;
        let write = args.or_null(|args| args.callback())?;
        let events = args.or(0, |args| args.int())?;
        let added = known(what)?;
        let wants = Wants::of(events);
        let wants = if wants.is_empty() { added.wants() } else { wants };
        check(wants, read.is_some() || added.has_read(), write.is_some() || added.has_write(), added.fd())?;
        match added.set(read, write, wants) {
            Ok(()) => Ok(true.into()),
            Err(error) => failed("Event::set", added.fd(), &error),
        }
    }

    /// `del`
    ///
    /// # Errors
    /// A warning for what was not added.
    pub fn del(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 1)?;
        let added = known(args.value())?;
        added.leave();
        Ok(true.into())
    }

    /// `isset`
    ///
    /// # Errors
    /// As for [`add`].
    pub fn isset(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let what = args.value();
        let both = constants::SWOOLE_EVENT_READ | constants::SWOOLE_EVENT_WRITE;
        let asked = Wants::of(args.or(both, |args| args.int())?);
        Ok(find(what)?.is_some_and(|added| added.wants().meets(asked)).into())
    }

    /// `write`
    ///
    /// # Errors
    /// As for [`del`], and for what cannot be written.
    pub fn write(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(2, 2)?;
        let what = args.value();
        let data = args.string()?;
        if data.is_empty() {
            return refused(constants::SWOOLE_ERROR_INVALID_PARAMS as i32, "the data to write is empty".into());
        }
        let added = known(what)?;
        if !stream::is_plain(what)? {
            return refused(
                libc::EOPNOTSUPP,
                "only fwrite() can write to a stream that changes what is written, as TLS does".into(),
            );
        }
        let most = usize::try_from(stream::ini_int("swoole.socket_buffer_size")).unwrap_or_default();
        match added.write(data, most) {
            Ok(()) => Ok(true.into()),
            Err(error) => {
                last_error::set(error.raw_os_error().unwrap_or(constants::SWOOLE_ERROR_OUTPUT_BUFFER_OVERFLOW as i32));
                Ok(false.into())
            }
        }
    }

    /// `defer`
    ///
    /// # Errors
    /// The argument cannot be called.
    pub fn defer(call: &mut Call<()>) -> Result<Value> {
        let callback = call.args(1, 1)?.callback()?;
        scheduler::announce();
        host::defer(Box::new(move || in_a_coroutine(&callback)));
        Ok(true.into())
    }

    /// `cycle`
    ///
    /// # Errors
    /// As for [`defer`].
    pub fn cycle(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let callback = args.or_null(|args| args.callback())?;
        let before = args.or(false, |args| args.bool())?;
        let moment = if before { Moment::Before } else { Moment::After };
        let there = callback.is_some();
        let each = callback.map(|callback| Rc::new(move || in_a_coroutine(&callback)) as host::EachTurn);
        // What was there may run a destructor when it goes, which happens here.
        let previous = host::each_turn(moment, each);
        Ok((there || previous.is_some()).into())
    }

    /// `exit`
    ///
    /// # Errors
    /// `Pending` when an error handler of the program threw.
    pub fn exit(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        if host::is_lent() {
            raise(Level::Warning, "the event loop is the server's, and goes on", true)?;
        } else {
            host::stop();
        }
        Ok(Value::null())
    }
}

/// Events, deferred calls and those of each turn run in coroutines of their own.
fn in_a_coroutine(callback: &Callback) -> Result<()> {
    scheduler::spawn(callback, &[], None).map(drop)
}

impl EventMethods for Event {
    fn add(call: &mut Call<()>) -> Result<Value> {
        handlers::add(call)
    }

    fn del(call: &mut Call<()>) -> Result<Value> {
        handlers::del(call)
    }

    fn set(call: &mut Call<()>) -> Result<Value> {
        handlers::set(call)
    }

    fn isset(call: &mut Call<()>) -> Result<Value> {
        handlers::isset(call)
    }

    fn dispatch(call: &mut Call<()>) -> Result<Value> {
        coroutine::dispatch(call)
    }

    fn defer(call: &mut Call<()>) -> Result<Value> {
        handlers::defer(call)
    }

    fn cycle(call: &mut Call<()>) -> Result<Value> {
        handlers::cycle(call)
    }

    fn write(call: &mut Call<()>) -> Result<Value> {
        handlers::write(call)
    }

    fn wait(call: &mut Call<()>) -> Result<Value> {
        coroutine::wait(call)
    }

    fn rshutdown(call: &mut Call<()>) -> Result<Value> {
        coroutine::end_of_script(call)
    }

    fn exit(call: &mut Call<()>) -> Result<Value> {
        handlers::exit(call)
    }
}

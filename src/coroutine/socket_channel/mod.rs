//! `Swoole\Coroutine\SocketChannel`: one connection that many coroutines share. Here PHP's words are turned into requests; [`link`] makes the connection, [`wire`]
//! is one, [`order`] and [`session`] are the two ways in which answers find their callers. It must not know how coroutines are run.

mod failure;
mod input;
mod link;
mod order;
mod output;
mod reader;
mod session;
mod setup;
mod waiter;
mod wire;

use std::{cell::OnceCell, rc::Rc};

pub use self::reader::CoroutineSocketChannelReader;
use self::{
    failure::{Failure, throw_result},
    link::Channel,
    order::Request,
    session::SessionKey,
    setup::{Address, Setup, kind_of},
    wire::{Answers, Wire},
};
use super::{io::Deadline, scheduler};
use crate::zend::{
    Array, Call, Callback, CoroutineSocketChannelMethods, Error, ExceptionClass, Kind, PhpString, Result, State, Tracer, Value,
};

/// What a channel holds.
#[derive(Default)]
pub struct CoroutineSocketChannel {
    channel: OnceCell<Rc<Channel>>,
}

impl State for CoroutineSocketChannel {
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(channel) = self.channel.get() {
            channel.setup().trace(tracer);
        }
    }
}

impl Drop for CoroutineSocketChannel {
    fn drop(&mut self) {
        if let Some(channel) = self.channel.get() {
            channel.abandon();
        }
    }
}

impl CoroutineSocketChannel {
    fn channel(&self) -> Result<Rc<Channel>> {
        let unbuilt = || Failure::new("the channel's constructor was not called", 0).throw();
        self.channel.get().cloned().ok_or_else(unbuilt)
    }
}

/// Requests are for coroutines only, also where nothing has to wait.
fn in_a_coroutine() -> Result<()> {
    scheduler::current().map(drop).ok_or_else(scheduler::no_coroutine)
}

fn type_error(function: &str, text: String) -> Error {
    let text = format!("Swoole\\Coroutine\\SocketChannel::{function}(): {text}");
    Error::Exception { class: ExceptionClass::TypeError, text, code: 0 }
}

/// How a request's answer is to be found.
enum Wanted {
    Nothing,
    InOrder(Callback),
    BySession(SessionKey),
}

impl Wanted {
    /// What an argument says, in the channel's mode.
    fn of(channel: &Channel, answer: &Value) -> Result<Wanted> {
        if answer.is_null() {
            return Ok(Wanted::Nothing);
        }
        let (wanted, must) = match channel.setup().response {
            None => (Callback::new(answer).map(Wanted::InOrder), "callable or null in order mode"),
            Some(_) => (SessionKey::of(answer).map(Wanted::BySession), "int, string or null, the session, in session mode"),
        };
        wanted.ok_or_else(|| {
            type_error("request", format!("Argument #2 ($answer) must be of type {must}, {} given", kind_of(answer)))
        })
    }
}

/// The parts of an array, which have to be strings.
fn parts(padding: &Array) -> Result<Vec<PhpString>> {
    let mut parts = Vec::with_capacity(padding.len());
    for (_, part) in padding.iter() {
        if !matches!(part.kind(), Kind::String(_)) {
            let text = format!("Argument #3 ($padding) must be a list of strings, {} in it", kind_of(part));
            return Err(type_error("request", text));
        }
        parts.push(part.to_php_string()?);
    }
    Ok(parts)
}

/// The argument `?float $timeout`, by its number from 0.
fn deadline(channel: &Channel, given: Option<&Value>, take: impl FnOnce() -> Result<f64>) -> Result<Deadline> {
    let seconds = if given.is_some_and(|value| !value.is_null()) { Some(take()?) } else { None };
    Ok(channel.setup().deadline(seconds))
}

/// What a caller gets.
fn finish(answer: Result<order::Answer, Failure>) -> Result<Value> {
    match answer {
        Ok((true, result)) => Ok(result),
        Ok((false, result)) => Err(throw_result(&result)),
        Err(failure) => Err(failure.throw()),
    }
}

fn connected(wire: Result<Rc<Wire>, Failure>) -> Result<Rc<Wire>> {
    wire.map_err(|failure| failure.throw())
}

impl CoroutineSocketChannelMethods for CoroutineSocketChannel {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let (setup, addresses) = Setup::read(call.args(1, 1)?.array()?)?;
        match call.state().channel.set(Channel::new(setup, addresses)) {
            Ok(()) => Ok(Value::null()),
            Err(_) => Err(Failure::new("the channel is built already", 0).throw()),
        }
    }

    fn request(call: &mut Call<Self>) -> Result<Value> {
        let channel = call.state().channel()?;
        let mut args = call.args(1, 4)?;
        args.string()?;
        let data = call.arg(0).map_or_else(|| PhpString::new(b""), Value::to_php_string)?;
        let wanted = args.or(Ok(Wanted::Nothing), |args| Ok(Wanted::of(&channel, args.value())))??;
        let padding = if args.is_empty() { Vec::new() } else { parts(args.array()?)? };
        let deadline = deadline(&channel, call.arg(3), || args.float())?;
        in_a_coroutine()?;
        let wire = connected(channel.open(call.this(), true, deadline)?)?;
        let answer = match (wanted, wire.answers()) {
            (Wanted::InOrder(answer), Answers::InOrder(order)) => {
                order.request(&wire, Request { answer: &answer, data, padding, deadline })?
            }
            (Wanted::BySession(session), Answers::BySession(sessions)) => {
                sessions.wait(&wire, &session, Some((data, padding)), deadline)?
            }
            _ => {
                wire.send(data, padding)?;
                return Ok(Value::null());
            }
        };
        finish(answer)
    }

    fn await_(call: &mut Call<Self>) -> Result<Value> {
        let channel = call.state().channel()?;
        let mut args = call.args(1, 2)?;
        args.string_or_int()?;
        let session = call.arg(0).and_then(SessionKey::of);
        let deadline = deadline(&channel, call.arg(1), || args.float())?;
        in_a_coroutine()?;
        let Some(session) = session else {
            return Err(type_error("await", "Argument #1 ($session) must be of type int|string".into()));
        };
        let not_connected = || Failure::new("there is no connection on which an answer could come", libc::ENOTCONN).throw();
        if channel.setup().response.is_none() {
            return Err(Failure::new("await() is for session mode: the channel has no response", 0).throw());
        }
        let wire = channel.wire().ok_or_else(not_connected)?;
        let Answers::BySession(sessions) = wire.answers() else { return Err(not_connected()) };
        finish(sessions.wait(&wire, &session, None, deadline)?)
    }

    fn connect(call: &mut Call<Self>) -> Result<Value> {
        let channel = call.state().channel()?;
        let once = call.args(0, 1)?.or(false, |args| args.bool())?;
        in_a_coroutine()?;
        channel.reopen();
        connected(channel.open(call.this(), once, Deadline::NEVER)?)?;
        Ok(Value::null())
    }

    fn change_host(call: &mut Call<Self>) -> Result<Value> {
        let channel = call.state().channel()?;
        let mut args = call.args(1, 2)?;
        let host = args.string()?;
        let old = channel.main().port();
        let port = match call.arg(1) {
            Some(port) if !port.is_null() => u16::try_from(args.int()?).unwrap_or(0),
            _ => old,
        };
        channel.change_host(Address::new(host, port)?)?;
        Ok(Value::null())
    }

    fn change_backup(call: &mut Call<Self>) -> Result<Value> {
        let channel = call.state().channel()?;
        let backup = setup::backup(call.args(1, 1)?.array()?, &channel.main())?;
        channel.change_backup(backup);
        Ok(Value::null())
    }

    fn close(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().channel()?.close()?.into())
    }
}

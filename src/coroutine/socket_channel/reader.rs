//! `Swoole\Coroutine\SocketChannel\Reader`: what PHP code reads answers with. It must not know what an answer is.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use super::{
    super::scheduler,
    failure::Failure,
    wire::{Reading, Until, Wire},
};
use crate::zend::{Call, CoroutineSocketChannelReaderMethods, Error, ExceptionClass, PhpString, Result, State, Value};

/// The longest line, in bytes: one without an end would fill the memory.
const LINE_MOST: usize = 64 << 20;

/// What a reader holds.
#[derive(Default)]
pub struct CoroutineSocketChannelReader {
    wire: RefCell<Weak<Wire>>,
}

impl State for CoroutineSocketChannelReader {}

impl CoroutineSocketChannelReader {
    /// Says where it reads.
    pub fn set_wire(&self, wire: Weak<Wire>) {
        self.wire.replace(wire);
    }

    /// Where it reads, if the current coroutine may.
    fn claim(&self) -> Result<(Rc<Wire>, Reading)> {
        let wire = self.wire.borrow().upgrade();
        let reading = wire.as_ref().and_then(|wire| wire.reading()).filter(|reading| scheduler::current() == Some(reading.cid));
        match (wire, reading) {
            (Some(wire), Some(reading)) => Ok((wire, reading)),
            _ => Err(Failure::new(
                "a reader is of use only in the coroutine of the callable that it is given to, while it runs",
                0,
            )
            .throw()),
        }
    }
}

fn useless(text: &str) -> Error {
    Error::Exception {
        class: ExceptionClass::ValueError,
        text: format!("Swoole\\Coroutine\\SocketChannel\\Reader::{text}"),
        code: 0,
    }
}

/// What a look at the bytes has found.
enum Line {
    Whole(Result<PhpString>),
    /// There is no separator in so many bytes.
    Part(usize),
}

impl CoroutineSocketChannelReaderMethods for CoroutineSocketChannelReader {
    fn construct(_: &mut Call<Self>) -> Result<Value> {
        Ok(Value::null())
    }

    fn read(call: &mut Call<Self>) -> Result<Value> {
        let length = call.args(1, 1)?.int()?;
        let Ok(length) = usize::try_from(length) else {
            return Err(useless("read(): Argument #1 ($length) must be greater than or equal to 0"));
        };
        let (wire, reading) = call.state().claim()?;
        loop {
            let bytes = wire.look(|input| match input.unread().get(..length) {
                Some(bytes) => (length, Some(PhpString::new(bytes))),
                None => (0, None),
            });
            if let Some(bytes) = bytes {
                return bytes.map(Value::from);
            }
            if let Err(failure) = wire.more(length, reading.until)? {
                return Err(failure.throw());
            }
        }
    }

    fn read_line(call: &mut Call<Self>) -> Result<Value> {
        let separator = call.args(0, 1)?.or(b"\r\n".as_slice(), |args| args.string())?.to_vec();
        if separator.is_empty() {
            return Err(useless("readLine(): Argument #1 ($separator) cannot be empty"));
        }
        let (wire, reading) = call.state().claim()?;
        let mut searched = 0;
        loop {
            let line = wire.look(|input| match input.find(&separator, searched) {
                Some(at) => (at + separator.len(), Line::Whole(PhpString::new(&input.unread()[..at]))),
                None => (0, Line::Part(input.len())),
            });
            let length = match line {
                Line::Whole(line) => return line.map(Value::from),
                Line::Part(length) => length,
            };
            if length > LINE_MOST {
                let failure = Failure::new(format!("{}: a line of more than {LINE_MOST} bytes", wire.peer()), libc::EMSGSIZE);
                wire.fail(&failure)?;
                return Err(failure.throw());
            }
            searched = length.saturating_sub(separator.len() - 1);
            if let Err(failure) = wire.more(0, reading.until)? {
                return Err(failure.throw());
            }
        }
    }

    fn write(call: &mut Call<Self>) -> Result<Value> {
        let data = call.args(1, 1)?.string()?.to_vec();
        let (wire, reading) = call.state().claim()?;
        let (true, Until::Time(deadline)) = (reading.may_write, reading.until) else {
            return Err(Failure::new("write() is for auth alone: everywhere else request() sends", 0).throw());
        };
        match wire.write(&data, deadline)? {
            Ok(()) => Ok(Value::null()),
            Err(failure) => Err(failure.throw()),
        }
    }
}

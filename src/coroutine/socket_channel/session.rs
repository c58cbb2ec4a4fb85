//! [`Sessions`]: answers that name the session they belong to, in any order. A coroutine of our own reads them, by the channel's callable, and wakes
//! those who wait. It must not know what an answer looks like.
//!
//! The reader is there while somebody waits: then it ends, once it has read what was begun, and does not hold the loop. An answer that is begun while nobody waits any
//! more has a grace, then the connection is given up. What comes later stays in the socket until there is a reader again.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, hash_map::Entry},
    rc::Rc,
    time::Duration,
};

use super::{
    super::{
        ExitException, host,
        io::Deadline,
        scheduler::{self, Woken},
    },
    failure::Failure,
    order::{Answer, shape_of},
    waiter::{Got, Waiter, Waiting},
    wire::{Answers, Until, Wire},
};
use crate::zend::{Callback, Error, Kind, Outcome, PhpString, Result, Value, fiber, leave};

/// How long the rest of an answer may take that nobody waits for, if the channel has no timeout.
const GRACE: Duration = Duration::from_secs(10);

/// A session. As in a PHP array, a string that is a decimal int is that int.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SessionKey {
    /// A number.
    Number(i64),
    /// A name.
    Name(Box<[u8]>),
}

impl SessionKey {
    /// The session that a value names, if it is an int or a string.
    pub fn of(value: &Value) -> Option<SessionKey> {
        match value.kind() {
            Kind::Int(number) => Some(SessionKey::Number(number)),
            Kind::String(name) => Some(SessionKey::named(name)),
            _ => None,
        }
    }

    fn named(name: &[u8]) -> SessionKey {
        let number = std::str::from_utf8(name).ok().and_then(|text| text.parse::<i64>().ok());
        match number {
            // Not "+1", "01" or "-0".
            Some(number) if number.to_string().as_bytes() == name => SessionKey::Number(number),
            _ => SessionKey::Name(name.into()),
        }
    }
}

impl std::fmt::Display for SessionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SessionKey::Number(number) => number.fmt(f),
            SessionKey::Name(name) => String::from_utf8_lossy(name).fmt(f),
        }
    }
}

/// See the module.
pub struct Sessions {
    response: Callback,
    grace: Duration,
    /// With the number of each, which only grows: who came first is told first.
    waiting: RefCell<HashMap<SessionKey, (u64, Rc<Waiter>)>>,
    last: Cell<u64>,
    /// Whether there is a reader.
    has_reader: Cell<bool>,
}

/// A place among those who wait, left in the end whatever happens.
struct Place<'a>(&'a Sessions, &'a SessionKey, Rc<Waiter>);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting.borrow_mut();
        if waiting.get(self.1).is_some_and(|(_, other)| Rc::ptr_eq(other, &self.2)) {
            waiting.remove(self.1);
        }
    }
}

impl Sessions {
    /// Answers that `response` reads; `timeout` is that of the channel.
    pub fn new(response: Callback, timeout: Option<Duration>) -> Sessions {
        Sessions {
            response,
            grace: timeout.unwrap_or(GRACE),
            waiting: RefCell::default(),
            last: Cell::new(0),
            has_reader: Cell::new(false),
        }
    }

    /// Whether nobody waits.
    pub fn is_idle(&self) -> bool {
        self.waiting.borrow().is_empty()
    }

    /// Forgets those who wait.
    pub fn take_all(&self) -> Waiting {
        let mut all: Vec<_> = self.waiting.take().into_values().collect();
        all.sort_unstable_by_key(|(number, _)| *number);
        all.into_iter().map(|(_, waiter)| waiter).collect()
    }

    /// Sends a request, if there is one, and waits for an answer of the session.
    ///
    /// # Errors
    /// Outer: the coroutine or the process has to leave. Inner: there is no answer.
    pub fn wait(
        &self,
        wire: &Rc<Wire>,
        session: &SessionKey,
        request: Option<(PhpString, Vec<PhpString>)>,
        deadline: Deadline,
    ) -> Result<Result<Answer, Failure>> {
        let waiter = Rc::new(Waiter::default());
        self.last.set(self.last.get() + 1);
        match self.waiting.borrow_mut().entry(session.clone()) {
            Entry::Occupied(_) => {
                return Ok(Err(Failure::new(format!("session {session} is waited for by another coroutine"), libc::EBUSY)));
            }
            Entry::Vacant(entry) => entry.insert((self.last.get(), Rc::clone(&waiter))),
        };
        let place = Place(self, session, Rc::clone(&waiter));
        if let Some((data, padding)) = request {
            wire.send(data, padding)?;
        }
        self.ensure_reader(wire)?;
        let waited = waiter.wait(deadline);
        drop(place);
        if self.is_idle() && self.has_reader.get() && !matches!(waited, Ok((Got::Answer(..), _))) && !fiber::is_pending() {
            // Whoever reads has to know that nobody waits.
            wire.interrupt_reading()?;
        }
        Ok(match waited? {
            (Got::Answer(ok, result), _) => Ok((ok, result)),
            (Got::Failure(failure), _) => Err(failure),
            (_, Woken::TimedOut) => Err(Failure::no_answer(wire.peer())),
            _ => Err(Failure::canceled()),
        })
    }

    fn ensure_reader(&self, wire: &Rc<Wire>) -> Result<()> {
        if self.has_reader.get() || wire.failure().is_some() {
            return Ok(());
        }
        self.has_reader.set(true);
        let reads = Rc::clone(wire);
        let started = scheduler::spawn_native(Box::new(move || {
            let Answers::BySession(sessions) = reads.answers() else { return Ok(()) };
            let ended = sessions.read_all(&reads);
            reads.end_reading();
            sessions.has_reader.set(false);
            if ended.is_err() {
                // After exit() in a server, which goes on: whoever waits must not wait for ever.
                let wire = Rc::clone(&reads);
                host::defer(Box::new(move || wire.fail(&Failure::new("response has ended its coroutine", 0))));
            }
            ended
        }))?;
        if started.is_none() {
            self.has_reader.set(false);
            wire.fail(&Failure::new("there is no coroutine to read answers with", 0))?;
        }
        Ok(())
    }

    /// Reads answers while somebody waits.
    fn read_all(&self, wire: &Rc<Wire>) -> Result<()> {
        let reader = wire.reader()?;
        while !self.is_idle() && wire.failure().is_none() {
            // Nothing of the next answer is there: whoever stops waiting now can end this.
            if !wire.has_input() {
                if !wire.wait_for_input()? {
                    break;
                }
                continue;
            }
            wire.begin_reading(Until::SomebodyWaits(self.grace), false);
            let outcome = self.response.call_within(std::slice::from_ref(&reader));
            wire.end_reading();
            match outcome {
                Outcome::Returned(value) => self.deliver(wire, &value)?,
                Outcome::Threw(thrown) => {
                    if thrown.is_unwinding() || thrown.object().downcast::<ExitException>().is_some() {
                        return Err(thrown.again());
                    }
                    let text = format!("{}: response could not read an answer", wire.peer());
                    wire.fail(&Failure::thrown(&text, thrown.object()))?;
                }
                Outcome::Exited(status) => return Err(leave(status)),
                Outcome::Died(_) => return Err(Error::Pending),
            }
        }
        Ok(())
    }

    /// Gives an answer to whoever waits for it; otherwise it is dropped.
    fn deliver(&self, wire: &Rc<Wire>, value: &Value) -> Result<()> {
        let Some((session, ok, result, more)) = parse(value) else {
            let text = format!(
                "{}: response must return [session, ok, result] or [session, ok, result, more], not {}",
                wire.peer(),
                shape_of(value)
            );
            return wire.fail(&Failure::new(text, 0));
        };
        let Some((_, waiter)) = self.waiting.borrow().get(&session).cloned() else { return Ok(()) };
        if more {
            return waiter.add_part(ok, result);
        }
        self.waiting.borrow_mut().remove(&session);
        waiter.complete(ok, result)?;
        waiter.wake()
    }
}

fn parse(value: &Value) -> Option<(SessionKey, bool, Value, bool)> {
    let array = value.as_array().filter(|array| matches!(array.len(), 3 | 4))?;
    let more = if array.len() == 4 { array.get("3")?.is_true() } else { false };
    Some((SessionKey::of(array.get("0")?)?, array.get("1")?.is_true(), array.get("2")?.clone(), more))
}

//! [`Order`]: answers in the order of the requests. Each caller reads its own, in its own coroutine, when it is its turn. It must not know what an answer looks like.
//!
//! Whoever has read its answer goes on; a call put off until the loop goes around gives the turn to the next, and as they all run up to their next wait, to
//! all whose answers are there. None runs on top of another one.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use super::{
    super::{host, io::Deadline, scheduler::Woken},
    failure::Failure,
    setup::kind_of,
    waiter::{Got, Parts, Waiter, Waiting},
    wire::{Answers, Until, Wire},
};
use crate::zend::{Callback, Error, Outcome, PhpString, Result, Value, leave};

/// See the module.
#[derive(Default)]
pub struct Order {
    /// Those whose answers are to come, the one who reads included.
    queue: RefCell<VecDeque<Rc<Waiter>>>,
    turn: Cell<Turn>,
    /// Whether the turn is being passed on, or will be.
    passing: Cell<bool>,
}

/// Whether somebody reads.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Turn {
    #[default]
    Free,
    /// The first of the queue does.
    Taken,
}

/// A request of order mode.
pub struct Request<'a> {
    /// Reads the answer.
    pub answer: &'a Callback,
    /// What is sent.
    pub data: PhpString,
    /// What follows it.
    pub padding: Vec<PhpString>,
    /// Until when there has to be an answer.
    pub deadline: Deadline,
}

/// A place in the queue, left in the end whatever happens.
struct Place<'a>(&'a Order, &'a Rc<Waiter>);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.queue.borrow_mut();
        if let Some(position) = queue.iter().position(|other| Rc::ptr_eq(other, self.1)) {
            queue.remove(position);
        }
    }
}

/// What an answer came to: whether it is none of an error, and what it says.
pub type Answer = (bool, Value);

impl Order {
    /// Whether no answer is to come.
    pub fn is_idle(&self) -> bool {
        self.queue.borrow().is_empty()
    }

    /// Forgets those who wait.
    pub fn take_all(&self) -> Waiting {
        self.queue.take().into()
    }

    /// Sends a request, and waits for its answer.
    ///
    /// # Errors
    /// Outer: the coroutine or the process has to leave, or the callable threw. Inner: there is no answer, and the connection broke.
    pub fn request(&self, wire: &Rc<Wire>, request: Request<'_>) -> Result<Result<Answer, Failure>> {
        let waiter = Rc::new(Waiter::default());
        self.queue.borrow_mut().push_back(Rc::clone(&waiter));
        let place = Place(self, &waiter);
        let at_once = self.turn.get() == Turn::Free && self.queue.borrow().len() == 1;
        if at_once {
            self.turn.set(Turn::Taken);
        }
        wire.send(request.data, request.padding)?;
        if !at_once && let Err(failure) = self.wait_for_turn(wire, &waiter, request.deadline)? {
            return Ok(Err(failure));
        }
        wire.begin_reading(Until::Time(request.deadline), false);
        let answer = read(wire, request.answer);
        wire.end_reading();
        self.turn.set(Turn::Free);
        drop(place);
        self.pass_on(wire);
        answer
    }

    fn wait_for_turn(&self, wire: &Rc<Wire>, waiter: &Waiter, deadline: Deadline) -> Result<Result<(), Failure>> {
        match waiter.wait(deadline) {
            Ok((Got::Turn, _)) => Ok(Ok(())),
            Ok((Got::Failure(failure), _)) => Ok(Err(failure)),
            Ok((_, Woken::TimedOut)) => wire.give_up(Failure::no_answer(wire.peer())),
            Ok(_) => wire.give_up(Failure::canceled()),
            Err(error) => {
                let _: Result<(), Failure> = wire.give_up(Failure::canceled())?;
                Err(error)
            }
        }
    }

    /// Gives the turn to the next.
    fn pass_on(&self, wire: &Rc<Wire>) {
        if self.queue.borrow().is_empty() || self.passing.replace(true) {
            return;
        }
        let wire = Rc::clone(wire);
        host::defer(Box::new(move || {
            let Answers::InOrder(order) = wire.answers() else { return Ok(()) };
            let passed = order.pass();
            order.passing.set(false);
            passed
        }));
    }

    fn pass(&self) -> Result<()> {
        while self.turn.get() == Turn::Free {
            let Some(next) = self.queue.borrow().front().cloned() else { break };
            self.turn.set(Turn::Taken);
            next.give(Got::Turn);
            next.wake()?;
        }
        Ok(())
    }
}

/// Has the callable read one answer.
fn read(wire: &Rc<Wire>, answer: &Callback) -> Result<Result<Answer, Failure>> {
    let reader = wire.reader()?;
    let mut parts: Option<Parts> = None;
    loop {
        let value = match answer.call_within(std::slice::from_ref(&reader)) {
            Outcome::Returned(value) => value,
            Outcome::Threw(thrown) => {
                if !thrown.is_unwinding() {
                    wire.fail(&Failure::thrown(&format!("{}: an answer could not be read", wire.peer()), thrown.object()))?;
                }
                return Err(thrown.again());
            }
            Outcome::Exited(status) => return Err(leave(status)),
            Outcome::Died(_) => return Err(Error::Pending),
        };
        let Some((ok, result, more)) = parse(&value) else {
            let text =
                format!("{}: $answer must return [ok, result] or [ok, result, more], not {}", wire.peer(), shape_of(&value));
            let failure = Failure::new(text, 0);
            wire.fail(&failure)?;
            return Ok(Err(failure));
        };
        if more {
            parts.get_or_insert_default().add(ok, result)?;
            continue;
        }
        let Some(mut parts) = parts else { return Ok(Ok((ok, result))) };
        parts.add(ok, result)?;
        return Ok(Ok(parts.into_answer()));
    }
}

fn parse(value: &Value) -> Option<(bool, Value, bool)> {
    let array = value.as_array().filter(|array| matches!(array.len(), 2 | 3))?;
    let more = if array.len() == 3 { array.get("2")?.is_true() } else { false };
    Some((array.get("0")?.is_true(), array.get("1")?.clone(), more))
}

/// What was returned in place of an answer.
pub fn shape_of(value: &Value) -> String {
    value.as_array().map_or_else(|| kind_of(value).into(), |array| format!("an array of {}", array.len()))
}

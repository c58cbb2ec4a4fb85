//! [`Waiter`]: a coroutine that waits for an answer, and what it gets. It must not know in which order answers come.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use super::{
    super::{
        io::Deadline,
        scheduler::{self, Reason, Ticket, Woken},
    },
    failure::Failure,
};
use crate::zend::{Array, Result, Value};

/// What it has got.
#[derive(Default)]
pub enum Got {
    /// Nothing yet.
    #[default]
    Nothing,
    /// Its turn to read, in order mode.
    Turn,
    /// Its answer, in session mode: whether it is none of an error, and what it says.
    Answer(bool, Value),
    /// There will be none.
    Failure(Failure),
}

/// See the module.
#[derive(Default)]
pub struct Waiter {
    ticket: Cell<Option<Ticket>>,
    got: RefCell<Got>,
    parts: RefCell<Option<Parts>>,
}

/// The parts of an answer that came so far.
#[derive(Default)]
pub struct Parts {
    list: Option<Array>,
    error: Option<Value>,
}

impl Parts {
    /// Adds a part.
    ///
    /// # Errors
    /// `Pending` when PHP's memory limit is reached.
    pub fn add(&mut self, ok: bool, part: Value) -> Result<()> {
        if !ok {
            self.error.get_or_insert(part);
            return Ok(());
        }
        match &mut self.list {
            Some(list) => list.push(part),
            none => none.insert(Array::new(8)?).push(part),
        }
    }

    /// All of them, as an answer: the first that was an error, or the list.
    pub fn into_answer(self) -> (bool, Value) {
        match self.error {
            Some(error) => (false, error),
            None => (true, self.list.map_or_else(Value::null, Value::from)),
        }
    }
}

impl Waiter {
    /// Gives it something. It has to be [woken](Waiter::wake) then.
    pub fn give(&self, got: Got) {
        self.got.replace(got);
    }

    /// As [`Waiter::give`].
    pub fn fail(&self, failure: Failure) {
        self.give(Got::Failure(failure));
    }

    /// Lets it run, if it waits.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn wake(&self) -> Result<()> {
        match self.ticket.take() {
            Some(ticket) => scheduler::wake(ticket, Woken::Ready).map(drop),
            None => Ok(()),
        }
    }

    /// What it has got, without waiting.
    pub fn take(&self) -> Got {
        self.got.take()
    }

    /// Waits, unless it has got something already.
    ///
    /// # Errors
    /// The coroutine or the process has to leave.
    pub fn wait(&self, deadline: Deadline) -> Result<(Got, Woken)> {
        if matches!(*self.got.borrow(), Got::Nothing) {
            let wait = scheduler::prepare()?;
            self.ticket.set(Some(wait.ticket()));
            let woken = wait.park(Reason::Event, deadline.left());
            self.ticket.set(None);
            return Ok((self.take(), woken?));
        }
        Ok((self.take(), Woken::Ready))
    }

    /// Adds a part of its answer.
    ///
    /// # Errors
    /// As for [`Parts::add`].
    pub fn add_part(&self, ok: bool, part: Value) -> Result<()> {
        self.parts.borrow_mut().get_or_insert_default().add(ok, part)
    }

    /// The last part, or the only one: its answer is complete.
    ///
    /// # Errors
    /// As for [`Parts::add`].
    pub fn complete(&self, ok: bool, last: Value) -> Result<()> {
        let answer = match self.parts.take() {
            None => (ok, last),
            Some(mut parts) => {
                parts.add(ok, last)?;
                parts.into_answer()
            }
        };
        self.give(Got::Answer(answer.0, answer.1));
        Ok(())
    }
}

/// Those who wait, one behind the other.
pub type Waiting = Vec<Rc<Waiter>>;

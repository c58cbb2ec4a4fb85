//! [`Wire`]: one open connection of a channel: who reads and who writes, and what becomes of all when it breaks. It must not know how it was made, nor
//! how answers find their callers ([`order`](super::order), [`session`](super::session)).
//!
//! Writing: requests are put into the queues, and what was put there in one turn of the loop goes out together at the next. When the socket takes no more, a
//! coroutine of our own waits for it and sends the rest. Reading: one coroutine at a time, the one that [`Wire::begin_reading`] notes. No cell is
//! borrowed while PHP code runs or a coroutine waits.

use std::{
    cell::{Cell, OnceCell, RefCell},
    io,
    os::fd::AsFd,
    rc::{Rc, Weak},
    time::Duration,
};

use engine::sys::atfork;
use socket2::SockRef;

use super::{
    super::{
        host,
        io::{Deadline, Direction},
        scheduler::{self, Cid},
        stream::{Stream, cause},
    },
    failure::Failure,
    input::Input,
    link::Channel,
    order::Order,
    output::Output,
    reader::CoroutineSocketChannelReader,
    session::Sessions,
    waiter::Waiting,
};
use crate::zend::{Object, PhpString, Result, Value, fiber};

/// How many bytes may wait in the socket that were not sent: what is urgent and comes later waits behind no more than these.
const NOT_SENT: u32 = 128 << 10;

/// Who gets the answers.
pub enum Answers {
    /// In the order of the requests.
    InOrder(Order),
    /// By the sessions that they name.
    BySession(Sessions),
}

/// Who sends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    Nobody,
    /// The next turn of the loop will.
    Planned,
    /// A coroutine, which waits for the socket.
    Waiting,
}

/// Who reads.
#[derive(Clone, Copy)]
pub struct Reading {
    /// The coroutine.
    pub cid: Cid,
    /// How long it may take.
    pub until: Until,
    /// Whether it may also write: before the connection is the channel's.
    pub may_write: bool,
}

/// How long who reads may wait.
#[derive(Clone, Copy)]
pub enum Until {
    /// Until then.
    Time(Deadline),
    /// While somebody waits for a session, and so much longer.
    SomebodyWaits(Duration),
}

/// See the module.
pub struct Wire {
    stream: Stream,
    peer: String,
    /// Who is told when it breaks.
    channel: Weak<Channel>,
    input: RefCell<Input>,
    output: RefCell<Output>,
    writing: Cell<Writing>,
    reading: Cell<Option<Reading>>,
    /// Which process it belongs to.
    generation: Option<u32>,
    answers: Answers,
    broken: RefCell<Option<Failure>>,
    /// What PHP code reads with.
    reader: OnceCell<Object<CoroutineSocketChannelReader>>,
}

impl Wire {
    /// Takes a connection; `peer` names it in messages.
    pub fn new(stream: Stream, peer: String, channel: Weak<Channel>, answers: Answers) -> Rc<Wire> {
        if let Some(fd) = stream.descriptor().get() {
            // A Unix socket has no such thing, and does well without.
            let _ = SockRef::from(&*fd).set_tcp_notsent_lowat(NOT_SENT);
        }
        Rc::new(Wire {
            stream,
            peer,
            channel,
            input: RefCell::default(),
            output: RefCell::default(),
            writing: Cell::new(Writing::Nobody),
            reading: Cell::new(None),
            generation: atfork::generation().ok(),
            answers,
            broken: RefCell::default(),
            reader: OnceCell::new(),
        })
    }

    /// Who gets the answers.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Why it is of no use any more.
    pub fn failure(&self) -> Option<Failure> {
        self.broken.borrow().clone()
    }

    /// What it is connected to.
    pub fn peer(&self) -> &str {
        &self.peer
    }

    // --- Reading

    /// The object that PHP code reads with, made once.
    ///
    /// # Errors
    /// `Pending` when it cannot be made.
    pub fn reader(self: &Rc<Self>) -> Result<Value> {
        if let Some(reader) = self.reader.get() {
            return Ok(reader.clone().into());
        }
        let reader = Object::<CoroutineSocketChannelReader>::new()?;
        reader.state().set_wire(Rc::downgrade(self));
        Ok(self.reader.get_or_init(|| reader).clone().into())
    }

    /// The current coroutine reads from now on.
    pub fn begin_reading(&self, until: Until, may_write: bool) {
        self.reading.set(Some(Reading { cid: scheduler::current().unwrap_or(-1), until, may_write }));
    }

    /// It reads no more.
    pub fn end_reading(&self) {
        self.reading.set(None);
    }

    /// Who reads.
    pub fn reading(&self) -> Option<Reading> {
        self.reading.get()
    }

    /// Looks at what was read, and takes some of it: as many bytes as `look` says.
    pub fn look<R>(&self, look: impl FnOnce(&Input) -> (usize, R)) -> R {
        let mut input = self.input.borrow_mut();
        let (taken, result) = look(&input);
        input.take(taken);
        result
    }

    /// Whether bytes were read that nobody has taken.
    pub fn has_input(&self) -> bool {
        self.input.borrow().len() > 0
    }

    /// Reads once what there is, and waits if there is nothing. `wanted` is how many bytes are of use, with those that are there.
    fn fill(&self, wanted: usize, deadline: Deadline) -> Result<io::Result<usize>> {
        self.stream.descriptor().perform(Direction::Read, deadline, |fd| {
            let mut input = self.input.borrow_mut();
            let count = self.stream.try_read(fd, input.room(wanted))?;
            input.filled(count);
            Ok(count)
        })
    }

    /// Waits for more bytes, as whoever reads may.
    ///
    /// # Errors
    /// Outer: the process or the coroutine has to leave. Inner: the connection broke, or was broken here, because the time is over.
    pub fn more(self: &Rc<Self>, wanted: usize, until: Until) -> Result<Result<(), Failure>> {
        loop {
            if let Some(failure) = self.failure() {
                return Ok(Err(failure));
            }
            let deadline = match until {
                Until::Time(deadline) => deadline,
                Until::SomebodyWaits(_) if self.is_waited_for() => Deadline::NEVER,
                Until::SomebodyWaits(longer) => Deadline::after(Some(longer)),
            };
            let failure = match self.fill(wanted, deadline)? {
                Ok(0) => Failure::new(format!("{}: the server has closed the connection", self.peer), libc::ECONNRESET),
                Ok(_) => return Ok(Ok(())),
                Err(_) if self.failure().is_some() => continue,
                Err(error) => match (error.raw_os_error(), until) {
                    (Some(libc::ETIMEDOUT), Until::SomebodyWaits(_)) if self.is_waited_for() => continue,
                    // Who waits has changed.
                    (Some(libc::ECANCELED), Until::SomebodyWaits(_)) => continue,
                    (Some(libc::ETIMEDOUT), _) => return self.give_up(Failure::no_answer(&self.peer)),
                    (Some(libc::ECANCELED), _) => return self.give_up(Failure::canceled()),
                    _ => Failure::of(&self.peer, &cause(&error)),
                },
            };
            self.fail(&failure)?;
            return Ok(Err(failure));
        }
    }

    /// Waits until something can be read, or somebody interrupts it. False: the connection broke.
    ///
    /// # Errors
    /// The process or the coroutine has to leave.
    pub fn wait_for_input(self: &Rc<Self>) -> Result<bool> {
        let failure = match self.fill(0, Deadline::NEVER)? {
            Ok(0) => Failure::new(format!("{}: the server has closed the connection", self.peer), libc::ECONNRESET),
            Ok(_) => return Ok(true),
            Err(_) if self.failure().is_some() => return Ok(false),
            Err(error) if error.raw_os_error() == Some(libc::ECANCELED) => return Ok(true),
            Err(error) => Failure::of(&self.peer, &cause(&error)),
        };
        self.fail(&failure)?;
        Ok(false)
    }

    /// Has whoever waits for input look again at who waits for answers.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn interrupt_reading(&self) -> Result<()> {
        self.stream.descriptor().cancel(Direction::Read).map(drop)
    }

    fn is_waited_for(&self) -> bool {
        match &self.answers {
            Answers::InOrder(order) => !order.is_idle(),
            Answers::BySession(sessions) => !sessions.is_idle(),
        }
    }

    /// Whether it is the connection of a process that has forked this one: two cannot share it.
    pub fn is_inherited(&self) -> bool {
        self.generation != atfork::generation().ok()
    }

    /// Looks whether the server has closed the connection, or said something, while nothing was asked. False: it is of no use any more.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn is_alive(self: &Rc<Self>) -> Result<bool> {
        let busy = self.is_waited_for()
            || self.writing.get() != Writing::Nobody
            || self.reading.get().is_some()
            || self.stream.descriptor().waiting(Direction::Read).is_some();
        if busy || self.has_input() {
            return Ok(true);
        }
        let failure = match self.fill(0, Deadline::after(Some(Duration::ZERO)))? {
            Ok(0) => Failure::new(format!("{}: the server has closed the connection", self.peer), libc::ECONNRESET),
            Ok(_) => return Ok(true),
            Err(error) if error.raw_os_error() == Some(libc::ETIMEDOUT) => return Ok(true),
            Err(error) => Failure::of(&self.peer, &cause(&error)),
        };
        self.fail(&failure)?;
        Ok(false)
    }

    // --- Writing

    /// Puts a request into the queues.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn send(self: &Rc<Self>, data: PhpString, padding: Vec<PhpString>) -> Result<()> {
        let full = {
            let mut output = self.output.borrow_mut();
            output.push(data, padding);
            output.is_full()
        };
        match self.writing.get() {
            Writing::Nobody => self.plan(),
            // As much as goes together is there, so there is nothing to wait for.
            Writing::Planned if full => self.flush()?,
            Writing::Planned | Writing::Waiting => {}
        }
        Ok(())
    }

    /// Writes before the connection is the channel's.
    ///
    /// # Errors
    /// As for [`Wire::more`].
    pub fn write(self: &Rc<Self>, bytes: &[u8], deadline: Deadline) -> Result<Result<(), Failure>> {
        let Err(error) = self.stream.write_all(bytes, deadline)? else { return Ok(Ok(())) };
        let failure = self.failure().unwrap_or_else(|| match error.raw_os_error() {
            Some(libc::ETIMEDOUT) => Failure::no_answer(&self.peer),
            Some(libc::ECANCELED) => Failure::canceled(),
            _ => Failure::of(&self.peer, &cause(&error)),
        });
        self.fail(&failure)?;
        Ok(Err(failure))
    }

    fn plan(self: &Rc<Self>) {
        self.writing.set(Writing::Planned);
        let wire = Rc::clone(self);
        host::defer(Box::new(move || if wire.writing.get() == Writing::Planned { wire.flush() } else { Ok(()) }));
    }

    /// Sends as much as the socket takes; a coroutine sends the rest.
    fn flush(self: &Rc<Self>) -> Result<()> {
        match self.send_some() {
            Ok(()) => {
                self.writing.set(Writing::Nobody);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.writing.set(Writing::Waiting);
                let wire = Rc::clone(self);
                match scheduler::spawn_native(Box::new(move || wire.send_rest()))? {
                    Some(_) => Ok(()),
                    None => self.fail(&Failure::new("there is no coroutine to send with", 0)),
                }
            }
            Err(error) => self.fail(&Failure::of(&self.peer, &cause(&error))),
        }
    }

    /// Gives the socket all that it takes; `WouldBlock` when it does not take all.
    fn send_some(&self) -> io::Result<()> {
        let Some(fd) = self.stream.descriptor().get() else { return Err(io::Error::from_raw_os_error(libc::ECANCELED)) };
        let mut output = self.output.borrow_mut();
        loop {
            let bytes = output.next();
            // With nothing left TLS may still have something of its own.
            let nothing_left = bytes.is_empty();
            match self.stream.try_write(fd.as_fd(), bytes) {
                Ok(_) if nothing_left => return Ok(()),
                Ok(count) => output.gone(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if !self.stream.has_tls() && output.is_empty() {
                return Ok(());
            }
        }
    }

    /// In a coroutine of its own: waits for the socket until all is sent.
    fn send_rest(self: &Rc<Self>) -> Result<()> {
        loop {
            let failure = match self.stream.descriptor().wait(Direction::Write, Deadline::NEVER)? {
                Ok(()) => match self.send_some() {
                    Ok(()) => {
                        self.writing.set(Writing::Nobody);
                        return Ok(());
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                    Err(error) => Failure::of(&self.peer, &cause(&error)),
                },
                Err(_) if self.failure().is_some() => return Ok(()),
                // Somebody has cancelled this coroutine: what is to be sent is to be sent.
                Err(error) if error.raw_os_error() == Some(libc::ECANCELED) => continue,
                Err(error) => Failure::of(&self.peer, &cause(&error)),
            };
            return self.fail(&failure);
        }
    }

    // --- The end

    /// Breaks it, because the current coroutine does not wait for an answer that will come all the same.
    ///
    /// # Errors
    /// As for [`Wire::more`]: the inner one is the failure.
    pub fn give_up(self: &Rc<Self>, failure: Failure) -> Result<Result<(), Failure>> {
        self.fail(&Failure::given_up(&self.peer))?;
        Ok(Err(failure))
    }

    /// Breaks the connection: all who wait get the failure, at once. Nothing happens if it is broken.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn fail(self: &Rc<Self>, failure: &Failure) -> Result<()> {
        if self.broken.borrow().is_some() {
            return Ok(());
        }
        *self.broken.borrow_mut() = Some(failure.clone());
        if let Some(channel) = self.channel.upgrade() {
            channel.forget(self);
        }
        self.output.borrow_mut().clear();
        let waiting = match &self.answers {
            Answers::InOrder(order) => order.take_all(),
            Answers::BySession(sessions) => sessions.take_all(),
        };
        for waiter in &waiting {
            waiter.fail(failure.clone());
        }
        if !scheduler::is_open() {
            // The script ends, and nobody is resumed but to be unwound.
            return Ok(());
        }
        if fiber::is_pending() {
            // An exception is on its way, with which no other coroutine can run.
            let wire = Rc::clone(self);
            host::defer(Box::new(move || wire.tell_all(&waiting)));
            return Ok(());
        }
        self.tell_all(&waiting)
    }

    fn tell_all(&self, waiting: &Waiting) -> Result<()> {
        self.stream.close()?;
        waiting.iter().try_for_each(|waiter| waiter.wake())
    }

    /// The channel closes it in good order: what the socket takes at once is still sent.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn close(self: &Rc<Self>, failure: &Failure) -> Result<()> {
        if self.writing.get() == Writing::Planned {
            // What it does not take is lost with the connection.
            let _ = self.send_some();
        }
        self.fail(failure)
    }

    /// The channel's object is gone, and nobody waits for an answer: it is closed as soon as what is to be sent is sent. Runs no coroutine, for an object may go in a
    /// place where none can run.
    pub fn abandon(self: Rc<Self>) {
        if self.stream.descriptor().waiting(Direction::Read).is_some() {
            host::defer(Box::new(move || self.fail(&Failure::closed())));
        }
    }
}

//! [`Channel`]: from no connection to one, and back. It must not know how answers find their callers.
//!
//! An attempt to connect is a coroutine of our own, which all share who want a connection meanwhile: it goes on when one of them stops waiting. What it finds when it
//! comes back from a wait may be of no use any more, for close() and changeHost() do not wait for it: so it looks whether it is still the channel's attempt,
//! and whether the addresses are those it began with.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use super::{
    super::{
        ExitException, host,
        io::Deadline,
        scheduler::{self, Cid, Reason, Ticket, Woken},
    },
    CoroutineSocketChannel,
    failure::Failure,
    order::Order,
    session::Sessions,
    setup::{Address, Addresses, Setup},
    wire::{Answers, Until, Wire},
};
use crate::zend::{Error, Kind, Object, Outcome, Result, leave};

/// The first pause that is one, between two rounds, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));
/// How often one round begins anew because the addresses have changed.
const MOVES_MOST: u32 = 16;

/// See the module.
pub struct Channel {
    setup: Setup,
    addresses: RefCell<Addresses>,
    /// How often they were changed.
    moves: Cell<u64>,
    link: RefCell<Link>,
}

enum Link {
    /// There is no connection; the next request makes one.
    Idle,
    Connecting(Rc<Attempt>),
    Open(Rc<Wire>),
    /// close() was called; only connect() makes one.
    Closed,
}

#[derive(Default)]
struct Attempt {
    joiners: RefCell<Vec<Rc<Joiner>>>,
    cid: Cell<Option<Cid>>,
    /// While it pauses.
    pause: Cell<Option<Ticket>>,
    /// While `auth` runs.
    bare: RefCell<Option<Rc<Wire>>>,
}

/// Somebody who wants a connection.
struct Joiner {
    ticket: Ticket,
    once: bool,
    ended: RefCell<Option<Result<(), Failure>>>,
}

impl Joiner {
    fn tell(&self, ended: Result<(), Failure>) -> Result<()> {
        self.ended.replace(Some(ended));
        scheduler::wake(self.ticket, Woken::Ready).map(drop)
    }
}

/// What one round over all addresses came to.
enum Round {
    Open(Rc<Wire>),
    Failed(Failure),
    /// The attempt is not the channel's any more.
    Superseded,
}

impl Channel {
    /// For these addresses; not connected.
    pub fn new(setup: Setup, addresses: Addresses) -> Rc<Channel> {
        Rc::new(Channel { setup, addresses: RefCell::new(addresses), moves: Cell::new(0), link: RefCell::new(Link::Idle) })
    }

    /// What does not change.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The connection, if there is one.
    pub fn wire(&self) -> Option<Rc<Wire>> {
        match &*self.link.borrow() {
            Link::Open(wire) => Some(Rc::clone(wire)),
            Link::Idle | Link::Connecting(_) | Link::Closed => None,
        }
    }

    fn attempt(&self) -> Option<Rc<Attempt>> {
        match &*self.link.borrow() {
            Link::Connecting(attempt) => Some(Rc::clone(attempt)),
            Link::Idle | Link::Open(_) | Link::Closed => None,
        }
    }

    fn is_current(&self, attempt: &Rc<Attempt>) -> bool {
        self.attempt().is_some_and(|current| Rc::ptr_eq(&current, attempt))
    }

    /// Changes the link; what it was is dropped when nothing is borrowed.
    fn become_(&self, link: Link) {
        drop(self.link.replace(link));
    }

    /// This connection is of no use any more.
    pub fn forget(&self, wire: &Rc<Wire>) {
        if self.wire().is_some_and(|open| Rc::ptr_eq(&open, wire)) {
            self.become_(Link::Idle);
        }
    }

    /// After close(): a connection may be made again.
    pub fn reopen(&self) {
        if matches!(*self.link.borrow(), Link::Closed) {
            self.become_(Link::Idle);
        }
    }

    /// The connection, made if there is none. Between its return and the next wait it is of use.
    ///
    /// # Errors
    /// Outer: the coroutine or the process has to leave. Inner: why there is none.
    pub fn open(
        self: &Rc<Self>,
        object: &Object<CoroutineSocketChannel>,
        once: bool,
        deadline: Deadline,
    ) -> Result<Result<Rc<Wire>, Failure>> {
        loop {
            if matches!(*self.link.borrow(), Link::Closed) {
                return Ok(Err(Failure::closed()));
            }
            if let Some(wire) = self.wire() {
                if wire.is_inherited() {
                    self.become_(Link::Idle);
                } else if wire.is_alive()? {
                    return Ok(Ok(wire));
                }
                continue;
            }
            if let Err(failure) = self.join(object, once, deadline)? {
                return Ok(Err(failure));
            }
        }
    }

    /// Waits for the attempt that is on, or begins one.
    fn join(
        self: &Rc<Self>,
        object: &Object<CoroutineSocketChannel>,
        once: bool,
        deadline: Deadline,
    ) -> Result<Result<(), Failure>> {
        let wait = scheduler::prepare()?;
        let joiner = Rc::new(Joiner { ticket: wait.ticket(), once, ended: RefCell::default() });
        let attempt = match self.attempt() {
            Some(attempt) => {
                if attempt.cid.get() == scheduler::current() {
                    let text = "auth cannot send requests: it has to write to the connection that it is given";
                    return Ok(Err(Failure::new(text, libc::EDEADLK)));
                }
                attempt.joiners.borrow_mut().push(Rc::clone(&joiner));
                attempt
            }
            None => {
                let attempt = Rc::new(Attempt::default());
                attempt.joiners.borrow_mut().push(Rc::clone(&joiner));
                self.become_(Link::Connecting(Rc::clone(&attempt)));
                let (channel, object, shared) = (Rc::clone(self), object.clone(), Rc::clone(&attempt));
                if scheduler::spawn_native(Box::new(move || channel.run(&object, &shared)))?.is_none() {
                    self.become_(Link::Idle);
                    return Ok(Err(Failure::new("there is no coroutine to connect with", 0)));
                }
                attempt
            }
        };
        let mut woken = Ok(Woken::Ready);
        if joiner.ended.borrow().is_none() {
            woken = wait.park(Reason::Event, deadline.left());
            attempt.joiners.borrow_mut().retain(|other| !Rc::ptr_eq(other, &joiner));
        }
        let woken = woken?;
        Ok(joiner
            .ended
            .take()
            .unwrap_or_else(|| Err(if woken == Woken::TimedOut { Failure::no_connection() } else { Failure::canceled() })))
    }

    /// The attempt's coroutine.
    fn run(self: &Rc<Self>, object: &Object<CoroutineSocketChannel>, attempt: &Rc<Attempt>) -> Result<()> {
        attempt.cid.set(scheduler::current());
        let mut pause = Duration::ZERO;
        loop {
            let round = self.round(object, attempt);
            drop(attempt.bare.take());
            if round.is_err() && self.is_current(attempt) {
                // Nobody connects any more. After exit() in a server, which goes on, whoever waits must not wait for ever.
                self.become_(Link::Idle);
                let joiners = attempt.joiners.take();
                let failure = Failure::new("auth has ended its coroutine", 0);
                host::defer(Box::new(move || joiners.iter().try_for_each(|joiner| joiner.tell(Err(failure.clone())))));
            }
            match round? {
                Round::Superseded => return Ok(()),
                Round::Open(wire) => {
                    self.become_(Link::Open(wire));
                    let joiners = attempt.joiners.take();
                    return joiners.iter().try_for_each(|joiner| joiner.tell(Ok(())));
                }
                Round::Failed(failure) => {
                    let (once, others) = attempt.joiners.take().into_iter().partition::<Vec<_>, _>(|joiner| joiner.once);
                    attempt.joiners.replace(others);
                    // Those who are told may come back at once: then with an attempt of their own, unless this one goes on.
                    if attempt.joiners.borrow().is_empty() {
                        self.become_(Link::Idle);
                    }
                    let moves = self.moves.get();
                    once.iter().try_for_each(|joiner| joiner.tell(Err(failure.clone())))?;
                    if self.moves.get() != moves {
                        // One of them has changed the host: that is tried at once.
                        pause = Duration::ZERO;
                    }
                }
            }
            if !self.is_current(attempt) {
                return Ok(());
            }
            if !pause.is_zero() {
                let wait = scheduler::prepare()?;
                attempt.pause.set(Some(wait.ticket()));
                let paused = wait.park(Reason::Event, Some(pause));
                attempt.pause.set(None);
                paused?;
            }
            pause = (pause * 2).clamp(PAUSES.0, PAUSES.1);
            if !self.is_current(attempt) {
                return Ok(());
            }
            if attempt.joiners.borrow().is_empty() {
                self.become_(Link::Idle);
                return Ok(());
            }
        }
    }

    /// Tries each address once, from the first on, and anew when they are changed.
    fn round(self: &Rc<Self>, object: &Object<CoroutineSocketChannel>, attempt: &Rc<Attempt>) -> Result<Round> {
        for _ in 0..=MOVES_MOST {
            let moves = self.moves.get();
            let Addresses { main, backup } = self.addresses.borrow().clone();
            let mut failures: Vec<Failure> = Vec::new();
            for address in std::iter::once(&main).chain(&backup) {
                let connected = self.connect(object, attempt, address)?;
                if !self.is_current(attempt) {
                    return Ok(Round::Superseded);
                }
                if self.moves.get() != moves {
                    break;
                }
                match connected {
                    Ok(wire) => return Ok(Round::Open(wire)),
                    Err(failure) => failures.push(failure),
                }
            }
            if self.moves.get() == moves {
                return Ok(Round::Failed(Channel::all_failed(failures)));
            }
        }
        Ok(Round::Failed(Failure::new(format!("the host was changed {MOVES_MOST} times without a connection"), libc::ELOOP)))
    }

    fn all_failed(mut failures: Vec<Failure>) -> Failure {
        match (failures.len(), failures.pop()) {
            (1, Some(only)) => only,
            (_, Some(last)) => {
                let code = last.code();
                failures.push(last);
                let texts: Vec<_> = failures.iter().map(Failure::text).collect();
                Failure::new(texts.join("; "), code)
            }
            (_, None) => Failure::new("there is no address", 0),
        }
    }

    /// Connects to one address, and has `auth` do its part.
    fn connect(
        self: &Rc<Self>,
        object: &Object<CoroutineSocketChannel>,
        attempt: &Attempt,
        address: &Address,
    ) -> Result<Result<Rc<Wire>, Failure>> {
        let peer = address.to_string();
        let stream = match self.setup.connect(address)? {
            Ok(stream) => stream,
            Err(cause) => return Ok(Err(Failure::of(&peer, &cause))),
        };
        let answers = match &self.setup.response {
            None => Answers::InOrder(Order::default()),
            Some(response) => Answers::BySession(Sessions::new(response.again(), self.setup.timeout)),
        };
        let wire = Wire::new(stream, peer, Rc::downgrade(self), answers);
        attempt.bare.replace(Some(Rc::clone(&wire)));
        Ok(self.authenticate(object, &wire)?.map(|()| wire))
    }

    fn authenticate(&self, object: &Object<CoroutineSocketChannel>, wire: &Rc<Wire>) -> Result<Result<(), Failure>> {
        let Some(auth) = self.setup.auth.as_ref() else { return Ok(Ok(())) };
        let args = [wire.reader()?, object.clone().into()];
        wire.begin_reading(Until::Time(self.setup.deadline(None)), true);
        let outcome = auth.call_within(&args);
        wire.end_reading();
        let failure = match outcome {
            Outcome::Returned(value) if !matches!(value.kind(), Kind::Bool(false)) => match wire.failure() {
                None => return Ok(Ok(())),
                Some(failure) => failure,
            },
            Outcome::Returned(_) => Failure::new(format!("{}: auth returned false", wire.peer()), libc::EACCES),
            Outcome::Threw(thrown) => {
                if thrown.is_unwinding() || thrown.object().downcast::<ExitException>().is_some() {
                    return Err(thrown.again());
                }
                Failure::thrown(&format!("{}: auth failed", wire.peer()), thrown.object())
            }
            Outcome::Exited(status) => return Err(leave(status)),
            Outcome::Died(_) => return Err(Error::Pending),
        };
        wire.fail(&failure)?;
        Ok(Err(failure))
    }

    /// Sets the first address, and leaves the old one.
    ///
    /// # Errors
    /// Outer: the process has to leave.
    pub fn change_host(&self, main: Address) -> Result<()> {
        self.addresses.borrow_mut().main = main;
        self.moves.set(self.moves.get() + 1);
        if let Some(wire) = self.wire() {
            return wire.close(&Failure::new(format!("{}: the channel's host was changed", wire.peer()), libc::ECANCELED));
        }
        match self.attempt() {
            Some(attempt) => attempt.interrupt(),
            None => Ok(()),
        }
    }

    /// The first address.
    pub fn main(&self) -> Address {
        self.addresses.borrow().main.clone()
    }

    /// Sets the other addresses.
    pub fn change_backup(&self, backup: Vec<Address>) {
        self.addresses.borrow_mut().backup = backup;
    }

    /// Closes it; false if it is closed.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn close(&self) -> Result<bool> {
        let link = self.link.replace(Link::Closed);
        match link {
            Link::Closed => return Ok(false),
            Link::Idle => {}
            Link::Open(wire) => wire.close(&Failure::closed())?,
            Link::Connecting(attempt) => {
                let joiners = attempt.joiners.take();
                attempt.interrupt()?;
                joiners.iter().try_for_each(|joiner| joiner.tell(Err(Failure::closed())))?;
            }
        }
        Ok(true)
    }

    /// Its object is gone.
    pub fn abandon(&self) {
        if let Link::Open(wire) = self.link.replace(Link::Closed) {
            wire.abandon();
        }
    }
}

impl Attempt {
    /// Has the coroutine look at what has changed, wherever it waits.
    fn interrupt(&self) -> Result<()> {
        if self.cid.get() == scheduler::current() {
            return Ok(());
        }
        if let Some(ticket) = self.pause.take() {
            return scheduler::wake(ticket, Woken::Ready).map(drop);
        }
        let bare = self.bare.borrow().clone();
        match (bare, self.cid.get()) {
            (Some(wire), _) => wire.fail(&Failure::closed()),
            (None, Some(cid)) => scheduler::cancel(cid, false).map(drop),
            (None, None) => Ok(()),
        }
    }
}

//! What a process knows of itself: its role, and its way to the connections. A [`Handle`](super::Handle) is a reference to it.
//!
//! It must not know what the links do; it only chooses between them.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use super::{
    Mode,
    app::{Application, Process},
    message::Message,
    shared::Shared,
};
use crate::{
    Error, Result,
    ipc::{InboxSender, Outbox, SendState},
    options::DispatchMode,
    shm::{
        control::Phase,
        table::{Location, State},
    },
    sys::{self, atfork::forked_by_program},
};

/// A role's way to send to a connection and to close it.
pub(super) trait Link {
    /// Queues data; see `Handle::send`.
    fn send(&self, session: u64, data: &[u8]) -> Result<()>;
    /// Closes; see `Handle::close`.
    fn close(&self, session: u64, reset: bool) -> Result<()>;
    /// See `Handle::want_room`.
    fn want_room(&self, session: u64) -> bool;
    /// See `Handle::has_room`.
    fn has_room(&self, session: u64) -> bool;
}

/// After a callback: a process that was forked inside it and came back is not the one that was called, and must touch nothing of what
/// that one owns (lanes, sockets, the other processes). It ends here.
#[inline]
pub(super) fn end_if_forked<A: Application>(app: &A) {
    if forked_by_program() {
        // What it has printed.
        app.before_fork();
        sys::process::exit_now(0);
    }
}

/// See the module.
#[derive(Default)]
pub struct Context {
    pub(super) process: Cell<Option<Process>>,
    shared: RefCell<Option<Arc<Shared>>>,
    link: RefCell<Option<Rc<dyn Link>>>,
    inboxes: RefCell<Option<Rc<InboxLink>>>,
}

impl Context {
    /// The server runs: from here on there is something to ask.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub(super) fn open(&self, shared: &Arc<Shared>) -> Result<()> {
        *self.shared.borrow_mut() = Some(Arc::clone(shared));
        *self.inboxes.borrow_mut() = Some(Rc::new(InboxLink::new(Arc::clone(shared))?));
        Ok(())
    }

    /// This process has this role, and reaches connections so; through the inboxes when `None`.
    pub(super) fn take_role(&self, process: Process, link: Option<Rc<dyn Link>>) {
        self.process.set(Some(process));
        if let (Process::User(_), Some(inboxes)) = (process, self.inboxes.borrow().as_ref()) {
            inboxes.patient.set(true);
        }
        *self.link.borrow_mut() = link;
    }

    pub(super) fn shared(&self) -> Option<Arc<Shared>> {
        self.shared.borrow().clone()
    }

    /// The present way to the connections.
    #[inline]
    pub(super) fn link(&self) -> Result<Rc<dyn Link>> {
        if !forked_by_program()
            && let Some(link) = self.link.borrow().as_ref()
        {
            return Ok(Rc::clone(link));
        }
        let running = self.shared.borrow().as_ref().is_some_and(|shared| shared.control().phase() < Phase::Stopped);
        match self.inboxes.borrow().as_ref() {
            Some(link) if running => Ok(Rc::clone(link) as Rc<dyn Link>),
            _ => Err(Error::NotRunning),
        }
    }

    /// The link of processes that own no lane, to flush what waits in it.
    pub(super) fn inbox_link(&self) -> Option<Rc<InboxLink>> {
        self.inboxes.borrow().clone()
    }

    /// Whose connections this process may see: none means all. In BASE a worker sees its own, another process none.
    pub(super) fn view(&self, shared: &Shared) -> Option<u16> {
        match (shared.shape.mode, self.process.get()) {
            (Mode::Process, _) => None,
            (Mode::Base, Some(Process::Worker(worker))) => Some(worker as u16),
            (Mode::Base, _) if shared.shape.workers == 1 && shared.control().manager_pid.load(Relaxed) == 0 => Some(0),
            (Mode::Base, _) => Some(u16::MAX),
        }
    }
}

/// The checks that every way of sending has in common.
#[inline]
pub(super) fn check_send(shared: &Shared, session: u64, len: usize) -> Result<Location> {
    let at = shared.table.locate(session).ok_or(Error::SessionNotExist(session))?;
    match at.state {
        State::Open => {}
        State::Closing => return Err(Error::SessionClosing(session)),
        State::Closed | State::Free | State::Reserved => return Err(Error::SessionClosed(session)),
    }
    if len as u64 > shared.options.buffer_output_size && shared.shape.mode == Mode::Process {
        return Err(Error::TooLarge { option: "buffer_output_size", limit: shared.options.buffer_output_size, len });
    }
    if at.send_queued >= shared.output_limit(at.port) {
        return Err(Error::OutputOverflow(session));
    }
    Ok(at)
}

/// The checks that every way of closing has in common; afterwards the connection counts as closing.
pub(super) fn begin_close(shared: &Shared, session: u64) -> Result<Location> {
    let at = shared.table.locate(session).ok_or(Error::SessionNotExist(session))?;
    if !shared.table.advance(session, State::Open, State::Closing) {
        return Err(match shared.table.state(session) {
            None => Error::SessionNotExist(session),
            Some(_) => Error::SessionClosing(session),
        });
    }
    Ok(at)
}

/// The way of whoever owns neither the connection nor a lane: a datagram to the owner's inbox.
pub(super) struct InboxLink {
    shared: Arc<Shared>,
    outboxes: Vec<RefCell<Outbox>>,
    /// This process has no loop that would flush them.
    patient: Cell<bool>,
}

/// How long a process without an event loop waits for an inbox that is full.
const PATIENCE: Duration = Duration::from_secs(5);

impl InboxLink {
    fn new(shared: Arc<Shared>) -> Result<InboxLink> {
        let outbox = |sender: &InboxSender| Ok(RefCell::new(Outbox::new(sender.try_clone()?)));
        let outboxes = shared.owner_inboxes.iter().map(outbox).collect::<Result<_>>()?;
        Ok(InboxLink { shared, outboxes, patient: Cell::new(false) })
    }

    fn post(&self, owner: u16, message: Message, body: &[u8]) -> Result<()> {
        let Some(outbox) = self.outboxes.get(usize::from(owner)) else { return Ok(()) };
        let mut outbox = outbox.borrow_mut();
        if forked_by_program() || self.patient.get() {
            // Nobody would come back to flush.
            return match outbox.sender().send_blocking(&message.envelope(), body, None, PATIENCE)? {
                SendState::Sent => Ok(()),
                SendState::Full => Err(Error::WrongOperation("the server does not take the data: its inbox stays full".into())),
            };
        }
        // What does not go now waits in the outbox, and goes when the loop flushes it.
        let (SendState::Sent | SendState::Full) = outbox.send(&message.envelope(), body, None)?;
        Ok(())
    }

    /// Has the workers of BASE look for room, but for this one.
    pub fn tell_of_room(&self, me: Option<u32>) -> Result<()> {
        for owner in 0..self.outboxes.len() {
            if me != Some(owner as u32) {
                self.post(owner as u16, Message::Room, &[])?;
            }
        }
        Ok(())
    }

    /// Sends what an inbox did not take before; true when nothing is left.
    pub fn flush(&self) -> Result<bool> {
        let mut empty = true;
        for outbox in &self.outboxes {
            let mut outbox = outbox.borrow_mut();
            empty &= outbox.is_empty() || outbox.flush()?;
        }
        Ok(empty)
    }
}

impl Link for InboxLink {
    fn send(&self, session: u64, data: &[u8]) -> Result<()> {
        let at = check_send(&self.shared, session, data.len())?;
        self.post(at.owner, Message::Send { session }, data)
    }

    fn close(&self, session: u64, reset: bool) -> Result<()> {
        let at = begin_close(&self.shared, session)?;
        self.post(at.owner, Message::Close { session, reset }, &[])
    }

    fn want_room(&self, _: u64) -> bool {
        false
    }

    fn has_room(&self, session: u64) -> bool {
        self.shared.has_room(session)
    }
}

/// The worker for a connection, by its socket's number; none when every message is dispatched by itself.
pub(super) fn bound_worker(shared: &Shared, fd: i32) -> Option<u32> {
    match shared.options.dispatch_mode {
        DispatchMode::Fixed => Some(fd.unsigned_abs() % shared.shape.workers),
        DispatchMode::RoundRobin | DispatchMode::Idle => None,
    }
}

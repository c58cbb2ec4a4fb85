//! [`Descriptor`]: what coroutines read from and write to without blocking. An operation is tried first; only when it would block its coroutine waits,
//! and the descriptor is watched from its first wait on, edge-triggered. It must not know what the bytes mean.
//!
//! Failures that are our own have the numbers that users know: `ETIMEDOUT`, and `ECANCELED` for a wait that `cancel()` or `close()` has ended.

use std::{
    cell::{Cell, RefCell},
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd},
    rc::Rc,
    time::{Duration, Instant},
};

use super::{
    host::{self, Listener, Readiness, Watch, WatchId},
    record::{Cid, Reason, Ticket, Woken},
    scheduler,
};
use crate::zend::{Class, Result, fiber};

/// What an operation makes progress by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Reading.
    Read,
    /// Writing.
    Write,
}

/// When an operation has to be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// Never.
    pub const NEVER: Deadline = Deadline(None);

    /// So far from now; never when there is no such time.
    pub fn after(timeout: Option<Duration>) -> Deadline {
        Deadline(timeout.and_then(|timeout| Instant::now().checked_add(timeout)))
    }

    /// A timeout as PHP code gives it, in seconds: below 0 is never, and 0 is now.
    pub fn after_secs(seconds: f64) -> Deadline {
        if seconds < 0.0 { Deadline::NEVER } else { Deadline::after(Duration::try_from_secs_f64(seconds).ok()) }
    }

    /// What is left: none when it never comes, 0 when it has come.
    pub fn left(self) -> Option<Duration> {
        self.0.map(|at| at.saturating_duration_since(Instant::now()))
    }
}

/// See the module. It is closed when it is dropped; those that wait for it then wait on, so [`Descriptor::close`] comes before.
pub struct Descriptor {
    fd: RefCell<Option<Rc<OwnedFd>>>,
    number: RawFd,
    waits: Rc<Waits>,
    watch: Cell<Option<WatchId>>,
}

#[derive(Default)]
struct Waits {
    reading: Cell<Option<Waiting>>,
    writing: Cell<Option<Waiting>>,
    closed: Cell<bool>,
}

#[derive(Clone, Copy)]
struct Waiting {
    ticket: Ticket,
    cid: Cid,
}

impl Waits {
    fn of(&self, direction: Direction) -> &Cell<Option<Waiting>> {
        match direction {
            Direction::Read => &self.reading,
            Direction::Write => &self.writing,
        }
    }

    fn wake(&self, direction: Direction) -> Result<()> {
        match self.of(direction).take() {
            Some(waiting) => scheduler::wake(waiting.ticket, Woken::Ready).map(drop),
            None => Ok(()),
        }
    }
}

impl Listener for Waits {
    fn ready(self: Rc<Self>, event: Readiness) -> Result<()> {
        if event.readable {
            self.wake(Direction::Read)?;
        }
        if event.writable {
            self.wake(Direction::Write)?;
        }
        Ok(())
    }
}

impl Descriptor {
    /// Takes a descriptor, which must not block.
    pub fn new(fd: OwnedFd) -> Descriptor {
        let number = fd.as_raw_fd();
        Descriptor { fd: RefCell::new(Some(Rc::new(fd))), number, waits: Rc::default(), watch: Cell::new(None) }
    }

    /// Its number, also when it is closed.
    pub fn number(&self) -> RawFd {
        self.number
    }

    /// The open descriptor; none when it is closed. It stays open as long as somebody has this.
    pub fn get(&self) -> Option<Rc<OwnedFd>> {
        self.fd.borrow().clone()
    }

    /// Who waits for it.
    pub fn waiting(&self, direction: Direction) -> Option<Cid> {
        self.waits.of(direction).get().map(|waiting| waiting.cid)
    }

    /// Closes it: those that wait get `ECANCELED`, at once. False when it is closed already.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn close(&self) -> Result<bool> {
        let Some(fd) = self.fd.take() else { return Ok(false) };
        self.waits.closed.set(true);
        self.release();
        drop(fd);
        self.waits.wake(Direction::Read)?;
        self.waits.wake(Direction::Write)?;
        Ok(true)
    }

    /// Stops watching it until the next wait, so that somebody else can.
    pub fn release(&self) {
        if let Some(watch) = self.watch.take() {
            host::unwatch(watch);
        }
    }

    /// Ends the wait of another coroutine as `cancel()` does, with `ECANCELED`. False when nobody waits.
    ///
    /// # Errors
    /// The process has to leave.
    pub fn cancel(&self, direction: Direction) -> Result<bool> {
        match self.waits.of(direction).take() {
            Some(waiting) => scheduler::wake(waiting.ticket, Woken::Canceled),
            None => Ok(false),
        }
    }

    /// Tries an operation, and waits as often as it would block. The operation gets the open descriptor, and must not run PHP code.
    ///
    /// # Errors
    /// Outer: the process or the coroutine has to leave. Inner: what the operation ended in; `EBADF` when it is closed, `ETIMEDOUT`, `ECANCELED`.
    pub fn perform<T>(
        &self,
        direction: Direction,
        deadline: Deadline,
        mut operation: impl FnMut(BorrowedFd<'_>) -> io::Result<T>,
    ) -> Result<io::Result<T>> {
        self.claim(direction)?;
        loop {
            let Some(fd) = self.get() else { return Ok(Err(errno(libc::EBADF))) };
            match operation(fd.as_fd()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                ended => return Ok(ended),
            }
            drop(fd);
            if let Err(error) = self.wait(direction, deadline)? {
                return Ok(Err(error));
            }
        }
    }

    /// Waits until the descriptor may be ready.
    ///
    /// # Errors
    /// As for [`Descriptor::perform`].
    pub fn wait(&self, direction: Direction, deadline: Deadline) -> Result<io::Result<()>> {
        self.claim(direction)?;
        let left = deadline.left();
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(Err(errno(libc::ETIMEDOUT)));
        }
        match self.register() {
            Ok(true) => {}
            // It is always ready.
            Ok(false) => return Ok(Ok(())),
            Err(error) => return Ok(Err(error)),
        }
        let wait = scheduler::prepare()?;
        let ticket = wait.ticket();
        let place = self.waits.of(direction);
        place.set(Some(Waiting { ticket, cid: scheduler::current().unwrap_or(-1) }));
        let held = host::hold();
        let woken = wait.park(Reason::Event, left);
        drop(held);
        if place.get().is_some_and(|waiting| waiting.ticket == ticket) {
            place.set(None);
        }
        Ok(match woken? {
            Woken::Canceled => Err(errno(libc::ECANCELED)),
            _ if self.waits.closed.get() => Err(errno(libc::ECANCELED)),
            Woken::TimedOut => Err(errno(libc::ETIMEDOUT)),
            Woken::Ready => Ok(()),
        })
    }

    /// Two coroutines cannot wait for the same: one of them would take what the other one waits for.
    ///
    /// # Errors
    /// Another one waits: the process has to leave.
    pub fn claim(&self, direction: Direction) -> Result<()> {
        let Some(other) = self.waiting(direction) else { return Ok(()) };
        let what = match direction {
            Direction::Read => "reading",
            Direction::Write => "writing",
        };
        let text = format!(
            "Socket#{} has already been bound to another coroutine#{other}, {what} of the same socket in coroutine#{} at the same time is not allowed",
            self.number,
            scheduler::current().unwrap_or(-1),
        );
        Err(fiber::die(Class::Error, &text))
    }

    /// Has the loop watch it; false for what is always ready.
    fn register(&self) -> io::Result<bool> {
        if self.watch.get().is_some_and(host::is_watched) {
            return Ok(true);
        }
        let both = Watch { read: true, write: true, edge: true };
        match host::watch_beside(self.number, both, Rc::clone(&self.waits) as Rc<dyn Listener>) {
            Ok(watch) => {
                self.watch.set(Some(watch));
                Ok(true)
            }
            Err(error) if error.raw_os_error() == Some(libc::EPERM) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        self.release();
    }
}

fn errno(number: i32) -> io::Error {
    io::Error::from_raw_os_error(number)
}

//! [`Outbox`]: what a pipe has not taken yet while an event loop is there, which writes it later: a loop that waited for one reader could wait for a
//! process that waits for the loop. It must not know whose pipe it is.
//!
//! It has a descriptor of its own, so that what was written goes out even if the pipe is closed, or the object dropped, in the meantime.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io,
    os::fd::{AsRawFd, BorrowedFd, OwnedFd},
    rc::{Rc, Weak},
    time::{Duration, Instant},
};

use engine::{
    log,
    sys::{self, process::pid},
};

use crate::{
    coroutine::{
        host::{self, Hold, Listener, Readiness, Watch, WatchId},
        scheduler,
    },
    zend::Result,
};

/// The most bytes that wait in one.
const MOST: usize = 64 << 20;

/// How long a process that ends waits for the reader.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a wait for something else lets one wait.
const STEP: Duration = Duration::from_millis(20);

/// Who is to read it, as far as is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Nobody has been started for it here.
    Unknown,
    /// A child, by pid.
    Child(i32),
    /// A child that has ended. A successor may come; nothing waits for that.
    Gone,
}

/// See the module.
pub struct Outbox {
    end: OwnedFd,
    /// Whose it is: a child that somebody forks writes nothing of it.
    owner: Cell<i32>,
    reader: Cell<Reader>,
    waiting: RefCell<VecDeque<Vec<u8>>>,
    /// So many bytes of the first one have gone; all of a message go at once.
    sent: Cell<usize>,
    bytes: Cell<usize>,
    /// Whether nothing more is written at this end afterwards.
    ends: Cell<bool>,
    watch: Cell<Option<WatchId>>,
    hold: Cell<Option<Hold>>,
}

thread_local! {
    static ALL: RefCell<Vec<Weak<Outbox>>> = const { RefCell::new(Vec::new()) };
}

/// Whether a loop runs in this process, or is going to: something is there for it to do.
pub fn loop_is_there() -> bool {
    scheduler::current().is_some() || host::is_running() || host::has_work()
}

/// Those of this process in which something waits.
fn pending() -> Vec<Rc<Outbox>> {
    if ALL.with_borrow(Vec::is_empty) {
        return Vec::new();
    }
    ALL.with_borrow_mut(|all| {
        all.retain(|outbox| outbox.strong_count() > 0);
        all.iter().filter_map(Weak::upgrade).filter(|outbox| outbox.is_pending() && outbox.reader.get() != Reader::Gone).collect()
    })
}

/// A child has ended: the loop goes on no longer for what waits for it.
pub fn reader_ended(pid: i32) {
    for outbox in pending().iter().filter(|outbox| outbox.reader.get() == Reader::Child(pid)) {
        outbox.reader.set(Reader::Gone);
        outbox.hold.take();
    }
}

/// In a process that goes on in its parent's place: what waits there is its own now.
pub fn carry_on() {
    for outbox in ALL.with_borrow(|all| all.iter().filter_map(Weak::upgrade).collect::<Vec<_>>()) {
        outbox.owner.set(pid());
    }
}

/// Asks again and again, for as long as something waits here: whoever is waited for may wait for that. `None` when nothing does any more.
pub fn while_pending<R>(mut ask: impl FnMut() -> Option<R>) -> Option<R> {
    loop {
        let pending = pending();
        pending.iter().for_each(|outbox| outbox.flush());
        let first = pending.iter().find(|outbox| outbox.is_pending())?;
        if let Some(answer) = ask() {
            return Some(answer);
        }
        // What goes wrong with it shows when it is written.
        let _ = sys::io::wait_writable(&first.end, STEP);
    }
}

/// Writes what waits here, and waits for its readers, before the process becomes another program.
pub fn settle() {
    let deadline = Instant::now() + PATIENCE;
    while_pending(|| (Instant::now() >= deadline).then_some(()));
}

impl Outbox {
    /// What waits to be written to this end, which the loop will see to.
    ///
    /// # Errors
    /// There are no descriptors left.
    pub fn new(end: BorrowedFd<'_>, reader: Reader, data: &[u8]) -> io::Result<Rc<Outbox>> {
        let outbox = Rc::new(Outbox {
            end: end.try_clone_to_owned()?,
            owner: Cell::new(pid()),
            reader: Cell::new(reader),
            waiting: RefCell::new(VecDeque::from([data.to_vec()])),
            sent: Cell::new(0),
            bytes: Cell::new(data.len()),
            ends: Cell::new(false),
            watch: Cell::new(None),
            hold: Cell::new(None),
        });
        let watch = Watch { read: false, write: true, edge: false };
        let watch = host::watch(outbox.end.as_raw_fd(), watch, Rc::clone(&outbox) as Rc<dyn Listener>);
        outbox.watch.set(Some(watch.inspect_err(|_| outbox.forget())?));
        outbox.hold.set(Some(host::hold()));
        ALL.with_borrow_mut(|all| all.push(Rc::downgrade(&outbox)));
        Ok(outbox)
    }

    /// A child has been started that is to read it.
    pub fn set_reader(&self, pid: i32) {
        self.reader.set(Reader::Child(pid));
        self.hold.set(Some(host::hold()));
    }

    /// Whether something of this process waits in it.
    pub fn is_pending(&self) -> bool {
        !self.waiting.borrow().is_empty() && self.owner.get() == pid()
    }

    /// Puts something behind what waits.
    ///
    /// # Errors
    /// `OutOfMemory`: too much waits.
    pub fn push(&self, data: &[u8]) -> io::Result<()> {
        let bytes = self.bytes.get() + data.len();
        if bytes > MOST {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.bytes.set(bytes);
        self.waiting.borrow_mut().push_back(data.to_vec());
        Ok(())
    }

    /// Nothing more is written at this end once all has gone.
    pub fn end(&self) {
        self.ends.set(true);
    }

    /// Waits until there is something to read at this end, for at most `timeout`, and writes meanwhile.
    pub fn wait_readable(&self, timeout: Option<Duration>) {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        while self.is_pending() {
            let left = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
            match sys::io::wait_either(&self.end, &self.end, left) {
                Ok((false, true)) => self.flush(),
                // There is something, the time is over, or a signal has come: the read that follows says which.
                _ => return,
            }
        }
    }

    /// Writes what is taken now.
    fn flush(&self) {
        if !self.is_pending() {
            return;
        }
        loop {
            let mut waiting = self.waiting.borrow_mut();
            let Some(first) = waiting.front() else { break };
            match sys::io::send_now(&self.end, &first[self.sent.get()..]) {
                Ok(count) => {
                    self.bytes.set(self.bytes.get().saturating_sub(count));
                    self.sent.set(self.sent.get() + count);
                    if self.sent.get() >= first.len() {
                        self.sent.set(0);
                        waiting.pop_front();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => {
                    drop(waiting);
                    self.lose(&error);
                    break;
                }
            }
        }
        if self.ends.get() {
            // It may have been closed already at the other end.
            let _ = socket2::SockRef::from(&self.end).shutdown(std::net::Shutdown::Write);
        }
        self.leave_loop();
    }

    fn leave_loop(&self) {
        if let Some(watch) = self.watch.take() {
            host::unwatch(watch);
        }
        self.hold.take();
    }

    fn lose(&self, why: &io::Error) {
        let (left, code) = (self.bytes.get(), why.raw_os_error().unwrap_or_default());
        let text = sys::error_text(code);
        log::coded(
            log::Level::Warning,
            Some("Process::write"),
            code,
            format_args!("{left} bytes of what was written to a pipe are lost, Error: {text}[{code}]"),
        );
        self.forget();
    }

    fn forget(&self) {
        self.waiting.borrow_mut().clear();
        self.bytes.set(0);
    }
}

impl Listener for Outbox {
    fn ready(self: Rc<Self>, _: Readiness) -> Result<()> {
        self.flush();
        Ok(())
    }
}

impl Drop for Outbox {
    /// No loop will write it any more.
    fn drop(&mut self) {
        let patience = if self.reader.get() == Reader::Gone { Duration::ZERO } else { PATIENCE };
        let deadline = Instant::now() + patience;
        while self.is_pending() {
            let left = deadline.saturating_duration_since(Instant::now());
            match sys::io::wait_writable(&self.end, left) {
                Ok(true) => self.flush(),
                Ok(false) => self.lose(&io::Error::from_raw_os_error(libc::ETIMEDOUT)),
                Err(error) => self.lose(&error),
            }
        }
    }
}

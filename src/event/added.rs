//! Descriptors that PHP code has added to the loop: what is called when they are ready, and what waits to be written to them. It must not know how an
//! argument names one.
//!
//! They are watched level-triggered: a callback that leaves something unread is called again. Whoever closes a descriptor should take it out before;
//! one that was closed all the same makes way for another with its number.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    io,
    os::fd::RawFd,
    rc::Rc,
};

use engine::{log, sys::foreign};

use crate::{
    coroutine::{
        host::{self, Hold, Listener, Readiness, Watch, WatchId},
        scheduler,
    },
    zend::{Callback, Result, Value, constants, stream},
};

/// What a descriptor's callbacks are called for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    pub read: bool,
    pub write: bool,
}

impl Wants {
    /// From `SWOOLE_EVENT_READ` and `SWOOLE_EVENT_WRITE`; other bits mean nothing.
    pub fn of(events: i64) -> Wants {
        Wants { read: events & constants::SWOOLE_EVENT_READ != 0, write: events & constants::SWOOLE_EVENT_WRITE != 0 }
    }

    pub fn is_empty(self) -> bool {
        !self.read && !self.write
    }

    /// Whether both hold some event.
    pub fn meets(self, other: Wants) -> bool {
        self.read && other.read || self.write && other.write
    }
}

/// Why a descriptor was not added.
pub enum NotAdded {
    /// It is there.
    There,
    /// The system has refused it.
    System(io::Error),
}

/// What was written and not taken yet.
#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    /// So many of them have gone.
    sent: usize,
}

impl Queue {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.sent..]
    }

    fn push(&mut self, bytes: &[u8]) {
        // Moved down once half of it is gone, each byte costs one copy more at most.
        if self.sent > self.bytes.len() / 2 {
            self.bytes.drain(..self.sent);
            self.sent = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    fn clear(&mut self) {
        *self = Queue::default();
    }
}

/// A descriptor that was added.
pub struct Added {
    fd: RawFd,
    what: Value,
    read: RefCell<Option<Rc<Callback>>>,
    write: RefCell<Option<Rc<Callback>>>,
    wants: Cell<Wants>,
    queue: RefCell<Queue>,
    watch: Cell<Option<WatchId>>,
    hold: Cell<Option<Hold>>,
}

thread_local! {
    static ADDED: RefCell<HashMap<RawFd, Rc<Added>>> = RefCell::default();
}

/// What was added under this number.
pub fn find(fd: RawFd) -> Option<Rc<Added>> {
    ADDED.with_borrow(|all| all.get(&fd).cloned()).filter(|added| added.is_watched())
}

/// What was added as this very resource, which is closed by now.
pub fn find_closed(what: &Value) -> Option<Rc<Added>> {
    ADDED.with_borrow(|all| all.values().find(|added| stream::is_same_resource(&added.what, what)).cloned())
}

/// Forgets all, when the loop has.
pub fn forget() {
    let all = ADDED.take();
    for added in all.values() {
        added.end();
    }
    // Destructors may add others, so nothing is borrowed.
    drop(all);
}

/// In a new process: what its parent has added is none of its own. No destructor runs.
pub fn forget_all() {
    ADDED.with_borrow_mut(|all| std::mem::forget(std::mem::take(all)));
}

impl Added {
    /// Adds a descriptor, which does not block from now on.
    pub fn enter(
        fd: RawFd,
        what: Value,
        read: Option<Callback>,
        write: Option<Callback>,
        wants: Wants,
    ) -> std::result::Result<(), NotAdded> {
        let there = find(fd);
        let added = Rc::new(Added {
            fd,
            what,
            read: RefCell::new(read.map(Rc::new)),
            write: RefCell::new(write.map(Rc::new)),
            wants: Cell::new(wants),
            queue: RefCell::default(),
            watch: Cell::new(None),
            hold: Cell::new(None),
        });
        let listener = Rc::clone(&added) as Rc<dyn Listener>;
        let watched = match there {
            // That it can be registered shows that the one who is there was closed.
            Some(_) => host::watch(fd, added.watch_for(), listener),
            // A coroutine may have it in the loop, for itself.
            None => host::watch_beside(fd, added.watch_for(), listener),
        };
        let watch = match watched {
            Ok(watch) => watch,
            Err(error) if there.is_some() && error.raw_os_error() == Some(libc::EEXIST) => return Err(NotAdded::There),
            Err(error) => return Err(NotAdded::System(error)),
        };
        if let Err(error) = foreign::set_nonblocking(fd) {
            host::unwatch(watch);
            return Err(NotAdded::System(error));
        }
        added.watch.set(Some(watch));
        added.hold.set(Some(host::hold()));
        if let Some(stale) = ADDED.with_borrow_mut(|all| all.insert(fd, added)) {
            stale.hold.take();
            if let Some(watch) = stale.watch.take() {
                host::forget(watch);
            }
        }
        Ok(())
    }

    pub fn fd(&self) -> RawFd {
        self.fd
    }

    pub fn wants(&self) -> Wants {
        self.wants.get()
    }

    pub fn has_read(&self) -> bool {
        self.read.borrow().is_some()
    }

    pub fn has_write(&self) -> bool {
        self.write.borrow().is_some()
    }

    fn is_watched(&self) -> bool {
        self.watch.get().is_some_and(host::is_watched)
    }

    /// Callbacks that are given replace those that are there.
    pub fn set(&self, read: Option<Callback>, write: Option<Callback>, wants: Wants) -> io::Result<()> {
        let before = self.wants.replace(wants);
        if let Err(error) = self.update() {
            self.wants.set(before);
            return Err(error);
        }
        let read = read.and_then(|read| self.read.replace(Some(Rc::new(read))));
        let write = write.and_then(|write| self.write.replace(Some(Rc::new(write))));
        drop((read, write));
        Ok(())
    }

    /// Takes it out of the loop; what was not written yet is lost.
    pub fn leave(&self) {
        let ours = ADDED.with_borrow_mut(|all| {
            let ours = all.get(&self.fd).is_some_and(|added| std::ptr::eq(Rc::as_ptr(added), self));
            if ours { all.remove(&self.fd) } else { None }
        });
        self.end();
        drop(ours);
    }

    fn end(&self) {
        self.hold.take();
        if let Some(watch) = self.watch.take() {
            host::unwatch(watch);
        }
    }

    /// What the loop has to tell of.
    fn watch_for(&self) -> Watch {
        let wants = self.wants.get();
        Watch { read: wants.read, write: wants.write || !self.queue.borrow().rest().is_empty(), edge: false }
    }

    fn update(&self) -> io::Result<()> {
        match self.watch.get() {
            Some(watch) => host::change(watch, self.watch_for()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Writes, and keeps what is not taken now, `most` bytes at most.
    pub fn write(&self, mut bytes: &[u8], most: usize) -> io::Result<()> {
        if self.queue.borrow().rest().is_empty() {
            match foreign::write(self.fd, bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            if bytes.is_empty() {
                return Ok(());
            }
            self.queue.borrow_mut().push(bytes);
            return self.update().inspect_err(|_| self.queue.borrow_mut().clear());
        }
        let mut queue = self.queue.borrow_mut();
        if queue.rest().len() + bytes.len() > most {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        queue.push(bytes);
        Ok(())
    }

    /// Writes what waits. Whether nothing waits any more.
    fn flush(&self) -> bool {
        let mut queue = self.queue.borrow_mut();
        if queue.rest().is_empty() {
            return true;
        }
        match foreign::write(self.fd, queue.rest()) {
            Ok(count) => queue.sent += count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => {
                let (left, code) = (queue.rest().len(), error.raw_os_error().unwrap_or_default());
                let (fd, why) = (self.fd, engine::sys::error_text(code));
                log::coded(
                    log::Level::Warning,
                    Some("Event::write"),
                    code,
                    format_args!("{left} bytes for fd#{fd} are lost, Error: {why}[{code}]"),
                );
                queue.clear();
            }
        }
        if !queue.rest().is_empty() {
            return false;
        }
        queue.clear();
        drop(queue);
        // It was changed before, so it can be changed back; the only other way is that it is closed.
        let _ = self.update();
        true
    }

    fn call(&self, callback: &RefCell<Option<Rc<Callback>>>) -> Result<()> {
        let callback = callback.borrow().clone();
        match callback {
            Some(callback) => scheduler::spawn(&callback, std::slice::from_ref(&self.what), None).map(drop),
            None => Ok(()),
        }
    }
}

impl Listener for Added {
    fn ready(self: Rc<Self>, event: Readiness) -> Result<()> {
        let flushed = !event.writable || self.flush();
        if event.readable && self.wants.get().read {
            self.call(&self.read)?;
        }
        // The first one may have taken it out.
        if event.writable && flushed && self.wants.get().write && self.is_watched() {
            self.call(&self.write)?;
        }
        Ok(())
    }
}

//! Descriptors that the loop watches: who is told of each, and the epoll instance behind it. It must not know what they are.
//!
//! A process that was forked has the epoll instance of its parent, of no use to it: it makes another, and registers anew what is watched.

use std::{
    cell::RefCell,
    io,
    os::fd::{AsRawFd, OwnedFd, RawFd},
    rc::Rc,
    time::Duration,
};

use engine::sys::{
    atfork,
    epoll::{Epoll, Event, Watch},
    foreign,
};

use crate::zend::{Error, Result};

/// Events at a time.
const EVENTS: usize = 256;

/// Told when a descriptor is ready. It may stop watching, and watch others.
pub trait Listener {
    /// What the descriptor is ready for.
    ///
    /// # Errors
    /// The process has to leave.
    fn ready(self: Rc<Self>, event: Event) -> Result<()>;
}

/// Names a watch; of one that is over nothing comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchId {
    key: u32,
    serial: u32,
}

impl WatchId {
    fn token(self) -> u64 {
        u64::from(self.serial) << 32 | u64::from(self.key)
    }

    fn of(token: u64) -> WatchId {
        WatchId { key: token as u32, serial: (token >> 32) as u32 }
    }
}

struct Entry {
    serial: u32,
    fd: RawFd,
    /// What `fd` is, if it is ours: it stands for one that somebody else watches.
    _duplicate: Option<OwnedFd>,
    watch: Watch,
    listener: Rc<dyn Listener>,
}

#[derive(Default)]
struct Watches {
    poll: Option<Poll>,
    entries: Vec<Option<Entry>>,
    free: Vec<u32>,
    serial: u32,
}

struct Poll {
    epoll: Epoll,
    generation: u32,
}

thread_local! {
    static WATCHES: RefCell<Watches> = RefCell::default();
}

impl Watches {
    /// The epoll instance of this process.
    fn poll(&mut self) -> io::Result<&mut Epoll> {
        let generation = atfork::generation().map_err(other)?;
        if self.poll.as_ref().is_some_and(|poll| poll.generation == generation) {
            // The borrow checker does not let it be returned from within the condition.
        } else {
            let epoll = Epoll::new(EVENTS).map_err(other)?;
            for (key, entry) in self.entries.iter().enumerate() {
                if let Some(entry) = entry {
                    let id = WatchId { key: key as u32, serial: entry.serial };
                    // One that was closed meanwhile has nobody who waits for it.
                    let _ = epoll.add(entry.fd, entry.watch, id.token());
                }
            }
            self.poll = Some(Poll { epoll, generation });
        }
        self.poll.as_mut().map(|poll| &mut poll.epoll).ok_or_else(|| io::ErrorKind::Other.into())
    }

    fn find(&mut self, id: WatchId) -> Option<&mut Entry> {
        self.entries.get_mut(id.key as usize)?.as_mut().filter(|entry| entry.serial == id.serial)
    }
}

fn other(error: engine::Error) -> io::Error {
    io::Error::other(error)
}

/// Watches a descriptor, until [`unwatch`], which must come before it is closed.
///
/// # Errors
/// `EEXIST`: it is watched; `EPERM`: it is of a kind that is always ready, as a file.
pub fn watch(fd: RawFd, watch: Watch, listener: Rc<dyn Listener>) -> io::Result<WatchId> {
    enter(fd, None, watch, listener)
}

/// As [`watch`], also of what is watched already: by a duplicate then, which is closed when the watch ends.
///
/// # Errors
/// As for [`watch`], but for `EEXIST`.
pub fn watch_beside(fd: RawFd, watch: Watch, listener: Rc<dyn Listener>) -> io::Result<WatchId> {
    match enter(fd, None, watch, Rc::clone(&listener)) {
        Err(error) if error.raw_os_error() == Some(libc::EEXIST) => {
            let duplicate = foreign::duplicate(fd)?;
            enter(duplicate.as_raw_fd(), Some(duplicate), watch, listener)
        }
        ended => ended,
    }
}

fn enter(fd: RawFd, duplicate: Option<OwnedFd>, watch: Watch, listener: Rc<dyn Listener>) -> io::Result<WatchId> {
    WATCHES.with_borrow_mut(|all| {
        all.serial = all.serial.wrapping_add(1);
        let serial = all.serial;
        let key = all.free.last().copied().unwrap_or(all.entries.len() as u32);
        let id = WatchId { key, serial };
        all.poll()?.add(fd, watch, id.token())?;
        let entry = Some(Entry { serial, fd, _duplicate: duplicate, watch, listener });
        if all.free.pop().is_some() {
            all.entries[key as usize] = entry;
        } else {
            all.entries.push(entry);
        }
        Ok(id)
    })
}

/// Changes what is to be known.
///
/// # Errors
/// What the system says; `ENOENT` for a watch that is over.
pub fn change(id: WatchId, watch: Watch) -> io::Result<()> {
    WATCHES.with_borrow_mut(|all| {
        let Some(entry) = all.find(id) else { return Err(io::ErrorKind::NotFound.into()) };
        let fd = entry.fd;
        entry.watch = watch;
        all.poll()?.modify(fd, watch, id.token())
    })
}

/// Ends a watch; nothing happens if it has ended.
pub fn unwatch(id: WatchId) {
    let ended = WATCHES.with_borrow_mut(|all| {
        let fd = all.find(id)?.fd;
        let entry = all.entries[id.key as usize].take();
        all.free.push(id.key);
        if let Ok(poll) = all.poll() {
            // One that was closed already is registered no more.
            let _ = poll.remove(fd);
        }
        entry
    });
    // It may own PHP values, whose destructors may come back here.
    drop(ended);
}

/// Ends a watch of a descriptor that was closed, and whose number may be another's by now, which is not touched.
pub fn forget(id: WatchId) {
    let ended = WATCHES.with_borrow_mut(|all| {
        all.find(id)?;
        all.free.push(id.key);
        all.entries[id.key as usize].take()
    });
    drop(ended);
}

/// Whether a watch goes on: [`clear`] ends all.
pub fn is_watched(id: WatchId) -> bool {
    WATCHES.with_borrow_mut(|all| all.find(id).is_some())
}

/// How many descriptors are watched.
pub fn count() -> usize {
    WATCHES.with_borrow(|all| all.entries.len() - all.free.len())
}

pub(super) fn is_used() -> bool {
    count() > 0
}

pub(super) fn descriptor() -> io::Result<RawFd> {
    WATCHES.with_borrow_mut(|all| all.poll().map(|poll| poll.as_raw_fd()))
}

/// Waits, at most for so long.
pub(super) fn wait(at_most: Option<Duration>, found: &mut Vec<Event>) -> Result<()> {
    let waited = WATCHES.with_borrow_mut(|all| all.poll().and_then(|poll| poll.wait(at_most, found).map_err(other)));
    waited.map_err(|error| Error::Fatal(format!("the event loop cannot wait: {error}")))
}

/// Tells whoever watches.
pub(super) fn tell(event: Event) -> Result<()> {
    let id = WatchId::of(event.token);
    let listener = WATCHES.with_borrow_mut(|all| all.find(id).map(|entry| Rc::clone(&entry.listener)));
    listener.map_or(Ok(()), |listener| listener.ready(event))
}

/// Ends all watches. The epoll instance stays: a server's loop may watch it.
pub(super) fn clear() {
    let entries = WATCHES.with_borrow_mut(|all| {
        all.free.clear();
        let entries = std::mem::take(&mut all.entries);
        // In a forked child it is the parent's, and nothing is to be taken out of it.
        let own = all.poll.as_ref().is_some_and(|poll| atfork::generation().is_ok_and(|now| now == poll.generation));
        match &all.poll {
            Some(poll) if own => entries.iter().flatten().for_each(|entry| {
                // It may be closed already.
                let _ = poll.epoll.remove(entry.fd);
            }),
            _ => all.poll = None,
        }
        entries
    });
    drop(entries);
}

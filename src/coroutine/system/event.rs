//! Waits for a descriptor of somebody else's to be ready. It must not know what is read or written then.

use std::{cell::Cell, io, os::fd::RawFd, rc::Rc, time::Duration};

use engine::sys::foreign::{self, Interest};

use super::{
    super::{
        host::{self, Listener, Readiness, Watch},
        record::{Reason, Ticket, Woken},
        scheduler, timeout,
    },
    failed, invalid,
};
use crate::zend::{Result, Value, constants, stream};

struct Once {
    ticket: Ticket,
    asked: Interest,
    found: Cell<Interest>,
}

impl Listener for Once {
    fn ready(self: Rc<Self>, event: Readiness) -> Result<()> {
        let found =
            Interest { read: event.readable && self.asked.read, write: event.writable && self.asked.write, except: false };
        self.found.set(found);
        scheduler::wake(self.ticket, Woken::Ready).map(drop)
    }
}

/// `waitEvent()`: the events that have come, as a number.
///
/// # Errors
/// The coroutine has to leave; a warning for what has no descriptor.
pub(super) fn wait(what: &Value, events: i64, seconds: f64) -> Result<Value> {
    let stream::Descriptor::Number(fd) = stream::descriptor(what)? else {
        return invalid(
            constants::SWOOLE_ERROR_EVENT_UNKNOWN_DATA as i32,
            "the socket must be an open stream, an open socket or the number of a descriptor",
        );
    };
    let asked = Interest {
        read: events & constants::SWOOLE_EVENT_READ != 0,
        write: events & constants::SWOOLE_EVENT_WRITE != 0,
        except: false,
    };
    if !asked.read && !asked.write {
        return failed(&io::Error::from_raw_os_error(libc::EINVAL));
    }
    let found = if seconds == 0.0 { now(fd, asked) } else { later(fd, asked, timeout(seconds))? };
    match found {
        Ok(found) => {
            let mut events = 0;
            if found.read {
                events |= constants::SWOOLE_EVENT_READ;
            }
            if found.write {
                events |= constants::SWOOLE_EVENT_WRITE;
            }
            Ok(events.into())
        }
        Err(error) => failed(&error),
    }
}

/// What it is ready for, without waiting.
fn now(fd: RawFd, asked: Interest) -> io::Result<Interest> {
    let found = foreign::poll(&[(fd, asked)], Some(Duration::ZERO))?;
    match found.first() {
        Some(found) if *found != Interest::default() => Ok(*found),
        _ => Err(io::Error::from_raw_os_error(libc::ETIMEDOUT)),
    }
}

fn later(fd: RawFd, asked: Interest, at_most: Option<Duration>) -> Result<io::Result<Interest>> {
    let wait = scheduler::prepare()?;
    let once = Rc::new(Once { ticket: wait.ticket(), asked, found: Cell::default() });
    let watch = Watch { read: asked.read, write: asked.write, edge: false };
    // It may be in the loop already, for Event::add() or for a coroutine.
    let watch = match host::watch_beside(fd, watch, Rc::clone(&once) as Rc<dyn Listener>) {
        Ok(watch) => watch,
        Err(error) => return Ok(Err(error)),
    };
    let held = host::hold();
    let woken = wait.park(Reason::Event, at_most);
    host::unwatch(watch);
    drop(held);
    Ok(match woken? {
        Woken::Ready => Ok(once.found.get()),
        Woken::TimedOut => Err(io::Error::from_raw_os_error(libc::ETIMEDOUT)),
        Woken::Canceled => Err(io::Error::from_raw_os_error(libc::ECANCELED)),
    })
}

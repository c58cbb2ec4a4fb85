//! Waits for children. Who waits for one child, or has started one for a command, claims it: who waits for any gets the others. It must not know why there
//! are children.

use std::{
    cell::{Cell, RefCell},
    io,
    os::fd::{AsRawFd, OwnedFd},
    rc::Rc,
};

use engine::{
    Error as EngineError,
    sys::process::{self, ExitState},
};

use super::super::{
    host::{self, Due, Listener, Readiness, Watch, WatchId},
    io::{Deadline, Descriptor, Direction},
    record::{Reason, Ticket, Woken},
    scheduler,
};
use crate::zend::Result;

thread_local! {
    static CLAIMED: RefCell<Vec<i32>> = const { RefCell::new(Vec::new()) };
    /// Those that wait for any child.
    static ANY: RefCell<Vec<Ticket>> = const { RefCell::new(Vec::new()) };
}

/// Keeps a child for whoever has this.
pub(super) struct Claim(i32);

impl Claim {
    pub fn new(pid: i32) -> Claim {
        CLAIMED.with_borrow_mut(|all| all.push(pid));
        Claim(pid)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        CLAIMED.with_borrow_mut(|all| {
            if let Some(place) = all.iter().position(|pid| *pid == self.0) {
                all.swap_remove(place);
            }
        });
        // It stood before others that have ended, or is free now. This may run anywhere: the loop tells them.
        for ticket in ANY.take() {
            host::set_timer(std::time::Duration::ZERO, Due::Ready(ticket));
        }
    }
}

/// Forgets who waits for what.
pub(super) fn forget() {
    drop((CLAIMED.take(), ANY.take()));
}

fn is_claimed(pid: i32) -> bool {
    CLAIMED.with_borrow(|all| all.contains(&pid))
}

fn system(error: EngineError) -> io::Error {
    match error {
        EngineError::System { source, .. } => source,
        other => io::Error::other(other),
    }
}

/// Waits until a child has ended, and collects it.
///
/// # Errors
/// Outer: the coroutine has to leave. Inner: `ECHILD` for what is no child, and those of a [`Descriptor`]'s wait.
pub(super) fn one(pid: i32, deadline: Deadline) -> Result<io::Result<ExitState>> {
    let _claim = Claim::new(pid);
    let mut pidfd: Option<Descriptor> = None;
    loop {
        match process::reap_pid(pid).map_err(system) {
            Ok(Some(state)) => return Ok(Ok(state)),
            Ok(None) => {}
            Err(error) => return Ok(Err(error)),
        }
        let descriptor = match &pidfd {
            Some(descriptor) => descriptor,
            None => match process::pidfd_open(pid).map_err(system) {
                Ok(fd) => pidfd.insert(Descriptor::new(fd)),
                Err(error) => return Ok(Err(error)),
            },
        };
        if let Err(error) = descriptor.wait(Direction::Read, deadline)? {
            return Ok(Err(error));
        }
    }
}

/// Waits until any child has ended that nobody else waits for, and collects it.
///
/// # Errors
/// Outer: the coroutine has to leave. Inner: `ECHILD` when there are no children, `ETIMEDOUT`, `ECANCELED`, what the system says.
pub(super) fn any(deadline: Deadline) -> Result<io::Result<(i32, ExitState)>> {
    let listening = match host::listen_signal(libc::SIGCHLD, Rc::new(|_| tell())) {
        Ok(id) => id,
        Err(error) => return Ok(Err(error)),
    };
    let ended = any_of_them(deadline);
    host::unlisten_signal(listening);
    ended
}

/// A child has ended.
fn tell() -> Result<()> {
    for ticket in ANY.take() {
        scheduler::wake(ticket, Woken::Ready)?;
    }
    Ok(())
}

fn any_of_them(deadline: Deadline) -> Result<io::Result<(i32, ExitState)>> {
    loop {
        match process::ended_child().map_err(system) {
            // Who has claimed it collects it, and tells us.
            Ok(Some(pid)) if is_claimed(pid) => {}
            Ok(Some(pid)) => match process::reap_pid(pid).map_err(system) {
                Ok(Some(state)) => return Ok(Ok((pid, state))),
                Ok(None) => continue,
                Err(error) => return Ok(Err(error)),
            },
            Ok(None) => {}
            Err(error) => return Ok(Err(error)),
        }
        let left = deadline.left();
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(Err(io::Error::from_raw_os_error(libc::ETIMEDOUT)));
        }
        let wait = scheduler::prepare()?;
        let ticket = wait.ticket();
        ANY.with_borrow_mut(|all| all.push(ticket));
        let held = host::hold();
        let woken = wait.park(Reason::Event, left);
        drop(held);
        ANY.with_borrow_mut(|all| all.retain(|other| *other != ticket));
        match woken? {
            Woken::Ready => {}
            Woken::TimedOut => return Ok(Err(io::Error::from_raw_os_error(libc::ETIMEDOUT))),
            Woken::Canceled => return Ok(Err(io::Error::from_raw_os_error(libc::ECANCELED))),
        }
    }
}

/// A child that nobody waits for any more: it is killed, with what it has started, and collected when it has gone.
pub(super) fn abandon(pid: i32, claim: Claim) {
    process::kill_family(pid);
    let Ok(pidfd) = process::pidfd_open(pid) else {
        let _ = process::wait_for(pid);
        return;
    };
    let fd = pidfd.as_raw_fd();
    let abandoned = Rc::new(Abandoned { pid, _pidfd: pidfd, _claim: claim, watch: Cell::new(None) });
    let watch = Watch { read: true, write: false, edge: false };
    match host::watch(fd, watch, Rc::clone(&abandoned) as Rc<dyn Listener>) {
        Ok(watch) => abandoned.watch.set(Some(watch)),
        // What was killed ends at once, unless the system itself hangs.
        Err(_) => drop(process::wait_for(pid)),
    }
}

struct Abandoned {
    pid: i32,
    _pidfd: OwnedFd,
    _claim: Claim,
    watch: Cell<Option<WatchId>>,
}

impl Listener for Abandoned {
    fn ready(self: Rc<Self>, _: Readiness) -> Result<()> {
        // An error means that somebody else has collected it.
        if !matches!(process::reap_pid(self.pid), Ok(None))
            && let Some(watch) = self.watch.take()
        {
            host::unwatch(watch);
        }
        Ok(())
    }
}

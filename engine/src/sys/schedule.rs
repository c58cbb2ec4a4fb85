//! What a process asks of the scheduler: its priority, and a signal at intervals. It must not know whose process it is.

use std::{io, time::Duration};

use crate::error::{Context, Result};

/// Whose priority is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A process, by pid; 0 is this one.
    Process(u32),
    /// All processes of a group; 0 is this one's.
    Group(u32),
    /// All processes of a user, by id.
    User(u32),
}

impl Whose {
    fn numbers(self) -> (libc::__priority_which_t, libc::id_t) {
        match self {
            Whose::Process(pid) => (libc::PRIO_PROCESS, pid),
            Whose::Group(group) => (libc::PRIO_PGRP, group),
            Whose::User(user) => (libc::PRIO_USER, user),
        }
    }
}

/// The priority, -20 (most favoured) to 19; of several processes the most favoured one's.
pub fn priority(whose: Whose) -> Result<i32> {
    let (which, who) = whose.numbers();
    // SAFETY: errno is this thread's own; the other call takes integers. -1 is a priority like any other, so errno alone says that it failed.
    let (priority, errno) = unsafe {
        *libc::__errno_location() = 0;
        (libc::getpriority(which, who), *libc::__errno_location())
    };
    if errno == 0 { Ok(priority) } else { Err(io::Error::from_raw_os_error(errno)).call("getpriority") }
}

/// Sets the priority, which the system clamps to -20..=19.
pub fn set_priority(whose: Whose, priority: i32) -> Result<()> {
    let (which, who) = whose.numbers();
    // SAFETY: takes integers.
    match unsafe { libc::setpriority(which, who, priority) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()).call("setpriority"),
    }
}

/// Which time an interval timer counts, and so which signal it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalClock {
    /// All time: SIGALRM.
    Real,
    /// Time that the process runs in user mode: SIGVTALRM.
    Virtual,
    /// Time that the process runs: SIGPROF.
    Profile,
}

/// Has a signal sent to this process at each interval; `None` ends it. A child does not inherit it.
pub fn set_interval(clock: IntervalClock, interval: Option<Duration>) -> Result<()> {
    let which = match clock {
        IntervalClock::Real => libc::ITIMER_REAL,
        IntervalClock::Virtual => libc::ITIMER_VIRTUAL,
        IntervalClock::Profile => libc::ITIMER_PROF,
    };
    let interval = interval.unwrap_or_default();
    let time = libc::timeval {
        tv_sec: libc::time_t::try_from(interval.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_usec: libc::suseconds_t::from(interval.subsec_micros() as i32),
    };
    let timer = libc::itimerval { it_interval: time, it_value: time };
    // SAFETY: the kernel reads a local; the old value is not asked for.
    match unsafe { libc::setitimer(which, &raw const timer, std::ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()).call("setitimer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_can_be_asked_for_and_an_unknown_process_has_none() {
        let own = priority(Whose::Process(0)).unwrap();
        assert!((-20..=19).contains(&own), "{own}");
        let error = priority(Whose::Process(i32::MAX as u32)).unwrap_err();
        assert!(error.to_string().starts_with("getpriority failed"), "{error}");
    }
}

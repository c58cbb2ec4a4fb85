//! The master of a pool: it forks the workers, watches them, and starts another in the place of each that ends.
//!
//! What ended well is replaced at once, because that is how loops over external queues are written; what fails soon after its start, in a row, after a
//! pause that grows. It must not know how a worker spends its time.

use std::{
    os::fd::{AsRawFd, OwnedFd},
    rc::Rc,
    time::Instant,
};

use super::{
    Options,
    context::{Context, Course, DETACH, Shared},
    program::{self, Program},
};
use crate::{
    Result,
    flow::{Flow, Pending},
    ipc::InboxReceiver,
    log::{self, Level},
    reactor::{EventLoop, Wake},
    restart::{Failures, LONGEST_PAUSE, Restart, TOO_SOON},
    sys::{
        process::{self, ExitState, Fork, Reaped},
        signal::{SavedMask, SignalSource},
    },
    timer::TimerId,
};

/// The signals that a master handles.
pub(super) fn signals() -> [i32; 8] {
    [libc::SIGTERM, libc::SIGINT, libc::SIGUSR1, libc::SIGUSR2, libc::SIGHUP, libc::SIGPIPE, libc::SIGCHLD, libc::SIGRTMIN()]
}

/// A worker leaves by itself when its time is over; who has not done so after this does not come back any more.
const GRACE: std::time::Duration = std::time::Duration::from_millis(200);

const INBOX: mio::Token = mio::Token(0);

/// The pidfd of a worker's process. They follow the inbox.
fn process_token(worker: u32) -> mio::Token {
    mio::Token(1 + worker as usize)
}

/// What a forked child is to become.
#[derive(Debug)]
pub(super) struct Assignment {
    pub worker: u32,
    /// The signals, blocked until the child has its own handlers.
    pub mask: SavedMask,
}

/// How the master's loop ended.
#[derive(Debug)]
pub(super) enum End {
    /// All workers are gone.
    Done,
    /// A callback said that the process can't go on; the workers are gone.
    Failed(i32),
    /// This is a forked child.
    Child(Assignment),
}

/// A timer of this loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// Start this worker.
    Start(u32),
    /// This worker's process has had its time to leave.
    Kill(u32),
}

/// The place of a worker number.
#[derive(Debug)]
enum Seat {
    /// Nobody, until this timer is due; none: nobody any more.
    Vacant(Option<TimerId>),
    Taken(Staffer),
}

/// A worker process.
#[derive(Debug)]
struct Staffer {
    pid: i32,
    /// Says when the process has ended, even if the program has taken SIGCHLD for itself. None if there was no descriptor left for it.
    pidfd: Option<OwnedFd>,
    since: Instant,
    leaving: Leaving,
}

/// Why a worker process is expected to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    /// It is not: it ends when it wants to.
    No,
    /// It was told to; then it is killed.
    Told(TimerId),
    /// It did not leave in time.
    Killed,
}

/// See the module.
pub(super) struct Master<P: Program> {
    program: Rc<P>,
    context: Rc<Context>,
    shared: Rc<Shared>,
    events: EventLoop<Due>,
    inbox: InboxReceiver,
    seats: Vec<Seat>,
    failures: Vec<Failures>,
    /// Children that are none of the pool's any more, but still have to be collected.
    detached: Vec<i32>,
}

impl<P: Program> Master<P> {
    /// Opens the loop.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub fn new(
        program: &Rc<P>,
        context: &Rc<Context>,
        shared: &Rc<Shared>,
        inbox: InboxReceiver,
        signals: SignalSource,
    ) -> Result<Master<P>> {
        let events = EventLoop::new(Some(signals))?;
        events.watch_read(inbox.as_raw_fd(), INBOX)?;
        program::watch(&**program, &events)?;
        let count = shared.options.workers as usize;
        Ok(Master {
            program: Rc::clone(program),
            context: Rc::clone(context),
            shared: Rc::clone(shared),
            events,
            inbox,
            seats: (0..count).map(|_| Seat::Vacant(None)).collect(),
            failures: vec![Failures::default(); count],
            detached: Vec::new(),
        })
    }

    fn options(&self) -> &Options {
        &self.shared.options
    }

    /// Forks the workers, then watches until all are gone after a shutdown.
    ///
    /// # Errors
    /// `Error::System` when the poll fails.
    pub fn run(mut self) -> Result<End> {
        for worker in 0..self.options().workers {
            if let Some(child) = self.start(worker)? {
                return Ok(End::Child(child));
            }
        }
        self.shared.announce_completeness();
        self.call(|program| program.on_start());
        let mut wakes = Vec::new();
        let mut stopping = false;
        loop {
            let pending = self.run_due(wakes.iter().any(program::is_own));
            if !stopping && self.is_ending() {
                stopping = true;
                self.begin_stop();
            }
            if stopping && self.seats.iter().all(|seat| matches!(seat, Seat::Vacant(_))) {
                break;
            }
            let sent = self.shared.flush()?;
            // A full mailbox has no edge to wait for that would be this loop's; it is rare, and short.
            self.events.wait(pending.at_most((!sent).then_some(std::time::Duration::from_millis(1))), &mut wakes)?;
            for wake in wakes.iter().filter(|wake| !program::is_own(wake)) {
                if let Some(child) = self.handle(*wake)? {
                    return Ok(End::Child(child));
                }
            }
        }
        Ok(match self.context.course.get() {
            Course::Failed(status) | Course::Finishing(status) => End::Failed(status),
            Course::Serving | Course::Asked | Course::Detached => End::Done,
        })
    }

    fn is_ending(&self) -> bool {
        self.context.course.get() != Course::Serving
    }

    fn call(&self, callback: impl FnOnce(&P) -> Flow) {
        let flow = callback(&self.program);
        super::end_if_forked(&*self.program);
        self.context.course.set(self.context.course.get().after(flow));
    }

    /// Runs what of the program's own is due: what still waits. `ready` as for [`Program::run_due`].
    fn run_due(&self, ready: bool) -> Pending {
        if let Course::Failed(_) = self.context.course.get() {
            return Pending::Nothing;
        }
        let (flow, pending) = self.program.run_due(ready);
        self.call(|_| flow);
        pending
    }

    fn handle(&mut self, wake: Wake<Due>) -> Result<Option<Assignment>> {
        match wake {
            Wake::Timer(Due::Start(worker)) => return self.start(worker),
            Wake::Timer(Due::Kill(worker)) => self.kill(worker),
            Wake::Signal(libc::SIGCHLD) => return self.reap(),
            Wake::Signal(libc::SIGTERM | libc::SIGINT) => {
                if self.context.ask() {
                    self.program.on_ending();
                }
            }
            Wake::Signal(libc::SIGUSR1 | libc::SIGUSR2) => return self.reload(),
            Wake::Signal(signal) if signal == libc::SIGRTMIN() => {
                log::reopen();
                self.tell_all(signal);
            }
            Wake::Signal(signal) => {
                log::write(Level::Warning, format_args!("signal {signal} is of no effect in the master of a pool"));
            }
            Wake::Ready(INBOX, _) => return self.read_inbox(),
            Wake::Ready(..) => return self.reap(),
        }
        Ok(None)
    }

    fn staff(&self) -> impl Iterator<Item = &Staffer> {
        self.seats.iter().filter_map(|seat| match seat {
            Seat::Taken(staffer) => Some(staffer),
            Seat::Vacant(_) => None,
        })
    }

    fn tell_all(&self, signal: i32) {
        for staffer in self.staff() {
            // One that has just ended has nothing to be told.
            let _ = process::kill(staffer.pid, signal);
        }
    }

    /// Tells a worker process to leave, within its time.
    fn part_with(&mut self, worker: usize) {
        let time = self.options().max_wait_time + GRACE;
        let Seat::Taken(staffer) = &mut self.seats[worker] else { return };
        if staffer.leaving == Leaving::No {
            // If it has just ended, its end is on its way.
            let _ = process::kill(staffer.pid, libc::SIGTERM);
            staffer.leaving = Leaving::Told(self.events.set_timer(time, Due::Kill(worker as u32)));
        }
    }

    fn begin_stop(&mut self) {
        for worker in 0..self.seats.len() {
            if let Seat::Vacant(Some(timer)) = self.seats[worker] {
                self.events.clear_timer(timer);
                self.seats[worker] = Seat::Vacant(None);
            }
            self.part_with(worker);
        }
    }

    fn kill(&mut self, worker: u32) {
        let Seat::Taken(staffer) = &mut self.seats[worker as usize] else { return };
        let Leaving::Told(_) = staffer.leaving else { return };
        staffer.leaving = Leaving::Killed;
        log::write(
            Level::Warning,
            format_args!("worker(pid={}, id={worker}) did not leave within max_wait_time, forced termination", staffer.pid),
        );
        // If it has just ended, that was the aim.
        let _ = process::kill(staffer.pid, libc::SIGKILL);
    }

    /// Has every worker leave; its end brings its successor.
    fn reload(&mut self) -> Result<Option<Assignment>> {
        if self.is_ending() {
            return Ok(None);
        }
        log::write(Level::Info, format_args!("reloading {} workers", self.seats.len()));
        for worker in 0..self.seats.len() {
            self.failures[worker].forget();
            if let Seat::Vacant(timer) = self.seats[worker] {
                if let Some(timer) = timer {
                    self.events.clear_timer(timer);
                }
                if let Some(child) = self.start(worker as u32)? {
                    return Ok(Some(child));
                }
            } else {
                self.part_with(worker);
            }
        }
        Ok(None)
    }

    fn read_inbox(&mut self) -> Result<Option<Assignment>> {
        let mut leaving = Vec::new();
        while let Some(message) = self.inbox.recv()? {
            if message.envelope.kind == DETACH {
                leaving.push(message.envelope.arg as i32);
            }
        }
        for pid in leaving {
            if let Some(child) = self.detach(pid)? {
                return Ok(Some(child));
            }
        }
        Ok(None)
    }

    /// A worker process is none of ours any more; another takes its number.
    fn detach(&mut self, pid: i32) -> Result<Option<Assignment>> {
        let of = |seat: &Seat| matches!(seat, Seat::Taken(staffer) if staffer.pid == pid);
        // If it is none of ours, its end was seen before its word.
        let Some(worker) = self.seats.iter().position(of) else { return Ok(None) };
        self.vacate(worker)?;
        self.detached.push(pid);
        self.start(worker as u32)
    }

    /// Takes the process from a seat: who it was, and why it was expected to end.
    fn vacate(&mut self, worker: usize) -> Result<Option<Staffer>> {
        let Seat::Taken(gone) = std::mem::replace(&mut self.seats[worker], Seat::Vacant(None)) else { return Ok(None) };
        if let Leaving::Told(timer) = gone.leaving {
            self.events.clear_timer(timer);
        }
        if let Some(pidfd) = &gone.pidfd {
            // Closing it is not enough while a child of the program's has it too.
            self.events.forget(pidfd.as_raw_fd())?;
        }
        Ok(Some(gone))
    }

    /// Collects what has ended. Only our own workers: the program's other children are its own business.
    fn reap(&mut self) -> Result<Option<Assignment>> {
        self.detached.retain(|pid| matches!(process::reap_pid(*pid), Ok(None)));
        for worker in 0..self.seats.len() {
            let Seat::Taken(staffer) = &self.seats[worker] else { continue };
            let state = match process::reap_or_miss(staffer.pid)? {
                None => continue,
                Some(Reaped::Ended(state)) => state,
                // Or SIGCHLD is ignored.
                Some(Reaped::ByOthers) => ExitState::Exited(0),
            };
            if let Some(gone) = self.vacate(worker)?
                && let Some(child) = self.ended(worker as u32, &gone, state)?
            {
                return Ok(Some(child));
            }
        }
        Ok(None)
    }

    fn ended(&mut self, worker: u32, gone: &Staffer, state: ExitState) -> Result<Option<Assignment>> {
        let Staffer { pid, since, leaving, .. } = *gone;
        let (status, signal) = match state {
            ExitState::Exited(status) => (status, 0),
            ExitState::Signaled(signal) => (0, signal),
        };
        let as_told = match leaving {
            Leaving::No => false,
            // It has not kept to our handler, but to its word.
            Leaving::Told(_) => signal == libc::SIGTERM,
            Leaving::Killed => true,
        };
        let badly = (status != 0 || signal != 0) && !as_told;
        if badly {
            log::write(
                Level::Warning,
                format_args!("worker(pid={pid}, id={worker}) abnormal exit, status={status}, signal={signal}"),
            );
        }
        if self.is_ending() {
            return Ok(None);
        }
        let failed = badly && leaving == Leaving::No && since.elapsed() < TOO_SOON;
        let Restart::After { pause, first } = self.failures[worker as usize].ended(failed) else { return self.start(worker) };
        if first {
            log::write(
                Level::Warning,
                format_args!(
                    "worker {worker} fails soon after each start: it is started again after a pause that grows to {LONGEST_PAUSE:?}"
                ),
            );
        }
        self.seats[worker as usize] = Seat::Vacant(Some(self.events.set_timer(pause, Due::Start(worker))));
        Ok(None)
    }

    /// Forks a worker; `Some` in the child.
    fn start(&mut self, worker: u32) -> Result<Option<Assignment>> {
        if self.is_ending() {
            return Ok(None);
        }
        self.program.before_fork();
        let mask = crate::sys::signal::block_all();
        let seat = match process::fork() {
            Ok(Fork::Child) => return Ok(Some(Assignment { worker, mask })),
            Ok(Fork::Parent(pid)) => {
                // Before its signals are let through, so that its pid is known when it ends.
                self.shared.set_pid(worker, pid);
                Seat::Taken(Staffer { pid, pidfd: self.watch(worker, pid), since: Instant::now(), leaving: Leaving::No })
            }
            Err(error) => {
                log::write(Level::Error, format_args!("worker {worker} cannot be started: {error}"));
                Seat::Vacant(Some(self.events.set_timer(TOO_SOON, Due::Start(worker))))
            }
        };
        self.seats[worker as usize] = seat;
        drop(mask);
        Ok(None)
    }

    /// Has the loop say when this process has ended. Without it SIGCHLD does.
    fn watch(&self, worker: u32, pid: i32) -> Option<OwnedFd> {
        let pidfd = process::pidfd_open(pid).ok()?;
        self.events.watch_read(pidfd.as_raw_fd(), process_token(worker)).ok()?;
        Some(pidfd)
    }
}

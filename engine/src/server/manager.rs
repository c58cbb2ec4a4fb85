//! The manager: it forks the workers, watches them and replaces them; processes of the program's own (users) too, whose numbers follow the workers'.
//!
//! In PROCESS mode it is a process of its own, without threads, and gives every worker a berth; in BASE it is the process that called
//! `start`. A worker that ends soon after its start is replaced after a pause that grows. It must not know connections.

use std::{
    os::fd::{AsFd, AsRawFd},
    rc::Rc,
    sync::{
        Arc,
        atomic::Ordering::{Acquire, Relaxed, Release},
    },
    time::{Duration, Instant},
};

use super::{
    Mode,
    app::{Application, Flow, Pending, WorkerError},
    context::{InboxLink, end_if_forked},
    message::Message,
    shared::Shared,
    token::{Source, is_application_ready, watch_application},
};
use crate::{
    Result,
    ipc::{InboxReceiver, InboxSender, Outbox, SendState},
    log::{self, Level},
    reactor::{EventLoop, Wake},
    restart::{Failures, LONGEST_PAUSE, Restart, TOO_SOON},
    shm::control::Phase,
    sys::{
        process::{self, ExitState, Fork, Reaped},
        signal::{self, SavedMask, SignalSource},
    },
};

/// The signals that a manager handles.
pub(super) fn signals() -> [i32; 8] {
    [libc::SIGTERM, libc::SIGINT, libc::SIGUSR1, libc::SIGUSR2, libc::SIGHUP, libc::SIGPIPE, libc::SIGCHLD, libc::SIGRTMIN()]
}

/// A worker that has failed may take so much longer than `max_wait_time`, for its program's own shutdown.
const TIME_TO_LEAVE: Duration = Duration::from_secs(1);

/// What a forked child is to become.
#[derive(Debug)]
pub(super) struct Assignment {
    pub worker: u32,
    /// PROCESS only.
    pub berth: Option<u32>,
    /// The signals, blocked until the child has its own handlers.
    pub mask: SavedMask,
}

/// How the manager's loop ended.
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
    /// The worker process has had its time to leave.
    Kill(i32),
}

/// A living worker process.
#[derive(Debug)]
struct Staffer {
    pid: i32,
    worker: u32,
    since: Instant,
    /// What the number's counter of messages was then.
    requests: u64,
    incarnation: u32,
    leaving: Leaving,
}

/// Why a worker process is expected to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    /// It is not.
    No,
    /// It wants to, or the server stops.
    Asked,
    /// A reload replaces it.
    Reloading,
    /// It has failed, and finishes what it has begun.
    Failing,
    /// It did not leave in time.
    Killed,
}

/// See the module.
pub(super) struct Manager<A: Application> {
    app: Rc<A>,
    shared: Arc<Shared>,
    inboxes: Rc<InboxLink>,
    events: EventLoop<Due>,
    inbox: InboxReceiver,
    /// To the reactors.
    reactors: Vec<Outbox>,
    staff: Vec<Staffer>,
    /// For each number: starts in a row that failed too soon.
    failures: Vec<Failures>,
    /// Numbers that wait for a free berth.
    waiting: Vec<u32>,
    /// A reload was asked for during the present one.
    reload_again: bool,
    failed: Option<i32>,
    master: i32,
}

impl<A: Application> Manager<A> {
    /// Opens the loop.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub fn new(
        app: &Rc<A>,
        shared: &Arc<Shared>,
        inboxes: Rc<InboxLink>,
        inbox: InboxReceiver,
        signals: SignalSource,
    ) -> Result<Self> {
        let events = EventLoop::new(Some(signals))?;
        events.watch_read(inbox.as_raw_fd(), Source::Inbox.token())?;
        watch_application(&**app, &events)?;
        let outbox = |sender: &InboxSender| Ok(Outbox::new(sender.try_clone()?));
        let reactors = match shared.shape.mode {
            Mode::Process => shared.owner_inboxes.iter().map(outbox).collect::<Result<_>>()?,
            Mode::Base => Vec::new(),
        };
        Ok(Manager {
            app: Rc::clone(app),
            shared: Arc::clone(shared),
            inboxes,
            events,
            inbox,
            reactors,
            staff: Vec::new(),
            failures: vec![Failures::default(); (shared.shape.workers + shared.shape.users) as usize],
            waiting: Vec::new(),
            reload_again: false,
            failed: None,
            master: process::parent_pid(),
        })
    }

    /// Forks the workers, then watches until all are gone after a shutdown.
    ///
    /// # Errors
    /// `Error::System` when the poll fails.
    pub fn run(mut self) -> Result<End> {
        for worker in 0..self.shared.shape.workers + self.shared.shape.users {
            if let Some(child) = self.start(worker)? {
                return Ok(End::Child(child));
            }
        }
        self.call(|app| app.on_manager_start());
        let mut wakes = Vec::new();
        let mut stopping = false;
        loop {
            let pending = self.run_due(is_application_ready(&wakes));
            if !stopping && (self.shared.stopping() || self.failed.is_some()) {
                stopping = true;
                self.begin_stop();
            }
            if stopping && self.staff.is_empty() {
                break;
            }
            let sent = self.flush()?;
            // A full inbox has no edge to wait for that would be this loop's; it is rare, and short.
            self.events.wait(pending.at_most((!sent).then_some(Duration::from_millis(1))), &mut wakes)?;
            for wake in &wakes {
                if let Some(child) = self.handle(*wake)? {
                    return Ok(End::Child(child));
                }
            }
        }
        if self.failed.is_none() {
            self.call(|app| app.on_manager_stop());
        }
        Ok(self.failed.map_or(End::Done, End::Failed))
    }

    fn call(&mut self, callback: impl FnOnce(&A) -> Flow) {
        let flow = callback(&self.app);
        end_if_forked(&*self.app);
        if let Flow::Finish(status) | Flow::Leave(status) = flow {
            self.failed.get_or_insert(status);
        }
    }

    /// Runs what of the application's own is due: what still waits. `ready` as for [`Application::run_due`].
    fn run_due(&mut self, ready: bool) -> Pending {
        if self.failed.is_some() {
            return Pending::Nothing;
        }
        let (flow, pending) = self.app.run_due(ready);
        self.call(|_| flow);
        pending
    }

    fn flush(&mut self) -> Result<bool> {
        let mut empty = self.inboxes.flush()?;
        for outbox in &mut self.reactors {
            empty &= outbox.is_empty() || outbox.flush()?;
        }
        Ok(empty)
    }

    fn handle(&mut self, wake: Wake<Due>) -> Result<Option<Assignment>> {
        match wake {
            Wake::Timer(Due::Start(worker)) => return self.start(worker),
            Wake::Timer(Due::Kill(pid)) => self.kill(pid),
            Wake::Signal(libc::SIGCHLD) => return self.reap(),
            Wake::Signal(signal) => return self.signal(signal),
            Wake::Ready(..) => return self.read_inbox(),
        }
        Ok(None)
    }

    fn signal(&mut self, signal: i32) -> Result<Option<Assignment>> {
        match signal {
            libc::SIGTERM => self.asked_to_stop(),
            libc::SIGINT if self.shared.shape.mode == Mode::Base => self.asked_to_stop(),
            // An interrupt from the terminal reaches every process of the group: the master ends the server.
            libc::SIGINT => {}
            libc::SIGUSR1 => return self.reload(),
            libc::SIGUSR2 => log::write(Level::Info, format_args!("there are no task workers to reload")),
            _ if signal == libc::SIGRTMIN() => {
                log::reopen();
                for staffer in self.staff.iter().filter(|staffer| !self.is_user(staffer.worker)) {
                    // One that has just ended needs no new log file.
                    let _ = process::kill(staffer.pid, signal);
                }
            }
            _ => log::write(Level::Warning, format_args!("signal {signal} is of no effect in the manager")),
        }
        Ok(None)
    }

    /// In BASE this is the main process. In PROCESS the master has said so, or is gone, or somebody has sent the signal here: the
    /// manager's end is the server's.
    fn asked_to_stop(&mut self) {
        let control = self.shared.control();
        if self.shared.shape.mode == Mode::Process {
            if process::parent_pid() != self.master {
                control.orphaned.store(1, Release);
            } else if !self.shared.stopping() && process::kill(self.master, libc::SIGTERM).is_ok() {
                return;
            }
        }
        control.advance(Phase::Stopping);
    }

    fn begin_stop(&mut self) {
        self.shared.control().advance(Phase::Stopping);
        self.waiting.clear();
        // In PROCESS the reactors tell the workers that nothing follows, if there still is a master.
        let tell =
            self.shared.shape.mode == Mode::Base || self.shared.control().orphaned.load(Relaxed) != 0 || self.failed.is_some();
        let wait = self.shared.options.max_wait_time;
        let shape = self.shared.shape;
        for staffer in &mut self.staff {
            staffer.leaving = Leaving::Asked;
            if tell || shape.user(staffer.worker).is_some() {
                // One that has just ended has nothing to be told.
                let _ = process::kill(staffer.pid, libc::SIGTERM);
            }
            self.events.set_timer(wait, Due::Kill(staffer.pid));
        }
    }

    fn kill(&mut self, pid: i32) {
        let leaves = |staffer: &&mut Staffer| staffer.pid == pid && !matches!(staffer.leaving, Leaving::No | Leaving::Killed);
        let Some(staffer) = self.staff.iter_mut().find(leaves) else { return };
        staffer.leaving = Leaving::Killed;
        log::write(
            Level::Warning,
            format_args!("worker(pid={pid}, id={}) did not leave within max_wait_time, forced termination", staffer.worker),
        );
        // If it has just ended, that was the aim.
        let _ = process::kill(pid, libc::SIGKILL);
    }

    fn is_reloading(&self) -> bool {
        self.staff.iter().any(|staffer| staffer.leaving == Leaving::Reloading)
    }

    fn is_user(&self, worker: u32) -> bool {
        self.shared.shape.user(worker).is_some()
    }

    /// Replaces every worker: the successor starts at once, the predecessor leaves when it has done what it has.
    fn reload(&mut self) -> Result<Option<Assignment>> {
        if self.shared.stopping() {
            return Ok(None);
        }
        if self.is_reloading() {
            // What the workers of the present one have loaded may be older than what this call is about.
            self.reload_again = true;
            return Ok(None);
        }
        log::write(Level::Info, format_args!("reloading {} workers", self.shared.shape.workers));
        self.call(|app| app.on_before_reload());
        let all: Vec<(u32, i32)> = self
            .staff
            .iter()
            .filter(|staffer| staffer.leaving == Leaving::No && !self.is_user(staffer.worker))
            .map(|staffer| (staffer.worker, staffer.pid))
            .collect();
        for (worker, pid) in all {
            if self.shared.shape.mode == Mode::Base {
                // If it has just ended, its end brings the successor.
                let _ = process::kill(pid, libc::SIGTERM);
            }
            self.failures[worker as usize].forget();
            self.part_with(pid, Leaving::Reloading);
            if let Some(child) = self.start(worker)? {
                return Ok(Some(child));
            }
        }
        self.call(|app| app.on_after_reload());
        // Two calls in a row are one: the second came while the workers were being started.
        self.events.forget_signal(libc::SIGUSR1);
        Ok(None)
    }

    /// A worker process is to leave, within `max_wait_time` after its successor has started. What it was, if it was not leaving already.
    fn part_with(&mut self, pid: i32, why: Leaving) -> Option<(Instant, u64)> {
        let staffer = self.staff.iter_mut().find(|staffer| staffer.pid == pid && staffer.leaving == Leaving::No)?;
        staffer.leaving = why;
        Some((staffer.since, staffer.requests))
    }

    /// A worker process wants to leave; another takes its number.
    fn retire(&mut self, worker: u32, pid: i32, failed: bool) -> Result<Option<Assignment>> {
        let Some(slot) = self.shared.workers.get(worker as usize) else { return Ok(None) };
        let served = slot.requests.load(Relaxed);
        match self.part_with(pid, if failed { Leaving::Failing } else { Leaving::Asked }) {
            None => Ok(None),
            Some((since, requests)) => self.succeed(worker, since.elapsed() < TOO_SOON && (failed || requests == served)),
        }
    }

    fn read_inbox(&mut self) -> Result<Option<Assignment>> {
        let mut retiring = Vec::new();
        while let Some(received) = self.inbox.recv()? {
            match Message::of(&received.envelope) {
                Some(Message::Retire { worker, pid, failed }) => retiring.push((worker, pid, failed)),
                Some(
                    Message::BerthFree { .. }
                    | Message::Send { .. }
                    | Message::Close { .. }
                    | Message::WorkerUp { .. }
                    | Message::Room,
                )
                | None => {}
            }
        }
        if !self.shared.stopping() {
            for (worker, pid, failed) in retiring {
                if let Some(child) = self.retire(worker, pid, failed)? {
                    return Ok(Some(child));
                }
            }
        }
        // A berth may be free again.
        for worker in std::mem::take(&mut self.waiting) {
            if let Some(child) = self.start(worker)? {
                return Ok(Some(child));
            }
        }
        Ok(None)
    }

    /// Collects what has ended. Only our own workers: the program's other children are its own business.
    fn reap(&mut self) -> Result<Option<Assignment>> {
        let mut index = 0;
        while index < self.staff.len() {
            match process::reap_or_miss(self.staff[index].pid)? {
                None => index += 1,
                Some(reaped) => {
                    let gone = self.staff.swap_remove(index);
                    let state = match reaped {
                        Reaped::Ended(state) => state,
                        Reaped::ByOthers => {
                            let Staffer { pid, worker, .. } = gone;
                            log::write(
                                Level::Warning,
                                format_args!(
                                    "worker(pid={pid}, id={worker}) has ended; code of the program has collected its status"
                                ),
                            );
                            ExitState::Exited(0)
                        }
                    };
                    if let Some(child) = self.ended(gone, state)? {
                        return Ok(Some(child));
                    }
                }
            }
        }
        if !self.is_reloading() && std::mem::take(&mut self.reload_again) {
            return self.reload();
        }
        Ok(None)
    }

    fn ended(&mut self, gone: Staffer, state: ExitState) -> Result<Option<Assignment>> {
        let Staffer { pid, worker, since, requests, incarnation, leaving } = gone;
        let (exit_code, signal) = match state {
            ExitState::Exited(code) => (code, 0),
            ExitState::Signaled(signal) => (0, signal),
        };
        let user = self.is_user(worker);
        if self.shared.shape.mode == Mode::Base && !user {
            self.sweep(worker, incarnation)?;
        }
        // At the end a user is told by a signal, and need not know it.
        let told = user && leaving == Leaving::Asked && signal == libc::SIGTERM;
        let badly = (exit_code != 0 || signal != 0) && leaving != Leaving::Killed && !told;
        if badly {
            log::write(
                Level::Warning,
                format_args!("worker(pid={pid}, id={worker}) abnormal exit, status={exit_code}, signal={signal}"),
            );
            self.call(|app| app.on_worker_error(WorkerError { worker, pid, exit_code, signal }));
        }
        if leaving != Leaving::No || self.shared.stopping() || self.failed.is_some() {
            return Ok(None);
        }
        // A user that has done what it does begins anew at once.
        let idle = self.shared.workers.get(worker as usize).is_some_and(|slot| {
            slot.pid.store(0, Release);
            requests == slot.requests.load(Relaxed)
        });
        let soon = since.elapsed() < TOO_SOON && (badly || idle);
        self.succeed(worker, soon)
    }

    /// Starts a worker's successor: at once, but after a pause when its predecessors have failed in a row.
    fn succeed(&mut self, worker: u32, failed: bool) -> Result<Option<Assignment>> {
        let Restart::After { pause, first } = self.failures[worker as usize].ended(failed) else { return self.start(worker) };
        if first {
            log::write(
                Level::Warning,
                format_args!(
                    "worker {worker} ends soon after each start: it is started again after a pause that grows to {LONGEST_PAUSE:?}"
                ),
            );
        }
        self.events.set_timer(pause, Due::Start(worker));
        Ok(None)
    }

    /// In BASE a dead worker's connections are gone with it; their slots are not.
    fn sweep(&self, worker: u32, incarnation: u32) -> Result<()> {
        let mut swept = 0;
        let mut room = false;
        for (session, snapshot) in self.shared.table.list(Some(worker as u16)) {
            if snapshot.new.incarnation == incarnation
                && let Some(wanted) = self.shared.table.release(session)
            {
                room |= wanted;
                swept += 1;
                self.shared.control().close_count.fetch_add(1, Relaxed);
            }
        }
        let count = &self.shared.owners[worker as usize].connections;
        if self.staff.iter().any(|staffer| staffer.worker == worker) {
            // One that was killed between taking a connection and counting it has one more than it counted.
            let _ = count.fetch_update(Relaxed, Relaxed, |count| Some(count.saturating_sub(swept)));
        } else {
            count.store(0, Relaxed);
        }
        if room { self.inboxes.tell_of_room(None) } else { Ok(()) }
    }

    fn free_berth(&self) -> Option<u32> {
        (0..self.shared.shape.berths).find(|berth| self.shared.berths[*berth as usize].taken.load(Acquire) == 0)
    }

    /// Forks a worker; `Some` in the child.
    fn start(&mut self, worker: u32) -> Result<Option<Assignment>> {
        if self.shared.stopping() || self.failed.is_some() {
            return Ok(None);
        }
        if self.is_user(worker) {
            return self.start_user(worker);
        }
        let berth = match self.shared.shape.mode {
            Mode::Base => None,
            Mode::Process => match self.free_berth() {
                Some(berth) => Some(berth),
                None => {
                    self.waiting.push(worker);
                    return Ok(None);
                }
            },
        };
        if let Some(berth) = berth {
            let slot = &self.shared.berths[berth as usize];
            slot.taken.store(1, Relaxed);
            slot.users.store(self.shared.shape.reactors, Release);
            slot.sleeping.awake();
        }
        self.app.before_fork();
        let slot = &self.shared.workers[worker as usize];
        slot.ready.store(0, Relaxed);
        slot.busy.store(0, Relaxed);
        let incarnation = slot.incarnation.fetch_add(1, Relaxed) + 1;
        let mask = signal::block_all();
        let pid = match process::fork() {
            Ok(Fork::Child) => return Ok(Some(Assignment { worker, berth, mask })),
            Ok(Fork::Parent(pid)) => pid,
            Err(error) => {
                drop(mask);
                log::write(Level::Error, format_args!("worker {worker} cannot be started: {error}"));
                if let Some(berth) = berth {
                    self.shared.berths[berth as usize].taken.store(0, Release);
                }
                self.events.set_timer(TOO_SOON, Due::Start(worker));
                return Ok(None);
            }
        };
        // Before its signals are let through, so that its pid is known when it ends.
        slot.pid.store(pid, Release);
        if worker == 0 && self.shared.shape.mode == Mode::Base {
            // Before there is a further worker that could ask.
            self.shared.control().master_pid.store(pid, Release);
        }
        // Only now: a predecessor serves, and is told nothing, for as long as its successor waits for a berth.
        for predecessor in self.staff.iter().filter(|staffer| staffer.worker == worker && staffer.leaving != Leaving::No) {
            // One that has failed waits as long for what it has begun, and then has its status to leave with.
            let more = if predecessor.leaving == Leaving::Failing { TIME_TO_LEAVE } else { Duration::ZERO };
            self.events.set_timer(self.shared.options.max_wait_time + more, Due::Kill(predecessor.pid));
        }
        let requests = slot.requests.load(Relaxed);
        self.staff.push(Staffer { pid, worker, since: Instant::now(), requests, incarnation, leaving: Leaving::No });
        drop(mask);
        if let Some(berth) = berth {
            let pidfd = process::pidfd_open(pid)?;
            for outbox in &mut self.reactors {
                // What does not go now waits in the outbox, and goes when the loop flushes it.
                let (SendState::Sent | SendState::Full) =
                    outbox.send(&Message::WorkerUp { worker, berth, pid }.envelope(), &[], Some(pidfd.as_fd()))?;
            }
        }
        Ok(None)
    }

    /// Forks a process of the program's own; `Some` in the child.
    fn start_user(&mut self, worker: u32) -> Result<Option<Assignment>> {
        self.app.before_fork();
        let mask = signal::block_all();
        match process::fork() {
            Ok(Fork::Child) => return Ok(Some(Assignment { worker, berth: None, mask })),
            Ok(Fork::Parent(pid)) => {
                let (since, leaving) = (Instant::now(), Leaving::No);
                self.staff.push(Staffer { pid, worker, since, requests: 0, incarnation: 0, leaving });
            }
            Err(error) => {
                log::write(Level::Error, format_args!("the process {worker} cannot be started: {error}"));
                self.events.set_timer(TOO_SOON, Due::Start(worker));
            }
        }
        Ok(None)
    }
}

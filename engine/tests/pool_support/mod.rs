//! A pool under test: it runs in a child process, tells what happens in its processes by a pipe, and is looked at from outside.

#![allow(dead_code, reason = "each test binary uses some of it")]

use std::cell::Cell;
use std::fmt::Display;
use std::io::{BufRead, BufReader};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use engine::flow::{Flow, Pending};
use engine::pool::{Ended, Handle, Options, Pool, Process, Program};
use engine::sys::process::{self, ExitState, Fork};

/// Longer than anything that a test waits for, shorter than patience.
pub const LIMIT: Duration = Duration::from_secs(20);

/// What a callback is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Start,
    Shutdown,
    WorkerStart(u32),
    WorkerStop(u32),
    WorkerExit(u32),
    Message(Vec<u8>),
}

type Script = dyn Fn(&Probe, Event) -> Flow;

/// The program: it reports each callback, then does what the test says.
pub struct Probe {
    pub handle: Handle,
    /// What `run_due` says still waits.
    pub pending: Cell<Pending>,
    script: Box<Script>,
    reports: OwnedFd,
}

impl Probe {
    /// Tells the test something, in one write, so that lines of several processes do not mix.
    pub fn report(&self, what: impl Display) {
        let line = format!("{} {} {what}\n", process::pid(), process::monotonic_ns());
        nix::unistd::write(&self.reports, line.as_bytes()).expect("write");
    }

    fn event(&self, event: Event) -> Flow {
        (self.script)(self, event)
    }
}

impl Program for Probe {
    type Data = Vec<u8>;

    fn take(&self, bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    fn run_due(&self, _ready: bool) -> (Flow, Pending) {
        (Flow::Continue, self.pending.get())
    }

    fn after_fork(&self, _process: Process) {
        self.pending.set(Pending::Nothing);
        // A test that fails leaves nothing behind.
        nix::unistd::alarm::set(2 * LIMIT.as_secs() as u32);
    }

    fn on_start(&self) -> Flow {
        self.report("start");
        self.event(Event::Start)
    }

    fn on_shutdown(&self) -> Flow {
        self.report("shutdown");
        self.event(Event::Shutdown)
    }

    fn on_worker_start(&self, worker: u32) -> Flow {
        self.report(format_args!("worker_start {worker}"));
        self.event(Event::WorkerStart(worker))
    }

    fn on_worker_stop(&self, worker: u32) -> Flow {
        self.report(format_args!("worker_stop {worker}"));
        self.event(Event::WorkerStop(worker))
    }

    fn on_worker_exit(&self, worker: u32) -> Flow {
        self.report(format_args!("worker_exit {worker}"));
        self.event(Event::WorkerExit(worker))
    }

    fn on_ending(&self) {
        self.report("ending");
    }

    fn on_message(&self, data: Vec<u8>) -> Flow {
        self.event(Event::Message(data))
    }
}

/// A line that a process of the pool has written.
#[derive(Clone, Debug)]
pub struct Report {
    pub pid: i32,
    pub what: String,
    /// When it was written, by the clock that never goes back.
    pub when: Duration,
}

/// A pool that runs in a child.
pub struct Running {
    /// The master.
    pub pid: i32,
    lines: Mutex<Lines>,
    ended: Cell<Option<ExitState>>,
}

struct Lines {
    pipe: BufReader<std::fs::File>,
    seen: Vec<Report>,
}

/// Runs a pool. `options` come with what tests want: a short time to end.
#[track_caller]
pub fn run(options: impl FnOnce(&mut Options), script: impl Fn(&Probe, Event) -> Flow + 'static) -> Running {
    let (read, write) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).expect("pipe2");
    match process::fork().expect("fork") {
        Fork::Parent(pid) => {
            drop(write);
            let lines = Lines { pipe: BufReader::new(read.into()), seen: Vec::new() };
            Running { pid, lines: Mutex::new(lines), ended: Cell::new(None) }
        }
        Fork::Child => {
            drop(read);
            nix::unistd::alarm::set(2 * LIMIT.as_secs() as u32);
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let mut pool = Pool::new(2);
                pool.options_mut().max_wait_time = Duration::from_secs(5);
                options(pool.options_mut());
                let pending = Cell::new(Pending::Nothing);
                let probe = Probe { handle: pool.handle(), pending, script: Box::new(script), reports: write };
                match pool.start(probe).expect("start") {
                    Ended::Pool | Ended::Child => 0,
                    Ended::PoolFailed(status) | Ended::ChildFailed(status) => status,
                }
            }));
            process::exit_now(outcome.unwrap_or(101))
        }
    }
}

impl Running {
    /// Waits until so many reports say `what`, and gives them. What was reported before counts.
    #[track_caller]
    pub fn await_reports(&self, what: &str, count: usize) -> Vec<Report> {
        let end = Instant::now() + LIMIT;
        loop {
            let found = self.reports(what);
            if found.len() >= count {
                return found;
            }
            let mut lines = self.lines.lock().unwrap();
            let left = end.saturating_duration_since(Instant::now());
            let more = engine::sys::io::wait_readable(lines.pipe.get_ref(), left).expect("poll") && lines.read();
            assert!(more, "{count} of {what:?}, in {:#?}", lines.seen);
        }
    }

    #[track_caller]
    pub fn await_report(&self, what: &str) -> Report {
        self.await_reports(what, 1).remove(0)
    }

    /// The reports so far that are `what`.
    pub fn reports(&self, what: &str) -> Vec<Report> {
        let mut lines = self.lines.lock().unwrap();
        while engine::sys::io::wait_readable(lines.pipe.get_ref(), Duration::ZERO).expect("poll") && lines.read() {}
        lines.seen.iter().filter(|report| report.what == what).cloned().collect()
    }

    /// All reports so far, without their pids.
    pub fn all(&self) -> Vec<String> {
        self.reports("");
        self.lines.lock().unwrap().seen.iter().map(|report| report.what.clone()).collect()
    }

    pub fn signal(&self, signal: i32) {
        process::kill(self.pid, signal).expect("kill");
    }

    /// Waits for the master's end.
    #[track_caller]
    pub fn wait(&self) -> ExitState {
        if let Some(state) = self.ended.get() {
            return state;
        }
        let pidfd = process::pidfd_open(self.pid).expect("pidfd_open");
        assert!(engine::sys::io::wait_readable(pidfd, LIMIT).expect("poll"), "the master still runs: {:#?}", self.all());
        let state = process::wait_for(self.pid).expect("waitpid");
        self.ended.set(Some(state));
        state
    }

    /// Ends it by SIGTERM, in good order; no process of it is left.
    #[track_caller]
    pub fn stop(self) {
        self.signal(libc::SIGTERM);
        assert_eq!(self.wait(), ExitState::Exited(0));
        self.expect_nobody();
    }

    /// Waits until no process has the pipe any more: master, workers, and what they have forked.
    #[track_caller]
    pub fn expect_nobody(&self) {
        let end = Instant::now() + LIMIT;
        let mut lines = self.lines.lock().unwrap();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                engine::sys::io::wait_readable(lines.pipe.get_ref(), left).expect("poll"),
                "a process that should have ended still runs: {:#?}",
                lines.seen
            );
            if !lines.read() {
                return;
            }
        }
    }
}

impl Drop for Running {
    /// A test that failed takes its pool along: the workers follow the master.
    fn drop(&mut self) {
        if self.ended.get().is_none() {
            let _ = process::kill(self.pid, libc::SIGKILL);
            let _ = process::wait_for(self.pid);
        }
    }
}

impl Lines {
    /// Reads one line, and what came with it; false at the end.
    fn read(&mut self) -> bool {
        loop {
            let mut line = String::new();
            if self.pipe.read_line(&mut line).expect("read") == 0 {
                return false;
            }
            let mut words = line.trim_end().splitn(3, ' ');
            let mut word = || words.next().expect("a report");
            let (pid, when) = (word().parse().expect("a pid"), word().parse().expect("nanoseconds"));
            self.seen.push(Report { pid, what: word().to_owned(), when: Duration::from_nanos(when) });
            if self.pipe.buffer().is_empty() {
                return true;
            }
        }
    }
}

/// Waits until `is` holds.
#[track_caller]
pub fn wait_until(what: &str, is: impl Fn() -> bool) {
    let end = Instant::now() + LIMIT;
    while !is() {
        assert!(Instant::now() < end, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until somebody reads what the test writes to the other end: for callbacks that are to wait for the test.
pub struct Gate {
    read: OwnedFd,
    write: OwnedFd,
}

impl Gate {
    pub fn new() -> Gate {
        let (read, write) = nix::unistd::pipe().expect("pipe");
        Gate { read, write }
    }

    /// Lets one waiter pass.
    pub fn open(&self) {
        nix::unistd::write(&self.write, &[1]).expect("write");
    }

    /// Waits to be let through; signals do not end it.
    pub fn wait(&self) {
        loop {
            match nix::unistd::read(&self.read, &mut [0]) {
                Err(nix::errno::Errno::EINTR) => {}
                result => {
                    result.expect("read");
                    return;
                }
            }
        }
    }

    /// For a process that must not keep the test's end.
    pub fn fd(&self) -> i32 {
        self.read.as_raw_fd()
    }
}

/// Shares a gate with processes that are forked later.
pub fn gate() -> &'static Gate {
    Box::leak(Box::new(Gate::new()))
}

//! A server under test, seen from outside: how it is set up, what it reports, how it ends.

use std::collections::HashMap;
use std::fmt::Display;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use super::peer::{Address, Peer};
use super::{LIMIT, probe};

/// What a server under test is to be: pairs of a name and a value that `probe` understands.
#[derive(Clone, Debug)]
pub struct Setup {
    pairs: Vec<(String, String)>,
    dir: Arc<tempfile::TempDir>,
}

impl Setup {
    /// One process that does everything.
    pub fn single() -> Setup {
        Setup::of("base")
    }

    /// BASE with a manager.
    pub fn base(workers: u32) -> Setup {
        Setup::of("base").with("worker_num", workers)
    }

    /// PROCESS.
    pub fn process(workers: u32, reactors: u32) -> Setup {
        Setup::of("process").with("worker_num", workers).with("reactor_num", reactors)
    }

    fn of(mode: &str) -> Setup {
        let dir = tempfile::tempdir().expect("mkdir");
        Setup { pairs: Vec::new(), dir: Arc::new(dir) }.with("mode", mode)
    }

    /// Sets something; see `probe` for what there is.
    pub fn with(mut self, name: &str, value: impl Display) -> Setup {
        self.pairs.push((name.to_owned(), value.to_string()));
        self
    }

    /// Whether it is of this mode.
    pub fn is(&self, mode: &str) -> bool {
        self.pairs.iter().any(|(name, value)| name == "mode" && value == mode)
    }

    /// A number that was set.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.pairs.iter().rfind(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok())
    }

    /// A path in the server's own directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts it and waits until it takes connections. The ports are: 0 echo, 1 commands, then what `with("port", …)` added.
    #[track_caller]
    pub fn start(&self) -> Running {
        let running = self.spawn();
        running.wait_for("listening", |_| true);
        running
    }

    /// Starts it.
    pub fn spawn(&self) -> Running {
        let mut text = format!("log_file={}\n", self.path("log").display());
        for (name, value) in &self.pairs {
            text += &format!("{name}={value}\n");
        }
        let mut command = Command::new(std::env::current_exe().expect("the path of this binary"));
        command
            .args(["--ignored", "--exact", "server_support::serve", "--nocapture", "--test-threads=1"])
            .env(probe::SETUP, text)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0);
        // The server's signals are its main thread's, but there they would reach the thread of the test harness as well.
        // A test that is killed takes its server along.
        // SAFETY: sets the signal mask and asks for a signal: two system calls, which may be made here.
        unsafe {
            command.pre_exec(|| {
                engine::sys::signal::block_all_in_this_thread();
                engine::sys::process::set_parent_death_signal(libc::SIGKILL).map_err(|_| std::io::Error::last_os_error())
            })
        };
        let mut child = command.spawn().expect("exec");
        let stdout = child.stdout.take().expect("a pipe");
        let stdin = child.stdin.take();
        let heard = Arc::new(Heard::default());
        std::thread::spawn({
            let heard = Arc::clone(&heard);
            move || heard.listen(BufReader::new(stdout))
        });
        Running { child: Mutex::new(child), stdin, heard, setup: self.clone(), status: Mutex::new(None) }
    }
}

/// A callback that ran, or something else that a process of the server says.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its place among all reports.
    pub index: usize,
    pub when: Instant,
    pub pid: i32,
    /// `master`, `manager` or `worker`; `-` before the start.
    pub role: String,
    pub name: String,
    fields: HashMap<String, String>,
}

impl Report {
    /// Takes a line apart; none when it is no report.
    fn of(line: &str, index: usize) -> Option<Report> {
        let mut words = line.strip_prefix("@ ")?.split(' ');
        let pid = words.next()?.parse().ok()?;
        let role = words.next()?.to_owned();
        let name = words.next()?.to_owned();
        let fields = words.filter_map(|word| word.split_once('=')).map(|(key, value)| (key.to_owned(), value.to_owned()));
        Some(Report { index, when: Instant::now(), pid, role, name, fields: fields.collect() })
    }

    #[track_caller]
    pub fn text(&self, field: &str) -> &str {
        self.fields.get(field).unwrap_or_else(|| panic!("no {field} in {self:?}"))
    }

    #[track_caller]
    pub fn number(&self, field: &str) -> i64 {
        self.text(field).parse().unwrap_or_else(|_| panic!("{field} is no number in {self:?}"))
    }

    /// Whether `field` is there and has this value.
    pub fn is(&self, field: &str, value: impl Display) -> bool {
        self.fields.get(field).is_some_and(|found| *found == value.to_string())
    }
}

#[derive(Default)]
struct Heard {
    state: Mutex<HeardState>,
    changed: Condvar,
}

#[derive(Default)]
struct HeardState {
    reports: Vec<Report>,
    /// No process has the pipe any more.
    ended: bool,
}

impl Heard {
    fn listen(&self, lines: impl BufRead) {
        for line in lines.split(b'\n') {
            let Ok(line) = line else { break };
            let mut state = self.lock();
            if let Some(report) = Report::of(&String::from_utf8_lossy(&line), state.reports.len()) {
                state.reports.push(report);
                self.changed.notify_all();
            }
        }
        self.lock().ended = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, HeardState> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Waits until `look` finds something; none when the time is over, or the reports have ended without.
    fn wait<T>(&self, limit: Duration, mut look: impl FnMut(&HeardState) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + limit;
        let mut state = self.lock();
        loop {
            if let Some(found) = look(&state) {
                return Some(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.ended {
                return None;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        }
    }
}

/// See the module.
pub struct Running {
    child: Mutex<Child>,
    stdin: Option<ChildStdin>,
    heard: Arc<Heard>,
    setup: Setup,
    status: Mutex<Option<ExitStatus>>,
}

impl Running {
    /// The process that called `start`.
    pub fn pid(&self) -> i32 {
        self.child.lock().unwrap().id() as i32
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.setup.path(name)
    }

    /// All reports with this name so far.
    pub fn reports(&self, name: &str) -> Vec<Report> {
        self.heard.lock().reports.iter().filter(|report| report.name == name).cloned().collect()
    }

    /// All reports so far.
    pub fn all_reports(&self) -> Vec<Report> {
        self.heard.lock().reports.clone()
    }

    /// Waits for the first report with this name of which `which` holds, also among those that have come.
    #[track_caller]
    pub fn wait_for(&self, name: &str, which: impl Fn(&Report) -> bool) -> Report {
        self.wait_for_count(1, name, which).remove(0)
    }

    /// Waits until there are so many such reports: at least those.
    #[track_caller]
    pub fn wait_for_count(&self, count: usize, name: &str, which: impl Fn(&Report) -> bool) -> Vec<Report> {
        let mut found = Vec::new();
        let look = |state: &HeardState| {
            found = state.reports.iter().filter(|report| report.name == name && which(report)).cloned().collect::<Vec<_>>();
            (found.len() >= count).then_some(())
        };
        let met = self.heard.wait(LIMIT, look);
        assert!(met.is_some(), "{} of {count} reports of '{name}' came: {found:?}", found.len());
        found
    }

    /// The number of reports so far, to tell later ones from.
    pub fn mark(&self) -> usize {
        self.heard.lock().reports.len()
    }

    /// The pid of the present process of a worker.
    #[track_caller]
    pub fn worker(&self, worker: u32) -> i32 {
        self.wait_for("worker_start", |report| report.is("worker", worker));
        self.reports("worker_start").iter().rfind(|report| report.is("worker", worker)).expect("it was there").pid
    }

    /// Where a port listens, by its number in the order of the setup.
    #[track_caller]
    pub fn address(&self, port: usize) -> Address {
        let report = self.wait_for("port", |report| report.is("index", port));
        match report.text("unix") {
            "" => {
                let host = if report.is("v6", true) { "[::1]" } else { "127.0.0.1" };
                Address::Ip(format!("{host}:{}", report.number("port")).parse().expect("an address"))
            }
            path => Address::Unix(path.into()),
        }
    }

    /// Connects to a port.
    #[track_caller]
    pub fn connect(&self, port: usize) -> Peer {
        Peer::connect(&self.address(port))
    }

    /// A connection to the echo port.
    #[track_caller]
    pub fn echo(&self) -> Peer {
        self.connect(0)
    }

    /// A connection to the command port.
    #[track_caller]
    pub fn command(&self) -> Peer {
        self.connect(1)
    }

    /// A connection to the command port that this worker serves, and its session. Others are made and dropped on the way.
    #[track_caller]
    pub fn command_at(&self, worker: u32) -> Peer {
        self.connect_at(1, worker).0
    }

    /// A connection to the command port that any worker but this one serves. Others are made and dropped on the way, and this one need
    /// not answer.
    #[track_caller]
    pub fn command_at_other_than(&self, worker: u32) -> Peer {
        let mut others = Vec::new();
        for _ in 0..100 {
            let peer = self.connect(1);
            peer.say("worker");
            peer.socket.set_read_timeout(Some(Duration::from_millis(200))).expect("setsockopt");
            if let Ok(1..) = (&peer.socket).read(&mut [0; 16])
                && !self.connected(&peer).is("worker", worker)
            {
                peer.socket.set_read_timeout(Some(LIMIT)).expect("setsockopt");
                return peer;
            }
            others.push(peer);
        }
        panic!("no other worker answers");
    }

    /// A connection to the echo port that this worker serves, and its session.
    #[track_caller]
    pub fn echo_at(&self, worker: u32) -> (Peer, i64) {
        self.connect_at(0, worker)
    }

    #[track_caller]
    fn connect_at(&self, port: usize, worker: u32) -> (Peer, i64) {
        let mut others = Vec::new();
        for _ in 0..500 {
            let peer = self.connect(port);
            let report = self.connected(&peer);
            if report.is("worker", worker) {
                return (peer, report.number("session"));
            }
            others.push(peer);
        }
        panic!("no connection came to worker {worker}");
    }

    /// The Connect report of a connection.
    #[track_caller]
    pub fn connected(&self, peer: &Peer) -> Report {
        let port = peer.local_port();
        assert_ne!(port, 0, "Unix sockets are not told apart");
        let mut found = None;
        // The newest: a port number may be used again.
        let look = |state: &HeardState| {
            found = state.reports.iter().rfind(|report| report.name == "connect" && report.is("peer", port)).cloned();
            found.is_some().then_some(())
        };
        self.heard.wait(LIMIT, look);
        found.unwrap_or_else(|| panic!("Connect did not run for port {port}"))
    }

    /// The session of a connection.
    #[track_caller]
    pub fn session(&self, peer: &Peer) -> i64 {
        self.connected(peer).number("session")
    }

    /// Writes a line to the server's standard input, which one of its callbacks reads.
    #[track_caller]
    pub fn console(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("it is still open");
        // In one piece: several processes may read it, and each takes what is there.
        stdin.write_all(format!("{line}\n").as_bytes()).expect("write");
    }

    /// Says a command by the console: its answer.
    #[track_caller]
    pub fn console_ask(&mut self, line: &str) -> String {
        let mark = self.mark();
        self.console(line);
        self.wait_for("answer", |report| report.index >= mark).text("text").replace('_', " ")
    }

    /// Ends the server's standard input.
    pub fn close_console(&mut self) {
        self.stdin = None;
    }

    pub fn signal(&self, pid: i32, signal: Signal) {
        kill(Pid::from_raw(pid), signal).unwrap_or_else(|error| panic!("kill {pid}: {error}"));
    }

    /// Has the worker of a command connection block for so many milliseconds, and waits until it does.
    #[track_caller]
    pub fn block(&self, peer: &Peer, milliseconds: u64) {
        let mark = self.mark();
        peer.say(&format!("sleep {milliseconds}"));
        self.wait_for("sleeps", |report| report.index >= mark);
    }

    /// Runs `body` while the process that called `start` stands still.
    pub fn while_stopped<T>(&self, body: impl FnOnce() -> T) -> T {
        let pid = self.pid();
        self.signal(pid, Signal::SIGSTOP);
        wait_until("the process to stop", || state_of(pid) == Some('T'));
        let result = body();
        self.signal(pid, Signal::SIGCONT);
        result
    }

    /// Asks for the end, and waits until everything is gone: the status of the process that called `start` must be 0.
    #[track_caller]
    pub fn stop(&self) {
        self.signal(self.pid(), Signal::SIGTERM);
        self.expect_stopped();
    }

    /// The server comes to its end, in good order.
    #[track_caller]
    pub fn expect_stopped(&self) {
        let status = self.wait_gone();
        assert!(status.success(), "the server ended with {status}");
        let pid = self.pid();
        assert!(self.reports("returned").iter().any(|report| report.pid == pid), "start has not returned");
    }

    /// No process of the server is left. How that ended that called `start`.
    #[track_caller]
    pub fn wait_gone(&self) -> ExitStatus {
        self.wait_gone_within(LIMIT)
    }

    #[track_caller]
    pub fn wait_gone_within(&self, limit: Duration) -> ExitStatus {
        let ended = self.heard.wait(limit, |state| state.ended.then_some(()));
        assert!(ended.is_some(), "processes of the server are left after {limit:?}: {:?}", self.alive());
        self.reap()
    }

    /// How the process that called `start` ended, others may live on.
    pub fn reap(&self) -> ExitStatus {
        *self.status.lock().unwrap().get_or_insert_with(|| self.child.lock().unwrap().wait().expect("waitpid"))
    }

    /// The pids that have reported and still run.
    pub fn alive(&self) -> Vec<i32> {
        let mut pids: Vec<i32> = self.heard.lock().reports.iter().map(|report| report.pid).collect();
        pids.sort_unstable();
        pids.dedup();
        pids.retain(|pid| is_alive(*pid));
        pids
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Waits until the log holds this text.
    #[track_caller]
    pub fn wait_for_log(&self, text: &str) {
        wait_until(&format!("'{text}' in the log"), || self.log().contains(text));
    }

    /// Reports and log, for a test that has failed.
    fn tell(&self) {
        let state = self.heard.lock();
        let skipped = state.reports.len().saturating_sub(100);
        eprintln!("--- reports of {:?} ({skipped} left out)", self.setup.pairs);
        for report in &state.reports[skipped..] {
            let mut fields: Vec<String> = report.fields.iter().map(|(field, value)| format!("{field}={value}")).collect();
            fields.sort_unstable();
            eprintln!(
                "{:?} {} {} {} {}",
                report.when.duration_since(state.reports[0].when),
                report.pid,
                report.role,
                report.name,
                fields.join(" ")
            );
        }
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        eprintln!("--- log, at most the last 40 lines\n{}", lines[lines.len().saturating_sub(40)..].join("\n"));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.tell();
        }
        if let Ok(child) = self.child.get_mut() {
            // Everything that the server forked is of its group, unless it is gone.
            let _ = killpg(Pid::from_raw(child.id() as i32), Signal::SIGKILL);
            let _ = child.wait();
        }
    }
}

/// Whether a process runs; one that has ended and was not collected does not.
pub fn is_alive(pid: i32) -> bool {
    !matches!(state_of(pid), None | Some('Z' | 'X'))
}

/// Whether nothing is left of a process: it has ended, and was collected.
pub fn is_collected(pid: i32) -> bool {
    state_of(pid).is_none()
}

/// A process's state, as in proc(5).
fn state_of(pid: i32) -> Option<char> {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    // The name in parentheses may hold anything.
    stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next())
}

/// Waits for something that nothing reports.
#[track_caller]
pub fn wait_until(what: &str, holds: impl FnMut() -> bool) {
    assert!(holds_at_last(holds), "waited in vain for {what}");
}

/// Whether something that nothing reports holds in the end.
pub fn holds_at_last(mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + LIMIT;
    while !holds() {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

/// The signal that ended a process.
pub fn signal_of(status: ExitStatus) -> Option<i32> {
    status.signal()
}

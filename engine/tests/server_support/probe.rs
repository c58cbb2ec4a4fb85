//! The server under test: an application that echoes, obeys commands, and reports its callbacks.
//!
//! Its setup is lines `name=value` in the environment. Names of server options set these; the others are:
//!
//! - `mode`: `base` or `process`; `port`: a further port, `echo` or `command`, then `tcp4`, `tcp6`, or `unix:PATH`; several allowed;
//! - `echo_delay_us`: an echo takes so long;
//! - `in_close`: a command that the Close callback obeys before it reports, on the echo port;
//! - `late=1`: the Close callback tries to send to its connection;
//! - `quiet=1`: ports have neither Connect nor Close; `receives=1`: report each message;
//! - `track=1`: a worker keeps the session whose message it has in hand in the file `current.PID`, 0 when none, in `track_dir`;
//! - `console`: `master`, `manager`, `user` or `worker`: this one's start callback obeys commands from standard input until that ends or says `go`;
//! - `ticks`: so many times, 20 ms apart, every process of the server has something of its own to do, and reports it;
//! - `bell_dir`: every process has the descriptor of a FIFO of its own to be watched, `bell.PID` there, and reports what it reads from it;
//! - `at_worker_start`: a command, of all workers, or of that in `at_worker_start_of`;
//! - `user`: a command that a process of the program's own obeys, and then ends well; several allowed;
//! - `socket_buffer_size`, `send_buffer`, `recv_buffer`: of all ports; `nofile`: the limit on open files.
//!
//! Reports are lines `@ PID ROLE NAME field=value…` on standard output, each written by one call.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, Read, Write};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use engine::net::SocketKind;
use engine::options::{DispatchMode, WorkerDeathClose};
use engine::server::{Application, ClosedBy, Ended, Event, Flow, Handle, InHand, Mode, Pending, Process, Server, WorkerError};
use engine::sys::process::{self, ExitState};

use super::peer::pattern;

/// The environment variable with the setup.
pub const SETUP: &str = "ENGINE_TEST_SERVER";

/// What a port does with data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trade {
    Echo,
    Obey,
}

/// The pause between two things of its own.
const TICK: Duration = Duration::from_millis(20);

struct Probe {
    handle: Handle,
    out: File,
    text: String,
    trades: Vec<Trade>,
    receives: bool,
    echo_delay: Option<Duration>,
    tracked: Cell<bool>,
    track: RefCell<Option<File>>,
    held: RefCell<Vec<InHand>>,
    /// How often it still has something of its own to do, and when next.
    ticks: Cell<u64>,
    next_tick: Cell<Instant>,
    /// What its loop watches for it.
    bell: RefCell<Option<File>>,
}

/// Runs the server that the environment asks for. Does not return.
pub fn main() {
    let Ok(text) = std::env::var(SETUP) else { panic!("{SETUP} is not set: this is no test to be run by hand") };
    // This thread is the main thread of the server, and that of the harness keeps its signals blocked.
    engine::sys::signal::unblock_all_in_this_thread();
    let out = std::io::stdout().as_fd().try_clone_to_owned().expect("dup");
    let status = run(text, File::from(out)).unwrap_or_else(|error| {
        eprintln!("the server under test: {error}");
        100
    });
    process::exit_now(status);
}

/// The value of `name` in the setup, the last one.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().filter_map(|line| line.split_once('=')).filter(|(key, _)| *key == name).map(|(_, value)| value).next_back()
}

fn number(text: &str, name: &str) -> Option<u64> {
    value(text, name).map(|value| value.parse().unwrap_or_else(|_| panic!("{name}={value} is no number")))
}

fn run(text: String, out: File) -> engine::Result<i32> {
    if let Some(limit) = number(&text, "nofile") {
        nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE, limit, limit).expect("setrlimit");
    }
    let mode = match value(&text, "mode") {
        Some("base") => Mode::Base,
        _ => Mode::Process,
    };
    let mut server = Server::new(mode);
    set_options(&text, &mut server);
    let mut trades = vec![Trade::Echo, Trade::Obey];
    server.listen(SocketKind::Tcp4, "127.0.0.1", 0)?;
    server.listen(SocketKind::Tcp4, "127.0.0.1", 0)?;
    for (_, port) in text.lines().filter_map(|line| line.split_once('=')).filter(|(key, _)| *key == "port") {
        let (trade, place) = port.split_once(' ').unwrap_or(("echo", port));
        trades.push(if trade == "command" { Trade::Obey } else { Trade::Echo });
        match place.split_once(':') {
            Some((_, path)) => server.listen(SocketKind::UnixStream, path, 0)?,
            None if place == "tcp6" => server.listen(SocketKind::Tcp6, "::1", 0)?,
            None => server.listen(SocketKind::Tcp4, "127.0.0.1", 0)?,
        };
    }
    for index in 0..trades.len() {
        let port = server.port_mut(index).expect("it was just made");
        let quiet = value(&text, "quiet").is_some();
        port.interest = engine::server::Interest { connect: !quiet, close: !quiet };
        if let Some(size) = number(&text, "socket_buffer_size") {
            port.options.socket_buffer_size = size;
        }
        port.options.kernel_socket_send_buffer_size = number(&text, "send_buffer").map(|size| size as u32);
        port.options.kernel_socket_recv_buffer_size = number(&text, "recv_buffer").map(|size| size as u32);
    }
    for _ in text.lines().filter(|line| line.starts_with("user=")) {
        server.add_process()?;
    }
    let probe = Probe {
        handle: server.handle(),
        out,
        trades,
        receives: value(&text, "receives").is_some(),
        echo_delay: number(&text, "echo_delay_us").map(Duration::from_micros),
        ticks: Cell::new(number(&text, "ticks").unwrap_or(0)),
        next_tick: Cell::new(Instant::now()),
        bell: RefCell::default(),
        tracked: Cell::new(value(&text, "track").is_some()),
        track: RefCell::new(None),
        held: RefCell::new(Vec::new()),
        text,
    };
    for (index, port) in server.ports().enumerate() {
        let (kind, host) = (port.listener.kind(), port.listener.host());
        let unix = if kind.is_unix() { host } else { "" };
        probe.say("port", &[("index", &index), ("port", &port.listener.local_port()), ("v6", &kind.is_ipv6()), ("unix", &unix)]);
    }
    // The server has the application from here on; a second way to report is for what comes after it.
    let mut after = probe.out.try_clone().expect("dup");
    let ended = server.start(probe)?;
    let _ = after.write_all(format!("\n@ {} - returned as={ended:?}\n", process::pid()).replace("as=Server(", "as=").as_bytes());
    Ok(match ended {
        Ended::Server | Ended::Child => 0,
        Ended::ServerFailed(status) | Ended::ChildFailed(status) => status,
    })
}

fn set_options(text: &str, server: &mut Server) {
    let options = server.options_mut();
    let number = |name| number(text, name);
    options.worker_num = number("worker_num").unwrap_or(0) as u32;
    options.reactor_num = number("reactor_num").unwrap_or(0) as u32;
    options.max_connection = number("max_connection").unwrap_or(0) as u32;
    options.max_request = number("max_request").unwrap_or(0);
    options.max_request_grace = number("max_request_grace");
    options.enable_unsafe_event = number("enable_unsafe_event").is_some();
    options.enable_reuse_port = number("enable_reuse_port").is_some();
    options.log_file = value(text, "log_file").map(PathBuf::from);
    options.pid_file = value(text, "pid_file").map(PathBuf::from);
    if let Some(bytes) = number("ring_memory") {
        options.ring_memory = bytes as usize;
    }
    if let Some(bytes) = number("buffer_output_size") {
        options.buffer_output_size = bytes;
    }
    if let Some(time) = number("max_wait_time_ms") {
        options.max_wait_time = Duration::from_millis(time);
    }
    match number("dispatch_mode") {
        Some(1) => options.dispatch_mode = DispatchMode::RoundRobin,
        Some(3) => options.dispatch_mode = DispatchMode::Idle,
        _ => {}
    }
    if value(text, "worker_death_close") == Some("all") {
        options.worker_death_close = WorkerDeathClose::All;
    }
}

/// What a command says: an answer for who gave it, if any, and what becomes of the process.
struct Said {
    answer: Option<String>,
    flow: Flow,
}

impl Said {
    fn answer(text: impl Display) -> Said {
        Said { answer: Some(text.to_string()), flow: Flow::Continue }
    }

    /// `ok`, or the number of the error.
    fn result<T>(result: engine::Result<T>) -> Said {
        Said::answer(match result {
            Ok(_) => "ok".to_owned(),
            Err(error) => format!("error {}", error.code()),
        })
    }

    fn nothing() -> Said {
        Said { answer: None, flow: Flow::Continue }
    }
}

impl Probe {
    fn say(&self, name: &str, fields: &[(&str, &dyn Display)]) {
        let role = match self.handle.process() {
            None => "-",
            Some(Process::Master) => "master",
            Some(Process::Manager) => "manager",
            Some(Process::Worker(_)) => "worker",
            Some(Process::User(_)) => "user",
        };
        let mut line = format!("\n@ {} {role} {name}", process::pid());
        for (field, value) in fields {
            line += &format!(" {field}={value}");
        }
        line.push('\n');
        let _ = (&self.out).write_all(line.as_bytes());
    }

    fn worker(&self) -> i64 {
        self.handle.worker_id().map_or(-1, i64::from)
    }

    /// Obeys standard input if that is this process's turn.
    fn console(&self, role: &str) -> Flow {
        if value(&self.text, "console") != Some(role) {
            return Flow::Continue;
        }
        self.say("console", &[("of", &role)]);
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if line == "go" {
                break;
            }
            let said = self.obey(&line, None);
            self.say("answer", &[("text", &said.answer.unwrap_or_default().replace(' ', "_"))]);
            if said.flow != Flow::Continue {
                return said.flow;
            }
        }
        Flow::Continue
    }

    fn obey(&self, line: &str, here: Option<Event>) -> Said {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words.get(at).and_then(|word| word.parse::<u64>().ok());
        let own = here.map_or(0, |event| event.session);
        let session = number(1).unwrap_or(own);
        match words[0] {
            "pid" => Said::answer(process::pid()),
            "worker" => Said::answer(self.worker()),
            "session" => Said::answer(own),
            "sleep" => {
                self.say("sleeps", &[("worker", &self.worker())]);
                std::thread::sleep(Duration::from_millis(number(1).unwrap_or(0)));
                Said::answer("slept")
            }
            // Lets nothing but SIGKILL end it.
            "ignore-term" => {
                let ignored = engine::sys::signal::ignore(libc::SIGTERM);
                self.say("ignores", &[("worker", &self.worker())]);
                std::thread::sleep(Duration::from_secs(600));
                Said::result(ignored)
            }
            "die" => {
                let _ = process::kill(process::pid(), libc::SIGKILL);
                Said::nothing()
            }
            "finish" => Said { answer: None, flow: Flow::Finish(number(1).unwrap_or(0) as i32) },
            "want" => Said::answer(self.handle.want_room(session)),
            "exit" => Said { answer: None, flow: Flow::Leave(number(1).unwrap_or(0) as i32) },
            // To a session, so many bytes of its pattern; then how often.
            "send" => {
                let data = pattern(session, 0, number(2).unwrap_or(0) as usize);
                let mut sent = 0;
                for _ in 0..number(3).unwrap_or(1) {
                    match self.handle.send(session, &data) {
                        Ok(()) => sent += 1,
                        Err(error) => return Said::answer(format!("error {} after {sent}", error.code())),
                    }
                }
                Said::answer("ok")
            }
            "close" => Said::result(self.handle.close(session, false)),
            "reset" => Said::result(self.handle.close(session, true)),
            // Sends, then closes: its own session.
            "answer-and-close" => {
                let data = pattern(own, 0, number(1).unwrap_or(0) as usize);
                if let Err(error) = self.handle.send(own, &data).and_then(|()| self.handle.close(own, false)) {
                    self.say("failed", &[("code", &error.code())]);
                }
                Said::nothing()
            }
            // Sends, then dies in the same callback.
            "answer-and-die" => {
                let _ = self.handle.send(own, &pattern(own, 0, number(1).unwrap_or(0) as usize));
                let _ = process::kill(process::pid(), libc::SIGKILL);
                Said::nothing()
            }
            "stop" => Said::result(self.handle.stop(number(1).map(|worker| worker as u32))),
            "reload" => Said::result(self.handle.reload(false)),
            "shutdown" => Said::result(self.handle.shutdown()),
            "exists" => Said::answer(self.handle.exists(session)),
            "info" => Said::answer(match self.handle.client_info(session) {
                None => "none".to_owned(),
                Some(info) => format!("{:?} queued={}", info.peer, info.send_queued),
            }),
            "list" => Said::answer(format!("{:?}", self.handle.client_list(None, 1 << 20).unwrap_or_default())),
            "stat" => Said::answer(self.stat(words.get(1).copied().unwrap_or_default())),
            "fork" => self.fork(&words[1..].join(" "), here),
            // Forks a child that does nothing for so long: its pid.
            "fork-stay" => self.fork_and_stay(number(1).unwrap_or(0)),
            "fork-return" => self.fork_and_return(),
            "scribble" => Said::answer(self.scribble(words.get(1).copied().unwrap_or_default())),
            other => Said::answer(format!("unknown command {other}")),
        }
    }

    fn stat(&self, name: &str) -> i64 {
        let Ok(stats) = self.handle.stats() else { return -1 };
        let value = match name {
            "connections" => stats.connection_num,
            "accepted" => stats.accept_count,
            "closed" => stats.close_count,
            "idle" => stats.idle_worker_num,
            "dispatched" => stats.dispatch_count,
            "requests" => stats.request_count,
            "responses" => stats.response_count,
            "received" => stats.total_recv_bytes,
            "sent" => stats.total_send_bytes,
            "concurrency" => stats.concurrency,
            "session" => stats.session_round,
            _ => return -2,
        };
        value as i64
    }

    /// Has a child process of ours obey a command and end; its answer, and how it ended.
    fn fork(&self, command: &str, here: Option<Event>) -> Said {
        let (read, write) = nix::unistd::pipe().expect("pipe");
        // SAFETY: a worker has one thread. The child uses only what is its own, and leaves without running anything of the parent's.
        match unsafe { nix::unistd::fork() }.expect("fork") {
            nix::unistd::ForkResult::Child => {
                let said = self.obey(command, here);
                let _ = nix::unistd::write(&write, said.answer.unwrap_or_default().as_bytes());
                process::exit_now(0)
            }
            nix::unistd::ForkResult::Parent { child } => {
                drop(write);
                let ended = process::wait_for(child.as_raw());
                let mut answer = [0; 256];
                let len = nix::unistd::read(&read, &mut answer).unwrap_or(0);
                match ended {
                    Ok(ExitState::Exited(0)) => Said::answer(String::from_utf8_lossy(&answer[..len])),
                    ended => Said::answer(format!("{ended:?}")),
                }
            }
        }
    }

    fn fork_and_stay(&self, time: u64) -> Said {
        // SAFETY: a worker has one thread. The child does nothing but wait.
        match unsafe { nix::unistd::fork() }.expect("fork") {
            nix::unistd::ForkResult::Child => {
                self.say("stays", &[]);
                std::thread::sleep(Duration::from_millis(time));
                process::exit_now(0)
            }
            nix::unistd::ForkResult::Parent { child } => Said::answer(child),
        }
    }

    /// Forks a child that comes back from this callback as its parent does; how it ended.
    fn fork_and_return(&self) -> Said {
        // SAFETY: a worker has one thread.
        match unsafe { nix::unistd::fork() }.expect("fork") {
            nix::unistd::ForkResult::Child => {
                // A test that hangs is worse than one that fails.
                nix::unistd::alarm::set(20);
                Said::nothing()
            }
            nix::unistd::ForkResult::Parent { child } => Said::answer(format!("{:?}", process::wait_for(child.as_raw()))),
        }
    }

    /// Writes nonsense into memory that this process shares with others.
    fn scribble(&self, what: &str) -> String {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let shared = maps.lines().filter(|line| line.contains(" rw-s ") && line.contains("/dev/zero"));
        let mut places: Vec<(u64, u64)> = shared
            .filter_map(|line| {
                let (start, end) = line.split(' ').next()?.split_once('-')?;
                Some((u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?))
            })
            .collect();
        places.sort_by_key(|(start, end)| end - start);
        // The lanes are the largest: the tests see to it that the connection table is smaller.
        let Some((start, end)) = places.pop() else { return "no shared memory".to_owned() };
        let Ok(memory) = std::fs::OpenOptions::new().write(true).open("/proc/self/mem") else { return "no access".to_owned() };
        let noise = pattern(start, 0, 65_521);
        let mut state = start | 1;
        let mut write = |from: u64, to: u64, fill: &dyn Fn(usize) -> Vec<u8>| {
            let mut at = from;
            while at < to {
                let bytes = fill((to - at).min(60_000) as usize);
                if memory.write_all_at(&bytes, at).is_err() {
                    break;
                }
                at += bytes.len() as u64;
                state = state.wrapping_mul(6_364_136_223_846_793_005);
            }
        };
        match what {
            "noise" => write(start, end, &|len| noise[..len].to_vec()),
            "ones" => write(start, end, &|len| vec![0xff; len]),
            "zeros" => write(start, end, &|len| vec![0; len]),
            // Positions only: each ring begins with its control block.
            "positions" => {
                let rings = 2 * number(&self.text, "reactor_num").unwrap_or(1);
                let stride = (end - start) / rings;
                for ring in 0..rings {
                    write(start + ring * stride, start + ring * stride + 384, &|len| noise[100..100 + len].to_vec());
                }
            }
            // Every record, and no position.
            "records" => {
                let rings = 2 * number(&self.text, "reactor_num").unwrap_or(1);
                let stride = (end - start) / rings;
                for ring in 0..rings {
                    write(start + ring * stride + 384, start + (ring + 1) * stride, &|len| noise[..len].to_vec());
                }
            }
            other => return format!("unknown nonsense {other}"),
        }
        "done".to_owned()
    }

    /// Notes what is in hand where a test finds it after this process was killed.
    fn track(&self, session: u64) {
        if !self.tracked.get() {
            return;
        }
        let mut track = self.track.borrow_mut();
        let file = track.get_or_insert_with(|| {
            let dir = value(&self.text, "track_dir").unwrap_or("/tmp");
            File::create(format!("{dir}/current.{}", process::pid())).expect("create")
        });
        let _ = file.write_all_at(&session.to_ne_bytes(), 0);
    }

    fn command_line(&self, event: Event, line: &str, in_hand: &mut Option<InHand>) -> Flow {
        if line == "hold" {
            self.held.borrow_mut().extend(in_hand.take());
            let _ = self.handle.send(event.session, b"held\n");
            return Flow::Continue;
        }
        if line == "release" {
            self.held.borrow_mut().clear();
        }
        let said = self.obey(line, Some(event));
        if let Some(answer) = said.answer
            && let Err(error) = self.handle.send(event.session, format!("{answer}\n").as_bytes())
        {
            self.say("unanswered", &[("session", &event.session), ("code", &error.code()), ("command", &line.replace(' ', "_"))]);
        }
        said.flow
    }
}

impl Application for Probe {
    type Data = Vec<u8>;

    fn take(&self, bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    fn descriptor(&self) -> Option<RawFd> {
        let path = PathBuf::from(value(&self.text, "bell_dir")?).join(format!("bell.{}", process::pid()));
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("mkfifo");
        // Both ends, so that it never ends.
        let bell = File::options().read(true).write(true).open(&path).expect("open");
        let fd = bell.as_raw_fd();
        *self.bell.borrow_mut() = Some(bell);
        self.say("has_bell", &[]);
        Some(fd)
    }

    fn run_due(&self, ready: bool) -> (Flow, Pending) {
        if ready {
            let mut rung = [0; 1];
            let bell = self.bell.borrow();
            bell.as_ref().expect("a descriptor was given").read_exact(&mut rung).expect("what was said to be readable is");
            self.say("bell", &[("rung", &rung[0])]);
        }
        let left = self.ticks.get();
        if left == 0 {
            return (Flow::Continue, Pending::Nothing);
        }
        if let Some(wait) = self.next_tick.get().checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero()) {
            return (Flow::Continue, Pending::Something(Some(wait)));
        }
        self.say("tick", &[("left", &left)]);
        self.ticks.set(left - 1);
        self.next_tick.set(Instant::now() + TICK);
        let pending = if left > 1 { Pending::Something(Some(TICK)) } else { Pending::Nothing };
        (Flow::Continue, pending)
    }

    fn on_worker_exit(&self, worker: u32) -> Flow {
        self.say("worker_exit", &[("worker", &worker)]);
        Flow::Continue
    }

    fn after_fork(&self, _: Process) {
        // The file is the parent's.
        *self.track.borrow_mut() = None;
        self.say("forked", &[]);
    }

    fn on_start(&self) -> Flow {
        self.say("start", &[]);
        self.say("listening", &[]);
        self.console("master")
    }

    fn on_before_shutdown(&self) -> Flow {
        self.say("before_shutdown", &[]);
        Flow::Continue
    }

    fn on_shutdown(&self) -> Flow {
        self.say("shutdown", &[]);
        Flow::Continue
    }

    fn on_manager_start(&self) -> Flow {
        self.say("manager_start", &[]);
        self.console("manager")
    }

    fn on_manager_stop(&self) -> Flow {
        self.say("manager_stop", &[]);
        Flow::Continue
    }

    fn on_before_reload(&self) -> Flow {
        self.say("before_reload", &[]);
        Flow::Continue
    }

    fn on_after_reload(&self) -> Flow {
        self.say("after_reload", &[]);
        Flow::Continue
    }

    fn on_worker_error(&self, error: WorkerError) -> Flow {
        let WorkerError { worker, pid, exit_code, signal } = error;
        self.say("worker_error", &[("worker", &worker), ("of", &pid), ("exit_code", &exit_code), ("signal", &signal)]);
        Flow::Continue
    }

    fn on_user_process(&self, user: u32) -> Flow {
        self.say("user_start", &[("user", &user), ("worker", &self.worker())]);
        let console = self.console("user");
        let command = self.text.lines().filter_map(|line| line.strip_prefix("user=")).nth(user as usize);
        match command {
            Some(command) if console == Flow::Continue => self.obey(command, None).flow,
            _ => console,
        }
    }

    fn on_worker_start(&self, worker: u32) -> Flow {
        self.say("worker_start", &[("worker", &worker)]);
        let mine = number(&self.text, "at_worker_start_of").is_none_or(|of| of == u64::from(worker));
        if let Some(command) = value(&self.text, "at_worker_start").filter(|_| mine) {
            let said = self.obey(command, None);
            if said.flow != Flow::Continue {
                return said.flow;
            }
        }
        self.console("worker")
    }

    fn on_worker_stop(&self, worker: u32) -> Flow {
        self.say("worker_stop", &[("worker", &worker)]);
        Flow::Continue
    }

    fn on_connect(&self, event: Event, _in_hand: InHand) -> Flow {
        self.track(event.session);
        let peer = self.handle.client_info(event.session).map_or(0, |info| info.peer.port);
        self.say(
            "connect",
            &[
                ("session", &event.session),
                ("port", &event.port),
                ("reactor", &event.reactor),
                ("worker", &self.worker()),
                ("peer", &peer),
            ],
        );
        self.track(0);
        Flow::Continue
    }

    fn on_receive(&self, event: Event, data: Vec<u8>, in_hand: InHand) -> Flow {
        self.track(event.session);
        let mut in_hand = Some(in_hand);
        let flow = match self.trades.get(usize::from(event.port)) {
            Some(Trade::Echo) => {
                if self.receives {
                    self.say(
                        "receive",
                        &[("session", &event.session), ("port", &event.port), ("len", &data.len()), ("worker", &self.worker())],
                    );
                }
                if let Some(delay) = self.echo_delay {
                    std::thread::sleep(delay);
                }
                if let Err(error) = self.handle.send(event.session, &data) {
                    self.say("unsent", &[("session", &event.session), ("code", &error.code()), ("len", &data.len())]);
                }
                Flow::Continue
            }
            _ => {
                let text = String::from_utf8_lossy(&data).into_owned();
                let mut flows = text.lines().map(|line| self.command_line(event, line, &mut in_hand));
                flows.find(|flow| *flow != Flow::Continue).unwrap_or(Flow::Continue)
            }
        };
        self.track(0);
        if flow != Flow::Continue
            && let Some(in_hand) = in_hand.take()
        {
            in_hand.abandon();
        }
        flow
    }

    fn on_room(&self, session: u64) -> Flow {
        self.say("room", &[("session", &session), ("worker", &self.worker()), ("has", &self.handle.has_room(session))]);
        Flow::Continue
    }

    fn on_close(&self, event: Event, by: ClosedBy, _in_hand: InHand) -> Flow {
        let session = event.session;
        if let Some(command) = value(&self.text, "in_close").filter(|_| event.port == 0) {
            self.say("closing", &[("session", &session), ("worker", &self.worker())]);
            let said = self.obey(command, None);
            if said.flow != Flow::Continue {
                return said.flow;
            }
        }
        let info = self.handle.client_info(session);
        let code = |result: engine::Result<()>| result.map_or_else(|error| error.code(), |()| 0);
        let exists = self.handle.exists(session);
        let send = if value(&self.text, "late").is_some() { code(self.handle.send(session, b"late")) } else { -1 };
        self.say(
            "close",
            &[
                ("session", &session),
                ("port", &event.port),
                ("reactor", &by.reactor()),
                ("owner", &event.reactor),
                ("worker", &self.worker()),
                ("exists", &exists),
                ("info", &info.is_some()),
                ("errno", &info.map_or(-1, |info| info.close_errno)),
                ("send", &send),
                ("again", &code(self.handle.close(session, false))),
            ],
        );
        Flow::Continue
    }
}

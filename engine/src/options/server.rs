//! The options of a whole server: their fields, defaults, and what follows from several of them.
//!
//! It must not know how an option is written or checked: that is its record's (see `records`).

use std::path::PathBuf;
use std::time::Duration;

use super::Limits;
use crate::log::{Level, LogOptions, Rotation};

/// How a message finds its worker in PROCESS mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DispatchMode {
    /// Each message goes to the next worker.
    RoundRobin = 1,
    /// All messages of a connection go to the same worker.
    #[default]
    Fixed = 2,
    /// Each message goes to a worker that is idle, if there is one.
    Idle = 3,
}

/// Which connections are closed when a worker dies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkerDeathClose {
    /// Those of which it held an unfinished message.
    #[default]
    InHand,
    /// All that were its own.
    All,
}

/// The options of a server, checked and with their defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerOptions {
    /// What the numbers are clamped to, and defaults follow from.
    pub limits: Limits,
    /// Event workers; 0: see [`ServerOptions::effective_worker_num`].
    pub worker_num: u32,
    /// Reactor threads in PROCESS mode; 0: see [`ServerOptions::effective_reactor_num`].
    pub reactor_num: u32,
    /// Connections at a time; 0: see [`ServerOptions::effective_max_connection`].
    pub max_connection: u32,
    /// How a message finds its worker.
    pub dispatch_mode: DispatchMode,
    /// Connect and Close are reported in dispatch modes 1 and 3 too, where their order is not kept.
    pub enable_unsafe_event: bool,
    /// Connection callbacks get one object in place of several arguments.
    pub event_object: bool,
    /// The application is to run callbacks in coroutines.
    pub enable_coroutine: bool,
    /// Coroutines at a time in one process; 0: the application's own limit.
    pub max_coroutine: u32,
    /// The application is to take turns from coroutines that compute for long; `None`: it decides.
    pub enable_preemptive_scheduler: Option<bool>,
    /// The application is to wait in a coroutine that sends to a full connection.
    pub send_yield: bool,
    /// Messages after which a worker is replaced; 0: never.
    pub max_request: u64,
    /// How many messages more it may be, at random; `None`: half of `max_request`.
    pub max_request_grace: Option<u64>,
    /// How long a worker that is told to stop may take.
    pub max_wait_time: Duration,
    /// A worker that is told to stop finishes what it has begun.
    pub reload_async: bool,
    /// Leave the terminal and run in the background.
    pub daemonize: bool,
    /// The file that holds the master's process id while the server runs.
    pub pid_file: Option<PathBuf>,
    /// The log's file; `None`: standard output.
    pub log_file: Option<PathBuf>,
    /// The least severe level that is shown.
    pub log_level: Level,
    /// strftime pattern of the time in a log line; `None`: the log's own.
    pub log_date_format: Option<String>,
    /// The time in a log line has microseconds.
    pub log_date_with_microseconds: bool,
    /// How often the log file changes.
    pub log_rotation: Rotation,
    /// The user that workers run as.
    pub user: Option<String>,
    /// The group that workers run as.
    pub group: Option<String>,
    /// The root directory of workers.
    pub chroot: Option<String>,
    /// Pin each reactor thread and worker to a processor.
    pub open_cpu_affinity: bool,
    /// Processors that nothing is pinned to.
    pub cpu_affinity_ignore: Vec<u32>,
    /// Bytes of shared memory for all rings.
    pub ring_memory: usize,
    /// Which connections are closed when a worker dies.
    pub worker_death_close: WorkerDeathClose,
    /// The most bytes that one send may hold, in PROCESS mode.
    pub buffer_output_size: u64,
    /// SO_REUSEPORT for the server's ports.
    pub enable_reuse_port: bool,
}

/// Up to here `max_connection` follows the limit on open files by itself: the connection table costs memory for each.
const MAX_CONNECTION_BY_DEFAULT: u32 = 100_000;
/// More reactor threads than this are never worth it by themselves.
const REACTORS_BY_DEFAULT: u32 = 8;

impl ServerOptions {
    /// The defaults on a machine with these limits.
    pub fn new(limits: Limits) -> ServerOptions {
        ServerOptions {
            limits,
            worker_num: 0,
            reactor_num: 0,
            max_connection: 0,
            dispatch_mode: DispatchMode::default(),
            enable_unsafe_event: false,
            event_object: false,
            enable_coroutine: true,
            max_coroutine: 0,
            enable_preemptive_scheduler: None,
            send_yield: true,
            max_request: 0,
            max_request_grace: None,
            max_wait_time: Duration::from_secs(3),
            reload_async: true,
            daemonize: false,
            pid_file: None,
            log_file: None,
            log_level: Level::default(),
            log_date_format: None,
            log_date_with_microseconds: false,
            log_rotation: Rotation::default(),
            user: None,
            group: None,
            chroot: None,
            open_cpu_affinity: false,
            cpu_affinity_ignore: Vec::new(),
            ring_memory: 64 << 20,
            worker_death_close: WorkerDeathClose::default(),
            buffer_output_size: u64::from(u32::MAX),
            enable_reuse_port: false,
        }
    }

    /// How many event workers to start, where `by_default` is the mode's own number: one in BASE, one a processor in PROCESS.
    pub fn effective_worker_num(&self, by_default: u32) -> u32 {
        if self.worker_num == 0 { by_default.max(1) } else { self.worker_num }
    }

    /// How many reactor threads to start for this many workers: never more than there are workers. The memory for their rings is
    /// the caller's concern.
    pub fn effective_reactor_num(&self, workers: u32) -> u32 {
        let wanted = if self.reactor_num == 0 { self.limits.cpus.min(REACTORS_BY_DEFAULT) } else { self.reactor_num };
        wanted.min(workers).max(1)
    }

    /// How many connections there may be at a time: by default as many as the limit on open files, but no more than 100,000.
    pub fn effective_max_connection(&self) -> u32 {
        if self.max_connection == 0 { self.limits.open_files.min(MAX_CONNECTION_BY_DEFAULT) } else { self.max_connection }
    }

    /// How to log, for [`crate::log::init`].
    pub fn log_options(&self) -> LogOptions {
        LogOptions {
            file: self.log_file.clone(),
            level: self.log_level,
            date_format: self.log_date_format.clone(),
            microseconds: self.log_date_with_microseconds,
            rotation: self.log_rotation,
        }
    }

    /// After how many messages a worker is replaced, given a random number; `None`: never. The random extra, less than
    /// `max_request_grace` (by default half of `max_request`), keeps workers that started together from stopping together.
    pub fn request_limit(&self, random: u64) -> Option<u64> {
        let grace = self.max_request_grace.unwrap_or(self.max_request / 2);
        (self.max_request > 0).then(|| self.max_request.saturating_add(random.checked_rem(grace).unwrap_or(0)))
    }
}

impl Default for ServerOptions {
    /// The defaults on this machine.
    fn default() -> ServerOptions {
        ServerOptions::new(Limits::of_this_machine())
    }
}

//! The server: master, manager, workers and reactor threads.
//!
//! [`Server`] is built (`listen`, options), then [`Server::start`] runs an [`Application`] until the end, in every process that it
//! forks. It must not know what a client is, nor what language the application is written in.
//!
//! Who is who: [`Mode::Process`] has a master (the process that called `start`: `master`, and threads: `reactor_thread` over `lanes`), a
//! manager (`manager`) and workers (`lane_worker`); [`Mode::Base`] a manager and workers (`base`), or one process that is all of it. Roles
//! share `shared` (what all processes see), `context` (what one process knows of itself) and `message` (what they say), and do not
//! import each other.

mod accept;
pub mod app;
mod base;
mod connection;
mod context;
pub mod handle;
mod lane_worker;
mod lanes;
mod manager;
mod master;
mod message;
mod owned;
mod reactor_thread;
mod room;
mod runs;
mod shared;
mod token;
mod worker;

use std::{
    fs, io,
    rc::Rc,
    sync::{
        Arc,
        atomic::Ordering::{Relaxed, Release},
    },
};

pub use app::{Application, ClosedBy, Event, Flow, InHand, Pending, Process, WorkerError};
pub use handle::{ClientInfo, Handle, Stats};

pub use crate::sys::atfork::forked_by_program;

use self::{
    context::Context,
    manager::Manager,
    master::Master,
    reactor_thread::Handover,
    shared::{Receivers, Shape, Shared},
};
use crate::{
    Error, Result,
    log::{self, Level, Role},
    net::{Listener, SocketKind},
    options::{DispatchMode, PortOptions, ServerOptions},
    shm::{berth::Berth, control::Phase},
    sys::{
        atfork, memory,
        process::{self, Fork},
        signal::{self, SavedMask, SignalSource},
    },
};

/// A ring holds at least this many bytes, and at most the other.
const RING_BYTES: (usize, usize) = (256 * 1024, 1024 * 1024);
/// Worker incarnations that may be on their way out at the same time, beyond one of each number.
const SPARE_BERTHS: u32 = 4;

/// Who owns connections, and who runs callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Every worker accepts, reads, frames and writes for itself.
    Base,
    /// Reactor threads in the master own the connections; workers run callbacks.
    Process,
}

/// Which optional events a port's connections have callbacks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Connect.
    pub connect: bool,
    /// Close.
    pub close: bool,
}

/// A listening port: bound when it is made, listening from `start` on.
#[derive(Debug)]
pub struct Port {
    /// The socket.
    pub listener: Listener,
    /// What was set for it.
    pub options: PortOptions,
    /// What its connections have callbacks for.
    pub interest: Interest,
}

/// How `start` came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Ended {
    /// The server has stopped; this is the process that called `start`.
    Server,
    /// The process that called `start` must end with this status: a callback in it said [`Flow::Leave`]. All others have stopped.
    ServerFailed(i32),
    /// A forked process (worker or manager) that ended well: flush what was printed, then leave by
    /// [`exit_now`](crate::sys::process::exit_now); nothing else may run.
    Child,
    /// A forked process that must end with this status, after the language's own shutdown.
    ChildFailed(i32),
}

/// A server before and while it runs. One a process, since signals are the process's.
pub struct Server {
    mode: Mode,
    ports: Vec<Arc<Port>>,
    options: ServerOptions,
    users: u32,
    context: Rc<Context>,
    started: bool,
}

impl Server {
    /// A server without ports.
    pub fn new(mode: Mode) -> Server {
        Server { mode, ports: Vec::new(), options: ServerOptions::default(), users: 0, context: Rc::default(), started: false }
    }

    /// The way in for callbacks; it says `NotRunning` until the server runs.
    pub fn handle(&self) -> Handle {
        Handle(Rc::clone(&self.context))
    }

    /// The mode that it was made with.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Binds an address; `port` 0 picks a free one. Returns the port's index.
    ///
    /// # Errors
    /// `Error::Listen`; `WrongOperation` once the server has been started.
    pub fn listen(&mut self, kind: SocketKind, host: &str, port: i64) -> Result<usize> {
        if self.started {
            return Err(Error::WrongOperation("the server is running, unable to listen on a further port".into()));
        }
        let listener = Listener::bind(kind, host, port, self.options.enable_reuse_port)?;
        self.ports.push(Arc::new(Port { listener, options: PortOptions::default(), interest: Interest::default() }));
        Ok(self.ports.len() - 1)
    }

    /// The ports, in the order of `listen`.
    pub fn ports(&self) -> impl ExactSizeIterator<Item = &Port> {
        self.ports.iter().map(Arc::as_ref)
    }

    /// A port, to be changed before the start; none once the server runs, or for an unknown index.
    pub fn port_mut(&mut self, index: usize) -> Option<&mut Port> {
        self.ports.get_mut(index).and_then(Arc::get_mut)
    }

    /// Adds a process of the program's own, which [`Application::on_user_process`] runs: its number, from 0. The manager starts it, and starts it again
    /// when it ends; a reload leaves it alone.
    ///
    /// # Errors
    /// `WrongOperation` once the server has been started.
    pub fn add_process(&mut self) -> Result<u32> {
        if self.started {
            return Err(Error::WrongOperation("the server is running, unable to add a process".into()));
        }
        self.users += 1;
        Ok(self.users - 1)
    }

    /// What was set.
    pub fn options(&self) -> &ServerOptions {
        &self.options
    }

    /// To be changed before the start; afterwards it has no effect.
    pub fn options_mut(&mut self) -> &mut ServerOptions {
        &mut self.options
    }

    /// The numbers that the options come to on this machine: workers, and connections at a time.
    pub fn sizes(&self) -> (u32, u32) {
        (self.shape().workers, self.options.effective_max_connection())
    }

    /// The number that the first of the program's own processes has among all that the manager watches.
    pub fn first_user(&self) -> u32 {
        self.shape().workers
    }

    /// Whether one process does everything: BASE with one worker that is never replaced, and nothing beside it.
    pub fn is_single_process(&self) -> bool {
        self.mode == Mode::Base && self.shape().workers == 1 && self.options.max_request == 0 && self.users == 0
    }

    /// Callbacks that will not run are worth a line.
    fn warn_of_unsafe_events(&self) {
        let mode = self.options.dispatch_mode;
        let wanted = self.ports.iter().any(|port| port.interest.connect || port.interest.close);
        if self.mode == Mode::Process && mode != DispatchMode::Fixed && !self.options.enable_unsafe_event && wanted {
            log::write(
                Level::Warning,
                format_args!(
                    "Connect and Close callbacks do not run in dispatch mode {}, because messages of one connection go to \
                     different workers; enable_unsafe_event runs them all the same",
                    mode as u8
                ),
            );
        }
    }

    fn shape(&self) -> Shape {
        let users = self.users;
        match self.mode {
            Mode::Base => {
                let workers = self.options.effective_worker_num(1);
                Shape { mode: self.mode, workers, users, reactors: 0, berths: 0, ring_capacity: 0 }
            }
            Mode::Process => {
                let workers = self.options.effective_worker_num(self.options.limits.cpus);
                let berths = workers + SPARE_BERTHS.min(workers);
                let wanted = self.options.effective_reactor_num(workers);
                // As many reactors as the rings' memory is good for, each with two rings a berth.
                let affordable = self.options.ring_memory / (2 * berths as usize * RING_BYTES.0);
                let reactors = wanted.min(affordable as u32).max(1);
                let rings = 2 * berths as usize * reactors as usize;
                let share = (self.options.ring_memory / rings).clamp(RING_BYTES.0, RING_BYTES.1);
                let ring_capacity = if share.is_power_of_two() { share } else { share.next_power_of_two() / 2 };
                Shape { mode: self.mode, workers, users, reactors, berths, ring_capacity }
            }
        }
    }

    /// Runs until the end, in every process that it forks: see [`Ended`].
    ///
    /// # Errors
    /// Those of the start itself: a port that can't be listened on, memory or descriptors that run out; `WrongOperation` for a second
    /// start.
    pub fn start<A: Application + 'static>(&mut self, app: A) -> Result<Ended> {
        if std::mem::replace(&mut self.started, true) {
            return Err(Error::WrongOperation("the server has been started before".into()));
        }
        memory::give_back_large_blocks();
        let app = Rc::new(app);
        log::init(self.options.log_options());
        for port in &self.ports {
            accept::open(port)?;
        }
        if self.options.daemonize {
            app.before_fork();
            process::daemonize(log::file())?;
            if let Err(error) = log::carry_output() {
                log::write(Level::Warning, format_args!("output does not follow the log file: {error}"));
            }
        }
        self.warn_of_unsafe_events();
        let single = self.is_single_process();
        let (shared, receivers) = Shared::new(self.shape(), self.options.clone(), self.ports.clone())?;
        let shared = Arc::new(shared);
        let control = shared.control();
        control.start_time.store((process::realtime_ns() / 1_000_000_000) as i64, Relaxed);
        control.master_pid.store(process::pid(), Release);
        atfork::notice_program_forks()?;
        self.context.open(&shared)?;
        let files = Files::create(&shared);
        let starter = Starter { app: Rc::clone(&app), context: Rc::clone(&self.context), shared: Arc::clone(&shared) };
        control.advance(Phase::Running);
        let ended = match (self.mode, single) {
            (Mode::Process, _) => starter.process_mode(receivers),
            (Mode::Base, true) => starter.single_process(receivers),
            (Mode::Base, false) => starter.base_mode(receivers),
        };
        if !matches!(ended, Ok(Ended::Child | Ended::ChildFailed(_))) {
            control.advance(Phase::Stopped);
            shared.ports.iter().for_each(|port| port.listener.stop());
            files.remove(&shared);
            log::set_role(Role::Unstarted, 0);
        }
        match ended {
            Ok(Ended::Server) => Ok(match app.on_shutdown() {
                Flow::Continue => Ended::Server,
                Flow::Finish(status) | Flow::Leave(status) => Ended::ServerFailed(status),
            }),
            ended => ended,
        }
    }
}

/// Files that exist while the server runs. The process that called `start` makes and removes them.
struct Files;

impl Files {
    fn create(shared: &Shared) -> Files {
        if let Some(path) = &shared.options.pid_file
            && let Err(error) = fs::write(path, process::pid().to_string())
        {
            log::write(Level::Warning, format_args!("pid_file {} cannot be written: {error}", path.display()));
        }
        Files
    }

    fn remove(self, shared: &Shared) {
        if let Some(path) = &shared.options.pid_file
            && let Err(error) = fs::remove_file(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            log::write(Level::Warning, format_args!("pid_file {} cannot be removed: {error}", path.display()));
        }
        shared.ports.iter().for_each(|port| port.listener.remove_file());
    }
}

/// Gives each process its role.
struct Starter<A: Application> {
    app: Rc<A>,
    context: Rc<Context>,
    shared: Arc<Shared>,
}

impl<A: Application + 'static> Starter<A> {
    fn inboxes(&self) -> Result<Rc<context::InboxLink>> {
        self.context.inbox_link().ok_or(Error::NotRunning)
    }

    fn process_mode(&self, receivers: Receivers) -> Result<Ended> {
        let Shape { berths, reactors, ring_capacity, .. } = self.shared.shape;
        let berths =
            (0..berths).map(|_| Ok(Arc::new(Berth::new(reactors as usize, ring_capacity)?))).collect::<Result<Vec<_>>>()?;
        self.app.before_fork();
        let mask = signal::block_all();
        match process::fork()? {
            Fork::Child => {
                drop(receivers.owners);
                self.manage(receivers.manager, berths, mask)
            }
            Fork::Parent(manager) => {
                let control = self.shared.control();
                control.manager_pid.store(manager, Release);
                let signals = SignalSource::install(&master::signals())?;
                drop(mask);
                log::set_role(Role::Master, 0);
                self.context.take_role(Process::Master, None);
                let handovers: Arc<[Handover]> = (0..reactors).map(|_| Handover::default()).collect();
                let assignments = receivers.owners.into_iter().enumerate().map(|(me, inbox)| reactor_thread::Assignment {
                    me: me as u32,
                    shared: Arc::clone(&self.shared),
                    berths: berths.clone(),
                    inbox,
                    handovers: Arc::clone(&handovers),
                });
                let assignments = assignments.collect();
                match Master::new(&self.app, &self.shared, self.inboxes()?, manager, signals)?.run(assignments)? {
                    master::End::Done => Ok(Ended::Server),
                    master::End::Failed(status) => Ok(Ended::ServerFailed(status)),
                }
            }
        }
    }

    /// The manager process of PROCESS mode, and the workers that it forks.
    fn manage(&self, inbox: crate::ipc::InboxReceiver, berths: Vec<Arc<Berth>>, mask: SavedMask) -> Result<Ended> {
        let control = self.shared.control();
        control.manager_pid.store(process::pid(), Release);
        let signals = SignalSource::install(&manager::signals())?;
        drop(mask);
        self.outlive_nobody(control.master_pid.load(Relaxed))?;
        log::set_role(Role::Manager, 0);
        self.context.take_role(Process::Manager, None);
        self.app.after_fork(Process::Manager);
        let manager = Manager::new(&self.app, &self.shared, self.inboxes()?, inbox, signals)?;
        let child = match manager.run()? {
            manager::End::Done => return Ok(Ended::Child),
            manager::End::Failed(status) => return Ok(Ended::ChildFailed(status)),
            manager::End::Child(child) => child,
        };
        if let Some(user) = self.shared.shape.user(child.worker) {
            drop(berths);
            return self.user_process(user, child, control.manager_pid.load(Relaxed));
        }
        let manager::Assignment { worker, berth: Some(berth), mask } = child else {
            return Err(Error::WrongOperation("a worker was forked without a berth".into()));
        };
        // The lanes of other workers are none of this one's business.
        let rings = Arc::clone(&berths[berth as usize]);
        drop(berths);
        let signals = self.become_worker(worker, control.manager_pid.load(Relaxed), mask)?;
        let ended = lane_worker::run(&self.app, &self.context, &self.shared, worker, berth, rings, signals);
        child_ended(worker, ended)
    }

    fn base_mode(&self, mut receivers: Receivers) -> Result<Ended> {
        let control = self.shared.control();
        control.manager_pid.store(process::pid(), Release);
        log::set_role(Role::Manager, 0);
        self.context.take_role(Process::Manager, None);
        let signals = SignalSource::install(&manager::signals())?;
        let manager = Manager::new(&self.app, &self.shared, self.inboxes()?, receivers.manager, signals)?;
        let child = match manager.run()? {
            manager::End::Done => return Ok(Ended::Server),
            manager::End::Failed(status) => return Ok(Ended::ServerFailed(status)),
            manager::End::Child(child) => child,
        };
        if let Some(user) = self.shared.shape.user(child.worker) {
            drop(receivers.owners);
            return self.user_process(user, child, control.manager_pid.load(Relaxed));
        }
        let inbox = receivers.owners.swap_remove(child.worker as usize);
        drop(receivers.owners);
        if child.worker == 0 {
            control.master_pid.store(process::pid(), Release);
        }
        let signals = self.become_worker(child.worker, control.manager_pid.load(Relaxed), child.mask)?;
        let ended = base::run(&self.app, &self.context, &self.shared, child.worker, inbox, signals);
        child_ended(child.worker, ended)
    }

    fn single_process(&self, mut receivers: Receivers) -> Result<Ended> {
        let slot = &self.shared.workers[0];
        slot.pid.store(process::pid(), Release);
        slot.incarnation.store(1, Relaxed);
        log::set_role(Role::Worker, 0);
        self.identify(0);
        let signals = SignalSource::install(&worker::signals())?;
        let inbox = receivers.owners.swap_remove(0);
        match base::run(&self.app, &self.context, &self.shared, 0, inbox, signals)? {
            worker::End::Clean => Ok(Ended::Server),
            worker::End::Failed(status) => Ok(Ended::ServerFailed(status)),
        }
    }

    /// What every forked worker does before it serves.
    fn become_worker(&self, worker: u32, parent: i32, mask: SavedMask) -> Result<SignalSource> {
        let signals = SignalSource::install(&worker::signals())?;
        drop(mask);
        self.shared.workers[worker as usize].pid.store(process::pid(), Release);
        log::set_role(Role::Worker, worker);
        self.identify(worker);
        self.outlive_nobody(parent)?;
        self.context.take_role(Process::Worker(worker), None);
        self.app.after_fork(Process::Worker(worker));
        Ok(signals)
    }

    /// A process of the program's own, from its fork to its end.
    fn user_process(&self, user: u32, assignment: manager::Assignment, parent: i32) -> Result<Ended> {
        // An interrupt from the terminal reaches every process of the group: the master ends the server, and the manager this process.
        signal::ignore(libc::SIGINT)?;
        drop(assignment.mask);
        log::set_role(Role::Worker, assignment.worker);
        self.change_identity();
        self.outlive_nobody(parent)?;
        self.context.take_role(Process::User(user), None);
        self.app.after_fork(Process::User(user));
        Ok(match self.app.on_user_process(user) {
            Flow::Continue => Ended::Child,
            Flow::Leave(status) | Flow::Finish(status) => Ended::ChildFailed(status),
        })
    }

    /// User, group, root directory and processor.
    fn identify(&self, worker: u32) {
        self.change_identity();
        if self.shared.options.open_cpu_affinity {
            pin(&self.shared.options, worker);
        }
    }

    fn change_identity(&self) {
        let options = &self.shared.options;
        if options.user.is_some() || options.group.is_some() || options.chroot.is_some() {
            for warning in process::change_identity(options.user.as_deref(), options.group.as_deref(), options.chroot.as_deref())
            {
                log::write(Level::Warning, format_args!("{warning}"));
            }
        }
    }

    /// Ends this process when its parent does. A change of user clears that, so it comes after.
    fn outlive_nobody(&self, parent: i32) -> Result<()> {
        process::set_parent_death_signal(libc::SIGTERM)?;
        if process::parent_pid() != parent {
            // It has gone in between.
            process::kill(process::pid(), libc::SIGTERM)?;
        }
        Ok(())
    }
}

/// A forked worker has nobody to return an error to.
fn child_ended(worker: u32, ended: Result<worker::End>) -> Result<Ended> {
    Ok(match ended {
        Ok(worker::End::Clean) => Ended::Child,
        Ok(worker::End::Failed(status)) => Ended::ChildFailed(status),
        Err(error) => {
            log::write(Level::Error, format_args!("worker {worker} can't go on: {error}"));
            Ended::ChildFailed(255)
        }
    })
}

/// Pins the calling thread to a processor, by number, among those that are not to be left alone.
fn pin(options: &ServerOptions, number: u32) {
    let allowed = process::affinity().unwrap_or_default();
    let usable: Vec<usize> = allowed
        .into_iter()
        .filter(|cpu| !options.cpu_affinity_ignore.contains(&u32::try_from(*cpu).unwrap_or(u32::MAX)))
        .collect();
    if let Some(cpu) = usable.get(number as usize % usable.len().max(1))
        && let Err(error) = process::set_affinity(*cpu)
    {
        log::write(Level::Warning, format_args!("cannot be pinned to processor {cpu}: {error}"));
    }
}

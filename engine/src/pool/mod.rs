//! A pool of processes: a master that forks workers, starts again what ends, and hands them messages.
//!
//! [`Pool::start`] runs a [`Program`] until the end, in every process that it forks; a [`Handle`] is the way in for its callbacks. It must not know
//! what a server is, nor what language the program is written in.
//!
//! The master (`master`) is the process that called `start`; a worker (`worker`) takes messages from one of three sources: datagrams (`mail`), a
//! message queue of the system (`queue`), or connections (`socket`, whose frames are `frame`). The two share `context`: what all processes see, and
//! what one knows of itself. A worker's death loses what it was working on, and nothing that it had not taken: datagrams and queue are not its own.

mod context;
mod frame;
mod mail;
mod master;
mod program;
mod queue;
mod socket;
mod worker;

use std::{rc::Rc, sync::Arc, time::Duration};

pub use context::Handle;
pub use program::{Process, Program};

use self::{
    context::{Context, Course, Role, Shared},
    master::Master,
    worker::{Source, Worker},
};
use crate::{
    Error, Result,
    flow::Flow,
    ipc::inbox,
    log::{self, Level},
    net::Listener,
    sys::{atfork, parent, process, signal::SignalSource},
};

/// Where workers take their messages from.
#[derive(Clone, Debug, Default)]
pub enum Channel {
    /// There are none.
    #[default]
    None,
    /// Each worker has its own pair of datagram sockets.
    Mail,
    /// All workers take from one message queue of the system, made by the pool if the key is 0, and then gone with it.
    Queue {
        /// The key, as of msgget(2).
        key: i32,
    },
    /// All workers accept connections, each of which brings one message as a length of four bytes, big-endian, and a body; the answer goes back in
    /// the same form.
    Socket {
        /// Bound, and not listening yet.
        listener: Arc<Listener>,
        /// How many connections may wait to be accepted.
        backlog: i32,
    },
}

/// What a pool is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many workers, at least 1.
    pub workers: u32,
    /// Where messages come from.
    pub channel: Channel,
    /// Whether workers take messages from the channel. If not they end when their start callback has returned and nothing of theirs is left.
    pub takes_messages: bool,
    /// A message to a worker whose mailbox is full waits in a queue of the sender's, which must get back to its loop for it; otherwise the sender waits.
    pub queues_messages: bool,
    /// How long a worker that was told to leave may take.
    pub max_wait_time: Duration,
    /// The largest message of a connection, in bytes.
    pub max_message: usize,
    /// Called in the handler of signals, in the master and in workers: see [`SignalSource::call_in_handler`]. For programs whose callbacks look at
    /// [`Handle::is_told_to_end`] while they run.
    pub on_signal: Option<fn()>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            workers: 1,
            channel: Channel::None,
            takes_messages: false,
            queues_messages: false,
            max_wait_time: Duration::from_secs(3),
            max_message: 8 * 1024 * 1024,
            on_signal: None,
        }
    }
}

/// How `start` came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Ended {
    /// The pool has stopped; this is the process that called `start`.
    Pool,
    /// The process that called `start` must end with this status: a callback in it said [`Flow::Leave`]. All workers are gone.
    PoolFailed(i32),
    /// A worker that ended well: flush what was printed, then leave by [`exit_now`](crate::sys::process::exit_now); nothing else may run.
    Child,
    /// A worker that must end with this status, after the language's own shutdown.
    ChildFailed(i32),
}

/// A pool before and while it runs.
#[derive(Default)]
pub struct Pool {
    options: Options,
    context: Rc<Context>,
}

impl Pool {
    /// A pool of so many workers.
    pub fn new(workers: u32) -> Pool {
        Pool { options: Options { workers: workers.max(1), ..Options::default() }, context: Rc::default() }
    }

    /// The way in for callbacks; it says `NotRunning` until the pool runs.
    pub fn handle(&self) -> Handle {
        Handle(Rc::clone(&self.context))
    }

    /// What was set.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// To be changed before the start; afterwards it has no effect.
    pub fn options_mut(&mut self) -> &mut Options {
        &mut self.options
    }

    /// Runs until the end, in every process that it forks: see [`Ended`].
    ///
    /// # Errors
    /// Those of the start itself: an address that can't be listened on, memory, descriptors or queues that run out; `WrongOperation` for a second
    /// start.
    pub fn start<P: Program + 'static>(&mut self, program: P) -> Result<Ended> {
        if self.context.role() != Role::Idle {
            return Err(Error::WrongOperation("the pool has been started before".into()));
        }
        let program = Rc::new(program);
        let (master_inbox, inbox) = inbox::pair()?;
        let shared = Rc::new(Shared::new(self.options.clone(), master_inbox)?);
        if let Channel::Socket { listener, backlog } = &self.options.channel {
            listener.listen(*backlog)?;
        }
        atfork::notice_program_forks()?;
        // This process may be such a one itself; in here that is of no account.
        let outer = atfork::adopt();
        self.context.open(&shared);
        let ended = self.run(&program, &shared, inbox);
        if !matches!(ended, Ok(Ended::Child | Ended::ChildFailed(_))) {
            shared.close();
            self.context.take_role(Role::Over);
            log::set_role(log::Role::Unstarted, 0);
        }
        let ended = match ended {
            Ok(Ended::Pool) => match program.on_shutdown() {
                Flow::Continue => Ok(Ended::Pool),
                Flow::Leave(status) | Flow::Finish(status) => Ok(Ended::PoolFailed(status)),
            },
            ended => ended,
        };
        atfork::give_back(outer);
        ended
    }

    fn run<P: Program>(&self, program: &Rc<P>, shared: &Rc<Shared>, inbox: crate::ipc::InboxReceiver) -> Result<Ended> {
        self.context.take_role(Role::Master);
        log::set_role(log::Role::Manager, 0);
        let signals = SignalSource::install(&master::signals())?;
        signals.lend(&[libc::SIGTERM, libc::SIGINT, libc::SIGUSR1], &[libc::SIGHUP, libc::SIGUSR2]);
        if let Some(hook) = shared.options.on_signal {
            signals.call_in_handler(hook);
        }
        let child = match Master::new(program, &self.context, shared, inbox, signals)?.run()? {
            master::End::Done => return Ok(Ended::Pool),
            master::End::Failed(status) => return Ok(Ended::PoolFailed(status)),
            master::End::Child(child) => child,
        };
        let me = child.worker;
        let ended = self.work(program, shared, child);
        Ok(match ended {
            Ok(worker::End::Clean) => Ended::Child,
            Ok(worker::End::Failed(status)) => Ended::ChildFailed(status),
            // A forked worker has nobody to return an error to.
            Err(error) => {
                log::write(Level::Error, format_args!("worker {me} can't go on: {error}"));
                Ended::ChildFailed(255)
            }
        })
    }

    /// The life of a worker.
    fn work<P: Program>(&self, program: &Rc<P>, shared: &Rc<Shared>, child: master::Assignment) -> Result<worker::End> {
        let master::Assignment { worker: me, mask } = child;
        let signals = SignalSource::install(&worker::signals())?;
        // Programs that want to know of the end themselves are told as well.
        signals.lend(&[libc::SIGTERM], &[libc::SIGINT, libc::SIGHUP, libc::SIGUSR1, libc::SIGUSR2]);
        if let Some(hook) = shared.options.on_signal {
            signals.call_in_handler(hook);
        }
        drop(mask);
        parent::follow(shared.master, shared.options.max_wait_time)?;
        log::set_role(log::Role::Worker, me);
        self.context.take_role(Role::Worker(me));
        shared.become_worker(me, process::pid());
        program.after_fork(Process::Worker(me));
        let worker = Worker::new(program, &self.context, shared, me, signals)?;
        shared.await_completeness()?;
        worker.start();
        let ended = Source::open(&shared.options, shared, me).and_then(|source| worker.run(source));
        if process::parent_pid() != shared.master && self.context.course.get() != Course::Detached {
            // Nobody else is left who could.
            shared.close();
        }
        ended
    }
}

/// After a callback: a process that was forked inside it and came back is not the one that was called, and must touch nothing of what that one owns. It
/// ends here.
#[inline]
fn end_if_forked<P: Program>(program: &P) {
    if atfork::forked_by_program() {
        // What it has printed.
        program.before_fork();
        process::exit_now(0);
    }
}

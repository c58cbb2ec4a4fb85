//! The seam: what the engine calls, and what it hands over.
//!
//! Whoever drives the engine implements [`Application`]. Every method runs on the main thread of the process that it names and may
//! call the [`Handle`](super::Handle) at any time, from inside a callback too: the engine holds no borrow while it calls out.
//!
//! What an implementation must supply:
//! 1. `take` copies a message; the engine gives its memory back before the callback runs.
//! 2. A callback returns [`Flow::Leave`] when its process can't go on (a fatal error), and [`Flow::Finish`] when it should not;
//!    [`Server::start`](super::Server::start) then returns in that process, at once or when what it had begun is over.
//! 3. A callback may block, call into the handle, or fork; a child that it has forked must end before the callback returns there (see
//!    [`forked_by_program`](super::forked_by_program)). It must not unwind.

use std::{fmt, mem::MaybeUninit, os::fd::RawFd, rc::Rc};

pub use crate::flow::{Flow, Pending};

/// A process of the server, as its own callbacks see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// The process that called `start`. In single-process BASE it is worker 0 too.
    Master,
    /// The process that forks and watches the workers. In BASE it is the one that called `start`.
    Manager,
    /// An event worker, by number.
    Worker(u32),
    /// A process of the program's own, by its number in the order of [`Server::add_process`](super::Server::add_process).
    User(u32),
}

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedBy {
    /// The peer, or the network: the event comes from this reactor.
    Peer(u32),
    /// The server: `close`, a shutdown, a worker's death.
    Server,
}

impl ClosedBy {
    /// The reactor number that Close callbacks are given: -1 when the server closed.
    pub fn reactor(self) -> i64 {
        match self {
            ClosedBy::Peer(reactor) => i64::from(reactor),
            ClosedBy::Server => -1,
        }
    }
}

/// A worker that ended in another way than it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerError {
    /// The worker's number; that of a process of the program's own follows those of all workers.
    pub worker: u32,
    /// Its process id.
    pub pid: i32,
    /// The status that it exited with, 0 when a signal ended it.
    pub exit_code: i32,
    /// The signal that ended it, 0 when it exited.
    pub signal: i32,
}

/// Which connection an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The port that accepted the connection: its index in the order of `listen`.
    pub port: u16,
    /// The connection.
    pub session: u64,
    /// The reactor thread that owns it (PROCESS), or the worker (BASE).
    pub reactor: u32,
}

/// Proof that a message is in hand: dropping it says that the message is dealt with.
///
/// It is kept for as long as anything that the message started may still answer. When the process dies with one alive, or ends by a failure, the
/// message's connection is closed.
pub struct InHand {
    lane: Option<Rc<dyn Settle>>,
    sequence: u64,
    session: u64,
}

/// Told when a message is dealt with.
pub(super) trait Settle {
    /// The message with this number, of this session, is done.
    fn settle(&self, sequence: u64, session: u64);
}

impl InHand {
    /// For an owner that settles by itself.
    pub(super) fn nothing() -> InHand {
        InHand { lane: None, sequence: 0, session: 0 }
    }

    /// The message with this number, which its lane is told of when it is done.
    pub(super) fn of(lane: Rc<dyn Settle>, sequence: u64, session: u64) -> InHand {
        InHand { lane: Some(lane), sequence, session }
    }

    /// Whether nobody needs to know when it is dropped.
    pub fn is_nothing(&self) -> bool {
        self.lane.is_none()
    }

    /// Gives the message up without settling it: the process is about to end because of it.
    pub fn abandon(mut self) {
        self.lane = None;
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        if let Some(lane) = &self.lane {
            lane.settle(self.sequence, self.session);
        }
    }
}

impl fmt::Debug for InHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InHand").field("sequence", &self.sequence).field("session", &self.session).finish_non_exhaustive()
    }
}

/// The program that a server runs. The defaults do nothing.
#[allow(unused_variables)]
pub trait Application {
    /// A message's bytes in the application's own form.
    type Data;

    /// Copies a message, so that the engine can reuse its memory.
    fn take(&self, bytes: &[u8]) -> Self::Data;

    /// A message that is read straight into the application's memory: `fill` gets room for `capacity` bytes and gives back the part at
    /// its start that it has written. It must not call back.
    ///
    /// # Errors
    /// What `fill` ends in.
    fn take_in_place<E>(
        &self,
        capacity: usize,
        fill: impl for<'m> FnOnce(&'m mut [MaybeUninit<u8>]) -> Result<&'m mut [u8], E>,
    ) -> Result<Self::Data, E> {
        let mut memory = Vec::with_capacity(capacity);
        fill(memory.spare_capacity_mut()).map(|bytes| self.take(bytes))
    }

    /// A descriptor that is readable while something of the application's own wants to be run: an epoll instance, say. Asked for once in each process, when
    /// its loop begins; it must stay open as long as the process.
    fn descriptor(&self) -> Option<RawFd> {
        None
    }

    /// Runs what of the application's own is due, and says what still waits; `ready` when the [descriptor](Application::descriptor) was readable. Called
    /// in every turn of every process's loop: it must cost next to nothing when there is nothing.
    fn run_due(&self, ready: bool) -> (Flow, Pending) {
        (Flow::Continue, Pending::Nothing)
    }

    /// About to fork: flush what both processes would print.
    fn before_fork(&self) {}
    /// In a child, before anything else of the application runs: seed random numbers, say who this process is.
    fn after_fork(&self, process: Process) {}

    /// The server runs (master; in BASE with several processes worker 0).
    fn on_start(&self) -> Flow {
        Flow::Continue
    }
    /// The server is about to stop (where `on_start` ran).
    fn on_before_shutdown(&self) -> Flow {
        Flow::Continue
    }
    /// Everything has stopped (the process that called `start`).
    fn on_shutdown(&self) -> Flow {
        Flow::Continue
    }
    /// The manager runs.
    fn on_manager_start(&self) -> Flow {
        Flow::Continue
    }
    /// The manager has no worker left and ends.
    fn on_manager_stop(&self) -> Flow {
        Flow::Continue
    }
    /// A reload begins (manager).
    fn on_before_reload(&self) -> Flow {
        Flow::Continue
    }
    /// A reload's replacements are started (manager).
    fn on_after_reload(&self) -> Flow {
        Flow::Continue
    }
    /// A worker ended badly (manager).
    fn on_worker_error(&self, error: WorkerError) -> Flow {
        Flow::Continue
    }
    /// A process of the program's own: runs it from its begin to its end. The engine does nothing else in it: signals are as they were before the
    /// start (but for SIGINT, which is ignored), and what is sent to a connection waits until its owner takes it.
    fn on_user_process(&self, number: u32) -> Flow {
        Flow::Continue
    }
    /// A worker begins.
    fn on_worker_start(&self, worker: u32) -> Flow {
        Flow::Continue
    }
    /// A worker ends well.
    fn on_worker_stop(&self, worker: u32) -> Flow {
        Flow::Continue
    }
    /// A worker wants to end and something in it still runs.
    fn on_worker_exit(&self, worker: u32) -> Flow {
        Flow::Continue
    }
    /// A connection was accepted.
    fn on_connect(&self, event: Event, in_hand: InHand) -> Flow {
        Flow::Continue
    }
    /// A piece of data, or a frame, came.
    fn on_receive(&self, event: Event, data: Self::Data, in_hand: InHand) -> Flow;
    /// A connection takes data again, or is gone, for which [`Handle::want_room`](super::Handle::want_room) has asked.
    fn on_room(&self, session: u64) -> Flow {
        Flow::Continue
    }
    /// A connection has ended.
    fn on_close(&self, event: Event, by: ClosedBy, in_hand: InHand) -> Flow {
        Flow::Continue
    }
}

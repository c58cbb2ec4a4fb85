//! The seam: what a pool calls. Whoever drives it implements [`Program`].
//!
//! Every method runs on the main thread of the process that it names and may call the [`Handle`](super::Handle) at any time: the pool holds no borrow
//! while it calls out. A callback returns [`Flow::Finish`] when its process is to end once what was begun is done, [`Flow::Leave`] when it can't go on at all; neither has a
//! stop callback. It may block or fork; a child that it has forked must end
//! before the callback returns there (see [`forked_by_program`](crate::sys::atfork::forked_by_program)). It must not unwind.

use std::os::fd::RawFd;

use mio::Token;

use crate::{
    Result,
    flow::{Flow, Pending},
    reactor::{EventLoop, Wake},
};

/// What a program's descriptor is registered as. Others count up from 0.
const TOKEN: Token = Token(1 << 40);

/// Has a loop watch what is the program's own.
///
/// # Errors
/// `Error::System` when the descriptor can't be watched.
pub(super) fn watch<P: Program, T: Copy>(program: &P, events: &EventLoop<T>) -> Result<()> {
    program.descriptor().map_or(Ok(()), |fd| events.watch_level(fd, TOKEN))
}

/// Whether a wake is the program's own.
pub(super) fn is_own<T>(wake: &Wake<T>) -> bool {
    matches!(wake, Wake::Ready(TOKEN, _))
}

/// A process of the pool, as its own callbacks see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// The process that called `start`.
    Master,
    /// A worker, by number.
    Worker(u32),
}

/// The program that a pool runs. The defaults do nothing.
#[allow(unused_variables)]
pub trait Program {
    /// A message's bytes in the program's own form.
    type Data;

    /// Copies a message, so that its memory is free again before the callback runs.
    fn take(&self, bytes: &[u8]) -> Self::Data;

    /// A descriptor that is readable while something of the program's own wants to be run: an epoll instance, say. Asked for once in each process, when
    /// its loop is made; it must stay open as long as the process.
    fn descriptor(&self) -> Option<RawFd> {
        None
    }

    /// Runs what of the program's own is due, and says what still waits; `ready` when the [descriptor](Program::descriptor) was readable. Called in every
    /// turn of every process's loop: it must cost next to nothing when there is nothing.
    fn run_due(&self, ready: bool) -> (Flow, Pending) {
        (Flow::Continue, Pending::Nothing)
    }

    /// Whether a worker can take a further message now; asked again in the next turn.
    fn is_ready(&self) -> bool {
        true
    }

    /// About to fork: flush what both processes would print.
    fn before_fork(&self) {}
    /// In a child, before anything else of the program runs: seed random numbers, say who this process is.
    fn after_fork(&self, process: Process) {}

    /// The pool runs, all workers are forked (master).
    fn on_start(&self) -> Flow {
        Flow::Continue
    }
    /// All workers are gone (master).
    fn on_shutdown(&self) -> Flow {
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
    /// The process is about to end: SIGTERM, `stop`, or in the master `shutdown`.
    fn on_ending(&self) {}
    /// A message came (worker).
    fn on_message(&self, data: Self::Data) -> Flow;
}

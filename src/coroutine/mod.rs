//! Coroutines: `Swoole\Coroutine` and what belongs to it. A coroutine runs on a [`Fiber`](crate::zend::fiber::Fiber); [`scheduler`] says which one
//! runs, and who wakes it; [`host`] is what it asks of the event loop, so that another loop can run it. It must not know a server.

mod barrier;
mod channel;
mod class;
mod client;
pub mod host;
pub mod io;
mod live;
mod lock;
pub mod preempt;
mod record;
mod run;
pub mod runtime;
pub mod scheduler;
pub mod socket;
mod socket_channel;
pub mod stream;
pub mod system;
mod told;
mod wait_group;

pub use barrier::CoroutineBarrier;
pub use channel::CoroutineChannel;
pub use class::{Coroutine, ExitException, create, defer, hook_flags, iterator, take_options};
pub use client::CoroutineClient;
pub use lock::CoroutineLock;
pub use run::{CoroutineScheduler, batch, dispatch, end_of_script, forget_rest, map, parallel, run, run_loop, wait};
pub use socket::{CoroutineSocket, Socket, socketpair};
pub use socket_channel::{CoroutineSocketChannel, CoroutineSocketChannelReader};
pub use system::CoroutineSystem;
pub use wait_group::CoroutineWaitGroup;

use std::time::Duration;

/// In a process that was forked by the program: what its parent has waiting is the parent's, and no loop runs here yet. Coroutines and
/// timers are not unwound: destructors of what they hold run when this process ends, as everywhere in PHP.
pub fn become_child() {
    scheduler::forget_all();
    scheduler::survive(None);
    crate::timer::forget_all();
    host::begin_anew();
    crate::event::forget_all();
    system::forget();
}

/// A timeout as PHP code gives it, in seconds: none if it is not above 0.
fn timeout(seconds: f64) -> Option<Duration> {
    if seconds > 0.0 { Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)) } else { None }
}

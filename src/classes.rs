//! Which Rust type stands behind which class of php-stubs: `Swoole\Server\Port` is `ServerPort` here. build.rs writes code that names these.

pub use crate::client::Client;
pub use crate::coroutine::runtime::Runtime;
pub use crate::coroutine::{
    Coroutine, CoroutineBarrier, CoroutineChannel, CoroutineClient, CoroutineLock, CoroutineScheduler, CoroutineSocket,
    CoroutineSocketChannel, CoroutineSocketChannelReader, CoroutineSystem, CoroutineWaitGroup, ExitException,
};
pub use crate::event::Event;
pub use crate::functions::Functions;
pub use crate::memory::{Atomic, AtomicLong, Lock, Table};
pub use crate::process::{Process, ProcessPool};
pub use crate::server::{ConnectionIterator, Server, ServerPort};
pub use crate::timer::Timer;

//! What processes share without a server: `Swoole\Atomic`, `Swoole\Atomic\Long`, `Swoole\Lock`, `Swoole\Table`. It must not know a server.
//!
//! An object belongs to one process; the memory behind it to all that were forked since it was made.

mod atomic;
mod lock;
mod table;

pub use atomic::{Atomic, AtomicLong};
pub use lock::Lock;
pub use table::Table;

use std::time::Duration;

use crate::zend::{Error, ExceptionClass, Level, Result, raise};

/// What a method of an object ends in whose constructor has not run: a subclass can leave it out.
#[cold]
#[inline(never)]
fn unmade(class: &str) -> Error {
    wrong_use(format!("the constructor of {class} was not called"))
}

/// An exception of PHP's own class `Error`.
fn wrong_use(text: String) -> Error {
    Error::Exception { class: ExceptionClass::Error, text, code: 0 }
}

/// An `Error` that says that a constructor was called twice.
fn made_twice(class: &str) -> Error {
    wrong_use(format!("the constructor of {class} was called already"))
}

/// Says that the holder of a lock, which is the caller's now, has died. `unlock`: if an error handler makes an exception of that, whoever sees it holds
/// nothing, and will not give it back.
pub fn tell_abandoned(unlock: impl FnOnce()) -> Result<()> {
    let text = "the process that held the lock has ended without unlock(): what it guards may be half done";
    raise(Level::Notice, text, true).inspect_err(|_| unlock())
}

/// Seconds as PHP gives them: below 0, and what no clock can say, is without end.
fn timeout(secs: f64) -> Option<Duration> {
    if secs.is_nan() { Some(Duration::ZERO) } else { Duration::try_from_secs_f64(secs).ok() }
}

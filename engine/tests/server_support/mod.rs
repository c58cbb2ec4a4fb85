//! What the tests of whole servers share: a server in processes of its own ([`Setup`], [`Running`]), what it reports of its callbacks
//! ([`Report`]), and clients ([`Peer`], [`Swarm`]).
//!
//! The server is this test binary once more, in which only [`serve`] runs: see `probe`. It has its own process group, and goes with the
//! [`Running`] that started it. Its processes write what happens to one pipe, so that a test waits for events, and the end of the pipe says
//! that no process of the server is left.

#![allow(dead_code, reason = "each test binary uses some of it")]

mod peer;
mod probe;
mod running;
mod swarm;

use std::time::Duration;

#[allow(unused_imports, reason = "each test binary uses some of it")]
pub use peer::{Address, Peer, pattern};
#[allow(unused_imports, reason = "each test binary uses some of it")]
pub use running::{Report, Running, Setup, holds_at_last, is_alive, is_collected, wait_until};
#[allow(unused_imports, reason = "each test binary uses some of it")]
pub use swarm::{Outcome, Swarm};

#[allow(unused_macros, reason = "each test binary uses some of it")]
/// Makes a test of each function and mode: `name: single base process;`.
macro_rules! each_mode {
    ($($name:ident: $($mode:ident)+;)*) => {$(
        mod $name {
            $(#[test] fn $mode() { super::$name(crate::server_support::$mode()) })+
        }
    )*};
}
#[allow(unused_imports, reason = "each test binary uses some of it")]
pub(crate) use each_mode;

/// One process that does everything.
pub fn single() -> Setup {
    Setup::single()
}

/// BASE with a manager and several workers.
pub fn base() -> Setup {
    Setup::base(3)
}

/// PROCESS with several reactors and workers.
pub fn process() -> Setup {
    Setup::process(4, 2)
}

/// Longer than anything that a test waits for on a busy machine, shorter than patience.
pub const LIMIT: Duration = Duration::from_secs(30);

/// The server process that the other tests start.
#[test]
#[ignore = "is the server that other tests talk to, and no test by itself"]
fn serve() {
    probe::main();
}

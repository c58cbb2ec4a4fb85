//! What becomes of a forked process: it forgets what its parent was about, calls its function and comes to its end. It must not know how it was forked
//! but by [`fork`].

use std::os::fd::RawFd;

use engine::sys::{
    self,
    process::{Fork, fork_for_program},
    signal,
};

use super::{Process, outbox};
use crate::{
    coroutine::{self, host, scheduler},
    zend::{self, Callback, Error, Object, Outcome, Result, process},
};

/// The status of a process that an uncaught exception or a fatal error has ended, as PHP itself leaves.
const FAILED: i32 = 255;

/// Makes a child that is nobody's but the program's. What is printed already, or kept in output buffers, is the parent's; in the child nothing of what the
/// parent waits for is left.
///
/// # Errors
/// What the system says.
pub fn fork() -> engine::Result<Fork> {
    process::flush_streams();
    let mask = signal::block_all();
    let forked = fork_for_program()?;
    if forked == Fork::Child {
        // Whoever looked at what they leave behind is not here.
        signal::disown();
        process::reseed();
        process::forget_output();
        coroutine::become_child();
    }
    drop(mask);
    Ok(forked)
}

/// Where the standard streams go, each unless it stays as it is: input, output, error.
pub type Streams = [Option<RawFd>; 3];

/// Has this script go on in a child, without a terminal, and ends the process that it was in. What waits here waits on there.
///
/// # Errors
/// What the system says: in the child, too, which then is one already.
pub fn daemonize(at_root: bool, streams: Streams) -> engine::Result<()> {
    // Output buffers go on as all else does.
    process::flush_streams();
    let mask = signal::block_all();
    if let Fork::Parent(_) = fork_for_program()? {
        sys::process::exit_now(0);
    }
    outbox::carry_on();
    let signals = host::carry_on_signals().map_err(|source| engine::Error::System { call: "sigaction", source });
    drop(mask);
    signals?;
    sys::process::new_session()?;
    if at_root {
        std::env::set_current_dir("/").map_err(|source| engine::Error::System { call: "chdir", source })?;
    }
    sys::process::replace_streams_by_number(streams)
}

/// As [`run`], in a process that somebody else has forked for it.
pub fn run_as_own(process: &Object<Process>) -> Error {
    coroutine::become_child();
    run(process)
}

/// In the child: runs the process's function, then what it has left behind in the loop. The handler that called this must end so, and with it the
/// process: PHP's own shutdown follows, with shutdown functions and destructors.
pub fn run(process: &Object<Process>) -> Error {
    match call(process).and_then(|()| coroutine::run_loop()) {
        Ok(()) => zend::leave(0),
        Err(Error::Exit(status)) => zend::leave(status),
        Err(Error::Pending) => match zend::report_pending() {
            Ok(()) => zend::leave(FAILED),
            Err(error) => error,
        },
        Err(error) => error,
    }
}

fn call(process: &Object<Process>) -> Result<()> {
    let callback = Callback::new(&process.get("callback")?);
    let Some(callback) = callback else {
        return Err(Error::Fatal("the callback of Swoole\\Process cannot be called".into()));
    };
    let made = process.state().made()?;
    process.set("pid", sys::process::pid())?;
    made.enter(process)?;
    let args = [process.clone().into()];
    if made.has_coroutine() {
        return match scheduler::spawn(&callback, &args, None)? {
            Some(_) => Ok(()),
            None => Err(Error::Exit(FAILED)),
        };
    }
    match callback.call(&args) {
        Outcome::Returned(_) => Ok(()),
        Outcome::Exited(status) => Err(Error::Exit(status)),
        Outcome::Threw(exception) => exception.report().and(Err(Error::Exit(FAILED))),
        Outcome::Died(_) => Err(Error::Pending),
    }
}

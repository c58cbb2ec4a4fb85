//! Commands: run by a shell, their output gathered while the coroutine waits. A command whose coroutine does not wait any more is killed and
//! collected. It must not know what a command does.

use std::io;

use engine::sys::{
    foreign,
    process::ExitState,
    shell::{self, ErrorOutput},
};

use super::{
    super::io::{Deadline, Descriptor, Direction},
    children::{self, Claim},
};
use crate::zend::Result;

/// Bytes at a time: what a pipe holds.
const PIECE: usize = 64 << 10;

/// A command that runs.
struct Running {
    pid: i32,
    claim: Option<Claim>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(claim) = self.claim.take() {
            children::abandon(self.pid, claim);
        }
    }
}

/// Runs a command until it has closed its output and ended: how, and what it has printed.
///
/// # Errors
/// Outer: the coroutine has to leave. Inner: it could not be started, or `ECANCELED`.
pub(super) fn run(command: &[u8], with_errors: bool) -> Result<io::Result<(ExitState, Vec<u8>)>> {
    let errors = if with_errors { ErrorOutput::Joined } else { ErrorOutput::Inherited };
    // What PHP has printed comes before what the command prints.
    crate::zend::process::flush_output();
    let started = match shell::start(command, errors) {
        Ok(started) => started,
        Err(error) => return Ok(Err(error)),
    };
    let mut running = Running { pid: started.pid, claim: Some(Claim::new(started.pid)) };
    let descriptor = Descriptor::new(started.output);
    let mut output = Vec::new();
    let mut piece = vec![0; PIECE];
    loop {
        match descriptor.perform(Direction::Read, Deadline::NEVER, |fd| foreign::read(fd, &mut piece))? {
            Ok(0) => break,
            Ok(count) => output.extend_from_slice(&piece[..count]),
            Err(error) => return Ok(Err(error)),
        }
    }
    let state = match children::one(running.pid, Deadline::NEVER)? {
        Ok(state) => state,
        // Where SIGCHLD is ignored the system collects children, and nobody knows how they ended.
        Err(error) if error.raw_os_error() == Some(libc::ECHILD) => ExitState::Exited(-1),
        Err(error) => return Ok(Err(error)),
    };
    running.claim.take();
    Ok(Ok((state, output)))
}

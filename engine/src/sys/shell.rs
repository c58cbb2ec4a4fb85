//! Commands that a shell runs, with their output in a pipe. It must not know what a command is for.

use std::{
    ffi::OsStr,
    io,
    os::{fd::AsRawFd, fd::OwnedFd, unix::ffi::OsStrExt},
    process::{Command, Stdio},
};

/// Where a command's error output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorOutput {
    /// To where this process's goes.
    Inherited,
    /// To the output.
    Joined,
}

/// A command that was started. It is this process's child: whoever started it must collect it.
#[derive(Debug)]
pub struct Started {
    /// Its process id.
    pub pid: i32,
    /// What it prints; reading does not wait.
    pub output: OwnedFd,
}

/// Has `/bin/sh` run a command.
///
/// # Errors
/// `EINVAL` for a NUL byte in it; otherwise what the system says.
pub fn start(command: &[u8], errors: ErrorOutput) -> io::Result<Started> {
    let (output, input) = io::pipe()?;
    let errors = match errors {
        ErrorOutput::Inherited => Stdio::inherit(),
        ErrorOutput::Joined => input.try_clone()?.into(),
    };
    let child = Command::new("/bin/sh").arg("-c").arg(OsStr::from_bytes(command)).stdout(input).stderr(errors).spawn();
    let child = child.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput => io::Error::from_raw_os_error(libc::EINVAL),
        _ => error,
    })?;
    let output = OwnedFd::from(output);
    // It was just opened: this cannot fail.
    super::foreign::set_nonblocking(output.as_raw_fd())?;
    Ok(Started { pid: child.id() as i32, output })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sys::{
        foreign, io as sys_io,
        process::{ExitState, kill_family, wait_for},
    };

    fn run(command: &str, errors: ErrorOutput) -> (Vec<u8>, ExitState) {
        let started = start(command.as_bytes(), errors).unwrap();
        let mut all = Vec::new();
        let mut buf = [0; 4096];
        loop {
            match foreign::read(&started.output, &mut buf) {
                Ok(0) => break,
                Ok(count) => all.extend_from_slice(&buf[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    assert!(sys_io::wait_readable(&started.output, Duration::from_secs(20)).unwrap());
                }
                Err(error) => panic!("{error}"),
            }
        }
        (all, wait_for(started.pid).unwrap())
    }

    #[test]
    fn output_and_status_come_back() {
        assert_eq!(run("echo one; exit 3", ErrorOutput::Inherited), (b"one\n".to_vec(), ExitState::Exited(3)));
        assert_eq!(run("echo two >&2; kill -9 $$", ErrorOutput::Joined), (b"two\n".to_vec(), ExitState::Signaled(9)));
        assert_eq!(start(b"a\0b", ErrorOutput::Joined).unwrap_err().raw_os_error(), Some(libc::EINVAL));
    }

    #[test]
    fn a_command_goes_with_all_that_it_has_started() {
        let started = start(b"(sleep 1000; true) & echo up; sleep 1000", ErrorOutput::Joined).unwrap();
        let minute = Duration::from_secs(60);
        assert!(sys_io::wait_readable(&started.output, minute).unwrap());
        let mut buf = [0; 16];
        assert_eq!(foreign::read(&started.output, &mut buf).unwrap(), 3);
        kill_family(started.pid);
        assert_eq!(wait_for(started.pid).unwrap(), ExitState::Signaled(libc::SIGKILL));
        // It ends once nobody is left who could write.
        assert!(sys_io::wait_readable(&started.output, minute).unwrap());
        assert_eq!(foreign::read(&started.output, &mut buf).unwrap(), 0);
    }
}

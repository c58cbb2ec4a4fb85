//! What tests with several processes share. A test process may have threads (those of the test harness), so a child does little and
//! leaves by `_exit`; it has an alarm, so that a child that hangs is a failure and not a hanging test.

#![allow(dead_code, reason = "each test binary uses some of it")]

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use engine::sys::process::{self, ExitState, Fork};

/// Longer than anything that a test waits for, shorter than patience.
pub const LIMIT: Duration = Duration::from_secs(20);

/// Forks a child that runs `body` and leaves with 0, or with 101 if it panics.
#[track_caller]
pub fn spawn(body: impl FnOnce()) -> i32 {
    match process::fork().expect("fork") {
        Fork::Parent(pid) => pid,
        Fork::Child => {
            nix::unistd::alarm::set(LIMIT.as_secs() as u32);
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
            process::exit_now(if outcome.is_ok() { 0 } else { 101 })
        }
    }
}

/// Runs `body` in a child and gives how that ended.
#[track_caller]
pub fn in_child(body: impl FnOnce()) -> ExitState {
    process::wait_for(spawn(body)).expect("waitpid")
}

/// Runs `body` in a child, in which it must not panic.
#[track_caller]
pub fn ok_in_child(body: impl FnOnce()) {
    assert_eq!(in_child(body), ExitState::Exited(0), "101 stands for a panic, whose text is above");
}

/// A pipe that one process waits on until another lets it go on.
pub struct Gate {
    read: OwnedFd,
    write: OwnedFd,
}

impl Gate {
    pub fn new() -> Gate {
        let (read, write) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).expect("pipe2");
        Gate { read, write }
    }

    /// Lets one waiter pass.
    pub fn open(&self) {
        nix::unistd::write(&self.write, &[1]).expect("write");
    }

    /// Waits to be let through.
    #[track_caller]
    pub fn wait(&self) {
        assert!(readable_within(&self.read, LIMIT), "nobody opened the gate");
        nix::unistd::read(&self.read, &mut [0]).expect("read");
    }

    /// The end that `wait` reads.
    pub fn reader(&self) -> BorrowedFd<'_> {
        self.read.as_fd()
    }

    /// Waits until no process has the gate any more, but for its reading end here.
    #[track_caller]
    pub fn wait_closed(self) {
        drop(self.write);
        loop {
            assert!(readable_within(&self.read, LIMIT), "a process that should have ended still runs");
            if nix::unistd::read(&self.read, &mut [0; 16]).expect("read") == 0 {
                return;
            }
        }
    }
}

/// Whether `fd` has something to read, now or within `timeout`.
pub fn readable_within(fd: impl AsFd, timeout: Duration) -> bool {
    engine::sys::io::wait_readable(fd, timeout).expect("poll")
}

/// A directory that goes with the test.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn new() -> TempDir {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("engine-test-{}-{}", process::pid(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).expect("mkdir");
        TempDir(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of `name` in it, as text.
    pub fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("a path in UTF-8").to_owned()
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A mio poll with one descriptor in it, edge-triggered: what the event loop does with an eventfd.
pub struct Edges {
    poll: mio::Poll,
    events: mio::Events,
}

impl Edges {
    pub fn of(fd: std::os::fd::RawFd, interest: mio::Interest) -> Edges {
        let poll = mio::Poll::new().expect("epoll_create");
        poll.registry().register(&mut mio::unix::SourceFd(&fd), mio::Token(7), interest).expect("epoll_ctl");
        Edges { poll, events: mio::Events::with_capacity(8) }
    }

    /// The number of events within `timeout`.
    pub fn count(&mut self, timeout: Duration) -> usize {
        loop {
            match self.poll.poll(&mut self.events, Some(timeout)) {
                Ok(()) => return self.events.iter().count(),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => panic!("poll: {error}"),
            }
        }
    }

    /// The number of events that wait already.
    pub fn now(&mut self) -> usize {
        self.count(Duration::ZERO)
    }
}

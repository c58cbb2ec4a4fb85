//! A lock among processes that are killed: one holder at a time, no deadlock, and each holder's death told to the next.
//!
//! `LOCK_KILL_SECONDS` says for how long (2 by default).

#![cfg(not(loom))]

use std::time::{Duration, Instant};

use engine::shm::atomic::{SharedI64, SharedU32};
use engine::shm::lock::{Access, LockKind, SharedLock};
use engine::shm::robust::{Acquired, Patience};
use engine::sys::process::{self, ExitState, Fork};

const PROCESSES: usize = 6;

/// Two numbers that are the same whenever nobody holds the lock, but after a death.
struct Guarded {
    lock: SharedLock,
    begun: SharedI64,
    ended: SharedI64,
    deaths: SharedI64,
    stop: SharedU32,
}

/// Says what is wrong, and ends the process.
fn fail(what: &str) -> ! {
    eprintln!("{what}");
    process::exit_now(1)
}

impl Guarded {
    fn work(&self) -> ! {
        while self.stop.get() == 0 {
            // In all three ways, as what is free or held has another way each.
            let taken = match self.begun.get() % 3 {
                0 if self.lock.lock_free() => Ok(Acquired::Clean),
                1 => self.lock.lock(Access::Exclusive, Patience::within(Duration::from_secs(20))),
                _ => self.lock.lock(Access::Exclusive, Patience::Endless),
            };
            match taken {
                Ok(Acquired::Clean) if self.begun.get() != self.ended.get() => fail("half done, and nobody was told of a death"),
                Ok(Acquired::Clean) => {}
                Ok(Acquired::Abandoned) => {
                    self.deaths.add(1);
                    self.ended.set(self.begun.get());
                }
                Err(refused) => fail(&format!("{refused:?}")),
            }
            let number = self.begun.add(1);
            if self.ended.add(1) != number {
                fail("two hold it at once");
            }
            if !(self.lock.unlock_held() || self.lock.unlock()) {
                fail("it was not mine");
            }
        }
        process::exit_now(0)
    }

    fn start(&self) -> i32 {
        match process::fork().unwrap() {
            Fork::Child => self.work(),
            Fork::Parent(pid) => pid,
        }
    }
}

fn among_processes_that_are_killed(kind: LockKind) {
    let seconds = std::env::var("LOCK_KILL_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2.0);
    let guarded = Guarded {
        lock: SharedLock::new(kind).unwrap(),
        begun: SharedI64::new(0).unwrap(),
        ended: SharedI64::new(0).unwrap(),
        deaths: SharedI64::new(0).unwrap(),
        stop: SharedU32::new(0).unwrap(),
    };
    let mut children: Vec<i32> = (0..PROCESSES).map(|_| guarded.start()).collect();
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut victim = 0;
    while Instant::now() < end {
        // Each victim has seen some rounds of all.
        let seen = guarded.ended.get();
        let late = Instant::now() + Duration::from_secs(20);
        while guarded.ended.get() < seen + 500 {
            assert!(Instant::now() < late, "nobody gets the lock any more");
            std::thread::yield_now();
        }
        let pid = children[victim];
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
        assert_eq!(process::wait_for(pid).unwrap(), ExitState::Signaled(9), "it found something wrong");
        children[victim] = guarded.start();
        victim = (victim + 1) % PROCESSES;
    }
    guarded.stop.set(1);
    for pid in children {
        assert_eq!(process::wait_for(pid).unwrap(), ExitState::Exited(0));
    }
    println!("{kind:?}: {} times held, {} deaths while it was", guarded.ended.get(), guarded.deaths.get());
    assert!(guarded.lock.lock(Access::Exclusive, Patience::None).is_ok() && guarded.lock.unlock());
}

#[test]
fn a_mutex_among_processes_that_are_killed() {
    among_processes_that_are_killed(LockKind::Mutex);
}

#[test]
fn a_spinning_lock_among_processes_that_are_killed() {
    among_processes_that_are_killed(LockKind::Spin);
}

#[test]
fn a_lock_for_readers_and_a_writer_among_processes_that_are_killed() {
    among_processes_that_are_killed(LockKind::ReadWrite);
}

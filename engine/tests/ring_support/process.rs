//! Processes that are made to be killed: forking them, waking them, and records whose every byte can be foretold.
//!
//! A child of a test with threads must not allocate nor print: it reports by its exit status, which is a [`Fault`].

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use engine::shm::ring::{MAX_PAYLOAD, Record};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

/// How long nothing may happen before a wake-up counts as lost. Reached only by a test that fails.
const LOST: Duration = Duration::from_secs(10);

/// What a child found wrong: its exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    Corrupt = 10,
    OutOfOrder,
    Torn,
    NoSignalForRecord,
    NoSignalForSpace,
    System,
}

impl Fault {
    fn from_status(status: i32) -> Option<Fault> {
        use Fault::*;
        [Corrupt, OutOfOrder, Torn, NoSignalForRecord, NoSignalForSpace, System].into_iter().find(|fault| *fault as i32 == status)
    }
}

/// A child of this process.
#[derive(Debug)]
pub struct Child(Pid);

impl Child {
    /// Forks a child that runs `body` for as long as it finds no fault.
    pub fn spawn(body: impl FnOnce() -> Fault) -> Child {
        // SAFETY: the child allocates nothing and takes no lock: it uses memory mapped before, its stack and system calls.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => Child(child),
            ForkResult::Child => {
                // SAFETY: asks to be killed with the parent, so that a failed test leaves nobody behind.
                unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
                let fault = body();
                // SAFETY: ends the process without the destructors, which are the parent's.
                unsafe { libc::_exit(fault as i32) }
            }
        }
    }

    /// Kills the child and waits for its end, which must not have come by itself.
    #[track_caller]
    pub fn kill(&self) {
        kill(self.0, Signal::SIGKILL).unwrap();
        match waitpid(self.0, None).unwrap() {
            WaitStatus::Signaled(_, Signal::SIGKILL, _) => {}
            WaitStatus::Exited(_, status) => panic!("the child gave up: {:?} ({status})", Fault::from_status(status)),
            other => panic!("{other:?}"),
        }
    }
}

/// What wakes a process: an eventfd that is never read, as in the engine.
#[derive(Debug)]
pub struct Bell(EventFd);

impl Bell {
    pub fn new() -> Bell {
        Bell(EventFd::from_value_and_flags(0, EfdFlags::EFD_NONBLOCK).unwrap())
    }

    pub fn ring(&self) {
        // It fails only with the counter at its largest, and then whoever listens has been told.
        let _ = self.0.write(1);
    }
}

/// One process's wait for its bell.
#[derive(Debug)]
pub struct Ear(Epoll);

impl Ear {
    /// Listens: to what rings from now on, and once for all that rang before.
    pub fn of(bell: &Bell) -> Result<Ear, Fault> {
        let epoll = Epoll::new(EpollCreateFlags::empty()).map_err(|_| Fault::System)?;
        epoll.add(&bell.0, EpollEvent::new(EpollFlags::EPOLLIN | EpollFlags::EPOLLET, 0)).map_err(|_| Fault::System)?;
        Ok(Ear(epoll))
    }

    /// Waits for the bell; false if it did not ring for so long that it will not.
    #[must_use]
    pub fn wait(&self) -> bool {
        let timeout = EpollTimeout::try_from(LOST).unwrap_or(EpollTimeout::NONE);
        self.0.wait(&mut [EpollEvent::empty()], timeout) == Ok(1)
    }
}

/// A small generator of numbers (splitmix64), which needs no memory.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// From `RING_KILL_SEED`, or new each time. What the processes do in between is random anyway.
    pub fn from_environment() -> Random {
        let given = std::env::var("RING_KILL_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64);
        println!("RING_KILL_SEED={seed}");
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Lets others run, now and then: where a process is preempted is where it is likely to be killed.
    pub fn maybe_yield(&mut self) {
        if self.below(32) == 0 {
            std::thread::yield_now();
        }
    }

    /// Passes a little time without giving up the processor, so that a kill hits at no special moment.
    pub fn dither(&mut self) {
        let end = Instant::now() + Duration::from_micros(self.below(100));
        while Instant::now() < end {
            std::hint::spin_loop();
        }
    }
}

/// How long the tests go on killing: `RING_KILL_SECONDS`, 5 if not set.
pub fn kill_time() -> Duration {
    let given = std::env::var("RING_KILL_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(given.unwrap_or(5))
}

/// The size of record `number`: mostly small, at times the largest.
pub fn size_of_record(number: u64) -> usize {
    let mut random = Random::new(number);
    let bound = [64, 64, 1000, 1000, 1000, 10_000, 10_000, MAX_PAYLOAD as u64 + 1][random.below(8) as usize];
    random.below(bound) as usize
}

/// Fills `bytes`, which stand at `from` (a multiple of 8) in record `number`.
pub fn fill(bytes: &mut [u8], number: u64, from: usize) {
    for (word, chunk) in bytes.chunks_mut(8).enumerate() {
        chunk.copy_from_slice(&expected(number, from / 8 + word)[..chunk.len()]);
    }
}

/// Whether every byte of the record is what [`fill`] put there, and none is missing.
pub fn is_whole(record: &Record<'_>, number: u64) -> bool {
    record.payload.len() == size_of_record(number)
        && record.header.aux == number as u16
        && record.payload.chunks(8).enumerate().all(|(word, chunk)| *chunk == expected(number, word)[..chunk.len()])
}

fn expected(number: u64, word: usize) -> [u8; 8] {
    (number ^ 0x5bd1_e995).wrapping_mul(2 * word as u64 + 1).rotate_left(word as u32).to_le_bytes()
}

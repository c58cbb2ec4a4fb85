//! A few threads for what cannot wait in an event loop: files, name resolution. They exist only once there is work, and end when there is
//! none for a while. It must not know what the work is.
//!
//! The thread that gives work gets its results through [`Offload::take`], after [`Offload::fd`] was readable. A child of a fork has none of its parent's
//! threads: it must [forget](Offload::forget) what it inherited.

use std::{
    any::Any,
    collections::VecDeque,
    os::fd::{AsRawFd, RawFd},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::Duration,
};

use parking_lot::{Condvar, Mutex};

use crate::{
    Result,
    error::Context,
    sys::{eventfd::EventFd, signal},
};

/// The most threads at a time.
const MOST: usize = 8;
/// How long a thread waits for work before it ends.
const IDLE: Duration = Duration::from_secs(30);

/// What a piece of work gives: none when it panicked.
pub type Output = Option<Box<dyn Any + Send>>;
type Work = Box<dyn FnOnce() -> Box<dyn Any + Send> + Send>;

#[derive(Default)]
struct Queues {
    waiting: VecDeque<(u64, Work)>,
    done: Vec<(u64, Output)>,
    threads: usize,
    idle: usize,
    busy: usize,
    /// The owner has gone: threads end.
    over: bool,
}

struct Shared {
    queues: Mutex<Queues>,
    work: Condvar,
    wake: EventFd,
}

/// See the module.
pub struct Offload {
    shared: Arc<Shared>,
    last: u64,
}

/// How much there is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Threads.
    pub threads: usize,
    /// Pieces of work that wait for one.
    pub waiting: usize,
    /// Pieces of work that are not done yet, those included.
    pub tasks: usize,
}

impl Offload {
    /// One without threads.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub fn new() -> Result<Offload> {
        let shared = Shared { queues: Mutex::default(), work: Condvar::new(), wake: EventFd::new()? };
        Ok(Offload { shared: Arc::new(shared), last: 0 })
    }

    /// Readable when something is done: register it edge-triggered, never read it.
    pub fn fd(&self) -> RawFd {
        self.shared.wake.as_raw_fd()
    }

    /// Gives work to a thread; its number comes back with its result.
    ///
    /// # Errors
    /// `Error::System` when there is no thread, and the system refuses one.
    pub fn submit(&mut self, work: impl FnOnce() -> Box<dyn Any + Send> + Send + 'static) -> Result<u64> {
        let mut queues = self.shared.queues.lock();
        if queues.idle <= queues.waiting.len() && queues.threads < MOST {
            let shared = Arc::clone(&self.shared);
            match thread::Builder::new().name("offload".into()).spawn(move || shared.serve()) {
                Ok(_) => queues.threads += 1,
                Err(error) if queues.threads == 0 => return Err(error).call("pthread_create"),
                // The others will come to it.
                Err(_) => {}
            }
        }
        self.last += 1;
        queues.waiting.push_back((self.last, Box::new(work)));
        drop(queues);
        self.shared.work.notify_one();
        Ok(self.last)
    }

    /// What is done: numbers and results.
    pub fn take(&self) -> Vec<(u64, Output)> {
        std::mem::take(&mut self.shared.queues.lock().done)
    }

    /// How much there is to do.
    pub fn load(&self) -> Load {
        let queues = self.shared.queues.lock();
        Load { threads: queues.threads, waiting: queues.waiting.len(), tasks: queues.waiting.len() + queues.busy }
    }

    /// In the child of a fork: lets go of what belongs to threads that do not exist here, without a look at it, since one of them may have
    /// held its lock.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Offload {
    fn drop(&mut self) {
        let mut queues = self.shared.queues.lock();
        queues.over = true;
        queues.waiting.clear();
        drop(queues);
        self.shared.work.notify_all();
    }
}

impl Shared {
    /// A thread.
    fn serve(&self) {
        // Signals are the main thread's.
        signal::block_all_in_this_thread();
        let mut queues = self.queues.lock();
        loop {
            if let Some((number, work)) = queues.waiting.pop_front() {
                queues.busy += 1;
                drop(queues);
                let output = catch_unwind(AssertUnwindSafe(work)).ok();
                queues = self.queues.lock();
                queues.busy -= 1;
                queues.done.push((number, output));
                self.wake.notify();
                continue;
            }
            if queues.over {
                break;
            }
            queues.idle += 1;
            let timed_out = self.work.wait_for(&mut queues, IDLE).timed_out();
            queues.idle -= 1;
            if timed_out && queues.waiting.is_empty() {
                break;
            }
        }
        queues.threads -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::epoll::{Epoll, Watch};

    /// Everything that comes until `count` results are there.
    fn results(offload: &Offload, count: usize) -> Vec<(u64, Option<u64>)> {
        let mut epoll = Epoll::new(1).unwrap();
        epoll.add(offload.fd(), Watch { read: true, write: false, edge: true }, 0).unwrap();
        let mut results = Vec::new();
        loop {
            let done = offload.take();
            results.extend(
                done.into_iter()
                    .map(|(number, output)| (number, output.and_then(|value| value.downcast().ok().map(|value| *value)))),
            );
            if results.len() >= count {
                results.sort_unstable();
                return results;
            }
            epoll.wait(None, &mut Vec::new()).unwrap();
        }
    }

    #[test]
    fn work_is_done_beside_the_caller_by_a_few_threads() {
        let mut offload = Offload::new().unwrap();
        assert_eq!(offload.load(), Load::default());
        for number in 1..=100u64 {
            assert_eq!(offload.submit(move || Box::new(number * 2)).unwrap(), number);
        }
        assert!(offload.load().threads <= MOST);
        let expected: Vec<_> = (1..=100).map(|number| (number, Some(number * 2))).collect();
        assert_eq!(results(&offload, 100), expected);
    }

    #[test]
    fn a_panic_is_a_result_without_a_value_and_harms_no_other() {
        let mut offload = Offload::new().unwrap();
        let panicking = offload.submit(|| std::panic::resume_unwind(Box::new("on purpose"))).unwrap();
        let other = offload.submit(|| Box::new(7u64)).unwrap();
        assert_eq!(results(&offload, 2), [(panicking, None), (other, Some(7))]);
    }
}

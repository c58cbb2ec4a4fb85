//! Messages from a message queue of the system, which all workers take from. It must not know who fills it.
//!
//! Such a queue has no descriptor, so the loop cannot wait for it:
//!
//! 1. While there are messages the worker takes them itself, one at a time, without waiting.
//! 2. When there is none it asks a helper thread, which waits in the queue for one, and says so by an eventfd. Meanwhile the loop runs timers.
//! 3. The thread takes nothing that was not asked for, so that a busy worker holds no message that an idle one could take.
//! 4. At the end the thread is interrupted; if it has just taken a message, that is still dealt with, or put back if the worker can't.

use std::{
    io,
    os::fd::AsRawFd,
    sync::{
        Arc,
        atomic::{
            AtomicU32,
            Ordering::{Acquire, Release},
        },
    },
};

use parking_lot::Mutex;

use super::{
    program::Program,
    worker::{Due, Worker},
};
use crate::{
    Result,
    error::Context,
    log::{self, Level},
    reactor::EventLoop,
    sys::{
        EventFd,
        interrupt::Helper,
        msgqueue::{MessageQueue, Wait},
    },
};

/// What the thread is asked for.
const NOTHING: u32 = 0;
const MESSAGE: u32 = 1;
const END: u32 = 2;

struct Desk {
    asked: AtomicU32,
    /// What the thread has taken. Locked for moments, and by nobody else's code.
    taken: Mutex<Option<io::Result<Vec<u8>>>>,
    wake: EventFd,
}

/// See the module.
pub(super) struct QueueSource {
    queue: MessageQueue,
    most: usize,
    desk: Arc<Desk>,
    /// Started when there is nothing for the first time.
    helper: Option<Helper>,
    /// The helper has been asked, and its answer was not looked at yet.
    waits: bool,
}

impl QueueSource {
    pub fn new(queue: MessageQueue) -> Result<QueueSource> {
        let most = MessageQueue::largest();
        let desk = Arc::new(Desk { asked: AtomicU32::new(NOTHING), taken: Mutex::new(None), wake: EventFd::new()? });
        Ok(QueueSource { queue, most, desk, helper: None, waits: false })
    }

    pub fn watch(&self, events: &EventLoop<Due>) -> Result<()> {
        events.watch_read(self.desk.wake.as_raw_fd(), mio::Token(0))
    }

    /// The helper may have something: `take` looks.
    pub fn wake(&mut self) {}

    /// Whether there may be more, of which no wake will tell.
    pub fn has_more(&self) -> bool {
        !self.waits || self.desk.taken.lock().is_some()
    }

    /// Takes messages, at most so many.
    pub fn take<P: Program>(&mut self, worker: &Worker<P>, most: usize) -> Result<()> {
        for _ in 0..most {
            if !worker.may_take() {
                break;
            }
            let taken = if self.waits {
                let taken = self.desk.taken.lock().take();
                let Some(taken) = taken else { break };
                self.waits = false;
                taken
            } else {
                self.queue.receive(0, self.most, Wait::No)
            };
            match taken {
                Ok(body) => give(worker, body),
                Err(error) if error.raw_os_error() == Some(libc::ENOMSG) => {
                    self.waits = true;
                    self.ask()?;
                    break;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error).call("msgrcv"),
            }
        }
        Ok(())
    }

    /// Has the helper wait for a message.
    fn ask(&mut self) -> Result<()> {
        self.desk.asked.store(MESSAGE, Release);
        match &self.helper {
            Some(helper) => helper.unpark(),
            None => {
                let (queue, most, desk) = (self.queue, self.most, Arc::clone(&self.desk));
                self.helper = Some(Helper::spawn("queue", move || wait_for_messages(queue, most, &desk)).call("pthread_create")?);
            }
        }
        Ok(())
    }

    /// Nothing more is taken; what the helper has just taken is dealt with, or is another worker's if this one can't go on.
    pub fn stop<P: Program>(&mut self, worker: &Worker<P>) {
        self.desk.asked.store(END, Release);
        self.helper = None;
        let taken = self.desk.taken.lock().take();
        match taken {
            Some(Ok(body)) if worker.is_well() => give(worker, body),
            Some(Ok(body)) => self.put_back(&body),
            _ => {}
        }
    }
}

impl QueueSource {
    /// Behind the others, and of the commonest kind: workers take any.
    fn put_back(&self, body: &[u8]) {
        if let Err(error) = self.queue.send(1, body, Wait::No) {
            log::write(Level::Warning, format_args!("a message of {} bytes is lost, it can't be put back: {error}", body.len()));
        }
    }
}

impl Drop for QueueSource {
    fn drop(&mut self) {
        self.desk.asked.store(END, Release);
    }
}

fn give<P: Program>(worker: &Worker<P>, body: Vec<u8>) {
    let data = worker.program.take(&body);
    drop(body);
    // What becomes of the worker then, it knows.
    let _ = worker.message(data);
}

/// The life of the helper.
fn wait_for_messages(queue: MessageQueue, most: usize, desk: &Desk) {
    loop {
        match desk.asked.load(Acquire) {
            MESSAGE => {}
            NOTHING => {
                std::thread::park();
                continue;
            }
            _ => return,
        }
        let taken = queue.receive(0, most, Wait::Yes);
        if taken.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted) {
            continue;
        }
        *desk.taken.lock() = Some(taken);
        // What was asked meanwhile stands.
        let _ = desk.asked.compare_exchange(MESSAGE, NOTHING, Release, Acquire);
        desk.wake.notify();
    }
}

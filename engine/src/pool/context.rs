//! What all processes of a running pool see, what one of them knows of itself, and the [`Handle`] that callbacks reach both by. It must not know
//! how a process spends its time.

use std::{
    cell::{Cell, RefCell},
    os::fd::{AsFd, OwnedFd},
    rc::Rc,
    sync::atomic::{
        AtomicI32,
        Ordering::{Acquire, Release},
    },
    time::{Duration, Instant},
};

use super::{Channel, Options};
use crate::{
    Error, Result,
    error::Context as _,
    flow::Flow,
    ipc::{
        Envelope, InboxSender, SendState,
        mail::{self, MailEnd, Mailer},
    },
    shm::array::SharedArray,
    sys::{self, EventFd, atfork::forked_by_program, msgqueue::MessageQueue, parent, process, signal::has_arrived},
};

/// How long a process waits for a mailbox that stays full.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long at most a process that is to end waits, in all, for mailboxes that stay full: those who would empty them may be leaving too.
const LAST_PATIENCE: Duration = Duration::from_secs(1);

/// No clock counts further than some centuries, and nobody waits so long.
const LONGEST_WAIT: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Who may use a queue that the pool makes: the user's own processes.
const QUEUE_MODE: u32 = 0o600;

/// In the master's inbox: the worker process with the pid in `arg` is none of the pool's any more.
pub(super) const DETACH: u16 = 1;

/// What this process is to the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// The pool does not run yet.
    #[default]
    Idle,
    Master,
    Worker(u32),
    /// It has run.
    Over,
}

/// How far a process is from its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Course {
    #[default]
    Serving,
    /// A signal, or `stop`, asked for the end.
    Asked,
    /// The pool has nothing to do with it any more: it ends when nothing of its own is left.
    Detached,
    /// A callback said that the process is to end with this status, when what was begun is done.
    Finishing(i32),
    /// A callback said that the process can't go on.
    Failed(i32),
}

impl Course {
    /// After a callback has said this.
    pub fn after(self, flow: Flow) -> Course {
        match (self, flow) {
            (Course::Failed(_), _) | (_, Flow::Continue) | (Course::Finishing(_), Flow::Finish(_)) => self,
            (_, Flow::Finish(status)) => Course::Finishing(status),
            (_, Flow::Leave(status)) => Course::Failed(status),
        }
    }
}

/// A worker's pair of sockets.
pub(super) struct Mailbox {
    /// What is sent here, the worker reads.
    pub entry: RefCell<Mailer>,
    /// The worker's end.
    pub own: MailEnd,
}

/// Made before the first fork, the same in all processes.
pub(super) struct Shared {
    pub options: Options,
    pub master: i32,
    /// Of the workers, by number: that of the present process or, while there is none, the one before.
    pids: SharedArray<AtomicI32>,
    /// Written once all workers are forked, and never read.
    complete: EventFd,
    pub mailboxes: Vec<Mailbox>,
    pub queue: Option<MessageQueue>,
    master_inbox: InboxSender,
}

impl Shared {
    /// # Errors
    /// `Error::System` when memory, descriptors or queues run out.
    pub fn new(mut options: Options, master_inbox: InboxSender) -> Result<Shared> {
        options.max_wait_time = options.max_wait_time.min(LONGEST_WAIT);
        let count = match options.channel {
            Channel::Mail => options.workers,
            _ => 0,
        };
        let mailbox = |_| {
            let (entry, own) = mail::pair()?;
            Ok(Mailbox { entry: RefCell::new(Mailer::new(entry)), own })
        };
        let mailboxes = (0..count).map(mailbox).collect::<Result<_>>()?;
        let queue = match options.channel {
            Channel::Queue { key } => Some(MessageQueue::open(key, QUEUE_MODE)?),
            _ => None,
        };
        let pids = SharedArray::new(options.workers as usize)?;
        let complete = EventFd::new()?;
        Ok(Shared { options, master: process::pid(), pids, complete, mailboxes, queue, master_inbox })
    }

    /// All workers are forked: from now on each has a pid that the others see.
    pub fn announce_completeness(&self) {
        self.complete.notify();
    }

    /// Waits for that, in a worker: it is a matter of moments.
    pub fn await_completeness(&self) -> Result<()> {
        sys::io::wait_readable(&self.complete, PATIENCE).map(drop).call("poll")
    }

    /// A worker has started.
    pub fn set_pid(&self, worker: u32, pid: i32) {
        self.pids[worker as usize].store(pid, Release);
    }

    /// In a new worker. What the master has not sent yet is the master's.
    pub fn become_worker(&self, me: u32, pid: i32) {
        self.set_pid(me, pid);
        self.mailboxes.iter().for_each(|mailbox| mailbox.entry.borrow_mut().clear());
    }

    /// Sends what waits; true when nothing is left.
    ///
    /// # Errors
    /// `Error::System`, which is not expected: this process has both ends.
    pub fn flush(&self) -> Result<bool> {
        let mut empty = true;
        for mailbox in &self.mailboxes {
            empty &= mailbox.entry.borrow_mut().flush()?;
        }
        Ok(empty)
    }

    /// The pool is over: what would outlive it goes. For the master.
    pub fn close(&self) {
        if let Channel::Socket { listener, .. } = &self.options.channel {
            listener.stop();
            listener.remove_file();
        }
        if let Channel::Queue { key: 0 } = self.options.channel
            && let Some(queue) = self.queue
        {
            // It may have been removed by somebody else.
            let _ = queue.remove();
        }
    }
}

/// What this process knows of itself.
#[derive(Default)]
pub(super) struct Context {
    role: Cell<Role>,
    pub course: Cell<Course>,
    /// While a message is answered that came by a connection: the answer.
    pub answer: RefCell<Option<Vec<u8>>>,
    /// When this process first waited for a mailbox though it is to end.
    last_wait: Cell<Option<Instant>>,
    shared: RefCell<Option<Rc<Shared>>>,
}

impl Context {
    pub fn open(&self, shared: &Rc<Shared>) {
        *self.shared.borrow_mut() = Some(Rc::clone(shared));
    }

    pub fn role(&self) -> Role {
        self.role.get()
    }

    pub fn take_role(&self, role: Role) {
        self.role.set(role);
        self.course.set(Course::Serving);
        self.last_wait.set(None);
    }

    /// The process is to end. False when it is on its way already.
    pub fn ask(&self) -> bool {
        let asked = matches!(self.course.get(), Course::Serving | Course::Detached);
        if asked {
            self.course.set(Course::Asked);
        }
        asked
    }

    fn running(&self) -> Result<Rc<Shared>> {
        match self.role.get() {
            Role::Master | Role::Worker(_) => self.shared.borrow().clone().ok_or(Error::NotRunning),
            Role::Idle | Role::Over => Err(Error::NotRunning),
        }
    }
}

/// The way in for callbacks, in every process of the pool.
#[derive(Clone)]
pub struct Handle(pub(super) Rc<Context>);

impl Handle {
    /// Whether the pool runs, in this process's view.
    pub fn is_running(&self) -> bool {
        self.0.running().is_ok()
    }

    /// Whether the pool was started, running still or not.
    pub fn was_started(&self) -> bool {
        self.0.role() != Role::Idle
    }

    /// Whether this process has been told to end, also if its loop has had no time yet to see to that.
    pub fn is_told_to_end(&self) -> bool {
        let by_signal = match self.0.role() {
            Role::Idle | Role::Over => false,
            Role::Worker(_) => has_arrived(libc::SIGTERM),
            Role::Master => has_arrived(libc::SIGTERM) || has_arrived(libc::SIGINT),
        };
        by_signal || !matches!(self.0.course.get(), Course::Serving | Course::Detached)
    }

    /// The number of the worker that this process is; none elsewhere.
    pub fn worker(&self) -> Option<u32> {
        match self.0.role() {
            Role::Worker(worker) => Some(worker),
            Role::Idle | Role::Master | Role::Over => None,
        }
    }

    /// The master's pid.
    ///
    /// # Errors
    /// `NotRunning`, as for all of these.
    pub fn master_pid(&self) -> Result<i32> {
        Ok(self.0.running()?.master)
    }

    /// The pid of the process that has a worker's number or, between two of them, had it; none for an unknown number.
    ///
    /// # Errors
    /// `NotRunning`.
    pub fn worker_pid(&self, worker: u32) -> Result<Option<i32>> {
        let shared = self.0.running()?;
        Ok(shared.pids.get(worker as usize).map(|pid| pid.load(Acquire)).filter(|pid| *pid != 0))
    }

    /// How many workers there are.
    ///
    /// # Errors
    /// `NotRunning`.
    pub fn workers(&self) -> Result<u32> {
        Ok(self.0.running()?.options.workers)
    }

    /// Sends a message to a worker's mailbox.
    ///
    /// # Errors
    /// `InvalidParameter` for an unknown worker or a pool without mailboxes; `WrongOperation` when the mailbox stays full.
    pub fn send(&self, worker: u32, message: &[u8]) -> Result<()> {
        let shared = self.0.running()?;
        let mailbox = self.mailbox(&shared, worker)?;
        let mut entry = mailbox.entry.borrow_mut();
        if shared.options.queues_messages && !forked_by_program() {
            return entry.send(message);
        }
        let least = LAST_PATIENCE.min(shared.options.max_wait_time / 2);
        let patient = |waited| {
            if !self.is_told_to_end() {
                return waited < PATIENCE;
            }
            let first = self.0.last_wait.get().unwrap_or_else(Instant::now);
            self.0.last_wait.set(Some(first));
            waited < PATIENCE && first.elapsed() < least
        };
        match entry.end().send_patiently(message, patient)? {
            SendState::Sent => Ok(()),
            SendState::Full => {
                Err(Error::WrongOperation(format!("worker {worker} does not take its messages: its mailbox stays full")))
            }
        }
    }

    fn mailbox<'a>(&self, shared: &'a Shared, worker: u32) -> Result<&'a Mailbox> {
        shared.mailboxes.get(worker as usize).ok_or_else(|| {
            Error::InvalidParameter(match shared.options.channel {
                Channel::Mail => format!("there is no worker {worker}, they are 0..{}", shared.options.workers),
                _ => "workers of this pool have no mailboxes".into(),
            })
        })
    }

    /// This process's end of a worker's pair of sockets, as a descriptor of its own: for the worker itself the end that it reads, for others the other
    /// one. None in a pool without.
    ///
    /// # Errors
    /// `NotRunning`; `Error::System` when there are no descriptors left.
    pub fn pipe(&self, worker: u32) -> Result<Option<OwnedFd>> {
        let shared = self.0.running()?;
        let Some(mailbox) = shared.mailboxes.get(worker as usize) else { return Ok(None) };
        let fd = if self.worker() == Some(worker) {
            mailbox.own.as_fd().try_clone_to_owned()
        } else {
            mailbox.entry.borrow().end().as_fd().try_clone_to_owned()
        };
        fd.call("fcntl").map(Some)
    }

    /// Adds to the answer of the message whose callback runs.
    ///
    /// # Errors
    /// `WrongOperation` when there is no connection to answer on.
    pub fn write(&self, data: &[u8]) -> Result<()> {
        self.0.running()?;
        match &mut *self.0.answer.borrow_mut() {
            Some(answer) => {
                answer.extend_from_slice(data);
                Ok(())
            }
            None => {
                Err(Error::WrongOperation("there is no connection to answer on: write() is for the callback of a message".into()))
            }
        }
    }

    /// This worker is none of the pool's any more: another one takes its number, and nobody waits for it or ends it. It takes no further message, and
    /// ends when what it has begun is done. False when that was so before, or in a process that is no worker.
    ///
    /// # Errors
    /// `NotRunning`; `WrongOperation` when the master can't be told.
    pub fn detach(&self) -> Result<bool> {
        let shared = self.0.running()?;
        if self.worker().is_none() || forked_by_program() || self.0.course.get() != Course::Serving {
            return Ok(false);
        }
        let envelope = Envelope { kind: DETACH, arg: process::pid().unsigned_abs(), ..Envelope::default() };
        if shared.master_inbox.send_blocking(&envelope, &[], None, PATIENCE)? == SendState::Full {
            return Err(Error::WrongOperation("the master does not take messages: its inbox stays full".into()));
        }
        parent::unfollow()?;
        self.0.course.set(Course::Detached);
        Ok(true)
    }

    /// This worker is to take no further message and to end; another one takes its number.
    ///
    /// # Errors
    /// `NotRunning`; `WrongOperation` in a process that is no worker.
    pub fn stop(&self) -> Result<()> {
        self.0.running()?;
        if self.worker().is_none() || forked_by_program() {
            return Err(Error::WrongOperation("only a worker can be stopped so".into()));
        }
        self.0.ask();
        Ok(())
    }

    /// Ends the pool.
    ///
    /// # Errors
    /// `NotRunning`, also when the master has gone.
    pub fn shutdown(&self) -> Result<()> {
        let shared = self.0.running()?;
        if self.0.role() == Role::Master && !forked_by_program() {
            // No signal, which may be the program's own: this may be what it does about one. The loop looks before it waits.
            self.0.ask();
            return Ok(());
        }
        process::kill(shared.master, libc::SIGTERM).map_err(|_| Error::NotRunning)
    }
}

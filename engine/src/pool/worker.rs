//! A worker of a pool: it says hello, takes messages from its source, and comes to its end.
//!
//! 1. The start callback. If it takes all the worker's life (a loop over an external queue), that is all there is.
//! 2. Messages, one after the other, and what of the program's own is due, until somebody asks for the end. Without a source: until nothing is left.
//! 3. The end: no new message; what the source has begun and what the program has running may finish, within `max_wait_time`; the stop callback.
//!
//! It must not know what a source reads from.

use std::{
    mem::ManuallyDrop,
    rc::Rc,
    time::{Duration, Instant},
};

use super::{
    Channel, Options,
    context::{Context, Course, Shared},
    mail::MailSource,
    program::{self, Program},
    queue::QueueSource,
    socket::SocketSource,
};
use crate::{
    Result,
    flow::{Flow, Pending},
    log::{self, Level},
    reactor::{EventLoop, Wake},
    sys::signal::SignalSource,
};

/// The signals that a worker handles.
pub(super) fn signals() -> [i32; 7] {
    [libc::SIGTERM, libc::SIGINT, libc::SIGUSR1, libc::SIGUSR2, libc::SIGHUP, libc::SIGPIPE, libc::SIGRTMIN()]
}

/// So many messages are taken before the worker looks at its timers again.
const BATCH: usize = 64;

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It has said goodbye.
    Clean,
    /// A callback said that the process has to end so.
    Failed(i32),
}

/// A timer of this loop: a source's, by the source's own number.
pub(super) type Due = usize;

/// Where messages come from.
pub(super) enum Source {
    /// There are none.
    None,
    Mail(MailSource),
    Queue(QueueSource),
    Socket(SocketSource),
}

impl Source {
    /// The one that the options ask for.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub fn open(options: &Options, shared: &Shared, me: u32) -> Result<Source> {
        if !options.takes_messages {
            return Ok(Source::None);
        }
        Ok(match (&options.channel, shared.mailboxes.get(me as usize), shared.queue) {
            (Channel::Mail, Some(mailbox), _) => Source::Mail(MailSource::new(&mailbox.own)?),
            (Channel::Queue { .. }, _, Some(queue)) => Source::Queue(QueueSource::new(queue)?),
            (Channel::Socket { listener, .. }, _, _) => Source::Socket(SocketSource::new(listener, options.max_message)),
            _ => Source::None,
        })
    }

    /// Whether there may be more to be taken, of which no wake will tell.
    fn has_more(&self) -> bool {
        match self {
            Source::None => false,
            Source::Mail(mail) => mail.has_more(),
            Source::Queue(queue) => queue.has_more(),
            Source::Socket(socket) => socket.has_more(),
        }
    }
}

/// See the module.
pub(super) struct Worker<P: Program> {
    pub program: Rc<P>,
    pub context: Rc<Context>,
    shared: Rc<Shared>,
    me: u32,
    /// Never dropped: with it the signals' handlers would go, and a SIGTERM that comes while the process ends would make a bad end of it.
    pub events: ManuallyDrop<EventLoop<Due>>,
}

impl<P: Program> Worker<P> {
    /// Opens the loop.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub fn new(program: &Rc<P>, context: &Rc<Context>, shared: &Rc<Shared>, me: u32, signals: SignalSource) -> Result<Worker<P>> {
        let events = ManuallyDrop::new(EventLoop::new(Some(signals))?);
        program::watch(&**program, &*events)?;
        Ok(Worker { program: Rc::clone(program), context: Rc::clone(context), shared: Rc::clone(shared), me, events })
    }

    /// Runs a callback, and keeps what it says of the process. False when it has not done well.
    fn call(&self, callback: impl FnOnce(&P) -> Flow) -> bool {
        let flow = callback(&self.program);
        super::end_if_forked(&*self.program);
        self.context.course.set(self.context.course.get().after(flow));
        flow == Flow::Continue
    }

    /// Gives a message to the program. False when it could not deal with it.
    pub fn message(&self, data: P::Data) -> bool {
        self.call(|program| program.on_message(data))
    }

    /// Whether the next message may be taken.
    pub fn may_take(&self) -> bool {
        self.context.course.get() == Course::Serving && !self.events.signal_pending() && self.program.is_ready()
    }

    /// Whether callbacks may still be called.
    pub fn is_well(&self) -> bool {
        !matches!(self.context.course.get(), Course::Failed(_))
    }

    /// Runs what of the program's own is due: what still waits. `ready` as for [`Program::run_due`].
    fn run_due(&self, ready: bool) -> Pending {
        if !self.is_well() {
            return Pending::Nothing;
        }
        let (flow, pending) = self.program.run_due(ready);
        self.call(|_| flow);
        pending
    }

    /// Says hello.
    pub fn start(&self) {
        self.call(|program| program.on_worker_start(self.me));
    }

    /// Serves, until the end.
    ///
    /// # Errors
    /// `Error::System` when the poll or the source fails.
    pub fn run(mut self, mut source: Source) -> Result<End> {
        if self.context.course.get() == Course::Serving {
            self.serve(&mut source)?;
        }
        self.wind_down(&mut source)?;
        if !matches!(self.context.course.get(), Course::Failed(_) | Course::Finishing(_)) {
            self.call(|program| program.on_worker_stop(self.me));
        }
        self.send_rest()?;
        Ok(match self.context.course.get() {
            Course::Failed(status) | Course::Finishing(status) => End::Failed(status),
            Course::Serving | Course::Asked | Course::Detached => End::Clean,
        })
    }

    fn serve(&mut self, source: &mut Source) -> Result<()> {
        match source {
            Source::None => {}
            Source::Mail(mail) => mail.watch(&self.events)?,
            Source::Queue(queue) => queue.watch(&self.events)?,
            Source::Socket(socket) => socket.watch(&mut self.events)?,
        }
        let mut wakes = Vec::new();
        while self.context.course.get() == Course::Serving {
            match source {
                Source::None => {}
                Source::Mail(mail) => mail.take(self, BATCH)?,
                Source::Queue(queue) => queue.take(self, BATCH)?,
                Source::Socket(socket) => socket.take(self)?,
            }
            let pending = self.run_due(wakes.iter().any(program::is_own));
            if self.context.course.get() != Course::Serving
                || (matches!(source, Source::None) && pending == Pending::Nothing && !self.events.signal_pending())
            {
                break;
            }
            // Only now: what was due may have made room.
            let more = source.has_more() && self.may_take();
            let at_most = if more || self.events.signal_pending() { Some(Duration::ZERO) } else { None };
            self.wait(source, pending.at_most(at_most), &mut wakes)?;
        }
        Ok(())
    }

    /// Waits for what comes next, and tells the source.
    fn wait(&mut self, source: &mut Source, at_most: Option<Duration>, wakes: &mut Vec<Wake<Due>>) -> Result<()> {
        /// A full mailbox has no edge to wait for that would be this loop's; it is rare, and short.
        const LOOK_AGAIN: Duration = Duration::from_millis(1);
        let at_most = if self.shared.flush()? { at_most } else { Some(at_most.map_or(LOOK_AGAIN, |most| most.min(LOOK_AGAIN))) };
        self.events.wait(at_most, wakes)?;
        for wake in wakes.iter().filter(|wake| !program::is_own(wake)) {
            match (*wake, &mut *source) {
                (Wake::Signal(signal), _) => self.signal(signal),
                (_, Source::None) => {}
                (_, Source::Mail(mail)) => mail.wake(),
                (_, Source::Queue(queue)) => queue.wake(),
                (Wake::Ready(token, readiness), Source::Socket(socket)) => socket.ready(token, readiness),
                (Wake::Timer(due), Source::Socket(socket)) => socket.due(due, &mut self.events)?,
            }
        }
        Ok(())
    }

    fn signal(&self, signal: i32) {
        match signal {
            libc::SIGTERM => {
                if self.context.ask() {
                    self.program.on_ending();
                }
            }
            // An interrupt from the terminal reaches every process of the group: the master ends the pool.
            libc::SIGINT => {}
            _ if signal == libc::SIGRTMIN() => log::reopen(),
            _ => log::write(Level::Warning, format_args!("signal {signal} is of no effect in worker {}", self.me)),
        }
    }

    /// Lets what was begun come to its end; each time it looks, it tells the program that the worker wants to end. One that is detached may take all
    /// the time that it wants, and is not told.
    fn wind_down(&mut self, source: &mut Source) -> Result<()> {
        match source {
            Source::None | Source::Mail(_) => {}
            Source::Queue(queue) => queue.stop(self),
            Source::Socket(socket) => socket.stop(&mut self.events)?,
        }
        let mut deadline = None;
        let mut wakes = Vec::new();
        while self.is_well() {
            let begun = match source {
                Source::None | Source::Mail(_) | Source::Queue(_) => false,
                Source::Socket(socket) => socket.finish(self)?,
            };
            // What came with the last wake may have been the program's.
            let mut pending = self.run_due(true);
            let detached = self.context.course.get() == Course::Detached;
            if pending != Pending::Nothing && !detached {
                self.call(|program| program.on_worker_exit(self.me));
                pending = self.run_due(false);
            }
            if !begun && pending == Pending::Nothing {
                break;
            }
            let left = if detached {
                None
            } else {
                let end = *deadline.get_or_insert_with(|| Instant::now() + self.shared.options.max_wait_time);
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    log::write(Level::Warning, format_args!("worker exit timeout, forced termination"));
                    break;
                }
                Some(left)
            };
            self.wait(source, pending.at_most(left), &mut wakes)?;
        }
        Ok(())
    }

    /// What was said last is sent before the process ends.
    fn send_rest(&self) -> Result<()> {
        /// Whose mailbox stays full for so long does not look at it any more.
        const LAST_PATIENCE: Duration = Duration::from_secs(1);
        let end = Instant::now() + LAST_PATIENCE;
        while !self.shared.flush()? {
            if Instant::now() >= end {
                log::write(Level::Warning, format_args!("messages to workers whose mailboxes stay full are lost"));
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

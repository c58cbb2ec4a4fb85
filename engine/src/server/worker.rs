//! What every event worker is, whatever its mode: the calls into the application, its counters, and how it comes to its end.
//!
//! It must not know where messages come from.

use std::{
    cell::Cell,
    rc::Rc,
    sync::{
        Arc,
        atomic::Ordering::{Relaxed, Release},
    },
    time::{Duration, Instant},
};

use super::{
    app::{Application, Flow, Pending},
    context::end_if_forked,
    room::Rooms,
    shared::Shared,
    token::is_application_ready,
};
use crate::{
    Result,
    log::{self, Level},
    reactor::{EventLoop, Wake},
    shm::control::bump,
    sys::process,
};

/// The signals that a worker handles.
pub(super) fn signals() -> [i32; 7] {
    [libc::SIGTERM, libc::SIGINT, libc::SIGUSR1, libc::SIGUSR2, libc::SIGHUP, libc::SIGPIPE, libc::SIGRTMIN()]
}

/// How often a worker that is to end looks for what nobody tells it.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It was asked to, and has said goodbye.
    Clean,
    /// A callback said that the process can't go on.
    Failed(i32),
}

/// How far a worker is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    Serving,
    /// A signal, `stop` or `max_request` asked for the end.
    Asked,
    /// A callback said that the process is to finish what it has begun.
    Finishing(i32),
    Failed(i32),
}

/// See the module.
pub(super) struct Staff<A: Application> {
    pub app: Rc<A>,
    shared: Arc<Shared>,
    me: u32,
    course: Cell<Course>,
    /// Set when the process can't go on: what it has in hand is not dealt with any more, whoever lets go of it.
    pub failed: Rc<Cell<bool>>,
    /// Messages left until the worker is to be replaced.
    left: Cell<Option<u64>>,
    /// What callbacks wait for.
    pub rooms: Rooms,
    /// In single-process BASE an interrupt from the terminal ends the server.
    interruptible: bool,
}

impl<A: Application> Staff<A> {
    pub fn new(app: Rc<A>, shared: Arc<Shared>, me: u32) -> Staff<A> {
        let random = process::monotonic_ns() ^ u64::from(process::pid().unsigned_abs()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let left = Cell::new(shared.options.request_limit(random >> 7));
        let interruptible = shared.control().manager_pid.load(Relaxed) == 0;
        Staff {
            app,
            shared,
            me,
            course: Cell::new(Course::Serving),
            failed: Rc::default(),
            left,
            rooms: Rooms::default(),
            interruptible,
        }
    }

    /// Runs a callback, and keeps what it says of the process.
    #[inline]
    pub fn call(&self, callback: impl FnOnce(&A) -> Flow) {
        let busy = &self.shared.workers[self.me as usize].busy;
        let outer = busy.load(Relaxed);
        busy.store(1, Relaxed);
        let flow = callback(&self.app);
        end_if_forked(&*self.app);
        busy.store(outer, Relaxed);
        self.obey(flow);
    }

    #[inline]
    fn obey(&self, flow: Flow) {
        match flow {
            Flow::Continue => {}
            Flow::Finish(status) if self.is_well() => self.course.set(Course::Finishing(status)),
            Flow::Finish(_) => {}
            Flow::Leave(status) => self.fail(status),
        }
    }

    /// Runs the callback of a message with data: those count.
    #[inline]
    pub fn message(&self, callback: impl FnOnce(&A) -> Flow) {
        let slot = &self.shared.workers[self.me as usize];
        bump(&slot.requests, 1);
        self.call(callback);
        bump(&slot.done, 1);
        if let Some(left) = self.left.get() {
            if left <= 1 && self.course.get() == Course::Serving {
                self.course.set(Course::Asked);
            }
            self.left.set(Some(left.saturating_sub(1)));
        }
    }

    /// The process can't go on.
    pub fn fail(&self, status: i32) {
        self.failed.set(true);
        self.course.set(Course::Failed(status));
    }

    /// Runs what of the application's own is due: what still waits. `ready` as for [`Application::run_due`].
    #[inline]
    pub fn run_due(&self, ready: bool) -> Pending {
        // What goes on after a wait is a callback as well.
        let busy = &self.shared.workers[self.me as usize].busy;
        busy.store(1, Relaxed);
        let (flow, pending) = self.app.run_due(ready);
        end_if_forked(&*self.app);
        busy.store(0, Relaxed);
        self.obey(flow);
        pending
    }

    /// Tells callbacks of the connections that they need not wait for any longer.
    #[inline]
    pub fn tell_of_room(&self, has_room: impl Fn(u64) -> bool) {
        if !self.rooms.is_due() {
            return;
        }
        for session in self.rooms.take(&self.shared, has_room) {
            if self.is_well() {
                self.call(|app| app.on_room(session));
            }
        }
    }

    /// An answer was sent.
    #[inline]
    pub fn count_response(&self) {
        bump(&self.shared.workers[self.me as usize].responses, 1);
    }

    /// Says hello.
    pub fn start(&self) {
        if self.is_well() {
            self.call(|app| app.on_worker_start(self.me));
        }
        if self.may_take() {
            self.shared.workers[self.me as usize].ready.store(1, Release);
        }
    }

    /// Handles a signal.
    pub fn signal(&self, signal: i32) {
        match signal {
            libc::SIGTERM => self.ask(),
            libc::SIGINT if self.interruptible => self.ask(),
            // An interrupt from the terminal reaches every process of the group: the master ends the server.
            libc::SIGINT => {}
            _ if signal == libc::SIGRTMIN() => log::reopen(),
            libc::SIGUSR1 | libc::SIGUSR2 if self.interruptible => {
                log::write(Level::Warning, format_args!("reload is not supported with single process mode"));
            }
            _ => log::write(Level::Warning, format_args!("signal {signal} is of no effect in worker {}", self.me)),
        }
    }

    fn ask(&self) {
        if self.course.get() == Course::Serving {
            self.course.set(Course::Asked);
        }
    }

    /// Whether it may take messages.
    #[inline]
    pub fn may_take(&self) -> bool {
        matches!(self.course.get(), Course::Serving | Course::Asked)
    }

    /// Whether no callback has said that the process can't go on.
    pub fn is_well(&self) -> bool {
        !matches!(self.course.get(), Course::Failed(_))
    }

    /// Whether the worker is to end, now or soon.
    pub fn wants_to_end(&self) -> bool {
        self.course.get() != Course::Serving
    }

    /// Lets what the application has of its own come to its end, within `max_wait_time`; each time it looks, it tells the application that the
    /// worker wants to end. `between` gets what woke the worker, and sends on what was said meanwhile.
    ///
    /// # Errors
    /// `Error::System` when the poll fails.
    pub fn wind_down<T: Copy>(&self, events: &mut EventLoop<T>, mut between: impl FnMut(&[Wake<T>]) -> Result<()>) -> Result<()> {
        let deadline = Instant::now() + self.shared.options.max_wait_time;
        let mut wakes = Vec::new();
        while self.is_well() && self.run_due(is_application_ready(&wakes)) != Pending::Nothing {
            self.call(|app| app.on_worker_exit(self.me));
            // What wakes for it may not reach a worker that takes no more messages.
            self.rooms.look();
            between(&wakes)?;
            wakes.clear();
            let pending = self.run_due(false);
            between(&[])?;
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                log::write(Level::Warning, format_args!("worker exit timeout, forced termination"));
                break;
            }
            if pending != Pending::Nothing {
                let most = if self.rooms.is_empty() { left } else { left.min(LOOK_AGAIN) };
                events.wait(pending.at_most(Some(most)), &mut wakes)?;
            }
        }
        Ok(())
    }

    /// Says goodbye, if it still can.
    pub fn end(&self) -> End {
        if self.may_take() {
            self.call(|app| app.on_worker_stop(self.me));
        }
        // From here on nobody deals with what is still in hand.
        self.failed.set(true);
        match self.course.get() {
            Course::Failed(status) | Course::Finishing(status) => End::Failed(status),
            Course::Serving | Course::Asked => End::Clean,
        }
    }
}

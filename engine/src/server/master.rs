//! The master of PROCESS mode: its main thread waits for signals, its reactor threads serve connections.
//!
//! It must not know workers: those are the manager's.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use super::{
    app::{Application, Flow, Pending},
    context::{InboxLink, end_if_forked},
    pin,
    reactor_thread::{Assignment, ReactorThread},
    shared::Shared,
    token::{is_application_ready, watch_application},
};
use crate::{
    Result,
    error::Context,
    log::{self, Level},
    reactor::{EventLoop, Wake},
    shm::control::Phase,
    sys::{
        process,
        signal::{self, SignalSource},
    },
};

/// The signals that a master handles.
pub(super) fn signals() -> [i32; 8] {
    super::manager::signals()
}

/// How the master ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The server has stopped.
    Done,
    /// A callback said that the process can't go on; everything else has stopped.
    Failed(i32),
}

/// See the module.
pub(super) struct Master<A: Application> {
    app: Rc<A>,
    shared: Arc<Shared>,
    inboxes: Rc<InboxLink>,
    events: EventLoop<()>,
    manager: i32,
    failed: Option<i32>,
}

impl<A: Application> Master<A> {
    /// Opens the loop.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub fn new(app: &Rc<A>, shared: &Arc<Shared>, inboxes: Rc<InboxLink>, manager: i32, signals: SignalSource) -> Result<Self> {
        let events = EventLoop::new(Some(signals))?;
        watch_application(&**app, &events)?;
        Ok(Master { app: Rc::clone(app), shared: Arc::clone(shared), inboxes, events, manager, failed: None })
    }

    /// Starts the reactor threads, then waits for the end.
    ///
    /// # Errors
    /// `Error::System` when a thread can't be started, or the poll fails: the manager is told to stop before.
    pub fn run(mut self, reactors: Vec<Assignment>) -> Result<End> {
        let crashed = Arc::new(AtomicBool::new(false));
        let threads: Result<Vec<JoinHandle<()>>> =
            reactors.into_iter().map(|assignment| spawn(&self.shared, assignment, &crashed)).collect();
        let served = threads.and_then(|threads| {
            self.call(|app| app.on_start());
            let served = self.serve(&crashed);
            self.finish(threads);
            served
        });
        if served.is_err() {
            self.shared.control().advance(Phase::Stopped);
            // It may have gone already.
            let _ = process::kill(self.manager, libc::SIGTERM);
        }
        served.map(|()| self.failed.map_or(End::Done, End::Failed))
    }

    fn call(&mut self, callback: impl FnOnce(&A) -> Flow) {
        if self.failed.is_some() {
            return;
        }
        let flow = callback(&self.app);
        end_if_forked(&*self.app);
        if let Flow::Finish(status) | Flow::Leave(status) = flow {
            self.failed = Some(status);
        }
    }

    /// Runs what of the application's own is due: what still waits. `ready` as for [`Application::run_due`].
    fn run_due(&mut self, ready: bool) -> Pending {
        if self.failed.is_some() {
            return Pending::Nothing;
        }
        let (flow, pending) = self.app.run_due(ready);
        self.call(|_| flow);
        pending
    }

    /// Until the manager is gone.
    fn serve(&mut self, crashed: &AtomicBool) -> Result<()> {
        let mut wakes = Vec::new();
        loop {
            let pending = self.run_due(is_application_ready(&wakes));
            if self.failed.is_some() || crashed.load(Relaxed) {
                self.begin_stop();
            }
            let sent = self.inboxes.flush()?;
            self.events.wait(pending.at_most((!sent).then_some(Duration::from_millis(1))), &mut wakes)?;
            for wake in &wakes {
                let Wake::Signal(signal) = *wake else { continue };
                match signal {
                    libc::SIGTERM | libc::SIGINT => {
                        if !self.shared.stopping() {
                            self.call(|app| app.on_before_shutdown());
                        }
                        self.begin_stop();
                    }
                    // The manager may have gone just now; its end is handled.
                    libc::SIGUSR1 | libc::SIGUSR2 => drop(process::kill(self.manager, signal)),
                    libc::SIGCHLD => {
                        if process::reap_or_miss(self.manager)?.is_some() {
                            if !self.shared.stopping() {
                                log::write(Level::Error, format_args!("the manager has gone: the server stops"));
                                self.call(|app| app.on_before_shutdown());
                            }
                            self.begin_stop();
                            return Ok(());
                        }
                    }
                    _ if signal == libc::SIGRTMIN() => {
                        log::reopen();
                        let _ = process::kill(self.manager, signal);
                    }
                    _ => log::write(Level::Warning, format_args!("signal {signal} is of no effect in the master")),
                }
            }
        }
    }

    /// Tells everyone; the manager leaves when its workers are gone.
    fn begin_stop(&mut self) {
        if !self.shared.stopping() {
            self.shared.control().advance(Phase::Stopping);
            self.wake_reactors();
            // It may have gone already.
            let _ = process::kill(self.manager, libc::SIGTERM);
        }
    }

    fn wake_reactors(&self) {
        self.shared.owner_wakes.iter().for_each(|wake| wake.notify());
    }

    fn finish(&mut self, threads: Vec<JoinHandle<()>>) {
        self.shared.control().advance(Phase::Stopped);
        self.wake_reactors();
        for thread in threads {
            // A panic inside was caught and said there.
            let _ = thread.join();
        }
    }
}

/// Starts one reactor thread. If it can't go on, the server stops: half of the connections would hang otherwise.
fn spawn(shared: &Arc<Shared>, assignment: Assignment, crashed: &Arc<AtomicBool>) -> Result<JoinHandle<()>> {
    let me = assignment.me;
    let options = shared.options.clone();
    let crashed = Arc::clone(crashed);
    let body = move || {
        // Signals are the main thread's.
        signal::block_all_in_this_thread();
        if options.open_cpu_affinity {
            pin(&options, me);
        }
        let serve = || ReactorThread::new(assignment).and_then(ReactorThread::run).map_err(|error| error.to_string());
        let ended = catch_unwind(AssertUnwindSafe(serve)).unwrap_or_else(|_| Err("it panicked".into()));
        if let Err(why) = ended {
            log::write(Level::Error, format_args!("reactor {me} can't go on, the server stops: {why}"));
            crashed.store(true, Relaxed);
            // To this process: its main thread waits for signals.
            let _ = process::kill(process::pid(), libc::SIGTERM);
        }
    };
    Builder::new().name(format!("reactor-{me}")).spawn(body).call("pthread_create")
}

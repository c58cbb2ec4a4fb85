//! What callbacks call: one handle a process, whose meaning depends on what the process is.
//!
//! It must not know who calls it, nor keep a borrow while it calls out.

use std::{
    os::fd::AsRawFd,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use super::{app::Process, context::Context, shared::Shared};
use crate::{
    Error, Result,
    net::PeerAddr,
    shm::{
        control::{OwnerSlot, Phase, WorkerSlot},
        table::{Snapshot, State},
    },
    sys::process,
};

/// What `getClientInfo` shows of a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientInfo {
    /// The port's index in the order of `listen`.
    pub port_index: u16,
    /// The listening socket's descriptor.
    pub server_fd: i32,
    /// The connection's descriptor.
    pub socket_fd: i32,
    /// The socket type's number, as in `SWOOLE_SOCK_*`.
    pub socket_type: i32,
    /// The port that it listens on.
    pub server_port: u16,
    /// Where the peer is.
    pub peer: PeerAddr,
    /// The owning reactor, or the worker in BASE.
    pub reactor: u32,
    /// When it was accepted: seconds since 1970.
    pub connect_time: f64,
    /// When data last came, 0 before the first; seconds since 1970, as the two below.
    pub last_recv_time: f64,
    /// When data was last sent, 0 before the first.
    pub last_send_time: f64,
    /// When a message was last dispatched, 0 before the first.
    pub last_dispatch_time: f64,
    /// The errno that ended it, 0 if none did.
    pub close_errno: i32,
    /// Bytes read and not dispatched yet.
    pub recv_queued: u64,
    /// Bytes to send that the socket has not taken yet.
    pub send_queued: u64,
}

/// What `stats` shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// When `start` was called: seconds since 1970.
    pub start_time: i64,
    /// Open connections of the whole server.
    pub connection_num: u64,
    /// Connections refused or broken before they were served.
    pub abort_count: u64,
    /// Connections ever accepted.
    pub accept_count: u64,
    /// Connections ever closed.
    pub close_count: u64,
    /// Event workers.
    pub worker_num: u64,
    /// Processes of the program's own.
    pub user_worker_num: u64,
    /// Event workers that are not in a callback.
    pub idle_worker_num: u64,
    /// Messages handed to workers.
    pub dispatch_count: u64,
    /// Messages taken by workers.
    pub request_count: u64,
    /// Answers sent by workers.
    pub response_count: u64,
    /// Bytes read from connections.
    pub total_recv_bytes: u64,
    /// Bytes written to connections.
    pub total_send_bytes: u64,
    /// Messages dispatched and not done.
    pub concurrency: u64,
    /// The last session id that was given.
    pub session_round: u64,
    /// The lowest descriptor of a listening socket.
    pub min_fd: i64,
    /// The highest descriptor of a connection.
    pub max_fd: i64,
    /// The four of the calling worker: taken, answered, dispatched to it, not done.
    pub worker_request_count: u64,
    /// Answers of the calling worker.
    pub worker_response_count: u64,
    /// Messages dispatched to the calling worker.
    pub worker_dispatch_count: u64,
    /// Messages that the calling worker has in hand.
    pub worker_concurrency: u64,
}

/// The calling process's way to its server. Cheap to clone; one process, one thread.
#[derive(Clone)]
pub struct Handle(pub(super) Rc<Context>);

impl Handle {
    /// Queues data for a connection. Works from every process of the server, and from a process that one of them forked.
    ///
    /// Never blocks. What the socket does not take is kept until it does.
    ///
    /// # Errors
    /// `NotRunning`, `NoPayload`, `TooLarge` (`buffer_output_size`), `SessionNotExist`, `SessionClosed`, `SessionClosing`,
    /// `OutputOverflow` when more than `socket_buffer_size` waits for this connection already.
    #[inline]
    pub fn send(&self, session: u64, data: &[u8]) -> Result<()> {
        if data.is_empty() {
            return Err(Error::NoPayload);
        }
        self.0.link()?.send(session, data)
    }

    /// Closes a connection once what was sent before is delivered; with `reset` at once, and the rest is thrown away.
    ///
    /// In the worker that owns the connection the Close callback runs before this returns.
    ///
    /// # Errors
    /// `NotRunning`, `SessionNotExist`, `SessionClosing` when it is being closed already.
    pub fn close(&self, session: u64, reset: bool) -> Result<()> {
        self.0.link()?.close(session, reset)
    }

    /// Asks for [`Application::on_room`](super::Application::on_room) once the connection takes data again, or is gone. False: this process will not be
    /// told, as it is no worker.
    pub fn want_room(&self, session: u64) -> bool {
        self.0.link().is_ok_and(|link| link.want_room(session))
    }

    /// Whether `send` would not say `OutputOverflow`.
    pub fn has_room(&self, session: u64) -> bool {
        self.0.link().is_ok_and(|link| link.has_room(session))
    }

    /// Whether the connection is open, whoever's it is.
    pub fn is_open(&self, session: u64) -> bool {
        self.0.shared().is_some_and(|shared| shared.table.state(session) == Some(State::Open))
    }

    /// Whether the connection is open. In BASE: and the calling worker's.
    pub fn exists(&self, session: u64) -> bool {
        let visible = |shared: &Arc<Shared>| {
            let at = shared.table.locate(session).filter(|at| at.state == State::Open)?;
            self.0.view(shared).is_none_or(|owner| owner == at.owner).then_some(())
        };
        self.0.shared().is_some_and(|shared| visible(&shared).is_some())
    }

    /// What is known of a connection, also inside its Close callback. In BASE the calling worker's only.
    pub fn client_info(&self, session: u64) -> Option<ClientInfo> {
        let shared = self.0.shared()?;
        let snapshot = shared.table.snapshot(session)?;
        self.0.view(&shared).is_none_or(|owner| owner == snapshot.new.owner).then(|| shared.client_info(&snapshot))
    }

    /// Up to `count` connections ordered by socket number, after the connection `start` (from the first when `None`).
    /// `None` when there is none left, or `start` is unknown. In BASE the calling worker's only.
    pub fn client_list(&self, start: Option<u64>, count: usize) -> Option<Vec<u64>> {
        let all = self.connections(None);
        let from = match start {
            None => 0,
            Some(start) => 1 + all.iter().position(|(session, _)| *session == start)?,
        };
        if from >= all.len() {
            return None;
        }
        Some(all[from..].iter().take(count).map(|(session, _)| *session).collect())
    }

    /// Session and socket number of the connections of one port, or of all, ordered by socket number (BASE: the worker's).
    pub fn connections(&self, port: Option<u16>) -> Vec<(u64, i32)> {
        let Some(shared) = self.0.shared() else { return Vec::new() };
        let of_port = |snapshot: &Snapshot| port.is_none_or(|port| port == snapshot.new.port) && snapshot.state == State::Open;
        let all = shared.table.list(self.0.view(&shared));
        all.into_iter().filter(|(_, snapshot)| of_port(snapshot)).map(|(session, snapshot)| (session, snapshot.new.fd)).collect()
    }

    /// Open connections of the whole server, or of one port.
    pub fn connection_count(&self, port: Option<u16>) -> u64 {
        let Some(shared) = self.0.shared() else { return 0 };
        match port {
            None => u64::from(shared.table.open()),
            Some(port) => shared.table.list(None).iter().filter(|(_, snapshot)| snapshot.new.port == port).count() as u64,
        }
    }

    /// Counters of the whole server and of the calling worker.
    ///
    /// # Errors
    /// `NotRunning`.
    pub fn stats(&self) -> Result<Stats> {
        let shared = self.0.shared().ok_or(Error::NotRunning)?;
        let control = shared.control();
        let owners = |field: fn(&OwnerSlot) -> &AtomicU64| shared.owners.iter().map(|owner| field(owner).load(Relaxed)).sum();
        let workers =
            |field: fn(&WorkerSlot) -> &AtomicU64| shared.workers.iter().map(|worker| field(worker).load(Relaxed)).sum();
        let mine = self.worker_id().and_then(|worker| shared.workers.get(worker as usize));
        let of_mine = |field: fn(&WorkerSlot) -> &AtomicU64| mine.map_or(0, |worker| field(worker).load(Relaxed));
        let listeners = shared.ports.iter().map(|port| i64::from(port.listener.as_raw_fd()));
        let highest = shared.table.list(None).last().map_or(-1, |(_, snapshot)| i64::from(snapshot.new.fd));
        Ok(Stats {
            start_time: control.start_time.load(Relaxed),
            connection_num: u64::from(shared.table.open()),
            abort_count: control.abort_count.load(Relaxed),
            accept_count: control.accept_count.load(Relaxed),
            close_count: control.close_count.load(Relaxed),
            worker_num: u64::from(shared.shape.workers),
            user_worker_num: u64::from(shared.shape.users),
            idle_worker_num: shared.workers.iter().filter(|worker| worker.busy.load(Relaxed) == 0).count() as u64,
            dispatch_count: owners(|owner| &owner.dispatched),
            request_count: workers(|worker| &worker.requests),
            response_count: workers(|worker| &worker.responses),
            total_recv_bytes: owners(|owner| &owner.received_bytes),
            total_send_bytes: owners(|owner| &owner.sent_bytes),
            concurrency: shared.concurrency(),
            session_round: shared.table.last_id(),
            min_fd: listeners.clone().min().unwrap_or(-1),
            max_fd: highest.max(listeners.max().unwrap_or(-1)),
            worker_request_count: of_mine(|worker| &worker.requests),
            worker_response_count: of_mine(|worker| &worker.responses),
            worker_dispatch_count: of_mine(|worker| &worker.requests),
            worker_concurrency: of_mine(|worker| &worker.requests).saturating_sub(of_mine(|worker| &worker.done)),
        })
    }

    /// The worker's number; none in master and manager.
    pub fn worker_id(&self) -> Option<u32> {
        match self.0.process.get() {
            Some(Process::Worker(worker)) => Some(worker),
            _ => None,
        }
    }

    /// The pid of a worker, of the calling process when `None`; none for an unknown number.
    pub fn worker_pid(&self, worker: Option<u32>) -> Option<i32> {
        match worker {
            None => Some(process::pid()),
            Some(worker) => self.0.shared()?.worker_pid(worker),
        }
    }

    /// Whether that worker (the calling one when `None`) is in a callback; none for an unknown number.
    pub fn worker_busy(&self, worker: Option<u32>) -> Option<bool> {
        let worker = worker.or_else(|| self.worker_id())?;
        Some(self.0.shared()?.workers.get(worker as usize)?.busy.load(Relaxed) != 0)
    }

    /// The master's pid, 0 before the start.
    pub fn master_pid(&self) -> i32 {
        self.0.shared().map_or(0, |shared| shared.control().master_pid.load(Relaxed))
    }

    /// The manager's pid, 0 before the start and in single-process BASE.
    pub fn manager_pid(&self) -> i32 {
        self.0.shared().map_or(0, |shared| shared.control().manager_pid.load(Relaxed))
    }

    /// Whether `start` has been called and the end has not come.
    pub fn is_running(&self) -> bool {
        self.0.shared().is_some_and(|shared| shared.control().phase() < Phase::Stopped)
    }

    /// The calling process, as the server knows it; none before the start.
    pub fn process(&self) -> Option<Process> {
        self.0.process.get()
    }

    /// Replaces all workers (or, when `only_task` is set, the task workers), letting each finish what it has.
    ///
    /// # Errors
    /// `NotRunning`; `WrongOperation` in single-process BASE.
    pub fn reload(&self, only_task: bool) -> Result<()> {
        let shared = self.0.shared().ok_or(Error::NotRunning)?;
        match shared.control().manager_pid.load(Relaxed) {
            0 => Err(Error::WrongOperation("reload is not supported with single process mode".into())),
            manager => process::kill(manager, if only_task { libc::SIGUSR2 } else { libc::SIGUSR1 }),
        }
    }

    /// Ends the server, from any of its processes.
    ///
    /// # Errors
    /// `NotRunning`.
    pub fn shutdown(&self) -> Result<()> {
        let shared = self.0.shared().filter(|_| self.is_running()).ok_or(Error::NotRunning)?;
        process::kill(shared.main_pid(), libc::SIGTERM)
    }

    /// Ends one worker (the calling one when `None`) after what it has in hand; it is replaced.
    ///
    /// # Errors
    /// `NotRunning`, `InvalidParameter` for an unknown number, `WrongOperation` outside of a worker when `None`.
    pub fn stop(&self, worker: Option<u32>) -> Result<()> {
        let shared = self.0.shared().ok_or(Error::NotRunning)?;
        let Some(worker) = worker.or_else(|| self.worker_id()) else {
            return Err(Error::WrongOperation("only a worker can stop itself: name the worker to stop".into()));
        };
        match shared.worker_pid(worker) {
            Some(pid) => process::kill(pid, libc::SIGTERM),
            None => Err(Error::InvalidParameter(format!(
                "there is no worker {worker}, the server has workers 0 to {}",
                shared.shape.workers.saturating_sub(1)
            ))),
        }
    }
}

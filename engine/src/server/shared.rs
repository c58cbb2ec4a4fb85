//! What all processes of a running server have in common: options, ports, the connection table, counters, wake-ups and inboxes.
//!
//! Everything here is made before the first fork and never changes its shape after it. It must not know which role uses it.

use std::{
    os::fd::AsRawFd,
    sync::{
        Arc,
        atomic::Ordering::{Acquire, Relaxed},
    },
};

use super::{Mode, Port, handle::ClientInfo};
use crate::{
    Result,
    ipc::{InboxReceiver, InboxSender, inbox},
    net::{PeerAddr, SocketKind},
    options::{DispatchMode, ServerOptions},
    shm::{
        array::SharedArray,
        control::{BerthSlot, Control, OwnerSlot, Phase, WorkerSlot},
        table::{ConnectionTable, Snapshot, State},
    },
    sys::eventfd::EventFd,
};

/// What the server is made of, in numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Base or process mode.
    pub mode: Mode,
    /// Event workers.
    pub workers: u32,
    /// Processes of the program's own; their numbers follow the workers'.
    pub users: u32,
    /// Reactor threads; in BASE 0.
    pub reactors: u32,
    /// Lane sets; in BASE 0.
    pub berths: u32,
    /// Bytes of a ring, a power of two.
    pub ring_capacity: usize,
}

impl Shape {
    /// Which of the program's own processes has this number; none for a worker's.
    pub fn user(&self, number: u32) -> Option<u32> {
        number.checked_sub(self.workers).filter(|user| *user < self.users)
    }

    /// Owners of connections: reactors, or in BASE workers.
    pub fn owners(&self) -> u32 {
        match self.mode {
            Mode::Base => self.workers,
            Mode::Process => self.reactors,
        }
    }
}

/// See the module.
pub(super) struct Shared {
    pub shape: Shape,
    pub options: ServerOptions,
    pub ports: Vec<Arc<Port>>,
    pub table: ConnectionTable,
    pub workers: SharedArray<WorkerSlot>,
    pub owners: SharedArray<OwnerSlot>,
    pub berths: SharedArray<BerthSlot>,
    /// Written to wake an owner: a message for it is in a ring.
    pub owner_wakes: Vec<EventFd>,
    /// Written to wake the worker of a berth.
    pub berth_wakes: Vec<EventFd>,
    /// To each owner of connections.
    pub owner_inboxes: Vec<InboxSender>,
    /// To the manager.
    pub manager_inbox: InboxSender,
    control: SharedArray<Control>,
}

/// The receiving ends, each for one process.
pub(super) struct Receivers {
    pub owners: Vec<InboxReceiver>,
    pub manager: InboxReceiver,
}

impl Shared {
    /// Maps and opens everything.
    ///
    /// # Errors
    /// `Error::System` when memory or descriptors run out.
    pub fn new(shape: Shape, options: ServerOptions, ports: Vec<Arc<Port>>) -> Result<(Shared, Receivers)> {
        let mut owner_inboxes = Vec::new();
        let mut owners = Vec::new();
        for _ in 0..shape.owners() {
            let (sender, receiver) = inbox::pair()?;
            owner_inboxes.push(sender);
            owners.push(receiver);
        }
        let (manager_inbox, manager) = inbox::pair()?;
        let shared = Shared {
            table: ConnectionTable::new(options.effective_max_connection())?,
            workers: SharedArray::new(shape.workers as usize)?,
            owners: SharedArray::new(shape.owners() as usize)?,
            berths: SharedArray::new(shape.berths as usize)?,
            owner_wakes: (0..shape.owners()).map(|_| EventFd::new()).collect::<Result<_>>()?,
            berth_wakes: (0..shape.berths).map(|_| EventFd::new()).collect::<Result<_>>()?,
            control: SharedArray::new(1)?,
            owner_inboxes,
            manager_inbox,
            shape,
            options,
            ports,
        };
        Ok((shared, Receivers { owners, manager }))
    }

    /// Pids, the phase and the counters of the whole server.
    pub fn control(&self) -> &Control {
        &self.control[0]
    }

    /// Whether `shutdown` has been asked for.
    pub fn stopping(&self) -> bool {
        self.control().phase() >= Phase::Stopping
    }

    /// Whether each connection has one worker for its life.
    pub fn binds_connections(&self) -> bool {
        self.shape.mode == Mode::Base || self.options.dispatch_mode == DispatchMode::Fixed
    }

    /// Whether Connect and Close are delivered: not when messages of one connection go to different workers, unless asked for.
    pub fn delivers_events(&self) -> bool {
        self.binds_connections() || self.options.enable_unsafe_event
    }

    /// Whether the port wants Connect, and may have it.
    pub fn wants_connect(&self, port: u16) -> bool {
        self.delivers_events() && self.ports.get(usize::from(port)).is_some_and(|port| port.interest.connect)
    }

    /// Whether the port wants Close, and may have it.
    pub fn wants_close(&self, port: u16) -> bool {
        self.delivers_events() && self.ports.get(usize::from(port)).is_some_and(|port| port.interest.close)
    }

    /// The limit on what may wait for a connection of this port, in bytes.
    pub fn output_limit(&self, port: u16) -> u64 {
        self.ports.get(usize::from(port)).map_or(u64::MAX, |port| port.options.socket_buffer_size)
    }

    /// Whether a connection takes data, or is so far gone that waiting for it makes no sense.
    pub fn has_room(&self, session: u64) -> bool {
        self.table.locate(session).is_none_or(|at| at.state != State::Open || at.send_queued < self.output_limit(at.port))
    }

    /// What `getClientInfo` shows.
    pub fn client_info(&self, snapshot: &Snapshot) -> ClientInfo {
        let seconds = |nanoseconds: u64| nanoseconds as f64 / 1e9;
        let port = self.ports.get(usize::from(snapshot.new.port));
        let unix = port.is_some_and(|port| port.listener.kind() == SocketKind::UnixStream);
        ClientInfo {
            port_index: snapshot.new.port,
            server_fd: port.map_or(-1, |port| port.listener.as_raw_fd()),
            socket_fd: snapshot.new.fd,
            socket_type: port.map_or(0, |port| port.listener.kind().to_swoole() as i32),
            server_port: if unix { 0 } else { port.map_or(0, |port| port.listener.local_port()) },
            peer: PeerAddr { family: snapshot.new.peer_family as u8, port: snapshot.new.peer_port, ip: snapshot.new.peer_ip },
            reactor: u32::from(snapshot.new.owner),
            connect_time: seconds(snapshot.new.connect_time),
            last_recv_time: seconds(snapshot.last_recv),
            last_send_time: seconds(snapshot.last_send),
            last_dispatch_time: seconds(snapshot.last_dispatch),
            close_errno: snapshot.close_errno,
            recv_queued: 0,
            send_queued: snapshot.send_queued,
        }
    }

    /// The process that ends the server on SIGTERM: the one that called `start`.
    pub fn main_pid(&self) -> i32 {
        let control = self.control();
        match (self.shape.mode, control.manager_pid.load(Acquire)) {
            (Mode::Base, manager) if manager > 0 => manager,
            _ => control.master_pid.load(Acquire),
        }
    }

    /// The pid of a worker's present incarnation.
    pub fn worker_pid(&self, worker: u32) -> Option<i32> {
        Some(self.workers.get(worker as usize)?.pid.load(Acquire)).filter(|pid| *pid > 0)
    }

    /// Dispatched and not done, over all workers.
    pub fn concurrency(&self) -> u64 {
        let dispatched: u64 = self.owners.iter().map(|owner| owner.dispatched.load(Relaxed)).sum();
        let done: u64 = self.workers.iter().map(|worker| worker.done.load(Relaxed)).sum();
        dispatched.saturating_sub(done)
    }
}

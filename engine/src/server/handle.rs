//! What callbacks call: one handle a process, whose meaning depends on what the process is.
//!
//! It must not know who calls it, nor keep a borrow while it calls out.

use std::time::Duration;

use crate::{Error, Result, net::PeerAddr};

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
pub struct Handle(pub(super) std::rc::Rc<super::context::Context>);

impl Handle {
    /// Queues data for a connection. Works from every process of the server, and from a process that one of them forked.
    ///
    /// Never blocks. What the socket does not take is kept until it does.
    ///
    /// # Errors
    /// `NotRunning`, `NoPayload`, `TooLarge` (`buffer_output_size`), `SessionNotExist`, `SessionClosed`, `SessionClosing`,
    /// `OutputOverflow` when more than `socket_buffer_size` waits for this connection already.
    pub fn send(&self, session: u64, data: &[u8]) -> Result<()>;
    /// Closes a connection once what was sent before is delivered; with `reset` at once, and the rest is thrown away.
    ///
    /// In the worker that owns the connection the Close callback runs before this returns.
    ///
    /// # Errors
    /// `NotRunning`, `SessionNotExist`, `SessionClosing` when it is being closed already.
    pub fn close(&self, session: u64, reset: bool) -> Result<()>;
    /// Whether the connection is open. In BASE: and the calling worker's.
    pub fn exists(&self, session: u64) -> bool;
    /// What is known of a connection, also inside its Close callback. In BASE the calling worker's only.
    pub fn client_info(&self, session: u64) -> Option<ClientInfo>;
    /// Up to `count` connections ordered by socket number, after the connection `start` (from the first when `None`).
    /// `None` when there is none left, or `start` is unknown. In BASE the calling worker's only.
    pub fn client_list(&self, start: Option<u64>, count: usize) -> Option<Vec<u64>>;
    /// Session and socket number of the connections of one port, or of all, ordered by socket number (BASE: the worker's).
    pub fn connections(&self, port: Option<u16>) -> Vec<(u64, i32)>;
    /// Open connections of the whole server, or of one port.
    pub fn connection_count(&self, port: Option<u16>) -> u64;
    /// Counters of the whole server and of the calling worker.
    pub fn stats(&self) -> Result<Stats>;
    /// The worker's number; none in master and manager.
    pub fn worker_id(&self) -> Option<u32>;
    /// The pid of a worker, of the calling process when `None`; none for an unknown number.
    pub fn worker_pid(&self, worker: Option<u32>) -> Option<i32>;
    /// Whether that worker (the calling one when `None`) is in a callback; none for an unknown number.
    pub fn worker_busy(&self, worker: Option<u32>) -> Option<bool>;
    /// The master's pid, 0 before the start.
    pub fn master_pid(&self) -> i32;
    /// The manager's pid, 0 before the start and in single-process BASE.
    pub fn manager_pid(&self) -> i32;
    /// Whether `start` has been called and the end has not come.
    pub fn is_running(&self) -> bool;
    /// Replaces all workers (or, when `only_task` is set, the task workers), letting each finish what it has.
    ///
    /// # Errors
    /// `NotRunning`; `WrongOperation` in single-process BASE.
    pub fn reload(&self, only_task: bool) -> Result<()>;
    /// Ends the server, from any of its processes.
    ///
    /// # Errors
    /// `NotRunning`.
    pub fn shutdown(&self) -> Result<()>;
    /// Ends one worker (the calling one when `None`) after what it has in hand; it is replaced.
    ///
    /// # Errors
    /// `NotRunning`, `InvalidParameter` for an unknown number, `WrongOperation` outside of a worker when `None`.
    pub fn stop(&self, worker: Option<u32>) -> Result<()>;
}

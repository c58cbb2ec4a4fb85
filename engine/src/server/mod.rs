//! The server: master, manager, workers and reactor threads.
//!
//! [`Server`] is built (`listen`, options), then [`Server::start`] runs an [`Application`] until the end, in every process that it
//! forks. It must not know what a client is, nor what language the application is written in.

pub mod app;
pub mod handle;

/// One process for connections and callbacks, or reactor threads before worker processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Every worker accepts, reads, frames and writes for itself.
    Base,
    /// Reactor threads in the master own the connections; workers run callbacks.
    Process,
}

/// Which optional connection events a port has callbacks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    pub connect: bool,
    pub close: bool,
}

/// How `start` came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Ended {
    /// The server has stopped; this is the process that called `start`.
    Server,
    /// The process that called `start` must end with this status: a callback in it said [`Flow::Leave`]. All others are being stopped.
    ServerFailed(i32),
    /// A forked process (worker or manager) that ended well: flush output, then `sys::process::exit_now(0)`; nothing else may run.
    Child,
    /// A forked process that must end with this status, after the language's own shutdown.
    ChildFailed(i32),
}

impl Server {
    pub fn new(mode: Mode) -> Server;
    pub fn handle(&self) -> Handle;
    /// Binds an address (row 1 errors come as Error::Listen); the index of the port.
    pub fn listen(&mut self, kind: SocketKind, host: &str, port: i64) -> Result<usize>;
    pub fn ports(&self) -> &[Port]; // Port { listener: net::Listener, options: PortOptions, interest: Interest }
    pub fn port_mut(&mut self, index: usize) -> Option<&mut Port>;
    pub fn options_mut(&mut self) -> &mut ServerOptions;
    /// Runs until the end. Errors are those of the start itself.
    pub fn start<A: Application>(&mut self, app: A) -> Result<Ended>;
}

//! What an idle connection costs a server in memory: the growth of the proportional set size of its process tree, by connection.
//!
//! Buffers, rings and tables that are there for all are touched by a warm-up first, so that only what grows with the connections is counted.
//! Memory of the kernel (sockets) is not in it.

use crate::error::{Context, Error, Result};
use crate::load::{Client, Load, Until};
use crate::server::{Server, Spec};
use crate::table::{thousands, verdict};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::thread;
use std::time::{Duration, Instant};

/// The most bytes a connection may cost.
pub const TARGET: f64 = 2048.0;
/// Head of the table of memory.
pub const HEAD: &str = "\
| server | idle connections | bytes each, connected only | bytes each, after one message | target |
|---|--:|--:|--:|---|
";
/// How many connections are opened before the server must have taken them: fewer than any backlog.
const WAVE: usize = 100;
/// How long the server may take for that.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the connections cost, in bytes each.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// How many there were.
    pub connections: usize,
    /// After connecting.
    pub connected: f64,
    /// After each has echoed a message of 64 bytes.
    pub used: f64,
}

/// Opens `wanted` connections, or as many as the limit on open files allows, and measures.
///
/// # Errors
/// The first thing that makes the figure worthless.
pub fn measure(spec: &Spec, wanted: usize) -> Result<Cost> {
    let connections = wanted.min(allowed()?);
    let server = spec.start(None)?;
    let tree = server.tree();
    warm_up(&server)?;
    let descriptors = tree.descriptors()?;
    let before = tree.pss()?;
    let load = Load { address: server.address(), connections, size: 64, depth: 1, threads: 1 };
    let mut client = Client::connect_in_waves(load, WAVE, |open| {
        let deadline = Instant::now() + PATIENCE;
        while tree.descriptors()? < descriptors + open {
            if Instant::now() > deadline {
                let what = format!("did not accept {open} connections in {PATIENCE:?}");
                return Err(Error::Server { name: spec.name.clone(), what });
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    })?;
    tree.settled()?;
    let each = |now: u64| (now as f64 - before as f64) / connections as f64;
    let connected = each(tree.pss()?);
    client.phase(Until::Messages(connections as u64))?;
    tree.settled()?;
    let used = each(tree.pss()?);
    Ok(Cost { connections, connected, used })
}

/// Lets the server touch all that it has once: several times the largest ring goes through it, in small pieces and large.
fn warm_up(server: &Server) -> Result<()> {
    for (size, messages) in [(65_536, 400), (64, 20_000)] {
        let load = Load { address: server.address(), connections: 20, size, depth: 1, threads: 1 };
        Client::connect(load)?.phase(Until::Messages(messages))?;
    }
    server.tree().settled()?;
    Ok(())
}

/// How many connections the limit on open files allows a process; it is raised as far as it goes first, here and for the servers.
///
/// # Errors
/// If the limit cannot be read or raised to where it may be.
pub fn allowed() -> Result<usize> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).doing("read the limit on open files")?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).doing("raise the limit on open files")?;
    // the rest is for listeners, epoll, lanes, standard streams
    Ok((hard as usize).saturating_sub(200))
}

/// The row of one server.
#[must_use]
pub fn row(name: &str, cost: Cost) -> String {
    let target = match name {
        "base" | "process" => verdict(cost.connected.max(cost.used), TARGET, " bytes"),
        _ => String::new(),
    };
    format!(
        "| {name} | {} | {} | {} | {target} |\n",
        thousands(cost.connections as f64),
        thousands(cost.connected),
        thousands(cost.used)
    )
}

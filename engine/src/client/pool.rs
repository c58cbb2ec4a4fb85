//! Connections that outlive the client that made them. It must not know when a client lets go of one.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use super::connection::Connection;
use crate::net::SocketKind;

/// Idle connections, by where they lead. One for a process; a child that inherits it gives up what is in it, because
/// two processes must not talk on one connection.
#[derive(Debug)]
pub struct KeepPool {
    /// The process that the connections belong to.
    owner: u32,
    idle: BTreeMap<Key, Vec<Kept>>,
    /// Who was looked after last, see [`look_after_some`](Self::look_after_some).
    seen: Option<Key>,
}

/// How many places are looked after when a connection is put into the pool: more than one, so that those go sooner than others come.
const LOOK_AFTER: usize = 2;

/// Where a kept connection leads. The `id` tells groups of clients apart that must not share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub kind: SocketKind,
    pub host: Vec<u8>,
    pub port: u16,
    pub id: Vec<u8>,
}

/// A connection and how often a later client has taken it up.
#[derive(Debug)]
pub(super) struct Kept {
    pub connection: Connection,
    pub reuse_count: u64,
    /// The process that opened it: a child that inherits it in a client may not keep it.
    owner: u32,
}

impl Kept {
    /// One that nobody has taken up yet.
    pub fn new(connection: Connection) -> Self {
        Kept { connection, reuse_count: 0, owner: std::process::id() }
    }
}

impl KeepPool {
    /// An empty one.
    pub const fn new() -> Self {
        KeepPool { owner: 0, idle: BTreeMap::new(), seen: None }
    }

    /// How many connections are idle in it.
    pub fn len(&self) -> usize {
        self.idle.values().map(Vec::len).sum()
    }

    /// Nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.idle.is_empty()
    }

    /// Closes all that is in it.
    pub fn clear(&mut self) {
        self.idle.clear();
    }

    /// The connection that was last in use, and not closed by its peer since. Those that were are dropped on the way.
    pub(super) fn take(&mut self, key: &Key) -> Option<Kept> {
        self.disown_parent();
        let idle = self.idle.get_mut(key)?;
        let mut found = None;
        while let Some(mut kept) = idle.pop() {
            if kept.connection.is_reusable() {
                kept.reuse_count += 1;
                found = Some(kept);
                break;
            }
        }
        if idle.is_empty() {
            self.idle.remove(key);
        }
        found
    }

    /// Keeps a connection for later; one that cannot be used again, or was opened by a parent, is closed.
    pub(super) fn put(&mut self, key: Key, mut kept: Kept) {
        self.disown_parent();
        if kept.owner == self.owner && kept.connection.is_reusable() {
            self.idle.entry(key).or_default().push(kept);
        }
        self.look_after_some();
    }

    /// Closes what its peers have closed at the next few places in turn: nobody may ever come for it.
    fn look_after_some(&mut self) {
        for _ in 0..LOOK_AFTER.min(self.idle.len()) {
            let after = self.seen.take().map_or(Unbounded, Excluded);
            let next = match self.idle.range((after, Unbounded)).next() {
                Some((key, _)) => Some(key.clone()),
                None => self.idle.keys().next().cloned(),
            };
            let Some(key) = next else { return };
            if let Some(idle) = self.idle.get_mut(&key) {
                idle.retain_mut(|kept| kept.connection.is_reusable());
                if idle.is_empty() {
                    self.idle.remove(&key);
                }
            }
            self.seen = Some(key);
        }
    }

    fn disown_parent(&mut self) {
        let process = std::process::id();
        if self.owner != process {
            self.owner = process;
            self.idle.clear();
        }
    }
}

impl Default for KeepPool {
    fn default() -> Self {
        KeepPool::new()
    }
}

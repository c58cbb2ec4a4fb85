//! The connections of a reactor thread, and what concerns them alone: adopting, sending, closing, and coming to an end.
//!
//! What needs a lane as well is the reactor thread's. It must not know lanes, nor the event loop.

use std::{
    collections::HashSet,
    os::fd::AsRawFd,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use slab::Slab;

use super::{
    accept::Accepted,
    connection::{Announce, Connection, Life, Waiting},
    context::bound_worker,
    lanes::{Flight, Forwarded},
    message::inbound,
    runs::Held,
    shared::Shared,
};
use crate::{
    shm::{
        control::bump,
        table::{NO_WORKER, NewConnection, State},
    },
    sys::process,
};

/// The connections, and what concerns them alone.
pub(super) struct Owned {
    pub me: u32,
    pub shared: Arc<Shared>,
    pub connections: Slab<Connection>,
    /// Connections to look at again without waiting for an edge, by key.
    pub again: Vec<u32>,
    /// Connections that wait for a message to be done, by key; some may have gone.
    pub awaiting_done: HashSet<u32>,
    /// Nanoseconds since 1970, as of the last wake-up.
    pub now: u64,
    /// A connection takes data again, or is gone, for which a worker waits.
    pub room: bool,
}

/// What is to be done next for a connection that needs its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Greet,
    Read,
    /// With the record's flags.
    SayGoodbye(u8),
    Nothing,
}

impl Step {
    pub fn next(connection: &Connection) -> Step {
        match connection.life {
            _ if connection.unannounced => Step::Greet,
            Life::PeerClosed(Announce::Pending) => Step::SayGoodbye(0),
            Life::ServerClosed(Announce::Pending) => Step::SayGoodbye(inbound::BY_SERVER),
            Life::Open if connection.wants_read() => Step::Read,
            Life::Open | Life::PeerClosed(_) | Life::ServerClosed(_) => Step::Nothing,
        }
    }

    /// The worker has got it.
    pub fn done(self, connection: &mut Connection) {
        match (self, connection.life) {
            (Step::Greet, _) => connection.unannounced = false,
            (Step::SayGoodbye(_), Life::PeerClosed(_)) => connection.life = Life::PeerClosed(Announce::Sent),
            (Step::SayGoodbye(_), Life::ServerClosed(_)) => connection.life = Life::ServerClosed(Announce::Sent),
            (Step::Read | Step::Nothing | Step::SayGoodbye(_), _) => {}
        }
    }
}

/// Whether the worker is to be told of the end.
pub(super) fn announce(wanted: bool) -> Announce {
    if wanted { Announce::Pending } else { Announce::Needless }
}

impl Owned {
    pub fn new(me: u32, shared: &Arc<Shared>) -> Owned {
        Owned {
            me,
            shared: Arc::clone(shared),
            connections: Slab::new(),
            again: Vec::new(),
            awaiting_done: HashSet::new(),
            now: process::realtime_ns(),
            room: false,
        }
    }

    pub fn find(&mut self, session: u64, key: u32) -> Option<&mut Connection> {
        self.connections.get_mut(key as usize).filter(|connection| connection.session == session)
    }

    pub fn look(&mut self, key: u32) {
        if let Some(connection) = self.connections.get_mut(key as usize)
            && connection.waiting == Waiting::No
        {
            connection.waiting = Waiting::Turn;
            self.again.push(key);
        }
    }

    /// Makes a connection of what was accepted: its key and descriptor.
    pub fn adopt(&mut self, accepted: Accepted) -> (u32, i32) {
        let Accepted { reserved, fd, peer, port } = accepted;
        let number = fd.as_raw_fd();
        let worker = bound_worker(&self.shared, number).unwrap_or(NO_WORKER);
        let entry = self.connections.vacant_entry();
        let key = entry.key() as u32;
        let new = NewConnection {
            fd: number,
            key,
            owner: self.me as u16,
            port,
            worker,
            peer_family: u16::from(peer.family),
            peer_port: peer.port,
            peer_ip: peer.ip,
            connect_time: self.now,
            incarnation: 0,
        };
        let session = self.shared.table.publish(reserved, &new);
        let mut connection = Connection::new(session, fd, port, worker);
        connection.unannounced = self.shared.wants_connect(port);
        entry.insert(connection);
        (key, number)
    }

    /// Sends data to a connection. `from` is the lane that it came by, none when it is whole in any case; `last`: the message ends with
    /// it. A connection that has gone is no error: it may have done so after the data was sent.
    #[inline]
    pub fn send(&mut self, session: u64, data: &[u8], from: Option<u32>, last: bool) {
        if let Some(key) = self.put(session, data, from, last) {
            self.take_turns(session, key);
        }
    }

    /// As `send`; the connection's key when that has ended a message for whose end others wait.
    #[inline]
    fn put(&mut self, session: u64, data: &[u8], from: Option<u32>, last: bool) -> Option<u32> {
        let at = self.shared.table.locate(session)?;
        let connection = self.connections.get_mut(at.key as usize).filter(|connection| connection.session == session)?;
        let before = connection.unsent();
        let mut sent = 0;
        let mut others_wait = false;
        if connection.runs.admits(from) {
            sent = connection.write(data);
            others_wait = connection.runs.took(from, last);
        } else {
            connection.runs.hold(Held::Send { from, data: data.to_vec(), last });
        }
        bump(&self.shared.owners[self.me as usize].sent_bytes, sent as u64);
        self.shared.table.stamp_sent(session, self.now);
        if connection.unsent() != before {
            self.shared.table.set_send_queued(session, connection.unsent() as u64);
        }
        if connection.is_broken() || (last && connection.life != Life::Open) {
            self.look(at.key);
        }
        others_wait.then_some(at.key)
    }

    /// Does what had to wait for the end of a message.
    fn take_turns(&mut self, session: u64, key: u32) {
        while let Some(held) = self.find(session, key).and_then(|connection| connection.runs.next()) {
            match held {
                // The loop goes on anyway.
                Held::Send { from, data, last } => drop(self.put(session, &data, from, last)),
                Held::Close { from, notified } => self.close_asked(session, from, false, notified),
            }
        }
    }

    pub fn flush(&mut self, key: u32) {
        let Some(connection) = self.connections.get_mut(key as usize) else { return };
        let before = connection.unsent() as u64;
        let sent = connection.flush();
        bump(&self.shared.owners[self.me as usize].sent_bytes, sent as u64);
        let after = connection.unsent() as u64;
        self.shared.table.set_send_queued(connection.session, after);
        if (after..before).contains(&self.shared.output_limit(connection.port).saturating_sub(1)) {
            self.room |= self.shared.table.take_room_wanted(connection.session);
        }
        if connection.life != Life::Open {
            self.conclude(key);
        }
    }

    /// A message is done. When the server stops, the connection ends with the last of its messages.
    #[inline]
    pub fn landed(&mut self, flight: Flight, stopping: bool) {
        let Some(connection) = self.find(flight.session, flight.key) else { return };
        connection.in_hand = connection.in_hand.saturating_sub(1);
        if flight.closing {
            connection.said_goodbye();
        }
        if connection.in_hand > 0 {
            if flight.closing {
                self.conclude(flight.key);
            }
            return;
        }
        if stopping {
            connection.life = Life::ServerClosed(Announce::Needless);
        }
        if !self.awaiting_done.is_empty() {
            self.awaiting_done.remove(&flight.key);
        }
        let Some(connection) = self.find(flight.session, flight.key) else { return };
        if connection.waiting == Waiting::InHand {
            connection.waiting = Waiting::No;
            self.look(flight.key);
        } else if connection.life != Life::Open {
            self.conclude(flight.key);
        }
    }

    /// A process asks for the end of a connection; `from` is the lane that it came by, `notified`: its Close callback has run.
    pub fn close_asked(&mut self, session: u64, from: Option<u32>, reset: bool, notified: bool) {
        let Some(at) = self.shared.table.locate(session) else { return };
        let wanted = !notified && self.shared.wants_close(at.port);
        let Some(connection) = self.find(session, at.key) else { return };
        if !reset && !connection.runs.admits(from) {
            return connection.runs.hold(Held::Close { from, notified });
        }
        connection.runs.clear();
        match connection.life {
            Life::Open => connection.life = Life::ServerClosed(announce(wanted)),
            Life::PeerClosed(Announce::Pending) if notified => connection.life = Life::PeerClosed(Announce::Needless),
            Life::PeerClosed(_) | Life::ServerClosed(_) => {}
        }
        if reset {
            connection.reset_socket();
        }
        if connection.waiting == Waiting::InHand {
            connection.waiting = Waiting::No;
        }
        self.room |= self.shared.table.take_room_wanted(session);
        self.look(at.key);
        self.conclude(at.key);
    }

    /// The server ends a connection, because of a worker's death.
    pub fn close_by_server(&mut self, key: u32, session: Option<u64>) {
        let Some(connection) =
            self.connections.get_mut(key as usize).filter(|connection| session.is_none_or(|id| id == connection.session))
        else {
            return;
        };
        connection.runs.clear();
        if connection.life == Life::Open {
            let wanted = self.shared.wants_close(connection.port);
            connection.life = Life::ServerClosed(announce(wanted));
            self.shared.table.advance(connection.session, State::Open, State::Closing);
            self.room |= self.shared.table.take_room_wanted(connection.session);
        }
        connection.close_socket_when_idle();
        if connection.waiting == Waiting::InHand {
            connection.waiting = Waiting::No;
        }
        self.look(key);
    }

    /// Closes what nothing keeps open any more, and forgets what is over.
    pub fn conclude(&mut self, key: u32) {
        let Some(connection) = self.connections.get_mut(key as usize) else { return };
        if connection.life == Life::Open {
            if connection.wants_read() {
                self.look(key);
            }
            return;
        }
        connection.close_socket_when_idle();
        if connection.is_over() {
            return self.forget(key);
        }
        if connection.in_hand > 0 {
            self.awaiting_done.insert(key);
        }
        // A turn can end between the end of the data and saying so, and there will be no edge.
        if Step::next(connection) != Step::Nothing {
            self.look(key);
        }
    }

    pub fn forget(&mut self, key: u32) {
        let Some(connection) = self.connections.try_remove(key as usize) else { return };
        self.awaiting_done.remove(&key);
        self.room |= self.shared.table.release(connection.session) == Some(true);
        self.shared.owners[self.me as usize].connections.fetch_sub(1, Relaxed);
        self.shared.control().close_count.fetch_add(1, Relaxed);
    }

    /// The server stops: ends the connections of which no worker holds anything.
    pub fn end_idle(&mut self) {
        self.end(|connection| connection.in_hand == 0 && connection.runs.is_idle());
    }

    /// The workers are gone: ends all connections.
    pub fn end_all(&mut self) {
        self.end(|_| true);
    }

    fn end(&mut self, which: impl Fn(&Connection) -> bool) {
        let keys: Vec<u32> =
            self.connections.iter().filter(|(_, connection)| which(connection)).map(|(key, _)| key as u32).collect();
        for key in keys {
            if let Some(connection) = self.connections.get_mut(key as usize) {
                connection.life = Life::ServerClosed(Announce::Needless);
            }
            self.conclude(key);
        }
    }

    /// Nobody waits any longer.
    pub fn close_all(&mut self) {
        let keys: Vec<u32> = self.connections.iter().map(|(key, _)| key as u32).collect();
        for key in keys {
            if let Some(connection) = self.connections.get_mut(key as usize) {
                connection.close_socket();
            }
            self.conclude(key);
        }
    }
}

impl Forwarded for Slab<Connection> {
    fn forward(&mut self, session: u64, key: u32, lane: u32) -> bool {
        match self.get_mut(key as usize).filter(|connection| connection.session == session) {
            Some(connection) => {
                connection.lane = lane;
                true
            }
            None => false,
        }
    }
}

//! The connection table: what every process of a server can ask about a connection. Integers and atomics, no pointer.
//!
//! 1. Ids are 1, 2, 3, …; a connection's slot is its id modulo the number of slots, and ids whose slot is taken are skipped.
//! 2. The owner of a connection reserves a slot by compare-and-swap of its state, writes the fields, and stores the id last (release).
//! 3. A reader compares the id before and after it has read the fields: a slot that was given to another connection meanwhile shows
//!    another id.
//! 4. Every slot is two cache lines: what is written once or seldom, and the time stamps, which are written coarsely so that they do not
//!    travel between processors with every message.
//!
//! It must not know sockets; descriptors are numbers to show.

use std::sync::atomic::{
    AtomicI32, AtomicU16, AtomicU32, AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst},
    fence,
};

use super::array::{Shared, SharedArray};
use crate::Result;

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The slot belongs to nobody.
    Free,
    /// The slot is taken, its fields are being written.
    Reserved,
    /// Data goes both ways.
    Open,
    /// `close` was called; what was sent before is still being delivered.
    Closing,
    /// The Close callback runs or has run.
    Closed,
}

impl State {
    fn from(value: u32) -> State {
        match value {
            0 => State::Free,
            1 => State::Reserved,
            2 => State::Open,
            3 => State::Closing,
            _ => State::Closed,
        }
    }
}

/// One connection.
#[repr(C, align(64))]
pub struct Slot {
    id: AtomicU64,
    state: AtomicU32,
    /// The connection's socket number, to show.
    fd: AtomicI32,
    /// Its place among the owner's connections; to be validated by the owner, since workers can write here.
    key: AtomicU32,
    owner: AtomicU16,
    port: AtomicU16,
    worker: AtomicU32,
    peer_family_port: AtomicU32,
    peer_ip: [AtomicU32; 4],
    /// Bytes to send that the socket has not taken yet. The owner writes it.
    pub send_queued: AtomicU64,
    // The second cache line: time stamps in nanoseconds since 1970, 0 before the first.
    connect_time: AtomicU64,
    last_recv: AtomicU64,
    last_send: AtomicU64,
    last_dispatch: AtomicU64,
    close_errno: AtomicI32,
    incarnation: AtomicU32,
    /// Not 0: somebody waits until this connection takes data again, or is gone.
    room_wanted: AtomicU32,
    reserved: [AtomicU32; 5],
}

// SAFETY: repr(C), only atomics, zero is a free slot.
unsafe impl Shared for Slot {}

const _: () = assert!(size_of::<Slot>() == 128);

/// Time stamps closer together than this are one, in nanoseconds.
const STAMP_STEP: u64 = 4_000_000;

/// What is known of a connection when it is accepted.
#[derive(Clone, Copy, Debug)]
pub struct NewConnection {
    /// Socket number.
    pub fd: i32,
    /// Place among the owner's connections.
    pub key: u32,
    /// Number of the owner (a reactor; in BASE a worker).
    pub owner: u16,
    /// Index of the port.
    pub port: u16,
    /// The worker that it is bound to, [`NO_WORKER`] when each message is dispatched by itself.
    pub worker: u32,
    /// Address family as the application shows it: 0 for Unix sockets.
    pub peer_family: u16,
    /// Peer's port.
    pub peer_port: u16,
    /// Peer's address, IPv4 in the first four bytes.
    pub peer_ip: [u8; 16],
    /// Nanoseconds since 1970.
    pub connect_time: u64,
    /// In BASE: which of the processes that the owner's number has had.
    pub incarnation: u32,
}

/// No worker is bound to the connection.
pub const NO_WORKER: u32 = u32::MAX;

/// A consistent copy of a slot.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot {
    /// What was known at the accept.
    pub new: NewConnection,
    /// How far it has come.
    pub state: State,
    /// Bytes waiting to be taken by the socket.
    pub send_queued: u64,
    /// Nanoseconds since 1970, 0 before the first; as the two below.
    pub last_recv: u64,
    /// When data was last sent.
    pub last_send: u64,
    /// When a message was last dispatched.
    pub last_dispatch: u64,
    /// The errno that ended it, or 0.
    pub close_errno: i32,
}

#[repr(C, align(64))]
struct Head {
    last_id: AtomicU64,
    open: AtomicU32,
}

// SAFETY: repr(C), only atomics, zero is valid.
unsafe impl Shared for Head {}

/// The table; made before the fork, shared by all processes.
pub struct ConnectionTable {
    head: SharedArray<Head>,
    slots: SharedArray<Slot>,
    mask: u64,
}

/// A slot that was won and is not published yet.
#[derive(Debug)]
#[must_use]
pub struct Reserved {
    id: u64,
}

impl Reserved {
    /// The connection's id.
    pub fn id(&self) -> u64 {
        self.id
    }
}

impl ConnectionTable {
    /// A table for this many connections at a time. Memory becomes resident as slots are used: 128 bytes each.
    ///
    /// # Errors
    /// `Error::System` when it can't be mapped.
    pub fn new(max_connection: u32) -> Result<ConnectionTable> {
        let slots = 2 * u64::from(max_connection.max(1)).next_power_of_two();
        Ok(ConnectionTable { head: SharedArray::new(1)?, slots: SharedArray::new(slots as usize)?, mask: slots - 1 })
    }

    fn slot(&self, id: u64) -> &Slot {
        &self.slots[(id & self.mask) as usize]
    }

    /// Takes the next id whose slot is free; none when every slot is taken. From here on the connection counts as open.
    pub fn reserve(&self) -> Option<Reserved> {
        for _ in 0..=self.mask {
            let id = self.head[0].last_id.fetch_add(1, Relaxed) + 1;
            let slot = self.slot(id);
            if slot.state.compare_exchange(State::Free as u32, State::Reserved as u32, AcqRel, Relaxed).is_ok() {
                self.head[0].open.fetch_add(1, Relaxed);
                return Some(Reserved { id });
            }
        }
        None
    }

    /// Fills a reserved slot and makes it visible.
    pub fn publish(&self, reserved: Reserved, new: &NewConnection) -> u64 {
        let slot = self.slot(reserved.id);
        slot.fd.store(new.fd, Relaxed);
        slot.key.store(new.key, Relaxed);
        slot.owner.store(new.owner, Relaxed);
        slot.port.store(new.port, Relaxed);
        slot.worker.store(new.worker, Relaxed);
        slot.peer_family_port.store(u32::from(new.peer_family) << 16 | u32::from(new.peer_port), Relaxed);
        for (word, bytes) in slot.peer_ip.iter().zip(new.peer_ip.chunks_exact(4)) {
            word.store(u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]), Relaxed);
        }
        slot.send_queued.store(0, Relaxed);
        slot.connect_time.store(new.connect_time, Relaxed);
        slot.incarnation.store(new.incarnation, Relaxed);
        for stamp in [&slot.last_recv, &slot.last_send, &slot.last_dispatch] {
            stamp.store(0, Relaxed);
        }
        slot.close_errno.store(0, Relaxed);
        slot.room_wanted.store(0, Relaxed);
        slot.state.store(State::Open as u32, Release);
        slot.id.store(reserved.id, Release);
        reserved.id
    }

    /// Gives up a slot that was reserved and never published.
    pub fn abandon(&self, reserved: Reserved) {
        self.head[0].open.fetch_sub(1, Relaxed);
        self.slot(reserved.id).state.store(State::Free as u32, Release);
    }

    /// Frees a connection's slot: whether somebody waits for room in it; none when it was free already. The owner calls it, or who sweeps a
    /// dead owner's connections.
    pub fn release(&self, id: u64) -> Option<bool> {
        let slot = self.slot(id);
        if id == 0 || slot.id.compare_exchange(id, 0, AcqRel, Relaxed).is_err() {
            return None;
        }
        fence(SeqCst);
        let wanted = slot.room_wanted.swap(0, Relaxed) != 0;
        slot.state.store(State::Free as u32, Release);
        self.head[0].open.fetch_sub(1, Relaxed);
        Some(wanted)
    }

    /// Somebody waits until this connection takes data again, or is gone. He has to look once more afterwards, behind a fence.
    pub fn want_room(&self, id: u64) {
        if let Some(slot) = self.live(id) {
            slot.room_wanted.store(1, Relaxed);
        }
    }

    /// The connection takes data again, or is closed, and that has been written: whether somebody waits for it.
    pub fn take_room_wanted(&self, id: u64) -> bool {
        fence(SeqCst);
        self.live(id).is_some_and(|slot| slot.room_wanted.load(Relaxed) != 0 && slot.room_wanted.swap(0, Relaxed) != 0)
    }

    /// How far a connection has come; none when the id is unknown or gone.
    #[inline]
    pub fn state(&self, id: u64) -> Option<State> {
        let slot = self.live(id)?;
        Some(State::from(slot.state.load(Acquire)))
    }

    #[inline]
    fn live(&self, id: u64) -> Option<&Slot> {
        let slot = self.slot(id);
        (id != 0 && slot.id.load(Acquire) == id).then_some(slot)
    }

    /// The state and where the connection lives: (state, owner, key), or none.
    #[inline]
    pub fn locate(&self, id: u64) -> Option<Location> {
        let slot = self.live(id)?;
        let at = Location {
            state: State::from(slot.state.load(Acquire)),
            owner: slot.owner.load(Relaxed),
            key: slot.key.load(Relaxed),
            port: slot.port.load(Relaxed),
            worker: slot.worker.load(Relaxed),
            send_queued: slot.send_queued.load(Relaxed),
        };
        fence(Acquire);
        (slot.id.load(Relaxed) == id).then_some(at)
    }

    /// Moves a connection from one state to the next; false when it was not in `from`.
    pub fn advance(&self, id: u64, from: State, to: State) -> bool {
        self.live(id).is_some_and(|slot| slot.state.compare_exchange(from as u32, to as u32, AcqRel, Relaxed).is_ok())
    }

    /// Sets how many bytes wait to be sent. The owner calls it.
    pub fn set_send_queued(&self, id: u64, bytes: u64) {
        if let Some(slot) = self.live(id) {
            slot.send_queued.store(bytes, Relaxed);
        }
    }

    /// Binds a connection to a worker, or to none.
    pub fn set_worker(&self, id: u64, worker: u32) {
        if let Some(slot) = self.live(id) {
            slot.worker.store(worker, Relaxed);
        }
    }

    /// Notes what ended the connection.
    pub fn set_close_errno(&self, id: u64, errno: i32) {
        if let Some(slot) = self.live(id) {
            slot.close_errno.store(errno, Relaxed);
        }
    }

    /// Notes that data came, and was dispatched, now.
    #[inline]
    pub fn stamp_received(&self, id: u64, now: u64) {
        if let Some(slot) = self.live(id)
            && now.saturating_sub(slot.last_recv.load(Relaxed)) >= STAMP_STEP
        {
            slot.last_recv.store(now, Relaxed);
            slot.last_dispatch.store(now, Relaxed);
        }
    }

    /// Notes that data was sent now.
    #[inline]
    pub fn stamp_sent(&self, id: u64, now: u64) {
        if let Some(slot) = self.live(id)
            && now.saturating_sub(slot.last_send.load(Relaxed)) >= STAMP_STEP
        {
            slot.last_send.store(now, Relaxed);
        }
    }

    /// A consistent copy of what is known; none when the id is unknown or gone.
    pub fn snapshot(&self, id: u64) -> Option<Snapshot> {
        let slot = self.live(id)?;
        let mut peer_ip = [0; 16];
        for (bytes, word) in peer_ip.chunks_exact_mut(4).zip(&slot.peer_ip) {
            bytes.copy_from_slice(&word.load(Relaxed).to_ne_bytes());
        }
        let family_port = slot.peer_family_port.load(Relaxed);
        let snapshot = Snapshot {
            new: NewConnection {
                fd: slot.fd.load(Relaxed),
                key: slot.key.load(Relaxed),
                owner: slot.owner.load(Relaxed),
                port: slot.port.load(Relaxed),
                worker: slot.worker.load(Relaxed),
                peer_family: (family_port >> 16) as u16,
                peer_port: family_port as u16,
                peer_ip,
                connect_time: slot.connect_time.load(Relaxed),
                incarnation: slot.incarnation.load(Relaxed),
            },
            state: State::from(slot.state.load(Relaxed)),
            send_queued: slot.send_queued.load(Relaxed),
            last_recv: slot.last_recv.load(Relaxed),
            last_send: slot.last_send.load(Relaxed),
            last_dispatch: slot.last_dispatch.load(Relaxed),
            close_errno: slot.close_errno.load(Relaxed),
        };
        fence(Acquire);
        (slot.id.load(Relaxed) == id).then_some(snapshot)
    }

    /// The connections of one owner, or of all: (id, copy), ordered by socket number.
    pub fn list(&self, owner: Option<u16>) -> Vec<(u64, Snapshot)> {
        let mut found = Vec::with_capacity(self.open() as usize);
        if self.open() > 0 {
            for slot in self.slots.iter() {
                let id = slot.id.load(Acquire);
                if id != 0
                    && owner.is_none_or(|owner| slot.owner.load(Relaxed) == owner)
                    && let Some(snapshot) = self.snapshot(id)
                {
                    found.push((id, snapshot));
                }
            }
        }
        found.sort_unstable_by_key(|(id, snapshot)| (snapshot.new.fd, *id));
        found
    }

    /// Connections that have a slot now.
    pub fn open(&self) -> u32 {
        self.head[0].open.load(Relaxed)
    }

    /// The last id that was given.
    pub fn last_id(&self) -> u64 {
        self.head[0].last_id.load(Relaxed)
    }
}

/// Where a connection lives.
#[derive(Clone, Copy, Debug)]
pub struct Location {
    /// How far it has come.
    pub state: State,
    /// Number of the owner.
    pub owner: u16,
    /// Its place there; the owner must validate it.
    pub key: u32,
    /// Index of its port.
    pub port: u16,
    /// The worker that it is bound to, or [`NO_WORKER`].
    pub worker: u32,
    /// Bytes that wait to be sent.
    pub send_queued: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(fd: i32, owner: u16) -> NewConnection {
        NewConnection {
            fd,
            key: 7,
            owner,
            port: 1,
            worker: 2,
            peer_family: 2,
            peer_port: 4000,
            peer_ip: [9; 16],
            connect_time: 5,
            incarnation: 0,
        }
    }

    fn add(table: &ConnectionTable, fd: i32, owner: u16) -> u64 {
        table.publish(table.reserve().expect("a free slot"), &connection(fd, owner))
    }

    #[test]
    fn ids_count_up_and_skip_occupied_slots() {
        let table = ConnectionTable::new(1).unwrap(); // two slots
        assert_eq!(add(&table, 10, 0), 1);
        assert_eq!(add(&table, 11, 0), 2);
        assert!(table.reserve().is_none(), "both slots are taken");
        assert_eq!(table.release(2), Some(false));
        let next = add(&table, 12, 0);
        assert!(next > 2 && next.is_multiple_of(2), "{next} must use the slot of 2");
        assert!(table.state(2).is_none(), "an id is never used again");
        assert_eq!(table.open(), 2);
    }

    #[test]
    fn a_released_id_is_gone_for_every_question() {
        let table = ConnectionTable::new(4).unwrap();
        let id = add(&table, 10, 0);
        assert!(table.advance(id, State::Open, State::Closing));
        assert!(!table.advance(id, State::Open, State::Closed), "it is no longer open");
        assert_eq!(table.state(id), Some(State::Closing));
        assert_eq!(table.release(id), Some(false));
        assert_eq!(table.release(id), None, "twice is once too often");
        assert!(table.locate(id).is_none() && table.snapshot(id).is_none() && !table.advance(id, State::Closing, State::Closed));
        assert!(table.state(0).is_none() && table.state(u64::MAX).is_none());
    }

    #[test]
    fn a_snapshot_shows_what_was_published() {
        let table = ConnectionTable::new(4).unwrap();
        let id = add(&table, 10, 3);
        table.stamp_received(id, 1_000_000_000);
        table.stamp_received(id, 1_000_000_001);
        let got = table.snapshot(id).unwrap();
        assert_eq!((got.new.fd, got.new.owner, got.new.port, got.new.peer_port, got.new.peer_ip), (10, 3, 1, 4000, [9; 16]));
        assert_eq!((got.last_recv, got.last_send), (1_000_000_000, 0), "stamps closer than a step are one");
    }

    #[test]
    fn lists_are_ordered_by_socket_and_filtered_by_owner() {
        let table = ConnectionTable::new(8).unwrap();
        let ids = [add(&table, 30, 0), add(&table, 10, 1), add(&table, 20, 0)];
        let all: Vec<u64> = table.list(None).iter().map(|(id, _)| *id).collect();
        assert_eq!(all, [ids[1], ids[2], ids[0]]);
        let own: Vec<u64> = table.list(Some(0)).iter().map(|(id, _)| *id).collect();
        assert_eq!(own, [ids[2], ids[0]]);
    }
}

//! The reactor's side of its lanes: one a worker incarnation, with what that worker has in hand.
//!
//! 1. A worker starts: its lane becomes its number's current one. The lane before it, if it lives, retires: nothing is put into it any
//!    more, and its worker leaves once it has done what is in it.
//! 2. A worker is gone: what it had published is taken out first; what it had taken and not finished is in hand, and lost; what it had
//!    not taken is its estate, which is copied out of the lane: a berth that waited for a successor might be the one that it needs.
//! 3. The estate goes to the number's next current lane, in order, before anything else does.
//! 4. A berth that no reactor needs any more is empty again, and its memory goes back to the kernel.
//!
//! It must not know sockets.

use std::{
    collections::{HashMap, VecDeque},
    os::fd::OwnedFd,
    sync::Arc,
    sync::atomic::Ordering::{AcqRel, Relaxed, Release},
};

use slab::Slab;

use super::{
    message::{Message, inbound},
    shared::Shared,
};
use crate::{
    ipc::SendState,
    log::{self, Level},
    shm::{
        berth::{Berth, Direction},
        control::BerthSlot,
        ring::{Consumer, Corrupt, Producer, RecordHeader},
    },
    sys::process,
};

/// Beyond so many messages in hand those that take long are kept apart.
const MANY_FLIGHTS: usize = 1024;

/// A message that a worker has got and not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flight {
    pub session: u64,
    /// The connection's place in the reactor; to be checked against `session`.
    pub key: u32,
    /// Where its record ends: taken when the ring's tail is there.
    end: u64,
    /// It says that the connection has ended.
    pub closing: bool,
    done: bool,
}

/// Whether more goes into a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Nothing more; `told`: the worker knows.
    Retiring {
        told: bool,
    },
}

/// One worker incarnation.
pub(super) struct Lane {
    /// Never used again, unlike its key.
    pub serial: u32,
    pub worker: u32,
    pub berth: u32,
    pub pid: i32,
    pub pidfd: OwnedFd,
    pub outbound: Consumer,
    pub inbound: Producer,
    phase: Phase,
    flights: VecDeque<Flight>,
    /// The number of the first of `flights`.
    first: u64,
    /// Those before the first that take long, by number: the worker may hold one for as long as it lives, and what comes after it must not pile up.
    stragglers: HashMap<u64, Flight>,
    /// Something was put in since the worker was last looked after.
    touched: bool,
    condemned: bool,
    /// When it was last chosen as the idlest, in choices of its reactor.
    chosen: u64,
}

impl Lane {
    /// Notes that a record was put in.
    #[inline]
    pub fn launched(&mut self, session: u64, key: u32, end: u64, closing: bool) {
        self.touched = true;
        self.flights.push_back(Flight { session, key, end, closing, done: false });
    }

    /// A message is done: which one it was; none when the worker names one that it has not got.
    #[inline]
    pub fn landed(&mut self, sequence: u64) -> Option<Flight> {
        let Some(place) = sequence.checked_sub(self.first) else { return self.stragglers.remove(&sequence) };
        let flight = self.flights.get_mut(usize::try_from(place).ok()?)?;
        if std::mem::replace(&mut flight.done, true) {
            return None;
        }
        let landed = *flight;
        self.drop_done();
        if self.flights.len() > MANY_FLIGHTS {
            self.set_aside();
        }
        Some(landed)
    }

    #[inline]
    fn drop_done(&mut self) {
        while self.flights.front().is_some_and(|flight| flight.done) {
            self.flights.pop_front();
            self.first += 1;
        }
    }

    /// One at a time: each message that is done gets rid of as many as have come for it.
    #[cold]
    fn set_aside(&mut self) {
        let taken = self.inbound.consumed();
        let is_taken = self.flights.front().is_some_and(|flight| flight.end <= taken);
        if is_taken && let Some(flight) = self.flights.pop_front() {
            self.stragglers.insert(self.first, flight);
            self.first += 1;
            self.drop_done();
        }
    }

    /// Messages that the worker has not taken yet. It is read from the ring, because a DONE may lie unread behind a busy worker's
    /// and an idle worker's messages alike.
    fn untaken(&mut self) -> usize {
        let taken = self.inbound.consumed();
        self.flights.iter().rev().take_while(|flight| flight.end > taken).count()
    }

    /// What the worker wrote cannot be: it must go, and what it holds is settled when it has gone.
    pub fn condemn(&mut self, why: &dyn std::fmt::Display) {
        if std::mem::replace(&mut self.condemned, true) {
            return;
        }
        log::write(
            Level::Error,
            format_args!("worker {} (pid={}) wrote what cannot be into its lane and is killed: {why}", self.worker, self.pid),
        );
        // If it is gone already, so much the better.
        let _ = process::kill(self.pid, libc::SIGKILL);
    }

    /// Whether its worker is being killed: nothing more is taken from it.
    pub fn is_condemned(&self) -> bool {
        self.condemned
    }

    fn tell_to_retire(&mut self) {
        if self.phase == (Phase::Retiring { told: false }) && self.inbound.push(inbound::RETIRE, 0, 0, 0, &[]).is_ok() {
            self.phase = Phase::Retiring { told: true };
            self.touched = true;
        }
    }
}

/// A message that a dead worker had not taken.
struct Untaken {
    flight: Flight,
    header: RecordHeader,
    payload: Box<[u8]>,
}

/// What a dead worker had not taken, in order.
type Estate = VecDeque<Untaken>;

/// A worker's number, over its incarnations.
#[derive(Default)]
struct Seat {
    current: Option<u32>,
    estates: VecDeque<Estate>,
    /// Connections that wait for it, by key.
    stalled: Vec<u32>,
}

/// What a dead worker leaves behind.
#[derive(Debug)]
pub(super) struct Death {
    pub serial: u32,
    pub worker: u32,
    /// Messages that it had in hand.
    pub in_hand: Vec<Flight>,
}

/// Told of every message that an estate hands on.
pub(super) trait Forwarded {
    /// Whether the connection still wants it; if so, it now counts for this lane.
    fn forward(&mut self, session: u64, key: u32, lane: u32) -> bool;
}

/// See the module.
pub(super) struct Lanes {
    me: u32,
    shared: Arc<Shared>,
    berths: Vec<Arc<Berth>>,
    pub all: Slab<Lane>,
    seats: Vec<Seat>,
    /// Connections that wait for any worker, by key.
    stalled: Vec<u32>,
    serials: u32,
    /// How often the idlest lane was chosen.
    choices: u64,
    /// Something may be waiting: `settle` has work.
    unsettled: bool,
}

impl Lanes {
    pub fn new(me: u32, shared: &Arc<Shared>, berths: Vec<Arc<Berth>>) -> Lanes {
        let seats = (0..shared.shape.workers).map(|_| Seat::default()).collect();
        Lanes {
            me,
            shared: Arc::clone(shared),
            berths,
            all: Slab::new(),
            seats,
            stalled: Vec::new(),
            serials: 0,
            choices: 0,
            unsettled: false,
        }
    }

    /// A worker has started (1). The key of its lane; none when the lane is broken, or the numbers are none of ours.
    pub fn arrive(&mut self, worker: u32, berth: u32, pid: i32, pidfd: OwnedFd) -> Option<u32> {
        let rings = self.berths.get(berth as usize)?;
        let seat = self.seats.get_mut(worker as usize)?;
        let ends = rings
            .producer(self.me as usize, Direction::Inbound)
            .and_then(|inbound| Ok((inbound, rings.consumer(self.me as usize, Direction::Outbound)?)));
        let (inbound, outbound) = match ends {
            Ok(ends) => ends,
            Err(corrupt) => {
                log::write(Level::Error, format_args!("the lane of worker {worker} is broken: {corrupt}"));
                self.vacate(berth);
                return None;
            }
        };
        self.serials += 1;
        let lane = Lane {
            serial: self.serials,
            worker,
            berth,
            pid,
            pidfd,
            outbound,
            inbound,
            phase: Phase::Serving,
            flights: VecDeque::new(),
            first: 0,
            stragglers: HashMap::new(),
            touched: false,
            condemned: false,
            chosen: 0,
        };
        let key = self.all.insert(lane) as u32;
        if let Some(old) = seat.current.replace(key)
            && let Some(old) = self.all.get_mut(old as usize)
        {
            old.phase = Phase::Retiring { told: false };
            old.tell_to_retire();
        }
        self.unsettled = true;
        Some(key)
    }

    /// The server stops: every worker leaves once it has done what it has.
    pub fn retire_all(&mut self) {
        for seat in &mut self.seats {
            if let Some(lane) = seat.current.take().and_then(|key| self.all.get_mut(key as usize)) {
                lane.phase = Phase::Retiring { told: false };
                lane.tell_to_retire();
            }
            seat.estates.clear();
        }
        self.unsettled = true;
    }

    /// Nobody waits for the workers any longer.
    pub fn kill_all(&self) {
        for (_, lane) in &self.all {
            log::write(
                Level::Warning,
                format_args!(
                    "worker(pid={}, id={}) did not leave within max_wait_time, forced termination",
                    lane.pid, lane.worker
                ),
            );
            // If it has just ended, that was the aim.
            let _ = process::kill(lane.pid, libc::SIGKILL);
        }
    }

    /// The lane for the next message of a connection that is bound to `worker`, or for any; none when it must wait.
    #[inline]
    pub fn choose(&self, worker: u32) -> Option<u32> {
        let seat = self.seats.get(worker as usize)?;
        if seat.estates.is_empty() { seat.current } else { None }
    }

    /// The open lane after the one that had the last turn.
    pub fn choose_next(&self) -> Option<u32> {
        let turn = self.shared.control().round_robin.fetch_add(1, Relaxed);
        let count = self.seats.len() as u32;
        (0..count).find_map(|step| self.choose((turn.wrapping_add(step)) % count))
    }

    /// The open lane of the worker that has the least to do: a callback that runs, whatever reactor's message that is, and what
    /// waits for it here. Among equals it is the one that was chosen last: a client that asks again as soon as it has its answer may
    /// be faster than the callback's return, and must not be sent to a worker that has been busy for long.
    pub fn choose_idle(&mut self) -> Option<u32> {
        let mut best: Option<(usize, u64, u32)> = None;
        for worker in 0..self.seats.len() as u32 {
            let Some(key) = self.choose(worker) else { continue };
            let Some(lane) = self.all.get_mut(key as usize) else { continue };
            let load = lane.untaken() + self.shared.workers[worker as usize].busy.load(Relaxed) as usize;
            if best.is_none_or(|(least, latest, _)| load < least || (load == least && lane.chosen > latest)) {
                best = Some((load, lane.chosen, key));
            }
        }
        let (_, _, key) = best?;
        self.choices += 1;
        self.all.get_mut(key as usize)?.chosen = self.choices;
        Some(key)
    }

    /// A connection waits until `worker` (any, when out of range) takes something again.
    pub fn stall(&mut self, worker: u32, key: u32) {
        self.unsettled = true;
        match self.seats.get_mut(worker as usize) {
            Some(seat) => seat.stalled.push(key),
            None => self.stalled.push(key),
        }
    }

    /// Hands estates on (3), repeats what a full ring refused, and moves connections that need not wait any longer to `again`: no more
    /// of them than the space is good for.
    pub fn settle(&mut self, piece: usize, connections: &mut impl Forwarded, again: &mut Vec<u32>) {
        if !self.unsettled {
            return;
        }
        let mut any_space = false;
        for seat in &mut self.seats {
            let Some(key) = seat.current else { continue };
            let Some(lane) = self.all.get_mut(key as usize) else { continue };
            while let Some(estate) = seat.estates.front_mut() {
                if !hand_on(estate, lane, connections) {
                    break;
                }
                seat.estates.pop_front();
            }
            let waiting = !seat.stalled.is_empty() || !self.stalled.is_empty();
            if waiting && let Err(corrupt) = lane.inbound.check() {
                lane.condemn(&corrupt);
            }
            if waiting && seat.estates.is_empty() && lane.inbound.want_space(piece) {
                any_space = true;
                let room = 1 + self.shared.shape.ring_capacity / (2 * piece);
                again.extend(seat.stalled.drain(..room.min(seat.stalled.len())));
            }
        }
        if any_space {
            again.append(&mut self.stalled);
        }
        for (_, lane) in &mut self.all {
            lane.tell_to_retire();
        }
        self.unsettled = !self.stalled.is_empty()
            || self.seats.iter().any(|seat| !seat.stalled.is_empty() || !seat.estates.is_empty())
            || self.all.iter().any(|(_, lane)| lane.phase == (Phase::Retiring { told: false }));
    }

    /// Has all workers look for room.
    pub fn tell_of_room(&self) {
        for (_, lane) in &self.all {
            self.shared.berths[lane.berth as usize].rooms.fetch_add(1, Relaxed);
            self.shared.berth_wakes[lane.berth as usize].notify();
        }
    }

    /// Wakes the workers that got something and sleep.
    #[inline]
    pub fn wake_workers(&mut self) {
        for (_, lane) in &mut self.all {
            if std::mem::take(&mut lane.touched) && self.shared.berths[lane.berth as usize].sleeping.needs_wake() {
                self.shared.berth_wakes[lane.berth as usize].notify();
            }
        }
    }

    /// A worker is gone and its outbound ring is empty (2).
    pub fn bury(&mut self, key: u32) -> Option<Death> {
        let mut lane = self.all.try_remove(key as usize)?;
        let taken = lane.inbound.consumed();
        let (mut in_hand, mut untaken) = (Vec::new(), VecDeque::new());
        in_hand.extend(lane.stragglers.drain().map(|(_, flight)| flight));
        for flight in lane.flights.drain(..).filter(|flight| !flight.done) {
            if flight.end <= taken { in_hand.push(flight) } else { untaken.push_back(flight) }
        }
        let seat = self.seats.get_mut(lane.worker as usize)?;
        if seat.current == Some(key) {
            seat.current = None;
        }
        if !untaken.is_empty() && !self.shared.stopping() {
            let reader = self.berths[lane.berth as usize].consumer(self.me as usize, Direction::Inbound);
            let estate = reader.and_then(|reader| inherit(reader, &mut untaken));
            match estate {
                Ok(estate) => {
                    self.unsettled = true;
                    // What its lane held came before what is still to be handed on to it.
                    seat.estates.push_front(estate);
                }
                // The worker wrote where it must not: nothing in its lane can be trusted, so all of it counts as in hand.
                Err(corrupt) => {
                    log::write(Level::Error, format_args!("worker {} left a broken lane: {corrupt}", lane.worker));
                }
            }
        }
        in_hand.extend(untaken);
        self.vacate(lane.berth);
        Some(Death { serial: lane.serial, worker: lane.worker, in_hand })
    }

    fn vacate(&self, berth: u32) {
        vacate(&self.shared, &self.berths, berth);
    }
}

/// This reactor needs the berth no more (4).
fn vacate(shared: &Shared, berths: &[Arc<Berth>], berth: u32) {
    let Some(slot): Option<&BerthSlot> = shared.berths.get(berth as usize) else { return };
    if slot.users.fetch_sub(1, AcqRel) != 1 {
        return;
    }
    if let Err(error) = berths[berth as usize].recycle() {
        log::write(Level::Warning, format_args!("a lane's memory stays in use: {error}"));
    }
    slot.taken.store(0, Release);
    match shared.manager_inbox.try_send(&Message::BerthFree { berth }.envelope(), &[], None) {
        // When it is full, the manager has mail anyway and looks at the berths.
        Ok(SendState::Sent | SendState::Full) => {}
        Err(error) => log::write(Level::Warning, format_args!("the manager can't be told that a lane is free: {error}")),
    }
}

/// Copies what a dead worker had not taken. On an error `flights` still holds all of it.
fn inherit(mut reader: Consumer, flights: &mut VecDeque<Flight>) -> Result<Estate, Corrupt> {
    let mut estate = VecDeque::with_capacity(flights.len());
    while let Some(flight) = flights.get(estate.len()) {
        // What is not there any more stays with `flights`: the worker has moved what was ours to write.
        let Some(record) = reader.peek()? else { break };
        if record.header.kind != inbound::RETIRE {
            if (record.end, record.header.session) != (flight.end, flight.session) {
                return Err(Corrupt::Header { position: record.end, kind: record.header.kind, len: record.header.len });
            }
            estate.push_back(Untaken { flight: *flight, header: record.header, payload: record.payload.into() });
        }
        reader.release();
    }
    flights.drain(..estate.len());
    Ok(estate)
}

/// Moves messages from an estate to a lane; true when nothing is left.
fn hand_on(estate: &mut Estate, lane: &mut Lane, connections: &mut impl Forwarded) -> bool {
    while let Some(Untaken { flight: Flight { session, key, .. }, header, payload }) = estate.front() {
        if connections.forward(*session, *key, lane.serial) {
            match lane.inbound.push(header.kind, header.flags, header.aux, *session, payload) {
                Ok(end) => lane.launched(*session, *key, end, header.kind == inbound::CLOSE),
                Err(_) if lane.inbound.want_space(payload.len()) => continue,
                Err(_) => return false,
            }
        }
        estate.pop_front();
    }
    true
}

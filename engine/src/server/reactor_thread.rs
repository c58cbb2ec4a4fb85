//! A reactor thread of PROCESS mode: it owns connections, reads from them into lanes, and writes to them what lanes bring.
//!
//! A turn of its loop: take what workers sent, look again at connections that waited, hand estates on, wake the workers that got
//! something, sleep. Anything that it can't do now it notes, and goes on with the others. It must not know the application.

use std::{
    os::fd::AsRawFd,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use parking_lot::Mutex;

use super::{
    accept::{Accept, Accepted, Acceptor, REST},
    connection::{Connection, Life, Read, Waiting},
    lanes::{Lane, Lanes},
    message::{Message, inbound, outbound},
    owned::{Owned, Step, announce},
    shared::Shared,
    token::Source,
};
use crate::{
    Result,
    ipc::InboxReceiver,
    options::{DispatchMode, WorkerDeathClose},
    reactor::{EventLoop, Readiness, Wake},
    shm::{
        berth::Berth,
        control::{Phase, bump},
        table::{NO_WORKER, State},
    },
    sys::process,
};

/// Reads of one connection before the others have their turn.
const READS_A_TURN: usize = 4;
/// One read, in bytes; without framing also one message.
const READ_SIZE: usize = 65_536;
/// Records taken from one lane before the others have their turn.
const RECORDS_A_TURN: usize = 256;
/// Connections accepted before the others have their turn.
const ACCEPTS_A_TURN: usize = 64;

/// A timer of this loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// Accept again.
    Accept,
    /// Do not wait for slow readers any longer.
    GiveUp,
    /// Do not wait any longer for workers that nobody watches.
    Abandon,
}

/// Connections on their way from the accepting reactor to another.
#[derive(Default)]
pub(super) struct Handover {
    accepted: Mutex<Vec<Accepted>>,
}

/// What a reactor thread is made of.
pub(super) struct Assignment {
    pub me: u32,
    pub shared: Arc<Shared>,
    pub berths: Vec<Arc<Berth>>,
    pub inbox: InboxReceiver,
    pub handovers: Arc<[Handover]>,
}

/// How far the thread is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    Serving,
    /// The workers are to finish; nothing new is read.
    Finishing,
    /// There is no manager any more; workers may be left.
    Abandoned,
    /// The workers are gone; what is queued is still sent.
    Flushing,
}

/// See the module.
pub(super) struct ReactorThread {
    owned: Owned,
    lanes: Lanes,
    events: EventLoop<Due>,
    inbox: InboxReceiver,
    handovers: Arc<[Handover]>,
    /// Only the first reactor accepts.
    acceptor: Option<Acceptor>,
    /// Ports of which the edge has been seen, and not the end of who waits there.
    accepting: Vec<u16>,
    /// A timer is set to accept again.
    accept_rests: bool,
    course: Course,
}

impl ReactorThread {
    /// Opens the loop and registers what the thread waits for.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub fn new(assignment: Assignment) -> Result<ReactorThread> {
        let Assignment { me, shared, berths, inbox, handovers } = assignment;
        let events = EventLoop::new(None)?;
        events.watch_read(inbox.as_raw_fd(), Source::Inbox.token())?;
        events.watch_read(shared.owner_wakes[me as usize].as_raw_fd(), Source::Lanes.token())?;
        // Of every worker each reactor has a descriptor, and each reactor a few more for what comes through its inbox.
        let reserve = shared.shape.reactors * (shared.shape.berths + 4);
        let acceptor = (me == 0).then(|| Acceptor::new(&shared, reserve));
        if acceptor.is_some() {
            for (index, port) in shared.ports.iter().enumerate() {
                events.watch_read(port.listener.as_raw_fd(), Source::Listener(index as u32).token())?;
            }
        }
        let lanes = Lanes::new(me, &shared, berths);
        let owned = Owned::new(me, &shared);
        Ok(ReactorThread {
            owned,
            lanes,
            events,
            inbox,
            handovers,
            acceptor,
            accepting: Vec::new(),
            accept_rests: false,
            course: Course::Serving,
        })
    }

    /// Runs until the server has stopped.
    ///
    /// # Errors
    /// `Error::System` when the poll fails: the server can't go on.
    pub fn run(mut self) -> Result<()> {
        let mut wakes = Vec::new();
        loop {
            let busy = self.take_outbound();
            self.look_again();
            self.lanes.settle(READ_SIZE, &mut self.owned.connections, &mut self.owned.again);
            self.accept_more()?;
            if std::mem::take(&mut self.owned.room) {
                self.lanes.tell_of_room();
            }
            self.lanes.wake_workers();
            self.follow_course();
            if self.is_over() {
                return Ok(());
            }
            let at_once = busy || !self.owned.again.is_empty() || !self.accepting.is_empty();
            self.sleep(at_once, &mut wakes)?;
            for wake in &wakes {
                self.handle(*wake)?;
            }
        }
    }

    /// Waits for something to do. A record that a worker publishes meanwhile either is seen by the look after `prepare`, or its
    /// worker sees the flag and writes the eventfd.
    fn sleep(&mut self, at_once: bool, wakes: &mut Vec<Wake<Due>>) -> Result<()> {
        let flag = &self.owned.shared.owners[self.owned.me as usize].sleeping;
        let timeout = if at_once {
            Some(Duration::ZERO)
        } else {
            let wants_done = u32::from(!self.owned.awaiting_done.is_empty() || self.course != Course::Serving);
            self.owned.shared.owners[self.owned.me as usize].wants_done.store(wants_done, Relaxed);
            flag.prepare();
            if self.lanes.all.iter().all(|(_, lane)| lane.outbound.is_empty()) { None } else { Some(Duration::ZERO) }
        };
        let slept = self.events.wait(timeout, wakes);
        flag.awake();
        self.owned.now = process::realtime_ns();
        slept
    }

    fn handle(&mut self, wake: Wake<Due>) -> Result<()> {
        match wake {
            Wake::Timer(Due::Accept) => {
                self.accept_rests = false;
                self.accepting = (0..self.owned.shared.ports.len() as u16).collect();
            }
            Wake::Timer(Due::GiveUp) => self.owned.close_all(),
            Wake::Timer(Due::Abandon) => self.lanes.kill_all(),
            Wake::Signal(_) => {}
            Wake::Ready(token, ready) => match Source::of(token) {
                Some(Source::Connection(key)) => self.ready(key, ready),
                Some(Source::Listener(port)) if !self.accepting.contains(&(port as u16)) => self.accepting.push(port as u16),
                Some(Source::Lanes) => self.take_handover()?,
                Some(Source::Inbox) => self.read_inbox()?,
                Some(Source::Worker(key)) => self.bury(key)?,
                Some(Source::Listener(_) | Source::Outbox(_) | Source::Application) | None => {}
            },
        }
        Ok(())
    }

    #[inline]
    fn ready(&mut self, key: u32, ready: Readiness) {
        let Some(connection) = self.owned.connections.get_mut(key as usize) else { return };
        connection.ready(ready.readable, ready.read_closed);
        if ready.writable && connection.queued() > 0 {
            self.owned.flush(key);
        }
        // One that waits for its turn or its worker is looked at then.
        if self.owned.connections.get(key as usize).is_some_and(|connection| connection.waiting == Waiting::No) {
            self.pump(key);
        }
    }

    fn look_again(&mut self) {
        if self.owned.again.is_empty() {
            return;
        }
        for key in std::mem::take(&mut self.owned.again) {
            if let Some(connection) = self.owned.connections.get_mut(key as usize) {
                connection.waiting = Waiting::No;
                self.pump(key);
            }
        }
    }

    /// Does for one connection whatever can be done now: greet, read, say goodbye.
    fn pump(&mut self, key: u32) {
        let shared = &self.owned.shared;
        for _ in 0..READS_A_TURN {
            let Some(connection) = self.owned.connections.get_mut(key as usize) else { return };
            let step = Step::next(connection);
            if step == Step::Nothing {
                break;
            }
            if step == Step::Read && self.course != Course::Serving {
                return;
            }
            let bound = connection.worker != NO_WORKER;
            let chosen = match (bound, shared.options.dispatch_mode) {
                (true, _) => self.lanes.choose(connection.worker),
                (false, DispatchMode::Idle) => self.lanes.choose_idle(),
                (false, DispatchMode::RoundRobin | DispatchMode::Fixed) => self.lanes.choose_next(),
            };
            let Some(lane) = chosen.and_then(|lane| self.lanes.all.get_mut(lane as usize)) else {
                connection.waiting = Waiting::Worker;
                let worker = connection.worker;
                return self.lanes.stall(worker, key);
            };
            if bound && connection.in_hand > 0 && connection.lane != lane.serial {
                connection.waiting = Waiting::InHand;
                self.owned.awaiting_done.insert(key);
                return;
            }
            let launched = match step {
                Step::Greet => lane.inbound.push(inbound::CONNECT, 0, connection.port, connection.session, &[]).ok(),
                Step::SayGoodbye(flags) => {
                    lane.inbound.push(inbound::CLOSE, flags, connection.port, connection.session, &[]).ok()
                }
                Step::Read => match lane.inbound.reserve(READ_SIZE) {
                    None => None,
                    Some(mut space) => match connection.read(space.bytes()) {
                        Read::Data(count) => {
                            let counters = &shared.owners[self.owned.me as usize];
                            bump(&counters.received_bytes, count as u64);
                            bump(&counters.dispatched, 1);
                            shared.table.stamp_received(connection.session, self.owned.now);
                            Some(space.commit(inbound::DATA, 0, connection.port, connection.session, count))
                        }
                        Read::Blocked => break,
                        Read::End => {
                            connection.life = Life::PeerClosed(announce(shared.wants_close(connection.port)));
                            continue;
                        }
                        Read::Broken(error) => {
                            shared.table.set_close_errno(connection.session, error.raw_os_error().unwrap_or(0));
                            connection.life = Life::PeerClosed(announce(shared.wants_close(connection.port)));
                            continue;
                        }
                    },
                },
                Step::Nothing => break,
            };
            let Some(end) = launched else {
                connection.waiting = Waiting::Worker;
                let worker = connection.worker;
                return self.lanes.stall(worker, key);
            };
            lane.launched(connection.session, key, end, matches!(step, Step::SayGoodbye(_)));
            connection.in_hand += 1;
            connection.lane = lane.serial;
            step.done(connection);
        }
        self.owned.conclude(key);
    }

    /// Takes what workers sent, from each lane in turn; true when there may be more.
    fn take_outbound(&mut self) -> bool {
        let mut more = false;
        for (_, lane) in &mut self.lanes.all {
            more |= take_from(lane, &mut self.owned, self.course);
        }
        more
    }

    fn read_inbox(&mut self) -> Result<()> {
        while let Some(mut received) = self.inbox.recv()? {
            match Message::of(&received.envelope) {
                Some(Message::Send { session }) => self.owned.send(session, received.body.as_bytes(), None, true),
                Some(Message::Close { session, reset }) => self.owned.close_asked(session, None, reset, false),
                Some(Message::WorkerUp { worker, berth, pid }) => {
                    let pidfd = match received.fd.take() {
                        Some(pidfd) => pidfd,
                        None => process::pidfd_open(pid)?,
                    };
                    let raw = pidfd.as_raw_fd();
                    if let Some(key) = self.lanes.arrive(worker, berth, pid, pidfd) {
                        self.events.watch_read(raw, Source::Worker(key).token())?;
                    }
                    if self.course != Course::Serving {
                        self.lanes.retire_all();
                    }
                }
                Some(Message::Retire { .. } | Message::BerthFree { .. } | Message::Room) | None => {}
            }
        }
        Ok(())
    }

    /// A worker has gone: settles what it leaves behind.
    fn bury(&mut self, key: u32) -> Result<()> {
        let Some(lane) = self.lanes.all.get_mut(key as usize) else { return Ok(()) };
        self.events.forget(lane.pidfd.as_raw_fd())?;
        while take_from(lane, &mut self.owned, self.course) {}
        let Some(death) = self.lanes.bury(key) else { return Ok(()) };
        for flight in &death.in_hand {
            if let Some(connection) = self.owned.find(flight.session, flight.key) {
                connection.in_hand = connection.in_hand.saturating_sub(1);
                if flight.closing {
                    connection.said_goodbye();
                }
            }
            self.owned.close_by_server(flight.key, Some(flight.session));
        }
        let all = self.owned.shared.options.worker_death_close == WorkerDeathClose::All;
        let table = &self.owned.shared.table;
        let affected = |connection: &Connection| {
            let bound = connection.worker == death.worker;
            // It had begun to close it, and the rest of that is gone with it.
            let half_closed = bound && connection.life == Life::Open && table.state(connection.session) != Some(State::Open);
            connection.runs.needs(death.serial) || half_closed || (all && bound)
        };
        let affected: Vec<u32> =
            self.owned.connections.iter().filter(|(_, connection)| affected(connection)).map(|(key, _)| key as u32).collect();
        affected.into_iter().for_each(|key| self.owned.close_by_server(key, None));
        // Whoever waited for what this worker had in hand need not any longer.
        for (key, connection) in &mut self.owned.connections {
            if connection.waiting == Waiting::InHand && connection.in_hand == 0 {
                connection.waiting = Waiting::Turn;
                self.owned.again.push(key as u32);
            }
        }
        Ok(())
    }

    fn accept_more(&mut self) -> Result<()> {
        for port in std::mem::take(&mut self.accepting) {
            let mut left = ACCEPTS_A_TURN;
            while let Some(acceptor) = self.acceptor.as_mut().filter(|_| self.course == Course::Serving) {
                match acceptor.accept(port) {
                    Accept::Taken(accepted) => self.hand_out(accepted)?,
                    Accept::Nobody => break,
                    Accept::Rest => {
                        // One timer for all ports: each that had its own would double them every time.
                        if !std::mem::replace(&mut self.accept_rests, true) {
                            self.events.set_timer(REST, Due::Accept);
                        }
                        break;
                    }
                }
                left -= 1;
                if left == 0 {
                    self.accepting.push(port);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Gives a new connection to the reactor that has the fewest.
    fn hand_out(&mut self, accepted: Accepted) -> Result<()> {
        let owners = &self.owned.shared.owners;
        let least = (0..owners.len()).min_by_key(|owner| owners[*owner].connections.load(Relaxed)).unwrap_or(0);
        owners[least].connections.fetch_add(1, Relaxed);
        if least == self.owned.me as usize {
            return self.adopt(accepted);
        }
        self.handovers[least].accepted.lock().push(accepted);
        self.owned.shared.owner_wakes[least].notify();
        Ok(())
    }

    fn take_handover(&mut self) -> Result<()> {
        let accepted = std::mem::take(&mut *self.handovers[self.owned.me as usize].accepted.lock());
        accepted.into_iter().try_for_each(|accepted| self.adopt(accepted))
    }

    fn adopt(&mut self, accepted: Accepted) -> Result<()> {
        let (key, fd) = self.owned.adopt(accepted);
        self.events.watch(fd, Source::Connection(key).token())?;
        self.pump(key);
        Ok(())
    }

    /// Follows the server towards its end, by all the steps that are due: no wake-up tells of the second one when both phases were reached during one sleep.
    fn follow_course(&mut self) {
        if self.course == Course::Serving && self.owned.shared.stopping() {
            self.course = Course::Finishing;
            self.acceptor = None;
            self.accepting.clear();
            self.lanes.retire_all();
            self.lanes.wake_workers();
            self.owned.end_idle();
        }
        let stopped = self.owned.shared.control().phase() == Phase::Stopped;
        if self.course == Course::Finishing && stopped {
            // If workers are left, the manager was killed and can't see to it that they leave in time.
            self.course = Course::Abandoned;
            self.events.set_timer(self.owned.shared.options.max_wait_time, Due::Abandon);
        }
        if self.course == Course::Abandoned && self.lanes.all.is_empty() {
            self.course = Course::Flushing;
            self.owned.end_all();
            self.events.set_timer(self.owned.shared.options.max_wait_time, Due::GiveUp);
        }
    }

    fn is_over(&self) -> bool {
        self.course == Course::Flushing && self.owned.connections.is_empty()
    }
}

/// Takes a number of records out of a lane; true when there may be more.
fn take_from(lane: &mut Lane, owned: &mut Owned, course: Course) -> bool {
    for _ in 0..RECORDS_A_TURN {
        if lane.is_condemned() {
            return false;
        }
        let header = match lane.outbound.peek() {
            Ok(None) => return false,
            Ok(Some(record)) => {
                if record.header.kind == outbound::SEND {
                    let last = record.header.flags & outbound::LAST != 0;
                    owned.send(record.header.session, record.payload, Some(lane.serial), last);
                }
                record.header
            }
            Err(corrupt) => {
                lane.condemn(&corrupt);
                return false;
            }
        };
        lane.outbound.release();
        if lane.outbound.must_signal_space() {
            owned.shared.berth_wakes[lane.berth as usize].notify();
        }
        match header.kind {
            outbound::SEND => {}
            outbound::CLOSE => {
                let (reset, notified) = (header.flags & outbound::RESET != 0, header.flags & outbound::NOTIFIED != 0);
                owned.close_asked(header.session, Some(lane.serial), reset, notified);
            }
            outbound::DONE => match lane.landed(header.session) {
                Some(flight) => owned.landed(flight, course != Course::Serving),
                None => lane.condemn(&format_args!("message {} is not in its hands", header.session)),
            },
            kind => lane.condemn(&format_args!("no record has the kind {kind}")),
        }
    }
    true
}

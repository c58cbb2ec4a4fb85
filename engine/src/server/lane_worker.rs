//! A PROCESS worker: it takes messages from its lanes, calls the application, and sends what that says back through the lanes.
//!
//! 1. A record is copied and released before its callback runs: a message that kills its worker is not delivered twice.
//! 2. What does not fit a lane waits here, by session, and sessions take turns; what comes later for a session follows it.
//! 3. A message is done when its token is dropped; DONE follows its answers.
//! 4. The worker leaves when every reactor has said that nothing follows, or when it is to end and there are no reactors any more.
//!
//! No borrow is held while the application is called, since it calls back. It must not know sockets.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    os::fd::AsRawFd,
    rc::Rc,
    sync::{
        Arc,
        atomic::{
            Ordering::{Relaxed, SeqCst},
            fence,
        },
    },
    time::Duration,
};

use super::{
    app::{Application, ClosedBy, Event, InHand, Process, Settle},
    context::{Context, InboxLink, Link, begin_close, check_send},
    message::{Message, inbound, outbound},
    shared::Shared,
    token::{Source, is_application_ready, watch_application},
    worker::{End, LOOK_AGAIN, Staff},
};
use crate::{
    Error, Result,
    ipc::SendState,
    log::{self, Level},
    reactor::{EventLoop, Wake},
    shm::{
        berth::{Berth, Direction},
        control::Phase,
        ring::{Consumer, Corrupt, MAX_PAYLOAD, Producer},
        table::{Location, NO_WORKER, State},
    },
    sys::{atfork::forked_by_program, process, signal::SignalSource},
};

/// Records taken from one lane before the others have their turn.
const RECORDS_A_TURN: usize = 64;
/// Turns without sleep before descriptors are looked at all the same.
const TURNS_WITHOUT_POLL: u32 = 64;

/// One record that did not fit its lane.
enum Op {
    /// The rest of a message, from this offset.
    Send {
        data: Vec<u8>,
        from: usize,
    },
    Close {
        flags: u8,
    },
    Done {
        sequence: u64,
    },
}

/// What waits for one session.
struct Waiting {
    session: u64,
    ops: VecDeque<Op>,
    bytes: usize,
}

/// The sending side of a lane.
struct Sending {
    ring: Producer,
    waiting: VecDeque<Waiting>,
}

/// One lane, the worker's side.
struct WorkerLane {
    reactor: u32,
    taking: RefCell<Consumer>,
    sending: RefCell<Sending>,
    /// Messages taken so far.
    taken: Cell<u64>,
    /// The reactor has said that nothing follows.
    retired: Cell<bool>,
    /// The worker can't go on.
    failed: Rc<Cell<bool>>,
    shared: Arc<Shared>,
    _rings: Arc<Berth>,
}

/// See the module. The part that callbacks reach, too.
struct LaneWorker<A: Application> {
    staff: Staff<A>,
    shared: Arc<Shared>,
    me: u32,
    lanes: Vec<Rc<WorkerLane>>,
    inboxes: Rc<InboxLink>,
}

/// Runs worker `me` in `berth` until it ends.
///
/// # Errors
/// What keeps the worker from starting.
pub(super) fn run<A: Application + 'static>(
    app: &Rc<A>,
    context: &Rc<Context>,
    shared: &Arc<Shared>,
    me: u32,
    berth: u32,
    rings: Arc<Berth>,
    signals: SignalSource,
) -> Result<End> {
    let Some(inboxes) = context.inbox_link() else { return Err(Error::NotRunning) };
    let staff = Staff::new(Rc::clone(app), Arc::clone(shared), me);
    let lane = |reactor| WorkerLane::new(reactor, shared, &rings, &staff.failed);
    let lanes = (0..shared.shape.reactors).map(lane).collect::<Result<Vec<_>>>()?;
    let worker = Rc::new(LaneWorker { staff, shared: Arc::clone(shared), me, lanes, inboxes });
    context.take_role(Process::Worker(me), Some(Rc::clone(&worker) as Rc<dyn Link>));
    let mut events = EventLoop::<()>::new(Some(signals))?;
    events.watch_read(shared.berth_wakes[berth as usize].as_raw_fd(), Source::Lanes.token())?;
    watch_application(&**app, &events)?;
    worker.serve(&mut events, berth)
}

impl<A: Application + 'static> LaneWorker<A> {
    fn serve(&self, events: &mut EventLoop<()>, berth: u32) -> Result<End> {
        let slot = &self.shared.berths[berth as usize];
        let sleeping = &slot.sleeping;
        let mut rooms = slot.rooms.load(Relaxed);
        let mut wakes: Vec<Wake<()>> = Vec::new();
        let mut turns = 0;
        let mut asked = false;
        self.staff.start();
        while self.staff.may_take() {
            let mut busy = false;
            for lane in &self.lanes {
                busy |= self.take_from(lane);
                self.flush(lane);
            }
            let now = slot.rooms.load(Relaxed);
            if std::mem::replace(&mut rooms, now) != now {
                self.staff.rooms.look();
            }
            self.staff.tell_of_room(|session| self.has_room(session));
            let pending = self.staff.run_due(is_application_ready(&wakes));
            wakes.clear();
            if self.may_leave() || !self.staff.may_take() {
                break;
            }
            if self.staff.wants_to_end() && !asked {
                asked = self.ask_for_retirement();
            }
            turns += 1;
            if busy && turns < TURNS_WITHOUT_POLL && !events.signal_pending() {
                continue;
            }
            turns = 0;
            let inboxes_empty = self.inboxes.flush()?;
            let mut timeout = if inboxes_empty { None } else { Some(Duration::from_millis(1)) };
            if busy {
                timeout = Some(Duration::ZERO);
            } else {
                sleeping.prepare();
                if self.staff.rooms.is_due() || self.lanes.iter().any(|lane| !lane.taking.borrow().is_empty()) {
                    timeout = Some(Duration::ZERO);
                }
            }
            if self.staff.wants_to_end() && (!asked || self.manager_is_gone()) {
                timeout = Some(timeout.map_or(LOOK_AGAIN, |timeout| timeout.min(LOOK_AGAIN)));
            }
            let waited = events.wait(pending.at_most(timeout), &mut wakes);
            sleeping.awake();
            waited?;
            for wake in &wakes {
                if let Wake::Signal(signal) = *wake {
                    self.staff.signal(signal);
                }
            }
        }
        self.leave(events)
    }

    fn leave(&self, events: &mut EventLoop<()>) -> Result<End> {
        if !self.staff.may_take() && self.staff.is_well() {
            // If the manager does not get it, the end of this process says the same, later.
            self.ask_for_retirement();
        }
        self.staff.wind_down(events, |_| {
            for lane in &self.lanes {
                self.flush(lane);
            }
            self.staff.tell_of_room(|session| self.has_room(session));
            self.inboxes.flush().map(drop)
        })?;
        let end = self.staff.end();
        // What callbacks sent last still goes; a worker that failed has only its rings' contents to offer.
        let mut wakes = Vec::new();
        while self.staff.is_well() && !self.reactors_are_gone() {
            let sent: Vec<bool> = self.lanes.iter().map(|lane| lane.flush()).collect();
            if sent.iter().all(|all| *all) && self.inboxes.flush()? {
                break;
            }
            // A reactor that makes space says so by the eventfd; one that has gone does not.
            events.wait(Some(LOOK_AGAIN), &mut wakes)?;
        }
        Ok(end)
    }

    /// Whether nothing more can come (4).
    fn may_leave(&self) -> bool {
        self.lanes.iter().all(|lane| lane.retired.get()) || (self.staff.wants_to_end() && self.reactors_are_gone())
    }

    /// The manager says so when it outlives the master; otherwise it can be seen.
    fn reactors_are_gone(&self) -> bool {
        let control = self.shared.control();
        if control.orphaned.load(Relaxed) != 0 {
            return true;
        }
        // A worker whose manager was gone before it could tell the reactors is one that they do not wait for.
        let unknown = || control.phase() == Phase::Stopped && self.lanes.iter().all(|lane| lane.taken.get() == 0);
        self.manager_is_gone() && (unknown() || process::has_ended(control.master_pid.load(Relaxed)))
    }

    fn manager_is_gone(&self) -> bool {
        process::parent_pid() != self.shared.control().manager_pid.load(Relaxed)
    }

    /// Asks the manager for a successor; then the reactors say that nothing follows. When the server stops they say so by themselves.
    /// False when it has to be repeated.
    fn ask_for_retirement(&self) -> bool {
        if self.shared.stopping() {
            return true;
        }
        let retire = Message::Retire { worker: self.me, pid: process::pid(), failed: !self.staff.may_take() };
        match self.shared.manager_inbox.try_send(&retire.envelope(), &[], None) {
            Ok(state) => state == SendState::Sent,
            // The manager is gone, and with it the server ends.
            Err(_) => true,
        }
    }

    /// Takes a number of records; true when there may be more.
    fn take_from(&self, lane: &Rc<WorkerLane>) -> bool {
        for _ in 0..RECORDS_A_TURN {
            if !self.staff.may_take() {
                return false;
            }
            let mut taking = lane.taking.borrow_mut();
            let (header, data) = match taking.peek() {
                Ok(None) => return false,
                Ok(Some(record)) => {
                    let data = (record.header.kind == inbound::DATA).then(|| self.staff.app.take(record.payload));
                    (record.header, data)
                }
                Err(corrupt) => {
                    // The reactors are threads of the master: if they write nonsense, nothing can be saved.
                    log::write(Level::Error, format_args!("worker {} got a broken lane: {corrupt}", self.me));
                    self.staff.fail(255);
                    return false;
                }
            };
            taking.release(); // 1
            if taking.must_signal_space() {
                self.shared.owner_wakes[lane.reactor as usize].notify();
            }
            drop(taking);
            self.handle(
                lane,
                header.kind,
                header.flags,
                Event { port: header.aux, session: header.session, reactor: lane.reactor },
                data,
            );
        }
        true
    }

    #[inline]
    fn handle(&self, lane: &Rc<WorkerLane>, kind: u8, flags: u8, event: Event, data: Option<A::Data>) {
        if kind == inbound::RETIRE {
            lane.retired.set(true);
            return;
        }
        let sequence = lane.taken.get();
        lane.taken.set(sequence + 1);
        let in_hand = InHand::of(Rc::clone(lane) as Rc<dyn Settle>, sequence, event.session);
        match (kind, data) {
            (inbound::DATA, Some(data)) => self.staff.message(|app| app.on_receive(event, data, in_hand)),
            (inbound::CONNECT, _) => self.staff.call(|app| app.on_connect(event, in_hand)),
            (inbound::CLOSE, _) => {
                let table = &self.shared.table;
                let mine = table.advance(event.session, State::Open, State::Closed)
                    || table.advance(event.session, State::Closing, State::Closed);
                // Otherwise `close` in this worker has run the callback already.
                let by = if flags & inbound::BY_SERVER != 0 { ClosedBy::Server } else { ClosedBy::Peer(event.reactor) };
                self.staff.rooms.look();
                if mine {
                    self.staff.call(|app| app.on_close(event, by, in_hand));
                }
            }
            _ => {
                // As for a lane that is broken in another way.
                in_hand.abandon();
                log::write(Level::Error, format_args!("worker {} got a broken lane: no record has the kind {kind}", self.me));
                self.staff.fail(255);
            }
        }
    }

    /// Sends what waits for a lane, which may make room.
    #[inline]
    fn flush(&self, lane: &WorkerLane) {
        if !lane.sending.borrow().waiting.is_empty() {
            lane.flush();
            self.staff.rooms.look();
        }
    }

    fn lane_of(&self, at: &Location) -> Option<&Rc<WorkerLane>> {
        self.lanes.get(usize::from(at.owner))
    }
}

impl<A: Application + 'static> Link for LaneWorker<A> {
    #[inline]
    fn send(&self, session: u64, data: &[u8]) -> Result<()> {
        let at = check_send(&self.shared, session, data.len())?;
        let Some(lane) = self.lane_of(&at) else { return Err(Error::SessionNotExist(session)) };
        lane.send(session, data, self.shared.output_limit(at.port))?;
        self.staff.count_response();
        Ok(())
    }

    fn close(&self, session: u64, reset: bool) -> Result<()> {
        let at = begin_close(&self.shared, session)?;
        let Some(lane) = self.lane_of(&at) else { return Err(Error::SessionNotExist(session)) };
        let mut flags = if reset { outbound::RESET } else { 0 };
        if at.worker == self.me || (at.worker == NO_WORKER && self.shared.delivers_events()) {
            flags |= outbound::NOTIFIED;
            if self.shared.table.advance(session, State::Closing, State::Closed) && self.shared.wants_close(at.port) {
                let event = Event { port: at.port, session, reactor: u32::from(at.owner) };
                self.staff.call(|app| app.on_close(event, ClosedBy::Server, InHand::nothing()));
            }
        }
        lane.close(session, flags);
        self.staff.rooms.look();
        Ok(())
    }

    fn want_room(&self, session: u64) -> bool {
        self.staff.rooms.want(&self.shared, session);
        true
    }

    fn has_room(&self, session: u64) -> bool {
        let Some(at) = self.shared.table.locate(session).filter(|at| at.state == State::Open) else { return true };
        let limit = self.shared.output_limit(at.port);
        at.send_queued < limit && self.lane_of(&at).is_none_or(|lane| lane.waits_with(session) < limit)
    }
}

impl WorkerLane {
    fn new(reactor: u32, shared: &Arc<Shared>, rings: &Arc<Berth>, failed: &Rc<Cell<bool>>) -> Result<Rc<WorkerLane>> {
        let broken = |corrupt: Corrupt| Error::WrongOperation(format!("the lane to reactor {reactor} is broken: {corrupt}"));
        let taking = rings.consumer(reactor as usize, Direction::Inbound).map_err(broken)?;
        let ring = rings.producer(reactor as usize, Direction::Outbound).map_err(broken)?;
        Ok(Rc::new(WorkerLane {
            reactor,
            taking: RefCell::new(taking),
            sending: RefCell::new(Sending { ring, waiting: VecDeque::new() }),
            taken: Cell::new(0),
            retired: Cell::new(false),
            failed: Rc::clone(failed),
            shared: Arc::clone(shared),
            _rings: Arc::clone(rings),
        }))
    }

    fn wake_reactor(&self) {
        if self.shared.owners[self.reactor as usize].sleeping.needs_wake() {
            self.shared.owner_wakes[self.reactor as usize].notify();
        }
    }

    fn send(&self, session: u64, data: &[u8], limit: u64) -> Result<()> {
        let mut sending = self.sending.borrow_mut();
        let mut sent = 0;
        if sending.waiting.is_empty() {
            while sent < data.len() {
                let piece = &data[sent..data.len().min(sent + MAX_PAYLOAD)];
                let last = if sent + piece.len() == data.len() { outbound::LAST } else { 0 };
                if sending.ring.push(outbound::SEND, last, 0, session, piece).is_err() {
                    break;
                }
                sent += piece.len();
            }
        }
        let mut result = Ok(());
        if sent < data.len() {
            let waiting = sending.waiting_for(session);
            // A message that has begun must be finished.
            if sent == 0 && waiting.bytes as u64 >= limit {
                result = Err(Error::OutputOverflow(session));
            } else {
                waiting.bytes += data.len() - sent;
                waiting.ops.push_back(Op::Send { data: data[sent..].to_vec(), from: 0 });
            }
            sending.drop_idle();
            sending.flush();
        }
        drop(sending);
        self.wake_reactor();
        result
    }

    fn close(&self, session: u64, flags: u8) {
        let mut sending = self.sending.borrow_mut();
        let waits = sending.waiting.iter().any(|waiting| waiting.session == session);
        if waits || sending.ring.push(outbound::CLOSE, flags, 0, session, &[]).is_err() {
            sending.waiting_for(session).ops.push_back(Op::Close { flags });
            sending.flush();
        }
        drop(sending);
        self.wake_reactor();
    }

    /// Bytes for a session that wait for the ring.
    fn waits_with(&self, session: u64) -> u64 {
        let sending = self.sending.borrow();
        sending.waiting.iter().find(|waiting| waiting.session == session).map_or(0, |waiting| waiting.bytes as u64)
    }

    /// Sends what waits; true when nothing waits any more.
    fn flush(&self) -> bool {
        let mut sending = self.sending.borrow_mut();
        if sending.waiting.is_empty() {
            return true;
        }
        let empty = sending.flush();
        drop(sending);
        self.wake_reactor();
        empty
    }
}

impl Settle for WorkerLane {
    #[inline]
    fn settle(&self, sequence: u64, session: u64) {
        if self.failed.get() || forked_by_program() {
            // It is not dealt with; or it is the parent's message, and the parent's ring.
            return;
        }
        let mut sending = self.sending.borrow_mut();
        let waits = !sending.waiting.is_empty() && sending.waiting.iter().any(|waiting| waiting.session == session);
        if waits || sending.ring.push(outbound::DONE, 0, 0, sequence, &[]).is_err() {
            sending.waiting_for(session).ops.push_back(Op::Done { sequence });
            sending.flush();
            drop(sending);
            // Data may have gone with it, and nothing else would say so.
            return self.wake_reactor();
        }
        drop(sending);
        // By itself it is bookkeeping, for which nobody is woken, unless a reactor waits for it to let go of a connection. The fence
        // stands between publishing and looking, as in the wake-up itself.
        fence(SeqCst);
        if self.shared.owners[self.reactor as usize].wants_done.load(Relaxed) != 0 {
            self.wake_reactor();
        }
    }
}

impl Sending {
    fn waiting_for(&mut self, session: u64) -> &mut Waiting {
        let at = match self.waiting.iter().position(|waiting| waiting.session == session) {
            Some(at) => at,
            None => {
                self.waiting.push_back(Waiting { session, ops: VecDeque::new(), bytes: 0 });
                self.waiting.len() - 1
            }
        };
        &mut self.waiting[at]
    }

    fn drop_idle(&mut self) {
        self.waiting.retain(|waiting| !waiting.ops.is_empty());
    }

    /// Moves what waits into the ring, a record a session in turn (2). True when nothing is left; otherwise the reactor signals when
    /// there is space.
    fn flush(&mut self) -> bool {
        while let Some(mut front) = self.waiting.pop_front() {
            let Some(op) = front.ops.front_mut() else { continue };
            let over = match op {
                Op::Send { data, from } => {
                    let piece = &data[*from..data.len().min(*from + MAX_PAYLOAD)];
                    let last = if *from + piece.len() == data.len() { outbound::LAST } else { 0 };
                    match self.ring.push(outbound::SEND, last, 0, front.session, piece) {
                        Ok(_) => {
                            front.bytes -= piece.len();
                            *from += piece.len();
                            Some(last != 0)
                        }
                        Err(_) if self.ring.want_space(piece.len()) => Some(false),
                        Err(_) => None,
                    }
                }
                Op::Close { flags } => self.push_mark(outbound::CLOSE, *flags, front.session),
                Op::Done { sequence } => self.push_mark(outbound::DONE, 0, *sequence),
            };
            match over {
                Some(over) => {
                    if over {
                        front.ops.pop_front();
                    }
                    if !front.ops.is_empty() {
                        self.waiting.push_back(front);
                    }
                }
                None => {
                    self.waiting.push_front(front);
                    return false;
                }
            }
        }
        true
    }

    /// Some(true) when it went, Some(false) when it is worth another try, none when there is no space.
    fn push_mark(&mut self, kind: u8, flags: u8, session: u64) -> Option<bool> {
        match self.ring.push(kind, flags, 0, session, &[]) {
            Ok(_) => Some(true),
            Err(_) if self.ring.want_space(0) => Some(false),
            Err(_) => None,
        }
    }
}

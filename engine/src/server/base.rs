//! A BASE worker: it accepts, reads, calls the application and writes, all by itself.
//!
//! It owns its connections; what other processes want of them comes through its inbox. No borrow is held while the application is
//! called, since it calls back. It must not know lanes, nor who forked it.

use std::{
    cell::{Cell, RefCell},
    os::fd::AsRawFd,
    rc::Rc,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use slab::Slab;

use super::{
    accept::{self, Accept, Accepted, Acceptor, REST},
    app::{Application, ClosedBy, Event, InHand, Process},
    connection::{Announce, Connection, Life, Read, Waiting},
    context::{Context, InboxLink, Link, begin_close, check_send},
    message::Message,
    shared::Shared,
    token::{Source, is_application_ready, watch_application},
    worker::{End, Staff},
};
use crate::{
    Error, Result,
    ipc::InboxReceiver,
    log::{self, Level},
    reactor::{EventLoop, Readiness, Wake},
    shm::{
        control::bump,
        table::{NewConnection, State},
    },
    sys::{process, signal::SignalSource},
};

/// Reads of one connection before the others have their turn.
const READS_A_TURN: usize = 16;
/// One read, in bytes; without framing also one message.
const READ_SIZE: usize = 65_536;
/// Descriptors that connections leave: for what comes through the inbox, and a few of the application's.
const RESERVE: u32 = 16;
/// A worker may have so many connections more than the mean before it leaves new ones to others.
const LEAD: u32 = 8;

/// A timer of this loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// Listen again.
    Listen,
}

/// See the module. The part that callbacks reach, too.
struct Base<A: Application> {
    staff: Staff<A>,
    shared: Arc<Shared>,
    inboxes: Rc<InboxLink>,
    me: u32,
    /// Which of the processes that this number has had.
    incarnation: u32,
    connections: RefCell<Slab<Connection>>,
    /// Connections to look at again without waiting for an edge.
    again: RefCell<Vec<u32>>,
    /// Nanoseconds since 1970, as of the last wake-up.
    now: Cell<u64>,
    /// A connection takes data again, or is gone, for which somebody waits.
    room: Cell<bool>,
}

/// Runs worker `me` until it ends.
///
/// # Errors
/// What keeps the worker from starting.
pub(super) fn run<A: Application + 'static>(
    app: &Rc<A>,
    context: &Rc<Context>,
    shared: &Arc<Shared>,
    me: u32,
    inbox: InboxReceiver,
    signals: SignalSource,
) -> Result<End> {
    let Some(inboxes) = context.inbox_link() else { return Err(Error::NotRunning) };
    let base = Rc::new(Base {
        staff: Staff::new(Rc::clone(app), Arc::clone(shared), me),
        shared: Arc::clone(shared),
        inboxes,
        me,
        incarnation: shared.workers[me as usize].incarnation.load(Relaxed),
        connections: RefCell::new(Slab::new()),
        again: RefCell::new(Vec::new()),
        now: Cell::new(process::realtime_ns()),
        room: Cell::new(false),
    });
    context.take_role(Process::Worker(me), Some(Rc::clone(&base) as Rc<dyn Link>));
    let mut host =
        Host { events: EventLoop::new(Some(signals))?, acceptor: Acceptor::new(shared, RESERVE), base, inbox, listening: false };
    host.events.watch_read(host.inbox.as_raw_fd(), Source::Inbox.token())?;
    watch_application(&**app, &host.events)?;
    host.serve()
}

/// The loop around [`Base`].
struct Host<A: Application> {
    base: Rc<Base<A>>,
    events: EventLoop<Due>,
    acceptor: Acceptor,
    inbox: InboxReceiver,
    listening: bool,
}

impl<A: Application + 'static> Host<A> {
    fn serve(&mut self) -> Result<End> {
        let base = Rc::clone(&self.base);
        let staff = &base.staff;
        let first = base.me == 0 && base.incarnation <= 1;
        if first {
            staff.call(|app| app.on_start());
        }
        staff.start();
        let mut buffer = vec![0; READ_SIZE];
        let mut wakes = Vec::new();
        self.listen()?;
        let mut inboxes_empty = true;
        while !staff.wants_to_end() {
            base.tell_of_room();
            let pending = staff.run_due(is_application_ready(&wakes));
            if staff.wants_to_end() {
                break;
            }
            let timeout = match base.again.borrow().is_empty() && !base.room.get() && !staff.rooms.is_due() {
                false => Some(Duration::ZERO),
                // A full inbox has no edge to wait for that would be this loop's; it is rare, and short.
                true if !inboxes_empty => Some(Duration::from_millis(1)),
                true => None,
            };
            self.events.wait(pending.at_most(timeout), &mut wakes)?;
            base.now.set(process::realtime_ns());
            for wake in &wakes {
                match *wake {
                    Wake::Signal(signal) => staff.signal(signal),
                    Wake::Timer(Due::Listen) => self.listen()?,
                    Wake::Ready(token, ready) => match Source::of(token) {
                        Some(Source::Connection(key)) => base.ready(key, ready, &mut buffer),
                        Some(Source::Listener(port)) => self.accept(port as u16)?,
                        Some(Source::Inbox) => self.read_inbox()?,
                        Some(Source::Lanes | Source::Worker(_) | Source::Outbox(_) | Source::Application) | None => {}
                    },
                }
            }
            for key in base.again.take() {
                base.serve_again(key, &mut buffer);
            }
            inboxes_empty = base.inboxes.flush()?;
        }
        self.leave()
    }

    fn listen(&mut self) -> Result<()> {
        if !self.listening && !self.base.has_too_many() {
            accept::listen_exclusively(&self.base.shared, self.events.epoll_fd())?;
            self.listening = true;
        } else if !self.listening {
            self.events.set_timer(REST, Due::Listen);
        }
        Ok(())
    }

    fn rest(&mut self) {
        if self.listening {
            accept::stop_listening(&self.base.shared, self.events.epoll_fd());
            self.listening = false;
            self.events.set_timer(REST, Due::Listen);
        }
    }

    fn accept(&mut self, port: u16) -> Result<()> {
        match self.acceptor.accept(port) {
            Accept::Taken(accepted) => {
                let base = Rc::clone(&self.base);
                let (key, fd) = base.adopt(accepted);
                self.events.watch(fd, Source::Connection(key).token())?;
                base.welcome(key);
                if base.has_too_many() {
                    self.rest();
                }
            }
            Accept::Nobody => {}
            Accept::Rest => self.rest(),
        }
        Ok(())
    }

    /// A worker that is to end leaves its mail to its successor, which may serve already.
    fn read_inbox(&mut self) -> Result<()> {
        while !self.base.staff.wants_to_end()
            && let Some(received) = self.inbox.recv()?
        {
            match Message::of(&received.envelope) {
                Some(Message::Send { session }) => self.base.deliver(session, received.body.as_bytes()),
                Some(Message::Close { session, reset }) => self.base.close_own(session, reset),
                Some(Message::Room) => self.base.staff.rooms.look(),
                Some(Message::WorkerUp { .. } | Message::Retire { .. } | Message::BerthFree { .. }) | None => {}
            }
        }
        Ok(())
    }

    /// Ends the connections and the worker.
    fn leave(&mut self) -> Result<End> {
        accept::stop_listening(&self.base.shared, self.events.epoll_fd());
        let base = Rc::clone(&self.base);
        let staff = &base.staff;
        // On a reload too: that is how programs know it.
        if staff.may_take() && base.me == 0 {
            staff.call(|app| app.on_before_shutdown());
        }
        staff.wind_down(&mut self.events, |wakes| {
            wakes.iter().for_each(|wake| base.flush_woken(wake));
            base.tell_of_room();
            base.inboxes.flush().map(drop)
        })?;
        let open: Vec<u64> = self.base.connections.borrow().iter().map(|(_, connection)| connection.session).collect();
        for session in open {
            if staff.is_well() {
                // One that is closing already waits for a message in the inbox, which a successor may have taken.
                let _ = begin_close(&self.base.shared, session);
                self.base.close_own(session, false);
            }
        }
        self.flush_rest()?;
        self.base.inboxes.flush()?;
        Ok(staff.end())
    }

    /// Gives what is queued a last chance, for as long as the peers go on taking it, within `max_wait_time`.
    fn flush_rest(&mut self) -> Result<()> {
        let deadline = std::time::Instant::now() + self.base.shared.options.max_wait_time;
        let mut wakes = Vec::new();
        while self.base.staff.is_well() && self.base.connections.borrow().iter().any(|(_, connection)| connection.queued() > 0) {
            let left = deadline.saturating_duration_since(std::time::Instant::now());
            if left.is_zero() {
                break;
            }
            self.events.wait(Some(left), &mut wakes)?;
            wakes.iter().for_each(|wake| self.base.flush_woken(wake));
        }
        let left: Vec<u32> = self.base.connections.borrow().iter().map(|(key, _)| key as u32).collect();
        left.into_iter().for_each(|key| self.base.finish(key));
        Ok(())
    }
}

impl<A: Application> Base<A> {
    /// Whether this worker has so many connections more than the others that new ones should go to them.
    fn has_too_many(&self) -> bool {
        let owners = &self.shared.owners;
        if owners.len() < 2 {
            return false;
        }
        let counts = owners.iter().map(|owner| owner.connections.load(Relaxed));
        let mean = counts.sum::<u32>() / owners.len() as u32;
        owners[self.me as usize].connections.load(Relaxed) > mean + mean / 8 + LEAD
    }

    /// Of a worker that reads no more.
    fn flush_woken(&self, wake: &Wake<Due>) {
        if let Wake::Ready(token, _) = wake
            && let Some(Source::Connection(key)) = Source::of(*token)
        {
            self.flush(key);
        }
    }

    /// Tells callbacks, and other workers, of connections that take data again.
    fn tell_of_room(&self) {
        if self.room.take() {
            self.staff.rooms.look();
            if let Err(error) = self.inboxes.tell_of_room(Some(self.me)) {
                log::write(
                    Level::Warning,
                    format_args!("other workers can't be told that a connection takes data again: {error}"),
                );
            }
        }
        self.staff.tell_of_room(|session| self.shared.has_room(session));
    }

    /// Makes a connection of what was accepted: its key and descriptor.
    fn adopt(&self, accepted: Accepted) -> (u32, i32) {
        let Accepted { reserved, fd, peer, port } = accepted;
        let number = fd.as_raw_fd();
        let mut connections = self.connections.borrow_mut();
        let entry = connections.vacant_entry();
        let key = entry.key() as u32;
        let new = NewConnection {
            fd: number,
            key,
            owner: self.me as u16,
            port,
            worker: self.me,
            peer_family: u16::from(peer.family),
            peer_port: peer.port,
            peer_ip: peer.ip,
            connect_time: self.now.get(),
            incarnation: self.incarnation,
        };
        let session = self.shared.table.publish(reserved, &new);
        entry.insert(Connection::new(session, fd, port, self.me));
        self.shared.owners[self.me as usize].connections.fetch_add(1, Relaxed);
        (key, number)
    }

    fn welcome(&self, key: u32) {
        let Some(event) = self.connections.borrow().get(key as usize).map(|connection| self.event(connection)) else { return };
        if self.shared.wants_connect(event.port) {
            self.staff.call(|app| app.on_connect(event, InHand::nothing()));
        }
    }

    /// The connection takes data again, or is closed.
    fn note_room(&self, session: u64) {
        if self.shared.table.take_room_wanted(session) {
            self.room.set(true);
        }
    }

    fn event(&self, connection: &Connection) -> Event {
        Event { port: connection.port, session: connection.session, reactor: self.me }
    }

    fn ready(&self, key: u32, ready: Readiness, buffer: &mut [u8]) {
        let queued = match self.connections.borrow_mut().get_mut(key as usize) {
            Some(connection) => {
                connection.ready(ready.readable, ready.read_closed);
                connection.queued() > 0
            }
            None => return,
        };
        if queued && ready.writable {
            self.flush(key);
        }
        self.read(key, buffer);
    }

    fn serve_again(&self, key: u32, buffer: &mut [u8]) {
        if let Some(connection) = self.connections.borrow_mut().get_mut(key as usize) {
            connection.waiting = Waiting::No;
        }
        self.read(key, buffer);
    }

    fn read(&self, key: u32, buffer: &mut [u8]) {
        let counters = &self.shared.owners[self.me as usize];
        for _ in 0..READS_A_TURN {
            if self.staff.wants_to_end() {
                return;
            }
            let (event, outcome) = {
                let mut connections = self.connections.borrow_mut();
                let Some(connection) = connections.get_mut(key as usize).filter(|connection| connection.wants_read()) else {
                    return;
                };
                (self.event(connection), self.receive(connection, buffer))
            };
            match outcome {
                Ok((data, count)) => {
                    bump(&counters.received_bytes, count as u64);
                    bump(&counters.dispatched, 1);
                    self.shared.table.stamp_received(event.session, self.now.get());
                    self.staff.message(|app| app.on_receive(event, data, InHand::nothing()));
                }
                Err(Read::Data(_)) => {}
                Err(Read::Blocked) => return,
                Err(Read::End) => return self.peer_closed(key, event, 0),
                Err(Read::Broken(error)) => return self.peer_closed(key, event, error.raw_os_error().unwrap_or(0)),
            }
        }
        if let Some(connection) = self.connections.borrow_mut().get_mut(key as usize)
            && connection.wants_read()
            && connection.waiting == Waiting::No
        {
            connection.waiting = Waiting::Turn;
            self.again.borrow_mut().push(key);
        }
    }

    /// Reads once: a message and its size.
    #[inline]
    fn receive(&self, connection: &mut Connection, buffer: &mut [u8]) -> Result<(A::Data, usize), Read> {
        let app = &self.staff.app;
        if connection.expects_much() {
            let mut size = 0;
            let data =
                app.take_in_place(READ_SIZE, |memory| connection.read_in_place(memory).inspect(|filled| size = filled.len()))?;
            return Ok((data, size));
        }
        match connection.read(buffer) {
            Read::Data(count) => Ok((app.take(&buffer[..count]), count)),
            other => Err(other),
        }
    }

    /// The peer has ended the connection: what it asked for before is answered already; what is queued is still sent.
    fn peer_closed(&self, key: u32, event: Event, errno: i32) {
        if let Some(connection) = self.connections.borrow_mut().get_mut(key as usize) {
            connection.life = Life::PeerClosed(Announce::Needless);
        }
        self.shared.table.set_close_errno(event.session, errno);
        self.shared.table.advance(event.session, State::Open, State::Closed);
        self.note_room(event.session);
        if self.shared.wants_close(event.port) {
            self.staff.call(|app| app.on_close(event, ClosedBy::Peer(self.me), InHand::nothing()));
        }
        self.flush(key);
    }

    /// Closes a connection of this worker that counts as closing already.
    fn close_own(&self, session: u64, reset: bool) {
        let Some(at) = self.shared.table.locate(session) else { return };
        let event = {
            let mut connections = self.connections.borrow_mut();
            let Some(connection) = connections.get_mut(at.key as usize).filter(|connection| connection.session == session) else {
                return;
            };
            if connection.life != Life::Open {
                return;
            }
            connection.life = Life::ServerClosed(Announce::Needless);
            self.event(connection)
        };
        self.shared.table.advance(session, State::Closing, State::Closed);
        self.note_room(session);
        if self.shared.wants_close(event.port) {
            self.staff.call(|app| app.on_close(event, ClosedBy::Server, InHand::nothing()));
        }
        if reset {
            self.reset(at.key, session);
        } else {
            self.flush(at.key);
        }
    }

    fn reset(&self, key: u32, session: u64) {
        if let Some(connection) =
            self.connections.borrow_mut().get_mut(key as usize).filter(|connection| connection.session == session)
        {
            connection.reset_socket();
        }
        self.finish(key);
    }

    /// Sends to a connection of this worker.
    fn deliver(&self, session: u64, data: &[u8]) {
        let Some(at) = self.shared.table.locate(session) else { return };
        self.write_own(session, at.key, data);
    }

    /// False when the connection is not there.
    fn write_own(&self, session: u64, key: u32, data: &[u8]) -> bool {
        let mut connections = self.connections.borrow_mut();
        let Some(connection) = connections.get_mut(key as usize).filter(|connection| connection.session == session) else {
            return false;
        };
        let before = connection.queued();
        let sent = connection.write(data);
        bump(&self.shared.owners[self.me as usize].sent_bytes, sent as u64);
        self.shared.table.stamp_sent(session, self.now.get());
        if connection.queued() != before {
            self.shared.table.set_send_queued(session, connection.queued() as u64);
        }
        if connection.is_broken() && connection.waiting == Waiting::No {
            connection.waiting = Waiting::Turn;
            self.again.borrow_mut().push(key);
        }
        true
    }

    /// Sends what is queued, and lets the connection go when it was only waiting for that.
    fn flush(&self, key: u32) {
        let over = {
            let mut connections = self.connections.borrow_mut();
            let Some(connection) = connections.get_mut(key as usize) else { return };
            if connection.queued() > 0 {
                let before = connection.queued() as u64;
                let sent = connection.flush();
                bump(&self.shared.owners[self.me as usize].sent_bytes, sent as u64);
                let after = connection.queued() as u64;
                self.shared.table.set_send_queued(connection.session, after);
                if (after..before).contains(&self.shared.output_limit(connection.port).saturating_sub(1)) {
                    self.note_room(connection.session);
                }
            }
            connection.close_socket_when_idle();
            connection.is_over()
        };
        if over {
            self.finish(key);
        }
    }

    /// The connection is gone.
    fn finish(&self, key: u32) {
        let Some(mut connection) = self.connections.borrow_mut().try_remove(key as usize) else { return };
        connection.close_socket();
        if self.shared.table.release(connection.session) == Some(true) {
            self.room.set(true);
        }
        self.shared.owners[self.me as usize].connections.fetch_sub(1, Relaxed);
        self.shared.control().close_count.fetch_add(1, Relaxed);
    }
}

impl<A: Application> Link for Base<A> {
    fn send(&self, session: u64, data: &[u8]) -> Result<()> {
        let at = match check_send(&self.shared, session, data.len()) {
            Ok(at) => at,
            // In its own Close callback a connection can still be sent to, when it is the server that closes.
            Err(Error::SessionClosed(_)) => self.shared.table.locate(session).ok_or(Error::SessionNotExist(session))?,
            Err(error) => return Err(error),
        };
        if u32::from(at.owner) != self.me {
            return self.inboxes.send(session, data);
        }
        if !self.write_own(session, at.key, data) {
            return Err(Error::SessionNotExist(session));
        }
        self.staff.count_response();
        Ok(())
    }

    fn close(&self, session: u64, reset: bool) -> Result<()> {
        let at = self.shared.table.locate(session).ok_or(Error::SessionNotExist(session))?;
        if u32::from(at.owner) != self.me {
            return self.inboxes.close(session, reset);
        }
        begin_close(&self.shared, session)?;
        self.close_own(session, reset);
        Ok(())
    }

    fn want_room(&self, session: u64) -> bool {
        self.staff.rooms.want(&self.shared, session);
        true
    }

    fn has_room(&self, session: u64) -> bool {
        self.shared.has_room(session)
    }
}

//! Messages from connections: each brings one, gets its answer, and is closed. It must not know what is said.
//!
//! All workers wait for the same listener; the kernel wakes one of them for a connection, which takes one at a time, so that what waits is taken by
//! whoever is free. A connection whose message is not there yet holds up nobody: it waits in the loop, but not for ever.

use std::{
    io,
    net::Shutdown,
    os::fd::{AsRawFd, OwnedFd},
    sync::Arc,
    time::Duration,
};

use mio::Token;
use slab::Slab;
use socket2::SockRef;

use super::{
    frame::{self, Fed, FrameReader},
    program::Program,
    worker::{Due, Worker},
};
use crate::{
    Result,
    buffer::OutQueue,
    log::{self, Level},
    net::Listener,
    reactor::{EventLoop, Readiness},
    sys::{self, epoll},
    timer::TimerId,
};

const LISTENER: Token = Token(0);
/// The timer after which connections are accepted again.
const ACCEPT_AGAIN: Due = usize::MAX;
/// The timer after which nobody waits any more for peers that have said nothing.
const FORGET_SILENT: Due = usize::MAX - 1;

/// A peer that neither sends nor takes anything for so long is cut off.
const STALLED: Duration = Duration::from_secs(60);
/// How long nothing is accepted when this process is at its limit of open files.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a worker that is about to end waits for the first byte of a connection that it has accepted: who has just connected is about to send.
const LINGER: Duration = Duration::from_secs(1);
/// What is read at once, in bytes.
const PIECE: usize = 64 * 1024;

struct Connection {
    socket: OwnedFd,
    phase: Phase,
    patience: TimerId,
}

enum Phase {
    Reading(FrameReader),
    Answering(OutQueue),
}

/// What is to become of a connection after a step.
enum Step {
    /// The peer has to do something.
    Waits,
    /// Its message is there.
    Message(Vec<u8>),
    Over,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Accepting {
    Yes,
    Paused,
    /// The worker is about to end; what is accepted may still bring its message.
    Lingering,
    /// Now only if it has begun.
    Over,
}

/// See the module.
pub(super) struct SocketSource {
    listener: Arc<Listener>,
    accepting: Accepting,
    /// There is one to be accepted.
    offered: bool,
    connections: Slab<Connection>,
    /// Those to look at.
    ready: Vec<usize>,
    piece: Box<[u8]>,
    /// The longest message.
    most: usize,
}

impl SocketSource {
    pub fn new(listener: &Arc<Listener>, most: usize) -> SocketSource {
        SocketSource {
            listener: Arc::clone(listener),
            accepting: Accepting::Paused,
            offered: false,
            connections: Slab::new(),
            ready: Vec::new(),
            piece: vec![0; PIECE].into(),
            most,
        }
    }

    pub fn watch(&mut self, events: &mut EventLoop<Due>) -> Result<()> {
        epoll::add_exclusive_level(events.epoll_fd(), self.listener.fd(), LISTENER.0 as u64)?;
        self.accepting = Accepting::Yes;
        Ok(())
    }

    fn forget_listener(&mut self, events: &EventLoop<Due>, next: Accepting) -> Result<()> {
        if self.accepting == Accepting::Yes {
            epoll::remove(events.epoll_fd(), self.listener.fd())?;
        }
        self.accepting = next;
        self.offered = false;
        Ok(())
    }

    /// A descriptor is ready.
    pub fn ready(&mut self, token: Token, _: Readiness) {
        match token {
            LISTENER => self.offered = true,
            Token(token) => self.ready.push(token - 1),
        }
    }

    /// A timer is due.
    pub fn due(&mut self, due: Due, events: &mut EventLoop<Due>) -> Result<()> {
        if due == ACCEPT_AGAIN {
            return if self.accepting == Accepting::Paused { self.watch(events) } else { Ok(()) };
        }
        if due == FORGET_SILENT {
            self.accepting = Accepting::Over;
            return Ok(());
        }
        if let Some(connection) = self.connections.try_remove(due) {
            log::write(Level::Warning, format_args!("a connection was closed whose peer did nothing for {STALLED:?}"));
            connection.end();
        }
        Ok(())
    }

    /// Whether there may be more, of which no wake will tell.
    pub fn has_more(&self) -> bool {
        !self.ready.is_empty() || self.offered
    }

    /// Deals with what is ready, and with one new connection.
    pub fn take<P: Program>(&mut self, worker: &mut Worker<P>) -> Result<()> {
        while worker.may_take() {
            let Some(key) = self.ready.pop() else { break };
            self.go_on(key, worker);
        }
        // The listener is registered by level: if there are more, the loop says so again.
        if worker.may_take() && std::mem::take(&mut self.offered) {
            self.accept(worker)?;
        }
        Ok(())
    }

    fn accept<P: Program>(&mut self, worker: &mut Worker<P>) -> Result<()> {
        match self.listener.accept() {
            Ok(None) => {}
            Ok(Some((socket, _))) => {
                let entry = self.connections.vacant_entry();
                let key = entry.key();
                worker.events.watch(socket.as_raw_fd(), Token(key + 1))?;
                let patience = worker.events.set_timer(STALLED, key);
                entry.insert(Connection { socket, phase: Phase::Reading(FrameReader::default()), patience });
                self.go_on(key, worker);
            }
            Err(error) => {
                log::write(Level::Warning, format_args!("accept() failed, Error: {error}; tried again in {PAUSE:?}"));
                self.forget_listener(&worker.events, Accepting::Paused)?;
                worker.events.set_timer(PAUSE, ACCEPT_AGAIN);
            }
        }
        Ok(())
    }

    /// Takes a connection as far as it goes without waiting.
    fn go_on<P: Program>(&mut self, key: usize, worker: &mut Worker<P>) {
        loop {
            let Some(connection) = self.connections.get_mut(key) else { return };
            match connection.step(&mut self.piece, self.most) {
                Step::Waits => return,
                Step::Over => break,
                Step::Message(body) => match answer(worker, body) {
                    Some(queue) => {
                        let Some(connection) = self.connections.get_mut(key) else { return };
                        connection.phase = Phase::Answering(queue);
                        worker.events.clear_timer(connection.patience);
                        connection.patience = worker.events.set_timer(STALLED, key);
                    }
                    None => break,
                },
            }
        }
        self.close(key, worker);
    }

    fn close<P: Program>(&mut self, key: usize, worker: &mut Worker<P>) {
        if let Some(connection) = self.connections.try_remove(key) {
            worker.events.clear_timer(connection.patience);
            connection.end();
        }
    }

    /// Accepts nothing more.
    pub fn stop(&mut self, events: &mut EventLoop<Due>) -> Result<()> {
        self.forget_listener(events, Accepting::Lingering)?;
        events.set_timer(LINGER, FORGET_SILENT);
        self.ready = self.connections.iter().map(|(key, _)| key).collect();
        Ok(())
    }

    /// Lets connections finish. True when there are such.
    pub fn finish<P: Program>(&mut self, worker: &mut Worker<P>) -> Result<bool> {
        for key in std::mem::take(&mut self.ready) {
            self.go_on(key, worker);
        }
        if self.accepting == Accepting::Lingering {
            return Ok(!self.connections.is_empty());
        }
        let silent = |connection: &Connection| matches!(&connection.phase, Phase::Reading(reader) if reader.is_untouched());
        let idle: Vec<usize> = self.connections.iter().filter(|(_, one)| silent(one)).map(|(key, _)| key).collect();
        for key in idle {
            self.close(key, worker);
        }
        Ok(!self.connections.is_empty())
    }
}

impl Connection {
    /// The peer sees the end, even while a child that a callback has started has the socket too.
    fn end(self) {
        // It may have broken before.
        let _ = SockRef::from(&self.socket).shutdown(Shutdown::Both);
    }

    fn step(&mut self, piece: &mut [u8], most: usize) -> Step {
        match &mut self.phase {
            Phase::Reading(reader) => loop {
                let count = match sys::io::recv(&self.socket, piece) {
                    Ok(0) => return Step::Over,
                    Ok(count) => count,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Step::Waits,
                    Err(_) => return Step::Over,
                };
                match reader.feed(&piece[..count], most) {
                    Fed::Partial => {}
                    Fed::Whole(body) => return Step::Message(body),
                    Fed::TooLong(len) => {
                        log::write(
                            Level::Warning,
                            format_args!("a connection was closed whose message is {len} bytes, max_package_size is {most}"),
                        );
                        return Step::Over;
                    }
                }
            },
            Phase::Answering(queue) => loop {
                if queue.is_empty() {
                    return Step::Over;
                }
                match sys::io::writev(&self.socket, &queue.slices()) {
                    Ok(count) => queue.consume(count),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Step::Waits,
                    Err(_) => return Step::Over,
                }
            },
        }
    }
}

/// Gives a message to the program: what is to go back, if anything is. An answer that was not finished is none.
fn answer<P: Program>(worker: &Worker<P>, body: Vec<u8>) -> Option<OutQueue> {
    let data = worker.program.take(&body);
    drop(body);
    *worker.context.answer.borrow_mut() = Some(Vec::new());
    let well = worker.message(data);
    let answer = worker.context.answer.take().filter(|answer| well && !answer.is_empty())?;
    let Some(head) = frame::head(answer.len()) else {
        log::write(Level::Warning, format_args!("an answer of {} bytes is longer than its form allows", answer.len()));
        return None;
    };
    let mut queue = OutQueue::default();
    queue.push(&head);
    queue.push(&answer);
    Some(queue)
}

//! One connection, as its owner holds it: the socket, its readiness and its output queue. The same code in both modes.
//!
//! The socket is registered once, edge-triggered, for both directions; what the edges said is kept here. It must not know lanes,
//! workers' processes or callbacks.

use std::{io, mem::MaybeUninit, os::fd::OwnedFd};

use super::runs::Runs;
use crate::{buffer::OutQueue, net, sys};

/// How much unread data is thrown away at a close, in reads.
const DRAIN_READS: usize = 64;

/// From here on copying a message costs more than making room for a full read in the application's memory, in bytes.
const MUCH: usize = 16 * 1024;

/// How far a connection has come, as far as its owner is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Data goes both ways.
    Open,
    /// The peer has ended it: what is in hand is still answered.
    PeerClosed(Announce),
    /// The server closes it: what is queued is still sent.
    ServerClosed(Announce),
}

/// Whether the worker knows that the connection has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announce {
    /// It is to be told.
    Pending,
    /// It has been told; its Close callback counts as a message in hand.
    Sent,
    /// Its Close callback has run: what workers still have in hand cannot be answered any more.
    Over,
    /// It knows, or it need not.
    Needless,
}

/// Why a connection that has something to do is not being looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// It is not waiting: an edge will come.
    No,
    /// It stands in the list of those to look at again.
    Turn,
    /// It stands in the list of its worker, which takes nothing now.
    Worker,
    /// What its former worker has in hand must be done first.
    InHand,
}

/// What a read brought.
#[derive(Debug)]
pub(super) enum Read {
    /// So many bytes.
    Data(usize),
    /// Nothing for now.
    Blocked,
    /// The peer will send no more.
    End,
    /// The connection broke.
    Broken(io::Error),
}

/// The socket's side of a connection.
#[derive(Debug)]
enum Link {
    /// In use.
    Up(OwnedFd),
    /// The peer has closed its side: nothing more will be read.
    Ended(OwnedFd),
    /// Reading and writing fail.
    Broken(OwnedFd),
    /// Closed.
    Down,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Connection {
    pub session: u64,
    pub port: u16,
    /// The worker that it is bound to, `NO_WORKER` when each message is dispatched by itself.
    pub worker: u32,
    pub life: Life,
    /// The worker is still to be told that it was accepted.
    pub unannounced: bool,
    /// Messages of it that workers hold.
    pub in_hand: u32,
    /// The lane that took its last message, by serial number.
    pub lane: u32,
    /// Who may send now, by the serial numbers of lanes.
    pub runs: Runs,
    pub waiting: Waiting,
    link: Link,
    readable: bool,
    read_closed: bool,
    much: bool,
    out: OutQueue,
}

impl Connection {
    pub fn new(session: u64, fd: OwnedFd, port: u16, worker: u32) -> Connection {
        Connection {
            session,
            port,
            worker,
            life: Life::Open,
            unannounced: false,
            in_hand: 0,
            lane: u32::MAX,
            runs: Runs::default(),
            waiting: Waiting::No,
            link: Link::Up(fd),
            readable: false,
            read_closed: false,
            much: false,
            out: OutQueue::default(),
        }
    }

    /// Takes note of an edge.
    pub fn ready(&mut self, readable: bool, read_closed: bool) {
        self.readable |= readable || read_closed;
        self.read_closed |= read_closed;
    }

    /// Whether a read may bring something.
    pub fn wants_read(&self) -> bool {
        self.readable && self.life == Life::Open
    }

    /// Reads once.
    #[inline]
    pub fn read(&mut self, buffer: &mut [u8]) -> Read {
        let Some(fd) = self.readable_fd() else { return Read::End };
        let outcome = sys::io::recv(fd, buffer);
        self.note(outcome, buffer.len())
    }

    /// Reads once, into memory that has not been written yet.
    ///
    /// # Errors
    /// What a read brings other than data.
    #[inline]
    pub fn read_in_place<'m>(&mut self, memory: &'m mut [MaybeUninit<u8>]) -> Result<&'m mut [u8], Read> {
        let Some(fd) = self.readable_fd() else { return Err(Read::End) };
        let room = memory.len();
        let (outcome, filled) = match sys::io::recv_uninit(fd, memory) {
            Ok(filled) => (Ok(filled.len()), Some(filled)),
            Err(error) => (Err(error), None),
        };
        match (self.note(outcome, room), filled) {
            (Read::Data(_), Some(filled)) => Ok(filled),
            (other, _) => Err(other),
        }
    }

    /// Whether the last read was so large that the next is better done in place.
    pub fn expects_much(&self) -> bool {
        self.much
    }

    fn readable_fd(&self) -> Option<&OwnedFd> {
        match &self.link {
            Link::Up(fd) | Link::Broken(fd) => Some(fd),
            Link::Ended(_) | Link::Down => None,
        }
    }

    /// Keeps what a read shows of the socket. A short read means that it is drained, unless the peer has closed: then data and end came
    /// in one edge, and there will be no other.
    #[inline]
    fn note(&mut self, outcome: io::Result<usize>, room: usize) -> Read {
        match outcome {
            Ok(0) => {
                self.turn(Link::Ended);
                Read::End
            }
            Ok(count) => {
                if count < room && !self.read_closed {
                    self.readable = false;
                }
                self.much = count >= MUCH;
                Read::Data(count)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && !self.is_broken() => {
                self.readable = false;
                Read::Blocked
            }
            Err(error) => {
                self.break_off();
                Read::Broken(error)
            }
        }
    }

    /// Sends, or queues behind what waits already. Returns what the socket took.
    #[inline]
    pub fn write(&mut self, data: &[u8]) -> usize {
        let (Link::Up(fd) | Link::Ended(fd)) = &self.link else { return 0 };
        if !self.out.is_empty() {
            self.out.push(data);
            return 0;
        }
        let mut sent = 0;
        while sent < data.len() {
            match sys::io::send(fd, &data[sent..]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => {
                    self.break_off();
                    return sent;
                }
            }
        }
        if sent < data.len() {
            self.out.push(&data[sent..]);
        }
        sent
    }

    /// Sends what is queued. Returns what the socket took.
    pub fn flush(&mut self) -> usize {
        let mut sent = 0;
        while !self.out.is_empty() {
            let (Link::Up(fd) | Link::Ended(fd)) = &self.link else { break };
            match sys::io::writev(fd, &self.out.slices()) {
                Ok(count) => {
                    sent += count;
                    self.out.consume(count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => self.break_off(),
            }
        }
        sent
    }

    fn turn(&mut self, into: fn(OwnedFd) -> Link) {
        self.link = match std::mem::replace(&mut self.link, Link::Down) {
            Link::Up(fd) | Link::Ended(fd) | Link::Broken(fd) => into(fd),
            Link::Down => Link::Down,
        };
    }

    /// Nothing can be sent any more; reading shows the end.
    fn break_off(&mut self) {
        self.turn(Link::Broken);
        self.out.clear();
        self.readable = true;
        self.read_closed = true;
    }

    /// Whether the socket broke, and its owner is to look at the connection though no edge comes.
    pub fn is_broken(&self) -> bool {
        matches!(self.link, Link::Broken(_))
    }

    /// Bytes that wait for the socket.
    pub fn queued(&self) -> usize {
        self.out.len()
    }

    /// Bytes that wait to be sent: for the socket, or for the end of another's message.
    pub fn unsent(&self) -> usize {
        self.out.len() + self.runs.bytes()
    }

    /// Closes the socket as soon as nothing keeps it: queued output; and, when it was the peer who ended the connection, what workers
    /// still have in hand, which they may answer, and the rest of a message.
    pub fn close_socket_when_idle(&mut self) {
        let idle = match self.life {
            Life::Open => false,
            Life::ServerClosed(_) => self.out.is_empty(),
            Life::PeerClosed(announce) => {
                let unanswerable = self.in_hand == 0 || announce == Announce::Over;
                self.out.is_empty() && unanswerable && self.runs.is_idle() && announce != Announce::Pending
            }
        };
        if idle || (self.life != Life::Open && self.is_broken()) {
            self.close_socket();
        }
    }

    /// Closes the socket now. What has come and was not read is thrown away first: a socket with unread data would reset the
    /// connection, and the peer might lose what was sent to it. Ended in so many words, because a process that user code forked may
    /// have the socket too.
    pub fn close_socket(&mut self) {
        if let Link::Up(fd) = &self.link {
            let mut scratch = [0; 4096];
            for _ in 0..DRAIN_READS {
                if !matches!(sys::io::recv(fd, &mut scratch), Ok(1..)) {
                    break;
                }
            }
        }
        if let Link::Up(fd) | Link::Ended(fd) = &self.link {
            // If it broke just now, there is nothing left to end.
            let _ = net::shutdown_write(fd);
        }
        self.out.clear();
        self.link = Link::Down;
    }

    /// Closes the socket now, with a reset.
    pub fn reset_socket(&mut self) {
        if let Link::Up(fd) | Link::Ended(fd) | Link::Broken(fd) = &self.link {
            // If that fails, the peer sees an orderly end instead.
            let _ = net::set_linger_zero(fd);
        }
        self.out.clear();
        self.link = Link::Down;
    }

    /// Its Close callback has run, in a worker that may have more of it in hand.
    pub fn said_goodbye(&mut self) {
        match &mut self.life {
            Life::PeerClosed(announce @ Announce::Sent) | Life::ServerClosed(announce @ Announce::Sent) => {
                *announce = Announce::Over;
            }
            Life::Open | Life::PeerClosed(_) | Life::ServerClosed(_) => {}
        }
    }

    /// Whether nothing is left to do for it.
    pub fn is_over(&self) -> bool {
        let told = match self.life {
            Life::Open => return false,
            Life::PeerClosed(announce) | Life::ServerClosed(announce) => announce,
        };
        let settled = match told {
            Announce::Pending => false,
            Announce::Sent => self.in_hand == 0,
            Announce::Over | Announce::Needless => true,
        };
        settled && matches!(self.link, Link::Down)
    }
}

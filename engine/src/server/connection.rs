//! One connection, as its owner holds it: the socket, its readiness and its output queue. The same code in both modes.
//!
//! The socket is registered once, edge-triggered, for both directions; what the edges said is kept here. It must not know lanes,
//! workers' processes or callbacks.

use std::{io, os::fd::OwnedFd};

use crate::{buffer::OutQueue, sys};

/// How far a connection has come, as far as its owner is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Data goes both ways.
    Open,
    /// The peer has ended it. `announced`: the worker has been told.
    PeerClosed { announced: bool },
    /// The server closes it: once the queue is empty, it goes.
    Draining,
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

/// See the module.
#[derive(Debug)]
pub(super) struct Connection {
    pub session: u64,
    pub fd: OwnedFd,
    pub port: u16,
    /// The worker that it is bound to, `NO_WORKER` when each message is dispatched by itself.
    pub worker: u32,
    pub life: Life,
    /// Messages of it that workers hold.
    pub in_hand: u32,
    /// The lane that took its last message.
    pub lane: u32,
    /// The lane that has sent a part of a message and not its last piece.
    pub run: Option<u32>,
    /// It stands in a list of connections to look at again.
    pub listed: bool,
    readable: bool,
    read_closed: bool,
    broken: bool,
    out: OutQueue,
}

impl Connection {
    pub fn new(session: u64, fd: OwnedFd, port: u16, worker: u32) -> Connection {
        Connection {
            session,
            fd,
            port,
            worker,
            life: Life::Open,
            in_hand: 0,
            lane: u32::MAX,
            run: None,
            listed: false,
            readable: false,
            read_closed: false,
            broken: false,
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

    /// Reads once. A short read means that the socket is drained, unless the peer has closed: then data and end came in one edge, and
    /// there will be no other.
    #[inline]
    pub fn read(&mut self, buffer: &mut [u8]) -> Read {
        match sys::io::recv(&self.fd, buffer) {
            Ok(0) => Read::End,
            Ok(count) => {
                if count < buffer.len() && !self.read_closed {
                    self.readable = false;
                }
                Read::Data(count)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.readable = false;
                Read::Blocked
            }
            Err(error) => {
                self.broken = true;
                Read::Broken(error)
            }
        }
    }

    /// Sends, or queues behind what waits already. Returns what the socket took.
    #[inline]
    pub fn write(&mut self, data: &[u8]) -> usize {
        if self.broken {
            return 0;
        }
        if !self.out.is_empty() {
            self.out.push(data);
            return 0;
        }
        let mut sent = 0;
        while sent < data.len() {
            match sys::io::send(&self.fd, &data[sent..]) {
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
            match sys::io::writev(&self.fd, &self.out.slices()) {
                Ok(count) => {
                    sent += count;
                    self.out.consume(count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => {
                    self.break_off();
                    break;
                }
            }
        }
        sent
    }

    /// Nothing can be sent any more.
    pub fn break_off(&mut self) {
        self.broken = true;
        self.out.clear();
        // The read side shows the reason and ends the connection.
        self.readable = true;
        self.read_closed = true;
    }

    /// Whether the socket can't be used any more.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Bytes that wait to be sent.
    pub fn queued(&self) -> usize {
        self.out.len()
    }
}

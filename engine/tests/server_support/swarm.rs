//! Many clients of an echo port at once, in one thread: each sends its pattern and checks that the same comes back.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::peer::{Address, Peer, pattern};

/// How a client fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything came back, byte for byte.
    Complete,
    /// The server ended the connection; up to there everything was right.
    Ended { received: usize, orderly: bool },
    /// A byte was not what it should have been, or there were too many.
    Wrong { at: usize },
    /// It has neither ended nor come to its end.
    Unfinished { sent: usize, received: usize },
}

struct Client {
    stream: TcpStream,
    local_port: u16,
    seed: u64,
    size: usize,
    sent: usize,
    received: usize,
    broken: bool,
    outcome: Option<Outcome>,
    ended: Option<Instant>,
}

/// See the module.
pub struct Swarm {
    poll: Poll,
    clients: Vec<Client>,
    left: usize,
    progress: Arc<AtomicUsize>,
}

/// What one call writes or reads.
const STEP: usize = 65_536;
/// So many bytes may be under way: the server keeps what a client does not read, but only up to `socket_buffer_size`.
const LEAD: usize = 2 << 20;

impl Swarm {
    /// Connects `count` clients, each of which is to send `size` bytes.
    #[track_caller]
    pub fn connect(address: &Address, count: usize, size: usize) -> Swarm {
        let poll = Poll::new().expect("epoll_create");
        let mut clients = Vec::new();
        for index in 0..count {
            let peer = Peer::connect(address);
            let local_port = peer.local_port();
            peer.socket.set_nonblocking(true).expect("ioctl");
            let stream = std::net::TcpStream::from(OwnedFd::from(peer.socket));
            let mut stream = TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(index), Interest::READABLE | Interest::WRITABLE).expect("epoll_ctl");
            let seed = index as u64 + 1;
            clients.push(Client {
                stream,
                local_port,
                seed,
                size,
                sent: 0,
                received: 0,
                broken: false,
                outcome: None,
                ended: None,
            });
        }
        Swarm { poll, left: clients.len(), clients, progress: Arc::default() }
    }

    /// Goes on for `time`, or until every client has come to its end.
    pub fn run_for(&mut self, time: Duration) {
        let deadline = Instant::now() + time;
        let mut events = Events::with_capacity(1024);
        while self.left > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            match self.poll.poll(&mut events, Some(left)) {
                Err(error) if error.kind() != ErrorKind::Interrupted => panic!("poll: {error}"),
                _ => {}
            }
            for event in &events {
                let client = &mut self.clients[event.token().0];
                if client.outcome.is_none() {
                    let before = client.received;
                    client.go_on();
                    self.progress.fetch_add(client.received - before, Ordering::Relaxed);
                    if client.outcome.is_some() {
                        client.ended = Some(Instant::now());
                        self.left -= 1;
                    }
                }
            }
        }
    }

    /// Counts the bytes that have come back, for another thread.
    pub fn progress(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.progress)
    }

    /// How many clients have not come to their end.
    pub fn left(&self) -> usize {
        self.left
    }

    /// How each client fared, with its local port.
    pub fn outcomes(&self) -> Vec<(u16, Outcome)> {
        let of = |client: &Client| client.outcome.unwrap_or(Outcome::Unfinished { sent: client.sent, received: client.received });
        self.clients.iter().map(|client| (client.local_port, of(client))).collect()
    }

    /// When the clients ended that did not get everything.
    pub fn ends(&self) -> Vec<Instant> {
        let cut = |client: &&Client| matches!(client.outcome, Some(Outcome::Ended { .. }));
        self.clients.iter().filter(cut).filter_map(|client| client.ended).collect()
    }

    /// Runs to the end: every client must have got everything.
    #[track_caller]
    pub fn expect_complete(&mut self, limit: Duration) {
        self.run_for(limit);
        let bad: Vec<_> = self.outcomes().into_iter().filter(|(_, outcome)| *outcome != Outcome::Complete).collect();
        let first = &bad[..bad.len().min(10)];
        assert!(bad.is_empty(), "{} of {} clients are not complete: {first:?}", bad.len(), self.clients.len());
    }
}

impl Client {
    /// Writes and reads whatever can be now.
    fn go_on(&mut self) {
        while self.write() | self.read() && self.outcome.is_none() {}
    }

    /// Whether it wrote anything.
    fn write(&mut self) -> bool {
        let mut any = false;
        while self.sent < self.size && !self.broken {
            let room = (self.received + LEAD).saturating_sub(self.sent);
            let piece = pattern(self.seed, self.sent, STEP.min(self.size - self.sent).min(room));
            if piece.is_empty() {
                break;
            }
            match self.stream.write(&piece) {
                Ok(count) => (self.sent, any) = (self.sent + count, true),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Reading says what came before.
                Err(_) => self.broken = true,
            }
        }
        any
    }

    /// Whether it read anything.
    fn read(&mut self) -> bool {
        let mut buffer = vec![0; STEP];
        let before = self.received;
        while self.outcome.is_none() {
            match self.stream.read(&mut buffer) {
                Ok(0) => self.end(Outcome::Ended { received: self.received, orderly: true }),
                Ok(count) => {
                    let expected = pattern(self.seed, self.received, count);
                    if expected != buffer[..count] {
                        let right = expected.iter().zip(&buffer).take_while(|(expected, byte)| expected == byte).count();
                        self.end(Outcome::Wrong { at: self.received + right });
                        break;
                    }
                    self.received += count;
                    if self.received > self.size {
                        self.end(Outcome::Wrong { at: self.size });
                    }
                    if self.received == self.size {
                        self.end(Outcome::Complete);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock && !self.broken => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.end(Outcome::Ended { received: self.received, orderly: false }),
            }
        }
        self.received > before
    }

    fn end(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }
}

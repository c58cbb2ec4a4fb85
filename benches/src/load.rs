//! The load client: connections to an echo server, each with a fixed number of messages in flight, every byte that comes back checked.
//!
//! TCP is a stream, so an echo may come back in pieces or several at once: a message counts as answered when its last byte is there, and its
//! latency runs from the write that carried it to the read that completed it. What becomes due at once is written at once: with sixteen in
//! flight, the answers of one read are followed by one write.
//!
//! A run has a warm-up and a measured phase. Each ends with a drain, so that no message straddles a phase and the server sleeps when its CPU
//! time is read: the messages counted are exactly those that the time was spent on.

use crate::error::{Context, Error, Result};
use crate::pattern::Pattern;
use crate::proctree::Tree;
use hdrhistogram::Histogram;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// After so long without a byte, what is missing is taken as lost.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest latency that is told apart, in nanoseconds.
const HIGHEST: u64 = 60_000_000_000;

/// What to send.
#[derive(Debug, Clone)]
pub struct Load {
    /// Where the server listens.
    pub address: SocketAddr,
    /// How many connections.
    pub connections: usize,
    /// Bytes of a message, at least 1.
    pub size: u64,
    /// Messages in flight on each connection, at least 1.
    pub depth: u64,
    /// Threads of the client; the connections are dealt out among them.
    pub threads: usize,
}

/// When a phase stops sending.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// After this time.
    Elapsed(Duration),
    /// After so many messages, over all connections.
    Messages(u64),
}

/// What a measured phase showed.
#[derive(Debug, Clone)]
pub struct Report {
    /// Messages answered.
    pub messages: u64,
    /// From the first write to the last answer.
    pub elapsed: Duration,
    /// Latency in nanoseconds.
    pub latency: Histogram<u64>,
    /// The server's CPU time in nanoseconds, over its process tree, if it was asked for.
    pub server_cpu: Option<u64>,
    /// The server's tasks (threads of all processes), if its CPU time was asked for.
    pub server_tasks: Option<usize>,
}

impl Report {
    /// This report and a later one as one.
    #[must_use]
    pub fn and(mut self, later: Report) -> Report {
        self.messages += later.messages;
        self.elapsed += later.elapsed;
        self.latency += later.latency;
        self.server_cpu = self.server_cpu.zip(later.server_cpu).map(|(a, b)| a + b);
        self.server_tasks = self.server_tasks.max(later.server_tasks);
        self
    }

    /// Messages a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.messages as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency that the fraction `quantile` of the messages stays within, in microseconds.
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> f64 {
        self.latency.value_at_quantile(quantile) as f64 / 1000.0
    }

    /// The server's CPU time a message, in nanoseconds.
    #[must_use]
    pub fn cpu_per_message(&self) -> Option<f64> {
        self.server_cpu.map(|ns| ns as f64 / self.messages as f64)
    }
}

/// A load client with its connections open.
pub struct Client {
    load: Load,
    shards: Vec<Shard>,
}

impl Client {
    /// Opens the connections.
    ///
    /// # Errors
    /// If a connection cannot be opened, or the load makes no sense.
    pub fn connect(load: Load) -> Result<Self> {
        Self::connect_in_waves(load, usize::MAX, |_| Ok(()))
    }

    /// Opens the connections, `wave` at a time; `opened` is called after each wave with the number that is open, to wait for the server.
    ///
    /// # Errors
    /// As [`Client::connect`], and those of `opened`.
    pub fn connect_in_waves(load: Load, wave: usize, mut opened: impl FnMut(usize) -> Result<()>) -> Result<Self> {
        if load.connections == 0 || load.size == 0 || load.depth == 0 || load.threads == 0 {
            return Err(Error::Usage("connections, size, depth and threads must be at least 1".into()));
        }
        let mut shards = (0..load.threads.min(load.connections)).map(|_| Shard::new(&load)).collect::<Result<Vec<_>>>()?;
        let count = shards.len();
        for number in 0..load.connections {
            shards[number % count].open(number, load.address)?;
            if (number + 1) % wave == 0 || number + 1 == load.connections {
                opened(number + 1)?;
            }
        }
        Ok(Client { load, shards })
    }

    /// A warm-up, then a measured phase; with `server`, its CPU time is read before and after the latter.
    ///
    /// # Errors
    /// Whatever makes the figures worthless: a wrong byte, a closed connection, a stall, a server task that ended.
    pub fn run(&mut self, warm_up: Until, measured: Until, server: Option<Tree>) -> Result<Report> {
        self.phase(warm_up)?;
        let before = server.map(|tree| tree.settled()).transpose()?;
        let mut report = self.phase(measured)?;
        if let (Some(tree), Some(before)) = (server, before) {
            let after = tree.settled()?;
            report.server_cpu = Some(after.since(&before)?);
            report.server_tasks = Some(after.tasks());
        }
        Ok(report)
    }

    /// Sends until `until`, then waits for the last answer.
    ///
    /// # Errors
    /// As [`Client::run`].
    pub fn phase(&mut self, until: Until) -> Result<Report> {
        let count = self.shards.len() as u64;
        let begin = Instant::now();
        let limit = |shard: u64| match until {
            Until::Elapsed(time) => Limit { stop: begin + time, quota: u64::MAX },
            // the division's remainder goes to the first ones
            Until::Messages(n) => {
                Limit { stop: begin + Duration::from_secs(86_400), quota: n / count + u64::from(shard < n % count) }
            }
        };
        let load = &self.load;
        let tallies: Vec<Result<Tally>> = if let [only] = self.shards.as_mut_slice() {
            vec![only.phase(load, limit(0))]
        } else {
            thread::scope(|scope| {
                let running: Vec<_> =
                    (0..).zip(&mut self.shards).map(|(n, shard)| scope.spawn(move || shard.phase(load, limit(n)))).collect();
                running.into_iter().map(|thread| thread.join().unwrap_or_else(|e| std::panic::resume_unwind(e))).collect()
            })
        };
        let mut report =
            Report { messages: 0, elapsed: begin.elapsed(), latency: histogram(), server_cpu: None, server_tasks: None };
        for tally in tallies {
            let tally = tally?;
            report.messages += tally.messages;
            report.latency += tally.latency;
        }
        Ok(report)
    }
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, HIGHEST, 3).unwrap_or_else(|e| unreachable!("constant bounds are valid: {e:?}"))
}

/// When a shard stops sending: whichever comes first.
struct Limit {
    stop: Instant,
    quota: u64,
}

/// What a shard did in a phase.
struct Tally {
    messages: u64,
    latency: Histogram<u64>,
}

/// One thread's connections.
struct Shard {
    epoll: Epoll,
    connections: Vec<Connection>,
    pattern: Pattern,
    buffer: Vec<u8>,
    events: Vec<EpollEvent>,
}

impl Shard {
    fn new(load: &Load) -> Result<Self> {
        Ok(Shard {
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).doing("epoll_create")?,
            connections: Vec::new(),
            pattern: Pattern::new(),
            buffer: vec![0; 65_536],
            events: vec![EpollEvent::empty(); load.connections.min(512)],
        })
    }

    fn open(&mut self, number: usize, address: SocketAddr) -> Result<()> {
        let stream = TcpStream::connect(address).doing(format!("open connection {number} to {address}"))?;
        stream.set_nodelay(true).doing("set TCP_NODELAY")?;
        stream.set_nonblocking(true).doing("make a socket non-blocking")?;
        let index = self.connections.len() as u64;
        self.epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, index)).doing("epoll_ctl")?;
        let (sent, received, due) = (0, 0, 0);
        let interest = Interest::Read;
        self.connections.push(Connection { stream, number, sent, received, due, begun: VecDeque::new(), interest });
        Ok(())
    }

    fn phase(&mut self, load: &Load, limit: Limit) -> Result<Tally> {
        let Shard { epoll, connections, pattern, buffer, events } = self;
        let mut tally = Tally { messages: 0, latency: histogram() };
        let mut left = limit.quota;
        let mut in_flight = 0;
        let mut now = Instant::now();
        for (index, connection) in connections.iter_mut().enumerate() {
            let n = load.depth.min(left);
            left -= n;
            in_flight += n;
            connection.begin(n, load.size, now);
            connection.flush(pattern, epoll, index)?;
        }
        let mut progress = now;
        while in_flight > 0 {
            let count = match epoll.wait(events, EpollTimeout::from(100u8)) {
                Err(Errno::EINTR) => 0,
                other => other.doing("epoll_wait")?,
            };
            now = Instant::now();
            if count > 0 {
                progress = now;
            } else if now - progress > PATIENCE {
                return Err(Error::Stalled { after: PATIENCE, missing: in_flight });
            }
            if now >= limit.stop {
                left = 0;
            }
            for event in &events[..count] {
                let index = event.data() as usize;
                let connection = &mut connections[index];
                if event.events().contains(EpollFlags::EPOLLOUT) {
                    connection.flush(pattern, epoll, index)?;
                }
                if !connection.receive(buffer, pattern)? {
                    continue;
                }
                now = Instant::now();
                let mut answered = 0;
                while let Some(start) = connection.next_answered(load.size) {
                    tally.latency.saturating_record((now - start).as_nanos() as u64);
                    answered += 1;
                }
                tally.messages += answered;
                let n = answered.min(left);
                left -= n;
                in_flight = in_flight + n - answered;
                if n > 0 {
                    connection.begin(n, load.size, now);
                    connection.flush(pattern, epoll, index)?;
                }
            }
        }
        Ok(tally)
    }
}

/// What a connection waits for.
#[derive(PartialEq)]
enum Interest {
    /// Bytes to read.
    Read,
    /// Also room in the socket for what is due.
    ReadAndWrite,
}

struct Connection {
    stream: TcpStream,
    number: usize,
    /// Bytes sent and received since the connection was opened.
    sent: u64,
    received: u64,
    /// Bytes of all messages begun since then.
    due: u64,
    /// When each message in flight was begun, the oldest first.
    begun: VecDeque<Instant>,
    interest: Interest,
}

impl Connection {
    /// Makes `n` more messages due.
    fn begin(&mut self, n: u64, size: u64, now: Instant) {
        self.due += n * size;
        self.begun.extend(std::iter::repeat_n(now, n as usize));
    }

    /// Writes what is due, as far as the socket takes it, and waits for room for the rest.
    fn flush(&mut self, pattern: &Pattern, epoll: &Epoll, index: usize) -> Result<()> {
        while self.sent < self.due {
            match self.stream.write(pattern.at(self.number, self.sent, self.due - self.sent)) {
                Ok(n) => self.sent += n as u64,
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e).doing(format!("write to connection {}", self.number)),
            }
        }
        let interest = if self.sent < self.due { Interest::ReadAndWrite } else { Interest::Read };
        if interest != self.interest {
            let mut flags = EpollFlags::EPOLLIN;
            flags.set(EpollFlags::EPOLLOUT, interest == Interest::ReadAndWrite);
            epoll.modify(&self.stream, &mut EpollEvent::new(flags, index as u64)).doing("epoll_ctl")?;
            self.interest = interest;
        }
        Ok(())
    }

    /// Reads once and checks what came. False if there was nothing.
    fn receive(&mut self, buffer: &mut [u8], pattern: &Pattern) -> Result<bool> {
        let count = match self.stream.read(buffer) {
            Ok(0) => return Err(Error::Closed { connection: self.number, in_flight: self.begun.len() as u64 }),
            Ok(n) => n as u64,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return Ok(false),
            Err(e) => return Err(e).doing(format!("read from connection {}", self.number)),
        };
        if self.received + count > self.sent {
            return Err(Error::Surplus { connection: self.number, surplus: self.received + count - self.sent });
        }
        if pattern.at(self.number, self.received, count) != &buffer[..count as usize] {
            return Err(Error::Mismatch { connection: self.number, near: self.received });
        }
        self.received += count;
        Ok(true)
    }

    /// Takes the oldest message in flight if its last byte is here, and says when it was begun.
    fn next_answered(&mut self, size: u64) -> Option<Instant> {
        // what is missing belongs to the newest messages
        let unanswered = (self.due - self.received).div_ceil(size);
        if (self.begun.len() as u64) > unanswered { self.begun.pop_front() } else { None }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A report of so many messages in two seconds, at 1 to 1000 ms each, and so much CPU time.
    pub(crate) fn report(messages: u64, server_cpu: u64) -> Report {
        let mut latency = histogram();
        for ms in 1..=1000u64 {
            latency.record(ms * 1_000_000).unwrap();
        }
        Report { messages, elapsed: Duration::from_secs(2), latency, server_cpu: Some(server_cpu), server_tasks: None }
    }

    /// A server of one connection that hands each piece it reads, with its number, to `answer`, and writes what that makes of it.
    fn server(mut answer: impl FnMut(u64, Vec<u8>) -> Option<Vec<u8>> + Send + 'static) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            stream.set_nodelay(true).unwrap();
            let mut buffer = [0; 4096];
            for number in 0.. {
                let Ok(n @ 1..) = stream.read(&mut buffer) else { return };
                let Some(bytes) = answer(number, buffer[..n].to_vec()) else { return };
                if stream.write_all(&bytes).is_err() {
                    return;
                }
            }
        });
        address
    }

    fn run(address: SocketAddr, size: u64, depth: u64) -> Result<Report> {
        Client::connect(Load { address, connections: 1, size, depth, threads: 1 })?.phase(Until::Messages(100))
    }

    #[test]
    fn an_echo_is_counted_message_by_message() {
        for (size, depth) in [(1, 1), (64, 1), (64, 16), (200_000, 1), (70_000, 3)] {
            let report = run(server(|_, bytes| Some(bytes)), size, depth).unwrap();
            assert_eq!((report.messages, report.latency.len()), (100, 100), "size {size}, depth {depth}");
            assert!(report.quantile(0.5) > 0.0 && report.quantile(0.5) <= report.quantile(0.99));
        }
    }

    #[test]
    fn a_wrong_byte_is_found() {
        let address = server(|number, mut bytes| {
            if number == 50 {
                bytes[63] ^= 1;
            }
            Some(bytes)
        });
        assert!(matches!(run(address, 64, 1), Err(Error::Mismatch { connection: 0, near: 3200 })));
    }

    #[test]
    fn a_message_answered_twice_is_found() {
        // with one in flight the second copy is either too much or in the place of the next message
        let address = server(|number, bytes| Some(if number == 50 { bytes.repeat(2) } else { bytes }));
        let error = run(address, 64, 1).unwrap_err();
        assert!(matches!(error, Error::Surplus { surplus: 64, .. } | Error::Mismatch { .. }), "{error}");
    }

    #[test]
    fn a_closed_connection_is_found() {
        let address = server(|number, bytes| (number < 50).then_some(bytes));
        assert!(matches!(run(address, 64, 1), Err(Error::Closed { connection: 0, in_flight: 1 } | Error::Io { .. })));
    }

    #[test]
    fn a_quota_is_kept_over_threads() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                thread::spawn(move || std::io::copy(&mut stream.try_clone().unwrap(), &mut stream));
            }
        });
        let mut client = Client::connect(Load { address, connections: 7, size: 64, depth: 3, threads: 3 }).unwrap();
        for messages in [1, 5, 1000, 1001] {
            assert_eq!(client.phase(Until::Messages(messages)).unwrap().messages, messages);
        }
    }

    /// Latencies come out as they went in: 1 to 1000 ms, each once, have their median at 500 ms and their 99th percentile at 990 ms.
    #[test]
    fn percentiles_are_those_of_what_was_recorded() {
        let report = report(1000, 5_000);
        for (quantile, us) in [(0.5, 500_000.0), (0.99, 990_000.0), (1.0, 1_000_000.0)] {
            let seen = report.quantile(quantile);
            assert!((seen / us - 1.0).abs() < 0.001, "quantile {quantile}: {seen} µs");
        }
        assert_eq!(report.rate(), 500.0);
        assert_eq!(report.cpu_per_message(), Some(5.0));
    }
}

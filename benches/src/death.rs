//! Workers that are killed under load: how soon those who must know it do.
//!
//! Many connections each send a megabyte and want it back, while one worker is killed three times with SIGKILL. A connection of which the dead
//! worker held a piece is closed by the server; every other one gets its exact bytes. The clock runs from the signal to the last of those
//! closes, and to the answer of a new worker: a connection of its own, which belongs to the victim, asks `who` right after the kill and
//! gets the process id of who serves it now. What must hold is asserted by the tests of the server; here the figures are taken, and an
//! answer that is wrong, a close before any kill, or a connection that hangs is an error all the same.

use crate::error::{Context, Error, Result};
use crate::pattern::Pattern;
use crate::server::Spec;
use crate::table::verdict;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Connections of the run.
pub const CONNECTIONS: usize = 1000;
/// Bytes that each sends.
pub const BYTES: u64 = 1 << 20;
/// The worker is killed when so much of all bytes has come back.
pub const KILLS: [f64; 3] = [0.15, 0.35, 0.55];
/// Longest wanted time until what the dead worker held is closed.
pub const CLOSED_GOAL: Duration = Duration::from_millis(100);
/// Longest wanted time until a new worker serves.
pub const SERVED_GOAL: Duration = Duration::from_secs(1);
/// Head of the table of deaths.
pub const HEAD: &str = "\
| kill | connections closed | until the last of them | goal | until a new worker serves | goal |
|--:|--:|--:|---|--:|---|
";
/// A run that takes longer has connections that hang.
const PATIENCE: Duration = Duration::from_secs(60);
/// The probe's event; connections use their index.
const PROBE: u64 = u64::MAX;

/// What followed one kill.
#[derive(Debug, Clone, Copy)]
pub struct Death {
    at: Instant,
    /// Connections that the server closed after it, before the next.
    pub closed: usize,
    /// From the kill to the last of these.
    pub last_close: Duration,
    /// From the kill to the first answer of the worker's replacement.
    pub served: Duration,
}

/// What a run showed.
#[derive(Debug)]
pub struct Outcome {
    /// One entry a kill.
    pub deaths: Vec<Death>,
    /// Connections that got all their bytes back.
    pub complete: usize,
    /// From the first byte to the last.
    pub elapsed: Duration,
}

/// Runs the whole thing against a server that answers `who`.
///
/// # Errors
/// A wrong byte, a close that no kill explains, a connection that hangs.
pub fn measure(spec: &Spec) -> Result<Outcome> {
    let server = spec.start(None)?;
    let kill = |pid| kill(Pid::from_raw(pid), Signal::SIGKILL).doing(format!("kill worker {pid}"));
    Run::open(server.address(), CONNECTIONS, BYTES)?.drive(&KILLS, kill)
}

/// The rows of an outcome.
#[must_use]
pub fn rows(outcome: &Outcome) -> String {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let goal = |time: Duration, most: Duration| verdict(ms(time), ms(most), " ms");
    let row = |(number, death): (usize, &Death)| {
        let (close, closed) = match death.closed {
            0 => (String::new(), String::new()),
            _ => (format!("{:.1} ms", ms(death.last_close)), goal(death.last_close, CLOSED_GOAL)),
        };
        let (serve, served) = (ms(death.served), goal(death.served, SERVED_GOAL));
        format!("| {} | {} | {close} | {closed} | {serve:.1} ms | {served} |\n", number + 1, death.closed)
    };
    outcome.deaths.iter().enumerate().map(row).collect()
}

/// The outcome in one sentence.
#[must_use]
pub fn summary(outcome: &Outcome) -> String {
    let closed: usize = outcome.deaths.iter().map(|death| death.closed).sum();
    let (complete, seconds) = (outcome.complete, outcome.elapsed.as_secs_f64());
    format!(
        "Of {} connections {complete} got their exact bytes back and {closed} were closed, in {seconds:.1} s.",
        complete + closed
    )
}

struct Flow {
    stream: TcpStream,
    sent: u64,
    received: u64,
}

struct Run {
    epoll: Epoll,
    pattern: Pattern,
    /// None: complete or closed by the server.
    flows: Vec<Option<Flow>>,
    bytes: u64,
    probe: TcpStream,
    outcome: Outcome,
}

impl Run {
    fn open(address: SocketAddr, connections: usize, bytes: u64) -> Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).doing("epoll_create")?;
        let connect = |flags, data| -> Result<TcpStream> {
            let stream = TcpStream::connect(address).doing(format!("connect to {address}"))?;
            stream.set_nodelay(true).doing("set TCP_NODELAY")?;
            stream.set_nonblocking(true).doing("make a socket non-blocking")?;
            epoll.add(&stream, EpollEvent::new(flags, data)).doing("epoll_ctl")?;
            Ok(stream)
        };
        let probe = connect(EpollFlags::EPOLLIN, PROBE)?;
        let flows = (0..connections)
            .map(|index| {
                let stream = connect(EpollFlags::EPOLLIN | EpollFlags::EPOLLOUT, index as u64)?;
                Ok(Some(Flow { stream, sent: 0, received: 0 }))
            })
            .collect::<Result<Vec<_>>>()?;
        let outcome = Outcome { deaths: Vec::new(), complete: 0, elapsed: Duration::ZERO };
        Ok(Run { epoll, pattern: Pattern::new(), flows, bytes, probe, outcome })
    }

    /// Sends and receives all, killing the worker that answers the probe each time another of the fractions `kills` has come back.
    fn drive(mut self, kills: &[f64], kill: impl Fn(i32) -> Result<()>) -> Result<Outcome> {
        let mut events = vec![EpollEvent::empty(); 512];
        let mut buffer = vec![0; 65_536];
        let total = self.flows.len() as u64 * self.bytes;
        let mut received = 0;
        let begin = Instant::now();
        self.ask()?;
        // who served the probe last, unless the question is open
        let mut serving: Option<i32> = None;
        let mut victim = None;
        let mut open = self.flows.len();
        while open > 0 || serving.is_none() {
            if begin.elapsed() > PATIENCE {
                let missing = open as u64 + u64::from(serving.is_none());
                return Err(Error::Stalled { after: PATIENCE, missing });
            }
            let due = kills.get(self.outcome.deaths.len()).is_some_and(|part| received as f64 >= part * total as f64);
            if let (true, Some(pid)) = (due, serving) {
                let at = Instant::now();
                kill(pid)?;
                self.outcome.deaths.push(Death { at, closed: 0, last_close: Duration::ZERO, served: Duration::ZERO });
                (victim, serving) = (Some(pid), None);
                self.ask()?;
            }
            let count = match self.epoll.wait(&mut events, EpollTimeout::from(100u8)) {
                Err(Errno::EINTR) => 0,
                other => other.doing("epoll_wait")?,
            };
            for event in &events[..count] {
                if event.data() == PROBE {
                    let pid = self.answer()?;
                    if Some(pid) == victim {
                        // it answered with its last breath, before the signal
                        self.ask()?;
                        continue;
                    }
                    if let Some(death) = self.outcome.deaths.last_mut() {
                        death.served = death.at.elapsed();
                    }
                    serving = Some(pid);
                    continue;
                }
                let index = event.data() as usize;
                let Some(flow) = &mut self.flows[index] else { continue };
                match flow.serve(index, self.bytes, &self.pattern, &mut buffer)? {
                    Served::Bytes { read, all_sent } => {
                        received += read;
                        if flow.received == self.bytes {
                            self.outcome.complete += 1;
                            self.flows[index] = None;
                            open -= 1;
                        } else if all_sent {
                            let mut interest = EpollEvent::new(EpollFlags::EPOLLIN, index as u64);
                            self.epoll.modify(&flow.stream, &mut interest).doing("epoll_ctl")?;
                        }
                    }
                    Served::Closed => {
                        let in_flight = self.bytes - flow.received;
                        let Some(death) = self.outcome.deaths.last_mut() else {
                            return Err(Error::Closed { connection: index, in_flight });
                        };
                        death.closed += 1;
                        death.last_close = death.at.elapsed();
                        received += in_flight;
                        self.flows[index] = None;
                        open -= 1;
                    }
                }
            }
        }
        self.outcome.elapsed = begin.elapsed();
        Ok(self.outcome)
    }

    fn ask(&mut self) -> Result<()> {
        self.probe.write_all(b"who").doing("write to the probe's connection")
    }

    fn answer(&mut self) -> Result<i32> {
        let mut text = [0; 32];
        let n = self.probe.read(&mut text).doing("read from the probe's connection")?;
        let pid = std::str::from_utf8(&text[..n]).ok().and_then(|text| text.parse().ok());
        pid.ok_or(ErrorKind::InvalidData).doing("read the process id that answers 'who'")
    }
}

enum Served {
    Bytes { read: u64, all_sent: bool },
    Closed,
}

impl Flow {
    /// One write and one read.
    fn serve(&mut self, index: usize, bytes: u64, pattern: &Pattern, buffer: &mut [u8]) -> Result<Served> {
        let broken = |kind| matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe);
        let idle = |kind| matches!(kind, ErrorKind::WouldBlock | ErrorKind::Interrupted);
        let before = self.sent;
        if self.sent < bytes {
            match self.stream.write(pattern.at(index, self.sent, bytes - self.sent)) {
                Ok(n) => self.sent += n as u64,
                Err(e) if broken(e.kind()) => return Ok(Served::Closed),
                Err(e) if idle(e.kind()) => {}
                Err(e) => return Err(e).doing(format!("write to connection {index}")),
            }
        }
        let all_sent = self.sent == bytes && before < bytes;
        let read = match self.stream.read(buffer) {
            Ok(0) => return Ok(Served::Closed),
            Ok(n) => n as u64,
            Err(e) if broken(e.kind()) => return Ok(Served::Closed),
            Err(e) if idle(e.kind()) => return Ok(Served::Bytes { read: 0, all_sent }),
            Err(e) => return Err(e).doing(format!("read from connection {index}")),
        };
        if pattern.at(index, self.received, read) != &buffer[..read as usize] {
            return Err(Error::Mismatch { connection: index, near: self.received });
        }
        self.received += read;
        Ok(Served::Bytes { read, all_sent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::sync::{Arc, Condvar, Mutex};
    use std::thread;

    /// The id of the only worker of a server that is played by threads, and a bell for its changes.
    type Worker = Arc<(Mutex<i32>, Condvar)>;

    /// A thread a connection echoes. The first connection is the probe. Of the others, number `n` among the first `doomed` gets only half of
    /// its bytes back and is closed as soon as worker `n` is dead.
    fn server(worker: &Worker, doomed: i32) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let worker = worker.clone();
        thread::spawn(move || {
            for (number, stream) in (0..).zip(listener.incoming()) {
                let (mut stream, worker) = (stream.unwrap(), worker.clone());
                thread::spawn(move || {
                    let mut buffer = [0; 65_536];
                    let mut echoed = 0;
                    while let Ok(n @ 1..) = stream.read(&mut buffer) {
                        let answer =
                            if number == 0 { worker.0.lock().unwrap().to_string().into_bytes() } else { buffer[..n].to_vec() };
                        if stream.write_all(&answer).is_err() {
                            return;
                        }
                        echoed += n as u64;
                        if (1..=doomed).contains(&number) && echoed >= BYTES / 2 {
                            drop(worker.1.wait_while(worker.0.lock().unwrap(), |alive| *alive <= number));
                            return;
                        }
                    }
                });
            }
        });
        address
    }

    #[test]
    fn each_kill_has_its_close_and_its_new_worker() {
        let worker = Worker::new((Mutex::new(1), Condvar::new()));
        let address = server(&worker, 2);
        // of four, two come back whole and two by half: the first kill is due before any close, the second only with the close after the first
        let outcome = Run::open(address, 4, BYTES)
            .unwrap()
            .drive(&[0.5, 0.8], |pid| {
                let mut alive = worker.0.lock().unwrap();
                assert_eq!(*alive, pid);
                *alive += 1;
                worker.1.notify_all();
                Ok(())
            })
            .unwrap();
        assert_eq!(outcome.deaths.iter().map(|death| death.closed).collect::<Vec<_>>(), [1, 1]);
        assert!(outcome.deaths.iter().all(|death| death.served > Duration::ZERO && death.last_close > Duration::ZERO));
        assert_eq!(outcome.complete, 2);
        assert_eq!(rows(&outcome).matches("≤ 100 ms").count(), 2);
    }

    #[test]
    fn a_close_that_no_kill_explains_is_an_error() {
        let worker = Worker::new((Mutex::new(2), Condvar::new()));
        let run = Run::open(server(&worker, 1), 4, BYTES).unwrap();
        assert!(matches!(run.drive(&[], |_| Ok(())), Err(Error::Closed { .. })));
    }
}

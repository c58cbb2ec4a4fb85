//! Signals during the client's calls: the call goes on, and its deadline stays where it was.
//!
//! The handler is installed with SA_RESTART, and yet calls on a socket with a timeout are not restarted by the system.

mod client_util;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::os::unix::thread::JoinHandleExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use client_util::*;
use engine::client::{Client, MsgFlags, SocketKind};
use engine::sys::signal::SignalSource;
use nix::sys::pthread::pthread_kill;
use nix::sys::signal::Signal;
use socket2::{Domain, SockAddr, Socket, Type};

const TIMEOUT: Duration = Duration::from_millis(150);

/// The handler belongs to the process: one test at a time.
struct Interrupting {
    source: SignalSource,
    _alone: MutexGuard<'static, ()>,
}

impl Interrupting {
    fn new() -> Self {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        Interrupting { source: SignalSource::install(&[libc::SIGUSR1]).unwrap(), _alone: alone }
    }

    /// Runs `call` in a thread of its own, interrupted every millisecond.
    fn run<T: Send + 'static>(&self, call: impl FnOnce() -> T + Send + 'static) -> T {
        let ended = Arc::new(AtomicBool::new(false));
        let thread: JoinHandle<T> = thread::spawn({
            let ended = Arc::clone(&ended);
            move || {
                let result = call();
                ended.store(true, Ordering::Release);
                result
            }
        });
        while !ended.load(Ordering::Acquire) && !thread.is_finished() {
            pthread_kill(thread.as_pthread_t(), Signal::SIGUSR1).unwrap();
            thread::sleep(Duration::from_millis(1));
        }
        thread.join().unwrap()
    }

    #[track_caller]
    fn assert_any(&self) {
        assert!(self.source.pending(), "no signal was ever delivered");
    }
}

/// How long `call` takes, and what it gives.
fn timed<T>(call: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let result = call();
    (begun.elapsed(), result)
}

/// Long enough for some signals to arrive: that a call was interrupted cannot be awaited.
fn for_some_signals() {
    thread::sleep(Duration::from_millis(20));
}

#[track_caller]
fn assert_about(elapsed: Duration, timeout: Duration) {
    assert!(elapsed >= timeout && elapsed < timeout + Duration::from_secs(1), "{elapsed:?}");
}

#[test]
fn recv_keeps_its_deadline() {
    let signals = Interrupting::new();
    // Connections wait in the backlog, which is all that they are to do.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for flags in [MsgFlags::empty(), MsgFlags::MSG_WAITALL, MsgFlags::MSG_PEEK] {
        let mut client = connected(address, Some(TIMEOUT));
        let (elapsed, result) = signals.run(move || timed(|| recv(&mut client, 10, flags)));
        assert_eq!(code(result), libc::EAGAIN);
        assert_about(elapsed, TIMEOUT);
    }
    signals.assert_any();
}

#[test]
fn recv_gets_what_comes_between_signals() {
    let signals = Interrupting::new();
    let (next, piece) = mpsc::channel::<()>();
    let (address, peer) = server(move |mut stream| {
        for part in [&b"one "[..], b"two ", b"three"] {
            piece.recv().unwrap();
            for_some_signals();
            stream.write_all(part).unwrap();
        }
    });
    let mut client = connected(address, LONG);
    let received = signals.run(move || {
        next.send(()).unwrap();
        let first = plain(&mut client, 100).unwrap();
        next.send(()).unwrap();
        next.send(()).unwrap();
        [first, recv(&mut client, 9, MsgFlags::MSG_WAITALL).unwrap()].concat()
    });
    assert_eq!(received, b"one two three");
    signals.assert_any();
    peer.join().unwrap();
}

#[test]
fn without_a_timeout_signals_do_not_end_the_wait() {
    let signals = Interrupting::new();
    let (next, piece) = mpsc::channel::<()>();
    let (address, peer) = server(move |mut stream| {
        piece.recv().unwrap();
        stream.write_all(b"here").unwrap();
    });
    let mut client = connected(address, None);
    let sender = thread::spawn(move || {
        for_some_signals();
        next.send(()).unwrap();
    });
    assert_eq!(signals.run(move || plain(&mut client, 10).unwrap()), b"here");
    sender.join().unwrap();
    peer.join().unwrap();
}

#[test]
fn send_goes_on_and_keeps_its_deadline() {
    let signals = Interrupting::new();
    const SIZE: usize = 16 << 20;
    let (address, peer) = server(|mut stream| {
        let mut received = vec![0; SIZE];
        stream.read_exact(&mut received).unwrap();
        // From here on it reads nothing.
        (stream, received)
    });
    let mut client = connected(address, Some(TIMEOUT));
    let (mut client, sent) = signals.run(move || {
        let sent = client.send(&pattern(SIZE), MsgFlags::empty());
        (client, sent)
    });
    assert_eq!(sent, Ok(SIZE));
    let (_stream, received) = peer.join().unwrap();
    assert!(received == pattern(SIZE));

    let filler = vec![0; 64 << 20];
    while client.send(&filler, MsgFlags::empty()).is_ok() {}
    let (elapsed, result) = signals.run(move || timed(|| client.send(b"one more", MsgFlags::empty())));
    assert_eq!(code(result), libc::EAGAIN);
    assert_about(elapsed, TIMEOUT);
}

#[test]
fn connect_keeps_its_deadline() {
    let signals = Interrupting::new();
    let path = TempPath::new();
    let listener = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    listener.bind(&SockAddr::unix(&path.0).unwrap()).unwrap();
    listener.listen(0).unwrap();
    let mut first = Client::new(SocketKind::UnixStream);
    first.connect(path.bytes(), 0, LONG).unwrap();
    let bytes = path.bytes().to_vec();
    let mut second = Client::new(SocketKind::UnixStream);
    let (elapsed, result) = signals.run(move || timed(|| second.connect(&bytes, 0, Some(TIMEOUT))));
    assert_eq!(code(result), libc::ETIMEDOUT);
    assert_about(elapsed, TIMEOUT);

    // TCP takes another way through the system: an attempt under way goes on.
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SockAddr::from(std::net::SocketAddr::from(([127, 0, 0, 1], 0)))).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let mut queued = Vec::new();
    let (elapsed, error) = loop {
        assert!(queued.len() < 10, "the backlog never filled");
        let (client, elapsed, result) = signals.run(move || {
            let mut client = Client::new(SocketKind::Tcp4);
            let (elapsed, result) = timed(|| client.connect(b"127.0.0.1", address.port().into(), Some(TIMEOUT)));
            (client, elapsed, result)
        });
        match result {
            Ok(()) => queued.push(client),
            Err(error) => break (elapsed, error),
        }
    };
    assert_eq!(error.code(), libc::ETIMEDOUT);
    assert_about(elapsed, TIMEOUT);
}

#[test]
fn a_connect_that_is_interrupted_succeeds_once_there_is_room() {
    let signals = Interrupting::new();
    let path = TempPath::new();
    let listener = UnixListener::bind(&path.0).unwrap();
    // SOMAXCONN is the backlog that the standard library asks for; a smaller one is quicker to fill.
    socket2::SockRef::from(&listener).listen(0).unwrap();
    let mut first = Client::new(SocketKind::UnixStream);
    first.connect(path.bytes(), 0, LONG).unwrap();
    let (begun, waiting) = mpsc::channel::<()>();
    let acceptor = thread::spawn(move || {
        waiting.recv().unwrap();
        for_some_signals();
        (listener.accept().unwrap(), listener.accept().unwrap())
    });
    let bytes = path.bytes().to_vec();
    let result = signals.run(move || {
        begun.send(()).unwrap();
        Client::new(SocketKind::UnixStream).connect(&bytes, 0, LONG)
    });
    assert_eq!(result, Ok(()));
    signals.assert_any();
    acceptor.join().unwrap();
}

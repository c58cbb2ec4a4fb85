//! The inbox and the outbox in one process.

mod sys_util;

use std::fmt::Debug;
use std::io::{IoSlice, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use engine::ipc::inbox::{self, INLINE_MAX};
use engine::ipc::{Body, Discarded, Envelope, InboxReceiver, InboxSender, Outbox, SendState};
use engine::sys::memfd::MemFd;
use mio::Interest;
use sys_util::*;

fn numbered(number: u64) -> Envelope {
    Envelope { kind: 3, from: 4, arg: 5, session: number, extra: !number }
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index * 7 + index / 256) as u8).collect()
}

#[track_caller]
fn assert_received(receiver: &mut InboxReceiver, envelope: Envelope, body: &[u8]) -> Option<OwnedFd> {
    let message = receiver.recv().unwrap().expect("a message");
    assert_eq!(message.envelope, envelope);
    assert!(message.body.as_bytes() == body, "{} bytes, expected {}", message.body.as_bytes().len(), body.len());
    assert_eq!(matches!(message.body, Body::Mapped(_)), body.len() > INLINE_MAX);
    message.fd
}

#[track_caller]
fn assert_empty(receiver: &mut InboxReceiver) {
    assert!(receiver.recv().unwrap().is_none());
}

/// Sends empty messages with a body of `len` until the inbox is full; says how many.
fn fill(sender: &InboxSender, len: usize) -> u64 {
    let body = bytes(len);
    (0..).find(|&number| sender.try_send(&numbered(number), &body, None).unwrap() == SendState::Full).unwrap()
}

#[test]
fn bodies_of_all_sizes_arrive() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    assert_empty(&mut receiver);
    for len in [0, 1, 1000, INLINE_MAX - 1, INLINE_MAX, INLINE_MAX + 1, 100_000, 5_000_000] {
        assert_eq!(sender.try_send(&numbered(len as u64), &bytes(len), None).unwrap(), SendState::Sent);
        let fd = assert_received(&mut receiver, numbered(len as u64), &bytes(len));
        assert!(fd.is_none());
        assert_empty(&mut receiver);
    }
    assert_eq!(receiver.discarded(), Discarded::default());
}

#[test]
fn a_descriptor_comes_with_small_and_large_bodies() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    for len in [0, 10, 200_000] {
        let (mut near, far) = UnixStream::pair().unwrap();
        assert_eq!(sender.try_send(&numbered(1), &bytes(len), Some(far.as_fd())).unwrap(), SendState::Sent);
        drop(far);
        let fd = assert_received(&mut receiver, numbered(1), &bytes(len)).expect("a descriptor");
        engine::sys::io::send(&fd, b"through").unwrap();
        drop(fd);
        let mut text = String::new();
        near.read_to_string(&mut text).unwrap();
        assert_eq!(text, "through", "with a body of {len}");
    }
}

#[test]
fn a_descriptor_that_nobody_takes_is_closed() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    let (mut near, far) = UnixStream::pair().unwrap();
    assert_eq!(sender.try_send(&numbered(1), b"", Some(far.as_fd())).unwrap(), SendState::Sent);
    drop(far);
    drop(receiver.recv().unwrap());
    assert_eq!(near.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_full_inbox_says_so_loses_nothing_and_has_room_again() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    let count = fill(&sender, 1000);
    // Far more than max_dgram_qlen lets into other datagram sockets (10 by default).
    assert!(count > 100, "{count}");
    for number in 0..count {
        assert_received(&mut receiver, numbered(number), &bytes(1000));
    }
    assert_empty(&mut receiver);
    assert_eq!(fill(&sender, 1000), count);
}

#[test]
fn sending_without_a_receiver_is_an_error() {
    let (sender, receiver) = inbox::pair().unwrap();
    drop(receiver);
    assert_eq!(sender.try_send(&numbered(1), b"", None).unwrap_err().code(), libc::ECONNREFUSED);
    let mut outbox = Outbox::new(sender);
    outbox.send(&numbered(1), b"", None).unwrap_err();
    assert!(outbox.is_empty());
}

#[test]
fn a_blocking_send_waits_for_room_but_not_for_ever() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    let count = fill(&sender, 0);
    let start = Instant::now();
    for len in [0, 100_000] {
        let timeout = Duration::from_millis(30);
        let state = sender.send_blocking(&numbered(count), &bytes(len), None, timeout).unwrap();
        assert_eq!(state, SendState::Full);
    }
    assert!(start.elapsed() >= Duration::from_millis(60));
    assert_eq!(sender.send_blocking(&numbered(0), b"", None, Duration::ZERO).unwrap(), SendState::Full);

    std::thread::scope(|scope| {
        let sending = scope.spawn(|| sender.send_blocking(&numbered(count), b"waited", None, LIMIT).unwrap());
        for number in 0..count {
            assert_received(&mut receiver, numbered(number), b"");
        }
        assert_eq!(sending.join().unwrap(), SendState::Sent);
    });
    assert_received(&mut receiver, numbered(count), b"waited");
}

#[test]
fn an_outbox_sends_at_once_while_there_is_room() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    let mut outbox = Outbox::new(sender);
    assert_eq!(outbox.send(&numbered(1), b"now", None).unwrap(), SendState::Sent);
    assert!(outbox.is_empty() && outbox.flush().unwrap());
    assert_received(&mut receiver, numbered(1), b"now");
}

#[test]
fn an_outbox_keeps_order_bodies_and_descriptors() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    let mut outbox = Outbox::new(sender);
    let before = fill(outbox.sender(), 1000);
    let (mut near, far) = UnixStream::pair().unwrap();
    let waiting = [(vec![], false), (bytes(INLINE_MAX), false), (bytes(300_000), true), (bytes(10), true)];
    let fd = |with: bool| -> Option<BorrowedFd> { with.then_some(far.as_fd()) };
    for (number, (body, with_fd)) in waiting.iter().enumerate() {
        let state = outbox.send(&numbered(before + number as u64), body, fd(*with_fd)).unwrap();
        assert_eq!(state, SendState::Full);
    }
    drop(far);
    assert_eq!((outbox.len(), outbox.queued_bytes()), (4, INLINE_MAX + 300_010));
    assert!(!outbox.flush().unwrap());
    assert_eq!(outbox.len(), 4);

    for number in 0..before {
        assert_received(&mut receiver, numbered(number), &bytes(1000));
    }
    // There is room now, and still a new message must not overtake.
    let last = before + waiting.len() as u64;
    assert_eq!(outbox.send(&numbered(last), b"last", None).unwrap(), SendState::Full);
    assert!(outbox.flush().unwrap());
    assert_eq!((outbox.len(), outbox.queued_bytes()), (0, 0));
    for (number, (body, with_fd)) in waiting.iter().enumerate() {
        let fd = assert_received(&mut receiver, numbered(before + number as u64), body);
        assert_eq!(fd.is_some(), *with_fd);
        if let Some(fd) = fd {
            engine::sys::io::send(&fd, b"+").unwrap();
        }
    }
    assert_received(&mut receiver, numbered(last), b"last");
    let mut text = String::new();
    near.read_to_string(&mut text).unwrap();
    assert_eq!(text, "++");
}

#[test]
fn an_event_says_when_to_flush() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    let mut outbox = Outbox::new(sender);
    let before = fill(outbox.sender(), 20_000);
    let total = before + 500;
    for number in before..total {
        assert_eq!(outbox.send(&numbered(number), &bytes(20_000), None).unwrap(), SendState::Full);
    }
    let mut edges = Edges::of(outbox.fd(), Interest::WRITABLE);
    assert_eq!(edges.now(), 0, "full");
    let mut next = 0;
    // The receiver reads what is there, the sender flushes on an event and only then: nothing may get stuck.
    while next < total {
        let mut received = 0;
        while let Some(message) = receiver.recv().unwrap() {
            assert_eq!(message.envelope, numbered(next));
            next += 1;
            received += 1;
        }
        assert!(received > 0, "stuck at {next} of {total}, {} wait", outbox.len());
        if next < total {
            assert!(edges.count(LIMIT) > 0, "no event");
            outbox.flush().unwrap();
        }
    }
    assert!(outbox.is_empty());
}

#[test]
fn clear_forgets_what_waits() {
    let (sender, _receiver) = inbox::pair().unwrap();
    let mut outbox = Outbox::new(sender);
    fill(outbox.sender(), 0);
    assert_eq!(outbox.send(&numbered(1), b"x", None).unwrap(), SendState::Full);
    outbox.clear();
    assert_eq!((outbox.len(), outbox.queued_bytes(), outbox.flush().unwrap()), (0, 0, true));
}

#[test]
fn an_error_while_flushing_keeps_the_message() {
    let (sender, receiver) = inbox::pair().unwrap();
    let mut outbox = Outbox::new(sender);
    fill(outbox.sender(), 0);
    assert_eq!(outbox.send(&numbered(1), b"x", None).unwrap(), SendState::Full);
    drop(receiver);
    outbox.flush().unwrap_err();
    assert_eq!(outbox.len(), 1);
}

#[test]
fn clones_are_the_same_inbox() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    let (other_sender, mut other_receiver) = (sender.try_clone().unwrap(), receiver.try_clone().unwrap());
    drop(sender);
    assert_eq!(other_sender.try_send(&numbered(1), b"one", None).unwrap(), SendState::Sent);
    assert_eq!(other_sender.try_send(&numbered(2), b"two", None).unwrap(), SendState::Sent);
    assert_received(&mut receiver, numbered(1), b"one");
    assert_received(&mut other_receiver, numbered(2), b"two");
    assert_empty(&mut receiver);
}

/// Sends raw datagrams, then a good message, which must be all that arrives.
#[track_caller]
fn assert_malformed(what: impl Debug, datagram: &[u8], fds: &[BorrowedFd]) {
    let (sender, mut receiver) = inbox::pair().unwrap();
    engine::sys::io::send_with_fds(&sender, &[IoSlice::new(datagram)], fds).unwrap();
    assert_eq!(sender.try_send(&numbered(9), b"good", None).unwrap(), SendState::Sent);
    let message = receiver.recv().unwrap().expect("the good message");
    assert_eq!((message.envelope, message.body.as_bytes()), (numbered(9), &b"good"[..]), "{what:?}");
    drop(message);
    assert_empty(&mut receiver);
    assert_eq!(receiver.discarded(), Discarded { malformed: 1, fds_lost: 0 }, "{what:?}");
}

/// The bytes and descriptors of a message on the socket.
fn raw(body: &[u8], fd: Option<BorrowedFd>) -> Vec<u8> {
    let (sender, receiver) = inbox::pair().unwrap();
    assert_eq!(sender.try_send(&numbered(1), body, fd).unwrap(), SendState::Sent);
    let mut buffer = vec![0; INLINE_MAX * 2];
    let datagram = engine::sys::io::recv_with_fds(&receiver, &mut buffer).unwrap();
    buffer.truncate(datagram.len);
    buffer
}

#[test]
fn malformed_datagrams_are_dropped_and_counted() {
    let (a, _b) = UnixStream::pair().unwrap();
    let a = a.as_fd();
    let small = raw(b"body", None);
    let small_with_fd = raw(b"body", Some(a));
    let large = raw(&bytes(100_000), None);
    let large_with_fd = raw(&bytes(100_000), Some(a));
    let memfd = MemFd::with(b"sealed").unwrap();
    let memfd = memfd.as_fd();

    assert_malformed("empty", b"", &[]);
    assert_malformed("short", b"x", &[]);
    assert_malformed("zeroes", &[0; 200], &[]);
    assert_malformed("too long for the buffer", &[small.clone(), vec![0; INLINE_MAX]].concat(), &[]);
    assert_malformed("too long, but right as far as it goes", &[raw(&bytes(INLINE_MAX), None), vec![0]].concat(), &[]);
    assert_malformed("a descriptor that is not announced", &small, &[a]);
    assert_malformed("two of them", &small_with_fd, &[a, a]);
    assert_malformed("a descriptor is missing", &small_with_fd, &[]);
    assert_malformed("the memfd is missing", &large, &[]);
    assert_malformed("one of two is missing", &large_with_fd, &[memfd]);
    assert_malformed("a socket for a memfd", &large, &[a]);
    assert_malformed("the wrong one first", &large_with_fd, &[a, memfd]);
    for cut in [1, 35, small.len() - 1] {
        assert_malformed(("cut", cut), &small[..cut], &[]);
    }
}

#[test]
fn no_datagram_whatever_its_bytes_does_harm() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    let (a, _b) = UnixStream::pair().unwrap();
    let memfd = MemFd::with(&bytes(100)).unwrap();
    let good = [raw(b"body", None), raw(b"body", Some(a.as_fd())), raw(&bytes(100_000), None)];
    // xorshift64: the same sequence on every run.
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut received = 0;
    let sent = 20_000;
    for _ in 0..sent {
        let mut datagram = good[random(good.len())].clone();
        for _ in 0..random(3) {
            let index = random(datagram.len().min(12));
            datagram[index] = random(256) as u8;
        }
        if random(4) == 0 {
            datagram.truncate(random(datagram.len() + 1));
        }
        let all = [memfd.as_fd(), a.as_fd()];
        engine::sys::io::send_with_fds(&sender, &[IoSlice::new(&datagram)], &all[..random(3)]).unwrap();
        while let Some(message) = receiver.recv().unwrap() {
            assert!(message.body.as_bytes().len() <= 100);
            received += 1;
        }
    }
    assert!(received > 0 && received < sent, "{received}");
    assert_eq!(receiver.discarded(), Discarded { malformed: sent - received, fds_lost: 0 });
}

#[test]
fn the_receiver_is_an_edge_triggered_source() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    let mut edges = Edges::of(receiver.as_raw_fd(), Interest::READABLE);
    assert_eq!(edges.now(), 0);
    for round in 0..3 {
        for number in 0..2 {
            assert_eq!(sender.try_send(&numbered(number), b"", None).unwrap(), SendState::Sent);
        }
        assert_eq!(edges.now(), 1, "round {round}");
        assert_received(&mut receiver, numbered(0), b"");
        assert_received(&mut receiver, numbered(1), b"");
        assert_empty(&mut receiver);
    }
}

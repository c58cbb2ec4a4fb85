//! Clients that read slowly or not at all, and what is sent to them: it costs only them.

mod server_support;

use std::time::{Duration, Instant};

use server_support::*;

each_mode! {
    a_slow_reader_harms_nobody_and_gets_everything: single base process;
    past_the_limit_send_fails_and_the_connection_works_on: single base process;
    close_delivers_what_was_sent_before: single base process;
    close_with_reset_throws_away_what_waits: single base process;
    a_large_answer_to_a_half_closed_client_arrives: single base process;
    one_message_over_the_limit_is_taken: single base process;
    who_never_reads_and_resets_leaves_nothing_behind: single base process;
    the_rest_of_a_large_answer_needs_no_other_event: process;
}

/// A client whose session is to be sent to, and a connection for commands in the same worker.
struct Pair {
    reader: Peer,
    session: i64,
    control: Peer,
}

impl Pair {
    fn of(server: &Running) -> Pair {
        let reader = server.echo();
        let connected = server.connected(&reader);
        let control = server.command_at(connected.number("worker") as u32);
        Pair { reader, session: connected.number("session"), control }
    }

    /// Bytes that wait in the queue of the reader's connection.
    fn queued(&self) -> usize {
        let info = self.control.ask(&format!("info {}", self.session));
        info.rsplit_once("queued=").and_then(|(_, count)| count.parse().ok()).unwrap_or_else(|| panic!("{info}"))
    }

    /// Sends messages of `len` bytes: what comes of it.
    fn send(&self, len: usize, count: usize) -> String {
        self.control.ask(&format!("send {} {len} {count}", self.session))
    }

    #[track_caller]
    fn expect_messages(&self, len: usize, count: usize) {
        let message = pattern(self.session as u64, 0, len);
        for index in 0..count {
            assert!(self.reader.take(len) == message, "message {index} of {count} is not what was sent");
        }
    }
}

fn a_slow_reader_harms_nobody_and_gets_everything(setup: Setup) {
    let server = setup.with("socket_buffer_size", 64 << 20).start();
    let pair = Pair::of(&server);
    let started = Instant::now();
    assert_eq!(pair.send(1_000_000, 20), "ok");
    assert!(started.elapsed() < Duration::from_secs(5), "send waited for the reader");
    wait_until("the data to wait in the owner's queue", || pair.queued() > 10_000_000);
    // Others are served, by the same worker and by the same reactor.
    for _ in 0..3 {
        let other = server.echo();
        other.echo(&pattern(3, 0, 300_000));
    }
    pair.expect_messages(1_000_000, 20);
    wait_until("the queue to be empty", || pair.queued() == 0);
    pair.reader.echo(b"and goes on");
    server.stop();
}

fn past_the_limit_send_fails_and_the_connection_works_on(setup: Setup) {
    let server = setup.with("socket_buffer_size", 1 << 20).start();
    let pair = Pair::of(&server);
    let mut sent = 0;
    // In PROCESS the owner's queue is seen a moment later, so a few more may be taken.
    let refused = loop {
        match pair.send(100_000, 1) {
            answer if answer == "ok" => sent += 1,
            answer => break answer,
        }
        assert!(sent < 400, "the limit does not hold");
        std::thread::sleep(Duration::from_millis(1));
    };
    assert_eq!(refused, format!("error {} after 0", 1009));
    assert!(sent >= 10, "refused after {sent} messages of 100000");
    pair.expect_messages(100_000, sent);
    wait_until("the queue to be empty", || pair.queued() == 0);
    assert_eq!(pair.send(100_000, 1), "ok");
    pair.expect_messages(100_000, 1);
    pair.reader.echo(b"and goes on");
    server.stop();
}

fn close_delivers_what_was_sent_before(setup: Setup) {
    let server = setup.with("socket_buffer_size", 64 << 20).start();
    for len in [1, 100_000, 3_000_000] {
        let peer = server.command();
        let session = server.session(&peer);
        peer.say(&format!("answer-and-close {len}"));
        let close = server.wait_for("close", |report| report.is("session", session));
        assert_eq!(close.number("reactor"), -1, "the server ended it");
        // Nobody has read anything so far.
        assert!(peer.take_all() == pattern(session as u64, 0, len), "not what was sent, of {len} bytes");
    }
    assert!(server.reports("failed").is_empty());
    let command = server.command();
    wait_until("the connections to be gone", || command.number("stat connections") == 1);
    server.stop();
}

fn close_with_reset_throws_away_what_waits(setup: Setup) {
    let server = setup.with("socket_buffer_size", 64 << 20).start();
    let pair = Pair::of(&server);
    assert_eq!(pair.send(1_000_000, 20), "ok");
    wait_until("the data to wait in the owner's queue", || pair.queued() > 10_000_000);
    assert_eq!(pair.control.ask(&format!("reset {}", pair.session)), "ok");
    let close = server.wait_for("close", |report| report.is("session", pair.session));
    assert_eq!(close.number("reactor"), -1);
    pair.reader.expect_reset();
    assert_eq!(pair.control.ask(&format!("exists {}", pair.session)), "false");
    wait_until("the connection to be gone", || pair.send(1, 1) == "error 1005 after 0");
    server.stop();
}

fn a_large_answer_to_a_half_closed_client_arrives(setup: Setup) {
    let server = setup.with("socket_buffer_size", 64 << 20).start();
    let peer = server.command();
    let session = server.session(&peer);
    peer.say(&format!("send {session} 5000000"));
    peer.finish_sending();
    server.wait_for("close", |report| report.is("session", session));
    let back = peer.take_all();
    assert_eq!(back.len(), 5_000_003);
    assert!(back[..5_000_000] == pattern(session as u64, 0, 5_000_000) && back.ends_with(b"ok\n"));
    server.stop();
}

fn one_message_over_the_limit_is_taken(setup: Setup) {
    let server = setup.with("socket_buffer_size", 100_000).start();
    let pair = Pair::of(&server);
    assert_eq!(pair.send(20_000_000, 1), "ok");
    wait_until("the data to wait in the owner's queue", || pair.queued() > 10_000_000);
    assert_eq!(pair.send(1, 1), "error 1009 after 0");
    pair.expect_messages(20_000_000, 1);
    server.stop();
}

fn who_never_reads_and_resets_leaves_nothing_behind(setup: Setup) {
    let server = setup.with("socket_buffer_size", 64 << 20).start();
    for _ in 0..4 {
        let Pair { reader, session, control } = Pair::of(&server);
        assert_eq!(control.ask(&format!("send {session} 5000000 2")), "ok");
        reader.reset();
        let close = server.wait_for("close", |report| report.is("session", session));
        assert_eq!(close.number("reactor"), close.number("owner"));
        wait_until("the connection to be gone", || control.ask(&format!("info {session}")) == "none");
    }
    server.stop();
}

/// What did not fit the lane at once may get its place just when the message is done.
fn the_rest_of_a_large_answer_needs_no_other_event(setup: Setup) {
    let server = setup.start();
    let peer = server.command();
    let session = server.session(&peer);
    let message = pattern(session as u64, 0, 2_000_000);
    for _ in 0..150 {
        peer.say(&format!("send {session} 2000000"));
        assert!(peer.take(2_000_000) == message);
        assert_eq!(peer.line(), "ok");
    }
    server.stop();
}

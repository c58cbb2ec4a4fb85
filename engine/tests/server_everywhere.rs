//! `send` and `close` from every process of a server, and from processes that these fork.

mod server_support;

use nix::sys::signal::Signal;
use server_support::*;

each_mode! {
    another_worker_can_send_and_close: base process;
    what_an_inbox_has_no_room_for_follows: base;
    a_process_that_a_worker_forked_can_send_and_close: single base process;
    a_forked_process_that_returns_from_its_callback_does_no_harm: single base process;
}

#[test]
fn the_master_can_send_and_close() {
    let mut server = Setup::process(2, 2).with("console", "master").start();
    server.wait_for("console", |_| true);
    from_the_console(&mut server);
    server.console("go");
    server.echo().echo(b"hello");
    server.stop();
}

#[test]
fn the_manager_can_send_and_close() {
    for setup in [Setup::process(2, 2), Setup::base(2)] {
        let mut server = setup.with("console", "manager").start();
        server.wait_for("console", |_| true);
        from_the_console(&mut server);
        server.console("go");
        server.echo().echo(b"hello");
        server.stop();
    }
}

#[track_caller]
fn from_the_console(server: &mut Running) {
    for len in [1, 32 * 1024, 32 * 1024 + 1, 1_000_000] {
        let peer = server.echo();
        let session = server.session(&peer);
        assert_eq!(server.console_ask(&format!("send {session} {len} 3")), "ok");
        for _ in 0..3 {
            assert!(peer.take(len) == pattern(session as u64, 0, len));
        }
        assert_eq!(server.console_ask(&format!("close {session}")), "ok");
        peer.expect_end();
        let close = server.wait_for("close", |report| report.is("session", session));
        assert_eq!((close.number("reactor"), close.role.as_str()), (-1, "worker"));
    }
    assert_eq!(server.console_ask("send 999999 1"), "error 1005 after 0");
    assert_eq!(server.console_ask("close 999999"), "error 1005");
}

fn another_worker_can_send_and_close(setup: Setup) {
    let server = setup.start();
    let (peer, session) = server.echo_at(1);
    let control = server.command_at(0);
    for len in [1, 65_536, 65_537, 5_000_000] {
        assert_eq!(control.ask(&format!("send {session} {len}")), "ok");
        assert!(peer.take(len) == pattern(session as u64, 0, len));
    }
    // A run of small ones keeps its order.
    assert_eq!(control.ask(&format!("send {session} 100 3000")), "ok");
    let one = pattern(session as u64, 0, 100);
    for _ in 0..3000 {
        assert_eq!(peer.take(100), one);
    }
    assert_eq!(control.ask(&format!("close {session}")), "ok");
    peer.expect_end();
    server.stop();
}

/// Nothing else happens in the worker that sends.
fn what_an_inbox_has_no_room_for_follows(setup: Setup) {
    let server = setup.with("socket_buffer_size", 256 << 20).start();
    let (peer, session) = server.echo_at(1);
    let (held, control) = (server.command_at(1), server.command_at(0));
    server.block(&held, 500);
    assert_eq!(control.ask(&format!("send {session} 20000 1000")), "ok");
    let one = pattern(session as u64, 0, 20_000);
    for _ in 0..1000 {
        assert!(peer.take(20_000) == one);
    }
    assert_eq!(held.line(), "slept");
    server.stop();
}

fn a_process_that_a_worker_forked_can_send_and_close(setup: Setup) {
    let server = setup.start();
    let (peer, session) = server.echo_at(0);
    let control = server.command_at(0);
    for len in [1, 20_000, 3_000_000] {
        assert_eq!(control.ask(&format!("fork send {session} {len}")), "ok");
        assert!(peer.take(len) == pattern(session as u64, 0, len));
        // The parent goes on with its own lane.
        control.send(format!("send {session} {len}\n").as_bytes());
        assert_eq!(control.line(), "ok");
        assert!(peer.take(len) == pattern(session as u64, 0, len));
    }
    for round in 0..30 {
        assert_eq!(control.ask(&format!("fork send {session} 1000")), "ok");
        assert_eq!(control.ask(&format!("send {session} 2000")), "ok");
        let mut got = peer.take(3000);
        // Which of the two comes first is not said.
        if got[..2000] == pattern(session as u64, 0, 2000) {
            got.rotate_left(2000);
        }
        assert!(got[..1000] == pattern(session as u64, 0, 1000) && got[1000..] == pattern(session as u64, 0, 2000), "{round}");
    }
    assert_eq!(control.ask(&format!("fork close {session}")), "ok");
    peer.expect_end();
    let close = server.wait_for("close", |report| report.is("session", session));
    assert_eq!(close.number("reactor"), -1);
    control.ask("pid");
    assert!(server.reports("worker_error").is_empty());
    server.stop();
}

/// As a script does that forgets `exit` in its child.
fn a_forked_process_that_returns_from_its_callback_does_no_harm(setup: Setup) {
    let server = setup.start();
    let (peer, _) = server.echo_at(0);
    let control = server.command_at(0);
    let worker = control.number("pid");
    for round in 0..5 {
        let ended = control.ask("fork-return");
        assert!(ended.contains("Exited"), "the child went on as if it were the worker: {ended}");
        peer.echo(&pattern(round, 0, 200_000));
        assert_eq!(control.number("pid"), worker);
    }
    let (other, session) = server.echo_at(0);
    drop(other);
    let close = server.wait_for("close", |report| report.is("session", session));
    assert_eq!(i64::from(close.pid), worker);
    assert_eq!(server.reports("close").iter().filter(|report| report.is("session", session)).count(), 1);
    assert!(server.reports("worker_stop").is_empty() && server.reports("worker_error").is_empty());
    assert!(server.reports("before_shutdown").is_empty());
    server.stop();
}

/// A signal to the child is not one to the worker.
#[test]
fn a_forked_process_can_be_ended_by_a_signal() {
    for setup in [Setup::single(), Setup::process(2, 2)] {
        let server = setup.start();
        let control = server.command_at(0);
        let worker = control.number("pid");
        let child = control.number("fork-stay 600000") as i32;
        server.wait_for("stays", |report| report.pid == child);
        server.signal(child, Signal::SIGTERM);
        wait_until("the child to end", || !is_alive(child));
        assert_eq!(control.number("pid"), worker);
        server.stop();
    }
}

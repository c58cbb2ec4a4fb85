//! The end of a server: asked for from everywhere, under load, with workers that block, and after its own processes were killed. What
//! every test here shows besides is that no process is left.

mod server_support;

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use server_support::*;

each_mode! {
    term_and_int_end_it_in_good_order: single base process;
    any_worker_can_ask_for_the_end: single base process;
    the_start_callback_can_ask_for_the_end: single base process;
    a_worker_that_starts_can_ask_for_the_end: single base process;
    a_blocked_worker_holds_the_end_up_for_max_wait_time_only: base process;
    an_end_under_load_leaves_nothing: single base process;
    what_was_answered_is_delivered: single base process;
    a_slow_reader_holds_the_end_up_for_max_wait_time_only: single base process;
    files_are_removed: single base process;
    a_fork_of_user_code_does_not_hold_it_up: single base process;
}

fn term_and_int_end_it_in_good_order(setup: Setup) {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let server = setup.start();
        let peer = server.echo();
        peer.echo(b"hello");
        let started = Instant::now();
        server.signal(server.pid(), signal);
        server.expect_stopped();
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        peer.expect_end();
        for name in ["before_shutdown", "shutdown"] {
            assert_eq!(server.reports(name).len(), 1, "{name}");
        }
        assert_eq!(server.reports("worker_stop").len(), server.reports("worker_start").len());
        Peer::try_connect(&server.address(0)).expect_err("the port is free");
        // Twice is not worse than once.
        let server = setup.start();
        server.signal(server.pid(), signal);
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(server.pid()), signal);
        server.expect_stopped();
        assert_eq!(server.reports("before_shutdown").len(), 1);
    }
}

fn any_worker_can_ask_for_the_end(setup: Setup) {
    let server = setup.start();
    let control = server.command();
    assert_eq!(control.ask("shutdown"), "ok");
    server.expect_stopped();
    control.expect_end();
    // So can a process that a worker has forked.
    let server = setup.start();
    let control = server.command();
    assert_eq!(control.ask("fork shutdown"), "ok");
    server.expect_stopped();
    control.expect_end();
}

fn the_start_callback_can_ask_for_the_end(setup: Setup) {
    let role = if setup.is("process") { "master" } else { "worker" };
    let mut server = setup.with("console", role).spawn();
    server.wait_for("console", |_| true);
    assert_eq!(server.console_ask("shutdown"), "ok");
    server.close_console();
    server.expect_stopped();
}

fn a_worker_that_starts_can_ask_for_the_end(setup: Setup) {
    let server = setup.with("at_worker_start", "shutdown").spawn();
    server.expect_stopped();
}

fn a_blocked_worker_holds_the_end_up_for_max_wait_time_only(setup: Setup) {
    let server = setup.with("max_wait_time_ms", 500).start();
    let held = server.command_at(1);
    let other = server.echo_at(0).0;
    server.block(&held, 20_000);
    let started = Instant::now();
    server.stop();
    let took = started.elapsed();
    assert!((Duration::from_millis(450)..Duration::from_secs(5)).contains(&took), "{took:?}");
    held.expect_gone();
    other.expect_gone();
    assert!(server.log().contains("did not leave within max_wait_time"));
    assert!(server.reports("worker_error").is_empty());
}

fn an_end_under_load_leaves_nothing(setup: Setup) {
    let server = setup.start();
    let mut swarm = Swarm::connect(&server.address(0), 100, 20 << 20);
    std::thread::scope(|scope| {
        scope.spawn(|| swarm.run_for(LIMIT));
        std::thread::sleep(Duration::from_millis(200));
        let started = Instant::now();
        server.stop();
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    });
    assert_eq!(swarm.left(), 0);
    // One that had a worker for itself may have had all its bytes back before the end.
    let fine = |outcome: &Outcome| matches!(outcome, Outcome::Ended { .. } | Outcome::Complete);
    let (fine, wrong): (Vec<_>, Vec<_>) = swarm.outcomes().into_iter().partition(|(_, outcome)| fine(outcome));
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(
        fine.iter().any(|(_, outcome)| matches!(outcome, Outcome::Ended { .. })),
        "the end came too late to cut anything off"
    );
    assert!(server.reports("worker_error").is_empty());
}

fn what_was_answered_is_delivered(setup: Setup) {
    let server = setup.with("socket_buffer_size", 64 << 20).start();
    let peer = server.command();
    let session = server.session(&peer);
    peer.send(format!("send {session} 9000000\nshutdown\n").as_bytes());
    // It is read while the server ends, and after.
    let back = peer.take_all();
    assert_eq!(back.len(), 9_000_006);
    assert!(back[..9_000_000] == pattern(session as u64, 0, 9_000_000) && back.ends_with(b"ok\nok\n"));
    server.expect_stopped();
}

fn a_slow_reader_holds_the_end_up_for_max_wait_time_only(setup: Setup) {
    let server = setup.with("socket_buffer_size", 64 << 20).with("max_wait_time_ms", 400).start();
    let peer = server.command();
    let session = server.session(&peer);
    assert!(peer.local_port() > 0);
    peer.say(&format!("send {session} 20000000"));
    let control = server.command_at(server.connected(&peer).number("worker") as u32);
    wait_until("the data to wait", || control.ask(&format!("info {session}")).rsplit('=').next().unwrap().len() > 7);
    let started = Instant::now();
    server.stop();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    peer.expect_gone();
}

fn files_are_removed(setup: Setup) {
    let (socket, pid_file) = (setup.path("socket"), setup.path("pid"));
    let setup = setup.with("port", format!("echo unix:{}", socket.display())).with("pid_file", pid_file.display());
    let server = setup.start();
    assert_eq!(std::fs::read_to_string(&pid_file).unwrap(), server.pid().to_string());
    server.connect(2).echo(b"hello");
    server.stop();
    assert!(!socket.exists() && !pid_file.exists());
}

/// A child of user code ignores the end of the server, and has all of its sockets.
fn a_fork_of_user_code_does_not_hold_it_up(setup: Setup) {
    let server = setup.start();
    let (peer, closed, control) = (server.echo_at(0).0, server.echo_at(0), server.command_at(0));
    peer.echo(b"hello");
    let child = control.number("fork-stay 20000") as i32;
    assert_eq!(control.ask(&format!("close {}", closed.1)), "ok");
    closed.0.expect_end();
    server.signal(server.pid(), Signal::SIGTERM);
    assert!(server.reap().success());
    peer.expect_end();
    control.expect_end();
    let refused = Peer::try_connect(&server.address(0)).expect_err("the port is free");
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    assert!(is_alive(child));
    server.wait_for("stays", |report| report.pid == child);
    server.signal(child, Signal::SIGTERM);
    server.wait_gone();
}

#[test]
fn master_and_manager_can_ask_for_the_end() {
    for role in ["master", "manager"] {
        let mut server = Setup::process(2, 2).with("console", role).spawn();
        server.wait_for("console", |_| true);
        assert_eq!(server.console_ask("shutdown"), "ok");
        server.console("go");
        server.expect_stopped();
    }
    let mut server = Setup::base(2).with("console", "manager").spawn();
    server.wait_for("console", |_| true);
    assert_eq!(server.console_ask("shutdown"), "ok");
    server.console("go");
    server.expect_stopped();
}

#[test]
fn a_callback_of_the_master_that_fails_ends_everything_with_its_status() {
    let mut server = Setup::process(2, 2).with("console", "master").spawn();
    server.wait_for("console", |_| true);
    server.console("exit 7");
    let status = server.wait_gone();
    assert_eq!(status.code(), Some(7));
    assert!(server.reports("shutdown").is_empty());
}

#[test]
fn term_to_the_manager_ends_everything() {
    let server = Setup::process(2, 2).start();
    let manager = server.wait_for("manager_start", |_| true).pid;
    server.signal(manager, Signal::SIGTERM);
    server.expect_stopped();
    assert_eq!(server.reports("before_shutdown").len(), 1);
}

#[test]
fn a_killed_master_takes_everything_along() {
    for blocked in [false, true] {
        let server = Setup::process(3, 2).with("max_wait_time_ms", 500).start();
        let (peer, held) = (server.echo_at(0).0, server.command_at(1));
        if blocked {
            server.block(&held, 20_000);
        }
        peer.echo(b"hello");
        server.signal(server.pid(), Signal::SIGKILL);
        server.wait_gone_within(Duration::from_secs(10));
        peer.expect_gone();
        let stops = server.reports("worker_stop").len();
        assert!(stops == 3 - usize::from(blocked), "{stops} workers have stopped in good order");
        assert_eq!(server.reports("manager_stop").len(), 1);
    }
}

#[test]
fn a_killed_manager_ends_the_server() {
    for blocked in [false, true] {
        let server = Setup::process(3, 2).with("max_wait_time_ms", 500).start();
        let (peer, held) = (server.echo_at(0).0, server.command_at(1));
        if blocked {
            server.block(&held, 20_000);
        }
        peer.echo(b"hello");
        server.signal(server.wait_for("manager_start", |_| true).pid, Signal::SIGKILL);
        server.wait_gone_within(Duration::from_secs(10));
        server.expect_stopped();
        peer.expect_gone();
        assert!(server.log().contains("the manager has gone"));
        let stops = server.reports("worker_stop").len();
        assert!(stops == 3 - usize::from(blocked), "{stops} workers have stopped in good order");
    }
}

#[test]
fn workers_end_when_master_and_manager_are_killed() {
    let server = Setup::process(3, 2).start();
    let manager = server.wait_for("manager_start", |_| true).pid;
    server.wait_for_count(3, "worker_start", |_| true);
    // Both at once, so that neither can do anything about the other.
    server.signal(manager, Signal::SIGSTOP);
    server.signal(server.pid(), Signal::SIGKILL);
    server.signal(manager, Signal::SIGKILL);
    server.wait_gone_within(Duration::from_secs(10));
}

#[test]
fn a_killed_main_process_of_base_takes_the_workers_along() {
    let server = Setup::base(3).start();
    server.wait_for_count(3, "worker_start", |_| true);
    let peer = server.echo();
    let session = server.session(&peer);
    server.signal(server.pid(), Signal::SIGKILL);
    server.wait_gone_within(Duration::from_secs(10));
    peer.expect_end();
    server.wait_for("close", |report| report.is("session", session));
    assert_eq!(server.reports("worker_stop").len(), 3);
}

#[test]
fn a_server_ends_while_its_workers_crash_again_and_again() {
    for setup in [Setup::process(2, 2), Setup::base(2)] {
        let server = setup.with("at_worker_start", "exit 1").spawn();
        server.wait_for_count(6, "worker_error", |_| true);
        let started = Instant::now();
        server.signal(server.pid(), Signal::SIGTERM);
        server.expect_stopped();
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    }
}

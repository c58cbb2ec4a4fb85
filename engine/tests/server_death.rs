//! Workers that die: what they held is lost and its connections are closed, everything else goes on.

mod server_support;

use std::collections::HashSet;
use std::os::unix::fs::FileExt;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use server_support::*;

/// Kills a worker from outside and waits until it is gone.
fn kill(server: &Running, pid: i32) -> Instant {
    server.signal(pid, Signal::SIGKILL);
    let killed = Instant::now();
    server.wait_for("worker_error", |report| report.is("of", pid) && report.is("signal", 9));
    killed
}

#[test]
fn only_what_a_dead_worker_held_is_closed() {
    let server = Setup::process(2, 2).start();
    let first = server.worker(0);
    let (waiting, other_waiting, idle) = (server.echo_at(0).0, server.echo_at(0).0, server.echo_at(0).0);
    let (elsewhere, _) = server.echo_at(1);
    let held = server.command_at(0);
    let session = server.session(&held);
    server.block(&held, 20_000);
    // What the worker has not taken: more than one record each, of several reactors.
    let bytes = pattern(5, 0, 50_000);
    for piece in bytes.chunks(1000) {
        waiting.send(piece);
        other_waiting.send(piece);
    }
    elsewhere.echo(b"the other worker answers");
    let killed = kill(&server, first);
    held.expect_gone();
    let took = killed.elapsed();
    assert!(took < Duration::from_secs(2), "the connection in hand was closed after {took:?}");
    assert_eq!(waiting.take(bytes.len()), bytes);
    assert_eq!(other_waiting.take(bytes.len()), bytes);
    idle.echo(b"goes on with the new worker");
    elsewhere.echo(b"nothing happened");
    let second = server.worker(0);
    assert_ne!(first, second);
    let close = server.wait_for("close", |report| report.is("session", session));
    assert_eq!((close.pid, close.number("reactor")), (second, -1), "Close runs in the replacement");
    assert_eq!(server.reports("close").iter().filter(|report| report.is("reactor", -1)).count(), 1);
    server.stop();
}

#[test]
fn a_worker_that_dies_again_and_again_loses_only_what_it_held() {
    let server = Setup::process(2, 2).start();
    let (survivor, session) = server.echo_at(0);
    // Not more often: the pause before the next start grows.
    for round in 0..5 {
        let pid = server.worker(0);
        let held = server.command_at(0);
        server.block(&held, 20_000);
        survivor.send(&pattern(round, 0, 30_000));
        kill(&server, pid);
        held.expect_gone();
        assert_eq!(survivor.take(30_000), pattern(round, 0, 30_000), "round {round}");
        wait_until("the replacement", || server.worker(0) != pid);
    }
    assert!(!server.reports("close").iter().any(|report| report.is("session", session)));
    server.stop();
}

#[test]
fn the_end_of_a_worker_by_its_own_status_closes_what_it_held() {
    let server = Setup::process(2, 2).start();
    let pid = server.worker(0);
    let (other, _) = server.echo_at(0);
    let held = server.command_at(0);
    held.say("exit 3");
    held.expect_gone();
    let error = server.wait_for("worker_error", |_| true);
    assert_eq!((error.number("worker"), error.number("of")), (0, i64::from(pid)));
    assert_eq!((error.number("exit_code"), error.number("signal")), (3, 0));
    assert_eq!(error.role, "manager");
    other.echo(b"goes on");
    assert!(server.log().contains(&format!("worker(pid={pid}, id=0) abnormal exit, status=3, signal=0")));
    server.stop();
}

#[test]
fn an_answer_that_is_not_complete_ends_its_connection() {
    let server = Setup::process(2, 2).start();
    for target in [0, 1] {
        let pid = server.worker(0);
        let (reader, session) = server.echo_at(target);
        let (other, _) = server.echo_at(target);
        let control = server.command_at(0);
        // More than the lane holds, and the worker dies before it can send the rest.
        control.send(format!("send {session} 8000000\ndie\n").as_bytes());
        let got = reader.take_all();
        assert!(got.len() < 8_000_000 && got == pattern(session as u64, 0, got.len()));
        let close = server.wait_for("close", |report| report.is("session", session));
        assert_eq!(close.number("reactor"), -1);
        control.expect_gone();
        other.echo(b"goes on");
        wait_until("the replacement", || server.worker(0) != pid);
    }
    server.stop();
}

#[test]
fn an_answer_that_was_complete_arrives_though_its_worker_is_dead() {
    let server = Setup::process(2, 2).start();
    for target in [0, 1] {
        let pid = server.worker(0);
        let (reader, session) = server.echo_at(target);
        let control = server.command_at(0);
        control.send(format!("send {session} 200000\ndie\n").as_bytes());
        assert_eq!(reader.take(200_000), pattern(session as u64, 0, 200_000));
        control.expect_gone();
        wait_until("the replacement", || server.worker(0) != pid);
        reader.echo(b"goes on");
    }
    server.stop();
}

#[test]
fn all_connections_of_a_dead_worker_are_closed_if_so_wished() {
    let server = Setup::process(2, 2).with("worker_death_close", "all").start();
    let peers: Vec<_> = (0..5).map(|_| server.echo_at(0)).collect();
    let (elsewhere, _) = server.echo_at(1);
    kill(&server, server.worker(0));
    for (peer, session) in &peers {
        peer.expect_end();
        server.wait_for("close", |report| report.is("session", session) && report.is("reactor", -1));
    }
    elsewhere.echo(b"goes on");
    server.echo_at(0).0.echo(b"a new one");
    server.stop();
}

#[test]
fn a_worker_that_dies_in_close_closes_and_close_is_not_run_again() {
    let server = Setup::process(2, 2).with("in_close", "die").start();
    for by_server in [false, true] {
        let pid = server.worker(0);
        let (peer, session) = server.echo_at(0);
        if by_server {
            let control = server.command_at(0);
            control.say(&format!("close {session}"));
            peer.expect_gone();
            control.expect_gone();
        } else {
            drop(peer);
        }
        server.wait_for("worker_error", |report| report.is("of", pid));
        wait_until("the replacement", || server.worker(0) != pid);
        let control = server.command_at(0);
        wait_until("the connection to be gone", || control.ask(&format!("info {session}")) == "none");
        let runs = server.reports("closing").into_iter().filter(|report| report.is("session", session)).count();
        assert_eq!(runs, 1);
    }
    server.stop();
}

#[test]
fn a_single_worker_with_full_lanes_is_replaced() {
    let server = Setup::process(1, 1).with("ring_memory", 1).start();
    for _ in 0..3 {
        let pid = server.worker(0);
        let held = server.command();
        server.block(&held, 20_000);
        // Far more than the lane holds.
        let mut swarm = Swarm::connect(&server.address(0), 20, 300_000);
        swarm.run_for(Duration::from_millis(100));
        kill(&server, pid);
        held.expect_gone();
        swarm.expect_complete(LIMIT);
        wait_until("the replacement", || server.worker(0) != pid);
    }
    server.stop();
}

#[test]
fn a_dead_worker_of_base_takes_its_own_connections_along() {
    let server = Setup::base(3).start();
    let mine: Vec<_> = (0..3).map(|_| server.echo_at(1).0).collect();
    let (elsewhere, _) = server.echo_at(0);
    let pid = server.worker(1);
    kill(&server, pid);
    mine.iter().for_each(Peer::expect_gone);
    elsewhere.echo(b"goes on");
    wait_until("the replacement", || server.worker(1) != pid);
    server.echo_at(1).0.echo(b"a new one");
    let control = server.command_at(0);
    drop(elsewhere);
    wait_until("only our connection to be left", || control.number("stat connections") == 1);
    assert_eq!(control.number("stat accepted") - control.number("stat closed"), 1);
    server.stop();
}

/// The acceptance test: many connections, all busy, while one of four workers is killed three times.
#[test]
fn a_thousand_busy_connections_and_three_deaths() {
    let setup = Setup::process(4, 2).with("track", 1).with("echo_delay_us", 300);
    let dir = setup.path("");
    let server = setup.with("track_dir", dir.display()).start();
    let mut swarm = Swarm::connect(&server.address(0), 1000, 1 << 20);
    let all = server.wait_for_count(1000, "connect", |_| true);
    let mut held = HashSet::new();
    let mut deaths = Vec::new();
    let mut replaced = Vec::new();
    let progress = swarm.progress();
    std::thread::scope(|scope| {
        scope.spawn(|| swarm.run_for(2 * LIMIT));
        for round in 1..=3 {
            wait_until("the clients to be busy", || progress.load(Ordering::Relaxed) > round * (200 << 20));
            let pid = server.worker(1);
            deaths.push(kill(&server, pid));
            let mut session = [0; 8];
            // A worker that has had no message has no such file.
            if let Ok(current) = std::fs::File::open(server.path(&format!("current.{pid}"))) {
                current.read_exact_at(&mut session, 0).expect("eight bytes");
            }
            if u64::from_ne_bytes(session) != 0 {
                held.insert(u64::from_ne_bytes(session) as i64);
            }
            wait_until("the replacement", || server.worker(1) != pid);
            replaced.push(deaths[deaths.len() - 1].elapsed());
        }
    });
    assert_eq!(swarm.left(), 0, "clients hang: {:?}", swarm.outcomes());
    let closed: HashSet<i64> =
        server.reports("close").iter().filter(|r| r.is("reactor", -1)).map(|r| r.number("session")).collect();
    let mut complete = 0;
    for (port, outcome) in swarm.outcomes() {
        let connect = all.iter().find(|report| report.is("peer", port)).expect("each was reported");
        let session = connect.number("session");
        match outcome {
            Outcome::Complete => {
                complete += 1;
                assert!(!held.contains(&session), "session {session} was in hand and is not closed");
            }
            Outcome::Ended { .. } => assert!(connect.is("worker", 1), "session {session} of worker {}", connect.text("worker")),
            other => panic!("session {session}: {other:?}"),
        }
    }
    // A death may take along what was in the callback, and answers that the lane had no room for yet.
    assert!(held.len() <= 3 && held.is_subset(&closed), "in hand {held:?}, closed {closed:?}");
    println!("complete {complete}, in hand {}, closed {}, replaced after {replaced:?}", held.len(), closed.len());
    assert!(closed.len() <= held.len() + 20, "{} connections were closed", closed.len());
    for (index, end) in swarm.ends().into_iter().enumerate() {
        let after = deaths.iter().filter(|death| **death <= end).map(|death| end - *death).min();
        println!("client {index} was closed {after:?} after a death");
        assert!(after.is_some_and(|after| after < Duration::from_secs(2)), "closed {after:?} after a death");
    }
    server.stop();
}

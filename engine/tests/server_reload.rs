//! Reloads, stops and `max_request`: workers are replaced under load, and nobody notices.

mod server_support;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use server_support::*;

/// Runs clients to their end while `body` does something to the server, which gets a way to wait for progress in bytes.
fn under_load(server: &Running, clients: usize, size: usize, body: impl FnOnce(&dyn Fn(usize))) {
    let mut swarm = Swarm::connect(&server.address(0), clients, size);
    let progress = swarm.progress();
    std::thread::scope(|scope| {
        scope.spawn(|| swarm.run_for(LIMIT));
        body(&|bytes| wait_until("the clients to be busy", || progress.load(Ordering::Relaxed) >= bytes));
    });
    swarm.expect_complete(Duration::ZERO);
    assert!(!server.reports("close").iter().any(|report| report.is("reactor", -1)), "a connection was closed");
}

#[track_caller]
fn wait_for_generation(server: &Running, workers: u32, generation: usize) {
    for worker in 0..workers {
        server.wait_for_count(generation, "worker_start", |report| report.is("worker", worker));
    }
}

/// Reloads, and waits until the old processes are gone: a reload while one is under way is the same reload.
#[track_caller]
fn reload(server: &Running, workers: u32) {
    let old: Vec<i32> = (0..workers).map(|worker| server.worker(worker)).collect();
    server.signal(server.pid(), Signal::SIGUSR1);
    for (worker, pid) in (0..workers).zip(old) {
        wait_until("the replacement", || server.worker(worker) != pid);
        wait_until("the old worker to be gone", || is_collected(pid));
    }
}

#[test]
fn a_reload_under_load_loses_nothing() {
    let server = Setup::process(4, 2).start();
    let old: Vec<i32> = (0..4).map(|worker| server.worker(worker)).collect();
    under_load(&server, 200, 1 << 20, |wait| {
        for round in 1..=4 {
            wait(round * (40 << 20));
            reload(&server, 4);
        }
    });
    for pid in old {
        server.wait_for("worker_stop", |report| report.pid == pid);
        wait_until("the old worker to be gone", || !is_alive(pid));
    }
    assert_eq!((server.reports("before_reload").len(), server.reports("after_reload").len()), (4, 4));
    assert!(server.reports("before_reload").iter().all(|report| report.role == "manager"));
    assert!(server.reports("worker_error").is_empty(), "{:?}", server.reports("worker_error"));
    // What was said to the old worker is answered by the new one.
    assert!(server.reports("connect").len() >= 200);
    server.stop();
}

#[test]
fn reloads_in_a_row_lose_nothing() {
    let server = Setup::process(3, 2).start();
    under_load(&server, 100, 2 << 20, |wait| {
        wait(20 << 20);
        for _ in 0..30 {
            server.signal(server.pid(), Signal::SIGUSR1);
            std::thread::sleep(Duration::from_millis(7));
        }
    });
    assert!(server.reports("worker_error").is_empty(), "{:?}", server.reports("worker_error"));
    wait_until("the old workers to be gone", || server.alive().len() == 5);
    server.stop();
}

#[test]
fn a_reload_of_more_workers_than_there_are_spare_berths() {
    let server = Setup::process(12, 2).start();
    under_load(&server, 100, 1 << 20, |wait| {
        for round in 1..=3 {
            wait(round * (20 << 20));
            reload(&server, 12);
        }
    });
    assert!(server.reports("worker_error").is_empty(), "{:?}", server.reports("worker_error"));
    server.stop();
}

/// The workers that must wait for a berth are served by their old processes meanwhile, and are not killed for it.
#[test]
fn workers_that_wait_for_a_berth_are_not_killed_for_those_that_block() {
    let server = Setup::process(8, 2).with("max_wait_time_ms", 700).start();
    let blocked: Vec<Peer> = (0..5).map(|worker| server.command_at(worker)).collect();
    let others: Vec<Peer> = (5..8).map(|worker| server.echo_at(worker).0).collect();
    let innocent: Vec<i32> = (5..8).map(|worker| server.worker(worker)).collect();
    for peer in &blocked {
        server.block(peer, 20_000);
    }
    server.signal(server.pid(), Signal::SIGUSR1);
    wait_for_generation(&server, 8, 2);
    for peer in &others {
        peer.echo(b"still served");
    }
    for peer in &blocked {
        peer.expect_gone();
    }
    for pid in innocent {
        server.wait_for("worker_stop", |report| report.pid == pid);
    }
    server.stop();
}

#[test]
fn the_order_within_a_connection_holds_over_reloads() {
    let server = Setup::process(2, 2).with("echo_delay_us", 500).start();
    let peer = server.echo();
    let mut sent = 0;
    for _ in 0..5 {
        // Small pieces, many in hand when the reload comes.
        for _ in 0..200 {
            peer.send(&pattern(1, sent, 100));
            sent += 100;
        }
        reload(&server, 2);
    }
    assert!(peer.take(sent) == pattern(1, 0, sent));
    server.stop();
}

#[test]
fn a_worker_that_blocks_at_a_reload_is_killed_in_time_and_loses_what_it_held() {
    let server = Setup::process(2, 2).with("max_wait_time_ms", 400).start();
    let pid = server.worker(0);
    let (waiting, _) = server.echo_at(0);
    let held = server.command_at(0);
    server.block(&held, 20_000);
    waiting.send(b"said to the old worker");
    server.signal(server.pid(), Signal::SIGUSR1);
    let started = Instant::now();
    wait_until("the replacement", || server.worker(0) != pid);
    // A connection that the old worker holds nothing of is served at once.
    server.echo_at(0).0.echo(b"hello");
    assert!(started.elapsed() < Duration::from_secs(10));
    held.expect_gone();
    assert_eq!(waiting.take(22), b"said to the old worker");
    wait_until("the old worker to be gone", || !is_alive(pid));
    server.wait_for_log("did not leave within max_wait_time");
    server.stop();
}

#[test]
fn a_worker_that_blocks_for_a_while_at_a_reload_finishes_what_it_holds() {
    let server = Setup::process(2, 2).with("max_wait_time_ms", 20_000).start();
    let pid = server.worker(0);
    let held = server.command_at(0);
    server.block(&held, 500);
    server.signal(server.pid(), Signal::SIGUSR1);
    wait_until("the replacement", || server.worker(0) != pid);
    // Said while the old worker has the message before it in hand.
    held.say("pid");
    assert_eq!(held.line(), "slept");
    let answered = held.line().parse::<i32>().unwrap();
    assert!(answered == pid || answered == server.worker(0));
    server.wait_for("worker_stop", |report| report.pid == pid);
    assert_eq!(held.ask("pid"), server.worker(0).to_string());
    server.stop();
}

/// A worker that was killed at a reload leaves messages to a successor that dies too: there must be a berth for the third, and the third
/// must get them in order.
#[test]
fn what_two_dead_workers_left_reaches_the_third() {
    let setup =
        Setup::process(1, 1).with("ring_memory", 1).with("max_wait_time_ms", 300).with("console", "worker").with("quiet", 1);
    let mut server = setup.spawn();
    server.console("go");
    let first = server.worker(0);
    let held = server.command();
    assert_eq!(held.ask("worker"), "0");
    server.block(&held, 20_000);
    // Many small messages: the lane of the second will have room for some of those that the first leaves, and not for all.
    let small = |peer: &Peer, seed| {
        for piece in pattern(seed, 0, 180_000).chunks(1000) {
            peer.send(piece);
            std::thread::sleep(Duration::from_micros(100));
        }
    };
    let (one, other) = (server.echo(), server.echo());
    small(&one, 1);
    let mut swarm = Swarm::connect(&server.address(0), 10, 500_000);
    swarm.run_for(Duration::from_millis(100));
    server.signal(server.pid(), Signal::SIGUSR1);
    // The second waits in its start callback, with a full lane of its own.
    wait_until("the second", || server.worker(0) != first);
    let second = server.worker(0);
    small(&other, 2);
    let mut more = Swarm::connect(&server.address(0), 10, 500_000);
    more.run_for(Duration::from_millis(100));
    wait_until("the first to be killed", || is_collected(first));
    held.expect_gone();
    server.signal(second, Signal::SIGKILL);
    wait_until("the third", || server.worker(0) != second);
    server.console("go");
    assert!(one.take(180_000) == pattern(1, 0, 180_000));
    assert!(other.take(180_000) == pattern(2, 0, 180_000));
    swarm.expect_complete(LIMIT);
    more.expect_complete(LIMIT);
    server.stop();
}

#[test]
fn max_request_replaces_workers_and_loses_nothing() {
    let server = Setup::process(3, 2).with("max_request", 50).start();
    let first: Vec<i32> = (0..3).map(|worker| server.worker(worker)).collect();
    under_load(&server, 60, 1 << 20, |_| {});
    // 60 MiB are at least 960 messages, and no worker takes many more than 75.
    assert!(server.reports("worker_start").len() > 8, "{}", server.reports("worker_start").len());
    assert!(server.reports("worker_error").is_empty(), "{:?}", server.reports("worker_error"));
    for pid in first {
        server.wait_for("worker_stop", |report| report.pid == pid);
    }
    server.stop();
}

#[test]
fn max_request_in_base_replaces_the_worker() {
    let server = Setup::base(1).with("max_request", 5).with("max_request_grace", 0).start();
    let first = server.worker(0);
    let peer = server.echo();
    let session = server.session(&peer);
    for _ in 0..5 {
        peer.echo(b"hello");
    }
    server.wait_for("worker_stop", |report| report.pid == first);
    peer.expect_end();
    server.wait_for("close", |report| report.is("session", session) && report.is("reactor", -1));
    wait_until("the replacement", || server.worker(0) != first);
    server.echo().echo(b"hello");
    assert_eq!(server.reports("start").len(), 1, "Start is not run again");
    assert!(server.reports("worker_error").is_empty());
    server.stop();
}

each_mode! {
    stop_and_term_replace_one_worker: base process;
    a_reload_replaces_every_worker_once: base process;
}

fn stop_and_term_replace_one_worker(setup: Setup) {
    let server = setup.start();
    let control = server.command_at(0);
    let others: Vec<i32> = [0, 2].map(|worker| server.worker(worker)).into();
    for round in 0..4 {
        let pid = server.worker(1);
        if round % 2 == 0 {
            server.signal(pid, Signal::SIGTERM);
        } else {
            assert_eq!(control.ask("stop 1"), "ok");
        }
        server.wait_for("worker_stop", |report| report.pid == pid);
        wait_until("the replacement", || server.worker(1) != pid);
        wait_until("the old worker to be gone", || !is_alive(pid));
        server.echo_at(1).0.echo(b"hello");
    }
    assert_eq!(control.ask("stop 99"), "error 505");
    assert_eq!([0, 2].map(|worker| server.worker(worker)), others[..]);
    assert!(server.reports("worker_error").is_empty());
    // A worker that stops itself answers first.
    let own = server.command_at(2);
    let pid = server.worker(2);
    assert_eq!(own.ask("stop"), "ok");
    server.wait_for("worker_stop", |report| report.pid == pid);
    server.stop();
}

fn a_reload_replaces_every_worker_once(setup: Setup) {
    let server = setup.start();
    let workers = if server.reports("start")[0].role == "master" { 4 } else { 3 };
    let base = workers == 3;
    let peers: Vec<_> = (0..workers).map(|worker| server.echo_at(worker)).collect();
    let old: Vec<i32> = (0..workers).map(|worker| server.worker(worker)).collect();
    server.signal(server.pid(), Signal::SIGUSR1);
    wait_for_generation(&server, workers, 2);
    for (peer, session) in &peers {
        if base {
            peer.expect_end();
            server.wait_for("close", |report| report.is("session", session) && report.is("reactor", -1));
        } else {
            peer.echo(b"goes on");
        }
    }
    for pid in &old {
        server.wait_for("worker_stop", |report| report.pid == *pid);
        wait_until("the old worker to be gone", || !is_alive(*pid));
    }
    server.wait_for("after_reload", |_| true);
    assert_eq!(server.reports("worker_start").len(), 2 * workers as usize);
    assert_eq!(server.reports("start").len(), 1);
    server.echo().echo(b"hello");
    drop(peers);
    let control = server.command();
    wait_until("only our connection to be left", || control.number("stat connections") == 1);
    server.stop();
}

/// A process that was killed at a reload leaves connections in the table that its successor, which has the same number, must not keep.
#[test]
fn a_blocked_worker_of_base_takes_its_connections_along() {
    let server = Setup::base(2).with("max_wait_time_ms", 300).start();
    let pid = server.worker(1);
    let peers: Vec<_> = (0..3).map(|_| server.echo_at(1).0).collect();
    let held = server.command_at(1);
    server.block(&held, 20_000);
    server.signal(server.pid(), Signal::SIGUSR1);
    held.expect_gone();
    peers.iter().for_each(Peer::expect_gone);
    wait_until("the old worker to be gone", || !is_alive(pid));
    wait_until("the replacement", || server.worker(1) != pid);
    let control = server.command_at(0);
    wait_until("only our connection to be left", || control.number("stat connections") == 1);
    server.stop();
}

/// The successor has the same inbox, and may take what was meant for the old process.
#[test]
fn a_close_that_the_successor_took_is_made_up_for() {
    let server = Setup::base(2).with("max_wait_time_ms", 20_000).start();
    let pid = server.worker(1);
    let (peer, session) = server.echo_at(1);
    let held = server.command_at(1);
    server.block(&held, 700);
    server.signal(server.pid(), Signal::SIGUSR1);
    wait_until("the replacement", || server.worker(1) != pid);
    let control = server.command_at(0);
    assert_eq!(control.ask(&format!("close {session}")), "ok");
    peer.expect_end();
    let close = server.wait_for("close", |report| report.is("session", session));
    assert_eq!((close.pid, close.number("reactor")), (pid, -1));
    server.stop();
}

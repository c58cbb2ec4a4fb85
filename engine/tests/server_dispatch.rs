//! How messages find workers, and connections their place: dispatch modes, `max_connection`, and descriptors that run out.

mod server_support;

use std::collections::HashSet;
use std::time::Duration;

use nix::sys::signal::Signal;
use server_support::*;

each_mode! {
    what_is_too_much_waits_until_there_is_room: single base process;
    out_of_descriptors_is_not_the_end: single base process;
}

#[test]
fn round_robin_spreads_the_messages_of_a_connection() {
    let server = Setup::process(3, 2).with("dispatch_mode", 1).with("receives", 1).start();
    let peer = server.echo();
    for _ in 0..30 {
        peer.echo(b"hello");
    }
    let receives = server.wait_for_count(30, "receive", |_| true);
    for worker in 0..3 {
        let share = receives.iter().filter(|report| report.is("worker", worker)).count();
        assert!((8..=12).contains(&share), "worker {worker} got {share} of 30");
    }
    drop(peer);
    let command = server.command();
    wait_until("the connection to be gone", || command.number("stat connections") == 1);
    assert!(server.reports("connect").is_empty() && server.reports("close").is_empty());
    server.stop();
}

#[test]
fn the_idle_worker_gets_the_message() {
    let server = Setup::process(3, 1).with("dispatch_mode", 3).with("receives", 1).start();
    let held = [server.command(), server.command()];
    held.iter().for_each(|peer| server.block(peer, 1500));
    let peers: Vec<Peer> = (0..10).map(|_| server.echo()).collect();
    for _ in 0..10 {
        peers.iter().for_each(|peer| peer.echo(b"hello"));
    }
    let workers: HashSet<String> = server.reports("receive").iter().map(|report| report.text("worker").to_owned()).collect();
    assert_eq!(workers.len(), 1, "the others are busy: {workers:?}");
    held.iter().for_each(|peer| assert_eq!(peer.line(), "slept"));
    assert!(server.reports("connect").is_empty());
    server.stop();
}

#[test]
fn connect_and_close_are_delivered_in_every_mode_if_so_wished() {
    for mode in [1, 3] {
        let server = Setup::process(3, 2).with("dispatch_mode", mode).with("enable_unsafe_event", 1).start();
        for _ in 0..10 {
            let peer = server.echo();
            peer.echo(b"hello");
            let session = server.session(&peer);
            drop(peer);
            server.wait_for("close", |report| report.is("session", session));
        }
        // Ended by the server, from inside a callback.
        let own = server.command();
        let session = server.session(&own);
        own.say("answer-and-close 100000");
        assert_eq!(own.take_all(), pattern(session as u64, 0, 100_000));
        server.wait_for("close", |report| report.is("session", session) && report.is("reactor", -1));
        let control = server.command();
        wait_until("the connections to be gone", || control.number("stat connections") == 1);
        let closes = server.reports("close");
        let sessions: HashSet<i64> = closes.iter().map(|report| report.number("session")).collect();
        assert_eq!((closes.len(), sessions.len()), (11, 11));
        server.stop();
    }
}

#[test]
fn deaths_and_reloads_lose_nothing_in_every_mode() {
    for mode in [1, 3] {
        let setup = Setup::process(3, 2).with("dispatch_mode", mode).with("quiet", 1);
        let server = setup.with("max_wait_time_ms", 500).start();
        let mut peers: Vec<Peer> = (0..30).map(|_| server.echo()).collect();
        let mut deaths = 0;
        for round in 0..6 {
            let held = server.command();
            server.block(&held, 20_000);
            for peer in &peers {
                peer.send(&pattern(round, 0, 5000));
            }
            if round % 2 == 0 {
                // Whichever it is that sleeps.
                for worker in 0..3 {
                    let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(server.worker(worker)), Signal::SIGKILL);
                    deaths += 1;
                }
                held.expect_gone();
            } else {
                server.signal(server.pid(), Signal::SIGUSR1);
            }
            peers.retain(|peer| {
                let mut back = Vec::new();
                let got = std::io::Read::read_to_end(&mut std::io::Read::take(&peer.socket, 5000), &mut back);
                assert!(got.is_ok() || got.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset), "it hangs");
                assert_eq!(back, pattern(round, 0, back.len()));
                back.len() == 5000
            });
            // A death costs at most the message in the callback. It may have been answered, so that the next round shows it.
            assert!(30 - peers.len() <= deaths, "{} of 30 connections are left after {deaths} deaths", peers.len());
        }
        server.signal(server.pid(), Signal::SIGTERM);
        server.wait_gone();
    }
}

fn what_is_too_much_waits_until_there_is_room(setup: Setup) {
    let server = setup.with("max_connection", 20).start();
    let mut peers: Vec<Peer> = (0..30).map(|_| server.echo()).collect();
    server.wait_for_log("Too many connections [now: 20]");
    server.wait_for_count(20, "connect", |_| true);
    for peer in &peers {
        peer.send(b"hello");
    }
    let served: Vec<usize> = (0..30).filter(|index| answered(&peers[*index], Duration::from_millis(200))).collect();
    assert_eq!(served.len(), 20, "{served:?}");
    assert_eq!(server.reports("connect").len(), 20);
    // Eight go, eight come.
    for index in served.iter().take(8).rev() {
        peers.remove(*index);
    }
    server.wait_for_count(28, "connect", |_| true);
    drop(peers);
    let command = server.command();
    wait_until("the connections to be gone", || command.number("stat connections") == 1);
    // Said once a second, not for every attempt.
    let said = server.log().matches("Too many connections").count();
    assert!((1..=12).contains(&said), "{said}");
    server.stop();
}

/// Whether something comes within `time`; it is taken.
fn answered(peer: &Peer, time: Duration) -> bool {
    peer.socket.set_read_timeout(Some(time)).unwrap();
    let got = std::io::Read::read(&mut &peer.socket, &mut [0; 16]);
    peer.socket.set_read_timeout(Some(LIMIT)).unwrap();
    matches!(got, Ok(1..))
}

fn out_of_descriptors_is_not_the_end(setup: Setup) {
    let server = setup.with("nofile", 90).with("max_connection", 10_000).start();
    // BASE has so many in each worker.
    let peers: Vec<Peer> = (0..400).map(|_| server.echo()).collect();
    server.wait_for_log("accept() on 127.0.0.1:");
    for peer in &peers {
        peer.send(b"hello");
    }
    let served = peers.iter().filter(|peer| answered(peer, Duration::from_millis(3))).count();
    assert!(served >= 20, "{served}");
    drop(peers);
    let command = server.command();
    assert_eq!(command.ask("worker").len(), 1);
    wait_until("the connections to be gone", || command.number("stat connections") == 1);
    server.echo().echo(&pattern(1, 0, 100_000));
    let said = server.log().matches("accept() on").count();
    assert!((1..=20).contains(&said), "{said}");
    server.stop();
}

/// A worker that starts then must be made known to the reactors all the same.
#[test]
fn workers_are_replaced_though_there_are_no_descriptors_left() {
    let server = Setup::process(2, 2).with("nofile", 90).with("max_connection", 10_000).start();
    let peers: Vec<Peer> = (0..200).map(|_| server.echo()).collect();
    server.wait_for_log("accept() on 127.0.0.1:");
    let connects = server.reports("connect");
    for worker in 0..2 {
        let pid = server.worker(worker);
        server.signal(pid, Signal::SIGKILL);
        wait_until("the replacement", || server.worker(worker) != pid);
    }
    for peer in &peers {
        if connects.iter().any(|report| report.is("peer", peer.local_port())) {
            peer.echo(b"hello");
        }
    }
    let old = [0, 1].map(|worker| server.worker(worker));
    server.signal(server.pid(), Signal::SIGUSR1);
    for pid in old {
        server.wait_for("worker_stop", |report| report.pid == pid);
    }
    for peer in &peers {
        if connects.iter().any(|report| report.is("peer", peer.local_port())) {
            peer.echo(b"hello again");
        }
    }
    server.stop();
}

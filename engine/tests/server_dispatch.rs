//! How messages find workers, and connections their place: dispatch modes, `max_connection`, and descriptors that run out.

mod server_support;

use std::collections::HashSet;
use std::time::{Duration, Instant};

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
    let mut said = 0;
    let mut say = |times: usize| -> Vec<String> {
        (0..times).for_each(|_| peer.echo(b"hello"));
        said += times;
        let receives = server.wait_for_count(said, "receive", |_| true);
        receives[said - times..].iter().map(|report| report.text("worker").to_owned()).collect()
    };
    // Until all workers have begun.
    wait_until("three messages to go to three workers", || say(3).into_iter().collect::<HashSet<_>>().len() == 3);
    let workers = say(30);
    for worker in ["0", "1", "2"] {
        let share = workers.iter().filter(|of| *of == worker).count();
        assert_eq!(share, 10, "of worker {worker}: {workers:?}");
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
    let begun = Instant::now();
    // Several BASE workers that look at the same time may each take one more.
    let processes = if setup.is("base") { setup.number("worker_num").unwrap_or(1) } else { 1 } as usize;
    let server = setup.with("max_connection", 20).start();
    let mut peers: Vec<Peer> = (0..30).map(|_| server.echo()).collect();
    server.wait_for_log("Too many connections [now: 2");
    server.wait_for_count(20, "connect", |_| true);
    for peer in &peers {
        peer.send(b"hello");
    }
    let served = || -> Vec<usize> {
        let connects = server.reports("connect");
        (0..30).filter(|index| connects.iter().any(|report| report.is("peer", peers[*index].local_port()))).collect()
    };
    served().iter().for_each(|index| assert_eq!(peers[*index].take(5), b"hello"));
    // Those who are not served hear nothing. Whoever was taken just now is among the served.
    let waiting: Vec<usize> = (0..30).filter(|index| !answered(&peers[*index], Duration::from_millis(50))).collect();
    let served = served();
    assert!((20..20 + processes).contains(&served.len()), "{served:?}");
    assert!((0..30).all(|index| served.contains(&index) || waiting.contains(&index)), "{served:?}, silent: {waiting:?}");
    // Eight go, eight come.
    for index in served.iter().take(8).rev() {
        peers.remove(*index);
    }
    server.wait_for_count(28, "connect", |_| true);
    drop(peers);
    let command = server.command();
    wait_until("the connections to be gone", || command.number("stat connections") == 1);
    // Said once a second by each process, not for every attempt.
    let said = server.log().matches("Too many connections").count();
    let most = processes * (begun.elapsed().as_secs() as usize + 2);
    assert!((1..=most).contains(&said), "{said}, more than {most}");
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
    server.wait_for_log("too many open files");
    for peer in &peers {
        peer.send(b"hello");
    }
    let served = peers.iter().filter(|peer| answered(peer, Duration::from_millis(3))).count();
    assert!((20..400).contains(&served), "{served}");
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
    server.wait_for_log("too many open files");
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

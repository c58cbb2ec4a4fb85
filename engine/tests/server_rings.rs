//! Full lanes: a worker that takes nothing for a while holds up its own connections, loses nothing, and costs nobody else.

mod server_support;

use std::time::Duration;

use server_support::*;

/// The smallest lanes that there are.
fn small() -> Setup {
    Setup::process(3, 2).with("ring_memory", 1).with("socket_buffer_size", 256 << 20)
}

#[test]
fn a_worker_that_takes_nothing_costs_only_its_own_connections() {
    let server = small().start();
    // Few connections with much to say, and many with little.
    let loud: Vec<_> = (0..4).map(|_| server.echo_at(0).0).collect();
    let quiet: Vec<_> = (0..30).map(|_| server.echo_at(0).0).collect();
    let others: Vec<_> = [1, 2].map(|worker| server.echo_at(worker).0).into();
    let (held, control) = (server.command_at(0), server.command_at(1));
    server.block(&held, 1500);
    let message = pattern(1, 0, 8 << 20);
    let sending: Vec<_> = loud.iter().map(|peer| peer.send_aside(message.clone())).collect();
    for peer in &quiet {
        peer.send(&pattern(2, 0, 3000));
    }
    while control.number("stat idle") < 2 {
        for peer in &others {
            peer.echo(&pattern(3, 0, 20_000));
        }
    }
    assert_eq!(held.line(), "slept");
    for peer in &quiet {
        assert_eq!(peer.take(3000), pattern(2, 0, 3000));
    }
    for (peer, sending) in loud.iter().zip(sending) {
        assert!(peer.take(message.len()) == message);
        sending.join().unwrap().unwrap();
    }
    server.stop();
}

#[test]
fn all_workers_take_nothing_and_come_back() {
    let server = small().start();
    let held: Vec<_> = (0..3).map(|worker| server.command_at(worker)).collect();
    let mut swarm = Swarm::connect(&server.address(0), 60, 1 << 20);
    for _ in 0..4 {
        held.iter().for_each(|peer| peer.say("sleep 120"));
        swarm.run_for(Duration::from_millis(60));
        held.iter().for_each(|peer| assert_eq!(peer.line(), "slept"));
    }
    swarm.expect_complete(LIMIT);
    server.stop();
}

/// Connections that wait for their worker may end meanwhile.
#[test]
fn connections_that_end_while_they_wait_are_let_go() {
    let server = small().start();
    let (held, control) = (server.command_at(0), server.command_at(1));
    let before = control.number("stat connections");
    let peers: Vec<_> = (0..40).map(|_| server.echo_at(0)).collect();
    let survivor = server.echo_at(0).0;
    server.block(&held, 700);
    for (index, (peer, session)) in peers.into_iter().enumerate() {
        peer.socket.set_nonblocking(true).unwrap();
        let _ = std::io::Write::write(&mut &peer.socket, &pattern(1, 0, 300_000));
        match index % 4 {
            0 => drop(peer),
            1 => peer.reset(),
            2 => assert_eq!(control.ask(&format!("close {session}")), "ok"),
            _ => assert_eq!(control.ask(&format!("reset {session}")), "ok"),
        }
    }
    survivor.send(b"is there");
    assert_eq!(held.line(), "slept");
    assert_eq!(survivor.take(8), b"is there");
    drop(survivor);
    wait_until("the connections to be gone", || control.number("stat connections") <= before);
    server.stop();
}

/// Two workers that answer each other's clients with more than the lanes hold.
#[test]
fn answers_larger_than_the_lane_come_in_turns() {
    let server = small().start();
    let (one, other) = (server.echo_at(0), server.echo_at(0));
    let control = server.command_at(0);
    control.send(format!("send {} 6000000\nsend {} 6000000\nsend {} 100 500\n", one.1, other.1, other.1).as_bytes());
    for _ in 0..3 {
        assert_eq!(control.line(), "ok");
    }
    assert!(one.0.take(6_000_000) == pattern(one.1 as u64, 0, 6_000_000));
    assert!(other.0.take(6_000_000) == pattern(other.1 as u64, 0, 6_000_000));
    for _ in 0..500 {
        assert_eq!(other.0.take(100), pattern(other.1 as u64, 0, 100));
    }
    server.stop();
}

/// The same with a reload and a death in between.
#[test]
fn full_lanes_reloads_and_deaths() {
    let server = small().start();
    let mut swarm = Swarm::connect(&server.address(0), 100, 1 << 20);
    std::thread::scope(|scope| {
        scope.spawn(|| swarm.run_for(2 * LIMIT));
        for round in 0..6 {
            std::thread::sleep(Duration::from_millis(80));
            let signal = if round == 3 { nix::sys::signal::Signal::SIGKILL } else { nix::sys::signal::Signal::SIGUSR1 };
            let pid = if round == 3 { server.worker(2) } else { server.pid() };
            server.signal(pid, signal);
        }
    });
    assert_eq!(swarm.left(), 0);
    let closed = server.reports("close").iter().filter(|report| report.is("reactor", -1)).count();
    let bad: Vec<_> = swarm.outcomes().into_iter().filter(|(_, outcome)| *outcome != Outcome::Complete).collect();
    assert!(bad.iter().all(|(_, outcome)| matches!(outcome, Outcome::Ended { .. })), "{bad:?}");
    assert_eq!(bad.len(), closed, "{bad:?}");
    // What a dead worker holds is one message, and answers for which small lanes have no room.
    assert!(closed <= 34, "{closed}");
    server.stop();
}

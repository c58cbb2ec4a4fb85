//! Workers that crash again and again, and workers that write nonsense into memory which they share with others: it harms one.

mod server_support;

use std::time::{Duration, Instant};

use server_support::*;

each_mode! {
    a_worker_that_crashes_at_its_start_is_started_with_a_growing_pause: base process;
    a_worker_that_leaves_at_its_start_is_started_with_a_growing_pause: base process;
}

fn crashes(setup: Setup, command: &str, log: &str) {
    let server = setup.with("at_worker_start", command).with("at_worker_start_of", 1).start();
    server.wait_for_count(3, "worker_start", |report| report.is("worker", 1));
    let began = Instant::now();
    // Others are served meanwhile, and a connection that is bound to the worker waits.
    let control = server.command_at_other_than(1);
    while began.elapsed() < Duration::from_secs(2) {
        control.ask("pid");
        std::thread::sleep(Duration::from_millis(20));
    }
    let starts = server.reports("worker_start").iter().filter(|report| report.is("worker", 1)).count();
    assert!((4..=9).contains(&starts), "{starts} starts");
    assert_eq!(server.log().matches("ends soon after each start").count(), 1);
    assert!(server.log().contains(log), "{}", server.log());
    let began = Instant::now();
    server.stop();
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

fn a_worker_that_crashes_at_its_start_is_started_with_a_growing_pause(setup: Setup) {
    crashes(setup.clone(), "exit 3", "abnormal exit, status=3, signal=0");
}

fn a_worker_that_leaves_at_its_start_is_started_with_a_growing_pause(setup: Setup) {
    crashes(setup, "exit 0", "worker 1 ends soon");
}

#[test]
fn a_killed_starter_is_started_with_a_growing_pause() {
    crashes(Setup::process(3, 2), "die", "abnormal exit, status=0, signal=9");
}

/// What is said to a worker that can't start is kept for the one that can.
#[test]
fn a_connection_waits_for_a_worker_that_cannot_start_yet() {
    let mut server = Setup::process(2, 2).with("console", "worker").with("quiet", 1).spawn();
    server.wait_for_count(2, "console", |_| true);
    let peers: Vec<Peer> = (0..6).map(|_| server.echo()).collect();
    for (index, peer) in peers.iter().enumerate() {
        peer.send(&pattern(index as u64, 0, 10_000));
    }
    // Both processes read the same console; each of these lines ends one.
    server.console("exit 1");
    server.wait_for("worker_error", |_| true);
    server.console("exit 1");
    server.wait_for_count(2, "worker_error", |_| true);
    server.wait_for_count(4, "console", |_| true);
    server.close_console();
    for (index, peer) in peers.iter().enumerate() {
        assert_eq!(peer.take(10_000), pattern(index as u64, 0, 10_000));
    }
    server.stop();
}

fn scribbles(kind: &str) {
    // The connection table is smaller than the lanes, which is how they are told apart.
    let server = Setup::process(3, 2).with("max_connection", 500).start();
    for round in 0..3 {
        let pid = server.worker(1);
        let (mine, _) = server.echo_at(1);
        let others: Vec<_> = [0, 2].map(|worker| server.echo_at(worker).0).into();
        let hostile = server.command_at(1);
        assert!(["done", ""].contains(&&*answer_or_end(&hostile, &format!("scribble {kind}"))));
        // It goes on to use its lane.
        let _ = std::io::Write::write_all(&mut &hostile.socket, b"pid\npid\npid\n");
        let _ = std::io::Write::write_all(&mut &mine.socket, &pattern(1, 0, 100_000));
        server.wait_for("worker_error", |report| report.is("of", pid));
        wait_until("the replacement", || server.worker(1) != pid);
        for peer in &others {
            peer.echo(&pattern(2, 0, 100_000));
        }
        server.echo_at(1).0.echo(&pattern(3, 0, 100_000));
        drop((mine, hostile));
        assert_eq!(server.reports("worker_error").len(), round + 1, "{:?}", server.reports("worker_error"));
        std::thread::sleep(Duration::from_millis(1000));
    }
    server.stop();
    assert!(server.reports("worker_error").iter().all(|report| report.is("worker", 1)));
}

fn answer_or_end(peer: &Peer, command: &str) -> String {
    peer.say(command);
    let mut byte = [0];
    let mut line = Vec::new();
    while let Ok(1) = std::io::Read::read(&mut &peer.socket, &mut byte) {
        if byte[0] == b'\n' {
            break;
        }
        line.push(byte[0]);
    }
    String::from_utf8_lossy(&line).into_owned()
}

#[test]
fn noise_in_its_lanes_costs_a_worker_its_own_life() {
    scribbles("noise");
}

#[test]
fn ones_in_its_lanes_cost_a_worker_its_own_life() {
    scribbles("ones");
}

#[test]
fn wrong_positions_cost_a_worker_its_own_life() {
    scribbles("positions");
}

/// While everybody is busy, so that there are records to be garbled.
fn scribbles_under_load(kind: &str) {
    let server = Setup::process(3, 2).with("max_connection", 500).start();
    let mut swarm = Swarm::connect(&server.address(0), 60, 2 << 20);
    let all = server.wait_for_count(60, "connect", |report| report.is("port", 0));
    let progress = swarm.progress();
    std::thread::scope(|scope| {
        // Clients of the hostile worker may wait for ever: what it took and did not answer is between them.
        scope.spawn(|| swarm.run_for(Duration::from_secs(4)));
        for round in 1..=3 {
            wait_until("the clients to be busy", || progress.load(std::sync::atomic::Ordering::Relaxed) > round * (10 << 20));
            let pid = server.worker(1);
            let hostile = server.command_at(1);
            answer_or_end(&hostile, &format!("scribble {kind}"));
            let _ = std::io::Write::write_all(&mut &hostile.socket, b"pid\npid\npid\n");
            std::thread::sleep(Duration::from_millis(100));
            // What is not used again does not show; then it is a worker that dies with broken lanes.
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
            server.wait_for("worker_error", |report| report.is("of", pid));
            wait_until("the replacement", || server.worker(1) != pid);
        }
    });
    for (port, outcome) in swarm.outcomes() {
        let connect = all.iter().find(|report| report.is("peer", port)).expect("each was reported");
        assert!(connect.is("worker", 1) || outcome == Outcome::Complete, "{outcome:?} of worker {}", connect.text("worker"));
    }
    server.echo_at(1).0.echo(&pattern(3, 0, 100_000));
    server.stop();
    assert!(server.reports("worker_error").iter().all(|report| report.is("worker", 1)));
}

#[test]
fn noise_under_load() {
    scribbles_under_load("noise");
}

#[test]
fn garbled_records_under_load() {
    scribbles_under_load("records");
}

#[test]
fn emptied_lanes_under_load() {
    scribbles_under_load("zeros");
}

//! What must not grow: descriptors, memory and processes, over many connections, reloads and deaths.

mod server_support;

use nix::sys::signal::Signal;
use server_support::*;

each_mode! {
    short_connections_leave_nothing: single base process;
    connections_that_break_leave_nothing: single base process;
}

/// Open descriptors of a process.
fn descriptors(pid: i32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// Memory of a process, in KiB, its share of what it has in common with others. Without what is mapped from files: the share in the program's own file
/// grows when servers of other tests end.
fn memory(pid: i32) -> i64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let of = |name: &str| -> i64 {
        let found = rollup.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix("kB")?.trim().parse().ok());
        found.unwrap_or_else(|| panic!("no {name} of {pid}"))
    };
    of("Pss_Anon:") + of("Pss_Shmem:")
}

struct Measure {
    pid: i32,
    descriptors: usize,
    memory: i64,
}

fn measure(server: &Running) -> Vec<Measure> {
    let of = |pid: i32| Measure { pid, descriptors: descriptors(pid), memory: memory(pid) };
    server.alive().into_iter().map(of).collect()
}

#[track_caller]
fn expect_no_growth(server: &Running, before: &[Measure], memory: i64) {
    // What goes with the last connection goes a moment after it.
    wait_until("the descriptors to be closed", || {
        measure(server).iter().all(|now| before.iter().all(|then| then.pid != now.pid || now.descriptors <= then.descriptors))
    });
    // So does its memory.
    let mut grown = Vec::new();
    let settled = holds_at_last(|| {
        grown.clear();
        for now in measure(server) {
            let Some(then) = before.iter().find(|then| then.pid == now.pid) else { continue };
            if now.memory > then.memory + memory {
                grown.push(format!("process {} from {} to {} KiB", now.pid, then.memory, now.memory));
            }
        }
        grown.is_empty()
    });
    assert!(settled, "grown: {grown:?}");
}

fn connections(server: &Running, count: usize) {
    let address = server.address(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for index in 0..count / 4 {
                    let peer = Peer::connect(&address);
                    peer.echo(&pattern(index as u64, 0, 100));
                }
            });
        }
    });
}

fn short_connections_leave_nothing(setup: Setup) {
    let server = setup.with("quiet", 1).start();
    let control = server.command();
    connections(&server, 2000);
    wait_until("the connections to be gone", || control.number("stat connections") == 1);
    let before = measure(&server);
    connections(&server, 10_000);
    wait_until("the connections to be gone", || control.number("stat connections") == 1);
    // The table shows slots of 128 bytes one after the other, 12,000 of them by then.
    expect_no_growth(&server, &before, 2500);
    server.stop();
}

fn connections_that_break_leave_nothing(setup: Setup) {
    let server = setup.with("quiet", 1).start();
    let (control, address) = (server.command(), server.address(0));
    let some = |count: usize| {
        for index in 0..count {
            let peer = Peer::connect(&address);
            let _ = std::io::Write::write_all(&mut &peer.socket, &pattern(1, 0, 1 + index % 3 * 70_000));
            if index % 2 == 0 { peer.reset() } else { drop(peer) }
        }
        wait_until("the connections to be gone", || control.number("stat connections") == 1);
    };
    // By then each ring has been written from end to end, and is in memory as a whole.
    some(1000);
    let before = measure(&server);
    some(1500);
    expect_no_growth(&server, &before, 2500);
    server.stop();
}

#[test]
fn reloads_and_deaths_leave_nothing() {
    for base in [false, true] {
        let setup = if base { Setup::base(2) } else { Setup::process(2, 2) };
        let server = setup.with("quiet", 1).start();
        let reload = |times: usize| {
            for _ in 0..times {
                let old: Vec<i32> = [0, 1].map(|worker| server.worker(worker)).into();
                server.echo().echo(b"hello");
                server.signal(server.pid(), Signal::SIGUSR1);
                for (worker, pid) in old.into_iter().enumerate() {
                    wait_until("the replacement", || server.worker(worker as u32) != pid && is_collected(pid));
                }
            }
        };
        let kill = || {
            for worker in [0, 1] {
                let pid = server.worker(worker);
                server.signal(pid, Signal::SIGKILL);
                wait_until("the replacement", || server.worker(worker) != pid);
            }
        };
        reload(10);
        // In BASE the manager looks through the table for what the dead have left, and has it in its memory from then on.
        let left: Vec<Peer> = (0..10).map(|_| server.echo()).collect();
        left.iter().for_each(|peer| peer.echo(b"hello"));
        kill();
        drop(left);
        wait_until("the old workers to be gone", || server.alive().len() == if base { 3 } else { 4 });
        let before = measure(&server);
        reload(50);
        kill();
        expect_no_growth(&server, &before, 1000);
        // The sixtieth generation has no more than the tenth had.
        let workers: Vec<i32> = [0, 1].map(|worker| server.worker(worker)).into();
        let mut most = 0;
        for pid in workers {
            most = most.max(descriptors(pid));
        }
        let then = before.iter().map(|then| then.descriptors).max().unwrap();
        assert!(most <= then, "a worker has {most} descriptors, at first no process had more than {then}");
        server.echo().echo(b"hello");
        server.stop();
        assert_eq!(server.reports("worker_start").len(), 2 + 2 * 60 + 2 * 2);
    }
}

/// Megabytes that wait for slow readers are given back when these have read them.
#[test]
fn queues_are_given_back() {
    for (setup, workers) in [(Setup::single(), 1), (Setup::process(2, 2), 2)] {
        let server = setup.with("socket_buffer_size", 64 << 20).start();
        (0..workers).for_each(|worker| assert!(server.worker(worker) > 0));
        let control = server.command();
        let before = measure(&server);
        let peers: Vec<_> = (0..5).map(|_| server.echo()).collect();
        let sessions: Vec<i64> = peers.iter().map(|peer| server.session(peer)).collect();
        for session in &sessions {
            assert_eq!(control.ask(&format!("send {session} 15000000")), "ok");
        }
        wait_until("the data to wait", || {
            measure(&server).iter().map(|now| now.memory).sum::<i64>()
                > 20_000 + before.iter().map(|then| then.memory).sum::<i64>()
        });
        for (peer, session) in peers.iter().zip(sessions) {
            assert!(peer.take(15_000_000) == pattern(session as u64, 0, 15_000_000));
        }
        // The rings have become resident as well.
        let then: i64 = before.iter().map(|then| then.memory).sum();
        let given_back = holds_at_last(|| measure(&server).iter().map(|now| now.memory).sum::<i64>() < then + 12_000);
        let of = |measures: Vec<Measure>| measures.iter().map(|one| (one.pid, one.memory)).collect::<Vec<_>>();
        assert!(given_back, "KiB of each process, before: {:?}, now: {:?}", of(before), of(measure(&server)));
        server.stop();
    }
}

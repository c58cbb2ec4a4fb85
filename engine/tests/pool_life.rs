//! A pool's processes: how they start, end, and are started again.

mod pool_support;

use std::time::{Duration, Instant};

use engine::flow::{Flow, Pending};
use engine::pool::Channel;
use engine::sys::process::{self, ExitState};
use pool_support::*;

const GO_ON: Flow = Flow::Continue;

/// Workers that wait for messages, so that they live.
fn mailboxes(options: &mut engine::pool::Options) {
    options.channel = Channel::Mail;
    options.takes_messages = true;
}

#[test]
fn the_callbacks_run_in_their_processes() {
    let pool = run(mailboxes, |_, _| GO_ON);
    let starts = [pool.await_report("worker_start 0"), pool.await_report("worker_start 1")];
    assert_eq!(pool.await_report("start").pid, pool.pid);
    pool.signal(libc::SIGTERM);
    assert_eq!(pool.wait(), ExitState::Exited(0));
    let stops = [pool.await_report("worker_stop 0"), pool.await_report("worker_stop 1")];
    assert_eq!(starts.map(|report| report.pid), stops.map(|report| report.pid));
    let shutdown = pool.await_report("shutdown");
    assert_eq!(shutdown.pid, pool.pid);
    assert_eq!(pool.all().last().map(String::as_str), Some("shutdown"));
    assert_eq!(pool.reports("worker_start 0").len(), 1, "nothing was started again");
    pool.expect_nobody();
}

#[test]
fn what_returns_is_started_again_at_once() {
    let pool = run(|options| options.workers = 1, |_, _| GO_ON);
    let starts = pool.await_reports("worker_start 0", 100);
    // A pause of any kind would take 100 times 100 ms.
    let took = starts[99].when - starts[0].when;
    assert!(took < Duration::from_secs(5), "100 starts took {took:?}");
    assert!(pool.reports("worker_stop 0").len() >= 99);
    pool.stop();
}

#[test]
fn what_fails_at_once_is_started_after_a_growing_pause() {
    let pool = run(|options| options.workers = 1, |_, event| if event == Event::WorkerStart(0) { Flow::Leave(7) } else { GO_ON });
    let starts = pool.await_reports("worker_start 0", 5);
    let gaps: Vec<Duration> = starts.windows(2).map(|pair| pair[1].when - pair[0].when).collect();
    let least = [0, 100, 200, 400].map(Duration::from_millis);
    assert!(gaps.iter().zip(least).all(|(gap, least)| *gap >= least), "{gaps:?}");
    assert!(pool.reports("worker_stop 0").is_empty(), "it did not end well");
    // The pause is no reason to wait at the end.
    let asked = Instant::now();
    pool.stop();
    assert!(asked.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_killed_worker_is_replaced_and_the_others_go_on() {
    let pool = run(mailboxes, |_, _| GO_ON);
    let (first, other) = (pool.await_report("worker_start 0").pid, pool.await_report("worker_start 1").pid);
    process::kill(first, libc::SIGKILL).unwrap();
    let second = pool.await_reports("worker_start 0", 2)[1].pid;
    assert_ne!(first, second);
    assert!(!process::has_ended(other) && pool.reports("worker_start 1").len() == 1);
    assert!(pool.reports("worker_stop 0").is_empty());
    pool.stop();
}

#[test]
fn a_worker_that_the_program_has_collected_is_replaced() {
    let pool = run(mailboxes, |probe, event| {
        if event == Event::Start {
            let worker = probe.handle.worker_pid(0).unwrap().unwrap();
            process::kill(worker, libc::SIGKILL).unwrap();
            process::wait_for(worker).unwrap();
            probe.report("collected");
        }
        GO_ON
    });
    let collected = pool.await_report("collected").when;
    wait_until("a successor", || pool.reports("worker_start 0").iter().any(|start| start.when > collected));
    pool.stop();
}

#[test]
fn a_program_that_has_taken_sigchld_keeps_its_workers() {
    let pool = run(mailboxes, |_, event| {
        if event == Event::Start {
            engine::sys::signal::ignore(libc::SIGCHLD).unwrap();
        }
        GO_ON
    });
    pool.await_report("start");
    process::kill(pool.await_report("worker_start 1").pid, libc::SIGKILL).unwrap();
    pool.await_reports("worker_start 1", 2);
    pool.stop();
}

#[test]
fn a_program_that_has_taken_sigterm_can_shut_down() {
    let pool = run(mailboxes, |probe, event| {
        if event == Event::Start {
            engine::sys::signal::ignore(libc::SIGTERM).unwrap();
            probe.handle.shutdown().unwrap();
        }
        GO_ON
    });
    assert_eq!(pool.wait(), ExitState::Exited(0));
    pool.expect_nobody();
}

#[test]
fn usr1_and_usr2_replace_every_worker() {
    let pool = run(mailboxes, |_, _| GO_ON);
    let mut before = [0, 1].map(|worker| pool.await_report(&format!("worker_start {worker}")).pid);
    for (round, signal) in [libc::SIGUSR1, libc::SIGUSR2].into_iter().enumerate() {
        pool.signal(signal);
        let after = [0, 1].map(|worker| pool.await_reports(&format!("worker_start {worker}"), round + 2)[round + 1].pid);
        assert!(before.iter().all(|pid| !after.contains(pid)));
        assert_eq!(pool.reports("worker_stop 0").len() + pool.reports("worker_stop 1").len(), 2 * (round + 1), "they end well");
        before = after;
    }
    pool.stop();
}

#[test]
fn usr1_ends_a_pause() {
    let pool = run(|options| options.workers = 1, |_, event| if event == Event::WorkerStart(0) { Flow::Leave(7) } else { GO_ON });
    let last = pool.await_reports("worker_start 0", 6).pop().unwrap();
    // The next pause is 1.6 s.
    wait_until("the worker's end", || process::has_ended(last.pid));
    pool.signal(libc::SIGUSR1);
    let next = pool.await_reports("worker_start 0", 7).pop().unwrap();
    assert!(next.when - last.when < Duration::from_millis(1200), "{:?}", next.when - last.when);
    pool.stop();
}

#[test]
fn a_worker_that_hangs_at_term_is_killed_in_time() {
    let gate = gate();
    let pool = run(
        |options| options.max_wait_time = Duration::from_millis(300),
        move |_, event| {
            if event == Event::WorkerStart(0) {
                gate.wait();
            }
            GO_ON
        },
    );
    let hangs = pool.await_report("worker_start 0").pid;
    let asked = Instant::now();
    pool.signal(libc::SIGTERM);
    assert_eq!(pool.wait(), ExitState::Exited(0));
    let took = asked.elapsed();
    assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(3), "{took:?}");
    assert!(process::has_ended(hangs));
    assert!(pool.reports("worker_stop 0").is_empty());
    pool.expect_nobody();
}

#[test]
fn a_killed_master_takes_its_workers_along() {
    let pool = run(mailboxes, |_, _| GO_ON);
    pool.await_report("worker_start 0");
    pool.await_report("worker_start 1");
    pool.signal(libc::SIGKILL);
    assert_eq!(pool.wait(), ExitState::Signaled(libc::SIGKILL));
    pool.expect_nobody();
    assert_eq!(pool.reports("worker_stop 0").len() + pool.reports("worker_stop 1").len(), 2, "in good order");
}

#[test]
fn a_killed_master_takes_workers_along_that_hang_or_do_not_heed_term() {
    let gate = gate();
    let pool = run(
        |options| options.max_wait_time = Duration::from_millis(200),
        move |probe, event| {
            if let Event::WorkerStart(worker) = event {
                if worker == 1 {
                    engine::sys::signal::ignore(libc::SIGTERM).expect("sigaction");
                }
                probe.report("hangs");
                gate.wait();
            }
            GO_ON
        },
    );
    pool.await_reports("hangs", 2);
    let killed = Instant::now();
    pool.signal(libc::SIGKILL);
    pool.wait();
    pool.expect_nobody();
    assert!(killed.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_detached_worker_lives_on_and_another_takes_its_number() {
    let gate = gate();
    let pool = run(mailboxes, move |probe, event| {
        match event {
            Event::Start => probe.handle.send(0, b"go").expect("send"),
            Event::Message(_) => {
                let answers = [probe.handle.detach().expect("detach"), probe.handle.detach().expect("detach")];
                probe.report(format_args!("detached {answers:?}"));
                gate.wait();
                probe.report("goes on");
            }
            _ => {}
        }
        GO_ON
    });
    let detached = pool.await_report("detached [true, false]").pid;
    let starts = pool.await_reports("worker_start 0", 2);
    assert!(starts[0].pid == detached && starts[1].pid != detached);
    // Neither the end of the pool nor that of the master is its business.
    pool.signal(libc::SIGTERM);
    assert_eq!(pool.wait(), ExitState::Exited(0));
    assert!(!process::has_ended(detached));
    gate.open();
    assert_eq!(pool.await_report("goes on").pid, detached);
    pool.await_reports("worker_stop 0", 2);
    pool.expect_nobody();
}

#[test]
fn the_master_is_not_detached() {
    let pool = run(mailboxes, |probe, event| {
        if event == Event::Start {
            probe.report(format_args!("detach {:?} stop {}", probe.handle.detach().ok(), probe.handle.stop().is_ok()));
            probe.handle.shutdown().expect("shutdown");
        }
        GO_ON
    });
    pool.await_report("detach Some(false) stop false");
    assert_eq!(pool.wait(), ExitState::Exited(0));
    pool.expect_nobody();
}

#[test]
fn stop_ends_a_worker_and_brings_the_next() {
    let pool = run(mailboxes, |probe, event| {
        if event == Event::WorkerStart(0) {
            probe.handle.stop().expect("stop");
        }
        GO_ON
    });
    pool.await_reports("worker_start 0", 5);
    assert!(pool.reports("worker_stop 0").len() >= 4);
    assert_eq!(pool.reports("worker_start 1").len(), 1);
    pool.stop();
}

#[test]
fn what_runs_in_a_worker_is_told_of_the_end_and_has_its_time() {
    let pool = run(
        |options| options.workers = 1,
        |probe, event| {
            match event {
                Event::WorkerStart(_) => probe.pending.set(Pending::Something(None)),
                Event::WorkerExit(_) => {
                    // Twice at once, as the first one may have started something.
                    probe.pending.set(match probe.pending.get() {
                        Pending::Something(None) => Pending::Something(Some(Duration::from_millis(1))),
                        _ => Pending::Nothing,
                    });
                }
                _ => {}
            }
            GO_ON
        },
    );
    pool.await_report("worker_start 0");
    assert!(pool.reports("worker_stop 0").is_empty(), "something is left in it");
    pool.signal(libc::SIGTERM);
    assert_eq!(pool.wait(), ExitState::Exited(0));
    assert_eq!(pool.reports("worker_exit 0").len(), 2);
    assert_eq!(pool.reports("worker_stop 0").len(), 1);
    assert_eq!(pool.reports("worker_start 0").len(), 1);
    pool.expect_nobody();
}

#[test]
fn what_runs_in_a_worker_for_ever_is_given_up_in_good_order() {
    let pool = run(
        |options| (options.workers, options.max_wait_time) = (1, Duration::from_millis(300)),
        |probe, event| {
            if let Event::WorkerStart(_) = event {
                probe.pending.set(Pending::Something(None));
            }
            GO_ON
        },
    );
    pool.await_report("worker_start 0");
    let asked = Instant::now();
    pool.signal(libc::SIGTERM);
    assert_eq!(pool.wait(), ExitState::Exited(0));
    assert!(asked.elapsed() >= Duration::from_millis(300));
    assert_eq!(pool.reports("worker_stop 0").len(), 1, "it was not killed");
    pool.expect_nobody();
}

#[test]
fn a_master_that_fails_ends_the_pool_with_its_status() {
    let pool = run(mailboxes, |_, event| if event == Event::Start { Flow::Leave(9) } else { GO_ON });
    assert_eq!(pool.wait(), ExitState::Exited(9));
    pool.expect_nobody();
    assert_eq!(pool.reports("worker_stop 0").len() + pool.reports("worker_stop 1").len(), 2);
}

#[test]
fn a_process_that_a_callback_forks_ends_with_it() {
    let pool = run(mailboxes, |probe, event| {
        match event {
            Event::WorkerStart(0) => {
                // As code outside of the engine forks.
                let forked = process::fork_for_program().expect("fork");
                probe.report(if forked == process::Fork::Child { "forked" } else { "forks" });
            }
            Event::WorkerStart(_) | Event::Start => {}
            _ => assert!(!engine::sys::atfork::forked_by_program()),
        }
        GO_ON
    });
    let forked = pool.await_report("forked").pid;
    let forks = pool.await_report("forks").pid;
    wait_until("the forked process to end", || process::has_ended(forked));
    assert!(!process::has_ended(forks));
    pool.stop();
}

/// Open descriptors of a process.
fn descriptors(pid: i32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

#[test]
fn hundreds_of_workers_leave_nothing_behind() {
    let gate = gate();
    let pool = run(
        |options| options.channel = Channel::Mail,
        move |probe, event| {
            if let Event::WorkerStart(1) = event {
                probe.report("waits");
                gate.wait();
            }
            GO_ON
        },
    );
    let count = |pid: i32| {
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        children.split_whitespace().count()
    };
    let first = pool.await_reports("worker_start 0", 20);
    pool.await_report("waits");
    let before = descriptors(pool.pid);
    pool.await_reports("worker_start 0", 400);
    assert!(descriptors(pool.pid) <= before + 1, "{before} descriptors became {}", descriptors(pool.pid));
    assert!(count(pool.pid) <= 3, "{} children", count(pool.pid));
    assert!(process::has_ended(first[0].pid));
    gate.open();
    pool.await_reports("waits", 2);
    // The second generation has what the first had.
    gate.open();
    pool.signal(libc::SIGTERM);
    for _ in 0..2 {
        gate.open();
    }
    assert_eq!(pool.wait(), ExitState::Exited(0));
    pool.expect_nobody();
}

#[test]
fn a_worker_that_is_to_finish_does_what_it_has_begun_and_takes_no_more() {
    let pool = run(
        |options| {
            mailboxes(options);
            options.workers = 1;
        },
        |probe, event| {
            match event {
                Event::Start => [&b"bad"[..], b"next"].iter().for_each(|data| probe.handle.send(0, data).expect("send")),
                Event::Message(data) if data == b"bad" => {
                    probe.pending.set(Pending::Something(Some(Duration::from_millis(1))));
                    return Flow::Finish(5);
                }
                Event::Message(_) => probe.report("next"),
                Event::WorkerExit(_) => probe.pending.set(Pending::Nothing),
                _ => {}
            }
            GO_ON
        },
    );
    let next = pool.await_report("next").pid;
    let starts = pool.await_reports("worker_start 0", 2);
    assert!(starts[0].pid != next && starts[1].pid == next);
    assert_eq!(pool.await_report("worker_exit 0").pid, starts[0].pid);
    assert!(pool.reports("worker_stop 0").is_empty());
    pool.stop();
}

#[test]
fn who_looks_while_a_callback_runs_sees_that_it_is_to_end() {
    let pool = run(mailboxes, |probe, event| {
        if let Event::WorkerStart(_) = event {
            probe.report("looks");
            while !probe.handle.is_told_to_end() {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        GO_ON
    });
    pool.await_reports("looks", 2);
    pool.stop();
}

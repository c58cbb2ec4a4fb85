//! Processes of the program's own beside the workers: the manager starts them, watches them and ends them.

mod server_support;

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use server_support::*;

/// For longer than any test takes.
const FOREVER: &str = "sleep 600000";

each_mode! {
    it_runs_beside_the_workers_and_ends_with_the_server: single base process;
    one_that_fails_is_reported_and_started_again: single base process;
    one_that_has_done_what_it_does_begins_anew_at_once: base process;
    one_that_is_killed_is_started_again: single process;
    a_reload_leaves_it_alone: single base process;
    it_can_send_and_close: single base process;
    one_that_does_not_listen_is_killed_at_the_end: base process;
}

fn it_runs_beside_the_workers_and_ends_with_the_server(setup: Setup) {
    let server = setup.with("user", FOREVER).with("user", FOREVER).start();
    let users = server.wait_for_count(2, "user_start", |_| true);
    assert_eq!(server.worker(0), server.wait_for("worker_start", |report| report.is("worker", 0)).pid, "it was replaced");
    let mut numbers: Vec<i64> = users.iter().map(|user| user.number("user")).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 1]);
    for user in &users {
        assert_eq!((user.role.as_str(), user.number("worker")), ("user", -1));
        assert_ne!(user.pid, server.pid());
    }
    server.echo().echo(b"hello");
    server.stop();
    assert!(users.iter().all(|user| is_collected(user.pid)));
    assert!(server.reports("worker_error").is_empty(), "{:?}", server.reports("worker_error"));
    assert_eq!(server.reports("user_start").len(), 2);
}

/// What `server_support` makes of each mode.
fn server_workers(setup: &Setup) -> i64 {
    setup.number("worker_num").unwrap_or(1)
}

fn one_that_fails_is_reported_and_started_again(setup: Setup) {
    let first = server_workers(&setup);
    let server = setup.with("user", FOREVER).with("user", "exit 3").start();
    let errors = server.wait_for_count(3, "worker_error", |_| true);
    let starts = server.wait_for_count(4, "user_start", |report| report.is("user", 1));
    for (error, start) in errors.iter().zip(&starts) {
        assert_eq!(error.number("worker"), first + 1);
        assert_eq!(error.number("of"), i64::from(start.pid));
        assert_eq!((error.number("exit_code"), error.number("signal")), (3, 0));
    }
    // From the second failure on there is a pause, which grows.
    assert!(starts[3].when.duration_since(starts[2].when) >= Duration::from_millis(190), "{starts:?}");
    server.echo().echo(b"hello");
    server.stop();
    assert_eq!(server.reports("user_start").iter().filter(|report| report.is("user", 0)).count(), 1);
}

fn one_that_has_done_what_it_does_begins_anew_at_once(setup: Setup) {
    let server = setup.with("user", "pid").start();
    let begin = Instant::now();
    server.wait_for_count(10, "user_start", |_| true);
    assert!(begin.elapsed() < Duration::from_secs(10), "with pauses it would be far longer");
    assert!(server.reports("worker_error").is_empty());
    server.stop();
}

fn one_that_is_killed_is_started_again(setup: Setup) {
    let server = setup.with("user", FOREVER).start();
    let first = server.wait_for("user_start", |_| true);
    server.signal(first.pid, Signal::SIGKILL);
    let error = server.wait_for("worker_error", |_| true);
    assert_eq!((error.number("exit_code"), error.number("signal")), (0, 9));
    let second = server.wait_for("user_start", |report| report.pid != first.pid);
    server.stop();
    assert!(is_collected(second.pid));
}

fn a_reload_leaves_it_alone(setup: Setup) {
    let server = setup.with("user", FOREVER).start();
    let user = server.wait_for("user_start", |_| true);
    let old = server.worker(0);
    server.signal(server.pid(), Signal::SIGUSR1);
    wait_until("the replacement", || server.worker(0) != old);
    wait_until("the old worker to be gone", || is_collected(old));
    assert!(is_alive(user.pid));
    // Nor does what has the log opened anew.
    rotate(&server);
    assert!(is_alive(user.pid));
    server.echo().echo(b"hello");
    server.stop();
    assert_eq!(server.reports("user_start").len(), 1);
}

/// Has all processes open the log anew, and waits until the manager has.
#[track_caller]
fn rotate(server: &Running) {
    let log = server.path("log");
    std::fs::rename(&log, server.path("log.1")).expect("rename");
    // SAFETY: takes two integers.
    assert_eq!(unsafe { libc::kill(server.pid(), libc::SIGRTMIN()) }, 0);
    wait_until("the new log", || log.exists());
    server.echo().echo(b"hello");
}

fn it_can_send_and_close(setup: Setup) {
    let mut server = setup.with("console", "user").with("user", FOREVER).start();
    server.wait_for("console", |_| true);
    // The last is more than an inbox holds, and this process has no loop that would send the rest.
    for (len, times) in [(1, 1), (32 * 1024 + 1, 2), (20_000, 500)] {
        let peer = server.echo();
        let session = server.session(&peer);
        assert_eq!(server.console_ask(&format!("send {session} {len} {times}")), "ok");
        for _ in 0..times {
            assert!(peer.take(len) == pattern(session as u64, 0, len));
        }
        assert_eq!(server.console_ask(&format!("close {session}")), "ok");
        peer.expect_end();
    }
    assert_eq!(server.console_ask("send 999999 1"), "error 1005 after 0");
    server.console("go");
    server.stop();
}

fn one_that_does_not_listen_is_killed_at_the_end(setup: Setup) {
    let server = setup.with("max_wait_time_ms", 300).with("user", "ignore-term").start();
    let user = server.wait_for("user_start", |_| true);
    server.wait_for("ignores", |_| true);
    server.stop();
    assert!(is_collected(user.pid));
    server.wait_for_log("did not leave within max_wait_time");
}

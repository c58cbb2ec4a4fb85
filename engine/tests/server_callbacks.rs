//! Which callbacks run, where, in which order, and with what: BASE is not a small PROCESS there.

mod server_support;

use nix::sys::signal::Signal;
use server_support::*;

each_mode! {
    connect_comes_first_and_close_last_and_once: single base process;
    sessions_are_numbered_from_one: single base process;
    close_runs_inside_close_in_its_owner: single base process;
    close_by_another_worker_runs_in_the_owner: base process;
    a_connection_that_is_gone_is_an_error: single base process;
    one_worker_sees_what_its_mode_lets_it_see: base process;
}

/// The place of the first such report.
#[track_caller]
fn place(server: &Running, name: &str) -> usize {
    server.wait_for(name, |_| true).index
}

fn connect_comes_first_and_close_last_and_once(setup: Setup) {
    let server = setup.with("receives", 1).with("late", 1).start();
    let process = server.reports("start")[0].role == "master";
    for _ in 0..20 {
        let peer = server.echo();
        peer.echo(b"one");
        peer.echo(b"two");
        let session = server.session(&peer);
        drop(peer);
        let close = server.wait_for("close", |report| report.is("session", session));
        let of_this = |report: &&Report| report.is("session", session);
        let names: Vec<String> = server.all_reports().iter().filter(of_this).map(|report| report.name.clone()).collect();
        assert_eq!(names, ["connect", "receive", "receive", "close"]);
        assert_eq!((close.text("exists"), close.text("info")), ("false", "true"));
        assert_eq!(close.number("again"), 1003);
        assert_eq!(close.number("send"), if process { 1004 } else { 0 });
        assert_eq!(close.number("reactor"), close.number("owner"));
        let connect = server.wait_for("connect", |report| report.is("session", session));
        assert_eq!(connect.number("reactor"), close.number("owner"));
        assert_eq!(connect.pid, close.pid);
        if !process {
            assert_eq!(connect.number("reactor"), connect.number("worker"), "in BASE the worker is the reactor");
        }
    }
    server.stop();
}

fn sessions_are_numbered_from_one(setup: Setup) {
    let server = setup.start();
    let mut sessions = Vec::new();
    for _ in 0..50 {
        let peer = server.echo();
        sessions.push(server.session(&peer));
    }
    assert_eq!(sessions, (1..=50).collect::<Vec<i64>>());
    assert_eq!(server.command().number("stat session"), 51);
    server.stop();
}

fn close_runs_inside_close_in_its_owner(setup: Setup) {
    let server = setup.with("late", 1).start();
    let process = server.reports("start")[0].role == "master";
    let victim = server.echo();
    let connected = server.connected(&victim);
    let (session, worker) = (connected.number("session"), connected.number("worker"));
    let control = server.command_at(worker as u32);
    // Two commands in one piece: the second sees what the first has done before it returned.
    control.send(format!("close {session}\nexists {session}\nclose {session}\nsend {session} 1\n").as_bytes());
    assert_eq!(control.line(), "ok");
    assert_eq!(control.line(), "false");
    // The owner may have let it go by then.
    let again = control.line();
    assert!(["error 1003", "error 1005"].contains(&&*again), "{again}");
    let send = control.line();
    assert!(["error 1004 after 0", "error 1005 after 0", "ok"].contains(&&*send) && (send != "ok" || !process), "{send}");
    let close = server.wait_for("close", |report| report.is("session", session));
    assert_eq!((close.number("reactor"), close.number("worker")), (-1, worker));
    assert_eq!((close.text("exists"), close.text("info")), ("false", "true"));
    assert_eq!(close.number("send"), if process { 1004 } else { 0 });
    let late: &[u8] = if process { b"" } else { b"late" };
    let got = victim.take_all();
    assert!(got.starts_with(late), "{got:?}");
    // Inside the connection's own callback.
    let own = server.command();
    let session = server.session(&own);
    own.say("answer-and-close 10");
    let close = server.wait_for("close", |report| report.is("session", session));
    assert_eq!(close.number("reactor"), -1);
    own.take(10);
    assert_eq!(own.take_all(), late);
    for report in server.reports("close") {
        let same = |other: &&Report| other.is("session", report.number("session"));
        assert_eq!(server.reports("close").iter().filter(same).count(), 1, "Close ran twice: {report:?}");
    }
    server.stop();
}

fn close_by_another_worker_runs_in_the_owner(setup: Setup) {
    let server = setup.start();
    for reset in [false, true] {
        let (victim, session) = server.echo_at(1);
        let control = server.command_at(0);
        let command = if reset { "reset" } else { "close" };
        assert_eq!(control.ask(&format!("{command} {session}")), "ok");
        let close = server.wait_for("close", |report| report.is("session", session));
        assert_eq!((close.number("reactor"), close.number("worker")), (-1, 1));
        assert_eq!((close.text("exists"), close.text("info")), ("false", "true"));
        if reset {
            victim.expect_reset()
        } else {
            victim.expect_end()
        }
        wait_until("the session to be gone", || control.ask(&format!("close {session}")) == "error 1005");
        let runs = server.reports("close").into_iter().filter(|report| report.is("session", session)).count();
        assert_eq!(runs, 1);
    }
    server.stop();
}

fn a_connection_that_is_gone_is_an_error(setup: Setup) {
    let server = setup.start();
    let control = server.command();
    for session in [12_345, u64::MAX, 0] {
        assert_eq!(control.ask(&format!("send {session} 1")), "error 1005 after 0");
        assert_eq!(control.ask(&format!("close {session}")), "error 1005");
        assert_eq!(control.ask(&format!("exists {session}")), "false");
        assert_eq!(control.ask(&format!("info {session}")), "none");
    }
    let own = server.session(&control);
    assert_eq!(control.ask(&format!("send {own} 0")), "error 550 after 0");
    server.stop();
}

fn one_worker_sees_what_its_mode_lets_it_see(setup: Setup) {
    let server = setup.start();
    let process = server.reports("start")[0].role == "master";
    let (other, session) = server.echo_at(1);
    let control = server.command_at(0);
    let own = server.session(&control);
    assert_eq!(control.ask(&format!("exists {session}")), process.to_string());
    assert_eq!(control.ask(&format!("info {session}")) == "none", !process);
    let list = control.ask("list");
    assert!(list.contains(&own.to_string()), "{list}");
    if !process {
        assert_eq!(list, format!("[{own}]"));
    }
    // Sending and closing reach all.
    assert_eq!(control.ask(&format!("send {session} 100000")), "ok");
    assert_eq!(other.take(100_000), pattern(session as u64, 0, 100_000));
    server.stop();
}

#[test]
fn process_mode_starts_and_stops_in_order() {
    let server = Setup::process(2, 2).start();
    let start = server.wait_for("start", |_| true);
    assert_eq!((start.role.as_str(), start.pid), ("master", server.pid()));
    let manager = server.wait_for("manager_start", |_| true);
    assert_eq!(manager.role, "manager");
    assert_ne!(manager.pid, start.pid);
    let workers = server.wait_for_count(2, "worker_start", |_| true);
    assert_ne!(workers[0].pid, workers[1].pid);
    let peer = server.echo();
    peer.echo(b"still there");
    server.stop();
    peer.expect_end();
    let stops = server.wait_for_count(2, "worker_stop", |_| true);
    assert!(place(&server, "before_shutdown") < stops[0].index);
    assert!(stops[1].index < place(&server, "manager_stop"));
    assert!(place(&server, "manager_stop") < place(&server, "shutdown"));
    let returned = server.wait_for("returned", |report| report.pid == start.pid);
    assert!(place(&server, "shutdown") < returned.index);
    let of = |name: &str| server.reports(name).into_iter().map(|report| (report.role, report.pid)).collect::<Vec<_>>();
    assert_eq!(of("before_shutdown"), [("master".to_owned(), start.pid)]);
    assert_eq!(of("shutdown"), [("master".to_owned(), start.pid)]);
    assert_eq!(of("manager_stop"), [("manager".to_owned(), manager.pid)]);
    assert!(server.reports("close").is_empty(), "connections end without Close");
    assert!(server.reports("worker_error").is_empty());
}

#[test]
fn base_mode_starts_and_stops_in_order() {
    let server = Setup::base(2).start();
    let start = server.wait_for("start", |_| true);
    let first = server.wait_for("worker_start", |report| report.is("worker", 0));
    assert_eq!((start.pid, start.role.as_str()), (first.pid, "worker"), "Start runs in worker 0");
    let manager = server.wait_for("manager_start", |_| true);
    assert_eq!(manager.pid, server.pid(), "the process that called start is the manager");
    server.wait_for_count(2, "worker_start", |_| true);
    let peer = server.echo();
    let session = server.session(&peer);
    server.stop();
    peer.expect_end();
    let close = server.wait_for("close", |report| report.is("session", session));
    assert_eq!(close.number("reactor"), -1);
    let stops = server.wait_for_count(2, "worker_stop", |_| true);
    let before = server.reports("before_shutdown");
    assert_eq!((before.len(), before[0].pid), (1, first.pid));
    let first_stop = server.wait_for("worker_stop", |report| report.is("worker", 0));
    assert!(before[0].index < first_stop.index);
    assert!(stops[1].index < place(&server, "manager_stop"));
    assert!(place(&server, "manager_stop") < place(&server, "shutdown"));
    let shutdown = server.reports("shutdown");
    assert_eq!((shutdown.len(), shutdown[0].pid), (1, server.pid()));
}

#[test]
fn a_single_process_is_all_of_it() {
    let server = Setup::single().start();
    let peers = [server.echo(), server.echo()];
    assert_eq!([server.session(&peers[0]), server.session(&peers[1])], [1, 2]);
    let command = server.command();
    assert_eq!(command.ask("reload"), "error 509");
    assert_eq!(command.number("pid"), i64::from(server.pid()));
    server.signal(server.pid(), Signal::SIGUSR1);
    server.wait_for_log("not supported");
    server.stop();
    let names: Vec<String> = server.all_reports().into_iter().map(|report| report.name).filter(|name| name != "port").collect();
    let expected = [
        "start",
        "listening",
        "worker_start",
        "connect",
        "connect",
        "connect",
        "before_shutdown",
        "close",
        "close",
        "close",
        "worker_stop",
        "shutdown",
        "returned",
    ];
    assert_eq!(names, expected);
    assert!(server.all_reports().iter().all(|report| report.pid == server.pid()));
}

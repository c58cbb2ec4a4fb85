//! Workers that end by a failure: those that finish what they have begun, and those that cannot go on; and messages that stay in hand for long.

mod server_support;

use server_support::*;

each_mode! {
    a_failed_worker_finishes_and_ends_with_its_status: base process;
    a_failed_single_process_ends_the_server: single;
    a_callback_that_fails_in_the_master_ends_the_server_in_order: process;
    messages_that_a_failed_worker_has_not_taken_go_to_its_successor: process;
    what_a_failed_worker_still_holds_at_its_end_is_closed: process;
    a_worker_that_cannot_go_on_settles_nothing: process;
    a_worker_that_ends_well_settles_nothing_by_its_end: process;
    a_message_that_is_held_for_long_holds_nothing_up: process;
    a_connection_whose_close_has_run_is_gone_though_a_message_is_held: process;
}

fn a_failed_worker_finishes_and_ends_with_its_status(setup: Setup) {
    let base = setup.is("base");
    let server = setup.with("ticks", 40).start();
    let control = server.command();
    let worker = server.connected(&control).number("worker") as u32;
    let pid = server.worker(worker);
    let idle = server.echo_at(worker).0;
    let ticks = || server.reports("tick").iter().filter(|report| report.pid == pid).count();
    let before = ticks();
    assert!(before < 40, "the worker has nothing left to finish");
    control.say("finish 7");
    let error = server.wait_for("worker_error", |_| true);
    assert_eq!((error.number("of"), error.number("exit_code"), error.number("signal")), (i64::from(pid), 7, 0));
    assert_eq!(ticks(), 40, "it was to finish");
    assert!(server.reports("worker_exit").iter().any(|report| report.pid == pid));
    assert!(!server.reports("worker_stop").iter().any(|report| report.pid == pid), "it did not end well");
    wait_until("the replacement", || server.worker(worker) != pid);
    if base {
        idle.expect_end();
        assert!(server.reports("close").iter().any(|report| report.pid == pid && report.is("reactor", -1)));
    } else {
        idle.echo(b"goes on");
    }
    server.stop();
}

fn a_failed_single_process_ends_the_server(setup: Setup) {
    let server = setup.start();
    let (idle, control) = (server.echo(), server.command());
    control.say("finish 7");
    idle.expect_end();
    assert_eq!(server.wait_gone().code(), Some(7));
    assert!(server.reports("shutdown").is_empty());
}

fn a_callback_that_fails_in_the_master_ends_the_server_in_order(setup: Setup) {
    let mut server = setup.with("console", "master").start();
    let peer = server.echo();
    peer.echo(b"served");
    server.wait_for("console", |_| true);
    server.console("finish 7");
    assert_eq!(server.wait_gone().code(), Some(7));
    peer.expect_end();
    assert!(!server.reports("worker_stop").is_empty());
}

fn messages_that_a_failed_worker_has_not_taken_go_to_its_successor(setup: Setup) {
    // It has something to finish, and others are served meanwhile.
    let server = setup.with("ticks", 250).with("max_wait_time_ms", 10_000).start();
    let pid = server.worker(0);
    let (waiting, idle) = (server.echo_at(0).0, server.echo_at(0).0);
    let control = server.command_at(0);
    let bytes = pattern(5, 0, 50_000);
    let mark = server.mark();
    control.say("sleep 300\nfinish 7");
    server.wait_for("sleeps", |report| report.index >= mark);
    bytes.chunks(1000).for_each(|piece| waiting.send(piece));
    wait_until("the successor", || server.worker(0) != pid);
    idle.echo(b"the successor serves at once");
    assert!(server.reports("worker_error").is_empty(), "the worker finishes what it has begun");
    assert_eq!(waiting.take(bytes.len()), bytes);
    let error = server.wait_for("worker_error", |_| true);
    assert_eq!((error.number("of"), error.number("exit_code")), (i64::from(pid), 7));
    waiting.echo(b"goes on");
    server.stop();
}

fn what_a_failed_worker_still_holds_at_its_end_is_closed(setup: Setup) {
    let server = setup.start();
    let pid = server.worker(0);
    let (held, idle, control) = (server.command_at(0), server.echo_at(0).0, server.command_at(0));
    assert_eq!(held.ask("hold"), "held");
    control.say("finish 7");
    server.wait_for("worker_error", |report| report.is("of", pid) && report.is("exit_code", 7));
    held.expect_gone();
    idle.echo(b"goes on");
    server.stop();
}

fn a_worker_that_cannot_go_on_settles_nothing(setup: Setup) {
    let server = setup.start();
    let pid = server.worker(0);
    let (held, idle, control) = (server.command_at(0), server.echo_at(0).0, server.command_at(0));
    assert_eq!(held.ask("hold"), "held");
    control.say("exit 3");
    server.wait_for("worker_error", |report| report.is("of", pid) && report.is("exit_code", 3));
    held.expect_gone();
    idle.echo(b"goes on");
    server.stop();
}

fn a_worker_that_ends_well_settles_nothing_by_its_end(setup: Setup) {
    let server = setup.start();
    let pid = server.worker(0);
    let (held, idle, control) = (server.command_at(0), server.echo_at(0).0, server.command_at(0));
    assert_eq!(held.ask("hold"), "held");
    assert_eq!(control.ask("stop 0"), "ok");
    wait_until("the replacement", || server.worker(0) != pid);
    held.expect_gone();
    idle.echo(b"goes on");
    server.stop();
}

fn a_message_that_is_held_for_long_holds_nothing_up(setup: Setup) {
    let server = setup.start();
    for released in [false, true] {
        let pid = server.worker(0);
        let (held, busy) = (server.command_at(0), server.echo_at(0).0);
        assert_eq!(held.ask("hold"), "held");
        // Far more than are kept in one piece.
        (0..4000).for_each(|round| busy.echo(&pattern(round, 0, 10)));
        if released {
            let control = server.command_at(0);
            control.ask("release");
            busy.echo(b"and that is known");
        }
        server.signal(pid, nix::sys::signal::Signal::SIGKILL);
        wait_until("the replacement", || server.worker(0) != pid);
        if released {
            assert_ne!(held.number("pid"), i64::from(pid))
        } else {
            held.expect_gone()
        }
        busy.echo(b"goes on");
    }
    server.stop();
}

fn a_connection_whose_close_has_run_is_gone_though_a_message_is_held(setup: Setup) {
    let server = setup.start();
    let (held, control) = (server.command_at(0), server.command_at(0));
    let session = server.session(&held);
    assert_eq!(held.ask("hold"), "held");
    drop(held);
    server.wait_for("close", |report| report.is("session", session));
    wait_until("the connection to be gone", || control.ask(&format!("info {session}")) == "none");
    assert_eq!(control.ask(&format!("send {session} 10")), "error 1005 after 0");
    server.stop();
}

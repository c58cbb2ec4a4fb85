//! What an application has of its own runs in the loop of every process, and holds a worker's end up until it is over or the time is.

mod server_support;

use std::{
    fs::File,
    io::Write,
    time::{Duration, Instant},
};

use server_support::{Setup, each_mode, wait_until};

each_mode! {
    it_runs_in_every_process: single base process;
    it_is_finished_before_a_worker_ends: single base process;
    it_holds_the_end_up_for_max_wait_time_only: single base process;
    its_descriptor_wakes_every_process: single base process;
}

fn it_runs_in_every_process(setup: Setup) {
    let server = setup.with("ticks", 5).start();
    let peer = server.echo();
    let every_process_has_ticked = || {
        let (forked, started) = (server.reports("forked").len(), server.reports("worker_start").len());
        // All that were forked are workers, but for the manager of PROCESS.
        let all_are_here = started == forked.max(1) || started + 1 == forked;
        all_are_here && server.reports("tick").len() == 5 * (forked + 1)
    };
    wait_until("every process to have ticked five times", every_process_has_ticked);
    peer.echo(b"it serves as well");
    server.stop();
    assert!(server.reports("worker_exit").is_empty(), "nothing was left to wait for");
}

fn it_is_finished_before_a_worker_ends(setup: Setup) {
    let server = setup.with("ticks", 30).start();
    let worker = |event: &str| server.reports(event).into_iter().filter(|report| report.role == "worker").count();
    wait_until("a worker to tick", || worker("tick") > 0);
    server.stop();
    assert_eq!(worker("tick") % 30, 0, "each worker has ticked to the end");
    assert!(worker("worker_exit") > 0 && worker("worker_stop") > 0);
}

fn it_holds_the_end_up_for_max_wait_time_only(setup: Setup) {
    let server = setup.with("ticks", 1_000_000).with("max_wait_time_ms", 300).start();
    server.echo().echo(b"hello");
    let started = Instant::now();
    server.stop();
    let took = started.elapsed();
    assert!((Duration::from_millis(250)..Duration::from_secs(5)).contains(&took), "{took:?}");
    assert!(!server.reports("worker_exit").is_empty());
}

fn its_descriptor_wakes_every_process(setup: Setup) {
    let dir = tempfile::tempdir().unwrap();
    let server = setup.with("bell_dir", dir.path().display()).start();
    server.echo().echo(b"it serves");
    let all_have_one = || {
        let (forked, bells) = (server.reports("forked").len(), server.reports("has_bell").len());
        let workers = server.reports("worker_start").len();
        bells == forked + 1 && (workers == forked.max(1) || workers + 1 == forked)
    };
    wait_until("every process to have its descriptor watched", all_have_one);
    let mut rung = 0;
    for bell in server.reports("has_bell") {
        // Several bytes, of which it reads one at a time: what is left is said again.
        File::options().write(true).open(dir.path().join(format!("bell.{}", bell.pid))).unwrap().write_all(b"abc").unwrap();
        rung += 3;
    }
    wait_until("each to have been read", || server.reports("bell").len() == rung);
    server.stop();
}

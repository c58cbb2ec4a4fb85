//! Processes: forking, watching, reaping, identities, going into the background.

mod sys_util;

use std::io::Read;
use std::os::fd::AsFd;
use std::time::Duration;

use engine::sys::process::{self, ExitState};
use nix::unistd;
use sys_util::*;

#[test]
fn a_child_ends_with_the_status_it_left_with() {
    assert_eq!(in_child(|| process::exit_now(7)), ExitState::Exited(7));
    assert_eq!(in_child(|| {}), ExitState::Exited(0));
}

#[test]
fn a_child_knows_its_parent() {
    let parent = process::pid();
    ok_in_child(|| {
        assert_eq!(process::parent_pid(), parent);
        assert_ne!(process::pid(), parent);
    });
}

#[test]
fn reap_pid_tells_running_from_ended_and_collects_once() {
    let gate = Gate::new();
    let pid = spawn(|| gate.wait());
    assert_eq!(process::reap_pid(pid).unwrap(), None);
    gate.open();
    let pidfd = process::pidfd_open(pid).unwrap();
    assert!(readable_within(&pidfd, LIMIT));
    assert_eq!(process::reap_pid(pid).unwrap(), Some(ExitState::Exited(0)));
    assert_eq!(process::reap_pid(pid).unwrap_err().code(), libc::ECHILD);
    assert_eq!(process::wait_for(pid).unwrap_err().code(), libc::ECHILD);
}

#[test]
fn a_process_has_ended_before_and_after_it_was_collected() {
    let gate = Gate::new();
    let pid = spawn(|| gate.wait());
    assert!(!process::has_ended(pid) && !process::has_ended(process::pid()));
    gate.open();
    assert!(readable_within(process::pidfd_open(pid).unwrap(), LIMIT));
    assert!(process::has_ended(pid), "nobody has collected it");
    process::wait_for(pid).unwrap();
    assert!(process::has_ended(pid));
}

#[test]
fn a_pidfd_is_readable_when_the_process_has_ended() {
    let gate = Gate::new();
    let pid = spawn(|| gate.wait());
    let pidfd = process::pidfd_open(pid).unwrap();
    let flags = nix::fcntl::fcntl(&pidfd, nix::fcntl::FcntlArg::F_GETFD).unwrap();
    assert_eq!(flags & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
    assert!(!readable_within(&pidfd, Duration::ZERO));
    process::kill(pid, libc::SIGKILL).unwrap();
    assert!(readable_within(&pidfd, LIMIT));
    assert_eq!(process::wait_for(pid).unwrap(), ExitState::Signaled(libc::SIGKILL));
    assert_eq!(process::pidfd_open(pid).unwrap_err().code(), libc::ESRCH);
}

#[test]
fn a_real_time_signal_is_told_by_its_number() {
    let signal = libc::SIGRTMIN() + 3;
    let state = in_child(|| {
        process::kill(process::pid(), signal).unwrap();
    });
    assert_eq!(state, ExitState::Signaled(signal));
}

#[test]
fn numbers_that_mean_groups_are_refused() {
    for pid in [0, -1, -process::pid()] {
        assert_eq!(process::kill(pid, 0).unwrap_err().code(), libc::EINVAL, "kill({pid})");
        assert_eq!(process::reap_pid(pid).unwrap_err().code(), libc::ECHILD, "reap_pid({pid})");
        assert_eq!(process::wait_for(pid).unwrap_err().code(), libc::ECHILD, "wait_for({pid})");
    }
    process::kill(process::pid(), 0).unwrap();
}

#[test]
fn the_parents_death_reaches_the_child() {
    let armed = Gate::new();
    let alive = Gate::new();
    ok_in_child(|| {
        spawn(|| {
            process::set_parent_death_signal(libc::SIGKILL).unwrap();
            armed.open();
            // Longer than the test is willing to wait for the end of this process.
            std::thread::sleep(LIMIT * 2);
        });
        armed.wait();
    });
    alive.wait_closed();
}

#[test]
fn unknown_names_cost_a_warning_each_and_change_nothing() {
    ok_in_child(|| {
        let before = (unistd::getuid(), unistd::getgid(), unistd::getgroups().unwrap());
        let warnings = process::change_identity(Some("no-such-user"), Some("no-such-group"), Some("/no/such/dir"));
        assert_eq!(warnings.len(), 3, "{warnings:?}");
        assert!(warnings[0].contains("no-such-user") && warnings[1].contains("no-such-group"), "{warnings:?}");
        assert!(warnings[2].contains("/no/such/dir"), "{warnings:?}");
        assert_eq!(before, (unistd::getuid(), unistd::getgid(), unistd::getgroups().unwrap()));
    });
    assert!(process::change_identity(None, None, None).is_empty());
}

#[test]
fn a_user_brings_its_groups_and_a_name_is_found_before_the_root_changes() {
    let nobody = unistd::User::from_name("nobody").unwrap().expect("a system has a user nobody");
    let root = TempDir::new();
    std::fs::write(root.path().join("marker"), "").unwrap();
    let is_root = unistd::geteuid().is_root();
    ok_in_child(|| {
        let warnings = process::change_identity(Some("nobody"), None, root.path().to_str());
        if !is_root {
            // Whoever may not change is told about each step; nobody may become nobody.
            let told = |what: &str| warnings.iter().any(|warning| warning.starts_with(what));
            assert!(told("chroot(") && told("setgroups("), "{warnings:?}");
            assert_eq!(told("setuid("), unistd::getuid() != nobody.uid, "{warnings:?}");
            return;
        }
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!((unistd::getuid(), unistd::geteuid()), (nobody.uid, nobody.uid));
        assert_eq!((unistd::getgid(), unistd::getegid()), (nobody.gid, nobody.gid));
        assert_eq!(unistd::getgroups().unwrap(), [nobody.gid]);
        assert!(std::fs::exists("/marker").unwrap());
        assert_eq!(std::env::current_dir().unwrap().to_str(), Some("/"));
        unistd::setuid(0.into()).expect_err("there is no way back");
    });
}

#[test]
fn a_group_goes_before_the_users_own() {
    if !unistd::geteuid().is_root() {
        return;
    }
    let daemon = unistd::Group::from_name("daemon").unwrap().expect("a system has a group daemon");
    ok_in_child(|| {
        assert_eq!(process::change_identity(Some("nobody"), Some("daemon"), None), Vec::<String>::new());
        assert_eq!(unistd::getgid(), daemon.gid);
        assert_eq!(unistd::getgroups().unwrap(), [daemon.gid]);
    });
}

#[test]
fn a_daemon_has_its_own_session_and_its_output_redirected() {
    let dir = TempDir::new();
    let path = dir.path().join("log");
    let running = Gate::new();
    let log = std::fs::File::create(&path).unwrap();
    // Exited(0) is the word of the process that called daemonize.
    ok_in_child(|| {
        nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o027));
        let caller = process::pid();
        let (stdin, writer) = unistd::pipe().unwrap();
        unistd::write(&writer, b"to be read by nobody").unwrap();
        unistd::dup2_stdin(&stdin).unwrap();
        process::daemonize(Some(log.as_fd())).unwrap();
        let mask = nix::sys::stat::umask(nix::sys::stat::Mode::empty()).bits();
        let session = unistd::getsid(None).unwrap().as_raw();
        let cwd = std::env::current_dir().unwrap();
        let line = format!("{} {} {mask:o} {}", process::pid() != caller, session == process::pid(), cwd.display());
        unistd::write(std::io::stdout(), line.as_bytes()).unwrap();
        unistd::write(std::io::stderr(), b" stderr").unwrap();
        let read = unistd::read(std::io::stdin(), &mut [0]).unwrap();
        unistd::write(std::io::stdout(), format!(" {read}").as_bytes()).unwrap();
    });
    running.wait_closed();
    let mut text = String::new();
    std::fs::File::open(&path).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "true true 27 / stderr 0");
}

#[test]
fn a_thread_is_bound_to_one_processor() {
    ok_in_child(|| {
        let allowed = process::affinity().unwrap();
        let last = *allowed.last().unwrap();
        process::set_affinity(last).unwrap();
        assert_eq!(process::affinity().unwrap(), [last]);
        process::set_affinity(100_000).expect_err("no such processor");
    });
    assert!(process::cpu_count() >= 1);
}

#[test]
fn the_limit_on_files_is_the_soft_one() {
    ok_in_child(|| {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, 77, hard).unwrap();
        assert_eq!(process::nofile_limit(), 77);
    });
}

#[test]
fn clocks_go_forward() {
    let (monotonic, realtime) = (process::monotonic_ns(), process::realtime_ns());
    assert!(process::monotonic_ns() >= monotonic);
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
    assert!(since_1970.abs_diff(realtime) < 5_000_000_000, "{since_1970} {realtime}");
}

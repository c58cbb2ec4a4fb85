//! Signals as an event source. The dispositions belong to the whole process, so the tests take turns, or run in children.

mod sys_util;

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use engine::sys::process::{self, ExitState};
use engine::sys::signal::{self, SignalSource};
use mio::Interest;
use sys_util::*;

fn my_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Sends a signal to this process, which has got it when this returns: nothing blocks it here.
fn raise(number: i32) {
    nix::sys::signal::raise(nix::sys::signal::Signal::try_from(number).unwrap()).unwrap();
}

#[test]
fn each_signal_is_an_event_and_a_bit() {
    let _turn = my_turn();
    let source = SignalSource::install(&[libc::SIGUSR1, libc::SIGUSR2]).unwrap();
    let mut edges = Edges::of(source.fd(), Interest::READABLE);
    assert_eq!(edges.now(), 0);
    assert!(!source.pending());
    assert!(source.take().is_empty());

    raise(libc::SIGUSR2);
    assert!(source.pending());
    assert_eq!(edges.now(), 1);
    assert_eq!(source.take().collect::<Vec<_>>(), [libc::SIGUSR2]);
    assert!(!source.pending());

    // The eventfd was not read, and still the next one is an event.
    raise(libc::SIGUSR1);
    raise(libc::SIGUSR2);
    raise(libc::SIGUSR2);
    assert_eq!(edges.now(), 1);
    let set = source.take();
    assert!(set.contains(libc::SIGUSR1) && set.contains(libc::SIGUSR2) && !set.contains(libc::SIGTERM));
    assert_eq!(set.collect::<Vec<_>>(), [libc::SIGUSR1, libc::SIGUSR2]);
    assert_eq!(edges.now(), 0);
}

#[test]
fn the_highest_signal_has_its_bit() {
    let _turn = my_turn();
    ok_in_child(|| {
        let source = SignalSource::install(&[64, 1]).unwrap();
        process::kill(process::pid(), 64).unwrap();
        process::kill(process::pid(), 1).unwrap();
        let set = source.take();
        assert_eq!(set.bits(), 1 << 63 | 1);
        assert!(set.contains(64) && set.contains(1) && !set.contains(0) && !set.contains(65) && !set.contains(-1));
        assert_eq!(set.collect::<Vec<_>>(), [1, 64]);
    });
}

#[test]
fn errno_is_as_it_was_after_a_signal() {
    let _turn = my_turn();
    ok_in_child(|| {
        let source = SignalSource::install(&[libc::SIGUSR1]).unwrap();
        // A full counter makes the handler's own write fail.
        nix::unistd::write(&source, &(u64::MAX - 1).to_ne_bytes()).unwrap();
        nix::errno::Errno::set(nix::errno::Errno::EXDEV);
        raise(libc::SIGUSR1);
        assert_eq!(nix::errno::Errno::last(), nix::errno::Errno::EXDEV);
        assert!(source.pending());
    });
}

#[test]
fn what_was_before_comes_back() {
    let _turn = my_turn();
    let state = in_child(|| {
        let source = SignalSource::install(&[libc::SIGTERM]).unwrap();
        raise(libc::SIGTERM);
        source.restore();
        raise(libc::SIGTERM);
    });
    assert_eq!(state, ExitState::Signaled(libc::SIGTERM), "the default action");
    ok_in_child(|| {
        signal::ignore(libc::SIGTERM).unwrap();
        drop(SignalSource::install(&[libc::SIGTERM]).unwrap());
        raise(libc::SIGTERM);
    });
    let state = in_child(|| {
        signal::ignore(libc::SIGTERM).unwrap();
        signal::set_default(libc::SIGTERM).unwrap();
        raise(libc::SIGTERM);
    });
    assert_eq!(state, ExitState::Signaled(libc::SIGTERM), "set_default");
}

#[test]
fn a_failed_installation_takes_no_signal() {
    let _turn = my_turn();
    let state = in_child(|| {
        let error = SignalSource::install(&[libc::SIGUSR1, libc::SIGKILL]).unwrap_err();
        assert_eq!(error.code(), libc::EINVAL);
        assert_eq!(SignalSource::install(&[65]).unwrap_err().code(), libc::EINVAL);
        raise(libc::SIGUSR1);
    });
    assert_eq!(state, ExitState::Signaled(libc::SIGUSR1));
}

#[test]
fn a_newer_source_takes_over_and_the_older_one_lets_go() {
    let _turn = my_turn();
    let state = in_child(|| {
        let old = SignalSource::install(&[libc::SIGUSR1, libc::SIGUSR2]).unwrap();
        raise(libc::SIGUSR1);
        let new = SignalSource::install(&[libc::SIGUSR1]).unwrap();
        assert!(!new.pending(), "what came before is forgotten");
        let mut edges = Edges::of(new.fd(), Interest::READABLE);
        drop(old);
        raise(libc::SIGUSR1);
        assert_eq!(edges.now(), 1);
        assert_eq!(new.take().collect::<Vec<_>>(), [libc::SIGUSR1]);
        // Not in the newer one, so it has its default action again.
        raise(libc::SIGUSR2);
    });
    assert_eq!(state, ExitState::Signaled(libc::SIGUSR2));
    let state = in_child(|| {
        let _old = SignalSource::install(&[libc::SIGUSR1]).unwrap();
        SignalSource::install(&[libc::SIGUSR1]).unwrap().restore();
        raise(libc::SIGUSR1);
    });
    assert_eq!(state, ExitState::Signaled(libc::SIGUSR1), "restored to what was before both");
}

#[test]
fn a_forked_child_never_wakes_its_parent() {
    let _turn = my_turn();
    let source = SignalSource::install(&[libc::SIGUSR1]).unwrap();
    let mut edges = Edges::of(source.fd(), Interest::READABLE);
    ok_in_child(|| {
        raise(libc::SIGUSR1);
        assert!(source.pending(), "the inherited handler ran");
        let own = SignalSource::install(&[libc::SIGUSR1]).unwrap();
        assert!(!own.pending());
        let mut edges = Edges::of(own.fd(), Interest::READABLE);
        raise(libc::SIGUSR1);
        assert_eq!(edges.now(), 1);
        assert_eq!(own.take().collect::<Vec<_>>(), [libc::SIGUSR1]);
    });
    assert_eq!(edges.now(), 0);
    assert!(!source.pending());
    raise(libc::SIGUSR1);
    assert_eq!(edges.now(), 1);
}

#[test]
fn a_signal_during_the_fork_waits_for_the_childs_own_source() {
    let _turn = my_turn();
    let sent = Gate::new();
    let saved = signal::block_all();
    let pid = spawn(|| {
        sent.wait();
        let source = SignalSource::install(&[libc::SIGTERM]).unwrap();
        assert!(!source.pending());
        signal::unblock_all_in_this_thread();
        assert_eq!(source.take().collect::<Vec<_>>(), [libc::SIGTERM]);
    });
    process::kill(pid, libc::SIGTERM).unwrap();
    sent.open();
    saved.restore();
    assert_eq!(process::wait_for(pid).unwrap(), ExitState::Exited(0));
}

#[test]
fn a_saved_mask_is_put_back() {
    let _turn = my_turn();
    let blocked = || nix::sys::signal::SigSet::thread_get_mask().unwrap().contains(nix::sys::signal::Signal::SIGUSR1);
    std::thread::spawn(move || {
        assert!(!blocked());
        let outer = signal::block_all();
        assert!(blocked());
        drop(signal::block_all());
        assert!(blocked(), "the inner one had nothing to let through");
        outer.restore();
        assert!(!blocked());
        signal::block_all_in_this_thread();
        assert!(blocked());
        signal::unblock_all_in_this_thread();
        assert!(!blocked());
    })
    .join()
    .unwrap();
}

#[test]
fn a_blocking_read_goes_on_after_a_signal() {
    let _turn = my_turn();
    let gate = Gate::new();
    let source = SignalSource::install(&[libc::SIGUSR1]).unwrap();
    let pid = spawn(|| {
        assert_eq!(nix::unistd::read(gate.reader(), &mut [0]), Ok(1));
        assert!(source.pending(), "the signal came in between");
    });
    // Asleep: in the read, there is nothing else that the child waits for.
    until_status(pid, "State:\tS");
    process::kill(pid, libc::SIGUSR1).unwrap();
    // Taken: a read that ends for it has ended, before there was something to read.
    until_status(pid, "ShdPnd:\t0000000000000000");
    gate.open();
    assert_eq!(process::wait_for(pid).unwrap(), ExitState::Exited(0));
}

/// Waits until /proc/PID/status has a line that begins with `line`.
#[track_caller]
fn until_status(pid: i32, line: &str) {
    let deadline = Instant::now() + LIMIT;
    while !std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap().lines().any(|found| found.starts_with(line)) {
        assert!(Instant::now() < deadline, "never {line}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_listener_has_what_the_source_lends_too_or_instead_and_gives_it_back() {
    use engine::sys::signal_listener::SignalListener;
    let _turn = my_turn();
    ok_in_child(|| {
        let source = SignalSource::install(&[libc::SIGTERM, libc::SIGUSR1, libc::SIGUSR2]).unwrap();
        source.lend(&[libc::SIGTERM], &[libc::SIGUSR1]);
        let listener = SignalListener::new().unwrap();
        assert_eq!(listener.listen(libc::SIGUSR2).unwrap_err().raw_os_error(), Some(libc::EBUSY));
        let all = [libc::SIGTERM, libc::SIGUSR1, libc::SIGUSR2];
        all.into_iter().for_each(raise);
        assert_eq!((source.take().count(), listener.take().count()), (3, 0), "lent, but not borrowed");
        listener.listen(libc::SIGTERM).unwrap();
        listener.listen(libc::SIGUSR1).unwrap();
        all.into_iter().for_each(raise);
        assert_eq!(source.take().collect::<Vec<_>>(), [libc::SIGUSR2, libc::SIGTERM]);
        assert_eq!(listener.take().collect::<Vec<_>>(), [libc::SIGUSR1, libc::SIGTERM]);
        assert!(listener.leave(libc::SIGUSR1) && !listener.leave(libc::SIGUSR1));
        raise(libc::SIGUSR1);
        assert_eq!((source.take().count(), listener.take().count()), (1, 0));
        drop(listener);
        raise(libc::SIGTERM);
        assert!(signal::has_arrived(libc::SIGTERM) && source.take().contains(libc::SIGTERM));
    });
}

#[test]
fn a_hook_is_called_in_the_handler_until_the_next_source() {
    use std::sync::atomic::{AtomicU32, Ordering};
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let _turn = my_turn();
    ok_in_child(|| {
        let source = SignalSource::install(&[libc::SIGUSR1]).unwrap();
        source.call_in_handler(|| {
            CALLS.fetch_add(1, Ordering::Relaxed);
        });
        raise(libc::SIGUSR1);
        assert_eq!(CALLS.load(Ordering::Relaxed), 1);
        let _next = SignalSource::install(&[libc::SIGUSR1]).unwrap();
        raise(libc::SIGUSR1);
        assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    });
}

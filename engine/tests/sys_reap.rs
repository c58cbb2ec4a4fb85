//! `reap` takes any child, so it has a process to itself: there is one test in this file.

mod sys_util;

use engine::sys::process::{self, ExitState};
use sys_util::*;

#[test]
fn reap_collects_every_child_that_has_ended_and_none_that_runs() {
    assert_eq!(process::reap().unwrap(), None, "without children");
    let gate = Gate::new();
    let running = spawn(|| gate.wait());
    let ended = [spawn(|| process::exit_now(3)), spawn(|| process::exit_now(4))];
    for pid in ended {
        assert!(readable_within(process::pidfd_open(pid).unwrap(), LIMIT));
    }
    let mut reaped = [process::reap().unwrap().unwrap(), process::reap().unwrap().unwrap()];
    reaped.sort_by_key(|(pid, _)| ended.iter().position(|ended| ended == pid));
    assert_eq!(reaped, [(ended[0], ExitState::Exited(3)), (ended[1], ExitState::Exited(4))]);
    assert_eq!(process::reap().unwrap(), None, "one child runs");
    gate.open();
    assert_eq!(process::wait_for(running).unwrap(), ExitState::Exited(0));
}

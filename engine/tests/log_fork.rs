//! A process that is forked while other threads are in the middle of lines can log, and no line is lost, torn or doubled.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::log::{self, LogOptions, Role, Rotation};
use engine::sys::process::{ExitState, Fork, exit_now, fork, kill, pidfd_open, reap_pid};

const CHILDREN: u32 = 300;
/// Far beyond what a child needs: one that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(5);

#[test]
fn a_fork_in_the_middle_of_lines_leaves_nothing_locked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    // With rotation, so that every line passes through all there is; the period cannot end during the test but once in a month.
    log::init(LogOptions { file: Some(path), rotation: Rotation::Monthly, ..LogOptions::default() });
    log::set_role(Role::Master, 0);
    let stop = AtomicBool::new(false);
    let hung = std::thread::scope(|scope| {
        for thread in 0..3 {
            let stop = &stop;
            scope.spawn(move || {
                for line in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    ::log::warn!("thread {thread} line {line}");
                    if line % 16 == 0 {
                        log::reopen();
                    }
                }
            });
        }
        let hung = (0..CHILDREN).find(|number| !child_ends_well(*number));
        stop.store(true, Ordering::Relaxed);
        hung
    });
    assert_eq!(hung, None, "a child hung or failed");
    let lines = lines(dir.path());
    let mut children: Vec<u32> = lines.iter().filter_map(|line| line.strip_prefix("child ")?.parse().ok()).collect();
    children.sort_unstable();
    assert!(children.iter().copied().eq(0..CHILDREN), "a child's line is lost or doubled: {children:?}");
    for thread in 0..3 {
        let prefix = format!("thread {thread} line ");
        let numbers: Vec<usize> = lines.iter().filter_map(|line| line.strip_prefix(&prefix)?.parse().ok()).collect();
        assert!(numbers.iter().copied().eq(0..numbers.len()), "thread {thread}: a line is lost, doubled or out of order");
    }
}

/// Forks a child that writes one line; whether it has ended, and well.
fn child_ends_well(number: u32) -> bool {
    match fork().unwrap() {
        Fork::Child => {
            log::set_role(Role::Worker, number);
            log::reopen();
            ::log::info!("child {number}");
            exit_now(0)
        }
        Fork::Parent(pid) => {
            let ended = pidfd_open(pid).unwrap();
            if !engine::sys::io::wait_readable(&ended, PATIENCE).unwrap() {
                kill(pid, 9).unwrap();
                return false;
            }
            matches!(reap_pid(pid), Ok(Some(ExitState::Exited(0))))
        }
    }
}

/// The texts of all lines in the folder's files, each line checked for its form.
fn lines(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let content: String = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let text = |line: &str| {
        let parts: Vec<&str> = line.split('\t').collect();
        assert!(parts.len() == 3 && parts[0].starts_with("[20") && parts[0].ends_with(']'), "a torn line: {line:?}");
        parts[2].to_owned()
    };
    content.lines().map(text).collect()
}

//! Locks and tables whose user is killed after each number of instructions in turn: nothing stays locked, half done or lost, and no waiter is forgotten.
//!
//! The user runs step by step under ptrace(2). `SHM_STEPS_STRIDE` says how many numbers are left out between two (more by default, to be quick).

#![cfg(all(target_os = "linux", not(loom)))]

use std::time::{Duration, Instant};

use engine::shm::atomic::SharedI64;
use engine::shm::lock::{Access, LockKind, SharedLock};
use engine::shm::robust::{Acquired, Patience};
use engine::shm::rows::{CellRef, ColumnKind, Cursor, Layout, RowCopy, RowTable, WriteError};
use engine::sys::process::{self, Fork};
use nix::sys::{
    ptrace,
    signal::{Signal, raise},
    wait::{WaitStatus, waitpid},
};
use nix::unistd::Pid;

/// Steps that a call takes at most: then it hangs.
const MOST_STEPS: usize = 1_000_000;

/// `quick`: as many as a test can leave out that is run all the time. Optimised there are some times fewer instructions.
fn stride(quick: usize) -> usize {
    let default = if cfg!(debug_assertions) { quick } else { quick.div_ceil(60) };
    std::env::var("SHM_STEPS_STRIDE").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Forks a process that does `before`, then `work`, and is killed after `steps` instructions of that: whether it was, and had not ended by itself.
fn killed_after(steps: usize, before: impl FnOnce(), work: impl FnOnce()) -> bool {
    let pid = match process::fork().unwrap() {
        Fork::Child => {
            before();
            let traced = ptrace::traceme().and_then(|()| raise(Signal::SIGSTOP));
            if traced.is_ok() {
                work();
            }
            process::exit_now(i32::from(traced.is_err()))
        }
        Fork::Parent(pid) => Pid::from_raw(pid),
    };
    assert_eq!(waitpid(pid, None).unwrap(), WaitStatus::Stopped(pid, Signal::SIGSTOP));
    for _ in 0..steps {
        ptrace::step(pid, None).unwrap();
        match waitpid(pid, None).unwrap() {
            WaitStatus::Stopped(_, Signal::SIGTRAP | Signal::SIGCHLD) => {}
            WaitStatus::Exited(_, 0) => return false,
            other => panic!("{other:?}"),
        }
    }
    ptrace::kill(pid).unwrap();
    assert!(matches!(waitpid(pid, None).unwrap(), WaitStatus::Signaled(_, Signal::SIGKILL, _)));
    true
}

/// Calls `check` with 0, then with more and more, until it says that the work had ended before.
fn for_each_number_of_steps(quick: usize, mut check: impl FnMut(usize) -> bool) {
    let (mut steps, stride) = (0, stride(quick));
    while check(steps) {
        steps += stride;
        assert!(steps < MOST_STEPS, "it does not end");
    }
    assert!(steps > stride, "it was never killed half way");
}

fn soon() -> Patience {
    Patience::within(Duration::from_secs(10))
}

/// Returns as soon as a process sleeps, which it does nowhere but where it waits for a lock.
fn sleeps(pid: i32) {
    let state = format!("/proc/{pid}/stat");
    while !std::fs::read_to_string(&state).is_ok_and(|state| state.contains(") S ")) {
        std::thread::yield_now();
    }
}

#[test]
fn a_lock_whose_holder_is_killed_at_any_step() {
    for (kind, access) in
        [(LockKind::Mutex, Access::Exclusive), (LockKind::ReadWrite, Access::Exclusive), (LockKind::ReadWrite, Access::Shared)]
    {
        for_each_number_of_steps(299, |steps| {
            let lock = SharedLock::new(kind).unwrap();
            let (entered, leaving) = (SharedI64::new(0).unwrap(), SharedI64::new(0).unwrap());
            let killed = killed_after(
                steps,
                || (),
                || {
                    if lock.lock(access, Patience::Endless).is_ok() {
                        entered.set(1);
                        leaving.set(1);
                        lock.unlock();
                    }
                },
            );
            let taken = lock.lock(Access::Exclusive, soon());
            if (entered.get(), leaving.get()) == (1, 0) {
                assert_eq!(taken, Ok(Acquired::Abandoned), "{kind:?} {access:?}: the next is told, step {steps}");
            }
            assert!(taken.is_ok() && lock.unlock(), "{kind:?} {access:?}: {taken:?} after step {steps}");
            assert_eq!(lock.lock(Access::Exclusive, soon()), Ok(Acquired::Clean), "{kind:?} {access:?}: told once, step {steps}");
            killed
        });
    }
}

#[test]
fn those_who_wait_when_the_holder_is_killed_at_any_step_of_unlock() {
    for kind in [LockKind::Mutex, LockKind::ReadWrite] {
        for_each_number_of_steps(199, |steps| {
            let (lock, ready) = (SharedLock::new(kind).unwrap(), SharedI64::new(0).unwrap());
            let killed = killed_after(
                steps,
                || {
                    assert!(lock.lock(Access::Exclusive, Patience::None).is_ok());
                    // Those who wait are not traced: they are forked by this one, and end by themselves.
                    for _ in 0..2 {
                        match process::fork().unwrap() {
                            Fork::Child => {
                                let taken = lock.lock(Access::Exclusive, soon());
                                ready.add(if taken.is_ok() && lock.unlock() { 1 } else { 100 });
                                process::exit_now(0);
                            }
                            Fork::Parent(pid) => sleeps(pid),
                        }
                    }
                },
                || _ = lock.unlock(),
            );
            let begun = Instant::now();
            while ready.get() < 2 {
                assert!(begun.elapsed() < Duration::from_secs(20), "{kind:?}: nobody was woken after step {steps}");
                std::thread::yield_now();
            }
            assert_eq!(ready.get(), 2, "{kind:?}: {steps}");
            killed
        });
    }
}

const LONG: &[u8] = b"twenty-four bytes and more";

fn table() -> RowTable {
    let mut layout = Layout::default();
    layout.add(b"number", ColumnKind::Int).unwrap();
    layout.add(b"text", ColumnKind::Text(30)).unwrap();
    RowTable::new(layout, 64, 0.2).unwrap()
}

fn set(table: &RowTable, key: &str, number: i64, text: &[u8]) -> Result<(), WriteError> {
    table.set(key.as_bytes(), &[(0, CellRef::Int(number)), (1, CellRef::Text(text))])
}

fn get(table: &RowTable, key: &[u8]) -> Option<(i64, Vec<u8>)> {
    let mut copy = RowCopy::default();
    let columns = table.layout().columns();
    table.get(key, &mut copy).then(|| match (copy.cell(&columns[0]), copy.cell(&columns[1])) {
        (CellRef::Int(number), CellRef::Text(text)) => (number, text.to_vec()),
        other => panic!("{other:?}"),
    })
}

/// A call in the life of a table, and what may be in the row afterwards, if it is killed half way or not.
type Case = (&'static str, fn(&RowTable), &'static [Option<(i64, &'static [u8])>]);

const OLD: Option<(i64, &[u8])> = Some((1, b"one"));

#[test]
fn a_table_whose_writer_is_killed_at_any_step() {
    let cases: [Case; 5] = [
        ("row", |table| _ = set(table, "row", 2, LONG), &[OLD, Some((2, LONG))]),
        ("row", |table| _ = table.delete(b"row"), &[OLD, None]),
        ("row", |table| _ = table.add_int(b"row", 0, 4), &[OLD, Some((5, b"one"))]),
        ("new", |table| _ = set(table, "new", 2, LONG), &[None, Some((2, LONG))]),
        ("gone", |table| _ = set(table, "gone", 3, b"back"), &[None, Some((3, b"back"))]),
    ];
    for (number, (key, work, allowed)) in cases.into_iter().enumerate() {
        for_each_number_of_steps(1999, |steps| {
            let table = table();
            for other in 0..40 {
                set(&table, &format!("other {other}"), other, LONG).unwrap();
            }
            set(&table, "row", 1, b"one").unwrap();
            set(&table, "gone", 9, b"nine").unwrap();
            table.delete(b"gone").unwrap();
            let killed = killed_after(steps, || (), || work(&table));

            let found = get(&table, key.as_bytes());
            let found = found.as_ref().map(|(number, text)| (*number, text.as_slice()));
            assert!(allowed.contains(&found), "case {number}: {found:?} after step {steps}");
            assert!(killed || Some(&found) == allowed.last(), "case {number}: done, and yet {found:?}");
            // It locks every stripe, which is repaired then.
            table.stats();
            let mut filled = 0;
            loop {
                match set(&table, &format!("more {filled}"), filled, LONG) {
                    Ok(()) => filled += 1,
                    Err(error) => {
                        assert_eq!(error, WriteError::Full);
                        break;
                    }
                }
            }
            let there =
                40 + filled as u64 + u64::from(get(&table, b"row").is_some()) + u64::from(key != "row" && found.is_some());
            assert_eq!(table.stats().rows, table.capacity(), "case {number}: rows are lost after step {steps}");
            assert_eq!((there, table.len()), (table.capacity(), table.capacity()), "case {number}: after step {steps}");
            let (mut cursor, mut name, mut copy, mut walked) = (Cursor::default(), Vec::new(), RowCopy::default(), 0);
            while table.next(&mut cursor, &mut name, &mut copy) {
                walked += 1;
            }
            assert_eq!(walked, table.capacity(), "case {number}: after step {steps}");
            for other in 0..40 {
                assert_eq!(
                    get(&table, format!("other {other}").as_bytes()),
                    Some((other, LONG.to_vec())),
                    "case {number}: step {steps}"
                );
            }
            killed
        });
    }
}

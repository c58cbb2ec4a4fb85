//! The protocol of a lock that is one word under loom: every interleaving of those who take it, give it back, sleep and die.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p engine --release --test lock_loom`

#![cfg(loom)]

use std::sync::Arc;

use engine::shm::robust::Acquired;
use engine::shm::sync::Ordering::Relaxed;
use engine::shm::word::{Found, LockWord};
use loom::cell::UnsafeCell;
use loom::sync::{Condvar, Mutex};
use loom::thread;

/// What the kernel does for those who sleep on a word.
struct Futex {
    sleepers: Mutex<()>,
    woken: Condvar,
}

impl Futex {
    fn wait(&self, word: &LockWord, expected: u32) {
        let sleepers = self.sleepers.lock().unwrap();
        if word.atomic().load(Relaxed) == expected {
            drop(self.woken.wait(sleepers).unwrap());
        }
    }

    fn wake(&self) {
        let _sleepers = self.sleepers.lock().unwrap();
        self.woken.notify_one();
    }
}

struct Guarded {
    word: LockWord,
    futex: Futex,
    /// Loom fails when two are at it at once, or one does not see what another has done before.
    number: UnsafeCell<u32>,
}

impl Guarded {
    fn new() -> Arc<Guarded> {
        let futex = Futex { sleepers: Mutex::new(()), woken: Condvar::new() };
        Arc::new(Guarded { word: LockWord::new(), futex, number: UnsafeCell::new(0) })
    }

    fn lock(&self, tid: u32) -> Acquired {
        if self.word.take_free(tid) {
            return Acquired::Clean;
        }
        let mut has_slept = false;
        loop {
            match self.word.take(tid, has_slept) {
                Found::Nobody(acquired) => return acquired,
                Found::Oneself => panic!("nobody locks twice"),
                Found::Other(found) => {
                    if let Some(marked) = self.word.mark_waiting(found) {
                        self.futex.wait(&self.word, marked);
                        has_slept = true;
                    }
                }
            }
        }
    }

    fn add(&self) {
        // SAFETY: whoever calls this holds the lock; that nobody else does then is what loom looks for.
        self.number.with_mut(|number| unsafe { *number += 1 });
    }

    fn unlock(&self) {
        if self.word.give_back() {
            self.futex.wake();
        }
    }

    fn die(&self) {
        if self.word.leave_dead() {
            self.futex.wake();
        }
    }
}

/// Each of them takes it, adds, and gives it back or dies with it; how many were told of a death.
fn together(dying: &'static [bool]) {
    loom::model(move || {
        let guarded = Guarded::new();
        let threads: Vec<_> = dying
            .iter()
            .enumerate()
            .map(|(number, dies)| {
                let guarded = guarded.clone();
                thread::spawn(move || {
                    let acquired = guarded.lock(number as u32 + 2);
                    guarded.add();
                    if *dies {
                        guarded.die()
                    } else {
                        guarded.unlock()
                    }
                    u32::from(acquired == Acquired::Abandoned)
                })
            })
            .collect();
        let mut told = 0;
        let acquired = guarded.lock(1);
        guarded.add();
        guarded.unlock();
        told += u32::from(acquired == Acquired::Abandoned);
        for thread in threads {
            told += thread.join().unwrap();
        }
        // Nobody sleeps any more, so who asks now finds it free, or the last one dead.
        if let Found::Nobody(last) = guarded.word.take(1, false) {
            told += u32::from(last == Acquired::Abandoned);
        } else {
            panic!("somebody still holds it");
        }
        let dead = dying.iter().filter(|dies| **dies).count() as u32;
        assert_eq!(told, dead, "each death is told once");
        // SAFETY: all have ended.
        guarded.number.with(|number| assert_eq!(unsafe { *number }, dying.len() as u32 + 1));
    });
}

#[test]
fn one_holds_it_at_a_time_and_nobody_sleeps_for_ever() {
    together(&[false, false]);
}

#[test]
fn a_death_is_told_once_and_wakes_the_next() {
    together(&[true, false]);
}

#[test]
fn two_deaths_are_told_each() {
    together(&[true, true]);
}

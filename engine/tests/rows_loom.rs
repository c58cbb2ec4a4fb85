//! The protocol of the shared table's readers and writers under loom: every interleaving, and every value that a weak memory could show.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p engine --release --test rows_loom`

#![cfg(loom)]

use std::sync::Arc;

use engine::shm::rows::version::Version;
use engine::shm::sync::{AtomicU64, Ordering::Relaxed};
use loom::sync::Mutex;
use loom::thread;

/// Two words that a whole row shows as a pair: the second is ten times the first.
struct Row {
    version: Version,
    writers: Mutex<()>,
    words: [AtomicU64; 2],
}

impl Row {
    fn new() -> Arc<Row> {
        Arc::new(Row { version: Version::new(), writers: Mutex::new(()), words: [AtomicU64::new(0), AtomicU64::new(0)] })
    }

    fn write(&self, number: u64) {
        self.words[0].store(number, Relaxed);
        self.words[1].store(number * 10, Relaxed);
    }

    fn set(&self, number: u64) {
        let _writer = self.writers.lock().unwrap();
        self.version.change(|| self.write(number));
    }

    fn read(&self) -> Option<(u64, u64)> {
        self.version.read(|_| (self.words[0].load(Relaxed), self.words[1].load(Relaxed)))
    }
}

#[test]
fn a_reader_never_sees_half_a_row() {
    loom::model(|| {
        let row = Row::new();
        let writer = thread::spawn({
            let row = row.clone();
            move || {
                row.set(1);
                row.set(2);
            }
        });
        let mut last = 0;
        for _ in 0..2 {
            if let Some((first, second)) = row.read() {
                assert_eq!(second, first * 10);
                assert!(first >= last, "time does not go back");
                last = first;
            }
        }
        writer.join().unwrap();
        assert_eq!(row.read(), Some((2, 20)));
    });
}

#[test]
fn two_writers_do_not_hide_each_other() {
    loom::model(|| {
        let row = Row::new();
        let writers = [1, 2].map(|number| {
            let row = row.clone();
            thread::spawn(move || row.set(number))
        });
        if let Some((first, second)) = row.read() {
            assert_eq!(second, first * 10);
        }
        for writer in writers {
            writer.join().unwrap();
        }
        let (first, second) = row.read().unwrap();
        assert!(first > 0 && second == first * 10);
    });
}

/// A row is unlinked and its words become those of another one, which this bucket does not lead to: a reader that is still there must notice.
#[test]
fn a_row_that_is_used_elsewhere_is_not_taken_for_the_old_one() {
    loom::model(|| {
        let row = Row::new();
        let (linked, free) = (Arc::new(AtomicU64::new(1)), Arc::new(Mutex::new(false)));
        let deleter = thread::spawn({
            let (row, linked, free) = (row.clone(), linked.clone(), free.clone());
            move || {
                row.version.change(|| linked.store(0, Relaxed));
                *free.lock().unwrap() = true;
            }
        });
        let other = thread::spawn({
            let (row, free) = (row.clone(), free.clone());
            move || {
                if *free.lock().unwrap() {
                    engine::shm::sync::fence(engine::shm::sync::Ordering::Release);
                    row.words[0].store(7, Relaxed);
                }
            }
        });
        let read = row.version.read(|_| (linked.load(Relaxed) == 1).then(|| row.words[0].load(Relaxed)));
        assert!(matches!(read, None | Some(None | Some(0))), "{read:?}");
        deleter.join().unwrap();
        other.join().unwrap();
    });
}

/// A writer that is killed leaves the version odd: nobody reads until the next writer has put the old words back.
#[test]
fn what_a_killed_writer_leaves_is_not_read_until_it_is_repaired() {
    loom::model(|| {
        let row = Row::new();
        row.set(1);
        let repairer = thread::spawn({
            let row = row.clone();
            move || {
                let _writer = row.writers.lock().unwrap();
                // The call that is killed: the version is odd and half the row is there.
                let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    row.version.change(|| {
                        row.words[0].store(2, Relaxed);
                        std::panic::resume_unwind(Box::new("killed"));
                    })
                }));
                assert!(killed.is_err());
                assert_eq!(row.read(), None);
                row.write(1);
                assert!(row.version.settle());
            }
        });
        if let Some(read) = row.read() {
            assert_eq!(read, (1, 10));
        }
        repairer.join().unwrap();
        assert_eq!(row.read(), Some((1, 10)));
    });
}

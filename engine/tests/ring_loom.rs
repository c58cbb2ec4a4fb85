//! The ring's and the sleep flag's protocols under loom: every interleaving, and every value that a weak memory could show.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p engine --release --test ring_loom`

#![cfg(loom)]

use std::sync::Arc;

use engine::shm::ring::protocol::{Consumer, Producer, Storage};
use engine::shm::sync::{AtomicU32, AtomicU64};
use engine::shm::wake::SleepFlag;
use loom::cell::UnsafeCell;
use loom::sync::{Condvar, Mutex};
use loom::thread;

/// Two records of the largest size: the smallest ring that there can be, so that it is full and wraps at once.
const CAPACITY: usize = 64;
const LARGEST: usize = 16;

/// The ring's memory as loom sees it: its atomics, and a cell for each unit of the buffer that loom watches for races.
struct Model {
    head: AtomicU64,
    tail: AtomicU64,
    want_space: AtomicU32,
    watched: [UnsafeCell<()>; CAPACITY / 16],
    bytes: std::cell::UnsafeCell<[u128; CAPACITY / 16]>,
}

// SAFETY: the bytes are reached only after loom has checked, unit by unit, that the access does not race.
unsafe impl Sync for Model {}
// SAFETY: nothing in it belongs to a thread.
unsafe impl Send for Model {}

impl Model {
    fn units(offset: usize, len: usize) -> std::ops::Range<usize> {
        assert!(offset + len <= CAPACITY);
        offset / 16..(offset + len).div_ceil(16)
    }
}

#[derive(Clone)]
struct Shared(Arc<Model>);

impl Shared {
    fn new() -> Self {
        Shared(Arc::new(Model {
            head: AtomicU64::new(0),
            tail: AtomicU64::new(0),
            want_space: AtomicU32::new(0),
            watched: Default::default(),
            bytes: std::cell::UnsafeCell::new([0; CAPACITY / 16]),
        }))
    }

    fn ends(&self) -> (Producer<Shared>, Consumer<Shared>) {
        (self.producer(), self.consumer())
    }

    fn producer(&self) -> Producer<Shared> {
        Producer::over(self.clone()).unwrap()
    }

    fn consumer(&self) -> Consumer<Shared> {
        Consumer::over(self.clone()).unwrap()
    }
}

// SAFETY: the capacity is a power of two and twice the largest record; the bytes are aligned and live as long as the `Arc`.
unsafe impl Storage for Shared {
    const MAX_PAYLOAD: usize = LARGEST;

    fn capacity(&self) -> usize {
        CAPACITY
    }

    fn head(&self) -> &AtomicU64 {
        &self.0.head
    }

    fn tail(&self) -> &AtomicU64 {
        &self.0.tail
    }

    fn want_space(&self) -> &AtomicU32 {
        &self.0.want_space
    }

    unsafe fn for_reading(&self, offset: usize, len: usize) -> *const u8 {
        Model::units(offset, len).for_each(|unit| self.0.watched[unit].with(|_| ()));
        self.0.bytes.get().cast::<u8>().wrapping_add(offset)
    }

    unsafe fn for_writing(&self, offset: usize, len: usize) -> *mut u8 {
        Model::units(offset, len).for_each(|unit| self.0.watched[unit].with_mut(|_| ()));
        self.0.bytes.get().cast::<u8>().wrapping_add(offset)
    }
}

/// What an eventfd is to the engine: a signal sent before the wait ends the wait, and two count as one.
struct Signal(Mutex<bool>, Condvar);

impl Signal {
    fn new() -> Self {
        Signal(Mutex::new(false), Condvar::new())
    }

    fn send(&self) {
        *self.0.lock().unwrap() = true;
        self.1.notify_one();
    }

    fn wait(&self) {
        let mut sent = self.0.lock().unwrap();
        while !*sent {
            sent = self.1.wait(sent).unwrap();
        }
        *sent = false;
    }
}

/// A record whose every part says which one it is.
fn push(producer: &mut Producer<Shared>, number: u64, len: usize) -> bool {
    producer.push(number as u8, 0, number as u16, number, &[number as u8; LARGEST][..len]).is_ok()
}

/// Takes the next record, if there is one, and checks that it is `number`, whole.
#[track_caller]
fn take(consumer: &mut Consumer<Shared>, number: u64) -> bool {
    let Some(record) = consumer.peek().unwrap() else { return false };
    let header = record.header;
    assert_eq!((header.session, header.aux, header.kind), (number, number as u16, number as u8));
    assert!(record.payload.iter().all(|byte| *byte == number as u8));
    consumer.release();
    true
}

fn model(check: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(3));
    builder.check(check);
}

/// Numbers 1 to 4: what the consumer finds is whole and in order, and the space that it gave back is written again only then.
#[test]
fn records_arrive_whole_and_in_order() {
    model(|| {
        let (mut producer, mut consumer) = Shared::new().ends();
        let sender = thread::spawn(move || {
            for number in 1..=3 {
                while !push(&mut producer, number, LARGEST) {
                    thread::yield_now();
                }
            }
        });
        for number in 1..=3 {
            while !take(&mut consumer, number) {
                thread::yield_now();
            }
        }
        sender.join().unwrap();
        assert!(consumer.is_empty());
    });
}

/// The record that does not fit before the end comes together with its skip record, or not at all.
#[test]
fn a_skip_record_comes_with_the_record_behind_it() {
    model(|| {
        let (mut producer, mut consumer) = Shared::new().ends();
        assert!(push(&mut producer, 1, 0) && push(&mut producer, 2, LARGEST));
        assert!(take(&mut consumer, 1));
        // In use: 16..48. The next one needs 32 bytes: it skips 48..64, and must wait for the second to be taken.
        let sender = thread::spawn(move || {
            while !push(&mut producer, 3, LARGEST) {
                thread::yield_now();
            }
            assert!(push(&mut producer, 4, 0), "in use: 48..64 and 0..32 at the most");
        });
        for number in 2..=4 {
            while !take(&mut consumer, number) {
                thread::yield_now();
            }
        }
        sender.join().unwrap();
    });
}

/// Numbers 1 to 8 of the sleep flag: a consumer that dozes while records are published is woken. A signal that is lost is a deadlock
/// here. `interruptions`: how often something else wakes it first, as a timer would.
fn doze_and_be_woken(interruptions: usize) {
    model(move || {
        let (mut producer, mut consumer) = Shared::new().ends();
        let flag = Arc::new(SleepFlag::new());
        let signal = Arc::new(Signal::new());
        let (their_flag, their_signal) = (Arc::clone(&flag), Arc::clone(&signal));
        let sender = thread::spawn(move || {
            for number in 1..=2 {
                assert!(push(&mut producer, number, 0));
                if their_flag.needs_wake() {
                    their_signal.send();
                }
            }
        });
        let mut dozes = 0;
        for number in 1..=2 {
            while !take(&mut consumer, number) {
                flag.prepare();
                if !consumer.is_empty() {
                    flag.cancel();
                    continue;
                }
                dozes += 1;
                if dozes > interruptions {
                    signal.wait();
                }
                flag.awake();
            }
        }
        sender.join().unwrap();
    });
}

#[test]
fn a_wake_up_is_never_lost() {
    doze_and_be_woken(0);
}

#[test]
fn a_wake_up_is_not_lost_to_another_reason_to_wake() {
    doze_and_be_woken(2);
}

/// Number 8: a sleeper that looks at two rings is woken whichever gets a record, and by one of the producers only.
#[test]
fn one_of_two_producers_wakes_the_sleeper() {
    model(|| {
        let rings = [Shared::new(), Shared::new()];
        let mut consumers = rings.each_ref().map(Shared::consumer);
        let flag = Arc::new(SleepFlag::new());
        let signal = Arc::new(Signal::new());
        flag.prepare();
        let senders = rings.map(|ring| {
            let (flag, signal) = (Arc::clone(&flag), Arc::clone(&signal));
            thread::spawn(move || {
                assert!(push(&mut ring.producer(), 1, 0));
                let told = flag.needs_wake();
                if told {
                    signal.send();
                }
                told
            })
        });
        signal.wait();
        assert!(consumers.iter_mut().any(|consumer| take(consumer, 1)), "woken for nothing");
        let told = senders.map(|sender| sender.join().unwrap());
        assert!(told[0] != told[1], "both or none were told to wake");
    });
}

/// Numbers 6 to 10: a producer that waits for space gets the signal. One that is lost is a deadlock here.
#[test]
fn a_signal_for_space_is_never_lost() {
    model(|| {
        let (mut producer, mut consumer) = Shared::new().ends();
        assert!(push(&mut producer, 1, LARGEST) && push(&mut producer, 2, LARGEST));
        let space = Arc::new(Signal::new());
        let their_space = Arc::clone(&space);
        let sender = thread::spawn(move || {
            while !push(&mut producer, 3, LARGEST) {
                if !producer.want_space(LARGEST) {
                    their_space.wait();
                }
            }
        });
        for number in 1..=2 {
            assert!(take(&mut consumer, number));
            if consumer.must_signal_space() {
                space.send();
            }
        }
        // The consumer does nothing more until there is a record: it must have said all that it had to say.
        sender.join().unwrap();
        assert!(take(&mut consumer, 3));
    });
}

/// The same with both asleep by turns: the consumer dozes on an empty ring, the producer waits on a full one.
#[test]
fn both_can_wait_for_each_other() {
    model(|| {
        let (mut producer, mut consumer) = Shared::new().ends();
        assert!(push(&mut producer, 1, LARGEST) && push(&mut producer, 2, LARGEST));
        let flag = Arc::new(SleepFlag::new());
        let (record, space) = (Arc::new(Signal::new()), Arc::new(Signal::new()));
        let (their_flag, their_record, their_space) = (Arc::clone(&flag), Arc::clone(&record), Arc::clone(&space));
        let sender = thread::spawn(move || {
            while !push(&mut producer, 3, LARGEST) {
                if !producer.want_space(LARGEST) {
                    their_space.wait();
                }
            }
            if their_flag.needs_wake() {
                their_record.send();
            }
        });
        for number in 1..=3 {
            while !take(&mut consumer, number) {
                flag.prepare();
                if !consumer.is_empty() {
                    flag.cancel();
                    continue;
                }
                record.wait();
                flag.awake();
            }
            if consumer.must_signal_space() {
                space.send();
            }
        }
        sender.join().unwrap();
    });
}

/// A producer dies (drops what it reserved) with the record written and not published; its successor's is the one that arrives.
#[test]
fn a_producer_that_dies_before_publishing_has_published_nothing() {
    model(|| {
        let ring = Shared::new();
        let mut consumer = ring.consumer();
        let mut dying = ring.producer();
        assert!(push(&mut dying, 1, 0));
        let sender = thread::spawn(move || {
            let mut reservation = dying.reserve(LARGEST).unwrap();
            reservation.bytes().fill(0xdd);
        });
        // Whoever replaces it has waited for its end.
        let successor = thread::spawn(move || {
            sender.join().unwrap();
            assert!(push(&mut ring.producer(), 2, LARGEST));
        });
        for number in 1..=2 {
            while !take(&mut consumer, number) {
                thread::yield_now();
            }
        }
        successor.join().unwrap();
        assert!(consumer.is_empty());
    });
}

/// A consumer dies with a record taken and another only looked at; its successor gets the other, while the producer goes on.
#[test]
fn the_successor_of_a_consumer_gets_what_was_not_taken() {
    model(|| {
        let ring = Shared::new();
        let (mut producer, mut dying) = ring.ends();
        assert!(push(&mut producer, 1, LARGEST) && push(&mut producer, 2, LARGEST));
        let consumer = thread::spawn(move || {
            assert!(take(&mut dying, 1));
            assert_eq!(dying.peek().unwrap().unwrap().header.session, 2);
        });
        let successor = thread::spawn(move || {
            consumer.join().unwrap();
            let mut consumer = ring.consumer();
            for number in 2..=3 {
                while !take(&mut consumer, number) {
                    thread::yield_now();
                }
            }
        });
        while !push(&mut producer, 3, LARGEST) {
            thread::yield_now();
        }
        successor.join().unwrap();
    });
}

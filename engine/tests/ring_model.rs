//! The ring in one thread: its edges one by one, and random use held against a queue.

#![cfg(not(loom))]

mod ring_support;

use std::collections::VecDeque;
use std::thread;
use std::time::{Duration, Instant};

use engine::shm::ring::{Full, MAX_PAYLOAD, RecordHeader};
use engine::shm::wake::SleepFlag;
use proptest::prelude::*;
use ring_support::{CAPACITY, Memory};

/// Bytes that tell a record from its neighbours and its beginning from its middle.
fn payload(seed: u64, len: usize) -> Vec<u8> {
    (0..len).map(|at| (seed as usize).wrapping_mul(31).wrapping_add(at).wrapping_add(at >> 8) as u8).collect()
}

#[test]
fn a_record_comes_out_as_it_went_in() {
    let memory = Memory::new();
    let (mut producer, mut consumer) = (memory.producer(), memory.consumer());
    assert!(producer.is_empty() && consumer.is_empty());
    assert_eq!(consumer.peek(), Ok(None));
    let end = producer.push(7, 0x5a, 0xbeef, u64::MAX, b"hello").unwrap();
    assert!(!producer.is_empty() && !consumer.is_empty());
    let record = consumer.peek().unwrap().unwrap();
    assert_eq!(record.header, RecordHeader { len: 5, kind: 7, flags: 0x5a, aux: 0xbeef, session: u64::MAX });
    assert_eq!((record.payload, record.end), (&b"hello"[..], end));
    assert!(producer.consumed() < end, "a record is taken when it is released, not when it is looked at");
    consumer.release();
    assert_eq!(producer.consumed(), end);
    assert!(producer.is_empty() && consumer.is_empty());
}

#[test]
fn a_record_can_be_looked_at_twice_but_released_once() {
    let memory = Memory::new();
    let (mut producer, mut consumer) = (memory.producer(), memory.consumer());
    let first = producer.push(1, 0, 0, 1, b"one").unwrap();
    producer.push(1, 0, 0, 2, b"two").unwrap();
    assert_eq!(consumer.peek().unwrap().unwrap().payload, b"one");
    assert_eq!(consumer.peek().unwrap().unwrap().payload, b"one");
    consumer.release();
    consumer.release();
    assert_eq!(consumer.consumed(), first);
    assert_eq!(consumer.peek().unwrap().unwrap().payload, b"two");
}

#[test]
fn empty_and_largest_payloads() {
    let memory = Memory::new();
    let (mut producer, mut consumer) = (memory.producer(), memory.consumer());
    let large = payload(3, MAX_PAYLOAD);
    for _ in 0..3 * CAPACITY / MAX_PAYLOAD {
        producer.push(1, 0, 0, 0, b"").unwrap();
        producer.push(2, 0, 0, 0, &large).unwrap();
        assert_eq!(consumer.peek().unwrap().unwrap().payload, b"");
        consumer.release();
        assert!(consumer.peek().unwrap().unwrap().payload == large);
        consumer.release();
    }
}

#[test]
fn a_dropped_reservation_publishes_nothing_and_a_short_one_only_what_it_holds() {
    let memory = Memory::new();
    let (mut producer, mut consumer) = (memory.producer(), memory.consumer());
    let mut reservation = producer.reserve(1000).unwrap();
    reservation.bytes().fill(1);
    drop(reservation);
    assert!(producer.is_empty() && consumer.is_empty());
    let mut reservation = producer.reserve(MAX_PAYLOAD).unwrap();
    assert_eq!(reservation.bytes().len(), MAX_PAYLOAD);
    reservation.bytes()[..3].copy_from_slice(b"abc");
    assert_eq!(reservation.commit(1, 0, 0, 0, 3), 32);
    assert_eq!(consumer.peek().unwrap().unwrap().payload, b"abc");
}

#[test]
fn any_record_fits_an_empty_ring_wherever_it_stands() {
    for offset in (0..CAPACITY as u64).step_by(if cfg!(miri) { 4096 } else { 16 }) {
        let memory = Memory::at(offset);
        assert!(memory.producer().reserve(MAX_PAYLOAD).is_some(), "at {offset}");
    }
}

#[test]
fn a_full_ring_says_so_and_takes_more_when_something_was_taken() {
    let memory = Memory::new();
    let (mut producer, mut consumer) = (memory.producer(), memory.consumer());
    let mut pushed = 0u64;
    while producer.push(1, 0, 0, pushed, &[0; 4080]).is_ok() {
        pushed += 1;
    }
    assert_eq!(pushed as usize, CAPACITY / 4096, "filled to the last byte");
    assert_eq!(producer.push(1, 0, 0, 0, b""), Err(Full));
    assert_eq!(producer.check(), Ok(()));
    assert!(consumer.peek().unwrap().is_some());
    assert_eq!(producer.push(1, 0, 0, 0, b""), Err(Full), "what is only looked at still takes its space");
    consumer.release();
    assert!(producer.push(1, 0, 0, 0, &[0; 4080]).is_ok());
}

#[test]
fn a_waiting_producer_is_signalled_once_when_the_ring_is_half_empty() {
    let memory = Memory::new();
    let (mut producer, mut consumer) = (memory.producer(), memory.consumer());
    while producer.push(1, 0, 0, 0, &[0; 4080]).is_ok() {}
    assert!(!producer.want_space(4080));
    let mut signals = Vec::new();
    for taken in 1..=CAPACITY / 4096 {
        assert!(consumer.peek().unwrap().is_some());
        consumer.release();
        if consumer.must_signal_space() {
            signals.push(taken);
        }
    }
    assert_eq!(signals, [CAPACITY / 4096 / 2]);
}

#[test]
fn a_producer_that_finds_space_after_all_does_not_wait() {
    let memory = Memory::new();
    let (mut producer, mut consumer) = (memory.producer(), memory.consumer());
    while producer.push(1, 0, 0, 0, &[0; 4080]).is_ok() {}
    assert!(consumer.peek().unwrap().is_some());
    consumer.release();
    assert!(producer.want_space(4080));
    while consumer.peek().unwrap().is_some() {
        consumer.release();
        assert!(!consumer.must_signal_space());
    }
}

#[test]
fn a_successor_goes_on_where_the_dead_one_stood() {
    let memory = Memory::new();
    let mut producer = memory.producer();
    for session in 0..1000 {
        producer.push(1, 0, 0, session, &payload(session, session as usize % 100)).unwrap();
    }
    for session in 0..1000 {
        let mut consumer = memory.consumer();
        let record = consumer.peek().unwrap().unwrap();
        assert_eq!(record.header.session, session);
        assert_eq!(record.payload, payload(session, session as usize % 100));
        if session % 2 == 0 {
            consumer.release();
        } else {
            // Dies before it takes the record: the next one finds it again.
            let mut consumer = memory.consumer();
            assert_eq!(consumer.peek().unwrap().unwrap().header.session, session);
            consumer.release();
        }
    }
    assert!(memory.producer().is_empty());
}

#[test]
#[should_panic(expected = "the ring's own kind")]
fn the_rings_own_kind_is_refused() {
    let memory = Memory::new();
    let _ = memory.producer().push(engine::shm::ring::KIND_SKIP, 0, 0, 0, b"");
}

#[test]
#[should_panic(expected = "in a space of 10")]
fn more_than_was_reserved_cannot_be_committed() {
    let memory = Memory::new();
    memory.producer().reserve(10).unwrap().commit(1, 0, 0, 0, 11);
}

/// Parks, and fails where nobody unparks: what waits for a signal that got lost would wait for ever.
fn park() {
    let (since, lost) = (Instant::now(), Duration::from_secs(10));
    thread::park_timeout(lost);
    assert!(since.elapsed() < lost, "a signal was lost");
}

/// Two threads, for miri and for real processors. Each waits for the other by the protocol, with a parked thread as the sleeper.
#[test]
fn two_threads_wait_for_each_other() {
    let memory = Memory::new();
    let (mut producer, mut consumer) = (memory.producer(), memory.consumer());
    let (flag, count) = (SleepFlag::new(), if cfg!(miri) { 60 } else { 100_000 });
    let len = |number: u64| number as usize * 7919 % if cfg!(miri) { 20_000 } else { 3000 };
    let receiver = thread::current();
    thread::scope(|scope| {
        let sender = scope.spawn(|| {
            for number in 0..count {
                let bytes = vec![number as u8; len(number)];
                while producer.push(1, 0, 0, number, &bytes).is_err() {
                    if !producer.want_space(bytes.len()) {
                        park();
                    }
                }
                if flag.needs_wake() {
                    receiver.unpark();
                }
            }
        });
        for number in 0..count {
            while consumer.peek().unwrap().is_none() {
                flag.prepare();
                if !consumer.is_empty() {
                    flag.cancel();
                    continue;
                }
                park();
                flag.awake();
            }
            let record = consumer.peek().unwrap().unwrap();
            assert_eq!(record.header.session, number);
            assert!(record.payload == vec![number as u8; len(number)]);
            consumer.release();
            if consumer.must_signal_space() {
                sender.thread().unpark();
            }
        }
    });
    assert!(consumer.is_empty());
}

#[derive(Debug, Clone)]
enum Step {
    Push(usize),
    Reserve { max: usize, len: usize },
    Abandon(usize),
    WantSpace(usize),
    Take(usize),
    Peek,
    NewProducer,
    NewConsumer,
}

/// Sizes around everything that matters: padding, small messages, and what fills a quarter of the ring.
fn size() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0..100usize, 3 => 100..5000usize, 2 => 5000..=MAX_PAYLOAD, 1 => MAX_PAYLOAD - 20..=MAX_PAYLOAD]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => size().prop_map(Step::Push),
        3 => (size(), 0.0..=1.0f64).prop_map(|(max, part)| Step::Reserve { max, len: (max as f64 * part) as usize }),
        1 => size().prop_map(Step::Abandon),
        1 => size().prop_map(Step::WantSpace),
        6 => (1..6usize).prop_map(Step::Take),
        1 => Just(Step::Peek),
        1 => Just(Step::NewProducer),
        1 => Just(Step::NewConsumer),
    ]
}

/// A start in the middle, at the end of the buffer, or where positions overflow.
fn start() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 0..CAPACITY as u64, (u64::MAX - 2 * CAPACITY as u64)..u64::MAX].prop_map(|position| position & !15)
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: if cfg!(miri) { 4 } else { 512 }, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_ring_is_a_queue(start in start(), steps in prop::collection::vec(step(), 1..if cfg!(miri) { 20 } else { 200 })) {
        let memory = Memory::at(start);
        let (mut producer, mut consumer) = (memory.producer(), memory.consumer());
        let mut model: VecDeque<(u64, Vec<u8>, u64)> = VecDeque::new();
        let (mut session, mut taken) = (0u64, start);
        for step in steps {
            match step {
                Step::Push(len) => {
                    session += 1;
                    let bytes = payload(session, len);
                    let head = producer.published();
                    match producer.push(3, 4, session as u16, session, &bytes) {
                        Ok(end) => {
                            prop_assert!(end.wrapping_sub(taken) <= CAPACITY as u64);
                            model.push_back((session, bytes, end));
                        }
                        Err(Full) => {
                            // Twice the record: it may have to skip almost as much as it takes.
                            let used = head.wrapping_sub(taken) as usize;
                            prop_assert!(used + 2 * (len + 32) > CAPACITY, "full with {used} in use");
                        }
                    }
                }
                Step::Reserve { max, len } => {
                    if let Some(mut reservation) = producer.reserve(max) {
                        session += 1;
                        let bytes = payload(session, len);
                        prop_assert!(memory.holds(reservation.bytes()));
                        prop_assert_eq!(reservation.bytes().len(), max);
                        reservation.bytes().fill(0xee);
                        reservation.bytes()[..len].copy_from_slice(&bytes);
                        let end = reservation.commit(3, 4, session as u16, session, len);
                        model.push_back((session, bytes, end));
                    }
                }
                Step::Abandon(max) => {
                    if let Some(mut reservation) = producer.reserve(max) {
                        reservation.bytes().fill(0xdd);
                    }
                }
                Step::WantSpace(len) => {
                    let space = producer.want_space(len);
                    prop_assert_eq!(space, producer.reserve(len).is_some());
                }
                Step::Take(count) => {
                    for _ in 0..count {
                        let Some(record) = consumer.peek().unwrap() else {
                            prop_assert!(model.is_empty());
                            break;
                        };
                        let (session, bytes, end) = model.pop_front().expect("a record that nobody pushed");
                        let header = RecordHeader { len: bytes.len() as u32, kind: 3, flags: 4, aux: session as u16, session };
                        prop_assert_eq!(record.header, header);
                        prop_assert!(record.payload == bytes, "the payload of {}", session);
                        prop_assert_eq!(record.end, end);
                        consumer.release();
                        taken = end;
                        let _ = consumer.must_signal_space();
                    }
                }
                Step::Peek => {
                    let found = consumer.peek().unwrap().map(|record| record.header.session);
                    prop_assert_eq!(found, model.front().map(|record| record.0));
                }
                Step::NewProducer => producer = memory.producer(),
                Step::NewConsumer => consumer = memory.consumer(),
            }
            prop_assert_eq!(producer.consumed(), taken);
            prop_assert_eq!(producer.is_empty(), model.is_empty());
            prop_assert_eq!(consumer.is_empty(), model.is_empty());
        }
    }
}

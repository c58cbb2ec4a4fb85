//! A hostile peer writes what it likes into the shared memory: nobody may read outside of the buffer, panic or hang.

#![cfg(not(loom))]

mod ring_support;

use engine::shm::ring::{Corrupt, Full, KIND_SKIP, MAX_PAYLOAD, RecordHeader};
use proptest::prelude::*;
use ring_support::{BYTES, CAPACITY, HEAD, Memory, TAIL, WANT_SPACE};

/// The first word of a header, without flags and number.
fn word(len: u32, kind: u8) -> u64 {
    u64::from(len) | u64::from(kind) << 32
}

#[track_caller]
fn assert_header_refused(len: u32, kind: u8) {
    let mut memory = Memory::new();
    let mut producer = memory.producer();
    producer.push(1, 0, 0, 0, b"first").unwrap();
    producer.push(1, 0, 0, 0, b"second").unwrap();
    let mut consumer = memory.consumer();
    memory.poke(BYTES, word(len, kind));
    assert_eq!(consumer.peek(), Err(Corrupt::Header { position: 0, kind, len }));
    assert_eq!(consumer.peek(), Err(Corrupt::Header { position: 0, kind, len }), "it stays so");
    consumer.release();
    assert_eq!(consumer.consumed(), 0, "what was refused is not taken");
}

#[test]
fn headers_that_cannot_be() {
    assert_header_refused(u32::MAX, 1);
    assert_header_refused(MAX_PAYLOAD as u32 + 1, 1);
    assert_header_refused(64, 1); // past the head
    assert_header_refused(0, KIND_SKIP); // not to the end
    assert_header_refused(CAPACITY as u32 - 16, KIND_SKIP); // to the end, with nothing behind it
}

#[test]
fn a_skip_record_is_not_followed_by_another() {
    // Whether it is long enough to be one, or as long as the record that stood there.
    for len in [CAPACITY as u32 - 16, 14] {
        let mut memory = Memory::at(CAPACITY as u64 - 16);
        memory.producer().push(1, 0, 0, 0, b"behind the end").unwrap();
        memory.poke(BYTES, word(len, KIND_SKIP));
        let expected = Corrupt::Header { position: CAPACITY as u64, kind: KIND_SKIP, len };
        assert_eq!(memory.consumer().peek(), Err(expected));
    }
}

#[test]
fn a_skip_record_leads_to_the_end_exactly() {
    for len in [0, 16, 48, u32::MAX] {
        let position = CAPACITY as u64 - 48;
        let mut memory = Memory::at(position);
        memory.producer().push(1, 0, 0, 0, &[0; 100]).unwrap();
        memory.poke(BYTES + position as usize, word(len, KIND_SKIP));
        assert_eq!(memory.consumer().peek(), Err(Corrupt::Header { position, kind: KIND_SKIP, len }));
    }
}

#[test]
fn what_was_good_and_is_bad_now_is_not_released() {
    let mut memory = Memory::new();
    memory.producer().push(1, 0, 0, 0, b"good").unwrap();
    let mut consumer = memory.consumer();
    assert!(consumer.peek().unwrap().is_some());
    memory.poke(BYTES, word(u32::MAX, 1));
    assert!(consumer.peek().is_err());
    consumer.release();
    assert_eq!(consumer.consumed(), 0);
}

#[test]
fn a_record_across_the_end_is_refused() {
    let mut memory = Memory::at(CAPACITY as u64 - 32);
    let mut producer = memory.producer();
    producer.push(1, 0, 0, 0, &[0; 16]).unwrap();
    producer.push(1, 0, 0, 0, &[0; 16]).unwrap();
    memory.poke(BYTES + CAPACITY - 32, word(32, 1));
    let position = CAPACITY as u64 - 32;
    assert_eq!(memory.consumer().peek(), Err(Corrupt::Header { position, kind: 1, len: 32 }));
}

#[test]
fn heads_that_cannot_be() {
    for head in [16 + CAPACITY as u64 + 16, 0, u64::MAX, u64::MAX - 15, 24, 1 << 63] {
        let mut memory = Memory::at(16);
        let mut consumer = memory.consumer();
        memory.poke(HEAD, head);
        assert!(!consumer.is_empty(), "a corrupt ring must not put its consumer to sleep");
        assert_eq!(consumer.peek(), Err(Corrupt::Positions { head, tail: 16, capacity: CAPACITY }));
        assert!(!memory.attachable());
    }
}

#[test]
fn tails_that_cannot_be() {
    for tail in [0, 48 + 16, u64::MAX, u64::MAX - 15, 40, 1 << 63] {
        let mut memory = Memory::at(16);
        let mut producer = memory.producer();
        let end = producer.push(1, 0, 0, 0, &[0; 16]).unwrap();
        memory.poke(TAIL, tail);
        assert_eq!(producer.check(), Err(Corrupt::Positions { head: end, tail, capacity: CAPACITY }));
        assert_eq!(producer.consumed(), 16, "the last good one");
        // What it knows to be free can still be had; then it is full for good.
        let mut pushed = 0;
        while producer.push(1, 0, 0, 0, &[0; 4080]).is_ok() {
            pushed += 1;
            assert!(pushed <= CAPACITY / 4096);
        }
        assert_eq!(producer.push(1, 0, 0, 0, &[0; 4080]), Err(Full));
        assert!(!producer.want_space(4080));
    }
}

#[test]
fn a_tail_that_goes_back_is_not_believed() {
    let mut memory = Memory::new();
    let (mut producer, mut consumer) = (memory.producer(), memory.consumer());
    let end = producer.push(1, 0, 0, 0, b"x").unwrap();
    assert!(consumer.peek().unwrap().is_some());
    consumer.release();
    assert_eq!(producer.consumed(), end);
    memory.poke(TAIL, 0);
    assert_eq!(producer.check(), Err(Corrupt::Positions { head: end, tail: 0, capacity: CAPACITY }));
    assert_eq!(producer.consumed(), end);
}

#[derive(Debug, Clone)]
enum Step {
    Push(usize),
    Reserve(usize),
    Take,
    /// A word at a distance from an offset that matters, which is where headers are.
    Poke {
        base: Base,
        distance: u8,
        word: u64,
    },
    Reattach,
}

#[derive(Debug, Clone, Copy)]
enum Base {
    Head,
    Tail,
    WantSpace,
    NextRecord,
    LastRecord,
    Start,
}

fn garbage() -> impl Strategy<Value = u64> {
    let sizes = prop_oneof![0..64u32, Just(MAX_PAYLOAD as u32), Just(MAX_PAYLOAD as u32 + 1), 0..CAPACITY as u32, any::<u32>()];
    let kinds = prop_oneof![Just(1u8), Just(KIND_SKIP), any::<u8>()];
    prop_oneof![
        any::<u64>(),
        (0..4 * CAPACITY as u64).prop_map(|position| position & !15),
        (u64::MAX - CAPACITY as u64..u64::MAX).prop_map(|position| position & !15),
        (sizes, kinds).prop_map(|(len, kind)| word(len, kind)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    use Base::*;
    let base = prop_oneof![Just(Head), Just(Tail), Just(WantSpace), Just(NextRecord), Just(LastRecord), Just(Start)];
    prop_oneof![
        4 => prop_oneof![0..200usize, 0..=MAX_PAYLOAD].prop_map(Step::Push),
        2 => (0..=MAX_PAYLOAD).prop_map(Step::Reserve),
        4 => Just(Step::Take),
        3 => (base, 0..8u8, garbage()).prop_map(|(base, distance, word)| Step::Poke { base, distance, word }),
        1 => Just(Step::Reattach),
    ]
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: if cfg!(miri) { 3 } else { 2048 }, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    /// Every call returns, every slice lies in the buffer, no record is longer than it may be, nobody moves past the other.
    #[test]
    fn garbage_harms_nobody(start in 0..2 * CAPACITY as u64, steps in prop::collection::vec(step(), 1..if cfg!(miri) { 30 } else { 80 })) {
        let mut memory = Memory::at(start & !15);
        let (mut producer, mut consumer) = (memory.producer(), memory.consumer());
        for step in steps {
            match step {
                Step::Push(len) => {
                    let before = producer.published();
                    if let Ok(end) = producer.push(1, 0, 0, 0, &vec![0xaa; len]) {
                        prop_assert!(end.wrapping_sub(before) >= len as u64);
                    }
                }
                Step::Reserve(max) => {
                    if let Some(mut reservation) = producer.reserve(max) {
                        prop_assert!(memory.holds(reservation.bytes()));
                        prop_assert_eq!(reservation.bytes().len(), max);
                        reservation.commit(1, 0, 0, 0, max / 2);
                    } else {
                        let _ = producer.want_space(max);
                    }
                }
                Step::Take => {
                    let before = consumer.consumed();
                    let found = consumer.peek();
                    if let Ok(Some(record)) = found {
                        prop_assert!(record.payload.len() <= MAX_PAYLOAD);
                        prop_assert!(memory.holds(record.payload));
                        prop_assert_eq!(record.header.len as usize, record.payload.len());
                        std::hint::black_box(record.payload.iter().fold(0u8, |sum, byte| sum ^ byte));
                    }
                    let refused = found.is_err();
                    consumer.release();
                    let moved = consumer.consumed().wrapping_sub(before);
                    prop_assert!(moved <= CAPACITY as u64 && (!refused || moved == 0));
                    let _ = (consumer.must_signal_space(), consumer.is_empty());
                }
                Step::Poke { base, distance, word } => {
                    let near = |position: u64| BYTES + position as usize % CAPACITY;
                    let at = match base {
                        Base::Head => HEAD,
                        Base::Tail => TAIL,
                        Base::WantSpace => WANT_SPACE,
                        Base::NextRecord => near(consumer.consumed()),
                        Base::LastRecord => near(producer.published()),
                        Base::Start => BYTES,
                    };
                    // The words of a header, mostly; the shared words hit exactly.
                    let at = if at < BYTES { at } else { (at + usize::from(distance / 6) * 8).min(BYTES + CAPACITY - 8) };
                    memory.poke(at, word);
                }
                Step::Reattach if memory.attachable() => {
                    producer = memory.producer();
                    consumer = memory.consumer();
                }
                Step::Reattach => {}
            }
        }
    }
}

#[test]
fn the_words_lie_where_these_tests_poke() {
    let mut memory = Memory::new();
    let mut producer = memory.producer();
    producer.push(9, 8, 7, 6, &[0; 4080]).unwrap();
    let mut consumer = memory.consumer();
    assert_eq!(consumer.peek().unwrap().unwrap().header, RecordHeader { len: 4080, kind: 9, flags: 8, aux: 7, session: 6 });
    consumer.release();
    memory.poke(WANT_SPACE, 1);
    assert!(consumer.must_signal_space());
    assert!(!consumer.must_signal_space());
    memory.poke(BYTES + 4096, word(4080, 2));
    producer.reserve(4080).unwrap().commit(3, 0, 0, 0, 4080);
    assert_eq!(consumer.peek().unwrap().unwrap().header.kind, 3);
}

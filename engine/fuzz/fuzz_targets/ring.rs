//! A hostile peer: records, and garbage where it hurts, in any order. Nobody may read or write outside of the buffer (the address
//! sanitizer watches the memory around it), panic or hang.
#![no_main]

use std::alloc::{Layout, alloc_zeroed, dealloc};

use arbitrary::Arbitrary;
use engine::shm::ring::{Consumer, KIND_SKIP, MAX_PAYLOAD, Producer, bytes_needed};
use libfuzzer_sys::fuzz_target;

const CAPACITY: usize = 256 * 1024;
/// Where the words lie: described in the ring's module.
const WORDS: [usize; 3] = [0, 128, 256];
const BYTES: usize = 384;

#[derive(Debug, Arbitrary)]
enum Step {
    Push {
        len: Len,
    },
    Reserve {
        max: Len,
        part: u8,
    },
    WantSpace {
        len: Len,
    },
    Take,
    Peek,
    /// One of the shared words.
    PokeWord {
        which: u8,
        base: Base,
        word: u64,
    },
    /// One of the words of the header that the consumer reads next, or of the one that is written next.
    PokeHeader {
        next: bool,
        len: Len,
        kind: Kind,
        rest: u16,
    },
    /// The second word of the same.
    PokeSession {
        next: bool,
        word: u64,
    },
    /// Any word of the buffer.
    PokeBytes {
        at: u32,
        word: u64,
    },
    NewProducer,
    NewConsumer,
}

/// A length, mostly one that is possible: what is drawn from all 32-bit numbers hardly ever is.
#[derive(Debug, Clone, Copy, Arbitrary)]
enum Len {
    Small(u8),
    Medium(u16),
    BelowMax(u8),
    AroundMax(i8),
    ToTheEnd(i8),
    Any(u32),
}

impl Len {
    /// As a number for a header at `position`.
    fn at(self, position: u64) -> u32 {
        match self {
            Len::Small(len) => len.into(),
            Len::Medium(len) => len.into(),
            Len::BelowMax(less) => MAX_PAYLOAD as u32 - u32::from(less),
            Len::AroundMax(more) => (MAX_PAYLOAD as u32).wrapping_add_signed(more.into()),
            Len::ToTheEnd(more) => ((CAPACITY - position as usize % CAPACITY - 16) as u32).wrapping_add_signed(more.into()),
            Len::Any(len) => len,
        }
    }

    /// As the size of a payload.
    fn within(self) -> usize {
        self.at(0) as usize % (MAX_PAYLOAD + 1)
    }
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Kind {
    Plain,
    Skip,
    Any(u8),
}

/// What a position is near to.
#[derive(Debug, Clone, Copy, Arbitrary)]
enum Base {
    Zero,
    Head,
    Tail,
    EndOfBuffer,
    EndOfNumbers,
}

struct Memory(*mut u8);

impl Memory {
    const LAYOUT: Layout = match Layout::from_size_align(bytes_needed(CAPACITY), 128) {
        Ok(layout) => layout,
        Err(_) => panic!("the layout of a ring"),
    };

    fn new() -> Self {
        // SAFETY: the layout has a size.
        let start = unsafe { alloc_zeroed(Self::LAYOUT) };
        assert!(!start.is_null());
        Memory(start)
    }

    fn poke(&self, at: usize, word: u64) {
        assert!(at % 8 == 0 && at < bytes_needed(CAPACITY));
        // SAFETY: within the memory and aligned; there is one thread, and no payload is borrowed.
        unsafe { self.0.add(at).cast::<u64>().write(word) }
    }

    fn producer(&self) -> Option<Producer> {
        // SAFETY: zeroed or garbage, which is what `attach` is for; one producer is in use at a time.
        unsafe { Producer::attach(self.0, CAPACITY) }.ok()
    }

    fn consumer(&self) -> Option<Consumer> {
        // SAFETY: zeroed or garbage, which is what `attach` is for; one consumer is in use at a time.
        unsafe { Consumer::attach(self.0, CAPACITY) }.ok()
    }

    fn assert_holds(&self, slice: &[u8]) {
        let (start, end) = (self.0 as usize + BYTES, self.0 as usize + BYTES + CAPACITY);
        let range = slice.as_ptr_range();
        assert!(start <= range.start as usize && range.end as usize <= end);
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with the same layout.
        unsafe { dealloc(self.0, Self::LAYOUT) }
    }
}

fuzz_target!(|input: (Base, i16, Vec<Step>)| {
    let (base, distance, steps) = input;
    let memory = Memory::new();
    let start = match base {
        Base::Zero | Base::Head | Base::Tail => 0,
        Base::EndOfBuffer => CAPACITY as u64,
        Base::EndOfNumbers => u64::MAX,
    };
    let start = start.wrapping_add_signed(16 * i64::from(distance)) & !15;
    memory.poke(WORDS[0], start);
    memory.poke(WORDS[1], start);
    let (Some(mut producer), Some(mut consumer)) = (memory.producer(), memory.consumer()) else {
        panic!("an empty ring is refused");
    };
    let payload = [0x55; MAX_PAYLOAD];
    for step in steps {
        match step {
            Step::Push { len } => {
                let _ = producer.push(1, 2, 3, 4, &payload[..len.within()]);
            }
            Step::Reserve { max, part } => {
                let max = max.within();
                if let Some(mut space) = producer.reserve(max) {
                    memory.assert_holds(space.bytes());
                    assert_eq!(space.bytes().len(), max);
                    space.bytes().fill(part);
                    if part > 0 {
                        space.commit(1, 0, 0, 0, max / usize::from(part));
                    }
                }
            }
            Step::WantSpace { len } => {
                let found = producer.want_space(len.within());
                assert!(!found || producer.reserve(len.within()).is_some());
            }
            Step::Take | Step::Peek => {
                let before = consumer.consumed();
                let mut end = before;
                if let Ok(Some(record)) = consumer.peek() {
                    memory.assert_holds(record.payload);
                    assert!(record.payload.len() <= MAX_PAYLOAD && record.payload.len() == record.header.len as usize);
                    std::hint::black_box(record.payload.iter().fold(0u8, |sum, byte| sum ^ byte));
                    end = record.end;
                    assert!(end.wrapping_sub(before) <= CAPACITY as u64);
                }
                if matches!(step, Step::Take) {
                    consumer.release();
                    assert_eq!(consumer.consumed(), end);
                    let _ = consumer.must_signal_space();
                }
                let _ = consumer.is_empty();
            }
            Step::PokeWord { which, base, word } => {
                let base = match base {
                    Base::Zero => 0,
                    Base::Head => producer.published(),
                    Base::Tail => consumer.consumed(),
                    Base::EndOfBuffer => CAPACITY as u64,
                    Base::EndOfNumbers => u64::MAX,
                };
                memory.poke(WORDS[usize::from(which) % 3], base.wrapping_add(word));
            }
            Step::PokeHeader { next, len, kind, rest } => {
                let position = if next { consumer.consumed() } else { producer.published() };
                let kind = match kind {
                    Kind::Plain => 1,
                    Kind::Skip => KIND_SKIP,
                    Kind::Any(kind) => kind,
                };
                let word = u64::from(len.at(position)) | u64::from(kind) << 32 | u64::from(rest) << 48;
                memory.poke(BYTES + position as usize % CAPACITY, word);
            }
            Step::PokeSession { next, word } => {
                let position = if next { consumer.consumed() } else { producer.published() };
                memory.poke(BYTES + position as usize % CAPACITY + 8, word);
            }
            Step::PokeBytes { at, word } => memory.poke(BYTES + (at as usize % CAPACITY & !7), word),
            Step::NewProducer => producer = memory.producer().unwrap_or(producer),
            Step::NewConsumer => consumer = memory.consumer().unwrap_or(consumer),
        }
    }
});

//! What a record costs: nanoseconds to push and to take it, in one thread (so without the price of moving cache lines).
//!
//! `cargo run --release -p engine --example ring_bench`

use std::hint::black_box;
use std::time::Instant;

use engine::shm::mapping::SharedMapping;
use engine::shm::ring::{Consumer, Producer, Ring, bytes_needed};
use engine::shm::wake::SleepFlag;

const CAPACITY: usize = 1 << 20;
const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mapping = SharedMapping::new(bytes_needed(CAPACITY))?;
    // SAFETY: the mapping is large enough and outlives both ends, of which there is one each.
    let (producer, consumer) = unsafe {
        Ring::init(mapping.as_ptr(), CAPACITY);
        (Producer::attach(mapping.as_ptr(), CAPACITY)?, Consumer::attach(mapping.as_ptr(), CAPACITY)?)
    };
    let mut bench = Bench { producer, consumer, flag: SleepFlag::new() };
    println!("ns per record, best of {ROUNDS}; 'signals' adds needs_wake to each batch and must_signal_space to each record");
    println!("{:>8} {:>6} {:>10} {:>10} {:>10}", "bytes", "batch", "in place", "copied", "signals");
    for (len, batch) in [(64, 1), (64, 16), (1024, 1), (1024, 16), (65536, 1), (65536, 8)] {
        let total = if len > 4096 { 20_000 } else { 2_000_000 };
        let [in_place, copied, signals] = [
            bench.best(len, batch, total, Bench::run::<false, false>),
            bench.best(len, batch, total, Bench::run::<true, false>),
            bench.best(len, batch, total, Bench::run::<true, true>),
        ];
        println!("{len:>8} {batch:>6} {in_place:>10.1} {copied:>10.1} {signals:>10.1}");
    }
    Ok(())
}

struct Bench {
    producer: Producer,
    consumer: Consumer,
    flag: SleepFlag,
}

impl Bench {
    /// The best of some rounds of `total` records, in nanoseconds a record.
    fn best(&mut self, len: usize, batch: usize, total: usize, run: fn(&mut Bench, &[u8], &mut [u8], usize, usize)) -> f64 {
        let (message, mut copy) = (vec![1; len], vec![0; len]);
        let rounds = (0..ROUNDS).map(|_| {
            let since = Instant::now();
            run(self, &message, &mut copy, batch, total / batch);
            since.elapsed().as_nanos() as f64 / (total / batch * batch) as f64
        });
        rounds.fold(f64::INFINITY, f64::min)
    }

    #[inline(never)]
    fn run<const COPY: bool, const SIGNALS: bool>(&mut self, message: &[u8], copy: &mut [u8], batch: usize, batches: usize) {
        for _ in 0..batches {
            for session in 0..batch {
                let pushed = self.producer.push(1, 0, 0, session as u64, black_box(message));
                assert!(pushed.is_ok(), "the ring holds a batch");
            }
            if SIGNALS {
                black_box(self.flag.needs_wake());
            }
            while let Ok(Some(record)) = self.consumer.peek() {
                if COPY {
                    copy[..record.payload.len()].copy_from_slice(record.payload);
                    black_box(&mut *copy);
                } else {
                    black_box(record.payload);
                }
                self.consumer.release();
                if SIGNALS {
                    black_box(self.consumer.must_signal_space());
                }
            }
        }
    }
}

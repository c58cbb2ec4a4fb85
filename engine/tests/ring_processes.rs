//! The ring among processes that are killed at any moment (SIGKILL, for `RING_KILL_SECONDS`): every published record arrives at most
//! once, whole and in order, and none is lost but what a dead consumer had taken.

#![cfg(not(any(loom, miri)))]

#[path = "ring_support/process.rs"]
mod process;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use engine::shm::mapping::SharedMapping;
use engine::shm::ring::{Consumer, MAX_PAYLOAD, Producer, Ring, bytes_needed};
use engine::shm::wake::SleepFlag;
use process::{Bell, Child, Ear, Fault, Random, fill, is_whole, kill_time, size_of_record};

const CAPACITY: usize = 256 * 1024;
const PAGE: usize = 4096;

// One ring: a producer and a consumer, either or both of which die and are replaced in place.

/// What the processes write down, so that the test can tell what a dead one had done. A record's number is the position at which the one
/// before it ended, so the ring itself says which comes next.
#[repr(C)]
struct Ledger {
    dozing: SleepFlag,
    /// The end of the last record that the producer knows to be published.
    published: AtomicU64,
    /// The end of the record that the consumer is about to take, and of the last one that it took and handled.
    taking: AtomicU64,
    handled: AtomicU64,
    /// How often each of them slept.
    dozes: AtomicU64,
    waits: AtomicU64,
}

struct Stage {
    mapping: SharedMapping,
    records: Bell,
    space: Bell,
    progress: Bell,
}

impl Stage {
    fn new() -> Self {
        let mapping = SharedMapping::new(PAGE + bytes_needed(CAPACITY)).unwrap();
        Stage { mapping, records: Bell::new(), space: Bell::new(), progress: Bell::new() }
    }

    fn ledger(&self) -> &Ledger {
        // SAFETY: mapped with this value, zeroed at first, of atomics only, and smaller than the page that is its own.
        unsafe { &*self.mapping.as_ptr().cast::<Ledger>() }
    }

    fn producer(&self) -> Result<Producer, Fault> {
        // SAFETY: mapped with this value, which outlives it; whoever attaches has seen the end of the one before.
        unsafe { Producer::attach(self.mapping.as_ptr().add(PAGE), CAPACITY) }.map_err(|_| Fault::Corrupt)
    }

    fn consumer(&self) -> Result<Consumer, Fault> {
        // SAFETY: mapped with this value, which outlives it; whoever attaches has seen the end of the one before.
        unsafe { Consumer::attach(self.mapping.as_ptr().add(PAGE), CAPACITY) }.map_err(|_| Fault::Corrupt)
    }

    fn spawn_producer(&self, random: Random) -> Child {
        Child::spawn(|| self.produce(random).unwrap_or_else(|fault| fault))
    }

    fn spawn_consumer(&self, random: Random) -> Child {
        Child::spawn(|| self.consume(random).unwrap_or_else(|fault| fault))
    }

    fn produce(&self, mut random: Random) -> Result<Fault, Fault> {
        let ledger = self.ledger();
        let mut producer = self.producer()?;
        let ear = Ear::of(&self.space)?;
        loop {
            let number = producer.published();
            let len = size_of_record(number);
            // Half of the time as a raw port would: space for the most that could come.
            let max = if random.below(2) == 0 { MAX_PAYLOAD } else { len };
            let Some(mut space) = producer.reserve(max) else {
                producer.check().map_err(|_| Fault::Corrupt)?;
                if !producer.want_space(max) {
                    ledger.waits.fetch_add(1, Ordering::Relaxed);
                    if !ear.wait() {
                        return Err(Fault::NoSignalForSpace);
                    }
                }
                continue;
            };
            let (first, second) = space.bytes()[..len].split_at_mut(len / 16 * 8);
            fill(first, number, 0);
            random.maybe_yield();
            fill(second, number, len / 16 * 8);
            if random.below(64) == 0 {
                continue; // nothing came after all: the record is written, and not published
            }
            let end = space.commit(1, 0, number as u16, number, len);
            random.maybe_yield();
            ledger.published.store(end, Ordering::Release);
            if ledger.dozing.needs_wake() {
                self.records.ring();
            }
        }
    }

    fn consume(&self, mut random: Random) -> Result<Fault, Fault> {
        let ledger = self.ledger();
        let mut consumer = self.consumer()?;
        let ear = Ear::of(&self.records)?;
        ledger.dozing.awake();
        let mut taken = 0u64;
        loop {
            let number = consumer.consumed();
            let Some(record) = consumer.peek().map_err(|_| Fault::Corrupt)? else {
                ledger.dozing.prepare();
                if !consumer.is_empty() {
                    ledger.dozing.cancel();
                    continue;
                }
                ledger.dozes.fetch_add(1, Ordering::Relaxed);
                if !ear.wait() {
                    return Err(Fault::NoSignalForRecord);
                }
                ledger.dozing.awake();
                continue;
            };
            if record.header.session != number {
                return Err(Fault::OutOfOrder);
            }
            if !is_whole(&record, number) {
                return Err(Fault::Torn);
            }
            let end = record.end;
            ledger.taking.store(end, Ordering::Release);
            random.maybe_yield();
            consumer.release();
            random.maybe_yield();
            ledger.handled.store(end, Ordering::Release);
            if consumer.must_signal_space() {
                self.space.ring();
            }
            taken += 1;
            if taken.is_multiple_of(64) {
                self.progress.ring();
            }
        }
    }

    /// What a dead producer left: all that it knew to be published, and at most the one record more that it was publishing.
    fn check_after_producer(&self) -> bool {
        let (head, published) = (self.producer().unwrap().published(), &self.ledger().published);
        let known = published.swap(head, Ordering::Relaxed);
        assert!((known..=known + 2 * (MAX_PAYLOAD as u64 + 32)).contains(&head), "published {known}, but the head is {head}");
        head != known
    }

    /// What a dead consumer took: all that it handled, and at most the one record more that it was taking.
    fn check_after_consumer(&self) -> bool {
        let ledger = self.ledger();
        let tail = self.consumer().unwrap().consumed();
        let (taking, handled) = (ledger.taking.load(Ordering::Relaxed), ledger.handled.swap(tail, Ordering::Relaxed));
        assert!(tail == handled || tail == taking, "handled {handled}, taking {taking}, but the tail is {tail}");
        tail != handled
    }
}

#[test]
fn a_ring_outlives_its_producers_and_consumers() {
    let mut random = Random::from_environment();
    let stage = Stage::new();
    let progress = Ear::of(&stage.progress).unwrap();
    let deadline = Instant::now() + kill_time();
    let (mut producers, mut consumers, mut halfway, mut lost) = (0, 0, 0, 0);
    let mut producer = stage.spawn_producer(Random::new(random.next()));
    let mut consumer = stage.spawn_consumer(Random::new(random.next()));
    while Instant::now() < deadline {
        // By progress and not by the clock, so that a wake-up that gets lost stays lost.
        for _ in 0..random.below(4) {
            assert!(progress.wait(), "nothing moves any more");
        }
        random.dither();
        let victims = random.below(3);
        if victims != 0 {
            producer.kill();
            producers += 1;
            halfway += usize::from(stage.check_after_producer());
            producer = stage.spawn_producer(Random::new(random.next()));
        }
        if victims != 1 {
            consumer.kill();
            consumers += 1;
            lost += usize::from(stage.check_after_consumer());
            consumer = stage.spawn_consumer(Random::new(random.next()));
        }
        // The dead may have cleared a flag without ringing the bell that it stands for.
        stage.records.ring();
        stage.space.ring();
    }
    producer.kill();
    consumer.kill();
    stage.check_after_producer();
    stage.check_after_consumer();
    // What is left is all there, and ends where the producers ended.
    let mut rest = stage.consumer().unwrap();
    let mut number = rest.consumed();
    while let Some(record) = rest.peek().unwrap() {
        assert_eq!(record.header.session, number);
        assert!(is_whole(&record, number));
        number = record.end;
        rest.release();
    }
    assert_eq!(number, stage.producer().unwrap().published());
    let ledger = stage.ledger();
    let (dozes, waits) = (ledger.dozes.load(Ordering::Relaxed), ledger.waits.load(Ordering::Relaxed));
    println!(
        "{} MiB; {producers} producers killed, {halfway} while publishing; {consumers} consumers killed, {lost} while taking; \
         {dozes} dozes, {waits} waits for space",
        number >> 20
    );
    assert!(producers > 10 && consumers > 10 && dozes > 10 && waits > 10, "too little happened");
}

// Lanes: a reactor (the test) and a worker, which dies and is replaced on another lane.

const REPLY: u8 = 1;
const DONE: u8 = 2;

/// A sleep flag for the worker and a ring each way, in a mapping of its own.
struct Lane {
    mapping: SharedMapping,
    bell: Bell,
}

impl Lane {
    fn new() -> Lane {
        let lane = Lane { mapping: SharedMapping::new(2 * Lane::stride() + PAGE).unwrap(), bell: Bell::new() };
        lane.init();
        lane
    }

    fn stride() -> usize {
        bytes_needed(CAPACITY).next_multiple_of(PAGE)
    }

    fn flag(&self) -> &SleepFlag {
        // SAFETY: mapped with this value, in a page of its own, and zeroed memory is a flag.
        unsafe { &*self.mapping.as_ptr().cast::<SleepFlag>() }
    }

    fn inbound(&self) -> *mut u8 {
        self.mapping.as_ptr().wrapping_add(PAGE)
    }

    fn outbound(&self) -> *mut u8 {
        self.inbound().wrapping_add(Lane::stride())
    }

    fn init(&self) {
        for ring in [self.inbound(), self.outbound()] {
            // SAFETY: within the mapping; the lane has no worker yet, or no more.
            unsafe { Ring::init(ring, CAPACITY) }
        }
    }

    /// The worker's ends, or what is left of them by a dead one: what it takes from and what it pushes to.
    fn worker_ends(&self) -> Result<(Consumer, Producer), Fault> {
        // SAFETY: mapped with this value, which outlives them; one worker at a time.
        let ends = unsafe { (Consumer::attach(self.inbound(), CAPACITY), Producer::attach(self.outbound(), CAPACITY)) };
        Ok((ends.0.map_err(|_| Fault::Corrupt)?, ends.1.map_err(|_| Fault::Corrupt)?))
    }

    fn reactor_ends(&self) -> (Producer, Consumer) {
        // SAFETY: mapped with this value, which outlives them; the test attaches once per worker.
        let ends = unsafe { (Producer::attach(self.inbound(), CAPACITY), Consumer::attach(self.outbound(), CAPACITY)) };
        (ends.0.unwrap(), ends.1.unwrap())
    }

    /// Empties the lane and gives its memory back, for the next worker.
    fn recycle(self) -> Lane {
        self.mapping.give_back(0..self.mapping.len()).unwrap();
        self.init();
        self
    }
}

/// The reactor's side of being woken, shared with all workers.
struct Hall {
    mapping: SharedMapping,
    bell: Bell,
}

impl Hall {
    fn flag(&self) -> &SleepFlag {
        // SAFETY: mapped with this value, and zeroed memory is a flag.
        unsafe { &*self.mapping.as_ptr().cast::<SleepFlag>() }
    }
}

/// Takes a message, answers it, says that it is done; and again.
fn work(lane: &Lane, hall: &Hall, mut random: Random) -> Result<Fault, Fault> {
    let (mut inbound, mut outbound) = lane.worker_ends()?;
    let ear = Ear::of(&lane.bell)?;
    let mut copy = [0; MAX_PAYLOAD];
    loop {
        let Some(record) = inbound.peek().map_err(|_| Fault::Corrupt)? else {
            lane.flag().prepare();
            if !inbound.is_empty() {
                lane.flag().cancel();
                continue;
            }
            if !ear.wait() {
                return Err(Fault::NoSignalForRecord);
            }
            lane.flag().awake();
            continue;
        };
        let number = record.header.session;
        if !is_whole(&record, number) {
            return Err(Fault::Torn);
        }
        let body = &mut copy[..record.payload.len()];
        body.copy_from_slice(record.payload);
        inbound.release();
        if inbound.must_signal_space() {
            hall.bell.ring();
        }
        random.maybe_yield();
        for (kind, body) in [(REPLY, &*body), (DONE, &[])] {
            while outbound.push(kind, 0, number as u16, number, body).is_err() {
                outbound.check().map_err(|_| Fault::Corrupt)?;
                if !outbound.want_space(body.len()) && !ear.wait() {
                    return Err(Fault::NoSignalForSpace);
                }
            }
            random.maybe_yield();
            if hall.flag().needs_wake() {
                hall.bell.ring();
            }
        }
    }
}

/// A message that the reactor has dispatched and whose DONE has not come.
struct Sent {
    number: u64,
    end: u64,
    replied: bool,
}

/// One worker's incarnation, as the reactor sees it.
struct Incarnation {
    lane: Lane,
    worker: Child,
    to: Producer,
    from: Consumer,
    sent: VecDeque<Sent>,
}

impl Incarnation {
    /// Forks a worker for the lane. `leftovers` are in its ring already.
    fn new(lane: Lane, hall: &Hall, to: Producer, from: Consumer, sent: VecDeque<Sent>, random: &mut Random) -> Self {
        let seed = Random::new(random.next());
        let worker = Child::spawn(|| work(&lane, hall, seed).unwrap_or_else(|fault| fault));
        Incarnation { lane, worker, to, from, sent }
    }

    /// Sends one message, if it fits.
    fn send(&mut self, number: u64) -> bool {
        let len = size_of_record(number);
        let Some(mut space) = self.to.reserve(len) else { return false };
        fill(space.bytes(), number, 0);
        let end = space.commit(REPLY, 0, number as u16, number, len);
        self.sent.push_back(Sent { number, end, replied: false });
        if self.lane.flag().needs_wake() {
            self.lane.bell.ring();
        }
        true
    }

    /// Takes what the worker has sent: a reply and a DONE for each message, in order. Returns how many are done.
    fn receive(&mut self) -> usize {
        let mut done = 0;
        while let Some(record) = self.from.peek().unwrap() {
            let front = self.sent.front_mut().expect("an answer to nothing");
            assert_eq!(record.header.session, front.number, "out of order");
            match record.header.kind {
                REPLY => {
                    assert!(!front.replied, "{} answered twice", front.number);
                    assert!(is_whole(&record, front.number));
                    front.replied = true;
                }
                kind => {
                    assert!(kind == DONE && front.replied, "kind {kind}, replied: {}", front.replied);
                    self.sent.pop_front();
                    done += 1;
                }
            }
            self.from.release();
            if self.from.must_signal_space() {
                self.lane.bell.ring();
            }
        }
        done
    }

    /// Kills the worker, settles what it leaves, and puts a replacement on `spare`. Returns it, the old lane, recycled, how many messages
    /// were done and whether one was in hand.
    fn replace(mut self, spare: Lane, hall: &Hall, random: &mut Random) -> (Self, Lane, usize, bool) {
        self.worker.kill();
        // First what it has sent …
        let done = self.receive();
        // … then what it had in hand, which is lost …
        let consumed = self.to.consumed();
        let in_hand = self.sent.front().is_some_and(|front| front.end <= consumed);
        if in_hand {
            self.sent.pop_front();
        }
        // … then what it had not taken, which goes to the replacement, all of it and in order.
        let (mut rest, _) = self.lane.worker_ends().unwrap();
        let (mut to, from) = spare.reactor_ends();
        for sent in &mut self.sent {
            assert!(sent.end > consumed && !sent.replied, "the worker had more than one message in hand");
            let record = rest.peek().unwrap().expect("an untaken message is lost");
            assert_eq!((record.header.session, record.end), (sent.number, sent.end));
            assert!(is_whole(&record, sent.number));
            let header = record.header;
            // It fits: in a ring that begins at offset 0, as many bytes of records as the old one held need no skip record.
            sent.end = to.push(header.kind, header.flags, header.aux, header.session, record.payload).unwrap();
            rest.release();
        }
        assert_eq!(rest.peek(), Ok(None), "more in the ring than was sent");
        let next = Incarnation::new(spare, hall, to, from, self.sent, random);
        (next, self.lane.recycle(), done, in_hand)
    }
}

/// Waits until a worker rings, unless there is something already.
fn doze(hall: &Hall, ear: &Ear, from: &Consumer) {
    hall.flag().prepare();
    if !from.is_empty() {
        return hall.flag().cancel();
    }
    assert!(ear.wait(), "nothing moves any more");
    hall.flag().awake();
}

#[test]
fn lanes_outlive_their_workers() {
    let mut random = Random::from_environment();
    let hall = Hall { mapping: SharedMapping::new(1).unwrap(), bell: Bell::new() };
    let ear = Ear::of(&hall.bell).unwrap();
    let (first, mut spare) = (Lane::new(), Lane::new());
    let (to, from) = first.reactor_ends();
    let mut current = Incarnation::new(first, &hall, to, from, VecDeque::new(), &mut random);
    let (mut sent, mut done, mut kills, mut lost, mut moved, mut full) = (0u64, 0u64, 0u64, 0u64, 0, 0);
    let deadline = Instant::now() + kill_time();
    while Instant::now() < deadline {
        // From one message at a time, where each finds a sleeper, to a ring that is always full.
        let in_flight = [1, 4, 100, usize::MAX][random.below(4) as usize];
        let until = done + random.below(100);
        while done < until {
            done += current.receive() as u64;
            let mut fits = true;
            while fits && current.sent.len() < in_flight {
                fits = current.send(sent + 1);
                sent += u64::from(fits);
            }
            if !fits {
                full += 1;
                if current.to.want_space(size_of_record(sent + 1)) {
                    continue;
                }
            }
            doze(&hall, &ear, &current.from);
        }
        random.dither();
        let (next, recycled, drained, in_hand) = current.replace(spare, &hall, &mut random);
        (current, spare) = (next, recycled);
        kills += 1;
        done += drained as u64;
        lost += u64::from(in_hand);
        moved += current.sent.len();
    }
    while !current.sent.is_empty() {
        done += current.receive() as u64;
        if !current.sent.is_empty() {
            doze(&hall, &ear, &current.from);
        }
    }
    current.worker.kill();
    println!(
        "{sent} messages, {done} answered; {kills} workers killed, {lost} with a message in hand, {moved} messages moved; {full} times full"
    );
    assert_eq!(sent, done + lost);
    assert!(kills > 10 && lost > 0 && moved > 10 && full > 10, "too little happened");
}

//! The shared table among processes that are killed: no torn row, no lost increment but those of killed calls, no deadlock, no row lost.
//!
//! `ROWS_KILL_SECONDS` says for how long (2 by default), `ROWS_KILL_MILLIS` after how many milliseconds one of the processes is killed (5 by default).

#![cfg(not(loom))]

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::time::{Duration, Instant};

use engine::shm::atomic::SharedI64;
use engine::shm::rows::{CellRef, ColumnKind, Cursor, Layout, RowCopy, RowTable, WriteError};
use engine::sys::process::{self, ExitState, Fork};

const PROCESSES: usize = 8;
/// Few, so that the processes meet; more than there are rows, so that the table is full at times.
const KEYS: u64 = 120;
const COUNTERS: u64 = 4;

const NUMBER: usize = 0;
const TEXT: usize = 1;
const FLOAT: usize = 2;
const SUM: usize = 3;

fn layout() -> Layout {
    let mut layout = Layout::default();
    layout.add(b"number", ColumnKind::Int).unwrap();
    layout.add(b"text", ColumnKind::Text(200)).unwrap();
    layout.add(b"float", ColumnKind::Float).unwrap();
    layout.add(b"sum", ColumnKind::Int).unwrap();
    layout
}

/// xorshift: enough for a choice.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn checksum(key: &[u8], number: i64, text: &[u8], float: f64) -> i64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one((key, number, text, float.to_bits())) as i64
}

fn is_whole(table: &RowTable, key: &[u8], copy: &RowCopy) -> bool {
    let columns = table.layout().columns();
    let (CellRef::Int(number), CellRef::Text(text), CellRef::Float(float), CellRef::Int(sum)) =
        (copy.cell(&columns[NUMBER]), copy.cell(&columns[TEXT]), copy.cell(&columns[FLOAT]), copy.cell(&columns[SUM]))
    else {
        return false;
    };
    key.starts_with(b"c") || sum == checksum(key, number, text, float)
}

/// Increments that a place was about to make, and those that it has made; kept over the deaths of its processes.
struct Place {
    begun: SharedI64,
    done: SharedI64,
}

/// Exits with 1 for a torn row, 2 for an increment that goes back.
fn hammer(table: &RowTable, place: &Place, seed: u64) -> i32 {
    let mut dice = Dice(seed | 1);
    let (mut copy, mut found) = (RowCopy::default(), Vec::new());
    loop {
        let key = format!("k{}", dice.roll(KEYS));
        let key = key.as_bytes();
        match dice.roll(16) {
            0..5 => {
                let text = vec![dice.roll(256) as u8; dice.roll(201) as usize];
                let (number, float) = (dice.roll(u64::MAX) as i64, dice.roll(1000) as f64 / 7.0);
                let sum = checksum(key, number, &text, float);
                let cells = [
                    (NUMBER, CellRef::Int(number)),
                    (TEXT, CellRef::Text(&text)),
                    (FLOAT, CellRef::Float(float)),
                    (SUM, CellRef::Int(sum)),
                ];
                if let Err(WriteError::Broken(errno)) = table.set(key, &cells) {
                    return errno;
                }
            }
            5..8 => {
                if table.delete(key).is_err() {
                    return 3;
                }
            }
            8..11 => {
                let counter = format!("c{}", dice.roll(COUNTERS));
                let before = if table.get(counter.as_bytes(), &mut copy) {
                    copy.cell(&table.layout().columns()[NUMBER])
                } else {
                    CellRef::Int(0)
                };
                place.begun.add(1);
                match table.add_int(counter.as_bytes(), NUMBER, 1) {
                    Ok(after) if before == CellRef::Int(after) => return 2,
                    Ok(_) => _ = place.done.add(1),
                    Err(_) => return 4,
                }
            }
            11..15 => {
                if table.get(key, &mut copy) && !is_whole(table, key, &copy) {
                    return 1;
                }
            }
            _ => {
                let mut cursor = Cursor::default();
                while table.next(&mut cursor, &mut found, &mut copy) {
                    if !is_whole(table, &found, &copy) {
                        return 1;
                    }
                }
            }
        }
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn who_is_killed_leaves_nothing_torn_lost_or_locked() {
    let table = RowTable::new(layout(), 64, 0.5).unwrap();
    for counter in 0..COUNTERS {
        table.set(format!("c{counter}").as_bytes(), &[]).unwrap();
    }
    let places: Vec<Place> =
        (0..PROCESSES).map(|_| Place { begun: SharedI64::new(0).unwrap(), done: SharedI64::new(0).unwrap() }).collect();
    let mut started = 0x9e37_79b9_u64;
    let mut start = |place: &Place| {
        started = started.wrapping_mul(0x2545_f491_4f6c_dd1d);
        match process::fork().unwrap() {
            Fork::Child => process::exit_now(hammer(&table, place, started)),
            Fork::Parent(pid) => pid,
        }
    };
    let mut pids: Vec<i32> = places.iter().map(&mut start).collect();
    let begun = Instant::now();
    let (seconds, pause) = (setting("ROWS_KILL_SECONDS", 2), Duration::from_millis(setting("ROWS_KILL_MILLIS", 5)));
    let mut dice = Dice(begun.elapsed().as_nanos() as u64 | 1);
    let mut killed = 0;
    while begun.elapsed() < Duration::from_secs(seconds) {
        std::thread::sleep(pause); // the rhythm of the killing, not a wait for anything
        let victim = dice.roll(PROCESSES as u64) as usize;
        end(pids[victim]);
        killed += 1;
        pids[victim] = start(&places[victim]);
    }
    for pid in pids {
        end(pid);
    }

    let stats = table.stats(); // takes all locks, and so repairs what is left to repair
    let (mut copy, mut key, mut cursor, mut rows) = (RowCopy::default(), Vec::new(), Cursor::default(), 0);
    while table.next(&mut cursor, &mut key, &mut copy) {
        assert!(is_whole(&table, &key, &copy), "a torn row");
        assert!(table.exists(&key));
        rows += 1;
    }
    assert_eq!((table.len(), stats.rows), (rows, rows), "the count is of what there is");
    let mut sum = 0;
    for counter in 0..COUNTERS {
        assert!(table.get(format!("c{counter}").as_bytes(), &mut copy));
        let CellRef::Int(number) = copy.cell(&table.layout().columns()[NUMBER]) else { panic!("not an int") };
        sum += number;
    }
    let (begun, done): (i64, i64) =
        (places.iter().map(|place| place.begun.get()).sum(), places.iter().map(|place| place.done.get()).sum());
    assert!((done..=begun).contains(&sum), "{sum} increments of {done} that were made, {begun} that were begun");
    assert!(begun - done <= killed + PROCESSES as i64);
    assert!(done > 1000, "{done} increments are too few to show anything");

    for more in 0..table.capacity() - rows {
        table.set(format!("more{more}").as_bytes(), &[]).unwrap_or_else(|error| panic!("{more} rows of {rows}: {error:?}"));
    }
    assert_eq!(table.set(b"one too many", &[]), Err(WriteError::Full));
    eprintln!("{killed} killed; {done} increments made, {sum} there, {begun} begun; {} rows made", stats.inserts);
}

#[track_caller]
fn end(pid: i32) {
    process::kill(pid, 9).unwrap();
    assert_eq!(process::wait_for(pid).unwrap(), ExitState::Signaled(9), "1: a torn row, 2: an increment was lost");
}

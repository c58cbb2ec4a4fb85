//! Which rows are free. It must not know keys nor buckets.
//!
//! A pool has a run of rows: those from `fresh` on were never used, and the others that are free hang on a list by their link words. A claimed row
//! bears the number of the stripe that claimed it. Both change under the pool's lock, the claim first when a row is taken and last when it comes
//! back: so that, if the holder is killed, the row at the head of the list that is claimed belongs to the list.

use std::ops::Range;

use super::store::{Row, Store};
use crate::{
    Result,
    shm::{
        array::{Shared, SharedArray},
        robust::{Acquired, Patience, Refused, RobustMutex},
        sync::{
            AtomicU32,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
};

/// Pools of a large table: so many can take and give back rows at a time.
const MOST_POOLS: u32 = 16;
/// Bytes of a pool at least: each takes memory from its start on, and perhaps in huge pages.
const BYTES_A_POOL: usize = 8 << 20;
/// Rows of a pool at least.
const ROWS_A_POOL: u32 = 1024;

#[repr(C, align(64))]
struct Pool {
    mutex: RobustMutex,
    /// The first free row that was used before, counted from 1; 0: none.
    head: AtomicU32,
    /// Rows that were ever used.
    fresh: AtomicU32,
}

// SAFETY: repr(C), of fields that may live in shared memory; zero is valid.
unsafe impl Shared for Pool {}

pub(super) struct Pools {
    pools: SharedArray<Pool>,
    /// Rows of each pool.
    each: u32,
    growth: Option<Growth>,
}

/// A row that was free.
pub(super) struct Claimed {
    pub(super) row: u32,
    /// Rows that are to be put into huge pages now. It takes milliseconds, so nobody should wait for that at a lock.
    pub(super) for_huge_pages: Option<Range<u32>>,
}

/// When the rows of a pool are put into huge pages: what is used of it has reached a mebibyte, then four times as much, and so on, and each time it is
/// four times what is used. So that takes few calls, and a table that is used in part has not the memory of a full one.
struct Growth {
    /// Rows of the first step.
    first: u32,
}

/// Bytes of the first step.
const FIRST_STEP: usize = 1 << 20;
/// How much larger the next step is.
const STEP: u32 = 4;

impl Growth {
    /// Which rows are to be in huge pages when so many are used.
    #[inline]
    fn at(&self, used: u32) -> Option<Range<u32>> {
        let steps = used / self.first;
        let is_step =
            used.is_multiple_of(self.first) && steps.is_power_of_two() && steps.trailing_zeros().is_multiple_of(STEP.ilog2());
        is_step.then(|| if steps == 1 { 0 } else { used }..used.saturating_mul(STEP))
    }
}

impl Pools {
    /// How many pools there are for so many rows, and how many rows each has: together no fewer.
    pub(super) fn shape(rows: u32, row_len: usize) -> (u32, u32) {
        let by_size = u32::try_from(rows as usize * row_len / BYTES_A_POOL).unwrap_or(MOST_POOLS);
        let pools = (rows / ROWS_A_POOL).min(by_size).clamp(1, MOST_POOLS);
        (pools, rows.div_ceil(pools))
    }

    /// `huge_rows`: the bytes of a row, if rows are to be in huge pages.
    pub(super) fn new(pools: u32, each: u32, huge_rows: Option<usize>) -> Result<Pools> {
        let pools: SharedArray<Pool> = SharedArray::new(pools as usize)?;
        for pool in pools.iter() {
            pool.mutex.init()?;
        }
        let growth = huge_rows.map(|len| Growth { first: (FIRST_STEP / len).max(1) as u32 });
        Ok(Pools { pools, each, growth })
    }

    /// The numbers of the rows that were ever used.
    #[inline]
    pub(super) fn next_used(&self, mut number: u32) -> Option<u32> {
        loop {
            let pool = number / self.each;
            let used = self.pools.get(pool as usize)?.fresh.load(Acquire).min(self.each);
            if number - pool * self.each < used {
                return Some(number);
            }
            number = (pool + 1) * self.each;
        }
    }

    /// Claims a free row for a stripe, whose journal names it first; none when there is none.
    pub(super) fn claim(&self, store: &Store, stripe: u32, journal: &AtomicU32) -> Result<Option<Claimed>, Refused> {
        let count = self.pools.len() as u32;
        for number in 0..count {
            let number = (stripe + number) % count;
            let pool = &self.pools[number as usize];
            self.lock(store, number)?;
            let head = pool.head.load(Relaxed);
            let fresh = pool.fresh.load(Relaxed);
            let found = match head.checked_sub(1) {
                Some(row) => Some(row),
                None => (fresh < self.each).then(|| number * self.each + fresh),
            };
            if let Some(row) = found {
                let words = store.row(row);
                journal.store(row + 1, Release);
                words.claim().store(u64::from(stripe) + 1, Release);
                if head == 0 {
                    words.state().store(0, Relaxed);
                    pool.fresh.store(fresh + 1, Release);
                } else {
                    pool.head.store(words.link().load(Relaxed) as u32, Release);
                }
            }
            pool.mutex.unlock();
            if let Some(row) = found {
                let grown = if head == 0 { self.growth.as_ref().and_then(|growth| growth.at(fresh + 1)) } else { None };
                let (first, end) = (number * self.each, (number + 1) * self.each);
                let for_huge_pages = grown.map(|rows| first + rows.start..end.min(first.saturating_add(rows.end)));
                return Ok(Some(Claimed { row, for_huge_pages }));
            }
        }
        Ok(None)
    }

    /// Gives a row back, if the stripe still has it.
    pub(super) fn release(&self, store: &Store, stripe: u32, row: u32) -> Result<(), Refused> {
        let number = row / self.each;
        let pool = &self.pools[number as usize];
        let words = store.row(row);
        self.lock(store, number)?;
        if words.claim().load(Relaxed) == u64::from(stripe) + 1 {
            words.link().store(u64::from(pool.head.load(Relaxed)), Release);
            pool.head.store(row + 1, Release);
            words.claim().store(0, Release);
        }
        pool.mutex.unlock();
        Ok(())
    }

    #[inline]
    fn lock(&self, store: &Store, number: u32) -> Result<(), Refused> {
        let pool = &self.pools[number as usize];
        if pool.mutex.lock(Patience::Endless)? == Acquired::Abandoned {
            let unclaim = |row: Row<'_>| row.claim().store(0, Release);
            if let Some(row) = pool.head.load(Relaxed).checked_sub(1) {
                unclaim(store.row(row));
            }
            let fresh = pool.fresh.load(Relaxed);
            if fresh < self.each {
                unclaim(store.row(number * self.each + fresh));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_goes_into_huge_pages_in_few_steps() {
        let growth = Growth { first: 10 };
        let steps: Vec<_> = (1..700).filter_map(|used| Some((used, growth.at(used)?))).collect();
        assert_eq!(steps, [(10, 0..40), (40, 40..160), (160, 160..640), (640, 640..2560)]);
        assert_eq!(Growth { first: 1 }.at(1 << 30), Some(1 << 30..u32::MAX));
    }
}

//! [`RowTable`]: what is done with rows. The steps are numbered in the module's own text.

use std::{
    hash::{BuildHasher, RandomState},
    ops::Range,
};

use siphasher::sip::SipHasher13;

use super::{
    copy::{RowCopy, write_cell},
    layout::{CellRef, Column, ColumnKind, Layout},
    pool::{Claimed, Pools},
    store::{Entry, Row, RowState, Store},
    stripe::{Bucket, Stripe, Stripes, bump},
};
use crate::{
    Error, Result,
    shm::{
        array::SharedArray,
        robust::{Acquired, Patience, Refused},
        sync::Ordering::{Acquire, Relaxed, Release},
    },
};

/// Rows a bucket, on average, in a table with as many rows as were asked for.
const ROWS_A_BUCKET: u64 = 4;
/// Stripes of a large table: so many processes can write at a time.
const MOST_STRIPES: u32 = 64;
/// Bytes of rows from which on the table is in huge pages: keys lead all over it, so that otherwise most accesses wait for page tables too.
const LARGE: usize = 16 << 20;
/// Bytes of a row up to which rows are in huge pages. What is longer seldom is used in full: in small pages it takes those that are.
const LONGEST_IN_HUGE_PAGES: usize = 4096;
/// How often a reader begins anew before it takes the lock.
const ATTEMPTS: u32 = 64;
/// The smallest table.
const FEWEST_ROWS: u64 = 64;
/// The largest: rows have 32-bit numbers.
const MOST_ROWS: u64 = 1 << 30;

/// A table in memory that is shared with every process forked later. See the module.
pub struct RowTable {
    layout: Layout,
    size: u64,
    /// The same in all processes: keys find their rows in each, and nobody who chooses keys can know where they go.
    hasher: SipHasher13,
    buckets: SharedArray<Bucket>,
    stripes: Stripes,
    pools: Pools,
    store: Store,
}

/// Why a row could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// All rows are taken.
    Full,
    /// The lock's memory is not a lock any more.
    Broken(i32),
}

impl From<Refused> for WriteError {
    fn from(refused: Refused) -> WriteError {
        WriteError::Broken(refused.errno())
    }
}

/// Where a walk over the rows is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cursor(u32);

/// Figures of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Rows that it has.
    pub rows: u64,
    /// Rows that it can have.
    pub capacity: u64,
    /// Rows made, ever.
    pub inserts: u64,
    /// Rows written over, ever.
    pub updates: u64,
    /// Rows deleted, ever.
    pub deletes: u64,
    /// Rows that found no place in their bucket and hang on its chain.
    pub chained: u64,
    /// The longest chain.
    pub longest_chain: u64,
}

/// A hasher whose key nobody knows: the standard library's, which asks the system, makes the two halves of it.
fn random_hasher() -> SipHasher13 {
    let random = RandomState::new();
    SipHasher13::new_with_keys(random.hash_one(0), random.hash_one(1))
}

impl RowTable {
    /// A table for `size` rows (rounded up to a power of two, 64 at least) and `spare` times as many more. It takes memory as rows are used.
    ///
    /// # Errors
    /// `InvalidParameter` when it has no column or too many rows; `System` when there is not so much memory to share.
    pub fn new(layout: Layout, size: u64, spare: f64) -> Result<RowTable> {
        if layout.columns().is_empty() {
            return Err(Error::InvalidParameter("it has no column".into()));
        }
        let size = size.max(FEWEST_ROWS).checked_next_power_of_two().unwrap_or(u64::MAX);
        let rows = size as f64 * (1.0 + spare.clamp(0.0, 1.0));
        if size > MOST_ROWS {
            return Err(Error::InvalidParameter(format!("it can have {MOST_ROWS} rows at most")));
        }
        let row_len = Store::row_len_for(layout.words());
        let (pools, each) = Pools::shape(rows as u32, row_len);
        let bucket_count = size / ROWS_A_BUCKET;
        let buckets: SharedArray<Bucket> = SharedArray::new(bucket_count as usize)?;
        let store = Store::new(pools * each, layout.words())?;
        let is_large = rows as usize * row_len >= LARGE;
        let huge_rows = (is_large && row_len <= LONGEST_IN_HUGE_PAGES).then_some(row_len);
        if is_large {
            // Keys lead everywhere in it, from the first ones on.
            buckets.use_huge_pages(0..buckets.len());
        }
        Ok(RowTable {
            size,
            hasher: random_hasher(),
            buckets,
            stripes: Stripes::new((bucket_count as u32).min(MOST_STRIPES), &layout)?,
            pools: Pools::new(pools, each, huge_rows)?,
            store,
            layout,
        })
    }

    /// The columns.
    #[inline]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The size that was asked for, rounded up.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Rows that there can be, whatever their keys.
    pub fn capacity(&self) -> u64 {
        u64::from(self.store.rows())
    }

    /// Bytes of shared memory that all rows together take.
    pub fn memory(&self) -> usize {
        size_of_val(&*self.buckets) + self.stripes.memory() + self.capacity() as usize * self.store.row_len()
    }

    /// Rows that there are.
    pub fn len(&self) -> u64 {
        self.stripes.iter().map(|stripe| stripe.rows.load(Relaxed)).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Figures. They are read one after the other, while others may write.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats { capacity: self.capacity(), ..Stats::default() };
        for number in 0..self.stripes.count() {
            let Ok(stripe) = self.lock(number) else { continue };
            stats.rows += stripe.rows.load(Relaxed);
            stats.inserts += stripe.inserts.load(Relaxed);
            stats.updates += stripe.updates.load(Relaxed);
            stats.deletes += stripe.deletes.load(Relaxed);
            for bucket in self.buckets_of(number) {
                let entries = bucket.entries().iter().filter(|way| way.load(Relaxed) != 0).count();
                let chained = self.ways(bucket).count() - entries;
                stats.chained += chained as u64;
                stats.longest_chain = stats.longest_chain.max(chained as u64);
            }
            stripe.mutex.unlock();
        }
        stats
    }

    #[inline]
    fn hash(&self, key: &[u8]) -> u64 {
        self.hasher.hash(key)
    }

    /// The bucket of a hash, and the number of its stripe.
    #[inline]
    fn bucket(&self, hash: u64) -> (&Bucket, u32) {
        let number = hash as usize & (self.buckets.len() - 1);
        (&self.buckets[number], number as u32 & (self.stripes.count() - 1))
    }

    fn buckets_of(&self, stripe: u32) -> impl Iterator<Item = &Bucket> {
        self.buckets.iter().skip(stripe as usize).step_by(self.stripes.count() as usize)
    }

    fn ways<'a>(&'a self, bucket: &'a Bucket) -> impl Iterator<Item = (&'a crate::shm::sync::AtomicU64, u32)> {
        bucket.ways(|number| self.store.row(number), self.store.rows())
    }

    /// The row of a key. It may be called without the lock: then what it finds is not settled, and it ends when `hopeful` says so.
    #[inline]
    fn find(&self, bucket: &Bucket, hash: u64, key: &[u8], hopeful: impl Fn() -> bool) -> Option<u32> {
        for way in bucket.entries() {
            let entry = Entry(way.load(Relaxed));
            if entry.matches(hash)
                && let Some(number) = entry.row()
                && self.store.row(number).has_key(hash, key)
            {
                return Some(number);
            }
        }
        let mut entry = Entry(bucket.chain().load(Relaxed));
        while let Some(number) = entry.row() {
            let row = self.store.row(number);
            if entry.matches(hash) && row.has_key(hash, key) {
                return Some(number);
            }
            if !hopeful() {
                return None;
            }
            entry = Entry(row.link().load(Relaxed));
        }
        None
    }

    /// Has the row that a writer is about to look for fetched while it takes the lock: what it finds here may be wrong, and is only a guess.
    #[inline]
    fn prefetch(&self, bucket: &Bucket, hash: u64) {
        for way in bucket.entries() {
            let entry = Entry(way.load(Relaxed));
            if entry.matches(hash)
                && let Some(number) = entry.row()
            {
                self.store.row(number).prefetch();
            }
        }
    }

    /// Runs `read` on the row of a key, or on none; again if a writer came between. What it reads may be nonsense, of which nothing is kept.
    #[inline]
    fn read<R>(&self, key: &[u8], mut read: impl FnMut(Row<'_>) -> R) -> Option<R> {
        let hash = self.hash(key);
        let (bucket, stripe) = self.bucket(hash);
        for _ in 0..ATTEMPTS {
            let done = bucket.version.read(|unsettled| {
                let number = self.find(bucket, hash, key, || unsettled.is_hopeful())?;
                Some(read(self.store.row(number)))
            });
            if let Some(found) = done {
                return found;
            }
            std::hint::spin_loop();
        }
        self.read_locked(stripe, || Some(read(self.store.row(self.find(bucket, hash, key, || true)?))))
    }

    #[cold]
    fn read_locked<R>(&self, stripe: u32, read: impl FnOnce() -> Option<R>) -> Option<R> {
        let stripe = self.lock(stripe).ok()?;
        let found = read();
        stripe.mutex.unlock();
        found
    }

    /// Copies the columns of a row: false if there is none.
    #[inline]
    pub fn get(&self, key: &[u8], copy: &mut RowCopy) -> bool {
        copy.resize(self.layout.words());
        self.read(key, |row| self.copy(row, copy)).is_some()
    }

    #[inline]
    fn copy(&self, row: Row<'_>, copy: &mut RowCopy) {
        for column in self.layout.columns() {
            copy.take(row.columns(), column);
        }
    }

    /// Copies one column of a row: false if there is none.
    #[inline]
    pub fn get_column(&self, key: &[u8], column: &Column, copy: &mut RowCopy) -> bool {
        copy.resize(self.layout.words());
        self.read(key, |row| copy.take(row.columns(), column)).is_some()
    }

    /// Whether there is a row.
    #[inline]
    pub fn exists(&self, key: &[u8]) -> bool {
        self.read(key, |_| ()).is_some()
    }

    /// Locks a stripe, and repairs it if who had it has died.
    #[inline]
    fn lock(&self, number: u32) -> Result<&Stripe, Refused> {
        let stripe = self.stripes.get(number);
        if stripe.mutex.lock(Patience::Endless)? == Acquired::Abandoned {
            let repaired = self.repair(number);
            if repaired.is_err() {
                stripe.mutex.unlock();
            }
            repaired?;
        }
        Ok(stripe)
    }

    #[cold]
    fn repair(&self, number: u32) -> Result<(), Refused> {
        let stripe = self.stripes.get(number);
        self.stripes.restore(number, &self.layout, |row| self.store.row(row));
        if let Some(moving) = stripe.moving.load(Acquire).checked_sub(1) {
            let row = self.store.row(moving);
            if row.claim().load(Acquire) == u64::from(number) + 1 {
                let (bucket, owner) = self.bucket(row.hash().load(Relaxed));
                let linked = owner == number && self.ways(bucket).any(|(_, found)| found == moving);
                let state = RowState::from(row.state().load(Relaxed));
                row.state().store(RowState { live: linked, ..state }.word(), Release);
                if !linked {
                    self.pools.release(&self.store, number, moving)?;
                }
            }
            stripe.moving.store(0, Release);
        }
        let mut rows = 0;
        for bucket in self.buckets_of(number) {
            rows += self.ways(bucket).count() as u64;
            bucket.version.settle();
        }
        stripe.rows.store(rows, Relaxed);
        Ok(())
    }

    /// Writes columns of a row, and makes it, with zeros and empty text in the others, if there is none.
    ///
    /// # Errors
    /// See [`WriteError`]. Nothing has changed then.
    pub fn set(&self, key: &[u8], cells: &[(usize, CellRef<'_>)]) -> Result<(), WriteError> {
        let hash = self.hash(key);
        let (bucket, number) = self.bucket(hash);
        self.prefetch(bucket, hash);
        let stripe = self.lock(number)?;
        let mut for_huge_pages = None;
        let done = match self.find(bucket, hash, key, || true) {
            Some(found) => {
                self.update(bucket, number, found, cells);
                bump(&stripe.updates, 1);
                Ok(())
            }
            None => self.insert(bucket, number, hash, key, cells).map(|rows| for_huge_pages = rows),
        };
        stripe.mutex.unlock();
        self.put_into_huge_pages(for_huge_pages);
        done
    }

    fn update(&self, bucket: &Bucket, stripe: u32, number: u32, cells: &[(usize, CellRef<'_>)]) {
        let row = self.store.row(number);
        let write = || {
            for (column, cell) in cells {
                write_cell(row.columns(), &self.layout.columns()[*column], *cell);
            }
        };
        match cells {
            [] => {}
            // One word is written as a whole or not at all.
            [(_, CellRef::Int(_) | CellRef::Float(_))] => bucket.version.change(write),
            _ => {
                self.stripes.save(stripe, number, row, &self.layout, cells.iter().map(|(column, _)| *column)); // 2
                bucket.version.change(|| {
                    write(); // 4
                    self.stripes.forget(stripe); // 5
                });
            }
        }
    }

    /// The rows that are to be put into huge pages afterwards.
    fn insert(
        &self,
        bucket: &Bucket,
        number: u32,
        hash: u64,
        key: &[u8],
        cells: &[(usize, CellRef<'_>)],
    ) -> Result<Option<Range<u32>>, WriteError> {
        let stripe = self.stripes.get(number);
        let claimed = self.pools.claim(&self.store, number, &stripe.moving)?;
        let Some(Claimed { row: new, for_huge_pages }) = claimed else { return Err(WriteError::Full) };
        // 1. Whoever reads what is written here, while it follows a way of old, must see that the way has changed.
        crate::shm::sync::fence(Release);
        let row = self.store.row(new);
        row.hash().store(hash, Relaxed);
        row.write_key(key);
        for column in self.layout.columns() {
            let zero = match column.kind {
                ColumnKind::Int => CellRef::Int(0),
                ColumnKind::Float => CellRef::Float(0.0),
                ColumnKind::Text(_) => CellRef::Text(b""),
            };
            write_cell(row.columns(), column, zero);
        }
        for (column, cell) in cells {
            write_cell(row.columns(), &self.layout.columns()[*column], *cell);
        }
        let key_len = u32::try_from(key.len()).unwrap_or(u32::MAX);
        row.state().store(RowState { live: false, key_len }.word(), Relaxed);
        let way = bucket.entries().iter().find(|way| way.load(Relaxed) == 0);
        if way.is_none() {
            row.link().store(bucket.chain().load(Relaxed), Relaxed);
        }
        bucket.version.change(|| {
            way.unwrap_or(bucket.chain()).store(Entry::new(hash, new).0, Release);
            row.state().store(RowState { live: true, key_len }.word(), Release);
        });
        bump(&stripe.rows, 1);
        bump(&stripe.inserts, 1);
        stripe.moving.store(0, Release);
        Ok(for_huge_pages)
    }

    /// Once the lock is given back.
    #[inline]
    fn put_into_huge_pages(&self, rows: Option<Range<u32>>) {
        if let Some(rows) = rows {
            self.store.use_huge_pages(rows);
        }
    }

    /// Adds to a column of a row, which is made if there is none: the sum. It wraps around.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn add_int(&self, key: &[u8], column: usize, by: i64) -> Result<i64, WriteError> {
        self.add(key, column, |old| (old as i64).wrapping_add(by) as u64, CellRef::Int(by)).map(|sum| sum as i64)
    }

    /// Adds to a column of a row, which is made if there is none: the sum.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn add_float(&self, key: &[u8], column: usize, by: f64) -> Result<f64, WriteError> {
        self.add(key, column, |old| (f64::from_bits(old) + by).to_bits(), CellRef::Float(by)).map(f64::from_bits)
    }

    #[inline]
    fn add(&self, key: &[u8], column: usize, add: impl Fn(u64) -> u64, first: CellRef<'_>) -> Result<u64, WriteError> {
        let hash = self.hash(key);
        let (bucket, number) = self.bucket(hash);
        self.prefetch(bucket, hash);
        let stripe = self.lock(number)?;
        let mut for_huge_pages = None;
        let done = match self.find(bucket, hash, key, || true) {
            Some(found) => {
                let word = &self.store.row(found).columns()[self.layout.columns()[column].at];
                let sum = add(word.load(Relaxed));
                bucket.version.change(|| word.store(sum, Relaxed));
                bump(&stripe.updates, 1);
                Ok(sum)
            }
            None => self.insert(bucket, number, hash, key, &[(column, first)]).map(|rows| {
                for_huge_pages = rows;
                add(0)
            }),
        };
        stripe.mutex.unlock();
        self.put_into_huge_pages(for_huge_pages);
        done
    }

    /// Deletes a row: false if there is none.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn delete(&self, key: &[u8]) -> Result<bool, WriteError> {
        let hash = self.hash(key);
        let (bucket, number) = self.bucket(hash);
        self.prefetch(bucket, hash);
        let stripe = self.lock(number)?;
        if let Some(old) = self.find(bucket, hash, key, || true)
            && let Some((way, _)) = self.ways(bucket).find(|(_, row)| *row == old)
        {
            let row = self.store.row(old);
            let after = if bucket.entries().iter().any(|entry| std::ptr::eq(entry, way)) {
                Entry::NONE
            } else {
                Entry(row.link().load(Relaxed))
            };
            stripe.moving.store(old + 1, Release);
            bucket.version.change(|| {
                way.store(after.0, Release);
                let state = RowState::from(row.state().load(Relaxed));
                row.state().store(RowState { live: false, ..state }.word(), Release);
            });
            stripe.rows.store(stripe.rows.load(Relaxed).saturating_sub(1), Relaxed);
            bump(&stripe.deletes, 1);
            let released = self.pools.release(&self.store, number, old); // 6
            stripe.moving.store(0, Release);
            stripe.mutex.unlock();
            return released.map(|()| true).map_err(WriteError::from);
        }
        stripe.mutex.unlock();
        Ok(false)
    }

    /// Goes on to the next row and copies its key, as much of it as is kept, and its columns: false at the end.
    ///
    /// A row that is there from the first call to the last is come by once. Of those that come or go meanwhile some are, some are not.
    pub fn next(&self, cursor: &mut Cursor, key: &mut Vec<u8>, copy: &mut RowCopy) -> bool {
        copy.resize(self.layout.words());
        while let Some(number) = self.pools.next_used(cursor.0) {
            cursor.0 = number + 1;
            if self.copy_row(number, key, copy) {
                return true;
            }
        }
        false
    }

    /// Copies a row by its number, if it is live.
    fn copy_row(&self, number: u32, key: &mut Vec<u8>, copy: &mut RowCopy) -> bool {
        let row = self.store.row(number);
        let mut attempts = 0;
        while RowState::from(row.state().load(Acquire)).live {
            let (bucket, stripe) = self.bucket(row.hash().load(Relaxed));
            let mut take = || {
                let state = RowState::from(row.state().load(Acquire));
                // It may have gone, and come back in another bucket, whose version this is not.
                if !state.live || !std::ptr::eq(self.bucket(row.hash().load(Relaxed)).0, bucket) {
                    return false;
                }
                row.copy_key(state.key_len, key);
                self.copy(row, copy);
                true
            };
            attempts += 1;
            let taken =
                if attempts < ATTEMPTS { bucket.version.read(|_| take()) } else { self.read_locked(stripe, || Some(take())) };
            if taken == Some(true) {
                return true;
            }
            std::hint::spin_loop();
        }
        false
    }
}

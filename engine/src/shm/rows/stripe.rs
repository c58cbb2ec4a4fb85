//! Stripes and buckets: the words that lead to rows, the lock of those who change them, and the journal that a repair reads.

use super::{
    copy::copy_cell,
    layout::Layout,
    store::{Entry, Row, Word, as_atomics},
    version::Version,
};
use crate::{
    Result,
    shm::{
        array::{Shared, SharedArray},
        robust::RobustMutex,
        sync::{
            AtomicU32, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
};

/// Entries of a bucket, with its version and its chain a cache line.
const ENTRIES: usize = 6;

/// The way to some rows.
#[repr(C, align(64))]
pub(super) struct Bucket {
    pub(super) version: Version,
    entries: [AtomicU64; ENTRIES],
    /// The first of the rows that found no place, each of which leads to the next by its link.
    chain: AtomicU64,
}

// SAFETY: repr(C), only atomics, zero is valid.
unsafe impl Shared for Bucket {}

impl Bucket {
    /// The entries.
    #[inline]
    pub(super) fn entries(&self) -> &[AtomicU64; ENTRIES] {
        &self.entries
    }

    /// The head of the chain.
    #[inline]
    pub(super) fn chain(&self) -> &AtomicU64 {
        &self.chain
    }

    /// The words that lead to the rows, one after the other. Only for who has the lock: the chain holds still. It ends after `most` links even so.
    pub(super) fn ways<'a>(&'a self, row: impl Fn(u32) -> Row<'a>, most: u32) -> impl Iterator<Item = (&'a AtomicU64, u32)> {
        let entries = self.entries.iter().filter_map(|way| Some((way, Entry(way.load(Relaxed)).row()?)));
        let mut way = &self.chain;
        let mut left = most;
        let chain = std::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let number = Entry(way.load(Relaxed)).row()?;
            let found = (way, number);
            way = row(number).link();
            Some(found)
        });
        entries.chain(chain)
    }
}

/// The lock of the writers of every n-th bucket, and what they leave for their repairer.
#[repr(C, align(64))]
pub(super) struct Stripe {
    pub(super) mutex: RobustMutex,
    /// Rows that its buckets lead to.
    pub(super) rows: AtomicU64,
    /// A row that is being claimed or released, counted from 1; 0: none.
    pub(super) moving: AtomicU32,
    /// A row of which columns are saved, counted from 1; 0: none.
    saved_row: AtomicU32,
    pub(super) inserts: AtomicU64,
    pub(super) updates: AtomicU64,
    pub(super) deletes: AtomicU64,
    /// Columns that are saved.
    saved_columns: AtomicU64,
}

// SAFETY: repr(C), of fields that may live in shared memory; zero is valid.
unsafe impl Shared for Stripe {}

/// All stripes, with room for the columns that each may have to save.
pub(super) struct Stripes {
    stripes: SharedArray<Stripe>,
    /// Of each stripe: numbers of columns, then the words of a row's columns in their places.
    saved: SharedArray<Word>,
    list: usize,
    words: usize,
}

impl Stripes {
    pub(super) fn new(count: u32, layout: &Layout) -> Result<Stripes> {
        let stripes: SharedArray<Stripe> = SharedArray::new(count as usize)?;
        for stripe in stripes.iter() {
            stripe.mutex.init()?;
        }
        let (list, words) = (layout.columns().len(), layout.words());
        Ok(Stripes { stripes, saved: SharedArray::new(count as usize * (list + words))?, list, words })
    }

    /// Bytes that `new` maps.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.stripes) + size_of_val(&*self.saved)
    }

    pub(super) fn count(&self) -> u32 {
        self.stripes.len() as u32
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> &Stripe {
        &self.stripes[number as usize]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Stripe> {
        self.stripes.iter()
    }

    fn room(&self, stripe: u32) -> (&[AtomicU64], &[AtomicU64]) {
        let each = self.list + self.words;
        as_atomics(&self.saved[stripe as usize * each..][..each]).split_at(self.list)
    }

    /// Saves columns of a row, which is about to change.
    #[inline]
    pub(super) fn save(&self, stripe: u32, number: u32, row: Row<'_>, layout: &Layout, columns: impl Iterator<Item = usize>) {
        let (list, words) = self.room(stripe);
        let mut count = 0;
        for column in columns {
            // A column that is named twice was saved before it is changed for the first time.
            if count == self.list {
                break;
            }
            copy_cell(row.columns(), &layout.columns()[column], |at, word| words[at].store(word, Relaxed));
            list[count].store(column as u64, Relaxed);
            count += 1;
        }
        let stripe = self.get(stripe);
        stripe.saved_columns.store(count as u64, Relaxed);
        stripe.saved_row.store(number + 1, Release);
    }

    /// Forgets what is saved: the row has changed.
    #[inline]
    pub(super) fn forget(&self, stripe: u32) {
        self.get(stripe).saved_row.store(0, Release);
    }

    /// Puts back what is saved.
    pub(super) fn restore<'a>(&self, number: u32, layout: &Layout, row: impl Fn(u32) -> Row<'a>) {
        let stripe = self.get(number);
        let Some(saved_row) = stripe.saved_row.load(Acquire).checked_sub(1) else { return };
        let (list, words) = self.room(number);
        let columns = row(saved_row).columns();
        for column in &list[..(stripe.saved_columns.load(Relaxed) as usize).min(self.list)] {
            let Some(column) = layout.columns().get(column.load(Relaxed) as usize) else { continue };
            copy_cell(words, column, |at, word| columns[at].store(word, Relaxed));
        }
        stripe.saved_row.store(0, Release);
    }
}

/// Adds to a figure of a stripe whose lock the caller has.
#[inline]
pub(super) fn bump(figure: &AtomicU64, by: u64) {
    figure.store(figure.load(Relaxed).wrapping_add(by), Relaxed);
}

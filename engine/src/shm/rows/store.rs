//! The rows' memory: words, reached by a row's number. It must not know buckets nor who may write.

use std::ops::Range;

use super::{
    copy::{partial, write_bytes},
    layout::{CLAIM, COLUMNS, HASH, KEY, KEY_FIRST, KEY_LEN, KEY_WORDS, LINK, ROW_UNIT, STATE, TAIL},
};
use crate::{
    Result,
    shm::{
        array::{Shared, SharedArray},
        sync::{AtomicU64, Ordering::Relaxed},
    },
};

/// Cache lines that are fetched early: the hash, the state, most keys and the first columns.
#[cfg(all(target_arch = "x86_64", not(miri)))]
const PREFETCHED: usize = 2;

#[repr(transparent)]
pub(super) struct Word(pub(super) AtomicU64);

// SAFETY: an atomic, for which zero is valid.
unsafe impl Shared for Word {}

/// What leads to a row: a part of its hash, and its number. 0 leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry(pub(super) u64);

impl Entry {
    pub(super) const NONE: Entry = Entry(0);

    #[inline]
    pub(super) fn new(hash: u64, row: u32) -> Entry {
        Entry(hash & !0xffff_ffff | u64::from(row + 1))
    }

    #[inline]
    pub(super) fn matches(self, hash: u64) -> bool {
        (self.0 ^ hash) >> 32 == 0 && self.0 as u32 != 0
    }

    #[inline]
    pub(super) fn row(self) -> Option<u32> {
        (self.0 as u32).checked_sub(1)
    }
}

/// Whether a row can be found, and its key's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowState {
    pub(super) live: bool,
    pub(super) key_len: u32,
}

impl RowState {
    #[inline]
    pub(super) fn word(self) -> u64 {
        u64::from(self.live) << 32 | u64::from(self.key_len)
    }
}

impl From<u64> for RowState {
    #[inline]
    fn from(word: u64) -> RowState {
        RowState { live: word >> 32 != 0, key_len: word as u32 }
    }
}

/// All rows.
pub(super) struct Store {
    words: SharedArray<Word>,
    row_words: usize,
    rows: u32,
}

impl Store {
    pub(super) fn new(rows: u32, column_words: usize) -> Result<Store> {
        let row_words = Store::row_len_for(column_words) / 8;
        Ok(Store { words: SharedArray::new(rows as usize * row_words)?, row_words, rows })
    }

    /// Bytes of a row with so many words of columns.
    pub(super) fn row_len_for(column_words: usize) -> usize {
        (COLUMNS + column_words + TAIL).next_multiple_of(ROW_UNIT) * 8
    }

    /// Has these rows in huge pages, see [`SharedMapping::use_huge_pages`](crate::shm::mapping::SharedMapping::use_huge_pages).
    #[cold]
    pub(super) fn use_huge_pages(&self, rows: Range<u32>) {
        self.words.use_huge_pages(rows.start as usize * self.row_words..rows.end as usize * self.row_words);
    }

    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// Bytes of a row.
    pub(super) fn row_len(&self) -> usize {
        self.row_words * 8
    }

    /// A row. A number that is none, as a reader may come upon, is the last row's.
    #[inline]
    pub(super) fn row(&self, number: u32) -> Row<'_> {
        let start = number.min(self.rows - 1) as usize * self.row_words;
        Row(as_atomics(&self.words[start..start + self.row_words]))
    }
}

/// The same words without their wrapper.
#[inline]
pub(super) fn as_atomics(words: &[Word]) -> &[AtomicU64] {
    // SAFETY: Word is a transparent wrapper.
    unsafe { &*(std::ptr::from_ref(words) as *const [AtomicU64]) }
}

/// The words of a row.
#[derive(Clone, Copy)]
pub(super) struct Row<'a>(&'a [AtomicU64]);

impl<'a> Row<'a> {
    /// Has the first cache lines fetched while something else is done.
    #[inline]
    pub(super) fn prefetch(self) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        for line in self.0.chunks(ROW_UNIT).take(PREFETCHED) {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: a hint, which reads nothing as far as the program can tell.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) };
        }
    }

    #[inline]
    pub(super) fn link(self) -> &'a AtomicU64 {
        &self.0[self.0.len() - LINK]
    }

    #[inline]
    pub(super) fn hash(self) -> &'a AtomicU64 {
        &self.0[HASH]
    }

    /// The number of the stripe that has claimed it, counted from 1; 0 for a free row.
    #[inline]
    pub(super) fn claim(self) -> &'a AtomicU64 {
        &self.0[self.0.len() - CLAIM]
    }

    #[inline]
    pub(super) fn state(self) -> &'a AtomicU64 {
        &self.0[STATE]
    }

    #[inline]
    pub(super) fn columns(self) -> &'a [AtomicU64] {
        &self.0[COLUMNS..self.0.len() - TAIL]
    }

    /// The words of the key: the first ones, and the others.
    #[inline]
    fn key(self) -> (&'a [AtomicU64], &'a [AtomicU64]) {
        let rest = self.0.len() - TAIL;
        (&self.0[KEY..KEY + KEY_FIRST], &self.0[rest..rest + KEY_WORDS - KEY_FIRST])
    }

    pub(super) fn write_key(self, key: &[u8]) {
        let (first, rest) = split(key);
        let (first_words, rest_words) = self.key();
        write_bytes(first_words, first);
        write_bytes(rest_words, rest);
    }

    /// Whether the row has this key.
    #[inline]
    pub(super) fn has_key(self, hash: u64, key: &[u8]) -> bool {
        let state = RowState::from(self.state().load(Relaxed));
        if self.hash().load(Relaxed) != hash || state.key_len as usize != key.len() {
            return false;
        }
        let (first, rest) = split(key);
        let (first_words, rest_words) = self.key();
        hold(first_words, first) && hold(rest_words, rest)
    }

    /// Copies the key, as much of it as is kept.
    #[inline]
    pub(super) fn copy_key(self, len: u32, key: &mut Vec<u8>) {
        let len = (len as usize).min(KEY_LEN);
        let (first, rest) = self.key();
        key.clear();
        for word in first.iter().chain(rest).take(len.div_ceil(8)) {
            key.extend_from_slice(&word.load(Relaxed).to_ne_bytes());
        }
        key.truncate(len);
    }
}

/// The parts of a key as a row keeps them.
#[inline]
fn split(key: &[u8]) -> (&[u8], &[u8]) {
    let kept = &key[..key.len().min(KEY_LEN)];
    kept.split_at(kept.len().min(KEY_FIRST * 8))
}

/// Whether the words are these bytes, as [`write_bytes`] has written them.
#[inline]
fn hold(words: &[AtomicU64], bytes: &[u8]) -> bool {
    let (whole, rest) = bytes.as_chunks::<8>();
    whole.iter().zip(words).all(|(bytes, word)| word.load(Relaxed) == u64::from_ne_bytes(*bytes))
        && (rest.is_empty() || words[whole.len()].load(Relaxed) == partial(rest))
}

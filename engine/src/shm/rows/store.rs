//! The rows' memory: words, reached by a row's number. It must not know buckets nor who may write.

use super::{
    copy::{partial, write_bytes},
    layout::{CLAIM, COLUMNS, HASH, KEY, KEY_LEN, KEY_WORDS, LINK, STATE},
};
use crate::{
    Result,
    shm::{
        array::{Shared, SharedArray},
        sync::{AtomicU64, Ordering::Relaxed},
    },
};

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
        let row_words = COLUMNS + column_words;
        Ok(Store { words: SharedArray::new(rows as usize * row_words)?, row_words, rows })
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
    #[inline]
    pub(super) fn link(self) -> &'a AtomicU64 {
        &self.0[LINK]
    }

    #[inline]
    pub(super) fn hash(self) -> &'a AtomicU64 {
        &self.0[HASH]
    }

    /// The number of the stripe that has claimed it, counted from 1; 0 for a free row.
    #[inline]
    pub(super) fn claim(self) -> &'a AtomicU64 {
        &self.0[CLAIM]
    }

    #[inline]
    pub(super) fn state(self) -> &'a AtomicU64 {
        &self.0[STATE]
    }

    #[inline]
    pub(super) fn columns(self) -> &'a [AtomicU64] {
        &self.0[COLUMNS..]
    }

    #[inline]
    fn key(self) -> &'a [AtomicU64] {
        &self.0[KEY..KEY + KEY_WORDS]
    }

    pub(super) fn write_key(self, key: &[u8]) {
        write_bytes(self.key(), &key[..key.len().min(KEY_LEN)]);
    }

    /// Whether the row has this key.
    #[inline]
    pub(super) fn has_key(self, hash: u64, key: &[u8]) -> bool {
        let state = RowState::from(self.state().load(Relaxed));
        if self.hash().load(Relaxed) != hash || state.key_len as usize != key.len() {
            return false;
        }
        let (whole, rest) = key[..key.len().min(KEY_LEN)].as_chunks::<8>();
        let words = self.key();
        whole.iter().zip(words).all(|(bytes, word)| word.load(Relaxed) == u64::from_ne_bytes(*bytes))
            && (rest.is_empty() || words[whole.len()].load(Relaxed) == partial(rest))
    }

    /// Copies the key, as much of it as is kept.
    #[inline]
    pub(super) fn copy_key(self, len: u32, key: &mut Vec<u8>) {
        let len = (len as usize).min(KEY_LEN);
        key.clear();
        for word in &self.key()[..len.div_ceil(8)] {
            key.extend_from_slice(&word.load(Relaxed).to_ne_bytes());
        }
        key.truncate(len);
    }
}

//! [`RowCopy`]: the columns of a row, copied out of shared memory. And the copying itself.

use super::layout::{CellRef, Column, ColumnKind};
use crate::shm::sync::{AtomicU64, Ordering::Relaxed};

/// Room for the columns of a row, to be used again for the next one.
#[derive(Clone, Debug, Default)]
pub struct RowCopy {
    words: Vec<u64>,
}

impl RowCopy {
    /// What a column holds. The copy must be of a row that had this column.
    #[inline]
    pub fn cell(&self, column: &Column) -> CellRef<'_> {
        let word = self.words[column.at];
        match column.kind {
            ColumnKind::Int => CellRef::Int(word as i64),
            ColumnKind::Float => CellRef::Float(f64::from_bits(word)),
            ColumnKind::Text(size) => CellRef::Text(&bytes(&self.words[column.at + 1..])[..(word as usize).min(size)]),
        }
    }

    /// Makes room.
    #[inline]
    pub(super) fn resize(&mut self, words: usize) {
        self.words.resize(words, 0);
    }

    /// Copies a column. What it reads may be nonsense: the room does not depend on it.
    #[inline]
    pub(super) fn take(&mut self, columns: &[AtomicU64], column: &Column) {
        copy_cell(columns, column, |at, word| self.words[at] = word);
    }
}

/// Copies the words of a column that are in use.
#[inline]
pub(super) fn copy_cell(columns: &[AtomicU64], column: &Column, mut put: impl FnMut(usize, u64)) {
    let first = columns[column.at].load(Relaxed);
    put(column.at, first);
    if let ColumnKind::Text(size) = column.kind {
        let used = (first as usize).min(size).div_ceil(8);
        let start = column.at + 1;
        for (number, word) in columns[start..start + used].iter().enumerate() {
            put(start + number, word.load(Relaxed));
        }
    }
}

/// Writes a column.
#[inline]
pub(super) fn write_cell(columns: &[AtomicU64], column: &Column, cell: CellRef<'_>) {
    match (column.kind, cell) {
        (ColumnKind::Int, CellRef::Int(number)) => columns[column.at].store(number as u64, Relaxed),
        (ColumnKind::Float, CellRef::Float(number)) => columns[column.at].store(number.to_bits(), Relaxed),
        (ColumnKind::Text(size), CellRef::Text(text)) => {
            let text = &text[..text.len().min(size)];
            columns[column.at].store(text.len() as u64, Relaxed);
            write_bytes(&columns[column.at + 1..], text);
        }
        _ => debug_assert!(false, "{cell:?} in a column of another kind"),
    }
}

/// Writes bytes into words, as many as it takes.
#[inline]
pub(super) fn write_bytes(words: &[AtomicU64], text: &[u8]) {
    let (whole, rest) = text.as_chunks::<8>();
    for (word, bytes) in words.iter().zip(whole) {
        word.store(u64::from_ne_bytes(*bytes), Relaxed);
    }
    if !rest.is_empty() {
        words[whole.len()].store(partial(rest), Relaxed);
    }
}

/// A word of fewer than eight bytes, filled with zeros.
#[inline]
pub(super) fn partial(rest: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..rest.len()].copy_from_slice(rest);
    u64::from_ne_bytes(bytes)
}

/// Words as the bytes that were written into them.
#[inline]
pub(super) fn bytes(words: &[u64]) -> &[u8] {
    // SAFETY: any byte is a valid u8, which needs no alignment; the length is that of the same memory.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
}

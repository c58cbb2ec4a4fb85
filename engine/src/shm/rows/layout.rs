//! Columns, and where they lie in a row. It must not know shared memory.

/// Bytes of a key that a row keeps. What is longer is told apart by its whole length and hash as well.
pub const KEY_LEN: usize = 63;

/// A row begins with what every access reads, so that this and short columns are in few cache lines: hash, state, the first words of the key. The
/// columns follow. At its end is what is seldom read: the other words of the key, link and claim.
pub(super) const HASH: usize = 0;
pub(super) const STATE: usize = 1;
pub(super) const KEY: usize = 2;
/// Words of the key that come first, and all.
pub(super) const KEY_FIRST: usize = 3;
pub(super) const KEY_WORDS: usize = 8;
/// The first word of the columns.
pub(super) const COLUMNS: usize = KEY + KEY_FIRST;
/// Counted from the row's end.
pub(super) const CLAIM: usize = 1;
pub(super) const LINK: usize = 2;
/// Words behind the columns.
pub(super) const TAIL: usize = LINK + KEY_WORDS - KEY_FIRST;
/// Rows are a multiple of so many words, a cache line.
pub(super) const ROW_UNIT: usize = 8;

/// Columns of a table; a bound on what a mistake can ask for.
const MOST_COLUMNS: usize = 4096;
/// Up to so many columns, one that is looked for is found sooner by going through them.
const FEW: usize = 8;
/// Words of a row: 256 MiB.
const MOST_WORDS: usize = 1 << 25;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// A signed number of 64 bits.
    Int,
    /// A floating-point number of 64 bits.
    Float,
    /// Bytes, so many at most.
    Text(usize),
}

impl ColumnKind {
    /// Words that it takes: of text the length, and its bytes.
    fn words(self) -> usize {
        match self {
            ColumnKind::Int | ColumnKind::Float => 1,
            ColumnKind::Text(size) => 1 + size.div_ceil(8),
        }
    }
}

/// A value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CellRef<'a> {
    /// Of an int column.
    Int(i64),
    /// Of a float column.
    Float(f64),
    /// Of a text column; what is too long is cut.
    Text(&'a [u8]),
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: Vec<u8>,
    /// What it holds.
    pub kind: ColumnKind,
    /// Its first word, counted from the first column's.
    pub(super) at: usize,
}

/// The columns of a table.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    columns: Vec<Column>,
    /// Numbers of columns, ordered by name.
    by_name: Vec<usize>,
    words: usize,
}

/// Why a column cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// A name for a column is needed.
    #[error("the name is empty")]
    NoName,
    /// The limit is reached.
    #[error("there can be no more than {MOST_COLUMNS} columns")]
    TooMany,
    /// The row would be longer than a row can be.
    #[error("a row can have no more than {} bytes", MOST_WORDS * 8)]
    TooLong,
}

impl Layout {
    /// Adds a column, in place of one of this name.
    ///
    /// # Errors
    /// See [`LayoutError`].
    pub fn add(&mut self, name: &[u8], kind: ColumnKind) -> Result<(), LayoutError> {
        if name.is_empty() {
            return Err(LayoutError::NoName);
        }
        let there = self.find(name);
        if there.is_none() && self.columns.len() >= MOST_COLUMNS {
            return Err(LayoutError::TooMany);
        }
        let others = self.words - there.map_or(0, |number| self.columns[number].kind.words());
        if others.checked_add(kind.words()).is_none_or(|words| words > MOST_WORDS) {
            return Err(LayoutError::TooLong);
        }
        match there {
            Some(number) => {
                self.columns[number].kind = kind;
                let mut at = 0;
                for column in &mut self.columns {
                    column.at = at;
                    at += column.kind.words();
                }
            }
            None => {
                let place = self.by_name.partition_point(|number| self.columns[*number].name.as_slice() < name);
                self.by_name.insert(place, self.columns.len());
                self.columns.push(Column { name: name.into(), kind, at: others });
            }
        }
        self.words = others + kind.words();
        Ok(())
    }

    /// The columns, in the order in which they were added.
    #[inline]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The number of the column with this name.
    #[inline]
    pub fn find(&self, name: &[u8]) -> Option<usize> {
        if self.columns.len() <= FEW {
            return self.columns.iter().position(|column| column.name == name);
        }
        let place = self.by_name.binary_search_by(|number| self.columns[*number].name.as_slice().cmp(name));
        place.ok().map(|place| self.by_name[place])
    }

    /// Words of all columns.
    pub(super) fn words(&self) -> usize {
        self.words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_lie_one_behind_the_other() {
        let mut layout = Layout::default();
        layout.add(b"number", ColumnKind::Int).unwrap();
        layout.add(b"text", ColumnKind::Text(9)).unwrap();
        layout.add(b"empty", ColumnKind::Text(0)).unwrap();
        layout.add(b"float", ColumnKind::Float).unwrap();
        assert_eq!(layout.columns().iter().map(|column| column.at).collect::<Vec<_>>(), [0, 1, 4, 5]);
        assert_eq!(layout.words(), 6);
        assert_eq!(
            ["number", "text", "empty", "float", "x", ""].map(|name| layout.find(name.as_bytes())),
            [Some(0), Some(1), Some(2), Some(3), None, None]
        );
        layout.add(b"text", ColumnKind::Int).unwrap();
        assert_eq!((layout.words(), layout.columns().len()), (4, 4), "a name that is there is defined anew");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let mut layout = Layout::default();
        assert_eq!(layout.add(b"", ColumnKind::Int), Err(LayoutError::NoName));
        assert_eq!(layout.add(b"x", ColumnKind::Text(usize::MAX)), Err(LayoutError::TooLong));
        layout.add(b"x", ColumnKind::Text(MOST_WORDS * 8 - 8)).unwrap();
        assert_eq!(layout.add(b"y", ColumnKind::Int), Err(LayoutError::TooLong));
        layout.add(b"x", ColumnKind::Int).unwrap();
        for number in 1..MOST_COLUMNS {
            layout.add(format!("{number}").as_bytes(), ColumnKind::Int).unwrap();
        }
        assert_eq!(layout.find(b"4095"), Some(4095));
        assert_eq!(layout.add(b"one more", ColumnKind::Int), Err(LayoutError::TooMany));
    }
}

//! A hash table of fixed size in shared memory: rows of typed columns under keys of bytes, for any number of processes that read and write at once and
//! may be killed at any moment. It must not know what rows mean. (The connections of a server are in [`table`](super::table).)
//!
//! What lies where:
//!
//! - A *row* is a run of words: link, hash, claim, state, key, columns. Rows are numbered.
//! - A *bucket* is one cache line: a version, six entries (a tag of the hash, a row's number), and the first link of a chain for more.
//! - A *stripe* owns every n-th bucket: the lock of their writers, their number of rows, a journal.
//! - A *pool* owns a run of rows: its lock, and which of them are free.
//!
//! How a row is written, under the lock of the bucket's stripe:
//!
//! 1. A new row is taken from a pool and filled while nothing leads to it. Its number is in the journal before it is claimed.
//! 2. Of a row that changes in more than one word, the old columns are put into the journal.
//! 3. The version becomes odd.
//! 4. The change: words of the row, or the one entry or link that leads to it.
//! 5. The journal is cleared, and the version becomes even.
//! 6. A row that was deleted goes back to its pool, and only then out of the journal.
//!
//! Readers take no lock: they read the version, the bucket and the row, and the version once more, and begin again if it was odd or has changed
//! (see [`version`]). After some attempts they take the lock: so they wait for no more than a writer that is alive.
//!
//! Who locks a stripe whose holder has died repairs it before anything else: puts back the columns in the journal, releases a row that was claimed and
//! that nothing leads to, counts the rows and makes the versions even. What a killed call has changed is there as a whole or not at all. A repair can be
//! killed too, and is begun anew by the next. A pool is repaired likewise: a row on its list that is claimed was on its way, and is not.
//! Lock order: one stripe, then one pool.

mod copy;
mod layout;
mod pool;
mod store;
mod stripe;
mod table;
pub mod version;

pub use copy::RowCopy;
pub use layout::{CellRef, Column, ColumnKind, KEY_LEN, Layout, LayoutError};
pub use table::{Cursor, RowTable, Stats, WriteError};

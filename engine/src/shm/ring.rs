//! The ring: records of bytes from one producer to one consumer, in memory that two processes share.
//! It must not know what the records mean, who sleeps, or how a signal is sent.
//!
//! # Layout
//!
//! ```text
//! | head: u64 … | tail: u64 … | want_space: u32 … | capacity bytes of records                                     |
//!   128 bytes     128 bytes     128 bytes           | header, payload, padding | header, … | skip to the end |
//! ```
//!
//! `head` and `tail` are positions: bytes since the beginning, which only grow; a position modulo the capacity is an offset. A
//! record is a [`RecordHeader`], its payload, and padding to a multiple of 16, so that wherever a record ends, a header still fits
//! before the end of the buffer. No record crosses that end: where one would, a skip record fills the rest, and the record
//! begins at offset 0. There are no pointers inside: the mapping may lie at different addresses.
//!
//! # Protocol
//!
//! Publishing and taking; the code echoes the numbers:
//!
//! 1. The producer writes header and payload behind `head`, where the consumer does not look.
//! 2. It stores the new `head` (release), once a record, the skip record included. Killed before, it has published nothing;
//!    after, everything.
//! 3. The consumer loads `head` (acquire) when it has taken all that it knew of, and reads the records before it.
//! 4. It stores the new `tail` (release) after its last look at the record. Killed before, it has taken nothing: its
//!    successor finds the record. After: nobody else gets it.
//! 5. The producer loads `tail` (acquire) when the space that it knew of does not do, and writes only to what lies before it.
//!
//! Waiting for space:
//!
//! 6. The producer, having found no space, sets `want_space`.
//! 7. It fences (sequentially consistent).
//! 8. It looks again (5). Space: it clears the flag and goes on. None: it waits for the consumer's signal.
//! 9. The consumer has moved the tail (4). If that was the last record that it knows of, it fences (sequentially consistent).
//! 10. It looks at the flag. Set, and the ring at least half empty: it exchanges the flag's 1 for 0 and signals.
//!
//! Why nothing is lost: a producer that waits publishes nothing, so the consumer gets to its last record and fences. Of the
//! fences 7 and 9 one comes first. If 7 does, the consumer sees the flag, and an empty ring is half empty. If 9 does, the
//! producer finds the ring empty at 8, and any record fits an empty ring. With more records to come, the consumer saves the fence: it
//! asks again after each of them.
//!
//! # Trust
//!
//! The other side is another process and may write anything anywhere in this memory. Each side therefore keeps its own offset,
//! and what it last saw of the other's, in memory of its own; takes the capacity from who attaches it; copies every shared value once and
//! checks the copy. What fails the check is [`Corrupt`]. A side that writes into a record that it has already published can change a payload
//! while it is read: the reader gets other bytes, never other bounds.

mod consumer;
mod mapped;
mod producer;
mod record;
mod storage;

pub use mapped::{Ring, bytes_needed};
pub use record::{Corrupt, Full, KIND_SKIP, MAX_PAYLOAD, Record, RecordHeader};

/// The sending end of a ring in mapped memory.
pub type Producer = producer::Producer<Ring>;
/// The receiving end of a ring in mapped memory.
pub type Consumer = consumer::Consumer<Ring>;
/// Space in a ring in mapped memory, for one record.
pub type Reservation<'a> = producer::Reservation<'a, Ring>;

/// The protocol by itself, over any storage: what the models and tests work with.
pub mod protocol {
    pub use super::consumer::Consumer;
    pub use super::producer::{Producer, Reservation};
    pub use super::storage::Storage;
}

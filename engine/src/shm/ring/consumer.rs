//! The receiving end. The numbers are those of the protocol in the parent module. It must not know where the memory lies.

use super::record::{Corrupt, KIND_SKIP, Record, RecordHeader, UNIT, record_size, used};
use super::storage::{NOT_WANTED, Storage, WANTED, offset};
use crate::shm::sync::{Ordering, fence};

/// The receiving end of a ring.
#[derive(Debug)]
pub struct Consumer<S: Storage> {
    storage: S,
    /// Our position. The shared one only ever receives it: what others write there does not matter to us.
    tail: u64,
    /// Where the record ends that was peeked at; `tail` if none was.
    next: u64,
    /// The producer's position when we last had to look, checked.
    head: u64,
}

impl<S: Storage> Consumer<S> {
    /// Attaches to `storage`, at the first record that nobody has taken.
    ///
    /// # Errors
    /// [`Corrupt`] if the positions found there cannot be.
    pub fn over(storage: S) -> Result<Self, Corrupt> {
        let tail = storage.tail().load(Ordering::Acquire);
        let head = storage.head().load(Ordering::Acquire); // 3
        used(head, tail, storage.capacity())?;
        Ok(Consumer { storage, tail, next: tail, head })
    }

    /// The next record, which stays in the ring until it is [released](Self::release); `None` if there is none.
    ///
    /// # Errors
    /// [`Corrupt`] if what the producer wrote cannot be. The consumer has not moved, and would find the same again.
    #[inline]
    pub fn peek(&mut self) -> Result<Option<Record<'_>>, Corrupt> {
        self.next = self.tail;
        if self.tail == self.head {
            let head = self.storage.head().load(Ordering::Acquire); // 3
            used(head, self.tail, self.storage.capacity())?;
            self.head = head;
            if self.tail == head {
                return Ok(None);
            }
        }
        let mut position = self.tail;
        let mut header = self.header(position);
        if header.kind == KIND_SKIP {
            position = self.after_skip(position, header)?;
            // A second skip record here fails the check below, which is why there is no loop.
            header = self.header(position);
        }
        let start = offset(&self.storage, position);
        let len = header.len as usize;
        let published = self.head.wrapping_sub(position) as usize;
        if header.kind == KIND_SKIP
            || len > S::MAX_PAYLOAD
            || record_size(len) > published
            || start + record_size(len) > self.storage.capacity()
        {
            return Err(bad_header(position, header));
        }
        let end = position.wrapping_add(record_size(len) as u64);
        self.next = end;
        // SAFETY: the record, header and all, ends within the buffer, as just checked on our own copy of its length. It was published
        // (3) and is not released while the consumer is borrowed (4), so a producer that keeps to the protocol does not write there.
        let payload = unsafe { std::slice::from_raw_parts(self.storage.for_reading(start + UNIT, len), len) };
        Ok(Some(Record { header, payload, end }))
    }

    /// Takes the record that was peeked at: nobody will see it again. Without one, nothing happens.
    ///
    /// To be followed by [`must_signal_space`](Self::must_signal_space), or a producer that waits for space waits for ever.
    #[inline]
    pub fn release(&mut self) {
        self.tail = self.next;
        self.storage.tail().store(self.tail, Ordering::Release); // 4
    }

    /// Whether the producer waits for space and the ring is at least half empty, so that the caller must signal it. It is said once for
    /// each time that the producer begins to wait. To be asked after each [`release`](Self::release): a fence where that was the last record
    /// known, a load otherwise.
    #[inline]
    #[must_use = "the producer waits on unless it gets the signal"]
    pub fn must_signal_space(&mut self) -> bool {
        if self.tail == self.head {
            fence(Ordering::SeqCst); // 9
        }
        let flag = self.storage.want_space();
        flag.load(Ordering::Relaxed) == WANTED
            && self.half_empty()
            && flag.compare_exchange(WANTED, NOT_WANTED, Ordering::Relaxed, Ordering::Relaxed).is_ok() // 10
    }

    /// Whether everything that was published has been taken. A corrupt ring is not empty: [`peek`](Self::peek) says what is wrong.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.tail == self.head && self.tail == self.storage.head().load(Ordering::Acquire) // 3
    }

    /// The position up to which the records have been taken.
    #[inline]
    pub fn consumed(&self) -> u64 {
        self.tail
    }

    /// Judged by the head of this moment: by the last one known, the ring could look empty each time that we catch up with it.
    #[cold]
    fn half_empty(&self) -> bool {
        let head = self.storage.head().load(Ordering::Relaxed);
        used(head, self.tail, self.storage.capacity()).is_ok_and(|used| used <= self.storage.capacity() / 2)
    }

    /// Where the record begins that a skip record at `position` leads to.
    #[cold]
    fn after_skip(&self, position: u64, header: RecordHeader) -> Result<u64, Corrupt> {
        let skip = self.storage.capacity() - offset(&self.storage, position);
        let published = self.head.wrapping_sub(position) as usize;
        // It is published together with the record behind it, so there must be one.
        if header.len as usize == skip - UNIT && published > skip {
            Ok(position.wrapping_add(skip as u64))
        } else {
            Err(bad_header(position, header))
        }
    }

    /// Copies the header at `position`, which is before `head`.
    #[inline]
    fn header(&self, position: u64) -> RecordHeader {
        let at = offset(&self.storage, position);
        // SAFETY: positions are multiples of 16, so the offset is one, and 16 bytes fit between it and the end of the buffer.
        unsafe { RecordHeader::read_from(self.storage.for_reading(at, UNIT)) }
    }
}

#[cold]
fn bad_header(position: u64, header: RecordHeader) -> Corrupt {
    Corrupt::Header { position, kind: header.kind, len: header.len }
}

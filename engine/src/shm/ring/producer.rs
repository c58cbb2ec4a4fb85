//! The sending end. The numbers are those of the protocol in the parent module. It must not know where the memory lies.

use super::record::{Corrupt, Full, KIND_SKIP, RecordHeader, UNIT, record_size, used};
use super::storage::{NOT_WANTED, Storage, WANTED, offset};
use crate::shm::sync::{Ordering, fence};

/// The sending end of a ring.
#[derive(Debug)]
pub struct Producer<S: Storage> {
    storage: S,
    /// Our position. The shared one only ever receives it: what others write there does not matter to us.
    head: u64,
    /// The consumer's position when we last had to look, checked.
    tail: u64,
}

impl<S: Storage> Producer<S> {
    /// Attaches to `storage`, behind the last record that was published.
    ///
    /// # Errors
    /// [`Corrupt`] if the positions found there cannot be.
    pub fn over(storage: S) -> Result<Self, Corrupt> {
        let head = storage.head().load(Ordering::Acquire);
        let tail = storage.tail().load(Ordering::Acquire); // 5
        used(head, tail, storage.capacity())?;
        Ok(Producer { storage, head, tail })
    }

    /// Space for one record with up to `max` payload bytes, in one piece, to be filled and committed; `None` if there is none now, or
    /// if the ring is corrupt (see [`check`](Self::check)). A reservation that is dropped has published nothing.
    ///
    /// # Panics
    /// If `max` is more than `MAX_PAYLOAD`.
    #[inline]
    pub fn reserve(&mut self, max: usize) -> Option<Reservation<'_, S>> {
        let skip = self.place(max)?;
        Some(Reservation { producer: self, skip, max })
    }

    /// Publishes a record and returns the position at which it ends.
    ///
    /// # Errors
    /// [`Full`] if there is no space now, or if the ring is corrupt (see [`check`](Self::check)).
    ///
    /// # Panics
    /// If the payload is longer than `MAX_PAYLOAD`, or `kind` is [`KIND_SKIP`].
    #[inline]
    pub fn push(&mut self, kind: u8, flags: u8, aux: u16, session: u64, payload: &[u8]) -> Result<u64, Full> {
        let mut reservation = self.reserve(payload.len()).ok_or(Full)?;
        reservation.bytes().copy_from_slice(payload);
        Ok(reservation.commit(kind, flags, aux, session, payload.len()))
    }

    /// The position up to which the consumer has taken the records: all that end there or before. The last good one, if the ring
    /// is corrupt.
    #[inline]
    pub fn consumed(&mut self) -> u64 {
        // What is wrong with a bad position is for `check` to say; the last good one stays true.
        let _ = self.look();
        self.tail
    }

    /// The position behind the last record that was published.
    #[inline]
    pub fn published(&self) -> u64 {
        self.head
    }

    /// Whether the consumer has taken everything.
    #[inline]
    pub fn is_empty(&mut self) -> bool {
        self.consumed() == self.head
    }

    /// Says that the caller waits for space for a record of `payload` bytes, and looks again. True: there is space after all, and
    /// nothing to wait for. False: the consumer will signal when the ring is half empty, unless the ring is corrupt (see
    /// [`check`](Self::check)). After the signal the caller tries again, and may find that it has to wait again.
    ///
    /// # Panics
    /// If `payload` is more than `MAX_PAYLOAD`.
    #[must_use = "without space the caller has to wait"]
    pub fn want_space(&mut self, payload: usize) -> bool {
        self.storage.want_space().store(WANTED, Ordering::Relaxed); // 6
        fence(Ordering::SeqCst); // 7
        let found = self.place(payload).is_some(); // 8
        if found {
            self.storage.want_space().store(NOT_WANTED, Ordering::Relaxed);
        }
        found
    }

    /// Whether what the consumer wrote can be. To be asked before waiting on a full ring: a corrupt one stays full.
    ///
    /// # Errors
    /// [`Corrupt`]: the position of the consumer is ahead of ours, behind what it was, or no position at all.
    pub fn check(&mut self) -> Result<(), Corrupt> {
        self.look()
    }

    /// Finds the place for a record: how many bytes have to be skipped before it. `None` if it does not fit.
    #[inline]
    fn place(&mut self, payload: usize) -> Option<usize> {
        assert!(payload <= S::MAX_PAYLOAD, "a record of {payload} bytes");
        let size = record_size(payload);
        let left = self.storage.capacity() - offset(&self.storage, self.head);
        let skip = if size <= left { 0 } else { left };
        if self.fits(skip + size) || (self.look().is_ok() && self.fits(skip + size)) { Some(skip) } else { None }
    }

    #[inline]
    fn fits(&self, size: usize) -> bool {
        size <= self.storage.capacity() - self.head.wrapping_sub(self.tail) as usize
    }

    /// Loads the consumer's position. It may have moved forward, up to our own; anything else is not believed.
    #[inline]
    fn look(&mut self) -> Result<(), Corrupt> {
        let tail = self.storage.tail().load(Ordering::Acquire); // 5
        if used(self.head, tail, self.storage.capacity())? > self.head.wrapping_sub(self.tail) as usize {
            return Err(Corrupt::Positions { head: self.head, tail, capacity: self.storage.capacity() });
        }
        self.tail = tail;
        Ok(())
    }

    /// # Safety
    /// `at` is the offset of a header: a multiple of 16 below the capacity. The space is the producer's.
    #[inline]
    unsafe fn write_header(&mut self, at: usize, header: RecordHeader) {
        // SAFETY: a multiple of 16 below the capacity, which is a multiple of 16, leaves at least 16 bytes; and 16 is enough of an
        // alignment.
        unsafe { header.write_to(self.storage.for_writing(at, UNIT)) }
    }
}

/// Space for one record, not published yet.
#[derive(Debug)]
#[must_use = "a reservation that is dropped publishes nothing"]
pub struct Reservation<'a, S: Storage> {
    producer: &'a mut Producer<S>,
    /// The bytes between the head and the record: 0, or what is left before the end of the buffer.
    skip: usize,
    max: usize,
}

impl<S: Storage> Reservation<'_, S> {
    /// The payload's space: as many bytes as were reserved, with whatever was there before.
    #[inline]
    pub fn bytes(&mut self) -> &mut [u8] {
        let start = self.start() + UNIT;
        // SAFETY: `place` made sure that a record of `max` bytes fits between `start` and the end of the buffer (1), and that the
        // consumer is done with these bytes (5). Nobody else writes them while the producer is borrowed.
        unsafe { std::slice::from_raw_parts_mut(self.producer.storage.for_writing(start, self.max), self.max) }
    }

    /// Publishes the first `len` bytes as a record and returns the position at which it ends.
    ///
    /// # Panics
    /// If `len` is more than was reserved, or `kind` is [`KIND_SKIP`].
    #[inline]
    pub fn commit(self, kind: u8, flags: u8, aux: u16, session: u64, len: usize) -> u64 {
        assert!(kind != KIND_SKIP, "a record of the ring's own kind");
        assert!(len <= self.max, "{len} bytes in a space of {}", self.max);
        let start = self.start();
        let Reservation { producer, skip, .. } = self;
        // SAFETY: positions are multiples of 16, so `start` is one; it is reserved. (1)
        unsafe { producer.write_header(start, RecordHeader { len: len as u32, kind, flags, aux, session }) };
        if skip > 0 {
            let header = RecordHeader { len: (skip - UNIT) as u32, kind: KIND_SKIP, flags: 0, aux: 0, session: 0 };
            let at = offset(&producer.storage, producer.head);
            // SAFETY: the offset of a position; reserved together with the record. (1)
            unsafe { producer.write_header(at, header) };
        }
        producer.head = producer.head.wrapping_add((skip + record_size(len)) as u64);
        producer.storage.head().store(producer.head, Ordering::Release); // 2
        producer.head
    }

    /// The offset of the record.
    #[inline]
    fn start(&self) -> usize {
        if self.skip > 0 { 0 } else { offset(&self.producer.storage, self.producer.head) }
    }
}

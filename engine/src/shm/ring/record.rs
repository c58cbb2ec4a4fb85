//! What a record looks like, what can be wrong with one, and the arithmetic of its size. It must not know memory.

/// The largest payload of a record, in bytes. What is larger is sent as a run of records.
pub const MAX_PAYLOAD: usize = 64 * 1024;

/// The one kind that is not the user's: it fills the end of the buffer where the next record would not fit.
pub const KIND_SKIP: u8 = 0xff;

/// The size of a header, and what every record is aligned and padded to, so that a header fits wherever a record ended.
pub(super) const UNIT: usize = size_of::<RecordHeader>();

/// What stands before every payload. All but `len`, and `kind` where it is [`KIND_SKIP`], is the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct RecordHeader {
    /// The size of the payload, in bytes.
    pub len: u32,
    /// What the record is.
    pub kind: u8,
    /// Bits whose meaning depends on the kind.
    pub flags: u8,
    /// A small number whose meaning depends on the kind.
    pub aux: u16,
    /// The session that the record belongs to.
    pub session: u64,
}

const _: () = assert!(size_of::<RecordHeader>() == 16 && align_of::<RecordHeader>() == 8);

impl RecordHeader {
    /// Writes the header as two words, which a reader on the same processor gets back from the store buffer; a load that
    /// spans several smaller stores would wait for them.
    ///
    /// # Safety
    /// `at` is aligned to 8 and valid for writing 16 bytes.
    #[inline]
    pub(super) unsafe fn write_to(self, at: *mut u8) {
        let small = u64::from(self.kind) << 32 | u64::from(self.flags) << 40 | u64::from(self.aux) << 48;
        // SAFETY: the caller's promise.
        unsafe {
            at.cast::<u64>().write(u64::from(self.len) | small);
            at.cast::<u64>().add(1).write(self.session);
        }
    }

    /// Reads a header, each of its two words once: the copy that is checked is the copy that is used.
    ///
    /// # Safety
    /// `at` is aligned to 8 and valid for reading 16 bytes, which are initialized.
    #[inline]
    pub(super) unsafe fn read_from(at: *const u8) -> Self {
        // SAFETY: the caller's promise. Volatile: the compiler must not load the word again where another process may have changed it.
        let (small, session) = unsafe { (at.cast::<u64>().read_volatile(), at.cast::<u64>().add(1).read_volatile()) };
        RecordHeader {
            len: small as u32,
            kind: (small >> 32) as u8,
            flags: (small >> 40) as u8,
            aux: (small >> 48) as u16,
            session,
        }
    }
}

/// A record as the consumer sees it: the header copied and checked, the payload in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// The header.
    pub header: RecordHeader,
    /// The payload, `header.len` bytes.
    pub payload: &'a [u8],
    /// The position at which the record ends: what the producer was told when it published it.
    pub end: u64,
}

/// There is no space for the record now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ring is full")]
pub struct Full;

/// What the other side wrote cannot be: it must not be trusted any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Corrupt {
    /// The positions do not fit each other.
    #[error("head {head} and tail {tail} cannot be those of a ring of {capacity} bytes")]
    Positions {
        /// The producer's position, in bytes.
        head: u64,
        /// The consumer's position, in bytes.
        tail: u64,
        /// The size of the ring, in bytes.
        capacity: usize,
    },
    /// A header does not describe a record that could stand there.
    #[error("the record at {position} (kind {kind}, {len} bytes) cannot stand there")]
    Header {
        /// Where the record begins, in bytes.
        position: u64,
        /// Its kind, as found.
        kind: u8,
        /// Its length in bytes, as found.
        len: u32,
    },
}

/// The space that a record with `payload` bytes takes, in bytes. `payload` is at most [`MAX_PAYLOAD`].
#[inline]
pub(super) const fn record_size(payload: usize) -> usize {
    (payload + 2 * UNIT - 1) & !(UNIT - 1)
}

/// The bytes in use between two positions, if they can be those of a ring of `capacity` bytes.
///
/// Positions are compared by their distance, so that the check holds as well where a hostile peer lets them begin just below 2^64.
#[inline]
pub(super) fn used(head: u64, tail: u64, capacity: usize) -> Result<usize, Corrupt> {
    let used = head.wrapping_sub(tail);
    if used <= capacity as u64 && (head | tail).is_multiple_of(UNIT as u64) {
        Ok(used as usize)
    } else {
        Err(Corrupt::Positions { head, tail, capacity })
    }
}

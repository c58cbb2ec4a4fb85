//! A buffer that a socket fills without its being cleared first. It must not know who receives, or why.

use std::io;
use std::mem::MaybeUninit;
use std::slice;

use socket2::{SockAddr, Socket};

/// A caller's memory, of which the first bytes are filled. Receiving adds behind them.
///
/// [`into_filled`](Self::into_filled) hands back the filled part under the lifetime of the memory, so that its owner can see by the
/// borrow, not by a number that someone claims, how many bytes are there.
#[derive(Debug)]
pub struct RecvBuf<'a> {
    memory: &'a mut [MaybeUninit<u8>],
    /// Bytes at the start of `memory` that were written; never more than its length.
    filled: usize,
}

impl<'a> RecvBuf<'a> {
    /// Nothing is filled yet, whatever `memory` holds.
    pub fn new(memory: &'a mut [MaybeUninit<u8>]) -> Self {
        RecvBuf { memory, filled: 0 }
    }

    /// How many bytes fit behind the filled ones.
    pub fn room(&self) -> usize {
        self.memory.len() - self.filled
    }

    /// How many bytes are filled.
    pub fn len(&self) -> usize {
        self.filled
    }

    /// Nothing is filled.
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// The filled bytes.
    pub fn filled(&self) -> &[u8] {
        // SAFETY: the first `filled` bytes of `memory` were written, by `recv(2)` or by `put`; u8 has no invalid values.
        unsafe { slice::from_raw_parts(self.memory.as_ptr().cast(), self.filled) }
    }

    /// The filled bytes, for as long as the memory is lent.
    pub fn into_filled(self) -> &'a mut [u8] {
        // SAFETY: as in `filled`; the unique borrow of the memory passes to the slice, because `self` ends here.
        unsafe { slice::from_raw_parts_mut(self.memory.as_mut_ptr().cast(), self.filled) }
    }

    /// Forgets what was filled from `len` bytes on.
    pub fn truncate(&mut self, len: usize) {
        self.filled = self.filled.min(len);
    }

    /// Copies from the start of `bytes` as much as there is room for, and says how many that were.
    pub fn put(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(self.room());
        for (slot, byte) in self.memory[self.filled..].iter_mut().zip(&bytes[..count]) {
            slot.write(*byte);
        }
        self.filled += count;
        count
    }

    /// One `recv(2)` into the room; the number of bytes added. `flags` are the `MSG_` bits.
    pub fn recv(&mut self, socket: &Socket, flags: i32) -> io::Result<usize> {
        let count = socket.recv_with_flags(&mut self.memory[self.filled..], flags)?;
        self.grow(count);
        Ok(count)
    }

    /// One `recvfrom(2)` into the room; the number of bytes added, and the sender.
    pub fn recv_from(&mut self, socket: &Socket, flags: i32) -> io::Result<(usize, SockAddr)> {
        let (count, sender) = socket.recv_from_with_flags(&mut self.memory[self.filled..], flags)?;
        // With MSG_TRUNC among the flags the kernel reports the size of the whole datagram.
        self.grow(count);
        Ok((count.min(self.filled), sender))
    }

    fn grow(&mut self, count: usize) {
        self.filled += count.min(self.room());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn put_fills_no_more_than_the_room() {
        let mut memory = [MaybeUninit::uninit(); 4];
        let mut buf = RecvBuf::new(&mut memory);
        assert_eq!(buf.put(b"abc"), 3);
        assert_eq!(buf.put(b"def"), 1);
        assert_eq!((buf.room(), buf.filled()), (0, &b"abcd"[..]));
        assert_eq!(buf.into_filled(), b"abcd");
    }

    #[test]
    fn recv_appends_and_a_truncated_datagram_claims_only_what_is_there() {
        let (a, b) = Socket::pair(socket2::Domain::UNIX, socket2::Type::DGRAM, None).unwrap();
        a.send(b"hello").unwrap();
        a.send(b"world").unwrap();
        let mut memory = [MaybeUninit::uninit(); 8];
        let mut buf = RecvBuf::new(&mut memory);
        assert_eq!(buf.recv(&b, 0).unwrap(), 5);
        buf.recv(&b, libc::MSG_TRUNC).unwrap();
        assert_eq!(buf.filled(), b"hellowor");
    }
}

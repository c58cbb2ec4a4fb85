//! The output queue of a connection. It must not know a file descriptor.

use std::{collections::VecDeque, io::IoSlice};

/// A queue that grew past this gives its memory back when it is empty, in bytes.
const KEEP: usize = 64 * 1024;

/// Bytes that a socket has not taken yet, in order.
#[derive(Debug, Default)]
pub struct OutQueue {
    bytes: VecDeque<u8>,
}

impl OutQueue {
    /// How many bytes wait.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Appends bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    /// What waits, as at most two slices.
    pub fn slices(&self) -> [IoSlice<'_>; 2] {
        let (front, back) = self.bytes.as_slices();
        [IoSlice::new(front), IoSlice::new(back)]
    }

    /// Removes what the socket has taken.
    pub fn consume(&mut self, count: usize) {
        self.bytes.drain(..count.min(self.bytes.len()));
        if self.bytes.is_empty() && self.bytes.capacity() > KEEP {
            self.bytes = VecDeque::new();
        }
    }

    /// Throws everything away.
    pub fn clear(&mut self) {
        self.bytes = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_over_the_wrap() {
        let mut queue = OutQueue::default();
        let mut taken = Vec::new();
        for round in 0..50u8 {
            queue.push(&[round; 700]);
            let front: Vec<u8> = queue.slices().iter().flat_map(|slice| slice.to_vec()).take(500).collect();
            queue.consume(front.len());
            taken.extend(front);
        }
        taken.extend(queue.slices().iter().flat_map(|slice| slice.to_vec()));
        let expected: Vec<u8> = (0..50u8).flat_map(|round| [round; 700]).collect();
        assert_eq!(taken, expected);
    }

    #[test]
    fn gives_memory_back_when_it_is_empty_again() {
        let mut queue = OutQueue::default();
        queue.push(&vec![1; 10 * KEEP]);
        queue.consume(10 * KEEP);
        assert!(queue.is_empty() && queue.bytes.capacity() <= KEEP);
    }
}

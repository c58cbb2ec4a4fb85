//! The byte stream that every connection sends and expects back.
//!
//! A connection's stream is one pseudo-random block repeated for ever, entered at an offset of its own. The block's length is a prime, so a
//! message that is lost, doubled, swapped or delivered to another connection shows as a wrong byte, whatever the message size; and since the
//! expected bytes are a slice of the block, the check is one `memcmp` and the send needs no copy.

/// Length of the block: a prime just above 64 KiB.
pub const PERIOD: usize = 65_537;

/// The block, twice over, so that any [`PERIOD`] bytes of the stream are contiguous.
pub struct Pattern {
    doubled: Vec<u8>,
}

impl Pattern {
    /// Generates the block (always the same).
    #[must_use]
    pub fn new() -> Self {
        let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
        let block: Vec<u8> = (0..PERIOD)
            .map(|_| {
                // xorshift64: only has to look irregular
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()[4]
            })
            .collect();
        let mut doubled = block.clone();
        doubled.extend_from_slice(&block);
        Pattern { doubled }
    }

    /// The stream of connection `connection` from byte `position` on, at most `length` bytes and at most [`PERIOD`].
    #[must_use]
    pub fn at(&self, connection: usize, position: u64, length: u64) -> &[u8] {
        let period = PERIOD as u64;
        // 97 is far from any factor that would bring two connections of a run to the same offset
        let start = ((position % period + connection as u64 * 97) % period) as usize;
        let length = length.min(period) as usize;
        &self.doubled[start..start + length]
    }
}

impl Default for Pattern {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_same_however_it_is_cut() {
        let pattern = Pattern::new();
        let whole: Vec<u8> = (0..3 * PERIOD as u64).map(|i| pattern.at(5, i, 1)[0]).collect();
        let mut cut = Vec::new();
        while cut.len() < whole.len() {
            cut.extend_from_slice(pattern.at(5, cut.len() as u64, 1000.min(whole.len() as u64 - cut.len() as u64)));
        }
        assert!(whole == cut);
        assert_eq!(pattern.at(5, 1, u64::MAX).len(), PERIOD);
    }

    #[test]
    fn a_message_missing_or_from_elsewhere_shows() {
        let pattern = Pattern::new();
        for size in [64, 1024, 65_536] {
            let message = |connection, n: u64| pattern.at(connection, n * size, size);
            for n in 0..100 {
                assert!(message(0, n) != message(0, n + 1), "message {n} of {size} bytes equals the next");
                for other in 1..200 {
                    assert!(message(0, n) != message(other, n), "connections 0 and {other} agree");
                }
            }
        }
    }
}

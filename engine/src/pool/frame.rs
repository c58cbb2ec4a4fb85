//! The form of messages on connections: a length of four bytes, big-endian, and a body. It must not know a file descriptor.

/// Bytes of the length.
const HEAD: usize = 4;

/// A frame that is being read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FrameReader {
    /// So many bytes of the length are there.
    Head { bytes: [u8; HEAD], got: usize },
    /// The length is known, and not a byte more is kept for it than has come.
    Body { len: usize, body: Vec<u8> },
}

/// What [`FrameReader::feed`] says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fed {
    /// More is to come.
    Partial,
    /// This is the message.
    Whole(Vec<u8>),
    /// The message is to have so many bytes, which is more than may be.
    TooLong(usize),
}

impl Default for FrameReader {
    fn default() -> FrameReader {
        FrameReader::Head { bytes: [0; HEAD], got: 0 }
    }
}

impl FrameReader {
    /// Whether nothing of a frame has come yet.
    pub fn is_untouched(&self) -> bool {
        matches!(self, FrameReader::Head { got: 0, .. })
    }

    /// Takes bytes, up to the end of the frame; a length of more than `most` is refused. What follows the frame is not looked at.
    pub fn feed(&mut self, mut input: &[u8], most: usize) -> Fed {
        if let FrameReader::Head { bytes, got } = self {
            let count = input.len().min(HEAD - *got);
            let (head, rest) = input.split_at(count);
            bytes[*got..*got + count].copy_from_slice(head);
            *got += count;
            input = rest;
            if *got < HEAD {
                return Fed::Partial;
            }
            let len = u32::from_be_bytes(*bytes) as usize;
            if len > most {
                return Fed::TooLong(len);
            }
            *self = FrameReader::Body { len, body: Vec::new() };
        }
        let FrameReader::Body { len, body } = self else { return Fed::Partial };
        body.extend_from_slice(&input[..input.len().min(*len - body.len())]);
        if body.len() < *len { Fed::Partial } else { Fed::Whole(std::mem::take(body)) }
    }
}

/// The length that goes before a body of `len` bytes; none for one that no length can say.
pub(super) fn head(len: usize) -> Option<[u8; HEAD]> {
    u32::try_from(len).ok().map(u32::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(body: &[u8]) -> Vec<u8> {
        [&head(body.len()).unwrap()[..], body].concat()
    }

    #[test]
    fn a_frame_comes_whole_however_it_is_cut() {
        let body: Vec<u8> = (0..300u16).map(|at| at as u8).collect();
        let wire = frame(&body);
        for piece in 1..=wire.len() {
            let mut reader = FrameReader::default();
            let mut pieces = wire.chunks(piece).peekable();
            while let Some(piece) = pieces.next() {
                let fed = reader.feed(piece, 300);
                assert_eq!(fed, if pieces.peek().is_some() { Fed::Partial } else { Fed::Whole(body.clone()) });
            }
        }
    }

    #[test]
    fn an_empty_body_is_a_message() {
        assert_eq!(FrameReader::default().feed(&frame(b""), 10), Fed::Whole(Vec::new()));
    }

    #[test]
    fn what_follows_is_left_out() {
        assert_eq!(FrameReader::default().feed(&[&frame(b"one")[..], b"more"].concat(), 10), Fed::Whole(b"one".to_vec()));
    }

    #[test]
    fn a_length_above_the_limit_is_refused_before_its_body() {
        assert_eq!(FrameReader::default().feed(&11u32.to_be_bytes(), 10), Fed::TooLong(11));
        assert_eq!(FrameReader::default().feed(b"GET / HTTP/1.1\r\n", 1 << 20), Fed::TooLong(0x4745_5420));
    }

    #[test]
    fn only_the_first_byte_touches_it() {
        let mut reader = FrameReader::default();
        assert_eq!(reader.feed(b"", 10), Fed::Partial);
        assert!(reader.is_untouched());
        assert_eq!(reader.feed(b"\0", 10), Fed::Partial);
        assert!(!reader.is_untouched());
    }
}

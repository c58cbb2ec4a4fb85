//! Where a message ends in a stream of bytes: after a terminator, or as far as a length in its head says. Pure: bytes in, lengths out; it must not know a
//! descriptor, nor keep the bytes.

mod length;
mod options;

pub use length::{LengthType, Lengths, Order};
pub use options::FramingOptions;

/// How messages are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Each ends with these bytes, at least one.
    Terminator(Vec<u8>),
    /// Each has its length in its head.
    Length(Lengths),
}

/// What is known about the bytes so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A message ends after so many bytes, head and terminator included; more than 0.
    Frame(usize),
    /// At least so many bytes more are needed; more than 0.
    Wanting(usize),
}

/// Why the bytes can never become a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It is longer than it may be.
    #[error("a message of {length} bytes or more is longer than package_max_length ({most})")]
    TooLong {
        /// Bytes that it has at least.
        length: u64,
        /// Bytes that it may have.
        most: usize,
    },
    /// Its head has a length that is below zero, or leaves no room for the head.
    #[error("{0} in the head of a message is no length that it can have")]
    BadLength(i64),
}

impl FrameError {
    /// The number that programs know it by.
    pub fn code(&self) -> i32 {
        match self {
            FrameError::TooLong { .. } => 1201,
            FrameError::BadLength(_) => 1204,
        }
    }
}

/// Finds messages in bytes that grow: what was searched once for a terminator is not searched again.
#[derive(Clone, Debug)]
pub struct Framer {
    framing: Framing,
    most: usize,
    /// No terminator begins in so many first bytes.
    searched: usize,
}

impl Framer {
    /// For messages of at most `most` bytes, head and terminator included.
    pub fn new(framing: Framing, most: usize) -> Framer {
        Framer { framing, most, searched: 0 }
    }

    /// How messages are told apart.
    pub fn framing(&self) -> &Framing {
        &self.framing
    }

    /// Looks for the end of the first message. Until it is found, each call must bring the same bytes and more; then the message's must be gone.
    ///
    /// # Errors
    /// The bytes can never become a message.
    pub fn next(&mut self, bytes: &[u8]) -> Result<Step, FrameError> {
        let step = match &self.framing {
            Framing::Terminator(end) => terminated(bytes, end, &mut self.searched, self.most)?,
            Framing::Length(lengths) => lengths.next(bytes, self.most)?,
        };
        if let Step::Frame(_) = step {
            self.searched = 0;
        }
        Ok(step)
    }
}

fn terminated(bytes: &[u8], end: &[u8], searched: &mut usize, most: usize) -> Result<Step, FrameError> {
    let too_long = |length: usize| FrameError::TooLong { length: length as u64, most };
    let from = (*searched).min(bytes.len());
    match find(&bytes[from..], end) {
        Some(at) if from + at + end.len() > most => Err(too_long(from + at + end.len())),
        Some(at) => Ok(Step::Frame(from + at + end.len())),
        None => {
            // The terminator may have begun in the last bytes.
            *searched = (bytes.len() + 1).saturating_sub(end.len());
            if bytes.len() >= most { Err(too_long(bytes.len() + 1)) } else { Ok(Step::Wanting(1)) }
        }
    }
}

fn find(bytes: &[u8], end: &[u8]) -> Option<usize> {
    let (first, rest) = end.split_first()?;
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| byte == first) {
        let at = from + at;
        if bytes[at + 1..].starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminator_is_found_wherever_it_is_cut() {
        let mut framer = Framer::new(Framing::Terminator(b"\r\n\r\n".to_vec()), 100);
        let stream = b"a\r\nb\r\n\r\nrest";
        for end in 0..8 {
            assert_eq!(framer.next(&stream[..end]), Ok(Step::Wanting(1)), "{end}");
        }
        assert_eq!(framer.next(&stream[..8]), Ok(Step::Frame(8)));
        assert_eq!(framer.next(&stream[8..]), Ok(Step::Wanting(1)));
    }

    #[test]
    fn what_is_too_long_is_an_error_as_soon_as_that_is_known() {
        let mut framer = Framer::new(Framing::Terminator(b"\n".to_vec()), 4);
        assert_eq!(framer.next(b"abc"), Ok(Step::Wanting(1)));
        assert_eq!(framer.next(b"abc\n"), Ok(Step::Frame(4)));
        assert_eq!(framer.next(b"abcd"), Err(FrameError::TooLong { length: 5, most: 4 }));
        assert_eq!(framer.next(b"abcd\n"), Err(FrameError::TooLong { length: 5, most: 4 }));
        assert_eq!(FrameError::TooLong { length: 5, most: 4 }.code(), 1201);
    }
}

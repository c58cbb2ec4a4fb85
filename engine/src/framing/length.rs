//! Messages that have their length in their head. It must not know where the bytes come from.

use super::{FrameError, Step};

/// A number in a head, by the letter that `pack` has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthType {
    /// `c`, `C`: one byte; signed or not.
    Byte {
        /// Whether it has a sign.
        signed: bool,
    },
    /// `s`, `S` in the machine's order, `n` big-endian, `v` little-endian: two bytes.
    Short {
        /// Whether it has a sign.
        signed: bool,
        /// How its bytes lie.
        order: Order,
    },
    /// `l`, `L` in the machine's order, `N` big-endian, `V` little-endian: four bytes.
    Long {
        /// Whether it has a sign.
        signed: bool,
        /// How its bytes lie.
        order: Order,
    },
    /// `q`, `Q` in the machine's order, `J` big-endian, `P` little-endian: eight bytes.
    Quad {
        /// Whether it has a sign.
        signed: bool,
        /// How its bytes lie.
        order: Order,
    },
}

/// How the bytes of a number lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The first is the greatest.
    Big,
    /// The first is the smallest.
    Little,
}

#[cfg(target_endian = "little")]
const NATIVE: Order = Order::Little;
#[cfg(target_endian = "big")]
const NATIVE: Order = Order::Big;

impl LengthType {
    /// The type with this letter.
    pub fn from_letter(letter: u8) -> Option<LengthType> {
        use Order::{Big, Little};
        Some(match letter {
            b'c' => LengthType::Byte { signed: true },
            b'C' => LengthType::Byte { signed: false },
            b's' => LengthType::Short { signed: true, order: NATIVE },
            b'S' => LengthType::Short { signed: false, order: NATIVE },
            b'n' => LengthType::Short { signed: false, order: Big },
            b'v' => LengthType::Short { signed: false, order: Little },
            b'l' => LengthType::Long { signed: true, order: NATIVE },
            b'L' => LengthType::Long { signed: false, order: NATIVE },
            b'N' => LengthType::Long { signed: false, order: Big },
            b'V' => LengthType::Long { signed: false, order: Little },
            b'q' => LengthType::Quad { signed: true, order: NATIVE },
            b'Q' => LengthType::Quad { signed: false, order: NATIVE },
            b'J' => LengthType::Quad { signed: false, order: Big },
            b'P' => LengthType::Quad { signed: false, order: Little },
            _ => return None,
        })
    }

    /// Bytes that it takes.
    pub fn width(self) -> usize {
        match self {
            LengthType::Byte { .. } => 1,
            LengthType::Short { .. } => 2,
            LengthType::Long { .. } => 4,
            LengthType::Quad { .. } => 8,
        }
    }

    fn signed_and_order(self) -> (bool, Order) {
        match self {
            LengthType::Byte { signed } => (signed, Order::Big),
            LengthType::Short { signed, order } | LengthType::Long { signed, order } | LengthType::Quad { signed, order } => {
                (signed, order)
            }
        }
    }

    /// The number that these bytes are, as many as its width. One of eight bytes that is beyond an `i64` is below zero.
    fn read(self, bytes: &[u8]) -> i64 {
        let (signed, order) = self.signed_and_order();
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        let number = match order {
            Order::Big => bytes.iter().fold(0, join),
            Order::Little => bytes.iter().rev().fold(0, join),
        };
        let unused = 64 - 8 * bytes.len().clamp(1, 8) as u32;
        if signed { ((number << unused) as i64) >> unused } else { number as i64 }
    }
}

/// Where the length lies, and what it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// The number's type.
    pub of: LengthType,
    /// Bytes before it.
    pub offset: usize,
    /// Bytes from the message's start that it does not count.
    pub body_offset: usize,
}

impl Lengths {
    pub(super) fn next(&self, bytes: &[u8], most: usize) -> Result<Step, FrameError> {
        let head = self.offset.saturating_add(self.of.width());
        let Some(number) = bytes.get(self.offset..head) else { return Ok(Step::Wanting(head - bytes.len())) };
        let length = self.of.read(number);
        let whole = u64::try_from(length).ok().and_then(|length| length.checked_add(self.body_offset as u64));
        let Some(whole) = whole.filter(|whole| *whole >= head as u64) else { return Err(FrameError::BadLength(length)) };
        match usize::try_from(whole) {
            Ok(whole) if whole > most => Err(FrameError::TooLong { length: whole as u64, most }),
            Ok(whole) if whole > bytes.len() => Ok(Step::Wanting(whole - bytes.len())),
            Ok(whole) => Ok(Step::Frame(whole)),
            Err(_) => Err(FrameError::TooLong { length: whole, most }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(letter: u8, bytes: &[u8]) -> i64 {
        let of = LengthType::from_letter(letter).unwrap();
        assert_eq!(of.width(), bytes.len());
        of.read(bytes)
    }

    #[test]
    fn each_letter_reads_as_unpack_does() {
        assert_eq!((read(b'c', &[0xff]), read(b'C', &[0xff])), (-1, 255));
        assert_eq!((read(b'n', &[1, 2]), read(b'v', &[1, 2])), (0x0102, 0x0201));
        assert_eq!((read(b's', &(-2i16).to_ne_bytes()), read(b'S', &0xfffeu16.to_ne_bytes())), (-2, 0xfffe));
        assert_eq!((read(b'N', &[0xff, 0, 0, 1]), read(b'V', &[1, 0, 0, 0xff])), (0xff00_0001, 0xff00_0001));
        assert_eq!((read(b'l', &(-7i32).to_ne_bytes()), read(b'L', &7u32.to_ne_bytes())), (-7, 7));
        assert_eq!((read(b'J', &[0, 0, 0, 0, 0, 0, 1, 0]), read(b'P', &[0, 1, 0, 0, 0, 0, 0, 0])), (256, 256));
        assert_eq!((read(b'q', &(-9i64).to_ne_bytes()), read(b'Q', &9u64.to_ne_bytes())), (-9, 9));
        assert_eq!(LengthType::from_letter(b'x'), None);
    }

    #[test]
    fn lengths_count_from_the_body_s_offset() {
        let lengths = Lengths { of: LengthType::from_letter(b'n').unwrap(), offset: 2, body_offset: 4 };
        assert_eq!(lengths.next(b"ab", 100), Ok(Step::Wanting(2)));
        assert_eq!(lengths.next(b"ab\0\x03", 100), Ok(Step::Wanting(3)));
        assert_eq!(lengths.next(b"ab\0\x03xyz!", 100), Ok(Step::Frame(7)));
        assert_eq!(lengths.next(b"ab\0\x03xyz!", 6), Err(FrameError::TooLong { length: 7, most: 6 }));
        let whole = Lengths { body_offset: 0, ..lengths };
        assert_eq!(whole.next(b"ab\0\x03xyz!", 100), Err(FrameError::BadLength(3)));
        assert_eq!(whole.next(b"ab\0\x04xyz!", 100), Ok(Step::Frame(4)));
        let signed = Lengths { of: LengthType::from_letter(b'c').unwrap(), offset: 0, body_offset: 1 };
        assert_eq!(signed.next(b"\xff", 100), Err(FrameError::BadLength(-1)));
        let vast = Lengths { of: LengthType::from_letter(b'J').unwrap(), offset: 0, body_offset: 8 };
        assert_eq!(vast.next(&[0xff; 8], 100), Err(FrameError::BadLength(-1)));
        assert_eq!(vast.next(&[0x7f, 0xff, 0, 0, 0, 0, 0, 0], 100).map_err(|error| error.code()), Err(1201));
    }
}

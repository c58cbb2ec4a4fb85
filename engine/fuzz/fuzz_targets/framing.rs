//! Any bytes, framed in any way and cut anywhere: the same messages come out as from the whole, none of them longer than it may be.
#![no_main]

use arbitrary::Arbitrary;
use engine::framing::{FrameError, Framer, Framing, LengthType, Lengths, Step};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input {
    how: How,
    most: u16,
    cuts: Vec<u8>,
    bytes: Vec<u8>,
}

#[derive(Debug, Arbitrary)]
enum How {
    Terminator { first: u8, rest: Vec<u8> },
    Length { letter: u8, offset: u8, body_offset: u8 },
}

/// Frames what `cuts` let come, piece by piece; no cuts: all at once.
fn frames(framer: &mut Framer, bytes: &[u8], cuts: &[u8]) -> (Vec<usize>, Option<FrameError>) {
    let (mut found, mut from, mut to) = (Vec::new(), 0, 0);
    let mut cuts = cuts.iter();
    loop {
        to = cuts.next().map_or(bytes.len(), |cut| (to + usize::from(*cut)).min(bytes.len()));
        loop {
            match framer.next(&bytes[from..to]) {
                Ok(Step::Frame(length)) => {
                    assert!(length > 0 && from + length <= to);
                    from += length;
                    found.push(length);
                }
                Ok(Step::Wanting(more)) => {
                    assert!(more > 0);
                    break;
                }
                Err(error) => return (found, Some(error)),
            }
        }
        if to == bytes.len() && cuts.len() == 0 {
            return (found, None);
        }
    }
}

fuzz_target!(|input: Input| {
    let framing = match input.how {
        How::Terminator { first, rest } => Framing::Terminator([vec![first], rest].concat()),
        How::Length { letter, offset, body_offset } => {
            let Some(of) = LengthType::from_letter(letter) else { return };
            Framing::Length(Lengths { of, offset: offset.into(), body_offset: body_offset.into() })
        }
    };
    let most = usize::from(input.most);
    let mut framer = Framer::new(framing, most);
    let (whole, error) = frames(&mut framer.clone(), &input.bytes, &[]);
    let (cut, cut_error) = frames(&mut framer, &input.bytes, &input.cuts);
    assert_eq!(whole, cut);
    assert_eq!(error.map(|error| error.code()), cut_error.map(|error| error.code()));
    assert!(whole.iter().all(|length| *length <= most));
});

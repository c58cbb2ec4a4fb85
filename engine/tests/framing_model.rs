//! Framing against how one would do it with everything at hand: whatever the messages and wherever they are cut, the same come out.

use engine::framing::{FrameError, Framer, Framing, LengthType, Lengths, Step};
use proptest::prelude::*;

/// Feeds a stream in pieces, and takes the messages out as they are found.
fn messages(framer: &mut Framer, stream: &[u8], cuts: &[usize]) -> Result<Vec<Vec<u8>>, FrameError> {
    let mut found = Vec::new();
    let mut waiting = Vec::new();
    let mut rest = stream;
    for cut in cuts.iter().copied().chain([usize::MAX]) {
        let (piece, after) = rest.split_at(cut.min(rest.len()));
        rest = after;
        waiting.extend_from_slice(piece);
        while let Step::Frame(length) = framer.next(&waiting)? {
            found.push(waiting.drain(..length).collect());
        }
    }
    Ok(found)
}

fn pack(letter: u8, number: u64) -> Vec<u8> {
    match letter {
        b'c' | b'C' => vec![number as u8],
        b'n' => (number as u16).to_be_bytes().to_vec(),
        b'v' => (number as u16).to_le_bytes().to_vec(),
        b's' | b'S' => (number as u16).to_ne_bytes().to_vec(),
        b'N' => (number as u32).to_be_bytes().to_vec(),
        b'V' => (number as u32).to_le_bytes().to_vec(),
        b'l' | b'L' => (number as u32).to_ne_bytes().to_vec(),
        b'J' => number.to_be_bytes().to_vec(),
        b'P' => number.to_le_bytes().to_vec(),
        _ => number.to_ne_bytes().to_vec(),
    }
}

proptest! {
    #[test]
    fn messages_with_lengths(
        letter in prop::sample::select(b"cCsSnvlLNVqQJP".to_vec()),
        before in prop::collection::vec(any::<u8>(), 0..5),
        between in 0..4usize,
        whole in any::<bool>(),
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..90), 0..8),
        cuts in prop::collection::vec(0..60usize, 0..20),
    ) {
        let of = LengthType::from_letter(letter).unwrap();
        let head = before.len() + of.width() + between;
        // The length counts all, or what follows the head.
        let body_offset = if whole { 0 } else { head };
        let framed: Vec<Vec<u8>> = bodies
            .iter()
            .map(|body| {
                let number = pack(letter, (body.len() + head - body_offset) as u64);
                [before.clone(), number, vec![0; between], body.clone()].concat()
            })
            .collect();
        let lengths = Lengths { of, offset: before.len(), body_offset };
        let longest = framed.iter().map(Vec::len).max().unwrap_or(1);
        let mut framer = Framer::new(Framing::Length(lengths), longest);
        prop_assert_eq!(messages(&mut framer, &framed.concat(), &cuts), Ok(framed.clone()));
        let mut narrow = Framer::new(Framing::Length(lengths), longest - 1);
        let is_too_long = matches!(messages(&mut narrow, &framed.concat(), &cuts), Err(FrameError::TooLong { .. }));
        prop_assert_eq!(is_too_long, !framed.is_empty());
    }

    #[test]
    fn messages_with_terminators(
        // Few different bytes, so that terminators begin often and end seldom.
        end in prop::collection::vec(0..2u8, 1..5),
        stream in prop::collection::vec(0..3u8, 0..200),
        cuts in prop::collection::vec(0..10usize, 0..60),
    ) {
        let mut expected = Vec::new();
        let mut rest = stream.as_slice();
        while let Some(at) = rest.windows(end.len()).position(|window| window == end) {
            let (message, after) = rest.split_at(at + end.len());
            expected.push(message.to_vec());
            rest = after;
        }
        let mut framer = Framer::new(Framing::Terminator(end), 1000);
        prop_assert_eq!(messages(&mut framer, &stream, &cuts), Ok(expected));
    }
}

//! Whose turn it is to send to a connection: a message larger than a record comes as a run of pieces, and what others send meanwhile
//! waits until its last piece is there.
//!
//! It must not know lanes or sockets: a sender of runs is a number.

use std::collections::VecDeque;

/// What came out of turn.
#[derive(Debug)]
pub(super) enum Held {
    /// A piece of a message, or all of it.
    Send { from: Option<u32>, data: Vec<u8>, last: bool },
    /// The end of the connection; `notified`: its Close callback has run.
    Close { from: Option<u32>, notified: bool },
}

impl Held {
    fn from(&self) -> Option<u32> {
        match self {
            Held::Send { from, .. } | Held::Close { from, .. } => *from,
        }
    }

    fn len(&self) -> usize {
        match self {
            Held::Send { data, .. } => data.len(),
            Held::Close { .. } => 0,
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Who has sent a part of a message and not its last piece.
    open: Option<u32>,
    held: VecDeque<Held>,
    /// How much data that is.
    bytes: usize,
}

impl Runs {
    /// Whether it is this sender's turn. One that sends whole messages only has no number.
    #[inline]
    pub fn admits(&self, from: Option<u32>) -> bool {
        self.open.is_none() || self.open == from
    }

    /// A piece of this sender's was taken; true when others may have their turn now, and wait for it.
    #[inline]
    pub fn took(&mut self, from: Option<u32>, last: bool) -> bool {
        self.open = if last { None } else { from };
        last && !self.held.is_empty()
    }

    /// Keeps what comes out of turn.
    pub fn hold(&mut self, held: Held) {
        self.bytes += held.len();
        self.held.push_back(held);
    }

    /// What was kept and has its turn now: the oldest, or the next of the one who is in the middle of a message.
    pub fn next(&mut self) -> Option<Held> {
        let at = match self.open {
            None => 0,
            from => self.held.iter().position(|held| held.from() == from)?,
        };
        let held = self.held.remove(at)?;
        self.bytes -= held.len();
        Some(held)
    }

    /// Bytes that are kept.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether nobody is in the middle of a message.
    pub fn is_idle(&self) -> bool {
        self.open.is_none()
    }

    /// Whether the rest of a message is missing when this sender is gone.
    pub fn needs(&self, from: u32) -> bool {
        let last_of = |held: &Held| match held {
            Held::Send { last, .. } => *last,
            Held::Close { .. } => true,
        };
        match self.held.iter().rfind(|held| held.from() == Some(from)) {
            Some(held) => !last_of(held),
            None => self.open == Some(from),
        }
    }

    /// Nothing more is to be sent.
    pub fn clear(&mut self) {
        *self = Runs::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(from: u32, data: &str, last: bool) -> Held {
        Held::Send { from: Some(from), data: data.into(), last }
    }

    /// What is sent, in order, when these pieces come: (sender, text, whether it is the last).
    #[track_caller]
    fn sent(pieces: &[(Option<u32>, &str, bool)]) -> String {
        let mut runs = Runs::default();
        let mut sent = String::new();
        for &(from, text, last) in pieces {
            if !runs.admits(from) {
                runs.hold(Held::Send { from, data: text.into(), last });
                continue;
            }
            sent.push_str(text);
            if runs.took(from, last) {
                while let Some(Held::Send { from, data, last }) = runs.next() {
                    sent.push_str(std::str::from_utf8(&data).unwrap());
                    runs.took(from, last);
                }
            }
        }
        assert_eq!(runs.bytes(), 0);
        sent
    }

    #[test]
    fn a_message_in_pieces_is_not_interrupted() {
        assert_eq!(sent(&[(Some(1), "a", false), (Some(2), "x", true), (None, "y", true), (Some(1), "b", true)]), "abxy");
    }

    #[test]
    fn a_message_that_began_out_of_turn_goes_on_in_its_turn() {
        let pieces =
            [(Some(1), "a", false), (Some(2), "x", false), (None, "-", true), (Some(1), "b", true), (Some(2), "y", true)];
        assert_eq!(sent(&pieces), "abxy-");
        let pieces =
            [(Some(1), "a", false), (Some(2), "x", false), (Some(3), "p", true), (Some(2), "y", true), (Some(1), "b", true)];
        assert_eq!(sent(&pieces), "abxyp");
    }

    #[test]
    fn a_sender_that_is_gone_is_missed_only_in_the_middle_of_a_message() {
        let mut runs = Runs::default();
        assert!(!runs.needs(1));
        runs.took(Some(1), false);
        assert!(runs.needs(1) && !runs.needs(2));
        runs.hold(piece(2, "x", false));
        assert!(runs.needs(2));
        runs.hold(piece(2, "y", true));
        assert!(!runs.needs(2) && runs.needs(1));
        runs.hold(Held::Close { from: Some(2), notified: false });
        assert!(!runs.needs(2));
    }
}

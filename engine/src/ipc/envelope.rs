//! The head of a message, and its form on the socket. It must not know descriptors.
//!
//! A datagram is a head of [`HEAD_LEN`] bytes, little-endian, and the body unless that travels as a memfd:
//!
//! ```text
//! offset  0     4      8      12    14    16   20       28     36
//!         magic flags  length kind  from  arg  session  extra  body…
//! ```
//!
//! `length` counts the bytes of an inline body; with [`Flags::BODY_FD`] it is 0 and the memfd's own size counts.

/// What a message is, in plain integers whose meaning its users agree on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Which message it is.
    pub kind: u16,
    /// Who sends it.
    pub from: u16,
    /// A small argument.
    pub arg: u32,
    /// The session that it concerns.
    pub session: u64,
    /// A large argument.
    pub extra: u64,
}

/// Tells our datagrams from what a process gone wrong may write to a descriptor that it inherited.
const MAGIC: u32 = 0x7852_4e31;

/// Bytes of the head.
pub(super) const HEAD_LEN: usize = 36;

/// What comes with a message besides its head. One bit each on the socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// The first descriptor is a memfd with the body.
    pub body_fd: bool,
    /// The (next) descriptor belongs to the message.
    pub user_fd: bool,
}

impl Flags {
    const BODY_FD: u32 = 1;
    const USER_FD: u32 = 2;

    /// How many descriptors must have come.
    pub fn fd_count(self) -> usize {
        usize::from(self.body_fd) + usize::from(self.user_fd)
    }
}

/// Writes a head for an inline body of `len` bytes.
pub(super) fn encode(envelope: &Envelope, flags: Flags, len: u32) -> [u8; HEAD_LEN] {
    let bits = if flags.body_fd { Flags::BODY_FD } else { 0 } | if flags.user_fd { Flags::USER_FD } else { 0 };
    let mut head = [0; HEAD_LEN];
    head[0..4].copy_from_slice(&MAGIC.to_le_bytes());
    head[4..8].copy_from_slice(&bits.to_le_bytes());
    head[8..12].copy_from_slice(&len.to_le_bytes());
    head[12..14].copy_from_slice(&envelope.kind.to_le_bytes());
    head[14..16].copy_from_slice(&envelope.from.to_le_bytes());
    head[16..20].copy_from_slice(&envelope.arg.to_le_bytes());
    head[20..28].copy_from_slice(&envelope.session.to_le_bytes());
    head[28..36].copy_from_slice(&envelope.extra.to_le_bytes());
    head
}

/// Takes a datagram apart into head and inline body; `None` when it is not one of ours.
pub(super) fn decode(datagram: &[u8]) -> Option<(Envelope, Flags, &[u8])> {
    let (head, body) = datagram.split_first_chunk::<HEAD_LEN>()?;
    let (magic, head) = take(head)?;
    let (bits, head) = take(head)?;
    let (len, head) = take(head)?;
    let (kind, head) = take(head)?;
    let (from, head) = take(head)?;
    let (arg, head) = take(head)?;
    let (session, head) = take(head)?;
    let (extra, _) = take(head)?;
    let bits = u32::from_le_bytes(bits);
    let flags = Flags { body_fd: bits & Flags::BODY_FD != 0, user_fd: bits & Flags::USER_FD != 0 };
    let ours = u32::from_le_bytes(magic) == MAGIC
        && bits & !(Flags::BODY_FD | Flags::USER_FD) == 0
        && u32::from_le_bytes(len) as usize == body.len()
        && (body.is_empty() || !flags.body_fd);
    let envelope = Envelope {
        kind: u16::from_le_bytes(kind),
        from: u16::from_le_bytes(from),
        arg: u32::from_le_bytes(arg),
        session: u64::from_le_bytes(session),
        extra: u64::from_le_bytes(extra),
    };
    ours.then_some((envelope, flags, body))
}

fn take<const N: usize>(bytes: &[u8]) -> Option<([u8; N], &[u8])> {
    bytes.split_first_chunk::<N>().map(|(field, rest)| (*field, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENVELOPE: Envelope =
        Envelope { kind: 0x0102, from: 0x0304, arg: 0x0506_0708, session: 0x1112_1314_1516_1718, extra: u64::MAX };

    fn datagram(flags: Flags, body: &[u8]) -> Vec<u8> {
        [&encode(&ENVELOPE, flags, body.len() as u32)[..], body].concat()
    }

    #[test]
    fn a_head_comes_back_as_it_was() {
        for flags in [(false, false), (false, true), (true, false), (true, true)] {
            let flags = Flags { body_fd: flags.0, user_fd: flags.1 };
            let body: &[u8] = if flags.body_fd { b"" } else { b"body" };
            assert_eq!(decode(&datagram(flags, body)), Some((ENVELOPE, flags, body)));
        }
    }

    #[test]
    fn what_is_not_a_datagram_of_ours_is_refused() {
        let good = datagram(Flags::default(), b"body");
        assert!(decode(&good).is_some());
        for cut in 0..good.len() {
            assert_eq!(decode(&good[..cut]), None, "cut to {cut} bytes");
        }
        let changed = |index: usize, value: u8| {
            let mut bytes = good.clone();
            bytes[index] = value;
            bytes
        };
        assert_eq!(decode(&changed(0, 0)), None, "magic");
        assert_eq!(decode(&changed(4, 4)), None, "unknown flag");
        assert_eq!(decode(&changed(4, 1)), None, "a memfd and an inline body");
        assert_eq!(decode(&changed(8, 5)), None, "length");
        assert_eq!(decode(&[good, vec![0]].concat()), None, "too long");
    }
}

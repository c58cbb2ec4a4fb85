//! What processes say to each other through inboxes, and what the records in a lane mean. One enum for each, with one place that
//! writes it and one that reads it.

use crate::ipc::Envelope;

/// A message to the owner of connections or to the manager; its bytes travel as the envelope's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// To an owner: send the body to a connection.
    Send { session: u64 },
    /// To an owner: close a connection.
    Close { session: u64, reset: bool },
    /// To a reactor: a worker has started in this berth. Its pidfd comes with it.
    WorkerUp { worker: u32, berth: u32, pid: i32 },
    /// To the manager: this incarnation of a worker wants to be replaced.
    /// `failed`: it serves no more.
    Retire { worker: u32, pid: i32, failed: bool },
    /// To a worker of BASE: a connection takes data again for which somebody waits.
    Room,
    /// To the manager: nobody uses this berth any more.
    BerthFree { berth: u32 },
}

impl Message {
    /// The envelope that carries it.
    pub fn envelope(self) -> Envelope {
        let blank = Envelope { kind: 0, from: 0, arg: 0, session: 0, extra: 0 };
        match self {
            Message::Send { session } => Envelope { kind: 1, session, ..blank },
            Message::Close { session, reset } => Envelope { kind: 2, session, arg: u32::from(reset), ..blank },
            Message::WorkerUp { worker, berth, pid } => {
                Envelope { kind: 3, arg: worker, session: pid as u64, extra: u64::from(berth), ..blank }
            }
            Message::Retire { worker, pid, failed } => {
                Envelope { kind: 4, arg: worker, session: u64::from(failed), extra: pid as u64, ..blank }
            }
            Message::BerthFree { berth } => Envelope { kind: 5, arg: berth, ..blank },
            Message::Room => Envelope { kind: 6, ..blank },
        }
    }

    /// What an envelope says; none when it is none of ours.
    pub fn of(envelope: &Envelope) -> Option<Message> {
        Some(match envelope.kind {
            1 => Message::Send { session: envelope.session },
            2 => Message::Close { session: envelope.session, reset: envelope.arg != 0 },
            3 => Message::WorkerUp {
                worker: envelope.arg,
                berth: u32::try_from(envelope.extra).ok()?,
                pid: i32::try_from(envelope.session).ok()?,
            },
            4 => Message::Retire { worker: envelope.arg, pid: envelope.extra as i32, failed: envelope.session != 0 },
            5 => Message::BerthFree { berth: envelope.arg },
            6 => Message::Room,
            _ => return None,
        })
    }
}

/// What a record from a reactor to a worker is: its kind, and its header's `aux` is the port's index.
pub(super) mod inbound {
    /// The connection was accepted. No payload.
    pub const CONNECT: u8 = 1;
    /// A piece of data.
    pub const DATA: u8 = 2;
    /// The connection has ended; `flags` is [`BY_SERVER`] or 0. No payload.
    pub const CLOSE: u8 = 3;
    /// Nothing follows: finish what is in hand, then leave. No payload.
    pub const RETIRE: u8 = 4;
    /// The server ended the connection.
    pub const BY_SERVER: u8 = 1;
}

/// What a record from a worker to a reactor is.
pub(super) mod outbound {
    /// A piece of data to send; [`LAST`] on the last of a message.
    pub const SEND: u8 = 1;
    /// Close the connection; `flags` are [`RESET`] and [`NOTIFIED`]. No payload.
    pub const CLOSE: u8 = 2;
    /// A message is dealt with: its number is in the header's `session`. No payload.
    pub const DONE: u8 = 3;
    /// The message ends with this piece.
    pub const LAST: u8 = 1;
    /// Throw away what is queued and reset.
    pub const RESET: u8 = 1;
    /// The Close callback has run already.
    pub const NOTIFIED: u8 = 2;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_survives_its_envelope() {
        let all = [
            Message::Send { session: 1 << 40 },
            Message::Close { session: 3, reset: true },
            Message::Close { session: 3, reset: false },
            Message::WorkerUp { worker: 7, berth: 9, pid: 77 },
            Message::Retire { worker: 1, pid: 4_000_000, failed: false },
            Message::Retire { worker: 1, pid: 4_000_000, failed: true },
            Message::BerthFree { berth: 2 },
            Message::Room,
        ];
        for message in all {
            assert_eq!(Message::of(&message.envelope()), Some(message));
        }
    }

    #[test]
    fn an_unknown_kind_is_nothing() {
        assert_eq!(Message::of(&Envelope { kind: 999, from: 0, arg: 0, session: 0, extra: 0 }), None);
    }
}

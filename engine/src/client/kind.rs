//! The kinds of socket that a client can be. It must not know the numbers by which others call them.

use socket2::{Domain, Type};

/// What a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// TCP over IPv4.
    Tcp,
    /// UDP over IPv4.
    Udp,
    /// TCP over IPv6.
    Tcp6,
    /// UDP over IPv6.
    Udp6,
    /// A Unix stream socket.
    UnixStream,
    /// A Unix datagram socket.
    UnixDatagram,
}

impl Kind {
    /// A byte stream, not datagrams.
    pub fn is_stream(self) -> bool {
        matches!(self, Kind::Tcp | Kind::Tcp6 | Kind::UnixStream)
    }

    /// Addressed by a path, not by host and port.
    pub fn is_unix(self) -> bool {
        matches!(self, Kind::UnixStream | Kind::UnixDatagram)
    }

    /// TCP, over either IP.
    pub(super) fn is_tcp(self) -> bool {
        matches!(self, Kind::Tcp | Kind::Tcp6)
    }

    pub(super) fn domain(self) -> Domain {
        match self {
            Kind::Tcp | Kind::Udp => Domain::IPV4,
            Kind::Tcp6 | Kind::Udp6 => Domain::IPV6,
            Kind::UnixStream | Kind::UnixDatagram => Domain::UNIX,
        }
    }

    pub(super) fn socket_type(self) -> Type {
        if self.is_stream() { Type::STREAM } else { Type::DGRAM }
    }
}

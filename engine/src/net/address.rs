//! Kinds of sockets, and a peer's address as shared memory holds it. It must not know descriptors.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, SockAddr, Type};

/// What a port speaks below the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SocketKind {
    /// TCP over IPv4.
    Tcp4,
    /// TCP over IPv6 (and over IPv4 where the system's `bindv6only` is off).
    Tcp6,
    /// A Unix stream socket.
    UnixStream,
    /// UDP over IPv4.
    Udp4,
    /// UDP over IPv6.
    Udp6,
    /// A Unix datagram socket.
    UnixDgram,
}

impl SocketKind {
    /// The kind that programs written for Swoole know by this number: 1 TCP, 2 UDP, 3 TCP6, 4 UDP6, 5 and 6 Unix stream and
    /// datagram.
    pub fn from_swoole(number: i64) -> Option<SocketKind> {
        Some(match number {
            1 => SocketKind::Tcp4,
            2 => SocketKind::Udp4,
            3 => SocketKind::Tcp6,
            4 => SocketKind::Udp6,
            5 => SocketKind::UnixStream,
            6 => SocketKind::UnixDgram,
            _ => return None,
        })
    }

    /// The number that [`from_swoole`](SocketKind::from_swoole) takes.
    pub fn to_swoole(self) -> i64 {
        match self {
            SocketKind::Tcp4 => 1,
            SocketKind::Udp4 => 2,
            SocketKind::Tcp6 => 3,
            SocketKind::Udp6 => 4,
            SocketKind::UnixStream => 5,
            SocketKind::UnixDgram => 6,
        }
    }

    /// Whether there are connections (TCP and Unix stream).
    pub fn is_stream(self) -> bool {
        matches!(self, SocketKind::Tcp4 | SocketKind::Tcp6 | SocketKind::UnixStream)
    }

    /// Whether it is TCP.
    pub fn is_tcp(self) -> bool {
        matches!(self, SocketKind::Tcp4 | SocketKind::Tcp6)
    }

    /// Whether its addresses are paths.
    pub fn is_unix(self) -> bool {
        matches!(self, SocketKind::UnixStream | SocketKind::UnixDgram)
    }

    /// Whether its addresses are IPv6.
    pub fn is_ipv6(self) -> bool {
        matches!(self, SocketKind::Tcp6 | SocketKind::Udp6)
    }

    pub(crate) fn domain(self) -> Domain {
        match self {
            SocketKind::Tcp4 | SocketKind::Udp4 => Domain::IPV4,
            SocketKind::Tcp6 | SocketKind::Udp6 => Domain::IPV6,
            SocketKind::UnixStream | SocketKind::UnixDgram => Domain::UNIX,
        }
    }

    pub(crate) fn socket_type(self) -> Type {
        if self.is_stream() { Type::STREAM } else { Type::DGRAM }
    }
}

/// Where a connection comes from, in plain integers, so that it can lie in shared memory; any bit pattern is harmless.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PeerAddr {
    /// [`PeerAddr::UNIX`], [`PeerAddr::IPV4`] or [`PeerAddr::IPV6`].
    pub family: u8,
    /// The port in host order; 0 for Unix sockets.
    pub port: u16,
    /// The address in network order; IPv4 uses the first four bytes, the rest is 0.
    pub ip: [u8; 16],
}

impl PeerAddr {
    /// No address: the peer of a Unix socket.
    pub const UNIX: u8 = 0;
    /// An IPv4 address.
    pub const IPV4: u8 = 4;
    /// An IPv6 address.
    pub const IPV6: u8 = 6;

    /// The peer of a Unix socket.
    pub const fn unix() -> PeerAddr {
        PeerAddr { family: PeerAddr::UNIX, port: 0, ip: [0; 16] }
    }

    /// The address, or `None` for a Unix socket.
    pub fn ip(&self) -> Option<IpAddr> {
        match self.family {
            PeerAddr::IPV4 => {
                let [a, b, c, d, ..] = self.ip;
                Some(Ipv4Addr::new(a, b, c, d).into())
            }
            PeerAddr::IPV6 => Some(Ipv6Addr::from(self.ip).into()),
            _ => None,
        }
    }
}

impl From<SocketAddr> for PeerAddr {
    fn from(address: SocketAddr) -> PeerAddr {
        let mut ip = [0; 16];
        let family = match address.ip() {
            IpAddr::V4(v4) => {
                ip[..4].copy_from_slice(&v4.octets());
                PeerAddr::IPV4
            }
            IpAddr::V6(v6) => {
                ip = v6.octets();
                PeerAddr::IPV6
            }
        };
        PeerAddr { family, port: address.port(), ip }
    }
}

impl From<&SockAddr> for PeerAddr {
    fn from(address: &SockAddr) -> PeerAddr {
        address.as_socket().map_or(PeerAddr::unix(), PeerAddr::from)
    }
}

/// The address as text, without the port; empty for a Unix socket.
impl fmt::Display for PeerAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip() {
            Some(ip) => ip.fmt(f),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for PeerAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip() {
            Some(ip) => SocketAddr::new(ip, self.port).fmt(f),
            None => f.write_str("unix"),
        }
    }
}

//! Addresses: from what a program names to what the system takes, and back. It must not know a socket.

use std::ffi::OsStr;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use socket2::SockAddr;

use super::error::{Cause, ClientError};
use crate::net::SocketKind;

/// One end of a connection, as shown to a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// An IP address and a port.
    Inet(SocketAddr),
    /// The path of a Unix socket: empty if it has none, with a leading NUL byte if it is an abstract name.
    Unix(Vec<u8>),
}

impl Endpoint {
    pub(super) fn of(address: &SockAddr) -> Self {
        match address.as_socket() {
            Some(inet) => Endpoint::Inet(inet),
            None => Endpoint::Unix(unix_name(address)),
        }
    }
}

fn unix_name(address: &SockAddr) -> Vec<u8> {
    if let Some(path) = address.as_pathname() {
        return path.as_os_str().to_owned().into_vec();
    }
    match address.as_abstract_namespace() {
        Some(name) => [b"\0", name].concat(),
        None => Vec::new(),
    }
}

/// The address, if a socket of this kind can have it as its peer.
fn of_kind(kind: SocketKind, address: SocketAddr) -> Option<SockAddr> {
    let address = SockAddr::from(address);
    (address.domain() == kind.domain()).then_some(address)
}

/// A checked target of `connect` or `sendto`: what can be tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub kind: SocketKind,
    /// A name, an IP address, or a path.
    pub host: &'a [u8],
    /// 0 for Unix sockets.
    pub port: u16,
}

impl<'a> Target<'a> {
    /// Refuses what cannot be an address. The port of a Unix socket is not looked at.
    pub fn new(kind: SocketKind, host: &'a [u8], port: i64) -> Result<Self, ClientError> {
        if host.is_empty() {
            return Err(ClientError::InvalidAddress("the host is empty".into()));
        }
        let port = match u16::try_from(port) {
            _ if kind.is_unix() => 0,
            Ok(port) => port,
            Err(_) => return Err(ClientError::InvalidAddress(format!("the port must be 0..=65535, got {port}"))),
        };
        Ok(Target { kind, host, port })
    }

    /// The address to try first, and the further ones. Looks a name up where it has to, which no timeout bounds.
    pub fn resolve(&self) -> Result<(SockAddr, impl Iterator<Item = SockAddr> + use<>), Cause> {
        let mut names = None;
        let first = if self.kind.is_unix() {
            Some(unix_address(self.host)?)
        } else {
            let host = std::str::from_utf8(self.host).map_err(|_| Cause::name_not_found())?;
            match host.parse::<IpAddr>() {
                Ok(ip) => of_kind(self.kind, SocketAddr::new(ip, self.port)),
                Err(_) => {
                    let found = (host, self.port).to_socket_addrs().map_err(|_| Cause::name_not_found())?;
                    let kind = self.kind;
                    let mut found = found.filter_map(move |address| of_kind(kind, address));
                    let first = found.next();
                    names = Some(found);
                    first
                }
            }
        };
        let first = first.ok_or_else(Cause::name_not_found)?;
        Ok((first, names.into_iter().flatten()))
    }

    /// The error of a `connect` to this target.
    pub fn failed(&self, port: i64, cause: Cause) -> ClientError {
        ClientError::Connect { host: String::from_utf8_lossy(self.host).into_owned(), port, cause }
    }
}

fn unix_address(path: &[u8]) -> Result<SockAddr, Cause> {
    // A NUL inside a path would end it early, and name another socket.
    if path.first() != Some(&0) && path.contains(&0) {
        return Err(Cause::errno(libc::EINVAL));
    }
    SockAddr::unix(OsStr::from_bytes(path)).map_err(|_| Cause::errno(libc::ENAMETOOLONG))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(kind: SocketKind, host: &str) -> Result<Vec<Endpoint>, i32> {
        let target = Target::new(kind, host.as_bytes(), 80).unwrap();
        let (first, further) = target.resolve().map_err(|cause| cause.code)?;
        Ok([first].into_iter().chain(further).map(|address| Endpoint::of(&address)).collect())
    }

    #[test]
    fn addresses_are_of_the_kind_s_family_only() {
        assert_eq!(resolve(SocketKind::Tcp4, "127.0.0.1"), Ok(vec![Endpoint::Inet(([127, 0, 0, 1], 80).into())]));
        assert_eq!(resolve(SocketKind::Udp6, "::1").unwrap().len(), 1);
        assert_eq!(resolve(SocketKind::Tcp4, "::1"), Err(711));
        assert_eq!(resolve(SocketKind::Tcp6, "127.0.0.1"), Err(711));
        let local = resolve(SocketKind::Tcp4, "localhost").unwrap();
        assert!(local.contains(&Endpoint::Inet(([127, 0, 0, 1], 80).into())), "{local:?}");
    }

    #[test]
    fn what_no_resolver_knows_is_711() {
        for host in ["no-such-host.invalid", "with\0nul", "999.1.1.1"] {
            assert_eq!(resolve(SocketKind::Tcp4, host), Err(711), "{host:?}");
        }
    }

    #[test]
    fn unix_paths_keep_their_bytes() {
        assert_eq!(resolve(SocketKind::UnixStream, "/run/x"), Ok(vec![Endpoint::Unix(b"/run/x".to_vec())]));
        assert_eq!(resolve(SocketKind::UnixStream, "\0name"), Ok(vec![Endpoint::Unix(b"\0name".to_vec())]));
        assert_eq!(resolve(SocketKind::UnixStream, "/run/x\0y"), Err(libc::EINVAL));
        assert_eq!(resolve(SocketKind::UnixStream, &"x".repeat(200)), Err(libc::ENAMETOOLONG));
    }

    #[test]
    fn what_cannot_be_an_address_is_refused_before_anything_is_tried() {
        let code = |kind, host: &[u8], port| Target::new(kind, host, port).map(|_| ()).map_err(|error| error.code());
        assert_eq!(code(SocketKind::Tcp4, b"", 80), Err(0));
        assert_eq!(code(SocketKind::UnixStream, b"", 0), Err(0));
        assert_eq!(code(SocketKind::Tcp4, b"127.0.0.1", 65_536), Err(0));
        assert_eq!(code(SocketKind::Udp4, b"127.0.0.1", -1), Err(0));
        assert_eq!(code(SocketKind::UnixStream, b"/run/x", 70_000), Ok(()));
    }
}

//! A bound socket: made from a host and a port, later listening, accepting one connection at a time. It must not know who
//! serves them.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use socket2::{SockAddr, Socket};

use super::{PeerAddr, SocketKind};
use crate::error::{Error, Result};
use crate::sys;

/// The code that programs written for Swoole know a port outside of 0..=65535 by.
const INVALID_PORT: i32 = 9004;

/// A socket that is bound, for any [`SocketKind`]. Dropping it closes our descriptor and nothing else: after a fork the others
/// go on with theirs.
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    kind: SocketKind,
    host: String,
    port: u16,
    file: Option<SocketFile>,
}

/// The file of a Unix socket, told apart from one that somebody else has put in its place since.
#[derive(Debug)]
struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Listener {
    /// Binds to `host` (an address, a name, or the path of a Unix socket) and `port` (0 picks a free one; without meaning for a
    /// Unix socket).
    ///
    /// The socket does not listen yet, is non-blocking, closed on exec, with SO_REUSEADDR for TCP and with SO_REUSEPORT if
    /// `reuse_port` says so. The file of a Unix socket gets the mode 0755; one that is there is replaced if it is a socket on
    /// which nobody listens.
    ///
    /// The error is always [`Error::Listen`]: code 9004 for a port out of range, 0 for what is no address, else the errno.
    pub fn bind(kind: SocketKind, host: &str, port: i64, reuse_port: bool) -> Result<Listener> {
        let refused = |text: String, code| Error::Listen { host: host.to_owned(), port, text, code };
        if kind.is_unix() {
            return Listener::bind_unix(kind, host).map_err(|error| {
                let code = os_code(&error);
                refused(sys::error_text(code), code)
            });
        }
        let Ok(number) = u16::try_from(port) else {
            return Err(refused("the port must be 0..=65535".to_owned(), INVALID_PORT));
        };
        let Some(ip) = resolve(kind, host) else {
            // A resolver has no errno; this is what programs see.
            return Err(refused(sys::error_text(0), 0));
        };
        Listener::bind_inet(kind, host, SocketAddr::new(ip, number), reuse_port).map_err(|error| {
            let code = os_code(&error);
            refused(sys::error_text(code), code)
        })
    }

    fn bind_inet(kind: SocketKind, host: &str, address: SocketAddr, reuse_port: bool) -> io::Result<Listener> {
        let socket = new_socket(kind)?;
        // Not for UDP, where it would let two servers share a port in silence.
        if kind.is_tcp() {
            socket.set_reuse_address(true)?;
        }
        if reuse_port {
            socket.set_reuse_port(true)?;
        }
        socket.bind(&address.into())?;
        let port = socket.local_addr()?.as_socket().map_or(address.port(), |bound| bound.port());
        Ok(Listener { socket, kind, host: host.to_owned(), port, file: None })
    }

    fn bind_unix(kind: SocketKind, host: &str) -> io::Result<Listener> {
        // An empty path would bind to a name that the kernel picks, which nobody could find.
        if host.is_empty() {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let address = SockAddr::unix(host).map_err(|_| io::Error::from_raw_os_error(libc::ENAMETOOLONG))?;
        let socket = new_socket(kind)?;
        match socket.bind(&address) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_stale(kind, host, &address) => {
                fs::remove_file(host)?;
                socket.bind(&address)?;
            }
            result => result?,
        }
        // An abstract name has no file.
        let file = if host.starts_with('\0') {
            None
        } else {
            fs::set_permissions(host, fs::Permissions::from_mode(0o755))?;
            let metadata = fs::symlink_metadata(host)?;
            // Absolute, because the working directory may change before the file is removed.
            Some(SocketFile { path: std::path::absolute(host)?, device: metadata.dev(), inode: metadata.ino() })
        };
        Ok(Listener { socket, kind, host: host.to_owned(), port: 0, file })
    }

    /// Starts to take connections, up to `backlog` of which wait to be accepted (the kernel's `somaxconn` limits it, negative
    /// means that limit). Nothing to do for a datagram socket. The error is [`Error::Listen`].
    pub fn listen(&self, backlog: i32) -> Result<()> {
        if !self.kind.is_stream() {
            return Ok(());
        }
        self.socket.listen(backlog).map_err(|error| {
            let code = os_code(&error);
            Error::Listen { host: self.host.clone(), port: self.port.into(), text: sys::error_text(code), code }
        })
    }

    /// Takes one waiting connection, non-blocking and closed on exec; `None` when there is none. Connections that broke while
    /// they waited are skipped.
    ///
    /// An error is about this process, not about one connection: out of descriptors (`EMFILE`, `ENFILE`) or memory, or not
    /// listening. The connection waits on.
    pub fn accept(&self) -> io::Result<Option<(OwnedFd, PeerAddr)>> {
        loop {
            match self.socket.accept4(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC) {
                Ok((socket, address)) => return Ok(Some((socket.into(), PeerAddr::from(&address)))),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The port that it is bound to; 0 for a Unix socket.
    pub fn local_port(&self) -> u16 {
        self.port
    }

    /// The host as it was given: an address, a name or a path.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What it speaks.
    pub fn kind(&self) -> SocketKind {
        self.kind
    }

    /// Its descriptor, for an event loop.
    pub fn fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    /// Stops listening, for all processes that have the socket: those that user code forked may live on. For the process that shuts the
    /// server down.
    pub fn stop(&self) {
        if self.kind.is_stream() {
            // One that never listened has nothing to stop.
            let _ = self.socket.shutdown(std::net::Shutdown::Both);
        }
    }

    /// Removes the file of a Unix socket, if it is still the one that was bound here. For the process that shuts the server
    /// down; not done on drop, or the first child that ends would do it.
    pub fn remove_file(&self) {
        let Some(SocketFile { path, device, inode }) = &self.file else { return };
        let ours = |found: fs::Metadata| (found.dev(), found.ino()) == (*device, *inode);
        if fs::symlink_metadata(path).is_ok_and(ours) {
            // If it cannot be removed at the end, nothing is to be done about it.
            let _ = fs::remove_file(path);
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for Listener {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

/// The error for a number that [`SocketKind::from_swoole`] does not know, in the form in which a failed bind is told.
pub fn unknown_kind(host: &str, port: i64) -> Error {
    let code = libc::ESOCKTNOSUPPORT;
    Error::Listen { host: host.to_owned(), port, text: sys::error_text(code), code }
}

fn new_socket(kind: SocketKind) -> io::Result<Socket> {
    Socket::new(kind.domain(), kind.socket_type().nonblocking().cloexec(), None)
}

/// Errors of ours have no errno; none of them is expected here.
fn os_code(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EINVAL)
}

/// The address of `host` in the family of `kind`. What looks like an address and is none is not asked for by name, which could
/// take a resolver seconds.
fn resolve(kind: SocketKind, host: &str) -> Option<IpAddr> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return (ip.is_ipv6() == kind.is_ipv6()).then_some(ip);
    }
    let address_like = host.contains(':') || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if address_like {
        return None;
    }
    (host, 0).to_socket_addrs().ok()?.map(|found| found.ip()).find(|ip| ip.is_ipv6() == kind.is_ipv6())
}

/// Whether a socket file is left over from a server that is gone: only then does the kernel refuse the connection.
fn is_stale(kind: SocketKind, host: &str, address: &SockAddr) -> bool {
    let is_socket = fs::symlink_metadata(Path::new(host)).is_ok_and(|found| found.file_type().is_socket());
    is_socket
        && new_socket(kind)
            .and_then(|probe| probe.connect(address))
            .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// See accept(2): Linux passes errors of the new connection on as errors of accept, and each takes that connection off the queue.
fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(
            libc::EINTR
                | libc::ECONNABORTED
                | libc::EPROTO
                | libc::ENETDOWN
                | libc::ENETUNREACH
                | libc::ENOPROTOOPT
                | libc::EHOSTDOWN
                | libc::EHOSTUNREACH
                | libc::ENONET
                | libc::ETIMEDOUT
        )
    )
}

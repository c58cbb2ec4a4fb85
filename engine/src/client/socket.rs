//! Making a socket and connecting it. It must not know what is sent on it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, SockAddr, Socket};

use super::Options;
use super::deadline::{Deadline, Timeout};
use crate::net::SocketKind;

/// A socket of `kind` with its options and its timeout for receiving set, bound where the options say so.
pub(super) fn new_socket(kind: SocketKind, options: &Options, timeout: Timeout) -> io::Result<Socket> {
    let socket = Socket::new(kind.domain(), kind.socket_type(), None)?;
    socket.set_read_timeout(timeout)?;
    if let Some(bytes) = options.recv_buffer {
        socket.set_recv_buffer_size(bytes as usize)?;
    }
    if let Some(bytes) = options.send_buffer {
        socket.set_send_buffer_size(bytes as usize)?;
    }
    if kind.is_tcp() && options.tcp_nodelay {
        socket.set_tcp_nodelay(true)?;
    }
    match kind {
        SocketKind::UnixStream | SocketKind::UnixDgram => {}
        _ if options.bind_address.is_none() && options.bind_port == 0 => {}
        _ => {
            if options.bind_port != 0 {
                // Or a port that was used a minute ago could not be used again.
                socket.set_reuse_address(true)?;
            }
            socket.bind(&bind_address(kind, options)?)?;
        }
    }
    Ok(socket)
}

fn bind_address(kind: SocketKind, options: &Options) -> io::Result<SockAddr> {
    let ip = match &options.bind_address {
        Some(text) => text.parse().map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?,
        None if kind.domain() == Domain::IPV6 => IpAddr::from(Ipv6Addr::UNSPECIFIED),
        None => IpAddr::from(Ipv4Addr::UNSPECIFIED),
    };
    Ok(SocketAddr::new(ip, options.bind_port).into())
}

/// A blocking `connect(2)`, which the socket's send timeout bounds: that serves Unix sockets too, whose full backlog cannot be polled
/// for. It leaves some send timeout behind.
pub(super) fn connect(socket: &Socket, address: &SockAddr, timeout: Timeout) -> io::Result<()> {
    let deadline = Deadline::after(timeout);
    socket.set_write_timeout(timeout)?;
    loop {
        let Err(error) = socket.connect(address) else { return Ok(()) };
        match error.raw_os_error() {
            Some(libc::EISCONN) => return Ok(()),
            // A signal; or a timeout, which a signal that comes with it makes up to a tick too early. Linux goes on with an attempt
            // under way when it is called again, and has to be told the time that is left.
            Some(libc::EINTR | libc::EINPROGRESS | libc::EALREADY | libc::EAGAIN) => {
                let left = deadline.left().map_err(|_| io::Error::from_raw_os_error(libc::ETIMEDOUT))?;
                socket.set_write_timeout(left)?;
            }
            _ => return Err(error),
        }
    }
}

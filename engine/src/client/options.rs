//! What can be set on a client before it connects. It must not know the words in which a program sets it.

use super::deadline::{DEFAULT_TIMEOUT, Timeout};

/// Settings that `connect` applies to the socket that it opens.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// For connecting and for every receive and send after it, where `connect` is given none.
    pub timeout: Timeout,
    /// The local IP address to connect from.
    pub bind_address: Option<String>,
    /// The local port to connect from; 0 lets the system choose.
    pub bind_port: u16,
    /// `SO_RCVBUF`, in bytes.
    pub recv_buffer: Option<usize>,
    /// `SO_SNDBUF`, in bytes.
    pub send_buffer: Option<usize>,
    /// `TCP_NODELAY`.
    pub tcp_nodelay: bool,
    /// Tie a datagram socket to its peer with `connect(2)`: others cannot be heard, and a closed port is noticed.
    pub connect_datagram: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            timeout: DEFAULT_TIMEOUT,
            bind_address: None,
            bind_port: 0,
            recv_buffer: None,
            send_buffer: None,
            tcp_nodelay: true,
            connect_datagram: false,
        }
    }
}

//! The options of one port: their fields and defaults. It must not know how an option is written or checked.

/// The options of a port, checked and with their defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct PortOptions {
    /// The length of the listen queue; a negative one is the largest that the system allows.
    pub backlog: i32,
    /// TCP_NODELAY on accepted connections.
    pub open_tcp_nodelay: bool,
    /// SO_KEEPALIVE on accepted connections.
    pub open_tcp_keepalive: bool,
    /// TCP_KEEPIDLE, seconds; `None`: the system's.
    pub tcp_keepidle: Option<u32>,
    /// TCP_KEEPINTVL, seconds; `None`: the system's.
    pub tcp_keepinterval: Option<u32>,
    /// TCP_KEEPCNT; `None`: the system's.
    pub tcp_keepcount: Option<u32>,
    /// TCP_DEFER_ACCEPT, seconds; `None`: off.
    pub tcp_defer_accept: Option<u32>,
    /// TCP_FASTOPEN on the listening socket.
    pub tcp_fastopen: bool,
    /// TCP_USER_TIMEOUT on accepted connections, milliseconds; `None`: the system's.
    pub tcp_user_timeout: Option<u32>,
    /// SO_SNDBUF of accepted connections, bytes; `None`: the system's.
    pub kernel_socket_send_buffer_size: Option<u32>,
    /// SO_RCVBUF of accepted connections, bytes; `None`: the system's.
    pub kernel_socket_recv_buffer_size: Option<u32>,
    /// Bytes that may wait to be sent on a connection; `u64::MAX`: no limit.
    pub socket_buffer_size: u64,
    /// SO_REUSEPORT for this port.
    pub enable_reuse_port: bool,
}

impl Default for PortOptions {
    fn default() -> PortOptions {
        PortOptions {
            backlog: 512,
            open_tcp_nodelay: true,
            open_tcp_keepalive: false,
            tcp_keepidle: None,
            tcp_keepinterval: None,
            tcp_keepcount: None,
            tcp_defer_accept: None,
            tcp_fastopen: false,
            tcp_user_timeout: None,
            kernel_socket_send_buffer_size: None,
            kernel_socket_recv_buffer_size: None,
            socket_buffer_size: 8 << 20,
            enable_reuse_port: false,
        }
    }
}

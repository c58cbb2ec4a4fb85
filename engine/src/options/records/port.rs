//! The records of a port's options that work.

use super::{Record, State, Target};
use crate::options::PortOptions;
use crate::options::setter::{Max, Range, Setter};

const fn port(name: &'static str, default: &'static str, setter: Setter<PortOptions>, doc: &'static str) -> Record {
    Record::new(name, default, State::Built(Target::Port(setter)), doc)
}

const fn range(min: i64, max: i64) -> Range {
    Range { min, max: Max::Fixed(max) }
}

/// 0 leaves the choice to the system.
fn unless_zero(number: i64) -> Option<u32> {
    u32::try_from(number).ok().filter(|number| *number != 0)
}

const I32: i64 = i32::MAX as i64;

pub(super) const RECORDS: &[Record] = &[
    port(
        "backlog",
        "512",
        Setter::Number(range(-1, I32), |o, n| o.backlog = if n == 0 { PortOptions::default().backlog } else { n as i32 }),
        "Connections that may wait to be accepted; the system has its own limit (net.core.somaxconn). -1 means that limit, 0 the default.",
    ),
    port("open_tcp_nodelay", "on", Setter::Flag(|o, on| o.open_tcp_nodelay = on), "TCP_NODELAY: small pieces are sent at once."),
    port(
        "open_tcp_keepalive",
        "off",
        Setter::Flag(|o, on| o.open_tcp_keepalive = on),
        "SO_KEEPALIVE: the system asks a silent peer whether it is still there.",
    ),
    port(
        "tcp_keepidle",
        "0",
        Setter::Number(range(0, 32767), |o, n| o.tcp_keepidle = unless_zero(n)),
        "With `open_tcp_keepalive`: seconds of silence before the first question. 0: the system's setting.",
    ),
    port(
        "tcp_keepinterval",
        "0",
        Setter::Number(range(0, 32767), |o, n| o.tcp_keepinterval = unless_zero(n)),
        "With `open_tcp_keepalive`: seconds between questions. 0: the system's setting.",
    ),
    port(
        "tcp_keepcount",
        "0",
        Setter::Number(range(0, 127), |o, n| o.tcp_keepcount = unless_zero(n)),
        "With `open_tcp_keepalive`: unanswered questions after which the connection is dead. 0: the system's setting.",
    ),
    port(
        "tcp_defer_accept",
        "0",
        Setter::Number(range(0, I32), |o, n| o.tcp_defer_accept = unless_zero(n)),
        "TCP_DEFER_ACCEPT: seconds to wait for a connection's first data before it is accepted. 0: off.",
    ),
    port("tcp_fastopen", "off", Setter::Flag(|o, on| o.tcp_fastopen = on), "TCP_FASTOPEN: data may come with the first packet."),
    port(
        "tcp_user_timeout",
        "0",
        Setter::Number(range(0, I32), |o, n| o.tcp_user_timeout = unless_zero(n)),
        "TCP_USER_TIMEOUT: milliseconds that sent data may stay unacknowledged before the connection is dead. 0: the system's setting.",
    ),
    port(
        "kernel_socket_send_buffer_size",
        "0",
        Setter::Number(range(0, I32), |o, n| o.kernel_socket_send_buffer_size = unless_zero(n)),
        "SO_SNDBUF of connections, in bytes. 0: the system's setting.",
    ),
    port(
        "kernel_socket_recv_buffer_size",
        "0",
        Setter::Number(range(0, I32), |o, n| o.kernel_socket_recv_buffer_size = unless_zero(n)),
        "SO_RCVBUF of connections, in bytes. 0: the system's setting.",
    ),
    port(
        "socket_buffer_size",
        "8388608",
        Setter::Number(range(0, 1 << 40), |o, n| o.socket_buffer_size = if n == 0 { u64::MAX } else { n as u64 }),
        "Bytes that may wait to be sent on a connection; beyond them `send` fails. 0: no limit.",
    ),
];

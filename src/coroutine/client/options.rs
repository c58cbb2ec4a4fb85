//! What `Swoole\Coroutine\Client::set()` takes. It must not know a connection.

use std::{io, rc::Rc};

use engine::{net::SocketKind, options::Value as Neutral};

use super::{CoroutineClient, Phase};
use crate::{
    coroutine::{
        socket::{Kind, Settings, Socket, Timeouts},
        stream::{ConnectOptions, domain_of},
    },
    option_value::{merge_settings, warn},
    zend::{Call, Error, Result, Value},
};

/// What a client was told before it connects.
#[derive(Default)]
pub(super) struct Options {
    /// Framing and TLS.
    pub settings: Settings,
    all: Option<f64>,
    connect: Option<f64>,
    read: Option<f64>,
    write: Option<f64>,
    socket: ConnectOptions,
    address: Option<String>,
    port: u16,
}

/// `SO_RCVBUF` and its like are an `int` for the kernel; 0 leaves the size to the system.
fn size(value: &Neutral) -> Option<u32> {
    let bytes = value.whole()?.clamp(0, i64::from(i32::MAX));
    u32::try_from(bytes).ok().filter(|bytes| *bytes > 0)
}

impl Options {
    /// Sets one option from outside, as [`Settings::set`] does.
    fn set(&mut self, name: &str, value: &Neutral) -> Result<Option<String>, String> {
        if *value == Neutral::Null {
            return Ok(None);
        }
        match name {
            "timeout" => self.all = value.number(),
            "connect_timeout" => self.connect = value.number(),
            "read_timeout" => self.read = value.number(),
            "write_timeout" => self.write = value.number(),
            "bind_address" => self.address = value.text().and_then(|text| String::from_utf8(text).ok()),
            "bind_port" => self.port = value.whole().and_then(|port| u16::try_from(port).ok()).unwrap_or(0),
            "open_tcp_nodelay" => self.socket.nodelay = value.is_on(),
            "socket_buffer_size" => (self.socket.recv_buffer, self.socket.send_buffer) = (size(value), size(value)),
            "kernel_socket_recv_buffer_size" => self.socket.recv_buffer = size(value),
            "kernel_socket_send_buffer_size" => self.socket.send_buffer = size(value),
            _ => return self.settings.set(name, value),
        }
        Ok(None)
    }

    /// The timeouts, over those that a socket has anyway.
    fn timeouts(&self, usual: Timeouts) -> Timeouts {
        let of = |own: Option<f64>, usual| own.or(self.all).unwrap_or(usual);
        Timeouts { connect: of(self.connect, usual.connect), read: of(self.read, usual.read), write: of(self.write, usual.write) }
    }

    fn apply(&self, socket: &Socket) {
        socket.set_timeouts(self.timeouts(socket.timeouts()));
        socket.configure(Rc::new(self.settings.clone()));
    }

    /// A socket with all of this.
    pub fn open(&self, kind: SocketKind) -> io::Result<Socket> {
        let mut options = self.socket.clone();
        if self.address.is_some() || self.port != 0 {
            options.bind = Some((self.address.clone().unwrap_or_default(), self.port));
        }
        let of = if kind.is_stream() { libc::SOCK_STREAM } else { libc::SOCK_DGRAM };
        let numbers = Kind { domain: domain_of(kind).into(), of, protocol: 0 };
        let socket = Socket::of_fd(options.socket(kind)?.into(), numbers)?;
        self.apply(&socket);
        Ok(socket)
    }
}

/// Merges the settings into the property, as they were given, and takes up those that are known; framing and timeouts hold at once.
pub(super) fn set(call: &mut Call<CoroutineClient>) -> Result<Value> {
    let given = call.args(1, 1)?.array()?;
    let state = call.state();
    let notices =
        merge_settings(call.this(), given, |name, value| state.options.borrow_mut().set(name, value).map_err(Error::Fatal))?;
    if let Phase::Open(_, connection) = &*call.state().phase.borrow() {
        call.state().options.borrow().apply(&connection.socket);
    }
    warn(&notices, true)?;
    Ok(true.into())
}

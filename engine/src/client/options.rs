//! What can be set on a client before it connects: one record each, and the typed values. Pure code; it must not know a socket.

use std::fmt;

use super::deadline::{DEFAULT_TIMEOUT, Timeout, timeout_from_secs};
use crate::options::Value;

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
    pub recv_buffer: Option<u32>,
    /// `SO_SNDBUF`, in bytes.
    pub send_buffer: Option<u32>,
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

/// One option.
#[derive(Debug)]
pub struct Record {
    /// Its name.
    pub name: &'static str,
    /// Its default, as text.
    pub default: &'static str,
    /// What it does, with units.
    pub doc: &'static str,
    kind: Kind,
}

/// A type of option, with the function that stores a value of it.
#[derive(Debug)]
enum Kind {
    Flag(fn(&mut Options, bool)),
    /// From 0 to the largest.
    Number(u32, fn(&mut Options, u32)),
    Seconds(fn(&mut Options, Timeout)),
    Text(fn(&mut Options, Option<String>)),
    /// Not built yet: whoever switches it on is told.
    Later,
}

/// `SO_RCVBUF` and its like are an `int` for the kernel.
const LARGEST_BUFFER: u32 = i32::MAX as u32;

/// 0 leaves the size to the system.
fn size(bytes: u32) -> Option<u32> {
    (bytes > 0).then_some(bytes)
}

const fn record(name: &'static str, default: &'static str, kind: Kind, doc: &'static str) -> Record {
    Record { name, default, doc, kind }
}

const fn later(name: &'static str, doc: &'static str) -> Record {
    record(name, "off", Kind::Later, doc)
}

/// All options that a client knows. Any other is accepted without a word, as programs expect.
pub const RECORDS: &[Record] = &[
    record(
        "timeout",
        "0.5",
        Kind::Seconds(|o, timeout| o.timeout = timeout),
        "Seconds for connecting and for every receive and send after it, where connect() is given none. 0 or less: without end.",
    ),
    record(
        "bind_address",
        "any",
        Kind::Text(|o, text| o.bind_address = text),
        "The local IP address to connect from; not for Unix sockets.",
    ),
    record(
        "bind_port",
        "0",
        Kind::Number(u16::MAX as u32, |o, port| o.bind_port = port as u16),
        "The local port to connect from. 0: the system chooses.",
    ),
    record(
        "socket_buffer_size",
        "0",
        Kind::Number(LARGEST_BUFFER, |o, bytes| (o.recv_buffer, o.send_buffer) = (size(bytes), size(bytes))),
        "SO_RCVBUF and SO_SNDBUF, in bytes. 0: the system's settings.",
    ),
    record(
        "kernel_socket_recv_buffer_size",
        "0",
        Kind::Number(LARGEST_BUFFER, |o, bytes| o.recv_buffer = size(bytes)),
        "SO_RCVBUF, in bytes. 0: the system's setting.",
    ),
    record(
        "kernel_socket_send_buffer_size",
        "0",
        Kind::Number(LARGEST_BUFFER, |o, bytes| o.send_buffer = size(bytes)),
        "SO_SNDBUF, in bytes. 0: the system's setting.",
    ),
    record("open_tcp_nodelay", "on", Kind::Flag(|o, on| o.tcp_nodelay = on), "TCP_NODELAY: small pieces are sent at once."),
    later("open_eof_check", "Receive until `package_eof`."),
    later("open_eof_split", "Receive one piece that ends with `package_eof`."),
    later("open_length_check", "Receive one piece as long as its header says."),
    later("open_mqtt_protocol", "Receive one MQTT packet."),
    later("open_ssl", "Connect with TLS."),
    later("socks5_host", "Connect by way of this SOCKS5 proxy."),
    later("http_proxy_host", "Connect by way of this HTTP proxy."),
];

const INTRODUCTION: &str = "\
# Options of the client

What `Swoole\\Client::set()` takes, for the next `connect()`. This page is made from the records in `engine/src/client/options.rs`;
`UPDATE_DOCS=1 cargo test -p engine --test client_docs` makes it anew.

- `null` leaves an option as it is. `0`, `\"\"`, `\"0\"` and `false` are off. Numeric text is a number.
- A number that is out of its range is clamped, and a value of another type than the option's ignored, each with one warning.
- What was given is kept as given in `$client->setting`. Unknown options are kept there too, without a word.
";

/// The page of the documentation, made from the records.
pub fn options_markdown() -> String {
    let mut page = INTRODUCTION.to_owned();
    let heads = [("What works", false), ("Known and not built yet: one that is switched on costs one warning", true)];
    for (head, is_later) in heads {
        page += &format!("\n## {head}\n\n| option | type | default | what it does |\n|---|---|---|---|\n");
        for record in RECORDS.iter().filter(|record| matches!(record.kind, Kind::Later) == is_later) {
            let Record { name, default, doc, kind } = record;
            page += &format!("| `{name}` | {kind} | {default} | {doc} |\n");
        }
    }
    page
}

/// The type, in the words of the documentation.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Flag(_) | Kind::Later => f.write_str("bool"),
            Kind::Number(max, _) => write!(f, "int, 0..={max}"),
            Kind::Seconds(_) => f.write_str("float"),
            Kind::Text(_) => f.write_str("string"),
        }
    }
}

impl Options {
    /// Sets one option from outside, for the next `connect`. An unknown name and null change nothing.
    ///
    /// What comes back is something that whoever set it should know: the value is odd, or the option is not built yet.
    pub fn set(&mut self, name: &str, value: &Value) -> Option<String> {
        let record = RECORDS.iter().find(|record| record.name == name)?;
        if *value == Value::Null {
            return None;
        }
        let odd = |what: &str| Some(format!("Swoole\\Client::set(): {name} must be {what}, got {value}"));
        match &record.kind {
            Kind::Flag(store) => store(self, value.is_on()),
            Kind::Number(max, store) => {
                let Some(number) = value.whole() else { return odd("a number") };
                let used = u32::try_from(number.max(0)).unwrap_or(u32::MAX).min(*max);
                store(self, used);
                if i64::from(used) != number {
                    return odd(&format!("0..={max}")).map(|text| format!("{text}; {used} is used"));
                }
            }
            Kind::Seconds(store) => {
                let Some(number) = value.number() else { return odd("a number of seconds") };
                store(self, timeout_from_secs(number));
            }
            Kind::Text(store) => match value.text().map(String::from_utf8) {
                _ if value.is_compound() => return odd("a text"),
                Some(Err(_)) => return odd("UTF-8"),
                Some(Ok(text)) => store(self, Some(text)),
                None => store(self, None),
            },
            Kind::Later if value.is_on() => {
                return Some(format!("Swoole\\Client::set(): option [{name}] is known but not built yet in this version"));
            }
            Kind::Later => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn text(text: &str) -> Value {
        Value::Str(text.into())
    }

    #[test]
    fn values_reach_their_fields() {
        let mut options = Options::default();
        let settings = [
            ("timeout", Value::Float(1.5)),
            ("bind_address", text("127.0.0.1")),
            ("bind_port", text("8000")),
            ("socket_buffer_size", Value::Int(4096)),
            ("kernel_socket_send_buffer_size", Value::Int(8192)),
            ("open_tcp_nodelay", Value::Bool(false)),
        ];
        for (name, value) in &settings {
            assert_eq!(options.set(name, value), None, "{name}");
        }
        let expected = Options {
            timeout: Some(Duration::from_millis(1500)),
            bind_address: Some("127.0.0.1".into()),
            bind_port: 8000,
            recv_buffer: Some(4096),
            send_buffer: Some(8192),
            tcp_nodelay: false,
            connect_datagram: false,
        };
        assert_eq!(options, expected);
        for record in RECORDS {
            assert_eq!(options.set(record.name, &Value::Null), None, "{}", record.name);
        }
        assert_eq!(options, expected);
    }

    #[test]
    fn unknown_names_pass_in_silence() {
        let mut options = Options::default();
        assert_eq!(options.set("no_such_option", &Value::Int(1)), None);
        assert_eq!(options, Options::default());
    }

    #[test]
    fn odd_values_are_clamped_or_ignored_and_said() {
        let mut options = Options::default();
        let notice = options.set("bind_port", &Value::Int(70_000)).unwrap();
        assert_eq!(notice, "Swoole\\Client::set(): bind_port must be 0..=65535, got 70000; 65535 is used");
        assert!(options.set("socket_buffer_size", &Value::Int(-1)).unwrap().ends_with("0 is used"));
        assert!(options.set("timeout", &Value::List(vec![])).is_some());
        assert!(options.set("bind_address", &Value::List(vec![])).is_some());
        assert!(options.set("bind_address", &Value::Str(vec![0xff])).is_some());
        assert_eq!(options, Options { bind_port: 65_535, ..Options::default() });
    }

    #[test]
    fn what_is_not_built_yet_says_so_when_it_is_switched_on() {
        let mut options = Options::default();
        assert!(options.set("open_length_check", &Value::Bool(true)).unwrap().contains("not built yet"));
        assert_eq!(options.set("open_length_check", &Value::Bool(false)), None);
        assert_eq!(options.set("package_eof", &text("\r\n")), None);
    }
}

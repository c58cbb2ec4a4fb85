//! [`Setup`] and [`Address`]: what a channel was built from. It must not know how a connection is used.

use std::{cell::OnceCell, rc::Rc, time::Duration};

use engine::{
    client::Cause,
    net::SocketKind,
    tls::{ClientTls, TlsOptions},
};

use super::super::{
    io::Deadline,
    stream::{ConnectOptions, Stream, Target, tls_cause},
    timeout,
};
use crate::{
    option_value::neutral,
    zend::{Array, Callback, Error, ExceptionClass, Key, Kind, Result, Tracer, Value, constants},
};

/// What does not change.
pub struct Setup {
    /// Called on each new connection.
    pub auth: Option<Callback>,
    /// Reads an answer; its presence is session mode.
    pub response: Option<Callback>,
    /// How long a request may take.
    pub timeout: Option<Duration>,
    nodelay: bool,
    tls: Option<TlsOptions>,
}

/// Where a server is.
#[derive(Clone)]
pub struct Address(Rc<Place>);

struct Place {
    host: Vec<u8>,
    port: u16,
    /// Made when it is first needed: certificates are read from files.
    tls: OnceCell<ClientTls>,
}

/// The addresses of a channel.
#[derive(Clone)]
pub struct Addresses {
    /// The first to be tried.
    pub main: Address,
    /// The others, in turn.
    pub backup: Vec<Address>,
}

const NAMES: [&str; 8] = ["host", "port", "backup", "auth", "response", "nodelay", "timeout", "tls"];

fn useless(text: String) -> Error {
    Error::Exception { class: ExceptionClass::ValueError, text: format!("Swoole\\Coroutine\\SocketChannel: {text}"), code: 0 }
}

/// How a value is named in a message.
pub fn kind_of(value: &Value) -> &'static str {
    match value.kind() {
        Kind::Null => "null",
        Kind::Bool(_) => "bool",
        Kind::Int(_) => "int",
        Kind::Float(_) => "float",
        Kind::String(_) => "string",
        Kind::Array(_) => "array",
        Kind::Object(_) => "object",
        Kind::Resource => "resource",
    }
}

/// An option that was given, and is not null.
fn given<'a>(options: &'a Array, name: &str) -> Option<&'a Value> {
    options.get(name).filter(|value| !value.is_null())
}

impl Setup {
    /// Reads the constructor's options.
    ///
    /// # Errors
    /// One of them is unknown, missing or of no use: `ValueError`.
    pub fn read(options: &Array) -> Result<(Setup, Addresses)> {
        for (key, _) in options.iter() {
            match key {
                Key::Name(name) if NAMES.iter().any(|known| known.as_bytes() == name) => {}
                Key::Name(name) => {
                    let name = String::from_utf8_lossy(name);
                    return Err(useless(format!("unknown option \"{name}\"; there are {}", NAMES.join(", "))));
                }
                Key::Index(index) => return Err(useless(format!("unknown option {index}; there are {}", NAMES.join(", ")))),
            }
        }
        let main = match given(options, "host").map(Value::kind) {
            Some(Kind::String(host)) => Address::new(host, port(given(options, "port"))?)?,
            _ => return Err(useless("host must be a name, an IP address or the path of a Unix socket".into())),
        };
        let backup = match given(options, "backup").map(Value::kind) {
            None => Vec::new(),
            Some(Kind::Array(list)) => backup(list, &main)?,
            Some(_) => return Err(useless("backup must be a list of addresses".into())),
        };
        let callable = |name: &str| match given(options, name) {
            None => Ok(None),
            Some(value) => Callback::new(value)
                .map(Some)
                .ok_or_else(|| useless(format!("{name} must be callable, {} given", kind_of(value)))),
        };
        let seconds = match given(options, "timeout").map(Value::kind) {
            None => None,
            Some(Kind::Int(seconds)) => timeout(seconds as f64),
            Some(Kind::Float(seconds)) => timeout(seconds),
            Some(_) => return Err(useless("timeout must be a number of seconds".into())),
        };
        let setup = Setup {
            auth: callable("auth")?,
            response: callable("response")?,
            timeout: seconds,
            nodelay: given(options, "nodelay").is_none_or(Value::is_true),
            tls: given(options, "tls").map_or(Ok(None), read_tls)?,
        };
        Ok((setup, Addresses { main, backup }))
    }

    /// For `State::trace`.
    pub fn trace(&self, tracer: &mut Tracer) {
        for callback in [&self.auth, &self.response].into_iter().flatten() {
            callback.trace(tracer);
        }
    }

    /// Until when a request has to be answered that was given these seconds, or none.
    pub fn deadline(&self, seconds: Option<f64>) -> Deadline {
        Deadline::after(seconds.map_or(self.timeout, timeout))
    }

    /// Connects to an address, in the current coroutine.
    ///
    /// # Errors
    /// As for [`Stream::connect`].
    pub fn connect(&self, address: &Address) -> Result<Result<Stream, Cause>> {
        let tls = match self.tls_for(address) {
            Ok(tls) => tls,
            Err(cause) => return Ok(Err(cause)),
        };
        let deadline = Deadline::after(self.timeout);
        let target = Target::new(address.0.host.clone(), i64::from(address.0.port));
        let mut options = ConnectOptions { kind: address.kind(), nodelay: self.nodelay, tls, ..ConnectOptions::default() };
        let connected = Stream::connect(&target, &options, deadline)?;
        let unknown = constants::SWOOLE_ERROR_DNSLOOKUP_RESOLVE_FAILED as i32;
        if options.kind == SocketKind::Tcp4 && matches!(&connected, Err(cause) if cause.code == unknown) {
            // A name that has an address of the other kind alone.
            options.kind = SocketKind::Tcp6;
            return Stream::connect(&target, &options, deadline);
        }
        Ok(connected)
    }

    fn tls_for(&self, address: &Address) -> Result<Option<ClientTls>, Cause> {
        let Some(options) = &self.tls else { return Ok(None) };
        if let Some(made) = address.0.tls.get() {
            return Ok(Some(made.clone()));
        }
        let mut options = options.clone();
        if options.host_name.is_none() && !address.is_path() {
            options.host_name = Some(String::from_utf8_lossy(&address.0.host).into_owned());
        }
        let made = options.client().map_err(|error| tls_cause(&error))?;
        Ok(Some(address.0.tls.get_or_init(|| made).clone()))
    }
}

/// `true`, or options by their names with or without `ssl_`. Unlike elsewhere the server's certificate is verified unless told otherwise.
fn read_tls(value: &Value) -> Result<Option<TlsOptions>> {
    let mut tls = TlsOptions { verify_peer: true, ..TlsOptions::default() };
    let Kind::Array(options) = value.kind() else { return Ok(value.is_true().then_some(tls)) };
    for (key, value) in options.iter() {
        let name = match key {
            Key::Name(name) => String::from_utf8_lossy(name).into_owned(),
            Key::Index(index) => index.to_string(),
        };
        let full = if name.starts_with("ssl_") { name.clone() } else { format!("ssl_{name}") };
        match tls.set(&full, &neutral(value)) {
            Ok(true) => {}
            Ok(false) => return Err(useless(format!("unknown option \"{name}\" of tls"))),
            Err(text) => return Err(useless(format!("tls: {text}"))),
        }
    }
    Ok(Some(tls))
}

fn port(value: Option<&Value>) -> Result<u16> {
    let Some(value) = value else { return Ok(0) };
    let number = match value.kind() {
        Kind::Int(number) => Some(number),
        Kind::String(text) => std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()),
        _ => None,
    };
    number.and_then(|number| u16::try_from(number).ok()).ok_or_else(|| useless("port must be 1..=65535".into()))
}

/// A list of addresses; a port that is missing is that of `main`.
///
/// # Errors
/// `ValueError`
pub fn backup(list: &Array, main: &Address) -> Result<Vec<Address>> {
    let unreadable =
        || useless("each address of backup must be 'host', 'host:port', [host, port] or ['host' => …, 'port' => …]".into());
    list.iter()
        .map(|(_, entry)| {
            let (host, given) = match entry.kind() {
                Kind::String(text) => return Address::parse(text, main),
                Kind::Array(pair) => (pair.get("host").or_else(|| pair.get("0")), pair.get("port").or_else(|| pair.get("1"))),
                _ => return Err(unreadable()),
            };
            let host = host.and_then(Value::as_bytes).ok_or_else(unreadable)?;
            let given = given.filter(|value| !value.is_null());
            Address::new(host, if given.is_some() { port(given)? } else { main.0.port })
        })
        .collect()
}

impl Address {
    /// A host, or the path of a Unix socket, and a port.
    ///
    /// # Errors
    /// `ValueError`: there is no host, or no port where one is needed.
    pub fn new(host: &[u8], port: u16) -> Result<Address> {
        let address = Address(Rc::new(Place { host: host.to_vec(), port, tls: OnceCell::new() }));
        if host.is_empty() {
            return Err(useless("host must not be empty".into()));
        }
        if port == 0 && !address.is_path() {
            return Err(useless("port must be 1..=65535".into()));
        }
        Ok(address)
    }

    /// `host:port`, `[host]:port`, or a host with the port of `main`.
    fn parse(text: &[u8], main: &Address) -> Result<Address> {
        let own = |host: &[u8]| Address::new(host, main.0.port);
        if text.starts_with(b"/") || text.starts_with(b"unix:") {
            return own(text);
        }
        let Some(colon) = text.iter().rposition(|byte| *byte == b':') else { return own(text) };
        let (host, digits) = (&text[..colon], &text[colon + 1..]);
        let bare = host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]"));
        if bare.is_none() && host.contains(&b':') {
            // An IPv6 address by itself.
            return own(text);
        }
        let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
        let number =
            number.ok_or_else(|| useless(format!("backup \"{}\": port must be 1..=65535", String::from_utf8_lossy(text))))?;
        Address::new(bare.unwrap_or(host), number)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.0.port
    }

    fn is_path(&self) -> bool {
        self.0.host.starts_with(b"/") || self.0.host.starts_with(b"unix:")
    }

    fn kind(&self) -> SocketKind {
        if self.is_path() {
            SocketKind::UnixStream
        } else if self.0.host.contains(&b':') {
            SocketKind::Tcp6
        } else {
            SocketKind::Tcp4
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = String::from_utf8_lossy(&self.0.host);
        match self.kind() {
            SocketKind::UnixStream => f.write_str(&host),
            SocketKind::Tcp6 => write!(f, "[{host}]:{}", self.0.port),
            _ => write!(f, "{host}:{}", self.0.port),
        }
    }
}

//! Connecting by way of a proxy: what is said to it until it passes everything on. Pure: bytes in, bytes out; it must not know a descriptor.

mod http;
mod socks5;

use crate::options::Value;

/// A proxy, and how to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// What it speaks.
    pub protocol: Protocol,
    /// A name or an IP address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// A name and a password.
    pub login: Option<(Vec<u8>, Vec<u8>)>,
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// SOCKS 5: RFC 1928, RFC 1929.
    Socks5,
    /// HTTP's CONNECT: RFC 9110, 9.3.6.
    Http,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The proxy has to say more first.
    Wanting,
    /// So many bytes of the proxy's are dealt with; these are to be sent to it.
    Say {
        /// Bytes that are dealt with.
        taken: usize,
        /// What to send.
        bytes: Vec<u8>,
    },
    /// So many bytes of the proxy's are dealt with; what follows is the other side's.
    Done {
        /// Bytes that are dealt with.
        taken: usize,
    },
}

/// Why the proxy is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct ProxyError {
    /// The number that programs know.
    pub code: i32,
    /// In words.
    pub text: String,
}

fn failed(code: i32, text: impl Into<String>) -> ProxyError {
    ProxyError { code, text: text.into() }
}

/// A conversation with a proxy.
#[derive(Debug)]
pub struct Negotiation(Kind);

#[derive(Debug)]
enum Kind {
    Socks5(socks5::Negotiation),
    Http,
}

impl Proxy {
    /// Begins to have it connect to a host: the conversation, and what to send first.
    ///
    /// # Errors
    /// The host or the login cannot be said to it.
    pub fn connect(&self, host: &[u8], port: u16) -> Result<(Negotiation, Vec<u8>), ProxyError> {
        let login = self.login.as_ref().map(|(name, password)| (name.as_slice(), password.as_slice()));
        Ok(match self.protocol {
            Protocol::Socks5 => {
                let (negotiation, first) = socks5::Negotiation::new(login, host, port)?;
                (Negotiation(Kind::Socks5(negotiation)), first)
            }
            Protocol::Http => (Negotiation(Kind::Http), http::request(login, host, port)?),
        })
    }
}

impl Negotiation {
    /// What comes next, after all that the proxy has said and that was not dealt with yet.
    ///
    /// # Errors
    /// It refuses, or does not keep to its protocol.
    pub fn next(&mut self, said: &[u8]) -> Result<Turn, ProxyError> {
        match &mut self.0 {
            Kind::Socks5(negotiation) => negotiation.next(said),
            Kind::Http => http::answer(said),
        }
    }
}

/// The settings of proxies, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxyOptions {
    socks5: Settings,
    http: Settings,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Settings {
    host: Option<String>,
    port: u16,
    name: Option<Vec<u8>>,
    password: Option<Vec<u8>>,
}

impl ProxyOptions {
    /// Sets one option from outside; false if it is none of proxies. Null changes nothing.
    ///
    /// # Errors
    /// In words: the value makes no sense.
    pub fn set(&mut self, name: &str, value: &Value) -> Result<bool, String> {
        let (settings, part) = match (name.strip_prefix("socks5_"), name.strip_prefix("http_proxy_")) {
            (Some(part), _) => (&mut self.socks5, part),
            (None, Some(part)) => (&mut self.http, part),
            (None, None) => return Ok(false),
        };
        if *value == Value::Null {
            return Ok(true);
        }
        match part {
            "host" => match value.text().map(String::from_utf8).transpose() {
                Ok(host) => settings.host = host,
                Err(_) => return Err(format!("{name} must be UTF-8")),
            },
            "port" => {
                let port = value.whole().and_then(|port| u16::try_from(port).ok());
                settings.port = port.ok_or(format!("{name} must be 0..=65535, got {value}"))?;
            }
            "username" | "user" => settings.name = value.text(),
            "password" => settings.password = value.text(),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The proxy to go by; SOCKS goes before HTTP, as in Swoole.
    pub fn proxy(&self) -> Option<Proxy> {
        let made = |protocol, settings: &Settings| {
            let login = settings.name.clone().map(|name| (name, settings.password.clone().unwrap_or_default()));
            Some(Proxy { protocol, host: settings.host.clone()?, port: settings.port, login })
        };
        made(Protocol::Socks5, &self.socks5).or_else(|| made(Protocol::Http, &self.http))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_make_a_proxy() {
        let mut options = ProxyOptions::default();
        assert_eq!(options.proxy(), None);
        let text = |text: &str| Value::Str(text.into());
        assert_eq!(options.set("http_proxy_host", &text("proxy")), Ok(true));
        assert_eq!(options.set("http_proxy_port", &text("8080")), Ok(true));
        let proxy = Proxy { protocol: Protocol::Http, host: "proxy".into(), port: 8080, login: None };
        assert_eq!(options.proxy(), Some(proxy));
        for (name, value) in [("socks5_host", "::1"), ("socks5_username", "me"), ("socks5_password", "secret")] {
            assert_eq!(options.set(name, &text(value)), Ok(true));
        }
        let login = Some((b"me".to_vec(), b"secret".to_vec()));
        assert_eq!(options.proxy(), Some(Proxy { protocol: Protocol::Socks5, host: "::1".into(), port: 0, login }));
        assert!(options.set("socks5_port", &Value::Int(70_000)).is_err());
        assert_eq!(options.set("timeout", &Value::Int(1)), Ok(false));
        assert_eq!(options.set("socks5_other", &Value::Int(1)), Ok(false));
    }
}

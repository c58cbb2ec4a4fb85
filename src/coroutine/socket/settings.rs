//! What `setProtocol()` and `Client::set()` say about framing and TLS. It must not know a socket.

use std::{cell::RefCell, rc::Rc};

use engine::{
    framing::FramingOptions,
    options::Value as Neutral,
    proxy::ProxyOptions,
    tls::{ServerTls, TlsError, TlsOptions},
};

/// Settings that sockets share: a listener's are those of what it accepts.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How messages are told apart.
    pub framing: FramingOptions,
    /// How TLS is spoken.
    pub tls: TlsOptions,
    /// Whether it is spoken from the beginning.
    pub tls_on: bool,
    /// By way of whom to connect.
    pub proxy: ProxyOptions,
    /// What a server's sessions are made of, once the first was.
    server: RefCell<Option<ServerTls>>,
}

/// Known, and not built: whoever switches one on is told.
const LATER: [&str; 3] = ["open_mqtt_protocol", "open_fastcgi_protocol", "package_length_func"];

thread_local! {
    static USUAL: Rc<Settings> = Rc::default();
}

impl Settings {
    /// Those of a socket that nobody has said anything about.
    pub fn usual() -> Rc<Settings> {
        USUAL.with(Rc::clone)
    }

    /// Sets one option from outside. What comes back is something that whoever set it should know. Unknown names change nothing.
    ///
    /// # Errors
    /// In words: the value makes no sense.
    pub fn set(&mut self, name: &str, value: &Neutral) -> Result<Option<String>, String> {
        match name {
            "open_ssl" => self.tls_on = if *value == Neutral::Null { self.tls_on } else { value.is_on() },
            _ if LATER.contains(&name) && value.is_on() => {
                return Ok(Some(format!("option [{name}] is known but not built yet in this version")));
            }
            _ => {
                if self.tls.set(name, value)? {
                    self.server.replace(None);
                } else if !self.proxy.set(name, value)? {
                    self.framing.set(name, value)?;
                }
            }
        }
        Ok(None)
    }

    /// What a server's sessions are made of: files are read once.
    ///
    /// # Errors
    /// A setting cannot be used.
    pub fn server_tls(&self) -> Result<ServerTls, TlsError> {
        if let Some(tls) = self.server.borrow().as_ref() {
            return Ok(tls.clone());
        }
        let tls = self.tls.server()?;
        self.server.replace(Some(tls.clone()));
        Ok(tls)
    }
}

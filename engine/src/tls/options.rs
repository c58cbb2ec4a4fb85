//! The settings of TLS: one record each, and the typed values. Pure: files are read when a configuration is made. It must not know rustls.

use std::{ffi::OsString, os::unix::ffi::OsStringExt, path::PathBuf};

use crate::options::Value;

/// Versions of TLS, by the bits that programs know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protocols(pub i64);

impl Protocols {
    const TLS_1_2: i64 = 32;
    const TLS_1_3: i64 = 64;

    /// Whether TLS 1.2 may be spoken; no bits are all.
    pub fn has_tls12(self) -> bool {
        self.0 == 0 || self.0 & Protocols::TLS_1_2 != 0
    }

    /// Whether TLS 1.3 may be spoken.
    pub fn has_tls13(self) -> bool {
        self.0 == 0 || self.0 & Protocols::TLS_1_3 != 0
    }
}

/// How a side speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsOptions {
    /// Our certificate and those above it, PEM.
    pub cert_file: Option<PathBuf>,
    /// Its private key, PEM.
    pub key_file: Option<PathBuf>,
    /// What the key is encrypted with.
    pub passphrase: Option<Vec<u8>>,
    /// Whom to trust, PEM; the system's where nothing is named.
    pub ca_file: Option<PathBuf>,
    /// Likewise, a folder of such files.
    pub ca_path: Option<PathBuf>,
    /// A server: who may have issued its clients' certificates, PEM.
    pub client_ca_file: Option<PathBuf>,
    /// Whether the peer must have a certificate of somebody who is trusted.
    pub verify_peer: bool,
    /// Also one that it has issued itself.
    pub allow_self_signed: bool,
    /// The name that the peer's certificate must have, and that it is told.
    pub host_name: Option<String>,
    /// Which versions may be spoken.
    pub protocols: Protocols,
    /// Which ciphers may be used, as OpenSSL names them.
    pub ciphers: Option<String>,
    /// What may be spoken on top, in the order of preference.
    pub alpn: Vec<Vec<u8>>,
}

impl Default for TlsOptions {
    fn default() -> TlsOptions {
        TlsOptions {
            cert_file: None,
            key_file: None,
            passphrase: None,
            ca_file: None,
            ca_path: None,
            client_ca_file: None,
            verify_peer: false,
            allow_self_signed: false,
            host_name: None,
            protocols: Protocols(0),
            ciphers: None,
            alpn: Vec::new(),
        }
    }
}

/// A type of option, with the function that stores a value of it.
enum Kind {
    Flag(fn(&mut TlsOptions, bool)),
    Number(fn(&mut TlsOptions, i64)),
    File(fn(&mut TlsOptions, Option<PathBuf>)),
    Text(fn(&mut TlsOptions, Option<String>)),
    Bytes(fn(&mut TlsOptions, Option<Vec<u8>>)),
    /// Taken, and of no use here.
    Ignored,
}

struct Record {
    name: &'static str,
    kind: Kind,
}

const fn record(name: &'static str, kind: Kind) -> Record {
    Record { name, kind }
}

const RECORDS: &[Record] = &[
    record("ssl_cert_file", Kind::File(|o, file| o.cert_file = file)),
    record("ssl_key_file", Kind::File(|o, file| o.key_file = file)),
    record("ssl_passphrase", Kind::Bytes(|o, text| o.passphrase = text)),
    record("ssl_cafile", Kind::File(|o, file| o.ca_file = file)),
    record("ssl_capath", Kind::File(|o, file| o.ca_path = file)),
    record("ssl_client_cert_file", Kind::File(|o, file| o.client_ca_file = file)),
    record("ssl_verify_peer", Kind::Flag(|o, on| o.verify_peer = on)),
    record("ssl_allow_self_signed", Kind::Flag(|o, on| o.allow_self_signed = on)),
    record("ssl_host_name", Kind::Text(|o, name| o.host_name = name)),
    record("ssl_protocols", Kind::Number(|o, bits| o.protocols = Protocols(bits))),
    record("ssl_ciphers", Kind::Text(|o, list| o.ciphers = list)),
    record("ssl_verify_depth", Kind::Ignored),
    record("ssl_disable_compression", Kind::Ignored),
    record("ssl_compress", Kind::Ignored),
    record("ssl_method", Kind::Ignored),
    record("ssl_prefer_server_ciphers", Kind::Ignored),
    record("ssl_ecdh_curve", Kind::Ignored),
    record("ssl_dhparam", Kind::Ignored),
    record("ssl_session_tickets", Kind::Ignored),
    record("ssl_stapling", Kind::Ignored),
];

impl TlsOptions {
    /// Sets one option from outside; false if it is none of TLS. Null changes nothing.
    ///
    /// # Errors
    /// In words: the value makes no sense.
    pub fn set(&mut self, name: &str, value: &Value) -> Result<bool, String> {
        let Some(record) = RECORDS.iter().find(|record| record.name == name) else { return Ok(false) };
        if *value == Value::Null {
            return Ok(true);
        }
        if value.is_compound() {
            return Err(format!("{name} must not be {value}"));
        }
        match &record.kind {
            Kind::Flag(store) => store(self, value.is_on()),
            Kind::Number(store) => store(self, value.whole().unwrap_or(0)),
            Kind::File(store) => store(self, value.text().map(|path| PathBuf::from(OsString::from_vec(path)))),
            Kind::Bytes(store) => store(self, value.text()),
            Kind::Text(store) => match value.text().map(String::from_utf8).transpose() {
                Ok(text) => store(self, text),
                Err(_) => return Err(format!("{name} must be UTF-8")),
            },
            Kind::Ignored => {}
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_reach_their_fields() {
        let mut options = TlsOptions::default();
        let text = |text: &str| Value::Str(text.into());
        for (name, value) in [
            ("ssl_cert_file", text("/a")),
            ("ssl_key_file", text("/b")),
            ("ssl_passphrase", text("s")),
            ("ssl_cafile", text("/c")),
            ("ssl_capath", text("/d")),
            ("ssl_client_cert_file", text("/e")),
            ("ssl_verify_peer", Value::Bool(true)),
            ("ssl_allow_self_signed", Value::Int(1)),
            ("ssl_host_name", text("x.example")),
            ("ssl_protocols", Value::Int(64)),
            ("ssl_ciphers", text("HIGH")),
        ] {
            assert_eq!(options.set(name, &value), Ok(true), "{name}");
            assert_eq!(options.set(name, &Value::Null), Ok(true), "{name}");
        }
        let expected = TlsOptions {
            cert_file: Some("/a".into()),
            key_file: Some("/b".into()),
            passphrase: Some(b"s".to_vec()),
            ca_file: Some("/c".into()),
            ca_path: Some("/d".into()),
            client_ca_file: Some("/e".into()),
            verify_peer: true,
            allow_self_signed: true,
            host_name: Some("x.example".into()),
            protocols: Protocols(64),
            ciphers: Some("HIGH".into()),
            alpn: Vec::new(),
        };
        assert_eq!(options, expected);
        assert!(!options.protocols.has_tls12() && options.protocols.has_tls13());
    }

    #[test]
    fn what_is_not_of_tls_is_left_to_others() {
        let mut options = TlsOptions::default();
        assert_eq!(options.set("timeout", &Value::Int(1)), Ok(false));
        assert!(options.set("ssl_host_name", &Value::List(vec![])).is_err());
        assert_eq!(options, TlsOptions::default());
    }
}

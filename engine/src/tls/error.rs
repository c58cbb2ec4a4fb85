//! What can go wrong with TLS, by the numbers that programs know. It must not know who shows the error.

use rustls::CertificateError;

/// The result of what TLS does.
pub type Result<T, E = TlsError> = std::result::Result<T, E>;

/// A failure of TLS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// A setting cannot be used: which one, of what value (a file, mostly), and why.
    #[error("{option} '{value}': {why}")]
    Setting {
        /// The option.
        option: &'static str,
        /// Its value, or the file that it names.
        value: String,
        /// The reason, in words.
        why: String,
    },
    /// A setting that is needed is not there.
    #[error("{0}")]
    Missing(&'static str),
    /// The peer's certificate is not to be trusted.
    #[error("the peer's certificate is not accepted: {0}")]
    Untrusted(String),
    /// The two sides cannot agree, or one of them does not keep to the protocol.
    #[error("TLS failed: {0}")]
    Protocol(String),
    /// The connection has ended without TLS having ended it: something may be missing.
    #[error("the connection has ended before TLS has")]
    CutOff,
}

impl TlsError {
    /// The number that programs know it by.
    pub fn code(&self) -> i32 {
        match self {
            TlsError::Setting { .. } | TlsError::Missing(_) => 1019,
            TlsError::Untrusted(_) => 1014,
            TlsError::Protocol(_) => 1018,
            TlsError::CutOff => 1017,
        }
    }

    pub(super) fn setting(option: &'static str, value: impl ToString, why: impl ToString) -> TlsError {
        TlsError::Setting { option, value: value.to_string(), why: why.to_string() }
    }
}

impl From<rustls::Error> for TlsError {
    fn from(error: rustls::Error) -> TlsError {
        match error {
            rustls::Error::InvalidCertificate(why) => TlsError::Untrusted(match why {
                CertificateError::UnknownIssuer => "nobody who is trusted has issued it".into(),
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".into(),
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet".into(),
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    "it is for another name".into()
                }
                CertificateError::Other(other) => other.0.to_string(),
                other => other.to_string(),
            }),
            rustls::Error::NoCertificatesPresented => TlsError::Untrusted("there is none".into()),
            other => TlsError::Protocol(other.to_string()),
        }
    }
}

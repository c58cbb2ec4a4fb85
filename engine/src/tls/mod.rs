//! TLS without sockets: settings as records ([`TlsOptions`]), what they make of rustls, and a [`Session`] that turns bytes into bytes. It must not know
//! a descriptor, or who waits for it.

mod ciphers;
mod config;
mod error;
mod files;
mod options;
mod session;
mod verify;

pub use config::{ClientTls, ServerTls};
pub use error::{Result, TlsError};
pub use files::pem_of;
pub use options::{Protocols, TlsOptions};
pub use session::{Progress, Session};

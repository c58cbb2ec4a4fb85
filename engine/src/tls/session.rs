//! One connection's TLS: bytes of the wire in and out, bytes of the program in and out. It must not know what carries them, and never waits.

use std::{
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use rustls::{ClientConnection, Connection, ServerConnection, pki_types::ServerName};

use super::{ClientTls, Result, ServerTls, TlsError};

/// One side's TLS.
#[derive(Debug)]
pub struct Session(Connection);

/// What reading came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many bytes, more than 0 unless there was no room.
    Bytes(usize),
    /// The peer has to send more first.
    Wanting,
    /// The peer has ended it in good order.
    Ended,
}

impl Session {
    /// The client's side; `host` is what it connects to: a name is told to the server, unless the settings have one.
    ///
    /// # Errors
    /// rustls refuses the settings.
    pub fn client(tls: &ClientTls, host: Option<&str>) -> Result<Session> {
        let named = host.and_then(|host| ServerName::try_from(host.to_owned()).ok());
        // An address is told to nobody.
        let name = tls.name.clone().or(named).unwrap_or(ServerName::IpAddress(IpAddr::V4(Ipv4Addr::UNSPECIFIED).into()));
        let connection = ClientConnection::new(Arc::clone(&tls.config), name)?;
        Ok(Session(Connection::Client(connection)))
    }

    /// The server's side.
    ///
    /// # Errors
    /// rustls refuses the settings.
    pub fn server(tls: &ServerTls) -> Result<Session> {
        Ok(Session(Connection::Server(ServerConnection::new(Arc::clone(&tls.config))?)))
    }

    /// Whether the two sides have not agreed yet.
    pub fn is_handshaking(&self) -> bool {
        self.0.is_handshaking()
    }

    /// Whether there is something to be [sent](Session::send).
    pub fn wants_send(&self) -> bool {
        self.0.wants_write()
    }

    /// Takes what has come, by one read: how many bytes that were, 0 at the end of the stream.
    ///
    /// # Errors
    /// Outer: the peer does not keep to the protocol, or is not to be trusted; what is to be sent then tells it so. Inner: those of `source`.
    pub fn receive(&mut self, source: &mut dyn Read) -> Result<io::Result<usize>> {
        let count = match self.0.read_tls(source) {
            Ok(count) => count,
            Err(error) => return Ok(Err(error)),
        };
        self.0.process_new_packets()?;
        if count == 0 && self.is_handshaking() {
            return Err(TlsError::CutOff);
        }
        Ok(Ok(count))
    }

    /// Gives away some of what is to be sent, by one write: how many bytes that were.
    ///
    /// # Errors
    /// Those of `sink`.
    pub fn send(&mut self, sink: &mut dyn Write) -> io::Result<usize> {
        self.0.write_tls(sink)
    }

    /// The next bytes for the program.
    ///
    /// # Errors
    /// The stream has ended without TLS having ended.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<Progress> {
        match self.0.reader().read(buffer) {
            Ok(0) if buffer.is_empty() => Ok(Progress::Bytes(0)),
            Ok(0) => Ok(Progress::Ended),
            Ok(count) => Ok(Progress::Bytes(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Progress::Wanting),
            Err(_) => Err(TlsError::CutOff),
        }
    }

    /// Takes bytes of the program to be sent, as many as there is room for: how many that were.
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        // It fails only where there is no room, which is none taken.
        self.0.writer().write(bytes).unwrap_or(0)
    }

    /// Tells the peer that nothing more will come from here.
    pub fn end(&mut self) {
        self.0.send_close_notify();
    }

    /// The peer's certificate and those above it, DER; none when it has sent none.
    pub fn peer_certificates(&self) -> Vec<Vec<u8>> {
        self.0.peer_certificates().unwrap_or_default().iter().map(|certificate| certificate.to_vec()).collect()
    }

    /// What was agreed on to be spoken on top.
    pub fn alpn(&self) -> Option<&[u8]> {
        self.0.alpn_protocol()
    }
}

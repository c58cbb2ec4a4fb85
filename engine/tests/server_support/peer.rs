//! One client of a server under test, blocking, with a deadline on everything.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

use super::LIMIT;

/// Where a port listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Ip(SocketAddr),
    Unix(PathBuf),
}

impl Address {
    pub fn socket_addr(&self) -> SockAddr {
        match self {
            Address::Ip(address) => (*address).into(),
            Address::Unix(path) => SockAddr::unix(path).expect("a path that fits a socket address"),
        }
    }
}

/// A table of bytes whose length is no power of two, so that a piece that is lost, repeated or swapped shows.
fn table() -> &'static [u8] {
    static TABLE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    TABLE.get_or_init(|| {
        let mut state = 0x9e37_79b9_u32;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 11) as u8
        };
        (0..PERIOD).map(next).collect()
    })
}

const PERIOD: usize = 65_521;

/// The bytes `from..from + len` of an endless pattern, one pattern a seed.
pub fn pattern(seed: u64, from: usize, len: usize) -> Vec<u8> {
    let table = table();
    let mut bytes = Vec::with_capacity(len);
    let mut at = (seed as usize % PERIOD * 7919 + from) % PERIOD;
    while bytes.len() < len {
        let piece = &table[at..PERIOD.min(at + len - bytes.len())];
        bytes.extend_from_slice(piece);
        at = 0;
    }
    bytes
}

/// See the module.
#[derive(Debug)]
pub struct Peer {
    pub socket: Socket,
}

impl Peer {
    #[track_caller]
    pub fn connect(address: &Address) -> Peer {
        Peer::try_connect(address).unwrap_or_else(|error| panic!("connect to {address:?}: {error}"))
    }

    pub fn try_connect(address: &Address) -> io::Result<Peer> {
        Peer::try_connect_with(address, |_| Ok(()))
    }

    /// `prepare` sets what has to be set before the connection is made.
    pub fn try_connect_with(address: &Address, prepare: impl FnOnce(&Socket) -> io::Result<()>) -> io::Result<Peer> {
        let address = address.socket_addr();
        let domain = Domain::from(i32::from(address.family()));
        let socket = Socket::new(domain, Type::STREAM, None)?;
        prepare(&socket)?;
        socket.set_read_timeout(Some(LIMIT))?;
        socket.set_write_timeout(Some(LIMIT))?;
        if domain == Domain::UNIX {
            socket.connect(&address)?;
        } else {
            socket.connect_timeout(&address, LIMIT)?;
            socket.set_tcp_nodelay(true)?;
        }
        Ok(Peer { socket })
    }

    pub fn local_port(&self) -> u16 {
        self.socket.local_addr().ok().and_then(|address| address.as_socket()).map_or(0, |address| address.port())
    }

    #[track_caller]
    pub fn send(&self, bytes: &[u8]) {
        (&self.socket).write_all(bytes).unwrap_or_else(|error| panic!("send: {error}"));
    }

    /// Sends `bytes` from another thread.
    pub fn send_aside(&self, bytes: Vec<u8>) -> std::thread::JoinHandle<io::Result<()>> {
        let socket = self.socket.try_clone().expect("dup");
        std::thread::spawn(move || (&socket).write_all(&bytes))
    }

    /// Reads exactly so many bytes.
    #[track_caller]
    pub fn take(&self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        let mut have = 0;
        while have < len {
            match (&self.socket).read(&mut bytes[have..]) {
                Ok(0) => panic!("the connection ended after {have} of {len} bytes"),
                Ok(count) => have += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!("recv after {have} of {len} bytes: {error}"),
            }
        }
        bytes
    }

    /// Reads what comes, until the peer has ended the connection.
    #[track_caller]
    pub fn take_all(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        (&self.socket).read_to_end(&mut bytes).unwrap_or_else(|error| panic!("recv after {} bytes: {error}", bytes.len()));
        bytes
    }

    /// The server has ended the connection in good order, and nothing more came.
    #[track_caller]
    pub fn expect_end(&self) {
        let rest = self.take_all();
        assert!(rest.is_empty(), "{} bytes more than expected: {:?}…", rest.len(), &rest[..rest.len().min(80)]);
    }

    /// The server has ended the connection with a reset.
    #[track_caller]
    pub fn expect_reset(&self) {
        let mut rest = Vec::new();
        match (&self.socket).read_to_end(&mut rest) {
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("no reset but {other:?}"),
        }
    }

    /// The connection has ended, in whatever way.
    #[track_caller]
    pub fn expect_gone(&self) {
        let mut rest = Vec::new();
        match (&self.socket).read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {}
            Err(error) => panic!("still open: {error}"),
        }
    }

    /// Nothing comes and nothing ends within `time`.
    #[track_caller]
    pub fn expect_silence(&self, time: Duration) {
        self.socket.set_read_timeout(Some(time)).unwrap();
        match (&self.socket).read(&mut [0; 16]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            other => panic!("no silence but {other:?}"),
        }
        self.socket.set_read_timeout(Some(LIMIT)).unwrap();
    }

    /// Sends `bytes`, and the same must come back.
    #[track_caller]
    pub fn echo(&self, bytes: &[u8]) {
        let sending = (bytes.len() > 32 * 1024).then(|| self.send_aside(bytes.to_vec()));
        if sending.is_none() {
            self.send(bytes);
        }
        let back = self.take(bytes.len());
        if back != bytes {
            let right = back.iter().zip(bytes).take_while(|(back, byte)| back == byte).count();
            panic!("byte {right} of {} is not what was sent", bytes.len());
        }
        if let Some(sending) = sending {
            sending.join().unwrap().unwrap();
        }
    }

    /// Says a command to a command port: its answer, a line.
    #[track_caller]
    pub fn ask(&self, command: &str) -> String {
        self.say(command);
        self.line()
    }

    /// Says a command to a command port.
    #[track_caller]
    pub fn say(&self, command: &str) {
        self.send(format!("{command}\n").as_bytes());
    }

    /// Reads a line.
    #[track_caller]
    pub fn line(&self) -> String {
        let mut line = Vec::new();
        loop {
            match self.take(1)[0] {
                b'\n' => return String::from_utf8_lossy(&line).into_owned(),
                byte => line.push(byte),
            }
        }
    }

    /// As [`ask`](Peer::ask), for an answer that is a number.
    #[track_caller]
    pub fn number(&self, command: &str) -> i64 {
        let answer = self.ask(command);
        answer.parse().unwrap_or_else(|_| panic!("{command}: {answer}"))
    }

    pub fn finish_sending(&self) {
        self.socket.shutdown(Shutdown::Write).expect("shutdown");
    }

    /// Ends the connection with a reset.
    pub fn reset(self) {
        self.socket.set_linger(Some(Duration::ZERO)).expect("setsockopt");
    }
}

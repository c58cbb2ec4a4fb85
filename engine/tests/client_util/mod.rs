//! What the client's tests share: receiving into plain vectors, and peers that do one thing.

#![allow(dead_code, reason = "each test file is a crate of its own and uses a part")]

use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use engine::client::{Client, ClientError, MsgFlags, SocketKind};
use engine::sys::RecvBuf;
use socket2::SockRef;

/// Long enough that a test which waits for it has failed.
pub const LONG: Option<Duration> = Some(Duration::from_secs(10));
/// For what is expected to time out.
pub const SHORT: Option<Duration> = Some(Duration::from_millis(60));

/// One receive of at most `size` bytes.
pub fn recv(client: &mut Client, size: usize, flags: MsgFlags) -> Result<Vec<u8>, ClientError> {
    let mut memory = vec![MaybeUninit::uninit(); size];
    let mut buf = RecvBuf::new(&mut memory);
    let count = client.recv(&mut buf, flags)?;
    assert_eq!(count, buf.len());
    Ok(buf.into_filled().to_vec())
}

pub fn plain(client: &mut Client, size: usize) -> Result<Vec<u8>, ClientError> {
    recv(client, size, MsgFlags::empty())
}

/// The error number, of what must be an error.
#[track_caller]
pub fn code<T: std::fmt::Debug>(result: Result<T, ClientError>) -> i32 {
    result.unwrap_err().code()
}

/// A server that runs `serve` on the one connection that it accepts.
pub fn server<T: Send + 'static>(serve: impl FnOnce(TcpStream) -> T + Send + 'static) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (address, thread::spawn(move || serve(listener.accept().unwrap().0)))
}

pub fn connected(address: SocketAddr, timeout: Option<Duration>) -> Client {
    let mut client = Client::new(if address.is_ipv4() { SocketKind::Tcp4 } else { SocketKind::Tcp6 });
    client.connect(address.ip().to_string().as_bytes(), address.port().into(), timeout).unwrap();
    client
}

/// Closes so that the peer sees a reset.
pub fn reset(stream: TcpStream) {
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
}

/// Waits until the peer has closed the connection.
pub fn until_closed(mut stream: TcpStream) {
    std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
}

/// A path for a socket in a directory of its own, removed at the end.
pub struct TempPath(pub PathBuf, tempfile::TempDir);

impl TempPath {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        TempPath(directory.path().join("socket"), directory)
    }

    pub fn bytes(&self) -> &[u8] {
        self.0.as_os_str().as_encoded_bytes()
    }
}

/// Bytes in which a displaced or lost piece shows.
pub fn pattern(len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

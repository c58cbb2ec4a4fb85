//! Connections that outlive their client.

mod client_util;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use client_util::*;
use engine::client::{Client, KeepPool, MsgFlags, SocketKind};

struct Peer {
    listener: TcpListener,
    pool: KeepPool,
}

impl Peer {
    fn new() -> Self {
        Peer { listener: TcpListener::bind("127.0.0.1:0").unwrap(), pool: KeepPool::new() }
    }

    fn port(&self) -> i64 {
        self.listener.local_addr().unwrap().port().into()
    }

    /// A connected client, and how often its connection was taken up before.
    fn client(&mut self, id: &str) -> (Client, u64) {
        let port = self.port();
        let mut client = Client::new(SocketKind::Tcp4);
        let count = client.connect_kept(&mut self.pool, id.as_bytes(), b"127.0.0.1", port, LONG).unwrap();
        (client, count)
    }

    fn accept(&self) -> TcpStream {
        self.listener.accept().unwrap().0
    }

    /// Nobody is waiting to be accepted.
    fn nobody_new(&self) -> bool {
        self.listener.set_nonblocking(true).unwrap();
        let nobody = self.listener.accept().is_err();
        self.listener.set_nonblocking(false).unwrap();
        nobody
    }
}

#[test]
fn what_its_peer_has_closed_goes_though_nobody_asks_for_it_again() {
    let mut peer = Peer::new();
    for id in 0..100 {
        let (mut client, _) = peer.client(&id.to_string());
        let stream = peer.accept();
        client.keep(&mut peer.pool).unwrap();
        drop(stream);
    }
    // The last ones may have been put in before their peers had closed them.
    assert!(peer.pool.len() < 10, "{} connections are left", peer.pool.len());
    let (mut live, _) = peer.client("live");
    let _stream = peer.accept();
    live.keep(&mut peer.pool).unwrap();
    for id in 0..20 {
        let (mut client, _) = peer.client(&format!("more {id}"));
        let stream = peer.accept();
        client.keep(&mut peer.pool).unwrap();
        drop(stream);
    }
    assert_eq!(peer.client("live").1, 1, "one that is open stays");
}

#[test]
fn a_later_client_goes_on_with_the_connection() {
    let mut peer = Peer::new();
    let (mut client, count) = peer.client("");
    assert_eq!(count, 0);
    let local = client.local_addr();
    let mut stream = peer.accept();
    for turn in 1..=3 {
        client.keep(&mut peer.pool).unwrap();
        assert!(!client.is_connected());
        assert_eq!(code(client.keep(&mut peer.pool)), 5001);
        assert_eq!(peer.pool.len(), 1);
        let count;
        (client, count) = peer.client("");
        assert_eq!((count, client.local_addr()), (turn, local.clone()));
        assert!(peer.pool.is_empty());
    }
    client.send(b"still here", MsgFlags::empty()).unwrap();
    let mut memory = [0; 10];
    stream.read_exact(&mut memory).unwrap();
    stream.write_all(&memory).unwrap();
    assert_eq!(plain(&mut client, 100).unwrap(), b"still here");
    assert!(peer.nobody_new());
}

#[test]
fn close_closes_and_a_plain_connection_is_never_kept() {
    let mut peer = Peer::new();
    let (mut client, _) = peer.client("");
    client.close().unwrap();
    assert_eq!(peer.accept().read(&mut [0]).unwrap(), 0);
    client.connect(b"127.0.0.1", peer.port(), LONG).unwrap();
    client.keep(&mut peer.pool).unwrap();
    assert_eq!(peer.accept().read(&mut [0]).unwrap(), 0);
    assert!(peer.pool.is_empty());
    assert_eq!(peer.client("").1, 0);
}

#[test]
fn ids_kinds_and_addresses_do_not_share() {
    let mut peer = Peer::new();
    let (mut client, _) = peer.client("a");
    client.keep(&mut peer.pool).unwrap();
    assert_eq!(peer.client("b").1, 0);
    assert_eq!(peer.client("").1, 0);
    let port = peer.port();
    let mut other = Client::new(SocketKind::Tcp4);
    assert_eq!(other.connect_kept(&mut peer.pool, b"a", b"localhost", port, LONG), Ok(0));
    let mut other = Client::new(SocketKind::Udp4);
    assert_eq!(other.connect_kept(&mut peer.pool, b"a", b"127.0.0.1", port, LONG), Ok(0));
    assert_eq!(peer.client("a").1, 1);
}

#[test]
fn two_at_once_have_a_connection_each() {
    let mut peer = Peer::new();
    let (mut first, _) = peer.client("");
    let (mut second, count) = peer.client("");
    assert_eq!(count, 0);
    let last = second.local_addr();
    first.keep(&mut peer.pool).unwrap();
    second.keep(&mut peer.pool).unwrap();
    assert_eq!(peer.pool.len(), 2);
    assert_eq!(peer.client("").0.local_addr(), last);
}

#[test]
fn one_that_the_peer_closed_is_replaced() {
    let mut peer = Peer::new();
    let (mut closed, _) = peer.client("");
    drop(peer.accept());
    // So that the end has arrived.
    assert_eq!(plain(&mut closed, 1).unwrap(), b"");
    closed.keep(&mut peer.pool).unwrap();
    assert!(peer.pool.is_empty());

    let (mut client, _) = peer.client("");
    let stream = peer.accept();
    client.keep(&mut peer.pool).unwrap();
    assert_eq!(peer.pool.len(), 1);
    reset(stream);
    assert_eq!(peer.client("").1, 0);
}

#[test]
fn one_that_is_half_closed_is_not_kept() {
    let mut peer = Peer::new();
    let (mut client, _) = peer.client("");
    client.shutdown(Shutdown::Write).unwrap();
    client.keep(&mut peer.pool).unwrap();
    assert!(peer.pool.is_empty());
}

#[test]
fn what_was_not_read_is_there_for_the_next() {
    let mut peer = Peer::new();
    let (mut client, _) = peer.client("");
    let mut stream = peer.accept();
    stream.write_all(b"pushed").unwrap();
    assert_eq!(recv(&mut client, 1, MsgFlags::MSG_PEEK).unwrap(), b"p");
    client.keep(&mut peer.pool).unwrap();
    let (mut client, count) = peer.client("");
    assert_eq!((count, plain(&mut client, 10).unwrap()), (1, b"pushed".to_vec()));
}

#[test]
fn the_timeout_is_that_of_the_latest_connect() {
    let mut peer = Peer::new();
    let (mut client, _) = peer.client("");
    client.keep(&mut peer.pool).unwrap();
    let port = peer.port();
    assert_eq!(client.connect_kept(&mut peer.pool, b"", b"127.0.0.1", port, SHORT), Ok(1));
    assert_eq!(code(plain(&mut client, 1)), libc::EAGAIN);
}

#[test]
fn the_pool_can_be_emptied() {
    let mut peer = Peer::new();
    let (mut client, _) = peer.client("");
    client.keep(&mut peer.pool).unwrap();
    peer.pool.clear();
    assert_eq!(peer.accept().read(&mut [0]).unwrap(), 0);
    assert_eq!(peer.client("").1, 0);
}

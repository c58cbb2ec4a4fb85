//! The client over Unix stream sockets.

mod client_util;

use std::io::Write;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use client_util::*;
use engine::client::{Client, Endpoint, MsgFlags, SocketKind};
use socket2::{Domain, SockAddr, Socket, Type};

#[test]
fn connects_to_a_path() {
    let path = TempPath::new();
    let listener = UnixListener::bind(&path.0).unwrap();
    let mut client = Client::new(SocketKind::UnixStream);
    client.connect(path.bytes(), 0, LONG).unwrap();
    let mut peer = listener.accept().unwrap().0;
    peer.write_all(b"hello").unwrap();
    assert_eq!(plain(&mut client, 10).unwrap(), b"hello");
    assert_eq!(client.peer_addr(), Ok(Endpoint::Unix(path.bytes().to_vec())));
    assert_eq!(client.local_addr(), Ok(Endpoint::Unix(Vec::new())));
    drop(peer);
    assert_eq!(plain(&mut client, 10).unwrap(), b"");
    assert_eq!(code(client.send(b"x", MsgFlags::empty())), libc::EPIPE);
}

#[test]
fn a_missing_path_is_2_and_one_that_nobody_serves_111() {
    let path = TempPath::new();
    let mut client = Client::new(SocketKind::UnixStream);
    let error = client.connect(path.bytes(), 0, LONG).unwrap_err();
    let shown = path.0.display();
    assert_eq!(error.to_string(), format!("connect to server[{shown}:0] failed. Error: No such file or directory[2]"));
    drop(UnixListener::bind(&path.0).unwrap());
    assert_eq!(code(client.connect(path.bytes(), 0, LONG)), libc::ECONNREFUSED);
    assert_eq!(code(client.connect(&[b'x'; 200], 0, LONG)), libc::ENAMETOOLONG);
}

#[test]
fn a_full_backlog_is_waited_for_until_the_timeout() {
    let path = TempPath::new();
    let listener = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    listener.bind(&SockAddr::unix(&path.0).unwrap()).unwrap();
    listener.listen(0).unwrap();
    let mut first = Client::new(SocketKind::UnixStream);
    first.connect(path.bytes(), 0, SHORT).unwrap();

    let mut second = Client::new(SocketKind::UnixStream);
    let begun = Instant::now();
    assert_eq!(code(second.connect(path.bytes(), 0, SHORT)), libc::ETIMEDOUT);
    assert!(begun.elapsed() >= SHORT.unwrap() && begun.elapsed() < Duration::from_secs(5));

    // Once there is room, it gets in.
    let waiting = std::thread::spawn({
        let path = path.bytes().to_vec();
        move || second.connect(&path, 0, LONG).map(|()| second)
    });
    let _first = listener.accept().unwrap();
    let mut second = waiting.join().unwrap().unwrap();
    let (peer, _) = listener.accept().unwrap();
    peer.send(b"welcome").unwrap();
    assert_eq!(recv(&mut second, 7, MsgFlags::MSG_WAITALL).unwrap(), b"welcome");
}

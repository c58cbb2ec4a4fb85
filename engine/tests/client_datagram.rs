//! The client over UDP and Unix datagram sockets.

mod client_util;

use std::net::{SocketAddr, UdpSocket};
use std::os::unix::net::UnixDatagram;

use client_util::*;
use engine::client::{Client, ClientError, Endpoint, MsgFlags, SocketKind};

fn peer(address: &str) -> (UdpSocket, i64, SocketAddr) {
    let socket = UdpSocket::bind(address).unwrap();
    socket.set_read_timeout(LONG).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address.port().into(), address)
}

/// Receives one datagram, answers its sender, and says what came.
fn answer(socket: &UdpSocket, with: &[u8]) -> Vec<u8> {
    let mut memory = [0; 100];
    let (count, sender) = socket.recv_from(&mut memory).unwrap();
    socket.send_to(with, sender).unwrap();
    memory[..count].to_vec()
}

#[test]
fn connect_send_and_receive_on_both_ips() {
    for (kind, host) in [(SocketKind::Udp4, "127.0.0.1"), (SocketKind::Udp6, "::1")] {
        let (socket, port, address) = peer(&if host == "::1" { "[::1]:0".into() } else { format!("{host}:0") });
        let mut client = Client::new(kind);
        client.connect(host.as_bytes(), port, LONG).unwrap();
        assert!(client.is_connected());
        assert_eq!(client.send(b"ping", MsgFlags::empty()), Ok(4));
        assert_eq!(answer(&socket, b"pong"), b"ping");
        assert_eq!(plain(&mut client, 100).unwrap(), b"pong");
        assert_eq!(client.peer_addr(), Ok(Endpoint::Inet(address)));
    }
}

#[test]
fn sendto_opens_the_socket_by_itself() {
    let (first, first_port, first_address) = peer("127.0.0.1:0");
    let (second, second_port, second_address) = peer("127.0.0.1:0");
    let mut client = Client::new(SocketKind::Udp4);
    assert_eq!(code(client.send_to(b"", first_port, b"x")), libc::EINVAL);
    assert_eq!(code(client.send_to(b"127.0.0.1", 65_536, b"x")), libc::EINVAL);
    assert_eq!(code(client.send_to(b"no-such-host.invalid", first_port, b"x")), 711);
    assert_eq!(client.send_to(b"127.0.0.1", first_port, b""), Err(ClientError::NoData));
    assert!(!client.is_connected());
    assert_eq!(client.send_to(b"127.0.0.1", first_port, b"one"), Ok(3));
    assert!(client.is_connected());
    assert_eq!(client.send_to(b"localhost", second_port, b"two"), Ok(3));
    assert_eq!(answer(&second, b"2"), b"two");
    assert_eq!(plain(&mut client, 100).unwrap(), b"2");
    assert_eq!(client.peer_addr(), Ok(Endpoint::Inet(second_address)));
    assert_eq!(answer(&first, b"1"), b"one");
    assert_eq!(plain(&mut client, 100).unwrap(), b"1");
    assert_eq!(client.peer_addr(), Ok(Endpoint::Inet(first_address)));
    // send() goes to the first one.
    assert_eq!(client.send(b"three", MsgFlags::empty()), Ok(5));
    assert_eq!(answer(&first, b""), b"three");
    assert_eq!(plain(&mut client, 100).unwrap(), b"");
}

#[test]
fn each_receive_takes_one_datagram() {
    let (socket, port, _) = peer("127.0.0.1:0");
    let mut client = Client::new(SocketKind::Udp4);
    client.connect(b"127.0.0.1", port, SHORT).unwrap();
    client.send(b"who am I", MsgFlags::empty()).unwrap();
    let (_, sender) = socket.recv_from(&mut [0; 10]).unwrap();
    for datagram in [&b"abcdef"[..], b"", b"xyz"] {
        socket.send_to(datagram, sender).unwrap();
    }
    assert_eq!(recv(&mut client, 4, MsgFlags::MSG_PEEK).unwrap(), b"abcd");
    assert_eq!(plain(&mut client, 4).unwrap(), b"abcd");
    assert_eq!(recv(&mut client, 10, MsgFlags::MSG_WAITALL).unwrap(), b"");
    assert_eq!(recv(&mut client, 10, MsgFlags::MSG_WAITALL).unwrap(), b"xyz");
    assert_eq!(code(plain(&mut client, 10)), libc::EAGAIN);
}

#[test]
fn a_connected_one_notices_a_closed_port_and_hears_nobody_else() {
    let (socket, port, address) = peer("127.0.0.1:0");
    let mut client = Client::new(SocketKind::Udp4);
    client.options.connect_datagram = true;
    client.connect(b"127.0.0.1", port, SHORT).unwrap();
    let Ok(Endpoint::Inet(local)) = client.local_addr() else { panic!("no local address") };
    peer("127.0.0.1:0").0.send_to(b"stranger", local).unwrap();
    assert_eq!(code(plain(&mut client, 10)), libc::EAGAIN);
    assert_eq!(client.peer_addr(), Ok(Endpoint::Inet(address)));
    drop(socket);
    client.send(b"anyone there?", MsgFlags::empty()).unwrap();
    assert_eq!(code(plain(&mut client, 10)), libc::ECONNREFUSED);
}

#[test]
fn a_datagram_too_large_is_refused_whole() {
    let (_socket, port, _) = peer("127.0.0.1:0");
    let mut client = Client::new(SocketKind::Udp4);
    client.connect(b"127.0.0.1", port, LONG).unwrap();
    assert_eq!(code(client.send(&[0; 70_000], MsgFlags::empty())), libc::EMSGSIZE);
    assert_eq!(code(client.send_to(b"127.0.0.1", port, &[0; 70_000])), libc::EMSGSIZE);
}

#[test]
fn the_local_port_can_be_chosen() {
    let (socket, port, _) = peer("127.0.0.1:0");
    let free = peer("127.0.0.1:0").1;
    let mut client = Client::new(SocketKind::Udp4);
    client.options.bind_port = u16::try_from(free).unwrap();
    client.send_to(b"127.0.0.1", port, b"x").unwrap();
    assert_eq!(i64::from(socket.recv_from(&mut [0; 10]).unwrap().1.port()), free);
}

#[test]
fn a_unix_datagram_can_be_answered() {
    let path = TempPath::new();
    let socket = UnixDatagram::bind(&path.0).unwrap();
    socket.set_read_timeout(LONG).unwrap();
    let mut connected = Client::new(SocketKind::UnixDgram);
    connected.connect(path.bytes(), 0, LONG).unwrap();
    assert_eq!(connected.send(b"ping", MsgFlags::empty()), Ok(4));
    let mut other = Client::new(SocketKind::UnixDgram);
    other.send_to(path.bytes(), 0, b"pong").unwrap();
    for client in [&mut connected, &mut other] {
        let mut memory = [0; 10];
        let (count, sender) = socket.recv_from(&mut memory).unwrap();
        socket.send_to_addr(&memory[..count], &sender).unwrap();
        assert_eq!(plain(client, 10).unwrap(), memory[..count]);
        assert_eq!(client.peer_addr(), Ok(Endpoint::Unix(path.bytes().to_vec())));
        let Ok(Endpoint::Unix(name)) = client.local_addr() else { panic!("no local address") };
        let name = std::path::PathBuf::from(String::from_utf8(name).unwrap());
        assert!(name.exists());
        client.close().unwrap();
        assert!(!name.exists());
    }
}

#[test]
fn a_missing_unix_path_is_2() {
    let path = TempPath::new();
    let mut client = Client::new(SocketKind::UnixDgram);
    assert_eq!(code(client.connect(path.bytes(), 0, LONG)), libc::ENOENT);
    assert_eq!(code(client.send_to(path.bytes(), 0, b"x")), libc::ENOENT);
}

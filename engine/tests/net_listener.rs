//! Binding, listening and accepting, on loopback and in the file system.

mod sys_util;

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::fd::AsFd;

use std::os::unix::net::{UnixDatagram, UnixStream};
use std::time::Duration;

use engine::Error;
use engine::net::{self, AcceptedOptions, Keepalive, Listener, ListenerOptions, PeerAddr, SocketKind};
use engine::sys;
use socket2::SockRef;
use sys_util::*;

const KINDS: [SocketKind; 6] =
    [SocketKind::Tcp4, SocketKind::Tcp6, SocketKind::UnixStream, SocketKind::Udp4, SocketKind::Udp6, SocketKind::UnixDgram];

#[track_caller]
fn bind(kind: SocketKind, host: &str) -> Listener {
    Listener::bind(kind, host, 0, false).unwrap()
}

#[track_caller]
fn listening(kind: SocketKind, host: &str) -> Listener {
    let listener = bind(kind, host);
    listener.listen(16).unwrap();
    listener
}

/// Code, text and the whole message of a failed bind.
#[track_caller]
fn refusal(result: engine::Result<Listener>) -> (i32, String, String) {
    let error = result.map(|listener| listener.local_port()).unwrap_err();
    let message = error.to_string();
    match error {
        Error::Listen { code, text, .. } => (code, text, message),
        other => panic!("{other:?}"),
    }
}

/// Waits for one connection.
#[track_caller]
fn accept(listener: &Listener) -> (std::os::fd::OwnedFd, PeerAddr) {
    assert!(readable_within(listener, LIMIT));
    listener.accept().unwrap().expect("a connection")
}

#[test]
fn kinds_have_their_numbers() {
    let known: Vec<_> = (-1..9).filter_map(SocketKind::from_swoole).collect();
    assert_eq!(known.len(), 6);
    for (number, kind) in [
        (1, SocketKind::Tcp4),
        (2, SocketKind::Udp4),
        (3, SocketKind::Tcp6),
        (4, SocketKind::Udp6),
        (5, SocketKind::UnixStream),
        (6, SocketKind::UnixDgram),
    ] {
        assert_eq!(SocketKind::from_swoole(number), Some(kind));
        assert_eq!(kind.to_swoole(), number);
    }
    let error = net::unknown_kind("127.0.0.1", 9501);
    assert_eq!(error.code(), 94);
    assert_eq!(error.to_string(), "failed to listen server port[127.0.0.1:9501], Error: Socket type not supported[94]");
}

#[test]
fn a_port_out_of_range_is_9004() {
    for port in [-1, 65536, i64::MAX, i64::MIN] {
        let (code, _, message) = refusal(Listener::bind(SocketKind::Tcp4, "127.0.0.1", port, false));
        assert_eq!(code, 9004, "{port}");
        assert!(message.contains(&format!("[127.0.0.1:{port}]")), "{message}");
    }
    // For a Unix socket the port has no meaning.
    let dir = TempDir::new();
    let listener = Listener::bind(SocketKind::UnixStream, &dir.file("s"), 70_000, false).unwrap();
    assert_eq!(listener.local_port(), 0);
}

#[test]
fn a_bad_address_is_0_and_success() {
    for (kind, host) in [
        (SocketKind::Tcp4, "999.1.1.1"),
        (SocketKind::Tcp4, ""),
        (SocketKind::Tcp4, "::1"),
        (SocketKind::Tcp4, "127.0.0.1\0"),
        (SocketKind::Tcp6, "127.0.0.1"),
        (SocketKind::Tcp6, "::zz"),
        (SocketKind::Udp4, "1.2.3"),
    ] {
        let (code, text, message) = refusal(Listener::bind(kind, host, 1, false));
        assert_eq!((code, text.as_str()), (0, "Success"), "{kind:?} {host:?}");
        assert_eq!(message, format!("failed to listen server port[{host}:1], Error: Success[0]"));
    }
}

#[test]
fn an_address_of_another_machine_is_the_systems_error() {
    let (code, text, _) = refusal(Listener::bind(SocketKind::Tcp4, "192.0.2.1", 0, false));
    assert_eq!((code, text.as_str()), (libc::EADDRNOTAVAIL, "Cannot assign requested address"));
}

#[test]
fn a_port_in_use_is_98() {
    for (kind, host) in [(SocketKind::Tcp4, "127.0.0.1"), (SocketKind::Tcp6, "::1"), (SocketKind::Udp4, "127.0.0.1")] {
        let first = listening(kind, host);
        let port = i64::from(first.local_port());
        let (code, text, message) = refusal(Listener::bind(kind, host, port, false));
        assert_eq!((code, text.as_str()), (98, "Address already in use"), "{kind:?}");
        assert_eq!(message, format!("failed to listen server port[{host}:{port}], Error: Address already in use[98]"));
    }
}

#[test]
fn two_that_are_bound_cannot_both_listen() {
    let first = bind(SocketKind::Tcp4, "127.0.0.1");
    let port = i64::from(first.local_port());
    // SO_REUSEADDR allows it as long as neither listens.
    let second = Listener::bind(SocketKind::Tcp4, "127.0.0.1", port, false).unwrap();
    first.listen(1).unwrap();
    let error = second.listen(1).unwrap_err();
    assert_eq!(error.code(), 98);
    assert!(error.to_string().contains(&format!("[127.0.0.1:{port}]")), "{error}");
}

#[test]
fn ports_are_shared_only_when_asked_for() {
    let first = Listener::bind(SocketKind::Tcp4, "127.0.0.1", 0, true).unwrap();
    first.listen(1).unwrap();
    let port = i64::from(first.local_port());
    Listener::bind(SocketKind::Tcp4, "127.0.0.1", port, true).unwrap().listen(1).unwrap();
    assert_eq!(refusal(Listener::bind(SocketKind::Tcp4, "127.0.0.1", port, false)).0, 98);
    assert!(!SockRef::from(&bind(SocketKind::Tcp4, "127.0.0.1")).reuse_port().unwrap());
    assert!(SockRef::from(&bind(SocketKind::Tcp4, "127.0.0.1")).reuse_address().unwrap());
}

#[test]
fn a_bound_socket_refuses_clients_until_it_listens() {
    let listener = bind(SocketKind::Tcp4, "127.0.0.1");
    assert_ne!(listener.local_port(), 0);
    let address = ("127.0.0.1", listener.local_port());
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    listener.listen(-1).unwrap();
    TcpStream::connect(address).unwrap();
}

#[test]
fn every_kind_binds_and_is_non_blocking_and_closed_on_exec() {
    let dir = TempDir::new();
    for kind in KINDS {
        let path = dir.file(&format!("{}", kind.to_swoole()));
        let host = match kind {
            _ if kind.is_unix() => path.as_str(),
            _ if kind.is_ipv6() => "::1",
            _ => "localhost",
        };
        let listener = listening(kind, host);
        assert_eq!((listener.kind(), listener.host()), (kind, host));
        assert_eq!(listener.local_port() == 0, kind.is_unix(), "{kind:?}");
        assert_descriptor_flags(&listener);
    }
}

#[track_caller]
fn assert_descriptor_flags(fd: impl AsFd) {
    use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
    let fd = fd.as_fd();
    assert!(FdFlag::from_bits_retain(fcntl(fd, FcntlArg::F_GETFD).unwrap()).contains(FdFlag::FD_CLOEXEC));
    assert!(OFlag::from_bits_retain(fcntl(fd, FcntlArg::F_GETFL).unwrap()).contains(OFlag::O_NONBLOCK));
}

#[test]
fn udp_ports_receive() {
    let listener = listening(SocketKind::Udp4, "127.0.0.1");
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(b"hello", ("127.0.0.1", listener.local_port())).unwrap();
    assert!(readable_within(&listener, LIMIT));
    let mut buffer = [0; 16];
    assert_eq!(sys::io::recv(&listener, &mut buffer).unwrap(), 5);
}

#[test]
fn accepted_sockets_come_with_their_peers_address() {
    for (kind, host) in [(SocketKind::Tcp4, "127.0.0.1"), (SocketKind::Tcp6, "::1")] {
        let listener = listening(kind, host);
        assert!(listener.accept().unwrap().is_none());
        let client = TcpStream::connect((host, listener.local_port())).unwrap();
        let (socket, peer) = accept(&listener);
        assert!(listener.accept().unwrap().is_none());
        assert_descriptor_flags(&socket);
        assert_eq!(peer, PeerAddr::from(client.local_addr().unwrap()));
        assert_eq!(peer.port, client.local_addr().unwrap().port());
        assert_eq!(peer.to_string(), host);
        assert_eq!(peer.ip(), Some(host.parse().unwrap()));
    }
    let dir = TempDir::new();
    let listener = listening(SocketKind::UnixStream, &dir.file("s"));
    let _client = UnixStream::connect(dir.file("s")).unwrap();
    let (socket, peer) = accept(&listener);
    assert_descriptor_flags(&socket);
    assert_eq!((peer, peer.to_string().as_str(), peer.port), (PeerAddr::unix(), "", 0));
}

#[test]
fn an_ipv6_listener_takes_ipv4_as_the_system_has_it() {
    let only_v6 = std::fs::read_to_string("/proc/sys/net/ipv6/bindv6only").unwrap().trim() == "1";
    let listener = listening(SocketKind::Tcp6, "::");
    assert_eq!(SockRef::from(&listener).only_v6().unwrap(), only_v6);
    if !only_v6 {
        let _client = TcpStream::connect(("127.0.0.1", listener.local_port())).unwrap();
        assert_eq!(accept(&listener).1.to_string(), "::ffff:127.0.0.1");
    }
}

#[test]
fn accept_on_what_does_not_listen_is_an_error_and_no_endless_loop() {
    let code = |listener: &Listener| listener.accept().unwrap_err().raw_os_error();
    assert_eq!(code(&bind(SocketKind::Tcp4, "127.0.0.1")), Some(libc::EINVAL));
    assert_eq!(code(&bind(SocketKind::Udp4, "127.0.0.1")), Some(libc::EOPNOTSUPP));
}

#[test]
fn remove_file_spares_a_successors_file() {
    let dir = TempDir::new();
    let path = dir.file("s");
    let listener = bind(SocketKind::UnixStream, &path);
    std::fs::rename(&path, dir.file("old")).unwrap();
    let successor = bind(SocketKind::UnixStream, &path);
    listener.remove_file();
    assert!(std::fs::exists(&path).unwrap());
    successor.remove_file();
    assert!(!std::fs::exists(&path).unwrap());
    successor.remove_file();
    bind(SocketKind::Tcp4, "127.0.0.1").remove_file();
}

#[test]
fn a_left_over_socket_is_replaced_and_a_live_one_is_not() {
    let dir = TempDir::new();
    for (kind, path) in [(SocketKind::UnixStream, dir.file("stream")), (SocketKind::UnixDgram, dir.file("dgram"))] {
        drop(listening(kind, &path));
        assert!(std::fs::exists(&path).unwrap());
        let listener = listening(kind, &path);
        let (code, text, message) = refusal(Listener::bind(kind, &path, 0, false));
        assert_eq!((code, text.as_str()), (98, "Address already in use"));
        assert_eq!(message, format!("failed to listen server port[{path}:0], Error: Address already in use[98]"));
        match kind {
            SocketKind::UnixStream => drop(UnixStream::connect(&path).unwrap()),
            _ => assert_eq!(UnixDatagram::unbound().unwrap().send_to(b"x", &path).unwrap(), 1),
        }
        assert!(readable_within(&listener, LIMIT));
    }
}

#[test]
fn a_file_that_is_no_socket_is_never_removed() {
    let dir = TempDir::new();
    let path = dir.file("precious");
    std::fs::write(&path, "data").unwrap();
    assert_eq!(refusal(Listener::bind(SocketKind::UnixStream, &path, 0, false)).0, 98);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "data");
}

#[test]
fn bad_paths_are_errors_of_the_system() {
    let dir = TempDir::new();
    let code = |host: &str| refusal(Listener::bind(SocketKind::UnixStream, host, 0, false)).0;
    assert_eq!(code(""), libc::EINVAL);
    assert_eq!(code(&dir.file("no/such/directory")), libc::ENOENT);
    assert_eq!(code(&dir.file(&"long".repeat(30))), libc::ENAMETOOLONG);
}

/// What `options` made of a listener and of a socket that it accepted, without touching the accepted one.
fn inherited(kind: SocketKind, host: &str, options: &AcceptedOptions) -> std::os::fd::OwnedFd {
    let listener = bind(kind, host);
    options.inherit(&listener).unwrap();
    listener.listen(4).unwrap();
    let _client = TcpStream::connect((host, listener.local_port())).unwrap();
    accept(&listener).0
}

const OPTIONS: AcceptedOptions = AcceptedOptions {
    nodelay: true,
    keepalive: Some(Keepalive { idle: 101, interval: 17, count: 7 }),
    user_timeout_ms: Some(12_345),
    send_buffer: Some(70_000),
    recv_buffer: Some(50_000),
};

#[track_caller]
fn assert_tcp_options(socket: impl AsFd) {
    let socket = SockRef::from(&socket);
    assert!(socket.tcp_nodelay().unwrap());
    assert!(socket.keepalive().unwrap());
    assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(101));
    assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(17));
    assert_eq!(socket.tcp_keepalive_retries().unwrap(), 7);
    assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_millis(12_345)));
    assert_eq!((socket.send_buffer_size().unwrap(), socket.recv_buffer_size().unwrap()), (140_000, 100_000));
}

#[test]
fn tcp_hands_all_options_down_to_accepted_sockets() {
    for (kind, host) in [(SocketKind::Tcp4, "127.0.0.1"), (SocketKind::Tcp6, "::1")] {
        assert!(!OPTIONS.needs_apply(kind));
        assert_tcp_options(inherited(kind, host, &OPTIONS));
        let plain = inherited(kind, host, &AcceptedOptions { nodelay: false, ..AcceptedOptions::default() });
        let plain = SockRef::from(&plain);
        assert!(!plain.tcp_nodelay().unwrap() && !plain.keepalive().unwrap());
        assert_eq!(plain.tcp_user_timeout().unwrap(), None);
    }
    assert!(AcceptedOptions::default().nodelay, "small answers leave at once, as programs are used to");
}

#[test]
fn options_can_be_set_on_one_socket() {
    let listener = listening(SocketKind::Tcp4, "127.0.0.1");
    let _client = TcpStream::connect(("127.0.0.1", listener.local_port())).unwrap();
    let (socket, _) = accept(&listener);
    OPTIONS.apply(&socket, SocketKind::Tcp4).unwrap();
    assert_tcp_options(&socket);
}

#[test]
fn unix_sockets_need_their_buffers_set_one_by_one() {
    let dir = TempDir::new();
    let listener = bind(SocketKind::UnixStream, &dir.file("s"));
    OPTIONS.inherit(&listener).unwrap();
    listener.listen(4).unwrap();
    let _client = UnixStream::connect(dir.file("s")).unwrap();
    let (socket, _) = accept(&listener);
    let sizes = |fd: &std::os::fd::OwnedFd| {
        let socket = SockRef::from(fd);
        (socket.send_buffer_size().unwrap(), socket.recv_buffer_size().unwrap())
    };
    assert!(OPTIONS.needs_apply(SocketKind::UnixStream));
    assert!(!AcceptedOptions::default().needs_apply(SocketKind::UnixStream));
    assert_ne!(sizes(&socket), (140_000, 100_000), "if this holds one day, needs_apply can go");
    OPTIONS.apply(&socket, SocketKind::UnixStream).unwrap();
    assert_eq!(sizes(&socket), (140_000, 100_000));
}

#[test]
fn a_deferred_connection_is_shown_when_it_has_sent_something() {
    let listener = bind(SocketKind::Tcp4, "127.0.0.1");
    let options = ListenerOptions { defer_accept: Some(30), fastopen: Some(64) };
    options.apply(&listener).unwrap();
    assert!(sys::socket::defer_accept(&listener).unwrap() >= 30);
    assert_eq!(sys::socket::fastopen(&listener).unwrap(), 64);
    listener.listen(4).unwrap();
    let mut client = TcpStream::connect(("127.0.0.1", listener.local_port())).unwrap();
    // The client's side is established, and the kernel keeps ours to itself.
    assert!(listener.accept().unwrap().is_none());
    client.write_all(b"x").unwrap();
    let (socket, _) = accept(&listener);
    assert_eq!(sys::io::recv(&socket, &mut [0; 4]).unwrap(), 1);

    let dir = TempDir::new();
    options.apply(&bind(SocketKind::UnixStream, &dir.file("s"))).unwrap();
}

#[test]
fn half_a_close_still_receives() {
    let listener = listening(SocketKind::Tcp4, "127.0.0.1");
    let mut client = TcpStream::connect(("127.0.0.1", listener.local_port())).unwrap();
    let (socket, _) = accept(&listener);
    sys::io::send(&socket, b"last").unwrap();
    net::shutdown_write(&socket).unwrap();
    let mut text = String::new();
    client.read_to_string(&mut text).unwrap();
    assert_eq!(text, "last");
    client.write_all(b"answer").unwrap();
    assert!(readable_within(&socket, LIMIT));
    assert_eq!(sys::io::recv(&socket, &mut [0; 16]).unwrap(), 6);
}

#[test]
fn no_linger_means_a_reset() {
    let listener = listening(SocketKind::Tcp4, "127.0.0.1");
    let mut client = TcpStream::connect(("127.0.0.1", listener.local_port())).unwrap();
    let (socket, _) = accept(&listener);
    net::set_linger_zero(&socket).unwrap();
    drop(socket);
    assert_eq!(client.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_peer_address_from_damaged_memory_is_harmless() {
    for family in 0..=u8::MAX {
        let address = PeerAddr { family, port: 1, ip: [0xff; 16] };
        let _ = format!("{address} {address:?}");
        assert_eq!(address.ip().is_some(), family == PeerAddr::IPV4 || family == PeerAddr::IPV6);
    }
}

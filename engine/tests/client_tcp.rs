//! The client over TCP: connecting, its timeouts, every way of receiving and the ways in which a peer can leave.

mod client_util;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use client_util::*;
use engine::client::{Client, ClientError, Endpoint, MsgFlags, SocketKind};
use socket2::{Domain, SockAddr, Socket, Type};

const PEEK: MsgFlags = MsgFlags::MSG_PEEK;
const WAIT_ALL: MsgFlags = MsgFlags::MSG_WAITALL;
const DONT_WAIT: MsgFlags = MsgFlags::MSG_DONTWAIT;

#[test]
fn a_request_and_its_answer() {
    let (address, peer) = server(|mut stream| {
        let mut request = [0; 4];
        stream.read_exact(&mut request).unwrap();
        stream.write_all(b"pong").unwrap();
        (request, stream.peer_addr().unwrap())
    });
    let mut client = connected(address, LONG);
    assert!(client.is_connected());
    assert_eq!(client.send(b"ping", MsgFlags::empty()), Ok(4));
    assert_eq!(plain(&mut client, 65_536).unwrap(), b"pong");
    let (request, seen_as) = peer.join().unwrap();
    assert_eq!(&request, b"ping");
    assert_eq!(client.local_addr(), Ok(Endpoint::Inet(seen_as)));
    assert_eq!(client.peer_addr(), Ok(Endpoint::Inet(address)));
}

#[test]
fn over_ipv6_and_by_name() {
    let listener = TcpListener::bind("[::1]:0").unwrap();
    let mut client = connected(listener.local_addr().unwrap(), LONG);
    listener.accept().unwrap().0.write_all(b"six").unwrap();
    assert_eq!(plain(&mut client, 10).unwrap(), b"six");

    let (address, peer) = server(|mut stream| stream.write_all(b"name").unwrap());
    let mut client = Client::new(SocketKind::Tcp4);
    client.connect(b"localhost", address.port().into(), LONG).unwrap();
    assert_eq!(plain(&mut client, 10).unwrap(), b"name");
    peer.join().unwrap();
}

#[test]
fn refused_says_who_and_why() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut client = Client::new(SocketKind::Tcp4);
    let error = client.connect(b"127.0.0.1", free.port().into(), LONG).unwrap_err();
    assert_eq!(error.code(), libc::ECONNREFUSED);
    let text = format!("connect to server[127.0.0.1:{}] failed. Error: Connection refused[111]", free.port());
    assert_eq!(error.to_string(), text);
    assert!(!client.is_connected());
}

#[test]
fn a_failed_connect_can_be_repeated() {
    let mut client = Client::new(SocketKind::Tcp4);
    assert_eq!(code(client.connect(b"no-such-host.invalid", 80, LONG)), 711);
    assert_eq!(code(client.connect(b"", 80, LONG)), 0);
    let (address, peer) = server(until_closed);
    client.connect(b"127.0.0.1", address.port().into(), LONG).unwrap();
    assert_eq!(client.connect(b"127.0.0.1", address.port().into(), LONG), Err(ClientError::AlreadyConnected));
    client.close().unwrap();
    peer.join().unwrap();
}

#[test]
fn connect_gives_up_at_the_timeout() {
    // A listener that accepts nobody, its backlog full: the next attempt is not answered.
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SockAddr::from(std::net::SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).unwrap();
    listener.listen(0).unwrap();
    let port = listener.local_addr().unwrap().as_socket().unwrap().port();
    let mut queued = Vec::new();
    let error = loop {
        let begun = Instant::now();
        let mut client = Client::new(SocketKind::Tcp4);
        match client.connect(b"127.0.0.1", port.into(), SHORT) {
            Ok(()) => queued.push(client),
            Err(error) => {
                assert!(begun.elapsed() >= SHORT.unwrap());
                assert!(begun.elapsed() < Duration::from_secs(5));
                assert!(!client.is_connected());
                break error;
            }
        }
        assert!(queued.len() < 10, "the backlog never filled");
    };
    assert_eq!(error.code(), libc::ETIMEDOUT);
}

#[test]
fn not_connected_is_5001_for_every_call() {
    let mut client = Client::new(SocketKind::Tcp4);
    for _ in 0..2 {
        assert_eq!(code(client.send(b"x", MsgFlags::empty())), 5001);
        assert_eq!(code(plain(&mut client, 1)), 5001);
        assert_eq!(code(client.local_addr()), 5001);
        assert_eq!(code(client.peer_addr()), 5001);
        assert_eq!(code(client.shutdown(Shutdown::Both)), 5001);
        assert_eq!(code(client.close()), 5001);
        assert_eq!(client.fd(), None);
        // The same after it was open.
        let (address, peer) = server(until_closed);
        client.connect(b"127.0.0.1", address.port().into(), LONG).unwrap();
        client.close().unwrap();
        peer.join().unwrap();
    }
}

#[test]
fn recv_times_out_with_eagain_and_the_connection_stays() {
    let (address, peer) = server(|mut stream| {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        stream.write_all(b"late").unwrap();
    });
    let mut client = connected(address, SHORT);
    let begun = Instant::now();
    let error = plain(&mut client, 10).unwrap_err();
    assert!(begun.elapsed() >= SHORT.unwrap());
    assert_eq!(error.to_string(), "recv() failed, Error: Resource temporarily unavailable[11]");
    assert!(client.is_connected());
    client.send(b"x", MsgFlags::empty()).unwrap();
    assert_eq!(plain(&mut client, 10).unwrap(), b"late");
    peer.join().unwrap();
}

#[test]
fn without_a_timeout_it_waits() {
    let (wake, woken) = mpsc::channel();
    let (address, peer) = server(move |mut stream| {
        woken.recv().unwrap();
        stream.write_all(b"at last").unwrap();
    });
    let mut client = connected(address, None);
    let waiting = thread::spawn(move || plain(&mut client, 10).unwrap());
    wake.send(()).unwrap();
    assert_eq!(waiting.join().unwrap(), b"at last");
    peer.join().unwrap();
}

#[test]
fn the_peer_s_end_is_no_bytes_again_and_again() {
    let (address, peer) = server(|mut stream| stream.write_all(b"bye").unwrap());
    let mut client = connected(address, LONG);
    peer.join().unwrap();
    assert_eq!(plain(&mut client, 10).unwrap(), b"bye");
    assert_eq!(plain(&mut client, 10).unwrap(), b"");
    assert_eq!(plain(&mut client, 10).unwrap(), b"");
    assert!(client.is_connected());
}

#[test]
fn a_reset_is_104_and_sending_after_the_end_is_32() {
    let (address, peer) = server(reset);
    let mut client = connected(address, LONG);
    peer.join().unwrap();
    assert_eq!(code(plain(&mut client, 10)), libc::ECONNRESET);
    assert!(client.is_connected());

    let (address, peer) = server(drop);
    let mut client = connected(address, LONG);
    peer.join().unwrap();
    assert_eq!(plain(&mut client, 1).unwrap(), b"");
    assert_eq!(client.send(b"into the void", MsgFlags::empty()), Ok(13));
    // The answer to that is a reset; the poll behind this receive waits for it.
    let _ = plain(&mut client, 1);
    let error = client.send(b"again", MsgFlags::empty()).unwrap_err();
    assert_eq!(error.code(), libc::EPIPE);
}

#[test]
fn size_0_is_no_bytes_even_from_a_silent_peer() {
    let (address, peer) = server(until_closed);
    let mut client = connected(address, None);
    assert_eq!(plain(&mut client, 0).unwrap(), b"");
    drop(client);
    peer.join().unwrap();
}

#[test]
fn peek_leaves_what_it_shows() {
    let (address, peer) = server(|mut stream| stream.write_all(b"abcdef").unwrap());
    let mut client = connected(address, LONG);
    peer.join().unwrap();
    assert_eq!(recv(&mut client, 3, PEEK).unwrap(), b"abc");
    assert_eq!(recv(&mut client, 10, PEEK).unwrap(), b"abcdef");
    assert_eq!(plain(&mut client, 10).unwrap(), b"abcdef");
}

#[test]
fn dont_wait_takes_what_is_there() {
    let (address, peer) = server(|mut stream| {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        stream.write_all(b"now").unwrap();
    });
    let mut client = connected(address, None);
    assert_eq!(code(recv(&mut client, 10, DONT_WAIT)), libc::EAGAIN);
    assert_eq!(code(recv(&mut client, 10, DONT_WAIT | WAIT_ALL)), libc::EAGAIN);
    assert_eq!(code(recv(&mut client, 10, DONT_WAIT | PEEK)), libc::EAGAIN);
    client.send(b"x", MsgFlags::empty()).unwrap();
    peer.join().unwrap();
    assert_eq!(recv(&mut client, 10, DONT_WAIT | PEEK).unwrap(), b"now");
    assert_eq!(recv(&mut client, 10, DONT_WAIT).unwrap(), b"now");
}

#[test]
fn wait_all_waits_for_all_and_is_short_only_at_the_end() {
    let (next, piece) = mpsc::channel::<()>();
    let (address, peer) = server(move |mut stream| {
        for part in [&b"abc"[..], b"def", b"gh"] {
            piece.recv().unwrap();
            stream.write_all(part).unwrap();
        }
    });
    let mut client = connected(address, LONG);
    next.send(()).unwrap();
    assert_eq!(recv(&mut client, 1, PEEK).unwrap(), b"a");
    next.send(()).unwrap();
    assert_eq!(recv(&mut client, 6, WAIT_ALL).unwrap(), b"abcdef");
    next.send(()).unwrap();
    assert_eq!(recv(&mut client, 6, WAIT_ALL).unwrap(), b"gh");
    assert_eq!(recv(&mut client, 6, WAIT_ALL).unwrap(), b"");
    peer.join().unwrap();
}

#[test]
fn wait_all_that_times_out_loses_nothing() {
    let (next, piece) = mpsc::channel::<()>();
    let (address, peer) = server(move |mut stream| {
        stream.write_all(b"abc").unwrap();
        piece.recv().unwrap();
        stream.write_all(b"defg").unwrap();
    });
    let mut client = connected(address, SHORT);
    let begun = Instant::now();
    assert_eq!(code(recv(&mut client, 6, WAIT_ALL)), libc::EAGAIN);
    assert!(begun.elapsed() >= SHORT.unwrap());
    assert_eq!(code(recv(&mut client, 6, WAIT_ALL)), libc::EAGAIN);
    assert_eq!(recv(&mut client, 10, PEEK).unwrap(), b"abc");
    assert_eq!(plain(&mut client, 1).unwrap(), b"a");
    next.send(()).unwrap();
    peer.join().unwrap();
    assert_eq!(recv(&mut client, 6, WAIT_ALL).unwrap(), b"bcdefg");
}

#[test]
fn wait_all_broken_by_a_reset_is_an_error() {
    let (next, go) = mpsc::channel::<()>();
    let (address, peer) = server(move |mut stream| {
        stream.write_all(b"abc").unwrap();
        go.recv().unwrap();
        reset(stream);
    });
    let mut client = connected(address, LONG);
    assert_eq!(recv(&mut client, 1, PEEK).unwrap(), b"a");
    let waiting = thread::spawn(move || (code(recv(&mut client, 6, WAIT_ALL)), plain(&mut client, 10)));
    next.send(()).unwrap();
    let (error, after) = waiting.join().unwrap();
    peer.join().unwrap();
    assert_eq!(error, libc::ECONNRESET);
    // What the system had handed over before the reset was kept; what it had not is gone with the connection.
    assert!(matches!(after.as_deref(), Ok(b"abc" | b"")), "{after:?}");
}

#[test]
fn megabytes_to_a_slow_reader_arrive_whole() {
    const SIZE: usize = 16 << 20;
    let (address, peer) = server(|mut stream| {
        let mut received = Vec::new();
        let mut piece = vec![0; 64 << 10];
        loop {
            match stream.read(&mut piece).unwrap() {
                0 => return received,
                count => received.extend_from_slice(&piece[..count]),
            }
            // A pause for each piece, which the sender's buffers do not hide.
            thread::sleep(Duration::from_micros(300));
        }
    });
    // All of it takes longer than the timeout, no single wait does.
    let mut client = connected(address, SHORT);
    let data = pattern(SIZE);
    assert_eq!(client.send(&data, MsgFlags::empty()), Ok(SIZE));
    client.shutdown(Shutdown::Write).unwrap();
    assert!(peer.join().unwrap() == data);
}

#[test]
fn a_reader_that_stops_gets_a_part_then_eagain() {
    let (done, wait) = mpsc::channel::<()>();
    let (address, peer) = server(move |stream| {
        wait.recv().unwrap();
        let mut received = Vec::new();
        (&stream).read_to_end(&mut received).unwrap();
        received
    });
    let mut client = connected(address, SHORT);
    let data = pattern(24 << 20);
    let sent = client.send(&data, MsgFlags::empty()).unwrap();
    assert!(0 < sent && sent < data.len(), "{sent}");
    assert_eq!(code(client.send(&data, MsgFlags::empty())), libc::EAGAIN);
    assert_eq!(code(client.send(&data, DONT_WAIT)), libc::EAGAIN);
    client.close().unwrap();
    done.send(()).unwrap();
    assert!(peer.join().unwrap() == data[..sent]);
}

#[test]
fn dont_wait_sends_what_fits() {
    let (done, wait) = mpsc::channel::<()>();
    let (address, peer) = server(move |stream| {
        wait.recv().unwrap();
        drop(stream);
    });
    let mut client = connected(address, None);
    let data = pattern(24 << 20);
    let sent = client.send(&data, DONT_WAIT).unwrap();
    assert!(0 < sent && sent < data.len(), "{sent}");
    done.send(()).unwrap();
    peer.join().unwrap();
}

#[test]
fn megabytes_from_the_peer_with_wait_all() {
    const SIZE: usize = 8 << 20;
    let (address, peer) = server(|mut stream| stream.write_all(&pattern(SIZE)).unwrap());
    let mut client = connected(address, LONG);
    assert!(recv(&mut client, SIZE, WAIT_ALL).unwrap() == pattern(SIZE));
    peer.join().unwrap();
}

#[test]
fn shutdown_of_the_writing_side_still_gets_the_answer() {
    let (address, peer) = server(|mut stream| {
        let mut request = Vec::new();
        stream.read_to_end(&mut request).unwrap();
        stream.write_all(&request).unwrap();
    });
    let mut client = connected(address, LONG);
    client.send(b"all I say", MsgFlags::empty()).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(recv(&mut client, 100, WAIT_ALL).unwrap(), b"all I say");
    assert_eq!(code(client.send(b"more", MsgFlags::empty())), libc::EPIPE);
    peer.join().unwrap();
}

#[test]
fn nothing_to_send_is_an_error_of_its_own() {
    let (address, peer) = server(until_closed);
    let mut client = connected(address, LONG);
    assert_eq!(client.send(b"", MsgFlags::empty()), Err(ClientError::NoData));
    assert_eq!(client.send_to(b"127.0.0.1", 9, b"x"), Err(ClientError::NotDatagram));
    drop(client);
    peer.join().unwrap();
}

#[test]
fn options_reach_the_socket() {
    let (address, peer) = server(|stream| {
        let from = stream.peer_addr().unwrap();
        until_closed(stream);
        from
    });
    let free = TcpListener::bind("127.0.0.2:0").unwrap().local_addr().unwrap();
    let mut client = Client::new(SocketKind::Tcp4);
    client.options.bind_address = Some("127.0.0.2".into());
    client.options.bind_port = free.port();
    client.options.recv_buffer = Some(100_000);
    client.options.send_buffer = Some(50_000);
    client.options.tcp_nodelay = false;
    client.connect(b"127.0.0.1", address.port().into(), LONG).unwrap();
    let socket = socket2::SockRef::from(client.connection().unwrap());
    // The kernel doubles both.
    assert_eq!((socket.recv_buffer_size().unwrap(), socket.send_buffer_size().unwrap()), (200_000, 100_000));
    assert!(!socket.tcp_nodelay().unwrap());
    client.close().unwrap();
    assert_eq!(peer.join().unwrap(), free);

    client.options.bind_address = Some("not an address".into());
    assert_eq!(code(client.connect(b"127.0.0.1", address.port().into(), LONG)), libc::EINVAL);
}

#[test]
fn nodelay_is_the_default_and_children_do_not_inherit() {
    let (address, peer) = server(until_closed);
    let client = connected(address, LONG);
    let connection = client.connection().unwrap();
    assert!(socket2::SockRef::from(connection).tcp_nodelay().unwrap());
    let flags = nix::fcntl::fcntl(connection, nix::fcntl::FcntlArg::F_GETFD).unwrap();
    assert_eq!(flags & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
    drop(client);
    peer.join().unwrap();
}

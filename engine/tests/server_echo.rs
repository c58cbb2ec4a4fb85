//! Bytes through a whole server, in both modes: what is sent comes back, whatever the sizes, ports and kinds of sockets, and however
//! the client ends.

mod server_support;

use std::io::Write;
use std::time::Duration;

use server_support::*;

each_mode! {
    what_is_sent_comes_back: single base process;
    requests_in_a_row_are_answered_in_order: single base process;
    megabytes_come_back_exactly: single base process;
    many_connections_at_once: single base process;
    unix_sockets_and_ipv6: single base process;
    half_closed_connections_are_answered: single base process;
    a_reset_ends_the_connection: single base process;
    who_vanishes_harms_nobody: single base process;
    an_end_right_behind_the_data_is_seen: single process;
}

fn what_is_sent_comes_back(setup: Setup) {
    let server = setup.start();
    let peer = server.echo();
    for len in [1, 2, 15, 16, 17, 1000, 4096, 65_535, 65_536, 65_537, 200_000] {
        peer.echo(&pattern(len as u64, 0, len));
    }
    drop(peer);
    server.wait_for("close", |_| true);
    server.stop();
}

fn requests_in_a_row_are_answered_in_order(setup: Setup) {
    let server = setup.start();
    let peer = server.command();
    let numbers: String = (0..2000).map(|number| format!("close {}\n", 1_000_000 + number)).collect();
    // Pieces may break a line in two; a command port does not mend that, so what is sent at once is one piece.
    for piece in numbers.as_bytes().chunks(14 * 200) {
        peer.send(piece);
        for _ in 0..piece.len() / 14 {
            assert_eq!(peer.line(), "error 1005");
        }
    }
    let echo = server.echo();
    for index in 0..1000 {
        echo.send(&pattern(7, index * 10, 10));
    }
    assert_eq!(echo.take(10_000), pattern(7, 0, 10_000));
    server.stop();
}

fn megabytes_come_back_exactly(setup: Setup) {
    let server = setup.start();
    let mut swarm = Swarm::connect(&server.address(0), 4, 8 << 20);
    swarm.expect_complete(LIMIT);
    drop(swarm);
    server.wait_for_count(4, "close", |_| true);
    server.stop();
}

fn many_connections_at_once(setup: Setup) {
    let server = setup.start();
    let mut swarm = Swarm::connect(&server.address(0), 400, 20_000);
    swarm.expect_complete(LIMIT);
    let command = server.command();
    assert_eq!(command.number("stat connections"), 401);
    drop(swarm);
    server.wait_for_count(400, "close", |report| report.is("port", 0));
    wait_until("the connections to be gone", || command.number("stat connections") == 1);
    assert_eq!((command.number("stat accepted"), command.number("stat closed")), (401, 400));
    server.stop();
}

fn unix_sockets_and_ipv6(setup: Setup) {
    let path = setup.path("socket");
    let setup = setup.with("port", format!("echo unix:{}", path.display())).with("port", "echo tcp6").with("port", "echo tcp4");
    let server = setup.start();
    let peers: Vec<Peer> = [0, 2, 3, 4].map(|port| server.connect(port)).into();
    for (index, peer) in peers.iter().enumerate() {
        peer.echo(&pattern(index as u64, 0, 100_000));
    }
    for (peer, shown) in peers.iter().zip(["127.0.0.1", "", "::1", "127.0.0.1"]) {
        if shown.is_empty() {
            continue;
        }
        let report = server.connected(peer);
        assert_eq!(report.number("port"), if shown == "::1" { 3 } else { report.number("port") });
    }
    drop(peers);
    server.wait_for_count(4, "close", |_| true);
    assert!(path.exists());
    server.stop();
    assert!(!path.exists(), "the socket's file is removed");
}

fn half_closed_connections_are_answered(setup: Setup) {
    let server = setup.start();
    for len in [1, 1000, 65_536, 1_000_000] {
        let peer = server.echo();
        let session = server.session(&peer);
        let sending = peer.send_aside(pattern(1, 0, len));
        if len < 100_000 {
            // Data and end arrive together, or nearly.
            sending.join().unwrap().unwrap();
            peer.finish_sending();
            assert_eq!(peer.take_all(), pattern(1, 0, len));
        } else {
            let back = peer.take(len);
            sending.join().unwrap().unwrap();
            peer.finish_sending();
            assert_eq!(back, pattern(1, 0, len));
            peer.expect_end();
        }
        let close = server.wait_for("close", |report| report.is("session", session));
        assert_eq!(close.number("reactor"), close.number("owner"), "the peer ended it");
    }
    server.stop();
}

fn a_reset_ends_the_connection(setup: Setup) {
    let server = setup.start();
    let peer = server.echo();
    let session = server.session(&peer);
    peer.echo(b"hello");
    peer.reset();
    let close = server.wait_for("close", |report| report.is("session", session));
    assert_eq!(close.number("reactor"), close.number("owner"), "the peer ended it");
    assert_eq!(close.number("errno"), i64::from(libc::ECONNRESET));
    // With answers under way that nobody will take.
    let peer = server.echo();
    let session = server.session(&peer);
    let sending = peer.send_aside(pattern(1, 0, 4 << 20));
    std::thread::sleep(Duration::from_millis(20));
    peer.socket.set_linger(Some(Duration::ZERO)).unwrap();
    peer.socket.shutdown(std::net::Shutdown::Both).ok();
    drop(peer);
    let _ = sending.join().unwrap();
    server.wait_for("close", |report| report.is("session", session));
    server.echo().echo(b"others go on");
    server.stop();
}

fn who_vanishes_harms_nobody(setup: Setup) {
    let server = setup.start();
    let address = server.address(0);
    for index in 0..200 {
        let peer = Peer::connect(&address);
        match index % 4 {
            0 => drop(peer),
            1 => peer.reset(),
            2 => {
                peer.send(b"answer me");
                drop(peer);
            }
            _ => {
                let _ = (&peer.socket).write_all(&pattern(1, 0, 100_000));
                peer.reset();
            }
        }
    }
    let command = server.command();
    wait_until("the connections to be gone", || command.number("stat connections") == 1);
    // One Connect and one Close each; none came twice.
    let closes = server.wait_for_count(200, "close", |_| true);
    let mut sessions: Vec<i64> = closes.iter().map(|report| report.number("session")).collect();
    sessions.sort_unstable();
    sessions.dedup();
    assert_eq!(sessions.len(), 200);
    assert_eq!(server.reports("connect").len(), 201);
    server.stop();
}

/// However many reads a turn has: the end may be found by the last of them.
fn an_end_right_behind_the_data_is_seen(setup: Setup) {
    let server = setup.with("recv_buffer", 4 << 20).start();
    for pieces in 0..=17 {
        for bytes in [pieces * 65_536, pieces * 65_536 + 1] {
            let peer = server.while_stopped(|| {
                let peer = server.echo();
                peer.send(&pattern(1, 0, bytes));
                peer.finish_sending();
                peer
            });
            assert_eq!(peer.take_all(), pattern(1, 0, bytes));
            let session = server.session(&peer);
            server.wait_for("close", |report| report.is("session", session));
        }
    }
    let command = server.command();
    wait_until("the connections to be gone", || command.number("stat connections") == 1);
    server.stop();
}

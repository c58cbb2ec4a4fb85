//! Who waits for room in a connection's queue is told when there is some, or when the connection is gone.

mod server_support;

use server_support::*;

each_mode! {
    room_is_told_of_when_the_peer_reads: single base process;
    room_is_told_of_when_the_peer_goes: single base process;
    room_is_told_of_when_the_server_closes: single base process;
    room_that_there_is_already_is_told_of_at_once: single base process;
    who_waits_is_told_while_the_worker_ends: single base process;
    another_worker_is_told_as_well: base;
    a_worker_is_told_of_the_death_of_the_owner: base;
}

/// A connection whose queue is full, and one for commands.
struct Full {
    reader: Peer,
    session: i64,
    sent: usize,
    control: Peer,
}

const PIECE: usize = 100_000;

impl Full {
    /// The commands go to the reader's worker, or to another.
    fn of(server: &Running, same: bool) -> Full {
        let reader = server.echo();
        let connected = server.connected(&reader);
        let (worker, session) = (connected.number("worker") as u32, connected.number("session"));
        let control = if same { server.command_at(worker) } else { server.command_at_other_than(worker) };
        let mut full = Full { reader, session, sent: 0, control };
        // Until nothing is on its way any more: in PROCESS the queue is seen a moment later.
        let mut refused = 0;
        while refused < 20 {
            match full.control.ask(&format!("send {session} {PIECE}")).as_str() {
                "ok" => (full.sent, refused) = (full.sent + 1, 0),
                _ => {
                    refused += 1;
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
            }
        }
        assert_eq!(full.control.ask(&format!("want {session}")), "true");
        full
    }

    #[track_caller]
    fn expect_none_so_far(&self, server: &Running) {
        assert_eq!(self.control.ask("session"), server.session(&self.control).to_string());
        assert!(server.reports("room").is_empty(), "there is no room: {:?}", server.reports("room"));
    }

    #[track_caller]
    fn read(&self) {
        let message = pattern(self.session as u64, 0, PIECE);
        for index in 0..self.sent {
            assert!(self.reader.take(PIECE) == message, "message {index} of {} is not what was sent", self.sent);
        }
    }

    #[track_caller]
    fn expect_room(&self, server: &Running) -> Report {
        server.wait_for("room", |report| report.is("session", self.session))
    }
}

fn limited(setup: Setup) -> Setup {
    setup.with("socket_buffer_size", 1 << 20).with("send_buffer", 65_536)
}

fn room_is_told_of_when_the_peer_reads(setup: Setup) {
    let server = limited(setup).start();
    let full = Full::of(&server, true);
    full.expect_none_so_far(&server);
    full.read();
    assert!(full.expect_room(&server).is("has", true));
    assert_eq!(full.control.ask(&format!("send {} {PIECE}", full.session)), "ok");
    // Once, for who has asked once.
    assert_eq!(server.reports("room").len(), 1);
    server.stop();
}

fn room_is_told_of_when_the_peer_goes(setup: Setup) {
    let server = limited(setup).start();
    let full = Full::of(&server, true);
    full.expect_none_so_far(&server);
    let session = full.session;
    full.reader.reset();
    server.wait_for("room", |report| report.is("session", session));
    server.stop();
}

fn room_is_told_of_when_the_server_closes(setup: Setup) {
    let server = limited(setup).start();
    let full = Full::of(&server, true);
    full.expect_none_so_far(&server);
    // What was sent before is still to be delivered, but nothing can be added.
    assert_eq!(full.control.ask(&format!("close {}", full.session)), "ok");
    full.expect_room(&server);
    full.read();
    full.reader.expect_end();
    server.stop();
}

fn room_that_there_is_already_is_told_of_at_once(setup: Setup) {
    let server = limited(setup).start();
    let control = server.command();
    let session = server.session(&control);
    assert_eq!(control.ask("want"), "true");
    server.wait_for("room", |report| report.is("session", session));
    // Nor does it matter that there never was such a connection.
    assert_eq!(control.ask("want 99999"), "true");
    server.wait_for("room", |report| report.is("session", 99999));
    server.stop();
}

fn who_waits_is_told_while_the_worker_ends(setup: Setup) {
    let server = limited(setup).with("ticks", 100).with("max_wait_time_ms", 20_000).start();
    let full = Full::of(&server, true);
    full.expect_none_so_far(&server);
    server.signal(server.pid(), nix::sys::signal::Signal::SIGTERM);
    server.wait_for("worker_exit", |_| true);
    full.read();
    full.expect_room(&server);
    server.expect_stopped();
}

fn another_worker_is_told_as_well(setup: Setup) {
    let server = limited(setup).start();
    let full = Full::of(&server, false);
    full.expect_none_so_far(&server);
    full.read();
    let room = full.expect_room(&server);
    assert_eq!(room.number("worker"), server.connected(&full.control).number("worker"));
    server.stop();
}

fn a_worker_is_told_of_the_death_of_the_owner(setup: Setup) {
    let server = limited(setup).start();
    let full = Full::of(&server, false);
    full.expect_none_so_far(&server);
    let owner = server.connected(&full.reader).number("worker") as u32;
    server.signal(server.worker(owner), nix::sys::signal::Signal::SIGKILL);
    full.expect_room(&server);
    server.stop();
}

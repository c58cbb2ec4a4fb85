//! The inbox between processes: many writers, writers that die, a receiver that runs out of descriptors.

mod sys_util;

use std::time::{Duration, Instant};

use engine::ipc::inbox::{self, INLINE_MAX};
use engine::ipc::{Discarded, Envelope, InboxReceiver, InboxSender, Outbox, SendState};
use engine::sys::process::{self, ExitState};
use mio::Interest;
use sys_util::*;

/// A body that belongs to its writer and number, and a size that goes over the limit of inline bodies now and then.
fn body(from: u16, number: u64, sizes: &[usize]) -> Vec<u8> {
    vec![(from as u64 * 31 + number) as u8; sizes[number as usize % sizes.len()]]
}

fn write_messages(sender: &InboxSender, from: u16, count: u64, sizes: &[usize]) {
    for number in 0..count {
        let envelope = Envelope { kind: 1, from, arg: 0, session: number, extra: 0 };
        let state = sender.send_blocking(&envelope, &body(from, number, sizes), None, LIMIT).unwrap();
        assert_eq!(state, SendState::Sent);
    }
}

/// Waits for one message and checks it; gives its writer and number.
#[track_caller]
fn check_next(receiver: &mut InboxReceiver, sizes: &[usize]) -> (u16, u64) {
    assert!(readable_within(&*receiver, LIMIT), "no message");
    let message = receiver.recv().unwrap().expect("a message");
    let Envelope { from, session: number, .. } = message.envelope;
    assert!(message.body.as_bytes() == body(from, number, sizes), "message {number} of writer {from} is damaged");
    (from, number)
}

#[test]
fn many_writers_never_mix() {
    const WRITERS: u16 = 6;
    const COUNT: u64 = 2_000;
    const SIZES: [usize; 5] = [0, 100, INLINE_MAX, 3, INLINE_MAX + 1];
    let (sender, mut receiver) = inbox::pair().unwrap();
    let writers: Vec<i32> = (0..WRITERS).map(|from| spawn(|| write_messages(&sender, from, COUNT, &SIZES))).collect();
    let mut next = [0; WRITERS as usize];
    for _ in 0..u64::from(WRITERS) * COUNT {
        let (from, number) = check_next(&mut receiver, &SIZES);
        assert_eq!(number, next[from as usize], "order within writer {from}");
        next[from as usize] += 1;
    }
    for pid in writers {
        assert_eq!(process::wait_for(pid).unwrap(), ExitState::Exited(0));
    }
    assert!(receiver.recv().unwrap().is_none());
    assert_eq!(receiver.discarded(), Discarded::default());
}

#[test]
fn a_writer_that_is_killed_has_sent_whole_messages_only() {
    const SIZES: [usize; 3] = [500, INLINE_MAX, INLINE_MAX * 4];
    let (sender, mut receiver) = inbox::pair().unwrap();
    for from in 0..40 {
        let pid = spawn(|| write_messages(&sender, from, u64::MAX, &SIZES));
        // Killed somewhere in the middle, after as many messages as its number says.
        for number in 0..=u64::from(from) {
            assert_eq!(check_next(&mut receiver, &SIZES), (from, number));
        }
        process::kill(pid, libc::SIGKILL).unwrap();
        assert_eq!(process::wait_for(pid).unwrap(), ExitState::Signaled(libc::SIGKILL));
        // What it had sent is still there, without a gap.
        let mut expected = u64::from(from) + 1;
        while let Some(message) = receiver.recv().unwrap() {
            assert_eq!((message.envelope.from, message.envelope.session), (from, expected));
            assert!(message.body.as_bytes() == body(from, expected, &SIZES));
            expected += 1;
        }
    }
    assert_eq!(receiver.discarded(), Discarded::default());
}

#[test]
fn messages_outlive_their_writer_and_wait_for_the_next_owner() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    ok_in_child(|| write_messages(&sender, 1, 3, &[10]));
    // The owner dies after the first; its successor has the others.
    ok_in_child(|| assert_eq!(check_next(&mut receiver, &[10]), (1, 0)));
    ok_in_child(|| {
        assert_eq!(check_next(&mut receiver, &[10]), (1, 1));
        assert_eq!(check_next(&mut receiver, &[10]), (1, 2));
        assert!(receiver.recv().unwrap().is_none());
    });
}

#[test]
fn a_receiver_without_descriptors_counts_what_it_loses() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (sender, mut receiver) = inbox::pair().unwrap();
    write_messages(&sender, 1, 2, &[INLINE_MAX + 1, 5]);
    ok_in_child(|| {
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, 3, hard).unwrap();
        assert_eq!(check_next(&mut receiver, &[0, 5]), (1, 1));
        assert_eq!(receiver.discarded(), Discarded { malformed: 0, fds_lost: 1 });
    });
}

#[test]
fn too_many_descriptors_under_way_is_a_full_inbox() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    const LIMIT_OF_FILES: u64 = 40;
    let sizes = [INLINE_MAX + 1];
    let (sender, mut receiver) = inbox::pair().unwrap();
    // The limit does not hold for root, and it is one for all that a user does, other tests included: so it takes a user of its own.
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    ok_in_child(|| {
        assert_eq!(process::change_identity(Some("nobody"), None, None), Vec::<String>::new());
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, LIMIT_OF_FILES, hard).unwrap();
        let mut outbox = Outbox::new(sender);
        let mut edges = Edges::of(outbox.fd(), Interest::WRITABLE);
        let mut count = 0;
        loop {
            let envelope = Envelope { from: 1, session: count, ..Envelope::default() };
            count += 1;
            if outbox.send(&envelope, &body(1, count - 1, &sizes), None).unwrap() == SendState::Full {
                break;
            }
        }
        // Far below what the buffer holds.
        assert!(count <= LIMIT_OF_FILES + 2, "{count}");
        // Neither stuck nor blocked: an attempt in vain is an event, so the loop comes back to it.
        for _ in 0..3 {
            assert_eq!(edges.count(LIMIT), 1);
            assert!(!outbox.flush().unwrap());
        }
        let start = Instant::now();
        let state = outbox.sender().send_blocking(&Envelope::default(), &[0; INLINE_MAX + 1], None, Duration::from_millis(30));
        assert_eq!(state.unwrap(), SendState::Full);
        assert!(start.elapsed() >= Duration::from_millis(30));
        assert_eq!(check_next(&mut receiver, &sizes), (1, 0));
        assert!(edges.count(LIMIT) > 0);
        assert!(outbox.flush().unwrap());
        for number in 1..count {
            assert_eq!(check_next(&mut receiver, &sizes), (1, number));
        }
    });
}

#[test]
fn a_full_inbox_is_full_for_all_and_free_for_all() {
    let (sender, mut receiver) = inbox::pair().unwrap();
    let envelope = Envelope::default();
    ok_in_child(|| while sender.try_send(&envelope, &[0; 1000], None).unwrap() == SendState::Sent {});
    assert_eq!(sender.try_send(&envelope, b"", None).unwrap(), SendState::Full);
    let pid = spawn(|| {
        assert_eq!(sender.send_blocking(&envelope, b"", None, LIMIT).unwrap(), SendState::Sent);
    });
    assert!(!readable_within(process::pidfd_open(pid).unwrap(), Duration::from_millis(20)), "it waits");
    while receiver.recv().unwrap().is_some() {}
    assert_eq!(process::wait_for(pid).unwrap(), ExitState::Exited(0));
}

//! Socket calls, eventfds, exclusive registrations and memfds.

mod sys_util;

use std::io::{ErrorKind, IoSlice, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::time::Duration;

use engine::sys::memfd::{Mapping, MemFd};
use engine::sys::{self, EventFd};
use mio::Interest;
use sys_util::*;

#[test]
fn texts_are_those_of_the_system() {
    assert_eq!(sys::error_text(0), "Success");
    assert_eq!(sys::error_text(libc::EADDRINUSE), "Address already in use");
    assert_eq!(sys::error_text(libc::ESOCKTNOSUPPORT), "Socket type not supported");
    assert!(sys::error_text(123_456).contains("123456"));
}

#[test]
fn an_eventfd_is_an_event_for_each_notification() {
    let event = EventFd::new().unwrap();
    event.notify();
    event.notify();
    let mut edges = Edges::of(event.as_raw_fd(), Interest::READABLE);
    assert_eq!(edges.now(), 1, "what came before the registration, once");
    assert_eq!(edges.now(), 0);
    for _ in 0..3 {
        event.notify();
        assert_eq!(edges.now(), 1);
    }
    // A full counter neither blocks nor fails.
    nix::unistd::write(&event, &(u64::MAX - 10).to_ne_bytes()).unwrap();
    for _ in 0..20 {
        event.notify();
    }
    assert_eq!(edges.now(), 1);
    event.notify();
}

#[test]
fn send_and_recv_tell_progress_fullness_and_the_end() {
    let (a, b) = UnixStream::pair().unwrap();
    a.set_nonblocking(true).unwrap();
    b.set_nonblocking(true).unwrap();
    let mut buffer = [0; 64];
    assert_eq!(sys::io::recv(&b, &mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(sys::io::send(&a, b"hello").unwrap(), 5);
    assert_eq!(sys::io::recv(&b, &mut buffer).unwrap(), 5);
    assert_eq!(&buffer[..5], b"hello");

    let block = vec![1u8; 1 << 16];
    let mut sent = 0;
    let full = loop {
        match sys::io::send(&a, &block) {
            Ok(count) => sent += count,
            Err(error) => break error,
        }
    };
    assert_eq!(full.kind(), ErrorKind::WouldBlock);
    drop(a);
    let mut received = 0;
    loop {
        match sys::io::recv(&b, &mut buffer).unwrap() {
            0 => break,
            count => received += count,
        }
    }
    assert_eq!(received, sent);
}

#[test]
fn writev_keeps_the_order_and_the_kernels_limit() {
    let (a, mut b) = UnixStream::pair().unwrap();
    assert_eq!(sys::io::writev(&a, &[IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cd")]).unwrap(), 4);
    let bytes: Vec<[u8; 1]> = (0..1100).map(|index| [index as u8]).collect();
    let slices: Vec<IoSlice> = bytes.iter().map(|byte| IoSlice::new(byte)).collect();
    assert_eq!(sys::io::writev(&a, &slices).unwrap(), 1024);
    drop(a);
    let mut all = Vec::new();
    b.read_to_end(&mut all).unwrap();
    assert_eq!(&all[..4], b"abcd");
    assert_eq!(all[4..], bytes.concat()[..1024]);
}

#[test]
fn descriptors_travel_with_a_datagram() {
    let (a, b) = UnixDatagram::pair().unwrap();
    let (mut one, far_one) = UnixStream::pair().unwrap();
    let (mut two, far_two) = UnixStream::pair().unwrap();
    let slices = [IoSlice::new(b"he"), IoSlice::new(b"llo")];
    assert_eq!(sys::io::send_with_fds(&a, &slices, &[far_one.as_fd(), far_two.as_fd()]).unwrap(), 5);
    sys::io::send_with_fds(&a, &slices, &[]).unwrap();
    let three = [a.as_fd(), a.as_fd(), a.as_fd()];
    assert_eq!(sys::io::send_with_fds(&a, &slices, &three).unwrap_err().kind(), ErrorKind::InvalidInput);
    drop((far_one, far_two));

    let mut buffer = [0; 16];
    let datagram = sys::io::recv_with_fds(&b, &mut buffer).unwrap();
    assert_eq!((&buffer[..datagram.len], datagram.truncated, datagram.fds_lost), (&b"hello"[..], false, false));
    for (fd, text, near) in [(0, "first", &mut one), (1, "second", &mut two)] {
        let fd = datagram.fds[fd].as_ref().unwrap();
        let flags = nix::fcntl::fcntl(fd, nix::fcntl::FcntlArg::F_GETFD).unwrap();
        assert_eq!(flags & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
        sys::io::send(fd, text.as_bytes()).unwrap();
        let mut read = [0; 16];
        let len = near.read(&mut read).unwrap();
        assert_eq!(&read[..len], text.as_bytes());
    }
    drop(datagram);
    assert_eq!(one.read(&mut [0]).unwrap(), 0, "dropping the datagram closed them");

    let datagram = sys::io::recv_with_fds(&b, &mut buffer[..3]).unwrap();
    assert_eq!((datagram.len, datagram.truncated), (3, true));
    assert!(datagram.fds.iter().all(Option::is_none));
    assert_eq!(sys::io::recv_with_fds(&b, &mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn waiting_ends_with_the_event_or_the_time() {
    let (a, mut b) = UnixStream::pair().unwrap();
    let start = std::time::Instant::now();
    assert!(!sys::io::wait_readable(&a, Duration::from_millis(30)).unwrap());
    assert!(start.elapsed() >= Duration::from_millis(30));
    assert!(sys::io::wait_writable(&a, LIMIT).unwrap());
    b.write_all(b"x").unwrap();
    assert!(sys::io::wait_readable(&a, Duration::MAX).unwrap());
}

#[test]
fn an_exclusive_registration_is_level_triggered_and_can_be_removed() {
    let dir = TempDir::new();
    let listener = UnixListener::bind(dir.path().join("socket")).unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut polls = [mio::Poll::new().unwrap(), mio::Poll::new().unwrap()];
    for poll in &polls {
        sys::epoll::add_exclusive_level(poll.as_raw_fd(), listener.as_raw_fd(), 42).unwrap();
        let again = sys::epoll::add_exclusive_level(poll.as_raw_fd(), listener.as_raw_fd(), 42).unwrap_err();
        assert_eq!(again.code(), libc::EEXIST);
        // What tells an exclusive registration from another without a crowd of sleepers: the kernel refuses to change it.
        let fd = listener.as_raw_fd();
        let change = poll.registry().reregister(&mut mio::unix::SourceFd(&fd), mio::Token(1), Interest::READABLE).unwrap_err();
        assert_eq!(change.raw_os_error(), Some(libc::EINVAL));
    }
    let tokens = |poll: &mut mio::Poll| {
        let mut events = mio::Events::with_capacity(8);
        poll.poll(&mut events, Some(Duration::ZERO)).unwrap();
        events.iter().map(|event| event.token().0).collect::<Vec<_>>()
    };
    assert_eq!(polls.each_mut().map(tokens), [vec![], vec![]]);
    let _client = UnixStream::connect(dir.path().join("socket")).unwrap();
    // Nobody slept in either, so both find it, again and again until it is accepted.
    assert_eq!(polls.each_mut().map(tokens), [vec![42], vec![42]]);
    assert_eq!(polls.each_mut().map(tokens), [vec![42], vec![42]]);
    sys::epoll::remove(polls[0].as_raw_fd(), listener.as_raw_fd()).unwrap();
    assert_eq!(polls.each_mut().map(tokens), [vec![], vec![42]]);
    let gone = sys::epoll::remove(polls[0].as_raw_fd(), listener.as_raw_fd()).unwrap_err();
    assert_eq!(gone.code(), libc::ENOENT);
    listener.accept().unwrap();
    assert_eq!(polls.each_mut().map(tokens), [vec![], vec![]]);
}

#[test]
fn a_memfd_is_mapped_as_it_was_filled() {
    for len in [1, 4095, 4096, 4097, 1_000_000] {
        let bytes: Vec<u8> = (0..len).map(|index| (index % 251) as u8).collect();
        let memfd = MemFd::with(&bytes).unwrap();
        let mapping = Mapping::of(&memfd).unwrap();
        drop(memfd);
        assert_eq!(mapping.as_bytes(), bytes);
    }
}

#[test]
fn a_sealed_memfd_cannot_change() {
    let memfd = MemFd::with(b"bytes").unwrap();
    let eperm = |result: nix::Result<()>| assert_eq!(result, Err(nix::errno::Errno::EPERM));
    eperm(nix::unistd::ftruncate(&memfd, 1));
    eperm(nix::unistd::ftruncate(&memfd, 100));
    eperm(nix::sys::uio::pwrite(&memfd, b"x", 0).map(drop));
}

#[test]
fn only_sealed_memfds_are_mapped() {
    use nix::fcntl::{FcntlArg, SealFlag, fcntl};
    use nix::sys::memfd::{MFdFlags, memfd_create};
    let refused = |what: &str, result: engine::Result<Mapping>| match result {
        Err(engine::Error::System { source, .. }) => assert_eq!(source.kind(), ErrorKind::InvalidData, "{what}: {source}"),
        other => panic!("{what}: {other:?}"),
    };
    let with_seals = |bytes: &[u8], seals: SealFlag| {
        let fd = memfd_create(c"test", MFdFlags::MFD_ALLOW_SEALING).unwrap();
        nix::unistd::write(&fd, bytes).unwrap();
        fcntl(&fd, FcntlArg::F_ADD_SEALS(seals)).unwrap();
        fd
    };
    let all = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_WRITE;
    refused("no seals", Mapping::of(with_seals(b"x", SealFlag::empty())));
    refused("could shrink", Mapping::of(with_seals(b"x", all - SealFlag::F_SEAL_SHRINK)));
    refused("could be written", Mapping::of(with_seals(b"x", all - SealFlag::F_SEAL_WRITE)));
    refused("empty", Mapping::of(with_seals(b"", all)));
    refused("a socket", Mapping::of(UnixDatagram::pair().unwrap().0));
    refused("a device", Mapping::of(std::fs::File::open("/dev/zero").unwrap()));
    let dir = TempDir::new();
    std::fs::write(dir.path().join("file"), "x").unwrap();
    refused("a file", Mapping::of(std::fs::File::open(dir.path().join("file")).unwrap()));
    assert_eq!(Mapping::of(with_seals(b"x", all)).unwrap().as_bytes(), b"x");
}

//! Socket calls and eventfds in more than one process. Apart from the others, because a child holds copies of all descriptors of a test
//! process, and so keeps open what another test has closed.

mod sys_util;

use std::io::{ErrorKind, IoSlice};
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixDatagram, UnixStream};

use engine::sys::{self, EventFd};
use mio::Interest;
use sys_util::*;

#[test]
fn an_eventfd_reaches_another_process() {
    let event = EventFd::new().unwrap();
    let mut edges = Edges::of(event.as_raw_fd(), Interest::READABLE);
    ok_in_child(|| event.notify());
    assert_eq!(edges.now(), 1);
}

#[test]
fn writing_to_a_closed_socket_is_an_error_and_no_signal() {
    ok_in_child(|| {
        // The test harness ignores it, which would hide what this is about.
        sys::signal::set_default(libc::SIGPIPE).unwrap();
        let (a, b) = UnixStream::pair().unwrap();
        drop(b);
        assert_eq!(sys::io::send(&a, b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
        assert_eq!(sys::io::writev(&a, &[IoSlice::new(b"x")]).unwrap_err().kind(), ErrorKind::BrokenPipe);
        let (a, _) = UnixDatagram::pair().unwrap();
        sys::io::send_with_fds(&a, &[IoSlice::new(b"x")], &[]).unwrap_err();
    });
}

//! Signals that a program listens to one by one.

use std::os::fd::AsRawFd;

use engine::sys::{
    epoll::{Epoll, Watch},
    process::{self, ExitState, Fork},
    signal::SignalSource,
    signal_listener::SignalListener,
};

/// One test, because dispositions are the process's.
#[test]
fn what_is_listened_to_arrives_and_is_given_back() {
    let listener = SignalListener::new().unwrap();
    assert!(SignalListener::new().is_err(), "there is one in a process");
    listener.listen(libc::SIGUSR1).unwrap();
    assert_eq!(listener.listen(libc::SIGKILL).unwrap_err().raw_os_error(), Some(libc::EINVAL));
    assert_eq!(listener.listen(0).unwrap_err().raw_os_error(), Some(libc::EINVAL));

    let mut epoll = Epoll::new(4).unwrap();
    epoll.add(listener.fd(), Watch { read: true, write: false, edge: true }, 1).unwrap();
    process::kill(process::pid(), libc::SIGUSR1).unwrap();
    let mut found = Vec::new();
    while found.is_empty() {
        epoll.wait(None, &mut found).unwrap();
    }
    assert_eq!(listener.take().collect::<Vec<_>>(), [libc::SIGUSR1]);
    assert!(listener.take().is_empty());

    // A loop of the process that has a signal keeps it.
    let source = SignalSource::install(&[libc::SIGUSR2]).unwrap();
    assert_eq!(listener.listen(libc::SIGUSR2).unwrap_err().raw_os_error(), Some(libc::EBUSY));
    source.restore();

    // A child listens to nothing: the signal does what it does by default.
    let child = match process::fork().unwrap() {
        Fork::Child => {
            let _ = process::kill(process::pid(), libc::SIGUSR1);
            process::exit_now(0)
        }
        Fork::Parent(pid) => pid,
    };
    assert_eq!(process::wait_for(child).unwrap(), ExitState::Signaled(libc::SIGUSR1));
    assert!(listener.take().is_empty());

    assert!(listener.leave(libc::SIGUSR1));
    assert!(!listener.leave(libc::SIGUSR1));
    drop(listener);
    assert!(SignalListener::new().unwrap().fd().as_raw_fd() >= 0);
}

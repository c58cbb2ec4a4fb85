//! Listeners and other processes. Apart from the other listener tests, because a child holds copies of all descriptors of a test process.

mod sys_util;

use std::net::TcpStream;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};

use engine::net::{Listener, SocketKind};
use sys_util::*;

#[track_caller]
fn bind(kind: SocketKind, host: &str) -> Listener {
    Listener::bind(kind, host, 0, false).unwrap()
}

#[test]
fn accept_says_when_the_process_is_out_of_descriptors_and_the_connection_waits() {
    let listener = bind(SocketKind::Tcp4, "127.0.0.1");
    listener.listen(4).unwrap();
    let _client = TcpStream::connect(("127.0.0.1", listener.local_port())).unwrap();
    assert!(readable_within(&listener, LIMIT));
    ok_in_child(|| {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, 3, hard).unwrap();
        assert_eq!(listener.accept().unwrap_err().raw_os_error(), Some(libc::EMFILE));
        setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
        assert!(listener.accept().unwrap().is_some());
    });
}

#[test]
fn a_unix_socket_is_a_file_that_only_its_server_removes() {
    let dir = TempDir::new();
    let path = dir.file("s");
    // The mask of a process is not ours to change here, and it must not matter.
    for mask in [0o000, 0o077] {
        ok_in_child(|| {
            nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(mask));
            let listener = bind(SocketKind::UnixStream, &path);
            let metadata = std::fs::metadata(&path).unwrap();
            assert!(metadata.file_type().is_socket());
            assert_eq!(metadata.permissions().mode() & 0o7777, 0o755);
            listener.remove_file();
        });
    }
    let listener = bind(SocketKind::UnixStream, &path);
    ok_in_child(|| drop(listener));
    assert!(std::fs::exists(&path).unwrap(), "a child's end leaves it");
}

#[test]
fn a_relative_path_is_removed_from_another_directory() {
    let dir = TempDir::new();
    ok_in_child(|| {
        std::env::set_current_dir(dir.path()).unwrap();
        let listener = bind(SocketKind::UnixStream, "relative");
        assert_eq!(listener.host(), "relative");
        std::env::set_current_dir("/").unwrap();
        listener.remove_file();
    });
    assert!(!std::fs::exists(dir.path().join("relative")).unwrap());
}

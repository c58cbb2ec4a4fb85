//! The name of a Unix datagram client, without which no answer could reach it. It must not know who answers.
//!
//! A path and not an abstract name that the kernel would choose: much of what receives datagrams shows an abstract sender as nobody.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use socket2::{SockAddr, Socket};

/// Names of earlier processes with this one's number may be left; more than so many are not believed.
const ATTEMPTS: u32 = 1000;

/// A path that a socket is bound to, removed on drop.
#[derive(Debug)]
pub(super) struct OwnName {
    path: PathBuf,
    /// A forked child drops its copy too, and must leave the file to its parent.
    owner: u32,
}

impl OwnName {
    /// Binds `socket` to a new path in the directory for temporary files.
    pub fn bind(socket: &Socket) -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let owner = std::process::id();
        let directory = std::env::temp_dir();
        let mut attempts = 0;
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = directory.join(format!("swoole-client-{owner}-{number}.sock"));
            let address = SockAddr::unix(&path).map_err(|_| io::Error::from_raw_os_error(libc::ENAMETOOLONG))?;
            attempts += 1;
            match socket.bind(&address) {
                Ok(()) => return Ok(OwnName { path, owner }),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && attempts < ATTEMPTS => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for OwnName {
    fn drop(&mut self) {
        if std::process::id() == self.owner {
            // Someone else may have removed it; there is nobody to tell.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use socket2::{Domain, Type};

    use super::*;

    #[test]
    fn names_differ_and_go_with_their_owner() {
        let sockets = [(); 2].map(|()| Socket::new(Domain::UNIX, Type::DGRAM, None).unwrap());
        let names = sockets.each_ref().map(|socket| OwnName::bind(socket).unwrap());
        assert_ne!(names[0].path, names[1].path);
        let paths = names.each_ref().map(|name| name.path.clone());
        assert!(paths.iter().all(|path| path.exists()));
        drop(names);
        assert!(!paths.iter().any(|path| path.exists()));
    }

    #[test]
    fn what_another_process_owns_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        std::fs::write(&path, "").unwrap();
        drop(OwnName { path: path.clone(), owner: 0 });
        assert!(path.exists());
    }
}

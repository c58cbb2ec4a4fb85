//! Whole files, and file systems, as a program asks for them in one call. All of it blocks: it is for a thread of its own.

use std::{
    ffi::OsStr,
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    os::unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    path::Path,
};

use nix::fcntl::{Flock, FlockArg};

/// What is in the file before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// It goes.
    Replaced,
    /// It stays, and what is written comes behind.
    Kept,
}

/// Whether others that ask too are kept out meanwhile (`flock`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    /// They are not.
    No,
    /// Readers share it, a writer has it alone.
    Yes,
}

fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// A file, and its lock as long as it is wanted.
enum Opened {
    Plain(File),
    Locked(Flock<File>),
}

impl Opened {
    fn new(file: File, locked: Locked, how: FlockArg) -> io::Result<Opened> {
        match locked {
            Locked::No => Ok(Opened::Plain(file)),
            Locked::Yes => Flock::lock(file, how).map(Opened::Locked).map_err(|(_, errno)| errno.into()),
        }
    }

    fn file(&mut self) -> &mut File {
        match self {
            Opened::Plain(file) => file,
            Opened::Locked(file) => file,
        }
    }
}

/// What is in a file.
///
/// # Errors
/// What the system says.
pub fn read(name: &[u8], locked: Locked) -> io::Result<Vec<u8>> {
    let mut opened = Opened::new(File::open(path(name)).map_err(with_errno)?, locked, FlockArg::LockShared)?;
    let mut all = Vec::new();
    opened.file().read_to_end(&mut all)?;
    Ok(all)
}

/// Writes a file, which is made if it does not exist.
///
/// # Errors
/// What the system says; a part may be written.
pub fn write(name: &[u8], bytes: &[u8], before: Before, locked: Locked) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).mode(0o644);
    match before {
        Before::Kept => options.append(true),
        // What others still read is not to go before the lock is there.
        Before::Replaced => options.write(true).truncate(locked == Locked::No),
    };
    let mut opened = Opened::new(options.open(path(name)).map_err(with_errno)?, locked, FlockArg::LockExclusive)?;
    let file = opened.file();
    if before == Before::Replaced && locked == Locked::Yes {
        file.set_len(0)?;
    }
    file.write_all(bytes)
}

/// A name with a NUL byte never gets to the system.
fn with_errno(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::InvalidInput if error.raw_os_error().is_none() => io::Error::from_raw_os_error(libc::EINVAL),
        _ => error,
    }
}

/// Numbers of the file system that a path is in, each with the name that `statvfs` has for it.
///
/// # Errors
/// What the system says.
pub fn file_system(name: &[u8]) -> io::Result<[(&'static str, u64); 11]> {
    let found = nix::sys::statvfs::statvfs(path(name))?;
    Ok([
        ("bsize", found.block_size()),
        ("frsize", found.fragment_size()),
        ("blocks", found.blocks()),
        ("bfree", found.blocks_free()),
        ("bavail", found.blocks_available()),
        ("files", found.files()),
        ("ffree", found.files_free()),
        ("favail", found.files_available()),
        ("fsid", found.filesystem_id()),
        ("flag", found.flags().bits()),
        ("namemax", found.name_max()),
    ])
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;

    fn errno<T: std::fmt::Debug>(result: io::Result<T>) -> Option<i32> {
        result.unwrap_err().raw_os_error()
    }

    #[test]
    fn what_is_written_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("file");
        let name = name.as_os_str().as_bytes();
        for locked in [Locked::No, Locked::Yes] {
            write(name, b"a longer text", Before::Replaced, locked).unwrap();
            write(name, b"short", Before::Replaced, locked).unwrap();
            write(name, b", and more", Before::Kept, locked).unwrap();
            assert_eq!(read(name, locked).unwrap(), b"short, and more");
        }
        assert!(file_system(name).unwrap().iter().any(|(name, number)| *name == "bsize" && *number > 0));
    }

    #[test]
    fn what_cannot_be_opened_has_the_system_s_number() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("no/such");
        let missing = missing.as_os_str().as_bytes();
        assert_eq!(errno(read(missing, Locked::No)), Some(libc::ENOENT));
        assert_eq!(errno(write(missing, b"", Before::Kept, Locked::Yes)), Some(libc::ENOENT));
        assert_eq!(errno(file_system(missing)), Some(libc::ENOENT));
        assert_eq!(errno(read(b"with\0nul", Locked::No)), Some(libc::EINVAL));
        assert_eq!(errno(read(folder.path().as_os_str().as_bytes(), Locked::No)), Some(libc::EISDIR));
    }

    #[test]
    fn a_locked_write_waits_for_who_has_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("file");
        write(name.as_os_str().as_bytes(), b"first", Before::Replaced, Locked::No).unwrap();
        let held = Flock::lock(File::open(&name).unwrap(), FlockArg::LockExclusive).unwrap();
        let (done, wait) = mpsc::channel();
        let writer = {
            let name = name.clone();
            thread::spawn(move || {
                write(name.as_os_str().as_bytes(), b"second", Before::Replaced, Locked::Yes).unwrap();
                done.send(()).unwrap();
            })
        };
        assert!(wait.recv_timeout(std::time::Duration::from_millis(50)).is_err());
        assert_eq!(read(name.as_os_str().as_bytes(), Locked::No).unwrap(), b"first");
        drop(held);
        wait.recv().unwrap();
        writer.join().unwrap();
        assert_eq!(read(name.as_os_str().as_bytes(), Locked::Yes).unwrap(), b"second");
    }
}

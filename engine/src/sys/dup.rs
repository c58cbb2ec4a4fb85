//! Putting another file behind a descriptor that is in use.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

/// Puts `source`'s open file behind the number of `target`, in one step: who writes to `target` meanwhile reaches the old file or the
/// new one. The descriptor stays close-on-exec.
pub fn replace(target: impl AsFd, source: impl AsFd) -> io::Result<()> {
    let (target, source) = (target.as_fd().as_raw_fd(), source.as_fd().as_raw_fd());
    // SAFETY: dup3 touches no memory of ours. Both numbers are open, because they are borrowed; `target` is not closed but goes on to
    // be an open descriptor of its owner's.
    match unsafe { libc::dup3(source, target, libc::O_CLOEXEC) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

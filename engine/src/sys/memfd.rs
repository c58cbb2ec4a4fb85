//! A block of bytes that travels as a descriptor: sealed by who fills it, mapped read-only by who gets it.
//! It must not know what the bytes are.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::fcntl::{FcntlArg, SealFlag, fcntl};

use crate::error::{Context, Result};

/// A sealed memfd: nobody can change or resize it, its maker included. It lives as long as a descriptor or a mapping of it
/// does, so a crash leaves nothing behind.
#[derive(Debug)]
pub struct MemFd(OwnedFd);

impl MemFd {
    /// Makes one that holds `bytes`.
    pub fn with(bytes: &[u8]) -> Result<MemFd> {
        // SAFETY: the name is a NUL-terminated constant.
        let fd = unsafe { libc::memfd_create(c"body".as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
        if fd < 0 {
            return Err(io::Error::last_os_error()).call("memfd_create");
        }
        // SAFETY: the kernel just gave us this descriptor, nobody else owns it.
        let mut file = unsafe { std::fs::File::from_raw_fd(fd) };
        file.write_all(bytes).call("write")?;
        fcntl(&file, FcntlArg::F_ADD_SEALS(seals() | SealFlag::F_SEAL_SEAL)).call("fcntl")?;
        Ok(MemFd(file.into()))
    }
}

impl AsFd for MemFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// What a mapping relies on: a memfd that could shrink would kill the reader with SIGBUS, one that could be written would change
/// bytes under a shared reference.
fn seals() -> SealFlag {
    SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_WRITE
}

/// The bytes of a sealed memfd, mapped read-only and unmapped on drop.
#[derive(Debug)]
pub struct Mapping {
    start: std::ptr::NonNull<u8>,
    len: usize,
}

// SAFETY: the memory is immutable (sealed, and mapped read-only) and belongs to this value alone.
unsafe impl Send for Mapping {}
// SAFETY: as above; shared references only read.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps what `fd` holds. Its size is the kernel's word for it, never the sender's.
    ///
    /// Refused with `InvalidData`: anything but a memfd with the seals that [`MemFd::with`] sets, and an empty one.
    pub fn of(fd: impl AsFd) -> Result<Mapping> {
        let refused = || io::Error::from(io::ErrorKind::InvalidData);
        // EINVAL: not a file that can be sealed at all.
        let bits = fcntl(fd.as_fd(), FcntlArg::F_GET_SEALS).map_err(|_| refused()).call("fcntl")?;
        if !SealFlag::from_bits_retain(bits).contains(seals()) {
            return Err(refused()).call("fcntl");
        }
        let size = nix::sys::stat::fstat(fd.as_fd()).call("fstat")?.st_size;
        let Some(len) = usize::try_from(size).ok().and_then(std::num::NonZeroUsize::new) else {
            return Err(refused()).call("fstat");
        };
        use nix::sys::mman::{MapFlags, ProtFlags, mmap};
        // Private, because kernels before 6.7 refuse a shared mapping of what is sealed against writing, even a read-only one.
        // SAFETY: a new mapping at an address of the kernel's choice touches nothing that exists.
        let start = unsafe { mmap(None, len, ProtFlags::PROT_READ, MapFlags::MAP_PRIVATE, fd.as_fd(), 0) }.call("mmap")?;
        Ok(Mapping { start: start.cast(), len: len.get() })
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: the mapping is readable for `len` bytes until drop; the seals keep size and contents as they are.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: start and length are those of the mapping made in `of`, and no reference outlives self. It fails for wrong
        // arguments only, which these are not.
        let _ = unsafe { nix::sys::mman::munmap(self.start.cast(), self.len) };
    }
}

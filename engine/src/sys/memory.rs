//! The process's memory.

/// Blocks of so many bytes and more are given back to the system as soon as they are freed.
const LARGE: libc::c_int = 1 << 20;

/// Has the allocator give large blocks back. By itself glibc takes blocks of several megabytes from its heaps once one was freed, where the next small
/// block above them keeps them: what has waited for slow readers would stay with the process.
pub fn give_back_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it sets a number of the allocator, under the allocator's own lock.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}

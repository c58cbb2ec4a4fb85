//! What PHP's process is asked for: what to do around a fork, and errno with its texts. It must not know why there is a fork.

use std::{
    cell::Cell,
    ffi::{CStr, OsStr},
    os::unix::ffi::OsStrExt,
    path::PathBuf,
};

use super::ffi;

/// Hands on what has been printed, so that after a fork it is not printed twice.
pub fn flush_output() {
    // SAFETY: PHP runs on this thread.
    unsafe { ffi::zg_flush_output() }
}

/// As [`flush_output`], but the program's own output buffers stay as they are.
pub fn flush_streams() {
    // SAFETY: PHP runs on this thread.
    unsafe { ffi::zg_flush_streams() }
}

/// In a child: what is in output buffers is the parent's to print. The buffers stay, and none of their functions is called.
pub fn forget_output() {
    // SAFETY: PHP runs on this thread.
    unsafe { ffi::zg_forget_output() }
}

/// Ends the process as a script's end does, from wherever it is: shutdown functions and destructors run, then it leaves with this status.
pub fn leave(status: i32) -> ! {
    // SAFETY: PHP runs on this thread; it does not come back.
    unsafe { ffi::zg_leave(status) };
    std::process::abort()
}

/// Has random numbers seeded anew, or all processes that come of one would draw the same.
pub fn reseed() {
    // SAFETY: PHP runs on this thread.
    unsafe { ffi::zg_reseed() }
}

/// The hash that PHP's own arrays know a string by.
pub fn hash(bytes: &[u8]) -> u64 {
    // SAFETY: the pointer and the length are those of a slice, which is only read.
    unsafe { ffi::zg_hash(bytes.as_ptr().cast(), bytes.len()) }
}

thread_local! {
    static NOTICE: Cell<Option<fn()>> = const { Cell::new(None) };
}

/// Has `notice` called from PHP code that runs, soon after each [`interrupt`], in place of the one before. It may set a property, and no more.
pub fn notice_interrupts(notice: Option<fn()>) {
    NOTICE.set(notice);
}

/// Interrupts PHP code that runs, for [`notice_interrupts`]. It does no more than a signal's handler may.
pub fn interrupt() {
    // SAFETY: it stores to two variables of the thread that PHP runs on, whose signals these are.
    unsafe { ffi::zg_interrupt() }
}

/// Whether PHP code waits to be interrupted: for [`notice_interrupts`], or by another extension that has had a signal.
pub fn is_interrupted() -> bool {
    // SAFETY: it only reads.
    unsafe { ffi::zg_is_interrupted() }
}

#[unsafe(no_mangle)]
extern "C" fn zg_interrupted() {
    if let Some(notice) = NOTICE.get() {
        // A panic must not cross into C, and there is nothing half done.
        let _ = std::panic::catch_unwind(notice);
    }
}

/// The file that runs; text in brackets when none does.
pub fn script_file() -> PathBuf {
    // SAFETY: PHP runs on this thread; it gives a string that stays for as long as the script, and it is copied at once.
    let name = unsafe { CStr::from_ptr(ffi::zg_script_file()) };
    PathBuf::from(OsStr::from_bytes(name.to_bytes()))
}

/// The errno that the last system call on this thread left behind.
pub fn errno() -> i32 {
    // SAFETY: it only reads.
    unsafe { ffi::zg_errno() }
}

/// Sets errno to 0.
pub fn clear_errno() {
    // SAFETY: errno is this thread's own.
    unsafe { ffi::zg_clear_errno() }
}

/// Which numbers an error code is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// errno
    System,
    /// getaddrinfo
    AddressInfo,
    /// h_errno
    Resolver,
}

/// The system's text for an error code.
pub fn error_text(code: i32, kind: ErrorKind) -> String {
    let kind = match kind {
        ErrorKind::System => ffi::ZG_TEXT_SYSTEM,
        ErrorKind::AddressInfo => ffi::ZG_TEXT_GAI,
        ErrorKind::Resolver => ffi::ZG_TEXT_DNS,
    };
    // SAFETY: the C library gives a string that stays until the next such call, and it is copied at once.
    unsafe { CStr::from_ptr(ffi::zg_error_text(code, kind as i32)).to_string_lossy().into_owned() }
}

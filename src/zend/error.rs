//! What a handler can end in other than a value, and how PHP is told.

use super::{Class, ffi};

/// The result of a handler, and of all that can end in an error of PHP.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How a handler ends when it does not return a value.
#[derive(Debug)]
pub enum Error {
    /// E_WARNING "Swoole\Server::send(): TEXT", and the function returns false.
    Warning(String),
    /// E_ERROR "Swoole\Server::start(): TEXT": the script ends with status 255, nothing can catch it.
    Fatal(String),
    /// An exception.
    Exception {
        /// Its class.
        class: ExceptionClass,
        /// Its message.
        text: String,
        /// Its code.
        code: i64,
    },
    /// The process leaves with this status, by PHP's own shutdown, as after `exit()`.
    Exit(i32),
    /// PHP has been told already: an exception or a bailout waits.
    Pending,
}

/// A class that can be thrown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionClass {
    /// One of the stubs.
    Stub(Class),
    /// PHP's `Error`.
    Error,
    /// PHP's `TypeError`.
    TypeError,
    /// PHP's `ValueError`.
    ValueError,
    /// PHP's `InvalidArgumentException`.
    InvalidArgument,
    /// PHP's `BadMethodCallException`.
    BadMethodCall,
}

/// How bad an error of PHP is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// E_WARNING
    Warning,
    /// E_NOTICE
    Notice,
    /// E_DEPRECATED
    Deprecated,
    /// E_USER_WARNING
    UserWarning,
}

/// Shows an error of PHP. With `name_the_function` the text is led by the function that runs, as in `Swoole\Server::send(): TEXT`.
///
/// # Errors
/// `Pending` when an error handler of the program threw, or ended it.
pub fn raise(level: Level, text: &str, name_the_function: bool) -> Result<()> {
    let level = match level {
        Level::Warning => ffi::E_WARNING,
        Level::Notice => ffi::E_NOTICE,
        Level::Deprecated => ffi::E_DEPRECATED,
        Level::UserWarning => ffi::E_USER_WARNING,
    };
    // SAFETY: the pointer and the length are those of a str.
    unsafe { ffi::zg_raise(level as i32, text.as_ptr().cast(), text.len(), name_the_function) };
    if is_pending() { Err(Error::Pending) } else { Ok(()) }
}

/// How a handler ends when the process has to leave with this status: by the fatal error that waits, if one does, else as after `exit()`.
pub fn leave(status: i32) -> Error {
    if is_pending() { Error::Pending } else { Error::Exit(status) }
}

/// Whether an exception, a bailout or an exit waits: no PHP code can run until it is dealt with.
pub(super) fn is_pending() -> bool {
    // SAFETY: it only reads.
    unsafe { ffi::zg_must_return() }
}

impl Error {
    /// An exception of a class of the stubs.
    pub fn exception(class: Class, text: impl Into<String>, code: i64) -> Error {
        Error::Exception { class: ExceptionClass::Stub(class), text: text.into(), code }
    }

    /// Tells PHP. What has to wait until no Rust frame is left, waits (see glue.h).
    pub(super) fn tell(self) {
        match self {
            Error::Warning(text) => {
                // That nothing more can run is what the caller is about to say anyway.
                let _ = raise(Level::Warning, &text, true);
            }
            // SAFETY: the pointer and the length are those of a str.
            Error::Fatal(text) => unsafe { ffi::zg_pend_fatal(text.as_ptr().cast(), text.len()) },
            Error::Exception { class, text, code } => {
                // SAFETY: the class is registered, as PHP runs; the pointer and the length are those of a str.
                unsafe { ffi::zg_throw(class.entry(), text.as_ptr().cast(), text.len(), code) }
            }
            // SAFETY: it only notes the status.
            Error::Exit(status) => unsafe { ffi::zg_pend_exit(status) },
            Error::Pending => debug_assert!(is_pending(), "nothing is pending"),
        }
    }
}

impl ExceptionClass {
    fn entry(self) -> *mut ffi::zend_class_entry {
        // SAFETY: Zend sets these once, before any module starts.
        unsafe {
            match self {
                ExceptionClass::Stub(class) => class.entry(),
                ExceptionClass::Error => ffi::zend_ce_error,
                ExceptionClass::TypeError => ffi::zend_ce_type_error,
                ExceptionClass::ValueError => ffi::zend_ce_value_error,
                ExceptionClass::InvalidArgument => ffi::zg_invalid_argument(),
                ExceptionClass::BadMethodCall => ffi::zg_bad_method_call(),
            }
        }
    }
}

impl Class {
    pub(super) fn entry(self) -> *mut ffi::zend_class_entry {
        // SAFETY: the C file that declares the array is written from the same list as the enum, in the same order; the entries are set when
        // the module starts, before any handler can run.
        unsafe { *(&raw const ffi::zg_classes).cast::<*mut ffi::zend_class_entry>().add(self as usize) }
    }
}

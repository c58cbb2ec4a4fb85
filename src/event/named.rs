//! The descriptors that arguments name. It must not know what is done with one.

use std::os::fd::RawFd;

use super::refused;
use crate::zend::{Level, Result, Value, constants, raise, stream};

/// What was added as something, or could be.
pub enum Named {
    /// This descriptor.
    Number(RawFd),
    /// Something whose descriptor is closed, which may have been added before.
    Closed,
}

/// The descriptor that an argument names.
///
/// # Errors
/// It is of no kind that has one: two warnings.
pub fn of(what: &Value) -> Result<Named> {
    match stream::descriptor(what)? {
        stream::Descriptor::Number(fd) => Ok(Named::Number(fd)),
        stream::Descriptor::Closed => Ok(Named::Closed),
        stream::Descriptor::None => unknown(),
    }
}

/// As [`of`], of something that is open.
///
/// # Errors
/// As for [`of`].
pub fn open(what: &Value) -> Result<RawFd> {
    match of(what)? {
        Named::Number(fd) => Ok(fd),
        Named::Closed => unknown(),
    }
}

fn unknown<T>() -> Result<T> {
    raise(Level::Warning, "the descriptor must be an open stream, an open socket or the number of a descriptor", true)?;
    refused(constants::SWOOLE_ERROR_EVENT_UNKNOWN_DATA as i32, "unknown type of descriptor".into())
}

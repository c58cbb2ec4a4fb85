//! Descriptors behind PHP's values: streams, sockets of ext/sockets, objects of ours, numbers. Nothing changes hands: whoever owns a descriptor goes
//! on to, and may close it at any moment.

use std::os::fd::RawFd;

use super::{Error, Kind, Result, Value, ffi};

/// What a value is to somebody who wants a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descriptor {
    /// This one, which need not be open if the value was a number.
    Number(RawFd),
    /// It had one, which is closed.
    Closed,
    /// It is of no kind that has one.
    None,
}

/// The descriptor that a value stands for.
///
/// # Errors
/// `Pending` when that ran code which failed: `__get`, or a stream of the program's own.
pub fn descriptor(value: &Value) -> Result<Descriptor> {
    // SAFETY: the pointer is to a valid zval, which is not changed.
    let number = unsafe { ffi::zg_descriptor(value.as_ptr().cast_mut()) };
    if super::error::is_pending() {
        return Err(Error::Pending);
    }
    Ok(match RawFd::try_from(number) {
        Ok(fd) if fd >= 0 => Descriptor::Number(fd),
        Ok(ffi::ZG_NO_DESCRIPTOR) => Descriptor::Closed,
        _ => Descriptor::None,
    })
}

/// Whether bytes that are written to its descriptor are what the other side gets: they are not with TLS.
///
/// # Errors
/// As for [`descriptor`].
pub fn is_plain(value: &Value) -> Result<bool> {
    // SAFETY: as above.
    let plain = unsafe { ffi::zg_descriptor_is_plain(value.as_ptr().cast_mut()) };
    if super::error::is_pending() { Err(Error::Pending) } else { Ok(plain) }
}

/// Whether two values are the same resource, open or closed.
pub fn is_same_resource(one: &Value, other: &Value) -> bool {
    let (Kind::Resource, Kind::Resource) = (one.kind(), other.kind()) else { return false };
    one.resource() == other.resource()
}

/// An INI entry of this module as a number; 0 if there is none.
pub fn ini_int(name: &str) -> i64 {
    // SAFETY: the pointer and the length are those of a str.
    unsafe { ffi::zg_ini_int(name.as_ptr().cast(), name.len()) }
}

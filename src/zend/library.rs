//! Functions of PHP's own library that work on a part of a string, and the objects that there are. It must not know who asks.

use super::{Array, Error, Result, Value, error::is_pending, ffi};

/// What `unserialize()` makes of these bytes. `function` is the one that its errors name.
///
/// # Errors
/// `Pending` when that threw.
pub fn unserialize(bytes: &[u8], options: &Array, function: &'static std::ffi::CStr) -> Result<Value> {
    let options = Value::from(options.clone());
    checked(Value::filled(|result| {
        // SAFETY: the pointer and the length are those of a slice, the options an array; the result is a place for a zval.
        unsafe {
            ffi::zg_unserialize(bytes.as_ptr().cast(), bytes.len(), options.as_ptr().cast_mut(), function.as_ptr(), result);
        }
        true
    })?)
}

/// What `json_decode()` makes of these bytes, which must not be none.
///
/// # Errors
/// `Pending` when that threw.
pub fn json_decode(bytes: &[u8], flags: i64, depth: i64) -> Result<Value> {
    checked(Value::filled(|result| {
        // The parser reads the byte behind the text, which is to be 0.
        let mut text = Vec::with_capacity(bytes.len() + 1);
        text.extend_from_slice(bytes);
        text.push(0);
        // SAFETY: the text has so many bytes, and one more; the result is a place for a zval.
        unsafe { ffi::zg_json_decode(text.as_ptr().cast(), bytes.len(), flags, depth, result) };
        true
    })?)
}

fn checked(value: Value) -> Result<Value> {
    if is_pending() { Err(Error::Pending) } else { Ok(value) }
}

/// All objects that there are, in the order of their handles.
///
/// # Errors
/// `Pending` when PHP's memory limit is reached.
pub fn objects() -> Result<Value> {
    checked(Value::filled(|result| {
        // SAFETY: the result is a place for a zval.
        unsafe { ffi::zg_objects(result) };
        true
    })?)
}

/// The object with this handle, as `spl_object_id()` gives it.
pub fn object_of_handle(handle: i64) -> Option<Value> {
    // SAFETY: the result is a place for a zval, which is filled if the function says so.
    Value::filled(|result| unsafe { ffi::zg_object_of_handle(handle, result) }).ok()
}

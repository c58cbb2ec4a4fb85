//! `errCode` and `errMsg`: how the sockets and clients of coroutines show what a call ended in. It must not know what the call was.

use std::cell::Cell;

use engine::client::Cause;

use crate::zend::{Bound, Call, Object, PhpString, Result, Value};

/// A class with these two properties.
pub trait Shows: Bound {
    /// What `errCode` shows.
    fn shown(&self) -> &Cell<i32>;
}

/// Shows what a call ended in: its result, if it has one.
///
/// # Errors
/// `Pending` when a property cannot be set.
pub fn told<S: Shows, T>(object: &Object<S>, ended: Result<T, Cause>) -> Result<Option<T>> {
    let (code, found) = match ended {
        Ok(value) => (0, Ok(value)),
        Err(why) => (why.code, Err(why)),
    };
    // After a success that follows a success there is nothing to write.
    if object.state().shown().replace(code) != 0 || code != 0 {
        object.set("errCode", code)?;
        let text = found.as_ref().err().map_or(&b""[..], |why| why.text.as_bytes());
        object.set("errMsg", PhpString::new(text)?)?;
    }
    Ok(found.ok())
}

/// As [`told`], as the result of a handler.
///
/// # Errors
/// As for [`told`].
pub fn answer<S: Shows, T: Into<Value>>(call: &Call<S>, ended: Result<T, Cause>) -> Result<Value> {
    Ok(told(call.this(), ended)?.map_or(Value::from(false), T::into))
}

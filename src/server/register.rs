//! `on()` of a server and of a port.

use super::{
    core::Core,
    events::{Callbacks, Event},
};
use crate::{
    last_error,
    zend::{Bound, Callback, Error, Object, Result, Value, constants},
};

/// Registers a callback, and shows it in the object's private property, as Swoole does.
pub fn register<T: Bound, E: Event>(
    core: &Core,
    object: &Object<T>,
    callbacks: &Callbacks<E>,
    event: E,
    callable: &Value,
) -> Result<()> {
    core.change("register an event callback", |_| ())?;
    let Some(callback) = Callback::new(callable) else {
        return Err(refused(format!("the callback for {} cannot be called", &event.property()[2..])));
    };
    callbacks.set(event, callback);
    object.set(event.property(), callable.clone())
}

/// There is no event of this name.
pub fn unknown(name: &[u8]) -> Error {
    refused(format!("unknown event types[{}]", String::from_utf8_lossy(name)))
}

fn refused(text: String) -> Error {
    last_error::set(constants::SWOOLE_ERROR_PHP_RUNTIME_NOTICE as i32);
    Error::Warning(text)
}

//! `Swoole\Process::signal()`: which signal has which function. It must not know how a signal comes.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use crate::{
    coroutine::{
        host::{self, SignalId},
        scheduler,
    },
    last_error,
    zend::{Callback, Error, Result},
};

const EBUSY: i32 = 16;

thread_local! {
    /// The functions themselves are the loop's.
    static LISTENING: RefCell<HashMap<i32, SignalId>> = RefCell::default();
}

/// Has the function called with the signal's number, in a coroutine, each time that it has come; in place of the one before.
///
/// # Errors
/// A warning for what cannot be listened to.
pub fn listen(number: i64, callback: Callback) -> Result<()> {
    // The function is to go with the request, also when nothing else is left for its end.
    scheduler::announce();
    let number = i32::try_from(number).unwrap_or(0);
    let call = Rc::new(move |number: i32| scheduler::spawn(&callback, &[number.into()], None).map(drop));
    let id = host::listen_signal(number, call).map_err(|error| {
        let code = error.raw_os_error().unwrap_or(0);
        last_error::set(code);
        Error::Warning(match code {
            EBUSY => format!("signal [{number}] processor has been registered by the system: the server handles it itself"),
            _ => format!("signal [{number}] cannot be listened to, Error: {}[{code}]", engine::sys::error_text(code)),
        })
    })?;
    let before = LISTENING.with_borrow_mut(|listening| listening.insert(number, id));
    if let Some(before) = before {
        host::unlisten_signal(before);
    }
    Ok(())
}

/// Takes the function of a signal back; false when there is none.
pub fn leave(number: i64) -> bool {
    let id = i32::try_from(number).ok().and_then(|number| LISTENING.with_borrow_mut(|listening| listening.remove(&number)));
    id.is_some_and(host::unlisten_signal)
}

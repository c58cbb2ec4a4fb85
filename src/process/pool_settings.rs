//! What `Swoole\Process\Pool::set()` is told that is not the pool's own: how to log, and what holds for coroutines. It must not know a pool.

use std::cell::{Cell, RefCell};

use engine::{
    log,
    options::{Notice, ServerOptions},
};

use crate::{
    coroutine::{self, runtime},
    option_value::{neutral, warn},
    zend::{Array, Error, Key, Result, Value},
};

/// What is set, until the start.
#[derive(Default)]
pub struct General {
    /// As a server takes them; none as long as nothing was said of the log.
    log: RefCell<Option<ServerOptions>>,
    hook_flags: Cell<Option<i64>>,
}

impl General {
    /// Takes what is general. What is not is passed over.
    ///
    /// # Errors
    /// `Pending` when a value cannot be converted, or an error handler of the program threw.
    pub fn take(&self, settings: &Array) -> Result<()> {
        let mut notices = Vec::new();
        for (key, value) in settings.iter() {
            let Key::Name(name) = key else { continue };
            if name == b"hook_flags" && !value.is_null() {
                self.hook_flags.set(Some(value.to_int()?));
            }
            if let Ok(name) = std::str::from_utf8(name)
                && name.starts_with("log_")
            {
                self.log.borrow_mut().get_or_insert_default().apply(name, &neutral(value), &mut notices);
            }
        }
        let texts: Vec<String> = notices.into_iter().map(text).collect();
        warn(&texts, true)?;
        coroutine::take_options(settings)
    }

    /// The pool is about to start.
    ///
    /// # Errors
    /// As for [`General::take`].
    pub fn begin(&self) -> Result<()> {
        if let Some(options) = &*self.log.borrow() {
            log::init(options.log_options());
        }
        match self.hook_flags.get().or_else(coroutine::hook_flags) {
            Some(flags) => runtime::set(flags),
            None => Ok(()),
        }
    }
}

/// Without the name of the class that the engine knows; PHP names ours.
fn text(notice: Notice) -> String {
    match notice.text.split_once("(): ") {
        Some((_, text)) => text.to_owned(),
        None => notice.text,
    }
}

/// A number of seconds, or of bytes with an ending as in php.ini: K, M, G.
///
/// # Errors
/// A warning that names the option when it is not above `least`.
pub fn amount(name: &str, value: &Value, least: f64) -> Result<f64> {
    let bytes = value.as_bytes().map(<[u8]>::trim_ascii);
    let number = match bytes {
        None => Some(value.to_float()?),
        Some(bytes) => {
            let (digits, factor) = match bytes.split_last() {
                Some((b'k' | b'K', digits)) => (digits, 1024.0),
                Some((b'm' | b'M', digits)) => (digits, 1024.0 * 1024.0),
                Some((b'g' | b'G', digits)) => (digits, 1024.0 * 1024.0 * 1024.0),
                _ => (bytes, 1.0),
            };
            std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<f64>().ok()).map(|number| number * factor)
        }
    };
    if let Some(number) = number
        && number >= least
    {
        return Ok(number);
    }
    let given = value.to_php_string()?;
    Err(Error::Warning(format!("{name} must be a number, {least} or more, got {}", String::from_utf8_lossy(given.as_bytes()))))
}

//! `swoole_async_set()`, and what `Coroutine::set()` says of names. It must not know what else is set there.

use std::time::Duration;

use engine::log::{self, Level};

use super::{super::host, invalid, names};
use crate::zend::{Array, Call, Kind, Result, Value, constants};

/// Takes what concerns names out of an array of options.
///
/// # Errors
/// `Pending` when a value could not be made a number.
pub fn take(options: &Array) -> Result<()> {
    // Numbers may be objects', whose conversion is PHP's; so all are read before anything is changed.
    let seconds = ["dns_cache_refresh_time", "dns_cache_expire"].iter().filter_map(|name| options.get(name)).next_back();
    let seconds = seconds.map(Value::to_float).transpose()?;
    let most = options.get("dns_cache_capacity").map(Value::to_int).transpose()?;
    let random = options.get("dns_lookup_random").map(|on| !matches!(on.kind(), Kind::Null | Kind::Bool(false) | Kind::Int(0)));
    names::configure(|settings| {
        if let Some(seconds) = seconds {
            settings.time = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
        }
        if let Some(most) = most {
            settings.most = usize::try_from(most).unwrap_or_default();
        }
        if let Some(random) = random {
            settings.random = random;
        }
    });
    Ok(())
}

/// `swoole_async_set()`
///
/// # Errors
/// A warning when the loop runs already.
pub fn set(call: &mut Call<()>) -> Result<Value> {
    let options = call.args(1, 1)?.array()?.clone();
    if host::is_running() {
        return invalid(
            constants::SWOOLE_ERROR_WRONG_OPERATION as i32,
            "the event loop runs already: its settings cannot be changed any more",
        );
    }
    if let Some(number) = options.get("log_level")
        && let Some(level) = Level::from_number(number.to_int()?)
    {
        log::set_level(level);
    }
    take(&options)?;
    Ok(true.into())
}

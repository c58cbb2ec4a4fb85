//! `swoole_async_set()`, and what `Coroutine::set()` says of names. It must not know what else is set there.

use std::time::Duration;

use engine::log::{self, Level};

use super::{
    super::host,
    invalid,
    names::{self, Settings},
};
use crate::zend::{Array, Call, Kind, Result, Value, constants};

/// Takes what concerns names out of an array of options.
///
/// # Errors
/// `Pending` when a value could not be made a number.
pub fn take(options: &Array) -> Result<()> {
    let mut changes: Vec<Box<dyn FnOnce(&mut Settings)>> = Vec::new();
    for name in ["dns_cache_refresh_time", "dns_cache_expire"] {
        if let Some(time) = options.get(name) {
            let time = Duration::try_from_secs_f64(time.to_float()?.max(0.0)).unwrap_or(Duration::MAX);
            changes.push(Box::new(move |settings| settings.time = time));
        }
    }
    if let Some(most) = options.get("dns_cache_capacity") {
        let most = usize::try_from(most.to_int()?).unwrap_or_default();
        changes.push(Box::new(move |settings| settings.most = most));
    }
    if let Some(random) = options.get("dns_lookup_random") {
        let random = !matches!(random.kind(), Kind::Null | Kind::Bool(false) | Kind::Int(0));
        changes.push(Box::new(move |settings| settings.random = random));
    }
    names::configure(|settings| changes.into_iter().for_each(|change| change(settings)));
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

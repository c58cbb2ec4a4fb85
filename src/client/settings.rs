//! `Swoole\Client::set()`. It must not know which options there are.

use super::Client;
use crate::{
    option_value::neutral,
    zend::{Array, Call, Key, Level, Result, Value, raise},
};

/// Merges the settings into the property, as they were given, and takes up those that the engine knows. Others are nobody's business.
pub(super) fn set(call: &mut Call<Client>) -> Result<Value> {
    let given = call.args(1, 1)?.array()?;
    let before = call.this().get("setting")?;
    let mut merged = match before.as_array() {
        Some(array) => array.clone(),
        None => Array::new(given.len())?,
    };
    drop(before);
    let mut notices = Vec::new();
    for (key, value) in given.iter() {
        merged.set_key(key, value.clone())?;
        if let Key::Name(name) = key
            && let Ok(name) = std::str::from_utf8(name)
        {
            let notice = call.state().with(|socket| Ok(socket.options.set(name, &neutral(value))));
            notices.extend(notice.ok().flatten());
        }
    }
    call.this().set("setting", merged)?;
    for notice in notices {
        raise(Level::Warning, &notice, false)?;
    }
    Ok(true.into())
}

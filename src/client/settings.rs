//! `Swoole\Client::set()`. It must not know which options there are.

use super::Client;
use crate::{
    option_value::{merge_settings, warn},
    zend::{Call, Result, Value},
};

/// Takes up those settings that the engine knows. Others are nobody's business.
pub(super) fn set(call: &mut Call<Client>) -> Result<Value> {
    let given = call.args(1, 1)?.array()?;
    let state = call.state();
    let notices = merge_settings(call.this(), given, |name, value| {
        Ok(state.with(|socket| Ok(socket.options.set(name, value))).ok().flatten())
    })?;
    warn(&notices, false)?;
    Ok(true.into())
}

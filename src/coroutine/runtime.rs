//! `Swoole\Runtime`: which of PHP's own functions wait as coroutines do, and how they do. It must not know how a function is reached.

use std::{cell::Cell, time::Duration};

use super::scheduler::{self, Reason};
use crate::zend::{Call, Level, Result, RuntimeMethods, State, Value, constants, fiber::Slept, raise};

/// The hooks that are built.
const BUILT: i64 = constants::SWOOLE_HOOK_SLEEP;

thread_local! {
    static ON: Cell<i64> = const { Cell::new(0) };
    static SAID: Cell<bool> = const { Cell::new(false) };
}

/// What stands behind the class.
#[derive(Default)]
pub struct Runtime;

impl State for Runtime {}

impl RuntimeMethods for Runtime {
    fn enable_coroutine(call: &mut Call<()>) -> Result<Value> {
        let flags = call.args(0, 1)?.or(constants::SWOOLE_HOOK_ALL, |args| args.int())?;
        set(flags)?;
        Ok(true.into())
    }

    fn get_hook_flags(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        Ok(ON.get().into())
    }

    fn set_hook_flags(call: &mut Call<()>) -> Result<Value> {
        set(call.args(1, 1)?.int()?)?;
        Ok(true.into())
    }
}

/// Turns on these hooks, and off all others. Whoever asks by name for one that is not built is told so, once.
///
/// # Errors
/// `Pending` when an error handler of the program threw.
pub fn set(flags: i64) -> Result<()> {
    scheduler::attach();
    ON.set(flags & BUILT);
    // SWOOLE_HOOK_ALL means: whatever there is.
    if flags & !BUILT != 0 && flags != constants::SWOOLE_HOOK_ALL && !SAID.replace(true) {
        let text = format!("of the hooks that were asked for (0x{flags:x}) only SWOOLE_HOOK_SLEEP is built: all others stay off");
        raise(Level::Notice, &text, true)?;
    }
    Ok(())
}

/// What run() turns on.
///
/// # Errors
/// As for [`set`].
pub fn set_for_run(flags: Option<i64>) -> Result<()> {
    set(flags.unwrap_or(constants::SWOOLE_HOOK_ALL))
}

/// Off, as at the start of a request.
pub fn forget() {
    ON.set(0);
    SAID.set(false);
}

/// One of PHP's own functions sleeps in a coroutine.
pub(super) fn sleep(time: Duration) -> Result<Slept> {
    if ON.get() & constants::SWOOLE_HOOK_SLEEP == 0 || scheduler::current().is_none() {
        return Ok(Slept::Own);
    }
    scheduler::prepare()?.park(Reason::Event, Some(time)).map(|_| Slept::Done)
}

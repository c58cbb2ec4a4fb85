//! The functions that belong to no class.

use engine::options::Limits;

use crate::{
    coroutine, last_error,
    timer::handlers as timer,
    zend::{Call, FunctionsMethods, Result, Value, constants, error_text, process},
};

/// Up to here codes are errno's, above they are the `SWOOLE_ERROR_*` numbers.
const FIRST_OWN_CODE: i64 = 500;

/// What handles the functions.
pub struct Functions;

impl FunctionsMethods for Functions {
    fn swoole_version(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        Value::string(constants::SWOOLE_VERSION.as_bytes())
    }

    fn swoole_last_error(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        Ok(last_error::get().into())
    }

    fn swoole_errno(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        Ok(process::errno().into())
    }

    fn swoole_strerror(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let code = args.int()?;
        let kind = args.or(constants::SWOOLE_STRERROR_SYSTEM, |args| args.int())?;
        Value::string(text(code, kind).as_bytes())
    }

    fn swoole_clear_error(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        last_error::set(0);
        process::clear_errno();
        Ok(Value::null())
    }

    fn swoole_cpu_num(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        Ok(Limits::of_this_machine().cpus.into())
    }

    fn swoole_coroutine_create(call: &mut Call<()>) -> Result<Value> {
        coroutine::create(call)
    }

    fn swoole_coroutine_defer(call: &mut Call<()>) -> Result<Value> {
        coroutine::defer(call)
    }

    fn swoole_coroutine_run(call: &mut Call<()>) -> Result<Value> {
        coroutine::run(call)
    }

    fn swoole_coroutine_batch(call: &mut Call<()>) -> Result<Value> {
        coroutine::batch(call)
    }

    fn swoole_coroutine_parallel(call: &mut Call<()>) -> Result<Value> {
        coroutine::parallel(call)
    }

    fn swoole_coroutine_map(call: &mut Call<()>) -> Result<Value> {
        coroutine::map(call)
    }

    fn swoole_event_rshutdown(call: &mut Call<()>) -> Result<Value> {
        coroutine::end_of_script(call)
    }

    fn swoole_timer_tick(call: &mut Call<()>) -> Result<Value> {
        timer::tick(call)
    }

    fn swoole_timer_after(call: &mut Call<()>) -> Result<Value> {
        timer::after(call)
    }

    fn swoole_timer_exists(call: &mut Call<()>) -> Result<Value> {
        timer::exists(call)
    }

    fn swoole_timer_info(call: &mut Call<()>) -> Result<Value> {
        timer::info(call)
    }

    fn swoole_timer_stats(call: &mut Call<()>) -> Result<Value> {
        timer::stats(call)
    }

    fn swoole_timer_list(call: &mut Call<()>) -> Result<Value> {
        timer::list(call)
    }

    fn swoole_timer_clear(call: &mut Call<()>) -> Result<Value> {
        timer::clear(call)
    }

    fn swoole_timer_clear_all(call: &mut Call<()>) -> Result<Value> {
        timer::clear_all(call)
    }
}

fn text(code: i64, kind: i64) -> String {
    let number = i32::try_from(code).unwrap_or(-1);
    match kind {
        constants::SWOOLE_STRERROR_GAI => process::error_text(number, process::ErrorKind::AddressInfo),
        constants::SWOOLE_STRERROR_DNS => process::error_text(number, process::ErrorKind::Resolver),
        _ if code < FIRST_OWN_CODE => process::error_text(number, process::ErrorKind::System),
        _ => error_text(code).map_or_else(|| format!("Unknown error {code}"), String::from),
    }
}

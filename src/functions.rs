//! The functions that belong to no class.

use engine::options::Limits;

use crate::{
    last_error,
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

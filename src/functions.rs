//! The functions that belong to no class.

use engine::{
    log,
    net::interfaces::{self, Family},
    options::Limits,
};

use crate::{
    coroutine,
    event::{handlers as event, select},
    last_error,
    timer::handlers as timer,
    zend::{
        Array, Call, Callback, Error, ExceptionClass, FunctionsMethods, Key, Outcome, PhpString, Result, Value, constants,
        error_text, library, process,
    },
};

/// Up to here codes are errno's, above they are the `SWOOLE_ERROR_*` numbers.
const FIRST_OWN_CODE: i64 = 500;

/// PHP's flag of this name.
const JSON_OBJECT_AS_ARRAY: i64 = 1;

const AF_INET: i64 = 2;
const AF_INET6: i64 = 10;

/// Interfaces and what was found of each, as an array.
fn named(found: engine::Result<Vec<(String, String)>>) -> Result<Value> {
    let found = found.map_err(|error| Error::Warning(error.to_string()))?;
    let mut array = Array::new(found.len())?;
    for (name, address) in found {
        array.set_key(Key::Name(name.as_bytes()), PhpString::new(address.as_bytes())?)?;
    }
    Ok(array.into())
}

/// Names this process, as `ps` shows it.
///
/// # Errors
/// A warning where that is not possible.
pub fn set_process_name(name: &[u8]) -> Result<Value> {
    // The CLI knows where its arguments lie, which is where the name goes.
    let Some(setter) = Callback::new(&Value::string(b"cli_set_process_title")?) else {
        return Err(Error::Warning("only the command line of PHP can do this".into()));
    };
    match setter.call(&[Value::string(name)?]) {
        Outcome::Returned(done) => Ok(done),
        Outcome::Threw(thrown) => thrown.report().map(|()| false.into()),
        Outcome::Exited(status) => Err(Error::Exit(status)),
        Outcome::Died(_) => Err(Error::Pending),
    }
}

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

    fn swoole_coroutine_deadlock_check(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        coroutine::scheduler::report_deadlock();
        Ok(Value::null())
    }

    fn swoole_event_add(call: &mut Call<()>) -> Result<Value> {
        event::add(call)
    }

    fn swoole_event_del(call: &mut Call<()>) -> Result<Value> {
        event::del(call)
    }

    fn swoole_event_set(call: &mut Call<()>) -> Result<Value> {
        event::set(call)
    }

    fn swoole_event_isset(call: &mut Call<()>) -> Result<Value> {
        event::isset(call)
    }

    fn swoole_event_dispatch(call: &mut Call<()>) -> Result<Value> {
        coroutine::dispatch(call)
    }

    fn swoole_event_defer(call: &mut Call<()>) -> Result<Value> {
        event::defer(call)
    }

    fn swoole_event_cycle(call: &mut Call<()>) -> Result<Value> {
        event::cycle(call)
    }

    fn swoole_event_write(call: &mut Call<()>) -> Result<Value> {
        event::write(call)
    }

    fn swoole_event_wait(call: &mut Call<()>) -> Result<Value> {
        coroutine::wait(call)
    }

    fn swoole_event_exit(call: &mut Call<()>) -> Result<Value> {
        event::exit(call)
    }

    fn swoole_select(call: &mut Call<()>) -> Result<Value> {
        select(call)
    }

    fn swoole_coroutine_socketpair(call: &mut Call<()>) -> Result<Value> {
        coroutine::socketpair(call)
    }

    fn swoole_async_dns_lookup_coro(call: &mut Call<()>) -> Result<Value> {
        coroutine::system::dns_lookup(call)
    }

    fn swoole_clear_dns_cache(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        coroutine::system::names::clear();
        Ok(Value::null())
    }

    fn swoole_async_set(call: &mut Call<()>) -> Result<Value> {
        coroutine::system::settings::set(call)
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

    fn swoole_set_process_name(call: &mut Call<()>) -> Result<Value> {
        let name = call.args(1, 1)?.string()?;
        set_process_name(name)
    }

    fn swoole_get_local_ip(call: &mut Call<()>) -> Result<Value> {
        let number = call.args(0, 1)?.or(AF_INET, |args| args.int())?;
        let family = match number {
            AF_INET => Family::V4,
            AF_INET6 => Family::V6,
            _ => {
                let text = format!(
                    "swoole_get_local_ip(): Argument #1 ($family) must be {AF_INET} (AF_INET) or {AF_INET6} (AF_INET6), got {number}"
                );
                return Err(Error::Exception { class: ExceptionClass::ValueError, text, code: 0 });
            }
        };
        named(interfaces::addresses(family))
    }

    fn swoole_error_log(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(2, 2)?;
        let (number, text) = (args.int()?, args.string()?);
        log::write(level(number), format_args!("{}", String::from_utf8_lossy(text)));
        Ok(Value::null())
    }

    fn swoole_error_log_ex(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(3, 3)?;
        let (number, code, text) = (args.int()?, args.int()?, args.string()?);
        let code = i32::try_from(code).unwrap_or(-1);
        last_error::set(code);
        log::coded(level(number), None, code, format_args!("{}", String::from_utf8_lossy(text)));
        Ok(Value::null())
    }

    fn swoole_ignore_error(call: &mut Call<()>) -> Result<Value> {
        let code = call.args(1, 1)?.int()?;
        log::ignore(i32::try_from(code).unwrap_or(-1));
        Ok(Value::null())
    }

    fn swoole_hashcode(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let data = args.string()?;
        Ok(match args.or(0, |args| args.int())? {
            // As PHP's ints are: with the sign in the highest bit.
            0 => (process::hash(data) as i64).into(),
            1 => one_at_a_time(data).into(),
            _ => false.into(),
        })
    }

    fn swoole_substr_unserialize(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(2, 4)?;
        let text = args.string()?;
        let (offset, length) = (args.int()?, args.or(0, |args| args.int())?);
        let none = Array::new(0)?;
        let options = args.or(&none, |args| args.array())?;
        library::unserialize(part(text, offset, length)?, options, c"swoole_substr_unserialize")
    }

    fn swoole_substr_json_decode(call: &mut Call<()>) -> Result<Value> {
        let mut args = call.args(2, 6)?;
        let text = args.string()?;
        let (offset, length) = (args.int()?, args.or(0, |args| args.int())?);
        let associative = args.or(false, |args| args.bool())?;
        let depth = args.or(512, |args| args.int())?;
        let flags = args.or(0, |args| args.int())?;
        if !(1..=i64::from(i32::MAX)).contains(&depth) {
            let text =
                format!("swoole_substr_json_decode(): Argument #5 ($depth) must be between 1 and {}, got {depth}", i32::MAX);
            return Err(Error::Exception { class: ExceptionClass::ValueError, text, code: 0 });
        }
        let flags = if associative { flags | JSON_OBJECT_AS_ARRAY } else { flags };
        library::json_decode(part(text, offset, length)?, flags, depth)
    }

    fn swoole_get_objects(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        library::objects()
    }

    fn swoole_get_object_by_handle(call: &mut Call<()>) -> Result<Value> {
        let handle = call.args(1, 1)?.int()?;
        Ok(library::object_of_handle(handle).unwrap_or_else(|| false.into()))
    }

    fn swoole_get_local_mac(call: &mut Call<()>) -> Result<Value> {
        call.no_args()?;
        named(interfaces::hardware_addresses())
    }
}

/// The bytes from `offset` on, which counts from the end if it is below 0: `length` of them, or all for 0 and less.
fn part(text: &[u8], offset: i64, length: i64) -> Result<&[u8]> {
    let size = text.len() as i64;
    let start = if offset < 0 { size.saturating_add(offset) } else { offset };
    let end = if length > 0 { start.saturating_add(length) } else { size };
    match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) if start < end && end <= text.len() => Ok(&text[start..end]),
        _ => Err(Error::Warning(format!("offset {offset} and length {length} are not within the string of {size} bytes"))),
    }
}

/// Bob Jenkins's one-at-a-time hash.
fn one_at_a_time(data: &[u8]) -> u32 {
    let mixed = data.iter().fold(0u32, |hash, byte| {
        let hash = hash.wrapping_add(u32::from(*byte));
        let hash = hash.wrapping_add(hash << 10);
        hash ^ (hash >> 6)
    });
    let mixed = mixed.wrapping_add(mixed << 3);
    let mixed = mixed ^ (mixed >> 11);
    mixed.wrapping_add(mixed << 15)
}

/// A level of the log by its number; above all that there are is the highest that is shown.
fn level(number: i64) -> log::Level {
    match log::Level::from_number(number) {
        Some(log::Level::None) => log::Level::Error,
        Some(level) => level,
        None if number < 0 => log::Level::Debug,
        None => log::Level::Error,
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

//! `swoole_select()`: which of several descriptors are ready, asked once and waited for here. It must not know the loop.

use std::{os::fd::RawFd, time::Duration};

use engine::sys::foreign::{self, Interest};

use crate::{
    last_error,
    zend::{Array, Call, Error, ExceptionClass, Kind, Level, Result, Value, constants, raise, stream},
};

/// The parameters by reference, and what is asked of each of their elements.
const LISTS: [(&str, Interest); 3] = [
    ("read", Interest { read: true, write: false, except: false }),
    ("write", Interest { read: false, write: true, except: false }),
    ("except", Interest { read: false, write: false, except: true }),
];

/// `swoole_select()`, `swoole_client_select()`
///
/// # Errors
/// Warnings where there is nothing to wait for.
pub fn select(call: &mut Call<()>) -> Result<Value> {
    call.args(3, 4)?;
    let mut lists = Vec::with_capacity(LISTS.len());
    for (index, (name, _)) in LISTS.iter().enumerate() {
        lists.push(list(call, index as u32, name)?);
    }
    let mut asked: Vec<(RawFd, Interest)> = Vec::new();
    let mut kept: [Array; 3] = [Array::new(0)?, Array::new(0)?, Array::new(0)?];
    for (list, (name, interest)) in lists.iter().zip(LISTS) {
        for (_, element) in list.iter().flat_map(Array::iter) {
            match stream::descriptor(element)? {
                stream::Descriptor::Number(fd) => asked.push((fd, interest)),
                _ => {
                    raise(Level::Warning, &format!("an element of ${name} has no descriptor"), true)?;
                    // It keeps its place among the answers, as ready for nothing.
                    asked.push((-1, interest));
                }
            }
        }
    }
    let mut args = call.args(3, 4)?;
    for _ in LISTS {
        args.value();
    }
    let seconds = args.or_null(|args| args.float())?.unwrap_or(if call.count() > 3 { -1.0 } else { 0.5 });
    if asked.iter().all(|(fd, _)| *fd < 0) {
        last_error::set(constants::SWOOLE_ERROR_INVALID_PARAMS as i32);
        return Err(Error::Warning("there is nothing to wait for".into()));
    }
    let at_most = if seconds < 0.0 { None } else { Duration::try_from_secs_f64(seconds).ok() };
    let found = match foreign::poll(&asked, at_most) {
        Ok(found) => found,
        Err(error) => {
            last_error::set(error.raw_os_error().unwrap_or_default());
            return Err(Error::Warning(format!("the wait failed, Error: {error}")));
        }
    };
    let mut ready = found.iter();
    let mut count = 0;
    for (list, kept) in lists.iter().zip(&mut kept) {
        for (key, element) in list.iter().flat_map(Array::iter) {
            if ready.next().is_some_and(|found| *found != Interest::default()) {
                kept.set_key(key, element.clone())?;
                count += 1;
            }
        }
    }
    let mut args = call.args(3, 4)?;
    for (list, kept) in lists.iter().zip(kept) {
        if list.is_some() {
            drop(args.replace(kept.into()));
        } else {
            args.value();
        }
    }
    Ok(i64::from(count).into())
}

/// An argument of the type `?array`, by reference.
fn list(call: &Call<()>, index: u32, name: &str) -> Result<Option<Array>> {
    let given = match call.arg(index).map(Value::kind) {
        None | Some(Kind::Null) => return Ok(None),
        Some(Kind::Array(list)) => return Ok(Some(list.clone())),
        Some(Kind::Bool(_)) => "bool",
        Some(Kind::Int(_)) => "int",
        Some(Kind::Float(_)) => "float",
        Some(Kind::String(_)) => "string",
        Some(Kind::Object(_)) => "object",
        Some(Kind::Resource) => "resource",
    };
    let text = format!("swoole_select(): Argument #{} (${name}) must be of type ?array, {given} given", index + 1);
    Err(Error::Exception { class: ExceptionClass::TypeError, text, code: 0 })
}

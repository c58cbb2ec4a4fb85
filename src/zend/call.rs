//! One call of a handler: its object and its arguments, taken as PHP's own functions take theirs, in weak and in strict mode.

use std::{any::Any, marker::PhantomData, panic};

use super::{Array, Bound, Callback, Error, Object, Result, Value, ffi};

/// A running call of a method of the class that `T` is the state of; of a function or a static method when `T` is `()`.
pub struct Call<T> {
    frame: *mut ffi::zend_execute_data,
    of: PhantomData<T>,
}

/// How many zvals a frame's head takes: the arguments follow it.
const HEAD: usize = size_of::<ffi::zend_execute_data>().div_ceil(size_of::<ffi::zval>());

impl<T> Call<T> {
    /// How many arguments were given.
    #[inline]
    pub fn count(&self) -> u32 {
        // SAFETY: Zend keeps the number there in the frame of every call, and the frame lives as long as we run.
        unsafe { (*self.frame).This.u2.num_args }
    }

    /// An argument as it was given, counted from 0.
    #[inline]
    pub fn arg(&self, index: u32) -> Option<&Value> {
        // SAFETY: the arguments follow the frame's head, `count` of them, and live as long as it.
        (index < self.count()).then(|| unsafe { Value::borrow(self.slot(index)) })
    }

    fn slot(&self, index: u32) -> *mut ffi::zval {
        // SAFETY: as in `arg`; the callers keep below the count.
        unsafe { self.frame.cast::<ffi::zval>().add(HEAD + index as usize) }
    }

    /// The arguments, to be taken one after the other, of a function that takes `least` to `most`.
    ///
    /// # Errors
    /// `Pending`: their number is wrong, and an `ArgumentCountError` was thrown.
    #[inline]
    pub fn args(&self, least: u32, most: u32) -> Result<Args<'_>> {
        let count = self.count();
        if (least..=most).contains(&count) {
            return Ok(Args { first: self.slot(0), count, taken: 0, of: PhantomData });
        }
        Err(wrong_count(least, most))
    }

    /// For a function without arguments.
    ///
    /// # Errors
    /// As for [`Call::args`].
    pub fn no_args(&self) -> Result<()> {
        self.args(0, 0).map(drop)
    }
}

#[cold]
#[inline(never)]
fn wrong_count(least: u32, most: u32) -> Error {
    // SAFETY: it throws, with the name of the function that runs.
    unsafe { ffi::zg_arg_count_error(least, most) };
    Error::Pending
}

impl<T: Bound> Call<T> {
    /// The object whose method was called.
    #[inline]
    pub fn this(&self) -> &Object<T> {
        // SAFETY: Zend calls a method that is not static with an object of its class in This, which lives as long as the frame.
        unsafe { Object::borrow(Value::borrow(&raw const (*self.frame).This)) }
    }

    /// Its Rust state.
    #[inline]
    pub fn state(&self) -> &T {
        self.this().state()
    }
}

/// The arguments of a call. Each is parsed when it is taken; a type that does not fit throws what PHP throws.
pub struct Args<'a> {
    first: *mut ffi::zval,
    count: u32,
    taken: u32,
    of: PhantomData<&'a Value>,
}

/// An argument of the type `string|int`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringOrInt<'a> {
    /// A string: bytes.
    String(&'a [u8]),
    /// An int.
    Int(i64),
}

impl<'a> Args<'a> {
    /// Whether all that was given has been taken.
    pub fn is_empty(&self) -> bool {
        self.taken >= self.count
    }

    /// The next argument's place and its number, counted from 1. Taking more than `least` without a look at `is_empty` is a mistake here.
    fn next(&mut self) -> (*mut ffi::zval, u32) {
        assert!(self.taken < self.count, "argument {} was not given", self.taken + 1);
        // SAFETY: below the count there is an argument.
        let slot = unsafe { self.first.add(self.taken as usize) };
        self.taken += 1;
        (slot, self.taken)
    }

    fn parsed<V>(ok: bool, value: V) -> Result<V> {
        if ok { Ok(value) } else { Err(Error::Pending) }
    }

    /// `int`
    ///
    /// # Errors
    /// `Pending`, as for all of these: the argument does not fit, and a `TypeError` was thrown.
    pub fn int(&mut self) -> Result<i64> {
        let (slot, number) = self.next();
        // SAFETY: the slot is an argument's, and lives as long as the call.
        if let Some(given) = unsafe { Value::borrow(slot) }.as_plain_int() {
            return Ok(given);
        }
        let mut result = 0;
        // SAFETY: the slot is an argument's.
        let ok = unsafe { ffi::zg_arg_long(slot, number, &raw mut result) };
        Args::parsed(ok, result)
    }

    /// `?int`
    ///
    /// # Errors
    /// As for [`Args::int`].
    pub fn int_or_null(&mut self) -> Result<Option<i64>> {
        if self.take_null() { Ok(None) } else { self.int().map(Some) }
    }

    /// `float`
    ///
    /// # Errors
    /// As for [`Args::int`].
    pub fn float(&mut self) -> Result<f64> {
        let (slot, number) = self.next();
        let mut result = 0.0;
        // SAFETY: the slot is an argument's.
        let ok = unsafe { ffi::zg_arg_double(slot, number, &raw mut result) };
        Args::parsed(ok, result)
    }

    /// `bool`
    ///
    /// # Errors
    /// As for [`Args::int`].
    pub fn bool(&mut self) -> Result<bool> {
        let (slot, number) = self.next();
        let mut result = false;
        // SAFETY: the slot is an argument's.
        let ok = unsafe { ffi::zg_arg_bool(slot, number, &raw mut result) };
        Args::parsed(ok, result)
    }

    /// `string`
    ///
    /// # Errors
    /// As for [`Args::int`].
    pub fn string(&mut self) -> Result<&'a [u8]> {
        let (slot, number) = self.next();
        // SAFETY: the slot is an argument's; what is not a string yet becomes one in it, and no parser turns it into anything else.
        unsafe {
            if let Some(given) = Value::borrow(slot).as_plain_bytes() {
                return Ok(given);
            }
            if ffi::zg_arg_string(slot, number) {
                Ok(Value::borrow(slot).as_bytes().unwrap_or_default())
            } else {
                Err(Error::Pending)
            }
        }
    }

    /// `?string`
    ///
    /// # Errors
    /// As for [`Args::int`].
    pub fn string_or_null(&mut self) -> Result<Option<&'a [u8]>> {
        if self.take_null() { Ok(None) } else { self.string().map(Some) }
    }

    /// `string|int`
    ///
    /// # Errors
    /// As for [`Args::int`].
    pub fn string_or_int(&mut self) -> Result<StringOrInt<'a>> {
        let (slot, number) = self.next();
        let mut result = 0;
        // SAFETY: as in `string`.
        unsafe {
            if !ffi::zg_arg_string_or_long(slot, number, &raw mut result) {
                return Err(Error::Pending);
            }
            Ok(Value::borrow(slot).as_bytes().map_or(StringOrInt::Int(result), StringOrInt::String))
        }
    }

    /// `array`
    ///
    /// # Errors
    /// As for [`Args::int`].
    pub fn array(&mut self) -> Result<&'a Array> {
        let (slot, number) = self.next();
        // SAFETY: the slot is an argument's, and lives as long as the call.
        unsafe {
            if let Some(given) = Value::borrow(slot).as_array() {
                Ok(given)
            } else if ffi::zg_arg_array(slot, number) {
                Value::borrow(slot).as_array().ok_or(Error::Pending)
            } else {
                Err(Error::Pending)
            }
        }
    }

    /// An object of the class that `C` is the state of, or of one that extends it.
    ///
    /// # Errors
    /// As for [`Args::int`].
    pub fn object<C: Bound>(&mut self) -> Result<&'a Object<C>> {
        let (slot, number) = self.next();
        // SAFETY: the slot is an argument's, which lives as long as the call; the class is registered. What is found to be an object of it is one.
        unsafe {
            if ffi::zg_arg_object(slot, number, C::CLASS.entry()) {
                Ok(Object::borrow(Value::borrow(slot)))
            } else {
                Err(Error::Pending)
            }
        }
    }

    /// `callable`
    ///
    /// # Errors
    /// As for [`Args::int`].
    pub fn callback(&mut self) -> Result<Callback> {
        let (slot, number) = self.next();
        // SAFETY: the slot is an argument's, and lives as long as the call; a cache of zeros is an empty one.
        unsafe {
            let mut cache = std::mem::zeroed();
            let ok = ffi::zg_arg_callable(slot, number, &raw mut cache);
            if ok { Ok(Callback::looked_up(Value::borrow(slot), cache)) } else { Err(Error::Pending) }
        }
    }

    /// `?callable`
    ///
    /// # Errors
    /// As for [`Args::int`].
    pub fn callback_or_null(&mut self) -> Result<Option<Callback>> {
        if self.take_null() { Ok(None) } else { self.callback().map(Some) }
    }

    /// Takes the next argument if it is null.
    fn take_null(&mut self) -> bool {
        assert!(self.taken < self.count, "argument {} was not given", self.taken + 1);
        // SAFETY: below the count there is an argument, which lives as long as the call.
        let is_null = unsafe { Value::borrow(self.first.add(self.taken as usize)) }.is_null();
        self.taken += u32::from(is_null);
        is_null
    }

    /// All that was not taken: `mixed ...$args`.
    pub fn rest(&mut self) -> &'a [Value] {
        let count = self.count.saturating_sub(self.taken) as usize;
        // SAFETY: a Value is a zval, and so many arguments lie there one behind the other, as long as the call lives.
        let rest = unsafe { std::slice::from_raw_parts(self.first.add(self.taken as usize).cast::<Value>(), count) };
        self.taken = self.count;
        rest
    }

    /// Puts a value where the next argument, a parameter by reference, comes from, and takes it; what was there is given back.
    pub fn replace(&mut self, value: Value) -> Value {
        let (slot, _) = self.next();
        // SAFETY: the slot is an argument's; if it is a reference, what it refers to is written, as PHP's own functions do.
        unsafe {
            let target = if (*slot).u1.type_info & 0xff == ffi::IS_REFERENCE { &raw mut (*(*slot).value.ref_).val } else { slot };
            std::mem::replace(&mut *target.cast::<Value>(), value)
        }
    }

    /// `mixed`, and all that the handler checks itself.
    pub fn value(&mut self) -> &'a Value {
        // SAFETY: the slot is an argument's, and lives as long as the call.
        unsafe { Value::borrow(self.next().0) }
    }

    /// The next argument, taken by `take`; none if it is null or was not given.
    ///
    /// # Errors
    /// Those of `take`.
    pub fn or_null<V>(&mut self, take: impl FnOnce(&mut Self) -> Result<V>) -> Result<Option<V>> {
        if self.is_empty() {
            return Ok(None);
        }
        // SAFETY: there is one more argument, which lives as long as the call.
        if unsafe { Value::borrow(self.first.add(self.taken as usize)) }.is_null() {
            self.taken += 1;
            return Ok(None);
        }
        take(self).map(Some)
    }

    /// The next argument, taken by `take`, or `default` if none was given.
    ///
    /// # Errors
    /// Those of `take`.
    pub fn or<V>(&mut self, default: V, take: impl FnOnce(&mut Self) -> Result<V>) -> Result<V> {
        if self.is_empty() { Ok(default) } else { take(self) }
    }
}

/// What the C shims call: runs a handler, and gives Zend what it ends in. What waits to be raised then is raised by the C caller.
///
/// # Safety
/// `frame` must be the frame of a running call of this very handler, `result` the place for its result.
#[inline(always)]
pub(super) unsafe fn enter<T>(
    frame: *mut ffi::zend_execute_data,
    result: *mut ffi::zval,
    handler: impl FnOnce(&mut Call<T>) -> Result<Value>,
) {
    let mut call = Call { frame, of: PhantomData };
    let ended = panic::catch_unwind(panic::AssertUnwindSafe(|| handler(&mut call)));
    let value = match ended {
        Ok(Ok(value)) => value,
        Ok(Err(error)) => failed(error),
        Err(panic) => panicked(&*panic),
    };
    // SAFETY: Zend wants the result there, and nothing owned is in it yet.
    unsafe { value.move_to(result) };
}

unsafe extern "C" {
    fn zg_enter(frame: *mut ffi::zend_execute_data, result: *mut ffi::zval, handler: Handler);
}

/// A handler as C sees it.
type Handler = unsafe extern "C" fn(*mut ffi::zend_execute_data, *mut ffi::zval);

/// What Zend calls where a handler has a short form: runs that, and the handler if it has nothing to say.
///
/// # Safety
/// As for [`enter`]; `handler` is the shim that calls it.
#[inline(always)]
pub(super) unsafe fn enter_at_once<T>(
    frame: *mut ffi::zend_execute_data,
    result: *mut ffi::zval,
    short: impl FnOnce(&Call<T>) -> Option<Value>,
    handler: Handler,
) {
    match short(&Call { frame, of: PhantomData }) {
        // SAFETY: Zend wants the result there, and nothing owned is in it yet.
        Some(value) => unsafe { value.move_to(result) },
        // SAFETY: no value of Rust's is left here: what is raised then may jump.
        None => unsafe { zg_enter(frame, result, handler) },
    }
}

#[cold]
#[inline(never)]
fn failed(error: Error) -> Value {
    error.tell();
    Value::from(false)
}

#[cold]
#[inline(never)]
fn panicked(panic: &(dyn Any + Send)) -> Value {
    failed(Error::Fatal(format!("internal error: {}", panic_text(panic))))
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic")
}

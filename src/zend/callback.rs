//! [`Callback`]: a PHP callable that is called often, and what a call ends in. The only place from which PHP code is run on purpose.

use super::{AnyObject, Error, Result, Tracer, Value, ffi};

/// Something that PHP can call, looked up once.
#[derive(Debug)]
pub struct Callback {
    callable: Value,
    cache: ffi::zend_fcall_info_cache,
}

/// What a call ended in. In each case the Rust frames above have not been jumped over.
#[derive(Debug)]
#[must_use]
pub enum Outcome {
    /// It returned this.
    Returned(Value),
    /// It ended in an exception.
    Threw(Thrown),
    /// It called `exit()`, with this status.
    Exited(i32),
    /// A fatal error: PHP can run no more code in this process, which must end with this status. The handler that is running must return
    /// [`Error::Pending`] for PHP to shut down.
    Died(i32),
}

/// An exception that nobody has caught yet.
#[derive(Debug)]
#[must_use]
pub struct Thrown(AnyObject);

impl Callback {
    /// The callable that a value is, if it is one that can be called from here.
    pub fn new(callable: &Value) -> Option<Callback> {
        // SAFETY: a cache of zeros is an empty one; zg_callable fills it. What it points to is kept alive by the callable, which we hold.
        unsafe {
            let mut cache = std::mem::zeroed();
            ffi::zg_callable(callable.as_ptr().cast_mut(), &raw mut cache).then(|| Callback { callable: callable.clone(), cache })
        }
    }

    /// A callable with what Zend found when it looked it up.
    pub(super) fn looked_up(callable: &Value, cache: ffi::zend_fcall_info_cache) -> Callback {
        Callback { callable: callable.clone(), cache }
    }

    /// The cache to call it by.
    pub(super) fn cache(&self) -> ffi::zend_fcall_info_cache {
        self.cache
    }

    /// The same once more.
    pub fn again(&self) -> Callback {
        Callback { callable: self.callable.clone(), cache: self.cache }
    }

    /// What was registered, just as it was.
    pub fn value(&self) -> &Value {
        &self.callable
    }

    /// For [`State::trace`](super::State::trace).
    pub fn trace(&self, tracer: &mut Tracer) {
        tracer.add(&self.callable);
    }

    /// Calls it.
    pub fn call(&self, args: &[Value]) -> Outcome {
        self.call_as(args, false)
    }

    /// Calls it as a part of what a coroutine does: `exit()` there goes on as the exception that it is in a coroutine.
    pub fn call_within(&self, args: &[Value]) -> Outcome {
        self.call_as(args, true)
    }

    fn call_as(&self, args: &[Value], within: bool) -> Outcome {
        if super::error::is_pending() {
            // A fatal error has left this process with nothing to run.
            return Outcome::Died(255);
        }
        let mut result = Value::null();
        let mut cache = self.cache;
        let count = u32::try_from(args.len()).unwrap_or_default();
        // SAFETY: a Value is a zval, so the slice is an array of them; Zend takes references of its own. The result is a place for a zval.
        let outcome = unsafe {
            ffi::zg_call(
                self.callable.as_ptr().cast_mut(),
                &raw mut cache,
                count,
                args.as_ptr().cast::<ffi::zval>().cast_mut(),
                result.as_mut_ptr(),
                within,
            )
        };
        let status = || result.as_int().and_then(|status| i32::try_from(status).ok()).unwrap_or(255);
        match outcome as u32 {
            ffi::ZG_THREW => match result.as_object() {
                Some(exception) => Outcome::Threw(Thrown(exception.clone())),
                None => Outcome::Died(255),
            },
            ffi::ZG_EXITED => Outcome::Exited(status()),
            ffi::ZG_DIED => Outcome::Died(status()),
            _ => Outcome::Returned(result),
        }
    }
}

impl Thrown {
    /// The exception.
    pub fn object(&self) -> &AnyObject {
        &self.0
    }

    /// Whether it unwinds a coroutine, at the end of the script: it is to be thrown [again](Thrown::again), whatever else happens.
    pub fn is_unwinding(&self) -> bool {
        self.0.is_unwinding()
    }

    /// Throws it once more: the handler that is running ends in it.
    pub fn again(self) -> Error {
        self.0.throw(None)
    }

    /// Reports it as PHP reports an exception that nobody caught: by the handler that `set_exception_handler` set, or as a fatal error that is
    /// printed and logged. The process goes on.
    ///
    /// # Errors
    /// `Pending` when that ended in a fatal error: the process must end.
    pub fn report(self) -> Result<()> {
        let object = self.into_raw();
        // SAFETY: the reference is given to Zend.
        if unsafe { ffi::zg_report(object) } { Ok(()) } else { Err(Error::Pending) }
    }

    fn into_raw(self) -> *mut ffi::zend_object {
        let value = Value::from(self.0);
        // SAFETY: the value is an object; its reference goes with the pointer.
        let object = unsafe { (*value.as_ptr()).value.obj };
        std::mem::forget(value);
        object
    }
}

/// Deals with an exception that waits where no handler is left to end in it: reports it as nobody caught it.
///
/// # Errors
/// `Pending` when a fatal error waits: the process must end.
pub fn report_pending() -> Result<()> {
    // SAFETY: it hands over the reference to the exception, if there is one.
    let waiting = Value::filled(|result| unsafe { ffi::zg_take_exception(result) });
    match waiting.ok().as_ref().and_then(Value::as_object) {
        Some(exception) => Thrown(exception.clone()).report(),
        None if super::error::is_pending() => Err(Error::Pending),
        None => Ok(()),
    }
}

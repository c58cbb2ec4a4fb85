//! [`Fiber`]: a context of execution with stacks of its own, on which a PHP function runs, is suspended and goes on. Also what PHP is asked
//! for around it: backtraces, the end of the script. It must not know who decides which one runs.

use std::{cell::Cell, panic, ptr::NonNull, time::Duration};

use super::{AnyObject, Array, Callback, Class, Error, Result, Value, ffi};

/// A context of execution. When it is dropped its stacks serve the next one, unless something is still on them.
#[derive(Debug)]
pub struct Fiber(NonNull<ffi::zg_fiber>);

/// How a start or a resume ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Progress {
    /// It waits.
    Suspended,
    /// Its function has ended, and the deferred ones.
    Ended,
    /// Its function ended by an `exit()` that nobody caught, in a process that survives that.
    Exited,
    /// Its function ended by an exception that nobody caught and that was reported, in a process that survives that.
    Threw,
    /// The process has to leave with this status: `exit()`, or an exception that nobody caught and that was reported.
    Leaves(i32),
    /// A fatal error; the handler that runs must return [`Error::Pending`].
    Died,
    /// It could not be started or resumed: it runs already, or nothing is on it.
    Refused,
}

/// What fibers ask of whoever schedules them.
pub struct Hooks {
    /// The function of a fiber has returned; null if it ended otherwise.
    pub returned: fn(id: u64, result: Value),
    /// The work of a fiber that was started without a function.
    pub native: fn(id: u64) -> Result<()>,
    /// The next function to call before the fiber ends.
    pub next_deferred: fn(id: u64) -> Option<Value>,
    /// One of PHP's own functions wants to sleep, in a fiber: whether it has, or shall do it itself.
    pub sleep: fn(Duration) -> Result<Slept>,
    /// The current fiber has computed for a while since it was started or resumed, [`watch`] is on, and PHP's virtual machine stands at a safe
    /// point.
    pub interrupted: fn(Interrupted) -> Result<()>,
    /// The request ends: no PHP value may be kept.
    pub request_shutdown: fn(),
}

/// What became of a sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slept {
    /// It is over.
    Done,
    /// The function shall sleep itself.
    Own,
}

/// What is known of a fiber that was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// It has computed for more than 10 ms.
    pub is_long: bool,
    /// It is long, and may be suspended where it stands.
    pub may_leave: bool,
}

thread_local! {
    static HOOKS: Cell<Option<&'static Hooks>> = const { Cell::new(None) };
}

/// Says who schedules the fibers of this thread.
pub fn set_hooks(hooks: &'static Hooks) {
    HOOKS.set(Some(hooks));
}

impl Fiber {
    /// One that nothing runs on.
    ///
    /// # Errors
    /// Why there is none: what the system refused.
    pub fn take() -> Result<Fiber, String> {
        // SAFETY: PHP runs on this thread.
        let fiber = NonNull::new(unsafe { ffi::zg_fiber_take() });
        fiber.map(Fiber).ok_or_else(|| {
            // SAFETY: it gives a string that is never freed.
            unsafe { std::ffi::CStr::from_ptr(ffi::zg_fiber_refusal()) }.to_string_lossy().into_owned()
        })
    }

    #[inline(always)]
    fn progress(outcome: i32) -> Progress {
        match outcome as u32 {
            ffi::ZG_FIBER_SUSPENDED => Progress::Suspended,
            ffi::ZG_FIBER_ENDED => Progress::Ended,
            // SAFETY: it only reads.
            ffi::ZG_FIBER_LEAVES => Progress::Leaves(unsafe { ffi::zg_fiber_exit_status() }),
            ffi::ZG_FIBER_EXITED => Progress::Exited,
            ffi::ZG_FIBER_THREW => Progress::Threw,
            ffi::ZG_FIBER_DIED => Progress::Died,
            _ => Progress::Refused,
        }
    }

    /// Calls a function on it, until it ends or waits for the first time. `id` names it to the [`Hooks`].
    #[inline(always)]
    pub fn start(&self, id: u64, callback: &Callback, args: &[Value]) -> Progress {
        if super::error::is_pending() {
            return Progress::Refused;
        }
        let mut cache = callback.cache();
        let count = u32::try_from(args.len()).unwrap_or_default();
        // SAFETY: the fiber is one of zg_fiber_take's; it takes references of its own to what it needs past its first wait. A Value is a
        // zval, so the slice is an array of them.
        Fiber::progress(unsafe {
            ffi::zg_fiber_start(
                self.0.as_ptr(),
                id,
                callback.value().as_ptr().cast_mut(),
                &raw mut cache,
                count,
                args.as_ptr().cast::<ffi::zval>().cast_mut(),
            )
        })
    }

    /// Does the work of [`Hooks::native`] on it, until that ends or waits for the first time.
    pub fn start_native(&self, id: u64) -> Progress {
        if super::error::is_pending() {
            return Progress::Refused;
        }
        let none = std::ptr::null_mut;
        // SAFETY: the fiber is one of zg_fiber_take's; without a callable nothing else is looked at.
        Fiber::progress(unsafe { ffi::zg_fiber_start(self.0.as_ptr(), id, none(), std::ptr::null_mut(), 0, none()) })
    }

    /// Lets it go on until it ends or waits again.
    #[inline(always)]
    pub fn resume(&self) -> Progress {
        // SAFETY: the fiber is one of zg_fiber_take's, which refuses if it does not wait. No Rust reference to what another fiber can
        // change is held across the switch: all shared state is in cells.
        Fiber::progress(unsafe { ffi::zg_fiber_resume(self.0.as_ptr()) })
    }

    /// Has the next resume unwind it: `finally` blocks and destructors run, and nothing catches it.
    pub fn unwind(&self) {
        // SAFETY: the fiber is one of zg_fiber_take's.
        unsafe { ffi::zg_fiber_unwind(self.0.as_ptr()) }
    }

    /// Bytes of C stack in use.
    pub fn stack_usage(&self) -> usize {
        // SAFETY: as in `unwind`.
        unsafe { ffi::zg_fiber_stack_usage(self.0.as_ptr()) }
    }

    /// The calls on its stack while it waits, as `debug_backtrace()` gives them.
    ///
    /// # Errors
    /// `Pending` when PHP's memory limit is reached.
    pub fn backtrace(&self, options: i64, limit: i64) -> Result<Value> {
        backtrace(self.0.as_ptr(), options, limit)
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        // SAFETY: the fiber is one of zg_fiber_take's, and this is its only handle.
        unsafe { ffi::zg_fiber_release(self.0.as_ptr()) }
    }
}

/// Whether this process survives what nobody catches in a fiber. While it does, `exit()` is an exception outside of fibers as well. Processes that
/// the program forks are on their own again.
pub fn survive(on: bool) {
    // SAFETY: it only notes it.
    unsafe { ffi::zg_fiber_survive(on) }
}

/// Leaves the fiber that runs for whoever resumed it, and comes back when it is resumed. False when it cannot be left.
#[inline(always)]
pub fn suspend() -> bool {
    // SAFETY: it refuses where it cannot switch. See `resume` for what is held across it.
    unsafe { ffi::zg_fiber_suspend() as u32 == ffi::ZG_FIBER_SUSPENDED }
}

/// Whether the garbage collector runs on the current stack, which cannot be left then.
#[inline]
pub fn is_collecting() -> bool {
    // SAFETY: it only reads.
    unsafe { ffi::zg_fiber_collecting() }
}

/// Whether an exception or a fatal error waits: the handler that runs has to return.
#[inline]
pub fn is_pending() -> bool {
    super::error::is_pending()
}

/// The calls on the stack that runs.
///
/// # Errors
/// As for [`Fiber::backtrace`].
pub fn own_backtrace(options: i64, limit: i64) -> Result<Value> {
    backtrace(std::ptr::null(), options, limit)
}

fn backtrace(fiber: *const ffi::zg_fiber, options: i64, limit: i64) -> Result<Value> {
    let small = |number: i64| i32::try_from(number).unwrap_or_default();
    // SAFETY: the fiber is null or lives; the result is a place for a zval.
    Value::filled(|result| unsafe { ffi::zg_fiber_backtrace(fiber, small(options), small(limit), result) })
}

/// A backtrace as `debug_print_backtrace()` prints it.
///
/// # Errors
/// `Pending` when PHP's memory limit is reached.
pub fn trace_text(trace: &Array) -> Result<Value> {
    let trace = Value::from(trace.clone());
    // SAFETY: the value is an array; the result is a place for a zval.
    Value::filled(|result| unsafe { ffi::zg_fiber_trace_text(trace.as_ptr().cast_mut(), result) })
}

/// Has a function of this module called as the last of the shutdown functions that there are now.
pub fn at_end_of_script(function: &str) -> bool {
    // SAFETY: the pointer and the length are those of a str.
    unsafe { ffi::zg_shutdown_function(function.as_ptr().cast(), function.len()) }
}

/// Whether other shutdown functions follow the one that runs.
pub fn shutdown_functions_follow() -> bool {
    // SAFETY: it only reads.
    unsafe { ffi::zg_shutdown_functions_follow() }
}

/// How a handler ends that has to end the script: by an exception that is reported as nobody caught it, and that nobody can catch.
pub fn die(class: Class, text: &str) -> Error {
    // SAFETY: the class is registered; the pointer and the length are those of a str.
    unsafe { ffi::zg_die_of(class.entry(), text.as_ptr().cast(), text.len()) };
    Error::Pending
}

/// How the script ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As it should.
    Well,
    /// By an exception that nobody caught, or an error after which PHP code can still run.
    Badly,
    /// By a fatal error.
    Dead,
}

/// How the script has ended, asked in a shutdown function.
pub fn ending() -> Ending {
    // SAFETY: both only read.
    unsafe {
        if ffi::zg_bailed_out() {
            Ending::Dead
        } else if ffi::zg_failed() {
            Ending::Badly
        } else {
            Ending::Well
        }
    }
}

/// Nanoseconds of the monotonic clock.
pub fn clock() -> u64 {
    // SAFETY: it only reads.
    unsafe { ffi::zg_clock(false) }
}

/// As [`clock`], quicker, and a few milliseconds behind.
pub fn coarse_clock() -> u64 {
    // SAFETY: it only reads.
    unsafe { ffi::zg_clock(true) }
}

/// Writes to PHP's output.
pub fn write(text: &[u8]) {
    // SAFETY: the pointer and the length are those of a slice.
    unsafe { ffi::zg_write(text.as_ptr().cast(), text.len()) }
}

/// A new object of a class of the stubs, whose constructor gets one argument.
///
/// # Errors
/// `Pending` when it cannot be made, and PHP threw.
pub fn object_with(class: Class, argument: impl Into<Value>) -> Result<AnyObject> {
    let mut argument = argument.into();
    // SAFETY: the class is registered, and has a constructor by its parent; the result is a place for a zval.
    let made = Value::filled(|result| unsafe { ffi::zg_object_with(class.entry(), argument.as_mut_ptr(), result) })?;
    made.as_object().cloned().ok_or(Error::Pending)
}

/// Whether fibers that compute for long are interrupted, see [`Hooks::interrupted`]. A thread looks after them while this is on.
pub fn watch(on: bool) {
    // SAFETY: PHP runs on this thread.
    unsafe { ffi::zg_preempt_set(on) }
}

/// Whether an INI entry is on.
pub fn ini_is_on(name: &str) -> bool {
    // SAFETY: the pointer and the length are those of a str.
    unsafe { ffi::zg_ini_is_on(name.as_ptr().cast(), name.len()) }
}

pub(super) fn startup() {
    // SAFETY: Zend starts its modules; the class is registered just before.
    unsafe { ffi::zg_fiber_startup(Class::ExitException.entry()) }
}

pub(super) fn request_startup() {
    // SAFETY: a request starts, and no fiber runs.
    unsafe { ffi::zg_fiber_request() }
}

pub(super) fn request_shutdown() {
    if let Some(hooks) = HOOKS.get() {
        (hooks.request_shutdown)();
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn zg_fiber_returned(id: u64, result: *mut ffi::zval) {
    // SAFETY: fiber.c gives its result away; an undefined one owns nothing.
    let result = unsafe { Value::take(result) };
    if let Some(hooks) = HOOKS.get() {
        (hooks.returned)(id, result);
    }
}

#[unsafe(no_mangle)]
extern "C" fn zg_fiber_native(id: u64) {
    let Some(hooks) = HOOKS.get() else { return };
    let ended = panic::catch_unwind(|| (hooks.native)(id));
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => error.tell(),
        Err(_) => Error::Fatal("internal error: a coroutine of the extension's own has panicked".into()).tell(),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn zg_fiber_next_deferred(id: u64, callable: *mut ffi::zval) -> bool {
    match HOOKS.get().and_then(|hooks| (hooks.next_deferred)(id)) {
        Some(value) => {
            // SAFETY: fiber.c gives a place for a zval.
            unsafe { value.move_to(callable) };
            true
        }
        None => false,
    }
}

#[unsafe(no_mangle)]
extern "C" fn zg_fiber_hook_sleep(nanoseconds: u64) -> bool {
    match HOOKS.get().map(|hooks| (hooks.sleep)(Duration::from_nanos(nanoseconds))) {
        None | Some(Ok(Slept::Own)) => false,
        Some(Ok(Slept::Done)) => true,
        Some(Err(error)) => {
            error.tell();
            true
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn zg_fiber_interrupted(is_long: bool, may_leave: bool) {
    if let Some(hooks) = HOOKS.get()
        && let Err(error) = (hooks.interrupted)(Interrupted { is_long, may_leave })
    {
        error.tell();
    }
}

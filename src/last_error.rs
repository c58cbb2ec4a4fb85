//! The code of the last error, as `swoole_last_error()` gives it: one a process, set by whatever returns false.

use std::cell::Cell;

thread_local! {
    static CODE: Cell<i32> = const { Cell::new(0) };
}

/// The code: an errno, or one of the `SWOOLE_ERROR_*` numbers; 0 if there was no error.
pub fn get() -> i32 {
    CODE.get()
}

/// Notes an error.
pub fn set(code: i32) {
    CODE.set(code);
}

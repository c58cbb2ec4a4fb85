//! The thin layer over Zend: values, arguments, callbacks, objects with a Rust state, errors and the module itself.
//!
//! It is the only place that knows a zval's bits, and with glue.c the only one that calls Zend. What stands above it uses the types of this
//! module, which are safe: whatever is handed out owns a reference or borrows from something that does, and nothing jumps over a Rust frame
//! (see glue.h). It must not know what a server or a client is.
//!
//! All of its types belong to the thread that PHP runs on: none is `Send`.

mod array;
mod call;
mod callback;
mod error;
mod ffi;
pub mod fiber;
pub mod library;
pub mod module;
mod object;
pub mod process;
pub mod stream;
mod surface;
mod value;

pub use array::{Array, ArrayPattern, Key, Plain};
pub use call::{Call, StringOrInt};
pub use callback::{Callback, Outcome, report_pending};
pub use error::{Error, ExceptionClass, Level, Result, leave, raise};
pub use object::{AnyObject, Bound, Object, State, Tracer};
pub use surface::*;
pub use value::{Kind, PhpString, Value};

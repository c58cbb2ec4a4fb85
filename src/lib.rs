//! swoole-rs: a drop-in for the PHP extension swoole.
//!
//! This crate is the extension. It turns PHP's words into the engine's: `zend` is the thin layer over Zend, php-stubs say what PHP sees, and
//! a module a class family supplies the handlers. All work is done by the crate `engine`, which knows no PHP.

#![deny(unsafe_code)]

mod classes;
mod client;
mod coroutine;
mod event;
mod functions;
mod last_error;
mod memory;
mod option_value;
mod process;
mod server;
mod timer;
#[allow(unsafe_code)]
mod zend;

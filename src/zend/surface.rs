//! The PHP surface: what build.rs wrote from php-stubs.
//!
//! For each class with methods there is a trait, `ServerMethods` for `Swoole\Server`, with a method a handler; [`crate::classes`] says which
//! type implements it and is the state of the class's objects.
#![allow(dead_code, non_snake_case, non_upper_case_globals, missing_docs, clippy::all)]

use super::{
    Bound, Call, Error, State, Value,
    call::{enter, enter_at_once},
    ffi,
    object::{StateTable, state_table},
};
use crate::classes;

include!(concat!(env!("OUT_DIR"), "/surface.rs"));

//! Zend's types (by way of ext-php-rs, which reads them from the headers of the target PHP) and the functions of glue.h.
#![allow(
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    dead_code,
    missing_docs,
    clippy::all,
    clippy::undocumented_unsafe_blocks
)]

pub use ext_php_rs::ffi::*;

include!(concat!(env!("OUT_DIR"), "/glue.rs"));

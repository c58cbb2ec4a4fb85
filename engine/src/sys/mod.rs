//! System calls behind safe functions: one funnel for `unsafe`. It must not know what they are used for.

pub mod dup;

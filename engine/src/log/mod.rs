//! The log: levels, the line format and where it goes. It must not know who logs.

mod level;

pub use level::{Level, Rotation};

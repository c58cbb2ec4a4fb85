//! Options: one record each, typed structs with what was set, and notices about what was odd. Pure code.
//!
//! It must not know who sets options, or how a notice is shown.

mod limits;
mod port;
mod server;
mod value;

pub use limits::Limits;
pub use port::PortOptions;
pub use server::{DispatchMode, ServerOptions, WorkerDeathClose};
pub use value::Value;

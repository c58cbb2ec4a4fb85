//! What the bench tools share: the load client, the reading of a server's CPU time and memory from procfs, the start and stop of servers under
//! test, and the tables. Nothing here may know how a server works inside: a server is a command that prints `port N` and then echoes bytes.

pub mod death;
pub mod error;
pub mod load;
pub mod machine;
pub mod memory;
pub mod pattern;
pub mod proctree;
pub mod scenario;
pub mod server;
pub mod table;

pub use error::{Error, Result};

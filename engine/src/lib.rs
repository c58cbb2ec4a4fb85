//! The core of swoole-rs: server, worker, process pool, stream and client.
//!
//! It knows no scripting language. What drives it implements [`server::Application`] and calls it through handles.
//! Pure code (`error`, `id`, `options`, `buffer`, `framing`, `proxy`, `tls`) knows no file descriptor; `sys` wraps system calls; `shm`, `ipc`,
//! `net`, `offload`, `files`, `timer` stand on it; `reactor` on those; `server`, `client` and `pool` on top, and these never import each other.
//! `unsafe` lives in `sys` and `shm` only.

#![deny(unsafe_code)]

mod base64;
pub mod buffer;
pub mod client;
pub mod error;
pub mod files;
pub mod flow;
pub mod framing;
pub mod ipc;
pub mod log;
pub mod net;
pub mod offload;
pub mod options;
pub mod pool;
pub mod proxy;
pub mod reactor;
pub mod restart;
pub mod server;
#[allow(unsafe_code)]
pub mod shm;
#[allow(unsafe_code)]
pub mod sys;
pub mod timer;
pub mod tls;

pub use error::{Error, Result};

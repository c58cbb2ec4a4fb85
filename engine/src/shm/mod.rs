//! Shared memory: mappings, the ring, the connection table. It must not know sockets.

pub mod mapping;
pub mod ring;
pub mod sync;
pub mod wake;

//! Shared memory: mappings, rings, the connection table, counters. It must not know sockets.

pub mod arena;
pub mod array;
pub mod atomic;
pub mod berth;
pub mod control;
pub mod lock;
pub mod mapping;
pub mod ring;
pub mod robust;
pub mod rows;
pub mod sync;
pub mod table;
pub mod wake;
pub mod word;

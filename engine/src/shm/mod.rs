//! Shared memory: mappings, the ring, the connection table. It must not know sockets.

//! The synchronous client: one blocking socket with timeouts. It must not know the server.

//! Addresses, listeners and socket options. It must not know what is said on a socket.

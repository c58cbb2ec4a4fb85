//! Messages between processes: socket pairs with many writers, large bodies as memfds. It must not know what the messages mean.

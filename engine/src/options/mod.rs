//! Options as records: name, type, default, range, doc. It must not know a file descriptor.

//! System calls behind safe functions: one funnel for `unsafe`. It must not know what they are used for.

mod recv_buf;

pub use recv_buf::RecvBuf;

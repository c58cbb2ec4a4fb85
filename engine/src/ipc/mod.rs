//! Messages between processes: socket pairs with many writers, large bodies as memfds. It must not know what the messages mean.

mod envelope;
pub mod inbox;
pub mod mail;
mod outbox;
pub mod pipe;

pub use envelope::Envelope;
pub use inbox::{Body, Discarded, InboxReceiver, InboxSender, Message, SendState};
pub use outbox::Outbox;

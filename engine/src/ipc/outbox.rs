//! A sender with a queue behind it: what does not fit into an inbox waits here, and nothing overtakes it. It must not know an
//! event loop.

use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use super::inbox::INLINE_MAX;
use super::{Envelope, InboxSender, SendState};
use crate::error::{Context, Result};
use crate::sys::memfd::MemFd;

/// One process's way into an inbox.
///
/// When something [waits](Outbox::is_empty), register the descriptor edge-triggered for writing and call [`flush`](Outbox::flush)
/// on each event; deregister it when nothing waits any more, or each message that the receiver takes is an event.
///
/// An inbox can be full for want of descriptors rather than of room: those under way in all inboxes of a user count together,
/// unless it is root. Linux makes an event of each attempt in vain then, so a loop that flushes on events is busy until the
/// receivers have caught up, but does not get stuck.
#[derive(Debug)]
pub struct Outbox {
    sender: InboxSender,
    queue: VecDeque<Queued>,
    queued_bytes: usize,
}

#[derive(Debug)]
struct Queued {
    envelope: Envelope,
    body: QueuedBody,
    fd: Option<OwnedFd>,
}

#[derive(Debug)]
enum QueuedBody {
    Inline(Box<[u8]>),
    /// Made once, however often the attempt has to be repeated.
    MemFd(MemFd, usize),
}

impl QueuedBody {
    fn len(&self) -> usize {
        match self {
            QueuedBody::Inline(bytes) => bytes.len(),
            QueuedBody::MemFd(_, len) => *len,
        }
    }
}

impl Outbox {
    /// An empty one in front of `sender`.
    pub fn new(sender: InboxSender) -> Outbox {
        Outbox { sender, queue: VecDeque::new(), queued_bytes: 0 }
    }

    /// Sends a message, or queues it behind those that wait; [`SendState::Full`] says that it waits now. `fd` is duplicated
    /// when it has to.
    ///
    /// An error means that this message is neither sent nor queued: the receiver is gone, or there are no descriptors left.
    pub fn send(&mut self, envelope: &Envelope, body: &[u8], fd: Option<BorrowedFd<'_>>) -> Result<SendState> {
        let memfd = if body.len() > INLINE_MAX { Some(MemFd::with(body)?) } else { None };
        // Only an empty queue: an earlier message must not be overtaken.
        if self.queue.is_empty() {
            let state = match &memfd {
                Some(memfd) => self.sender.try_send_memfd(envelope, memfd, fd)?,
                None => self.sender.try_send_inline(envelope, body, fd)?,
            };
            if state == SendState::Sent {
                return Ok(state);
            }
        }
        let fd = fd.map(|fd| fd.try_clone_to_owned()).transpose().call("fcntl")?;
        let body = match memfd {
            Some(memfd) => QueuedBody::MemFd(memfd, body.len()),
            None => QueuedBody::Inline(body.into()),
        };
        self.queued_bytes += body.len();
        self.queue.push_back(Queued { envelope: *envelope, body, fd });
        Ok(SendState::Full)
    }

    /// Sends what waits, as far as there is room. True when nothing waits any more.
    ///
    /// On an error (the receiver is gone) the message that caused it stays at the front.
    pub fn flush(&mut self) -> Result<bool> {
        while let Some(next) = self.queue.front() {
            let fd = next.fd.as_ref().map(|fd| fd.as_fd());
            let state = match &next.body {
                QueuedBody::Inline(bytes) => self.sender.try_send_inline(&next.envelope, bytes, fd)?,
                QueuedBody::MemFd(memfd, _) => self.sender.try_send_memfd(&next.envelope, memfd, fd)?,
            };
            if state == SendState::Full {
                return Ok(false);
            }
            self.queued_bytes -= next.body.len();
            self.queue.pop_front();
        }
        Ok(true)
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many messages wait.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// How many bytes their bodies have.
    pub fn queued_bytes(&self) -> usize {
        self.queued_bytes
    }

    /// Forgets what waits: in a forked child, whose parent sends it.
    pub fn clear(&mut self) {
        self.queue.clear();
        self.queued_bytes = 0;
    }

    /// The sender's descriptor, to be registered for writing while something waits.
    pub fn fd(&self) -> RawFd {
        self.sender.as_raw_fd()
    }

    /// The sender itself, for messages whose order does not matter.
    pub fn sender(&self) -> &InboxSender {
        &self.sender
    }
}

impl AsFd for Outbox {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.sender.as_fd()
    }
}

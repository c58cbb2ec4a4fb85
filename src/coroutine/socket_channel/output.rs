//! [`Output`]: what is to be sent, in two queues. Data goes first; padding goes when no data waits, part by part, and a part stays whole. Small pieces go together.
//! It must not know where they go.

use std::collections::VecDeque;

use crate::zend::PhpString;

/// How much goes together, in bytes. What is larger goes by itself, and is not copied.
const BATCH: usize = 64 << 10;

/// See the module.
#[derive(Default)]
pub struct Output {
    data: VecDeque<PhpString>,
    padding: VecDeque<PhpString>,
    sending: Sending,
    /// How much of it has gone.
    sent: usize,
    /// A batch's memory, for the next one.
    spare: Vec<u8>,
    /// Bytes in the queue of data.
    waiting: usize,
}

/// What is on its way: nothing may come in between.
#[derive(Default)]
enum Sending {
    #[default]
    Nothing,
    Batch(Vec<u8>),
    Large(PhpString),
}

impl Sending {
    fn bytes(&self) -> &[u8] {
        match self {
            Sending::Nothing => &[],
            Sending::Batch(bytes) => bytes,
            Sending::Large(string) => string.as_bytes(),
        }
    }
}

impl Output {
    /// Adds a request: its data and its padding.
    pub fn push(&mut self, data: PhpString, padding: Vec<PhpString>) {
        let count = data.as_bytes().len();
        if count > 0 {
            self.waiting += count;
            self.data.push_back(data);
        }
        self.padding.extend(padding.into_iter().filter(|part| !part.as_bytes().is_empty()));
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.sent == self.sending.bytes().len() && self.data.is_empty() && self.padding.is_empty()
    }

    /// Whether a whole batch of data waits.
    pub fn is_full(&self) -> bool {
        self.waiting >= BATCH
    }

    /// What is to be sent next; nothing is left when it is empty.
    pub fn next(&mut self) -> &[u8] {
        if self.sent == self.sending.bytes().len() {
            self.sent = 0;
            if let Sending::Batch(bytes) = std::mem::take(&mut self.sending) {
                self.spare = bytes;
            }
            self.sending = self.begin();
        }
        &self.sending.bytes()[self.sent..]
    }

    /// So many bytes of that have gone.
    pub fn gone(&mut self, count: usize) {
        self.sent = (self.sent + count).min(self.sending.bytes().len());
    }

    /// As much as goes together: data, and padding when that is all.
    fn begin(&mut self) -> Sending {
        let mut batch = std::mem::take(&mut self.spare);
        batch.clear();
        let large = match gather(&mut self.data, &mut batch) {
            None if self.data.is_empty() => gather(&mut self.padding, &mut batch),
            large => large,
        };
        if self.data.is_empty() {
            self.waiting = 0;
        } else {
            self.waiting -= large.as_ref().map_or(batch.len(), |string| string.as_bytes().len());
        }
        if large.is_none() && !batch.is_empty() {
            return Sending::Batch(batch);
        }
        self.spare = batch;
        large.map_or(Sending::Nothing, Sending::Large)
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Output::default();
    }
}

/// Takes from a queue what goes into a batch; what is too large for any batch comes by itself, with nothing before it.
fn gather(queue: &mut VecDeque<PhpString>, batch: &mut Vec<u8>) -> Option<PhpString> {
    while let Some(length) = queue.front().map(|piece| piece.as_bytes().len()) {
        if length > BATCH && batch.is_empty() {
            return queue.pop_front();
        }
        if batch.len() + length > BATCH {
            break;
        }
        if let Some(piece) = queue.pop_front() {
            batch.extend_from_slice(piece.as_bytes());
        }
    }
    None
}

//! Messages from a worker's mailbox. It must not know who sends them.

use std::os::fd::AsRawFd;

use super::{
    program::Program,
    worker::{Due, Worker},
};
use crate::{
    Result,
    ipc::mail::{MailEnd, MailReader},
    reactor::EventLoop,
};

/// See the module.
pub(super) struct MailSource {
    reader: MailReader,
    /// Nothing has said yet that it is empty.
    readable: bool,
}

impl MailSource {
    pub fn new(own: &MailEnd) -> Result<MailSource> {
        Ok(MailSource { reader: MailReader::new(own)?, readable: true })
    }

    pub fn watch(&self, events: &EventLoop<Due>) -> Result<()> {
        events.watch_read(self.reader.as_raw_fd(), mio::Token(0))
    }

    /// Something has come.
    pub fn wake(&mut self) {
        self.readable = true;
    }

    /// Whether there may be more, of which no wake will tell.
    pub fn has_more(&self) -> bool {
        self.readable
    }

    /// Takes messages, at most so many.
    pub fn take<P: Program>(&mut self, worker: &Worker<P>, most: usize) -> Result<()> {
        for _ in 0..most {
            if !self.readable || !worker.may_take() {
                break;
            }
            match self.reader.recv()? {
                None => self.readable = false,
                Some(letter) => {
                    let data = worker.program.take(letter.as_bytes());
                    drop(letter);
                    // What becomes of the worker then, it knows.
                    let _ = worker.message(data);
                }
            }
        }
        Ok(())
    }
}

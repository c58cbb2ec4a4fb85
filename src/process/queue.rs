//! The System V message queue of a `Swoole\Process`. It must not know what process reads it.

use std::io;

use engine::sys::msgqueue::{self, MessageQueue, Wait};

use crate::zend::{constants, process};

/// Who a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Address {
    /// Whoever takes it first.
    Any,
    /// The process that was made with this number.
    One(i64),
}

/// A queue, and how it is used.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    queue: MessageQueue,
    key: i32,
    address: Address,
    wait: Wait,
}

/// The bit of the mode that says that nothing waits.
const NOWAIT: i64 = 256;

/// Who may use a queue that is made here: the same user, and whoever it lets.
const PERMISSIONS: u32 = 0o666;

impl Queue {
    /// Opens the queue with this key; 0 and less stand for one of the script. `number` is that of the process, `capacity` in bytes.
    pub fn open(key: i64, mode: i64, capacity: i64, number: i64) -> engine::Result<Queue> {
        let key = match i32::try_from(key) {
            Ok(key) if key > 0 => key,
            Ok(_) => own_key(),
            // As the system would take it.
            Err(_) => key as i32,
        };
        let queue = MessageQueue::open(key, PERMISSIONS)?;
        if let Ok(bytes @ 1..) = u64::try_from(capacity) {
            queue.set_capacity(bytes)?;
        }
        let wait = if mode & NOWAIT != 0 { Wait::No } else { Wait::Yes };
        let address = if mode & !NOWAIT == constants::SWOOLE_MSGQUEUE_ORIENT { Address::One(number) } else { Address::Any };
        Ok(Queue { queue, key, address, wait })
    }

    /// The queue itself.
    pub fn system(&self) -> MessageQueue {
        self.queue
    }

    /// Its key.
    pub fn key(&self) -> i32 {
        self.key
    }

    /// Puts a message into it.
    pub fn push(&self, data: &[u8]) -> io::Result<()> {
        let kind = match self.address {
            Address::Any => 1,
            Address::One(number) => number,
        };
        loop {
            match self.queue.send(kind, data, self.wait) {
                // The system restarts no wait for a queue, and a message is not to be lost to a signal.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                ended => return ended,
            }
        }
    }

    /// Takes one out of it.
    pub fn pop(&self, most: usize) -> io::Result<Vec<u8>> {
        let kind = match self.address {
            Address::Any => 0,
            Address::One(number) => number,
        };
        self.queue.receive(kind, most, self.wait)
    }
}

/// One queue a script. Code that is in no file shares one.
fn own_key() -> i32 {
    msgqueue::key_of(&process::script_file(), 1).unwrap_or(1)
}

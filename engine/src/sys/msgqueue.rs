//! System V message queues: they outlive the processes that use them. It must not know what is said through them.

use std::{io, os::unix::fs::MetadataExt, path::Path};

use crate::error::{Context, Result};

/// A queue of the system, by its number. It is no descriptor: dropping this leaves the queue as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageQueue(i32);

/// What a queue holds and can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Messages.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The most bytes.
    pub capacity: u64,
}

/// Whether a call waits for room, or for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It does; a signal's handler that runs meanwhile ends it with `EINTR`.
    Yes,
    /// It does not: `EAGAIN` for a full queue, `ENOMSG` for an empty one.
    No,
}

impl Wait {
    fn flags(self) -> i32 {
        match self {
            Wait::Yes => 0,
            Wait::No => libc::IPC_NOWAIT,
        }
    }
}

/// A key for a file, as ftok(3) makes it: the same one for the same file and project number, and with some luck no other's.
pub fn key_of(file: &Path, project: u8) -> io::Result<i32> {
    let meta = std::fs::metadata(file)?;
    let key = (u32::from(project) << 24) | ((meta.dev() as u32 & 0xff) << 16) | (meta.ino() as u32 & 0xffff);
    Ok(key as i32)
}

impl MessageQueue {
    /// Opens the queue with this key, which is made if there is none. Key 0 is a new one that nobody else can open.
    pub fn open(key: i32, mode: u32) -> Result<MessageQueue> {
        // SAFETY: takes integers.
        let id = unsafe { libc::msgget(key, libc::IPC_CREAT | (mode & 0o777) as i32) };
        if id < 0 { Err(io::Error::last_os_error()).call("msgget") } else { Ok(MessageQueue(id)) }
    }

    /// The longest message that the system allows, in bytes.
    pub fn largest() -> usize {
        /// The system's default, where it does not say.
        const DEFAULT: usize = 8192;
        let told = std::fs::read_to_string("/proc/sys/kernel/msgmax").ok();
        told.and_then(|text| text.trim().parse().ok()).unwrap_or(DEFAULT)
    }

    /// The system's number for it.
    pub fn id(self) -> i32 {
        self.0
    }

    /// Puts a message of a kind, which must be above 0, behind the others.
    pub fn send(self, kind: i64, data: &[u8], wait: Wait) -> io::Result<()> {
        let mut message = Vec::with_capacity(size_of::<libc::c_long>() + data.len());
        message.extend_from_slice(&(kind as libc::c_long).to_ne_bytes());
        message.extend_from_slice(data);
        // SAFETY: the message is a long and as many bytes as the size says, which the kernel reads.
        match unsafe { libc::msgsnd(self.0, message.as_ptr().cast(), data.len(), wait.flags()) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Takes the first message of a kind, of any with 0. `E2BIG`: it is longer than `most` bytes, and stays.
    pub fn receive(self, kind: i64, most: usize, wait: Wait) -> io::Result<Vec<u8>> {
        const HEAD: usize = size_of::<libc::c_long>();
        /// Up to here it costs less to have the room than to ask whether it can be needed.
        const CHEAP: usize = 64 << 10;
        let most = if most > CHEAP { most.min(MessageQueue::largest()) } else { most };
        let mut message = vec![0u8; HEAD + most];
        // SAFETY: the buffer has room for a long and as many bytes as the size says.
        let count = unsafe { libc::msgrcv(self.0, message.as_mut_ptr().cast(), most, kind as libc::c_long, wait.flags()) };
        let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
        message.truncate(HEAD + count);
        message.drain(..HEAD);
        Ok(message)
    }

    /// What it holds.
    pub fn fill(self) -> Result<Fill> {
        let status = self.status().call("msgctl")?;
        Ok(Fill { messages: status.msg_qnum, bytes: status.__msg_cbytes, capacity: status.msg_qbytes })
    }

    /// Sets the most bytes that it holds. Above the system's limit (`kernel.msgmnb`) that takes a privilege.
    pub fn set_capacity(self, bytes: u64) -> Result<()> {
        let mut status = self.status().call("msgctl")?;
        status.msg_qbytes = bytes;
        // SAFETY: the kernel reads a local.
        match unsafe { libc::msgctl(self.0, libc::IPC_SET, &raw mut status) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()).call("msgctl"),
        }
    }

    /// Removes it from the system, with all that it holds: whoever waits for it gets `EIDRM`.
    pub fn remove(self) -> Result<()> {
        // SAFETY: IPC_RMID takes no pointer.
        match unsafe { libc::msgctl(self.0, libc::IPC_RMID, std::ptr::null_mut()) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()).call("msgctl"),
        }
    }

    fn status(self) -> io::Result<libc::msqid_ds> {
        // SAFETY: all zeroes is a valid msqid_ds.
        let mut status: libc::msqid_ds = unsafe { std::mem::zeroed() };
        // SAFETY: the kernel writes to a local.
        match unsafe { libc::msgctl(self.0, libc::IPC_STAT, &raw mut status) } {
            0 => Ok(status),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Removed when the test ends, however it does.
    struct Own(MessageQueue);

    impl Drop for Own {
        fn drop(&mut self) {
            let _ = self.0.remove();
        }
    }

    #[test]
    fn messages_come_in_order_and_by_kind() {
        let own = Own(MessageQueue::open(0, 0o600).unwrap());
        let queue = own.0;
        for (kind, text) in [(1, "a"), (2, "b"), (1, "c"), (3, "")] {
            queue.send(kind, text.as_bytes(), Wait::No).unwrap();
        }
        assert_eq!(queue.fill().unwrap().messages, 4);
        assert_eq!(queue.fill().unwrap().bytes, 3);
        assert_eq!(queue.receive(2, 10, Wait::No).unwrap(), b"b");
        assert_eq!(queue.receive(0, 10, Wait::No).unwrap(), b"a");
        assert_eq!(queue.receive(0, 10, Wait::No).unwrap(), b"c");
        assert_eq!(queue.receive(0, 10, Wait::No).unwrap(), b"");
        assert_eq!(queue.receive(0, 10, Wait::No).unwrap_err().raw_os_error(), Some(libc::ENOMSG));
    }

    #[test]
    fn a_full_queue_and_a_long_message_are_refused() {
        let own = Own(MessageQueue::open(0, 0o600).unwrap());
        let queue = own.0;
        queue.set_capacity(10).unwrap();
        assert_eq!(queue.fill().unwrap().capacity, 10);
        queue.send(1, &[7; 8], Wait::No).unwrap();
        assert_eq!(queue.send(1, &[7; 3], Wait::No).unwrap_err().raw_os_error(), Some(libc::EAGAIN));
        assert_eq!(queue.receive(0, 4, Wait::No).unwrap_err().raw_os_error(), Some(libc::E2BIG));
        assert_eq!(queue.receive(0, 8, Wait::No).unwrap(), [7; 8]);
    }

    #[test]
    fn room_for_any_message_is_no_more_than_the_largest_takes() {
        let own = Own(MessageQueue::open(0, 0o600).unwrap());
        own.0.send(1, &[7; 100], Wait::No).unwrap();
        assert_eq!(own.0.receive(0, usize::MAX / 2, Wait::No).unwrap(), [7; 100]);
    }

    #[test]
    fn a_queue_that_was_removed_is_gone() {
        let queue = MessageQueue::open(0, 0o600).unwrap();
        queue.remove().unwrap();
        assert!(queue.remove().is_err());
        assert_eq!(queue.send(1, b"x", Wait::No).unwrap_err().raw_os_error(), Some(libc::EINVAL));
    }

    #[test]
    fn a_file_has_one_key_for_each_project() {
        let file = Path::new("/");
        assert_eq!(key_of(file, 1).unwrap(), key_of(file, 1).unwrap());
        assert_ne!(key_of(file, 1).unwrap(), key_of(file, 2).unwrap());
        assert!(key_of(Path::new("/nowhere/at/all"), 1).is_err());
    }
}

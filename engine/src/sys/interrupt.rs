//! A helper thread whose blocking system call can be ended, for calls that have no descriptor to wait for beside them. It must not know what the
//! thread does.

use std::io;
use std::os::unix::thread::JoinHandleExt;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::signal;

/// Ignored unless a program asks for it.
const INTERRUPT: i32 = libc::SIGURG;

/// A thread that lets no signal through but the one that interrupts it.
#[derive(Debug)]
pub struct Helper(Option<JoinHandle<()>>);

impl Helper {
    /// Starts it. Whenever a call in it ends with `EINTR`, `body` must see whether it is to come back.
    pub fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<Helper> {
        // Blocked here and inherited, so that there is no moment in which the thread takes a signal that is the main thread's.
        let saved = signal::block_all();
        let thread = thread::Builder::new().name(name.to_owned()).stack_size(256 * 1024).spawn(move || {
            signal::unblock_in_this_thread(INTERRUPT);
            body();
        });
        drop(saved);
        thread.map(|thread| Helper(Some(thread)))
    }

    /// Lets it go on if it is parked.
    pub fn unpark(&self) {
        if let Some(thread) = &self.0 {
            thread.thread().unpark();
        }
    }

    /// Ends what it waits for, again and again, until it has come back. `body` must have been told before. Main thread only.
    pub fn finish(&mut self) {
        let Some(thread) = self.0.take() else { return };
        let previous = signal::exchange_handler(INTERRUPT, on_interrupt);
        while !thread.is_finished() {
            thread.thread().unpark();
            // SAFETY: the thread is not joined yet, so its id is valid; the signal has a handler.
            unsafe { libc::pthread_kill(thread.as_pthread_t(), INTERRUPT) };
            // It may have been on its way into the call: then the next one meets it there.
            thread::sleep(Duration::from_micros(200));
        }
        // A panic in it has been printed.
        let _ = thread.join();
        if let Ok(previous) = previous {
            signal::put_back(INTERRUPT, previous);
        }
    }
}

impl Drop for Helper {
    /// A process that was forked has no such thread; it must not drop this.
    fn drop(&mut self) {
        self.finish();
    }
}

/// There to end a system call, no more.
extern "C" fn on_interrupt(_signal: i32) {}

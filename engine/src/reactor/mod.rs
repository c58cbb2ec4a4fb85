//! The event loop that every process runs, whatever its role: readiness, timers, signals. It must not know what any of them means.

use std::{
    os::fd::{AsRawFd, RawFd},
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, unix::SourceFd};

use crate::{
    Result,
    error::Context,
    sys::{epoll, signal::SignalSource},
    timer::{TimerId, Timers},
};

/// What a descriptor became ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Reading makes progress (or shows the end or an error).
    pub readable: bool,
    /// Writing makes progress.
    pub writable: bool,
    /// The peer will send no more.
    pub read_closed: bool,
}

/// Why the loop woke up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake<T> {
    /// A registered descriptor is ready.
    Ready(Token, Readiness),
    /// A timer is due.
    Timer(T),
    /// A signal came.
    Signal(i32),
}

const SIGNALS: Token = Token(usize::MAX - 1);

/// Readiness, timers and signals of one thread. Edge-triggered.
pub struct EventLoop<T> {
    poll: Poll,
    events: Events,
    timers: Timers<T>,
    signals: Option<SignalSource>,
}

impl<T: Copy> EventLoop<T> {
    /// A loop; `signals` for the main thread of a process only.
    ///
    /// # Errors
    /// `Error::System` when there are no descriptors left.
    pub fn new(signals: Option<SignalSource>) -> Result<EventLoop<T>> {
        let poll = Poll::new().call("epoll_create1")?;
        if let Some(signals) = &signals {
            poll.registry().register(&mut SourceFd(&signals.fd()), SIGNALS, Interest::READABLE).call("epoll_ctl")?;
        }
        Ok(EventLoop { poll, events: Events::with_capacity(1024), timers: Timers::default(), signals })
    }

    /// The epoll descriptor itself, for what mio can't register.
    pub fn epoll_fd(&self) -> RawFd {
        self.poll.as_raw_fd()
    }

    /// Watches a descriptor for reading, edge-triggered.
    ///
    /// # Errors
    /// `Error::System`, as those below.
    pub fn watch_read(&self, fd: RawFd, token: Token) -> Result<()> {
        self.poll.registry().register(&mut SourceFd(&fd), token, Interest::READABLE).call("epoll_ctl")
    }

    /// Watches another epoll instance, level-triggered.
    pub fn watch_level(&self, fd: RawFd, Token(token): Token) -> Result<()> {
        epoll::add_level(self.epoll_fd(), fd, token as u64)
    }

    /// Watches a descriptor for reading and writing, edge-triggered.
    pub fn watch(&self, fd: RawFd, token: Token) -> Result<()> {
        self.poll.registry().register(&mut SourceFd(&fd), token, Interest::READABLE | Interest::WRITABLE).call("epoll_ctl")
    }

    /// Stops watching a descriptor.
    pub fn forget(&self, fd: RawFd) -> Result<()> {
        self.poll.registry().deregister(&mut SourceFd(&fd)).call("epoll_ctl")
    }

    /// Sets a timer.
    pub fn set_timer(&mut self, after: Duration, what: T) -> TimerId {
        self.timers.set(Instant::now() + after, what)
    }

    /// Takes a timer back.
    pub fn clear_timer(&mut self, id: TimerId) {
        self.timers.clear(id);
    }

    /// Whether a signal waits, without a system call.
    pub fn signal_pending(&self) -> bool {
        self.signals.as_ref().is_some_and(SignalSource::pending)
    }

    /// Forgets a signal that waits: what it would ask for has just been done.
    pub fn forget_signal(&self, signal: i32) {
        if let Some(signals) = &self.signals {
            signals.forget(signal);
        }
    }

    /// Waits until something happens, at most for `at_most`, and fills `wakes` with what did: signals first, then timers, then descriptors.
    ///
    /// # Errors
    /// `Error::System` when the poll itself fails.
    pub fn wait(&mut self, at_most: Option<Duration>, wakes: &mut Vec<Wake<T>>) -> Result<()> {
        wakes.clear();
        let timeout = match self.timers.next_in_now() {
            Some(next) => Some(at_most.map_or(next, |most| most.min(next))),
            None => at_most,
        };
        match self.poll.poll(&mut self.events, timeout) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => self.events.clear(),
            Err(error) => return Err(error).call("epoll_wait"),
        }
        if let Some(signals) = &self.signals
            && signals.pending()
        {
            wakes.extend(signals.take().map(Wake::Signal));
        }
        if !self.timers.is_empty() {
            let now = Instant::now();
            while let Some(what) = self.timers.pop_due(now) {
                wakes.push(Wake::Timer(what));
            }
        }
        for event in &self.events {
            if event.token() != SIGNALS {
                let ready = Readiness {
                    readable: event.is_readable() || event.is_error(),
                    writable: event.is_writable(),
                    read_closed: event.is_read_closed() || event.is_error(),
                };
                wakes.push(Wake::Ready(event.token(), ready));
            }
        }
        Ok(())
    }
}

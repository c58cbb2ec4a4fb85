//! Which connections callbacks wait for, until they take data again or are gone.
//!
//! 1. Who waits says so in the connection's slot, and then looks once more.
//! 2. The owner of a connection that has room again, or is gone, looks at the slot, and has all workers look.
//! 3. Who looks and goes on waiting says so again.
//!
//! It must not know who owns a connection.

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    sync::atomic::{Ordering::SeqCst, fence},
};

use super::shared::Shared;

/// Those of one worker.
#[derive(Default)]
pub(super) struct Rooms {
    wanted: RefCell<HashSet<u64>>,
    look: Cell<bool>,
}

impl Rooms {
    /// A callback waits for this connection.
    pub fn want(&self, shared: &Shared, session: u64) {
        self.wanted.borrow_mut().insert(session);
        shared.table.want_room(session);
        // (1): the look itself comes in the next turn of the loop.
        self.look.set(true);
    }

    /// Whether nothing is waited for.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.wanted.borrow().is_empty()
    }

    /// Something may have changed.
    #[inline]
    pub fn look(&self) {
        self.look.set(true);
    }

    /// Whether it is to be looked at before the worker sleeps.
    #[inline]
    pub fn is_due(&self) -> bool {
        self.look.get() && !self.is_empty()
    }

    /// The connections that need not be waited for any longer.
    pub fn take(&self, shared: &Shared, has_room: impl Fn(u64) -> bool) -> Vec<u64> {
        if !self.look.take() || self.is_empty() {
            return Vec::new();
        }
        let mut wanted = self.wanted.borrow_mut();
        // (3)
        wanted.iter().for_each(|session| shared.table.want_room(*session));
        fence(SeqCst);
        wanted.extract_if(|session| has_room(*session)).collect()
    }
}

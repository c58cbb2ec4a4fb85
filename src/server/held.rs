//! What a message's coroutine holds until it has ended, with all that it has started: the proof that the message is in hand. It must not know what a
//! coroutine does with it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use engine::server::InHand;

use crate::coroutine::scheduler::Baggage;

/// See the module. Used again for one message after the other.
pub struct Held(Cell<Option<InHand>>);

/// How many are kept for later messages.
const KEPT: usize = 1024;

thread_local! {
    static KEPT_ONES: RefCell<Vec<Rc<Held>>> = const { RefCell::new(Vec::new()) };
}

impl Held {
    /// For a message; none when nobody needs to know when it is dealt with.
    #[inline]
    pub fn of(message: InHand) -> Option<Rc<dyn Baggage>> {
        if message.is_nothing() {
            return None;
        }
        let held = KEPT_ONES.with_borrow_mut(Vec::pop).unwrap_or_else(|| Rc::new(Held(Cell::new(None))));
        held.0.set(Some(message));
        Some(held)
    }
}

impl Baggage for Held {
    #[inline]
    fn give_back(self: Rc<Self>) {
        if Rc::strong_count(&self) > 1 {
            return;
        }
        drop(self.0.take());
        KEPT_ONES.with_borrow_mut(|kept| {
            if kept.len() < KEPT {
                kept.push(self);
            }
        });
    }

    fn abandon(&self) {
        if let Some(message) = self.0.take() {
            message.abandon();
        }
    }
}

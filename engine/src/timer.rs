//! Timers: what is due when. It must not know a clock beyond the instants that it is given.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Names a timer that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimerId {
    at: Instant,
    serial: u64,
}

/// Timers that fire once each, in the order of their instants.
#[derive(Debug)]
pub struct Timers<T> {
    pending: BTreeMap<TimerId, T>,
    serial: u64,
}

impl<T> Default for Timers<T> {
    fn default() -> Self {
        Timers { pending: BTreeMap::new(), serial: 0 }
    }
}

impl<T> Timers<T> {
    /// Sets a timer.
    pub fn set(&mut self, at: Instant, what: T) -> TimerId {
        self.serial += 1;
        let id = TimerId { at, serial: self.serial };
        self.pending.insert(id, what);
        id
    }

    /// Takes a timer back; none when it has fired.
    pub fn clear(&mut self, id: TimerId) -> Option<T> {
        self.pending.remove(&id)
    }

    /// The next timer that is due.
    pub fn pop_due(&mut self, now: Instant) -> Option<T> {
        let entry = self.pending.first_entry()?;
        (entry.key().at <= now).then(|| entry.remove())
    }

    /// Whether no timer is set.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// As [`Timers::next_in`], from now; looks at the clock only if a timer is set.
    pub fn next_in_now(&self) -> Option<Duration> {
        if self.pending.is_empty() { None } else { self.next_in(Instant::now()) }
    }

    /// How long until the next one, none when none is set.
    pub fn next_in(&self, now: Instant) -> Option<Duration> {
        self.pending.first_key_value().map(|(id, _)| id.at.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires_in_order_and_not_after_a_clear() {
        let start = Instant::now();
        let ms = Duration::from_millis;
        let mut timers = Timers::default();
        timers.set(start + ms(30), "late");
        let cleared = timers.set(start + ms(20), "cleared");
        timers.set(start + ms(10), "first");
        timers.set(start + ms(10), "second");
        assert_eq!(timers.next_in(start), Some(ms(10)));
        assert_eq!(timers.pop_due(start), None);
        assert_eq!(timers.clear(cleared), Some("cleared"));
        let now = start + ms(40);
        assert_eq!(
            [timers.pop_due(now), timers.pop_due(now), timers.pop_due(now)],
            [Some("first"), Some("second"), Some("late")]
        );
        assert_eq!(timers.pop_due(now), None);
        assert_eq!(timers.next_in(now), None);
    }
}

//! How soon a process that has ended is started again: at once, but after a growing pause when it keeps failing. It must not know a clock, nor
//! what the process does.

use std::time::Duration;

/// A process that lived less long than this has failed to start.
pub const TOO_SOON: Duration = Duration::from_secs(1);
/// The pause after the second failure in a row; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The pause grows no further.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The failures in a row of one place's processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures(u32);

/// What is to be done about a process that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// Start its successor.
    AtOnce,
    /// Start it after this time.
    After {
        /// The time.
        pause: Duration,
        /// It is the first pause since a process did well: worth a line in the log.
        first: bool,
    },
}

impl Failures {
    /// A process has ended, having failed or not.
    pub fn ended(&mut self, failed: bool) -> Restart {
        self.0 = if failed { self.0.saturating_add(1) } else { 0 };
        if self.0 < 2 {
            return Restart::AtOnce;
        }
        let pause = LONGEST_PAUSE.min(FIRST_PAUSE * 2u32.saturating_pow(self.0.min(16) - 2));
        Restart::After { pause, first: self.0 == 2 }
    }

    /// What was is of no account any more: somebody has asked for a new start.
    pub fn forget(&mut self) {
        self.0 = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_to_its_limit_and_goes_with_a_success() {
        let mut failures = Failures::default();
        let pause = |restart| match restart {
            Restart::AtOnce => (0, false),
            Restart::After { pause, first } => (pause.as_millis(), first),
        };
        let pauses: Vec<_> = (0..5).map(|_| pause(failures.ended(true))).collect();
        assert_eq!(pauses, [(0, false), (100, true), (200, false), (400, false), (800, false)]);
        for _ in 0..100 {
            assert!(pause(failures.ended(true)).0 <= LONGEST_PAUSE.as_millis());
        }
        assert_eq!(pause(failures.ended(true)), (LONGEST_PAUSE.as_millis(), false));
        assert_eq!(failures.ended(false), Restart::AtOnce);
        assert_eq!(failures.ended(true), Restart::AtOnce, "one failure is none");
    }

    #[test]
    fn what_never_fails_is_always_started_at_once() {
        let mut failures = Failures::default();
        assert!((0..1000).all(|_| failures.ended(false) == Restart::AtOnce));
    }
}

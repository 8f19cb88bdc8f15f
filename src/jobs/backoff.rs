//! How long a failed job waits: longer each time, and not all at the same moment.

use std::time::Duration;

/// Doubles from `first` up to `longest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    pub first: Duration,
    pub longest: Duration,
}

impl Default for Backoff {
    /// 1 minute, 2, 4 … 6 hours.
    fn default() -> Self {
        Self { first: Duration::from_secs(60), longest: Duration::from_secs(6 * 3600) }
    }
}

impl Backoff {
    /// The wait after the given attempt (from 1). `chance` spreads it over a fifth more, so that what failed
    /// together does not come back together.
    pub fn after(&self, attempt: u32, chance: u8) -> Duration {
        let doublings = attempt.saturating_sub(1).min(30);
        let wait = self.first.saturating_mul(1 << doublings).min(self.longest);
        let spread = wait / 5 * u32::from(chance) / u32::from(u8::MAX);
        wait + spread
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_double_from_a_minute_to_six_hours() {
        let minutes: Vec<u64> =
            (1..=12).map(|attempt| Backoff::default().after(attempt, 0).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
    }

    proptest! {
        #[test]
        fn a_wait_is_never_shorter_than_the_first_nor_a_fifth_above_the_longest(attempt: u32, chance: u8) {
            let backoff = Backoff::default();
            let wait = backoff.after(attempt, chance);
            prop_assert!(wait >= backoff.first);
            prop_assert!(wait <= backoff.longest + backoff.longest / 5);
            prop_assert!(wait >= backoff.after(attempt, 0));
        }
    }
}

//! The clock is a value: whoever needs the time is handed a [`Clock`].

use chrono::{DateTime, SubsecRound, Utc};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the present comes from. Nothing else in the house may ask the machine for the time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands where it was set: tests and the invented lives of the demo.
    Set(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `moment` until [`Clock::set`] moves it.
    pub fn at(moment: DateTime<Utc>) -> Self {
        Self::Set(Arc::new(Mutex::new(moment)))
    }

    /// The present, in whole seconds: what the law counts in, and the same on both databases.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
            Self::System => Utc::now().trunc_subsecs(0),
            Self::Set(moment) => *moment.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a set clock; the machine's clock cannot be moved from here and stays.
    pub fn set(&self, moment: DateTime<Utc>) {
        if let Self::Set(held) = self {
            *held.lock().unwrap_or_else(PoisonError::into_inner) = moment;
        }
    }
}

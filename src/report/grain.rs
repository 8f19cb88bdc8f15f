//! The tallies stand in three grains, so that a sum over ten years reads some dozens of rows and not thousands:
//! years, months and days, each keyed by its first day.

use chrono::{Datelike, NaiveDate};

/// What a tally row adds up: one day, one month or one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    Day,
    Month,
    Year,
}

impl Grain {
    pub const ALL: [Self; 3] = [Self::Day, Self::Month, Self::Year];

    /// The number in the `grain` column.
    pub const fn number(self) -> i16 {
        match self {
            Self::Day => 0,
            Self::Month => 1,
            Self::Year => 2,
        }
    }

    /// The first day of the period that `day` lies in: what its row is keyed by.
    pub fn start(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => day,
            Self::Month => day.with_day(1).unwrap_or(day),
            Self::Year => day.with_ordinal(1).unwrap_or(day),
        }
    }
}

//! The opening hours of the counter: the same on every working day.

use chrono::NaiveTime;
use std::fmt;
use std::str::FromStr;

/// Opening hours, local time: at least one interval, in order, none overlapping, none empty.
///
/// As text `07:30-11:30,13:00-17:00`, which is also the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeHours {
    intervals: Vec<(NaiveTime, NaiveTime)>,
    close: NaiveTime,
}

/// Why a text is not opening hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfficeHoursError {
    /// Without an interval nothing could ever be due.
    #[error("no interval")]
    Empty,
    /// The interval (counted from 1) is not `HH:MM-HH:MM`.
    #[error("interval {0} is not HH:MM-HH:MM")]
    Malformed(usize),
    /// The interval (counted from 1) ends before, or when, it begins.
    #[error("interval {0} is empty")]
    EndsBeforeItBegins(usize),
    /// The interval (counted from 1) begins before the one before it ends.
    #[error("interval {0} begins before the one before it ends")]
    OutOfOrder(usize),
}

impl OfficeHours {
    /// Opening hours from intervals `(opens, closes)` in the order of the day.
    ///
    /// # Errors
    /// When there is none, one is empty, or they overlap or are out of order.
    pub fn new(
        intervals: impl IntoIterator<Item = (NaiveTime, NaiveTime)>,
    ) -> Result<Self, OfficeHoursError> {
        let intervals: Vec<_> = intervals.into_iter().collect();
        let mut close = None;
        for (n, (opens, closes)) in (1..).zip(intervals.iter().copied()) {
            if closes <= opens {
                return Err(OfficeHoursError::EndsBeforeItBegins(n));
            }
            if close.is_some_and(|before| opens < before) {
                return Err(OfficeHoursError::OutOfOrder(n));
            }
            close = Some(closes);
        }
        let close = close.ok_or(OfficeHoursError::Empty)?;
        Ok(Self { intervals, close })
    }

    /// The intervals `(opens, closes)`, in the order of the day.
    pub fn intervals(&self) -> impl Iterator<Item = (NaiveTime, NaiveTime)> + '_ {
        self.intervals.iter().copied()
    }

    /// The beginning of the first interval.
    pub fn opening(&self) -> NaiveTime {
        self.intervals.first().map_or(NaiveTime::MIN, |(opens, _)| *opens)
    }

    /// The end of the last interval: when a limit in days runs out on its due day.
    pub fn close_of_business(&self) -> NaiveTime {
        self.close
    }
}

impl Default for OfficeHours {
    /// 07:30–11:30 and 13:00–17:00.
    fn default() -> Self {
        let at = |minute| NaiveTime::MIN + chrono::TimeDelta::minutes(minute);
        Self {
            intervals: vec![(at(7 * 60 + 30), at(11 * 60 + 30)), (at(13 * 60), at(17 * 60))],
            close: at(17 * 60),
        }
    }
}

impl FromStr for OfficeHours {
    type Err = OfficeHoursError;

    fn from_str(text: &str) -> Result<Self, OfficeHoursError> {
        if text.trim().is_empty() {
            return Err(OfficeHoursError::Empty);
        }
        let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
        let interval = |(n, part): (usize, &str)| {
            let (opens, closes) = part.split_once(['-', '–']).ok_or(OfficeHoursError::Malformed(n))?;
            time(opens).zip(time(closes)).ok_or(OfficeHoursError::Malformed(n))
        };
        let intervals: Result<Vec<_>, _> = (1..).zip(text.split(',')).map(interval).collect();
        Self::new(intervals?)
    }
}

impl fmt::Display for OfficeHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (opens, closes)) in self.intervals.iter().enumerate() {
            let comma = if n == 0 { "" } else { "," };
            write!(f, "{comma}{}-{}", opens.format("%H:%M"), closes.format("%H:%M"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_what_its_text_says() {
        assert_eq!("07:30-11:30,13:00-17:00".parse(), Ok(OfficeHours::default()));
        assert_eq!(OfficeHours::default().to_string(), "07:30-11:30,13:00-17:00");
        assert_eq!(OfficeHours::default().close_of_business(), NaiveTime::from_hms_opt(17, 0, 0).unwrap());
    }

    #[test]
    fn people_may_write_spaces_and_dashes() {
        assert_eq!("07:30 – 11:30, 13:00-17:00".parse(), Ok(OfficeHours::default()));
    }

    #[test]
    fn hours_that_are_none_are_refused_with_the_interval_named() {
        use OfficeHoursError::*;
        for (text, error) in [
            ("", Empty),
            ("  ", Empty),
            ("07:30", Malformed(1)),
            ("07:30-11:30,", Malformed(2)),
            ("07:30-25:00", Malformed(1)),
            ("07:30-11:30,17:00-13:00", EndsBeforeItBegins(2)),
            ("07:30-07:30", EndsBeforeItBegins(1)),
            ("07:30-11:30,11:00-17:00", OutOfOrder(2)),
            ("13:00-17:00,07:30-11:30", OutOfOrder(2)),
        ] {
            assert_eq!(text.parse::<OfficeHours>(), Err(error), "{text:?}");
        }
    }
}

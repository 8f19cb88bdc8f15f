//! Time limits (thời hạn giải quyết): one leg or several that follow one another, `3wd`, `45d`, `4wh`, `5wd+3wd`.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

/// What a leg is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// `wd`, ngày làm việc.
    WorkingDays,
    /// `d`, ngày.
    CalendarDays,
    /// `wh`, giờ làm việc.
    WorkingHours,
}

impl Unit {
    /// The text after the amount.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WorkingDays => "wd",
            Self::CalendarDays => "d",
            Self::WorkingHours => "wh",
        }
    }

    /// The largest amount that can be meant: more is a slip of the hand.
    pub fn most(self) -> u16 {
        match self {
            Self::WorkingDays | Self::CalendarDays => 9999,
            Self::WorkingHours => 999,
        }
    }
}

/// One part of a limit: an amount of at least 1, and what it is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Leg {
    amount: NonZeroU16,
    unit: Unit,
}

impl Leg {
    /// # Errors
    /// [`TimeLimitError::Amount`] when the amount is 0 or more than the unit allows.
    pub fn new(amount: u16, unit: Unit) -> Result<Self, TimeLimitError> {
        match NonZeroU16::new(amount) {
            Some(amount) if amount.get() <= unit.most() => Ok(Self { amount, unit }),
            _ => Err(TimeLimitError::Amount { leg: 1, most: unit.most() }),
        }
    }

    pub fn amount(&self) -> u16 {
        self.amount.get()
    }

    pub fn unit(&self) -> Unit {
        self.unit
    }
}

/// From 1 to [`TimeLimit::MOST_LEGS`] legs; each starts where the one before ends.
///
/// Its text is canonical: what `Display` writes reads back as the same limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeLimit {
    /// Never empty.
    legs: Vec<Leg>,
}

/// Why a text, or legs, are not a time limit. Legs are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeLimitError {
    #[error("no leg")]
    Empty,
    #[error("more than {most} legs")]
    TooManyLegs { most: usize },
    /// Nothing stands before, between or after a `+`.
    #[error("leg {leg} is empty")]
    EmptyLeg { leg: usize },
    #[error("leg {leg} does not begin with an amount")]
    NoAmount { leg: usize },
    #[error("the amount of leg {leg} is not within 1 to {most}")]
    Amount { leg: usize, most: u16 },
    /// `unit` is what stands there, at most its first 16 characters.
    #[error("leg {leg}: the unit {unit:?} is none of wd, d, wh")]
    UnknownUnit { leg: usize, unit: String },
}

impl TimeLimit {
    /// The longest chain of agencies known has three legs; eight leaves room.
    pub const MOST_LEGS: usize = 8;

    /// # Errors
    /// When there is no leg, or more than [`Self::MOST_LEGS`].
    pub fn new(legs: impl IntoIterator<Item = Leg>) -> Result<Self, TimeLimitError> {
        let legs: Vec<Leg> = legs.into_iter().take(Self::MOST_LEGS + 1).collect();
        match legs.len() {
            0 => Err(TimeLimitError::Empty),
            n if n > Self::MOST_LEGS => Err(TimeLimitError::TooManyLegs { most: Self::MOST_LEGS }),
            _ => Ok(Self { legs }),
        }
    }

    /// The legs in their order; never empty.
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// Whether the limit ends at a moment of the day (its last leg counts hours), not with a day.
    pub fn counts_moments(&self) -> bool {
        self.legs.last().is_some_and(|leg| leg.unit == Unit::WorkingHours)
    }
}

impl From<Leg> for TimeLimit {
    fn from(leg: Leg) -> Self {
        Self { legs: vec![leg] }
    }
}

impl FromStr for TimeLimit {
    type Err = TimeLimitError;

    /// Reads `3wd`, `5wd+3wd`. Upper case, spaces around legs and leading zeros are forgiven; a space between
    /// two legs stands for the `+`, because that is what a `+` in a query string arrives as.
    fn from_str(text: &str) -> Result<Self, TimeLimitError> {
        if text.trim().is_empty() {
            return Err(TimeLimitError::Empty);
        }
        let mut legs = Vec::new();
        for part in text.split('+') {
            if part.trim().is_empty() {
                return Err(TimeLimitError::EmptyLeg { leg: legs.len() + 1 });
            }
            for word in part.split_whitespace() {
                if legs.len() == Self::MOST_LEGS {
                    return Err(TimeLimitError::TooManyLegs { most: Self::MOST_LEGS });
                }
                legs.push(leg_of(word, legs.len() + 1)?);
            }
        }
        Self::new(legs)
    }
}

fn leg_of(word: &str, leg: usize) -> Result<Leg, TimeLimitError> {
    let digits_end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (amount, unit) = word.split_at(digits_end);
    if amount.is_empty() {
        return Err(TimeLimitError::NoAmount { leg });
    }
    let unit = match unit.to_ascii_lowercase().as_str() {
        "wd" => Unit::WorkingDays,
        "d" => Unit::CalendarDays,
        "wh" => Unit::WorkingHours,
        _ => return Err(TimeLimitError::UnknownUnit { leg, unit: unit.chars().take(16).collect() }),
    };
    let out_of_range = TimeLimitError::Amount { leg, most: unit.most() };
    let amount = amount.parse().map_err(|_too_big| out_of_range.clone())?;
    Leg::new(amount, unit).map_err(|_refused| out_of_range)
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.amount, self.unit.as_str())
    }
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, leg) in self.legs.iter().enumerate() {
            let plus = if n == 0 { "" } else { "+" };
            write!(f, "{plus}{leg}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for TimeLimit {
    type Error = TimeLimitError;

    fn try_from(text: String) -> Result<Self, TimeLimitError> {
        text.parse()
    }
}

impl From<TimeLimit> for String {
    fn from(limit: TimeLimit) -> Self {
        limit.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::limits;
    use proptest::prelude::*;

    #[test]
    fn every_limit_of_the_rules_reads_back_as_it_is_written() {
        for text in ["3wd", "45d", "4wh", "5wd+3wd", "10wd+20wd+5wd", "3wd+60d", "9999wd", "999wh", "1d+1wh"]
        {
            assert_eq!(text.parse::<TimeLimit>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_people_and_query_strings_do_to_the_text_is_forgiven() {
        for text in ["5wd+3wd", " 5WD + 03wd ", "5wd 3wd", "0005wd+3Wd"] {
            assert_eq!(text.parse::<TimeLimit>().unwrap().to_string(), "5wd+3wd", "{text:?}");
        }
    }

    #[test]
    fn only_a_last_leg_in_hours_counts_moments() {
        for (text, moments) in
            [("4wh", true), ("3wd+4wh", true), ("4wh+3wd", false), ("3wd", false), ("9d", false)]
        {
            assert_eq!(text.parse::<TimeLimit>().unwrap().counts_moments(), moments, "{text}");
        }
    }

    #[test]
    fn what_is_no_limit_is_refused_and_the_leg_named() {
        use TimeLimitError::*;
        let unit = |leg, unit: &str| UnknownUnit { leg, unit: unit.to_owned() };
        for (text, error) in [
            ("", Empty),
            ("   ", Empty),
            ("+", EmptyLeg { leg: 1 }),
            ("+3wd", EmptyLeg { leg: 1 }),
            ("3wd+", EmptyLeg { leg: 2 }),
            ("3wd++3wd", EmptyLeg { leg: 2 }),
            ("wd", NoAmount { leg: 1 }),
            ("-3wd", NoAmount { leg: 1 }),
            ("3wd+ngày", NoAmount { leg: 2 }),
            ("٣wd", NoAmount { leg: 1 }),
            ("3", unit(1, "")),
            ("3 wd", unit(1, "")),
            ("3.5wd", unit(1, ".5wd")),
            ("3wd+2ngày", unit(2, "ngày")),
            ("0wd", Amount { leg: 1, most: 9999 }),
            ("10000d", Amount { leg: 1, most: 9999 }),
            ("3wd+1000wh", Amount { leg: 2, most: 999 }),
            ("99999999999999999999999wd", Amount { leg: 1, most: 9999 }),
            ("1d+1d+1d+1d+1d+1d+1d+1d+1d", TooManyLegs { most: 8 }),
        ] {
            assert_eq!(text.parse::<TimeLimit>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_monstrous_unit_is_not_carried_along() {
        let error = format!("3{}", "ộ".repeat(1_000_000)).parse::<TimeLimit>().unwrap_err();
        assert_eq!(error, TimeLimitError::UnknownUnit { leg: 1, unit: "ộ".repeat(16) });
    }

    #[test]
    fn in_json_it_is_its_text() {
        let limit: TimeLimit = serde_json::from_str("\"3wd+60d\"").unwrap();
        assert_eq!(serde_json::to_string(&limit).unwrap(), "\"3wd+60d\"");
        assert!(serde_json::from_str::<TimeLimit>("\"3wk\"").is_err());
        assert!(serde_json::from_str::<TimeLimit>("3").is_err());
    }

    proptest! {
        #[test]
        fn every_limit_reads_back_from_its_text(limit in limits(9999)) {
            prop_assert_eq!(limit.to_string().parse::<TimeLimit>(), Ok(limit));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".*") {
            let _read = text.parse::<TimeLimit>();
        }
    }
}

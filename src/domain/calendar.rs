//! The working calendar: which days the counter works, and why not on the others.
//!
//! A day is worked when it is neither Saturday nor Sunday, nor a holiday, nor a compensatory day off — or
//! when it is a weekend day named as worked in exchange (Bộ luật Lao động 2019 Đ111–112 and the yearly
//! notices). The days are data; a year that is not held is refused, never guessed.

mod hours;
#[cfg(test)]
mod tests;

pub use hours::{OfficeHours, OfficeHoursError};

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How a special day differs from what its weekday says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A public holiday: off, whatever its weekday.
    Holiday,
    /// A weekday off because a holiday fell on a weekend, or in exchange for a worked weekend day.
    CompensatoryOff,
    /// A Saturday or Sunday worked in exchange for a weekday off (hoán đổi).
    WorkingSwap,
}

impl DayKind {
    /// The text in data and interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holiday => "holiday",
            Self::CompensatoryOff => "compensatory_off",
            Self::WorkingSwap => "working_swap",
        }
    }
}

/// A day that is not what its weekday says, or a holiday on a weekend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDay {
    pub date: NaiveDate,
    pub kind: DayKind,
    /// What the day is called; explanations give it as the reason.
    pub name: String,
    /// The other day of the exchange.
    pub paired_date: Option<NaiveDate>,
    pub note: Option<String>,
}

/// Whether a year's days are certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearStanding {
    /// The Government's notice is out.
    Announced,
    /// Only the statute's days; exchanges may still come.
    Provisional,
}

impl YearStanding {
    /// The text in data and interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Provisional => "provisional",
        }
    }
}

/// What a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day<'a> {
    /// Worked; `swap` is given when only an exchange makes it so.
    Working { swap: Option<&'a SpecialDay> },
    /// Not worked.
    Off(OffReason<'a>),
}

/// Why a day is not worked. A holiday on a weekend is a holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffReason<'a> {
    Weekend(Weekday),
    Special(&'a SpecialDay),
}

/// The calendar does not hold this year: nothing can be said about any of its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the calendar does not hold the year {year}")]
pub struct CalendarMissing {
    pub year: i32,
}

/// Why years and days do not make a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Dates are written with four digits everywhere.
    #[error("the year {0} is not within 1 to 9999")]
    YearOutOfRange(i32),
    #[error("the year {0} is given twice")]
    YearTwice(i32),
    #[error("{0} lies in a year that is not held")]
    DayInYearNotHeld(NaiveDate),
    #[error("{0} is given twice")]
    DayTwice(NaiveDate),
    /// A weekday is worked anyway.
    #[error("{0} is no weekend day and cannot be worked in exchange")]
    SwapOnWeekday(NaiveDate),
    /// A weekend day is off anyway: most likely the wrong date.
    #[error("{0} is a weekend day and cannot compensate")]
    CompensatoryOnWeekend(NaiveDate),
    #[error("{0} is exchanged with itself")]
    PairedWithItself(NaiveDate),
    /// An explanation could not say why the day is special.
    #[error("{0} has no name")]
    Nameless(NaiveDate),
}

/// The days of the years held, and the opening hours. Never changes once built; cheap to clone.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// In order of year.
    years: Arc<[Year]>,
    hours: OfficeHours,
}

#[derive(Debug)]
struct Year {
    year: i32,
    standing: YearStanding,
    /// Bit n stands for the n-th day of the year, from 0; set when the day is worked.
    worked: [u64; 6],
    /// In order of date.
    special: Vec<SpecialDay>,
}

impl Calendar {
    /// A calendar of `years` with their special `days`, in any order.
    ///
    /// # Errors
    /// When a year or day is given twice, a day lies in a year that is not given, or a day contradicts its
    /// weekday. The other day of an exchange need not be there: administrators add one at a time.
    pub fn new(
        years: impl IntoIterator<Item = (i32, YearStanding)>,
        days: impl IntoIterator<Item = SpecialDay>,
        hours: OfficeHours,
    ) -> Result<Self, CalendarError> {
        let mut held: Vec<Year> = Vec::new();
        for (year, standing) in years {
            if !(1..=9999).contains(&year) {
                return Err(CalendarError::YearOutOfRange(year));
            }
            match held.binary_search_by_key(&year, |held| held.year) {
                Ok(_) => return Err(CalendarError::YearTwice(year)),
                Err(place) => held.insert(place, Year::of_weekdays(year, standing)),
            }
        }
        for day in days {
            let Ok(place) = held.binary_search_by_key(&day.date.year(), |held| held.year) else {
                return Err(CalendarError::DayInYearNotHeld(day.date));
            };
            if let Some(year) = held.get_mut(place) {
                year.add(day)?;
            }
        }
        Ok(Self { years: held.into(), hours })
    }

    /// Whether the year's days are certain; `None` when the year is not held.
    pub fn year(&self, year: i32) -> Option<YearStanding> {
        self.held(year).ok().map(|held| held.standing)
    }

    /// The years held, in order.
    pub fn years(&self) -> impl Iterator<Item = (i32, YearStanding)> + '_ {
        self.years.iter().map(|held| (held.year, held.standing))
    }

    /// The special days of a year, in order of date.
    ///
    /// # Errors
    /// When the year is not held.
    pub fn special_days(&self, year: i32) -> Result<&[SpecialDay], CalendarMissing> {
        self.held(year).map(|held| held.special.as_slice())
    }

    /// What the day is.
    ///
    /// # Errors
    /// When its year is not held; the same holds for every question below.
    pub fn day(&self, date: NaiveDate) -> Result<Day<'_>, CalendarMissing> {
        let year = self.held(date.year())?;
        let special = year.special.binary_search_by_key(&date, |day| day.date);
        let special = special.ok().and_then(|place| year.special.get(place));
        Ok(match special {
            Some(day) if day.kind == DayKind::WorkingSwap => Day::Working { swap: Some(day) },
            Some(day) => Day::Off(OffReason::Special(day)),
            None if is_weekend(date) => Day::Off(OffReason::Weekend(date.weekday())),
            None => Day::Working { swap: None },
        })
    }

    pub fn is_working(&self, date: NaiveDate) -> Result<bool, CalendarMissing> {
        Ok(self.held(date.year())?.is_worked(date.ordinal0()))
    }

    /// The first working day strictly after `after`.
    pub fn next_working_day(&self, after: NaiveDate) -> Result<NaiveDate, CalendarMissing> {
        let mut day = day_after(after)?;
        while !self.is_working(day)? {
            day = day_after(day)?;
        }
        Ok(day)
    }

    /// The last working day strictly before `before`.
    pub fn last_working_day_before(&self, before: NaiveDate) -> Result<NaiveDate, CalendarMissing> {
        let mut day = day_before(before)?;
        while !self.is_working(day)? {
            day = day_before(day)?;
        }
        Ok(day)
    }

    /// How many working days lie after `after`, up to and including the other; 0 when there is no such day.
    pub fn working_days_between(
        &self,
        after: NaiveDate,
        up_to_and_including: NaiveDate,
    ) -> Result<u32, CalendarMissing> {
        if up_to_and_including <= after {
            return Ok(0);
        }
        let first = day_after(after)?;
        let mut count = 0;
        for year in first.year()..=up_to_and_including.year() {
            let held = self.held(year)?;
            let from = if year == first.year() { first.ordinal0() } else { 0 };
            let to = if year == up_to_and_including.year() { up_to_and_including.ordinal() } else { 366 };
            count += held.worked_before(to) - held.worked_before(from);
        }
        Ok(count)
    }

    pub fn working_days_in_year(&self, year: i32) -> Result<u32, CalendarMissing> {
        Ok(self.held(year)?.worked_before(366))
    }

    pub fn hours(&self) -> &OfficeHours {
        &self.hours
    }

    fn held(&self, year: i32) -> Result<&Year, CalendarMissing> {
        let place = self.years.binary_search_by_key(&year, |held| held.year);
        place.ok().and_then(|place| self.years.get(place)).ok_or(CalendarMissing { year })
    }
}

impl Year {
    fn of_weekdays(year: i32, standing: YearStanding) -> Self {
        let mut made = Self { year, standing, worked: [0; 6], special: Vec::new() };
        let first = NaiveDate::from_yo_opt(year, 1);
        for date in first.iter().flat_map(NaiveDate::iter_days).take_while(|date| date.year() == year) {
            made.mark(date, !is_weekend(date));
        }
        made
    }

    fn add(&mut self, day: SpecialDay) -> Result<(), CalendarError> {
        let date = day.date;
        if day.name.trim().is_empty() {
            return Err(CalendarError::Nameless(date));
        }
        if day.paired_date == Some(date) {
            return Err(CalendarError::PairedWithItself(date));
        }
        match day.kind {
            DayKind::WorkingSwap if !is_weekend(date) => return Err(CalendarError::SwapOnWeekday(date)),
            DayKind::CompensatoryOff if is_weekend(date) => {
                return Err(CalendarError::CompensatoryOnWeekend(date));
            }
            DayKind::WorkingSwap | DayKind::CompensatoryOff | DayKind::Holiday => {}
        }
        let Err(place) = self.special.binary_search_by_key(&date, |day| day.date) else {
            return Err(CalendarError::DayTwice(date));
        };
        self.mark(date, day.kind == DayKind::WorkingSwap);
        self.special.insert(place, day);
        Ok(())
    }

    fn mark(&mut self, date: NaiveDate, worked: bool) {
        let (word, bit) = place_of(date.ordinal0());
        if let Some(word) = self.worked.get_mut(word) {
            *word = if worked { *word | bit } else { *word & !bit };
        }
    }

    fn is_worked(&self, ordinal0: u32) -> bool {
        let (word, bit) = place_of(ordinal0);
        self.worked.get(word).is_some_and(|word| word & bit != 0)
    }

    /// How many of the year's first `days` days are worked.
    fn worked_before(&self, days: u32) -> u32 {
        let (word, bit) = place_of(days);
        let whole: u32 = self.worked.iter().take(word).map(|word| word.count_ones()).sum();
        whole + self.worked.get(word).map_or(0, |word| (word & (bit - 1)).count_ones())
    }
}

/// The word and the bit that stand for the n-th day of a year.
fn place_of(ordinal0: u32) -> (usize, u64) {
    ((ordinal0 / 64) as usize, 1 << (ordinal0 % 64))
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The calendar day after, as far as dates go.
pub(super) fn day_after(date: NaiveDate) -> Result<NaiveDate, CalendarMissing> {
    date.succ_opt().ok_or(CalendarMissing { year: date.year() })
}

fn day_before(date: NaiveDate) -> Result<NaiveDate, CalendarMissing> {
    date.pred_opt().ok_or(CalendarMissing { year: date.year() })
}

//! Signs that figures may have been made to look better than the work was (rules: "Gaming made visible"). A sign is
//! no proof: it says where somebody should look.

use super::calendar::{Calendar, CalendarMissing};
use super::deadline::deadline;
use super::decide::start_of_working_day;
use super::local_time::{day_of, moment};
use super::time_limit::{Leg, TimeLimit, TimeLimitError, Unit};
use super::words::code_words;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// A supplement asked for a second time or more (the law allows one).
    SecondSupplement,
    /// A supplement asked for later than the rules allow after receipt.
    LateSupplementRequest,
    Reappointed,
    /// A second re-appointment or a further one (the law allows one).
    ReappointedAgain,
    /// The moment of receipt, result or return was corrected.
    TimeCorrected,
    /// Entered for a time before the start of the working day on which it was entered.
    Backdated,
    /// Withdrawn when it was overdue.
    WithdrawnPastDue,
    /// Stopped when it was overdue.
    StoppedPastDue,
    /// Refused at the counter, and handed in again by the same owner for the same procedure soon after.
    RegisteredAgain,
    /// Handed in online and not looked at within the time for the check.
    CheckedLate,
    /// The result was recorded long before it was handed out.
    LongUntilReturned,
}
code_words!(Sign {
    SecondSupplement => "second_supplement",
    LateSupplementRequest => "late_supplement_request",
    Reappointed => "reappointed",
    ReappointedAgain => "reappointed_again",
    TimeCorrected => "time_corrected",
    Backdated => "backdated",
    WithdrawnPastDue => "withdrawn_past_due",
    StoppedPastDue => "stopped_past_due",
    RegisteredAgain => "registered_again",
    CheckedLate => "checked_late",
    LongUntilReturned => "long_until_returned",
});

/// From where on a span is long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measures {
    /// For the check of what comes online, in working hours.
    pub check: TimeLimit,
    /// Calendar days after a refusal.
    pub again_days: u32,
    /// Working days between result and return.
    pub return_working_days: u32,
}

impl Measures {
    /// # Errors
    /// More hours than a time limit may have, or none.
    pub fn new(check_hours: u32, again_days: u32, return_working_days: u32) -> Result<Self, TimeLimitError> {
        let hours = u16::try_from(check_hours).unwrap_or(u16::MAX);
        let check = TimeLimit::new([Leg::new(hours, Unit::WorkingHours)?])?;
        Ok(Self { check, again_days, return_working_days })
    }
}

/// Entered for a time that only some roles may still enter.
pub fn is_backdated(calendar: &Calendar, occurred_at: DateTime<Utc>, recorded_at: DateTime<Utc>) -> bool {
    occurred_at < start_of_working_day(calendar, day_of(recorded_at))
}

/// The check of what came online ended later than it must, or has not ended although its time was over by `evening`.
///
/// # Errors
/// A year that the calendar does not hold.
pub fn is_checked_late(
    calendar: &Calendar,
    measures: &Measures,
    submitted_at: DateTime<Utc>,
    checked_at: Option<DateTime<Utc>>,
    evening: DateTime<Utc>,
) -> Result<bool, CalendarMissing> {
    let latest = deadline(calendar, submitted_at, &measures.check, &[])?.due_at;
    Ok(checked_at.filter(|at| *at < evening).unwrap_or(evening) > latest)
}

/// More working days than usual between the result and the day it was handed out, or `as_of` where it was not.
///
/// # Errors
/// A year that the calendar does not hold.
pub fn is_returned_late(
    calendar: &Calendar,
    measures: &Measures,
    resolved_on: NaiveDate,
    returned_on: Option<NaiveDate>,
    as_of: NaiveDate,
) -> Result<bool, CalendarMissing> {
    let until = returned_on.map_or(as_of, |day| day.min(as_of));
    match returned_late_from(calendar, measures, resolved_on) {
        Ok(first) => Ok(until >= first),
        // The calendar ends before the time is over: by the days it holds it was not.
        Err(missing) if until.year() < missing.year => Ok(false),
        Err(missing) => Err(missing),
    }
}

/// The first day on which a result of `resolved_on` has lain about longer than usual.
///
/// # Errors
/// A year that the calendar does not hold.
pub fn returned_late_from(
    calendar: &Calendar,
    measures: &Measures,
    resolved_on: NaiveDate,
) -> Result<NaiveDate, CalendarMissing> {
    let mut day = resolved_on;
    for _ in 0..=measures.return_working_days {
        day = calendar.next_working_day(day)?;
    }
    Ok(day)
}

/// Until when what is handed in online on a day must be checked: in its first second, and in its last. A later one is never
/// to be checked earlier.
///
/// # Errors
/// A year that the calendar does not hold.
pub fn checks_end(
    calendar: &Calendar,
    measures: &Measures,
    day: NaiveDate,
) -> Result<[DateTime<Utc>; 2], CalendarMissing> {
    let [first, last] = [NaiveTime::MIN, NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN)];
    let end = |at: NaiveTime| Ok(deadline(calendar, moment(day.and_time(at)), &measures.check, &[])?.due_at);
    Ok([end(first)?, end(last)?])
}

/// By what an owner is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub id_number: Option<String>,
    pub phone: Option<String>,
    /// Without diacritics and in small letters.
    pub folded_name: String,
}

impl Owner {
    /// The same number of identity; where one of them has none, the same name and phone. A name alone says nothing.
    pub fn is(&self, other: &Self) -> bool {
        match (&self.id_number, &other.id_number) {
            (Some(one), Some(another)) => one == another,
            _ => self.phone.is_some() && self.phone == other.phone && self.folded_name == other.folded_name,
        }
    }
}

/// Handed in after the refusal, and not more than so many days after its day.
pub fn is_soon_after(measures: &Measures, refused_at: DateTime<Utc>, submitted_at: DateTime<Utc>) -> bool {
    let last = day_of(refused_at).checked_add_days(Days::new(measures.again_days.into()));
    submitted_at > refused_at && last.is_some_and(|last| day_of(submitted_at) <= last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{at, day, vietnam};

    fn measures() -> Measures {
        Measures::new(8, 30, 10).unwrap()
    }

    #[test]
    fn what_is_entered_for_an_earlier_working_day_is_backdated() {
        let calendar = vietnam();
        let said = |occurred: &str, recorded: &str| is_backdated(&calendar, at(occurred), at(recorded));
        assert!(!said("2026-03-10 00:00", "2026-03-10 16:00"), "this very day");
        assert!(said("2026-03-09 23:59", "2026-03-10 08:00"));
        // On a Sunday the last working day is Friday.
        assert!(!said("2026-03-13 07:00", "2026-03-15 10:00"));
        assert!(said("2026-03-12 16:59", "2026-03-15 10:00"));
    }

    #[test]
    fn the_check_of_what_comes_online_has_eight_working_hours() {
        let calendar = vietnam();
        let late = |checked: Option<&str>, evening: &str| {
            let checked = checked.map(at);
            is_checked_late(&calendar, &measures(), at("2026-03-10 09:00"), checked, at(evening)).unwrap()
        };
        let latest = deadline(&calendar, at("2026-03-10 09:00"), &measures().check, &[]).unwrap().due_at;
        assert!(latest > at("2026-03-10 17:00"), "eight hours from nine o'clock end on the next day");
        assert!(!late(Some("2026-03-10 16:00"), "2026-03-31 00:00"));
        assert!(late(Some("2026-03-12 08:00"), "2026-03-31 00:00"));
        assert!(late(None, "2026-03-12 00:00"), "not looked at, and its time is over");
        assert!(!late(None, "2026-03-10 17:00"), "not looked at, but there is time");
        assert!(!late(Some("2026-03-12 08:00"), "2026-03-10 17:00"), "what came later was not known");
    }

    #[test]
    fn a_result_that_lies_about_longer_than_ten_working_days_is_noticed() {
        let calendar = vietnam();
        let late = |returned: Option<&str>, as_of: &str| {
            is_returned_late(&calendar, &measures(), day("2026-03-02"), returned.map(day), day(as_of))
                .unwrap()
        };
        assert!(!late(Some("2026-03-16"), "2026-03-31"), "ten");
        assert!(late(Some("2026-03-17"), "2026-03-31"), "eleven");
        assert!(late(None, "2026-03-31"));
        assert!(!late(Some("2026-03-17"), "2026-03-16"), "by that evening it was not long");
    }

    #[test]
    fn an_owner_is_known_by_number_or_by_name_and_phone_and_never_by_name_alone() {
        let owner = |id: Option<&str>, phone: Option<&str>, name: &str| Owner {
            id_number: id.map(str::to_owned),
            phone: phone.map(str::to_owned),
            folded_name: name.to_owned(),
        };
        assert!(owner(Some("1"), None, "a").is(&owner(Some("1"), Some("9"), "b")));
        assert!(!owner(Some("1"), Some("9"), "a").is(&owner(Some("2"), Some("9"), "a")));
        assert!(owner(None, Some("9"), "a").is(&owner(Some("1"), Some("9"), "a")));
        assert!(!owner(None, None, "a").is(&owner(None, None, "a")));
        assert!(!owner(None, Some("9"), "a").is(&owner(None, Some("9"), "b")));
    }

    #[test]
    fn thirty_days_after_a_refusal_are_counted_by_day() {
        let soon = |submitted: &str| is_soon_after(&measures(), at("2026-03-10 10:00"), at(submitted));
        assert!(!soon("2026-03-10 10:00") && soon("2026-03-10 10:01"));
        assert!(soon("2026-04-09 23:59") && !soon("2026-04-10 00:00"));
    }
}

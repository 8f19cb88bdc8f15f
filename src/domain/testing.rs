//! What the tests of the rules share: the real calendar, days and moments as text, random limits.

use super::calendar::{Calendar, OfficeHours, SpecialDay, YearStanding};
use super::local_time::moment;
use super::time_limit::{Leg, TimeLimit, Unit};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use proptest::prelude::*;

/// The starting data of `config/`, as text.
pub(crate) const ANNOUNCED: &str = include_str!("../../config/holidays_2018_2026.csv");
pub(crate) const PROVISIONAL: &str = include_str!("../../config/holidays_provisional_2027_2028.csv");

/// The real calendar: 2018–2026 announced, 2027–2028 provisional.
pub(crate) fn vietnam() -> Calendar {
    let years = (2018..=2026).map(|year| (year, YearStanding::Announced));
    let coming = (2027..=2028).map(|year| (year, YearStanding::Provisional));
    let days = days_of(ANNOUNCED).chain(days_of(PROVISIONAL));
    Calendar::new(years.chain(coming), days, OfficeHours::default()).unwrap()
}

fn days_of(text: &str) -> impl Iterator<Item = SpecialDay> + '_ {
    csv::Reader::from_reader(text.as_bytes()).into_deserialize().map(Result::unwrap)
}

/// `2020-01-21`.
pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// `2020-01-21 09:15` on the counter's wall clock.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    moment(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

/// `5wd+3wd`.
pub(crate) fn limit(text: &str) -> TimeLimit {
    text.parse().unwrap()
}

/// Limits of up to eight legs of any unit, each of at most `most`.
pub(crate) fn limits(most: u16) -> impl Strategy<Value = TimeLimit> {
    let unit = prop_oneof![Just(Unit::WorkingDays), Just(Unit::CalendarDays), Just(Unit::WorkingHours)];
    let leg = unit.prop_flat_map(move |unit| {
        (1..=most.min(unit.most())).prop_map(move |amount| Leg::new(amount, unit).unwrap())
    });
    prop::collection::vec(leg, 1..=TimeLimit::MOST_LEGS).prop_map(|legs| TimeLimit::new(legs).unwrap())
}

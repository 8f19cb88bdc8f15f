//! How long dossiers took, in working days: counts in buckets, from which every quantile is exact. What is said of a
//! running dossier is said of those past cases that took at least as long as it has by now: from the start of the clock, or
//! from when it first came to a step of the internal process.

use chrono::NaiveDate;
use std::collections::BTreeMap;

use super::calendar::{Calendar, CalendarMissing};
use super::deadline::Pause;
use super::local_time::day_of;
use chrono::{DateTime, Utc};

/// Cases by the working days they took.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Durations(BTreeMap<u32, u64>);

impl Durations {
    pub fn add(&mut self, working_days: u32, cases: u64) {
        *self.0.entry(working_days).or_default() += cases;
    }

    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(days, cases)| self.add(*days, *cases));
    }

    pub fn iter(&self) -> impl Iterator<Item = (u32, u64)> {
        self.0.iter().map(|(days, cases)| (*days, *cases))
    }

    pub fn cases(&self) -> u64 {
        self.0.values().sum()
    }

    /// The cases that took at least so many days.
    pub fn at_least(&self, working_days: u32) -> Self {
        Self(self.0.range(working_days..).map(|(days, cases)| (*days, *cases)).collect())
    }

    /// The least number of working days within which at least `percent` of a hundred cases were done (nearest rank:
    /// a number of days that was really taken). Nothing of no cases.
    pub fn quantile(&self, percent: u64) -> Option<u32> {
        let all = u128::from(self.cases());
        let mut done = 0_u128;
        self.0.iter().find_map(|(days, cases)| {
            done += u128::from(*cases);
            (done * 100 >= u128::from(percent) * all).then_some(*days)
        })
    }
}

/// The three that are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantiles {
    pub p50: u32,
    pub p80: u32,
    pub p90: u32,
}

impl Quantiles {
    pub fn of(durations: &Durations) -> Option<Self> {
        Some(Self {
            p50: durations.quantile(50)?,
            p80: durations.quantile(80)?,
            p90: durations.quantile(90)?,
        })
    }
}

/// What past cases say about one that is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// Past cases that took at least as long as this one has.
    pub comparable: u64,
    /// Of these: took longer than this one may.
    pub late: u64,
    /// Working days in all, as the comparable took.
    pub in_all: Quantiles,
}

impl Outlook {
    /// Of a dossier that has run for `elapsed` working days and may run for `allowed`; nothing when fewer than
    /// `least` comparable cases are known.
    pub fn of(known: &Durations, elapsed: u32, allowed: u32, least: u64) -> Option<Self> {
        let comparable = known.at_least(elapsed);
        let cases = comparable.cases();
        if cases == 0 || cases < least {
            return None;
        }
        Some(Self {
            comparable: cases,
            late: comparable.at_least(allowed.saturating_add(1)).cases(),
            in_all: Quantiles::of(&comparable)?,
        })
    }

    /// More of the comparable were late than not.
    pub fn likely_late(&self) -> bool {
        2 * u128::from(self.late) > u128::from(self.comparable)
    }
}

/// From when the way of a dossier from a step on is counted: since it first came there. What was done before the clock that
/// runs began is on no clock.
pub fn way_from(first_came: DateTime<Utc>, clock_started_at: DateTime<Utc>) -> DateTime<Utc> {
    first_came.max(clock_started_at)
}

/// Working days on the agency's clock from its start, or from a later moment, up to a day: the day of that moment is not
/// counted, nor are the days on which the clock stood still since.
///
/// # Errors
/// When the calendar does not hold a year.
pub fn on_the_clock(
    calendar: &Calendar,
    since: DateTime<Utc>,
    pauses: &[Pause],
    up_to: NaiveDate,
) -> Result<u32, CalendarMissing> {
    let mut days = calendar.working_days_between(day_of(since), up_to)?;
    for pause in pauses {
        let from = day_of(pause.from.max(since));
        let stood_still = calendar.working_days_between(from, day_of(pause.to).min(up_to))?;
        days = days.saturating_sub(stood_still);
    }
    Ok(days)
}

/// The `n`-th working day after `day`; the day itself for none.
///
/// # Errors
/// When the calendar does not hold a year.
pub fn working_days_on(calendar: &Calendar, day: NaiveDate, n: u32) -> Result<NaiveDate, CalendarMissing> {
    (0..n).try_fold(day, |day, _| calendar.next_working_day(day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{OfficeHours, YearStanding};
    use crate::domain::testing::{at, day};
    use proptest::prelude::*;

    fn counted(taken: &[u32]) -> Durations {
        let mut durations = Durations::default();
        taken.iter().for_each(|days| durations.add(*days, 1));
        durations
    }

    /// Sorted, and the place counted out: the k-th of n with k·100 ≥ p·n.
    fn naive_quantile(taken: &[u32], percent: usize) -> Option<u32> {
        let mut sorted = taken.to_vec();
        sorted.sort_unstable();
        let rank = (percent * sorted.len()).div_ceil(100).max(1);
        sorted.get(rank - 1).copied()
    }

    proptest! {
        #[test]
        fn quantiles_of_buckets_are_those_of_the_sorted_cases(taken in prop::collection::vec(0..40_u32, 0..200)) {
            for percent in [50, 80, 90] {
                prop_assert_eq!(counted(&taken).quantile(percent as u64), naive_quantile(&taken, percent));
            }
        }

        #[test]
        fn buckets_add_up(one in prop::collection::vec(0..40_u32, 0..90), other in prop::collection::vec(0..40_u32, 0..90)) {
            let mut sum = counted(&one);
            sum.merge(&counted(&other));
            prop_assert_eq!(sum, counted(&[one, other].concat()));
        }

        #[test]
        fn an_outlook_is_that_of_the_cases_that_took_as_long(
            taken in prop::collection::vec(0..40_u32, 0..200), elapsed in 0..45_u32, more in 0..30_u32, least in 0..40_u64,
        ) {
            let allowed = elapsed + more;
            let as_long: Vec<u32> = taken.iter().copied().filter(|days| *days >= elapsed).collect();
            let late = as_long.iter().filter(|days| **days > allowed).count();
            let outlook = Outlook::of(&counted(&taken), elapsed, allowed, least);
            prop_assert_eq!(outlook.is_some(), !as_long.is_empty() && as_long.len() as u64 >= least);
            if let Some(outlook) = outlook {
                prop_assert_eq!((outlook.comparable, outlook.late), (as_long.len() as u64, late as u64));
                prop_assert_eq!(Some(outlook.in_all.p80), naive_quantile(&as_long, 80));
                prop_assert_eq!(outlook.likely_late(), late * 2 > as_long.len());
            }
        }
    }

    proptest! {
        #[test]
        fn days_on_the_clock_from_any_moment_are_those_counted_one_by_one(
            since in 0..900_i64, waits in prop::collection::vec((0..400_i64, 1..200_i64), 0..4), up_to in 0..60_u64,
        ) {
            let calendar = crate::domain::testing::vietnam();
            let hours = |hours| at("2026-02-02 00:00") + chrono::TimeDelta::hours(hours);
            let (mut pauses, mut end) = (Vec::new(), 0);
            for (after, long) in waits {
                pauses.push(Pause { from: hours(end + after), to: hours(end + after + long) });
                end += after + long;
            }
            let (since, up_to) = (hours(since), day("2026-02-02") + chrono::Days::new(up_to));
            let stood_still = |day: NaiveDate| {
                pauses.iter().any(|pause| day_of(pause.from).max(day_of(since)) < day && day <= day_of(pause.to))
            };
            let days = day_of(since).iter_days().skip(1).take_while(|day| *day <= up_to);
            let counted = days.filter(|day| calendar.is_working(*day).unwrap() && !stood_still(*day)).count();
            prop_assert_eq!(on_the_clock(&calendar, since, &pauses, up_to).unwrap() as usize, counted);
        }
    }

    #[test]
    fn the_day_of_receipt_and_the_days_of_waiting_are_not_counted() {
        let calendar = Calendar::new([(2026, YearStanding::Announced)], [], OfficeHours::default()).unwrap();
        let worked =
            |pauses: &[Pause], up_to| on_the_clock(&calendar, at("2026-03-10 09:00"), pauses, day(up_to));
        assert_eq!(worked(&[], "2026-03-10"), Ok(0));
        assert_eq!(worked(&[], "2026-03-17"), Ok(5));
        let waited = Pause { from: at("2026-03-11 09:00"), to: at("2026-03-13 16:00") };
        assert_eq!(worked(&[waited], "2026-03-17"), Ok(3));
        assert!(worked(&[], "2027-03-17").is_err());
        // Counted from a later moment: of the wait only what came after it, and nothing of one that was over.
        let from = |since| on_the_clock(&calendar, at(since), &[waited], day("2026-03-17"));
        assert_eq!(from("2026-03-12 10:00"), Ok(2), "in the middle of it");
        assert_eq!(from("2026-03-13 16:00"), Ok(2), "as it ended");
        assert_eq!(from("2026-03-16 08:00"), Ok(1), "when it was over");
        assert_eq!(way_from(at("2026-03-12 10:00"), at("2026-03-10 09:00")), at("2026-03-12 10:00"));
        assert_eq!(way_from(at("2026-03-09 10:00"), at("2026-03-10 09:00")), at("2026-03-10 09:00"));
        assert_eq!(working_days_on(&calendar, day("2026-03-13"), 2), Ok(day("2026-03-17")));
    }
}

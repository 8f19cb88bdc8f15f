//! The tallies stand in three grains, so that a sum over ten years reads some dozens of rows and not thousands:
//! years, months and days, each keyed by its first day.

use chrono::{Datelike, Days, Months, NaiveDate};

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

/// Rows of one grain whose first day lies in `from..until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub grain: Grain,
    /// Nothing lies before: the sum from the very first day.
    pub from: Option<NaiveDate>,
    pub until: NaiveDate,
}

/// Everything before `until`: whole years, then whole months, then days.
pub fn before(until: NaiveDate) -> Vec<Range> {
    let year = Grain::Year.start(until);
    let mut ranges = vec![Range { grain: Grain::Year, from: None, until: year }];
    ranges.extend(between(year, until, Grain::Year));
    ranges
}

/// Everything from `from` until the day before `until`, in grains no coarser than `coarsest`. Few ranges, few
/// rows: the whole years in the middle, the months around them, the days around those.
pub fn between(from: NaiveDate, until: NaiveDate, coarsest: Grain) -> Vec<Range> {
    if from >= until {
        return Vec::new();
    }
    let (grain, finer) = match coarsest {
        Grain::Day => return vec![Range { grain: Grain::Day, from: Some(from), until }],
        Grain::Month => (Grain::Month, Grain::Day),
        Grain::Year => (Grain::Year, Grain::Month),
    };
    let (first, last) = (next_start(grain, from), grain.start(until));
    if first >= last {
        return between(from, until, finer);
    }
    let mut ranges = between(from, first, finer);
    ranges.push(Range { grain, from: Some(first), until: last });
    ranges.extend(between(last, until, finer));
    ranges
}

/// The first day on or after `day` on which a period of this grain begins.
fn next_start(grain: Grain, day: NaiveDate) -> NaiveDate {
    let start = grain.start(day);
    if start == day {
        return day;
    }
    let next = match grain {
        Grain::Day => start.checked_add_days(Days::new(1)),
        Grain::Month => start.checked_add_months(Months::new(1)),
        Grain::Year => start.checked_add_months(Months::new(12)),
    };
    next.unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2017, 11, 20).unwrap() + Days::new(n.into())
    }

    /// The days whose sums the rows of this range hold.
    fn days(range: &Range) -> Vec<NaiveDate> {
        let first = range.from.unwrap_or(day(0).with_ordinal(1).unwrap());
        let starts = first.iter_days().take_while(|day| *day < range.until);
        starts
            .filter(|day| range.grain.start(*day) == *day)
            .flat_map(|start| start.iter_days().take_while(move |day| range.grain.start(*day) == start))
            .collect()
    }

    proptest! {
        #[test]
        fn a_span_is_covered_day_by_day_once_and_without_the_days_around_it(from in 0..3000_u32, length in 0..3000_u32, coarsest in prop::sample::select(Grain::ALL.to_vec())) {
            let (from, until) = (day(from), day(from + length));
            let ranges = between(from, until, coarsest);
            let mut covered: Vec<_> = ranges.iter().flat_map(days).collect();
            covered.sort_unstable();
            prop_assert_eq!(covered, from.iter_days().take_while(|day| *day < until).collect::<Vec<_>>());
            prop_assert!(ranges.len() <= 5);
            prop_assert!(ranges.iter().all(|range| range.grain <= coarsest));
        }

        #[test]
        fn everything_before_a_day_is_covered_once(until in 0..3000_u32) {
            let until = day(until);
            let ranges = before(until);
            let mut covered: Vec<_> = ranges.iter().flat_map(days).collect();
            covered.sort_unstable();
            let first = day(0).with_ordinal(1).unwrap();
            prop_assert_eq!(covered, first.iter_days().take_while(|day| *day < until).collect::<Vec<_>>());
            prop_assert!(ranges.len() <= 3);
        }
    }
}

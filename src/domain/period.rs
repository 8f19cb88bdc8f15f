//! The periods that figures are told by. All but the reporting period are the calendar's; the reports of the
//! plan run from the 15th of a month to the 14th of the next (`config/reporting_periods.csv`).

use super::words::code_words;
use chrono::{Datelike, Days, Months, NaiveDate};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    Day,
    /// Monday to Sunday (ISO 8601).
    Week,
    Month,
    Quarter,
    /// Month *k* of a year: from the 15th of the month before to the 14th.
    ReportingPeriod,
}
code_words!(Period {
    Day => "day",
    Week => "week",
    Month => "month",
    Quarter => "quarter",
    ReportingPeriod => "reporting_period",
});

impl Period {
    /// The first day of the period that `day` lies in.
    pub fn start(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => day,
            Self::Week => back(day, day.weekday().num_days_from_monday()),
            Self::Month => back(day, day.day0()),
            Self::Quarter => {
                let month = back(day, day.day0());
                month.checked_sub_months(Months::new(month.month0() % 3)).unwrap_or(month)
            }
            Self::ReportingPeriod => {
                let month = back(day, day.day0());
                let month =
                    if day.day() < 15 { month.checked_sub_months(Months::new(1)) } else { Some(month) };
                month.and_then(|month| month.checked_add_days(Days::new(14))).unwrap_or(day)
            }
        }
    }

    /// The first day of the period after the one that starts on `start`.
    pub fn next(self, start: NaiveDate) -> NaiveDate {
        let next = match self {
            Self::Day => start.checked_add_days(Days::new(1)),
            Self::Week => start.checked_add_days(Days::new(7)),
            Self::Month | Self::ReportingPeriod => start.checked_add_months(Months::new(1)),
            Self::Quarter => start.checked_add_months(Months::new(3)),
        };
        next.unwrap_or(NaiveDate::MAX)
    }

    /// The first day of the period before the one that starts on `start`.
    pub fn previous(self, start: NaiveDate) -> NaiveDate {
        self.start(back(start, 1))
    }

    /// The first day of the period that a year before was what the one that starts on `start` is: 52 weeks before for a
    /// week, so that it is one.
    pub fn year_before(self, start: NaiveDate) -> NaiveDate {
        match self {
            Self::Week => back(start, 52 * 7),
            _ => start.checked_sub_months(Months::new(12)).unwrap_or(start),
        }
    }

    /// How the period that starts on `start` is called: `2020-01-15`, the Monday of a week, `2020-01`,
    /// `2020-Q1`; a reporting period is called by the month in which it ends.
    pub fn name(self, start: NaiveDate) -> String {
        match self {
            Self::Day | Self::Week => start.to_string(),
            Self::Month => start.format("%Y-%m").to_string(),
            Self::Quarter => format!("{}-Q{}", start.year(), start.month0() / 3 + 1),
            Self::ReportingPeriod => self.next(start).format("%Y-%m").to_string(),
        }
    }
}

/// The days just before these, as many of them: the months before if these are whole months of the calendar, or months
/// from a 15th to a 14th; else so many days.
pub fn days_before(from: NaiveDate, to: NaiveDate) -> (NaiveDate, NaiveDate) {
    let before = match whole_months(from, to) {
        Some(months) => from.checked_sub_months(Months::new(months)),
        None => {
            let days = to.signed_duration_since(from).num_days().unsigned_abs() + 1;
            from.checked_sub_days(Days::new(days))
        }
    };
    (before.unwrap_or(from), back(from, 1))
}

/// The same days of the year before; the end of a month stays the end of that month.
pub fn days_of_year_before(from: NaiveDate, to: NaiveDate) -> (NaiveDate, NaiveDate) {
    let year = |day: NaiveDate| day.checked_sub_months(Months::new(12)).unwrap_or(day);
    let next = to.checked_add_days(Days::new(1)).unwrap_or(to);
    let ends_month = next.day() == 1;
    (year(from), if ends_month { back(year(next), 1) } else { year(to) })
}

/// How many months these days are, if they are whole ones.
fn whole_months(from: NaiveDate, to: NaiveDate) -> Option<u32> {
    let next = to.checked_add_days(Days::new(1))?;
    if from.day() != next.day() || !matches!(from.day(), 1 | 15) {
        return None;
    }
    let months = (next.year() - from.year()) * 12 + i32::try_from(next.month()).ok()?
        - i32::try_from(from.month()).ok()?;
    u32::try_from(months).ok().filter(|months| *months > 0)
}

fn back(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_sub_days(Days::new(days.into())).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::day;

    #[test]
    fn reporting_months_and_quarters_of_the_plan_are_as_listed() {
        let mut months = 0;
        for line in include_str!("../../config/reporting_periods.csv").lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let [year, kind, index, from, to] = fields[..] else { panic!("{line}") };
            let (from, to) = (day(from), day(to));
            if kind == "month" {
                let period = Period::ReportingPeriod;
                assert_eq!(period.start(from), from);
                assert_eq!(period.start(to), from);
                assert_eq!(period.next(from), to.succ_opt().unwrap());
                assert_eq!(period.name(from), format!("{year}-{:02}", index.parse::<u32>().unwrap()));
                months += 1;
            }
        }
        assert!(months >= 12, "the list names no reporting months");
    }

    #[test]
    fn every_day_lies_in_exactly_one_period_of_each_kind() {
        for kind in Period::ALL {
            let mut start = kind.start(day("2019-12-20"));
            let mut today = start;
            while today < day("2025-02-01") {
                if today == kind.next(start) {
                    start = today;
                }
                assert_eq!(kind.start(today), start, "{kind} {today}");
                today = today.succ_opt().unwrap();
            }
        }
    }

    #[test]
    fn periods_are_called_by_names_that_people_know() {
        for (kind, of, name) in [
            (Period::Day, "2020-01-15", "2020-01-15"),
            (Period::Week, "2020-01-01", "2019-12-30"),
            (Period::Month, "2020-02-29", "2020-02"),
            (Period::Quarter, "2020-12-31", "2020-Q4"),
            (Period::ReportingPeriod, "2020-01-14", "2020-01"),
            (Period::ReportingPeriod, "2019-12-15", "2020-01"),
            (Period::ReportingPeriod, "2020-12-15", "2021-01"),
        ] {
            assert_eq!(kind.name(kind.start(day(of))), name);
        }
    }

    #[test]
    fn the_days_before_are_the_period_before_where_these_are_one() {
        for (from, to, before) in [
            ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
            ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
            ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31")),
            ("2020-02-15", "2020-03-14", ("2020-01-15", "2020-02-14")),
            ("2019-12-15", "2020-03-14", ("2019-09-15", "2019-12-14")),
            ("2026-03-02", "2026-03-08", ("2026-02-23", "2026-03-01")),
            ("2026-03-10", "2026-03-10", ("2026-03-09", "2026-03-09")),
            ("2026-01-01", "2026-03-10", ("2025-10-24", "2025-12-31")),
        ] {
            assert_eq!(days_before(day(from), day(to)), (day(before.0), day(before.1)), "{from} {to}");
        }
    }

    #[test]
    fn the_days_of_the_year_before_end_with_their_month() {
        for (from, to, before) in [
            ("2026-03-01", "2026-03-31", ("2025-03-01", "2025-03-31")),
            ("2025-02-01", "2025-02-28", ("2024-02-01", "2024-02-29")),
            ("2024-02-01", "2024-02-29", ("2023-02-01", "2023-02-28")),
            ("2019-12-15", "2020-03-14", ("2018-12-15", "2019-03-14")),
            ("2026-01-01", "2026-11-26", ("2025-01-01", "2025-11-26")),
        ] {
            assert_eq!(
                days_of_year_before(day(from), day(to)),
                (day(before.0), day(before.1)),
                "{from} {to}"
            );
        }
    }

    #[test]
    fn the_period_before_and_that_of_the_year_before_are_periods_of_the_same_kind() {
        for kind in Period::ALL {
            let mut start = kind.start(day("2020-01-01"));
            while start < day("2025-02-01") {
                let (previous, year_before) = (kind.previous(start), kind.year_before(start));
                assert_eq!(kind.next(previous), start, "{kind} {start}");
                assert_eq!(kind.start(year_before), year_before, "{kind} {start}");
                let days = start.signed_duration_since(year_before).num_days();
                assert!((364..=366).contains(&days), "{kind} {start}: {days}");
                start = kind.next(start);
            }
        }
    }
}

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
}

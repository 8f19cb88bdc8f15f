//! When scheduled reports are due, made and reminded of, and which days they cover.

use super::calendar::{Calendar, CalendarMissing};
use super::period::Period;
use super::words::code_words;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The days on which a report is due: `25/02,25/05,25/08,20/11` of each year, or `10` of each month. A day that a month
/// does not have is its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DueDays {
    /// Days and months of every year, in order.
    OfYear(Vec<(u32, u32)>),
    OfMonth(u32),
}

/// A text that names no days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadDays;

impl FromStr for DueDays {
    type Err = BadDays;

    fn from_str(text: &str) -> Result<Self, BadDays> {
        let number = |text: &str, most: u32| {
            let number: u32 = text.trim().parse().map_err(|_| BadDays)?;
            if (1..=most).contains(&number) { Ok(number) } else { Err(BadDays) }
        };
        let parts: Vec<&str> =
            text.split([',', ';', ' ', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect();
        if let [day] = parts.as_slice()
            && !day.contains('/')
        {
            return Ok(Self::OfMonth(number(day, 31)?));
        }
        let mut days = Vec::new();
        for part in parts {
            let (day, month) = part.split_once('/').ok_or(BadDays)?;
            let (day, month) = (number(day, 31)?, number(month, 12)?);
            // 29/02 is a day of some years.
            NaiveDate::from_ymd_opt(2024, month, day).ok_or(BadDays)?;
            days.push((month, day));
        }
        days.sort_unstable();
        days.dedup();
        if days.is_empty() { Err(BadDays) } else { Ok(Self::OfYear(days)) }
    }
}

impl fmt::Display for DueDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OfMonth(day) => write!(f, "{day}"),
            Self::OfYear(days) => {
                for (n, (month, day)) in days.iter().enumerate() {
                    let comma = if n == 0 { "" } else { "," };
                    write!(f, "{comma}{day:02}/{month:02}")?;
                }
                Ok(())
            }
        }
    }
}

impl DueDays {
    /// The due days from one day to another, both included, in order.
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
        let mut all = Vec::new();
        for year in from.year()..=to.year() {
            match self {
                Self::OfYear(days) => {
                    all.extend(days.iter().filter_map(|(month, day)| day_or_last(year, *month, *day)));
                }
                Self::OfMonth(day) => {
                    all.extend((1..=12).filter_map(|month| day_or_last(year, month, *day)));
                }
            }
        }
        all.retain(|day| (from..=to).contains(day));
        all.dedup();
        all
    }

    /// The first due day on or after a day of which this is so.
    pub fn next_from(&self, day: NaiveDate, is_so: impl FnMut(&NaiveDate) -> bool) -> Option<NaiveDate> {
        let to = day.checked_add_months(Months::new(24))?;
        self.between(day, to).into_iter().find(is_so)
    }
}

fn day_or_last(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    (28..=day).rev().chain([day]).find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
}

/// Which days a report covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// From the beginning of the reporting year (15 December) to the end of the reporting quarter in which it is due: the
    /// reports of 3, 6, 9 months and the year, which are due before their period ends.
    ReportingYear,
    /// The last reporting month (15th to 14th) that is over.
    ReportingMonth,
    /// The calendar month before.
    LastMonth,
    /// The calendar quarter before.
    LastQuarter,
    /// The calendar year up to the day before it is made.
    YearToDate,
}
code_words!(Covers {
    ReportingYear => "reporting_year",
    ReportingMonth => "reporting_month",
    LastMonth => "last_month",
    LastQuarter => "last_quarter",
    YearToDate => "year_to_date",
});

/// The days of a report, and the evening on which what is in process is counted: one that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
}

impl Covers {
    /// Of a report that is due on a day and made on another.
    pub fn days(self, due_on: NaiveDate, made_on: NaiveDate) -> Covered {
        let before = |day: NaiveDate| day.pred_opt().unwrap_or(day);
        let back = |day: NaiveDate, months| day.checked_sub_months(Months::new(months)).unwrap_or(day);
        let yesterday = before(made_on);
        let (from, to) = match self {
            Self::ReportingYear => {
                let month = Period::ReportingPeriod.start(due_on);
                // Reporting months begin on the 15th; the year with that of December, quarters every third.
                let since_december = month.month() % 12;
                let year_start = back(month, since_december);
                let left = 3 - since_december % 3;
                let next = month.checked_add_months(Months::new(left)).unwrap_or(month);
                (year_start, before(next))
            }
            Self::ReportingMonth => {
                let this = Period::ReportingPeriod.start(due_on);
                (back(this, 1), before(this))
            }
            Self::LastMonth => {
                let this = Period::Month.start(due_on);
                (back(this, 1), before(this))
            }
            Self::LastQuarter => {
                let this = Period::Quarter.start(due_on);
                (back(this, 3), before(this))
            }
            Self::YearToDate => {
                (NaiveDate::from_ymd_opt(yesterday.year(), 1, 1).unwrap_or(yesterday), yesterday)
            }
        };
        Covered { from, to, as_of: to.min(yesterday) }
    }
}

/// When a report that is due **before** a day is made: on the last working day before it.
///
/// # Errors
/// When the calendar does not hold the year.
pub fn made_on(calendar: &Calendar, due_on: NaiveDate) -> Result<NaiveDate, CalendarMissing> {
    calendar.last_working_day_before(due_on)
}

/// When it is reminded of: so many working days before it is made; nothing for none.
///
/// # Errors
/// When the calendar does not hold the year.
pub fn reminded_on(
    calendar: &Calendar,
    due_on: NaiveDate,
    lead_days: u32,
) -> Result<Option<NaiveDate>, CalendarMissing> {
    if lead_days == 0 {
        return Ok(None);
    }
    let made_on = made_on(calendar, due_on)?;
    let day = (0..lead_days).try_fold(made_on, |day, _| calendar.last_working_day_before(day))?;
    Ok(Some(day))
}

/// The last day of a due day's own lateness: what was due longer ago than this is nobody's to catch up with.
pub fn reach(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(400)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{day, vietnam};

    fn days(text: &str) -> DueDays {
        text.parse().unwrap()
    }

    #[test]
    fn due_days_are_read_as_people_write_them_and_written_in_order() {
        assert_eq!(days("25/2, 25/5 ;20/11,25/8").to_string(), "25/02,25/05,25/08,20/11");
        assert_eq!(days(" 10 ").to_string(), "10");
        for bad in ["", "32", "0", "31/04", "5/13", "25/2/2026", "hôm nay", "10,20"] {
            assert_eq!(bad.parse::<DueDays>(), Err(BadDays), "{bad}");
        }
    }

    #[test]
    fn a_day_that_a_month_does_not_have_is_its_last() {
        let of_month = days("31").between(day("2026-01-15"), day("2026-05-01"));
        assert_eq!(of_month, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"].map(day));
        assert_eq!(
            days("29/02").between(day("2027-01-01"), day("2028-12-31")),
            ["2027-02-28", "2028-02-29"].map(day)
        );
        assert_eq!(days("25/02,20/11").next_from(day("2026-11-21"), |_| true), Some(day("2027-02-25")));
        assert_eq!(days("25/02").next_from(day("2026-02-25"), |_| true), Some(day("2026-02-25")));
        let made = day("2026-02-25");
        assert_eq!(days("25/02").next_from(made, |day| *day != made), Some(day("2027-02-25")), "one is made");
    }

    #[test]
    fn the_reports_of_the_plan_cover_3_6_9_months_and_the_year_as_they_are_listed() {
        let of = |kind: &str, due: &str| {
            let found = include_str!("../../config/reporting_periods.csv")
                .lines()
                .map(|line| line.split(',').collect::<Vec<_>>())
                .find(|line| line[0] == "2026" && line[1] == kind && line[2] == "1")
                .unwrap();
            let covered = Covers::ReportingYear.days(day(due), day(due).pred_opt().unwrap());
            assert_eq!((covered.from, covered.to), (day(found[3]), day(found[4])), "{kind}");
            assert_eq!(covered.as_of, day(due).pred_opt().unwrap().pred_opt().unwrap());
        };
        for (kind, due) in [
            ("quarter", "2026-02-25"),
            ("half", "2026-05-25"),
            ("nine_months", "2026-08-25"),
            ("year", "2026-11-20"),
        ] {
            of(kind, due);
        }
    }

    #[test]
    fn months_and_quarters_before_end_before_the_report_is_made() {
        let covered = |covers: Covers, due: &str, made: &str| {
            let Covered { from, to, as_of } = covers.days(day(due), day(made));
            [from, to, as_of].map(|day| day.to_string()).join(" ")
        };
        assert_eq!(
            covered(Covers::LastMonth, "2026-03-05", "2026-03-04"),
            "2026-02-01 2026-02-28 2026-02-28"
        );
        // Due on the first: made on a day of the month itself, which is counted up to the evening before.
        assert_eq!(
            covered(Covers::LastMonth, "2026-03-01", "2026-02-27"),
            "2026-02-01 2026-02-28 2026-02-26"
        );
        assert_eq!(
            covered(Covers::LastQuarter, "2026-04-10", "2026-04-09"),
            "2026-01-01 2026-03-31 2026-03-31"
        );
        assert_eq!(
            covered(Covers::ReportingMonth, "2026-03-20", "2026-03-19"),
            "2026-02-15 2026-03-14 2026-03-14"
        );
        assert_eq!(
            covered(Covers::YearToDate, "2026-01-01", "2025-12-31"),
            "2025-01-01 2025-12-30 2025-12-30"
        );
    }

    #[test]
    fn a_report_due_before_a_day_is_made_on_the_last_working_day_before_and_reminded_of_working_days_earlier()
    {
        let calendar = vietnam();
        // 25/02/2020 is a Tuesday; 20/11/2020 a Friday; 01/02/2020 a Saturday after Tết.
        assert_eq!(made_on(&calendar, day("2020-02-25")), Ok(day("2020-02-24")));
        assert_eq!(made_on(&calendar, day("2020-02-03")), Ok(day("2020-01-31")));
        assert_eq!(reminded_on(&calendar, day("2020-02-03"), 2), Ok(Some(day("2020-01-22"))));
        assert_eq!(reminded_on(&calendar, day("2020-02-03"), 0), Ok(None));
        assert!(made_on(&calendar, day("2199-02-03")).is_err());
    }
}

//! Punctuality: early, on time or overdue — and how an open dossier stands against its due date.
//!
//! Limits in days compare **days** on the counter's calendar; limits in hours compare moments.

use super::local_time::day_of;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The verdict on a finished dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timeliness {
    /// Trước hạn.
    Early,
    /// Đúng hạn.
    OnTime,
    /// Quá hạn.
    Overdue,
}

impl Timeliness {
    /// The text in data and interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::OnTime => "on_time",
            Self::Overdue => "overdue",
        }
    }
}

/// How an open dossier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenTimeliness {
    WithinLimit,
    /// The clock stands still: for a supplement or a payment.
    Waiting,
    /// Due today or on the next working day.
    DueSoon,
    Overdue,
}

impl OpenTimeliness {
    /// The text in data and interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WithinLimit => "within_limit",
            Self::Waiting => "waiting",
            Self::DueSoon => "due_soon",
            Self::Overdue => "overdue",
        }
    }
}

/// The verdict on a dossier finished at `finished_at`.
///
/// `due_on`, `due_at` and `counts_moments` are those of its [`Deadline`](super::deadline::Deadline).
pub fn verdict(
    due_on: NaiveDate,
    due_at: DateTime<Utc>,
    counts_moments: bool,
    finished_at: DateTime<Utc>,
) -> Timeliness {
    let against = if counts_moments { finished_at.cmp(&due_at) } else { day_of(finished_at).cmp(&due_on) };
    match against {
        Ordering::Less => Timeliness::Early,
        Ordering::Equal => Timeliness::OnTime,
        Ordering::Greater => Timeliness::Overdue,
    }
}

/// Calendar days from the due date to `day`; 0 while it is not past.
pub fn days_late(due_on: NaiveDate, day: NaiveDate) -> u32 {
    u32::try_from(day.signed_duration_since(due_on).num_days()).unwrap_or(0)
}

/// How an open dossier stands on `today`.
///
/// `next_working_day` is the one after today; `None` when the calendar does not hold it: then only a dossier
/// due today is due soon.
pub fn open_timeliness(
    due_on: NaiveDate,
    today: NaiveDate,
    waiting: bool,
    next_working_day: Option<NaiveDate>,
) -> OpenTimeliness {
    if waiting {
        OpenTimeliness::Waiting
    } else if due_on < today {
        OpenTimeliness::Overdue
    } else if due_on <= next_working_day.unwrap_or(today) {
        OpenTimeliness::DueSoon
    } else {
        OpenTimeliness::WithinLimit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{at, day};

    #[test]
    fn in_days_only_the_day_counts_not_the_hour() {
        let due_at = at("2020-01-31 17:00");
        for (finished, verdict_then) in [
            ("2020-01-30 23:59", Timeliness::Early),
            ("2020-01-31 00:00", Timeliness::OnTime),
            ("2020-01-31 16:59", Timeliness::OnTime),
            ("2020-01-31 20:00", Timeliness::OnTime),
            ("2020-01-31 23:59", Timeliness::OnTime),
            ("2020-02-01 00:00", Timeliness::Overdue),
        ] {
            assert_eq!(verdict(day("2020-01-31"), due_at, false, at(finished)), verdict_then, "{finished}");
        }
    }

    #[test]
    fn in_hours_the_moment_counts() {
        let due_at = at("2020-01-31 11:30");
        for (finished, verdict_then) in [
            ("2020-01-30 17:00", Timeliness::Early),
            ("2020-01-31 11:29", Timeliness::Early),
            ("2020-01-31 11:30", Timeliness::OnTime),
            ("2020-01-31 11:31", Timeliness::Overdue),
        ] {
            assert_eq!(verdict(day("2020-01-31"), due_at, true, at(finished)), verdict_then, "{finished}");
        }
    }

    #[test]
    fn lateness_is_counted_in_calendar_days_and_never_negative() {
        let due_on = day("2020-01-22");
        for (on, late) in [("2019-12-31", 0), ("2020-01-22", 0), ("2020-01-23", 1), ("2020-01-30", 8)] {
            assert_eq!(days_late(due_on, day(on)), late, "{on}");
        }
        assert_eq!(days_late(NaiveDate::MIN, NaiveDate::MAX), 191_491_528);
        assert_eq!(days_late(NaiveDate::MAX, NaiveDate::MIN), 0);
    }

    #[test]
    fn soon_is_today_or_the_next_working_day_over_holidays_too() {
        // Wednesday before Tết 2020; the counter opens again on Thursday the 30th.
        let (today, next) = (day("2020-01-22"), Some(day("2020-01-30")));
        for (due, stands) in [
            ("2020-01-21", OpenTimeliness::Overdue),
            ("2020-01-22", OpenTimeliness::DueSoon),
            ("2020-01-30", OpenTimeliness::DueSoon),
            ("2020-01-31", OpenTimeliness::WithinLimit),
        ] {
            assert_eq!(open_timeliness(day(due), today, false, next), stands, "{due}");
            assert_eq!(open_timeliness(day(due), today, true, next), OpenTimeliness::Waiting, "{due}");
        }
        assert_eq!(open_timeliness(today, today, false, None), OpenTimeliness::DueSoon);
        assert_eq!(open_timeliness(day("2020-01-23"), today, false, None), OpenTimeliness::WithinLimit);
    }
}

//! How long dossiers have been open, and how far it is to their due date, in classes of calendar days.

use super::words::code_words;
use chrono::NaiveDate;

/// Since receipt; the day of receipt is day 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Age {
    UpTo5,
    UpTo10,
    UpTo20,
    UpTo30,
    UpTo60,
    UpTo90,
    Over90,
}
code_words!(Age {
    UpTo5 => "up_to_5",
    UpTo10 => "up_to_10",
    UpTo20 => "up_to_20",
    UpTo30 => "up_to_30",
    UpTo60 => "up_to_60",
    UpTo90 => "up_to_90",
    Over90 => "over_90",
});

impl Age {
    pub fn of(received_on: NaiveDate, today: NaiveDate) -> Self {
        match (today - received_on).num_days() {
            ..=5 => Self::UpTo5,
            6..=10 => Self::UpTo10,
            11..=20 => Self::UpTo20,
            21..=30 => Self::UpTo30,
            31..=60 => Self::UpTo60,
            61..=90 => Self::UpTo90,
            _ => Self::Over90,
        }
    }
}

/// To the due date, or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ToDue {
    LateOver30,
    LateUpTo30,
    LateUpTo10,
    LateUpTo3,
    Today,
    Within3,
    Within10,
    Later,
    /// The clock stands still.
    Waiting,
}
code_words!(ToDue {
    LateOver30 => "late_over_30",
    LateUpTo30 => "late_up_to_30",
    LateUpTo10 => "late_up_to_10",
    LateUpTo3 => "late_up_to_3",
    Today => "due_today",
    Within3 => "due_within_3",
    Within10 => "due_within_10",
    Later => "due_later",
    Waiting => "waiting",
});

impl ToDue {
    pub fn of(due_on: NaiveDate, is_waiting: bool, today: NaiveDate) -> Self {
        if is_waiting {
            return Self::Waiting;
        }
        match (due_on - today).num_days() {
            ..=-31 => Self::LateOver30,
            -30..=-11 => Self::LateUpTo30,
            -10..=-4 => Self::LateUpTo10,
            -3..=-1 => Self::LateUpTo3,
            0 => Self::Today,
            1..=3 => Self::Within3,
            4..=10 => Self::Within10,
            _ => Self::Later,
        }
    }

    /// Overdue: after the due date, and not waiting.
    pub fn is_late(self) -> bool {
        self < Self::Today
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::day;

    #[test]
    fn classes_meet_without_gap_or_overlap() {
        let today = day("2026-03-31");
        let age = |received: &str| Age::of(day(received), today).as_str();
        assert_eq!(
            [age("2026-03-31"), age("2026-03-26"), age("2026-03-25")],
            ["up_to_5", "up_to_5", "up_to_10"]
        );
        assert_eq!([age("2026-03-01"), age("2026-02-28")], ["up_to_30", "up_to_60"]);
        assert_eq!([age("2025-12-31"), age("2025-12-30")], ["up_to_90", "over_90"]);
        let to = |due: &str| ToDue::of(day(due), false, today).as_str();
        assert_eq!(
            [to("2026-03-31"), to("2026-03-30"), to("2026-04-01")],
            ["due_today", "late_up_to_3", "due_within_3"]
        );
        assert_eq!(
            [to("2026-03-27"), to("2026-03-20"), to("2026-02-28")],
            ["late_up_to_10", "late_up_to_30", "late_over_30"]
        );
        assert_eq!([to("2026-04-10"), to("2026-04-11")], ["due_within_10", "due_later"]);
        assert_eq!(ToDue::of(day("2020-01-01"), true, today), ToDue::Waiting);
    }

    #[test]
    fn late_is_what_the_rates_call_overdue() {
        let late: Vec<bool> = ToDue::ALL.iter().map(|to_due| to_due.is_late()).collect();
        assert_eq!(late, [true, true, true, true, false, false, false, false, false]);
    }
}

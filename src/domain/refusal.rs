//! Why the rules say no: a code and its facts, no words.

use super::lifecycle::{Act, Status};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

/// A refusal of the rules. [`Refusal::code`] is stable: clients and texts go by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Refusal {
    /// The act does not exist in this state (the table in `lifecycle.rs`).
    WrongState { status: Status, act: Act },
    /// The calendar holds nothing for this year: no due date is guessed.
    CalendarMissing { year: i32 },
    /// What happened cannot lie ahead of the clock.
    OccurredInFuture { occurred_at: DateTime<Utc>, now: DateTime<Utc> },
    /// A dossier's acts follow one another.
    OccurredBeforeLastEvent { occurred_at: DateTime<Utc>, last: DateTime<Utc> },
    /// Back-dating beyond the start of the current working day needs a role that may.
    BackdatingNotAllowed { earliest: DateTime<Utc> },
    /// A re-appointment goes to a working day (NĐ 61/2018 Đ19.9).
    NotAWorkingDay { date: NaiveDate },
    /// … later than today and than the date in force.
    NewDateNotLater { date: NaiveDate, after: NaiveDate },
    /// The letter may not go out: what the law asks it to say is missing.
    LetterIncomplete { missing: Vec<String> },
    /// The field cannot be corrected in this dossier (it holds nothing yet, or cannot be corrected at all).
    NothingToCorrect { field: String },
    /// The corrected moment would put the dossier's acts out of order.
    CorrectionOutOfOrder { earliest: DateTime<Utc>, latest: DateTime<Utc> },
    /// The applicant has said how satisfied he is: once, and about a result that he has.
    AlreadySurveyed,
}

impl Refusal {
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "wrong-state",
            Self::CalendarMissing { .. } => "calendar-missing",
            Self::OccurredInFuture { .. } => "occurred-in-future",
            Self::OccurredBeforeLastEvent { .. } => "occurred-before-last-event",
            Self::BackdatingNotAllowed { .. } => "backdating-not-allowed",
            Self::NotAWorkingDay { .. } => "not-a-working-day",
            Self::NewDateNotLater { .. } => "new-date-not-later",
            Self::LetterIncomplete { .. } => "letter-incomplete",
            Self::NothingToCorrect { .. } => "nothing-to-correct",
            Self::CorrectionOutOfOrder { .. } => "correction-out-of-order",
            Self::AlreadySurveyed => "already-surveyed",
        }
    }
}

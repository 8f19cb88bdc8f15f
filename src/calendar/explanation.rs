//! The explanation of a due date for people: every day, counted or not, and why.

use crate::domain::deadline::{Skip, Step};
use crate::http::Lang;
use chrono::{NaiveDate, Weekday};
use serde::Serialize;
use utoipa::ToSchema;

/// One day that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExplainedDay {
    pub date: NaiveDate,
    /// Whether something of the limit was used up on this day.
    pub counted: bool,
    /// The part of the limit, from 1; only where the day is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leg: Option<usize>,
    /// This is the n-th day of its part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// Working minutes counted, where the part is in hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Why the day is not counted, or why the limit cannot end on it, or why it ends here instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The exchange that makes a weekend day a working day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl ExplainedDay {
    pub fn of(step: &Step, lang: Lang) -> Self {
        let landing = || match lang {
            Lang::Vi => "Hạn rơi vào ngày nghỉ nên chuyển đến ngày làm việc này".to_owned(),
            Lang::En => "The limit ended on a day off and moves to this working day".to_owned(),
        };
        let reason = match &step.skipped {
            Some(skip) => Some(reason_not_counted(skip, lang)),
            None => step.is_landing().then(landing),
        };
        Self {
            date: step.date,
            counted: step.is_counted(),
            leg: step.is_counted().then_some(step.leg),
            n: step.counted,
            minutes: step.minutes,
            reason,
            note: step.swap.clone(),
        }
    }
}

/// Why a day was not counted, as people say it. Holidays have one name, the one in the calendar.
pub fn reason_not_counted(skip: &Skip, lang: Lang) -> String {
    let plain = match (skip, lang) {
        (Skip::Off { name, .. }, _) => name,
        (Skip::Weekend(Weekday::Sun), Lang::Vi) => "Chủ nhật",
        (Skip::Weekend(_), Lang::Vi) => "Thứ Bảy",
        (Skip::Weekend(Weekday::Sun), Lang::En) => "Sunday",
        (Skip::Weekend(_), Lang::En) => "Saturday",
        (Skip::Paused, Lang::Vi) => "Tạm dừng, chờ tổ chức, cá nhân",
        (Skip::Paused, Lang::En) => "The clock stood still, waiting for the applicant",
    };
    plain.to_owned()
}

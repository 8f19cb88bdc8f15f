//! A notice as clients see it.

use super::store::NoticeRow;
use crate::domain::ids::NoticeId;
use crate::domain::local_time::local;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

/// Mail to somebody who works here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notice)]
pub struct View {
    #[schema(value_type = uuid::Uuid)]
    pub id: NoticeId,
    /// digest, reminder, report
    pub kind: String,
    pub to_address: String,
    pub to_name: Option<String>,
    pub subject: String,
    pub made_at: DateTime<FixedOffset>,
    /// Not sent after this moment.
    pub good_until: Option<DateTime<FixedOffset>>,
    /// queued, handed_over, sent, failed
    pub state: String,
    /// Why it waits or failed: what the mail server said, `handed_over_unknown` (the service was killed while it was
    /// handed over: it may have arrived), `too_late` (not sent while it was of use).
    pub error: Option<String>,
    pub sent_at: Option<DateTime<FixedOffset>>,
    /// It carries a file.
    pub has_file: bool,
    /// The text, as it was sent; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl View {
    pub fn of(row: NoticeRow, whole: bool) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            to_address: row.to_address,
            to_name: row.to_name,
            subject: row.subject,
            made_at: local(row.made_at.0),
            good_until: row.good_until.map(|until| local(until.0)),
            state: row.state,
            error: row.error,
            sent_at: row.sent_at.map(|at| local(at.0)),
            has_file: row.file_id.is_some(),
            text: whole.then_some(row.words),
        }
    }
}

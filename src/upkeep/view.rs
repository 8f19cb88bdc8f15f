//! A job as an administrator sees it.

use crate::domain::ids::JobId;
use crate::domain::local_time::local;
use crate::jobs::Shown;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

/// Work that follows an act, waiting, running, or failed for good.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct View {
    #[schema(value_type = uuid::Uuid)]
    pub id: JobId,
    pub kind: String,
    /// Keys of rows, no personal data.
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
    /// waiting, running, dead
    pub state: &'static str,
    pub run_at: DateTime<FixedOffset>,
    pub attempts: u32,
    pub last_error: Option<String>,
    pub created_at: DateTime<FixedOffset>,
}

impl From<Shown> for View {
    fn from(job: Shown) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            payload: job.payload,
            state: job.state.as_str(),
            run_at: local(job.run_at),
            attempts: job.attempts,
            last_error: job.last_error,
            created_at: local(job.created_at),
        }
    }
}

//! The job of an order: queued with it in one transaction, once, under its key.

use crate::db::Conn;
use crate::failure::Outcome;
use crate::jobs::{Job, NewJob, Trouble, enqueue};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::fmt::Display;
use std::str::FromStr;

/// `what` is the order's name in the payload.
pub fn queue(
    tx: &mut Conn<'_>,
    kind: &'static str,
    (what, id): (&'static str, impl Display),
    now: DateTime<Utc>,
) -> Outcome<()> {
    let payload = json!({ what: id.to_string() });
    enqueue(tx, NewJob { kind, dedup_key: Some(format!("{kind}:{id}")), payload, run_at: now }, now)?;
    Ok(())
}

/// The order that a job is for.
pub fn of_job<I: FromStr>(job: &Job, what: &'static str) -> Result<I, Trouble> {
    let id = job.payload[what].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Trouble::Permanent(format!("the payload names no {what}")))
}

//! What an administrator looks after: jobs that failed, rows that have served their
//! time, and what is set for the installation.

pub mod housekeeping;
pub mod list_jobs;
pub mod retry_job;
pub mod show_settings;
mod view;

use crate::http::{ReadyCheck, Warning};
use crate::jobs;
use std::sync::Arc;

/// Says at `/health/ready` that jobs have failed for good and wait for somebody.
pub fn dead_jobs() -> ReadyCheck {
    Arc::new(|conn, now| {
        let dead = jobs::standing(conn, now)?.dead;
        Ok((dead > 0).then(|| Warning::new("dead-jobs").fact("count", dead)))
    })
}
